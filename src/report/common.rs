//! The parts of `report.json` that both editions share. Nothing here can hold a value of a third party.

use super::digest::{Kept, group_word};
use super::guard;
use crate::model::case::{Case, Outcome};
use crate::model::decision::Action;
use crate::model::document::Note;
use crate::model::mention::Category;
use crate::model::policy::{Notice, Switch};
use crate::model::request::Scope;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Said in every report, word for word.
const LIMITS: [&str; 4] = [
    "Names and identifiers were found by best-effort detection; a mention may have been missed or taken for another.",
    "What is released remains protected health information of the patient and must be protected as such.",
    "This is not a de-identification under 45 CFR 164.514.",
    "This report supports the determination of whoever releases the record. It is not legal advice.",
];

/// How many places of one kind of note are listed.
const NOTE_PLACES: usize = 10;

#[derive(Serialize)]
pub(super) struct Tool {
    pub name: &'static str,
    pub version: String,
    /// Commit that was built, when the build was told it (`DISCLOSE_COMMIT`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<&'static str>,
}

/// Dates and reference of the request: what both editions say of it.
#[derive(Serialize)]
pub(super) struct Asked<'a> {
    /// What the requester is, and for which organization. A requester may be a third party of the record, so only the internal edition
    /// names them.
    pub requester: Requester<'a>,
    /// Matter, claim or request number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a str>,
    /// When it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<&'a str>,
    /// How it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<&'a str>,
    /// By when to act.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub due: &'a str,
    /// By when after the extension.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub extended: &'a str,
    /// Source of the clock.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub clock: &'a str,
    /// What of the record is asked for.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: &'a Scope,
}

#[derive(Serialize)]
pub(super) struct Requester<'a> {
    /// Internal edition only.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub organization: &'a str,
}

/// What an edition says of the request besides names, purpose and recipient.
pub(super) fn asked(case: &Case, edition: super::Edition) -> Asked<'_> {
    let (request, clock) = (&case.request, &case.readiness.clock);
    let who = &request.requester;
    Asked {
        requester: Requester {
            name: if edition == super::Edition::Internal { &who.name } else { "" },
            kind: &who.kind,
            organization: &who.organization,
        },
        // A number may lead to the patient, whose identifiers a research copy does not hold.
        reference: request.reference.as_deref().filter(|_| edition == super::Edition::Internal || case.policy.keeps_patient()),
        received: request.received.as_deref(),
        channel: request.channel.as_deref(),
        due: &clock.due,
        extended: &clock.extended,
        clock: &clock.citation,
        scope: &request.scope,
    }
}

#[derive(Serialize)]
pub(super) struct OutcomeView {
    /// `released`, `review_needed`, `verification_failed`, `wrong_patient`.
    pub code: Outcome,
    /// Banner.
    pub title: &'static str,
    /// One sentence.
    pub text: String,
}

/// One line of the legal part: who is treated how, and on which basis.
#[derive(Serialize)]
pub(super) struct Basis {
    /// Role groups that share the rule.
    pub groups: Vec<&'static str>,
    /// `keep` or what happens to names.
    pub action: Action,
    /// What happens to everything else, distinct, in order.
    pub other_actions: Vec<Action>,
    /// Reason codes.
    pub reasons: Vec<String>,
    /// Basis with citation.
    pub basis: String,
}

/// What was reduced for filing with a court.
#[derive(Serialize)]
pub(super) struct FilingView {
    /// Name of the rule.
    pub title: String,
    /// When its text was looked up.
    pub as_of: String,
    /// True for a minor, whose name went to its initials.
    pub minor: bool,
    /// From this age on nobody is a minor.
    pub adult_age: u8,
    /// Day on which the age was counted.
    pub counted_on: String,
    /// Bases of what was reduced.
    pub reduced: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct PolicyView {
    pub name: String,
    pub version: String,
    pub sha256: String,
    pub title: String,
    /// Whether minimum necessary applies, with citation.
    pub minimum_necessary: String,
    /// What bounds scope.
    pub scope: String,
    pub default_authority: String,
    pub other_patient_records: Action,
    /// Bases of redaction and keeping, by group.
    pub bases: Vec<Basis>,
    /// Whole records that this policy leaves out.
    pub withholds: Vec<WithholdView>,
    pub notices: Vec<String>,
    /// What was reduced for filing with a court.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub court_filing: Option<FilingView>,
    /// Name of the authority, with citation.
    pub authority_title: String,
    /// Whether the disclosure is entered in the accounting of disclosures, and why.
    pub accountable: String,
    pub accountable_citation: String,
    /// Texts that travel with the copy, dated and sourced.
    pub travelling: Vec<Notice>,
}

#[derive(Serialize)]
pub(super) struct WithholdView {
    pub name: String,
    pub reason: String,
    pub basis: String,
}

#[derive(Serialize)]
pub(super) struct Counts {
    /// Entries that change the output.
    pub changes: u64,
    /// Entries kept on purpose.
    pub kept: u64,
    /// Entries decided by a person.
    pub decided_by_person: u64,
    /// Persons other than the patient.
    pub people: usize,
    /// Records and documents left out as a whole.
    pub withheld: usize,
    /// Review items still open.
    pub review_open: usize,
    /// Review items settled.
    pub review_settled: usize,
    /// Files by state.
    pub inputs: BTreeMap<String, u64>,
    /// Entries by role group, then action.
    pub by_role: BTreeMap<String, BTreeMap<String, u64>>,
    /// Entries by category, then action.
    pub by_category: BTreeMap<String, BTreeMap<String, u64>>,
    /// Persons other than the patient by role group.
    pub people_by_group: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
pub(super) struct CheckView {
    pub name: String,
    pub passed: bool,
    pub examined: u64,
    pub failures: usize,
}

#[derive(Serialize)]
pub(super) struct NoteView {
    pub kind: String,
    pub text: String,
    pub count: u64,
    /// The first places.
    pub places: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct OutputView {
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub media_type: String,
}

/// What both editions begin and end with.
#[derive(Serialize)]
pub(super) struct Common {
    pub tool: Tool,
    pub release_id: String,
    pub outcome: OutcomeView,
    pub policy: PolicyView,
    pub counts: Counts,
    pub kept: Vec<Kept>,
    pub checks: Vec<CheckView>,
    pub outputs: Vec<OutputView>,
    pub notes: Vec<NoteView>,
    pub limits: Vec<String>,
}

/// The banner of an outcome. Of a draft it says what holds it and where that stands in the report.
pub(super) fn outcome(case: &Case) -> OutcomeView {
    let (title, text) = match case.outcome {
        Outcome::Released => ("RELEASED", "Nothing is open and every check passed."),
        Outcome::ReviewNeeded => (
            "DRAFT - review needed",
            "A person must settle the open items. Until then they are masked and nothing may be released.",
        ),
        Outcome::VerificationFailed => ("VERIFICATION FAILED", "A check on the output failed. Nothing was released."),
        Outcome::WrongPatient => ("WRONG PATIENT", "The export is about somebody else than the request. Nothing was released."),
    };
    let held = match case.outcome {
        Outcome::ReviewNeeded => held(case),
        Outcome::VerificationFailed => {
            let failed: Vec<&str> = case.checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect();
            format!(" Failed: {} (section 11).", failed.join(", ").replace('-', " "))
        }
        _ => String::new(),
    };
    OutcomeView { code: case.outcome, title, text: format!("{text}{held}") }
}

/// What keeps a case at draft, counted.
fn held(case: &Case) -> String {
    let count = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let open = |special: bool| case.review.iter().filter(|r| r.ruling.is_none() && (r.kind == "special") == special).count();
    let blocks = |list: bool| case.readiness.blocks.iter().filter(|b| (b.kind == "checklist") == list).count();
    let parts = [
        count(blocks(true), "item of the checklist (section 2)", "items of the checklist (section 2)"),
        count(blocks(false), "condition of the authority (section 2)", "conditions of the authority (section 2)"),
        count(open(true), "item held for a determination (section 10)", "items held for a determination (section 10)"),
        count(open(false), "question to a person (section 10)", "questions to a person (section 10)"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" Open: {}.", parts.join(", ")) }
}

/// Id of what goes out: from the released files alone, so that it tells nothing about the input.
pub(super) fn release_id(case: &Case) -> String {
    let mut hash = Sha256::new();
    for output in &case.outputs {
        hash.update(output.path.as_bytes());
        hash.update([0]);
        hash.update(output.sha256.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

pub(super) fn common(case: &Case, digest: &super::digest::Digest, edition: super::Edition) -> Common {
    Common {
        tool: Tool { name: "disclose", version: case.version.clone(), commit: option_env!("DISCLOSE_COMMIT") },
        release_id: release_id(case),
        outcome: outcome(case),
        policy: policy(case),
        counts: Counts { changes: digest.changes, kept: digest.kept_total, decided_by_person: digest.by_person, ..counts(case) },
        kept: digest.kept(edition).to_vec(),
        checks: case
            .checks
            .iter()
            .map(|c| CheckView { name: c.name.clone(), passed: c.passed, examined: c.examined, failures: c.failures.len() })
            .collect(),
        outputs: case
            .outputs
            .iter()
            .map(|o| OutputView {
                path: o.path.clone(),
                sha256: o.sha256.clone(),
                bytes: o.bytes,
                media_type: o.media_type.clone(),
            })
            .collect(),
        notes: notes(&case.notes),
        limits: limits(case),
    }
}

/// Counts that need no ledger.
pub(super) fn counts(case: &Case) -> Counts {
    let open = case.review.iter().filter(|r| r.ruling.is_none()).count();
    let mut inputs = BTreeMap::new();
    case.inputs.iter().for_each(|i| *inputs.entry(i.state.clone()).or_default() += 1);
    let mut people_by_group = BTreeMap::new();
    others(case).for_each(|p| *people_by_group.entry(group_word(p.role.group())).or_default() += 1);
    let sum = |keep: bool| {
        let actions = case.by_category.values().flatten();
        actions.filter(|(action, _)| (action.as_str() == Action::Keep.as_str()) == keep).map(|(_, n)| n).sum()
    };
    Counts {
        changes: sum(false),
        kept: sum(true),
        decided_by_person: 0,
        people: others(case).count(),
        withheld: case.withheld.len(),
        review_open: open,
        review_settled: case.review.len() - open,
        inputs,
        by_role: case.by_role.clone(),
        by_category: case.by_category.clone(),
        people_by_group,
    }
}

/// What a reader must know about the limits of the copy. The Safe Harbor method has words of its own, and says for each identifier what is
/// done and what may be left.
fn limits(case: &Case) -> Vec<String> {
    let filing = case.policy.filing.iter().filter(|f| f.on).flat_map(|f| f.statement.iter().cloned());
    let Some(method) = &case.policy.safe_harbor else {
        return LIMITS.iter().map(|l| l.to_string()).chain(filing).collect();
    };
    let mut out: Vec<String> = vec![LIMITS[0].into(), LIMITS[3].into()];
    out.extend(method.statement.iter().cloned());
    out.push(format!("Three digits of ZIP codes: {} As of {}.", method.source, method.as_of));
    out.extend(method.coverage.iter().map(|c| {
        format!(
            "Coverage ({}) {}. In elements made for it: {}. In text: {}. May be left: {}.",
            c.letter, c.title, c.structured, c.text, c.left
        )
    }));
    out
}

/// Everybody but the patient and organizations.
pub(super) fn others(case: &Case) -> impl Iterator<Item = &crate::model::roster::Person> {
    use crate::model::role::RoleGroup;
    case.people.iter().filter(|p| !matches!(p.role.group(), RoleGroup::Patient | RoleGroup::Organization))
}

fn policy(case: &Case) -> PolicyView {
    let p = &case.policy;
    let mut bases: Vec<Basis> = Vec::new();
    for (group, rule) in &p.groups {
        let name = rule.except.get(&Category::Name).copied().unwrap_or(rule.action);
        let mut other_actions: Vec<Action> =
            rule.except.values().copied().filter(|a| *a != name && *a != Action::Withhold).collect();
        other_actions.sort();
        other_actions.dedup();
        let same = bases.iter_mut().find(|b| b.basis == rule.basis && b.action == name && b.other_actions == other_actions);
        match same {
            Some(b) => {
                b.groups.push(group_word(*group));
                if !b.reasons.contains(&rule.reason) {
                    b.reasons.push(rule.reason.clone());
                }
            }
            None => bases.push(Basis {
                groups: vec![group_word(*group)],
                action: name,
                other_actions,
                reasons: vec![rule.reason.clone()],
                basis: rule.basis.clone(),
            }),
        }
    }
    let withholds = p.withhold.iter();
    PolicyView {
        name: p.name.clone(),
        version: p.version.clone(),
        sha256: p.sha256.clone(),
        title: p.title.clone(),
        minimum_necessary: p.minimum_necessary.clone(),
        scope: p.scope.clone(),
        default_authority: p.default_authority.clone(),
        other_patient_records: p.other_patient_records,
        bases,
        withholds: withholds
            .map(|w| WithholdView { name: w.name.clone(), reason: w.reason.clone(), basis: w.basis.clone() })
            .collect(),
        notices: p.notices.clone(),
        court_filing: p.filing.as_ref().filter(|f| f.on).map(|f| FilingView {
            title: f.title.clone(),
            as_of: f.as_of.clone(),
            minor: f.minor(),
            adult_age: f.adult_age,
            counted_on: f.subject.as_ref().map(|s| s.counted_on.clone()).unwrap_or_default(),
            reduced: f.bases.iter().filter(|(c, _)| **c != Category::Name || f.minor()).map(|(_, b)| b.clone()).collect(),
        }),
        authority_title: p.authority.title.clone(),
        accountable: p.authority.accountable.clone(),
        accountable_citation: p.authority.accountable_citation.clone(),
        travelling: travelling(case),
    }
}

/// The authority's notices, and those of special categories that were found and are not withheld.
fn travelling(case: &Case) -> Vec<Notice> {
    let mut out = case.policy.travelling.clone();
    for rule in case.policy.special.iter().filter(|r| case.special_seen.contains_key(&r.id)) {
        let released = case.request.special.get(&rule.id).is_some_and(|d| d.decision == "release")
            || (rule.switch == Switch::Release && !case.request.special.contains_key(&rule.id));
        for n in rule.notices.iter().filter(|_| released) {
            if !out.contains(n) {
                out.push(n.clone());
            }
        }
    }
    out
}

/// Notes of one kind and text together, in order of first appearance.
fn notes(all: &[Note]) -> Vec<NoteView> {
    let mut at: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut out: Vec<NoteView> = Vec::new();
    for note in all {
        let index = *at.entry((&note.kind, &note.text)).or_insert_with(|| {
            out.push(NoteView { kind: guard::line(&note.kind), text: guard::line(&note.text), count: 0, places: Vec::new() });
            out.len() - 1
        });
        let Some(view) = out.get_mut(index) else { continue };
        view.count += 1;
        let place = guard::line(&note.place);
        if view.places.len() < NOTE_PLACES && !place.is_empty() && !view.places.contains(&place) {
            view.places.push(place);
        }
    }
    out
}
