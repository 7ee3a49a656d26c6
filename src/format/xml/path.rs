//! Element paths for the ledger: `/ClinicalDocument/component/structuredBody/component[2]/section/text`.
//!
//! Indices count siblings of the same name from 1 and are left out where there is only one. A path holds element and attribute
//! names only, never a value; prefixes are left out.

use super::tape::{Kind, NONE, Tape};
use std::collections::HashMap;
use std::fmt::Write;

/// Paths of several nodes. Time is linear in the nodes and the siblings of the ways to them.
pub fn locate(tape: &Tape, nodes: &[u32]) -> Vec<String> {
    let mut book = Book { tape, paths: HashMap::new(), way: Vec::new(), index: HashMap::new() };
    nodes.iter().map(|&n| if (n as usize) < tape.nodes.len() { book.path(n) } else { String::new() }).collect()
}

/// What is known already.
struct Book<'t, 'a> {
    tape: &'t Tape<'a>,
    paths: HashMap<u32, Box<str>>,
    /// Nodes of the way that is being written down.
    way: Vec<u32>,
    /// Index of a child among its like and how many those are, for every child of the parents met so far.
    index: HashMap<u32, (u32, u32)>,
}

impl Book<'_, '_> {
    fn path(&mut self, node: u32) -> String {
        // Collect the way up to a known ancestor, then write it down again: no recursion.
        let mut way = std::mem::take(&mut self.way);
        let mut at = node;
        let mut path = String::with_capacity(96);
        while at != NONE {
            if let Some(known) = self.paths.get(&at) {
                path.push_str(known);
                break;
            }
            way.push(at);
            at = self.tape.node(at).parent;
        }
        for &n in way.iter().rev() {
            path.push('/');
            self.step(n, &mut path);
            // Only what has something inside can be on another way.
            if self.tape.node(n).next > n + 1 {
                self.paths.insert(n, path.as_str().into());
            }
        }
        way.clear();
        self.way = way;
        path
    }

    fn step(&mut self, node: u32, path: &mut String) {
        let n = self.tape.node(node);
        match n.kind {
            Kind::Attr => path.push('@'),
            Kind::Element => {}
            Kind::Text | Kind::CData => path.push_str("text()"),
            Kind::Comment => path.push_str("comment()"),
            Kind::Pi => path.push_str("processing-instruction()"),
        }
        if matches!(n.kind, Kind::Attr | Kind::Element) {
            path.push_str(&String::from_utf8_lossy(self.tape.name(node)));
        }
        if n.kind == Kind::Attr {
            return;
        }
        if !self.index.contains_key(&node) {
            self.count(n.parent);
        }
        if let Some(&(i, all)) = self.index.get(&node)
            && all > 1
        {
            let _ = write!(path, "[{i}]");
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
        let mut seen: HashMap<&[u8], u32> = HashMap::new();
        let numbered: Vec<(u32, u32)> = tape
            .children(parent)
            .map(|i| {
                let n = seen.entry(like(i)).or_insert(0);
                *n += 1;
                (i, *n)
            })
            .collect();
        for (i, n) in numbered {
            self.index.insert(i, (n, seen.get(like(i)).copied().unwrap_or(1)));
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
