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
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
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
    /// Pages, for what has pages.
    #[serde(default)]
    pub pages: u64,
    /// First clinical date in it, `YYYY-MM-DD` or less; empty when it tells none. Internal edition only.
    #[serde(default)]
    pub first_date: String,
    /// Last clinical date in it. Internal edition only.
    #[serde(default)]
    pub last_date: String,
    /// Stretches that could not be read with certainty.
    #[serde(default)]
    pub unclear: u64,
    /// How sure the engine was of the words it read in pixels, 0 to 100, on average; `None` where nothing was read so.
    #[serde(default)]
    pub ocr_confidence: Option<u32>,
    /// Its text was read in pixels, as much as half of what it has as text or more: a scan, whatever kind of file holds it.
    #[serde(default)]
    pub scanned: bool,
}

impl Case {
    /// When an entry of the ledger was decided: the run, or the day of a person's rulings.
    pub fn decided_at(&self, by: &str) -> &str {
        if by == "machine" || self.ruled.is_empty() { &self.made } else { &self.ruled }
    }
}

/// Records of one kind: how many came, and how many of them were left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KindCount {
    /// Came in.
    pub received: u64,
    /// Left out as a whole.
    pub withheld: u64,
}

/// A page of what goes out, small, for the reports. Never of what came in.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageView {
    /// Path of the file as released.
    pub file: String,
    /// From 1, counted in the output.
    pub page: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Grey values, row by row.
    pub grey: Vec<u8>,
    /// Redactions: left, top, right, bottom as shares of the page.
    pub boxes: Vec<[f64; 4]>,
}

/// One link of the chain of custody: who did what, when.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Event {
    /// From 1.
    pub no: u64,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`; empty when no time was given.
    pub at: String,
    /// The program with its version, or a person named in a file that was given.
    pub who: String,
    /// What was done.
    pub what: String,
    /// Figures and digests that hold it fast.
    pub detail: String,
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
    /// When the run was made, UTC, `YYYY-MM-DDThh:mm:ssZ`. Internal edition only: what goes out holds no clock, so that the same input
    /// gives the same bytes.
    #[serde(default)]
    pub made: String,
    /// Day of a person's rulings, `YYYY-MM-DD`, where their file tells it. Internal edition only.
    #[serde(default)]
    pub ruled: String,
    /// Records by kind.
    #[serde(default)]
    pub kinds: BTreeMap<String, KindCount>,
    /// Pages of what goes out, small.
    #[serde(skip)]
    pub pages: Vec<PageView>,
    /// Chain of custody.
    #[serde(default)]
    pub custody: Vec<Event>,
    /// Number of ledger entries by `role group`, then action.
    pub by_role: BTreeMap<String, BTreeMap<String, u64>>,
    /// Number of ledger entries by category, then action.
    pub by_category: BTreeMap<String, BTreeMap<String, u64>>,
}
