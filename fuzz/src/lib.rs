//! What every format must hold on any bytes: no panic; no edits gives the same bytes; edits give the bytes that the splices say, taken
//! back they give the input, and the output can be read again.

use disclose::format::{Format, Source};
use disclose::model::edit::{Change, Edit, apply};

/// Reads `data`, writes it without edits and with a few that its own bytes choose.
pub fn check(format: &dyn Format, data: &[u8]) {
    let source = Source { bytes: data, name: "fuzz" };
    let _ = format.sniff(&data[..data.len().min(64 << 10)], "fuzz");
    let Ok(doc) = format.read(source) else { return };
    for field in &doc.fields {
        assert!(field.span.range().end <= data.len(), "a field lies inside the document");
        let view = format.view(source, &doc, field);
        for span in view.raw_ranges(0, view.text.len()) {
            assert!(span.range().end <= data.len(), "a view maps into the document");
        }
    }
    let nodes: Vec<u32> = doc.fields.iter().map(|f| f.node).collect();
    assert_eq!(format.locate(source, &doc, &nodes).len(), nodes.len(), "one path for each node");
    match format.write(source, &doc, &[]) {
        Ok(written) => {
            assert!(written.splices.is_empty(), "no edits, no splices");
            assert!(written.bytes == data, "no edits, the same bytes");
        }
        Err(e) => panic!("a document that was read cannot be written: {e}"),
    }
    let edits = choose(format, source, &doc, data);
    let Ok(written) = format.write(source, &doc, &edits) else { return };
    assert!(apply(data, &written.splices) == written.bytes, "the splices are the difference");
    for pair in written.splices.windows(2) {
        assert!(pair[0].input.end <= pair[1].input.start, "splices are in order and apart");
    }
    let again = format.read(Source { bytes: &written.bytes, name: "fuzz" });
    assert!(again.is_ok(), "the output can be read again: {:?}", again.err());
}

/// What a format that is written anew must hold on any bytes: no panic; what was read can be written, with edits and without, and what was
/// written can be read again. No picture is really read: a program that answers nothing stands in for the engine.
pub fn check_rewritten(format: &dyn Format, data: &[u8]) {
    static ENGINE: std::sync::Once = std::sync::Once::new();
    // Set before the first read, in the only thread there is.
    ENGINE.call_once(|| unsafe { std::env::set_var("DISCLOSE_TESSERACT", "true") });
    let source = Source { bytes: data, name: "fuzz" };
    let _ = format.sniff(&data[..data.len().min(64 << 10)], "fuzz");
    let Ok(doc) = format.read(source) else { return };
    let text = doc.text.as_deref().unwrap_or_default();
    for field in &doc.fields {
        assert!(text.get(field.span.range()).is_some(), "a field lies inside the text");
        let _ = format.view(source, &doc, field);
    }
    let nodes: Vec<u32> = doc.fields.iter().map(|f| f.node).collect();
    assert_eq!(format.locate(source, &doc, &nodes).len(), nodes.len(), "one path for each node");
    for edits in [Vec::new(), choose(format, source, &doc, data)] {
        let Ok(written) = format.write(source, &doc, &edits) else { continue };
        assert!(written.splices.is_empty() && written.rewritten.is_some(), "it is written anew");
        let again = format.read(Source { bytes: &written.bytes, name: "fuzz" });
        assert!(again.is_ok(), "the output can be read again: {:?}", again.err());
    }
}

/// Every field whose number fits a byte of the input, whole or in part.
fn choose(format: &dyn Format, source: Source, doc: &disclose::model::document::Document, data: &[u8]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut free = 0u32;
    let seed = data.last().copied().unwrap_or(0);
    for (i, field) in doc.fields.iter().enumerate() {
        let pick = data.get(i * 7 % data.len().max(1)).copied().unwrap_or(0) ^ seed;
        if !pick.is_multiple_of(3) || field.span.start < free {
            continue;
        }
        let view = format.view(source, doc, field);
        let chars: Vec<u32> = view.text.char_indices().map(|(at, _)| at as u32).chain([view.text.len() as u32]).collect();
        let range = match pick % 4 {
            0 if chars.len() > 2 => Some((chars[0], chars[chars.len() / 2])),
            1 if chars.len() > 2 => Some((chars[1], chars[chars.len() - 1])),
            _ => None,
        };
        if view.text.is_empty() && field.class.is_free_text() {
            continue;
        }
        let change = match pick % 5 {
            0 => Change::Remove,
            1 => Change::Mask(format!("[MASKED {i}]")),
            2 if range.is_some() => Change::Text("\"<&\\ \u{e9}".into()),
            _ => Change::Label(format!("[PHYSICIAN {i}]")),
        };
        free = field.span.end;
        edits.push(Edit { field: i as u32, record: false, range, change, ledger: edits.len() as u32 });
    }
    edits
}
