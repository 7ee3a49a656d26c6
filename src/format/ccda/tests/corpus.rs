//! Public samples: nothing changes without an edit, every field is found at its locator, edited spans are gone.

use super::super::Ccda;
use crate::format::xml::{self, Kind, path};
use crate::format::{Format, Score, Source};
use crate::model::document::{Class, Document, Form};
use crate::model::edit::{Change, Edit, apply};
use std::path::{Path, PathBuf};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(list) = std::fs::read_dir(dir) else { return };
    for entry in list.flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
    out.sort();
}

/// Every sample that is a clinical document; section examples are put into a document of our own.
pub fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let shared = std::env::var("DISCLOSE_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into());
    let mut paths = Vec::new();
    files(&Path::new(&shared).join("data/samples/ccda"), &mut paths);
    let mut out = Vec::new();
    for path in paths {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if Ccda.sniff(&bytes, "") == Score::Sure {
            out.push((path, bytes));
            continue;
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Some(at) = text.find("<section") {
            out.push((path, super::cda("", &format!("<component>{}</component>", &text[at..])).into_bytes()));
        }
    }
    out
}

fn read<'a>(path: &Path, bytes: &'a [u8]) -> Option<(Source<'a>, Document)> {
    let source = Source { bytes, name: "x" };
    match Ccda.read(source) {
        Ok(doc) => Some((source, doc)),
        Err(e) => {
            // A few public samples are section fragments with prefixes nobody declares, or not well-formed: refused with a place.
            assert!(e.offset.is_some() || e.what.contains("recordTarget"), "{}: {e}", path.display());
            None
        }
    }
}

#[test]
fn samples_read_and_write_back_unchanged() {
    let mut read_ok = 0;
    let all = samples();
    for (path, bytes) in &all {
        let Some((source, doc)) = read(path, bytes) else {
            println!("refused: {}: {:?}", path.display(), Ccda.read(Source { bytes, name: "" }).err());
            continue;
        };
        read_ok += 1;
        let written = Ccda.write(source, &doc, &[]).unwrap();
        assert!(written.bytes == *bytes && written.splices.is_empty(), "{}", path.display());
        assert!(doc.fields.is_sorted_by_key(|f| f.span.start), "{}: fields out of order", path.display());
        assert!(doc.stubs.len() > 1 || !path.to_string_lossy().contains("Documents"), "{}: nobody found", path.display());
        let tape = xml::parse(bytes).unwrap();
        let nodes: Vec<u32> = doc.fields.iter().map(|f| f.node).collect();
        for (field, place) in doc.fields.iter().zip(Ccda.locate(source, &doc, &nodes)) {
            let node = path::find(&tape, &place).unwrap_or_else(|| panic!("{place}"));
            assert_eq!(node, field.node, "{place}");
            assert!(tape.node(node).span.contains(&field.span), "{place}");
            let view = Ccda.view(source, &doc, field);
            for span in view.raw_ranges(0, view.text.len()) {
                assert!(field.span.contains(&span), "{place}: the view leads outside of its field");
            }
        }
        println!("{}: {} fields, {} stubs, {} notes", path.display(), doc.fields.len(), doc.stubs.len(), doc.notes.len());
    }
    assert!(all.is_empty() || read_ok * 10 >= all.len() * 9, "only {read_ok} of {} samples were read", all.len());
}

#[test]
fn masking_every_person_keeps_documents_whole() {
    for (path, bytes) in &samples() {
        let Some((source, doc)) = read(path, bytes) else { continue };
        let mut edits = Vec::new();
        let mut gone = Vec::new();
        for (i, f) in doc.fields.iter().enumerate() {
            if f.owner.is_none_or(|o| o == 0) || f.form != Form::XmlNode {
                continue;
            }
            let text = Ccda.view(source, &doc, f).text.into_owned();
            let change =
                if f.class == Class::PersonName { Change::Label("[CLINICIAN 1]".into()) } else { Change::Mask(String::new()) };
            gone.push((f.span, text));
            edits.push(Edit { field: i as u32, record: false, range: None, change, ledger: i as u32 });
        }
        let written = Ccda.write(source, &doc, &edits).unwrap();
        assert_eq!(apply(bytes, &written.splices), written.bytes);
        let again = Source { bytes: &written.bytes, name: "x" };
        let masked = Ccda.read(again).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let left: Vec<String> = masked
            .fields
            .iter()
            .filter(|f| f.owner.is_some_and(|o| o != 0) && f.form == Form::XmlNode)
            .map(|f| Ccda.view(again, &masked, f).text.trim().to_string())
            .collect();
        assert!(left.iter().all(|t| t == "[CLINICIAN 1]"), "{}: {left:?}", path.display());
        assert!(gone.is_empty() || !written.splices.is_empty());
        // Element structure outside of names is untouched: as many roles, entries and sections as before.
        let count = |b: &[u8], what: &[u8]| memchr::memmem::find_iter(b, what).count();
        for what in [b"<assignedEntity".as_slice(), b"<entry", b"<section", b"<telecom", b"<addr", b"<id ", b"<name"] {
            assert_eq!(count(bytes, what), count(&written.bytes, what), "{}", path.display());
        }
    }
}

#[test]
fn labels_in_every_text_field_keep_documents_whole() {
    for (path, bytes) in &samples() {
        let Some((source, doc)) = read(path, bytes) else { continue };
        let mut edits = Vec::new();
        for (i, f) in doc.fields.iter().enumerate().filter(|(_, f)| f.form != Form::XmlNode && f.class != Class::Attachment) {
            let view = Ccda.view(source, &doc, f);
            // A word in the middle, wherever it may be.
            let Some(word) = view.text.split_whitespace().nth(view.text.split_whitespace().count() / 2) else { continue };
            let from = word.as_ptr() as usize - view.text.as_ptr() as usize;
            let range = Some((from as u32, (from + word.len()) as u32));
            edits.push(Edit {
                field: i as u32,
                record: false,
                range,
                change: Change::Label("[MOTHER]".into()),
                ledger: i as u32,
            });
        }
        let written = Ccda.write(source, &doc, &edits).unwrap();
        assert_eq!(apply(bytes, &written.splices), written.bytes);
        Ccda.read(Source { bytes: &written.bytes, name: "x" }).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

#[test]
fn what_no_field_covers_is_one_short_word() {
    for (path, bytes) in &samples() {
        let Some((_, doc)) = read(path, bytes) else { continue };
        let tape = xml::parse(bytes).unwrap();
        // The furthest end of the fields that start before a node tells whether one of them can cover it.
        let mut fields = doc.fields.iter().peekable();
        let mut covered = 0;
        for i in 0..tape.nodes.len() as u32 {
            let n = tape.node(i);
            while let Some(f) = fields.next_if(|f| f.span.start <= n.inner.start) {
                covered = covered.max(f.span.end);
            }
            let declares = tape.prefix(i) == b"xmlns:" || tape.name(i) == b"xmlns";
            if n.inner.end <= covered || !matches!(n.kind, Kind::Attr | Kind::Text | Kind::CData) || declares {
                continue;
            }
            let raw = tape.slice(n.inner).trim_ascii();
            let harmless = match n.kind {
                Kind::Attr => raw.len() <= 64 && !raw.iter().any(|b| b.is_ascii_whitespace() || *b >= 128 || *b == b'@'),
                _ => raw.is_empty(),
            };
            assert!(harmless, "{}: {}", path.display(), path::locate(&tape, &[i])[0]);
        }
    }
}
