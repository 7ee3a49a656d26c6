//! Joins entries into persons: by reference key, by number of one assigner, by full name, by fragment.
//!
//! The result must not depend on the order in which files come. Every step works on sets, takes its groups in sorted order, and
//! within a group joins only clusters that conflict with exactly the same others: a record that would fit two different people
//! joins neither.

use super::decide::Side;
use super::facts::{Dob, Facts, Id, IdClass, Sex};
use super::join_parts::{by_fragment, by_given, maiden_names, unnamed_parents};
use super::keys::Key;
use super::levels::{self, Home};
use super::lexicon;
use super::name::{Folded, Generation, Token};
use super::roster::Entry;
use super::standing::{Standing, roles, sex_of_role, sex_of_title};
use crate::model::person::StubKind;
use crate::model::role::{Role, RoleGroup};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Larger groups of one name or number are not compared pair by pair: time stays linear on hostile input.
pub(super) const MAX_GROUP: usize = 256;

/// Entries grouped into clusters, as a union-find forest.
pub(super) struct Clusters {
    parent: Vec<u32>,
}

impl Clusters {
    /// The cluster of an entry.
    pub fn find(&mut self, at: u32) -> u32 {
        let mut root = at;
        while let Some(&p) = self.parent.get(root as usize) {
            if p == root {
                break;
            }
            root = p;
        }
        let mut walk = at;
        while walk != root {
            let Some(slot) = self.parent.get_mut(walk as usize) else { break };
            walk = std::mem::replace(slot, root);
        }
        root
    }

    pub(super) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        let (low, high) = (a.min(b), a.max(b));
        if let Some(slot) = self.parent.get_mut(high as usize) {
            *slot = low;
        }
    }

    /// Joins what one key defines and what points to it.
    pub fn by_keys(entries: &[Entry]) -> Clusters {
        let mut clusters = Clusters { parent: (0..entries.len() as u32).collect() };
        let mut groups: BTreeMap<&Key, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
        for (i, e) in entries.iter().enumerate() {
            for k in &e.keys {
                groups.entry(k).or_default().0.push(i as u32);
            }
            if let Some(k) = &e.refers {
                groups.entry(k).or_default().1.push(i as u32);
            }
        }
        for (definitions, references) in groups.values() {
            clusters.merge(entries, definitions, |a, b| a.clashes_wholly(b));
            let mut roots: Vec<u32> = definitions.iter().map(|d| clusters.find(*d)).collect();
            roots.sort_unstable();
            roots.dedup();
            match roots.as_slice() {
                [] => {
                    let mut refs = references.iter();
                    if let Some(first) = refs.next() {
                        refs.for_each(|r| clusters.union(*first, *r));
                    }
                }
                [one] => references.iter().for_each(|r| clusters.union(*one, *r)),
                // One key, several people: a reference follows its display text, or stands alone.
                many => {
                    for r in references {
                        let Some(e) = entries.get(*r as usize) else { continue };
                        let shown = Summary::of(entries, &[*r]);
                        let fits: Vec<u32> = many
                            .iter()
                            .copied()
                            .filter(|m| {
                                !e.facts.names.is_empty()
                                    && !Summary::of(entries, &clusters.members(*m, definitions)).given_clash(&shown)
                            })
                            .collect();
                        if let [one] = fits.as_slice() {
                            clusters.union(*one, *r);
                        }
                    }
                }
            }
        }
        clusters
    }

    fn members(&mut self, root: u32, of: &[u32]) -> Vec<u32> {
        of.iter().copied().filter(|m| self.find(*m) == root).collect()
    }

    /// Joins the clusters of `group` that `clash` with exactly the same others of the group.
    pub(super) fn merge(&mut self, entries: &[Entry], group: &[u32], clash: impl Fn(&Summary, &Summary) -> bool) {
        let mut by_root: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &m in group {
            by_root.entry(self.find(m)).or_default().push(m);
        }
        if by_root.len() < 2 || by_root.len() > MAX_GROUP {
            return;
        }
        let summaries: Vec<(u32, Summary)> = by_root.iter().map(|(r, m)| (*r, Summary::of(entries, m))).collect();
        let mut kinds: HashMap<Vec<bool>, u32> = HashMap::new();
        for (root, s) in &summaries {
            let against: Vec<bool> = summaries.iter().map(|(other, o)| other != root && clash(s, o)).collect();
            match kinds.get(&against) {
                Some(&first) => self.union(first, *root),
                None => {
                    kinds.insert(against, *root);
                }
            }
        }
    }
}

/// What several entries say together.
#[derive(Default)]
pub(super) struct Summary<'a> {
    /// What they are to the patient; surnames are not looked at.
    pub(super) standing: Standing,
    names: Vec<&'a Folded>,
    dobs: BTreeSet<Dob>,
    generations: BTreeSet<Generation>,
    middles: BTreeSet<char>,
    unique: BTreeSet<&'a Id>,
    sexes: (bool, bool),
}

impl<'a> Summary<'a> {
    pub(super) fn of(entries: &'a [Entry], members: &[u32]) -> Summary<'a> {
        let of = || members.iter().filter_map(|m| entries.get(*m as usize));
        let mut s = Summary { standing: Standing::of(of(), &Facts::default()), ..Summary::default() };
        for e in of() {
            for n in &e.facts.names {
                s.generations.extend(n.generation);
                s.middles.extend(n.middle_initial());
                if s.names.len() < 64 {
                    s.names.push(n);
                }
                s.add_sex(sex_of_title(n.title));
            }
            s.dobs.extend(e.facts.dob.filter(Dob::is_full));
            s.unique.extend(e.facts.ids.iter().filter(|i| is_unique(i, e)));
            s.add_sex(e.facts.sex);
            roles(e).into_iter().for_each(|r| s.add_sex(sex_of_role(r)));
        }
        s
    }

    fn add_sex(&mut self, sex: Option<Sex>) {
        match sex {
            Some(Sex::Male) => self.sexes.0 = true,
            Some(Sex::Female) => self.sexes.1 = true,
            None => {}
        }
    }

    fn apart<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> bool {
        !a.is_empty() && !b.is_empty() && a.is_disjoint(b)
    }

    /// Two people of one name: birth date, generation, middle initial, unique number or sex say so.
    pub(super) fn facts_clash(&self, other: &Summary) -> bool {
        let numbers = [IdClass::Npi, IdClass::National, IdClass::Record].into_iter().any(|class| {
            let of = |s: &Summary| -> BTreeMap<String, BTreeSet<String>> {
                let mut m: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
                for i in s.unique.iter().filter(|i| i.class == class) {
                    m.entry(i.system.clone()).or_default().insert(i.value.clone());
                }
                m
            };
            let (a, b) = (of(self), of(other));
            a.iter().any(|(system, values)| b.get(system).is_some_and(|w| Summary::apart(values, w)))
        });
        let sexes = (self.sexes == (true, false) && other.sexes == (false, true))
            || (self.sexes == (false, true) && other.sexes == (true, false));
        numbers
            || sexes
            || Summary::apart(&self.dobs, &other.dobs)
            || Summary::apart(&self.generations, &other.generations)
            || Summary::apart(&self.middles, &other.middles)
    }

    /// Both have names and no pair of them fits: given names by each other, a surname alone by the surname.
    fn given_clash(&self, other: &Summary) -> bool {
        let surname = |a: &Folded, b: &Folded| {
            let of = |n: &Folded| n.family_whole.as_ref().map(|f| f.loose.clone());
            of(a).is_none() || of(b).is_none() || of(a) == of(b)
        };
        let fits = |a: &Folded, b: &Folded| {
            given_fits(a, b) && (a.first_given().is_some() && b.first_given().is_some() || surname(a, b))
        };
        !self.names.is_empty() && !other.names.is_empty() && !self.names.iter().any(|a| other.names.iter().any(|b| fits(a, b)))
    }

    /// Neither given nor family name fits, or the birth dates differ: one key stands for two people.
    fn clashes_wholly(&self, other: &Summary) -> bool {
        let family = self.names.iter().any(|a| {
            other.names.iter().any(|b| a.family_whole.as_ref().map(|f| &f.loose) == b.family_whole.as_ref().map(|f| &f.loose))
        });
        Summary::apart(&self.dobs, &other.dobs) || (self.given_clash(other) && !family)
    }
}

fn is_unique(id: &Id, e: &Entry) -> bool {
    match id.class {
        IdClass::Npi => id.is_npi(),
        IdClass::National => true,
        // Clinicians have several local numbers at one assigner; patients should have one.
        IdClass::Record => e.stub.kind == StubKind::Patient && !id.system.is_empty(),
        IdClass::Member | IdClass::Episode => false,
    }
}

pub(super) fn given_fits(a: &Folded, b: &Folded) -> bool {
    let fits = |x: &Token, y: &Token| {
        x.loose == y.loose
            || ((x.is_initial() || y.is_initial()) && x.first() == y.first())
            || lexicon::variant_groups(&x.plain).iter().any(|g| lexicon::variant_groups(&y.plain).contains(g))
    };
    match (a.first_given(), b.first_given()) {
        (Some(x), Some(y)) => fits(x, y),
        _ => true,
    }
}

/// Professional or private: two of one name are joined only within.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Camp {
    Clinician,
    Private,
    Open,
}

pub(super) fn camp(entries: &[Entry], members: &[u32]) -> Camp {
    let (mut professional, mut private) = (false, false);
    for e in members.iter().filter_map(|m| entries.get(*m as usize)) {
        let group = e.stub.role.group();
        let personal = matches!(group, RoleGroup::Relative | RoleGroup::Contact);
        if is_professional(e) && !personal {
            return Camp::Clinician;
        }
        professional |=
            !is_open(e) && (e.stub.kind == StubKind::Clinician || matches!(group, RoleGroup::Clinician | RoleGroup::Staff));
        private |= personal || matches!(e.stub.kind, StubKind::Related | StubKind::Patient);
    }
    match (private, professional) {
        (true, _) => Camp::Private,
        (false, true) => Camp::Clinician,
        (false, false) => Camp::Open,
    }
}

/// Joins everybody who is not the requester, not in doubt and not an organisation.
pub(super) fn join_others(entries: &[Entry], clusters: &mut Clusters, sides: &[Side], patient: &Facts) {
    let others: Vec<u32> = (0..entries.len() as u32).filter(|i| matches!(sides.get(*i as usize), Some(Side::Other))).collect();
    by_numbers(entries, clusters, &others);
    by_full_name(entries, clusters, &others);
    maiden_names(entries, clusters, &others);
    by_given(entries, clusters, &others, patient);
    by_fragment(entries, clusters, &others, patient);
    // Once more: `her mother Ann` is Ann Roe by now, and the one mother.
    maiden_names(entries, clusters, &others);
    unnamed_parents(entries, clusters, &others);
}

fn by_numbers(entries: &[Entry], clusters: &mut Clusters, others: &[u32]) {
    let mut groups: BTreeMap<(IdClass, String, String), Vec<u32>> = BTreeMap::new();
    for &i in others {
        let Some(e) = entries.get(i as usize) else { continue };
        for id in &e.facts.ids {
            let own = match id.class {
                IdClass::Npi | IdClass::National => true,
                IdClass::Record => !id.system.is_empty(),
                IdClass::Member | IdClass::Episode => false,
            };
            if own {
                groups.entry((id.class, id.system.clone(), id.value.clone())).or_default().push(i);
            }
        }
        for key in e.keys.iter().chain(&e.refers) {
            if let Key::Identifier(system, value) = key
                && let Some(id) = Id::of(
                    &crate::model::person::Identifier { system: system.clone(), value: value.clone(), kind: String::new() },
                    "",
                )
            {
                groups.entry((id.class, id.system, id.value)).or_default().push(i);
            }
        }
    }
    for members in groups.values() {
        let whole: Vec<u32> = members.clone();
        clusters.merge(entries, &whole, |a, b| a.given_clash(b) || Summary::apart(&a.dobs, &b.dobs));
    }
}

/// Members of every cluster among `others`.
pub(super) fn gather(clusters: &mut Clusters, others: &[u32]) -> BTreeMap<u32, Vec<u32>> {
    let mut map: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &i in others {
        map.entry(clusters.find(i)).or_default().push(i);
    }
    map
}

/// The cluster of `members`, as what it is to the patient.
pub(super) fn standing(entries: &[Entry], members: &[u32], patient: &Facts) -> Standing {
    Standing::of(members.iter().filter_map(|m| entries.get(*m as usize)), patient)
}

fn by_full_name(entries: &[Entry], clusters: &mut Clusters, others: &[u32]) {
    let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for &i in others {
        let Some(e) = entries.get(i as usize) else { continue };
        for n in e.facts.names.iter().filter(|n| n.is_full() && n.placeholder.is_none()) {
            groups.entry(order_free_key(n)).or_default().push(i);
        }
    }
    // A husband and a son of one name are two people.
    let clash = |a: &Summary, b: &Summary| a.standing.kin_conflict(&b.standing) || a.facts_clash(b);
    for members in groups.values() {
        // Whole clusters take part, each in its camp.
        let mut camps: BTreeMap<Camp, Vec<u32>> = BTreeMap::new();
        for (_, m) in gather(clusters, members) {
            camps.entry(camp(entries, &m)).or_default().extend(m);
        }
        for m in camps.values() {
            clusters.merge(entries, m, clash);
        }
        let open = camps.remove(&Camp::Open).unwrap_or_default();
        let closed: Vec<u32> = camps.into_values().flatten().collect();
        across_camps(entries, clusters, &closed);
        let roots: BTreeSet<u32> = closed.iter().map(|c| clusters.find(*c)).collect();
        if roots.len() == 1 && !open.is_empty() {
            let all: Vec<u32> = closed.iter().chain(&open).copied().collect();
            clusters.merge(entries, &all, clash);
        }
    }
}

/// Given and family name in either order: lists print both `Ann Roe` and `Roe Ann`.
fn order_free_key(n: &Folded) -> String {
    let given = n.first_given().map(|g| g.plain.as_str()).unwrap_or("");
    let family = n.family_whole.as_ref().map(|f| f.plain.as_str()).unwrap_or("");
    if given <= family { format!("{given}|{family}") } else { format!("{family}|{given}") }
}

/// A professional's slot without any sign of a profession (a guarantor as performer of a coverage) holds the private person of that
/// name when a phone, e-mail address, dwelling or birth date is the same.
fn across_camps(entries: &[Entry], clusters: &mut Clusters, members: &[u32]) {
    let of = gather(clusters, members);
    if of.len() < 2 || of.len() > MAX_GROUP {
        return;
    }
    let facts = |m: &[u32]| -> Vec<&Entry> { m.iter().filter_map(|m| entries.get(*m as usize)).collect() };
    let private: Vec<(u32, Vec<&Entry>)> =
        of.iter().filter(|(_, m)| camp(entries, m) == Camp::Private).map(|(r, m)| (*r, facts(m))).collect();
    for (root, m) in of.iter().filter(|(_, m)| camp(entries, m) == Camp::Clinician) {
        let es = facts(m);
        if es.iter().any(|e| is_professional(e)) {
            continue;
        }
        let fits: Vec<u32> = private
            .iter()
            .filter(|(_, p)| p.iter().any(|a| es.iter().any(|b| shares_contact(&a.facts, &b.facts))))
            .map(|(r, _)| *r)
            .collect();
        if let [one] = fits.as_slice() {
            clusters.union(*root, *one);
        }
    }
}

/// A place in which a clinician stands as a rule but a relative may (`Consent.performer`, `MedicationDispense.receiver`), with nothing
/// that tells a profession: it does not keep the relative of that name away.
pub(super) fn is_open(e: &Entry) -> bool {
    let place = e.stub.kind == StubKind::Unknown && matches!(e.stub.role, Role::Clinician | Role::Staff);
    // `Signed by Ann Roe` may be the mother Ann Roe.
    let mention = e.stub.slot == "narrative" && e.stub.role == Role::Clinician;
    (place || mention) && !is_professional(e)
}

fn is_professional(e: &Entry) -> bool {
    let told = roles(e).into_iter().any(|r| r.group() == RoleGroup::Clinician && r != Role::Clinician);
    told || e.facts.ids.iter().any(|i| i.class == IdClass::Npi)
        || e.facts.names.iter().any(|n| n.credential || n.title == super::name::Title::Doctor)
}

fn shares_contact(a: &Facts, b: &Facts) -> bool {
    a.phones.iter().any(|p| b.phones.contains(p))
        || a.emails.iter().any(|m| b.emails.contains(m))
        || levels::home(a, b) == Home::Same
        || (a.dob.is_some_and(|d| d.is_full()) && a.dob == b.dob)
}
