//! The people of one text: which mentions are of one person, and what all of them together tell of that person's role.

use super::cast_index::Index;
use super::fold::folded;
use super::known_person::sex_of;
use super::nicknames::compatible;
use super::tokens::Tokens;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};
use std::collections::{HashMap, HashSet};

/// Somebody named in the text.
pub struct Someone {
    /// First given name, folded; empty when no mention tells it.
    pub given: String,
    /// Family name, folded.
    pub family: String,
    /// The most telling role of all mentions.
    pub role: Role,
    /// Written in small letters somewhere.
    pub small: bool,
    /// A nickname in quotes or parentheses inside the name.
    pub alias: String,
}

/// Everybody named in a text, and how to find them.
#[derive(Default)]
pub struct Cast {
    /// In order of appearance.
    pub people: Vec<Someone>,
    index: Index,
}

impl Cast {
    fn keep(&mut self, at: usize) {
        let Some(p) = self.people.get(at) else { return };
        for word in [&p.given, &p.family, &p.alias] {
            self.index.add(at, word);
        }
    }

    /// The first whose given name goes on from `low`.
    pub fn longer(&self, low: &str) -> Option<&Someone> {
        let people = self.index.begins_like(low).iter().filter_map(|i| self.people.get(*i));
        people.into_iter().find(|p| p.given.len() >= low.len() + 2 && p.given.starts_with(low))
    }
}

/// Rules of initials and user names: they stand for somebody whose name stands elsewhere, if at all.
fn stands_in(rule: &str) -> bool {
    matches!(rule, "cue.initials" | "cue.dictation" | "cue.login")
}

/// First given and family name, folded.
pub fn parts(name: &Name) -> (String, String) {
    let given = name.given.first().map(|g| folded(g).trim_end_matches('.').to_string()).unwrap_or_default();
    (given, folded(&name.family))
}

/// The sex that the title of a name tells.
fn title_of(name: &Name) -> Option<&'static str> {
    name.prefix.first().and_then(|p| super::cues::title_sex(&folded(p).replace('.', "")))
}

/// Everybody of whom the text tells something new, in order of appearance.
pub fn gather(t: &Tokens, mentions: &[Mention]) -> Cast {
    let mut cast = Cast::default();
    for m in mentions {
        let (Who::New(role), Category::Name, Some(name)) = (&m.who, m.category, &m.name) else { continue };
        if *role == Role::Organization || stands_in(m.rule) {
            continue;
        }
        let (given, family) = parts(name);
        let sex = title_of(name);
        let written = t.text.get(m.start..m.end).unwrap_or("");
        let alias = alias(written);
        let small = written.starts_with(char::is_lowercase);
        let best = cast
            .index
            .may_be([&given, &family])
            .into_iter()
            .filter_map(|i| same(cast.people.get(i)?, &given, &family, *role, sex).map(|fit| (fit, i)))
            .max_by_key(|(fit, _)| *fit);
        let at = match best.and_then(|(_, i)| cast.people.get_mut(i).map(|p| (i, p))) {
            Some((i, p)) => {
                let lone_family = p.given.is_empty() && given.is_empty();
                // A lone word may be either name: the whole name tells which.
                if p.given.chars().count() < given.chars().count() && !family.is_empty() || p.given.is_empty() && !lone_family {
                    p.given = given;
                }
                if !family.is_empty() && p.family != family && !p.given.is_empty() && (p.family.is_empty() || p.family == p.given)
                {
                    p.family = family;
                }
                if role.rank() > p.role.rank() {
                    p.role = *role;
                }
                p.small |= small;
                if p.alias.is_empty() {
                    p.alias = alias;
                }
                i
            }
            None => {
                cast.people.push(Someone { given, family, role: *role, small, alias });
                cast.people.len() - 1
            }
        };
        cast.keep(at);
    }
    cast
}

/// `Bob` of `Robert "Bob" Roe`.
fn alias(written: &str) -> String {
    let inner = written.split(['"', '(', '\u{201c}']).nth(1).and_then(|r| r.split(['"', ')', '\u{201d}']).next()).unwrap_or("");
    folded(inner)
}

/// True when two roles can be of one person.
pub fn agree(a: Role, b: Role) -> bool {
    let vague = |r: Role| matches!(r, Role::OtherPerson | Role::Contact);
    let care = |r: Role| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff);
    let close = |r: Role| matches!(r.group(), RoleGroup::Relative | RoleGroup::Contact);
    a == b
        || vague(a)
        || vague(b)
        || care(a) && care(b)
        || close(a) && close(b) && (a.group() != b.group() || a.rank() < 50 || b.rank() < 50)
        || a.group() == RoleGroup::OtherPatient && b.group() == RoleGroup::OtherPatient
        || matches!((a, b), (Role::Newborn, r) | (r, Role::Newborn) if matches!(r, Role::Son | Role::Daughter | Role::Child))
}

/// True for a relative and a clinician: one person can be both, when the whole name says so.
fn crosses(a: Role, b: Role) -> bool {
    let kin = |r: Role| r.group() == RoleGroup::Relative;
    let care = |r: Role| r.group() == RoleGroup::Clinician;
    kin(a) && care(b) || kin(b) && care(a)
}

/// How well a name fits somebody: whole names before given names before family names. `None` when it is somebody else's.
pub fn same(p: &Someone, given: &str, family: &str, role: Role, sex: Option<&str>) -> Option<u8> {
    if let (Some(sex), Some(known)) = (sex, sex_of(p.role))
        && sex != known
    {
        return None;
    }
    if !agree(p.role, role) {
        let whole = p.given == given && p.family == family && given.chars().count() > 1 && !family.is_empty();
        return (whole && crosses(p.role, role)).then_some(5);
    }
    let whole = !p.given.is_empty() && !p.family.is_empty();
    match (given.is_empty(), family.is_empty()) {
        (false, false) if whole => (family_fits(&p.family, family) && given_fits(&p.given, given)).then_some(6),
        // Known by one word only: it is either part of the whole name.
        (false, false) => {
            let one = if p.given.is_empty() { &p.family } else { &p.given };
            // `L. Odom` is not Liban.
            if given.chars().count() > 1 && super::same_given(one, given) {
                Some(4)
            } else {
                family_fits(family, one).then_some(3)
            }
        }
        (true, false) => {
            if family_fits(&p.family, family) {
                return Some(3);
            }
            // A given name that is a family name, too, reads as one when it stands alone.
            (p.given.chars().count() > 1 && super::same_given(&p.given, family) || p.alias == family).then_some(2)
        }
        (false, true) => {
            if !p.given.is_empty() && super::same_given(&p.given, given) || p.alias == given {
                return Some(3);
            }
            (p.given.is_empty() && p.family == given || vague(role) && p.family == given && given.len() > 2).then_some(1)
        }
        (true, true) => None,
    }
}

fn vague(r: Role) -> bool {
    matches!(r, Role::OtherPerson | Role::Contact | Role::Clinician)
}

/// The same family name, or one part of a double one: `Marsh` of `Thibault-Marsh`.
fn family_fits(known: &str, read: &str) -> bool {
    if known.is_empty() || read.is_empty() {
        return false;
    }
    // Both joints are one byte that no other character holds.
    let part = |whole: &str, one: &str| {
        whole.len() > one.len()
            && one.chars().nth(2).is_some()
            && memchr::memmem::find(whole.as_bytes(), one.as_bytes()).is_some()
            && whole.split(['-', ' ']).any(|w| w == one)
    };
    known == read || part(known, read) || part(read, known)
}

fn given_fits(a: &str, b: &str) -> bool {
    let initial = |x: &str, y: &str| x.len() <= 4 && y.starts_with(x) && x.chars().count() == 1;
    a == b || initial(a, b) || initial(b, a) || compatible(a, b)
}

/// A mention whose words tell little takes the role of the person it belongs to.
pub fn lend_role(m: &mut Mention, cast: &Cast) {
    let (Who::New(role), Category::Name, Some(name)) = (&m.who, m.category, &m.name) else { return };
    let (given, family) = parts(name);
    let sex = title_of(name);
    let role = *role;
    if stands_in(m.rule) {
        return;
    }
    let better = cast
        .index
        .may_be([&given, &family])
        .into_iter()
        .filter_map(|i| cast.people.get(i))
        .filter_map(|p| same(p, &given, &family, role, sex).map(|fit| (fit, p)))
        .max_by_key(|(f, p)| (*f, p.role.rank()));
    if let Some((_, p)) = better
        && p.role.rank() > role.rank()
        && (role == Role::OtherPerson || p.role.group() == role.group() || crosses(p.role, role) || vague(role))
    {
        m.who = Who::New(p.role);
    }
}

/// `HFB/TLM` below `H. F. Begaye, MD`: initials are of whoever of the text has them.
pub fn link_initials(mentions: &mut [Mention]) {
    if !mentions.iter().any(|m| stands_in(m.rule)) {
        return;
    }
    let works = |r: Role| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff);
    // A long text names the same people in every entry: each is taken once, and found by family name or initials.
    let mut named: Vec<(Role, Name, String)> = Vec::new();
    let (mut by_family, mut by_initials) = (HashMap::<String, Vec<usize>>::new(), HashMap::<String, Vec<usize>>::new());
    let mut seen: HashSet<(Role, &str, &str, &[String])> = HashSet::new();
    for m in mentions.iter().filter(|m| !stands_in(m.rule)) {
        let (Who::New(role), Some(name)) = (&m.who, &m.name) else { continue };
        if !works(*role) || name.given.is_empty() || name.family.is_empty() {
            continue;
        }
        if !seen.insert((*role, &name.text, &name.family, &name.given)) {
            continue;
        }
        let (given, family) = parts(name);
        by_family.entry(family).or_default().push(named.len());
        for initials in initials_of(name) {
            by_initials.entry(initials).or_default().push(named.len());
        }
        named.push((*role, name.clone(), given));
    }
    drop(seen);
    for m in mentions.iter_mut().filter(|m| stands_in(m.rule)) {
        let (Who::New(role), Some(name)) = (&m.who, &m.name) else { continue };
        let short = folded(&name.text).replace('.', "");
        let (given, family) = parts(name);
        let login = m.rule == "cue.login";
        let found = if login || !family.is_empty() { by_family.get(&family) } else { by_initials.get(&short) };
        let of = |g: &String| match (login, family.is_empty()) {
            (true, _) => g.starts_with(&given) || given.starts_with(g.as_str()),
            (false, false) => g.starts_with(&given),
            (false, true) => true,
        };
        let mut fits =
            found.into_iter().flatten().filter_map(|k| named.get(*k)).filter(|(_, _, g)| of(g)).map(|(r, n, _)| (r, n));
        let Some((is, whole)) = fits.next().map(|(r, n)| (*r, n.clone())) else { continue };
        // Two people with these initials: nobody can say.
        let one = fits.all(|(_, n)| same_name(n, &whole));
        let role = *role;
        if one && (works(role) || role == Role::OtherPerson) {
            m.who = Who::New(is);
            m.name = Some(whole);
        }
    }
}

/// True when two names of one text, each as [`parts`] gives it, read as one person's: no part of one speaks against the other and a whole word agrees.
pub fn called_alike((ga, fa): &(String, String), (gb, fb): &(String, String)) -> bool {
    let long = |w: &str| w.chars().nth(1).is_some();
    match (long(ga) && long(gb), long(fa) && long(fb)) {
        (true, true) => family_fits(fa, fb) && given_fits(ga, gb),
        (true, false) => given_fits(ga, gb),
        (false, true) => family_fits(fa, fb) && (ga.is_empty() || gb.is_empty() || given_fits(ga, gb)),
        (false, false) => long(ga) && ga == fb || long(fa) && fa == gb,
    }
}

fn same_name(a: &Name, b: &Name) -> bool {
    let ((ga, fa), (gb, fb)) = (parts(a), parts(b));
    fa == fb && given_fits(&ga, &gb)
}

/// `hb` and `hfb` of `H. F. Begaye`; `lab` and `lb` of `Lucinda A. Barrow`.
pub fn initials_of(name: &Name) -> Vec<String> {
    let first = |w: &str| folded(w).chars().find(|c| c.is_alphanumeric());
    let givens: Vec<char> = name.given.iter().flat_map(|g| g.split([' ', '-'])).filter_map(first).collect();
    let family: Vec<char> = name.family.split([' ', '-']).filter_map(first).collect();
    let (Some(g), Some(f)) = (givens.first(), family.first()) else { return Vec::new() };
    let mut out = vec![[*g, *f].iter().collect::<String>(), givens.iter().chain([f]).collect()];
    out.push(givens.iter().chain(&family).collect());
    out.push(std::iter::once(g).chain(&family).collect());
    out
}
