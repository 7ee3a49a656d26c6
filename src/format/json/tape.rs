//! The tape: a validating single-pass tokeniser without recursion.

use crate::model::error::ReadError;
use std::collections::HashSet;

/// Deepest nesting accepted. FHIR bundles of the sample collection stay below 20; Questionnaire items and nested extensions of real
/// systems below 60.
pub const MAX_DEPTH: usize = 256;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `{...}`; children are key, value, key, value ...
    Object,
    /// `[...]`
    Array,
    /// An object key; `start..end` is between the quotes.
    Key,
    /// A string value; `start..end` includes the quotes.
    String,
    /// A number as written.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// One node of the tape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the first node that is not inside this one.
    pub next: u32,
    /// What it is.
    pub kind: Kind,
    /// For strings and keys: holds a backslash escape.
    pub escaped: bool,
}

/// All nodes of one document, in order.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// Node 0 is the root value.
    pub nodes: Vec<Node>,
}

impl Tape {
    /// Tokenises one JSON text. A byte order mark is skipped. Anything else that is not JSON is an error with its place.
    pub fn parse(source: &[u8]) -> Result<Tape, ReadError> {
        if source.len() >= u32::MAX as usize {
            return Err(ReadError::new("JSON text of 4 GiB or more; split it or use NDJSON"));
        }
        if source.starts_with(&[0xFE, 0xFF]) || source.starts_with(&[0xFF, 0xFE]) {
            return Err(ReadError::new("JSON in UTF-16; FHIR JSON is UTF-8, convert it first"));
        }
        if let Err(e) = std::str::from_utf8(source) {
            return Err(ReadError::at("not valid UTF-8", source, e.valid_up_to()));
        }
        let at = if source.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        Scanner { src: source, at, nodes: Vec::with_capacity(source.len() / 12 + 8), stack: Vec::new() }.run()
    }

    /// Node at an index. An index that is not on this tape gives the root.
    pub fn node(&self, i: u32) -> Node {
        self.nodes.get(i as usize).copied().unwrap_or(self.nodes[0])
    }

    /// Key and value indices of an object; nothing for other kinds.
    pub fn members(&self, object: u32) -> Members<'_> {
        let n = self.node(object);
        let end = if n.kind == Kind::Object { n.next } else { object + 1 };
        Members { tape: self, at: object + 1, end }
    }

    /// Element indices of an array; nothing for other kinds.
    pub fn elements(&self, array: u32) -> Elements<'_> {
        let n = self.node(array);
        let end = if n.kind == Kind::Array { n.next } else { array + 1 };
        Elements { tape: self, at: array + 1, end }
    }

    /// The value of a member by key as written (keys with escapes are compared as written).
    pub fn get(&self, source: &[u8], object: u32, key: &str) -> Option<u32> {
        self.members(object).find(|&(k, _)| self.raw(source, k) == key.as_bytes()).map(|(_, v)| v)
    }

    /// Raw bytes of a node: a key without its quotes, a string with them.
    pub fn raw<'a>(&self, source: &'a [u8], i: u32) -> &'a [u8] {
        let n = self.node(i);
        source.get(n.start as usize..n.end as usize).unwrap_or_default()
    }

    /// Raw content of a string value between its quotes, as text; empty for other kinds.
    pub fn str_raw<'a>(&self, source: &'a [u8], i: u32) -> &'a str {
        let n = self.node(i);
        let (a, b) = match n.kind {
            Kind::String => (n.start as usize + 1, n.end as usize - 1),
            Kind::Key => (n.start as usize, n.end as usize),
            _ => return "",
        };
        source.get(a..b).and_then(|s| std::str::from_utf8(s).ok()).unwrap_or("")
    }

    /// The decoded string value of a member, when it is a string.
    pub fn get_str<'a>(&self, source: &'a [u8], object: u32, key: &str) -> Option<std::borrow::Cow<'a, str>> {
        let v = self.get(source, object, key)?;
        self.string(source, v)
    }

    /// The decoded string value of a node, when it is a string.
    pub fn string<'a>(&self, source: &'a [u8], i: u32) -> Option<std::borrow::Cow<'a, str>> {
        let n = self.node(i);
        match n.kind {
            Kind::String | Kind::Key => {
                let raw = self.str_raw(source, i);
                Some(if n.escaped { super::string::decode(raw).into() } else { raw.into() })
            }
            _ => None,
        }
    }
}

/// Iterator over (key, value) node indices.
pub struct Members<'t> {
    tape: &'t Tape,
    at: u32,
    end: u32,
}

impl Iterator for Members<'_> {
    type Item = (u32, u32);
    fn next(&mut self) -> Option<(u32, u32)> {
        if self.at >= self.end {
            return None;
        }
        let (k, v) = (self.at, self.at + 1);
        self.at = self.tape.node(v).next;
        Some((k, v))
    }
}

/// Iterator over element node indices.
pub struct Elements<'t> {
    tape: &'t Tape,
    at: u32,
    end: u32,
}

impl Iterator for Elements<'_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let i = self.at;
        self.at = self.tape.node(i).next;
        Some(i)
    }
}

struct Open {
    node: u32,
    object: bool,
}

struct Scanner<'a> {
    src: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    stack: Vec<Open>,
}

/// Bytes that end the fast path inside a string: quote, backslash, control characters.
static STOP: [bool; 256] = {
    let mut t = [false; 256];
    let mut i = 0;
    while i < 0x20 {
        t[i] = true;
        i += 1;
    }
    t[b'"' as usize] = true;
    t[b'\\' as usize] = true;
    t
};

impl Scanner<'_> {
    fn fail<T>(&self, what: &str, at: usize) -> Result<T, ReadError> {
        Err(ReadError::at(what, self.src, at))
    }

    fn peek(&self) -> Option<u8> {
        self.src.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, escaped: bool) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { start: start as u32, end: end as u32, next, kind, escaped });
    }

    fn run(mut self) -> Result<Tape, ReadError> {
        self.space();
        if self.peek().is_none() {
            return self.fail("empty: no JSON value", self.at);
        }
        self.value()?;
        while !self.stack.is_empty() {
            self.step()?;
        }
        self.space();
        if self.at < self.src.len() {
            return self.fail("text after the end of the JSON value", self.at);
        }
        Ok(Tape { nodes: self.nodes })
    }

    /// After a value inside a container, or right after the container opened: the next member, element or the end.
    fn step(&mut self) -> Result<(), ReadError> {
        let Some(top) = self.stack.last() else { return Ok(()) };
        let (node, object) = (top.node, top.object);
        let first = self.nodes.len() as u32 == node + 1;
        self.space();
        let close = if object { b'}' } else { b']' };
        match self.peek() {
            None => return self.fail("truncated: the text ends inside an object or array", self.at),
            Some(c) if c == close => {
                self.at += 1;
                return self.close(node, object);
            }
            Some(b',') if !first => {
                self.at += 1;
                self.space();
                if self.peek() == Some(close) {
                    return self.fail("comma before the end of an object or array", self.at);
                }
            }
            Some(_) if !first => return self.fail("expected a comma or the end of the object or array", self.at),
            Some(_) => {}
        }
        if object {
            if self.peek() != Some(b'"') {
                return self.fail("expected a member name in quotes", self.at);
            }
            let (start, end, escaped) = self.string()?;
            self.push(start + 1, end - 1, Kind::Key, escaped);
            self.space();
            if self.peek() != Some(b':') {
                return self.fail("expected a colon after a member name", self.at);
            }
            self.at += 1;
            self.space();
        }
        self.value()
    }

    fn close(&mut self, node: u32, object: bool) -> Result<(), ReadError> {
        self.stack.pop();
        let next = self.nodes.len() as u32;
        let n = &mut self.nodes[node as usize];
        n.end = self.at as u32;
        n.next = next;
        if object { self.no_duplicate_keys(node) } else { Ok(()) }
    }

    fn no_duplicate_keys(&self, object: u32) -> Result<(), ReadError> {
        let tape = |i: u32| self.nodes[i as usize];
        let end = tape(object).next;
        let mut keys: [(u32, u32); 24] = [(0, 0); 24];
        let mut count = 0usize;
        let mut at = object + 1;
        let mut simple = true;
        while at < end {
            let k = tape(at);
            if count == keys.len() || k.escaped {
                simple = false;
                break;
            }
            let bytes = &self.src[k.start as usize..k.end as usize];
            for &(s, e) in &keys[..count] {
                if (e - s) as usize == bytes.len() && &self.src[s as usize..e as usize] == bytes {
                    return self.fail("duplicate member name", k.start as usize);
                }
            }
            keys[count] = (k.start, k.end);
            count += 1;
            at = tape(at + 1).next;
        }
        if simple {
            return Ok(());
        }
        let mut seen: HashSet<String> = HashSet::new();
        let mut at = object + 1;
        while at < end {
            let k = tape(at);
            let raw = std::str::from_utf8(&self.src[k.start as usize..k.end as usize]).unwrap_or("");
            if !seen.insert(super::string::decode(raw)) {
                return self.fail("duplicate member name", k.start as usize);
            }
            at = tape(at + 1).next;
        }
        Ok(())
    }

    fn value(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        match self.peek() {
            Some(b'{') | Some(b'[') => {
                if self.stack.len() >= MAX_DEPTH {
                    return self.fail("nested deeper than 256 levels", start);
                }
                let object = self.src[start] == b'{';
                self.at += 1;
                let node = self.nodes.len() as u32;
                self.push(start, start, if object { Kind::Object } else { Kind::Array }, false);
                self.stack.push(Open { node, object });
                Ok(())
            }
            Some(b'"') => {
                let (s, e, escaped) = self.string()?;
                self.push(s, e, Kind::String, escaped);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(start),
            Some(b't') => self.word(start, b"true", Kind::Bool),
            Some(b'f') => self.word(start, b"false", Kind::Bool),
            Some(b'n') => self.word(start, b"null", Kind::Null),
            Some(_) => self.fail("expected a JSON value", start),
            None => self.fail("truncated: a value is missing", start),
        }
    }

    fn word(&mut self, start: usize, word: &[u8], kind: Kind) -> Result<(), ReadError> {
        if !self.src[start..].starts_with(word) {
            return self.fail("expected a JSON value", start);
        }
        self.at += word.len();
        self.push(start, self.at, kind, false);
        Ok(())
    }

    fn number(&mut self, start: usize) -> Result<(), ReadError> {
        let digits = |s: &mut Self| {
            let from = s.at;
            while matches!(s.peek(), Some(b'0'..=b'9')) {
                s.at += 1;
            }
            s.at - from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let n = digits(self);
        if n == 0 || (zero && n > 1) {
            return self.fail("malformed number", start);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if digits(self) == 0 {
                return self.fail("malformed number", start);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return self.fail("malformed number", start);
            }
        }
        self.push(start, self.at, Kind::Number, false);
        Ok(())
    }

    /// Scans a string whose opening quote is at `self.at`; returns its range with quotes and whether it holds escapes.
    fn string(&mut self) -> Result<(usize, usize, bool), ReadError> {
        let start = self.at;
        let mut i = start + 1;
        let mut escaped = false;
        loop {
            while i < self.src.len() && !STOP[self.src[i] as usize] {
                i += 1;
            }
            match self.src.get(i) {
                Some(b'"') => {
                    self.at = i + 1;
                    return Ok((start, i + 1, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    match self.src.get(i + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => i += 2,
                        Some(b'u') => {
                            let hex = self.src.get(i + 2..i + 6).unwrap_or_default();
                            if hex.len() != 4 || !hex.iter().all(u8::is_ascii_hexdigit) {
                                return self.fail("malformed \\u escape", i);
                            }
                            i += 6;
                        }
                        Some(_) => return self.fail("unknown escape in a string", i),
                        None => return self.fail("truncated: the text ends inside a string", i),
                    }
                }
                Some(_) => return self.fail("control character in a string", i),
                None => return self.fail("truncated: the text ends inside a string", start),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_have_ranges_and_skip_links() {
        let src = br#" {"a": [1, {"b":"x\"y"}], "c": null} "#;
        let t = Tape::parse(src).unwrap();
        let a = t.get(src, 0, "a").unwrap();
        assert_eq!(t.raw(src, a), br#"[1, {"b":"x\"y"}]"#);
        let els: Vec<u32> = t.elements(a).collect();
        assert_eq!(els.len(), 2);
        assert_eq!(t.get_str(src, els[1], "b").unwrap(), "x\"y");
        assert_eq!(t.node(t.get(src, 0, "c").unwrap()).kind, Kind::Null);
    }

    #[test]
    fn refuses_what_is_not_json() {
        for (bad, word) in [
            ("", "empty"),
            ("{", "truncated"),
            ("[1,]", "comma"),
            ("{\"a\":1,\"a\":2}", "duplicate"),
            ("{\"a\":1,\"\\u0061\":2}", "duplicate"),
            ("{} {}", "after the end"),
            ("{\"a\" 1}", "colon"),
            ("[01]", "number"),
            ("[\"\\q\"]", "escape"),
            ("[\"a\nb\"]", "control"),
            ("{\"a\":\"b", "truncated"),
            ("nul", "expected"),
        ] {
            let e = Tape::parse(bad.as_bytes()).unwrap_err();
            assert!(e.to_string().contains(word), "{bad:?}: {e}");
        }
        assert!(Tape::parse(&[b'"', 0xFF, b'"']).is_err());
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        let deep = "[".repeat(1_000_000);
        assert!(Tape::parse(deep.as_bytes()).unwrap_err().to_string().contains("deeper"));
        let ok = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(Tape::parse(ok.as_bytes()).is_ok());
    }

    #[test]
    fn many_keys_are_checked_too() {
        let body: Vec<String> = (0..60).map(|i| format!("\"k{i}\":{i}")).collect();
        assert!(Tape::parse(format!("{{{}}}", body.join(",")).as_bytes()).is_ok());
        assert!(Tape::parse(format!("{{{},\"k3\":0}}", body.join(",")).as_bytes()).is_err());
    }
}
