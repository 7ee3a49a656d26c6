//! Folding of text for search, with the way back to byte offsets.
//!
//! A name is written in many ways that are one to a reader: `JOSÉ`, `José`, `Jose`, with a soft hyphen or a zero-width space
//! inside, over two lines, with typographic quotes. Search runs on the folded text; a find is mapped back to the bytes it
//! stands for. Offsets handed out always lie on char boundaries of the source.
//!
//! Most text is ASCII and folds byte for byte except for runs of white space, so the map is a short list of places where the
//! one-to-one relation breaks, not an entry per character.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A stretch of folded text and the source bytes it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Offset in the folded text.
    folded: usize,
    /// Source bytes.
    from: usize,
    to: usize,
    /// Byte for byte: a part of one is a part of the other.
    same: bool,
}

/// Folded text with its map.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    text: String,
    pieces: Vec<Piece>,
}

impl Folded {
    /// The folded text: lower case, without accents, single blanks.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Source range of the folded range `start..end`; `None` when empty or out of bounds.
    pub fn source_range(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        if start >= end || end > self.text.len() {
            return None;
        }
        let first = self.piece_at(start)?;
        let last = self.piece_at(end - 1)?;
        let from = if first.same { first.from + (start - first.folded) } else { first.from };
        let to = if last.same { last.from + (end - last.folded) } else { last.to };
        (from < to).then_some((from, to))
    }

    fn piece_at(&self, folded: usize) -> Option<&Piece> {
        let i = self.pieces.partition_point(|p| p.folded <= folded);
        self.pieces.get(i.checked_sub(1)?)
    }

    fn push_same(&mut self, bytes: &str, from: usize) {
        let folded = self.text.len();
        self.text.push_str(bytes);
        self.text[folded..].make_ascii_lowercase();
        if let Some(last) = self.pieces.last_mut()
            && last.same
            && last.to == from
        {
            last.to += bytes.len();
            return;
        }
        self.pieces.push(Piece { folded, from, to: from + bytes.len(), same: true });
    }

    fn push_other(&mut self, out: &str, from: usize, to: usize) {
        if out.is_empty() {
            return;
        }
        self.pieces.push(Piece { folded: self.text.len(), from, to, same: false });
        self.text.push_str(out);
    }

    /// A blank for `from..to`, joined with a blank just before.
    fn push_blank(&mut self, from: usize, to: usize) {
        if self.text.ends_with(' ') {
            self.stretch(to);
            return;
        }
        self.push_other(" ", from, to);
    }

    /// Lets the last character's source reach to `to` (combining marks, further white space).
    fn stretch(&mut self, to: usize) {
        let at = self.text.len();
        let Some(last) = self.pieces.last_mut() else { return };
        if !last.same {
            last.to = to;
            return;
        }
        // Only ASCII is stored byte for byte, so the last character is one byte.
        let from = last.to - 1;
        last.to = from;
        let empty = last.from == last.to;
        if empty {
            self.pieces.pop();
        }
        self.pieces.push(Piece { folded: at - 1, from, to, same: false });
    }
}

/// Letters that NFKD does not take apart, and marks that read as another.
fn special(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ŧ' | 'Ŧ' => "t",
        'ə' | 'Ə' => "e",
        // Letters of Cyrillic and Greek that look like Latin ones: a name may be written with some of them.
        'а' | 'А' | 'α' | 'Α' => "a",
        'в' | 'В' | 'β' | 'Β' => "b",
        'с' | 'С' => "c",
        'е' | 'Е' | 'ε' | 'Ε' => "e",
        'н' | 'Н' | 'Η' | 'һ' => "h",
        'і' | 'І' | 'ι' | 'Ι' => "i",
        'ј' | 'Ј' => "j",
        'к' | 'К' | 'κ' | 'Κ' => "k",
        'м' | 'М' | 'Μ' => "m",
        'Ν' => "n",
        'о' | 'О' | 'ο' | 'Ο' => "o",
        'р' | 'Р' | 'ρ' | 'Ρ' => "p",
        'ѕ' | 'Ѕ' => "s",
        'т' | 'Т' | 'τ' | 'Τ' => "t",
        'у' | 'У' | 'υ' | 'Υ' => "y",
        'х' | 'Х' | 'χ' | 'Χ' => "x",
        'Ζ' => "z",
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' | '\u{00B4}' | '`' | '\u{02BC}' | '\u{02BB}'
        | '\u{FF07}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{00AB}' | '\u{00BB}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{2043}' => "-",
        _ => return None,
    })
}

/// True for characters that show nothing: soft hyphen, zero-width, direction marks, byte order mark, variation selectors.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
        || (c.is_control() && !c.is_whitespace())
}

/// Folds `text`.
pub fn fold(text: &str) -> Folded {
    let bytes = text.as_bytes();
    let mut out = Folded { text: String::with_capacity(bytes.len()), pieces: Vec::new() };
    let mut at = 0usize;
    while at < bytes.len() {
        let plain = plain_run(&bytes[at..]);
        if plain > 0 {
            // Only ASCII bytes are counted, so this is a char boundary.
            out.push_same(&text[at..at + plain], at);
            at += plain;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let next = at + c.len_utf8();
        fold_char(&mut out, c, at, next);
        at = next;
    }
    out
}

fn fold_char(out: &mut Folded, c: char, from: usize, to: usize) {
    if is_invisible(c) {
        return;
    }
    if c.is_whitespace() {
        out.push_blank(from, to);
        return;
    }
    if is_combining_mark(c) {
        out.stretch(to);
        return;
    }
    if let Some(s) = special(c) {
        out.push_other(s, from, to);
        return;
    }
    let mut piece = String::new();
    for d in c.nfkd() {
        if is_combining_mark(d) {
            continue;
        }
        match special(d) {
            Some(s) => piece.push_str(s),
            None => piece.extend(d.to_lowercase().filter(|l| !is_combining_mark(*l))),
        }
    }
    if piece == " " {
        out.push_blank(from, to);
        return;
    }
    out.push_other(&piece, from, to);
}

/// Length of the leading run that folds byte for byte: ASCII that shows, and single blanks between.
fn plain_run(bytes: &[u8]) -> usize {
    let mut blank = true; // a blank at the very start of a run is decided by `push_blank`
    for (i, &b) in bytes.iter().enumerate() {
        if b > b' ' && b < 0x7f && b != b'`' {
            blank = false;
            continue;
        }
        if b == b' ' && !blank && bytes.get(i + 1).is_some_and(|n| *n > b' ' && *n < 0x7f) {
            blank = true;
            continue;
        }
        return i;
    }
    bytes.len()
}

/// The folded form of a short value.
pub fn folded(text: &str) -> String {
    let text = text.trim();
    // Nothing but letters that show and single blanks: only the case changes.
    if plain_run(text.as_bytes()) == text.len() {
        return text.to_ascii_lowercase();
    }
    fold(text).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, needle: &str) -> Option<String> {
        let f = fold(text);
        let at = f.text().find(needle)?;
        let (a, b) = f.source_range(at, at + needle.len())?;
        Some(text[a..b].to_string())
    }

    #[test]
    fn folds_what_a_reader_sees_as_one() {
        assert_eq!(folded("  JOSÉ   Núñez\n\tØsterby "), "jose nunez osterby");
        assert_eq!(folded("O\u{2019}Brien\u{2013}Łoś"), "o'brien-los");
        assert_eq!(folded("Straße Æsir Đặng"), "strasse aesir dang");
        assert_eq!(folded("Sm\u{200b}i\u{00ad}th\0"), "smith");
        assert_eq!(folded("ＪＯＮＥＳ ﬁ"), "jones fi");
    }

    #[test]
    fn finds_map_back_to_source_bytes() {
        assert_eq!(found("seen by Jose\u{301}  \n Roe.", "jose roe").as_deref(), Some("Jose\u{301}  \n Roe"));
        assert_eq!(found("x Sm\u{200b}ith y", "smith").as_deref(), Some("Sm\u{200b}ith"));
        assert_eq!(found("Weiß", "weiss").as_deref(), Some("Weiß"));
        assert_eq!(found("Weiß", "weis").as_deref(), Some("Weiß"));
        assert_eq!(found("Rene\u{301}", "rene").as_deref(), Some("Rene\u{301}"));
        assert_eq!(found("a  b", "a b").as_deref(), Some("a  b"));
    }

    proptest! {
        #[test]
        fn every_range_is_on_char_boundaries(text in any::<String>(), a in 0usize..64, len in 1usize..16) {
            let f = fold(&text);
            if let Some((s, e)) = f.source_range(a, a + len) {
                prop_assert!(text.get(s..e).is_some());
                prop_assert!(s < e);
            }
            prop_assert!(!f.text().contains("  "));
        }

        #[test]
        fn pieces_cover_in_order(text in "[a-zA-Z \\t\\n\u{e9}\u{301}\u{200b}\u{df}\\x00]{0,60}") {
            let f = fold(&text);
            let mut last = (0, 0);
            for i in 0..f.text().len() {
                if let Some((s, e)) = f.source_range(i, i + 1) {
                    prop_assert!(s >= last.0 && e >= last.1);
                    last = (s, e);
                }
            }
        }
    }
}
