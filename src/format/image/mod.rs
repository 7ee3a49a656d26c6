//! Scans and photographs: PNG, JPEG and TIFF.
//!
//! A picture of a page is read with an OCR engine, its words go through the same stages as any other text, and what has to go is
//! overwritten in the pixels. The file is written anew from its pixels, in the codec it came in: nothing that is no pixel (EXIF, thumbnails,
//! comments, colour profiles, private tags, bytes after the end) is carried over. What the engine could not read with certainty, and ink that
//! it did not read at all, is masked in a draft and put before a person.

mod barcode;
pub mod batch;
mod glyphs;
pub mod jpeg;
pub mod mask;
pub mod ocr;
pub mod page;
pub mod png;
pub mod raster;
mod reading;
pub mod regions;
pub mod straight;
#[cfg(test)]
mod tests;
pub mod tiff_read;
pub mod tiff_unpack;
pub mod tiff_write;
mod writing;

pub use reading::{PageFields, draw, page_fields, page_words};
pub use writing::{Orders, order_of, redact_page, say};

use writing::orders;

use super::{Drawn, Format, Score, Source};
use crate::model::document::{Document, Field, Kept, Record};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::layer::PageLayer;
use crate::model::picture::Picture;
use crate::model::view::{Span, TextView};
use page::PageRead;
use raster::Raster;

/// How the file is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF, of one page or more.
    Tiff,
}

/// The format of scans and photographs.
#[derive(Clone, Copy, Debug)]
pub struct Image(pub Stored);

/// PNG.
pub static PNG: Image = Image(Stored::Png);
/// JPEG.
pub static JPEG: Image = Image(Stored::Jpeg);
/// TIFF.
pub static TIFF: Image = Image(Stored::Tiff);

/// What is kept between reading and writing: every page as it was read, with the fields it became.
pub struct Pages {
    /// In order.
    pub pages: Vec<(PageRead, PageFields)>,
}

/// One decoded page and what is needed to write it again.
struct Decoded {
    raster: Raster,
    dpi: Option<(f32, f32)>,
    made: Option<jpeg::Made>,
    packing: tiff_read::Packing,
}

impl Image {
    fn count(&self, bytes: &[u8]) -> Result<Vec<tiff_read::Ifd>, String> {
        if self.0 == Stored::Tiff { tiff_read::pages(bytes) } else { Ok(Vec::new()) }
    }

    fn decode(&self, bytes: &[u8], ifd: Option<&tiff_read::Ifd>) -> Result<Decoded, String> {
        let packing = tiff_read::Packing::Deflate;
        match self.0 {
            Stored::Png => png::decode(bytes).map(|(raster, dpi)| Decoded { raster, dpi, made: None, packing }),
            Stored::Jpeg => {
                jpeg::decode(bytes).map(|(raster, made)| Decoded { raster, dpi: made.dpi, made: Some(made), packing })
            }
            Stored::Tiff => {
                let ifd = ifd.ok_or("a TIFF image without pages")?;
                let (raster, made) = ifd.decode(bytes)?;
                let packing = ifd.packing(raster.depth);
                Ok(Decoded { raster, dpi: ifd.seen_dpi(), made, packing })
            }
        }
    }

    fn pages(&self, bytes: &[u8]) -> Result<Vec<PageRead>, String> {
        let ifds = self.count(bytes)?;
        let n = ifds.len().max(1);
        let decoded = |i: usize| self.decode(bytes, ifds.get(i)).map(|d| (d.dpi, d.raster));
        let said = |(i, why): (usize, String)| if n > 1 { format!("page {}: {why}", i + 1) } else { why };
        let read = batch::read_all(n, &decoded).into_iter().enumerate();
        read.map(|(i, page)| page.map_err(|why| said((i, why)))).collect()
    }
}

/// The pages of a PNG, JPEG or TIFF, decoded one at a time, with whether the codec is lossy. For the checks, which compare them.
pub fn pictures(bytes: &[u8]) -> impl Iterator<Item = Result<(Picture, bool), String>> + '_ {
    let image = image_of(bytes).ok();
    let ifds = image.map_or(Err("not an image".to_string()), |i| i.count(bytes));
    let n = ifds.as_ref().map_or(1, |i| i.len().max(1));
    (0..n).map(move |p| {
        let (Some(image), Ok(ifds)) = (&image, &ifds) else { return Err("not an image".to_string()) };
        let Decoded { raster, made, .. } = image.decode(bytes, ifds.get(p))?;
        let Raster { width, height, depth, data } = raster;
        Ok((Picture { width, height, channels: depth.bytes(), data }, made.is_some()))
    })
}

fn image_of(bytes: &[u8]) -> Result<Image, String> {
    [PNG, JPEG, TIFF].into_iter().find(|i| i.sniff(bytes, "") == Score::Sure).ok_or_else(|| "not an image".into())
}

/// Width and height of every page as it is shown, in pixels. Empty when it is no image.
pub fn sizes(bytes: &[u8]) -> Vec<(f32, f32)> {
    pictures(bytes).map(|p| p.map_or((1.0, 1.0), |(p, _)| (p.width as f32, p.height as f32))).collect()
}

/// The text of a page (from 0) with its places. It is read by an engine, which takes seconds.
///
/// # Errors
/// It cannot be decoded or read, or is not there.
pub fn layer(bytes: &[u8], number: usize) -> Result<PageLayer, String> {
    let image = image_of(bytes)?;
    let ifds = image.count(bytes)?;
    let ifd = ifds.get(number);
    if number > 0 && ifd.is_none() {
        return Err("there is no such page".into());
    }
    let decoded = image.decode(bytes, ifd)?;
    let read = page::read(&decoded.raster, decoded.dpi)?;
    let placed = |corners: [(f32, f32); 4]| {
        let low = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::MAX, f32::min);
        let high = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::MIN, f32::max);
        [low(|p| p.0), 1.0 - high(|p| p.1), high(|p| p.0), 1.0 - low(|p| p.1)]
    };
    let words = page_words(&read, 0, placed);
    Ok(PageLayer { texts: vec![read.text.text], words, pictured: false })
}

impl Format for Image {
    fn id(&self) -> &'static str {
        match self.0 {
            Stored::Png => "png",
            Stored::Jpeg => "jpeg",
            Stored::Tiff => "tiff",
        }
    }

    fn media_type(&self) -> &'static str {
        match self.0 {
            Stored::Png => "image/png",
            Stored::Jpeg => "image/jpeg",
            Stored::Tiff => "image/tiff",
        }
    }

    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        let marks: &[&[u8]] = match self.0 {
            Stored::Png => &[b"\x89PNG\r\n\x1a\n"],
            Stored::Jpeg => &[b"\xff\xd8\xff"],
            Stored::Tiff => &[b"II*\0", b"MM\0*"],
        };
        if marks.iter().any(|m| head.starts_with(m)) { Score::Sure } else { Score::No }
    }

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        let pages = self.pages(source.bytes).map_err(ReadError::new)?;
        let mut doc = Document { text: Some(String::new()), ..Document::default() };
        doc.records.push(Record { kind: "scan".into(), ..Record::default() });
        let many = pages.len() > 1;
        let pages: Vec<(PageRead, PageFields)> = pages
            .into_iter()
            .enumerate()
            .map(|(i, page)| {
                let record = if many {
                    doc.records.push(Record { kind: "page".into(), node: i as u32 + 1, parent: Some(0), ..Record::default() });
                    doc.records.len() as u32 - 1
                } else {
                    0
                };
                let fields = page_fields(&page, i as u32 + 1, record, &mut doc);
                (page, fields)
            })
            .collect();
        let all = doc.text.as_ref().map_or(0, String::len);
        if let Some(root) = doc.records.first_mut() {
            root.span = Span::new(0, all);
        }
        doc.kept = Kept::new(Pages { pages });
        Ok(doc)
    }

    fn view<'a>(&self, _source: Source<'a>, doc: &Document, field: &Field) -> TextView<'a> {
        reading::view(doc, field)
    }

    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        let kept = doc.kept.get::<Pages>().ok_or_else(|| WriteError("a scan that was not read".into()))?;
        let orders = orders(doc, &kept.pages, edits);
        writing::file(self, source.bytes, kept, &orders).map_err(WriteError)
    }

    fn draw(&self, doc: &mut Document, page: usize, area: [f32; 4]) -> Result<Vec<Drawn>, String> {
        let kept = doc.kept.get::<Pages>().ok_or("a scan that was not read")?;
        let mut pages = kept.pages.clone();
        let (read, fields) = pages.get_mut(page).ok_or("there is no such page")?;
        let [l, t, r, b] = area;
        let field = draw(read, fields, [(l, 1.0 - t), (r, 1.0 - t), (l, 1.0 - b), (r, 1.0 - b)], doc);
        let field = field.ok_or("the box is too small")?;
        doc.kept = Kept::new(Pages { pages });
        Ok(vec![(field, None)])
    }

    fn locate(&self, _source: Source, _doc: &Document, nodes: &[u32]) -> Vec<String> {
        nodes.iter().map(|n| if *n == 0 { String::new() } else { format!("page {n}") }).collect()
    }
}
