//! Rules that stand above the weights. Each has a name that is shown in the verdict.

use super::facts::{Facts, Sex};
use super::kin::SlotClass;
use super::levels::{Birth, Family, Given, Home};
use super::matching::{Agreement, Ruling, Situation};
use super::name::Title;
use crate::model::identity_policy::{Effect, Rule};
use crate::model::role::Role;

/// The place in which somebody stands comes first.
pub(super) fn rule_slot(r: &mut Ruling, s: &Situation) {
    let a = &s.agree;
    match s.class {
        SlotClass::Kin => {
            // A relative's slot holds a relative; only the patient's own number or full name and birth date raise a question. A twin
            // who is said to be one may well be called Carl beside Carlos.
            let least = if s.relation_told { Given::Exact } else { Given::Near };
            if a.ids.equal && !a.name_conflicts()
                || (a.birth == Birth::Exact && a.names.given >= least && a.names.family >= Family::Near)
            {
                r.rule(Rule::SlotKinPatientFacts);
            } else {
                r.rule(Rule::SlotKin);
            }
        }
        SlotClass::Clinician => {
            let professional =
                s.cues.patient_is_clinician || s.own_title || a.ids.npi_equal || a.ids.equal || a.birth == Birth::Exact;
            // A rare full name is rather the patient at work than a namesake.
            let rare = !a.names.frequent && a.names.given >= Given::Variant && a.names.family >= Family::Variant;
            if (professional || rare) && a.names.given >= Given::Initial && a.names.family >= Family::Near {
                r.rule(Rule::SlotClinicianMaybePatient);
            } else {
                r.rule(Rule::SlotClinician);
            }
        }
        SlotClass::Performer => {
            if s.candidate_professional && !s.cues.patient_is_clinician {
                let maybe = s.own_title && a.name_fits();
                r.rule(if maybe { Rule::SlotClinicianMaybePatient } else { Rule::SlotClinician });
            } else if a.name_fits() && a.birth != Birth::Exact && !a.ids.equal {
                r.rule(Rule::SlotPerformerName);
            } else if !a.name_fits() {
                r.rule(Rule::SlotPerformer);
            }
        }
        SlotClass::Contact | SlotClass::Financial => {
            if a.birth != Birth::Exact && !a.ids.equal {
                r.rule(Rule::SlotHousehold);
            }
        }
        SlotClass::Patient | SlotClass::Mention => {}
    }
}

/// Conflicts of strong evidence and want of evidence.
pub(super) fn rule_facts(r: &mut Ruling, s: &Situation) {
    let a = &s.agree;
    rule_generation(r, s);
    rule_birth(r, a);
    let one_date = matches!(a.birth, Birth::Exact | Birth::Swapped);
    if a.name_conflicts() && a.names.family == Family::Conflict && !one_date && !a.ids.equal {
        r.rule(Rule::BothNames);
    }
    if a.ids.equal && !a.placeholder() {
        let surname_lost = a.names.family == Family::Conflict && (a.birth != Birth::Exact || a.names.given < Given::Middle);
        let other = a.names.given == Given::NearOther && a.birth != Birth::Exact;
        if a.name_conflicts() || surname_lost || other {
            r.rule(Rule::IdName);
        } else if a.birth == Birth::Conflict {
            r.rule(Rule::IdBirth);
        }
    }
    if a.names.given <= Given::Unlike && !a.placeholder() && matches!(a.birth, Birth::Exact | Birth::Swapped | Birth::Slip) {
        r.rule(Rule::GivenBirth);
    }
    let three_errors = a.names.given == Given::Conflict && a.sex == Some(false) && !one_date && !a.names.former;
    if three_errors && !a.ids.equal && !a.placeholder() && a.birth != Birth::Missing {
        r.rule(Rule::GivenSex);
    }
    let twins = twin_rule(a);
    if let Some(rule) = twins {
        r.rule(rule);
    }
    if a.id_conflict() && twins.is_none() {
        if a.ids.national_conflict && a.home == Home::Differs && !a.name_fits() {
            r.rule(Rule::NationalName);
        } else if a.birth == Birth::Exact && a.name_fits() {
            r.rule(Rule::DuplicateChart);
        } else {
            r.rule(Rule::IdConflict);
        }
    } else if a.ids.equal && a.ids.conflict {
        r.rule(Rule::IdReused);
    }
    if a.names.middle == Some(false) && !a.ids.equal {
        r.rule(Rule::Middle);
    }
    if a.sex == Some(false) && a.names.given < Given::Near && !a.placeholder() && !a.names.former {
        r.rule(Rule::Sex);
    }
    if a.ids.equal {
        // A stand-in name on the requester's own side is tied to a person by the number alone: not enough without a birth date.
        if a.names.reference_placeholder && a.birth != Birth::Exact {
            r.rule(Rule::PlaceholderNumber);
        }
        return;
    }
    if a.placeholder() {
        r.rule(Rule::Placeholder);
    }
    rule_want(r, s);
}

/// Father and son of one name.
fn rule_generation(r: &mut Ruling, s: &Situation) {
    let a = &s.agree;
    if a.names.generation == Some(false) {
        if a.birth == Birth::Conflict && !a.ids.equal {
            r.rule(Rule::SuffixBirth);
        } else {
            r.rule(if a.ids.equal { Rule::IdSuffix } else { Rule::Suffix });
        }
    }
    if a.names.generation_one_sided && a.birth != Birth::Exact && !a.ids.equal && s.class != SlotClass::Mention {
        r.rule(Rule::SuffixMissing);
    }
}

fn rule_birth(r: &mut Ruling, a: &Agreement) {
    if a.birth != Birth::Conflict {
        return;
    }
    if a.names.newborn && !a.ids.equal {
        r.rule(Rule::NewbornBirth);
    }
    if a.id_conflict() {
        r.rule(Rule::BirthId);
    } else if a.names.given <= Given::Unlike && !a.placeholder() && !a.ids.equal {
        r.rule(Rule::BirthGiven);
    } else {
        r.rule(Rule::Birth);
    }
}

/// Twins: one birth date, one surname, one dwelling, and two names and two numbers of one assigner, often in sequence.
fn twin_rule(a: &Agreement) -> Option<Rule> {
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
        return Some(Rule::GivenId);
    }
    // `Babygirl A` and `Babygirl B`.
    let stand_ins = a.names.candidate_placeholder && a.names.reference_placeholder;
    (stand_ins && a.names.middle == Some(false)).then_some(Rule::NewbornId)
}

/// Cases in which what agrees is not enough without an equal number.
fn rule_want(r: &mut Ruling, s: &Situation) {
    let a = &s.agree;
    if s.class == SlotClass::Mention && a.birth == Birth::Missing {
        return; // what the sentence says decides, in `rule_context`
    }
    match a.birth {
        Birth::Missing | Birth::Partial => r.rule(Rule::NoBirth),
        Birth::Swapped if !(a.home == Home::Same || a.phone || a.email || a.ids.near) => r.rule(Rule::SwappedAlone),
        Birth::Slip if !a.ids.near => r.rule(Rule::SlipAlone),
        Birth::Exact | Birth::Swapped | Birth::Slip | Birth::Conflict => {}
    }
    if matches!(a.names.given, Given::Missing | Given::Initial) {
        r.rule(Rule::GivenMissing);
    }
    if a.names.family == Family::Missing {
        r.rule(Rule::FamilyMissing);
    }
    if a.birth == Birth::Exact && !a.third_item() {
        let exact = a.names.family == Family::Exact && a.names.given >= Given::Variant && !a.names.swapped;
        if a.names.frequent {
            r.rule(Rule::FrequentName);
        } else if !exact {
            r.rule(Rule::InexactName);
        }
    }
    if a.names.family == Family::Conflict && a.names.given >= Given::Middle {
        r.rule(Rule::Family);
    }
}

/// The sentence around a mention.
pub(super) fn rule_context(r: &mut Ruling, s: &Situation) {
    let (a, cues) = (&s.agree, &s.cues);
    let strong = a.ids.equal || (a.birth == Birth::Exact && a.name_fits());
    let third = |r: &mut Ruling, level: &'static str, rule: Rule| {
        r.weigh("context", level, r.policy.context.third_party);
        if strong { r.rule_as(rule, Effect::Review) } else { r.rule(rule) }
    };
    if cues.eponym {
        return third(r, "disease, sign or instrument", Rule::ContextEponym);
    }
    if cues.dictation {
        return third(r, "dictation trailer", Rule::ContextDictation);
    }
    match s.age {
        Some(true) => r.weigh("context.age", "agrees", r.policy.age.agrees),
        Some(false) => r.weigh("context.age", "differs", r.policy.age.differs),
        None => {}
    }
    if cues.other_patient {
        return third(r, "another patient", Rule::ContextOtherPatient);
    }
    if cues.kin.is_some() {
        return third(r, "kin word", Rule::ContextKin);
    }
    if s.title_against_sex && a.birth != Birth::Exact && !a.ids.equal {
        return third(r, "title of the other sex", Rule::ContextTitle);
    }
    if cues.clinician && s.class == SlotClass::Mention {
        let told = cues.subject && s.age == Some(true);
        if (s.own_title && cues.subject) || told {
            if !told || !s.own_title {
                r.rule(Rule::ContextClinicianMaybe);
            }
        } else if cues.patient_is_clinician && a.name_fits() {
            r.rule(Rule::ContextClinicianMaybe);
        } else {
            return third(r, "clinician", Rule::ContextClinician);
        }
    }
    if s.class != SlotClass::Mention {
        return;
    }
    if cues.kin_fits {
        r.rule(Rule::ContextKinFits);
    }
    rule_mention(r, s);
}

/// A mention with no word against it.
fn rule_mention(r: &mut Ruling, s: &Situation) {
    let (a, cues) = (&s.agree, &s.cues);
    let subject = cues.subject || cues.called_patient;
    if subject && a.names.given >= Given::Missing && a.names.family >= Family::Near {
        r.weigh("context", "subject of the sentence", r.policy.context.subject);
    }
    if !s.name_only {
        return;
    }
    let conflict = a.names.family == Family::Conflict || a.names.given <= Given::Unlike;
    if conflict {
        let both = a.names.family == Family::Conflict && a.names.given <= Given::NearOther;
        let hard = a.names.given == Given::Conflict || (a.names.family == Family::Conflict && !subject);
        r.rule(if both || hard { Rule::MentionOther } else { Rule::MentionOtherDoubt });
        return;
    }
    if !subject {
        r.rule(Rule::MentionAlone);
    }
    let titled = cues.honorific.is_some() || (cues.clinician && s.age == Some(true)) || cues.called_patient;
    if a.names.family == Family::Missing || a.names.family == Family::Initial {
        r.rule(Rule::MentionFragment);
    } else if a.names.given <= Given::Initial && !titled {
        r.rule(Rule::MentionSurname);
    }
    if s.age == Some(false) {
        r.rule(Rule::MentionAge);
    }
}

/// A known relative whom the candidate's name fits at least as well as the patient.
pub(super) fn kin_fits(reference: &Facts, candidate: &Facts) -> bool {
    let Some(name) = candidate.names.first() else { return false };
    let sex = match name.title {
        Title::Male => Some(Sex::Male),
        Title::Female => Some(Sex::Female),
        _ => candidate.sex,
    };
    let Some(family) = name.family_whole.as_ref() else { return false };
    reference.kin.iter().any(|k| {
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
    })
}
