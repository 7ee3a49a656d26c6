//! A second reader, hayro, where our own reading is not enough: it says which letters it sees on a page, draws pages that
//! cannot be read as text, and decodes pictures in codecs and colours that we do not read.
//!
//! It is not ours: every call is guarded against panics, and a page is counted through before it is drawn.

use super::excerpt;
use super::obj;
use super::page::{Glyph, Matrix, PageModel};
use super::source::PageInfo;
use crate::format::image::raster::{Depth, Raster, check_size};
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RenderContent, SoftMask, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use lopdf::{Dictionary, Document, ObjectId};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use unicode_normalization::UnicodeNormalization;

/// Resolution at which pages are drawn, in dots an inch. Under a fuzzer nobody reads them, and it draws a thousand times as many.
const DPI: f64 = if cfg!(fuzzing) { 36.0 } else { 300.0 };
/// Pixels of a drawn page; larger pages are drawn coarser.
const MAX_PIXELS: f64 = 24e6;
/// Below this resolution letters cannot be read.
const MIN_DPI: f64 = if cfg!(fuzzing) { 1.0 } else { 120.0 };
/// Things drawn on one page.
const MAX_DRAWN: u64 = 4_000_000;
/// Letters by which two readings of a page may differ before the page is not believed.
const FEW: u64 = 3;

/// Opens what one of the passwords opens.
pub fn open(bytes: &[u8], password: &str) -> Option<Pdf> {
    let data = bytes.to_vec();
    catch_unwind(AssertUnwindSafe(|| Pdf::new_with_password(data, password).ok())).ok().flatten()
}

/// How many pages the second reader finds; `None` when it gives up.
pub fn pages(pdf: &Pdf) -> Option<usize> {
    catch_unwind(AssertUnwindSafe(|| pdf.pages().len())).ok()
}

/// How often each letter and digit stands on a page.
#[derive(Default, Debug, PartialEq)]
pub struct Letters {
    counts: BTreeMap<char, u64>,
    /// Glyphs that say nothing.
    silent: u64,
}

impl Letters {
    fn add(&mut self, text: &str) {
        let mut count = |c: char| {
            if c.is_alphanumeric() {
                *self.counts.entry(c).or_default() += 1;
            }
        };
        if text.is_ascii() {
            text.chars().map(|c| c.to_ascii_lowercase()).for_each(count);
        } else {
            // A ligature is what it is made of.
            text.nfkc().flat_map(char::to_lowercase).for_each(&mut count);
        }
    }

    fn beyond(&self, other: &Letters) -> u64 {
        self.counts.iter().map(|(c, n)| n.saturating_sub(other.counts.get(c).copied().unwrap_or(0))).sum()
    }

    fn all(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// The letters the second reader finds on a page; `None` when it gives up.
pub fn letters<'p>(pdf: &'p Pdf, page: usize, cache: &InterpreterCache<'p>) -> Option<Letters> {
    catch_unwind(AssertUnwindSafe(|| {
        let page = pdf.pages().get(page)?;
        // The looks of annotations are made by viewers as they like; the contents are not.
        let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
        let mut context = Context::new(Affine::IDENTITY, Rect::new(-1e6, -1e6, 1e6, 1e6), cache, pdf.xref(), settings);
        let mut reader = Reader::default();
        interpret_page(page, &mut context, &mut reader);
        Some(reader.letters)
    }))
    .ok()?
}

/// True when the second reader's letters are those of our own reading of the page's contents. Ours may hold more that nobody sees
/// (`gone`), the other may be silent about some.
pub fn agrees(model: &PageModel, theirs: &Letters) -> bool {
    let (mut all, mut seen) = (Letters::default(), Letters::default());
    // Streams of annotations come after those of the contents.
    let contents = model.roots.get(1).map_or(u32::MAX, |r| r.0);
    let of_contents = |g: &&Glyph| model.shows.get(g.show as usize).is_some_and(|s| s.stream < contents);
    for g in model.glyphs.iter().filter(of_contents) {
        let text = model.text(g);
        all.add(text);
        if !g.gone {
            seen.add(text);
        }
    }
    let allowed = FEW + all.all() / 50;
    theirs.beyond(&all) <= allowed && seen.beyond(theirs) <= allowed + theirs.silent * 16
}

#[derive(Default)]
struct Reader {
    letters: Letters,
    drawn: u64,
}

impl Reader {
    /// A page that draws without end is given up; the guard around the reader turns this into an answer.
    fn step(&mut self, n: u64) {
        self.drawn += n;
        if self.drawn > MAX_DRAWN {
            std::panic::resume_unwind(Box::new("too much drawn"));
        }
    }
}

impl Device<'_> for Reader {
    fn draw_path(&mut self, p: &BezPath, _: DrawProps<'_>, _: &DrawMode) {
        self.step(p.elements().len() as u64);
    }
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.step(1);
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {
        self.step(1);
    }
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.step(1);
    }
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, _: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            self.step(1);
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => self.letters.add(c.encode_utf8(&mut [0; 4])),
                Some(BfString::String(s)) => self.letters.add(&s),
                None => self.letters.silent += 1,
            }
        }
    }
}

/// Draws a page as a person sees it, upright.
///
/// # Errors
/// In words: too large, too much, or the renderer gave up.
pub fn draw(doc: &Document, info: &PageInfo, drawn: &dyn Fn(&Dictionary) -> bool) -> Result<Raster, String> {
    let bytes = excerpt::page(doc, info, drawn)?;
    let (w, h) = (info.area[2] - info.area[0], info.area[3] - info.area[1]);
    let dpi = DPI.min((MAX_PIXELS / (w / 72.0 * h / 72.0)).sqrt());
    if dpi < MIN_DPI || w.max(h) * dpi / 72.0 > 20_000.0 {
        return Err("a page too large to be drawn".into());
    }
    let gave_up = || "a page that cannot be drawn".to_string();
    let pdf = open(&bytes, "").ok_or_else(gave_up)?;
    letters(&pdf, 0, &InterpreterCache::new()).ok_or_else(gave_up)?;
    catch_unwind(AssertUnwindSafe(|| render(&pdf, dpi as f32 / 72.0))).map_err(|_| gave_up())?.ok_or_else(gave_up)
}

fn render(pdf: &Pdf, scale: f32) -> Option<Raster> {
    let page = pdf.pages().first()?;
    let cache = RenderCache::new();
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let map = hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (w, h) = (usize::from(map.width()), usize::from(map.height()));
    let data = map.data_as_u8_slice();
    let coloured = data.chunks_exact(4).any(|p| p[0].abs_diff(p[1]) > 6 || p[1].abs_diff(p[2]) > 6);
    let (depth, data) = match coloured {
        true => (Depth::Rgb, data.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()),
        false => (Depth::Grey, data.chunks_exact(4).map(|p| p[1]).collect()),
    };
    Raster::new(w, h, depth, data).ok()
}

/// Where a picture of the upright page goes: unit square to page space, the page's own turn taken back.
pub fn upright(info: &PageInfo) -> Matrix {
    let [l, b, r, t] = info.area;
    let (w, h) = (r - l, t - b);
    match info.rotate {
        90 => [0.0, h, -w, 0.0, r, b],
        180 => [-w, 0.0, 0.0, -h, r, t],
        270 => [0.0, -h, w, 0.0, l, t],
        _ => [w, 0.0, 0.0, h, l, b],
    }
}

/// A picture in any codec and colour, with how solid each pixel is where it is not solid everywhere.
///
/// # Errors
/// When it cannot be decoded.
pub fn decode(doc: &Document, id: ObjectId) -> Result<(Raster, Option<Vec<u8>>), String> {
    let broken = || "a picture that cannot be decoded".to_string();
    let dict = doc.objects.get(&id).and_then(obj::as_dict).ok_or_else(broken)?;
    let n = |key: &[u8]| obj::num(doc, dict, key).filter(|v| *v >= 1.0 && *v < 1e6).map(|v| v as usize);
    let size = n(b"Width").zip(n(b"Height")).ok_or_else(broken)?;
    let bytes = excerpt::picture(doc, id, size)?;
    let pdf = open(&bytes, "").ok_or_else(broken)?;
    let taken = catch_unwind(AssertUnwindSafe(|| {
        let page = pdf.pages().first()?;
        let cache = InterpreterCache::new();
        let mut context =
            Context::new(Affine::IDENTITY, Rect::new(-1e6, -1e6, 1e6, 1e6), &cache, pdf.xref(), InterpreterSettings::default());
        let mut out = Taken(None);
        interpret_page(page, &mut context, &mut out);
        out.0
    }));
    taken.ok().flatten().ok_or_else(broken)
}

struct Taken(Option<(Raster, Option<Vec<u8>>)>);

impl Device<'_> for Taken {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, '_>, _: DrawProps<'_>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, image: Image<'_, '_>, _: ImageDrawProps<'_>) {
        match image {
            Image::Raster(r) => r.with_rgba(
                |data, alpha| {
                    let (w, h) = (data.width() as usize, data.height() as usize);
                    let (depth, data) = match data {
                        ImageData::Rgb(d) => (Depth::Rgb, d.data),
                        ImageData::Luma(d) => (Depth::Grey, d.data),
                    };
                    let Some(alpha) = alpha else {
                        self.0 = Raster::new(w, h, depth, data).ok().map(|r| (r, None));
                        return;
                    };
                    // A fine mask over a coarse picture of colours is how scanners pack text: the mask's pixels count.
                    let mask = (alpha.width as usize, alpha.height as usize);
                    let (big, c) = ((w.max(mask.0), h.max(mask.1)), depth.bytes());
                    if check_size(big.0 as u64, big.1 as u64, 4).is_err() {
                        return;
                    }
                    let solid = fitted(&alpha.data, mask, big, 1);
                    let data = fitted(&data, (w, h), big, c);
                    self.0 = Raster::new(big.0, big.1, depth, data).ok().map(|r| (r, Some(solid)));
                },
                None,
            ),
            // What is painted is ink, whatever colour it is painted with.
            Image::Stencil(s) => s.with_stencil(
                |luma, _| {
                    let (w, h) = (luma.width as usize, luma.height as usize);
                    let data = luma.data.iter().map(|v| if *v > 127 { 0 } else { 255 }).collect();
                    self.0 = Raster::new(w, h, Depth::Bit, data).ok().map(|r| (r, None));
                },
                None,
            ),
        }
    }
}

/// Samples at another size, each pixel (of `c` bytes) the nearest one.
fn fitted(data: &[u8], (fw, fh): (usize, usize), (w, h): (usize, usize), c: usize) -> Vec<u8> {
    if (fw, fh) == (w, h) {
        return data.to_vec();
    }
    let mut out = Vec::with_capacity(w * h * c);
    for y in 0..h {
        let row = y * fh / h.max(1) * fw;
        for x in 0..w {
            let at = (row + x * fw / w.max(1)) * c;
            out.extend((at..at + c).map(|i| data.get(i).copied().unwrap_or(255)));
        }
    }
    out
}
