//! The words of pages where a person sees them, for the desk.

use super::interpret::Cache;
use super::look;
use super::page::{Matrix, PageModel, inverse, map};
use super::picture;
use super::read::{interpret, text_of};
use super::second::upright;
use super::source;
use crate::format::image::page_words;
use crate::format::layout::words;
use crate::model::layer::PageLayer;
use lopdf::ObjectId;

/// The text of some pages (from 0) with its places. Pictures are read where `scans` says so, which takes seconds for each; else what an earlier
/// engine has left as hidden text stands for them. A page that cannot be read has no words.
///
/// # Errors
/// The file cannot be read at all.
pub fn layers(bytes: &[u8], numbers: &[usize], scans: bool) -> Result<Vec<PageLayer>, String> {
    let (mut doc, password) = source::load(bytes)?;
    let mut pages = source::pages(&doc)?;
    super::forms::draw_values(&mut doc, &pages);
    let looks = look::some(&mut doc, &mut pages, numbers, bytes, &password)?;
    let mut cache = Cache::new(&doc);
    let mut out = Vec::with_capacity(numbers.len());
    for (n, look) in numbers.iter().zip(looks) {
        let mut layer = PageLayer::default();
        if let (Some(info), Ok(look)) = (pages.get(*n), look)
            && let Ok(page) = interpret(&mut cache, info)
            && let Some(shown) = inverse(&upright(info))
        {
            text(&page, false, true, &shown, &mut layer);
            if look.hidden.is_some() {
                text(&page, true, !scans, &shown, &mut layer);
            }
            if scans {
                pictures(&doc, &look, &shown, &mut layer);
            }
        }
        out.push(layer);
    }
    Ok(out)
}

/// Left, top, right, bottom of points in page space, in parts of the page as it is shown.
fn area(shown: &Matrix, points: &[[f64; 2]]) -> [f32; 4] {
    let mut out = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
    for [x, y] in points {
        let [u, v] = map(shown, *x, *y);
        let (u, v) = (u as f32, 1.0 - v as f32);
        out = [out[0].min(u), out[1].min(v), out[2].max(u), out[3].max(v)];
    }
    out
}

fn text(page: &PageModel, invisible: bool, with_words: bool, shown: &Matrix, layer: &mut PageLayer) {
    let text = text_of(page, invisible);
    if with_words {
        let place = |id: u32| {
            let quad = page.glyphs.get(id as usize)?.quad;
            Some(area(shown, &quad.map(|p| p.map(f64::from))))
        };
        layer.words.extend(words(&text, layer.texts.len() as u32, place));
    }
    layer.texts.push(text.text);
}

fn pictures(doc: &lopdf::Document, look: &look::Looked, shown: &Matrix, layer: &mut PageLayer) {
    let list: Vec<(ObjectId, Matrix)> = look.uses.iter().map(|(i, id)| (*id, i.matrix)).collect();
    let done = picture::read_all(doc, &list);
    for (id, matrix) in &list {
        let Some(Ok(read)) = done.get(id) else { continue };
        let to_page = |a: f32, b: f32| map(matrix, f64::from(a), f64::from(b));
        let placed = |corners: [(f32, f32); 4]| area(shown, &corners.map(|(a, b)| to_page(a, b)));
        layer.words.extend(page_words(read, layer.texts.len() as u32, placed));
        layer.texts.push(read.text.text.clone());
    }
}

