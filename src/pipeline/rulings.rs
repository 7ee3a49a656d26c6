//! A person's rulings on review items (`--decisions FILE`).

use super::hits::{Overrides, RawBox, RawHit, RawPerson};
use super::spots::RawSpot;
use crate::model::error::RunError;
use crate::model::role::Role;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One ruling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruling {
    /// It is the patient's, or may stay: left as it is.
    Keep,
    /// Somebody else's: replaced by this role's label, with this number when one is given.
    Label(Role, Option<u32>),
    /// Redacted without saying who it is.
    Mask,
    /// A document or attachment stays out.
    Withhold,
    /// Noted; nothing changes.
    Accept,
}

impl Ruling {
    pub(super) fn parse(text: &str) -> Option<Ruling> {
        Some(match text.trim() {
            "keep" => Ruling::Keep,
            "mask" => Ruling::Mask,
            "withhold" => Ruling::Withhold,
            "accept" => Ruling::Accept,
            other => {
                let word = plain(other.strip_prefix("label:")?);
                let (word, number) = match word.rsplit_once('_').map(|(w, n)| (w, n.parse::<u32>())) {
                    Some((w, Ok(n @ 1..=9999))) => (w.to_string(), Some(n)),
                    _ => (word, None),
                };
                let role = Role::ALL.iter().find(|r| plain(r.label_words()) == word && **r != Role::Patient)?;
                Ruling::Label(*role, number)
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
            Ruling::Label(r, None) => format!("label:{}", r.label_words().to_ascii_lowercase()),
            Ruling::Label(r, Some(n)) => format!("label:{} {n}", r.label_words().to_ascii_lowercase()),
        }
    }

    /// The label that it puts in place of a name.
    pub fn label(&self) -> Option<String> {
        match self {
            Ruling::Label(r, None) => Some(format!("[{}]", r.label_words())),
            Ruling::Label(r, Some(n)) => Some(format!("[{} {n}]", r.label_words())),
            _ => None,
        }
    }

    /// True when an item with these choices can be ruled so.
    pub fn fits(&self, choices: &[String]) -> bool {
        match self {
            Ruling::Label(..) => choices.iter().any(|c| c.starts_with("label:")),
            other => choices.iter().any(|c| *c == other.words()),
        }
    }
}

fn plain(word: &str) -> String {
    word.trim().trim_matches(['[', ']']).to_ascii_lowercase().replace([' ', '-'], "_")
}

/// `; did you mean "label:mother"?` when a valid word is near.
fn hint(word: &str) -> String {
    let word: String = word.trim().chars().take(60).collect::<String>().to_ascii_lowercase();
    let labels =
        Role::ALL.iter().filter(|r| **r != Role::Patient).map(|r| format!("label:{}", r.label_words().to_ascii_lowercase()));
    let bare = Role::ALL
        .iter()
        .find(|r| plain(r.label_words()) == plain(&word))
        .map(|r| format!("label:{}", r.label_words().to_lowercase()));
    let words = ["keep", "mask", "withhold", "accept"].into_iter().map(str::to_string).chain(labels);
    let scored = words.map(|w| (strsim::jaro_winkler(&word, &w), w));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(s, _)| *s > 0.8).map(|(_, w)| w);
    bare.or(best).map_or(String::new(), |w| format!("; did you mean \"{w}\"?"))
}

fn is_date(text: &str) -> bool {
    let shape = |(i, b): (usize, u8)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}

/// All rulings of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rulings {
    by: String,
    date: Option<String>,
    rulings: BTreeMap<String, Ruling>,
    overrides: Overrides,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    by: String,
    #[serde(default)]
    date: Option<String>,
    rulings: Option<BTreeMap<String, String>>,
    #[serde(default)]
    hit: Vec<RawHit>,
    #[serde(default)]
    person: Vec<RawPerson>,
    #[serde(default, rename = "box")]
    boxes: Vec<RawBox>,
    #[serde(default)]
    page: Vec<RawBox>,
    #[serde(default)]
    text: Vec<RawSpot>,
}

impl Rulings {
    /// Reads a decisions file: TOML with `by = "name"`, if wanted `date = "YYYY-MM-DD"`, a table `[rulings]` of `R1 = "keep"`, and
    /// rulings on hits and persons ([`super::hits`]).
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
        let boxes: Vec<RawBox> = file.boxes.into_iter().chain(file.page).collect();
        if file.rulings.is_none() && file.hit.is_empty() && file.person.is_empty() && boxes.is_empty() && file.text.is_empty() {
            return Err(RunError::Input(format!("{name}: a decisions file needs a table [rulings]")));
        }
        for (id, word) in file.rulings.unwrap_or_default() {
            let ruling = Ruling::parse(&word).ok_or_else(|| {
                RunError::Input(format!(
                    "{name}: the ruling for {} is not one of keep, mask, withhold, accept, label:ROLE (such as label:mother){}",
                    id.chars().take(20).collect::<String>(),
                    hint(&word)
                ))
            })?;
            rulings.insert(id, ruling);
        }
        if file.date.as_deref().is_some_and(|d| !is_date(d)) {
            return Err(RunError::Input(format!("{name}: `date` is not a date; write YYYY-MM-DD")));
        }
        let overrides = Overrides::read(file.hit, file.person, boxes, file.text, name)?;
        Ok(Rulings { by: file.by, date: file.date, rulings, overrides })
    }

    /// The ruling on an item.
    pub fn get(&self, id: &str) -> Option<&Ruling> {
        self.rulings.get(id)
    }

    /// When, `YYYY-MM-DD`, where the file says.
    pub fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }

    /// Who ruled.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Rulings on hits and persons.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
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
        assert_eq!(r.get("R2"), Some(&Ruling::Label(Role::Mother, None)));
        let numbered = Rulings::read("by = \"A\"\n[rulings]\nR1 = \"label:Other Person 2\"\n", "d.toml").unwrap();
        assert_eq!(numbered.get("R1").and_then(Ruling::label).as_deref(), Some("[OTHER PERSON 2]"));
        for (word, near) in
            [("kepe", "keep"), ("mother", "label:mother"), ("label:mothr", "label:mother"), ("withold", "withhold")]
        {
            let e = Rulings::read(&format!("by = \"A\"\n[rulings]\nR1 = \"{word}\"\n"), "d.toml").unwrap_err().to_string();
            assert!(e.contains(&format!("did you mean \"{near}\"")), "{e}");
        }
        assert_eq!(r.by(), "A. Clerk");
        let dated = Rulings::read("by = \"A\"\ndate = \"2026-11-02\"\n[rulings]\n", "d.toml").unwrap();
        assert_eq!(dated.date(), Some("2026-11-02"));
        assert!(Rulings::read("by = \"A\"\ndate = \"today\"\n[rulings]\n", "d.toml").is_err());
        let e = Rulings::read("by = \"A\"\n[rulings]\nR1 = \"maybe\"\n", "d.toml").unwrap_err().to_string();
        assert!(e.contains("R1") && e.contains("keep"), "{e}");
        assert!(Rulings::read("x = 1", "d.toml").is_err());
    }
}
