//! What of a record is in scope: dates, record types, encounters, document codes, named conditions.
//!
//! Scope is bounded by the authorization, the order or minimum necessary (45 CFR 164.508(c)(1)(i), 164.512(e)(1)(i), 164.514(d)(3)); the
//! request says where. A record without a date stays in a range of dates, since it cannot be shown to lie outside; the report counts it.

use super::PolicyError;
use super::words::{hint, short};
use crate::model::decision::{Action, Decision};
use crate::model::document::Record;
use crate::model::request::{Request, Scope};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Reason code of what lies outside.
pub const REASON: &str = "ID-SCOPE";

/// Kinds that carry others or say who somebody is: scope never takes them out.
const ALWAYS: [&str; 24] = [
    "Bundle",
    "Parameters",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "RelatedPerson",
    "Person",
    "Group",
    "Organization",
    "Location",
    "HealthcareService",
    "Endpoint",
    "Medication",
    "Substance",
    "Provenance",
    "OperationOutcome",
    "MessageHeader",
    "List",
    "item",
    "entry",
    "ClinicalDocument",
    "xdm-metadata",
    "InsurancePlan",
    "Questionnaire",
];
/// Kinds that a list of document codes bounds.
const DOCUMENTS: [&str; 5] = ["DocumentReference", "DiagnosticReport", "Composition", "section", "DocumentManifest"];
/// Kinds that named conditions bound.
const PROBLEMS: [&str; 2] = ["Condition", "act"];
/// Kinds that are the content of something: they state neither type nor encounter themselves.
const CONTENT: [&str; 6] = ["page", "pdf", "scan", "text", "html", "rtf"];
/// LOINC code of the C-CDA section that lists encounters.
const ENCOUNTERS: &str = "46240-8";
/// C-CDA sections that list problems: only their entries are bounded by named conditions.
const PROBLEM_SECTIONS: [&str; 4] = ["11450-4", "11348-0", "75310-3", "46240-8"];

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct TypeWord {
    kinds: Vec<String>,
    categories: Vec<String>,
    codes: Vec<String>,
}

static TYPES: LazyLock<BTreeMap<String, TypeWord>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/record_types.toml")).unwrap_or_default());

/// Refuses a record type that is neither a word of `policies/record_types.toml` nor looks like a FHIR resource type.
///
/// # Errors
/// The type, with the nearest word.
pub fn check_types(request: &Request) -> Result<(), PolicyError> {
    let known: Vec<&str> = TYPES.keys().map(String::as_str).collect();
    let fhir = |t: &str| t.starts_with(|c: char| c.is_ascii_uppercase()) && t.bytes().all(|b| b.is_ascii_alphanumeric());
    match request.scope.types.iter().find(|t| !TYPES.contains_key(*t) && !fhir(t)) {
        Some(t) => Err(PolicyError::new(format!("scope: unknown record type \"{}\"{}", short(t), hint(t, &known)))),
        None => Ok(()),
    }
}

/// The decision to leave a record out because it lies outside of what was asked for; `None` when it is in scope. `section` holds the
/// codes of the section around an entry, empty for any other record.
///
/// `inside` says in what it stands (see [`within`]): the text of a note is of the type and the encounter of the note.
pub fn outside(request: &Request, record: &Record, section: &[String], inside: Inside) -> Option<Decision> {
    let carried = inside == Inside::Carried;
    let text = carried && CONTENT.contains(&record.kind.as_str());
    let part = carried && (text || matches!(record.kind.as_str(), "section" | "act"));
    if ALWAYS.contains(&record.kind.as_str()) || record.keys.first().is_some_and(|k| k.starts_with('#')) {
        return None;
    }
    let why = if out_of_dates(request, record) {
        "outside the dates asked for"
    } else if !text && wrong_type(request, record) {
        "not of a record type asked for"
    } else if !part && wrong_document(request, record) || inside == Inside::Unasked && CONTENT.contains(&record.kind.as_str()) {
        "not one of the documents asked for"
    } else if !part && wrong_encounter(request, record) {
        "not of an encounter asked for"
    } else if wrong_condition(request, record, section) {
        "not one of the conditions asked for"
    } else {
        return None;
    };
    Some(Decision {
        action: Action::Withhold,
        reason: REASON.into(),
        basis: format!("scope of the request: {why}"),
        by: "machine".into(),
    })
}

/// Is this document one that a list of document codes asks for by its own code? Then its sections are asked for, whatever theirs.
pub fn asks_for(request: &Request, document: &Record) -> bool {
    let wanted = &request.scope.documents;
    document.codes.iter().any(|c| wanted.iter().any(|w| w == c || w == bare(c)))
}

/// In what a document stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Inside {
    /// In nothing that says of which type or encounter it is: a file, a part of a bundle.
    #[default]
    Alone,
    /// In a record that was weighed by itself: it goes, or stays, with all in it.
    Carried,
    /// It is the body of a document that was not asked for.
    Unasked,
}

/// In what the content of `container` stands. A bundle says nothing of what it holds; a document whose body is a file (C-CDA `nonXMLBody`) is
/// weighed by its own code and encounter, since the document itself, with whose it is, always stays.
pub fn within(request: &Request, container: &Record) -> Inside {
    if container.kind != "ClinicalDocument" {
        return if ALWAYS.contains(&container.kind.as_str()) { Inside::Alone } else { Inside::Carried };
    }
    let scope = &request.scope;
    if !scope.documents.is_empty() && !asks_for(request, container) {
        return Inside::Unasked;
    }
    let coded = |t: &String| {
        *t == container.kind || TYPES.get(t).is_some_and(|w| container.codes.iter().any(|c| w.codes.iter().any(|x| x == bare(c))))
    };
    let fits = (scope.types.is_empty() || scope.types.iter().any(coded)) && !wrong_encounter(request, container);
    if fits { Inside::Carried } else { Inside::Alone }
}

/// True when the request bounds nothing beyond the policy.
pub fn is_open(request: &Request) -> bool {
    request.from.is_none() && request.to.is_none() && request.scope.is_empty()
}

/// What a scope names one by one: encounters, documents, conditions, record types.
pub fn named(request: &Request) -> Vec<&String> {
    let s = &request.scope;
    s.types.iter().chain(&s.documents).chain(&s.encounters).chain(&s.conditions).collect()
}

/// Which of the things that a scope names one by one this record is or has. What nothing in an export has was misspelt, or is not there.
/// Those in `before` are not looked at again.
pub fn met(request: &Request, record: &Record, before: &BTreeSet<String>) -> Vec<String> {
    let s = &request.scope;
    if s.is_empty() {
        return Vec::new();
    }
    let only = |one: &String, f: &dyn Fn(&Request) -> bool, into: &dyn Fn(&mut Scope, String)| {
        if before.contains(one) {
            return false;
        }
        let mut alone = Request::default();
        into(&mut alone.scope, one.clone());
        f(&alone)
    };
    let mut out = Vec::new();
    out.extend(s.types.iter().filter(|t| only(t, &|r| !wrong_type(r, record), &|s, t| s.types.push(t))).cloned());
    if DOCUMENTS.contains(&record.kind.as_str()) {
        out.extend(s.documents.iter().filter(|d| only(d, &|r| !wrong_document(r, record), &|s, d| s.documents.push(d))).cloned());
    }
    if !matches!(record.kind.as_str(), "section" | "act") {
        out.extend(
            s.encounters.iter().filter(|e| only(e, &|r| !wrong_encounter(r, record), &|s, e| s.encounters.push(e))).cloned(),
        );
    }
    let title = record.title.to_lowercase();
    let has = |w: &&String| {
        let code = |c: &String| w.eq_ignore_ascii_case(c) || w.eq_ignore_ascii_case(bare(c));
        record.codes.iter().chain(&record.reasons).any(code) || w.len() > 2 && title.contains(&w.to_lowercase())
    };
    out.extend(s.conditions.iter().filter(|c| !before.contains(*c)).filter(has).cloned());
    out
}

/// True for a record that a range of dates could not weigh.
pub fn undated(request: &Request, record: &Record) -> bool {
    let bounded = request.from.is_some() || request.to.is_some();
    bounded && record.date.is_none() && !ALWAYS.contains(&record.kind.as_str()) && record.kind != "section"
}

fn bare(code: &str) -> &str {
    code.rsplit('|').next().unwrap_or(code)
}

/// The days that a date as written may mean: `2020` is the whole year, `202003` and `2020-03` the whole month.
fn days(written: &str) -> Option<(String, String)> {
    let digits: String = written.chars().take_while(|c| c.is_ascii_digit() || *c == '-').filter(char::is_ascii_digit).collect();
    let part = |r: std::ops::Range<usize>| digits.get(r).filter(|p| !p.is_empty());
    let year = part(0..4)?;
    let (low, high) = match (part(4..6), part(6..8)) {
        (Some(m), Some(d)) => (format!("{year}-{m}-{d}"), format!("{year}-{m}-{d}")),
        (Some(m), None) => (format!("{year}-{m}-01"), format!("{year}-{m}-31")),
        _ => (format!("{year}-01-01"), format!("{year}-12-31")),
    };
    Some((low, high))
}

fn out_of_dates(request: &Request, record: &Record) -> bool {
    // A section is as old as its entries: they are weighed one by one.
    if record.kind == "section" {
        return false;
    }
    let Some((first, mut last)) = record.date.as_deref().and_then(days) else { return false };
    if let Some((_, end)) = record.end.as_deref().and_then(days) {
        last = last.max(end);
    }
    let early = request.from.as_deref().is_some_and(|from| last.as_str() < from) && !record.open;
    let late = request.to.as_deref().is_some_and(|to| first.as_str() > to);
    early || late
}

fn wrong_type(request: &Request, record: &Record) -> bool {
    let types = &request.scope.types;
    if types.is_empty() || record.kind == "act" {
        return false;
    }
    let fits = |t: &String| {
        if *t == record.kind {
            return true;
        }
        let Some(word) = TYPES.get(t) else { return false };
        word.kinds.contains(&record.kind)
            || (record.kind == "Observation" && record.codes.iter().any(|c| word.categories.iter().any(|w| w == bare(c))))
            || (record.kind == "section" && record.codes.iter().any(|c| word.codes.iter().any(|w| w == bare(c))))
    };
    !types.iter().any(fits)
}

fn wrong_document(request: &Request, record: &Record) -> bool {
    let wanted = &request.scope.documents;
    !wanted.is_empty()
        && DOCUMENTS.contains(&record.kind.as_str())
        && !record.codes.iter().any(|c| wanted.iter().any(|w| w == c || w == bare(c)))
}

fn wrong_encounter(request: &Request, record: &Record) -> bool {
    let wanted = &request.scope.encounters;
    if wanted.is_empty() {
        return false;
    }
    let id = |key: &str| key.rsplit(['/', '|']).next().unwrap_or(key).to_string();
    let is = |key: &String| wanted.iter().any(|w| w == key || *w == id(key) || id(w) == id(key));
    let of_one = record.encounter.as_ref().is_some_and(is);
    match record.kind.as_str() {
        "Encounter" => !record.keys.iter().any(is),
        // The section that lists encounters is weighed entry by entry.
        "section" => !of_one && !record.codes.iter().any(|c| bare(c) == ENCOUNTERS),
        _ => !of_one,
    }
}

fn wrong_condition(request: &Request, record: &Record, section: &[String]) -> bool {
    let wanted = &request.scope.conditions;
    if wanted.is_empty() {
        return false;
    }
    let matches = |codes: &[String]| {
        codes.iter().any(|c| wanted.iter().any(|w| w.eq_ignore_ascii_case(c) || w.eq_ignore_ascii_case(bare(c))))
    };
    let title = record.title.to_lowercase();
    let named = wanted.iter().any(|w| w.len() > 2 && title.contains(&w.to_lowercase()));
    if PROBLEMS.contains(&record.kind.as_str()) {
        let listed = record.kind != "act" || section.iter().any(|c| PROBLEM_SECTIONS.contains(&bare(c)));
        return listed && !matches(&record.codes) && !(named && record.kind != "act");
    }
    // What was done for other reasons only.
    !record.reasons.is_empty() && !matches(&record.reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, date: Option<&str>) -> Record {
        Record { kind: kind.into(), date: date.map(str::to_string), ..Record::default() }
    }

    fn range(from: &str, to: &str) -> Request {
        Request { from: Some(from.into()), to: Some(to.into()), ..Request::default() }
    }

    #[test]
    fn a_range_takes_what_it_touches() {
        let r = range("2020-03-01", "2020-12-31");
        for (written, inside) in [
            ("2020-03-01T08:00:00Z", true),
            ("20200301", true),
            ("2020-02-29", false),
            ("2020", true),
            ("2020-02", false),
            ("2021-01-01", false),
            ("20201231235959-0500", true),
            ("nonsense", true),
        ] {
            assert_eq!(outside(&r, &record("Observation", Some(written)), &[], Inside::Alone).is_none(), inside, "{written}");
        }
        assert!(
            outside(&r, &record("Observation", None), &[], Inside::Alone).is_none() && undated(&r, &record("Observation", None))
        );
        assert!(outside(&r, &record("Patient", Some("1990-01-01")), &[], Inside::Alone).is_none());
        let going_on = Record { open: true, ..record("Condition", Some("2015-01-01")) };
        assert!(outside(&r, &going_on, &[], Inside::Alone).is_none());
        let over = Record { end: Some("2016-01-01".into()), ..record("Condition", Some("2015-01-01")) };
        assert_eq!(outside(&r, &over, &[], Inside::Alone).unwrap().reason, REASON);
        let spans = Record { end: Some("2020-04-01".into()), ..record("Encounter", Some("2020-02-01")) };
        assert!(outside(&r, &spans, &[], Inside::Alone).is_none());
    }

    #[test]
    fn types_documents_encounters_and_conditions_bound() {
        let with = |s: Scope| Request { scope: s, ..Request::default() };
        let words = |w: &[&str]| w.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        let types = with(Scope { types: words(&["medications", "Procedure"]), ..Scope::default() });
        assert!(outside(&types, &record("MedicationRequest", None), &[], Inside::Alone).is_none());
        assert!(outside(&types, &record("Procedure", None), &[], Inside::Alone).is_none());
        assert!(outside(&types, &record("Condition", None), &[], Inside::Alone).is_some());
        let mut section = record("section", None);
        section.codes = words(&["2.16.840.1.113883.6.1|10160-0"]);
        assert!(outside(&types, &section, &[], Inside::Alone).is_none());
        section.codes = words(&["2.16.840.1.113883.6.1|11450-4"]);
        assert!(outside(&types, &section, &[], Inside::Alone).is_some());
        assert!(check_types(&types).is_ok());
        let typo = with(Scope { types: words(&["medicatons"]), ..Scope::default() });
        assert!(check_types(&typo).unwrap_err().what.contains("did you mean \"medications\""));

        let none = BTreeSet::new();
        assert_eq!(met(&types, &record("Procedure", None), &none), ["Procedure"]);
        assert!(met(&types, &record("Condition", None), &none).is_empty() && named(&types).len() == 2);
        let encounter = with(Scope { encounters: words(&["Encounter/7"]), ..Scope::default() });
        let mut o = record("Observation", None);
        assert!(outside(&encounter, &o, &[], Inside::Alone).is_some());
        assert!(met(&encounter, &o, &none).is_empty());
        o.encounter = Some("https://ehr.example/fhir/Encounter/7".into());
        assert_eq!(met(&encounter, &o, &none), ["Encounter/7"]);
        assert!(outside(&encounter, &o, &[], Inside::Alone).is_none());

        // In a C-CDA the header says which encounter it is about; the section of encounters is weighed entry by entry.
        let at = |kind: &str, encounter: Option<&str>| Record { encounter: encounter.map(str::to_string), ..record(kind, None) };
        let seven = Some("urn:oid:2.999.7|7");
        assert!(outside(&encounter, &at("section", seven), &[], Inside::Alone).is_none());
        assert!(outside(&encounter, &at("section", Some("urn:oid:2.999.7|8")), &[], Inside::Alone).is_some());
        assert!(
            outside(&encounter, &at("section", None), &[], Inside::Alone).is_some(),
            "it cannot be shown to be of the encounter"
        );
        let listed = Record { codes: words(&["2.16.840.1.113883.6.1|46240-8"]), ..record("section", None) };
        assert!(outside(&encounter, &listed, &[], Inside::Alone).is_none());
        assert!(
            outside(&encounter, &at("act", seven), &[], Inside::Alone).is_none()
                && outside(&encounter, &at("act", None), &[], Inside::Alone).is_some()
        );
        // What stands inside of a record that is in scope is in scope; on its own it is not.
        let text = record("text", None);
        assert!(
            outside(&encounter, &text, &[], Inside::Alone).is_some()
                && outside(&encounter, &text, &[], Inside::Carried).is_none()
        );
        assert!(outside(&types, &text, &[], Inside::Alone).is_some() && outside(&types, &text, &[], Inside::Carried).is_none());
        assert_eq!(within(&encounter, &record("DocumentReference", None)), Inside::Carried);
        assert_eq!(within(&encounter, &record("Bundle", None)), Inside::Alone);
        assert_eq!(within(&encounter, &at("ClinicalDocument", seven)), Inside::Carried);
        assert_eq!(within(&encounter, &record("ClinicalDocument", None)), Inside::Alone);
        let documents = with(Scope { documents: words(&["18842-5"]), ..Scope::default() });
        let letter = within(&documents, &record("ClinicalDocument", None));
        assert!(outside(&documents, &text, &[], letter).is_some(), "the body of a document that was not asked for");
        assert!(outside(&documents, &text, &[], Inside::Carried).is_none());

        let condition = with(Scope { conditions: words(&["M54.5", "asthma"]), ..Scope::default() });
        let mut c = record("Condition", None);
        c.codes = words(&["http://hl7.org/fhir/sid/icd-10-cm|M54.5"]);
        assert!(outside(&condition, &c, &[], Inside::Alone).is_none());
        c.codes = words(&["http://hl7.org/fhir/sid/icd-10-cm|F32.1"]);
        assert!(outside(&condition, &c, &[], Inside::Alone).is_some());
        assert!(met(&condition, &c, &none).is_empty());
        c.title = "Asthma, mild".into();
        assert_eq!(met(&condition, &c, &none), ["asthma"]);
        assert!(outside(&condition, &c, &[], Inside::Alone).is_none());
        let mut act = record("act", None);
        act.codes = words(&["2.16.840.1.113883.6.90|F32.1"]);
        assert!(outside(&condition, &act, &words(&["2.16.840.1.113883.6.1|11450-4"]), Inside::Alone).is_some());
        assert!(outside(&condition, &act, &words(&["2.16.840.1.113883.6.1|10160-0"]), Inside::Alone).is_none());
    }
}
