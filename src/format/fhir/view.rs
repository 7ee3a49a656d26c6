//! The text of a FHIR field.

use super::hint;
use crate::format::json::{Kind, Tape, string};
use crate::format::text::markup::{self, Piece};
use crate::format::url;
use crate::model::document::{Class, Field, Form};
use crate::model::view::{Span, TextView, ViewBuilder};

/// The decoded text of a field with its way back to the bytes.
pub fn view<'a>(src: &'a [u8], field: &Field) -> TextView<'a> {
    url::readable(field.class, stored(src, field))
}

fn stored<'a>(src: &'a [u8], field: &Field) -> TextView<'a> {
    let raw = src.get(field.span.range()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
    match field.form {
        Form::JsonString => string::view(raw, field.span.start as usize),
        Form::JsonXhtml => {
            let outer = string::view(raw, field.span.start as usize);
            let html = outer.text.as_bytes();
            let inner = markup::piece_view(html, &piece(field, html.len()));
            markup::through(&outer, &inner)
        }
        Form::Plain => TextView::plain(raw, field.span.start as usize),
        Form::JsonNode => node(raw, field),
        _ => TextView::default(),
    }
}

/// What a whole element says, for comparison with the same value elsewhere: the value of an identifier or contact point, the lines of an
/// address, a date.
fn node<'a>(raw: &'a str, field: &Field) -> TextView<'a> {
    let start = field.span.start as usize;
    let inner = |text: &'a str, at: usize| string::view(text, start + at);
    if let Some(text) = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')) {
        return inner(text, 1);
    }
    if !matches!(field.class, Class::Identifier | Class::Telecom | Class::Address) {
        return TextView::default();
    }
    let Ok(tape) = Tape::parse(raw.as_bytes()) else { return TextView::default() };
    let mut out = ViewBuilder::default();
    let keys: &[&str] = if field.class == Class::Address { &["line", "city", "state", "postalCode"] } else { &["value"] };
    for key in keys {
        let Some(value) = tape.get(raw.as_bytes(), 0, key) else { continue };
        let values: Vec<u32> = if tape.node(value).kind == Kind::Array { tape.elements(value).collect() } else { vec![value] };
        for v in values.into_iter().filter(|&v| tape.node(v).kind == Kind::String) {
            if !out.text().is_empty() {
                out.separator(" ");
            }
            let text = tape.string(raw.as_bytes(), v).unwrap_or_default();
            let n = tape.node(v);
            out.escaped(&text, Span::new(start + n.start as usize, start + n.end as usize));
        }
    }
    out.finish()
}

/// The piece of markup that a field of a narrative is, in its own decoded text.
pub fn piece(field: &Field, len: usize) -> Piece {
    let (form, unquoted) = match field.hint {
        hint::XHTML_ATTR => (Form::XmlAttr, false),
        hint::XHTML_ATTR_UNQUOTED => (Form::XmlAttr, true),
        hint::XHTML_COMMENT => (Form::XmlComment, false),
        hint::XHTML_PLAIN => (Form::Plain, false),
        _ => (Form::Markup, false),
    };
    Piece { span: Span::new(0, len), class: field.class, form, unquoted }
}

/// The fields of a narrative: flowing text, attributes, comments, as `(span, class, hint)`. `start` is where the string's content
/// begins in the source.
pub fn narrative_fields(raw: &str, start: usize) -> Vec<(Span, Class, u16)> {
    let outer = string::view(raw, start);
    markup::pieces(outer.text.as_bytes())
        .into_iter()
        .filter_map(|p| {
            let ranges = outer.raw_ranges(p.span.start as usize, p.span.end as usize);
            let span = Span { start: ranges.first()?.start, end: ranges.last()?.end };
            let hint = match p.form {
                Form::XmlAttr if p.unquoted => hint::XHTML_ATTR_UNQUOTED,
                Form::XmlAttr => hint::XHTML_ATTR,
                Form::XmlComment => hint::XHTML_COMMENT,
                Form::Plain => hint::XHTML_PLAIN,
                _ => hint::NONE,
            };
            Some((span, p.class, hint))
        })
        .collect()
}
