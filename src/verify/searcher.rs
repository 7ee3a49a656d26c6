//! Finds every forbidden value in a folded text in one pass over its words.
//!
//! Patterns are sequences of whole words, so a table of first words does what an automaton over bytes would do, at a fraction of
//! the cost: most words are turned away by one bit. Numbers are put together from neighbouring groups of digits, whatever stands
//! between them, and looked up whole.

use super::fold::{Folded, HARD};
use super::forbidden::{Allowed, ForbiddenValue, MAX_DIGITS, MIN_DIGITS, digit_patterns, text_patterns};
use crate::model::mention::Category;
use std::collections::{BTreeMap, HashMap};

/// A phone number is written in at most this many groups; a row of single figures in a table is not one.
const MAX_GROUPS: usize = 6;
/// Slots of the first test, a power of two.
const FILTER: usize = 1 << 16;

/// Folded words and the value they stand for.
type Pattern = (Box<[u8]>, u32);

/// Searches outputs for what was removed. Built once per run, shared by all threads.
pub struct Searcher {
    filter: Vec<bool>,
    patterns: HashMap<u64, Vec<Pattern>>,
    digits: HashMap<Box<[u8]>, u32>,
    digit_heads: Vec<bool>,
    digit_lengths: u32,
    values: Vec<(Category, String)>,
    longest: usize,
    count: usize,
}

/// A find in folded text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hit {
    /// First folded byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Index of the value.
    pub value: u32,
}

impl Searcher {
    /// Builds the tables. `patient_values` are the patient's own names, numbers, addresses and e-mails as written: a value equal to
    /// one of them or contained in it is not forbidden by itself.
    pub fn new(forbidden: &[ForbiddenValue], patient_values: &[String]) -> Self {
        let allowed = Allowed::new(patient_values);
        let mut words: BTreeMap<String, u32> = BTreeMap::new();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for (i, value) in forbidden.iter().enumerate() {
            for p in text_patterns(value, &allowed) {
                words.entry(p).or_insert(i as u32);
            }
            for d in digit_patterns(value, &allowed) {
                numbers.entry(d).or_insert(i as u32);
            }
        }
        let mut s = Searcher {
            filter: vec![false; FILTER],
            patterns: HashMap::new(),
            digits: HashMap::new(),
            digit_heads: vec![false; 10_000],
            digit_lengths: 0,
            values: forbidden.iter().map(|v| (v.category, v.person_label.clone())).collect(),
            longest: words.keys().map(String::len).max().unwrap_or(0).max(4 * MAX_DIGITS),
            count: words.len() + numbers.len(),
        };
        for (pattern, value) in words {
            let first = pattern.split(' ').next().unwrap_or(&pattern).as_bytes();
            let key = key_of(first);
            s.filter[slot(key)] = true;
            s.patterns.entry(key).or_default().push((pattern.into_bytes().into(), value));
        }
        for (number, value) in numbers {
            if let Some(known) = s.digit_heads.get_mut(head(number.as_bytes())) {
                *known = true;
            }
            s.digit_lengths |= 1 << number.len().min(31);
            s.digits.insert(number.into_bytes().into(), value);
        }
        s
    }

    /// True when there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Number of word and digit patterns.
    pub fn patterns(&self) -> usize {
        self.count
    }

    /// Length of the longest pattern in folded bytes; blocks of a large file overlap by more than this.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Category and label of a value.
    pub(crate) fn value(&self, index: u32) -> (Category, &str) {
        self.values.get(index as usize).map_or((Category::OtherId, ""), |(c, l)| (*c, l.as_str()))
    }

    /// Reports every pattern in a folded text, overlapping ones too.
    pub(crate) fn find(&self, folded: &Folded, on_hit: &mut dyn FnMut(Hit)) {
        let text = folded.text.as_slice();
        let numbers = !self.digits.is_empty();
        for (i, &start) in folded.words.iter().enumerate() {
            let start = start as usize;
            let end = word_end(folded, i);
            let word = text.get(start..end).unwrap_or_default();
            let key = match text.get(start..start + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
                Some(eight) if word.len() >= 8 => u64::from_le_bytes(eight),
                Some(eight) => u64::from_le_bytes(eight) & ((1 << (8 * word.len())) - 1),
                None => key_of(word),
            };
            if self.filter[slot(key)] {
                self.find_words(text, start, key, on_hit);
            }
            if !numbers {
                continue;
            }
            if word.last().is_some_and(u8::is_ascii_digit) {
                self.find_number(folded, i, end, on_hit);
            } else if word.len() > MIN_DIGITS {
                self.find_inside(word, start, on_hit);
            }
        }
    }

    fn find_words(&self, text: &[u8], start: usize, key: u64, on_hit: &mut dyn FnMut(Hit)) {
        let Some(patterns) = self.patterns.get(&key) else { return };
        for (pattern, value) in patterns {
            let end = start + pattern.len();
            if text.get(start..end) == Some(pattern) && text.get(end).is_none_or(|b| *b == b' ') {
                on_hit(Hit { start, end, value: *value });
            }
        }
    }

    /// Numbers whose first group ends the word `first`: `555 123 4567`, `+1.555.123.4567`, `Ph5551234567`, `555 1234567x3`.
    fn find_number(&self, folded: &Folded, first: usize, end: usize, on_hit: &mut dyn FnMut(Hit)) {
        let text = folded.text.as_slice();
        let word_start = folded.words.get(first).map_or(0, |w| *w as usize);
        let word = text.get(word_start..end).unwrap_or_default();
        let own = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let start = end - own;
        if own > MAX_DIGITS || !attached_ok(word.get(..word.len() - own).unwrap_or_default(), own) {
            return;
        }
        let mut number = [0u8; MAX_DIGITS];
        let mut len = 0usize;
        let mut from = start;
        let mut to = end;
        let mut whole = true;
        for next in first + 1..first + 1 + MAX_GROUPS {
            let piece = text.get(from..to).unwrap_or_default();
            let Some(room) = number.get_mut(len..len + piece.len()) else { return };
            room.copy_from_slice(piece);
            len += piece.len();
            if let Some(value) = number.get(..len).and_then(|n| self.number(n)) {
                on_hit(Hit { start, end: to, value });
            }
            // Only one soft blank may stand between two groups, and letters end the number.
            let Some(&word) = folded.words.get(next).filter(|w| whole && **w as usize == to + 1) else { return };
            from = word as usize;
            let end = word_end(folded, next);
            let word = text.get(from..end).unwrap_or_default();
            let lead = word.iter().take_while(|b| b.is_ascii_digit()).count();
            if lead == 0 || !attached_ok(word.get(lead..).unwrap_or_default(), lead) {
                return;
            }
            to = from + lead;
            whole = to == end;
        }
    }

    /// Numbers with letters on both sides or after them: `MRN1234567X`.
    fn find_inside(&self, word: &[u8], start: usize, on_hit: &mut dyn FnMut(Hit)) {
        let mut at = 0;
        while let Some(from) = word.get(at..).and_then(|r| r.iter().position(u8::is_ascii_digit)).map(|p| at + p) {
            let len = word.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
            at = from + len;
            let (before, rest) = word.split_at(from);
            let (digits, after) = rest.split_at(len);
            if (MIN_DIGITS..=MAX_DIGITS).contains(&len)
                && (attached_ok(before, len) || attached_ok(after, len))
                && let Some(value) = self.number(digits)
            {
                on_hit(Hit { start: start + from, end: start + at, value });
            }
        }
    }

    fn number(&self, digits: &[u8]) -> Option<u32> {
        if self.digit_lengths & (1 << digits.len().min(31)) == 0 || !self.digit_heads.get(head(digits)).copied().unwrap_or(false)
        {
            return None;
        }
        self.digits.get(digits).copied()
    }
}

/// Where the word at `index` ends: before the one or three bytes of blank.
fn word_end(folded: &Folded, index: usize) -> usize {
    let next = folded.words.get(index + 1).map_or(folded.text.len(), |w| *w as usize);
    if folded.text.get(next.wrapping_sub(2)) == Some(&HARD) { next.saturating_sub(3) } else { next.saturating_sub(1) }
}

/// The first eight bytes of a word as a number.
fn key_of(word: &[u8]) -> u64 {
    word.iter().take(8).rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize & (FILTER - 1)
}

/// The first four digits as a number, for a quick test.
fn head(digits: &[u8]) -> usize {
    digits.iter().take(4).fold(0usize, |n, b| n * 10 + usize::from(b.wrapping_sub(b'0')))
}

/// Whether `digits` digits that touch these letters can be a number (`MRN1234567`, `5551234567x2`) rather than a stretch of a UUID
/// or hash.
fn attached_ok(letters: &[u8], digits: usize) -> bool {
    letters.is_empty() || digits >= 9 || !letters.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Escapes, fold};
    use super::*;

    fn hits(values: &[(&str, Category)], own: &[&str], text: &str) -> usize {
        let f: Vec<ForbiddenValue> = values.iter().map(|(v, c)| ForbiddenValue::new(*v, *c, None, "[X 1]")).collect();
        let own: Vec<String> = own.iter().map(|s| s.to_string()).collect();
        let s = Searcher::new(&f, &own);
        let mut n = 0;
        s.find(&fold(text.as_bytes(), Escapes::None), &mut |_| n += 1);
        n
    }

    #[test]
    fn numbers_in_any_punctuation() {
        let v = [("555-123-4567", Category::Phone)];
        for t in [
            "5551234567",
            "+1 (555) 123.4567",
            "tel:+15551234567",
            "555 1234567x3",
            "Ph5551234567",
            "55 51 23 45 67",
            "555\u{a0}123‐4567",
        ] {
            assert!(hits(&v, &[], t) > 0, "{t}");
        }
        for t in ["5551234568", "95551234567", "[555; 1234567]", "5 5 5 1 2 3 4 5 6 7", "555 a 1234567"] {
            assert_eq!(hits(&v, &[], t), 0, "{t}");
        }
        assert_eq!(hits(&v, &["(555) 123-4567"], "5551234567"), 0);
    }

    #[test]
    fn a_number_inside_a_uuid_is_not_it() {
        let v = [("1234567", Category::Mrn)];
        assert_eq!(hits(&v, &[], "a1234567-e29b-41d4-a716-446655440000"), 0);
        assert_eq!(hits(&v, &[], "MRN1234567"), 1);
        assert_eq!(hits(&v, &[], "id 123-45-67."), 1);
    }

    #[test]
    fn words_have_boundaries() {
        let v = [("Jane Roe", Category::Name)];
        assert!(hits(&v, &[], "seen by JANE  ROE's team") > 0);
        assert!(hits(&v, &[], "Roe,Jane") > 0);
        assert_eq!(hits(&v, &[], "Jane Roebuck, Mary-Jane; Roe"), 0);
        assert_eq!(hits(&v, &["Jane Roe"], "Jane Roe"), 0);
    }
}
