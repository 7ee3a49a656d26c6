//! The patient's own identifiers in a court paper (Fed. R. Civ. P. 5.2(a)): numbers to their last four digits, the birth date to its year, a
//! minor's name to initials. Everything else of the patient's stays as it is.

use super::{Planner, Proposal};
use crate::model::decision::{Action, Decision};
use crate::model::document::{Class, Field};
use crate::model::edit::Change;
use crate::model::filing::{Filing, initials, last_four};
use crate::model::mention::{Category, Mention};
use crate::model::role::Role;
use crate::model::roster::Person;

/// Titles before a name, which are no part of it.
const TITLES: [&str; 10] = ["mr", "mrs", "ms", "miss", "master", "mx", "baby", "dr", "sir", "madam"];

impl Planner<'_, '_> {
    pub(super) fn filing(&self) -> Option<&Filing> {
        self.inp.policy.filing.as_ref().filter(|f| f.on)
    }

    /// What happens to a datum of the patient's own; `None` where it stays as it is, without a word in the ledger.
    pub(super) fn own(&self, category: Category, value: &str) -> Option<Decision> {
        let policy = self.inp.policy;
        if !policy.keeps_patient() {
            return Some(policy.decide(Role::Patient, category));
        }
        let f = self.filing()?;
        match category {
            // The day of a death is none of birth.
            Category::DateOfBirth if !self.is_birth(value) => None,
            Category::Ssn | Category::Account if last_four(value, category).is_none() => None,
            Category::Email | Category::Url => f.names_minor(value).then(|| f.decision(Action::Mask, Category::Name)),
            _ => f.decide(Role::Patient, category),
        }
    }

    /// True for the number of a visit, which detection counts among accounts and no court does.
    pub(super) fn is_visit(&self, text: &str, m: &Mention) -> bool {
        if m.category != Category::Account || self.filing().is_none() {
            return false;
        }
        let before = text.get(..m.start).unwrap_or_default().to_lowercase();
        let cue = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(3);
        cue.into_iter().any(|w| matches!(w, "visit" | "encounter" | "csn" | "fin"))
    }

    /// What happens to a whole element of the patient's own.
    pub(super) fn filed_element(&self, field: &Field) -> Option<Decision> {
        self.filing()?;
        let category = self.category(field);
        let value = match field.class {
            Class::Identifier => field.owner.and_then(|s| self.person(s)).map(|p| self.number_in(field, p)).unwrap_or_default(),
            Class::BirthDate => {
                // A time of birth in words of the format: `<birthTime value="195803041200"/>`.
                let view = (self.inp.view)(field).text.into_owned();
                if view.is_empty() {
                    (self.inp.raw)(field).split('"').find(|p| self.is_birth(p)).unwrap_or_default().into()
                } else {
                    view
                }
            }
            _ => (self.inp.raw)(field),
        };
        self.own(category, &value)
    }

    /// An id or link with a minor's name in it: a stand-in, the same at both ends.
    pub(super) fn rewrite_minor(&mut self, i: u32, text: &str, at: usize) {
        let (Some(f), Some(id)) = (self.filing(), text.get(at..)) else { return };
        let decision = f.decision(Action::Rewrite, Category::Name);
        let with = self.inp.ids.stand_in("[PATIENT]", id);
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((at as u32, text.len() as u32)),
            change: Some(Change::Text(with)),
            category: Category::OtherId,
            role: Some(Role::Patient),
            label: None,
            decision,
            rule: "court-filing.id".into(),
            confidence: 1.0,
            original: id.to_string(),
            question: None,
        });
    }

    /// True for a full date that is the patient's birth date in some way of writing.
    fn is_birth(&self, value: &str) -> bool {
        let Some(subject) = self.filing().and_then(|f| f.subject.as_ref()) else { return false };
        let groups: Vec<&str> = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|g| !g.is_empty()).collect();
        let number = |g: &str| g.trim_start_matches('0').to_lowercase();
        subject.birth_dates.iter().any(|iso| {
            let (Some(y), Some(m), Some(d)) = (iso.get(..4), iso.get(5..7), iso.get(8..10)) else { return false };
            let compact = format!("{y}{m}{d}");
            if groups.first().is_some_and(|g| g.starts_with(&compact)) || value.starts_with(iso.as_str()) {
                return true;
            }
            let month = |g: &str| number(g) == number(m) || month_words(m).iter().any(|w| g.to_lowercase().starts_with(w));
            let day = |g: &str| number(g.trim_end_matches(|c: char| c.is_ascii_alphabetic())) == number(d);
            let year = |g: &str| g == y || (g.len() == 2 && y.ends_with(g));
            match groups[..] {
                [a, b, c] => (year(c) && ((month(a) && day(b)) || (day(a) && month(b)))) || (a == y && month(b) && day(c)),
                _ => false,
            }
        })
    }

    /// A coded date that is the day of the patient's birth, whatever happened on it: its year. True when the field was settled here.
    pub(super) fn filed_date(&mut self, i: u32, field: &Field) -> bool {
        if field.class != Class::Date || self.filing().is_none() {
            return false;
        }
        let text = (self.inp.view)(field).text.into_owned();
        let Some(f) = self.filing().filter(|_| self.is_birth(&text)) else { return false };
        let decision = f.decision(Action::Generalise, Category::DateOfBirth);
        let year = text.get(..4).unwrap_or_default().to_string();
        self.out.push(Proposal {
            field: i,
            record: false,
            range: None,
            change: Some(Change::Text(year)),
            category: Category::DateOfBirth,
            role: Some(Role::Patient),
            label: None,
            decision,
            rule: "court-filing".into(),
            confidence: 1.0,
            original: text,
            question: None,
        });
        true
    }

    /// What stays of a value that is made coarser for a court; `None` where nothing can be told of it.
    pub(super) fn filed(&self, original: &str, category: Category) -> Option<String> {
        let f = self.filing()?;
        let subject = f.subject.as_ref();
        match category {
            Category::Ssn | Category::Account => last_four(original, category),
            Category::DateOfBirth => {
                let own = subject.filter(|_| self.is_birth(original)).map(|s| s.year.clone());
                own.filter(|y| !y.is_empty()).or_else(|| self.inp.methods.birth(original))
            }
            Category::Name => {
                let words: Vec<&str> = original
                    .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}')))
                    .filter(|w| !w.is_empty() && !TITLES.contains(&w.to_lowercase().as_str()))
                    .collect();
                let whole = subject.map(|s| s.initials.clone()).filter(|i| !i.is_empty());
                match words[..] {
                    [one] => Some(initials([one].into_iter())),
                    [] => whole,
                    _ => whole.or_else(|| Some(initials(words.into_iter()))),
                }
            }
            _ => None,
        }
    }

    /// The number that a whole element holds, as the person's list of identifiers has it.
    pub(super) fn number_in(&self, field: &Field, person: &Person) -> String {
        let raw = (self.inp.raw)(field);
        let held = person.identifiers.iter().map(|i| i.value.as_str()).filter(|v| !v.is_empty() && raw.contains(v));
        let view = (self.inp.view)(field).text.into_owned();
        held.max_by_key(|v| v.len()).map_or(view, str::to_string)
    }
}

/// Beginnings of a month's names, English and Spanish.
fn month_words(month: &str) -> &'static [&'static str] {
    match month {
        "01" => &["jan", "ene"],
        "02" => &["feb"],
        "03" => &["mar"],
        "04" => &["apr", "abr"],
        "05" => &["may"],
        "06" => &["jun"],
        "07" => &["jul"],
        "08" => &["aug", "ago"],
        "09" => &["sep"],
        "10" => &["oct"],
        "11" => &["nov"],
        "12" => &["dec", "dic"],
        _ => &[],
    }
}
