//! The same person again in the same text: a surname after the whole name, a first name after the kin word, `Mrs. Smith` after
//! `the mother, Mrs. Smith`.

use super::cast::{Cast, Someone, gather, lend_role, link_initials, parts};
use super::evidence::{Evidence, around};
use super::fold::folded;
use super::identity::Own;
use super::name_read::Read;
use super::things::is_thing;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given, is_place_or_month};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};
use std::collections::HashMap;

/// Rule of a name that goes by the title of a relative named before.
pub const SAME_TITLE: &str = "text.same-title";

/// Bytes within which a title that patient and relative share is of the one named last.
const NEAR: usize = 240;

/// Gives names that tell little the role of the person they belong to, and finds further places where known people are named by
/// one word.
pub fn resolve(t: &Tokens, mentions: &mut Vec<Mention>, own: &Own) {
    let people = gather(t, mentions);
    if people.people.is_empty() {
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
    link_initials(mentions);
    own_surname(t, mentions, own);
}

/// Gives mentions the roles of the persons they belong to, once more is known of these.
pub fn lend(t: &Tokens, mentions: &mut [Mention]) {
    let kin: Vec<(String, Role)> = mentions
        .iter()
        .filter_map(|m| match (&m.who, &m.name) {
            (Who::New(r), Some(n)) if r.group() == RoleGroup::Relative && !m.rule.starts_with("list") => Some((parts(n).0, *r)),
            _ => None,
        })
        .filter(|(g, _)| !g.is_empty())
        .collect();
    // `husband Hector drinks; Hector refuses`: no member of the group.
    for m in mentions.iter_mut().filter(|m| matches!(m.rule, "cue.speaker" | "cue.turn" | "list.lone" | "text.again")) {
        let Some((given, family)) = m.name.as_ref().map(parts).filter(|_| m.who == Who::New(Role::OtherPatient)) else {
            continue;
        };
        let word = if given.is_empty() { &family } else { &given };
        if (given.is_empty() || family.is_empty())
            && let Some((_, role)) = kin.iter().find(|(g, _)| g == word)
        {
            m.who = Who::New(*role);
        }
    }
    let people = gather(t, mentions);
    mentions.iter_mut().for_each(|m| lend_role(m, &people));
    link_initials(mentions);
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

fn title_of(m: &Mention) -> Option<String> {
    m.name.as_ref().and_then(|n| n.prefix.first()).map(|p| folded(p).replace('.', ""))
}

/// `Mrs. Smith` without further words, where patient and relative are Smith: the relative who was called so before, else the patient,
/// whom the note is about. Nobody calls a child so.
fn own_surname(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let mut patient: Vec<String> = Vec::new();
    // Relatives called by a title and the patient's name: title, role, end of the last such mention.
    let mut called: Vec<(String, Role, usize)> = Vec::new();
    // The relative named last: sex, role.
    let mut last: Option<(Option<&'static str>, Role)> = None;
    // The relative named last with the patient's family name: sex, end.
    let mut full: Option<(Option<&'static str>, usize)> = None;
    let child = own.is_child(latest_year(t));
    let relatives: Vec<Role> = mentions.iter().filter_map(|m| if let Who::New(r) = m.who { Some(r) } else { None }).collect();
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name) {
        let title = title_of(m);
        let Some(name) = &m.name else { continue };
        let (given, family) = parts(name);
        match m.who {
            Who::New(role)
                if role.group() == RoleGroup::Relative && (own.is_family(&family) || family.is_empty() || is_given(&family)) =>
            {
                last = Some((super::known_person::sex_of(role), role));
                if !given.is_empty() && own.is_family(&family) {
                    full = Some((super::known_person::sex_of(role), m.end));
                }
                if let Some(title) = title {
                    called.retain(|c| c.0 != title);
                    called.push((title, role, m.end));
                }
            }
            // `Mrs. Carver` in the chart of Mr. Carver: his wife, or his mother.
            Who::New(Role::OtherPerson | Role::Relative) if given.is_empty() && own.is_family(&family) && title.is_some() => {
                let sex = title.as_deref().and_then(super::cues::title_sex);
                if sex.is_none() || super::whose::sex_matches(sex, own) {
                    continue;
                }
                let parent = if sex == Some("male") { Role::Father } else { Role::Mother };
                let order = if child { [parent, Role::Parent, Role::Spouse] } else { [Role::Spouse, parent, Role::Parent] };
                let role = order.into_iter().find(|r| relatives.contains(r)).unwrap_or(Role::Relative);
                m.who = Who::New(role);
            }
            Who::Patient if given.is_empty() && own.is_family(&family) => {
                let Some(title) = title else { continue };
                let sex = super::cues::title_sex(&title);
                let so = called.iter().find(|c| c.0 == title);
                match so {
                    // `Ms. Smith woke with pain` after `Ms. Smith, the patient's mother`: what only the patient of a note does.
                    Some(_) if is_cared_for(t, m.end) => patient.push(title),
                    Some((_, role, end)) => {
                        let apart = t.text.get(*end..m.start).is_some_and(|s| s.len() > NEAR);
                        let patients = patient.contains(&title);
                        if patients && apart {
                            continue;
                        }
                        m.who = if patients { Who::Ambiguous } else { Who::New(*role) };
                        m.rule = SAME_TITLE;
                    }
                    // `Mrs. Robinson` in the chart of a girl of five: her mother, or whoever of the family was named.
                    None if child && sex.is_some() => {
                        let parent = if sex == Some("male") { Role::Father } else { Role::Mother };
                        let named = last.filter(|(s, _)| *s == sex).map_or(Role::Relative, |(_, r)| r);
                        let role = if relatives.contains(&parent) { parent } else { named };
                        m.who = Who::New(role);
                        m.rule = SAME_TITLE;
                    }
                    // `Mother, Edith Harlow, called. Mrs. Harlow is 90`, where nobody was called so before: either.
                    None if !patient.contains(&title)
                        && sex.is_some()
                        && full.is_some_and(|(s, end)| s == sex && m.start.saturating_sub(end) < NEAR / 2) =>
                    {
                        m.who = Who::Ambiguous;
                        m.rule = SAME_TITLE;
                    }
                    // Whose sex nobody tells may be either.
                    None if own.sex.is_none() && sex.is_some() && last.is_some_and(|(s, _)| s == sex) => {
                        m.who = Who::Ambiguous;
                        m.rule = SAME_TITLE;
                    }
                    None => patient.push(title),
                }
            }
            _ => {}
        }
    }
}

/// True when behind byte `end` stands what a note says of its patient alone.
fn is_cared_for(t: &Tokens, end: usize) -> bool {
    let mut k = t.list.partition_point(|x| x.start < end);
    k += usize::from(matches!(t.low(k), "was" | "is" | "has" | "then" | "will" | "been"));
    k += usize::from(matches!(t.low(k), "been" | "then" | "be"));
    let aged = matches!(t.low(k), "a" | "an")
        && t.shape(k + 1) == Some(Shape::Number)
        && matches!(t.low(k + 2), "-" | "year" | "yo" | "y");
    aged || matches!(
        t.low(k),
        "underwent"
            | "presented"
            | "presents"
            | "tolerated"
            | "admitted"
            | "discharged"
            | "extubated"
            | "intubated"
            | "ambulated"
            | "ambulating"
            | "voided"
            | "voiding"
            | "woke"
            | "slept"
            | "ate"
            | "afebrile"
            | "transfused"
            | "febrile"
            | "npo"
    )
}

/// The latest year in a whole date of the text. A year alone is often long past.
fn latest_year(t: &Tokens) -> Option<u16> {
    let year = |i: usize| {
        let whole =
            i > 0 && (matches!(t.shape(i - 1), Some(Shape::Mark('/' | '-' | ','))) || t.is(i + 1, '-') && t.touches_next(i));
        (whole && t.shape(i) == Some(Shape::Number) && t.word(i).len() == 4)
            .then(|| t.word(i).parse::<u16>().ok())
            .flatten()
            .filter(|y| (1990..2050).contains(y))
    };
    (0..t.list.len()).filter_map(year).max()
}

/// Further places where somebody named elsewhere in the text is named by one word.
fn again(t: &Tokens, mentions: &[Mention], cast: &Cast, own: &Own) -> Vec<Mention> {
    let people = &cast.people;
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, p) in people.iter().enumerate() {
        let short = super::nicknames::forms(&p.given).into_iter().filter(|n| n.len() >= 3 && is_given(n));
        for part in [p.given.as_str(), p.family.as_str(), p.alias.as_str()].into_iter().chain(short) {
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
        // `Page 2 of 2`
        if low == "page" && t.shape(i + 1) == Some(Shape::Number) {
            continue;
        }
        let short = || {
            cast.longer(low)
                .filter(|_| low.len() >= 3 && !own.is_given(low))
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
        // It is a person elsewhere: only a thing that bears the name speaks against. `Birgitta's cell` is no kind of cell.
        let e = Evidence { phrase: true, title_from: first, ..Evidence::default() };
        let owns = token.possessive && !super::words::is_eponym(t.low(i));
        let acts = super::words::is_bare_eponym(low) && p.family == low && acts_as_person(t, i);
        if !owns && !acts && is_thing(t, &read, &e) {
            continue;
        }
        out.push(Mention {
            weighed: false,
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

/// `Graves will call`, `seen by Graves.` after `Dr. Owen Graves`: what acts or is told something is a person, not the disease.
fn acts_as_person(t: &Tokens, i: usize) -> bool {
    let (before, next) = (t.low(i.wrapping_sub(1)), t.low(i + 1));
    let told = matches!(
        before,
        "by" | "with" | "per" | "told" | "called" | "asked" | "paged" | "notified" | "informed" | "texted" | "emailed"
    );
    super::speech::is_speech(next)
        || matches!(next, "will" | "has" | "had" | "did" | "also" | "who" | "saw" | "would" | "can")
        || told && !matches!(t.shape(i + 1), Some(Shape::Lower))
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
            // `Give Tony our best`: the capital before it only begins the sentence.
            let opened = i > 1 && super::words::is_word(t.low(i - 1)) && (t.begins_line(i - 1) || t.is(i - 2, '.'));
            (!begins && !t.is_capital(i + 1) && (!t.is_capital(i.wrapping_sub(1)) || opened)
                || super::speech::is_speech(t.low(i + 1))
                || matches!(t.low(i + 1), "was" | "is" | "has" | "had" | "will" | "did" | "also" | "who")
                || t.is(i + 1, ':')
                || t.shape(i + 1) == Some(Shape::Lower) && t.low(i + 1).ends_with("ed"))
                && !month
        }
        // `whether Poppy needs her shots`, after `baby sister Poppy`.
        (Shape::Cap, NameLike::Word) => {
            p.given == low
                && low.len() > 3
                && !is_place_or_month(low)
                && t.shape(i.wrapping_sub(1)) == Some(Shape::Lower)
                && matches!(t.shape(i + 1), Some(Shape::Lower | Shape::Mark(_)) | None)
                && !super::words::is_running_word(low)
        }
        _ => false,
    };
    if !fits {
        return None;
    }
    let text = t.word(i).to_string();
    Some(if p.family != low || p.given == low && is_given(low) {
        Name { given: vec![text], ..Name::default() }
    } else {
        Name { family: text, ..Name::default() }
    })
}
