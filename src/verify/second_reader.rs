//! Another reader's opinion of the FHIR we emit: the typed model of `fhir-sdk`.
//!
//! It is stricter than the specification in places and real exports fail it as they come, so a failure counts only by comparison
//! with the input (see [`super::output`]).

use super::json_tokens::{Token, Tokens};
use super::wellformed::{Shape, shape_of};
use std::collections::BTreeMap;
use std::ops::Range;

/// Resources that the typed model refuses, by type.
pub type Refused = BTreeMap<String, u64>;

/// Reads one FHIR JSON file (bundle, resource or JSON lines) with the typed model.
///
/// # Errors
/// Each resource type that failed with the place of the first failure, without values.
pub fn second_reader_fhir(bytes: &[u8]) -> Result<(), String> {
    let mut words = Vec::new();
    let refused = read(bytes, &mut |place| words.push(place.to_string()));
    if refused.is_empty() { Ok(()) } else { Err(words.join("; ")) }
}

/// How many resources of each type the typed model refuses.
pub fn refused(bytes: &[u8]) -> Refused {
    read(bytes, &mut |_| {})
}

fn read(bytes: &[u8], on_first: &mut dyn FnMut(&str)) -> Refused {
    let mut out = Refused::new();
    if !BUILT_IN {
        return out;
    }
    let lines: Vec<&[u8]> = match shape_of(bytes) {
        Shape::Json(true) => vec![bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)],
        Shape::Lines(true) => bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).collect(),
        _ => return out,
    };
    for (n, line) in lines.iter().enumerate() {
        for (place, range, kind) in resources(line) {
            let Some(piece) = line.get(range) else { continue };
            if !is_readable(piece) {
                let count = out.entry(kind.clone()).or_default();
                *count += 1;
                if *count == 1 {
                    let line_words = if lines.len() > 1 { format!(" on line {}", n + 1) } else { String::new() };
                    on_first(&format!("{kind} at {place}{line_words}"));
                }
            }
        }
    }
    out
}

/// True when this build has the typed model (feature `second-reader`); without it nothing is refused and the check says so.
pub const BUILT_IN: bool = cfg!(feature = "second-reader");

#[cfg(feature = "second-reader")]
fn is_readable(resource: &[u8]) -> bool {
    serde_json::from_slice::<fhir_sdk::r4b::resources::Resource>(resource).is_ok()
}

#[cfg(not(feature = "second-reader"))]
fn is_readable(_resource: &[u8]) -> bool {
    true
}

/// Each resource of a bundle by itself, so that one failure does not hide the others; otherwise the resource. With type and place.
fn resources(bytes: &[u8]) -> Vec<(String, Range<usize>, String)> {
    let mut tokens = Tokens::new(bytes);
    let mut depth = 0usize;
    let mut keys: Vec<Vec<u8>> = vec![Vec::new()];
    let mut entry = 0usize;
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
                    out.push((format!("/entry/{entry}/resource"), start..at + 1, kinds.get(1).cloned().unwrap_or_default()));
                    open = None;
                }
                if depth == 3 && keys.get(1).is_some_and(|k| k == b"entry") {
                    entry += 1;
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
        out.push(("/".into(), 0..bytes.len(), whole));
    }
    out
}

/// Types refused more often than in the input, in words.
pub fn newly_refused(output: &Refused, input: &Refused) -> Vec<String> {
    let before = |kind: &String| input.get(kind).copied().unwrap_or(0);
    output
        .iter()
        .filter(|(k, n)| **n > before(k))
        .map(|(k, n)| format!("{} {k} no longer read by the typed model", n - before(k)))
        .collect()
}

#[cfg(all(test, feature = "second-reader"))]
mod tests {
    use super::*;

    #[test]
    fn good_resources_pass_and_bad_ones_are_named() {
        let good = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"a"}}]}"#;
        assert_eq!(second_reader_fhir(good.as_bytes()), Ok(()));
        let bad = r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"x"},{"resource":{"name":7,"resourceType":"Patient"}}]}"#;
        assert_eq!(second_reader_fhir(bad.as_bytes()), Err("Patient at /entry/1/resource".into()));
        let line = "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\",\"birthDate\":[]}\n";
        assert_eq!(second_reader_fhir(line.as_bytes()), Err("Patient at / on line 2".into()));
        assert_eq!(newly_refused(&refused(bad.as_bytes()), &Refused::new()).len(), 1);
        assert_eq!(newly_refused(&refused(bad.as_bytes()), &refused(bad.as_bytes())).len(), 0);
    }
}
