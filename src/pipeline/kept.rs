//! What a run has read and written of scans and PDFs, kept for the next run of the same case: a ruling changes a page or two, and what it does not
//! touch need not be read and checked by an OCR engine again.
//!
//! Off unless a worker of the desk turns it on. A document as read is known by its content, its path and the patient's identity, on which reading
//! depends; a document as written by that, by every edit and entry to the letter, and by everything that the checks search for. Whatever
//! differs is read, written and checked anew. What is kept is bounded, lies in memory alone, and is forgotten after a while.

use super::check::{Checker, Written};
use super::documents::Tree;
use super::number::Numbered;
use super::write::Finished;
use crate::intake::{Item, Kind};
use crate::model::case::PageView;
use crate::model::request::Identity;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// About so many bytes are kept.
const ROOM: usize = 192 << 20;

type Key = [u8; 32];

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

enum What {
    Read(Box<Tree>),
    Done(Box<Outcome>),
}

struct Slot {
    what: What,
    size: usize,
    used: Instant,
}

#[derive(Default)]
struct Memory {
    slots: HashMap<Key, Slot>,
    size: usize,
}

static MEMORY: OnceLock<Mutex<Memory>> = OnceLock::new();

/// From now on this process keeps documents between runs.
pub fn keep() {
    MEMORY.get_or_init(Mutex::default);
}

/// Forgets what was not used for so long.
pub fn forget(unused: Duration) {
    let Some(mut m) = MEMORY.get().and_then(|m| m.lock().ok()) else { return };
    m.slots.retain(|_, s| s.used.elapsed() < unused);
    m.size = m.slots.values().map(|s| s.size).sum();
}

impl Memory {
    fn put(&mut self, key: Key, what: What, size: usize) {
        if size > ROOM / 4 {
            return;
        }
        while self.size + size > ROOM {
            let Some(oldest) = self.slots.iter().min_by_key(|(_, s)| s.used).map(|(k, _)| *k) else { break };
            self.size -= self.slots.remove(&oldest).map_or(0, |s| s.size);
        }
        let old = self.slots.insert(key, Slot { what, size, used: Instant::now() });
        self.size = self.size + size - old.map_or(0, |s| s.size);
    }

    fn slot(&mut self, key: &Key) -> Option<&What> {
        let slot = self.slots.get_mut(key)?;
        slot.used = Instant::now();
        Some(&slot.what)
    }
}

fn hashed(parts: &[&str]) -> Key {
    let mut h = Sha256::new();
    for p in parts {
        h.update((p.len() as u64).to_be_bytes());
        h.update(p.as_bytes());
    }
    h.finalize().into()
}

/// The document of an item, read now or before.
///
/// # Errors
/// As `read`.
pub fn tree(item: &Item, identity: &Identity, read: impl FnOnce() -> Result<Tree, String>) -> Result<Tree, String> {
    let Some(memory) = MEMORY.get().filter(|_| matches!(item.kind, Kind::Pdf | Kind::Image(_)) && !item.sha256.is_empty()) else {
        return read();
    };
    let key = hashed(&["read", &item.sha256, &format!("{:?} {}", item.kind, item.gz), &item.path, &format!("{identity:?}")]);
    if let Ok(mut m) = memory.lock()
        && let Some(What::Read(t)) = m.slot(&key)
    {
        return Ok((**t).clone());
    }
    let tree = read()?;
    let text = tree.doc.text.as_ref().map_or(0, String::len);
    let size = 3 * tree.bytes.len() + 8 * text + 100 * tree.doc.fields.len() + 4_096;
    if let Ok(mut m) = memory.lock() {
        m.put(key, What::Read(Box::new(tree.clone())), size);
    }
    Ok(tree)
}

/// What tells a numbered document from every other, and the number of its first entry; `None` for one that is not kept.
pub fn key(n: &Numbered, file: &str, sha256: Option<&str>, checker: &Checker, views: usize) -> Option<(Key, u64)> {
    MEMORY.get()?;
    let sha256 = sha256.filter(|s| !s.is_empty())?;
    if n.tree.doc.text.is_none() || !n.children.is_empty() || n.whole.is_some() {
        return None;
    }
    let first = n.entries.first().map_or(0, |e| e.no);
    let mut entries = n.entries.clone();
    entries.iter_mut().for_each(|e| e.no -= first.min(e.no));
    let fields: Vec<_> = n.tree.doc.fields.iter().map(|f| (f.span, f.node, f.class as u8)).collect();
    let rest = format!("{:?} {entries:?} {:?} {:?} {:?} {views} {fields:?}", n.edits, n.nodes, n.reviews, n.ruled_keep);
    // Where a box lies is known to the format alone; the rulings say it.
    let rest = format!("{rest} {}", n.drawn);
    let own = format!("{:?}", n.tree.doc.stubs);
    Some((
        hashed(&["done", sha256, &n.tree.key, file, checker.digest(), &checker.shown(file), &rest, &own, n.tree.format.id()]),
        first,
    ))
}

/// What became of it before, with its entries numbered from `first`.
pub fn done(key: &(Key, u64)) -> Option<Outcome> {
    let mut m = MEMORY.get()?.lock().ok()?;
    let Some(What::Done(o)) = m.slot(&key.0) else { return None };
    let mut out = (**o).clone();
    drop(m);
    out.finished.entries.iter_mut().for_each(|e| e.no += key.1);
    Some(out)
}

/// Keeps what became of a document.
pub fn put(key: &(Key, u64), outcome: &Outcome) {
    let Some(mut m) = MEMORY.get().and_then(|m| m.lock().ok()) else { return };
    let mut kept = outcome.clone();
    kept.finished.entries.iter_mut().for_each(|e| e.no -= key.1.min(e.no));
    let views: usize = kept.views.iter().map(|v| v.grey.len()).sum();
    let size = kept.finished.bytes.len() + 600 * kept.finished.entries.len() + views + 4_096;
    m.put(key.0, What::Done(Box::new(kept)), size);
}
