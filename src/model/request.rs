//! Who asks, for whose record, by what right, for what and for whom.

use super::person::{Address, Identifier, Name, Telecom};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The patient as the requester states them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Current and official names.
    pub names: Vec<Name>,
    /// Maiden and other former names.
    pub former_names: Vec<Name>,
    /// Nicknames, as single words or full names.
    pub nicknames: Vec<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `male`, `female`, `other`, `unknown`.
    pub sex: Option<String>,
    /// Addresses, present and past.
    pub addresses: Vec<Address>,
    /// Phones and e-mails.
    pub telecoms: Vec<Telecom>,
    /// Identifiers with assigner.
    pub identifiers: Vec<Identifier>,
    /// Reference keys of the patient's own resource when the identity came from FHIR: `Patient/123`.
    pub keys: Vec<String>,
    /// Relatives the requester names, with their relation (`mother`, `brother` ...), so that they are known from the start.
    pub relatives: Vec<KnownRelative>,
}

/// A relative named in the identity file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownRelative {
    /// Name.
    pub name: Name,
    /// Relation in a word: `mother`, `twin brother`.
    pub relation: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
}

/// A disclosure request.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The patient.
    pub patient: Identity,
    /// Preset name: `litigation`, `insurance-claim` ...
    pub purpose: String,
    /// Who receives the disclosure.
    pub recipient: String,
    /// By what right, e.g. `authorization_164_508`.
    pub authority: Option<String>,
    /// First date in scope, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last date in scope, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// Ground for redacting third parties although the recipient is the patient.
    pub ground: Option<String>,
    /// Keep the names of treating clinicians.
    pub keep_clinicians: bool,
    /// The copy is to be filed with a court, which may hold less of the patient's own identifiers (Fed. R. Civ. P. 5.2(a)).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub court_filing: bool,
    /// Who asks, when it is not the patient.
    #[serde(skip_serializing_if = "Party::is_empty")]
    pub requester: Party,
    /// Address of the recipient, for the accounting of disclosures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_address: Option<String>,
    /// Matter, claim or request number of the recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When the request came in, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// How it came: `portal`, `mail`, `fax`, `email`, `phone`, `in_person`, `api`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Return date or payer's due date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The one extension, when it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// Answers to the authority's checklist, by item. Empty when no checklist was given.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub checklist: BTreeMap<String, Answer>,
    /// True for a request with a table of answers, an empty one included.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub checklist_given: bool,
    /// What of the record is asked for, beside the dates.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// A person's determinations about special categories, by category.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub special: BTreeMap<String, Determination>,
    /// Who denies access to what, when the recipient is the patient and a ground is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<Reviewer>,
    /// What the written denial in part must say, when the recipient is the patient and a ground is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    /// The exception to information blocking that a person relies on for what is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_blocking: Option<Relied>,
}

/// An exception to information blocking (45 CFR part 171) that a person states; the program assumes none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Relied {
    /// A word of `policies/information_blocking.toml`.
    pub exception: String,
    /// Why its conditions are met.
    pub rationale: String,
    /// Who says so.
    pub by: String,
}

/// A person or organization that asks.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Party {
    /// Name.
    pub name: String,
    /// `patient`, `personal_representative`, `attorney`, `insurer`, `employer`, `provider`, `court`, `other`.
    pub kind: String,
    /// Organization.
    pub organization: String,
    /// Postal address in one line.
    pub address: String,
}

impl Party {
    /// True when nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Party::default()
    }
}

/// An extension of the time to act (45 CFR 164.524(b)(2)(iii)).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Extension {
    /// When the written statement went out, `YYYY-MM-DD`.
    pub notice_sent: String,
    /// Reasons given.
    pub reason: String,
    /// The date promised, `YYYY-MM-DD`.
    pub until: String,
}

/// An answer to one item of a checklist.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// `met`, `not_met` or `not_applicable`.
    pub state: String,
    /// Who answered.
    pub by: String,
    /// Note.
    pub note: String,
    /// SHA-256 of the document that shows it, hexadecimal.
    pub evidence: String,
}

/// What of the record is in scope. An empty list does not bound.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Record types: FHIR resource types, `section`, or the words of docs/policies.md.
    pub types: Vec<String>,
    /// Encounter ids or references.
    pub encounters: Vec<String>,
    /// LOINC codes of documents, reports and sections.
    pub documents: Vec<String>,
    /// Named conditions: codes or words.
    pub conditions: Vec<String>,
}

impl Scope {
    /// True when nothing is bounded.
    pub fn is_empty(&self) -> bool {
        *self == Scope::default()
    }
}

/// A person's determination about a special category.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Determination {
    /// `release` or `withhold`.
    pub decision: String,
    /// Who determined it.
    pub by: String,
    /// On what basis: the consent, the authorization, the order.
    pub basis: String,
}

/// What a written denial in part must say beside its reasons (45 CFR 164.524(d)(2)).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Denial {
    /// A word of `policies/grounds.toml`.
    pub code: String,
    /// Name or title of whoever takes complaints.
    pub contact: String,
    /// Their telephone number.
    pub phone: String,
}

/// Who decides about a denial of access in part (45 CFR 164.524(a)(3)): a licensed health care professional.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reviewer {
    /// Name.
    pub name: String,
    /// Licence: `MD`, `RN`, `LCSW`.
    pub license: String,
}
