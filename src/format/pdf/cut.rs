//! Lines that the edge of the page or of a clip cuts off.
//!
//! Nobody sees how such a line goes on, but where it is cut depends on how long the words in it are: a name half cut off reads as somebody
//! else's, and what stands behind it comes into view when the name is a short one. So a line is read on beyond the cut. What was cut off is
//! written only where its line is laid anew, at a place that the name had no part in.

use super::page::{Glyph, PageModel};
use crate::format::layout::Quad;

/// From one glyph to the next of a line, in heights of the glyph.
const ALONG: std::ops::Range<f64> = -0.3..0.9;
/// Off the base line, in heights of the glyph.
const ACROSS: f64 = 0.15;
/// What is cut off is read as if it were narrower by this factor, so that it does not run into what stands behind the cut.
const NARROW: f32 = 0.01;

/// Tells apart, among the glyphs from `first` on, those that continue a visible line from those that are somewhere outside.
pub fn mark(page: &mut PageModel, first: usize) {
    let glyphs = page.glyphs.get_mut(first..).unwrap_or_default();
    if !glyphs.iter().any(|g| g.cut) {
        return;
    }
    let mut seen: Vec<bool> = glyphs.iter().map(|g| !g.gone).collect();
    for i in 1..glyphs.len() {
        seen[i] |= glyphs[i].cut && seen[i - 1] && goes_on(&glyphs[i - 1], &glyphs[i]);
    }
    for i in (1..glyphs.len()).rev() {
        seen[i - 1] |= glyphs[i - 1].cut && seen[i] && goes_on(&glyphs[i - 1], &glyphs[i]);
    }
    glyphs.iter_mut().zip(seen).for_each(|(g, seen)| g.cut &= seen);
}

fn goes_on(a: &Glyph, b: &Glyph) -> bool {
    let (step, em) = (length(a.step), length([a.quad[3][0] - a.quad[0][0], a.quad[3][1] - a.quad[0][1]]).max(0.1));
    let way = if step > 1e-6 { [f64::from(a.step[0]) / step, f64::from(a.step[1]) / step] } else { [1.0, 0.0] };
    let d = [f64::from(b.pen[0] - a.pen[0]), f64::from(b.pen[1] - a.pen[1])];
    let (along, across) = (d[0] * way[0] + d[1] * way[1], d[1] * way[0] - d[0] * way[1]);
    a.invisible == b.invisible && across.abs() < ACROSS * em && ALONG.contains(&((along - step) / em))
}

fn length(v: [f32; 2]) -> f64 {
    f64::from(v[0]).hypot(f64::from(v[1]))
}

/// Where each glyph is read: as it stands, or drawn together behind the last one that can be seen (before the first one).
pub fn quads(page: &PageModel) -> Vec<Quad> {
    let mut out: Vec<Quad> = page.glyphs.iter().map(|g| g.quad).collect();
    for i in 1..out.len() {
        if let Some(g) = page.glyphs.get(i).filter(|g| g.cut)
            && let Some(before) = page.glyphs.get(i - 1).filter(|b| (b.cut || !b.gone) && goes_on(b, g))
            && is_fixed(page, &out, i - 1)
        {
            out[i] = narrowed(g, move_to(out[i - 1][1], before, g, 1.0), false);
        }
    }
    for i in (1..out.len()).rev() {
        let loose = page.glyphs.get(i - 1).is_some_and(|g| g.cut) && out[i - 1] == page.glyphs[i - 1].quad;
        if loose
            && let (Some(g), Some(after)) = (page.glyphs.get(i - 1), page.glyphs.get(i))
            && goes_on(g, after)
        {
            out[i - 1] = narrowed(g, move_to(out[i][0], g, after, -1.0), true);
        }
    }
    out
}

/// True when the glyph is visible, or already has its place behind one that is.
fn is_fixed(page: &PageModel, out: &[Quad], i: usize) -> bool {
    page.glyphs.get(i).is_some_and(|g| !g.gone || out.get(i).is_some_and(|q| *q != g.quad))
}

/// A corner, moved by the room that is free between two glyphs.
fn move_to(corner: [f32; 2], a: &Glyph, b: &Glyph, sign: f32) -> [f32; 2] {
    let gap = [b.pen[0] - a.pen[0] - a.step[0], b.pen[1] - a.pen[1] - a.step[1]];
    [corner[0] + sign * gap[0], corner[1] + sign * gap[1]]
}

/// The glyph drawn together, with this lower left (or lower right) corner.
fn narrowed(g: &Glyph, corner: [f32; 2], is_right: bool) -> Quad {
    let wide = [(g.quad[1][0] - g.quad[0][0]) * NARROW, (g.quad[1][1] - g.quad[0][1]) * NARROW];
    let up = [g.quad[3][0] - g.quad[0][0], g.quad[3][1] - g.quad[0][1]];
    let left = if is_right { [corner[0] - wide[0], corner[1] - wide[1]] } else { corner };
    let right = [left[0] + wide[0], left[1] + wide[1]];
    [left, right, [right[0] + up[0], right[1] + up[1]], [left[0] + up[0], left[1] + up[1]]]
}
