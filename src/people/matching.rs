//! Is this the patient? Three hypotheses: the same person, somebody of the household or kin, a stranger.
//!
//! Two-hypothesis matchers compare "same" with "stranger" and so call every twin, every father of the same name and every spouse
//! at the address "same". Here the weaker of two comparisons decides, and rules stand above the weights: a conflict of strong
//! evidence is never outvoted, it goes to a person.

use super::context::{self, Cues, age_range};
use super::facts::{FactKind, Facts, Sex};
use super::kin::{self, SlotClass};
use super::levels::{self, Birth, Family, Given, Home, Ids, Names};
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
struct Ruling {
    rules: Vec<&'static str>,
    evidence: Vec<Evidence>,
    kin: f64,
    stranger: f64,
    different: bool,
    not_same: bool,
    not_different: bool,
}

impl Ruling {
    fn weigh(&mut self, field: &'static str, level: &'static str, b: Bits) {
        self.kin += b.kin;
        self.stranger += b.stranger;
        self.evidence.push(Evidence { field, level, bits: b.stranger, bits_kin: b.kin });
    }
    fn different(&mut self, rule: &'static str) {
        self.different = true;
        self.rules.push(rule);
    }
    fn not_same(&mut self, rule: &'static str) {
        self.not_same = true;
        self.rules.push(rule);
    }
    fn review(&mut self, rule: &'static str) {
        self.not_same = true;
        self.not_different = true;
        self.rules.push(rule);
    }
}

/// All agreements of one comparison.
struct Agreement {
    names: Names,
    birth: Birth,
    sex: Option<bool>,
    home: Home,
    phone: bool,
    email: bool,
    ids: Ids,
}

impl Agreement {
    fn of(a: &Facts, b: &Facts) -> Agreement {
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
    fn name_fits(&self) -> bool {
        self.names.given >= Given::Middle && self.names.family >= Family::Near
    }
    fn name_conflicts(&self) -> bool {
        self.names.given <= Given::Unlike && !self.names.candidate_placeholder && !self.names.reference_placeholder
    }
    fn placeholder(&self) -> bool {
        self.names.candidate_placeholder || self.names.reference_placeholder
    }
    fn id_conflict(&self) -> bool {
        self.ids.conflict && !self.ids.equal
    }
    /// Something beside name and birth date: a number, a dwelling, a phone, an e-mail, a full middle name.
    fn third_item(&self) -> bool {
        self.ids.equal
            || self.ids.near
            || self.ids.member_equal
            || self.home == Home::Same
            || self.phone
            || self.email
            || self.names.middle_full
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

/// The place in which somebody stands comes first.
fn rule_slot(r: &mut Ruling, class: SlotClass, a: &Agreement, cues: &Cues, reference: &Facts, candidate: &Facts) {
    match class {
        SlotClass::Kin => {
            // A relative's slot holds a relative; only the patient's own number or full name and birth date raise a question.
            if a.ids.equal && !a.name_conflicts()
                || (a.birth == Birth::Exact && a.names.given >= Given::Near && a.names.family >= Family::Near)
            {
                r.review("slot.kin-but-patient-facts");
            } else {
                r.different("slot.kin");
            }
        }
        SlotClass::Clinician => {
            let professional = cues.patient_is_clinician
                || reference.names.iter().any(|n| n.credential || n.title == super::name::Title::Doctor)
                || a.ids.npi_equal
                || a.ids.equal
                || a.birth == Birth::Exact;
            if professional && a.names.given >= Given::Initial && a.names.family >= Family::Near {
                r.review("slot.clinician-may-be-patient");
            } else {
                r.different("slot.clinician");
            }
        }
        SlotClass::Performer => {
            if candidate.names.iter().any(|n| n.credential || n.title == super::name::Title::Doctor) && !cues.patient_is_clinician
            {
                let own_title = reference.names.iter().any(|n| n.credential || n.title == super::name::Title::Doctor);
                if own_title && a.name_fits() { r.review("slot.clinician-may-be-patient") } else { r.different("slot.clinician") }
            } else if a.name_fits() && a.birth != Birth::Exact && !a.ids.equal {
                r.review("slot.performer-of-that-name");
            } else if !a.name_fits() {
                r.not_same("slot.performer");
            }
        }
        SlotClass::Contact | SlotClass::Financial => {
            if a.birth != Birth::Exact && !a.ids.equal {
                r.not_same("slot.third-party-household-only");
            }
        }
        SlotClass::Patient | SlotClass::Mention => {}
    }
}

/// Conflicts of strong evidence and want of evidence.
fn rule_facts(r: &mut Ruling, class: SlotClass, a: &Agreement) {
    if a.names.generation == Some(false) {
        if a.birth == Birth::Conflict { r.different("suffix-and-birth-date-conflict") } else { r.not_same("suffix-conflict") }
    }
    if a.names.generation_one_sided && a.birth != Birth::Exact && !a.ids.equal && class != SlotClass::Mention {
        r.not_same("suffix-missing");
    }
    if a.birth == Birth::Conflict && a.names.newborn && !a.ids.equal {
        r.different("newborn-and-birth-date-conflict");
    }
    if a.birth == Birth::Conflict {
        if a.id_conflict() || a.names.given <= Given::Unlike && !a.placeholder() && !a.ids.equal {
            r.different(if a.id_conflict() {
                "birth-date-and-identifier-conflict"
            } else {
                "birth-date-and-given-name-conflict"
            });
        } else {
            r.not_same("birth-date-conflict");
        }
    }
    if a.ids.equal && !a.placeholder() {
        let surname_lost = a.names.family == Family::Conflict && (a.birth != Birth::Exact || a.names.given < Given::Middle);
        if a.name_conflicts() || surname_lost {
            r.review("identifier-equal-name-conflict");
        } else if a.birth == Birth::Conflict {
            r.review("identifier-equal-birth-date-conflict");
        }
    }
    if a.names.given <= Given::Unlike && !a.placeholder() && matches!(a.birth, Birth::Exact | Birth::Swapped | Birth::Slip) {
        r.not_same("given-name-conflict-one-birth-date");
    }
    if a.id_conflict() {
        if a.ids.national_conflict && a.home == Home::Differs && !a.name_fits() {
            r.different("national-number-and-name-conflict");
        } else if a.birth == Birth::Exact && a.name_fits() {
            r.review("same-assigner-identifier-conflict");
        } else {
            r.not_same("same-assigner-identifier-conflict");
        }
    }
    if a.ids.equal {
        // A stand-in name on the requester's own side is tied to a person by the number alone: not enough without a birth date.
        if a.names.reference_placeholder && a.birth != Birth::Exact {
            r.review("placeholder-tied-by-number-only");
        }
        return;
    }
    if a.placeholder() {
        r.not_same("placeholder-name");
    }
    rule_want(r, class, a);
}

/// Cases in which what agrees is not enough without an equal number.
fn rule_want(r: &mut Ruling, class: SlotClass, a: &Agreement) {
    if class == SlotClass::Mention && a.birth == Birth::Missing {
        return; // what the sentence says decides, in `rule_context`
    }
    match a.birth {
        Birth::Missing | Birth::Partial => r.not_same("no-full-birth-date-no-identifier"),
        Birth::Swapped if !(a.home == Home::Same || a.phone || a.email || a.ids.near) => {
            r.not_same("birth-date-exchanged-no-third-item")
        }
        Birth::Slip if !a.ids.near => r.not_same("birth-date-slip-no-identifier"),
        Birth::Exact | Birth::Swapped | Birth::Slip | Birth::Conflict => {}
    }
    if matches!(a.names.given, Given::Missing | Given::Initial) {
        r.not_same("given-name-not-told");
    }
    if a.names.family == Family::Missing {
        r.not_same("family-name-not-told");
    }
    if a.birth == Birth::Exact && !a.third_item() {
        let exact = a.names.family == Family::Exact && a.names.given >= Given::Variant && !a.names.swapped;
        if a.names.frequent {
            r.not_same("frequent-name-no-third-item");
        } else if !exact {
            r.not_same("inexact-name-no-third-item");
        }
    }
    if a.names.family == Family::Conflict && a.names.given >= Given::Middle {
        r.not_same("family-name-conflict");
    }
}

/// The sentence around a mention.
fn rule_context(r: &mut Ruling, class: SlotClass, a: &Agreement, cues: &Cues, reference: &Facts, candidate: &Facts) {
    let strong = a.ids.equal || (a.birth == Birth::Exact && a.name_fits());
    let third = |r: &mut Ruling, level: &'static str, rule: &'static str| {
        r.weigh("context", level, weights::THIRD_PARTY_CUE);
        if strong { r.review(rule) } else { r.different(rule) }
    };
    if cues.eponym {
        return third(r, "disease, sign or instrument", "context.eponym");
    }
    if cues.dictation {
        return third(r, "dictation trailer", "context.dictation");
    }
    let age = cues.age.zip(reference.dob.as_ref()).zip(cues.note_date.as_ref()).map(|((age, dob), at)| {
        let (low, high) = age_range(dob, at);
        (low - 1..=high + 1).contains(&i32::from(age))
    });
    if let Some(ok) = age {
        r.weigh("context.age", if ok { "agrees" } else { "differs" }, weights::age(ok));
    }
    if cues.other_patient {
        return third(r, "another patient", "context.other-patient");
    }
    if cues.kin.is_some() {
        return third(r, "kin word", "context.kin");
    }
    let honorific_conflict = cues.honorific.zip(reference.sex).is_some_and(|(h, s)| h != s);
    if honorific_conflict && a.birth != Birth::Exact && !a.ids.equal {
        return third(r, "title of the other sex", "context.title-against-sex");
    }
    if cues.clinician && class == SlotClass::Mention {
        let own_title = reference.names.iter().any(|n| n.credential || n.title == super::name::Title::Doctor);
        let told = cues.subject && age == Some(true);
        if (own_title && cues.subject) || told {
            if !told || !own_title {
                r.review("context.clinician-may-be-patient");
            }
        } else if cues.patient_is_clinician && a.name_fits() {
            r.review("context.clinician-may-be-patient");
        } else {
            return third(r, "clinician", "context.clinician");
        }
    }
    if class != SlotClass::Mention {
        return;
    }
    if cues.kin_fits {
        r.not_same("context.known-kin-fits");
    }
    rule_mention(r, a, cues, age, candidate);
}

/// A mention with no word against it.
fn rule_mention(r: &mut Ruling, a: &Agreement, cues: &Cues, age: Option<bool>, candidate: &Facts) {
    let names_only = candidate.is_name_only();
    let subject = cues.subject || cues.called_patient;
    if subject && a.names.given >= Given::Missing && a.names.family >= Family::Near {
        r.weigh("context", "subject of the sentence", weights::SUBJECT);
    }
    if !names_only {
        return;
    }
    let conflict = a.names.family == Family::Conflict || a.names.given <= Given::Unlike;
    if conflict {
        let both = a.names.family == Family::Conflict && a.names.given <= Given::NearOther;
        let hard = a.names.given == Given::Conflict || (a.names.family == Family::Conflict && !subject);
        if both || hard {
            r.different("mention.other-name")
        } else {
            r.not_same("mention.other-name")
        }
        return;
    }
    if !subject {
        r.not_same("mention.name-alone");
    }
    let titled = cues.honorific.is_some() || (cues.clinician && age == Some(true)) || cues.called_patient;
    if a.names.family == Family::Missing || a.names.family == Family::Initial {
        r.not_same("mention.fragment");
    } else if a.names.given <= Given::Initial && !titled {
        r.not_same("mention.surname-or-initial");
    }
    if age == Some(false) {
        r.not_same("mention.age-conflict");
    }
}

/// A known relative whom the candidate's name fits at least as well as the patient.
fn fitting_kin(reference: &Facts, candidate: &Facts) -> Option<&'static str> {
    let name = candidate.names.first()?;
    let sex = match name.title {
        super::name::Title::Male => Some(Sex::Male),
        super::name::Title::Female => Some(Sex::Female),
        _ => candidate.sex,
    };
    let family = name.family_whole.as_ref()?;
    let fits = reference.kin.iter().any(|k| {
        let role_sex = match k.role {
            Role::Mother | Role::Sister | Role::Daughter | Role::Grandmother | Role::Aunt | Role::Niece => Some(Sex::Female),
            Role::Father | Role::Brother | Role::Son | Role::Grandfather | Role::Uncle | Role::Nephew => Some(Sex::Male),
            _ => None,
        };
        let sex_fits = sex.zip(role_sex).is_none_or(|(a, b)| a == b);
        let family_fits = k
            .name
            .family_whole
            .as_ref()
            .is_some_and(|f| f.loose == family.loose || (family.is_initial() && f.first() == family.first()));
        let given_fits = match (name.first_given(), k.name.first_given()) {
            (Some(a), Some(b)) => a.loose == b.loose || (a.is_initial() && a.first() == b.first()),
            (None, _) => true,
            _ => false,
        };
        sex_fits && family_fits && given_fits
    });
    fits.then_some("known-kin-fits")
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
