//! Special categories: what protects them, by which signs they are suspected, and what then happens (`policies/special.toml`).

use super::authority::notice;
use super::words::{hint, short};
use crate::model::policy::{SpecialRule, Switch};
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
            notices: r.notices.iter().filter_map(|n| notice(n)).collect(),
        })
        .collect())
}

/// The words that `[special]` takes.
pub fn words() -> Vec<&'static str> {
    TABLE.keys().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_a_misspelt_category_is_refused() {
        let rules_ = rules(&BTreeMap::new()).unwrap();
        assert!(rules_.len() >= 10);
        assert!(
            rules_.iter().all(|r| !r.citation.is_empty() && !(r.labels.is_empty() && r.codes.is_empty() && r.words.is_empty()))
        );
        let set = |id: &str| rules(&BTreeMap::from([(id.to_string(), Switch::Withhold)]));
        assert_eq!(set("hiv").unwrap().iter().find(|r| r.id == "hiv").unwrap().switch, Switch::Withhold);
        assert!(set("hivv").unwrap_err().contains("did you mean \"hiv\""));
        assert_eq!(rules_.iter().find(|r| r.id == "part2").unwrap().notices.len(), 2);
    }
}
