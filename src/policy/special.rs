//! Special categories: what protects them, by which signs they are suspected, and what then happens (`policies/special.toml`).

use super::authority::notice;
use super::words::{hint, short};
use crate::model::document::Record;
use crate::model::policy::{Policy, SpecialRule, Switch};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One category as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    citation: String,
    reason: String,
    switch: Switch,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    text_words: Vec<String>,
    #[serde(default)]
    icd9: Vec<String>,
    #[serde(default)]
    negatable: bool,
    #[serde(default)]
    notices: Vec<String>,
}

static TABLE: LazyLock<BTreeMap<String, Raw>> =
    LazyLock::new(|| toml::from_str(include_str!("../../policies/special.toml")).unwrap_or_default());

/// Every category, with the switches that a policy sets.
///
/// # Errors
/// A switch of a category that does not exist; the words name the nearest one.
pub(super) fn rules(switches: &BTreeMap<String, Switch>) -> Result<Vec<SpecialRule>, String> {
    let known = words();
    if let Some(unknown) = switches.keys().find(|k| !TABLE.contains_key(*k)) {
        return Err(format!("unknown special category \"{}\"{}", short(unknown), hint(unknown, &known)));
    }
    Ok(TABLE
        .iter()
        .map(|(id, r)| SpecialRule {
            id: id.clone(),
            title: r.title.clone(),
            switch: switches.get(id).copied().unwrap_or(r.switch),
            citation: r.citation.clone(),
            reason: r.reason.clone(),
            labels: r.labels.clone(),
            codes: r.codes.clone(),
            kinds: r.kinds.clone(),
            words: r.words.iter().map(|w| w.to_lowercase()).collect(),
            text_words: r.text_words.iter().map(|w| w.to_lowercase()).collect(),
            icd9: r.icd9.clone(),
            negatable: r.negatable,
            notices: r.notices.iter().filter_map(|n| notice(n)).collect(),
        })
        .collect())
}

/// The categories that a record is suspected to belong to.
pub fn suspected<'p>(policy: &'p Policy, record: &Record) -> Vec<&'p SpecialRule> {
    let title = record.title.to_lowercase();
    let starts = word_starts(&title);
    policy.special.iter().filter(|rule| is_suspected(rule, record, &title, &starts)).collect()
}

/// `title` is the record's in lower case, `starts` where its words begin.
fn is_suspected(rule: &SpecialRule, record: &Record, title: &str, starts: &[usize]) -> bool {
    let listed = |list: &[String], code: &str| {
        let short = code.rsplit('|').next().unwrap_or(code);
        // Codes of one system are of one length: most differ in their last sign.
        let end = code.as_bytes().last();
        list.iter().any(|want| match want.as_bytes().last() {
            Some(b'*') => want.strip_suffix('*').is_some_and(|prefix| short.starts_with(prefix)),
            last => last == end && (want == code || *want == short),
        })
    };
    // ICD-9-CM, its URI and its OIDs of the HL7 registry.
    let icd9 = |code: &str| {
        code.contains("icd-9") || code.contains("2.16.840.1.113883.6.103|") || code.contains("2.16.840.1.113883.6.104|")
    };
    rule.kinds.contains(&record.kind)
        || record.codes.iter().any(|c| icd9(c) && listed(&rule.icd9, c))
        || record.labels.iter().any(|l| listed(&rule.labels, l))
        || record.codes.iter().any(|c| listed(&rule.codes, c))
        || starts.iter().filter_map(|at| title.get(*at..)).any(|rest| begins_with_any(rest, &rule.words))
}

/// Where something may begin that stands in `title` as whole words: no letter or digit is right before it.
fn word_starts(title: &str) -> Vec<usize> {
    let mut joined = false;
    let start = |(at, c): (usize, char)| (!std::mem::replace(&mut joined, c.is_alphanumeric())).then_some(at);
    title.char_indices().filter_map(start).collect()
}

/// True when `text` begins with any of `words`, and no letter or digit is right after it.
fn begins_with_any(text: &str, words: &[String]) -> bool {
    let head = text.as_bytes().first();
    let whole = |rest: &str| !rest.chars().next().is_some_and(char::is_alphanumeric);
    words.iter().filter(|w| w.as_bytes().first() == head).any(|w| text.strip_prefix(w.as_str()).is_some_and(whole))
}

/// The words that `[special]` takes.
pub fn words() -> Vec<&'static str> {
    TABLE.keys().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_only_as_whole_words() {
        let words = ["hiv".to_string(), "drug use".to_string(), "(sud)".to_string()];
        let has = |title: &str| word_starts(title).iter().any(|at| begins_with_any(&title[*at..], &words));
        for title in ["hiv", "an hiv test", "anti-hiv-1", "drug use", "x (sud)", "\u{e9}tat: drug use."] {
            assert!(has(title), "{title}");
        }
        for title in ["", "archives", "hivs", "1hiv", "drug user", "drug", "x(sud", "\u{e9}hiv"] {
            assert!(!has(title), "{title}");
        }
    }

    #[test]
    fn the_table_is_whole_and_a_misspelt_category_is_refused() {
        let rules_ = rules(&BTreeMap::new()).unwrap();
        assert!(rules_.len() >= 10);
        assert!(
            rules_.iter().all(|r| !(r.citation.is_empty() || r.labels.is_empty() && r.codes.is_empty() && r.words.is_empty()))
        );
        let set = |id: &str| rules(&BTreeMap::from([(id.to_string(), Switch::Withhold)]));
        assert_eq!(set("hiv").unwrap().iter().find(|r| r.id == "hiv").unwrap().switch, Switch::Withhold);
        assert!(set("hivv").unwrap_err().contains("did you mean \"hiv\""));
        assert_eq!(rules_.iter().find(|r| r.id == "part2").unwrap().notices.len(), 2);
    }
}
