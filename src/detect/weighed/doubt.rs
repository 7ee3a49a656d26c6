//! Words that may be somebody's name and that nothing has confirmed or ruled out: a person must say.
//!
//! Rules and lists take what they know and leave what they do not; what lies between is neither. Here each word that is left and could be
//! a name is weighed by all that speaks for and against it, and from a certain sum on it is masked and put to a person.

use super::table::Table;
use crate::detect::cues::{credential, function, is_eponym_head, is_institution_head, kin, role_phrase, title};
use crate::detect::evidence::{around, credential_at};
use crate::detect::fold::folded;
use crate::detect::identity::Own;
use crate::detect::lone::{Style, one, style};
use crate::detect::model::is_place;
use crate::detect::name_read::Read;
use crate::detect::speech::is_speech;
use crate::detect::things::{is_thing, is_thing_noun};
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{
    NameLike, is_bare_eponym, is_clinical, is_eponym, is_given, is_place_or_month, is_running_word, is_shared_eponym, is_surname,
    is_usual, is_word, is_word_name,
};
use crate::model::mention::{Category, Mention, Who};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static WEIGHTS: LazyLock<Table<1>> = LazyLock::new(|| Table::read(include_str!("doubt_weights.tsv")));

/// From this sum on a word is put to a person.
const ENOUGH: f32 = -0.4;
/// Most that the names model is trusted to add to a word that nothing else has it look at.
const HELP: f32 = 1.0;
/// A word beside such a one belongs to it from this sum on.
const BESIDE: f32 = -1.5;

/// What the model alone takes for a name, or for a doubt, is dropped below these.
const NAME: f32 = -0.8;
const DOUBT: f32 = -0.3;

/// Rule of what is put to a person.
pub const RULE: &str = "text.doubt";

/// What is asked of the whole text once.
pub struct Doc<'a> {
    t: &'a Tokens<'a>,
    style: Style,
    /// Words that also stand in small letters.
    small: HashSet<String>,
    /// Words with a capital, how often.
    large: HashMap<String, usize>,
    /// Words of the names found, and in how many finds.
    named: HashMap<String, usize>,
}

/// The bucket of what the model says.
pub fn bucket(p: f32) -> &'static str {
    match p {
        p if p < 0.02 => "m0",
        p if p < 0.1 => "m1",
        p if p < 0.3 => "m2",
        p if p < 0.6 => "m3",
        p if p < 0.85 => "m4",
        p if p < 0.97 => "m5",
        _ => "m6",
    }
}

impl<'a> Doc<'a> {
    /// Looks over the text. `found` is sorted.
    pub fn new(t: &'a Tokens<'a>, found: &[Mention]) -> Doc<'a> {
        let mut doc = Doc { t, style: style(t), small: HashSet::new(), large: HashMap::new(), named: HashMap::new() };
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
    pub fn eligible(&self, i: usize, own: &Own) -> bool {
        let t = self.t;
        let (low, word) = (t.low(i), t.word(i));
        let letters = word.chars().count();
        if own.is_given(low) || own.is_family(low) {
            return false;
        }
        if is_compound(word) || is_result_flag(t, i) {
            return false;
        }
        let plain = || kin(low).is_none() && title(low).is_none() && credential(word).is_none();
        match t.shape(i) {
            Some(Shape::Cap) => letters >= 2 && !is_running_word(low) && plain(),
            Some(Shape::Upper) => {
                let short = letters <= 3;
                !is_running_word(low)
                    && plain()
                    && function(word).is_none()
                    && (self.style == Style::Capitals || t.like(i) > NameLike::Word || short && !is_clinical(low))
            }
            Some(Shape::Lower) => {
                plain()
                    && (is_given(low) && letters >= 3 && (t.like(i) == NameLike::Name || self.style == Style::Small)
                        || t.like(i) == NameLike::Unknown && letters >= 3
                        || t.like(i) == NameLike::Name && letters >= 4
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
        if t.like(i) != NameLike::Word || self.named.contains_key(t.low(i)) || is_given(t.low(i)) {
            return false;
        }
        let Some(token) = t.get(i) else { return true };
        let near = |m: &Mention| m.end + 2 >= token.start && token.end + 2 >= m.start;
        let beside = at.checked_sub(1).into_iter().chain([at]).filter_map(|k| found.get(k)).any(near);
        let opens = t.begins_line(i) || matches!(t.shape(i - 1), Some(Shape::Mark('.' | '!' | '?' | '-' | '*' | '>' | '|')));
        !beside && (opens || is_clinical(t.low(i)) || t.shape(i) == Some(Shape::Upper))
    }

    /// All that speaks for and against token `i`. `found` are the finds without the one that may lie over it.
    pub fn evidence(&self, i: usize, found: &[Mention], without: Option<usize>) -> Vec<String> {
        let t = self.t;
        let mut out: Vec<String> = Vec::with_capacity(40);
        let mut put = |s: &str| out.push(s.to_string());
        put("one");
        let low = t.low(i);
        let shape = match t.shape(i) {
            Some(Shape::Cap) => "cap",
            Some(Shape::Upper) => "upper",
            Some(Shape::Lower) => "lower",
            Some(Shape::Mixed) => "mixed",
            _ => "init",
        };
        let style = match self.style {
            Style::Mixed => "mixed",
            Style::Small => "small",
            Style::Capitals => "loud",
        };
        let like = match t.like(i) {
            NameLike::Name if is_usual(low) => "usual",
            NameLike::Name => "rare",
            NameLike::WordName => "wordname",
            NameLike::Unknown => "unknown",
            NameLike::Word => "word",
        };
        put(shape);
        put(&format!("{shape}/{style}"));
        put(&format!("like={like}"));
        put(&format!("{shape}/{like}"));
        for (is, name) in [
            (is_given(low), "given"),
            (is_surname(low), "surname"),
            (is_place_or_month(low), "place"),
            (is_clinical(low), "clinical"),
            (is_eponym(low), "eponym"),
            (is_shared_eponym(low), "shared-eponym"),
            (is_bare_eponym(low), "bare-eponym"),
            (is_word(low), "vocabulary"),
            (role_phrase(|k| t.low(i + k)).is_some(), "role-word"),
            (is_eponym_head(low), "head"),
            (t.get(i).is_some_and(|x| x.possessive), "owns"),
        ] {
            if is {
                put(name);
                if matches!(name, "given" | "place" | "eponym" | "owns") {
                    put(&format!("{name}/{like}"));
                }
            }
        }
        put(match t.word(i).chars().count() {
            1 => "len1",
            2 => "len2",
            3 => "len3",
            4 => "len4",
            _ => "long",
        });
        // The same word elsewhere.
        if shape != "lower" && self.small.contains(low) {
            put("also-small");
        }
        let large = self.large.get(low).copied().unwrap_or(0);
        if large > 1 {
            put("again");
        }
        let mine = without.and_then(|w| found.get(w)).map_or(0, |m| usize::from(words_of(t, m).contains(&low.to_string())));
        if self.named.get(low).copied().unwrap_or(0) > mine {
            put("named-elsewhere");
            put(&format!("named-elsewhere/{shape}"));
        }
        let over = |k: usize| {
            let x = t.get(k)?;
            let j = found.partition_point(|m| m.start <= x.start).checked_sub(1)?;
            found.get(j).filter(|m| Some(j) != without && x.start < m.end)
        };
        self.left(i, like, &over, &mut out);
        self.right(i, like, &over, &mut out);
        // The label of the line, and whether terms stand around.
        let line = t.line_start(i);
        if let Some(colon) = (line..i.min(line + 4)).find(|k| t.is(*k, ':')) {
            out.push(format!("label={}", t.low(colon.saturating_sub(1))));
        }
        let near = (i.saturating_sub(6)..i + 7).filter(|k| *k != i && over(*k).is_none());
        let (mut terms, mut numbers) = (0, 0);
        for k in near {
            terms += usize::from(t.word(k).len() > 2 && (is_clinical(t.low(k)) || is_eponym(t.low(k))));
            numbers += usize::from(matches!(t.shape(k), Some(Shape::Number | Shape::Mixed)));
        }
        out.push(format!("terms={}", terms.min(3)));
        out.push(format!("terms={}/{like}", terms.min(3)));
        out.push(format!("numbers={}", numbers.min(3)));
        if (i.saturating_sub(8)..i + 9).any(|k| k != i && over(k).is_some_and(|m| m.category == Category::Name)) {
            out.push("name-near".into());
        }
        if t.begins_column(i) && t.ends_column(i + 1) {
            out.push("cell".into());
            out.push(format!("cell/{like}"));
        }
        out
    }

    fn left<'m>(&self, i: usize, like: &str, over: &dyn Fn(usize) -> Option<&'m Mention>, out: &mut Vec<String>) {
        let t = self.t;
        let Some(j) = i.checked_sub(1).filter(|_| !t.begins_line(i)) else {
            out.push("l=line".into());
            out.push(format!("l=line/{like}"));
            return;
        };
        if t.begins_column(i) {
            out.push("column".into());
        }
        if let Some(m) = over(j) {
            let kind = if m.category == Category::Name { "name" } else { "value" };
            out.push(format!("l={kind}"));
            out.push(format!("l={kind}/{like}"));
            return;
        }
        let low = t.low(j);
        let (class, lexical): (String, bool) = match t.shape(j) {
            Some(Shape::Mark('.' | '!' | '?')) => {
                let short = j > 0 && (title(t.low(j - 1)).is_some() || t.shape(j - 1) == Some(Shape::Initial));
                (if short { "abbreviation".into() } else { "stop".into() }, false)
            }
            Some(Shape::Mark(m)) => {
                let before = j.checked_sub(1).filter(|k| !t.begins_line(k + 1) && m != '|');
                if let Some(k) = before {
                    let kind = if over(k).is_some() { "name" } else { kind(t, k) };
                    out.push(format!("l={m}{kind}"));
                    if m == ':' || m == '(' || m == '/' {
                        out.push(format!("l{m}{}", t.low(k)));
                    }
                }
                (m.to_string(), false)
            }
            Some(Shape::Number | Shape::Mixed) => ("#".into(), false),
            Some(Shape::Lower) => (kind(t, j).into(), true),
            Some(Shape::Cap) => (format!("Cap-{}", kind(t, j)), true),
            Some(Shape::Upper) => (format!("Upper-{}", kind(t, j)), true),
            Some(Shape::Initial) => ("initial".into(), false),
            _ => ("other".into(), false),
        };
        out.push(format!("l={class}"));
        out.push(format!("l={class}/{like}"));
        if lexical {
            out.push(format!("lw={low}"));
            if let Some(k) = j.checked_sub(1) {
                let w = if over(k).is_some() { "NAME" } else { t.low(k) };
                if matches!(t.shape(k), Some(Shape::Lower | Shape::Cap | Shape::Upper)) {
                    out.push(format!("lw2={w}"));
                }
                if low == "and" && over(k).is_some() {
                    out.push("l=name-and".into());
                }
            }
        }
    }

    fn right<'m>(&self, i: usize, like: &str, over: &dyn Fn(usize) -> Option<&'m Mention>, out: &mut Vec<String>) {
        let t = self.t;
        let n = i + 1;
        if t.ends_line(n) {
            out.push("r=line".into());
            out.push(format!("r=line/{like}"));
            return;
        }
        if t.ends_column(n) {
            out.push("ends-column".into());
        }
        if let Some(m) = over(n) {
            let kind = if m.category == Category::Name { "name" } else { "value" };
            out.push(format!("r={kind}"));
            out.push(format!("r={kind}/{like}"));
            return;
        }
        let low = t.low(n);
        let mut class: String = match t.shape(n) {
            Some(Shape::Mark(m)) => {
                if let Some(x) = over(n + 1) {
                    out.push(format!("r={m}{}", if x.category == Category::Name { "name" } else { "value" }));
                } else if !t.ends_line(n + 1) {
                    out.push(format!("r={m}{}", kind(t, n + 1)));
                }
                m.to_string()
            }
            Some(Shape::Number | Shape::Mixed) => {
                let dose = matches!(t.low(n + 1), "mg" | "mcg" | "ml" | "units" | "mm" | "cm" | "fr" | "tab" | "%");
                if dose || t.is(n + 1, '%') { "dose".into() } else { "#".into() }
            }
            Some(Shape::Lower) => {
                out.push(format!("rw={low}"));
                let w2 = if over(n + 1).is_some() { "NAME" } else { t.low(n + 1) };
                if low == "and" && w2 == "NAME" {
                    out.push("r=and-name".into());
                }
                if is_speech(low) {
                    "speech".into()
                } else if is_thing_noun(t, n) {
                    "noun".into()
                } else if low.len() > 3 && low.ends_with("ed") {
                    "did".into()
                } else if low.len() > 3 && low.ends_with('s') && !low.ends_with("ss") && is_word(low) {
                    "does".into()
                } else {
                    kind(t, n).into()
                }
            }
            Some(Shape::Cap) => {
                out.push(format!("rw={low}"));
                format!("Cap-{}", kind(t, n))
            }
            Some(Shape::Upper) => {
                if credential_at(t, n).is_some() {
                    "credential".into()
                } else {
                    format!("Upper-{}", kind(t, n))
                }
            }
            Some(Shape::Initial) => "initial".into(),
            _ => "other".into(),
        };
        if is_institution_head(low) {
            class = "institution".into();
        } else if is_eponym_head(low) {
            class = "thing".into();
        }
        out.push(format!("r={class}"));
        out.push(format!("r={class}/{like}"));
    }

    /// Words left open that may reach the sum, with what they have without the model's word. The model is asked about the tokens `asked`
    /// in any case.
    pub fn open(
        &self,
        found: &[Mention],
        own: &Own,
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
            if found.get(at).is_some_and(|m| m.start < token.end) || !self.eligible(i, own) {
                continue;
            }
            if self.is_plain(i, found, at) {
                continue;
            }
            let [sum] = WEIGHTS.sum(&self.evidence(i, found, None));
            // What the model is not asked about anyway is worth the question only when little is wanting.
            let help = if asked.binary_search(&i).is_ok() { most } else { HELP };
            if sum + help < ENOUGH {
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
    pub fn stands(&self, m: &Mention, found: &[Mention], scores: &dyn Fn(usize) -> f32, own: &Own, certain: bool) -> bool {
        if WEIGHTS.is_empty() || m.who == Who::Patient {
            return true;
        }
        let t = self.t;
        let first = t.index_at(m.start);
        let tokens = (first..t.list.len()).take_while(|k| t.get(*k).is_some_and(|x| x.start < m.end));
        let best = tokens
            .filter(|k| self.eligible(*k, own))
            .map(|k| {
                let like = if t.like(k) >= NameLike::Unknown { "name" } else { "word" };
                WEIGHTS.sum(&self.evidence(k, found, None))[0] + WEIGHTS.sum(&model_evidence(scores(k), like))[0]
            })
            .fold(f32::MIN, f32::max);
        best == f32::MIN || best >= if certain { NAME } else { DOUBT }
    }

    /// What of the open words is put to a person. `scores` gives the model's word on a token.
    pub fn asked(&self, open: &[(usize, f32)], scores: &dyn Fn(usize) -> f32, taken: &[Mention], own: &Own) -> Vec<Mention> {
        let t = self.t;
        let mut sums: Vec<(usize, f32)> = Vec::new();
        let mut ranges: Vec<(usize, usize)> = taken.iter().map(|m| (m.start, m.end)).collect();
        ranges.sort_unstable();
        for (i, sum) in open {
            let Some(token) = t.get(*i) else { continue };
            let at = ranges.partition_point(|r| r.1 <= token.start);
            if ranges.get(at).is_some_and(|r| r.0 < token.end) {
                continue;
            }
            let like = if t.like(*i) >= NameLike::Unknown { "name" } else { "word" };
            let [more] = WEIGHTS.sum(&model_evidence(scores(*i), like));
            sums.push((*i, sum + more));
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
            let thing = best >= ENOUGH && sums.get(last).is_some_and(|s| is_ruled_out(t, first, s.0 + 1, own));
            if best >= ENOUGH
                && !thing
                && let (Some(a), Some(b)) = (t.get(first), sums.get(last).and_then(|s| t.get(s.0)))
            {
                // A weak word at either end is left out only when it stands alone.
                out.push(Mention {
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

/// `| Low |`, alone in its cell or line: how a result compares with its range.
pub(in crate::detect) fn is_result_flag(t: &Tokens, i: usize) -> bool {
    let bar = |k: usize| t.is(k, '|');
    matches!(t.low(i), "low" | "high" | "normal" | "abnormal" | "critical")
        && (t.begins_line(i) || i.checked_sub(1).is_some_and(bar))
        && (t.ends_line(i + 1) || bar(i + 1))
}

/// `CodeSystem`, `StructuredBody`: words of the language written together, as programs name things. `DeShawn`, `McKay`, `MaryBeth` are none.
fn is_compound(word: &str) -> bool {
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

/// A pet, a street, an institution, a sign: what rules know to be no person.
fn is_ruled_out(t: &Tokens, first: usize, next: usize, own: &Own) -> bool {
    let (Some(read), Some(b)) = (one(t, first), t.get(next - 1)) else { return false };
    let words = (first..next).filter(|k| t.is_capital(*k)).count().max(1);
    let read = Read { next, end: b.end, words, parts: words, ..read };
    let e = around(t, first, next, own);
    is_thing(t, &read, &e) || e.kin.is_none() && !e.titled && e.credential.is_none() && is_place(t, first, next)
}

fn model_weight(_: &Doc, m: &str) -> f32 {
    ["name", "word"].iter().map(|l| WEIGHTS.sum(&[m.to_string(), format!("{m}/{l}")])[0]).fold(f32::MIN, f32::max)
}

/// What the model's word adds to the evidence.
pub fn model_evidence(p: f32, like: &str) -> [String; 2] {
    let m = bucket(p);
    [m.to_string(), format!("{m}/{like}")]
}

fn words_of(t: &Tokens, m: &Mention) -> Vec<String> {
    t.text
        .get(m.start..m.end)
        .unwrap_or("")
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'')
        .filter(|w| w.chars().count() > 1)
        .map(folded)
        .collect()
}

/// What a word beside a name is.
fn kind(t: &Tokens, k: usize) -> &'static str {
    let low = t.low(k);
    match low {
        "the" | "a" | "an" | "this" | "each" | "no" | "any" | "some" | "all" | "every" => return "det",
        "in" | "at" | "of" | "on" | "near" | "into" | "onto" => return "place-prep",
        "with" | "w" | "by" | "per" | "from" | "to" | "for" | "via" | "re" | "cc" | "attn" | "thru" | "through" | "than" => {
            return "person-prep";
        }
        "told" | "called" | "asked" | "paged" | "texted" | "saw" | "met" | "notified" | "informed" | "spoke" | "named"
        | "thanked" | "emailed" | "call" | "ask" | "tell" | "see" | "sees" | "contact" | "page" => return "reach",
        "and" | "or" | "but" | "nor" => return "and",
        "her" | "his" | "my" | "their" | "our" | "your" => return "poss",
        "is" | "was" | "has" | "had" | "will" | "can" | "would" | "does" | "did" | "are" | "were" | "who" => return "aux",
        _ => {}
    }
    if kin(low).is_some() {
        return "kin";
    }
    if title(low).is_some() {
        return "title";
    }
    if role_phrase(|j| t.low(k + j)).is_some() || function(t.word(k)).is_some() {
        return "role";
    }
    if credential(t.word(k)).is_some() {
        return "cred";
    }
    match t.shape(k) {
        Some(Shape::Number | Shape::Mixed) => "#",
        Some(Shape::Mark(_)) => "mark",
        _ if is_clinical(low) => "clinical",
        _ if is_eponym(low) => "eponym",
        _ if is_institution_head(low) => "institution",
        _ if t.like(k) == NameLike::Name => "namelike",
        _ if t.like(k) == NameLike::Unknown => "unknown",
        Some(Shape::Lower) if low.len() > 3 && low.ends_with("ed") => "did",
        _ => "word",
    }
}

#[cfg(test)]
mod tests {
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
