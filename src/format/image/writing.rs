//! Edits become pixels, and pixels a file.

use super::mask::{Block, Cut, Done, redact};
use super::ocr::Area;
use super::page::PageRead;
use super::raster::Raster;
use super::reading::PageFields;
use super::regions::Looks;
use super::straight::Laid;
use super::tiff_write::{Page, Writer};
use super::{Decoded, Image, Pages, Stored, jpeg, png};
use crate::model::document::Document;
use crate::model::edit::{Change, Edit, PixelChange, Rewrite, Written};
use rayon::prelude::*;

/// What is to be done on one page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Orders {
    /// Words that go.
    pub cuts: Vec<Cut>,
    /// Areas that go.
    pub blocks: Vec<Block>,
    /// The page as a whole stays behind.
    pub withheld: Option<u32>,
}

/// Sorts the edits of a document by page.
pub fn orders(doc: &Document, pages: &[(PageRead, PageFields)], edits: &[Edit]) -> Vec<Orders> {
    let mut out = vec![Orders::default(); pages.len()];
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|e| (e.record, e.field, e.range));
    for e in &order {
        let Some(record) = doc.records.get(e.field as usize).filter(|_| e.record) else { continue };
        // Record 0 is the document; a page's node is its number.
        for (i, o) in out.iter_mut().enumerate() {
            if e.field == 0 || record.node == i as u32 + 1 {
                o.withheld = Some(e.ledger);
            }
        }
    }
    for (o, (page, fields)) in out.iter_mut().zip(pages) {
        let own = order_of(page, fields, order.iter().copied());
        (o.cuts, o.blocks) = (own.cuts, own.blocks);
    }
    out
}

/// The edits of one page, among all of a document.
pub fn order_of<'e>(page: &PageRead, fields: &PageFields, edits: impl Iterator<Item = &'e Edit>) -> Orders {
    let mut o = Orders::default();
    for e in edits.filter(|e| !e.record) {
        let label = match &e.change {
            Change::Label(l) | Change::Mask(l) | Change::Text(l) | Change::InsertName(l) => l.clone(),
            _ => String::new(),
        };
        let whole = Area { left: 0, top: 0, right: page.size.0 as i32, bottom: page.size.1 as i32 };
        if fields.whole == Some(e.field) {
            o.blocks.push(Block { area: whole, label, ledger: e.ledger });
        } else if let Some(region) = fields.regions.iter().position(|f| *f == e.field).and_then(|r| page.regions.get(r)) {
            let margin = if region.looks == Looks::Drawn { 0 } else { (page.capital * 0.3) as i32 };
            o.blocks.push(Block { area: region.area.grown(margin, margin), label, ledger: e.ledger });
        } else if fields.text == e.field {
            let (start, end) = e.range.unwrap_or((0, u32::MAX));
            let words = page.text.pieces_in(start as usize, end as usize).collect();
            o.cuts.push(Cut { words, label, ledger: e.ledger });
        }
    }
    stay_under(page, fields, &mut o);
    o
}

/// In a line in which something goes the rest moves. What a person has drawn a box over must not move out from under it.
fn stay_under(page: &PageRead, fields: &PageFields, o: &mut Orders) {
    let drawn: Vec<Block> = page
        .regions
        .iter()
        .zip(&fields.regions)
        .filter(|(r, _)| r.looks == Looks::Drawn)
        .filter_map(|(r, _)| o.blocks.iter().find(|b| b.area == r.area).cloned())
        .collect();
    for b in drawn {
        let mut words = Vec::new();
        for line in &page.text.lines {
            let pieces = || line.cells.iter().flat_map(|c| &c.pieces).copied();
            if pieces().any(|p| o.cuts.iter().any(|c| c.words.contains(&p))) {
                let under = |p: &u32| page.words.get(*p as usize).is_some_and(|w| w.area.meets(&b.area));
                words.extend(pieces().filter(under).filter(|p| !o.cuts.iter().any(|c| c.words.contains(p))));
            }
        }
        if !words.is_empty() {
            o.cuts.push(Cut { words, label: String::new(), ledger: b.ledger });
        }
    }
}

/// Redacts one page. `None` for a page on which nothing is to be done.
pub fn redact_page(raster: Raster, page: &PageRead, orders: &Orders) -> (Raster, Option<Done>) {
    if orders.cuts.is_empty() && orders.blocks.is_empty() {
        return (raster, None);
    }
    let mut level = page.laid.level(raster, page.paper);
    let done = redact(&mut level, page, &orders.cuts, &orders.blocks);
    (page.laid.back(level), Some(done))
}

/// A page by its index, with what was done to it.
type Redacted = (usize, Decoded, Option<Done>);

/// Writes the whole file anew.
pub(super) fn file(image: &Image, bytes: &[u8], kept: &Pages, orders: &[Orders]) -> Result<Written, String> {
    let ifds = image.count(bytes)?;
    let mut rewrite = Rewrite::default();
    let mut writer = Writer::new(orders.iter().filter(|o| o.withheld.is_none()).count());
    let mut out = Vec::new();
    let indices: Vec<usize> = (0..kept.pages.len()).collect();
    // Some pages at a time, so that a long fax does not stand in memory whole.
    for some in indices.chunks(rayon::current_num_threads().max(1)) {
        let done: Vec<Result<Redacted, String>> = some
            .par_iter()
            .map(|&i| {
                let (Some((page, _)), Some(order)) = (kept.pages.get(i), orders.get(i)) else { return Err("a lost page".into()) };
                let mut decoded = image.decode(bytes, ifds.get(i))?;
                let blank = Raster { width: 0, height: 0, depth: decoded.raster.depth, data: Vec::new() };
                let (raster, done) = redact_page(std::mem::replace(&mut decoded.raster, blank), page, order);
                decoded.raster = raster;
                Ok((i, decoded, done))
            })
            .collect();
        for page in done {
            let (i, decoded, done) = page?;
            let no = i as u32 + 1;
            if let Some(ledger) = orders.get(i).and_then(|o| o.withheld) {
                rewrite.withheld.push(no);
                rewrite.places.push((ledger, format!("page {no}")));
                continue;
            }
            if let (Some(order), Some((page, _))) = (orders.get(i), kept.pages.get(i)) {
                say(no, order, page, done.as_ref(), &mut rewrite);
            }
            match image.0 {
                Stored::Png => out = png::encode(&decoded.raster, decoded.dpi)?,
                Stored::Jpeg => out = jpeg::encode(&decoded.raster, decoded.made.as_ref().unwrap_or(&jpeg::Made::default()))?,
                Stored::Tiff => writer.add(&Page {
                    raster: &decoded.raster,
                    packing: decoded.packing,
                    made: decoded.made.as_ref(),
                    dpi: decoded.dpi,
                })?,
            }
        }
    }
    if rewrite.withheld.len() == kept.pages.len() {
        return Err("every page is withheld".into());
    }
    if image.0 == Stored::Tiff {
        out = writer.finish();
    }
    Ok(Written { bytes: out, rewritten: Some(rewrite), ..Written::default() })
}

/// Notes what was done on a page.
pub fn say(no: u32, orders: &Orders, page: &PageRead, done: Option<&Done>, rewrite: &mut Rewrite) {
    let Some(done) = done else {
        rewrite.untouched.push(no);
        return;
    };
    rewrite.labels.extend(
        orders.cuts.iter().map(|c| &c.label).chain(orders.blocks.iter().map(|b| &b.label)).filter(|l| !l.is_empty()).cloned(),
    );
    for (ledger, a) in &done.boxes {
        if !rewrite.places.iter().any(|(l, _)| l == ledger) {
            rewrite.places.push((*ledger, format!("page {no} [{} {} {} {}]", a.left, a.top, a.right, a.bottom)));
        }
    }
    if done.tight > 0 {
        rewrite.notes.push(format!("page {no}: {} labels had no room; the box has the width of what it covers", done.tight));
    }
    rewrite.pixels.push(change(no, page.laid, page.size, done));
}

fn change(no: u32, laid: Laid, size: (usize, usize), done: &Done) -> PixelChange {
    let plain = |a: &Area| [a.left, a.top, a.right, a.bottom];
    PixelChange {
        page: no,
        quarters: laid.turn.quarters(),
        slope: laid.slope,
        size: (size.0 as u32, size.1 as u32),
        touched: done.touched.iter().map(plain).collect(),
        moved: done.moved.iter().map(|m| (plain(&m.from), m.left)).collect(),
        boxes: done.boxes.iter().map(|(_, a)| plain(a)).collect(),
    }
}
