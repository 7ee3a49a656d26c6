//! Identifiers by their pattern, with check digits and the words before them.

use super::id_rules::{RULES, Rule};
use super::triggers;
use crate::model::mention::{Category, Mention, Who};

/// Secrets in the query of a URL (`access_token=`, `sig=`): whoever holds one may open somebody's chart.
pub fn secrets(url: &str) -> Vec<Mention> {
    const KEYS: &[&str] =
        &["access_token", "id_token", "refresh_token", "token", "sig", "signature", "apikey", "api_key", "password", "secret"];
    let mut out = Vec::new();
    for (at, _) in url.match_indices('=') {
        let key_from = url[..at].rfind(['?', '&', '#', ';']).map_or(0, |k| k + 1);
        if !KEYS.iter().any(|k| url[key_from..at].eq_ignore_ascii_case(k)) {
            continue;
        }
        let start = at + 1;
        let end = url[start..].find(['&', '#', ';', ' ', '"', '\'', '<']).map_or(url.len(), |e| start + e);
        if end > start {
            out.push(Mention {
                weighed: false,
                start,
                end,
                category: Category::OtherId,
                who: Who::Nobody,
                rule: "pattern.secret",
                confidence: 0.99,
                name: None,
            });
        }
    }
    out
}

/// All identifiers in `text`, in order, not overlapping; the more certain and then the longer wins. `who` is `Nobody`.
pub fn find(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    let spelled = spells_years(text);
    if !spelled && !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b':' || b == b'.') {
        return out;
    }
    let mut lines = lines(text).peekable();
    while let Some((start, end, shows)) = lines.next() {
        let (next_end, next_shows) = lines.peek().map_or((end, 0), |n| (n.1, n.2));
        let line = text.get(start..end).unwrap_or("");
        // `616-555-` / `0148`: a number broken at the line's end.
        let shows = if shows & triggers::DIGIT != 0
            && line.trim_end().ends_with(|c: char| matches!(c, '-' | '.' | ')') || c.is_ascii_digit())
            && next_shows & triggers::DIGIT != 0
        {
            shows | triggers::SEVEN
        } else {
            shows
        };
        // `zprimo-` / `rac@example.org`
        let shows = if line.trim_end().ends_with('-') { shows | next_shows & triggers::AT } else { shows };
        let labels = if spelled || (shows | next_shows) & triggers::DIGIT != 0 { triggers::of_labels(line) } else { 0 };
        let found = shows | labels;
        for rule in RULES.iter().filter(|r| r.needs & found != 0) {
            // A label may stand at the end of one line and its value at the head of the next.
            in_line(rule, text, start, end, next_end, &mut out);
        }
    }
    super::overlap::settle(out)
}

/// True for a text in which a year is dictated: `nineteen thirty-seven`.
fn spells_years(text: &str) -> bool {
    let words = ["ineteen", "INETEEN", "wo thousand", "WO THOUSAND"];
    words.iter().any(|w| memchr::memmem::find(text.as_bytes(), w.as_bytes()).is_some())
}

/// Lines that are not blank, with what their bytes show.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize, u32)> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len()));
    let mut start = 0;
    ends.filter_map(move |end| {
        let from = std::mem::replace(&mut start, end + 1);
        let line = text.get(from..end).filter(|l| !l.trim().is_empty())?;
        Some((from, end, triggers::of_bytes(line)))
    })
}

/// Matches that begin in the line `start..end` and end before `limit`.
fn in_line(rule: &Rule, text: &str, start: usize, end: usize, limit: usize, out: &mut Vec<Mention>) {
    let Some(part) = text.get(start..limit) else { return };
    let Some(regex) = rule.regex() else { return };
    for caps in regex.captures_iter(part) {
        let Some(whole) = caps.get(0).filter(|m| start + m.start() < end) else { return };
        let m = caps.get(1).unwrap_or(whole);
        let at = start + m.start();
        if !(rule.check)(m.as_str(), text.get(..at).unwrap_or("")) {
            continue;
        }
        let value = m.as_str().trim_end_matches(['.', ',', ';', ':', '-']);
        if !value.is_empty() {
            out.push(Mention {
                weighed: false,
                start: at,
                end: at + value.len(),
                category: rule.category,
                who: Who::Nobody,
                rule: rule.rule,
                confidence: rule.confidence,
                name: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_made() {
        for rule in RULES.iter() {
            assert!(rule.regex().is_some(), "{}", rule.rule);
        }
    }

    #[test]
    fn identifiers_by_pattern_and_context() {
        let cases: &[(&str, Category, &str)] = &[
            ("SSN 900-12-3456.", Category::Ssn, "900-12-3456"),
            ("call (503) 555-0142 today", Category::Phone, "(503) 555-0142"),
            ("Phone: 5035550142", Category::Phone, "5035550142"),
            ("Fax: 503-555-0199", Category::Fax, "503-555-0199"),
            ("mail jane.roe@example.org.", Category::Email, "jane.roe@example.org"),
            ("see https://x.example/a?b=1.", Category::Url, "https://x.example/a?b=1"),
            ("NPI: 1234567893", Category::Npi, "1234567893"),
            ("DEA AB1234563", Category::License, "AB1234563"),
            ("MRN: A-100234", Category::Mrn, "A-100234"),
            ("Member ID: XYZ123456", Category::MemberId, "XYZ123456"),
            ("from 10.0.12.7 at", Category::Ip, "10.0.12.7"),
            ("VIN 1M8GDM9AXKP042788", Category::Vehicle, "1M8GDM9AXKP042788"),
            ("DOB 5/31/1973", Category::DateOfBirth, "5/31/1973"),
            ("born on May 31, 1973 in", Category::DateOfBirth, "May 31, 1973"),
            (
                "DATE OF BIRTH MARCH THE THIRD NINETEEN THIRTY SEVEN HAD",
                Category::DateOfBirth,
                "MARCH THE THIRD NINETEEN THIRTY SEVEN",
            ),
            ("She's Jean, born the ninth of March 1939.", Category::DateOfBirth, "the ninth of March 1939"),
            ("DATE OF BIRTH 7 11 58 PLEASE", Category::DateOfBirth, "7 11 58"),
            ("Subscriber DOB 06/14/\n1968, SSN", Category::DateOfBirth, "06/14/\n1968"),
            ("DOB/SEX      : 04/17/1968 F", Category::DateOfBirth, "04/17/1968"),
            ("dob 7 July '48, enclosed", Category::DateOfBirth, "7 July '48"),
            ("née le 3 mars 1951", Category::DateOfBirth, "3 mars 1951"),
            ("NPI (individual) 123 456 7893", Category::Npi, "123 456 7893"),
            ("IMEI 356938035643809", Category::Device, "356938035643809"),
            ("NHS No: 943 476 5919", Category::Mrn, "943 476 5919"),
            ("SIN 046 454 286", Category::Ssn, "046 454 286"),
            ("has his plate (NM ANX 511).", Category::Vehicle, "NM ANX 511"),
            ("V2 Dodge Ram OH HZB 9034 hit", Category::Vehicle, "OH HZB 9034"),
            ("lives 4100 Gratiot, wife", Category::Address, "4100 Gratiot"),
            ("addr 5512 w oklahoma ave apt 3", Category::Address, "5512 w oklahoma ave apt 3"),
            ("of Rua do Castelo 40, Ponta Delgada (niece)", Category::Address, "Rua do Castelo 40, Ponta Delgada"),
            ("bill 5 Rue du Parc, Apt 2, Montréal;", Category::Address, "5 Rue du Parc, Apt 2, Montréal"),
            ("wohnt Lindenstraße 12, 50674 Köln", Category::Address, "Lindenstraße 12, 50674 Köln"),
            ("14 Rose Hill Rd, Leeds LS6 2AB.", Category::Address, "14 Rose Hill Rd, Leeds LS6 2AB"),
            ("hc 61 box 220, chinle az 86503", Category::Address, "hc 61 box 220, chinle az 86503"),
            ("Cal1 Sigrun with labs, (7O1) 555-0l68", Category::Phone, "(7O1) 555-0l68"),
            ("rehab tel 518 . 555 . O171", Category::Phone, "518 . 555 . O171"),
            ("HOLDER S.S. 9O3-7l-2O55", Category::Ssn, "9O3-7l-2O55"),
            ("H0LDER D0B l2-l7-6l", Category::DateOfBirth, "l2-l7-6l"),
            ("prefers to be paged, 928-555-\n   0139.", Category::Phone, "928-555-\n   0139"),
            ("Fax to Prudence, (618)\n555-0151.", Category::Phone, "(618)\n555-0151"),
            ("in case mgmt has it (x4410).", Category::Phone, "x4410"),
            ("RN Carmody telehealth Fri 02 5550 1171; no diving", Category::Phone, "02 5550 1171"),
            ("at Tangaroa College on\n09 555\n0128.", Category::Phone, "09 555\n0128"),
            ("Rowan on 07700900 656 or", Category::Phone, "07700900 656"),
            ("drove (WX22 PRF), parked", Category::Vehicle, "WX22 PRF"),
            ("or by mail marysue.f@\nexample.com.", Category::Email, "marysue.f@\nexample.com"),
            ("reach orincon@exam-\nple.org now", Category::Email, "orincon@exam-\nple.org"),
            ("signed zprimo-\n   rac@example.org", Category::Email, "zprimo-\n   rac@example.org"),
            ("lives at 12 Oak St, Salem OR 97301 with", Category::Address, "12 Oak St, Salem OR 97301"),
        ];
        for (text, category, want) in cases {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].category, *category, "{text}");
            assert_eq!(&text[found[0].start..found[0].end], *want, "{text}");
        }
    }

    #[test]
    fn results_codes_and_dates_are_no_identifiers() {
        for text in [
            "BP 120/80, HR 72, glucose 101 mg/dL",
            "LOINC 2345-7, 1.2.840.113619.6.197",
            "2.16.840.1.113883.10.20.22.1.2",
            "seen 5/31/2019 at 10:30",
            "CPT 99213 and 000-12-3456",
            "version 10.0.12.7",
            "take 1 tab 3 times daily for 10 days",
            "ratio 1234567890",
            "5 Drops Twice Daily",
            "home 20 Units nightly, van at 10 AM",
            "moved 10 Feet with walker",
            "op 2019, star 4",
        ] {
            assert!(find(text).is_empty(), "{text}: {:?}", find(text));
        }
    }
}
