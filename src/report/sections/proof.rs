//! Sections 11 to 16: that the copy was checked, what it is, who handled and approved it, and what all of this does not say.

use super::{listed, rows, s, words};
use crate::report::paper::{Block, heading, soft, text};
use serde_json::Value;

/// What a check proves, in plain words.
fn proves(check: &str) -> &'static str {
    match check {
        "no-removed-value" => {
            "No value that was taken out is anywhere in the copy: in text, markup, names of files, hidden layers, pictures read again, or \
             anything encoded or packed inside."
        }
        "difference-is-ledger" => {
            "Undoing the changes of the ledger gives back what came in, byte for byte: nothing else was touched."
        }
        "well-formed" => "Every file still is a valid file of its kind.",
        "second-reader" => "A second reader, with a typed model of the standard, reads every file.",
        "references-whole" => "No link between records was broken.",
        "labels-consistent" => "One person has one label, and each label of the copy is one of the case.",
        "report-clean" => "The report and letters that travel with the copy hold none of the values that were taken out.",
        "manifest" => "Every file is listed with its digest, and no other file is there.",
        _ => "",
    }
}

/// 11. Verification of outputs.
pub(super) fn verification(r: &Value, internal: bool) -> Vec<Block> {
    let table = rows(&r["checks"]).map(|c| {
        let result = if c["passed"] == true { "passed" } else { "FAILED" };
        let name = s(&c["name"]);
        vec![name.replace('-', " "), result.into(), s(&c["examined"]), s(&c["failures"]), proves(&name).into()]
    });
    let heads = ["Check", "Result", "Looked at|num", "Failures|num", "What it proves"];
    let mut out = listed("Checks on the copy", &heads, table.collect(), "No check was made.");
    if internal {
        for c in rows(&r["failed_checks"]) {
            out.push(heading(format!("Failed: {}", s(&c["name"]).replace('-', " "))));
            out.push(Block::List { items: rows(&c["failures"]).map(s).collect() });
        }
        out.push(soft("disclose verify OUT repeats these checks at any time, and proves both chains of section 13."));
    }
    out.push(soft(
        "The same input, request, policy and decisions give the same bytes: run again, the release id and every digest of section 12 must be \
         the same. A \"0\" under \"Looked at\" says that this build or this export gave the check nothing to do.",
    ));
    out
}

/// 12. Outputs.
pub(super) fn outputs(r: &Value) -> Vec<Block> {
    let table = rows(&r["outputs"]).map(|o| vec![s(&o["path"]), s(&o["media_type"]), s(&o["bytes"]), s(&o["sha256"])]);
    let heads = ["File|path", "Type", "Bytes|num", "SHA-256|path"];
    let mut out = listed("Files that go out", &heads, table.collect(), "None.");
    out.push(soft("manifest.json beside the files lists them with this report; its digest stands in the evidence packet."));
    out
}

/// 13. Chain of custody.
pub(super) fn custody(r: &Value, internal: bool) -> Vec<Block> {
    if !internal {
        return Vec::new();
    }
    let table = rows(&r["custody"]).map(|e| vec![s(&e["no"]), s(&e["at"]), s(&e["who"]), s(&e["what"]), s(&e["detail"])]);
    let heads = ["No.|num", "When (UTC)", "Who", "What", "Detail|path"];
    let mut out = listed("Events of this run", &heads, table.collect(), "No event was recorded.");
    out.push(text(format!(
        "Ledger: {} entries, {} of them verified, each bound to the one before it by SHA-256; the last one is {}. custody.jsonl holds the events above, bound \
         together in the same way.",
        s(&r["ledger_entries"]),
        s(&r["ledger_verified"]),
        s(&r["ledger_head"])
    )));
    out
}

/// 14. Approvals.
pub(super) fn approvals(internal: bool) -> Vec<Block> {
    if !internal {
        return Vec::new();
    }
    let people = ["Processor", "Reviewer", "Privacy officer or counsel, if required", "Releaser (not the processor)"];
    vec![
        text(
            "I reviewed the items of section 10 and the results of section 11, and I determined the scope of this disclosure. This report \
             supports that determination; it does not make it.",
        ),
        soft(
            "The program signs for nobody. Approvals given in a file are bound into the evidence packet (disclose audit pack --approvals).",
        ),
        Block::Lines { labels: people.iter().map(|p| format!("{p}: name, signature, date")).collect() },
    ]
}

/// 15. Transmission and accounting.
pub(super) fn transmission(r: &Value) -> Vec<Block> {
    let p = &r["policy"];
    let entered = match p["accountable"].as_str() {
        Some("yes") => "to be entered",
        Some("no") => "not entered",
        _ => "a person determines it",
    };
    let to = [s(&r["request"]["recipient"]), s(&r["request"]["recipient_address"])].join(" ");
    vec![super::facts(vec![
        ("Accounting of disclosures", format!("{entered} ({})", s(&p["accountable_citation"])), true),
        ("Recipient", to.trim().to_string(), true),
        ("What", format!("release {}", s(&r["release_id"])), true),
        ("Purpose", words(&r["request"]["purpose"]), true),
        ("Sent, and acknowledged", "not yet: recorded by whoever sends the copy".into(), true),
    ])]
}

/// 16. Limits and notices.
pub(super) fn limits(r: &Value) -> Vec<Block> {
    let p = &r["policy"];
    let mut out = vec![Block::List { items: rows(&r["limits"]).map(s).collect() }];
    let notices: Vec<String> = rows(&p["notices"]).map(s).collect();
    if !notices.is_empty() {
        out.push(heading("Notices of this policy"));
        out.push(Block::List { items: notices });
    }
    for n in rows(&p["travelling"]) {
        out.push(heading(s(&n["title"])));
        out.push(text(s(&n["text"])));
        out.push(soft(format!("{}, text as of {}", s(&n["source"]), s(&n["as_of"]))));
    }
    out
}
