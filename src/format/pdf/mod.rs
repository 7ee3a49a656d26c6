//! PDF.
use crate::format::{Format, Score, Source};
use crate::model::document::{Document, Field};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;

/// PDF with a text layer.
#[derive(Clone, Copy, Default, Debug)]
pub struct Pdf;

impl Format for Pdf {
    fn id(&self) -> &'static str {
        "pdf"
    }
    fn media_type(&self) -> &'static str {
        "application/pdf"
    }
    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        if head.starts_with(b"%PDF-") { Score::Sure } else { Score::No }
    }
    fn read(&self, _source: Source) -> Result<Document, ReadError> {
        Err(ReadError::new("pdf (not supported yet)"))
    }
    fn view<'a>(&self, _source: Source<'a>, _doc: &Document, _field: &Field) -> TextView<'a> {
        TextView::default()
    }
    fn write(&self, _source: Source, _doc: &Document, _edits: &[Edit]) -> Result<Written, WriteError> {
        Err(WriteError("pdf (not supported yet)".into()))
    }
    fn locate(&self, _source: Source, _doc: &Document, nodes: &[u32]) -> Vec<String> {
        nodes.iter().map(|n| format!("page {n}")).collect()
    }
}
