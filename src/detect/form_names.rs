//! Further names of the patient in the lines of a form: `Maiden: Doyle`.

use super::cues::{credential, kin, role_phrase};
use super::identity::{Own, split_text};
use super::name_read::is_particle;
use super::own_names::CALLED;
use super::scene::mention_over;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_running_word};
use crate::model::mention::{Category, Mention, Who};

/// Tokens back to the name that heads a form.
const REACH: usize = 60;

/// The patient's name behind the label at token `i`, when the one named last before it is the patient and no word between speaks of
/// anybody else. `mentions` is sorted.
pub fn maiden(t: &Tokens, i: usize, mentions: &[Mention], own: &Own) -> Option<Mention> {
    if !matches!(t.low(i), "maiden" | "birth") || t.low(i) == "birth" && !matches!(t.low(i + 1), "name" | "surname") {
        return None;
    }
    let mark = i + 1 + usize::from(matches!(t.low(i + 1), "name" | "surname"));
    if !matches!(t.shape(mark), Some(Shape::Mark(':' | '='))) || !of_patient(t, i, mentions, &[], own) {
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

/// Labels of the fields of a form that hold what somebody is called.
const LABELS: &[&[&str]] = &[
    &["goes", "by"],
    &["call", "me"],
    &["calls", "self"],
    &["called"],
    &["you", "prefer"],
    &["preferred", "name"],
    &["also", "known", "as"],
    &["also", "known"],
    &["known", "as"],
    &["other", "name"],
    &["other", "names"],
    &["former", "names"],
    &["aka"],
    &["alias"],
    &["aliases"],
    &["nickname"],
    &["nicknames"],
    &["name", "on", "card"],
    &["english", "name"],
    &["maiden"],
    &["maiden", "name"],
];

/// The patient's names in the field of a form whose label begins at token `i`, when the one named last before it is the patient:
/// `AKA: Shawna Sloan, Shay`, `Goes by ........ Mai / May (English)`, `|Called|Ano|`. `mentions` is sorted; `fields` are those of the fields before.
pub fn listed(t: &Tokens, i: usize, mentions: &[Mention], fields: &[Mention], own: &Own) -> Vec<Mention> {
    let field = t.begins_column(i) || i > 0 && t.is(i - 1, '|');
    let len = LABELS.iter().filter(|l| l.iter().enumerate().all(|(k, w)| t.low(i + k) == *w)).map(|l| l.len()).max();
    let Some(len) = len.filter(|_| field) else { return Vec::new() };
    let mark = i + len;
    let is_mark = |k: usize| matches!(t.shape(k), Some(Shape::Mark(':' | '=' | '.' | '|' | '-')));
    let mut k = (mark..mark + DOTS).find(|k| !is_mark(*k)).unwrap_or(mark);
    if k == mark && !t.begins_column(mark) || !of_patient(t, i, mentions, fields, own) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for _ in 0..6 {
        k += usize::from(t.is(k, '"'));
        let first = k;
        let part = |k: usize| {
            t.is_capital(k) && credential(t.word(k)).is_none() && kin(t.low(k)).is_none() && !is_running_word(t.low(k))
                || k > first && (is_particle(t.low(k)) || t.is(k, '.') && t.touches_next(k - 1) && t.word(k - 1).len() <= 3)
        };
        while k < first + 6 && part(k) && (k == first || !t.begins_column(k)) {
            k += 1;
        }
        let Some((a, b)) = k.checked_sub(1).filter(|_| k > first).and_then(|last| t.get(first).zip(t.get(last))) else { break };
        let name = split_text(t.text.get(a.start..b.end).unwrap_or(""));
        out.push(Mention {
            weighed: false,
            start: a.start,
            end: b.end,
            category: Category::Name,
            who: Who::Patient,
            rule: CALLED,
            confidence: 0.9,
            name: Some(name),
        });
        k += usize::from(t.is(k, '"'));
        // `BUCK (service), JIM`
        if t.is(k, '(')
            && let Some(close) = (k + 1..k + 5).find(|j| t.is(*j, ')'))
        {
            k = close + 1;
        }
        if t.ends_line(k) || !matches!(t.shape(k), Some(Shape::Mark(',' | '/' | ';'))) && t.low(k) != "or" {
            break;
        }
        k += 1;
    }
    out
}

/// Most marks between a label and its value.
const DOTS: usize = 80;

/// True when the person named last before token `i` is the patient, and no word between speaks of anybody else.
fn of_patient(t: &Tokens, i: usize, mentions: &[Mention], fields: &[Mention], own: &Own) -> bool {
    for k in (i.saturating_sub(REACH + DOTS)..i).rev() {
        let Some(token) = t.get(k) else { continue };
        if fields.iter().any(|f| f.start < token.end && token.start < f.end) {
            return true;
        }
        if let Some(m) = mention_over(t, mentions, k).and_then(|at| mentions.get(at)).filter(|m| m.category == Category::Name) {
            return m.who == Who::Patient;
        }
        let low = t.low(k);
        if t.is_capital(k) && low.len() > 1 && (own.is_given(low) || own.is_family(low)) {
            return true;
        }
        let other = role_phrase(|n| if k + n < i { t.low(k + n) } else { "" }).is_some_and(|(_, _, role)| role.is_some());
        if other || kin(low).is_some() {
            return false;
        }
    }
    false
}
