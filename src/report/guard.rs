//! What may appear in the recipient edition: closed vocabularies and released names only.
//!
//! The recipient's report is built from its own types (`recipient.rs`), which have no place for originals. The few free texts that
//! do pass are checked here, so that a slip in an earlier stage cannot put a value of the export into the report.

use crate::model::case::Case;
use crate::model::decision::Decision;
use crate::model::role::Role;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// Shown in place of a file that the recipient does not get.
pub(super) const NOT_RELEASED: &str = "(not released)";

/// `[MOTHER]`, `[PHYSICIAN 2]`, `[REVIEW 3]`: a label of the closed vocabulary, or `None`.
pub(super) fn label(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let words = match inner.rsplit_once(' ') {
        Some((words, n)) if !n.is_empty() && n.len() <= 10 && n.bytes().all(|b| b.is_ascii_digit()) => words,
        _ => inner,
    };
    static WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| Role::ALL.iter().map(|r| r.label_words()).chain(["REVIEW"]).collect());
    WORDS.contains(words).then_some(text)
}

/// A reason code: capitals, digits, hyphens; else `TP-OTH`.
pub(super) fn reason(code: &str) -> &str {
    let fits = (1..=16).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    if fits { code } else { "TP-OTH" }
}

/// A rule name as rules are named in code (`roster.full-name`); anything else is not shown.
pub(super) fn rule(name: &str) -> &str {
    let fits = name.len() <= 60 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b));
    if fits { name } else { "other" }
}

/// The basis of a decision; a person's own words stay inside.
pub(super) fn basis(decision: &Decision) -> &str {
    if decision.by == "machine" { &decision.basis } else { "ruling of a reviewer" }
}

/// `machine` or `person`, never a name.
pub(super) fn by(decision: &Decision) -> &'static str {
    if decision.by == "machine" { "machine" } else { "person" }
}

/// A text of the tool itself, without control characters and not endless.
pub(super) fn line(text: &str) -> String {
    clean(text).into_owned()
}

/// As [`line`], borrowed where nothing has to change.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.len() <= 400 && text.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    text.chars().take(400).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Names of files that the recipient gets.
pub(super) struct Files<'a>(BTreeSet<&'a str>);

impl<'a> Files<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        let released = case.inputs.iter().map(|i| i.released_as.as_str()).filter(|p| !p.is_empty());
        Files(released.chain(case.outputs.iter().map(|o| o.path.as_str())).collect())
    }
    /// The name when the recipient gets such a file, else [`NOT_RELEASED`].
    pub(super) fn show<'b>(&self, file: &'b str) -> &'b str {
        if self.0.contains(file) { file } else { NOT_RELEASED }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_closed_vocabulary_passes() {
        for good in ["[MOTHER]", "[PHYSICIAN 12]", "[NURSE PRACTITIONER 1]", "[REVIEW 3]", "[IN-LAW 1]"] {
            assert_eq!(label(good), Some(good));
        }
        for bad in ["[MARY]", "MOTHER", "[MOTHER MARY]", "[MOTHER 12345678901]", "[]", "[ 1]", "", "[MOTHER 1a]"] {
            assert_eq!(label(bad), None, "{bad}");
        }
        assert_eq!(reason("TP-FAM"), "TP-FAM");
        assert_eq!(reason("Mary Roe"), "TP-OTH");
        assert_eq!(rule("roster.full-name"), "roster.full-name");
        assert_eq!(rule("dictionary: Mary"), "other");
        assert_eq!(line("a\nb\u{1b}c"), "a b c");
    }
}
