//! References that led somewhere in the input still lead there in the output.
//!
//! FHIR: `Type/id`, absolute and `urn:` references, `#contained`, conditional `Type?identifier=system|value`. XML: `#id` in
//! `reference/@value`, `linkHtml/@href` and `renderMultiMedia/@referencedObject`, against `ID` attributes. A package is looked at as
//! a whole, since NDJSON exports keep each type in a file of its own.

use super::json_tokens::{Token, Tokens};
use super::wellformed::{Shape, shape_of, xml_text};
use crate::model::hash::Digested;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::LazyLock;

/// What one file defines and uses. Keys are hashes: an export of millions of resources must fit in memory.
#[derive(Clone, Default, Debug)]
pub struct RefFacts {
    defined: HashSet<u64, BuildHasherDefault<Digested>>,
    used: HashMap<u64, (u64, String), BuildHasherDefault<Digested>>,
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

/// Keyed anew in each run: nobody can choose keys that collide.
fn hash(key: &str) -> u64 {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    STATE.hash_one(key)
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

/// What an object or array is to its parent, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Name {
    Identifier,
    Contained,
    #[default]
    Other,
}

/// A member that this check looks at.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Member {
    ResourceType,
    Id,
    System,
    Value,
    FullUrl,
    Reference,
    Opens(Name),
    #[default]
    Other,
}

impl Member {
    fn of(key: &[u8]) -> Member {
        match key {
            b"resourceType" => Member::ResourceType,
            b"id" => Member::Id,
            b"system" => Member::System,
            b"value" => Member::Value,
            b"fullUrl" => Member::FullUrl,
            b"reference" => Member::Reference,
            b"identifier" => Member::Opens(Name::Identifier),
            b"contained" => Member::Opens(Name::Contained),
            _ if memchr::memchr(b'\\', key).is_some() => match text(key) {
                Cow::Owned(plain) if memchr::memchr(b'\\', plain.as_bytes()).is_none() => Member::of(plain.as_bytes()),
                _ => Member::Other,
            },
            _ => Member::Other,
        }
    }
}

/// An open object or array. Strings are kept as written and decoded when they are needed.
#[derive(Default)]
struct Frame<'a> {
    array: bool,
    name: Name,
    key: Member,
    kind: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    system: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
    /// What was found below and is not yet settled; most objects have none.
    below: Option<Box<Below<'a>>>,
}

#[derive(Default)]
struct Below<'a> {
    /// `#` references.
    local: Vec<Cow<'a, str>>,
    contained: Vec<&'a [u8]>,
    identifiers: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Frame<'a> {
    fn below(&mut self) -> &mut Below<'a> {
        self.below.get_or_insert_default()
    }
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
                    f.key = Member::of(k);
                }
            }
            Token::ObjectStart | Token::ArrayStart => {
                let name = stack.last().map_or(Name::Other, |f| match f.key {
                    _ if f.array => f.name,
                    Member::Opens(name) => name,
                    _ => Name::Other,
                });
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
    match f.key {
        Member::ResourceType => f.kind = Some(raw),
        Member::Id => f.id = Some(raw),
        Member::System => f.system = Some(raw),
        Member::Value => f.value = Some(raw),
        Member::FullUrl => on(Found::Defined(key(&text(raw)))),
        Member::Reference => {
            let reference = text(raw);
            if reference.starts_with('#') {
                f.below().local.push(reference);
            } else if !reference.is_empty() {
                on(Found::Used(key(&reference)));
            }
        }
        Member::Opens(_) | Member::Other => {}
    }
}

fn close<'a>(f: Frame<'a>, stack: &mut [Frame<'a>], on: &mut dyn FnMut(Found)) {
    let parent = stack.last_mut();
    let Some(kind) = f.kind.filter(|_| !f.array) else {
        let Some(parent) = parent else { return };
        if let Some(mut below) = f.below {
            if !f.array {
                below.identifiers.clear();
            }
            match &mut parent.below {
                Some(mine) => mine.take(*below),
                none => *none = Some(below),
            }
        }
        if let (Name::Identifier, Some(value)) = (f.name, f.value) {
            parent.below().identifiers.push((f.system.unwrap_or_default(), value));
        }
        return;
    };
    if let Some(parent) = parent.filter(|_| f.name == Name::Contained) {
        let into = parent.below();
        into.contained.extend(f.id);
        into.local.extend(f.below.map(|b| b.local).unwrap_or_default());
        return;
    }
    let kind = text(kind);
    if let Some(below) = &f.below {
        let contained: HashSet<Cow<str>> = below.contained.iter().map(|c| text(c)).collect();
        for local in &below.local {
            let there = local.strip_prefix('#').is_some_and(|id| id.is_empty() || contained.contains(id));
            on(Found::Local(local, there));
        }
    }
    if let Some(id) = f.id {
        on(Found::Defined(&format!("{kind}/{}", text(id))));
    }
    for (system, value) in f.below.iter().flat_map(|b| &b.identifiers) {
        on(Found::Defined(&format!("{kind}?identifier={}|{}", text(system), text(value))));
    }
}

impl Below<'_> {
    fn take(&mut self, mut other: Self) {
        self.local.append(&mut other.local);
        self.contained.append(&mut other.contained);
        self.identifiers.append(&mut other.identifiers);
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
