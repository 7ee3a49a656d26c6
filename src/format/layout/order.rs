//! The order of rows and columns, and the text they make.

use super::rows::{Row, RowCell, blank};
use super::runs::Part;
use super::{Cell, Line, Mapped, PageText};

/// Words nearer than this many line heights are one word.
const WORD_GAP: f32 = 0.17;
/// A column of prose has at least so many rows.
const MIN_ROWS: usize = 3;
/// Columns inside columns are followed this deep.
const MAX_DEPTH: u8 = 3;

/// Rows in reading order: columns of prose one after the other, everything else row by row.
pub(super) fn order(rows: Vec<Row>) -> Vec<Row> {
    let mut out = Vec::with_capacity(rows.len());
    let bound = rows.iter().map(Row::right).fold(f32::MIN, f32::max);
    columns(rows, bound, 0, &mut out);
    paragraphs(&mut out);
    out
}

fn columns<'a>(rows: Vec<Row<'a>>, bound: f32, depth: u8, out: &mut Vec<Row<'a>>) {
    let mut at = 0;
    let mut rows: Vec<Option<Row<'a>>> = rows.into_iter().map(Some).collect();
    while at < rows.len() {
        let found = if depth < MAX_DEPTH { gutter(&rows, at) } else { None };
        let Some((end, split)) = found else {
            out.extend(rows[at].take().map(|r| Row { bound, ..r }));
            at += 1;
            continue;
        };
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for row in rows[at..end].iter_mut().filter_map(Option::take) {
            let (l, r): (Vec<RowCell>, Vec<RowCell>) = row.cells.into_iter().partition(|c| c.right <= split);
            if !l.is_empty() {
                left.push(Row { cells: l, bottom: row.bottom, top: row.top, ..Row::default() });
            }
            if !r.is_empty() {
                right.push(Row { cells: r, bottom: row.bottom, top: row.top, ..Row::default() });
            }
        }
        // Prose ends at the gutter; the gap is as wide as it looks, so the longest row says where.
        let inner = left.iter().map(Row::right).fold(f32::MIN, f32::max);
        columns(left, inner, depth + 1, out);
        columns(right, bound, depth + 1, out);
        at = end;
    }
}

/// A gap that goes through several rows beginning at `at` with prose on both sides: end of the rows, and where the gap is.
fn gutter(rows: &[Option<Row>], at: usize) -> Option<(usize, f32)> {
    let first = rows.get(at)?.as_ref()?;
    // The first row of a column may have text on one side only; then a later row shows the gap.
    let seed = rows.iter().skip(at).take(3).flatten().find(|r| r.cells.len() > 1)?;
    for pair in seed.cells.windows(2) {
        let (mut from, mut to) = (pair[0].right, pair[1].left);
        let least = first.height() * 0.8;
        let mut end = at;
        for row in rows.iter().skip(at).flatten() {
            let (mut f, mut t) = (from, to);
            for c in &row.cells {
                if c.left < t && c.right > f {
                    // Touches the gap from one side or goes across it.
                    if c.left <= f && c.right >= t || c.left > f && c.right < t {
                        (f, t) = (0.0, 0.0);
                        break;
                    }
                    if c.left <= f { f = f.max(c.right) } else { t = t.min(c.left) }
                }
            }
            if t - f < least {
                break;
            }
            (from, to) = (f, t);
            end += 1;
        }
        let split = (from + to) / 2.0;
        let inside = &rows[at..end];
        if end - at >= MIN_ROWS && prose(inside, split) {
            return Some((end, split));
        }
    }
    None
}

/// True when both sides are running text: most rows have one cell of several words on each side.
fn prose(rows: &[Option<Row>], split: f32) -> bool {
    let side = |left: bool| {
        let (mut cells, mut words, mut lines) = (0usize, 0usize, 0usize);
        for row in rows.iter().flatten() {
            let here: Vec<&RowCell> = row.cells.iter().filter(|c| (c.right <= split) == left).collect();
            cells += here.len();
            lines += usize::from(!here.is_empty());
            words += here.iter().map(|c| word_count(c)).sum::<usize>();
        }
        lines >= MIN_ROWS && cells * 4 <= lines * 5 && words * 2 >= lines * 7
    };
    side(true) && side(false)
}

fn word_count(c: &RowCell) -> usize {
    let mut n = 0;
    let mut open = false;
    let mut right = c.left;
    for p in &c.parts {
        if blank(p) || p.left - right > WORD_GAP * c.height {
            open = false;
        }
        if !blank(p) {
            n += usize::from(!open) + p.text.split_whitespace().count().saturating_sub(1);
            open = true;
        }
        right = p.right;
    }
    n
}

/// Marks rows that go on in the next one: the next word would not have fitted.
fn paragraphs(rows: &mut [Row]) {
    for i in 0..rows.len().saturating_sub(1) {
        let (a, b) = (&rows[i], &rows[i + 1]);
        let ([one], [other]) = (a.cells.as_slice(), b.cells.as_slice()) else { continue };
        let em = a.height();
        let alike = (a.height() - b.height()).abs() < em * 0.1;
        let leading = a.bottom - b.bottom;
        let near = leading > em * 0.7 && leading < em * 2.2;
        let edges = b.left() - a.left() < em * 1.2 && a.left() - b.left() < em * 4.0;
        // Lines set round one middle are lines of their own.
        let middle = |r: &Row| (r.left() + r.right()) / 2.0;
        let centred = (middle(a) - middle(b)).abs() < em * 0.08 && (a.left() - b.left()).abs() > em * 0.08;
        if centred || !alike || !near || !edges || a.right() - a.left() < em * 8.0 || ends(one) && begins(other) {
            continue;
        }
        // The column is as wide as the widest of the rows around, when more than one reaches so far; else as what it stands in.
        let from = i.saturating_sub(3);
        let around = || {
            let here = rows.iter().enumerate().skip(from).take(8);
            here.filter(|(n, r)| *n != i && r.cells.len() == 1 && (r.left() - b.left()).abs() < em * 4.0).map(|(_, r)| r.right())
        };
        let next = a.right() + em * 0.2 + first_word(other);
        let proved = around().any(|r| r > a.right() - em * 5.0) && next > around().fold(a.right(), f32::max);
        rows[i].wraps = proved || next > a.bound - em * 0.5;
    }
}

/// The last word of a sentence, not an abbreviation.
fn ends(c: &RowCell) -> bool {
    let tail: String = c
        .parts
        .iter()
        .rev()
        .filter(|p| !p.again && !blank(p))
        .take(6)
        .map(|p| p.text)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let mut back = tail.chars().rev();
    match back.next() {
        Some(':' | ';' | '!' | '?') => true,
        // `Dr.`, `St.`, `M.`
        Some('.') => back.take_while(|c| c.is_alphabetic()).count() > 3 || !tail.chars().any(char::is_alphabetic),
        _ => false,
    }
}

fn begins(c: &RowCell) -> bool {
    c.parts.iter().find(|p| !blank(p)).and_then(|p| p.text.chars().next()).is_some_and(|c| !c.is_lowercase())
}

fn first_word(c: &RowCell) -> f32 {
    let mut right = c.left;
    for p in &c.parts {
        if blank(p) || p.left - right > WORD_GAP * c.height {
            break;
        }
        right = p.right;
    }
    right - c.left
}

/// Appends rows to the page.
pub(super) fn write(rows: &[Row], angle: f32, out: &mut PageText) {
    let mut glue = false;
    for (i, row) in rows.iter().enumerate() {
        let mut line = Line { angle, bottom: row.bottom, height: row.height(), cells: Vec::new(), wraps: row.wraps };
        for (n, cell) in row.cells.iter().enumerate() {
            if n > 0 {
                out.text.push('\t');
            }
            write_cell(cell, glue && n == 0, out);
            let pieces = cell.parts.iter().map(|p| p.id).collect();
            line.cells.push(Cell { pieces, left: cell.left, right: cell.right });
        }
        out.lines.push(line);
        glue = false;
        if !row.wraps {
            out.text.push('\n');
            continue;
        }
        match hyphen(out, rows.get(i + 1)) {
            Hyphen::None => out.text.push(' '),
            Hyphen::Kept => glue = true,
            Hyphen::Soft => {
                // The hyphen is not part of the word; its piece goes with it.
                out.text.pop();
                let end = out.text.len() as u32;
                if let Some(m) = out.map.last_mut() {
                    (m.start, m.end) = (m.start.min(end), end);
                }
                glue = true;
            }
        }
    }
}

enum Hyphen {
    None,
    Kept,
    Soft,
}

fn hyphen(out: &PageText, next: Option<&Row>) -> Hyphen {
    let mut back = out.text.chars().rev();
    if back.next() != Some('-') || !back.next().is_some_and(char::is_alphabetic) {
        return Hyphen::None;
    }
    let first =
        next.and_then(|r| r.cells.first()).and_then(|c| c.parts.iter().find(|p| !blank(p))).and_then(|p| p.text.chars().next());
    match first {
        Some(c) if c.is_lowercase() && out.map.last().is_some_and(|m| m.end - m.start == 1) => Hyphen::Soft,
        Some(c) if c.is_alphanumeric() => Hyphen::Kept,
        _ => Hyphen::None,
    }
}

/// How a line is spaced out: by how much its letters stand apart, or at which distance from each other where that is always the same (the
/// boxes of a form). Nothing for ordinary text.
#[derive(Clone, Copy, Default)]
struct Spacing {
    apart: f32,
    pitch: f32,
}

fn spacing(cell: &RowCell) -> Spacing {
    let one = |p: &Part| !p.again && p.text.chars().count() == 1 && !blank(p);
    let letter = |p: &Part| p.text.chars().all(char::is_alphanumeric);
    let (mut gaps, mut steps): (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
    for pair in cell.parts.windows(2) {
        let [a, b] = pair else { continue };
        if blank(a) || blank(b) || b.again {
            continue;
        }
        if !(one(a) && one(b)) {
            return Spacing::default();
        }
        // Leader dots stand at one distance from each other whatever stands before them.
        if !(letter(a) && letter(b)) {
            continue;
        }
        gaps.push(b.left - a.right);
        steps.push((b.left + b.right - a.left - a.right) / 2.0);
    }
    if gaps.len() < SPACED {
        return Spacing::default();
    }
    gaps.sort_by(f32::total_cmp);
    steps.sort_by(f32::total_cmp);
    let of = |v: &[f32], n: usize| v.get(v.len() * n / 8).copied().unwrap_or(0.0);
    let wide = WORD_GAP * cell.height;
    let pitch = of(&steps, 4);
    if of(&gaps, 4) > wide && of(&steps, 6) - of(&steps, 2) < 0.1 * pitch {
        return Spacing { apart: 0.0, pitch };
    }
    let apart = of(&gaps, 2);
    Spacing { apart: if apart > wide { apart } else { 0.0 }, pitch: 0.0 }
}

/// Gaps between letters that are needed to tell that a line is spaced out.
const SPACED: usize = 4;

fn write_cell(cell: &RowCell, glued: bool, out: &mut PageText) {
    let spaced = spacing(cell);
    let mut centre = f32::MIN;
    let mut right = cell.left;
    let mut started = false;
    for p in &cell.parts {
        if p.again
            && let Some(last) = out.map.last().copied()
        {
            out.map.push(Mapped { piece: p.id, ..last });
            continue;
        }
        if blank(p) {
            if started && !out.text.ends_with([' ', '\n', '\t']) {
                push(" ", p.id, out);
            } else {
                let at = out.text.len() as u32;
                out.map.push(Mapped { start: at, end: at, piece: p.id });
            }
            right = right.max(p.right);
            continue;
        }
        let gap = p.left - right;
        let middle = (p.left + p.right) / 2.0;
        let apart = match spaced.pitch > 0.0 {
            true => middle - centre > 1.5 * spaced.pitch,
            false => gap > spaced.apart + WORD_GAP * cell.height,
        };
        centre = middle;
        if started && apart && !out.text.ends_with([' ', '\n', '\t']) {
            out.text.push(' ');
        }
        let text = if !started && !glued { p.text.trim_start() } else { p.text };
        push(text, p.id, out);
        started = true;
        right = right.max(p.right);
    }
    while out.text.ends_with(' ') && started {
        out.text.pop();
        let end = out.text.len() as u32;
        for m in out.map.iter_mut().rev().take_while(|m| m.end > end) {
            (m.start, m.end) = (m.start.min(end), end);
        }
    }
}

/// Text with line ends and tabs inside a piece flattened.
fn push(text: &str, piece: u32, out: &mut PageText) {
    let start = out.text.len() as u32;
    if text.contains(['\n', '\r', '\t', '\u{a0}', '\u{ad}']) {
        out.text.extend(text.chars().filter(|c| *c != '\u{ad}').map(|c| if c.is_whitespace() { ' ' } else { c }));
    } else {
        out.text.push_str(text);
    }
    out.map.push(Mapped { start, end: out.text.len() as u32, piece });
}
