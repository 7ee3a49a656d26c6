//! Another reader's opinion of the FHIR we emit: is it still what R4 says a resource is?
//!
//! Every build asks [`super::element_rules`]: elements, cardinality, JSON types, the form of primitives, required elements. A build
//! with the feature `second-reader` asks the typed model of `fhir-sdk` besides, which also knows value sets. Both are stricter than
//! real exports, which fail them as they come, so a failure counts only by comparison with the input (see [`super::output`]).

use super::element_rules::{Looked, look};
#[cfg(feature = "second-reader")]
use super::json_tokens::{Token, Tokens};
use super::wellformed::{Shape, shape_of};
use std::collections::BTreeMap;
#[cfg(feature = "second-reader")]
use std::ops::Range;

/// What is wrong, in words without a value, with how often.
pub type Refused = BTreeMap<String, u64>;

/// What the second reader saw in a file.
#[derive(Clone, Default, Debug)]
pub struct Opinion {
    /// FHIR resources read, contained ones included.
    pub resources: u64,
    /// What it refuses.
    pub refused: Refused,
}

/// Reads one file: a FHIR bundle, resource or JSON lines; in any other it sees nothing.
pub fn opinion(bytes: &[u8]) -> Opinion {
    let mut looked = Looked::default();
    for line in values(bytes) {
        look(line, &mut looked);
    }
    let mut out = Opinion { resources: looked.resources, refused: looked.faults };
    for (kind, n) in typed(bytes) {
        *out.refused.entry(format!("{kind}: not read by the typed model")).or_default() += n;
    }
    out
}

/// The FHIR JSON values of a file.
fn values(bytes: &[u8]) -> Vec<&[u8]> {
    match shape_of(bytes) {
        Shape::Json(true) => vec![bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)],
        Shape::Lines(true) => bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).collect(),
        _ => Vec::new(),
    }
}

/// What is refused more often than in the input, in words.
pub fn newly_refused(output: &Refused, input: &Refused) -> Vec<String> {
    let before = |kind: &String| input.get(kind).copied().unwrap_or(0);
    output
        .iter()
        .filter(|(k, n)| **n > before(k))
        .map(|(k, n)| format!("{}: {} more than in the input", k.trim_start_matches(": "), n - before(k)))
        .collect()
}

/// Resources that the typed model refuses, by type.
#[cfg(not(feature = "second-reader"))]
fn typed(_bytes: &[u8]) -> Refused {
    Refused::new()
}

/// Resources that the typed model refuses, by type.
#[cfg(feature = "second-reader")]
fn typed(bytes: &[u8]) -> Refused {
    let mut out = Refused::new();
    for line in values(bytes) {
        for (range, kind) in resources(line) {
            let Some(piece) = line.get(range) else { continue };
            let reads = |bytes: &[u8]| serde_json::from_slice::<fhir_sdk::r4b::resources::Resource>(bytes).is_ok();
            if !reads(piece) && !with_absent_filled(piece).is_some_and(|p| reads(&p)) {
                *out.entry(kind).or_default() += 1;
            }
        }
    }
    out
}

/// A resource with a time in the place of every required one that says why it is absent. R4 allows a required primitive that has only
/// an extension (JSON representation, "primitive elements"); the typed model does not.
#[cfg(feature = "second-reader")]
fn with_absent_filled(piece: &[u8]) -> Option<Vec<u8>> {
    use serde_json::Value;
    fn fill(v: &mut Value) {
        match v {
            Value::Array(items) => items.iter_mut().for_each(fill),
            Value::Object(map) => {
                map.values_mut().for_each(fill);
                let absent: Vec<String> = map
                    .iter()
                    .filter(|(_, v)| v["extension"][0]["url"] == "http://hl7.org/fhir/StructureDefinition/data-absent-reason")
                    .filter_map(|(k, _)| k.strip_prefix('_').map(str::to_string))
                    .filter(|k| !map.contains_key(k))
                    .collect();
                for key in absent {
                    map.insert(key, Value::from("1900-01-01T00:00:00Z"));
                }
            }
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_slice(piece).ok()?;
    fill(&mut value);
    serde_json::to_vec(&value).ok()
}

/// Each resource of a bundle by itself, so that one failure does not hide the others; otherwise the resource. With its type.
#[cfg(feature = "second-reader")]
fn resources(bytes: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut tokens = Tokens::new(bytes);
    let mut depth = 0usize;
    let mut keys: Vec<Vec<u8>> = vec![Vec::new()];
    let mut open: Option<(usize, usize)> = None;
    let mut kinds: Vec<String> = vec![String::new(); 2];
    let mut out = Vec::new();
    while let Ok(Some((token, at))) = tokens.next() {
        match token {
            Token::Key(k) => {
                if let Some(top) = keys.last_mut() {
                    *top = k.to_vec();
                }
            }
            Token::ObjectStart | Token::ArrayStart => {
                depth += 1;
                let in_entry =
                    depth == 4 && keys.get(1).is_some_and(|k| k == b"entry") && keys.get(3).is_some_and(|k| k == b"resource");
                if in_entry && token == Token::ObjectStart {
                    open = Some((depth, at));
                    if let Some(kind) = kinds.get_mut(1) {
                        kind.clear();
                    }
                }
                keys.push(Vec::new());
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                keys.pop();
                if let Some((_, start)) = open.filter(|o| o.0 == depth) {
                    out.push((start..at + 1, kinds.get(1).cloned().unwrap_or_default()));
                    open = None;
                }
                depth -= 1;
            }
            Token::String(s) => {
                let level = if depth == 1 { Some(0) } else { open.filter(|o| o.0 == depth).map(|_| 1) };
                if let Some(kind) =
                    level.and_then(|l| kinds.get_mut(l)).filter(|_| keys.last().is_some_and(|k| k == b"resourceType"))
                {
                    let plain = s.len() < 60 && s.iter().all(u8::is_ascii_alphabetic);
                    *kind = if plain { String::from_utf8_lossy(s).into_owned() } else { "unknown".into() };
                }
            }
            _ => {}
        }
    }
    let whole = kinds.first().cloned().unwrap_or_default();
    if out.is_empty() && !whole.is_empty() {
        out.push((0..bytes.len(), whole));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_resources_pass_and_bad_ones_are_named() {
        let good = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"a"}}]}"#;
        let seen = opinion(good.as_bytes());
        assert_eq!((seen.resources, seen.refused), (2, Refused::new()));
        let bad = r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"x"},{"resource":{"name":7,"resourceType":"Patient"}}]}"#;
        let bad = opinion(bad.as_bytes()).refused;
        assert!(bad.keys().all(|k| k.starts_with("Patient: ")), "{bad:?}");
        let line = "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\",\"birthDate\":[]}\n";
        let lines = opinion(line.as_bytes());
        assert!(lines.resources == 2 && lines.refused.keys().all(|k| k.starts_with("Patient: ")), "{lines:?}");
        assert!(!newly_refused(&bad, &Refused::new()).is_empty());
        assert_eq!(newly_refused(&bad, &bad).len(), 0);
        assert_eq!(opinion(b"<a/>").resources, 0);
    }

    #[cfg(feature = "second-reader")]
    #[test]
    fn the_typed_model_knows_value_sets() {
        let bad = r#"{"resourceType":"Observation","status":"fina1","code":{"text":"x"}}"#;
        assert_eq!(
            opinion(bad.as_bytes()).refused.into_keys().collect::<Vec<_>>(),
            vec!["Observation: not read by the typed model"]
        );
    }
}
