//! Everybody in the case, joined and labelled.

use super::person::{Address, Identifier, Name, PersonId, Telecom};
use super::role::Role;
use serde::{Deserialize, Serialize};

/// One human being in this case. Person 0 is the requester.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Index in the roster.
    pub id: PersonId,
    /// What they are to the patient.
    pub role: Role,
    /// `[MOTHER]`, `[PHYSICIAN 2]`; `[PATIENT]` for the requester, who is never replaced by it.
    pub label: String,
    /// Every name seen, most complete first, without duplicates.
    pub names: Vec<Name>,
    /// Birth dates seen, as written.
    pub birth_dates: Vec<String>,
    /// `male`, `female` ... when told.
    pub sex: Option<String>,
    /// Phones, faxes, e-mails seen.
    pub telecoms: Vec<Telecom>,
    /// Addresses seen.
    pub addresses: Vec<Address>,
    /// Identifiers seen.
    pub identifiers: Vec<Identifier>,
    /// Reference keys: `Practitioner/123`, `urn:uuid:...`.
    pub keys: Vec<String>,
    /// Slots in which they stand, for the report: `Patient.contact`, `informant`.
    pub slots: Vec<String>,
}

/// Answer to "who is this stub?".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// This person (0 is the requester).
    Person(PersonId),
    /// Could be the requester or another; the words say why, without values.
    Ambiguous(String),
    /// Not a person (an organisation, a device).
    NotAPerson,
}

/// All persons of a case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    /// Persons by id.
    pub persons: Vec<Person>,
}

impl Roster {
    /// The requester.
    pub fn patient(&self) -> Option<&Person> {
        self.persons.first()
    }
    /// A person by id.
    pub fn get(&self, id: PersonId) -> Option<&Person> {
        self.persons.get(id as usize)
    }
}
