//! Letters: plain text templates that a site can change (`letters/*.txt`), filled from a report and drawn as page and PDF.
//!
//! A template is a text with a few marks: `# ` the title, `## ` a heading, `- ` an item of a list, `> ` lesser text, `____ ` a line for a
//! hand. `{{ blank }}` is left for one. The program fills in what the case says and signs for nobody.

use super::paper::{self, Block, Paper, Section, heading, soft, text};
use serde_json::{Value, json};
use std::path::Path;
use tera::{Context, Tera};

/// A letter as both files.
pub struct Letter {
    /// One HTML page.
    pub html: String,
    /// A PDF.
    pub pdf: Vec<u8>,
}

/// Name, what it is for, built-in template.
const KINDS: [(&str, &str, &str); 6] = [
    ("cover", "goes with the copy", include_str!("../../letters/cover.txt")),
    ("missing-element", "asks for what a request lacks", include_str!("../../letters/missing-element.txt")),
    ("extension", "tells a requester of the one extension", include_str!("../../letters/extension.txt")),
    ("partial-denial", "denies a patient access in part", include_str!("../../letters/partial-denial.txt")),
    ("certificate", "certificate of the custodian for a court", include_str!("../../letters/certificate.txt")),
    ("redisclosure", "notices that travel with the copy", include_str!("../../letters/redisclosure.txt")),
];

/// What stands where a hand writes.
const BLANK: &str = "____________________";

/// Kinds of letters with what each is for.
pub fn letter_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|k| (k.0, k.1))
}

/// The built-in template of a kind.
pub fn letter_template(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|k| k.0 == kind).map(|k| k.2)
}

/// The template of a kind from a site's folder, else the built-in one.
///
/// # Errors
/// No such kind, with the valid ones; the site's file cannot be read.
pub fn find_template(kind: &str, folder: Option<&Path>) -> Result<String, String> {
    let built_in = letter_template(kind).ok_or_else(|| {
        let all: Vec<&str> = letter_kinds().map(|k| k.0).collect();
        format!("no letter \"{}\"; there are: {}", kind.chars().take(40).collect::<String>(), all.join(", "))
    })?;
    let Some(own) = folder.map(|f| f.join(format!("{kind}.txt"))).filter(|p| p.is_file()) else { return Ok(built_in.into()) };
    std::fs::read_to_string(&own).map_err(|e| format!("{}: cannot be read: {e}", own.display()))
}

/// Letters that a case needs, by its internal `report.json`.
pub fn letters_due(report: &Value) -> Vec<&'static str> {
    let goes_out = ["released", "review_needed"].iter().any(|c| report["outcome"]["code"] == *c);
    let court = report["request"]["authority"].as_str().unwrap_or_default();
    let court = report["request"]["purpose"] == "litigation" || court.starts_with("subpoena") || court.starts_with("court");
    let missing = report["readiness"]["blocks"].as_array().is_some_and(|b| b.iter().any(|b| b["kind"] == "checklist"));
    let extended = report["request"]["extended"].as_str().is_some_and(|d| !d.is_empty());
    let notices = report["policy"]["travelling"].as_array().is_some_and(|n| !n.is_empty());
    let denied = report["request"]["purpose"] == "patient"
        && (report["request"]["ground_stated"] == true || report["counts"]["withheld"].as_u64().unwrap_or(0) > 0);
    [
        ("cover", goes_out),
        ("missing-element", missing),
        ("extension", extended),
        ("partial-denial", goes_out && denied),
        // Nobody can certify a copy that is no copy yet.
        ("certificate", report["outcome"]["code"] == "released" && court),
        ("redisclosure", goes_out && notices),
    ]
    .into_iter()
    .filter(|(_, due)| *due)
    .map(|(kind, _)| kind)
    .collect()
}

/// Fills a template. `report` is a `report.json`; what only the internal edition has is left blank for the recipient's. `request` is the
/// internal `request.json`, or null.
///
/// # Errors
/// The template does not parse, or names something that a letter does not know; in words with the line.
pub fn letter(template: &str, report: &Value, request: &Value) -> Result<Letter, String> {
    let mut tera = Tera::new();
    tera.add_raw_template("letter.txt", template).map_err(|e| format!("letter template: {}", told(&e)))?;
    let context = Context::from_serialize(&facts(report, request)).map_err(|e| e.to_string())?;
    let filled = tera.render("letter.txt", &context).map_err(|e| format!("letter template: {}", told(&e)))?;
    let paper = paper_of(&filled, report);
    Ok(Letter { html: paper::html(&paper)?, pdf: paper::pdf(&paper)? })
}

/// An error of the template engine with what caused it.
fn told(e: &dyn std::error::Error) -> String {
    let mut out = e.to_string();
    let mut source = e.source();
    while let Some(s) = source {
        out = format!("{out}: {s}");
        source = s.source();
    }
    out
}

/// What a template may name.
fn facts(report: &Value, request: &Value) -> Value {
    let (q, p, asked) = (&report["request"], &report["policy"], &request["request"]);
    let denial = &report["readiness"]["denial"];
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    // A letter may be filed with the copy.
    let (filing, subject) = (&p["court_filing"], &request["policy"]["filing"]["subject"]);
    let mut patient: Vec<&str> = q["patient"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut birth = text(&q["birth_date"]);
    if filing.is_object() {
        birth.truncate(4);
        if filing["minor"] == true {
            patient = subject["initials"].as_str().into_iter().collect();
        }
    }
    let missing: Vec<&Value> =
        report["readiness"]["blocks"].as_array().into_iter().flatten().filter(|b| b["kind"] == "checklist").collect();
    // Blocks begin with the key of the item, which a requester has no use for.
    let missing: Vec<Value> = missing
        .iter()
        .map(|b| {
            let told = text(&b["text"]);
            let words = told.split_once(": ").map_or(told.as_str(), |(_, words)| words);
            json!({ "text": words, "citation": b["citation"] })
        })
        .collect();
    json!({
        "blank": BLANK,
        "case_id": text(&report["case_id"]), "release_id": text(&report["release_id"]),
        "draft": report["outcome"]["code"] != "released",
        "patient": patient.first().copied().unwrap_or_default(), "birth_date": birth,
        "recipient": text(&q["recipient"]), "recipient_address": text(&q["recipient_address"]),
        "requester": text(&q["requester"]["name"]), "reference": text(&q["reference"]), "purpose": text(&q["purpose"]),
        "received": text(&q["received"]), "due": text(&q["due"]), "extended": text(&q["extended"]),
        "extension_reason": text(&asked["extension"]["reason"]), "extension_until": text(&asked["extension"]["until"]),
        "authority": text(&q["authority"]), "authority_title": text(&p["authority_title"]), "scope": text(&p["scope"]),
        "minimum_necessary": text(&p["minimum_necessary"]),
        "ground": text(&q["ground"]), "ground_title": text(&denial["title"]), "ground_citation": text(&denial["citation"]),
        "reviewable": !denial.is_object() || denial["reviewable"] == true,
        "reviewer": text(&asked["reviewer"]["name"]), "reviewer_license": text(&asked["reviewer"]["license"]),
        "contact": text(&denial["contact"]), "contact_phone": text(&denial["phone"]),
        "changes": report["counts"]["changes"].as_u64().unwrap_or(0), "kept": report["counts"]["kept"].as_u64().unwrap_or(0),
        "withheld": report["counts"]["withheld"].as_u64().unwrap_or(0),
        "outputs": report["outputs"].as_array().map_or(0, Vec::len), "missing": missing, "notices": p["travelling"],
        // A draft is certified by nobody, whatever a site's template says around it.
        "oath": if report["outcome"]["code"] != "released" { "VOID: this is a draft.".to_string() } else { format!("I declare under penalty of perjury, where the law asks for it (28 U.S.C. 1746), that this is true. {BLANK}") },
    })
}

/// Marks become blocks.
fn paper_of(filled: &str, report: &Value) -> Paper {
    let mut paper = Paper { letter: true, ..Paper::default() };
    let (mut blocks, mut lines, mut items, mut paragraph) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    // An empty line at the end closes what is open.
    for line in filled.lines().chain(["", "."]) {
        let line = line.trim_end();
        if !line.starts_with("- ") && !items.is_empty() {
            blocks.push(Block::List { items: std::mem::take(&mut items) });
        }
        if !line.starts_with("____ ") && !lines.is_empty() {
            blocks.push(Block::Lines { labels: std::mem::take(&mut lines) });
        }
        let mark = line.split_once(' ');
        let plain = !matches!(mark, Some(("#" | "##" | "-" | ">" | "____", _))) && !line.is_empty() && line != ".";
        if !plain && !paragraph.is_empty() {
            blocks.push(text(std::mem::take(&mut paragraph)));
        }
        match mark {
            Some(("#", title)) if paper.title.is_empty() => paper.title = title.into(),
            Some(("#" | "##", title)) => blocks.push(heading(title)),
            Some(("-", item)) => items.push(item.to_string()),
            Some((">", words)) => blocks.push(soft(words)),
            Some(("____", label)) => lines.push(label.to_string()),
            _ if plain => {
                if !paragraph.is_empty() {
                    paragraph.push('\n');
                }
                paragraph.push_str(line);
            }
            _ => {}
        }
    }
    if paper.title.is_empty() {
        paper.title = "Letter".into();
    }
    paper.foot = format!("{}, release {}", paper.title, report["release_id"].as_str().unwrap_or_default());
    paper.sections.push(Section { blocks, ..Section::default() });
    paper
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Edition, sample, tests};

    fn report() -> Value {
        let mut case = sample::case();
        case.outcome = crate::model::case::Outcome::Released;
        let files = tests::reports_of(&case, &sample::entries());
        serde_json::from_str(&tests::text(&files, Edition::Internal, "report.json")).unwrap()
    }

    #[test]
    fn every_letter_is_filled_and_signed_by_nobody() {
        let mut report = report();
        report["readiness"]["blocks"] = json!([{"kind": "checklist", "text": "expiration is open: It has an expiration date.", "citation": "45 CFR 164.508"}]);
        for (kind, _) in letter_kinds() {
            let letter = letter(letter_template(kind).unwrap(), &report, &Value::Null).unwrap_or_else(|e| panic!("{kind}: {e}"));
            assert!(letter.pdf.starts_with(b"%PDF-1.7") && !letter.html.contains("{{"), "{kind}");
            if kind != "redisclosure" {
                assert!(letter.html.contains("class=\"line\"") && letter.html.contains("Signature"), "{kind}");
            }
            for claim in ["hipaa compliant", "true and complete copy", "de-identified"] {
                assert!(!letter.html.to_lowercase().contains(claim), "{kind} claims {claim}");
            }
        }
        let missing = letter(letter_template("missing-element").unwrap(), &report, &Value::Null).unwrap();
        assert!(missing.html.contains("It has an expiration date. (45 CFR 164.508)") && !missing.html.contains("is open"));
    }

    #[test]
    fn a_certificate_says_redacted_copy_and_names_the_log() {
        let mut report = report();
        let made = |report: &Value| letter(letter_template("certificate").unwrap(), report, &Value::Null).unwrap();
        assert!(!made(&report).html.contains("VOID"));
        report["outcome"]["code"] = json!("review_needed");
        let draft = made(&report);
        assert!(draft.html.contains("VOID: this is a draft") && !draft.html.contains("Signature"), "{}", draft.html);
        report["outcome"]["code"] = json!("released");
        let letter = made(&report);
        assert!(
            letter.html.contains("redacted as listed in the attached redaction log")
                && letter.html.contains("not a copy of the whole")
        );
    }

    #[test]
    fn a_sites_own_template_is_used_and_its_faults_are_told() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cover.txt"), "# Ours\n\nDear {{ recipient }}\n").unwrap();
        let own = find_template("cover", Some(dir.path())).unwrap();
        let made = letter(&own, &report(), &Value::Null).unwrap();
        assert!(made.html.contains("<h1>Ours</h1>") && made.html.contains("Dear Harrow &amp; Finch"));
        assert!(find_template("extension", Some(dir.path())).unwrap().contains("164.524"));
        assert!(letter("# x\n\n{{ nonsense }}", &report(), &Value::Null).is_err());
        assert!(find_template("invoice", None).unwrap_err().contains("missing-element"));
    }

    #[test]
    fn a_case_gets_the_letters_that_apply() {
        let mut report = report();
        assert_eq!(letters_due(&report), ["cover", "certificate"]);
        report["outcome"]["code"] = json!("review_needed");
        assert_eq!(letters_due(&report), ["cover"], "a draft is certified by nobody");
        report["outcome"]["code"] = json!("verification_failed");
        assert!(letters_due(&report).is_empty());
        report["outcome"]["code"] = json!("released");
        report["request"]["purpose"] = json!("patient");
        report["request"]["extended"] = json!("2026-12-01");
        report["policy"]["travelling"] = json!([{"title": "x"}]);
        assert_eq!(letters_due(&report), ["cover", "extension", "partial-denial", "redisclosure"]);
    }
}
