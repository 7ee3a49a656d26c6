//! The embedded fonts, what a text measures in them, and where it may break.
//!
//! Noto Sans and Noto Sans Mono (SIL Open Font License 1.1), cut to Latin, Greek, Cyrillic and punctuation, and for other scripts those of
//! `world.rs`, which are opened when a text needs one. A letter that none of them has is written as its code, `[U+1D11E]`: the page
//! beside the PDF and `report.json` have it as it is.

use super::shape::{self, Run, begins_right, order_mark, turns};
use super::world::{OTHERS, Other, asked};
use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::collections::HashMap;
use std::io::Read;
use std::sync::{LazyLock, OnceLock};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Which face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Running text.
    Plain = 0,
    /// Headings and terms.
    Bold = 1,
    /// Paths, hashes, labels.
    Mono = 2,
}

/// Number of faces that are a style; the others follow.
const STYLES: usize = 3;
/// Marks that may stand on one letter. Real writing has four; more would be piled up without any width.
const MARKS: usize = 8;

/// Glyph and advance, in parts of the size.
type Glyph = (u32, f32);

struct Face {
    font: Font,
    /// By letter.
    glyphs: HashMap<char, Glyph>,
    /// The same for the letters that most texts are made of.
    ascii: [Option<Glyph>; 128],
    /// The font as its shaping rules are read.
    shaper: harfrust::Font,
}

impl Face {
    fn glyph(&self, c: char) -> Option<Glyph> {
        match self.ascii.get(c as usize) {
            Some(known) => *known,
            None => self.glyphs.get(&c).copied(),
        }
    }
}

/// All faces. Those of a style stand at the style's number, the others behind them.
pub(super) struct Faces {
    styles: [Face; STYLES],
    others: [OnceLock<Option<Face>>; OTHERS.len()],
}

static FACES: LazyLock<Result<Faces, String>> = LazyLock::new(|| {
    Ok(Faces {
        styles: [
            face(include_bytes!("../../../../fonts/NotoSans-Regular.ttf"))?,
            face(include_bytes!("../../../../fonts/NotoSans-Bold.ttf"))?,
            face(include_bytes!("../../../../fonts/NotoSansMono-Regular.ttf"))?,
        ],
        others: [const { OnceLock::new() }; OTHERS.len()],
    })
});

impl Faces {
    /// The fonts that are built in, read once.
    ///
    /// # Errors
    /// One is damaged.
    pub fn load() -> Result<&'static Faces, String> {
        FACES.as_ref().map_err(Clone::clone)
    }

    fn face(&self, number: usize) -> Option<&Face> {
        match number.checked_sub(STYLES) {
            None => self.styles.get(number),
            Some(other) => self.others.get(other)?.get_or_init(|| face(opened(OTHERS.get(other)?)?).ok()).as_ref(),
        }
    }

    /// The font for drawing.
    pub fn font(&self, number: usize) -> Option<Font> {
        Some(self.face(number)?.font.clone())
    }

    /// The font for shaping.
    pub fn shaper(&self, number: usize) -> Option<&harfrust::Font> {
        Some(&self.face(number)?.shaper)
    }

    /// Do letters of this face change with their neighbours?
    pub fn shaped(&self, number: usize) -> bool {
        number.checked_sub(STYLES).and_then(|o| OTHERS.get(o)).is_some_and(|o| o.shaped)
    }

    /// A letter in one face.
    pub fn glyph_of(&self, number: usize, c: char) -> Option<Glyph> {
        self.face(number)?.glyph(c)
    }

    /// Which face writes a letter: the style's own, running text's, another. What belongs to the letters around it (joiners, the stop that
    /// Indic scripts share) stays in the face of the letter before it.
    pub fn place(&self, style: Style, c: char, before: Option<usize>) -> Option<usize> {
        if matches!(c, '\u{200c}' | '\u{200d}' | '\u{964}' | '\u{965}' | '\u{25cc}')
            && let Some(same) = before.filter(|b| *b >= STYLES && self.glyph_of(*b, c).is_some())
        {
            return Some(same);
        }
        let own = [style as usize, Style::Plain as usize];
        own.into_iter().chain(asked(c).map(|o| o + STYLES)).find(|f| self.glyph_of(*f, c).is_some())
    }

    fn glyph(&self, style: Style, c: char) -> Option<Glyph> {
        self.glyph_of(style as usize, c).or_else(|| self.glyph_of(self.place(style, c, None)?, c))
    }

    /// Is it a letter that changes with its neighbours?
    fn joins(&self, style: Style, c: char) -> bool {
        c >= '\u{590}' && self.place(style, c, None).is_some_and(|f| self.shaped(f))
    }

    /// Text of letters that a face has. Control characters become spaces, tabs too; orders of direction that reach over what follows are
    /// shown as their codes, so that a text cannot turn what stands beside it.
    pub fn fit(&self, style: Style, text: &str) -> String {
        if text.bytes().all(|b| b == b'\n' || (b' '..0x7f).contains(&b)) {
            return text.to_string();
        }
        let turned = turns(text);
        let mut out = String::with_capacity(text.len());
        let mut marks = 0;
        for c in text.nfc() {
            marks = if is_combining_mark(c) { marks + 1 } else { 0 };
            match c {
                '\n' => out.push('\n'),
                '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => {}
                c if order_mark(c) => out.extend(turned.then_some(c)),
                '\u{200c}' | '\u{200d}' => out.extend(out.chars().last().is_some_and(|l| self.joins(style, l)).then_some(c)),
                c if c.is_control() || (c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{3000}')) => out.push(' '),
                c if marks <= MARKS && self.glyph(style, c).is_some() => out.push(c),
                c => match self.same_letters(style, c) {
                    Some(letters) if marks <= MARKS => out.push_str(&letters),
                    _ => out.push_str(&format!("[U+{:04X}]", c as u32)),
                },
            }
        }
        out
    }

    /// The letters that a ligature or a letter's form stands for (`\u{fb01}`, Arabic presentation forms), where they can be written.
    fn same_letters(&self, style: Style, c: char) -> Option<String> {
        if !matches!(c, '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') {
            return None;
        }
        let letters: String = std::iter::once(c).nfkc().collect();
        letters.chars().all(|l| l == ' ' || self.glyph(style, l).is_some()).then_some(letters)
    }

    /// Width of fitted text in points.
    pub fn width(&self, style: Style, size: f32, text: &str) -> f32 {
        if !text.is_ascii() && text.chars().any(|c| self.joins(style, c)) {
            return self.runs(style, text).iter().map(|r| r.width).sum::<f32>() * size;
        }
        self.rough(style, size, text)
    }

    /// Width of the letters, each by itself.
    fn rough(&self, style: Style, size: f32, text: &str) -> f32 {
        let drawn = text.chars().filter(|c| !order_mark(*c));
        drawn.filter_map(|c| self.glyph(style, c)).map(|g| g.1).sum::<f32>() * size
    }

    /// Glyphs of a fitted line, in the order of the paper.
    pub fn runs(&self, style: Style, text: &str) -> Vec<Run> {
        shape::runs(self, style, text)
    }

    /// Lines no wider than `width`: broken at spaces, and inside of what is too long by itself, after a separator where there is one. Lines
    /// of a text that is written from right to left begin with a mark that says so, which is not drawn.
    pub fn lines(&self, style: Style, size: f32, text: &str, width: f32) -> Vec<String> {
        let text = self.fit(style, text);
        let space = self.width(style, size, " ");
        let mut out = Vec::new();
        for paragraph in text.split('\n') {
            let first = out.len();
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
            if turns(paragraph) {
                let mark = if begins_right(paragraph) { '\u{200f}' } else { '\u{200e}' };
                out.iter_mut().skip(first).for_each(|l| l.insert(0, mark));
            }
        }
        out
    }

    /// Breaks a long word; gives what is left for the next line.
    fn broken(&self, style: Style, size: f32, word: &str, width: f32, out: &mut Vec<String>) -> String {
        let joined = !word.is_ascii() && word.chars().any(|c| self.joins(style, c));
        let mut rest = word;
        loop {
            let (mut used, mut ends, mut good) = (0.0, Vec::new(), 0);
            let mut letters = rest.char_indices().peekable();
            while let Some((at, c)) = letters.next() {
                used += self.rough(style, size, c.encode_utf8(&mut [0; 4]));
                if used > width && !ends.is_empty() {
                    break;
                }
                let end = at + c.len_utf8();
                if letters.peek().is_some_and(|(_, next)| clings(*next)) {
                    continue;
                }
                ends.push(end);
                if matches!(c, '/' | '.' | '-' | '_' | ',' | ':' | '@') {
                    good = end;
                }
            }
            // Joined letters may be wider together than each by itself.
            while joined
                && ends.len() > 1
                && ends.last().and_then(|e| rest.get(..*e)).is_some_and(|t| self.width(style, size, t) > width)
            {
                ends.pop();
            }
            let end = ends.last().copied().unwrap_or(rest.len());
            if end == rest.len() {
                return rest.to_string();
            }
            // A break close to the beginning would waste the line.
            let cut = if good * 2 > end && good <= end { good } else { end };
            let (head, tail) = rest.split_at(cut);
            out.push(head.to_string());
            rest = tail;
        }
    }
}

/// Does a letter stand with the one before it: marks, joiners, and the stops of Chinese and Japanese, with which no line begins?
fn clings(c: char) -> bool {
    is_combining_mark(c)
        || matches!(
            c,
            '\u{200c}'
                ..='\u{200f}'
                    | '\u{61c}'
                    | '\u{3001}'
                    | '\u{3002}'
                    | '\u{300d}'
                    | '\u{300f}'
                    | '\u{3011}'
                    | '\u{ff01}'
                    | '\u{ff09}'
                    | '\u{ff0c}'
                    | '\u{ff0e}'
                    | '\u{ff1a}'
                    | '\u{ff1b}'
                    | '\u{ff1f}'
        )
}

/// A built-in font as it is read. One that was packed stays open as long as the program runs.
fn opened(other: &Other) -> Option<&'static [u8]> {
    if !other.packed {
        return Some(other.bytes);
    }
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(other.bytes).read_to_end(&mut out).ok()?;
    Some(out.leak())
}

fn face(bytes: &'static [u8]) -> Result<Face, String> {
    let font = Font::new(bytes.into(), 0).ok_or("a built-in font is damaged")?;
    let shaper = harfrust::Font::new(bytes, 0).ok_or("a built-in font is damaged")?;
    let read = FontRef::new(bytes).map_err(|e| e.to_string())?;
    let metrics = read.glyph_metrics(Size::new(1.0), LocationRef::default());
    let glyphs: HashMap<char, Glyph> = read
        .charmap()
        .mappings()
        .filter_map(|(code, id)| Some((char::from_u32(code)?, (id.to_u32(), metrics.advance_width(id)?))))
        .collect();
    let mut ascii = [None; 128];
    for (slot, c) in ascii.iter_mut().zip('\0'..) {
        *slot = glyphs.get(&c).copied();
    }
    Ok(Face { font, glyphs, ascii, shaper })
}

/// Names for tests, one a script.
#[cfg(test)]
pub(super) const NAMES: &[&str] = &[
    "\u{418}\u{432}\u{430}\u{43d} \u{408}\u{430}\u{43d}\u{458}\u{438}\u{45b}",
    "\u{393}\u{3b9}\u{3ce}\u{3c1}\u{3b3}\u{3bf}\u{3c2}",
    "Nguy\u{1ec5}n Th\u{1ecb} \u{1ea0}nh",
    "\u{5d3}\u{5d1}\u{5d5}\u{5e8}\u{5d4} \u{5dc}\u{5d5}\u{5d9}",
    "\u{645}\u{62d}\u{645}\u{62f} \u{639}\u{644}\u{64a}\u{60c} \u{6af}\u{644}",
    "\u{936}\u{94d}\u{930}\u{940}\u{92e}\u{924}\u{940} \u{930}\u{93e}\u{927}\u{93e}\u{964}",
    "\u{9b0}\u{9ab}\u{9bf}\u{995}\u{9c1}\u{9b2} \u{9b9}\u{995}\u{964}",
    "\u{a17}\u{a41}\u{a30}\u{a2a}\u{a4d}\u{a30}\u{a40}\u{a24}",
    "\u{aa8}\u{ab0}\u{ac7}\u{aa8}\u{acd}\u{aa6}\u{acd}\u{ab0}",
    "\u{b2a}\u{b4d}\u{b30}\u{b3f}\u{b5f}\u{b3e}",
    "\u{b95}\u{bca}\u{b9f}\u{bcd}\u{b9f}\u{bbf}",
    "\u{c36}\u{c4d}\u{c30}\u{c40}\u{c28}\u{c41}",
    "\u{c95}\u{cc3}\u{cb7}\u{ccd}\u{ca3}",
    "\u{d36}\u{d4d}\u{d30}\u{d40}\u{d1c}",
    "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}",
    "\u{e2a}\u{e21}\u{e0a}\u{e32}\u{e22} \u{e17}\u{e35}\u{e48}",
    "\u{ea5}\u{eb2}\u{ea7}\u{e81}\u{eb5}\u{e9a}",
    "\u{1019}\u{103c}\u{1014}\u{103a}\u{1019}\u{102c}",
    "\u{179f}\u{17bb}\u{1781}\u{17b6}",
    "\u{10d2}\u{10d8}\u{10dd}\u{10e0}\u{10d2}\u{10d8}",
    "\u{12a0}\u{1260}\u{1260} \u{1262}\u{1242}\u{120b}",
    "\u{13e3}\u{13b3}\u{13a9}",
    "\u{531}\u{580}\u{561}\u{574}",
    "\u{5f20}\u{4f1f}\u{3001}\u{9673}\u{7f8e}\u{73b2}",
    "\u{7530}\u{4e2d} \u{3055}\u{304f}\u{3089} \u{30b5}\u{30af}\u{30e9}",
    "\u{ae40}\u{bbfc}\u{c900}",
    // Rare Han characters of names, beyond the first plane too, and emoji.
    "\u{9f9a}\u{4dae}",
    "\u{20bb7}\u{7530}\u{9fc3}\u{34c3}",
    "\u{1f600}\u{fe0f}\u{1f9d1}\u{1f3fd}",
    "\u{2612} \u{2713} \u{2192} \u{2265} \u{25a0} \u{2460}",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let faces = Faces::load().unwrap();
        let text = "a/very/long/path/without/any/space/that/must/be/broken and some words, and \u{1d11e} that no font has";
        let han = "\u{5f20}\u{4f1f}\u{7684}\u{6bcd}\u{4eb2}\u{ff0c}\u{60a3}\u{6709}\u{7cd6}\u{5c3f}\u{75c5}\u{3002}".repeat(4);
        let hindi = "\u{936}\u{94d}\u{930}\u{940}\u{92e}\u{924}\u{940} ".repeat(9) + &"\u{915}\u{94d}\u{937}\u{93f}".repeat(30);
        let arabic = "\u{645}\u{62d}\u{645}\u{62f} \u{639}\u{644}\u{64a} ".repeat(9) + &"\u{645}\u{62d}".repeat(40);
        for text in [text, &han, &hindi, &arabic] {
            for width in [20.0, 60.0, 200.0] {
                let lines = faces.lines(Style::Plain, 9.0, text, width);
                assert!(lines.iter().all(|l| faces.width(Style::Plain, 9.0, l) <= width + 0.05), "{lines:?}");
                let plain = |t: &str| t.replace([' ', '\u{200f}'], "");
                assert_eq!(plain(&lines.concat()), plain(text).replace('\u{1d11e}', "[U+1D11E]"));
                assert!(lines.iter().all(|l| !l.starts_with(['\u{ff0c}', '\u{3002}', '\u{94d}', '\u{93f}'])), "{lines:?}");
            }
        }
        assert_eq!(faces.lines(Style::Mono, 9.0, "a\nb", 100.0), ["a", "b"]);
    }

    /// Names as people write them. What a font lacks shows as a code, which nobody can read aloud.
    #[test]
    fn names_in_the_scripts_of_the_world_are_written_as_they_are() {
        let faces = Faces::load().unwrap();
        for name in NAMES {
            for style in [Style::Plain, Style::Bold, Style::Mono] {
                assert!(!faces.fit(style, name).contains("[U+"), "{name}: {}", faces.fit(style, name));
                let written: usize = faces.runs(style, &faces.fit(style, name)).iter().map(|r| r.glyphs.len()).sum();
                assert!(written > 1 && faces.width(style, 9.0, &faces.fit(style, name)) > 5.0, "{name}");
            }
        }
        // A form that a PDF's text layer has instead of the letters.
        assert_eq!(faces.fit(Style::Plain, "\u{fe8f}\u{fb01}"), "\u{628}fi");
        // What would turn the text beside it is shown, marks without end are not piled up.
        assert_eq!(faces.fit(Style::Plain, "a\u{202e}b"), "a[U+202E]b");
        assert!(faces.fit(Style::Plain, &"\u{64b}".repeat(40)).contains("[U+064B]"));
    }

    /// A token of a hostile export may be as long as it likes.
    #[test]
    fn a_huge_word_takes_linear_time() {
        let faces = Faces::load().unwrap();
        assert!(faces.lines(Style::Mono, 9.0, &"x".repeat(300_000), 100.0).len() > 10_000);
        assert!(faces.lines(Style::Plain, 9.0, &"\u{645}\u{64b}".repeat(20_000), 100.0).len() > 1_000);
        assert!(faces.lines(Style::Plain, 9.0, &"\u{e48}".repeat(40_000), 100.0).len() > 1_000);
    }
}
