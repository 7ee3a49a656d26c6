//! Names that speak: turns of a conversation, and who said, shared or stated something.

use super::discover::Find;
use super::labels::push;
use super::name_read::Read;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_eponym, is_given};
use crate::model::person::Name;
use crate::model::role::Role;

/// A verb that only people do.
pub fn is_speech(low: &str) -> bool {
    matches!(
        low,
        "said"
            | "says"
            | "shared"
            | "shares"
            | "reported"
            | "reports"
            | "stated"
            | "states"
            | "told"
            | "talked"
            | "asked"
            | "mentioned"
            | "disclosed"
            | "described"
            | "expressed"
            | "discussed"
            | "responded"
            | "agreed"
            | "noted"
            | "replied"
            | "called"
            | "spoke"
            | "cried"
            | "denies"
            | "denied"
            | "agrees"
            | "yelled"
            | "screamed"
            | "smiled"
            | "apologized"
            | "complained"
            | "visited"
            | "arrived"
            | "drove"
            | "verbalized"
            | "wants"
            | "thinks"
            | "believes"
            | "worries"
            | "insists"
            | "insisted"
            | "refused"
            | "refuses"
            | "volunteered"
            | "interrupted"
            | "laughed"
            | "nodded"
            | "brought"
            | "helps"
            | "helped"
            | "phoned"
            | "texted"
            | "admitted"
            | "admits"
            | "endorsed"
            | "endorses"
            | "listened"
    )
}

/// `Marcus T. shared`, `T.W. said`, `Abernathy stated`. In a group note first names with an initial, and initials, are members
/// wherever they stand.
pub(super) fn speaker(t: &Tokens, i: usize, group: bool, out: &mut Vec<Find>) {
    if !t.is_capital(i) {
        return;
    }
    let role = group.then_some(Role::OtherPatient);
    let initial = |k: usize| t.shape(k) == Some(Shape::Initial) && t.is(k + 1, '.') && t.touches_next(k);
    let given = t.shape(i) == Some(Shape::Cap) && is_given(t.low(i));
    let named = t.shape(i) == Some(Shape::Cap) && t.like(i) == NameLike::Name;
    let before = i > 0 && t.is_capital(i - 1) && t.like(i - 1) > NameLike::Word;
    let (end, words, sure) = if initial(i) && initial(i + 2) && !before {
        (i + 4, 0, group && !t.is_capital(i + 4))
    } else if given && initial(i + 1) && !before {
        (i + 3, 1, named && (group || matches!(t.shape(i + 3), Some(Shape::Lower | Shape::Mark(_)))))
    } else if named && !before && !t.is_capital(i + 1) {
        (i + 1, 1, false)
    } else {
        return;
    };
    let said = is_speech(t.low(end)) && (given || words == 0 || !is_eponym(t.low(i)));
    if !said && !sure {
        return;
    }
    let (Some(s), Some(e)) = (t.get(i), t.get(end - 1)) else { return };
    let lone_family = end == i + 1 && !given;
    let family = if end > i + 1 { t.word(if words == 0 { i + 2 } else { i + 1 }).to_string() } else { String::new() };
    let name = if lone_family {
        Name { family: t.word(i).to_string(), ..Name::default() }
    } else {
        Name { given: vec![t.word(i).to_string()], family, ..Name::default() }
    };
    let read = Read { first: i, next: end, start: s.start, end: e.end, name, best: NameLike::Name, words: 1, parts: 2 };
    push(out, read, "cue.speaker", if said { 0.8 } else { 0.7 }, role);
}

/// `Maria: I have been sober.` - turns of a conversation at the head of lines, when there are several or the note is of a group.
pub(super) fn turns(t: &Tokens, group: bool, out: &mut Vec<Find>) {
    let named = |i: usize| {
        let given =
            matches!(t.shape(i), Some(Shape::Cap | Shape::Upper)) && is_given(t.low(i)) && t.like(i) >= NameLike::WordName;
        let short = given && t.shape(i + 1) == Some(Shape::Initial);
        let colon = if short { i + 2 + usize::from(t.is(i + 2, '.')) } else { i + 1 };
        (given && t.begins_line(i) && t.is(colon, ':') && !t.ends_line(colon + 1)).then_some(colon)
    };
    let found: Vec<(usize, usize)> = (0..t.list.len()).filter_map(|i| named(i).map(|c| (i, c))).collect();
    let different: std::collections::BTreeSet<&str> = found.iter().map(|(i, _)| t.low(*i)).collect();
    let all_words = found.iter().all(|(i, _)| t.like(*i) == NameLike::WordName);
    if found.is_empty() || !group && (different.len() < 2 || all_words) {
        return;
    }
    for (i, colon) in found {
        let (Some(s), Some(e)) = (t.get(i), t.get(colon - 1)) else { continue };
        let family = if colon > i + 1 { t.word(i + 1).to_string() } else { String::new() };
        let name = Name { given: vec![t.word(i).to_string()], family, ..Name::default() };
        let read = Read { first: i, next: colon, start: s.start, end: e.end, name, best: t.like(i), words: 1, parts: 1 };
        push(out, read, "cue.turn", 0.8, group.then_some(Role::OtherPatient));
    }
}
