//! Walks the tape with the element table and lists fields, people, records and parts.

use super::hint;
use super::person::{Fact, fact_of};
use super::reference::BundleIndex;
use super::schema::{Prim, Prop, Schema, Targets, Ty, TypeId};
use crate::format::json::{Kind, Tape};
use crate::model::document::{Class, Document, Field, Form, Note, Record, StubId};
use crate::model::error::ReadError;
use crate::model::person::{Name, PersonStub, StubKind};
use crate::model::role::Role;
use crate::model::view::Span;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Key under which equal reference stubs are shared: kind, role, target key, display.
pub(super) type RefStubKey<'s> = (StubKind, Role, Cow<'s, str>, Cow<'s, str>);

/// Where the walk stands.
#[derive(Clone, Copy)]
pub(super) struct Ctx {
    /// Innermost record.
    pub record: u32,
    /// Outermost resource record that `#id` references are looked up in.
    pub scope: u32,
    /// The person whose object this is, if any.
    pub owner: Option<StubId>,
    /// Type of the object being walked.
    pub ty: &'static str,
    /// Its node.
    pub holder: u32,
}

/// The reader's state.
pub(super) struct Walker<'s> {
    pub src: &'s [u8],
    pub tape: &'s Tape,
    pub schema: &'static Schema,
    pub doc: Document,
    pub index: BundleIndex<'s>,
    pub ref_stubs: HashMap<RefStubKey<'s>, StubId>,
    pub contained: HashMap<String, String>,
    /// Question of the questionnaire item being read, with those of the groups around it.
    pub question: String,
    noted: HashSet<String>,
}

impl<'s> Walker<'s> {
    /// Reads a whole document.
    pub(super) fn run(src: &'s [u8], tape: &'s Tape) -> Result<Document, ReadError> {
        let root = tape.node(0);
        if root.kind != Kind::Object {
            return Err(ReadError::at("not a FHIR resource: the JSON value is not an object", src, root.start as usize));
        }
        let Some(rtype) = tape.get_str(src, 0, "resourceType") else {
            return Err(ReadError::at("not a FHIR resource: resourceType is missing", src, root.start as usize));
        };
        let schema = Schema::r4();
        if !schema.is_resource(&rtype) {
            return Err(ReadError::at("not a FHIR R4 resource type", src, root.start as usize));
        }
        let mut w = Walker {
            src,
            tape,
            schema,
            doc: Document::default(),
            index: if rtype == "Bundle" { BundleIndex::of(src, tape) } else { BundleIndex::default() },
            ref_stubs: HashMap::new(),
            contained: HashMap::new(),
            question: String::new(),
            noted: HashSet::new(),
        };
        w.resource(0, None, None, None);
        Ok(w.doc.in_source_order())
    }

    /// A resource at any depth. `scope` is set for contained resources.
    pub(super) fn resource(&mut self, node: u32, parent: Option<u32>, scope: Option<u32>, full_url: Option<&str>) {
        if self.tape.node(node).kind != Kind::Object {
            self.unknown(
                node,
                Ctx { record: parent.unwrap_or(0), scope: scope.unwrap_or(0), owner: None, ty: "Resource", holder: node },
                "resource",
            );
            return;
        }
        let rtype = self.tape.get_str(self.src, node, "resourceType").unwrap_or_default().into_owned();
        let id = self.tape.get_str(self.src, node, "id").map(|s| s.into_owned());
        let record = self.doc.records.len() as u32;
        let scope_record = scope.unwrap_or(record);
        let mut keys = Vec::new();
        if let Some(id) = &id {
            keys.push(if scope.is_some() { format!("#{scope_record}#{id}") } else { format!("{rtype}/{id}") });
        }
        keys.extend(full_url.filter(|u| u.starts_with("urn:")).map(str::to_string));
        let n = self.tape.node(node);
        self.doc.records.push(Record {
            span: Span { start: n.start, end: n.end },
            node,
            kind: rtype.clone(),
            parent,
            keys: keys.clone(),
            ..Record::default()
        });
        let type_id = match self.schema.id(&rtype) {
            Some(t) if self.schema.is_resource(&rtype) => t,
            _ => {
                self.hold("unknown-resource", &rtype_place(&rtype), "a resource type that FHIR R4 does not know");
                let ctx = Ctx { record, scope: scope_record, owner: None, ty: "Resource", holder: node };
                self.unknown(node, ctx, "resource");
                return;
            }
        };
        self.describe(node, record);
        self.circumstances(node, record);
        let ty = self.schema.ty(type_id).name;
        let owner = self.resource_person(node, ty, keys, scope_record, record);
        let ctx = Ctx { record, scope: scope_record, owner, ty, holder: node };
        if scope.is_none() {
            self.index_contained(node, record);
        }
        self.object(node, type_id, ctx);
        if ty == "Coverage" {
            self.coverage(node, ctx);
        }
    }

    /// The stub of a resource that is a person, or a family member.
    fn resource_person(&mut self, node: u32, ty: &'static str, keys: Vec<String>, scope: u32, record: u32) -> Option<StubId> {
        let (kind, role) = match ty {
            "Patient" => (StubKind::Patient, Role::OtherPatient),
            "Practitioner" => (StubKind::Clinician, Role::Clinician),
            "RelatedPerson" => (StubKind::Related, Role::Relative),
            "Person" => (StubKind::Unknown, Role::OtherPerson),
            "FamilyMemberHistory" => (StubKind::Related, Role::Relative),
            "PractitionerRole" => return self.practitioner_role(node, keys, scope),
            "Organization" | "HealthcareService" | "Location" | "InsurancePlan" => {
                if let Some(name) = self.tape.get_str(self.src, node, "name") {
                    self.organisation(&name);
                }
                return None;
            }
            _ => return None,
        };
        let mut stub = self.person_stub(node, ty, kind, role);
        stub.keys = keys;
        if kind == StubKind::Patient {
            stub.role = Role::OtherPatient;
        }
        let id = self.push_stub(stub);
        if kind == StubKind::Patient {
            self.doc.records[record as usize].subject = Some(id);
        }
        Some(id)
    }

    fn practitioner_role(&mut self, node: u32, keys: Vec<String>, scope: u32) -> Option<StubId> {
        let mut stub = PersonStub::new("PractitionerRole", StubKind::Clinician, Role::Clinician);
        for key in ["code", "specialty"] {
            if let Some(c) = self.tape.get(self.src, node, key) {
                let mut found = None;
                self.each(c, |w, n| found = found.or(w.concept_occupation(n)));
                if let Some(r) = found {
                    stub.role = super::person::more_telling(stub.role, r);
                }
            }
        }
        if let Some(p) = self.tape.get(self.src, node, "practitioner") {
            let (target, display, identifier) = self.reference_facts(p, scope);
            stub.refers = target;
            stub.names.extend(display);
            stub.identifiers.extend(identifier);
        }
        if let Some(ids) = self.tape.get(self.src, node, "identifier") {
            let mut found = Vec::new();
            self.each(ids, |w, n| found.extend(w.identifier(n)));
            stub.identifiers.extend(found);
        }
        stub.keys = keys;
        Some(self.push_stub(stub))
    }

    /// Notes the name of an organisation, so that the same text in a clinician's place is not taken for a person.
    pub(super) fn organisation(&mut self, name: &str) {
        let key = (StubKind::Organization, Role::Organization, Cow::Borrowed(""), Cow::Owned(name.to_string()));
        if name.trim().is_empty() || self.ref_stubs.contains_key(&key) {
            return;
        }
        let mut stub = PersonStub::new("Organization", StubKind::Organization, Role::Organization);
        stub.names.push(Name { text: name.to_string(), ..Name::default() });
        let id = self.push_stub(stub);
        self.ref_stubs.insert(key, id);
    }

    /// Adds a stub.
    pub(super) fn push_stub(&mut self, stub: PersonStub) -> StubId {
        self.doc.stubs.push(stub);
        (self.doc.stubs.len() - 1) as StubId
    }

    /// Codes and title of a record, for withholding and the report.
    fn describe(&mut self, node: u32, record: u32) {
        let mut codes = Vec::new();
        let mut title = String::new();
        for (k, v) in self.tape.members(node) {
            let key = self.tape.str_raw(self.src, k);
            if !matches!(key, "code" | "category" | "type" | "class") {
                if matches!(key, "title" | "description") && title.is_empty() {
                    title = self.tape.string(self.src, v).unwrap_or_default().into_owned();
                }
                continue;
            }
            self.each(v, |w, n| {
                w.codings(n, |s, c, d| {
                    codes.push(format!("{s}|{c}"));
                    if title.is_empty() && key != "class" {
                        title = d.to_string();
                    }
                });
            });
        }
        let r = &mut self.doc.records[record as usize];
        r.codes = codes;
        r.title = title;
    }

    fn index_contained(&mut self, node: u32, record: u32) {
        let Some(list) = self.tape.get(self.src, node, "contained") else { return };
        for c in self.tape.elements(list) {
            let id = self.tape.get_str(self.src, c, "id");
            let t = self.tape.get_str(self.src, c, "resourceType");
            if let (Some(id), Some(t)) = (id, t) {
                self.contained.insert(format!("#{record}#{id}"), t.into_owned());
            }
        }
    }

    /// The members of an object of a known type.
    pub(super) fn object(&mut self, node: u32, type_id: TypeId, ctx: Ctx) {
        if self.tape.node(node).kind != Kind::Object {
            self.unknown(node, ctx, "value");
            return;
        }
        let schema = self.schema;
        let ty = schema.ty(type_id);
        let ctx = Ctx { ty: ty.name, holder: node, ..ctx };
        if !self.special(node, ty.name, ctx) {
            self.members(node, type_id, ctx);
        }
    }

    /// The members of an object of a known type that has no rule of its own, or none that holds here.
    pub(super) fn members(&mut self, node: u32, type_id: TypeId, ctx: Ctx) {
        let schema = self.schema;
        let ty = schema.ty(type_id);
        let ctx = Ctx { ty: ty.name, holder: node, ..ctx };
        let (mut named, mut shell) = (false, None);
        for (k, v) in self.tape.members(node) {
            let key = self.tape.str_raw(self.src, k);
            if ctx.owner.is_some() {
                named |= key == "name";
                if shell.is_none() && ty.name == "Patient.contact" {
                    shell = Some(node);
                }
            }
            self.member(key, v, ty.name, ctx);
        }
        if let (Some(shell), false) = (shell, named) {
            // pat-1: a contact keeps a name (the label) when everything else of it goes.
            let end = self.tape.node(shell).end;
            self.field(Span { start: end - 1, end: end - 1 }, shell, Class::PersonName, Form::JsonNode, ctx, hint::INSERT_NAME);
        }
    }

    pub(super) fn member(&mut self, key: &str, v: u32, ty: &'static str, ctx: Ctx) {
        match key {
            "resourceType" => return,
            "id" => {
                let class = Class::Id;
                // Only the id of a resource that is the person points at the person.
                let owner = ctx
                    .owner
                    .filter(|_| matches!(ty, "Patient" | "Practitioner" | "PractitionerRole" | "RelatedPerson" | "Person"));
                self.string(v, class, Ctx { owner, ..ctx }, hint::NONE);
                return;
            }
            _ => {}
        }
        let ctx_plain = Ctx { owner: None, ..ctx };
        if let Some(owner) = ctx.owner {
            match fact_of(ty, key) {
                Fact::None => {}
                fact => return self.fact(fact, key, v, ty, Ctx { owner: Some(owner), ..ctx }),
            }
        }
        match key {
            "extension" | "modifierExtension" => return self.extensions(v, ctx),
            "text" if self.schema.is_resource(ty) => return self.narrative(v, ctx),
            "contained" => {
                for c in self.tape.elements(v) {
                    self.resource(c, Some(ctx.record), Some(ctx.scope), None);
                }
                return;
            }
            _ => {}
        }
        if let Some(base) = key.strip_prefix('_') {
            let known = self.schema.id(ty).is_some_and(|t| self.schema.ty(t).prop(base).is_some()) || base == "id";
            if known {
                return self.primitive_extension(v, ctx);
            }
        }
        let prop = self.schema.id(ty).and_then(|t| self.schema.ty(t).prop(key)).copied();
        match prop {
            Some(p) => self.value(v, &p, ty, ctx_plain_for(&p, ctx, ctx_plain)),
            None => self.unknown(v, ctx, "element"),
        }
    }

    /// One fact of a person: an owned field over the whole element, and whatever else stands inside it.
    fn fact(&mut self, fact: Fact, key: &str, v: u32, ty: &'static str, ctx: Ctx) {
        let primitive_ext = key.starts_with('_');
        let whole = |w: &mut Self, class: Class, hint: u16| {
            let n = w.tape.node(v);
            w.field(Span { start: n.start, end: n.end }, v, class, Form::JsonNode, ctx, hint);
        };
        let inner = Ctx { owner: None, ..ctx };
        match fact {
            Fact::Name if primitive_ext => whole(self, Class::Demographic, hint::PROPERTY),
            Fact::Name => {
                let nodes: Vec<u32> =
                    if self.tape.node(v).kind == Kind::Array { self.tape.elements(v).collect() } else { vec![v] };
                for n in nodes {
                    let node = self.tape.node(n);
                    let hint = if node.kind == Kind::Object { hint::NAME_OBJECT } else { hint::NAME_STRING };
                    self.field(Span { start: node.start, end: node.end }, n, Class::PersonName, Form::JsonNode, ctx, hint);
                    self.inside_own(n, inner);
                }
            }
            Fact::Telecom | Fact::Address | Fact::Photo | Fact::Identifier => {
                let class = match fact {
                    Fact::Telecom => Class::Telecom,
                    Fact::Address => Class::Address,
                    Fact::Photo => Class::Photo,
                    _ => Class::Identifier,
                };
                let nodes: Vec<u32> =
                    if self.tape.node(v).kind == Kind::Array { self.tape.elements(v).collect() } else { vec![v] };
                for n in nodes {
                    let node = self.tape.node(n);
                    let hint = if fact == Fact::Identifier { hint::IDENTIFIER } else { hint::PROPERTY };
                    self.field(Span { start: node.start, end: node.end }, n, class, Form::JsonNode, ctx, hint);
                    if fact == Fact::Photo {
                        if let Some(t) = self.schema.id("Attachment") {
                            self.object(n, t, inner);
                        }
                    } else {
                        self.inside_own(n, inner);
                    }
                }
            }
            Fact::Birth => whole(self, Class::BirthDate, hint::PROPERTY),
            Fact::Demographic => {
                whole(self, Class::Demographic, hint::PROPERTY);
                match key {
                    "extension" | "modifierExtension" => self.extensions(v, ctx),
                    "contact" => self.contacts(v, ctx),
                    _ if primitive_ext => self.primitive_extension(v, ctx),
                    _ => {
                        if let Some(p) = self.schema.id(ty).and_then(|t| self.schema.ty(t).prop(key)).copied() {
                            self.value(v, &p, ty, inner);
                        }
                    }
                }
            }
            Fact::None => {}
        }
    }

    /// Patient.contact: each is a person of its own.
    fn contacts(&mut self, v: u32, ctx: Ctx) {
        let Some(t) = self.schema.id("Patient.contact") else { return };
        let nodes: Vec<u32> = self.tape.elements(v).collect();
        for n in nodes {
            let stub = self.person_stub(n, "Patient.contact", StubKind::Related, Role::Contact);
            let owner = self.push_stub(stub);
            self.object(n, t, Ctx { owner: Some(owner), ..ctx });
        }
    }

    /// Strings inside an owned element that are not the owner's own: the assigner of an identifier, extensions of a name part.
    fn inside_own(&mut self, n: u32, ctx: Ctx) {
        let members: Vec<(u32, u32)> = self.tape.members(n).collect();
        for (k, v) in members {
            match self.tape.str_raw(self.src, k) {
                "assigner" => {
                    let prop = Prop {
                        name: "assigner",
                        ty: Ty::Reference,
                        required: false,
                        many: false,
                        targets: Targets(Targets::OTHER),
                    };
                    self.reference(v, &prop, "Identifier", ctx);
                }
                "extension" => self.extensions(v, ctx),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                "type" => {
                    if let Some(t) = self.schema.id("CodeableConcept") {
                        self.object(v, t, ctx);
                    }
                }
                _ => {}
            }
        }
    }

    /// A value (or array of values) of a known property.
    pub(super) fn value(&mut self, v: u32, prop: &Prop, ty: &'static str, ctx: Ctx) {
        match self.tape.node(v).kind {
            Kind::Array => {
                let nodes: Vec<u32> = self.tape.elements(v).collect();
                for e in nodes {
                    self.value(e, prop, ty, ctx);
                }
            }
            Kind::Null => {}
            _ => match prop.ty {
                Ty::Prim(p) => self.primitive(v, p, prop.name, ty, ctx),
                Ty::Complex(t) => self.object(v, t, ctx),
                Ty::Reference => {
                    let stub = self.reference(v, prop, ty, ctx);
                    let names_subject =
                        matches!(prop.name, "subject" | "patient" | "beneficiary" | "for" | "individual" | "candidate");
                    let rec = &mut self.doc.records[ctx.record as usize];
                    if names_subject && rec.kind == ty && rec.subject.is_none() {
                        rec.subject = stub;
                    }
                }
                Ty::Resource => self.resource(v, Some(ctx.record), None, None),
            },
        }
    }

    fn primitive(&mut self, v: u32, prim: Prim, name: &str, ty: &'static str, ctx: Ctx) {
        if self.tape.node(v).kind == Kind::Object {
            return self.unknown(v, ctx, "value");
        }
        if self.tape.node(v).kind == Kind::Number {
            return self.age(v, name, ty, ctx);
        }
        match prim {
            Prim::Text => {
                let class = match (ty, name) {
                    // Of a person these are owned as a whole; here they are an organisation's or a record's, and stay.
                    ("ContactPoint", "value") => Class::Url,
                    ("Identifier", "value") => Class::Serial,
                    ("Device" | "Device.udiCarrier", "serialNumber" | "lotNumber" | "distinctIdentifier" | "carrierHRF") => {
                        Class::Serial
                    }
                    ("Address", "line" | "city" | "district" | "postalCode" | "text") => Class::Place,
                    ("Coding" | "ContactPoint" | "Address" | "Identifier", _) => Class::Code,
                    ("Quantity" | "Money" | "SampledData", _) => Class::Code,
                    (_, "display" | "title" | "name" | "label" | "alias" | "versionId" | "version" | "expirationDate") => {
                        Class::Title
                    }
                    ("CodeableConcept", "text") if self.is_term(ctx.holder, v) => Class::Code,
                    ("CodeableConcept", "text") => Class::Title,
                    _ => Class::Narrative,
                };
                self.string(v, class, ctx, hint::NONE);
            }
            Prim::Uri => self.string(v, Class::Url, ctx, hint::NONE),
            Prim::Code => self.string(v, Class::Code, ctx, hint::NONE),
            Prim::Date | Prim::Instant => {
                let dated = self.tape.node(v).kind == Kind::String && is_date(self.tape.str_raw(self.src, v));
                let class = if dated { Class::Date } else { Class::Code };
                let hint = if prim == Prim::Instant { hint::INSTANT } else { hint::NONE };
                self.string(v, class, ctx, hint);
            }
            Prim::Id => self.string(v, Class::Id, ctx, hint::NONE),
            Prim::Xhtml => self.xhtml(v, ctx),
            Prim::Base64 => self.blob(v, "", ctx),
        }
    }

    /// True for a text that says again, letter for letter, what a code of a published terminology is called: `Camila 28 Day Pack` of
    /// RxNorm. What a site calls its own codes may be somebody's name.
    fn is_term(&self, concept: u32, text: u32) -> bool {
        const PUBLISHED: &[&str] = &[
            "http://www.nlm.nih.gov/research/umls/rxnorm",
            "http://snomed.info/sct",
            "http://loinc.org",
            "http://hl7.org/fhir/sid/",
            "http://terminology.hl7.org/CodeSystem/",
            "http://hl7.org/fhir/",
            "http://www.ama-assn.org/go/cpt",
            "http://unitsofmeasure.org",
            "http://nucc.org/provider-taxonomy",
            "urn:iso:std:iso:11073:10101",
        ];
        let (tape, src) = (&self.tape, self.src);
        let Some(codings) = tape.get(src, concept, "coding").filter(|c| tape.node(*c).kind == Kind::Array) else { return false };
        tape.elements(codings).any(|c| {
            tape.node(c).kind == Kind::Object
                && tape.get(src, c, "display").is_some_and(|d| tape.raw(src, d) == tape.raw(src, text))
                && tape.get_str(src, c, "system").is_some_and(|s| PUBLISHED.iter().any(|p| s.starts_with(p)))
        })
    }

    /// The number of an age.
    fn age(&mut self, v: u32, name: &str, ty: &'static str, ctx: Ctx) {
        let of_age = |codes: &[String]| codes.iter().any(|c| AGE_CODES.iter().any(|a| c.ends_with(a)));
        let codes = || self.doc.records.get(ctx.record as usize).map_or(&[][..], |r| r.codes.as_slice());
        if name == "value" && (ty == "Age" || ty == "Quantity" && of_age(codes())) {
            let n = self.tape.node(v);
            self.field(Span { start: n.start, end: n.end }, v, Class::Age, Form::Plain, ctx, hint::NONE);
        }
    }

    /// Adds a field for the content of a string value; other kinds are ignored.
    pub(super) fn string(&mut self, v: u32, class: Class, ctx: Ctx, hint: u16) {
        let n = self.tape.node(v);
        if n.kind != Kind::String || n.end - n.start <= 2 {
            return;
        }
        self.field(Span { start: n.start + 1, end: n.end - 1 }, v, class, Form::JsonString, ctx, hint);
    }

    /// Adds a field.
    pub(super) fn field(&mut self, span: Span, node: u32, class: Class, form: Form, ctx: Ctx, hint: u16) {
        self.doc.fields.push(Field { span, node, class, form, owner: ctx.owner, record: ctx.record, hint });
    }

    /// Something the table does not know: every string in it is scanned like narrative, and the report lists the path.
    pub(super) fn unknown(&mut self, v: u32, ctx: Ctx, what: &str) {
        let place = format!("{}.?", ctx.ty);
        let article = if what.starts_with(['a', 'e']) { "an" } else { "a" };
        if self.noted.insert(format!("{what} {place}")) {
            let text = format!("{article} {what} that FHIR R4 does not define here; its strings were searched like narrative");
            self.doc.notes.push(Note { kind: "unknown-element".into(), place, text });
        }
        let end = self.tape.node(v).next;
        let ctx = Ctx { owner: None, ..ctx };
        for i in v..end {
            let n = self.tape.node(i);
            match n.kind {
                Kind::String => self.string(i, Class::Unknown, ctx, hint::NONE),
                Kind::Key if n.end > n.start => {
                    self.field(Span { start: n.start, end: n.end }, i, Class::Code, Form::JsonString, ctx, hint::NONE)
                }
                Kind::Number => self.field(Span { start: n.start, end: n.end }, i, Class::Code, Form::Plain, ctx, hint::NONE),
                _ => {}
            }
        }
    }

    /// Asks that a person settles something before release.
    pub(super) fn hold(&mut self, kind: &str, place: &str, text: &str) {
        self.doc.holds.push(Note { kind: kind.into(), place: place.into(), text: text.into() });
    }

    /// Adds a note once per place.
    pub(super) fn note(&mut self, kind: &str, place: &str, text: &str) {
        if self.noted.insert(format!("{kind} {place}")) {
            self.doc.notes.push(Note { kind: kind.into(), place: place.into(), text: text.into() });
        }
    }
}

/// Observations of an age. Source: LOINC.
const AGE_CODES: [&str; 5] = ["|30525-0", "|29553-5", "|21612-7", "|63900-5", "|21611-9"];

/// True for a date as FHIR writes dates, whatever else a string in a date's place may be.
fn is_date(text: &str) -> bool {
    text.len() <= 40
        && text.bytes().take(4).filter(u8::is_ascii_digit).count() == 4
        && text.bytes().all(|b| b.is_ascii_digit() || b"-:.+TZ".contains(&b))
}

/// A resource type is shown in messages only when it looks like one.
fn rtype_place(rtype: &str) -> String {
    let plain = !rtype.is_empty() && rtype.len() <= 40 && rtype.bytes().all(|b| b.is_ascii_alphabetic());
    if plain { rtype.to_string() } else { "?".into() }
}

/// A backbone element below a person keeps its owner only where its own facts are listed (Practitioner.qualification).
fn ctx_plain_for(prop: &Prop, ctx: Ctx, plain: Ctx) -> Ctx {
    if prop.name == "qualification" { ctx } else { plain }
}
