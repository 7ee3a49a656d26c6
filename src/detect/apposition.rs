//! Names that stand before their cue, and user names.

use super::cues::{is_kin_adjective, is_possessor};
use super::discover::Find;
use super::name_read::{Read, Trust, backward};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given, is_surname, name_like};
use crate::model::role::Role;

/// A name before a comma and a kin word or role noun: `Trevon Maddox, another participant`, `Ada Wu (her aunt)`.
pub fn before_noun(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let mut k = i;
    let mut told = false;
    // `Ada, Jane's mom`
    let owner = i.checked_sub(1).filter(|p| t.is_capital(*p) && t.get(*p).is_some_and(|x| x.possessive) && is_given(t.low(*p)));
    if let Some(p) = owner {
        (k, told) = (p, true);
    }
    while k > 0 && i - k < 5 {
        let low = t.low(k - 1);
        let between = is_possessor(low)
            || is_kin_adjective(low)
            || matches!(low, "another" | "fellow" | "one" | "of" | "this" | "who" | "is");
        let wrapped = t.shape(k - 1) == Some(Shape::Break) && t.text.get(t.list[k - 1].start..t.list[k - 1].end) == Some("\n");
        if !between && !wrapped {
            break;
        }
        told |= between;
        k -= 1;
    }
    let Some(mark) = k.checked_sub(1).filter(|m| t.is(*m, ',') || t.is(*m, '(')) else { return };
    if !told && !t.is(mark, '(') || !t.is_capital(mark.wrapping_sub(1)) {
        return;
    }
    let whole = |r: &Read| r.words > 1 && r.parts > 1 || is_given(t.low(r.first)) && t.shape(r.first) == Some(Shape::Cap);
    let Some(read) = backward(t, mark, Trust::Fair).filter(|r| r.best == NameLike::Name && whole(r)) else { return };
    let clinical =
        (read.first..read.next).any(|j| super::words::is_clinical(t.low(j)) || super::words::is_place_or_month(t.low(j)));
    if !clinical {
        out.push(Find { read, rule: "cue.apposition", confidence: 0.8, role: None });
    }
}

/// A user name after `entered by`: `april.mayhew`, `afoley`.
pub fn login(t: &Tokens, from: usize, role: Option<Role>, out: &mut Vec<Find>) {
    let k = from + usize::from(t.is(from, ':'));
    let word = t.low(k).trim_end_matches(|c: char| c.is_ascii_digit());
    if !matches!(t.shape(k), Some(Shape::Lower | Shape::Mixed))
        || !word.is_ascii()
        || t.word(k).starts_with(|c: char| !c.is_ascii_lowercase())
    {
        return;
    }
    // `transcribed by: mtd`
    if (2..=4).contains(&word.len())
        && t.is(from, ':')
        && name_like(word) == NameLike::Unknown
        && t.ends_line(k + 1) | !t.touches_next(k)
    {
        let Some(s) = t.get(k) else { return };
        let name = crate::model::person::Name { text: t.word(k).to_string(), ..Default::default() };
        let read = Read { first: k, next: k + 1, start: s.start, end: s.end, name, best: NameLike::Unknown, words: 1, parts: 1 };
        out.push(Find { read, rule: "cue.login", confidence: 0.6, role: role.or(Some(Role::Staff)) });
        return;
    }
    let dotted = t.touches_next(k)
        && (t.is(k + 1, '.') || t.is(k + 1, '_'))
        && t.touches_next(k + 1)
        && t.shape(k + 2) == Some(Shape::Lower);
    let (next, given, family) = if dotted {
        let family = t.low(k + 2);
        let name = name_like(family) == NameLike::Name || is_given(word) && name_like(family) >= NameLike::WordName;
        if !(name && (is_given(word) || word.len() == 1)) {
            return;
        }
        (k + 3, word.to_string(), family.to_string())
    } else {
        let (Some(rest), 5..) = (word.get(1..), word.len()) else { return };
        if name_like(word) != NameLike::Unknown || !is_surname(rest) {
            return;
        }
        (k + 1, word.get(..1).unwrap_or_default().to_string(), rest.to_string())
    };
    let (Some(s), Some(e)) = (t.get(k), t.get(next - 1)) else { return };
    let name = crate::model::person::Name { given: vec![given], family, ..Default::default() };
    let read = Read { first: k, next, start: s.start, end: e.end, name, best: NameLike::Name, words: 2, parts: 2 };
    out.push(Find { read, rule: "cue.login", confidence: 0.85, role: role.or(Some(Role::Staff)) });
}
