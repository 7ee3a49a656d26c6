//! For a copy that is filed with a court: is the patient a minor, and what stays of name and birth date?

use super::Options;
use crate::model::error::RunError;
use crate::model::filing::{FilingSubject, initials};
use crate::model::person::Name;
use crate::model::policy::Policy;
use crate::model::roster::Roster;

/// Shorter words of a name are in other words by chance.
const WORD: usize = 3;

/// The policy of a run with the patient's facts, where it reduces identifiers for a court. `newest` is the newest year that the export shows:
/// without the day of the request an adult is whoever was one when that year began, or when the rule was looked up, so that a clock decides
/// nothing.
///
/// # Errors
/// No full birth date is known, so that nobody can tell whether the patient is a minor.
pub fn with_subject(opts: &Options, roster: &Roster, newest: Option<i32>) -> Result<Policy, RunError> {
    let mut policy = opts.policy.clone();
    let Some(filing) = policy.filing.as_mut().filter(|f| f.on) else { return Ok(policy) };
    let identity = &opts.request.patient;
    let told = roster.patient().into_iter().flat_map(|p| &p.birth_dates).chain(&identity.birth_date);
    let mut births: Vec<(i32, u32, u32)> = told.filter_map(|d| day(d)).collect();
    births.sort_unstable();
    births.dedup();
    let Some(&youngest) = births.last() else {
        return Err(RunError::Input(
            "court_filing: no birth date of the patient is known, so that it cannot be told whether the name goes to initials; give \
             birth_date in the patient file"
                .into(),
        ));
    };
    let since = day(&filing.as_of).unwrap_or_default().max((newest.unwrap_or(0), 1, 1));
    let on = opts.request.received.as_deref().and_then(day).unwrap_or(since);
    let age = on.0 - youngest.0 - i32::from((on.1, on.2) < (youngest.1, youngest.2));
    let minor = age < i32::from(filing.adult_age);
    let recorded = roster.patient().into_iter().flat_map(|p| &p.names);
    let names: Vec<&Name> = identity.names.iter().chain(&identity.former_names).chain(recorded).collect();
    let words_of = |n: &Name| -> Vec<String> {
        let parts: Vec<&str> = n.given.iter().map(String::as_str).chain([n.family.as_str()]).collect();
        let text = if n.family.is_empty() && n.given.is_empty() { n.text.clone() } else { parts.join(" ") };
        text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}')))
            .filter(|w| !w.is_empty())
            .map(str::to_string)
            .collect()
    };
    let main = names.iter().map(|n| words_of(n)).find(|w| w.len() > 1).unwrap_or_default();
    let mut words: Vec<String> = names.iter().flat_map(|n| words_of(n)).chain(identity.nicknames.iter().cloned()).collect();
    words = words.iter().map(|w| w.to_lowercase()).filter(|w| w.chars().count() >= WORD).collect();
    words.sort();
    words.dedup();
    filing.subject = Some(FilingSubject {
        minor,
        counted_on: format!("{:04}-{:02}-{:02}", on.0, on.1, on.2),
        initials: initials(main.iter().map(String::as_str)),
        year: youngest.0.to_string(),
        birth_dates: births.iter().map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")).collect(),
        words,
    });
    Ok(policy)
}

/// Year, month and day of `YYYY-MM-DD` or `YYYYMMDD` with or without a time; nothing for less than a day.
fn day(text: &str) -> Option<(i32, u32, u32)> {
    let digits: String = text.trim().chars().take(10).filter(char::is_ascii_digit).take(8).collect();
    let part = |r: std::ops::Range<usize>| digits.get(r).and_then(|p| p.parse::<u32>().ok());
    let (y, m, d) = (part(0..4)?, part(4..6)?, part(6..8)?);
    ((1850..=2200).contains(&y) && (1..=12).contains(&m) && (1..=31).contains(&d)).then_some((y as i32, m, d))
}
