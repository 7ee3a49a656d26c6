//! Finds people and identifiers that nobody has told of, by cue and pattern.

use super::Context;
use super::address_ends;
use super::after_noun::{after_noun, coordinated, two_words};
use super::apposition::{before_noun, login};
use super::beside;
use super::columns;
use super::coref;
use super::crowd;
use super::cues::{Pull, function, is_abbreviation, is_possessor, opens, role_phrase, title};
use super::evidence::{Evidence, around, credential_at, function_at};
use super::id_rules::needs_owner;
use super::identity::Own;
use super::labels;
use super::lone;
use super::misfile;
use super::name_read::{Read, Trust, backward};
use super::name_read::{after_titles, titled as after_title};
use super::numbers;
use super::overlap;
use super::own_names;
use super::owner::attribute;
use super::patterns;
use super::records;
use super::scene;
use super::short_forms;
use super::signature;
use super::slots;
use super::small_cues::{described, functional, lower_pair, lower_signed, user_name};
use super::things::is_thing;
use super::tokens::{Shape, Tokens};
use super::uncued::without_cue;
use super::weighed::role;
use super::whose::whose;
use super::words::{NameLike, is_eponym, is_given};
use crate::model::document::Class;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use std::cell::RefCell;
use std::rc::Rc;

/// A name proposed by a rule, before it is decided whose it is.
pub(super) struct Find {
    pub read: Read,
    pub rule: &'static str,
    pub confidence: f32,
    /// Role that the rule itself tells, when the words around do not.
    pub role: Option<Role>,
}

/// Names by cue and identifiers by pattern in `text`, sorted and without overlaps. Codes, ids and URLs give nothing: only known
/// values are looked for there.
pub fn discover(text: &str, ctx: &Context, identity: &Identity) -> Vec<Mention> {
    discover_by(text, ctx, identity, true)
}

/// The same as rules alone tell it, without what [`role::settle`] adds: what its weights are fitted on.
pub(super) fn discover_unweighed(text: &str, ctx: &Context, identity: &Identity) -> Vec<Mention> {
    discover_by(text, ctx, identity, false)
}

fn discover_by(text: &str, ctx: &Context, identity: &Identity, weighed: bool) -> Vec<Mention> {
    let own = own_of(identity);
    if !identity.names.is_empty() {
        return discover_with(text, ctx, &own, true, weighed);
    }
    let found = discover_with(text, ctx, &own, false, weighed);
    // Nobody told who the patient is: the text may.
    let told = found.iter().find_map(|m| match (&m.who, &m.name) {
        (Who::Patient, Some(n)) if !n.family.is_empty() && !n.given.is_empty() => Some(n.clone()),
        _ => None,
    });
    match told {
        Some(name) => discover_with(text, ctx, &Own::new(&Identity { names: vec![name], ..Identity::default() }), true, weighed),
        None => found,
    }
}

/// The patient's own names and values. Every text of a case is compared with the same identity: it is prepared once in each thread.
pub(super) fn own_of(identity: &Identity) -> Rc<Own> {
    thread_local! {
        static LAST: RefCell<Option<(Identity, Rc<Own>)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| match last {
        Some((known, own)) if known == identity => Rc::clone(own),
        _ => {
            let own = Rc::new(Own::new(identity));
            *last = Some((identity.clone(), Rc::clone(&own)));
            own
        }
    })
}

pub(super) fn discover_with(text: &str, ctx: &Context, own: &Own, has_identity: bool, weighed: bool) -> Vec<Mention> {
    let t = Tokens::new(text);
    let Some((names, found)) = people_and_numbers(&t, ctx, own, has_identity, weighed) else { return Vec::new() };
    let ids = if weighed {
        numbers::settle(&t, &names, &found, &counts, own)
    } else {
        found.into_iter().filter(|m| !needs_owner(m.rule) || counts(m)).collect()
    };
    repeated(text, overlap::merge(names, ids))
}

/// The people of a text, and the numbers that patterns find with the owner that the words around tell, also those that count only with
/// one; both sorted. `None` for a field that holds no text.
pub(super) fn people_and_numbers(
    t: &Tokens,
    ctx: &Context,
    own: &Own,
    has_identity: bool,
    weighed: bool,
) -> Option<(Vec<Mention>, Vec<Mention>)> {
    let text = t.text;
    if matches!(
        ctx.class,
        Class::Code
            | Class::Serial
            | Class::Place
            | Class::Date
            | Class::Age
            | Class::Id
            | Class::Url
            | Class::Attachment
            | Class::Reference
    ) {
        return None;
    }
    let mut finds = labels::find(t, ctx);
    by_cue(t, &mut finds);
    crowd::find(t, &mut finds);
    slots::find(t, &mut finds);
    columns::find(t, &mut finds);
    if ctx.class == Class::Narrative {
        signature::find(t, &mut finds);
    }
    lone::find(t, own, &mut finds);
    let mut out: Vec<Mention> = finds.into_iter().filter_map(|f| mention(t, f, ctx, own, has_identity)).collect();
    let (labelled, owned) = records::find(t, own, has_identity);
    out.extend(labelled);
    out = overlap::settle(out);
    coref::resolve(t, &mut out, own);
    short_forms::find(t, &mut out, own);
    own_names::settle(t, &mut out, own);
    misfile::settle(t, &mut out);
    if labels::is_group(t, ctx) {
        scene::roll(t, &mut out, own);
        let talks = |m: &Mention| {
            matches!(
                m.rule,
                "list.lone" | "text.again" | "cue.weak" | "cue.speaker" | "cue.label" | "cue.turn" | "list.given-initial"
            )
        };
        let member = |m: &Mention| m.category == Category::Name && m.who == Who::New(Role::OtherPerson) && m.name.is_some();
        for m in out.iter_mut().filter(|m| talks(m) && member(m)) {
            m.who = Who::New(Role::OtherPatient);
        }
    }
    scene::settle(t, &mut out, own);
    coref::lend(t, &mut out);
    // Somebody named in full elsewhere without any such role is no colleague.
    let laymen: Vec<String> = out
        .iter()
        .filter(|m| m.rule != STAFF_LIKE && m.who == Who::New(Role::OtherPerson))
        .filter_map(|m| {
            m.name.as_ref().filter(|n| !n.given.is_empty() || m.rule == "cue.title").map(|n| super::fold::folded(&n.family))
        })
        .collect();
    let known = |m: &Mention| m.name.as_ref().is_some_and(|n| laymen.contains(&super::fold::folded(&n.family)));
    for m in out.iter_mut().filter(|m| m.rule == STAFF_LIKE && m.who == Who::New(Role::OtherPerson) && !known(m)) {
        (m.who, m.weighed) = (Who::New(Role::Clinician), true);
    }
    if weighed {
        role::settle(t, &mut out, own, &|_| None);
    }
    let mut ids = patterns::find(text);
    address_ends::lengthen(t, &out, &mut ids);
    let ids: Vec<Mention> = ids.into_iter().map(|m| attribute(t, m, &out, &owned, own, has_identity)).collect();
    let sure: Vec<Mention> = ids.iter().filter(|m| !needs_owner(m.rule) || counts(m)).cloned().collect();
    let beside = beside::find(t, &out, &sure);
    Some((out, overlap::merge(ids, beside)))
}

/// A number that was found to be somebody's stands again without its label: the same number of the same person.
fn repeated(text: &str, mut found: Vec<Mention>) -> Vec<Mention> {
    let of_others = |m: &&Mention| {
        m.category != Category::Name && m.category != Category::Address && matches!(m.who, Who::New(r) if r != Role::Organization)
    };
    let mut more: Vec<Mention> = Vec::new();
    let taken = |start: usize, end: usize| {
        let at = found.partition_point(|x| x.end <= start);
        found.get(at).is_some_and(|x| x.start < end)
    };
    for m in found.iter().filter(of_others).take(200) {
        let Some(value) = text.get(m.start..m.end).filter(|v| v.bytes().filter(u8::is_ascii_digit).count() >= 5) else {
            continue;
        };
        for (start, _) in text.match_indices(value).take(20) {
            let end = start + value.len();
            let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let whole = !inside(text.get(..start).and_then(|b| b.chars().next_back()))
                && !inside(text.get(end..).and_then(|a| a.chars().next()));
            if whole && !taken(start, end) && !more.iter().any(|x: &Mention| x.start < end && start < x.end) {
                more.push(Mention { start, end, rule: "text.same-number", confidence: 0.6, ..m.clone() });
            }
        }
    }
    if !more.is_empty() {
        found.extend(more);
        found.sort_by_key(|m| m.start);
    }
    found
}

/// Rule of a name that notes use of those who work there, when nothing else is told of the person in the whole text.
const STAFF_LIKE: &str = "list.staff-like";

/// Rules that know nothing of the person.
fn uncued(rule: &str) -> bool {
    matches!(rule, "list.lone" | "cue.weak" | "list.initial-surname")
}

/// A family name alone or with an initial: so notes speak of those who work there.
fn is_staff_like(read: &Read) -> bool {
    let short = read.name.given.iter().all(|g| g.trim_end_matches('.').chars().count() == 1);
    let family = super::fold::folded(&read.name.family);
    short && family.chars().count() > 1 && (!is_given(&family) || !read.name.given.is_empty())
}

/// True for a number that is found only with an owner and has one.
pub(super) fn counts(m: &Mention) -> bool {
    match m.who {
        Who::New(Role::Organization) => false,
        Who::New(r) => m.category != Category::Address || !matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff),
        Who::Ambiguous => true,
        _ => false,
    }
}

fn mention(t: &Tokens, f: Find, ctx: &Context, own: &Own, has_identity: bool) -> Option<Mention> {
    judged(t, f, ctx, own, has_identity, false).map(|(m, _)| m)
}

/// A proposed name with its owner and the words around it, unless something else is named after a person there. `certain`: that it
/// is a person is known from elsewhere, also of a lone eponym.
pub(super) fn judged(
    t: &Tokens,
    f: Find,
    ctx: &Context,
    own: &Own,
    has_identity: bool,
    certain: bool,
) -> Option<(Mention, Evidence)> {
    let mut e = around(t, f.read.first, f.read.next, own);
    let credential = e.credential.or(f.role.filter(|_| f.rule == "cue.credential"));
    let told = Evidence { phrase: e.phrase || certain, role: e.role.or(f.role), credential, ..e };
    if is_thing(t, &f.read, &told) {
        return None;
    }
    // Who signs is somebody of the house unless the words beside the name say otherwise: the last row of a list of contacts.
    let told = f.rule == "cue.signature" && e.role.is_some_and(|r| !matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
    if f.role.is_some() && e.kin.is_none() && !told {
        e.role = f.role.or(e.role);
    }
    let by = f.rule == "cue.weak" && f.read.first > 0 && t.low(f.read.first - 1) == "by";
    let rule = if uncued(f.rule) && !e.any() && (by || is_staff_like(&f.read)) { STAFF_LIKE } else { f.rule };
    let mut who = whose(&f.read.name, &e, own, ctx, has_identity);
    // `ROE, ARACELI` in the chart of Amparo Roe: written as charts name patients.
    if f.rule == "list.last-first" && who == Who::New(Role::Relative) && e.best_role().is_none() {
        who = Who::New(Role::OtherPatient);
    }
    // `baby Fiadh` in the chart of a grown patient: the patient's child. In a newborn's own chart it is another newborn.
    if who == Who::New(Role::Newborn) && own.birth_date.is_some() && !own.is_child(None) {
        who = Who::New(Role::Child);
    }
    // `Aunty Pua`, `PawPaw Alcide`: what the family calls them is a part of the name.
    let called = f.read.first.checked_sub(1).filter(|k| t.shape(*k) == Some(Shape::Cap) && is_family_title(t.low(*k)));
    let start = called.filter(|k| !t.list[*k].possessive).map_or(f.read.start, |k| t.list[k].start);
    let mut name = f.read.name;
    name.prefix = (e.title_from < f.read.first).then(|| t.word(e.title_from).to_string()).into_iter().collect();
    let mention = Mention {
        weighed: false,
        start,
        end: f.read.end,
        category: Category::Name,
        who,
        rule,
        confidence: f.confidence,
        name: Some(name),
    };
    Some((mention, e))
}

/// Kin words that stand before a first name like a title.
fn is_family_title(low: &str) -> bool {
    matches!(
        low,
        "pawpaw"
            | "papaw"
            | "mawmaw"
            | "mamaw"
            | "aunty"
            | "auntie"
            | "tia"
            | "tio"
            | "abuela"
            | "abuelo"
            | "granny"
            | "abuelita"
            | "opa"
            | "oma"
    )
}

fn by_cue(t: &Tokens, out: &mut Vec<Find>) {
    for i in 0..t.list.len() {
        match t.shape(i) {
            Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial) => {}
            // `F1`, `PGY2`
            Some(Shape::Mixed) if function(t.word(i)).is_some() => {}
            _ => continue,
        }
        let low = t.low(i);
        let capital = t.is_capital(i) || t.shape(i) == Some(Shape::Mixed);
        let opens = opens(low);
        lower_signed(t, i, out);
        if !capital && !matches!(low, "law" | "mo" | "fa") && opens.is_none() {
            lower_pair(t, i, out);
            user_name(t, i, out);
            continue;
        }
        let opens = opens.unwrap_or_default();
        if opens.title {
            titled(t, i, low, out);
        }
        if opens.kin || low == "law" {
            after_noun(t, i + 1, "cue.kin", 0.9, None, out);
            before_noun(t, i, out);
        }
        if opens.phrase
            && let Some((n, pull, role)) = role_phrase(|k| t.low(i + k))
        {
            phrase(t, i, n, pull, role, out);
            if pull == Pull::Noun {
                before_noun(t, i, out);
            }
            if pull == Pull::Verb && t.low(i + n - 1) == "by" {
                login(t, i + n, role, out);
            }
            if role == Some(Role::Staff) && pull == Pull::Label {
                login(t, i + n, role, out);
            }
        }
        if matches!(t.shape(i), Some(Shape::Upper | Shape::Cap | Shape::Mixed))
            && let Some(role) = function_at(t, i)
        {
            functional(t, i, role, out);
        }
        if is_possessor(low) {
            described(t, i, out);
        }
        // `FH: mo Opal d. CVA 81; fa Vernon`
        let short = match low {
            "mo" => Some(Role::Mother),
            "fa" => Some(Role::Father),
            _ => None,
        };
        let counted = i > 0 && matches!(t.shape(i - 1), Some(Shape::Number | Shape::Mark('-' | '/')));
        if short.is_some() && !counted && t.shape(i + 1) == Some(Shape::Cap) && t.like(i + 1) > NameLike::Word {
            after_noun(t, i + 1, "cue.kin", 0.8, short, out);
        }
        if capital {
            if credential_at(t, i).is_some() {
                credentialed(t, i, out);
            }
            without_cue(t, i, out);
        }
    }
}

/// `Dr. Roe`, `Mr. and Mrs. Smith`, `Drs. Roe, Lee and Diaz`.
fn titled(t: &Tokens, i: usize, low: &str, out: &mut Vec<Find>) {
    let dot = t.is(i + 1, '.');
    // `... is a nurse. Peggy`: only an abbreviation goes on after its point.
    if dot && !is_abbreviation(low) {
        return;
    }
    // `19 Fr Blake drain`: the gauge of a tube, no priest.
    if low == "fr" && matches!(t.shape(i.wrapping_sub(1)), Some(Shape::Number)) {
        return;
    }
    let capital = t.is_capital(i);
    if !capital && !dot && !matches!(low, "dr" | "mrs") {
        return;
    }
    // A street: `12 Elm Dr. Springfield`.
    if low == "dr"
        && i >= 2
        && t.shape(i - 1) == Some(Shape::Cap)
        && (2..5)
            .any(|k| i >= k && t.shape(i - k) == Some(Shape::Number) && (i - k + 1..i).all(|j| t.shape(j) == Some(Shape::Cap)))
    {
        return;
    }
    let mut k = i + 1 + usize::from(dot);
    // `Dr.` at the end of a line goes on in the next; else at an end a title says nothing.
    let wrapped = t.get(k).is_some_and(|b| b.shape == Shape::Break && t.text.get(b.start..b.end) == Some("\n"));
    if wrapped
        && dot
        && matches!(low, "dr" | "mr" | "mrs" | "ms")
        && t.shape(k + 1) == Some(Shape::Cap)
        && t.like(k + 1) >= NameLike::Unknown
    {
        k += 1;
    }
    if t.ends_line(k) {
        return;
    }
    // `Dr. Bishop`: what is a title, too.
    let mut surname = None;
    while title(t.low(k)).is_some() && k < i + 8 {
        surname = Some(k).filter(|k| t.shape(*k) == Some(Shape::Cap) && t.like(*k) >= NameLike::WordName);
        k += 1 + usize::from(t.is(k + 1, '.'));
    }
    let weak_title =
        !dot && matches!(
            low,
            "ms" | "mr"
                | "sr"
                | "fr"
                | "miss"
                | "nurse"
                | "judge"
                | "officer"
                | "sgt"
                | "lt"
                | "capt"
                | "hon"
                | "doctor"
                | "pastor"
                | "chaplain"
                | "attorney"
                | "rev"
        ) || low == "sr" && i > 0 && t.is_capital(i - 1);
    let trust = if weak_title { Trust::Fair } else { Trust::Strong };
    let read = after_title(t, k, trust).or_else(|| short_surname(t, k, dot)).or_else(|| word_surname(t, i, k));
    let Some(read) = read.or_else(|| surname.and_then(|k| surname_at(t, k))) else { return };
    let acronym = weak_title && t.shape(i) == Some(Shape::Upper) && read.best != NameLike::Name;
    if acronym {
        return;
    }
    let next = read.next;
    out.push(Find { read, rule: "cue.title", confidence: 0.95, role: None });
    if low == "drs" || low == "mssrs" {
        coordinated(t, next, "cue.title", 0.9, title(low).flatten(), out);
    }
}

/// Surnames that are also small words: `Dr. Do`, `Dr. He`, `Mrs. My`.
fn short_surname(t: &Tokens, k: usize, dot: bool) -> Option<Read> {
    let word = t.word(k);
    let low = t.low(k);
    let thing = super::words::is_running_word(low) || super::words::is_clinical(low) || super::cues::is_institution_head(low);
    if !dot || t.shape(k) != Some(Shape::Cap) || word.chars().count() > 3 && (thing || t.is_capital(k + 1)) {
        return None;
    }
    surname_at(t, k)
}

/// The word at token `k` as a surname.
fn surname_at(t: &Tokens, k: usize) -> Option<Read> {
    let token = t.get(k)?;
    let name = Name { family: t.word(k).to_string(), ..Name::default() };
    Some(Read { first: k, next: k + 1, start: token.start, end: token.end, name, best: NameLike::WordName, words: 1, parts: 1 })
}

/// Surnames that are words or diseases too, behind the title at token `i` that nothing but a name follows: `Dr Day called`, `per Dr. Hashimoto`.
fn word_surname(t: &Tokens, i: usize, k: usize) -> Option<Read> {
    let low = t.low(k);
    // `Dr Day spoke`
    let acts = matches!(t.low(i), "dr" | "doctor")
        && low.len() > 2
        && !matches!(
            low,
            "and" | "the" | "for" | "who" | "was" | "has" | "had" | "her" | "his" | "our" | "not" | "may" | "office"
        )
        && (super::speech::is_speech(t.low(k + 1)) || matches!(t.low(k + 1), "(" | "spoke" | "saw" | "aware" | "came" | "here"));
    let named = acts
        || t.like(k) == NameLike::WordName
        || super::words::is_surname(low)
        || is_eponym(low)
        || super::words::is_shared_eponym(low);
    let titled = matches!(t.low(i), "dr" | "doctor" | "mr" | "mrs" | "ms" | "prof" | "professor") && t.is_capital(i);
    if !named || !titled || t.shape(k) != Some(Shape::Cap) || super::cues::is_institution_head(low) && !acts {
        return None;
    }
    surname_at(t, k)
}

fn phrase(t: &Tokens, i: usize, n: usize, pull: Pull, role: Option<Role>, out: &mut Vec<Find>) {
    let next = i + n;
    match pull {
        Pull::Noun => after_noun(t, next, "cue.role", 0.88, role, out),
        Pull::Label => {
            let marked = t.is(next, ':') || t.is(next, '-');
            let k = if marked { next + 1 } else { next };
            // `d/w attending Okoye`
            let named = t.shape(next) == Some(Shape::Cap) && t.like(next) == NameLike::Name && !is_eponym(t.low(next));
            if !marked && (role.is_none() || !t.is_capital(i) && role != Some(Role::Clinician) && !named) {
                return;
            }
            let trust = if marked && role.is_some() { Trust::Fair } else { Trust::Weak };
            // `secretary: LaShawnda`, `HUC: Denver`; what an interpreter is called by may be a language.
            let lone = |r: &Read| {
                let ends = t.ends_column(r.next) || matches!(t.shape(r.next), Some(Shape::Mark(_) | Shape::Lower));
                marked
                    && ends
                    && trust == Trust::Fair
                    && role != Some(Role::Interpreter)
                    && t.shape(r.first) == Some(Shape::Cap)
                    && (r.best == NameLike::Unknown || is_given(t.low(r.first)))
            };
            if let Some(read) = after_titles(t, k, trust).filter(|r| r.best == NameLike::Name || marked && r.words > 1 || lone(r))
            {
                let after = read.next;
                out.push(Find { read, rule: "cue.label", confidence: 0.85, role });
                coordinated(t, after, "cue.label", 0.85, role, out);
            }
        }
        Pull::Field => {}
        Pull::Weak => {
            let whole = |r: &Read| r.best == NameLike::Name && t.is_capital(r.first) && !is_eponym(t.low(r.first));
            if let Some(read) = after_titles(t, next, Trust::Weak).filter(whole) {
                let after = read.next;
                out.push(Find { read, rule: "cue.weak", confidence: 0.7, role });
                coordinated(t, after, "cue.weak", 0.7, role, out);
            }
        }
        Pull::Verb => {
            let k = if t.is(next, ':') { next + 1 } else { next };
            let sure = t.is(next, ':') || role.is_some() && t.low(next - 1) == "by" || t.shape(k) == Some(Shape::Lower);
            let trust = if sure { Trust::Fair } else { Trust::Weak };
            // `handoff from Jess`: staff are called by words that are names too.
            let staff = role == Some(Role::Clinician) && t.low(next - 1) != "with" && !t.low(i).starts_with("refer");
            let fits = |r: &Read| {
                r.best == NameLike::Name
                    || r.words > 1
                    || r.parts > 1
                    || staff && is_given(t.low(r.first)) && t.is_capital(r.first)
            };
            let signed =
                || t.low(next - 1) == "by" && role.is_some_and(|r| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
            // `Prescribed by BHATTACHARJEE`
            let loud = || {
                let odd = t.shape(k) == Some(Shape::Upper) && t.like(k) == NameLike::Unknown && t.word(k).len() >= 5;
                super::lone::one(t, k).filter(|_| odd && signed() && !t.is_capital(k + 1))
            };
            let read = after_titles(t, k, trust).filter(fits).or_else(|| two_words(t, k).filter(|_| signed())).or_else(loud);
            if let Some(read) = read {
                let after = read.next;
                out.push(Find { read, rule: "cue.role", confidence: 0.85, role });
                coordinated(t, after, "cue.role", 0.85, role, out);
            }
        }
    }
}

/// `Karen Wu, RN`, `Ng MD`, `Wu, Karen, M.D.`
fn credentialed(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let Some((_, strict, len)) = credential_at(t, i) else { return };
    let comma = i > 0 && (t.is(i - 1, ',') || t.is(i - 1, '('));
    let end = if comma { i - 1 } else { i };
    if strict && !comma || i == 0 {
        return;
    }
    // `MD Anderson`: what follows is a name itself.
    if t.shape(i + len) == Some(Shape::Cap) && t.like(i + len) == NameLike::Name && !t.is(i + len, ',') {
        return;
    }
    // `Baltimore, MD 21201`
    let zip = t.shape(i + len) == Some(Shape::Number) && t.word(i + len).len() == 5;
    if zip {
        return;
    }
    // `Jr.` and earlier credentials between: `Roe Jr., PhD`, `Roe, MD, PhD` is found at `MD`.
    let Some(read) = backward(t, end, Trust::Strong) else { return };
    let lone = read.words == 1 && read.parts == 1;
    let place = super::words::is_place_or_month(t.low(read.first));
    if lone && place || strict && lone && read.best < NameLike::Name {
        return;
    }
    if read.best < NameLike::Unknown && (read.words < 2 || !is_given(t.low(read.first))) {
        return;
    }
    out.push(Find { read, rule: "cue.credential", confidence: 0.93, role: None });
}
