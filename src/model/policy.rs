//! A loaded policy preset as plain data. `policy/` reads and checks it; the pipeline looks rows up.

use super::decision::{Action, Decision};
use super::filing::Filing;
use super::identity_policy::IdentityPolicy;
use super::mention::Category;
use super::role::{Role, RoleGroup};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much goes with the identity of somebody who is named in a row, a turn of a talk, or a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// What identifies, and nothing else.
    #[default]
    Identifiers,
    /// The row of a table or list.
    Row,
    /// What the person said, up to the next speaker.
    Turn,
    /// The sentence.
    Sentence,
    /// Row, turn or sentence, whichever the name stands in.
    Whole,
}

impl Extent {
    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Extent::Identifiers => "identifiers",
            Extent::Row => "row",
            Extent::Turn => "turn",
            Extent::Sentence => "sentence",
            Extent::Whole => "whole",
        }
    }
}

/// To what a date of birth is made coarser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BirthForm {
    /// The year.
    #[default]
    Year,
    /// Ten years of birth: `1950-1959`. Where a format wants a date, masked.
    Decade,
    /// Ten years of age on the day the request came in: `60-69`. Where a format wants a date, masked.
    AgeBand,
}

/// To what an address is made coarser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressForm {
    /// State and country.
    #[default]
    State,
    /// State, country and the first three digits of the postal code, by the population rule of 45 CFR 164.514(b)(2)(i)(B).
    Zip3,
}

/// What `generalise` makes of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Forms {
    /// Dates of birth.
    pub date_of_birth: BirthForm,
    /// Addresses.
    pub address: AddressForm,
}

/// One of the identifiers of 45 CFR 164.514(b)(2)(i): what is done about it, and what is not.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// `A` to `R`.
    pub letter: String,
    /// The identifier, in short.
    pub title: String,
    /// Where it stands in elements made for it.
    pub structured: String,
    /// Where it stands in running text.
    pub text: String,
    /// What may be left, for a person to look at.
    pub left: String,
}

/// The Safe Harbor method: what of everybody's, the patient's included, is taken out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SafeHarbor {
    /// First three digits of postal codes whose areas hold 20,000 people or fewer.
    pub small_areas: Arc<BTreeSet<String>>,
    /// Where that list is from.
    pub source: String,
    /// Its date, `YYYY-MM-DD`.
    pub as_of: String,
    /// What the report says about the method.
    pub statement: Vec<String>,
    /// What is done about each identifier.
    pub coverage: Vec<Coverage>,
}

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
    /// What goes with the identity in running text.
    #[serde(default)]
    pub extent: Extent,
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
    /// Headings in running text under which such information stands (folded): what stands under them goes, too.
    #[serde(default)]
    pub headings: Vec<String>,
    /// True when a sentence that says of a relative what they have or had goes, too.
    #[serde(default)]
    pub relatives: bool,
    /// True when a sentence of running text that holds one of the words goes, too.
    #[serde(default)]
    pub sentences: bool,
    /// Reason code: `GEN`.
    pub reason: String,
    /// Basis with citation.
    pub basis: String,
}

/// By what right a disclosure is made, as `policies/authorities.toml` and `policies/checklists.toml` say it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuthorityFacts {
    /// Word of `--authority`.
    pub word: String,
    /// Name with citation.
    pub title: String,
    /// Whether minimum necessary applies: `yes`, `no`, or `open` (a person determines it).
    pub applies: String,
    /// Why, with citation.
    pub citation: String,
    /// What bounds scope.
    pub scope: String,
    /// Whether the disclosure is entered in the accounting of disclosures (45 CFR 164.528): `yes`, `no`, `open`.
    pub accountable: String,
    /// Why, with citation.
    pub accountable_citation: String,
    /// Which clock runs.
    pub clock: Clock,
    /// Name of the checklist.
    pub checklist_title: String,
    /// What must be there.
    pub checklist: Vec<ChecklistItem>,
}

/// By when a request must be answered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// `access` (days from receipt), `return_date`, `payer_due` (stated by the request), `none`.
    pub kind: String,
    /// Calendar days from receipt.
    pub days: u32,
    /// Calendar days of the one extension.
    pub extension_days: u32,
    /// Source.
    pub citation: String,
}

/// One item of a checklist.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Key under `[checklist]` of a request.
    pub id: String,
    /// What a person confirms.
    pub text: String,
    /// Source.
    pub citation: String,
    /// Set when the item only concerns some requests: in which case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
}

/// A text that travels with the copy.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Notice {
    /// Key in `policies/notices.toml`.
    pub id: String,
    /// Headline.
    pub title: String,
    /// The text.
    pub text: String,
    /// Where the text is from.
    pub source: String,
    /// When it was taken from there, `YYYY-MM-DD`.
    pub as_of: String,
}

/// What happens to records of a special category.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Released; the report says that the category was seen.
    Release,
    /// Released when the request states a specific authorization, else held.
    Authorized,
    /// Held until a person has decided.
    Hold,
    /// Left out.
    Withhold,
}

/// A category of records that law or custom protects more than others. Found means suspected: a person decides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpecialRule {
    /// Key: `part2`, `psychotherapy_notes`.
    pub id: String,
    /// Name.
    pub title: String,
    /// What happens.
    pub switch: Switch,
    /// Source of the protection.
    pub citation: String,
    /// Reason code.
    pub reason: String,
    /// Security labels and confidentiality codes, `system|code` or bare code.
    pub labels: Vec<String>,
    /// Document, section, resource, problem and medication codes, `system|code` or bare code; a code that ends in `*` is a prefix.
    pub codes: Vec<String>,
    /// Record kinds.
    pub kinds: Vec<String>,
    /// Words in the record's title or display texts (folded, whole words); those of two words and more also in running text.
    pub words: Vec<String>,
    /// Single words that in running text say as much.
    #[serde(default)]
    pub text_words: Vec<String>,
    /// Codes of ICD-9, whose numbers mean other things elsewhere; one that ends in `*` is a prefix.
    #[serde(default)]
    pub icd9: Vec<String>,
    /// True when "denies", "no history of" or a relative before the words says that it is not the patient's.
    #[serde(default)]
    pub negatable: bool,
    /// Notices that travel with a copy that holds such records.
    pub notices: Vec<Notice>,
}

/// A site's own days, checklists and texts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Site {
    /// Days of the access clock.
    pub access_clock: Option<Clock>,
    /// True when nothing is released without a complete checklist in the request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_checklist: bool,
    /// Checklists by the name of the authority.
    pub checklists: BTreeMap<String, Vec<ChecklistItem>>,
    /// Texts of notices by id.
    pub texts: BTreeMap<String, Notice>,
}

impl Site {
    /// True when the site changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Site::default()
    }
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
    /// Authorities that go with the purpose; empty when any may.
    #[serde(default)]
    pub authorities: Vec<String>,
    /// True when a request should name conditions or dates; the report says when it does not.
    #[serde(default)]
    pub bounded: bool,
    /// A site's own days, checklists and texts in place of the built-in ones.
    #[serde(default, skip_serializing_if = "Site::is_empty")]
    pub site: Site,
    /// Rules by role group.
    pub groups: BTreeMap<RoleGroup, GroupRule>,
    /// Rules of single roles that differ from their group's.
    #[serde(default)]
    pub roles: BTreeMap<Role, GroupRule>,
    /// Roles whose people get the label of a coarser one ([`Role::coarser`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<Role, Role>,
    /// What `generalise` makes of a value.
    #[serde(default)]
    pub forms: Forms,
    /// Set for the Safe Harbor method, which takes out the patient's identifiers, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_harbor: Option<SafeHarbor>,
    /// Set where what is given may be filed with a court: then the request, or the policy itself, can have it reduced for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<Filing>,
    /// In what this policy differs from the preset it extends, in words of its author.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub difference: String,
    /// Records withheld.
    pub withhold: Vec<WithholdRule>,
    /// What happens to a record about another patient: `label` (identity goes, content stays), `withhold` or `review`.
    pub other_patient_records: Action,
    /// Notices printed in the recipient report.
    pub notices: Vec<String>,
    /// Numbers and rules of the comparison with the patient.
    #[serde(default = "IdentityPolicy::built_in")]
    pub identity: Arc<IdentityPolicy>,
    /// The authority that holds: the request's, else the default.
    pub authority: AuthorityFacts,
    /// Texts that travel with the copy by authority.
    pub travelling: Vec<Notice>,
    /// Special categories.
    pub special: Vec<SpecialRule>,
}

impl Policy {
    /// The role whose label somebody in `role` gets.
    pub fn shown_as(&self, role: Role) -> Role {
        self.labels.get(&role).copied().unwrap_or(role)
    }

    /// The decision for a category of data of a person in `role`. A group without rule is masked: fail closed. What would stay is reduced
    /// where the copy is filed with a court.
    pub fn decide(&self, role: Role, category: Category) -> Decision {
        let decision = self.by_rule(role, category);
        match &self.filing {
            Some(f) if decision.action == Action::Keep => f.decide(role, category).unwrap_or(decision),
            _ => decision,
        }
    }

    fn by_rule(&self, role: Role, category: Category) -> Decision {
        let by = "machine".to_string();
        match self.rule(role) {
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

    /// The rule for a role: its own, else its group's.
    pub fn rule(&self, role: Role) -> Option<&GroupRule> {
        self.roles.get(&role).or_else(|| self.groups.get(&role.group()))
    }

    /// What goes with the identity of somebody in this role. A role without rule loses its identifiers.
    pub fn extent(&self, role: Role) -> Extent {
        self.rule(role).map_or(Extent::Identifiers, |r| r.extent)
    }

    /// True when the patient's own identifiers stay.
    pub fn keeps_patient(&self) -> bool {
        self.safe_harbor.is_none()
    }

    /// True when some value is replaced by what only the custodian's key makes or opens.
    pub fn needs_key(&self) -> bool {
        let keyed = |a: &Action| matches!(a, Action::Hash | Action::Encrypt);
        let of = |r: &GroupRule| keyed(&r.action) || r.except.values().any(keyed);
        self.safe_harbor.is_some() || self.groups.values().chain(self.roles.values()).any(of)
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
