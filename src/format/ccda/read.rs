//! Bytes to fields, people, records and parts: one pass over the tape.
//!
//! Each element opens a frame that says what its children are: parts of somebody's role, of an organisation, of a thing, of a
//! narrative block, or plain data. Elements of a person are one field each and nothing inside them is scanned (except comments and
//! the names of assigning authorities); everything else is a field of its own unless [`attributes`] shows it cannot hold identity.

use super::attributes::{self, hint};
use super::people::{self, Standing};
use super::{parts, records, values, vocabulary};
use crate::format::xml::{self, Kind, NONE, Tape, tape};
use crate::model::document::{Class, Document, Field, FieldId, Form, Note, StubId};
use crate::model::error::ReadError;
use crate::model::person::PersonStub;
use crate::model::view::Span;
use std::collections::{HashMap, HashSet};

/// Most notes about unknown elements in one document.
const MAX_NOTES: usize = 100;

/// Reads a CDA document.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let tape = xml::parse(bytes)?;
    let root = tape.root;
    if tape.name(root) != b"ClinicalDocument" || !matches!(tape.uri(root), vocabulary::V3 | "") {
        return Err(ReadError::new("the root element is not ClinicalDocument of urn:hl7-org:v3"));
    }
    let targets: Vec<u32> = tape.named(root, b"recordTarget").collect();
    match targets.as_slice() {
        [_] => {}
        [] => return Err(ReadError::new("no recordTarget: the document does not say whose it is")),
        [_, second, ..] => {
            let at = tape.node(*second).span.start as usize;
            let what = "two recordTargets: the document is about more than one patient and cannot be split safely";
            return Err(ReadError::at(what, bytes, at));
        }
    }
    let Some(role) = tape.child(targets[0], b"patientRole") else {
        return Err(ReadError::new("a recordTarget without patientRole: the document does not say whose it is"));
    };
    let mut walk = Walk::new(&tape);
    if let Standing::Person(stub) = people::standing(&tape, role, None) {
        walk.patient_key = stub.keys.first().cloned();
        walk.stub(*stub);
    }
    walk.doc.records.push(records::document(&tape, Some(0)));
    walk.run();
    walk.doc.kept = tape.keep();
    Ok(walk.doc.in_source_order())
}

/// Does an element of a person tell anything: a value, a code, a text?
pub fn told(tape: &Tape, element: u32) -> bool {
    let filled = |a: &[u8]| tape.attr_raw(element, a).iter().any(|b| !b.is_ascii_whitespace());
    match tape.name(element) {
        b"telecom" | b"birthTime" | b"deceasedTime" => filled(b"value") || tape.node(element).has(tape::TEXT | tape::CHILDREN),
        b"id" => filled(b"extension") || filled(b"root"),
        b"name" | b"addr" => {
            let n = tape.node(element);
            n.has(tape::TEXT) || (element + 1..n.next).any(|i| tape.node(i).kind == Kind::Element && tape.node(i).has(tape::TEXT))
        }
        _ => filled(b"code") || filled(b"displayName") || tape.node(element).has(tape::TEXT | tape::CHILDREN),
    }
}

/// What the children of an element are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// Acts, header, codes: plain data.
    Data,
    /// A person's role or entity.
    Person,
    /// An organisation or place.
    Organization,
    /// A product or device.
    Thing,
    /// Inside a section's text.
    Narrative,
    /// Inside an element that is one field.
    Owned,
}

#[derive(Clone, Copy)]
struct Frame {
    end: u32,
    mode: Mode,
    owner: Option<StubId>,
    record: u32,
}

struct Walk<'t, 'a> {
    tape: &'t Tape<'a>,
    doc: Document,
    known: HashMap<PersonStub, StubId>,
    noted: HashSet<(u16, &'a [u8])>,
    patient_key: Option<String>,
}

impl<'t, 'a> Walk<'t, 'a> {
    fn new(tape: &'t Tape<'a>) -> Self {
        let mut doc = Document::default();
        doc.fields.reserve(tape.nodes.len() / 8);
        Walk { tape, doc, known: HashMap::new(), noted: HashSet::new(), patient_key: None }
    }

    fn stub(&mut self, stub: PersonStub) -> StubId {
        if let Some(&id) = self.known.get(&stub) {
            return id;
        }
        let id = self.doc.stubs.len() as StubId;
        self.doc.stubs.push(stub.clone());
        self.known.insert(stub, id);
        id
    }

    #[allow(clippy::too_many_arguments)]
    fn field(
        &mut self,
        span: Span,
        node: u32,
        class: Class,
        form: Form,
        owner: Option<StubId>,
        record: u32,
        hint: u16,
    ) -> FieldId {
        self.doc.fields.push(Field { span, node, class, form, owner, record, hint });
        self.doc.fields.len() as FieldId - 1
    }

    fn run(&mut self) {
        let tape = self.tape;
        let mut frames = vec![Frame { end: u32::MAX, mode: Mode::Data, owner: None, record: 0 }];
        for i in 0..tape.nodes.len() as u32 {
            let node = *tape.node(i);
            while frames.len() > 1 && frames.last().is_some_and(|f| f.end <= i) {
                frames.pop();
            }
            let Some(&frame) = frames.last() else { return };
            match node.kind {
                Kind::Element => {
                    let inner = self.element(i, frame);
                    if node.next > i + 1 {
                        frames.push(Frame { end: node.next, ..inner });
                    }
                }
                Kind::Comment | Kind::Pi => {
                    if holds_person_markup(tape.slice(node.inner)) {
                        self.field(node.span, i, Class::Signature, Form::XmlComment, None, frame.record, 0);
                    } else if tape.slice(node.inner).iter().any(|b| b.is_ascii_alphanumeric() || *b >= 128) {
                        self.field(node.inner, i, Class::Comment, Form::XmlComment, None, frame.record, 0);
                    }
                }
                Kind::Text => self.text(i, frame),
                // Attributes are read with their element, CDATA makes its element mixed.
                Kind::Attr | Kind::CData => {}
            }
        }
    }

    /// Emits what an element itself is and says what its children are.
    fn element(&mut self, i: u32, frame: Frame) -> Frame {
        let tape = self.tape;
        let node = *tape.node(i);
        let name = tape.name(i);
        let mut next = frame;
        if frame.mode == Mode::Owned {
            return next;
        }
        if frame.mode == Mode::Narrative {
            self.attributes(i, frame, true);
            return next;
        }
        if matches!(name, b"Signature") && tape.uri(i) == "http://www.w3.org/2000/09/xmldsig#" || (name == b"signatureText") {
            self.field(node.span, i, Class::Signature, Form::XmlNode, frame.owner, frame.record, 0);
            next.mode = Mode::Owned;
            return next;
        }
        let known = vocabulary::is_known(tape.uri(i), name);
        if !known {
            self.note_unknown(i, name);
        }
        if matches!(frame.mode, Mode::Person)
            && let Some(class) = owned_class(tape, i, name)
            && told(tape, i)
        {
            self.field(node.span, i, class, Form::XmlNode, frame.owner, frame.record, 0);
            for a in tape.attrs(i).filter(|&a| tape.name(a) == b"assigningAuthorityName") {
                self.field(tape.node(a).inner, a, Class::Title, Form::XmlAttr, None, frame.record, hint::TEXT);
            }
            next.mode = Mode::Owned;
            return next;
        }
        // Records come before the fields inside them know their number.
        if let Some(record) = records::at(tape, i, frame.record, &self.doc.records) {
            next.record = self.doc.records.len() as u32;
            self.doc.records.push(record);
        } else {
            records::date(tape, i, name, &mut self.doc.records, frame.record);
        }
        let frame = Frame { record: next.record, ..frame };
        if parts::is_embedded(tape, i) {
            self.attributes(i, frame, false);
            let id = self.field(node.inner, i, Class::Attachment, Form::XmlText, None, frame.record, hint::PART);
            let part = parts::decode(tape, i, id, self.doc.parts.len() + 1);
            self.doc.parts.push(part);
            next.mode = Mode::Owned;
            return next;
        }
        self.mode(i, name, known, frame, &mut next);
        self.attributes(i, frame, false);
        if next.mode == Mode::Narrative {
            self.field(node.inner, i, Class::Narrative, Form::Markup, None, frame.record, hint::NARRATIVE);
        } else if node.has(tape::MIXED) {
            let class = attributes::text(name, known, frame.mode == Mode::Organization);
            self.field(node.inner, i, class, Form::Markup, None, frame.record, 0);
        }
        next
    }

    /// Sets mode and owner for the children of an element.
    fn mode(&mut self, i: u32, name: &[u8], known: bool, frame: Frame, next: &mut Frame) {
        let tape = self.tape;
        if people::is_role(name) {
            (next.mode, next.owner) = match people::standing(tape, i, self.patient_key.as_deref()) {
                Standing::Person(stub) => {
                    let id = self.stub(*stub);
                    if name == b"relatedSubject" {
                        records::set_subject(&mut self.doc.records, frame.record, id);
                    }
                    (Mode::Person, Some(id))
                }
                Standing::Nobody => (Mode::Person, None),
                Standing::Organization => (Mode::Organization, None),
                Standing::Thing => (Mode::Thing, None),
            };
            return;
        }
        match name {
            b"text" if frame.mode == Mode::Data && parent_is(tape, i, b"section") => next.mode = Mode::Narrative,
            b"representedOrganization"
            | b"providerOrganization"
            | b"scopingOrganization"
            | b"scopingEntity"
            | b"guardianOrganization"
            | b"receivedOrganization"
            | b"representedCustodianOrganization"
            | b"serviceProviderOrganization"
            | b"wholeOrganization"
            | b"manufacturerOrganization"
            | b"assignedCustodian"
            | b"healthCareFacility" => (next.mode, next.owner) = (Mode::Organization, None),
            b"assignedAuthoringDevice" | b"playingDevice" | b"manufacturedProduct" | b"specimenRole" => {
                (next.mode, next.owner) = (Mode::Thing, None);
            }
            // Participations and acts inside a person's role (none in the schema) would start anew.
            b"section" | b"act" | b"observation" | b"organizer" => (next.mode, next.owner) = (Mode::Data, None),
            _ if frame.mode == Mode::Person && known && is_data(name) => (next.mode, next.owner) = (Mode::Data, None),
            _ => {}
        }
    }

    /// Emits the attributes of an element that can hold identity.
    fn attributes(&mut self, i: u32, frame: Frame, narrative: bool) {
        let tape = self.tape;
        for a in tape.attrs(i) {
            if let Some((class, hint)) = attributes::attribute(tape, i, a, narrative) {
                self.field(tape.node(a).inner, a, class, Form::XmlAttr, None, frame.record, hint);
            }
        }
    }

    /// A run of text whose element is not read as a flow.
    fn text(&mut self, i: u32, frame: Frame) {
        let tape = self.tape;
        let node = tape.node(i);
        if matches!(frame.mode, Mode::Owned | Mode::Narrative) || node.parent == NONE || tape.node(node.parent).has(tape::MIXED) {
            return;
        }
        if !tape.node(node.parent).has(tape::TEXT) {
            return;
        }
        let element = node.parent;
        let known = vocabulary::is_known(tape.uri(element), tape.name(element));
        let class = attributes::text(tape.name(element), known, frame.mode == Mode::Organization);
        self.field(node.span, element, class, Form::XmlText, None, frame.record, 0);
    }

    fn note_unknown(&mut self, i: u32, name: &'a [u8]) {
        let tape = self.tape;
        if self.doc.notes.len() >= MAX_NOTES || !self.noted.insert((tape.node(i).ns, name)) {
            return;
        }
        let place = xml::path::locate(tape, &[i]).pop().unwrap_or_default();
        let text = "an element that CDA does not define; its texts are searched as free text".to_string();
        self.doc.notes.push(Note { kind: "unknown-element".into(), place, text });
    }
}

/// A person's elements put out of use by a comment. Nothing reads them, and their names stand without any cue: the comment goes.
fn holds_person_markup(comment: &[u8]) -> bool {
    const OPEN: &[&[u8]] =
        &[b"given", b"family", b"streetAddressLine", b"value=\"tel:", b"value=\"mailto:", b"value='tel:", b"value='mailto:"];
    memchr::memchr(b'<', comment).is_some()
        && OPEN.iter().any(|open| {
            memchr::memmem::find_iter(comment, open).any(|at| {
                let rest = comment.get(at + open.len()..).unwrap_or(&[]);
                let inside = if open.contains(&b'=') {
                    Some(0)
                } else if matches!(rest.first(), Some(b'>' | b' ')) && at > 0 && matches!(comment.get(at - 1), Some(b'<' | b':'))
                {
                    memchr::memchr(b'>', rest).map(|i| i + 1)
                } else {
                    None
                };
                let first = inside.and_then(|i| rest.get(i..)).and_then(|r| r.iter().find(|b| !b.is_ascii_whitespace()));
                first.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'+' || *b == b'(' || *b >= 128)
            })
        })
}

fn parent_is(tape: &Tape, i: u32, name: &[u8]) -> bool {
    let parent = tape.node(i).parent;
    parent != NONE && tape.name(parent) == name
}

/// Children of a person's role that are not about identity.
fn is_data(name: &[u8]) -> bool {
    matches!(
        name,
        b"code"
            | b"functionCode"
            | b"time"
            | b"effectiveTime"
            | b"templateId"
            | b"typeId"
            | b"realmCode"
            | b"quantity"
            | b"desc"
            | b"text"
    )
}

/// Class of an element of a person's role or entity that is edited as a unit.
fn owned_class(tape: &Tape, i: u32, name: &[u8]) -> Option<Class> {
    // A relative's sex and whether they live are the patient's family history, and stay.
    let of_relative = || tape.enclosing(i, |n| n == b"relatedSubject").is_some();
    Some(match name {
        b"name" if parent_is(tape, i, b"place") => return None,
        b"name" => Class::PersonName,
        b"addr" => Class::Address,
        b"telecom" => Class::Telecom,
        b"id" => Class::Identifier,
        b"birthTime" | b"deceasedTime" => Class::BirthDate,
        b"administrativeGenderCode" if of_relative() => return None,
        b"administrativeGenderCode" | b"maritalStatusCode" | b"religiousAffiliationCode" | b"raceCode" | b"ethnicGroupCode" => {
            Class::Demographic
        }
        b"languageCode" if parent_is(tape, i, b"languageCommunication") => Class::Demographic,
        _ => return None,
    })
}

/// Codes of a concept, for records.
pub fn concept_codes(tape: &Tape, element: u32) -> Vec<String> {
    tape.child(element, b"code").map(|c| values::codes(tape, c)).unwrap_or_default()
}
