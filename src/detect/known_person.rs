//! Persons of the roster as deciding needs them.

use crate::model::person::{Name, PATIENT};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::Person;

/// What deciding needs of a person.
pub struct Known {
    /// Role in the roster.
    pub role: Role,
    /// Sex when told.
    pub sex: Option<String>,
    /// The most complete name.
    pub name: Option<Name>,
    /// All parts of all names, folded.
    pub givens: Vec<String>,
}

/// What deciding needs of `p`.
pub fn known(p: &Person) -> Known {
    let mut givens = Vec::new();
    for n in &p.names {
        let n = if n.given.is_empty() && n.family.is_empty() { super::split_text(&n.text) } else { n.clone() };
        givens.extend(n.given.iter().flat_map(|g| super::identity::given_tokens(g)));
        givens.extend(super::identity::family_forms(&n.family));
    }
    Known { role: p.role, sex: p.sex.clone(), name: p.names.first().cloned(), givens }
}

/// The requester as a person: what the identity says and what the roster has joined to it.
pub fn patient_person(identity: &Identity, roster: Option<&Person>) -> Person {
    let all = with_roster(identity, roster);
    let mut names: Vec<Name> = all.names.iter().chain(&all.former_names).cloned().collect();
    for nick in &all.nicknames {
        let nick_name = if nick.trim().contains(' ') {
            super::split_text(nick)
        } else {
            let family = all.names.first().map(|n| n.family.clone()).unwrap_or_default();
            Name { family, given: vec![nick.clone()], ..Name::default() }
        };
        names.push(nick_name);
    }
    Person {
        id: PATIENT,
        role: Role::Patient,
        label: Role::Patient.label(1),
        names,
        birth_dates: all.birth_date.into_iter().collect(),
        sex: all.sex,
        telecoms: all.telecoms,
        addresses: all.addresses,
        identifiers: all.identifiers,
        keys: Vec::new(),
        slots: Vec::new(),
    }
}

/// The identity with what the roster has joined to the requester.
pub fn with_roster(identity: &Identity, roster: Option<&Person>) -> Identity {
    let mut all = identity.clone();
    let Some(p) = roster else { return all };
    all.names.extend(p.names.iter().filter(|n| !identity.names.contains(n)).cloned());
    all.telecoms.extend(p.telecoms.iter().cloned());
    all.addresses.extend(p.addresses.iter().cloned());
    all.identifiers.extend(p.identifiers.iter().cloned());
    all.sex = all.sex.or_else(|| p.sex.clone());
    all.birth_date = all.birth_date.or_else(|| p.birth_dates.first().cloned());
    all
}

/// Sex that a kin role tells.
pub fn sex_of(role: Role) -> Option<&'static str> {
    match role {
        Role::Mother | Role::Sister | Role::Daughter | Role::Grandmother | Role::Aunt | Role::Niece => Some("female"),
        Role::Father | Role::Brother | Role::Son | Role::Grandfather | Role::Uncle | Role::Nephew => Some("male"),
        _ => None,
    }
}

/// True when a cue's role and a known person's role can be of one person.
pub fn same_kind(cue: Role, known: Role) -> bool {
    if cue == known {
        return true;
    }
    match (cue.group(), known.group()) {
        (RoleGroup::Clinician, RoleGroup::Clinician | RoleGroup::Staff)
        | (RoleGroup::Staff, RoleGroup::Clinician | RoleGroup::Staff) => true,
        (RoleGroup::Contact, RoleGroup::Relative | RoleGroup::Contact) => true,
        (RoleGroup::Relative, RoleGroup::Contact) => true,
        (RoleGroup::Relative, RoleGroup::Relative) => match (sex_of(cue), sex_of(known)) {
            (Some(a), Some(b)) => a == b && matches!((cue, known), (Role::Relative, _) | (_, Role::Relative)),
            _ => {
                matches!(cue, Role::Parent | Role::Sibling | Role::Child | Role::Relative | Role::Spouse | Role::Partner)
                    || matches!(known, Role::Relative | Role::Parent | Role::Sibling | Role::Child)
            }
        },
        // `her daughter` is the newborn of her own record.
        (RoleGroup::Relative, RoleGroup::OtherPatient) => {
            known == Role::Newborn && matches!(cue, Role::Daughter | Role::Son | Role::Child)
        }
        (RoleGroup::OtherPatient, RoleGroup::OtherPatient) => true,
        (RoleGroup::OtherPerson, _) | (_, RoleGroup::OtherPerson) => true,
        _ => false,
    }
}
