//! All that speaks for and against a word being somebody's name.

use super::doubt::{Doc, words_of};
use super::table::Said;
use crate::detect::cues::{credential, function, is_eponym_head, is_institution_head, kin, role_phrase, title};
use crate::detect::evidence::credential_at;
use crate::detect::lone::Style;
use crate::detect::organisations::kinds;
use crate::detect::speech::is_speech;
use crate::detect::things::is_thing_noun;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{
    NameLike, is_bare_eponym, is_clinical, is_eponym, is_given, is_place_or_month, is_shared_eponym, is_surname, is_usual,
    is_word,
};
use crate::model::mention::{Category, Mention};

impl Doc<'_> {
    /// All that speaks for and against token `i`. `found` are the finds without the one that may lie over it.
    pub fn evidence(&self, i: usize, found: &[Mention], without: Option<usize>) -> Said {
        let t = self.t;
        let mut out = Said::default();
        let mut put = |parts: &[&str]| out.put(parts);
        put(&["one"]);
        // What the model alone has found is judged before it is a find.
        if let Some(m) = without.and_then(|w| found.get(w)).filter(|m| !m.rule.starts_with("model.")) {
            put(&["rule=", m.rule]);
        }
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
        let like = class_of(t, i);
        put(&[shape]);
        put(&[shape, "/", style]);
        put(&["like=", like]);
        put(&[shape, "/", like]);
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
                put(&[name]);
                if matches!(name, "given" | "place" | "eponym" | "owns") {
                    put(&[name, "/", like]);
                }
            }
        }
        for (kind, words) in kinds(t, i) {
            put(&[kind]);
            put(&[kind, if words > 1 { "-phrase" } else { "-word" }]);
            put(&[kind, "/", like]);
        }
        put(&[match t.word(i).chars().count() {
            1 => "len1",
            2 => "len2",
            3 => "len3",
            4 => "len4",
            _ => "long",
        }]);
        // The same word elsewhere.
        if shape != "lower" && self.small.contains(low) {
            put(&["also-small"]);
        }
        let large = self.large.get(low).copied().unwrap_or(0);
        if large > 1 {
            put(&["again"]);
        }
        let mine = without.and_then(|w| found.get(w)).map_or(0, |m| usize::from(words_of(t, m).contains(&low.to_string())));
        if self.named.get(low).copied().unwrap_or(0) > mine {
            put(&["named-elsewhere"]);
            put(&["named-elsewhere/", shape]);
        }
        let over = |k: usize| {
            let x = t.get(k)?;
            let j = found.partition_point(|m| m.start <= x.start).checked_sub(1)?;
            found.get(j).filter(|m| Some(j) != without && x.start < m.end)
        };
        self.short_evidence(i, &mut out);
        self.left(i, like, &over, &mut out);
        self.right(i, like, &over, &mut out);
        // The label of the line, and whether terms stand around.
        let line = t.line_start(i);
        if let Some(colon) = (line..i.min(line + 4)).find(|k| t.is(*k, ':')) {
            out.put(&["label=", t.low(colon.saturating_sub(1))]);
        }
        let near = (i.saturating_sub(6)..i + 7).filter(|k| *k != i && over(*k).is_none());
        let (mut terms, mut numbers) = (0, 0);
        for k in near {
            terms += usize::from(t.word(k).len() > 2 && (is_clinical(t.low(k)) || is_eponym(t.low(k))));
            numbers += usize::from(matches!(t.shape(k), Some(Shape::Number | Shape::Mixed)));
        }
        let (terms, numbers) = (small_figure(terms), small_figure(numbers));
        out.put(&["terms=", terms]);
        out.put(&["terms=", terms, "/", like]);
        out.put(&["numbers=", numbers]);
        if (i.saturating_sub(8)..i + 9).any(|k| k != i && over(k).is_some_and(|m| m.category == Category::Name)) {
            out.put(&["name-near"]);
        }
        // What lists say of the words beside it, also where a find covers them.
        for (k, side) in [
            (i.checked_sub(1).filter(|_| !t.begins_column(i)), "before"),
            (Some(i + 1).filter(|_| !t.ends_column(i + 1)), "after"),
        ] {
            let Some(k) = k.filter(|k| matches!(t.shape(*k), Some(Shape::Cap | Shape::Upper | Shape::Lower))) else { continue };
            let low = t.low(k);
            let class = class_of(t, k);
            let capital = if t.is_capital(k) { "Cap" } else { "low" };
            out.put(&[side, "=", capital, "-", class]);
            out.put(&[side, "=", capital, "-", class, "/", like]);
            if is_given(low) && t.is_capital(k) {
                out.put(&[side, "=given"]);
            }
        }
        if t.begins_column(i) && t.ends_column(i + 1) {
            out.put(&["cell"]);
            out.put(&["cell/", like]);
        }
        out
    }

    fn left<'m>(&self, i: usize, like: &str, over: &dyn Fn(usize) -> Option<&'m Mention>, out: &mut Said) {
        let t = self.t;
        let Some(j) = i.checked_sub(1).filter(|_| !t.begins_line(i)) else {
            out.put(&["l=line"]);
            out.put(&["l=line/", like]);
            return;
        };
        if t.begins_column(i) {
            out.put(&["column"]);
        }
        if let Some(m) = over(j) {
            let kind = if m.category == Category::Name { "name" } else { "value" };
            out.put(&["l=", kind]);
            out.put(&["l=", kind, "/", like]);
            return;
        }
        let low = t.low(j);
        let (class, lexical): (String, bool) = match t.shape(j) {
            Some(Shape::Mark('.' | '!' | '?')) => {
                let short = j > 0 && (title(t.low(j - 1)).is_some() || t.shape(j - 1) == Some(Shape::Initial));
                (if short { "abbreviation".into() } else { "stop".into() }, false)
            }
            Some(Shape::Mark(m)) => {
                let mut buffer = [0; 4];
                let mark: &str = m.encode_utf8(&mut buffer);
                let before = j.checked_sub(1).filter(|k| !t.begins_line(k + 1) && m != '|');
                if let Some(k) = before {
                    let kind = if over(k).is_some() { "name" } else { kind(t, k) };
                    out.put(&["l=", mark, kind]);
                    if m == ':' || m == '(' || m == '/' {
                        out.put(&["l", mark, t.low(k)]);
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
        out.put(&["l=", &class]);
        out.put(&["l=", &class, "/", like]);
        if lexical {
            out.put(&["lw=", low]);
            if let Some(k) = j.checked_sub(1) {
                let w = if over(k).is_some() { "NAME" } else { t.low(k) };
                if matches!(t.shape(k), Some(Shape::Lower | Shape::Cap | Shape::Upper)) {
                    out.put(&["lw2=", w]);
                }
                if low == "and" && over(k).is_some() {
                    out.put(&["l=name-and"]);
                }
            }
        }
    }

    fn right<'m>(&self, i: usize, like: &str, over: &dyn Fn(usize) -> Option<&'m Mention>, out: &mut Said) {
        let t = self.t;
        let n = i + 1;
        if t.ends_line(n) {
            out.put(&["r=line"]);
            out.put(&["r=line/", like]);
            return;
        }
        if t.ends_column(n) {
            out.put(&["ends-column"]);
        }
        if let Some(m) = over(n) {
            let kind = if m.category == Category::Name { "name" } else { "value" };
            out.put(&["r=", kind]);
            out.put(&["r=", kind, "/", like]);
            return;
        }
        let low = t.low(n);
        let mut class: String = match t.shape(n) {
            Some(Shape::Mark(m)) => {
                let mut buffer = [0; 4];
                let mark: &str = m.encode_utf8(&mut buffer);
                if let Some(x) = over(n + 1) {
                    out.put(&["r=", mark, if x.category == Category::Name { "name" } else { "value" }]);
                } else if !t.ends_line(n + 1) {
                    out.put(&["r=", mark, kind(t, n + 1)]);
                }
                m.to_string()
            }
            Some(Shape::Number | Shape::Mixed) => {
                let dose = matches!(t.low(n + 1), "mg" | "mcg" | "ml" | "units" | "mm" | "cm" | "fr" | "tab" | "%");
                if dose || t.is(n + 1, '%') { "dose".into() } else { "#".into() }
            }
            Some(Shape::Lower) => {
                out.put(&["rw=", low]);
                let w2 = if over(n + 1).is_some() { "NAME" } else { t.low(n + 1) };
                if low == "and" && w2 == "NAME" {
                    out.put(&["r=and-name"]);
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
                out.put(&["rw=", low]);
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
        out.put(&["r=", &class]);
        out.put(&["r=", &class, "/", like]);
    }
}

/// What lists say of the word at token `i`.
fn class_of(t: &Tokens, i: usize) -> &'static str {
    match t.like(i) {
        NameLike::Name if is_usual(t.low(i)) => "usual",
        NameLike::Name => "rare",
        NameLike::WordName => "wordname",
        NameLike::Unknown => "unknown",
        NameLike::Word => "word",
    }
}

/// Counts up to three.
fn small_figure(n: usize) -> &'static str {
    ["0", "1", "2"].get(n).copied().unwrap_or("3")
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

/// What the model says of a word and of those beside it, in finer steps: what trees ask for. `score` gives its word on a token.
pub fn said_evidence(i: usize, score: &dyn Fn(usize) -> f32) -> Said {
    const OF_WORD: [(f32, &str); 15] = [
        (0.005, ".005"),
        (0.01, ".01"),
        (0.02, ".02"),
        (0.05, ".05"),
        (0.1, ".1"),
        (0.2, ".2"),
        (0.3, ".3"),
        (0.45, ".45"),
        (0.6, ".6"),
        (0.75, ".75"),
        (0.85, ".85"),
        (0.93, ".93"),
        (0.97, ".97"),
        (0.985, ".985"),
        (0.995, ".995"),
    ];
    let mut out = Said::default();
    let p = score(i);
    OF_WORD.iter().filter(|(bound, _)| p >= *bound).for_each(|(_, name)| out.put(&["p>", name]));
    for (side, p) in [("before", i.checked_sub(1).map_or(0.0, score)), ("after", score(i + 1))] {
        for (bound, name) in [(0.05, ".05"), (0.3, ".3"), (0.7, ".7"), (0.95, ".95")] {
            if p >= bound {
                out.put(&["p>", name, "/", side]);
            }
        }
    }
    out
}

/// What the model's word adds to the evidence.
pub fn model_evidence(t: &Tokens, i: usize, p: f32) -> [String; 2] {
    let like = if t.like(i) >= NameLike::Unknown { "name" } else { "word" };
    let m = bucket(p);
    [m.to_string(), format!("{m}/{like}")]
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
