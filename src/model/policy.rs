//! A loaded policy preset as plain data. `policy/` reads and checks it; the pipeline looks rows up.

use super::decision::{Action, Decision};
use super::identity_policy::IdentityPolicy;
use super::mention::Category;
use super::role::{Role, RoleGroup};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one group of roles gets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupRule {
    /// For names, telecoms, addresses, identifiers and all other categories not listed in `except`.
    pub action: Action,
    /// Categories treated otherwise.
    pub except: BTreeMap<Category, Action>,
    /// Reason code of redactions: `TP-FAM`.
    pub reason: String,
    /// Legal basis, with citation.
    pub basis: String,
}

/// Records that are withheld as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WithholdRule {
    /// Short name: `family-history`.
    pub name: String,
    /// Record kinds: `FamilyMemberHistory`.
    pub kinds: Vec<String>,
    /// `system|code` pairs, or bare codes, that any of the record's codes may equal.
    pub codes: Vec<String>,
    /// Words in the record's title (folded, whole words).
    pub words: Vec<String>,
    /// Reason code: `GEN`.
    pub reason: String,
    /// Basis with citation.
    pub basis: String,
}

/// One purpose's policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// Preset name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the TOML as read, hexadecimal.
    pub sha256: String,
    /// One sentence for the report.
    pub title: String,
    /// Whether minimum necessary applies, in words with citation.
    pub minimum_necessary: String,
    /// What bounds scope.
    pub scope: String,
    /// Authority assumed when the request names none.
    pub default_authority: String,
    /// Rules by role group.
    pub groups: BTreeMap<RoleGroup, GroupRule>,
    /// Records withheld.
    pub withhold: Vec<WithholdRule>,
    /// What happens to a record about another patient: `label` (identity goes, content stays), `withhold` or `review`.
    pub other_patient_records: Action,
    /// Notices printed in the recipient report.
    pub notices: Vec<String>,
    /// Numbers and rules of the comparison with the patient.
    #[serde(default = "IdentityPolicy::built_in")]
    pub identity: Arc<IdentityPolicy>,
}

impl Policy {
    /// The decision for a category of data of a person in `role`. A group without rule is masked: fail closed.
    pub fn decide(&self, role: Role, category: Category) -> Decision {
        let by = "machine".to_string();
        match self.groups.get(&role.group()) {
            Some(rule) => Decision {
                action: rule.except.get(&category).copied().unwrap_or(rule.action),
                reason: rule.reason.clone(),
                basis: rule.basis.clone(),
                by,
            },
            None => Decision {
                action: Action::Label,
                reason: "TP-OTH".into(),
                basis: "no rule for this role in the policy: redacted".into(),
                by,
            },
        }
    }

    /// The rule that withholds a record of this kind, with these codes and title, if any.
    pub fn withholds(&self, kind: &str, codes: &[String], title: &str) -> Option<&WithholdRule> {
        let bare = |c: &str| c.rsplit('|').next().unwrap_or(c).to_string();
        let title = title.to_lowercase();
        let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        self.withhold.iter().find(|rule| {
            rule.kinds.iter().any(|k| k == kind)
                || codes.iter().any(|c| rule.codes.iter().any(|r| r == c || *r == bare(c)))
                || rule.words.iter().any(|w| {
                    let want: Vec<&str> = w.split(' ').collect();
                    words.windows(want.len()).any(|have| have == want.as_slice())
                })
        })
    }
}
