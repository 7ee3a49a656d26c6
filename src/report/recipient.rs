//! `report.json` of the recipient edition.
//!
//! These types have no field for an original, an input path, an input hash or size, an offset, a question, an excerpt, a ruling's
//! author or a third party's name: what is not there cannot leak. Digests of inputs are left out because whoever holds the redacted
//! file could try names until one fits.

use super::Edition;
use super::common::{Asked, Common, asked, common, others};
use super::digest::Digest;
use super::guard::{self, Files};
use super::proved::Proved;
use crate::model::case::Case;
use crate::model::decision::Action;
use crate::model::ledger::Entry;
use crate::model::mention::Category;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct RecipientReport<'a> {
    format: &'static str,
    format_version: u32,
    edition: &'static str,
    #[serde(flatten)]
    common: Common,
    request: RequestView<'a>,
    people: Vec<PersonView<'a>>,
    inputs: Vec<InputView>,
    actions_total: u64,
    actions: Vec<ActionView<'a>>,
    ledger: &'static str,
    withheld: Vec<WithheldView<'a>>,
    review: Vec<ReviewView<'a>>,
}

#[derive(Serialize)]
struct RequestView<'a> {
    /// The patient's own names.
    patient: Vec<String>,
    birth_date: Option<&'a str>,
    purpose: &'a str,
    recipient: &'a str,
    authority: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    keep_clinicians: bool,
    ground_stated: bool,
    #[serde(flatten)]
    asked: Asked<'a>,
}

#[derive(Serialize)]
struct PersonView<'a> {
    label: &'a str,
    role: &'static str,
    group: &'static str,
}

#[derive(Serialize)]
struct InputView {
    no: usize,
    file: String,
    format: String,
    state: String,
    reason: String,
    records: u64,
    pages: u64,
    changes: u64,
}

#[derive(Serialize)]
struct ActionView<'a> {
    no: u64,
    file: &'a str,
    place: String,
    category: Category,
    role: &'static str,
    label: &'a str,
    action: Action,
    method: &'static str,
    reason: &'a str,
    basis: &'a str,
    rule: &'a str,
    decided_by: &'static str,
    verified: &'static str,
}

#[derive(Serialize)]
struct WithheldView<'a> {
    file: &'a str,
    place: String,
    kind: String,
    reason: &'a str,
    basis: &'a str,
}

#[derive(Serialize)]
struct ReviewView<'a> {
    id: &'a str,
    kind: String,
    file: &'a str,
    place: String,
    settled: bool,
}

/// The recipient's view of a case.
pub(super) fn view<'a>(case: &'a Case, digest: &'a Digest) -> RecipientReport<'a> {
    let files = Files::of(case);
    let proved = Proved::of(case);
    let request = &case.request;
    // Where the patient's identifiers go, the report must not bring them back.
    let shown = super::shown_patient(case);
    RecipientReport {
        format: "disclose-report",
        format_version: 1,
        edition: "recipient",
        common: common(case, digest, Edition::Recipient),
        request: RequestView {
            patient: shown.0,
            birth_date: shown.1,
            purpose: &request.purpose,
            recipient: &request.recipient,
            authority: super::authority(case),
            from: request.from.as_deref(),
            to: request.to.as_deref(),
            keep_clinicians: request.keep_clinicians,
            ground_stated: request.ground.is_some(),
            asked: asked(case, Edition::Recipient),
        },
        people: others(case)
            .map(|p| PersonView {
                label: guard::label(&p.label).unwrap_or("[OTHER PERSON]"),
                role: p.role.contract_name(),
                group: super::digest::group_word(p.role.group()),
            })
            .collect(),
        inputs: case
            .inputs
            .iter()
            .enumerate()
            .map(|(i, input)| InputView {
                no: i + 1,
                file: if input.released_as.is_empty() { guard::NOT_RELEASED.into() } else { input.released_as.clone() },
                format: guard::line(&input.format),
                state: guard::line(&input.state),
                reason: guard::line(&input.reason),
                records: input.records,
                pages: input.pages,
                changes: input.changes,
            })
            .collect(),
        actions_total: digest.changes,
        actions: digest.rows.iter().map(|e| action(e, &files, &proved)).collect(),
        ledger: "ledger.csv",
        withheld: case
            .withheld
            .iter()
            .map(|w| WithheldView {
                file: files.show(&w.place.file),
                place: guard::line(&w.place.path),
                kind: guard::line(&w.kind),
                reason: guard::reason(&w.reason),
                basis: &w.basis,
            })
            .collect(),
        review: case
            .review
            .iter()
            .map(|r| ReviewView {
                id: &r.id,
                kind: guard::line(&r.kind),
                file: files.show(&r.place.file),
                place: guard::line(&r.place.path),
                settled: r.ruling.is_some(),
            })
            .collect(),
    }
}

fn action<'a>(entry: &'a Entry, files: &Files, proved: &Proved) -> ActionView<'a> {
    ActionView {
        no: entry.no,
        file: files.show(&entry.place.file),
        place: guard::line(&entry.place.path),
        category: entry.category,
        role: entry.role.map_or("", |r| r.contract_name()),
        label: entry.label.as_deref().and_then(guard::label).or_else(|| guard::label(&entry.replacement)).unwrap_or_default(),
        action: entry.decision.action,
        method: super::ledger_rows::method(entry.decision.action),
        reason: guard::reason(&entry.decision.reason),
        basis: guard::basis(&entry.decision),
        rule: guard::rule(&entry.rule),
        decided_by: guard::by(&entry.decision),
        verified: proved.of_file(&entry.place.file),
    }
}
