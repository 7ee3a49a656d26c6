//! Where the model is asked: stretches with a word that could be a name and that nothing has explained.

use crate::detect::cues::{credential, is_eponym_head, kin, title};
use crate::detect::things::is_thing_noun;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{NameLike, folded_like, is_clinical, is_eponym, is_given, is_place_or_month, is_running_word};
use crate::model::document::Class;
use crate::model::mention::Mention;
use std::ops::Range;

/// Tokens of the smallest part of a text that is read or not.
const UNIT: usize = 40;
/// Tokens from an open word that the rest of its name may stand away, in the next part.
const NAME: usize = 3;
/// Tokens of the parts that are read at once, at most: as many as leave room in what the model can take for those around.
const CORE: usize = 240;
/// Tokens that are read before them, and after them: what stands before tells more of who is meant.
const BEFORE: usize = 48;
const AFTER: usize = 20;

/// The open words of a text.
#[derive(Default, Debug)]
pub struct Open {
    /// Tokens, in order.
    pub tokens: Vec<usize>,
    /// A word was left out only because the caller knows it.
    pub left_out: bool,
}

/// Words that could be a name and that neither the vocabulary nor a find explains. `known` tells words of people and organisations
/// that the document itself names in its structure.
pub fn open_words(t: &Tokens, class: Class, found: &[Mention], known: &dyn Fn(&str) -> bool) -> Open {
    let mut out = Open::default();
    let mut at = 0;
    let mut line = Line::default();
    for i in 0..t.list.len() {
        let Some(token) = t.get(i) else { break };
        if i >= line.next {
            line = Line::new(t, i);
        }
        if !matches!(token.shape, Shape::Cap | Shape::Upper | Shape::Lower) || token.end - token.start < 2 {
            continue;
        }
        while found.get(at).is_some_and(|m| m.end <= token.start) {
            at += 1;
        }
        let taken = found.get(at).is_some_and(|m| m.start < token.end);
        if taken || !may_be_name(t, i, class, &line) && !is_second(t, i, found, at) {
            continue;
        }
        if known(t.low(i)) {
            out.left_out = true;
            continue;
        }
        out.tokens.push(i);
    }
    out
}

/// A word of the language with a capital right beside a name that was found: it may be a part of it.
fn is_second(t: &Tokens, i: usize, found: &[Mention], at: usize) -> bool {
    let Some(token) = t.get(i) else { return false };
    let low = t.low(i);
    let plain = t.shape(i) == Some(Shape::Cap) && t.like(i) == NameLike::Word && !is_clinical(low) && !is_running_word(low);
    plain
        && kin(low).is_none()
        && title(low).is_none()
        && credential(t.word(i)).is_none()
        && !is_eponym_head(low)
        && !is_place_or_month(low)
        && at.checked_sub(1).into_iter().chain([at]).filter_map(|k| found.get(k)).any(|m| beside(m, token.start, token.end))
}

/// True when a name and the bytes `start..end` are parted by one blank.
pub fn beside(m: &Mention, start: usize, end: usize) -> bool {
    m.category == crate::model::mention::Category::Name && (m.end + 1 == start || end + 1 == m.start)
}

/// True for a folded word that is in no list, of names or of other words.
pub fn is_in_no_list(low: &str) -> bool {
    folded_like(low) == NameLike::Unknown
}

/// How a line is written.
#[derive(Default)]
struct Line {
    next: usize,
    /// Nearly all letters are capitals.
    loud: bool,
    /// No word begins with a capital.
    low: bool,
    /// Most words begin with a capital.
    titled: bool,
}

impl Line {
    fn new(t: &Tokens, first: usize) -> Line {
        let mut next = first;
        while next < t.list.len() && (next == first || t.shape(next) != Some(Shape::Break)) {
            next += 1;
        }
        let count = |s: Shape| (first..next).filter(|i| t.shape(*i) == Some(s) && t.word(*i).len() > 2).count();
        let (cap, upper, lower) = (count(Shape::Cap), count(Shape::Upper), count(Shape::Lower));
        Line { next, loud: upper >= 3 && upper > 2 * (cap + lower), low: cap + upper == 0 && lower > 0, titled: cap > lower }
    }
}

fn may_be_name(t: &Tokens, i: usize, class: Class, line: &Line) -> bool {
    let (low, like, shape) = (t.low(i), t.like(i), t.shape(i));
    if like == NameLike::Word || kin(low).is_some() || title(low).is_some() && like != NameLike::Name {
        return false;
    }
    let letters = t.word(i).chars().count();
    // Titles and displays of codes hold terms that no list has; there only a known name is worth a question.
    let prose = matches!(class, Class::Narrative | Class::Comment | Class::Unknown);
    let fits = match shape {
        Some(Shape::Cap) => match like {
            NameLike::Name => true,
            NameLike::Unknown => prose && letters >= 2 && !t.is(i + 1, ':') && !measured(t, i),
            NameLike::WordName if prose && inside(t, i) && !line.titled => true,
            _ => {
                let beside = |k: usize| t.is_capital(k) && t.like(k) >= NameLike::WordName && k != i;
                i > 0 && beside(i - 1) || beside(i + 1)
            }
        },
        Some(Shape::Upper) => match like {
            NameLike::Name => letters >= 3 && credential(t.word(i)).is_none(),
            NameLike::Unknown => prose && line.loud && letters >= 5 && !measured(t, i),
            _ => false,
        },
        _ if !prose => false,
        _ if line.low => like == NameLike::Name && letters >= 3 || like == NameLike::Unknown && letters >= 5,
        _ => like == NameLike::Name && is_given(low) && letters >= 4,
    };
    fits && !named_after(t, i, low)
}

/// A capital inside a sentence, with no other beside it: written so because it is a name.
fn inside(t: &Tokens, i: usize) -> bool {
    let beside = |k: usize| t.is_capital(k) && t.like(k) <= NameLike::WordName && t.word(k).len() > 1;
    let before = i.checked_sub(1).is_some_and(|k| beside(k) && !t.begins_line(k) && !t.is(k.wrapping_sub(1), '.'));
    let dosed = matches!(t.shape(i + 1), Some(Shape::Number | Shape::Mixed)) && !t.begins_column(i + 1);
    !before && !beside(i + 1) && !dosed && !is_place_or_month(t.low(i)) && !is_thing_noun(t, i + 1)
}

/// `Wegovy 0.5 mg`, `Shingrix 50`: an unknown word with an amount is a product.
fn measured(t: &Tokens, i: usize) -> bool {
    matches!(t.shape(i + 1), Some(Shape::Number | Shape::Mixed))
}

/// A disease, sign, device, place or institution that is named after somebody.
fn named_after(t: &Tokens, i: usize, low: &str) -> bool {
    let possessive = t.get(i).is_some_and(|x| x.possessive);
    let head = is_eponym_head(t.low(i + 1)) && !t.ends_line(i + 1);
    head || is_eponym(low) && (possessive || t.shape(i + 1) == Some(Shape::Lower))
}

/// A part of a text with what the model reads around it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// The bytes whose answers count.
    pub core: Range<usize>,
    /// All that is read.
    pub whole: Range<usize>,
}

/// The parts of a text that hold one of the `open` words, with the lines around them, in order and apart. Parts that are so near that
/// what is between them would be read twice are one.
pub fn stretches(t: &Tokens, open: &[usize]) -> Vec<Stretch> {
    let mut cores: Vec<Range<usize>> = Vec::new();
    for unit in units(t) {
        let first = open.partition_point(|i| i + NAME < unit.start);
        if open.get(first).is_none_or(|i| *i >= unit.end + NAME) {
            continue;
        }
        match cores.last_mut() {
            Some(last) if unit.start < last.end + BEFORE + AFTER && unit.end - last.start <= CORE => last.end = unit.end,
            _ => cores.push(unit),
        }
    }
    let bytes = |r: Range<usize>| Some(t.get(r.start)?.start..t.get(r.end.checked_sub(1)?)?.end);
    let around = |core: &Range<usize>| core.start.saturating_sub(BEFORE)..(core.end + AFTER).min(t.list.len());
    cores.into_iter().filter_map(|core| Some(Stretch { whole: bytes(around(&core))?, core: bytes(core)? })).collect()
}

/// The smallest parts of a text, in tokens, the same whatever is asked: cut where a paragraph, a line or a sentence ends, or else
/// between words.
fn units(t: &Tokens) -> Vec<Range<usize>> {
    let (mut out, mut start) = (Vec::new(), 0);
    while start < t.list.len() {
        let most = (start + UNIT).min(t.list.len());
        let end = if most == t.list.len() {
            most
        } else {
            (start + UNIT / 2..=most).rev().max_by_key(|k| (worth(t, *k), *k)).unwrap_or(most)
        };
        out.push(start..end);
        start = end;
    }
    out
}

/// How well a text is cut before token `k`.
fn worth(t: &Tokens, k: usize) -> u8 {
    let Some(before) = k.checked_sub(1).and_then(|b| t.get(b)) else { return 0 };
    match before.shape {
        Shape::Break if t.text.get(before.start..before.end).is_some_and(|b| b.bytes().filter(|b| *b == b'\n').count() > 1) => 5,
        Shape::Break => 4,
        Shape::Mark('.' | '!' | '?')
            if t.is_capital(k) && !t.touches_next(k - 1) && title(t.low(k.wrapping_sub(2))).is_none() =>
        {
            3
        }
        Shape::Mark('|' | ';') => 2,
        Shape::Lower => 1,
        _ => 0,
    }
}
