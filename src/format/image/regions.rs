//! Ink that nobody read: handwriting, stamps, photographs, bar codes, drawings.
//!
//! A name may stand in each of them, and no detector here claims to know that none does. Whatever is larger than a speck, is not a rule of
//! a form and was not read as words goes to a person, with a word for what it looks like.

use super::barcode;
use super::ocr::{Area, Word};
use super::raster::{Depth, Raster, threshold};

/// Most regions of one page; what is beyond them is one region around all.
const MAX_REGIONS: usize = 40;

/// What a region looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looks {
    /// A photograph: a face, an identity card, a wound.
    Photo,
    /// A bar code or QR code.
    Code,
    /// Handwriting, a stamp, a signature, a drawing, print that could not be read.
    Marks,
    /// Nothing: a person has drawn a box there.
    Drawn,
}

/// A place with ink that was not read.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    /// In pixels of the level page.
    pub area: Area,
    /// What it looks like.
    pub looks: Looks,
    /// What a code says, when it could be decoded.
    pub says: Option<String>,
}

/// Finds the regions of a level page. `grey` are its pixels as brightness.
pub fn find(page: &Raster, grey: &[u8], words: &[Word], dpi: (f32, f32), capital: f32) -> Vec<Region> {
    let mut ink = inked(page, grey);
    let margin = (capital * 0.3).ceil() as i32;
    let small = (capital * 2.0) as i32;
    let speck = |w: &&Word| w.text.chars().any(char::is_alphanumeric) || w.area.width() < small && w.area.height() < small;
    // Words that are guesses are asked about as words.
    let known: Vec<Area> = words.iter().filter(speck).map(|w| w.area.grown(margin, margin)).collect();
    for a in &known {
        clear(&mut ink, page, a);
    }
    without_rules(&mut ink, page, dpi);
    let mut areas = clusters(&ink, page, dpi);
    areas.sort_by_key(|a| (a.top, a.left));
    if areas.len() > MAX_REGIONS {
        let rest = areas.split_off(MAX_REGIONS - 1);
        areas.extend(rest.into_iter().reduce(|a, b| a.and(&b)));
    }
    let mut out: Vec<Region> =
        areas.into_iter().map(|area| Region { area, looks: looks(page, grey, &area, dpi), says: None }).collect();
    barcode::read_all(page, grey, dpi, &mut out);
    out
}

/// 1 where a pixel is ink.
fn inked(page: &Raster, grey: &[u8]) -> Vec<u8> {
    let t = if page.depth == Depth::Bit { 127 } else { threshold(grey) };
    grey.iter().map(|v| u8::from(*v <= t)).collect()
}

fn clear(ink: &mut [u8], page: &Raster, a: &Area) {
    let clip = |v: i32, most: usize| (v.max(0) as usize).min(most);
    let (l, r) = (clip(a.left, page.width), clip(a.right, page.width));
    for y in clip(a.top, page.height)..clip(a.bottom, page.height) {
        if let Some(row) = ink.get_mut(y * page.width + l..y * page.width + r.max(l)) {
            row.fill(0);
        }
    }
}

/// Takes out straight lines along and across: rules of forms and tables, edges of the scanned sheet. Only thin ones: a black field is ink.
fn without_rules(ink: &mut [u8], page: &Raster, dpi: (f32, f32)) {
    let (w, h) = (page.width, page.height);
    let thick = |d: f32| (d * 0.04).ceil() as usize;
    let mut gone: Vec<(usize, usize, usize, bool)> = Vec::new();
    let long = (dpi.0 * 0.5) as usize;
    let row = |y: usize| ink.get(y * w..(y + 1) * w).unwrap_or_default();
    for y in 0..h {
        let (row, mut x) = (row(y), 0);
        // From one run of ink to the next.
        while let Some(paper) = row.get(x..).and_then(|rest| rest.iter().position(|v| *v == 1)) {
            let start = x + paper;
            let rest = row.get(start..).unwrap_or_default();
            x = start + rest.iter().position(|v| *v != 1).unwrap_or(rest.len());
            if x - start >= long {
                // Looked at in three places: a rule is thin in most of them.
                let thin = [1, 2, 3]
                    .iter()
                    .filter(|q| thickness(ink, w, h, start + (x - start) * **q / 4, y, true) <= thick(dpi.1))
                    .count();
                if thin >= 2 {
                    gone.push((start, y, x - start, true));
                }
            }
        }
    }
    let tall = (dpi.1 * 0.4) as usize;
    // Row after row, with how far each column has been dark: a column of a page is far apart in memory.
    let mut runs = vec![0u32; w];
    let below = vec![0; w];
    for y in 0..=h {
        let row = if y < h { row(y) } else { &below };
        for (x, (run, ink_here)) in runs.iter_mut().zip(row).enumerate() {
            if *ink_here == 1 {
                *run += 1;
                continue;
            }
            let n = std::mem::take(run) as usize;
            if n >= tall {
                let start = y - n;
                let thin =
                    [1, 2, 3].iter().filter(|q| thickness(ink, w, h, x, start + n * **q / 4, false) <= thick(dpi.0)).count();
                if thin >= 2 {
                    gone.push((x, start, n, false));
                }
            }
        }
    }
    for (x, y, n, along) in gone {
        for i in 0..n {
            let p = if along { y * w + x + i } else { (y + i) * w + x };
            if let Some(v) = ink.get_mut(p) {
                *v = 0;
            }
        }
    }
}

fn thickness(ink: &[u8], w: usize, h: usize, x: usize, y: usize, down: bool) -> usize {
    let get = |x: usize, y: usize| x < w && y < h && ink[y * w + x] == 1;
    let step = |i: i64| if down { get(x, (y as i64 + i).max(0) as usize) } else { get((x as i64 + i).max(0) as usize, y) };
    let mut n = 1;
    for sign in [1i64, -1] {
        let mut i = sign;
        while n < 400 && i.abs() <= 400 && step(i) && !(sign < 0 && if down { y as i64 + i < 0 } else { x as i64 + i < 0 }) {
            n += 1;
            i += sign;
        }
    }
    n
}

/// Fields of a grid with ink in them, joined with their neighbours.
fn clusters(ink: &[u8], page: &Raster, dpi: (f32, f32)) -> Vec<Area> {
    let (cx, cy) = (((dpi.0 / 20.0) as usize).max(3), ((dpi.1 / 20.0) as usize).max(3));
    let (gw, gh) = (page.width.div_ceil(cx), page.height.div_ceil(cy));
    let mut count = vec![0u32; gw * gh];
    for y in 0..page.height {
        let row = ink.get(y * page.width..(y + 1) * page.width).unwrap_or_default();
        for (gx, part) in row.chunks(cx).enumerate() {
            count[y / cy * gw + gx] += part.iter().map(|v| u32::from(*v)).sum::<u32>();
        }
    }
    let least = (cx * cy) as u32 / 20 + 1;
    let mut seen = vec![false; gw * gh];
    let mut out = Vec::new();
    for i in 0..count.len() {
        if seen[i] || count[i] < least {
            continue;
        }
        seen[i] = true;
        let (mut stack, mut cells) = (vec![i], Vec::new());
        while let Some(c) = stack.pop() {
            cells.push(c);
            let (x, y) = ((c % gw) as i64, (c / gw) as i64);
            for (dx, dy) in (-2..=2i64).flat_map(|dx| (-1..=1i64).map(move |dy| (dx, dy))) {
                let (nx, ny) = (x + dx, y + dy);
                if nx < 0 || ny < 0 || nx >= gw as i64 || ny >= gh as i64 {
                    continue;
                }
                let n = ny as usize * gw + nx as usize;
                if !seen[n] && count[n] >= least {
                    seen[n] = true;
                    stack.push(n);
                }
            }
        }
        out.extend(worth(&cells, &count, gw, (cx, cy), page, dpi));
    }
    joined(out)
}

/// The area of a cluster, when it is more than a speck, a check mark or the shadow of the sheet's edge.
fn worth(cells: &[usize], count: &[u32], gw: usize, (cx, cy): (usize, usize), page: &Raster, dpi: (f32, f32)) -> Option<Area> {
    let all = cells.iter().fold(None::<Area>, |a, c| {
        let (x, y) = ((c % gw * cx) as i32, (c / gw * cy) as i32);
        let b = Area { left: x, top: y, right: x + cx as i32, bottom: y + cy as i32 };
        Some(a.map_or(b, |a| a.and(&b)))
    })?;
    let ink: u32 = cells.iter().map(|c| count[*c]).sum();
    let (w, h) = (all.width() as f32 / dpi.0, all.height() as f32 / dpi.1);
    // In inches: a check box, a bullet and a comma are smaller than this; a signature or a word in hand is larger.
    if w < 0.22 && h < 0.22 || w.min(h) < 0.09 {
        return None;
    }
    let edge = |a: i32, least: i32| a <= least;
    let (pw, ph) = (page.width as i32, page.height as i32);
    let rim = (dpi.0 * 0.12) as i32;
    let at_edge = edge(all.left, rim) || edge(all.top, rim) || pw - all.right <= rim || ph - all.bottom <= rim;
    let solid = ink as f32 / (all.width() * all.height()).max(1) as f32;
    if at_edge && (w.min(h) < 0.3 || solid > 0.8 && w.min(h) < 0.6) {
        return None;
    }
    // A punched hole.
    if solid > 0.6 && w < 0.4 && h < 0.4 && (w / h - 1.0).abs() < 0.35 {
        return None;
    }
    Some(Area { right: all.right.min(pw), bottom: all.bottom.min(ph), ..all })
}

/// Areas that meet become one.
fn joined(mut areas: Vec<Area>) -> Vec<Area> {
    let mut at = 0;
    while at < areas.len() {
        match (at + 1..areas.len()).find(|j| areas[at].meets(&areas[*j])) {
            Some(j) => {
                let other = areas.swap_remove(j);
                areas[at] = areas[at].and(&other);
                at = 0;
            }
            None => at += 1,
        }
    }
    areas
}

fn looks(page: &Raster, grey: &[u8], a: &Area, dpi: (f32, f32)) -> Looks {
    let (w, h) = (a.width().max(1) as usize, a.height().max(1) as usize);
    let (mut middle, mut dark, mut n) = (0usize, 0usize, 0usize);
    let step = (w.min(h) / 100).max(1);
    for y in (a.top.max(0) as usize..a.bottom.max(0) as usize).step_by(step) {
        for x in (a.left.max(0) as usize..a.right.max(0) as usize).step_by(step) {
            let v = grey.get(y * page.width + x).copied().unwrap_or(255);
            n += 1;
            middle += usize::from((60..200).contains(&v));
            dark += usize::from(v < 128);
        }
    }
    let inches = a.width() as f32 / dpi.0 * a.height() as f32 / dpi.1;
    if n > 0
        && inches > 0.3
        && (middle * 10 > n * 3 || page.depth == Depth::Bit && dark * 10 > n * 4 && !barcode::striped(page, grey, a))
    {
        return Looks::Photo;
    }
    if barcode::striped(page, grey, a) { Looks::Code } else { Looks::Marks }
}
