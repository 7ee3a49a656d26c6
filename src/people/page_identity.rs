//! Whose a page says it is.
//!
//! A printed page, a letter, a text export or a message names its patient in a header line (`Patient: DOE, JOHN  DOB: 01/02/1950
//! MRN: 12345`). A misfiled page is found by that line and by nothing else: the rest reads like anybody's chart. [`claims`] reads
//! such lines from plain text, whatever format the text came from; [`Claim::facts`] hands them to the comparator.
//!
//! Only a labelled name is a claim, and only with a birth date or a record number beside it: text mentions relatives, donors and
//! room-mates, and none of them makes a page theirs. What stands under the heading of another person (`EMERGENCY CONTACT`,
//! `Mother:`) is theirs.

use super::facts::{Dob, Facts, Id, IdClass, Sex};
use super::fold::fold;
use super::name::Folded;
use super::page_labels::{Label, labels};
use super::page_values::{cut_value, read_date, read_name, read_number};
use crate::model::person::{Identifier, Name};

/// Longest text that is looked at, bytes; claims stand at the top of pages.
const MAX_TEXT: usize = 4 << 20;
/// Most claims taken from one text.
const MAX_CLAIMS: usize = 256;
/// Lines over which the parts of one header may spread.
const SPREAD: usize = 6;

/// One header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claim {
    /// The name.
    pub name: Name,
    /// Birth date as written.
    pub birth_date: Option<String>,
    /// `male`, `female`.
    pub sex: Option<String>,
    /// Record numbers as written.
    pub record_numbers: Vec<String>,
    /// National number.
    pub national: Option<String>,
    /// Byte offset of the name in the text.
    pub start: usize,
    /// End of the name.
    pub end: usize,
}

impl Claim {
    /// True when there is enough to say that somebody else is meant: a name and a birth date or number.
    pub fn is_telling(&self) -> bool {
        !self.name.is_empty() && (self.birth_date.is_some() || !self.record_numbers.is_empty() || self.national.is_some())
    }

    /// Facts for the comparator. A number in a header has no assigner: it counts as the patient's when it is one of `own`, and
    /// otherwise says nothing.
    pub fn facts(&self, own: &[Id]) -> Facts {
        let mut facts = Facts { names: vec![Folded::of(&self.name)], ..Facts::default() };
        facts.dob = self.birth_date.as_deref().and_then(Dob::parse);
        facts.sex = self.sex.as_deref().and_then(Sex::parse);
        for number in &self.record_numbers {
            let value = super::fold::joined(number);
            let equal = |id: &&Id| {
                matches!(id.class, IdClass::Record | IdClass::Member)
                    && id.value.trim_start_matches('0') == value.trim_start_matches('0')
            };
            facts.ids.extend(own.iter().find(equal).cloned());
        }
        if let Some(n) = &self.national {
            let id = Identifier { system: String::new(), value: n.clone(), kind: "SS".into() };
            facts.ids.extend(Id::of(&id, ""));
        }
        facts
    }
}

/// Words of headings below which names are other people's.
const OTHER_SECTIONS: &[&str] = &[
    "contact",
    "emergency",
    "family",
    "relative",
    "next of kin",
    "guarantor",
    "insurance",
    "provider",
    "care team",
    "physician",
    "doctor",
    "guardian",
    "mother",
    "father",
    "spouse",
    "support system",
    "facilit",
    "pharmac",
    "employer",
    "caregiver",
    "plan",
];

/// Reads the headers of a text: whose the pages say they are, in order. Never panics; looks at 4 MiB.
pub fn claims(text: &str) -> Vec<Claim> {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    if memchr::memchr3(b':', b'|', b'\t', text.as_bytes()).is_none() && memchr::memchr2(b'#', b'=', text.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut reader = Reader { out: Vec::new(), open: None, since: 0, loose: Vec::new(), other: false, section_other: false };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line.trim_end_matches(['\r', '\n']), at);
        at += line.len();
        if reader.out.len() >= MAX_CLAIMS {
            break;
        }
    }
    reader.close();
    reader.out
}

struct Reader {
    out: Vec<Claim>,
    open: Option<Claim>,
    /// Lines since the open claim's last part.
    since: usize,
    /// Birth dates and numbers that stand before their name: line counter, label, value.
    loose: Vec<(usize, Label, String)>,
    /// What follows on this line is another person's.
    other: bool,
    /// What follows up to the next heading is another person's.
    section_other: bool,
}

impl Reader {
    fn line(&mut self, line: &str, at: usize) {
        self.since += 1;
        self.loose.retain_mut(|l| {
            l.0 += 1;
            l.0 <= 3
        });
        if self.since > SPREAD {
            self.close();
        }
        if line.trim().is_empty() {
            return;
        }
        let found = labels(line);
        if found.is_empty() {
            self.heading(line);
            return;
        }
        self.other = false;
        for (i, f) in found.iter().enumerate() {
            let to = found.get(i + 1).map_or(line.len(), |n| n.from);
            let raw = line.get(f.value..to).unwrap_or_default();
            let value = cut_value(raw);
            let lead = raw.len() - raw.trim_start().len();
            self.part(f.label, value, at + f.value + lead);
        }
    }

    /// A line without labels: a heading in capitals, underlined or marked decides whose the next lines are.
    fn heading(&mut self, line: &str) {
        let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() || bare.chars().count() > 60 {
            return;
        }
        let marked = line.trim_start().starts_with(['-', '=', '#', '*', '_']);
        let capitals = bare.chars().all(|c| !c.is_lowercase()) && bare.chars().any(char::is_alphabetic);
        if marked || capitals {
            let low = fold(bare);
            self.close();
            self.section_other = OTHER_SECTIONS.iter().any(|w| low.contains(w));
        }
    }

    fn part(&mut self, label: Label, value: &str, at: usize) {
        match label {
            Label::Other => {
                self.other = true;
                // `Emergency contact:` alone on a line heads what follows.
                if value.is_empty() {
                    self.close();
                    self.section_other = true;
                }
            }
            Label::Stop => {}
            Label::Patient => {
                self.other = false;
                let name = read_name(value);
                if let Some(name) = name {
                    self.section_other = false;
                    self.begin(name, value, at);
                }
            }
            _ if self.other || self.section_other => {}
            Label::Name => {
                if let Some(name) = read_name(value) {
                    self.begin(name, value, at);
                }
            }
            Label::First | Label::Last | Label::Middle => self.name_part(label, value, at),
            Label::Birth | Label::Record | Label::National | Label::Sex => self.fact(label, value),
        }
    }

    fn begin(&mut self, name: Name, value: &str, at: usize) {
        // The same name again, as on the next page, begins again.
        self.close();
        let mut claim = Claim { name, start: at, end: at + value.len(), ..Claim::default() };
        for (_, label, value) in std::mem::take(&mut self.loose) {
            set(&mut claim, label, &value);
        }
        self.open = Some(claim);
        self.since = 0;
    }

    fn name_part(&mut self, label: Label, value: &str, at: usize) {
        if value.is_empty() || value.chars().any(|c| c.is_ascii_digit()) {
            return;
        }
        let again = self.open.as_ref().is_some_and(|c| match label {
            Label::Last => !c.name.family.is_empty() || !c.name.text.is_empty(),
            Label::First => !c.name.given.is_empty() || !c.name.text.is_empty(),
            _ => false,
        });
        if again || self.open.is_none() {
            if label == Label::Middle {
                return;
            }
            self.begin(Name::default(), value, at);
        }
        let Some(claim) = self.open.as_mut() else { return };
        match label {
            Label::Last => claim.name.family = value.to_string(),
            Label::First => claim.name.given.insert(0, value.to_string()),
            _ => claim.name.given.push(value.to_string()),
        }
        claim.end = claim.end.max(at + value.len());
        self.since = 0;
    }

    fn fact(&mut self, label: Label, value: &str) {
        match self.open.as_mut() {
            Some(claim) => {
                if set(claim, label, value) {
                    self.since = 0;
                }
            }
            None => {
                if self.loose.len() < 8 {
                    self.loose.push((0, label, value.to_string()));
                }
            }
        }
    }

    fn close(&mut self) {
        if let Some(claim) = self.open.take()
            && claim.is_telling()
            && self.out.len() < MAX_CLAIMS
        {
            self.out.push(claim);
        }
    }
}

/// Puts a value into a claim; false when it is none.
fn set(claim: &mut Claim, label: Label, value: &str) -> bool {
    match label {
        Label::Birth => {
            let Some(date) = read_date(value) else { return false };
            if claim.birth_date.is_none() {
                claim.birth_date = Some(date);
            }
            true
        }
        Label::Record => {
            let Some(n) = read_number(value) else { return false };
            if claim.record_numbers.len() < 8 {
                claim.record_numbers.push(n);
            }
            true
        }
        Label::National => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            if digits != 9 {
                return false;
            }
            claim.national = Some(value.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '-' | ' ')).collect());
            true
        }
        Label::Sex => {
            let word: String = value.chars().take_while(|c| c.is_alphabetic()).collect();
            let sex = match fold(&word).as_str() {
                "m" | "male" => "male",
                "f" | "female" => "female",
                _ => return false,
            };
            claim.sex = Some(sex.to_string());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> (String, Option<String>, Vec<String>) {
        let all = claims(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        let c = all.into_iter().next().unwrap();
        (c.name.display(), c.birth_date, c.record_numbers)
    }

    #[test]
    fn headers_of_many_kinds() {
        for (text, name, date, number) in [
            ("Patient: DOE, JOHN  DOB: 01/02/1950 MRN: 12345", "DOE, JOHN", "1950-01-02", "12345"),
            ("Patient Name: John Doe\nDate of Birth: January 2, 1950\nMRN# 12345\n", "John Doe", "1950-01-02", "12345"),
            ("MRN: 12345   DOB 2 Jan 1950\nName: John Doe\n", "John Doe", "1950-01-02", "12345"),
            ("| Patient | John Doe | DOB | 1950-01-02 | MRN | 12345 |", "John Doe", "1950-01-02", "12345"),
            ("RE: John Doe (DOB 01/02/1950, MRN 12345)\n\nDear Dr. Li,", "John Doe", "1950-01-02", "12345"),
            ("Pt: Doe, John; DOB: 19500102; Med Rec #: 12345", "Doe, John", "1950-01-02", "12345"),
            (
                "First Name: JOHN\nLast Name: DOE\nDate of Birth: 01/02/1950\nMedical Record Number: 12345",
                "JOHN DOE",
                "1950-01-02",
                "12345",
            ),
            ("Patient:\tDoe, John\tDOB:\t02-Jan-1950\tMRN:\t12345", "Doe, John", "1950-01-02", "12345"),
            ("Page 2 of 3  Patient: Ana de la Cruz  D.O.B.: 1/2/50  Chart #: 12345", "Ana de la Cruz", "1950-01-02", "12345"),
        ] {
            assert_eq!(one(text), (name.into(), Some(date.into()), vec![number.into()]), "{text}");
        }
    }

    #[test]
    fn what_is_no_header() {
        for text in [
            "",
            "Her mother Ada Roe (DOB 01/02/1950) drove her in.",
            "Patient: reports pain since 01/02/2020",
            "Patient denies fever. MRN: 12345",
            "Patient: John Doe\nThe plan was discussed.",
            "EMERGENCY CONTACT\nName: John Doe\nDOB: 01/02/1950\n",
            "Emergency contact:\nName: John Doe  DOB: 01/02/1950",
            "Mother: Ada Roe DOB: 01/02/1950 MRN: 12345",
            "Provider: Jane Li, MD  Name: Jane Li  DOB: 01/02/1950",
            "----- FAMILY HISTORY -----\nName: John Doe\nBorn: 01/02/1950",
            "Subject: Re: your visit\n12:30 MRN: none",
        ] {
            assert_eq!(claims(text), Vec::new(), "{text}");
        }
    }

    #[test]
    fn a_mothers_line_in_a_newborns_header_is_hers() {
        let all = claims("Patient: Roe, Baby Boy  DOB: 03/01/2024  MRN: 90011\nMother: Roe, Ada  DOB: 05/05/1993  MRN: 80022\n");
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].birth_date.as_deref(), &all[0].record_numbers[..]), (Some("2024-03-01"), &["90011".to_string()][..]));
    }

    #[test]
    fn each_page_makes_its_own_claim() {
        let page = |n: &str, d: &str| format!("Patient: {n}  DOB: {d}\nProgress note\n\nAll is well.\n\u{c}");
        let text = page("Doe, John", "01/02/1950") + &page("Roe, Ada", "05/05/1993");
        let all = claims(&text);
        assert_eq!(all.iter().map(|c| c.name.display()).collect::<Vec<_>>(), ["Doe, John", "Roe, Ada"]);
        assert_eq!(&text[all[1].start..all[1].end], "Roe, Ada");
    }

    #[test]
    fn no_text_breaks_the_reader() {
        for text in [
            "Patient:",
            "Patient: \u{202e}Ñandú, É",
            "DOB:\0",
            "MRN #",
            "名前: 山田 太郎",
            "Patient name:\u{a0}É\u{301} X DOB: 99/99/9999",
            "é:Patient:é",
        ] {
            claims(text);
        }
        claims(&"Patient: A B DOB: 1/1/2000\n".repeat(10_000));
        claims(&"Patient:".repeat(100_000));
    }
}
