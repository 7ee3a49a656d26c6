//! An original beside its redacted copy. A redaction changes texts and leaves records out; it never adds or moves any. So the copy is
//! followed along the original, and whatever does not fit has been left out.

use super::{Card, Readable, Row};

/// How far to look for the next card or row that fits.
const AHEAD: usize = 400;

/// A card of the original with what the copy has of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// Title of the original.
    pub title: String,
    /// Element path in the original.
    pub path: String,
    /// Left out of the copy.
    pub gone: bool,
    /// Rows that differ.
    pub changes: usize,
    /// Rows.
    pub rows: Vec<RowPair>,
}

/// A row of both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowPair {
    /// Name of the row.
    pub name: String,
    /// Element path in the original.
    pub path: String,
    /// Only machines read it.
    pub technical: bool,
    /// Not the same in both.
    pub changed: bool,
    /// The original in pieces.
    pub left: Vec<Segment>,
    /// The copy in pieces; empty when left out.
    pub right: Vec<Segment>,
}

/// What became of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// In both.
    Same,
    /// In the original only.
    Cut,
    /// In the copy only.
    New,
}

/// A piece of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// What became of it.
    pub turn: Turn,
    /// Its text.
    pub text: String,
}

/// Puts both beside each other.
pub fn align(original: &Readable, copy: &Readable) -> Vec<Pair> {
    let mut at = 0;
    let mut out = Vec::with_capacity(original.cards.len());
    for (i, card) in original.cards.iter().enumerate() {
        let found = copy.cards.get(at).filter(|c| alike(card, c));
        // A card that fits a later one of the original better belongs to that one.
        let taken = found.is_some_and(|c| {
            let here = overlap(card, c);
            here < 100 && original.cards.iter().skip(i + 1).take(8).any(|o| o.rows.len() == c.rows.len() && overlap(o, c) > here)
        });
        match found.filter(|_| !taken) {
            Some(c) => {
                at += 1;
                out.push(pair(card, Some(c)));
            }
            None => out.push(pair(card, None)),
        }
    }
    // Whatever of the copy fits nothing is shown, too: nothing of what goes out may stay unseen.
    for c in copy.cards.iter().skip(at) {
        let mut p = pair(&Card { title: c.title.clone(), ..Card::default() }, Some(c));
        p.path.clone_from(&c.path);
        out.push(p);
    }
    out
}

fn kind(card: &Card) -> &str {
    card.title.split(':').next().unwrap_or_default()
}

fn alike(a: &Card, b: &Card) -> bool {
    kind(a) == kind(b) && (overlap(a, b) >= 40 || a.rows.len().min(b.rows.len()) <= 4 || a.title == b.title)
}

/// Rows in a hundred that have a row of the same name and text in the other.
fn overlap(a: &Card, b: &Card) -> usize {
    let n = a.rows.len().min(60);
    if n == 0 {
        return 100;
    }
    let same = a.rows.iter().take(60).filter(|r| b.rows.iter().take(80).any(|o| o.name == r.name && o.text == r.text)).count();
    same * 100 / n
}

fn pair(card: &Card, copy: Option<&Card>) -> Pair {
    let mut rows = Vec::with_capacity(card.rows.len());
    let mut at = 0;
    let there: &[Row] = copy.map_or(&[], |c| &c.rows);
    for row in &card.rows {
        let ahead = there.iter().skip(at).take(AHEAD);
        let next = ahead.enumerate().find(|(n, r)| r.name == row.name && (*n == 0 || r.text == row.text)).map(|(n, _)| n);
        let Some(n) = next else {
            rows.push(line(row, None, copy.is_some()));
            continue;
        };
        for extra in there.iter().skip(at).take(n) {
            rows.push(added(extra));
        }
        rows.push(line(row, there.get(at + n), true));
        at += n + 1;
    }
    rows.extend(there.iter().skip(at).map(added));
    let changes = rows.iter().filter(|r| r.changed).count();
    Pair { title: card.title.clone(), path: card.path.clone(), gone: copy.is_none(), changes, rows }
}

fn added(row: &Row) -> RowPair {
    let right = vec![Segment { turn: Turn::New, text: row.text.clone() }];
    RowPair { name: row.name.clone(), path: row.path.clone(), technical: row.technical, changed: true, left: Vec::new(), right }
}

fn line(row: &Row, copy: Option<&Row>, kept: bool) -> RowPair {
    let (left, right) = match copy {
        None => (vec![Segment { turn: if kept { Turn::Cut } else { Turn::Same }, text: row.text.clone() }], Vec::new()),
        Some(c) => difference(&row.text, &c.text),
    };
    let changed = copy.is_none_or(|c| c.text != row.text);
    RowPair { name: row.name.clone(), path: row.path.clone(), technical: row.technical, changed, left, right }
}

/// Words that differ. The common beginning and end are the same; between them the longest common sequence decides, where the texts are
/// short enough for it.
fn difference(a: &str, b: &str) -> (Vec<Segment>, Vec<Segment>) {
    if a == b {
        let same = vec![Segment { turn: Turn::Same, text: a.to_string() }];
        return (same.clone(), same);
    }
    let (x, y) = (words(a), words(b));
    let from = x.iter().zip(&y).take_while(|(p, q)| p == q).count();
    let to = x.iter().skip(from).rev().zip(y.iter().skip(from).rev()).take_while(|(p, q)| p == q).count();
    let (mx, my) = (x.get(from..x.len() - to).unwrap_or_default(), y.get(from..y.len() - to).unwrap_or_default());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for w in x.iter().take(from) {
        push(&mut left, Turn::Same, w);
        push(&mut right, Turn::Same, w);
    }
    if mx.len() * my.len() > 250_000 {
        mx.iter().for_each(|w| push(&mut left, Turn::Cut, w));
        my.iter().for_each(|w| push(&mut right, Turn::New, w));
    } else {
        common(mx, my, &mut left, &mut right);
    }
    for w in x.iter().skip(x.len() - to) {
        push(&mut left, Turn::Same, w);
        push(&mut right, Turn::Same, w);
    }
    (left, right)
}

/// Longest common subsequence by dynamic programming.
fn common(x: &[&str], y: &[&str], left: &mut Vec<Segment>, right: &mut Vec<Segment>) {
    let width = y.len() + 1;
    let mut best = vec![0u32; (x.len() + 1) * width];
    let get = |t: &[u32], i: usize, j: usize| t.get(i * width + j).copied().unwrap_or(0);
    for i in (0..x.len()).rev() {
        for j in (0..y.len()).rev() {
            let value = if x[i] == y[j] { get(&best, i + 1, j + 1) + 1 } else { get(&best, i + 1, j).max(get(&best, i, j + 1)) };
            if let Some(cell) = best.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < x.len() || j < y.len() {
        let (p, q) = (x.get(i), y.get(j));
        match (p, q) {
            (Some(p), Some(q)) if p == q => {
                push(left, Turn::Same, p);
                push(right, Turn::Same, q);
                i += 1;
                j += 1;
            }
            (Some(p), _) if q.is_none() || get(&best, i + 1, j) >= get(&best, i, j + 1) => {
                push(left, Turn::Cut, p);
                i += 1;
            }
            (_, Some(q)) => {
                push(right, Turn::New, q);
                j += 1;
            }
            _ => break,
        }
    }
}

fn push(into: &mut Vec<Segment>, turn: Turn, text: &str) {
    match into.last_mut() {
        Some(last) if last.turn == turn => last.text.push_str(text),
        _ => into.push(Segment { turn, text: text.to_string() }),
    }
}

/// Words with the signs between them; nothing is lost.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last: Option<bool> = None;
    for (i, c) in text.char_indices() {
        let word = c.is_alphanumeric();
        if last.is_some_and(|l| l != word || !word) {
            out.extend(text.get(start..i));
            start = i;
        }
        last = Some(word);
    }
    out.extend(text.get(start..).filter(|t| !t.is_empty()));
    out
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;

    fn shown(s: &[Segment]) -> String {
        s.iter()
            .map(|s| match s.turn {
                Turn::Same => s.text.clone(),
                Turn::Cut => format!("-{}-", s.text),
                Turn::New => format!("+{}+", s.text),
            })
            .collect()
    }

    #[test]
    fn the_differing_words_are_marked() {
        let (l, r) = difference("Her mother, Graciela Reyes, called.", "Her mother, [MOTHER], called.");
        assert_eq!(shown(&l), "Her mother, -Graciela Reyes-, called.");
        assert_eq!(shown(&r), "Her mother, +[MOTHER]+, called.");
    }

    #[test]
    fn a_line_that_was_left_out_stands_alone() {
        let a = plain::text("one\ntwo\nthree\nfour");
        let b = plain::text("one\nthree\nfour");
        let rows = align(&a, &b).remove(0).rows;
        let gone: Vec<bool> = rows.iter().map(|r| r.right.is_empty()).collect();
        assert_eq!(rows.len(), 4, "{rows:?}");
        assert_eq!(gone.iter().filter(|g| **g).count(), 1);
        assert_eq!(rows.iter().filter(|r| r.changed).count(), 3.min(rows.iter().filter(|r| r.changed).count()));
    }

    #[test]
    fn a_withheld_card_is_gone_and_nothing_of_the_copy_stays_unseen() {
        let card = |t: &str, text: &str| Card {
            title: t.into(),
            rows: (0..6).map(|i| Row { name: format!("n{i}"), text: format!("{text}{i}"), ..Row::default() }).collect(),
            ..Card::default()
        };
        let a = Readable { cards: vec![card("Observation: A", "a"), card("Observation: B", "b"), card("Patient", "p")] };
        let b = Readable { cards: vec![card("Observation: B", "b"), card("Patient", "p"), card("Extra", "x")] };
        let pairs = align(&a, &b);
        let gone: Vec<bool> = pairs.iter().map(|p| p.gone).collect();
        assert_eq!(gone, [true, false, false, false]);
        assert_eq!(pairs[3].title, "Extra");
        assert_eq!(pairs[1].changes + pairs[2].changes, 0);
    }

    #[test]
    fn words_lose_nothing() {
        for t in ["", "a", "a b", "  x, y(z)  ", "Núñez—two"] {
            assert_eq!(words(t).concat(), t);
        }
    }
}
