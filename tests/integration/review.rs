//! Misfiled documents are held, and a person's rulings do what they say, in every document.

use crate::run::{self, Run};
use base64::Engine;
use serde_json::{Value, json};
use std::path::Path;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"own","name":[{"family":"Quillfeather","given":["Orla","Mae"]}],
    "gender":"female","birthDate":"1971-09-23","identifier":[{"system":"urn:oid:2.999.1","value":"448812"}]}"#;

fn observation(id: &str, subject: &str) -> Value {
    json!({"resourceType": "Observation", "id": id, "status": "final", "code": {"text": "TSH"}, "subject": {"reference": subject},
        "valueQuantity": {"value": 2.1, "unit": "mIU/L"}})
}

fn portal(more: Vec<Value>) -> String {
    let patient: Value = serde_json::from_str(PATIENT).expect("JSON");
    let all: Vec<Value> = [patient, observation("o1", "Patient/own")].into_iter().chain(more).collect();
    let entries: Vec<Value> = all.into_iter().map(|r| json!({ "resource": r })).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

fn process(folder: &Path, decisions: Option<&str>) -> Run {
    std::fs::write(folder.join("who.json"), PATIENT).expect("written");
    let mut args = vec!["--patient", "who.json", "--purpose", "litigation", "--recipient", "Harrow & Finch", "--quiet"];
    if let Some(text) = decisions {
        std::fs::write(folder.join("decisions.toml"), text).expect("written");
        args.extend(["--decisions", "decisions.toml"]);
    }
    run::process(folder, &["in"], &args)
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(dir.path().join("in")).expect("made");
    for (name, text) in files {
        std::fs::write(dir.path().join("in").join(name), text).expect("written");
    }
    dir
}

fn report(run: &Run, name: &str) -> Value {
    let bytes = std::fs::read(run.out().join("internal").join(name)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{name}: {e}; {}", run.stderr))
}

fn verdict(report: &Value, document: &str) -> String {
    let rows = report["documents"].as_array().expect("verdicts");
    let row = rows.iter().find(|d| d["document"].as_str().is_some_and(|p| p.ends_with(document)));
    row.unwrap_or_else(|| panic!("{document} in {rows:?}"))["verdict"].as_str().unwrap_or_default().to_string()
}

/// Ids of open items of a kind.
fn open(run: &Run, kind: &str) -> Vec<String> {
    let review = report(run, "review.json");
    let items = review["items"].as_array().expect("items").iter();
    items.filter(|i| i["kind"] == kind && i["ruling"].is_null()).map(|i| i["id"].as_str().expect("id").to_string()).collect()
}

#[test]
fn documents_of_another_patient_are_held_whole() {
    let letter = base64::engine::general_purpose::STANDARD
        .encode("RE: Edwin Marshfield, DOB: 01/02/1950, MRN 5550123\n\nDear Colleague,\nThank you for seeing this man.");
    let reference = json!({"resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": {"reference": "Patient/own"},
        "content": [{"attachment": {"contentType": "text/plain", "data": letter}}]});
    let message = json!({"resourceType": "Communication", "id": "c1", "status": "completed", "subject": {"reference": "Patient/own"},
        "payload": [{"contentString": "Patient: Marshfield, Edwin  DOB: 01/02/1950\nYour results are in."}]});
    let dir = folder(&[
        ("portal.json", &portal(vec![reference, message])),
        ("misfile.txt", "Patient: MARSHFIELD, EDWIN  DOB: 01/02/1950  MRN: 5550123\n\nProgress note: feels well."),
        ("page.html", "<html><body><p>Patient: Marshfield, Edwin</p><p>DOB: 01/02/1950</p><p>All is well.</p></body></html>"),
        ("single.json", &observation("o9", "Patient/999").to_string()),
        ("own.txt", "Patient: QUILLFEATHER, ORLA  DOB: 09/23/1971  MRN: 448812\nDoing well on current dose.\n"),
        ("quiet.txt", "Take one tablet each morning with water.\n"),
    ]);
    let run = process(dir.path(), None);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let names: Vec<String> = run.records().into_iter().map(|(n, _)| n).collect();
    for held in ["misfile.txt", "page.html", "single.json"] {
        assert!(!names.iter().any(|n| n.ends_with(held)), "{held} in {names:?}");
    }
    for kept in ["own.txt", "quiet.txt", "portal.json"] {
        assert!(names.iter().any(|n| n.ends_with(kept)), "{kept} not in {names:?}");
    }
    for (name, bytes) in run.files() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("marshfield") && !text.contains("5550123") && !text.contains(&letter.to_lowercase()), "{name}");
    }
    let r = report(&run, "report.json");
    for (document, want) in [
        ("misfile.txt", "conflict"),
        ("page.html", "conflict"),
        ("single.json", "doubt"),
        ("own.txt", "match"),
        ("quiet.txt", "nothing"),
        ("portal.json>1", "conflict"),
    ] {
        assert_eq!(verdict(&r, document), want, "{document}");
    }
    // Nothing else is asked, and with every misfile left out the rest is released.
    let misfiles = open(&run, "misfile");
    assert!(misfiles.len() >= 5, "{misfiles:?}");
    let rulings: String = misfiles.iter().map(|id| format!("{id} = \"withhold\"\n")).collect();
    let settled = process(dir.path(), Some(&format!("by = \"A. Clerk\"\n[rulings]\n{rulings}")));
    assert_eq!(settled.code, 0, "{} {:?}", settled.stderr, report(&settled, "review.json"));
    // The same input asks the same questions under the same ids.
    assert_eq!(open(&process(dir.path(), None), "misfile"), misfiles);
}

#[test]
fn a_misfile_may_be_ruled_the_patients() {
    let text = "Patient: Quillfeather, Oda  DOB: 09/23/1971\nDose unchanged.\n";
    let dir = folder(&[("portal.json", &portal(vec![])), ("scan.txt", text)]);
    let run = process(dir.path(), None);
    assert_eq!((run.code, verdict(&report(&run, "report.json"), "scan.txt").as_str()), (3, "doubt"), "{}", run.stderr);
    let [id] = &open(&run, "misfile")[..] else { panic!("one question") };
    let item = report(&run, "review.json")["items"].as_array().expect("items")[0].clone();
    assert!(item["mention"].as_str().is_some_and(|h| h.contains("Oda")) && item["explained"]["sentence"].is_string(), "{item}");
    let kept = process(dir.path(), Some(&format!("by = \"A. Clerk\"\n[rulings]\n{id} = \"keep\"\n")));
    assert!(kept.records().iter().any(|(n, _)| n.ends_with("scan.txt")), "{} {:?}", kept.stderr, kept.code);
}

#[test]
fn a_ruling_on_a_person_holds_in_every_document() {
    let mut seen = observation("o2", "Patient/own");
    seen["performer"] = json!([{"display": "Orla Quillfether"}]);
    let dir = folder(&[
        ("a.txt", "Spoke with Orla Quillfether about the results.\n"),
        ("b.txt", "Copy for QUILLFETHER, ORLA was sent.\n"),
        ("portal.json", &portal(vec![seen])),
    ]);
    let run = process(dir.path(), None);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let review = report(&run, "review.json");
    let items = review["items"].as_array().expect("items");
    let [item] = &items[..] else { panic!("one question about one person: {review}") };
    let id = item["id"].as_str().expect("id");
    assert_eq!(item["also"].as_array().map(Vec::len), Some(2), "{item}");
    assert_eq!(item["mention"], "Orla Quillfether");
    assert!(item["before"].as_str().is_some_and(|b| b.ends_with("Spoke with ")), "{item}");
    assert_eq!(item["candidates"][0]["label"], "[PATIENT]", "{item}");
    assert!(item["explained"]["waterfalls"].as_array().is_some_and(|w| w.len() == 2));
    let effects = item["effects"].as_array().expect("effects");
    assert!(effects.iter().any(|e| e["choice"] == "keep") && effects.iter().any(|e| e["choice"] == "mask"));
    let text = |run: &Run, name: &str| {
        let files = run.records();
        let file = files.iter().find(|(n, _)| n.ends_with(name)).map(|(_, b)| String::from_utf8_lossy(b).into_owned());
        file.unwrap_or_else(|| panic!("{name}: {}", run.stderr))
    };
    let rule = |word: &str| process(dir.path(), Some(&format!("by = \"A. Clerk\"\n[rulings]\n{id} = \"{word}\"\n")));
    let sister = rule("label:sister");
    assert_eq!(sister.code, 0, "{}", sister.stderr);
    assert!(text(&sister, "a.txt").contains("with [SISTER] about") && text(&sister, "b.txt").contains("for [SISTER] was"));
    assert!(text(&sister, "portal.json").contains("[SISTER]") && !text(&sister, "portal.json").contains("Quillfether"));
    let own = rule("keep");
    assert_eq!(own.code, 0, "{}", own.stderr);
    assert!(text(&own, "a.txt").contains("Orla Quillfether") && text(&own, "b.txt").contains("QUILLFETHER, ORLA"));
    for (word, says) in [("withhold", "valid there: keep, mask"), ("kepe", "did you mean \"keep\"")] {
        let wrong = rule(word);
        assert!(wrong.code == 2 && wrong.stderr.contains(says), "{word}: {} {}", wrong.code, wrong.stderr);
    }
    let wrong = process(dir.path(), Some("by = \"A. Clerk\"\n[rulings]\nR99 = \"keep\"\n"));
    assert!(wrong.code == 2 && wrong.stderr.contains("R99") && wrong.stderr.contains("R1 only"), "{}", wrong.stderr);
}
