//! The words around a find of a known value.

use super::evidence::{Evidence, around};
use super::identity::Own;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given};
use std::rc::Rc;

/// Stretches begin at a multiple of this many bytes.
const GRID: usize = 256;

/// The stretch of a text that was looked at last: first byte, one past the last, tokens.
pub type LastStretch<'a> = Option<(usize, usize, Rc<Tokens<'a>>)>;

/// The tokens around a find.
pub struct Near<'a> {
    /// Tokens of the stretch around the find.
    pub tokens: Rc<Tokens<'a>>,
    /// Byte of the text at which the stretch begins.
    pub base: usize,
    first: usize,
    next: usize,
}

impl<'a> Near<'a> {
    /// `None` when the range holds no token. `last` remembers the stretch of the find before: finds that lie close together (the parts
    /// of one name, the rows of a table) share one.
    pub fn new(text: &'a str, start: usize, end: usize, last: &mut LastStretch<'a>) -> Option<Near<'a>> {
        // Stretches begin and end on a grid, so that near finds have the same.
        let mut from = start.saturating_sub(240) / GRID * GRID;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let mut to = (end + 160).next_multiple_of(GRID).min(text.len());
        while !text.is_char_boundary(to) {
            to -= 1;
        }
        let tokens = match last {
            Some((f, t, tokens)) if (*f, *t) == (from, to) => Rc::clone(tokens),
            _ => {
                let tokens = Rc::new(Tokens::new(text.get(from..to)?));
                *last = Some((from, to, Rc::clone(&tokens)));
                tokens
            }
        };
        let first = tokens.index_at(start - from);
        let next = tokens.list.partition_point(|t| t.start < end - from);
        (first < next).then_some(Near { tokens, base: from, first, next })
    }

    /// Cues beside the find.
    pub fn evidence(&self, own: &Own) -> Evidence {
        around(&self.tokens, self.first, self.next, own)
    }

    /// The end of a `Jr.` or `III` after the find that `differs` from the patient's.
    pub fn generation(&self, differs: impl Fn(&str) -> bool) -> Option<usize> {
        let t = &self.tokens;
        let at = self.next + usize::from(t.is(self.next, ','));
        let low = match t.low(at) {
            "senior" if t.is_capital(at) => "sr",
            "junior" if t.is_capital(at) => "jr",
            low => low,
        };
        (super::name_read::is_generation(low) && differs(low)).then(|| t.get(at).map(|x| self.base + x.end)).flatten()
    }

    /// One of these words stands right before the find.
    pub fn is_after(&self, words: &[&str]) -> bool {
        self.is_behind(|w| words.contains(&w))
    }

    /// `the elder Mr. Roe`, `Roe the younger`: one of two generations.
    pub fn is_elder(&self) -> bool {
        let t = &self.tokens;
        let word = |k: usize| matches!(t.low(k), "elder" | "older" | "younger" | "senior" | "junior");
        let mut k = self.first;
        while k > 0 && (t.is(k - 1, '.') || super::cues::title(t.low(k - 1)).is_some()) {
            k -= 1;
        }
        k > 0 && k < self.first && word(k - 1) || t.low(self.next) == "the" && word(self.next + 1)
    }

    /// `Mr. Roe (Leroy)`: the given name in brackets behind a family name.
    pub fn bracketed(&self) -> Option<&str> {
        let t = &self.tokens;
        let k = self.next + 1;
        let given = t.is(self.next, '(') && t.shape(k) == Some(Shape::Cap) && t.is(k + 1, ')') && is_given(t.low(k));
        given.then(|| t.low(k))
    }

    /// Such a word stands right before the find.
    pub fn is_behind(&self, is: impl Fn(&str) -> bool) -> bool {
        self.first.checked_sub(1).is_some_and(|k| is(self.tokens.low(k)))
    }

    /// Such a word stands right behind the find.
    pub fn is_before(&self, is: impl Fn(&str) -> bool) -> bool {
        self.tokens.is_capital(self.next) && is(self.tokens.low(self.next))
    }

    /// `sister of` stands right before the find, but not `son of`: a child may bear the parent's name.
    pub fn is_of(&self) -> bool {
        let child = |k: usize| matches!(self.tokens.low(k), "son" | "daughter" | "child" | "children");
        self.is_after(&["of"]) && !self.first.checked_sub(2).is_some_and(child)
    }

    /// The find begins with a capital.
    pub fn capital(&self) -> bool {
        self.tokens.is_capital(self.first)
    }

    /// A capital right after a lower-case word: a proper noun.
    pub fn inside_sentence(&self) -> bool {
        let before = self.first.checked_sub(1).and_then(|k| self.tokens.shape(k));
        let determined = self.first.checked_sub(1).is_some_and(|k| {
            matches!(
                self.tokens.low(k),
                "a" | "an" | "the" | "this" | "that" | "each" | "any" | "no" | "one" | "new" | "every" | "same"
            )
        });
        before == Some(Shape::Lower)
            && !determined
            && self.tokens.shape(self.first) == Some(Shape::Cap)
            && !self.tokens.is_capital(self.next)
    }

    /// `Roe household`: all who bear the name.
    pub fn is_household(&self) -> bool {
        matches!(self.tokens.low(self.next), "household" | "family" | "residence")
            && self.first.checked_sub(1).is_none_or(|k| !self.tokens.is_capital(k) && !self.tokens.is(k, '.'))
    }

    /// The find fills its line or text.
    pub fn alone(&self) -> bool {
        self.tokens.begins_line(self.first) && self.tokens.ends_line(self.next)
    }

    /// A disease, sign, device, street or institution is named after it here.
    pub fn is_eponym(&self) -> bool {
        let head = self.tokens.low(self.next);
        let finding =
            matches!(head, "negative" | "positive" | "neg" | "pos") && super::words::is_eponym(self.tokens.low(self.first));
        finding
            || super::cues::is_eponym_head(head) && !self.tokens.ends_line(self.next)
            || super::words::is_bare_eponym(self.tokens.low(self.first))
                && self.tokens.get(self.first).is_some_and(|t| t.possessive)
    }

    /// The second word of a town: `San Jose`, `St. Louis`.
    pub fn is_place(&self) -> bool {
        let t = &self.tokens;
        let before = self.first.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
        before.is_some_and(|k| t.is_capital(k) && matches!(t.low(k), "san" | "santa" | "st" | "saint" | "los" | "fort" | "port"))
            && super::words::is_place_or_month(t.low(self.first))
    }

    /// A capitalised given name, family name or initial stands directly beside it.
    pub fn named_neighbour(&self) -> bool {
        let name = |k: usize| {
            self.tokens.is_capital(k)
                && (self.tokens.shape(k) == Some(Shape::Initial) && self.tokens.is(k + 1, '.')
                    || self.tokens.like(k) == NameLike::Name)
        };
        let before = self
            .first
            .checked_sub(1)
            .is_some_and(|k| name(k) || self.tokens.is(k, '.') && k > 0 && self.tokens.shape(k - 1) == Some(Shape::Initial));
        before || name(self.next)
    }

    /// The whole name that the find is a part of, when the words around make one: its byte range and parts.
    pub fn whole(&self) -> Option<(usize, usize, crate::model::person::Name)> {
        let t = &self.tokens;
        let from = self.first.saturating_sub(4);
        let read = (from..=self.first).find_map(|i| {
            let direct = t.shape(i.wrapping_sub(1)) == Some(Shape::Lower);
            let trust = if direct { super::name_read::Trust::Fair } else { super::name_read::Trust::Weak };
            super::name_read::forward(t, i, trust).filter(|r| r.words > 1 && r.next > self.first && r.first <= self.first)
        })?;
        Some((self.base + read.start, self.base + read.end, read.name))
    }

    /// Initials of which `differs` says that the patient has them not, beside a family name: `E. Jaramillo`, `Jaramillo, E.`; the byte range
    /// of the whole, and the cues beside it. A given name before them makes a middle initial of them.
    pub fn other_initial(&self, own: &Own, differs: impl Fn(&str) -> bool) -> Option<(usize, usize, Evidence)> {
        let t = &self.tokens;
        let mut first = self.first;
        for _ in 0..2 {
            let Some(k) = first.checked_sub(1) else { break };
            let dotted = k > 0 && t.is(k, '.') && t.touches_next(k - 1);
            let at = if dotted { k - 1 } else { k };
            let small = dotted && t.shape(at) == Some(Shape::Lower) && t.word(at).chars().count() == 1;
            let beside = t.get(k).zip(t.get(first)).is_some_and(|(a, b)| b.start <= a.end + 1);
            // `I Roe` is no initial.
            let initial = t.shape(at) == Some(Shape::Initial) && (dotted || !matches!(t.low(at), "i" | "a"));
            if !beside || !initial && !small {
                break;
            }
            first = at;
        }
        let named =
            first.checked_sub(1).is_some_and(|k| t.is_capital(k) && t.like(k) >= NameLike::WordName && !t.begins_column(first));
        if first < self.first && !named && differs(t.low(first)) {
            let (from, to) = (t.get(first)?.start, t.get(self.next.checked_sub(1)?)?.end);
            return Some((self.base + from, self.base + to, around(t, first, self.next, own)));
        }
        let comma = t.is(self.next, ',');
        let k = self.next + usize::from(comma);
        let dot = usize::from(t.is(k + 1, '.') && t.touches_next(k));
        let closed = t.ends_column(k + 1 + dot) || matches!(t.shape(k + 1 + dot), Some(Shape::Mark(_)));
        let after = t.shape(k) == Some(Shape::Initial) && !t.is_sex(k) && !t.begins_column(self.next) && (comma || closed);
        if after && first == self.first && !named && differs(t.low(k)) {
            let (from, to) = (t.get(self.first)?.start, t.get(k + dot)?.end);
            return Some((self.base + from, self.base + to, around(t, self.first, k + dot + 1, own)));
        }
        None
    }

    /// True when the patient's birth date stands right behind.
    pub fn is_own_day(&self, own: &Own) -> bool {
        let t = &self.tokens;
        let mark = |k: &usize| !matches!(t.shape(*k), Some(Shape::Mark(_))) && !matches!(t.low(*k), "dob" | "born" | "b");
        let Some(first) = (self.next..self.next + 5).find(mark).filter(|k| !t.ends_line(*k)) else { return false };
        let Some(start) = t.get(first).map(|x| x.start) else { return false };
        (first..first + 6)
            .filter_map(|k| t.get(k))
            .filter_map(|x| t.text.get(start..x.end))
            .any(|day| day.len() >= 6 && own.is_birth_date(day))
    }

    /// A name part beside a lone word that does not fit its owners: byte range of the whole name. `family`: the word is a surname; then
    /// a word that no list holds, right before it on the line, is somebody's given name too.
    pub fn stranger(&self, family: bool, fits: impl Fn(&str, bool) -> bool) -> Option<(usize, usize)> {
        let t = &self.tokens;
        let before = self.first.checked_sub(1).filter(|k| {
            let low = t.low(*k);
            let beside = t.get(*k).zip(t.get(self.first)).is_some_and(|(a, b)| a.end + 1 == b.start && !a.possessive);
            let unlisted = family && beside && t.like(*k) == NameLike::Unknown && low.chars().count() >= 4;
            let listed = is_given(low) && t.like(*k) == NameLike::Name;
            let loud = family && beside && t.shape(*k) == Some(Shape::Upper) && t.shape(self.first) == Some(Shape::Upper);
            (t.shape(*k) == Some(Shape::Cap) || loud) && (listed || unlisted) && !fits(low, *k > 0 && fits(t.low(k - 1), false))
        });
        let after = Some(self.next).filter(|k| {
            let low = t.low(*k);
            let cap = t.shape(*k) == Some(Shape::Cap)
                && t.shape(self.first) == Some(Shape::Cap)
                && (!family || is_given(t.low(self.first)));
            // `Orla Zborowskenko` where the patient is Orla Quill: a family name that no list has.
            let beside = t.get(*k).zip(t.get(k - 1)).is_some_and(|(a, b)| b.end + 1 == a.start && !b.possessive);
            let unlisted = !family && beside && t.like(*k) == NameLike::Unknown && low.chars().count() >= 5;
            cap && (t.like(*k) == NameLike::Name || unlisted)
                && !fits(low, !family)
                && super::cues::credential(t.word(*k)).is_none()
        });
        if before.is_none() && after.is_none() {
            return None;
        }
        let (first, last) = (before.unwrap_or(self.first), after.unwrap_or(self.next.checked_sub(1)?));
        Some((self.base + t.get(first)?.start, self.base + t.get(last)?.end))
    }
}
/// The stretch with a word that hangs on it by a hyphen, when that is no word of the language and does not fit.
pub fn hyphened(text: &str, start: usize, end: usize, fits: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
    let is_letter = |c: char| c.is_alphabetic() || c == '\'';
    let (from, to, more) = if let Some(after) = text.get(end..)?.strip_prefix('-') {
        let len = after.find(|c| !is_letter(c)).unwrap_or(after.len());
        (start, end + 1 + len, after.get(..len)?)
    } else {
        let before = text.get(..start)?.strip_suffix('-')?;
        let from = before.char_indices().rev().take_while(|(_, c)| is_letter(*c)).last().map_or(before.len(), |(i, _)| i);
        (from, end, before.get(from..)?)
    };
    let more = super::fold::folded(more);
    (!more.is_empty() && !fits(&more) && !super::words::is_word(&more)).then_some((from, to))
}
