//! Records left out as a whole, with the document still valid.

use super::records;
use crate::format::xml::splice::SpliceList;
use crate::format::xml::{Kind, Tape, tape};
use crate::model::document::Record;
use crate::model::edit::Cause;
use crate::model::error::WriteError;
use crate::model::view::Span;
use std::collections::HashSet;

/// What stands in place of withheld text.
const WITHHELD: &str = "[WITHHELD]";

/// Empties a section or takes out an entry.
pub fn record(tape: &Tape, record: &Record, ledger: u32, list: &mut SpliceList) -> Result<(), WriteError> {
    let cause = Cause::Ledger(ledger);
    match record.kind.as_str() {
        records::SECTION => section(tape, record.node, cause, list),
        records::ENTRY | records::ACT => entry(tape, record.node, cause, list),
        _ => return Err(WriteError("a document is withheld by leaving it out, not by an edit".into())),
    }
    Ok(())
}

/// Keeps what says which section it was; its text becomes one paragraph, its entries and participants go, and `nullFlavor` on the
/// section says that they were masked (R2.1 templates waive required entries where it stands).
fn section(tape: &Tape, i: u32, cause: Cause, list: &mut SpliceList) {
    let node = tape.node(i);
    if tape.attr(i, b"nullFlavor").is_none() {
        list.put(Span { start: node.name.end, end: node.name.end }, b" nullFlavor=\"MSK\"".to_vec(), cause);
    }
    for child in tape.children(i) {
        let c = tape.node(child);
        if c.kind != Kind::Element {
            if !matches!(c.kind, Kind::Text) || tape.slice(c.span).iter().any(|b| !b.is_ascii_whitespace()) {
                list.put(c.span, Vec::new(), cause);
            }
            continue;
        }
        if !records::kept_in_section(tape.name(child)) {
            list.put(c.span, Vec::new(), cause);
        } else if tape.name(child) == b"text" {
            let prefix = tape.prefix(child);
            let paragraph = [b"<", prefix, b"paragraph>", WITHHELD.as_bytes(), b"</", prefix, b"paragraph>"].concat();
            if c.has(tape::EMPTY) {
                let open = [b"<", prefix, b"text>"].concat();
                let close = [b"</", prefix, b"text>"].concat();
                list.put(c.span, [open, paragraph, close].concat(), cause);
            } else {
                list.put(c.inner, paragraph, cause);
            }
        }
    }
}

/// Takes out an entry, and the narrative that it points to.
fn entry(tape: &Tape, i: u32, cause: Cause, list: &mut SpliceList) {
    let node = *tape.node(i);
    list.put(node.span, Vec::new(), cause);
    let mut targets: HashSet<&[u8]> = HashSet::new();
    for n in i..node.next {
        if tape.is(n, b"reference")
            && let Some(id) = tape.attr_raw(n, b"value").strip_prefix(b"#")
        {
            targets.insert(id);
        }
    }
    let Some(section) = tape.enclosing(i, |n| n == b"section") else { return };
    let Some(text) = tape.child(section, b"text").filter(|&t| !tape.node(t).has(tape::EMPTY)) else { return };
    let mut linked = false;
    for n in text..tape.node(text).next {
        if tape.node(n).kind != Kind::Element || tape.node(n).has(tape::EMPTY) {
            continue;
        }
        if !targets.is_empty() && targets.contains(tape.attr_raw(n, b"ID")) {
            linked = true;
            // The other cells of a row, the other words of a list item tell of the same thing.
            let whole = if matches!(tape.name(n), b"tr" | b"item") { None } else { row(tape, n, text) };
            let n = whole.unwrap_or(n);
            list.put(tape.node(n).inner, blanked(tape, n), cause);
        }
    }
    if !linked {
        // Which words tell of the entry cannot be known: the narrative goes as a whole, the other entries stay.
        list.put(tape.node(text).inner, blanked(tape, text), cause);
    }
}

/// The innermost table row or list item around a narrative element.
fn row(tape: &Tape, i: u32, text: u32) -> Option<u32> {
    tape.enclosing(i, |n| matches!(n, b"tr" | b"item")).filter(|&r| r > text)
}

/// Content that the narrative schema allows in an element whose text is withheld.
fn blanked(tape: &Tape, i: u32) -> Vec<u8> {
    let p = tape.prefix(i);
    let wrap = |names: &[&[u8]]| {
        let open: Vec<u8> = names.iter().flat_map(|n| [b"<", p, n, b">"].concat()).collect();
        let close: Vec<u8> = names.iter().rev().flat_map(|n| [b"</", p, n, b">"].concat()).collect();
        [open, WITHHELD.as_bytes().to_vec(), close].concat()
    };
    match tape.name(i) {
        b"tr" => wrap(&[b"td"]),
        b"thead" | b"tbody" | b"tfoot" => wrap(&[b"tr", b"td"]),
        b"table" => wrap(&[b"tbody", b"tr", b"td"]),
        b"text" => wrap(&[b"paragraph"]),
        b"list" => wrap(&[b"item"]),
        b"renderMultiMedia" => wrap(&[b"caption"]),
        _ => WITHHELD.into(),
    }
}
