//! Records outside of scope and records of special categories: what the policy says about each, in one place for both passes.

use super::Known;
use super::documents::Tree;
use crate::detect::service_dates;
use crate::model::decision::{Action, Decision};
use crate::model::document::{Class, Part, Record};
use crate::model::policy::{SpecialRule, Switch};
use crate::model::request::{Request, Scope};
use crate::policy::scope::{self, Inside};
use crate::policy::suspected;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of special categories and of dates in one document.
#[derive(Default, Clone)]
pub struct Seen {
    /// Records by special category.
    pub special: BTreeMap<String, u64>,
    /// Records without a date in a request that bounds dates.
    pub undated: u64,
    /// What the request's scope names and some record has.
    pub met: BTreeSet<String>,
}

impl Seen {
    /// Adds what another document has.
    pub fn add(&mut self, other: &Seen) {
        for (id, n) in &other.special {
            *self.special.entry(id.clone()).or_default() += n;
        }
        self.undated += other.undated;
        self.met.extend(other.met.iter().cloned());
    }
}

/// Codes of the section around a record.
fn section_codes<'r>(records: &'r [Record], record: &Record) -> &'r [String] {
    record.parent.and_then(|p| records.get(p as usize)).filter(|p| p.kind == "section").map_or(&[], |p| &p.codes)
}

/// The decision about a record by scope alone; both passes ask, so that references to it are known everywhere.
pub fn out_of_scope(request: &Request, records: &[Record], record: &Record, inside: Inside) -> Option<Decision> {
    if scope::is_open(request) {
        return None;
    }
    let document = records.first().filter(|d| d.kind == "ClinicalDocument");
    if record.kind == "section" && document.is_some_and(|d| scope::asks_for(request, d)) {
        // By dates, types and encounters it is weighed all the same.
        let others = Request { scope: Scope { documents: Vec::new(), ..request.scope.clone() }, ..request.clone() };
        return scope::outside(&others, record, section_codes(records, record), inside);
    }
    scope::outside(request, record, section_codes(records, record), inside)
}

/// For each document inside of this one: in what it stands.
pub fn within(tree: &Tree, request: &Request) -> Vec<Inside> {
    let record = |part: &Part| tree.doc.fields.get(part.field as usize).and_then(|f| tree.doc.records.get(f.record as usize));
    tree.doc.parts.iter().map(|p| record(p).map_or(Inside::Alone, |r| scope::within(request, r))).collect()
}

/// What a special category does to a record, by the policy's switch and the request's determinations. The strictest wins.
pub fn special(request: &Request, found: &[&SpecialRule]) -> Option<Decision> {
    let mut out: Option<Decision> = None;
    for rule in found {
        let determined = request.special.get(&rule.id);
        let (action, basis, by) = match (determined, rule.switch) {
            (Some(d), _) => {
                let action = if d.decision == "withhold" { Action::Withhold } else { Action::Keep };
                (action, format!("{}: determined: {}", rule.title, d.basis), d.by.clone())
            }
            (None, Switch::Release) => continue,
            (None, Switch::Withhold) => (Action::Withhold, format!("{} ({})", rule.title, rule.citation), "machine".to_string()),
            (None, Switch::Hold | Switch::Authorized) => {
                (Action::Review, format!("{} suspected ({})", rule.title, rule.citation), "machine".to_string())
            }
        };
        let rank = |a: Action| match a {
            Action::Withhold => 2,
            Action::Review => 1,
            _ => 0,
        };
        if out.as_ref().is_none_or(|o| rank(action) > rank(o.action)) {
            out = Some(Decision { action, reason: rule.reason.clone(), basis, by });
        }
    }
    out.filter(|d| d.action != Action::Keep)
}

/// Kinds of record that have no coded date and may state one in their text.
const WRITTEN: [&str; 6] = ["page", "pdf", "scan", "text", "html", "rtf"];

/// The record with the dates of service that its text states. An embedded text is as old as the record that holds it; a page always speaks
/// for itself.
fn dated(tree: &Tree, i: usize, record: &Record, known: &Known, top: bool) -> Option<Record> {
    let bounded = known.request.from.is_some() || known.request.to.is_some();
    if !bounded || record.date.is_some() || !WRITTEN.contains(&record.kind.as_str()) || !(top || record.kind == "page") {
        return None;
    }
    let fields = tree.doc.fields.iter().filter(|f| f.record as usize == i && f.class == Class::Narrative);
    let found: Vec<(String, String)> =
        fields.filter_map(|f| service_dates(&tree.format.view(tree.source(), &tree.doc, f).text)).collect();
    let first = found.iter().map(|d| &d.0).min()?.clone();
    let last = found.iter().map(|d| &d.1).max()?.clone();
    Some(Record { date: Some(first), end: Some(last), ..record.clone() })
}

/// For each record of a document: the decision to leave it out or to hold it. Also counts what was seen.
pub fn decide(tree: &Tree, known: &Known, top: bool, inside: Inside) -> (Vec<Option<Decision>>, Seen) {
    let records = &tree.doc.records;
    let mut seen = Seen::default();
    let mut phrases: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    if !known.phrases.is_empty() {
        // The spans of a document that is written anew count in its text.
        let stored = tree.doc.text.as_deref().map_or(tree.bytes.as_slice(), str::as_bytes);
        for f in tree.doc.fields.iter().filter(|f| f.class.is_free_text() && f.span.len() > 2) {
            let Some(raw) = stored.get(f.span.range()) else { continue };
            // Looked for in the bytes first: a view costs more. UTF-16 shows no word in its bytes.
            if !known.phrases.may_hold(raw) && !raw.contains(&0) {
                continue;
            }
            let view = tree.format.view(tree.source(), &tree.doc, f);
            let found = known.phrases.find(&view.text);
            if !found.is_empty() {
                phrases.entry(f.record).or_default().extend(found);
            }
        }
    }
    let decisions = records
        .iter()
        .enumerate()
        .map(|(i, record)| {
            let mut found: Vec<&SpecialRule> = suspected(&known.policy, record);
            if let Some(ids) = phrases.get(&(i as u32)) {
                for rule in known.policy.special.iter().filter(|r| ids.contains(&r.id.as_str())) {
                    if !found.iter().any(|f| f.id == rule.id) {
                        found.push(rule);
                    }
                }
            }
            for rule in &found {
                *seen.special.entry(rule.id.clone()).or_default() += 1;
            }
            let told = dated(tree, i, record, known, top);
            let record = told.as_ref().unwrap_or(record);
            seen.undated += u64::from(scope::undated(&known.request, record));
            let met = scope::met(&known.request, record, &seen.met);
            seen.met.extend(met);
            out_of_scope(&known.request, records, record, inside).or_else(|| {
                let carrier = matches!(record.kind.as_str(), "Bundle" | "Parameters" | "item" | "Patient");
                if carrier { None } else { special(&known.request, &found) }
            })
        })
        .collect();
    (decisions, seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::Determination;

    #[test]
    fn a_document_asked_for_by_its_code_has_all_its_sections() {
        let record = |kind: &str, code: &str| Record {
            kind: kind.into(),
            codes: vec![format!("2.16.840.1.113883.6.1|{code}")],
            ..Record::default()
        };
        let records = [record("ClinicalDocument", "34133-9"), record("section", "10160-0")];
        let request = |codes: &[&str]| Request {
            scope: Scope { documents: codes.iter().map(|c| c.to_string()).collect(), ..Scope::default() },
            ..Request::default()
        };
        assert!(
            out_of_scope(&request(&["34133-9"]), &records, &records[1], Inside::Alone).is_none(),
            "the summary was asked for"
        );
        assert!(out_of_scope(&request(&["10160-0"]), &records, &records[1], Inside::Alone).is_none(), "the section was");
        assert!(out_of_scope(&request(&["18842-5"]), &records, &records[1], Inside::Alone).is_some());
        // In a note that was asked for its sections are as well.
        assert!(out_of_scope(&request(&["18842-5"]), &records, &records[1], Inside::Carried).is_none());
    }

    #[test]
    fn a_determination_releases_or_withholds_and_doubt_is_held() {
        let policy = crate::policy::load("litigation", None).unwrap();
        let record = Record { kind: "DocumentReference".into(), labels: vec!["http://x|42CFRPart2".into()], ..Record::default() };
        let found = suspected(&policy, &record);
        assert_eq!(found.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["part2"]);
        let mut request = Request::default();
        assert_eq!(special(&request, &found).unwrap().action, Action::Review);
        let says = |word: &str| Determination { decision: word.into(), by: "P. Officer".into(), basis: "consent".into() };
        request.special.insert("part2".into(), says("release"));
        assert!(special(&request, &found).is_none());
        request.special.insert("part2".into(), says("withhold"));
        let d = special(&request, &found).unwrap();
        assert_eq!((d.action, d.by.as_str(), d.reason.as_str()), (Action::Withhold, "P. Officer", "SUD42"));
    }
}
