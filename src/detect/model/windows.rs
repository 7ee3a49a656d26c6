//! Long stretches of text in overlapping windows.

use std::ops::Range;

/// Longest window, in bytes. The model finds best in windows of about 480 characters; no character makes more pieces than it has
/// bytes, so that a window also fits into the 512 pieces that the model can take.
pub const WINDOW: usize = 480;
/// Bytes that neighbours share: more than a name has, so that a name on a border stands whole in one of them.
pub const OVERLAP: usize = 64;

/// Windows that together cover `text`, cut at blanks where there are any.
pub fn windows(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        if text.len() - start <= WINDOW {
            out.push(start..text.len());
            break;
        }
        let hard = floor(text, start + WINDOW);
        let end = last_blank(text, hard - OVERLAP / 2, hard).unwrap_or(hard);
        out.push(start..end);
        let back = floor(text, end - OVERLAP);
        let next = first_after_blank(text, floor(text, back.saturating_sub(OVERLAP / 2)), back + 1).unwrap_or(back);
        start = if next > start { next } else { end };
    }
    out
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The last blank in `from..to`.
fn last_blank(text: &str, from: usize, to: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..to).rev().find(|&i| bytes.get(i).is_some_and(u8::is_ascii_whitespace))
}

/// The byte after the last blank in `from..to`.
fn first_after_blank(text: &str, from: usize, to: usize) -> Option<usize> {
    last_blank(text, from, to).map(|i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_text_is_one_window() {
        assert_eq!(windows("Seen by Karen Wu."), vec![0..17]);
        assert!(windows("").is_empty());
    }

    proptest! {
        /// Every stretch of up to 48 bytes, longer than any usual name, stands whole in one window.
        #[test]
        fn every_name_stands_whole_in_a_window(text in "(\\PC{0,30} ){0,60}", at in 0usize..2000, len in 1usize..48) {
            let all = windows(&text);
            let mut end = 0;
            for w in &all {
                prop_assert!(w.start <= end && w.end > w.start && w.end - w.start <= WINDOW);
                prop_assert!(text.get(w.clone()).is_some());
                end = w.end;
            }
            prop_assert_eq!(end, text.len());
            let name = at.min(text.len())..(at + len).min(text.len());
            if !name.is_empty() {
                prop_assert!(all.iter().any(|w| w.start <= name.start && name.end <= w.end), "{:?} of {:?}", name, all);
            }
        }
    }
}
