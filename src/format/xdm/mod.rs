//! IHE XDM / ebRIM metadata: `METADATA.XML` of a package, and XDR requests that carry the same with their documents inside.
//!
//! The metadata repeats who wrote, signed and receives each document in HL7 v2 fields (`id^Last^First^...`) inside XML values, and
//! holds size and SHA-1 of each document; both must follow when a document changes. [`rewrite_links`] does the second.

mod hl7v2;
mod links;
mod people;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use links::{LinkUpdate, rewrite_links, sha1_hex};

use super::url;
use super::xml::encoding::of;
use super::xml::text::{Mode, view as text_view};
use super::xml::{self, XmlKind, xml_kind};
use super::{Format, Score, Source};
use crate::model::document::{Class, Document, Field, Form};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;

/// ebRIM metadata and XDR requests.
pub struct XdmMetadata;

impl Format for XdmMetadata {
    fn id(&self) -> &'static str {
        "xdm-metadata"
    }
    fn media_type(&self) -> &'static str {
        "text/xml"
    }
    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        if xml_kind(head) == XmlKind::Xdm { Score::Sure } else { Score::No }
    }
    fn read(&self, source: Source) -> Result<Document, ReadError> {
        read::read(source.bytes)
    }
    fn view<'a>(&self, source: Source<'a>, _doc: &Document, field: &Field) -> TextView<'a> {
        view(source.bytes, field)
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

/// View of a field; empty for signatures and embedded documents.
fn view<'a>(bytes: &'a [u8], field: &Field) -> TextView<'a> {
    if matches!(field.class, Class::Attachment | Class::Signature) {
        return TextView::default();
    }
    let mode = match field.form {
        Form::Markup => return xml::flow::view(bytes, field.span),
        Form::XmlAttr => Mode::Attr,
        Form::XmlComment => Mode::Verbatim,
        _ => Mode::Text,
    };
    url::readable(field.class, text_view(bytes, field.span, of(bytes), mode))
}
