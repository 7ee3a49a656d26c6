//! C-CDA and other CDA R2 documents.
//!
//! CDA hides people in many places, but always in the same shape: an entity in a role in a participation. So the reader does not
//! know templates; it knows the role elements of the RIM wherever they stand, and treats whatever is not part of one as text to be
//! searched. The writer masks with `nullFlavor="MSK"` and never removes an element that the schema could want, so that a valid
//! document stays valid.

mod attributes;
mod insert;
mod parts;
mod people;
mod read;
mod records;
mod roles;
mod values;
mod view;
mod vocabulary;
mod withhold;
mod write;

#[cfg(test)]
mod tests;

pub use vocabulary::SDTC;

use super::xml::{self, XmlKind, xml_kind};
use super::{Format, Score, Source};
use crate::model::document::{Document, Field};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;

/// CDA R2 documents of any template: C-CDA, C32, CCD of 2007.
pub struct Ccda;

impl Format for Ccda {
    fn id(&self) -> &'static str {
        "ccda"
    }
    fn media_type(&self) -> &'static str {
        "text/xml"
    }
    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        if xml_kind(head) == XmlKind::ClinicalDocument { Score::Sure } else { Score::No }
    }
    fn read(&self, source: Source) -> Result<Document, ReadError> {
        read::read(source.bytes)
    }
    fn view<'a>(&self, source: Source<'a>, _doc: &Document, field: &Field) -> TextView<'a> {
        view::view(source.bytes, field)
    }
    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        write::write(source.bytes, doc, edits)
    }
    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        match xml::again(source.bytes, doc) {
            Ok(tape) => xml::path::locate(&tape, nodes),
            Err(_) => vec![String::new(); nodes.len()],
        }
    }
}
