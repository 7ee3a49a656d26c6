//! Text of a field as a person reads it.

use crate::format::url;
use crate::format::xml::encoding::of;
use crate::format::xml::flow;
use crate::format::xml::text::{Mode, attr_in_tag, view as text_view};
use crate::model::document::{Class, Field, Form};
use crate::model::view::TextView;

/// View of a field; empty for signatures and embedded documents.
pub fn view<'a>(bytes: &'a [u8], field: &Field) -> TextView<'a> {
    if matches!(field.class, Class::Attachment | Class::Signature) {
        return TextView::default();
    }
    let mode = match field.form {
        Form::Markup => return flow::view(bytes, field.span),
        Form::XmlNode => return node(bytes, field),
        Form::XmlAttr => Mode::Attr,
        Form::XmlComment => Mode::Verbatim,
        _ => Mode::Text,
    };
    url::readable(field.class, text_view(bytes, field.span, of(bytes), mode))
}

/// Text of a whole element: its parts, or the attribute that holds its value.
fn node<'a>(bytes: &'a [u8], field: &Field) -> TextView<'a> {
    let attrs: &[&[u8]] = match field.class {
        Class::Telecom | Class::BirthDate => &[b"value"],
        Class::Identifier => &[b"extension", b"root"],
        Class::Demographic => &[b"displayName", b"code"],
        _ => &[],
    };
    let found = attrs.iter().find_map(|a| attr_in_tag(bytes, field.span.start as usize, a).filter(|s| !s.is_empty()));
    match found {
        Some(span) => text_view(bytes, span, of(bytes), Mode::Attr),
        None => flow::parts(bytes, field.span),
    }
}
