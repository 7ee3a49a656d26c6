//! Redaction of pixels.
//!
//! Black over a name tells how long the name was. So a stretch of a line in which something goes is laid anew: the name's pixels become
//! paper, a box whose size depends on the label and the size of the text takes their place, and the words after it move up to it with
//! one fixed gap. A line that stood against the right edge or in the middle stays there with its new width. Where it stood on the page,
//! how the lines broke, and where another cell of the row begins stays as it was, and that is all that is left of the name.

use super::glyphs::{self, boxed, fill};
use super::ocr::{Area, Word};
use super::page::{PageRead, goes_below, is_tall};
use super::raster::{Depth, Raster, threshold};
use crate::format::layout::{Cell, Line};
use std::collections::HashMap;

/// Words that go, under one label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// Indices into [`PageRead::words`].
    pub words: Vec<u32>,
    /// What stands in their place; nothing when empty.
    pub label: String,
    /// The ledger entry.
    pub ledger: u32,
}

/// A whole area that goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// In pixels of the level page.
    pub area: Area,
    /// What stands there instead.
    pub label: String,
    /// The ledger entry.
    pub ledger: u32,
}

/// Pixels that moved: `from` stands now where `left` says, in the same rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Where it stood.
    pub from: Area,
    /// Column where its left edge stands now.
    pub left: i32,
}

/// What was done to a page, in pixels of the level page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Done {
    /// Everything outside of these areas is as it was.
    pub touched: Vec<Area>,
    /// Kept words inside them, which only moved.
    pub moved: Vec<Moved>,
    /// Label boxes with their ledger entry.
    pub boxes: Vec<(u32, Area)>,
    /// Where each kept word stands now, when it moved.
    pub places: Vec<(u32, Area)>,
    /// Labels that did not fit beside what stays in the line, so that the box has the width of what went.
    pub tight: u32,
}

/// Size of the text of a line: where its letters stand and how tall they are.
#[derive(Clone, Copy, Debug)]
struct Size {
    base: i32,
    capital: i32,
    dot: (i32, i32),
    gap: i32,
}

/// Carries out cuts and blocks on the level page.
pub fn redact(page: &mut Raster, read: &PageRead, cuts: &[Cut], blocks: &[Block]) -> Done {
    let mut gone: HashMap<u32, usize> = HashMap::new();
    for (i, cut) in cuts.iter().enumerate() {
        gone.extend(cut.words.iter().map(|w| (*w, i)));
    }
    let mut done = Done::default();
    let before = page.clone();
    let dark = if page.depth == Depth::Bit { 127 } else { threshold(&before.grey()) };
    let edges = Edges::of(read, &gone);
    let mut labelled = vec![false; cuts.len()];
    for line in &read.text.lines {
        for (c, cell) in line.cells.iter().enumerate() {
            if cell.pieces.iter().any(|p| gone.contains_key(p)) {
                let mut work = Work { page, before: &before, read, gone: &gone, cuts, edges: &edges, dark, done: &mut done };
                work.cell(line, cell, c, &mut labelled);
            }
        }
    }
    for b in blocks {
        let area = clipped(b.area, page);
        let d = dot(read.capital, read.dpi);
        let fits = glyphs::width(&b.label, d.0) <= area.width() && glyphs::HEIGHT * d.1 <= area.height();
        boxed(page, area, &b.label, if fits { d } else { (1, 1) });
        done.touched.push(area);
        done.boxes.push((b.ledger, area));
    }
    done
}

fn clipped(a: Area, page: &Raster) -> Area {
    let (w, h) = (page.width as i32, page.height as i32);
    Area { left: a.left.clamp(0, w), top: a.top.clamp(0, h), right: a.right.clamp(0, w), bottom: a.bottom.clamp(0, h) }
}

/// Pixels of a dot of the label font, so that a label is three quarters as tall as the capitals around it.
fn dot(capital: f32, dpi: (f32, f32)) -> (i32, i32) {
    let y = (capital * 0.75 / glyphs::HEIGHT as f32).round().max(1.0);
    let x = (y * dpi.0 / dpi.1).round().max(1.0);
    (x as i32, y as i32)
}

/// Where the cells without any cut begin and end: lines of text stand against these edges.
struct Edges {
    left: Vec<i32>,
    right: Vec<i32>,
    middle: Vec<i32>,
    far_right: i32,
}

impl Edges {
    fn of(read: &PageRead, gone: &HashMap<u32, usize>) -> Edges {
        let mut e = Edges { left: Vec::new(), right: Vec::new(), middle: vec![read.size.0 as i32 / 2], far_right: 0 };
        for cell in read.text.lines.iter().flat_map(|l| &l.cells) {
            // Where a line with a name in it ends says nothing about where lines end.
            let whole = !cell.pieces.iter().any(|p| gone.contains_key(p));
            let (l, r) = (cell.left.round() as i32, cell.right.round() as i32);
            e.left.push(l);
            if whole {
                e.right.push(r);
                e.middle.push((l + r) / 2);
                e.far_right = e.far_right.max(r);
            }
        }
        e
    }

    fn shared(list: &[i32], at: i32, near: i32, others: usize) -> bool {
        list.iter().filter(|v| (**v - at).abs() <= near).count() >= others
    }
}

/// What a stretch of a line is made of, in order.
enum Item {
    Kept(Vec<u32>, Area),
    Label(usize),
}

struct Work<'a> {
    page: &'a mut Raster,
    before: &'a Raster,
    read: &'a PageRead,
    gone: &'a HashMap<u32, usize>,
    cuts: &'a [Cut],
    edges: &'a Edges,
    dark: u8,
    done: &'a mut Done,
}

impl Work<'_> {
    fn word(&self, p: u32) -> Option<&Word> {
        self.read.words.get(p as usize)
    }

    fn cell(&mut self, line: &Line, cell: &Cell, c: usize, labelled: &mut [bool]) {
        let size = self.size(line);
        let Some(all) = cell.pieces.iter().filter_map(|p| self.word(*p)).map(|w| w.area).reduce(|a, b| a.and(&b)) else { return };
        let margin = (size.capital / 8).max(2);
        let next = line.cells.get(c + 1).map(|x| x.left.floor() as i32 - size.gap);
        let paper_edge = self.read.size.0 as i32 - (self.read.dpi.0 * 0.1) as i32;
        let limit = next.unwrap_or(paper_edge.max(all.right)).max(all.right.min(next.unwrap_or(i32::MAX)));
        let floor = if c > 0 {
            line.cells.get(c - 1).map_or(0, |x| x.right.ceil() as i32 + size.gap)
        } else {
            (self.read.dpi.0 * 0.1) as i32
        };
        let items = self.items(cell, labelled);
        let first = items.iter().position(|i| matches!(i, Item::Label(_))).unwrap_or(0);

        let near = size.capital / 4 + 2;
        let lefts = Edges::shared(&self.edges.left, all.left, near, 3);
        let rights = Edges::shared(&self.edges.right, all.right, near, 1);
        let middles = Edges::shared(&self.edges.middle, (all.left + all.right) / 2, near, 2)
            || c == 0 && line.cells.len() == 1 && ((all.left + all.right) / 2 - self.read.size.0 as i32 / 2).abs() <= near;
        let mut dot = size.dot;
        let (left, total) = loop {
            let total = self.total(&items, dot.0, &size);
            let left = if lefts || !(rights || middles) {
                all.left
            } else if rights {
                all.right - total
            } else {
                (all.left + all.right) / 2 - total / 2
            };
            if left >= floor.min(all.left) && left + total <= limit {
                break (left, total);
            }
            if dot.0 == 1 {
                return self.tight(cell, &items, &size, margin);
            }
            dot = ((dot.0 - 1).max(1), (dot.1 - 1).max(1));
        };
        let moves_all = left != all.left;

        // What becomes paper: from the first change to the end of the stretch, in grey pages on to the edge of the text, so that the smooth
        // patch does not end where the name did.
        let start = if moves_all { all.left.min(left) } else { self.start_of(&items, first, all.left) };
        let mut end = all.right.max(left + total);
        let band = self.band(&size, cell, margin);
        if self.page.depth != Depth::Bit {
            end = self.clear_to(end, limit.min(self.edges.far_right.max(end)), &band);
        }
        end = self.rule_end(end + margin, limit.max(end + margin), &band);
        let area = clipped(Area { left: start - margin, right: end, ..band }, self.page);
        self.paper(&area, cell);
        self.done.touched.push(area);

        let mut at = if moves_all { left } else { start };
        for (i, item) in items.iter().enumerate() {
            match item {
                Item::Kept(ids, from) => {
                    if i >= first || moves_all {
                        self.put(ids, from, at, margin);
                        at += from.width() + size.gap;
                    }
                }
                Item::Label(cut) => {
                    let width = self.width(*cut, dot.0);
                    self.label(*cut, at, width, &size, dot);
                    at += width + if width > 0 { size.gap } else { 0 };
                }
            }
        }
    }

    /// Kept stretches and labels in order.
    fn items(&self, cell: &Cell, labelled: &mut [bool]) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for p in &cell.pieces {
            let Some(word) = self.word(*p) else { continue };
            match (self.gone.get(p), items.last_mut()) {
                (Some(cut), Some(Item::Label(last))) if last == cut || *last == usize::MAX => {}
                (Some(cut), _) => {
                    // A name that goes on in the next line has its label where it begins.
                    let again = labelled.get(*cut).copied().unwrap_or(true);
                    if let Some(l) = labelled.get_mut(*cut) {
                        *l = true;
                    }
                    items.push(Item::Label(if again { usize::MAX } else { *cut }));
                }
                (None, Some(Item::Kept(ids, area))) => {
                    ids.push(*p);
                    *area = area.and(&word.area);
                }
                (None, _) => items.push(Item::Kept(vec![*p], word.area)),
            }
        }
        items
    }

    fn width(&self, cut: usize, dot: i32) -> i32 {
        self.cuts.get(cut).filter(|c| !c.label.is_empty()).map_or(0, |c| glyphs::width(&c.label, dot))
    }

    fn total(&self, items: &[Item], dot: i32, size: &Size) -> i32 {
        let widths: Vec<i32> = items
            .iter()
            .map(|i| match i {
                Item::Kept(_, a) => a.width(),
                Item::Label(cut) => self.width(*cut, dot),
            })
            .filter(|w| *w > 0)
            .collect();
        widths.iter().sum::<i32>() + size.gap * (widths.len() as i32 - 1).max(0)
    }

    /// Where the first label begins: one gap after what stands before it.
    fn start_of(&self, items: &[Item], first: usize, left: i32) -> i32 {
        match first.checked_sub(1).and_then(|i| items.get(i)) {
            Some(Item::Kept(_, a)) => a.right + self.size_gap(),
            _ => left,
        }
    }

    fn size_gap(&self) -> i32 {
        gap(self.read)
    }

    /// Rows that belong to the line: fixed by its base line and the size of its text, more only where a cut word needs it.
    fn band(&self, size: &Size, cell: &Cell, margin: i32) -> Area {
        let mut band =
            Area { left: 0, right: 0, top: size.base - size.capital * 5 / 4, bottom: size.base + size.capital * 2 / 5 };
        for w in cell.pieces.iter().filter_map(|p| self.word(*p)) {
            band.top = band.top.min(w.area.top - margin);
            band.bottom = band.bottom.max(w.area.bottom + margin);
        }
        band
    }

    /// How far to the right the band is free of ink.
    fn clear_to(&self, from: i32, to: i32, band: &Area) -> i32 {
        let inked = |x: i32| (band.top..band.bottom).filter(|y| self.ink(x, *y)).count() > 1;
        (from..to).find(|x| inked(*x)).unwrap_or(to.max(from))
    }

    /// A rule under the name that goes on after it is taken out to its end: what is left of it would show where the name ended.
    fn rule_end(&self, from: i32, limit: i32, band: &Area) -> i32 {
        let mut end = from;
        for y in band.top..band.bottom {
            let mut x = from;
            while x < limit && self.ink(x, y) {
                x += 1;
            }
            if x - from > 8 && x < limit {
                end = end.max(x + 1);
            }
        }
        end
    }

    fn ink(&self, x: i32, y: i32) -> bool {
        x >= 0 && y >= 0 && super::raster::luma(self.before.pixel(x as usize, y as usize)) <= self.dark
    }

    /// Makes an area paper, except where words of other lines reach into it.
    fn paper(&mut self, area: &Area, cell: &Cell) {
        let other = |i: usize| !cell.pieces.contains(&(i as u32)) && !self.gone.contains_key(&(i as u32));
        let safe: Vec<Area> =
            self.read.words.iter().enumerate().filter(|(i, w)| other(*i) && w.area.meets(area)).map(|(_, w)| w.area).collect();
        if safe.is_empty() {
            return fill(self.page, *area, self.read.paper);
        }
        for y in area.top..area.bottom {
            for x in area.left..area.right {
                let kept = safe.iter().any(|s| (s.left..s.right).contains(&x) && (s.top..s.bottom).contains(&y));
                if !kept && x >= 0 && y >= 0 {
                    self.page.set(x as usize, y as usize, self.read.paper);
                }
            }
        }
    }

    /// Copies kept pixels to their new place.
    fn put(&mut self, ids: &[u32], from: &Area, left: i32, margin: i32) {
        let m = margin.min(2);
        let from = clipped(Area { top: from.top - m, bottom: from.bottom + m, ..*from }, self.page);
        for y in from.top..from.bottom {
            for x in from.left..from.right {
                let to = left + x - from.left;
                if to >= 0 {
                    self.page.set(to as usize, y as usize, self.before.pixel(x as usize, y as usize));
                }
            }
        }
        self.done.moved.push(Moved { from, left });
        let by = left - from.left;
        for id in ids {
            if let Some(a) = self.word(*id).map(|w| w.area) {
                self.done.places.push((*id, Area { left: a.left + by, right: a.right + by, ..a }));
            }
        }
    }

    fn label(&mut self, cut: usize, at: i32, width: i32, size: &Size, dot: (i32, i32)) {
        let Some(cut) = self.cuts.get(cut).filter(|_| width > 0) else { return };
        let pad = (size.capital / 5).max(1);
        let area = Area { left: at, right: at + width, top: size.base - size.capital - pad, bottom: size.base + pad };
        boxed(self.page, area, &cut.label, dot);
        self.done.boxes.push((cut.ledger, clipped(area, self.page)));
        self.done.touched.push(clipped(area, self.page));
    }

    /// The last resort: nothing moves, and each box has the width of what went.
    fn tight(&mut self, cell: &Cell, items: &[Item], size: &Size, margin: i32) {
        self.done.tight += 1;
        let mut runs: Vec<(Option<usize>, Area)> = Vec::new();
        for p in &cell.pieces {
            let (Some(word), cut) = (self.word(*p), self.gone.get(p).copied()) else { continue };
            match (cut, runs.last_mut()) {
                (Some(c), Some((Some(last), area))) if *last == c => *area = area.and(&word.area),
                (c, _) => runs.push((c, word.area)),
            }
        }
        let shown: Vec<usize> = items.iter().filter_map(|i| if let Item::Label(c) = i { Some(*c) } else { None }).collect();
        for (cut, area) in runs.into_iter().filter_map(|(c, a)| c.map(|c| (c, a))) {
            let area = clipped(area.grown(margin, margin), self.page);
            let Some(c) = self.cuts.get(cut) else { continue };
            let text = if shown.contains(&cut) { c.label.as_str() } else { "" };
            let fits = glyphs::width(text, size.dot.0) <= area.width();
            boxed(self.page, area, text, if fits { size.dot } else { (1, 1) });
            self.done.touched.push(area);
            self.done.boxes.push((c.ledger, area));
        }
    }

    /// The line's base line and the size of its letters, the latter in few steps so that it does not tell which letters there were.
    fn size(&self, line: &Line) -> Size {
        let words: Vec<&Word> = line.cells.iter().flat_map(|c| &c.pieces).filter_map(|p| self.word(*p)).collect();
        let kept: Vec<&Word> = line
            .cells
            .iter()
            .flat_map(|c| &c.pieces)
            .filter(|p| !self.gone.contains_key(p))
            .filter_map(|p| self.word(*p))
            .collect();
        let base_of =
            |ws: &[&Word]| median(ws.iter().filter(|w| !w.text.chars().any(goes_below) && readable(w)).map(|w| w.area.bottom));
        let deep = || median(words.iter().map(|w| w.area.bottom)).map(|b| b - (self.read.capital * 0.25) as i32);
        let base = base_of(&kept).or_else(|| base_of(&words)).or_else(deep).unwrap_or(0);
        let tall_of = |ws: &[&Word]| median(ws.iter().filter(|w| w.text.chars().any(is_tall)).map(|w| base - w.area.top));
        let told = tall_of(&kept).or_else(|| tall_of(&words)).unwrap_or(self.read.capital as i32) as f32;
        let usual = self.read.capital.max(4.0);
        let steps = ((told / usual).max(0.3).ln() / 1.25f32.ln()).round();
        let capital = usual * 1.25f32.powf(steps.clamp(-4.0, 8.0));
        Size { base, capital: capital.round() as i32, dot: dot(capital, self.read.dpi), gap: gap(self.read) }
    }
}

fn readable(w: &Word) -> bool {
    w.text.chars().any(char::is_alphanumeric)
}

/// Between words that were laid anew.
fn gap(read: &PageRead) -> i32 {
    (read.capital * 0.45 * read.dpi.0 / read.dpi.1).round().max(3.0) as i32
}

fn median(values: impl Iterator<Item = i32>) -> Option<i32> {
    let mut v: Vec<i32> = values.collect();
    v.sort_unstable();
    v.get(v.len() / 2).copied()
}
