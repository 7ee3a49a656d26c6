//! What somebody is to the patient, as far as it tells two people apart: a sister is no daughter, an emergency contact may be either.

use super::facts::{Facts, Sex};
use super::name::{Placeholder, Title};
use super::roster::Entry;
use crate::model::person::StubKind;
use crate::model::role::{Role, RoleGroup};
use std::collections::BTreeSet;

/// A degree of kinship, without sex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Degree {
    Parent,
    Sibling,
    Mate,
    Child,
    Grandparent,
    Grandchild,
    ParentsSibling,
    SiblingsChild,
    Cousin,
    InLaw,
}

/// The degree that a role tells; `None` for functions and for relatives of unknown degree.
pub(super) fn degree(role: Role) -> Option<Degree> {
    Some(match role {
        Role::Mother | Role::Father | Role::Parent => Degree::Parent,
        Role::Sister | Role::Brother | Role::Sibling => Degree::Sibling,
        Role::Spouse | Role::Partner => Degree::Mate,
        Role::Daughter | Role::Son | Role::Child | Role::Newborn => Degree::Child,
        Role::Grandmother | Role::Grandfather | Role::Grandparent => Degree::Grandparent,
        Role::Grandchild => Degree::Grandchild,
        Role::Aunt | Role::Uncle => Degree::ParentsSibling,
        Role::Niece | Role::Nephew => Degree::SiblingsChild,
        Role::Cousin => Degree::Cousin,
        Role::InLaw => Degree::InLaw,
        _ => return None,
    })
}

/// The sex that a role tells.
pub(super) fn sex_of_role(role: Role) -> Option<Sex> {
    match role {
        Role::Mother | Role::Sister | Role::Daughter | Role::Grandmother | Role::Aunt | Role::Niece => Some(Sex::Female),
        Role::Father | Role::Brother | Role::Son | Role::Grandfather | Role::Uncle | Role::Nephew => Some(Sex::Male),
        _ => None,
    }
}

/// The sex that a title tells.
pub(super) fn sex_of_title(title: Title) -> Option<Sex> {
    match title {
        Title::Male => Some(Sex::Male),
        Title::Female => Some(Sex::Female),
        Title::None | Title::Doctor => None,
    }
}

/// Roles of an entry. A stub in a patient's slot that is not the requester is another patient.
pub(super) fn roles(e: &Entry) -> BTreeSet<Role> {
    let seen = [e.stub.role].into_iter().chain(e.roles.iter().copied());
    let mut out: BTreeSet<Role> = seen
        .map(|r| match (r, e.stub.kind) {
            (Role::Patient, StubKind::Patient) => Role::OtherPatient,
            (Role::Patient | Role::Organization, _) => Role::OtherPerson,
            (r, _) => r,
        })
        .collect();
    if e.stub.kind == StubKind::Patient {
        out.insert(Role::OtherPatient);
        if e.facts.names.iter().any(|n| n.placeholder == Some(Placeholder::Baby)) {
            out.insert(Role::Newborn);
        }
    }
    if matches!(e.stub.kind, StubKind::Clinician | StubKind::Unknown) {
        for n in &e.facts.names {
            out.extend(n.profession);
            if n.profession.is_none() && (n.credential || n.title == Title::Doctor) {
                out.insert(Role::Clinician);
            }
        }
    }
    if e.stub.kind == StubKind::Clinician {
        out.insert(Role::Clinician);
    }
    out
}

/// What several entries of one person say they are.
#[derive(Clone, Default, Debug)]
pub(super) struct Standing {
    degrees: BTreeSet<Degree>,
    /// Exact kin roles and functions.
    told: BTreeSet<Role>,
    relative: bool,
    function: bool,
    friend: bool,
    other_patient: bool,
    /// Bears a surname of the patient.
    household: bool,
}

impl Standing {
    /// Of the entries given.
    pub fn of<'e>(entries: impl Iterator<Item = &'e Entry>, patient: &Facts) -> Standing {
        let mut s = Standing::default();
        for e in entries {
            let open = super::join::is_open(e);
            for role in roles(e).into_iter().filter(|r| !(open && matches!(r, Role::Clinician | Role::Staff))) {
                s.add(role);
            }
            s.household |= e.facts.names.iter().any(|n| shares_surname(n, patient));
        }
        s
    }

    fn add(&mut self, role: Role) {
        self.degrees.extend(degree(role));
        match role.group() {
            RoleGroup::OtherPerson | RoleGroup::Organization | RoleGroup::Patient => return,
            RoleGroup::Relative => self.relative = true,
            RoleGroup::OtherPatient => self.other_patient |= role != Role::Newborn,
            RoleGroup::Contact => match role {
                Role::Friend | Role::Employer => self.friend = true,
                Role::NextOfKin => self.relative = true,
                _ => self.function = true,
            },
            RoleGroup::Clinician | RoleGroup::Staff => {}
        }
        self.told.insert(role);
    }

    /// True when nothing is told.
    pub fn is_unknown(&self) -> bool {
        self.told.is_empty()
    }

    /// Both are kin, of different degrees.
    pub fn kin_conflict(&self, other: &Standing) -> bool {
        !self.degrees.is_empty() && !other.degrees.is_empty() && self.degrees.is_disjoint(&other.degrees)
    }

    /// How well two can be one person: 0 not, 4 the same relation.
    pub fn fits(&self, other: &Standing) -> u8 {
        if self.is_unknown() || other.is_unknown() {
            return 1;
        }
        // Who is a relative or contact as well is that first.
        let professional = |s: &Standing| {
            let told = |g: &[RoleGroup]| s.told.iter().any(|r| g.contains(&r.group()));
            told(&[RoleGroup::Clinician, RoleGroup::Staff]) && !told(&[RoleGroup::Relative, RoleGroup::Contact])
        };
        if professional(self) || professional(other) {
            return if professional(self) && professional(other) { profession_fits(&self.told, &other.told) } else { 0 };
        }
        if self.kin_conflict(other) {
            return 0;
        }
        if !self.degrees.is_disjoint(&other.degrees) {
            return 4;
        }
        let kin = |s: &Standing| s.relative || !s.degrees.is_empty();
        if kin(self) && kin(other) || !self.told.is_disjoint(&other.told) {
            return 3;
        }
        match (kin(self), kin(other)) {
            (true, false) => other.beside_kin(self),
            (false, true) => self.beside_kin(other),
            // Functions of a contact go together; another patient is no contact.
            _ => u8::from(self.other_patient == other.other_patient),
        }
    }

    /// How well somebody of whom no kinship is told can be this relative.
    fn beside_kin(&self, relative: &Standing) -> u8 {
        match () {
            () if self.function => 2,
            () if self.other_patient && (self.household || relative.household) => 2,
            () => 0,
        }
    }
}

fn shares_surname(n: &super::name::Folded, patient: &Facts) -> bool {
    let Some(family) = &n.family_whole else { return false };
    patient.names.iter().chain(&patient.former).filter_map(|p| p.family_whole.as_ref()).any(|p| p.loose == family.loose)
}

fn profession_fits(a: &BTreeSet<Role>, b: &BTreeSet<Role>) -> u8 {
    let generic = |s: &BTreeSet<Role>| s.iter().all(|r| matches!(r, Role::Clinician | Role::Staff));
    if generic(a) || generic(b) {
        return 3;
    }
    let exact = |s: &BTreeSet<Role>| -> BTreeSet<Role> {
        s.iter().copied().filter(|r| !matches!(r, Role::Clinician | Role::Staff)).collect()
    };
    let (x, y) = (exact(a), exact(b));
    if !x.is_disjoint(&y) {
        return 4;
    }
    // Nobody calls a nurse or a technician "Dr."; a pharmacist or therapist may hold the degree.
    let doctor = |s: &BTreeSet<Role>| s.iter().all(|r| *r == Role::Physician);
    let never = |s: &BTreeSet<Role>| {
        s.iter().all(|r| matches!(r, Role::Nurse | Role::Technician | Role::SocialWorker | Role::Interpreter | Role::Chaplain))
    };
    u8::from(!(doctor(&x) && never(&y) || doctor(&y) && never(&x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(roles: &[Role], household: bool) -> Standing {
        let mut s = Standing { household, ..Standing::default() };
        roles.iter().for_each(|r| s.add(*r));
        s
    }

    #[test]
    fn what_can_be_one_person() {
        let fits = |a: Role, b: Role| standing(&[a], false).fits(&standing(&[b], false));
        assert_eq!(fits(Role::Mother, Role::Mother), 4);
        assert_eq!(fits(Role::Daughter, Role::Newborn), 4);
        assert_eq!(fits(Role::Sister, Role::Relative), 3);
        assert_eq!(fits(Role::Spouse, Role::EmergencyContact), 2);
        assert_eq!(fits(Role::Guarantor, Role::Guardian), 1);
        assert_eq!(fits(Role::Sister, Role::OtherPerson), 1);
        assert_eq!(fits(Role::Sister, Role::Daughter), 0);
        assert_eq!(fits(Role::Mother, Role::InLaw), 0);
        assert_eq!(fits(Role::Mother, Role::Friend), 0);
        assert_eq!(fits(Role::Brother, Role::OtherPatient), 0);
        assert_eq!(standing(&[Role::Brother], false).fits(&standing(&[Role::OtherPatient], true)), 2);
        assert_eq!(fits(Role::Physician, Role::Nurse), 0);
        assert_eq!(fits(Role::Physician, Role::Clinician), 3);
        assert_eq!(fits(Role::Physician, Role::Mother), 0);
    }
}
