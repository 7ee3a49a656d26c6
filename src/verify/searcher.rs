//! Finds every forbidden value in a folded text in one pass: an automaton for words, a table for numbers.

use super::fold::HARD;
use super::forbidden::{Allowed, ForbiddenValue, MAX_DIGITS, digit_patterns, text_patterns};
use crate::model::error::RunError;
use crate::model::mention::Category;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use std::collections::{BTreeMap, HashMap};

/// Total pattern bytes up to which the faster, larger automaton is built (tens of megabytes at most).
const DFA_LIMIT: usize = 200_000;
/// A phone number is written in at most this many groups; a row of single figures in a table is not one.
const MAX_GROUPS: usize = 6;

/// Searches outputs for what was removed. Built once per run, shared by all threads.
pub struct Searcher {
    words: Option<AhoCorasick>,
    word_owner: Vec<u32>,
    digits: HashMap<Vec<u8>, u32>,
    digit_heads: Vec<bool>,
    digit_lengths: u32,
    values: Vec<(Category, String)>,
    longest: usize,
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
    /// Builds the automata. `patient_values` are the patient's own names, numbers, addresses and e-mails as written: a value equal to
    /// one of them or contained in it is not forbidden by itself.
    ///
    /// # Errors
    /// When the automaton cannot be built (more than 2^31 states).
    pub fn new(forbidden: &[ForbiddenValue], patient_values: &[String]) -> Result<Self, RunError> {
        let allowed = Allowed::new(patient_values);
        let mut patterns: BTreeMap<String, u32> = BTreeMap::new();
        let mut digits: HashMap<Vec<u8>, u32> = HashMap::new();
        for (i, value) in forbidden.iter().enumerate() {
            for p in text_patterns(value, &allowed) {
                patterns.entry(format!(" {p} ")).or_insert(i as u32);
            }
            for d in digit_patterns(value, &allowed) {
                digits.entry(d.into_bytes()).or_insert(i as u32);
            }
        }
        let longest = patterns.keys().map(String::len).max().unwrap_or(0).max(4 * MAX_DIGITS);
        let total: usize = patterns.keys().map(String::len).sum();
        let kind = if total <= DFA_LIMIT { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let words = match patterns.is_empty() {
            true => None,
            false => Some(
                AhoCorasickBuilder::new()
                    .match_kind(MatchKind::Standard)
                    .kind(Some(kind))
                    .build(patterns.keys())
                    .map_err(|e| RunError::Internal(format!("the list of removed values is too long to search for: {e}")))?,
            ),
        };
        let mut digit_heads = vec![false; 10_000];
        let mut digit_lengths = 0u32;
        for d in digits.keys() {
            if let Some(slot) = digit_heads.get_mut(head(d)) {
                *slot = true;
            }
            digit_lengths |= 1 << d.len();
        }
        let values = forbidden.iter().map(|v| (v.category, v.person_label.clone())).collect();
        Ok(Searcher { words, word_owner: patterns.into_values().collect(), digits, digit_heads, digit_lengths, values, longest })
    }

    /// True when there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.words.is_none() && self.digits.is_empty()
    }

    /// Number of word and digit patterns.
    pub fn patterns(&self) -> usize {
        self.word_owner.len() + self.digits.len()
    }

    /// Length of the longest pattern in folded bytes; blocks of a large file overlap by more than this.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Category and label of a value.
    pub(crate) fn value(&self, index: u32) -> (Category, &str) {
        self.values.get(index as usize).map_or((Category::OtherId, ""), |(c, l)| (*c, l.as_str()))
    }

    /// Reports every pattern in a folded text (see [`super::fold`]).
    pub(crate) fn find(&self, folded: &[u8], on_hit: &mut dyn FnMut(Hit)) {
        if let Some(words) = &self.words {
            for m in words.find_overlapping_iter(folded) {
                let value = self.word_owner.get(m.pattern().as_usize()).copied().unwrap_or(0);
                on_hit(Hit { start: m.start() + 1, end: m.end() - 1, value });
            }
        }
        if !self.digits.is_empty() {
            self.find_digits(folded, on_hit);
        }
    }

    fn find_digits(&self, folded: &[u8], on_hit: &mut dyn FnMut(Hit)) {
        // Groups of one sequence: (start, end). A letter or a hard blank ends the sequence.
        let mut groups: Vec<(usize, usize)> = Vec::with_capacity(64);
        let mut at = 0usize;
        while let Some(&b) = folded.get(at) {
            if b.is_ascii_digit() {
                let start = at;
                while folded.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                let before = start.checked_sub(1).and_then(|p| folded.get(p)).copied().unwrap_or(b' ');
                let after = folded.get(at).copied().unwrap_or(b' ');
                let alone = before == b' ' && after == b' ';
                if before != b' ' {
                    self.flush(folded, &mut groups, on_hit);
                }
                if alone || attached_ok(folded, start, at) {
                    groups.push((start, at));
                } else {
                    self.flush(folded, &mut groups, on_hit);
                }
            } else {
                if b != b' ' && !groups.is_empty() {
                    self.flush(folded, &mut groups, on_hit);
                }
                at += 1;
            }
        }
        self.flush(folded, &mut groups, on_hit);
    }

    fn flush(&self, folded: &[u8], groups: &mut Vec<(usize, usize)>, on_hit: &mut dyn FnMut(Hit)) {
        let mut number = [0u8; MAX_DIGITS];
        for first in 0..groups.len() {
            let mut len = 0usize;
            for &(start, end) in groups.iter().skip(first).take(MAX_GROUPS) {
                let piece = folded.get(start..end).unwrap_or_default();
                let Some(room) = number.get_mut(len..len + piece.len()) else { break };
                room.copy_from_slice(piece);
                len += piece.len();
                let Some(candidate) = number.get(..len) else { break };
                if self.digit_lengths & (1 << len) == 0 || !self.digit_heads.get(head(candidate)).copied().unwrap_or(false) {
                    continue;
                }
                if let Some(value) = self.digits.get(candidate) {
                    on_hit(Hit { start: groups.get(first).map_or(start, |g| g.0), end, value: *value });
                }
            }
        }
        groups.clear();
    }
}

/// The first four digits as a number, for a quick test.
fn head(digits: &[u8]) -> usize {
    digits.iter().take(4).fold(0usize, |n, b| n * 10 + usize::from(b.wrapping_sub(b'0')))
}

/// Whether digits that touch letters can be a number (`MRN1234567`, `5551234567x2`) rather than a stretch of a UUID or hash.
fn attached_ok(folded: &[u8], start: usize, end: usize) -> bool {
    let is_word = |b: &&u8| **b != b' ' && **b != HARD;
    let before: Vec<u8> = folded.get(..start).unwrap_or_default().iter().rev().take_while(is_word).take(12).copied().collect();
    let after: Vec<u8> = folded.get(end..).unwrap_or_default().iter().take_while(is_word).take(12).copied().collect();
    let hex = |s: &[u8]| s.iter().all(|b| b.is_ascii_hexdigit());
    end - start >= 9 || !(hex(&before) && hex(&after))
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Escapes, fold};
    use super::*;

    fn hits(values: &[(&str, Category)], own: &[&str], text: &str) -> usize {
        let f: Vec<ForbiddenValue> = values.iter().map(|(v, c)| ForbiddenValue::new(*v, *c, None, "[X 1]")).collect();
        let own: Vec<String> = own.iter().map(|s| s.to_string()).collect();
        let s = Searcher::new(&f, &own).unwrap();
        let mut n = 0;
        s.find(&fold(text.as_bytes(), Escapes::None).text, &mut |_| n += 1);
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
