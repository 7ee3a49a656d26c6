//! Pictures in a PDF, decoded by the second reader: read again, and compared with what came in.

use super::layer::Exempt;
use super::output::Findings;
use super::pdf_pages::Pages;
use super::pixels::{changed, compare, read_picture, search_text};
use super::rewritten::Opened;
use super::searcher::Searcher;
use crate::model::edit::Rewrite;
use crate::model::picture::Picture;
use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use rayon::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Smaller pictures hold no name that could be read.
const MIN_SIDE: usize = 24;
/// The same for rows.
const MIN_HEIGHT: usize = 7;
/// Larger pictures were not read and are in no output.
const MAX_PIXELS: u64 = 256 << 20;

/// Checks the pictures of a PDF that was written anew.
pub fn check_pictures(searcher: &Searcher, pdf: &Opened, rewrite: &Rewrite, exempt: &[Exempt], findings: &mut Findings) {
    if rewrite.pictures == 0 {
        return;
    }
    let after = pdf.after.as_ref().ok().and_then(|p| p.file.as_ref());
    let (Ok(Pages { pdf: before }), Some(Pages { pdf: after })) = (&pdf.before, after) else {
        return findings.faults.push("the second reader cannot open it".into());
    };
    let seen = Mutex::new(Vec::<u64>::new());
    let pages: Vec<(Vec<String>, Vec<String>)> =
        (0..after.pages().len()).into_par_iter().map(|n| one_page(n, before, after, rewrite, &seen)).collect();
    for (faults, texts) in pages {
        findings.faults.extend(faults);
        for text in texts {
            search_text(searcher, &text, exempt, findings);
        }
    }
}

/// Reads the pictures of a finished PDF again and searches what they say; which way they lie is found out.
pub fn search_pictures(searcher: &Searcher, output: &[u8], exempt: &[Exempt], findings: &mut Findings) {
    if !output.starts_with(b"%PDF-") || searcher.is_empty() {
        return;
    }
    let Ok(pdf) = Pdf::new(output.to_vec()) else { return findings.faults.push("the second reader cannot open it".into()) };
    let seen = Mutex::new(Vec::<u64>::new());
    let texts: Vec<Result<String, String>> = (0..pdf.pages().len())
        .into_par_iter()
        .flat_map_iter(|n| {
            let new = drawn(&pdf, n).unwrap_or_default();
            let first = |p: &&(Picture, bool)| is_new(&p.0, &seen);
            let read: Vec<Result<String, String>> = new.iter().filter(first).map(|(p, _)| read_picture(p, true)).collect();
            read
        })
        .collect();
    for text in texts {
        match text {
            Ok(text) => search_text(searcher, &text, exempt, findings),
            Err(why) => findings.faults.push(why),
        }
    }
}

/// True for a picture large enough to hold words that was not seen before.
fn is_new(picture: &Picture, seen: &Mutex<Vec<u64>>) -> bool {
    let mut h = DefaultHasher::new();
    picture.data.hash(&mut h);
    let key = h.finish();
    let known = seen.lock().is_ok_and(|mut s| {
        s.contains(&key) || {
            s.push(key);
            false
        }
    });
    !known && picture.width >= MIN_SIDE && picture.height >= MIN_HEIGHT
}

/// Faults, and texts read, of one page.
fn one_page(n: usize, before: &Pdf, after: &Pdf, rewrite: &Rewrite, seen: &Mutex<Vec<u64>>) -> (Vec<String>, Vec<String>) {
    let no = n as u32 + 1;
    let (mut faults, mut texts) = (Vec::new(), Vec::new());
    let turned = rewrite.pixels.iter().any(|p| p.page == no && p.quarters != 0);
    let Some(new) = drawn(after, n) else { return (vec![format!("page {no}: its pictures cannot be decoded again")], texts) };
    let comparable = !rewrite.withheld.contains(&no) && !rewrite.drawn.contains(&no);
    // Pictures that were left out leave no pairs to compare.
    let old = if comparable { drawn(before, n).filter(|old| old.len() == new.len()) } else { None };
    for (i, (picture, lossy)) in new.iter().enumerate() {
        if !is_new(picture, seen) {
            continue;
        }
        let came = old.as_ref().and_then(|o| o.get(i)).filter(|_| !turned);
        let part = came.and_then(|(came, _)| changed(came, picture, *lossy));
        match read_picture(part.as_ref().unwrap_or(picture), turned) {
            Ok(text) => texts.push(text),
            Err(why) => faults.push(format!("page {no}: {why}")),
        }
    }
    let Some(old) = old else { return (faults, texts) };
    for ((a, _), (b, lossy)) in old.iter().zip(&new) {
        // Which of the page's pictures a change was made to shows by itself: it explains this one or it does not.
        let changes = rewrite.pixels.iter().filter(|p| p.page == no).map(Some);
        let explained = std::iter::once(None).chain(changes).any(|c| compare(a, b, c, *lossy).is_ok());
        if !explained {
            faults.push(format!("page {no}: a picture differs outside of what was redacted"));
        }
    }
    (faults, texts)
}

/// The pictures of a page in the order they are drawn, with whether their codec is lossy.
fn drawn(pdf: &Pdf, page: usize) -> Option<Vec<(Picture, bool)>> {
    // The reader is not ours; a panic in it is an unreadable page.
    catch_unwind(AssertUnwindSafe(|| {
        let mut out = Pictures(Vec::new());
        let page: &Page = pdf.pages().get(page)?;
        let cache = InterpreterCache::new();
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, Rect::new(-1e6, -1e6, 1e6, 1e6), &cache, pdf.xref(), settings);
        interpret_page(page, &mut context, &mut out);
        Some(out.0)
    }))
    .ok()?
}

struct Pictures(Vec<(Picture, bool)>);

impl Device<'_> for Pictures {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, '_>, _: DrawProps<'_>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, image: Image<'_, '_>, _: ImageDrawProps<'_>) {
        if u64::from(image.width()) * u64::from(image.height()) > MAX_PIXELS {
            return;
        }
        let raster = match image {
            Image::Raster(r) => r,
            Image::Stencil(s) => {
                return s.with_stencil(
                    |luma, _| {
                        let (width, height) = (luma.width as usize, luma.height as usize);
                        let data = luma.data.iter().map(|v| 255 - v).collect();
                        self.0.push((Picture { width, height, channels: 1, data }, false));
                    },
                    None,
                );
            }
        };
        let lossy = raster.stream().raw_data().starts_with(b"\xff\xd8");
        raster.with_rgba(
            |data, alpha| {
                let (width, height) = (data.width() as usize, data.height() as usize);
                let (channels, data) = match data {
                    ImageData::Rgb(d) => (3, d.data),
                    ImageData::Luma(d) => (1, d.data),
                };
                let picture = Picture { width, height, channels, data };
                let seen = match alpha {
                    Some(a) => on_white(&picture, &a.data, (a.width as usize, a.height as usize)),
                    None => picture,
                };
                self.0.push((seen, lossy));
            },
            None,
        );
    }
}

/// A picture as its mask lets it be seen on white paper, at the larger size of the two.
fn on_white(p: &Picture, mask: &[u8], (mw, mh): (usize, usize)) -> Picture {
    let (width, height, c) = (p.width.max(mw), p.height.max(mh), p.channels);
    let mut data = Vec::with_capacity(width * height * c);
    for y in 0..height {
        let (from, over) = (y * p.height / height.max(1) * p.width, y * mh / height.max(1) * mw);
        for x in 0..width {
            let at = (from + x * p.width / width.max(1)) * c;
            let solid = u16::from(mask.get(over + x * mw / width.max(1)).copied().unwrap_or(255));
            for v in p.data.get(at..at + c).unwrap_or_default() {
                data.push(((u16::from(*v) * solid + 255 * (255 - solid)) / 255) as u8);
            }
        }
    }
    Picture { width, height, channels: c, data }
}
