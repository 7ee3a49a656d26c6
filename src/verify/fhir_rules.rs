//! FHIR's own rules for JSON that are cheap to check on the tokens alone.
//!
//! R4 json.html: no empty objects, arrays or strings; `null` only in an array that its `_name` twin pairs with; paired arrays of one
//! length; every resource says its type. Narrative (txt-2): a `div` has content. Real exports break some of them, so a rule counts
//! against us only where the output breaks it more often than the input did.

use super::json_tokens::{Token, Tokens};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How often each rule is broken.
pub type RuleCounts = BTreeMap<String, u64>;

#[derive(Default)]
struct Frame<'a> {
    array: bool,
    /// Name under which it stands.
    name: &'a [u8],
    key: &'a [u8],
    seen: Vec<&'a [u8]>,
    many: Option<HashSet<&'a [u8]>>,
    items: u64,
    nulls: u64,
    /// Arrays in this object: name, length, has null.
    arrays: Vec<(&'a [u8], u64, bool)>,
    has_type: bool,
}

impl<'a> Frame<'a> {
    /// False when the name was there before.
    fn remember(&mut self, key: &'a [u8]) -> bool {
        if self.seen.len() < 24 {
            let new = !self.seen.contains(&key);
            self.seen.push(key);
            return new;
        }
        let seen = &self.seen;
        self.many.get_or_insert_with(|| seen.iter().copied().collect()).insert(key)
    }
}

/// Counts broken rules in one JSON value. `fhir`: check FHIR's rules, not only JSON's.
///
/// # Errors
/// The byte offset at which it is not JSON.
pub fn json_rules(bytes: &[u8], fhir: bool) -> Result<RuleCounts, usize> {
    let mut tokens = Tokens::new(bytes);
    let mut stack: Vec<Frame> = Vec::new();
    // Lists of closed objects, to be used again.
    let mut spare: Vec<Vec<&[u8]>> = Vec::new();
    let mut counts = RuleCounts::new();
    let mut broken = |rule: &str| *counts.entry(rule.to_string()).or_default() += 1;
    while let Some((token, _)) = tokens.next()? {
        let depth = stack.len();
        let parent = stack.last_mut();
        match token {
            Token::Key(key) => {
                if let Some(frame) = parent {
                    if !frame.remember(key) {
                        broken("duplicate key");
                    }
                    frame.key = key;
                    frame.items += 1;
                    frame.has_type |= key == b"resourceType";
                }
                continue;
            }
            Token::ObjectStart | Token::ArrayStart => {
                let name = parent.as_ref().map_or(&b""[..], |f| if f.array { f.name } else { f.key });
                let array = token == Token::ArrayStart;
                let seen = if array { Vec::new() } else { spare.pop().unwrap_or_default() };
                let inner = Frame { array, name, seen, ..Frame::default() };
                if let Some(frame) = parent.filter(|f| f.array) {
                    frame.items += 1;
                }
                stack.push(inner);
                continue;
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                let Some(mut frame) = stack.pop() else { continue };
                if fhir {
                    close(&frame, stack.last_mut(), depth, &mut broken);
                }
                if !frame.array {
                    frame.seen.clear();
                    spare.push(frame.seen);
                }
                continue;
            }
            _ => {}
        }
        let Some(frame) = parent else { continue };
        if frame.array {
            frame.items += 1;
        }
        match token {
            Token::Null if frame.array => frame.nulls += 1,
            Token::Null if fhir => broken("null outside a paired array"),
            Token::String(s) if fhir && s.iter().all(u8::is_ascii_whitespace) => broken("empty string"),
            Token::String(s) if fhir && frame.key == b"div" && !frame.array && !has_content(s) => broken("empty narrative"),
            _ => {}
        }
    }
    Ok(counts)
}

fn close<'a>(frame: &Frame<'a>, parent: Option<&mut Frame<'a>>, depth: usize, broken: &mut dyn FnMut(&str)) {
    if frame.items == 0 {
        broken(if frame.array { "empty array" } else { "empty object" });
    }
    if frame.array {
        if let Some(parent) = parent.filter(|p| !p.array) {
            parent.arrays.push((frame.name, frame.items, frame.nulls > 0));
        }
        return;
    }
    if (depth == 1 || matches!(frame.name, b"resource" | b"contained")) && !frame.has_type && frame.items > 0 {
        broken("resource without resourceType");
    }
    if frame.arrays.is_empty() {
        return;
    }
    let twins: HashMap<&[u8], u64> = frame.arrays.iter().filter_map(|(n, len, _)| Some((n.strip_prefix(b"_")?, *len))).collect();
    for (name, len, nulls) in frame.arrays.iter().filter(|a| !a.0.starts_with(b"_")) {
        match twins.get(name) {
            None if *nulls => broken("null outside a paired array"),
            Some(twin) if twin != len => broken("paired arrays of different length"),
            _ => {}
        }
    }
}

/// Text or an image inside the markup of a narrative.
fn has_content(div: &[u8]) -> bool {
    let mut in_tag = false;
    let mut tag_start = 0;
    for (i, b) in div.iter().enumerate() {
        match b {
            b'<' => {
                in_tag = true;
                tag_start = i;
            }
            b'>' => {
                in_tag = false;
                if div.get(tag_start..).is_some_and(|t| t.starts_with(b"<img")) {
                    return true;
                }
            }
            // `\n` and `\u003c` are escapes: white space, or markup of a writer that escapes it.
            b'\\' if !in_tag => {
                return memchr::memmem::find(div, b"\\u003").is_some()
                    || div.iter().skip(i + 2).any(|b| b.is_ascii_alphanumeric());
            }
            _ if !in_tag && !b.is_ascii_whitespace() => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<String> {
        json_rules(text.as_bytes(), true).unwrap().into_keys().collect()
    }

    #[test]
    fn a_good_resource_breaks_nothing() {
        let good = r#"{"resourceType":"Patient","text":{"div":"<div xmlns='x'><p>Hi</p></div>"},
            "name":[{"given":["A",null],"_given":[null,{"id":"x"}]}],"contained":[{"resourceType":"Practitioner"}],
            "deceasedBoolean":false,"x":[[1],[2]]}"#;
        assert_eq!(rules(good), Vec::<String>::new());
    }

    #[test]
    fn each_rule_is_seen() {
        for (text, rule) in [
            (r#"{"resourceType":"P","a":{}}"#, "empty object"),
            (r#"{"resourceType":"P","a":[]}"#, "empty array"),
            (r#"{"resourceType":"P","a":" "}"#, "empty string"),
            (r#"{"resourceType":"P","a":null}"#, "null outside a paired array"),
            (r#"{"resourceType":"P","a":["x",null]}"#, "null outside a paired array"),
            (r#"{"resourceType":"P","a":["x"],"_a":[null,{"id":"1"}]}"#, "paired arrays of different length"),
            (r#"{"a":1}"#, "resource without resourceType"),
            (r#"{"resourceType":"Bundle","entry":[{"resource":{"id":"x"}}]}"#, "resource without resourceType"),
            (r#"{"resourceType":"P","text":{"div":"<div> <b></b></div>"}}"#, "empty narrative"),
            (r#"{"resourceType":"P","id":"1","id":"2"}"#, "duplicate key"),
        ] {
            assert_eq!(rules(text), vec![rule.to_string()], "{text}");
        }
        assert!(json_rules(b"{", true).is_err());
        let many: String = (0..40).map(|i| format!("\"k{i}\":1,")).collect();
        assert_eq!(rules(&format!("{{\"resourceType\":\"P\",{many}\"k3\":1}}")), vec!["duplicate key"]);
    }
}
