//! What the Safe Harbor method takes out of a text beyond names and numbers: dates, ages from 90 on, ZIP codes, places of the record's
//! addresses, serial and case numbers.
//!
//! Source: 45 CFR 164.514(b)(2)(i)(B), (C), (M), (R). Used for that purpose alone: elsewhere a date is a clinical fact.

use super::fold::folded;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;
use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use std::sync::LazyLock;

const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

/// Pattern, category; the first group is the value, the whole match where there is none.
static RULES: LazyLock<Vec<(Regex, Category)>> = LazyLock::new(|| {
    let states = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR|GU|VI";
    let list: [(String, Category); 15] = [
        (r"\b(?:18|19|20)\d\d-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?\b".into(), Category::Date),
        (r"\b\d{1,2}([/-])\d{1,2}[/-](?:\d{4}|\d{2})\b".into(), Category::Date),
        (r"\b\d{1,2}\.\d{1,2}\.(?:19|20)\d\d\b".into(), Category::Date),
        (r"\b(?:19|20)\d\d/\d{1,2}/\d{1,2}\b".into(), Category::Date),
        (r"\b(?:0?[1-9]|1[0-2])/(?:19|20)\d\d\b".into(), Category::Date),
        (r"(?i)\b(?:on|since|until|till|from|by|dated?|before|after|seen|through|thru|of|for|due)[: ]+((?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))\b".into(), Category::Date),
        (r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}(?:\d\d)?(?:[+-]\d{4})?)?\b".into(), Category::Date),
        (format!(r"(?i)\b{MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+(?:19|20)\d\d\b)?"), Category::Date),
        (format!(r"(?i)\b\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{MONTH}\b\.?(?:[\s,-]+(?:19|20)\d\d\b)?"), Category::Date),
        (format!(r"(?i)\b{MONTH}\.?,?\s+(?:of\s+)?(?:19|20)\d\d\b"), Category::Date),
        (r"\b(?:[Ii]n|[Ss]ince|[Ll]ast|[Tt]his|[Uu]ntil|[Nn]ext|[Ee]arly|[Ll]ate|[Mm]id)[ -]((?:January|February|March|April|May|June|July|August|September|October|November|December))\b".into(), Category::Date),
        (r"(?i)\b(9\d|1[0-3]\d)(?:\s|-)?(?:years?|yrs?|y/?o|y\.o\.?)\b".into(), Category::Age),
        (r"(?i)\bage[d]?\s*(?:is|of|:|=)?\s*(9\d|1[0-3]\d)\b".into(), Category::Age),
        (format!(r"\b(?:(?:{states})\.?,?\s+|(?i:zip(?:\s*code)?)\s*:?\s*)(\d{{5}}(?:-\d{{4}})?)\b"), Category::Address),
        (r"(?i)\b(?:serial|s/n|lot|udi|device id(?:entifier)?|accession|specimen|encounter|visit|case|order|claim|invoice|prescription|rx|reference|ref|authorization|auth|ticket|confirmation|csn|fin|har)\s*(?:number|num|no\.?|id|#)?\s*(?:is\s*)?[:#]\s*([A-Z0-9][A-Z0-9/-]*\d[A-Z0-9/-]*)".into(), Category::OtherId),
    ];
    list.iter().filter_map(|(r, c)| Some((Regex::new(r).ok()?, *c))).collect()
});

/// Ages in words from 90 on.
static WORDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b((?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?: and)?(?:[- ](?:one|two|three|four|five|six|seven|eight|nine|ten))?))[- ](?:years?|yrs?)\b").ok()
});

/// Employers and places that a word announces; the group is the name. The rule speaks of the names of employers as of those of relatives.
static NAMED: LazyLock<Vec<(Regex, Category)>> = LazyLock::new(|| {
    const NAME: &str = r"[A-Z][\w&'\u{2019}-]*(?:\.[A-Z]\.)*(?:[ \t]+(?:(?:of|and|the|&)[ \t]+)?[A-Z][\w&'\u{2019}-]*){0,4}";
    const PLACE: &str = r"[A-Z][a-z'\u{2019}-]+(?:[ \t]+[A-Z][a-z'\u{2019}-]+){0,2}";
    let list: [(String, Category); 5] = [
        (
            format!(
                r"\b(?:[Ee]mployer|EMPLOYER|[Pp]lace of [Ee]mployment|[Ww]orkplace)(?:'s name| name)?[ \t]*(?::|=|-| is)[ \t]*({NAME})"
            ),
            Category::Name,
        ),
        (
            format!(r"\b(?:[Ee]mployed (?:by|at|with)|[Ww]ork(?:s|ed|ing)? (?:at|for))[ \t]+(?:the[ \t]+)?({NAME})"),
            Category::Name,
        ),
        (format!(r"\b({PLACE})[ \t]+(?:County|Parish|Borough|Township)\b"), Category::Address),
        (
            format!(r"\b(?:[Cc]ounty|COUNTY|[Cc]ity|CITY|[Tt]own|[Hh]ometown)(?:[ \t]*:[ \t]*|[ \t]+of[ \t]+)({PLACE})"),
            Category::Address,
        ),
        (
            format!(
                r"\b(?:[Ll]iv(?:es|ed|ing) in|[Rr]esid(?:es|ed|ing) in|[Rr]esident of|[Mm]oved (?:here )?(?:to|from)|[Bb]orn in|[Mm]ayor of)[ \t]+(?:the[ \t]+(?:city|town|village)[ \t]+of[ \t]+)?({PLACE})"
            ),
            Category::Address,
        ),
    ];
    list.iter().filter_map(|(r, c)| Some((Regex::new(r).ok()?, *c))).collect()
});

/// Words that stand where an employer or a place would and name none, and states, which may stay (164.514(b)(2)(i)(B)).
const NONE_NAMED: &str = "none unknown retired unemployed disabled student self n/a na not no yes former current same homemaker other dr mr mrs ms \
    January February March April May June July August September October November December spring summer fall winter \
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky \
    louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania \
    tennessee texas utah vermont virginia wisconsin wyoming";
const STATES_OF_TWO: [&str; 11] = [
    "new hampshire",
    "new jersey",
    "new mexico",
    "new york",
    "north carolina",
    "north dakota",
    "rhode island",
    "south carolina",
    "south dakota",
    "west virginia",
    "puerto rico",
];

/// Does the text after a cue name an employer or place?
fn names_one(text: &str) -> bool {
    let small = text.to_lowercase();
    let first = small.split_whitespace().next().unwrap_or_default();
    let listed = NONE_NAMED.split_whitespace().any(|w| w.eq_ignore_ascii_case(first));
    !listed && !STATES_OF_TWO.iter().any(|s| small.starts_with(s))
}

/// The search, with the places of one case.
pub struct SafeHarbor {
    places: Option<AhoCorasick>,
}

impl SafeHarbor {
    /// `places` are cities, towns and counties of the addresses in the record.
    pub fn new(places: impl Iterator<Item = String>) -> Self {
        let mut words: Vec<String> =
            places.map(|p| folded(p.trim())).filter(|p| p.len() >= 4 && !p.bytes().all(|b| b.is_ascii_digit())).collect();
        words.sort();
        words.dedup();
        let search =
            || AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(&words).ok();
        SafeHarbor { places: (!words.is_empty()).then(search).flatten() }
    }

    /// Everything of that kind in a text, in order, not overlapping.
    pub fn find(&self, text: &str) -> Vec<Mention> {
        let mut out = Vec::new();
        let mention = |start: usize, end: usize, category: Category, rule: &'static str| Mention {
            weighed: false,
            start,
            end,
            category,
            who: Who::Nobody,
            rule,
            confidence: 0.9,
            name: None,
        };
        if text.bytes().any(|b| b.is_ascii_digit()) {
            for (i, (rule, category)) in RULES.iter().enumerate() {
                for caps in rule.captures_iter(text) {
                    let Some(whole) = caps.get(0) else { continue };
                    // The first group of the second rule is the separator, which must be the same on both sides.
                    let value = if i == 1 { whole } else { caps.get(1).unwrap_or(whole) };
                    if *category == Category::Date && !may_be_date(value.as_str(), text.get(value.end()..).unwrap_or_default()) {
                        continue;
                    }
                    out.push(mention(value.start(), value.end(), *category, "safe-harbor.pattern"));
                }
            }
        } else {
            // A month needs no figure.
            let months = RULES.iter().filter(|r| r.1 == Category::Date).flat_map(|r| r.0.captures_iter(text));
            out.extend(
                months.filter_map(|c| c.get(1)).map(|m| mention(m.start(), m.end(), Category::Date, "safe-harbor.pattern")),
            );
        }
        for (rule, category) in NAMED.iter() {
            for value in rule.captures_iter(text).filter_map(|c| c.get(1)).filter(|v| names_one(v.as_str())) {
                let found = mention(value.start(), value.end(), *category, "safe-harbor.named");
                let who = if *category == Category::Name { Who::New(Role::Employer) } else { Who::Nobody };
                out.push(Mention { who, ..found });
            }
        }
        if let Some(worded) = WORDED.as_ref() {
            let ages = worded.captures_iter(text).filter_map(|c| c.get(1));
            out.extend(ages.map(|m| mention(m.start(), m.end(), Category::Age, "safe-harbor.pattern")));
        }
        if let Some(places) = &self.places {
            let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            for m in places.find_iter(text) {
                let before = text.get(..m.start()).and_then(|t| t.chars().next_back());
                let after = text.get(m.end()..).and_then(|t| t.chars().next());
                // `reading` is a word, `Reading` a city.
                let capital = text.get(m.start()..).and_then(|t| t.chars().next()).is_some_and(char::is_uppercase);
                if capital && !joins(before) && !joins(after) {
                    out.push(mention(m.start(), m.end(), Category::Address, "safe-harbor.place"));
                }
            }
        }
        // The longest of those that overlap.
        out.sort_by_key(|m| (m.start, std::cmp::Reverse(m.end)));
        let mut end = 0;
        out.retain(|m| {
            let free = m.start >= end;
            end = end.max(m.end);
            free
        });
        out
    }
}

/// False for figures that only look like a date: `120-80-99`, `4/5/6`.
fn may_be_date(text: &str, after: &str) -> bool {
    // `10-20-30 mg` is a dose.
    let unit = after.trim_start().split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if text.contains('-') && text.len() <= 8 && matches!(unit, "mg" | "mcg" | "ml" | "mL" | "units" | "g" | "mmHg" | "cm" | "mm")
    {
        return false;
    }
    let groups: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [a, b, c] = groups[..] else { return true };
    let number = |t: &str| t.parse::<u32>().ok();
    let (Some(a), Some(b), Some(_)) = (number(a), number(b), number(c)) else { return true };
    if a > 1800 {
        return (1..=12).contains(&b);
    }
    (1..=12).contains(&a) && (1..=31).contains(&b) || (1..=12).contains(&b) && (1..=31).contains(&a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, Category)> {
        let s = SafeHarbor::new(["Tacoma".to_string(), "Reading".to_string()].into_iter());
        s.find(text).into_iter().map(|m| (text[m.start..m.end].to_string(), m.category)).collect()
    }

    #[test]
    fn every_pattern_can_be_made() {
        assert_eq!(RULES.len(), 15);
        assert!(WORDED.is_some());
        assert_eq!(NAMED.len(), 5);
    }

    #[test]
    fn dates_in_the_usual_ways() {
        for (text, date) in [
            ("Seen 2019-05-06T10:30:00-05:00.", "2019-05-06T10:30:00-05:00"),
            ("Seen 5/6/2019 and well", "5/6/2019"),
            ("Seen 05-06-19.", "05-06-19"),
            ("seen on 5/6 by", "5/6"),
            ("On May 6th, 2019 she", "May 6th, 2019"),
            ("6 May 2019", "6 May 2019"),
            ("06-MAY-2019", "06-MAY-2019"),
            ("since March 2018", "March 2018"),
            ("since March", "March"),
            ("discharged 20190506.", "20190506"),
            ("in 03/2018 he", "03/2018"),
        ] {
            assert_eq!(of(text), [(date.to_string(), Category::Date)], "{text}");
        }
        for text in [
            "BP 120/80",
            "strength 4/5",
            "in 2019",
            "may be given",
            "LOINC 8302-2",
            "dose 10-20-30 mg",
            "2/6 murmur",
            "ratio 1/2",
        ] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn employers_and_places_that_a_word_announces() {
        for (text, name, category) in [
            ("Employer: Cascade Orchards, Inc.", "Cascade Orchards", Category::Name),
            ("He works for Quarry & Sons Paving as a foreman.", "Quarry & Sons Paving", Category::Name),
            ("She was employed by the University of Selah until March.", "University of Selah", Category::Name),
            ("County: Kittitas", "Kittitas", Category::Address),
            ("from Kittitas County today", "Kittitas", Category::Address),
            ("lives in Ellensport with her son", "Ellensport", Category::Address),
            ("She is the mayor of Selah.", "Selah", Category::Address),
        ] {
            let found = of(text);
            assert!(found.contains(&(name.to_string(), category)), "{text}: {found:?}");
        }
        for text in [
            "Employer: Retired",
            "employer: none",
            "Lives in Texas",
            "born in New Mexico",
            "works for hours",
            "moved to Ohio",
            "Born in May",
        ] {
            assert!(of(text).iter().all(|f| f.1 == Category::Date), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn ages_places_and_numbers() {
        assert_eq!(of("92-year-old woman"), [("92".into(), Category::Age)]);
        assert_eq!(of("Age: 101"), [("101".into(), Category::Age)]);
        assert_eq!(of("a ninety-two-year-old"), [("ninety-two".into(), Category::Age)]);
        assert!(of("89-year-old, weight 92 kg").is_empty());
        assert_eq!(of("lives in Tacoma, WA 98401"), [("Tacoma".into(), Category::Address), ("98401".into(), Category::Address)]);
        assert!(of("he is reading").is_empty());
        assert_eq!(of("Lot #: A4711-2"), [("A4711-2".into(), Category::OtherId)]);
        assert!(of("order: aspirin").is_empty());
    }
}
