//! The comparator on tables of cases, and what no input may break.

use super::facts::Facts;
use super::fhir_person;
use super::json::Node;
use super::matching::{Outcome, compare};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;

fn facts(v: &Value) -> Facts {
    let text = v.to_string();
    fhir_person::facts(&Node::parse(text.as_bytes()).unwrap())
}

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

/// Figures of one category of a case table.
#[derive(Clone, Copy, Default, Debug)]
struct Figures {
    cases: usize,
    agreed: usize,
    /// "Same" where it must not be.
    false_same: usize,
    /// "Different" where the answer is "same".
    false_different: usize,
    review: usize,
}

impl Figures {
    /// Upper 95% bound of a rate: rule of three when none was seen, else the Wilson score.
    fn bound(errors: usize, n: usize) -> f64 {
        let (e, n) = (errors as f64, n.max(1) as f64);
        if errors == 0 {
            return (3.0 / n).min(1.0);
        }
        let (z, p) = (1.96f64, e / n);
        let mid = p + z * z / (2.0 * n);
        (mid + z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt()) / (1.0 + z * z / n)
    }
}

/// Category of a case: its id without the number; the first tables have none.
fn category(id: &str) -> &str {
    let head = id.trim_end_matches(|c: char| c.is_ascii_digit());
    if head.len() < 2 { "mixed" } else { head.trim_end_matches('-') }
}

/// Runs a table; gives (right, all, dangerous) and prints figures by category and what is wrong.
fn run(table: &str) -> (usize, usize, usize) {
    let mut all: std::collections::BTreeMap<&str, Figures> = Default::default();
    for line in table.lines().skip(1).filter(|l| !l.trim().is_empty()) {
        let c: Vec<&str> = line.split('\t').collect();
        assert!(c.len() >= 6, "short line: {line}");
        let (a, b) = (facts(&person(c[1])), facts(&person(c[2])));
        let v = compare(&a, &b, c[4], c[3]);
        let word = match v.verdict {
            Outcome::Same => "same",
            Outcome::Different => "different",
            Outcome::Review => "review",
        };
        let accepted: Vec<&str> = c[5].split('/').collect();
        let f = all.entry(category(c[0])).or_default();
        f.cases += 1;
        f.review += usize::from(word == "review");
        if accepted.contains(&word) {
            f.agreed += 1;
            continue;
        }
        f.false_same += usize::from(word == "same");
        f.false_different += usize::from(word == "different" && accepted == ["same"]);
        println!("{} want {} got {word} p={:.4}/{:.4}/{:.4} {:?}", c[0], c[5], v.p_same, v.p_kin, v.p_stranger, v.rules);
    }
    println!("category        cases agreed  false same (95%)  false different (95%)  review");
    for (name, f) in &all {
        let (s, d) = (Figures::bound(f.false_same, f.cases), Figures::bound(f.false_different, f.cases));
        println!(
            "{name:14} {:6} {:6} {:6} (<{:4.1}%) {:10} (<{:4.1}%) {:12}",
            f.cases,
            f.agreed,
            f.false_same,
            s * 100.0,
            f.false_different,
            d * 100.0,
            f.review
        );
    }
    let sum = |of: fn(&Figures) -> usize| all.values().map(of).sum::<usize>();
    (sum(|f| f.agreed), sum(|f| f.cases), sum(|f| f.false_same + f.false_different))
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

#[test]
fn own_cases_agree_and_none_is_dangerous() {
    let table = include_str!("../../tests/corpus/identity.tsv");
    let (right, all, dangerous) = run(table);
    assert!(all >= 500);
    assert_eq!((right, dangerous), (all, 0));
}

/// One row of a comma-separated file with a header, by column name.
fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut lines = text.lines();
    let head: Vec<String> = lines.next().unwrap_or("").split(',').map(|h| h.trim().to_string()).collect();
    lines.map(|l| head.iter().cloned().zip(l.split(',').map(|v| v.trim().to_string())).collect()).collect()
}

/// How pairs of a linkage data set come out: (same, different, review) for true pairs and for false pairs.
fn linkage(records: &[(String, Facts)]) -> ([usize; 3], [usize; 3]) {
    let mut groups: std::collections::BTreeMap<&str, Vec<&Facts>> = Default::default();
    for (id, f) in records {
        groups.entry(id).or_default().push(f);
    }
    let slot = |o: Outcome| match o {
        Outcome::Same => 0,
        Outcome::Different => 1,
        Outcome::Review => 2,
    };
    let (mut yes, mut no) = ([0; 3], [0; 3]);
    for g in groups.values() {
        for w in g.windows(2) {
            yes[slot(compare(w[0], w[1], "Patient", "").verdict)] += 1;
        }
    }
    // Neighbours in an order by name are the hardest false pairs; a stride adds ordinary ones.
    for step in [1, 2, 97] {
        for (a, b) in records.iter().zip(records.iter().skip(step)) {
            if a.0 != b.0 {
                no[slot(compare(&a.1, &b.1, "Patient", "").verdict)] += 1;
            }
        }
    }
    (yes, no)
}

#[test]
fn linkage_data_sets_have_almost_no_false_answers() {
    let Some(dir) = shared() else { return };
    let number = |r: &str| r.split('-').nth(1).unwrap_or("").to_string();
    let get = |r: &std::collections::HashMap<String, String>, k: &str| r.get(k).cloned().unwrap_or_default();
    for file in ["febrl/dataset2.csv", "febrl/dataset3.csv", "opencr/uganda_data_v21_20201501.csv"] {
        let Ok(text) = std::fs::read_to_string(dir.join("data/matching").join(file)) else { continue };
        let mut list: Vec<(String, String, Facts)> = rows(&text)
            .iter()
            .map(|r| {
                let mut v = json!({"resourceType": "Patient", "birthDate": get(r, "date_of_birth"),
                    "name": [{"family": get(r, "surname"), "given": [get(r, "given_name")]}], "gender": get(r, "sex"),
                    "telecom": [{"system": "phone", "value": get(r, "phone_number")}]});
                v["identifier"] =
                    json!([{"type": {"coding": [{"code": "SS"}]}, "value": get(r, "soc_sec_id") + &get(r, "uganda_nin")}]);
                if r.contains_key("postcode") {
                    v["address"] = json!([{"line": [format!("{} {}", get(r, "street_number"), get(r, "address_1"))],
                        "city": get(r, "suburb"), "state": get(r, "state"), "postalCode": get(r, "postcode")}]);
                }
                (get(r, "surname") + &get(r, "given_name"), number(&get(r, "rec_id")), facts(&v))
            })
            .collect();
        list.sort_by(|a, b| a.0.cmp(&b.0));
        let records: Vec<(String, Facts)> = list.into_iter().map(|(_, id, f)| (id, f)).collect();
        let (yes, no) = linkage(&records);
        println!("{file}: true pairs same/different/review {yes:?}, false pairs {no:?}");
        let all: usize = yes.iter().sum();
        let false_pairs: usize = no.iter().sum();
        assert!(no[0] * 2000 <= false_pairs, "{file}: false same {} of {false_pairs}", no[0]);
        assert!(yes[1] * 50 <= all, "{file}: false different {} of {all}", yes[1]);
    }
}

/// `cargo test --release -- --ignored speed`: full comparisons a second on one core.
#[test]
#[ignore = "a measurement, for release builds"]
fn speed() {
    let table = include_str!("../../tests/corpus/identity.tsv");
    let pairs: Vec<(Facts, Facts, String, String)> = table
        .lines()
        .skip(1)
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .map(|c| (facts(&person(c[1])), facts(&person(c[2])), c[4].to_string(), c[3].to_string()))
        .collect();
    let start = std::time::Instant::now();
    let mut n = 0u32;
    while n < 400_000 {
        for (a, b, slot, context) in &pairs {
            std::hint::black_box(compare(a, b, slot, context));
            n += 1;
        }
    }
    let rate = f64::from(n) / start.elapsed().as_secs_f64();
    println!("{rate:.0} comparisons a second");
    assert!(rate > 100_000.0);
}

fn any_person() -> impl Strategy<Value = Facts> {
    ("\\PC{0,40}", "\\PC{0,20}", "[0-9/T-]{0,12}", "\\PC{0,60}", "\\PC{0,12}").prop_map(|(text, family, dob, addr, id)| {
        facts(&json!({
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
        let a = facts(&json!({"name": [{"text": name}], "birthDate": "1980-04-12"}));
        let b = facts(&json!({"name": [{"text": name}]}));
        prop_assert_ne!(compare(&a, &b, "Patient", "").verdict, Outcome::Same);
        prop_assert_ne!(compare(&a, &b, "", "").verdict, Outcome::Same);
        prop_assert_ne!(compare(&a, &b, "", "").verdict, Outcome::Different);
    }
}
