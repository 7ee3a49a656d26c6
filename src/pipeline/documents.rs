//! Which format reads which bytes, and documents inside documents.

use super::wide::{self, Stored, Wide};
use crate::format::ccda::Ccda;
use crate::format::fhir::FhirJson;
use crate::format::image::{JPEG, PNG, TIFF};
use crate::format::pdf::Pdf;
use crate::format::rtf::Rtf;
use crate::format::text::{Html, PlainText, hidden_pdf};
use crate::format::xdm::XdmMetadata;
use crate::format::{Format, Source};
use crate::intake::{self, ImageKind, Kind, XmlRoot};
use crate::model::document::{Document, Note};
use crate::model::error::ReadError;

/// Documents inside documents are followed this deep: a note in a C-CDA in a DocumentReference in a Bundle is three.
pub const MAX_NESTING: usize = 4;

/// Formats of which nothing comes along that was not read.
const WRITTEN_ANEW: [&str; 4] = ["pdf", "png", "jpeg", "tiff"];

/// The format for a kind of content, or why there is none.
pub fn format_for(kind: Kind) -> Result<&'static dyn Format, &'static str> {
    match kind {
        Kind::Json | Kind::Ndjson => Ok(&FhirJson),
        Kind::Xml(XmlRoot::Cda) => Ok(&Ccda),
        Kind::Xml(XmlRoot::Registry) => Ok(&XdmMetadata),
        Kind::Xml(XmlRoot::Fhir) => Err("FHIR in XML (not supported yet; ask for FHIR JSON)"),
        Kind::Xml(XmlRoot::Ccr) => Err("ASTM Continuity of Care Record (not supported; ask for C-CDA or FHIR JSON)"),
        Kind::Xml(XmlRoot::Stylesheet) => Ok(&Html),
        Kind::Xml(XmlRoot::Other) => Err("XML of an unknown kind (no C-CDA document, FHIR resource or XDM metadata)"),
        Kind::Html => Ok(&Html),
        Kind::Text => Ok(&PlainText),
        Kind::Rtf => Ok(&Rtf),
        Kind::Pdf => Ok(&Pdf),
        Kind::Image(ImageKind::Png) => Ok(&PNG),
        Kind::Image(ImageKind::Jpeg) => Ok(&JPEG),
        Kind::Image(ImageKind::Tiff) => Ok(&TIFF),
    }
}

/// One document with everything embedded in it.
#[derive(Clone)]
pub struct Tree {
    /// The format that read it.
    pub format: &'static dyn Format,
    /// Its bytes; of a structured document in UTF-16 those of the same text in UTF-8.
    pub bytes: Vec<u8>,
    /// How it was stored, when that was UTF-16.
    pub wide: Option<Wide>,
    /// What was read.
    pub doc: Document,
    /// Key that scopes ids which only hold inside it; the same in both passes.
    pub key: String,
    /// Embedded documents, one for each of the document's parts.
    pub children: Vec<Child>,
}

/// An embedded document.
#[derive(Clone)]
pub enum Child {
    /// Read.
    Tree(Box<Tree>),
    /// Nobody can read it, or it is broken; the words say what it is.
    Held(String),
}

impl Tree {
    /// As the formats take it.
    pub fn source(&self) -> Source<'_> {
        Source { bytes: &self.bytes, name: &self.key }
    }

    /// Reads a document and what is embedded in it.
    pub fn read(format: &'static dyn Format, bytes: Vec<u8>, key: String, depth: usize) -> Result<Tree, ReadError> {
        // Text and HTML count characters of any encoding by themselves; other formats are not text.
        let (bytes, wide) = match format.id() {
            "fhir-json" | "ccda" | "xdm-metadata" => match wide::narrow(bytes)? {
                Stored::Wide(bytes, wide) => (bytes, Some(wide)),
                Stored::Plain(bytes) => (bytes, None),
            },
            _ => (bytes, None),
        };
        let mut doc = format.read(Source { bytes: &bytes, name: &key })?;
        if wide.is_some() {
            let text = "stored in UTF-16; places are counted in the same text as UTF-8".to_string();
            doc.notes.push(Note { kind: "utf-16".into(), place: String::new(), text });
        }
        // One file can be two: a page for a browser and, from anywhere on, a PDF for a viewer.
        if !WRITTEN_ANEW.contains(&format.id()) {
            doc.holds.extend(hidden_pdf(&bytes));
        }
        let mut children = Vec::with_capacity(doc.parts.len());
        for (i, part) in doc.parts.iter_mut().enumerate() {
            let taken = std::mem::replace(&mut part.bytes, Ok(Vec::new()));
            children.push(child(taken, format!("{key}>{}", i + 1), depth + 1));
        }
        Ok(Tree { format, bytes, wide, doc, key, children })
    }

    /// Calls `f` for this document and every one inside it, outermost first.
    pub fn each<'t>(&'t self, f: &mut dyn FnMut(&'t Tree)) {
        f(self);
        for c in &self.children {
            if let Child::Tree(t) = c {
                t.each(f);
            }
        }
    }
}

fn child(bytes: Result<Vec<u8>, String>, key: String, depth: usize) -> Child {
    let bytes = match bytes {
        Ok(b) => b,
        Err(why) => return Child::Held(why),
    };
    if depth > MAX_NESTING {
        return Child::Held("documents nested too deep".into());
    }
    let format = match intake::kind_of(&bytes) {
        Ok(Kind::Ndjson) => return Child::Held("NDJSON inside a document".into()),
        Ok(kind) => match format_for(kind) {
            Ok(f) => f,
            Err(what) => return Child::Held(what.into()),
        },
        Err(what) => return Child::Held(what.into()),
    };
    match Tree::read(format, bytes, key, depth) {
        Ok(t) => Child::Tree(Box::new(t)),
        Err(e) => Child::Held(format!("{} that cannot be read: {}", format.id(), e.what)),
    }
}
