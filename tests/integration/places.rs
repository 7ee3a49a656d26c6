//! Places of an export in which somebody hides, each found by planting a name there and looking for it in every released byte.

use super::run;
use serde_json::{Value, json};

/// Runs one bundle of the patient Lena Strandvik with the given resources; exit code and what was released, as one text.
fn released(resources: &[Value]) -> (i32, String) {
    let patient = json!({
        "resourceType": "Patient", "id": "p1", "name": [{"family": "Strandvik", "given": ["Lena"]}], "birthDate": "1979-08-14",
        "gender": "female", "telecom": [{"system": "phone", "value": "206-555-0100"}]
    });
    let entries: Vec<Value> = std::iter::once(&patient).chain(resources).map(|r| json!({"resource": r})).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, v: &Value| std::fs::write(folder.path().join(name), v.to_string()).expect("written");
    put("patient.json", &patient);
    put("export.json", &json!({"resourceType": "Bundle", "type": "collection", "entry": entries}));
    let args = ["--patient", "patient.json", "--purpose", "litigation", "--recipient", "Alder & Finch LLP", "--quiet"];
    let run = run::process(folder.path(), &["export.json"], &args);
    let text = run.records().iter().map(|(_, b)| String::from_utf8_lossy(b).into_owned()).collect();
    (run.code, text)
}

/// Released at once, without any of `gone` and with all of `kept`.
fn check(resources: &[Value], gone: &[&str], kept: &[&str]) {
    let (code, text) = released(resources);
    assert_eq!(code, 0, "{text}");
    for g in gone {
        assert!(!text.contains(g), "{g} is still in {text}");
    }
    for k in kept {
        assert!(text.contains(k), "{k} is no longer in {text}");
    }
}

fn of_patient() -> Value {
    json!({"reference": "Patient/p1"})
}

#[test]
fn an_organisation_in_a_clinicians_place_stays() {
    let provenance = json!({
        "resourceType": "Provenance", "id": "pv", "target": [{"reference": "Patient/p1"}], "recorded": "2023-01-01T00:00:00Z",
        "agent": [{"who": {"display": "Quentin Marsh, MD"}, "onBehalfOf": {"display": "Evergreen Heights"}}]
    });
    let organisation = json!({"resourceType": "Organization", "id": "o", "name": "Evergreen Heights"});
    check(&[provenance, organisation], &["Quentin", "Marsh"], &["Evergreen Heights"]);
}

#[test]
fn an_occupation_shown_in_place_of_a_name_is_no_name() {
    let role = json!({"resourceType": "PractitionerRole", "id": "pr", "specialty": [{"text": "Family Medicine"}],
        "practitioner": {"reference": "Practitioner/d", "display": "Physician Family Medicine, MD"}});
    let doctor = json!({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Fennimore", "given": ["Brigid"]}]});
    check(&[role, doctor], &["Fennimore"], &["\"text\":\"Family Medicine\""]);
}

#[test]
fn a_relative_in_a_clinicians_place_has_one_label() {
    let mother = json!({"resourceType": "RelatedPerson", "id": "m", "patient": of_patient(), "relationship": [{"text": "Mother"}],
        "name": [{"family": "Strandvik", "given": ["Gudrun"]}]});
    let consent = json!({"resourceType": "Consent", "id": "c", "status": "active", "scope": {"text": "x"}, "category": [{"text": "y"}],
        "patient": of_patient(), "performer": [{"display": "Gudrun Strandvik"}]});
    let (code, text) = released(&[mother, consent]);
    assert_eq!(code, 0);
    assert!(text.contains("\"performer\":[{\"display\":\"[MOTHER]\"}]"), "{text}");
}

#[test]
fn questions_of_a_group_and_their_extensions_are_read() {
    let answers = json!({"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "subject": of_patient(), "item": [
        {"linkId": "1", "text": "Emergency contact", "item": [
            {"linkId": "1.1", "text": "Name", "answer": [{"valueString": "Fredrika Noll",
                "extension": [{"url": "http://x.example.org/raw", "valueString": "Fredrika Noll"}]}]}]},
        {"linkId": "2", "text": "Name of family illness", "answer": [{"valueString": "Breast cancer"}]},
        {"linkId": "3", "text": "Caregiver", "answer": [{"valueReference": {"display": "Ottoline Vance"}}]}]});
    check(&[answers], &["Fredrika", "Noll", "Ottoline", "Vance"], &["Breast cancer"]);
}

#[test]
fn the_login_of_an_agent_is_the_agents() {
    let event = json!({"resourceType": "AuditEvent", "id": "a", "type": {"code": "rest"}, "recorded": "2023-01-01T00:00:00Z",
        "agent": [{"who": {"display": "Nadia Brisk"}, "altId": "nbrisk", "name": "Brisk, Nadia", "requestor": true}],
        "source": {"observer": {"display": "Epic"}}});
    let (code, text) = released(&[event]);
    assert_eq!(code, 0);
    let labels: Vec<&str> = text.match_indices("\"altId\":\"").map(|(i, m)| &text[i + m.len()..]).collect();
    let label = labels[0].split('"').next().unwrap_or("");
    assert!(label.starts_with('[') && text.matches(label).count() >= 3, "{text}");
}

#[test]
fn phones_that_nobodys_element_holds() {
    let parameters = json!({"resourceType": "Parameters", "id": "x", "parameter": [
        {"name": "own", "valueContactPoint": {"system": "phone", "value": "(206) 555-0100"}},
        {"name": "other", "valueContactPoint": {"system": "phone", "value": "2065550177"}}]});
    check(&[parameters], &["2065550177", "\"name\":\"other\"}"], &["(206) 555-0100"]);
}

#[test]
fn links_of_a_bundle_entry_and_secrets_in_urls() {
    let inner = json!({"resourceType": "Bundle", "id": "b", "type": "searchset",
        "link": [{"relation": "self", "url": "https://ehr.example.org/Patient?name=Strandvik&access_token=eyJhbGciOi.abc"}],
        "entry": [{"link": [{"relation": "made for Brigid Fennimore", "url": "https://ehr.example.org/x"}]}]});
    let doctor = json!({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Fennimore", "given": ["Brigid"]}]});
    check(&[inner, doctor], &["eyJhbGciOi", "Fennimore"], &["name=Strandvik"]);
}

#[test]
fn a_photo_that_goes_anyway_is_no_question() {
    let sister = json!({"resourceType": "RelatedPerson", "id": "s", "patient": of_patient(), "name": [{"text": "Solveig Aasen"}],
        "photo": [{"contentType": "image/x-unknown", "data": "AAECAwQFBgcICQ=="}]});
    check(&[sister], &["Solveig", "AAECAwQFBgcICQ"], &[]);
}

#[test]
fn the_number_of_somebody_elses_policy_goes_wherever_it_stands() {
    let coverage = json!({"resourceType": "Coverage", "id": "c", "status": "active", "subscriber": {"display": "Anders Strandvik"},
        "subscriberId": "WNX880417220", "beneficiary": of_patient(), "payor": [{"display": "Cascadia Mutual Health Plan"}],
        "identifier": [{"system": "http://plan.example.org", "value": "WNX880417220-02"}]});
    check(&[coverage], &["Anders", "WNX880417220"], &["Cascadia Mutual Health Plan"]);
}

#[test]
fn an_rtf_note_is_read_through_its_formatting() {
    use base64::Engine;
    let rtf = "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\author Ottoline Grieves}}{\\header Salem Clinic\\par}\\pard\\f0 Strandvik, Lena. \
        Seen by Dr. Bartho{\\b lomew} Kestrel\\b\\par Her sister M{\\i \\'e1}ire drove. Metformin 500\\~mg.\\par{\\*\\docvar{typist}{Typed by Ottoline Grieves}}}";
    let attachment = json!({"contentType": "text/rtf", "data": base64::engine::general_purpose::STANDARD.encode(rtf)});
    let note = json!({"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": of_patient(),
        "content": [{"attachment": attachment}]});
    let (code, text) = released(&[note]);
    assert_eq!(code, 0, "{text}");
    let bundle: Value = serde_json::from_str(&text).expect("one bundle");
    let data = bundle["entry"][1]["resource"]["content"][0]["attachment"]["data"].as_str().expect("an attachment");
    let out = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
    let out = String::from_utf8(out).expect("ASCII");
    for gone in ["Bartho", "lomew", "Kestrel", "\\'e1", "ire drove", "Ottoline", "Grieves"] {
        assert!(!out.contains(gone), "{gone} is still in {out}");
    }
    for kept in
        ["{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}", "Salem Clinic", "Strandvik, Lena.", "Metformin 500\\~mg.\\par", "[SISTER"]
    {
        assert!(out.contains(kept), "{kept} is no longer in {out}");
    }
}
