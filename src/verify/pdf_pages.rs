//! Pages of a PDF as the second reader draws them, a few at a time: what was read of a page is dropped when it was made use of, so that a long
//! document needs no more memory than its text.

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings,
    SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use unicode_normalization::UnicodeNormalization;

/// Segments of a path from which on it can be letters.
pub const LETTERS: usize = 12;
/// Paths of one page that are noted one by one.
const MAX_SHAPES: usize = 5_000;
/// Pages that are read with the same fonts.
const STRETCH: usize = 64;

/// One glyph as the second reader draws it.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// What it reads as; empty when nobody can say.
    pub text: String,
    /// Where, in points from the lower left of the page.
    pub at: [f32; 2],
    /// Font size in points.
    pub size: f32,
    /// Font size along the line, which narrowed or widened text has another of.
    pub wide: f32,
    /// How wide its font says that it is, in font sizes; `None` when the font does not say, or nothing that can be.
    pub advance: Option<f32>,
    /// First of a run.
    pub starts: bool,
}

/// An open PDF.
pub struct Pages {
    /// The file in the second reader's hands.
    pub pdf: Pdf,
}

impl Pages {
    /// Opens a file.
    ///
    /// # Errors
    /// When the second reader cannot.
    pub fn open(bytes: &[u8], password: &str) -> Result<Pages, String> {
        let data = bytes.to_vec();
        // The reader is not ours; a panic in it is an unreadable file.
        let opened = catch_unwind(AssertUnwindSafe(|| Pdf::new_with_password(data, password).ok())).ok().flatten();
        opened.map(|pdf| Pages { pdf }).ok_or_else(|| "the second reader cannot open it".into())
    }

    /// Gives each page (from 1) to `with` and keeps only what comes back; `None` for pages in `skip`, which are not drawn. Stretches of pages go
    /// in parallel.
    ///
    /// # Errors
    /// When the second reader gives up.
    pub fn each<T: Send>(&self, skip: &[u32], with: &(dyn Fn(u32, Seen) -> T + Sync)) -> Result<Vec<Option<T>>, String> {
        let numbers: Vec<u32> = (1..=self.pdf.pages().len() as u32).collect();
        let stretch = numbers.len().div_ceil(rayon::current_num_threads().max(1) * 2).clamp(8, STRETCH);
        let read = |some: &[u32]| {
            let cache = InterpreterCache::new();
            let one = |no: &u32| {
                let page = self.pdf.pages().get(*no as usize - 1).filter(|_| !skip.contains(no))?;
                let area = Rect::new(-1e6, -1e6, 1e6, 1e6);
                let mut context = Context::new(Affine::IDENTITY, area, &cache, self.pdf.xref(), InterpreterSettings::default());
                let mut seen = Seen::default();
                interpret_page(page, &mut context, &mut seen);
                Some(with(*no, seen))
            };
            catch_unwind(AssertUnwindSafe(|| some.iter().map(one).collect::<Vec<_>>())).ok()
        };
        let all: Option<Vec<Vec<Option<T>>>> = numbers.par_chunks(stretch).map(read).collect();
        all.map(|a| a.into_iter().flatten().collect()).ok_or_else(|| "the second reader gave up".into())
    }
}

/// The glyphs of a page that leave ink, in little room: blanks are left out, what nobody can read is not.
#[derive(Default, Debug)]
pub struct Ink {
    /// Where each stands, and its character, or `MORE` and a place in `more`.
    marks: Vec<([f32; 2], u32)>,
    /// Texts of glyphs that read as several characters.
    more: Vec<Box<str>>,
}

/// Above every character.
const MORE: u32 = 1 << 24;
/// A glyph without a reading.
const UNREAD: u32 = MORE - 1;

impl Ink {
    /// Of what was read.
    pub fn of(glyphs: &[Shown]) -> Ink {
        let mut out = Ink::default();
        for g in glyphs.iter().filter(|g| g.text.is_empty() || !g.text.trim().is_empty()) {
            let mut chars = g.text.chars();
            let sign = match (chars.next(), chars.next()) {
                (Some(c), None) => u32::from(c),
                (None, _) => UNREAD,
                _ => {
                    out.more.push(g.text.as_str().into());
                    MORE + out.more.len() as u32 - 1
                }
            };
            out.marks.push((g.at, sign));
        }
        out.marks.shrink_to_fit();
        out
    }

    /// Place and text of each.
    pub fn iter(&self) -> impl Iterator<Item = ([f32; 2], Sign<'_>)> {
        self.marks.iter().map(|(at, sign)| {
            let one = char::from_u32(*sign);
            let more = sign.checked_sub(MORE).and_then(|i| self.more.get(i as usize)).map_or("", |t| t);
            (*at, Sign { one, more })
        })
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        16 * self.marks.len() + 32 * self.more.len()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// True when nothing can be read.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }
}

/// What one glyph reads as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sign<'a> {
    one: Option<char>,
    more: &'a str,
}

impl Sign<'_> {
    /// True when anybody can say what it reads as.
    pub fn is_read(&self) -> bool {
        self.one.is_some() || !self.more.is_empty()
    }

    /// Its characters.
    pub fn chars(&self) -> impl Iterator<Item = char> {
        self.one.into_iter().chain(self.more.chars())
    }
}

/// A page as text, in three ways of telling where a word ends: by gaps between runs, by wide gaps only, by every gap. Where a font does not
/// say how wide a glyph is, a guess must do; a name must not slip through because of that. Where it does say, two words in small letters
/// with a blank between them are two words (`the primitive's name` names nobody called Sname); a word with a capital, or letters that all
/// stand apart, may still be one.
pub fn readings(glyphs: &[Shown]) -> String {
    let mut out = String::with_capacity(glyphs.len() * 4);
    let steps: Vec<Step> = glyphs.windows(2).map(|w| step(&w[0], &w[1])).collect();
    let apart = |i: Option<usize>| i.and_then(|i| steps.get(i)).is_none_or(|s| s.line || s.gap > APART);
    for way in 0..3 {
        // Where the word begins that is being written.
        let mut word = out.len();
        for (i, g) in glyphs.iter().enumerate() {
            let before = i.checked_sub(1);
            if let Some(s) = before.and_then(|b| steps.get(b)) {
                let spaced = || apart(i.checked_sub(2)) && apart(Some(i));
                let capital = || out.get(word..).and_then(|w| w.chars().next()).is_some_and(|c| !c.is_lowercase());
                let blank = match way {
                    0 => g.starts && s.gap > 0.15,
                    1 => s.along > 1.1 || s.known && s.gap > APART && !capital() && !spaced(),
                    _ => s.gap > APART,
                };
                if s.line {
                    end_line(&mut out, &g.text);
                } else if blank {
                    out.push(' ');
                }
            }
            let at = out.len();
            out.push_str(&g.text);
            if out.get(..at).and_then(|t| t.chars().next_back()).is_none_or(|c| !c.is_alphanumeric()) {
                word = at;
            }
        }
        out.push_str("\n\n");
    }
    out
}

/// From here on a gap, in font sizes, is one that an eye takes for a blank.
const APART: f32 = 0.2;

/// From one glyph to the next.
struct Step {
    /// Another line.
    line: bool,
    /// From origin to origin, in font sizes.
    along: f32,
    /// What is free between the two, in font sizes.
    gap: f32,
    /// The font says how wide the first one is.
    known: bool,
}

fn step(b: &Shown, g: &Shown) -> Step {
    let em = b.wide.max(0.1);
    let tall = b.size.max(0.1);
    let (dx, dy) = (g.at[0] - b.at[0], g.at[1] - b.at[1]);
    let (along, across) = if dy.abs() > dx.abs() * 4.0 && b.text != " " { (dy.abs(), dx) } else { (dx, dy) };
    let wide = b.advance.unwrap_or_else(|| b.text.chars().map(guess).sum());
    Step {
        line: across.abs() > 0.5 * tall || along < -0.5 * em,
        along: along / em,
        gap: along / em - wide,
        known: b.advance.is_some(),
    }
}

/// Ends a line, unless a hyphen says that its last word goes on in the next (`Ver-` and `sion` name nobody called Ver).
fn end_line(out: &mut String, next: &str) {
    let mut back = out.chars().rev();
    let broken = matches!(back.next(), Some('-' | '\u{2010}' | '\u{ad}')) && back.next().is_some_and(char::is_alphabetic);
    match next.chars().next() {
        Some(c) if broken && c.is_lowercase() => drop(out.pop()),
        Some(c) if broken && c.is_alphabetic() => {}
        _ => out.push('\n'),
    }
}

/// About how wide a character is, in font sizes.
fn guess(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' '
        | '-' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' => 0.85,
        c if c.is_uppercase() => 0.68,
        _ => 0.54,
    }
}

/// Collects text as a page is drawn.
#[derive(Default)]
pub struct Seen {
    /// Glyphs in the order they are drawn, unreadable ones included.
    pub glyphs: Vec<Shown>,
    /// Where paths of at least [`LETTERS`] segments stand: left, bottom, right, top.
    pub shapes: Vec<[f32; 4]>,
}

impl Seen {
    fn shape(&mut self, segments: usize, b: [f32; 4]) {
        if segments < LETTERS {
            return;
        }
        let full = self.shapes.len() >= MAX_SHAPES;
        match self.shapes.last_mut().filter(|_| full) {
            // The last one grows until it holds all that come after it.
            Some(l) => *l = [l[0].min(b[0]), l[1].min(b[1]), l[2].max(b[2]), l[3].max(b[3])],
            None => self.shapes.push(b),
        }
    }
}

impl Device<'_> for Seen {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, _: &DrawMode) {
        let b = props.transform.transform_rect_bbox(path.control_box());
        self.shape(path.elements().len(), [b.x0, b.y0, b.x1, b.y1].map(|v| v as f32));
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        let mut starts = true;
        for glyph in run.glyphs() {
            let m = props.transform * glyph.transform();
            let at = m * Point::ZERO;
            let c = m.as_coeffs();
            // Glyph space is a thousandth of the font size.
            let size = (c[2].hypot(c[3]) * 1000.0).max(0.1);
            let wide = (c[0].hypot(c[1]) * 1000.0).max(0.1);
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(s)) => s,
                None => String::new(),
            };
            // A ligature reads as the letters it is made of, whichever way a font's tables put it.
            let text = if text.is_ascii() { text } else { text.nfkc().collect() };
            let advance = match &**glyph {
                Glyph::Outline(g) => g.advance_width().map(|w| w / 1000.0).filter(|w| (0.1..=1.5).contains(w)),
                Glyph::Type3(_) => None,
            };
            let (size, wide) = (size as f32, wide as f32);
            self.glyphs.push(Shown { text, at: [at.x as f32, at.y as f32], size, wide, advance, starts });
            starts = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Shown {
        Shown { text: text.into(), at: [1.0, 2.0], size: 10.0, wide: 10.0, advance: None, starts: true }
    }

    #[test]
    fn what_is_kept_of_glyphs_reads_as_they_do() {
        let ink = Ink::of(&["A", "", " ", "ffi", "\u{1F600}"].map(shown));
        let texts: Vec<String> = ink.iter().map(|(_, s)| s.chars().collect()).collect();
        assert_eq!(texts, ["A", "", "ffi", "\u{1F600}"]);
        assert_eq!(ink.iter().filter(|(_, s)| s.is_read()).count(), 3);
    }

    /// Letters of a typewriter, each in a run of its own.
    fn typed(text: &str, advance: Option<f32>) -> Vec<Shown> {
        let place = |i: usize| [i as f32 * 6.0, 0.0];
        let one = |(i, c): (usize, char)| Shown { at: place(i), advance, ..shown(&c.to_string()) };
        text.chars().enumerate().map(one).filter(|g| g.text != " ").collect()
    }

    #[test]
    fn narrow_letters_of_a_typewriter_do_not_end_a_word() {
        let text = readings(&typed("Version 3 of Li", Some(0.6)));
        assert!(!text.contains("Ver ") && !text.contains("V er"), "{text}");
        assert!(text.contains("Version 3 of Li"), "{text}");
        assert!(readings(&typed("Version", None)).contains("Ver "), "without widths it is a guess");
    }

    /// A manual that speaks of `the primitive's name` failed its check over somebody called Sname.
    #[test]
    fn small_words_with_a_blank_between_are_not_one_name() {
        let narrow = |text: &str| -> String {
            let close = |g: Shown| Shown { at: [g.at[0] * 0.75, 0.0], ..g };
            readings(&typed(text, Some(0.45)).into_iter().map(close).collect::<Vec<_>>())
        };
        let text = narrow("primitive's name, a very");
        assert!(!text.contains("sname") && !text.contains("avery"), "{text}");
        assert!(narrow("(CS TUG) now").contains("(CSTUG)"), "a name with a capital may be torn");
        assert!(narrow("q u i x m o r e").contains("quixmore"), "letters that all stand apart may be a word");
    }

    #[test]
    fn a_word_that_a_line_end_breaks_is_one() {
        let line = |text: &str, y: f32| -> Vec<Shown> {
            typed(text, Some(0.6)).into_iter().map(|g| Shown { at: [g.at[0], y], ..g }).collect()
        };
        let text = readings(&[line("seen by Quix-", 20.0), line("more and Ann Roe-", 8.0), line("Smith", -4.0)].concat());
        assert!(text.contains("Quixmore and") && text.contains("Roe-Smith"), "{text}");
    }

    #[test]
    fn paths_of_many_segments_are_noted_and_none_is_forgotten() {
        let mut seen = Seen::default();
        seen.shape(4, [0.0, 0.0, 9.0, 9.0]);
        assert!(seen.shapes.is_empty(), "a rule is no text");
        for i in 0..MAX_SHAPES + 10 {
            seen.shape(40, [i as f32, 0.0, i as f32 + 1.0, 5.0]);
        }
        assert_eq!(seen.shapes.len(), MAX_SHAPES);
        assert_eq!(seen.shapes.last().map(|b| b[2]), Some(MAX_SHAPES as f32 + 10.0));
    }
}
