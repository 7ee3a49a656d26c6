//! The embedded fonts, what a text measures in them, and where it may break.
//!
//! Noto Sans and Noto Sans Mono (SIL Open Font License 1.1), cut to Latin, Greek, Cyrillic and punctuation. A letter of another script is
//! written as its code, `[U+6F22]`: the page beside the PDF and `report.json` have it as it is.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Which face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Running text.
    Plain,
    /// Headings and terms.
    Bold,
    /// Paths, hashes, labels.
    Mono,
}

struct Face {
    font: Font,
    /// Glyph and advance, in parts of the size, by letter.
    glyphs: HashMap<char, (u32, f32)>,
    /// The same for the letters that most texts are made of.
    ascii: [Option<(u32, f32)>; 128],
}

impl Face {
    fn glyph(&self, c: char) -> Option<(u32, f32)> {
        match self.ascii.get(c as usize) {
            Some(known) => *known,
            None => self.glyphs.get(&c).copied(),
        }
    }
}

/// All faces.
pub(super) struct Faces([Face; 3]);

impl Faces {
    /// Reads the fonts that are built in.
    ///
    /// # Errors
    /// One is damaged.
    pub fn load() -> Result<Faces, String> {
        Ok(Faces([
            face(include_bytes!("../../../../fonts/NotoSans-Regular.ttf"))?,
            face(include_bytes!("../../../../fonts/NotoSans-Bold.ttf"))?,
            face(include_bytes!("../../../../fonts/NotoSansMono-Regular.ttf"))?,
        ]))
    }

    fn get(&self, style: Style) -> &Face {
        let [plain, bold, mono] = &self.0;
        match style {
            Style::Plain => plain,
            Style::Bold => bold,
            Style::Mono => mono,
        }
    }

    /// The font for drawing.
    pub fn font(&self, style: Style) -> Font {
        self.get(style).font.clone()
    }

    /// Text of letters that the face has. Control characters become spaces, tabs too.
    pub fn fit(&self, style: Style, text: &str) -> String {
        let face = self.get(style);
        if text.bytes().all(|b| b == b'\n' || (b' '..0x7f).contains(&b)) {
            return text.to_string();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.nfc() {
            match c {
                '\n' => out.push('\n'),
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                c if c.is_control() || (c.is_whitespace() && c != '\u{a0}') => out.push(' '),
                c if face.glyph(c).is_some() => out.push(c),
                c => out.push_str(&format!("[U+{:04X}]", c as u32)),
            }
        }
        out
    }

    /// Width of fitted text in points.
    pub fn width(&self, style: Style, size: f32, text: &str) -> f32 {
        let face = self.get(style);
        text.chars().filter_map(|c| face.glyph(c)).map(|g| g.1).sum::<f32>() * size
    }

    /// Glyphs of fitted text.
    pub fn glyphs(&self, style: Style, text: &str) -> Vec<KrillaGlyph> {
        let face = self.get(style);
        let glyph = |(at, c): (usize, char)| {
            let (id, advance) = face.glyph(c)?;
            Some(KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None))
        };
        text.char_indices().filter_map(glyph).collect()
    }

    /// Lines no wider than `width`: broken at spaces, and inside of what is too long by itself, after a separator where there is one.
    pub fn lines(&self, style: Style, size: f32, text: &str, width: f32) -> Vec<String> {
        let text = self.fit(style, text);
        let space = self.width(style, size, " ");
        let mut out = Vec::new();
        for paragraph in text.split('\n') {
            let (mut line, mut used) = (String::new(), 0.0);
            for word in paragraph.split(' ').filter(|w| !w.is_empty()) {
                let long = self.width(style, size, word);
                if !line.is_empty() && used + space + long <= width {
                    line.push(' ');
                    line.push_str(word);
                    used += space + long;
                    continue;
                }
                if !line.is_empty() {
                    out.push(std::mem::take(&mut line));
                }
                if long <= width {
                    line.push_str(word);
                    used = long;
                } else {
                    line = self.broken(style, size, word, width, &mut out);
                    used = self.width(style, size, &line);
                }
            }
            out.push(line);
        }
        out
    }

    /// Breaks a long word; gives what is left for the next line.
    fn broken(&self, style: Style, size: f32, word: &str, width: f32, out: &mut Vec<String>) -> String {
        let mut rest = word;
        loop {
            let (mut used, mut end, mut good) = (0.0, 0, 0);
            for (at, c) in rest.char_indices() {
                used += self.width(style, size, c.encode_utf8(&mut [0; 4]));
                if used > width && end > 0 {
                    break;
                }
                end = at + c.len_utf8();
                if matches!(c, '/' | '.' | '-' | '_' | ',' | ':' | '@') {
                    good = end;
                }
            }
            if end == rest.len() {
                return rest.to_string();
            }
            // A break close to the beginning would waste the line.
            let cut = if good * 2 > end { good } else { end };
            let (head, tail) = rest.split_at(cut);
            out.push(head.to_string());
            rest = tail;
        }
    }
}

fn face(bytes: &'static [u8]) -> Result<Face, String> {
    let font = Font::new(bytes.into(), 0).ok_or("a built-in font is damaged")?;
    let read = FontRef::new(bytes).map_err(|e| e.to_string())?;
    let metrics = read.glyph_metrics(Size::new(1.0), LocationRef::default());
    let glyphs: HashMap<char, (u32, f32)> = read
        .charmap()
        .mappings()
        .filter_map(|(code, id)| Some((char::from_u32(code)?, (id.to_u32(), metrics.advance_width(id)?))))
        .collect();
    let mut ascii = [None; 128];
    for (slot, c) in ascii.iter_mut().zip('\0'..) {
        *slot = glyphs.get(&c).copied();
    }
    Ok(Face { font, glyphs, ascii })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let faces = Faces::load().unwrap();
        let text = "a/very/long/path/without/any/space/that/must/be/broken and some words, and \u{6f22} in another script";
        for width in [20.0, 60.0, 200.0] {
            let lines = faces.lines(Style::Plain, 9.0, text, width);
            assert!(lines.iter().all(|l| faces.width(Style::Plain, 9.0, l) <= width + 0.05), "{lines:?}");
            let plain = |t: &str| t.replace(' ', "");
            assert_eq!(plain(&lines.concat()), plain(text).replace('\u{6f22}', "[U+6F22]"));
        }
        assert_eq!(faces.lines(Style::Mono, 9.0, "a\nb", 100.0), ["a", "b"]);
    }

    /// A token of a hostile export may be as long as it likes.
    #[test]
    fn a_huge_word_takes_linear_time() {
        let faces = Faces::load().unwrap();
        assert!(faces.lines(Style::Mono, 9.0, &"x".repeat(300_000), 100.0).len() > 10_000);
    }
}
