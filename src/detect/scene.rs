//! What the place in the text tells of somebody of whom the words beside the name tell nothing: a chair on the ward, a desk, a column
//! of a table, a heading, the address in a mail header, what somebody does or who owns whom.

use super::cues::{field_phrase, is_kin_adjective, kin, kin_of_kin};
use super::evidence::{around, place_end, section_role};
use super::identity::Own;
use super::owner::is_workplace;
use super::tokens::{Shape, Tokens};
use super::words::NameLike;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};

/// Tokens looked at before and after a name.
const REACH: usize = 10;

/// Settles whose relative somebody is (`Dot's son Gene`, `Andrei and his wife Megan`), and gives those without a role one.
pub fn settle(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    if mentions.iter().any(untold) {
        places(t, mentions, own);
    }
    relatives_of_others(t, mentions, own);
}

fn places(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let table = Table::new(t);
    for i in 0..mentions.len() {
        let Some(m) = mentions.get(i).filter(|m| untold(m)) else { continue };
        let (first, next) = range(t, m);
        let told = around(t, first, next, own);
        if told.best_role() == Some(Role::OtherPerson) {
            continue;
        }
        let on_ward = ward(t, told.title_from, next);
        let role = on_ward
            .or_else(|| mail(t, next))
            .or_else(|| desk(t, told.title_from, next))
            .or_else(|| table.role(t, first))
            .or_else(|| acts(t, told.title_from, next))
            .or_else(|| listed_kin(t, first))
            .or_else(|| heading(t, first));
        if let (Some(role), Some(m)) = (role, mentions.get_mut(i)) {
            m.who = Who::New(role);
            if on_ward.is_some() {
                m.rule = WARD;
            }
        }
    }
}

/// Rule of a name that a place on the ward tells to be another patient's.
const WARD: &str = "text.ward";

/// `Attending: Winston, Lily, Mrs. Shapiro` of a group session: who was there, and no attending physicians.
pub fn roll(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name) {
        let (first, _) = range(t, m);
        let line = (0..first).rev().find(|k| t.shape(*k) == Some(Shape::Break)).map_or(0, |k| k + 1);
        let label = matches!(t.low(line), "attending" | "attendees" | "present" | "members" | "participants" | "attendance");
        let colon = (line..line + 4).find(|k| t.is(*k, ':'));
        let Some(colon) = colon.filter(|c| label && *c < first) else { continue };
        let many = (colon..).take_while(|k| !t.ends_line(*k)).filter(|k| t.is(*k, ',')).count();
        let open = matches!(m.who, Who::New(Role::Physician | Role::OtherPerson | Role::Clinician));
        let doctor = around(t, first, first + 1, own).title_role.is_some() || around(t, first, first + 1, own).credential.is_some();
        if many < 2 || !open || doctor {
            continue;
        }
        let fits = m.name.as_ref().map(|n| own.fit(n));
        m.who = match fits {
            Some(super::identity::Fit::Full | super::identity::Fit::Part) => Who::Patient,
            _ => Who::New(Role::OtherPatient),
        };
    }
}

fn untold(m: &Mention) -> bool {
    m.category == Category::Name && m.who == Who::New(Role::OtherPerson)
}

fn range(t: &Tokens, m: &Mention) -> (usize, usize) {
    let first = t.index_at(m.start);
    (first, t.list.partition_point(|x| x.start < m.end).max(first + 1))
}

fn mention_over(t: &Tokens, mentions: &[Mention], k: usize) -> Option<usize> {
    let token = t.get(k)?;
    let at = mentions.partition_point(|m| m.start <= token.start).checked_sub(1)?;
    mentions.get(at).filter(|m| m.category == Category::Name && token.end <= m.end).map(|_| at)
}

/// `Dot's son Gene` where Dot is the room-mate; `Shoshana's daughters Tali and Liora` where she is the patient's aunt; `Neel lives
/// with his wife Pooja` where Neel is the son.
fn relatives_of_others(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let mut before: Option<(usize, Role)> = None;
    // Who was taken for the patient's own: given name, role before and after.
    let mut changed: Vec<(String, Role, Role)> = Vec::new();
    for i in 0..mentions.len() {
        let Some(m) = mentions.get(i).filter(|m| m.category == Category::Name) else { continue };
        let (first, _) = range(t, m);
        let Who::New(role) = m.who else { continue };
        let of = kin_before(t, first).and_then(|(kin, at)| owner(t, mentions, at, own).map(|who| (kin, who)));
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
        Who::New(r) if r.group() == RoleGroup::OtherPatient && *r != Role::Newborn && *r != Role::Donor => Some(Role::OtherPerson),
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
            Some(Shape::Mark(',' | '&')) => and = true,
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
    while p > 0 && j - p < 4 && is_kin_adjective(t.low(p)) {
        p -= 1;
    }
    Some((role, p))
}

/// Whom the token before a kin word means: a name with a possessive, or a pronoun right after somebody who is spoken of.
fn owner(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Option<Who> {
    if t.get(at)?.possessive {
        // `Jose's wife's brother`: the kin word itself is told by the words before it.
        let i = mention_over(t, mentions, at)?;
        return mentions.get(i).map(|m| m.who.clone());
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
                (Who::New(r), "his") => super::known_person::sex_of(*r) != Some("female"),
                (Who::New(r), "her") => super::known_person::sex_of(*r) != Some("male"),
                _ => true,
            };
            // `his wife Doris and his son`: both are the patient's.
            let (head, _) = range(t, m);
            let beside = kin_before(t, head).is_some_and(|(_, p)| t.low(p) == t.low(at));
            return fits.then(|| m.who.clone()).filter(|_| !beside && tied(t, k + 1, at));
        }
        let low = t.low(k);
        // `her brother and his wife Ana`, without a name.
        if let Some(role) = kin(low).filter(|_| tied(t, k + 1, at)) {
            let fits = super::known_person::sex_of(role).is_none_or(|s| (s == "male") == (t.low(at) == "his"));
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
    let own = (start..at).filter_map(|k| mention_over(t, mentions, k)).any(|i| mentions.get(i).is_some_and(|x| x.who == Who::Patient));
    (patients && !own).then(|| m.who.clone())
}

fn sentence_start(t: &Tokens, at: usize) -> usize {
    (0..at)
        .rev()
        .find(|k| {
            t.shape(*k) == Some(Shape::Break)
                || matches!(t.shape(*k), Some(Shape::Mark('.' | '!' | '?')))
                    && t.is_capital(k + 1)
                    && k.checked_sub(1).is_none_or(|p| t.shape(p) != Some(Shape::Initial) && super::cues::title(t.low(p)).is_none())
        })
        .map_or(0, |k| k + 1)
}

/// `Her husband Jared` after a sentence about the donor; `Her sister Naomi` after the mother of a pedigree.
fn last_subject(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Option<Who> {
    let start = sentence_start(t, at);
    if start + 1 < at || start < 2 || t.shape(start - 1) == Some(Shape::Break) || own.sex.is_none() {
        return None;
    }
    let told = |words: &[&str]| (0..t.list.len()).filter(|k| words.contains(&t.low(*k))).take(2).count();
    let kinship = told(&["maternal", "paternal", "pedigree", "proband", "carrier", "brca1", "brca2", "genetic", "genetics", "cgc"]) > 1;
    let donors = told(&["donor", "donors"]) > 1;
    if !kinship && !donors {
        return None;
    }
    let before = sentence_start(t, start - 1);
    let mut here = (before..start).filter_map(|k| mention_over(t, mentions, k)).filter_map(|i| mentions.get(i));
    let first = here.next()?;
    let fits = match (&first.who, t.low(at)) {
        (Who::New(r), "his") => r.group() == RoleGroup::Relative && super::known_person::sex_of(*r) != Some("female"),
        (Who::New(r), _) => r.group() == RoleGroup::Relative && super::known_person::sex_of(*r) != Some("male"),
        _ => false,
    };
    (fits && here.all(|m| m.who != Who::Patient)).then(|| first.who.clone())
}

/// Words between somebody and `his wife` that keep the two together.
fn tied(t: &Tokens, from: usize, to: usize) -> bool {
    (from..to).all(|k| {
        matches!(t.shape(k), Some(Shape::Mark(',' | '&' | '/' | '(')) | Some(Shape::Number))
            || matches!(
                t.low(k),
                "states" | "says" | "reports" | "that" | "stated" | "reported" | "and" | "lives" | "live" | "living" | "at" | "home" | "with" | "w" | "stays" | "resides" | "has" | "plus" | "married"
            )
    })
}

/// The room-mate whose line of a ward list this is.
fn row_subject(t: &Tokens, mentions: &[Mention], at: usize) -> Option<Who> {
    let line = (0..at).rev().find(|k| t.shape(*k) == Some(Shape::Break)).map_or(0, |k| k + 1);
    if t.shape(at) == Some(Shape::Break) {
        return None;
    }
    let first = (line..at.min(line + 6)).find_map(|k| mention_over(t, mentions, k))?;
    let m = mentions.get(first)?;
    let listed = matches!(m.rule, "cue.ward" | WARD);
    let patients = listed && matches!(&m.who, Who::New(r) if r.group() == RoleGroup::OtherPatient);
    let only = (line..at).filter_map(|k| mention_over(t, mentions, k)).all(|i| i == first || mentions.get(i).map(|x| &x.who) != Some(&Who::Patient));
    (patients && only).then(|| m.who.clone())
}

/// A place on the ward, a shared room, an age in a list: another patient. Looks at the words before the title and after the name.
fn ward(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let other = Some(Role::OtherPatient);
    // `pt in chair 7 (Mr. X`, `in C2, Mrs. X`, `C2: X`
    let mut k = first;
    while k > 0 && first - k < 2 && matches!(t.shape(k - 1), Some(Shape::Mark('(' | ',' | ':' | '-'))) {
        k -= 1;
    }
    if k > 0 && k < first && is_place_number(t, k - 1) {
        let labelled = t.begins_line(k - 1) && t.is(k, ':');
        let word = k.checked_sub(2).map_or("", |j| t.low(j));
        if labelled || matches!(word, "in" | "chair" | "bed" | "room" | "rm" | "bay" | "subject" | "from" | "pod" | "station") {
            return other;
        }
    }
    // `Pt in 615 Pettibone`
    if first >= 2 && t.shape(first - 1) == Some(Shape::Number) && matches!(t.low(first - 2), "in" | "room" | "rm" | "bed" | "chair" | "neighbor" | "pt") {
        return other;
    }
    let before = |words: &[&str]| {
        let n = words.len();
        first >= n && words.iter().enumerate().all(|(i, w)| t.low(first - n + i) == *w)
    };
    const SHARES: &[&[&str]] = &[
        &["next", "to"],
        &["mat", "w", "/"],
        &["mat", "with"],
        &["group", "with"],
        &["group", "w", "/"],
        &["bathroom", "with"],
        &["bathroom", "w", "/"],
        &["room", "with"],
        &["room", "w", "/"],
        &["table", "with"],
        &["confused", "with"],
        &["mixed", "up", "with"],
        &["eats", "with"],
        &["attached", "to"],
        &["sits", "with"],
        &["argument", "with"],
        &["altercation", "with"],
    ];
    const SHARED: &[&str] = &["share", "shares", "shared", "sharing"];
    const ROOMS: &[&str] = &["bay", "room", "bathroom", "suite", "cubicle", "table", "pod", "ward", "unit", "mat", "cabin"];
    let near = |words: &[&str]| (first.saturating_sub(7)..first).any(|k| words.contains(&t.low(k)));
    if before(&["with"]) && near(SHARED) && near(ROOMS) || before(&["next", "door"]) {
        return other;
    }
    let begins_with_share = SHARES.iter().any(|s| before(s));
    let titled = first < next && super::cues::title(t.low(first)).is_some();
    if begins_with_share && (titled || !t.is(first, '(')) {
        return other;
    }
    // `Mr. Abrams in 211`, `Ms. Gallo in bed 4`, `X (bed 4)`, `X from Tuesday group`
    let k = next + usize::from(t.is(next, '(') || t.is(next, ','));
    if place_end(t, k).is_some_and(|e| t.shape(e - 1) != Some(Shape::Lower))
        || t.low(k) == "in" && matches!(t.shape(k + 1), Some(Shape::Number)) && t.word(k + 1).len() <= 4 && t.word(k + 1).len() >= 2
    {
        return other;
    }
    if matches!(t.low(k), "from" | "in") && (k + 1..k + 4).any(|j| t.low(j) == "group") {
        return other;
    }
    // `Esposito, Carmela   F 61   L mastectomy`, `Nora Pemberton, 78, fractured wrist` at the head of a line.
    let heads = t.begins_line(first)
        || first > 0 && (t.begins_column(first) && t.begins_line(first.saturating_sub(1)) || t.is(first - 1, ':') && first >= 2 && t.begins_line(first - 2));
    let clock = first >= 3 && t.is(first - 2, ':') && t.begins_line(first - 3) && t.shape(first - 1) == Some(Shape::Number);
    if (heads || clock) && aged(t, k, next) {
        return other;
    }
    None
}

/// `F 61`, `61 F`, `61F`, `78,`, `54 yo` after a name.
fn aged(t: &Tokens, k: usize, next: usize) -> bool {
    let sex = |i: usize| matches!(t.low(i), "f" | "m" | "female" | "male");
    let years = |i: usize| t.shape(i) == Some(Shape::Number) && (1..=3).contains(&t.word(i).len());
    let gap = t.ends_column(next);
    let mixed = t.shape(k) == Some(Shape::Mixed) && t.word(k).len() <= 4 && t.low(k).ends_with(['f', 'm']);
    sex(k) && (years(k + 1) || t.is(k + 1, '?'))
        || years(k) && (sex(k + 1) || matches!(t.low(k + 1), "yo" | "y" | "yr" | "year") || t.is(k + 1, ',') && k > next)
        || mixed && (gap || k > next)
}

fn is_place_number(t: &Tokens, k: usize) -> bool {
    match t.shape(k) {
        Some(Shape::Mixed) => t.word(k).len() <= 4,
        Some(Shape::Number) => t.word(k).len() <= 3,
        _ => false,
    }
}

/// `From: Wren Hollister <whollister@clinic.example.org>`: an address of a place of care.
fn mail(t: &Tokens, next: usize) -> Option<Role> {
    let k = next + usize::from(t.is(next, ','));
    if !t.is(k, '<') && !t.is(k, '[') && !t.is(k, '(') {
        return None;
    }
    let start = t.get(k)?.end;
    let rest = t.text.get(start..)?.split([' ', '\n', '>', ']', ')']).next()?;
    (rest.contains('@') && is_workplace(rest)).then_some(Role::Clinician)
}

/// `Oscar at the desk`, `tiffany at front desk`, `marisol in billing`, `transport Andre`, `Debbie Aucoin, Medical Records`.
fn desk(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let mut k = next;
    if matches!(t.low(k), "at" | "in" | "from" | "with" | "of" | "@") || t.is(k, '@') {
        k += 1;
        if matches!(t.low(k), "the" | "our") {
            k += 1;
        }
        let front = k + usize::from(matches!(t.low(k), "front" | "reception" | "checkout" | "nursing"));
        if matches!(t.low(front), "desk" | "station" | "window") {
            return Some(Role::Staff);
        }
        if let Some((_, role)) = field_phrase(|i| t.low(k + i)) {
            return Some(role);
        }
        if matches!(
            t.low(k),
            "registration" | "scheduling" | "billing" | "him" | "records" | "admissions" | "admitting" | "security" | "housekeeping"
                | "referrals" | "transport" | "transcription" | "insurance" | "authorizations" | "intake" | "bed"
        ) {
            return Some(Role::Staff);
        }
        return match t.low(k) {
            "pharmacy" | "cvs" | "walgreens" => Some(Role::Pharmacist),
            "pt" | "ot" | "rehab" => Some(Role::Therapist),
            "lab" | "radiology" | "imaging" => Some(Role::Technician),
            "dietary" | "nutrition" => Some(Role::Dietitian),
            "triage" => Some(Role::Nurse),
            _ => None,
        };
    }
    let j = first.checked_sub(1)?;
    // `renal Tamm`, `charge Hollis`, `wound care Winnie`
    let work = (1..=3usize)
        .rev()
        .filter_map(|n| first.checked_sub(n).map(|from| (n, from)))
        .find_map(|(n, from)| field_phrase(|i| t.low(from + i)).filter(|f| f.0 == n).map(|f| f.1));
    if let Some(role) = work.filter(|r| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff)) {
        return Some(role);
    }
    if t.low(j) == "charge" {
        return Some(Role::Nurse);
    }
    let told = match t.low(j) {
        "transport" | "transporter" | "security" | "housekeeping" | "volunteer" | "receptionist" | "scheduler" | "registrar" => {
            Some(Role::Staff)
        }
        "student" => Some(Role::Clinician),
        _ => None,
    };
    let paren = t.is(j, '(') && matches!(t.low(j.saturating_sub(1)), "security" | "transport" | "housekeeping");
    if told.is_some() || paren {
        return told.or(Some(Role::Staff));
    }
    // `Activities director Jolene`, `support coordinator Tiffany Moss`, `histotechnologist Marisa Tan`, `ILDA Gretchen`
    let work = t.low(j);
    if t.shape(j) == Some(Shape::Lower) || t.begins_line(j) {
        if matches!(work, "director" | "administrator" | "manager" | "representative" | "rep" | "agent" | "clerk" | "liaison" | "assistant" | "analyst" | "volunteer")
        {
            return Some(Role::Staff);
        }
        if matches!(work, "coordinator" | "specialist" | "advocate" | "educator" | "navigator" | "investigator") || work.ends_with("technologist") {
            return Some(if work.ends_with("technologist") { Role::Technician } else { Role::Clinician });
        }
    }
    None
}

/// What only those who give care do.
fn acts(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let mut k = next;
    if matches!(t.low(k), "who" | "has" | "had" | "will" | "then" | "also" | "to") {
        k += 1;
    }
    if t.get(next - 1).is_some_and(|x| x.possessive) && matches!(t.low(next), "office" | "clinic" | "team" | "service" | "panel") {
        return Some(Role::Physician);
    }
    let low = t.low(k);
    let verb = matches!(
        low,
        "assessed" | "examined" | "ordered" | "prescribed" | "titrated" | "scrubbed" | "intubated" | "extubated" | "redirected"
            | "rounded" | "charted" | "dictated" | "palpated" | "auscultated" | "sutured" | "debrided" | "cannulated" | "evaluated"
            | "precepted" | "triaged" | "cosigned" | "co-signed" | "attested" | "biopsied" | "anesthetized" | "facilitated"
            | "medicated" | "catheterized" | "suctioned" | "staffed" | "consented" | "cauterized" | "dispensed" | "counseled"
            | "counselled" | "instructed" | "taught" | "operated" | "irrigated" | "transfused" | "circulated"
    ) && t.shape(k) == Some(Shape::Lower);
    // `RT Dwayne to eval`
    let plan = k > next && matches!(low, "eval" | "evaluate" | "assess" | "follow" | "round" | "consult" | "scope" | "admit");
    let found = matches!(low, "found" | "saw" | "removed" | "placed" | "performed" | "started" | "stopped" | "gave" | "increased")
        && (k + 1..k + 8).any(|j| {
            matches!(
                t.low(j),
                "exam" | "screening" | "colonoscopy" | "infusion" | "biopsy" | "foley" | "line" | "catheter" | "ekg" | "dose" | "it"
                    | "drip" | "block"
            )
        })
        && matches!(low, "found" | "performed" | "placed" | "removed" | "stopped");
    let dosed = matches!(low, "gave" | "hung" | "pushed" | "started" | "bolused") && t.shape(k + 1) == Some(Shape::Number);
    if verb || plan || found || dosed {
        return Some(Role::Clinician);
    }
    // `Please call Sharon at 617-555-0107 for an appointment`
    let called = first > 0 && matches!(t.low(first - 1), "call" | "contact" | "phone" | "reach");
    if called && (next..next + REACH + 4).any(|j| matches!(t.low(j), "appointment" | "schedule" | "reschedule" | "refill" | "refills")) {
        return Some(Role::Staff);
    }
    None
}

/// `Siblings: Ari, 47, healthy; Miriam (ovarian 39)`: everybody in the list behind the label.
fn listed_kin(t: &Tokens, first: usize) -> Option<Role> {
    let entry = matches!(t.shape(first.checked_sub(1)?), Some(Shape::Mark(',' | ';' | ':' | '/'))) || t.low(first - 1) == "and";
    let line = (0..first).rev().find(|k| t.shape(*k) == Some(Shape::Break)).map_or(0, |k| k + 1);
    let colon = (line..first.min(line + 4)).find(|k| t.is(*k, ':'))?;
    let label = colon.checked_sub(1).filter(|l| *l >= line)?;
    entry
        .then(|| match t.low(label) {
            "siblings" | "sibs" => Some(Role::Sibling),
            "children" | "kids" => Some(Role::Child),
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

/// The heading or label of the lines in which a name stands: a weak hint.
fn heading(t: &Tokens, first: usize) -> Option<Role> {
    // `Cc: FITZHUGH`; a layman is called Mr. there.
    let layman = first >= 1 && matches!(t.low(first - 1 - usize::from(t.is(first - 1, '.') && first >= 2)), "mr" | "mrs" | "ms" | "miss");
    let copied = (first.saturating_sub(8)..first).rev().take_while(|k| t.shape(*k) != Some(Shape::Break)).any(|k| t.is(k, ':') && k > 0 && t.low(k - 1) == "cc");
    if copied {
        return (!layman).then_some(Role::Clinician);
    }
    let mut end = first;
    for lines in 0..10 {
        let line = (0..end).rev().find(|k| t.shape(*k) == Some(Shape::Break)).map_or(0, |k| k + 1);
        let colon = (line..end.min(line + 6)).find(|k| t.is(*k, ':'));
        let stop = colon.unwrap_or(end);
        let capitals = (line..stop).all(|k| matches!(t.shape(k), Some(Shape::Upper | Shape::Mark(_) | Shape::Initial)));
        let titled = (line..stop).all(|k| t.is_capital(k) || matches!(t.shape(k), Some(Shape::Mark(_))) || matches!(t.low(k), "of" | "and"));
        let short = stop > line && stop - line <= 5;
        let own_line = colon.is_none() || stop + 1 >= end;
        // A label holds for its own line, a heading for the lines below.
        let heads = short && (lines == 0 && colon.is_some() && stop < first || lines > 0 && own_line && (capitals || titled));
        if heads {
            let words = t.text.get(t.get(line)?.start..t.get(stop - 1)?.end)?;
            // A sentence under a heading tells of anybody; an entry of its list does not.
            let entry = t.begins_column(first) || matches!(t.shape(first - 1), Some(Shape::Mark('-' | '*' | ':' | '|' | ',')));
            if let Some(role) = section_role(words).filter(|r| *r == Role::Relative || entry) {
                return Some(role);
            }
            let low = words.to_lowercase();
            if lines == 0 && low.trim() == "from" && (0..t.list.len().min(60)).any(|k| t.low(k) == "fax") {
                return Some(Role::Staff);
            }
            return None;
        }
        if line < 2 {
            return None;
        }
        let blank = t.get(line - 1).and_then(|b| t.text.get(b.start..b.end)).is_some_and(|s| s.matches('\n').count() > 1);
        if blank && lines > 0 {
            return None;
        }
        end = line - 1;
    }
    None
}

/// Tables with a header line: what a column holds.
struct Table {
    /// Header lines: first token of the line, and for each column its first byte within the line, its number and its role.
    headers: Vec<(usize, Vec<(usize, Option<Role>)>, bool)>,
}

impl Table {
    fn new(t: &Tokens) -> Table {
        let mut headers = Vec::new();
        let mut line = 0usize;
        while line < t.list.len() {
            let end = (line..t.list.len()).find(|k| is_line_end(t, *k)).unwrap_or(t.list.len());
            if end > line && end - line <= 40 && t.is_capital(line) | t.is(line, '|') {
                let cells = cells(t, line, end);
                let roles: Vec<(usize, Option<Role>)> = cells.iter().map(|c| (c.2, column_role(t, c.0, c.1))).collect();
                let words = cells.iter().all(|c| c.1 - c.0 <= 4 && (c.0..c.1).all(|k| t.shape(k) != Some(Shape::Number)));
                if cells.len() >= 2 && words && roles.iter().any(|r| r.1.is_some()) && (line..end).all(|k| !t.is(k, ':')) {
                    headers.push((line, roles, t.is(line, '|') || (line..end).any(|k| t.is(k, '|') || t.shape(k) == Some(Shape::Break))));
                }
            }
            line = end + 1;
        }
        Table { headers }
    }

    /// The role of the column in which token `k` stands.
    fn role(&self, t: &Tokens, k: usize) -> Option<Role> {
        let (_, columns, ruled) = self.headers.iter().rev().find(|h| h.0 < k)?;
        let line = (0..k).rev().find(|j| is_line_end(t, *j)).map_or(0, |j| j + 1);
        let end = (k..t.list.len()).find(|j| is_line_end(t, *j)).unwrap_or(t.list.len());
        let row = cells(t, line, end);
        if row.len() < 2 {
            return None;
        }
        let at = row.iter().position(|c| c.0 <= k && k < c.1)?;
        if *ruled {
            return (row.len() == columns.len()).then(|| columns.get(at).and_then(|c| c.1)).flatten();
        }
        let offset = row.get(at)?.2;
        // Set with blanks: the column that begins nearest.
        columns.iter().min_by_key(|c| c.0.abs_diff(offset)).filter(|c| c.0.abs_diff(offset) <= 3).and_then(|c| c.1)
    }
}

fn is_line_end(t: &Tokens, k: usize) -> bool {
    t.get(k).is_some_and(|b| b.shape == Shape::Break && t.text.get(b.start..b.end).is_some_and(|s| s.contains('\n')))
}

/// The cells of a line: first token, token after the last, byte of the first within the line.
fn cells(t: &Tokens, line: usize, end: usize) -> Vec<(usize, usize, usize)> {
    let base = t.get(line).map_or(0, |x| x.start);
    let base = t.text.get(..base).and_then(|s| s.rfind('\n')).map_or(0, |i| i + 1);
    let mut out: Vec<(usize, usize, usize)> = Vec::new();
    for k in line..end {
        let Some(x) = t.get(k) else { break };
        if t.is(k, '|') || x.shape == Shape::Break {
            continue;
        }
        let joined = out.last().is_some_and(|c| c.1 == k) && !(k > line && t.begins_column(k));
        match out.last_mut() {
            Some(c) if joined => c.1 = k + 1,
            _ => out.push((k, k + 1, x.start - base)),
        }
    }
    out
}

/// The role of those whom a column with this head names.
fn column_role(t: &Tokens, from: usize, to: usize) -> Option<Role> {
    let has = |words: &[&str]| (from..to).any(|k| words.contains(&t.low(k)));
    if (from..to).any(|k| t.like(k) == NameLike::Name && !has(&["nurse", "provider", "contact"])) {
        return None;
    }
    if has(&["patient", "pt", "resident", "client", "member"]) && !has(&["id", "mrn", "dob"]) {
        return Some(Role::OtherPatient);
    }
    if has(&["surgeon", "physician", "attending", "md", "doctor", "pcp", "anesthesiologist", "resident"]) {
        return Some(Role::Physician);
    }
    if has(&["nurse", "rn", "nursing"]) {
        return Some(Role::Nurse);
    }
    if has(&["provider", "clinician", "prescriber", "author", "ordering", "ordered", "signed", "verified", "given", "administered", "performed", "seen", "staff"])
    {
        return Some(Role::Clinician);
    }
    if has(&["pharmacist"]) {
        return Some(Role::Pharmacist);
    }
    if has(&["therapist"]) {
        return Some(Role::Therapist);
    }
    if has(&["tech", "technician", "collector", "phlebotomist", "collected", "drawn"]) {
        return Some(Role::Technician);
    }
    if has(&["interpreter"]) {
        return Some(Role::Interpreter);
    }
    if has(&["user", "entered", "scribe", "clerk", "registrar"]) {
        return Some(Role::Staff);
    }
    if has(&["emergency"]) && has(&["contact", "contacts"]) {
        return Some(Role::EmergencyContact);
    }
    if has(&["relative", "family"]) {
        return Some(Role::Relative);
    }
    None
}
