//! Edits to splices.
//!
//! A label in a name becomes a family name, everything else of a person becomes `nullFlavor="MSK"`; text is replaced inside its
//! view. Which form keeps the document valid is decided here and in [`withhold`](super::withhold), nowhere else.

use super::attributes::hint;
use super::{insert, view, withhold};
use crate::format::xml::encode::{Place, encode, name_token, percent};
use crate::format::xml::splice::SpliceList;
use crate::format::xml::{self, NONE, Tape, edit, embedded as base64, tape};
use crate::model::document::{Class, Document, Field, Form};
use crate::model::edit::{Cause, Change, Coarse, Edit, Written};
use crate::model::error::WriteError;
use crate::model::filing::each_initial;
use crate::model::view::TextView;

/// Carries out edits.
pub fn write(bytes: &[u8], doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
    let mut list = SpliceList::default();
    if edits.is_empty() {
        return list.finish(bytes);
    }
    let tape = xml::again(bytes, doc).map_err(|e| WriteError(format!("the source changed since it was read: {e}")))?;
    let mut views = Views { bytes, last: None };
    for edit in edits {
        if edit.record {
            let Some(record) = doc.records.get(edit.field as usize) else {
                return Err(WriteError("an edit names a record that does not exist".into()));
            };
            match &edit.change {
                Change::Withhold => withhold::record(&tape, record, edit.ledger, &mut list)?,
                Change::InsertName(label) => insert::name(&tape, record.node, label, edit.ledger, &mut list),
                _ => return Err(WriteError("a record can only be withheld".into())),
            }
            continue;
        }
        let Some(field) = doc.fields.get(edit.field as usize) else {
            return Err(WriteError("an edit names a field that does not exist".into()));
        };
        one(&tape, field, edit, &mut views, &mut list)?;
    }
    list.finish(bytes)
}

fn one(tape: &Tape, field: &Field, asked: &Edit, views: &mut Views, list: &mut SpliceList) -> Result<(), WriteError> {
    let cause = Cause::Ledger(asked.ledger);
    match &asked.change {
        Change::Withhold => return Err(WriteError("only a record can be withheld".into())),
        Change::InsertName(label) => {
            insert::name(tape, field.node, label, asked.ledger, list);
            return Ok(());
        }
        Change::Part(bytes) => {
            embedded(tape, field.node, bytes, cause, list);
            return Ok(());
        }
        _ => {}
    }
    match (field.class, field.form) {
        (Class::Attachment, _) => list.put(tape.node(field.node).span, masked(tape, field.node), cause),
        (Class::Signature, _) => list.put(field.span, Vec::new(), cause),
        (_, Form::XmlNode) if whole(field, asked, views) => element(tape, field, &asked.change, cause, list),
        (_, Form::XmlAttr) if matches!(field.hint, hint::TELECOM | hint::ROOT) && !matches!(asked.change, Change::Text(_)) => {
            let owner = tape.node(field.node).parent;
            list.put(tape.node(owner).span, masked(tape, owner), cause);
        }
        (_, Form::XmlComment) if asked.range.is_none() => edit::comment(tape, field.node, words(&asked.change), cause, list),
        _ => text(tape, field, asked, views, cause, list),
    }
    Ok(())
}

/// The view used last: the edits of one narrative come together, and its view is as long as it.
struct Views<'a> {
    bytes: &'a [u8],
    last: Option<(u32, TextView<'a>)>,
}

impl<'a> Views<'a> {
    fn of(&mut self, index: u32, field: &Field) -> &TextView<'a> {
        if self.last.as_ref().is_none_or(|(i, _)| *i != index) {
            self.last = None;
        }
        let bytes = self.bytes;
        &self.last.get_or_insert_with(|| (index, view::view(bytes, field))).1
    }
}

/// True for an edit of the whole field.
fn whole(field: &Field, asked: &Edit, views: &mut Views) -> bool {
    match asked.range {
        None => true,
        Some((0, end)) => end as usize >= views.of(asked.field, field).text.len(),
        Some(_) => false,
    }
}

/// The words of a change; empty for a removal.
fn words(change: &Change) -> &str {
    match change {
        Change::Label(w) | Change::Mask(w) | Change::Text(w) => w,
        Change::Coarse(c) => &c.words,
        _ => "",
    }
}

/// Replaces text inside a field's view.
fn text(tape: &Tape, field: &Field, asked: &Edit, views: &mut Views, cause: Cause, list: &mut SpliceList) {
    let view = views.of(asked.field, field);
    let (from, to) = asked.range.unwrap_or((0, view.text.len() as u32));
    if view.raw_ranges(from as usize, to as usize).is_empty() {
        list.idle(asked.ledger);
        return;
    }
    let words = words(&asked.change);
    let fitted = match (field.hint, &asked.change) {
        (_, Change::Text(_)) => words.to_string(),
        (hint::URI, _) => percent(words),
        (hint::NAME, _) => name_token(words),
        (hint::TOKEN, _) => words.replace(char::is_whitespace, "_"),
        _ => words.to_string(),
    };
    let all = from == 0 && to as usize >= view.text.len();
    if field.form == Form::XmlAttr && all && fitted.is_empty() {
        // An empty value breaks the type of most attributes; without it they are optional.
        list.put(edit::with_blank_before(tape, tape.node(field.node).span), Vec::new(), cause);
        return;
    }
    edit::text(tape, view, from, to, &fitted, cause, list);
}

/// A whole element of a person.
fn element(tape: &Tape, field: &Field, change: &Change, cause: Cause, list: &mut SpliceList) {
    let i = field.node;
    match (field.class, change) {
        (Class::PersonName | Class::PersonText, Change::Label(label) | Change::Text(label)) => {
            name(tape, i, label, cause, list);
        }
        (Class::Identifier, Change::Text(value)) if tape.attr(i, b"extension").is_some() => {
            attr(tape, i, b"extension", value, cause, list)
        }
        // Words or a range are no point in time.
        (Class::BirthDate, Change::Text(value)) if !value.bytes().all(|b| b.is_ascii_digit()) => {
            list.put(tape.node(i).span, masked(tape, i), cause)
        }
        (Class::Telecom | Class::BirthDate, Change::Text(value)) if tape.attr(i, b"value").is_some() => {
            attr(tape, i, b"value", value, cause, list);
        }
        (Class::Address, Change::Text(value)) if !tape.node(i).has(tape::EMPTY) => {
            let line = |name: &[u8]| [b"<", tape.prefix(i), name].concat();
            let mut with = [line(b"streetAddressLine").as_slice(), b">", &encode(value, Place::Text, tape.encoding)].concat();
            with.extend([b"</", tape.prefix(i), b"streetAddressLine>"].concat());
            with.extend([line(b"city").as_slice(), b" nullFlavor=\"MSK\"/>"].concat());
            list.put(tape.node(i).inner, with, cause);
        }
        (Class::Address, Change::Coarse(keep)) if !tape.node(i).has(tape::EMPTY) => {
            list.put(tape.node(i).inner, coarse_address(tape, i, keep), cause);
        }
        _ => list.put(tape.node(i).span, masked(tape, i), cause),
    }
}

fn attr(tape: &Tape, element: u32, local: &[u8], value: &str, cause: Cause, list: &mut SpliceList) {
    if let Some(a) = tape.attr(element, local) {
        list.put(tape.node(a).inner, encode(value, Place::Attr, tape.encoding), cause);
    }
}

/// A name becomes a label: as family name where the original has parts (US Realm Person Name wants given and family), as text
/// where it has none. The start tag stays, but for a null flavour, which would contradict the label.
fn name(tape: &Tape, i: u32, label: &str, cause: Cause, list: &mut SpliceList) {
    let node = tape.node(i);
    let part = tape.elements(i).find(|&p| matches!(tape.name(p), b"given" | b"family"));
    let content = name_content(tape, part, label);
    let null = tape.attr(i, b"nullFlavor").is_some();
    if !node.has(tape::EMPTY) && !null {
        list.put(node.inner, content, cause);
        return;
    }
    let mut out = b"<".to_vec();
    let qname = [tape.prefix(i), tape.name(i)].concat();
    out.extend_from_slice(&qname);
    for a in tape.attrs(i).filter(|&a| tape.name(a) != b"nullFlavor") {
        out.push(b' ');
        out.extend_from_slice(tape.slice(tape.node(a).span));
    }
    out.push(b'>');
    out.extend_from_slice(&content);
    out.extend_from_slice(b"</");
    out.extend_from_slice(&qname);
    out.push(b'>');
    list.put(node.span, out, cause);
}

/// Content of a labelled name; `part` is a part of the original, whose prefix and namespace declarations the new parts take.
fn name_content(tape: &Tape, part: Option<u32>, label: &str) -> Vec<u8> {
    let initials = each_initial(label).filter(|i| i.len() > 1);
    let label = encode(label, Place::Text, tape.encoding);
    let Some(part) = part else { return label };
    let prefix = tape.prefix(part);
    let mut declared = Vec::new();
    for a in tape.attrs(part).filter(|&a| is_declaration(tape, a)) {
        declared.push(b' ');
        declared.extend_from_slice(tape.slice(tape.node(a).span));
    }
    let p = |bytes: &[u8]| [b"<", prefix, bytes, declared.as_slice()].concat();
    if let Some((family, given)) = initials.as_ref().and_then(|i| i.split_last()) {
        let one = |name: &[u8], text: &str| {
            let text = encode(text, Place::Text, tape.encoding);
            [p(name).as_slice(), b">", &text, b"</", prefix, name, b">"].concat()
        };
        return given.iter().map(|g| one(b"given", g)).chain([one(b"family", family)]).collect::<Vec<_>>().concat();
    }
    [p(b"given").as_slice(), b" nullFlavor=\"MSK\"/>", &p(b"family"), b">", &label, b"</", prefix, b"family>"].concat()
}

fn is_declaration(tape: &Tape, a: u32) -> bool {
    tape.prefix(a) == b"xmlns:" || (tape.prefix(a).is_empty() && tape.name(a) == b"xmlns")
}

/// The element emptied: its name, namespace declarations, `xsi:type`, `use` and `mediaType`, and `nullFlavor="MSK"`.
pub fn masked(tape: &Tape, i: u32) -> Vec<u8> {
    let mut out = b"<".to_vec();
    out.extend_from_slice(tape.prefix(i));
    out.extend_from_slice(tape.name(i));
    for a in tape.attrs(i) {
        let of_type = tape.name(a) == b"type" && !tape.prefix(a).is_empty();
        let plain = tape.prefix(a).is_empty() && matches!(tape.name(a), b"use" | b"mediaType");
        if is_declaration(tape, a) || of_type || plain {
            out.push(b' ');
            out.extend_from_slice(tape.slice(tape.node(a).span));
        }
    }
    out.extend_from_slice(b" nullFlavor=\"MSK\"/>");
    out
}

/// What stays of an address: state, three digits of the postal code, country. The US Realm Address wants a street line and a city, which
/// are masked. Source: C-CDA R2.1 US Realm Address (AD.US.FIELDED).
fn coarse_address(tape: &Tape, i: u32, keep: &Coarse) -> Vec<u8> {
    let prefix = tape.prefix(i);
    let mut out = Vec::new();
    for name in [&b"streetAddressLine"[..], b"city"] {
        out.extend([b"<", prefix, name, b" nullFlavor=\"MSK\"/>"].concat());
    }
    for part in tape.elements(i).filter(|&p| matches!(tape.name(p), b"state" | b"postalCode" | b"country")) {
        let text = super::values::flowing(tape, part);
        let name = tape.name(part);
        let kept = match name {
            b"postalCode" => keep.postal_code(&text).unwrap_or_default(),
            _ if text.chars().count() > 30 || text.chars().any(|c| c.is_ascii_digit()) => String::new(),
            _ => text,
        };
        if kept.is_empty() {
            out.extend([b"<", prefix, name, b" nullFlavor=\"MSK\"/>"].concat());
        } else {
            let text = encode(&kept, Place::Text, tape.encoding);
            out.extend([b"<", prefix, name, b">", text.as_slice(), b"</", prefix, name, b">"].concat());
        }
    }
    out
}

/// New content of an embedded document. Its digest no longer fits and goes.
fn embedded(tape: &Tape, i: u32, bytes: &[u8], cause: Cause, list: &mut SpliceList) {
    if i == NONE {
        return;
    }
    list.put(tape.node(i).inner, base64::encode(bytes), cause);
    for a in tape.attrs(i).filter(|&a| matches!(tape.name(a), b"integrityCheck" | b"integrityCheckAlgorithm")) {
        let span = edit::with_blank_before(tape, tape.node(a).span);
        list.put(span, Vec::new(), Cause::Consequence("digest of a changed attachment"));
    }
}
