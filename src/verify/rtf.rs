//! RTF as a searcher reads it: by other code than the format's, without its tables of destinations.
//!
//! All letters of all groups in the order in which they stand, control words gone. A control word may stand inside a name
//! (`J\b a\b0 ne`), so it parts nothing, except the few that part lines and cells.

use super::layers::Way;
use encoding_rs::{Encoding, WINDOWS_1252};
use std::ops::Range;

/// What can be read.
pub(crate) struct Read {
    /// Texts with the way back to the bytes: with the characters behind `\u`, and with their substitutes.
    pub texts: Vec<(Vec<u8>, Way)>,
    /// Runs of hexadecimal digits, decoded, and where they stand.
    pub data: Vec<(Vec<u8>, Range<usize>)>,
}

/// Shorter runs of digits are numbers.
const MIN_DIGITS: usize = 32;

/// Reads bytes that begin like RTF; never fails.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let page = code_page(bytes);
    let mut texts = vec![text(bytes, WINDOWS_1252, true)];
    if memchr::memmem::find(bytes, b"\\u").is_some() {
        texts.push(text(bytes, WINDOWS_1252, false));
    }
    if page != WINDOWS_1252 {
        texts.push(text(bytes, page, true));
    }
    Read { texts, data: data(bytes) }
}

fn code_page(bytes: &[u8]) -> &'static Encoding {
    const KEY: &[u8] = b"\\ansicpg";
    let Some(p) = memchr::memmem::find(bytes, KEY) else { return WINDOWS_1252 };
    let digits: Vec<u8> = bytes[p + KEY.len()..].iter().take_while(|b| b.is_ascii_digit()).take(5).copied().collect();
    let label = [b"windows-".as_slice(), &digits].concat();
    Encoding::for_label(&label).unwrap_or(WINDOWS_1252)
}

/// `unicode`: `\u` counts and the character behind it does not; else the other way round.
fn text(bytes: &[u8], page: &'static Encoding, unicode: bool) -> (Vec<u8>, Way) {
    let (mut out, mut way): (Vec<u8>, Way) = (Vec::with_capacity(bytes.len() / 2), Vec::new());
    let mut at = 0;
    let mut high = None;
    while let Some(&b) = bytes.get(at) {
        let from = at;
        let before = out.len();
        match b {
            b'{' | b'}' | b'\r' | b'\n' => at += 1,
            b'\\' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                if let Some(byte) = hex_at(bytes, at) {
                    out.extend(page.decode_without_bom_handling(&[byte]).0.bytes());
                    at += 4;
                } else if letters == 0 {
                    match rest.first() {
                        Some(b'~') => out.push(b' '),
                        Some(b'_') => out.push(b'-'),
                        Some(c @ (b'\\' | b'{' | b'}')) => out.push(*c),
                        _ => {}
                    }
                    at += 2;
                } else {
                    let word = rest.get(..letters).unwrap_or_default();
                    let number: Vec<u8> = rest
                        .get(letters..)
                        .unwrap_or_default()
                        .iter()
                        .enumerate()
                        .take_while(|(i, b)| b.is_ascii_digit() || (*i == 0 && **b == b'-'))
                        .map(|(_, b)| *b)
                        .collect();
                    at += 1 + letters + number.len();
                    at += usize::from(bytes.get(at) == Some(&b' '));
                    match word {
                        b"u" => {
                            let n = std::str::from_utf8(&number).ok().and_then(|n| n.parse::<i32>().ok()).unwrap_or(0);
                            let unit = (n & 0xffff) as u16;
                            if unicode {
                                match (high.take(), unit) {
                                    (Some(h), 0xdc00..0xe000) => {
                                        let joined = char::decode_utf16([h, unit]).flatten();
                                        joined.for_each(|c| out.extend(c.encode_utf8(&mut [0; 4]).bytes()));
                                    }
                                    (_, 0xd800..0xdc00) => high = Some(unit),
                                    _ => {
                                        out.extend(char::from_u32(u32::from(unit)).map(String::from).unwrap_or_default().bytes())
                                    }
                                }
                                at += match bytes.get(at) {
                                    Some(b'?') => 1,
                                    _ if hex_at(bytes, at).is_some() => 4,
                                    _ => 0,
                                };
                            }
                        }
                        b"par" | b"line" | b"row" | b"sect" | b"page" => out.push(b'\n'),
                        b"cell" | b"tab" => out.push(b'\t'),
                        b"emdash" | b"endash" => out.push(b'-'),
                        b"lquote" | b"rquote" => out.push(b'\''),
                        b"ldblquote" | b"rdblquote" => out.push(b'"'),
                        _ => {}
                    }
                }
            }
            _ => {
                if b.is_ascii() {
                    out.push(b);
                } else {
                    out.extend(page.decode_without_bom_handling(&[b]).0.bytes());
                }
                at += 1;
            }
        }
        let follows = way.last().is_some_and(|(t, s): &(usize, usize)| before - t == from - s);
        if out.len() > before && !follows {
            way.push((before, from));
        }
    }
    (out, way)
}

/// The byte of `\'e9` at `at`.
fn hex_at(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'\\', b'\'', high, low] = bytes.get(at..at + 4)? else { return None };
    let digit = |b: &u8| char::from(*b).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

fn data(bytes: &[u8]) -> Vec<(Vec<u8>, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let len = rest.iter().take_while(|b| b.is_ascii_hexdigit() || matches!(b, b'\r' | b'\n' | b' ')).count();
        if len >= MIN_DIGITS {
            let digits: Vec<u8> = rest[..len].iter().filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8).collect();
            if digits.len() >= MIN_DIGITS {
                out.push((digits.chunks_exact(2).map(|p| p[0] * 16 + p[1]).collect(), at..at + len));
            }
        }
        at += len.max(1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> String {
        String::from_utf8(read(bytes).texts.remove(0).0).unwrap()
    }

    #[test]
    fn a_name_is_read_through_formatting() {
        assert_eq!(first(b"{\\rtf1 J{\\b a}\\i0 n\r\ne R\\'f6\\u233?\\par x}"), "Jane R\u{f6}\u{e9}\nx");
        let hex: String = b"the mother is Ann Roe of Salem".iter().map(|b| format!("{b:02x}")).collect();
        let r = read(format!("{{\\rtf1{{\\pict {hex}}}}}").as_bytes());
        assert_eq!(r.data[0].0, b"the mother is Ann Roe of Salem");
    }

    #[test]
    fn offsets_lead_back() {
        let bytes = b"{\\rtf1\\b Ann\\b0  Roe}";
        let (text, way) = read(bytes).texts.remove(0);
        assert_eq!(text, b"Ann Roe");
        assert_eq!(super::super::layers::way_back(&way, 4), 17);
        assert_eq!(&bytes[17..20], b"Roe");
    }
}
