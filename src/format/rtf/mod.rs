//! Rich Text Format: the notes and letters that record systems attach to a `DocumentReference`, a `DiagnosticReport` or a C-CDA.
//!
//! Read with byte ranges and edited by splicing like text and HTML: `J\b an\b0 e R\'f6e` is found as `Jane Röe` and edited where it
//! stands, groups, fonts and line ends come out as they went in. All text is read, also what a word processor does not show:
//! authors and operators in the information group, tracked authors, comments, field instructions, document variables, hidden text,
//! unknown groups. Pictures and objects are documents of their own; what cannot be decoded is held.

mod charset;
mod destinations;
mod lex;
mod read;
#[cfg(test)]
mod tests;

use self::read::{Content, Parsed};
use super::text::{Writer, line_numbers};
use super::{Format, Score, Source};
use crate::model::document::{Class, Document, Field, Form, Kept, Part, Record};
use crate::model::edit::{Cause, Edit, Written, apply};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::{Span, TextView};

/// Rich Text Format.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rtf;

impl Format for Rtf {
    fn id(&self) -> &'static str {
        "rtf"
    }

    fn media_type(&self) -> &'static str {
        "text/rtf"
    }

    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        if head.starts_with(b"{\\rtf") { Score::Sure } else { Score::No }
    }

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        let bytes = source.bytes;
        let parsed = read::read(bytes)?;
        let mut doc = Document {
            records: vec![Record { span: Span::new(0, bytes.len()), kind: "rtf".into(), ..Record::default() }],
            ..Document::default()
        };
        for (i, piece) in parsed.pieces.iter().enumerate() {
            let (class, form) = match &piece.content {
                Content::Text(class, _) => (*class, Form::Markup),
                Content::Data(..) => (Class::Attachment, Form::Plain),
            };
            let node = i as u32 + 1;
            doc.fields.push(Field { span: piece.span, node, class, form, owner: None, record: 0, hint: 0 });
            if let Content::Data(media_type, data) = &piece.content {
                let name = format!("embedded-{}", doc.parts.len() + 1);
                doc.parts.push(Part { field: i as u32, media_type: (*media_type).into(), name, bytes: data.clone() });
            }
        }
        doc.kept = Kept::new(parsed);
        Ok(doc)
    }

    fn view<'a>(&self, _source: Source<'a>, doc: &Document, field: &Field) -> TextView<'a> {
        view(doc, field)
    }

    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        let bytes = source.bytes;
        let writer = Writer {
            bytes,
            view: &|f| view(doc, f),
            // A date is written in control words: what stays of it is its year.
            encode: &|f, text| match f.class {
                Class::Date if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                    Ok(format!("\\yr{text}").into_bytes())
                }
                Class::Date => Ok(Vec::new()),
                _ => Ok(escaped(text)),
            },
            part: &|_, new| Ok(hexadecimal(new)),
            withheld: b"{\\rtf1\\ansi [WITHHELD]\\par}".to_vec(),
        };
        let mut written = writer.write(doc, edits)?;
        let Some(parsed) = doc.kept.get::<Parsed>() else { return Ok(written) };
        let dates: Vec<Span> =
            parsed.pieces.iter().filter(|p| matches!(p.content, Content::Text(Class::Date, _))).map(|p| p.span).collect();
        let mut changed = false;
        for s in &mut written.splices {
            // Behind `\b` a label's first letter, or the blank after an emptied name, would be read as part of the control word.
            let joins = s.with.first().is_none_or(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-'));
            // Nothing but control words stands in a date.
            let joins = joins && !dates.iter().any(|d| d.contains(&s.input));
            if joins && matches!(s.cause, Cause::Ledger(_)) && parsed.bare.binary_search(&(s.input.start as usize)).is_ok() {
                s.with.insert(0, b' ');
                changed = true;
            }
        }
        if changed {
            written.bytes = apply(bytes, &written.splices);
        }
        Ok(written)
    }

    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        let at = |n: &u32| n.checked_sub(1).and_then(|i| doc.fields.get(i as usize)).map_or(0, |f| f.span.start as usize);
        let offsets: Vec<usize> = nodes.iter().map(at).collect();
        line_numbers(source.bytes, &offsets).into_iter().map(|l| format!("line {l}")).collect()
    }
}

fn view(doc: &Document, field: &Field) -> TextView<'static> {
    let piece = doc.kept.get::<Parsed>().and_then(|p| p.pieces.get((field.node as usize).checked_sub(1)?));
    match piece.map(|p| &p.content) {
        Some(Content::Text(_, view)) => view.clone(),
        _ => TextView::default(),
    }
}

/// A text as RTF; what is not ASCII as `\u` in a group of its own, so that the count of substitutes around it does not matter.
fn escaped(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '{' | '}' => out.extend([b'\\', c as u8]),
            '\n' => out.extend(b"\\line "),
            '\t' => out.extend(b"\\tab "),
            c if c.is_ascii() && !c.is_control() => out.push(c as u8),
            c if c.is_control() => {}
            c => {
                out.extend(b"{\\uc1");
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend(format!("\\u{}?", *unit as i16).bytes());
                }
                out.push(b'}');
            }
        }
    }
    out
}

/// Data as lines of hexadecimal digits, 128 to a line as word processors write them.
fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = Vec::with_capacity(bytes.len() * 2 + bytes.len() / 32);
    for (i, b) in bytes.iter().enumerate() {
        if i > 0 && i % 64 == 0 {
            out.extend(b"\r\n");
        }
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
    out
}
