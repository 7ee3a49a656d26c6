//! PDF with a text layer.
//!
//! A PDF is a program that draws, wrapped in a heap of objects of which any may hold a name. So nothing of it is copied as it is. The
//! reader carries out the content of each page with an interpreter of its own ([`interpret`]) and knows every glyph: what it reads
//! as, where it stands, which operator drew it. [`crate::format::layout`] makes text of them, the later stages search it. The writer
//! ([`write`]) makes a new document: content streams from parsed operations, resources and fonts by what is in use, everything beside the
//! pages from a list of what is known to be harmless. Edited glyphs are gone from the stream, labels are drawn in their place, and
//! what stays on the line is laid anew ([`relay`]), so that not even the width of a gap is left of a name.
//!
//! What is not understood is not passed on: a page with an unknown operator, font or filter is left out and a person is asked.

mod again;
mod cff;
mod cmap;
mod codecs;
mod cut;
mod draw;
mod emit;
mod emit_paint;
mod emit_text;
mod excerpt;
mod font;
mod font_file;
mod fonts_out;
mod forms;
mod glyphs;
mod icc;
mod interpret;
mod label_font;
mod layer;
mod layers;
mod lex;
mod look;
#[cfg(test)]
mod mutation_tests;
mod names;
mod navigation;
mod obj;
mod out;
mod outline;
mod page;
mod pattern;
mod pdfa;
mod picture;
mod plan;
pub mod preview;
mod read;
mod relay;
mod second;
mod sfnt;
pub mod small;
mod source;
mod subject;
mod surplus;
mod tables;
mod tags;
mod tokens;
mod type1;
mod type3;
mod write;

use crate::format::{Drawn, Format, Score, Source};
use crate::model::document::{Document, Field};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::TextView;
use read::{Held, PAGE_NODE, What};

pub use layer::{layers, texts};
pub use source::add_password;

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

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        read::read(source.bytes)
    }

    fn view<'a>(&self, _source: Source<'a>, doc: &Document, field: &Field) -> TextView<'a> {
        let text = doc.text.as_deref().and_then(|t| t.get(field.span.range())).unwrap_or_default().to_string();
        let mut view = TextView::plain("", field.span.start as usize);
        if let Some(seg) = view.segs.first_mut() {
            seg.raw.end = field.span.end;
        }
        view.text = text.into();
        view
    }

    /// Writing a PDF always makes a new file, edits or not: what hides in one is left behind.
    fn write(&self, _source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        write::write(doc, edits)
    }

    fn draw(&self, doc: &mut Document, page: usize, area: [f32; 4]) -> Result<Vec<Drawn>, String> {
        draw::draw(doc, page, area)
    }

    fn locate(&self, _source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        let held = doc.kept.get::<Held>();
        let place = |n: &u32| match n & PAGE_NODE {
            0 => beside(held, *n),
            _ => format!("page {}", (n & !PAGE_NODE) + 1),
        };
        nodes.iter().map(place).collect()
    }
}

/// Where a field stands, in words.
fn beside(held: Option<&Held>, n: u32) -> String {
    match held.and_then(|h| h.what.get(n as usize)) {
        Some(What::Page(p) | What::Hidden(p)) => format!("page {}", p + 1),
        Some(What::Picture(p)) => format!("page {} picture", p + 1),
        Some(What::Note(p, _)) => format!("page {} note", p + 1),
        Some(What::Bookmark(i)) => format!("bookmark {}", i + 1),
        Some(What::Link(i)) => format!("link {}", i + 1),
        Some(What::Title) => "title".into(),
        Some(What::File(i)) => format!("attachment-{}", i + 1),
        None => String::new(),
    }
}
