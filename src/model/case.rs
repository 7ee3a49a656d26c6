//! Everything the report shows, gathered by the pipeline.

use super::document::Note;
use super::identity::{DocumentVerdict, IdentityDecision};
use super::ledger::{Place, ReviewItem};
use super::policy::Policy;
use super::readiness::Readiness;
use super::request::Request;
use super::roster::Person;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `release/` written: exit 0.
    Released,
    /// `draft/` written: exit 3.
    ReviewNeeded,
    /// A check failed: exit 4.
    VerificationFailed,
    /// The export is about somebody else: exit 2.
    WrongPatient,
}

/// One file that came in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputRow {
    /// Path inside the export as it came. Internal edition only.
    pub path: String,
    /// Path as released; empty when not released.
    pub released_as: String,
    /// Format id: `fhir-json`, `ccda`, `pdf (not supported)`.
    pub format: String,
    /// SHA-256, hexadecimal. Internal edition only.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `processed`, `held`, `dropped`, `withheld`.
    pub state: String,
    /// Why, when not processed; no value of the export.
    pub reason: String,
    /// Resources or sections.
    pub records: u64,
    /// Changes made.
    pub changes: u64,
}

/// One file that goes out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OutputRow {
    /// Path below `release/` or `draft/`.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Media type.
    pub media_type: String,
}

/// A record or document left out as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WithheldRow {
    /// Where it stood.
    pub place: Place,
    /// What kind of record.
    pub kind: String,
    /// Reason code.
    pub reason: String,
    /// Basis.
    pub basis: String,
}

/// One check on the output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Short name: `no-removed-value`, `difference-is-ledger`, `well-formed`, `references-whole`, `labels-consistent`.
    pub name: String,
    /// Passed?
    pub passed: bool,
    /// How many things were looked at.
    pub examined: u64,
    /// What failed, without values of the export: places only.
    pub failures: Vec<String>,
}

/// One run, for the report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Case id: derived from the content of request and input, so that two runs agree.
    pub id: String,
    /// Tool version.
    pub version: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The request.
    pub request: Request,
    /// The policy used.
    pub policy: Policy,
    /// What came in.
    pub inputs: Vec<InputRow>,
    /// What goes out.
    pub outputs: Vec<OutputRow>,
    /// Everybody.
    pub people: Vec<Person>,
    /// Records and documents withheld.
    pub withheld: Vec<WithheldRow>,
    /// Review items, settled and open.
    pub review: Vec<ReviewItem>,
    /// Whose each document says it is.
    #[serde(default)]
    pub documents: Vec<DocumentVerdict>,
    /// Comparisons with the patient that are worth showing.
    #[serde(default)]
    pub identity: Vec<IdentityDecision>,
    /// Checks on the output.
    pub checks: Vec<Check>,
    /// Notes of readers.
    pub notes: Vec<Note>,
    /// Checklist, clock and what blocks a release besides review items.
    #[serde(default)]
    pub readiness: Readiness,
    /// Records suspected to be of each special category, released or not.
    #[serde(default)]
    pub special_seen: BTreeMap<String, u64>,
    /// Records without a date in a request that bounds dates: they stay.
    #[serde(default)]
    pub undated: u64,
    /// Number of ledger entries by `role group`, then action.
    pub by_role: BTreeMap<String, BTreeMap<String, u64>>,
    /// Number of ledger entries by category, then action.
    pub by_category: BTreeMap<String, BTreeMap<String, u64>>,
}
