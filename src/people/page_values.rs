//! The values of page headers: a name, a date, a record number, read from what stands behind a label.

use super::facts::Dob;
use crate::model::person::Name;

/// Longest name or number read, characters.
const MAX_VALUE: usize = 80;

/// Words of a letter's subject line, never of a name.
const NOT_NAMES: &[&str] = &[
    "lab",
    "labs",
    "result",
    "results",
    "appointment",
    "visit",
    "referral",
    "letter",
    "claim",
    "account",
    "prescription",
    "refill",
    "request",
    "medication",
    "report",
    "summary",
    "record",
    "records",
    "test",
    "tests",
    "follow",
    "your",
    "our",
    "insurance",
    "order",
    "education",
    "instructions",
    "portal",
    "message",
    "information",
    "name",
    "unknown",
    "hospital",
    "clinic",
    "center",
];

/// A value ends at a wide gap, a tab, a bar, a semicolon or an opening bracket.
pub fn cut_value(raw: &str) -> &str {
    let raw = raw.trim_start();
    let end = ["  ", "\t", "|", ";", " (", " - ", " – "].iter().filter_map(|s| raw.find(s)).min().unwrap_or(raw.len());
    raw.get(..end).unwrap_or(raw).trim().trim_end_matches([',', '.', '*', ':'])
}

/// A personal name: two to six words of letters, or none.
pub fn read_name(value: &str) -> Option<Name> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > MAX_VALUE || value.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let letters = |w: &&str| w.chars().any(char::is_alphabetic);
    let n = value.split([' ', ',']).filter(letters).count();
    let capital = |w: &str| w.chars().find(|c| c.is_alphabetic()).is_some_and(|c| c.is_uppercase() || !c.is_lowercase());
    let small = value.split([' ', ',']).filter(letters).filter(|w| !capital(w)).count();
    // `Patient: reports pain since Monday` is no name; `Ana de la Cruz` is.
    let particles = ["de", "la", "del", "van", "der", "den", "von", "el", "al", "bin", "dos", "da", "di", "le", "y"];
    let odd = value.split([' ', ',']).filter(letters).filter(|w| !capital(w)).any(|w| !particles.contains(&w));
    let subject = value.split(|c: char| !c.is_alphabetic()).any(|w| NOT_NAMES.contains(&w.to_ascii_lowercase().as_str()));
    if !(2..=6).contains(&n) || odd || small == n || subject {
        return None;
    }
    Some(Name { text: value.to_string(), ..Name::default() })
}

/// A date at the beginning of a value, as written, when it can be read in full.
pub fn read_date(value: &str) -> Option<String> {
    let value = value.trim();
    let head: String =
        value.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | ',' | ' ')).take(24).collect();
    let mut parts: Vec<&str> = head.split([' ', '/', '-', '.', ',']).filter(|p| !p.is_empty()).take(3).collect();
    if let [one] = parts[..]
        && one.len() == 8
    {
        return Dob::parse(one).filter(Dob::is_full).map(|d| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day));
    }
    if parts.len() < 3 {
        return None;
    }
    let month = |w: &str| {
        let low = w.to_ascii_lowercase();
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            .iter()
            .position(|m| low.starts_with(m))
            .map(|i| i + 1)
    };
    let number = |w: &str| w.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse::<u16>().ok();
    let (y, m, d) = match () {
        () if parts.first().is_some_and(|p| p.len() == 4 && p.bytes().all(|b| b.is_ascii_digit())) => {
            (number(parts[0])?, month(parts[1]).map(|m| m as u16).or_else(|| number(parts[1]))?, number(parts[2])?)
        }
        () => {
            if let Some(m) = month(parts[1]) {
                parts.swap(0, 1);
                (number(parts[2])?, m as u16, number(parts[1])?)
            } else {
                let m = month(parts[0]).map(|m| m as u16).or_else(|| number(parts[0]))?;
                (number(parts[2])?, m, number(parts[1])?)
            }
        }
    };
    // Two digits of a year: a birth date is in the past; what cannot be of this century is of the last (2000 to 2029 stay open).
    let y = if y < 100 { if y <= 29 { y + 2000 } else { y + 1900 } } else { y };
    // Day first where only that is a date.
    let (m, d) = if m > 12 && d <= 12 { (d, m) } else { (m, d) };
    let text = format!("{y:04}-{m:02}-{d:02}");
    Dob::parse(&text).filter(Dob::is_full).map(|_| text)
}

/// A record number: at least four characters, a digit among them.
pub fn read_number(value: &str) -> Option<String> {
    let word: String = value.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(32).collect();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    (word.len() >= 4 && digits >= 3).then_some(word)
}
