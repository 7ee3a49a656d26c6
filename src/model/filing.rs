//! What a paper filed with a court may hold of an individual's own identifiers (Fed. R. Civ. P. 5.2(a)), as plain data.

use super::decision::{Action, Decision};
use super::mention::Category;
use super::role::{Role, RoleGroup};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a policy reduces identifiers for a court.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingUse {
    /// A request that asks for it is refused: what this purpose gives is not for a court.
    #[default]
    Never,
    /// When the request asks for it.
    Allowed,
    /// Always.
    Always,
}

/// The rule, and whom it is carried out for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Filing {
    /// True when it is in force.
    pub on: bool,
    /// Name of the rule.
    pub title: String,
    /// Reason code.
    pub reason: String,
    /// When its text was looked up, `YYYY-MM-DD`.
    pub as_of: String,
    /// From this age on nobody is a minor.
    pub adult_age: u8,
    /// What the report says about it.
    pub statement: Vec<String>,
    /// Basis by category.
    pub bases: BTreeMap<Category, String>,
    /// The patient, once the export has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<FilingSubject>,
}

/// What of the patient stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FilingSubject {
    /// True for a minor, whose name goes.
    pub minor: bool,
    /// Day on which the age was counted, `YYYY-MM-DD`.
    pub counted_on: String,
    /// Initials: `J.Q.D.`
    pub initials: String,
    /// Year of birth.
    pub year: String,
    /// Birth dates that the request or the export tells, `YYYY-MM-DD`.
    pub birth_dates: Vec<String>,
    /// Words of a minor's names, three letters and longer, in small letters.
    pub words: Vec<String>,
}

impl Filing {
    /// True when the patient's name goes to its initials; an age that was not counted is a minor's.
    pub fn minor(&self) -> bool {
        self.subject.as_ref().is_none_or(|s| s.minor)
    }

    /// What happens to somebody's datum that would stay otherwise; `None` when it stays.
    pub fn decide(&self, role: Role, category: Category) -> Option<Decision> {
        let individual = role.group() != RoleGroup::Organization;
        let goes = match category {
            Category::Ssn | Category::DateOfBirth | Category::Account => individual,
            Category::Name => role == Role::Patient && self.minor(),
            _ => false,
        };
        (self.on && goes).then(|| self.decision(Action::Generalise, category))
    }

    /// A decision by this rule; on the basis of names where the category has none of its own.
    pub fn decision(&self, action: Action, category: Category) -> Decision {
        let basis = self.bases.get(&category).or_else(|| self.bases.get(&Category::Name)).cloned().unwrap_or_default();
        Decision { action, reason: self.reason.clone(), basis, by: "machine".into() }
    }

    /// True when a text holds a word of a minor's name: an address, an id, a link.
    pub fn names_minor(&self, text: &str) -> bool {
        let Some(s) = self.subject.as_ref().filter(|s| self.on && s.minor) else { return false };
        let text = text.to_lowercase();
        s.words.iter().any(|w| text.contains(w.as_str()))
    }
}

/// The last four digits of a number with a sign that others were there; `None` where no more than four are.
pub fn last_four(number: &str, category: Category) -> Option<String> {
    let all: Vec<char> = number.chars().filter(char::is_ascii_alphanumeric).collect();
    if all.iter().filter(|c| c.is_ascii_digit()).count() <= 4 {
        return None;
    }
    let end: String = all.get(all.len().saturating_sub(4)..).unwrap_or_default().iter().collect();
    Some(if category == Category::Ssn && all.len() == 9 { format!("XXX-XX-{end}") } else { format!("XXXX{end}") })
}

/// Initials of a name in the order given: `J.Q.D.`
pub fn initials<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let first = |w: &str| w.chars().find(|c| c.is_alphabetic()).map(|c| c.to_uppercase().collect::<String>() + ".");
    words.filter_map(first).collect()
}

/// The initials of [`initials`] one by one; `None` for any other text, a label among them.
pub fn each_initial(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split_inclusive('.').collect();
    let one =
        |p: &&str| p.ends_with('.') && (2..=3).contains(&p.chars().count()) && p.chars().next().is_some_and(char::is_alphabetic);
    (!parts.is_empty() && parts.iter().all(one)).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits_and_names_their_initials() {
        assert_eq!(last_four("912-34-5678", Category::Ssn).as_deref(), Some("XXX-XX-5678"));
        assert_eq!(last_four("DE44 5001 0517 5407 3249 31", Category::Account).as_deref(), Some("XXXX4931"));
        for short in ["5678", "xxx-xx-5678", "ending in 4411", ""] {
            assert_eq!(last_four(short, Category::Ssn), None, "{short}");
        }
        assert_eq!(initials(["Jane", "quinn", "O'Dell", "-"].into_iter()), "J.Q.O.");
        assert_eq!(each_initial("J.Q.O."), Some(vec!["J.", "Q.", "O."]));
        for other in ["[PATIENT]", "Jane Doe", "", "J.D", "1."] {
            assert_eq!(each_initial(other), None, "{other}");
        }
    }

    #[test]
    fn a_minor_unless_counted_and_nothing_while_off() {
        let mut f = Filing { on: true, reason: "FRCP-5-2".into(), ..Filing::default() };
        assert!(f.decide(Role::Patient, Category::Name).is_some() && f.decide(Role::Physician, Category::Name).is_none());
        f.subject = Some(FilingSubject { words: vec!["quinn".into()], ..FilingSubject::default() });
        assert!(f.decide(Role::Patient, Category::Name).is_none() && f.decide(Role::Physician, Category::Ssn).is_some());
        assert!(f.decide(Role::Organization, Category::Account).is_none() && f.decide(Role::Patient, Category::Mrn).is_none());
        assert!(!f.names_minor("quinn@example.org"));
        f.subject = Some(FilingSubject { minor: true, ..f.subject.unwrap_or_default() });
        assert!(f.names_minor("Quinn@example.org") && !f.names_minor("q@example.org"));
        f.on = false;
        assert!(f.decide(Role::Patient, Category::Ssn).is_none() && !f.names_minor("quinn"));
    }
}
