//! Is this the patient? Three hypotheses: the same person, somebody of the household or kin, a stranger.
//!
//! Two-hypothesis matchers compare "same" with "stranger" and so call every twin, every father of the same name and every spouse
//! at the address "same". Here the weaker of two comparisons decides, and rules stand above the weights: a conflict of strong
//! evidence is never outvoted, it goes to a person.

use super::context;
use super::facts::{FactKind, Facts};
use super::kin::{self, SlotClass};
use super::levels::{self, Birth, Family, Given, Home, Ids, Names};
use super::rules::{fitting_kin, rule_context, rule_facts, rule_slot};
use super::weights::{self, Bits};
use crate::model::role::Role;
use serde::Serialize;

/// What came out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The reference person.
    Same,
    /// Somebody else.
    Different,
    /// A person must say.
    Review,
}

/// One piece of evidence.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Evidence {
    /// Which fact: `name.given`, `birth_date`, `identifier`, `slot`, `context`.
    pub field: &'static str,
    /// How it agrees.
    pub level: &'static str,
    /// Bits for "same person" against a stranger.
    pub bits: f64,
    /// Bits for "same person" against household or kin.
    pub bits_kin: f64,
}

/// The answer, with what it rests on. Holds no value of either person.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verdict {
    /// What came out.
    pub verdict: Outcome,
    /// Probability of the same person.
    pub p_same: f64,
    /// Probability of household or kin.
    pub p_kin: f64,
    /// Probability of a stranger.
    pub p_stranger: f64,
    /// Evidence in the order looked at.
    pub evidence: Vec<Evidence>,
    /// Rules that applied, by name.
    pub rules: Vec<&'static str>,
}

/// What rules allow.
#[derive(Default)]
pub(super) struct Ruling {
    pub rules: Vec<&'static str>,
    pub evidence: Vec<Evidence>,
    pub kin: f64,
    pub stranger: f64,
    pub different: bool,
    pub not_same: bool,
    pub not_different: bool,
}

impl Ruling {
    pub fn weigh(&mut self, field: &'static str, level: &'static str, b: Bits) {
        self.kin += b.kin;
        self.stranger += b.stranger;
        self.evidence.push(Evidence { field, level, bits: b.stranger, bits_kin: b.kin });
    }
    pub fn different(&mut self, rule: &'static str) {
        self.different = true;
        self.rules.push(rule);
    }
    pub fn not_same(&mut self, rule: &'static str) {
        self.not_same = true;
        self.rules.push(rule);
    }
    pub fn review(&mut self, rule: &'static str) {
        self.not_same = true;
        self.not_different = true;
        self.rules.push(rule);
    }
}

/// All agreements of one comparison.
pub(super) struct Agreement {
    pub names: Names,
    pub birth: Birth,
    pub sex: Option<bool>,
    pub home: Home,
    pub phone: bool,
    pub email: bool,
    pub ids: Ids,
}

impl Agreement {
    pub fn of(a: &Facts, b: &Facts) -> Agreement {
        Agreement {
            names: levels::names(a, b),
            birth: levels::birth(a.dob.as_ref(), b.dob.as_ref()),
            sex: a.sex.zip(b.sex).map(|(x, y)| x == y),
            home: levels::home(a, b),
            phone: a.phones.iter().any(|p| b.phones.contains(p)),
            email: a.emails.iter().any(|m| b.emails.contains(m)),
            ids: levels::ids(a, b),
        }
    }
    /// Given and family names fit fully, short forms and spellings allowed.
    pub fn name_fits(&self) -> bool {
        self.names.given >= Given::Middle && self.names.family >= Family::Near
    }
    pub fn name_conflicts(&self) -> bool {
        self.names.given <= Given::Unlike && !self.names.candidate_placeholder && !self.names.reference_placeholder
    }
    pub fn placeholder(&self) -> bool {
        self.names.candidate_placeholder || self.names.reference_placeholder
    }
    pub fn id_conflict(&self) -> bool {
        self.ids.conflict && !self.ids.equal
    }
    /// Something beside name and birth date: a number, a dwelling, a phone, an e-mail, a full middle name.
    pub fn third_item(&self) -> bool {
        self.ids.equal
            || self.ids.near
            || self.ids.member_equal
            || self.home == Home::Same
            || self.phone
            || self.email
            || (self.names.middle_full && !self.names.frequent)
    }
}

/// Compares a candidate with the reference person.
///
/// `slot` is the FHIR element path or C-CDA element in which the candidate stands, empty for a mention in text; `context` is the
/// sentence around a mention. Never panics; cost is bounded by 32 names and addresses and 64 identifiers a side.
pub fn compare(reference: &Facts, candidate: &Facts, slot: &str, context: &str) -> Verdict {
    let class = slot_class(slot, candidate);
    let agree = Agreement::of(reference, candidate);
    let cues = context::read(context, candidate, reference);
    let mut r = Ruling::default();
    weigh_all(&mut r, class, &agree);
    rule_slot(&mut r, class, &agree, &cues, reference, candidate);
    rule_facts(&mut r, class, &agree);
    if class == SlotClass::Mention || !context.is_empty() {
        rule_context(&mut r, class, &agree, &cues, reference, candidate);
    }
    if let Some(kin) = fitting_kin(reference, candidate)
        && !agree.ids.equal
        && !(agree.birth == Birth::Exact && agree.names.given >= Given::Middle)
    {
        r.not_same(kin);
    }
    settle(r)
}

/// The kind of record outranks the slot; `self` as relation makes it a subject.
fn slot_class(slot: &str, candidate: &Facts) -> SlotClass {
    let class = SlotClass::of(slot);
    let relation = kin::relation_role(&candidate.relation);
    match candidate.kind {
        _ if relation == Some(Role::Patient) => SlotClass::Patient,
        FactKind::Clinician => SlotClass::Clinician,
        FactKind::Related if matches!(class, SlotClass::Financial | SlotClass::Contact) && relation.is_none() => class,
        FactKind::Related => SlotClass::Kin,
        _ if class == SlotClass::Clinician => SlotClass::Performer,
        _ => class,
    }
}

fn weigh_all(r: &mut Ruling, class: SlotClass, a: &Agreement) {
    let slot = match class {
        SlotClass::Patient => "patient",
        SlotClass::Kin => "kin",
        SlotClass::Contact => "contact",
        SlotClass::Financial => "financial",
        SlotClass::Performer => "performer",
        SlotClass::Clinician => "clinician",
        SlotClass::Mention => "mention",
    };
    r.weigh("slot", slot, weights::slot(class));
    if a.placeholder() {
        r.weigh("name", "placeholder", Bits { kin: 0.0, stranger: 0.0 });
    } else {
        let given = match a.names.given {
            Given::Exact if a.names.swapped => "swapped",
            Given::Exact => "exact",
            Given::Variant => "variant",
            Given::Near => "near",
            Given::Middle => "middle name",
            Given::Initial => "initial",
            Given::Missing => "missing",
            Given::NearOther => "similar but another name",
            Given::Unlike => "different",
            Given::Conflict => "another name",
        };
        r.weigh("name.given", given, weights::given(a.names.given, a.names.frequent));
        let family = match a.names.family {
            Family::Exact if a.names.former => "former",
            Family::Exact => "exact",
            Family::Variant => "variant",
            Family::Part => "part",
            Family::Near => "near",
            Family::Initial => "initial",
            Family::Missing => "missing",
            Family::Conflict => "different",
        };
        r.weigh("name.family", family, weights::family(a.names.family, a.names.frequent));
        if let Some(m) = a.names.middle {
            r.weigh("name.middle", if m { "agrees" } else { "differs" }, weights::middle(m));
        }
        if let Some(g) = a.names.generation {
            r.weigh("name.suffix", if g { "agrees" } else { "differs" }, weights::generation(g));
        }
    }
    let birth = match a.birth {
        Birth::Exact => "exact",
        Birth::Swapped => "day and month exchanged",
        Birth::Slip => "one slip",
        Birth::Partial => "partial",
        Birth::Missing => "missing",
        Birth::Conflict => "different",
    };
    r.weigh("birth_date", birth, weights::birth(a.birth));
    if let Some(s) = a.sex {
        r.weigh("sex", if s { "agrees" } else { "differs" }, weights::sex(s));
    }
    if a.home != Home::Missing {
        let level = match a.home {
            Home::Same => "same dwelling",
            Home::Area => "same area",
            _ => "different",
        };
        r.weigh("address", level, weights::home(a.home));
    }
    if a.phone {
        r.weigh("phone", "equal", weights::PHONE);
    }
    if a.email {
        r.weigh("email", "equal", weights::EMAIL);
    }
    weigh_ids(r, a);
}

fn weigh_ids(r: &mut Ruling, a: &Agreement) {
    if a.ids.equal {
        r.weigh("identifier", "equal", weights::ID_EQUAL);
    } else if a.ids.near && (a.name_fits() || a.placeholder()) {
        r.weigh("identifier", "one slip", weights::ID_NEAR);
    } else if a.ids.near {
        // A number close to another's is no agreement when the name is not the same.
        r.weigh("identifier", "different", weights::ID_CONFLICT);
    }
    if a.id_conflict() {
        r.weigh("identifier", "different", weights::ID_CONFLICT);
    }
    if a.ids.member_equal {
        r.weigh("identifier.member", "equal", weights::MEMBER_EQUAL);
    } else if a.ids.member_other {
        r.weigh("identifier.member", "other member of the policy", weights::MEMBER_OTHER);
    }
}

fn settle(r: Ruling) -> Verdict {
    // Odds of the alternatives against "same", kept within what f64 can hold.
    let odds = |bits: f64| (-bits.clamp(-200.0, 200.0)).exp2();
    let (kin, stranger) = (odds(r.kin), odds(r.stranger));
    let total = 1.0 + kin + stranger;
    let p_same = 1.0 / total;
    let verdict = if r.different && !r.not_different {
        Outcome::Different
    } else if p_same >= weights::SAME_AT && !r.not_same && !r.different {
        Outcome::Same
    } else if p_same <= weights::DIFFERENT_AT && !r.not_different {
        Outcome::Different
    } else {
        Outcome::Review
    };
    Verdict { verdict, p_same, p_kin: kin / total, p_stranger: stranger / total, evidence: r.evidence, rules: r.rules }
}
