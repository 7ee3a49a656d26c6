//! References that led somewhere in the input still lead there in the output.
//!
//! FHIR: `Type/id`, absolute and `urn:` references, `#contained`, conditional `Type?identifier=system|value`. XML: `#id` in
//! `reference/@value`, `linkHtml/@href` and `renderMultiMedia/@referencedObject`, against `ID` attributes. A package is looked at as
//! a whole, since NDJSON exports keep each type in a file of its own.

use super::json_tokens::{Token, Tokens};
use super::wellformed::{Shape, shape_of, xml_text};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What one file defines and uses. Keys are hashes: an export of millions of resources must fit in memory.
#[derive(Clone, Default, Debug)]
pub struct RefFacts {
    defined: HashSet<u64>,
    used: HashMap<u64, (u64, String)>,
    /// Uses of `#` targets that do not exist in their own document, by kind.
    local: BTreeMap<String, u64>,
    /// References looked at.
    pub examined: u64,
}

/// References without a target, counted by the kind of target.
pub type Dangling = BTreeMap<String, u64>;

impl RefFacts {
    /// Facts of one file.
    pub fn of(bytes: &[u8]) -> RefFacts {
        let mut facts = RefFacts::default();
        collect(bytes, &mut |event| match event {
            Found::Defined(key) => {
                facts.defined.insert(hash(key));
            }
            Found::Used(key) => {
                facts.examined += 1;
                facts.used.entry(hash(key)).or_insert_with(|| (0, kind_of(key))).0 += 1;
            }
            Found::Local(_, true) => facts.examined += 1,
            Found::Local(key, false) => {
                facts.examined += 1;
                *facts.local.entry(kind_of(key)).or_default() += 1;
            }
        });
        facts
    }

    /// Adds those of another file of the same package.
    pub fn merge(&mut self, other: RefFacts) {
        self.defined.extend(other.defined);
        for (key, (n, kind)) in other.used {
            self.used.entry(key).or_insert((0, kind)).0 += n;
        }
        for (kind, n) in other.local {
            *self.local.entry(kind).or_default() += n;
        }
        self.examined += other.examined;
    }

    /// Takes these keys (`Type/id`, `urn:uuid:...`) as if they were defined: targets that policy withheld.
    pub fn withhold(&mut self, keys: &[String]) {
        self.defined.extend(keys.iter().map(|k| hash(key(k))));
    }

    /// Uses without a target, by kind of target.
    pub fn dangling(&self) -> Dangling {
        let mut out = self.local.clone();
        for (key, (n, kind)) in &self.used {
            if !self.defined.contains(key) {
                *out.entry(kind.clone()).or_default() += n;
            }
        }
        out
    }
}

/// Kinds of references of which more lead nowhere than in the input, in words. Counting by kind allows for ids that were rewritten.
pub fn newly_dangling(output: &Dangling, input: &Dangling) -> Vec<String> {
    let before = |kind: &String| input.get(kind).copied().unwrap_or(0);
    let worse = output.iter().filter(|(kind, n)| **n > before(kind));
    worse
        .map(|(kind, n)| format!("{} references to {kind} lead nowhere that led somewhere in the input", n - before(kind)))
        .collect()
}

/// Every reference of one file that has no target in it, as written.
pub fn dangling(bytes: &[u8]) -> BTreeSet<String> {
    let mut defined = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut out = BTreeSet::new();
    collect(bytes, &mut |event| match event {
        Found::Defined(key) => {
            defined.insert(key.to_string());
        }
        Found::Used(key) => {
            used.insert(key.to_string());
        }
        Found::Local(key, false) => {
            out.insert(key.to_string());
        }
        Found::Local(..) => {}
    });
    out.extend(used.difference(&defined).cloned());
    out
}

enum Found<'a> {
    Defined(&'a str),
    Used(&'a str),
    /// A `#` reference, and whether its document holds the target.
    Local(&'a str, bool),
}

fn hash(key: &str) -> u64 {
    let mut h = DefaultHasher::new();
    key.hash(&mut h);
    h.finish()
}

/// The type a reference names, without its id.
fn kind_of(key: &str) -> String {
    let head = key.split(['/', '?']).next().unwrap_or("");
    match key {
        _ if key.starts_with('#') => "#local".into(),
        _ if key.starts_with("urn:") => "urn".into(),
        _ if !head.is_empty() && head.len() < 40 && head.bytes().all(|b| b.is_ascii_alphabetic()) => head.into(),
        _ => "other".into(),
    }
}

/// The form in which references and definitions are compared: `Type/id` for literal ones of any base, without version.
fn key(reference: &str) -> &str {
    let plain = reference.split("/_history/").next().unwrap_or(reference);
    if plain.starts_with("urn:") || plain.contains('?') {
        return plain;
    }
    let mut slashes = plain.rmatch_indices('/').map(|(at, _)| at);
    let Some(id_from) = slashes.next() else { return plain };
    let kind_from = slashes.next().map_or(0, |at| at + 1);
    let kind = plain.get(kind_from..id_from).unwrap_or("");
    let named = kind.bytes().next().is_some_and(|b| b.is_ascii_uppercase()) && kind.bytes().all(|b| b.is_ascii_alphabetic());
    if named { plain.get(kind_from..).unwrap_or(plain) } else { plain }
}

fn collect(bytes: &[u8], on: &mut dyn FnMut(Found)) {
    match shape_of(bytes) {
        Shape::Json(_) => collect_json(bytes, on),
        Shape::Lines(_) => bytes.split(|b| *b == b'\n').for_each(|line| collect_json(line, on)),
        Shape::Xml => collect_xml(bytes, on),
        Shape::Other => {}
    }
}

#[derive(Default)]
struct Frame<'a> {
    array: bool,
    name: Cow<'a, str>,
    key: Cow<'a, str>,
    kind: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    system: Option<Cow<'a, str>>,
    value: Option<Cow<'a, str>>,
    /// `#` references below, not yet resolved.
    local: Vec<Cow<'a, str>>,
    contained: Vec<Cow<'a, str>>,
    identifiers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

fn text(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_some() {
        let decoded = super::layers::unescape(raw);
        return Cow::Owned(String::from_utf8_lossy(decoded.as_deref().unwrap_or(raw)).into_owned());
    }
    String::from_utf8_lossy(raw)
}

fn collect_json(bytes: &[u8], on: &mut dyn FnMut(Found)) {
    let mut tokens = Tokens::new(bytes);
    let mut stack: Vec<Frame> = Vec::new();
    while let Ok(Some((token, _))) = tokens.next() {
        match token {
            Token::Key(k) => {
                if let Some(f) = stack.last_mut() {
                    f.key = text(k);
                }
            }
            Token::ObjectStart | Token::ArrayStart => {
                let name = stack.last().map(|f| if f.array { f.name.clone() } else { f.key.clone() }).unwrap_or_default();
                stack.push(Frame { array: token == Token::ArrayStart, name, ..Frame::default() });
            }
            Token::String(s) => {
                if let Some(f) = stack.last_mut().filter(|f| !f.array) {
                    member(f, s, on);
                }
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                if let Some(f) = stack.pop() {
                    close(f, &mut stack, on);
                }
            }
            _ => {}
        }
    }
}

fn member<'a>(f: &mut Frame<'a>, raw: &'a [u8], on: &mut dyn FnMut(Found)) {
    match f.key.as_ref() {
        "resourceType" => f.kind = Some(text(raw)),
        "id" => f.id = Some(text(raw)),
        "system" => f.system = Some(text(raw)),
        "value" => f.value = Some(text(raw)),
        "fullUrl" => on(Found::Defined(key(&text(raw)))),
        "reference" => {
            let reference = text(raw);
            if reference.starts_with('#') {
                f.local.push(reference);
            } else if !reference.is_empty() {
                on(Found::Used(key(&reference)));
            }
        }
        _ => {}
    }
}

fn close<'a>(f: Frame<'a>, stack: &mut [Frame<'a>], on: &mut dyn FnMut(Found)) {
    let Some(kind) = f.kind.as_ref().filter(|_| !f.array) else {
        if let (Some(parent), true) =
            (stack.last_mut(), !f.local.is_empty() || !f.contained.is_empty() || !f.identifiers.is_empty())
        {
            parent.local.extend(f.local);
            parent.contained.extend(f.contained);
            if f.array {
                parent.identifiers.extend(f.identifiers);
            }
        }
        if let (Some(parent), "identifier", Some(value)) = (stack.last_mut(), f.name.as_ref(), f.value) {
            parent.identifiers.push((f.system.unwrap_or_default(), value));
        }
        return;
    };
    if let Some(parent) = stack.last_mut().filter(|_| f.name == "contained") {
        parent.contained.extend(f.id);
        parent.local.extend(f.local);
        return;
    }
    let contained: HashSet<&str> = f.contained.iter().map(Cow::as_ref).collect();
    for local in &f.local {
        let there = local.strip_prefix('#').is_some_and(|id| id.is_empty() || contained.contains(id));
        on(Found::Local(local, there));
    }
    if let Some(id) = &f.id {
        on(Found::Defined(&format!("{kind}/{id}")));
    }
    for (system, value) in &f.identifiers {
        on(Found::Defined(&format!("{kind}?identifier={system}|{value}")));
    }
}

fn collect_xml(bytes: &[u8], on: &mut dyn FnMut(Found)) {
    let text = xml_text(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut ids: HashSet<String> = HashSet::new();
    let mut uses: Vec<String> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => element(&e, &mut ids, &mut uses),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    for used in &uses {
        on(Found::Local(used, ids.contains(used.trim_start_matches('#'))));
    }
}

fn element(e: &BytesStart, ids: &mut HashSet<String>, uses: &mut Vec<String>) {
    let name = e.local_name();
    for a in e.attributes().with_checks(false).flatten() {
        let value = a.value.trim();
        match (name.as_ref(), a.key.local_name().as_ref()) {
            (_, "ID" | "id") => {
                ids.insert(value.to_string());
            }
            ("reference", "value") | ("linkHtml" | "a", "href") if value.starts_with('#') && value.len() > 1 => {
                uses.push(value.to_string());
            }
            ("renderMultiMedia", "referencedObject") => uses.extend(value.split_whitespace().map(|v| format!("#{v}"))),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUNDLE: &str = r##"{"resourceType":"Bundle","entry":[
      {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"p"}},
      {"fullUrl":"http://x/Practitioner/d","resource":{"id":"d","resourceType":"Practitioner","identifier":[{"system":"s","value":"9"}]}},
      {"resource":{"resourceType":"Observation","id":"o","subject":{"reference":"urn:uuid:1"},
        "performer":[{"reference":"Practitioner/d"},{"reference":"Practitioner?identifier=s|9"},{"reference":"#c"}],
        "note":[{"authorReference":{"reference":"#"}}],
        "contained":[{"resourceType":"RelatedPerson","id":"c","patient":{"reference":"Patient/p/_history/2"}}]}}]}"##;

    #[test]
    fn all_forms_resolve() {
        assert_eq!(dangling(BUNDLE.as_bytes()), BTreeSet::new());
        assert_eq!(RefFacts::of(BUNDLE.as_bytes()).dangling(), Dangling::new());
        assert_eq!(RefFacts::of(BUNDLE.as_bytes()).examined, 6);
    }

    #[test]
    fn a_lost_target_is_seen() {
        for (from, to) in [
            (r#""id":"d","resourceType""#, r#""id":"e","x":"","resourceType""#),
            (r#""id":"c""#, r#""id":"k""#),
            ("urn:uuid:1\",\"resource", "urn:uuid:7\",\"resource"),
            (r#""value":"9""#, r#""value":"8""#),
        ] {
            let broken = BUNDLE.replace(from, to).replace("http://x/Practitioner/d", "http://x/Practitioner/z");
            let after = RefFacts::of(broken.as_bytes()).dangling();
            assert_eq!(newly_dangling(&after, &Dangling::new()).len(), after.len());
            assert!(!after.is_empty(), "{from}");
        }
    }

    #[test]
    fn rewritten_ids_and_files_of_a_package_are_fine() {
        let mut out = RefFacts::of(b"{\"resourceType\":\"Patient\",\"id\":\"p\"}");
        out.merge(RefFacts::of(br#"{"resourceType":"Observation","subject":{"reference":"Patient/p"},"performer":[{"reference":"Practitioner/new"}]}"#));
        let input = Dangling::from([("Practitioner".to_string(), 1)]);
        assert_eq!(newly_dangling(&out.dangling(), &input), Vec::<String>::new());
        assert_eq!(newly_dangling(&out.dangling(), &Dangling::new()).len(), 1);
    }

    #[test]
    fn clinical_documents_too() {
        let xml = br##"<c><text><content ID="a">x</content><linkHtml href="#a"/></text><reference value="#a"/><reference value="#b"/></c>"##;
        assert_eq!(dangling(xml), BTreeSet::from(["#b".to_string()]));
    }
}
