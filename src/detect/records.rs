//! People described by lines of label and value: `Contact First Name:`, `Last Name:`, `Relationship:`, as in plain-text exports.
//!
//! Such lines tell by their place whose they are. A heading (`EMERGENCY CONTACTS`, `DEMOGRAPHICS`) opens a section; within a
//! section a label that comes again, or a `Relationship:` line where records begin with one, opens the next record. Given and
//! family name of one record are one person, and a number or address in the record is that person's.

use super::cues::{kin, role_phrase};
use super::identity::{Fit, Own};
use super::name_read::{Trust, forward};
use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};

/// Name of the rule.
pub const RULE: &str = "cue.record";

/// A record of labelled lines and whose it is.
pub struct Owned {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The person.
    pub who: Who,
}

/// What the heading above says about a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Section {
    Unknown,
    Patient,
    Other(Role),
}

/// Which part of a person a line tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    First,
    Middle,
    Last,
    Full,
    Relation,
    Id,
    Other,
}

struct Line {
    key: Key,
    /// Role that the label tells: `Contact First Name`, `Guardian Last Name`.
    role: Option<Role>,
    /// The label is for something that forms ask of patients only.
    patients: bool,
    /// The label says that it is the patient.
    of_patient: bool,
    /// The number of something that is done for the patient.
    event: bool,
    /// Tokens of the value.
    from: usize,
    to: usize,
    /// One past the tokens of the line: more labels with their values may follow.
    end: usize,
}

#[derive(Default)]
struct Record {
    lines: Vec<Line>,
}

/// What is done for the patient and has a number of its own, whoever does it: `Claim Number` above `Provider`.
const EVENTS: &[&str] =
    &["claim", "prescription", "rx", "order", "encounter", "visit", "authorization", "referral", "accession", "receipt"];

/// What forms ask of patients and of nobody whom they name beside them.
const PATIENTS: &[&str] =
    &["insurance", "payer", "payor", "coverage", "medicare", "medicaid", "pcp", "pharmacy", "allergies", "allergy", "diagnosis"];

/// True when the line of token `i` begins with a label for something that forms ask of patients only.
pub fn asks_patient(t: &Tokens, i: usize) -> bool {
    let line = t.line_start(i);
    let colon = (line..i.min(line + MAX_LABEL)).find(|k| t.is(*k, ':'));
    colon.is_some_and(|c| (line..c).any(|k| PATIENTS.contains(&t.low(k))))
}

/// Longest label in tokens, and longest heading.
const MAX_LABEL: usize = 9;
const MAX_HEADING: usize = 10;

/// Records with the mentions of their names.
pub fn find(t: &Tokens, own: &Own, has_identity: bool) -> (Vec<Mention>, Vec<Owned>) {
    let (mut mentions, mut owned) = (Vec::new(), Vec::new());
    let mut section = Section::Unknown;
    let mut record = Record::default();
    let mut line = 0usize;
    let mut labelled = 0usize;
    while line < t.list.len() {
        let end = (line..t.list.len()).find(|k| is_line_end(t, *k)).unwrap_or(t.list.len());
        if end > line {
            match read_line(t, line, end) {
                Some(l) => {
                    if record.is_full(&l) {
                        close(t, &mut record, section, own, has_identity, &mut mentions, &mut owned);
                    }
                    labelled += 1;
                    record.lines.push(l);
                }
                None => {
                    close(t, &mut record, section, own, has_identity, &mut mentions, &mut owned);
                    if let Some(s) = heading(t, line, end) {
                        section = s;
                    } else if labelled > 0 {
                        section = Section::Unknown;
                    }
                    labelled = 0;
                }
            }
        }
        // A blank line ends the record, not the section.
        if is_blank(t, end) {
            close(t, &mut record, section, own, has_identity, &mut mentions, &mut owned);
        }
        line = end + 1;
    }
    close(t, &mut record, section, own, has_identity, &mut mentions, &mut owned);
    (mentions, owned)
}

fn break_text<'a>(t: &Tokens<'a>, k: usize) -> &'a str {
    t.get(k).filter(|b| b.shape == Shape::Break).and_then(|b| t.text.get(b.start..b.end)).unwrap_or("")
}

/// A tab stands between a label and its value, or between cells, and ends no line.
fn is_line_end(t: &Tokens, k: usize) -> bool {
    break_text(t, k).contains(['\n', '\r'])
}

fn is_blank(t: &Tokens, k: usize) -> bool {
    break_text(t, k).matches('\n').count() > 1
}

fn read_line(t: &Tokens, line: usize, end: usize) -> Option<Line> {
    let colon = (line..end.min(line + MAX_LABEL)).find(|k| t.is(*k, ':'))?;
    if colon == line || !matches!(t.shape(line), Some(Shape::Cap | Shape::Upper)) {
        return None;
    }
    let has = |w: &str| (line..colon).any(|k| t.low(k) == w);
    let numbered = has("id") || has("number") || has("identifier");
    let event = numbered && EVENTS.iter().any(|e| has(e));
    let of_patient =
        matches!(t.low(line), "patient" | "pt" | "resident" | "client") && (colon == line + 1 || t.low(line + 1) == "name");
    let name = of_patient || matches!(t.low(colon - 1), "name" | "names" | "initial");
    let key = if name && (has("first") || has("given")) {
        Key::First
    } else if (name && has("middle")) || has("middle") && has("initial") {
        Key::Middle
    } else if name && (has("last") || has("family")) || t.low(colon - 1) == "surname" {
        Key::Last
    } else if has("relationship") || has("relation") {
        Key::Relation
    } else if numbered && !event && !has("phone") && !has("fax") && !has("group") && !has("telephone") {
        Key::Id
    } else {
        Key::Other
    };
    let role = (line..colon).find_map(|k| phrase_role(t, k, colon).or_else(|| kin(t.low(k))));
    let mut from = colon + 1;
    let thing = ["company", "plan", "facility", "hospital", "medication", "drug", "test", "file", "brand", "clinic", "pharmacy"];
    let full = key == Key::Other && (name && !thing.iter().any(|w| has(w)) || role.is_some());
    while from < end && t.shape(from) == Some(Shape::Break) {
        from += 1;
    }
    if is_prose(t, from, end) {
        return None;
    }
    // A second label on the same line ends the value: `Name: ROE, JANE    Date of Birth: 1 Jan 1980`.
    let label = |colon: usize| {
        let words = (from..colon).rev().take_while(|k| matches!(t.shape(*k), Some(Shape::Cap | Shape::Upper | Shape::Mark('#'))));
        // `Name: Jane Roe    Maiden: Doe`: no further back than where the column begins.
        let column = words.clone().find(|k| t.begins_column(*k));
        column.or_else(|| words.take_while(|k| *k + 1 == colon || t.shape(*k) == Some(Shape::Cap)).last())
    };
    let to = (from..end).find(|k| t.is(*k, ':')).and_then(label).unwrap_or(end);
    let key = if full && full_name(t, from, to).is_some() { Key::Full } else { key };
    let patients = PATIENTS.iter().any(|w| has(w));
    Some(Line { key, role, patients, of_patient, event, from, to, end })
}

/// `HPI: 45 yo man, fell. He lives alone at ...`: sentences behind a label are no line of a record of whoever was named above.
fn is_prose(t: &Tokens, from: usize, end: usize) -> bool {
    let words = (from..end).filter(|k| matches!(t.shape(*k), Some(Shape::Cap | Shape::Upper | Shape::Lower)));
    let (all, small) = words.fold((0, 0), |(n, l), k| (n + 1, l + usize::from(t.shape(k) == Some(Shape::Lower))));
    all >= PROSE && 2 * small >= all
}

/// Words of a value, half of them in small letters, from which it is prose.
const PROSE: usize = 12;

/// A whole name that fills a value: byte range and name.
fn full_name(t: &Tokens, from: usize, to: usize) -> Option<(usize, usize, Name)> {
    let mut k = from;
    while super::cues::title(t.low(k)).is_some() && k < to {
        k += 1 + usize::from(t.is(k + 1, '.'));
    }
    let read = forward(t, k, Trust::Strong).filter(|r| r.words > 1 && r.next <= to)?;
    let closed = read.next == to || t.is(read.next, ',') || t.is(read.next, '(') || t.ends_line(read.next);
    let closed = closed || read.next + 1 == to && super::evidence::credential_at(t, read.next).is_some();
    closed.then_some((read.start, read.end, read.name))
}

/// Role of a phrase at token `k`, in the singular or plural, that ends before `end`.
fn phrase_role(t: &Tokens, k: usize, end: usize) -> Option<Role> {
    let (n, _, role) = role_phrase(|i| if k + i < end { singular(t.low(k + i)) } else { "" })?;
    (k + n <= end).then_some(role).flatten()
}

fn singular(low: &str) -> &str {
    if low.len() > 4 && !low.ends_with("ss") { low.strip_suffix('s').unwrap_or(low) } else { low }
}

/// What a line without a colon says as a heading; `None` when it is running text.
fn heading(t: &Tokens, line: usize, end: usize) -> Option<Section> {
    let words: Vec<usize> = (line..end).filter(|k| !matches!(t.shape(*k), Some(Shape::Mark(_)))).collect();
    let dashed = (line..end).filter(|k| t.is(*k, '-') || t.is(*k, '=') || t.is(*k, '*') || t.is(*k, '#')).count() >= 3;
    let capital = words.iter().all(|k| t.is_capital(*k) || matches!(t.low(*k), "of" | "and" | "the" | "for" | "my"));
    if words.is_empty() || words.len() > MAX_HEADING || !(dashed || capital) {
        return None;
    }
    let has = |w: &str| words.iter().any(|k| singular(t.low(*k)) == w);
    let sheet = ["information", "registration", "data", "detail", "profile"].iter().any(|w| has(w));
    if has("demographic") || has("face") && has("sheet") || (has("patient") || has("personal")) && sheet {
        return Some(Section::Patient);
    }
    if has("family") && has("history") {
        return Some(Section::Other(Role::Relative));
    }
    if has("insurance") || has("coverage") || has("payer") {
        return Some(Section::Other(Role::Subscriber));
    }
    if has("provider") || has("care") && has("team") || has("physician") || has("clinician") {
        return Some(Section::Other(Role::Clinician));
    }
    if let Some(role) = words.iter().find_map(|k| phrase_role(t, *k, end).or_else(|| kin(singular(t.low(*k))))) {
        return Some(Section::Other(role));
    }
    Some(Section::Unknown)
}

impl Record {
    /// True when the line can be no further line of this record: a part of a name or a relation that it has already.
    fn is_full(&self, next: &Line) -> bool {
        let has = |key: Key| self.lines.iter().any(|l| l.key == key);
        match next.key {
            Key::Full if next.role.is_some() && self.lines.iter().all(|l| l.patients) => true,
            Key::First | Key::Full | Key::Relation => has(next.key),
            // What is said of the patient again stands in no contact's record.
            _ => {
                next.patients
                    && self.lines.iter().any(|l| l.role.is_some() && matches!(l.key, Key::First | Key::Last | Key::Full))
            }
        }
    }

    fn value(&self, key: Key) -> Option<&Line> {
        self.lines.iter().find(|l| l.key == key && l.from < l.to)
    }
}

/// The capitalised words of a value, if it is nothing else.
fn name_words(t: &Tokens, line: &Line) -> Option<(usize, usize, String)> {
    let mut k = line.from;
    while k < line.to && k < line.from + 6 && (t.is_capital(k) || t.is(k, '.') || super::name_read::is_particle(t.low(k))) {
        k += 1;
    }
    let filled = k > line.from && (k == line.to || t.ends_line(k)) && t.is_capital(k - 1 - usize::from(t.is(k - 1, '.')));
    let none = matches!(t.low(line.from), "none" | "unknown" | "not" | "n" | "na" | "declined" | "refused");
    if !filled || none {
        return None;
    }
    let (start, end) = (t.get(line.from)?.start, t.get(k - 1)?.end);
    Some((start, end, t.text.get(start..end)?.to_string()))
}

/// Settles a record: whose it is, the mentions of its name, its numbers.
#[allow(clippy::too_many_arguments)]
fn close(
    t: &Tokens,
    record: &mut Record,
    section: Section,
    own: &Own,
    has_identity: bool,
    mentions: &mut Vec<Mention>,
    owned: &mut Vec<Owned>,
) {
    let record = std::mem::take(record);
    let parts: Vec<(Key, (usize, usize, String))> = [Key::First, Key::Middle, Key::Last]
        .into_iter()
        .filter_map(|key| record.value(key).and_then(|l| name_words(t, l)).map(|v| (key, v)))
        .collect();
    let whole = record.value(Key::Full).and_then(|l| full_name(t, l.from, l.to));
    let named = whole.is_some() || parts.iter().any(|p| p.0 != Key::Middle);
    let relation = record.value(Key::Relation).map(|l| relation_of(t, l));
    // Behind the name `Employer:` or `Spouse:` tells of somebody else.
    let named_at = record.lines.iter().position(|l| matches!(l.key, Key::First | Key::Last | Key::Full));
    let heads = record.lines.iter().take(named_at.map_or(1, |n| n + 1));
    let role = relation.flatten().or_else(|| heads.filter(|l| l.key != Key::Relation).find_map(|l| l.role));
    let itself = record.lines.iter().any(|l| l.of_patient && l.key == Key::Full)
        || record.value(Key::Relation).is_some_and(|l| matches!(t.low(l.from), "self" | "patient"));
    if record.lines.len() < 2 && section != Section::Patient || !named && role.is_none() && section != Section::Patient {
        return;
    }
    let text = |key: Key| parts.iter().find(|p| p.0 == key).map(|p| p.1.2.clone());
    let mut name = Name {
        family: text(Key::Last).unwrap_or_default(),
        given: [text(Key::First), text(Key::Middle)].into_iter().flatten().collect(),
        ..Name::default()
    };
    if let Some((_, _, full)) = whole.as_ref().filter(|_| name.is_empty()) {
        name = full.clone();
    }
    let about_patient = itself || section == Section::Patient && relation.is_none() && role.is_none();
    // Insurance is the patient's where nobody else is named.
    let told = role.or(match section {
        Section::Other(Role::Subscriber) if name.is_empty() => None,
        Section::Other(r) => Some(r),
        _ => None,
    });
    let who = whose(&name, about_patient, relation.flatten(), told, own, has_identity);
    for (start, end) in parts.iter().map(|p| (p.1.0, p.1.1)).chain(whole.map(|w| (w.0, w.1))) {
        mentions.push(Mention {
            weighed: false,
            start,
            end,
            category: Category::Name,
            who: who.clone(),
            rule: RULE,
            confidence: 0.97,
            name: Some(name.clone()),
        });
    }
    if let Who::New(_) = who {
        mentions.extend(record.lines.iter().filter(|l| l.key == Key::Id).filter_map(|l| number(t, l, told, &who)));
    }
    // A record of a claim is the patient's, whoever is named in it.
    if record.lines.first().is_some_and(|l| l.event) {
        return;
    }
    let first = record.lines.first().and_then(|l| t.get(l.from.saturating_sub(1)));
    let last = record.lines.last().and_then(|l| t.get(l.end.saturating_sub(1)));
    if let (Some(first), Some(last)) = (first, last) {
        owned.push(Owned { start: first.start, end: last.end.max(first.end), who });
    }
}

fn relation_of(t: &Tokens, line: &Line) -> Option<Role> {
    (line.from..line.to).find_map(|k| {
        let in_law = t.low(k + 1) == "in" && t.low(k + 2) == "law";
        kin(t.low(k)).map(|r| if in_law { Role::InLaw } else { r }).or_else(|| phrase_role(t, k, line.to))
    })
}

fn whose(name: &Name, about_patient: bool, kin: Option<Role>, told: Option<Role>, own: &Own, has_identity: bool) -> Who {
    let fit = if name.is_empty() { Fit::No } else { own.fit(name) };
    if about_patient {
        return match fit {
            Fit::No if has_identity && !name.is_empty() => Who::New(Role::OtherPatient),
            _ => Who::Patient,
        };
    }
    let whole = !name.family.is_empty() && !name.given.is_empty();
    match (fit, told) {
        // `Child: Maelys Thibault` in the chart of that child.
        (Fit::Full, Some(_)) if kin == Some(Role::Child) && own.is_exact_given(name) && own.is_child(None) => Who::Patient,
        (Fit::Full, Some(_)) if kin.is_some() && own.other_generation(name) => Who::New(kin.unwrap_or(Role::Relative)),
        (Fit::Full, Some(r))
            if kin.is_some()
                || matches!(r.group(), RoleGroup::Relative | RoleGroup::Contact)
                    && r != Role::Subscriber
                    && r != Role::Guarantor =>
        {
            Who::Ambiguous
        }
        (Fit::Full, _) => Who::Patient,
        (Fit::Part, None) => Who::Patient,
        (_, Some(r)) => Who::New(kin.unwrap_or(r)),
        (Fit::No, None) if whole => Who::New(Role::OtherPerson),
        (_, None) => Who::Nobody,
    }
}

/// `ID Number: WBQ771190` of a record that is somebody else's.
fn number(t: &Tokens, line: &Line, told: Option<Role>, who: &Who) -> Option<Mention> {
    let first = t.get(line.from)?;
    let mut end = first.end;
    let mut k = line.from + 1;
    while k < line.to && t.touches_next(k - 1) && !t.ends_line(k) {
        end = t.get(k)?.end;
        k += 1;
    }
    let value = t.text.get(first.start..end)?;
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if digits < 4 || !plain || !(t.ends_line(k) || k == line.to) {
        return None;
    }
    let category = if told == Some(Role::Subscriber) { Category::MemberId } else { Category::OtherId };
    Some(Mention {
        weighed: false,
        start: first.start,
        end,
        category,
        who: who.clone(),
        rule: RULE,
        confidence: 0.85,
        name: None,
    })
}
