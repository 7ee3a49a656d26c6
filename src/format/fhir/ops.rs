//! Operations on the tape, and how nesting ones are settled.

use crate::format::json::{Kind, Tape};
use crate::model::document::Document;
use crate::model::edit::{Cause, Splice, Written, apply};
use crate::model::error::WriteError;
use crate::model::view::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Security label of a resource from which something was taken.
/// Source: FHIR R4 security labels, v3-ObservationValue REDACTED.
const LABEL: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED","display":"redacted"}"#;

/// Bytes to put in place of a span.
#[derive(Clone, Debug)]
pub struct Op {
    /// Input bytes.
    pub span: Span,
    /// New bytes.
    pub with: Vec<u8>,
    /// Why.
    pub cause: Cause,
}

/// The edits of one document as operations.
pub struct Plan<'a> {
    /// Source bytes.
    pub src: &'a [u8],
    /// Its tape.
    pub tape: &'a Tape,
    parents: Vec<u32>,
    ops: Vec<Op>,
    /// Children to take out, by container.
    removed: BTreeMap<u32, BTreeMap<u32, Cause>>,
    /// Members to put in, by object.
    inserted: BTreeMap<u32, Vec<(String, Cause)>>,
}

impl<'a> Plan<'a> {
    /// An empty plan.
    pub fn new(src: &'a [u8], tape: &'a Tape) -> Self {
        let mut parents = vec![u32::MAX; tape.nodes.len()];
        let mut stack: Vec<(u32, u32)> = Vec::new();
        for (i, n) in tape.nodes.iter().enumerate() {
            let i = i as u32;
            while stack.last().is_some_and(|&(_, next)| next <= i) {
                stack.pop();
            }
            if let Some(&(p, _)) = stack.last() {
                parents[i as usize] = p;
            }
            if matches!(n.kind, Kind::Object | Kind::Array) {
                stack.push((i, n.next));
            }
        }
        Plan { src, tape, parents, ops: Vec::new(), removed: BTreeMap::new(), inserted: BTreeMap::new() }
    }

    /// The container of a node.
    pub fn parent(&self, node: u32) -> Option<u32> {
        self.parents.get(node as usize).copied().filter(|&p| p != u32::MAX)
    }

    /// Adds an operation.
    pub fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    fn span(&self, node: u32) -> Span {
        let n = self.tape.node(node);
        Span { start: n.start, end: n.end }
    }

    /// Key of a member value.
    pub fn key_of(&self, value: u32) -> Option<&'a str> {
        let p = self.parent(value)?;
        (self.tape.node(p).kind == Kind::Object).then(|| self.tape.str_raw(self.src, value - 1))
    }

    /// True when the object around a member value has a member of this key.
    pub fn has_sibling(&self, value: u32, key: &str) -> bool {
        self.parent(value).is_some_and(|p| self.tape.get(self.src, p, key).is_some())
    }

    /// True when the object around a member value has no other member.
    pub fn is_only_member(&self, value: u32) -> bool {
        self.parent(value).is_some_and(|p| self.tape.members(p).count() == 1)
    }

    /// Replaces a whole value.
    pub fn replace(&mut self, node: u32, with: String, cause: Cause) {
        let span = self.span(node);
        self.push(Op { span, with: with.into_bytes(), cause });
    }

    /// Replaces a whole member, key included.
    pub fn replace_member(&mut self, value: u32, with: String, cause: Cause) {
        let start = self.tape.node(value - 1).start - 1;
        let end = self.tape.node(value).end;
        self.push(Op { span: Span { start, end }, with: with.into_bytes(), cause });
    }

    /// Takes a member or element out.
    pub fn remove(&mut self, node: u32, cause: Cause) {
        match self.parent(node) {
            Some(p) => {
                self.removed.entry(p).or_default().entry(node).or_insert(cause);
            }
            // The root cannot be taken out of its own document; the pipeline withholds the document instead.
            None => self.replace(node, "{}".into(), cause),
        }
    }

    /// Puts a member at the end of an object.
    pub fn insert_member(&mut self, object: u32, member: String, cause: Cause) {
        self.inserted.entry(object).or_default().push((member, cause));
    }

    /// Takes a resource or section out: its Bundle entry, its place in `contained`, its parameter.
    pub fn remove_record(&mut self, node: u32, cause: Cause) {
        let mut target = node;
        if self.key_of(node) == Some("resource")
            && let Some(p) = self.parent(node)
        {
            target = p;
        }
        self.remove(target, cause);
    }

    /// A reference whose target is withheld: display only. Source: R4 Reference, every element optional.
    pub fn withheld_reference(&mut self, reference_string: u32, cause: Cause) {
        match self.parent(reference_string) {
            Some(p) if self.tape.node(p).kind == Kind::Object => self.replace(p, r#"{"display":"[WITHHELD]"}"#.into(), cause),
            _ => self.remove(reference_string, cause),
        }
    }

    /// Adds the REDACTED label to a resource's meta.
    pub fn security_label(&mut self, resource: u32) {
        let cause = Cause::Consequence("security label REDACTED");
        if let Some(meta) = self.tape.get(self.src, resource, "meta").filter(|&m| self.tape.node(m).kind == Kind::Object) {
            match self.tape.get(self.src, meta, "security").filter(|&s| self.tape.node(s).kind == Kind::Array) {
                Some(list) => {
                    if memchr::memmem::find(self.tape.raw(self.src, list), b"\"REDACTED\"").is_some() {
                        return;
                    }
                    let empty = self.tape.elements(list).next().is_none();
                    let end = self.tape.node(list).end - 1;
                    let with = format!("{}{LABEL}", if empty { "" } else { "," });
                    self.push(Op { span: Span { start: end, end }, with: with.into_bytes(), cause });
                }
                None => self.insert_member(meta, format!("\"security\":[{LABEL}]"), cause),
            }
            return;
        }
        // After id, or after resourceType, in the white space style of what follows.
        let members: Vec<(u32, u32)> = self.tape.members(resource).collect();
        let after = members
            .iter()
            .position(|&(k, _)| self.tape.str_raw(self.src, k) == "id")
            .or_else(|| members.iter().position(|&(k, _)| self.tape.str_raw(self.src, k) == "resourceType"));
        let Some(i) = after else { return };
        let end = self.tape.node(members[i].1).end;
        let separator = match members.get(i + 1) {
            Some(&(k, _)) => String::from_utf8_lossy(&self.src[end as usize..self.tape.node(k).start as usize - 1]).into_owned(),
            None => ",".into(),
        };
        let with = format!("{separator}\"meta\":{{\"security\":[{LABEL}]}}");
        self.push(Op { span: Span { start: end, end }, with: with.into_bytes(), cause });
    }

    /// Nodes that operations touch.
    pub fn touched(&self) -> Vec<Span> {
        let mut out: Vec<Span> = self.ops.iter().map(|o| o.span).collect();
        out.extend(self.removed.values().flat_map(|c| c.keys()).map(|&n| self.span(n)));
        out.extend(self.inserted.keys().map(|&n| {
            let e = self.tape.node(n).end;
            Span { start: e - 1, end: e }
        }));
        out
    }

    /// Settles removals and insertions, orders everything and splices.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        self.settle_removals();
        let mut ops = std::mem::take(&mut self.ops);
        // Empty spans (insertions) come before what starts at the same byte; of two others the longer is the outer.
        ops.sort_by_key(|o| (o.span.start, !o.span.is_empty(), std::cmp::Reverse(o.span.end)));
        let mut splices: Vec<Splice> = Vec::with_capacity(ops.len());
        let mut done: BTreeSet<u32> = BTreeSet::new();
        let mut lost: Vec<u32> = Vec::new();
        let mut end = 0u32;
        for op in ops {
            let ledger = match op.cause {
                Cause::Ledger(i) => Some(i),
                Cause::Consequence(_) => None,
            };
            if op.span.start < end {
                lost.extend(ledger);
                continue;
            }
            done.extend(ledger);
            end = op.span.end.max(end);
            splices.push(Splice { input: op.span, with: op.with, cause: op.cause });
        }
        lost.retain(|l| !done.contains(l));
        lost.sort_unstable();
        lost.dedup();
        Ok(Written { bytes: apply(self.src, &splices), splices, covered: lost, ..Written::default() })
    }

    /// Turns removals into operations, innermost containers first, so that emptied containers are removed from theirs.
    fn settle_removals(&mut self) {
        while let Some((&container, _)) = self.removed.iter().next_back() {
            let Some(gone) = self.removed.remove(&container) else { break };
            let object = self.tape.node(container).kind == Kind::Object;
            let children: Vec<u32> = if object {
                self.tape.members(container).map(|m| m.1).collect()
            } else {
                self.tape.elements(container).collect()
            };
            let inserts = self.inserted.remove(&container);
            if gone.len() >= children.len() && inserts.is_none() {
                let cause = gone.values().next().copied().unwrap_or(Cause::Consequence("emptied element taken out"));
                // Entries of the other removals are covered by this one.
                for (&node, &c) in gone.iter().skip(1) {
                    let span = self.span(node);
                    self.ops.push(Op { span, with: Vec::new(), cause: c });
                }
                self.remove(container, cause);
                continue;
            }
            self.cut(object, &children, &gone);
            if let Some(members) = inserts {
                self.put(container, members, gone.len() < children.len());
            }
        }
        for (object, members) in std::mem::take(&mut self.inserted) {
            let any = self.tape.members(object).next().is_some();
            self.put(object, members, any);
        }
    }

    fn cut(&mut self, object: bool, children: &[u32], gone: &BTreeMap<u32, Cause>) {
        let first_byte = |plan: &Self, c: u32| if object { plan.tape.node(c - 1).start - 1 } else { plan.tape.node(c).start };
        let last_kept = children.iter().rposition(|c| !gone.contains_key(c));
        for (i, &c) in children.iter().enumerate() {
            let Some(&cause) = gone.get(&c) else { continue };
            let span = match last_kept {
                // Something kept follows: up to the start of the next child, so that its comma goes along.
                Some(k) if i < k => Span { start: first_byte(self, c), end: first_byte(self, children[i + 1]) },
                // At the end: from the end of the child before, so that the comma before it goes along.
                Some(_) => Span { start: self.tape.node(children[i - 1]).end, end: self.tape.node(c).end },
                None if i + 1 < children.len() => Span { start: first_byte(self, c), end: first_byte(self, children[i + 1]) },
                None => Span { start: first_byte(self, c), end: self.tape.node(c).end },
            };
            self.ops.push(Op { span, with: Vec::new(), cause });
        }
    }

    fn put(&mut self, object: u32, members: Vec<(String, Cause)>, mut comma: bool) {
        let end = self.tape.node(object).end - 1;
        for (text, cause) in members {
            let with = format!("{}{text}", if comma { "," } else { "" });
            comma = true;
            self.ops.push(Op { span: Span { start: end, end }, with: with.into_bytes(), cause });
        }
    }
}

/// True for a JSON object.
pub fn is_object(plan: &Plan, node: u32) -> bool {
    plan.tape.node(node).kind == Kind::Object
}

/// True for a string, number or boolean.
pub fn is_primitive(plan: &Plan, node: u32) -> bool {
    matches!(plan.tape.node(node).kind, Kind::String | Kind::Number | Kind::Bool)
}

/// Resource nodes that must carry the REDACTED label: the outermost resource around each change that is not the Bundle itself; the
/// Bundle where its own elements change. A contained resource may not have a security label (dom-5), so its container gets it.
pub fn labelled_resources(plan: &Plan, doc: &Document) -> Vec<u32> {
    // (start, record) of every resource that stands alone, in order of start.
    let mut tops: Vec<(u32, usize)> = Vec::new();
    let mut alone = vec![false; doc.records.len()];
    for (i, r) in doc.records.iter().enumerate() {
        let independent = matches!(plan.key_of(r.node), None | Some("resource" | "outcome"));
        let in_array = plan.parent(r.node).is_some_and(|p| plan.tape.node(p).kind == Kind::Array);
        alone[i] = independent && !in_array && plan.tape.get(plan.src, r.node, "resourceType").is_some();
        if alone[i] {
            tops.push((r.span.start, i));
        }
    }
    tops.sort();
    let mut out: BTreeSet<u32> = BTreeSet::new();
    for span in plan.touched() {
        // The last one that starts before the change, or the first around it that holds the change.
        let Some(&(_, mut i)) = tops[..tops.partition_point(|(s, _)| *s < span.start)].last() else { continue };
        loop {
            let r = &doc.records[i];
            if alone[i] && r.span.contains(&span) {
                out.insert(r.node);
                break;
            }
            match r.parent {
                Some(p) if (p as usize) < i => i = p as usize,
                _ => break,
            }
        }
    }
    out.into_iter().collect()
}
