//! Whose `my` and `mine` are: whoever wrote the message.

use super::cues::kin;
use super::identity::Own;
use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};

/// Words between `me` and a number, lines of a message that are looked over, tokens of a line.
const REACH: usize = 6;
const LINES: usize = 60;
const LINE: usize = 24;

/// Who wrote the message in which a number at token `i` is said to be the writer's: `my cell is`, `call me at`, `mine was`. `names` is sorted.
pub fn of_writer(t: &Tokens, i: usize, names: &[Mention], own: &Own) -> Option<Who> {
    let from = mine_at(t, i, names)?;
    let who = above(t, i, names, own).or_else(|| below(t, i, names, own))?;
    // The patient's `my lawyer at` is no number of theirs: only words for numbers and addresses may stand between.
    (who != Who::Patient || (from + 1..i).all(|k| is_plain(t, k))).then_some(who)
}

/// Words between `my` and a number that tell of nobody else, and marks.
fn is_plain(t: &Tokens, k: usize) -> bool {
    matches!(t.shape(k), Some(Shape::Mark(_)))
        || matches!(
            t.low(k),
            "cell"
                | "cellphone"
                | "mobile"
                | "phone"
                | "telephone"
                | "number"
                | "no"
                | "landline"
                | "home"
                | "work"
                | "direct"
                | "fax"
                | "new"
                | "old"
                | "current"
                | "own"
                | "at"
                | "on"
                | "is"
                | "was"
                | "to"
                | "back"
                | "the"
                | "ssn"
                | "social"
                | "security"
                | "medicare"
                | "medicaid"
                | "member"
                | "id"
                | "claim"
                | "policy"
                | "account"
                | "address"
                | "license"
                | "licence"
                | "plate"
                | "dob"
                | "birthday"
        )
}

/// The token of `my`, `me` or `mine` close before token `i`, with nobody named between them.
fn mine_at(t: &Tokens, i: usize, names: &[Mention]) -> Option<usize> {
    for k in (i.saturating_sub(REACH)..i).rev() {
        if matches!(t.low(k), "me" | "my" | "mine") {
            return Some(k);
        }
        let stop = matches!(t.shape(k), Some(Shape::Mark('.' | ';' | '!' | '?'))) && t.is_capital(k + 1);
        let other = kin(t.low(k)).is_some() || matches!(t.low(k), "patient" | "pt" | "his" | "her" | "their" | "your" | "our");
        if stop || other || t.get(k).is_some_and(|x| x.possessive) || name_at(t, k, names).is_some() {
            return None;
        }
    }
    None
}

fn name_at<'m>(t: &Tokens, k: usize, names: &'m [Mention]) -> Option<&'m Mention> {
    let x = t.get(k)?;
    let m = names.get(names.partition_point(|m| m.end <= x.start))?;
    (m.category == Category::Name && m.start < x.end).then_some(m)
}

/// The only person of the tokens from `first` on in their line.
fn only(t: &Tokens, first: usize, names: &[Mention], own: &Own) -> Option<Who> {
    let line = first..first + LINE;
    let inside = |k: &usize| t.shape(*k).is_some_and(|s| s != Shape::Break);
    let mut found: Option<Who> = None;
    for k in line.take_while(inside) {
        // `From: Karen Doyle (proxy for Jane Roe)`
        if matches!(t.low(k), "proxy" | "behalf" | "for" | "via") {
            return None;
        }
        let who = match name_at(t, k, names) {
            Some(m) => m.who.clone(),
            None if t.is_capital(k) && (own.is_given(t.low(k)) || own.is_family(t.low(k))) => Who::Patient,
            None => continue,
        };
        if found.as_ref().is_some_and(|f| *f != who) {
            return None;
        }
        found = Some(who);
    }
    found.filter(|who| !matches!(who, Who::Ambiguous | Who::Nobody))
}

/// The line above that says who writes: `From: Karen Doyle`, `This is Karen`, `On Feb 28 Karen Doyle wrote:`.
fn above(t: &Tokens, i: usize, names: &[Mention], own: &Own) -> Option<Who> {
    let mut line = t.line_start(i);
    for _ in 0..LINES {
        let first = (line..line + 3).find(|k| !matches!(t.shape(*k), Some(Shape::Mark(_))))?;
        if t.low(first) == "from" && t.is(first + 1, ':') {
            return only(t, first + 2, names, own);
        }
        let end = (line..line + 2 * LINE).find(|k| t.ends_line(*k)).unwrap_or(line);
        if end > line && t.is(end - 1, ':') && matches!(t.low(end.saturating_sub(2)), "wrote" | "writes") {
            return only(t, first, names, own);
        }
        let says = (line..end.min(i)).find(|k| t.low(*k) == "this" && t.low(k + 1) == "is" && name_at(t, k + 2, names).is_some());
        if let Some(k) = says {
            return name_at(t, k + 2, names).map(|m| m.who.clone()).filter(|who| !matches!(who, Who::Ambiguous | Who::Nobody));
        }
        line = t.line_start(line.checked_sub(2)?);
    }
    None
}

/// The line below with nothing but a name, with which a letter ends.
fn below(t: &Tokens, i: usize, names: &[Mention], own: &Own) -> Option<Who> {
    let mut k = i;
    for _ in 0..LINES / 4 {
        k = (k..t.list.len()).find(|j| t.shape(*j) == Some(Shape::Break))? + 1;
        if t.low(k) == "from" && t.is(k + 1, ':') || t.is(k, '>') {
            return None;
        }
        let Some(m) = name_at(t, k, names) else { continue };
        let end = t.list.partition_point(|x| x.start < m.end);
        if t.ends_line(end) || t.is(end, ',') {
            return only(t, k, names, own);
        }
    }
    None
}
