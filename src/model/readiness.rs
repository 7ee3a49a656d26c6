//! What a request has ready besides the record itself: checklist, clock, accounting, and what still blocks a release.

use super::policy::ChecklistItem;
use super::request::Answer;
use serde::{Deserialize, Serialize};

/// Answers, dates and open points of one request.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Readiness {
    /// True when the request gave a checklist. Without one the report says that it is kept elsewhere.
    pub checklist_given: bool,
    /// Items with their answers, in the order of the list.
    pub checklist: Vec<Checked>,
    /// The clock.
    pub clock: ClockState,
    /// What blocks a release, in words; nothing here is a value of the export.
    pub blocks: Vec<Block>,
    /// The denial in part, when one is stated: what its letter says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<DenialFacts>,
    /// The exception to information blocking that the request states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionFacts>,
}

/// An exception to information blocking as a person states it (45 CFR part 171).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ExceptionFacts {
    /// Its word.
    pub code: String,
    /// In words.
    pub title: String,
    /// Citation.
    pub citation: String,
    /// Why its conditions are met.
    pub rationale: String,
    /// Who says so.
    pub by: String,
}

/// What the letter of a denial in part says (45 CFR 164.524(d)(2)). Empty where the request does not tell.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DenialFacts {
    /// The request's own words.
    pub ground: String,
    /// The ground in the words of the rule.
    pub title: String,
    /// Its citation.
    pub citation: String,
    /// True when the individual may have it reviewed.
    pub reviewable: bool,
    /// Who decided.
    pub reviewer: String,
    /// Their licence.
    pub license: String,
    /// Who takes complaints: name or title.
    pub contact: String,
    /// Their telephone number.
    pub phone: String,
}

/// One item with its answer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Checked {
    /// The item.
    pub item: ChecklistItem,
    /// The answer; `state` is `open` when there is none.
    pub answer: Answer,
}

/// Dates of a request, each `YYYY-MM-DD` or empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ClockState {
    /// `access`, `return_date`, `payer_due`, `none`.
    pub kind: String,
    /// Receipt.
    pub received: String,
    /// By when to act.
    pub due: String,
    /// By when after the extension; empty without one.
    pub extended: String,
    /// Source of the rule.
    pub citation: String,
}

/// Something that blocks a release until the request says otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Block {
    /// `checklist`, `reviewer`, `special`.
    pub kind: String,
    /// What is missing and where to say it.
    pub text: String,
    /// Citation.
    pub citation: String,
}
