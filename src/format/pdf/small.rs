//! A page, small: enough to see where text, pictures and redactions stand, too little to read.
//!
//! Letters are drawn as grey blocks of their size, pictures by picking pixels, filled shapes by their outline's box when they are boxes
//! and else by scanning. Drawn from what goes out by the second reader, so a page cannot show what was taken out of it.

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape, flatten};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, TransformExt, interpret_page,
};
use hayro_syntax::Pdf;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pixels across.
const WIDTH: f64 = 132.0;
/// Pixels down at most.
const TALLEST: f64 = 264.0;

/// A small page.
#[derive(Clone, Debug, Default)]
pub struct SmallPage {
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
    /// An area in the page's units (left, bottom, right, top) as shares of the page from its upper left corner: left, top, right, bottom.
    pub fn shares(&self, area: [f64; 4]) -> [f64; 4] {
        let [l, b, r, t] = area;
        let at = self.to_pixels.transform_rect_bbox(Rect::new(l, b, r, t));
        let (w, h) = (f64::from(self.width.max(1)), f64::from(self.height.max(1)));
        [at.x0 / w, at.y0 / h, at.x1 / w, at.y1 / h].map(|v| v.clamp(0.0, 1.0))
    }
}

/// The first `most` pages. Empty when the second reader cannot open the file.
pub fn small_pages(bytes: &[u8], most: usize) -> Vec<SmallPage> {
    // The reader is not ours; a panic in it is a page without a picture.
    let all = || {
        let pdf = Pdf::new(bytes.to_vec()).ok()?;
        let n = pdf.pages().len().min(most);
        Some((0..n).filter_map(|p| catch_unwind(AssertUnwindSafe(|| one(&pdf, p))).ok().flatten()).collect())
    };
    catch_unwind(AssertUnwindSafe(all)).ok().flatten().unwrap_or_default()
}

fn one(pdf: &Pdf, page: usize) -> Option<SmallPage> {
    let page = pdf.pages().get(page)?;
    let (w, h) = page.render_dimensions();
    let (w, h) = (f64::from(w.max(1.0)), f64::from(h.max(1.0)));
    let scale = (WIDTH / w).min(TALLEST / h);
    let (width, height) = ((w * scale).ceil().max(1.0) as usize, (h * scale).ceil().max(1.0) as usize);
    let to_pixels = Affine::scale(scale) * page.initial_transform(true).to_kurbo();
    let mut canvas = Canvas { width, height, ink: vec![255.0; width * height] };
    let cache = InterpreterCache::new();
    let bounds = Rect::new(0.0, 0.0, width as f64, height as f64);
    let mut context = Context::new(to_pixels, bounds, &cache, pdf.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, &mut canvas);
    let grey = canvas.ink.iter().map(|v| v.clamp(0.0, 255.0) as u8).collect();
    Some(SmallPage { width: width as u32, height: height as u32, grey, to_pixels })
}

/// Grey, 0 black to 255 white.
struct Canvas {
    width: usize,
    height: usize,
    ink: Vec<f32>,
}

impl Canvas {
    /// Lays `grey` over a rectangle, in part where it covers a pixel in part.
    fn block(&mut self, at: Rect, grey: f32, weight: f32) {
        let (w, h) = (self.width as f64, self.height as f64);
        let (x0, x1, y0, y1) = (at.x0.clamp(0.0, w), at.x1.clamp(0.0, w), at.y0.clamp(0.0, h), at.y1.clamp(0.0, h));
        if !(x1 > x0 && y1 > y0) {
            return;
        }
        for y in y0 as usize..(y1.ceil() as usize).min(self.height) {
            let rows = (y1.min(y as f64 + 1.0) - y0.max(y as f64)) as f32;
            for x in x0 as usize..(x1.ceil() as usize).min(self.width) {
                let columns = (x1.min(x as f64 + 1.0) - x0.max(x as f64)) as f32;
                if let Some(v) = self.ink.get_mut(y * self.width + x) {
                    *v += (grey - *v) * (rows * columns * weight).clamp(0.0, 1.0);
                }
            }
        }
    }

    /// Fills a shape by the even-odd rule, at the middle of each row.
    fn fill(&mut self, path: &BezPath, grey: f32) {
        let mut lines: Vec<(Point, Point)> = Vec::new();
        let (mut from, mut start) = (Point::ZERO, Point::ZERO);
        flatten(path.iter(), 0.3, |el| match el {
            PathEl::MoveTo(p) => (from, start) = (p, p),
            PathEl::LineTo(p) => {
                lines.push((from, p));
                from = p;
            }
            PathEl::ClosePath => {
                lines.push((from, start));
                from = start;
            }
            _ => {}
        });
        let top = lines.iter().map(|l| l.0.y.min(l.1.y)).fold(f64::MAX, f64::min).max(0.0) as usize;
        let bottom = lines.iter().map(|l| l.0.y.max(l.1.y)).fold(0.0, f64::max).ceil().min(self.height as f64) as usize;
        for y in top..bottom {
            let middle = y as f64 + 0.5;
            let crosses = lines.iter().filter(|(a, b)| (a.y <= middle) != (b.y <= middle));
            let mut at: Vec<f64> = crosses.map(|(a, b)| a.x + (middle - a.y) / (b.y - a.y) * (b.x - a.x)).collect();
            at.sort_by(f64::total_cmp);
            for pair in at.chunks_exact(2) {
                if let [a, b] = pair {
                    self.block(Rect::new(*a, y as f64, *b, y as f64 + 1.0), grey, 1.0);
                }
            }
        }
    }
}

fn grey_of(paint: &Paint<'_>) -> f32 {
    match paint {
        Paint::Color(c) => {
            let [r, g, b, _] = c.to_rgba().to_rgba8();
            0.3 * f32::from(r) + 0.59 * f32::from(g) + 0.11 * f32::from(b)
        }
        Paint::Pattern(_) => 200.0,
    }
}

impl Device<'_> for Canvas {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, mode: &DrawMode) {
        let grey = grey_of(&props.paint);
        let path = props.transform * path.clone();
        match mode {
            DrawMode::Fill(_) | DrawMode::FillAndStroke(..) => {
                let around = path.bounding_box();
                // A rule thinner than a pixel is missed by scanning.
                if around.height() < 1.5 || around.width() < 1.5 { self.block(around, grey, 1.0) } else { self.fill(&path, grey) }
            }
            DrawMode::Stroke(_) => {
                let around = path.bounding_box();
                if around.height() < 1.0 || around.width() < 1.0 {
                    self.block(around.inflate(0.3, 0.3), grey, 0.6);
                }
            }
            DrawMode::Invisible => {}
        }
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        let grey = grey_of(&props.paint);
        for glyph in run.glyphs() {
            if let Glyph::Outline(outline) = &**glyph {
                let at = (props.transform * glyph.transform()).transform_rect_bbox(outline.outline().bounding_box());
                self.block(at, grey, 0.55);
            }
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        let Image::Raster(raster) = image else { return };
        let (columns, rows, to) = (self.width, self.height, props.transform);
        raster.with_rgba(
            |data, _| {
                let (w, h) = (data.width() as usize, data.height() as usize);
                let (channels, data) = match data {
                    ImageData::Rgb(d) => (3, d.data),
                    ImageData::Luma(d) => (1, d.data),
                };
                if to.determinant().abs() < 1e-12 {
                    return;
                }
                let (back, around) = (to.inverse(), to.transform_rect_bbox(Rect::new(0.0, 0.0, w as f64, h as f64)));
                let rows = around.y0.max(0.0) as usize..(around.y1.max(0.0).ceil() as usize).min(rows);
                for y in rows {
                    for x in around.x0.max(0.0) as usize..(around.x1.max(0.0).ceil() as usize).min(columns) {
                        if let (Some(v), Some(to)) =
                            (mean(&back, x, y, (w, h), channels, &data), self.ink.get_mut(y * columns + x))
                        {
                            *to = v;
                        }
                    }
                }
            },
            None,
        );
    }
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Mean of nine points of a picture below one pixel of the page.
fn mean(back: &Affine, x: usize, y: usize, size: (usize, usize), channels: usize, data: &[u8]) -> Option<f32> {
    let (mut sum, mut n) = (0.0f32, 0.0f32);
    for i in 0..9u8 {
        let (dx, dy) = (f64::from(i % 3) / 3.0 + 0.17, f64::from(i / 3) / 3.0 + 0.17);
        let p = *back * Point::new(x as f64 + dx, y as f64 + dy);
        if p.x < 0.0 || p.y < 0.0 || p.x >= size.0 as f64 || p.y >= size.1 as f64 {
            continue;
        }
        let at = (p.y as usize * size.0 + p.x as usize) * channels;
        sum += data.get(at..at + channels)?.iter().map(|v| f32::from(*v)).sum::<f32>() / channels as f32;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}
