//! Texts in which nothing was found, so that they are not searched again.
//!
//! An export repeats the same displays, systems and sentences thousands of times. A slot holds the digest of one text with everything
//! that the search depends on; a later equal digest means that the same search has found nothing before. The digest is keyed at random
//! for each run, so that nobody can make a text that looks like a quiet one; forgetting a slot costs time, never a find.

use crate::detect::Context;
use crate::model::document::Form;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// Slots, a power of two: 1 MiB.
const SLOTS: usize = 1 << 17;
/// Longer texts are rarely repeated.
const MAX_LEN: usize = 512;

/// Shared by all workers of a pass.
pub struct Quiet {
    slots: Box<[AtomicU64]>,
    key: RandomState,
}

impl Default for Quiet {
    fn default() -> Self {
        Quiet { slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(), key: RandomState::new() }
    }
}

impl Quiet {
    /// Digest of a search, 0 for a text that is not remembered.
    pub fn digest(&self, text: &str, ctx: &Context, form: Form) -> u64 {
        if text.len() > MAX_LEN {
            return 0;
        }
        let mut h = self.key.build_hasher();
        text.hash(&mut h);
        ctx.class.hash(&mut h);
        form.hash(&mut h);
        (ctx.subject_is_patient, ctx.kin_hint).hash(&mut h);
        ctx.section.hash(&mut h);
        h.finish().max(1)
    }

    /// True when this search has found nothing before.
    pub fn knows(&self, digest: u64) -> bool {
        digest != 0 && self.slots[digest as usize & (SLOTS - 1)].load(Ordering::Relaxed) == digest
    }

    /// Remembers that this search found nothing.
    pub fn remember(&self, digest: u64) {
        if digest != 0 {
            self.slots[digest as usize & (SLOTS - 1)].store(digest, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_text_and_context() {
        let q = Quiet::default();
        let a = Context::default();
        let b = Context { section: "Family history", ..a };
        let d = q.digest("Encounter for check up", &a, Form::JsonString);
        assert!(!q.knows(d));
        q.remember(d);
        assert!(q.knows(d) && !q.knows(q.digest("Encounter for check up", &b, Form::JsonString)));
        assert_eq!(q.digest(&"x".repeat(600), &a, Form::JsonString), 0);
        q.remember(0);
        assert!(!q.knows(0));
    }
}
