//! How a value is replaced: by a label, a keyed digest, a token that the custodian can open, or something coarser.
//!
//! The same value of the same person gets the same replacement in the whole case, whatever format it stands in. What a format cannot
//! hold (a digest in the place of a date) its writer masks.

use super::Planner;
use super::ids::slug;
use crate::model::decision::Action;
use crate::model::document::{Class, Field, Form};
use crate::model::edit::{Change, Coarse};
use crate::model::mention::Category;
use crate::model::policy::{AddressForm, BirthForm, Forms, Policy};
use crate::model::roster::Person;
use std::sync::Arc;

/// Makes a digest or a token of a value; [`Methods::token`].
pub type Token = Arc<dyn Fn(Action, &str) -> String + Send + Sync>;

/// What the methods need to know of a case.
#[derive(Clone)]
pub struct Methods {
    forms: Forms,
    /// Day on which ages are counted: year, month, day.
    today: (i32, u32, u32),
    /// True when that day is the one on which the request came in, and not only a year.
    dated: bool,
    coarse: Coarse,
    token: Option<Token>,
    safe_harbor: bool,
}

/// From this age on all ages are one. Source: 45 CFR 164.514(b)(2)(i)(C).
const OLD: i32 = 90;

impl Methods {
    /// `received` is the day of the request, `newest` the newest year that the export shows; `token` makes digests and tokens.
    pub fn new(policy: &Policy, received: Option<&str>, newest: Option<i32>, token: Option<Token>) -> Self {
        let day = received.and_then(ymd);
        let floor = policy.safe_harbor.as_ref().and_then(|s| ymd(&s.as_of)).map_or(0, |d| d.0);
        let year = day.map_or(0, |d| d.0).max(newest.unwrap_or(0)).max(floor);
        let zip = policy.safe_harbor.as_ref().filter(|_| policy.forms.address == AddressForm::Zip3);
        Methods {
            forms: policy.forms,
            today: day.filter(|d| d.0 >= year).unwrap_or((year, 12, 31)),
            dated: day.is_some(),
            coarse: Coarse { words: String::new(), small_areas: zip.map(|s| s.small_areas.clone()) },
            token,
            safe_harbor: policy.safe_harbor.is_some(),
        }
    }

    /// `hash-…` or `enc-…`; the sign of masked data when there is no key, so that nothing goes out by mistake.
    pub fn token(&self, action: Action, category: Category, value: &str) -> String {
        match &self.token {
            Some(make) => make(action, &format!("{}\u{1f}{}", category.as_str(), canonical(category, value))),
            None => "[MASKED]".into(),
        }
    }

    /// What stays of a date of birth; `None` when nothing may.
    pub fn birth(&self, written: &str) -> Option<String> {
        let (year, month, day) = ymd(written).or_else(|| last_year(written).map(|y| (y, 12, 31)))?;
        // Without an old person's year of birth nobody can count the age.
        if self.safe_harbor && self.today.0 - year >= OLD {
            return None;
        }
        Some(match self.forms.date_of_birth {
            BirthForm::AgeBand if self.dated => {
                let before = (self.today.1, self.today.2) < (month, day);
                let age = (self.today.0 - year - i32::from(before)).max(0);
                if age >= OLD { "90 or older".into() } else { format!("{}-{}", age / 10 * 10, age / 10 * 10 + 9) }
            }
            BirthForm::Year => year.to_string(),
            _ => format!("{}-{}", year / 10 * 10, year / 10 * 10 + 9),
        })
    }

    /// The year of a date in any way of writing; `None` when it tells none.
    pub fn year(&self, written: &str) -> Option<String> {
        let year = ymd(written).map(|d| d.0).or_else(|| last_year(written)).or_else(|| self.short_year(written))?;
        Some(year.to_string())
    }

    /// The year of `3/4/19`: the last such year that is not to come.
    fn short_year(&self, written: &str) -> Option<i32> {
        let parts: Vec<&str> = written.split(['/', '-', '.']).map(str::trim).collect();
        let [_, _, yy] = parts[..] else { return None };
        let n: i32 = yy.parse().ok().filter(|_| yy.len() == 2)?;
        let this = self.today.0.max(2000);
        let year = this / 100 * 100 + n;
        Some(if year > this { year - 100 } else { year })
    }

    /// `None` for an age that may stay.
    pub fn old(&self, years: &str) -> bool {
        let digits: String = years.trim().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<i32>().map_or(!digits.is_empty(), |n| n >= OLD)
    }

    /// What stays of an address.
    pub fn address(&self, words: &str) -> Coarse {
        Coarse { words: words.to_string(), ..self.coarse.clone() }
    }
}

/// One way of writing for one value: digits of numbers, small letters without doubled blanks of everything else.
fn canonical(category: Category, value: &str) -> String {
    match category {
        Category::Phone | Category::Fax | Category::Ssn => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            if digits.len() == 11 { digits.strip_prefix('1').unwrap_or(&digits).to_string() } else { digits }
        }
        _ => {
            let bare = value.strip_prefix("mailto:").or_else(|| value.strip_prefix("tel:")).unwrap_or(value);
            bare.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}

/// Year, month and day of `YYYY-MM-DD`, `YYYY-MM`, `YYYYMMDD`, a year, each with a time after it or not.
fn ymd(written: &str) -> Option<(i32, u32, u32)> {
    let head = written.trim();
    let part = |r: std::ops::Range<usize>| head.get(r).filter(|p| p.len() >= 2 && p.bytes().all(|b| b.is_ascii_digit()));
    let year: i32 = part(0..4).filter(|y| y.len() == 4)?.parse().ok().filter(|y| (1800..=2200).contains(y))?;
    let (month, day) = match head.as_bytes().get(4) {
        None => return Some((year, 12, 31)),
        Some(b'-' | b'/') => (part(5..7), part(8..10)),
        Some(b) if b.is_ascii_digit() => (part(4..6), part(6..8)),
        Some(_) => return None,
    };
    let number = |p: Option<&str>, or: u32| p.and_then(|p| p.parse().ok()).unwrap_or(or);
    Some((year, number(month, 12), number(day, 31)))
}

/// The last group of four digits that may be a year.
fn last_year(written: &str) -> Option<i32> {
    written
        .split(|c: char| !c.is_ascii_digit())
        .filter(|g| g.len() == 4)
        .filter_map(|g| g.parse().ok())
        .rfind(|y| (1800..=2200).contains(y))
}

impl Planner<'_, '_> {
    /// The change of a whole element by one of the methods that make something of the value.
    pub(super) fn method(&self, field: &Field, person: &Person, category: Category, action: Action) -> Option<Change> {
        let m = self.inp.methods;
        let view = (self.inp.view)(field);
        // A name is one for the whole case, however it is written here.
        let value = match (field.class, action) {
            (Class::PersonName | Class::PersonText, Action::Hash) => {
                person.names.first().map(|n| n.display()).unwrap_or_default()
            }
            _ if view.text.is_empty() => (self.inp.raw)(field),
            _ => view.text.into_owned(),
        };
        let mask = || Change::Mask(person.label.clone());
        Some(match action {
            Action::Hash | Action::Encrypt if matches!(field.class, Class::Photo | Class::Demographic) => mask(),
            Action::Hash | Action::Encrypt => {
                let token = m.token(action, category, &value);
                Change::Text(if matches!(field.class, Class::PersonName | Class::PersonText) {
                    with_token(&person.label, &token)
                } else {
                    token
                })
            }
            Action::Generalise => match category {
                Category::Ssn | Category::Account => {
                    self.filed(&self.number_in(field, person), category).map_or_else(mask, Change::Text)
                }
                // The parts of a structured name stand apart: the patient's has one form for the whole case.
                Category::Name => {
                    let parts = matches!(field.form, Form::JsonNode | Form::XmlNode);
                    self.filed(if parts { "" } else { &value }, category).map_or_else(mask, Change::Text)
                }
                Category::DateOfBirth if self.filing().is_some() => self.filed(&value, category).map_or_else(mask, Change::Text),
                Category::DateOfBirth => m.birth(&value).map_or_else(mask, Change::Text),
                Category::Address => Change::Coarse(m.address(&person.label)),
                _ => mask(),
            },
            _ => return None,
        })
    }

    /// The words that one of those methods puts into a text in place of `words`, a label in brackets.
    pub(super) fn method_words(
        &self,
        original: &str,
        category: Category,
        action: Action,
        words: String,
        who: Option<&Person>,
    ) -> String {
        let m = self.inp.methods;
        match action {
            Action::Hash | Action::Encrypt => {
                let name = who.and_then(|p| p.names.first()).map(|n| n.display());
                let value = match (category, action, &name) {
                    (Category::Name, Action::Hash, Some(name)) => name.as_str(),
                    _ => original,
                };
                with_token(&words, &m.token(action, category, value))
            }
            Action::Generalise => match category {
                _ if self.filing().is_some() => self.filed(original, category).unwrap_or(words),
                Category::DateOfBirth => m.birth(original).unwrap_or(words),
                Category::Date => m.year(original).unwrap_or(words),
                Category::Age => "90+".into(),
                _ => words,
            },
            _ => words,
        }
    }
}

/// `[MOTHER PHONE hash-3fa1…]`.
fn with_token(label: &str, token: &str) -> String {
    match label.strip_suffix(']') {
        Some(open) if !token.starts_with('[') => format!("{open} {token}]"),
        _ => label.to_string(),
    }
}

/// A label in a link, where brackets and blanks have no place.
pub(super) fn in_link(words: &str) -> String {
    slug(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(birth: BirthForm, safe_harbor: bool, received: Option<&str>) -> Methods {
        Methods {
            forms: Forms { date_of_birth: birth, ..Forms::default() },
            today: received.and_then(ymd).unwrap_or((2026, 12, 31)),
            dated: received.is_some(),
            coarse: Coarse::default(),
            token: None,
            safe_harbor,
        }
    }

    #[test]
    fn births_become_years_decades_or_age_bands() {
        let m = methods(BirthForm::Year, false, None);
        for (written, year) in
            [("1958-03-04", "1958"), ("19580304", "1958"), ("3/4/1958", "1958"), ("March 4, 1958", "1958"), ("1958", "1958")]
        {
            assert_eq!(m.birth(written).as_deref(), Some(year), "{written}");
        }
        assert_eq!(m.birth("March 4"), None);
        assert_eq!(methods(BirthForm::Decade, false, None).birth("1958-03-04").unwrap(), "1950-1959");
        let band = methods(BirthForm::AgeBand, false, Some("2026-03-03"));
        assert_eq!(band.birth("1956-03-04").unwrap(), "60-69", "the day before the seventieth birthday");
        assert_eq!(band.birth("1956-03-03").unwrap(), "70-79");
        assert_eq!(methods(BirthForm::AgeBand, false, None).birth("1956-03-04").unwrap(), "1950-1959", "no day to count from");
        let old = methods(BirthForm::Year, true, None);
        assert_eq!(old.birth("1936-01-01"), None, "90 this year: the year of birth goes");
        assert_eq!(old.birth("1937-01-01").unwrap(), "1937");
    }

    #[test]
    fn dates_become_years() {
        let m = methods(BirthForm::Year, true, None);
        for (written, year) in [
            ("2019-05-06T10:00:00-05:00", "2019"),
            ("201905061000", "2019"),
            ("5/6/2019", "2019"),
            ("5/6/19", "2019"),
            ("05-06-87", "1987"),
            ("May 6, 2019", "2019"),
        ] {
            assert_eq!(m.year(written).as_deref(), Some(year), "{written}");
        }
        assert_eq!(m.year("May 6"), None);
        assert!(m.old("92") && m.old("104.5") && !m.old("89") && m.old("99999999999"));
    }

    #[test]
    fn postal_codes_keep_three_digits_where_enough_people_live() {
        let keep = Coarse { words: String::new(), small_areas: Some(Arc::new(["036".to_string()].into())) };
        assert_eq!(keep.postal_code("98401-1234").as_deref(), Some("984"));
        assert_eq!(keep.postal_code("03601").as_deref(), Some("000"));
        for code in ["K1A 0B1", "9840", "", "98401 Jane"] {
            assert_eq!(keep.postal_code(code), None, "{code}");
        }
        assert_eq!(Coarse::default().postal_code("98401"), None);
    }
}
