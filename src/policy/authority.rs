//! By what right a disclosure is made, and whether minimum necessary applies to it (`policies/authorities.toml`).

use super::{PolicyError, words};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Whether minimum necessary applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// It applies.
    Yes,
    /// It does not.
    No,
    /// A person must determine it; treated as applying until then.
    Open,
}

/// One authority of the table.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Name with citation.
    pub title: String,
    /// Whether minimum necessary applies.
    pub applies: Applies,
    /// Why, with citation.
    pub citation: String,
    /// What bounds the scope.
    pub scope: String,
}

impl Authority {
    /// The sentence for the report: whether minimum necessary applies, with citation.
    pub fn minimum_necessary(&self) -> String {
        match self.applies {
            Applies::Yes => format!("Minimum necessary applies ({}). Authority: {}.", self.citation, self.title),
            Applies::No => format!("Minimum necessary does not apply ({}). Authority: {}.", self.citation, self.title),
            Applies::Open => format!(
                "Whether minimum necessary applies is for the covered entity to determine; treat it as applying until then ({}). \
                 Authority: {}.",
                self.citation, self.title
            ),
        }
    }
}

static TABLE: LazyLock<BTreeMap<String, Authority>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/authorities.toml")).unwrap_or_default());

/// The words that `--authority` takes, in alphabetical order.
pub fn authority_words() -> Vec<&'static str> {
    TABLE.keys().map(String::as_str).collect()
}

/// Looks an authority up by its word.
///
/// # Errors
/// The word is not in the table; the error names the nearest one.
pub fn authority(word: &str) -> Result<&'static Authority, PolicyError> {
    TABLE.get(word).ok_or_else(|| {
        PolicyError::new(format!("unknown authority \"{}\"{}", words::short(word), words::hint(word, &authority_words())))
    })
}
