//! Which comparisons with the patient are worth showing: everybody who could have been taken for the patient, and everybody who was.

use super::decide::Side;
use super::explain::explain;
use super::facts::Facts;
use super::join::Clusters;
use super::kin::SlotClass;
use super::levels::{self, Birth, Family, Given, Home};
use super::roster::{Entry, RosterBuilder};
use crate::model::identity::{IdentityDecision, Outcome};
use crate::model::person::{Name, PersonId, StubKind};
use std::collections::BTreeMap;

/// Decisions kept; open ones come first.
const KEPT: usize = 400;

/// Explains the comparisons of a finished roster. `person` says whom an entry became.
pub(super) fn collect(
    b: &RosterBuilder,
    clusters: &mut Clusters,
    sides: &[Side],
    person: &dyn Fn(u32) -> Option<(PersonId, String)>,
) -> Vec<IdentityDecision> {
    let mut groups: BTreeMap<(u32, u8), Vec<u32>> = BTreeMap::new();
    for (i, e) in b.entries.iter().enumerate() {
        let i = i as u32;
        let side = match sides.get(i as usize) {
            Some(Side::Doubt(_)) => 0u8,
            Some(Side::Patient) => 1,
            Some(Side::Other) => 2,
            _ => continue,
        };
        if is_telling(&b.patient, e, side) {
            groups.entry((clusters.find(i), side)).or_default().push(i);
        }
    }
    let mut picked: Vec<(u8, u64, Vec<u32>)> = groups
        .into_iter()
        .map(|((_, side), m)| {
            let first = m.iter().filter_map(|i| b.entries.get(*i as usize)).map(|e| e.first).min().unwrap_or(u64::MAX);
            (side, first, m)
        })
        .collect();
    picked.sort();
    picked.truncate(KEPT);
    let mut seen: Vec<(Vec<String>, String, String)> = Vec::new();
    let mut out = Vec::with_capacity(picked.len());
    for (_, _, members) in picked {
        let entries = || members.iter().filter_map(|i| b.entries.get(*i as usize).map(|e| (*i, e)));
        let Some((at, e)) = entries().max_by_key(|(i, e)| (content(e), std::cmp::Reverse(*i))) else { continue };
        let (_, explained) = explain(&b.policy, &b.patient, &e.facts, &e.stub.slot, "");
        let (id, label) = match person(at) {
            Some((id, label)) => (Some(id), label),
            None => (None, "[REVIEW]".to_string()),
        };
        let mut slots: Vec<String> = entries().flat_map(|(_, e)| e.slots.iter().cloned()).collect();
        slots.sort();
        slots.dedup();
        slots.truncate(8);
        let mut names: Vec<String> = e.stub.names.iter().map(Name::display).filter(|n| !n.trim().is_empty()).collect();
        names.dedup();
        names.truncate(3);
        let outcome = settled(sides.get(at as usize), explained.verdict);
        // The same words about the same name are said once.
        let once = (names.clone(), label.clone(), explained.sentence.clone());
        if seen.contains(&once) {
            continue;
        }
        seen.push(once);
        out.push(IdentityDecision { person: id, label, slots, names, outcome, explained });
    }
    out
}

fn content(e: &Entry) -> usize {
    let f = &e.facts;
    f.names.len().min(2) + usize::from(f.dob.is_some()) * 2 + f.ids.len().min(3) + f.places.len().min(1) + f.phones.len().min(1)
}

/// How the answer differs from the comparison, where it does.
fn settled(side: Option<&Side>, verdict: Outcome) -> String {
    match (side, verdict) {
        (Some(Side::Doubt(why)), _) => (*why).to_string(),
        (Some(Side::Patient), Outcome::Same) | (Some(Side::Other), Outcome::Different) => String::new(),
        (Some(Side::Patient), _) => {
            "taken for the patient: it points at the patient's own record, or nothing but the patient's own facts stands with it"
                .into()
        }
        (Some(Side::Other), _) => "taken for somebody else: their own record, or the place in which they stand, says so".into(),
        _ => String::new(),
    }
}

/// Worth showing: open, or taken for the patient where somebody else may stand, or somebody else with whom something agrees.
fn is_telling(patient: &Facts, e: &Entry, side: u8) -> bool {
    if !e.has_content() || e.stub.slot == "identity.relative" {
        return false;
    }
    match side {
        0 => true,
        1 => e.is_patient_definition() || e.class != SlotClass::Patient,
        _ => {
            let n = levels::names(patient, &e.facts);
            let family = n.family >= Family::Near || n.swapped;
            let given = n.given >= Given::NearOther && n.given != Given::Missing;
            let clinician = e.stub.kind == StubKind::Clinician;
            let ids = levels::ids(patient, &e.facts);
            let birth = levels::birth(patient.dob.as_ref(), e.facts.dob.as_ref());
            (family && (given || !clinician))
                || ids.equal
                || matches!(birth, Birth::Exact | Birth::Swapped | Birth::Slip)
                || (!clinician && levels::home(patient, &e.facts) == Home::Same)
        }
    }
}
