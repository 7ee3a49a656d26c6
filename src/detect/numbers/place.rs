//! Where in its line, table and form a number stands.

use crate::detect::tokens::{Shape, Tokens};

/// Lines of a table that are looked through for its head, and tokens of them.
const LINES: usize = 30;
const REACH: usize = 900;

/// The words on the left of a number, nearest first: words of its line, at most one blank column before the first; `NAME` for a person.
pub fn left_words<'t>(t: &'t Tokens, first: usize, most: usize, named: &dyn Fn(usize) -> bool) -> Vec<&'t str> {
    let mut out: Vec<&str> = Vec::new();
    for k in (first.saturating_sub(12)..first).rev() {
        if t.shape(k) == Some(Shape::Break) {
            break;
        }
        let word = match t.shape(k) {
            Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial) if named(k) => "NAME",
            Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial) => t.low(k),
            Some(Shape::Number | Shape::Mixed) => "9",
            Some(Shape::Mark('|')) => break,
            _ => "",
        };
        if !word.is_empty() && out.last() != Some(&word) {
            out.push(word);
        }
        if out.len() >= most || !out.is_empty() && t.begins_column(k) {
            break;
        }
    }
    out
}

/// The words on the right of a number up to the end of its line, sentence or cell, nearest first; `NAME` for a person, `(` where a bracket opens.
pub fn right_words<'t>(t: &'t Tokens, next: usize, most: usize, named: &dyn Fn(usize) -> bool) -> Vec<&'t str> {
    let mut out: Vec<&str> = Vec::new();
    for k in next..next + 9 {
        let word = match t.shape(k) {
            None | Some(Shape::Break | Shape::Mark('|' | '.' | ';')) => break,
            Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial) if named(k) => "NAME",
            Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial) => t.low(k),
            Some(Shape::Number | Shape::Mixed) => "9",
            Some(Shape::Mark('(')) => "(",
            _ => "",
        };
        if !word.is_empty() && out.last() != Some(&word) {
            out.push(word);
        }
        if out.len() >= most || t.begins_column(k + 1) {
            break;
        }
    }
    out
}

/// `male` or `female` where the nearest of these words says of whom a number is.
pub fn pronoun(words: &[&str]) -> Option<&'static str> {
    words.iter().find_map(|w| match *w {
        "his" | "he" | "him" => Some("male"),
        "her" | "hers" | "she" => Some("female"),
        _ => None,
    })
}

/// The label of a line, `Sub DOB:`, `guar acct   `: its last word before a colon, else the first word of the line.
pub fn line_label<'t>(t: &'t Tokens, first: usize) -> &'t str {
    let line = t.line_start(first);
    let mut k = line;
    while k < first && matches!(t.shape(k), Some(Shape::Mark(_))) {
        k += 1;
    }
    let colon = (k..first.min(k + 5)).find(|j| t.is(*j, ':'));
    match colon {
        Some(c) if c > k => t.low(c - 1),
        _ if k < first => t.low(k),
        _ => "",
    }
}

/// The heads of the columns of a text: remembers the table that was asked about last.
#[derive(Default)]
pub struct Heads {
    /// First token of the line asked about last, and the line of its head.
    last: Option<(usize, Option<usize>, char)>,
}

impl Heads {
    /// The last word of the head of the column in which token `first` stands; empty where there is no table.
    pub fn of<'t>(&mut self, t: &'t Tokens, first: usize) -> &'t str {
        let line = t.line_start(first);
        let (head, mark) = match self.last {
            Some((l, head, mark)) if l == line => (head, mark),
            _ => {
                let found = head_line(t, line, first);
                self.last = Some((line, found.0, found.1));
                found
            }
        };
        let Some(head) = head else { return "" };
        let end = line_end(t, head);
        if mark == ' ' {
            return under(t, line, first, head, end);
        }
        let column = (line..first).filter(|k| divides(t, *k, mark)).count();
        let mut at = 0;
        let mut word = "";
        for k in head..end {
            if divides(t, k, mark) {
                at += 1;
            } else if at == column && matches!(t.shape(k), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial)) {
                word = t.low(k);
            } else if at > column {
                break;
            }
        }
        word
    }
}

fn is_newline(t: &Tokens, k: usize) -> bool {
    t.get(k).is_some_and(|b| b.shape == Shape::Break && t.text.get(b.start..b.end).is_some_and(|s| s.contains(['\n', '\r'])))
}

fn line_end(t: &Tokens, line: usize) -> usize {
    (line..(line + 120).min(t.list.len())).find(|k| is_newline(t, *k)).unwrap_or((line + 120).min(t.list.len()))
}

fn divides(t: &Tokens, k: usize, mark: char) -> bool {
    match mark {
        '\t' => t.shape(k) == Some(Shape::Break),
        m => t.is(k, m),
    }
}

/// First token of the line of `k`, tabs not counted as line ends.
fn start_of(t: &Tokens, k: usize) -> usize {
    let from = k.saturating_sub(200);
    (from..k).rev().find(|j| is_newline(t, *j)).map_or(from, |j| j + 1)
}

/// The line of the head of the table in which the line stands, and what divides its columns.
fn head_line(t: &Tokens, line: usize, first: usize) -> (Option<usize>, char) {
    let line = start_of(t, line.max(first.saturating_sub(200)).min(first));
    let end = line_end(t, line);
    let count = |from: usize, to: usize, mark: char| (from..to).filter(|k| divides(t, *k, mark)).count();
    let mark = ['|', ';', '\t', ','].into_iter().find(|m| count(line, end, *m) >= if *m == ',' { 4 } else { 2 });
    let mut best = None;
    let mut at = line;
    for _ in 0..LINES {
        let Some(before) = at.checked_sub(1) else { break };
        if first - before > REACH
            || t.get(before).is_some_and(|b| t.text.get(b.start..b.end).is_some_and(|s| s.matches('\n').count() > 1))
        {
            break;
        }
        at = start_of(t, before);
        let stop = before;
        match mark {
            Some(m) => {
                let n = count(at, stop, m);
                let ruled = (at..stop).all(|k| matches!(t.shape(k), Some(Shape::Mark(_))));
                if ruled {
                    continue;
                }
                if n < 2 {
                    break;
                }
                if (at..stop).all(|k| !matches!(t.shape(k), Some(Shape::Number | Shape::Mixed)) || t.word(k).len() < 3) {
                    best = Some(at);
                }
            }
            None => {
                let gaps = (at + 1..stop).filter(|k| t.begins_column(*k)).count();
                let bare = (at..stop).all(|k| !matches!(t.shape(k), Some(Shape::Number | Shape::Mixed)));
                if gaps >= 2 && bare && (at..stop).any(|k| t.is_capital(k) || t.shape(k) == Some(Shape::Lower)) {
                    return (Some(at), ' ');
                }
            }
        }
    }
    (best, mark.unwrap_or(' '))
}

/// The head's word above a number in columns set by blanks.
fn under<'t>(t: &'t Tokens, line: usize, first: usize, head: usize, end: usize) -> &'t str {
    let column = |k: usize, line: usize| {
        let base = t.get(line).map_or(0, |x| t.text.get(..x.start).and_then(|s| s.rfind('\n')).map_or(0, |n| n + 1));
        t.get(k).map_or(0, |x| x.start.saturating_sub(base))
    };
    let here = column(first, line);
    let mut word = "";
    for k in head..end {
        if column(k, head) > here + 2 {
            break;
        }
        if matches!(t.shape(k), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial)) {
            word = t.low(k);
        }
    }
    word
}

/// What stands between two places of a text.
#[derive(Clone, Copy, Default, Debug)]
pub struct Between {
    /// Ends of sentences.
    pub stops: usize,
    /// Semicolons.
    pub semis: usize,
    /// Commas.
    pub commas: usize,
    /// Brackets opened and not closed.
    pub open: usize,
    /// Brackets closed that were opened before.
    pub closed: usize,
    /// Strokes and tabs.
    pub cells: usize,
    /// Line ends.
    pub lines: usize,
    /// Blank lines.
    pub blanks: usize,
    /// Tokens.
    pub tokens: usize,
}

/// Looks over the tokens `from..to`.
pub fn between(t: &Tokens, from: usize, to: usize) -> Between {
    let mut b = Between { tokens: to.saturating_sub(from), ..Between::default() };
    for k in from..to {
        match t.shape(k) {
            Some(Shape::Mark('.' | '!' | '?')) => {
                let apart = !t.touches_next(k);
                let short = t.word(k.wrapping_sub(1)).len() <= 2 && k > from;
                b.stops += usize::from(apart && !short && (t.is_capital(k + 1) || t.ends_line(k + 1)));
            }
            Some(Shape::Mark(';')) => b.semis += 1,
            Some(Shape::Mark(',')) => b.commas += 1,
            Some(Shape::Mark('(' | '[')) => b.open += 1,
            Some(Shape::Mark(')' | ']')) if b.open > 0 => b.open -= 1,
            Some(Shape::Mark(')' | ']')) => b.closed += 1,
            Some(Shape::Mark('|')) => b.cells += 1,
            Some(Shape::Break) => {
                let n = t.get(k).and_then(|x| t.text.get(x.start..x.end)).map_or(0, |s| s.matches('\n').count());
                b.cells += usize::from(n == 0);
                b.lines += usize::from(n > 0);
                b.blanks += usize::from(n > 1);
            }
            _ => {}
        }
    }
    b
}
