//! One ledger, two editions.
//!
//! The **internal** edition is for staff: originals, names, questions. The **recipient** edition travels with the release and holds no
//! third party's value in any form; it is built from types that have no place for one (`recipient.rs`), and its texts pass closed
//! vocabularies (`guard.rs`). Each HTML page is a view of the `report.json` beside it, so what the JSON cannot hold the page cannot
//! show. The ledger is streamed, once for both: a report of a million changes needs the memory of two thousand.
//!
//! The same case and ledger give the same bytes: no clock, no random number.

mod chain;
mod common;
mod digest;
mod guard;
mod html;
mod internal;
mod ledger_csv;
mod recipient;
mod summary;
mod waterfall;

pub use chain::{ChainError, ChainSummary, LedgerReader, LedgerWriter, verify_chain};
pub use digest::TABLE_ROWS;
pub use summary::{summary, summary_json};

use crate::model::case::Case;
use serde::Serialize;
use std::io::{self, BufRead, Write};

/// Where the report's own words stand: its pages, and the types that name the members of its JSON. A check that looks for removed names
/// in a report must know which words are there whoever is in the case.
pub const FIXED: &[&str] = &[
    include_str!("templates/report.html"),
    include_str!("templates/explained.html"),
    include_str!("templates/style.html"),
    include_str!("recipient.rs"),
    include_str!("common.rs"),
    include_str!("digest.rs"),
    include_str!("guard.rs"),
    include_str!("html.rs"),
    include_str!("ledger_csv.rs"),
    include_str!("../model/role.rs"),
    include_str!("../model/mention.rs"),
    "application fhir json ndjson xml cda xdm html text plain css pdf png jpeg tiff zip gzip octet stream image",
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

/// What the reports show of a ledger: [`gather`] reads it once for both editions.
pub struct Gathered(digest::Digest);

/// Reads a ledger that [`LedgerWriter`] wrote, checking its chain on the way. With a sink the recipient edition's `ledger.csv` is written
/// in the same pass; `case` must then be what the reports will be written from.
///
/// # Errors
/// The ledger cannot be read or its chain does not hold; the file cannot be written.
pub fn gather(case: &Case, ledger: impl BufRead, sink: Option<&mut Sink>) -> io::Result<Gathered> {
    let Some(sink) = sink else { return Ok(Gathered(digest::digest(ledger, &mut |_| Ok(()))?)) };
    let files = guard::Files::of(case);
    let mut csv = sink(Edition::Recipient, "ledger.csv")?;
    let mut row = ledger_csv::Rows::new(&mut *csv, &files)?;
    let digest = digest::digest(ledger, &mut |entry| row.write(entry))?;
    csv.flush()?;
    Ok(Gathered(digest))
}

/// Writes one edition but for the ledger: internal `report.html`, `report.json`, `review.json`, `request.json`; recipient `report.html`,
/// `report.json`.
///
/// # Errors
/// A file cannot be written.
pub fn write_edition(edition: Edition, case: &Case, gathered: &Gathered, sink: &mut Sink) -> io::Result<()> {
    let digest = &gathered.0;
    match edition {
        Edition::Internal => {
            write_views(edition, &internal::view(case, digest), sink)?;
            let review = serde_json::json!({ "format": "disclose-review", "case_id": case.id, "items": case.review });
            write_json(&mut *sink(edition, "review.json")?, &review)?;
            let request = serde_json::json!({
                "format": "disclose-request", "case_id": case.id, "tool_version": case.version,
                "request": case.request, "policy": case.policy,
            });
            write_json(&mut *sink(edition, "request.json")?, &request)
        }
        Edition::Recipient => write_views(edition, &recipient::view(case, digest), sink),
    }
}

fn write_views<T: Serialize>(edition: Edition, report: &T, sink: &mut Sink) -> io::Result<()> {
    write_json(&mut *sink(edition, "report.json")?, report)?;
    let page = html::render(report).map_err(io::Error::other)?;
    let mut out = sink(edition, "report.html")?;
    out.write_all(page.as_bytes())?;
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
