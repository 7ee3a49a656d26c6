//! Who asks, for whose record, by what right, for what and for whom.

use super::person::{Address, Identifier, Name, Telecom};
use serde::{Deserialize, Serialize};

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
}
