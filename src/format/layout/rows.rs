//! Runs on one base line become a row of cells.

use super::runs::{Part, Run};

/// A gap of this many line heights separates cells. Words of justified prose stay nearer to each other.
const CELL_GAP: f32 = 1.5;

/// Runs side by side.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    pub cells: Vec<RowCell<'a>>,
    pub bottom: f32,
    pub top: f32,
    /// Set by the ordering: goes on in the next row.
    pub wraps: bool,
    /// Right edge of the column it stands in.
    pub bound: f32,
}

/// Parts of a row between two wide gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct RowCell<'a> {
    pub parts: Vec<Part<'a>>,
    pub left: f32,
    pub right: f32,
    /// Height of the tallest run.
    pub height: f32,
}

impl Row<'_> {
    pub fn height(&self) -> f32 {
        self.cells.iter().map(|c| c.height).fold(0.1, f32::max)
    }
    pub fn left(&self) -> f32 {
        self.cells.first().map_or(0.0, |c| c.left)
    }
    pub fn right(&self) -> f32 {
        self.cells.iter().map(|c| c.right).fold(f32::MIN, f32::max)
    }
}

/// Rows from top to bottom. `rules` are upright lines: where, from, to.
pub(super) fn rows<'a>(mut runs: Vec<Run<'a>>, rules: &[[f32; 3]]) -> Vec<Row<'a>> {
    runs.sort_by(|a, b| b.middle().total_cmp(&a.middle()));
    let mut lines: Vec<(f32, f32, Vec<Run>)> = Vec::new();
    for run in runs {
        // A run of small print may stand between two large ones; the last few lines are enough to look at.
        let home = lines.iter_mut().rev().take(4).find(|(bottom, top, _)| {
            let shared = top.min(run.top) - bottom.max(run.bottom);
            let small = (*top - *bottom).min(run.height()).max(0.01);
            shared > small * 0.55
        });
        match home {
            Some((bottom, top, list)) => {
                // The tallest run says where the line stands; marks above and below it do not move it.
                if run.height() > (*top - *bottom) && run.height() < (*top - *bottom) * 1.6 {
                    (*bottom, *top) = (run.bottom, run.top);
                }
                list.push(run);
            }
            None => lines.push((run.bottom, run.top, vec![run])),
        }
    }
    lines.sort_by(|a, b| (b.0 + b.1).total_cmp(&(a.0 + a.1)));
    lines.into_iter().map(|(bottom, top, list)| row(bottom, top, list, rules)).collect()
}

/// A line this many line heights tall is one of a table; a shorter one may be the edge of a highlight.
const RULE: f32 = 1.4;

fn row<'a>(bottom: f32, top: f32, mut runs: Vec<Run<'a>>, rules: &[[f32; 3]]) -> Row<'a> {
    runs.sort_by(|a, b| a.left.total_cmp(&b.left));
    let (middle, tall) = ((bottom + top) / 2.0, RULE * (top - bottom));
    let own: Vec<f32> = rules.iter().filter(|r| r[1] < middle && middle < r[2] && r[2] - r[1] > tall).map(|r| r[0]).collect();
    let ruled = |from: f32, to: f32, h: f32| to - from > 0.2 * h && own.iter().any(|x| *x > from - 0.2 * h && *x < to + 0.2 * h);
    let mut row = Row { bottom, top, ..Row::default() };
    // How far blanks reach that stand alone between words: justified prose stretches them, tables are made of many.
    let (mut reach, mut blanks) = (f32::MIN, 0u32);
    for run in merged(runs) {
        let height = run.height();
        for part in run.pieces {
            if blank(&part) {
                blanks += 1;
                if let Some(cell) = row.cells.last_mut() {
                    cell.parts.push(part);
                    reach = if blanks <= 2 { reach.max(part.right) } else { cell.right };
                }
                continue;
            }
            blanks = 0;
            match row.cells.last_mut() {
                Some(cell)
                    if part.again
                        || part.left - reach.max(cell.right) < CELL_GAP * height.max(cell.height)
                            && !ruled(cell.right, part.left, height) =>
                {
                    cell.right = cell.right.max(part.right);
                    cell.height = cell.height.max(height);
                    reach = cell.right;
                    cell.parts.push(part);
                }
                _ => {
                    reach = part.right;
                    row.cells.push(RowCell { parts: vec![part], left: part.left, right: part.right, height });
                }
            }
        }
    }
    row
}

/// A run printed over another with the same text (false bold, shadows) reads once. Its parts follow those they cover.
fn merged(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for run in runs {
        let covered =
            out.iter_mut().rev().take(8).find(|o| {
                o.pieces.len() >= run.pieces.len() && (o.left - run.left).abs() < 0.3 * run.height() && same_text(o, &run)
            });
        match covered {
            Some(o) => {
                let mut joined = Vec::with_capacity(o.pieces.len() * 2);
                let mut second = run.pieces.into_iter();
                for p in std::mem::take(&mut o.pieces) {
                    let more = if p.again { None } else { second.next() };
                    joined.push(p);
                    joined.extend(more.map(|m| Part { again: true, ..m }));
                }
                joined.extend(second.map(|m| Part { again: true, ..m }));
                o.pieces = joined;
            }
            None => out.push(run),
        }
    }
    // Runs that overlap without being the same (accents set by hand, text over text) are read piece by piece from the left.
    let crossing = out.windows(2).any(|w| w[1].left < w[0].right - 0.5 * w[0].height());
    if crossing && out.iter().all(|r| r.pieces.len() <= 2) {
        let mut parts: Vec<(f32, Run)> = out.into_iter().map(|r| (r.left, r)).collect();
        parts.sort_by(|a, b| a.0.total_cmp(&b.0));
        return parts.into_iter().map(|(_, r)| r).collect();
    }
    out
}

fn same_text(a: &Run, b: &Run) -> bool {
    let first = a.pieces.iter().filter(|p| !p.again);
    let second = b.pieces.iter().filter(|p| !p.again);
    first.map(|p| p.text).eq(second.map(|p| p.text))
}

pub(super) fn blank(p: &Part) -> bool {
    p.text.chars().all(char::is_whitespace)
}
