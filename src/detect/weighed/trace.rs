//! What the weights are fitted on: the evidence for each word and each person of a text, as the program would weigh it.

use super::{doubt, mine, role, word_evidence};
use crate::detect::model::{Names, Told, read_unweighed};
use crate::detect::tokens::Tokens;
use crate::detect::{Context, Dictionary, Knowledge, discover_unweighed, merge, own_of};
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

/// What there is to weigh in a text.
#[derive(Default)]
pub struct Examples {
    /// Words that may be names.
    pub words: Vec<Example>,
    /// Persons named.
    pub persons: Vec<Example>,
    /// Names that are the patient's as written.
    pub mine: Vec<Example>,
}

/// What is weighed in `text`. The names model is asked about every word.
pub fn examples(names: &Names, text: &str, identity: &Identity, roster: &Roster) -> Examples {
    let ctx = Context::default();
    let known = Knowledge::new(roster, identity, &Dictionary::default()).scan(text, &ctx);
    let found = merge(known, discover_unweighed(text, &ctx, identity));
    let read = read_unweighed(names, text, &ctx, identity, &found);
    let found = merge(found, read);
    let own = own_of(identity);
    let t = Tokens::new(text);
    let asked = Told::of(names, &t, &own);
    let doc = doubt::Doc::new(&t, &found, &own);
    let mut out = Examples::default();
    for i in (0..t.list.len()).filter(|i| doc.eligible(*i)) {
        let Some(token) = t.get(i) else { continue };
        let over = found.partition_point(|m| m.start <= token.start).checked_sub(1).filter(|j| token.start < found[*j].end);
        let mut evidence: Vec<String> = doc.evidence(i, &found, over).iter().map(str::to_string).collect();
        evidence.extend(doc.thing_evidence(i));
        evidence.extend(word_evidence::model_evidence(&t, i, asked.name(i)));
        evidence.extend(word_evidence::said_evidence(i, &|k| asked.name(k)).iter().map(str::to_string));
        out.words.push(Example {
            start: token.start,
            end: token.end,
            evidence,
            found: over.is_some(),
            role: over.map_or(String::new(), |j| found[j].rule.to_string()),
        });
    }
    let document = role::document(&t);
    for (i, m) in found.iter().enumerate().filter(|(_, m)| m.category == Category::Name) {
        let told = match &m.who {
            Who::New(Role::OtherPerson) if role::is_told(&t, m, &own) => "told_other_person",
            Who::New(_) if m.weighed && !role::is_told(&t, m, &own) => Role::OtherPerson.contract_name(),
            Who::New(r) => r.contract_name(),
            Who::Person(_) => "person",
            Who::Patient => "patient",
            Who::Ambiguous | Who::Nobody => "review",
        };
        let mut evidence = role::evidence(&t, &found, i, &own);
        evidence.extend_from_slice(&document);
        evidence.extend(asked.whose(m).iter().flat_map(role::whose_evidence));
        out.persons.push(Example { start: m.start, end: m.end, evidence, found: true, role: told.to_string() });
        if mine::is_open(m) {
            let mut evidence = mine::evidence(&t, &found, i, &own);
            evidence.extend_from_slice(&document);
            evidence.extend(asked.whose(m).iter().flat_map(role::whose_evidence));
            out.mine.push(Example { start: m.start, end: m.end, evidence, found: true, role: m.rule.to_string() });
        }
    }
    out
}

/// The parts of `text` that the names model would read if it were asked about every word.
pub fn stretches(text: &str) -> Vec<crate::detect::model::Stretch> {
    crate::detect::model::all_stretches(&Tokens::new(text))
}
