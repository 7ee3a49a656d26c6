//! Whose relative somebody is: the patient's, a relative's, another patient's; and relatives told by a list.

use super::cues::{field_phrase, is_kin_adjective, kin, kin_of_kin};
use super::evidence::around;
use super::identity::Own;
use super::kin_words::is_count;
use super::known_person::sex_of;
use super::scene::{WARD, mention_over, range};
use super::table_roles::is_line_end;
use super::tokens::{MAX_LINE, Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};

/// `Dot's son Gene` where Dot is the room-mate; `Shoshana's daughters Tali and Liora` where she is the patient's aunt; `Neel lives
/// with his wife Pooja` where Neel is the son.
pub fn relatives_of_others(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let mut before: Option<(usize, Role)> = None;
    // Who was taken for the patient's own: given name, role before and after.
    let mut changed: Vec<(String, Role, Role)> = Vec::new();
    for i in 0..mentions.len() {
        let Some(m) = mentions.get(i).filter(|m| m.category == Category::Name) else { continue };
        let (first, _) = range(t, m);
        let Who::New(role) = m.who else { continue };
        let of = kin_before(t, first)
            .or_else(|| wed_before(t, mentions, first))
            .and_then(|(kin, at)| owner(t, mentions, at, own).map(|who| (kin, who)));
        let maiden = first > 0 && matches!(t.low(first - 1), "nee" | "formerly" | "aka") && i > 0;
        let told = match of {
            // `mother Estelle née Kaplan`
            None if maiden => match mentions.get(i - 1).map(|p| (&p.who, p.end)) {
                Some((Who::New(r), end)) if m.start - end < 16 => Some(*r),
                _ => None,
            },
            Some((kin, who)) => relation(kin, &who),
            // `daughters Tali (unaffected) and Liora`: as the one before.
            None => before.filter(|(end, _)| joined(t, *end, first)).map(|(_, r)| r),
        };
        before = None;
        let open = |r: Role| role == Role::OtherPerson || role.group() == RoleGroup::Relative || r == role || maiden;
        let Some(told) = told.filter(|r| open(*r)) else {
            continue;
        };
        let first_name = if maiden { i.checked_sub(1).and_then(|p| mentions.get(p)).and_then(|p| p.name.clone()) } else { None };
        if let Some(m) = mentions.get_mut(i) {
            if let Some(given) = m.name.as_ref().map(|n| super::cast::parts(n).0).filter(|g| !g.is_empty() && role != told) {
                changed.push((given, role, told));
            }
            m.who = Who::New(told);
            m.name = first_name.or(m.name.take());
            before = Some((m.end, told));
        }
    }
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name) {
        let Some(name) = &m.name else { continue };
        let (given, family) = super::cast::parts(name);
        let word = if given.is_empty() { family } else { given };
        if let Some((_, _, to)) = changed.iter().find(|(g, from, _)| *g == word && m.who == Who::New(*from)) {
            m.who = Who::New(*to);
        }
    }
}

/// What the relative of somebody is to the patient.
fn relation(kin: Role, of: &Who) -> Option<Role> {
    match of {
        Who::New(r) if r.group() == RoleGroup::Relative => Some(kin_of_kin(*r, kin)),
        // The father of the patient's child, and his people, are no strangers.
        Who::New(Role::OtherPerson) | Who::Patient => None,
        Who::New(r) if r.group() == RoleGroup::OtherPatient && *r != Role::Newborn && *r != Role::Donor => {
            Some(Role::OtherPerson)
        }
        Who::New(r) if matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff) => Some(Role::OtherPerson),
        _ => None,
    }
}

/// Another name of the same list: nothing but `and`, commas and a parenthesis between.
fn joined(t: &Tokens, end: usize, first: usize) -> bool {
    let from = t.index_at(end.saturating_sub(1)) + 1;
    if first <= from || first - from > 12 {
        return false;
    }
    let mut depth = 0i32;
    let mut and = false;
    for k in from..first {
        match t.shape(k) {
            Some(Shape::Mark('(')) => depth += 1,
            Some(Shape::Mark(')')) => depth -= 1,
            _ if depth > 0 => {}
            Some(Shape::Mark(',' | '&' | '+')) => and = true,
            Some(Shape::Lower) if t.low(k) == "and" => and = true,
            Some(Shape::Number) => {}
            _ => return false,
        }
    }
    and && depth == 0
}

/// The kin word before a name and the token before it that says whose: `Dot's` of `Dot's younger son Gene`, `his`.
fn kin_before(t: &Tokens, first: usize) -> Option<(Role, usize)> {
    let mut k = first;
    while k > 0 && first - k < 3 && matches!(t.shape(k - 1), Some(Shape::Mark(',' | ':' | '('))) {
        k -= 1;
    }
    let mut j = k.checked_sub(1)?;
    if t.low(j) == "law" && j >= 2 && t.low(j - 1) == "in" {
        j -= 2;
    }
    let role = kin(t.low(j)).filter(|_| !t.get(j).is_some_and(|x| x.possessive))?;
    let mut p = j.checked_sub(1)?;
    while p > 0 && j - p < 4 && (is_kin_adjective(t.low(p)) || is_count(t.low(p))) {
        p -= 1;
    }
    Some((role, p))
}

/// `daughter Mabel, married to Trevor`: the token of the relative whose spouse this is.
fn wed_before(t: &Tokens, mentions: &[Mention], first: usize) -> Option<(Role, usize)> {
    let verb = first.checked_sub(2)?;
    if t.low(first - 1) != "to" || !matches!(t.low(verb), "married" | "engaged" | "wed" | "remarried") {
        return None;
    }
    let at = (verb.saturating_sub(5)..verb).rev().find(|k| mention_over(t, mentions, *k).is_some())?;
    Some((Role::Spouse, at))
}

/// Whom the token before a kin word means: a name with a possessive, or a pronoun right after somebody who is spoken of.
fn owner(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Option<Who> {
    if t.get(at)?.possessive || t.is_capital(at) && mention_over(t, mentions, at).is_some() {
        // `Jose's wife's brother`: the kin word itself is told by the words before it.
        let i = mention_over(t, mentions, at)?;
        return mentions.get(i).map(|m| m.who.clone());
    }
    // `Daughter Mabel has two kids, Jasper and Lila`
    if matches!(t.low(at), "has" | "have" | "had") {
        let i = (at.saturating_sub(2)..at).rev().find_map(|k| mention_over(t, mentions, k))?;
        return mentions.get(i).map(|m| m.who.clone()).filter(|w| matches!(w, Who::New(r) if r.group() == RoleGroup::Relative));
    }
    if !matches!(t.low(at), "his" | "her" | "their") {
        let mine = matches!(t.low(at), "my" | "our" | "your" | "patient" | "pt" | "pts" | "own");
        return if mine { None } else { row_subject(t, mentions, at) };
    }
    // `Andrei and his wife`, `Neel lives at home with his wife`, `(Beatrice, her son`.
    for k in (at.saturating_sub(6)..at).rev() {
        if let Some(i) = mention_over(t, mentions, k) {
            let m = mentions.get(i)?;
            let fits = match (&m.who, t.low(at)) {
                (Who::New(r), "his") => sex_of(*r) != Some("female"),
                (Who::New(r), "her") => sex_of(*r) != Some("male"),
                _ => true,
            };
            // `his wife Doris and his son`: both are the patient's.
            let (head, _) = range(t, m);
            let beside = kin_before(t, head).is_some_and(|(_, p)| t.low(p) == t.low(at));
            // `Seen by Dr. Tran and her sister`: the patient's.
            let works = matches!(&m.who, Who::New(r) if matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
            return fits.then(|| m.who.clone()).filter(|_| !works && !beside && tied(t, k + 1, at));
        }
        let low = t.low(k);
        // `her brother and his wife Ana`, without a name.
        if let Some(role) = kin(low).filter(|_| tied(t, k + 1, at)) {
            let fits = sex_of(role).is_none_or(|s| (s == "male") == (t.low(at) == "his"));
            return fits.then_some(Who::New(role));
        }
        if matches!(t.shape(k), Some(Shape::Break | Shape::Mark('.' | ';'))) {
            break;
        }
    }
    row_subject(t, mentions, at)
        .or_else(|| sentence_subject(t, mentions, at))
        .or_else(|| last_subject(t, mentions, at, own))
        .filter(|_| own.sex.is_some() || t.low(at) != "their")
}

/// The other patient who begins the sentence: `Wilma was tearful about her son`.
fn sentence_subject(t: &Tokens, mentions: &[Mention], at: usize) -> Option<Who> {
    let start = sentence_start(t, at);
    let m = mentions.get((start..at.min(start + 3)).find_map(|k| mention_over(t, mentions, k))?)?;
    let patients = matches!(&m.who, Who::New(Role::OtherPatient));
    let own =
        (start..at).filter_map(|k| mention_over(t, mentions, k)).any(|i| mentions.get(i).is_some_and(|x| x.who == Who::Patient));
    (patients && !own).then(|| m.who.clone())
}

fn sentence_start(t: &Tokens, at: usize) -> usize {
    let from = at.saturating_sub(MAX_LINE);
    (from..at)
        .rev()
        .find(|k| {
            t.shape(*k) == Some(Shape::Break)
                || matches!(t.shape(*k), Some(Shape::Mark('.' | '!' | '?')))
                    && t.is_capital(k + 1)
                    && k.checked_sub(1)
                        .is_none_or(|p| t.shape(p) != Some(Shape::Initial) && super::cues::title(t.low(p)).is_none())
        })
        .map_or(from, |k| k + 1)
}

/// `Her husband Jared` after a sentence about the donor; `Her sister Naomi` after the mother of a pedigree.
fn last_subject(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Option<Who> {
    let start = sentence_start(t, at);
    if start + 1 < at || start < 2 || t.shape(start - 1) == Some(Shape::Break) || own.sex.is_none() {
        return None;
    }
    let before = sentence_start(t, start - 1);
    let mut here = (before..start).filter_map(|k| mention_over(t, mentions, k)).filter_map(|i| mentions.get(i));
    let first = here.next()?;
    let fits = match (&first.who, t.low(at)) {
        (Who::New(r), "his") => r.group() == RoleGroup::Relative && sex_of(*r) != Some("female"),
        (Who::New(r), _) => r.group() == RoleGroup::Relative && sex_of(*r) != Some("male"),
        _ => false,
    };
    if !fits || here.any(|m| m.who == Who::Patient) {
        return None;
    }
    // The head of the text and what stands around tell what it is about.
    let from = at.saturating_sub(MAX_LINE);
    let told = |words: &[&str]| (0..from.min(300)).chain(from..at).filter(|k| words.contains(&t.low(*k))).take(2).count();
    let kinship =
        told(&["maternal", "paternal", "pedigree", "proband", "carrier", "brca1", "brca2", "genetic", "genetics", "cgc"]) > 1;
    let donors = told(&["donor", "donors"]) > 1;
    (kinship || donors).then(|| first.who.clone())
}

/// Words between somebody and `his wife` that keep the two together.
fn tied(t: &Tokens, from: usize, to: usize) -> bool {
    (from..to).all(|k| {
        matches!(t.shape(k), Some(Shape::Mark(',' | '&' | '/' | '(')) | Some(Shape::Number))
            || matches!(
                t.low(k),
                "states"
                    | "says"
                    | "reports"
                    | "that"
                    | "stated"
                    | "reported"
                    | "and"
                    | "lives"
                    | "live"
                    | "living"
                    | "at"
                    | "home"
                    | "with"
                    | "w"
                    | "stays"
                    | "resides"
                    | "has"
                    | "plus"
                    | "married"
            )
    })
}

/// The room-mate whose line of a ward list this is.
fn row_subject(t: &Tokens, mentions: &[Mention], at: usize) -> Option<Who> {
    let line = t.line_start(at);
    if t.shape(at) == Some(Shape::Break) {
        return None;
    }
    let first = (line..at.min(line + 6)).find_map(|k| mention_over(t, mentions, k))?;
    let m = mentions.get(first)?;
    let listed = matches!(m.rule, "cue.ward" | WARD);
    let patients = listed && matches!(&m.who, Who::New(r) if r.group() == RoleGroup::OtherPatient);
    let only = (line..at)
        .filter_map(|k| mention_over(t, mentions, k))
        .all(|i| i == first || mentions.get(i).map(|x| &x.who) != Some(&Who::Patient));
    (patients && only).then(|| m.who.clone())
}

/// `Two boys, Calvin and Desmond`, `three children: Otis, Mabel and Rory`: who is joined to a relative told in the plural.
pub fn in_company(t: &Tokens, mentions: &[Mention], i: usize, own: &Own) -> Option<Role> {
    let m = mentions.get(i)?;
    let (first, _) = range(t, m);
    let p = mentions.get(i.checked_sub(1)?).filter(|p| p.category == Category::Name)?;
    if !joined(t, p.end, first) {
        // `Adele and Corinne, her daughters`: told behind the last.
        let after = mentions.get(i + 1).filter(|n| n.category == Category::Name)?;
        let (head, next) = range(t, after);
        let plural = (next..next + 4).any(|k| is_plural(t.low(k)));
        return around(t, head, next, own).kin.filter(|_| plural && joined(t, m.end, head));
    }
    let Who::New(role) = p.who else { return None };
    let (head, _) = range(t, p);
    let plural = (head.saturating_sub(6)..head).any(|k| is_plural(t.low(k)));
    let chained = i >= 2 && mentions.get(i - 2).is_some_and(|q| q.who == p.who && joined(t, q.end, head));
    (role.group() == RoleGroup::Relative && (plural || chained)).then_some(role)
}

fn is_plural(low: &str) -> bool {
    matches!(
        low,
        "children"
            | "kids"
            | "sons"
            | "daughters"
            | "boys"
            | "girls"
            | "twins"
            | "brothers"
            | "sisters"
            | "siblings"
            | "sibs"
            | "parents"
            | "grandchildren"
            | "grandsons"
            | "granddaughters"
            | "grandkids"
            | "nieces"
            | "nephews"
            | "cousins"
            | "aunts"
            | "uncles"
            | "stepchildren"
            | "stepsons"
            | "stepdaughters"
    )
}

/// `Name: Mabel Crane  Relationship: Daughter` in one line.
pub fn related(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let end = (next..next + 30).find(|k| is_line_end(t, *k) || t.get(*k).is_none()).unwrap_or(next + 30);
    let label = (next..end).find(|k| matches!(t.low(*k), "relationship" | "relation") && t.is(k + 1, ':'))?;
    // Another person's label between: the relation is theirs.
    let theirs = (next..label).any(|k| t.low(k) == "name") || (first.saturating_sub(1)..first).any(|k| t.is(k, ','));
    let role = kin(t.low(label + 2)).or_else(|| field_phrase(|i| t.low(label + 2 + i)).map(|f| f.1));
    role.filter(|_| !theirs)
}

/// `FHx: M Edith 88, F Walter d. 70`, `Clement (H), Otis (S), Mabel (D) present`.
pub fn lettered(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let line = t.line_start(first);
    let role = |low: &str| match low {
        "m" => Some(Role::Mother),
        "f" => Some(Role::Father),
        "b" => Some(Role::Brother),
        "h" | "w" => Some(Role::Spouse),
        "d" => Some(Role::Daughter),
        _ => None,
    };
    let family = (line..line + 3).any(|k| matches!(t.low(k), "fhx" | "fh" | "famhx" | "fam" | "family"));
    // The letter may have been read as an initial of the name.
    let letter = if t.shape(first) == Some(Shape::Initial) && next > first + 1 { Some(first) } else { first.checked_sub(1) };
    let letter = letter.filter(|k| *k >= line && t.shape(*k) == Some(Shape::Initial));
    if let Some(k) = letter.filter(|_| family) {
        return if t.low(k) == "s" { Some(Role::Sister) } else { role(t.low(k)) };
    }
    let lettered = |k: usize| t.is(k, '(') && t.shape(k + 1) == Some(Shape::Initial) && t.is(k + 2, ')');
    let many = (line..line + 40).take_while(|k| !is_line_end(t, *k)).filter(|k| lettered(*k)).count() > 1;
    if lettered(next) && many {
        return if t.low(next + 1) == "s" { Some(Role::Son) } else { role(t.low(next + 1)) };
    }
    None
}

/// `Siblings: Ari, 47, healthy; Miriam (ovarian 39)`: everybody in the list behind the label.
pub fn listed_kin(t: &Tokens, first: usize) -> Option<Role> {
    let entry = matches!(t.shape(first.checked_sub(1)?), Some(Shape::Mark(',' | ';' | ':' | '/'))) || t.low(first - 1) == "and";
    let line = t.line_start(first);
    let colon = (line..first.min(line + 4)).find(|k| t.is(*k, ':'))?;
    let label = colon.checked_sub(1).filter(|l| *l >= line)?;
    entry
        .then(|| match t.low(label) {
            "siblings" | "sibs" => Some(Role::Sibling),
            "children" | "kids" | "deliveries" | "pregnancies" | "births" => Some(Role::Child),
            low if low.starts_with('g') && low.contains('p') && low.len() <= 6 && t.shape(label) == Some(Shape::Mixed) => {
                Some(Role::Child)
            }
            "brothers" => Some(Role::Brother),
            "sisters" => Some(Role::Sister),
            "sons" => Some(Role::Son),
            "daughters" => Some(Role::Daughter),
            "grandchildren" | "grandkids" => Some(Role::Grandchild),
            "aunts" => Some(Role::Aunt),
            "uncles" => Some(Role::Uncle),
            "cousins" => Some(Role::Cousin),
            _ => None,
        })
        .flatten()
}
