//! Real exports of many vendors, where they are present (they are not part of the repository): the program ends without a crash,
//! no other person's full name, phone or provider number is left, no code or value of the patient's is lost, the output is
//! well-formed. `cargo test --test integration corpus -- --nocapture` prints the counts.

use crate::identity::{self, Cast};
use crate::{reading, run, samples};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Unoptimised code is slow on the largest files; a release build of the tests takes them all.
const LARGEST: usize = if cfg!(debug_assertions) { 2 << 20 } else { 1 << 30 };

#[derive(Default)]
struct Outcome {
    /// How often each exit code, by folder.
    codes: BTreeMap<(String, i32), usize>,
    names: usize,
    numbers: usize,
    values: usize,
    skipped: Vec<String>,
    wrong: Vec<String>,
}

impl Outcome {
    fn add(mut self, other: Outcome) -> Outcome {
        other.codes.into_iter().for_each(|(c, n)| *self.codes.entry(c).or_default() += n);
        self.names += other.names;
        self.numbers += other.numbers;
        self.values += other.values;
        self.skipped.extend(other.skipped);
        self.wrong.extend(other.wrong);
        self
    }
}

#[test]
fn real_exports_leak_nobody_and_lose_nothing() {
    let Some(shared) = run::shared() else {
        eprintln!("skipped: no real exports here (DISCLOSE_SHARED)");
        return;
    };
    let base = shared.join("data");
    let files: Vec<(String, Vec<u8>)> = ["samples/fhir", "samples/ccda", "samples/xdm", "cdex/examples"]
        .iter()
        .flat_map(|k| run::files(&base.join(k)).into_iter().map(move |(p, b)| (format!("{k}/{p}"), b)))
        .collect();
    let total = files.par_iter().map(|(p, b)| one(&base, p, b)).reduce(Outcome::default, Outcome::add);
    eprintln!(
        "{} files, exits{}\n{} names and {} numbers of others looked for, {} codes and values compared, {} skipped: {}",
        files.len(),
        total.codes.iter().map(|((k, code), n)| format!("\n  {k:<14} exit {code}: {n}")).collect::<String>(),
        total.names,
        total.numbers,
        total.values,
        total.skipped.len(),
        total.skipped.join(", ")
    );
    assert!(total.wrong.is_empty(), "{} findings\n{}", total.wrong.len(), total.wrong.join("\n"));
}

fn one(base: &Path, path: &str, bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    let json = serde_json::from_slice::<Value>(bytes).ok();
    let cast = match &json {
        Some(value) => identity::fhir(value),
        None => identity::xml(bytes).and_then(|d| identity::ccda(&d)),
    };
    if bytes.len() > LARGEST {
        outcome.skipped.push(path.to_string());
        return outcome;
    }
    // Without a patient in it, a file is somebody else's or nobody's: no release that was not asked about, and no failed check.
    let told = cast.is_some();
    let cast = cast.unwrap_or_else(|| Cast { patient: stranger(), ..Cast::default() });
    let temp = tempfile::tempdir().expect("a temporary folder");
    let who = temp.path().join("patient.json");
    std::fs::write(&who, cast.patient.to_string()).expect("writable");
    let who = who.to_string_lossy().into_owned();
    let run = run::process(base, &[path], &["--patient", &who, "--purpose", "litigation", "--recipient", "Alder & Finch LLP"]);
    let folder = path.split('/').take(2).collect::<Vec<_>>().join("/");
    outcome.codes.insert((folder, run.code), 1);
    let expected: &[i32] = if told { &[0, 3] } else { &[2, 3] };
    if !expected.contains(&run.code) {
        outcome.wrong.push(format!("{path}: exit {} {}", run.code, run.stderr.trim()));
    }
    if !told || !expected.contains(&run.code) {
        return outcome;
    }
    gone(path, &cast, &run, &mut outcome);
    let records = run.records();
    for (name, data) in &records {
        if let Some(why) = samples::malformed(name, data) {
            outcome.wrong.push(format!("{path}: {why}"));
        }
    }
    let after = records.first().map_or(&[][..], |(_, d)| d);
    match &json {
        Some(before) if !cast.several => match serde_json::from_slice::<Value>(after) {
            Ok(after) => same_values(path, &fhir_values(before), &fhir_values(&after), &run, &mut outcome),
            Err(_) => outcome.wrong.push(format!("{path}: no JSON came out")),
        },
        None if !cast.several => match (identity::xml(bytes), identity::xml(after)) {
            (Some(b), Some(a)) => same_values(path, &ccda_values(&b), &ccda_values(&a), &run, &mut outcome),
            _ => outcome.wrong.push(format!("{path}: no XML came out")),
        },
        _ => {}
    }
    outcome
}

/// Somebody of whom no file knows anything.
fn stranger() -> Value {
    serde_json::json!({
        "resourceType": "Patient",
        "name": [{"family": "Quillfeather", "given": ["Ida"]}],
        "birthDate": "1931-02-03",
        "identifier": [{"system": "urn:oid:2.999.4711", "value": "Q-4711-0"}],
    })
}

fn gone(path: &str, cast: &Cast, run: &run::Run, outcome: &mut Outcome) {
    let all = reading::all(&run.files());
    for wanted in cast.names.iter().chain(&cast.numbers) {
        let places = reading::find(&all, wanted);
        if !places.is_empty() {
            outcome.wrong.push(format!("{path}: {wanted:?} is still in {}", places.join(", ")));
        }
    }
    outcome.names += cast.names.len();
    outcome.numbers += cast.numbers.len();
}

type Values = BTreeMap<String, usize>;

/// Codes and quantities that came in must come out, as often. What the report lists as withheld as a whole may be missing.
fn same_values(path: &str, before: &Values, after: &Values, run: &run::Run, outcome: &mut Outcome) {
    outcome.values += before.values().sum::<usize>();
    let lost: Vec<&String> = before.iter().filter(|(k, n)| after.get(*k).unwrap_or(&0) < *n).map(|(k, _)| k).collect();
    let report = std::fs::read_to_string(run.out().join("internal/report.json")).unwrap_or_default();
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let withheld = report.get("withheld").and_then(Value::as_array).is_some_and(|w| !w.is_empty());
    if !lost.is_empty() && !withheld {
        let few: Vec<&str> = lost.iter().take(5).map(|s| s.as_str()).collect();
        outcome.wrong.push(format!("{path}: {} codes or values lost, such as {}", lost.len(), few.join(", ")));
    }
}

/// Resources that are a person other than the patient: their codes are theirs.
const PEOPLE: &[&str] = &["Practitioner", "PractitionerRole", "RelatedPerson", "Person"];

fn fhir_values(value: &Value) -> Values {
    fn walk(value: &Value, out: &mut Values) {
        match value {
            Value::Array(items) => items.iter().for_each(|v| walk(v, out)),
            Value::Object(map) => {
                let word = |k: &str| map.get(k).and_then(Value::as_str).unwrap_or_default();
                if PEOPLE.contains(&word("resourceType")) {
                    return;
                }
                let masked = word("system").ends_with("data-absent-reason") || word("system").ends_with("v3-ObservationValue");
                if !word("code").is_empty() && !masked {
                    let value = map.get("value").map(Value::to_string).unwrap_or_default();
                    *out.entry(format!("{}|{} {value}", word("system"), word("code"))).or_default() += 1;
                }
                for key in ["effectiveDateTime", "onsetDateTime", "authoredOn", "status", "valueString", "birthDate"] {
                    if word("resourceType") != "FamilyMemberHistory" && key != "valueString" && !word(key).is_empty() {
                        *out.entry(format!("{key} {}", word(key))).or_default() += 1;
                    }
                }
                map.iter().filter(|(k, _)| *k != "contact" && *k != "identifier").for_each(|(_, v)| walk(v, out));
            }
            _ => {}
        }
    }
    let mut out = Values::new();
    walk(value, &mut out);
    out
}

/// Elements that describe another person.
const ABOUT_OTHERS: &[&str] = &["guardian", "relatedSubject", "assignedPerson", "relatedPerson", "associatedPerson"];

fn ccda_values(node: &identity::Node) -> Values {
    fn walk(node: &identity::Node, out: &mut Values) {
        for child in &node.children {
            if ABOUT_OTHERS.contains(&child.name.as_str()) {
                continue;
            }
            let keys = ["code", "codeSystem", "value", "unit", "displayName"];
            let words: Vec<&str> = keys.iter().map(|k| child.attribute(k)).collect();
            if ["code", "value", "translation", "effectiveTime", "low", "high", "doseQuantity"].contains(&child.name.as_str())
                && words.iter().any(|w| !w.is_empty())
            {
                *out.entry(format!("{} {}", child.name, words[..4].join("|"))).or_default() += 1;
            }
            walk(child, out);
        }
    }
    let mut out = Values::new();
    walk(node, &mut out);
    out
}
