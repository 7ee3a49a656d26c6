//! Which generation the patient is, where only the text tells it: `Pt: Samuel C. Okafor Jr.   DOB 11/02/1988`.

use super::cues::kin;
use super::identity::{Own, split_text};
use super::name_read::is_generation;
use super::own_names::{LABELLED, date_at, own_mention};
use super::tokens::{Shape, Tokens};
use crate::model::mention::Mention;

/// Most tokens of a name before its generation.
const NAME: usize = 7;
/// Tokens behind it on the line in which the patient's day or number is looked for.
const REACH: usize = 16;

/// The generation that the patient has in this text, which the case does not know: behind their name in full with a label for the patient
/// before it, or their birth date or number behind it.
pub fn told<'t>(t: &'t Tokens, own: &Own) -> Option<&'t str> {
    if own.has_generation() {
        return None;
    }
    (1..t.list.len()).filter(|j| is_generation(t.low(*j)) && t.is_capital(*j)).find_map(|j| {
        let first = name_before(t, j, own, true)?;
        let label = first >= 2 && t.is(first - 1, ':') && matches!(t.low(first - 2), "patient" | "pt" | "client" | "resident");
        let line = (j + 1..j + REACH).take_while(|k| !t.ends_line(*k));
        let known = || line.clone().any(|k| date_at(t, k).iter().any(|d| own.is_birth_date(d) || d.len() >= 4 && own.has_id(d)));
        (label || known()).then(|| t.low(j))
    })
}

/// The patient's name with that generation at token `j`.
pub fn own_at(t: &Tokens, j: usize, told: &str, own: &Own) -> Option<Mention> {
    if t.low(j) != told || !t.is_capital(j) {
        return None;
    }
    let first = name_before(t, j, own, false)?;
    // `Son Samuel Jr.`
    if first > 0 && kin(t.low(first - 1)).is_some() {
        return None;
    }
    let dot = usize::from(t.is(j + 1, '.') && t.touches_next(j));
    let (start, end) = (t.get(first)?.start, t.get(j + dot)?.end);
    Some(own_mention(start, end, split_text(t.text.get(start..end)?), LABELLED))
}

/// The first token of the patient's name that ends before token `j`; `full`: with a given and a family name.
fn name_before(t: &Tokens, j: usize, own: &Own, full: bool) -> Option<usize> {
    let (mut given, mut family, mut first) = (false, false, None);
    for k in (j.saturating_sub(NAME)..j).rev() {
        let low = t.low(k);
        if t.is_capital(k) && low.len() > 1 && (own.is_given(low) || own.is_family(low)) {
            given |= own.is_given(low);
            family |= own.is_family(low);
            first = Some(k);
        } else if !matches!(t.shape(k), Some(Shape::Initial | Shape::Mark('.' | ',' | '-'))) {
            break;
        }
    }
    first.filter(|_| if full { given && family } else { given || family })
}
