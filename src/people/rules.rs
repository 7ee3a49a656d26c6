//! Rules that stand above the weights. Each has a name that is shown in the verdict.

use super::context::{Cues, age_range};
use super::facts::{Facts, Sex};
use super::kin::SlotClass;
use super::levels::{Birth, Family, Given, Home};
use super::matching::{Agreement, Ruling};
use super::name::Title;
use super::weights;
use crate::model::role::Role;

/// The place in which somebody stands comes first.
pub(super) fn rule_slot(r: &mut Ruling, class: SlotClass, a: &Agreement, cues: &Cues, reference: &Facts, candidate: &Facts) {
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
                || reference.names.iter().any(|n| n.credential || n.title == Title::Doctor)
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
            if candidate.names.iter().any(|n| n.credential || n.title == Title::Doctor) && !cues.patient_is_clinician {
                let own_title = reference.names.iter().any(|n| n.credential || n.title == Title::Doctor);
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
pub(super) fn rule_facts(r: &mut Ruling, class: SlotClass, a: &Agreement) {
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
    let one_date = matches!(a.birth, Birth::Exact | Birth::Swapped);
    if a.name_conflicts() && a.names.family == Family::Conflict && !one_date && !a.ids.equal {
        r.different("given-and-family-name-conflict");
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
    let twins = twin_rule(a);
    if let Some(rule) = twins {
        r.different(rule);
    }
    if a.id_conflict() && twins.is_none() {
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

/// Twins: one birth date, one surname, one dwelling, and two names and two numbers of one assigner, often in sequence.
fn twin_rule(a: &Agreement) -> Option<&'static str> {
    if a.ids.equal || !(a.ids.conflict || a.ids.near) {
        return None;
    }
    // A number one slip away may be a slip: then the names must be two known ones, or the sexes differ.
    let two_people = match a.names.given {
        _ if a.placeholder() => false,
        Given::Conflict => a.ids.conflict || a.birth == Birth::Exact,
        Given::Unlike => a.ids.conflict || (a.birth == Birth::Exact && a.sex == Some(false)),
        _ => false,
    };
    if two_people {
        return Some("given-name-and-identifier-conflict");
    }
    // `Babygirl A` and `Babygirl B`.
    let stand_ins = a.names.candidate_placeholder && a.names.reference_placeholder;
    (stand_ins && a.names.middle == Some(false)).then_some("newborn-names-and-identifier-conflict")
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
pub(super) fn rule_context(r: &mut Ruling, class: SlotClass, a: &Agreement, cues: &Cues, reference: &Facts, candidate: &Facts) {
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
        let own_title = reference.names.iter().any(|n| n.credential || n.title == Title::Doctor);
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
pub(super) fn fitting_kin(reference: &Facts, candidate: &Facts) -> Option<&'static str> {
    let name = candidate.names.first()?;
    let sex = match name.title {
        Title::Male => Some(Sex::Male),
        Title::Female => Some(Sex::Female),
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
