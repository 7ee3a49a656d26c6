//! What slots and v2 fields tell about people, as stubs.

use super::hl7v2;
use crate::format::xml::text::{Mode, string};
use crate::format::xml::{Tape, tape};
use crate::model::person::{PersonStub, StubKind, Telecom};
use crate::model::role::Role;
use crate::model::view::Span;

/// External identifiers that hold the patient's id: document entry, submission set, folder (ITI TF-3, 4.2.5.2).
pub const PATIENT_ID_SCHEMES: [&[u8]; 3] = [
    b"urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    b"urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
    b"urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",
];

/// The patient of a document entry: all that `sourcePatientInfo`, `sourcePatientId` and `patientId` tell.
pub fn patient_of(tape: &Tape, entry: u32) -> PersonStub {
    let mut stub = PersonStub::new("sourcePatientInfo", StubKind::Patient, Role::Patient);
    let add = |stub: &mut PersonStub, value: &str| {
        for id in value.split('~').filter_map(hl7v2::cx) {
            if !stub.identifiers.contains(&id) {
                stub.keys.extend(hl7v2::key(&id));
                stub.identifiers.push(id);
            }
        }
    };
    for slot in tape.named(entry, b"Slot") {
        let name = tape.attr_raw(slot, b"name");
        for value in values(tape, slot) {
            let text = text(tape, tape.node(value).inner);
            if name == b"sourcePatientId" {
                add(&mut stub, &text);
            }
            let Some((pid, v)) = text.split_once('|').filter(|_| name == b"sourcePatientInfo") else { continue };
            match pid.trim() {
                "PID-3" => add(&mut stub, v),
                "PID-5" => stub.names.extend(v.split('~').map(hl7v2::xpn_name).filter(|n| !n.is_empty())),
                "PID-7" if !v.trim().is_empty() => stub.birth_date = Some(v.trim().to_string()),
                "PID-8" => {
                    stub.sex = match v.trim() {
                        "F" => Some("female".into()),
                        "M" => Some("male".into()),
                        _ => None,
                    }
                }
                "PID-11" if v.bytes().any(|b| b.is_ascii_alphanumeric()) => stub.addresses.push(hl7v2::xad(v)),
                "PID-13" | "PID-14" => stub.telecoms.extend(hl7v2::xtn(v)),
                _ => {}
            }
        }
    }
    for id in tape.named(entry, b"ExternalIdentifier") {
        if PATIENT_ID_SCHEMES.contains(&tape.attr_raw(id, b"identificationScheme"))
            && let Some(a) = tape.attr(id, b"value")
        {
            add(&mut stub, &string(tape.bytes, tape.node(a).inner, tape.encoding, Mode::Attr));
        }
    }
    stub
}

/// The document entry to which a Document element belongs.
pub fn entry_of(tape: &Tape, document: u32) -> Option<u32> {
    let id = tape.attr_raw(document, b"id");
    (0..tape.nodes.len() as u32).find(|&i| tape.is(i, b"ExtrinsicObject") && tape.attr_raw(i, b"id") == id)
}

/// The Value elements of a slot that have text.
pub fn values<'t>(tape: &'t Tape, slot: u32) -> impl Iterator<Item = u32> + 't {
    let lists = tape.named(slot, b"ValueList");
    lists.flat_map(move |l| tape.named(l, b"Value")).filter(|&v| tape.node(v).has(tape::TEXT))
}

/// Roles and telecoms of the author whose slots stand in a Classification.
pub fn beside(tape: &Tape, classification: u32) -> (Vec<Role>, Vec<Telecom>) {
    let (mut found, mut telecoms) = (Vec::new(), Vec::new());
    for slot in tape.named(classification, b"Slot") {
        let what = tape.attr_raw(slot, b"name");
        for v in values(tape, slot) {
            let words = text_of(tape, v);
            match what {
                b"authorRole" | b"authorSpecialty" => found.extend(crate::format::roles::clinician_words(&words)),
                b"authorTelecommunication" => telecoms.extend(hl7v2::xtn(&words)),
                _ => {}
            }
        }
    }
    (found, telecoms)
}

/// A stub of an XCN.
pub fn person(slot: &str, xcn: &str, kind: StubKind, role: Role) -> PersonStub {
    let mut stub = PersonStub::new(slot, kind, role);
    stub.names.extend(Some(hl7v2::xcn_name(xcn)).filter(|n| !n.is_empty()));
    if let Some(id) = hl7v2::xcn_id(xcn) {
        stub.keys.extend(hl7v2::key(&id));
        stub.identifiers.push(id);
    }
    stub
}

pub fn text(tape: &Tape, span: Span) -> String {
    string(tape.bytes, span, tape.encoding, Mode::Text)
}

pub fn text_of(tape: &Tape, element: u32) -> String {
    text(tape, tape.node(element).inner).trim().to_string()
}

/// The stretches of a span between separators. The separators of v2 are ASCII and never part of an XML reference.
pub fn split_raw(tape: &Tape, span: Span, separator: u8) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = span.start;
    for (i, &b) in tape.slice(span).iter().enumerate() {
        if b == separator {
            out.push(Span { start, end: span.start + i as u32 });
            start = span.start + i as u32 + 1;
        }
    }
    out.push(Span { start, end: span.end });
    out
}
