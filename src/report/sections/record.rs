//! Sections 5 to 9: what came in, what was done with it, what was kept and what stays behind.

use super::{facts, joined, listed, rows, s, thousands, words};
use crate::report::paper::{Bar, Bars, Block, Column, PagePicture, Table, heading, soft, text};
use serde_json::Value;

/// Longest original shown in a table, characters; the ledger has the whole of it.
const ORIGINAL: usize = 240;

/// 5. Inventory received.
pub(super) fn received(r: &Value, internal: bool) -> Vec<Block> {
    let counts = r["counts"]["inputs"].as_object().into_iter().flatten();
    let counts: Vec<String> = counts.map(|(state, n)| format!("{} {state}", s(n))).collect();
    let mut out = Vec::new();
    if !counts.is_empty() {
        out.push(text(format!("Files: {}.", counts.join(", "))));
    }
    let state =
        |i: &Value| [s(&i["state"]), s(&i["reason"])].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
    let table: Vec<Vec<String>> = rows(&r["inputs"])
        .map(|i| {
            let common = vec![s(&i["no"]), s(&i["file"]), s(&i["format"]), state(i)];
            let counted = [s(&i["records"]), s(&i["pages"]), s(&i["changes"])];
            if !internal {
                return common.into_iter().chain(counted).collect();
            }
            let dates = match (s(&i["first_date"]), s(&i["last_date"])) {
                (first, last) if first == last => first,
                (first, last) => format!("{first}\n{last}"),
            };
            let file = match (s(&i["path"]), s(&i["file"])) {
                (came, goes) if goes.is_empty() || goes == came => came,
                (came, goes) => format!("{came}\nas {goes}"),
            };
            let sure = i["ocr_confidence"].as_f64().map(|c| format!("{c:.0}")).unwrap_or_default();
            let more = [dates, s(&i["unclear"]), sure, s(&i["verdict"]), s(&i["bytes"]), s(&i["sha256"])];
            let head = vec![s(&i["no"]), file, s(&i["format"]), state(i)];
            head.into_iter().chain(counted).chain(more).collect()
        })
        .collect();
    let short = ["No.|num", "File|path", "Format", "State", "Records|num", "Pages|num", "Changes|num"];
    let long = [
        "No.|num",
        "File|path",
        "Format",
        "State",
        "Records|num",
        "Pages|num",
        "Changes|num",
        "Dates",
        "Unclear|num",
        "OCR|num",
        "Whose",
        "Bytes|num",
        "SHA-256|path",
    ];
    let heads: &[&'static str] = if internal { &long } else { &short };
    out.extend(listed("Files received", heads, table, "Nothing."));
    if internal {
        out.push(soft("\"Unclear\" counts stretches that could not be read with certainty; each was masked and put to a person (section 10). \
             \"OCR\" is the mean confidence, 0 to 100, of the words that were read in pixels."));
    }
    out.push(heading("Notes of the readers"));
    let notes = rows(&r["notes"])
        .map(|n| vec![s(&n["kind"]).replace('-', " "), s(&n["text"]), joined(&n["places"], ", "), s(&n["count"])]);
    let heads = ["Kind", "Note", "Places|path", "Times|num"];
    out.extend(listed("Notes of the readers", &heads, notes.collect(), "None."));
    out
}

/// 6. Summary.
pub(super) fn summary(r: &Value, pages: Vec<PagePicture>) -> Vec<Block> {
    let c = &r["counts"];
    let tile = |key: &str, label: &str| (s(&c[key]), label.to_string());
    let mut out = vec![Block::Tiles {
        tiles: vec![
            tile("people", "people besides the patient"),
            tile("changes", "changes"),
            tile("kept", "kept on purpose"),
            tile("withheld", "records or files withheld"),
            tile("review_open", "open review items"),
        ],
    }];
    let people: Vec<(String, Vec<u64>)> =
        object(&c["people_by_group"]).map(|(k, v)| (k.replace('_', " "), vec![v.as_u64().unwrap_or(0)])).collect();
    if !people.is_empty() {
        out.push(heading("People besides the patient, by group"));
        out.push(bars("People besides the patient, by group", &[], people));
    }
    let category: Vec<(String, Vec<u64>)> = object(&c["by_category"]).map(|(k, v)| (k.replace('_', " "), split(v))).collect();
    if !category.is_empty() {
        out.push(heading("Decisions by category"));
        out.push(bars("Decisions by category", &["changed", "kept"], category));
    }
    let documents: Vec<(String, Vec<u64>)> = rows(&r["inputs"])
        .filter(|i| i["changes"].as_u64().unwrap_or(0) > 0)
        .take(40)
        .map(|i| (short(&s(&i["file"])), vec![i["changes"].as_u64().unwrap_or(0)]))
        .collect();
    if !documents.is_empty() {
        out.push(heading("Changes by document"));
        out.push(bars("Changes by document", &[], documents));
    }
    let by = |table: &Value| -> Vec<Vec<String>> {
        let words = |v: &Value| object(v).map(|(a, n)| format!("{} {a}", s(n))).collect::<Vec<_>>().join(", ");
        object(table).map(|(k, v)| vec![k.replace('_', " "), words(v)]).collect()
    };
    out.extend(listed("Decisions by role group", &["Role group", "Decisions"], by(&c["by_role"]), ""));
    out.extend(listed("Decisions by category and action", &["Category", "Decisions"], by(&c["by_category"]), ""));
    let by_person = c["decided_by_person"].as_i64().unwrap_or(0);
    out.push(text(format!(
        "Of {} entries in the ledger, {} were decided by a person and the others by rule.",
        thousands(c["changes"].as_i64().unwrap_or(0) + c["kept"].as_i64().unwrap_or(0)),
        thousands(by_person)
    )));
    out.push(heading("People"));
    let internal = r["edition"] == "internal";
    let people = rows(&r["people"]).map(|p| {
        let row = vec![s(&p["label"]), words(&p["role"]), words(&p["group"])];
        let more = [joined(&p["names"], "; "), joined(&p["birth_dates"], "; "), joined(&p["slots"], ", ")];
        row.into_iter().chain(more.into_iter().filter(|_| internal)).collect()
    });
    let long = ["Label|label", "Role", "Group", "Names|original", "Born", "Where they stand|path"];
    let heads = if internal { &long[..] } else { &long[..3] };
    out.extend(listed("People besides the patient", heads, people.collect(), "Nobody but the patient was found."));
    if !pages.is_empty() {
        out.push(heading("Pages as they go out"));
        out.push(soft("Redactions are outlined. Too small to read on purpose."));
        out.push(Block::Pages { pages });
    }
    out
}

fn object(v: &Value) -> impl Iterator<Item = (&String, &Value)> {
    v.as_object().into_iter().flatten()
}

/// The end of a long path.
fn short(path: &str) -> String {
    let n = path.chars().count();
    if n <= 24 { path.to_string() } else { format!("...{}", path.chars().skip(n - 21).collect::<String>()) }
}

/// Changed and kept.
fn split(actions: &Value) -> Vec<u64> {
    let sum = |keep: bool| object(actions).filter(|(a, _)| (a.as_str() == "keep") == keep).filter_map(|(_, n)| n.as_u64()).sum();
    vec![sum(false), sum(true)]
}

fn bars(about: &str, parts: &[&str], rows: Vec<(String, Vec<u64>)>) -> Block {
    let most = rows.iter().map(|(_, v)| v.iter().sum::<u64>()).max().unwrap_or(1).max(1) as f64;
    let said = |v: &[u64]| v.iter().map(|n| thousands(*n as i64)).collect::<Vec<_>>().join(" / ");
    let told: Vec<String> = rows.iter().map(|(label, v)| format!("{label} {}", said(v))).collect();
    // A bar of something is never invisible.
    let share = |n: &u64| if *n == 0 { 0.0 } else { (*n as f64 / most).max(0.004) };
    let bar = |(label, v): (String, Vec<u64>)| Bar { label, shares: v.iter().map(share).collect(), said: said(&v) };
    Block::Bars(Bars {
        about: format!("{about}: {}.", told.join("; ")),
        parts: parts.iter().map(|p| (*p).to_string()).collect(),
        rows: rows.into_iter().map(bar).collect(),
    })
}

/// 7. Every change.
pub(super) fn changes(r: &Value, internal: bool) -> Vec<Block> {
    let actions: Vec<&Value> = rows(&r["actions"]).collect();
    if actions.is_empty() {
        return vec![text("Nothing was changed.")];
    }
    let table = actions.iter().map(|a| {
        let who = if s(&a["label"]).is_empty() { words(&a["role"]) } else { s(&a["label"]) };
        let by = if a["decided_by"] == "machine" { s(&a["rule"]) } else { format!("{}\n{}", s(&a["rule"]), s(&a["decided_by"])) };
        let place = if internal {
            format!("{}\n{} @{}+{}", s(&a["file"]), s(&a["place"]), plain(&a["offset"]), plain(&a["length"]))
        } else {
            format!("{}\n{}", s(&a["file"]), s(&a["place"]))
        };
        let row = [s(&a["no"]), place, words(&a["category"]), who, s(&a["action"]), s(&a["reason"]), by];
        if !internal {
            return row.to_vec();
        }
        // The label stands under "Who" already.
        let put = Some(cut(&s(&a["replacement"]))).filter(|t| !t.is_empty() && *t != s(&a["label"]));
        let action = put.map_or(s(&a["action"]), |t| format!("{}\n{t}", s(&a["action"])));
        let by = format!("{}\n{:.2}", row[6], a["confidence"].as_f64().unwrap_or(0.0));
        let [no, place, category, who, _, reason, _] = row;
        vec![no, place, category, who, action, reason, by, cut(&s(&a["original"])), s(&a["verified"])]
    });
    let long = [
        "No.|num",
        "Place|path",
        "Category",
        "Who|label",
        "Action, stands there",
        "Reason",
        "Rule, by whom, how sure|path",
        "Stood there|original",
        "Verified",
    ];
    let brief = ["No.|num", "Place|path", "Category", "Who|label", "Action", "Reason", "Rule, and by whom|path"];
    let heads = if internal { &long[..] } else { &brief[..] };
    let total = r["actions_total"].as_u64().unwrap_or(0);
    let note = if total > actions.len() as u64 {
        format!(
            "The first {} of {} changes; {} lists all of them.",
            thousands(actions.len() as i64),
            thousands(total as i64),
            s(&r["ledger"])
        )
    } else {
        format!("All {} changes; the same list is in {}.", thousands(total as i64), s(&r["ledger"]))
    };
    let column = |h: &&'static str| {
        let (head, style) = h.split_once('|').unwrap_or((h, ""));
        Column { head: head.into(), style }
    };
    let columns = heads.iter().map(column).collect();
    let table = Table { about: "Every change, in the order of the documents".into(), columns, rows: table.collect(), note };
    let mut out = vec![Block::Table(table)];
    let bases: Vec<(String, String)> = rows(&r["policy"]["bases"])
        .flat_map(|b| rows(&b["reasons"]).map(|code| (s(code), s(&b["basis"]))).collect::<Vec<_>>())
        .chain(rows(&r["policy"]["withholds"]).map(|w| (s(&w["reason"]), s(&w["basis"]))))
        .fold(Vec::new(), |mut all, row| {
            if !all.contains(&row) {
                all.push(row);
            }
            all
        });
    if !bases.is_empty() {
        out.push(heading("Reason codes"));
        out.push(Block::Facts { rows: bases });
    }
    out
}

/// A figure without commas.
fn plain(v: &Value) -> String {
    v.as_u64().map(|n| n.to_string()).unwrap_or_default()
}

fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(ORIGINAL).collect();
    if out.len() < text.len() {
        out.push_str(" ...");
    }
    out
}

/// 8. Deliberately kept.
pub(super) fn kept(r: &Value) -> Vec<Block> {
    let mut items: Vec<String> = rows(&r["policy"]["bases"])
        .filter(|b| b["action"] == "keep")
        .map(|b| format!("{}: {}", joined(&b["groups"], ", ").replace('_', " "), s(&b["basis"])))
        .collect();
    let patients = |b: &Value| b["action"] == "keep" && rows(&b["groups"]).any(|g| g == "patient");
    if rows(&r["policy"]["bases"]).any(patients) {
        let own = "everything of the patient's own: diagnoses, medications, results, dates and codes stand as they came";
        items.insert(0, own.into());
    }
    let mut out = vec![Block::List { items }];
    let table = rows(&r["kept"])
        .map(|k| vec![words(&k["group"]), words(&k["category"]), s(&k["reason"]), s(&k["basis"]), s(&k["count"])]);
    let heads = ["Whose", "Category", "Reason", "Basis", "Times|num"];
    out.extend(listed("Kept on purpose, by whose it is", &heads, table.collect(), "Nothing needed a decision to be kept."));
    out
}

/// 9. Withheld, out of scope, not processed.
pub(super) fn withheld(r: &Value) -> Vec<Block> {
    let table = rows(&r["withheld"]).zip(1u64..).map(|(w, n)| {
        vec![n.to_string(), s(&w["kind"]), format!("{}\n{}", s(&w["file"]), s(&w["place"])), s(&w["reason"]), s(&w["basis"])]
    });
    let heads = ["No.|num", "What", "Place|path", "Reason", "Basis"];
    let mut out = listed("Records and files left out as a whole", &heads, table.collect(), "No record or file was withheld.");
    let not = rows(&r["inputs"])
        .filter(|i| i["state"] != "processed")
        .map(|i| vec![s(&i["no"]), s(&i["file"]), s(&i["format"]), s(&i["state"]), s(&i["reason"])]);
    out.push(heading("Files not processed"));
    let heads = ["No.|num", "File|path", "Format", "State", "Why"];
    out.extend(listed("Files not processed", &heads, not.collect(), "Every file received was processed."));
    if r["outcome"]["code"] == "wrong_patient" {
        out.push(facts(vec![(
            "The whole export",
            "is about somebody else than the request, so nothing of it goes out".into(),
            true,
        )]));
    }
    out
}
