//! Sections 4 and 10: what a person looks at closely. Whose record it is, and what was asked of a person.

use super::{ROWS, facts, joined, listed, rows, s, thousands, words};
use crate::report::paper::{Block, heading, soft, text};
use crate::report::waterfall::falls;
use serde_json::Value;

/// Comparisons that are shown; the JSON has all.
const COMPARED: usize = 300;
/// A sum that is further than this from both marks, in bits, is no close call, and is not drawn.
const CLOSE: f64 = 6.0;

/// 4. Reference identity.
pub(super) fn identity(r: &Value, internal: bool) -> Vec<Block> {
    let q = &r["request"];
    if !internal {
        return vec![
            facts(vec![("Patient", joined(&q["patient"], "; "), true), ("Born", s(&q["birth_date"]), true)]),
            soft("How the identity was verified, and who was compared with the patient, is kept by the custodian."),
        ];
    }
    let given = &r["reference"];
    let verified = rows(&r["readiness"]["checklist"]).find(|c| c["item"]["id"] == "identity_verified");
    let verified = verified.map_or_else(
        || "not part of this authority's checklist".to_string(),
        |c| [words(&c["answer"]["state"]), s(&c["answer"]["by"]), s(&c["answer"]["note"])].join(" ").trim().to_string(),
    );
    let mut out = vec![facts(vec![
        ("Names", joined(&q["patient"], "; "), true),
        ("Former names and nicknames", joined(&given["aliases"], "; "), true),
        ("Born", s(&q["birth_date"]), true),
        ("Identifiers given (masked)", joined(&given["identifiers"], "; "), true),
        ("Identity verified", verified, true),
        ("Marks", s(&given["marks"]), false),
    ])];
    out.push(heading("Who was compared with the patient"));
    out.push(soft(
        "Two questions are asked of everybody who could be the patient: \"patient or relative?\" and \"patient or stranger?\". Each bar is \
         one fact, in bits, drawn where the call is close; the weaker sum decides. Left of the left mark it is a third party, right of the \
         right mark the patient, between them a person must say. Rules stand above the sums.",
    ));
    let mut any = false;
    for x in rows(&r["identity"]).take(COMPARED) {
        any = true;
        out.push(heading(format!("{} {} {}", s(&x["label"]), joined(&x["names"], "; "), joined(&x["slots"], ", "))));
        if !s(&x["outcome"]).is_empty() {
            out.push(text(s(&x["outcome"])));
        }
        explained(&x["explained"], &mut out);
    }
    let compared = r["identity"].as_array().map_or(0, Vec::len);
    if compared > COMPARED {
        let (shown, all) = (thousands(COMPARED as i64), thousands(compared as i64));
        out.push(soft(format!("The first {shown} of {all}; report.json lists all.")));
    }
    if !any {
        out.push(text("Nobody in this case resembles the patient."));
    }
    out.push(heading("Whose each document is"));
    let verdict = |d: &Value| match d["verdict"].as_str() {
        Some("match") => "the patient's",
        Some("nothing") => "nothing to tell",
        Some("doubt") => "in doubt",
        _ => "another patient's",
    };
    let table = rows(&r["documents"]).map(|d| vec![s(&d["document"]), verdict(d).into(), s(&d["why"]), s(&d["header"])]);
    let heads = ["Document|path", "Verdict", "Why", "Header read|original"];
    out.extend(listed("Whose each document is", &heads, table.collect(), "No document was read."));
    out
}

/// A comparison: sentence, waterfalls, what would turn it.
fn explained(x: &Value, out: &mut Vec<Block>) {
    if !x.is_object() {
        return;
    }
    out.push(text(s(&x["sentence"])));
    let near = |w: &Value| {
        let total = w["total"].as_f64().unwrap_or(0.0);
        let mark = |key: &str| w[key].as_f64().is_some_and(|m| (total - m).abs() <= CLOSE);
        mark("same_at") || mark("different_at")
    };
    if x["verdict"] == "review" || rows(&x["waterfalls"]).any(near) {
        out.extend(falls(x).into_iter().map(Block::Fall));
    } else {
        let sums: Vec<String> = falls(x).iter().map(|f| format!("{} {}", f.question, f.said)).collect();
        if !sums.is_empty() {
            out.push(soft(format!("No close call. {}", sums.join("; "))));
        }
    }
    let turn: Vec<String> = rows(&x["counterfactuals"])
        .map(|c| {
            let verdict = match c["verdict"].as_str() {
                Some("same") => "the patient",
                Some("different") => "third party",
                _ => "a person must say",
            };
            format!("{}: {verdict}", s(&c["change"]))
        })
        .collect();
    if !turn.is_empty() {
        out.push(text(format!("What would turn it: {}.", turn.join("; "))));
    }
    let rules = joined(&x["rules"], ", ");
    if !rules.is_empty() {
        out.push(soft(format!("Rules: {rules}")));
    }
}

/// 10. Manual review.
pub(super) fn review(r: &Value, internal: bool) -> Vec<Block> {
    let items: Vec<&Value> = rows(&r["review"]).collect();
    if items.is_empty() {
        return vec![text("Nothing had to be decided by a person.")];
    }
    let open = r["counts"]["review_open"].as_i64().unwrap_or(0);
    let settled = r["counts"]["review_settled"].as_i64().unwrap_or(0);
    let blocked = if open > 0 { " Nothing is released while one is open." } else { "" };
    let mut out = vec![text(format!("{} open, {} settled.{blocked}", thousands(open), thousands(settled)))];
    if !internal {
        let table = items.iter().map(|i| {
            let state = if i["settled"] == true { "settled by a person" } else { "open" };
            vec![s(&i["id"]), words(&i["kind"]), format!("{}\n{}", s(&i["file"]), s(&i["place"])), state.into()]
        });
        out.extend(listed("Questions to a person", &["Item", "Kind", "Place|path", "State"], table.collect(), ""));
        return out;
    }
    for x in items.iter().take(ROWS) {
        let ruling = s(&x["ruling"]);
        let state = if ruling.is_empty() { "open".to_string() } else { format!("ruled: {ruling}") };
        out.push(heading(format!("{} {}, {state}", s(&x["id"]), words(&x["kind"]))));
        out.push(text(s(&x["question"])));
        let quoted = s(&x["mention"]);
        match (quoted.is_empty(), s(&x["excerpt"])) {
            (false, _) => out.push(Block::Quote { before: s(&x["before"]), mention: quoted, after: s(&x["after"]) }),
            (true, excerpt) if !excerpt.is_empty() => {
                out.push(Block::Quote { before: excerpt, mention: String::new(), after: String::new() });
            }
            _ => {}
        }
        let mut places = vec![format!("{} {}", s(&x["place"]["file"]), s(&x["place"]["path"]))];
        places.extend(rows(&x["also"]).take(20).map(|p| format!("{} {}", s(&p["file"]), s(&p["path"]))));
        out.push(soft(format!("Where: {}", places.join(", "))));
        let candidates = rows(&x["candidates"]).map(|c| {
            vec![
                s(&c["label"]),
                s(&c["role"]),
                joined(&c["names"], "; "),
                format!("{:.2}", c["fit"].as_f64().unwrap_or(0.0)),
                s(&c["words"]),
            ]
        });
        let heads = ["Could be|label", "Who", "Names", "Fit|num", "How"];
        out.extend(listed("Who could be meant", &heads, candidates.collect(), ""));
        explained(&x["explained"], &mut out);
        let effects = rows(&x["effects"]).map(|e| vec![s(&e["choice"]), s(&e["effect"])]);
        out.extend(listed("Rulings and what each would do", &["Ruling|path", "What it would do"], effects.collect(), ""));
        out.push(soft(format!("Rulings: {}", joined(&x["choices"], ", "))));
    }
    if items.len() > ROWS {
        out.push(soft(format!(
            "The first {} of {}; report.json lists all.",
            thousands(ROWS as i64),
            thousands(items.len() as i64)
        )));
    }
    out
}
