//! Who is who: the requester's identity, the comparison with it, the roster of everybody else, and the check of the requester
//! against the export.
//!
//! The way through: [`identity`] reads who the patient is; [`roster::RosterBuilder`] is shown every stub of the export in pass 1 and
//! joins them into persons; [`resolver::Resolver`] answers in pass 2. [`matching::compare`] is the only place that decides whether
//! somebody is the patient.

pub mod about;
pub mod candidates;
mod context;
mod cue_words;
mod decide;
mod explain;
pub mod facts;
pub mod fhir_person;
pub mod fold;
pub mod identity;
mod identity_decisions;
mod identity_toml;
mod join;
mod join_parts;
pub mod json;
mod keys;
pub mod kin;
mod levels;
pub mod lexicon;
pub mod matching;
pub mod name;
pub mod organisation;
pub mod page_identity;
mod page_labels;
mod page_values;
mod request_parts;
pub mod resolver;
pub mod roster;
mod rules;
mod standing;

pub use decide::SubjectCheck;
pub use explain::{explain, explained};
pub use roster::check_subject;

#[cfg(test)]
mod about_tests;
#[cfg(test)]
mod matching_tests;
#[cfg(test)]
mod roster_tests;
