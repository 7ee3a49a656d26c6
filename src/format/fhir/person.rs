//! What a person-bearing object tells about its person.

use super::walk::Walker;
use crate::format::json::Kind;
use crate::format::roles::{clinician, clinician_words, role_of_code, role_of_credential, role_of_words};
use crate::model::person::{Address, Identifier, Name, PersonStub, StubKind, Telecom};
use crate::model::role::Role;

/// Property names under which a person's facts stand, and what each is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// HumanName or a name string.
    Name,
    /// ContactPoint.
    Telecom,
    /// Address.
    Address,
    /// Identifier.
    Identifier,
    /// Birth or death date, age.
    Birth,
    /// Photo.
    Photo,
    /// Sex, marital status, language, race, extension: kept for the requester, removed for others.
    Demographic,
    /// Not a fact of this person's identity.
    None,
}

/// What a property of a person-bearing object is. Rows of the hiding-places table: Patient, Patient.contact, Practitioner,
/// RelatedPerson, Person, FamilyMemberHistory and every backbone element with a name and telecom of its own.
pub fn fact_of(type_name: &str, key: &str) -> Fact {
    let base = key.strip_prefix('_').unwrap_or(key);
    match base {
        "name" => return Fact::Name,
        "telecom" => return Fact::Telecom,
        "address" => return Fact::Address,
        "identifier" if !type_name.contains('.') || type_name == "Practitioner.qualification" => return Fact::Identifier,
        "photo" => return Fact::Photo,
        "birthDate" => return Fact::Birth,
        "gender" | "sex" if type_name == "FamilyMemberHistory" => return Fact::None,
        "gender" | "communication" | "maritalStatus" => return Fact::Demographic,
        _ => {}
    }
    match type_name {
        "Patient" => match base {
            b if b.starts_with("deceased") || b.starts_with("multipleBirth") => Fact::Demographic,
            "extension" | "contact" => Fact::Demographic,
            _ => Fact::None,
        },
        "Practitioner" | "RelatedPerson" | "Person" | "Patient.contact" => match base {
            "extension" => Fact::Demographic,
            "organization" if type_name == "Patient.contact" => Fact::Demographic,
            _ => Fact::None,
        },
        "FamilyMemberHistory" => match base {
            // Age, estimated age and deceased flag or age are clinical; dates of birth and death identify.
            "bornDate" | "bornPeriod" | "bornString" | "deceasedDate" | "deceasedString" => Fact::Birth,
            _ => Fact::None,
        },
        _ => Fact::None,
    }
}

impl Walker<'_> {
    /// Facts of a person-bearing object.
    pub(super) fn person_stub(&self, object: u32, type_name: &str, kind: StubKind, role: Role) -> PersonStub {
        let mut stub = PersonStub::new(type_name, kind, role);
        for (k, v) in self.tape.members(object) {
            let key = self.tape.str_raw(self.src, k);
            match key {
                "name" => self.each(v, |w, n| {
                    let name = w.human_name(n);
                    if !name.is_empty() {
                        stub.names.push(name);
                    }
                }),
                "telecom" => self.each(v, |w, n| {
                    if let Some(value) = w.tape.get_str(w.src, n, "value") {
                        let system = w.tape.get_str(w.src, n, "system").unwrap_or_default().into_owned();
                        stub.telecoms.push(Telecom { system, value: value.into_owned() });
                    }
                }),
                "address" => self.each(v, |w, n| stub.addresses.push(w.address(n))),
                "identifier" => self.each(v, |w, n| stub.identifiers.extend(w.identifier(n))),
                "birthDate" | "bornDate" | "bornString" => stub.birth_date = self.tape.string(self.src, v).map(Into::into),
                "gender" => stub.sex = self.tape.string(self.src, v).map(Into::into),
                "relationship" => self.each(v, |w, n| {
                    if let Some(r) = w.concept_role(n) {
                        stub.role = more_telling(stub.role, r);
                    }
                }),
                "qualification" => self.each(v, |w, n| {
                    if let Some(code) = w.tape.get(w.src, n, "code")
                        && let Some(r) = w.concept_occupation(code)
                    {
                        stub.role = more_telling(stub.role, r);
                    }
                    if let Some(ids) = w.tape.get(w.src, n, "identifier") {
                        w.each(ids, |w, i| stub.identifiers.extend(w.identifier(i)));
                    }
                }),
                _ => {}
            }
        }
        if kind == StubKind::Clinician {
            for name in &stub.names {
                let words = format!("{} {} {}", name.prefix.join(" "), name.suffix.join(" "), name.text);
                if let Some(r) = role_of_credential(&words) {
                    stub.role = more_telling(stub.role, r);
                }
            }
        }
        stub
    }

    /// Calls `f` for a value or each element of an array.
    pub(super) fn each(&self, v: u32, mut f: impl FnMut(&Self, u32)) {
        if self.tape.node(v).kind == Kind::Array {
            for e in self.tape.elements(v) {
                f(self, e);
            }
        } else {
            f(self, v);
        }
    }

    /// A HumanName object or a plain name string.
    pub(super) fn human_name(&self, node: u32) -> Name {
        let mut name = Name::default();
        if let Some(text) = self.tape.string(self.src, node) {
            name.text = text.into_owned();
            return name;
        }
        for (k, v) in self.tape.members(node) {
            let one = || self.tape.string(self.src, v).map(|s| s.into_owned()).unwrap_or_default();
            let many = || {
                let mut out = Vec::new();
                self.each(v, |w, n| out.extend(w.tape.string(w.src, n).map(|s| s.into_owned())));
                out
            };
            match self.tape.str_raw(self.src, k) {
                "family" => name.family = one(),
                "text" => name.text = one(),
                "given" => name.given = many(),
                "prefix" => name.prefix = many(),
                "suffix" => name.suffix = many(),
                _ => {}
            }
        }
        name
    }

    pub(super) fn address(&self, node: u32) -> Address {
        let mut a = Address::default();
        for (k, v) in self.tape.members(node) {
            let one = || self.tape.string(self.src, v).map(|s| s.into_owned()).unwrap_or_default();
            match self.tape.str_raw(self.src, k) {
                "line" => self.each(v, |w, n| a.lines.extend(w.tape.string(w.src, n).map(|s| s.into_owned()))),
                "city" => a.city = one(),
                "state" => a.state = one(),
                "postalCode" => a.postal_code = one(),
                "text" => a.text = one(),
                _ => {}
            }
        }
        a
    }

    /// An Identifier with a value.
    pub(super) fn identifier(&self, node: u32) -> Option<Identifier> {
        let value = self.tape.get_str(self.src, node, "value")?.into_owned();
        let system = self.tape.get_str(self.src, node, "system").unwrap_or_default().into_owned();
        let mut kind = String::new();
        if let Some(t) = self.tape.get(self.src, node, "type") {
            self.codings(t, |_, code, _| {
                if kind.is_empty() {
                    kind = code.to_string();
                }
            });
        }
        Some(Identifier { system, value, kind })
    }

    /// Calls `f(system, code, display)` for each coding of a CodeableConcept (or a Coding itself).
    pub(super) fn codings(&self, concept: u32, mut f: impl FnMut(&str, &str, &str)) {
        let mut one = |w: &Self, c: u32| {
            let s = w.tape.get_str(w.src, c, "system").unwrap_or_default();
            let code = w.tape.get_str(w.src, c, "code").unwrap_or_default();
            let d = w.tape.get_str(w.src, c, "display").unwrap_or_default();
            f(&s, &code, &d);
        };
        match self.tape.get(self.src, concept, "coding") {
            Some(codings) => self.each(codings, |w, c| one(w, c)),
            None if self.tape.get(self.src, concept, "code").is_some() => one(self, concept),
            None => {}
        }
    }

    /// Relation that a CodeableConcept names.
    pub(super) fn concept_role(&self, concept: u32) -> Option<Role> {
        let mut found: Option<Role> = None;
        let mut take = |r: Option<Role>| {
            if let Some(r) = r {
                found = Some(found.map_or(r, |f| more_telling(f, r)));
            }
        };
        self.codings(concept, |_, code, display| {
            take(role_of_code(code));
            take(role_of_words(display));
        });
        if let Some(text) = self.tape.get_str(self.src, concept, "text") {
            take(role_of_words(&text));
        }
        found
    }

    /// Kind of clinician that a CodeableConcept (qualification, specialty, participant type) names.
    pub(super) fn concept_occupation(&self, concept: u32) -> Option<Role> {
        let mut found: Option<Role> = None;
        let mut take = |r: Option<Role>| {
            if let Some(r) = r {
                found = Some(found.map_or(r, |f| more_telling(f, r)));
            }
        };
        self.codings(concept, |_, code, display| {
            take(clinician(code));
            take(role_of_credential(code));
            take(clinician_words(display));
        });
        if let Some(text) = self.tape.get_str(self.src, concept, "text") {
            take(role_of_credential(&text));
            take(clinician_words(&text));
        }
        found
    }
}

/// The role that tells more.
pub fn more_telling(a: Role, b: Role) -> Role {
    if b.rank() > a.rank() { b } else { a }
}
