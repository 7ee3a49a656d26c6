//! Plain text of any encoding.

use super::charset::{Charset, push};
use super::lines::{chunks, line_numbers};
use super::splice::Writer;
use crate::format::{Format, Score, Source};
use crate::model::document::{Class, Document, Field, Form, Record};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::{Span, TextView, ViewBuilder};

/// Plain text: notes, Blue Button files, tables, style sheets. One narrative field for each chunk of lines.
#[derive(Clone, Copy, Default, Debug)]
pub struct PlainText;

impl Format for PlainText {
    fn id(&self) -> &'static str {
        "text"
    }

    fn media_type(&self) -> &'static str {
        "text/plain"
    }

    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        let even = &head[..head.len() & !1];
        match Charset::of(head) {
            Charset::Utf8 if !head.contains(&0) => Score::Maybe,
            c @ (Charset::Utf16Le | Charset::Utf16Be) if c.check(even).is_ok() => Score::Maybe,
            _ => Score::No,
        }
    }

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        let bytes = source.bytes;
        let charset = Charset::of(bytes);
        charset.check(bytes)?;
        let from = charset.mark_len(bytes);
        let fields = chunks(bytes, from, charset).into_iter().enumerate().map(|(i, span)| Field {
            span,
            node: i as u32 + 1,
            class: Class::Narrative,
            form: Form::Plain,
            owner: None,
            record: 0,
            hint: charset.hint(),
        });
        let whole = Record { span: Span::new(0, bytes.len()), kind: "text".into(), ..Record::default() };
        let places = [Span::new(from, bytes.len())];
        let holds = if charset == Charset::Utf8 { super::encoded::holds(bytes, &places, &[]) } else { Vec::new() };
        Ok(Document { fields: fields.collect(), records: vec![whole], holds, ..Document::default() })
    }

    fn view<'a>(&self, source: Source<'a>, _doc: &Document, field: &Field) -> TextView<'a> {
        view(source.bytes, field)
    }

    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        let bytes = source.bytes;
        let charset = Charset::of(bytes);
        let encode = |_: &Field, text: &str| {
            charset.encode(text, bytes).ok_or_else(|| WriteError("a label cannot be written in the encoding of the file".into()))
        };
        let writer = Writer {
            bytes,
            view: &|f| view(bytes, f),
            encode: &encode,
            part: &|_, _| Err(WriteError("a text holds no embedded document".into())),
            withheld: charset.encode("[WITHHELD]\n", bytes).unwrap_or_default(),
        };
        let written = writer.write(doc, edits)?;
        // What was taken out at the beginning may bring bytes to the front that look like the mark of another encoding.
        if Charset::of(&written.bytes) != charset {
            return Err(WriteError("without what was taken out the text would read as one in another encoding".into()));
        }
        Ok(written)
    }

    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        locate(source.bytes, doc, nodes)
    }
}

fn view<'a>(bytes: &'a [u8], field: &Field) -> TextView<'a> {
    let Some(raw) = bytes.get(field.span.range()) else { return TextView::default() };
    let start = field.span.start as usize;
    if field.hint == 0 && raw.is_ascii() {
        return TextView::plain(std::str::from_utf8(raw).unwrap_or_default(), start);
    }
    let mut b = ViewBuilder::default();
    push(&mut b, raw, start, Charset::from_hint(field.hint));
    b.finish()
}

/// `line 12` for each node: a field's index and one, 0 for the document.
pub(super) fn locate(bytes: &[u8], doc: &Document, nodes: &[u32]) -> Vec<String> {
    let at = |n: &u32| n.checked_sub(1).and_then(|i| doc.fields.get(i as usize)).map_or(0, |f| f.span.start as usize);
    let offsets: Vec<usize> = nodes.iter().map(at).collect();
    line_numbers(bytes, &offsets).into_iter().map(|l| format!("line {l}")).collect()
}
