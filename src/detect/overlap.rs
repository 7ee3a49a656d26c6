//! Settles overlaps between finds.

use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;

/// Sorted and without overlaps: of two finds that share a byte the more certain wins where they differ by more than a little,
/// else the longer, else the earlier in the list. What the loser covers beyond the winner is not lost to sight: a name that
/// merely reaches further than the winner is joined to it when both are names of the same owner.
pub fn settle(mut finds: Vec<Mention>) -> Vec<Mention> {
    if finds.len() < 2 {
        return finds;
    }
    let mut order: Vec<usize> = (0..finds.len()).collect();
    let weight = |m: &Mention| {
        let sure = (m.confidence * 5.0).round() as i32;
        // Of equal finds a person of the roster comes before one whom only the words describe.
        let met = matches!(m.who, Who::Person(_)) && m.rule.starts_with("roster");
        (rank(m), sure, m.end - m.start, met)
    };
    let weights: Vec<_> = finds.iter().map(weight).collect();
    order.sort_by(|a, b| weights[*b].cmp(&weights[*a]));
    // Kept ranges by start; every query looks at two neighbours only.
    let mut kept: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut keep = vec![false; finds.len()];
    for i in order {
        let (start, end) = (finds[i].start, finds[i].end);
        if start >= end {
            continue;
        }
        let before = kept.range(..end).next_back().map(|(s, j)| (*s, *j));
        match before {
            Some((_, j)) if finds[j].end > start => {
                widen(&mut finds, &mut kept, j, i);
                continue;
            }
            _ => {}
        }
        kept.insert(start, i);
        keep[i] = true;
    }
    let mut out: Vec<Mention> = finds.into_iter().zip(keep).filter_map(|(m, k)| k.then_some(m)).collect();
    out.sort_by_key(|m| (m.start, m.end));
    out
}

/// The user's list is above everything, then values known from the roster and labelled parts of a name, then the rest.
fn rank(m: &Mention) -> u8 {
    if m.rule.starts_with("dictionary") {
        return 2;
    }
    if m.rule == super::coref::SAME_TITLE || m.rule == super::own_names::LABELLED {
        return 1;
    }
    u8::from(m.category != Category::Name && m.rule.starts_with("roster") || m.rule == super::records::RULE)
}

/// A losing name or address that holds the winning one whole lends it its range, unless the winner is kept as the patient's own.
fn widen(finds: &mut [Mention], kept: &mut std::collections::BTreeMap<usize, usize>, winner: usize, loser: usize) {
    // What words tell of somebody whom the roster only knows not to be one of its own.
    if let (Who::New(told), Who::New(better)) = (&finds[winner].who, &finds[loser].who)
        && matches!(told, Role::OtherPerson | Role::Relative | Role::Contact)
        && better.rank() > told.rank()
        && finds[loser].category == Category::Name
    {
        finds[winner].who = Who::New(*better);
    }
    // An organisation's page that is called like somebody of the roster is theirs.
    if finds[winner].who == Who::New(Role::Organization)
        && matches!(finds[winner].category, Category::Url | Category::Email)
        && finds[loser].category == Category::Name
        && finds[loser].rule.starts_with("roster")
        && finds[loser].who != Who::Patient
    {
        finds[winner].who = finds[loser].who.clone();
    }
    let (w, l) = (&finds[winner], &finds[loser]);
    // Of an address the surest part (a ZIP code, a town that is known) must not leave the street before it standing.
    let same = w.category == l.category && matches!(w.category, Category::Name | Category::Address);
    if !same || w.who == Who::Patient || l.who == Who::Patient || l.start > w.start || l.end < w.end {
        return;
    }
    let (start, end, old) = (l.start, l.end, w.start);
    let free_before = kept.range(..old).next_back().is_none_or(|(_, j)| finds[*j].end <= start);
    let free_after = kept.range(old + 1..).next().is_none_or(|(s, _)| *s >= end);
    if !free_before || !free_after {
        return;
    }
    kept.remove(&old);
    kept.insert(start, winner);
    finds[winner].start = start;
    finds[winner].end = end;
}

/// Finds of both layers as one list. A find whose owner is known beats one whose owner is only described.
pub fn merge(known: Vec<Mention>, discovered: Vec<Mention>) -> Vec<Mention> {
    let mut all = known;
    all.extend(discovered);
    settle(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(start: usize, end: usize, confidence: f32, who: Who) -> Mention {
        Mention { weighed: false, start, end, category: Category::Name, who, rule: "test", confidence, name: None }
    }

    #[test]
    fn the_surer_wins_and_names_join() {
        let out = settle(vec![name(0, 4, 0.95, Who::Person(3)), name(0, 9, 0.6, Who::New(Role::OtherPerson))]);
        assert_eq!(out, vec![name(0, 9, 0.95, Who::Person(3))]);
        let out = settle(vec![name(0, 4, 0.95, Who::Patient), name(0, 9, 0.6, Who::New(Role::OtherPerson))]);
        assert_eq!(out, vec![name(0, 4, 0.95, Who::Patient)]);
    }

    #[test]
    fn a_page_of_an_organisation_with_a_known_name_in_it_is_theirs() {
        let page = |who| Mention { category: Category::Url, rule: "pattern.url", ..name(0, 40, 0.9, who) };
        let known = |who| Mention { rule: "roster.family-name", ..name(20, 25, 0.92, who) };
        let organisation = Who::New(Role::Organization);
        let out = settle(vec![page(organisation.clone()), known(Who::Person(3))]);
        assert_eq!(out, vec![page(Who::Person(3))]);
        let out = settle(vec![page(organisation.clone()), known(Who::Patient)]);
        assert_eq!(out, vec![page(organisation)]);
    }

    #[test]
    fn the_surest_part_of_an_address_does_not_leave_the_street() {
        let address =
            |start, end, confidence| Mention { category: Category::Address, ..name(start, end, confidence, Who::Nobody) };
        assert_eq!(settle(vec![address(0, 31, 0.85), address(26, 31, 0.9)]), vec![address(0, 31, 0.9)]);
    }

    proptest! {
        #[test]
        fn never_overlaps(ranges in proptest::collection::vec((0usize..60, 1usize..12, 0u8..5), 0..40)) {
            let finds = ranges.into_iter().map(|(s, l, c)| name(s, s + l, f32::from(c) / 5.0, Who::Nobody)).collect();
            let out = settle(finds);
            for pair in out.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}
