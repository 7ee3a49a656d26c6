//! Law as data: presets, overrides, checks.
//!
//! What each group of people gets for each purpose is written in TOML files (`policies/`), not in code, so that whoever answers for
//! it can read and change it. This folder reads those files, refuses what they get wrong with file, line and the nearest valid
//! word, and applies what the request says. It never sees an export. The vocabulary is documented in `docs/policies.md`.

mod authority;
mod describe;
mod preset;
mod raw;
mod readiness;
mod request_rules;
pub mod scope;
mod special;
mod words;

pub use authority::{Applies, Authority, authority, authority_words, facts as authority_facts, notice, travelling};
pub use describe::{actions, difference, extent_words, filing_words, group_word, of_rule, switch_word};
pub use preset::{PURPOSES, check_label, extends, identity, load, load_text};
pub use readiness::readiness;
pub use request_rules::{effective_sha256, ground_required, with_request};
pub use special::{suspected, words as special_words};

use std::fmt;

/// A policy, purpose or authority that cannot be used. Shows as `file:line: what`, or `what` alone. It may quote the policy file;
/// it never holds anything of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The policy file, as given or `preset NAME`.
    pub file: Option<String>,
    /// Line from 1.
    pub line: Option<u32>,
    /// What is wrong and what to do.
    pub what: String,
}

impl PolicyError {
    fn new(what: impl Into<String>) -> Self {
        PolicyError { file: None, line: None, what: what.into() }
    }
    fn at(file: &str, line: Option<u32>, what: impl Into<String>) -> Self {
        PolicyError { file: Some(file.to_string()), line, what: what.into() }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: {}", self.what),
            (Some(file), None) => write!(f, "{file}: {}", self.what),
            _ => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests;
