//! Pieces that continue each other as they were drawn.

use super::{Frame, Piece, odd_lines};

/// Angles within this much (radians, two degrees) are one direction.
const SAME_ANGLE: f32 = 0.035;

/// Pieces drawn one after the other on one base line, touching or nearly so.
#[derive(Clone, Debug, Default)]
pub(super) struct Run<'a> {
    /// Id, text, left and right edge of each.
    pub pieces: Vec<Part<'a>>,
    pub left: f32,
    pub right: f32,
    pub bottom: f32,
    pub top: f32,
}

/// A piece in the frame of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub id: u32,
    pub text: &'a str,
    pub left: f32,
    pub right: f32,
    /// Printed over the piece before it with the same text: reads once, goes together.
    pub again: bool,
}

impl Run<'_> {
    pub fn height(&self) -> f32 {
        self.top - self.bottom
    }
    pub fn middle(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }
}

/// Runs by direction, the most usual direction first; runs in the order they were drawn.
pub(super) fn by_angle<'a>(pieces: &[Piece<'a>]) -> Vec<(f32, Vec<Run<'a>>)> {
    let sound = |p: &&Piece| !p.text.is_empty() && p.quad.iter().flatten().all(|c| c.is_finite());
    let mut list: Vec<&Piece<'a>> = pieces.iter().filter(sound).collect();
    let first = list.first().map_or(0.0, |p| angle_of(p));
    let bent = if list.iter().all(|p| near(first, angle_of(p))) { Vec::new() } else { odd_lines::bent(&mut list) };
    let mut groups: Vec<(f32, Vec<&Piece<'a>>)> = Vec::new();
    for p in list {
        let angle = angle_of(p);
        // Text in more directions than this is decoration; it reads with the last of them.
        let full = groups.len() >= 64;
        let at = groups.iter().position(|(a, _)| near(*a, angle)).or(full.then_some(63));
        match at.and_then(|i| groups.get_mut(i)) {
            Some((_, list)) => list.push(p),
            None => groups.push((angle, vec![p])),
        }
    }
    groups.sort_by_key(|(_, list)| std::cmp::Reverse(list.len()));
    let mut out = Vec::new();
    let mut stacked = Vec::new();
    for (angle, list) in groups {
        let mut runs = chain(angle, &list);
        stacked.extend(odd_lines::stacked(angle, &mut runs, pieces));
        out.push((angle, runs));
    }
    out.extend(bent);
    out.extend(stacked);
    out
}

pub(super) fn angle_of(p: &Piece) -> f32 {
    let [a, b, c, d] = p.quad;
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    if dx == 0.0 && dy == 0.0 {
        // A piece without width: its height says which way is up.
        let (hx, hy) = (d[0] - a[0], d[1] - a[1]);
        return if hx == 0.0 && hy == 0.0 { (c[1] - b[1]).atan2(c[0] - b[0]) } else { (-hx).atan2(hy) };
    }
    dy.atan2(dx)
}

fn near(a: f32, b: f32) -> bool {
    let d = (a - b).abs();
    d < SAME_ANGLE || (std::f32::consts::TAU - d).abs() < SAME_ANGLE
}

fn chain<'a>(angle: f32, pieces: &[&Piece<'a>]) -> Vec<Run<'a>> {
    let frame = Frame::new(angle);
    let mut out: Vec<Run> = Vec::new();
    for p in pieces {
        let [left, bottom, right, top] = frame.extent(&p.quad);
        let blank = p.text.chars().all(char::is_whitespace);
        if let Some(run) = out.last_mut() {
            let em = (top - bottom).max(0.1);
            let level = (bottom - run.bottom).abs() < em * 0.15 && (top - run.top).abs() < em * 0.15;
            let gap = left - run.right;
            if level && (-0.3 * em..0.9 * em).contains(&gap) {
                run.pieces.push(Part { id: p.id, text: p.text, left, right, again: false });
                run.right = run.right.max(right);
                continue;
            }
            let last = run.pieces.last().copied();
            if let Some(last) = last.filter(|l| level && !blank && l.text == p.text)
                && (left - last.left).abs() < em * 0.12
            {
                run.pieces.push(Part { id: p.id, text: p.text, left, right, again: true });
                run.right = run.right.max(right);
                continue;
            }
        }
        let part = Part { id: p.id, text: p.text, left, right, again: false };
        out.push(Run { pieces: vec![part], left, right, bottom, top });
    }
    out
}
