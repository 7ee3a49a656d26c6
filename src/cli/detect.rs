//! `disclose detect`: identifiers in one text, one JSON object a line.

use crate::detect::model::{Names, joined, read_names};
use crate::detect::{Context, Dictionary, Knowledge, discover, merge};
use crate::model::mention::{Category, Mention, Who};
use crate::model::request::Identity;
use crate::model::role::Role;
use crate::model::roster::{Person, Roster};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Reads all of `input` as text and writes one line per find: `start`, `end` (byte offsets of the input), `text`, `category`,
/// `role`, `action`, `label`, `confidence`, `rule`. Bytes that are no UTF-8 are read as one replacement character each, so that
/// offsets stay those of the input. The names model is asked about words that nothing else explains. Labels are numbered in order of first appearance.
///
/// # Errors
/// Only those of reading and writing.
pub fn run(input: &mut dyn Read, patient: Option<Identity>, out: &mut dyn Write) -> Result<()> {
    run_with(input, patient, &Names::shared(), out)
}

/// The same with another names model, or none.
///
/// # Errors
/// Only those of reading and writing.
pub fn run_with(input: &mut dyn Read, patient: Option<Identity>, names: &Names, out: &mut dyn Write) -> Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let text = as_text(&bytes);
    let identity = patient.unwrap_or_default();
    let ctx = Context::default();
    let roster = roster_of(&identity);
    let known = Knowledge::new(&roster, &identity, &Dictionary::default()).scan(&text, &ctx);
    let found = merge(known, discover(&text, &ctx, &identity));
    let read = read_names(names, &text, &ctx, &identity, &found, &|_| false);
    let mut mentions = joined(&found, &read.mentions);
    crate::detect::with_initials(&text, &mut mentions);
    let shown = Shown::new(&mentions, &roster);
    let mut labels = Labels::default();
    for (i, m) in mentions.iter().enumerate() {
        let role = shown.role(i).unwrap_or_else(|| role_of(&m.who, &roster));
        let (action, label) = labels.decide(m, role, shown.of.get(i).copied().flatten());
        let line = json!({
            "start": m.start,
            "end": m.end,
            "text": text.get(m.start..m.end).unwrap_or(""),
            "category": m.category.as_str(),
            "role": role.contract_name(),
            "action": action,
            "label": label,
            "confidence": (f64::from(m.confidence) * 100.0).round() / 100.0,
            "rule": m.rule,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

/// Text with the byte offsets of the input: a byte that is no UTF-8 becomes a blank.
fn as_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| ' '));
    }
    text
}

/// The requester and the relatives they name.
pub fn roster_of(identity: &Identity) -> Roster {
    Roster { persons: known_people(identity) }
}

fn known_people(identity: &Identity) -> Vec<Person> {
    let person = |id: u32, role: Role| Person {
        id,
        role,
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
    let mut out = vec![person(0, Role::Patient)];
    for relative in &identity.relatives {
        let words = relative.relation.to_lowercase();
        let role = words.split_whitespace().rev().find_map(crate::detect::relation_role).unwrap_or(Role::Relative);
        let mut p = person(out.len() as u32, role);
        p.names.push(relative.name.clone());
        p.birth_dates.extend(relative.birth_date.clone());
        out.push(p);
    }
    out
}

fn role_of(who: &Who, roster: &Roster) -> Role {
    match who {
        Who::Patient => Role::Patient,
        Who::Person(id) => roster.get(*id).map_or(Role::OtherPerson, |p| p.role),
        Who::New(role) => *role,
        Who::Ambiguous | Who::Nobody => Role::OtherPerson,
    }
}

/// The persons of this text: names are one person when their roles agree and the words of one are a part of the other. A person's role is
/// the most telling of all mentions.
struct Shown {
    /// Role of each person.
    roles: Vec<Role>,
    /// The person of each mention.
    of: Vec<Option<usize>>,
}

impl Shown {
    fn new(mentions: &[Mention], roster: &Roster) -> Shown {
        let mut people = People::default();
        let mut of: Vec<Option<usize>> = Vec::with_capacity(mentions.len());
        for m in mentions {
            let role = role_of(&m.who, roster);
            let words = match &m.who {
                Who::Person(id) => roster.get(*id).and_then(|p| p.names.first()).map(words_of),
                Who::New(Role::Organization) => None,
                Who::New(_) if m.category == Category::Name => m.name.as_ref().map(words_of),
                _ => None,
            };
            of.push(words.filter(|_| m.category == Category::Name).map(|words| people.person(role, words)));
        }
        let roles: Vec<Role> = people.all.into_iter().map(|p| p.0).collect();
        // A number or address belongs to the person named last before it whose role it was given.
        for i in 0..mentions.len() {
            let Some(m) =
                mentions.get(i).filter(|m| m.category != Category::Name && matches!(m.who, Who::New(_) | Who::Person(_)))
            else {
                continue;
            };
            let owner = |j: usize| {
                let (n, person) = (mentions.get(j)?, of.get(j).copied().flatten()?);
                (n.category == Category::Name && n.who == m.who).then_some(person)
            };
            let person = (0..i).rev().find_map(owner).or_else(|| (i..mentions.len()).find_map(owner));
            if let Some(slot) = of.get_mut(i) {
                *slot = person;
            }
        }
        Shown { roles, of }
    }

    fn role(&self, i: usize) -> Option<Role> {
        self.of.get(i).copied().flatten().and_then(|p| self.roles.get(p)).copied()
    }
}

/// Everybody named so far: role and the words of the name.
#[derive(Default)]
struct People {
    all: Vec<(Role, Vec<String>)>,
    index: crate::detect::PeopleIndex,
}

impl People {
    /// The person whom these words name, a new one if need be.
    fn person(&mut self, role: Role, words: Vec<String>) -> usize {
        let within =
            |a: &[String], b: &[String]| !a.is_empty() && a.iter().all(|w| b.iter().any(|x| crate::detect::same_given(w, x)));
        let fits = |(r, w): &(Role, Vec<String>)| crate::detect::same_role(*r, role) && (within(&words, w) || within(w, &words));
        let mut near: Vec<usize> = words.iter().flat_map(|w| self.index.may_be([w, ""])).collect();
        near.sort_unstable();
        near.dedup();
        let fit = |i: &&usize| self.all.get(**i).is_some_and(fits);
        let same = |i: &&usize| self.all.get(**i).is_some_and(|p| p.0 == role);
        let found = near.iter().filter(same).find(fit).or_else(|| near.iter().rev().find(fit)).copied();
        let Some((i, (r, w))) = found.and_then(|i| self.all.get_mut(i).map(|p| (i, p))) else {
            words.iter().for_each(|w| self.index.add(self.all.len(), w));
            self.all.push((role, words));
            return self.all.len() - 1;
        };
        if role.rank() > r.rank() {
            *r = role;
        }
        if words.len() > w.len() {
            words.iter().for_each(|w| self.index.add(i, w));
            *w = words;
        }
        i
    }
}

/// Labels numbered in order of first appearance.
#[derive(Default)]
struct Labels {
    given: BTreeMap<usize, String>,
    counts: BTreeMap<Role, u32>,
    review: u32,
}

impl Labels {
    fn decide(&mut self, m: &Mention, role: Role, person: Option<usize>) -> (&'static str, String) {
        let category = || format!("[{}]", m.category.as_str().to_uppercase().replace('_', " "));
        match &m.who {
            Who::Patient => ("keep", Role::Patient.label(1)),
            Who::Ambiguous => {
                self.review += 1;
                ("review", format!("[REVIEW {}]", self.review))
            }
            Who::New(Role::Organization) => ("keep", Role::Organization.label(1)),
            Who::Nobody => ("mask", category()),
            _ if m.category != Category::Name => ("mask", person.map_or_else(category, |p| self.label(role, p))),
            _ => ("label", person.map_or_else(|| role.label(1), |p| self.label(role, p))),
        }
    }

    fn label(&mut self, role: Role, person: usize) -> String {
        if let Some(label) = self.given.get(&person) {
            return label.clone();
        }
        let n = self.counts.entry(role).or_insert(0);
        *n += 1;
        let label = role.label(*n);
        self.given.insert(person, label.clone());
        label
    }
}

fn words_of(name: &crate::model::person::Name) -> Vec<String> {
    let text = crate::detect::fold::folded(&format!("{} {}", name.display(), ""));
    text.split([' ', '-', ',', '.']).filter(|w| w.len() > 1).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::person::Name;
    use serde_json::Value;

    fn lines(text: &[u8], identity: Option<Identity>) -> Vec<Value> {
        let mut out = Vec::new();
        run_with(&mut &text[..], identity, &Names::none("not for this test"), &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    #[test]
    fn one_line_per_find_with_labels_numbered_in_order() {
        let text = b"\xffSeen by Dr. Karen Wu and Dr. Ravi Patel. Dr. Wu called sister Peggy Roe, SSN 900-12-3456.";
        let identity = Identity {
            names: vec![Name { family: "Roe".into(), given: vec!["Jane".into()], ..Name::default() }],
            ..Identity::default()
        };
        let got = lines(text, Some(identity));
        let labels: Vec<&str> = got.iter().filter_map(|v| v["label"].as_str()).collect();
        assert_eq!(labels, vec!["[PHYSICIAN 1]", "[PHYSICIAN 2]", "[PHYSICIAN 1]", "[SISTER 1]", "[SISTER 1]"]);
        for v in &got {
            let (s, e) = (v["start"].as_u64().unwrap() as usize, v["end"].as_u64().unwrap() as usize);
            assert_eq!(text.get(s..e).unwrap(), v["text"].as_str().unwrap().as_bytes());
        }
        assert_eq!(got[3]["role"], "sibling");
        assert_eq!(got[4]["category"], "ssn");
        assert!(lines(b"", None).is_empty() && lines(&[0xff; 64], None).is_empty());
    }
}
