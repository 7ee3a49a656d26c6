//! The user's own list: texts that are always found, and texts that never are.
//!
//! ```toml
//! allow = ["Jackson-Pratt"]
//!
//! [[entry]]
//! text = "Maple House"
//! role = "other_person"       # or a label word: "MOTHER"; optional
//! category = "name"           # optional
//! case_sensitive = false      # default
//! whole_word = true           # default
//! ```

use super::fold::folded;
use crate::model::mention::Category;
use crate::model::role::Role;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// One text that is always found.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What to find; compared without regard to accents and runs of white space.
    pub text: String,
    /// Whose it is; an other person when not told.
    #[serde(default)]
    pub role: Option<String>,
    /// What it is; a name when not told.
    #[serde(default)]
    pub category: Option<Category>,
    /// Only when written with the same capitals.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Only as whole words.
    #[serde(default = "yes")]
    pub whole_word: bool,
}

fn yes() -> bool {
    true
}

/// The list.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dictionary {
    /// Texts that are always found, before every other rule.
    #[serde(rename = "entry")]
    pub entries: Vec<Entry>,
    /// Texts that are never found by any rule but an entry of this list or a name of the roster in full.
    pub allow: Vec<String>,
}

impl Entry {
    /// The role as the model's, by label words, contract name or snake-case name. `None` when unknown or not told.
    pub fn role(&self) -> Option<Role> {
        let want = folded(self.role.as_deref()?).replace(['_', '-'], " ");
        let is = |s: &str| folded(s).replace(['_', '-'], " ") == want;
        Role::ALL
            .iter()
            .copied()
            .find(|r| is(r.label_words()))
            .or_else(|| Role::ALL.iter().copied().find(|r| is(r.contract_name())))
    }
}

impl Dictionary {
    /// Reads TOML. The error says what is wrong and what is allowed, without values.
    pub fn from_toml(toml: &str) -> Result<Self, String> {
        let mut dictionary: Dictionary = toml::from_str(toml)
            .map_err(|e| format!("the dictionary cannot be read: {}; see the manual for its keys", e.message()))?;
        for (i, entry) in dictionary.entries.iter().enumerate() {
            if folded(&entry.text).is_empty() {
                return Err(format!("entry {} of the dictionary has an empty text", i + 1));
            }
            if entry.role.is_some() && entry.role().is_none() {
                return Err(format!(
                    "entry {} of the dictionary has an unknown role; use one of the label words, such as \"mother\"",
                    i + 1
                ));
            }
        }
        dictionary.allow.retain(|a| !folded(a).is_empty());
        Ok(dictionary)
    }

    /// Number of entries and SHA-256 over them in their order; `None` for an empty dictionary.
    pub fn figures(&self) -> Option<(usize, String)> {
        if self == &Dictionary::default() {
            return None;
        }
        let digest = Sha256::digest(format!("{self:?}"));
        Some((self.entries.len() + self.allow.len(), digest.iter().map(|b| format!("{b:02x}")).collect()))
    }

    /// True when the text is on the list of texts that are never found.
    pub fn allows(&self, text: &str) -> bool {
        !self.allow.is_empty() && {
            let f = folded(text);
            self.allow.iter().any(|a| folded(a) == f)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entries_and_refuses_what_it_does_not_know() {
        let d = Dictionary::from_toml("allow = [\"Foley\"]\n[[entry]]\ntext = \"Bo\"\nrole = \"mother\"\n").unwrap();
        assert_eq!(d.entries[0].role(), Some(Role::Mother));
        assert!(d.entries[0].whole_word && !d.entries[0].case_sensitive && d.allows("FOLEY"));
        assert!(Dictionary::from_toml("[[entry]]\ntext = \"Bo\"\nrole = \"wizard\"").is_err());
        assert!(Dictionary::from_toml("[[entry]]\ntext = \" \"").is_err());
        assert!(Dictionary::from_toml("[[entry]]\ntext = \"x\"\nkolour = 1").is_err());
    }
}
