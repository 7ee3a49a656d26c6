//! Is this page about the requester? The verdict on what a page, letter or message claims.

use super::decide::differences;
use super::explain::explain;
use super::facts::{Facts, IdClass};
use super::levels::{self, Birth, Family, Given};
use super::matching::{Outcome, compare_with};
use super::name::{Folded, Placeholder};
use super::page_identity::{Claim, claims};
use crate::model::identity::{Explained, PageVerdict};
use crate::model::identity_policy::IdentityPolicy;
use crate::model::role::Role;
use crate::model::roster::Roster;

/// What a text says about whose it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct About {
    /// The verdict on all headers together: one conflict decides.
    pub verdict: PageVerdict,
    /// Why, in words without values.
    pub why: String,
    /// The header that decides.
    pub claim: Option<Claim>,
}

/// Judges pages against the requester.
#[derive(Clone, Debug)]
pub struct PageJudge {
    policy: std::sync::Arc<IdentityPolicy>,
    own: Facts,
}

impl PageJudge {
    /// A judge who knows the requester: the request's identity and what the export's own record adds.
    pub fn new(policy: std::sync::Arc<IdentityPolicy>, own: Facts) -> Self {
        PageJudge { policy, own }
    }

    /// Reads the headers of a text and judges each. `roster` tells whose header may stand in this record: the mother's in her
    /// newborn's and the newborn's in hers.
    pub fn about(&self, text: &str, roster: &Roster) -> About {
        let mut out = About::default();
        for claim in claims(text) {
            let (verdict, why) = self.judge(&claim, roster);
            if verdict > out.verdict {
                out = About { verdict, why, claim: Some(claim) };
            }
        }
        out
    }

    /// The comparison of a header with the requester, explained.
    pub fn explain(&self, claim: &Claim) -> Explained {
        explain(&self.policy, &self.own, &claim.facts(&self.own.ids), "Patient", "").1
    }

    fn judge(&self, claim: &Claim, roster: &Roster) -> (PageVerdict, String) {
        let facts = claim.facts(&self.own.ids);
        let v = compare_with(&self.policy, &self.own, &facts, "Patient", "");
        if v.verdict == Outcome::Same {
            return (PageVerdict::Match, String::new());
        }
        let n = levels::names(&self.own, &facts);
        let birth = levels::birth(self.own.dob.as_ref(), facts.dob.as_ref());
        let stand_in = n.candidate_placeholder || n.reference_placeholder;
        let against = (!stand_in && (n.given <= Given::Unlike || n.family == Family::Conflict))
            || birth == Birth::Conflict
            || n.generation == Some(false)
            || n.middle == Some(false)
            || v.verdict == Outcome::Different;
        if !against {
            // A stand-in for a name is the requester's only by number or birth date.
            let numbered = levels::ids(&self.own, &facts).equal;
            // One letter apart: a slip of the pen, or a twin of the other sex or with another number.
            let another = n.given == Given::Near
                && !numbered
                && (!claim.record_numbers.is_empty() && self.own.ids.iter().any(|i| i.class == IdClass::Record)
                    || ends_otherwise(&self.own, &facts));
            let tied = (!stand_in || numbered || birth == Birth::Exact) && !another;
            return if tied { (PageVerdict::Match, String::new()) } else { (PageVerdict::Doubt, differences(&v)) };
        }
        if self.shares(&facts, roster) {
            return (PageVerdict::Nothing, String::new());
        }
        let newborn = facts.names.iter().any(|n| n.placeholder == Some(Placeholder::Baby)) && n.family >= Family::Near;
        if v.verdict == Outcome::Different && !newborn {
            return (PageVerdict::Conflict, differences(&v));
        }
        (PageVerdict::Doubt, differences(&v))
    }

    /// A header of somebody whose record is one with the requester's around a birth.
    fn shares(&self, facts: &Facts, roster: &Roster) -> bool {
        roster.persons.iter().skip(1).filter(|p| shares_record(p.role)).any(|p| {
            let known = Facts { names: p.names.iter().map(Folded::of).collect(), ..Facts::default() };
            let n = levels::names(&known, facts);
            let dates = p.birth_dates.iter().filter_map(|d| super::facts::Dob::parse(d));
            let clash = facts.dob.is_some_and(|d| {
                let mut dates = dates.peekable();
                dates.peek().is_some() && dates.all(|k| levels::birth(Some(&k), Some(&d)) == Birth::Conflict)
            });
            n.given >= Given::Variant && n.family >= Family::Variant && !clash
        })
    }
}

/// `Orla` and `Orlo`: given names that differ in a last vowel only, as those of a man and a woman do.
fn ends_otherwise(own: &Facts, other: &Facts) -> bool {
    let vowel = |c: Option<char>| c.is_some_and(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u'));
    let apart = |a: &str, b: &str| {
        let (mut x, mut y) = (a.chars(), b.chars());
        let (p, q) = (x.next_back(), y.next_back());
        p != q && vowel(p) && vowel(q) && x.as_str() == y.as_str() && x.as_str().chars().count() > 1
    };
    let first = |f: &Facts| f.names.iter().filter_map(|n| n.given.first().map(|g| g.plain.clone())).collect::<Vec<_>>();
    let theirs = first(other);
    first(own).iter().any(|a| theirs.iter().any(|b| apart(a, b)))
}

/// Mother and child share a record around the birth.
pub fn shares_record(role: Role) -> bool {
    matches!(role, Role::Mother | Role::Parent | Role::Newborn | Role::Daughter | Role::Son | Role::Child)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::person::{Identifier, Name, PATIENT};
    use crate::model::request::Identity;
    use crate::model::roster::Person;

    fn judge(name: &str, birth: &str) -> PageJudge {
        let identity = Identity {
            names: vec![Name { text: name.into(), ..Name::default() }],
            birth_date: Some(birth.into()),
            identifiers: vec![Identifier { system: "urn:oid:1.2".into(), value: "448812".into(), kind: "MR".into() }],
            ..Identity::default()
        };
        PageJudge::new(IdentityPolicy::built_in(), Facts::of_identity(&identity))
    }

    fn person(role: Role, name: &str) -> Person {
        Person {
            id: 1,
            role,
            label: role.label(1),
            names: vec![Name { text: name.into(), ..Name::default() }],
            birth_dates: Vec::new(),
            sex: None,
            telecoms: Vec::new(),
            addresses: Vec::new(),
            identifiers: Vec::new(),
            keys: Vec::new(),
            slots: Vec::new(),
        }
    }

    #[test]
    fn pages_of_the_patient_of_others_and_of_nobody() {
        let j = judge("Orla Mae Quillfeather", "1971-09-23");
        let none = Roster::default();
        for (text, verdict) in [
            ("Patient: QUILLFEATHER, ORLA M  DOB: 09/23/1971  MRN: 448812", PageVerdict::Match),
            ("Patient: Quillfeather, O.  MRN: 448812", PageVerdict::Match),
            ("Patient: Quillfeather, Orla  DOB: 23/09/1971", PageVerdict::Match),
            ("Patient: Quillfeather, Orla  MRN: 90001", PageVerdict::Match),
            ("Patient: DOE, JOHN  DOB: 01/02/1950  MRN: 12345", PageVerdict::Conflict),
            ("Patient: Marshfield, John  MRN: 12345", PageVerdict::Conflict),
            ("Patient: Doe, John  MRN: 12345", PageVerdict::Doubt),
            ("RE: Hugo Quillfeather, DOB: 03/04/1969", PageVerdict::Conflict),
            ("Patient: Quillfeather, Oda  DOB: 09/23/1971", PageVerdict::Doubt),
            ("Patient: Marshfield, John  MRN: 448812", PageVerdict::Doubt),
            ("Patient: Quillfeather, Orla  DOB: 05/06/1999", PageVerdict::Doubt),
            ("Orla was seen with her brother Hugo Quillfeather.", PageVerdict::Nothing),
            ("Patient: Quillfeather, Orla DOB: 09/23/1971\nx\nPatient: Doe, John DOB: 01/02/1950", PageVerdict::Conflict),
        ] {
            assert_eq!(j.about(text, &none).verdict, verdict, "{text}");
        }
        let about = j.about("Patient: DOE, JOHN  DOB: 01/02/1950", &none);
        assert!(!about.why.to_lowercase().contains("doe") && about.why.contains("birth date"), "{}", about.why);
    }

    #[test]
    fn the_mothers_header_in_her_newborns_chart_is_no_misfile() {
        let j = judge("Liam Roe", "2024-03-01");
        let text = "Patient: Roe, Ada  DOB: 05/05/1993  MRN: 80022\nLabor and delivery note";
        let mut roster = Roster { persons: vec![person(Role::Patient, "Liam Roe"), person(Role::Mother, "Ada Roe")] };
        assert_eq!(roster.persons[0].id, PATIENT + 1);
        assert_eq!(j.about(text, &roster).verdict, PageVerdict::Nothing);
        roster.persons[1] = person(Role::Aunt, "Ada Roe");
        assert_eq!(j.about(text, &roster).verdict, PageVerdict::Conflict);
        let mother = judge("Ada Roe", "1993-05-05");
        let text = "Patient: Roe, Baby Boy  DOB: 03/01/2024  MRN: 90011";
        assert_eq!(mother.about(text, &Roster::default()).verdict, PageVerdict::Doubt);
    }
}
