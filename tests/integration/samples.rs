//! Each folder of `samples/` with an `expected.toml`: what must be gone is gone in every reading of every released byte, what must
//! stay is there exactly as often as before, and everybody has one label in all files.

use crate::reading::{self, Reading};
use crate::run::{self, Run};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    run: Vec<OneRun>,
    expect: Content,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneRun {
    input: Vec<String>,
    args: Vec<String>,
    exit: i32,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    gone: Vec<String>,
    kept: Vec<String>,
    #[serde(default)]
    person: Vec<Labelled>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    names: Vec<String>,
    label: String,
    files: Vec<String>,
}

fn check(name: &str) {
    if !run::has_model() {
        return;
    }
    let folder = run::root().join("samples").join(name);
    let text = std::fs::read_to_string(folder.join("expected.toml")).expect("expected.toml is there");
    let expected: Expected = toml::from_str(&text).expect("expected.toml is well-formed");
    let mut wrong = Vec::new();
    for (i, one) in expected.run.iter().enumerate() {
        let inputs: Vec<&str> = one.input.iter().map(String::as_str).collect();
        let args: Vec<&str> = one.args.iter().map(String::as_str).collect();
        let run = run::process(&folder, &inputs, &args);
        let before = wrong.len();
        if run.code != one.exit {
            wrong.push(format!("exit {} instead of {}\n{}{}{}", run.code, one.exit, run.stdout, run.stderr, open_items(&run)));
        }
        if run.delivered().is_dir() {
            contract(&run, &mut wrong);
            content(&folder, &inputs, &expected.expect, &run, &mut wrong);
            labels(one, &expected.expect, &run, &mut wrong);
        } else {
            wrong.push("neither release nor draft was written".into());
        }
        for line in &mut wrong[before..] {
            *line = format!("run {}: {line}", i + 1);
        }
    }
    assert!(wrong.is_empty(), "samples/{name}: {} findings\n{}", wrong.len(), wrong.join("\n"));
}

fn open_items(run: &Run) -> String {
    std::fs::read_to_string(run.out().join("internal/review.json")).map(|t| t.chars().take(4000).collect()).unwrap_or_default()
}

/// What holds for every run: the files of the contract, the manifest, well-formed outputs, `verify`.
fn contract(run: &Run, wrong: &mut Vec<String>) {
    let out = run.out();
    if out.join("release").is_dir() != (run.code == 0) || out.join("draft").is_dir() != (run.code == 3) {
        wrong.push("release/ belongs to exit 0 and draft/ to exit 3".into());
    }
    for name in ["report/report.html", "report/report.json", "report/ledger.csv", "manifest.json"] {
        if !run.delivered().join(name).is_file() {
            wrong.push(format!("{name} is missing"));
        }
    }
    for name in ["report.html", "report.json", "ledger.jsonl", "review.json", "request.json"] {
        if !out.join("internal").join(name).is_file() {
            wrong.push(format!("internal/{name} is missing"));
        }
    }
    let listed: BTreeMap<String, (String, u64)> =
        run::manifest(&run.delivered()).into_iter().map(|(p, h, b)| (p, (h, b))).collect();
    for (path, bytes) in run.files().iter().filter(|(p, _)| p != "manifest.json") {
        match listed.get(path) {
            None => wrong.push(format!("{path} is not in the manifest")),
            Some((hash, size)) if *hash != run::sha256(bytes) || *size != bytes.len() as u64 => {
                wrong.push(format!("{path}: hash or size differs from the manifest"))
            }
            Some(_) => {}
        }
        if let Some(why) = malformed(path, bytes) {
            wrong.push(format!("{path}: {why}"));
        }
    }
    let verify = run::program().arg("verify").arg(&out).output().expect("the program starts");
    if verify.status.code() != Some(0) {
        wrong.push(format!("verify: exit {:?}\n{}", verify.status.code(), String::from_utf8_lossy(&verify.stderr)));
    }
}

/// Why a JSON or XML file is not well-formed, if it is not.
pub fn malformed(path: &str, bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.iter().find(|b| !b.is_ascii_whitespace())?;
    let low = path.to_lowercase();
    if *head == b'{' || (*head == b'[' && low.ends_with(".json")) {
        return serde_json::Deserializer::from_slice(bytes)
            .into_iter::<serde_json::Value>()
            .find_map(|v| v.err())
            .map(|e| format!("not well-formed JSON: {e}"));
    }
    if *head != b'<' || low.ends_with(".html") || low.ends_with(".htm") {
        return None;
    }
    let mut reader = quick_xml::Reader::from_reader(bytes);
    reader.config_mut().check_comments = true;
    let mut depth = 0i64;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(_)) => depth += 1,
            Ok(quick_xml::events::Event::End(_)) => depth -= 1,
            Ok(quick_xml::events::Event::Eof) if depth != 0 => return Some("an element is not closed".into()),
            Ok(quick_xml::events::Event::Eof) => return None,
            Ok(_) => {}
            Err(e) => return Some(format!("not well-formed XML: {e}")),
        }
    }
}

fn content(folder: &Path, inputs: &[&str], expect: &Content, run: &Run, wrong: &mut Vec<String>) {
    let mut before: Vec<Reading> = inputs.iter().flat_map(|i| reading::all(&run::files(&folder.join(i)))).collect();
    // Junk of a package is dropped, so what it repeats does not count.
    before.retain(|r| ![".swp", "__MACOSX", ".svn", ".DS_Store"].iter().any(|junk| r.place.contains(junk)));
    let everything = reading::all(&run.files());
    let records = reading::all(&run.records());
    for text in &expect.gone {
        let places = reading::find(&everything, text);
        if !places.is_empty() {
            wrong.push(format!("still there: {text:?} in {}", places.join(", ")));
        }
    }
    for text in &expect.kept {
        let (was, is) = (reading::count(&before, text), reading::count(&records, text));
        // A sample's runs need not all read every file of it.
        if was != is {
            wrong.push(format!("not kept: {text:?} was there {was} times, is there {is} times"));
        }
    }
}

/// `[PHYSICIAN #]` fits any number; other labels fit themselves.
fn fits(pattern: &str, label: &str) -> bool {
    match pattern.split_once('#') {
        None => pattern == label,
        Some((a, b)) => label
            .strip_prefix(a)
            .and_then(|l| l.strip_suffix(b))
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit())),
    }
}

fn labels(one: &OneRun, expect: &Content, run: &Run, wrong: &mut Vec<String>) {
    let ledger = run.ledger();
    let records = run.records();
    let word = |e: &serde_json::Value, key: &str| e.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_string();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for person in &expect.person {
        let who = &person.names[0];
        let mut seen: Vec<String> = Vec::new();
        for entry in &ledger {
            let original = word(entry, "original");
            let label = word(entry, "label");
            let hit = person.names.iter().any(|n| original.contains(n.as_str()));
            if hit && !label.is_empty() && !seen.contains(&label) {
                seen.push(label);
            }
        }
        match seen.as_slice() {
            [] => wrong.push(format!("{who:?}: the ledger has no entry with a label")),
            [label] if fits(&person.label, label) => {
                if let Some(other) = owners.insert(label.clone(), who.clone()) {
                    wrong.push(format!("{label} stands for {other:?} and for {who:?}"));
                }
                for key in &person.files {
                    let Some(suffix) = one.files.get(key) else { continue };
                    let found = records.iter().filter(|(p, _)| p.ends_with(suffix.as_str())).cloned().collect::<Vec<_>>();
                    if reading::find(&reading::all(&found), label).is_empty() {
                        wrong.push(format!("{who:?}: {label} is not in {suffix}"));
                    }
                }
            }
            labels => wrong.push(format!("{who:?}: {} instead of {}", labels.join(" and "), person.label)),
        }
    }
}

#[test]
fn reyes() {
    check("reyes");
}

#[test]
fn newborn() {
    check("newborn");
}

#[test]
fn notes() {
    check("notes");
}

#[test]
fn xdm() {
    check("xdm");
}

#[test]
fn bulk() {
    check("bulk");
}

#[test]
fn employer() {
    check("employer");
}

#[test]
fn held() {
    check("held");
}

#[test]
fn scans() {
    if reading::can_read_scans() {
        check("scans");
    }
}

#[test]
fn every_sample_is_checked() {
    let source = include_str!("samples.rs");
    for entry in std::fs::read_dir(run::root().join("samples")).expect("samples/ is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("expected.toml").is_file() {
            assert!(source.contains(&format!("check(\"{name}\")")), "samples/{name} has no test");
        }
    }
}

#[test]
fn a_label_pattern_fits_numbers_only() {
    assert!(fits("[PHYSICIAN #]", "[PHYSICIAN 12]"));
    assert!(!fits("[PHYSICIAN #]", "[PHYSICIAN ]"));
    assert!(!fits("[PHYSICIAN #]", "[PHYSICIAN ASSISTANT 1]"));
    assert!(fits("[MOTHER]", "[MOTHER]") && !fits("[MOTHER]", "[MOTHER 2]"));
}
