//! `report.json` of the internal edition: staff only, with originals and names.

use super::Edition;
use super::common::{Common, common, others};
use super::digest::{Digest, group_word};
use crate::model::case::{Case, Check, InputRow, WithheldRow};
use crate::model::identity::{DocumentVerdict, IdentityDecision};
use crate::model::ledger::{Entry, ReviewItem};
use crate::model::readiness::Readiness;
use crate::model::request::Request;
use crate::model::roster::Person;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct InternalReport<'a> {
    format: &'static str,
    format_version: u32,
    edition: &'static str,
    case_id: &'a str,
    #[serde(flatten)]
    common: Common,
    request: RequestView<'a>,
    people: Vec<PersonView<'a>>,
    inputs: Vec<InputView<'a>>,
    actions_total: u64,
    actions: Vec<ActionView<'a>>,
    ledger: &'static str,
    /// Lines of the ledger.
    ledger_entries: u64,
    /// Hash of its last line: shows a cut-off tail.
    ledger_head: &'a str,
    withheld: Vec<WithheldView<'a>>,
    review: &'a [ReviewItem],
    /// Comparisons with the patient.
    identity: &'a [IdentityDecision],
    /// Whose each document says it is.
    documents: &'a [DocumentVerdict],
    failed_checks: Vec<&'a Check>,
    readiness: &'a Readiness,
    /// Records suspected to be specially protected, by category.
    special_seen: &'a BTreeMap<String, u64>,
    /// Records without a date in a request that bounds dates.
    undated: u64,
}

#[derive(Serialize)]
struct RequestView<'a> {
    patient: Vec<String>,
    birth_date: Option<&'a str>,
    purpose: &'a str,
    recipient: &'a str,
    authority: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    keep_clinicians: bool,
    ground_stated: bool,
    ground: Option<&'a str>,
}

#[derive(Serialize)]
struct PersonView<'a> {
    label: &'a str,
    role: &'static str,
    group: &'static str,
    names: Vec<String>,
    birth_dates: &'a [String],
    slots: &'a [String],
}

#[derive(Serialize)]
struct InputView<'a> {
    no: usize,
    file: &'a str,
    path: &'a str,
    format: &'a str,
    state: &'a str,
    reason: &'a str,
    records: u64,
    changes: u64,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct ActionView<'a> {
    no: u64,
    file: &'a str,
    place: &'a str,
    offset: u64,
    length: u64,
    category: crate::model::mention::Category,
    role: &'static str,
    label: &'a str,
    action: crate::model::decision::Action,
    reason: &'a str,
    basis: &'a str,
    rule: &'a str,
    confidence: f32,
    decided_by: &'a str,
    replacement: &'a str,
    original: &'a str,
}

#[derive(Serialize)]
struct WithheldView<'a> {
    file: &'a str,
    place: &'a str,
    kind: &'a str,
    reason: &'a str,
    basis: &'a str,
}

/// The staff's view of a case.
pub(super) fn view<'a>(case: &'a Case, digest: &'a Digest) -> InternalReport<'a> {
    InternalReport {
        format: "disclose-report",
        format_version: 1,
        edition: "internal",
        case_id: &case.id,
        common: common(case, digest, Edition::Internal),
        request: request(case, &case.request),
        people: others(case).map(person).collect(),
        inputs: case.inputs.iter().enumerate().map(|(i, row)| input(i + 1, row)).collect(),
        actions_total: digest.changes,
        actions: digest.rows.iter().map(action).collect(),
        ledger: "ledger.jsonl",
        ledger_entries: digest.chain.entries,
        ledger_head: &digest.chain.head,
        withheld: case.withheld.iter().map(withheld).collect(),
        review: &case.review,
        identity: &case.identity,
        documents: &case.documents,
        failed_checks: case.checks.iter().filter(|c| !c.passed).collect(),
        readiness: &case.readiness,
        special_seen: &case.special_seen,
        undated: case.undated,
    }
}

fn request<'a>(case: &'a Case, request: &'a Request) -> RequestView<'a> {
    RequestView {
        patient: super::patient_names(case),
        birth_date: request.patient.birth_date.as_deref(),
        purpose: &request.purpose,
        recipient: &request.recipient,
        authority: super::authority(case),
        from: request.from.as_deref(),
        to: request.to.as_deref(),
        keep_clinicians: request.keep_clinicians,
        ground_stated: request.ground.is_some(),
        ground: request.ground.as_deref(),
    }
}

fn person(p: &Person) -> PersonView<'_> {
    PersonView {
        label: &p.label,
        role: p.role.contract_name(),
        group: group_word(p.role.group()),
        names: p.names.iter().map(|n| n.display()).collect(),
        birth_dates: &p.birth_dates,
        slots: &p.slots,
    }
}

fn input(no: usize, row: &InputRow) -> InputView<'_> {
    InputView {
        no,
        file: &row.released_as,
        path: &row.path,
        format: &row.format,
        state: &row.state,
        reason: &row.reason,
        records: row.records,
        changes: row.changes,
        bytes: row.bytes,
        sha256: &row.sha256,
    }
}

fn action(e: &Entry) -> ActionView<'_> {
    ActionView {
        no: e.no,
        file: &e.place.file,
        place: &e.place.path,
        offset: e.place.offset,
        length: e.place.len,
        category: e.category,
        role: e.role.map_or("", |r| r.contract_name()),
        label: e.label.as_deref().unwrap_or_default(),
        action: e.decision.action,
        reason: &e.decision.reason,
        basis: &e.decision.basis,
        rule: &e.rule,
        confidence: e.confidence,
        decided_by: &e.decision.by,
        replacement: &e.replacement,
        original: e.original.as_deref().unwrap_or_default(),
    }
}

fn withheld(w: &WithheldRow) -> WithheldView<'_> {
    WithheldView { file: &w.place.file, place: &w.place.path, kind: &w.kind, reason: &w.reason, basis: &w.basis }
}
