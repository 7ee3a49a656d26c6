//! Pass 2, second half: a numbered document becomes bytes, and every difference is accounted for.

use super::number::Numbered;
use crate::model::edit::{Cause, Change, Edit, Rewrite, Splice};
use crate::model::error::WriteError;
use crate::model::ledger::{Entry, ReviewItem};

/// A finished document.
#[derive(Clone)]
pub struct Finished {
    /// The document as it came.
    pub input: Vec<u8>,
    /// Output bytes.
    pub bytes: Vec<u8>,
    /// Every difference to the input.
    pub splices: Vec<Splice>,
    /// Ledger entries of this document and those inside it, in order.
    pub entries: Vec<Entry>,
    /// Review items likewise.
    pub reviews: Vec<ReviewItem>,
    /// Output byte ranges that a person ruled to keep.
    pub exempt: Vec<(u64, u64)>,
    /// Embedded documents that could not be written after all and are left out: place and why, each a question for a person.
    pub late: Vec<(String, String)>,
    /// What a format that is written anew says of its output.
    pub rewritten: Option<Rewrite>,
    /// Texts that a person ruled to keep, where ranges of bytes mean nothing: in a document that is written anew.
    pub kept_texts: Vec<String>,
}

/// Writes a document. `file` is its path as released, `above` the path of the field that holds it, for embedded ones.
pub fn write(n: Numbered, file: &str, above: &str) -> Result<Finished, WriteError> {
    let Numbered { tree, mut edits, mut entries, nodes, reviews, children, whole: _, ruled_keep, .. } = n;
    let paths = tree.format.locate(tree.source(), &tree.doc, &nodes);
    for (entry, path) in entries.iter_mut().zip(&paths) {
        entry.place.file = file.to_string();
        entry.place.path = format!("{above}{path}");
    }
    exact_places(&tree, &edits, &mut entries);
    let mut late: Vec<(String, String)> = Vec::new();
    let mut inner: Vec<Entry> = Vec::new();
    let mut inner_reviews: Vec<ReviewItem> = Vec::new();
    if !children.is_empty() {
        let fields: Vec<u32> = children.iter().map(|(f, _)| tree.doc.fields.get(*f as usize).map_or(0, |f| f.node)).collect();
        let at = tree.format.locate(tree.source(), &tree.doc, &fields);
        for ((field, child), path) in children.into_iter().zip(at) {
            let anew = child.tree.doc.text.is_some();
            let done = match write(child, file, &format!("{above}{path} > ")) {
                Ok(done) => done,
                Err(e) if anew => {
                    late.push((format!("{above}{path}"), e.0));
                    let change = Change::Mask("[WITHHELD]".into());
                    edits.push(Edit { field, record: false, range: None, change, ledger: u32::MAX });
                    continue;
                }
                Err(e) => return Err(e),
            };
            late.extend(done.late);
            if done.bytes != done.input {
                // The change of the outer bytes is the sum of the inner entries; it gets no entry of its own.
                edits.push(Edit { field, record: false, range: None, change: Change::Part(done.bytes), ledger: u32::MAX });
            }
            inner.extend(done.entries);
            inner_reviews.extend(done.reviews);
        }
    }
    let is_wide = tree.wide.is_some();
    let mut written = tree.format.write(tree.source(), &tree.doc, &edits)?;
    for s in &mut written.splices {
        if s.cause == Cause::Ledger(u32::MAX) {
            s.cause = Cause::Consequence("embedded document edited");
        }
    }
    let input = match tree.wide {
        None => tree.bytes,
        Some(wide) => {
            (written.bytes, written.splices) = wide.write(&tree.bytes, &written.splices)?;
            wide.input
        }
    };
    let ruled = || ruled_keep.iter().filter_map(|&i| entries.get(i));
    let (mut exempt, mut kept_texts) = (Vec::new(), Vec::new());
    match &written.rewritten {
        // Entries count the bytes of the text in UTF-8.
        None if is_wide => kept_texts = ruled().filter_map(|e| e.original.clone()).collect(),
        None => exempt = ruled().map(|e| output_range(&written.splices, e)).collect(),
        Some(_) => kept_texts = ruled().filter_map(|e| e.original.clone()).collect(),
    }
    for (ledger, place) in written.rewritten.iter().flat_map(|r| &r.places) {
        if let Some(entry) = entries.get_mut(*ledger as usize) {
            entry.place.path = format!("{above}{place}");
        }
    }
    let mut out_reviews: Vec<ReviewItem> = reviews
        .into_iter()
        .map(|(entry, mut item)| {
            match entry.and_then(|i| entries.get(i)) {
                Some(e) => item.place = e.place.clone(),
                None => item.place.file = file.to_string(),
            }
            item
        })
        .collect();
    out_reviews.extend(inner_reviews);
    entries.extend(inner);
    Ok(Finished {
        input,
        bytes: written.bytes,
        splices: written.splices,
        entries,
        reviews: out_reviews,
        exempt,
        late,
        rewritten: written.rewritten,
        kept_texts,
    })
}

/// Narrows the place of each entry from its field to its span in it.
fn exact_places(tree: &super::documents::Tree, edits: &[Edit], entries: &mut [Entry]) {
    let mut view: Option<(u32, crate::model::view::TextView)> = None;
    for e in edits {
        let (Some((start, end)), false) = (e.range, e.record) else { continue };
        let Some(entry) = entries.get_mut(e.ledger as usize) else { continue };
        let Some(field) = tree.doc.fields.get(e.field as usize) else { continue };
        if view.as_ref().is_none_or(|(f, _)| *f != e.field) {
            view = Some((e.field, tree.format.view(tree.source(), &tree.doc, field)));
        }
        let Some((_, v)) = &view else { continue };
        let ranges = v.raw_ranges(start as usize, end as usize);
        if let (Some(first), Some(last)) = (ranges.first(), ranges.last()) {
            entry.place.offset = u64::from(first.start);
            entry.place.len = u64::from(last.end - first.start);
        }
    }
}

/// Where the bytes of a kept entry stand in the output.
fn output_range(splices: &[Splice], e: &Entry) -> (u64, u64) {
    let mut shift = 0i64;
    for s in splices.iter().take_while(|s| u64::from(s.input.end) <= e.place.offset) {
        shift += s.with.len() as i64 - s.input.len() as i64;
    }
    let start = (e.place.offset as i64 + shift).max(0) as u64;
    (start, start + e.place.len)
}
