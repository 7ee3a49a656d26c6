//! Edits to splices: v2 fields are rewritten as wholes, everything else as text.

use super::links;
use super::people::entry_of;
use super::read::hint;
use super::{hl7v2, view};
use crate::format::xml::edit as xml_edit;
use crate::format::xml::encode::{encode, percent};
use crate::format::xml::splice::SpliceList;
use crate::format::xml::{self, Tape, embedded};
use crate::model::document::{Class, Document, Field, Form};
use crate::model::edit::{Cause, Change, Edit, Written};
use crate::model::error::WriteError;

/// Carries out edits.
pub fn write(bytes: &[u8], doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
    let mut list = SpliceList::default();
    if edits.is_empty() {
        return list.finish(bytes);
    }
    let tape = xml::again(bytes, doc).map_err(|e| WriteError(format!("the source changed since it was read: {e}")))?;
    for edit in edits {
        if edit.record || matches!(edit.change, Change::Withhold) {
            return Err(WriteError("metadata has no records that can be withheld".into()));
        }
        let Some(field) = doc.fields.get(edit.field as usize) else {
            return Err(WriteError("an edit names a field that does not exist".into()));
        };
        one(&tape, field, edit, &mut list);
    }
    list.finish(bytes)
}

fn one(tape: &Tape, field: &Field, edit: &Edit, list: &mut SpliceList) {
    let cause = Cause::Ledger(edit.ledger);
    let words = match &edit.change {
        Change::Label(w) | Change::Mask(w) | Change::Text(w) => w.as_str(),
        Change::Part(bytes) => {
            list.put(tape.node(field.node).inner, embedded::encode(bytes), cause);
            if let Some(entry) = entry_of(tape, field.node) {
                links::digest(tape, entry, &links::sha1_hex(bytes), bytes.len() as u64, list);
            }
            return;
        }
        Change::InsertName(_) => {
            list.idle(edit.ledger);
            return;
        }
        Change::Coarse(c) => c.words.as_str(),
        Change::Remove | Change::Withhold => "",
    };
    let view = view(tape.bytes, field);
    let len = view.text.len() as u32;
    let (from, to) = edit.range.unwrap_or((0, len));
    let whole = from == 0 && to >= len;
    let exact = matches!(edit.change, Change::Text(_));
    match (field.class, field.form) {
        (Class::Attachment, _) => list.put(tape.node(field.node).inner, Vec::new(), cause),
        (Class::Signature, _) => list.put(field.span, Vec::new(), cause),
        (_, Form::XmlComment) if edit.range.is_none() => xml_edit::comment(tape, field.node, words, cause, list),
        (class, _) if class.is_owned() && whole && !exact && field.hint != hint::TEXT => {
            let new = match field.hint {
                hint::XCN => hl7v2::xcn_label(&view.text, words),
                hint::XPN => words.to_string(),
                hint::CX => hl7v2::cx_masked(&view.text),
                _ => String::new(),
            };
            list.put(field.span, encode(&new, xml_edit::place_at(tape, field.span), tape.encoding), cause);
        }
        _ => {
            let fitted = if field.hint == hint::URI && !exact { percent(words) } else { words.to_string() };
            if !xml_edit::text(tape, &view, from, to, &fitted, cause, list) {
                list.idle(edit.ledger);
            }
        }
    }
}
