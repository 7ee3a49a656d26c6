//! Documents as a clinician or a clerk reads them: cards of rows, without braces and tags.
//!
//! For showing an original beside its redacted copy. Everything that stands in a document is in its rows, so that a reviewer can find a
//! name wherever it is; what only machines read (addresses of code systems, profiles) is marked, and a page may fold it away. This is not
//! the reading that detection uses, which keeps its independence of what a person sees.

mod align;
mod cda;
mod embedded;
mod fhir;
mod plain;

pub use align::{Pair, RowPair, Segment, Turn, align};

use super::{Format, Source};
use crate::model::error::ReadError;

/// Rows of one card are cut after so many.
const MAX_ROWS: usize = 5_000;

/// A document for people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Readable {
    /// In order.
    pub cards: Vec<Card>,
}

/// A resource, a section, a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Card {
    /// `Observation: Glucose`.
    pub title: String,
    /// Element path of its start.
    pub path: String,
    /// In order.
    pub rows: Vec<Row>,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// `effective date`; empty for a line of flowing text.
    pub name: String,
    /// Element path.
    pub path: String,
    /// As a person reads it.
    pub text: String,
    /// Only machines read it.
    pub technical: bool,
}

impl Card {
    fn push(&mut self, row: Row) {
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else if self.rows.len() == MAX_ROWS {
            self.rows.push(Row { text: "(more; see the file itself)".into(), ..Row::default() });
        }
    }
}

/// What a document is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// JSON, one document.
    Json,
    /// JSON, one document a line.
    Lines,
    /// C-CDA or other XML.
    Xml,
    /// HTML.
    Html,
    /// Text.
    Text,
}

/// Reads a document of a syntax.
///
/// # Errors
/// It is not of that syntax.
pub fn readable(bytes: &[u8], syntax: Syntax) -> Result<Readable, ReadError> {
    match syntax {
        Syntax::Json => fhir::document(bytes),
        Syntax::Lines => fhir::lines(bytes),
        Syntax::Xml => cda::document(bytes),
        Syntax::Html => Ok(plain::html(bytes)),
        Syntax::Text => Ok(plain::text(&String::from_utf8_lossy(bytes))),
    }
}

/// The text of a document with pages: a card for each page, with the texts that stand on it.
pub fn texts<'t>(pages: impl Iterator<Item = &'t [String]>) -> Readable {
    let mut cards = Vec::new();
    for (n, page) in pages.enumerate() {
        let mut card = Card { title: format!("Text of page {}", n + 1), path: format!("page {}", n + 1), ..Card::default() };
        for line in page.iter().flat_map(|t| t.lines()).filter(|l| !l.trim().is_empty()) {
            card.push(Row { text: line.to_string(), ..Row::default() });
        }
        if !card.rows.is_empty() {
            cards.push(card);
        }
    }
    Readable { cards }
}

/// What a format's own reader calls text, field by field.
///
/// # Errors
/// It cannot be read.
pub fn fields(format: &dyn Format, bytes: &[u8]) -> Result<Readable, ReadError> {
    let source = Source { bytes, name: "" };
    let doc = format.read(source)?;
    let mut card = Card { title: "Text".into(), ..Card::default() };
    for field in &doc.fields {
        for line in format.view(source, &doc, field).text.lines().filter(|l| !l.trim().is_empty()) {
            card.push(Row { text: line.trim().to_string(), ..Row::default() });
        }
    }
    Ok(Readable { cards: vec![card] })
}
