//! The record of every decision. Reports are views of it.

use super::decision::{Action, Decision};
use super::identity::{Candidate, Explained};
use super::mention::Category;
use super::role::Role;
use serde::{Deserialize, Serialize};

/// Where in the output package something stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Path of the file as released (redacted names).
    pub file: String,
    /// Element path: a JSON pointer, an XPath, `line 12`, or `attachment-1 > /entry/3`. Holds no value of the export.
    pub path: String,
    /// Byte offset in the (possibly embedded) input document.
    pub offset: u64,
    /// Byte length there.
    pub len: u64,
}

/// One decision. `original` appears in the internal edition only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Number from 1, in order of document and offset.
    pub no: u64,
    /// Where.
    pub place: Place,
    /// What kind of identifying thing.
    pub category: Category,
    /// Role of whoever it identifies; `None` for a consequence or an identifier without owner.
    pub role: Option<Role>,
    /// Label of that person in this case: `[MOTHER]`.
    pub label: Option<String>,
    /// Decision with reason and basis.
    pub decision: Decision,
    /// Rule that found it.
    pub rule: String,
    /// 0 to 1.
    pub confidence: f32,
    /// What stands there now; empty when removed.
    pub replacement: String,
    /// What stood there. Internal edition only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

impl Entry {
    /// True when the output differs from the input because of this entry.
    pub fn changes(&self) -> bool {
        self.decision.action != Action::Keep
    }
}

/// What a ruling would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChoiceEffect {
    /// The word for the decisions file.
    pub choice: String,
    /// What it does.
    pub effect: String,
}

/// Something that a person must settle before release.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ReviewItem {
    /// `R1`, `R2` ... stable for the same input, request and policy.
    pub id: String,
    /// `ambiguous`, `unsupported`, `unreadable`, `identity`, `verification`.
    pub kind: String,
    /// Where.
    pub place: Place,
    /// The question, in words a clerk understands. Internal edition only.
    pub question: String,
    /// Excerpt around it, internal edition only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
    /// The sentence up to what is asked about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// What is asked about, as it stands there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mention: String,
    /// The rest of the sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Rulings that are possible: `keep`, `label:mother`, `mask`, `withhold`.
    pub choices: Vec<String>,
    /// What each ruling would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<ChoiceEffect>,
    /// Who of the case could be meant, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The comparison with the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
    /// Other places of the same person: the ruling holds there, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Place>,
    /// The ruling applied, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<String>,
}
