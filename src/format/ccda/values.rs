//! CDA data types as the roster's values: PN, AD, TEL, II, and coded concepts.

use crate::format::xml::text::{Mode, string, view};
use crate::format::xml::{Kind, Tape, flow};
use crate::model::person::{Address, Identifier, Name, Telecom};

/// Decoded attribute value, trimmed; empty when absent.
pub fn attr(tape: &Tape, element: u32, local: &[u8]) -> String {
    let Some(a) = tape.attr(element, local) else { return String::new() };
    let value = string(tape.bytes, tape.node(a).inner, tape.encoding, Mode::Attr);
    if value.trim().len() == value.len() { value } else { value.trim().to_string() }
}

/// Flowing text of an element, white space reduced.
pub fn flowing(tape: &Tape, element: u32) -> String {
    let text = flow::parts(tape.bytes, tape.node(element).inner).text;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of a leaf element, trimmed.
fn leaf(tape: &Tape, element: u32) -> String {
    let n = tape.node(element);
    match tape.children(element).next() {
        None => String::new(),
        Some(only) if tape.node(only).kind == Kind::Text && tape.node(only).next == n.next => {
            view(tape.bytes, tape.node(only).inner, tape.encoding, Mode::Text).text.trim().to_string()
        }
        Some(_) => flowing(tape, element),
    }
}

/// A person's name.
pub fn name(tape: &Tape, element: u32) -> Name {
    let mut out = Name::default();
    for part in tape.elements(element) {
        let text = leaf(tape, part);
        if text.is_empty() {
            continue;
        }
        match tape.name(part) {
            b"given" => out.given.push(text),
            b"family" if out.family.is_empty() => out.family = text,
            b"family" => {
                out.family.push(' ');
                out.family.push_str(&text);
            }
            b"prefix" => out.prefix.push(text),
            b"suffix" => out.suffix.push(text),
            _ => {}
        }
    }
    let n = tape.node(element);
    let loose = n.has(crate::format::xml::tape::TEXT);
    if loose || (out.given.is_empty() && out.family.is_empty()) {
        out.text = flowing(tape, element);
    }
    out
}

/// A postal address.
pub fn address(tape: &Tape, element: u32) -> Address {
    let mut out = Address::default();
    let mut house: Vec<String> = Vec::new();
    for part in tape.elements(element) {
        let text = leaf(tape, part);
        if text.is_empty() {
            continue;
        }
        match tape.name(part) {
            b"streetAddressLine" | b"additionalLocator" | b"unitID" | b"postBox" | b"deliveryAddressLine" => out.lines.push(text),
            b"houseNumber" | b"houseNumberNumeric" | b"direction" | b"streetName" | b"streetNameBase" | b"streetNameType" => {
                house.push(text);
            }
            b"city" => out.city = text,
            b"state" => out.state = text,
            b"postalCode" => out.postal_code = text,
            _ => {}
        }
    }
    if !house.is_empty() {
        out.lines.insert(0, house.join(" "));
    }
    if out.lines.is_empty() && out.city.is_empty() && out.postal_code.is_empty() {
        out.text = flowing(tape, element);
    }
    out
}

/// A phone, fax, e-mail or URL; `None` when there is no value.
pub fn telecom(tape: &Tape, element: u32) -> Option<Telecom> {
    let value = attr(tape, element, b"value");
    if value.is_empty() {
        return None;
    }
    let (scheme, rest) = match value.split_once(':') {
        Some((s, r)) if s.len() <= 6 && s.bytes().all(|b| b.is_ascii_alphabetic()) => (s.to_ascii_lowercase(), r.trim()),
        _ => (String::new(), value.as_str()),
    };
    let system = match scheme.as_str() {
        "tel" | "phone" => "phone",
        "fax" => "fax",
        "mailto" | "email" => "email",
        "sms" | "text" => "sms",
        "http" | "https" | "ftp" => "url",
        _ if rest.contains('@') => "email",
        _ if rest.bytes().filter(u8::is_ascii_digit).count() >= 7 => "phone",
        _ => "other",
    };
    let value = if system == "url" { value.clone() } else { rest.to_string() };
    (!value.is_empty()).then(|| Telecom { system: system.into(), value })
}

/// v2-0203 type of a well-known assigner (HL7 OID registry); empty for others.
pub fn id_kind(root: &str) -> &'static str {
    match root {
        "2.16.840.1.113883.4.6" => "NPI",
        "2.16.840.1.113883.4.1" => "SS",
        "2.16.840.1.113883.4.814" => "DEA",
        "2.16.840.1.113883.4.572" | "2.16.840.1.113883.4.927" => "MC",
        r if r.starts_with("2.16.840.1.113883.4.3.") => "DL",
        _ => "",
    }
}

/// An identifier, with its key. `None` for a null flavour and for an assigner without a value: a root alone names a person only
/// when it is a GUID, for exporters put their own organisation's OID there.
pub fn identifier(tape: &Tape, element: u32) -> Option<(Identifier, String)> {
    let root = attr(tape, element, b"root");
    let value = attr(tape, element, b"extension");
    if tape.attr(element, b"nullFlavor").is_some() && value.is_empty() {
        return None;
    }
    if value.is_empty() {
        return is_guid(root.as_bytes()).then(|| {
            let key = format!("urn:uuid:{}", root.to_ascii_lowercase());
            (Identifier { system: "urn:ietf:rfc:3986".into(), value: key.clone(), kind: String::new() }, key)
        });
    }
    let system = match root.as_str() {
        "" => String::new(),
        r if is_guid(r.as_bytes()) => format!("urn:uuid:{}", r.to_ascii_lowercase()),
        r => format!("urn:oid:{r}"),
    };
    let key = format!("{system}|{value}");
    Some((Identifier { system, value, kind: id_kind(&root).into() }, key))
}

/// Hexadecimal digits in groups of 8-4-4-4-12.
pub fn is_guid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// `male`, `female`, `other`, `unknown` of an administrative gender code.
pub fn sex(tape: &Tape, element: u32) -> Option<String> {
    Some(
        match attr(tape, element, b"code").as_str() {
            "F" | "female" | "248152002" => "female",
            "M" | "male" | "248153007" => "male",
            "UN" | "O" => "other",
            "U" | "UNK" => "unknown",
            _ => return None,
        }
        .into(),
    )
}

/// Codes of a concept and its translations as `system|code`.
pub fn codes(tape: &Tape, concept: u32) -> Vec<String> {
    let one = |e: u32| {
        let code = attr(tape, e, b"code");
        (!code.is_empty()).then(|| format!("{}|{code}", attr(tape, e, b"codeSystem")))
    };
    std::iter::once(concept).chain(tape.named(concept, b"translation")).filter_map(one).collect()
}

/// Display name of a concept, else of a translation, else its original text.
pub fn display(tape: &Tape, concept: u32) -> String {
    let mut all = std::iter::once(concept).chain(tape.named(concept, b"translation")).map(|e| attr(tape, e, b"displayName"));
    match all.find(|d| !d.is_empty()) {
        Some(d) => d,
        None => tape.child(concept, b"originalText").map(|t| flowing(tape, t)).unwrap_or_default(),
    }
}
