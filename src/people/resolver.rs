//! Turns clusters into persons with labels, and answers in pass 2 who a stub is.

use super::about::PageJudge;
use super::decide::{Side, own_facts};
use super::facts::Facts;
use super::identity_decisions;
use super::join::Clusters;
use super::keys::{Key, hash_of, normalise};
use super::levels::{self, Family, Given};
use super::name::Folded;
use super::roster::{Entry, Question, RosterBuilder, doc_reference, mention_stub, signature};
use super::standing;
use crate::model::identity::IdentityDecision;
use crate::model::person::{Name, PATIENT, PersonId, PersonStub, StubKind};
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::{Person, Resolution, Roster};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// Values of one kind kept for one person.
const MAX_VALUES: usize = 256;

/// A stored answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Person(PersonId),
    Doubt(&'static str),
    NotAPerson,
}

impl Answer {
    fn into_resolution(self) -> Resolution {
        match self {
            Answer::Person(id) => Resolution::Person(id),
            Answer::Doubt(why) => Resolution::Ambiguous(why.to_string()),
            Answer::NotAPerson => Resolution::NotAPerson,
        }
    }
}

/// Answers who is who. Cheap: hash look-ups only. Shared by threads.
pub struct Resolver {
    by_content: HashMap<u64, Answer>,
    by_key: HashMap<String, Answer>,
    by_doc_key: HashMap<u64, Answer>,
    by_name: HashMap<u64, Vec<(PersonId, bool)>>,
    patient: Facts,
    judge: PageJudge,
    own_shown: bool,
    decisions: Vec<IdentityDecision>,
}

impl Resolver {
    /// Who a stub of pass 1 is. A stub that was not observed is answered by its keys, else it is in doubt.
    pub fn resolve(&self, doc_key: &str, stub: &PersonStub) -> Resolution {
        if let Some(h) = doc_reference(doc_key, stub)
            && let Some(answer) = self.by_doc_key.get(&h)
        {
            return answer.into_resolution();
        }
        if let Some(answer) = self.by_content.get(&signature(doc_key, stub)) {
            return answer.into_resolution();
        }
        for key in stub.refers.iter().chain(&stub.keys) {
            let found = match normalise(doc_key, key) {
                Key::Doc(h) => self.by_doc_key.get(&h),
                Key::Case(k) => self.by_key.get(&k),
                Key::Identifier(..) => None,
            };
            if let Some(answer) = found {
                return answer.into_resolution();
            }
        }
        let empty = stub.names.is_empty() && stub.telecoms.is_empty() && stub.addresses.is_empty() && stub.identifiers.is_empty();
        // A pointer to a contained resource that is not there names nobody.
        if stub.kind == StubKind::Organization || (empty && doc_reference(doc_key, stub).is_some()) {
            return Resolution::NotAPerson;
        }
        Resolution::Ambiguous("this person was not seen when the export was first read".to_string())
    }

    /// Says whose pages are.
    pub fn judge(&self) -> &PageJudge {
        &self.judge
    }

    /// True when the export shows the requester's own patient record, so that a subject that is not it is somebody else.
    pub fn own_record_shown(&self) -> bool {
        self.own_shown
    }

    /// The comparisons with the requester that are worth showing.
    pub fn decisions(&self) -> &[IdentityDecision] {
        &self.decisions
    }

    /// The person whom a case-wide reference key stands for.
    pub fn resolve_key(&self, key: &str) -> Option<PersonId> {
        let Key::Case(k) = normalise("", key) else { return None };
        match self.by_key.get(&k) {
            Some(Answer::Person(id)) => Some(*id),
            _ => None,
        }
    }

    /// The person whom a name found in narrative stands for, given the role that the text tells ([`Role::OtherPerson`] when none).
    /// `None` when no person of the roster fits and the name is not the patient's.
    pub fn resolve_name(&self, role: Role, name: &Name) -> Option<Resolution> {
        if let Some(answer) = self.by_content.get(&signature("", &mention_stub(role, name))) {
            return Some(answer.into_resolution());
        }
        let folded = Folded::of(name);
        let clinician = matches!(role.group(), RoleGroup::Clinician | RoleGroup::Staff) || folded.credential;
        let open = role.group() == RoleGroup::OtherPerson && !folded.credential;
        let n = levels::names(&self.patient, &Facts { names: vec![folded.clone()], ..Facts::default() });
        let fits_patient =
            n.given >= Given::Middle && n.family >= Family::Near && n.middle != Some(false) && n.generation != Some(false);
        if let Some(key) = folded.key() {
            let all = self.by_name.get(&hash_of(&key)).map(Vec::as_slice).unwrap_or(&[]);
            let fits: BTreeSet<PersonId> = all.iter().filter(|(_, c)| open || *c == clinician).map(|(p, _)| *p).collect();
            if open && fits_patient && !fits.is_empty() {
                return Some(Resolution::Ambiguous("the patient and somebody else have this name".to_string()));
            }
            let mut fits = fits.into_iter();
            if let (Some(one), None) = (fits.next(), fits.next()) {
                return Some(Resolution::Person(one));
            }
        }
        if clinician || role.group() == RoleGroup::Relative || folded.is_empty() {
            return None;
        }
        if fits_patient && open {
            return Some(Resolution::Person(PATIENT));
        }
        let part = n.family >= Family::Near && n.given >= Given::Missing;
        part.then(|| Resolution::Ambiguous("a part of the patient's name that a relative may share".to_string()))
    }
}

/// Numbers and labels everybody.
pub(super) fn build(b: RosterBuilder, mut clusters: Clusters, sides: Vec<Side>) -> (Roster, Resolver, Vec<Question>) {
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut questions = BTreeSet::new();
    let mut own: Vec<u32> = Vec::new();
    for i in 0..b.entries.len() as u32 {
        let Some(e) = b.entries.get(i as usize) else { continue };
        match sides.get(i as usize) {
            Some(Side::Patient) => own.push(i),
            Some(Side::Other) => groups.entry(clusters.find(i)).or_default().push(i),
            Some(Side::Doubt(why)) => {
                questions
                    .insert(Question { slot: e.slots.iter().cloned().collect::<Vec<_>>().join(", "), why: (*why).to_string() });
            }
            Some(Side::NotAPerson) | None => {}
        }
    }
    let mut order: Vec<(u64, Vec<u32>)> = groups
        .into_values()
        .map(|m| (m.iter().filter_map(|i| b.entries.get(*i as usize)).map(|e| e.first).min().unwrap_or(u64::MAX), m))
        .collect();
    order.sort();
    let mut answers: Vec<Answer> = sides
        .iter()
        .map(|s| match s {
            Side::Patient => Answer::Person(PATIENT),
            Side::Doubt(why) => Answer::Doubt(why),
            Side::NotAPerson | Side::Other => Answer::NotAPerson,
        })
        .collect();
    let mut persons = vec![requester(&b, &own)];
    let mut counts: HashMap<&'static str, u32> = HashMap::new();
    for (_, members) in &order {
        let id = persons.len() as PersonId;
        let entries: Vec<&Entry> = members.iter().filter_map(|m| b.entries.get(*m as usize)).collect();
        let mut person = person(&entries, id);
        let shown = b.labels.get(&person.role).copied().unwrap_or(person.role);
        let n = counts.entry(shown.label_words()).or_insert(0);
        *n += 1;
        person.label = shown.label(*n);
        persons.push(person);
        for m in members {
            if let Some(a) = answers.get_mut(*m as usize) {
                *a = Answer::Person(id);
            }
        }
    }
    let decisions = identity_decisions::collect(&b, &mut clusters, &sides, &|i| match answers.get(i as usize) {
        Some(Answer::Person(id)) => persons.get(*id as usize).map(|p| (*id, p.label.clone())),
        _ => None,
    });
    let mut resolver = resolver(&b, &answers, &persons);
    resolver.decisions = decisions;
    let records = || own.iter().filter_map(|i| b.entries.get(*i as usize)).filter(|e| e.is_patient_definition());
    resolver.judge = PageJudge::new(b.policy.clone(), own_facts(&b.patient, records()));
    resolver.own_shown = records().next().is_some();
    (Roster { persons }, resolver, questions.into_iter().collect())
}

fn requester(b: &RosterBuilder, own: &[u32]) -> Person {
    let id = &b.identity;
    let mut p = Person {
        id: PATIENT,
        role: Role::Patient,
        label: "[PATIENT]".to_string(),
        names: id.names.iter().chain(&id.former_names).cloned().collect(),
        birth_dates: id.birth_date.iter().cloned().collect(),
        sex: id.sex.clone(),
        telecoms: id.telecoms.clone(),
        addresses: id.addresses.clone(),
        identifiers: id.identifiers.clone(),
        keys: id.keys.clone(),
        slots: Vec::new(),
    };
    for nick in &id.nicknames {
        p.names.push(Name { text: nick.clone(), ..Name::default() });
    }
    let entries: Vec<&Entry> = own.iter().filter_map(|m| b.entries.get(*m as usize)).collect();
    collect(&mut p, &entries);
    p
}

fn push<T: Clone + Hash + Eq>(into: &mut Vec<T>, from: &[T], seen: &mut BTreeSet<u64>) {
    for v in from {
        if into.len() < MAX_VALUES && seen.insert(hash_of(v)) {
            into.push(v.clone());
        }
    }
}

/// Adds everything the entries say, without duplicates.
fn collect(p: &mut Person, entries: &[&Entry]) {
    let mut names: BTreeSet<u64> = p.names.iter().map(hash_of).collect();
    let mut telecoms: BTreeSet<u64> = p.telecoms.iter().map(hash_of).collect();
    let mut addresses: BTreeSet<u64> = p.addresses.iter().map(hash_of).collect();
    let mut identifiers: BTreeSet<u64> = p.identifiers.iter().map(hash_of).collect();
    let mut keys: BTreeSet<u64> = p.keys.iter().map(hash_of).collect();
    let mut dates: BTreeSet<u64> = p.birth_dates.iter().map(hash_of).collect();
    let mut slots = BTreeSet::new();
    for e in entries {
        let s = &e.stub;
        let told: Vec<Name> = s.names.iter().filter(|n| !n.is_empty()).cloned().collect();
        push(&mut p.names, &told, &mut names);
        let aliases: Vec<Name> = e.aliases.iter().map(|a| Name { text: a.clone(), ..Name::default() }).collect();
        push(&mut p.names, &aliases, &mut names);
        push(&mut p.telecoms, &s.telecoms, &mut telecoms);
        push(&mut p.addresses, &s.addresses, &mut addresses);
        push(&mut p.identifiers, &s.identifiers, &mut identifiers);
        push(&mut p.birth_dates, s.birth_date.as_slice(), &mut dates);
        let own: Vec<String> =
            e.keys.iter().chain(&e.refers).filter_map(|k| if let Key::Case(k) = k { Some(k.clone()) } else { None }).collect();
        push(&mut p.keys, &own, &mut keys);
        if p.sex.is_none() {
            p.sex = s.sex.clone();
        }
        slots.extend(e.slots.iter().cloned());
    }
    p.slots = slots.into_iter().take(MAX_VALUES).collect();
}

fn person(entries: &[&Entry], id: PersonId) -> Person {
    let mut p = Person {
        id,
        role: role(entries),
        label: String::new(),
        names: Vec::new(),
        birth_dates: Vec::new(),
        sex: None,
        telecoms: Vec::new(),
        addresses: Vec::new(),
        identifiers: Vec::new(),
        keys: Vec::new(),
        slots: Vec::new(),
    };
    collect(&mut p, entries);
    // Most complete first: parts told apart, then length.
    p.names.sort_by_key(|n| {
        let parts = u8::from(!n.family.is_empty()) + u8::from(!n.given.is_empty());
        (std::cmp::Reverse(parts), std::cmp::Reverse(n.given.len()), std::cmp::Reverse(n.display().len()), n.display())
    });
    p
}

/// The most telling role seen.
fn role(entries: &[&Entry]) -> Role {
    let roles: BTreeSet<Role> = entries.iter().flat_map(|e| standing::roles(e)).collect();
    // Highest rank; of equals the first in order of declaration, so that order of appearance does not matter.
    let top = roles.iter().map(|r| r.rank()).max().unwrap_or(0);
    roles.into_iter().find(|r| r.rank() == top).filter(|r| *r != Role::Organization).unwrap_or(Role::OtherPerson)
}

fn resolver(b: &RosterBuilder, answers: &[Answer], persons: &[Person]) -> Resolver {
    let mut by_content = HashMap::with_capacity(b.entries.len());
    let mut by_key: HashMap<String, Answer> = HashMap::new();
    for (e, answer) in b.entries.iter().zip(answers) {
        for key in e.keys.iter().chain(&e.refers) {
            let Key::Case(k) = key else { continue };
            by_key
                .entry(k.clone())
                .and_modify(|known| {
                    if known != answer {
                        *known = Answer::Doubt("one reference key stands for records of two people");
                    }
                })
                .or_insert(*answer);
        }
    }
    for key in &b.identity.keys {
        if let Key::Case(k) = normalise("", key) {
            by_key.entry(k).or_insert(Answer::Person(PATIENT));
        }
    }
    for (sig, at) in b.contents() {
        if let Some(answer) = answers.get(at as usize) {
            by_content.insert(sig, *answer);
        }
    }
    let by_doc_key = b.doc_keys.iter().filter_map(|(h, at)| answers.get(*at as usize).map(|a| (*h, *a))).collect();
    let mut by_name: HashMap<u64, Vec<(PersonId, bool)>> = HashMap::new();
    for p in persons.iter().skip(1) {
        let clinician = matches!(p.role.group(), RoleGroup::Clinician | RoleGroup::Staff);
        for key in p.names.iter().filter_map(|n| Folded::of(n).key()).collect::<BTreeSet<_>>() {
            by_name.entry(hash_of(&key)).or_default().push((p.id, clinician));
        }
    }
    Resolver {
        by_content,
        by_key,
        by_doc_key,
        by_name,
        patient: b.patient.clone(),
        judge: PageJudge::new(b.policy.clone(), b.patient.clone()),
        own_shown: false,
        decisions: Vec::new(),
    }
}
