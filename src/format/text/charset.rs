//! How text is stored as bytes, and back.
//!
//! Reading never loses a byte: what is not UTF-8 in a mostly UTF-8 file is read byte by byte as Windows-1252, which gives a
//! letter to every byte, so old Latin-1 files and files glued together from two encodings are both read as a person would.

use crate::model::error::ReadError;
use crate::model::view::{Span, ViewBuilder};
use encoding_rs::{Encoding, WINDOWS_1252};

/// How text is stored.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Charset {
    /// UTF-8, stray bytes being Windows-1252.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// One byte a letter, ASCII in its lower half.
    Single(&'static Encoding),
}

/// Encodings of one byte a letter that HTML may declare; the index is kept in a field's hint.
const SINGLE: [&Encoding; 12] = [
    encoding_rs::ISO_8859_2,
    encoding_rs::ISO_8859_3,
    encoding_rs::ISO_8859_4,
    encoding_rs::ISO_8859_5,
    encoding_rs::ISO_8859_7,
    encoding_rs::ISO_8859_10,
    encoding_rs::ISO_8859_15,
    encoding_rs::WINDOWS_1250,
    encoding_rs::WINDOWS_1251,
    encoding_rs::WINDOWS_1253,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1257,
];

impl Charset {
    pub(super) fn hint(self) -> u16 {
        match self {
            Charset::Utf8 => 0,
            Charset::Utf16Le => 1,
            Charset::Utf16Be => 2,
            Charset::Single(e) => SINGLE.iter().position(|x| *x == e).map_or(0, |i| i as u16 + 3),
        }
    }

    pub(super) fn from_hint(hint: u16) -> Self {
        match hint {
            1 => Charset::Utf16Le,
            2 => Charset::Utf16Be,
            n => n.checked_sub(3).and_then(|i| SINGLE.get(usize::from(i))).map_or(Charset::Utf8, |e| Charset::Single(e)),
        }
    }

    /// By byte order mark, or by the zeros that UTF-16 puts into every other byte of a Latin text.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => return Charset::Utf16Le,
            [0xfe, 0xff, ..] => return Charset::Utf16Be,
            _ => {}
        }
        let n = bytes.len().min(256) & !1;
        if n < 8 {
            return Charset::Utf8;
        }
        let zeros = |from: usize| bytes[from..n].iter().step_by(2).filter(|b| **b == 0).count();
        match (zeros(0), zeros(1)) {
            (0, odd) if odd >= n / 2 * 9 / 10 => Charset::Utf16Le,
            (even, 0) if even >= n / 2 * 9 / 10 => Charset::Utf16Be,
            _ => Charset::Utf8,
        }
    }

    /// What an HTML document says of itself, `Err` when it is an encoding that cannot be edited byte by byte.
    pub(super) fn declared(label: &[u8]) -> Result<Self, ReadError> {
        match Encoding::for_label(label) {
            None => Ok(Charset::Utf8),
            Some(e) if e == encoding_rs::UTF_8 || e == WINDOWS_1252 => Ok(Charset::Utf8),
            // A document that can be read far enough to find this is not UTF-16 (HTML Living Standard, section 13.2.3.3).
            Some(e) if e == encoding_rs::UTF_16LE || e == encoding_rs::UTF_16BE => Ok(Charset::Utf8),
            Some(e) => match SINGLE.iter().find(|x| **x == e) {
                Some(e) => Ok(Charset::Single(e)),
                None => Err(ReadError::new(format!("the character encoding {} is not supported", e.name()))),
            },
        }
    }

    /// Length of the byte order mark.
    pub(super) fn mark_len(self, bytes: &[u8]) -> usize {
        match self {
            Charset::Utf8 if bytes.starts_with(b"\xef\xbb\xbf") => 3,
            Charset::Utf16Le if bytes.starts_with(b"\xff\xfe") => 2,
            Charset::Utf16Be if bytes.starts_with(b"\xfe\xff") => 2,
            _ => 0,
        }
    }

    /// Checks that all bytes can be read.
    pub(super) fn check(self, bytes: &[u8]) -> Result<(), ReadError> {
        match self {
            Charset::Utf16Le | Charset::Utf16Be => {
                if bytes.len() % 2 == 1 {
                    return Err(ReadError::at("UTF-16 text with half a character at its end", bytes, bytes.len() - 1));
                }
                let mut at = 0;
                for c in char::decode_utf16(units(self, bytes)) {
                    match c {
                        Ok('\0') | Err(_) => return Err(ReadError::at("not a character of UTF-16 text", bytes, at)),
                        Ok(c) => at += c.len_utf16() * 2,
                    }
                }
                Ok(())
            }
            _ => match memchr::memchr(0, bytes) {
                Some(at) => Err(ReadError::at("a zero byte: not text", bytes, at)),
                None => Ok(()),
            },
        }
    }

    /// The bytes of `text`, written into a document with content `near`.
    pub(super) fn encode(self, text: &str, near: &[u8]) -> Option<Vec<u8>> {
        match self {
            Charset::Utf16Le => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Charset::Utf16Be => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Charset::Utf8 if text.is_ascii() => Some(text.as_bytes().to_vec()),
            Charset::Utf8 if std::str::from_utf8(near).is_ok() => Some(text.as_bytes().to_vec()),
            Charset::Utf8 => encode_single(WINDOWS_1252, text),
            Charset::Single(e) => encode_single(e, text),
        }
    }
}

fn encode_single(e: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    let (bytes, _, lost) = e.encode(text);
    (!lost).then(|| bytes.into_owned())
}

fn units(c: Charset, bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes
        .chunks_exact(2)
        .map(move |p| if c == Charset::Utf16Be { u16::from_be_bytes([p[0], p[1]]) } else { u16::from_le_bytes([p[0], p[1]]) })
}

/// How a person sees a character: itself, a blank, or not at all.
pub(super) enum Seen {
    Itself,
    Blank,
    Nothing,
}

/// Blanks of other widths are blanks; soft hyphens, joiners and direction marks are not seen, so that they cannot hide a name.
pub(super) fn seen(c: char) -> Seen {
    match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Seen::Blank,
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => Seen::Nothing,
        _ => Seen::Itself,
    }
}

/// Appends one decoded character that stands for the bytes `raw`.
pub(in crate::format) fn push_char(b: &mut ViewBuilder, c: char, raw: Span) {
    match seen(c) {
        Seen::Itself => b.escaped(c.encode_utf8(&mut [0; 4]), raw),
        Seen::Blank => b.escaped(" ", raw),
        Seen::Nothing => {}
    }
}

/// Appends `bytes`, which stand at `at`, as a person reads them.
pub(super) fn push(b: &mut ViewBuilder, bytes: &[u8], at: usize, charset: Charset) {
    match charset {
        Charset::Utf8 => {
            let mut at = at;
            for chunk in bytes.utf8_chunks() {
                push_str(b, chunk.valid(), at);
                at += chunk.valid().len();
                for byte in chunk.invalid() {
                    let text = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte)).0;
                    text.chars().for_each(|c| push_char(b, c, Span::new(at, at + 1)));
                    at += 1;
                }
            }
        }
        Charset::Single(e) => {
            for (i, byte) in bytes.iter().enumerate() {
                if byte.is_ascii() {
                    b.same(char::from(*byte).encode_utf8(&mut [0; 4]), at + i);
                } else {
                    let text = e.decode_without_bom_handling(std::slice::from_ref(byte)).0;
                    text.chars().for_each(|c| push_char(b, c, Span::new(at + i, at + i + 1)));
                }
            }
        }
        Charset::Utf16Le | Charset::Utf16Be => {
            let mut at = at;
            for c in char::decode_utf16(units(charset, bytes)) {
                let len = c.as_ref().map_or(2, |c| c.len_utf16() * 2);
                push_char(b, c.unwrap_or('\u{fffd}'), Span::new(at, at + len));
                at += len;
            }
        }
    }
}

fn push_str(b: &mut ViewBuilder, text: &str, at: usize) {
    if text.is_ascii() {
        return b.same(text, at);
    }
    let mut from = 0;
    for (i, c) in text.char_indices() {
        if !matches!(seen(c), Seen::Itself) {
            b.same(&text[from..i], at + from);
            push_char(b, c, Span::new(at + i, at + i + c.len_utf8()));
            from = i + c.len_utf8();
        }
    }
    b.same(&text[from..], at + from);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], c: Charset) -> String {
        let mut b = ViewBuilder::default();
        push(&mut b, bytes, 0, c);
        b.finish().text.into_owned()
    }

    #[test]
    fn every_charset_reads() {
        assert_eq!(read("José\u{a0}Ro\u{ad}e".as_bytes(), Charset::Utf8), "José Roe");
        assert_eq!(read(b"Jos\xe9 \xc3\xa9 \x93x\x94", Charset::Utf8), "José é \u{201c}x\u{201d}");
        let polish = Charset::declared(b"iso-8859-2").unwrap();
        assert_eq!(read(b"Miko\xb3aj", polish), "Mikołaj");
        assert_eq!(Charset::from_hint(polish.hint()), polish);
        assert_eq!(polish.encode("ł", b""), Some(vec![0xb3]));
        assert_eq!(polish.encode("€", b""), None);
        assert!(Charset::declared(b"shift_jis").is_err());
        assert_eq!(Charset::declared(b"iso-8859-1").unwrap(), Charset::Utf8);
        assert_eq!(read(b"J\0\x3d\xd8\x00\xde", Charset::Utf16Le), "J\u{1f600}");
    }

    #[test]
    fn utf16_is_found_and_checked() {
        assert_eq!(Charset::of(b"\xff\xfea\0"), Charset::Utf16Le);
        assert_eq!(Charset::of(b"\0a\0b\0c\0d\0e"), Charset::Utf16Be);
        assert_eq!(Charset::of(b"abcdefgh"), Charset::Utf8);
        assert!(Charset::Utf16Le.check(b"a\0b").is_err());
        assert!(Charset::Utf16Le.check(b"\x00\xd8a\0").is_err(), "half a pair");
        assert!(Charset::Utf8.check(b"a\0").is_err());
        assert!(Charset::Utf8.check(b"caf\xe9").is_ok());
    }
}
