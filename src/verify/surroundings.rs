//! What stands around a find: is it a member name, coded data, a technical word?

use super::json_tokens::Tokens;
use super::layers;
use std::ops::Range;

/// True for letters in the middle of a long run of base64: they are searched decoded, and as they stand they spell nothing.
pub(super) fn in_encoded_data(block: &[u8], at: Range<usize>) -> bool {
    const LONG: usize = 1000;
    let letter = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let before = block.get(..at.start).unwrap_or_default().iter().rev().take(LONG).take_while(letter).count();
    let after = block.get(at.end..).unwrap_or_default().iter().take(LONG).take_while(letter).count();
    let (from, to) = (at.start - before, at.end + after);
    let run = block.get(from..to).unwrap_or_default();
    let inside = block.get(at).unwrap_or_default().iter().all(|b| letter(&b));
    inside
        && run.len() >= LONG
        && run.iter().any(u8::is_ascii_uppercase)
        && run.iter().any(u8::is_ascii_lowercase)
        && run.iter().filter(|b| b.is_ascii_digit()).count() * 50 > run.len()
}

pub(super) fn is_json(bytes: &[u8]) -> bool {
    let mut tokens = Tokens::new(bytes);
    loop {
        match tokens.next() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// True for one lower-case word that is a JSON member name, an XML element or attribute name: `"page":`, `<page`, `page="`. Names of
/// the standard, which a surname can equal.
pub(super) fn is_syntax(block: &[u8], at: Range<usize>) -> bool {
    let word = block.get(at.clone()).unwrap_or_default();
    if !word.first().is_some_and(u8::is_ascii_lowercase) || !word.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let before = block.get(..at.start).unwrap_or_default();
    let after = block.get(at.end..).unwrap_or_default();
    let key = before.ends_with(b"\"") && after.strip_prefix(b"\"").is_some_and(|r| r.trim_ascii_start().starts_with(b":"));
    let element = before.ends_with(b"<") || before.ends_with(b"</");
    let attribute = before.last().is_some_and(u8::is_ascii_whitespace) && (after.starts_with(b"=\"") || after.starts_with(b"='"));
    key || element || attribute
}

/// The stretch around `at`, not before `floor`, up to a quote, an angle bracket or a line end that no `=` continues.
pub(super) fn line_around(bytes: &[u8], at: usize, floor: usize) -> Range<usize> {
    let stops = |p: usize| match bytes.get(p) {
        Some(b'<' | b'>') => true,
        Some(b'"') => p == 0 || bytes.get(p - 1) != Some(&b'\\'),
        Some(b'\n') => !matches!(bytes.get(p.saturating_sub(2)..p), Some([_, b'='] | [b'=', b'\r'])),
        _ => false,
    };
    let start = (floor..at).rev().find(|p| stops(*p)).map_or(floor, |p| p + 1);
    let end = (at..bytes.len()).find(|p| stops(*p)).unwrap_or(bytes.len());
    start..end
}

/// Whether one of the ascending ranges holds the offset.
pub(super) fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let after = ranges.partition_point(|r| r.start <= at);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|r| at < r.end)
}

/// Quick test whether a text may hold another layer.
pub(super) fn has_layers(bytes: &[u8]) -> bool {
    memchr::memchr3(b'<', b'&', b'\\', bytes).is_some()
        || memchr::memchr2(b'%', b'=', bytes).is_some()
        || layers::base64_runs(bytes).next().is_some()
}

/// The first place at or before `at` where folding may begin: after a byte that is no letter, no escape and no continuation.
pub(super) fn safe_start(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(4096);
    let before = bytes.get(from..at).unwrap_or_default();
    let found = before.iter().rposition(|b| matches!(b, b'"' | b' ' | b'\n' | b',' | b'>'));
    found.map_or(at, |p| from + p + 1)
}

/// True for a word in small letters that a slash, dot or hyphen joins to another word, as in media types, host names and codes.
pub(super) fn in_technical_word(block: &[u8], start: usize, at: &Range<usize>) -> bool {
    let (Some(s), Some(e)) = (at.start.checked_sub(start), at.end.checked_sub(start)) else { return false };
    let Some(word) = block.get(s..e) else { return false };
    let joins = |b: Option<&u8>| matches!(b, Some(b'/' | b'.' | b'-' | b'_' | b':'));
    let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let before = joins(s.checked_sub(1).and_then(|i| block.get(i))) && letter(s.checked_sub(2).and_then(|i| block.get(i)));
    (before || (joins(block.get(e)) && letter(block.get(e + 1)))) && word.iter().all(u8::is_ascii_lowercase)
}
