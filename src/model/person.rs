//! People as structure shows them, before anybody has decided who is who.

use super::role::Role;
use serde::{Deserialize, Serialize};

/// Index of a person in the case's roster. 0 is the requester.
pub type PersonId = u32;

/// The requester.
pub const PATIENT: PersonId = 0;

/// A name in parts. `text` alone when the source gives no parts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Name {
    /// Unstructured or display form.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Family name or names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub family: String,
    /// Given names in order, middle names included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// `Dr.`, `Mrs.`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
    /// `Jr.`, `MD`, `RN`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suffix: Vec<String>,
}

impl Name {
    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.family.is_empty() && self.given.is_empty()
    }
    /// `given family`, or the text when there are no parts.
    pub fn display(&self) -> String {
        if self.family.is_empty() && self.given.is_empty() {
            return self.text.clone();
        }
        let mut parts: Vec<&str> = self.given.iter().map(String::as_str).collect();
        if !self.family.is_empty() {
            parts.push(&self.family);
        }
        parts.join(" ")
    }
}

/// Postal address.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// City or town.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// State or province.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// Postal code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postal_code: String,
    /// Unstructured form.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Phone, fax, e-mail, URL.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Telecom {
    /// `phone`, `fax`, `email`, `url`, `pager`, `sms`, `other`; empty when not told.
    pub system: String,
    /// The value without URI scheme.
    pub value: String,
}

/// An identifier with whoever assigned it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identifier {
    /// URI or `urn:oid:...` of the assigner. C-CDA roots are written `urn:oid:ROOT`.
    pub system: String,
    /// The value.
    pub value: String,
    /// v2-0203 type code when told: `MR`, `SS`, `NPI`, `DL`, `MB` ...
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// What kind of being a stub's slot is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StubKind {
    /// A Patient resource, recordTarget or sourcePatientInfo: the requester or another patient.
    Patient,
    /// A relative or personal contact.
    Related,
    /// A clinician or other professional.
    Clinician,
    /// Could be a person of any kind (a reference with a display only).
    Unknown,
    /// Not a person.
    Organization,
}

/// One place where structure shows somebody. `people` joins stubs into persons.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PersonStub {
    /// Where it stands, as an element path: `Practitioner`, `Patient.contact`, `Observation.performer`, `recordTarget`, `informant`.
    pub slot: String,
    /// What the slot is for.
    pub kind: StubKind,
    /// The most telling role that the slot, its codes and its texts give.
    pub role: Role,
    /// Names in order.
    pub names: Vec<Name>,
    /// Birth date as written.
    pub birth_date: Option<String>,
    /// `male`, `female`, `other`, `unknown`.
    pub sex: Option<String>,
    /// Phones, faxes, e-mails.
    pub telecoms: Vec<Telecom>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Identifiers with assigner.
    pub identifiers: Vec<Identifier>,
    /// Reference keys under which other places point here: `Practitioner/123`, `urn:uuid:...`, `DOC#contained-id`.
    pub keys: Vec<String>,
    /// Set when the stub is itself only a pointer to one of those keys.
    pub refers: Option<String>,
}

impl PersonStub {
    /// An empty stub at a slot.
    pub fn new(slot: impl Into<String>, kind: StubKind, role: Role) -> Self {
        PersonStub {
            slot: slot.into(),
            kind,
            role,
            names: Vec::new(),
            birth_date: None,
            sex: None,
            telecoms: Vec::new(),
            addresses: Vec::new(),
            identifiers: Vec::new(),
            keys: Vec::new(),
            refers: None,
        }
    }
}
