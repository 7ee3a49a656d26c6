//! Who signs a note: a line at its end that holds a name, or initials, and little else.

use super::discover::Find;
use super::evidence::credential_at;
use super::name_read::{Read, Trust, after_titles, forward};
use super::tokens::{Shape, Tokens};
use super::words::NameLike;
use crate::model::person::Name;
use crate::model::role::Role;

/// Lines at the end of a text that may be a signature.
const LAST_LINES: usize = 5;

/// Adds names and initials that sign. A message that begins with a salutation may be the patient's own: its signature tells no role.
pub fn find(t: &Tokens, out: &mut Vec<Find>) {
    let mut lines: Vec<(usize, usize)> = Vec::new();
    let mut end = t.list.len();
    while end > 0 && lines.len() < LAST_LINES {
        let from = (0..end).rev().find(|k| t.shape(*k) == Some(Shape::Break)).map_or(0, |k| k + 1);
        if from < end {
            lines.push((from, end));
        }
        if from == 0 {
            break;
        }
        end = from - 1;
    }
    // One line is all the text.
    if lines.last().is_some_and(|l| l.0 == 0) {
        lines.pop();
    }
    for (k, (from, end)) in lines.into_iter().enumerate() {
        whole_name(t, from, end, out);
        if k < 2 {
            trailing(t, from, end, out);
        }
        initials(t, from, end, k < 3, out);
    }
}

/// `Gideon Strauss`, `R. Nyman, HIM`, `m. tidwell rn`, `N. Szymanski PT lic PT-0118822`.
fn whole_name(t: &Tokens, from: usize, end: usize, out: &mut Vec<Find>) {
    let mut k = from;
    while k < end && matches!(t.shape(k), Some(Shape::Mark('-' | '~' | '/' | '>' | '*'))) {
        k += 1;
    }
    if matches!(t.low(k), "thx" | "thanks" | "ty" | "tx" | "thank" | "best" | "regards" | "sincerely") {
        return;
    }
    let read = after_titles(t, k, Trust::Strong).filter(|r| r.next <= end).or_else(|| small(t, k, end));
    let Some(read) = read.filter(|r| r.words > 1 || r.parts > 1) else { return };
    if read.best < NameLike::Unknown || t.is(read.next, ':') {
        return;
    }
    // What follows is a credential, a department, a number, a date.
    let rest = end - read.next;
    let plain = (read.next..end).filter(|k| t.shape(*k) == Some(Shape::Lower) && credential_low(t.low(*k)).is_none()).count();
    if rest > 8 || plain > 1 {
        return;
    }
    let told = credential_at(t, read.next + usize::from(t.is(read.next, ','))).map(|c| c.0);
    let role = told.or(credential_low(t.low(read.next))).unwrap_or(Role::Clinician);
    out.push(Find { read, rule: "cue.signature", confidence: 0.75, role: Some(role) });
}

/// `... Time 55 min. T. Quill`, `... ending 4410. -tlw`: who signs at the end of the last sentence.
fn trailing(t: &Tokens, from: usize, end: usize, out: &mut Vec<Find>) {
    if end < from + 5 {
        return;
    }
    // `Next yr. Saoirse Quinlan`
    if let Some(dot) = (end.saturating_sub(5)..end - 1).find(|k| t.is(*k, '.') && t.shape(k - 1) == Some(Shape::Lower))
        && let Some(read) = forward(t, dot + 1, Trust::Fair).filter(|r| r.next == end && r.words > 1 && r.best == NameLike::Name)
    {
        out.push(Find { read, rule: "cue.signature", confidence: 0.75, role: Some(Role::Clinician) });
        return;
    }
    let mut end = end;
    while end > from + 5 && matches!(t.shape(end - 1), Some(Shape::Mark('*' | '|'))) {
        end -= 1;
    }
    // `... arrange rides for S. Haugen. OA`, `told wanda. mt`, `WRONG PT?? -DP`
    let dash = usize::from(t.is(end - 2, '-') && t.touches_next(end - 2));
    let stop = end - 2 - dash;
    let closed = matches!(t.shape(stop), Some(Shape::Mark('.' | '?' | '!' | ')')))
        && !matches!(t.shape(stop.wrapping_sub(1)), Some(Shape::Mark('.') | Shape::Initial));
    if closed && let (Some(name), Some(token)) = (super::crowd::initials(t, end - 1, true), t.get(end - 1)) {
        let read = Read {
            first: end - 1,
            next: end,
            start: token.start,
            end: token.end,
            name,
            best: NameLike::Unknown,
            words: 1,
            parts: 1,
        };
        out.push(Find { read, rule: "cue.initials", confidence: 0.6, role: Some(Role::Clinician) });
        return;
    }
    let (k, role) = (end - 3, Some(Role::Clinician));
    let initial =
        t.shape(k) == Some(Shape::Initial) && t.is(k + 1, '.') && t.shape(k + 2) == Some(Shape::Cap) && t.is(k - 1, '.');
    let dash = t.is(end - 2, '-') && t.touches_next(end - 2) && t.is(end - 3, '.') && (2..=3).contains(&t.word(end - 1).len());
    let low = t.low(end - 1);
    let (first, last) =
        match (initial, dash && !is_abbreviation(low) && matches!(t.shape(end - 1), Some(Shape::Lower | Shape::Upper))) {
            (true, _) if !super::words::is_clinical(low) && !super::words::is_running_word(low) => (k, end - 1),
            (_, true) => (end - 1, end - 1),
            _ => return,
        };
    let (Some(s), Some(e)) = (t.get(first), t.get(last)) else { return };
    let family = if first < last { t.word(last).to_string() } else { String::new() };
    let text = if first < last { String::new() } else { t.word(last).to_string() };
    let given = if first < last { vec![t.word(first).to_string()] } else { Vec::new() };
    let name = Name { text, given, family, ..Name::default() };
    let read = Read { first, next: last + 1, start: s.start, end: e.end, name, best: NameLike::Unknown, words: 1, parts: 2 };
    out.push(Find { read, rule: "cue.initials", confidence: 0.6, role });
}

/// A credential in small letters: `m. tidwell rn`.
fn credential_low(low: &str) -> Option<Role> {
    Some(match low {
        "rn" | "lpn" | "cnm" => Role::Nurse,
        "md" | "do" => Role::Physician,
        "np" | "aprn" => Role::NursePractitioner,
        "pa" => Role::PhysicianAssistant,
        "ma" | "cna" => Role::Technician,
        _ => return None,
    })
}

/// `m. tidwell`: an initial and a family name in small letters.
fn small(t: &Tokens, k: usize, end: usize) -> Option<Read> {
    let one = t.shape(k) == Some(Shape::Lower) && t.word(k).len() == 1;
    let n = k + 1 + usize::from(t.is(k + 1, '.'));
    if !one || n >= end || t.shape(n) != Some(Shape::Lower) || t.like(n) < NameLike::Unknown {
        return None;
    }
    let (s, e) = (t.get(k)?, t.get(n)?);
    let name = Name { given: vec![t.word(k).to_string()], family: t.word(n).to_string(), ..Name::default() };
    Some(Read { first: k, next: n + 1, start: s.start, end: e.end, name, best: t.like(n), words: 1, parts: 2 })
}

/// `JR`, `-tlw`, `KT CNM`, `LTB / QB`, `GK DDS/MB`: two or three letters alone.
fn initials(t: &Tokens, from: usize, end: usize, last: bool, out: &mut Vec<Find>) {
    if !last || end - from > 5 || has_value(t, end) {
        return;
    }
    let dash = t.is(from, '-') || t.is(from, '~');
    // `of/mk`, `jt:lw`: who dictated and who typed.
    let typed = |k: usize| matches!(t.shape(k), Some(Shape::Lower | Shape::Upper)) && (2..=3).contains(&t.word(k).len());
    let word = |k: usize| super::words::is_running_word(t.low(k)) || super::words::is_word(t.low(k));
    let pair = end - from == 3
        && (t.is(from + 1, '/') || t.is(from + 1, ':'))
        && t.touches_next(from)
        && typed(from)
        && typed(from + 2)
        && !(word(from) && word(from + 2));
    let only = (from..end).all(|k| match t.shape(k) {
        Some(Shape::Upper) => true,
        Some(Shape::Lower) => (dash && end - from == 2 || end - from == 1 || pair) && t.word(k).len() <= 4,
        Some(Shape::Initial) => dash || end - from == 1,
        Some(Shape::Mark(m)) => matches!(m, '-' | '~' | '/' | ',' | '.') || m == ':' && pair,
        _ => false,
    });
    if !only {
        return;
    }
    for k in from..end {
        let word = t.word(k);
        let fits = match t.shape(k) {
            Some(Shape::Upper | Shape::Lower) => (2..=3).contains(&word.len()),
            Some(Shape::Initial) => dash || end - from == 1,
            _ => false,
        };
        if !fits
            || credential_at(t, k).is_some()
            || (is_abbreviation(t.low(k)) || super::words::is_clinical(t.low(k))) && !pair && !dash
            || forward(t, k, Trust::Strong).is_some_and(|r| r.best == NameLike::Name && r.words > 1)
        {
            continue;
        }
        let Some(token) = t.get(k) else { continue };
        let name = Name { text: word.to_string(), ..Name::default() };
        let read =
            Read { first: k, next: k + 1, start: token.start, end: token.end, name, best: NameLike::Unknown, words: 1, parts: 1 };
        out.push(Find { read, rule: "cue.initials", confidence: 0.6, role: Some(Role::Clinician) });
    }
}

/// `TSH    4.1`: a figure in the next column or cell that is no date and no time. Letters before it are a test.
fn has_value(t: &Tokens, end: usize) -> bool {
    let between = |k: &usize| {
        matches!(t.shape(*k), Some(Shape::Mark(_))) || t.shape(*k) == Some(Shape::Break) && !t.word(*k).contains('\n')
    };
    let Some(k) = (end..end + 3).find(|k| !between(k)).filter(|k| t.shape(*k) == Some(Shape::Number)) else { return false };
    !(t.touches_next(k) && (t.is(k + 1, '/') || t.is(k + 1, '-') || t.is(k + 1, ':')))
}

/// Short words at the end of notes that are nobody.
pub fn is_abbreviation(low: &str) -> bool {
    matches!(
        low,
        "dnr"
            | "dni"
            | "nka"
            | "nkda"
            | "prn"
            | "npo"
            | "end"
            | "eom"
            | "wnl"
            | "rtc"
            | "nos"
            | "nad"
            | "ok"
            | "na"
            | "no"
            | "yes"
            | "pt"
            | "pts"
            | "stat"
            | "bid"
            | "tid"
            | "qd"
            | "mg"
            | "ml"
            | "neg"
            | "pos"
            | "wbc"
            | "rbc"
            | "usa"
            | "ct"
            | "mri"
            | "ekg"
            | "icu"
            | "er"
            | "ed"
            | "or"
            | "dx"
            | "rx"
            | "tx"
            | "hx"
            | "fu"
            | "po"
            | "iv"
            | "im"
            | "am"
            | "pm"
            | "cc"
            | "re"
            | "tbd"
            | "phi"
            | "fyi"
            | "asap"
            | "thx"
            | "ty"
            | "tia"
            | "the"
            | "and"
            | "for"
            | "all"
            | "see"
            | "day"
            | "new"
            | "old"
            | "low"
            | "high"
            | "bmi"
            | "loinc"
            | "icd"
            | "cpt"
    )
}
