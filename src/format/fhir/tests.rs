//! The FHIR format on small documents of every kind, and on the sample collection where it is present.

use super::*;
use crate::model::document::{Class, Form};
use crate::model::edit::{Change, apply};
use crate::model::person::StubKind;

fn read(text: &str) -> Document {
    FhirJson.read(Source { bytes: text.as_bytes(), name: "t.json" }).unwrap()
}

/// Edits every owned field of stubs that are not a Patient's, as a third-party policy would.
fn redact(text: &str) -> (String, Written) {
    let doc = read(text);
    let mut edits = Vec::new();
    for (i, f) in doc.fields.iter().enumerate() {
        let Some(owner) = f.owner else { continue };
        if doc.stubs[owner as usize].kind == StubKind::Patient {
            continue;
        }
        let change = match f.class {
            Class::PersonName | Class::PersonText => Change::Label("[X 1]".into()),
            Class::Identifier => Change::Mask("[X 1]".into()),
            Class::Telecom | Class::Address | Class::BirthDate | Class::Demographic | Class::Photo | Class::Signature => {
                Change::Remove
            }
            _ => continue,
        };
        edits.push(Edit { field: i as u32, record: false, range: None, change, ledger: i as u32 });
    }
    let w = FhirJson.write(Source { bytes: text.as_bytes(), name: "t.json" }, &doc, &edits).unwrap();
    let out = String::from_utf8(w.bytes.clone()).unwrap();
    assert_eq!(apply(text.as_bytes(), &w.splices), w.bytes, "splices give the output");
    let v: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
    no_empty(&v, &out);
    (out, w)
}

fn no_empty(v: &serde_json::Value, all: &str) {
    match v {
        serde_json::Value::Object(o) => {
            assert!(!o.is_empty(), "empty object in {all}");
            o.values().for_each(|x| no_empty(x, all));
        }
        serde_json::Value::Array(a) => {
            assert!(!a.is_empty(), "empty array in {all}");
            a.iter().for_each(|x| no_empty(x, all));
        }
        _ => {}
    }
}

#[test]
fn practitioner_keeps_a_valid_shell() {
    let (out, _) = redact(
        r#"{ "resourceType": "Practitioner", "id": "p1",
  "text": {"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Amy Chen</div>"},
  "identifier": [ {"use":"official","system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"} ],
  "active": true,
  "name": [ {"use":"official","family":"Chen","given":["Amy","Q."],"prefix":["Dr."]}, {"text":"A. Chen"} ],
  "telecom": [ {"system":"phone","value":"555-0100"}, {"system":"email","value":"a@b.example"} ],
  "address": [{"line":["1 A St"]}], "gender": "female", "birthDate": "1970-01-01", "photo":[{"contentType":"image/png","data":"AAAA"}],
  "qualification": [{"identifier":[{"value":"LIC-77"}],"code":{"coding":[{"code":"MD"}]}}] }"#,
    );
    for gone in ["Chen", "Amy", "1234567893", "555-0100", "b.example", "A St", "1970", "LIC-77", "AAAA", "female"] {
        assert!(!out.contains(gone), "{gone} in {out}");
    }
    assert!(out.contains(r#""family":"[X 1]""#) && out.contains("\"masked\"") && out.contains("us-npi"));
    assert!(out.contains("REDACTED") && out.contains("\"code\":\"MD\"") && out.contains(r#""active": true"#));
}

#[test]
fn contact_without_a_name_gets_the_label() {
    let (out, _) = redact(
        r#"{"resourceType":"Patient","id":"1","name":[{"family":"Roe"}],"contact":[{"relationship":[{"text":"Mother"}],"telecom":[{"system":"phone","value":"555-0199"}],"address":{"city":"Salem"},"gender":"female"},{"telecom":[{"value":"555-0142"}]}]}"#,
    );
    assert!(!out.contains("555-01") && !out.contains("Salem") && !out.contains("female"));
    assert_eq!(out.matches(r#""name":{"text":"[X 1]"}"#).count(), 2);
    assert!(out.contains("Roe") && out.contains("Mother"));
}

#[test]
fn references_of_every_form() {
    let text = r##"{"resourceType":"Encounter","id":"e","contained":[{"resourceType":"Practitioner","id":"pp","name":[{"family":"Inside"}]}],
"status":"finished","class":{"code":"AMB"},
"subject":{"reference":"Patient/1","display":"Jane Roe"},
"participant":[{"individual":{"reference":"Practitioner/jsmith","display":"Dr. John Smith"}},
 {"individual":{"reference":"https://ehr.example/fhir/Practitioner/9/_history/2","display":"Ann Wu, RN"}},
 {"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999999","display":"Dr. Q"}},
 {"individual":{"reference":"#pp"}},
 {"individual":{"identifier":{"system":"urn:x","value":"EMP-5"}}},
 {"individual":{"display":"Nurse Joy"}}],
"serviceProvider":{"reference":"Organization/1","display":"Salem Hospital"}}"##;
    let doc = read(text);
    let refers: Vec<&str> = doc.stubs.iter().filter_map(|s| s.refers.as_deref()).collect();
    assert!(refers.contains(&"Practitioner/jsmith") && refers.contains(&"Practitioner/9") && refers.contains(&"#0#pp"));
    assert!(doc.stubs.iter().any(|s| s.identifiers.iter().any(|i| i.value == "9999999")));
    let keys: Vec<String> = doc
        .fields
        .iter()
        .filter(|f| f.class == Class::Reference)
        .map(|f| FhirJson.view(Source { bytes: text.as_bytes(), name: "" }, &doc, f).text.into_owned())
        .collect();
    assert!(keys.contains(&"Practitioner/9".to_string()) && keys.contains(&"#pp".to_string()), "{keys:?}");
    let (out, _) = redact(text);
    for gone in ["John Smith", "Ann Wu", "EMP-5", "Nurse Joy", "Inside", "Dr. Q"] {
        assert!(!out.contains(gone), "{gone}");
    }
    assert!(out.contains("Salem Hospital") && out.contains("Jane Roe"));
    assert_eq!(out.matches("REDACTED").count(), 1, "a contained resource may not have a security label");
}

#[test]
fn loose_people_in_extensions_parameters_annotations() {
    let (out, _) = redact(
        r#"{"resourceType":"Parameters","id":"x","parameter":[{"name":"who","valueHumanName":{"family":"Loose","given":["Lou"]}},
{"name":"r","resource":{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"},
"extension":[{"url":"http://x.example/who","valueHumanName":{"text":"Ext Person"}}],
"note":[{"authorString":"Nora Note","text":"fine"}]}},
{"name":"p","resource":{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"Maiden Lane"}]}}]}"#,
    );
    for gone in ["Loose", "Ext Person", "Nora", "Maiden Lane"] {
        assert!(!out.contains(gone), "{gone} in {out}");
    }
    assert!(out.contains("fine"));
}

#[test]
fn attachments_are_parts_and_digests_are_renewed() {
    let text = r#"{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"SGVsbG8=","size":5,"hash":"x","title":"Note"}}]}"#;
    let doc = read(text);
    assert_eq!(doc.parts[0].bytes.as_deref(), Ok(&b"Hello"[..]));
    let source = Source { bytes: text.as_bytes(), name: "" };
    let part = |change| {
        let e = Edit { field: doc.parts[0].field, record: false, range: None, change, ledger: 0 };
        String::from_utf8(FhirJson.write(source, &doc, &[e]).unwrap().bytes).unwrap()
    };
    let out = part(Change::Part(b"Hi".to_vec()));
    assert!(out.contains("\"data\":\"SGk=\"") && out.contains("\"size\":2") && !out.contains("\"hash\":\"x\""), "{out}");
    let out = part(Change::Mask("[WITHHELD]".into()));
    assert!(out.contains("\"_data\":{\"extension\"") && !out.contains("SGVs") && !out.contains("\"size\""), "{out}");
}

#[test]
fn a_withheld_entry_goes_with_its_references() {
    let text = r#"{"resourceType":"Bundle","type":"collection","entry":[
 {"fullUrl":"urn:uuid:1","resource":{"resourceType":"FamilyMemberHistory","id":"f","status":"completed","patient":{"reference":"Patient/1"},"relationship":{"text":"Mother"}}},
 {"resource":{"resourceType":"ClinicalImpression","id":"c","status":"completed","subject":{"reference":"Patient/1"},"supportingInfo":[{"reference":"FamilyMemberHistory/f"}]}}]}"#;
    let doc = read(text);
    let record = doc.records.iter().position(|r| r.kind == "FamilyMemberHistory").unwrap() as u32;
    let reference =
        doc.fields.iter().position(|f| f.class == Class::Reference && &text[f.span.range()] == "FamilyMemberHistory/f").unwrap()
            as u32;
    let edits = [
        Edit { field: record, record: true, range: None, change: Change::Withhold, ledger: 0 },
        Edit { field: reference, record: false, range: None, change: Change::Remove, ledger: 1 },
    ];
    let w = FhirJson.write(Source { bytes: text.as_bytes(), name: "" }, &doc, &edits).unwrap();
    let out = String::from_utf8(w.bytes).unwrap();
    let v: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(v["entry"].as_array().unwrap().len(), 1);
    assert_eq!(v["entry"][0]["resource"]["supportingInfo"][0]["display"], "[WITHHELD]");
}

#[test]
fn text_edits_inside_escapes_and_xhtml() {
    let text = r#"{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Seen by <b>Jos\u00e9<\/b> <i>Roe</i> &amp; co<br/>next</p></div>"}}"#;
    let doc = read(text);
    let source = Source { bytes: text.as_bytes(), name: "" };
    let (i, f) = doc.fields.iter().enumerate().find(|(_, f)| f.form == Form::JsonXhtml).unwrap();
    let view = FhirJson.view(source, &doc, f);
    let at = view.text.find("José Roe").unwrap_or_else(|| panic!("{:?}", view.text)) as u32;
    assert!(view.text.contains("& co"), "{:?}", view.text);
    let e = Edit {
        field: i as u32,
        record: false,
        range: Some((at, at + "José Roe".len() as u32)),
        change: Change::Label("[X <1>]".into()),
        ledger: 0,
    };
    let out = String::from_utf8(FhirJson.write(source, &doc, &[e]).unwrap().bytes).unwrap();
    assert!(out.contains(r#"<b>[X &lt;1&gt;]<\/b><i></i>"#) || out.contains(r#"<b>[X &lt;1&gt;]<\/b> <i></i>"#), "{out}");
    serde_json::from_str::<serde_json::Value>(&out).unwrap();
}

#[test]
fn hostile_input_is_an_error() {
    for bad in ["{}", "[]", "null", r#"{"resourceType":"Nope"}"#, r#"{"resourceType":5}"#] {
        assert!(FhirJson.read(Source { bytes: bad.as_bytes(), name: "" }).is_err(), "{bad}");
    }
    // Wrong shapes under known names are searched as unknown, never skipped.
    let doc =
        read(r#"{"resourceType":"Patient","name":"Jane","telecom":{"a":[["deep secret"]]},"contact":"x","birthDate":{"y":"z"}}"#);
    assert!(!doc.fields.is_empty());
}

#[test]
fn samples_round_trip_and_redact_to_valid_json() {
    let Some(root) = crate::format::shared_samples("fhir") else { return };
    let mut seen = 0;
    for path in crate::format::files_below(&root) {
        let bytes = std::fs::read(&path).unwrap();
        let source = Source { bytes: &bytes, name: "s" };
        let doc = FhirJson.read(source).unwrap();
        assert_eq!(FhirJson.write(source, &doc, &[]).unwrap().bytes, bytes);
        let text = String::from_utf8(bytes.clone()).unwrap();
        redact(&text);
        let nodes: Vec<u32> = doc.fields.iter().take(50).map(|f| f.node).collect();
        assert!(FhirJson.locate(source, &doc, &nodes).iter().all(|p| p.starts_with('/')));
        for pair in doc.fields.windows(2) {
            assert!(pair[0].span.start <= pair[1].span.start, "fields in source order");
        }
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn a_logical_reference_of_a_task_is_its_patient() {
    let doc = read(
        r#"{"resourceType":"Task","status":"requested","intent":"order",
            "for":{"identifier":{"system":"urn:x","value":"M1"},"display":"Amy Shaw"},"focus":{"display":"Amy Shaw"}}"#,
    );
    let subject = doc.records[0].subject.map(|s| &doc.stubs[s as usize]).expect("a subject");
    assert_eq!((subject.kind, subject.identifiers[0].value.as_str()), (StubKind::Patient, "M1"));
}

#[test]
fn loose_numbers_and_contacts_of_persons_are_somebodys() {
    let (out, _) = redact(
        r#"{"resourceType":"CareTeam","telecom":[{"system":"phone","value":"5035550100"}],"extension":[
            {"url":"a","valueIdentifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}},
            {"url":"b","valueIdentifier":{"system":"urn:oid:2.16.840.1.113883.4.1","value":"900-55-1234"}},
            {"url":"c","valueIdentifier":{"system":"urn:lab","value":"S-20"}}]}"#,
    );
    for gone in ["1234567893", "900-55-1234", "5035550100"] {
        assert!(!out.contains(gone), "{gone} in {out}");
    }
    assert!(out.contains("S-20"), "a specimen number is nobody's: {out}");
    let organization =
        r#"{"resourceType":"Organization","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}]}"#;
    assert!(redact(organization).0.contains("1234567893"), "an organisation keeps its number");
}

#[test]
fn a_name_in_a_url_is_read_and_goes_as_one() {
    let text = r#"{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"https://x.test/Quill%2C%20Ida.pdf"}}]}"#;
    let doc = read(text);
    let source = Source { bytes: text.as_bytes(), name: "t.json" };
    let (i, view) = doc
        .fields
        .iter()
        .enumerate()
        .find_map(|(i, f)| (f.class == Class::Url).then(|| (i, FhirJson.view(source, &doc, f))))
        .expect("the URL");
    let at = view.text.find("Quill, Ida").expect("read with its signs undone") as u32;
    let change = Change::Label("[PHYSICIAN 1]".into());
    let edit = Edit { field: i as u32, record: false, range: Some((at, at + 10)), change, ledger: 0 };
    let out = String::from_utf8(FhirJson.write(source, &doc, &[edit]).expect("written").bytes).expect("UTF-8");
    assert!(!out.contains("Quill") && !out.contains("Ida") && out.contains(".pdf"), "{out}");
}

#[test]
fn an_organisations_number_in_a_reference_stays() {
    let (out, _) = redact(
        r#"{"resourceType":"PractitionerRole","organization":{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}}}"#,
    );
    assert!(out.contains("1234567893"), "{out}");
}
