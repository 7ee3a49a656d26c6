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
use rayon::prelude::*;

/// The text of some pages (from 0) with its places. Pictures are read where `scans` says so, which takes seconds for each; else what an earlier
/// engine has left as hidden text stands for them. A page that cannot be read has no words.
///
/// # Errors
/// The file cannot be read at all.
pub fn layers(bytes: &[u8], numbers: &[usize], scans: bool) -> Result<Vec<PageLayer>, String> {
    let (mut doc, password) = source::load(bytes)?;
    let mut pages = source::pages(&doc)?;
    super::forms::draw_values(&mut doc, &pages);
    let there: Vec<usize> = numbers.iter().copied().filter(|n| *n < pages.len()).collect();
    let mut looks = look::some(&mut doc, &mut pages, &there, bytes, &password)?.into_iter();
    let mut cache = Cache::new(&doc);
    let mut out = Vec::with_capacity(numbers.len());
    for n in numbers {
        let mut layer = PageLayer::default();
        let look = if *n < pages.len() { looks.next() } else { None };
        if let (Some(info), Some(Ok(look))) = (pages.get(*n), look)
            && let Ok(page) = interpret(&mut cache, info)
            && let Some(shown) = inverse(&upright(info))
        {
            text(&page, false, true, &shown, &mut layer);
            if look.hidden.is_some() {
                text(&page, true, !scans, &shown, &mut layer);
            }
            if scans {
                pictures(&doc, &look, &shown, &mut layer);
            } else {
                layer.pictured = !look.uses.is_empty();
            }
        }
        out.push(layer);
    }
    Ok(out)
}

/// The texts of every page without their places: what is drawn on it and what is hidden. No second reader is asked and no picture is read; a page
/// that cannot be read has none.
///
/// # Errors
/// The file cannot be read at all.
pub fn texts(bytes: &[u8]) -> Result<Vec<Vec<String>>, String> {
    let (mut doc, _) = source::load(bytes)?;
    let pages = source::pages(&doc)?;
    super::forms::draw_values(&mut doc, &pages);
    let doc = &doc;
    let stretch = pages.len().div_ceil(rayon::current_num_threads().max(1) * 2).clamp(8, 64);
    let of_stretch = |some: &[source::PageInfo]| {
        // Fonts and forms are read once for each stretch of pages.
        let mut cache = Cache::new(doc);
        let mut of_page = |info: &source::PageInfo| {
            let Ok(page) = interpret(&mut cache, info) else { return Vec::new() };
            let hidden = page.glyphs.iter().any(|g| g.invisible && !g.gone).then(|| text_of(&page, true).text);
            std::iter::once(text_of(&page, false).text).chain(hidden).collect()
        };
        some.iter().map(&mut of_page).collect::<Vec<Vec<String>>>()
    };
    Ok(pages.par_chunks(stretch).flat_map_iter(of_stretch).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_where_they_are_shown() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/pdf/visit-summary.pdf");
        let bytes = std::fs::read(path).unwrap();
        let pages = layers(&bytes, &[1, 0, 7], false).unwrap();
        let word = |page: &PageLayer, wanted: &str| {
            let text =
                |w: &crate::model::layer::PageWord| page.texts[w.field as usize][w.start as usize..w.end as usize].to_string();
            page.words.iter().find(|w| text(w) == wanted).map(|w| w.area)
        };
        let [l, t, r, b] = word(&pages[1], "Fairhaven").unwrap();
        assert!(0.0 < l && l < r && r < 0.4 && 0.0 < t && t < b && b < 0.2, "at the upper left: {l} {t} {r} {b}");
        let last = word(&pages[1], "16:42").unwrap();
        assert!(last[0] > 0.5 && last[1] > b, "a signature at the right, further down: {last:?}");
        assert!(word(&pages[0], "levels").is_none() && word(&pages[0], "TSH").is_some(), "in the order that was asked for");
        assert!(pages[2].words.is_empty(), "a page that is not there has no words");
        for w in &pages[1].words {
            assert!(w.area.iter().all(|v| (-0.01..1.01).contains(v)), "{w:?}");
        }
        let texts = texts(&bytes).unwrap();
        assert!(texts.len() == 2 && texts[0] == pages[1].texts && texts[1] == pages[0].texts, "the same text without places");
        assert!(layers(b"%PDF-1.4 nothing", &[0], false).is_err() && super::texts(b"%PDF-1.4 nothing").is_err());
    }

    #[test]
    fn the_words_of_a_scan_lie_on_its_picture() {
        if !crate::format::image::ocr::is_there() {
            return;
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/scans/scanned.pdf");
        let bytes = std::fs::read(path).unwrap();
        let quick = layers(&bytes, &[0], false).unwrap().remove(0);
        let read = layers(&bytes, &[0], true).unwrap().remove(0);
        assert!(quick.pictured && !read.pictured);
        let at = |page: &PageLayer| {
            let text = |w: &crate::model::layer::PageWord| page.texts[w.field as usize].get(w.start as usize..w.end as usize);
            page.words.iter().find(|w| text(w).is_some_and(|t| t.starts_with("INTAKE"))).map(|w| w.area)
        };
        let [l, t, r, b] = at(&read).expect("the heading");
        // As a person sees it: in the middle, in the upper fifth.
        assert!(
            (0.3..0.5).contains(&l) && (0.4..0.6).contains(&r) && (0.05..0.2).contains(&t) && b > t && b < 0.25,
            "{l} {t} {r} {b}"
        );
    }
}
