//! JSON Schema with the few keywords that `docs/report.schema.json` uses; any other keyword is a failure of the test.

use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static PATTERNS: RefCell<HashMap<String, regex::Regex>> = RefCell::default();
}

fn compiled(pattern: &str) -> regex::Regex {
    PATTERNS.with(|all| {
        all.borrow_mut().entry(pattern.into()).or_insert_with(|| regex::Regex::new(pattern).expect("a pattern")).clone()
    })
}

/// First place where `value` does not fit `schema`, or `None`.
pub fn misfit(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
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
                let fits = value.as_str().is_some_and(|v| compiled(rule.as_str().unwrap()).is_match(v));
                (!fits).then(|| format!("{at}: pattern"))
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

/// Where a report does not fit the published schema.
pub fn report_misfit(report: &Value) -> Option<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON");
    misfit(&schema, &schema, report, "")
}
