//! Decoded text of character data and attribute values, with the way back to the bytes.

use super::encoding::{Encoding, char_of};
use crate::model::view::{Span, TextView, ViewBuilder};

/// Where the bytes stand, which decides what is an escape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Between tags.
    Text,
    /// Between the quotes of an attribute: line ends and tabs read as blanks (XML 1.0, 3.3.3).
    Attr,
    /// In CDATA, a comment or a processing instruction: no references.
    Verbatim,
}

/// The character of a reference given without `&` and `;`: the five predefined entities and character numbers that XML allows.
pub fn reference(name: &[u8]) -> Option<char> {
    match name {
        b"amp" => return Some('&'),
        b"lt" => return Some('<'),
        b"gt" => return Some('>'),
        b"quot" => return Some('"'),
        b"apos" => return Some('\''),
        _ => {}
    }
    let digits = std::str::from_utf8(name.strip_prefix(b"#")?).ok()?;
    let plain = |s: &str| !s.is_empty() && s.len() <= 8 && s.bytes().all(|b| b.is_ascii_hexdigit());
    let number = match digits.strip_prefix('x') {
        Some(hex) if plain(hex) => u32::from_str_radix(hex, 16).ok()?,
        None if plain(digits) => digits.parse().ok()?,
        _ => return None,
    };
    let allowed = matches!(number, 9 | 10 | 13) || number >= 32;
    if allowed && number != 0xFFFE && number != 0xFFFF { char::from_u32(number) } else { None }
}

/// View of one range.
pub fn view(bytes: &[u8], span: Span, encoding: Encoding, mode: Mode) -> TextView<'_> {
    let raw = bytes.get(span.range()).unwrap_or(&[]);
    let special =
        |b: u8| b == b'\r' || (mode != Mode::Verbatim && b == b'&') || (mode == Mode::Attr && (b == b'\n' || b == b'\t'));
    if !raw.iter().any(|&b| special(b))
        && let Ok(text) = std::str::from_utf8(raw)
    {
        return TextView::plain(text, span.start as usize);
    }
    let mut builder = ViewBuilder::default();
    push(&mut builder, bytes, span, encoding, mode);
    builder.finish()
}

/// Appends the decoded text of a range.
pub fn push(builder: &mut ViewBuilder, bytes: &[u8], span: Span, encoding: Encoding, mode: Mode) {
    let raw = bytes.get(span.range()).unwrap_or(&[]);
    let base = span.start as usize;
    let (mut at, mut run) = (0, 0);
    while let Some(&b) = raw.get(at) {
        let (text, len) = match b {
            b'&' if mode != Mode::Verbatim => match entity(raw.get(at..).unwrap_or(&[])) {
                Some((c, len)) => (c, len),
                None => {
                    at += 1;
                    continue;
                }
            },
            b'\r' => {
                let len = if raw.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
                (if mode == Mode::Attr { ' ' } else { '\n' }, len)
            }
            b'\n' | b'\t' if mode == Mode::Attr => (' ', 1),
            _ => {
                at += 1;
                continue;
            }
        };
        stored(builder, raw.get(run..at).unwrap_or(&[]), base + run, encoding);
        builder.escaped(text.encode_utf8(&mut [0; 4]), Span::new(base + at, base + at + len));
        at += len;
        run = at;
    }
    stored(builder, raw.get(run..).unwrap_or(&[]), base + run, encoding);
}

/// The character and length of a reference at the start of `raw`.
fn entity(raw: &[u8]) -> Option<(char, usize)> {
    let head = raw.get(1..raw.len().min(16))?;
    let len = memchr::memchr(b';', head)?;
    Some((reference(head.get(..len)?)?, len + 2))
}

/// Appends bytes without escapes.
fn stored(builder: &mut ViewBuilder, raw: &[u8], at: usize, encoding: Encoding) {
    match (std::str::from_utf8(raw), encoding) {
        (Ok(text), _) => builder.same(text, at),
        (Err(_), Encoding::Single(codec)) => {
            let mut run = 0;
            for (i, &b) in raw.iter().enumerate().filter(|(_, b)| **b >= 128) {
                if let Ok(text) = std::str::from_utf8(raw.get(run..i).unwrap_or(&[])) {
                    builder.same(text, at + run);
                }
                builder.escaped(char_of(codec, b).encode_utf8(&mut [0; 4]), Span::new(at + i, at + i + 1));
                run = i + 1;
            }
            if let Ok(text) = std::str::from_utf8(raw.get(run..).unwrap_or(&[])) {
                builder.same(text, at + run);
            }
        }
        // Only reached with bytes that were never parsed; keep the place, lose the text.
        (Err(_), Encoding::Utf8) => builder.escaped("\u{FFFD}", Span::new(at, at + raw.len())),
    }
}

/// Decoded value as a string.
pub fn string(bytes: &[u8], span: Span, encoding: Encoding, mode: Mode) -> String {
    view(bytes, span, encoding, mode).text.into_owned()
}

/// Range of an attribute's value in the start tag that begins at `start`, by local name. For views, which have no tape; the tag is
/// known to be well-formed.
pub fn attr_in_tag(bytes: &[u8], start: usize, local: &[u8]) -> Option<Span> {
    let tag = bytes.get(start..)?;
    let mut at = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'>')?;
    loop {
        at += tag.get(at..)?.iter().position(|b| !b.is_ascii_whitespace())?;
        if matches!(tag.get(at), Some(b'>' | b'/') | None) {
            return None;
        }
        let eq = at + memchr::memchr(b'=', tag.get(at..)?)?;
        let name = tag.get(at..eq)?.trim_ascii();
        let open = eq + tag.get(eq..)?.iter().position(|b| matches!(b, b'"' | b'\''))?;
        let value = open + 1;
        let len = memchr::memchr(*tag.get(open)?, tag.get(value..)?)?;
        let plain = memchr::memrchr(b':', name).map_or(name, |c| &name[c + 1..]);
        if plain == local {
            return Some(Span::new(start + value, start + value + len));
        }
        at = value + len + 1;
    }
}
