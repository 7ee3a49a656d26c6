//! Words that may be somebody's name and that nothing has confirmed or ruled out: a person must say.
//!
//! Rules and lists take what they know and leave what they do not; what lies between is neither. Here each word that is left and could be
//! a name is weighed by all that speaks for and against it, and from a certain sum on it is masked and put to a person.

use super::markup;
use super::short::{Initials, is_state, place};
use super::table::Table;
use super::trees::Trees;
use super::word_evidence::{model_evidence, said_evidence};
use crate::detect::cues::{credential, function, kin, title};
use crate::detect::evidence::{around, is_language};
use crate::detect::fold::folded;
use crate::detect::identity::Own;
use crate::detect::lone::{Style, one, style};
use crate::detect::model::is_place;
use crate::detect::things::{is_pet, is_thing};
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{NameLike, is_clinical, is_eponym, is_given, is_running_word, is_term, is_word, is_word_name};
use crate::model::document::Class;
use crate::model::mention::{Category, Mention, Who};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Tell at little cost which words may be somebody at all.
static WEIGHTS: LazyLock<Table<1>> = LazyLock::new(|| Table::read(include_str!("doubt_weights.tsv")));
/// Decide about these.
static TREES: LazyLock<Trees> = LazyLock::new(|| Trees::read(include_str!("doubt_trees.txt")));

/// Below this sum of weights trees would not change the answer.
const HOPELESS: f32 = -4.5;

/// The model is asked about a word that reaches this sum of weights with its help.
const WORTH: f32 = -0.8;
/// From this sum on a word is put to a person.
const ENOUGH: f32 = -0.75;
/// The same in comments of markup, which programs and their makers write: `Filename: C-CDA_R2.xml`, `ISO code for "English"`.
const ENOUGH_COMMENT: f32 = 3.0;
/// Most that the names model is trusted to add to a word that nothing else has it look at.
const HELP: f32 = 1.9;
/// The same for a word of the language that no list of names holds.
const HELP_WORD: f32 = 1.2;
/// Most that [`Doc::thing_evidence`] adds, by the weights: what rules out takes away.
static THING_MOST: LazyLock<f32> = LazyLock::new(|| {
    let told = ["cued", "told-role"].iter().flat_map(|e| ["name", "word"].map(|l| [e.to_string(), format!("{e}/{l}")]));
    told.map(|e| WEIGHTS.sum(e)[0]).fold(0.0, f32::max)
});
/// A word beside such a one belongs to it from this sum on.
const BESIDE: f32 = -1.8;

/// What the model alone takes for a name, or for a doubt, is dropped below these.
const NAME: f32 = -1.4;
const DOUBT: f32 = -1.0;

/// A find of the lists alone is left out below this sum.
const FALLS: f32 = -1.5;
/// A find of a rule that goes by cue is left out below this sum: `sister Catherine wheel`.
const CUED_FALLS: f32 = -2.5;
/// Rules that know a name by what stands beside it.
const CUED: &[&str] = &[
    "cue.role",
    "cue.label",
    "cue.column",
    "cue.kin",
    "cue.title",
    "cue.ward",
    "cue.signature",
    "cue.function",
    "cue.initials",
    "cue.record",
    "cue.speaker",
    "cue.apposition",
    "cue.described",
    "cue.quoted",
    "cue.dictation",
    "list.lower-case",
];
/// Rules that know a name from lists alone, or from another name that lists know.
const WEAK: &[&str] = &[
    "list.lone",
    "list.given-family",
    "list.staff-like",
    "list.initial-surname",
    "list.given-initial",
    "list.last-first",
    "cue.weak",
    "text.again",
];

/// Most words of a heading.
const LONG_HEADING: usize = 10;

/// Rule of what is put to a person.
pub const RULE: &str = "text.doubt";

/// What is asked of the whole text once.
pub struct Doc<'a> {
    pub(super) t: &'a Tokens<'a>,
    pub(super) style: Style,
    /// Words that also stand in small letters.
    pub(super) small: HashSet<String>,
    /// Words with a capital, how often.
    pub(super) large: HashMap<String, usize>,
    /// Words of the names found, and in how many finds.
    pub(super) named: HashMap<String, usize>,
    /// Initials of the people found.
    pub(super) initials: Initials,
    pub(super) own: &'a Own,
}

impl<'a> Doc<'a> {
    /// Looks over the text. `found` is sorted.
    pub fn new(t: &'a Tokens<'a>, found: &[Mention], own: &'a Own) -> Doc<'a> {
        let mut doc = Doc {
            t,
            style: style(t),
            small: HashSet::new(),
            large: HashMap::new(),
            named: HashMap::new(),
            initials: Initials::of(found),
            own,
        };
        for i in 0..t.list.len() {
            match t.shape(i) {
                Some(Shape::Lower) => {
                    doc.small.insert(t.low(i).to_string());
                }
                Some(Shape::Cap | Shape::Upper) => *doc.large.entry(t.low(i).to_string()).or_default() += 1,
                _ => {}
            }
        }
        for m in found.iter().filter(|m| m.category == Category::Name && m.who != Who::Patient) {
            for w in words_of(t, m) {
                *doc.named.entry(w).or_default() += 1;
            }
        }
        doc
    }

    /// True for a word that can be asked about at all.
    pub fn eligible(&self, i: usize) -> bool {
        let t = self.t;
        let (low, word) = (t.low(i), t.word(i));
        let letters = word.chars().count();
        if self.own.is_given(low) || self.own.is_family(low) {
            return false;
        }
        if markup::is_code(t, i)
            || is_compound(word)
            || is_result_flag(t, i)
            || is_unit(t, i)
            || is_dated(t, i)
            || is_among_terms(t, i)
            || t.is_capital(i) && is_pet(t, i)
            || is_state(t, i)
            || is_language(low) && is_spoken(t, i)
            || t.like(i) == NameLike::Word && is_joined(t, i)
        {
            return false;
        }
        if place(t, i).is_some() {
            return kin(low).is_none() && title(low).is_none();
        }
        let plain = || kin(low).is_none() && title(low).is_none() && credential(word).is_none();
        match t.shape(i) {
            Some(Shape::Cap) => letters >= 2 && !is_running_word(low) && plain(),
            Some(Shape::Upper) => {
                let short = letters <= 3;
                // The emergency department, Veterans Affairs; `Ed` is somebody.
                let department = matches!(word, "ED" | "VA") && self.style != Style::Capitals;
                !is_running_word(low)
                    && !department
                    && plain()
                    && function(word).is_none()
                    && (self.style == Style::Capitals || t.like(i) > NameLike::Word || short && !is_clinical(low))
            }
            Some(Shape::Lower) => {
                // `Mother: chorea`: where names have capitals, a word without one is the word, however rare.
                let worded = self.style != Style::Small && is_word(low);
                plain()
                    && (is_given(low) && letters >= 3 && (t.like(i) == NameLike::Name || self.style == Style::Small)
                        || t.like(i) == NameLike::Unknown && letters >= 3 && !worded
                        || t.like(i) == NameLike::Name && letters >= 4 && !worded
                        || self.named.contains_key(low) && letters >= 3)
            }
            // `tlreeves4`: a user name.
            Some(Shape::Mixed) => {
                let head = word.trim_end_matches(|c: char| c.is_ascii_digit());
                head.len() >= 4 && word.len() - head.len() <= 3 && head.bytes().all(|b| b.is_ascii_lowercase())
            }
            Some(Shape::Initial) => {
                let before = i.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
                let titled = before.is_some_and(|k| title(t.low(k)).is_some());
                let alone = t.ends_line(i + 1 + usize::from(t.is(i + 1, '.')))
                    && (t.begins_line(i) || t.is(i - 1, '-') && t.begins_line(i - 1));
                let acts = !matches!(low, "i" | "a") && t.shape(i + 1) == Some(Shape::Lower) && self.style == Style::Mixed;
                titled || alone || acts
            }
            _ => false,
        }
    }

    /// True for a word of the language at the head of a sentence or line, or in capitals, with no name beside it: never a name as far
    /// as weights go, and most of all words with a capital.
    fn is_plain(&self, i: usize, found: &[Mention], at: usize) -> bool {
        let t = self.t;
        if self.named.contains_key(t.low(i)) || is_given(t.low(i)) {
            return false;
        }
        if t.like(i) == NameLike::WordName && in_heading(t, i) {
            return true;
        }
        if t.like(i) != NameLike::Word || place(t, i).is_some() {
            return false;
        }
        let Some(token) = t.get(i) else { return true };
        // `sister Bruria`, `RN WINSOME`: what the word before says is weighed.
        let cued = |k: usize| kin(t.low(k)).is_some() || function(t.word(k)).is_some() || title(t.low(k)).is_some();
        if i.checked_sub(1).is_some_and(cued) && !is_term(t.low(i)) {
            return false;
        }
        let near = |m: &Mention| m.end + 2 >= token.start && token.end + 2 >= m.start;
        let beside = at.checked_sub(1).into_iter().chain([at]).filter_map(|k| found.get(k)).any(near);
        let opens =
            t.begins_line(i) || matches!(t.shape(i - 1), Some(Shape::Mark('.' | '!' | '?' | '-' | '*' | '>' | '|' | '#')));
        !beside && (opens || is_clinical(t.low(i)) || t.shape(i) == Some(Shape::Upper))
    }

    /// Words left open that may reach the sum, with what they have without the model's word. The model is asked about the tokens `asked`
    /// in any case.
    pub fn open(
        &self,
        found: &[Mention],
        known: &dyn Fn(&str) -> bool,
        left_out: &mut bool,
        asked: &[usize],
    ) -> Vec<(usize, f32)> {
        if WEIGHTS.is_empty() {
            return Vec::new();
        }
        let most = ["m0", "m1", "m2", "m3", "m4", "m5", "m6"].iter().map(|m| model_weight(self, m)).fold(0.0, f32::max);
        let mut out = Vec::new();
        let mut at = 0;
        for i in 0..self.t.list.len() {
            let Some(token) = self.t.get(i) else { break };
            while found.get(at).is_some_and(|m| m.end <= token.start) {
                at += 1;
            }
            if found.get(at).is_some_and(|m| m.start < token.end) || !self.eligible(i) {
                continue;
            }
            if self.is_plain(i, found, at) {
                continue;
            }
            let [sum] = WEIGHTS.sum(self.evidence(i, found, None).iter());
            // What the model is not asked about anyway is worth the question only when little is wanting.
            let help = match self.t.like(i) {
                _ if asked.binary_search(&i).is_ok() => most,
                NameLike::Word => HELP_WORD,
                _ => HELP,
            };
            if sum + help < WORTH {
                continue;
            }
            if known(self.t.low(i)) {
                *left_out = true;
                continue;
            }
            out.push((i, sum));
        }
        out
    }

    /// False for what only the model takes for a name although nearly all else speaks against it. `certain`: it takes it for a name, not
    /// for a doubt.
    pub fn stands(&self, m: &Mention, found: &[Mention], scores: &dyn Fn(usize) -> f32, certain: bool) -> bool {
        // What a program wrote as a code is nobody, whatever it looks like.
        if self.tokens_of(m).any(|k| markup::is_code(self.t, k)) {
            return false;
        }
        if TREES.is_empty() || m.who == Who::Patient {
            return true;
        }
        let best =
            self.tokens_of(m).filter(|k| self.eligible(*k)).map(|k| self.sum(k, found, None, scores)).fold(f32::MIN, f32::max);
        best == f32::MIN || best >= if certain { NAME } else { DOUBT }
    }

    /// Tokens of weak finds that would fall if the model took them for no name.
    pub fn weak(&self, found: &[Mention]) -> Vec<usize> {
        let mut out = Vec::new();
        for at in (0..found.len()).filter(|at| found.get(*at).is_some_and(is_weak)) {
            if self.falls(at, found, &|_| Some(0.0)) {
                out.extend(found.get(at).map(|m| self.tokens_of(m)).unwrap_or_default());
            }
        }
        out
    }

    /// True when all else speaks against the find at `at`, of a rule that may be wrong. Nothing falls that the model was not asked
    /// about, nor the family name of somebody named in full (`Dr. Owen Graves`) because a disease has it, too: `Graves will call`.
    pub fn falls(&self, at: usize, found: &[Mention], scores: &dyn Fn(usize) -> Option<f32>) -> bool {
        let Some(m) = found.get(at).filter(|m| is_weak(m) && !TREES.is_empty()) else { return false };
        if m.rule == "text.again" && self.tokens_of(m).any(|k| is_eponym(self.t.low(k))) {
            return false;
        }
        let mut best: Option<f32> = None;
        for k in self.tokens_of(m).filter(|k| self.eligible(*k)) {
            if scores(k).is_none() {
                return false;
            }
            let sum = self.sum(k, found, Some(at), &|k| scores(k).unwrap_or(0.0));
            best = Some(best.map_or(sum, |b| b.max(sum)));
        }
        best.is_some_and(|b| b < if WEAK.contains(&m.rule) { FALLS } else { CUED_FALLS })
    }

    /// All that speaks for token `k`, with what the model says of it.
    fn sum(&self, k: usize, found: &[Mention], without: Option<usize>, score: &dyn Fn(usize) -> f32) -> f32 {
        let (all, things) = (self.evidence(k, found, without), self.thing_evidence(k));
        let (model, said) = (model_evidence(self.t, k, score(k)), said_evidence(k, score));
        let coarse = things.iter().map(String::as_str).chain(model.iter().map(String::as_str));
        TREES.sum(all.iter().chain(coarse).chain(said.iter()))
    }

    /// What rules say of a word that stands for a thing or place rather than a person. Costs more than all other evidence together, so that
    /// only a word that is somebody by all else is asked about.
    pub fn thing_evidence(&self, i: usize) -> Vec<String> {
        let t = self.t;
        let Some(read) = one(t, i) else { return Vec::new() };
        let like = if t.like(i) >= NameLike::Unknown { "name" } else { "word" };
        let e = around(t, i, i + 1, self.own);
        let mut out = Vec::new();
        if is_thing(t, &read, &e) {
            out.extend(["thing".to_string(), format!("thing/{like}")]);
            if t.like(i) == NameLike::Name || is_eponym(t.low(i)) {
                out.push(format!("thing/{}", if is_eponym(t.low(i)) { "eponym" } else { "listed" }));
            }
        }
        if is_place(t, i, i + 1) {
            out.extend(["a-place".to_string(), format!("a-place/{like}")]);
        }
        if e.kin.is_some() || e.titled || e.credential.is_some() {
            out.extend(["cued".to_string(), format!("cued/{like}")]);
        } else if e.role.is_some() {
            out.extend(["told-role".to_string(), format!("told-role/{like}")]);
        }
        out
    }

    fn tokens_of(&self, m: &Mention) -> std::ops::Range<usize> {
        let first = self.t.index_at(m.start);
        let next = first + self.t.list.get(first..).unwrap_or_default().partition_point(|x| x.start < m.end);
        first..next
    }

    /// What of the open words is put to a person. `scores` gives the model's word on a token.
    pub fn asked(
        &self,
        open: &[(usize, f32)],
        found: &[Mention],
        scores: &dyn Fn(usize) -> f32,
        taken: &[Mention],
        class: Class,
    ) -> Vec<Mention> {
        let t = self.t;
        let enough = if class == Class::Comment { ENOUGH_COMMENT } else { ENOUGH };
        let mut sums: Vec<(usize, f32)> = Vec::new();
        let mut ranges: Vec<(usize, usize)> = taken.iter().map(|m| (m.start, m.end)).collect();
        ranges.sort_unstable();
        for (i, sum) in open {
            let Some(token) = t.get(*i) else { continue };
            let at = ranges.partition_point(|r| r.1 <= token.start);
            if ranges.get(at).is_some_and(|r| r.0 < token.end) {
                continue;
            }
            let [more] = WEIGHTS.sum(model_evidence(t, *i, scores(*i)));
            let coarse = sum + more;
            let hopeless = coarse + *THING_MOST < HOPELESS;
            sums.push((*i, if hopeless { coarse } else { self.sum(*i, found, None, scores) }));
        }
        let mut out: Vec<Mention> = Vec::new();
        let mut k = 0;
        while let Some((first, sum)) = sums.get(k).copied() {
            let mut last = k;
            let mut best = sum;
            while let Some((next, s)) = sums.get(last + 1).copied()
                && sums.get(last).is_some_and(|(l, _)| next == l + 1 || next == l + 2 && t.is(l + 1, '.') && t.touches_next(*l))
                && !t.begins_column(next)
                && s >= BESIDE
            {
                best = best.max(s);
                last += 1;
            }
            if best >= enough
                && let (Some(a), Some(b)) = (t.get(first), sums.get(last).and_then(|s| t.get(s.0)))
            {
                // A weak word at either end is left out only when it stands alone.
                out.push(Mention {
                    weighed: false,
                    start: a.start,
                    end: b.end,
                    category: Category::Name,
                    who: Who::Ambiguous,
                    rule: RULE,
                    confidence: 0.3,
                    name: Some(crate::detect::split_text(t.text.get(a.start..b.end).unwrap_or(""))),
                });
            }
            k = last + 1;
        }
        out
    }
}

/// `US_Realm_Header.xml`: a word of the language in what a program calls a thing.
fn is_joined(t: &Tokens, i: usize) -> bool {
    let before = i.checked_sub(1).is_some_and(|k| t.is(k, '_') && t.touches_next(k));
    before || t.is(i + 1, '_') && t.touches_next(i)
}

/// True for a name that falls when all else speaks against it: nobody whom the case knows.
pub fn is_weak(m: &Mention) -> bool {
    m.category == Category::Name && (WEAK.contains(&m.rule) || CUED.contains(&m.rule)) && matches!(m.who, Who::New(_))
}

/// `## Plan`: a word of a heading as text marked up by signs has them.
fn in_heading(t: &Tokens, i: usize) -> bool {
    let first = (0..=i).rev().take(LONG_HEADING).find(|k| t.begins_line(*k));
    first.is_some_and(|k| t.is(k, '#') && !t.is(i + 1, ':'))
}

/// `Jardiance and Yasmin in April`: a drug that is also a name, beside one that is none, and nothing that the word does.
fn is_among_terms(t: &Tokens, i: usize) -> bool {
    if !is_term(t.low(i)) {
        return false;
    }
    let joined = |k: usize| matches!(t.low(k), "and" | "or") || matches!(t.shape(k), Some(Shape::Mark(',' | '+' | '/' | '&')));
    let other = |k: usize| is_term(t.low(k)) && t.like(k) <= NameLike::Unknown && !is_given(t.low(k));
    let beside = i >= 2 && joined(i - 1) && other(i - 2) || joined(i + 1) && other(i + 2);
    let stops = match t.shape(i + 1) {
        None | Some(Shape::Break | Shape::Number | Shape::Mixed | Shape::Mark('.' | ',' | ';' | ')' | '+' | '/' | '&')) => true,
        _ => {
            matches!(t.low(i + 1), "and" | "or" | "in" | "at" | "for" | "since" | "with" | "daily" | "bid" | "tid" | "po" | "prn")
        }
    };
    beside && stops
}

/// `03 May 2024`, `May 2024`, `again in May.`: a month before its year, or behind a word for times at the end of what is said.
fn is_dated(t: &Tokens, i: usize) -> bool {
    let month = matches!(t.low(i), "january" | "jan" | "march" | "april" | "may" | "june" | "july" | "august");
    let year = |k: usize| t.word(k).len() == 4 && t.word(k).parse::<u16>().is_ok_and(|y| (1850..2100).contains(&y));
    let before = i.checked_sub(1).map_or("", |k| t.low(k));
    let since =
        matches!(before, "in" | "since" | "until" | "till" | "during" | "early" | "mid" | "late" | "last" | "next" | "through");
    let ends = matches!(t.shape(i + 1), None | Some(Shape::Break | Shape::Mark('.' | ',' | ';' | ')')));
    month && (year(i + 1) || t.is(i + 1, ',') && year(i + 2) || since && ends)
}

/// What a figure in a chart is told for: a volume, a time, a weight.
pub(super) const PER: &[&str] = &[
    "l", "ml", "dl", "ul", "cl", "h", "hr", "hour", "d", "day", "min", "s", "sec", "kg", "g", "mg", "mol", "mmol", "m2", "hpf",
    "lpf",
];

/// `130.9 m[IU]/L`, `mm[Hg]`: a unit as UCUM writes those that are no unit of science (ucum.org, section 3.2). `1.50 mIU/L`: behind a figure
/// and before what it is told for.
pub(in crate::detect) fn is_unit(t: &Tokens, i: usize) -> bool {
    let Some(token) = t.get(i) else { return false };
    let (before, after) = t.text.as_bytes().split_at(token.start);
    let after = after.get(token.end - token.start..).unwrap_or_default();
    if let Some(per) = after.strip_prefix(b"/") {
        let end = per.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(per.len());
        let per = std::str::from_utf8(per.get(..end).unwrap_or_default()).unwrap_or("");
        let told = before.trim_ascii_end().last().is_some_and(u8::is_ascii_digit);
        return told && !is_given(t.low(i)) && PER.contains(&per.to_ascii_lowercase().as_str());
    }
    let (Some(before), Some(after)) = (before.strip_suffix(b"["), after.strip_prefix(b"]")) else { return false };
    let figure = before.strip_suffix(b" ").and_then(<[u8]>::last).is_some_and(u8::is_ascii_digit);
    let joined = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.'));
    figure || joined(before.last()) || joined(after.first())
}

/// `| Low |`, alone in its cell or line: how a result compares with its range.
pub(in crate::detect) fn is_result_flag(t: &Tokens, i: usize) -> bool {
    let bar = |k: usize| t.is(k, '|');
    matches!(t.low(i), "low" | "high" | "normal" | "abnormal" | "critical")
        && (t.begins_line(i) || i.checked_sub(1).is_some_and(bar))
        && (t.ends_line(i + 1) || bar(i + 1))
}

/// A language by itself in its field or cell, or behind a word for languages.
pub(in crate::detect) fn is_spoken(t: &Tokens, i: usize) -> bool {
    let told = |k: usize| matches!(t.low(k), "language" | "languages" | "lang" | "speaks" | "spoken" | "interpreter" | "read");
    let alone = t.begins_line(i) && t.ends_line(i + 1) || t.is(i.wrapping_sub(1), '|') && t.is(i + 1, '|');
    alone || (i.saturating_sub(3)..i).any(told) || told(i + 1)
}

/// `CodeSystem`, `StructuredBody`: words of the language written together, as programs name things. `DeShawn`, `McKay`, `MaryBeth` are none.
pub(in crate::detect) fn is_compound(word: &str) -> bool {
    let humps = || word.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()).map(|(i, _)| i).chain([word.len()]);
    let mut from = 0;
    let mut parts = 0;
    for to in humps() {
        let part = word.get(from..to).unwrap_or("").to_lowercase();
        if part.len() < 4 || !is_word(&part) && !is_word_name(&part) {
            return false;
        }
        (from, parts) = (to, parts + 1);
    }
    parts > 1
}

fn model_weight(_: &Doc, m: &str) -> f32 {
    ["name", "word"].iter().map(|l| WEIGHTS.sum(&[m.to_string(), format!("{m}/{l}")])[0]).fold(f32::MIN, f32::max)
}

pub(super) fn words_of(t: &Tokens, m: &Mention) -> Vec<String> {
    t.text
        .get(m.start..m.end)
        .unwrap_or("")
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'')
        .filter(|w| w.chars().count() > 1)
        .map(folded)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn units_are_no_names() {
        let is = |text: &str, word: &str| {
            let t = super::Tokens::new(text);
            super::is_unit(&t, t.index_at(text.find(word).unwrap()))
        };
        assert!(is("130.9 m[IU]/L", "IU") && is("120 mm[Hg] |", "Hg") && is("5 [IU]", "IU") && is("[IU]/mL", "IU"));
        assert!(!is("seen by [Kowalski] today", "Kowalski") && !is("m IU/L", "IU"));
        assert!(
            is("1.50 mIU/L", "mIU")
                && is("TSH\t1.50\tmIU/mL", "mIU")
                && !is("Bed 2 Maria/L side", "Maria/L")
                && !is("seen by Ann/L", "Ann")
        );
    }

    #[test]
    fn words_of_file_names_are_no_names() {
        let t = super::Tokens::new("US_Realm_Header.xml, Realm");
        let realm: Vec<bool> = (0..t.list.len()).filter(|i| t.word(*i) == "Realm").map(|i| super::is_joined(&t, i)).collect();
        assert_eq!(realm, [true, false]);
    }

    #[test]
    fn a_month_before_its_year_is_no_name() {
        let is = |text: &str, word: &str| {
            let t = super::Tokens::new(text);
            super::is_dated(&t, t.index_at(text.find(word).unwrap()))
        };
        assert!(is("collected 03 May 2024 @ 0810", "May") && is("since June, 1999", "June"));
        assert!(!is("Will May 2 tabs", "May") && !is("June called at 2024", "June"));
        assert!(is("comes again in May.", "May") && !is("we believe in May who knits", "May"));
    }

    #[test]
    fn a_drug_beside_a_drug_is_no_name() {
        let is = |text: &str, word: &str| {
            let t = super::Tokens::new(text);
            super::is_among_terms(&t, t.index_at(text.find(word).unwrap()))
        };
        assert!(is("Started Jardiance and Yasmin in April", "Yasmin"));
        assert!(!is("Jardiance and Yasmin will call", "Yasmin") && !is("Karen and Yasmin in bed 4", "Yasmin"));
    }

    #[test]
    fn headings_are_told_by_their_sign() {
        let t = super::Tokens::new("# Assessment and Plan\nPlan # 2\n# Nurse: Plan");
        let at = |from: usize| t.index_at(t.text[from..].find("Plan").unwrap() + from);
        assert!(super::in_heading(&t, at(0)) && !super::in_heading(&t, at(20)) && super::in_heading(&t, at(30)));
    }

    #[test]
    fn identifiers_of_programs_are_no_names() {
        for word in ["CodeSystem", "StructuredBody"] {
            assert!(super::is_compound(word), "{word}");
        }
        for word in ["DeShawn", "McKay", "MaryBeth", "Okonkwo", "SMITH", "O'Brien", ""] {
            assert!(!super::is_compound(word), "{word}");
        }
    }
}
