//! The flat vector of nodes.

use super::encoding::Encoding;
use crate::model::document::{self, Document};
use crate::model::view::Span;
use std::sync::Arc;

/// No node.
pub const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An element.
    Element,
    /// An attribute of the element before it.
    Attr,
    /// A run of character data and references between two pieces of markup.
    Text,
    /// A CDATA section.
    CData,
    /// A comment.
    Comment,
    /// A processing instruction (the XML declaration is none).
    Pi,
}

/// The element was written `<a/>`.
pub const EMPTY: u8 = 1;
/// The element has a direct text that is not only white space.
pub const TEXT: u8 = 2;
/// The element has such a text and, besides, child elements, CDATA or a second run: its text is read as a flow.
pub const MIXED: u8 = 4;
/// The element has a child element.
pub const CHILDREN: u8 = 8;

/// One node.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// [`EMPTY`], [`TEXT`], [`MIXED`], [`CHILDREN`].
    pub flags: u8,
    /// Index into [`Tape::uris`] of the namespace of an element or attribute; 0 is "none".
    pub ns: u16,
    /// The element around it, [`NONE`] at the top.
    pub parent: u32,
    /// One past the last node of its subtree.
    pub next: u32,
    /// All its bytes: an element with both tags, an attribute from its name to its closing quote.
    pub span: Span,
    /// Local name of an element or attribute, target of a processing instruction.
    pub name: Span,
    /// What is inside: between the tags, between the quotes, between `<!--` and `-->`.
    pub inner: Span,
}

impl Node {
    /// True when the flag is set.
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
    /// `<a b="c">` or `<a b="c"/>` of an element.
    pub fn start_tag(&self) -> Span {
        if self.has(EMPTY) { self.span } else { Span { start: self.span.start, end: self.inner.start } }
    }
}

/// A parsed document.
#[derive(Debug)]
pub struct Tape<'a> {
    /// The source, byte order mark included.
    pub bytes: &'a [u8],
    /// Nodes in document order.
    pub nodes: Arc<Vec<Node>>,
    /// Namespace names; 0 is the empty one.
    pub uris: Arc<Vec<String>>,
    /// The encoding.
    pub encoding: Encoding,
    /// The root element.
    pub root: u32,
}

/// A tape without its bytes, as a document keeps it.
struct Kept {
    len: usize,
    nodes: Arc<Vec<Node>>,
    uris: Arc<Vec<String>>,
    encoding: Encoding,
    root: u32,
}

impl<'a> Tape<'a> {
    /// What the writer needs to have this tape again.
    pub fn keep(&self) -> document::Kept {
        let (nodes, uris) = (self.nodes.clone(), self.uris.clone());
        document::Kept::new(Kept { len: self.bytes.len(), nodes, uris, encoding: self.encoding, root: self.root })
    }

    /// The tape that was kept of these bytes.
    pub fn kept(bytes: &'a [u8], doc: &Document) -> Option<Tape<'a>> {
        let kept = doc.kept.get::<Kept>().filter(|k| k.len == bytes.len())?;
        Some(Tape { bytes, nodes: kept.nodes.clone(), uris: kept.uris.clone(), encoding: kept.encoding, root: kept.root })
    }

    /// A node; the root for an index out of range, so that a wrong index cannot panic.
    pub fn node(&self, i: u32) -> &Node {
        self.nodes.get(i as usize).unwrap_or(&self.nodes[self.root as usize])
    }
    /// Bytes of a span.
    pub fn slice(&self, span: Span) -> &'a [u8] {
        self.bytes.get(span.range()).unwrap_or(&[])
    }
    /// Local name of an element or attribute.
    pub fn name(&self, i: u32) -> &'a [u8] {
        self.slice(self.node(i).name)
    }
    /// Prefix with its colon as written (`sdtc:`), empty when none.
    pub fn prefix(&self, i: u32) -> &'a [u8] {
        let n = self.node(i);
        let start = match n.kind {
            Kind::Element => n.span.start + 1,
            _ => n.span.start,
        };
        self.slice(Span { start, end: n.name.start })
    }
    /// Namespace name of an element or attribute.
    pub fn uri(&self, i: u32) -> &str {
        self.uris.get(self.node(i).ns as usize).map_or("", String::as_str)
    }
    /// Is it an element of this local name, whatever its namespace?
    pub fn is(&self, i: u32, local: &[u8]) -> bool {
        self.node(i).kind == Kind::Element && self.name(i) == local
    }
    /// Attributes of an element, in order.
    pub fn attrs(&self, element: u32) -> impl Iterator<Item = u32> + '_ {
        let first = element.saturating_add(1);
        (first..self.nodes.len() as u32).take_while(|&i| self.node(i).kind == Kind::Attr)
    }
    /// The attribute of this local name.
    pub fn attr(&self, element: u32, local: &[u8]) -> Option<u32> {
        self.attrs(element).find(|&a| self.name(a) == local)
    }
    /// The attribute's value as written (references not decoded); empty when absent.
    pub fn attr_raw(&self, element: u32, local: &[u8]) -> &'a [u8] {
        self.attr(element, local).map_or(&[], |a| self.slice(self.node(a).inner))
    }
    /// Direct children that are not attributes; of [`NONE`], the root and what stands beside it.
    pub fn children(&self, element: u32) -> Children<'_, 'a> {
        if element == NONE {
            return Children { tape: self, at: 0, end: self.nodes.len() as u32 };
        }
        let n = self.node(element);
        let mut at = element.saturating_add(1);
        while at < n.next && self.node(at).kind == Kind::Attr {
            at += 1;
        }
        Children { tape: self, at, end: n.next }
    }
    /// Direct child elements.
    pub fn elements(&self, element: u32) -> impl Iterator<Item = u32> + '_ {
        self.children(element).filter(|&c| self.node(c).kind == Kind::Element)
    }
    /// Direct child elements of a local name.
    pub fn named<'t>(&'t self, element: u32, local: &'static [u8]) -> impl Iterator<Item = u32> + 't {
        self.elements(element).filter(move |&c| self.name(c) == local)
    }
    /// First direct child element of a local name.
    pub fn child(&self, element: u32, local: &'static [u8]) -> Option<u32> {
        self.named(element, local).next()
    }
    /// First element down a path of local names.
    pub fn down(&self, element: u32, path: &[&'static [u8]]) -> Option<u32> {
        let mut at = element;
        for name in path {
            at = self.child(at, name)?;
        }
        Some(at)
    }
    /// The element around `node` (or itself, when an element) with this local name.
    pub fn enclosing(&self, node: u32, wanted: impl Fn(&[u8]) -> bool) -> Option<u32> {
        let mut at = node;
        while at != NONE {
            if self.node(at).kind == Kind::Element && wanted(self.name(at)) {
                return Some(at);
            }
            at = self.node(at).parent;
        }
        None
    }
    /// Index of the last node that starts at or before a byte.
    pub fn node_at(&self, byte: u32) -> u32 {
        (self.nodes.partition_point(|n| n.span.start <= byte).saturating_sub(1)) as u32
    }
}

/// See [`Tape::children`].
pub struct Children<'t, 'a> {
    tape: &'t Tape<'a>,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let here = self.at;
        self.at = self.tape.node(here).next.max(here + 1);
        Some(here)
    }
}
