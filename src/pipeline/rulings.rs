//! A person's rulings on review items (`--decisions FILE`).

use crate::model::error::RunError;
use crate::model::role::Role;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One ruling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruling {
    /// It is the patient's, or may stay: left as it is.
    Keep,
    /// Somebody else's: replaced by this role's label.
    Label(Role),
    /// Redacted without saying who it is.
    Mask,
    /// A document or attachment stays out.
    Withhold,
    /// Noted; nothing changes.
    Accept,
}

impl Ruling {
    fn parse(text: &str) -> Option<Ruling> {
        Some(match text.trim() {
            "keep" => Ruling::Keep,
            "mask" => Ruling::Mask,
            "withhold" => Ruling::Withhold,
            "accept" => Ruling::Accept,
            other => {
                let word = other.strip_prefix("label:")?.trim().to_ascii_lowercase().replace([' ', '-'], "_");
                let role = Role::ALL.iter().find(|r| r.label_words().to_ascii_lowercase().replace([' ', '-'], "_") == word)?;
                Ruling::Label(*role)
            }
        })
    }

    /// As written in a decisions file.
    pub fn words(&self) -> String {
        match self {
            Ruling::Keep => "keep".into(),
            Ruling::Mask => "mask".into(),
            Ruling::Withhold => "withhold".into(),
            Ruling::Accept => "accept".into(),
            Ruling::Label(r) => format!("label:{}", r.label_words().to_ascii_lowercase()),
        }
    }
}

/// All rulings of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rulings {
    by: String,
    rulings: BTreeMap<String, Ruling>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    by: String,
    rulings: BTreeMap<String, String>,
}

impl Rulings {
    /// Reads a decisions file: TOML with `by = "name"` and a table `[rulings]` of `R1 = "keep"`.
    ///
    /// # Errors
    /// One line with file and reason.
    pub fn read(text: &str, name: &str) -> Result<Rulings, RunError> {
        let file: TomlFile = toml::from_str(text).map_err(|e| {
            RunError::Input(format!(
                "{name}: not a decisions file: {}; expected `by = \"...\"` and a table [rulings]",
                e.message()
            ))
        })?;
        if file.by.trim().is_empty() {
            return Err(RunError::Input(format!("{name}: `by` must name the person who ruled")));
        }
        let mut rulings = BTreeMap::new();
        for (id, word) in file.rulings {
            let ruling = Ruling::parse(&word).ok_or_else(|| {
                RunError::Input(format!(
                    "{name}: the ruling for {id} is not one of keep, mask, withhold, accept, label:ROLE (such as label:mother)"
                ))
            })?;
            rulings.insert(id, ruling);
        }
        Ok(Rulings { by: file.by, rulings })
    }

    /// The ruling on an item.
    pub fn get(&self, id: &str) -> Option<&Ruling> {
        self.rulings.get(id)
    }

    /// Who ruled.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Ids that were ruled on.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rulings.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rulings_and_says_what_is_wrong() {
        let r = Rulings::read("by = \"A. Clerk\"\n[rulings]\nR1 = \"keep\"\nR2 = \"label:mother\"\n", "d.toml").unwrap();
        assert_eq!(r.get("R1"), Some(&Ruling::Keep));
        assert_eq!(r.get("R2"), Some(&Ruling::Label(Role::Mother)));
        assert_eq!(r.by(), "A. Clerk");
        let e = Rulings::read("by = \"A\"\n[rulings]\nR1 = \"maybe\"\n", "d.toml").unwrap_err().to_string();
        assert!(e.contains("R1") && e.contains("keep"), "{e}");
        assert!(Rulings::read("x = 1", "d.toml").is_err());
    }
}
