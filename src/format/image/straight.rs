//! Finds which way up and how skewed a page lies, and lays its lines level without changing a pixel.
//!
//! A page is turned by quarters and its columns are pushed up or down. Both only move pixels, so what is done to the level page can be
//! taken back exactly: no pixel of a scan is ever interpolated in the output.

use super::raster::{Depth, Raster, Turn, threshold};

/// Largest skew that is looked for, in degrees to either side.
const MAX_SKEW: f32 = 12.0;
/// Smaller skews do not matter to the reader.
const MIN_SKEW: f32 = 0.15;
/// Points of ink that are looked at.
const MAX_POINTS: usize = 60_000;

/// What was done to a page to lay it level.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Laid {
    /// Quarters first.
    pub turn: Turn,
    /// Then each column goes down by `slope` pixels for each pixel it stands right of the middle (up when negative).
    pub slope: f32,
}

impl Laid {
    /// How far the column goes down.
    pub fn shift(&self, x: usize, width: usize) -> i32 {
        (self.slope * (x as f32 - width as f32 / 2.0)).round() as i32
    }

    /// Where a corner of the level page stands on the unit square of the page as it lies: 0 to 1 from its left and from its bottom edge.
    pub fn unit(&self, x: f32, y: f32, size: (usize, usize)) -> (f32, f32) {
        let room = self.room(size.0);
        let (w, h) = (size.0.max(1) as f32, size.1.saturating_sub(2 * room).max(1) as f32);
        let (u, v) = (x / w, 1.0 - (y - self.slope * (x - w / 2.0) - room as f32) / h);
        match self.turn {
            Turn::None => (u, v),
            Turn::Right => (1.0 - v, u),
            Turn::Half => (1.0 - u, 1.0 - v),
            Turn::Left => (v, 1.0 - u),
        }
    }

    /// The other way round: the pixel of the level page at a place of the unit square of the page as it lies.
    pub fn pixel(&self, a: f32, b: f32, size: (usize, usize)) -> (f32, f32) {
        let (u, v) = match self.turn {
            Turn::None => (a, b),
            Turn::Right => (b, 1.0 - a),
            Turn::Half => (1.0 - a, 1.0 - b),
            Turn::Left => (1.0 - b, a),
        };
        let room = self.room(size.0);
        let (w, h) = (size.0.max(1) as f32, size.1.saturating_sub(2 * room).max(1) as f32);
        let x = u * w;
        (x, (1.0 - v) * h + self.slope * (x - w / 2.0) + room as f32)
    }

    /// Rows that are added above and below.
    pub fn room(&self, width: usize) -> usize {
        self.shift(width, width).unsigned_abs() as usize + usize::from(self.slope != 0.0)
    }

    /// Lays a page level; new corners get the colour of the paper.
    pub fn level(&self, page: Raster, paper: [u8; 3]) -> Raster {
        let page = page.turned(self.turn);
        if self.slope == 0.0 {
            return page;
        }
        let room = self.room(page.width);
        let mut out = Raster::blank(page.width, page.height + 2 * room, page.depth);
        let n = page.depth.bytes();
        for p in out.data.chunks_exact_mut(n) {
            p.copy_from_slice(&paper[..n]);
        }
        self.columns(&page, room, |from, to, w| {
            if let (Some(a), Some(b)) = (out.data.get_mut(to * n..(to + w) * n), page.data.get(from * n..(from + w) * n)) {
                a.copy_from_slice(b);
            }
        });
        out
    }

    /// Takes [`Laid::level`] back.
    pub fn back(&self, level: Raster) -> Raster {
        if self.slope == 0.0 {
            return level.turned(self.turn.back());
        }
        let room = self.room(level.width);
        let n = level.depth.bytes();
        let mut out = Raster::blank(level.width, level.height.saturating_sub(2 * room), level.depth);
        let like = Raster { width: out.width, height: out.height, depth: out.depth, data: Vec::new() };
        self.columns(&like, room, |from, to, w| {
            if let (Some(a), Some(b)) = (out.data.get_mut(from * n..(from + w) * n), level.data.get(to * n..(to + w) * n)) {
                a.copy_from_slice(b);
            }
        });
        out.turned(self.turn.back())
    }

    /// Calls `f` with pixel index in the page, pixel index in the level page and length for every stretch that moves together.
    fn columns(&self, page: &Raster, room: usize, mut f: impl FnMut(usize, usize, usize)) {
        let mut x = 0;
        while x < page.width {
            let shift = self.shift(x, page.width);
            let mut end = x + 1;
            while end < page.width && self.shift(end, page.width) == shift {
                end += 1;
            }
            for y in 0..page.height {
                let to = (y as i64 + i64::from(shift) + room as i64).max(0) as usize;
                f(y * page.width + x, to * page.width + x, end - x);
            }
            x = end;
        }
    }
}

/// Skew of the lines, and how clearly lines show at all, for the page as it lies and for the page turned by a quarter.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Lines {
    /// Slope that lays them level (see [`Laid::slope`]).
    pub slope: f32,
    /// How clearly rows of ink and rows of paper differ; 0 for a blank page.
    pub clear: f32,
}

/// Looks at a page for lines along its width and along its height.
pub fn lines(page: &Raster, grey: &[u8]) -> (Lines, Lines) {
    let dark = if page.depth == Depth::Bit { 127 } else { threshold(grey) };
    let across = best(&ink(page, grey, dark, (0, 1)));
    let turned: Vec<(f32, f32)> = ink(page, grey, dark, (1, 0)).iter().map(|(x, y)| (-y, *x)).collect();
    (across, best(&turned))
}

/// Dark points with paper beside them in direction `edge`, spread evenly, at about 100 to the inch of a letter page, from the middle of
/// the page. The edges of letters are taken because base lines are sharper than the letters that stand on them.
fn ink(page: &Raster, grey: &[u8], dark: u8, edge: (usize, usize)) -> Vec<(f32, f32)> {
    let step = (page.width.min(page.height) / 800).max(1);
    let row = |y: usize| grey.get(y * page.width..(y + 1) * page.width).unwrap_or_default();
    let (right, down) = (page.width as f32 / 2.0, page.height as f32 / 2.0);
    let mut all = Vec::new();
    for y in (0..page.height).step_by(step) {
        let (here, beside) = (row(y), row(y + edge.1 * step));
        for (x, v) in here.iter().enumerate().step_by(step) {
            if *v <= dark && beside.get(x + edge.0 * step).is_none_or(|v| *v > dark) {
                all.push((x as f32 - right, y as f32 - down));
            }
        }
    }
    let skip = all.len().div_ceil(MAX_POINTS).max(1);
    let scale = step as f32;
    all.iter().skip(skip - 1).step_by(skip).map(|p| (p.0 / scale, p.1 / scale)).collect()
}

fn best(points: &[(f32, f32)]) -> Lines {
    if points.len() < 50 {
        return Lines::default();
    }
    let slope = |degrees: f32| degrees.to_radians().tan();
    let search = |from: f32, to: f32, step: f32, points: &[(f32, f32)]| {
        let n = ((to - from) / step).round() as i32;
        (0..=n)
            .map(|i| from + i as f32 * step)
            .map(|d| (d, sharpness(points, slope(d))))
            .fold((0.0, -1.0), |a, b| if b.1 > a.1 { b } else { a })
    };
    // A tenth of the points finds the place, all of them the fraction of a degree.
    let few: Vec<(f32, f32)> = points.iter().step_by((points.len() / 6_000).max(1)).copied().collect();
    let coarse = search(-MAX_SKEW, MAX_SKEW, 0.5, &few).0;
    let fine = search(coarse - 0.5, coarse + 0.5, 0.1, points);
    let level = sharpness(points, 0.0);
    if fine.0.abs() < MIN_SKEW || fine.1 < level * 1.02 {
        return Lines { slope: 0.0, clear: level };
    }
    Lines { slope: slope(fine.0), clear: fine.1 }
}

/// Mean square of the change from row to row when columns are pushed by `slope`, against that of points strewn at random.
fn sharpness(points: &[(f32, f32)], slope: f32) -> f32 {
    let ys: Vec<i32> = points.iter().map(|(x, y)| (y + slope * x).round() as i32).collect();
    let (low, high) = ys.iter().fold((i32::MAX, i32::MIN), |(l, h), y| (l.min(*y), h.max(*y)));
    let rows = (high - low + 1).clamp(1, 100_000) as usize;
    let mut count = vec![0u32; rows];
    for y in ys {
        if let Some(c) = count.get_mut((y - low) as usize) {
            *c += 1;
        }
    }
    let sum: f64 = count.windows(2).map(|w| f64::from(w[0].abs_diff(w[1])).powi(2)).sum();
    (sum / points.len() as f64 / (points.len() as f64 / rows as f64).max(1e-6)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of strokes like letters, pushed by a slope.
    fn written(slope: f32) -> Raster {
        let mut r = Raster::blank(900, 1200, Depth::Grey);
        for line in 0..25 {
            for letter in 0..60 {
                for (dx, dy) in (0..8).flat_map(|x| (0..14).map(move |y| (x, y))) {
                    if (dx + letter * 3) % 5 < 3 {
                        let x = 80 + letter * 12 + dx;
                        let y = 100.0 + line as f32 * 40.0 + dy as f32 - slope * (x as f32 - 450.0);
                        r.set(x, y.round().max(0.0) as usize, [10; 3]);
                    }
                }
            }
        }
        r
    }

    #[test]
    fn skew_is_found_and_taken_back() {
        for degrees in [-7.0f32, -2.3, 0.0, 1.0, 6.0] {
            let slope = degrees.to_radians().tan();
            let page = written(slope);
            let (across, down) = lines(&page, &page.data);
            assert!((across.slope - slope).abs() < 0.005, "{degrees}: {across:?}");
            assert!(across.clear > 1.5 * down.clear, "{degrees}: {across:?} {down:?}");
            for turn in [Turn::None, Turn::Left, Turn::Half] {
                let laid = Laid { turn, slope: across.slope };
                let level = laid.level(page.clone(), [255; 3]);
                assert_eq!(laid.back(level), page);
            }
        }
    }

    #[test]
    fn corners_are_found_on_the_page_as_it_lies() {
        // A mark near the upper left corner of the page as it lies, found again on the page turned and back.
        let mut page = Raster::blank(100, 200, Depth::Grey);
        page.set(10, 20, [0; 3]);
        for turn in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
            let laid = Laid { turn, slope: 0.0 };
            let level = laid.level(page.clone(), [255; 3]);
            let at = level.data.iter().position(|v| *v == 0).unwrap();
            let (x, y) = ((at % level.width) as f32 + 0.5, (at / level.width) as f32 + 0.5);
            let (u, v) = laid.unit(x, y, (level.width, level.height));
            assert!((u - 0.105).abs() < 0.001 && (v - (1.0 - 20.5 / 200.0)).abs() < 0.001, "{turn:?} {u} {v}");
        }
    }

    #[test]
    fn lines_up_and_down_show_in_the_other_direction() {
        let page = written(0.0).turned(Turn::Right);
        let (across, down) = lines(&page, &page.data);
        assert!(down.clear > 1.5 * across.clear, "{across:?} {down:?}");
        let blank = Raster::blank(300, 300, Depth::Grey);
        assert_eq!(lines(&blank, &blank.data).0, Lines::default());
    }
}
