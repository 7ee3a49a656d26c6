//! Names of a letter or a few: `JD dictating`, `HB/jl`, `e-sig ABD`, `seen with D.K.`, `N. and S. at home`. Lists know none of them and most
//! short words are something else, so that only those are weighed that stand where somebody signs or is spoken of.

use super::doubt::{Doc, PER};
use super::table::Said;
use crate::detect::cast::initials_of;
use crate::detect::evidence::credential_at;
use crate::detect::speech::is_speech;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{NameLike, is_place_or_month, is_surname};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::RoleGroup;
use std::collections::HashMap;

/// Most letters of somebody's initials.
const MOST: usize = 4;

/// Initials and first letters of everybody named in a text; true for people at work there.
#[derive(Default)]
pub struct Initials {
    all: HashMap<String, bool>,
    firsts: HashMap<char, usize>,
}

impl Initials {
    /// Of those found.
    pub fn of(found: &[Mention]) -> Initials {
        let mut out = Initials::default();
        let mut seen: Vec<&str> = Vec::new();
        for m in found.iter().filter(|m| m.category == Category::Name) {
            let (Who::New(role), Some(name)) = (&m.who, &m.name) else { continue };
            let works = matches!(role.group(), RoleGroup::Clinician | RoleGroup::Staff);
            for short in initials_of(name) {
                *out.all.entry(short).or_default() |= works;
            }
            for word in name.given.iter().map(String::as_str).chain([name.family.as_str()]).filter(|w| w.chars().count() > 1) {
                if let Some(c) = word.chars().next().filter(|_| !seen.contains(&word)) {
                    *out.firsts.entry(c.to_ascii_lowercase()).or_default() += 1;
                    if seen.len() < 400 {
                        seen.push(word);
                    }
                }
            }
        }
        out
    }
}

/// Where a short word stands, if it is a place in which people are told by letters.
pub fn place(t: &Tokens, i: usize) -> Option<&'static str> {
    match t.shape(i)? {
        Shape::Upper | Shape::Lower => {
            let word = t.word(i);
            ((2..=MOST).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphabetic())).then(|| of_letters(t, i))?
        }
        Shape::Initial => of_letter(t, i),
        _ => None,
    }
}

/// States and the like by their two letters (USPS Publication 28, appendix B).
const STATES: &str = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI \
    SC SD TN TX UT VT VA VI WA WV WI WY GU AS MP ";

/// `Riverside, WA`: a state behind a town, at the end of its line or before a postal code.
pub fn is_state(t: &Tokens, i: usize) -> bool {
    let town = i >= 2 && t.is(i - 1, ',') && !t.touches_next(i - 1) && t.is_capital(i - 2) && t.word(i - 2).len() >= 3;
    let ends = t.ends_column(i + 1) || matches!(t.shape(i + 1), Some(Shape::Number | Shape::Mark('.' | ')' | ';')));
    // `Smith, AL`: initials.
    let person = || is_surname(t.low(i - 2)) && !is_place_or_month(t.low(i - 2));
    town && !person() && ends && t.word(i).len() == 2 && STATES.contains(&format!(" {} ", t.word(i)))
}

fn of_letters(t: &Tokens, i: usize) -> Option<&'static str> {
    let upper = t.shape(i) == Some(Shape::Upper);
    let ends = t.ends_column(i + 1) || t.is(i + 1, '.') && t.ends_line(i + 2);
    let before = i.checked_sub(1);
    // `mg/dL`
    if before.is_some_and(|k| t.is(k, '/')) && PER.contains(&t.low(i)) {
        return None;
    }
    let letters = |k: usize| {
        (1..=MOST).contains(&t.word(k).len()) && matches!(t.shape(k), Some(Shape::Upper | Shape::Lower | Shape::Initial))
    };
    if before
        .is_some_and(|k| (t.is(k, '/') || t.is(k, ':')) && t.touches_next(k) && k > 0 && letters(k - 1) && t.touches_next(k - 1))
    {
        return Some("behind-stroke");
    }
    if (t.is(i + 1, '/') || t.is(i + 1, ':')) && t.touches_next(i) && letters(i + 2) && t.touches_next(i + 1) {
        return Some("before-stroke");
    }
    if before.is_some_and(|k| t.is(k, '/') && t.touches_next(k)) {
        return Some("behind-name");
    }
    if t.begins_line(i) && t.ends_line(i + 1 + usize::from(t.is(i + 1, '.'))) {
        return Some("line");
    }
    if before.is_some_and(|k| t.is(k, '-') && t.touches_next(k) && (t.begins_line(k) || t.is(k.wrapping_sub(1), '-'))) {
        return Some("dash");
    }
    if ends && t.begins_column(i) {
        return Some("cell");
    }
    if ends && before.is_some_and(|k| t.is(k, '.') || t.is(k, '"') || t.is(k, ')') || t.is(k, '-') || t.is(k, '|')) {
        return Some("stop");
    }
    let number = |k: usize| matches!(t.shape(k), Some(Shape::Number | Shape::Mixed));
    if before.is_some_and(|k| {
        matches!(t.low(k), "by" | "sig" | "es" | "signed" | "dict" | "dlct" | "recd" | "cut" | "per" | "init" | "initials")
    }) || before.is_some_and(|k| {
        t.is(k, ':')
            && k > 0
            && matches!(t.low(k - 1), "by" | "sig" | "dict" | "typ" | "trans" | "init" | "initials" | "rn" | "tech")
    }) {
        return Some("told");
    }
    if upper && t.is(i + 1, ':') && (t.begins_line(i) || before.is_some_and(number)) {
        return Some("speaks");
    }
    if upper && t.shape(i + 1) == Some(Shape::Number) && before.is_some_and(|k| t.is(k, '.') || t.begins_column(i)) {
        return Some("before-time");
    }
    if upper && before.is_some_and(number) && ends {
        return Some("behind-time");
    }
    if upper && before.is_some_and(|k| t.is(k, '(')) && t.is(i + 1, ')') {
        return Some("brackets");
    }
    if upper && t.shape(i + 1) == Some(Shape::Lower) && is_speech(t.low(i + 1)) {
        return Some("acts");
    }
    if upper && ends && before.is_some_and(|k| t.shape(k) == Some(Shape::Lower)) {
        return Some("last");
    }
    None
}

/// A letter with its point.
fn is_pointed(t: &Tokens, k: usize) -> bool {
    t.shape(k) == Some(Shape::Initial) && t.is(k + 1, '.') && t.touches_next(k)
}

/// `D.K.` at its first letter or a later one, `N.` where no name goes on.
fn of_letter(t: &Tokens, i: usize) -> Option<&'static str> {
    if !is_pointed(t, i) {
        return None;
    }
    let goes_on = is_pointed(t, i + 2) && t.touches_next(i + 1);
    let went_on = i >= 2 && is_pointed(t, i - 2) && t.touches_next(i - 1);
    let mut last = i;
    while last < i + 2 * MOST && is_pointed(t, last + 2) && t.touches_next(last + 1) {
        last += 2;
    }
    // `J. R. Smith`, `R.J. Roe` are read with the name behind them.
    if t.is_capital(last + 2) && t.shape(last + 2) != Some(Shape::Initial) && t.like(last + 2) > NameLike::Word {
        return None;
    }
    if goes_on || went_on {
        return Some("dotted");
    }
    // A point of a list: `A. Diet`.
    if t.begins_column(i) && t.is_capital(i + 2) {
        return None;
    }
    Some("letter")
}

/// The letters of the short form at token `i`, small: those of `D.K.` together.
fn letters_of(t: &Tokens, i: usize) -> String {
    if t.shape(i) != Some(Shape::Initial) {
        return t.low(i).to_string();
    }
    let mut first = i;
    while first >= 2 && is_pointed(t, first - 2) && t.touches_next(first - 1) && i - first < 2 * MOST {
        first -= 2;
    }
    let mut out = String::new();
    let mut k = first;
    while is_pointed(t, k) && out.len() < MOST {
        out.push_str(t.low(k));
        k += 2;
        if !t.touches_next(k - 1) {
            break;
        }
    }
    out
}

impl Doc<'_> {
    /// What speaks for and against a short word.
    pub(super) fn short_evidence(&self, i: usize, out: &mut Said) {
        let (t, own) = (self.t, self.own);
        let Some(place) = place(t, i) else { return };
        let case = match t.shape(i) {
            Some(Shape::Upper) => "upper",
            Some(Shape::Lower) => "lower",
            _ => "init",
        };
        out.put(&["short=", place]);
        out.put(&["short=", place, "/", case]);
        let low = letters_of(t, i);
        match self.initials.all.get(&low) {
            Some(true) => out.put(&["initials-at-work"]),
            Some(false) => out.put(&["initials-of"]),
            None => {}
        }
        if own.has_initials(&low) {
            out.put(&["own-initials"]);
        }
        if let (Some(c), 1) = (low.chars().next(), low.chars().count()) {
            out.put(&["firsts=", ["0", "1", "2"].get(self.initials.firsts.get(&c).copied().unwrap_or(0)).unwrap_or(&"3")]);
            if own.given_begins(&low) || own.family_begins(&low) {
                out.put(&["own-first"]);
            }
        }
        if credential_at(t, i).is_some() {
            out.put(&["short-credential"]);
        }
        let same = self.large.get(&low).copied().unwrap_or(0);
        out.put(&["same=", ["0", "1", "2"].get(same).unwrap_or(&"3")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_behind_a_town_is_nobodys_letters() {
        let is = |text: &str| {
            let t = Tokens::new(text);
            is_state(&t, (0..t.list.len()).rfind(|i| t.word(*i).len() == 2).expect("there"))
        };
        assert!(is("Riverside, WA\n") && is("Riverside Clinic\nRiverside, WA"));
        assert!(!is("Smith, AL\n") && !is("Riverside, WA team"));
    }

    fn at(text: &str, word: &str) -> Option<&'static str> {
        let t = Tokens::new(text);
        place(&t, t.index_at(text.find(word).unwrap()))
    }

    #[test]
    fn short_forms_are_weighed_where_people_sign() {
        assert_eq!(at("Trauma form given.\nHB/jl", "jl"), Some("behind-stroke"));
        assert_eq!(at("Trauma form given.\nHB/jl", "HB"), Some("before-stroke"));
        assert_eq!(at("Bereave: high, no tears. so\nnext", "so"), Some("stop"));
        assert_eq!(at("seen with D.K. today", "D"), Some("dotted"));
        assert_eq!(at("kids N. and S. at home", "N"), Some("letter"));
        assert_eq!(at("BS\n", "BS"), Some("line"));
    }

    #[test]
    fn other_short_words_are_not() {
        assert_eq!(at("so he went home", "so"), None);
        assert_eq!(at("A. Diet as told", "A"), None);
        assert_eq!(at("J. Okonkwo came", "J"), None);
        assert_eq!(at("an MRI was done", "an"), None);
        assert_eq!(at("55-110 mg/dl | 3", "dl"), None);
    }
}
