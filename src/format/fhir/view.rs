//! The text of a FHIR field.

use crate::format::json::string;
use crate::model::document::{Field, Form};
use crate::model::view::TextView;

/// The decoded text of a field with its way back to the bytes.
pub fn view<'a>(src: &'a [u8], field: &Field) -> TextView<'a> {
    let raw = src.get(field.span.range()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
    match field.form {
        Form::JsonString => string::view(raw, field.span.start as usize),
        Form::JsonXhtml => string::view(raw, field.span.start as usize),
        Form::Plain => TextView::plain(raw, field.span.start as usize),
        _ => TextView::default(),
    }
}
