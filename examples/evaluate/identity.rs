//! The identity cases: who is called the same and who different, wrongly.

use crate::score::Count;
use disclose::cli::match_cmd::{MatchArgs, run};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Counts of the case table.
#[derive(Default)]
pub struct Cases {
    /// Verdicts that the table accepts.
    pub agree: Count,
    /// Called the same although they are not, or a person should say.
    pub false_same: Count,
    /// Called different although they are the same, or a person should say.
    pub false_different: Count,
    /// Called the same and it is not allowed, or different where only the same is right.
    pub dangerous: u64,
    /// Put to a person.
    pub review: Count,
    /// One line for each verdict the table does not accept.
    pub misses: Vec<String>,
}

/// Runs `disclose match --pairs` on `tests/corpus/identity.tsv`.
///
/// # Errors
/// The table cannot be read or a line of it is too short.
pub fn cases(root: &Path) -> Result<Cases, String> {
    let table = std::fs::read_to_string(root.join("tests/corpus/identity.tsv")).map_err(|e| e.to_string())?;
    let rows: Vec<Vec<&str>> =
        table.lines().skip(1).filter(|l| !l.trim().is_empty()).map(|l| l.split('\t').collect::<Vec<_>>()).collect();
    let mut pairs = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
    for row in &rows {
        let [_, reference, candidate, context, slot, _, ..] = row[..] else { return Err("a short line in identity.tsv".into()) };
        writeln!(pairs, "{}\t{}\t{slot}\t{context}", person(reference), person(candidate)).map_err(|e| e.to_string())?;
    }
    let args = MatchArgs {
        reference: None,
        candidate: None,
        slot: String::new(),
        context: String::new(),
        pairs: Some(pairs.path().to_path_buf()),
        policy: None,
    };
    let mut lines = Vec::new();
    run(&args, &mut lines).map_err(|e| e.to_string())?;
    let mut out = Cases::default();
    for (row, line) in rows.iter().zip(String::from_utf8_lossy(&lines).lines()) {
        let verdict: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let got = verdict["verdict"].as_str().unwrap_or_default();
        let want: Vec<&str> = row[5].split('/').collect();
        let right = want.contains(&got);
        out.agree.add(right);
        out.review.add(got == "review");
        if !want.contains(&"same") {
            out.false_same.add(got == "same");
        }
        if !want.contains(&"different") {
            out.false_different.add(got == "different");
        }
        out.dangerous += u64::from(!right && (got == "same" || got == "different" && want == ["same"]));
        if !right {
            out.misses.push(format!("IDENTITY\t{}\twant {} got {got}\t{}", row[0], row[5], row.get(6).unwrap_or(&"")));
        }
    }
    if out.agree.all != rows.len() as u64 {
        return Err("fewer verdicts than cases".into());
    }
    Ok(out)
}

/// A person of the table as FHIR JSON: `Family^Given Middle^suffix^prefix|F|1971-09-23|address|phone|MRN 1@NORTH|SSN ...`, in front
/// of it the kind of resource where it is no Patient: `RelatedPerson(mother): ...`.
fn person(text: &str) -> Value {
    let mut v = json!({"resourceType": "Patient"});
    let mut rest = text.trim();
    for kind in ["RelatedPerson", "Practitioner"] {
        if let Some((head, body)) = rest.strip_prefix(kind).and_then(|tail| tail.split_once(':')) {
            v["resourceType"] = json!(kind);
            let relation = head.trim_matches(['(', ')']);
            if !relation.is_empty() {
                v["relationship"] = json!([{"text": relation}]);
            }
            rest = body.trim();
        }
    }
    let mut fields = rest.split('|');
    let mut names = vec![human(fields.next().unwrap_or(""))];
    let (mut ids, mut telecoms, mut addresses) = (vec![], vec![], vec![]);
    for f in fields {
        let year = f.split('-').next().is_some_and(|y| y.len() == 4);
        let dateish = year && f.bytes().all(|b| b.is_ascii_digit() || b == b'-');
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
            let mut name = human(s);
            name["use"] = json!("old");
            names.push(name);
        } else if f.contains('@') {
            telecoms.push(json!({"system": "email", "value": f}));
        } else if f.bytes().all(|b| b.is_ascii_digit() || b"-+() ".contains(&b)) {
            telecoms.push(json!({"system": "phone", "value": f}));
        } else {
            addresses.push(json!({"text": f}));
        }
    }
    v["name"] = json!(names);
    v["identifier"] = json!(ids);
    v["telecom"] = json!(telecoms);
    v["address"] = json!(addresses);
    v
}

fn human(text: &str) -> Value {
    let parts: Vec<&str> = text.split('^').collect();
    let [family, given, ..] = parts[..] else { return json!({"text": text}) };
    let mut out = json!({"family": family, "given": given.split(' ').collect::<Vec<_>>()});
    for (i, key) in [(2, "suffix"), (3, "prefix")] {
        if let Some(s) = parts.get(i).filter(|s| !s.is_empty()) {
            out[key] = json!([s]);
        }
    }
    out
}
