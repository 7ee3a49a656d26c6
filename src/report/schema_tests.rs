//! `docs/report.schema.json` is true: both editions are checked against it with the few keywords that it uses.

use super::Edition;
use super::tests::{reports_of, text};
use serde_json::Value;

/// First place where `value` does not fit `schema`, or `None`.
fn misfit(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let wrong = match keyword.as_str() {
            "$ref" => {
                let target = root.pointer(&rule.as_str().unwrap()[1..]).expect("reference to a definition");
                misfit(root, target, value, at)
            }
            "type" => {
                let types: Vec<&Value> = rule.as_array().map_or(vec![rule], |a| a.iter().collect());
                let is = |t: &&Value| match t.as_str().unwrap() {
                    "string" => value.is_string(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                (!types.iter().any(is)).then(|| format!("{at}: type"))
            }
            "enum" => (!rule.as_array().unwrap().contains(value)).then(|| format!("{at}: enum")),
            "const" => (rule != value).then(|| format!("{at}: const")),
            "minimum" => (value.as_f64() < rule.as_f64()).then(|| format!("{at}: minimum")),
            "maximum" => (value.as_f64() > rule.as_f64()).then(|| format!("{at}: maximum")),
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
                (!value.as_str().is_some_and(|v| pattern.is_match(v))).then(|| format!("{at}: pattern"))
            }
            "items" => value.as_array().into_iter().flatten().find_map(|v| misfit(root, rule, v, &format!("{at}/*"))),
            "required" => {
                let names = rule.as_array().unwrap().iter().map(|n| n.as_str().unwrap());
                names.into_iter().find(|n| value.get(n).is_none()).map(|n| format!("{at}/{n}: missing"))
            }
            "properties" => {
                let rules = rule.as_object().unwrap();
                rules.iter().find_map(|(n, r)| value.get(n).and_then(|v| misfit(root, r, v, &format!("{at}/{n}"))))
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let fields = value.as_object().into_iter().flatten().filter(|(n, _)| !known.is_some_and(|k| k.contains_key(*n)));
                let mut fields = fields.map(|(n, v)| (format!("{at}/{n}"), v));
                match rule {
                    Value::Bool(false) => fields.next().map(|(n, _)| format!("{n}: not in the schema")),
                    _ => fields.find_map(|(n, v)| misfit(root, rule, v, &n)),
                }
            }
            "oneOf" => {
                let misfits: Vec<_> = rule.as_array().unwrap().iter().filter_map(|r| misfit(root, r, value, at)).collect();
                (misfits.len() + 1 != rule.as_array().unwrap().len()).then(|| format!("{at}: {}", misfits.join("; ")))
            }
            "description" | "title" | "$schema" | "$defs" => None,
            other => panic!("keyword {other}"),
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

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
        assert_eq!(misfit(&schema, &schema, &report, ""), None);
        assert_eq!(misfit(&schema, &schema["$defs"][word], &report, ""), None);
        assert!(misfit(&schema, &schema["$defs"][other], &report, "").is_some());
        let mut more = report.clone();
        more["people"][0]["birth_place"] = "x".into();
        assert!(misfit(&schema, &schema["$defs"][word], &more, "").unwrap().contains("birth_place"));
    }
}
