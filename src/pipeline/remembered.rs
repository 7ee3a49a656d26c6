//! What was found in a text, so that the same text is not searched again.
//!
//! An export repeats the same displays, systems and sentences thousands of times, and what the survey has discovered in a note is
//! asked for once more when the note is decided. A text is known by a digest of it with everything that the search depends on, keyed at
//! random for each run, so that nobody can make a text that is taken for another. Texts in which nothing was found are a digest in a
//! slot; forgetting one costs time, never a find. Finds are kept as long as there is room.

use crate::detect::Context;
use crate::model::hash::Digested;
use crate::model::mention::Mention;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Slots for texts without a find, a power of two: 1 MiB.
const SLOTS: usize = 1 << 17;
/// Parts of the map of finds, each with a lock of its own, so that workers rarely wait for each other.
const SHARDS: usize = 32;
/// Bytes of finds that are kept.
const ROOM: usize = 24 << 20;
/// A text without a find that is longer than this is rarely repeated, but it is asked for in both passes.
const SHORT: usize = 512;

type Shard = Mutex<HashMap<u64, (u32, Arc<[Mention]>), BuildHasherDefault<Digested>>>;

/// Whether an answer holds for every document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// It follows from the text and its context alone.
    Always,
    /// Only that nothing was found holds everywhere.
    Empty,
    /// It was given with this document in mind.
    Never,
}

/// Shared by all workers.
pub struct Remembered {
    quiet: Box<[AtomicU64]>,
    finds: Vec<Shard>,
    used: AtomicUsize,
    nothing: Arc<[Mention]>,
    key: RandomState,
}

impl Default for Remembered {
    fn default() -> Self {
        Remembered {
            quiet: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            finds: (0..SHARDS).map(|_| Shard::default()).collect(),
            used: AtomicUsize::new(0),
            nothing: Arc::from([]),
            key: RandomState::new(),
        }
    }
}

impl Remembered {
    /// One that holds nothing and takes no room. What is asked for is found anew, and not remembered.
    pub fn nothing() -> Self {
        Remembered {
            quiet: Box::default(),
            finds: Vec::new(),
            used: AtomicUsize::new(0),
            nothing: Arc::from([]),
            key: RandomState::new(),
        }
    }

    /// What `find` gives for this text, asked only when it is not remembered. `find` also says whether its answer may be given again for
    /// the same text and context wherever they stand; `other` tells two ways of searching apart.
    pub fn mentions(
        &self,
        text: &str,
        ctx: &Context,
        other: bool,
        find: impl FnOnce() -> (Vec<Mention>, Keep),
    ) -> Arc<[Mention]> {
        let digest = self.digest(text, ctx, other);
        let len = text.len() as u32;
        let slot = self.quiet.get(digest as usize & (SLOTS - 1));
        if slot.is_some_and(|s| s.load(Ordering::Relaxed) == digest) {
            return self.nothing.clone();
        }
        let shard = self.finds.get((digest >> 32) as usize % SHARDS);
        if let Some((_, found)) = shard.and_then(|s| s.lock().ok()?.get(&digest).filter(|f| f.0 == len).cloned()) {
            return found;
        }
        let (found, keep) = find();
        let found: Arc<[Mention]> = if found.is_empty() { self.nothing.clone() } else { found.into() };
        if keep == Keep::Never || keep == Keep::Empty && !found.is_empty() {
            return found;
        }
        if found.is_empty() && text.len() <= SHORT {
            if let Some(slot) = slot {
                slot.store(digest, Ordering::Relaxed);
            }
            return found;
        }
        let size = 64 + found.iter().map(size_of_mention).sum::<usize>();
        if self.used.fetch_add(size, Ordering::Relaxed) < ROOM
            && let Some(mut shard) = shard.and_then(|s| s.lock().ok())
        {
            shard.insert(digest, (len, found.clone()));
        }
        found
    }

    /// True when [`Self::mentions`] would not have to ask.
    pub fn holds(&self, text: &str, ctx: &Context, other: bool) -> bool {
        let digest = self.digest(text, ctx, other);
        let quiet = self.quiet.get(digest as usize & (SLOTS - 1)).is_some_and(|s| s.load(Ordering::Relaxed) == digest);
        let shard = self.finds.get((digest >> 32) as usize % SHARDS);
        quiet || shard.and_then(|s| s.lock().ok()?.get(&digest).map(|f| f.0 == text.len() as u32)).unwrap_or(false)
    }

    /// Never 0, which is an empty slot.
    fn digest(&self, text: &str, ctx: &Context, other: bool) -> u64 {
        // Taken apart in full: what is added to the context must be added here.
        let Context { class, subject_is_patient, section, kin_hint } = ctx;
        let mut h = self.key.build_hasher();
        text.hash(&mut h);
        (class, subject_is_patient, section, kin_hint, other).hash(&mut h);
        h.finish().max(1)
    }
}

/// About how much memory a mention takes.
fn size_of_mention(m: &Mention) -> usize {
    let name = m.name.as_ref().map_or(0, |n| {
        n.text.len() + n.family.len() + n.given.iter().chain(&n.prefix).chain(&n.suffix).map(|w| w.len() + 32).sum::<usize>()
    });
    std::mem::size_of::<Mention>() + name + 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mention::{Category, Who};

    fn mention() -> Mention {
        Mention {
            weighed: false,
            start: 0,
            end: 4,
            category: Category::Name,
            who: Who::Nobody,
            rule: "test",
            confidence: 1.0,
            name: None,
        }
    }

    #[test]
    fn a_text_is_searched_once_in_each_context() {
        let r = Remembered::default();
        let a = Context::default();
        let b = Context { section: "Family history", ..a };
        let asked = std::cell::Cell::new(0);
        let ask = |text: &str, ctx: &Context, other: bool, found: bool, keep: Keep| {
            r.mentions(text, ctx, other, || {
                asked.set(asked.get() + 1);
                (if found { vec![mention()] } else { Vec::new() }, keep)
            })
            .len()
        };
        let look = |text: &str, ctx: &Context, other: bool, found: bool| ask(text, ctx, other, found, Keep::Always);
        for _ in 0..2 {
            assert_eq!(look("Jane was here", &a, false, true), 1);
            assert_eq!(look("Encounter for check up", &a, false, false), 0);
            assert_eq!(look(&"x".repeat(600), &a, false, false), 0);
        }
        assert_eq!(asked.get(), 3);
        assert_eq!(look("Encounter for check up", &b, false, true), 1, "another section is another search");
        assert_eq!(look("Encounter for check up", &a, true, true), 1, "so is another way of searching");
        assert_eq!(asked.get(), 5);
        for _ in 0..2 {
            assert_eq!(ask("Lupe came", &a, false, true, Keep::Empty), 1);
            assert_eq!(ask("nobody came", &a, false, false, Keep::Never), 0);
        }
        assert_eq!(asked.get(), 9, "an answer made for one document is not given for another");
    }

    #[test]
    fn a_full_memory_still_finds() {
        let r = Remembered::default();
        r.used.store(ROOM, Ordering::Relaxed);
        for _ in 0..2 {
            assert_eq!(r.mentions("Jane", &Context::default(), false, || (vec![mention()], Keep::Always)).len(), 1);
        }
    }
}
