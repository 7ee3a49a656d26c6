//! JSON string content: decoding with a map, and encoding.

use crate::model::view::{Span, TextView, ViewBuilder};

/// Decodes the content between the quotes of a string that the tape has accepted. A lone surrogate becomes U+FFFD.
pub fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    walk(raw, |text, _, _| out.push_str(text));
    out
}

/// A view of the content between the quotes; `at` is the offset of its first byte in the source.
pub fn view<'a>(raw: &'a str, at: usize) -> TextView<'a> {
    if !raw.contains('\\') {
        return TextView::plain(raw, at);
    }
    let mut b = ViewBuilder::default();
    walk(raw, |text, from, to| {
        if to - from == text.len() && !raw[from..to].starts_with('\\') {
            b.same(text, at + from);
        } else {
            b.escaped(text, Span::new(at + from, at + to));
        }
    });
    b.finish()
}

/// Calls `f(text, start, end)` for each run of plain text and each escape, with its raw range.
fn walk(raw: &str, mut f: impl FnMut(&str, usize, usize)) {
    let bytes = raw.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let run = memchr::memchr(b'\\', &bytes[at..]).map_or(bytes.len(), |p| at + p);
        if run > at {
            f(&raw[at..run], at, run);
            at = run;
            continue;
        }
        let (c, len) = escape(bytes, at);
        let mut buf = [0u8; 4];
        f(c.encode_utf8(&mut buf), at, at + len);
        at += len;
    }
}

/// The character of the escape at `at` and how many raw bytes it takes.
fn escape(b: &[u8], at: usize) -> (char, usize) {
    match b.get(at + 1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => {
            let Some(hi) = hex4(b, at + 2) else { return ('\u{FFFD}', b.len() - at) };
            let pair = (0xD800..0xDC00).contains(&hi) && b.get(at + 6) == Some(&b'\\') && b.get(at + 7) == Some(&b'u');
            if let Some(lo) = hex4(b, at + 8).filter(|lo| pair && (0xDC00..0xE000).contains(lo)) {
                let c = 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00);
                return (char::from_u32(c).unwrap_or('\u{FFFD}'), 12);
            }
            (char::from_u32(hi).unwrap_or('\u{FFFD}'), 6)
        }
        Some(&c) => (c as char, 2),
        None => ('\u{FFFD}', 1),
    }
}

fn hex4(b: &[u8], at: usize) -> Option<u32> {
    let s = std::str::from_utf8(b.get(at..at + 4)?).ok()?;
    u32::from_str_radix(s, 16).ok()
}

/// Encodes text for the inside of a JSON string. Non-ASCII characters stay as they are.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_every_escape() {
        assert_eq!(decode(r#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(decode(r"Jos\u00e9 \ud83d\ude00"), "José 😀");
        assert_eq!(decode(r"\ud83d x"), "\u{FFFD} x");
    }

    #[test]
    fn view_maps_escapes_whole() {
        let v = view(r"Jos\u00e9 Roe", 100);
        assert_eq!(v.text, "José Roe");
        assert_eq!(v.raw_ranges(0, "José".len()), vec![Span::new(100, 109)]);
        assert_eq!(v.raw_ranges("José ".len(), v.text.len()), vec![Span::new(110, 113)]);
    }

    #[test]
    fn encode_then_decode_is_identity() {
        for s in ["", "plain", "q\"b\\n\n\t\u{1}é😀"] {
            assert_eq!(decode(&encode(s)), s);
        }
    }
}
