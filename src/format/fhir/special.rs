//! Data types and elements with a rule of their own: references, attachments, annotations, signatures, extensions, narrative.

use super::hint;
use super::person::{more_telling, role_of_occupation};
use super::reference;
use super::schema::{Prop, Schema, Targets};
use super::walk::{Ctx, Walker};
use crate::format::json::Kind;
use crate::format::roles::{role_of_credential, role_of_words};
use crate::model::document::{Class, Form, Part, Record, StubId};
use crate::model::person::{Identifier, Name, PersonStub, StubKind};
use crate::model::role::Role;
use crate::model::view::Span;
use base64::Engine;
use std::borrow::Cow;

impl<'s> Walker<'s> {
    /// Handles an object that has a rule of its own; true when nothing is left to do.
    pub(super) fn special(&mut self, node: u32, ty: &'static str, ctx: Ctx) -> bool {
        match ty {
            "Attachment" => self.attachment(node, ctx),
            "Binary" => self.binary(node, ctx),
            "Annotation" => self.annotation(node, ctx),
            "Signature" => self.signature(node, ctx),
            "HumanName" => self.loose_name(node, ctx),
            "ContactDetail" => self.contact_detail(node, ctx),
            "Bundle.entry" => return self.entry(node, ctx),
            "QuestionnaireResponse.item" => return self.questionnaire_item(node, ctx),
            "Composition.section" => return self.section(node, ctx),
            "AuditEvent.agent" => return self.audit_agent(node, ctx),
            _ if ty.ends_with(".contact") && ctx.owner.is_none() && self.tape.get(self.src, node, "name").is_some() => {
                return self.organization_contact(node, ty, ctx);
            }
            _ => return false,
        }
        true
    }

    /// `(target key, display as a name, logical identifier)` of a Reference object.
    pub(super) fn reference_facts(&self, node: u32, scope: u32) -> (Option<String>, Option<Name>, Option<Identifier>) {
        let text = self.tape.get_str(self.src, node, "reference").unwrap_or_default();
        let mut identifier = self.tape.get(self.src, node, "identifier").and_then(|i| self.identifier(i));
        let mut key = None;
        if let Some(parts) = reference::parse(&text, |t| self.schema.is_resource(t)) {
            if let Some((s, v)) = &parts.identifier {
                identifier =
                    Some(Identifier { system: text[s.clone()].into(), value: text[v.clone()].into(), kind: String::new() });
            }
            let k = &text[parts.key];
            key = Some(match k.strip_prefix('#') {
                Some(id) => format!("#{scope}#{id}"),
                None => k.to_string(),
            });
        }
        let display = self.tape.get_str(self.src, node, "display").filter(|d| !d.trim().is_empty());
        (key, display.map(|d| Name { text: d.into_owned(), ..Name::default() }), identifier)
    }

    /// A Reference: the pointing part, the display, the logical identifier. Returns the stub when a person can be meant.
    pub(super) fn reference(&mut self, node: u32, prop: &Prop, ty: &'static str, ctx: Ctx) -> Option<StubId> {
        if self.tape.node(node).kind != Kind::Object {
            self.unknown(node, ctx, "value");
            return None;
        }
        let src = self.src;
        let (mut ref_node, mut display_node, mut identifier_node, mut type_node) = (None, None, None, None);
        for (k, v) in self.tape.members(node) {
            match self.tape.str_raw(src, k) {
                "reference" => ref_node = Some(v),
                "display" => display_node = Some(v),
                "identifier" => identifier_node = Some(v),
                "type" => type_node = Some(v),
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                "extension" => self.extensions(v, ctx),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                _ => self.unknown(v, ctx, "element"),
            }
        }
        let text: Cow<'s, str> = ref_node.and_then(|v| self.tape.string(src, v)).unwrap_or_default();
        let parts = reference::parse(&text, |t| self.schema.is_resource(t));
        let rtype: Option<String> = parts.as_ref().and_then(|p| match &p.resource {
            Some(r) => Some(text[r.clone()].to_string()),
            None if text.starts_with('#') => self.contained.get(&format!("#{}#{}", ctx.scope, &text[1..])).cloned(),
            None => self.index.type_of(&text).map(str::to_string),
        });
        let rtype = rtype
            .or_else(|| type_node.and_then(|t| self.tape.string(src, t)).map(|t| t.rsplit('/').next().unwrap_or("").to_string()));
        // Whoever pays is a plan unless the reference says otherwise; a display is then read like any title.
        let plan = prop.name == "payor" && rtype.as_deref().is_none_or(str::is_empty);
        let kind = who_can_it_be(rtype.as_deref(), prop.targets).filter(|_| !plan);
        let stub = kind.and_then(|kind| self.reference_stub(node, kind, prop, ty, &text, parts.as_ref(), display_node, ctx));
        let owned = Ctx { owner: stub, ..ctx };
        if let Some(v) = ref_node {
            let n = self.tape.node(v);
            let span = match &parts {
                Some(p) if !n.escaped => Span::new(n.start as usize + 1 + p.key.start, n.start as usize + 1 + p.key.end),
                _ => Span { start: n.start + 1, end: n.end.saturating_sub(1) },
            };
            let class = if parts.is_some() { Class::Reference } else { Class::Url };
            if n.kind == Kind::String && !span.is_empty() {
                // The rest of an absolute URL is searched for known values, too.
                self.around(v, span, ctx);
                self.field(span, v, class, Form::JsonString, owned, hint::REFERENCE);
            }
        }
        if let Some(v) = identifier_node {
            let n = self.tape.node(v);
            if stub.is_some() && n.kind == Kind::Object {
                self.field(Span { start: n.start, end: n.end }, v, Class::Identifier, Form::JsonNode, owned, hint::PROPERTY);
            }
            if let Some(t) = self.schema.id("Identifier") {
                self.object(v, t, ctx);
            }
        }
        if let Some(v) = display_node {
            let class = if stub.is_some() { Class::PersonText } else { Class::Title };
            self.string(v, class, owned, hint::NONE);
        }
        stub
    }

    #[allow(clippy::too_many_arguments, clippy::ptr_arg)]
    fn reference_stub(
        &mut self,
        node: u32,
        kind: StubKind,
        prop: &Prop,
        ty: &'static str,
        text: &Cow<'s, str>,
        parts: Option<&reference::RefParts>,
        display_node: Option<u32>,
        ctx: Ctx,
    ) -> Option<StubId> {
        let display: Cow<'s, str> = display_node.and_then(|v| self.tape.string(self.src, v)).unwrap_or_default();
        let has_identifier = self.tape.get(self.src, node, "identifier").is_some();
        if text.is_empty() && display.trim().is_empty() && !has_identifier {
            return None;
        }
        let mut role = role_of_slot(kind, ty, prop);
        if matches!(kind, StubKind::Clinician | StubKind::Unknown)
            && let Some(r) = role_of_credential(&display).or_else(|| role_of_occupation(&display))
        {
            role = more_telling(role, r);
        }
        let contained = text.starts_with('#');
        let key = (kind, role, text.clone(), display.clone());
        if !has_identifier
            && !contained
            && let Some(&id) = self.ref_stubs.get(&key)
        {
            return Some(id);
        }
        let (target, name, identifier) = self.reference_facts(node, ctx.scope);
        let mut stub = PersonStub::new(format!("{}.{}", ty, prop.name), kind, role);
        stub.refers = target;
        stub.names.extend(name);
        stub.identifiers.extend(identifier);
        if parts.is_none() && stub.refers.is_none() && !text.is_empty() {
            self.note("reference-form", &format!("{}.{}", ty, prop.name), "a reference of an unknown form; searched as text");
        }
        let id = self.push_stub(stub);
        if !has_identifier && !contained {
            self.ref_stubs.insert(key, id);
        }
        Some(id)
    }

    /// Annotation: author string or reference, then text.
    fn annotation(&mut self, node: u32, ctx: Ctx) {
        let targets = Targets(Targets::PATIENT | Targets::PRACTITIONER | Targets::RELATED | Targets::OTHER);
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "authorString" => self.person_text(v, "Annotation.author", StubKind::Unknown, Role::Clinician, ctx),
                "authorReference" => {
                    let prop = Prop { name: "author", ty: super::schema::Ty::Reference, required: false, many: false, targets };
                    self.reference(v, &prop, "Annotation", ctx);
                }
                "text" => self.string(v, Class::Narrative, ctx, hint::NONE),
                "time" => self.string(v, Class::Code, ctx, hint::NONE),
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                "extension" => self.extensions(v, ctx),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                _ => self.unknown(v, ctx, "element"),
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
        stub.names.push(Name { text: text.into_owned(), ..Name::default() });
        let owner = Some(self.push_stub(stub));
        self.string(v, Class::PersonText, Ctx { owner, ..ctx }, hint::NONE);
    }

    /// Signature: who and onBehalfOf are references; the data holds a certificate or an image of a hand and cannot stay valid.
    fn signature(&mut self, node: u32, ctx: Ctx) {
        let schema: &'static Schema = self.schema;
        let Some(t) = schema.id("Signature") else { return };
        let mut owner = None;
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            let key = self.tape.str_raw(self.src, k);
            match (key, schema.ty(t).prop(key)) {
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
                ("extension", _) => self.extensions(v, ctx),
                (_, Some(p)) => self.value(v, p, "Signature", ctx),
                (key, None) if key.starts_with('_') => self.primitive_extension(v, ctx),
                ("id", None) => self.string(v, Class::Id, ctx, hint::NONE),
                _ => self.unknown(v, ctx, "element"),
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

    /// ContactDetail of a conformance resource: a name string and telecoms.
    fn contact_detail(&mut self, node: u32, ctx: Ctx) {
        let mut stub = self.person_stub(node, "ContactDetail", StubKind::Unknown, Role::Contact);
        stub.slot = format!("{}.contact", ctx.ty);
        let owner = if stub.names.is_empty() { None } else { Some(self.push_stub(stub)) };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "name" => self.string(v, Class::PersonText, Ctx { owner, ..ctx }, hint::NONE),
                "telecom" => self.owned_elements(v, Class::Telecom, Ctx { owner, ..ctx }),
                _ => self.unknown(v, ctx, "element"),
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

    /// Bundle.entry: gives its resource the full URL as a key.
    fn entry(&mut self, node: u32, ctx: Ctx) -> bool {
        let url = self.tape.get_str(self.src, node, "fullUrl");
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "resource" => self.resource(v, Some(ctx.record), None, url.as_deref()),
                "fullUrl" => self.url_with_key(v, ctx),
                "request" | "response" | "search" => {
                    for (k2, v2) in self.tape.members(v).collect::<Vec<_>>() {
                        match self.tape.str_raw(self.src, k2) {
                            "url" | "location" => self.url_with_key(v2, ctx),
                            "outcome" => self.resource(v2, Some(ctx.record), None, None),
                            "extension" => self.extensions(v2, ctx),
                            "ifNoneExist" => self.conditional_create(v, v2, ctx),
                            "status" | "etag" | "ifMatch" | "ifNoneMatch" => self.string(v2, Class::Url, ctx, hint::NONE),
                            _ => self.string(v2, Class::Code, ctx, hint::NONE),
                        }
                    }
                }
                "link" => {
                    for l in self.tape.elements(v).collect::<Vec<_>>() {
                        if let Some(u) = self.tape.get(self.src, l, "url") {
                            self.string(u, Class::Url, ctx, hint::NONE);
                        }
                    }
                }
                "extension" | "modifierExtension" => self.extensions(v, ctx),
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                _ => self.unknown(v, ctx, "element"),
            }
        }
        true
    }

    /// What stands before and after the pointing part of a URL, as text to search.
    fn around(&mut self, v: u32, key: Span, ctx: Ctx) {
        let n = self.tape.node(v);
        for span in [Span { start: n.start + 1, end: key.start }, Span { start: key.end, end: n.end.saturating_sub(1) }] {
            if span.len() > 3 {
                self.field(span, v, Class::Url, Form::JsonString, Ctx { owner: None, ..ctx }, hint::NONE);
            }
        }
    }

    /// A URL that may hold `Type/id`: the pointing part is a reference, the rest is searched.
    fn url_with_key(&mut self, v: u32, ctx: Ctx) {
        let text = self.tape.string(self.src, v).unwrap_or_default();
        let n = self.tape.node(v);
        let parts = reference::parse(&text, |t| self.schema.is_resource(t));
        let Some(p) = parts.filter(|_| !n.escaped && !text.starts_with("urn:")) else {
            return self.string(v, Class::Url, ctx, hint::NONE);
        };
        let kind = p.resource.as_ref().and_then(|r| who_can_it_be(Some(&text[r.clone()]), Targets::default()));
        let owner = kind.map(|kind| {
            let mut stub = PersonStub::new("Bundle.entry.fullUrl", kind, role_of_slot_kind(kind));
            stub.refers = Some(text[p.key.clone()].to_string());
            if let Some((s, val)) = &p.identifier {
                stub.identifiers.push(Identifier {
                    system: text[s.clone()].into(),
                    value: text[val.clone()].into(),
                    kind: String::new(),
                });
            }
            let key = (kind, stub.role, Cow::Owned(text[p.key.clone()].to_string()), Cow::Borrowed(""));
            match self.ref_stubs.get(&key) {
                Some(&id) => id,
                None => {
                    let id = self.push_stub(stub);
                    self.ref_stubs.insert(key, id);
                    id
                }
            }
        });
        let at = n.start as usize + 1;
        let span = Span::new(at + p.key.start, at + p.key.end);
        self.around(v, span, ctx);
        self.field(span, v, Class::Reference, Form::JsonString, Ctx { owner, ..ctx }, hint::URL_KEY);
    }

    /// `ifNoneExist`: a search for an identifier of the type that the entry's URL names.
    fn conditional_create(&mut self, request: u32, v: u32, ctx: Ctx) {
        let query = self.tape.string(self.src, v).unwrap_or_default();
        let rtype = self.tape.get_str(self.src, request, "url").unwrap_or_default();
        let n = self.tape.node(v);
        let whole = format!("{rtype}?{query}");
        let kind = who_can_it_be(Some(&rtype), Targets::default());
        let parts = reference::parse(&whole, |t| self.schema.is_resource(t));
        let (Some(kind), Some((system, value))) = (kind, parts.and_then(|p| p.identifier)) else {
            return self.string(v, Class::Url, ctx, hint::NONE);
        };
        let mut stub = PersonStub::new("Bundle.entry.request", kind, role_of_slot_kind(kind));
        stub.refers = Some(whole.clone());
        stub.identifiers.push(Identifier { system: whole[system].into(), value: whole[value].into(), kind: String::new() });
        let owner = Some(self.push_stub(stub));
        let span = Span { start: n.start + 1, end: n.end.saturating_sub(1) };
        self.field(span, v, Class::Reference, Form::JsonString, Ctx { owner, ..ctx }, hint::URL_KEY);
    }

    /// QuestionnaireResponse.item: the question is the context of the answer; an answer to "name of your mother" is a person.
    fn questionnaire_item(&mut self, node: u32, ctx: Ctx) -> bool {
        let question = self.tape.get_str(self.src, node, "text").unwrap_or_default().into_owned();
        let n = self.tape.node(node);
        let record = self.doc.records.len() as u32;
        self.doc.records.push(Record {
            span: Span { start: n.start, end: n.end },
            node,
            kind: "item".into(),
            title: question.clone(),
            parent: Some(ctx.record),
            ..Record::default()
        });
        let person = asks_for_a_person(&question);
        let inner = Ctx { record, ..ctx };
        let Some(t) = self.schema.id("QuestionnaireResponse.item") else { return false };
        let schema: &'static Schema = self.schema;
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            let key = self.tape.str_raw(self.src, k);
            if key == "answer"
                && let Some(role) = person
            {
                for a in self.tape.elements(v).collect::<Vec<_>>() {
                    for (k2, v2) in self.tape.members(a).collect::<Vec<_>>() {
                        let answer_key = self.tape.str_raw(self.src, k2);
                        if answer_key == "valueString" {
                            self.person_text(v2, "QuestionnaireResponse.item.answer", StubKind::Related, role, inner);
                        } else if let Some(p) =
                            schema.id("QuestionnaireResponse.item.answer").and_then(|t| schema.ty(t).prop(answer_key))
                        {
                            self.value(v2, p, "QuestionnaireResponse.item.answer", inner);
                        }
                    }
                }
                continue;
            }
            match schema.ty(t).prop(key) {
                Some(p) => self.value(v, p, "QuestionnaireResponse.item", inner),
                None if key == "extension" => self.extensions(v, inner),
                None if key == "id" => self.string(v, Class::Id, inner, hint::NONE),
                None if key.starts_with('_') => self.primitive_extension(v, inner),
                None => self.unknown(v, inner, "element"),
            }
        }
        true
    }

    /// Composition.section: a record of its own, so that it has a title and can be withheld.
    fn section(&mut self, node: u32, ctx: Ctx) -> bool {
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
        let schema: &'static Schema = self.schema;
        let Some(t) = schema.id("Composition.section") else { return false };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            let key = self.tape.str_raw(self.src, k);
            match schema.ty(t).prop(key) {
                Some(_) if key == "text" => self.narrative(v, inner),
                Some(p) => self.value(v, p, "Composition.section", inner),
                None if key == "extension" => self.extensions(v, inner),
                None if key == "id" => self.string(v, Class::Id, inner, hint::NONE),
                None if key.starts_with('_') => self.primitive_extension(v, inner),
                None => self.unknown(v, inner, "element"),
            }
        }
        true
    }

    /// AuditEvent.agent: the login and the name are the agent's, whoever that is.
    fn audit_agent(&mut self, node: u32, ctx: Ctx) -> bool {
        let schema: &'static Schema = self.schema;
        let Some(t) = schema.id("AuditEvent.agent") else { return false };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            let key = self.tape.str_raw(self.src, k);
            match schema.ty(t).prop(key) {
                Some(_) if matches!(key, "altId" | "name") => {
                    self.person_text(v, "AuditEvent.agent", StubKind::Unknown, Role::Staff, ctx)
                }
                Some(p) => self.value(v, p, "AuditEvent.agent", ctx),
                None if key == "extension" => self.extensions(v, ctx),
                None if key == "id" => self.string(v, Class::Id, ctx, hint::NONE),
                None if key.starts_with('_') => self.primitive_extension(v, ctx),
                None => self.unknown(v, ctx, "element"),
            }
        }
        true
    }

    /// Coverage: a member number of somebody else's policy is the subscriber's.
    pub(super) fn coverage(&mut self, node: u32, ctx: Ctx) {
        let Some(id) = self.tape.get(self.src, node, "subscriberId") else { return };
        let Some(subscriber) = self.tape.get(self.src, node, "subscriber") else { return };
        let (target, name, identifier) = self.reference_facts(subscriber, ctx.scope);
        let mut stub = PersonStub::new("Coverage.subscriber", StubKind::Unknown, Role::Subscriber);
        stub.refers = target;
        stub.names.extend(name);
        stub.identifiers.extend(identifier);
        let owner = Some(self.push_stub(stub));
        let n = self.tape.node(id);
        let span = Span { start: n.start, end: n.end };
        self.field(span, id, Class::Identifier, Form::JsonNode, Ctx { owner, ..ctx }, hint::PROPERTY);
    }

    /// Narrative: the div as text, and, for a person's own resource, the whole div as that person's.
    pub(super) fn narrative(&mut self, node: u32, ctx: Ctx) {
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "div" => {
                    if ctx.owner.is_some() {
                        self.string(v, Class::PersonText, ctx, hint::DIV_WHOLE);
                    }
                    self.xhtml(v, Ctx { owner: None, ..ctx });
                }
                "status" => {}
                "extension" => self.extensions(v, ctx),
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                _ => self.unknown(v, ctx, "element"),
            }
        }
    }

    /// XHTML in a string: its flowing text, attributes and comments.
    pub(super) fn xhtml(&mut self, v: u32, ctx: Ctx) {
        let n = self.tape.node(v);
        if n.kind != Kind::String {
            return self.unknown(v, ctx, "value");
        }
        for (span, class, hint) in super::view::narrative_fields(self.tape.str_raw(self.src, v), n.start as usize + 1) {
            self.field(span, v, class, Form::JsonXhtml, ctx, hint);
        }
    }

    /// Extensions: walked by the type of their value; a few known ones name a relative.
    pub(super) fn extensions(&mut self, v: u32, ctx: Ctx) {
        let schema: &'static Schema = self.schema;
        let Some(t) = schema.id("Extension") else { return };
        let mut list = Vec::new();
        self.each(v, |_, n| list.push(n));
        for e in list {
            if self.tape.node(e).kind != Kind::Object {
                if self.tape.node(e).kind != Kind::Null {
                    self.unknown(e, ctx, "extension");
                }
                continue;
            }
            let url = self.tape.get_str(self.src, e, "url").unwrap_or_default().into_owned();
            let relative = relative_extension(&url);
            for (k, v) in self.tape.members(e).collect::<Vec<_>>() {
                let key = self.tape.str_raw(self.src, k);
                match key {
                    "url" => self.string(v, Class::Code, Ctx { owner: None, ..ctx }, hint::NONE),
                    "id" => self.string(v, Class::Id, Ctx { owner: None, ..ctx }, hint::NONE),
                    "extension" => self.extensions(v, ctx),
                    "valueString" if relative.is_some() => {
                        let role = relative.unwrap_or(Role::Relative);
                        self.person_text(v, "Extension.maidenName", StubKind::Related, role, Ctx { owner: None, ..ctx });
                    }
                    key if key.starts_with('_') => self.primitive_extension(v, ctx),
                    key => match schema.ty(t).prop(key) {
                        // A name, phone or address in an extension of a person is that person's.
                        Some(p) => self.value(v, p, "Extension", ctx),
                        None => self.unknown(v, ctx, "element"),
                    },
                }
            }
        }
    }

    /// `_x` beside a primitive `x`: an object, or an array of objects and nulls, with id and extensions.
    pub(super) fn primitive_extension(&mut self, v: u32, ctx: Ctx) {
        let mut list = Vec::new();
        self.each(v, |_, n| list.push(n));
        for n in list {
            match self.tape.node(n).kind {
                Kind::Object => {
                    for (k, v) in self.tape.members(n).collect::<Vec<_>>() {
                        match self.tape.str_raw(self.src, k) {
                            "extension" => self.extensions(v, Ctx { owner: None, ..ctx }),
                            "id" => self.string(v, Class::Id, Ctx { owner: None, ..ctx }, hint::NONE),
                            _ => self.unknown(v, ctx, "element"),
                        }
                    }
                }
                Kind::Null => {}
                _ => self.unknown(n, ctx, "element"),
            }
        }
    }

    /// Attachment: inline data is a child document; a title is text; a URL is never fetched.
    fn attachment(&mut self, node: u32, ctx: Ctx) {
        let media = self.tape.get_str(self.src, node, "contentType").unwrap_or_default().into_owned();
        let mut has_data = false;
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "data" => {
                    has_data = true;
                    self.blob(v, &media, ctx);
                }
                "url" => self.url_with_key(v, ctx),
                "title" => self.string(v, Class::Title, ctx, hint::NONE),
                "contentType" | "language" | "creation" => self.string(v, Class::Code, ctx, hint::NONE),
                // Digests are of the original bytes; the writer renews them where the data changes.
                "hash" | "size" => {}
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                "extension" => self.extensions(v, ctx),
                key if key.starts_with('_') => self.primitive_extension(v, ctx),
                _ => self.unknown(v, ctx, "element"),
            }
        }
        if !has_data && self.tape.get(self.src, node, "url").is_some() {
            self.note("url-not-fetched", "Attachment.url", "an attachment is only linked; what it points at was not read");
        }
    }

    /// Binary: the data is a child document of the stated type.
    fn binary(&mut self, node: u32, ctx: Ctx) {
        let media = self.tape.get_str(self.src, node, "contentType").unwrap_or_default().into_owned();
        let schema: &'static Schema = self.schema;
        let Some(t) = schema.id("Binary") else { return };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            let key = self.tape.str_raw(self.src, k);
            match key {
                "resourceType" => {}
                "data" => self.blob(v, &media, ctx),
                "id" => self.string(v, Class::Id, ctx, hint::NONE),
                _ => match schema.ty(t).prop(key) {
                    Some(p) => self.value(v, p, "Binary", ctx),
                    None if key.starts_with('_') => self.primitive_extension(v, ctx),
                    None => self.unknown(v, ctx, "element"),
                },
            }
        }
    }

    /// Base64 content as a child document.
    pub(super) fn blob(&mut self, v: u32, media: &str, ctx: Ctx) {
        let n = self.tape.node(v);
        if n.kind != Kind::String || n.end - n.start <= 2 {
            return;
        }
        let raw = self.tape.string(self.src, v).unwrap_or_default();
        let clean: Vec<u8> = raw.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(&clean).map_err(|_| "not valid base64".to_string());
        let field = self.doc.fields.len() as u32;
        self.field(Span { start: n.start + 1, end: n.end - 1 }, v, Class::Attachment, Form::JsonString, ctx, hint::BLOB);
        let name = format!("attachment-{}", self.doc.parts.len() + 1);
        self.doc.parts.push(Part { field, media_type: media.to_string(), name, bytes });
    }
}

/// What kind of person a reference can mean, from its target's type or, where that is not told, from what the element allows.
fn who_can_it_be(rtype: Option<&str>, targets: Targets) -> Option<StubKind> {
    match rtype {
        Some("Patient") => Some(StubKind::Patient),
        Some("Practitioner" | "PractitionerRole") => Some(StubKind::Clinician),
        Some("RelatedPerson") => Some(StubKind::Related),
        Some("Person") => Some(StubKind::Unknown),
        Some(t) if !t.is_empty() => None,
        _ => {
            let bits = targets.0 & !Targets::ANY;
            if bits & (Targets::PATIENT | Targets::PRACTITIONER | Targets::RELATED) == 0 {
                None
            } else if bits == Targets::PRACTITIONER {
                Some(StubKind::Clinician)
            } else if bits & (Targets::PRACTITIONER | Targets::RELATED) == 0 {
                Some(StubKind::Patient)
            } else {
                Some(StubKind::Unknown)
            }
        }
    }
}

fn role_of_slot_kind(kind: StubKind) -> Role {
    match kind {
        StubKind::Patient => Role::OtherPatient,
        StubKind::Clinician => Role::Clinician,
        StubKind::Related => Role::Relative,
        StubKind::Unknown | StubKind::Organization => Role::OtherPerson,
    }
}

fn role_of_slot(kind: StubKind, ty: &str, prop: &Prop) -> Role {
    match (ty, prop.name) {
        (_, "guarantor") | ("Account.guarantor", "party") if kind != StubKind::Clinician => Role::Guarantor,
        ("Coverage", "subscriber" | "policyHolder") => Role::Subscriber,
        _ if kind == StubKind::Unknown && prop.targets.0 & Targets::PRACTITIONER != 0 => Role::Clinician,
        _ => role_of_slot_kind(kind),
    }
}

/// Extensions whose string is the name of a relative.
fn relative_extension(url: &str) -> Option<Role> {
    let last = url.rsplit('/').next().unwrap_or(url);
    match last {
        "patient-mothersMaidenName" | "humanname-mothers-family" | "mothersMaidenName" => Some(Role::Mother),
        "humanname-fathers-family" => Some(Role::Father),
        "humanname-partner-name" => Some(Role::Spouse),
        _ => None,
    }
}

/// The role when a question asks for the name of somebody else.
fn asks_for_a_person(question: &str) -> Option<Role> {
    let q = question.to_lowercase();
    let asks = ["name", "who ", "contact", "caregiver", "guardian", "proxy"].iter().any(|w| q.contains(w));
    if !asks
        || q.contains("phone")
        || q.contains("number")
        || q.contains("relationship")
        || q.contains("address")
        || q.contains('@')
    {
        return None;
    }
    if let Some(r) = role_of_words(&q) {
        return Some(r);
    }
    role_of_occupation(&q).or_else(|| role_of_credential(&q)).or_else(|| q.contains("contact").then_some(Role::Contact))
}
