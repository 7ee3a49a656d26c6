//! Another patient's name in this chart by mistake: `scanned in error, belongs to Karen Wu`.

use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;

/// Words that say that a paper is another patient's; tokens in small letters.
const SAYS: &[&[&str]] = &[
    &["wrong", "chart"],
    &["wrong", "patient"],
    &["incorrect", "chart"],
    &["incorrect", "patient"],
    &["in", "error"],
    &["by", "mistake"],
    &["misfiled"],
    &["mislabeled"],
    &["mislabelled"],
    &["erroneously"],
    &["different", "patient"],
    &["another", "patient"],
    &["not", "this", "patient"],
    &["not", "our", "patient"],
    &["mixed", "up"],
    &["other", "patient", "'"],
    &["another", "pt"],
    &["wrong", "pt"],
    &["not", "same", "pt"],
    &["not", "same", "patient"],
    &["not", "our", "pt"],
    &["not", "this", "pt"],
    &["not", "of", "this", "patient"],
    &["different", "pt"],
    &["different", "file"],
    &["another", "member"],
    &["another", "mbr"],
    &["another", "participant"],
    &["wrong", "sticker"],
    &["tube", "likely", "from"],
    &["next", "pt"],
    &["merged", "with"],
    &["name", "alert"],
    &["belong", "to", "another"],
];

/// People of whom the text tells nothing else, named in a paragraph that says so, are other patients.
pub fn settle(t: &Tokens, mentions: &mut [Mention]) {
    if !mentions.iter().any(|m| m.who == Who::New(Role::OtherPerson)) {
        return;
    }
    let places: Vec<usize> =
        (0..t.list.len()).filter(|k| SAYS.iter().any(|s| s.iter().enumerate().all(|(i, w)| t.low(k + i) == *w))).collect();
    if places.is_empty() {
        return;
    }
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name && m.who == Who::New(Role::OtherPerson)) {
        let at = t.index_at(m.start);
        if places.iter().any(|p| near(t, *p, at)) {
            m.who = Who::New(Role::OtherPatient);
        }
    }
}

/// True when two tokens stand in one paragraph and close together.
fn near(t: &Tokens, a: usize, b: usize) -> bool {
    let (from, to) = (a.min(b), a.max(b));
    let blank = |k: usize| {
        t.get(k)
            .is_some_and(|x| x.shape == Shape::Break && t.text.get(x.start..x.end).is_some_and(|s| s.matches('\n').count() > 1))
    };
    to - from <= 40 && !(from..to).any(blank)
}
