//! Which entries are the requester, which are somebody else, and which a person must settle.

use super::facts::{Facts, Id};
use super::fold::words;
use super::join::Clusters;
use super::keys::{Key, kind_of, normalise};
use super::kin::SlotClass;
use super::levels::{self, Birth, Family, Given, Home};
use super::matching::{Outcome, Verdict};
use super::organisation;
use super::roster::{Entry, RosterBuilder};
use super::standing::degree;
use crate::model::person::StubKind;
use crate::model::role::{Role, RoleGroup};
use std::collections::{BTreeMap, BTreeSet};

/// What an entry is to the request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// The requester.
    Patient,
    /// Somebody else.
    Other,
    /// Open; why.
    Doubt(&'static str),
    /// Not a person.
    NotAPerson,
}

const TWO_PEOPLE: &str = "one reference key stands for records of two people";
const MAYBE_PATIENT: &str = "could be the patient or somebody with a similar name; the facts do not decide";
const UNVERIFIED_SUBJECT: &str =
    "this record is about a patient whose data are not in the export; it may or may not be the requester";
const OTHER_NAME_SHOWN: &str = "a reference to the patient's own record shows another name";
const SAME_NAME: &str = "stands in a third party's place but has the patient's name";

/// Rules of the comparator that speak of conflicting evidence; an equal resource id does not overrule them.
fn has_conflict(v: &Verdict) -> bool {
    v.rules.iter().any(|r| r.contains("conflict") || r.contains("placeholder") || r.contains("known-kin"))
}

/// The answer for every entry.
pub(super) fn sides(b: &RosterBuilder, clusters: &mut Clusters) -> Vec<Side> {
    let entries = &b.entries;
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for i in 0..entries.len() as u32 {
        groups.entry(clusters.find(i)).or_default().push(i);
    }
    let own_keys = own_keys(b);
    let definitions: Vec<Option<Side>> =
        entries.iter().map(|e| e.is_patient_definition().then(|| definition_side(b, e, &own_keys))).collect();
    let of = |own: bool| {
        let wanted = move |s: &Option<Side>| s.is_some_and(|s| (s == Side::Patient) == own);
        entries.iter().zip(&definitions).filter(move |(_, s)| wanted(s)).map(|(e, _)| e)
    };
    let world = World {
        own_keys: &own_keys,
        own_shown: of(true).next().is_some(),
        other_names: of(false).flat_map(|e| &e.facts.names).filter_map(|n| n.key()).collect(),
        own_ids: of(true).flat_map(|e| &e.facts.ids).chain(&b.patient.ids).collect(),
        definitions: &definitions,
        own: own_facts(&b.patient, of(true)),
        organisations: entries
            .iter()
            .filter(|e| e.stub.kind == StubKind::Organization)
            .flat_map(|e| e.stub.names.iter().map(|n| words(&n.text)))
            .collect(),
    };
    let mut out = vec![Side::Other; entries.len()];
    for members in groups.values() {
        let side = cluster_side(b, members, &world);
        // A number that a clinician of another name bears, too, is no reference to the patient.
        let shared_key = side == Some(Side::Patient)
            && members
                .iter()
                .filter_map(|m| entries.get(*m as usize))
                .any(|e| own_clinician(e) && (shows_another(&b.patient, e) || is_other_clinician(&b.patient, e)));
        for &m in members {
            let Some(e) = entries.get(m as usize) else { continue };
            let one = match side {
                Some(Side::Patient) if shared_key && own_clinician(e) => Side::Other,
                Some(Side::Patient) if shows_another(&b.patient, e) => Side::Doubt(OTHER_NAME_SHOWN),
                Some(s) => s,
                None => third_party_side(b, e, &world),
            };
            if let Some(slot) = out.get_mut(m as usize) {
                *slot = one;
            }
        }
        if side.is_none() {
            // A cluster speaks with one voice: a doubt about one of its records is a doubt about all that point to it.
            let doubt = members.iter().find_map(|m| match out.get(*m as usize) {
                Some(Side::Doubt(why)) => Some(*why),
                _ => None,
            });
            let patient = members.iter().any(|m| matches!(out.get(*m as usize), Some(Side::Patient)));
            let other = members.iter().any(|m| {
                matches!(out.get(*m as usize), Some(Side::Other)) && entries.get(*m as usize).is_some_and(|e| e.has_content())
            });
            let joint = match (doubt, patient, other) {
                (_, true, true) => Some(Side::Doubt(TWO_PEOPLE)),
                (Some(why), _, false) => Some(Side::Doubt(why)),
                (None, true, false) => Some(Side::Patient),
                _ => None,
            };
            if let Some(joint) = joint {
                for &m in members {
                    if let Some(slot) = out.get_mut(m as usize) {
                        *slot = joint;
                    }
                }
            }
        }
    }
    known_others(b, &groups, &mut out);
    out
}

/// A clinician's own element, not a reference that happens to stand in a clinician's place.
fn own_clinician(e: &Entry) -> bool {
    e.stub.kind == StubKind::Clinician && e.refers.is_none()
}

/// A doubtful record with another given name than the patient's, but the full name of a relative or contact the export shows
/// elsewhere, is that person's.
fn known_others(b: &RosterBuilder, groups: &BTreeMap<u32, Vec<u32>>, out: &mut [Side]) {
    let private = |e: &Entry| matches!(e.stub.role.group(), RoleGroup::Relative | RoleGroup::Contact);
    let known: BTreeSet<String> = b
        .entries
        .iter()
        .zip(out.iter())
        .filter(|(e, s)| **s == Side::Other && private(e))
        .flat_map(|(e, _)| e.facts.names.iter().filter(|n| n.is_full() && n.placeholder.is_none()).filter_map(|n| n.key()))
        .collect();
    if known.is_empty() {
        return;
    }
    for members in groups.values() {
        let doubtful = || members.iter().filter(|m| matches!(out.get(**m as usize), Some(Side::Doubt(_))));
        let shown: Vec<&Entry> =
            doubtful().filter_map(|m| b.entries.get(*m as usize)).filter(|e| !e.facts.names.is_empty()).collect();
        let all_known = !shown.is_empty()
            && shown.iter().all(|e| {
                let n = levels::names(&b.patient, &e.facts);
                n.given <= Given::Unlike
                    && !n.candidate_placeholder
                    && !n.reference_placeholder
                    && !levels::ids(&b.patient, &e.facts).equal
                    && e.facts.names.iter().filter_map(|n| n.key()).any(|k| known.contains(&k))
            });
        if all_known {
            let settled: Vec<u32> = doubtful().copied().collect();
            for m in settled {
                if let Some(slot) = out.get_mut(m as usize) {
                    *slot = Side::Other;
                }
            }
        }
    }
}

struct World<'a> {
    own_keys: &'a BTreeSet<Key>,
    own_shown: bool,
    other_names: BTreeSet<String>,
    own_ids: BTreeSet<&'a Id>,
    definitions: &'a [Option<Side>],
    own: Facts,
    /// Words of the names of the export's organisations.
    organisations: BTreeSet<Vec<String>>,
}

/// What is known of the requester: the identity, and where the export's own record says they live and can be reached.
pub(super) fn own_facts<'e>(patient: &Facts, records: impl Iterator<Item = &'e Entry>) -> Facts {
    let mut own = patient.clone();
    for e in records.take(64) {
        own.places.extend(e.facts.places.iter().take(8).cloned());
        own.phones.extend(e.facts.phones.iter().take(8).cloned());
        own.emails.extend(e.facts.emails.iter().take(8).cloned());
        own.ids.extend(e.facts.ids.iter().take(8).cloned());
        own.dob = own.dob.or(e.facts.dob);
    }
    own
}

fn own_keys(b: &RosterBuilder) -> BTreeSet<Key> {
    b.identity.keys.iter().map(|k| normalise("", k)).filter(|k| !matches!(k, Key::Doc(_))).collect()
}

/// A Patient resource or recordTarget with content.
fn definition_side(b: &RosterBuilder, e: &Entry, own_keys: &BTreeSet<Key>) -> Side {
    let v = b.compare(&e.facts, "Patient");
    match v.verdict {
        Outcome::Same => Side::Patient,
        Outcome::Different => Side::Other,
        // The same resource id as in the identity file, a name that fits, and nothing against it.
        Outcome::Review
            if e.keys.iter().any(|k| own_keys.contains(k)) && !has_conflict(&v) && name_fits(&b.patient, &e.facts) =>
        {
            Side::Patient
        }
        Outcome::Review => Side::Doubt(MAYBE_PATIENT),
    }
}

fn name_fits(patient: &Facts, facts: &Facts) -> bool {
    let n = levels::names(patient, facts);
    n.given >= Given::Middle && n.family >= Family::Part && n.middle != Some(false) && n.generation != Some(false)
}

fn shows_another(patient: &Facts, e: &Entry) -> bool {
    if e.facts.names.is_empty() || e.is_patient_definition() {
        return false;
    }
    let n = levels::names(patient, &e.facts);
    !n.candidate_placeholder && n.given <= Given::Unlike && n.family <= Family::Conflict
}

/// A clinician by title or credential of another surname, no given name told.
fn is_other_clinician(patient: &Facts, e: &Entry) -> bool {
    let n = levels::names(patient, &e.facts);
    !e.facts.names.is_empty()
        && e.facts.names.iter().all(|n| n.credential)
        && n.given <= Given::Missing
        && n.family <= Family::Conflict
}

/// The side of a whole cluster where a Patient stands in it or it points at one; `None` when each entry speaks for itself.
fn cluster_side(b: &RosterBuilder, members: &[u32], world: &World) -> Option<Side> {
    let es = || members.iter().filter_map(|m| b.entries.get(*m as usize));
    let definitions: Vec<Side> = members.iter().filter_map(|m| world.definitions.get(*m as usize).copied().flatten()).collect();
    if !definitions.is_empty() {
        let is = |s: Side| definitions.contains(&s);
        return Some(match (is(Side::Patient), is(Side::Other)) {
            (true, true) => Side::Doubt(TWO_PEOPLE),
            (true, false) => Side::Patient,
            (false, true) => Side::Other,
            (false, false) => Side::Doubt(MAYBE_PATIENT),
        });
    }
    let keys: BTreeSet<&Key> = es().flat_map(|e| e.keys.iter().chain(&e.refers)).collect();
    let names_patient = |k: &&Key| matches!(k, Key::Case(k) if kind_of(k) == "Patient");
    let points_at_patient = keys.iter().any(names_patient) || es().all(|e| e.stub.kind == StubKind::Patient);
    if keys.iter().any(|k| world.own_keys.contains(*k)) && points_at_patient {
        return Some(Side::Patient);
    }
    let identifier = keys.iter().any(|k| match k {
        Key::Identifier(system, value) => {
            let id = crate::model::person::Identifier { system: system.clone(), value: value.clone(), kind: String::new() };
            Id::of(&id, "").is_some_and(|id| world.own_ids.iter().any(|o| o.value == id.value && o.same_assigner(&id)))
        }
        _ => false,
    });
    if identifier && es().any(|e| e.stub.kind == StubKind::Patient) {
        return Some(Side::Patient);
    }
    if !points_at_patient {
        return None;
    }
    // A subject known by pointer and display text only.
    let shown: Vec<&Entry> = es().filter(|e| e.has_content()).collect();
    if shown.is_empty() {
        return Some(Side::Doubt(UNVERIFIED_SUBJECT));
    }
    let verdicts: Vec<Outcome> = shown.iter().map(|e| b.compare(&e.facts, "Patient").verdict).collect();
    if verdicts.iter().all(|v| *v == Outcome::Different) {
        return Some(Side::Other);
    }
    if verdicts.iter().all(|v| *v == Outcome::Same) {
        return Some(Side::Patient);
    }
    let clear = shown.iter().all(|e| {
        let rare = !e.facts.names.iter().any(|n| n.is_frequent());
        let keyless = keys.is_empty();
        let unmistaken = e.facts.names.iter().filter_map(|n| n.key()).all(|k| !world.other_names.contains(&k));
        let n = levels::names(&b.patient, &e.facts);
        let full = n.given >= Given::Variant && n.family >= Family::Variant && !has_conflict(&b.compare(&e.facts, "Patient"));
        // With the patient in the export a bare display text of that name is the patient's; with a key of its own it may be another
        // chart, so that a frequent name is not enough.
        full && name_fits(&b.patient, &e.facts) && unmistaken && (world.own_shown && keyless || rare)
    });
    Some(if clear { Side::Patient } else { Side::Doubt(UNVERIFIED_SUBJECT) })
}

/// An entry in a third party's slot.
fn third_party_side(b: &RosterBuilder, e: &Entry, world: &World) -> Side {
    if is_organisation(e) || is_named_organisation(e, world) {
        return Side::NotAPerson;
    }
    if is_own_contact(e, world) {
        return Side::Patient;
    }
    if e.stub.slot == "identity.relative" {
        return Side::Other;
    }
    let ids = levels::ids(&b.patient, &e.facts);
    if e.facts.names.is_empty() && !ids.equal {
        return Side::Other;
    }
    let n = levels::names(&b.patient, &e.facts);
    let name_possible = n.family >= Family::Near && n.given >= Given::Missing
        || n.family == Family::Initial && n.given >= Given::Initial
        || n.family == Family::Missing && n.given >= Given::Variant;
    // "Ms. Roe, mother": a role that is not the patient's governs a fragment of a name.
    let told =
        matches!(e.stub.role.group(), RoleGroup::Relative | RoleGroup::OtherPatient | RoleGroup::Clinician | RoleGroup::Staff);
    let whole = n.given >= Given::Middle && n.family >= Family::Near;
    if !ids.equal && (!name_possible || (told && !whole)) {
        return Side::Other;
    }
    let narrative = e.stub.slot == "narrative";
    if narrative && told {
        return Side::Other;
    }
    let v = b.compare(&e.facts, &e.stub.slot);
    match v.verdict {
        Outcome::Same => Side::Patient,
        Outcome::Different => Side::Other,
        // A mention by the full name, no role against it, in the patient's own export.
        Outcome::Review if narrative && whole && !has_conflict(&v) => Side::Patient,
        Outcome::Review if e.class == SlotClass::Patient && whole && !has_conflict(&v) => Side::Patient,
        Outcome::Review if whole && !has_conflict(&v) && is_own(&b.patient, e, world) => Side::Patient,
        Outcome::Review if whole => Side::Doubt(SAME_NAME),
        Outcome::Review => Side::Doubt(MAYBE_PATIENT),
    }
}

/// Somebody of the patient's full name in a place that says nothing against it: with the patient's birth date or number, or with
/// nothing at all that is not the patient's own. (Where nothing else is shown, nothing of anybody else can be given away.)
fn is_own(patient: &Facts, e: &Entry, world: &World) -> bool {
    let to_person =
        |k: &Key| matches!(k, Key::Case(k) if matches!(kind_of(k), "Practitioner" | "PractitionerRole" | "RelatedPerson"));
    if e.stub.kind == StubKind::Clinician
        || degree(e.stub.role).is_some()
        || matches!(e.class, SlotClass::Clinician | SlotClass::Kin)
        || e.keys.iter().chain(&e.refers).any(to_person)
    {
        return false;
    }
    let n = levels::names(patient, &e.facts);
    let same_name = n.given >= Given::Variant
        && n.family >= Family::Variant
        && n.middle != Some(false)
        && n.generation != Some(false)
        && !n.generation_one_sided;
    if !same_name {
        return false;
    }
    let own = &world.own;
    let ids = levels::ids(own, &e.facts);
    let birth = levels::birth(own.dob.as_ref(), e.facts.dob.as_ref());
    if birth == Birth::Exact || ids.equal {
        return true;
    }
    let f = &e.facts;
    let same_home = |p: &super::facts::Place| {
        let one = Facts { places: vec![p.clone()], ..Facts::default() };
        levels::home(own, &one) == Home::Same
    };
    let only_own = matches!(birth, Birth::Missing | Birth::Partial)
        && f.sex.is_none_or(|s| own.sex.is_none_or(|o| o == s))
        && f.phones.iter().all(|p| own.phones.contains(p))
        && f.emails.iter().all(|m| own.emails.contains(m))
        && f.places.iter().all(same_home)
        && !ids.conflict;
    let shown = !f.phones.is_empty() || !f.emails.is_empty() || !f.places.is_empty() || birth == Birth::Partial;
    match e.class {
        // An emergency contact of the patient's bare name is rather a parent or child of that name.
        SlotClass::Contact if !e.stub.slot.contains("informant") => only_own && shown && f.ids.is_empty(),
        SlotClass::Financial => only_own,
        // The subscriber's number is the patient's as well.
        _ if e.stub.role == Role::Subscriber || e.stub.role == Role::Guarantor => only_own,
        _ => only_own && f.ids.is_empty(),
    }
}

/// A phone or address that nobody's element holds, and that is the patient's.
fn is_own_contact(e: &Entry, world: &World) -> bool {
    let f = &e.facts;
    let own = &world.own;
    let same_home =
        |p: &super::facts::Place| levels::home(own, &Facts { places: vec![p.clone()], ..Facts::default() }) == Home::Same;
    e.stub.kind == StubKind::Unknown
        && !e.has_content()
        && e.keys.is_empty()
        && e.refers.is_none()
        && (!f.phones.is_empty() || !f.emails.is_empty() || !f.places.is_empty())
        && f.phones.iter().all(|p| own.phones.contains(p))
        && f.emails.iter().all(|m| own.emails.contains(m))
        && f.places.iter().all(same_home)
}

/// A display text that is the name of an organisation of this export, and does not read like a person's.
fn is_named_organisation(e: &Entry, world: &World) -> bool {
    e.stub.kind == StubKind::Unknown
        && !e.stub.names.is_empty()
        && e.stub.names.iter().all(|n| n.family.is_empty() && n.given.is_empty() && world.organisations.contains(&words(&n.text)))
        && e.facts.names.iter().all(|n| !n.credential && !n.first_given().is_some_and(|g| g.attested))
}

fn is_organisation(e: &Entry) -> bool {
    if e.stub.kind == StubKind::Organization || e.stub.role == Role::Organization {
        return true;
    }
    let pointed = e.keys.iter().chain(&e.refers).any(|k| matches!(k, Key::Case(k) if organisation::key_is_not_a_person(k)));
    if e.stub.kind != StubKind::Unknown {
        return pointed && e.facts.names.is_empty();
    }
    let person_key = e
        .keys
        .iter()
        .chain(&e.refers)
        .any(|k| matches!(k, Key::Case(k) if matches!(kind_of(k), "Practitioner" | "RelatedPerson" | "Person" | "Patient")));
    let text_only = |n: &crate::model::person::Name| n.family.is_empty() && n.given.is_empty();
    // An insurer or employer shown by its name alone, unless that reads like given and family name.
    let last = e.stub.slot.rsplit(['.', '/']).next().unwrap_or("");
    let institution = matches!(last, "payor" | "insurer" | "organization" | "managingOrganization" | "custodian")
        && e.facts.names.iter().all(|n| !n.first_given().is_some_and(|g| g.attested));
    pointed
        || (!person_key
            && e.facts.dob.is_none()
            && e.stub.names.iter().any(|n| text_only(n) && (institution || organisation::looks_like(&n.text))))
}

/// Whether the export is the requester's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SubjectCheck {
    /// A subject of the export is the requester.
    Match,
    /// The export shows no patient at all.
    NoPatient,
    /// Every subject is clearly somebody else; why, in words without values.
    WrongPatient {
        /// What differs.
        why: String,
    },
    /// It cannot be told; why, in words without values.
    Doubt {
        /// What is open.
        why: String,
    },
}

/// See [`super::roster::check_subject`].
pub(super) fn check_subject(b: &RosterBuilder) -> SubjectCheck {
    let own_keys = own_keys(b);
    let definitions: Vec<&Entry> = b.entries.iter().filter(|e| e.is_patient_definition()).collect();
    if definitions.is_empty() {
        return check_pointers(b, &own_keys);
    }
    let sides: Vec<Side> = definitions.iter().map(|e| definition_side(b, e, &own_keys)).collect();
    if sides.contains(&Side::Patient) {
        return SubjectCheck::Match;
    }
    let words = |e: &Entry| differences(&b.compare(&e.facts, "Patient"));
    if sides.iter().all(|s| *s == Side::Other) {
        let why = definitions.first().map(|e| words(e)).unwrap_or_default();
        let count = definitions.len();
        let who = if count == 1 {
            "the patient of this export is not the requester".to_string()
        } else {
            format!("none of the {count} patients of this export is the requester")
        };
        return SubjectCheck::WrongPatient { why: format!("{who}: {why}") };
    }
    let open = definitions.iter().zip(&sides).find(|(_, s)| **s != Side::Other).map(|(e, _)| words(e)).unwrap_or_default();
    SubjectCheck::Doubt { why: format!("the patient of this export may or may not be the requester: {open}") }
}

fn check_pointers(b: &RosterBuilder, own_keys: &BTreeSet<Key>) -> SubjectCheck {
    let pointers: Vec<&Entry> = b.entries.iter().filter(|e| e.stub.kind == StubKind::Patient).collect();
    if pointers.is_empty() {
        return SubjectCheck::NoPatient;
    }
    if pointers.iter().any(|e| e.refers.iter().chain(&e.keys).any(|k| own_keys.contains(k))) {
        return SubjectCheck::Match;
    }
    let shown: Vec<&&Entry> = pointers.iter().filter(|e| e.has_content()).collect();
    if !shown.is_empty() && shown.iter().all(|e| b.compare(&e.facts, "Patient").verdict == Outcome::Different) {
        return SubjectCheck::WrongPatient { why: "the records name another person as their patient".into() };
    }
    if shown.iter().any(|e| b.compare(&e.facts, "Patient").verdict == Outcome::Same) {
        return SubjectCheck::Match;
    }
    SubjectCheck::Doubt { why: "the export only points to its patient and does not say who that is".into() }
}

/// What a verdict says, in words without values.
pub fn differences(v: &Verdict) -> String {
    let words: Vec<String> = v
        .evidence
        .iter()
        .filter(|e| e.bits < 0.0 && !matches!(e.field, "slot"))
        .map(|e| format!("{} {}", field_words(e.field), e.level))
        .collect();
    let missing: Vec<&str> = v.evidence.iter().filter(|e| e.level == "missing").map(|e| field_words(e.field)).collect();
    match (words.is_empty(), missing.is_empty()) {
        (false, _) => words.join("; "),
        (true, false) => format!("{} not told", missing.join(" and ")),
        (true, true) => "what agrees is not enough".to_string(),
    }
}

fn field_words(field: &str) -> &str {
    match field {
        "name.given" => "given name:",
        "name.family" => "family name:",
        "name.middle" => "middle name:",
        "name.suffix" => "generation (Jr., Sr.):",
        "birth_date" => "birth date:",
        "identifier" => "record or national number:",
        "identifier.member" => "insurance number:",
        other => other,
    }
}
