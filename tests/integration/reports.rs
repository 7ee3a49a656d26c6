//! Reports, letters and the evidence packet of whole runs.

use crate::run::{self, Run};
use std::path::Path;

const PATIENT: [&str; 2] = ["--patient", "samples/reyes/patient.json"];

fn purpose(word: &str, more: &[&str]) -> Run {
    at(word, more, 1_795_000_000)
}

fn at(word: &str, more: &[&str], time: u64) -> Run {
    let args = [&PATIENT[..], &["--purpose", word, "--recipient", "Alder & Finch LLP"], more].concat();
    run::process_at(&run::root(), &["samples/reyes/portal-fhir.json"], &args, time)
}

/// `run::process` itself holds every report against the published schema.
#[test]
fn every_purpose_has_both_editions_in_every_form() {
    for word in
        ["litigation", "insurance-claim", "prior-authorization", "employer", "patient", "provider", "research-safe-harbor"]
    {
        let run = purpose(word, &[]);
        assert_eq!(run.code, 0, "{word}: {}{}", run.stdout, run.stderr);
        for folder in [run.delivered().join("report"), run.out().join("internal")] {
            for name in ["report.html", "report.pdf", "report.json", "ledger.csv", "ledger.xlsx"] {
                assert!(folder.join(name).is_file(), "{word}: {}", folder.join(name).display());
            }
        }
        let pdf = std::fs::read(run.delivered().join("report/report.pdf")).expect("a PDF");
        let document = lopdf::Document::load_mem(&pdf).expect("a PDF that opens");
        assert!(document.catalog().expect("a catalog").has(b"StructTreeRoot"), "{word}: not tagged");
        assert!(run.out().join("internal/letters/cover.pdf").is_file(), "{word}: no cover letter");
    }
}

#[test]
fn notices_travel_with_the_copy_where_the_authority_asks_for_them() {
    let run = purpose("litigation", &["--authority", "authorization_164_508"]);
    let notice = std::fs::read_to_string(run.delivered().join("report/notice.html")).expect("a notice");
    assert!(notice.contains("may be disclosed again"), "{notice}");
    assert!(run.delivered().join("report/notice.pdf").is_file());
    assert!(run.out().join("internal/letters/certificate.pdf").is_file());
    let listed = run::manifest(&run.delivered());
    assert!(listed.iter().any(|(p, ..)| p == "report/notice.pdf"), "the manifest lists the notice");
}

#[test]
fn the_same_input_gives_the_same_release_whatever_the_clock_and_the_workers() {
    let (one, two) = (at("litigation", &["--jobs", "1"], 1_795_000_000), at("litigation", &["--jobs", "2"], 1_895_000_000));
    let (a, b) = (one.out().display().to_string(), two.out().display().to_string());
    let (code, out, err) = run::pipe(&["verify", &a, "--same-as", &b], "");
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("same-bytes") && out.contains("chains"), "{out}");
    let three = purpose("employer", &[]);
    let other = three.out().display().to_string();
    assert_eq!(run::pipe(&["verify", &a, "--same-as", &other], "").0, 4);
}

#[test]
fn verify_proves_the_chains() {
    let run = purpose("litigation", &[]);
    let out = run.out().display().to_string();
    for name in ["ledger.jsonl", "custody.jsonl"] {
        let path = run.out().join("internal").join(name);
        let bytes = std::fs::read(&path).expect(name);
        let mut changed = bytes.clone();
        let at = bytes.len() / 2;
        changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
        std::fs::write(&path, &changed).expect("written");
        let (code, told, _) = run::pipe(&["verify", &out], "");
        assert_eq!(code, 4, "{name}: {told}");
        std::fs::write(&path, bytes).expect("written");
    }
    assert_eq!(run::pipe(&["verify", &out], "").0, 0);
}

#[test]
fn a_packet_is_proved_and_one_changed_byte_fails_it() {
    let run = purpose("litigation", &[]);
    let temp = tempfile::tempdir().expect("a folder");
    let path = |name: &str| temp.path().join(name).display().to_string();
    let (packet, key, out) = (path("case.zip"), path("key"), run.out().display().to_string());
    let (code, _, err) = run::pipe(&["audit", "pack", &out, "--packet", &packet, "--key", &key], "");
    assert_eq!(code, 0, "{err}");
    let (code, told, _) = run::pipe(&["audit", "verify", &packet], "");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("custody") && told.contains("parts"), "{told}");
    let (code, told, _) = run::pipe(&["audit", "show", &packet], "");
    assert_eq!(code, 0);
    assert!(told.contains("Who handled it, step by step?") && !told.contains("The packet does not tell.\n 2."), "{told}");
    let mut bytes = std::fs::read(&packet).expect("the packet");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&packet, bytes).expect("written");
    let (code, ..) = run::pipe(&["audit", "verify", &packet], "");
    assert!(code == 4 || code == 2, "{code}");
}

#[test]
fn letters_are_made_from_a_finished_case_and_a_sites_templates() {
    let run = purpose("litigation", &[]);
    let temp = tempfile::tempdir().expect("a folder");
    let out = run.out().display().to_string();
    let to = temp.path().join("extension.pdf").display().to_string();
    assert_eq!(run::pipe(&["letter"], "").0, 0);
    assert_eq!(run::pipe(&["letter", "extension", &out, "--to", &to], "").0, 0);
    assert!(std::fs::read(&to).expect("a letter").starts_with(b"%PDF"));
    std::fs::write(temp.path().join("cover.txt"), "# Ours\n\nFor {{ patient }}\n").expect("written");
    let (to, own) = (temp.path().join("c.html").display().to_string(), temp.path().display().to_string());
    assert_eq!(run::pipe(&["letter", "cover", &out, "--letters", &own, "--to", &to], "").0, 0);
    assert!(std::fs::read_to_string(&to).expect("a letter").contains("<h1>Ours</h1>"));
    let (code, _, err) = run::pipe(&["letter", "invoice", &out, "--to", &to], "");
    assert_eq!(code, 2);
    assert!(err.contains("missing-element"), "{err}");
    assert!(Path::new(&to).is_file());
}

/// Cells of the first rows of a spreadsheet, as the file has them.
fn sheet(bytes: Vec<u8>) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a spreadsheet");
    let mut out = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").expect("a sheet"), &mut out).expect("text");
    out
}

#[test]
fn the_internal_ledger_says_when_and_by_whom_and_the_copy_holds_no_clock() {
    let run = purpose("litigation", &[]);
    let when = "2026-11-18T";
    for entry in run.ledger() {
        assert_eq!(entry["decision"]["by"], "machine");
        assert!(entry["decided_at"].as_str().is_some_and(|t| t.starts_with(when)), "{entry}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.out().join("internal/report.json")).expect("a report")).expect("JSON");
    assert!(report["actions"][0]["decided_at"].as_str().is_some_and(|t| t.starts_with(when)));
    assert!(sheet(std::fs::read(run.out().join("internal/ledger.xlsx")).expect("a sheet")).contains(when));
    for name in ["report.json", "report.html", "ledger.csv"] {
        let text = std::fs::read_to_string(run.delivered().join("report").join(name)).expect(name);
        assert!(!text.contains(when), "{name} holds a clock");
    }
    assert!(!sheet(std::fs::read(run.delivered().join("report/ledger.xlsx")).expect("a sheet")).contains(when));
}

#[test]
fn a_request_says_how_it_came_and_which_exception_is_relied_on() {
    let temp = tempfile::tempdir().expect("a folder");
    let request = temp.path().join("request.toml");
    let text = "received = 2026-11-02\nchannel = 'fax'\n[information_blocking]\nexception = 'privacy'\nrationale = 'no consent yet'\nby = 'P. Officer'\n";
    std::fs::write(&request, text).expect("written");
    let request = request.display().to_string();
    let run = purpose("litigation", &["--request", &request]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let html = std::fs::read_to_string(run.out().join("internal/report.html")).expect("a report");
    assert!(html.contains("fax") && html.contains("45 CFR 171.202") && html.contains("no consent yet"), "{html}");
    std::fs::write(&request, "[checklist]\n").expect("written");
    let run = purpose("litigation", &["--request", &request]);
    assert_eq!(run.code, 3, "a checklist with nothing answered keeps the run at draft: {}", run.stdout);
    std::fs::write(&request, "channel = 'pigeon'\n").expect("written");
    let run = purpose("litigation", &["--request", &request]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("channel") && run.stderr.contains("portal"), "{}", run.stderr);
}

const EVERY_METHOD: &str = r#"name = "methods"
version = "1"
extends = "litigation"
difference = "every method once"
[groups.relative]
action = "hash"
reason = "TP-FAM"
basis = "house policy"
[groups.relative.except]
date_of_birth = "generalise"
address = "generalise"
ssn = "encrypt"
email = "mask"
phone = "remove"
[groups.clinician]
action = "encrypt"
reason = "TP-CLN"
basis = "house policy"
"#;

/// The portal looks a clinician up by number (`Practitioner?identifier=...`): both ends get the same stand-in, whatever the method.
#[test]
fn a_method_does_not_break_links_that_look_somebody_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("methods.toml"), EVERY_METHOD).expect("written");
    let run = purpose("litigation", &["--policy", &path("methods.toml"), "--vault-key", &path("vault.key")]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let text = String::from_utf8(run.records().into_iter().next().expect("a file").1).expect("text");
    assert!(text.contains("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|physician-2"), "the link");
    let bundle: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let found =
        bundle["entry"].as_array().into_iter().flatten().any(|e| e["resource"]["identifier"][0]["value"] == "physician-2");
    assert!(found, "what the link looks for");
}

#[test]
fn a_request_is_told_where_it_is_wrong_and_what_it_names_in_vain() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("request.toml").display().to_string();
    let go = |text: String| {
        std::fs::write(&file, text).expect("written");
        run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &["--request", &file, "--quiet"])
    };
    let request = |purpose: &str, more: &str| {
        format!(
            "recipient = \"X\"\npatient_file = \"{}/samples/reyes/patient.json\"\npurpose = \"{purpose}\"\n{more}",
            run::root().display()
        )
    };
    for (text, line, near) in [
        (request("litigaton", ""), ":3:", "\"litigation\""),
        (request("litigation", "authority = \"autorization_164_508\""), ":4:", "\"authorization_164_508\""),
        (request("litigation", "from = \"2026-13-01\""), "line 4", "date"),
    ] {
        let run = go(text);
        assert!(run.code == 2 && run.stderr.contains("request.toml") && run.stderr.contains(near), "{}", run.stderr);
        assert!(run.stderr.contains(line), "{}", run.stderr);
    }
    let run = go(request("litigation", "[scope]\nencounters = [\"Encounter/nobody-had\"]\n[checklist]\n"));
    assert_eq!(run.code, 3, "{}", run.stderr);
    let report = std::fs::read_to_string(run.out().join("internal/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let notes = report["notes"].as_array().cloned().unwrap_or_default();
    let unmet = notes.iter().find(|n| n["kind"] == "scope-unmet").expect("a note");
    assert!(unmet["text"].as_str().is_some_and(|t| t.contains("Encounter/nobody-had")));
    assert!(report["outcome"]["text"].as_str().is_some_and(|t| t.contains("11 items of the checklist")), "{}", report["outcome"]);
}

/// What a scan shows besides words is for a person to see; what it reads goes like any text. A date packed into a number is not read.
#[test]
fn safe_harbor_redacts_scans_and_rtf_and_puts_pictures_before_a_person() {
    if !run::has_model() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::copy(run::root().join("samples/scans/lab.png"), path("lab.png")).expect("copied");
    let rtf = |date: &str| {
        format!("{{\\rtf1\\ansi{{\\info{date}}}Seen May 1, 2023. Marisol Reyes came with her mother Graciela Reyes.\\par}}")
    };
    std::fs::write(path("plain.rtf"), rtf("")).expect("written");
    std::fs::write(path("dated.rtf"), rtf("{\\*\\revdttm1234567}")).expect("written");
    let key = path("vault.key");
    let args = [&PATIENT[..], &["--purpose", "research-safe-harbor", "--recipient", "X", "--vault-key", &key]].concat();
    let run = run::process(&run::root(), &[&path("lab.png"), &path("plain.rtf"), &path("dated.rtf")], &args);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    let records = run.records();
    let text = records.iter().find(|(p, _)| p.ends_with(".rtf")).map(|(_, b)| String::from_utf8_lossy(b).into_owned());
    let text = text.expect("the RTF without a date of its own");
    assert!(text.contains("[PATIENT]") && text.contains("[MOTHER]") && text.contains("2023"), "{text}");
    assert!(!text.contains("May 1") && !text.contains("Reyes"), "{text}");
    assert_eq!(records.iter().filter(|(p, _)| p.ends_with(".rtf")).count(), 1, "the other one is held");
    if records.iter().any(|(p, _)| p.ends_with(".png")) {
        let review = std::fs::read_to_string(run.out().join("internal/review.json")).expect("a review");
        assert!(review.contains("164.514(b)(2)(i)(Q)"), "a person looks at the picture");
    }
}

/// A scan is no electronic copy of an electronic record, be it in a picture or in a PDF (Ciox Health v. Azar).
#[test]
fn a_directive_does_not_reach_scans_in_any_file() {
    if !run::has_model() {
        return;
    }
    let args =
        [&PATIENT[..], &["--purpose", "litigation", "--authority", "third_party_directive_ehr", "--recipient", "X", "--quiet"]]
            .concat();
    let blocks = |input: &str| {
        let run = run::process(&run::root(), &[input], &args);
        let report = std::fs::read_to_string(run.out().join("internal/report.json")).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        let processed = report["inputs"][0]["state"] == "processed";
        (processed, report["readiness"]["blocks"].as_array().map_or(0, Vec::len))
    };
    for scan in ["samples/scans/scanned.pdf", "samples/scans/lab.png"] {
        let (processed, blocks) = blocks(scan);
        assert_eq!(blocks, usize::from(processed), "{scan}");
    }
    assert_eq!(blocks("samples/pdf/visit-summary.pdf"), (true, 0));
}

/// The text of a note is of the note's encounter and type: it goes out with the note, and stays with one that is out of scope.
#[test]
fn a_scope_by_encounter_or_type_keeps_the_text_of_what_it_keeps() {
    if !run::has_model() {
        return;
    }
    use base64::Engine;
    let own = std::fs::read_to_string(run::root().join("samples/reyes/patient.json")).expect("a patient");
    let own: serde_json::Value = serde_json::from_str(&own).expect("JSON");
    let subject = serde_json::json!({"reference": format!("Patient/{}", own["id"].as_str().expect("an id"))});
    let note = |id: &str, text: &str| {
        serde_json::json!({"resource": {"resourceType": "DocumentReference", "id": format!("d{id}"), "status": "current", "subject": subject,
            "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
            "content": [{"attachment": {"contentType": "text/plain", "data": base64::engine::general_purpose::STANDARD.encode(text)}}],
            "context": {"encounter": [{"reference": format!("Encounter/{id}")}]}}})
    };
    let entries =
        serde_json::json!([{ "resource": own }, note("7", "Seen for a cough today."), note("8", "Seen for a rash today.")]);
    let bundle = serde_json::json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("portal.json"), bundle.to_string()).expect("written");
    let texts = |scope: &str| -> Vec<String> {
        let patient = run::root().join("samples/reyes/patient.json");
        let request =
            format!("purpose = \"litigation\"\nrecipient = \"X\"\npatient_file = \"{}\"\n[scope]\n{scope}\n", patient.display());
        std::fs::write(path("request.toml"), request).expect("written");
        let run = run::process(&run::root(), &[&path("portal.json")], &["--request", &path("request.toml"), "--quiet"]);
        assert_eq!(run.code, 0, "{scope}: {}", run.stderr);
        let out: serde_json::Value = serde_json::from_slice(&run.records().first().expect("a file").1).expect("JSON");
        let data = |e: &serde_json::Value| e["resource"]["content"][0]["attachment"]["data"].as_str().map(str::to_string);
        let decode = |d: String| base64::engine::general_purpose::STANDARD.decode(d).expect("base64");
        let all = out["entry"].as_array().into_iter().flatten().filter_map(data);
        all.map(|d| String::from_utf8(decode(d)).expect("text")).collect()
    };
    assert_eq!(texts("encounters = [\"Encounter/7\"]"), ["Seen for a cough today."]);
    assert_eq!(texts("types = [\"notes\"]").len(), 2);
    assert!(texts("types = [\"medications\"]").is_empty());
    assert_eq!(texts("documents = [\"11506-3\"]").len(), 2);
    assert!(texts("documents = [\"18842-5\"]").is_empty());
}
