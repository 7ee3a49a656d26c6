//! One ledger, two editions.
//!
//! The **internal** edition is for staff: originals, names, questions. The **recipient** edition travels with the release and holds no
//! third party's value in any form; it is built from types that have no place for one (`recipient.rs`), and its texts pass closed
//! vocabularies (`guard.rs`). Each page and PDF is a view of the `report.json` beside it (`sections/` makes blocks of it, `paper/` draws
//! them), so what the JSON cannot hold they cannot show. The ledger is streamed, once for both: a report of a million changes needs the memory of two thousand.
//!
//! The same case and ledger give the same bytes: no clock but the time that the case carries for the custodian, no random number.

mod chain;
mod common;
mod digest;
mod guard;
mod internal;
mod ledger_rows;
mod ledger_xlsx;
mod letters;
mod paper;
mod proved;
mod recipient;
mod sections;
mod summary;
mod waterfall;

pub use chain::{ChainError, ChainSummary, Closing, LedgerReader, LedgerWriter, entry_line, verify_chain, verify_custody};
pub use digest::TABLE_ROWS;
pub use letters::{Letter, find_template, letter, letter_kinds, letter_template, letters_due};
pub use summary::{summary, summary_json};

use crate::model::case::Case;
use serde::Serialize;
use std::io::{self, BufRead, Write};
use std::path::Path;

pub use ledger_xlsx::spreadsheet_texts;

/// Where the report's own words stand: its pages, and the types that name the members of its JSON. A check that looks for removed names
/// in a report must know which words are there whoever is in the case.
pub const FIXED: &[&str] = &[
    include_str!("paper/paper.html"),
    include_str!("paper/style.html"),
    include_str!("paper/pdf/table.rs"),
    include_str!("paper/pdf/draw.rs"),
    include_str!("sections/mod.rs"),
    include_str!("sections/asked.rs"),
    include_str!("sections/matters.rs"),
    include_str!("sections/record.rs"),
    include_str!("sections/proof.rs"),
    include_str!("recipient.rs"),
    include_str!("common.rs"),
    include_str!("digest.rs"),
    include_str!("guard.rs"),
    include_str!("ledger_rows.rs"),
    include_str!("ledger_xlsx.rs"),
    include_str!("../../letters/redisclosure.txt"),
    include_str!("../model/role.rs"),
    include_str!("../model/mention.rs"),
    "tesseract leptonica application fhir json ndjson xml cda xdm html text plain css pdf png jpeg tiff zip gzip octet stream image",
    // What the makers of PDFs and spreadsheets write into every file.
    "noto sans mono regular bold hebrew arabic devanagari bengali gurmukhi gujarati oriya tamil telugu kannada malayalam sinhala thai lao \
     myanmar khmer georgian ethiopic cherokee armenian symbols math droid fallback cjk sc emoji identity adobe ucs font type catalog pages outlines document sect figure table caption metadata producer",
    "creator title language microsoft excel office theme calibri cambria light times new roman arial worksheet workbook sheet shared strings \
     styles core app props rels content types print titles area filter database normal accent good bad neutral heading company manager",
];

/// For whom a report is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Edition {
    /// `OUT/internal/`: staff only.
    Internal,
    /// `OUT/release/report/` or `OUT/draft/report/`.
    Recipient,
}

/// Opens a report file for writing: edition and file name (`report.html`) to a writer. The writer is flushed, not closed.
pub type Sink<'a> = dyn FnMut(Edition, &str) -> io::Result<Box<dyn Write>> + 'a;

/// What the reports show of a ledger: [`gather`] makes it once for both editions.
pub struct Gathered(digest::Digest);

impl Gathered {
    /// Entries and last hash of the ledger that was made.
    pub fn ledger(&self) -> &ChainSummary {
        &self.0.chain
    }
}

/// Reads the entries of a run (lines of [`entry_line`]) once the copy was checked, binds them into `ledger`, and writes the tables of it in the
/// same pass: internal `ledger.csv` and `ledger.xlsx`, and with `recipient` those of the recipient's edition. `case` must be what the
/// reports will be written from: by its checks an entry is verified or not.
///
/// # Errors
/// An entry cannot be read; a file cannot be written.
pub fn gather(case: &Case, entries: impl BufRead, ledger: impl Write, recipient: bool, sink: &mut Sink) -> io::Result<Gathered> {
    let editions = [Edition::Internal, Edition::Recipient];
    let mut tables = Vec::new();
    for edition in editions.into_iter().filter(|e| recipient || *e == Edition::Internal) {
        tables.push((edition, ledger_rows::Rows::new(edition, case, sink(edition, "ledger.csv")?)?));
    }
    let digest = digest::digest(case, entries, ledger, &mut |entry| tables.iter_mut().try_for_each(|(_, t)| t.write(entry)))?;
    for (edition, table) in tables {
        write_all(edition, "ledger.xlsx", &table.finish()?, sink)?;
    }
    Ok(Gathered(digest))
}

/// Writes one edition but for the ledger: `report.html`, `report.pdf` and `report.json`; of the internal one also `review.json`,
/// `request.json`, `custody.jsonl` and the letters that apply, below `letters/`; of the recipient's the notices that travel with the
/// copy. `templates` is a site's folder of letters.
///
/// # Errors
/// A file cannot be written, or a site's letter does not parse.
pub fn write_edition(
    edition: Edition,
    case: &Case,
    gathered: &Gathered,
    templates: Option<&Path>,
    sink: &mut Sink,
) -> io::Result<()> {
    let digest = &gathered.0;
    match edition {
        Edition::Internal => {
            let report = write_views(edition, case, &internal::view(case, digest), sink)?;
            let review = serde_json::json!({ "format": "disclose-review", "case_id": case.id, "items": case.review });
            write_json(&mut *sink(edition, "review.json")?, &review)?;
            let request = serde_json::json!({
                "format": "disclose-request", "case_id": case.id, "tool_version": case.version,
                "request": case.request, "policy": case.policy,
            });
            write_json(&mut *sink(edition, "request.json")?, &request)?;
            write_all(edition, "custody.jsonl", &chain::custody_lines(&case.custody)?, sink)?;
            for kind in letters_due(&report).into_iter().filter(|k| *k != "redisclosure") {
                write_letter(edition, kind, &format!("letters/{kind}"), (&report, &request), templates, sink)?;
            }
            Ok(())
        }
        Edition::Recipient => {
            let report = write_views(edition, case, &recipient::view(case, digest), sink)?;
            if report["policy"]["travelling"].as_array().is_none_or(Vec::is_empty) {
                return Ok(());
            }
            write_letter(edition, "redisclosure", "notice", (&report, &serde_json::Value::Null), templates, sink)
        }
    }
}

/// Writes a letter as page and PDF.
fn write_letter(
    edition: Edition,
    kind: &str,
    name: &str,
    facts: (&serde_json::Value, &serde_json::Value),
    templates: Option<&Path>,
    sink: &mut Sink,
) -> io::Result<()> {
    let template = find_template(kind, templates).map_err(io::Error::other)?;
    let made = letter(&template, facts.0, facts.1).map_err(|e| io::Error::other(format!("{kind}: {e}")))?;
    write_all(edition, &format!("{name}.html"), made.html.as_bytes(), sink)?;
    write_all(edition, &format!("{name}.pdf"), &made.pdf, sink)
}

/// Writes a report in its three forms; gives it as data.
fn write_views<T: Serialize>(edition: Edition, case: &Case, report: &T, sink: &mut Sink) -> io::Result<serde_json::Value> {
    let report = serde_json::to_value(report)?;
    write_json(&mut *sink(edition, "report.json")?, &report)?;
    let paper = sections::paper(&report, pictures(case));
    let (page, pdf) = rayon::join(|| paper::html(&paper), || paper::pdf(&paper));
    write_all(edition, "report.html", page.map_err(io::Error::other)?.as_bytes(), sink)?;
    write_all(edition, "report.pdf", &pdf.map_err(io::Error::other)?, sink)?;
    Ok(report)
}

/// The pages of what goes out. A file that the recipient does not get is not shown.
fn pictures(case: &Case) -> Vec<paper::PagePicture> {
    let one = |p: &crate::model::case::PageView| {
        let boxes = match p.boxes.len() {
            0 => "nothing redacted on it".to_string(),
            1 => "1 redaction".to_string(),
            n => format!("{n} redactions"),
        };
        paper::PagePicture {
            caption: format!("{}, page {}", p.file, p.page),
            about: format!("{}, page {} as it goes out: {boxes}", p.file, p.page),
            width: p.width,
            height: p.height,
            grey: p.grey.clone(),
            boxes: p.boxes.clone(),
        }
    };
    case.pages.iter().map(one).collect()
}

fn write_all(edition: Edition, name: &str, bytes: &[u8], sink: &mut Sink) -> io::Result<()> {
    let mut out = sink(edition, name)?;
    out.write_all(bytes)?;
    out.flush()
}

fn write_json<T: Serialize>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The patient's names as the request states them.
fn patient_names(case: &Case) -> Vec<String> {
    case.request.patient.names.iter().map(|n| n.display()).collect()
}

/// Names and birth date of the patient as what goes out may hold them: none where the patient's identifiers go, initials and year where they are
/// reduced for a court.
fn shown_patient(case: &Case) -> (Vec<String>, Option<&str>) {
    if !case.policy.keeps_patient() {
        return (Vec::new(), None);
    }
    let birth = case.request.patient.birth_date.as_deref();
    let Some(filing) = case.policy.filing.as_ref().filter(|f| f.on) else { return (patient_names(case), birth) };
    let subject = filing.subject.as_ref();
    let names = if filing.minor() {
        subject.map(|s| s.initials.clone()).into_iter().filter(|i| !i.is_empty()).collect()
    } else {
        patient_names(case)
    };
    (names, subject.map(|s| s.year.as_str()).filter(|_| birth.is_some()))
}

/// The authority of the request, or the policy's default.
fn authority(case: &Case) -> &str {
    case.request.authority.as_deref().unwrap_or(&case.policy.default_authority)
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
