//! Decides whose a name is: the patient's, or of somebody whom the words around it describe.

use super::Context;
use super::evidence::{Evidence, section_role};
use super::identity::{Fit, Own};
use crate::model::mention::Who;
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};

/// True when the title's sex is not the patient's.
pub fn sex_conflict(e: &Evidence, own: &Own) -> bool {
    match (e.sex, own.sex.as_deref()) {
        (Some(title), Some(own)) => matches!(own, "male" | "female") && own != title,
        _ => false,
    }
}

/// True when a title's sex is the patient's, or the patient's is not known.
pub fn sex_matches(title: Option<&str>, own: &Own) -> bool {
    own.sex.as_deref().is_none_or(|s| Some(s) == title)
}

/// True when title or credential say that this is a professional, which the patient is not known to be.
pub fn is_professional(e: &Evidence, own: &Own) -> bool {
    !own.is_doctor && (e.title_role.is_some() || e.credential.is_some())
}

/// Role of a person who is not the patient.
pub fn other_role(e: &Evidence, ctx: &Context) -> Role {
    e.best_role().or(ctx.kin_hint).or_else(|| section_role(ctx.section)).unwrap_or(Role::OtherPerson)
}

/// Role of a person of whom nothing is told but a whole name with the patient's family name: family.
pub fn namesake(name: &Name, role: Role, own: &Own) -> Role {
    let whole = !name.given.is_empty() && own.is_family(&name.family);
    if role == Role::OtherPerson && whole { Role::Relative } else { role }
}

/// Whose the name is, without a roster.
pub fn whose(name: &Name, e: &Evidence, own: &Own, ctx: &Context, has_identity: bool) -> Who {
    let fit = own.fit(name);
    if !has_identity && e.patient {
        return Who::Patient;
    }
    match fit {
        Fit::No if e.patient && own.fits_but_middle(name) => Who::Patient,
        Fit::No if e.patient => Who::New(Role::OtherPatient),
        Fit::No => Who::New(namesake(name, other_role(e, ctx), own)),
        // `Son Leonard Roe Jr.` of Leonard Roe.
        Fit::Full if e.kin.is_some() && own.other_generation(name) => Who::New(other_role(e, ctx)),
        // `Son Len Roe` of Leonard Roe: one who is called after the patient.
        Fit::Full if e.kin.is_some() && !own.is_exact_given(name) => Who::New(other_role(e, ctx)),
        // `Child: Sienna Brooks` in the chart of a child of that name.
        Fit::Full if e.kin == Some(Role::Child) && e.title_role.is_none() && own.is_exact_given(name) && own.is_child(None) => {
            Who::Patient
        }
        // The same full name with a cue against the patient: a father, a namesake. A person must say.
        Fit::Full if e.kin.is_some() || sex_conflict(e, own) || is_professional(e, own) => Who::Ambiguous,
        // Another of that name, or the patient, of whom nobody told it; the patient, or whom they are called after.
        Fit::Full if own.other_generation(name) || own.is_by_middle(name) => Who::Ambiguous,
        Fit::Full => Who::Patient,
        Fit::Part => match part(e, own, ctx) {
            Who::Patient if own.other_generation(name) || own.is_by_middle(name) => Who::Ambiguous,
            who => who,
        },
    }
}

/// One part of the patient's name: a kin cue, a professional one or an honorific of the other sex outranks the match.
pub fn part(e: &Evidence, own: &Own, ctx: &Context) -> Who {
    if e.kin.is_some() || is_professional(e, own) || sex_conflict(e, own) {
        return Who::New(other_role(e, ctx));
    }
    let function = e.role.map(Role::group);
    // `in the care of Ms. Roe`, `signed by Ms. Roe`: an honorific of the patient's sex, and no clinician's title.
    let works = matches!(function, Some(RoleGroup::Clinician | RoleGroup::Staff));
    let honoured = e.titled && e.title_role.is_none() && e.sex.is_some() && e.sex == own.sex.as_deref();
    let plain = ctx.kin_hint.is_none() && ctx.subject_is_patient && section_role(ctx.section).is_none();
    if works && honoured && plain {
        return Who::Patient;
    }
    if matches!(
        function,
        Some(RoleGroup::OtherPatient | RoleGroup::Contact | RoleGroup::OtherPerson | RoleGroup::Clinician | RoleGroup::Staff)
    ) {
        return Who::New(other_role(e, ctx));
    }
    let family_section = section_role(ctx.section).is_some_and(|r| r.group() == RoleGroup::Relative);
    if ctx.kin_hint.is_some() || !ctx.subject_is_patient || family_section {
        return Who::Ambiguous;
    }
    Who::Patient
}
