//! Looking for many texts at once, and whether what was found stands by itself.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Blanks or marks on both sides in the folded text.
pub fn boundaries(folded: &str, start: usize, end: usize) -> (bool, bool) {
    let first = folded[start..].chars().next();
    let last = folded[..end].chars().next_back();
    let joined = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric() && !(a.is_ascii_digit() && b.is_alphabetic() || a.is_alphabetic() && b.is_ascii_digit()));
    let before = folded[..start].chars().next_back();
    let after = folded[end..].chars().next();
    // A number must not stand inside a longer number: `1.2.840.5551234`.
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let decimal_left = digit(first)
        && before.is_some_and(|c| c == '.')
        && folded[..start].chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit());
    let decimal_right = digit(last) && after == Some('.') && folded[end..].chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let stuck =
        |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric());
    let (left, right) = if digit(first) || digit(last) {
        (stuck(before, first), stuck(last, after))
    } else {
        (joined(before, first), joined(last, after))
    };
    (!left && !decimal_left, !right && !decimal_right)
}

/// Builds an automaton: dense for the anchors, compact for the variants. `None` when there is nothing to look for.
pub fn automaton(texts: &[String], dense: bool) -> Option<AhoCorasick> {
    if texts.is_empty() {
        return None;
    }
    let total: usize = texts.iter().map(String::len).sum();
    let kind = if dense && total < 200_000 { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
    AhoCorasick::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(dense).kind(Some(kind)).build(texts).ok()
}
