//! Joins names that are not whole to the only person they can be: `her brother Tobias`, `Mrs. Roe`, `J. Roe`, a maiden name.
//!
//! What somebody is to the patient chooses among people of one given name or surname. Where two fit equally well the name stays a
//! person of its own: a wrong join puts one person's label on another.

use super::facts::Facts;
use super::join::{Camp, Clusters, MAX_GROUP, Summary, camp, gather, given_fits, standing};
use super::lexicon;
use super::name::{Folded, Title, Token};
use super::roster::Entry;
use super::standing::Standing;
use crate::model::role::Role;
use std::collections::{BTreeMap, BTreeSet};

/// Root of a cluster.
type Root = u32;

/// A cluster that is to be joined to another.
struct Part {
    root: Root,
    camp: Camp,
    standing: Standing,
    names: Vec<Folded>,
}

fn within<'e>(entries: &'e [Entry], members: &'e [u32]) -> impl Iterator<Item = &'e Entry> {
    members.iter().filter_map(|m| entries.get(*m as usize))
}

fn same_camp(a: Camp, b: Camp) -> bool {
    a == b || a == Camp::Open || b == Camp::Open
}

/// Keys under which a given name is found in all its forms.
fn given_keys(t: &Token) -> impl Iterator<Item = String> + '_ {
    std::iter::once(t.loose.clone()).chain(lexicon::variant_groups(&t.plain).iter().map(|g| format!("#{g}")))
}

/// A lone word that may be a given name. Text readers cannot always tell whether it is one; a title says that it is not.
fn lone_given<'n>(n: &'n Folded, e: &Entry) -> Option<&'n Token> {
    if n.placeholder.is_some() || matches!(n.title, Title::Male | Title::Female) {
        return None;
    }
    let doctor = n.title == Title::Doctor;
    let open = n.guessed || e.stub.slot == "narrative";
    match (n.given.as_slice(), n.family.as_slice()) {
        ([g], []) => Some(g),
        ([], [f]) if open => Some(f),
        _ => None,
    }
    // `Dr. Roe` is a surname as a rule, `Dr. Patricia` is not.
    .filter(|t| !t.is_initial() && (!doctor || t.attested))
}

/// Given names alone, with what the text says about them, join the person of that given name.
pub(super) fn by_given(entries: &[Entry], clusters: &mut Clusters, others: &[u32], patient: &Facts) {
    let all = gather(clusters, others);
    let surnames: BTreeSet<&str> = others
        .iter()
        .filter_map(|i| entries.get(*i as usize))
        .flat_map(|e| &e.facts.names)
        .filter(|n| n.first_given().is_some())
        .filter_map(|n| n.family_whole.as_ref())
        .map(|f| f.loose.as_str())
        .collect();
    let mut index: BTreeMap<String, Vec<Root>> = BTreeMap::new();
    let mut whole: BTreeMap<Root, (Camp, Standing)> = BTreeMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for (root, members) in &all {
        let mut lone = Vec::new();
        let mut full = false;
        let mut other = false;
        for e in within(entries, members) {
            for n in &e.facts.names {
                let titled = n.title == Title::Doctor;
                match lone_given(n, e).filter(|t| !(titled && surnames.contains(t.loose.as_str()))) {
                    Some(t) => lone.push(t.clone()),
                    None if n.first_given().is_some_and(|g| !g.is_initial()) && n.placeholder.is_none() => full = true,
                    None => other = true,
                }
            }
        }
        if full {
            let keys: BTreeSet<String> = within(entries, members)
                .flat_map(|e| &e.facts.names)
                .filter(|n| n.placeholder.is_none())
                .filter_map(Folded::first_given)
                .filter(|g| !g.is_initial())
                .flat_map(given_keys)
                .collect();
            for k in keys {
                index.entry(k).or_default().push(*root);
            }
            whole.insert(*root, (camp(entries, members), standing(entries, members, patient)));
        } else if !other && !lone.is_empty() {
            let standing = standing(entries, members, patient);
            // `Roe said` is a surname; `her brother Roe` may be either.
            if standing.is_unknown() && !lone.iter().all(|t| t.attested) {
                continue;
            }
            let names = lone.into_iter().map(|t| Folded { given: vec![t], ..Folded::default() }).collect();
            parts.push(Part { root: *root, camp: camp(entries, members), standing, names });
        }
    }
    let mut targets: BTreeMap<Root, Vec<(u8, usize)>> = BTreeMap::new();
    let mut free: BTreeMap<(Camp, String), Vec<u32>> = BTreeMap::new();
    for (i, p) in parts.iter().enumerate() {
        let keys: BTreeSet<String> = p.names.iter().filter_map(Folded::first_given).flat_map(given_keys).collect();
        let found: BTreeSet<Root> =
            keys.iter().filter_map(|k| index.get(k)).filter(|l| l.len() <= MAX_GROUP).flatten().copied().collect();
        let own = p.standing.is_unknown() && patient.names.iter().any(|n| p.names.iter().any(|m| given_fits(n, m)));
        let mut best: Vec<(u8, Root)> = Vec::new();
        for root in found.into_iter().take(MAX_GROUP) {
            let Some((camp, s)) = whole.get(&root) else { continue };
            let score = p.standing.fits(s);
            if own || score == 0 || !same_camp(p.camp, *camp) || clash(entries, &all, p.root, root) {
                continue;
            }
            best.retain(|(b, _)| *b >= score);
            if best.iter().all(|(b, _)| *b == score) {
                best.push((score, root));
            }
        }
        match best.as_slice() {
            [(score, one)] => targets.entry(*one).or_default().push((*score, i)),
            [] => {
                for k in p.names.iter().filter_map(Folded::first_given).map(|g| g.loose.clone()).collect::<BTreeSet<_>>() {
                    free.entry((p.camp, k)).or_default().push(p.root);
                }
            }
            _ => {}
        }
    }
    for (target, mut list) in targets {
        // `sister Ana` and `daughter Ana` are not both the one Ana Roe whose relation nobody tells.
        let top = list.iter().map(|(s, _)| *s).max().unwrap_or(0);
        let agree = |list: &[(u8, usize)]| {
            let of = |i: usize| parts.get(i).map(|p: &Part| &p.standing);
            list.len() <= MAX_GROUP
                && list.iter().all(|(_, a)| list.iter().all(|(_, b)| of(*a).zip(of(*b)).is_some_and(|(a, b)| a.fits(b) > 0)))
        };
        if !agree(&list) {
            list.retain(|(s, _)| *s == top);
        }
        if agree(&list) {
            list.iter().filter_map(|(_, i)| parts.get(*i)).for_each(|p| clusters.union(p.root, target));
        }
    }
    for ((_, _), group) in free {
        clusters.merge(entries, &group, |a, b| a.standing.fits(&b.standing) == 0 || a.facts_clash(b));
    }
}

fn clash(entries: &[Entry], all: &BTreeMap<Root, Vec<u32>>, a: Root, b: Root) -> bool {
    let of = |r: &Root| all.get(r).map(Vec::as_slice).unwrap_or(&[]);
    Summary::of(entries, of(&a)).facts_clash(&Summary::of(entries, of(&b)))
}

/// `Dr. Roe` and `J. Roe` join the only person they can be.
pub(super) fn by_fragment(entries: &[Entry], clusters: &mut Clusters, others: &[u32], patient: &Facts) {
    for with_initial in [true, false] {
        let all = gather(clusters, others);
        let mut index: BTreeMap<String, Vec<(Root, Camp)>> = BTreeMap::new();
        let mut fragments: Vec<Part> = Vec::new();
        for (root, members) in &all {
            let camp = camp(entries, members);
            let names = || within(entries, members).flat_map(|e| &e.facts.names);
            let usable = |n: &&Folded| n.placeholder.is_none() && n.family_whole.is_some();
            let rank = |n: &Folded| if n.is_full() { 2 } else { i32::from(n.first_given().is_some()) };
            let Some(best) = names().filter(usable).map(rank).max() else { continue };
            let is_fragment = if with_initial { best == 1 } else { best == 0 };
            if is_fragment {
                // All fragments of one cluster must agree on a surname; take the first in sorted order.
                let mut own: Vec<&Folded> = names().filter(usable).collect();
                own.sort_by_key(|n| n.key());
                if let Some(n) = own.first() {
                    let standing = standing(entries, members, patient);
                    fragments.push(Part { root: *root, camp, standing, names: vec![(*n).clone()] });
                }
            } else if best == 2 || !with_initial {
                for n in names().filter(usable).filter(|n| rank(n) > 0) {
                    let family = n.family_whole.as_ref().map(|f| f.loose.clone()).unwrap_or_default();
                    let list = index.entry(family).or_default();
                    if !list.iter().any(|(r, _)| r == root) {
                        list.push((*root, camp));
                    }
                }
            }
        }
        // Fragments that read the same in one camp are one person in any case.
        let mut same: BTreeMap<(Camp, String), Vec<u32>> = BTreeMap::new();
        let mut joins: Vec<(Root, Root)> = Vec::new();
        for p in &fragments {
            let Some(name) = p.names.first() else { continue };
            let family = name.family_whole.as_ref().map(|f| f.loose.clone()).unwrap_or_default();
            let given = name.first_given().map(|g| g.plain.clone()).unwrap_or_default();
            same.entry((p.camp, format!("{given}|{family}"))).or_default().push(p.root);
            let list = index.get(&family).map(Vec::as_slice).unwrap_or(&[]);
            if let Some(one) = only_fit(entries, &all, p, name, list, patient) {
                joins.push((p.root, one));
            }
        }
        for group in same.values() {
            clusters.merge(entries, group, |a, b| a.standing.fits(&b.standing) == 0 || a.facts_clash(b));
        }
        for (a, b) in joins {
            clusters.union(a, b);
        }
    }
}

/// The one of `list` whom a fragment fits best.
fn only_fit(
    entries: &[Entry],
    all: &BTreeMap<Root, Vec<u32>>,
    p: &Part,
    name: &Folded,
    list: &[(Root, Camp)],
    patient: &Facts,
) -> Option<Root> {
    // `Mr. Roe` without a degree is seldom a professional.
    let layman = matches!(name.title, Title::Male | Title::Female) && !name.credential && p.camp == Camp::Open;
    let mut best: Vec<(u8, Root)> = Vec::new();
    for (root, camp) in list.iter().take(MAX_GROUP).filter(|(r, c)| *r != p.root && same_camp(p.camp, *c)) {
        let members = all.get(root).map(Vec::as_slice).unwrap_or(&[]);
        if !within(entries, members).flat_map(|e| &e.facts.names).any(|n| given_fits(n, name)) {
            continue;
        }
        let fit = p.standing.fits(&standing(entries, members, patient));
        let score = if layman && *camp == Camp::Private { fit + 1 } else { fit };
        if fit == 0 || clash(entries, all, p.root, *root) {
            continue;
        }
        best.retain(|(b, _)| *b >= score);
        if best.iter().all(|(b, _)| *b == score) {
            best.push((score, *root));
        }
    }
    match best.as_slice() {
        [(_, one)] if list.len() <= MAX_GROUP => Some(*one),
        _ => None,
    }
}

/// Women change their surname: of one relation and one given name there is one. And the mother's maiden name is the mother's.
pub(super) fn maiden_names(entries: &[Entry], clusters: &mut Clusters, others: &[u32]) {
    const MARRYING: &[Role] = &[Role::Mother, Role::Spouse, Role::Sister, Role::Daughter];
    let all = gather(clusters, others);
    let mut groups: BTreeMap<(Role, String), Vec<u32>> = BTreeMap::new();
    let mut maiden: Vec<Root> = Vec::new();
    let mut mothers: Vec<Root> = Vec::new();
    for (root, members) in &all {
        if within(entries, members).all(|e| e.stub.slot == "Extension.maidenName") {
            maiden.push(*root);
        } else if within(entries, members).any(|e| e.stub.role == Role::Mother && !e.facts.names.is_empty()) {
            mothers.push(*root);
        }
        for e in within(entries, members).filter(|e| MARRYING.contains(&e.stub.role)) {
            for g in e.facts.names.iter().filter(|n| n.is_full() && n.placeholder.is_none()).filter_map(Folded::first_given) {
                groups.entry((e.stub.role, g.loose.clone())).or_default().extend(members);
            }
        }
    }
    for members in groups.values() {
        clusters.merge(entries, members, |a, b| a.standing.kin_conflict(&b.standing) || a.facts_clash(b));
    }
    let mothers: BTreeSet<Root> = mothers.into_iter().map(|m| clusters.find(m)).collect();
    let (Some(mother), 1) = (mothers.first(), mothers.len()) else { return };
    for root in maiden {
        let told = |r: &Root| within(entries, all.get(r).map(Vec::as_slice).unwrap_or(&[])).flat_map(|e| &e.facts.names);
        // One word is the surname alone.
        let surname = told(&root).all(|n| n.given.is_empty() || n.family.is_empty());
        if surname || told(&root).any(|a| told(mother).any(|b| given_fits(a, b))) {
            clusters.union(root, *mother);
        }
    }
}

/// A family history names no names: its mother is the mother the export shows, when it shows one.
pub(super) fn unnamed_parents(entries: &[Entry], clusters: &mut Clusters, others: &[u32]) {
    for role in [Role::Mother, Role::Father] {
        let (mut named, mut unnamed) = (BTreeSet::new(), Vec::new());
        for (root, members) in gather(clusters, others) {
            let es = || within(entries, &members);
            if !es().any(|e| e.stub.role == role) {
                continue;
            }
            if es().any(|e| !e.facts.names.is_empty()) {
                named.insert(root);
            } else {
                unnamed.push(root);
            }
        }
        let target = named.iter().next().copied().or_else(|| unnamed.first().copied());
        if named.len() <= 1
            && let Some(target) = target
        {
            unnamed.iter().for_each(|u| clusters.union(*u, target));
        }
    }
}
