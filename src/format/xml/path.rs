//! Element paths for the ledger: `/ClinicalDocument/component/structuredBody/component[2]/section/text`.
//!
//! Indices count siblings of the same name from 1 and are left out where there is only one. A path holds element and attribute
//! names only, never a value; prefixes are left out.

use super::tape::{Kind, NONE, Tape};
use std::collections::HashMap;
use std::fmt::Write;

/// Paths of several nodes. Time is linear in the nodes and the siblings of the ways to them, when the nodes come in order.
pub fn locate(tape: &Tape, nodes: &[u32]) -> Vec<String> {
    let index = vec![(0, 0); if nodes.is_empty() { 0 } else { tape.nodes.len() }];
    let mut book = Book { tape, open: Vec::new(), path: String::new(), way: Vec::new(), index };
    nodes.iter().map(|&n| if (n as usize) < tape.nodes.len() { book.path(n) } else { String::new() }).collect()
}

/// The way to the node asked last, and what was counted so far.
struct Book<'t, 'a> {
    tape: &'t Tape<'a>,
    /// Nodes of the way with the length of the path before each; ancestors come before and have the lower numbers.
    open: Vec<(u32, usize)>,
    path: String,
    way: Vec<u32>,
    /// Index of a child among its like and how many those are, for every child of the parents met so far; 0 elsewhere.
    index: Vec<(u32, u32)>,
}

impl Book<'_, '_> {
    fn path(&mut self, node: u32) -> String {
        // Collect the way up to an ancestor that is open, then write it down: no recursion.
        let mut at = node;
        let mut keep = 0;
        while at != NONE {
            if let Ok(found) = self.open.binary_search_by_key(&at, |o| o.0) {
                keep = found + 1;
                break;
            }
            self.way.push(at);
            at = self.tape.node(at).parent;
        }
        if let Some((_, len)) = self.open.get(keep) {
            self.path.truncate(*len);
        }
        self.open.truncate(keep);
        while let Some(n) = self.way.pop() {
            self.open.push((n, self.path.len()));
            self.step(n);
        }
        self.path.clone()
    }

    fn step(&mut self, node: u32) {
        let n = *self.tape.node(node);
        self.path.push('/');
        match n.kind {
            Kind::Attr => self.path.push('@'),
            Kind::Element => {}
            Kind::Text | Kind::CData => self.path.push_str("text()"),
            Kind::Comment => self.path.push_str("comment()"),
            Kind::Pi => self.path.push_str("processing-instruction()"),
        }
        if matches!(n.kind, Kind::Attr | Kind::Element) {
            self.path.push_str(&String::from_utf8_lossy(self.tape.name(node)));
        }
        if n.kind == Kind::Attr {
            return;
        }
        if self.index.get(node as usize).is_some_and(|i| i.0 == 0) {
            self.count(n.parent);
        }
        if let Some(&(i, all)) = self.index.get(node as usize)
            && all > 1
        {
            let _ = write!(self.path, "[{i}]");
        }
    }

    /// Numbers the children of an element.
    fn count(&mut self, parent: u32) {
        let tape = self.tape;
        let like = |i: u32| match tape.node(i).kind {
            Kind::Element => tape.name(i),
            Kind::Text | Kind::CData => b"text()".as_slice(),
            Kind::Comment => b"comment()",
            _ => b"processing-instruction()",
        };
        // Most elements have few kinds of children; the map is for those that do not.
        let mut few: Vec<(&[u8], u32)> = Vec::new();
        let mut many: HashMap<&[u8], u32> = HashMap::new();
        for i in tape.children(parent) {
            let name = like(i);
            let n = match few.iter().position(|f| f.0 == name) {
                Some(at) => few.get_mut(at).map(|f| &mut f.1),
                None if few.len() < 8 => {
                    few.push((name, 0));
                    few.last_mut().map(|f| &mut f.1)
                }
                None => Some(many.entry(name).or_insert(0)),
            };
            if let (Some(n), Some(index)) = (n, self.index.get_mut(i as usize)) {
                *n += 1;
                index.0 = *n;
            }
        }
        for i in tape.children(parent) {
            let name = like(i);
            let all = few.iter().find(|f| f.0 == name).map(|f| f.1).or_else(|| many.get(name).copied()).unwrap_or(1);
            if let Some(index) = self.index.get_mut(i as usize) {
                index.1 = all;
            }
        }
    }
}

/// The node at a path, the inverse of [`locate`]; for tests and for readers that check a ledger.
pub fn find(tape: &Tape, path: &str) -> Option<u32> {
    let mut at = NONE;
    for s in path.strip_prefix('/')?.split('/') {
        if let Some(name) = s.strip_prefix('@').filter(|_| at != NONE) {
            return tape.attr(at, name.as_bytes());
        }
        let (name, index) = match s.strip_suffix(']').and_then(|s| s.split_once('[')) {
            Some((name, index)) => (name, index.parse::<usize>().ok()?),
            None => (s, 1),
        };
        let fits = |i: u32| match (name, tape.node(i).kind) {
            ("text()", Kind::Text | Kind::CData) | ("comment()", Kind::Comment) | ("processing-instruction()", Kind::Pi) => true,
            (name, Kind::Element) => tape.name(i) == name.as_bytes(),
            _ => false,
        };
        at = tape.children(at).filter(|&i| fits(i)).nth(index.checked_sub(1)?)?;
    }
    Some(at)
}
