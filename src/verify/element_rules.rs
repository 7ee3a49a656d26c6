//! Is every element of a FHIR document one that R4 defines, in the JSON form that R4 gives it, with what R4 requires?
//!
//! A structural reader of its own over the tokens, driven by [`super::element_table`]: unknown elements, arrays and single values,
//! objects and primitives, the form of dates, ids and codes, required elements, choices made twice, and those invariants that
//! masking could break. It knows no value sets and no profiles; the typed model (feature `second-reader`) knows the former. Real
//! exports break some of it by themselves, so a fault counts only where the output has more of them than the input.

use super::element_table::{Invariant, Table, Takes, Text, TypeNo};
use super::json_tokens::{Token, Tokens};
use std::collections::{BTreeMap, HashMap};

/// How often each rule is broken, in words that hold nothing of the export.
pub(super) type Faults = BTreeMap<String, u64>;

/// Counts of one document.
#[derive(Default, Debug)]
pub(super) struct Looked {
    /// Resources read, contained ones included.
    pub resources: u64,
    /// Broken rules.
    pub faults: Faults,
}

/// What a place takes; `None` where nothing is known and nothing is judged.
type Expected = Option<Takes>;

struct Frame {
    array: bool,
    /// Type of an object.
    of: Option<TypeNo>,
    /// What each element of an array, or the member named last, takes.
    expected: Expected,
    /// The member named last repeats.
    many: bool,
    /// Its name begins with an underscore.
    twin: bool,
    got: u64,
    choices: u64,
    flags: u8,
}

impl Frame {
    fn object(of: Option<TypeNo>) -> Frame {
        Frame { array: false, of, expected: None, many: false, twin: false, got: 0, choices: 0, flags: 0 }
    }
}

/// Reads one JSON value that is a resource.
pub(super) fn look(bytes: &[u8], out: &mut Looked) {
    let mut reader = Reader { table: Table::r4(), bytes, late: None, out };
    let mut tokens = Tokens::new(bytes);
    let mut stack: Vec<Frame> = Vec::new();
    loop {
        let (token, at) = match tokens.next() {
            Ok(Some(next)) => next,
            Ok(None) => return,
            Err(_) => return reader.broken(None, "cannot be read to its end"),
        };
        match token {
            Token::Key(key) => {
                if let Some(frame) = stack.last_mut() {
                    reader.member(frame, key);
                }
            }
            Token::ObjectStart => {
                let expected =
                    if stack.is_empty() { Some(Takes::Resource) } else { reader.takes(stack.last_mut(), Form::Object) };
                stack.push(Frame::object(reader.type_of(expected, at)));
            }
            Token::ArrayStart => {
                let expected = reader.takes(stack.last_mut(), Form::Array);
                stack.push(Frame { array: true, expected, ..Frame::object(None) });
            }
            Token::ObjectEnd => {
                if let Some(frame) = stack.pop() {
                    reader.close(&frame);
                }
            }
            Token::ArrayEnd => drop(stack.pop()),
            Token::Null => {}
            Token::String(text) => reader.primitive(stack.last_mut(), Form::Text, text),
            Token::Scalar => {
                let word = matches!(bytes.get(at), Some(b't' | b'f'));
                reader.primitive(stack.last_mut(), if word { Form::Bool } else { Form::Number }, b"");
            }
        }
    }
}

/// The JSON form of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Object,
    Array,
    Text,
    Number,
    Bool,
}

struct Reader<'a, 'o> {
    table: &'static Table,
    bytes: &'a [u8],
    /// Types of resources that say their type after other members, by the offset of their object; found when first needed.
    late: Option<HashMap<usize, TypeNo>>,
    out: &'o mut Looked,
}

impl Reader<'_, '_> {
    fn broken(&mut self, of: Option<TypeNo>, what: &str) {
        let name = of.and_then(|t| self.table.get(t)).map_or("", |t| t.name);
        *self.out.faults.entry(format!("{name}: {what}")).or_default() += 1;
    }

    /// Looks up a member and remembers what it takes.
    fn member(&mut self, frame: &mut Frame, key: &[u8]) {
        let (twin, bare) = match key.strip_prefix(b"_") {
            Some(bare) => (true, bare),
            None => (false, key),
        };
        frame.twin = twin;
        (frame.expected, frame.many) = (None, false);
        let Some(of) = frame.of.and_then(|t| self.table.get(t)) else { return };
        match bare {
            b"id" => frame.expected = Some(Takes::Text(Text::Any)),
            b"resourceType" => frame.expected = Some(Takes::Text(Text::Any)),
            b"extension" | b"modifierExtension" if !twin => {
                if of.rules.iter().any(|r| matches!(r.1, Invariant::Either(..))) {
                    frame.flags |= 1;
                }
                (frame.expected, frame.many) = (Some(Takes::Object(self.table.extension)), true);
            }
            _ => match of.row(bare) {
                Some(row) => {
                    frame.got |= row.need;
                    frame.flags |= row.flag;
                    if !twin && row.choice != 0 {
                        if frame.choices & row.choice != 0 {
                            self.broken(frame.of, "two values of one choice");
                        }
                        frame.choices |= row.choice;
                    }
                    (frame.expected, frame.many) = (Some(row.takes), row.many);
                }
                None => self.broken(frame.of, "an element that R4 does not define"),
            },
        }
        if twin {
            frame.expected = match frame.expected {
                Some(Takes::Text(_) | Takes::Number | Takes::Bool) => Some(Takes::Object(self.table.element)),
                _ => None,
            };
        }
    }

    /// What a value of this form is expected to be at this place; judges array against single value.
    fn takes(&mut self, frame: Option<&mut Frame>, form: Form) -> Expected {
        let frame = frame?;
        let expected = frame.expected?;
        if frame.array {
            if form == Form::Array {
                self.broken(None, "an array in an array");
                return None;
            }
            return Some(expected);
        }
        match (frame.many, form == Form::Array) {
            (true, false) => self.broken(frame.of, "a repeating element that is no array"),
            (false, true) => {
                self.broken(frame.of, "a single element that is an array");
                return None;
            }
            _ => {}
        }
        Some(expected)
    }

    /// Type of an object that begins at `at`.
    fn type_of(&mut self, expected: Expected, at: usize) -> Option<TypeNo> {
        match expected? {
            Takes::Object(t) => Some(t),
            Takes::Resource => {
                self.out.resources += 1;
                let found = self.resource_type(at);
                if found.is_none() {
                    self.broken(None, "a resource of no R4 type");
                }
                found
            }
            _ => {
                self.broken(None, "an object where R4 has a primitive");
                None
            }
        }
    }

    /// The type that a resource says, looking ahead where it is not said first.
    fn resource_type(&mut self, at: usize) -> Option<TypeNo> {
        let head = self.bytes.get(at + 1..)?.trim_ascii_start();
        if let Some(rest) = head.strip_prefix(b"\"resourceType\"") {
            let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
            let end = memchr::memchr(b'"', rest.get(..rest.len().min(80))?)?;
            return self.table.resource(rest.get(..end)?);
        }
        if self.late.is_none() {
            self.late = Some(late_types(self.bytes, self.table));
        }
        self.late.as_ref()?.get(&at).copied()
    }

    fn primitive(&mut self, frame: Option<&mut Frame>, form: Form, text: &[u8]) {
        let Some(frame) = frame else { return };
        let of = frame.of;
        let Some(expected) = self.takes(Some(frame), form) else { return };
        match (expected, form) {
            (Takes::Bool, Form::Bool) | (Takes::Number, Form::Number) => {}
            (Takes::Text(kind), Form::Text) => {
                if memchr::memchr(b'\\', text).is_none() && !fits(kind, text) {
                    self.broken(of, "a value that is not of the form R4 gives it");
                }
            }
            (Takes::Object(_) | Takes::Resource, _) => self.broken(of, "a primitive where R4 has an object"),
            _ => self.broken(of, "a primitive of another JSON type than in R4"),
        }
    }

    fn close(&mut self, frame: &Frame) {
        let Some(of) = frame.of.and_then(|t| self.table.get(t)) else { return };
        let missing = of.need & !frame.got;
        for _ in 0..missing.count_ones() {
            self.broken(frame.of, "a required element is missing");
        }
        for (key, rule) in &of.rules {
            let holds = match *rule {
                Invariant::OneOf(any) => frame.flags & any != 0,
                Invariant::With(one, other) => frame.flags & one == 0 || frame.flags & other != 0,
                Invariant::Either(a, b) => (frame.flags & a != 0) != (frame.flags & b != 0),
            };
            if !holds {
                self.broken(frame.of, &format!("invariant {key}"));
            }
        }
    }
}

/// Types of all objects that say one, by offset.
fn late_types(bytes: &[u8], table: &Table) -> HashMap<usize, TypeNo> {
    let mut tokens = Tokens::new(bytes);
    let mut out = HashMap::new();
    // Offset of the object, or none for an array; is its last name `resourceType`?
    let mut stack: Vec<(Option<usize>, bool)> = Vec::new();
    while let Ok(Some((token, at))) = tokens.next() {
        match token {
            Token::ObjectStart => stack.push((Some(at), false)),
            Token::ArrayStart => stack.push((None, false)),
            Token::ObjectEnd | Token::ArrayEnd => drop(stack.pop()),
            Token::Key(key) => {
                if let Some(top) = stack.last_mut() {
                    top.1 = key == b"resourceType";
                }
            }
            Token::String(text) => {
                if let Some((Some(start), true)) = stack.last()
                    && let Some(of) = table.resource(text)
                {
                    out.insert(*start, of);
                }
            }
            _ => {}
        }
    }
    out
}

/// Does a string without escapes have the form of its type?
fn fits(kind: Text, text: &[u8]) -> bool {
    match kind {
        Text::Any => true,
        Text::Date => date(text) == Some(text.len()),
        Text::DateTime => match date(text) {
            Some(end) if end == text.len() => true,
            Some(10) => zoned(text.get(10..).unwrap_or_default()),
            _ => false,
        },
        Text::Instant => date(text) == Some(10) && zoned(text.get(10..).unwrap_or_default()),
        Text::Time => clock(text) == Some(text.len()),
        Text::Id => (1..=64).contains(&text.len()) && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')),
        Text::Code => {
            !text.is_empty() && !text.starts_with(b" ") && !text.ends_with(b" ") && memchr::memmem::find(text, b"  ").is_none()
        }
        Text::Uri => !text.iter().any(u8::is_ascii_whitespace),
        Text::Base64 => {
            text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') || b.is_ascii_whitespace())
        }
    }
}

/// Length of `YYYY`, `YYYY-MM` or `YYYY-MM-DD` at the start.
fn date(text: &[u8]) -> Option<usize> {
    let shaped = |shape: &[u8]| {
        text.len() >= shape.len() && text.iter().zip(shape).all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    if shaped(b"0000-00-00") {
        return Some(10);
    }
    if shaped(b"0000-00") && text.len() == 7 {
        return Some(7);
    }
    (shaped(b"0000") && text.len() == 4).then_some(4)
}

/// Length of `hh:mm:ss` with a fraction at the start.
fn clock(text: &[u8]) -> Option<usize> {
    let shaped =
        text.len() >= 8 && text.iter().zip(b"00:00:00").all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == s });
    if !shaped {
        return None;
    }
    let rest = text.get(8..)?;
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(8) };
    let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    (digits > 0).then_some(9 + digits)
}

/// `Thh:mm:ss` with a zone.
fn zoned(text: &[u8]) -> bool {
    let Some(time) = text.strip_prefix(b"T") else { return false };
    let Some(zone) = clock(time).and_then(|end| time.get(end..)) else { return false };
    match zone {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let mut out = Looked::default();
        look(text.as_bytes(), &mut out);
        out.faults.into_keys().collect()
    }

    #[test]
    fn a_valid_bundle_breaks_nothing() {
        let good = r##"{"entry":[{"fullUrl":"urn:uuid:1","resource":{"id":"a","text":{"status":"generated","div":"<div/>"},
            "contained":[{"resourceType":"Organization","name":"X"}],
            "name":[{"family":"Roe","given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"masked"}]}]}],
            "birthDate":"1980-02","deceasedDateTime":"2020-01-02T03:04:05.123+01:00","multipleBirthInteger":2,
            "contact":[{"name":{"text":"[MOTHER]"}}],"telecom":[{"system":"phone","value":"1","rank":1}],
            "resourceType":"Patient"}},{"resource":{"resourceType":"Observation","_status":{"extension":[{"url":"u","valueCode":"masked"}]},
            "code":{"text":"x"},"effectiveInstant":"2020-01-02T03:04:05Z","valueQuantity":{"value":-1.50e3}}}],
            "type":"collection","resourceType":"Bundle"}"##;
        let mut out = Looked::default();
        look(good.as_bytes(), &mut out);
        assert_eq!((out.resources, out.faults), (4, Faults::new()));
    }

    #[test]
    fn each_fault_is_named_without_a_value() {
        for (members, fault) in [
            (r#""Jane":1"#, "Patient: an element that R4 does not define"),
            (r#""name":{"text":"x"}"#, "Patient: a repeating element that is no array"),
            (r#""birthDate":["1980-01-01"]"#, "Patient: a single element that is an array"),
            (r#""active":"true""#, "Patient: a primitive of another JSON type than in R4"),
            (r#""birthDate":"2/3/1980""#, "Patient: a value that is not of the form R4 gives it"),
            (r#""maritalStatus":"M""#, "Patient: a primitive where R4 has an object"),
            (r#""gender":{"a":1}"#, ": an object where R4 has a primitive"),
            (r#""deceasedBoolean":true,"deceasedDateTime":"2020""#, "Patient: two values of one choice"),
            (r#""link":[{"type":"seealso"}]"#, "Patient.link: a required element is missing"),
            (r#""contact":[{"gender":"male"}]"#, "Patient.contact: invariant pat-1"),
            (r#""telecom":[{"value":"1"}]"#, "ContactPoint: invariant cpt-2"),
            (r#""photo":[{"data":"QQ=="}]"#, "Attachment: invariant att-1"),
            (r#""extension":[{"url":"u"}]"#, "Extension: invariant ext-1"),
            (r#""contained":[{"resourceType":"Jane"}]"#, ": a resource of no R4 type"),
            (r#""id":[["x"]]"#, "Patient: a single element that is an array"),
        ] {
            assert_eq!(faults(&format!(r#"{{"resourceType":"Patient",{members}}}"#)), vec![fault], "{members}");
        }
    }

    #[test]
    fn forms_of_primitives() {
        for (kind, good, bad) in [
            (Text::Date, "2020-01-02", "2020-1-2"),
            (Text::DateTime, "2020", "2020-01-02T03:04:05"),
            (Text::Instant, "2020-01-02T03:04:05.1-05:00", "2020-01-02"),
            (Text::Time, "03:04:05", "3:04"),
            (Text::Id, "a-1.B", "a b"),
            (Text::Code, "not done", " x"),
            (Text::Uri, "urn:x", "a b"),
            (Text::Base64, "QUI=", "[x]"),
        ] {
            assert!(fits(kind, good.as_bytes()) && !fits(kind, bad.as_bytes()), "{kind:?}");
        }
    }
}
