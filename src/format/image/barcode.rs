//! Bar codes and QR codes: what they say is text like any other, so it is read where it can be.

use super::ocr::Area;
use super::raster::{Raster, threshold};
use super::regions::{Looks, Region};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Regions that are tried; a page with more of them is a drawing.
const MAX_TRIED: usize = 12;
/// Largest side of a piece given to the decoder.
const MAX_SIDE: usize = 2_500;
/// Longest text of a code that is taken.
const MAX_TEXT: usize = 4_000;

/// Decodes the codes among the regions; one that was decoded is a code whatever it looked like.
pub fn read_all(page: &Raster, grey: &[u8], dpi: (f32, f32), regions: &mut [Region]) {
    let quiet = (dpi.0.max(dpi.1) * 0.1) as i32;
    for region in regions.iter_mut().take(MAX_TRIED) {
        let (w, h) = (region.area.width() as f32 / dpi.0, region.area.height() as f32 / dpi.1);
        // No code that a scanner would read is smaller.
        if w < 0.3 || h < 0.12 {
            continue;
        }
        if let Some(text) = decode(page, grey, &region.area.grown(quiet, quiet)) {
            region.looks = Looks::Code;
            region.says = Some(text);
        }
    }
}

fn decode(page: &Raster, grey: &[u8], a: &Area) -> Option<String> {
    let clip = |v: i32, most: usize| (v.max(0) as usize).min(most);
    let (l, r) = (clip(a.left, page.width), clip(a.right, page.width));
    let (t, b) = (clip(a.top, page.height), clip(a.bottom, page.height));
    let step = ((r - l).max(b - t)).div_ceil(MAX_SIDE).max(1);
    let mut part = Vec::new();
    let mut rows = 0;
    for y in (t..b).step_by(step) {
        part.extend(grey.get(y * page.width + l..y * page.width + r)?.iter().step_by(step));
        rows += 1;
    }
    let width = (r - l).div_ceil(step);
    if width == 0 || rows == 0 {
        return None;
    }
    // The decoder is not ours and looks at bytes that nobody has checked.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut hints = rxing::DecodeHints { TryHarder: Some(true), ..rxing::DecodeHints::default() };
        rxing::helpers::detect_in_luma_with_hints(part, width as u32, rows, None, &mut hints).ok()
    }));
    let text = read.ok()??.getText().to_string();
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(MAX_TEXT).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// True when an area has the stripes of a bar code or the raster of a QR code.
pub fn striped(page: &Raster, grey: &[u8], a: &Area) -> bool {
    let t = threshold(grey);
    let dark = |x: i32, y: i32| {
        x >= 0 && y >= 0 && (x as usize) < page.width && grey.get(y as usize * page.width + x as usize).is_some_and(|v| *v <= t)
    };
    let row = |q: i32| -> Vec<bool> { (a.left..a.right).map(|x| dark(x, a.top + a.height() * q / 10)).collect() };
    let column = |q: i32| -> Vec<bool> { (a.top..a.bottom).map(|y| dark(a.left + a.width() * q / 10, y)).collect() };
    let changes = |line: &[bool]| line.windows(2).filter(|w| w[0] != w[1]).count();
    let alike = |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|(x, y)| x == y).count() * 100 >= a.len() * 88;
    let bars = |lines: [Vec<bool>; 3]| changes(&lines[1]) >= 30 && alike(&lines[0], &lines[1]) && alike(&lines[1], &lines[2]);
    if bars([row(3), row(5), row(7)]) || bars([column(3), column(5), column(7)]) {
        return true;
    }
    let square = (a.width() as f32 / a.height().max(1) as f32 - 1.0).abs() < 0.4;
    let busy = |line: Vec<bool>| {
        (12..200).contains(&changes(&line)) && (30..70).contains(&(line.iter().filter(|d| **d).count() * 100 / line.len().max(1)))
    };
    square && [2, 5, 8].iter().filter(|q| busy(row(**q)) && busy(column(**q))).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::super::raster::Depth;
    use super::*;

    #[test]
    fn stripes_are_a_code_and_letters_are_not() {
        let mut page = Raster::blank(400, 200, Depth::Grey);
        for x in 50..350 {
            if (x * 7 / 13) % 5 < 2 {
                (50..150).for_each(|y| page.set(x, y, [0; 3]));
            }
        }
        let area = Area { left: 50, top: 50, right: 350, bottom: 150 };
        assert!(striped(&page, &page.data, &area));
        assert!(!striped(&Raster::blank(400, 200, Depth::Grey), &page.data[..0], &area));
    }
}
