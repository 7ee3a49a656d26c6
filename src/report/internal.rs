//! `report.json` of the internal edition: staff only, with originals and names.

use super::Edition;
use super::common::{Asked, Common, asked, common, others};
use super::digest::{Digest, group_word};
use super::proved::Proved;
use crate::model::case::{Case, Check, Event, InputRow, WithheldRow};
use crate::model::identity::{DocumentVerdict, IdentityDecision, PageVerdict};
use crate::model::ledger::{Entry, ReviewItem};
use crate::model::readiness::Readiness;
use crate::model::request::{Determination, Request};
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
    /// Of them, how many stand in a file that the checks found whole.
    ledger_verified: u64,
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
    /// A person's determinations about them.
    determinations: &'a BTreeMap<String, Determination>,
    /// Records without a date in a request that bounds dates.
    undated: u64,
    /// When the run was made, UTC.
    made: &'a str,
    reference: Reference,
    kinds: Vec<KindView<'a>>,
    custody: &'a [Event],
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
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_address: Option<&'a str>,
    #[serde(flatten)]
    asked: Asked<'a>,
}

/// Whom the record is about, as the request gives it; identifiers masked.
#[derive(Serialize)]
struct Reference {
    aliases: Vec<String>,
    identifiers: Vec<String>,
    marks: String,
}

#[derive(Serialize)]
struct KindView<'a> {
    kind: &'a str,
    received: u64,
    withheld: u64,
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
    pages: u64,
    first_date: &'a str,
    last_date: &'a str,
    unclear: u64,
    /// Mean confidence of words read in pixels, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    ocr_confidence: Option<u32>,
    /// Whose it says it is.
    verdict: &'static str,
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
    method: &'static str,
    reason: &'a str,
    basis: &'a str,
    rule: &'a str,
    confidence: f32,
    decided_by: &'a str,
    decided_at: &'a str,
    replacement: &'a str,
    original: &'a str,
    verified: &'static str,
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
    let proved = Proved::of(case);
    InternalReport {
        format: "disclose-report",
        format_version: 1,
        edition: "internal",
        case_id: &case.id,
        common: common(case, digest, Edition::Internal),
        request: request(case, &case.request),
        people: others(case).map(person).collect(),
        inputs: case.inputs.iter().enumerate().map(|(i, row)| input(case, i + 1, row)).collect(),
        actions_total: digest.changes,
        actions: digest.rows.iter().map(|e| action(case, e, &proved)).collect(),
        ledger: "ledger.jsonl",
        ledger_entries: digest.chain.entries,
        ledger_verified: digest.chain.verified,
        ledger_head: &digest.chain.head,
        withheld: case.withheld.iter().map(withheld).collect(),
        review: &case.review,
        identity: &case.identity,
        documents: &case.documents,
        failed_checks: case.checks.iter().filter(|c| !c.passed).collect(),
        readiness: &case.readiness,
        special_seen: &case.special_seen,
        determinations: &case.request.special,
        undated: case.undated,
        made: &case.made,
        reference: reference(case),
        kinds: case.kinds.iter().map(|(kind, n)| KindView { kind, received: n.received, withheld: n.withheld }).collect(),
        custody: &case.custody,
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
        recipient_address: request.recipient_address.as_deref(),
        asked: asked(case, Edition::Internal),
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

/// Whose a file says it is; the gravest word when it holds several documents.
fn verdict(case: &Case, path: &str) -> &'static str {
    let inside =
        |d: &&DocumentVerdict| d.document.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    match case.documents.iter().filter(inside).map(|d| d.verdict).max() {
        Some(PageVerdict::Match) => "the patient's",
        Some(PageVerdict::Doubt) => "in doubt",
        Some(PageVerdict::Conflict) => "another patient's",
        Some(PageVerdict::Nothing) | None => "does not say",
    }
}

/// The last characters of an identifier; the rest is stars.
fn masked(value: &str) -> String {
    let n = value.chars().count();
    let shown = if n > 6 { 3 } else { 1 };
    value.chars().enumerate().map(|(i, c)| if i + shown >= n { c } else { '*' }).collect()
}

fn reference(case: &Case) -> Reference {
    let (patient, policy) = (&case.request.patient, &case.policy.identity);
    let former = patient.former_names.iter().map(|n| n.display());
    let identifier = |i: &crate::model::person::Identifier| format!("{} {}", i.kind, masked(&i.value)).trim().to_string();
    Reference {
        aliases: former.chain(patient.nicknames.iter().cloned()).collect(),
        identifiers: patient.identifiers.iter().map(identifier).collect(),
        marks: format!(
            "patient from {} on, third party up to {} (probabilities); identity policy version {}",
            policy.thresholds.same, policy.thresholds.different, policy.version
        ),
    }
}

fn input<'a>(case: &Case, no: usize, row: &'a InputRow) -> InputView<'a> {
    InputView {
        no,
        file: &row.released_as,
        path: &row.path,
        format: &row.format,
        state: &row.state,
        reason: &row.reason,
        records: row.records,
        changes: row.changes,
        pages: row.pages,
        first_date: &row.first_date,
        last_date: &row.last_date,
        unclear: row.unclear,
        ocr_confidence: row.ocr_confidence,
        verdict: verdict(case, &row.path),
        bytes: row.bytes,
        sha256: &row.sha256,
    }
}

fn action<'a>(case: &'a Case, e: &'a Entry, proved: &Proved) -> ActionView<'a> {
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
        method: super::ledger_rows::method(e.decision.action),
        reason: &e.decision.reason,
        basis: &e.decision.basis,
        rule: &e.rule,
        confidence: e.confidence,
        decided_by: &e.decision.by,
        decided_at: case.decided_at(&e.decision.by),
        replacement: &e.replacement,
        original: e.original.as_deref().unwrap_or_default(),
        verified: proved.of_file(&e.place.file),
    }
}

fn withheld(w: &WithheldRow) -> WithheldView<'_> {
    WithheldView { file: &w.place.file, place: &w.place.path, kind: &w.kind, reason: &w.reason, basis: &w.basis }
}
