//! Folding: the one form in which forbidden values and output texts are compared.
//!
//! Letters lose case and accents, zero-width characters vanish, every other character becomes a blank and runs of blanks become
//! one. A character that ends a thought (a quote, a bracket, a semicolon) becomes a *hard* blank, so that two values which only
//! stand next to each other are not read as one name. Every pattern is then `" jane roe "`, blanks included, and word boundaries
//! need no further test.
//!
//! JSON escapes can be decoded on the way. A reading with escapes decoded covers the raw reading too, since a JSON text without
//! escapes reads as it is stored; that saves a pass over large files.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Stands between two blanks where a value ends. No pattern contains it.
pub(crate) const HARD: u8 = 0x01;
const SOFT: u8 = b' ';
const SLOW: u8 = 0x00;
/// Distance in raw bytes between two marks of the way back.
const MARK_EVERY: usize = 1024;

/// Whether backslash escapes of JSON are decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Escapes {
    /// A backslash is a blank.
    None,
    /// `\u0041` is `a`.
    Json,
}

/// Folded text with a sparse map back to the bytes.
#[derive(Default)]
pub(crate) struct Folded {
    /// The folded text; begins and ends with a blank.
    pub text: Vec<u8>,
    /// Where each word begins.
    pub words: Vec<u32>,
    marks: Vec<(usize, usize)>,
}

const fn table() -> [u8; 256] {
    let mut t = [SOFT; 256];
    let mut i = 0usize;
    while i < 256 {
        let b = i as u8;
        t[i] = match b {
            b'a'..=b'z' | b'0'..=b'9' => b,
            b'A'..=b'Z' => b + 32,
            b'"' | b'{' | b'}' | b'[' | b']' | b';' | b':' | b'|' | b'<' | b'>' | b'!' | b'?' => HARD,
            b'\\' => SLOW,
            0x80..=0xff => SLOW,
            _ => SOFT,
        };
        i += 1;
    }
    t
}
static TABLE: [u8; 256] = table();

/// Folds `bytes`. Invalid UTF-8 is read as Windows-1252, so that an `é` of an old export still reads as `e`.
pub(crate) fn fold(bytes: &[u8], escapes: Escapes) -> Folded {
    let mut folded = Folded {
        text: Vec::with_capacity(bytes.len() + 8),
        words: Vec::with_capacity(bytes.len() / 8),
        marks: Vec::with_capacity(bytes.len() / MARK_EVERY + 1),
    };
    let out = &mut folded.text;
    out.push(SOFT);
    let mut at = 0usize;
    while at < bytes.len() {
        let stop = (at + MARK_EVERY).min(bytes.len());
        folded.marks.push((out.len(), at));
        // Blanks are written when the next letter comes, so that a run of them costs one test.
        let mut pending = u8::from(out.last() == Some(&SOFT));
        while let Some(&b) = bytes.get(at).filter(|_| at < stop) {
            let class = TABLE[b as usize];
            if class > SOFT {
                if pending != 0 {
                    blank(out, &mut pending);
                    folded.words.push(out.len() as u32);
                }
                let word = bytes.get(at..stop).unwrap_or_default();
                let word = word.iter().position(|b| TABLE[*b as usize] <= SOFT).and_then(|n| word.get(..n)).unwrap_or(word);
                out.extend(word.iter().map(|b| TABLE[*b as usize]));
                at += word.len();
            } else if class != SLOW {
                pending |= if class == HARD { 2 } else { 1 };
                at += 1;
            } else {
                blank(out, &mut pending);
                let before = out.len();
                at = step(bytes, at, escapes, out);
                for i in before..out.len() {
                    if out.get(i).is_some_and(|b| *b > SOFT) && out.get(i - 1).is_some_and(|b| *b <= SOFT) {
                        folded.words.push(i as u32);
                    }
                }
                pending = u8::from(out.last() == Some(&SOFT));
            }
        }
        blank(out, &mut pending);
    }
    soft(&mut folded.text);
    folded
}

/// Folds a short text into words separated by one blank, without the outer blanks.
pub(crate) fn fold_words(text: &str) -> String {
    let folded = fold(text.as_bytes(), Escapes::None);
    let words: Vec<&[u8]> = folded.text.split(|b| *b == SOFT || *b == HARD).filter(|w| !w.is_empty()).collect();
    String::from_utf8_lossy(&words.join(&SOFT)).into_owned()
}

/// Folds a short text as it would stand in an output, hard blanks kept, without outer blanks.
pub(crate) fn fold_exact(text: &str) -> String {
    let folded = fold(text.as_bytes(), Escapes::None).text;
    String::from_utf8_lossy(&folded).trim_matches([SOFT as char, HARD as char]).to_string()
}

impl Folded {
    /// The raw byte range that folded bytes `start..end` stand for. `bytes` and `escapes` must be those of [`fold`].
    pub fn raw_range(&self, bytes: &[u8], escapes: Escapes, start: usize, end: usize) -> (usize, usize) {
        let mark = self.marks.partition_point(|m| m.0 <= start).saturating_sub(1);
        let Some(&(mut len, mut at)) = self.marks.get(mark) else { return (0, 0) };
        let mut out: Vec<u8> = self.text.get(len.saturating_sub(2)..len).map(<[u8]>::to_vec).unwrap_or_default();
        let base = out.len();
        let origin = len;
        let mut first = None;
        let mut last = at;
        while at < bytes.len() && len < end {
            let next = step(bytes, at, escapes, &mut out);
            let after = origin + (out.len() - base);
            if after > start && first.is_none() {
                first = Some(at);
            }
            if after > len {
                last = next;
            }
            len = after;
            at = next;
        }
        let first = first.unwrap_or(at.min(bytes.len()));
        (first, last.max(first))
    }
}

/// Folds what stands at `at` and gives the offset after it.
fn step(bytes: &[u8], at: usize, escapes: Escapes, out: &mut Vec<u8>) -> usize {
    let Some(&b) = bytes.get(at) else { return at + 1 };
    match TABLE[b as usize] {
        SOFT => soft(out),
        HARD => hard(out),
        SLOW if b == b'\\' => return escape(bytes, at, escapes, out),
        SLOW => return wide(bytes, at, out),
        c => out.push(c),
    }
    at + 1
}

fn blank(out: &mut Vec<u8>, pending: &mut u8) {
    match *pending {
        0 => {}
        1 => soft(out),
        _ => hard(out),
    }
    *pending = 0;
}

fn soft(out: &mut Vec<u8>) {
    if out.last() != Some(&SOFT) {
        out.push(SOFT);
    }
}

fn hard(out: &mut Vec<u8>) {
    soft(out);
    if out.len() < 2 || out.get(out.len() - 2) != Some(&HARD) {
        out.push(HARD);
        out.push(SOFT);
    }
}

fn wide(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let lead = bytes.get(at).copied().unwrap_or(0);
    let width = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    if let Some(c) = bytes.get(at..at + width).and_then(|s| std::str::from_utf8(s).ok()).and_then(|s| s.chars().next()) {
        fold_char(c, out);
        return at + width;
    }
    fold_char(windows_1252(lead), out);
    at + 1
}

/// Only the letters of the range 0x80..0x9F matter for names.
fn windows_1252(b: u8) -> char {
    match b {
        0x8a => 'Š',
        0x8c => 'Œ',
        0x8e => 'Ž',
        0x9a => 'š',
        0x9c => 'œ',
        0x9e => 'ž',
        0x9f => 'Ÿ',
        0x80..=0x9f => ' ',
        _ => b as char,
    }
}

fn escape(bytes: &[u8], at: usize, escapes: Escapes, out: &mut Vec<u8>) -> usize {
    if escapes == Escapes::None {
        soft(out);
        return at + 1;
    }
    match bytes.get(at + 1) {
        Some(b'u') => {
            let Some(unit) = hex4(bytes, at + 2) else {
                soft(out);
                return at + 1;
            };
            if (0xd800..0xdc00).contains(&unit)
                && bytes.get(at + 6..at + 8) == Some(b"\\u")
                && let Some(low @ 0xdc00..=0xdfff) = hex4(bytes, at + 8)
            {
                fold_char(char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(' '), out);
                return at + 12;
            }
            fold_char(char::from_u32(unit).unwrap_or(' '), out);
            at + 6
        }
        Some(b'"') => {
            hard(out);
            at + 2
        }
        Some(b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            soft(out);
            at + 2
        }
        _ => {
            soft(out);
            at + 1
        }
    }
}

/// Four hexadecimal digits as a number.
pub(crate) fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0u32, |n, b| Some(n * 16 + (*b as char).to_digit(16)?))
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn fold_char(c: char, out: &mut Vec<u8>) {
    if c.is_ascii() {
        match TABLE[c as usize] {
            HARD => hard(out),
            SOFT | SLOW => soft(out),
            b => out.push(b),
        }
        return;
    }
    if is_zero_width(c) || is_combining_mark(c) {
        return;
    }
    if !c.is_alphanumeric() {
        soft(out);
        return;
    }
    decompose_compatible(c, |d| {
        for low in d.to_lowercase() {
            if !is_combining_mark(low) {
                push_folded(low, out);
            }
        }
    });
}

/// Letters that Unicode does not decompose, as they are written without their stroke or ligature.
fn push_folded(c: char, out: &mut Vec<u8>) {
    match c {
        'ß' => out.extend_from_slice(b"ss"),
        'æ' => out.extend_from_slice(b"ae"),
        'œ' => out.extend_from_slice(b"oe"),
        'ø' => out.push(b'o'),
        'đ' | 'ð' => out.push(b'd'),
        'ł' => out.push(b'l'),
        'ħ' => out.push(b'h'),
        'þ' => out.extend_from_slice(b"th"),
        'ı' => out.push(b'i'),
        c if c.is_alphanumeric() => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        _ => soft(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str, e: Escapes) -> String {
        String::from_utf8(fold(s.as_bytes(), e).text).unwrap()
    }

    #[test]
    fn folds_case_accents_space_and_zero_width() {
        assert_eq!(text("JOSÉ\u{a0}\t  Nu\u{300}\u{200b}ñez", Escapes::None), " jose nunez ");
        assert_eq!(text("Łukasz Weiß Ørsted ﬁn", Escapes::None), " lukasz weiss orsted fin ");
        assert_eq!(fold_words("O’Brien-Roe, J."), "o brien roe j");
    }

    #[test]
    fn json_escapes_are_read() {
        assert_eq!(text(r"J\u0061n\u00E9\nRoe", Escapes::Json), " jane roe ");
        assert_eq!(text(r"\ud835\udc00b", Escapes::Json), " ab ", "a surrogate pair of a mathematical A");
        assert_eq!(text(r"\ud835x \u12", Escapes::Json), " x u12 ");
    }

    #[test]
    fn invalid_utf8_reads_as_windows_1252() {
        assert_eq!(fold(b"Ren\xe9e \x9ailo", Escapes::None).text, b" renee silo ");
    }

    #[test]
    fn hard_blanks_keep_values_apart() {
        assert_eq!(text(r#"{"a":"Roe","b""#, Escapes::Json), " \u{1} a \u{1} roe \u{1} b \u{1} ");
        assert!(!text("Roe; Jane", Escapes::None).contains(" roe jane "));
        assert!(text("Roe, Jane", Escapes::None).contains(" roe jane "));
    }

    #[test]
    fn finds_the_way_back() {
        let mut raw = "é\\u0020x ".repeat(700);
        let at = raw.len();
        raw.push_str("\"J\\u0061ne  R\u{200b}oe\"");
        let f = fold(raw.as_bytes(), Escapes::Json);
        let needle = b" jane roe ";
        let pos = f.text.windows(needle.len()).position(|w| w == needle).unwrap();
        let (s, e) = f.raw_range(raw.as_bytes(), Escapes::Json, pos + 1, pos + needle.len() - 1);
        assert_eq!(&raw[s..e], "J\\u0061ne  R\u{200b}oe");
        assert_eq!(s, at + 1);
    }
}
