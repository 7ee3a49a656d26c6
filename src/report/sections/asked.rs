//! Sections 0 to 3: the report itself, who asks, by what right, for what.

use super::{facts, joined, listed, rows, s, words};
use crate::report::paper::{Block, heading, soft, text};
use serde_json::Value;

/// 0. About this report.
pub(super) fn header(r: &Value, internal: bool) -> Vec<Block> {
    let policy = &r["policy"];
    let draft = r["outcome"]["code"] != "released";
    let status = match draft {
        true => "DRAFT: not for release",
        false => "ready for release; a release becomes one when a person signs for it (section 14)",
    };
    let about = |kind: &str| rows(&r["notes"]).find(|n| n["kind"].as_str().is_some_and(|k| k.starts_with(kind)));
    let (engine, reader) = (about("names-model"), about("ocr"));
    let inside = |text: String| if internal { text } else { String::new() };
    let dictionary = rows(&r["custody"]).find(|e| e["what"] == "dictionary applied").map(|e| s(&e["detail"]));
    vec![facts(vec![
        ("Case", s(&r["case_id"]), internal),
        ("Release", s(&r["release_id"]), true),
        ("Status", status.into(), true),
        ("Made", s(&r["made"]), internal),
        ("Program", format!("{} {}", s(&r["tool"]["name"]), s(&r["tool"]["version"])), true),
        ("Built from commit", s(&r["tool"]["commit"]), false),
        ("Policy", format!("{}, version {}", s(&policy["name"]), s(&policy["version"])), true),
        ("Policy SHA-256", s(&policy["sha256"]), true),
        ("Rules and lists", inside("built into the program and as old as it; the evidence packet holds its SHA-256".into()), false),
        ("Dictionary of the site", inside(dictionary.unwrap_or_else(|| "none".into())), false),
        ("Scans", reader.map(|n| s(&n["text"])).unwrap_or_default(), false),
        ("Names in free text", engine.map(|n| s(&n["text"])).unwrap_or_default(), false),
        (
            "Same again",
            "The same input, request, policy and decisions give the same bytes. For that reason nothing that goes out holds a clock time; \
             when it was made stands in the custodian's edition and in the evidence packet."
                .into(),
            true,
        ),
    ])]
}

/// 1. Request.
pub(super) fn request(r: &Value, internal: bool) -> Vec<Block> {
    let q = &r["request"];
    let born = match s(&q["birth_date"]) {
        date if date.is_empty() => String::new(),
        date => format!(", born {date}"),
    };
    let dates = match (s(&q["from"]), s(&q["to"])) {
        (from, to) if from.is_empty() && to.is_empty() => "all".to_string(),
        (from, to) if to.is_empty() => format!("from {from}"),
        (from, to) if from.is_empty() => format!("to {to}"),
        (from, to) => format!("from {from} to {to}"),
    };
    let who: Vec<String> =
        ["name", "organization", "kind"].iter().map(|k| words(&q["requester"][*k])).filter(|t| !t.is_empty()).collect();
    let due = match (s(&q["due"]), s(&q["extended"])) {
        (due, extended) if extended.is_empty() => due,
        (due, extended) => format!("{due}, extended to {extended}"),
    };
    let scope =
        [("types", "record types"), ("encounters", "encounters"), ("documents", "documents"), ("conditions", "conditions")];
    let scope: Vec<String> = scope
        .iter()
        .map(|(key, name)| (joined(&q["scope"][*key], ", "), name))
        .filter(|(list, _)| !list.is_empty())
        .map(|(list, name)| format!("{name}: {list}"))
        .collect();
    let mut out = vec![facts(vec![
        ("Patient", format!("{}{born}", joined(&q["patient"], "; ")), true),
        ("Requester", who.join(", "), true),
        ("Recipient", s(&q["recipient"]), true),
        ("Recipient's address", s(&q["recipient_address"]), false),
        ("Reference", s(&q["reference"]), true),
        ("Received", s(&q["received"]), true),
        ("Came by", words(&q["channel"]), false),
        ("Due", due, true),
        ("Clock", s(&q["clock"]), false),
        ("Dates in scope", dates, true),
        ("Asked for", scope.join("\n"), false),
        ("Clinicians", if q["keep_clinicians"] == true { "kept, as the request says".into() } else { String::new() }, false),
    ])];
    if q["ground_stated"] == true {
        let ground = if internal { s(&q["ground"]) } else { "a ground for denial in part is on file".into() };
        out.push(facts(vec![("Ground for denial in part", ground, true)]));
    }
    out
}

/// 2. Legal authority and applicability.
pub(super) fn authority(r: &Value, internal: bool) -> Vec<Block> {
    let p = &r["policy"];
    let mut out = vec![facts(vec![
        ("Authority", format!("{} ({})", s(&p["authority_title"]), s(&r["request"]["authority"])), true),
        ("Does minimum necessary apply?", s(&p["minimum_necessary"]), true),
        ("What bounds the scope", s(&p["scope"]), true),
    ])];
    let filing = &p["court_filing"];
    if filing.is_object() {
        let name = if filing["minor"] == true { "goes to initials: a minor" } else { "stays: no minor" };
        let counted = format!("{name} on {} (adult from {} years on)", s(&filing["counted_on"]), s(&filing["adult_age"]));
        out.push(heading("Reduced for filing with a court"));
        out.push(facts(vec![
            ("Rule", format!("{} (text as of {})", s(&filing["title"]), s(&filing["as_of"])), true),
            ("What of the patient's own is reduced", joined(&filing["reduced"], "\n"), true),
            ("The patient's name", counted, true),
        ]));
    }
    out.extend([
        heading("Why others are redacted, and which rule says so"),
        soft(
            "Other people are redacted because nobody permitted the disclosure of their information (45 CFR 164.502(a)). This is apart from \
             minimum necessary, which bounds what of the patient's own record is disclosed.",
        ),
    ]);
    let mut table: Vec<Vec<String>> = rows(&p["bases"])
        .map(|b| {
            let others = joined(&b["other_actions"], ", ");
            let what =
                if others.is_empty() { s(&b["action"]) } else { format!("{}; identifying details: {others}", s(&b["action"])) };
            vec![joined(&b["groups"], ", ").replace('_', " "), what, joined(&b["reasons"], "\n"), s(&b["basis"])]
        })
        .collect();
    table.push(vec![
        "records about another patient".into(),
        s(&p["other_patient_records"]),
        "TP-PT".into(),
        "as for other patients".into(),
    ]);
    table.extend(rows(&p["withholds"]).map(|w| {
        vec![format!("records: {}", s(&w["name"]).replace('-', " ")), "withhold".into(), s(&w["reason"]), s(&w["basis"])]
    }));
    out.extend(listed("Who is treated how, and on which basis", &["Who", "What happens", "Reason", "Basis"], table, ""));
    if !internal {
        return out;
    }
    let ready = &r["readiness"];
    out.push(heading("What the authority demands"));
    let blocks: Vec<String> =
        rows(&ready["blocks"]).map(|b| format!("Open: {} ({})", s(&b["text"]), s(&b["citation"]))).collect();
    if !blocks.is_empty() {
        out.push(Block::List { items: blocks });
    }
    if ready["checklist_given"] == true {
        let table = rows(&ready["checklist"]).map(|c| {
            let (item, answer) = (&c["item"], &c["answer"]);
            let note = [words(&answer["state"]), s(&answer["note"])].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>();
            vec![s(&item["text"]), note.join("\n"), s(&answer["by"]), s(&item["citation"]), s(&answer["evidence"])]
        });
        let heads = ["Item", "Answer", "By", "Citation", "SHA-256 of the evidence|path"];
        out.extend(listed("Checklist of the authority", &heads, table.collect(), ""));
    } else {
        out.push(text(
            "No checklist was given with the request: nothing here says that the authority's conditions are met. It is kept elsewhere, and \
             whoever releases answers for it.",
        ));
    }
    out.push(heading("Information blocking"));
    if ready["clock"]["kind"] == "access" {
        out.push(text(
            "The days of section 1 are the latest by which the law wants an answer, not when it is due: electronic health information is to \
             be given without unnecessary delay (45 CFR 164.524(b)(2), 45 CFR part 171).",
        ));
    }
    let withheld = r["counts"]["withheld"].as_u64().unwrap_or(0);
    let relied = &ready["exception"];
    let denied = ready["denial"].is_object();
    out.push(text(match withheld {
        _ if relied.is_object() => format!(
            "{} relies on the exception \"{}\" ({}): {}",
            s(&relied["by"]),
            s(&relied["title"]),
            s(&relied["citation"]),
            s(&relied["rationale"])
        ),
        0 if denied => "Access is denied in part. The exception that is relied on (45 CFR part 171) is for a person to state; the request \
                        states none, and none is assumed."
            .to_string(),
        0 => "Nothing was withheld as a whole.".to_string(),
        n => format!(
            "{} records or files were withheld (section 9). Where one is electronic health information, the exception that is relied on (45 \
             CFR part 171) is for a person to state; the request states none, and none is assumed.",
            super::thousands(n as i64)
        ),
    }));
    out.push(heading("Specially protected categories"));
    let special = r["special_seen"].as_object().into_iter().flatten().map(|(id, n)| {
        let d = &r["determinations"][id.as_str()];
        let who = match d.is_object() {
            true => format!("{} by {}: {}", s(&d["decision"]), s(&d["by"]), s(&d["basis"])),
            false => "no determination stated".into(),
        };
        vec![id.replace('_', " "), s(n), who]
    });
    let special: Vec<Vec<String>> = special.collect();
    let some = !special.is_empty();
    let heads = ["Suspected category", "Records|num", "Determination"];
    out.extend(listed("Specially protected categories suspected", &heads, special, "None was suspected."));
    if some {
        out.push(soft("Suspected by labels, codes and words. Whether a record is so protected is for a person to determine."));
    }
    out
}

/// 3. Purpose and reasonableness.
pub(super) fn purpose(r: &Value, internal: bool) -> Vec<Block> {
    let p = &r["policy"];
    let mut out = vec![facts(vec![
        ("Purpose", s(&r["request"]["purpose"]), true),
        ("In words", s(&p["title"]), true),
        (
            "How it was weighed",
            format!(
                "By the standing rules of policy {} (45 CFR 164.514(d)(3)), record by record, and by the rulings of section 10.",
                s(&p["name"])
            ),
            true,
        ),
    ])];
    let undated = r["undated"].as_u64().unwrap_or(0);
    if !internal {
        out.push(soft("The decision by kind of record is kept by the custodian; what was left out is listed in section 9."));
        return out;
    }
    let bounded = ["from", "to"].iter().any(|k| !s(&r["request"][*k]).is_empty()) || r["request"]["scope"].is_object();
    let table = rows(&r["kinds"]).map(|k| {
        let (received, withheld) = (k["received"].as_u64().unwrap_or(0), k["withheld"].as_u64().unwrap_or(0));
        let decision = match withheld {
            0 => "released",
            n if n == received => "left out",
            _ => "released in part",
        };
        let why = match (withheld, bounded) {
            (0, false) => "nothing bounds it: the request asks for the record",
            (0, true) => "in the scope asked for",
            _ => "see section 9 for each ground",
        };
        vec![s(&k["kind"]), s(&k["received"]), s(&k["withheld"]), decision.into(), why.into()]
    });
    out.push(heading("Kinds of records"));
    let heads = ["Kind", "Received|num", "Left out|num", "Decision", "Why"];
    out.extend(listed(
        "Each kind of record with what was decided",
        &heads,
        table.collect(),
        "No structured record was received.",
    ));
    if undated > 0 {
        out.push(text(format!(
            "{} records carry no date and could not be weighed against the dates in scope; they stay.",
            super::thousands(undated as i64)
        )));
    }
    if !bounded {
        out.push(soft(
            "The request bounds neither dates nor kinds of records. Where minimum necessary applies, an entire record needs a justification \
             (45 CFR 164.514(d)(5)); it is for the person who signs to state it.",
        ));
    }
    out
}
