//! The R4 element table, read a second time and for another purpose than the reader's: what a valid element may hold.
//!
//! The rows are those of FHIR R4 (4.0.1, CC0): path, least, most, types. The reader of `format/fhir` asks them what a string means;
//! here they say which elements exist, which are required, which repeat, and what JSON value each takes. No code is shared.

use crate::model::hash::Fast;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Index into [`Table::types`].
pub(super) type TypeNo = u16;

/// What a primitive string must look like (R4 datatypes.html, the regular expressions, as far as they are cheap).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Text {
    /// Anything.
    Any,
    /// `date`: year, month or day.
    Date,
    /// `dateTime`: a date, or a date with time and zone.
    DateTime,
    /// `instant`: always with time and zone.
    Instant,
    /// `time`.
    Time,
    /// `id`.
    Id,
    /// `code`: no outer or double blanks.
    Code,
    /// `uri` and its kin: no blanks.
    Uri,
    /// `base64Binary`.
    Base64,
}

/// What JSON value an element takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    Text(Text),
    /// An object of this type.
    Object(TypeNo),
    /// A resource.
    Resource,
}

/// One element of a type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// JSON value.
    pub takes: Takes,
    /// An array in JSON.
    pub many: bool,
    /// Bit in [`Type::need`] when the element, or the choice it belongs to, is required; else 0.
    pub need: u64,
    /// Bit of the choice it belongs to; 0 for an element that is none.
    pub choice: u64,
    /// Bit for [`Type::rules`].
    pub flag: u8,
}

/// An invariant of a type that masking could break.
#[derive(Clone, Copy, Debug)]
pub(super) enum Invariant {
    /// At least one of these flags.
    OneOf(u8),
    /// The first flag only together with the second.
    With(u8, u8),
    /// Exactly one of the two flags.
    Either(u8, u8),
}

/// A data type, resource or backbone path.
#[derive(Debug)]
pub(super) struct Type {
    /// `Observation`, `Observation.component`, `HumanName`.
    pub name: &'static str,
    /// Bits of what is required.
    pub need: u64,
    /// Invariants with their R4 key.
    pub rules: Vec<(&'static str, Invariant)>,
    rows: HashMap<&'static [u8], Row, Fast>,
}

impl Type {
    /// The element of this name.
    pub fn row(&self, key: &[u8]) -> Option<Row> {
        self.rows.get(key).copied()
    }
}

/// Invariants of R4 that a masked person, contact or attachment could break: type, key, and the elements concerned.
const INVARIANTS: &[(&str, &str, &[&str], &str)] = &[
    ("Patient.contact", "pat-1", &["name", "telecom", "address", "organization"], "one"),
    ("Organization", "org-1", &["identifier", "name"], "one"),
    ("ContactPoint", "cpt-2", &["value", "system"], "with"),
    ("Attachment", "att-1", &["data", "contentType"], "with"),
    ("Extension", "ext-1", &["extension", "value[x]"], "either"),
    ("Appointment.participant", "app-1", &["type", "actor"], "one"),
];

/// The table.
#[derive(Debug)]
pub(super) struct Table {
    pub types: Vec<Type>,
    by_name: HashMap<&'static str, TypeNo>,
    /// `Element`: what stands under `_name`.
    pub element: TypeNo,
    /// `Extension`.
    pub extension: TypeNo,
}

impl Table {
    /// FHIR R4, read once.
    pub fn r4() -> &'static Table {
        static R4: OnceLock<Table> = OnceLock::new();
        R4.get_or_init(|| Table::parse(include_str!("../format/fhir/r4_elements.tsv")))
    }

    /// Number of a type by name.
    pub fn number(&self, name: &str) -> Option<TypeNo> {
        self.by_name.get(name).copied()
    }

    /// Number of a resource type by name.
    pub fn resource(&self, name: &[u8]) -> Option<TypeNo> {
        let number = self.number(std::str::from_utf8(name).ok()?)?;
        let is_resource = self.get(number)?.row(b"implicitRules").is_some();
        is_resource.then_some(number)
    }

    /// A type.
    pub fn get(&self, number: TypeNo) -> Option<&Type> {
        self.types.get(usize::from(number))
    }

    fn parse(rows: &'static str) -> Table {
        let names: Vec<&'static str> = rows.lines().filter_map(|l| l.strip_prefix('=')).collect();
        let by_name: HashMap<&'static str, TypeNo> = names.iter().enumerate().map(|(i, n)| (*n, i as TypeNo)).collect();
        let mut types: Vec<Type> =
            names.iter().map(|n| Type { name: n, need: 0, rules: Vec::new(), rows: HashMap::default() }).collect();
        let mut current = None;
        let mut bits = 0u32;
        for line in rows.lines() {
            if let Some(name) = line.strip_prefix('=') {
                (current, bits) = (by_name.get(name).map(|n| usize::from(*n)), 0);
                continue;
            }
            let mut columns = line.split('\t');
            let (Some(name), Some(least), Some(most), Some(kinds)) =
                (columns.next(), columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let Some(of) = current.and_then(|c| types.get_mut(c)) else { continue };
            add(of, name, least != "0", most == "*", kinds, &by_name, &mut bits);
        }
        let number = |n: &str| by_name.get(n).copied().unwrap_or_default();
        Table { element: number("Element"), extension: number("Extension"), types, by_name }
    }
}

fn add(
    of: &mut Type,
    name: &'static str,
    required: bool,
    many: bool,
    kinds: &'static str,
    by_name: &HashMap<&'static str, TypeNo>,
    bits: &mut u32,
) {
    // No type has 64 required elements and choices; one that had would lose checks, not gain faults.
    let mut bit = || {
        *bits += 1;
        1u64.checked_shl(*bits - 1).unwrap_or(0)
    };
    let need = if required { bit() } else { 0 };
    of.need |= need;
    let base = name.strip_suffix("[x]");
    let choice = if base.is_some() { bit() } else { 0 };
    let flag = invariant_flag(of, name);
    for kind in split(kinds) {
        let bare = kind.split('(').next().unwrap_or(kind);
        let key: &'static [u8] = match base {
            Some(base) => {
                let (head, tail) = bare.split_at(bare.len().min(1));
                Box::leak(format!("{base}{}{tail}", head.to_ascii_uppercase()).into_bytes().into_boxed_slice())
            }
            None => name.as_bytes(),
        };
        let takes = takes(bare, of.name, name, by_name);
        of.rows.insert(key, Row { takes, many, need, choice, flag });
    }
}

/// Types at the commas that stand outside parentheses.
fn split(kinds: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0i32;
    kinds
        .split(move |c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        })
        .map(str::trim)
        .filter(|t| !t.is_empty())
}

fn invariant_flag(of: &mut Type, name: &str) -> u8 {
    let Some((_, key, elements, how)) = INVARIANTS.iter().find(|i| i.0 == of.name && i.2.contains(&name)) else { return 0 };
    let bit = |e: &str| elements.iter().position(|x| *x == e).and_then(|p| 1u8.checked_shl(p as u32)).unwrap_or(0);
    if of.rules.is_empty() {
        let all = elements.iter().fold(0, |a, e| a | bit(e));
        of.rules.push((
            key,
            match *how {
                "with" => Invariant::With(1, 2),
                "either" => Invariant::Either(1, 2),
                _ => Invariant::OneOf(all),
            },
        ));
    }
    bit(name)
}

fn takes(kind: &str, owner: &str, name: &str, by_name: &HashMap<&'static str, TypeNo>) -> Takes {
    let object = |n: &str| by_name.get(n).map_or(Takes::Text(Text::Any), |t| Takes::Object(*t));
    if let Some(path) = kind.strip_prefix('@') {
        return object(path);
    }
    Takes::Text(match kind {
        "string" | "markdown" | "sys.String" | "xhtml" => Text::Any,
        "date" => Text::Date,
        "dateTime" => Text::DateTime,
        "instant" => Text::Instant,
        "time" => Text::Time,
        "id" => Text::Id,
        "code" => Text::Code,
        "uri" | "url" | "canonical" | "oid" | "uuid" => Text::Uri,
        "base64Binary" => Text::Base64,
        "boolean" => return Takes::Bool,
        "integer" | "decimal" | "positiveInt" | "unsignedInt" => return Takes::Number,
        "Resource" => return Takes::Resource,
        "BackboneElement" | "Element" => return object(&format!("{owner}.{name}")),
        other => return object(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_what_it_takes() {
        let table = Table::r4();
        assert!(table.types.len() > 600);
        // A type that is not in the table would silently be a string.
        for kind in ["CodeableConcept", "Reference", "Identifier", "HumanName", "Meta", "Narrative", "Quantity", "Timing", "Age"]
        {
            assert!(table.number(kind).is_some(), "{kind}");
        }
        let observation = table.get(table.resource(b"Observation").unwrap()).unwrap();
        let row = |k: &str| observation.row(k.as_bytes()).unwrap();
        assert!(row("status").need != 0 && row("code").need != 0 && row("note").need == 0);
        assert!(row("note").many && !row("status").many);
        assert_eq!(row("valueString").choice, row("valueQuantity").choice);
        assert_ne!(row("valueString").choice, row("effectiveDateTime").choice);
        assert_eq!(row("issued").takes, Takes::Text(Text::Instant));
        assert!(table.resource(b"HumanName").is_none());
    }
}
