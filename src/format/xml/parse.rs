//! Bytes to [`Tape`], with limits; hostile input errors and never panics.
//!
//! quick-xml finds the events; this file turns them into ranges and adds what it does not check: attributes without quotes or
//! given twice, elements left open, a second root, undefined entities, forbidden characters.

use super::encoding::{self, Encoding};
use super::tape::{CHILDREN, EMPTY, Kind, MIXED, NONE, Node, TEXT, Tape};
use crate::model::document::Document;
use crate::model::error::ReadError;
use crate::model::view::Span;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;
use std::sync::Arc;

/// Deepest nesting accepted. CDA documents stay below 40; HTML in narrative below 100.
pub const MAX_DEPTH: usize = 512;
/// Most attributes on one element; bounds the check for duplicates.
pub const MAX_ATTRS: usize = 256;
/// Most namespace declarations in scope at once and distinct namespaces in one document.
pub const MAX_NAMESPACES: usize = 256;

/// Parses a document.
///
/// Errors name the place: not well-formed, cut off, DOCTYPE, too deep, wrong encoding.
pub fn parse(bytes: &[u8]) -> Result<Tape<'_>, ReadError> {
    if bytes.len() >= (u32::MAX - 1) as usize {
        return Err(ReadError::new("the document is larger than 4 GiB"));
    }
    let (encoding, bom) = encoding::detect(bytes)?;
    let body = bytes.get(bom..).unwrap_or(&[]);
    let (encoding, shadow) = match std::str::from_utf8(body) {
        // A code page is declared, but the bytes are UTF-8: a common slip of exporters; what the bytes are decides.
        Ok(_) => (Encoding::Utf8, None),
        Err(_) if matches!(encoding, Encoding::Single(_)) => {
            // Same length, so same offsets: letters stand in for the bytes above 127 while markup is found.
            (encoding, Some(body.iter().map(|&b| if b < 128 { b } else { b'x' }).collect::<Vec<u8>>()))
        }
        Err(e) => {
            let what = "the bytes are not UTF-8 as declared; convert the document or correct its encoding declaration";
            return Err(ReadError::at(what, bytes, bom + e.valid_up_to()));
        }
    };
    let mut builder = Builder {
        bytes,
        at: bom,
        nodes: Vec::with_capacity(bytes.len() / 24),
        uris: vec![String::new()],
        bindings: Vec::new(),
        open: Vec::new(),
        root: NONE,
        text_from: None,
    };
    builder.run(shadow.as_deref().unwrap_or(body), bom)?;
    let Builder { nodes, uris, root, .. } = builder;
    Ok(Tape { bytes, nodes: Arc::new(nodes), uris: Arc::new(uris), encoding, root })
}

/// The tape of a document that was read before: as its reader kept it, or parsed again.
pub fn again<'a>(bytes: &'a [u8], doc: &Document) -> Result<Tape<'a>, ReadError> {
    Tape::kept(bytes, doc).map_or_else(|| parse(bytes), Ok)
}

/// A namespace declaration in scope.
struct Binding {
    depth: usize,
    prefix: Span,
    uri: u16,
}

struct Builder<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    uris: Vec<String>,
    bindings: Vec<Binding>,
    open: Vec<u32>,
    root: u32,
    text_from: Option<usize>,
}

impl Builder<'_> {
    fn fail<T>(&self, what: &str, at: usize) -> Result<T, ReadError> {
        Err(ReadError::at(what, self.bytes, at))
    }

    fn run(&mut self, body: &[u8], offset: usize) -> Result<(), ReadError> {
        let mut reader = Reader::from_reader(body);
        loop {
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(e) => return self.fail(words(&e), offset + reader.error_position() as usize),
            };
            let end = offset + reader.buffer_position() as usize;
            let start = self.at;
            self.at = end;
            match event {
                Event::Text(_) => self.text(start),
                Event::GeneralRef(name) => {
                    if super::text::reference(name.as_bytes()).is_none() {
                        return self.fail("an entity that is not defined, or a reference to a character that XML forbids", start);
                    }
                    self.text(start);
                }
                Event::Eof => {
                    self.flush_text(start)?;
                    break;
                }
                event => {
                    self.flush_text(start)?;
                    match event {
                        Event::Start(tag) => self.start(start, end, tag.name().as_ref().len(), false)?,
                        Event::Empty(tag) => self.start(start, end, tag.name().as_ref().len(), true)?,
                        Event::End(_) => self.end(start, end)?,
                        Event::CData(_) => self.leaf(Kind::CData, start, end, 9, 3)?,
                        Event::Comment(_) => self.leaf(Kind::Comment, start, end, 4, 3)?,
                        Event::PI(_) => self.leaf(Kind::Pi, start, end, 2, 2)?,
                        Event::Decl(_) if start == offset => {}
                        Event::Decl(_) => return self.fail("an XML declaration that is not at the start", start),
                        Event::DocType(_) => {
                            return self.fail("a DOCTYPE declaration, which is not accepted: it can pull in other files", start);
                        }
                        _ => {}
                    }
                }
            }
        }
        if let Some(&open) = self.open.last() {
            let at = self.nodes.get(open as usize).map_or(0, |n| n.span.start as usize);
            return self.fail("the document ends before an element is closed; it is cut off", at);
        }
        if self.root == NONE {
            return self.fail("no XML element found", offset);
        }
        Ok(())
    }

    fn push(&mut self, node: Node) -> Result<u32, ReadError> {
        let i = self.nodes.len();
        if i >= (NONE - 1) as usize {
            return self.fail("too many XML nodes", node.span.start as usize);
        }
        self.nodes.push(node);
        Ok(i as u32)
    }

    fn text(&mut self, start: usize) {
        self.text_from.get_or_insert(start);
    }

    fn flush_text(&mut self, end: usize) -> Result<(), ReadError> {
        let Some(start) = self.text_from.take() else { return Ok(()) };
        if start >= end {
            return Ok(());
        }
        let span = Span::new(start, end);
        let raw = self.bytes.get(start..end).unwrap_or(&[]);
        if let Some(p) = forbidden(raw) {
            return self.fail("a control character that XML forbids", start + p);
        }
        let blank = raw.iter().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
        if self.open.is_empty() {
            return if blank { Ok(()) } else { self.fail("text outside of the root element", start) };
        }
        if !blank {
            self.mark_text();
        }
        let i = self.nodes.len() as u32 + 1;
        self.push(Node {
            kind: Kind::Text,
            flags: 0,
            ns: 0,
            parent: self.parent(),
            next: i,
            span,
            name: Span::default(),
            inner: span,
        })?;
        Ok(())
    }

    /// Notes on the open element that it has text, and that it is mixed when it has something else already.
    fn mark_text(&mut self) {
        let Some(node) = self.open.last().and_then(|&i| self.nodes.get_mut(i as usize)) else { return };
        let more = node.flags & (TEXT | CHILDREN) != 0;
        node.flags |= TEXT | if more { MIXED } else { 0 };
    }

    fn parent(&self) -> u32 {
        self.open.last().copied().unwrap_or(NONE)
    }

    fn leaf(&mut self, kind: Kind, start: usize, end: usize, head: usize, tail: usize) -> Result<(), ReadError> {
        let inner = Span::new((start + head).min(end), end.saturating_sub(tail).max((start + head).min(end)));
        let mut name = Span::default();
        let raw = self.bytes.get(inner.range()).unwrap_or(&[]);
        if let Some(p) = forbidden(raw) {
            return self.fail("a control character that XML forbids", inner.start as usize + p);
        }
        if kind == Kind::Pi {
            let len = raw.iter().position(|b| b.is_ascii_whitespace()).unwrap_or(raw.len());
            name = Span::new(inner.start as usize, inner.start as usize + len);
        }
        if kind == Kind::CData {
            if self.open.is_empty() {
                return self.fail("CDATA outside of the root element", start);
            }
            self.mark_text();
            if let Some(node) = self.open.last().and_then(|&i| self.nodes.get_mut(i as usize)) {
                node.flags |= MIXED;
            }
        }
        let next = self.nodes.len() as u32 + 1;
        self.push(Node { kind, flags: 0, ns: 0, parent: self.parent(), next, span: Span::new(start, end), name, inner })?;
        Ok(())
    }

    fn start(&mut self, start: usize, end: usize, name_len: usize, empty: bool) -> Result<(), ReadError> {
        if self.open.is_empty() && self.root != NONE {
            return self.fail("a second root element", start);
        }
        if self.open.len() >= MAX_DEPTH {
            return self.fail("elements are nested too deeply", start);
        }
        let depth = self.open.len() + 1;
        if let Some(node) = self.open.last().and_then(|&i| self.nodes.get_mut(i as usize)) {
            node.flags |= CHILDREN | if node.flags & TEXT != 0 { MIXED } else { 0 };
        }
        let name = local(self.bytes, start + 1, start + 1 + name_len);
        if name.is_empty() || !self.bytes.get(name.start as usize).is_some_and(|b| is_name_start(*b)) {
            return self.fail("an element without a valid name", start);
        }
        let flags = if empty { EMPTY } else { 0 };
        let inner = Span::new(end, end);
        let parent = self.parent();
        let span = Span::new(start, end);
        let i = self.push(Node { kind: Kind::Element, flags, ns: 0, parent, next: 0, span, name, inner })?;
        let tail = if empty { 2 } else { 1 };
        let declares = self.attributes(i, start + 1 + name_len, end - tail, depth)?;
        // Prefixed attributes can only be resolved when all declarations of the tag are known.
        let at = name.start as usize;
        let prefix = if at == start + 1 { Span::default() } else { Span::new(start + 1, at - 1) };
        let ns = self.resolve(prefix, true);
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(i as usize) {
            node.ns = ns;
            node.next = next;
        }
        for a in i + 1..next {
            let Some(n) = self.nodes.get(a as usize).copied() else { break };
            if n.name.start > n.span.start {
                let ns = self.resolve(Span { start: n.span.start, end: n.name.start - 1 }, false);
                if let Some(n) = self.nodes.get_mut(a as usize) {
                    n.ns = ns;
                }
            }
        }
        if self.open.is_empty() {
            self.root = i;
        }
        if !empty {
            self.open.push(i);
        } else if declares {
            self.bindings.retain(|b| b.depth < depth);
        }
        Ok(())
    }

    fn end(&mut self, start: usize, end: usize) -> Result<(), ReadError> {
        let Some(i) = self.open.pop() else { return self.fail("a closing tag without its opening tag", start) };
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(i as usize) {
            node.span.end = end as u32;
            node.inner.end = start as u32;
            node.next = next;
        }
        let depth = self.open.len() + 1;
        while self.bindings.last().is_some_and(|b| b.depth >= depth) {
            self.bindings.pop();
        }
        Ok(())
    }

    /// Reads the attributes between `at` and `end`; true when one declares a namespace.
    fn attributes(&mut self, element: u32, mut at: usize, end: usize, depth: usize) -> Result<bool, ReadError> {
        let bytes = self.bytes;
        let byte = |i: usize| if i < end { bytes.get(i).copied() } else { None };
        let first = self.nodes.len();
        let mut declares = false;
        loop {
            let gap = at;
            while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
                at += 1;
            }
            let Some(b) = byte(at) else { return Ok(declares) };
            if gap == at || !is_name_start(b) {
                return self.fail("an attribute is not written name=\"value\"", at);
            }
            let name_at = at;
            while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && b != b'=' && b != b'"' && b != b'\'' && b != b'<') {
                at += 1;
            }
            let name = local(bytes, name_at, at);
            let name_end = at;
            while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
                at += 1;
            }
            if byte(at) != Some(b'=') {
                return self.fail("an attribute without a value", name_at);
            }
            at += 1;
            while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
                at += 1;
            }
            let quote = match byte(at) {
                Some(q @ (b'"' | b'\'')) => q,
                _ => return self.fail("an attribute value without quotes", name_at),
            };
            let value_at = at + 1;
            let Some(len) = bytes.get(value_at..end).and_then(|rest| memchr::memchr(quote, rest)) else {
                return self.fail("an attribute value that is not closed", name_at);
            };
            at = value_at + len + 1;
            let value = bytes.get(value_at..value_at + len).unwrap_or(&[]);
            if let Some(p) = bad_value(value) {
                return self.fail("an attribute value with a raw < or an undefined reference", value_at + p);
            }
            let whole = bytes.get(name_at..name_end).unwrap_or(&[]);
            let twice = self.nodes.iter().skip(first).any(|n| {
                let qname = n.span.start as usize..n.name.end as usize;
                bytes.get(qname) == Some(whole)
            });
            if twice {
                return self.fail("an attribute is given twice", name_at);
            }
            if self.nodes.len() - first >= MAX_ATTRS {
                return self.fail("too many attributes", name_at);
            }
            let is_decl = whole == b"xmlns" || whole.starts_with(b"xmlns:");
            if is_decl {
                declares = true;
                let prefix = if whole.len() == 5 { Span::default() } else { name };
                self.bind(depth, prefix, value, value_at)?;
            }
            let next = self.nodes.len() as u32 + 1;
            let (span, inner) = (Span::new(name_at, at), Span::new(value_at, value_at + len));
            self.push(Node { kind: Kind::Attr, flags: 0, ns: 0, parent: element, next, span, name, inner })?;
        }
    }

    fn bind(&mut self, depth: usize, prefix: Span, uri: &[u8], at: usize) -> Result<(), ReadError> {
        let uri = String::from_utf8_lossy(uri);
        let index = match self.uris.iter().position(|u| *u == uri) {
            Some(i) => i,
            None if self.uris.len() >= MAX_NAMESPACES => return self.fail("too many namespaces", at),
            None => {
                self.uris.push(uri.into_owned());
                self.uris.len() - 1
            }
        };
        if self.bindings.len() >= MAX_NAMESPACES {
            return self.fail("too many namespace declarations", at);
        }
        self.bindings.push(Binding { depth, prefix, uri: index as u16 });
        Ok(())
    }

    /// Namespace of a prefix; an undeclared prefix has none (fragments and sloppy exporters are still read).
    fn resolve(&self, prefix: Span, element: bool) -> u16 {
        if prefix.is_empty() && !element {
            return 0;
        }
        let wanted = self.bytes.get(prefix.range()).unwrap_or(&[]);
        let hit = self.bindings.iter().rev().find(|b| self.bytes.get(b.prefix.range()).unwrap_or(&[]) == wanted);
        hit.map_or(0, |b| b.uri)
    }
}

/// The part of a qualified name after its colon.
fn local(bytes: &[u8], start: usize, end: usize) -> Span {
    let colon = bytes.get(start..end).and_then(|n| memchr::memchr(b':', n));
    Span::new(colon.map_or(start, |c| start + c + 1), end)
}

fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b == b':' || b >= 128
}

/// Position of a character that XML 1.0 forbids (2.2: Char). Multi-byte noncharacters are let through.
fn forbidden(raw: &[u8]) -> Option<usize> {
    raw.iter().position(|&b| b < 32 && !matches!(b, b'\t' | b'\n' | b'\r'))
}

/// Position in an attribute value of a raw `<`, a forbidden character or a reference that is not defined.
fn bad_value(value: &[u8]) -> Option<usize> {
    if let Some(p) = value.iter().position(|&b| b == b'<' || (b < 32 && !matches!(b, b'\t' | b'\n' | b'\r'))) {
        return Some(p);
    }
    let mut from = 0;
    while let Some(p) = value.get(from..).and_then(|v| memchr::memchr(b'&', v)) {
        let at = from + p;
        let rest = value.get(at + 1..).unwrap_or(&[]);
        let Some(len) = memchr::memchr(b';', rest) else { return Some(at) };
        if super::text::reference(rest.get(..len).unwrap_or(&[])).is_none() {
            return Some(at);
        }
        from = at + len + 2;
    }
    None
}

/// What is wrong, without quoting the document (quick-xml's own words quote names).
fn words(error: &Error) -> &'static str {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => "a closing tag does not match its opening tag",
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "a closing tag without its opening tag",
        Error::IllFormed(IllFormedError::UnclosedReference) => "an & that does not begin a reference",
        Error::IllFormed(IllFormedError::MissingDoctypeName) => "a DOCTYPE declaration, which is not accepted",
        Error::IllFormed(_) => "the XML is not well-formed",
        Error::Syntax(_) => "the XML is cut off or not well-formed: a tag, comment or CDATA section is not closed",
        _ => "the XML cannot be read",
    }
}
