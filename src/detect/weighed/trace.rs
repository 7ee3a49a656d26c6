//! What the weights are fitted on: the evidence for each word and each person of a text, as the program would weigh it.

use super::{doubt, role};
use crate::detect::model::{Names, name_scores, read_unweighed};
use crate::detect::numbers::trace as numbers_of;
use crate::detect::tokens::Tokens;
use crate::detect::words::NameLike;
use crate::detect::{Context, Dictionary, Knowledge, discover_unweighed, merge, own_of, people_and_numbers};
use crate::model::mention::{Category, Who};
use crate::model::request::Identity;
use crate::model::role::Role;
use crate::model::roster::Roster;

/// One word or person with all that is weighed.
pub struct Example {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Names of the evidence.
    pub evidence: Vec<String>,
    /// A rule has found it already.
    pub found: bool,
    /// The role that rules gave to a person; for a word the rule that found it.
    pub role: String,
}

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
    /// Everybody.
    pub owners: Vec<OwnerExample>,
}

/// Numbers that may be somebody's: once with all that is known of the patient, once as if only their name were.
pub fn numbers(text: &str, identity: &Identity) -> Vec<NumberExample> {
    let t = Tokens::new(text);
    let read = |identity: &Identity| {
        let own = own_of(identity);
        let named = !identity.names.is_empty();
        people_and_numbers(&t, &Context::default(), &own, named, true)
            .map_or(Vec::new(), |(names, found)| numbers_of(&t, &names, &found, &own))
    };
    let unknown =
        Identity { identifiers: Vec::new(), telecoms: Vec::new(), addresses: Vec::new(), birth_date: None, ..identity.clone() };
    let mut all = read(identity);
    all.extend(read(&unknown).into_iter().map(|e| NumberExample { bare: true, ..e }));
    all
}

/// Words that may be names, and persons named, in `text`. The names model is asked about every word.
pub fn examples(names: &Names, text: &str, identity: &Identity, roster: &Roster) -> (Vec<Example>, Vec<Example>) {
    let ctx = Context::default();
    let known = Knowledge::new(roster, identity, &Dictionary::default()).scan(text, &ctx);
    let found = merge(known, discover_unweighed(text, &ctx, identity));
    let read = read_unweighed(names, text, &ctx, identity, &found);
    let found = merge(found, read);
    let own = own_of(identity);
    let t = Tokens::new(text);
    let scores = name_scores(names, &t);
    let doc = doubt::Doc::new(&t, &found);
    let (mut words, mut persons) = (Vec::new(), Vec::new());
    for i in (0..t.list.len()).filter(|i| doc.eligible(*i, &own)) {
        let Some(token) = t.get(i) else { continue };
        let over = found.partition_point(|m| m.start <= token.start).checked_sub(1).filter(|j| token.start < found[*j].end);
        let mut evidence = doc.evidence(i, &found, over);
        let like = if t.like(i) >= NameLike::Unknown { "name" } else { "word" };
        evidence.extend(doubt::model_evidence(scores.get(i).copied().unwrap_or(0.0), like));
        words.push(Example {
            start: token.start,
            end: token.end,
            evidence,
            found: over.is_some(),
            role: over.map_or(String::new(), |j| found[j].rule.to_string()),
        });
    }
    for (i, m) in found.iter().enumerate().filter(|(_, m)| m.category == Category::Name) {
        let told = match &m.who {
            Who::New(Role::OtherPerson) if role::is_told(&t, m, &own) => "told_other_person",
            who => word_of(who),
        };
        let evidence = role::evidence(&t, &found, i, &own);
        persons.push(Example { start: m.start, end: m.end, evidence, found: true, role: told.to_string() });
    }
    (words, persons)
}

/// The word for an owner.
pub fn word_of(who: &Who) -> &'static str {
    match who {
        Who::New(r) => r.contract_name(),
        Who::Person(_) => "person",
        Who::Patient => "patient",
        Who::Ambiguous | Who::Nobody => "review",
    }
}
