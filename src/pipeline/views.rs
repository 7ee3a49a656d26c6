//! Small pictures of the pages that go out, with where something was redacted on them.

use super::number::Numbered;
use super::write::Finished;
use crate::format::image;
use crate::format::pdf::small::{SmallPage, small_pages};
use crate::model::case::PageView;
use crate::model::memory::{self, Key};
use crate::model::picture::Picture;
use std::sync::Arc;

/// Pages shown of a case.
const MOST: usize = 48;
/// Pages shown of a document.
const OF_ONE: usize = 12;

/// Of a document about to be written how many pages are shown, when `shown` of the case are already.
pub fn share(n: &Numbered, shown: usize) -> usize {
    let pages = n.tree.doc.records.iter().filter(|r| r.kind == "page").count();
    // A picture of one page has no record of it.
    let pages = if n.tree.doc.text.is_some() { pages.max(1) } else { 0 };
    pages.min(OF_ONE).min(MOST.saturating_sub(shown))
}
/// Pixels across.
const WIDTH: usize = 132;

/// The pages of a document that was written anew; none of any other. `keys` tell what pages of a PDF are drawn from.
pub fn of(file: &str, f: &Finished, most: usize, keys: &[Option<Key>]) -> Vec<PageView> {
    let Some(rewrite) = f.rewritten.as_ref().filter(|_| most > 0) else { return Vec::new() };
    let places: Vec<(u32, [f64; 4])> = rewrite.places.iter().filter_map(|(_, place)| place_of(place)).collect();
    let on = |page: u32| places.iter().filter(move |(p, _)| *p == page).map(|(_, area)| *area);
    if f.bytes.starts_with(b"%PDF-") {
        return small(&f.bytes, most, keys)
            .into_iter()
            .map(|small| {
                let page = small.no;
                let boxes = on(page).map(|area| small.shares(area)).collect();
                PageView { file: file.into(), page, width: small.width, height: small.height, grey: small.grey.clone(), boxes }
            })
            .collect();
    }
    let kept = (1u32..).filter(|p| !rewrite.withheld.contains(p));
    let pages = image::pictures(&f.bytes).take(most).zip(kept).zip(1u32..);
    pages
        .filter_map(|((picture, input_page), page)| {
            let picture = picture.ok()?.0;
            let (w, h) = (picture.width.max(1) as f64, picture.height.max(1) as f64);
            let boxes = on(input_page).map(|[l, t, r, b]| [l / w, t / h, r / w, b / h].map(|v| v.clamp(0.0, 1.0))).collect();
            let (width, height, grey) = shrunk(&picture)?;
            Some(PageView { file: file.into(), page, width, height, grey, boxes })
        })
        .collect()
}

/// The first pages of a PDF, drawn now or before.
fn small(bytes: &[u8], most: usize, keys: &[Option<Key>]) -> Vec<SmallPage> {
    let key = |no: u32| keys.get(no as usize - 1).copied().flatten().map(|k| memory::of(&k, "small"));
    let numbers = || (1u32..).take(most);
    let mut out: Vec<SmallPage> = Vec::new();
    let mut wanted: Vec<u32> = Vec::new();
    for no in numbers() {
        match key(no).and_then(|k| memory::recall::<SmallPage>(&k)) {
            // What is drawn is the same, wherever in a file it stands; its number is not.
            Some(page) => out.push(page.numbered(no)),
            None => wanted.push(no),
        }
    }
    for page in small_pages(bytes, &wanted) {
        if let Some(key) = key(page.no) {
            memory::put(key, Arc::new(page.clone()), page.grey.len() + 256);
        }
        out.push(page);
    }
    out.sort_by_key(|p| p.no);
    out
}

/// `page 3 [72 690 140 702]` as page and figures.
fn place_of(place: &str) -> Option<(u32, [f64; 4])> {
    let (page, area) = place.strip_prefix("page ")?.split_once(" [")?;
    let figures: Vec<f64> = area.strip_suffix(']')?.split(' ').map_while(|n| n.parse().ok()).collect();
    Some((page.parse().ok()?, figures.try_into().ok()?))
}

/// Means of the pixels below each of the small ones.
fn shrunk(p: &Picture) -> Option<(u32, u32, Vec<u8>)> {
    let width = WIDTH.min(p.width);
    let height = (p.height * width).checked_div(p.width)?.clamp(1, WIDTH * 2);
    let mut grey = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = y * p.height / height..((y + 1) * p.height / height).max(y * p.height / height + 1);
        for x in 0..width {
            let columns = x * p.width / width..((x + 1) * p.width / width).max(x * p.width / width + 1);
            let (mut sum, mut n) = (0u64, 0u64);
            // Every second pixel of a large scan is enough for a mean.
            let step = ((columns.len() / 8).max(1), (rows.len() / 8).max(1));
            for row in rows.clone().step_by(step.1) {
                for column in columns.clone().step_by(step.0) {
                    let pixel = p.pixel(column, row);
                    sum += pixel.iter().map(|v| u64::from(*v)).sum::<u64>();
                    n += pixel.len() as u64;
                }
            }
            grey.push(sum.checked_div(n).unwrap_or(255) as u8);
        }
    }
    Some((width as u32, height as u32, grey))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_and_pictures_shrink() {
        assert_eq!(place_of("page 3 [72 690 140 702]"), Some((3, [72.0, 690.0, 140.0, 702.0])));
        assert_eq!(place_of("page 3"), None);
        assert_eq!(place_of("attachment-1"), None);
        let p = Picture { width: 264, height: 10, channels: 1, data: [[0u8; 132], [255; 132]].concat().repeat(10) };
        let (w, h, grey) = shrunk(&p).unwrap();
        assert_eq!((w, h), (132, 5));
        assert_eq!((grey[0], grey[131]), (0, 255));
    }
}
