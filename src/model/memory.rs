//! What a run has worked out, kept in memory for the next run of the same case: a ruling changes a place or a person, and what it does not
//! touch need not be worked out again.
//!
//! Off unless a worker of the desk turns it on. Whatever is kept is known by a digest of everything that it follows from, so that an answer is
//! either the one that would be given again or none. It is bounded, lies in memory alone, and is forgotten after a while.

use sha2::{Digest, Sha256};
use std::any::Any;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

/// About so many bytes are kept.
const ROOM: usize = 96 << 20;
/// Nothing larger than this part of the room is kept.
const LARGEST: usize = 2;

/// Digest of everything that something follows from.
pub type Key = [u8; 32];

struct Slot {
    what: Arc<dyn Any + Send + Sync>,
    size: usize,
    used: Instant,
}

#[derive(Default)]
struct Memory {
    slots: HashMap<Key, Slot>,
    size: usize,
}

static MEMORY: OnceLock<Mutex<Memory>> = OnceLock::new();

fn memory() -> Option<MutexGuard<'static, Memory>> {
    MEMORY.get().and_then(|m| m.lock().ok())
}

/// From now on this process keeps things between runs.
pub fn keep() {
    MEMORY.get_or_init(Mutex::default);
}

/// True when things are kept.
pub fn keeps() -> bool {
    MEMORY.get().is_some()
}

/// Forgets what was not used for so long.
pub fn forget(unused: Duration) {
    let Some(mut m) = memory() else { return };
    m.slots.retain(|_, s| s.used.elapsed() < unused);
    m.size = m.slots.values().map(|s| s.size).sum();
    m.slots.shrink_to_fit();
}

/// What is kept under a key, when it is of this type.
pub fn recall<T: Any + Send + Sync>(key: &Key) -> Option<Arc<T>> {
    let mut m = memory()?;
    let slot = m.slots.get_mut(key)?;
    slot.used = Instant::now();
    slot.what.clone().downcast().ok()
}

/// Keeps something of about this size; what was not used for longest makes room.
pub fn put<T: Any + Send + Sync>(key: Key, what: Arc<T>, size: usize) {
    let Some(mut m) = memory().filter(|_| size <= ROOM / LARGEST) else { return };
    if m.size + size > ROOM {
        m.make_room((ROOM / 8 * 7).saturating_sub(size));
    }
    let old = m.slots.insert(key, Slot { what, size, used: Instant::now() });
    m.size = m.size + size - old.map_or(0, |s| s.size);
}

impl Memory {
    fn make_room(&mut self, until: usize) {
        let mut order: Vec<(Instant, Key)> = self.slots.iter().map(|(k, s)| (s.used, *k)).collect();
        order.sort_unstable();
        for (_, key) in order {
            if self.size <= until {
                return;
            }
            self.size -= self.slots.remove(&key).map_or(0, |s| s.size);
        }
    }
}

/// The key of some texts.
pub fn key(parts: &[&str]) -> Key {
    let mut k = Keyed::default();
    parts.iter().for_each(|p| k.part(p.as_bytes()));
    k.key()
}

/// The key of something that follows from what has this key.
pub fn of(key: &Key, what: &str) -> Key {
    let mut k = Keyed::default();
    k.part(key);
    k.part(what.as_bytes());
    k.key()
}

/// A key that grows.
#[derive(Default)]
pub struct Keyed(Sha256);

impl Keyed {
    /// Adds bytes, told apart from what comes before and after.
    pub fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds a value as it is shown to programmers, which tells everything in it.
    pub fn shown(&mut self, value: &dyn fmt::Debug) {
        // A digest takes everything.
        let _ = writeln!(self, "{value:?}");
    }

    /// The key.
    pub fn key(self) -> Key {
        self.0.finalize().into()
    }
}

impl Write for Keyed {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.update(s.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let mut m = Memory::default();
        for n in 0u8..4 {
            m.slots.insert([n; 32], Slot { what: Arc::new(n), size: 10, used: Instant::now() });
            m.size += 10;
            std::thread::sleep(Duration::from_millis(2));
        }
        m.slots.get_mut(&[0; 32]).unwrap().used = Instant::now();
        m.make_room(25);
        let mut left: Vec<u8> = m.slots.keys().map(|k| k[0]).collect();
        left.sort_unstable();
        assert_eq!((left, m.size), (vec![0, 3], 20));
    }

    #[test]
    fn texts_are_told_apart() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }
}
