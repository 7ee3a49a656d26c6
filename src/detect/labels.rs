//! Names that the layout tells: labelled lines, sign-offs, salutations, ward lists, group notes, dictation initials.

use super::Context;
use super::cues::{Pull, kin, role_phrase};
use super::discover::Find;
use super::evidence::credential_at;
use super::name_read::{Read, Trust, after_titles, forward};
use super::speech::{speaker, turns};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given};
use crate::model::person::Name;
use crate::model::role::Role;

/// All finds by layout.
pub fn find(t: &Tokens, ctx: &Context) -> Vec<Find> {
    let mut out = Vec::new();
    let group = is_group(t, ctx);
    let mut block: Option<(Role, usize)> = None;
    let mut line = 0usize;
    while line < t.list.len() {
        let end = (line..t.list.len()).find(|k| t.shape(*k) == Some(Shape::Break)).unwrap_or(t.list.len());
        if end > line {
            label_line(t, line, end, group, &mut block, &mut out);
            sign_off(t, line, end, &mut out);
            dash_signature(t, line, end, &mut out);
            dictation(t, line, end, &mut out);
            salutation(t, line, end, &mut out);
        }
        line = end + 1;
    }
    answer(t, ctx, &mut out);
    for i in 0..t.list.len() {
        ward(t, i, &mut out);
        speaker(t, i, group, &mut out);
    }
    turns(t, group, &mut out);
    out
}

/// True for a note of a group: its head says so.
pub fn is_group(t: &Tokens, ctx: &Context) -> bool {
    let of_people = |k: usize| {
        let near = |i: usize| {
            matches!(
                t.low(i),
                "therapy"
                    | "session"
                    | "note"
                    | "process"
                    | "support"
                    | "skills"
                    | "grief"
                    | "meeting"
                    | "dbt"
                    | "cbt"
                    | "iop"
                    | "aa"
                    | "na"
                    | "relapse"
                    | "recovery"
                    | "education"
                    | "bereavement"
                    | "members"
                    | "member"
                    | "facilitator"
                    | "facilitators"
                    | "leader"
                    | "leaders"
                    | "attendance"
                    | "attending"
                    | "psychotherapy"
                    | "counseling"
                    | "topic"
            )
        };
        // `Group: Nationwide Tile`, `Group Ferrara & Sons` of an insurance: no session.
        let insured = (0..t.list.len().min(160))
            .any(|i| matches!(t.low(i), "subscriber" | "payer" | "mbr" | "claim" | "policy" | "precert" | "coverage"));
        t.low(k) == "group"
            && !insured
            && !t.is(k + 1, ':')
            && !matches!(t.low(k + 1), "number" | "no" | "id" | "plan" | "health" | "insurance" | "practice")
            && (k.saturating_sub(3)..k + 4).chain(0..t.list.len().min(40)).any(near)
    };
    ctx.section.to_lowercase().contains("group") || (0..t.list.len().min(60)).any(of_people)
}

/// The whole text answers the question that its section's title asks: `Children` and `Torvald (8), Signe (5)`. All of it must read
/// as names, one of them known; of `Mother` and `Breast cancer` nothing is taken.
fn answer(t: &Tokens, ctx: &Context, out: &mut Vec<Find>) {
    if ctx.section.is_empty() || ctx.section.len() > 160 || t.list.is_empty() || t.list.len() > 60 {
        return;
    }
    let question = Tokens::new(ctx.section);
    let words = question.list.len();
    let role = (0..words).rev().find_map(|k| kin(question.low(k))).or_else(|| label_role(&question, 0, words));
    let Some(role) = role else { return };
    let mut found = Vec::new();
    let mut k = 0;
    while k < t.list.len() {
        let Some(read) = after_titles(t, k, Trust::Fair).filter(|r| r.best > NameLike::Word) else { return };
        k = read.next;
        // An age or relation in parentheses.
        if t.is(k, '(') {
            let Some(close) = (k..t.list.len().min(k + 5)).find(|j| t.is(*j, ')')) else { return };
            k = close + 1;
        } else if t.shape(k) == Some(Shape::Number) {
            k += 1;
        }
        found.push(read);
        let mut separated = k >= t.list.len();
        while k < t.list.len()
            && (matches!(t.shape(k), Some(Shape::Break | Shape::Mark(',' | ';' | '/' | '&' | '.'))) || t.low(k) == "and")
        {
            separated = true;
            k += 1;
        }
        if !separated {
            return;
        }
    }
    if !found.iter().any(|r| r.best == NameLike::Name) {
        return;
    }
    for read in found {
        push(out, read, "cue.question", 0.85, Some(role));
    }
}

pub(super) fn push(out: &mut Vec<Find>, read: Read, rule: &'static str, confidence: f32, role: Option<Role>) {
    out.push(Find { read, rule, confidence, role });
}

/// `Emergency Contact: Roe, Jane`; a heading `NEXT OF KIN` gives its role to the `Name:` lines below it.
fn label_line(t: &Tokens, line: usize, end: usize, group: bool, block: &mut Option<(Role, usize)>, out: &mut Vec<Find>) {
    let colon = (line..end.min(line + 9)).find(|k| t.is(*k, ':'));
    let Some(colon) = colon else {
        if end - line <= 7
            && let Some(role) = label_role(t, line, end)
        {
            *block = Some((role, 8));
        }
        return;
    };
    if let Some((_, left)) = block {
        *left = left.saturating_sub(1);
        if *left == 0 {
            *block = None;
        }
    }
    let label: Vec<&str> = (line..colon).map(|k| t.low(k)).collect();
    let has = |w: &str| label.contains(&w);
    let role = label_role(t, line, colon).or_else(|| label.iter().find_map(|l| kin(l)));
    let is_name = has("name") || has("surname") || has("patient") || has("pt");
    let thing = [
        "phone",
        "number",
        "id",
        "date",
        "address",
        "relationship",
        "email",
        "fax",
        "time",
        "type",
        "location",
        "code",
        "status",
        "specialty",
        "facility",
        "organization",
        "medication",
        "drug",
        "test",
        "procedure",
        "brand",
        "generic",
        "file",
        "display",
        "product",
        "substance",
        "vaccine",
        "hospital",
        "plan",
        "group",
        "history",
        "notes",
        "note",
        "comment",
        "comments",
        "device",
    ]
    .iter()
    .any(|w| has(w));
    if thing || (role.is_none() && !is_name) {
        return;
    }
    let value = colon + 1;
    // `Attending: Winston, Lily, Gordon` of a group: who was there.
    let there = group && label == ["attending"];
    let role = role.or(block.map(|b| b.0)).filter(|_| !there);
    let trust = if role.is_some() || there || has("first") || has("last") || has("middle") || has("maiden") {
        Trust::Strong
    } else {
        Trust::Fair
    };
    let Some(read) = after_titles(t, value, trust) else { return };
    // A lone word that is no name for certain must fill its line.
    let fills = t.ends_line(read.next)
        || t.is(read.next, ',')
        || t.is(read.next, '(')
        || t.is(read.next, ';')
        || credential_at(t, read.next).is_some();
    let acronym = read.words == 1 && read.parts == 1 && t.shape(value) == Some(Shape::Upper) && t.word(value).len() <= 5;
    if read.best < NameLike::Name && (acronym || !fills || read.words == 1 && trust == Trust::Fair) {
        return;
    }
    // `SW (Stacy): Alvina wants ...`: what the label's person says, not the person.
    let sentence = t.shape(read.next) == Some(Shape::Lower) && credential_at(t, read.next).is_none();
    let named = (line..colon).any(|k| t.is_capital(k) && t.like(k) == NameLike::Name);
    push(out, read, "cue.label", 0.9, role.filter(|_| !sentence && !named));
}

fn label_role(t: &Tokens, line: usize, end: usize) -> Option<Role> {
    (line..end).find_map(|k| {
        let (n, pull, role) = role_phrase(|i| t.low(k + i))?;
        (k + n <= end && (pull != Pull::Verb || role.is_some())).then_some(role).flatten()
    })
}

const CLOSINGS: &[&[&str]] = &[
    &["best"],
    &["best", "regards"],
    &["regards"],
    &["kind", "regards"],
    &["warm", "regards"],
    &["sincerely"],
    &["sincerely", "yours"],
    &["yours", "truly"],
    &["yours", "sincerely"],
    &["thanks"],
    &["thx"],
    &["tx"],
    &["ty"],
    &["thank", "you"],
    &["many", "thanks"],
    &["thanks", "again"],
    &["love"],
    &["cheers"],
    &["respectfully"],
    &["respectfully", "submitted"],
    &["warmly"],
    &["take", "care"],
    &["cordially"],
    &["with", "appreciation"],
    &["best", "wishes"],
    &["as", "ever"],
    &["yours"],
    &["all", "the", "best"],
    &["hugs"],
    &["with", "thanks"],
    &["with", "warm", "regards"],
    &["with", "kind", "regards"],
    &["with", "best", "wishes"],
    &["in", "haste"],
    &["warmest", "regards"],
    &["talk", "soon"],
    &["xoxo"],
    &["blessings"],
    &["peace"],
];

/// `Best,` and a name on the next line, or `Thanks, Amy` at the end of a line.
fn sign_off(t: &Tokens, line: usize, end: usize, out: &mut Vec<Find>) {
    let words: Vec<&str> = (line..end.min(line + 5)).map(|k| t.low(k)).collect();
    let closing =
        CLOSINGS.iter().filter(|c| c.iter().zip(&words).filter(|(a, b)| **a == **b).count() == c.len()).map(|c| c.len()).max();
    let Some(n) = closing else { return };
    let mut k = line + n;
    while t.is(k, ',') || t.is(k, '!') || t.is(k, '.') || t.is(k, '-') {
        k += 1;
    }
    let next_line = k == end;
    if next_line {
        k = end + 1;
    }
    let Some(read) = after_titles(t, k, Trust::Strong) else { return };
    let closed = t.ends_line(read.next)
        || t.is(read.next, '.') && t.ends_line(read.next + 1)
        || credential_at(t, read.next + usize::from(t.is(read.next, ','))).is_some();
    let sure = read.best == NameLike::Name
        || next_line
            && read.best >= NameLike::WordName
            && (read.words > 1 || is_given(t.low(k)) || t.shape(k) == Some(Shape::Cap));
    if closed && sure {
        push(out, read, "cue.sign-off", 0.85, None);
    }
}

/// `- Amy, RN`, `--Laura`, `~ J. Roe` on a line of its own.
fn dash_signature(t: &Tokens, line: usize, end: usize, out: &mut Vec<Find>) {
    let mut k = line;
    while k < end && matches!(t.shape(k), Some(Shape::Mark('-' | '~'))) {
        k += 1;
    }
    if k == line {
        return;
    }
    let Some(read) = after_titles(t, k, Trust::Strong) else { return };
    let mut after = read.next;
    if t.is(after, ',') {
        after += 1;
    }
    let signed = credential_at(t, after).is_some();
    let alone =
        t.ends_line(read.next) && read.best >= NameLike::WordName && is_given(t.low(k)) && t.shape(line) != Some(Shape::Lower);
    if signed || alone {
        push(out, read, "cue.sign-off", if signed { 0.9 } else { 0.7 }, None);
    }
}

/// `JS/mt`, `JKL:mtd` on a line of its own, or after `dictated`, `transcribed by:`.
fn dictation(t: &Tokens, line: usize, end: usize, out: &mut Vec<Find>) {
    // Alone on its line, or with nothing but dates.
    let alone = end - line == 3
        || end - line <= 24
            && (line..end).any(|j| matches!(t.low(j), "dd" | "dt" | "d" | "t"))
            && (line..end).any(|j| t.shape(j) == Some(Shape::Number));
    for k in line..end.saturating_sub(2) {
        if t.shape(k) != Some(Shape::Upper) || !(t.is(k + 1, '/') || t.is(k + 1, ':')) {
            continue;
        }
        let told = (k.saturating_sub(4).max(line)..k)
            .any(|j| matches!(t.low(j), "dictated" | "dictator" | "transcribed" | "typed" | "dd" | "dt" | "initials"));
        if (alone || told) && is_dictation(t, k) {
            push_dictation(t, k, out);
            return;
        }
    }
}

/// The name at the end of a row of a ward list, set off by blanks: who has the patient.
fn row_end(t: &Tokens, from: usize, out: &mut Vec<Find>) {
    let end = (from..t.list.len()).find(|k| t.ends_line(*k)).unwrap_or(t.list.len());
    let Some(last) = end.checked_sub(1).filter(|k| *k > from && t.is_capital(*k) && t.like(*k) >= NameLike::WordName) else {
        return;
    };
    let gap = t.get(last - 1).zip(t.get(last)).is_some_and(|(a, b)| b.start >= a.end + 2 || a.shape == Shape::Break);
    // Cells between: `DKA   Faith   Rush`.
    for k in (from..last).filter(|k| t.begins_column(*k) && t.ends_column(k + 1) && t.shape(*k) == Some(Shape::Cap)) {
        if super::slots::may_be(t, k)
            && let Some(read) = super::lone::one(t, k)
        {
            push(out, read, "cue.ward", 0.6, Some(Role::Clinician));
        }
    }
    if let Some(read) = forward(t, last, Trust::Strong)
        .filter(|r| gap && r.next == end && t.word(last).len() > 2 && credential_at(t, last).is_none())
    {
        push(out, read, "cue.ward", 0.7, Some(Role::Clinician));
    }
}

fn is_dictation(t: &Tokens, k: usize) -> bool {
    let (a, b) = (t.word(k), t.word(k + 2));
    (2..=3).contains(&a.len())
        && matches!(t.shape(k + 2), Some(Shape::Lower | Shape::Upper))
        && (2..=4).contains(&b.len())
        && !matches!(b, "am" | "pm" | "hr" | "min" | "ml" | "dl" | "kg" | "day" | "week" | "wk")
        && t.touches_next(k)
        && t.touches_next(k + 1)
}

/// The dictator and who typed it.
fn push_dictation(t: &Tokens, k: usize, out: &mut Vec<Find>) {
    for (at, role) in [(k, Role::Clinician), (k + 2, Role::Staff)] {
        let Some(token) = t.get(at) else { continue };
        let name = Name { text: t.word(at).to_string(), ..Name::default() };
        let read = Read {
            first: at,
            next: at + 1,
            start: token.start,
            end: token.end,
            name,
            best: NameLike::Unknown,
            words: 1,
            parts: 1,
        };
        push(out, read, "cue.dictation", 0.6, Some(role));
    }
}

/// `Dear Mrs. Alvarez`, `Hi laura,`.
fn salutation(t: &Tokens, line: usize, end: usize, out: &mut Vec<Find>) {
    let at = (line..end.min(line + 3)).find(|k| matches!(t.low(*k), "dear" | "hi" | "hello" | "hey" | "morning" | "afternoon"));
    let Some(at) = at else { return };
    let k = at + 1 + usize::from(t.is(at + 1, ','));
    let Some(read) = after_titles(t, k, Trust::Strong) else { return };
    let closed =
        t.is(read.next, ',') || t.is(read.next, ':') || t.is(read.next, '!') || t.is(read.next, '-') || t.ends_line(read.next);
    if closed && (read.best == NameLike::Name || read.best > NameLike::Word && t.is_capital(k)) {
        // `Dear Peter, Thank you for seeing this pleasant man`: from one doctor to another.
        let letter = t.low(at) == "dear"
            && (read.next..read.next + 30).any(|k| {
                t.low(k) == "for" && matches!(t.low(k + 1), "seeing" | "referring" | "allowing" | "asking")
                    || t.low(k) == "pleasant"
                    || t.low(k) == "pleasure"
            });
        push(out, read, "cue.salutation", 0.85, letter.then_some(Role::Physician));
    }
}

/// `Bed 4B: Wu, Karen 54F`, `Wu, Karen 54F pneumonia` at the head of a line.
fn ward(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let low = t.low(i);
    if matches!(low, "bed" | "room" | "rm" | "bay") && matches!(t.shape(i + 1), Some(Shape::Number | Shape::Mixed)) {
        let mut k = i + 2;
        while k < i + 6
            && matches!(
                t.shape(k),
                Some(Shape::Mark(':' | '-' | ',' | ')' | '#' | '(') | Shape::Initial | Shape::Number | Shape::Mixed)
            )
            && !t.is(k + 1, '.')
        {
            k += 1;
        }
        let read = after_titles(t, k, Trust::Fair).filter(|r| r.best == NameLike::Name || r.words > 1);
        if let Some(read) = read {
            push(out, read, "cue.ward", 0.85, Some(Role::OtherPatient));
        }
        return;
    }
    // `4B Wu, Karen`: a place at the head of a line, then a name.
    let room = matches!(t.shape(i), Some(Shape::Mixed | Shape::Number))
        && t.word(i).len() <= 5
        && t.word(i).starts_with(|c: char| c.is_ascii_digit());
    if t.begins_line(i) && room {
        // `301-1`, `4W-12B`
        let half = t.is(i + 1, '-')
            && t.touches_next(i)
            && t.touches_next(i + 1)
            && matches!(t.shape(i + 2), Some(Shape::Number | Shape::Mixed | Shape::Initial));
        let i = if half { i + 2 } else { i };
        let k = i
            + 1
            + usize::from(
                matches!(t.shape(i + 1), Some(Shape::Mark(':' | '-' | ')' | '|')))
                    || t.shape(i + 1) == Some(Shape::Break) && !t.ends_line(i + 1),
            );
        let read = forward(t, k, Trust::Strong).filter(|r| {
            let comma = t.list.get(r.first..r.next).is_some_and(|x| x.iter().any(|x| x.shape == Shape::Mark(',')));
            let known = r.best == NameLike::Name && (r.words > 1 || r.parts > 1) && t.shape(i) == Some(Shape::Mixed);
            t.is_capital(k) && (known || comma || half && r.best >= NameLike::Unknown)
        });
        if let Some(read) = read {
            row_end(t, read.next, out);
            push(out, read, "cue.ward", 0.85, Some(Role::OtherPatient));
            return;
        }
    }
    let starts = t.begins_line(i) || matches!(t.shape(i - 1), Some(Shape::Mark(':' | '-' | ')' | '|')));
    if !starts || !t.is_capital(i) {
        return;
    }
    let Some(read) = forward(t, i, Trust::Fair) else { return };
    let n = read.next + usize::from(t.is(read.next, ','));
    let age = t.word(n);
    let aged = t.shape(n) == Some(Shape::Mixed)
        && age.len() <= 4
        && age.ends_with(['F', 'M', 'f', 'm'])
        && age.starts_with(|c: char| c.is_ascii_digit());
    let spelled = t.shape(n) == Some(Shape::Number)
        && age.len() <= 3
        && matches!(t.low(n + 1), "f" | "m" | "yo" | "y" | "year" | "yr" | "yof" | "yom" | "years");
    if (aged || spelled) && read.words > 1 && read.best == NameLike::Name {
        push(out, read, "cue.ward", 0.8, Some(Role::OtherPatient));
    }
}
