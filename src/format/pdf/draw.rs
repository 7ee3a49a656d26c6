//! A box that a person has drawn on a page: the glyphs and the parts of pictures below it.

use super::interpret::Cache;
use super::read::{Held, What, interpret, text_of};
use crate::format::Drawn;
use crate::format::image;
use crate::model::document::{Document, Kept};
use std::sync::Arc;

/// Adds what lies below the box. `area` is left, top, right, bottom in parts of the page as it is shown.
///
/// # Errors
/// The page cannot be read, or nothing lies below the box that can be taken out by itself.
pub fn draw(doc: &mut Document, page: usize, area: [f32; 4]) -> Result<Vec<Drawn>, String> {
    let mut kept = std::mem::take(&mut doc.kept);
    if kept.get_mut::<Held>().is_none()
        && let Some(held) = kept.get::<Held>()
    {
        // Somebody else holds it, too: what is drawn is ours alone.
        kept = Kept::new(held.clone());
    }
    let result =
        kept.get_mut::<Held>().ok_or("a PDF that was not read".to_string()).and_then(|held| on_page(held, doc, page, area));
    doc.kept = kept;
    result
}

fn on_page(held: &mut Held, doc: &mut Document, page: usize, area: [f32; 4]) -> Result<Vec<Drawn>, String> {
    let info = held.pages.get(page).ok_or("there is no such page")?;
    let [left, bottom, right, top] = in_page_space(info.area, info.rotate, area);
    let mut out = glyphs(held, page, [left, bottom, right, top])?;
    let Held { read, what, .. } = held;
    for p in read.iter_mut().filter(|p| p.page == page) {
        let corners = [(left, bottom), (right, bottom), (left, top), (right, top)];
        let Some(corners) = inside(&p.matrix, corners) else { continue };
        let mut changed = (*p.read).clone();
        if let Some(field) = image::draw(&mut changed, &mut p.fields, corners, doc) {
            p.read = Arc::new(changed);
            what.push(What::Picture(page));
            out.push((field, None));
        }
    }
    if out.is_empty() {
        return Err("nothing below the box can be taken out by itself; leave the page out instead".into());
    }
    Ok(out)
}

/// Left, bottom, right, top in page space.
fn in_page_space(page: [f64; 4], rotate: i64, [l, t, r, b]: [f32; 4]) -> [f64; 4] {
    let [l, t, r, b] = [l, t, r, b].map(f64::from);
    // To the page before it was turned clockwise: parts from its left and from its top.
    let (l, t, r, b) = match rotate.rem_euclid(360) {
        90 => (t, 1.0 - r, b, 1.0 - l),
        180 => (1.0 - r, 1.0 - b, 1.0 - l, 1.0 - t),
        270 => (1.0 - b, l, 1.0 - t, r),
        _ => (l, t, r, b),
    };
    let (w, h) = (page[2] - page[0], page[3] - page[1]);
    [page[0] + l * w, page[3] - b * h, page[0] + r * w, page[3] - t * h]
}

/// Ranges of the page's text with a glyph whose middle lies in the box.
fn glyphs(held: &Held, page: usize, [left, bottom, right, top]: [f64; 4]) -> Result<Vec<Drawn>, String> {
    let info = held.pages.get(page).ok_or("there is no such page")?;
    if held.unread.get(page).is_some_and(Option::is_some) {
        return Err("the page was not read and is left out already".into());
    }
    let mut cache = Cache::new(&held.doc);
    let model = interpret(&mut cache, info)?;
    let below = |id: u32| {
        model.glyphs.get(id as usize).is_some_and(|g| {
            let (x, y) = g.quad.iter().fold((0.0, 0.0), |(x, y), p| (x + f64::from(p[0]) / 4.0, y + f64::from(p[1]) / 4.0));
            (left..=right).contains(&x) && (bottom..=top).contains(&y)
        })
    };
    let mut out: Vec<Drawn> = Vec::new();
    for (what, invisible) in [(What::Page(page), false), (What::Hidden(page), true)] {
        let Some(field) = held.what.iter().position(|w| *w == what) else { continue };
        let text = text_of(&model, invisible);
        let mut ranges: Vec<(u32, u32)> =
            text.map.iter().filter(|m| m.end > m.start && below(m.piece)).map(|m| (m.start, m.end)).collect();
        ranges.sort_unstable();
        let first = out.len();
        for (start, end) in ranges {
            let blank = |from: u32| {
                let between = text.text.get(from as usize..start as usize).unwrap_or("x");
                between.len() <= 1 && !between.contains(['\n', '\t'])
            };
            match out.get_mut(first..).and_then(|l| l.last_mut()) {
                Some((_, Some((_, to)))) if start <= *to || blank(*to) => *to = end.max(*to),
                _ => out.push((field as u32, Some((start, end)))),
            }
        }
    }
    Ok(out)
}

/// Corners on the unit square of a picture; `None` when the box does not touch it.
fn inside(m: &[f64; 6], corners: [(f64, f64); 4]) -> Option<[(f32, f32); 4]> {
    let det = m[0] * m[3] - m[1] * m[2];
    if det.abs() < 1e-9 {
        return None;
    }
    let unit = corners.map(|(x, y)| {
        let (x, y) = (x - m[4], y - m[5]);
        ((m[3] * x - m[2] * y) / det, (m[0] * y - m[1] * x) / det)
    });
    let span = |f: fn(&(f64, f64)) -> f64| {
        let (lo, hi) = unit.iter().map(f).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        (lo.clamp(0.0, 1.0), hi.clamp(0.0, 1.0))
    };
    let ((a0, a1), (b0, b1)) = (span(|p| p.0), span(|p| p.1));
    (a1 - a0 > 1e-6 && b1 - b0 > 1e-6).then(|| [(a0, b0), (a1, b0), (a0, b1), (a1, b1)].map(|(a, b)| (a as f32, b as f32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_turned_with_its_page() {
        let page = [0.0, 0.0, 600.0, 800.0];
        assert_eq!(in_page_space(page, 0, [0.0, 0.0, 0.5, 0.25]), [0.0, 600.0, 300.0, 800.0]);
        // Shown turned clockwise, the left edge of the page is on top: its upper left corner is shown at the upper right.
        assert_eq!(in_page_space(page, 90, [0.75, 0.0, 1.0, 0.5]), [0.0, 600.0, 300.0, 800.0]);
        assert_eq!(in_page_space(page, 180, [0.5, 0.75, 1.0, 1.0]), [0.0, 600.0, 300.0, 800.0]);
        assert_eq!(in_page_space(page, 270, [0.0, 0.5, 0.25, 1.0]), [0.0, 600.0, 300.0, 800.0]);
        assert!(inside(&[100.0, 0.0, 0.0, 100.0, 200.0, 200.0], [(0.0, 0.0), (50.0, 0.0), (0.0, 50.0), (50.0, 50.0)]).is_none());
    }
}
