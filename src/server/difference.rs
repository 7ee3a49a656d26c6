//! What has changed between two results of a case, for the second person.

use super::App;
use super::documents::json_of;
use super::error::Fail;
use crate::store::{AuditEntry, AuditFilter, CaseRow};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are shown.
const ROWS: usize = 300;

/// A hit's place: file, offset, what stood there, and which of the same.
type Key = (String, u64, String, usize);

fn by_place(report: &Value) -> BTreeMap<Key, &Value> {
    let mut out: BTreeMap<Key, &Value> = BTreeMap::new();
    for a in report["actions"].as_array().into_iter().flatten() {
        let text = |k: &str| a[k].as_str().unwrap_or_default().to_string();
        // A hit that is kept stands at its field until a person has ruled: its text tells it apart.
        let (file, original) = (text("file"), text("original"));
        let at = a["offset"].as_u64().unwrap_or(0);
        let mut n = 0;
        while out.contains_key(&(file.clone(), at, original.clone(), n)) {
            n += 1;
        }
        out.insert((file, at, original, n), a);
    }
    out
}

fn now(a: Option<&&Value>) -> String {
    let Some(a) = a else { return "left as it was".into() };
    let text = |k: &str| a[k].as_str().unwrap_or_default();
    if text("action") == "keep" {
        return "kept".into();
    }
    if text("replacement").is_empty() { text("action").replace('_', " ") } else { text("replacement").to_string() }
}

/// Differences of two internal reports: hits decided otherwise, and files that go out or no longer do.
pub fn between(before: &Value, after: &Value) -> Value {
    let (old, new) = (by_place(before), by_place(after));
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    let mut rows = Vec::new();
    let mut total = 0usize;
    for key in keys {
        let (a, b) = (old.get(key), new.get(key));
        let (was, is) = (now(a), now(b));
        if was == is {
            continue;
        }
        total += 1;
        if rows.len() < ROWS {
            let by = b.or(a).and_then(|x| x["decided_by"].as_str()).unwrap_or_default();
            let place = b.or(a).and_then(|x| x["place"].as_str()).unwrap_or_default();
            let why = b.and_then(|x| x["basis"].as_str()).unwrap_or_default();
            rows.push(json!({"file": key.0, "place": place, "original": key.2, "was": was, "is": is, "by": by, "why": why}));
        }
    }
    let files = |r: &Value| -> BTreeMap<String, String> {
        let list = r["outputs"].as_array().into_iter().flatten();
        list.map(|o| (o["path"].as_str().unwrap_or_default().into(), o["sha256"].as_str().unwrap_or_default().into())).collect()
    };
    let (left, right) = (files(before), files(after));
    let paths: BTreeSet<&String> = left.keys().chain(right.keys()).filter(|p| !p.starts_with("report/")).collect();
    let outputs: Vec<Value> = paths
        .into_iter()
        .filter_map(|p| {
            let what = match (left.get(p), right.get(p)) {
                (None, _) => "added",
                (_, None) => "left out",
                (Some(a), Some(b)) if a != b => "changed",
                _ => return None,
            };
            Some(json!({"path": p, "what": what}))
        })
        .collect();
    json!({"rows": rows, "total": total, "outputs": outputs})
}

/// The result that the present one is compared with when nobody says which: the last one that was sent to second approval before it, or
/// the first of all.
fn usual(log: &[AuditEntry], run: i64) -> i64 {
    let of = |e: &AuditEntry| serde_json::from_str::<Value>(&e.detail).ok().and_then(|d| d["run"].as_i64()).unwrap_or(0);
    let sent = log.iter().filter(|e| e.action == "state.submit").map(of).find(|r| *r > 0 && *r < run);
    sent.unwrap_or(1)
}

/// The difference for a case's page, `Null` when there is but one result.
pub async fn of_case(app: &App, case: &CaseRow, with: i64) -> Result<Value, Fail> {
    if case.run < 2 {
        return Ok(Value::Null);
    }
    let log = app.store.audit_list(&AuditFilter { case_id: Some(case.id.clone()), before: 0, limit: 10_000 }).await?;
    let with = if (1..case.run).contains(&with) { with } else { usual(&log, case.run) };
    let after = json_of(app, &case.id, case.run, "internal", "report.json").await?;
    let Ok(before) = json_of(app, &case.id, with, "internal", "report.json").await else { return Ok(Value::Null) };
    let mut out = between(&before, &after);
    out["with"] = json!(with);
    out["runs"] = json!((1..case.run).collect::<Vec<_>>());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_decided_otherwise_differs() {
        let hit = |at: u64, original: &str, action: &str, replacement: &str| json!({"file": "a.txt", "offset": at, "original": original, "action": action, "replacement": replacement, "decided_by": "Rita"});
        let out = |sha: &str| json!([{"path": "a.txt", "sha256": sha}, {"path": "report/report.html", "sha256": sha}]);
        let before = json!({"actions": [hit(1, "Jane", "label", "[MOTHER]"), hit(9, "Bo", "label", "[AUNT]"), hit(9, "Bo", "mask", "x")], "outputs": out("1")});
        let after = json!({"actions": [hit(1, "Jane", "keep", ""), hit(9, "Bo", "label", "[AUNT]"), hit(9, "Bo", "mask", "x"), hit(20, "Al", "mask", "[REDACTED]")], "outputs": out("2")});
        let d = between(&before, &after);
        assert_eq!(d["total"], 2);
        assert_eq!((&d["rows"][0]["was"], &d["rows"][0]["is"]), (&json!("[MOTHER]"), &json!("kept")));
        assert_eq!(d["rows"][1]["was"], "left as it was");
        assert_eq!(d["outputs"], json!([{"path": "a.txt", "what": "changed"}]));
        assert_eq!(between(&after, &after)["total"], 0);
    }
}
