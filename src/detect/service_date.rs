//! Dates of service that a page or a plain text states about itself: `Date of Service: 03/01/2019`, `Visit date 2019-03-01`.
//!
//! Such documents have no coded date; what bounds dates needs one. A date after another label (of birth, of an operation long ago, of printing) is
//! none. All labelled dates of a text are taken together, so that a text is outside a range only when all of them are.

use regex::Regex;
use std::sync::LazyLock;

static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:dates? of (?:service|visit|admission|discharge|encounter)|dos|service dates?|visit date|encounter date|admi(?:t|tted|ssion)(?: date)?|discharged?(?: date)?|collect(?:ed|ion)(?: date)?|date collected|note date|report date)\s*(?:/time)?\s*[:#]?\s*(?:on\s+)?(\d{4}-\d{2}-\d{2}|\d{1,2}[/-]\d{1,2}[/-]\d{4}|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4})",
    )
    .ok()
});

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// First and last labelled date of service, `YYYY-MM-DD`; `None` when the text states none.
pub fn service_dates(text: &str) -> Option<(String, String)> {
    let rule = LABELLED.as_ref()?;
    let mut all: Vec<String> = rule.captures_iter(text).filter_map(|c| iso(c.get(1)?.as_str())).collect();
    all.sort();
    Some((all.first()?.clone(), all.last()?.clone()))
}

fn iso(written: &str) -> Option<String> {
    let parts: Vec<&str> = written.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
    let [a, b, c] = parts[..] else { return None };
    let number = |t: &str| t.parse::<u32>().ok();
    let (y, m, d) = if a.len() == 4 {
        (number(a)?, number(b)?, number(c)?)
    } else if a.chars().all(char::is_alphabetic) {
        let short = a.get(..3)?.to_lowercase();
        (number(c)?, MONTHS.iter().position(|m| *m == short)? as u32 + 1, number(b)?)
    } else {
        (number(c)?, number(a)?, number(b)?)
    };
    ((1..=12).contains(&m) && (1..=31).contains(&d) && (1900..=2200).contains(&y)).then(|| format!("{y:04}-{m:02}-{d:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_dates_of_service_only() {
        let of = |t: &str| service_dates(t).map(|(a, b)| format!("{a}..{b}"));
        assert_eq!(of("Date of Service: 03/01/2019").as_deref(), Some("2019-03-01..2019-03-01"));
        assert_eq!(of("Admit Date: 10/03/2024   Discharge date: October 6, 2024").as_deref(), Some("2024-10-03..2024-10-06"));
        assert_eq!(of("Visit date 2019-03-01").as_deref(), Some("2019-03-01..2019-03-01"));
        for text in [
            "Date of birth: 03/01/1950",
            "Printed: 03/01/2019",
            "Hip replaced 03/01/2009",
            "DOS: 13/45/2019",
            "Date of surgery: 1/2/2009",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
