//! The chain of custody of a run: what was read, what decided, what was checked and what goes out, each held fast by figures and
//! digests. Written to `internal/custody.jsonl`, bound together by SHA-256 as the ledger is.

use super::Options;
use crate::model::case::{Case, Event, InputRow, Outcome};
use crate::report::ChainSummary;
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Adds an event.
fn push(events: &mut Vec<Event>, at: &str, who: &str, what: &str, detail: String) {
    let no = events.len() as u64 + 1;
    events.push(Event { no, at: at.into(), who: who.into(), what: what.into(), detail });
}

fn program() -> String {
    format!("disclose {}", env!("CARGO_PKG_VERSION"))
}

/// Everything up to the decisions.
pub fn begun(opts: &Options, inputs: &[InputRow]) -> Vec<Event> {
    let (mut out, at, who) = (Vec::new(), opts.made.as_str(), program());
    if let Some(day) = &opts.request.received {
        let by = Some(opts.request.requester.name.as_str()).filter(|n| !n.is_empty()).unwrap_or("requester");
        push(&mut out, day, by, "request received", opts.request.reference.clone().unwrap_or_default());
    }
    let request = serde_json::to_vec(&opts.request).unwrap_or_default();
    push(&mut out, at, &who, "request read", format!("SHA-256 {}", hex(&request)));
    let mut sums: Vec<String> = inputs.iter().map(|i| format!("{}  {}\n", i.sha256, i.path)).collect();
    sums.sort();
    let all = hex(sums.concat().as_bytes());
    push(&mut out, at, &who, "export read", format!("{} files; SHA-256 over their digests {all}", inputs.len()));
    let p = &opts.policy;
    push(&mut out, at, &who, "policy applied", format!("{} version {}, SHA-256 {}", p.name, p.version, p.sha256));
    if let Some((entries, digest)) = opts.dictionary.figures() {
        push(&mut out, at, &who, "dictionary applied", format!("{entries} entries, SHA-256 {digest}"));
    }
    for answer in opts.request.checklist.iter().filter(|(_, a)| !a.by.is_empty()) {
        push(&mut out, "", &answer.1.by, "checklist item answered", format!("{}: {}", answer.0, answer.1.state));
    }
    for (id, d) in &opts.request.special {
        push(&mut out, "", &d.by, "special category determined", format!("{id}: {}", d.decision));
    }
    let ruled = opts.rulings.ids().count();
    if ruled > 0 {
        let day = opts.rulings.date().unwrap_or(at);
        push(&mut out, day, opts.rulings.by(), "review items ruled on", format!("{ruled} rulings"));
    }
    out
}

/// Ledger, checks and what goes out.
pub fn ended(case: &mut Case, ledger: &ChainSummary, manifest: Option<&[u8]>) {
    let (at, who) = (case.made.clone(), program());
    let mut events = std::mem::take(&mut case.custody);
    push(&mut events, &at, &who, "ledger closed", format!("{} entries, last hash {}", ledger.entries, ledger.head));
    let failed: Vec<&str> = case.checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect();
    let result = match (case.checks.len(), failed.len()) {
        (0, _) => "none made".to_string(),
        (n, 0) => format!("{n} passed"),
        (n, f) => format!("{f} of {n} failed: {}", failed.join(", ")),
    };
    push(&mut events, &at, &who, "copy checked", result);
    let what = match case.outcome {
        Outcome::Released => "release written",
        Outcome::ReviewNeeded => "draft written; nothing may go out yet",
        Outcome::VerificationFailed => "nothing written: a check failed",
        Outcome::WrongPatient => "nothing written: the export is about somebody else",
    };
    let digest = manifest.map(|m| format!("manifest.json SHA-256 {}", hex(m))).unwrap_or_default();
    push(&mut events, &at, &who, what, digest);
    case.custody = events;
}
