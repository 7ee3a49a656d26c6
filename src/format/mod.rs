//! Formats: bytes to [`Document`] and (bytes, edits) to bytes. Only this folder knows syntax.
//!
//! A format never re-serialises. Its reader notes byte ranges, its writer splices, so that white space, key order, decimals,
//! entities and unknown fields survive and *the difference between input and output is the ledger*.

pub mod ccda;
#[cfg(test)]
mod conformance;
pub mod fhir;
pub mod image;
pub mod json;
pub mod layout;
pub mod pdf;
pub mod readable;
pub mod roles;
pub mod rtf;
pub mod text;
mod url;
pub mod xdm;
pub mod xml;

use crate::model::document::{Document, Field, FieldId};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;

/// How sure a format is that bytes are its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Score {
    /// Not this format.
    No,
    /// Could be (plain text).
    Maybe,
    /// Looks like it.
    Likely,
    /// Carries the format's own mark.
    Sure,
}

/// One document's bytes and the name to use in messages.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The bytes as they came, byte order mark included.
    pub bytes: &'a [u8],
    /// Path inside the export; for sniffing only, content decides.
    pub name: &'a str,
}

/// A syntax that can be read with byte ranges and edited by splicing.
/// A field, or a range in its text, that lies below a box.
pub type Drawn = (FieldId, Option<(u32, u32)>);

/// A format.
pub trait Format: Send + Sync {
    /// Where a box that a person has drawn on a page (from 0) reaches: fields, or ranges in their text, which then are to be redacted. The
    /// area is left, top, right, bottom in parts of the page as it is shown. Formats without pages have none.
    ///
    /// # Errors
    /// Why not, in words.
    fn draw(&self, doc: &mut Document, page: usize, area: [f32; 4]) -> Result<Vec<Drawn>, String> {
        let _ = (doc, page, area);
        Err("a box can be drawn on the pages of PDFs and pictures only".into())
    }

    /// Short name used in reports: `fhir-json`, `ccda`.
    fn id(&self) -> &'static str;
    /// Media type of what it writes.
    fn media_type(&self) -> &'static str;
    /// How sure this format is that the bytes are its own. `head` is the first 64 KiB or less.
    fn sniff(&self, head: &[u8], name: &str) -> Score;
    /// Reads fields, people, records and embedded parts.
    fn read(&self, source: Source) -> Result<Document, ReadError>;
    /// The text of a field as a person reads it, with its way back to the bytes. Empty for a field without text.
    fn view<'a>(&self, source: Source<'a>, doc: &Document, field: &Field) -> TextView<'a>;
    /// Carries out edits. `write` of no edits gives the input bytes.
    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError>;
    /// Element path of a field or record node for the ledger, without values: `/entry/3/resource/note/0/text`.
    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String>;
}

/// The sample collection that lies beside a checkout in development; tests over it are skipped where it is absent.
#[cfg(test)]
pub(crate) fn shared_samples(kind: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("DISCLOSE_SHARED")
        .map(std::path::PathBuf::from)
        .unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let dir = root.join("data/samples").join(kind);
    dir.is_dir().then_some(dir)
}

/// Every file below a folder, sorted.
#[cfg(test)]
pub(crate) fn files_below(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    let mut stack = vec![dir.to_path_buf()];
    while let Some(d) = stack.pop() {
        for e in std::fs::read_dir(d).into_iter().flatten().flatten() {
            let p = e.path();
            if p.is_dir() { stack.push(p) } else { out.push(p) }
        }
    }
    out.sort();
    out
}
