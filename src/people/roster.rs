//! Pass 1: gathers everybody the export shows.
//!
//! The same person is shown a thousand times, so a stub is stored once for each distinct content: memory follows the number of
//! people, not the size of the stream. Nothing is decided while stubs come in; joining happens in [`RosterBuilder::finish`] on the
//! whole set, so that the result does not depend on the order of files.

use super::decide::{self, SubjectCheck};
use super::facts::Facts;
use super::join;
use super::keys::{Key, hash_of, normalise};
use super::kin::{self, SlotClass};
use super::matching::{Verdict, compare_with};
use super::name::Folded;
use super::resolver::{self, Resolver};
use crate::model::identity_policy::IdentityPolicy;
use crate::model::person::{Name, PersonStub, StubKind};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::Roster;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Slot names and aliases kept for one entry; more are counted as seen, not stored.
const MAX_ASIDES: usize = 32;

/// Something a person must settle about who is who.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Question {
    /// Slots in which the person stands: `Patient.contact`.
    pub slot: String,
    /// What is open, in words without values.
    pub why: String,
}

/// One distinct content of a stub.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Order of first appearance; known relatives that never appeared have `u64::MAX`.
    pub first: u64,
    /// The stub as first seen.
    pub stub: PersonStub,
    /// Its facts.
    pub facts: Facts,
    /// What its slot is for.
    pub class: SlotClass,
    /// Keys it defines, case-wide ones only.
    pub keys: Vec<Key>,
    /// Key it points to.
    pub refers: Option<Key>,
    /// Slots seen.
    pub slots: BTreeSet<String>,
    /// Display names that point here from the same document.
    pub aliases: BTreeSet<String>,
    /// Roles that references from the same document add.
    pub roles: BTreeSet<Role>,
}

impl Entry {
    /// True when there is a name, a birth date or a number.
    pub fn has_content(&self) -> bool {
        !self.facts.names.is_empty() || self.facts.dob.is_some() || !self.facts.ids.is_empty()
    }
    /// True for a resource or element that shows a patient, not a pointer or a mere display text.
    pub fn is_patient_definition(&self) -> bool {
        let shown_only = self.facts.is_name_only() && self.keys.is_empty() && !is_whole_patient(&self.stub.slot);
        self.stub.kind == StubKind::Patient && self.refers.is_none() && self.has_content() && !shown_only
    }
}

/// Slots that hold a whole patient and not a reference to one.
fn is_whole_patient(slot: &str) -> bool {
    let last = slot.rsplit(['.', '/']).next().unwrap_or(slot);
    slot == "Patient" || matches!(last, "recordTarget" | "patientRole" | "sourcePatientInfo")
}

/// Gathers stubs and mentions.
pub struct RosterBuilder {
    pub(super) identity: Identity,
    pub(super) policy: Arc<IdentityPolicy>,
    pub(super) labels: BTreeMap<Role, Role>,
    pub(super) patient: Facts,
    pub(super) entries: Vec<Entry>,
    by_content: HashMap<u64, u32>,
    pub(super) doc_keys: HashMap<u64, u32>,
    waiting: Vec<(u64, PersonStub)>,
    current_doc: String,
    clock: u64,
}

/// Content of a stub as a number: equal for stubs that say the same about the same kind of slot.
pub(super) fn signature(doc_key: &str, stub: &PersonStub) -> u64 {
    let class = SlotClass::of(&stub.slot);
    let keys: BTreeSet<Key> = stub.keys.iter().map(|k| normalise(doc_key, k)).filter(|k| !matches!(k, Key::Doc(_))).collect();
    let refers = stub.refers.as_deref().map(|k| normalise(doc_key, k)).filter(|k| !matches!(k, Key::Doc(_)));
    hash_of(&(
        (class, stub.kind, stub.role, &stub.names, &stub.birth_date, &stub.sex),
        (&stub.telecoms, &stub.addresses, &stub.identifiers, keys, refers),
    ))
}

/// The document-wide key a stub points to.
pub(super) fn doc_reference(doc_key: &str, stub: &PersonStub) -> Option<u64> {
    match stub.refers.as_deref().map(|k| normalise(doc_key, k)) {
        Some(Key::Doc(h)) => Some(h),
        _ => None,
    }
}

impl RosterBuilder {
    /// People of some roles get the label of a coarser one.
    pub fn labelled(mut self, labels: &BTreeMap<Role, Role>) -> Self {
        self.labels.clone_from(labels);
        self
    }

    /// A roster that knows the requester and the relatives the requester names, with the built-in numbers of comparison.
    pub fn new(identity: &Identity) -> Self {
        Self::with_policy(identity, IdentityPolicy::built_in())
    }

    /// A roster that knows the requester and the relatives the requester names.
    pub fn with_policy(identity: &Identity, policy: Arc<IdentityPolicy>) -> Self {
        let mut builder = RosterBuilder {
            identity: identity.clone(),
            policy,
            labels: BTreeMap::new(),
            patient: Facts::of_identity(identity),
            entries: Vec::new(),
            by_content: HashMap::new(),
            doc_keys: HashMap::new(),
            waiting: Vec::new(),
            current_doc: String::new(),
            clock: 0,
        };
        for relative in &identity.relatives {
            let role = kin::relation_role(&relative.relation).unwrap_or(Role::Relative);
            let named = Folded::of(&relative.name);
            let own_name = builder.patient.names.iter().any(|n| n.key().is_some() && n.key() == named.key());
            // A contact that is the patient, as some portals list it.
            if role == Role::Patient || (own_name && role.group() != RoleGroup::Relative) {
                continue;
            }
            let mut stub = PersonStub::new("identity.relative", StubKind::Related, role);
            stub.names.push(relative.name.clone());
            stub.birth_date = relative.birth_date.clone();
            let at = builder.store("", &stub);
            if let Some(e) = builder.entries.get_mut(at as usize) {
                e.first = u64::MAX;
            }
        }
        builder
    }

    /// Takes in a stub. `doc_key` names the document it stands in; call in document order, all stubs of a document in a row.
    pub fn observe(&mut self, doc_key: &str, stub: &PersonStub) {
        if self.current_doc != doc_key {
            self.release_waiting();
            self.current_doc = doc_key.to_string();
        }
        if let Some(target) = doc_reference(doc_key, stub) {
            match self.doc_keys.get(&target) {
                Some(&at) => self.add_aside(at, stub),
                None => self.waiting.push((target, stub.clone())),
            }
            return;
        }
        let at = self.store(doc_key, stub);
        for key in &stub.keys {
            if let Key::Doc(h) = normalise(doc_key, key) {
                self.doc_keys.insert(h, at);
            }
        }
    }

    /// Takes in a name found in narrative, with the role the text gives.
    pub fn observe_mention(&mut self, role: Role, name: &Name) {
        if name.is_empty() || role.group() == RoleGroup::Patient || role == Role::Organization {
            return;
        }
        self.store("", &mention_stub(role, name));
    }

    fn store(&mut self, doc_key: &str, stub: &PersonStub) -> u32 {
        self.clock += 1;
        let sig = signature(doc_key, stub);
        if let Some(&at) = self.by_content.get(&sig) {
            if let Some(e) = self.entries.get_mut(at as usize) {
                e.first = e.first.min(self.clock);
                if e.slots.len() < MAX_ASIDES {
                    e.slots.insert(stub.slot.clone());
                }
            }
            return at;
        }
        let at = self.entries.len() as u32;
        let keys = stub.keys.iter().map(|k| normalise(doc_key, k)).filter(|k| !matches!(k, Key::Doc(_))).collect();
        self.entries.push(Entry {
            first: self.clock,
            facts: Facts::of_stub(stub),
            class: SlotClass::of(&stub.slot),
            keys,
            refers: stub.refers.as_deref().map(|k| normalise(doc_key, k)).filter(|k| !matches!(k, Key::Doc(_))),
            slots: BTreeSet::from([stub.slot.clone()]),
            aliases: BTreeSet::new(),
            roles: BTreeSet::new(),
            stub: stub.clone(),
        });
        self.by_content.insert(sig, at);
        at
    }

    /// A pointer inside one document adds its role, slot and display text to what it points at.
    fn add_aside(&mut self, at: u32, stub: &PersonStub) {
        self.clock += 1;
        let Some(e) = self.entries.get_mut(at as usize) else { return };
        e.roles.insert(stub.role);
        if e.slots.len() < MAX_ASIDES {
            e.slots.insert(stub.slot.clone());
        }
        for n in &stub.names {
            if e.aliases.len() < MAX_ASIDES && !n.is_empty() {
                e.aliases.insert(n.display());
            }
        }
    }

    /// Pointers whose target stood later in the same document; those without target are people of their own.
    fn release_waiting(&mut self) {
        for (target, stub) in std::mem::take(&mut self.waiting) {
            match self.doc_keys.get(&target) {
                Some(&at) => self.add_aside(at, &stub),
                None if !stub.names.is_empty() => {
                    let doc = self.current_doc.clone();
                    self.store(&doc, &stub);
                }
                None => {}
            }
        }
    }

    /// Content numbers with the entry each stands for.
    pub(super) fn contents(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.by_content.iter().map(|(s, e)| (*s, *e))
    }

    /// Compares somebody with the requester.
    pub(super) fn compare(&self, facts: &Facts, slot: &str) -> Verdict {
        compare_with(&self.policy, &self.patient, facts, slot, "")
    }

    /// Joins everybody into persons and labels them.
    pub fn finish(mut self) -> (Roster, Resolver, Vec<Question>) {
        self.release_waiting();
        let mut clusters = join::Clusters::by_keys(&self.entries);
        let sides = decide::sides(&self, &mut clusters);
        join::join_others(&self.entries, &mut clusters, &sides, &self.patient);
        resolver::build(self, clusters, sides)
    }
}

/// Whether the export's own subjects include the requester. Call after all stubs are in and before [`RosterBuilder::finish`].
pub fn check_subject(builder: &RosterBuilder) -> SubjectCheck {
    decide::check_subject(builder)
}

/// A mention as a stub.
pub(super) fn mention_stub(role: Role, name: &Name) -> PersonStub {
    let kind = match role.group() {
        RoleGroup::Clinician | RoleGroup::Staff => StubKind::Clinician,
        RoleGroup::Relative | RoleGroup::Contact | RoleGroup::OtherPatient => StubKind::Related,
        _ => StubKind::Unknown,
    };
    let mut stub = PersonStub::new("narrative", kind, role);
    stub.names.push(name.clone());
    stub
}
