//! What the weights of numbers are fitted on: every number of a text with the evidence for each owner, as the program would weigh it.

use super::evidence::{Doc, Owner, Sum, Told};
use super::place::Heads;
use crate::detect::discover::{own_of, people_and_numbers};
use crate::detect::identity::Own;
use crate::detect::model::{Names, joined, read_names};
use crate::detect::tokens::Tokens;
use crate::detect::{Context, discover, model};
use crate::model::mention::{Mention, Who};
use crate::model::request::Identity;

/// One to whom a number may belong, with all that is weighed.
#[derive(Clone)]
pub struct OwnerExample {
    /// `none`, `unnamed` or how the person is told: `name`, `kin`, `role`, `pt`.
    pub how: &'static str,
    /// The role that is told.
    pub role: String,
    /// First byte and one past the last of the words that tell of the person.
    pub bytes: (usize, usize),
    /// Names of the evidence.
    pub evidence: Vec<String>,
}

/// One number with all to whom it may belong.
#[derive(Clone)]
pub struct NumberExample {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The rule that has found it; empty for none.
    pub rule: String,
    /// Role of the owner that rules gave it.
    pub role: String,
    /// The patient's own by its value.
    pub own: bool,
    /// Only the patient's name is taken as known.
    pub bare: bool,
    /// How likely the names model takes it for somebody else's and for the patient's.
    pub model: Option<(f32, f32)>,
    /// Everybody.
    pub owners: Vec<OwnerExample>,
}

/// Numbers that may be somebody's: once with all that is known of the patient, once as if only their name were. With a names model it is
/// asked about every word.
pub fn numbers(names: Option<&Names>, text: &str, identity: &Identity) -> Vec<NumberExample> {
    let t = Tokens::new(text);
    let ctx = Context::default();
    let read = |identity: &Identity| {
        let own = own_of(identity);
        let named = !identity.names.is_empty();
        let Some((people, found)) = people_and_numbers(&t, &ctx, &own, named, true) else { return Vec::new() };
        let Some(model) = names else { return weighed(&t, &people, &found, &own, None) };
        let told = model::Told::of(model, &t, &own);
        let read = read_names(model, text, &ctx, identity, &discover(text, &ctx, identity), &|_| false);
        let people = joined(&people, &super::anew::names_of(&read.mentions));
        weighed(&t, &people, &found, &own, Some(&|i| told.number(i)))
    };
    let unknown =
        Identity { identifiers: Vec::new(), telecoms: Vec::new(), addresses: Vec::new(), birth_date: None, ..identity.clone() };
    let mut all = read(identity);
    all.extend(read(&unknown).into_iter().map(|e| NumberExample { bare: true, ..e }));
    all
}

/// Every number that is asked about with the evidence for each owner: what the weights are fitted on.
fn weighed(t: &Tokens, names: &[Mention], found: &[Mention], own: &Own, told: Option<Told>) -> Vec<NumberExample> {
    let Some(doc) = Doc::new(t, names, found, own, told) else { return Vec::new() };
    let mut heads = Heads::default();
    let mut out = Vec::new();
    for run in &doc.runs {
        if !doc.asks(run, &mut heads) {
            continue;
        }
        let facts = doc.facts(run, &mut heads);
        let rule = doc.found(run);
        let owners = doc.owners(run).into_iter().map(|owner| {
            let mut sum = Sum::keeping(&doc);
            doc.weigh(run, &facts, owner, &mut sum);
            let (how, role, bytes) = match owner {
                Owner::None => ("none", "", (0, 0)),
                Owner::Unnamed(r) => ("unnamed", r.contract_name(), (0, 0)),
                Owner::Person(k) => doc.people.get(k).map_or(("none", "", (0, 0)), |p| (p.how, word_of(&p.who), p.bytes)),
            };
            OwnerExample { how, role: role.to_string(), bytes, evidence: sum.kept.unwrap_or_default() }
        });
        out.push(NumberExample {
            start: run.start,
            end: run.end,
            rule: rule.map_or(String::new(), |m| m.rule.to_string()),
            role: rule.map_or(String::new(), |m| word_of(&m.who).to_string()),
            own: facts.settled,
            bare: false,
            model: facts.model,
            owners: owners.collect(),
        });
    }
    out
}

fn word_of(who: &Who) -> &'static str {
    match who {
        Who::New(r) => r.contract_name(),
        Who::Person(_) => "person",
        Who::Patient => "patient",
        Who::Ambiguous | Who::Nobody => "review",
    }
}
