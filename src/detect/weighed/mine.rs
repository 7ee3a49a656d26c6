//! Whether a name that is the patient's as written is the patient here, or a namesake: the mother who is `Mrs. Roe`, the son of the same
//! name, the other Roe of the ward. What lists and records know of the name cannot tell; the text around can.

use super::role;
use super::trees::Trees;
use crate::detect::cast::parts;
use crate::detect::cues::{kin, title, title_sex};
use crate::detect::dates;
use crate::detect::identity::{Fit, Own};
use crate::detect::listing::is_of_kin;
use crate::detect::scene::range;
use crate::detect::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};
use std::cell::OnceCell;
use std::sync::LazyLock;

static TREES: LazyLock<Trees> = LazyLock::new(|| Trees::read(include_str!("mine_trees.txt")));

/// From this sum on somebody else is likely enough that a person must say.
const ENOUGH: f32 = 0.25;

/// Most that the model's word adds.
const HELP: f32 = 2.0;

/// Rule of what is put to a person.
pub const RULE: &str = "text.namesake";

/// Mentions of one text that are asked about, and looked at for one of them.
const MOST: usize = 400;

/// Tokens on either side in which the same name is looked for.
const REACH: usize = 4000;

/// True for the patient by the name alone: no label of the text says that it is the patient.
pub fn is_open(m: &Mention) -> bool {
    m.category == Category::Name
        && m.who == Who::Patient
        && (m.rule.starts_with("roster.") || matches!(m.rule, "model.name" | "list.lone" | "cue.title" | "cue.label"))
}

/// Those of `mentions` that are told as the patient and may be somebody else, put to a person. `mentions` is sorted.
pub fn doubts(t: &Tokens, mentions: &[Mention], own: &Own, whose: role::Whose) -> Vec<Mention> {
    if TREES.is_empty() {
        return Vec::new();
    }
    let document = role::document(t);
    let newest = OnceCell::new();
    let newest = || *newest.get_or_init(|| t.list.iter().filter_map(|x| year_of(t.text.get(x.start..x.end)?)).max());
    let open = (0..mentions.len()).filter(|at| mentions.get(*at).is_some_and(is_open)).take(MOST);
    open.filter_map(|at| {
        let m = mentions.get(at)?;
        let mut all = evidence(t, mentions, at, own);
        all.extend_from_slice(&document);
        all.extend(whose(m).iter().flat_map(role::whose_evidence));
        let sum = TREES.sum(all.iter().map(String::as_str));
        let mut told = Vec::new();
        let day = day_behind(t, range(t, m).1, own, &newest);
        let (first, next) = range(t, m);
        if is_insured(t, first) && m.name.as_ref().is_some_and(|n| own.fit(n) == Fit::Full) {
            return None;
        }
        let of_kin = next == first + 1 && (is_of_kin(t, first) || own.is_middle(t.low(first)) && speaks_of_kin(t, first));
        if sum >= ENOUGH || of_kin || day.is_some_and(|d| d.born) {
            told.push(Mention { who: Who::Ambiguous, rule: RULE, confidence: 0.4, ..m.clone() });
            // The day is whoever's the name is.
            let taken = |d: &Day| mentions.iter().any(|x| x.start < d.end && d.start < x.end);
            told.extend(day.filter(|d| !taken(d)).map(|d| Mention {
                start: d.start,
                end: d.end,
                category: Category::DateOfBirth,
                who: Who::Ambiguous,
                rule: RULE,
                confidence: 0.4,
                name: None,
                weighed: false,
            }));
        }
        Some(told)
    })
    .flatten()
    .collect()
}

/// `Dad died at 61 of MI (Amos)`, of Daniel Amos Roe: a kin word before token `i` in its sentence, from which names are handed down.
fn speaks_of_kin(t: &Tokens, i: usize) -> bool {
    let before = (i.saturating_sub(NEAR_KIN)..i).rev();
    let mut inside = before.take_while(|k| t.shape(*k) != Some(Shape::Break) && !(t.is(*k, '.') && t.is_capital(k + 1)));
    inside.any(|k| kin(t.low(k)).is_some())
}

/// Tokens before a name in which a kin word is looked for.
const NEAR_KIN: usize = 14;

/// `Subscriber: Roe, Jane`: whoever is insured under the patient's whole name is the patient.
fn is_insured(t: &Tokens, first: usize) -> bool {
    let is = |w: &str| {
        matches!(w, "subscriber" | "insured" | "member" | "policyholder" | "cardholder" | "holder" | "enrollee" | "beneficiary")
    };
    first >= 2
        && t.is(first - 1, ':')
        && (is(t.low(first - 2)) || first >= 3 && t.low(first - 2) == "name" && is(t.low(first - 3)))
}

/// A day right behind a name, not the patient's birth date.
#[derive(Clone, Copy)]
struct Day {
    start: usize,
    end: usize,
    /// It can only be a birth date: labelled so, long before the patient's own, or long before any other day of the text.
    born: bool,
}

/// The day right behind a name that ends before token `next`; `newest` is the latest year of which the text tells.
fn day_behind(t: &Tokens, next: usize, own: &Own, newest: &dyn Fn() -> Option<u32>) -> Option<Day> {
    let (own_year, ..) = dates::parse_iso(own.birth_date.as_deref()?)?;
    let mut labelled = false;
    let at = (next..next + 6).find(|k| {
        let word = matches!(t.low(*k), "dob" | "b" | "born" | "birth" | "date" | "of" | "d.o.b");
        labelled |= word;
        !word && !matches!(t.shape(*k), Some(Shape::Mark('(' | ',' | ':' | '.' | '-' | '[')))
    })?;
    let start = t.get(at).filter(|_| !(next..at).any(|k| t.ends_line(k)))?.start;
    let read = |k: usize| {
        let end = t.get(k).filter(|x| !matches!(x.shape, Shape::Mark(_) | Shape::Break))?.end;
        let written = t.text.get(start..end)?;
        dates::read(written).map(|(year, ..)| (year, written, end))
    };
    let (year, written, end) = (at + 2..at + 7).rev().find_map(read)?;
    if own.is_birth_date(written) {
        return None;
    }
    let born = labelled || year < own_year || newest().is_some_and(|n| year + LONG < n);
    Some(Day { start, end, born })
}

/// Years between a day of which a text tells and one that can only be somebody's birth date.
const LONG: u32 = 15;

/// A year of our time in four figures.
fn year_of(word: &str) -> Option<u32> {
    (word.len() == 4).then(|| word.parse().ok()).flatten().filter(|y| (1950..2100).contains(y))
}

/// First tokens of the patient's names that may be somebody else's when the model has said whose it takes them for.
pub fn open(t: &Tokens, mentions: &[Mention], own: &Own) -> Vec<usize> {
    if TREES.is_empty() {
        return Vec::new();
    }
    let open = (0..mentions.len()).filter(|at| mentions.get(*at).is_some_and(is_open)).take(MOST);
    let document = role::document(t);
    let worth =
        |at: &usize| TREES.sum(evidence(t, mentions, *at, own).iter().chain(&document).map(String::as_str)) + HELP >= ENOUGH;
    open.filter(worth).filter_map(|at| mentions.get(at).map(|m| range(t, m).0)).collect()
}

/// All that was found and read, in order.
pub fn sorted(found: &[Mention], read: &[Mention]) -> Vec<Mention> {
    let mut all: Vec<Mention> = found.iter().chain(read).cloned().collect();
    all.sort_by_key(|m| (m.start, m.end));
    all
}

fn group(m: &Mention) -> &'static str {
    match m.who {
        Who::New(Role::Employer) => "other",
        Who::New(r) => match r.group() {
            RoleGroup::Relative => "kin",
            RoleGroup::OtherPatient => "opat",
            RoleGroup::Clinician | RoleGroup::Staff => "work",
            _ => "other",
        },
        Who::Patient => "pt",
        _ => "other",
    }
}

/// All that speaks for the patient or for a namesake, but for what [`role::document`] tells of every name of the text.
pub fn evidence(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Vec<String> {
    let mut out = role::evidence(t, mentions, at, own);
    let Some(m) = mentions.get(at) else { return out };
    let (first, next) = range(t, m);
    let (given, family) = m.name.as_ref().map(parts).unwrap_or_default();
    called(t, first, next, own, &mut out);
    // Who else in the text bears the name.
    let from = at.saturating_sub(MOST / 2);
    let near = || {
        (from..mentions.len())
            .take(MOST)
            .filter_map(|k| mentions.get(k).map(|x| (k, x)))
            .filter(|(k, x)| *k != at && x.category == Category::Name)
    };
    let shares = |x: &Mention, word: &str| {
        let told = x.name.as_ref().map(parts).unwrap_or_default();
        word.chars().count() > 1 && (told.1.split([' ', '-']).any(|w| w == word) || told.0 == word)
    };
    let mut found: Vec<&str> = Vec::new();
    let (mut same_own, mut before) = (0usize, None);
    for (k, x) in near() {
        let other = matches!(x.who, Who::New(_) | Who::Ambiguous);
        for (word, what) in [(&given, "given"), (&family, "family")] {
            if other && shares(x, word) {
                let key = match (what, group(x)) {
                    ("given", "kin") => "given-of-kin",
                    ("given", "opat") => "given-of-opat",
                    ("given", _) => "given-of-other",
                    (_, "kin") => "family-of-kin",
                    (_, "opat") => "family-of-opat",
                    _ => "family-of-other",
                };
                if !found.contains(&key) {
                    found.push(key);
                }
                if k < at {
                    before = Some(group(x));
                }
            }
        }
        same_own += usize::from(x.who == Who::Patient && x.name == m.name);
        if x.who == Who::Patient && k < at && (shares(x, &family) || shares(x, &given)) {
            before = Some("pt");
        }
    }
    out.extend(found.iter().map(|f| f.to_string()));
    if let Some(who) = before {
        out.push(format!("last-so-called={who}"));
    } else {
        out.push("first-so-called".into());
    }
    out.push(format!("so-written={}", ["0", "1", "2", "3"].get(same_own).unwrap_or(&"4")));
    // Whom the text spoke of last.
    if let Some(x) = (from..at).rev().filter_map(|k| mentions.get(k)).find(|x| x.category == Category::Name) {
        out.push(format!("spoken-of={}", group(x)));
    }
    sentence(t, first, next, &mut out);
    ids(t, mentions, m, own, &mut out);
    out
}

/// How the name is written: `Mrs. Roe` of a man, `Jane Q. Roe`, `"Jane Roe"`, `the other Jane`.
fn called(t: &Tokens, first: usize, next: usize, own: &Own, out: &mut Vec<String>) {
    let title_at = first.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
    if let Some(told) = title_at.map(|k| t.low(k)).filter(|w| title(w).is_some()) {
        let sex = title_sex(told);
        out.push(
            match (sex, own.sex.as_deref()) {
                (Some(a), Some(b)) if a == b => "title-agrees",
                (Some(_), Some(_)) => "title-against",
                _ => "title-open",
            }
            .into(),
        );
        // Another title for the same name elsewhere: `Ms. Roe` and `Mrs. Roe`.
        let family = t.low(next - 1);
        let mut others = (first.saturating_sub(REACH).max(1)..(next + REACH).min(t.list.len()))
            .filter(|k| t.low(*k) == family && *k != next - 1)
            .take(40)
            .filter_map(|k| {
                let j = k.checked_sub(1).map(|j| if t.is(j, '.') { j.saturating_sub(1) } else { j })?;
                title(t.low(j)).map(|_| t.low(j))
            });
        if others.any(|w| w != told) {
            out.push("titles-differ".into());
        }
    }
    let mark = |k: usize| matches!(t.shape(k), Some(Shape::Mark('"' | '\u{201c}' | '\u{201d}' | '\'')));
    if first.checked_sub(1).is_some_and(mark) || mark(next) {
        out.push("quoted".into());
    }
    let generation = |k: usize| matches!(t.low(k), "jr" | "sr" | "junior" | "senior" | "ii" | "iii" | "iv");
    if (first..next + 2).any(generation) {
        out.push("generation".into());
    }
    let words = (first..next).filter(|k| t.word(*k).chars().count() > 1).count();
    let initials = (first..next).filter(|k| t.shape(*k) == Some(Shape::Initial)).count();
    out.push(format!("words={}/{}", words.min(4), initials.min(2)));
}

/// Words of the sentence that speak of somebody else.
fn sentence(t: &Tokens, first: usize, next: usize, out: &mut Vec<String>) {
    let ends = |k: usize| t.shape(k) == Some(Shape::Break) || t.is(k, '.') && t.is_capital(k + 1) || t.is(k, ';');
    let left = (first.saturating_sub(14)..first).rev().take_while(|k| !ends(*k));
    let right = (next..(next + 14).min(t.list.len())).take_while(|k| !ends(*k));
    let tells = |low: &str| match low {
        "other" | "another" | "different" | "wrong" | "namesake" | "error" | "mistake" | "misfiled" | "belongs" | "belong" => {
            Some("other")
        }
        "elder" | "older" | "old" | "younger" | "young" | "little" | "big" | "late" | "senior" | "junior" => Some("age"),
        "same" | "also" | "alert" | "similar" | "twin" | "confused" | "confuse" | "mixed" => Some("same"),
        "patient" | "pt" | "resident" | "client" | "veteran" => Some("pt"),
        "subscriber" | "holder" | "insured" | "guarantor" | "employee" | "member" => Some("policy"),
        "labelled" | "labeled" | "label" | "sticker" | "header" | "chart" | "record" | "name" => Some("chart"),
        w if kin(w).is_some() => Some("kin"),
        _ => None,
    };
    let mut put = |side: &str, words: &mut dyn Iterator<Item = usize>| {
        for (n, k) in words.enumerate() {
            if let Some(what) = tells(t.low(k)) {
                out.push(format!("{side}-{what}"));
                if n < 3 {
                    out.push(format!("{side}-{what}-near"));
                }
            }
        }
    };
    put("left", &mut left.into_iter());
    put("right", &mut right.into_iter());
}

/// Numbers and days right behind the name: the patient's or not.
fn ids(t: &Tokens, mentions: &[Mention], m: &Mention, own: &Own, out: &mut Vec<String>) {
    let at = mentions.partition_point(|x| x.start < m.end);
    for x in (at..mentions.len()).take(3).filter_map(|k| mentions.get(k)) {
        let between = t.text.get(m.end..x.start).unwrap_or("");
        if between.len() > 40 || between.contains('\n') || x.category == Category::Name {
            break;
        }
        out.push(if x.who == Who::Patient { "own-number" } else { "foreign-number" }.into());
    }
    let (_, next) = range(t, m);
    let number = |k: usize| matches!(t.shape(k), Some(Shape::Number | Shape::Mixed)) && t.word(k).len() >= 5;
    if let Some(k) = (next..next + 8).take_while(|k| !t.ends_line(*k)).find(|k| number(*k)) {
        out.push(if own.has_id(t.word(k)) { "own-id-near" } else { "id-near" }.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::person::Name;
    use crate::model::request::Identity;

    #[test]
    fn a_day_on_which_the_patient_cannot_be_born_is_told() {
        let id = Identity { birth_date: Some("2013-03-17".into()), ..Identity::default() };
        let own = crate::detect::own_of(&id);
        fn told<'t>(text: &'t str, own: &Own, newest: Option<u32>) -> Option<(&'t str, bool)> {
            let t = Tokens::new(text);
            let next = t.index_at(text.find("Roe").unwrap()) + 1;
            day_behind(&t, next, own, &|| newest).map(|d| (&text[d.start..d.end], d.born))
        }
        let born = |text: &'static str, newest| told(text, &own, newest);
        assert_eq!(born("Jane Roe 3/17/86, filed to Jr", None), Some(("3/17/86", true)));
        assert_eq!(born("Jane Roe (dob 8 Mar 2015)", None), Some(("8 Mar 2015", true)));
        // A visit, until the rest of the text is much later; the patient's own day; nothing behind it.
        assert_eq!(born("Jane Roe 4/2/2014 seen", Some(2015)), Some(("4/2/2014", false)));
        assert_eq!(born("Jane Roe 4/2/2014 seen", Some(2031)), Some(("4/2/2014", true)));
        assert_eq!(born("Jane Roe 3/17/13 seen", None), None);
        assert_eq!(born("Jane Roe was seen", None), None);
    }

    #[test]
    fn a_middle_name_beside_a_word_for_kin_may_be_the_relatives() {
        let name = Name { family: "Roe".into(), given: vec!["Daniel".into(), "Amos".into()], ..Name::default() };
        let own = crate::detect::own_of(&Identity { names: vec![name], ..Identity::default() });
        let doubted = |text: &str, word: &str| {
            let t = Tokens::new(text);
            let start = text.find(word).unwrap();
            let name = Some(crate::detect::split_text(word));
            let (end, rule, category) = (start + word.len(), "roster.given-name", Category::Name);
            let m = Mention { start, end, category, who: Who::Patient, rule, confidence: 0.9, name, weighed: false };
            !doubts(&t, &[m], &own, &|_| None).is_empty()
        };
        assert!(doubted("Fam hx: Dad died at 61 of MI (Amos).", "Amos"));
        assert!(!doubted("Told Amos about the plan.", "Amos"));
    }

    #[test]
    fn what_speaks_for_a_namesake_is_told() {
        let name = Name { family: "Roe".into(), given: vec!["Jane".into()], ..Name::default() };
        let id = Identity { names: vec![name.clone()], sex: Some("female".into()), ..Identity::default() };
        let own = crate::detect::own_of(&id);
        let text = "Mr. Roe called about his wife.";
        let t = Tokens::new(text);
        let m = Mention {
            start: 4,
            end: 7,
            category: Category::Name,
            who: Who::Patient,
            rule: "roster.family-name",
            confidence: 0.9,
            name: Some(Name { family: "Roe".into(), ..Name::default() }),
            weighed: false,
        };
        let all = evidence(&t, &[m], 0, &own);
        for want in ["title-against", "right-kin", "first-so-called"] {
            assert!(all.iter().any(|e| e == want), "{want}: {all:?}");
        }
    }
}
