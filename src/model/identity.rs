//! A comparison with the patient, explained: what the report and `disclose match` show.

use super::person::PersonId;
use serde::{Deserialize, Serialize};

/// What came out of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The patient.
    Same,
    /// Somebody else.
    Different,
    /// A person must say.
    Review,
}

/// One piece of evidence in a waterfall.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Which fact: `name.given`, `birth_date`, `identifier`, `slot`, `context`.
    pub field: String,
    /// How it agrees.
    pub level: String,
    /// Bits for "the patient".
    pub bits: f64,
    /// Sum so far.
    pub sum: f64,
}

/// One of the two questions, evidence by evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Waterfall {
    /// `patient or relative?` or `patient or stranger?`.
    pub question: String,
    /// Sum from which the answer is "the patient", bits.
    pub same_at: f64,
    /// Sum to which the answer is "third party", bits.
    pub different_at: f64,
    /// The sum.
    pub total: f64,
    /// Evidence in the order looked at; left out of lines for many pairs, where the verdict's evidence says the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A single change that would turn the verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counterfactual {
    /// `if the birth date were the same`.
    pub change: String,
    /// What would come out then.
    pub verdict: Outcome,
}

/// A verdict with everything a reviewer needs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explained {
    /// What came out.
    pub verdict: Outcome,
    /// One sentence that a clerk understands. Holds the names compared.
    pub sentence: String,
    /// Probability of the patient.
    pub p_same: f64,
    /// Probability of household or kin.
    pub p_kin: f64,
    /// Probability of a stranger.
    pub p_stranger: f64,
    /// Both questions, the deciding one first.
    pub waterfalls: Vec<Waterfall>,
    /// Rules that applied, by name.
    pub rules: Vec<String>,
    /// The nearest single changes that would turn the verdict, at most two.
    pub counterfactuals: Vec<Counterfactual>,
}

// Every number is finite.
impl Eq for Explained {}

/// How somebody in the case came out. Internal edition only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IdentityDecision {
    /// The person of the roster it became; 0 is the patient, none when a person must say.
    pub person: Option<PersonId>,
    /// Label of that person, `[REVIEW]` when open.
    pub label: String,
    /// Places in which they stand: `Patient.contact`.
    pub slots: Vec<String>,
    /// Names shown there.
    pub names: Vec<String>,
    /// What was done with the verdict, in words, where it is not the verdict itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub outcome: String,
    /// The comparison.
    pub explained: Explained,
}

/// What a page, letter, message or document says about whose it is. Later ones outrank earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageVerdict {
    /// It does not say whose it is.
    #[default]
    Nothing,
    /// It is the requester's.
    Match,
    /// It may be somebody else's.
    Doubt,
    /// It is another patient's.
    Conflict,
}

/// The verdict on one document. Internal edition only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DocumentVerdict {
    /// Path of the file as it came, with `> attachment-1` for documents inside it.
    pub document: String,
    /// The verdict.
    pub verdict: PageVerdict,
    /// What it rests on, in words.
    pub why: String,
    /// The header line that decides, where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header: String,
}

/// Somebody of the case who could be meant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// Index in the roster; 0 is the patient.
    pub person: PersonId,
    /// `[PATIENT]`, `[MOTHER]`.
    pub label: String,
    /// What they are to the patient, in words.
    pub role: String,
    /// Names, at most three.
    pub names: Vec<String>,
    /// How well the facts fit, 0 to 1.
    pub fit: f64,
    /// How, in words.
    pub words: String,
}

// The fit is finite.
impl Eq for Candidate {}
