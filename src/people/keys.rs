//! Reference keys in one spelling, and hashes for the tables that must stay small.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// A reference key as the tables hold it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// Valid in the whole case: `Practitioner/1`, `urn:uuid:...`.
    Case(String),
    /// Valid in one document (`#contained`): hash of document and key, so that a stream of a million documents costs 8 bytes each.
    Doc(u64),
    /// A conditional reference (`Practitioner?identifier=system|value`): an identifier in the dress of a key.
    Identifier(String, String),
}

/// Hash that is the same in every run.
pub fn hash_of(value: &impl Hash) -> u64 {
    let mut h = DefaultHasher::new();
    value.hash(&mut h);
    h.finish()
}

/// Brings a key to one spelling: `_history` and a base URL in front of `Type/id` are dropped, `urn:` keys in lower case.
pub fn normalise(doc_key: &str, key: &str) -> Key {
    let key = key.trim();
    if key.contains('#') {
        return Key::Doc(hash_of(&(doc_key, key.split_once('#').map_or(key, |(_, id)| id))));
    }
    if let Some((_, query)) = key.split_once('?')
        && let Some(rest) = query.split('&').find_map(|p| p.strip_prefix("identifier="))
    {
        let (system, value) = rest.split_once('|').unwrap_or(("", rest));
        return Key::Identifier(system.to_string(), value.to_string());
    }
    let key = key.split("/_history/").next().unwrap_or(key);
    if key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("urn:")) {
        return Key::Case(key.to_lowercase());
    }
    let mut steps = key.rsplit('/');
    if let (Some(id), Some(kind)) = (steps.next(), steps.next())
        && !id.is_empty()
        && kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.chars().all(|c| c.is_ascii_alphabetic())
    {
        return Key::Case(format!("{kind}/{id}"));
    }
    Key::Case(key.to_string())
}

/// The resource type in a normalised key, empty when it has none.
pub fn kind_of(key: &str) -> &str {
    match key.split_once(['/', '?']) {
        Some((kind, _)) if kind.chars().all(|c| c.is_ascii_alphabetic()) => kind,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        let k = |s: &str| normalise("d", s);
        assert_eq!(k("https://x.example/fhir/Practitioner/1/_history/2"), Key::Case("Practitioner/1".into()));
        assert_eq!(k("Practitioner/1"), k("https://x.example/Practitioner/1"));
        assert_eq!(k("URN:UUID:AB"), k("urn:uuid:ab"));
        assert_eq!(k("Practitioner?identifier=s|9"), Key::Identifier("s".into(), "9".into()));
        assert_ne!(normalise("a", "#p"), normalise("b", "#p"));
        assert_eq!(normalise("a", "#p"), normalise("a", "Observation/1#p"));
        assert_eq!(kind_of("Patient/1"), "Patient");
        assert_eq!(kind_of("urn:uuid:1"), "");
    }
}
