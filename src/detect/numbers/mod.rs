//! Whose a number is, by all that stands around it.
//!
//! Patterns find what a label or a check digit tells and give it to the person named last. Here every stretch that is written as a number
//! of somebody's (found by a pattern or not) is weighed against everybody to whom it may belong: nobody or the patient, each person named
//! or described near it, somebody who is not named. The weights are fitted as those of [`crate::detect::weighed`] are.

pub mod anew;
pub mod evidence;
mod labels;
mod people;
mod place;
mod runs;
mod terms;
pub mod trace;

use super::author::of_writer;
use super::id_rules::needs_owner;
use super::identity::Own;
use super::records::asks_patient;
use super::tokens::Tokens;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;
use evidence::{Doc, Facts, Owner, Sum, Told, WEIGHTS};
use place::Heads;
use runs::Run;

/// Share of those who are not the patient from which a number is theirs, and from which a person is asked.
const THEIRS: f32 = 0.5;
const DOUBT: f32 = 0.25;
/// The same where a rule has told of the patient or an organisation.
const SURELY: f32 = 0.85;
/// Share of somebody named or described from which a doubt is one.
const NEAR: f32 = 0.08;
/// Share of all who are not the patient below which a number that the names model takes for the patient's is.
const MINE: f32 = 0.1;
/// Rule of what only the weights tell, and of what they put to a person.
pub const RULE: &str = "text.number";
/// See [`RULE`].
pub const DOUBTED: &str = "text.number-doubt";

/// The finds with the owner that is the most likely, and the numbers that no pattern has found. `found` are all finds of patterns with
/// the owner that they tell, also those that count only with one; `names` are the people. Both are sorted.
pub fn settle(t: &Tokens, names: &[Mention], found: &[Mention], counts: &dyn Fn(&Mention) -> bool, own: &Own) -> Vec<Mention> {
    settle_told(t, names, found, counts, own, None)
}

/// The same with what the names model says.
fn settle_told(
    t: &Tokens,
    names: &[Mention],
    found: &[Mention],
    counts: &dyn Fn(&Mention) -> bool,
    own: &Own,
    told: Option<Told>,
) -> Vec<Mention> {
    let stays = |m: &Mention| !needs_owner(m.rule) || counts(m);
    let Some(doc) = Doc::new(t, names, found, own, told).filter(|_| !WEIGHTS.is_empty()) else {
        return found.iter().filter(|m| stays(m)).cloned().collect();
    };
    let mut heads = Heads::default();
    let mut out: Vec<Mention> = Vec::new();
    let mut seen = vec![false; found.len()];
    for run in &doc.runs {
        if !doc.asks(run, &mut heads) {
            continue;
        }
        if let Some(s) = run.found.and_then(|i| seen.get_mut(i)) {
            *s = true;
        }
        let facts = doc.facts(run, &mut heads);
        out.extend(decide(&doc, run, &facts, &stays));
    }
    let rest = found.iter().zip(seen).filter(|(m, s)| !s && stays(m)).map(|(m, _)| m.clone());
    out.extend(rest);
    out.sort_by_key(|m| (m.start, m.end));
    out
}

fn decide(doc: &Doc, run: &Run, facts: &Facts, stays: &dyn Fn(&Mention) -> bool) -> Option<Mention> {
    let found = doc.found(run);
    if facts.settled {
        return found.filter(|m| stays(m)).cloned();
    }
    if says_own(doc.t, run.next) {
        return found.map(|m| Mention { who: Who::Patient, ..m.clone() });
    }
    if let Some(who) = of_writer(doc.t, run.first, doc.names, doc.own) {
        let (category, rule) = found.map_or((facts.category.unwrap_or(Category::OtherId), RULE), |m| (m.category, m.rule));
        let mine = Mention { start: run.start, end: run.end, category, who, rule, confidence: 0.7, name: None, weighed: false };
        // A number that nothing has found is only told where it is somebody else's.
        return Some(mine).filter(|m| found.is_some() || m.who != Who::Patient);
    }
    let shares = shares(doc, run, facts);
    let (who, share, theirs) = verdict(doc, &shares);
    // Without anybody near it a number is doubtful only by its form.
    let near = shares
        .iter()
        .any(|(o, x)| *x >= NEAR && matches!(o, Owner::Person(k) if doc.people.get(*k).is_some_and(|p| !p.is_patient())));
    let new = |who: Who, rule: &'static str| Mention {
        weighed: false,
        start: run.start,
        end: run.end,
        category: facts.category.unwrap_or(Category::OtherId),
        who,
        rule,
        confidence: 0.6,
        name: None,
    };
    let Some(m) = found else {
        return match theirs {
            x if x >= SURELY || x >= THEIRS && near => Some(new(who, RULE)),
            x if x >= THEIRS => Some(new(Who::Ambiguous, DOUBTED)),
            // A number that only differs in its figures from one of the patient's is somebody's.
            _ if facts.like => Some(new(Who::Ambiguous, DOUBTED)),
            x if x >= DOUBT && facts.labelled && near => Some(new(Who::Ambiguous, DOUBTED)),
            _ => None,
        };
    };
    let wide = Mention { start: run.start, end: run.end, ..m.clone() };
    if m.who == Who::Patient && asks_patient(doc.t, run.first) && stays(m) {
        return Some(m.clone());
    }
    let loose = needs_owner(m.rule) || m.rule.starts_with("beside.");
    // All that stands around it and the names model agree that it is the patient's.
    if theirs < MINE && facts.model.is_some_and(|(_, own)| own >= SURELY) {
        return Some(Mention { who: Who::Patient, ..m.clone() });
    }
    // What the patient's own record or an organisation's heading tells is not put aside by a little more.
    let told = matches!(m.who, Who::Patient | Who::New(Role::Organization));
    if loose && !stays(m) && !near && (THEIRS..SURELY).contains(&theirs) {
        return Some(Mention { who: Who::Ambiguous, confidence: 0.6, ..wide });
    }
    if theirs >= if told { SURELY } else { THEIRS } {
        // Where nobody is named or described near it, a label alone tells no owner. Else whoever is the most likely is it more often than whom a
        // rule told (84 of 100 to 77 on notes that the weights have not seen).
        return Some(if near { Mention { who, ..wide } } else { wide });
    }
    // Days and places that no rule gives to anybody are too many to ask about.
    let vague = !stays(m) && (!near || matches!(m.category, Category::Address | Category::DateOfBirth | Category::Phone));
    if told && theirs < THEIRS {
        return Some(m.clone()).filter(stays);
    }
    if m.who == Who::Patient || theirs >= DOUBT && loose && !vague {
        return Some(Mention { who: Who::Ambiguous, confidence: 0.6, ..wide });
    }
    if loose {
        return None;
    }
    Some(if near && share > NEAR { Mention { who, ..m.clone() } } else { m.clone() })
}

/// `900-44-1862 (patient)`: the text says whose it is right behind it.
fn says_own(t: &Tokens, next: usize) -> bool {
    let k = next + 1;
    let one = |k: usize| matches!(t.low(k), "patient" | "pt");
    let own = if one(k) { 1 } else { 2 * usize::from(t.low(k) == "our" && one(k + 1)) };
    own > 0 && t.is(next, '(') && t.is(k + own, ')')
}

/// The share of each owner.
pub fn shares(doc: &Doc, run: &Run, facts: &Facts) -> Vec<(Owner, f32)> {
    let mut sum = Sum::of(doc);
    let mut out: Vec<(Owner, f32)> = doc
        .owners(run)
        .into_iter()
        .map(|owner| {
            sum.sum = 0.0;
            doc.weigh(run, facts, owner, &mut sum);
            (owner, sum.sum)
        })
        .collect();
    let top = out.iter().map(|o| o.1).fold(f32::MIN, f32::max);
    let whole: f32 = out.iter().map(|o| (o.1 - top).exp()).sum();
    out.iter_mut().for_each(|o| o.1 = (o.1 - top).exp() / whole);
    out
}

/// Who of those that are not the patient is the most likely owner, with their share, and the share of all of them.
fn verdict(doc: &Doc, shares: &[(Owner, f32)]) -> (Who, f32, f32) {
    let mut by: Vec<(Who, f32)> = Vec::new();
    for (owner, share) in shares {
        let who = match owner {
            Owner::None => continue,
            Owner::Unnamed(r) => Who::New(*r),
            Owner::Person(k) => match doc.people.get(*k) {
                Some(p) if !p.is_patient() => p.who.clone(),
                _ => continue,
            },
        };
        match by.iter_mut().find(|b| b.0 == who) {
            Some(b) => b.1 += share,
            None => by.push((who, *share)),
        }
    }
    let all = by.iter().map(|b| b.1).sum();
    let best = by.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((Who::New(Role::OtherPerson), 0.0));
    (best.0, best.1, all)
}
