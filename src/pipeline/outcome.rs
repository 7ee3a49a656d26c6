//! From what pass 2 has gathered to the case that the report shows.

use super::Options;
use super::process::Totals;
use crate::detect::model::Names;
use crate::intake::Intake;
use crate::model::case::{Case, Check, InputRow, Outcome, OutputRow};
use crate::model::document::Note;
use crate::model::readiness::Block;
use crate::model::roster::Roster;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 over the request, the policy and everything that came in: the same input and request give the same key.
pub fn case_key(opts: &Options, intake: &Intake) -> [u8; 32] {
    let mut h = Sha256::new();
    h.update(env!("CARGO_PKG_VERSION"));
    h.update(serde_json::to_vec(&opts.request).unwrap_or_default());
    h.update(opts.policy.sha256.as_bytes());
    for item in &intake.items {
        h.update(item.path.as_bytes());
        h.update(item.sha256.as_bytes());
    }
    for held in &intake.held {
        h.update(held.path.as_bytes());
        h.update(held.sha256.as_bytes());
    }
    h.finalize().into()
}

/// A short case id.
pub fn case_id(key: &[u8; 32]) -> String {
    let hex: String = key.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("case-{hex}")
}

/// The case so far; checks and outputs are added when they are known.
pub fn case(opts: &Options, id: String, roster: &Roster, totals: Totals, outputs: Vec<OutputRow>, checks: Vec<Check>) -> Case {
    let failed = checks.iter().any(|c| !c.passed);
    let mut readiness = opts.readiness.clone();
    readiness.blocks.extend(beyond_directive(opts, &totals));
    let outcome = if failed {
        Outcome::VerificationFailed
    } else if totals.counters.open > 0 || !readiness.blocks.is_empty() {
        Outcome::ReviewNeeded
    } else {
        Outcome::Released
    };
    let mut inputs = totals.inputs;
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let mut notes: Vec<Note> = Vec::new();
    notes.push(names_model(opts.names.missing()));
    notes.extend(extent(&totals.extent));
    if !opts.policy.difference.is_empty() {
        let text = format!("the policy differs from its preset: {}", opts.policy.difference);
        notes.push(Note { kind: "policy-difference".into(), place: String::new(), text });
    }
    if opts.policy.bounded && crate::policy::scope::is_open(&opts.request) {
        let text = "the request names neither conditions nor dates: the whole record was taken as asked for. Whether the authorization \
                    covers that, and whether it documents a limitation or a need for accommodation, is for a person to see";
        notes.push(Note { kind: "scope-open".into(), place: String::new(), text: text.into() });
    }
    let missed: Vec<&str> = crate::policy::scope::named(&opts.request)
        .into_iter()
        .filter(|n| !totals.seen.met.contains(*n))
        .map(String::as_str)
        .collect();
    if !missed.is_empty() {
        let text = format!(
            "the scope of the request names what nothing in this export is or has: {}. It may be written otherwise there, or not be there",
            missed.join(", ")
        );
        notes.push(Note { kind: "scope-unmet".into(), place: String::new(), text });
    }
    let pictures = inputs.iter().any(|i| i.pages > 0 || matches!(i.format.as_str(), "png" | "jpeg" | "tiff"));
    if let Some(version) = crate::format::image::ocr::version().filter(|_| pictures) {
        let text = format!("scanned pages were read by {version}");
        notes.push(Note { kind: "ocr".into(), place: "scanned pages".into(), text });
    }
    let mut seen: BTreeMap<(String, String, String), ()> = BTreeMap::new();
    for n in totals.notes {
        if seen.insert((n.kind.clone(), n.place.clone(), n.text.clone()), ()).is_none() {
            notes.push(n);
        }
    }
    Case {
        id,
        version: env!("CARGO_PKG_VERSION").to_string(),
        outcome,
        request: opts.request.clone(),
        policy: opts.policy.clone(),
        inputs,
        outputs,
        people: roster.persons.clone(),
        withheld: totals.withheld,
        review: totals.reviews,
        documents: totals.documents,
        identity: Vec::new(),
        checks,
        notes,
        readiness,
        special_seen: totals.seen.special,
        undated: totals.seen.undated,
        made: opts.made.clone(),
        ruled: opts.rulings.date().unwrap_or_default().to_string(),
        kinds: totals.kinds,
        pages: totals.pages,
        custody: Vec::new(),
        by_role: totals.by_role,
        by_category: totals.by_category,
    }
}

/// A directive of the individual reaches an electronic copy of an electronic record and no scan of paper.
fn beyond_directive(opts: &Options, totals: &Totals) -> Option<Block> {
    let scan = |i: &&InputRow| i.state == "processed" && (i.scanned || matches!(i.format.as_str(), "png" | "jpeg" | "tiff"));
    let scans = totals.inputs.iter().filter(scan).count();
    (opts.policy.authority.word == "third_party_directive_ehr" && scans > 0).then(|| Block {
        kind: "directive".into(),
        text: format!(
            "{scans} scanned file(s) are no electronic copy of an electronic health record: for these ask for an authorization"
        ),
        citation: "45 CFR 164.524(c)(3)(ii); Ciox Health v. Azar, 435 F. Supp. 3d 30 (D.D.C. 2020)".into(),
    })
}

/// How much went with other patients' names.
fn extent(counts: &BTreeMap<String, BTreeMap<String, u64>>) -> Option<Note> {
    if counts.is_empty() {
        return None;
    }
    let whole = |unit: &str, actions: &[&str]| -> u64 {
        counts.get(unit).map_or(0, |c| c.iter().filter(|(a, _)| actions.contains(&a.as_str())).map(|(_, n)| n).sum())
    };
    let units = ["row", "turn", "sentence"];
    let gone: Vec<String> = units.iter().map(|u| format!("{u}s: {}", whole(u, &["remove", "mask"]))).collect();
    let (kept, open): (u64, u64) =
        units.iter().map(|u| (whole(u, &["keep"]), whole(u, &["review"]))).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let identifiers: u64 = counts.get("identifiers").map_or(0, |c| c.values().sum());
    let text = format!(
        "other patients: {identifiers} identifier(s) taken out alone; taken out as a whole, {}; {open} put before a person, {kept} kept by one",
        gone.join(", ")
    );
    Some(Note { kind: "extent".into(), place: String::new(), text })
}

/// Which model has read the free text, or that none has.
fn names_model(missing: Option<&str>) -> Note {
    let (kind, text) = match missing {
        None => ("names-model", format!("words in free text that nothing else explains were read by {}", Names::description())),
        Some(_) => (
            "names-model-missing",
            "the names model was not there: free text was searched by structure, lists and cues only, and each document with free text \
             is left to a person"
                .to_string(),
        ),
    };
    Note { kind: kind.into(), place: "free text".into(), text }
}

/// A case that stopped before anything was processed: the export is about somebody else.
pub fn stopped(opts: &Options, id: String, intake: &Intake, why: &str) -> Case {
    let mut totals = Totals::default();
    for item in &intake.items {
        totals.inputs.push(InputRow {
            path: item.path.clone(),
            released_as: String::new(),
            format: String::new(),
            sha256: item.sha256.clone(),
            bytes: item.len,
            state: "held".into(),
            reason: "not processed".into(),
            ..InputRow::default()
        });
    }
    totals.notes.push(Note { kind: "wrong-patient".into(), place: "export".into(), text: why.to_string() });
    let mut c = case(opts, id, &Roster::default(), totals, Vec::new(), Vec::new());
    c.outcome = Outcome::WrongPatient;
    c
}
