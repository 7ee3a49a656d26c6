//! A page, small: enough to see where text, pictures and redactions stand, too little to read.
//!
//! Drawn from what goes out by the second reader, so a page cannot show what was taken out of it.

use super::second;
use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings, TransformExt};
use hayro::hayro_syntax::Pdf;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pixels across.
const WIDTH: f32 = 132.0;
/// Pixels down at most.
const TALLEST: f32 = 264.0;
/// Pages that are drawn with the same fonts.
const STRETCH: usize = 16;

/// A small page.
#[derive(Clone, Debug, Default)]
pub struct SmallPage {
    /// From 1.
    pub no: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Grey values, row by row.
    pub grey: Vec<u8>,
    /// From the page's own units to pixels.
    to_pixels: Affine,
}

impl SmallPage {
    /// The same as another page.
    pub fn numbered(&self, no: u32) -> SmallPage {
        SmallPage { no, ..self.clone() }
    }

    /// An area in the page's units (left, bottom, right, top) as shares of the page from its upper left corner: left, top, right, bottom.
    pub fn shares(&self, area: [f64; 4]) -> [f64; 4] {
        let [l, b, r, t] = area;
        let at = self.to_pixels.transform_rect_bbox(Rect::new(l, b, r, t));
        let (w, h) = (f64::from(self.width.max(1)), f64::from(self.height.max(1)));
        [at.x0 / w, at.y0 / h, at.x1 / w, at.y1 / h].map(|v| v.clamp(0.0, 1.0))
    }
}

/// The pages of these numbers, from 1. Empty when the second reader cannot open the file; a page that it gives up on is left out, and those behind it keep
/// their numbers. Stretches of pages go in
/// parallel, each with what it has learnt of the fonts.
pub fn small_pages(bytes: &[u8], numbers: &[u32]) -> Vec<SmallPage> {
    if numbers.is_empty() {
        return Vec::new();
    }
    let Some(pdf) = second::open(bytes, "") else { return Vec::new() };
    let there = |no: &u32| (*no as usize).checked_sub(1).filter(|n| *n < pdf.pages().len());
    let numbers: Vec<usize> = numbers.iter().filter_map(there).collect();
    let stretch = |some: &[usize]| {
        let mut caches = (InterpreterCache::new(), RenderCache::new());
        let mut out = Vec::with_capacity(some.len());
        for p in some {
            match catch_unwind(AssertUnwindSafe(|| one(&pdf, *p, &caches))) {
                Ok(page) => out.extend(page),
                // What a panic has left in them is anybody's guess.
                Err(_) => caches = (InterpreterCache::new(), RenderCache::new()),
            }
        }
        out
    };
    numbers.par_chunks(STRETCH).map(stretch).collect::<Vec<_>>().into_iter().flatten().collect()
}

fn one<'p>(pdf: &'p Pdf, no: usize, caches: &(InterpreterCache<'p>, RenderCache<'p>)) -> Option<SmallPage> {
    // A page that draws without end is given up before it is drawn.
    second::letters(pdf, no, &caches.0)?;
    let page = pdf.pages().get(no)?;
    let (w, h) = page.render_dimensions();
    let scale = (WIDTH / w.max(1.0)).min(TALLEST / h.max(1.0));
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let map = hayro::render(page, &caches.1, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let grey = |p: &[u8]| p.iter().take(3).map(|v| u32::from(*v)).sum::<u32>() / 3;
    Some(SmallPage {
        no: u32::try_from(no).ok()? + 1,
        width: u32::from(map.width()),
        height: u32::from(map.height()),
        grey: map.data_as_u8_slice().chunks_exact(4).map(|p| grey(p) as u8).collect(),
        to_pixels: Affine::scale(f64::from(scale)) * page.initial_transform(true).to_kurbo(),
    })
}
