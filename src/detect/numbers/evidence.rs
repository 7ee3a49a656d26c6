//! What speaks for each of those to whom a number may belong.

use super::labels::{category_of, is_code_head, sort_of};
use super::people::{Person, people, sort};
use super::place::{Heads, between, left_words, line_label, pronoun, right_words};
use super::runs::{Kind, Run, kind_of, runs};
use super::terms::{agrees, apart, shapes, step};
use crate::detect::identity::Own;
use crate::detect::known_person::sex_of;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::ShortMap;
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;
use std::fmt::{Arguments, Write};
use std::sync::LazyLock;

/// The weights of the evidence.
pub static WEIGHTS: LazyLock<ShortMap<f32>> = LazyLock::new(|| weights(include_str!("weights.tsv")));
/// The same where the names model has been asked.
pub static TOLD_WEIGHTS: LazyLock<ShortMap<f32>> = LazyLock::new(|| weights(include_str!("told_weights.tsv")));

fn weights(table: &'static str) -> ShortMap<f32> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(|l| l.split_once('\t')).filter_map(|(name, w)| Some((name, w.parse().ok()?))).collect()
}

/// What the names model says of a token: how likely it is a part of a number of anybody else, and of the patient's.
pub type Told<'a> = &'a dyn Fn(usize) -> Option<(f32, f32)>;

/// From this share on a stretch is asked about because of what the names model says alone.
const ASKED: f32 = 0.5;

/// To whom a number may belong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// Nobody, or the patient.
    None,
    /// Somebody of this kind who is not named here.
    Unnamed(Role),
    /// The person at this place in the list.
    Person(usize),
}

/// The kinds of people who are not named.
pub const UNNAMED: [Role; 5] = [Role::Clinician, Role::Staff, Role::OtherPatient, Role::OtherPerson, Role::Relative];

/// People before a number and behind it that are asked, and how far away they may be, in tokens.
const BEFORE: usize = 4;
const BEHIND: usize = 2;
const FAR: usize = 90;
const NEAR: usize = 12;

/// Adds up weights; keeps the names of what was added where asked to.
pub struct Sum {
    table: &'static ShortMap<f32>,
    line: String,
    /// The sum.
    pub sum: f32,
    /// The evidence.
    pub kept: Option<Vec<String>>,
}

impl Sum {
    /// One of nothing, for what speaks for owners in `doc`.
    pub fn of(doc: &Doc) -> Sum {
        let table = if doc.told.is_some() { &TOLD_WEIGHTS } else { &WEIGHTS };
        Sum { table, line: String::new(), sum: 0.0, kept: None }
    }

    /// One that keeps the names.
    pub fn keeping(doc: &Doc) -> Sum {
        Sum { kept: Some(Vec::new()), ..Sum::of(doc) }
    }

    fn put(&mut self, what: Arguments) {
        self.line.clear();
        let _ = self.line.write_fmt(what);
        self.sum += self.table.get(self.line.as_str()).copied().unwrap_or(0.0);
        if let Some(kept) = &mut self.kept {
            kept.push(self.line.clone());
        }
    }
}

/// A text with its numbers and people.
pub struct Doc<'a> {
    pub(super) t: &'a Tokens<'a>,
    /// Everybody.
    pub people: Vec<Person>,
    /// All numbers.
    pub runs: Vec<Run>,
    found: &'a [Mention],
    pub(super) names: &'a [Mention],
    pub(super) own: &'a Own,
    told: Option<Told<'a>>,
    named: Vec<bool>,
    /// Where the first number of each kind stands that a rule has found.
    firsts: Vec<(Category, usize)>,
}

/// What is asked of a number once.
pub struct Facts<'a> {
    /// What kind of number it is.
    pub category: Option<Category>,
    cat: &'static str,
    shape: String,
    coarse: String,
    words: Vec<&'a str>,
    behind: Vec<&'a str>,
    /// Which sex the pronouns before and behind it are of.
    pronouns: [Option<&'static str>; 2],
    head: &'a str,
    label: &'a str,
    right: &'a str,
    /// Written like a number of the patient's, and another.
    pub like: bool,
    /// What the nearest label numbers.
    numbers: &'static str,
    /// A label, in the line or at the head of the column, says that it is a number of somebody's.
    pub labelled: bool,
    rule: &'static str,
    was: &'static str,
    /// The patient's own by its value.
    pub settled: bool,
    /// How likely the names model takes it for somebody else's and for the patient's, where it was asked.
    pub model: Option<(f32, f32)>,
}

/// True for what is not weighed: the patient's own by its value, addresses of machines and pages.
pub fn is_settled(category: Option<Category>, value: &str, own: &Own) -> bool {
    match category {
        Some(Category::Url | Category::Ip) => true,
        Some(Category::Phone | Category::Fax) => own.has_phone(value),
        Some(Category::Email) => own.has_email(value),
        Some(Category::Address) => own.has_address(value),
        Some(Category::DateOfBirth) => own.is_birth_date(value),
        _ => own.has_id(value) || own.has_phone(value),
    }
}

impl<'a> Doc<'a> {
    /// Looks over the text; `None` when there is no number to ask about. `names` and `found` are sorted; `told` is what the names model
    /// says where it has been asked.
    pub fn new(
        t: &'a Tokens<'a>,
        names: &'a [Mention],
        found: &'a [Mention],
        own: &'a Own,
        told: Option<Told<'a>>,
    ) -> Option<Doc<'a>> {
        let runs = runs(t, names, found);
        if runs.is_empty() {
            return None;
        }
        let people = people(t, names);
        let mut named = vec![false; t.list.len()];
        for p in people.iter().filter(|p| p.how == "name") {
            named.get_mut(p.first..p.next.min(t.list.len())).into_iter().flatten().for_each(|n| *n = true);
        }
        let mut firsts: Vec<(Category, usize)> = Vec::new();
        for m in found {
            if !firsts.iter().any(|f| f.0 == m.category) {
                firsts.push((m.category, m.start));
            }
        }
        Some(Doc { t, people, runs, found, names, own, told, named, firsts })
    }

    /// What a rule has found at the place of a number.
    pub fn found(&self, run: &Run) -> Option<&'a Mention> {
        run.found.and_then(|i| self.found.get(i))
    }

    /// True for what is asked about at all: labelled, found by a rule, or beside somebody other than the patient.
    pub fn asks(&self, run: &Run, heads: &mut Heads) -> bool {
        if run.found.is_some() || run.kind == Kind::Number && self.is_like(run) {
            return true;
        }
        if is_code_head(heads.of(self.t, run.first)) {
            return false;
        }
        if self.model(run).is_some_and(|(others, _)| others >= ASKED) {
            return true;
        }
        let at = self.people.partition_point(|p| p.first < run.first);
        let line = |from: usize, to: usize| !(from..to).any(|k| self.t.shape(k) == Some(Shape::Break));
        let left = at.checked_sub(1).and_then(|k| self.people.get(k)).is_some_and(|p| run.first - p.next.min(run.first) <= 24);
        let right = self.people.get(at).is_some_and(|p| p.first - run.next.min(p.first) <= 6 && line(run.next, p.first));
        let labelled = super::runs::labelled(self.t, run.first);
        match run.kind {
            Kind::Date => {
                // Behind the name of somebody who works here stands the day on which they signed.
                let close = at.checked_sub(1).and_then(|k| self.people.get(k)).is_some_and(|p| {
                    let b = between(self.t, p.next.min(run.first), run.first);
                    b.tokens <= 30
                        && b.lines == 0
                        && b.stops == 0
                        && !p.is_patient()
                        && !matches!(p.sort(), "clinician" | "staff")
                });
                let birth = |k: usize| {
                    category_of(self.t.low(k)) == Some(Category::DateOfBirth) || matches!(self.t.low(k), "b" | "d" | "died")
                };
                close || (run.first.saturating_sub(8)..run.first).any(birth)
            }
            Kind::Number => labelled || (left || right) && !self.is_figure(run),
        }
    }

    /// What the names model says of a number: the means over its words.
    fn model(&self, run: &Run) -> Option<(f32, f32)> {
        let told = self.told?;
        let words = (run.first..run.next).filter(|k| !matches!(self.t.shape(*k), Some(Shape::Mark(_) | Shape::Break)));
        let (mut n, mut others, mut own) = (0.0f32, 0.0f32, 0.0f32);
        for (a, b) in words.filter_map(told) {
            (n, others, own) = (n + 1.0, others + a, own + b);
        }
        (n > 0.0).then(|| (others / n, own / n))
    }

    fn is_like(&self, run: &Run) -> bool {
        let written = self.t.text.get(run.start..run.end).unwrap_or("");
        written.bytes().any(|b| !b.is_ascii_digit()) && self.own.is_like_id(written)
    }

    /// A figure behind a word that is neither label nor person, `platelets 250000`: a result.
    fn is_figure(&self, run: &Run) -> bool {
        let t = self.t;
        let plain = (run.first..run.next).all(|k| t.shape(k) == Some(Shape::Number));
        let Some(k) = run.first.checked_sub(1).filter(|_| plain) else { return false };
        let word = matches!(t.shape(k), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Mixed));
        let at = self.people.partition_point(|p| p.first < run.first);
        let person = at.checked_sub(1).and_then(|i| self.people.get(i)).is_some_and(|p| p.next >= run.first);
        word && !person && !t.begins_column(run.first) || t.text.get(run.start..run.end).is_some_and(|s| s.ends_with("000"))
    }

    /// Looks at a number.
    pub fn facts(&self, run: &Run, heads: &mut Heads) -> Facts<'_> {
        let t = self.t;
        let head = heads.of(t, run.first);
        let found = self.found(run);
        let category = found.map(|m| m.category).or_else(|| kind_of(t, run, head));
        let text = t.text.get(run.start..run.end).unwrap_or("");
        let (shape, coarse) = shapes(text);
        let named = |k: usize| self.named.get(k).copied().unwrap_or(false);
        let right = if t.ends_line(run.next) {
            "END"
        } else if named(run.next) {
            "NAME"
        } else {
            t.low(run.next)
        };
        let inner = found.and_then(|m| t.text.get(m.start..m.end)).unwrap_or(text);
        let settled =
            is_settled(category, text, self.own) || is_settled(category, inner, self.own) || self.own.is_birth_date(text);
        let was = match found.map(|m| &m.who) {
            None => "new",
            Some(Who::Patient) => "patient",
            Some(Who::New(r)) => sort(*r),
            Some(Who::Nobody) => "nobody",
            Some(_) => "unclear",
        };
        let (words, label) = (left_words(t, run.first, 4, &named), line_label(t, run.first));
        let behind = right_words(t, run.next, 4, &named);
        let pronouns = [pronoun(words.get(..3).unwrap_or(&words)), pronoun(behind.get(..3).unwrap_or(&behind))];
        let numbers = words.iter().take(3).chain([&head, &label]).find_map(|w| sort_of(w)).unwrap_or("none");
        Facts {
            category,
            cat: category.map_or("none", Category::as_str),
            shape,
            coarse,
            words,
            behind,
            pronouns,
            head,
            label,
            right,
            like: is_id(category) && self.own.is_like_id(text),
            numbers,
            labelled: super::runs::labelled(t, run.first) || category_of(head).is_some(),
            rule: found.map_or("new", |m| m.rule),
            was,
            settled,
            model: self.model(run),
        }
    }

    /// All to whom a number may belong.
    pub fn owners(&self, run: &Run) -> Vec<Owner> {
        let mut out = vec![Owner::None];
        out.extend(UNNAMED.map(Owner::Unnamed));
        let at = self.people.partition_point(|p| p.first < run.first);
        for k in (0..at).rev().take(BEFORE) {
            let Some(p) = self.people.get(k) else { break };
            if run.first - p.next.min(run.first) > FAR {
                break;
            }
            out.push(Owner::Person(k));
        }
        // Who stands at the head of the line.
        let line = self.t.line_start(run.first);
        let head = self.people.partition_point(|p| p.first < line);
        if self.people.get(head).is_some_and(|p| p.first < run.first) && !out.contains(&Owner::Person(head)) {
            out.push(Owner::Person(head));
        }
        for k in at..at + BEHIND {
            let Some(p) = self.people.get(k).filter(|p| p.first - run.next.min(p.first) <= NEAR) else { break };
            if (run.next..p.first).any(|j| self.t.shape(j) == Some(Shape::Break)) {
                break;
            }
            out.push(Owner::Person(k));
        }
        out
    }

    /// Adds up what speaks for an owner.
    pub fn weigh(&self, run: &Run, f: &Facts, owner: Owner, sum: &mut Sum) {
        match owner {
            Owner::None => self.none(run, f, sum),
            Owner::Unnamed(r) => self.unnamed(run, f, r, sum),
            Owner::Person(k) => {
                if let Some(p) = self.people.get(k) {
                    self.person(run, f, k, p, sum);
                }
            }
        }
    }

    fn none(&self, run: &Run, f: &Facts, s: &mut Sum) {
        s.put(format_args!("n"));
        s.put(format_args!("n:cat={}", f.cat));
        s.put(format_args!("n:shape={}", f.shape));
        s.put(format_args!("n:coarse={}", f.coarse));
        s.put(format_args!("n:coarse={}/{}", f.coarse, f.cat));
        for (i, w) in f.words.iter().enumerate() {
            s.put(format_args!("n:w={w}"));
            if i < 2 {
                s.put(format_args!("n:w{i}={w}"));
            }
        }
        if let [a, b, ..] = f.words[..] {
            s.put(format_args!("n:ww={b} {a}"));
        }
        for (i, w) in f.behind.iter().enumerate() {
            s.put(format_args!("n:b={w}"));
            if i == 0 {
                s.put(format_args!("n:b0={w}"));
            }
        }
        if let [a, b, ..] = f.behind[..] {
            s.put(format_args!("n:bb={a} {b}"));
        }
        let sex = self.own.sex.as_deref();
        for (side, said) in f.pronouns.iter().enumerate() {
            s.put(format_args!("n:pronoun{side}={}", agrees(*said, sex)));
            s.put(format_args!("n:pronoun{side}={}/{}", agrees(*said, sex), f.was));
        }
        s.put(format_args!("n:head={}", f.head));
        s.put(format_args!("n:label={}", f.label));
        s.put(format_args!("n:right={}", f.right));
        s.put(format_args!("n:numbers={}", f.numbers));
        s.put(format_args!("n:like={}/{}", f.like, f.was));
        s.put(format_args!("n:numbers={}/{}", f.numbers, f.coarse));
        s.put(format_args!("n:rule={}", f.rule));
        s.put(format_args!("n:was={}", f.was));
        s.put(format_args!("n:was={}/{}", f.was, f.labelled));
        s.put(format_args!("n:labelled={}/{}", f.labelled, f.coarse));
        s.put(format_args!("n:was={}/{}", f.was, f.cat));
        let bare = self.own.is_bare();
        s.put(format_args!("n:bare={bare}/{}", f.was));
        s.put(format_args!("n:bare={bare}/{}", f.cat));
        if let Some(c) = f.category {
            let known = self.own.has_kind(c);
            s.put(format_args!("n:known={known}"));
            s.put(format_args!("n:known={known}/{}", f.cat));
            let first = self.firsts.iter().find(|f| f.0 == c).is_none_or(|f| f.1 >= run.start);
            s.put(format_args!("n:first={first}/{}", f.cat));
        }
        if let Some((others, own)) = f.model {
            let (others, mine) = (step(others), step(own));
            s.put(format_args!("n:o={others}"));
            s.put(format_args!("n:m={mine}"));
            s.put(format_args!("n:o={others}/m={mine}"));
            s.put(format_args!("n:o={others}/{}", f.cat));
            s.put(format_args!("n:m={mine}/{}", f.cat));
            s.put(format_args!("n:o={others}/{}", f.was));
            s.put(format_args!("n:m={mine}/{}", f.was));
            s.put(format_args!("n:o={others}/labelled={}", f.labelled));
        }
        let lines = self.t.list.iter().take(run.first).take(120).filter(|x| x.shape == Shape::Break).count();
        let early = run.first < 120 && lines < 4;
        s.put(format_args!("n:early={early}"));
        s.put(format_args!("n:early={early}/{}", f.cat));
        let at = self.people.partition_point(|p| p.first < run.first);
        match at.checked_sub(1).and_then(|k| self.people.get(k)) {
            Some(p) => {
                let b = between(self.t, p.next.min(run.first).max(run.first.saturating_sub(FAR)), run.first);
                s.put(format_args!("n:near={}/{}", p.sort(), apart(&b)));
                s.put(format_args!("n:bare={bare}/near={}/{}", p.sort(), apart(&b)));
                s.put(format_args!("n:apart={}", apart(&b)));
                s.put(format_args!("n:numbers={}/near={}/{}", f.numbers, p.sort(), apart(&b)));
            }
            None => s.put(format_args!("n:near=nobody")),
        }
    }

    fn unnamed(&self, run: &Run, f: &Facts, role: Role, s: &mut Sum) {
        let u = sort(role);
        s.put(format_args!("u={u}"));
        s.put(format_args!("u={u}/{}", f.cat));
        s.put(format_args!("u={u}/{}", f.coarse));
        s.put(format_args!("u={u}/r={}", f.rule));
        s.put(format_args!("u={u}/was={}", f.was));
        for w in f.words.iter() {
            s.put(format_args!("u={u}/w={w}"));
        }
        for w in f.behind.iter() {
            s.put(format_args!("u={u}/b={w}"));
        }
        s.put(format_args!("u={u}/numbers={}", f.numbers));
        if let Some((others, _)) = f.model {
            s.put(format_args!("u={u}/o={}", step(others)));
        }
        s.put(format_args!("u={u}/head={}", f.head));
        s.put(format_args!("u={u}/label={}", f.label));
        s.put(format_args!("u={u}/right={}", f.right));
        let at = self.people.partition_point(|p| p.first < run.first);
        if let Some(p) = at.checked_sub(1).and_then(|k| self.people.get(k)) {
            let b = between(self.t, p.next.min(run.first).max(run.first.saturating_sub(FAR)), run.first);
            s.put(format_args!("u/apart={}", apart(&b)));
            s.put(format_args!("u={u}/near={}", p.sort()));
            s.put(format_args!("u={u}/near={}/{}", p.sort(), f.cat));
        } else {
            s.put(format_args!("u={u}/nobody"));
        }
    }

    fn person(&self, run: &Run, f: &Facts, k: usize, p: &Person, s: &mut Sum) {
        let t = self.t;
        let at = self.people.partition_point(|p| p.first < run.first);
        let left = k < at;
        let (side, rank) = if left { ("l", at - k) } else { ("r", k - at + 1) };
        let b = if left {
            between(t, p.next.min(run.first).max(run.first.saturating_sub(2 * FAR)), run.first)
        } else {
            between(t, run.next, p.first.max(run.next))
        };
        let what = p.sort();
        let rank = rank.min(5);
        s.put(format_args!("p"));
        s.put(format_args!("p={what}"));
        s.put(format_args!("p={what}/{}", f.cat));
        s.put(format_args!("{side}{rank}"));
        s.put(format_args!("{side}{rank}/{what}"));
        s.put(format_args!("{side}{rank}/{}", p.how));
        s.put(format_args!("{side}:apart={}", apart(&b)));
        s.put(format_args!("{side}{rank}:apart={}", apart(&b)));
        s.put(format_args!("p={what}/numbers={}", f.numbers));
        s.put(format_args!("{side}:numbers={}/apart={}", f.numbers, apart(&b)));
        s.put(format_args!("{side}{rank}/{what}/numbers={}", f.numbers));
        s.put(format_args!("p={what}:apart={}", apart(&b)));
        let far = match b.tokens {
            0 => "0",
            1 => "1",
            2 | 3 => "3",
            4..=6 => "6",
            7..=12 => "12",
            13..=25 => "25",
            _ => "99",
        };
        s.put(format_args!("{side}:far={far}"));
        s.put(format_args!("{side}:far={far}/{}", p.how));
        if b.commas > 0 {
            s.put(format_args!("{side}:commas={}", b.commas.min(3)));
        }
        if b.open > 0 {
            s.put(format_args!("{side}:inside"));
            s.put(format_args!("{side}{rank}:inside"));
        }
        if b.closed > 0 {
            s.put(format_args!("{side}:outside"));
        }
        if b.cells > 0 {
            s.put(format_args!("{side}:cells"));
        }
        if left && t.begins_line(p.first) && b.lines == 0 {
            s.put(format_args!("{side}:row-head"));
            s.put(format_args!("{side}:row-head/{what}"));
        }
        if left && t.begins_line(p.first) && b.lines > 0 {
            s.put(format_args!("{side}:block-head"));
        }
        let touching = if left { p.next } else { p.first.wrapping_sub(1) };
        let mark = match t.shape(touching) {
            Some(Shape::Mark(m)) => m,
            Some(Shape::Break) => 'n',
            _ if t.get(p.next.wrapping_sub(1)).is_some_and(|x| x.possessive) => 's',
            _ => 'w',
        };
        s.put(format_args!("{side}:mark={mark}"));
        s.put(format_args!("{side}{rank}:mark={mark}/{what}"));
        for w in &f.words {
            s.put(format_args!("p={what}/w={w}"));
            if matches!(*w, "his" | "her" | "their" | "own" | "pt" | "pt's" | "patient" | "patient's" | "hers") {
                s.put(format_args!("{side}{rank}/{what}/w={w}"));
            }
        }
        for w in &f.behind {
            s.put(format_args!("p={what}/b={w}"));
            if matches!(*w, "his" | "her" | "their" | "own" | "pt" | "patient" | "hers" | "theirs" | "mine" | "NAME" | "(") {
                s.put(format_args!("{side}{rank}/{what}/b={w}"));
            }
        }
        let sex = match &p.who {
            Who::New(r) => sex_of(*r),
            Who::Patient => self.own.sex.as_deref(),
            _ => None,
        };
        for (at, said) in f.pronouns.iter().enumerate() {
            s.put(format_args!("p:pronoun{at}={}", agrees(*said, sex)));
            s.put(format_args!("{side}{rank}:pronoun{at}={}", agrees(*said, sex)));
            s.put(format_args!("p={what}:pronoun{at}={}", agrees(*said, sex)));
        }
        s.put(format_args!("p={what}/head={}", f.head));
        s.put(format_args!("p={what}/label={}", f.label));
        s.put(format_args!("{side}:right={}", f.right));
        if let Some(m) = self.found(run) {
            let same = m.who == p.who;
            s.put(format_args!("same={same}"));
            s.put(format_args!("same={same}/{what}"));
            s.put(format_args!("same={same}/{side}{rank}"));
        }
        if let Some((others, own)) = f.model.filter(|_| p.is_patient()) {
            s.put(format_args!("pt:o={}", step(others)));
            s.put(format_args!("pt:m={}", step(own)));
            s.put(format_args!("pt:m={}/apart={}", step(own), apart(&b)));
        }
        if p.is_patient()
            && let Some(c) = f.category
        {
            let known = self.own.has_kind(c);
            s.put(format_args!("pt:known={known}/{}", f.cat));
            s.put(format_args!("pt:known={known}"));
        }
        // Another number of the kind between the two is that person's.
        let taken = left && {
            let end = self.runs.partition_point(|r| r.start < run.start);
            let mut near = (0..end).rev().take(6).filter_map(|i| self.runs.get(i)).take_while(|r| r.first >= p.next);
            near.any(|r| self.found(r).map(|m| m.category) == f.category && f.category.is_some())
        };
        if taken {
            s.put(format_args!("{side}:taken"));
            s.put(format_args!("{side}{rank}:taken/{}", f.cat));
        }
    }
}

/// True for kinds of numbers of which records hold those of the patient.
fn is_id(category: Option<Category>) -> bool {
    matches!(category, None | Some(Category::Mrn | Category::MemberId | Category::Account | Category::OtherId))
}
