//! Element paths for the ledger: `/ClinicalDocument/component/structuredBody/component[2]/section/text`.
//!
//! Indices count siblings of the same name from 1 and are left out where there is only one. A path holds element and attribute
//! names only, never a value; prefixes are left out.

use super::tape::{Kind, NONE, Tape};
use std::collections::HashMap;

/// Paths of several nodes.
pub fn locate(tape: &Tape, nodes: &[u32]) -> Vec<String> {
    let mut memo: HashMap<u32, String> = HashMap::new();
    nodes.iter().map(|&n| if (n as usize) < tape.nodes.len() { one(tape, n, &mut memo) } else { String::new() }).collect()
}

fn one(tape: &Tape, node: u32, memo: &mut HashMap<u32, String>) -> String {
    // Collect the way up to a known ancestor, then write it down again: no recursion.
    let mut way = Vec::new();
    let mut at = node;
    let mut path = String::new();
    while at != NONE {
        if let Some(known) = memo.get(&at) {
            path.clone_from(known);
            break;
        }
        way.push(at);
        at = tape.node(at).parent;
    }
    for &n in way.iter().rev() {
        path.push('/');
        path.push_str(&step(tape, n));
        memo.insert(n, path.clone());
    }
    path
}

fn step(tape: &Tape, node: u32) -> String {
    let n = tape.node(node);
    let name = String::from_utf8_lossy(tape.name(node)).into_owned();
    let word = match n.kind {
        Kind::Attr => return format!("@{name}"),
        Kind::Element => name,
        Kind::Text | Kind::CData => "text()".into(),
        Kind::Comment => "comment()".into(),
        Kind::Pi => "processing-instruction()".into(),
    };
    let same = |i: u32| {
        let other = tape.node(i);
        match n.kind {
            Kind::Element => other.kind == Kind::Element && tape.name(i) == tape.name(node),
            Kind::Text | Kind::CData => matches!(other.kind, Kind::Text | Kind::CData),
            kind => other.kind == kind,
        }
    };
    let (mut before, mut all) = (0, 0);
    for sibling in tape.children(n.parent).filter(|&i| same(i)) {
        all += 1;
        before += u32::from(sibling < node);
    }
    if all > 1 { format!("{word}[{}]", before + 1) } else { word }
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
