//! Further names of the patient in the fields of a form: `Maiden: Doyle`, `Goes by ........ Mai / May (English)`.

use super::cues::{credential, kin, role_phrase};
use super::identity::{Own, split_text};
use super::name_read::is_particle;
use super::own_names::{CALLED, own_mention};
use super::scene::mention_over;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_running_word};
use crate::model::mention::{Mention, Who};

/// Tokens back to the name that heads a form, dots between labels and values among them.
const REACH: usize = 140;
/// Most marks between a label and its value.
const DOTS: usize = 80;

/// Labels of what somebody is called: it may stand again in the text by itself.
const CALLS: &[&[&str]] = &[
    &["goes", "by"],
    &["call", "me"],
    &["calls", "self"],
    &["called"],
    &["you", "prefer"],
    &["preferred", "name"],
    &["also", "known", "as"],
    &["also", "known"],
    &["known", "as"],
    &["aka"],
    &["alias"],
    &["aliases"],
    &["nickname"],
    &["nicknames"],
    &["english", "name"],
];

/// Labels of other names in full and family names, which relatives may bear, too.
const NAMES: &[&[&str]] = &[
    &["maiden"],
    &["maiden", "name"],
    &["maiden", "surname"],
    &["birth", "name"],
    &["birth", "surname"],
    &["other", "name"],
    &["other", "names"],
    &["former", "names"],
    &["name", "on", "card"],
];

/// A name of the patient's in a field.
pub struct Field {
    /// Where it stands.
    pub mention: Mention,
    /// Its token, when it is one word that may stand again by itself.
    pub word: Option<usize>,
}

/// The patient's names in the field whose label begins at token `i`, when the one named last before it is the patient: `AKA: Shawna Sloan,
/// Shay`, `|Called|Ano|`. `mentions` is sorted; `before` are those of the fields before.
pub fn fields(t: &Tokens, i: usize, mentions: &[Mention], before: &[Field], own: &Own) -> Vec<Field> {
    let longest = |labels: &[&[&str]]| {
        let here = labels.iter().filter(|l| l.iter().enumerate().all(|(k, w)| t.low(i + k) == *w));
        here.map(|l| l.len()).max()
    };
    let (calls, names) = (longest(CALLS), longest(NAMES));
    let Some(len) = calls.or(names) else { return Vec::new() };
    let mark = i + len;
    let is_mark = |k: usize| matches!(t.shape(k), Some(Shape::Mark(':' | '=' | '.' | '|' | '-')));
    let mut k = (mark..mark + DOTS).find(|k| !is_mark(*k)).unwrap_or(mark);
    // `DOB 1/2/50  Maiden: Doyle`; what somebody is called stands in many a sentence.
    let labelled = names.is_some() && matches!(t.shape(mark), Some(Shape::Mark(':' | '=')));
    let begins = (t.begins_column(i) || i > 0 && t.is(i - 1, '|')) && (k > mark || t.begins_column(mark));
    if !(labelled || begins) || !of_patient(t, i, mentions, before, own) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for _ in 0..6 {
        k += usize::from(t.is(k, '"'));
        let first = k;
        while k < first + 6 && is_part(t, k, first, calls.is_none()) {
            k += 1;
        }
        let Some((a, b)) = k.checked_sub(1).filter(|_| k > first).and_then(|last| t.get(first).zip(t.get(last))) else { break };
        let name = split_text(t.text.get(a.start..b.end).unwrap_or(""));
        let mention = Mention { confidence: 0.9, ..own_mention(a.start, b.end, name, CALLED) };
        out.push(Field { mention, word: (calls.is_some() && k == first + 1).then_some(first) });
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

/// True for token `k` as a part of the name that begins at `first`; `strict`: no word of the language. The next column and the next label
/// are none.
fn is_part(t: &Tokens, k: usize, first: usize, strict: bool) -> bool {
    if k > first && t.begins_column(k) || t.is(k + 1, ':') {
        return false;
    }
    let glued = k > first && t.touches_next(k - 1);
    let inside = t.is(k, '-') && glued && t.touches_next(k) || t.is(k, '.') && glued && t.word(k - 1).len() <= 3;
    let word = t.is_capital(k)
        && credential(t.word(k)).is_none()
        && kin(t.low(k)).is_none()
        && !is_running_word(t.low(k))
        && !(strict && t.like(k) == NameLike::Word);
    word || inside || k > first && is_particle(t.low(k))
}

/// The token at which somebody is named last before token `i`, and whether that is the patient. What lists and rules have found outranks the
/// patient's given name as such, which a relative may bear.
pub fn named_last(t: &Tokens, i: usize, mentions: &[Mention], own: &Own) -> Option<(usize, bool)> {
    (i.saturating_sub(REACH)..i).rev().find_map(|k| {
        if let Some(m) = mention_over(t, mentions, k).and_then(|at| mentions.get(at)) {
            return Some((k, m.who == Who::Patient));
        }
        (t.is_capital(k) && t.low(k).len() > 1 && own.is_given(t.low(k))).then_some((k, true))
    })
}

/// True when the person named last before token `i` is the patient, and no word between speaks of anybody else.
fn of_patient(t: &Tokens, i: usize, mentions: &[Mention], before: &[Field], own: &Own) -> bool {
    let field = before.last().map(|f| t.list.partition_point(|x| x.start < f.mention.start)).filter(|k| i - k <= REACH);
    let named = named_last(t, i, mentions, own);
    let from = match (field, named) {
        (Some(f), Some((k, _))) if f >= k => f,
        (Some(f), None) => f,
        (_, Some((k, true))) => k,
        _ => return false,
    };
    !(from + 1..i).any(|k| {
        let other = role_phrase(|n| if k + n < i { t.low(k + n) } else { "" }).is_some_and(|(_, _, role)| role.is_some());
        other || kin(t.low(k)).is_some()
    })
}
