//! Numbers and addresses that no pattern and no label tells, but the names model does: a person is asked.

use super::net::Scored;
use crate::detect::dates;
use crate::detect::identity::Own;
use crate::detect::numbers::anew::FELL;
use crate::detect::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Rule of what is put to a person.
pub const RULE: &str = "model.number";
/// Classes of the head: a number of anybody else, a number of the patient's.
const OTHERS: usize = 7;
const OWN: usize = 8;
/// From this sum of both on a word belongs to a number.
const PART: f32 = 0.6;
/// Up to this share of the patient's it is somebody else's: theirs stays.
const MINE: f32 = 0.1;
/// Most words and marks of a number or an address.
const LONGEST: usize = 16;
/// So many figures make a number that is worth the question by itself.
const FIGURES: usize = 4;

/// What the model says of token `i`: that it is a part of a number of anybody else, of the patient's.
pub fn shares(t: &Tokens, i: usize, base: usize, scores: &[Scored]) -> Option<(f32, f32)> {
    let token = t.get(i)?;
    let (start, end) = (token.start - base, token.end - base);
    let from = scores.partition_point(|s| (s.start as usize) < start);
    let within = scores.get(from..)?.iter().take_while(|s| (s.start as usize) < end);
    let of = |s: &Scored| Some((*s.score.get(OTHERS)?, *s.score.get(OWN)?));
    within.filter_map(of).max_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)))
}

/// Words with figures enough: the model is asked whose they are.
pub fn open(t: &Tokens) -> Vec<usize> {
    (0..t.list.len())
        .filter(|i| {
            matches!(t.shape(*i), Some(Shape::Number | Shape::Mixed))
                && t.word(*i).bytes().filter(u8::is_ascii_digit).count() >= FIGURES
        })
        .collect()
}

/// The numbers that are somebody else's by what the model says of each token.
pub fn doubts(t: &Tokens, told: &HashMap<usize, (f32, f32)>, found: &[Mention], new: &[Mention], own: &Own) -> Vec<Mention> {
    if is_generated(t.text) {
        return Vec::new();
    }
    // Those may lie over each other: the farthest end so far tells whether one that begins earlier reaches here.
    let mut taken: Vec<(usize, usize)> = new.iter().map(|m| (m.start, m.end)).collect();
    taken.sort_unstable();
    let mut far = 0;
    for range in &mut taken {
        far = far.max(range.1);
        range.1 = far;
    }
    let is_taken = |m: &Mention| taken.get(taken.partition_point(|r| r.1 <= m.start)).is_some_and(|r| r.0 < m.end);
    let mut out = Vec::new();
    let part = |i: usize| told.get(&i).is_some_and(|(others, own)| others + own >= PART);
    let mut i = 0;
    while i < t.list.len() {
        if !part(i) || matches!(t.shape(i), Some(Shape::Mark(_) | Shape::Break)) {
            i += 1;
            continue;
        }
        let mut next = i + 1;
        while next < t.list.len() && next - i < LONGEST && part(next) && t.shape(next) != Some(Shape::Break) {
            next += 1;
        }
        // What ends it is no mark.
        while next > i + 1 && matches!(t.shape(next - 1), Some(Shape::Mark(_))) {
            next -= 1;
        }
        out.extend(doubt(t, i..next, told, own).filter(|m| !is_found(found, m.start, m.end) && !is_taken(m)));
        i = next;
    }
    out
}

/// Numbers and addresses of others to their ends: words right beside them that the model takes for a part of somebody else's number. Those of
/// `read` are lengthened where they are; of `found`, which is sorted, the longer ones are returned, each behind a mark that the shorter one falls.
pub fn lengthened(t: &Tokens, told: &HashMap<usize, (f32, f32)>, found: &[Mention], read: &mut [Mention]) -> Vec<Mention> {
    let mut taken: Vec<(usize, usize)> = found.iter().chain(read.iter()).map(|m| (m.start, m.end)).collect();
    taken.sort_unstable();
    let longer = |m: &Mention| {
        let others = m.category != Category::Name && !matches!(m.who, Who::Patient | Who::Nobody | Who::New(Role::Organization));
        let wide = if others { beside(t, told, m, &taken) } else { None };
        wide.filter(|w| *w != (m.start, m.end))
    };
    for m in read.iter_mut().filter(|m| !super::is_mark(m)) {
        if let Some((start, end)) = longer(m) {
            (m.start, m.end) = (start, end);
        }
    }
    let fallen: HashSet<(usize, usize)> = read.iter().filter(|r| super::is_mark(r)).map(|r| (r.start, r.end)).collect();
    let weighed: Vec<(usize, usize)> = read.iter().filter(|r| r.weighed).map(|r| (r.start, r.end)).collect();
    let fell = |m: &Mention| fallen.contains(&(m.start, m.end));
    let known = |m: &Mention| m.rule.starts_with("dictionary") || weighed.iter().any(|r| r.0 < m.end && m.start < r.1);
    let mut out = Vec::new();
    for m in found {
        if let Some((start, end)) = longer(m).filter(|_| !fell(m) && !known(m)) {
            out.push(Mention { who: Who::Nobody, rule: FELL, ..m.clone() });
            out.push(Mention { start, end, weighed: true, ..m.clone() });
        }
    }
    out
}

/// From this share on a word beside a number is a part of it.
const BESIDE: f32 = 0.6;
/// Most words by which it grows on either side.
const GROWS: usize = 8;

/// The range of a number with the words beside it that belong to it.
fn beside(t: &Tokens, told: &HashMap<usize, (f32, f32)>, m: &Mention, taken: &[(usize, usize)]) -> Option<(usize, usize)> {
    let address = m.category == Category::Address;
    let free = |k: usize| {
        t.get(k).is_some_and(|x| {
            let mut near = taken.iter().skip(taken.partition_point(|r| r.0 + 400 < x.start)).take_while(|r| r.0 < x.end);
            !near.any(|r| r.1 > x.start && (r.0, r.1) != (m.start, m.end))
        })
    };
    let part = |k: usize| free(k) && told.get(&k).is_some_and(|(others, own)| *others >= BESIDE && others > own);
    let word = |k: usize| match t.shape(k) {
        Some(Shape::Number | Shape::Mixed) => part(k),
        Some(Shape::Upper | Shape::Initial) => part(k) && (address || t.word(k).len() <= 4),
        Some(Shape::Cap | Shape::Lower) => part(k) && address,
        _ => false,
    };
    // Marks inside an address, and what stands right between two groups of figures.
    let glue = |k: usize| match t.shape(k) {
        Some(Shape::Mark(',' | '.' | '#' | '/' | '-' | ':')) => free(k) && (address || t.touches_next(k)),
        Some(Shape::Break) => address && t.get(k).is_some_and(|x| matches!(t.text.get(x.start..x.end), Some("\n" | "\r\n"))),
        _ => false,
    };
    let (mut first, mut next) = (t.index_at(m.start), t.list.partition_point(|x| x.start < m.end));
    for _ in 0..GROWS {
        let Some(k) = first.checked_sub(1) else { break };
        let k = if glue(k) { k.saturating_sub(1) } else { k };
        if !word(k) {
            break;
        }
        first = k;
    }
    for _ in 0..GROWS {
        let k = if glue(next) { next + 1 } else { next };
        if !word(k) {
            break;
        }
        next = k + 1;
    }
    let (start, end) = (t.get(first)?.start.min(m.start), t.get(next.checked_sub(1)?)?.end.max(m.end));
    Some((start, end))
}

/// `found` is sorted and apart.
fn is_found(found: &[Mention], start: usize, end: usize) -> bool {
    found.get(found.partition_point(|m| m.end <= start)).is_some_and(|m| m.start < end)
}

/// Numbers of a narrative that a server wrote are those of its fields, which are read by themselves (FHIR R4, `Narrative.status` generated, as the
/// published examples begin).
fn is_generated(text: &str) -> bool {
    text.trim_start().starts_with("Generated Narrative")
}

fn is_own(text: &str, own: &Own) -> bool {
    own.has_phone(text) || own.has_id(text) || own.has_address(text) || own.is_birth_date(text) || own.is_postal(text)
}

fn doubt(t: &Tokens, run: Range<usize>, told: &HashMap<usize, (f32, f32)>, patient: &Own) -> Option<Mention> {
    let (start, end) = (t.get(run.start)?.start, t.get(run.end.checked_sub(1)?)?.end);
    let text = t.text.get(start..end)?;
    let own = run.clone().filter_map(|i| told.get(&i)).map(|(_, own)| *own).sum::<f32>() / run.len() as f32;
    let figures = text.bytes().filter(u8::is_ascii_digit).count();
    // A part of a longer word: `555-0143` of which one half was read.
    let joint = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '_' | '@'));
    let whole = !joint(t.text.get(..start)?.chars().next_back()) && !joint(t.text.get(end..)?.chars().next());
    let worth = figures >= FIGURES || figures >= 1 && run.len() >= 3;
    let year = figures == 4 && text.len() == 4 && matches!(text.get(..2), Some("18" | "19" | "20"));
    let address_of_a_page = text.contains("://") || text.contains("www.");
    if own > MINE || !worth || !whole || year || address_of_a_page || dates::read(text).is_some() || is_own(text, patient) {
        return None;
    }
    Some(Mention {
        weighed: false,
        start,
        end,
        category: Category::OtherId,
        who: Who::Ambiguous,
        rule: RULE,
        confidence: 0.4,
        name: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, parts: &[(&str, f32, f32)]) -> Vec<String> {
        let t = Tokens::new(text);
        let of = |i: usize| parts.iter().find(|p| p.0 == t.word(i)).map(|p| (i, (p.1, p.2)));
        let told = (0..t.list.len()).filter_map(of).collect();
        doubts(&t, &told, &[], &[], &Own::default()).iter().map(|m| text[m.start..m.end].to_string()).collect()
    }

    #[test]
    fn what_was_found_in_part_grows_over_what_the_model_says() {
        let grown = |text: &str, found: &str, category: Category, parts: &[&str]| {
            let t = Tokens::new(text);
            let told = (0..t.list.len()).filter(|i| parts.contains(&t.word(*i))).map(|i| (i, (0.9, 0.05))).collect();
            let start = text.find(found).expect("there");
            let who = Who::New(Role::Aunt);
            let (end, rule) = (start + found.len(), "pattern.street");
            let m = Mention { start, end, category, who, rule, confidence: 0.7, name: None, weighed: false };
            let out = lengthened(&t, &told, &[m], &mut []);
            out.last().map_or(String::new(), |m| text[m.start..m.end].to_string())
        };
        let text = "lives at Old Forge, 4 Mill Ln, Ardara and";
        assert_eq!(grown(text, "4 Mill Ln", Category::Address, &["Old", "Forge", "Ardara"]), "Old Forge, 4 Mill Ln, Ardara");
        assert_eq!(grown("serial PJN 604418 S was", "604418", Category::Device, &["PJN", "S"]), "PJN 604418 S");
        assert_eq!(grown("no. 604418 Ruth said", "604418", Category::Device, &["Ruth"]), "", "a name is no part of a number");
    }

    #[test]
    fn numbers_of_others_are_asked_about_and_the_patients_are_not() {
        assert_eq!(asked("locker 48123, chart 55120", &[("48123", 0.8, 0.02), ("55120", 0.3, 0.6)]), ["48123"]);
        let street = [("14", 0.9, 0.0), ("Quay", 0.8, 0.0), ("Row", 0.9, 0.0)];
        assert_eq!(asked("lives at 14 Quay Row now", &street), ["14 Quay Row"]);
        assert!(
            asked("seen 03/04/2024", &[("03", 0.9, 0.0), ("/", 0.9, 0.0), ("04", 0.9, 0.0), ("2024", 0.9, 0.0)]).is_empty(),
            "a day"
        );
        assert!(asked("since 1932", &[("1932", 0.9, 0.0)]).is_empty(), "a year");
        assert!(asked("bed 12", &[("12", 0.9, 0.0)]).is_empty(), "too short");
        assert!(asked("call 555-0143", &[("0143", 0.9, 0.0)]).is_empty(), "half of one");
    }
}
