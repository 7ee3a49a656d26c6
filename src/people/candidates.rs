//! Who of the case could be meant by a name, and how well each fits: what a reviewer is shown.

use super::facts::{Dob, Facts, Id};
use super::levels::{self, Birth, Family, Given};
use super::matching::compare_with;
use super::name::Folded;
use crate::model::identity::Candidate;
use crate::model::identity_policy::IdentityPolicy;
use crate::model::person::{Name, PATIENT};
use crate::model::roster::{Person, Roster};
use std::sync::Arc;

/// Candidates shown for one question.
const SHOWN: usize = 6;
/// Names and other values of one person that are compared.
const VALUES: usize = 16;

/// Everybody of the case, ready for comparison.
pub struct Roll {
    policy: Arc<IdentityPolicy>,
    people: Vec<(Facts, Candidate)>,
}

impl Roll {
    /// Of a finished roster.
    pub fn new(policy: Arc<IdentityPolicy>, roster: &Roster) -> Roll {
        let people = roster.persons.iter().map(|p| (facts(p), shown(p))).collect();
        Roll { policy, people }
    }

    /// Who fits, best first. Persons whose name cannot be meant are left out.
    pub fn fitting(&self, who: &Facts) -> Vec<Candidate> {
        let mut out: Vec<Candidate> = Vec::new();
        for (person, shown) in &self.people {
            let n = levels::names(person, who);
            let possible = (n.given >= Given::Missing && n.family >= Family::Initial)
                || (n.family == Family::Missing && n.given >= Given::Initial);
            if !possible || (n.given == Given::Missing && n.family == Family::Missing) {
                continue;
            }
            let v = compare_with(&self.policy, person, who, "", "");
            let birth = levels::birth(person.dob.as_ref(), who.dob.as_ref());
            let mut c = shown.clone();
            c.fit = (v.p_same * 1000.0).round() / 1000.0;
            c.words = words(n.given, n.family, birth);
            out.push(c);
        }
        // The patient first among equals: that is what the question is about.
        out.sort_by(|a, b| b.fit.total_cmp(&a.fit).then(a.person.cmp(&b.person)));
        out.truncate(SHOWN);
        out
    }
}

fn facts(p: &Person) -> Facts {
    let mut f = Facts::default();
    let take = |n: usize| n.min(VALUES);
    f.add_common(&p.names[..take(p.names.len())], &p.telecoms[..take(p.telecoms.len())], &p.addresses[..take(p.addresses.len())]);
    f.dob = p.birth_dates.iter().find_map(|d| Dob::parse(d));
    f.sex = p.sex.as_deref().and_then(super::facts::Sex::parse);
    f.ids = p.identifiers.iter().take(VALUES).filter_map(|i| Id::of(i, "")).collect();
    f
}

fn shown(p: &Person) -> Candidate {
    let mut names: Vec<String> = Vec::new();
    for n in p.names.iter().map(Name::display).filter(|n| !n.trim().is_empty()) {
        if names.len() < 3 && !names.contains(&n) {
            names.push(n);
        }
    }
    Candidate {
        person: p.id,
        label: if p.id == PATIENT { "[PATIENT]".into() } else { p.label.clone() },
        role: p.role.label_words().to_lowercase(),
        names,
        fit: 0.0,
        words: String::new(),
    }
}

fn words(given: Given, family: Family, birth: Birth) -> String {
    let given = match given {
        Given::Exact => "given name the same",
        Given::Variant | Given::Near | Given::Middle => "given name alike",
        Given::Initial => "initial the same",
        _ => "given name not told",
    };
    let family = match family {
        Family::Exact => "family name the same",
        Family::Missing => "family name not told",
        Family::Initial => "initial of the family name the same",
        _ => "family name alike",
    };
    let birth = match birth {
        Birth::Exact => ", birth date the same",
        Birth::Missing => "",
        Birth::Conflict => ", birth date another",
        _ => ", birth date nearly the same",
    };
    format!("{given}, {family}{birth}")
}

/// The facts of a name in text.
pub fn of_text(text: &str) -> Facts {
    Facts { names: vec![Folded::of_text(text)], ..Facts::default() }
}
