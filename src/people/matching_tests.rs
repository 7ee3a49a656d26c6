//! The comparator on tables of cases, and what no input may break.

use super::facts::Facts;
use super::fhir_person;
use super::matching::{Outcome, compare};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A person of a case table as FHIR JSON. Fields are told apart by form, as the table's README says.
fn person(text: &str) -> Value {
    let mut v = json!({"resourceType": "Patient"});
    let mut rest = text.trim();
    for (word, kind) in [("RelatedPerson", "RelatedPerson"), ("Practitioner", "Practitioner")] {
        if let Some(tail) = rest.strip_prefix(word)
            && let Some((head, body)) = tail.split_once(':')
        {
            v["resourceType"] = json!(kind);
            let relation = head.trim_matches(['(', ')']);
            if !relation.is_empty() {
                v["relationship"] = json!([{"text": relation}]);
            }
            rest = body.trim();
        }
    }
    let mut fields = rest.split('|');
    let name = fields.next().unwrap_or("");
    let human = |n: &str| {
        let p: Vec<&str> = n.split('^').collect();
        if p.len() < 2 {
            return json!({"text": n});
        }
        let mut out = json!({"family": p[0], "given": p[1].split(' ').collect::<Vec<_>>()});
        for (i, key) in [(2, "suffix"), (3, "prefix")] {
            if let Some(s) = p.get(i).filter(|s| !s.is_empty()) {
                out[key] = json!([s]);
            }
        }
        out
    };
    let mut names = vec![human(name)];
    let (mut ids, mut tel, mut addr) = (vec![], vec![], vec![]);
    for f in fields {
        let dateish =
            f.len() >= 4 && f[..4].chars().all(|c| c.is_ascii_digit()) && f.chars().all(|c| c.is_ascii_digit() || c == '-');
        if f == "M" || f == "F" {
            v["gender"] = json!(if f == "M" { "male" } else { "female" });
        } else if dateish && (f.len() == 4 || f.as_bytes()[4] == b'-') {
            v["birthDate"] = json!(f);
        } else if let Some(m) = f.strip_prefix("MRN ") {
            let (value, at) = m.split_once('@').unwrap_or((m, ""));
            ids.push(json!({"type": {"coding": [{"code": "MR"}]}, "value": value, "assigner": {"display": at}}));
        } else if let Some(s) = f.strip_prefix("SSN ") {
            ids.push(json!({"system": "http://hl7.org/fhir/sid/us-ssn", "value": s}));
        } else if let Some(s) = f.strip_prefix("NPI ") {
            ids.push(json!({"system": "http://hl7.org/fhir/sid/us-npi", "value": s}));
        } else if let Some(s) = f.strip_prefix("MEM ") {
            ids.push(json!({"type": {"coding": [{"code": "MB"}]}, "value": s}));
        } else if let Some(s) = f.strip_prefix("old:") {
            let mut n = human(s);
            n["use"] = json!("old");
            names.push(n);
        } else if f.contains('@') {
            tel.push(json!({"system": "email", "value": f}));
        } else if f.chars().all(|c| c.is_ascii_digit() || "-+() ".contains(c)) {
            tel.push(json!({"system": "phone", "value": f}));
        } else {
            addr.push(json!({"text": f}));
        }
    }
    v["name"] = json!(names);
    v["identifier"] = json!(ids);
    v["telecom"] = json!(tel);
    v["address"] = json!(addr);
    v
}

/// Runs a table; gives (right, all, dangerous) and prints what is wrong.
fn run(table: &str) -> (usize, usize, usize) {
    let (mut right, mut all, mut dangerous) = (0, 0, 0);
    for line in table.lines().skip(1).filter(|l| !l.trim().is_empty()) {
        let c: Vec<&str> = line.split('\t').collect();
        assert!(c.len() >= 6, "short line: {line}");
        let (a, b) = (fhir_person::facts(&person(c[1])), fhir_person::facts(&person(c[2])));
        let v = compare(&a, &b, c[4], c[3]);
        let word = match v.verdict {
            Outcome::Same => "same",
            Outcome::Different => "different",
            Outcome::Review => "review",
        };
        let accepted: Vec<&str> = c[5].split('/').collect();
        all += 1;
        if accepted.contains(&word) {
            right += 1;
            continue;
        }
        let bad = (word == "same" && !accepted.contains(&"same")) || (word == "different" && accepted == ["same"]);
        dangerous += usize::from(bad);
        println!(
            "{} {} want {} got {word} p={:.4}/{:.4}/{:.4} {:?}",
            if bad { "DANGER" } else { "miss" },
            c[0],
            c[5],
            v.p_same,
            v.p_kin,
            v.p_stranger,
            v.rules
        );
    }
    (right, all, dangerous)
}

fn shared() -> Option<PathBuf> {
    let dir = std::env::var_os("DISCLOSE_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    dir.join("data/identity_cases.tsv").exists().then_some(dir)
}

#[test]
fn shared_cases_agree_and_none_is_dangerous() {
    let Some(dir) = shared() else { return };
    let table = std::fs::read_to_string(dir.join("data/identity_cases.tsv")).unwrap();
    let (right, all, dangerous) = run(&table);
    println!("{right} of {all}");
    assert_eq!(dangerous, 0);
    assert!(right * 10 >= all * 9, "{right} of {all}");
}

fn any_person() -> impl Strategy<Value = Facts> {
    ("\\PC{0,40}", "\\PC{0,20}", "[0-9/T-]{0,12}", "\\PC{0,60}", "\\PC{0,12}").prop_map(|(text, family, dob, addr, id)| {
        fhir_person::facts(&json!({
            "resourceType": "Patient", "birthDate": dob, "address": [{"text": addr}],
            "name": [{"text": text, "family": family}, {"text": addr}], "identifier": [{"value": id}], "telecom": [{"value": id}],
        }))
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_comparator(a in any_person(), b in any_person(), slot in "\\PC{0,20}", context in "\\PC{0,120}") {
        let v = compare(&a, &b, &slot, &context);
        let sum = v.p_same + v.p_kin + v.p_stranger;
        prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn a_name_alone_is_never_the_patient(name in "[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}") {
        let a = fhir_person::facts(&json!({"name": [{"text": name}], "birthDate": "1980-04-12"}));
        let b = fhir_person::facts(&json!({"name": [{"text": name}]}));
        prop_assert_ne!(compare(&a, &b, "Patient", "").verdict, Outcome::Same);
        prop_assert_ne!(compare(&a, &b, "", "").verdict, Outcome::Same);
        prop_assert_ne!(compare(&a, &b, "", "").verdict, Outcome::Different);
    }
}
