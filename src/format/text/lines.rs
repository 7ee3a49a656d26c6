//! Lines and chunks of a text.

use super::charset::Charset;
use crate::model::view::Span;

/// Longest text handed to detection at once. A larger file is cut at a blank line, else a line end, else a blank.
pub const CHUNK_BYTES: usize = 64 << 10;

/// Line (from 1) of each of `offsets`, which may be in any order.
pub fn line_numbers(bytes: &[u8], offsets: &[usize]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|i| offsets[*i]);
    let mut out = vec![1u32; offsets.len()];
    let (mut at, mut line) = (0usize, 1u32);
    for i in order {
        let to = offsets[i].min(bytes.len());
        line += memchr::memchr_iter(b'\n', &bytes[at..to]).count() as u32;
        at = to;
        out[i] = line;
    }
    out
}

/// Cuts `bytes[from..]` into chunks of at most [`CHUNK_BYTES`].
pub(super) fn chunks(bytes: &[u8], from: usize, charset: Charset) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = from;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let len = if rest.len() <= CHUNK_BYTES { rest.len() } else { cut(&rest[..CHUNK_BYTES], charset) };
        out.push(Span::new(at, at + len));
        at += len;
    }
    out
}

/// Where to cut a full window; at least 1, and never inside a character.
fn cut(window: &[u8], charset: Charset) -> usize {
    if matches!(charset, Charset::Utf16Le | Charset::Utf16Be) {
        return cut_utf16(window, charset);
    }
    let half = window.len() / 2;
    let blank_line = memchr::memmem::rfind(&window[half..], b"\n\n").map(|p| p + 2);
    let blank_line = blank_line.max(memchr::memmem::rfind(&window[half..], b"\n\r\n").map(|p| p + 3));
    if let Some(p) = blank_line {
        return half + p;
    }
    if let Some(p) = memchr::memrchr(b'\n', window).filter(|p| *p > 0) {
        return p + 1;
    }
    // Old Macintosh line ends, then any blank, then before the last character that may be incomplete.
    if let Some(p) = memchr::memrchr2(b'\r', b' ', window).filter(|p| *p > half) {
        return p + 1;
    }
    let mut p = window.len();
    while p > window.len() - 3 && window[p - 1] & 0xc0 == 0x80 {
        p -= 1;
    }
    if window[p - 1] >= 0xc0 { p - 1 } else { window.len() }
}

fn cut_utf16(window: &[u8], charset: Charset) -> usize {
    let even = window.len() & !1;
    let unit = |at: usize| match charset {
        Charset::Utf16Be => u16::from_be_bytes([window[at], window[at + 1]]),
        _ => u16::from_le_bytes([window[at], window[at + 1]]),
    };
    let newline = (even / 4 * 2..even).step_by(2).rev().find(|at| unit(*at) == 0x0a);
    match newline {
        Some(at) => at + 2,
        None if (0xd800..0xdc00).contains(&unit(even - 2)) => even - 2,
        None => even,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_everything_and_end_at_good_places() {
        let para = "word ".repeat(200) + "\n\n";
        let text = para.repeat(300);
        let c = chunks(text.as_bytes(), 0, Charset::Utf8);
        assert!(c.len() > 3);
        assert_eq!(c[0].start, 0);
        assert_eq!(c.last().unwrap().end as usize, text.len());
        for w in c.windows(2) {
            assert_eq!(w[0].end, w[1].start);
            assert!(w[0].len() <= CHUNK_BYTES && text[..w[0].end as usize].ends_with("\n\n"));
        }
        // No blank at all.
        let long = "é".repeat(100_000);
        for c in chunks(long.as_bytes(), 0, Charset::Utf8) {
            assert!(long.is_char_boundary(c.start as usize) && long.is_char_boundary(c.end as usize));
        }
        let emoji: Vec<u8> =
            std::iter::once(b'x' as u16).chain("😀".repeat(40_000).encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for c in chunks(&emoji, 0, Charset::Utf16Le) {
            Charset::Utf16Le.check(&emoji[c.range()]).unwrap();
        }
    }

    #[test]
    fn line_numbers_come_in_any_order() {
        assert_eq!(line_numbers(b"a\nb\nc", &[4, 0, 2, 99]), [3, 1, 2, 3]);
    }
}
