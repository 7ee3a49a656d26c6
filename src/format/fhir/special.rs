//! Data types and elements with a rule of their own: references, attachments, annotations, signatures, extensions, narrative.

use super::hint;
use super::person::more_telling;
use super::pointing::who_can_it_be;
use super::schema::{Prop, Targets, Ty};
use super::walk::{Ctx, Walker};
use crate::format::roles::{role_of_credential, shown_name};
use crate::model::document::{Class, Form, Record};
use crate::model::person::{Identifier, Name, PersonStub, StubKind, Telecom};
use crate::model::role::Role;
use crate::model::view::Span;

/// For a number that only one human being has: is it a clinician's? `None` for any other. Systems of HL7 (terminology.hl7.org) and the
/// identifier types of v2 table 0203.
fn whose_number(id: &Identifier) -> Option<bool> {
    let system = id.system.as_str();
    let oid = system.strip_prefix("urn:oid:").unwrap_or("");
    let clinician = system.ends_with("/us-npi")
        || matches!(oid, "2.16.840.1.113883.4.6" | "2.16.840.1.113883.4.814")
        || oid.starts_with("2.16.840.1.113883.4.3.")
        || matches!(id.kind.as_str(), "NPI" | "DEA" | "MD" | "RN" | "LN" | "PRN" | "EI");
    if clinician {
        return Some(true);
    }
    let anybody =
        system.ends_with("/us-ssn") || oid == "2.16.840.1.113883.4.1" || matches!(id.kind.as_str(), "SS" | "DL" | "PPN");
    anybody.then_some(false)
}

impl Walker<'_> {
    /// Handles an object that has a rule of its own; true when nothing is left to do.
    pub(super) fn special(&mut self, node: u32, ty: &'static str, ctx: Ctx) -> bool {
        match ty {
            "Attachment" => self.attachment(node, ctx),
            "Binary" => self.binary(node, ctx),
            "Annotation" => self.annotation(node, ctx),
            "Signature" => self.signature(node, ctx),
            "HumanName" => self.loose_name(node, ctx),
            "ContactPoint" | "Address" if ctx.owner.is_none() && self.is_loose(ctx) => return self.loose_contact(node, ty, ctx),
            "Identifier" if ctx.owner.is_none() && self.is_loose(ctx) => return self.loose_identifier(node, ctx),
            "ContactDetail" => self.contact_detail(node, ctx),
            "Bundle.entry" => self.entry(node, ctx),
            "QuestionnaireResponse.item" => self.questionnaire_item(node, ctx),
            "Composition.section" => self.section(node, ctx),
            "AuditEvent.agent" => self.audit_agent(node, ctx),
            _ if ty.ends_with(".contact") && ctx.owner.is_none() && self.tape.get(self.src, node, "name").is_some() => {
                return self.organization_contact(node, ty, ctx);
            }
            _ => return false,
        }
        true
    }

    /// Annotation: author string or reference, then text.
    fn annotation(&mut self, node: u32, ctx: Ctx) {
        let targets = Targets(Targets::PATIENT | Targets::PRACTITIONER | Targets::RELATED | Targets::OTHER);
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "authorString" => self.person_text(v, "Annotation.author", StubKind::Unknown, Role::Clinician, ctx),
                "authorReference" => {
                    let prop = Prop { name: "author", ty: Ty::Reference, required: false, many: false, targets };
                    self.reference(v, &prop, "Annotation", ctx);
                }
                "text" => self.string(v, Class::Narrative, ctx, hint::NONE),
                key => self.member(key, v, "Annotation", ctx),
            }
        }
    }

    /// A string that names one person (or an organisation): its stub, and the string as that person's.
    pub(super) fn person_text(&mut self, v: u32, slot: &str, kind: StubKind, role: Role, ctx: Ctx) {
        let Some(text) = self.tape.string(self.src, v).filter(|t| !t.trim().is_empty()) else { return };
        let mut stub = PersonStub::new(slot, kind, role);
        if let Some(r) = role_of_credential(&text) {
            stub.role = more_telling(role, r);
        }
        let Some(name) = shown_name(&text) else { return self.string(v, Class::Title, ctx, hint::NONE) };
        stub.names.push(Name { text: name.to_string(), ..Name::default() });
        let owner = Some(self.push_stub(stub));
        self.string(v, Class::PersonText, Ctx { owner, ..ctx }, hint::NONE);
    }

    /// Signature: who and onBehalfOf are references; the data holds a certificate or an image of a hand and cannot stay valid.
    fn signature(&mut self, node: u32, ctx: Ctx) {
        let who = self.schema.id("Signature").and_then(|t| self.schema.ty(t).prop("who")).copied();
        let mut owner = None;
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match (self.tape.str_raw(self.src, k), &who) {
                ("data", _) => {
                    let n = self.tape.node(v);
                    let span = Span { start: n.start, end: n.end };
                    self.field(span, v, Class::Signature, Form::JsonNode, Ctx { owner, ..ctx }, hint::PROPERTY);
                    self.note(
                        "signature-void",
                        "Signature.data",
                        "signature data removed: it cannot stay valid in a redacted copy",
                    );
                }
                ("who", Some(p)) => owner = self.reference(v, p, "Signature", ctx),
                (key, _) => self.member(key, v, "Signature", Ctx { owner: None, ..ctx }),
            }
        }
    }

    /// A HumanName outside a person: an extension, a parameter, a task's value.
    fn loose_name(&mut self, node: u32, ctx: Ctx) {
        let name = self.human_name(node);
        if name.is_empty() {
            return;
        }
        let owner = ctx.owner.unwrap_or_else(|| {
            let mut stub = PersonStub::new("HumanName", StubKind::Unknown, Role::OtherPerson);
            let words = format!("{} {}", name.prefix.join(" "), name.suffix.join(" "));
            if let Some(r) = role_of_credential(&words) {
                stub.role = r;
            }
            stub.names.push(name);
            self.push_stub(stub)
        });
        let n = self.tape.node(node);
        let ctx = Ctx { owner: Some(owner), ..ctx };
        self.field(Span { start: n.start, end: n.end }, node, Class::PersonName, Form::JsonNode, ctx, hint::NAME_OBJECT);
    }

    /// Resources whose phones and addresses are of a house or a product, and stay.
    fn is_loose(&self, ctx: Ctx) -> bool {
        let kind = self.doc.records.get(ctx.record as usize).map_or("", |r| r.kind.as_str());
        !matches!(
            kind,
            "Organization"
                | "OrganizationAffiliation"
                | "Location"
                | "HealthcareService"
                | "InsurancePlan"
                | "Device"
                | "DeviceDefinition"
        )
    }

    /// A phone or address outside a person: an extension, a parameter, a task's value. Nobody says whose it is.
    fn loose_contact(&mut self, node: u32, ty: &'static str, ctx: Ctx) -> bool {
        let mut stub = PersonStub::new(ty, StubKind::Unknown, Role::OtherPerson);
        let class = if ty == "Address" { Class::Address } else { Class::Telecom };
        if class == Class::Address {
            stub.addresses.push(self.address(node));
        } else if let Some(value) = self.tape.get_str(self.src, node, "value").filter(|v| !v.trim().is_empty()) {
            let system = self.tape.get_str(self.src, node, "system").unwrap_or_default().into_owned();
            stub.telecoms.push(Telecom { system, value: value.into_owned() });
        } else {
            return false;
        }
        let owner = Some(self.push_stub(stub));
        let n = self.tape.node(node);
        self.field(Span { start: n.start, end: n.end }, node, class, Form::JsonNode, Ctx { owner, ..ctx }, hint::PROPERTY);
        false
    }

    /// A number that only a person has (NPI, DEA, licence, SSN) outside a person: an extension, a parameter. Nobody says whose it is.
    fn loose_identifier(&mut self, node: u32, ctx: Ctx) -> bool {
        let Some(identifier) = self.identifier(node).filter(|i| !i.value.trim().is_empty()) else { return false };
        let Some(clinician) = whose_number(&identifier) else { return false };
        let (kind, role) =
            if clinician { (StubKind::Clinician, Role::Clinician) } else { (StubKind::Unknown, Role::OtherPerson) };
        let mut stub = PersonStub::new("Identifier", kind, role);
        stub.identifiers.push(identifier);
        let owner = Some(self.push_stub(stub));
        let n = self.tape.node(node);
        let span = Span { start: n.start, end: n.end };
        self.field(span, node, Class::Identifier, Form::JsonNode, Ctx { owner, ..ctx }, hint::IDENTIFIER);
        false
    }

    /// ContactDetail of a conformance resource: a name string and telecoms.
    fn contact_detail(&mut self, node: u32, ctx: Ctx) {
        let mut stub = self.person_stub(node, "ContactDetail", StubKind::Unknown, Role::Contact);
        stub.slot = format!("{}.contact", ctx.ty);
        let owner = if stub.names.is_empty() { None } else { Some(self.push_stub(stub)) };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "name" => self.string(v, Class::PersonText, Ctx { owner, ..ctx }, hint::NONE),
                "telecom" => self.owned_elements(v, Class::Telecom, Ctx { owner, ..ctx }),
                key => self.member(key, v, "ContactDetail", Ctx { owner: None, ..ctx }),
            }
        }
    }

    fn owned_elements(&mut self, v: u32, class: Class, ctx: Ctx) {
        for n in self.tape.elements(v).collect::<Vec<_>>() {
            let node = self.tape.node(n);
            self.field(Span { start: node.start, end: node.end }, n, class, Form::JsonNode, ctx, hint::PROPERTY);
            if let Some(t) = self.schema.id(if class == Class::Address { "Address" } else { "ContactPoint" }) {
                self.object(n, t, Ctx { owner: None, ..ctx });
            }
        }
    }

    /// Organization.contact and the like: a contact person with name, telecom and address.
    fn organization_contact(&mut self, node: u32, ty: &'static str, ctx: Ctx) -> bool {
        let stub = self.person_stub(node, ty, StubKind::Related, Role::Contact);
        let owner = Some(self.push_stub(stub));
        let Some(t) = self.schema.id(ty) else { return false };
        self.object(node, t, Ctx { owner, ..ctx });
        true
    }

    /// Composition.section: a record of its own, so that it has a title and can be withheld.
    fn section(&mut self, node: u32, ctx: Ctx) {
        let n = self.tape.node(node);
        let record = self.doc.records.len() as u32;
        let mut codes = Vec::new();
        if let Some(c) = self.tape.get(self.src, node, "code") {
            self.codings(c, |s, code, _| codes.push(format!("{s}|{code}")));
        }
        self.doc.records.push(Record {
            span: Span { start: n.start, end: n.end },
            node,
            kind: "section".into(),
            codes,
            title: self.tape.get_str(self.src, node, "title").unwrap_or_default().into_owned(),
            parent: Some(ctx.record),
            ..Record::default()
        });
        let inner = Ctx { record, ..ctx };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "text" => self.narrative(v, inner),
                key => self.member(key, v, "Composition.section", inner),
            }
        }
    }

    /// AuditEvent.agent: the login and the name are the agent's, whoever that is.
    fn audit_agent(&mut self, node: u32, ctx: Ctx) {
        let told = |w: &Self, key: &str| w.tape.get(w.src, node, key).and_then(|v| w.tape.string(w.src, v));
        let own: Vec<Name> = ["name", "altId"]
            .iter()
            .filter_map(|key| told(self, key))
            .filter(|t| !t.trim().is_empty())
            .map(|t| Name { text: t.into_owned(), ..Name::default() })
            .collect();
        let mut owner = None;
        if !own.is_empty() {
            let mut stub = PersonStub::new("AuditEvent.agent", StubKind::Unknown, Role::Staff);
            if let Some(who) = self.tape.get(self.src, node, "who") {
                let (target, display, identifier) = self.reference_facts(who, ctx.scope);
                let rtype = target.as_deref().and_then(|t| t.split(['/', '?']).next()).filter(|t| self.schema.is_resource(t));
                stub.kind = who_can_it_be(rtype, Targets::default()).unwrap_or(StubKind::Unknown);
                stub.refers = target;
                stub.names.extend(display);
                stub.identifiers.extend(identifier);
            }
            for name in own {
                if let Some(r) = role_of_credential(&name.text) {
                    stub.role = more_telling(stub.role, r);
                }
                stub.names.push(name);
            }
            owner = Some(self.push_stub(stub));
        }
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "altId" | "name" => self.string(v, Class::PersonText, Ctx { owner, ..ctx }, hint::NONE),
                key => self.member(key, v, "AuditEvent.agent", Ctx { owner: None, ..ctx }),
            }
        }
    }

    /// Coverage: a member number of somebody else's policy is the subscriber's.
    pub(super) fn coverage(&mut self, node: u32, ctx: Ctx) {
        let Some(id) = self.tape.get(self.src, node, "subscriberId") else { return };
        let mut stub = PersonStub::new("Coverage.subscriber", StubKind::Unknown, Role::Subscriber);
        match self.tape.get(self.src, node, "subscriber") {
            Some(subscriber) => {
                let (target, name, identifier) = self.reference_facts(subscriber, ctx.scope);
                stub.refers = target;
                stub.names.extend(name);
                stub.identifiers.extend(identifier);
            }
            // Nobody is named, but the patient is insured through somebody else.
            None if self.is_dependent(node) => {}
            None => return,
        }
        if let Some(value) = self.tape.string(self.src, id).filter(|v| !v.trim().is_empty()) {
            stub.identifiers.push(Identifier { system: String::new(), value: value.into_owned(), kind: "MB".into() });
        }
        let owner = Some(self.push_stub(stub));
        let n = self.tape.node(id);
        let span = Span { start: n.start, end: n.end };
        self.field(span, id, Class::Identifier, Form::JsonNode, Ctx { owner, ..ctx }, hint::PROPERTY);
    }

    /// Coverage.relationship says that the patient is somebody's spouse, child or other dependent.
    fn is_dependent(&self, coverage: u32) -> bool {
        let mut dependent = false;
        if let Some(relation) = self.tape.get(self.src, coverage, "relationship") {
            self.codings(relation, |_, code, _| {
                dependent |= matches!(code, "child" | "parent" | "spouse" | "common" | "other" | "injured");
            });
        }
        dependent
    }
}
