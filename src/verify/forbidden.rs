//! What must not be in any output, and the forms in which it could be there.
//!
//! The list is made by the pipeline from what it removed: the names, numbers, addresses and e-mails of everybody whom policy
//! redacts. Each value is turned into patterns here: a name also in the order `family, given`, a number by its digits alone, a
//! street also with its usual abbreviation. What the patient's own values contain is never forbidden by itself.

use super::fold::{fold_exact, fold_words};
use crate::model::mention::Category;
use crate::model::person::{Name, PersonId};
use crate::model::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One removed value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForbiddenValue {
    /// The value as it stood.
    pub value: String,
    /// What it is; decides how it is searched.
    pub category: Category,
    /// Whose, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The label put in its place, for messages: `[MOTHER]`. Never the value.
    pub person_label: String,
    /// A name in parts, when they are known; otherwise the parts are read from `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Single words that are forbidden standing alone: a surname or given name that is no common word, a login. The caller knows the
    /// lists of common words and what its own search covers; nothing single is searched that is not named here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<String>,
}

impl ForbiddenValue {
    /// A value without name parts and without single words.
    pub fn new(value: impl Into<String>, category: Category, person: Option<PersonId>, label: impl Into<String>) -> Self {
        ForbiddenValue { value: value.into(), category, person, person_label: label.into(), name: None, alone: Vec::new() }
    }

    /// A name in parts. Each family and given name for which `is_common` is false is forbidden standing alone, too.
    pub fn name(name: &Name, person: Option<PersonId>, label: impl Into<String>, is_common: &dyn Fn(&str) -> bool) -> Self {
        let words = std::iter::once(name.family.as_str()).chain(name.given.iter().map(String::as_str));
        let alone = words.filter(|w| w.chars().count() >= MIN_ALONE && !is_common(w)).map(str::to_string).collect();
        let value = if name.text.is_empty() { name.display() } else { name.text.clone() };
        ForbiddenValue { value, category: Category::Name, person, person_label: label.into(), name: Some(name.clone()), alone }
    }
}

/// Shorter words are never searched alone: `Li`, `Jo` stand in any text.
const MIN_ALONE: usize = 3;
/// Fewer digits are found by chance among codes and counts.
pub(crate) const MIN_DIGITS: usize = 7;
/// More digits than any phone, account or card number has.
pub(crate) const MAX_DIGITS: usize = 24;

/// The patient's own values in folded form.
#[derive(Default)]
pub(crate) struct Allowed {
    texts: Vec<String>,
    digits: Vec<String>,
    words: BTreeSet<String>,
}

impl Allowed {
    /// From the patient's names, numbers, addresses as written.
    pub fn new(values: &[String]) -> Self {
        let mut allowed = Allowed::default();
        for value in values {
            let folded = fold_words(value);
            if folded.is_empty() {
                continue;
            }
            allowed.words.extend(folded.split(' ').map(str::to_string));
            allowed.texts.push(format!(" {folded} "));
            if !folded.bytes().any(|b| b.is_ascii_digit()) {
                allowed.texts.extend(name_patterns(&parse_name(value), true).into_iter().map(|p| format!(" {p} ")));
            }
            let digits = digits_of(value);
            if digits.len() >= MIN_DIGITS {
                allowed.digits.push(digits);
            }
        }
        allowed
    }

    fn covers_text(&self, pattern: &str) -> bool {
        let soft: Vec<&str> = pattern.split([' ', '\u{1}']).filter(|w| !w.is_empty()).collect();
        let padded = format!(" {} ", soft.join(" "));
        self.texts.iter().any(|t| t.contains(&padded))
    }

    fn covers_digits(&self, digits: &str) -> bool {
        let bare = digits.trim_start_matches('0');
        let national = bare.strip_prefix('1').unwrap_or(bare);
        self.digits.iter().any(|d| d.contains(digits) || d.trim_start_matches('0') == bare || d == national)
    }
}

/// Folded word patterns of a value, without what the patient's own values cover.
pub(crate) fn text_patterns(value: &ForbiddenValue, allowed: &Allowed) -> BTreeSet<String> {
    let whole = fold_words(&value.value);
    let mut out: BTreeSet<String> = BTreeSet::new();
    match value.category {
        Category::Name => {
            let name = value.name.clone().filter(|n| !n.family.is_empty()).unwrap_or_else(|| parse_name(&value.value));
            let distinctive = value.alone.iter().any(|w| fold_words(w) == fold_words(&name.family));
            out.extend(name_patterns(&name, distinctive));
            if words(&whole) >= 2 && whole.len() >= 5 {
                out.insert(fold_exact(&value.value));
                out.insert(whole);
            }
        }
        Category::Email | Category::Url | Category::Ip => {
            let value = value.value.split_once("://").map_or(value.value.as_str(), |(_, rest)| rest);
            let value = value.strip_prefix("mailto:").unwrap_or(value);
            out.extend([fold_words(value), fold_exact(value)].into_iter().filter(|w| w.len() >= 7 && words(w) >= 2));
        }
        Category::Address => out.extend(address_patterns(&value.value)),
        Category::Photo | Category::Signature => {
            if whole.len() >= 24 {
                out.insert(head_words(&whole, 64));
            }
        }
        // Words for a date or an age stand in every record.
        Category::Date | Category::Age => {}
        Category::Phone
        | Category::Fax
        | Category::Ssn
        | Category::Mrn
        | Category::MemberId
        | Category::Account
        | Category::Npi
        | Category::License
        | Category::Vehicle
        | Category::Device
        | Category::OtherId => out.extend(id_patterns(&whole, &fold_exact(&value.value))),
        Category::DateOfBirth => out.extend(date_patterns(&value.value)),
        Category::Demographic | Category::Record | Category::Document => {}
    }
    for word in &value.alone {
        let word = fold_words(word);
        if word.chars().count() >= MIN_ALONE && !word.split(' ').any(|w| allowed.words.contains(w)) && !is_label_word(&word) {
            out.insert(word);
        }
    }
    out.retain(|p| !p.is_empty() && !allowed.covers_text(p));
    out
}

/// Year, month and day of `YYYY-MM-DD`, as written.
fn iso_day(date: &str) -> Option<(&str, &str, &str)> {
    let (y, m, d) = (date.get(..4)?, date.get(5..7)?, date.get(8..10)?);
    [y, m, d].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())).then_some((y, m, d))
}

/// Ways of writing a full date, month before day where both are figures: a date of another day must not look like it.
fn date_patterns(date: &str) -> BTreeSet<String> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let Some((y, m, d)) = iso_day(date) else { return BTreeSet::new() };
    let bare = |n: &str| n.trim_start_matches('0').to_string();
    let (month, day) = (bare(m), bare(d));
    let mut out = BTreeSet::from([format!("{y} {m} {d}"), format!("{m} {d} {y}"), format!("{month} {day} {y}")]);
    // With a time behind it: `1958-03-04T10:20`.
    out.extend((0..24).map(|hour| format!("{y} {m} {d}t{hour:02}")));
    let Some(name) = month.parse::<usize>().ok().and_then(|n| MONTHS.get(n.wrapping_sub(1))) else { return out };
    for word in [*name, name.get(..3).unwrap_or(name), if *name == "september" { "sept" } else { name }] {
        for day in [day.as_str(), d] {
            for end in ["", "st", "nd", "rd", "th"] {
                out.insert(format!("{word} {day}{end} {y}"));
                out.insert(format!("{day}{end} {word} {y}"));
            }
        }
    }
    out
}

/// A surname such as Friend or Guardian stands in our own labels.
fn is_label_word(word: &str) -> bool {
    ["review", "withheld", "masked", "removed"].contains(&word)
        || Role::ALL.iter().any(|r| r.label_words().split([' ', '-']).any(|w| w.eq_ignore_ascii_case(word)))
}

/// Digit patterns of a value: the number as it is, and without the country prefix or with it.
pub(crate) fn digit_patterns(value: &ForbiddenValue, allowed: &Allowed) -> BTreeSet<String> {
    let numeric = matches!(
        value.category,
        Category::Phone
            | Category::Fax
            | Category::Ssn
            | Category::Mrn
            | Category::MemberId
            | Category::Account
            | Category::Npi
            | Category::License
            | Category::OtherId
    );
    let phone = matches!(value.category, Category::Phone | Category::Fax);
    let main = if phone { without_extension(&value.value) } else { value.value.as_str() };
    let has_letters = main.chars().any(char::is_alphabetic) && !(phone && main.starts_with("tel:"));
    let digits = digits_of(main);
    let mut out = BTreeSet::new();
    if let Some((y, m, d)) = iso_day(&value.value).filter(|_| value.category == Category::DateOfBirth) {
        out.extend([format!("{y}{m}{d}"), format!("{m}{d}{y}")]);
        return out;
    }
    if !numeric || (has_letters && !phone) || digits.len() < MIN_DIGITS || digits.len() > MAX_DIGITS {
        return out;
    }
    let bare = digits.trim_start_matches('0').to_string();
    if phone {
        let national = if digits.len() == 11 { digits.strip_prefix('1').unwrap_or(&digits) } else { &digits };
        if national.len() == 10 {
            out.insert(format!("1{national}"));
            out.insert(format!("001{national}"));
        }
        out.insert(national.to_string());
    }
    if bare.len() >= MIN_DIGITS {
        out.insert(bare);
    }
    out.insert(digits);
    // The same digit throughout (0000000, 9999999) is a placeholder, nobody's number.
    out.retain(|d| !allowed.covers_digits(d) && d.bytes().any(|b| Some(b) != d.bytes().next()));
    out
}

fn without_extension(phone: &str) -> &str {
    let lower = phone.find([';', 'x', 'X', '#']).filter(|p| *p >= 7);
    lower.and_then(|p| phone.get(..p)).unwrap_or(phone)
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn words(folded: &str) -> usize {
    folded.split(' ').filter(|w| !w.is_empty()).count()
}

fn head_words(folded: &str, max: usize) -> String {
    let cut = (0..=max.min(folded.len())).rev().find(|p| folded.is_char_boundary(*p)).unwrap_or(0);
    match folded.get(..cut) {
        Some(head) if cut < folded.len() => head.rsplit_once(' ').map_or(String::new(), |(h, _)| h.to_string()),
        Some(head) => head.to_string(),
        None => String::new(),
    }
}

/// Words before and after a name that are no part of it.
const TITLES: &[&str] = &[
    "dr", "mr", "mrs", "ms", "miss", "prof", "sir", "rev", "fr", "sr", "jr", "ii", "iii", "iv", "md", "m.d", "do", "rn", "np",
    "pa", "phd", "dds", "dmd", "od", "dpm", "lpn", "cnm", "pharmd", "mba", "msn", "bsn", "facp", "facs", "esq", "the", "herr",
    "frau", "sra", "sr.", "lcsw", "pac", "pa-c", "crna", "aprn", "arnp", "fnp", "cma",
];

fn is_title(word: &str) -> bool {
    let low = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    TITLES.contains(&low.as_str())
}

/// Reads `Jane M. Roe`, `Roe, Jane M, MD` or `id^Roe^Jane^M` into parts.
pub(crate) fn parse_name(text: &str) -> Name {
    let mut name = Name::default();
    let clean = |s: &str| -> Vec<String> {
        let pieces = s.split_whitespace().filter(|w| !is_title(w) && w.chars().any(char::is_alphabetic));
        pieces.map(|w| w.trim_matches([',', '.', '(', ')', '"']).to_string()).filter(|w| !w.is_empty()).collect()
    };
    if text.contains('^') {
        let parts: Vec<&str> = text.split('^').collect();
        let skip = usize::from(
            !parts.first().is_some_and(|p| p.chars().any(char::is_alphabetic) && !p.chars().any(|c| c.is_ascii_digit())),
        );
        name.family = parts.get(skip).map(|s| clean(s).join(" ")).unwrap_or_default();
        name.given = parts.iter().skip(skip + 1).take(2).flat_map(|s| clean(s)).collect();
        return name;
    }
    let pieces: Vec<Vec<String>> = text.split(',').map(clean).filter(|p| !p.is_empty()).collect();
    match pieces.as_slice() {
        [] => {}
        [only] => {
            if let Some((last, first)) = only.split_last() {
                name.family = last.clone();
                name.given = first.to_vec();
            }
        }
        [family, given, ..] => {
            name.family = family.join(" ");
            name.given = given.clone();
        }
    }
    name
}

/// Forms of a full name. `initials` adds `J. Roe`; only for a surname that is no common word.
fn name_patterns(name: &Name, initials: bool) -> BTreeSet<String> {
    let family = fold_words(&name.family);
    let given: Vec<String> = name.given.iter().map(|g| fold_words(g)).filter(|g| !g.is_empty()).collect();
    let mut out = BTreeSet::new();
    let Some(first) = given.first() else { return out };
    if family.is_empty() {
        return out;
    }
    let mut families = vec![family.clone()];
    if family.contains(' ') {
        families.push(family.replace(' ', ""));
    }
    for family in &families {
        let mut put = |given: &str| {
            if given.chars().count() >= 2 {
                out.insert(format!("{given} {family}"));
                out.insert(format!("{family} {given}"));
                let joined = format!("{}{}", given.replace(' ', ""), family);
                // Shorter joined forms are words by chance.
                if joined.len() >= 9 && given.len() >= 4 && family.len() >= 3 {
                    out.insert(joined);
                    out.insert(format!("{family}{}", given.replace(' ', "")));
                }
            }
        };
        put(first);
        for middle in given.iter().skip(1) {
            put(&format!("{first} {middle}"));
            if middle.chars().count() >= MIN_ALONE {
                put(middle);
            }
            if let Some(c) = middle.chars().next() {
                put(&format!("{first} {c}"));
            }
        }
        if given.len() > 2 {
            put(&given.join(" "));
        }
        if initials
            && family.len() >= 4
            && let Some(c) = first.chars().next()
        {
            out.insert(format!("{c} {family}"));
        }
    }
    out
}

/// An identifier with letters: as written and without its punctuation. Digits alone are searched as digits; letters alone could be
/// any word and are searched only when the caller names them in `alone`.
fn id_patterns(whole: &str, exact: &str) -> Vec<String> {
    let letters = whole.bytes().any(|b| !b.is_ascii_digit() && b != b' ');
    let digits = whole.bytes().any(|b| b.is_ascii_digit());
    if !letters || (!digits && (words(whole) < 2 || whole.len() < 8)) || whole.len() < 5 || whole.len() > 200 {
        return Vec::new();
    }
    let mut out = vec![whole.to_string(), exact.to_string()];
    let joined = whole.replace(' ', "");
    if joined.len() >= 6 && words(whole) <= 4 {
        out.push(joined);
    }
    out
}

const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("avenue", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("boulevard", "blvd"),
    ("court", "ct"),
    ("place", "pl"),
    ("circle", "cir"),
    ("terrace", "ter"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("apartment", "apt"),
    ("suite", "ste"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
];

/// The whole address and its street line, each as written, with long and with short street words. A city, state or postal code
/// alone is nobody's.
fn address_patterns(value: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let whole = fold_words(value);
    let lines = value.split([',', '\n', ';', '|']).map(fold_words);
    let is_street = |f: &str| {
        let named = f.split(' ').any(|w| w.len() >= 3 && w.bytes().all(|b| !b.is_ascii_digit()));
        words(f) >= 2 && f.bytes().any(|b| b.is_ascii_digit()) && named && !is_state_and_code(f)
    };
    for line in lines.chain([whole]).filter(|f| is_street(f)) {
        let swap = |to_long: bool| {
            let swapped: Vec<&str> = line
                .split(' ')
                .map(|w| {
                    let found = STREET_WORDS.iter().find(|(long, short)| if to_long { *short == w } else { *long == w });
                    found.map_or(w, |(long, short)| if to_long { long } else { short })
                })
                .collect();
            swapped.join(" ")
        };
        out.insert(swap(true));
        out.insert(swap(false));
        out.insert(line);
    }
    out
}

/// `il 62701`, `springfield il 62701`: ends with a postal code and begins without a number.
fn is_state_and_code(folded: &str) -> bool {
    let first_is_number = folded.split(' ').next().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit()));
    let last_is_code = folded.rsplit(' ').next().is_some_and(|w| w.len() >= 4 && w.bytes().all(|b| b.is_ascii_digit()));
    last_is_code && !first_is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(v: &str) -> ForbiddenValue {
        ForbiddenValue::new(v, Category::Name, Some(1), "[MOTHER]")
    }

    #[test]
    fn a_name_is_searched_in_both_orders() {
        for form in ["Jane M. Roe", "Roe, Jane M", "Roe, Jane M, MD", "Dr. Jane M Roe", "12^Roe^Jane^M", "Roe^Jane^M"] {
            let p = text_patterns(&name(form), &Allowed::default());
            assert!(p.contains("jane roe") && p.contains("roe jane") && p.contains("jane m roe"), "{form}: {p:?}");
            assert!(!p.contains("roe") && !p.contains("jane"));
        }
    }

    #[test]
    fn the_patients_words_and_forms_are_allowed() {
        let allowed = Allowed::new(&["Adam Roe".into(), "555-111-2222".into()]);
        let mut v = name("Jane Roe");
        v.alone = vec!["Jane".into(), "Roe".into()];
        let p = text_patterns(&v, &allowed);
        assert!(p.contains("jane") && !p.contains("roe") && p.contains("jane roe"));
        assert!(text_patterns(&name("Roe, Adam"), &allowed).is_empty());
        let phone = ForbiddenValue::new("+1 (555) 111-2222", Category::Phone, None, "[MOTHER]");
        assert!(digit_patterns(&phone, &allowed).is_empty());
    }

    #[test]
    fn words_of_our_labels_are_not_searched_alone() {
        let mut v = name("Ann Friend");
        v.alone = vec!["Friend".into()];
        let p = text_patterns(&v, &Allowed::default());
        assert!(p.contains("ann friend") && !p.contains("friend"));
    }

    #[test]
    fn numbers_by_their_digits() {
        let v = ForbiddenValue::new("(555) 123-4567 x22", Category::Phone, None, "");
        let d = digit_patterns(&v, &Allowed::default());
        assert!(d.contains("5551234567") && d.contains("15551234567"), "{d:?}");
        let id = ForbiddenValue::new("AB-123456", Category::OtherId, None, "");
        assert!(digit_patterns(&id, &Allowed::default()).is_empty());
        assert!(text_patterns(&id, &Allowed::default()).contains("ab123456"));
        assert!(digit_patterns(&ForbiddenValue::new("9999999", Category::Npi, None, ""), &Allowed::default()).is_empty());
    }

    #[test]
    fn values_with_hard_signs_are_found_as_written() {
        let url = ForbiddenValue::new("https://roe.example/a?b=1:2", Category::Url, None, "");
        let p = text_patterns(&url, &Allowed::default());
        assert!(p.contains(&fold_exact("roe.example/a?b=1:2")), "{p:?}");
        let id = ForbiddenValue::new("AB:123", Category::OtherId, None, "");
        assert!(text_patterns(&id, &Allowed::default()).contains(&fold_exact("AB:123")));
    }

    #[test]
    fn an_address_by_its_street() {
        let p = address_patterns("12 North Oak Street, Springfield, IL 62701");
        assert!(p.contains("12 n oak st") && p.contains("12 north oak street"));
        assert!(!p.contains("il 62701"), "{p:?}");
    }

    #[test]
    fn a_birth_date_is_forbidden_in_its_usual_ways_of_writing_and_no_other_day_is() {
        let value = ForbiddenValue::new("2014-05-09", Category::DateOfBirth, Some(0), "[PATIENT]");
        let texts = text_patterns(&value, &Allowed::default());
        for way in ["2014 05 09", "2014 05 09t10", "05 09 2014", "5 9 2014", "may 9 2014", "9th may 2014", "may 09 2014"] {
            assert!(texts.contains(way), "{way}: {texts:?}");
        }
        for other in ["09 05 2014", "9 5 2014", "2014", "2014 05"] {
            assert!(!texts.contains(other), "{other}");
        }
        assert!(digit_patterns(&value, &Allowed::default()).contains("20140509"));
        assert!(text_patterns(&ForbiddenValue::new("2014", Category::DateOfBirth, None, ""), &Allowed::default()).is_empty());
    }
}
