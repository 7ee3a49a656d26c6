//! Policies as they take effect: methods and the vault, how much goes with a name, the Safe Harbor method, and what keeps a release back.

use crate::reading;
use crate::run::{self, Run};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"own","name":[{"family":"Quillfeather","given":["Orla","Mae"]}],
    "gender":"female","birthDate":"1971-09-23","identifier":[{"system":"urn:oid:2.999.1","value":"448812"}],
    "telecom":[{"system":"phone","value":"206-555-0142"}],
    "address":[{"line":["12 Harbor Lane"],"city":"Anacortes","state":"WA","postalCode":"98221"}],
    "contact":[{"relationship":[{"text":"sister"}],"name":{"family":"Brandreth","given":["Nell"]},
      "telecom":[{"system":"phone","value":"206-555-0177"}],
      "address":{"line":["9 Alder Court"],"city":"Burlington","state":"WA","postalCode":"98233"}}]}"#;

fn entry(r: Value) -> Value {
    json!({ "resource": r })
}

fn portal(more: Vec<Value>) -> String {
    let patient: Value = serde_json::from_str(PATIENT).expect("JSON");
    let entries: Vec<Value> = std::iter::once(patient).chain(more).map(entry).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

fn relative(birth: &str) -> Value {
    json!({"resourceType": "RelatedPerson", "id": "rp1", "patient": {"reference": "Patient/own"},
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}]}],
        "name": [{"family": "Tolliver", "given": ["Augusta"]}], "birthDate": birth,
        "telecom": [{"system": "phone", "value": "206-555-0199"}],
        "identifier": [{"system": "urn:oid:2.999.2", "value": "A77100"}],
        "address": [{"line": ["4 Mill Row"], "city": "Mount Vernon", "state": "WA", "postalCode": "98273"}]})
}

struct Case {
    dir: tempfile::TempDir,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Case {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("in")).expect("made");
        std::fs::write(dir.path().join("who.json"), PATIENT).expect("written");
        for (name, text) in files {
            std::fs::write(dir.path().join("in").join(name), text).expect("written");
        }
        Case { dir }
    }

    fn with(&self, name: &str, text: &str) -> &Case {
        std::fs::write(self.dir.path().join(name), text).expect("written");
        self
    }

    fn run(&self, purpose: &str, more: &[&str]) -> Run {
        let mut args = vec!["--patient", "who.json", "--purpose", purpose, "--recipient", "Harrow & Finch", "--quiet"];
        args.extend(more);
        run::process(self.dir.path(), &["in"], &args)
    }
}

fn internal(run: &Run, name: &str) -> Value {
    let bytes = std::fs::read(run.out().join("internal").join(name)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{name}: {e}; {}", run.stderr))
}

fn released(run: &Run, name: &str) -> String {
    let bytes =
        std::fs::read(run.delivered().join(name)).unwrap_or_else(|e| panic!("{name}: {e}; exit {} {}", run.code, run.stderr));
    String::from_utf8(bytes).expect("UTF-8")
}

fn resource(bundle: &str, kind: &str) -> Value {
    let v: Value = serde_json::from_str(bundle).expect("JSON");
    let list = v["entry"].as_array().expect("entries");
    list.iter()
        .map(|e| e["resource"].clone())
        .find(|r| r["resourceType"] == kind)
        .unwrap_or_else(|| panic!("no {kind} in {bundle}"))
}

const METHODS: &str = r#"
name = "methods"
version = "1"
extends = "litigation"
difference = "relatives are pseudonymised, so that the expert can tell them apart"

[groups.relative]
action = "label"
reason = "TP-FAM"
basis = "county policy 4"

[groups.relative.except]
name = "hash"
phone = "encrypt"
other_id = "hash"
mrn = "hash"
date_of_birth = "generalise"
address = "generalise"
"#;

#[test]
fn methods_are_consistent_valid_and_open_with_the_key_alone() {
    if !run::has_model() {
        return;
    }
    let bundle = portal(vec![relative("1944-05-06")]);
    let note = "Her mother Augusta Tolliver (206-555-0199) drove her.\n";
    let case = Case::new(&[("portal.json", &bundle), ("note.txt", note)]);
    case.with("methods.toml", METHODS);
    let go = || case.run("litigation", &["--policy", "methods.toml", "--vault-key", "vault.key"]);
    let run = go();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let rp = resource(&released(&run, "portal.json"), "RelatedPerson");
    assert_eq!(rp["birthDate"], "1944", "a year is a FHIR date");
    assert_eq!(rp["address"][0], json!({"state": "WA"}));
    let hash = rp["identifier"][0]["value"].as_str().expect("a value");
    assert!(hash.starts_with("hash-") && hash.len() == 21, "{hash}");
    assert_eq!(rp["identifier"][0]["system"], "urn:oid:2.999.2");
    let token = rp["telecom"][0]["value"].as_str().expect("a value").to_string();
    assert!(token.starts_with("enc-"), "{token}");
    let name = rp["name"][0]["text"].as_str().expect("a name");
    assert!(name.starts_with("[MOTHER hash-"), "{name}");
    let note = released(&run, "note.txt");
    assert!(note.contains(name) && note.contains(&token), "one value, one replacement, in every format: {note}");

    // The key is private, the vault is sealed, nothing of either is in the release.
    use std::os::unix::fs::PermissionsExt;
    let key = case.dir.path().join("vault.key");
    assert_eq!(std::fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    let vault = std::fs::read(run.out().join("internal/vault.bin")).expect("a vault");
    for secret in ["Tolliver", "5550199", "555-0199", "A77100"] {
        assert!(!vault.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret} in the vault");
        assert_eq!(reading::count(&reading::all(&run.files()), secret), 0, "{secret} in the release");
    }
    assert!(run.files().iter().all(|(p, b)| !p.contains("vault") && !b.starts_with(b"disclose-vault")), "the vault is internal");

    // The same key gives the same bytes; another gives other tokens, and opens nothing.
    let again = go();
    assert_eq!(again.files(), run.files());
    assert_eq!(std::fs::read(again.out().join("internal/vault.bin")).expect("a vault"), vault);
    let other = case.run("litigation", &["--policy", "methods.toml", "--vault-key", "other.key"]);
    assert!(!released(&other, "portal.json").contains(&token));
    let out = run.out().display().to_string();
    let key = key.display().to_string();
    let (code, shown, err) = run::pipe(&["vault", "reveal", &out, &token, "--key", &key], "");
    assert_eq!(code, 0, "{err}");
    let value: Value = serde_json::from_str(&shown).expect("JSON");
    assert!(value["original"].as_str().is_some_and(|v| v.contains("5550199")), "{shown}");
    // With a passphrase the key alone opens nothing.
    case.with("phrase", "correct horse battery\n");
    let phrase = case.dir.path().join("phrase");
    let locked =
        || case.run("litigation", &["--policy", "methods.toml", "--vault-key", "vault.key", "--vault-passphrase", "phrase"]);
    std::fs::set_permissions(&phrase, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("set");
    assert_eq!(locked().code, 2, "others may read it");
    std::fs::set_permissions(&phrase, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set");
    let locked = locked();
    let (there, phrase) = (locked.out().display().to_string(), phrase.display().to_string());
    assert_eq!(run::pipe(&["vault", "show", &there, "--key", &key], "").0, 2);
    assert_eq!(run::pipe(&["vault", "show", &there, "--key", &key, "--passphrase", &phrase], "").0, 0);
    let (code, shown, _) = run::pipe(&["vault", "show", &out, "--key", &key], "");
    assert!(code == 0 && shown.contains("Tolliver"), "{shown}");
    let wrong = case.dir.path().join("other.key").display().to_string();
    let (code, _, err) = run::pipe(&["vault", "show", &out, "--key", &wrong], "");
    assert!(code == 2 && err.contains("does not open"), "{err}");
    let (code, _, err) = run::pipe(&["vault", "show", &out, "--key", "/no/such/key"], "");
    assert!(code == 2 && err.contains("no such key"), "a key is not made to open something: {err}");
}

#[test]
fn an_age_band_or_a_hash_has_no_place_in_a_date() {
    if !run::has_model() {
        return;
    }
    for (method, more) in [("\"generalise\"", "\n[generalise]\ndate_of_birth = \"age_band\"\n"), ("\"hash\"", "")] {
        let policy = METHODS.replace("date_of_birth = \"generalise\"", &format!("date_of_birth = {method}")) + more;
        let case = Case::new(&[("portal.json", &portal(vec![relative("1944-05-06")]))]);
        case.with("methods.toml", &policy);
        let run = case.run("litigation", &["--policy", "methods.toml", "--vault-key", "vault.key"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let rp = resource(&released(&run, "portal.json"), "RelatedPerson");
        assert!(rp.get("birthDate").is_none(), "{rp}");
        assert_eq!(rp["_birthDate"]["extension"][0]["valueCode"], "masked");
    }
}

/// The same in the narrative of a C-CDA: rows of a table, items of a list, sentences of a paragraph.
#[test]
fn what_stands_beside_another_patients_name_goes_from_the_narrative_of_a_ccda() {
    if !run::has_model() {
        return;
    }
    let ccda = r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="2.999.1.4.7" extension="d1"/>
<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Ward summary</title><effectiveTime value="20240301"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-US"/>
<recordTarget><patientRole><id root="2.999.1" extension="448812"/><patient><name><given>Orla</given><given>Mae</given><family>Quillfeather</family></name>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19710923"/></patient></patientRole></recordTarget>
<author><time value="20240301"/><assignedAuthor><id nullFlavor="NI"/></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="2.999.1"/><name>Skagit Hospital</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component><section><code code="8648-8" codeSystem="2.16.840.1.113883.6.1"/><title>Hospital Course</title><text>
<table><thead><tr><th>Bed</th><th>Patient</th><th>Diagnosis</th></tr></thead><tbody>
<tr><td>4A</td><td>Orla Quillfeather</td><td>hip fracture</td></tr>
<tr><td>4B</td><td>Roommate Dorothea Vance</td><td>HIV, cellulitis</td></tr></tbody></table>
<list><item>Orla Quillfeather walks with a frame.</item><item>Roommate Dorothea Vance: isolated for measles.</item></list>
<paragraph>Slept well. Roommate Dorothea Vance has active tuberculosis. BP 120/80.</paragraph>
</text></section></component></structuredBody></component></ClinicalDocument>"#;
    let case = Case::new(&[("summary.xml", ccda)]);
    let run = case.run("litigation", &[]);
    assert!(run.delivered().is_dir(), "{}{}", run.stdout, run.stderr);
    let text = released(&run, "summary.xml");
    for gone in ["Vance", "cellulitis", "measles", "tuberculosis"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    for stays in ["hip fracture", "Quillfeather", "walks with a frame", "Slept well.", "BP 120/80."] {
        assert!(text.contains(stays), "{stays}: {text}");
    }
    assert_eq!(text.matches("<tr").count(), text.matches("</tr>").count(), "{text}");
}

/// A category that is simply released is counted from the words of a narrative, too.
#[test]
fn categories_that_are_released_are_counted_from_words() {
    if !run::has_model() {
        return;
    }
    let note = "Patient: Orla Quillfeather\nAssessment: alcohol use disorder in early remission. BP 120/80.\n";
    let case = Case::new(&[("note.txt", note)]);
    case.with("free.toml", "name = \"free\"\nversion = \"1\"\nextends = \"litigation\"\n[special]\nsud = \"release\"\n");
    let run = case.run("litigation", &["--policy", "free.toml"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(internal(&run, "report.json")["special_seen"]["sud"], 1);
    assert!(released(&run, "note.txt").contains("alcohol use disorder"));
}

/// A bed list, a group session and notes in every format that carries text.
#[test]
fn what_stands_beside_another_patients_name_goes_with_it() {
    if !run::has_model() {
        return;
    }
    let list = "BED LIST\nBed | Patient | Diagnosis\n4A | Orla Quillfeather | hip fracture\n4B | Roommate Dorothea Vance | HIV, cellulitis\n";
    let table = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><table><tr><th>Bed</th><th>Patient</th><th>Diagnosis</th></tr>\
                 <tr><td>4A</td><td>Orla Quillfeather</td><td>hip fracture</td></tr>\
                 <tr><td>4B</td><td>Roommate Dorothea Vance</td><td>HIV, cellulitis</td></tr></table></div>";
    let composition = json!({"resourceType": "Composition", "id": "c1", "status": "final", "type": {"text": "Ward list"},
        "subject": {"reference": "Patient/own"}, "date": "2024-03-01", "title": "Ward list", "author": [{"display": "Ward 4"}],
        "section": [{"title": "Ward", "text": {"status": "generated", "div": table}}]});
    let note = "Slept well. Roommate Dorothea Vance has active tuberculosis. BP 120/80.\n\
                Fell over the walker of roommate Dorothea Vance and broke the left hip.\n";
    let case = Case::new(&[("portal.json", &portal(vec![composition])), ("list.txt", list), ("note.txt", note)]);
    let run = case.run("litigation", &[]);
    assert!(run.delivered().is_dir(), "{}", run.stderr);
    for name in ["list.txt", "portal.json"] {
        let text = released(&run, name);
        assert!(!text.contains("cellulitis"), "{name}: the row of somebody else goes whole: {text}");
        assert!(text.contains("hip fracture") && text.contains("Quillfeather"), "{name}: the patient's own stays");
    }
    let text = released(&run, "note.txt");
    assert!(!text.contains("tuberculosis") && !text.contains("Vance"), "{text}");
    assert!(text.contains("Slept well.") && text.contains("BP 120/80.") && text.contains("broke the left hip"), "{text}");

    // Where the patient's own fact stands in the same sentence a person is asked, and the ruling is carried out.
    assert_eq!(run.code, 3, "{}", run.stdout);
    let review = internal(&run, "review.json");
    let items: Vec<&Value> = review["items"].as_array().expect("items").iter().filter(|i| i["kind"] == "extent").collect();
    assert_eq!(items.len(), 1, "{items:?}");
    let id = items[0]["id"].as_str().expect("an id");
    for (ruling, stays) in [("keep", true), ("mask", false)] {
        case.with("rulings.toml", &format!("by = \"A. Clerk\"\n[rulings]\n{id} = \"{ruling}\"\n"));
        let ruled = case.run("litigation", &["--decisions", "rulings.toml"]);
        assert_eq!(ruled.code, 0, "{ruling}: {}{}", ruled.stdout, ruled.stderr);
        let text = released(&ruled, "note.txt");
        assert_eq!(text.contains("broke the left hip"), stays, "{ruling}: {text}");
        assert!(!text.contains("Vance"), "{ruling}");
    }

    // With the switch at identifiers the rest stays.
    let policy = "name = \"ids\"\nversion = \"1\"\nextends = \"litigation\"\n[groups.other_patient]\nlike = \"relative\"\nreason = \"TP-PT\"\nextent = \"identifiers\"\n";
    case.with("ids.toml", policy);
    let run = case.run("litigation", &["--policy", "ids.toml"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(released(&run, "list.txt").contains("HIV, cellulitis") && !released(&run, "list.txt").contains("Vance"));
}

#[test]
fn safe_harbor_takes_out_the_patients_own_identifiers_and_keeps_the_clinical_facts() {
    if !run::has_model() {
        return;
    }
    let observation = json!({"resourceType": "Observation", "id": "9f0d2b6e-1111-4222-8333-444455556666", "status": "final",
        "identifier": [{"system": "https://lab.example.org/acc", "value": "ACC-99120"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "3016-3"}]}, "subject": {"reference": "Patient/own"},
        "effectiveDateTime": "2023-04-05T10:00:00-07:00", "issued": "2023-04-05T11:00:00.000-07:00",
        "valueQuantity": {"value": 6.2, "unit": "mIU/L"},
        "hasMember": [{"reference": "Observation/o2"}]});
    let age = json!({"resourceType": "Condition", "id": "o3", "subject": {"reference": "Patient/own"},
        "code": {"text": "Hashimoto thyroiditis"}, "onsetAge": {"value": 92, "unit": "years"}});
    let second = json!({"resourceType": "Observation", "id": "o2", "status": "final", "code": {"text": "TSH"},
        "subject": {"reference": "Patient/own"}, "effectiveDateTime": "2023-04"});
    let note = "Orla Quillfeather, MRN 448812, seen 4/5/2023 in Anacortes. Ms. Quillfeather (206-555-0142) lives at 12 Harbor Lane, Anacortes WA 98221.\n\
                Her 92-year-old neighbor drove. Pacemaker serial number: SN-88172. TSH 6.2 mIU/L on March 3, 2022.\n";
    let case = Case::new(&[("portal Quillfeather 2023-04-05.json", &portal(vec![observation, second, age])), ("note.txt", note)]);
    let run = case.run("research-safe-harbor", &["--vault-key", "vault.key"]);
    assert!(run.code == 0 || run.code == 3, "{}{}", run.stdout, run.stderr);
    let all = reading::all(&run.files());
    for gone in [
        "Quillfeather",
        "Orla",
        "448812",
        "206-555-0142",
        "Harbor Lane",
        "Anacortes",
        "98221",
        "1971-09-23",
        "2023-04-05",
        "4/5/2023",
        "March 3",
        "92-year",
        "SN-88172",
        "ACC-99120",
        "9f0d2b6e",
        "lab.example.org",
        "Brandreth",
    ] {
        assert_eq!(reading::count(&all, gone), 0, "{gone}: {:?}", reading::find(&all, gone));
    }
    for kept in ["3016-3", "mIU/L", "6.2", "Hashimoto thyroiditis", "2023", "2022", "982"] {
        assert!(reading::count(&all, kept) > 0, "{kept} is gone");
    }
    let bundle = run.files().into_iter().find(|(p, _)| p.ends_with(".json") && p.starts_with("id-")).expect("the bundle").1;
    let bundle = String::from_utf8(bundle).expect("UTF-8");
    let o = resource(&bundle, "Observation");
    assert_eq!(o["effectiveDateTime"], "2023");
    assert!(o.get("issued").is_none() && o["_issued"].is_object(), "a year is no instant");
    let v: Value = serde_json::from_str(&bundle).expect("JSON");
    let ids: BTreeSet<String> =
        v["entry"].as_array().expect("entries").iter().filter_map(|e| e["resource"]["id"].as_str().map(str::to_string)).collect();
    let target = o["hasMember"][0]["reference"].as_str().and_then(|r| r.rsplit('/').next()).expect("a reference");
    assert!(ids.contains(target), "references still find their targets");
    let c = resource(&bundle, "Condition");
    assert_eq!((&c["onsetAge"]["value"], &c["onsetAge"]["comparator"]), (&json!(90), &json!(">=")));
    let report = std::fs::read_to_string(run.delivered().join("report/report.html")).expect("a report");
    assert!(
        report.contains("Safe Harbor") && report.contains("Coverage (R)"),
        "the report says what the method does and does not"
    );
}

#[test]
fn an_employer_gets_no_family_history_in_any_form() {
    if !run::has_model() {
        return;
    }
    let coded = json!({"resourceType": "FamilyMemberHistory", "id": "f1", "status": "completed", "patient": {"reference": "Patient/own"},
        "relationship": {"text": "mother"}, "condition": [{"code": {"text": "Huntington disease"}}]});
    let pointing = json!({"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/own"}, "code": {"text": "Low back pain"},
        "evidence": [{"detail": [{"reference": "FamilyMemberHistory/f1"}]}]});
    let note = "HPI: low back pain after lifting.\nFAMILY HISTORY:\nMother: chorea\nFather - melanoma\n\nPLAN: light duty for 6 weeks.\n\
                Her mother had breast cancer at 45. Lungs clear.\n";
    let case = Case::new(&[("portal.json", &portal(vec![coded, pointing])), ("note.txt", note)]);
    let run = case.run("employer", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let all = reading::all(&run.records());
    for gone in ["Huntington", "chorea", "melanoma", "breast cancer"] {
        assert_eq!(reading::count(&all, gone), 0, "{gone}");
    }
    for kept in ["low back pain after lifting", "light duty for 6 weeks", "Lungs clear", "Low back pain"] {
        assert!(reading::count(&all, kept) > 0, "{kept} is gone");
    }
    let bundle = released(&run, "portal.json");
    assert!(
        !bundle.contains("FamilyMemberHistory/f1") && bundle.contains("[WITHHELD]"),
        "the reference says that its target is withheld"
    );
    let litigation = case.run("litigation", &[]);
    assert!(released(&litigation, "note.txt").contains("Mother: chorea"), "elsewhere it is the patient's own record");
}

#[test]
fn scope_takes_records_sections_pages_and_texts_out_whole_and_lists_them() {
    if !run::has_model() {
        return;
    }
    let on = |id: &str, date: &str| {
        json!({"resourceType": "Observation", "id": id, "status": "final", "code": {"text": format!("Test {id}")},
        "subject": {"reference": "Patient/own"}, "effectiveDateTime": date})
    };
    let report = json!({"resourceType": "DiagnosticReport", "id": "r1", "status": "final", "code": {"text": "Panel"},
        "subject": {"reference": "Patient/own"}, "effectiveDateTime": "2020-05-01",
        "result": [{"reference": "Observation/inside"}, {"reference": "Observation/outside"}]});
    let text = |date: &str| format!("Patient: Orla Quillfeather\nDate of Service: {date}\nStable.\n");
    let case = Case::new(&[
        ("portal.json", &portal(vec![on("inside", "2020-03-01"), on("outside", "2018-03-01"), report])),
        ("inside.txt", &text("04/01/2020")),
        ("outside.txt", &text("04/01/2018")),
    ]);
    let run = case.run("litigation", &["--from", "2020-01-01", "--to", "2020-12-31"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let bundle = released(&run, "portal.json");
    assert!(bundle.contains("Test inside") && !bundle.contains("Test outside"), "{bundle}");
    let r = resource(&bundle, "DiagnosticReport");
    assert_eq!(r["result"][1], json!({"display": "[WITHHELD]"}), "references stay whole");
    assert!(run.delivered().join("inside.txt").exists() && !run.delivered().join("outside.txt").exists());
    let report = internal(&run, "report.json");
    let withheld = report["withheld"].as_array().expect("a list");
    assert_eq!(withheld.iter().filter(|w| w["reason"] == "ID-SCOPE").count(), 2, "{withheld:?}");
}

fn request(more: &str) -> String {
    format!(
        "purpose = \"litigation\"\nrecipient = \"Harrow & Finch\"\n{more}\n[patient]\nnames = [\"Orla Mae Quillfeather\"]\nbirth_date = 1971-09-23\n\
         identifiers = [{{ system = \"urn:oid:2.999.1\", value = \"448812\" }}]\n"
    )
}

fn by_request(case: &Case, text: &str) -> Run {
    case.with("request.toml", text);
    run::process(case.dir.path(), &["in"], &["--request", "request.toml", "--quiet"])
}

#[test]
fn a_slip_in_a_request_or_policy_names_file_line_and_the_nearest_word() {
    let case = Case::new(&[("portal.json", &portal(vec![]))]);
    for (text, parts) in [
        (request("").replace("recipient", "recipent"), vec!["request.toml", "line 2", "`recipient`"]),
        (request("[checklist]\nexpirashun = true"), vec!["request.toml:4", "did you mean \"expiration\""]),
        (
            request("[special.part3]\ndecision = \"release\"\nby = \"x\"\nbasis = \"y\""),
            vec!["request.toml:3", "did you mean \"part2\""],
        ),
        (request("[scope]\ntypes = [\"medicatons\"]"), vec!["request.toml:4", "did you mean \"medications\""]),
        (request("authority = \"autorization_164_508\""), vec!["did you mean \"authorization_164_508\""]),
        (request("due = 2026-01-01\nreceived = 2026-02-01"), vec!["request.toml", "before"]),
        (request("from = 2026-02-01\nto = 2026-01-01"), vec!["request.toml", "after"]),
        (
            request("authority = \"payment\"").replace("litigation", "employer"),
            vec!["request.toml:3", "does not go with employer"],
        ),
    ] {
        let run = by_request(&case, &text);
        assert_eq!(run.code, 2, "{text}\n{}", run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "{part} not in {}", run.stderr);
        }
        assert!(!run.out().exists(), "nothing is written");
    }
    case.with("p.toml", "name = \"x\"\nversion = \"1\"\nextends = \"litigation\"\n[groups.staff]\nactoin = \"keep\"\n");
    let run = case.run("litigation", &["--policy", "p.toml"]);
    assert!(run.code == 2 && run.stderr.contains("p.toml:5") && run.stderr.contains("did you mean \"action\""), "{}", run.stderr);
}

#[test]
fn what_is_missing_keeps_the_release_back_and_the_report_says_why() {
    let special = json!({"resourceType": "Condition", "id": "c9", "subject": {"reference": "Patient/own"},
        "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}]},
        "code": {"text": "Opioid use disorder"}});
    let plain = Case::new(&[("portal.json", &portal(vec![]))]);
    let held = Case::new(&[("portal.json", &portal(vec![special]))]);
    let denial = request("ground = \"harm to the sister\"").replace("litigation", "patient");
    for (case, text, why) in [
        (&plain, request("[checklist]\ndescription = true"), "not_defective is open"),
        (&held, request(""), "42 CFR"),
        (&plain, denial, "licensed health care professional"),
    ] {
        let run = by_request(case, &text);
        assert_eq!(run.code, 3, "{why}: {}{}", run.stdout, run.stderr);
        assert!(!run.out().join("release").exists() && run.out().join("draft").is_dir(), "{why}");
        let html = std::fs::read_to_string(run.out().join("internal/report.html")).expect("a report");
        assert!(html.contains(why), "the report does not say: {why}");
    }
    let determined = request("[special.part2]\ndecision = \"release\"\nby = \"P. Officer\"\nbasis = \"consent of 2026-10-01\"");
    let run = by_request(&held, &determined);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let html = std::fs::read_to_string(run.delivered().join("report/report.html")).expect("a report");
    assert!(html.contains("42 CFR part 2") || html.contains("42 CFR Part 2"), "the notice travels with the copy");
}

#[test]
fn a_site_changes_days_lists_and_texts() {
    let case = Case::new(&[("portal.json", &portal(vec![]))]);
    let policy = "name = \"county\"\nversion = \"1\"\nextends = \"patient\"\n\
                  [access_clock]\ndays = 15\nextension_days = 15\ncitation = \"state law\"\n\
                  [[checklists.patient_access]]\nid = \"counter_form\"\ntext = \"Form 7 is signed.\"\ncitation = \"county policy\"\n";
    case.with("county.toml", policy);
    let text = request("received = 2026-03-01\n[checklist]\nidentity_verified = true").replace("litigation", "patient");
    case.with("request.toml", &text);
    let run = run::process(case.dir.path(), &["in"], &["--request", "request.toml", "--policy", "county.toml", "--quiet"]);
    assert!(run.code == 2 && run.stderr.contains("counter_form"), "{}", run.stderr);
    case.with("request.toml", &text.replace("identity_verified", "counter_form"));
    let run = run::process(case.dir.path(), &["in"], &["--request", "request.toml", "--policy", "county.toml", "--quiet"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(internal(&run, "report.json")["readiness"]["clock"]["due"], "2026-03-16");
}

const BEGIN: &str = "<!-- produced: begin -->";
const END: &str = "<!-- produced: end -->";

/// What each purpose did to whom, from runs over `samples/reyes`.
fn produced() -> String {
    let mut out = String::from("| purpose | who | category | action | reason |\n|---|---|---|---|---|\n");
    let purposes =
        ["litigation", "insurance-claim", "prior-authorization", "employer", "patient", "provider", "research-safe-harbor"];
    let key = tempfile::tempdir().expect("a temporary folder");
    let key = key.path().join("vault.key").display().to_string();
    for purpose in purposes {
        let args = [
            "--patient",
            "patient.json",
            "--purpose",
            purpose,
            "--recipient",
            "Example recipient",
            "--quiet",
            "--vault-key",
            &key,
        ];
        let run = run::process(&run::root().join("samples/reyes"), &["portal-fhir.json", "ccda/summary.xml"], &args);
        assert!(run.code == 0 || run.code == 3, "{purpose}: {}", run.stderr);
        let mut rows: BTreeMap<(String, String), (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        for e in run.ledger() {
            let word = |v: &Value| v.as_str().unwrap_or_default().to_string();
            let rule = word(&e["rule"]);
            if rule == "reference.withheld" || rule == "file.renamed" || e["decision"]["action"] == "review" {
                continue;
            }
            let row = rows.entry((group(&word(&e["role"])).to_string(), word(&e["category"]))).or_default();
            row.0.insert(word(&e["decision"]["action"]));
            row.1.insert(word(&e["decision"]["reason"]));
        }
        for ((who, category), (actions, reasons)) in rows {
            let list = |s: BTreeSet<String>| s.into_iter().collect::<Vec<_>>().join(", ");
            out.push_str(&format!("| {purpose} | {who} | {category} | {} | {} |\n", list(actions), list(reasons)));
        }
    }
    out
}

fn group(role: &str) -> &'static str {
    match role {
        "" => "nobody in particular",
        "patient" => "patient",
        "mother" | "father" | "parent" | "sister" | "brother" | "sibling" | "spouse" | "partner" | "daughter" | "son"
        | "child" | "grandmother" | "grandfather" | "grandparent" | "grandchild" | "aunt" | "uncle" | "cousin" | "niece"
        | "nephew" | "in_law" | "relative" => "relative",
        "other_patient" | "newborn" | "donor" => "other patient",
        "staff" | "interpreter" | "chaplain" => "staff",
        "other_person" => "other person",
        "organization" => "organization",
        "guardian" | "health_care_agent" | "emergency_contact" | "next_of_kin" | "caregiver" | "guarantor" | "subscriber"
        | "friend" | "contact" | "employer" => "contact",
        _ => "clinician",
    }
}

/// `scripts/policy_table` rewrites the table; here it must be true.
#[test]
fn the_table_of_what_was_produced_is_true() {
    if !run::has_model() {
        return;
    }
    let path = run::root().join("docs/policies.md");
    let doc = std::fs::read_to_string(&path).expect("docs/policies.md");
    let (head, rest) = doc.split_once(BEGIN).expect("the mark before the table");
    let (table, tail) = rest.split_once(END).expect("the mark after the table");
    let now = format!("\n{}", produced());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{now}{END}{tail}")).expect("written");
        return;
    }
    assert_eq!(table, now, "run scripts/policy_table");
}

#[test]
fn a_site_gives_people_the_label_of_a_coarser_role_and_never_of_another() {
    let note = "Seen with her mother Augusta Tolliver (206-555-0199). Sister Nell Brandreth waits outside.\n";
    let case = Case::new(&[("portal.json", &portal(vec![relative("1948-02-11")])), ("note.txt", note)]);
    let policy = |labels: &str| format!("name = \"county\"\nversion = \"1\"\nextends = \"litigation\"\n\n[labels]\n{labels}\n");
    case.with("plain.toml", &policy("")).with("coarse.toml", &policy("mother = \"relative\"\nsister = \"relative\""));
    let plain = case.run("litigation", &["--policy", "plain.toml"]);
    let (json, text) = (draft(&plain, "portal.json"), draft(&plain, "note.txt"));
    assert!(json.contains("[MOTHER]") && text.contains("[MOTHER]") && text.contains("[SISTER"), "{text}");
    let coarse = case.run("litigation", &["--policy", "coarse.toml"]);
    assert_eq!(coarse.code, plain.code, "the same questions, and every check passes");
    let (json, text) = (draft(&coarse, "portal.json"), draft(&coarse, "note.txt"));
    for written in [&json, &text] {
        assert!(written.contains("[RELATIVE 1") && !written.contains("[MOTHER") && !written.contains("[SISTER"), "{written}");
        assert!(!written.contains("Tolliver") && !written.contains("Brandreth"));
    }
    assert!(text.contains("[RELATIVE 2]"), "two people have two labels: {text}");
    for bad in
        ["mother = \"father\"", "mother = \"patient\"", "patient = \"relative\"", "relative = \"mother\"", "mother = \"mum\""]
    {
        case.with("bad.toml", &policy(bad));
        let run = case.run("litigation", &["--policy", "bad.toml"]);
        assert_eq!(run.code, 2, "{bad}");
        assert!(run.stderr.contains("bad.toml:"), "{}", run.stderr);
    }
}

/// An output, released or not.
fn draft(run: &Run, name: &str) -> String {
    ["release", "draft"].iter().find_map(|a| std::fs::read_to_string(run.out().join(a).join(name)).ok()).expect("an output")
}

/// What word processors write about a file does not hold it; a date packed into one number does.
#[test]
fn safe_harbor_reduces_the_dates_of_an_rtf_file() {
    if !run::has_model() {
        return;
    }
    let file = |more: &str| {
        format!(
            r"{{\rtf1\ansi{{\info{{\creatim\yr2024\mo3\dy5\hr10\min7}}{{\revtim\yr2024\mo3\dy6}}}}\pard Patient: Orla Quillfeather\par {more}Asthma is stable on 03/05/2024.\par}}"
        )
    };
    for (more, held) in [("", false), (r"\revdttm1234567 ", true)] {
        let case = Case::new(&[("portal.json", &portal(vec![])), ("note.rtf", &file(more))]);
        let run = case.run("research-safe-harbor", &["--vault-key", "vault.key"]);
        let all = run.records();
        let rtf = all.iter().find(|(n, _)| n.ends_with(".rtf")).map(|(_, b)| String::from_utf8_lossy(b).into_owned());
        let inputs = internal(&run, "report.json")["inputs"].clone();
        assert_eq!(rtf.is_none(), held, "{inputs} {}", run.stderr);
        let Some(text) = rtf else { continue };
        assert!(text.contains(r"{\creatim\yr2024}{\revtim\yr2024}") && text.contains("Asthma is stable"), "{text}");
        for gone in ["Quillfeather", r"\mo3", r"\dy5", r"\hr10", "03/05/2024"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
    }
}
