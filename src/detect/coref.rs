//! The same person again in the same text: a surname after the whole name, a first name after the kin word, `Mrs. Smith` after
//! `the mother, Mrs. Smith`.

use super::evidence::{Evidence, around};
use super::fold::folded;
use super::identity::Own;
use super::name_read::Read;
use super::nicknames::Given;
use super::things::is_thing;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given, is_place_or_month};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};
use std::collections::HashMap;

/// Somebody named in the text.
struct Someone {
    given: Given,
    family: String,
    role: Role,
    /// Written in small letters somewhere.
    small: bool,
    /// A nickname in quotes or parentheses inside the name.
    alias: String,
}

/// Rule of a name that goes by the title of a relative named before.
pub const SAME_TITLE: &str = "text.same-title";

/// Bytes within which a title that patient and relative share is of the one named last.
const NEAR: usize = 240;

/// Gives names that tell little the role of the person they belong to, and finds further places where known people are named by
/// one word.
pub fn resolve(t: &Tokens, mentions: &mut Vec<Mention>, own: &Own) {
    let people = gather(t, mentions);
    if people.is_empty() {
        return;
    }
    let more = again(t, mentions, &people, own);
    let found = !more.is_empty();
    if found {
        mentions.extend(more);
        mentions.sort_by_key(|m| m.start);
    }
    // What the further places tell counts, too.
    let people = if found { gather(t, mentions) } else { people };
    for m in mentions.iter_mut() {
        lend_role(m, &people);
    }
    company(t, mentions);
    own_surname(t, mentions, own);
}

/// `Kessler/Obi`: two names joined by a stroke are of one kind.
fn company(t: &Tokens, mentions: &mut [Mention]) {
    for i in 1..mentions.len() {
        let (a, b) = (&mentions[i - 1], &mentions[i]);
        if t.text.get(a.end..b.start) != Some("/") {
            continue;
        }
        match (&a.who, &b.who) {
            (Who::New(x), Who::New(y)) if x.rank() > y.rank() && vague(*y) => mentions[i].who = Who::New(*x),
            (Who::New(x), Who::New(y)) if y.rank() > x.rank() && vague(*x) => mentions[i - 1].who = Who::New(*y),
            _ => {}
        }
    }
}

fn vague(r: Role) -> bool {
    matches!(r, Role::OtherPerson | Role::Contact | Role::Clinician)
}

/// First given and family name, folded.
fn parts(name: &Name) -> (Given, String) {
    let given = name.given.first().map(|g| folded(g).trim_end_matches('.').to_string()).unwrap_or_default();
    (Given::new(given), folded(&name.family))
}

fn gather(t: &Tokens, mentions: &[Mention]) -> Vec<Someone> {
    let mut people: Vec<Someone> = Vec::new();
    for m in mentions {
        let (Who::New(role), Category::Name, Some(name)) = (&m.who, m.category, &m.name) else { continue };
        if *role == Role::Organization || m.rule == "cue.initials" || m.rule == "cue.dictation" || m.rule == "cue.login" {
            continue;
        }
        let (given, family) = parts(name);
        let alias = alias(t.text.get(m.start..m.end).unwrap_or(""));
        let small = t.text.get(m.start..m.end).is_some_and(|s| s.starts_with(char::is_lowercase));
        match people.iter_mut().find(|p| same(p, &given, &family, *role)) {
            Some(p) => {
                if p.given.low.chars().count() < given.low.chars().count() {
                    p.given = given;
                }
                if p.family.is_empty() {
                    p.family = family;
                }
                if role.rank() > p.role.rank() {
                    p.role = *role;
                }
                p.small |= small;
                if p.alias.is_empty() {
                    p.alias = alias;
                }
            }
            None => people.push(Someone { given, family, role: *role, small, alias }),
        }
    }
    people
}

/// `Bob` of `Robert "Bob" Roe`.
fn alias(written: &str) -> String {
    let inner = written.split(['"', '(', '\u{201c}']).nth(1).and_then(|r| r.split(['"', ')', '\u{201d}']).next()).unwrap_or("");
    folded(inner)
}

/// True when two roles can be of one person.
fn agree(a: Role, b: Role) -> bool {
    let vague = |r: Role| matches!(r, Role::OtherPerson | Role::Contact);
    let care = |r: Role| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff);
    let close = |r: Role| matches!(r.group(), RoleGroup::Relative | RoleGroup::Contact);
    a == b
        || vague(a)
        || vague(b)
        || care(a) && care(b)
        || close(a) && close(b) && (a.group() != b.group() || a.rank() < 50 || b.rank() < 50)
        || a.group() == RoleGroup::OtherPatient && b.group() == RoleGroup::OtherPatient
}

/// True when the parts can be of this person.
fn same(p: &Someone, given: &Given, family: &str, role: Role) -> bool {
    if !agree(p.role, role) {
        return false;
    }
    let one_family = !family.is_empty() && !p.family.is_empty() && p.family == family;
    let (own, low) = (p.given.low.as_str(), given.low.as_str());
    match (low.is_empty(), family.is_empty()) {
        (false, false) if !own.is_empty() && !p.family.is_empty() => one_family && given_fits(&p.given, given),
        (false, false) if p.family.is_empty() => own == low || own == family,
        (false, false) => p.family == family || p.family == low,
        (true, false) => one_family || p.family.is_empty() && own == family,
        (false, true) => p.given.same(given) || p.alias == low || own.is_empty() && p.family == low,
        (true, true) => false,
    }
}

fn given_fits(a: &Given, b: &Given) -> bool {
    let initial = |x: &str, y: &str| x.chars().nth(1).is_none() && !x.is_empty() && y.starts_with(x);
    a.low == b.low || initial(&a.low, &b.low) || initial(&b.low, &a.low) || a.compatible(b)
}

/// A mention whose words tell little takes the role of the person it belongs to.
fn lend_role(m: &mut Mention, people: &[Someone]) {
    let (Who::New(role), Category::Name, Some(name)) = (&m.who, m.category, &m.name) else { return };
    let (given, family) = parts(name);
    let role = *role;
    if matches!(m.rule, "cue.dictation" | "cue.login") {
        return;
    }
    let better = people.iter().filter(|p| same(p, &given, &family, role)).max_by_key(|p| p.role.rank());
    if let Some(p) = better
        && p.role.rank() > role.rank()
        && (role == Role::OtherPerson || p.role.group() == role.group() || matches!(role, Role::Contact | Role::Clinician))
    {
        m.who = Who::New(p.role);
    }
}

fn title_of(m: &Mention) -> Option<String> {
    m.name.as_ref().and_then(|n| n.prefix.first()).map(|p| folded(p).replace('.', ""))
}

/// `Mrs. Smith` without further words, where patient and relative are Smith: whoever was called so before.
fn own_surname(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let mut patient: Vec<String> = Vec::new();
    // Title (if told), sex, role and end of the relative named last.
    let mut relative: Option<(Option<String>, Option<&'static str>, Role, usize)> = None;
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name) {
        let title = title_of(m);
        let Some(name) = &m.name else { continue };
        let (given, family) = parts(name);
        match m.who {
            Who::New(role)
                if role.group() == RoleGroup::Relative && (own.is_family(&family) || family.is_empty() || is_given(&family)) =>
            {
                relative = Some((title, super::known_person::sex_of(role), role, m.end));
            }
            Who::Patient if given.low.is_empty() && own.is_family(&family) => {
                let Some(title) = title else { continue };
                let Some((called, sex, role, end)) = &relative else {
                    patient.push(title);
                    continue;
                };
                let fits = match called {
                    Some(c) => *c == title,
                    None => super::cues::title_sex(&title).is_some() && super::cues::title_sex(&title) == *sex,
                };
                let apart = t.text.get(*end..m.start).is_some_and(|s| s.len() > NEAR);
                let patients = patient.contains(&title);
                if !fits || patients && apart {
                    patient.push(title);
                } else if patients || called.is_none() && patient.is_empty() && own.sex.as_deref() == *sex {
                    m.who = Who::Ambiguous;
                    m.rule = SAME_TITLE;
                } else {
                    m.who = Who::New(*role);
                    m.rule = SAME_TITLE;
                }
            }
            _ => {}
        }
    }
}

/// Further places where somebody named elsewhere in the text is named by one word.
fn again(t: &Tokens, mentions: &[Mention], people: &[Someone], own: &Own) -> Vec<Mention> {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, p) in people.iter().enumerate() {
        let short = super::nicknames::forms(&p.given.low).into_iter().filter(|n| n.len() >= 3 && is_given(n));
        for part in [p.given.low.as_str(), p.family.as_str(), p.alias.as_str()].into_iter().chain(short) {
            let last = part.rsplit(' ').next().unwrap_or(part);
            for word in [part, last] {
                if word.chars().count() >= 2 && !word.contains([' ', '.']) && !own.is_family(word) && !own.is_given(word) {
                    let list = words.entry(word).or_default();
                    if !list.contains(&i) {
                        list.push(i);
                    }
                }
            }
        }
    }
    let mut out = Vec::new();
    let mut next = 0usize;
    for i in 0..t.list.len() {
        let Some(token) = t.get(i) else { break };
        while mentions.get(next).is_some_and(|m| m.end <= token.start) {
            next += 1;
        }
        if mentions.get(next).is_some_and(|m| m.start < token.end) {
            continue;
        }
        if !matches!(token.shape, Shape::Cap | Shape::Upper | Shape::Lower) {
            continue;
        }
        let low = t.low(i);
        let begin = |p: &&Someone| {
            low.len() >= 3 && p.given.low.len() >= low.len() + 2 && p.given.low.starts_with(low) && !own.is_given(low)
        };
        let short = || {
            people
                .iter()
                .find(begin)
                .filter(|p| (token.shape == Shape::Cap || p.small && low.len() >= 4) && t.like(i) >= NameLike::Unknown)
        };
        let Some(p) = words.get(low).and_then(|o| o.last()).and_then(|o| people.get(*o)).or_else(short) else { continue };
        let Some(name) = word_of(t, i, p) else { continue };
        // `L. Haakonsen` after `Linnea Haakonsen`: the initial goes with it.
        let initial = i >= 2 && t.is(i - 1, '.') && t.shape(i - 2) == Some(Shape::Initial) && t.touches_next(i - 2);
        let first = if initial && !mentions.iter().any(|m| m.start <= t.list[i - 2].start && t.list[i - 2].start < m.end) {
            i - 2
        } else {
            i
        };
        let (start, end) = (t.list[first].start, token.end);
        let read = Read { first, next: i + 1, start, end, name: name.clone(), best: t.like(i), words: 1, parts: 1 };
        // It is a person elsewhere: only a thing that bears the name speaks against.
        let e = Evidence { phrase: true, title_from: first, ..Evidence::default() };
        if is_thing(t, &read, &e) {
            continue;
        }
        out.push(Mention {
            start,
            end,
            category: Category::Name,
            who: Who::New(around(t, first, i + 1, own).best_role().filter(|r| *r != Role::OtherPerson).unwrap_or(p.role)),
            rule: "text.again",
            confidence: 0.75,
            name: Some(name),
        });
    }
    out
}

/// The name that the word at token `i` is, when it may stand for the person here.
fn word_of(t: &Tokens, i: usize, p: &Someone) -> Option<Name> {
    let (low, like) = (t.low(i), t.like(i));
    let shape = t.shape(i)?;
    let begins = i == 0 || t.begins_line(i) || t.is(i - 1, '.') || t.is(i - 1, ':');
    let fits = match (shape, like) {
        (Shape::Lower, NameLike::Name) => p.small || low.len() >= 5,
        (Shape::Lower, _) => false,
        (_, NameLike::Name) => shape == Shape::Cap || low.len() >= 4,
        (Shape::Cap, NameLike::Unknown) => true,
        (Shape::Upper, NameLike::Unknown) => low.len() >= 5,
        // A word that is also a name: inside a sentence only, or before a verb of speech.
        (Shape::Cap, NameLike::WordName) => {
            let month = is_place_or_month(low);
            (!begins && !t.is_capital(i + 1) && !t.is_capital(i.wrapping_sub(1))
                || super::labels::is_speech(t.low(i + 1))
                || matches!(t.low(i + 1), "was" | "is" | "has" | "had" | "will" | "did" | "also" | "who")
                || t.is(i + 1, ':')
                || t.shape(i + 1) == Some(Shape::Lower) && t.low(i + 1).ends_with("ed"))
                && !month
        }
        _ => false,
    };
    if !fits {
        return None;
    }
    let text = t.word(i).to_string();
    Some(if p.family != low || p.given.low == low && is_given(low) {
        Name { given: vec![text], ..Name::default() }
    } else {
        Name { family: text, ..Name::default() }
    })
}
