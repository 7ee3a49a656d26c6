//! Numbers without a label right behind the name of somebody else: a birth date, a record number.
//!
//! `VILLASENOR, ARACELI 3/8/1977 P669120`: lists, labels and notes about a mix-up give name, birth date and number in a row.

use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};
use regex::Regex;
use std::sync::LazyLock;

/// Most bytes from a name to a number that is told with it.
const REACH: usize = 64;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let month = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";
    Regex::new(&format!(
        r"(?i)^(?:[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-]([0-9]{{4}}|[0-9]{{2}})|([0-9]{{4}})-[0-9]{{1,2}}-[0-9]{{1,2}}|{month}\s+[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s+([0-9]{{4}})|[0-9]{{1,2}}(?:st|nd|rd|th)?[\s-]{month}[\s-]([0-9]{{4}}|[0-9]{{2}})|(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])((?:19|20)[0-9]{{2}}))(?:[^0-9/-]|$)"
    ))
    .ok()
});

static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u:\b)(?:19|20)[0-9]{2}(?-u:\b)").ok());

/// Dates and numbers that stand in one row with the name of somebody who is not the patient and does not work here. `names` and
/// `ids` are what is found already, in order.
pub fn find(t: &Tokens, names: &[Mention], ids: &[Mention]) -> Vec<Mention> {
    let mut out = Vec::new();
    let (Some(date), Some(year)) = (DATE.as_ref(), YEAR.as_ref()) else { return out };
    let taken = Taken::new(ids);
    let latest = year.find_iter(t.text).filter_map(|m| m.as_str().parse::<u32>().ok()).max();
    for m in names.iter().filter(|m| m.category == Category::Name && is_outsider(&m.who)) {
        let next = names.get(names.partition_point(|n| n.start < m.end));
        let limit = next.map_or(t.text.len(), |n| n.start).min(m.end + REACH);
        let strict = matches!(m.who, Who::New(r) if r.group() == RoleGroup::OtherPatient) || m.rule == "list.last-first";
        let mut k = t.index_at(m.end.saturating_sub(1));
        while t.get(k).is_some_and(|x| x.start < m.end) {
            k += 1;
        }
        while let Some(token) = t.get(k).filter(|x| x.start < limit) {
            if let Some(end) = taken.end_over(token.start) {
                while t.get(k).is_some_and(|x| x.start < end) {
                    k += 1;
                }
                continue;
            }
            let rest = t.text.get(token.start..).unwrap_or("");
            if matches!(token.shape, Shape::Number | Shape::Mixed | Shape::Cap | Shape::Upper | Shape::Lower)
                && let Some(c) = date.captures(rest)
            {
                let told = (1..=5).find_map(|g| c.get(g));
                let Some(end) = told.and_then(|y| whole_date(c.get(0)?.as_str(), y.end())) else { break };
                let born = told
                    .and_then(|y| full_year(y.as_str(), latest))
                    .is_some_and(|y| latest.is_none_or(|l| y + 3 <= l || y < 2016));
                // A cell of a table that is not the next one holds the day on which something began.
                let ruled = t.text.get(m.end..token.start).is_some_and(|s| s.contains('|'));
                if !born || ruled && !strict {
                    break;
                }
                let end = token.start + end;
                out.push(value(token.start, end, Category::DateOfBirth, "beside.birth-date", m));
                while t.get(k).is_some_and(|x| x.start < end) {
                    k += 1;
                }
                continue;
            }
            let digits = t.word(k).bytes().filter(u8::is_ascii_digit).count();
            let number = matches!(token.shape, Shape::Number | Shape::Mixed) && digits >= 5 && t.word(k).len() <= 14;
            let decimal = t.is(k + 1, '.') && t.touches_next(k) && t.touches_next(k + 1) && t.shape(k + 2) == Some(Shape::Number);
            let alone = !t.is(k + 1, '/') && !decimal && !t.is(k.wrapping_sub(1), '$');
            if strict && number && alone {
                out.push(value(token.start, token.end, Category::Mrn, "beside.number", m));
                k += 1;
                continue;
            }
            if !goes_on(t, k) {
                break;
            }
            k += 1;
        }
    }
    out.sort_by_key(|m| (m.start, m.end));
    out.dedup_by_key(|m| m.start);
    out
}

/// What numbers cover, found in few steps: a text may hold thousands.
struct Taken {
    /// In order of their start.
    ranges: Vec<(usize, usize)>,
    /// The farthest end up to each.
    farthest: Vec<usize>,
}

impl Taken {
    fn new(ids: &[Mention]) -> Taken {
        let mut ranges: Vec<(usize, usize)> = ids.iter().map(|i| (i.start, i.end)).collect();
        ranges.sort_unstable_by_key(|r| r.0);
        let mut far = 0;
        let farthest = ranges
            .iter()
            .map(|r| {
                far = far.max(r.1);
                far
            })
            .collect();
        Taken { ranges, farthest }
    }

    /// The end of the first that covers byte `at`.
    fn end_over(&self, at: usize) -> Option<usize> {
        let first = self.ranges.get(self.farthest.partition_point(|end| *end <= at))?;
        (first.0 <= at).then_some(first.1)
    }
}

fn value(start: usize, end: usize, category: Category, rule: &'static str, of: &Mention) -> Mention {
    Mention { weighed: false, start, end, category, who: of.who.clone(), rule, confidence: 0.7, name: None }
}

/// Somebody whose birth date a note tells, and not the day on which they signed.
fn is_outsider(who: &Who) -> bool {
    match who {
        Who::New(r) => {
            !matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff | RoleGroup::Organization) && *r != Role::Patient
        }
        _ => false,
    }
}

/// Where the date ends in what was matched: its end, or the end of the year that stands last.
fn whole_date(matched: &str, year_end: usize) -> Option<usize> {
    // The ISO form has its year first.
    let iso = matched.get(..4).is_some_and(|y| y.bytes().all(|b| b.is_ascii_digit()));
    let end = matched.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
    Some(if iso { end } else { year_end }).filter(|e| *e <= matched.len())
}

fn full_year(written: &str, latest: Option<u32>) -> Option<u32> {
    let y = written.parse::<u32>().ok()?;
    if written.len() == 4 {
        return Some(y);
    }
    let now = latest.unwrap_or(2030) % 100;
    Some(if y > now { 1900 + y } else { 2000 + y })
}

/// What may stand between a name and its numbers: marks, sex, age, labels.
fn goes_on(t: &Tokens, k: usize) -> bool {
    match t.shape(k) {
        Some(Shape::Mark('.')) => matches!(t.low(k.wrapping_sub(1)), "b" | "d" | "dob" | "no" | "jr" | "sr"),
        Some(Shape::Mark(m)) => matches!(m, ',' | '(' | ')' | ';' | '-' | '|' | '#' | ':' | '/' | '[' | ']' | '\''),
        Some(Shape::Initial) => matches!(t.low(k), "f" | "m"),
        Some(Shape::Break) => t.get(k).is_some_and(|b| t.text.get(b.start..b.end) == Some("\t")),
        Some(Shape::Number) => t.word(k).len() <= 3,
        Some(Shape::Mixed) => t.word(k).len() <= 4,
        Some(_) if super::cues::kin(t.low(k)).is_some() => true,
        Some(_) => matches!(
            t.low(k),
            "dob"
                | "mrn"
                | "born"
                | "b"
                | "d"
                | "kia"
                | "died"
                | "male"
                | "female"
                | "yo"
                | "aged"
                | "age"
                | "id"
                | "deceased"
                | "study"
                | "no"
                | "number"
                | "yr"
                | "years"
                | "old"
                | "jr"
                | "sr"
                | "bd"
                | "birthdate"
                | "birthday"
                | "on"
                | "last"
                | "vet"
                | "is"
                | "also"
        ),
        None => false,
    }
}
