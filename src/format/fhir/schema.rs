//! The R4 element table: what each property of each type is.
//!
//! `r4_elements.tsv` lists every element path of FHIR R4 (4.0.1, CC0) with cardinality and types; `id` and extensions are left out, as
//! every element has them. It makes the reader know a HumanName at any depth without a hand-written case for each resource.

use crate::model::hash::Fast;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Index into [`Schema::types`].
pub type TypeId = u16;

/// What primitive strings hold, as far as redaction cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prim {
    /// `string`, `markdown`: somebody wrote it.
    Text,
    /// `xhtml`
    Xhtml,
    /// `base64Binary`
    Base64,
    /// `uri`, `url`, `canonical`, `oid`, `uuid`
    Uri,
    /// `id`
    Id,
    /// `date`, `dateTime`
    Date,
    /// `instant`: a date that needs a time.
    Instant,
    /// `code`, numbers, booleans.
    Code,
}

/// Type of a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ty {
    /// A primitive.
    Prim(Prim),
    /// A data type or backbone element.
    Complex(TypeId),
    /// `Reference`; its possible targets are in [`Prop::targets`].
    Reference,
    /// Any resource.
    Resource,
}

/// Who a reference may point at, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Targets(pub u8);

impl Targets {
    /// Patient.
    pub const PATIENT: u8 = 1;
    /// Practitioner or PractitionerRole.
    pub const PRACTITIONER: u8 = 2;
    /// RelatedPerson or Person.
    pub const RELATED: u8 = 4;
    /// Organization, CareTeam, HealthcareService, Location, Device, Group: not one human being.
    pub const OTHER: u8 = 8;
    /// Any resource.
    pub const ANY: u8 = 16;

    /// True when a person can be the target.
    pub fn person(self) -> bool {
        self.0 & (Self::PATIENT | Self::PRACTITIONER | Self::RELATED | Self::ANY) != 0
    }
    /// True when only persons can be the target.
    pub fn only_person(self) -> bool {
        self.person() && self.0 & (Self::OTHER | Self::ANY) == 0
    }
    fn of(name: &str) -> u8 {
        match name {
            "Patient" => Self::PATIENT,
            "Practitioner" | "PractitionerRole" => Self::PRACTITIONER,
            "RelatedPerson" | "Person" => Self::RELATED,
            "Resource" | "Any" => Self::ANY,
            _ => Self::OTHER,
        }
    }
}

/// One property of a type.
#[derive(Clone, Copy, Debug)]
pub struct Prop {
    /// Name as in JSON (choice types expanded: `valueString`).
    pub name: &'static str,
    /// Type.
    pub ty: Ty,
    /// At least one is required.
    pub required: bool,
    /// May repeat (is an array in JSON).
    pub many: bool,
    /// For references.
    pub targets: Targets,
}

/// One type or backbone path.
#[derive(Debug)]
pub struct TypeDef {
    /// `Observation`, `Observation.component`, `HumanName`.
    pub name: &'static str,
    props: HashMap<&'static str, Prop, Fast>,
}

impl TypeDef {
    /// A property by JSON name.
    pub fn prop(&self, key: &str) -> Option<&Prop> {
        self.props.get(key)
    }
}

/// All types.
#[derive(Debug)]
pub struct Schema {
    /// Types by id.
    pub types: Vec<TypeDef>,
    by_name: HashMap<&'static str, TypeId, Fast>,
}

impl Schema {
    /// The R4 schema, read once.
    pub fn r4() -> &'static Schema {
        static R4: OnceLock<Schema> = OnceLock::new();
        R4.get_or_init(|| Schema::parse(include_str!("r4_elements.tsv")))
    }

    /// Id of a type name or backbone path.
    pub fn id(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// A type by id.
    pub fn ty(&self, id: TypeId) -> &TypeDef {
        &self.types[id as usize]
    }

    /// True for a resource type name.
    pub fn is_resource(&self, name: &str) -> bool {
        !name.contains('.')
            && self.id(name).is_some_and(|t| {
                let props = &self.ty(t).props;
                props.contains_key("implicitRules")
            })
    }

    fn parse(table: &'static str) -> Schema {
        let mut names: Vec<&'static str> = Vec::new();
        let mut by_name: HashMap<&'static str, TypeId, Fast> = HashMap::default();
        for line in table.lines() {
            if let Some(name) = line.strip_prefix('=') {
                by_name.insert(name, names.len() as TypeId);
                names.push(name);
            }
        }
        let mut types: Vec<TypeDef> = names.iter().map(|n| TypeDef { name: n, props: HashMap::default() }).collect();
        let mut current = 0usize;
        for line in table.lines() {
            if let Some(name) = line.strip_prefix('=') {
                current = by_name[name] as usize;
                continue;
            }
            let mut cols = line.split('\t');
            let (Some(name), Some(min), Some(max), Some(tys)) = (cols.next(), cols.next(), cols.next(), cols.next()) else {
                continue;
            };
            let owner = types[current].name;
            let required = min != "0";
            let many = max == "*";
            let choice = name.strip_suffix("[x]");
            for ty in split_types(tys) {
                let json_name: &'static str = match choice {
                    Some(base) => {
                        let bare = ty.split('(').next().unwrap_or(ty);
                        let mut s = String::from(base);
                        let mut chars = bare.chars();
                        s.extend(chars.next().map(|c| c.to_ascii_uppercase()));
                        s.push_str(chars.as_str());
                        Box::leak(s.into_boxed_str())
                    }
                    None => name,
                };
                let (ty, targets) = resolve(ty, owner, name, &by_name);
                types[current].props.insert(json_name, Prop { name: json_name, ty, required, many, targets });
            }
        }
        Schema { types, by_name }
    }
}

/// Splits `Reference(A|B),CodeableConcept` at the commas.
fn split_types(tys: &str) -> impl Iterator<Item = &str> {
    tys.split(',').map(str::trim).filter(|t| !t.is_empty())
}

fn resolve(ty: &str, owner: &str, name: &str, by_name: &HashMap<&'static str, TypeId, Fast>) -> (Ty, Targets) {
    if let Some(rest) = ty.strip_prefix("Reference") {
        let inner = rest.trim_start_matches('(').trim_end_matches(')');
        let bits = if inner.is_empty() { Targets::ANY } else { inner.split('|').map(Targets::of).fold(0, |a, b| a | b) };
        return (Ty::Reference, Targets(bits));
    }
    if let Some(path) = ty.strip_prefix('@') {
        return (by_name.get(path).map_or(Ty::Prim(Prim::Text), |&t| Ty::Complex(t)), Targets::default());
    }
    let t = match ty.split('(').next().unwrap_or(ty) {
        "string" | "markdown" | "sys.String" => Ty::Prim(Prim::Text),
        "xhtml" => Ty::Prim(Prim::Xhtml),
        "base64Binary" => Ty::Prim(Prim::Base64),
        "uri" | "url" | "canonical" | "oid" | "uuid" => Ty::Prim(Prim::Uri),
        "id" => Ty::Prim(Prim::Id),
        "date" | "dateTime" => Ty::Prim(Prim::Date),
        "instant" => Ty::Prim(Prim::Instant),
        "code" | "time" | "boolean" | "integer" | "decimal" | "positiveInt" | "unsignedInt" => Ty::Prim(Prim::Code),
        "Resource" => Ty::Resource,
        "BackboneElement" | "Element" => {
            let path = format!("{owner}.{name}");
            by_name.get(path.as_str()).map_or(Ty::Prim(Prim::Text), |&t| Ty::Complex(t))
        }
        other => by_name.get(other).map_or(Ty::Prim(Prim::Text), |&t| Ty::Complex(t)),
    };
    (t, Targets::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_types_at_depth() {
        let s = Schema::r4();
        let patient = s.ty(s.id("Patient").unwrap());
        let name = patient.prop("name").unwrap();
        assert!(name.many);
        assert_eq!(name.ty, Ty::Complex(s.id("HumanName").unwrap()));
        let contact = patient.prop("contact").unwrap();
        let Ty::Complex(c) = contact.ty else { panic!("contact is a backbone element") };
        assert_eq!(s.ty(c).name, "Patient.contact");
        assert!(s.ty(c).prop("telecom").is_some());
        let obs = s.ty(s.id("Observation").unwrap());
        assert_eq!(obs.prop("valueString").unwrap().ty, Ty::Prim(Prim::Text));
        assert!(obs.prop("performer").unwrap().targets.person());
        assert!(!obs.prop("performer").unwrap().targets.only_person());
        let eob = s.ty(s.id("ExplanationOfBenefit.item.detail").unwrap());
        assert!(matches!(eob.prop("adjudication").unwrap().ty, Ty::Complex(_)), "content references resolve");
        assert!(s.is_resource("Observation") && !s.is_resource("HumanName"));
    }

    #[test]
    fn every_row_resolves() {
        let s = Schema::r4();
        assert!(s.types.len() > 600);
        let rows: usize = s.types.iter().map(|t| t.props.len()).sum();
        assert!(rows > 5000, "{rows}");
    }
}
