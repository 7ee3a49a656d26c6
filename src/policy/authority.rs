//! By what right a disclosure is made, whether minimum necessary applies to it, what must be at hand, which clock runs and which texts
//! travel with the copy (`policies/authorities.toml`, `checklists.toml`, `notices.toml`).

use super::{PolicyError, words};
use crate::model::policy::{AuthorityFacts, ChecklistItem, Clock, Notice};
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

impl Applies {
    /// `yes`, `no`, `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Applies::Yes => "yes",
            Applies::No => "no",
            Applies::Open => "open",
        }
    }
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
    /// Whether the disclosure is entered in the accounting of disclosures.
    pub accountable: Applies,
    /// Why, with citation.
    pub accountable_citation: String,
    /// Name of its checklist.
    pub checklist: String,
    /// Which clock runs.
    pub clock: Clock,
    /// Names of the notices that travel with the copy.
    #[serde(default)]
    pub notices: Vec<String>,
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

/// One checklist of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checklist {
    title: String,
    items: Vec<ChecklistItem>,
}

/// A notice as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotice {
    title: String,
    as_of: String,
    source: String,
    text: String,
}

/// A ground for denying access in part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ground {
    /// In the words of the rule.
    pub title: String,
    /// Citation.
    pub citation: String,
    /// True when it can carry the redaction of what a record says of another person.
    pub mention: bool,
    /// True when the individual may have the denial reviewed.
    pub reviewable: bool,
    /// True when a licensed health care professional must decide.
    pub licensed: bool,
}

static GROUNDS: LazyLock<BTreeMap<String, Ground>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/grounds.toml")).unwrap_or_default());

/// A ground by its word.
pub(super) fn grounds(word: &str) -> Option<&'static Ground> {
    GROUNDS.get(word)
}

/// The words of all grounds.
pub(super) fn ground_words() -> Vec<&'static str> {
    GROUNDS.keys().map(String::as_str).collect()
}

/// An exception to information blocking.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    /// In words.
    pub title: String,
    /// Citation.
    pub citation: String,
}

static EXCEPTIONS: LazyLock<BTreeMap<String, Exception>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/information_blocking.toml")).unwrap_or_default());

/// An exception by its word; the error side has all words.
pub(super) fn exception(word: &str) -> Result<&'static Exception, Vec<&'static str>> {
    EXCEPTIONS.get(word).ok_or_else(|| EXCEPTIONS.keys().map(String::as_str).collect())
}

static TABLE: LazyLock<BTreeMap<String, Authority>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/authorities.toml")).unwrap_or_default());
static CHECKLISTS: LazyLock<BTreeMap<String, Checklist>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/checklists.toml")).unwrap_or_default());
static NOTICES: LazyLock<BTreeMap<String, RawNotice>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/notices.toml")).unwrap_or_default());

/// Words of earlier versions that still hold.
const ALIASES: [(&str, &str); 2] = [("payment_tpo", "payment"), ("treatment_tpo", "treatment")];

/// The words that `--authority` takes, in alphabetical order.
pub fn authority_words() -> Vec<&'static str> {
    TABLE.keys().map(String::as_str).collect()
}

/// Looks an authority up by its word.
///
/// # Errors
/// The word is not in the table; the error names the nearest one.
pub fn authority(word: &str) -> Result<&'static Authority, PolicyError> {
    TABLE.get(canonical(word)).ok_or_else(|| {
        PolicyError::new(format!("unknown authority \"{}\"{}", words::short(word), words::hint(word, &authority_words())))
    })
}

fn canonical(word: &str) -> &str {
    ALIASES.iter().find(|(old, _)| *old == word).map_or(word, |(_, new)| new)
}

/// The authority with its checklist, as plain data.
///
/// # Errors
/// As [`authority`].
pub fn facts(word: &str) -> Result<AuthorityFacts, PolicyError> {
    let a = authority(word)?;
    let list = CHECKLISTS.get(&a.checklist);
    Ok(AuthorityFacts {
        word: canonical(word).to_string(),
        title: a.title.clone(),
        applies: a.applies.as_str().into(),
        citation: a.citation.clone(),
        scope: a.scope.clone(),
        accountable: a.accountable.as_str().into(),
        accountable_citation: a.accountable_citation.clone(),
        clock: a.clock.clone(),
        checklist_title: list.map(|l| l.title.clone()).unwrap_or_default(),
        checklist: list.map(|l| l.items.clone()).unwrap_or_default(),
    })
}

/// The texts that travel with a copy made under this authority.
pub fn travelling(word: &str) -> Vec<Notice> {
    authority(word).map(|a| a.notices.iter().filter_map(|n| notice(n)).collect()).unwrap_or_default()
}

/// The words of all notices.
pub(super) fn notice_words() -> Vec<&'static str> {
    NOTICES.keys().map(String::as_str).collect()
}

/// A text of `policies/notices.toml` by name.
pub fn notice(id: &str) -> Option<Notice> {
    let n = NOTICES.get(id)?;
    Some(Notice {
        id: id.to_string(),
        title: n.title.clone(),
        text: n.text.clone(),
        source: n.source.clone(),
        as_of: n.as_of.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_authority_has_its_checklist_clock_and_notices() {
        assert_eq!(TABLE.len(), 11);
        for (word, a) in TABLE.iter() {
            let f = facts(word).unwrap();
            assert!(!f.checklist.is_empty(), "{word}: checklist {}", a.checklist);
            assert!(["access", "return_date", "payer_due", "none"].contains(&f.clock.kind.as_str()), "{word}: {}", f.clock.kind);
            assert_eq!(travelling(word).len(), a.notices.len(), "{word}: a notice is missing from notices.toml");
            let mut ids: Vec<&str> = f.checklist.iter().map(|i| i.id.as_str()).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), f.checklist.len(), "{word}: an item stands twice");
        }
        assert_eq!(facts("authorization_164_508").unwrap().checklist.len(), 11, "the eleven points of 45 CFR 164.508");
    }

    #[test]
    fn grounds_are_those_of_the_rule() {
        assert_eq!(GROUNDS.len(), 9);
        for (word, g) in GROUNDS.iter() {
            assert!(g.citation.starts_with("45 CFR 164.524(a)") && !g.title.is_empty(), "{word}");
            assert_eq!(g.reviewable, g.citation.contains("(a)(3)"), "{word}: (a)(2) is unreviewable, (a)(3) reviewable");
        }
    }

    #[test]
    fn words_of_earlier_versions_still_hold() {
        assert_eq!(facts("payment_tpo").unwrap().word, "payment");
        assert_eq!(facts("treatment_tpo").unwrap().word, "treatment");
    }

    #[test]
    fn notices_are_dated_and_sourced() {
        for (id, n) in NOTICES.iter() {
            assert!(n.as_of.len() == 10 && !n.source.is_empty() && !n.text.is_empty(), "{id}");
        }
        assert!(notice("part2").unwrap().text.contains("42 CFR 2.31"));
    }
}
