//! Two hashers for tables whose keys nobody outside can choose to collide.

use std::hash::{BuildHasherDefault, Hasher};

/// Eight bytes at a time: for short keys of fixed tables that are ours. What an export holds is looked up there, never put in.
#[derive(Default, Clone, Copy, Debug)]
pub struct Short(u64);

/// Hasher state for [`Short`].
pub type Fast = BuildHasherDefault<Short>;

impl Short {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Short {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.mix(rest.iter().fold(rest.len() as u64, |w, b| w << 8 | u64::from(*b)));
        }
    }
    fn finish(&self) -> u64 {
        // The table takes its place from the low bits and its tag from the high ones.
        self.0 ^ (self.0 >> 32)
    }
}

/// For keys that are a keyed digest already.
#[derive(Default, Clone, Copy, Debug)]
pub struct Digested(u64);

impl Hasher for Digested {
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};
    use std::hash::BuildHasher;

    #[test]
    fn keys_of_all_lengths_are_found_again() {
        let keys: Vec<String> = (0..2000).map(|n| "member".repeat(n % 5) + &n.to_string()).collect();
        let table: HashMap<&str, usize, Fast> = keys.iter().enumerate().map(|(i, k)| (k.as_str(), i)).collect();
        assert!(keys.iter().enumerate().all(|(i, k)| table.get(k.as_str()) == Some(&i)));
        let fast = Fast::default();
        let hashes: HashSet<u64> = keys.iter().map(|k| fast.hash_one(k.as_str())).collect();
        assert!(hashes.len() > 1990, "{}", hashes.len());
        assert_eq!(BuildHasherDefault::<Digested>::default().hash_one(7u64), 7);
    }
}
