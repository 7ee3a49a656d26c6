//! Pictures in a PDF, decoded by the second reader: read again, and compared with what came in.

use super::changed::changed;
use super::layer::Exempt;
use super::output::Findings;
use super::pdf_pages::Pages;
use super::pixels::{compare, read_pictures, search_text};
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
    let read = |no: &u32| one_page(*no as usize - 1, before, after, rewrite, &seen);
    for page in together(after.pages().len(), &read) {
        findings.faults.extend(page.faults);
        for (no, text) in page.texts {
            match text {
                Ok(text) => search_text(searcher, &text, exempt, findings),
                Err(why) => findings.faults.push(format!("page {no}: {why}")),
            }
        }
    }
}

/// Pages whose pictures are read in one run of the program at most: of most pages only some rows are read again.
const TOGETHER: usize = 16;
/// Pixels, in bytes, after which those that wait are read.
const ENOUGH: usize = 8 << 20;

/// What was found on a page, and what is still to be read there.
#[derive(Default)]
struct Sheet {
    faults: Vec<String>,
    pictures: Vec<Picture>,
    turned: bool,
}

/// What was found on some pages: faults, and what was read on which page.
#[derive(Default)]
struct Found {
    faults: Vec<String>,
    texts: Vec<(u32, Result<String, String>)>,
}

/// Looks at all pages, in parallel, and reads the pictures of some together.
fn together(pages: usize, look: &(dyn Fn(&u32) -> Sheet + Sync)) -> Vec<Found> {
    let numbers: Vec<u32> = (1..=pages as u32).collect();
    let one = |numbers: &[u32]| {
        let (mut found, mut open) = (Found::default(), Vec::new());
        let read = |open: &mut Vec<(u32, bool, Picture)>, found: &mut Found| {
            for turned in [false, true] {
                let (nos, some): (Vec<u32>, Vec<&Picture>) =
                    open.iter().filter(|o| o.1 == turned).map(|(no, _, picture)| (*no, picture)).unzip();
                found.texts.extend(nos.into_iter().zip(read_pictures(&some, turned)));
            }
            open.clear();
        };
        for no in numbers {
            let page = look(no);
            found.faults.extend(page.faults);
            open.extend(page.pictures.into_iter().map(|picture| (*no, page.turned, picture)));
            if open.iter().map(|o| o.2.data.len()).sum::<usize>() >= ENOUGH {
                read(&mut open, &mut found);
            }
        }
        read(&mut open, &mut found);
        found
    };
    crate::model::pages::shares(pages, TOGETHER).into_par_iter().map(|share| one(&numbers[share])).collect()
}

/// Reads the pictures of a finished PDF again and searches what they say; which way they lie is found out.
pub fn search_pictures(searcher: &Searcher, output: &[u8], exempt: &[Exempt], findings: &mut Findings) {
    if !output.starts_with(b"%PDF-") || searcher.is_empty() {
        return;
    }
    let Ok(pdf) = Pdf::new(output.to_vec()) else { return findings.faults.push("the second reader cannot open it".into()) };
    let seen = Mutex::new(Vec::<u64>::new());
    let look = |no: &u32| {
        let new = drawn(&pdf, *no as usize - 1).unwrap_or_default();
        let pictures = new.into_iter().map(|(picture, _)| picture).filter(|p| is_new(p, &seen)).collect();
        Sheet { pictures, turned: true, ..Sheet::default() }
    };
    for (_, text) in together(pdf.pages().len(), &look).into_iter().flat_map(|found| found.texts) {
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

/// Compares the pictures of a page with those that came, and says what of them is to be read again.
fn one_page(n: usize, before: &Pdf, after: &Pdf, rewrite: &Rewrite, seen: &Mutex<Vec<u64>>) -> Sheet {
    let no = n as u32 + 1;
    let turned = rewrite.pixels.iter().any(|p| p.page == no && p.quarters != 0);
    let mut page = Sheet { turned, ..Sheet::default() };
    let Some(new) = drawn(after, n) else {
        page.faults.push(format!("page {no}: its pictures cannot be decoded again"));
        return page;
    };
    let comparable = !rewrite.withheld.contains(&no) && !rewrite.drawn.contains(&no);
    // Pictures that were left out leave no pairs to compare.
    let old = if comparable { drawn(before, n).filter(|old| old.len() == new.len()) } else { None };
    for ((a, _), (b, lossy)) in old.iter().flatten().zip(&new) {
        // Which of the page's pictures a change was made to shows by itself: it explains this one or it does not.
        let changes = rewrite.pixels.iter().filter(|p| p.page == no).map(Some);
        let explained = std::iter::once(None).chain(changes).any(|c| compare(a, b, c, *lossy).is_ok());
        if !explained {
            page.faults.push(format!("page {no}: a picture differs outside of what was redacted"));
        }
    }
    for (i, (picture, lossy)) in new.into_iter().enumerate().filter(|(_, (picture, _))| is_new(picture, seen)) {
        let came = old.as_ref().and_then(|o| o.get(i)).filter(|_| !turned);
        let part = came.and_then(|(came, _)| changed(came, &picture, lossy));
        page.pictures.push(part.unwrap_or(picture));
    }
    page
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
