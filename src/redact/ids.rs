//! Ids that embed identity, and what stands in their place.
//!
//! `Practitioner/jsmith` names Dr. Smith as surely as a display does. Such an id is rewritten to the person's label in small letters and a
//! tag, at its definition and at every reference, so that the graph stays whole. The tag keeps two ids of one person apart; it is a
//! keyed digest whose key is the digest of the whole request and input, which the recipient does not have, so that it cannot be tried out
//! against a list of names, and two runs over the same input agree.

use sha2::{Digest, Sha256};

/// Makes stand-ins for ids.
#[derive(Clone, Debug)]
pub struct IdRewriter {
    key: [u8; 32],
}

impl IdRewriter {
    /// `key`: SHA-256 over everything that came in.
    pub fn new(key: [u8; 32]) -> Self {
        IdRewriter { key }
    }

    /// Stand-in for an id of a person with this label: `physician-2-4fa1c3`. Valid as a FHIR id (letters, digits, `-`, `.`; at most 64).
    pub fn stand_in(&self, label: &str, id: &str) -> String {
        let mut h = Sha256::new();
        h.update(self.key);
        h.update([0]);
        h.update(id.as_bytes());
        let tag: String = h.finalize().iter().take(3).map(|b| format!("{b:02x}")).collect();
        format!("{}-{tag}", slug(label))
    }
}

impl IdRewriter {
    /// Stand-in for any id, of the same shape: a UUID for a UUID, else `id-` and letters. Empty for an empty one.
    pub fn anonymous(&self, id: &str) -> String {
        if id.is_empty() {
            return String::new();
        }
        let mut h = Sha256::new();
        h.update(self.key);
        h.update([1]);
        h.update(id.to_ascii_lowercase().as_bytes());
        let hex: String = h.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
        let part = |r: std::ops::Range<usize>| hex.get(r).unwrap_or_default();
        if is_uuid(id) {
            return format!("{}-{}-4{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32));
        }
        format!("id-{}", part(0..20))
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// `[PHYSICIAN 2]` as `physician-2`.
pub fn slug(label: &str) -> String {
    let mut out = String::new();
    for c in label.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_string()
}

/// True for an id that can be shown to say nothing about anybody: a UUID, a long random token, or a short running number with at most a
/// few letters before it. Everything else (`jsmith`, `1234567893`, `dr-amy-chen`) may embed identity.
pub fn is_opaque(id: &str) -> bool {
    let hex: usize = id.bytes().filter(u8::is_ascii_hexdigit).count();
    let dashes = id.bytes().filter(|b| *b == b'-').count();
    if id.len() == 36 && hex == 32 && dashes == 4 {
        return true;
    }
    let all_hex = hex == id.len() && id.bytes().any(|b| b.is_ascii_digit()) && id.bytes().any(|b| b.is_ascii_alphabetic());
    if all_hex && id.len() >= 16 {
        return true;
    }
    // Random tokens of EHR vendors: long, mixed case and digits without a word in them.
    if id.len() >= 20 && mixes(id) {
        return true;
    }
    let letters = id.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = id.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    letters <= 2 && (1..=4).contains(&digits) && letters + digits == id.len()
}

/// At least six changes between lower case, upper case and digits.
fn mixes(id: &str) -> bool {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    id.as_bytes().windows(2).filter(|w| kind(w[0]) != kind(w[1])).count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opaque() {
        for id in ["49479dfb-22b5-07c2-58bd-0eaea4df016c", "f001", "12", "eM5CWtq15N0WJeuCet5bJlQ3", "cd3d358894fcb980"] {
            assert!(is_opaque(id), "{id}");
        }
        for id in ["jsmith", "1234567893", "dr-amy-chen", "practitioner-chen", "SMITH1", "99999", "mother"] {
            assert!(!is_opaque(id), "{id}");
        }
    }

    #[test]
    fn stand_ins_are_stable_distinct_and_keyed() {
        let a = IdRewriter::new([1; 32]);
        let b = IdRewriter::new([2; 32]);
        assert_eq!(a.stand_in("[PHYSICIAN 2]", "jsmith"), a.stand_in("[PHYSICIAN 2]", "jsmith"));
        assert_ne!(a.stand_in("[PHYSICIAN 2]", "jsmith"), a.stand_in("[PHYSICIAN 2]", "smithj"));
        assert_ne!(a.stand_in("[PHYSICIAN 2]", "jsmith"), b.stand_in("[PHYSICIAN 2]", "jsmith"));
        assert!(a.stand_in("[PHYSICIAN 2]", "jsmith").starts_with("physician-2-"));
    }
}
