//! FHIR R4 JSON.
//!
//! The reader is driven by the R4 element table ([`schema`]): a HumanName, Reference or Attachment is known as such at any depth,
//! in contained resources, extensions, Parameters and primitive extensions. [`walk`] lists fields; [`special`] holds the types with
//! a rule of their own; [`person`] reads the facts of a person; [`write`] splices.

mod circumstances;
mod content;
mod ops;
pub mod person;
mod pointing;
mod questionnaire;
pub mod reference;
pub mod schema;
mod special;
mod view;
mod walk;
mod write;

use super::json::{Tape, locate};
use super::{Format, Score, Source};
use crate::model::document::{Document, Field, Kept};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;
use std::borrow::Cow;

/// What a field is to the writer, beyond its class.
pub mod hint {
    /// Nothing special.
    pub const NONE: u16 = 0;
    /// A whole property or array element that can be taken out.
    pub const PROPERTY: u16 = 1;
    /// A HumanName object.
    pub const NAME_OBJECT: u16 = 2;
    /// A name given as one string.
    pub const NAME_STRING: u16 = 3;
    /// An Identifier object of a person.
    pub const IDENTIFIER: u16 = 4;
    /// A contact without name, which must get one when the rest of it goes.
    pub const INSERT_NAME: u16 = 5;
    /// The whole div of a third party's own resource.
    pub const DIV_WHOLE: u16 = 6;
    /// The pointing part of Reference.reference.
    pub const REFERENCE: u16 = 7;
    /// The pointing part of a URL.
    pub const URL_KEY: u16 = 8;
    /// Base64 content.
    pub const BLOB: u16 = 10;
    /// An attribute value in XHTML.
    pub const XHTML_ATTR: u16 = 11;
    /// An attribute value without quotes in what should be XHTML.
    pub const XHTML_ATTR_UNQUOTED: u16 = 12;
    /// The inside of a comment in XHTML.
    pub const XHTML_COMMENT: u16 = 13;
    /// A script, style or broken tag in what should be XHTML.
    pub const XHTML_PLAIN: u16 = 14;
    /// A date that needs a time: a year alone is none.
    pub const INSTANT: u16 = 15;
}

#[cfg(test)]
mod tests;

/// The tape that the reader kept, or a new one.
fn tape_of<'d>(src: &[u8], doc: &'d Document) -> Result<Cow<'d, Tape>, ReadError> {
    match doc.kept.get::<(usize, Tape)>() {
        Some((len, tape)) if *len == src.len() => Ok(Cow::Borrowed(tape)),
        _ => Tape::parse(src).map(Cow::Owned),
    }
}

/// The FHIR R4 JSON format: one resource, of any type, Bundles included.
#[derive(Clone, Copy, Debug, Default)]
pub struct FhirJson;

impl Format for FhirJson {
    fn id(&self) -> &'static str {
        "fhir-json"
    }

    fn media_type(&self) -> &'static str {
        "application/fhir+json"
    }

    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head);
        let text = head.trim_ascii_start();
        if !text.starts_with(b"{") {
            return Score::No;
        }
        if memchr::memmem::find(text, b"\"resourceType\"").is_some() { Score::Sure } else { Score::Maybe }
    }

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        let tape = Tape::parse(source.bytes)?;
        let mut doc = walk::Walker::run(source.bytes, &tape)?;
        doc.kept = Kept::new((source.bytes.len(), tape));
        Ok(doc)
    }

    fn view<'a>(&self, source: Source<'a>, _doc: &Document, field: &Field) -> TextView<'a> {
        view::view(source.bytes, field)
    }

    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        write::write(source.bytes, doc, edits)
    }

    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        match tape_of(source.bytes, doc) {
            Ok(tape) => locate::pointers(source.bytes, &tape, nodes),
            Err(_) => vec![String::new(); nodes.len()],
        }
    }
}
