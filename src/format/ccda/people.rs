//! The roles of CDA in which a person stands, as stubs.
//!
//! In the RIM a person is an *entity* (`assignedPerson`) in a *role* (`assignedEntity`) in a *participation* (`performer`). The role
//! element holds id, address and phone, so it is the unit here: one role element, one stub. Which roles are persons at all is
//! decided here too: a drug, a device, a place and a payer stand in the same elements.

use super::roles;
use super::values::{self, attr};
use crate::format::roles as shared;
use crate::format::xml::{NONE, Tape};
use crate::model::person::{PersonStub, StubKind};
use crate::model::role::{Role, RoleGroup};

/// What stands in a role element.
pub enum Standing {
    /// A human being, or the place for one.
    Person(Box<PersonStub>),
    /// A person's role of which nothing is told.
    Nobody,
    /// An organisation.
    Organization,
    /// A product, device, place or specimen.
    Thing,
}

/// Role elements: those whose id, addr and telecom belong to whoever plays the role.
pub fn is_role(name: &[u8]) -> bool {
    matches!(
        name,
        b"patientRole"
            | b"guardian"
            | b"assignedAuthor"
            | b"assignedEntity"
            | b"relatedEntity"
            | b"intendedRecipient"
            | b"associatedEntity"
            | b"relatedSubject"
            | b"participantRole"
            | b"maintainingPerson"
    )
}

/// Entities that are persons, inside a role.
pub fn is_person_entity(name: &[u8]) -> bool {
    matches!(
        name,
        b"patient"
            | b"assignedPerson"
            | b"relatedPerson"
            | b"associatedPerson"
            | b"guardianPerson"
            | b"informationRecipient"
            | b"subject"
            | b"playingEntity"
            | b"maintainingPerson"
    )
}

/// Reads the role element `role`. `patient_key` is the key under which the record's own patient is known.
pub fn standing(tape: &Tape, role: u32, patient_key: Option<&str>) -> Standing {
    let name = tape.name(role);
    let part = tape.node(role).parent;
    let part_name: &[u8] = if part == NONE { b"" } else { tape.name(part) };
    let type_code = if part == NONE { String::new() } else { attr(tape, part, b"typeCode") };
    let class = attr(tape, role, b"classCode");
    let entity = if is_person_entity(name) { Some(role) } else { tape.elements(role).find(|&e| is_person_entity(tape.name(e))) };
    match name {
        b"participantRole" => {
            if let Some(other) = not_a_person(tape, role, &type_code, &class, entity) {
                return other;
            }
        }
        // A device that writes: its person, if any, stands in maintainingPerson.
        b"assignedAuthor" if entity.is_none() && tape.child(role, b"assignedAuthoringDevice").is_some() => {
            return Standing::Thing;
        }
        b"guardian" if entity.is_none() && tape.child(role, b"guardianOrganization").is_some() => return Standing::Organization,
        b"associatedEntity" if entity.is_none() && matches!(class.as_str(), "PAYOR" | "UNDWRT" | "SDLOC" | "MANU" | "ROL") => {
            return Standing::Organization;
        }
        _ => {}
    }
    let code = tape.child(role, b"code");
    let code_value = code.map(|c| attr(tape, c, b"code")).unwrap_or_default();
    if name == b"assignedEntity" && entity.is_none() && matches!(code_value.as_str(), "PAYOR" | "UNDWRT") {
        return Standing::Organization;
    }
    let mut stub = facts(tape, role, entity);
    let (kind, base) = base(name, part_name, &type_code, &class, &stub);
    stub.kind = kind;
    stub.slot = slot(name, part_name, &type_code);
    stub.role = role_of(tape, role, part, kind, base, &stub);
    if kind != StubKind::Patient && stub.role == Role::Patient {
        stub.kind = StubKind::Patient;
    }
    let personal = matches!(stub.role.group(), RoleGroup::Relative | RoleGroup::Contact);
    if personal && stub.kind == StubKind::Clinician {
        stub.kind = StubKind::Related;
    }
    // "Covered party" is the insured patient; "self" is nobody else. Without a name such a slot only points at the patient.
    let own_slot = type_code == "COV" || (stub.role == Role::Patient && name != b"patientRole");
    if own_slot && stub.names.is_empty() && stub.birth_date.is_none() {
        stub.refers = patient_key.map(str::to_string);
        stub.kind = StubKind::Patient;
        stub.role = Role::Patient;
    }
    let nothing = stub.names.is_empty()
        && stub.birth_date.is_none()
        && stub.identifiers.is_empty()
        && stub.telecoms.is_empty()
        && stub.addresses.is_empty();
    if nothing && !matches!(name, b"patientRole" | b"relatedSubject") && !any_owned(tape, role, entity) {
        return Standing::Nobody;
    }
    Standing::Person(Box::new(stub))
}

/// Is there an element that would be owned, though it told nothing for matching (an OID without extension)?
fn any_owned(tape: &Tape, role: u32, entity: Option<u32>) -> bool {
    let told = |e: u32| matches!(tape.name(e), b"id" | b"addr" | b"telecom" | b"name") && super::read::told(tape, e);
    tape.elements(role).any(told) || entity.is_some_and(|p| tape.elements(p).any(told))
}

/// A participantRole that is no person.
fn not_a_person(tape: &Tape, role: u32, type_code: &str, class: &str, entity: Option<u32>) -> Option<Standing> {
    let thing =
        matches!(class, "MANU" | "MMAT" | "MAT" | "SPEC" | "TERR" | "DST" | "RET" | "EXPR" | "INST" | "ACCESS" | "OWN" | "IDENT");
    let place = matches!(class, "SDLOC" | "DSDLOC" | "ISDLOC" | "LOCE" | "BIRTHPL");
    if thing || tape.child(role, b"playingDevice").is_some() {
        return Some(Standing::Thing);
    }
    if place {
        return Some(Standing::Organization);
    }
    let entity_class = entity.map(|e| attr(tape, e, b"classCode")).unwrap_or_default();
    match entity_class.as_str() {
        "MMAT" | "MAT" | "DEV" | "FOOD" | "CONT" | "HOLD" | "CER" | "MODDV" | "ENT" | "CHEM" | "ANM" | "MIC" | "PLNT"
        | "RGRP" => {
            return Some(Standing::Thing);
        }
        "ORG" | "PUB" | "STATE" | "NAT" | "PLC" | "CITY" | "COUNTRY" | "COUNTY" | "PROVINCE" => {
            return Some(Standing::Organization);
        }
        "PSN" | "LIV" | "NLIV" => return None,
        _ => {}
    }
    let name = entity.and_then(|e| tape.child(e, b"name"));
    let parted = name.is_some_and(|n| tape.elements(n).any(|p| matches!(tape.name(p), b"given" | b"family")));
    if parted {
        return None;
    }
    match type_code {
        "CSM" | "PRD" | "DEV" | "CAGNT" | "DIR" | "NRD" | "RDV" | "DON" | "EXPAGNT" => Some(Standing::Thing),
        "LOC" | "DST" | "ELOC" | "ORG" | "RML" | "VIA" => Some(Standing::Organization),
        "IND" | "" if name.is_some() && !says_person(tape, role, class) => Some(Standing::Thing),
        _ => None,
    }
}

/// Does an indirect participant, whose name has no parts, show otherwise that it is a person?
fn says_person(tape: &Tape, role: u32, class: &str) -> bool {
    let code = tape.child(role, b"code");
    let related = code.is_some_and(|c| {
        let words = values::display(tape, c);
        shared::relation(&attr(tape, c, b"code")).is_some()
            || shared::relation_words(&words).is_some()
            || shared::clinician_words(&words).is_some()
    });
    related || !matches!(class, "" | "ROL")
}

/// Names, birth date, sex, ids and the like of a role and its entity.
fn facts(tape: &Tape, role: u32, entity: Option<u32>) -> PersonStub {
    let mut stub = PersonStub::new("", StubKind::Unknown, Role::OtherPerson);
    collect(tape, role, &mut stub);
    if let Some(entity) = entity.filter(|&e| e != role) {
        collect(tape, entity, &mut stub);
    }
    stub
}

fn collect(tape: &Tape, holder: u32, stub: &mut PersonStub) {
    for e in tape.elements(holder) {
        match tape.name(e) {
            b"name" => {
                let name = values::name(tape, e);
                if !name.is_empty() && !stub.names.contains(&name) {
                    stub.names.push(name);
                }
            }
            b"addr" => {
                let addr = values::address(tape, e);
                if addr != Default::default() && !stub.addresses.contains(&addr) {
                    stub.addresses.push(addr);
                }
            }
            b"telecom" => stub.telecoms.extend(values::telecom(tape, e).filter(|t| !stub.telecoms.contains(t))),
            b"id" => {
                if let Some((mut id, key)) = values::identifier(tape, e)
                    && !stub.identifiers.contains(&id)
                {
                    if id.kind.is_empty() && tape.name(holder) == b"patientRole" {
                        id.kind = "MR".into();
                    }
                    stub.identifiers.push(id);
                    // An identifier without assigner joins nobody.
                    if !key.starts_with('|') {
                        stub.keys.push(key);
                    }
                }
            }
            b"birthTime" => {
                let value = attr(tape, e, b"value");
                if !value.is_empty() && stub.birth_date.is_none() {
                    stub.birth_date = Some(value);
                }
            }
            b"administrativeGenderCode" => stub.sex = stub.sex.take().or_else(|| values::sex(tape, e)),
            // sdtc:identifiedBy/sdtc:alternateIdentification/sdtc:id and sdtc:patient/sdtc:id are the holder's.
            b"identifiedBy" => tape.elements(e).for_each(|inner| collect(tape, inner, stub)),
            b"patient" if tape.uri(e) == super::SDTC => collect(tape, e, stub),
            _ => {}
        }
    }
}

/// Kind and first role of a slot.
fn base(name: &[u8], part: &[u8], type_code: &str, class: &str, stub: &PersonStub) -> (StubKind, Role) {
    use Role as R;
    use StubKind as K;
    match name {
        b"patientRole" => return (K::Patient, R::Patient),
        b"guardian" => return (K::Related, R::Guardian),
        b"relatedSubject" => return (K::Related, R::OtherPerson),
        b"relatedEntity" => return (K::Related, shared::relation(class).unwrap_or(R::OtherPerson)),
        b"maintainingPerson" => return (K::Clinician, R::Staff),
        b"intendedRecipient" => {
            return if class == "ASSIGNED" { (K::Clinician, R::Clinician) } else { (K::Unknown, R::OtherPerson) };
        }
        b"assignedEntity" | b"assignedAuthor" => {
            return (K::Clinician, if part == b"dataEnterer" { R::Staff } else { R::Clinician });
        }
        _ => {}
    }
    // associatedEntity and participantRole: the class says it, then the participation.
    match class {
        "PROV" | "QUAL" | "ASSIGNED" | "LIC" | "HCE" | "HLTHCHRT" => return (K::Clinician, R::Clinician),
        "PAT" | "COVPTY" => return (K::Unknown, R::OtherPerson),
        _ => {}
    }
    if let Some(role) = shared::relation(class) {
        return (if role == R::Patient { K::Patient } else { K::Related }, role);
    }
    match type_code {
        "HLD" => (K::Related, R::Subscriber),
        "COV" => (K::Unknown, R::Relative),
        "CST" | "CAGNT" => (K::Related, R::HealthCareAgent),
        "GUAR" => (K::Related, R::Guarantor),
        "NOT" => (K::Related, R::Contact),
        "SBJ" | "RCT" => (K::Unknown, R::OtherPerson),
        "VRF" | "PRF" | "PPRF" | "SPRF" | "ATND" | "ADM" | "DIS" | "REF" | "REFB" | "REFT" | "RESP" | "LA" | "AUT" | "AUTHEN"
        | "CON" | "CALLBCK" | "ENT" | "DISTR" => (K::Clinician, R::Clinician),
        _ if stub.identifiers.iter().any(|i| i.kind == "NPI" || i.kind == "DEA") => (K::Clinician, R::Clinician),
        _ => (K::Unknown, R::OtherPerson),
    }
}

/// The most telling role of all that codes, titles and words say.
fn role_of(tape: &Tape, role: u32, part: u32, kind: StubKind, base: Role, stub: &PersonStub) -> Role {
    if tape.name(role) == b"patientRole" {
        return Role::Patient;
    }
    let mut found: Vec<Role> = vec![base];
    let mut personal: Vec<Role> = Vec::new();
    let mut concepts: Vec<u32> = tape.named(role, b"code").collect();
    for entity in tape.elements(role).filter(|&e| is_person_entity(tape.name(e))) {
        concepts.extend(tape.named(entity, b"code"));
        for relation in tape.named(entity, b"asPatientRelationship") {
            concepts.extend(tape.named(relation, b"code"));
        }
    }
    for relation in tape.named(role, b"asPatientRelationship") {
        concepts.extend(tape.named(relation, b"code"));
    }
    if part != NONE {
        concepts.extend(tape.named(part, b"functionCode"));
    }
    for concept in concepts {
        for code in std::iter::once(concept).chain(tape.named(concept, b"translation")) {
            let value = attr(tape, code, b"code");
            let system = tape.attr_raw(code, b"codeSystem");
            // NUCC and local provider codes may look like a RoleCode; its own system or none is needed for the short letters.
            let v3 = system.is_empty() || system.starts_with(b"2.16.840.1.113883.5.") || system == b"2.16.840.1.113883.6.96";
            personal.extend(shared::relation(&value).filter(|_| v3));
            found.extend(shared::clinician(&value));
        }
        let words = values::display(tape, concept);
        personal.extend(shared::relation_words(&words));
        found.extend(shared::clinician_words(&words));
    }
    for name in &stub.names {
        found.extend(name.suffix.iter().chain(&name.prefix).filter_map(|t| shared::role_of_title(t)));
        found.extend(name.text.split_once([',', ' ']).and_then(|(_, rest)| shared::role_of_title(rest)));
    }
    let clinical = |r: &Role| r.group() == RoleGroup::Clinician;
    let best = |list: &[Role]| list.iter().copied().max_by_key(|r| r.rank());
    if matches!(kind, StubKind::Clinician) && personal.is_empty() {
        return best(&found).unwrap_or(base);
    }
    // A relative who is a doctor is a relative here.
    personal.extend(found.iter().copied().filter(|r| !clinical(r)));
    match best(&personal) {
        Some(r) if r != Role::OtherPerson => roles::with_sex(r, stub.sex.as_deref()),
        _ => best(&found).unwrap_or(base),
    }
}

fn slot(name: &[u8], part: &[u8], type_code: &str) -> String {
    match (name, part) {
        (b"patientRole", _) => "recordTarget".into(),
        (b"guardian" | b"maintainingPerson" | b"relatedSubject", _) => String::from_utf8_lossy(name).into_owned(),
        (_, b"participant")
            if !type_code.is_empty() && type_code.len() <= 8 && type_code.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            format!("participant.{type_code}")
        }
        (_, part) => String::from_utf8_lossy(part).into_owned(),
    }
}
