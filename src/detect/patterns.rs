//! Identifiers by their pattern, with check digits and the words before them.

use super::check_digits;
use super::fold::folded;
use super::triggers;
use crate::model::mention::{Category, Mention, Who};
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

struct Rule {
    /// Group 1 is the identifier where the pattern has one, else the whole match.
    pattern: String,
    /// Made when a line first calls for it: most exports never need half of them.
    made: OnceLock<Option<Regex>>,
    category: Category,
    rule: &'static str,
    confidence: f32,
    /// One of these must be in the line, see [`triggers`].
    needs: u32,
    /// Asked with the identifier's text and all that stands before it.
    check: fn(&str, &str) -> bool,
}

fn always(_: &str, _: &str) -> bool {
    true
}

/// Names of code systems and standards are no web address of anybody.
fn no_terminology(value: &str, _: &str) -> bool {
    const HOSTS: &[&str] = &[
        "hl7.org",
        "snomed.info",
        "loinc.org",
        "unitsofmeasure.org",
        "w3.org",
        "nlm.nih.gov",
        "ihe.net",
        "dicom.nema.org",
        "ncpdp.org",
        "ama-assn.org",
        "who.int",
        "ietf.org",
        "iso.org",
        "fhir.org",
        "medicalhome.org",
        "healthit.gov",
        "cms.gov",
        "cdc.gov",
        "va.gov",
        "nucc.org",
        "iana.org",
    ];
    // Style sheets and schemas are about the file, not about anybody.
    let path = value.split(['?', '#']).next().unwrap_or("").trim_end_matches(['.', ',']).to_lowercase();
    if [".xsl", ".xslt", ".xsd", ".css", ".dtd"].iter().any(|e| path.ends_with(e)) {
        return false;
    }
    let host = value.split("//").nth(1).unwrap_or(value).split(['/', ':', '?', '#']).next().unwrap_or("").to_lowercase();
    !HOSTS.iter().any(|h| host == *h || host.ends_with(&format!(".{h}")))
}

fn has_digit(value: &str, _: &str) -> bool {
    value.bytes().filter(u8::is_ascii_digit).count() >= 3
}

fn not_in_number(value: &str, before: &str) -> bool {
    // Results such as `123-456-7890` do not follow a decimal mark or another digit group.
    !value.is_empty()
        && !before.ends_with(['.', '-', '/', '$', '#', ':'])
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Versions, sections and parts of object identifiers look like addresses: a private range, a large number or a word before it
/// must speak for an address.
fn ip(value: &str, before: &str) -> bool {
    let oid = before.ends_with(['.', '-', '/']) || before.ends_with(|c: char| c.is_ascii_alphanumeric());
    let Ok(parts) = value.split('.').map(str::parse::<u8>).collect::<Result<Vec<u8>, _>>() else { return false };
    let likely = matches!(parts.first(), Some(10 | 127 | 172 | 192)) || parts.iter().any(|p| *p >= 100);
    !oid && !version_before(before) && (likely || address_before(before))
}

fn address_before(before: &str) -> bool {
    let at = before.len().saturating_sub(24);
    let at = (at..before.len()).find(|i| before.is_char_boundary(*i)).unwrap_or(before.len());
    let tail = before[at..].to_lowercase();
    tail.split(|c: char| !c.is_alphanumeric())
        .any(|w| matches!(w, "ip" | "address" | "host" | "server" | "workstation" | "ipv4" | "client"))
}

fn version_before(before: &str) -> bool {
    let tail: String = before.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_lowercase();
    tail.contains("version") || tail.trim_end().ends_with('v') || tail.contains("oid")
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |needs: u32, pattern: &str, category, rule, confidence, check| {
        let pattern = pattern.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]");
        Rule { pattern, made: OnceLock::new(), category, rule, confidence, needs, check }
    };
    // `sep`: what stands between a label and its value.
    let sep = r"(?:\s*(?:#|no\.?|num(?:ber)?|id)?\s*(?:is\b|was\b)?\s*[:=#]?\s*)";
    let date = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{8}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}[\s-](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s-]\d{4})";
    let id = r"([A-Z0-9][A-Z0-9-]{3,24}[A-Z0-9])\b";
    vec![
        rule(
            triggers::AT,
            r"(?i)[a-z0-9._%+-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}\b",
            Category::Email,
            "pattern.email",
            0.98,
            always,
        ),
        rule(triggers::LINK, r#"(?i)\b(?:https?|ftp)://[^\s<>"'\]\)]{3,}"#, Category::Url, "pattern.url", 0.9, no_terminology),
        rule(triggers::LINK, r#"(?i)\bwww\.[a-z0-9-]+\.[^\s<>"'\]\)]{2,}"#, Category::Url, "pattern.url", 0.9, no_terminology),
        rule(triggers::SEVEN, r"\b\d{3}-\d{2}-\d{4}\b", Category::Ssn, "pattern.ssn", 0.9, |v, b| {
            check_digits::ssn(v) && not_in_number(v, b)
        }),
        rule(
            triggers::SSN,
            &format!(
                r"(?i)\b(?:ssn|ss\s*#|soc(?:ial)?\.?\s*sec(?:urity)?\.?){sep}((?:\d{{3}}|[x*]{{3}})[- ]?(?:\d{{2}}|[x*]{{2}})[- ]?\d{{4}})\b"
            ),
            Category::Ssn,
            "pattern.ssn-context",
            0.98,
            always,
        ),
        rule(
            triggers::FAX,
            &format!(r"(?i)\bfax{sep}(\+?1?[-. ]?\(?\d{{3}}\)?[-. ]*\d{{3}}[-. ]?\d{{4}})\b"),
            Category::Fax,
            "pattern.fax",
            0.95,
            always,
        ),
        rule(
            triggers::SEVEN,
            r"(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)[-. ]{0,2}|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b(?:\s*(?:x|ext\.?)\s*\d{1,6})?",
            Category::Phone,
            "pattern.phone",
            0.9,
            not_in_number,
        ),
        rule(
            triggers::PHONE,
            &format!(
                r"(?i)\b(?:phone|ph|telephone|tel|cell|mobile|pager|call(?:back)?|home|work|contact){sep}(?:at\s+)?(\+?1?\d{{10}}|\d{{3}}-\d{{4}})\b"
            ),
            Category::Phone,
            "pattern.phone-context",
            0.9,
            always,
        ),
        rule(triggers::NPI, &format!(r"(?i)\bnpi{sep}(\d{{10}})\b"), Category::Npi, "pattern.npi", 0.98, always),
        rule(triggers::TEN, r"\b[12]\d{9}\b", Category::Npi, "pattern.npi-luhn", 0.6, |v, b| {
            check_digits::npi(v) && provider_before(b)
        }),
        rule(triggers::DEA, &format!(r"(?i)\bdea{sep}([A-Z][A-Z9]\d{{7}})\b"), Category::License, "pattern.dea", 0.98, always),
        rule(triggers::MIXED, r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b", Category::License, "pattern.dea-check", 0.85, |v, _| {
            check_digits::dea(v)
        }),
        rule(
            triggers::MIXED,
            r"\b[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b",
            Category::MemberId,
            "pattern.mbi",
            0.95,
            |v, _| check_digits::mbi(v),
        ),
        rule(triggers::MIXED, r"\b[A-HJ-NPR-Z0-9]{17}\b", Category::Vehicle, "pattern.vin", 0.9, |v, _| check_digits::vin(v)),
        rule(
            triggers::MRN,
            &format!(
                r"(?i)\b(?:mrn|mr\s*#|med(?:ical)?\.?\s*rec(?:ord)?\.?|chart|patient\s+id|pt\s+id|hospital\s+(?:id|number)){sep}{id}"
            ),
            Category::Mrn,
            "pattern.mrn",
            0.95,
            has_digit,
        ),
        rule(
            triggers::MEMBER,
            &format!(
                r"(?i)\b(?:member|subscriber|policy|group|beneficiary|medicare|medicaid|insurance|hicn?|mbi|health\s+plan)\s*(?:#|no\.?|num(?:ber)?|id)\s*(?:#|no\.?|number)?\s*[:=#]?\s*{id}"
            ),
            Category::MemberId,
            "pattern.member-id",
            0.92,
            has_digit,
        ),
        rule(
            triggers::ACCOUNT,
            &format!(
                r"(?i)\b(?:acct|account|hospital\s+account|har|csn|visit|encounter)\s*(?:#|no\.?|num(?:ber)?|id)\s*[:=#]?\s*{id}"
            ),
            Category::Account,
            "pattern.account",
            0.9,
            has_digit,
        ),
        rule(
            triggers::LICENCE,
            &format!(
                r"(?i)\b(?:lic(?:ense|ence)?|driver'?s?\s+lic(?:ense|ence)|dl|certificate|passport)\s*(?:#|no\.?|num(?:ber)?|id)?\s*[:=#]\s*{id}"
            ),
            Category::License,
            "pattern.licence",
            0.9,
            has_digit,
        ),
        rule(
            triggers::LICENCE,
            &format!(r"(?i)\b(?:license|licence)\s+plate{sep}([A-Z0-9][A-Z0-9 -]{{3,8}}[A-Z0-9])\b"),
            Category::Vehicle,
            "pattern.plate",
            0.85,
            always,
        ),
        rule(triggers::DOTS, r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\.?[^\d.]|\.?$)", Category::Ip, "pattern.ip", 0.85, ip),
        rule(
            triggers::BIRTH,
            &format!(r"(?i)\b(?:dob|d\.o\.b\.?|date\s+of\s+birth|birth\s*-?date|born(?:\s+on)?|birthday){sep}{date}\b"),
            Category::DateOfBirth,
            "pattern.birth-date",
            0.95,
            always,
        ),
        rule(
            triggers::STREET,
            r"\b\d{1,6}(?:-\d{1,4})?\s+(?:[NSEW]\.?\s+|(?:North|South|East|West)\s+)?(?:[A-Z][A-Za-z'-]+\s+|\d{1,3}(?:st|nd|rd|th)\s+){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Circle|Cir|Parkway|Pkwy|Highway|Hwy|Terrace|Ter|Trail|Trl|Place|Pl|Way|Alley|Square|Sq|Loop)\b\.?(?:,?\s*(?:Apt|Apartment|Unit|Suite|Ste|Floor|#)\.?\s*[A-Za-z0-9-]{1,6}\b)?(?:,?\s+[A-Z][A-Za-z.'-]+(?:\s[A-Z][A-Za-z.'-]+){0,2},?\s+[A-Z]{2}\.?\s+\d{5}(?:-\d{4})?)?",
            Category::Address,
            "pattern.street",
            0.75,
            not_in_number,
        ),
        rule(triggers::BOX, r"(?i)\bP\.?\s?O\.?\s+Box\s+\d{1,6}\b", Category::Address, "pattern.po-box", 0.75, always),
    ]
});

impl Rule {
    fn regex(&self) -> Option<&Regex> {
        self.made.get_or_init(|| Regex::new(&self.pattern).ok()).as_ref()
    }
}

fn provider_before(before: &str) -> bool {
    let at = before.len().saturating_sub(48);
    let at = (at..before.len()).find(|i| before.is_char_boundary(*i)).unwrap_or(before.len());
    let tail = folded(&before[at..]);
    ["npi", "provider", "prescriber", "physician", " md", "dr."].iter().any(|w| tail.contains(w))
}

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
    if !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b':' || b == b'.') {
        return out;
    }
    let mut lines = lines(text).peekable();
    while let Some((start, end, shows)) = lines.next() {
        let (next_end, next_shows) = lines.peek().map_or((end, 0), |n| (n.1, n.2));
        let line = text.get(start..end).unwrap_or("");
        let labels = if (shows | next_shows) & triggers::DIGIT != 0 { triggers::of_labels(line) } else { 0 };
        let found = shows | labels;
        for rule in RULES.iter().filter(|r| r.needs & found != 0) {
            // A label may stand at the end of one line and its value at the head of the next.
            in_line(rule, text, start, end, next_end, &mut out);
        }
    }
    super::overlap::settle(out)
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
        ] {
            assert!(find(text).is_empty(), "{text}: {:?}", find(text));
        }
    }
}
