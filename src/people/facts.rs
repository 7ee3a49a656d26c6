//! What is known about one person, folded once so that comparing is cheap.

use super::fold::{digits, fold, joined, words};
use super::kin;
use super::lexicon;
use super::name::Folded;
use crate::model::person::{Address, Identifier, Name, PersonStub, StubKind, Telecom};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};

/// What kind of record the person stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FactKind {
    /// Not told.
    #[default]
    Unknown,
    /// A Patient resource or the like.
    Patient,
    /// A RelatedPerson or other third party.
    Related,
    /// A Practitioner.
    Clinician,
}

/// A date of birth; 0 stands for an unknown month or day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Dob {
    /// Year.
    pub year: u16,
    /// Month or 0.
    pub month: u8,
    /// Day or 0.
    pub day: u8,
}

impl Dob {
    /// Reads `YYYY[-MM[-DD]]`, HL7 `YYYYMMDD...`, `MM/DD/YYYY`. Placeholders (1 January 1900 and the like, years before 1880 or
    /// after 2200) are `None`: they say that the date is missing.
    pub fn parse(text: &str) -> Option<Dob> {
        let text = text.trim();
        let text = text.split(['T', ' ']).next().unwrap_or("");
        let num = |s: &str| s.parse::<u16>().ok();
        let dob = if text.contains('/') {
            let mut p = text.split('/');
            let (m, d, y) = (num(p.next()?)?, num(p.next()?)?, num(p.next()?)?);
            Dob { year: y, month: u8::try_from(m).ok()?, day: u8::try_from(d).ok()? }
        } else if text.find('-') == Some(4) {
            let mut p = text.split('-');
            let year = num(p.next()?)?;
            let month = u8::try_from(p.next().and_then(num).unwrap_or(0)).ok()?;
            let day = u8::try_from(p.next().and_then(num).unwrap_or(0)).ok()?;
            Dob { year, month, day }
        } else {
            let d: String = text.chars().take_while(char::is_ascii_digit).collect();
            let part = |a: usize, b: usize| d.get(a..b).and_then(num);
            let year = part(0, 4)?;
            let month = u8::try_from(part(4, 6).unwrap_or(0)).ok()?;
            let day = u8::try_from(part(6, 8).unwrap_or(0)).ok()?;
            Dob { year, month, day }
        };
        let placeholder = !(1880..=2200).contains(&dob.year)
            || (matches!(dob.year, 1900 | 1901) && dob.month <= 1 && dob.day <= 1)
            || (dob.year == 1899 && dob.month == 12);
        (!placeholder && dob.month <= 12 && dob.day <= 31).then_some(dob)
    }
    /// True when year, month and day are known.
    pub fn is_full(&self) -> bool {
        self.month > 0 && self.day > 0
    }
}

/// Sex as far as it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

impl Sex {
    /// Reads FHIR and HL7 v2 words; others are `None`.
    pub fn parse(text: &str) -> Option<Sex> {
        match fold(text.trim()).as_str() {
            "m" | "male" => Some(Sex::Male),
            "f" | "female" => Some(Sex::Female),
            _ => None,
        }
    }
}

/// A postal address as one component: house number, street words, town, state, postal code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// House or box number with OCR confusions undone.
    pub number: String,
    /// First telling word of the street.
    pub street: Vec<String>,
    /// First five digits of the postal code, or the whole when not digits.
    pub postal: String,
    /// State, folded.
    pub state: String,
    /// Town, folded and joined.
    pub city: String,
}

const STREET_WORDS: &[&str] = &[
    "st",
    "street",
    "rd",
    "road",
    "ave",
    "avenue",
    "av",
    "ln",
    "lane",
    "dr",
    "drive",
    "ct",
    "court",
    "blvd",
    "boulevard",
    "way",
    "pl",
    "place",
    "apt",
    "unit",
    "suite",
    "ste",
    "north",
    "south",
    "east",
    "west",
    "n",
    "s",
    "e",
    "w",
    "hwy",
    "highway",
    "cir",
    "circle",
    "terrace",
    "ter",
    "pkwy",
    "parkway",
    "floor",
    "fl",
    "no",
    "box",
    "po",
    "the",
];

impl Place {
    /// Reads a structured or a one-line address.
    pub fn of(address: &Address) -> Place {
        let mut place = Place::default();
        let street;
        if address.lines.is_empty() && address.city.is_empty() && address.postal_code.is_empty() {
            let text: String = address.text.chars().take(300).collect();
            let (head, tail) = text.rsplit_once(',').unwrap_or((&text, ""));
            let (line, town) = head.split_once(',').unwrap_or((head, ""));
            street = line.to_string();
            let mut rest = words(&format!("{town} {tail}"));
            if rest.last().is_some_and(|w| w.len() == 4 && w.chars().all(|c| c.is_ascii_digit())) && rest.len() > 1 {
                let before = rest.len() - 2;
                if rest.get(before).is_some_and(|w| w.len() == 5 && w.chars().all(|c| c.is_ascii_digit())) {
                    rest.pop();
                }
            }
            if rest.last().is_some_and(|w| w.chars().any(|c| c.is_ascii_digit())) {
                place.postal = rest.pop().unwrap_or_default();
            }
            if rest.len() > 1 && rest.last().is_some_and(|w| w.len() == 2) {
                place.state = rest.pop().unwrap_or_default();
            }
            place.city = rest.concat();
        } else {
            street = if address.lines.is_empty() { address.text.clone() } else { address.lines.join(" ") };
            place.postal = joined(&address.postal_code);
            place.state = joined(&address.state);
            place.city = joined(&address.city);
        }
        if place.postal.bytes().all(|c| c.is_ascii_digit()) {
            place.postal.truncate(5);
        }
        for w in words(&street).into_iter().take(12) {
            let numeric = w.chars().next().is_some_and(|c| c.is_ascii_digit()) && w.chars().any(|c| c.is_ascii_digit());
            if place.number.is_empty() && numeric && !w.chars().any(|c| c.is_ascii_alphabetic() && c != 'o' && c != 'l') {
                place.number = w;
            } else if !STREET_WORDS.contains(&w.as_str()) {
                place.street.push(super::fold::ocr(&w));
            }
        }
        place
    }
    fn is_empty(&self) -> bool {
        self.number.is_empty() && self.street.is_empty() && self.postal.is_empty() && self.city.is_empty()
    }
}

/// What a number is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IdClass {
    /// Social security number or other national number: one per person.
    National,
    /// National Provider Identifier: one per clinician.
    Npi,
    /// Insurance member or subscriber number: shared inside a family.
    Member,
    /// Visit, account and the like: many per person.
    Episode,
    /// Medical record number or unknown kind: one per person and assigner.
    Record,
}

/// An identifier ready for comparison.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id {
    /// What it is for.
    pub class: IdClass,
    /// Folded assigner: system, else the name of the assigner; empty when not told or implied by the class.
    pub system: String,
    /// Name of the assigner when both were told.
    pub assigner: String,
    /// Letters and digits of the value, folded.
    pub value: String,
}

impl Id {
    /// Folds an identifier; `None` when the value says nothing.
    pub fn of(id: &Identifier, assigner: &str) -> Option<Id> {
        let value: String = joined(&id.value);
        let same_sign = value.len() > 2 && value.chars().next().is_some_and(|f| value.chars().all(|c| c == f));
        if value.is_empty() || same_sign || lexicon::is_unknown_word(&value) || value.len() > 128 {
            return None;
        }
        let system = fold(id.system.trim());
        let kind = fold(id.kind.trim());
        let ssn_system = system.contains("us-ssn") || system.ends_with("2.16.840.1.113883.4.1");
        let npi_system = system.contains("us-npi") || system.ends_with("2.16.840.1.113883.4.6");
        let class = if ssn_system || matches!(kind.as_str(), "ss" | "ssn" | "sb" | "ni" | "nationalid") {
            IdClass::National
        } else if npi_system || kind == "npi" {
            IdClass::Npi
        } else if matches!(kind.as_str(), "mb" | "sn" | "mem" | "member" | "snumber" | "pn" | "ma" | "mc") {
            IdClass::Member
        } else if matches!(kind.as_str(), "vn" | "an" | "acsn" | "plac" | "fill" | "ei" | "anon") {
            IdClass::Episode
        } else {
            IdClass::Record
        };
        let shared = ssn_system || npi_system || class == IdClass::Npi || matches!(kind.as_str(), "ss" | "ssn" | "sb");
        let assigner = fold(assigner.trim());
        let (system, assigner) = match (shared, system.is_empty()) {
            (true, _) => (String::new(), String::new()),
            (false, true) => (assigner, String::new()),
            (false, false) => (system, assigner),
        };
        Some(Id { class, system, assigner, value })
    }

    /// True when both were assigned by the same body, as far as told.
    pub fn same_assigner(&self, other: &Id) -> bool {
        if self.class != other.class {
            return false;
        }
        if matches!(self.class, IdClass::Npi)
            || (self.class == IdClass::National && self.system.is_empty() && other.system.is_empty())
        {
            return true;
        }
        let both = |a: &str, b: &str| !a.is_empty() && !b.is_empty();
        if both(&self.assigner, &other.assigner) && self.assigner != other.assigner {
            return false;
        }
        if both(&self.system, &other.system) {
            return self.system == other.system || self.system == other.assigner || other.system == self.assigner;
        }
        // A member number without payer: the number's own form is all there is.
        self.class == IdClass::Member
    }
}

impl Id {
    /// True for an NPI of the right form: ten digits that begin with 1 or 2 (CMS). Stand-ins of test systems prove nothing.
    pub fn is_npi(&self) -> bool {
        self.class == IdClass::Npi
            && self.value.len() == 10
            && self.value.starts_with(['1', '2'])
            && self.value.bytes().all(|b| b.is_ascii_digit())
    }
}

/// A relative the requester names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownKin {
    /// Name.
    pub name: Folded,
    /// Relation as a role.
    pub role: Role,
}

/// One person's facts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// Kind of record.
    pub kind: FactKind,
    /// Relation to the patient in words, folded; `self` for the patient.
    pub relation: String,
    /// Names in use.
    pub names: Vec<Folded>,
    /// Former names.
    pub former: Vec<Folded>,
    /// Nicknames as given names, folded.
    pub nicknames: Vec<String>,
    /// Date of birth, placeholders left out.
    pub dob: Option<Dob>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Addresses.
    pub places: Vec<Place>,
    /// Phone numbers: the last ten digits.
    pub phones: Vec<String>,
    /// E-mail addresses, folded.
    pub emails: Vec<String>,
    /// Identifiers.
    pub ids: Vec<Id>,
    /// Relatives named by the requester.
    pub kin: Vec<KnownKin>,
}

impl Facts {
    /// Facts of the requester.
    pub fn of_identity(identity: &Identity) -> Facts {
        let mut facts = Facts { kind: FactKind::Patient, ..Facts::default() };
        facts.add_common(&identity.names, &identity.telecoms, &identity.addresses);
        facts.former = identity.former_names.iter().map(Folded::of).filter(|n| !n.is_empty()).collect();
        for nick in &identity.nicknames {
            let ws = words(nick);
            if ws.len() > 1 {
                facts.names.push(Folded::of_text(nick));
            } else {
                facts.nicknames.extend(ws);
            }
        }
        facts.dob = identity.birth_date.as_deref().and_then(Dob::parse);
        facts.sex = identity.sex.as_deref().and_then(Sex::parse);
        facts.ids = identity.identifiers.iter().filter_map(|i| Id::of(i, "")).collect();
        facts.kin = identity
            .relatives
            .iter()
            .map(|r| KnownKin { name: Folded::of(&r.name), role: kin::relation_role(&r.relation).unwrap_or(Role::Relative) })
            .filter(|k| k.role != Role::Patient)
            .collect();
        facts
    }

    /// Facts of a stub.
    pub fn of_stub(stub: &PersonStub) -> Facts {
        let kind = match (stub.kind, stub.role.group()) {
            (StubKind::Patient, _) => FactKind::Patient,
            (StubKind::Clinician, _) => FactKind::Clinician,
            (StubKind::Related, RoleGroup::Patient) => FactKind::Unknown,
            (StubKind::Related, RoleGroup::Relative) => FactKind::Related,
            _ => FactKind::Unknown,
        };
        let mut facts = Facts { kind, ..Facts::default() };
        if stub.role == Role::Patient && stub.kind != StubKind::Clinician {
            facts.relation = "self".into();
        } else if kind == FactKind::Related {
            facts.relation = fold(stub.role.label_words());
        }
        facts.add_common(&stub.names, &stub.telecoms, &stub.addresses);
        facts.dob = stub.birth_date.as_deref().and_then(Dob::parse);
        facts.sex = stub.sex.as_deref().and_then(Sex::parse);
        facts.ids = stub.identifiers.iter().filter_map(|i| Id::of(i, "")).collect();
        facts
    }

    /// Facts of a bare name.
    pub fn of_name(name: &Name) -> Facts {
        Facts { names: vec![Folded::of(name)], ..Facts::default() }
    }

    /// Adds names, telecoms and addresses. At most 32 of each are looked at.
    pub fn add_common(&mut self, names: &[Name], telecoms: &[Telecom], addresses: &[Address]) {
        self.names.extend(names.iter().take(32).map(Folded::of).filter(|n| !n.is_empty()));
        self.places.extend(addresses.iter().take(32).map(Place::of).filter(|p| !p.is_empty()));
        for t in telecoms.iter().take(32) {
            if t.value.contains('@') {
                let mail = fold(t.value.trim().trim_start_matches("mailto:"));
                self.emails.push(mail);
            } else {
                let d = digits(&t.value);
                if d.len() >= 7 {
                    self.phones.push(d.get(d.len().saturating_sub(10)..).unwrap_or(&d).to_string());
                }
            }
        }
    }

    /// True when only a name, or less, is known.
    pub fn is_name_only(&self) -> bool {
        self.dob.is_none() && self.ids.is_empty() && self.places.is_empty() && self.phones.is_empty() && self.emails.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_form_and_placeholders_are_missing() {
        let d = Dob { year: 1980, month: 4, day: 12 };
        for t in ["1980-04-12", "19800412", "198004121030-0500", "04/12/1980", "1980-04-12T00:00:00Z"] {
            assert_eq!(Dob::parse(t), Some(d), "{t}");
        }
        assert_eq!(Dob::parse("1980"), Some(Dob { year: 1980, month: 0, day: 0 }));
        for t in ["1900-01-01", "0001-01-01", "9999-12-31", "", "unknown", "1980-99-01"] {
            assert_eq!(Dob::parse(t), None, "{t}");
        }
    }

    #[test]
    fn one_line_and_structured_addresses_meet() {
        let text = Address { text: "12 Oak Street, Salem OR 97301-1234".into(), ..Address::default() };
        let parts = Address {
            lines: vec!["12 Oak St".into()],
            city: "SALEM".into(),
            state: "OR".into(),
            postal_code: "97301".into(),
            ..Address::default()
        };
        assert_eq!(Place::of(&text), Place::of(&parts));
    }

    #[test]
    fn identifiers_know_their_assigner() {
        let id =
            |s: &str, v: &str, k: &str| Id::of(&Identifier { system: s.into(), value: v.into(), kind: k.into() }, "").unwrap();
        assert!(id("", "900-12-3456", "SS").same_assigner(&id("http://hl7.org/fhir/sid/us-ssn", "900123456", "")));
        assert!(!id("urn:oid:1.2", "7", "MR").same_assigner(&id("urn:oid:1.3", "7", "MR")));
        assert!(Id::of(&Identifier { value: "000000".into(), ..Identifier::default() }, "").is_none());
    }
}
