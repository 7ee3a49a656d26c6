//! References and URLs that point at somebody: the pointing part, the display, the logical identifier, the bundle's own entries.

use super::hint;
use super::person::more_telling;
use super::reference;
use super::schema::{Prop, Targets};
use super::walk::{Ctx, Walker};
use crate::format::json::Kind;
use crate::format::roles::{clinician_words, role_of_credential, shown_name};
use crate::model::document::{Class, Form, StubId};
use crate::model::person::{Identifier, Name, PersonStub, StubKind};
use crate::model::role::Role;
use crate::model::view::Span;
use std::borrow::Cow;

impl<'s> Walker<'s> {
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
        let name = display.as_deref().and_then(shown_name).map(|d| Name { text: d.to_string(), ..Name::default() });
        (key, name, identifier)
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
        let rtype: Option<Cow<str>> = parts.as_ref().and_then(|p| match &p.resource {
            Some(r) => text.get(r.clone()).map(Cow::Borrowed),
            None if text.starts_with('#') => {
                self.contained.get(&format!("#{}#{}", ctx.scope, &text[1..])).map(|t| Cow::Borrowed(t.as_str()))
            }
            None => self.index.type_of(&text).map(Cow::Borrowed),
        });
        let rtype = rtype.or_else(|| {
            type_node.and_then(|t| self.tape.string(src, t)).map(|t| Cow::Owned(t.rsplit('/').next().unwrap_or("").to_string()))
        });
        // Whoever pays is a plan unless the reference says otherwise; a display is then read like any title.
        let plan = prop.name == "payor" && rtype.as_deref().is_none_or(str::is_empty);
        let kind = who_can_it_be(rtype.as_deref(), prop.targets).filter(|_| !plan);
        // `Task.for` and `QuestionnaireResponse.subject` may be any resource. Told by identifier or words alone, it is a patient.
        let beneficiary = matches!(prop.name, "for" | "subject") && prop.targets.0 & Targets::ANY != 0;
        let untyped = text.is_empty() && rtype.as_deref().is_none_or(str::is_empty);
        let kind = kind.or((beneficiary && untyped).then_some(StubKind::Patient));
        let stub = kind.and_then(|kind| self.reference_stub(node, kind, prop, ty, &text, parts.as_ref(), display_node, ctx));
        if stub.is_none()
            && matches!(
                prop.name,
                "serviceProvider" | "managingOrganization" | "organization" | "custodian" | "insurer" | "payor"
            )
            && let Some(display) = display_node.and_then(|v| self.tape.string(src, v))
        {
            self.organisation(&display);
        }
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
            // Without a stub it is the number of an organisation, or of a thing.
            match self.schema.id("Identifier") {
                Some(t) if n.kind == Kind::Object => self.members(v, t, ctx),
                _ => self.unknown(v, ctx, "value"),
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
        if text.is_empty() && shown_name(&display).is_none() && !has_identifier {
            return None;
        }
        let mut role = role_of_slot(kind, ty, prop);
        if kind != StubKind::Patient
            && let Some(r) = self.role_beside(ty, ctx.holder)
        {
            role = more_telling(role, r);
        }
        if matches!(kind, StubKind::Clinician | StubKind::Unknown)
            && let Some(r) = role_of_credential(&display).or_else(|| clinician_words(&display))
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

    /// What the part of a resource around a reference says about whoever it points at: `CareTeam.participant.role`,
    /// `Encounter.participant.type`, `Procedure.performer.function`. A profession goes before a relation, whose words it may hold.
    fn role_beside(&self, ty: &str, holder: u32) -> Option<Role> {
        if !ty.contains('.') || ty.starts_with("Bundle.") {
            return None;
        }
        let mut found: Option<Role> = None;
        for key in ["role", "function", "type", "qualification", "relationship"] {
            let Some(v) = self.tape.get(self.src, holder, key) else { continue };
            self.each(v, |w, c| {
                if let Some(r) = w.concept_occupation(c).or_else(|| w.concept_role(c)) {
                    found = Some(found.map_or(r, |f| more_telling(f, r)));
                }
            });
        }
        found
    }

    /// Bundle.entry: gives its resource the full URL as a key.
    pub(super) fn entry(&mut self, node: u32, ctx: Ctx) {
        let url = self.tape.get_str(self.src, node, "fullUrl");
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "resource" => self.resource(v, Some(ctx.record), None, url.as_deref()),
                "fullUrl" => self.url_with_key(v, ctx),
                "request" if self.tape.node(v).kind == Kind::Object => self.exchange(v, "Bundle.entry.request", ctx),
                "response" if self.tape.node(v).kind == Kind::Object => self.exchange(v, "Bundle.entry.response", ctx),
                key => self.member(key, v, "Bundle.entry", ctx),
            }
        }
    }

    /// The request or response of a Bundle entry: its URLs point at what the entry is about.
    fn exchange(&mut self, node: u32, ty: &'static str, ctx: Ctx) {
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "url" | "location" => self.url_with_key(v, ctx),
                "ifNoneExist" => self.conditional_create(node, v, ctx),
                "status" | "etag" | "ifMatch" | "ifNoneMatch" => self.string(v, Class::Url, ctx, hint::NONE),
                key => self.member(key, v, ty, ctx),
            }
        }
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
    pub(super) fn url_with_key(&mut self, v: u32, ctx: Ctx) {
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
}

/// What kind of person a reference can mean, from its target's type or, where that is not told, from what the element allows.
pub(super) fn who_can_it_be(rtype: Option<&str>, targets: Targets) -> Option<StubKind> {
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
