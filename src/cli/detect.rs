//! `disclose detect`: identifiers in one text, one JSON object a line.

use crate::detect::model::{Names, read_names};
use crate::detect::{Context, Dictionary, Given, Knowledge, discover, merge};
use crate::model::mention::{Category, Mention, Who};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::{Person, Roster};
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Bytes of lines that are written at once.
const WRITE: usize = 64 << 10;

/// A find as printed. Keys are only ever added.
#[derive(Serialize)]
struct Find<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    category: &'static str,
    role: &'static str,
    action: &'static str,
    label: String,
    confidence: f64,
    rule: &'a str,
}

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
    let roster = Roster { persons: known_people(&identity) };
    let known = Knowledge::new(&roster, &identity, &Dictionary::default()).scan(&text, &ctx);
    let found = merge(known, discover(&text, &ctx, &identity));
    let read = read_names(names, &text, &ctx, &identity, &found, &|_| false);
    let mentions = merge(found, read.mentions);
    let mut labels = Labels::default();
    let mut lines: Vec<u8> = Vec::new();
    for m in &mentions {
        let role = role_of(&m.who, &roster);
        let (action, label) = labels.decide(m, role, &roster);
        let find = Find {
            start: m.start,
            end: m.end,
            text: text.get(m.start..m.end).unwrap_or(""),
            category: m.category.as_str(),
            role: role.contract_name(),
            action,
            label,
            confidence: (f64::from(m.confidence) * 100.0).round() / 100.0,
            rule: m.rule,
        };
        serde_json::to_writer(&mut lines, &find)?;
        lines.push(b'\n');
        // Standard output writes line by line by itself: a call of the system for each.
        if lines.len() > WRITE {
            out.write_all(&lines)?;
            lines.clear();
        }
    }
    out.write_all(&lines)?;
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

/// Numbers persons of this text. Two names are one person when role and last word agree or one is a part of the other.
#[derive(Default)]
struct Labels {
    seen: Vec<(Role, Vec<Given>, String)>,
    counts: BTreeMap<Role, u32>,
    review: u32,
}

impl Labels {
    fn decide(&mut self, m: &Mention, role: Role, roster: &Roster) -> (&'static str, String) {
        match &m.who {
            Who::Patient => ("keep", Role::Patient.label(1)),
            Who::Ambiguous => {
                self.review += 1;
                ("review", format!("[REVIEW {}]", self.review))
            }
            Who::New(Role::Organization) => ("keep", Role::Organization.label(1)),
            Who::Nobody => ("mask", format!("[{}]", m.category.as_str().to_uppercase().replace('_', " "))),
            _ if m.category != Category::Name => {
                let label =
                    self.latest(role).unwrap_or_else(|| format!("[{}]", m.category.as_str().to_uppercase().replace('_', " ")));
                ("mask", label)
            }
            who => {
                let words = match who {
                    Who::Person(id) => roster.get(*id).and_then(|p| p.names.first()).map(words_of).unwrap_or_default(),
                    _ => m.name.as_ref().map(words_of).unwrap_or_default(),
                };
                ("label", self.label(role, words))
            }
        }
    }

    fn label(&mut self, role: Role, words: Vec<Given>) -> String {
        let within = |a: &[Given], b: &[Given]| !a.is_empty() && a.iter().all(|w| b.iter().any(|x| w.same(x)));
        let related = |a: Role, b: Role| {
            a == b
                || a == Role::OtherPerson
                || b == Role::OtherPerson
                || a.group() == b.group() && a.group() == RoleGroup::Clinician
                || (a == Role::Relative || b == Role::Relative) && a.group() == b.group()
        };
        let known = self.seen.iter_mut().find(|(r, w, _)| related(*r, role) && (within(&words, w) || within(w, &words)));
        if let Some((_, w, label)) = known {
            if words.len() > w.len() {
                *w = words;
            }
            return label.clone();
        }
        let n = self.counts.entry(role).or_insert(0);
        *n += 1;
        let label = role.label(*n);
        self.seen.push((role, words, label.clone()));
        label
    }

    fn latest(&self, role: Role) -> Option<String> {
        self.seen.iter().rev().find(|(r, _, _)| *r == role).map(|(_, _, l)| l.clone())
    }
}

fn words_of(name: &crate::model::person::Name) -> Vec<Given> {
    let text = crate::detect::fold::folded(&format!("{} {}", name.display(), ""));
    text.split([' ', '-', ',', '.']).filter(|w| w.len() > 1).map(|w| Given::new(w.to_string())).collect()
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
