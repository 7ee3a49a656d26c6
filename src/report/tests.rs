use super::*;
use crate::model::case::{Check, Outcome};
use crate::model::ledger::Entry;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) type Files = BTreeMap<(Edition, String), Vec<u8>>;

#[derive(Clone)]
struct Shared(Rc<RefCell<Files>>, (Edition, String));

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().entry(self.1.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut line) = (Vec::new(), Vec::new());
    for e in entries {
        entry_line(e, &mut line).unwrap();
        out.extend_from_slice(&line);
    }
    out
}

pub(super) fn reports_of(case: &Case, entries: &[Entry]) -> Files {
    let lines = lines(entries);
    let files = Rc::new(RefCell::new(Files::new()));
    let mut sink = |edition: Edition, name: &str| -> io::Result<Box<dyn Write>> {
        Ok(Box::new(Shared(files.clone(), (edition, name.to_string()))))
    };
    let goes_out = matches!(case.outcome, Outcome::Released | Outcome::ReviewNeeded);
    let ledger = sink(Edition::Internal, "ledger.jsonl").unwrap();
    let gathered = gather(case, &lines[..], ledger, goes_out, &mut sink).unwrap();
    write_edition(Edition::Internal, case, &gathered, None, &mut sink).unwrap();
    if goes_out {
        write_edition(Edition::Recipient, case, &gathered, None, &mut sink).unwrap();
    }
    files.take()
}

pub(super) fn text(files: &Files, edition: Edition, name: &str) -> String {
    String::from_utf8(files[&(edition, name.to_string())].clone()).unwrap()
}

/// The forms in which a value could hide.
fn forms(value: &str) -> Vec<String> {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
    vec![
        value.to_lowercase(),
        value.replace('&', "&amp;").replace('/', "&#x2F;").to_lowercase(),
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(value).to_lowercase(),
        hex(value.as_bytes()),
        hex(&Sha256::digest(value)),
        hex(&sha1::Sha1::digest(value)),
        value.chars().rev().collect::<String>().to_lowercase(),
    ]
}

/// Everything that can be read in a file: of a spreadsheet its parts, of a PDF its text by a reader that is not ours.
fn readable(name: &str, bytes: &[u8]) -> String {
    let mut out = String::from_utf8_lossy(bytes).into_owned();
    if name.ends_with(".xlsx") {
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        for i in 0..zip.len() {
            io::Read::read_to_string(&mut zip.by_index(i).unwrap(), &mut out).unwrap();
        }
    }
    if name.ends_with(".pdf") {
        out += &pdf_text(bytes);
    }
    out
}

/// The text of a PDF, white space taken out.
fn pdf_text(bytes: &[u8]) -> String {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap()
}

#[test]
fn the_pdf_is_tagged_and_numbers_its_pages() {
    let files = reports_of(&sample::case(), &sample::entries());
    for edition in [Edition::Internal, Edition::Recipient] {
        let bytes = &files[&(edition, "report.pdf".to_string())];
        let document = lopdf::Document::load_mem(bytes).unwrap();
        let catalog = document.catalog().unwrap();
        assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines") && catalog.has(b"Lang"));
        let n = document.get_pages().len();
        let text = pdf_text(bytes).replace(char::is_whitespace, "");
        for page in 1..=n {
            assert!(text.contains(&format!("Page{page}of{n}")), "{edition:?} page {page} of {n}: {text}");
        }
        for section in ["0.Aboutthisreport", "7.Everychange", "16.Limitsandnotices"] {
            assert!(text.contains(section), "{section}");
        }
        assert_eq!(text.contains("WalpurgaZiegenbein"), edition == Edition::Internal);
    }
}

#[test]
fn both_editions_have_the_seventeen_sections() {
    let files = reports_of(&sample::case(), &sample::entries());
    for edition in [Edition::Internal, Edition::Recipient] {
        let page = text(&files, edition, "report.html");
        for no in 0..17 {
            assert_eq!(page.matches(&format!("\">{no}. ")).count(), 1, "{edition:?} section {no}");
        }
        assert_eq!(page.matches("<h2").count(), 17);
        let told = page.to_lowercase();
        for claim in
            ["hipaa compliant", "hipaa-compliant", "anonymised", "anonymized", "complete record", "minimum necessary met"]
        {
            assert!(!told.contains(claim), "{claim}");
        }
        assert!(!told.replace("not a de-identification", "").contains("de-identif"));
    }
}

#[test]
fn the_custodians_ledger_lists_what_was_kept_too() {
    let files = reports_of(&sample::case(), &sample::entries());
    let all = text(&files, Edition::Internal, "ledger.csv");
    assert_eq!(all.lines().count(), sample::entries().len() + 1);
    assert!(all.contains("left as it is") && all.contains("Walpurga Ziegenbein"));
    assert!(!text(&files, Edition::Recipient, "ledger.csv").contains("left as it is"));
    let custody = text(&files, Edition::Internal, "custody.jsonl");
    let event: serde_json::Value = serde_json::from_str(custody.lines().next().unwrap()).unwrap();
    assert_eq!((event["no"].as_u64(), event["hash"].as_str().map(str::len)), (Some(1), Some(64)));
}

#[test]
fn no_secret_is_in_any_recipient_byte() {
    let files = reports_of(&sample::case(), &sample::entries());
    let recipient: Vec<_> = files.iter().filter(|((e, _), _)| *e == Edition::Recipient).collect();
    let names: Vec<&str> = recipient.iter().map(|((_, n), _)| n.as_str()).collect();
    assert_eq!(names, ["ledger.csv", "ledger.xlsx", "report.html", "report.json", "report.pdf"]);
    let chain = verify_chain(&files[&(Edition::Internal, "ledger.jsonl".to_string())][..]).unwrap();
    let originals = sample::entries();
    let originals = originals.iter().filter(|e| e.no != 10).filter_map(|e| e.original.as_deref());
    let secrets: Vec<&str> =
        sample::SECRETS.iter().copied().chain(originals).chain([chain.head.as_str(), "918273", "918,273"]).collect();
    for ((_, name), bytes) in recipient {
        let hay = readable(name, bytes).to_lowercase();
        for secret in &secrets {
            for form in forms(secret) {
                assert!(!hay.contains(&form), "{name} holds {secret} as {form}");
            }
        }
    }
    let internal = text(&files, Edition::Internal, "report.json") + &text(&files, Edition::Internal, "review.json");
    assert!(sample::SECRETS.iter().filter(|s| internal.contains(**s)).count() > 12, "the test looks for what is really there");
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    let first = reports_of(&sample::case(), &sample::entries());
    for _ in 0..5 {
        for (name, bytes) in reports_of(&sample::case(), &sample::entries()) {
            assert!(first[&name] == bytes, "{name:?} differs from run to run");
        }
    }
}

#[test]
fn recipient_json_is_as_agreed() {
    let files = reports_of(&sample::case(), &sample::entries());
    insta::assert_snapshot!("recipient_report_json", text(&files, Edition::Recipient, "report.json"));
}

#[test]
fn recipient_csv_is_as_agreed() {
    let files = reports_of(&sample::case(), &sample::entries());
    insta::assert_snapshot!("recipient_ledger_csv", text(&files, Edition::Recipient, "ledger.csv").replace("\r\n", "\n"));
}

#[test]
fn recipient_html_is_as_agreed() {
    let files = reports_of(&sample::case(), &sample::entries());
    let page = text(&files, Edition::Recipient, "report.html");
    let body = page.split("</head>").nth(1).unwrap();
    insta::assert_snapshot!("recipient_report_html", body);
    assert!(page.contains("Harrow &amp; Finch &lt;LLP&gt;"), "escaped");
    for outside in ["http://", "https://", "<script", "src=", "@import", "url(", "href=\"/"] {
        assert!(!page.contains(outside), "the page needs nothing from outside: {outside}");
    }
}

/// `DISCLOSE_REPORT_OUT=folder cargo test pages_to_look_at` writes the pages for a look in a browser.
#[test]
fn pages_to_look_at() {
    let Some(folder) = std::env::var_os("DISCLOSE_REPORT_OUT") else { return };
    for ((edition, name), bytes) in reports_of(&sample::case(), &sample::entries()) {
        std::fs::write(std::path::Path::new(&folder).join(format!("{edition:?}-{name}")), bytes).unwrap();
    }
}

#[test]
fn internal_html_shows_what_staff_need() {
    let files = reports_of(&sample::case(), &sample::entries());
    let page = text(&files, Edition::Internal, "report.html");
    for needed in
        ["Internal: staff only", "Walpurga Ziegenbein", "label:mother", "Is this the patient or her mother?", "case-4711"]
    {
        assert!(page.contains(needed), "{needed}");
    }
    let request: serde_json::Value = serde_json::from_str(&text(&files, Edition::Internal, "request.json")).unwrap();
    assert_eq!(request["request"]["purpose"], "litigation");
}

#[test]
fn markup_in_a_value_stays_text() {
    let mut entries = sample::entries();
    entries[0].original = Some("<script>alert(1)</script>".into());
    let files = reports_of(&sample::case(), &entries);
    let page = text(&files, Edition::Internal, "report.html");
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
}

#[test]
fn every_outcome_has_its_banner_and_failures_have_no_recipient_edition() {
    for (outcome, banner, recipient) in [
        (Outcome::Released, "RELEASED", true),
        (Outcome::ReviewNeeded, "DRAFT - review needed", true),
        (Outcome::VerificationFailed, "VERIFICATION FAILED", false),
        (Outcome::WrongPatient, "WRONG PATIENT", false),
    ] {
        let mut case = sample::case();
        case.outcome = outcome;
        let files = reports_of(&case, &sample::entries());
        assert!(text(&files, Edition::Internal, "report.html").contains(banner));
        assert_eq!(files.keys().any(|(e, _)| *e == Edition::Recipient), recipient);
        assert!(summary(&case).starts_with(banner), "{}", summary(&case));
    }
}

#[test]
fn an_empty_case_renders() {
    let mut case = sample::case();
    for list in [&mut case.by_role, &mut case.by_category] {
        list.clear();
    }
    (case.people, case.inputs, case.outputs, case.review) = (vec![], vec![], vec![], vec![]);
    (case.withheld, case.checks, case.notes) = (vec![], vec![], vec![]);
    let files = reports_of(&case, &[]);
    assert!(text(&files, Edition::Recipient, "report.html").contains("Nobody but the patient was found."));
    assert_eq!(text(&files, Edition::Recipient, "ledger.csv").lines().count(), 1);
}

#[test]
fn a_long_ledger_is_cut_in_the_page_and_whole_in_the_csv() {
    let template = sample::entries().remove(0);
    let entries: Vec<Entry> = (1..=TABLE_ROWS as u64 + 7).map(|no| Entry { no, ..template.clone() }).collect();
    let files = reports_of(&sample::case(), &entries);
    let page = text(&files, Edition::Recipient, "report.html");
    assert!(page.contains("The first 2,000 of 2,007 changes; ledger.csv lists all of them."));
    assert_eq!(text(&files, Edition::Recipient, "ledger.csv").lines().count(), entries.len() + 1);
}

#[test]
fn broken_entries_give_no_report() {
    let mut sink = |_: Edition, _: &str| -> io::Result<Box<dyn Write>> { Ok(Box::new(io::sink())) };
    let whole = lines(&sample::entries());
    let mut damaged = whole.clone();
    damaged[20] = b'{';
    for bytes in [&damaged[..], &whole[..whole.len() - 1], b"{}\n"] {
        assert!(gather(&sample::case(), bytes, io::sink(), false, &mut sink).is_err());
        assert!(gather(&sample::case(), bytes, io::sink(), true, &mut sink).is_err());
    }
}

/// The chained ledger, both tables and both reports say the same of each entry, whatever the checks found.
#[test]
fn every_form_of_the_ledger_says_how_and_whether_it_was_verified() {
    let failed = Check { name: "second-reader".into(), passed: false, examined: 1, failures: vec!["patient.json: x".into()] };
    for (more, word) in [(vec![], "yes"), (vec![failed], "no")] {
        let mut case = sample::case();
        case.checks.extend(more);
        let files = reports_of(&case, &sample::entries());
        let chain = text(&files, Edition::Internal, "ledger.jsonl");
        assert_eq!(verify_chain(chain.as_bytes()).unwrap().entries, sample::entries().len() as u64);
        let chain: Vec<serde_json::Value> = chain.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let of_file = |e: &&serde_json::Value| e["place"]["file"] == "patient.json";
        assert!(chain.iter().filter(of_file).count() > 3);
        for e in chain.iter().filter(of_file) {
            assert_eq!((e["verified"].as_bool(), e["decided_at"].as_str()), (Some(word == "yes"), Some("2026-11-02T10:00:00Z")));
        }
        let report: serde_json::Value = serde_json::from_str(&text(&files, Edition::Internal, "report.json")).unwrap();
        let verified = chain.iter().filter(|e| e["verified"] == true).count() as u64;
        assert_eq!(report["ledger_verified"].as_u64(), Some(verified));
        for edition in [Edition::Internal, Edition::Recipient] {
            let report: serde_json::Value = serde_json::from_str(&text(&files, edition, "report.json")).unwrap();
            for row in report["actions"].as_array().unwrap() {
                let entry = chain.iter().find(|e| e["no"] == row["no"]).unwrap();
                assert_eq!(row["method"], entry["method"]);
                assert_eq!(row["verified"] == "yes", entry["verified"] == true, "{row}");
            }
        }
        let csv = text(&files, Edition::Internal, "ledger.csv");
        for (row, entry) in csv.lines().skip(1).zip(&chain) {
            assert!(row.contains(entry["method"].as_str().unwrap()), "{row}");
            assert!(row.contains(if entry["verified"] == true { ",yes," } else { ",no," }), "{row}");
        }
    }
}

#[test]
fn the_summary_is_short_and_names_nobody() {
    let mut case = sample::case();
    for i in 0..40 {
        let mut item = case.review[0].clone();
        item.id = format!("R{}", i + 3);
        case.review.push(item);
    }
    case.request.recipient = "x\u{1b}[31m\nred".into();
    let text = summary(&case);
    assert!(text.lines().count() <= 25, "{text}");
    assert!(!text.contains('\u{1b}'));
    for secret in sample::SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
    insta::assert_snapshot!("summary", summary(&sample::case()));
    let json = summary_json(&sample::case());
    assert_eq!(json["exit_code"], 3);
    assert_eq!(json["counts"]["review_open"], 1);
}

#[test]
fn waterfall_pictures_have_titles_and_stay_with_staff() {
    let files = reports_of(&sample::case(), &sample::entries());
    let page = text(&files, Edition::Internal, "report.html");
    assert_eq!(page.matches("<svg class=\"fall\"").count(), 4, "two questions for the open item and two for the person");
    assert_eq!(
        page.matches("<svg").count(),
        page.matches("<title id=").count() + page.matches("aria-label=\"patient.json, page").count()
    );
    assert!(page.contains("patient or relative? -12.5 bits in all, enough for a third party."), "{page}");
    assert!(
        page.contains("saw <mark>Walpurga</mark> today") && page.contains("What would turn it: if the given name were the same")
    );
    assert!(page.contains("<td>another patient"));
    let recipient = text(&files, Edition::Recipient, "report.html");
    assert!(
        !recipient.contains("class=\"fall\"")
            && !recipient.contains("Third party:")
            && !recipient.contains("Whose each document")
    );
}
