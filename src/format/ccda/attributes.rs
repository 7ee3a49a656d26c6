//! Which attributes and texts can hold identity, and how an edit of each keeps the document valid.
//!
//! Everything is a field unless it is demonstrably code, date or number: closed vocabularies, OIDs, GUIDs, codes of public code
//! systems. An attribute that no table knows is a field of class `Unknown` when it has letters.

use super::values::is_guid;
use super::vocabulary::is_address_part;
use crate::format::xml::Tape;
use crate::model::document::Class;

/// How the writer keeps the attribute's type when text in it changes; kept in `Field::hint`.
pub mod hint {
    /// Any string.
    pub const TEXT: u16 = 0;
    /// A URI: labels are percent-encoded.
    pub const URI: u16 = 1;
    /// `telecom/@value`: the whole telecom is masked.
    pub const TELECOM: u16 = 2;
    /// `id/@root`: the whole identifier is masked.
    pub const ROOT: u16 = 3;
    /// A token without blanks.
    pub const TOKEN: u16 = 4;
    /// `ID`, `IDREF` or `#id`: letters, digits and underscores.
    pub const NAME: u16 = 5;
    /// Content of an embedded document.
    pub const PART: u16 = 6;
    /// A narrative block of a section.
    pub const NARRATIVE: u16 = 7;
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Class and hint of an attribute, `None` when it cannot hold identity.
pub fn attribute(tape: &Tape, element: u32, attr: u32, narrative: bool) -> Option<(Class, u16)> {
    let node = tape.node(attr);
    let value = tape.slice(node.inner);
    if value.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let name = tape.name(attr);
    let prefix = tape.prefix(attr);
    if prefix == b"xmlns:" || (prefix.is_empty() && name == b"xmlns") {
        return None;
    }
    if prefix == b"xml:" {
        return if name == b"base" { Some((Class::Url, hint::URI)) } else { unless(token(value), Class::Unknown) };
    }
    if tape.uri(attr) == XSI || prefix == b"xsi:" {
        return match name {
            b"schemaLocation" | b"noNamespaceSchemaLocation" => Some((Class::Url, hint::URI)),
            _ => unless(token(value), Class::Unknown),
        };
    }
    if narrative {
        return narrative_attribute(name, value);
    }
    let of = tape.name(element);
    match name {
        b"classCode"
        | b"moodCode"
        | b"typeCode"
        | b"determinerCode"
        | b"contextControlCode"
        | b"contextConductionInd"
        | b"nullFlavor"
        | b"negationInd"
        | b"inversionInd"
        | b"independentInd"
        | b"use"
        | b"operator"
        | b"unit"
        | b"representation"
        | b"compression"
        | b"mediaType"
        | b"language"
        | b"inclusive"
        | b"partType"
        | b"qualifier"
        | b"institutionSpecified"
        | b"displayable"
        | b"integrityCheck"
        | b"integrityCheckAlgorithm"
        | b"alignment"
        | b"isNotOrdered"
        | b"encoding" => unless(token(value), Class::Title),
        b"value" => match of {
            b"telecom" => Some((Class::Url, hint::TELECOM)),
            _ if date(of, value) => Some((Class::Date, hint::TEXT)),
            b"value" if tape.attr_raw(element, b"unit") == b"a" && number(value) => Some((Class::Age, hint::TEXT)),
            b"reference" | b"thumbnail" => Some((Class::Url, if value.starts_with(b"#") { hint::NAME } else { hint::URI })),
            _ => unless(number(value) || matches!(value, b"true" | b"false"), Class::Title),
        },
        b"root" if is_guid(value) => (of != b"templateId").then_some((Class::Id, hint::TEXT)),
        b"root" => unless(oid(value), Class::Id).map(|(c, _)| (c, hint::ROOT)),
        b"extension" => unless(matches!(of, b"templateId" | b"typeId") && token(value), Class::Id),
        b"codeSystem" | b"codeSystemVersion" | b"valueSet" | b"valueSetVersion" => {
            unless(oid(value) || number(value) || is_guid(value), Class::Code).map(|(c, _)| (c, hint::TOKEN))
        }
        b"codeSystemName" | b"currency" => Some((Class::Code, hint::TEXT)),
        b"code" => unless(public_code(tape, element, of, value), Class::Code).map(|(c, _)| (c, hint::TOKEN)),
        b"displayName" | b"assigningAuthorityName" | b"title" => Some((Class::Title, hint::TEXT)),
        b"ID" => Some((Class::Id, hint::NAME)),
        b"href" => Some((Class::Url, hint::URI)),
        _ => unless(number(value), Class::Unknown),
    }
}

/// Attributes of narrative markup and of HTML that exporters put there.
fn narrative_attribute(name: &[u8], value: &[u8]) -> Option<(Class, u16)> {
    match name {
        b"href" | b"src" | b"cite" => Some((Class::Url, if value.starts_with(b"#") { hint::NAME } else { hint::URI })),
        b"value" => Some((Class::Url, if value.starts_with(b"#") { hint::NAME } else { hint::URI })),
        b"ID" | b"IDREF" | b"id" | b"referencedObject" | b"headers" | b"name" => Some((Class::Id, hint::NAME)),
        b"styleCode" | b"style" | b"class" | b"width" | b"height" | b"align" | b"valign" | b"border" | b"frame" | b"rules"
        | b"cellspacing" | b"cellpadding" | b"colspan" | b"rowspan" | b"span" | b"scope" | b"char" | b"charoff" | b"listType"
        | b"revised" | b"language" | b"type" | b"rel" | b"rev" | b"start" | b"bgcolor" | b"color" | b"mediaType" | b"target" => {
            unless(token(value), Class::Code)
        }
        _ => unless(number(value), Class::Title),
    }
}

/// The class, unless the value is plainly harmless.
fn unless(harmless: bool, class: Class) -> Option<(Class, u16)> {
    (!harmless).then_some((class, hint::TEXT))
}

/// One short word of ASCII letters, digits and the punctuation of codes; not an e-mail address, not a long number.
fn token(value: &[u8]) -> bool {
    value.len() <= 40
        && value.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:/+#%{}[]()*'&;=,".contains(b))
        && value.iter().filter(|b| b.is_ascii_digit()).count() <= 20
}

/// Numbers, dates, times and intervals.
fn number(value: &[u8]) -> bool {
    value.len() <= 40 && value.iter().all(|b| b.is_ascii_digit() || b"+-.:, TZ%eE".contains(b))
}

/// A point in time as CDA writes it, more exact than a year. Source: HL7 v3 data types, TS.
fn date(of: &[u8], value: &[u8]) -> bool {
    let timed =
        matches!(of, b"effectiveTime" | b"time" | b"low" | b"high" | b"center" | b"birthTime" | b"deceasedTime" | b"value")
            || of.ends_with(b"Time");
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    timed
        && (digits >= 8 || digits == 6 && of != b"value")
        && (value.starts_with(b"19") || value.starts_with(b"20") || value.starts_with(b"18"))
        && number(value)
}

/// Digits and dots.
fn oid(value: &[u8]) -> bool {
    value.len() <= 128 && value.contains(&b'.') && value.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// A code of a public code system, or of an element whose codes CDA itself fixes.
fn public_code(tape: &Tape, element: u32, of: &[u8], value: &[u8]) -> bool {
    if !token(value) {
        return false;
    }
    if matches!(
        of,
        b"statusCode" | b"realmCode" | b"languageCode" | b"confidentialityCode" | b"signatureCode" | b"administrativeGenderCode"
    ) {
        return true;
    }
    let system = tape.attr_raw(element, b"codeSystem");
    // HL7 v3 and v2 tables, terminologies registered by HL7 (LOINC, SNOMED CT, RxNorm, ICD, CPT, NUCC, CVX, UNII, NCI, NDC).
    [
        "2.16.840.1.113883.5.",
        "2.16.840.1.113883.6.",
        "2.16.840.1.113883.12.",
        "2.16.840.1.113883.1.11.",
        "2.16.840.1.113883.3.26.1.",
    ]
    .iter()
    .any(|p| system.starts_with(p.as_bytes()))
        || system == b"2.16.840.1.113883.4.9"
}

/// Class of text directly in an element.
pub fn text(local: &[u8], known: bool, organisation: bool) -> Class {
    match local {
        _ if !known => Class::Unknown,
        b"state" | b"country" => Class::Code,
        _ if is_address_part(local) => Class::Place,
        b"addr" if organisation => Class::Place,
        b"text" | b"value" | b"desc" | b"derivationExpr" => Class::Narrative,
        _ => Class::Title,
    }
}
