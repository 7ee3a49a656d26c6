//! Pages as pictures, for a person to look at beside each other. Nothing is decided by them.

use super::second::{letters, open};
use crate::format::image::raster::{Depth, Raster};
use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pixels of one picture.
const MAX_PIXELS: f32 = 16e6;
/// Pages that are counted.
const MAX_PAGES: usize = 5_000;

/// Width and height of every page as it is shown, in points; none when they cannot be drawn. Encrypted files are not opened here.
pub fn sizes(bytes: &[u8]) -> Vec<(f32, f32)> {
    // The reader is not ours; a panic in it is a file that cannot be shown.
    let sizes = || open(bytes, "").map(|pdf| pdf.pages().iter().take(MAX_PAGES).map(|p| p.render_dimensions()).collect());
    catch_unwind(AssertUnwindSafe(sizes)).ok().flatten().unwrap_or_default()
}

/// A page by its number from 0, so many pixels wide; `None` when it is too large, too much work, or not there.
pub fn page(bytes: &[u8], number: usize, width: usize) -> Option<Raster> {
    catch_unwind(AssertUnwindSafe(|| {
        let pdf = open(bytes, "")?;
        let page = pdf.pages().get(number)?;
        // Bounds the work: a page that asks for too many steps is not drawn.
        letters(&pdf, number, &InterpreterCache::new())?;
        let (w, h) = page.render_dimensions();
        let scale = (width as f32 / w).min((MAX_PIXELS / (w * h)).sqrt());
        if !scale.is_finite() || scale < 0.05 || w.max(h) * scale > 20_000.0 {
            return None;
        }
        let cache = RenderCache::new();
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let map = hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
        let data = map.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        Raster::new(usize::from(map.width()), usize::from(map.height()), Depth::Rgb, data).ok()
    }))
    .ok()?
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page_is_drawn_and_nonsense_is_not() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/scans/scanned.pdf");
        let bytes = std::fs::read(path).unwrap();
        let (w, h) = super::sizes(&bytes)[0];
        let page = super::page(&bytes, 0, 900).unwrap();
        assert!((899..=901).contains(&page.width) && page.data.iter().any(|p| *p < 128), "something dark is on it");
        assert!((page.height as f32 / page.width as f32 - h / w).abs() < 0.01, "as its size says");
        assert!(super::page(&bytes, 0, 1_800).unwrap().width > 1_790, "as sharp as is asked");
        assert!(super::page(&bytes, 99, 900).is_none() && super::page(b"%PDF-1.4 nothing", 0, 900).is_none());
        assert!(super::sizes(b"").is_empty());
    }
}
