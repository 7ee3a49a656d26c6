//! Records: the document, its sections, and entries that are about somebody else.

use super::read::concept_codes;
use super::values::{self, attr, flowing};
use crate::format::xml::Tape;
use crate::model::document::{Record, StubId};

/// Kind of the document's record.
pub const DOCUMENT: &str = "ClinicalDocument";
/// Kind of a section's record.
pub const SECTION: &str = "section";
/// Kind of the record of an entry with its own subject.
pub const ENTRY: &str = "entry";

/// Kind of the record of any other entry of a section.
pub const ACT: &str = "act";
/// Codes noted of one entry: enough to tell what it is about, bounded for hostile files.
const MAX_CODES: usize = 40;

/// Record 0.
pub fn document(tape: &Tape, subject: Option<StubId>) -> Record {
    let root = tape.root;
    let title = tape.child(root, b"title").map(|t| flowing(tape, t)).unwrap_or_default();
    let shown = || tape.child(root, b"code").map(|c| values::display(tape, c)).unwrap_or_default();
    let ids = tape.named(root, b"id").chain(tape.named(root, b"setId"));
    Record {
        span: tape.node(root).span,
        node: root,
        kind: DOCUMENT.into(),
        codes: concept_codes(tape, root),
        title: if title.is_empty() { shown() } else { title },
        subject,
        parent: None,
        keys: ids.filter_map(|e| document_key(tape, e)).collect(),
        date: tape.child(root, b"effectiveTime").map(|t| attr(tape, t, b"value")).filter(|v| !v.is_empty()),
        labels: confidentiality(tape, root),
        encounter: tape.down(root, &[b"componentOf", b"encompassingEncounter"]).and_then(|e| encounter_key(tape, e)),
        ..Record::default()
    }
}

/// Key of an encounter by its first id.
fn encounter_key(tape: &Tape, encounter: u32) -> Option<String> {
    tape.named(encounter, b"id").find_map(|id| document_key(tape, id))
}

/// `urn:oid:ROOT|EXT`, `urn:uuid:...`, or `urn:oid:ROOT` when the root alone is the document's id.
fn document_key(tape: &Tape, id: u32) -> Option<String> {
    if let Some((_, key)) = values::identifier(tape, id) {
        return Some(key);
    }
    let root = attr(tape, id, b"root");
    (!root.is_empty()).then(|| format!("urn:oid:{root}"))
}

/// `http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R` of a document's or section's confidentialityCode.
fn confidentiality(tape: &Tape, element: u32) -> Vec<String> {
    let code = tape.child(element, b"confidentialityCode").map(|c| attr(tape, c, b"code")).filter(|c| !c.is_empty());
    code.map(|c| format!("http://terminology.hl7.org/CodeSystem/v3-Confidentiality|{c}")).into_iter().collect()
}

/// An entry of a section that is nobody else's: what scope by date, condition and code goes by.
fn act(tape: &Tape, i: u32, parent: u32, section: &Record) -> Record {
    let mut codes = Vec::new();
    for n in i..tape.node(i).next {
        if codes.len() >= MAX_CODES {
            break;
        }
        if tape.is(n, b"code") || tape.is(n, b"value") || tape.is(n, b"translation") {
            codes.extend(values::codes(tape, n));
        }
    }
    codes.truncate(MAX_CODES);
    Record {
        span: tape.node(i).span,
        node: i,
        kind: ACT.into(),
        codes,
        title: section.title.clone(),
        subject: section.subject,
        parent: Some(parent),
        encounter: tape.child(i, b"encounter").and_then(|e| encounter_key(tape, e)).or_else(|| section.encounter.clone()),
        ..Record::default()
    }
}

/// The record that begins with element `i`, when one does.
pub fn at(tape: &Tape, i: u32, parent: u32, records: &[Record]) -> Option<Record> {
    let name = tape.name(i);
    match name {
        b"section" => {
            let title = tape.child(i, b"title").map(|t| flowing(tape, t)).unwrap_or_default();
            let shown = || tape.child(i, b"code").map(|c| values::display(tape, c)).unwrap_or_default();
            Some(Record {
                span: tape.node(i).span,
                node: i,
                kind: SECTION.into(),
                codes: concept_codes(tape, i),
                title: if title.is_empty() { shown() } else { title },
                parent: Some(parent),
                keys: tape.named(i, b"id").filter_map(|e| values::identifier(tape, e)).map(|(_, k)| k).collect(),
                labels: confidentiality(tape, i),
                encounter: records.first().and_then(|document| document.encounter.clone()),
                ..Record::default()
            })
        }
        b"entry" | b"component" | b"entryRelationship" => {
            let act = tape.elements(i).find(|&e| is_act(tape.name(e)))?;
            let Some(subject) = tape.down(act, &[b"subject", b"relatedSubject"]) else {
                let section = records.get(parent as usize).filter(|r| name == b"entry" && r.kind == SECTION)?;
                return Some(self::act(tape, i, parent, section));
            };
            let relation = tape.child(subject, b"code").map(|c| values::display(tape, c)).unwrap_or_default();
            let codes = concept_codes(tape, act);
            Some(Record {
                span: tape.node(i).span,
                node: i,
                kind: ENTRY.into(),
                codes,
                title: relation,
                parent: Some(parent),
                ..Record::default()
            })
        }
        _ => None,
    }
}

fn is_act(name: &[u8]) -> bool {
    matches!(
        name,
        b"act"
            | b"encounter"
            | b"observation"
            | b"observationMedia"
            | b"organizer"
            | b"procedure"
            | b"regionOfInterest"
            | b"substanceAdministration"
            | b"supply"
    )
}

/// Notes the subject of the innermost record that is a section or entry.
pub fn set_subject(records: &mut [Record], record: u32, subject: StubId) {
    if record == 0 {
        return;
    }
    if let Some(r) = records.get_mut(record as usize) {
        r.subject.get_or_insert(subject);
    }
}

/// Notes the first clinical date of a section or entry.
pub fn date(tape: &Tape, i: u32, name: &[u8], records: &mut [Record], record: u32) {
    if name != b"effectiveTime" || record == 0 {
        return;
    }
    let own = attr(tape, i, b"value");
    let bound = |n: &'static [u8]| tape.child(i, n).map(|e| attr(tape, e, b"value")).filter(|v| !v.is_empty());
    let (low, high) = (bound(b"low"), bound(b"high"));
    let Some(value) = Some(own).filter(|v| !v.is_empty()).or_else(|| low.clone()).or_else(|| high.clone()) else { return };
    let open = low.is_some() && high.is_none();
    let mut at = Some(record);
    while let Some(r) = at.filter(|&r| r > 0).and_then(|r| records.get_mut(r as usize)) {
        if r.date.is_some() {
            return;
        }
        r.date = Some(value.clone());
        (r.end, r.open) = (high.clone().filter(|_| low.is_some()), open);
        at = r.parent;
    }
}

/// The element of a record's act or section that a withheld record keeps, by name.
pub fn kept_in_section(name: &[u8]) -> bool {
    matches!(
        name,
        b"realmCode"
            | b"typeId"
            | b"templateId"
            | b"id"
            | b"code"
            | b"title"
            | b"text"
            | b"confidentialityCode"
            | b"languageCode"
    )
}
