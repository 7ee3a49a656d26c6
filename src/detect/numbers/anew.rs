//! Whose the numbers of a text are once the names model has read it: it has seen more people, and says of each word whether it is a part of
//! a number of the patient's or of anybody else's.

use super::evidence::Told;
use super::{settle, settle_told};
use crate::detect::Context;
use crate::detect::discover::{counts, people_and_numbers};
use crate::detect::identity::Own;
use crate::detect::model::{NO_NAME, joined};
use crate::detect::tokens::Tokens;
use crate::model::mention::{Category, Mention, Who};

/// Rule of a find that is nobody's number, or another's in another form; see [`crate::detect::model::kept`].
pub const FELL: &str = "text.other-number";

/// The names among finds, and those that fall.
pub fn names_of(found: &[Mention]) -> Vec<Mention> {
    found.iter().filter(|m| m.category == Category::Name && m.who != Who::Nobody || m.rule == NO_NAME).cloned().collect()
}

/// What changes in `found` by what the model has `read` and by what it says of the numbers (`told`): numbers that are found now, those that
/// have another owner, and a mark of [`FELL`] at each that is none any more.
pub fn changes(t: &Tokens, ctx: &Context, own: &Own, found: &[Mention], read: &[Mention], told: Told) -> Vec<Mention> {
    let Some((people, patterns)) = people_and_numbers(t, ctx, own, true, true) else { return Vec::new() };
    let before = settle(t, &people, &patterns, &counts, own);
    let people = joined(&people, &names_of(read));
    let now = settle_told(t, &people, &patterns, &counts, own, Some(told));
    let place = |m: &Mention| (m.start, m.end, m.rule);
    // Lists of finds are sorted by their place.
    let has = |all: &[Mention], m: &Mention| {
        let from = all.partition_point(|x| (x.start, x.end) < (m.start, m.end));
        let mut here = all.iter().skip(from).take_while(|x| (x.start, x.end) == (m.start, m.end));
        here.any(|x| x.rule == m.rule && x.who == m.who)
    };
    let mut out: Vec<Mention> = Vec::new();
    // Values of the case and of the user's list are not put aside: what is compared is only what the text itself had told.
    for was in before.iter().filter(|m| !has(&now, m)) {
        let Some(m) = found.iter().find(|f| place(f) == place(was)) else { continue };
        out.push(Mention { who: Who::Nobody, rule: FELL, ..m.clone() });
        // The same number once more, which only this one had told.
        let text = t.text.get(was.start..was.end);
        let copies = found.iter().filter(|f| f.rule == "text.same-number" && t.text.get(f.start..f.end) == text);
        out.extend(copies.map(|f| Mention { who: Who::Nobody, rule: FELL, ..f.clone() }));
    }
    let fell = out.clone();
    let free = |n: &Mention| {
        let over = |m: &Mention| m.start < n.end && n.start < m.end;
        let gone = |m: &Mention| fell.iter().any(|f| (f.start, f.end, f.category) == (m.start, m.end, m.category));
        !found.iter().any(|m| over(m) && !gone(m))
            && !read.iter().any(|m| over(m) && !matches!(m.rule, NO_NAME | crate::detect::model::NUMBER))
    };
    let new: Vec<Mention> = now.iter().filter(|n| !has(&before, n) && free(n)).cloned().collect();
    out.extend(new.into_iter().map(|n| Mention { weighed: true, ..n }));
    out
}
