//! Bytes to fields and people.

use super::people::{PATIENT_ID_SCHEMES, beside, entry_of, person, split_raw, text, text_of, values};
use super::{hl7v2, people};
use crate::format::roles::role_of_title;
use crate::format::xml::{self, Kind, NONE, Tape, XmlKind, embedded, tape};
use crate::model::document::{Class, Document, Field, Form, Note, Part, Record, StubId};
use crate::model::error::ReadError;
use crate::model::person::{PersonStub, StubKind, Telecom};
use crate::model::role::Role;
use crate::model::view::Span;
use std::collections::HashMap;

/// How a value is written; kept in `Field::hint`.
pub mod hint {
    /// Free text.
    pub const TEXT: u16 = 0;
    /// A person in one v2 field: id and name.
    pub const XCN: u16 = 1;
    /// A name alone (PID-5).
    pub const XPN: u16 = 2;
    /// An identifier with assigner.
    pub const CX: u16 = 3;
    /// A value that is emptied as a whole.
    pub const WHOLE: u16 = 4;
    /// A URI.
    pub const URI: u16 = 5;
}

/// Reads metadata or a request.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    if xml::xml_kind(bytes) != XmlKind::Xdm {
        return Err(ReadError::new("the root element is not one of ebRIM or XDS metadata"));
    }
    let tape = xml::parse(bytes)?;
    let mut reader = Reader {
        tape: &tape,
        doc: Document::default(),
        known: HashMap::new(),
        patient: None,
        patients: HashMap::new(),
        authors: HashMap::new(),
    };
    let root = tape.node(tape.root);
    let kind = "XdmMetadata".to_string();
    reader.doc.records.push(Record { span: root.span, node: tape.root, kind, ..Record::default() });
    reader.people_first();
    reader.run();
    if let Some(r) = reader.doc.records.first_mut() {
        r.subject = reader.patient;
    }
    reader.doc.kept = tape.keep();
    // A comment inside a slot is met after the values around it.
    Ok(reader.doc.in_source_order())
}

struct Reader<'t, 'a> {
    tape: &'t Tape<'a>,
    doc: Document,
    known: HashMap<PersonStub, StubId>,
    patient: Option<StubId>,
    /// Patient of each document entry.
    patients: HashMap<u32, StubId>,
    /// What the slots beside `authorPerson` tell, by their Classification.
    authors: HashMap<u32, (Vec<Role>, Vec<Telecom>)>,
}

impl Reader<'_, '_> {
    fn stub(&mut self, stub: PersonStub) -> StubId {
        if let Some(&id) = self.known.get(&stub) {
            return id;
        }
        let id = self.doc.stubs.len() as StubId;
        self.doc.stubs.push(stub.clone());
        self.known.insert(stub, id);
        id
    }

    fn field(&mut self, span: Span, node: u32, class: Class, form: Form, owner: Option<StubId>, hint: u16) -> u32 {
        self.doc.fields.push(Field { span, node, class, form, owner, record: 0, hint });
        self.doc.fields.len() as u32 - 1
    }

    /// The patient of the metadata: all that `sourcePatientInfo`, `sourcePatientId` and `patientId` tell, per document entry.
    /// Entries of one submission share their patient; different ones become different stubs, which the roster compares.
    fn people_first(&mut self) {
        let tape = self.tape;
        for i in 0..tape.nodes.len() as u32 {
            if tape.is(i, b"ExtrinsicObject") {
                let stub = people::patient_of(tape, i);
                let id = self.stub(stub);
                self.patient.get_or_insert(id);
                self.patients.insert(i, id);
            }
        }
    }

    fn run(&mut self) {
        let tape = self.tape;
        let mut skip_to = 0;
        for i in 0..tape.nodes.len() as u32 {
            let node = *tape.node(i);
            match node.kind {
                Kind::Comment | Kind::Pi if tape.slice(node.inner).iter().any(|b| b.is_ascii_alphanumeric() || *b >= 128) => {
                    // HL7 v2 components (`id^Last^First`): a slot's value that somebody has put out of use. Nobody reads it; it goes.
                    let (span, class) = match tape.slice(node.inner).contains(&b'^') {
                        true => (node.span, Class::Signature),
                        false => (node.inner, Class::Comment),
                    };
                    self.field(span, i, class, Form::XmlComment, None, 0);
                }
                Kind::Element if i >= skip_to && self.element(i) => skip_to = node.next,
                _ => {}
            }
        }
    }

    /// Emits an element's fields; true when nothing below is to be read (but for comments).
    fn element(&mut self, i: u32) -> bool {
        let tape = self.tape;
        let node = *tape.node(i);
        let name = tape.name(i);
        if name == b"Signature" && tape.uri(i) == "http://www.w3.org/2000/09/xmldsig#" {
            self.field(node.span, i, Class::Signature, Form::XmlNode, None, 0);
            return true;
        }
        self.attributes(i, name);
        match name {
            b"Slot" => {
                self.slot(i);
                // Attributes of what is inside a slot: none in the schema.
                return true;
            }
            b"Document" if node.has(tape::TEXT) && tape.uri(i).starts_with("urn:ihe:iti:xds") => {
                let field = self.field(node.inner, i, Class::Attachment, Form::XmlText, None, 0);
                let part = Part {
                    field,
                    media_type: self.media_type_of(i),
                    name: format!("attachment-{}", self.doc.parts.len() + 1),
                    bytes: embedded::decode(tape, i),
                };
                self.doc.parts.push(part);
                return true;
            }
            _ => {}
        }
        if node.has(tape::TEXT) {
            let owner = self.saml_person(i, name);
            let class = if owner.is_some() { Class::PersonText } else { Class::Unknown };
            if owner.is_none() && self.doc.notes.len() < 100 {
                let place = xml::path::locate(tape, &[i]).pop().unwrap_or_default();
                let text = "text in an element that the metadata does not define; it is searched as free text".to_string();
                self.doc.notes.push(Note { kind: "unknown-element".into(), place, text });
            }
            let form = if node.has(tape::MIXED) { Form::Markup } else { Form::XmlText };
            self.field(node.inner, i, class, form, owner, hint::TEXT);
        }
        false
    }

    /// The user of the sending system, in a SAML assertion of the request's header.
    fn saml_person(&mut self, i: u32, name: &[u8]) -> Option<StubId> {
        let tape = self.tape;
        let parent = tape.node(i).parent;
        let subject = name == b"NameID" && parent != NONE && tape.name(parent) == b"Subject";
        let attribute = name == b"AttributeValue" && parent != NONE && tape.attr_raw(parent, b"Name").ends_with(b":subject-id");
        if !subject && !attribute {
            return None;
        }
        let mut stub = PersonStub::new("Assertion.Subject", StubKind::Clinician, Role::Staff);
        let value = text(tape, tape.node(i).inner);
        stub.names.push(crate::model::person::Name { text: value.trim().to_string(), ..Default::default() });
        Some(self.stub(stub))
    }

    fn attributes(&mut self, i: u32, name: &[u8]) {
        let tape = self.tape;
        for a in tape.attrs(i) {
            let value = tape.slice(tape.node(a).inner);
            let attr = tape.name(a);
            let declares = tape.prefix(a) == b"xmlns:" || (tape.prefix(a).is_empty() && attr == b"xmlns");
            if declares || value.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let span = tape.node(a).inner;
            let scheme = tape.attr_raw(i, b"identificationScheme");
            let patient_id = name == b"ExternalIdentifier" && attr == b"value" && PATIENT_ID_SCHEMES.contains(&scheme);
            let (class, hint) = match attr {
                _ if patient_id => {
                    let owner = self.entry_patient(i);
                    self.field(span, a, Class::Identifier, Form::XmlAttr, owner, hint::CX);
                    continue;
                }
                b"value" if value.starts_with(b"XDS") => continue,
                b"value" if name == b"LocalizedString" && self.in_description(i) => (Class::Narrative, hint::TEXT),
                b"value" if name == b"LocalizedString" => (Class::Title, hint::TEXT),
                b"name" if name == b"Slot" => continue,
                b"classificationScheme"
                | b"identificationScheme"
                | b"classificationNode"
                | b"objectType"
                | b"associationType"
                | b"mimeType"
                | b"isOpaque"
                | b"charset"
                | b"lang"
                | b"mustUnderstand"
                | b"status"
                    if plain(value) =>
                {
                    continue;
                }
                b"nodeRepresentation" => (Class::Code, hint::TEXT),
                b"href" | b"schemaLocation" => (Class::Url, hint::URI),
                b"id" | b"lid" | b"registryObject" | b"classifiedObject" | b"sourceObject" | b"targetObject" | b"home" => {
                    (Class::Id, hint::URI)
                }
                _ if value.iter().all(|b| b.is_ascii_digit() || b".:-TZ".contains(b)) && value.len() < 40 => continue,
                b"value" => (Class::Id, hint::TEXT),
                _ => (Class::Unknown, hint::TEXT),
            };
            self.field(span, a, class, Form::XmlAttr, None, hint);
        }
    }

    fn in_description(&self, i: u32) -> bool {
        let parent = self.tape.node(i).parent;
        parent != NONE && self.tape.name(parent) == b"Description"
    }

    /// The patient of the document entry around a node, else of the first entry.
    fn entry_patient(&self, i: u32) -> Option<StubId> {
        let entry = self.tape.enclosing(i, |n| n == b"ExtrinsicObject");
        entry.and_then(|e| self.patients.get(&e).copied()).or(self.patient)
    }

    /// Media type of the entry whose `id` a Document element repeats.
    fn media_type_of(&self, document: u32) -> String {
        let tape = self.tape;
        entry_of(tape, document).map(|e| String::from_utf8_lossy(tape.attr_raw(e, b"mimeType")).into_owned()).unwrap_or_default()
    }

    fn slot(&mut self, slot: u32) {
        let tape = self.tape;
        let name = tape.attr_raw(slot, b"name");
        for value in values(tape, slot) {
            let span = tape.node(value).inner;
            if tape.node(value).has(tape::MIXED) {
                self.field(span, value, Class::Unknown, Form::Markup, None, hint::TEXT);
                continue;
            }
            match name {
                b"authorPerson" | b"legalAuthenticator" => {
                    let owner = self.clinician(value, slot, name);
                    self.field(span, value, Class::PersonName, Form::XmlText, Some(owner), hint::XCN);
                }
                b"intendedRecipient" => self.recipient(value, span),
                b"authorTelecommunication" => {
                    let owner = self.author_of(slot);
                    self.field(span, value, Class::Telecom, Form::XmlText, owner, hint::WHOLE);
                }
                b"sourcePatientId" => {
                    let owner = self.entry_patient(slot);
                    self.field(span, value, Class::Identifier, Form::XmlText, owner, hint::CX);
                }
                b"sourcePatientInfo" => self.patient_info(value, slot, span),
                b"URI" => {
                    self.field(span, value, Class::FileName, Form::XmlText, None, hint::URI);
                }
                b"hash" | b"size" | b"creationTime" | b"serviceStartTime" | b"serviceStopTime" | b"submissionTime"
                | b"languageCode"
                    if plain(tape.slice(span)) => {}
                b"codingScheme" | b"repositoryUniqueId" | b"SubmissionSetStatus" | b"lastUpdateTime" => {
                    self.field(span, value, Class::Code, Form::XmlText, None, hint::TEXT);
                }
                b"urn:ihe:iti:xds:2013:referenceIdList" => {
                    self.field(span, value, Class::Id, Form::XmlText, None, hint::TEXT);
                }
                b"authorInstitution" | b"authorRole" | b"authorSpecialty" => {
                    self.field(span, value, Class::Title, Form::XmlText, None, hint::TEXT);
                }
                _ => {
                    self.field(span, value, Class::Unknown, Form::XmlText, None, hint::TEXT);
                }
            }
        }
    }

    /// An author or authenticator; an author's role and specialty stand in slots beside.
    fn clinician(&mut self, value: u32, slot: u32, name: &[u8]) -> StubId {
        let tape = self.tape;
        let text = text(tape, tape.node(value).inner);
        let mut stub = person("", &text, StubKind::Clinician, Role::Clinician);
        stub.slot = String::from_utf8_lossy(name).into_owned();
        let mut roles_seen: Vec<Role> = vec![Role::Clinician];
        for n in &stub.names {
            roles_seen.extend(n.suffix.iter().chain(&n.prefix).filter_map(|t| role_of_title(t)));
        }
        if name == b"authorPerson" {
            let (roles, telecoms) = self.authors.entry(tape.node(slot).parent).or_insert_with_key(|&c| beside(tape, c));
            roles_seen.extend(roles.iter());
            stub.telecoms.clone_from(telecoms);
        }
        stub.role = roles_seen.into_iter().max_by_key(|r| r.rank()).unwrap_or(Role::Clinician);
        self.stub(stub)
    }

    /// The author whose other slots stand beside `slot`.
    fn author_of(&mut self, slot: u32) -> Option<StubId> {
        let tape = self.tape;
        let author = tape.named(tape.node(slot).parent, b"Slot").find(|&s| tape.attr_raw(s, b"name") == b"authorPerson");
        let value = author.and_then(|s| values(tape, s).next());
        match (author, value) {
            (Some(slot), Some(value)) => Some(self.clinician(value, slot, b"authorPerson")),
            _ => {
                let mut stub = PersonStub::new("authorTelecommunication", StubKind::Clinician, Role::Clinician);
                stub.telecoms.extend(values(tape, slot).filter_map(|v| hl7v2::xtn(&text_of(tape, v))));
                Some(self.stub(stub))
            }
        }
    }

    /// `organisation|person|telecom`.
    fn recipient(&mut self, value: u32, span: Span) {
        let tape = self.tape;
        let pieces = split_raw(tape, span, b'|');
        let texts: Vec<String> = pieces.iter().map(|&s| text(tape, s)).collect();
        let mut stub = person("intendedRecipient", texts.get(1).map_or("", |t| t), StubKind::Unknown, Role::OtherPerson);
        stub.telecoms.extend(texts.get(2).and_then(|t| hl7v2::xtn(t)));
        let owner = self.stub(stub);
        for (n, &piece) in pieces.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
            let (class, owner, hint) = match n {
                0 => (Class::Title, None, hint::TEXT),
                1 => (Class::PersonName, Some(owner), hint::XCN),
                2 => (Class::Telecom, Some(owner), hint::WHOLE),
                _ => (Class::Unknown, None, hint::TEXT),
            };
            self.field(piece, value, class, Form::XmlText, owner, hint);
        }
    }

    /// One line of `sourcePatientInfo`.
    fn patient_info(&mut self, value: u32, slot: u32, span: Span) {
        let tape = self.tape;
        let patient = self.entry_patient(slot);
        let pieces = split_raw(tape, span, b'|');
        let Some(first) = pieces.first().filter(|_| pieces.len() > 1) else {
            self.field(span, value, Class::Unknown, Form::XmlText, None, hint::TEXT);
            return;
        };
        let rest = Span { start: first.end + 1, end: span.end };
        if rest.is_empty() {
            return;
        }
        let content = text(tape, rest);
        let kin = |this: &mut Self, role| {
            let mut stub = PersonStub::new("sourcePatientInfo.mother", StubKind::Related, role);
            stub.names.extend(Some(hl7v2::xpn_name(&content)).filter(|n| !n.is_empty()));
            Some(this.stub(stub))
        };
        let (class, owner, hint) = match tape.slice(*first).trim_ascii() {
            b"PID-2" | b"PID-3" | b"PID-4" | b"PID-18" | b"PID-19" | b"PID-20" => (Class::Identifier, patient, hint::CX),
            b"PID-5" | b"PID-9" => (Class::PersonName, patient, hint::XPN),
            b"PID-6" => (Class::PersonName, kin(self, Role::Mother), hint::XPN),
            b"PID-21" => (Class::Identifier, kin(self, Role::Mother), hint::CX),
            b"PID-7" | b"PID-29" => (Class::BirthDate, patient, hint::WHOLE),
            b"PID-8" | b"PID-10" | b"PID-15" | b"PID-16" | b"PID-17" | b"PID-22" | b"PID-24" | b"PID-28" => {
                (Class::Demographic, patient, hint::WHOLE)
            }
            b"PID-11" => (Class::Address, patient, hint::WHOLE),
            b"PID-13" | b"PID-14" => (Class::Telecom, patient, hint::WHOLE),
            _ => (Class::Unknown, None, hint::TEXT),
        };
        self.field(rest, value, class, Form::XmlText, owner, hint);
    }
}

/// One word without blanks, as codes, dates and hashes are.
fn plain(value: &[u8]) -> bool {
    value.len() <= 100 && value.trim_ascii().iter().all(|b| b.is_ascii_graphic() && !b"@^|&".contains(b))
}
