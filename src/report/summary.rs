//! The run in a few lines, for a terminal and for `--json`. Holds no name of a third party.

use super::common::{counts, outcome, release_id};
use super::guard;
use crate::model::case::{Case, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// At most this many open review items are listed.
const LISTED: usize = 5;

/// A summary of at most 25 lines, ending with a line end.
pub fn summary(case: &Case) -> String {
    let counts = counts(case);
    let mut out = String::new();
    let mut line = |head: &str, text: &str| {
        let _ = writeln!(out, "{head:<12}{text}");
    };
    let banner = outcome(case);
    line(banner.title, "");
    line("", &banner.text);
    line("Purpose", &format!("{} to {}", guard::line(&case.request.purpose), guard::line(&case.request.recipient)));
    line("Authority", &guard::line(super::authority(case)));
    line("Files", &listed(&counts.inputs));
    let people: Vec<String> = counts.people_by_group.iter().map(|(g, n)| format!("{n} {}", g.replace('_', " "))).collect();
    line(
        "People",
        &match counts.people {
            0 => "nobody but the patient".to_string(),
            n => format!("{n} besides the patient: {}", people.join(", ")),
        },
    );
    let mut actions: BTreeMap<String, u64> = BTreeMap::new();
    for (action, n) in case.by_category.values().flatten() {
        *actions.entry(action.clone()).or_default() += n;
    }
    line("Decisions", &format!("{} changed, {} kept ({})", counts.changes, counts.kept, listed(&actions)));
    line("Withheld", &format!("{} record(s) or document(s)", counts.withheld));
    let failed: Vec<&str> = case.checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect();
    line(
        "Checks",
        &match (case.checks.len(), failed.len()) {
            (0, _) => "none made".to_string(),
            (n, 0) => format!("{n} passed"),
            (n, f) => format!("{f} of {n} FAILED: {}", guard::line(&failed.join(", "))),
        },
    );
    line("Review", &format!("{} open, {} settled", counts.review_open, counts.review_settled));
    for item in case.review.iter().filter(|r| r.ruling.is_none()).take(LISTED) {
        line(
            "",
            &format!(
                "{} {} in {} {}",
                item.id,
                guard::line(&item.kind),
                guard::line(&item.place.file),
                guard::line(&item.place.path)
            ),
        );
    }
    if counts.review_open > LISTED {
        line("", &format!("and {} more in internal/review.json", counts.review_open - LISTED));
    }
    line("Outputs", &format!("{} file(s)", case.outputs.len()));
    out.lines().map(str::trim_end).fold(String::new(), |all, l| all + l + "\n")
}

/// The same as data, for `--json`.
pub fn summary_json(case: &Case) -> Value {
    let counts = counts(case);
    let exit = match case.outcome {
        Outcome::Released => 0,
        Outcome::ReviewNeeded => 3,
        Outcome::VerificationFailed => 4,
        Outcome::WrongPatient => 2,
    };
    let checks: Vec<Value> =
        case.checks.iter().map(|c| json!({ "name": c.name, "passed": c.passed, "examined": c.examined })).collect();
    json!({
        "outcome": case.outcome, "exit_code": exit, "case_id": case.id, "release_id": release_id(case),
        "purpose": case.request.purpose, "recipient": case.request.recipient, "authority": super::authority(case),
        "counts": counts, "checks": checks, "outputs": case.outputs.len(),
    })
}

fn listed(map: &BTreeMap<String, u64>) -> String {
    if map.is_empty() {
        return "none".into();
    }
    map.iter().map(|(word, n)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
}
