//! A policy file as written: every key optional, so that a file may extend a preset.

use crate::model::decision::Action;
use crate::model::filing::FilingUse;
use crate::model::mention::Category;
use crate::model::policy::{ChecklistItem, Extent, Forms, Switch, WithholdRule};
use crate::model::role::{Role, RoleGroup};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Authorities that go with the purpose.
    pub authorities: Option<Vec<String>>,
    /// True when the request should name conditions or dates.
    pub bounded: Option<bool>,
    /// A site's days for the access clock.
    pub access_clock: Option<RawClock>,
    /// True for a site that releases nothing without a complete checklist in the request.
    pub require_checklist: Option<bool>,
    /// A site's checklists by authority.
    #[serde(default)]
    pub checklists: BTreeMap<String, Vec<ChecklistItem>>,
    /// A site's texts of notices by id.
    #[serde(default)]
    pub texts: BTreeMap<String, RawText>,
    /// What bounds scope for this purpose.
    pub scope: Option<String>,
    /// Records about another patient: `label`, `withhold`, `review`.
    pub other_patient_records: Option<Action>,
    /// Sentences printed in both reports.
    pub notices: Option<Vec<String>>,
    /// Rules by role group.
    #[serde(default)]
    pub groups: BTreeMap<RoleGroup, RawGroup>,
    /// Rules of single roles.
    #[serde(default)]
    pub roles: BTreeMap<Role, RawGroup>,
    /// Roles whose people get the label of a coarser one.
    #[serde(default)]
    pub labels: BTreeMap<Role, Role>,
    /// What `generalise` makes of a value.
    pub generalise: Option<Forms>,
    /// `safe-harbor`: the patient's identifiers go, too.
    pub method: Option<Method>,
    /// What of `policies/safe_harbor.toml` a site puts otherwise.
    pub safe_harbor: Option<RawSafeHarbor>,
    /// Whether copies are reduced for filing with a court.
    pub court_filing: Option<RawFiling>,
    /// In what this file differs from the preset it extends.
    pub difference: Option<String>,
    /// Records left out as a whole.
    pub withhold: Option<Vec<RawWithhold>>,
    /// Numbers and rules of the comparison with the patient that differ from `policies/identity.toml`.
    pub identity: Option<toml::Table>,
    /// Switches of special categories (`policies/special.toml`) that differ from the default.
    #[serde(default)]
    pub special: BTreeMap<String, Switch>,
}

/// A site's days for access requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClock {
    /// Calendar days from receipt.
    pub days: u32,
    /// Calendar days of the one extension; 0 for none.
    pub extension_days: u32,
    /// Source.
    pub citation: String,
}

/// A site's text of a notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawText {
    pub title: String,
    pub text: String,
    pub source: String,
    pub as_of: String,
}

/// When copies are reduced for filing with a court.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFiling {
    /// `never`, `allowed` (when the request asks for it), `always`.
    #[serde(rename = "use")]
    pub used: FilingUse,
    /// From this age on nobody is a minor; a state's law may say another than the built-in one.
    pub adult_age: Option<u8>,
}

/// `policies/court_filing.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCourt {
    pub title: String,
    pub reason: String,
    pub as_of: String,
    pub adult_age: u8,
    pub statement: Vec<String>,
    pub bases: BTreeMap<Category, String>,
}

/// A method over the whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Method {
    /// 45 CFR 164.514(b)(2).
    SafeHarbor,
}

/// A site's own list of small areas.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSafeHarbor {
    /// First three digits of postal codes.
    pub small_areas: BTreeSet<String>,
    /// Where the list is from.
    pub source: String,
    /// Its date, `YYYY-MM-DD`.
    pub as_of: String,
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
    /// What goes with the identity.
    pub extent: Option<Extent>,
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
    #[serde(default)]
    headings: Vec<String>,
    #[serde(default)]
    relatives: bool,
    #[serde(default)]
    sentences: bool,
    reason: String,
    basis: String,
}

impl RawPolicy {
    /// This file over `base`: a key said here wins, a group said here replaces the whole group.
    pub fn over(self, mut base: RawPolicy) -> RawPolicy {
        base.groups.extend(self.groups);
        base.special.extend(self.special);
        base.roles.extend(self.roles);
        base.labels.extend(self.labels);
        base.checklists.extend(self.checklists);
        base.texts.extend(self.texts);
        RawPolicy {
            name: self.name.or(base.name),
            version: self.version.or(base.version),
            extends: None,
            unavailable: self.unavailable.or(base.unavailable),
            title: self.title.or(base.title),
            default_authority: self.default_authority.or(base.default_authority),
            authorities: self.authorities.or(base.authorities),
            bounded: self.bounded.or(base.bounded),
            require_checklist: self.require_checklist.or(base.require_checklist),
            access_clock: self.access_clock.or(base.access_clock),
            checklists: base.checklists,
            texts: base.texts,
            scope: self.scope.or(base.scope),
            other_patient_records: self.other_patient_records.or(base.other_patient_records),
            notices: self.notices.or(base.notices),
            groups: base.groups,
            roles: base.roles,
            labels: base.labels,
            generalise: self.generalise.or(base.generalise),
            method: self.method.or(base.method),
            safe_harbor: self.safe_harbor.or(base.safe_harbor),
            court_filing: self.court_filing.or(base.court_filing),
            difference: self.difference,
            withhold: self.withhold.or(base.withhold),
            identity: self.identity.or(base.identity),
            special: base.special,
        }
    }
}

impl From<RawWithhold> for WithholdRule {
    fn from(raw: RawWithhold) -> Self {
        let RawWithhold { name, kinds, codes, words, headings, relatives, sentences, reason, basis } = raw;
        let small = |list: Vec<String>| list.iter().map(|w| w.to_lowercase()).collect();
        WithholdRule { name, kinds, codes, words: small(words), headings: small(headings), relatives, sentences, reason, basis }
    }
}
