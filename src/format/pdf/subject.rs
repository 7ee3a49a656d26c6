//! Whose page it is: the header that a record prints on its pages.
//!
//! A compilation of several documents may hold one of another patient. A page says so only in its header, by name and date of birth or
//! record number; pages of the same document that have no header follow the one before them.

use crate::model::person::{Identifier, Name, PersonStub, StubKind};
use crate::model::role::Role;

/// Lines from the top and the bottom of a page in which a header or footer may stand.
const LINES: usize = 25;

const NAME_LABELS: &[&str] =
    &["patient name", "patient's name", "name of patient", "pt name", "patient", "member name", "resident name", "name"];
const BIRTH_LABELS: &[&str] = &["date of birth", "birth date", "birthdate", "d.o.b.", "dob", "born"];
const NUMBER_LABELS: &[&str] = &[
    "medical record number",
    "medical record no",
    "med rec no",
    "record number",
    "patient id",
    "mrn",
    "chart no",
    "chart number",
    "mr#",
];
/// Words that end a value on the same line.
const OTHER_LABELS: &[&str] = &[
    "sex",
    "gender",
    "age",
    "phone",
    "address",
    "visit",
    "account",
    "acct",
    "date",
    "pcp",
    "provider",
    "page",
    "encounter",
    "location",
    "ssn",
];

/// The patient a page names with a date of birth or a record number.
pub fn subject(text: &str) -> Option<PersonStub> {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    let ends = lines.len().saturating_sub(4).max(LINES);
    let near: Vec<&str> = lines.iter().enumerate().filter(|(i, _)| *i < LINES || *i >= ends).map(|(_, l)| *l).collect();
    let find = |labels: &[&str], fits: &dyn Fn(&str) -> bool| near.iter().find_map(|l| value(l, labels).filter(|v| fits(v)));
    let name = find(NAME_LABELS, &|v| parsed(v).is_some())?;
    let birth = find(BIRTH_LABELS, &|v| iso(v).is_some()).and_then(|v| iso(&v));
    let number = find(NUMBER_LABELS, &|v| v.bytes().filter(u8::is_ascii_digit).count() >= 4);
    if birth.is_none() && number.is_none() {
        return None;
    }
    let mut stub = PersonStub::new("Patient", StubKind::Patient, Role::Patient);
    stub.names.push(parsed(&name)?);
    stub.birth_date = birth;
    stub.identifiers.extend(number.map(|value| Identifier { system: String::new(), value, kind: "MR".into() }));
    Some(stub)
}

/// `Page 2 of 3`: the number, and of how many.
pub fn page_of(text: &str) -> Option<(u32, u32)> {
    let low = text.to_lowercase();
    let mut from = 0;
    while let Some(p) = low.get(from..).and_then(|t| t.find("page ")) {
        let rest = low.get(from + p + 5..).unwrap_or_default();
        let mut words = rest.split_whitespace();
        let number = |w: Option<&str>| w.and_then(|w| w.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok());
        let first = words.next();
        if let Some((a, b)) = first.and_then(|w| w.split_once('/')) {
            if let (Some(a), Some(b)) = (number(Some(a)), number(Some(b))) {
                return Some((a, b));
            }
        } else if words.next() == Some("of")
            && let (Some(a), Some(b)) = (number(first), number(words.next()))
        {
            return Some((a, b));
        }
        from += p + 5;
    }
    None
}

/// What stands behind one of the labels on a line, up to a wide gap or the next label.
fn value(line: &str, labels: &[&str]) -> Option<String> {
    let low = line.to_ascii_lowercase();
    for label in labels {
        let Some(at) = low.find(label) else { continue };
        let before = low.get(..at).unwrap_or_default().chars().next_back();
        let rest = line.get(at + label.len()..)?.trim_start();
        let Some(rest) = rest.strip_prefix([':', '#']).or_else(|| rest.strip_prefix('\t')) else { continue };
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = rest.trim_start_matches([' ', '\t', ':', '#']);
        let rest_low = rest.to_ascii_lowercase();
        let cut = [NAME_LABELS, BIRTH_LABELS, NUMBER_LABELS, OTHER_LABELS]
            .iter()
            .flat_map(|l| l.iter())
            .filter_map(|l| {
                rest_low
                    .find(l)
                    .filter(|p| *p > 0 && rest_low.get(..*p).is_some_and(|b| b.ends_with([' ', '\t', '(', ',', '|', ';'])))
            })
            .chain(rest.find(['\t', '|', ';', '(']))
            .min()
            .unwrap_or(rest.len());
        let found = rest.get(..cut)?.trim().trim_end_matches(',').trim();
        if !found.is_empty() {
            return Some(found.to_string());
        }
    }
    None
}

/// `Reyes, Maria A.` or `Maria A. Reyes`.
fn parsed(text: &str) -> Option<Name> {
    let fine = |w: &&str| {
        w.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '-' | '\u{2019}')) && w.chars().any(char::is_alphabetic)
    };
    let plain = text.replace(',', " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.len() < 2
        || words.len() > 5
        || !words.iter().all(fine)
        || !words.iter().all(|w| w.chars().next().is_some_and(char::is_uppercase))
    {
        return None;
    }
    let own = |w: &[&str]| w.iter().map(|w| w.to_string()).collect::<Vec<String>>();
    let (family, given) = match text.split_once(',') {
        Some((f, g)) => (f.trim().to_string(), own(&g.split_whitespace().collect::<Vec<_>>())),
        None => (words.last()?.to_string(), own(words.get(..words.len() - 1)?)),
    };
    (!family.is_empty() && !given.is_empty()).then(|| Name { text: text.to_string(), family, given, ..Name::default() })
}

/// A date as `YYYY-MM-DD`, from `3/4/1985`, `1985-03-04`, `04 Mar 1985`, `March 4, 1985`.
fn iso(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let low = text.to_lowercase();
    let parts: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).take(3).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let n = |s: &str| s.parse::<u32>().ok();
    let month = |s: &str| MONTHS.iter().position(|m| s.starts_with(m)).map(|p| p as u32 + 1);
    let (y, m, d) = match (n(a), n(b), n(c)) {
        (Some(y), Some(m), Some(d)) if a.len() == 4 => (y, m, d),
        (Some(m), Some(d), Some(y)) if c.len() == 4 => (y, m, d),
        (Some(d), None, Some(y)) if c.len() == 4 => (y, month(b)?, d),
        (None, Some(d), Some(y)) if c.len() == 4 => (y, month(a)?, d),
        _ => return None,
    };
    let real = (1880..2100).contains(&y) && (1..=12).contains(&m) && (1..=31).contains(&d);
    real.then(|| format!("{y:04}-{m:02}-{d:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_shapes() {
        let s = subject("Riverside Clinic\nPatient: Maria Reyes DOB: 03/04/1985 MRN: 4471920\nSeen today").unwrap();
        assert_eq!((s.names[0].family.as_str(), s.birth_date.as_deref()), ("Reyes", Some("1985-03-04")));
        assert_eq!(s.identifiers[0].value, "4471920");
        let s = subject("Name:\tREYES, MARIA A.\tDate of Birth:\tMar 4, 1985\n").unwrap();
        assert_eq!((s.names[0].family.as_str(), s.names[0].given.len()), ("REYES", 2));
        assert_eq!(s.birth_date.as_deref(), Some("1985-03-04"));
        assert!(subject("Patient: Maria Reyes\nno more").is_none(), "a name alone does not decide");
        assert!(subject("Patient: see above DOB: 03/04/1985").is_none());
        assert!(subject("Emergency contact name: Ann Roe phone 555-0100").is_none());
    }

    #[test]
    fn page_numbers() {
        assert_eq!(page_of("x Page 2 of 3 y"), Some((2, 3)));
        assert_eq!(page_of("Page 2/3"), Some((2, 3)));
        assert_eq!(page_of("page of notes"), None);
    }
}
