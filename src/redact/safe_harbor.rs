//! The Safe Harbor method over structure: dates, ages, ids, links, numbers and places that no person owns.
//!
//! What persons own (names, phones, birth dates) goes the usual way, by the rules for their role, the patient's included. This is
//! the rest of 45 CFR 164.514(b)(2)(i): every date to its year, every id and number of a record, a device or a link to a stand-in. Stand-ins
//! are keyed by the custodian's key, so that none is derived from what it stands for (164.514(c)).

use super::{Planner, Proposal};
use crate::model::decision::{Action, Decision};
use crate::model::document::{Class, Field};
use crate::model::edit::Change;
use crate::model::mention::Category;
use crate::model::person::PATIENT;

/// Reason code.
pub const REASON: &str = "SH-164514";

/// Hosts whose addresses name a vocabulary, a profile or a standard and nobody. Everything below them, too.
const PUBLIC: [&str; 22] = [
    "hl7.org",
    "loinc.org",
    "snomed.info",
    "nlm.nih.gov",
    "unitsofmeasure.org",
    "cms.gov",
    "cdc.gov",
    "w3.org",
    "ihe.net",
    "fhir.org",
    "nucc.org",
    "ama-assn.org",
    "whocc.no",
    "who.int",
    "ada.org",
    "iana.org",
    "x12.org",
    "ncpdp.org",
    "nubc.org",
    "dicom.nema.org",
    "bioontology.org",
    "mitre.org",
];

impl Planner<'_, '_> {
    /// True when the field was settled here.
    pub(super) fn safe_harbor(&mut self, i: u32, field: &Field) -> bool {
        if self.inp.policy.safe_harbor.is_none() {
            return false;
        }
        let (category, original, with) = match field.class {
            Class::Date => {
                let view = (self.inp.view)(field);
                let text = view.text.as_ref();
                let year = text.get(..4).unwrap_or_default();
                if text == year {
                    return true;
                }
                (Category::Date, text.to_string(), Change::Text(year.to_string()))
            }
            Class::Age => {
                let text = (self.inp.view)(field).text.into_owned();
                if !self.inp.methods.old(&text) {
                    return true;
                }
                (Category::Age, text, Change::Text("90".into()))
            }
            Class::Serial | Class::Place => {
                let text = (self.inp.view)(field).text.into_owned();
                let category = if field.class == Class::Place { Category::Address } else { Category::OtherId };
                (category, text, Change::Mask("[REMOVED]".into()))
            }
            Class::Id | Class::Reference | Class::Url => {
                let text = (self.inp.view)(field).text.into_owned();
                match self.stand_in(field, &text) {
                    Some(with) if with != text => (Category::OtherId, text, Change::Text(with)),
                    Some(_) => return true,
                    // A reference to what stays behind is settled as usual.
                    None => return false,
                }
            }
            _ => return false,
        };
        self.sweep(i, category, original, with);
        true
    }

    fn sweep(&mut self, i: u32, category: Category, original: String, change: Change) {
        let action = match change {
            Change::Mask(_) => Action::Mask,
            _ if matches!(category, Category::Date | Category::Age) => Action::Generalise,
            _ => Action::Rewrite,
        };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: None,
            change: Some(change),
            category,
            role: None,
            label: None,
            decision: Decision { action, reason: REASON.into(), basis: "45 CFR 164.514(b)(2)(i)".into(), by: "machine".into() },
            rule: "safe-harbor".into(),
            confidence: 1.0,
            original,
            question: None,
        });
    }

    /// What stands in for an id, reference or link; the text itself when it may stay, `None` when others must decide.
    fn stand_in(&self, field: &Field, text: &str) -> Option<String> {
        let ids = self.inp.ids;
        if field.class == Class::Reference && self.points_at_withheld(text, field) {
            return None;
        }
        let tail = |at: usize| -> String {
            let (path, id) = text.split_at(at);
            let (id, rest) = id.split_at(id.find(['?', '#', '|']).unwrap_or(id.len()));
            let version = rest.strip_prefix('|').map(|v| format!("|{v}")).unwrap_or_default();
            format!("{path}{}{version}", ids.anonymous(id))
        };
        // The version of a record, where the record itself is a field of its own.
        if text.starts_with("/_history/") {
            return Some(text.to_string());
        }
        if text.contains("identifier=") {
            // Somebody's own stand-in, where the search still finds them.
            let owner = field.owner.and_then(|s| self.person(s)).is_some_and(|p| p.id != PATIENT);
            return if owner { None } else { Some(tail(text.rfind(['|', '=']).map_or(0, |p| p + 1))) };
        }
        if let Some(guid) = text.strip_prefix("urn:uuid:") {
            return Some(format!("urn:uuid:{}", ids.anonymous(guid)));
        }
        if field.class == Class::Id {
            return Some(ids.anonymous(text));
        }
        if let Some(id) = text.strip_prefix('#') {
            return Some(format!("#{}", ids.anonymous(id)));
        }
        if text.starts_with("urn:") {
            return Some(text.to_string());
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
            let public = PUBLIC.iter().any(|p| host == *p || host.strip_suffix(p).is_some_and(|h| h.ends_with('.')));
            if public && matches!(scheme, "http" | "https") {
                return Some(text.to_string());
            }
            // A link to a record keeps its type, so that it still finds the record; another keeps nothing.
            let mut parts = rest.split(['?', '#']).next().unwrap_or_default().rsplit('/');
            let (id, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let record = !id.is_empty()
                && kind.starts_with(|c: char| c.is_ascii_uppercase())
                && kind.bytes().all(|b| b.is_ascii_alphabetic());
            return Some(if record {
                format!("https://masked.invalid/{kind}/{}", ids.anonymous(id))
            } else {
                // The base of an address whose other half is a field of its own.
                format!("https://masked.invalid/{}{}", ids.anonymous(text), if text.ends_with('/') { "/" } else { "" })
            });
        }
        if field.class == Class::Reference {
            return Some(tail(text.rfind('/').map_or(0, |p| p + 1)));
        }
        // `tel:`, `mailto:`, a number, a file: nothing of it stays.
        Some(ids.anonymous(text))
    }
}
