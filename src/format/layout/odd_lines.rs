//! Lines that do not run straight: letters round a circle, each at an angle of its own, and letters set one below the other.

use super::runs::{Part, Run, angle_of};
use super::{Frame, Piece};
use std::f32::consts::{FRAC_PI_2, PI, TAU};

/// Letters from which on a bent or upright line is one.
const LETTERS: usize = 4;
/// A letter turns by no more than this against the one before it (radians).
const TURN: f32 = 0.6;
/// Letters within this much have one direction.
const STRAIGHT: f32 = 0.035;

fn one_letter(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some() && chars.next().is_none()
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn height(p: &Piece) -> f32 {
    distance(p.quad[0], p.quad[3]).max(0.1)
}

/// How much `b` is turned against `a`.
fn turned(a: f32, b: f32) -> f32 {
    (b - a + PI).rem_euclid(TAU) - PI
}

/// Takes bent lines out of the pieces of a page, which come in the order they were drawn.
pub(super) fn bent<'a>(pieces: &mut Vec<&Piece<'a>>) -> Vec<(f32, Vec<Run<'a>>)> {
    let mut out = Vec::new();
    let mut rest = Vec::with_capacity(pieces.len());
    let mut line: Vec<&Piece<'a>> = Vec::new();
    for p in std::mem::take(pieces) {
        let follows = line.last().is_some_and(|last| {
            let h = height(last);
            one_letter(p.text)
                && (0.8..1.25).contains(&(height(p) / h))
                && turned(angle_of(last), angle_of(p)).abs() < TURN
                && distance(last.quad[1], p.quad[0]) < h
        });
        if !follows {
            close(&mut line, &mut rest, &mut out);
        }
        line.push(p);
    }
    close(&mut line, &mut rest, &mut out);
    *pieces = rest;
    out
}

/// Ends a line: it is bent, or its letters go back to the others.
fn close<'a, 'p>(line: &mut Vec<&'p Piece<'a>>, rest: &mut Vec<&'p Piece<'a>>, out: &mut Vec<(f32, Vec<Run<'a>>)>) {
    let turns = line.windows(2).filter(|w| turned(angle_of(w[0]), angle_of(w[1])).abs() > STRAIGHT / 2.0).count();
    let spread = line.first().zip(line.last()).map_or(0.0, |(a, b)| turned(angle_of(a), angle_of(b)).abs());
    if line.len() >= LETTERS && turns + 1 >= LETTERS && spread > STRAIGHT * 2.0 {
        out.extend(unrolled(line));
        line.clear();
    } else {
        rest.append(line);
    }
}

/// A bent line as if it were straight, in the direction it begins with.
fn unrolled<'a>(line: &[&Piece<'a>]) -> Option<(f32, Vec<Run<'a>>)> {
    let first = line.first()?;
    let angle = angle_of(first);
    let [left, bottom, _, top] = Frame::new(angle).extent(&first.quad);
    let mut run = Run { pieces: Vec::new(), left, right: left, bottom, top };
    let mut last: Option<&Piece> = None;
    for p in line {
        let at = run.right + last.map_or(0.0, |l| distance(l.quad[1], p.quad[0]));
        run.right = at + distance(p.quad[0], p.quad[1]);
        run.pieces.push(Part { id: p.id, text: p.text, left: at, right: run.right, again: false });
        last = Some(p);
    }
    Some((angle, vec![run]))
}

/// Takes letters that stand one below the other out of the runs of one direction.
pub(super) fn stacked<'a>(angle: f32, runs: &mut Vec<Run<'a>>, pieces: &[Piece<'a>]) -> Vec<(f32, Vec<Run<'a>>)> {
    let single = |r: &Run| {
        r.pieces
            .first()
            .filter(|_| r.pieces.len() == 1)
            .is_some_and(|p| one_letter(p.text) && p.text.chars().all(char::is_alphabetic))
    };
    let mut singles: Vec<usize> = (0..runs.len()).filter(|i| runs.get(*i).is_some_and(single)).collect();
    if singles.len() < LETTERS {
        return Vec::new();
    }
    let centre = |r: &Run| (r.left + r.right) / 2.0;
    singles.sort_by(|a, b| match (runs.get(*a), runs.get(*b)) {
        (Some(a), Some(b)) => b.bottom.total_cmp(&a.bottom),
        _ => std::cmp::Ordering::Equal,
    });
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for i in singles {
        let Some(r) = runs.get(i) else { continue };
        let h = r.height().max(0.1);
        let home = lines.iter_mut().rev().take(64).find(|l| {
            l.last().and_then(|j| runs.get(*j)).is_some_and(|above| {
                let step = above.bottom - r.bottom;
                (centre(above) - centre(r)).abs() < 0.4 * h
                    && (0.6 * h..2.0 * h).contains(&step)
                    && (0.8..1.25).contains(&(above.height() / h))
            })
        });
        match home {
            Some(l) => l.push(i),
            None => lines.push(vec![i]),
        }
    }
    let text = |i: &usize| runs.get(*i).and_then(|r| r.pieces.first()).map_or("", |p| p.text);
    // A column of flags in a table is no word: it stands beside other cells and is all capitals.
    let alone = |i: &usize| {
        runs.get(*i)
            .is_some_and(|r| !runs.iter().enumerate().any(|(j, o)| j != *i && o.bottom < r.middle() && r.middle() < o.top))
    };
    let word = |l: &Vec<usize>| {
        l.len() >= LETTERS && (l.iter().all(alone) || l.iter().skip(1).all(|i| text(i).chars().all(char::is_lowercase)))
    };
    let found: Vec<Vec<usize>> = lines.into_iter().filter(word).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let down = angle - FRAC_PI_2;
    let frame = Frame::new(down);
    let mut out = Vec::new();
    for line in &found {
        let parts = line.iter().filter_map(|i| {
            let id = runs.get(*i)?.pieces.first()?.id;
            let p = pieces.iter().find(|p| p.id == id)?;
            let [left, bottom, right, top] = frame.extent(&p.quad);
            Some((Part { id, text: p.text, left, right, again: false }, bottom, top))
        });
        let mut run = Run { left: f32::MAX, right: f32::MIN, bottom: f32::MAX, top: f32::MIN, pieces: Vec::new() };
        let mut free = 0.0f32;
        for (mut part, bottom, top) in parts {
            // The room between lines is none between letters.
            let wide = part.right - part.left;
            part.left = if run.pieces.is_empty() { part.left } else { free };
            part.right = part.left + wide;
            free = part.right;
            run = Run {
                left: run.left.min(part.left),
                right: run.right.max(part.right),
                bottom: run.bottom.min(bottom),
                top: run.top.max(top),
                pieces: [run.pieces, vec![part]].concat(),
            };
        }
        out.push((down, vec![run]));
    }
    let gone: std::collections::HashSet<usize> = found.into_iter().flatten().collect();
    let mut n = 0;
    runs.retain(|_| {
        n += 1;
        !gone.contains(&(n - 1))
    });
    out
}
