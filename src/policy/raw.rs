//! A policy file as written: every key optional, so that a file may extend a preset.

use crate::model::decision::Action;
use crate::model::mention::Category;
use crate::model::policy::{Switch, WithholdRule};
use crate::model::role::RoleGroup;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A policy file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    /// Name shown in reports.
    pub name: Option<String>,
    /// Version of the file, any text.
    pub version: Option<String>,
    /// Preset whose keys hold where this file says nothing.
    pub extends: Option<String>,
    /// Set when the preset is a reserved name: why it cannot be used.
    pub unavailable: Option<String>,
    /// One sentence for the report.
    pub title: Option<String>,
    /// Authority when the request names none.
    pub default_authority: Option<String>,
    /// What bounds scope for this purpose.
    pub scope: Option<String>,
    /// Records about another patient: `label`, `withhold`, `review`.
    pub other_patient_records: Option<Action>,
    /// Sentences printed in both reports.
    pub notices: Option<Vec<String>>,
    /// Rules by role group.
    #[serde(default)]
    pub groups: BTreeMap<RoleGroup, RawGroup>,
    /// Records left out as a whole.
    pub withhold: Option<Vec<RawWithhold>>,
    /// Numbers and rules of the comparison with the patient that differ from `policies/identity.toml`.
    pub identity: Option<toml::Table>,
    /// Switches of special categories (`policies/special.toml`) that differ from the default.
    #[serde(default)]
    pub special: BTreeMap<String, Switch>,
}

/// What one group gets.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGroup {
    /// Take what is not said here from this group of the same file.
    pub like: Option<RoleGroup>,
    /// Action for every category that `except` does not name.
    pub action: Option<Action>,
    /// Reason code.
    pub reason: Option<String>,
    /// Basis with citation.
    pub basis: Option<String>,
    /// Categories treated otherwise.
    pub except: Option<BTreeMap<Category, Action>>,
}

/// Records left out as a whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWithhold {
    name: String,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    reason: String,
    basis: String,
}

impl RawPolicy {
    /// This file over `base`: a key said here wins, a group said here replaces the whole group.
    pub fn over(self, mut base: RawPolicy) -> RawPolicy {
        base.groups.extend(self.groups);
        base.special.extend(self.special);
        RawPolicy {
            name: self.name.or(base.name),
            version: self.version.or(base.version),
            extends: None,
            unavailable: self.unavailable.or(base.unavailable),
            title: self.title.or(base.title),
            default_authority: self.default_authority.or(base.default_authority),
            scope: self.scope.or(base.scope),
            other_patient_records: self.other_patient_records.or(base.other_patient_records),
            notices: self.notices.or(base.notices),
            groups: base.groups,
            withhold: self.withhold.or(base.withhold),
            identity: self.identity.or(base.identity),
            special: base.special,
        }
    }
}

impl From<RawWithhold> for WithholdRule {
    fn from(raw: RawWithhold) -> Self {
        let RawWithhold { name, kinds, codes, words, reason, basis } = raw;
        WithholdRule { name, kinds, codes, words: words.iter().map(|w| w.to_lowercase()).collect(), reason, basis }
    }
}
