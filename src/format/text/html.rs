//! HTML and XHTML files.

use super::charset::Charset;
use super::encoded::holds;
use super::markup::{escape_for, pieces, view};
use super::plain::locate;
use super::splice::Writer;
use super::tags::is_known;
use super::tokens::{Attr, Kind, Lexer};
use crate::format::{Format, Score, Source, url};
use crate::model::document::{Class, Document, Field, Part, Record};
use crate::model::edit::{Edit, Written};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::{Span, TextView};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// HTML: flowing text, attributes, comments, scripts and styles; `data:` URLs are embedded documents.
#[derive(Clone, Copy, Default, Debug)]
pub struct Html;

/// Set in a field's hint when an attribute value stands without quotes.
const UNQUOTED: u16 = 0x8000;
/// How far a browser looks for the declaration of the encoding (HTML Living Standard, section 13.2.3.2).
const DECLARATION_BYTES: usize = 1024;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn media_type(&self) -> &'static str {
        "text/html"
    }

    fn sniff(&self, head: &[u8], _name: &str) -> Score {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if text.first() != Some(&b'<') || head.contains(&0) {
            return Score::No;
        }
        root_score(text)
    }

    fn read(&self, source: Source) -> Result<Document, ReadError> {
        let bytes = source.bytes;
        let charset = charset(bytes)?;
        let mark = charset.mark_len(bytes);
        let mut doc = Document {
            records: vec![Record { span: Span::new(0, bytes.len()), kind: "html".into(), ..Record::default() }],
            ..Document::default()
        };
        for (i, p) in pieces(&bytes[mark..]).into_iter().enumerate() {
            let span = Span::new(p.span.start as usize + mark, p.span.end as usize + mark);
            let hint = charset.hint() | if p.unquoted { UNQUOTED } else { 0 };
            let field = Field { span, node: i as u32 + 1, class: p.class, form: p.form, owner: None, record: 0, hint };
            if p.class == Class::Attachment {
                let (media_type, content) = data_uri(&view_of(bytes, &field).text);
                let name = format!("embedded-{}", doc.parts.len() + 1);
                doc.parts.push(Part { field: i as u32, media_type, name, bytes: content });
            }
            doc.fields.push(field);
        }
        let readable: Vec<Span> = doc.fields.iter().filter(|f| f.class != Class::Attachment).map(|f| f.span).collect();
        let parts: Vec<Span> = doc.parts.iter().filter_map(|p| doc.fields.get(p.field as usize)).map(|f| f.span).collect();
        doc.holds = holds(bytes, &readable, &parts);
        Ok(doc)
    }

    fn view<'a>(&self, source: Source<'a>, _doc: &Document, field: &Field) -> TextView<'a> {
        view_of(source.bytes, field)
    }

    fn write(&self, source: Source, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        let bytes = source.bytes;
        let charset = charset(bytes).map_err(|e| WriteError(e.to_string()))?;
        let encode = |f: &Field, text: &str| {
            let text = escape_for(text, f.form, f.hint & UNQUOTED != 0);
            charset.encode(&text, bytes).ok_or_else(|| WriteError("a label cannot be written in the encoding of the file".into()))
        };
        let part = |f: &Field, new: &[u8]| {
            if f.class != Class::Attachment {
                return Err(WriteError("this field holds no embedded document".into()));
            }
            let (media_type, _) = data_uri(&view_of(bytes, f).text);
            encode(f, &format!("data:{media_type};base64,{}", STANDARD.encode(new)))
        };
        let writer = Writer {
            bytes,
            view: &|f| view_of(bytes, f),
            encode: &encode,
            part: &part,
            withheld: b"<p>[WITHHELD]</p>\n".to_vec(),
        };
        writer.write(doc, edits)
    }

    fn locate(&self, source: Source, doc: &Document, nodes: &[u32]) -> Vec<String> {
        locate(source.bytes, doc, nodes)
    }
}

/// Judges by the declaration and the first element.
fn root_score(text: &[u8]) -> Score {
    for token in Lexer::new(text) {
        match token.kind {
            Kind::Comment(inner) => {
                let inner = text[inner].to_ascii_lowercase();
                if inner.strip_prefix(b"doctype").is_some_and(|d| d.trim_ascii_start().starts_with(b"html")) {
                    return Score::Sure;
                }
            }
            Kind::Tag(tag) => {
                let name = &text[tag.name];
                let xhtml = |a: &Attr| {
                    text[a.name.clone()].eq_ignore_ascii_case(b"xmlns")
                        && a.value.clone().is_some_and(|v| &text[v] == b"http://www.w3.org/1999/xhtml")
                };
                return match () {
                    _ if name.eq_ignore_ascii_case(b"html") || tag.attrs.iter().any(xhtml) => Score::Sure,
                    _ if is_known(name) => Score::Likely,
                    _ => Score::No,
                };
            }
            Kind::Text if text[token.span.clone()].trim_ascii().is_empty() => {}
            _ => return Score::No,
        }
    }
    Score::No
}

fn view_of(bytes: &[u8], field: &Field) -> TextView<'static> {
    url::readable(field.class, view(bytes, field.span, field.form, Charset::from_hint(field.hint & !UNQUOTED)))
}

/// The encoding, by mark or declaration.
fn charset(bytes: &[u8]) -> Result<Charset, ReadError> {
    if matches!(Charset::of(bytes), Charset::Utf16Le | Charset::Utf16Be) {
        return Err(ReadError::new("HTML in UTF-16 is not supported yet; convert it to UTF-8"));
    }
    Charset::Utf8.check(bytes)?;
    if bytes.starts_with(b"\xef\xbb\xbf") || bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        return match declared(bytes)? {
            // Escape sequences and shifts make these read differently even where all bytes are ASCII.
            Some(c @ Charset::Single(_)) if !bytes.is_ascii() && !bytes.starts_with(b"\xef\xbb\xbf") => Ok(c),
            _ => Ok(Charset::Utf8),
        };
    }
    Ok(declared(bytes)?.unwrap_or(Charset::Utf8))
}

fn declared(bytes: &[u8]) -> Result<Option<Charset>, ReadError> {
    let head = bytes[..bytes.len().min(DECLARATION_BYTES)].to_ascii_lowercase();
    let xml = head.starts_with(b"<?xml").then(|| after(&head, b"encoding", b"?>")).flatten();
    let Some(label) = xml.or_else(|| after(&head, b"charset", b">")) else { return Ok(None) };
    Charset::declared(&label).map(Some)
}

/// The word after `key =` (quotes and blanks skipped), looked for up to each `stop`.
fn after(head: &[u8], key: &[u8], stop: &[u8]) -> Option<Vec<u8>> {
    for p in memchr::memmem::find_iter(head, key) {
        let rest = head[p + key.len()..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=") else { continue };
        let end = memchr::memmem::find(rest, stop).unwrap_or(rest.len());
        let word: Vec<u8> = rest[..end]
            .iter()
            .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''))
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
            .copied()
            .collect();
        if !word.is_empty() {
            return Some(word);
        }
    }
    None
}

/// Media type and content of `data:[type][;base64],content`.
fn data_uri(url: &str) -> (String, Result<Vec<u8>, String>) {
    let url = url.trim();
    let Some((head, content)) = url.get(5..).and_then(|r| r.split_once(',')) else {
        return (String::new(), Err("a data URL without content".into()));
    };
    let mut words = head.split(';');
    let media_type = words.next().unwrap_or_default().trim().to_ascii_lowercase();
    let media_type = if media_type.is_empty() { "text/plain".into() } else { media_type };
    let decoded = percent_decoded(content);
    if !words.any(|w| w.trim().eq_ignore_ascii_case("base64")) {
        return (media_type, Ok(decoded));
    }
    let clean: Vec<u8> = decoded.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
    (media_type, STANDARD.decode(&clean).map_err(|_| "base64 that cannot be decoded".into()))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let b = text.as_bytes();
    let digit = |i: usize| b.get(i).and_then(|c| char::from(*c).to_digit(16));
    let mut out = Vec::with_capacity(b.len());
    let mut i = 0;
    while i < b.len() {
        if b[i] == b'%'
            && let (Some(h), Some(l)) = (digit(i + 1), digit(i + 2))
        {
            out.push((h * 16 + l) as u8);
            i += 3;
        } else {
            out.push(b[i]);
            i += 1;
        }
    }
    out
}
