//! Narrative, extensions and inline content: what any element may carry.

use super::hint;
use super::schema::Schema;
use super::walk::{Ctx, Walker};
use crate::format::json::Kind;
use crate::model::document::{Class, Form, Part};
use crate::model::person::StubKind;
use crate::model::role::Role;
use crate::model::view::Span;
use base64::Engine;

impl Walker<'_> {
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
    pub(super) fn attachment(&mut self, node: u32, ctx: Ctx) {
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
                "contentType" | "language" => self.string(v, Class::Code, ctx, hint::NONE),
                "creation" => self.string(v, Class::Date, ctx, hint::NONE),
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
    pub(super) fn binary(&mut self, node: u32, ctx: Ctx) {
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
