//! Stretches of a text that are written as numbers of somebody are: letters with digits, groups of digits, dates beside people.

use super::labels::{category_of, is_code, is_label, is_tail_label};
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{is_clinical, is_running_word, is_word};
use crate::model::mention::{Category, Mention};

/// How a stretch is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Letters and digits.
    Number,
    /// A day with its year.
    Date,
}

/// A stretch that may be a number of somebody's.
#[derive(Clone, Debug)]
pub struct Run {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub next: usize,
    /// How it is written.
    pub kind: Kind,
    /// What a rule has found there already: place in the list of finds.
    pub found: Option<usize>,
}

/// Most groups of digits set apart by blanks, and tokens of one stretch.
const GROUPS: usize = 5;
const TOKENS: usize = 16;

/// All stretches, in order, with those that rules have found. `names` and `found` are sorted.
pub fn runs(t: &Tokens, names: &[Mention], found: &[Mention]) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let (mut name, mut at) = (0usize, 0usize);
    let mut i = 0;
    while i < t.list.len() {
        if !matches!(t.shape(i), Some(Shape::Number | Shape::Mixed)) {
            i += 1;
            continue;
        }
        let floor = out.last().map_or(0, |r: &Run| r.next);
        let day = date(t, i);
        if let Some(run) = day.as_ref().filter(|run| is_dictation(t, run.first, run.next)) {
            i = run.next;
            continue;
        }
        let Some(run) = day.or_else(|| number(t, i, floor)) else {
            i += 1;
            continue;
        };
        while names.get(name).is_some_and(|m| m.end <= run.start) {
            name += 1;
        }
        while found.get(at).is_some_and(|m| m.end <= run.start) {
            emit(t, at, found, &mut out);
            at += 1;
        }
        if let Some(m) = names.get(name).filter(|m| m.start < run.end) {
            i = t.index_at(m.end.max(run.start)).max(i + 1);
            continue;
        }
        match found.get(at).filter(|m| m.start < run.end) {
            Some(m) => {
                let widens =
                    run.kind == Kind::Number && widens(m.category) && found.get(at + 1).is_none_or(|n| n.start >= run.end);
                let (start, end) = if widens { (m.start.min(run.start), m.end.max(run.end)) } else { (m.start, m.end) };
                let free = out.last().is_none_or(|r| r.end <= start);
                if free {
                    push(t, start, end, run.kind, Some(at), &mut out);
                }
                at += 1;
                i = t.index_at(end).max(i + 1);
            }
            None => {
                i = run.next;
                if worth(t, &run) {
                    out.push(run);
                }
            }
        }
    }
    while at < found.len() {
        emit(t, at, found, &mut out);
        at += 1;
    }
    out
}

/// Numbers of these kinds are cut by patterns at a mark that they do not know.
fn widens(c: Category) -> bool {
    !matches!(
        c,
        Category::Phone
            | Category::Fax
            | Category::Email
            | Category::Url
            | Category::Ip
            | Category::Address
            | Category::DateOfBirth
            | Category::Npi
    )
}

fn emit(t: &Tokens, at: usize, found: &[Mention], out: &mut Vec<Run>) {
    if let Some(m) = found.get(at).filter(|m| out.last().is_none_or(|r| r.end <= m.start)) {
        let kind = if m.category == Category::DateOfBirth { Kind::Date } else { Kind::Number };
        push(t, m.start, m.end, kind, Some(at), out);
    }
}

fn push(t: &Tokens, start: usize, end: usize, kind: Kind, found: Option<usize>, out: &mut Vec<Run>) {
    let first = t.index_at(start);
    let next = t.list.partition_point(|x| x.start < end).max(first + 1);
    out.push(Run { start, end, first, next, kind, found });
}

fn touches(t: &Tokens, k: usize) -> bool {
    t.touches_next(k)
}

fn beside(t: &Tokens, k: usize) -> bool {
    matches!((t.get(k), t.get(k + 1)), (Some(a), Some(b)) if a.end + 1 == b.start && t.text.as_bytes().get(a.end) == Some(&b' '))
}

fn digits(t: &Tokens, k: usize) -> usize {
    t.word(k).bytes().filter(u8::is_ascii_digit).count()
}

fn is_joint(t: &Tokens, k: usize) -> bool {
    matches!(t.shape(k), Some(Shape::Mark('-' | '/' | '.' | '_' | ':' | ',')))
}

fn is_group(t: &Tokens, k: usize) -> bool {
    let len = t.word(k).len();
    match t.shape(k) {
        Some(Shape::Number | Shape::Mixed) => len <= 20,
        Some(Shape::Upper | Shape::Initial | Shape::Cap | Shape::Lower) => len <= 6,
        _ => false,
    }
}

/// A number around token `i`, which holds a digit.
fn number(t: &Tokens, i: usize, floor: usize) -> Option<Run> {
    let mut first = i;
    // `PR-2018-0442`
    while first >= floor + 2
        && is_joint(t, first - 1)
        && touches(t, first - 1)
        && touches(t, first - 2)
        && is_group(t, first - 2)
        && !matches!(t.shape(first - 1), Some(Shape::Mark(':' | '.' | ',')))
        && i - first < 6
    {
        first -= 2;
    }
    let mut next = i + 1;
    let mut groups = 1;
    while next < first + TOKENS {
        if is_joint(t, next) && touches(t, next - 1) {
            // A point, colon or comma joins digits only: elsewhere a sentence or a label ends.
            let loose = matches!(t.shape(next), Some(Shape::Mark('.' | ':' | ',')));
            let thousand = !t.is(next, ',') || t.word(next + 1).len() == 3 && labelled(t, first);
            let tight = !loose || thousand && matches!(t.shape(next + 1), Some(Shape::Number | Shape::Mixed));
            if touches(t, next) && is_group(t, next + 1) && tight {
                next += 2;
                continue;
            }
            let broken = t.get(next + 1).is_some_and(|b| {
                b.shape == Shape::Break && t.text.get(b.start..b.end).is_some_and(|s| s.matches('\n').count() == 1)
            });
            if t.is(next, '-') && broken && matches!(t.shape(next + 2), Some(Shape::Number | Shape::Mixed)) && labelled(t, first)
            {
                next += 3;
                continue;
            }
        }
        if groups < GROUPS && beside(t, next - 1) && joins(t, next) {
            groups += 1;
            next += 1;
            continue;
        }
        break;
    }
    // `AZ 338812`, `C 28 110 442`
    let head = first.checked_sub(1).filter(|h| {
        *h >= floor
            && beside(t, *h)
            && t.word(*h).len() <= 5
            && !is_code(t.low(*h))
            && !touching_before(t, *h)
            && match t.shape(*h) {
                // A credential or a word that is a label elsewhere: `lic RN 9440187`.
                // `HIS RECORD NUMBER IS B0091873`: no part of it.
                Some(_)
                    if matches!(
                        t.low(*h),
                        "is" | "was" | "the" | "of" | "on" | "to" | "in" | "and" | "her" | "his" | "no" | "ends" | "ending"
                    ) =>
                {
                    false
                }
                Some(Shape::Upper | Shape::Initial) => {
                    !is_label(t.low(*h)) && !is_clinical(t.low(*h)) && !is_running_word(t.low(*h)) || *h > 0 && told(t, *h - 1)
                }
                Some(Shape::Lower) => !is_label(t.low(*h)) && t.word(*h).len() <= 4 && *h > 0 && told(t, *h - 1) && odd(t, *h),
                _ => false,
            }
    });
    if let Some(h) = head.filter(|_| digits(t, first) >= 2 && !(next == first + 1 && is_year(t.word(first)))) {
        first = h;
    }
    // `482 MTR`
    if beside(t, next - 1)
        && matches!(t.shape(next), Some(Shape::Upper | Shape::Initial))
        && t.word(next).len() <= 3
        && !is_label(t.low(next))
        && left_words(t, first).any(is_tail_label)
    {
        next += 1;
    }
    let (a, b) = (t.get(first)?, t.get(next - 1)?);
    Some(Run { start: a.start, end: b.end, first, next, kind: Kind::Number, found: None })
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && word.bytes().all(|b| b.is_ascii_digit())
}

/// A label of licences, plates and the like at token `k`, or the point behind one.
fn told(t: &Tokens, k: usize) -> bool {
    let k = if t.is(k, '.') || t.is(k, ':') { k.saturating_sub(1) } else { k };
    matches!(t.low(k), "lic" | "license" | "licence" | "cert" | "plate" | "tag" | "truck" | "no" | "dl" | "number" | "reg" | "id")
}

/// No word of the language.
fn odd(t: &Tokens, k: usize) -> bool {
    !is_running_word(t.low(k)) && !is_word(t.low(k))
}

fn touching_before(t: &Tokens, k: usize) -> bool {
    k > 0 && touches(t, k - 1) && !matches!(t.shape(k - 1), Some(Shape::Mark('#' | '(' | ':' | '=' | '|' | '"' | '[')))
}

/// True when token `k` goes on with the number before it after a blank: `900 55 0188`, `W118 00 4417`.
fn joins(t: &Tokens, k: usize) -> bool {
    let (before, here) = (digits(t, k - 1), digits(t, k));
    let len = t.word(k).len();
    let whole = match t.shape(k) {
        Some(Shape::Number) if t.shape(k - 1) == Some(Shape::Mixed) && t.word(k - 1).starts_with(|c: char| c.is_alphabetic()) => {
            (2..=8).contains(&len) && (before <= 6 || len == 2 && (t.ends_column(k + 1) || t.is(k + 1, ',') || t.is(k + 1, ')')))
        }
        Some(Shape::Number) => (2..=6).contains(&len) || len == 1 && before >= 3,
        Some(Shape::Mixed) => len <= 8 && here >= 2 && t.word(k).bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()),
        _ => false,
    };
    let year = is_year(t.word(k));
    let short = t.shape(k - 1) == Some(Shape::Number) && before <= 2 && here <= 2;
    whole && !year && !short && before > 0 && (before <= 6 || t.shape(k - 1) == Some(Shape::Mixed)) && !measures(t, k + 1)
}

/// True when what stands at token `k` makes the number before it a measure, a time, a share.
fn measures(t: &Tokens, k: usize) -> bool {
    if matches!(t.shape(k), Some(Shape::Mark('%' | '/' | ':' | '+' | '°'))) && touches(t, k - 1) {
        return true;
    }
    is_unit(t.low(k)) && t.get(k.wrapping_sub(1)).zip(t.get(k)).is_some_and(|(a, b)| b.start <= a.end + 1)
}

fn is_unit(low: &str) -> bool {
    matches!(
        low,
        "mg" | "mcg"
            | "ug"
            | "g"
            | "gm"
            | "gram"
            | "grams"
            | "kg"
            | "lb"
            | "lbs"
            | "oz"
            | "ml"
            | "l"
            | "dl"
            | "cc"
            | "mm"
            | "cm"
            | "m"
            | "ft"
            | "in"
            | "inch"
            | "inches"
            | "mmhg"
            | "bpm"
            | "units"
            | "unit"
            | "u"
            | "iu"
            | "meq"
            | "mmol"
            | "k"
            | "cells"
            | "hrs"
            | "hours"
            | "hr"
            | "h"
            | "hs"
            | "min"
            | "mins"
            | "minutes"
            | "sec"
            | "days"
            | "day"
            | "weeks"
            | "wks"
            | "months"
            | "mos"
            | "years"
            | "yrs"
            | "yo"
            | "y"
            | "tabs"
            | "tab"
            | "caps"
            | "pills"
            | "miles"
            | "mi"
            | "feet"
            | "steps"
            | "cal"
            | "kcal"
            | "percent"
            | "f"
            | "c"
            | "fr"
            | "ga"
            | "gauge"
            | "am"
            | "pm"
            | "mph"
            | "w"
            | "x"
            | "copies"
            | "pct"
    )
}

fn left_words<'a>(t: &'a Tokens, first: usize) -> impl Iterator<Item = &'a str> {
    (first.saturating_sub(5)..first).rev().take_while(|k| t.shape(*k) != Some(Shape::Break)).map(|k| t.low(k))
}

/// True when one of the words right before token `first` is a label of numbers.
pub fn labelled(t: &Tokens, first: usize) -> bool {
    let line = (first.saturating_sub(12)..first).rev().take_while(|k| t.shape(*k) != Some(Shape::Break));
    let mut words = 0;
    for k in line {
        match t.shape(k) {
            Some(Shape::Mark('#')) => return true,
            Some(Shape::Mark(_)) => {}
            _ if is_label(t.low(k)) => return true,
            _ => words += 1,
        }
        if words == 4 {
            break;
        }
    }
    false
}

/// True when a word or mark before token `first` says more than that a number follows.
fn kind(t: &Tokens, first: usize) -> bool {
    (first.saturating_sub(4)..first).any(|k| t.is(k, '#') || category_of(t.low(k)).is_some())
}

/// True when the word right before token `first` is a label, or the one before a name that stands between: `bleep Yvette 6620`.
fn adjacent(t: &Tokens, first: usize) -> bool {
    let line = (first.saturating_sub(8)..first).rev().take_while(|k| t.shape(*k) != Some(Shape::Break));
    let mut named = false;
    for k in line {
        match t.shape(k) {
            Some(Shape::Mark('#')) => return true,
            Some(Shape::Mark(';' | '|' | '+')) => return false,
            Some(Shape::Mark(_)) => {}
            _ if is_label(t.low(k)) => return true,
            Some(Shape::Cap) if !named => named = true,
            _ => return false,
        }
    }
    false
}

/// False for what no label and no form makes worth a question.
fn worth(t: &Tokens, run: &Run) -> bool {
    let Some(text) = t.text.get(run.start..run.end) else { return false };
    let count = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let money = t.is(run.first.wrapping_sub(1), '$') || text.contains("://");
    let code = (run.first.saturating_sub(5)..run.first).any(|k| is_code(t.low(k)) && !is_label(t.low(k.wrapping_sub(1))));
    if money || code || run.end - run.start > 48 || measures(t, run.next) {
        return false;
    }
    if run.kind == Kind::Date {
        return true;
    }
    let parts: Vec<&str> = text.split(['-', '/', '.', '_', ':', ' ', '\n']).filter(|p| !p.is_empty()).collect();
    let plain = letters == 0;
    // Object identifiers and versions; results such as `120/80`, `4/5`, `98.6`; times.
    if text.matches('.').count() > 2
        || plain && parts.len() == 2 && text.contains('/') && count <= 6
        || plain && text.contains('.') && parts.len() == 2 && count <= 6
        || plain && text.contains(':')
        || parts.len() > 6
    {
        return false;
    }
    // `abuse (1998-2003)`
    let years = parts.len() == 2 && parts.iter().all(|p| is_year(p)) && !labelled(t, run.first);
    if is_uuid(text) || dose(text) || result(text) || years {
        return false;
    }
    let label = labelled(t, run.first);
    let tight = adjacent(t, run.first);
    let year = is_year(text);
    match (plain, parts.len()) {
        (true, 1) => count >= 5 || count >= 2 && tight && !year,
        (true, _) => count >= 5 || count >= 3 && label,
        (false, 1) if text.starts_with(['x', 'X']) && letters == 1 => count >= 3,
        (false, _) => count >= 3 && count + letters >= 5 || count >= 2 && tight && count + letters >= 3 && kind(t, run.first),
    }
}

fn is_uuid(text: &str) -> bool {
    let sizes: Vec<usize> = text.split('-').map(str::len).collect();
    sizes == [8, 4, 4, 4, 12] || text.len() >= 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `500mg`, `10x`, `12lead`: figures with a small word behind.
fn dose(text: &str) -> bool {
    let tail = text.trim_start_matches(|c: char| c.is_ascii_digit());
    tail.len() < text.len() && !tail.is_empty() && tail.chars().all(|c| c.is_ascii_lowercase())
}

/// `61F`, `12:20pm`, `A1c 10.2`, `MVA 10/2`: an age, a time, a figure or a day behind a word.
fn result(text: &str) -> bool {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '/'));
    let tail = text.get(head.len()..).unwrap_or("");
    let short = |sep: char| tail.split_once(sep).is_some_and(|(a, b)| (1..=3).contains(&a.len()) && (1..=2).contains(&b.len()));
    let age =
        text.len() <= 4 && text.ends_with(['F', 'M', 'f', 'm']) && text.bytes().filter(u8::is_ascii_alphabetic).count() == 1;
    // `811/mo`
    let rate = text.rsplit_once('/').is_some_and(|(_, u)| !u.is_empty() && u.chars().all(|c| c.is_ascii_lowercase()));
    let clock = text
        .split_once(':')
        .is_some_and(|(h, m)| h.len() <= 2 && m.get(..2).is_some_and(|m| m.bytes().all(|b| b.is_ascii_digit())));
    // `V70.0`, `M54.9`, `3.90-5.03`, `11Jul2013`: a code of a disease, a range, a day.
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let disease = letters <= 1 && text.len() <= 8 && !text.contains(['-', '/', ' ']) && (text.contains('.') || text.len() <= 3);
    let range = letters == 0 && text.matches('.').count() >= 1 && text.contains('-');
    let day = letters == 3
        && text.trim_matches(|c: char| c.is_ascii_digit()).len() == 3
        && is_month(&text.trim_matches(|c: char| c.is_ascii_digit()).to_lowercase());
    age || rate || clock || disease || range || day || head.ends_with(' ') && (short('.') || short('/'))
}

/// A day with its year that begins at token `i`, which holds a digit: `3/8/1977`, `8 Mar 1977`; or `Mar 8, 1977`, of which it is the
/// day.
fn date(t: &Tokens, i: usize) -> Option<Run> {
    let number = |k: usize, most: u32| {
        let w = t.word(k);
        (t.shape(k) == Some(Shape::Number) && w.len() <= 2)
            .then(|| w.parse::<u32>().ok())
            .flatten()
            .filter(|n| (1..=most).contains(n))
    };
    let year = |k: usize| {
        let w = t.word(k);
        t.shape(k) == Some(Shape::Number)
            && (w.len() == 2 || w.len() == 4 && (w.starts_with("19") || w.starts_with("20") || w.starts_with("18")))
    };
    let whole = |k: usize| year(k) && t.word(k).len() == 4;
    let made = |first: usize, last: usize| {
        let (a, b) = (t.get(first)?, t.get(last)?);
        Some(Run { start: a.start, end: b.end, first, next: last + 1, kind: Kind::Date, found: None })
    };
    let glued = |k: usize| (k..k + 4).all(|j| touches(t, j));
    if let Some(Shape::Mark(m @ ('/' | '-' | '.'))) = t.shape(i + 1)
        && t.is(i + 3, m)
        && glued(i)
        && !(touches(t, i + 4) && matches!(t.shape(i + 5), Some(Shape::Number | Shape::Mixed)) && is_joint(t, i + 5))
    {
        let more = touches(t, i + 4) && matches!(t.shape(i + 5), Some(Shape::Mark('-' | '/')));
        let american =
            number(i, 12).is_some() && number(i + 2, 31).is_some() || number(i, 31).is_some() && number(i + 2, 12).is_some();
        if american && year(i + 4) && !more {
            return made(i, i + 4);
        }
        if whole(i) && number(i + 2, 12).is_some() && number(i + 4, 31).is_some() {
            return made(i, i + 4);
        }
    }
    let day = number(i, 31).is_some() || ordinal(t.word(i));
    if !day {
        return None;
    }
    // `8 Mar 1977`, `08-MAR-1977`
    let gap = i + 1 + usize::from(t.is(i + 1, '-') || t.low(i + 1) == "of");
    if is_month(t.low(gap)) {
        let y = gap + 1 + usize::from(t.is(gap + 1, '-') || t.is(gap + 1, '.') || t.is(gap + 1, ',') || t.is(gap + 1, '\''));
        if whole(y) || year(y) && t.is(gap + 1, '-') {
            return made(i, y);
        }
    }
    // `Mar 8, 1977`, `MAR 8,1977`
    let m = i.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k })?;
    let y = i + 1 + usize::from(t.is(i + 1, ','));
    (is_month(t.low(m)) && whole(y)).then(|| made(m, y)).flatten()
}

/// `D: 03/07/2024 T: 03/08/2024`: when a text was dictated and typed.
fn is_dictation(t: &Tokens, first: usize, next: usize) -> bool {
    let label = |k: usize| matches!(t.low(k), "d" | "t" | "dd" | "dt" | "td") && t.is(k + 1, ':');
    let ahead = (next..next + 8).take_while(|k| !t.ends_line(*k)).any(label);
    let line = t.line_start(first).max(first.saturating_sub(12));
    first >= 2 && label(first - 2) && (ahead || (line..first - 2).any(label))
}

fn ordinal(word: &str) -> bool {
    let n = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    matches!(word.get(n.len()..), Some("st" | "nd" | "rd" | "th")) && (1..=2).contains(&n.len())
}

fn is_month(low: &str) -> bool {
    matches!(
        low,
        "jan"
            | "january"
            | "feb"
            | "february"
            | "mar"
            | "march"
            | "apr"
            | "april"
            | "may"
            | "jun"
            | "june"
            | "jul"
            | "july"
            | "aug"
            | "august"
            | "sep"
            | "sept"
            | "september"
            | "oct"
            | "october"
            | "nov"
            | "november"
            | "dec"
            | "december"
    )
}

/// What kind of number the labels before token `first` and the head of its column tell.
pub fn kind_of(t: &Tokens, run: &Run, head: &str) -> Option<Category> {
    if run.kind == Kind::Date {
        return Some(Category::DateOfBirth);
    }
    let near = (run.first.saturating_sub(6)..run.first).rev().take_while(|k| t.shape(*k) != Some(Shape::Break));
    near.filter_map(|k| category_of(t.low(k))).next().or_else(|| category_of(head))
}
