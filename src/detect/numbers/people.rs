//! The people of a text to whom a number may belong: those named, and those whom a word describes (`father's`, `interpreter`, `pt`).

use crate::detect::cues::{Pull, is_institution_head, kin, opens, role_phrase};
use crate::detect::scene::range;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::NameLike;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};

/// Somebody who is named or described.
#[derive(Clone, Debug)]
pub struct Person {
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub next: usize,
    /// Who it is.
    pub who: Who,
    /// How: `name`, `kin`, `role`, `pt`.
    pub how: &'static str,
    /// First and one past the last byte.
    pub bytes: (usize, usize),
}

impl Person {
    /// The patient or somebody of whom it is not clear.
    pub fn is_patient(&self) -> bool {
        self.who == Who::Patient
    }

    /// What kind of person, in a word.
    pub fn sort(&self) -> &'static str {
        match &self.who {
            Who::Patient => "patient",
            Who::New(r) => sort(*r),
            Who::Person(_) => "known",
            Who::Ambiguous | Who::Nobody => "unclear",
        }
    }
}

/// The kind of a role, in a word.
pub fn sort(r: Role) -> &'static str {
    match r {
        Role::Guarantor | Role::Subscriber => "payer",
        Role::Interpreter => "interpreter",
        r => r.group().as_str(),
    }
}

/// Everybody, in order of their first token. `names` is sorted.
pub fn people(t: &Tokens, names: &[Mention]) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    let mut named = names.iter().filter(|m| m.category == Category::Name && m.who != Who::Nobody).peekable();
    let mut i = 0;
    while i < t.list.len() {
        let Some(token) = t.get(i) else { break };
        while named.peek().is_some_and(|m| m.end <= token.start) {
            named.next();
        }
        if let Some(m) = named.peek().filter(|m| m.start <= token.start || m.start < token.end) {
            let (first, next) = range(t, m);
            out.push(Person {
                first: first.max(i),
                next: next.max(i + 1),
                who: m.who.clone(),
                how: "name",
                bytes: (m.start, m.end),
            });
            i = next.max(i + 1);
            continue;
        }
        i += word(t, i, &mut out);
    }
    // A word beside the name of the same person says nothing more.
    let doubled = |a: &Person, b: &Person| {
        b.first <= a.next + 2 && a.how != b.how && a.who == b.who && (a.next..b.first).all(|k| !t.ends_line(k))
    };
    let mut keep = vec![true; out.len()];
    for (i, pair) in out.windows(2).enumerate() {
        if let [a, b] = pair
            && doubled(a, b)
        {
            let drop = if a.how == "name" { i + 1 } else { i };
            if let Some(k) = keep.get_mut(drop) {
                *k = false;
            }
        }
    }
    let mut keep = keep.into_iter();
    out.retain(|_| keep.next().unwrap_or(true));
    out
}

/// Adds whom the word at token `i` describes; gives how many tokens it takes.
fn word(t: &Tokens, i: usize, out: &mut Vec<Person>) -> usize {
    if !matches!(t.shape(i), Some(Shape::Cap | Shape::Upper | Shape::Lower)) {
        return 1;
    }
    let low = t.low(i);
    let mut put = |n: usize, who: Who, how: &'static str| {
        if let (Some(a), Some(b)) = (t.get(i), t.get(i + n - 1)) {
            out.push(Person { first: i, next: i + n, who, how, bytes: (a.start, b.end) });
        }
        n
    };
    if matches!(low, "patient" | "pt" | "pts") {
        let therapist = t.shape(i) == Some(Shape::Upper) && i > 0 && t.is_capital(i - 1) && t.like(i - 1) > NameLike::Word;
        if therapist {
            return 1;
        }
        let before = t.low(i.wrapping_sub(1));
        if matches!(before, "different" | "other" | "another" | "wrong" | "second" | "next") {
            return put(1, Who::New(Role::OtherPatient), "role");
        }
        return if matches!(before, "also" | "our") { 1 } else { put(1, Who::Patient, "pt") };
    }
    let Some(cue) = opens(low) else { return 1 };
    if cue.kin
        && let Some(role) = kin(low)
    {
        let in_law = t.low(i + 1) == "in" && t.low(i + 2) == "law";
        return if in_law { put(3, Who::New(Role::InLaw), "kin") } else { put(1, Who::New(role), "kin") };
    }
    if cue.phrase
        && let Some((n, pull @ (Pull::Noun | Pull::Label), Some(role))) = role_phrase(|k| t.low(i + k))
    {
        // `Seen at the clinic`: a label of those who work here only with its colon.
        if pull == Pull::Label && role.group() == RoleGroup::Clinician && !t.is(i + n, ':') {
            return n.max(1);
        }
        // `the clinic`: a place, not one who works there.
        if is_institution_head(t.low(i + n - 1)) {
            return n.max(1);
        }
        return put(n.max(1), Who::New(role), "role");
    }
    1
}
