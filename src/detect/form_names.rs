//! Further names of the patient in the lines of a form: `Maiden: Doyle`.

use super::cues::{credential, kin, role_phrase};
use super::identity::split_text;
use super::own_names::CALLED;
use super::scene::mention_over;
use super::tokens::{Shape, Tokens};
use super::words::NameLike;
use crate::model::mention::{Category, Mention, Who};

/// Tokens back to the name that heads a form.
const REACH: usize = 60;

/// The patient's name behind the label at token `i`, when the one named last before it is the patient and no word between speaks of
/// anybody else. `mentions` is sorted.
pub fn maiden(t: &Tokens, i: usize, mentions: &[Mention]) -> Option<Mention> {
    if !matches!(t.low(i), "maiden" | "birth") || t.low(i) == "birth" && !matches!(t.low(i + 1), "name" | "surname") {
        return None;
    }
    let mark = i + 1 + usize::from(matches!(t.low(i + 1), "name" | "surname"));
    if !matches!(t.shape(mark), Some(Shape::Mark(':' | '='))) || !of_patient(t, i, mentions) {
        return None;
    }
    let first = mark + 1;
    let named = |k: usize| t.is_capital(k) && t.like(k) > NameLike::Word && credential(t.word(k)).is_none() && !t.is(k + 1, ':');
    let hyphen = |k: usize| t.is(k, '-') && t.touches_next(k - 1) && t.touches_next(k);
    let mut next = first;
    while next < first + 5 && (named(next) && (next == first || !t.begins_column(next)) || next > first && hyphen(next)) {
        next += 1;
    }
    let (start, end) = (t.get(first)?.start, t.get(next.checked_sub(1).filter(|_| next > first)?)?.end);
    let name = split_text(t.text.get(start..end)?);
    Some(Mention {
        weighed: false,
        start,
        end,
        category: Category::Name,
        who: Who::Patient,
        rule: CALLED,
        confidence: 0.9,
        name: Some(name),
    })
}

fn of_patient(t: &Tokens, i: usize, mentions: &[Mention]) -> bool {
    for k in (i.saturating_sub(REACH)..i).rev() {
        if let Some(m) = mention_over(t, mentions, k).and_then(|at| mentions.get(at)).filter(|m| m.category == Category::Name) {
            return m.who == Who::Patient;
        }
        let other = role_phrase(|n| if k + n < i { t.low(k + n) } else { "" }).is_some_and(|(_, _, role)| role.is_some());
        if other || kin(t.low(k)).is_some() {
            return false;
        }
    }
    false
}
