//! Pages of a PDF drawn by the second reader: what an eye sees, whatever the glyphs are said to read as.
//!
//! Where something other than glyphs is drawn in a place from which words were taken out, the page is drawn at 300 dots an inch and read by
//! an engine: text drawn as lines has no glyphs that could be searched. And a page on which nothing was edited must look as it did.

use super::layer::Exempt;
use super::output::Findings;
use super::pdf::Parts;
use super::pixels::{read_picture, search_text};
use super::rewritten::Opened;
use super::searcher::Searcher;
use crate::model::edit::Rewrite;
use crate::model::memory;
use crate::model::picture::Picture;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_syntax::Pdf;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Resolution for reading, in dots an inch.
const READ_DPI: f32 = 300.0;
/// Resolution for comparing.
const LOOK_DPI: f32 = 50.0;
/// Pixels of a drawn page.
const MAX_PIXELS: f32 = 40e6;
/// Grey levels by which a pixel must differ to count, and the share of a page that may.
const DIFFERS: u8 = 100;
const SHARE: f64 = 0.002;

/// Looks at the pages of a PDF that was written anew.
pub fn check_drawn(searcher: &Searcher, pdf: &Opened, rewrite: &Rewrite, exempt: &[Exempt], findings: &mut Findings) {
    let Ok(after) = &pdf.after else { return };
    let Some(new) = after.file.as_ref().map(|f| &f.pdf) else { return };
    let suspects = suspects(after, rewrite);
    // Where a picture is missing there is a frame in its place.
    let same: Vec<u32> = if rewrite.signs.is_empty() { rewrite.untouched.clone() } else { Vec::new() };
    if suspects.is_empty() && same.is_empty() {
        return;
    }
    let read: Vec<(u32, Result<String, String>)> = suspects
        .into_par_iter()
        .map(|no| {
            let drawn = draw(new, no, READ_DPI).ok_or_else(|| "it cannot be drawn".to_string());
            (no, drawn.and_then(|p| read_picture(&p, false)))
        })
        .collect();
    for (no, text) in read {
        match text {
            Ok(text) => search_text(searcher, &text, exempt, findings),
            Err(why) => findings.faults.push(format!("page {no}: {why}")),
        }
    }
    if same.is_empty() {
        return;
    }
    let Ok(old) = pdf.before.as_ref().map(|p| &p.pdf) else { return };
    let unlike: Vec<u32> = same
        .into_par_iter()
        .filter(|no| {
            let key = pdf.came(*no).zip(after.keys.get(*no as usize - 1).copied().flatten());
            let key = key.map(|(came, went)| memory::of(&memory::of(&came, "alike"), &format!("{went:?}")));
            if let Some(same) = key.as_ref().and_then(memory::recall::<bool>) {
                return !*same;
            }
            let same = match (draw(old, *no, LOOK_DPI), draw(new, *no, LOOK_DPI)) {
                (Some(a), Some(b)) => alike(&a, &b),
                (None, _) => true,
                (_, None) => false,
            };
            if let Some(key) = key {
                memory::put(key, Arc::new(same), 256);
            }
            !same
        })
        .collect();
    findings
        .faults
        .extend(unlike.iter().map(|no| format!("page {no}: it looks otherwise than it did, and nothing on it was edited")));
}

/// Pages on which something that may be letters is drawn where words were taken out.
fn suspects(after: &Parts, rewrite: &Rewrite) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    for (_, place) in &rewrite.places {
        let Some((no, area)) = area(place) else { continue };
        if out.contains(&no) || rewrite.drawn.contains(&no) || rewrite.withheld.contains(&no) {
            continue;
        }
        let shapes = after.pages.get(no as usize - 1).map(|p| p.shapes.as_slice()).unwrap_or_default();
        let meets = |b: &[f32; 4]| b[0] < area[2] && area[0] < b[2] && b[1] < area[3] && area[1] < b[3];
        if shapes.iter().any(meets) {
            out.push(no);
        }
    }
    out.sort_unstable();
    out
}

/// `page 3 [72 690 140 702]`: the page and the area. Other places have none.
fn area(place: &str) -> Option<(u32, [f32; 4])> {
    let (no, rest) = place.strip_prefix("page ")?.split_once(" [")?;
    let mut numbers = rest.strip_suffix(']')?.split(' ').map(|n| n.parse::<f32>().ok());
    let area = [numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??];
    Some((no.parse().ok().filter(|n| *n > 0)?, area))
}

fn draw(pdf: &Pdf, no: u32, dpi: f32) -> Option<Picture> {
    // The renderer is not ours; a panic in it is a page that cannot be drawn.
    catch_unwind(AssertUnwindSafe(|| {
        let page = pdf.pages().get(no as usize - 1)?;
        let (w, h) = page.render_dimensions();
        let scale = (dpi / 72.0).min((MAX_PIXELS / (w * h).max(1.0)).sqrt());
        if w.max(h) * scale > 30_000.0 || w * scale < 1.0 || h * scale < 1.0 {
            return None;
        }
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let map =
            hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
        let luma = |p: &[u8]| ((u32::from(p[0]) * 3 + u32::from(p[1]) * 6 + u32::from(p[2])) / 10) as u8;
        let data = map.data_as_u8_slice().chunks_exact(4).map(luma).collect();
        Some(Picture { width: map.width().into(), height: map.height().into(), channels: 1, data })
    }))
    .ok()?
}

fn alike(a: &Picture, b: &Picture) -> bool {
    if (a.width, a.height) != (b.width, b.height) {
        return false;
    }
    let wrong = a.data.iter().zip(&b.data).filter(|(x, y)| x.abs_diff(**y) > DIFFERS).count();
    (wrong as f64) <= SHARE * a.data.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::pdf::Reading;
    use super::*;

    #[test]
    fn places_with_areas_are_understood() {
        assert_eq!(area("page 3 [72 690 140 702]"), Some((3, [72.0, 690.0, 140.0, 702.0])));
        for other in ["page 3", "title", "page 3 picture [1 2 3 4]", "page 0 [1 2 3 4]", "page 3 [1 2 3]"] {
            assert_eq!(area(other), None, "{other}");
        }
    }

    #[test]
    fn a_page_with_lines_where_words_were_is_read_again() {
        let with = |shapes| Parts {
            pages: vec![Arc::default(), Arc::new(Reading { shapes: vec![shapes], ..Reading::default() })],
            ..Parts::default()
        };
        let mut after = with([70.0, 690.0, 90.0, 700.0]);
        let mut rewrite = Rewrite { places: vec![(0, "page 2 [72 690 140 702]".into())], ..Rewrite::default() };
        assert_eq!(suspects(&after, &rewrite), [2]);
        after = with([200.0, 690.0, 220.0, 700.0]);
        assert!(suspects(&after, &rewrite).is_empty(), "it stands elsewhere");
        rewrite.places[0].1 = "page 2 [190 690 240 702]".into();
        assert_eq!(suspects(&after, &rewrite), [2]);
    }

    #[test]
    fn a_page_that_lost_a_drawing_is_not_alike() {
        let page = |n: usize| Picture {
            width: 100,
            height: 100,
            channels: 1,
            data: (0..10_000).map(|i| if i < n { 0 } else { 255 }).collect(),
        };
        assert!(alike(&page(500), &page(510)));
        assert!(!alike(&page(500), &page(0)));
    }
}
