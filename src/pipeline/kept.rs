//! What a run has read, decided and written, kept for the next run of the same case: a ruling changes a document or two, a page or two in
//! them, and what it does not touch need not be read, searched, decided, written and checked again.
//!
//! Off unless a worker of the desk turns it on ([`crate::model::memory`]). A document as read is known by its content, its path and the
//! patient's identity, on which reading depends; a case as decided by everything that came in and was asked, without the rulings, which
//! come after it; a document as written by its content, by every edit and entry to the letter, and by everything that the checks search for.
//! Whatever differs is made anew.

use super::check::{Checker, Written};
use super::decide::{Decided, DecidedChild, Whole, decide};
use super::documents::Tree;
use super::number::Numbered;
use super::process::Work;
use super::surveying::read;
use super::write::Finished;
use super::{Known, Options};
use crate::intake::{Intake, Item, Kind, XmlRoot};
use crate::model::case::PageView;
use crate::model::memory::{self, Key, Keyed};
use crate::model::mention::Category;
use crate::model::request::Identity;
use crate::people::SubjectCheck;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Exports up to this size are kept as decided.
const DECIDED: u64 = 12 << 20;

/// Who is who in a case, and what follows from it for all documents.
pub struct Settled {
    /// Whose the export is.
    pub subject: SubjectCheck,
    /// How often text names the patient in full.
    pub patient_named: u64,
    /// True when any document has structure that names its subject.
    pub structured: bool,
    /// What every document needs to know.
    pub known: Known,
    /// Items that cannot be read, by index, with the reason.
    pub unreadable: HashMap<usize, String>,
    /// Values by pattern, for the checks.
    pub values: Vec<(String, Category)>,
    /// Paths as released by path as it came.
    pub paths: BTreeMap<String, String>,
}

/// A case before any ruling.
pub struct Before {
    /// Who is who.
    pub settled: Arc<Settled>,
    /// Documents, decided, by item.
    pub decided: Vec<Option<Decided>>,
}

/// What tells a case before any ruling from every other; `None` for one that is not kept.
pub fn case_key(opts: &Options, intake: &Intake) -> Option<Key> {
    let size: u64 = intake.items.iter().map(|i| i.content_len).sum();
    let lines = intake.items.iter().any(|i| i.kind == Kind::Ndjson);
    let known = intake.items.iter().all(|i| !i.sha256.is_empty());
    if !memory::keeps() || lines || !known || size > DECIDED || opts.vault.is_some() {
        return None;
    }
    let mut k = Keyed::default();
    k.part(b"case");
    k.shown(&opts.request);
    k.shown(&opts.policy);
    k.shown(&opts.dictionary);
    k.shown(&opts.limits);
    k.shown(&opts.names.missing());
    for i in &intake.items {
        k.shown(&(&i.path, i.kind, i.gz, i.len, i.content_len, &i.sha256, i.container));
    }
    k.shown(&(&intake.containers, &intake.dropped, &intake.held));
    Some(k.key())
}

/// Keeps a case before any ruling. What only a search needs is left out: every text was searched.
pub fn put_case(key: Key, mut settled: Settled, decided: Vec<Option<Decided>>) {
    settled.known.forget_searches();
    let people = settled.known.roster.persons.len();
    let size = (1 << 20) + 4_096 * people + decided.iter().flatten().map(size_of).sum::<usize>();
    memory::put(key, Arc::new(Before { settled: Arc::new(settled), decided }), size);
}

fn size_of(d: &Decided) -> usize {
    let doc = &d.tree.doc;
    let text = doc.text.as_ref().map_or(0, String::len);
    let own = d.tree.bytes.len() + text + 100 * (doc.fields.len() + doc.records.len()) + 500 * d.proposals.len() + 4_096;
    let inner = d.children.iter().map(|c| match c {
        DecidedChild::Document(d) => size_of(d),
        DecidedChild::Held(_) => 100,
    });
    own + inner.sum::<usize>()
}

/// The document of an item with everything decided, now or before: no ruling changes it.
///
/// # Errors
/// It cannot be read.
pub fn decided(w: &Work, i: usize) -> Result<Decided, String> {
    if let Some(before) = w.before.get(i).and_then(Option::as_ref) {
        return Ok(before.clone());
    }
    let kept = w.trees.lock().ok().and_then(|mut t| t.remove(&i));
    let tree = kept.map_or_else(|| read(&w.intake.items[i], &w.known.identity), Ok)?;
    let decided = decide(tree, w.known);
    if let Some(slot) = w.decided.as_ref().and_then(|d| d.lock().ok()).as_mut().and_then(|d| d.get_mut(i)) {
        *slot = Some(decided.clone());
    }
    Ok(decided)
}

impl Clone for Decided {
    fn clone(&self) -> Self {
        let Decided { tree, proposals, children, whole, seen, about } = self;
        Decided {
            tree: tree.clone(),
            proposals: proposals.clone(),
            children: children.clone(),
            whole: whole.clone(),
            seen: seen.clone(),
            about: about.clone(),
        }
    }
}

impl Clone for DecidedChild {
    fn clone(&self) -> Self {
        match self {
            DecidedChild::Document(d) => DecidedChild::Document(d.clone()),
            DecidedChild::Held(what) => DecidedChild::Held(what.clone()),
        }
    }
}

impl Clone for Whole {
    fn clone(&self) -> Self {
        match self {
            Whole::Withheld(d) => Whole::Withheld(d.clone()),
            Whole::Misfile(m) => Whole::Misfile(m.clone()),
            Whole::Held(d) => Whole::Held(d.clone()),
        }
    }
}

/// What became of a document.
#[derive(Clone)]
pub struct Outcome {
    /// As written.
    pub finished: Finished,
    /// As checked.
    pub checked: Written,
    /// Its pages, small.
    pub views: Vec<PageView>,
}

/// The document of an item, read now or before.
///
/// # Errors
/// As `read`.
pub fn tree(item: &Item, identity: &Identity, read: impl FnOnce() -> Result<Tree, String>) -> Result<Tree, String> {
    if !memory::keeps() || !matches!(item.kind, Kind::Pdf | Kind::Image(_)) || item.sha256.is_empty() {
        return read();
    }
    let key = memory::key(&["read", &item.sha256, &format!("{:?} {}", item.kind, item.gz), &item.path, &format!("{identity:?}")]);
    if let Some(t) = memory::recall::<Tree>(&key) {
        return Ok((*t).clone());
    }
    let tree = read()?;
    let text = tree.doc.text.as_ref().map_or(0, String::len);
    let size = 3 * tree.bytes.len() + 8 * text + 100 * tree.doc.fields.len() + 4_096;
    memory::put(key, Arc::new(tree.clone()), size);
    Ok(tree)
}

/// What tells a numbered document from every other, and the number of its first entry; `None` for one that is not kept.
pub fn key(n: &Numbered, file: &str, kind: Kind, sha256: Option<&str>, checker: &Checker, views: usize) -> Option<(Key, u64)> {
    let sha256 = sha256.filter(|s| !s.is_empty() && memory::keeps())?;
    // Metadata of a package follows what became of other files; a line of a line file is no file.
    if n.whole.is_some() || matches!(kind, Kind::Ndjson | Kind::Xml(XmlRoot::Registry)) {
        return None;
    }
    let first = first_entry(n).unwrap_or(0);
    let mut k = Keyed::default();
    [b"done", sha256.as_bytes(), file.as_bytes(), checker.digest().as_bytes(), checker.shown(file).as_bytes()]
        .iter()
        .for_each(|p: &&[u8]| k.part(p));
    k.shown(&(kind, views));
    add(&mut k, n, first);
    Some((k.key(), first))
}

fn first_entry(n: &Numbered) -> Option<u64> {
    let own = n.entries.iter().map(|e| e.no).min();
    n.children.iter().filter_map(|(_, c)| first_entry(c)).chain(own).min()
}

fn add(k: &mut Keyed, n: &Numbered, first: u64) {
    let doc = &n.tree.doc;
    k.part(n.tree.key.as_bytes());
    k.part(n.tree.format.id().as_bytes());
    k.shown(&n.edits);
    k.shown(&n.entries.len());
    for e in &n.entries {
        let mut e = e.clone();
        e.no = e.no.saturating_sub(first);
        k.shown(&e);
    }
    k.shown(&(&n.nodes, &n.reviews, &n.ruled_keep, &doc.stubs));
    for f in &doc.fields {
        k.shown(&(f.span.start, f.span.end, f.node, f.class as u8));
    }
    // Where a box lies is known to the format alone; the rulings say it.
    k.part(n.drawn.as_bytes());
    k.shown(&n.children.len());
    for (field, child) in &n.children {
        k.shown(field);
        add(k, child, first);
    }
}

/// What became of it before, with its entries numbered from `first`.
pub fn done((key, first): &(Key, u64)) -> Option<Outcome> {
    let mut out = (*memory::recall::<Outcome>(key)?).clone();
    out.finished.entries.iter_mut().for_each(|e| e.no += first);
    out.checked.renumber(|no| no + first);
    Some(out)
}

/// Keeps what became of a document.
pub fn put((key, first): &(Key, u64), outcome: &Outcome) {
    let mut kept = outcome.clone();
    kept.finished.entries.iter_mut().for_each(|e| e.no = e.no.saturating_sub(*first));
    kept.checked.renumber(|no| no.saturating_sub(*first));
    let views: usize = kept.views.iter().map(|v| v.grey.len()).sum();
    let splices: usize = kept.finished.splices.iter().map(|s| 200 + s.with.len() + s.input.len()).sum();
    let size = kept.finished.bytes.len() + 600 * kept.finished.entries.len() + splices + views + 4_096;
    memory::put(*key, Arc::new(kept), size);
}
