//! Copies that are filed with a court (Fed. R. Civ. P. 5.2(a)): the patient's own numbers keep four digits, the birth date its year, a minor's
//! name its initials, in every format; everything else of the patient's stays.

use crate::pdf::make;
use crate::reading;
use crate::run::{self, Run};
use base64::Engine;
use serde_json::{Value, json};

/// One patient; `born` makes a minor or an adult of them.
struct Whom {
    born: &'static str,
    us: &'static str,
    long: &'static str,
    compact: &'static str,
}

const MINOR: Whom = Whom { born: "2014-05-09", us: "05/09/2014", long: "May 9, 2014", compact: "20140509" };
const ADULT: Whom = Whom { born: "1974-05-09", us: "05/09/1974", long: "May 9, 1974", compact: "19740509" };

const CARD: &str = "4111 1111 1111 1111";

fn patient(w: &Whom) -> Value {
    json!({"resourceType": "Patient", "id": "orla-quillfeather", "gender": "female", "birthDate": w.born,
        "name": [{"use": "official", "family": "Quillfeather", "given": ["Orla", "Mae"], "text": "Orla Mae Quillfeather"}],
        "identifier": [
            {"system": "urn:oid:2.999.1", "value": "448812", "type": {"coding": [{"code": "MR"}]}},
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "912-34-5678"},
            {"system": "urn:oid:2.999.7", "value": "GB33BUKB20201555", "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "BA"}]}}],
        "telecom": [{"system": "phone", "value": "206-555-0142"}, {"system": "email", "value": "orla.q@example.org"}]})
}

fn note(w: &Whom) -> String {
    format!(
        "Patient: Orla Quillfeather\nDOB: {}   MRN 448812\nSSN: 912-34-5678\n\nShe was born on {}. Asthma since 2016.\n\
         Paid by card {CARD}. Orla sleeps well.\n",
        w.us, w.long
    )
}

fn bundle(w: &Whom) -> String {
    let inner = base64::engine::general_purpose::STANDARD.encode(note(w));
    let subject = json!({"reference": "Patient/orla-quillfeather", "display": "Orla Quillfeather"});
    json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": patient(w)},
        {"resource": {"resourceType": "Condition", "id": "c1", "subject": subject, "code": {"text": "Asthma"}, "onsetDateTime": "2016-02-03"}},
        {"resource": {"resourceType": "Observation", "id": "o1", "status": "final", "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": "21112-8"}]}, "valueDateTime": w.born}},
        {"resource": {"resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": subject,
            "content": [{"attachment": {"contentType": "text/plain", "data": inner}}]}}]})
    .to_string()
}

fn ccda(w: &Whom) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="2.999.1.4.7" extension="d1"/>
<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary of Orla Quillfeather</title><effectiveTime value="20250601"/>
<confidentialityCode code="N"/><recordTarget><patientRole><id root="2.999.1" extension="448812"/><id root="2.16.840.1.113883.4.1" extension="912-34-5678"/>
<patient><name use="L"><given>Orla</given><given>Mae</given><family>Quillfeather</family></name><administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
<birthTime value="{}"/></patient></patientRole></recordTarget>
<author><time value="20250601"/><assignedAuthor><id nullFlavor="NA"/><representedOrganization><name>Harbor Clinic</name></representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="2.999.5"/><name>Harbor Clinic</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component><section><title>History</title><text><paragraph>Orla Quillfeather was born on {}. Asthma since 2016.</paragraph></text></section></component></structuredBody></component></ClinicalDocument>"#,
        w.compact, w.long
    )
}

fn rtf(w: &Whom) -> String {
    format!(
        r"{{\rtf1\ansi\deff0{{\fonttbl{{\f0 Arial;}}}}\f0 Patient: Orla Quill\b feather\b0\par DOB: {}\par SSN 912-34-5678\par Asthma is stable.\par}}",
        w.us
    )
}

fn html(w: &Whom) -> String {
    format!(
        "<html><body><p>Patient: <b>Orla</b> Quillfeather, DOB {}, SSN 912-34-5678. Asthma is stable.</p></body></html>",
        w.us
    )
}

fn case(w: &Whom, more: &[&str], request: &str) -> (tempfile::TempDir, Run) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    };
    put("who.json", patient(w).to_string().as_bytes());
    put(
        "request.toml",
        format!("purpose='litigation'\nrecipient='Harrow & Finch'\nreceived=2026-11-02\npatient_file='who.json'\n{request}")
            .as_bytes(),
    );
    put("in/portal.json", bundle(w).as_bytes());
    put("in/summary.xml", ccda(w).as_bytes());
    put("in/orla_quillfeather.txt", note(w).as_bytes());
    put("in/letter.rtf", rtf(w).as_bytes());
    put("in/page.html", html(w).as_bytes());
    put("in/visit.pdf", &make::pages(&[&note(w)]));
    let run = run::process(dir.path(), &["in"], &[&["--request", "request.toml", "--quiet"], more].concat());
    (dir, run)
}

fn open(run: &Run) -> String {
    let bytes = std::fs::read(run.out().join("internal/report.json")).unwrap_or_default();
    let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    format!("exit {} {} {}{} {}", run.code, report["failed_checks"], run.stdout, run.stderr, report["review"])
}

/// The text of a PDF by a reader that is not ours.
fn pdf_text(bytes: &[u8]) -> String {
    let document = lopdf::Document::load_mem(bytes).expect("a PDF that opens");
    document.extract_text(&document.get_pages().into_keys().collect::<Vec<u32>>()).expect("text")
}

fn names(run: &Run) -> Vec<String> {
    run.records().into_iter().map(|(n, _)| n).collect()
}

#[test]
fn of_an_adult_numbers_and_birth_date_are_reduced_and_the_name_stays() {
    if !run::has_model() {
        return;
    }
    let (_dir, run) = case(&ADULT, &["--court-filing"], "");
    assert_eq!(run.code, 0, "{}", open(&run));
    let readings = reading::all(&run.files());
    for gone in ["912-34-5678", "912345678", ADULT.born, ADULT.us, ADULT.long, ADULT.compact, CARD, "GB33BUKB20201555"] {
        assert_eq!(reading::find(&readings, gone), Vec::<String>::new(), "{gone}");
    }
    let records = reading::all(&run.records());
    for kept in ["Quillfeather", "448812", "206-555-0142", "orla.q@example.org", "XXX-XX-5678", "1974", "Asthma", "2016-02-03"] {
        assert!(!reading::find(&records, kept).is_empty(), "{kept}");
    }
    assert!(names(&run).contains(&"orla_quillfeather.txt".into()), "{:?}", names(&run));
    let bundle: Value =
        serde_json::from_slice(&run.records().iter().find(|r| r.0 == "portal.json").expect("a bundle").1).expect("JSON");
    let own = &bundle["entry"][0]["resource"];
    assert_eq!((own["birthDate"].as_str(), own["name"][0]["family"].as_str()), (Some("1974"), Some("Quillfeather")));
    assert_eq!(own["identifier"][1]["value"], "XXX-XX-5678");
    assert_eq!(own["identifier"][2]["value"], "XXXX1555");
    assert_eq!(bundle["entry"][2]["resource"]["valueDateTime"], "1974");
    let reduced: Vec<Value> = run.ledger().into_iter().filter(|e| e["decision"]["reason"] == "FRCP-5-2").collect();
    assert!(reduced.len() > 10);
    for e in &reduced {
        let basis = e["decision"]["basis"].as_str().expect("a basis");
        assert!(basis.starts_with("Fed. R. Civ. P. 5.2(a)") && e["verified"] == true && e["method"] == "made coarser", "{e}");
        assert_ne!(e["category"], "name", "{e}");
    }
    let report = std::fs::read_to_string(run.delivered().join("report/report.html")).expect("a report");
    assert!(report.contains("Reduced for filing with a court") && report.contains("stays: no minor on 2026-11-02"));
    let certificate = std::fs::read_to_string(run.out().join("internal/letters/certificate.html")).expect("a certificate");
    assert!(certificate.contains("born 1974<") || certificate.contains("born 1974\n"), "{certificate}");
}

#[test]
fn a_minors_name_goes_to_initials_in_every_format() {
    if !run::has_model() {
        return;
    }
    let (_dir, run) = case(&MINOR, &[], "court_filing=true\n");
    assert_eq!(run.code, 0, "{}", open(&run));
    let readings = reading::all(&run.files());
    for gone in
        ["Quillfeather", "Orla", "912-34-5678", MINOR.born, MINOR.us, MINOR.long, MINOR.compact, "orla.q@example.org", CARD]
    {
        assert_eq!(reading::find(&readings, gone), Vec::<String>::new(), "{gone}");
    }
    let records = run.records();
    let file =
        |name: &str| records.iter().find(|r| r.0 == name).unwrap_or_else(|| panic!("{name} of {:?}", names(&run))).1.clone();
    let text = |name: &str| String::from_utf8(file(name)).expect("UTF-8");
    let bundle: Value = serde_json::from_str(&text("portal.json")).expect("JSON");
    let own = &bundle["entry"][0]["resource"];
    assert_eq!(own["name"][0], json!({"use": "official", "text": "O.M.Q.", "family": "Q.", "given": ["O.", "M."]}));
    assert_eq!(own["birthDate"], "2014");
    let id = format!("Patient/{}", own["id"].as_str().expect("an id"));
    assert_eq!(bundle["entry"][1]["resource"]["subject"]["reference"], *id, "the link holds");
    assert_eq!(bundle["entry"][1]["resource"]["subject"]["display"], "O.M.Q.");
    assert!(text("summary.xml").contains("<name use=\"L\"><given>O.</given><given>M.</given><family>Q.</family></name>"));
    assert!(text("summary.xml").contains("<birthTime value=\"2014\"/>"));
    for name in ["patient.txt", "letter.rtf", "page.html"] {
        let t = text(name);
        assert!(
            t.contains("O.M.Q.") && t.contains("2014") && t.contains("XXX-XX-5678") && t.to_lowercase().contains("asthma"),
            "{name}: {t}"
        );
    }
    let pdf = pdf_text(&file("visit.pdf"));
    for kept in ["O.M.Q.", "XXX-XX-5678", "2014", "Asthma", "448812"] {
        assert!(pdf.contains(kept), "{kept}: {pdf}");
    }
    for gone in ["Quillfeather", "Orla", "912-34-5678", MINOR.us, CARD] {
        assert!(!pdf.contains(gone), "{gone}: {pdf}");
    }
    // What was removed is searched for afterwards, too: put back, the folder does not pass.
    let out = run.out().display().to_string();
    assert_eq!(run::pipe(&["verify", &out], "").0, 0);
    for (back, instead) in [("O.M.Q.", "Orla Quillfeather"), ("XXX-XX-5678", "912-34-5678"), ("DOB: 2014", "DOB: 05/09/2014")] {
        let path = run.delivered().join("patient.txt");
        let whole = std::fs::read_to_string(&path).expect("a text");
        assert!(whole.contains(back), "{back}: {whole}");
        std::fs::write(&path, whole.replacen(back, instead, 1)).expect("written");
        let (code, said, _) = run::pipe(&["verify", &out], "");
        let line = said.lines().find(|l| l.contains("no-removed-value")).unwrap_or_default().to_string();
        assert!(code == 4 && (line.contains("FAILED") || line.contains("failed")), "{instead}: {said}");
        std::fs::write(&path, whole).expect("written");
    }
}

#[test]
fn without_the_option_everything_of_the_patients_stays() {
    if !run::has_model() {
        return;
    }
    let (_dir, run) = case(&MINOR, &[], "");
    assert_eq!(run.code, 0, "{}", open(&run));
    let records = reading::all(&run.records());
    for kept in ["Quillfeather", "912-34-5678", MINOR.born, MINOR.us, "GB33BUKB20201555", "orla.q@example.org"] {
        assert!(!reading::find(&records, kept).is_empty(), "{kept}");
    }
    assert!(run.ledger().iter().all(|e| e["decision"]["reason"] != "FRCP-5-2"));
}

#[test]
fn scans_are_reduced_in_their_pixels() {
    if !run::has_model() || !reading::can_read_scans() {
        return;
    }
    let args =
        ["--patient", "samples/reyes/patient.json", "--purpose", "litigation", "--recipient", "R", "--court-filing", "--quiet"];
    let run = run::process(&run::root(), &["samples/scans/fax.tif", "samples/scans/scanned.pdf"], &args);
    assert_eq!(run.code, 0, "{}", open(&run));
    let reduced = run.ledger().into_iter().filter(|e| e["decision"]["reason"] == "FRCP-5-2").count();
    assert!(reduced >= 4, "{reduced}");
    let fax = run.records().into_iter().find(|r| r.0 == "fax.tif").expect("a fax").1;
    let seen = reading::pixels(&fax).unwrap_or_default();
    // The label is small on a fax, and may be misread; the date must not be read, and the name must.
    assert!(!seen.contains("03/14") && seen.contains("Reyes"), "{seen}");
}

#[test]
fn what_contradicts_a_court_filing_is_refused() {
    let (_dir, run) = case(&ADULT, &["--court-filing", "--purpose", "provider", "--authority", "treatment"], "");
    assert!(run.code == 2 && run.stderr.contains("`court_filing` does not go with provider"), "{}", run.stderr);
    let (_dir, run) = case(&ADULT, &[], "court_filing='yes'\n");
    assert!(run.code == 2 && run.stderr.contains("must be true or false") && run.stderr.contains("line 5"), "{}", run.stderr);
    let policy = |text: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("p.toml");
        std::fs::write(&path, text).expect("written");
        run::pipe(&["policy", "check", &path.display().to_string()], "")
    };
    let base = "name='x'\nversion='1'\nextends=";
    let (code, _, why) = policy(&format!("{base}'research-safe-harbor'\n[court_filing]\nuse='always'\n"));
    assert!(code == 2 && why.contains("p.toml:4") && why.contains("contradict"), "{why}");
    let (code, _, why) = policy(&format!("{base}'litigation'\n[court_filing]\nuse='sometimes'\n"));
    assert!(code == 2 && why.contains("allowed"), "{why}");
    let (code, _, why) = policy(&format!("{base}'litigation'\n[court_filing]\nuse='always'\nadult_age=7\n"));
    assert!(code == 2 && why.contains("adult_age"), "{why}");
    assert_eq!(policy(&format!("{base}'litigation'\n[court_filing]\nuse='always'\nadult_age=19\n")).0, 0);
}
