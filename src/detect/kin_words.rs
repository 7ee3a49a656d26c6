//! Kin words before and behind a name: where one ends, whose it is, and what is only called so.

use super::cues::{is_kin_adjective, is_possessor, kin, title};
use super::identity::Own;
use super::tokens::{Shape, Tokens};
use crate::model::role::Role;

/// Whose kin a kin word is.
pub enum Possessor {
    /// The patient's, or nobody is told.
    Patient,
    /// A relative's of the patient.
    Kin(Role),
    /// Somebody else's.
    Other,
}

/// Who stands before the kin word at `j`: nobody or the patient, a relative of the patient, or somebody else.
pub fn possessor(t: &Tokens, j: usize, own: &Own) -> Possessor {
    let mut k = j;
    while k > 0 && j - k < 3 && is_kin_adjective(t.low(k - 1)) {
        k -= 1;
    }
    // `her neighbor and his wife`, where the patient is a woman: the wife of whoever was spoken of.
    let pronoun = k.checked_sub(1).map_or("", |p| t.low(p));
    if matches!((pronoun, own.sex.as_deref()), ("his", Some("female")) | ("her", Some("male"))) {
        return antecedent(t, k - 1);
    }
    // `Sibel Cole (daughter), her husband Trevor`: of whoever has just been called kin.
    if matches!(pronoun, "his" | "her")
        && k >= 2
        && let Some(of) = kin_beside(t, k - 1)
        && !matches!(
            (pronoun, of),
            ("his", Role::Mother | Role::Sister | Role::Daughter) | ("her", Role::Father | Role::Brother | Role::Son)
        )
    {
        return Possessor::Kin(of);
    }
    // `a kid named Knox`
    if matches!(pronoun, "a" | "another") && matches!(t.low(j), "kid" | "child" | "boy" | "girl" | "relative" | "partner") {
        return Possessor::Other;
    }
    let Some(p) = k.checked_sub(1).filter(|p| t.get(*p).is_some_and(|x| x.possessive)) else { return Possessor::Patient };
    let low = t.low(p);
    if let Some(of) = kin(low) {
        return Possessor::Kin(of);
    }
    if is_possessor(low) || own.is_given(low) || own.is_family(low) {
        return Possessor::Patient;
    }
    Possessor::Other
}

/// The kin word that closes right before token `at` with nothing but a comma or bracket between: `(daughter), her`.
fn kin_beside(t: &Tokens, at: usize) -> Option<Role> {
    let mut k = at;
    while k > 0 && at - k < 3 && matches!(t.shape(k - 1), Some(Shape::Mark(',' | ')' | ';'))) {
        k -= 1;
    }
    let closed = (k..at).any(|i| t.is(i, ')'));
    let word = k.checked_sub(1).filter(|_| closed)?;
    kin(t.low(word))
}

/// Whom a pronoun at token `at` that cannot be the patient's means: the relative spoken of before it in the sentence, or a stranger.
pub fn antecedent(t: &Tokens, at: usize) -> Possessor {
    for k in (at.saturating_sub(24)..at).rev() {
        if t.shape(k) == Some(Shape::Break) {
            break;
        }
        if let Some(role) = kin(t.low(k)) {
            return Possessor::Kin(role);
        }
    }
    Possessor::Other
}

/// `two`, `three`.
pub fn is_count(low: &str) -> bool {
    matches!(low, "two" | "three" | "four" | "five" | "six" | "2" | "3" | "4" | "5" | "6" | "both")
}

/// The token before `of 40 years`, `at work`, `today` that ends at `k`, else `k`.
pub fn before_time(t: &Tokens, k: usize) -> usize {
    let Some(last) = k.checked_sub(1) else { return k };
    if matches!(t.low(last), "today" | "tonight" | "currently" | "now") && t.shape(last) == Some(Shape::Lower) {
        return last;
    }
    if t.low(last) == "work" && k >= 2 && t.low(k - 2) == "at" {
        return k - 2;
    }
    if k >= 3 && matches!(t.low(last), "years" | "yrs" | "yr" | "year" | "months") && t.low(k - 3) == "of" { k - 3 } else { k }
}

/// The token after `of 40 years`, `at work`, `today` that begins at `k`, else `k`.
pub fn after_time(t: &Tokens, k: usize) -> usize {
    if matches!(t.low(k), "today" | "tonight" | "currently" | "now") {
        return k + 1;
    }
    if t.low(k) == "at" && t.low(k + 1) == "work" {
        return k + 2;
    }
    if t.low(k) == "of" && matches!(t.low(k + 2), "years" | "yrs" | "yr" | "year" | "months") { k + 3 } else { k }
}

/// `Father Anthony`, `parish priest, Father Rizzo`: a title, not a relation.
pub fn is_priest(t: &Tokens, j: usize) -> bool {
    let Some(p) = j.checked_sub(1) else { return false };
    let word = if t.is(p, ',') { p.saturating_sub(1) } else { p };
    if matches!(t.low(word), "chaplain" | "priest" | "reverend" | "pastor" | "clergy" | "parish") {
        return true;
    }
    t.shape(j) == Some(Shape::Cap)
        && t.shape(j + 1) == Some(Shape::Cap)
        && t.shape(p) == Some(Shape::Lower)
        && !is_possessor(t.low(p))
        && !t.get(p).is_some_and(|x| x.possessive)
        && !is_kin_adjective(t.low(p))
}

/// Role when a kin phrase ends at token `j` and is not the possessor of what follows.
pub fn kin_ending_at(t: &Tokens, j: usize, named: bool) -> Option<Role> {
    let token = t.get(j)?;
    if token.possessive && !named {
        return None;
    }
    let low = t.low(j);
    if low == "law" && j >= 2 && t.low(j - 1) == "in" || low == "law" && j >= 4 && t.low(j - 2) == "in" {
        return Some(Role::InLaw);
    }
    // `her boy Ricky`, `his oldest girl`.
    let young = match low {
        "boy" | "boys" => Some(Role::Son),
        "girl" | "girls" => Some(Role::Daughter),
        "eldest" | "oldest" | "youngest" => Some(Role::Child),
        "ex" => Some(Role::Spouse),
        "twins" => Some(Role::Sibling),
        _ => None,
    };
    if let Some(role) = young {
        let mut p = j;
        let mut counted = false;
        while p > 0 && j - p < 3 && (is_kin_adjective(t.low(p - 1)) || is_count(t.low(p - 1))) {
            counted |= is_count(t.low(p - 1));
            p -= 1;
        }
        let owned = p > 0 && matches!(t.low(p - 1), "her" | "his" | "their" | "my" | "our");
        // `Two boys, Calvin and Desmond`
        return (owned || counted && low.ends_with('s') && t.is(j + 1, ',')).then_some(role);
    }
    let role = kin(low)?;
    if role == Role::Sister && t.begins_sister(j) {
        return None;
    }
    let foster = j > 0 && t.low(j - 1) == "foster" || low.starts_with("foster-");
    if foster && matches!(role, Role::Mother | Role::Father | Role::Parent) {
        return Some(Role::Guardian);
    }
    Some(role)
}

impl Tokens<'_> {
    /// A capitalised `Sister` that opens no kin phrase may be a nun's or a nurse's title; it stays kin after a possessor.
    fn begins_sister(&self, j: usize) -> bool {
        self.shape(j) == Some(Shape::Cap)
            && j > 0
            && !is_possessor(self.low(j - 1))
            && !self.begins_line(j)
            && !self.is(j - 1, '.')
            && self.get(j + 1).is_some_and(|n| matches!(n.shape, Shape::Cap))
            && self.shape(j - 1) == Some(Shape::Lower)
            && !is_kin_adjective(self.low(j - 1))
    }
}

/// The last token of a name with a possessive that begins at `k`, titles before it left out.
pub fn possessive_name(t: &Tokens, k: usize) -> Option<usize> {
    let mut i = k;
    while title(t.low(i)).is_some() && i < k + 4 {
        i += 1 + usize::from(t.is(i + 1, '.'));
    }
    let end = i + 2;
    while i < end && t.shape(i) == Some(Shape::Cap) && kin(t.low(i)).is_none() {
        if t.get(i).is_some_and(|x| x.possessive) {
            return Some(i);
        }
        i += 1;
    }
    None
}

pub fn is_patient_word(t: &Tokens, i: usize, own: &Own) -> bool {
    let low = t.low(i);
    is_possessor(low) && !matches!(low, "the" | "a" | "an") || t.is_capital(i) && (own.is_given(low) || own.is_family(low))
}
