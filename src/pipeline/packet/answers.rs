//! An auditor's questions, answered from a packet alone.

use super::check::text;
use crate::model::error::RunError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{Read, Seek};
use zip::ZipArchive;

/// The questions with their answers, as text. Where the packet does not tell, the answer says so.
///
/// # Errors
/// Not an evidence packet.
pub fn answers(packet: impl Read + Seek) -> Result<String, RunError> {
    let mut zip = ZipArchive::new(packet).map_err(|e| RunError::Input(format!("not an evidence packet: {e}")))?;
    let mut json = |name: &str| -> Result<Value, RunError> {
        serde_json::from_str(&text(&mut zip, name)?).map_err(|_| RunError::Input(format!("{name} in the packet is not JSON")))
    };
    let (head, report, request) = (json("packet.json")?, json("report.json")?, json("request.json")?);
    let (review, approvals) = (json("review.json")?, json("approvals.json")?);
    let mut out = String::new();
    let mut n = 0;
    let mut say = |question: &str, lines: Vec<String>| {
        n += 1;
        let _ = writeln!(out, "{n:>2}. {question}");
        if lines.iter().all(|l| l.trim().is_empty()) {
            let _ = writeln!(out, "    The packet does not tell.");
        }
        for line in lines.iter().filter(|l| !l.trim().is_empty()) {
            let _ = writeln!(out, "    {line}");
        }
    };
    let asked = &request["request"];
    let policy = &request["policy"];
    let authority = &policy["authority"];
    say(
        "Which case is this, and how did it end?",
        vec![format!("{}, release {}: {}", s(&head["case_id"]), s(&head["release_id"]), s(&report["outcome"]["title"]))],
    );
    say(
        "Who asked, for whose record, and who received it?",
        vec![
            with("Requester", &s(&asked["requester"]["name"])),
            with("Patient", &list(&report["request"]["patient"])),
            with("Recipient", &[s(&asked["recipient"]), s(&asked["recipient_address"])].join(" ")),
            with("Reference", &s(&asked["reference"])),
        ],
    );
    say("By what right?", vec![format!("{}: {}", s(&authority["word"]), s(&authority["title"]))]);
    say("Was what that right demands at hand?", checklist(&report, &request));
    say(
        "Does minimum necessary apply, and what bounded the scope?",
        vec![
            s(&policy["minimum_necessary"]),
            s(&policy["scope"]),
            with("Dates", [s(&asked["from"]), s(&asked["to"])].join(" to ").trim_matches(&[' ', 't', 'o'][..])),
            if asked["scope"].is_object() { format!("Scope asked for: {}", asked["scope"]) } else { String::new() },
        ],
    );
    let clock = &report["readiness"]["clock"];
    say(
        "Which clock ran?",
        vec![format!(
            "{}; received {}, due {}{} ({})",
            s(&authority["clock"]["kind"]).replace('_', " "),
            or(&s(&clock["received"]), "not stated"),
            or(&s(&clock["due"]), "not stated"),
            if s(&clock["extended"]).is_empty() { String::new() } else { format!(", extended to {}", s(&clock["extended"])) },
            s(&authority["clock"]["citation"])
        )],
    );
    say(
        "Which policy decided, exactly?",
        vec![format!("{} {}, SHA-256 {}", s(&policy["name"]), s(&policy["version"]), s(&policy["sha256"]))],
    );
    say(
        "With which program?",
        vec![format!("{} {}, SHA-256 {}", s(&head["tool"]["name"]), s(&head["tool"]["version"]), s(&head["tool"]["sha256"]))],
    );
    let model = |kind: &str| -> Vec<String> {
        let notes = report["notes"].as_array().into_iter().flatten();
        notes.filter(|n| n["kind"].as_str().is_some_and(|k| k.starts_with(kind))).map(|n| s(&n["text"])).collect()
    };
    say("Which model read free text, and which program read scans?", [model("names-model"), model("ocr")].concat());
    say(
        "Who handled it, step by step?",
        rows(&report["custody"], |e| {
            let at = or(&s(&e["at"]), "no time given");
            format!("{at} {}: {} {}", s(&e["who"]), s(&e["what"]), s(&e["detail"])).trim().to_string()
        }),
    );
    say(
        "What came in?",
        rows(&report["inputs"], |i| {
            format!(
                "{} {} ({} bytes), SHA-256 {}: {}",
                s(&i["format"]),
                s(&i["path"]),
                i["bytes"],
                s(&i["sha256"]),
                s(&i["state"])
            )
        }),
    );
    say(
        "On what grounds were others' identities taken out?",
        rows(&report["policy"]["bases"], |b| format!("{} ({}): {}", list(&b["groups"]), list(&b["reasons"]), s(&b["basis"]))),
    );
    say(
        "How much was changed, and whose?",
        vec![
            counts(&report["counts"]["by_role"]),
            match report["ledger_verified"].as_u64() {
                Some(n) => format!("Ledger: {} entries, {n} of them verified", report["ledger_entries"]),
                None => String::new(),
            },
        ],
    );
    say(
        "What was left out as a whole?",
        match report["withheld"].as_array().map(Vec::len) {
            Some(0) | None => vec!["Nothing.".into()],
            _ => grouped(&report["withheld"], |w| format!("{}: {}", s(&w["reason"]), s(&w["basis"]))),
        },
    );
    let withheld = report["withheld"].as_array().map_or(0, Vec::len);
    say(
        "Which information-blocking exception is relied on for it?",
        vec![match (withheld, &report["readiness"]["exception"]) {
            (_, e) if e.is_object() => {
                format!("{}, {}: {} (by {})", s(&e["title"]), s(&e["citation"]), s(&e["rationale"]), s(&e["by"]))
            }
            (0, _) => "Nothing was withheld.".into(),
            _ => "The request states none; 45 CFR part 171 leaves it to a person, and none is assumed.".to_string(),
        }],
    );
    say("What was deliberately kept?", {
        let mut by: BTreeMap<String, u64> = BTreeMap::new();
        for k in report["kept"].as_array().into_iter().flatten() {
            *by.entry(format!("{}: {}", s(&k["reason"]), s(&k["basis"]))).or_default() += k["count"].as_u64().unwrap_or(0);
        }
        let always = report["policy"]["bases"].as_array().into_iter().flatten().filter(|b| b["action"] == "keep");
        let always = always.map(|b| format!("always, {} ({}): {}", list(&b["groups"]), list(&b["reasons"]), s(&b["basis"])));
        always.chain(by.into_iter().map(|(line, n)| format!("{n} x {line}"))).collect()
    });
    say("Which specially protected categories were suspected, and who determined what?", special(&report, asked));
    let items = review["items"].as_array().cloned().unwrap_or_default();
    let open = items.iter().filter(|i| i["ruling"].is_null()).count();
    say(
        "What did a person decide?",
        std::iter::once(format!("{} questions, {} open.", items.len(), open))
            .chain(
                items
                    .iter()
                    .filter(|i| !i["ruling"].is_null())
                    .map(|i| format!("{} {}: {}", s(&i["id"]), s(&i["kind"]), s(&i["ruling"]))),
            )
            .collect(),
    );
    say("Who approved, and were they two people?", approved(&approvals));
    say(
        "Was the copy checked, and with what result?",
        rows(&report["checks"], |c| {
            format!(
                "{}: {} ({} looked at)",
                s(&c["name"]),
                if c["passed"] == Value::Bool(true) { "passed" } else { "FAILED" },
                c["examined"]
            )
        }),
    );
    say(
        "Is the copy that went out the copy that was checked?",
        rows(&report["outputs"], |o| format!("{} SHA-256 {}", s(&o["path"]), s(&o["sha256"]))),
    );
    say("Was it sent, and did the recipient acknowledge it?", sent(&approvals));
    say(
        "Is the disclosure entered in the accounting of disclosures?",
        vec![format!("{} ({})", s(&authority["accountable"]), s(&authority["accountable_citation"]))],
    );
    say(
        "Which notices travelled with it?",
        rows(&policy["travelling"], |t| format!("{} ({}, text as of {})", s(&t["title"]), s(&t["source"]), s(&t["as_of"]))),
    );
    say("What are the limits of this evidence?", rows(&report["limits"], s));
    Ok(out)
}

/// What the approvals say about sending; the program sends nothing by itself.
fn sent(approvals: &Value) -> Vec<String> {
    rows(approvals, |a| {
        let said =
            |what: &str| format!("{what} by {}, {} {}", s(&a["name"]), s(&a["date"]), s(&a["statement"])).trim_end().to_string();
        match s(&a["role"]).as_str() {
            "releaser" => said("released"),
            "sender" => said("sent"),
            "recipient" => said("acknowledged"),
            _ => String::new(),
        }
    })
}

fn s(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(t) => t.clone(),
        other => other.to_string(),
    }
}

fn or(text: &str, other: &str) -> String {
    if text.is_empty() { other.into() } else { text.into() }
}

fn with(head: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("{head}: {}", text.trim()) }
}

fn list(v: &Value) -> String {
    v.as_array().map(|a| a.iter().map(s).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn rows(v: &Value, f: impl Fn(&Value) -> String) -> Vec<String> {
    v.as_array().map(|a| a.iter().map(f).collect()).unwrap_or_default()
}

/// Equal lines once, with their number.
fn grouped(v: &Value, f: impl Fn(&Value) -> String) -> Vec<String> {
    let mut by: BTreeMap<String, u64> = BTreeMap::new();
    rows(v, f).into_iter().for_each(|line| *by.entry(line).or_default() += 1);
    by.into_iter().map(|(line, n)| format!("{n} x {line}")).collect()
}

fn counts(by: &Value) -> String {
    let Some(map) = by.as_object() else { return String::new() };
    let one = |(who, actions): (&String, &Value)| {
        let all: Vec<String> =
            actions.as_object().map(|a| a.iter().map(|(k, n)| format!("{n} {k}")).collect()).unwrap_or_default();
        format!("{}: {}", who.replace('_', " "), all.join(", "))
    };
    map.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn checklist(report: &Value, request: &Value) -> Vec<String> {
    let given = report["readiness"]["checklist_given"] == Value::Bool(true);
    if !given {
        let title = s(&request["policy"]["authority"]["checklist_title"]);
        return vec![format!("No checklist was given with the request ({title}); it is kept elsewhere.")];
    }
    rows(&report["readiness"]["checklist"], |c| {
        let by = s(&c["answer"]["by"]);
        let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
        format!("{}: {}{by} ({})", s(&c["item"]["id"]), s(&c["answer"]["state"]), s(&c["item"]["citation"]))
    })
}

fn special(report: &Value, asked: &Value) -> Vec<String> {
    let Some(seen) = report["special_seen"].as_object().filter(|m| !m.is_empty()) else {
        return vec!["None was suspected.".into()];
    };
    let one = |(id, n): (&String, &Value)| {
        let d = &asked["special"][id.as_str()];
        let who = if d.is_object() {
            format!("{} by {}: {}", s(&d["decision"]), s(&d["by"]), s(&d["basis"]))
        } else {
            "no determination stated".into()
        };
        format!("{id}: {n} records; {who}")
    };
    seen.iter().map(one).collect()
}

fn approved(approvals: &Value) -> Vec<String> {
    let mut lines =
        rows(approvals, |a| format!("{}: {}, {} {}", s(&a["role"]), s(&a["name"]), s(&a["date"]), s(&a["statement"])));
    let of = |role: &str| -> Vec<String> {
        rows(approvals, |a| if s(&a["role"]) == role { s(&a["name"]).trim().to_lowercase() } else { String::new() })
            .into_iter()
            .filter(|n| !n.is_empty())
            .collect()
    };
    let (processors, releasers) = (of("processor"), of("releaser"));
    lines.push(match (processors.is_empty(), releasers.is_empty()) {
        (false, false) if releasers.iter().any(|r| processors.contains(r)) => {
            "The releaser is also a processor: not two people.".into()
        }
        (false, false) => "Processor and releaser are two people.".into(),
        _ => "Processor or releaser is not stated, so two people cannot be shown.".into(),
    });
    lines
}
