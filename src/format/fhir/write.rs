//! Carries out edits by splicing.
//!
//! Each edit becomes an operation on the tape: text replaced inside a string, a value replaced, a member or element taken out, a
//! member put in. Taking the last member out of an object would leave `{}`, which FHIR forbids, so the emptied container goes too,
//! upwards as far as needed. Where several operations nest, the outermost wins.

use super::hint;
use super::ops::{self, Op, Plan};
use super::view;
use crate::format::json::{Kind, string};
use crate::format::text::markup;
use crate::model::document::{Class, Document, Field, Form};
use crate::model::edit::{Cause, Change, Coarse, Edit, Written};
use crate::model::error::WriteError;
use crate::model::filing::each_initial;
use base64::Engine;
use sha1::{Digest, Sha1};

/// Extension that says a primitive's value was masked.
/// Source: FHIR R4 extension data-absent-reason, code system data-absent-reason.
const MASKED: &str =
    r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"#;

/// Writes a document with edits.
pub fn write(src: &[u8], doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
    if edits.is_empty() {
        return Ok(Written { bytes: src.to_vec(), ..Written::default() });
    }
    let tape = super::tape_of(src, doc).map_err(|e| WriteError(e.to_string()))?;
    let mut plan = Plan::new(src, &tape);
    for edit in edits {
        let cause = Cause::Ledger(edit.ledger);
        if edit.record {
            let record = doc.records.get(edit.field as usize).ok_or_else(|| WriteError("edit of an unknown record".into()))?;
            if edit.change == Change::Withhold {
                plan.remove_record(record.node, cause);
            }
            continue;
        }
        let field = doc.fields.get(edit.field as usize).ok_or_else(|| WriteError("edit of an unknown field".into()))?;
        match (field.form, edit.range) {
            (Form::JsonNode, _) => element(&mut plan, field, &edit.change, cause),
            (_, Some((start, end))) => text(&mut plan, field, start as usize, end as usize, &edit.change, cause),
            (_, None) => whole_text(&mut plan, field, &edit.change, cause),
        }
    }
    let redacted = ops::labelled_resources(&plan, doc);
    for node in redacted {
        plan.security_label(node);
    }
    plan.finish()
}

/// A structured element as a unit.
fn element(plan: &mut Plan, field: &Field, change: &Change, cause: Cause) {
    let node = field.node;
    match (field.hint, change) {
        (hint::INSERT_NAME, Change::Label(l) | Change::InsertName(l) | Change::Mask(l)) => {
            plan.insert_member(node, format!("\"name\":{{\"text\":\"{}\"}}", string::encode(l)), cause);
        }
        (hint::INSERT_NAME, _) => {}
        (hint::NAME_OBJECT, Change::Label(l) | Change::Mask(l) | Change::Text(l)) => {
            plan.replace(node, labelled_name(plan, node, l), cause);
        }
        (hint::NAME_STRING, Change::Label(l) | Change::Mask(l) | Change::Text(l)) => {
            plan.replace(node, format!("\"{}\"", string::encode(l)), cause);
        }
        (_, Change::Text(v)) if field.class == Class::Identifier && ops::is_object(plan, node) => {
            plan.replace(node, identifier(plan, node, Some(v)), cause)
        }
        (_, Change::Text(v)) if field.class == Class::BirthDate && ops::is_primitive(plan, node) => {
            if is_year(v) {
                plan.replace(node, format!("\"{v}\""), cause)
            } else {
                mask_member(plan, node, cause)
            }
        }
        (_, Change::Text(v)) if field.class == Class::Telecom && ops::is_object(plan, node) => {
            match plan.tape.get(plan.src, node, "value").filter(|&n| ops::is_primitive(plan, n)) {
                Some(value) => plan.replace(value, format!("\"{}\"", string::encode(v)), cause),
                None => plan.remove(node, cause),
            }
        }
        (_, Change::Text(v)) if field.class == Class::Address && ops::is_object(plan, node) => {
            plan.replace(node, format!("{{\"text\":\"{}\"}}", string::encode(v)), cause)
        }
        (_, Change::Coarse(c)) if field.class == Class::Address && ops::is_object(plan, node) => {
            match coarse_address(plan, node, c) {
                Some(with) => plan.replace(node, with, cause),
                None => element(plan, field, &Change::Remove, cause),
            }
        }
        (_, Change::Text(_) | Change::Coarse(_)) if ops::is_primitive(plan, node) => mask_member(plan, node, cause),
        (hint::IDENTIFIER, Change::Mask(_) | Change::Label(_)) => plan.replace(node, identifier(plan, node, None), cause),
        (_, Change::Mask(_) | Change::Label(_)) if field.class == Class::Identifier && ops::is_object(plan, node) => {
            // A logical reference: the identifier goes, unless it is all the reference has.
            if plan.is_only_member(node) {
                plan.replace(node, identifier(plan, node, None), cause);
            } else {
                plan.remove(node, cause);
            }
        }
        (_, Change::Mask(_) | Change::Label(_)) if ops::is_primitive(plan, node) => mask_member(plan, node, cause),
        // An extension or parameter without its value would be empty (ext-1, inv-1).
        (_, Change::Remove | Change::Mask(_) | Change::Label(_))
            if matches!(field.class, Class::Telecom | Class::Address)
                && plan.key_of(node).is_some_and(|k| k.starts_with("value")) =>
        {
            plan.replace(node, MASKED.into(), cause)
        }
        _ => plan.remove(node, cause),
    }
}

/// A year alone, which is a FHIR date.
fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

/// What stays of an address: use and type, state, three digits of the postal code, country. `None` when nothing does.
fn coarse_address(plan: &Plan, node: u32, keep: &Coarse) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut told = false;
    for key in ["use", "type", "state", "postalCode", "country"] {
        let Some(v) = plan.tape.get(plan.src, node, key).filter(|&v| plan.tape.node(v).kind == Kind::String) else { continue };
        let value = plan.tape.string(plan.src, v).unwrap_or_default().into_owned();
        let value = match key {
            "postalCode" => keep.postal_code(&value).unwrap_or_default(),
            // What stands in a state's place and is no state may be anything.
            "state" if value.chars().count() > 20 || value.chars().any(|c| c.is_ascii_digit()) => continue,
            "country" if value.chars().count() > 30 || value.chars().any(|c| c.is_ascii_digit()) => continue,
            _ => value,
        };
        if !value.is_empty() {
            told |= !matches!(key, "use" | "type");
            parts.push(format!("\"{key}\":\"{}\"", string::encode(&value)));
        }
    }
    told.then(|| format!("{{{}}}", parts.join(",")))
}

/// `"x": "value"` becomes `"_x": {masked}`; an array element, or a member that has its `_x` already, is taken out.
fn mask_member(plan: &mut Plan, node: u32, cause: Cause) {
    match plan.key_of(node) {
        Some(key) if !key.starts_with('_') && !plan.has_sibling(node, &format!("_{key}")) => {
            let text = format!("\"_{key}\":{MASKED}");
            plan.replace_member(node, text, cause);
        }
        _ => plan.remove(node, cause),
    }
}

/// The label as a HumanName: `text`, and `family` where the original had one (US Core requires it); `use` stays.
fn labelled_name(plan: &Plan, node: u32, label: &str) -> String {
    let initials = each_initial(label).filter(|i| i.len() > 1 && plan.tape.get(plan.src, node, "family").is_some());
    let label = string::encode(label);
    let mut out = String::from("{");
    if let Some(v) = plan.tape.get(plan.src, node, "use") {
        out.push_str("\"use\":");
        out.push_str(&String::from_utf8_lossy(plan.tape.raw(plan.src, v)));
        out.push(',');
    }
    out.push_str(&format!("\"text\":\"{label}\""));
    if let Some((family, given)) = initials.as_ref().and_then(|i| i.split_last()) {
        let given: Vec<String> = given.iter().map(|g| format!("\"{}\"", string::encode(g))).collect();
        out.push_str(&format!(",\"family\":\"{}\",\"given\":[{}]}}", string::encode(family), given.join(",")));
        return out;
    }
    if plan.tape.get(plan.src, node, "family").is_some() {
        out.push_str(&format!(",\"family\":\"{label}\""));
    }
    out.push('}');
    out
}

/// An Identifier without its value (or with another value): use, type coding and system stay, period, assigner and texts go.
fn identifier(plan: &Plan, node: u32, value: Option<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for key in ["use", "system"] {
        if let Some(v) = plan.tape.get(plan.src, node, key)
            && ops::is_primitive(plan, v)
        {
            parts.push(format!("\"{key}\":{}", String::from_utf8_lossy(plan.tape.raw(plan.src, v))));
        }
    }
    match value {
        Some(v) => parts.push(format!("\"value\":\"{}\"", string::encode(v))),
        None => parts.push(format!("\"_value\":{MASKED}")),
    }
    format!("{{{}}}", parts.join(","))
}

fn encoded(field: &Field, words: &str) -> String {
    match field.form {
        Form::JsonXhtml => string::encode(&markup::escape(words, &view::piece(field, 0))),
        _ => string::encode(words),
    }
}

fn escape_xml(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A span of a field's text.
fn text(plan: &mut Plan, field: &Field, start: usize, end: usize, change: &Change, cause: Cause) {
    let words = match change {
        Change::Label(w) | Change::Mask(w) | Change::Text(w) => w.as_str(),
        Change::Coarse(c) => c.words.as_str(),
        _ => "",
    };
    if field.form == Form::Plain {
        return number(plan, field, words, cause);
    }
    if plan.tape.node(field.node).kind == Kind::Key {
        return member_name(plan, field, words, cause);
    }
    let mut ranges = view::view(plan.src, field).raw_ranges(start, end).into_iter();
    if let Some(first) = ranges.next() {
        plan.push(Op { span: first, with: encoded(field, words).into_bytes(), cause });
    }
    for rest in ranges {
        plan.push(Op { span: rest, with: Vec::new(), cause });
    }
}

/// A number under an element that the table does not know: a part of it cannot be words, so all of it becomes a string.
fn number(plan: &mut Plan, field: &Field, words: &str, cause: Cause) {
    plan.replace(field.node, format!("\"{}\"", string::encode(if words.is_empty() { "[REDACTED]" } else { words })), cause);
}

/// An age as a number of years at least: `90` and the comparator that says so. Source: R4 Quantity.comparator.
fn age(plan: &mut Plan, field: &Field, words: &str, cause: Cause) {
    if words.is_empty() || !words.bytes().all(|b| b.is_ascii_digit()) {
        return mask_member(plan, field.node, cause);
    }
    plan.replace(field.node, words.to_string(), cause);
    if let Some(object) = plan.parent(field.node).filter(|_| !plan.has_sibling(field.node, "comparator")) {
        plan.insert_member(object, "\"comparator\":\">=\"".into(), cause);
    }
}

/// A member name that holds a value. Two names of one object must stay different, so the node's number is put after the label.
fn member_name(plan: &mut Plan, field: &Field, words: &str, cause: Cause) {
    let with = format!("{} {}", string::encode(if words.is_empty() { "[REDACTED]" } else { words }), field.node);
    plan.push(Op { span: field.span, with: with.into_bytes(), cause });
}

/// A field's text as a whole.
fn whole_text(plan: &mut Plan, field: &Field, change: &Change, cause: Cause) {
    let words = match change {
        Change::Label(w) | Change::Mask(w) | Change::Text(w) => w.as_str(),
        Change::Coarse(c) => c.words.as_str(),
        _ => "",
    };
    if field.class == Class::Age {
        return age(plan, field, words, cause);
    }
    if field.form == Form::Plain {
        return number(plan, field, words, cause);
    }
    if plan.tape.node(field.node).kind == Kind::Key {
        return member_name(plan, field, words, cause);
    }
    let span = field.span;
    // A year alone is no instant, and words are no date.
    if matches!(field.class, Class::Date) && (field.hint == hint::INSTANT || !is_year(words)) {
        return mask_member(plan, field.node, cause);
    }
    match change {
        Change::Part(bytes) => {
            let b64 = base64::engine::general_purpose::STANDARD.encode(bytes);
            plan.push(Op { span, with: b64.into_bytes(), cause });
            renew_digests(plan, field.node, Some(bytes));
        }
        Change::Mask(_) | Change::Remove | Change::Label(_) if field.hint == hint::BLOB => {
            mask_member(plan, field.node, cause);
            renew_digests(plan, field.node, None);
        }
        Change::Remove if field.hint == hint::REFERENCE => plan.withheld_reference(field.node, cause),
        Change::Remove if field.hint == hint::URL_KEY => plan.push(Op { span, with: b"withheld".to_vec(), cause }),
        Change::Label(w) | Change::Mask(w) | Change::Text(w) if field.hint == hint::DIV_WHOLE => {
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>", escape_xml(w));
            plan.push(Op { span, with: string::encode(&div).into_bytes(), cause });
        }
        Change::Label(w) | Change::Mask(w) | Change::Text(w) => {
            plan.push(Op { span, with: encoded(field, w).into_bytes(), cause });
        }
        _ => mask_member(plan, field.node, cause),
    }
}

/// Attachment.size and hash follow the data. Source: R4 Attachment: size in bytes before base64, hash is SHA-1 of the data in base64.
fn renew_digests(plan: &mut Plan, data: u32, bytes: Option<&[u8]>) {
    let Some(object) = plan.parent(data) else { return };
    let members: Vec<(u32, u32)> = plan.tape.members(object).collect();
    for (k, v) in members {
        let key = plan.tape.str_raw(plan.src, k);
        if key != "size" && key != "hash" {
            continue;
        }
        let cause = Cause::Consequence("size and hash of the attachment renewed");
        match bytes {
            Some(b) if key == "size" => plan.replace(v, b.len().to_string(), cause),
            Some(b) => {
                let digest = base64::engine::general_purpose::STANDARD.encode(Sha1::digest(b));
                plan.replace(v, format!("\"{digest}\""), cause);
            }
            None => plan.remove(v, cause),
        }
    }
}
