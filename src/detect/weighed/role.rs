//! What somebody is to the patient when no cue beside the name tells it: the words farther away, the label of the line, who is named next
//! to them, how they are called.

use super::table::Table;
use crate::detect::cast::{called_alike, parts};
use crate::detect::cues::{function, kin, role_phrase, title};
use crate::detect::evidence::{around as words_around, credential_at};
use crate::detect::identity::Own;
use crate::detect::model::{CLASSES, PEOPLE};
use crate::detect::scene::range;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::is_given;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The answers, in the order of the table.
pub const ANSWERS: [Role; 6] =
    [Role::Relative, Role::Clinician, Role::Staff, Role::OtherPatient, Role::OtherPerson, Role::Employer];

static WEIGHTS: LazyLock<Table<6>> = LazyLock::new(|| Table::read(include_str!("role_weights.tsv")));

/// The names model's classes of people, in their order, and the shares of which it is told whether they are reached.
const CALLED: [&str; 6] = ["patient", "relative", "clinician", "staff", "opat", "other"];
const BOUNDS: [f32; 6] = [0.05, 0.15, 0.3, 0.5, 0.7, 0.9];
/// Below this probability of a name the model has nothing to say of whose it is.
const LEAST: f32 = 0.02;

/// Share of the best answer from which it is taken.
const ENOUGH: f32 = 0.4;

/// Mentions of one name that are weighed, and names of one text that are compared with each other.
const MENTIONS: f32 = 12.0;
const NAMES: usize = 300;

/// What the names model says of whose a name is, if it has read it: a share for each of its classes.
pub type Whose<'a> = &'a dyn Fn(&Mention) -> Option<[f32; CLASSES]>;

/// Gives everybody without a role, or with one that was weighed before, the most likely one; all mentions of a person are asked together.
pub fn settle(t: &Tokens, mentions: &mut [Mention], own: &Own, whose: Whose) {
    let asked = |m: &Mention| untold(m) || is_soft(m) && whose(m).is_some();
    if WEIGHTS.is_empty() || !mentions.iter().any(asked) {
        return;
    }
    // Whoever has the patient's given name may be the patient: that is not for weights to decide.
    let namesake = |m: &Mention| {
        m.name.as_ref().is_some_and(|n| n.given.first().is_some_and(|g| own.is_given(&crate::detect::fold::folded(g))))
    };
    let open = |m: &Mention| asked(m) && !namesake(m);
    let untold: Vec<usize> = (0..mentions.len()).filter(|i| mentions.get(*i).is_some_and(open)).collect();
    let firm = |m: &Mention| !is_soft(m) && is_told(t, m, own);
    let told: Vec<usize> = untold.iter().copied().filter(|i| mentions.get(*i).is_some_and(firm)).collect();
    let called = |i: &usize| mentions.get(*i).and_then(|m| m.name.as_ref()).map(parts);
    let known: Vec<(usize, Option<Called>)> = told.iter().take(NAMES).map(|i| (*i, called(i))).collect();
    let open: Vec<usize> = untold
        .into_iter()
        .filter(|i| {
            let name = called(i);
            !known.iter().any(|(j, other)| i == j || one(&name, other))
        })
        .collect();
    let document = document(t);
    // What the mentions of one name say together, then those of all names of one person.
    let mut names: HashMap<(String, String), usize> = HashMap::new();
    let mut sums: Vec<([f32; 6], f32, Option<Called>)> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(open.len());
    for i in &open {
        let name = called(i);
        let at = *names.entry(name.clone().unwrap_or_default()).or_insert_with(|| {
            sums.push(([0.0; 6], 0.0, name));
            sums.len() - 1
        });
        of.push(at);
        let Some((sum, count, _)) = sums.get_mut(at) else { continue };
        if *count < MENTIONS {
            let mut all = evidence(t, mentions, *i, own);
            all.extend_from_slice(&document);
            all.extend(mentions.get(*i).and_then(whose).iter().flat_map(whose_evidence));
            sum.iter_mut().zip(WEIGHTS.sum(all)).for_each(|(s, w)| *s += w);
            *count += 1.0;
        }
    }
    let alone = sums.len() > NAMES;
    let answers: Vec<Option<Role>> = (0..sums.len())
        .map(|n| {
            let mut all = [0.0f32; 6];
            let mut count = 0.0f32;
            let from = if alone { n } else { 0 };
            for (m, (sum, c, name)) in sums.iter().enumerate().skip(from) {
                if m == n || !alone && sums.get(n).is_some_and(|x| one(&x.2, name)) {
                    all.iter_mut().zip(sum).for_each(|(s, w)| *s += w);
                    count += c;
                }
                if alone && m == n {
                    break;
                }
            }
            // Several mentions of one person say more than one, but not independently.
            all.iter_mut().for_each(|s| *s /= count.max(1.0).sqrt());
            best(&all)
        })
        .collect();
    for (i, at) in open.iter().zip(of) {
        if let (Some(m), Some(Some(role))) = (mentions.get_mut(*i), answers.get(at)) {
            (m.who, m.weighed) = (Who::New(*role), true);
        }
    }
}

/// What the names model says of whose a name is, as evidence: which shares each class of people reaches among them.
pub fn whose_evidence(classes: &[f32; CLASSES]) -> Vec<String> {
    let people = classes.get(PEOPLE).unwrap_or_default();
    let all: f32 = people.iter().sum();
    if all < LEAST {
        return Vec::new();
    }
    let reached = |(name, share): (&&str, &f32)| {
        let share = share / all;
        let name = name.to_string();
        BOUNDS.iter().filter(move |bound| share >= **bound).map(move |bound| format!("whose={name}>{bound}")).collect::<Vec<_>>()
    };
    CALLED.iter().zip(people).flat_map(reached).collect()
}

/// The best answer where its share is enough.
fn best(sum: &[f32; 6]) -> Option<Role> {
    let top = sum.iter().copied().fold(f32::MIN, f32::max);
    let whole: f32 = sum.iter().map(|s| (s - top).exp()).sum();
    let at = sum.iter().position(|s| *s == top)?;
    (1.0 / whole >= ENOUGH).then(|| ANSWERS.get(at).copied()).flatten()
}

/// Somebody whom a rule took for staff or for another patient: words near the name say so often, and are wrong more often than those for
/// relatives and clinicians. With what the names model says of whose it is they are weighed like everything else.
pub fn is_soft(m: &Mention) -> bool {
    let role = matches!(m.who, Who::New(Role::Staff | Role::OtherPatient));
    role && m.category == Category::Name && !m.weighed && !m.rule.starts_with("dictionary")
}

fn untold(m: &Mention) -> bool {
    m.category == Category::Name && (m.who == Who::New(Role::OtherPerson) || m.weighed && matches!(m.who, Who::New(_)))
}

/// True when the words beside the name say that this is nobody of the patient's and nobody of the house: `Dot's son Gene` of a
/// room-mate, `Billy is the son of William`, a landlord.
pub fn is_told(t: &Tokens, m: &Mention, own: &Own) -> bool {
    let (first, next) = range(t, m);
    if words_around(t, first, next, own).best_role().is_some() {
        return true;
    }
    // `T.W. said`: of two letters nothing can be weighed.
    let short = |n: &crate::model::person::Name| {
        let (given, family) = parts(n);
        given.chars().count() <= 1 && family.trim_end_matches('.').chars().count() <= 1
    };
    if m.name.as_ref().is_some_and(short) {
        return true;
    }
    // `Mr. Tran's wife Ada`; a message's signature may be anybody's.
    if t.get(next - 1).is_some_and(|x| x.possessive) && kin(t.low(next)).is_some() || m.rule == "cue.sign-off" {
        return true;
    }
    let of = |k: usize| kin(t.low(k)).is_some() && t.low(k + 1) == "of";
    matches!(t.low(next), "is" | "was") && (next + 1..next + 4).any(of)
}

/// First given and family name, folded.
type Called = (String, String);

fn one(a: &Option<Called>, b: &Option<Called>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if called_alike(a, b))
}

/// The kind of person a word or phrase speaks of.
fn kind(t: &Tokens, k: usize) -> Option<&'static str> {
    let low = t.low(k);
    if kin(low).is_some() {
        return Some("kin");
    }
    if matches!(low, "patient" | "pt" | "pts" | "client" | "resident" | "veteran") {
        return Some("pt");
    }
    if let Some((_, _, Some(role))) = role_phrase(|j| t.low(k + j)) {
        return Some(of_group(role));
    }
    if let Some((role, _, _)) = credential_at(t, k) {
        return Some(of_group(role));
    }
    function(t.word(k)).map(of_group)
}

fn of_group(role: Role) -> &'static str {
    match role.group() {
        RoleGroup::Relative => "kin",
        RoleGroup::Contact => "contact",
        RoleGroup::OtherPatient => "opat",
        RoleGroup::Clinician => "clin",
        RoleGroup::Staff => "staff",
        RoleGroup::Patient => "pt",
        _ if role == Role::Employer => "empl",
        RoleGroup::OtherPerson | RoleGroup::Organization => "oper",
    }
}

fn word(t: &Tokens, k: usize) -> String {
    match t.shape(k) {
        None => "^".into(),
        Some(Shape::Number | Shape::Mixed) => "#".into(),
        Some(Shape::Mark(m)) => m.to_string(),
        Some(Shape::Break) => "^".into(),
        Some(Shape::Initial) => "I".into(),
        Some(_) => t.low(k).to_string(),
    }
}

/// All that speaks for one role or another, but for what [`document`] tells of every name of the text.
pub fn evidence(t: &Tokens, mentions: &[Mention], at: usize, own: &Own) -> Vec<String> {
    let mut out: Vec<String> = vec!["one".into()];
    let Some(m) = mentions.get(at) else { return out };
    let (first, next) = range(t, m);
    out.push(format!("rule={}", m.rule));
    if let (true, Who::New(role)) = (is_soft(m), &m.who) {
        out.push(format!("told={}", role.contract_name()));
    }
    let covered = |k: usize| {
        let x = t.get(k)?;
        let j = mentions.partition_point(|n| n.start <= x.start).checked_sub(1)?;
        mentions.get(j).filter(|n| x.start < n.end && n.category == Category::Name)
    };
    // How the person is called.
    if let Some(name) = &m.name {
        let (given, family) = parts(name);
        let form = match (given.chars().count(), family.is_empty()) {
            (0, false) if is_given(&family) => "given",
            (0, false) => "family",
            (1, false) => "initial-family",
            (_, true) => "given",
            _ => "whole",
        };
        out.push(format!("form={form}"));
        if own.is_family(&family) {
            out.push("own-family".into());
        }
    }
    let title_at = first.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
    if let Some(low) = title_at.map(|k| t.low(k)).filter(|l| title(l).is_some()) {
        out.push(format!("title={low}"));
    }
    match t.shape(first) {
        Some(Shape::Upper) => out.push("upper".into()),
        Some(Shape::Lower) => out.push("lower".into()),
        _ => {}
    }
    if t.get(next - 1).is_some_and(|x| x.possessive) {
        out.push("owns".into());
    }
    // Where it stands.
    if t.begins_line(first) {
        out.push("bol".into());
    } else if t.begins_column(first) {
        out.push("column".into());
    }
    if t.ends_line(next) {
        out.push("eol".into());
    }
    let share = 10 * m.start / t.text.len().max(1);
    if share >= 9 {
        out.push("tail".into());
    }
    if share == 0 {
        out.push("head".into());
    }
    if t.is(first.wrapping_sub(1), '(') && t.is(next, ')') {
        out.push("parens".into());
    }
    around(t, first, next, &covered, &mut out);
    // Who is named before and after.
    let neighbour = |j: Option<usize>| j.and_then(|j| mentions.get(j)).filter(|n| n.category == Category::Name);
    let group = |n: &Mention| match n.who {
        Who::New(r) => of_group(r),
        Who::Patient => "pt",
        _ => "oper",
    };
    if let Some(n) = neighbour(at.checked_sub(1)).filter(|n| n.end <= m.start) {
        let between = t.text.get(n.end..m.start).unwrap_or("").trim();
        if between.len() < 60 && !between.contains('\n') {
            out.push(format!("prev={}", group(n)));
        }
        if between.len() <= 3 || between == "and" {
            out.push(format!("joined={}", group(n)));
        }
    }
    if let Some(n) = neighbour(at.checked_add(1)).filter(|n| n.start >= m.end) {
        let between = t.text.get(m.end..n.start).unwrap_or("").trim();
        if between.len() < 60 && !between.contains('\n') {
            out.push(format!("next={}", group(n)));
        }
        if between.len() <= 3 || between == "and" {
            out.push(format!("joins={}", group(n)));
        }
    }
    out
}

/// What the token at `k`, the `steps`th on side `side`, tells. The kind of person spoken of nearest is told once.
fn step(t: &Tokens, k: usize, side: &str, steps: usize, name: bool, told: &mut bool, out: &mut Vec<String>) {
    let w = if name { "NAME".to_string() } else { word(t, k) };
    if steps < 3 {
        out.push(format!("{side}{}={w}", steps + 1));
    }
    if name {
        return;
    }
    if w.len() > 2 {
        out.push(format!("{side}b={w}"));
    }
    if let (false, Some(kind)) = (*told, kind(t, k)) {
        *told = true;
        let reach = [1, 1, 2, 2].get(steps).unwrap_or(&3);
        out.push(format!("{side}k={kind}"));
        out.push(format!("{side}k{reach}={kind}"));
    }
}

/// Words on both sides, kinds of person spoken of there, the label of the line.
fn around<'m>(t: &Tokens, first: usize, next: usize, covered: &dyn Fn(usize) -> Option<&'m Mention>, out: &mut Vec<String>) {
    let (mut k, mut steps, mut told) = (first, 0usize, false);
    while k > 0 && steps < 9 {
        k -= 1;
        if t.shape(k) == Some(Shape::Break) || t.is(k, '.') && steps > 0 && t.is_capital(k + 1) && t.word(k + 1).len() > 1 {
            if steps < 2 {
                out.push(format!("l{}=^", steps + 1));
            }
            break;
        }
        step(t, k, "l", steps, covered(k).is_some(), &mut told, out);
        steps += 1;
    }
    let (mut k, mut steps, mut told) = (next, 0usize, false);
    while steps < 8 && k < t.list.len() {
        if t.shape(k) == Some(Shape::Break) || t.is(k, '.') && t.is_capital(k + 1) && t.word(k + 1).len() > 1 {
            if steps < 2 {
                out.push(format!("r{}=^", steps + 1));
            }
            break;
        }
        step(t, k, "r", steps, covered(k).is_some(), &mut told, out);
        steps += 1;
        k += 1;
    }
    // `Ordering:`, `SW (`: the label of the line or cell.
    let line = t.line_start(first);
    if let Some(colon) = (line..first.min(line + 6)).find(|k| t.is(*k, ':')) {
        for k in line..colon {
            out.push(format!("label={}", word(t, k)));
        }
        if let Some(kind) = (line..colon).find_map(|k| kind(t, k)) {
            out.push(format!("labelk={kind}"));
        }
    }
    // The first cell of a row.
    if t.is(line, '|') || (line..first).any(|k| t.is(k, '|') || t.begins_column(k) && k > line) {
        let from = line + usize::from(t.is(line, '|'));
        let to = (from + 1..first).find(|k| t.begins_column(*k) || t.is(*k, '|')).unwrap_or(first);
        if from < to && to <= first {
            if let Some(kind) = (from..to).find_map(|k| kind(t, k)) {
                out.push(format!("cellk={kind}"));
            }
            for k in from..to.min(from + 4) {
                out.push(format!("cell={}", word(t, k)));
            }
        }
    }
}

/// What sort of text it is.
pub fn document(t: &Tokens) -> Vec<String> {
    const WORDS: &[&str] = &[
        "group",
        "roommate",
        "room",
        "bed",
        "donor",
        "school",
        "dear",
        "fax",
        "court",
        "police",
        "interpreter",
        "hospice",
        "baby",
        "pharmacy",
        "subject",
        "specimen",
        "claim",
        "supervisor",
        "neighbor",
        "facility",
        "dialysis",
        "surgeon",
    ];
    let head: HashSet<&str> = (0..t.list.len().min(1500)).map(|k| t.low(k)).collect();
    WORDS.iter().filter(|w| head.contains(*w)).map(|w| format!("doc={w}")).collect()
}
