//! `docs/report.schema.json` is true: both editions are checked against it.

use super::Edition;
use super::tests::{reports_of, text};
use serde_json::Value;

#[path = "../../tests/integration/schema.rs"]
mod schema;
use schema::{misfit, report_misfit};

#[test]
fn both_editions_fit_the_schema_and_not_each_other() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut case = super::sample::case();
    case.checks[1].passed = false;
    case.checks[1].failures.push("patient.json /entry/1".into());
    let files = reports_of(&case, &super::sample::entries());
    for (edition, word, other) in [(Edition::Internal, "internal", "recipient"), (Edition::Recipient, "recipient", "internal")] {
        let report: Value = serde_json::from_str(&text(&files, edition, "report.json")).unwrap();
        assert_eq!(report_misfit(&report), None);
        assert_eq!(misfit(&schema, &schema["$defs"][word], &report, ""), None);
        assert!(misfit(&schema, &schema["$defs"][other], &report, "").is_some());
        let mut more = report.clone();
        more["people"][0]["birth_place"] = "x".into();
        assert!(misfit(&schema, &schema["$defs"][word], &more, "").unwrap().contains("birth_place"));
    }
}
