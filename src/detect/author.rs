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
    is_mine(t, i, names).then(|| above(t, i, names, own).or_else(|| below(t, i, names, own))).flatten()
}

/// `my`, `me` or `mine` close before token `i`, and nobody else between them.
fn is_mine(t: &Tokens, i: usize, names: &[Mention]) -> bool {
    for k in (i.saturating_sub(REACH)..i).rev() {
        if matches!(t.low(k), "me" | "my" | "mine") {
            return true;
        }
        let stop = matches!(t.shape(k), Some(Shape::Mark('.' | ';' | '!' | '?'))) && t.is_capital(k + 1);
        let other = kin(t.low(k)).is_some() || matches!(t.low(k), "patient" | "pt" | "his" | "her" | "their" | "your" | "our");
        if stop || other || t.get(k).is_some_and(|x| x.possessive) || name_at(t, k, names).is_some() {
            return false;
        }
    }
    false
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

#[cfg(test)]
mod tests {
    use crate::detect::tests::traps::patient;
    use crate::detect::{Context, discover};
    use crate::model::mention::Who;
    use crate::model::role::RoleGroup;

    fn owner(text: &str, value: &str) -> Option<RoleGroup> {
        let at = text.find(value).expect("in the text");
        let found = discover(text, &Context::default(), &patient());
        let m = found.iter().find(|m| m.start <= at && at + value.len() <= m.end)?;
        match &m.who {
            Who::New(r) => Some(r.group()),
            Who::Patient => Some(RoleGroup::Patient),
            _ => None,
        }
    }

    #[test]
    fn what_a_writer_calls_theirs_is_the_writers() {
        let text = "From: Karen Doyle\nTo: Clinic\n\nThis is Karen, Jane's sister. You can call Jane on 415-555-0181, or me at 415-555-0118.\n\
            Jane's claim is WC-2231-77. Mine from last year was WC-2213-77.\nKaren\n";
        for value in ["415-555-0118", "WC-2213-77"] {
            let who = owner(text, value);
            assert!(who.is_some() && who != Some(RoleGroup::Patient), "{value}: {who:?}");
        }
        assert!(matches!(owner(text, "WC-2231-77"), None | Some(RoleGroup::Patient)));
        let text = "From: Jane Smith\nTo: Clinic\n\nKaren says hi. Please call me at 415-555-0118.\nJane\n";
        assert_eq!(owner(text, "415-555-0118"), Some(RoleGroup::Patient));
        let text = "Please call me on my cell 415-555-0118 about Jane.\n\nThanks,\nKaren Doyle\n";
        assert!(!matches!(owner(text, "415-555-0118"), None | Some(RoleGroup::Patient)));
    }
}
