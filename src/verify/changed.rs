//! What of a picture is to be read again after something in it was redacted: where it is another than it came, with what stands around that.
//! Everywhere else each pixel is the one that came in, and was read then.

use super::pixels::LOSSY;
use crate::model::picture::Picture;
use std::ops::Range;

/// Rows around a change that are read with it, as a share of the height and at least: a line of text above and below.
const AROUND: (usize, usize) = (40, 40);
/// Rows of one colour that end what stands around a change: what is beyond them is no part of a letter that is on this side.
const GAP: usize = 4;
/// Blank columns that part two words, as a share of the height and at least.
const WORDS: (usize, usize) = (400, 5);
/// White rows between two stretches that are read together.
const BETWEEN: usize = 24;
/// Paper at both sides of what is read.
const MARGIN: usize = 8;

/// The rows of a picture in which it is another than it came, one below the other, with what stands around them; what no wide gap of paper parts
/// from a change within them is white. `None` when nothing or most of it changed.
pub fn changed(before: &Picture, after: &Picture, lossy: bool) -> Option<Picture> {
    let size = |p: &Picture| (p.width, p.height, p.channels, p.data.len());
    if size(before) != size(after) || after.width * after.channels == 0 {
        return None;
    }
    let both = Both { before, after, least: if lossy { LOSSY } else { 0 } };
    let around = (after.height / AROUND.0).max(AROUND.1);
    let bands = both.bands(around);
    let rows: usize = bands.iter().map(|b| b.len() + BETWEEN).sum();
    if bands.is_empty() || rows > after.height * 3 / 4 {
        return None;
    }
    let columns: Vec<Vec<Range<usize>>> = bands.iter().map(|b| both.columns(b, around)).collect();
    let left = columns.iter().flatten().map(|c| c.start).min()?;
    let right = columns.iter().flatten().map(|c| c.end).max()?;
    let (c, width) = (after.channels, right - left);
    let mut data = vec![255; rows * width * c];
    let mut lines = data.chunks_exact_mut(width * c);
    for (band, columns) in bands.iter().zip(&columns) {
        for (y, line) in band.clone().zip(&mut lines) {
            let row = both.row(y);
            for kept in columns {
                let to = line.get_mut((kept.start - left) * c..(kept.end - left) * c)?;
                to.copy_from_slice(row.get(kept.start * c..kept.end * c)?);
            }
        }
        // Paper before the next.
        lines.nth(BETWEEN - 1);
    }
    Some(Picture { width, height: rows, channels: c, data })
}

/// A picture as it came and as it goes, of one size.
struct Both<'a> {
    before: &'a Picture,
    after: &'a Picture,
    /// By how much a pixel may differ and is the same.
    least: u8,
}

impl Both<'_> {
    fn row(&self, y: usize) -> &[u8] {
        let stride = self.after.width * self.after.channels;
        self.after.data.get(y * stride..(y + 1) * stride).unwrap_or_default()
    }

    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= self.least)
    }

    fn empty_row(&self, y: usize) -> bool {
        let (row, c) = (self.row(y), self.after.channels);
        let first = row.get(..c).unwrap_or_default();
        row.chunks_exact(c).all(|p| self.same(p, first))
    }

    /// The rows that changed, with what stands around them.
    fn bands(&self, around: usize) -> Vec<Range<usize>> {
        let stride = self.after.width * self.after.channels;
        let mut bands: Vec<Range<usize>> = Vec::new();
        for (y, (a, b)) in self.before.data.chunks_exact(stride).zip(self.after.data.chunks_exact(stride)).enumerate() {
            if a == b || self.same(a, b) {
                continue;
            }
            match bands.last_mut().filter(|last| y <= last.end + GAP) {
                Some(last) => last.end = y + 1,
                None => bands.push(y..y + 1),
            }
        }
        // How far what stands around reaches, by the rows that come after another in this order.
        let reach = |rows: &mut dyn Iterator<Item = usize>| {
            let (mut n, mut gap) = (0, 0);
            for y in rows.take(around) {
                n += 1;
                gap = if self.empty_row(y) { gap + 1 } else { 0 };
                if gap == GAP {
                    break;
                }
            }
            n
        };
        for band in &mut bands {
            band.start -= reach(&mut (0..band.start).rev());
            band.end += reach(&mut (band.end..self.after.height));
        }
        bands.dedup_by(|next, last| {
            let meets = next.start <= last.end;
            if meets {
                last.end = last.end.max(next.end);
            }
            meets
        });
        bands
    }

    /// The columns of a band that hold a change, with all that no `gap` of paper parts from it; of words as far away as `gap` no more than
    /// the first.
    fn columns(&self, band: &Range<usize>, gap: usize) -> Vec<Range<usize>> {
        let (c, width) = (self.after.channels, self.after.width);
        let stride = width * c;
        let (mut inked, mut other) = (vec![false; width], vec![false; width]);
        let first = self.row(band.start);
        for y in band.clone() {
            let row = self.row(y);
            let came = self.before.data.get(y * stride..(y + 1) * stride).unwrap_or_default();
            for (x, ((p, old), top)) in row.chunks_exact(c).zip(came.chunks_exact(c)).zip(first.chunks_exact(c)).enumerate() {
                other[x] |= !self.same(p, old);
                inked[x] |= !self.same(p, top);
            }
        }
        let blank = |x: usize| !inked[x] && !other[x];
        let mut out: Vec<Range<usize>> = Vec::new();
        for x in (0..width).filter(|x| !blank(*x)) {
            match out.last_mut().filter(|last| x < last.end + gap) {
                Some(last) => last.end = x + 1,
                None => out.push(x..x + 1),
            }
        }
        // The first gap between words from a column on, on the way to an end.
        let word = (self.after.height / WORDS.0).max(WORDS.1);
        let ends = |way: &mut dyn Iterator<Item = usize>| {
            let mut run = 0;
            for x in way {
                run = if blank(x) { run + 1 } else { 0 };
                if run == word {
                    return Some(x);
                }
            }
            None
        };
        let near = |r: Range<usize>| {
            let (first, last) = (r.clone().find(|x| other[*x])?, r.clone().rev().find(|x| other[*x])?);
            let left = ends(&mut (r.start..first.saturating_sub(gap).max(r.start)).rev());
            let right = ends(&mut ((last + 1 + gap).min(r.end)..r.end));
            Some(left.unwrap_or(r.start.saturating_sub(MARGIN))..right.map_or((r.end + MARGIN).min(width), |x| x + 1))
        };
        out.into_iter().filter_map(near).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 300;

    fn page(inked: Range<usize>) -> Picture {
        let data = (0..WIDTH * 1000).map(|i| if inked.contains(&(i / WIDTH)) { 0 } else { 255 }).collect();
        Picture { width: WIDTH, height: 1000, channels: 1, data }
    }

    fn height(before: &Picture, after: &Picture) -> Option<usize> {
        changed(before, after, false).map(|p| p.height)
    }

    #[test]
    fn what_changed_is_read_again_with_the_lines_around_it() {
        let part = changed(&page(0..0), &page(500..510), false).expect("a part");
        let rows = 10 + 2 * GAP;
        assert_eq!((part.width, part.height, part.data.len()), (WIDTH, rows + BETWEEN, WIDTH * (rows + BETWEEN)));
        assert_eq!(part.data.iter().filter(|v| **v == 0).count(), 10 * WIDTH, "all that changed is in it");
        assert_eq!(height(&page(0..0), &page(0..10)), Some(10 + GAP + BETWEEN), "at the edge");
        // What no empty rows part from the change is read with it, as far as a line of text goes; rows are not empty when one pixel is not.
        let dotted = |inked: Range<usize>| {
            let mut p = page(inked);
            (0..1000).filter(|y| y % 3 == 0).for_each(|y| p.data[y * WIDTH + WIDTH - 1] = 0);
            p
        };
        assert_eq!(height(&dotted(0..0), &dotted(500..510)), Some(10 + 2 * AROUND.1 + BETWEEN));
        let two = |a: Range<usize>| {
            let mut p = page(a);
            [514, 515].iter().for_each(|y| p.data[WIDTH * y..WIDTH * y + 20].fill(0));
            p
        };
        assert_eq!(height(&two(0..0), &two(500..511)), Some(16 + 2 * GAP + BETWEEN), "a stroke near by");
        assert_eq!(height(&page(0..0), &page(0..0)), None, "what did not change is read whole");
        assert_eq!(height(&page(0..0), &page(0..900)), None, "and so is what changed everywhere");
        let small = Picture { width: 40, height: 30, channels: 1, data: vec![0; 1200] };
        assert_eq!(height(&small, &page(0..9)), None, "or has another size");
    }

    #[test]
    fn what_paper_parts_from_a_change_is_not_read_with_it() {
        // Three words in a line; the first, and what follows it at the distance of a word, and one in another column.
        let words = |first: u8| {
            let mut p = page(0..0);
            for y in 500..510 {
                p.data[y * WIDTH + 20..y * WIDTH + 40].fill(first);
                p.data[y * WIDTH + 50..y * WIDTH + 70].fill(1);
                p.data[y * WIDTH + 200..y * WIDTH + 220].fill(2);
            }
            p
        };
        let part = changed(&words(0), &words(9), false).expect("a part");
        assert_eq!((part.width, part.height), (50 + 2 * MARGIN, 10 + 2 * GAP + BETWEEN));
        let count = |v: u8| part.data.iter().filter(|x| **x == v).count();
        assert_eq!((count(9), count(1), count(2)), (200, 200, 0));
        // A word that went leaves paper, and the word behind it is read.
        assert_eq!(changed(&words(0), &words(255), false).map(|p| p.data.iter().filter(|x| **x == 1).count()), Some(200));
        // Where both columns changed both are there, at their distance.
        let mut both = words(9);
        both.data[505 * WIDTH + 210] = 77;
        let part = changed(&words(0), &both, false).expect("a part");
        assert_eq!((part.width, part.data.iter().filter(|x| **x == 2).count()), (200 + 2 * MARGIN, 199));
    }

    #[test]
    fn of_a_long_line_the_words_near_a_change_are_read_with_it() {
        // Twelve words of 14 columns with 6 between; the first of them changes.
        let line = |first: u8| {
            let mut p = page(0..0);
            for y in 500..510 {
                for word in 0..12 {
                    let at = y * WIDTH + 20 + 20 * word;
                    p.data[at..at + 14].fill(if word == 0 { first } else { word as u8 });
                }
            }
            p
        };
        let part = changed(&line(90), &line(91), false).expect("a part");
        let read: Vec<u8> = (1..12).filter(|w| part.data.contains(w)).collect();
        // Whole words, as far as a line is high (40 columns) and to the end of the one that begins there.
        assert_eq!(read, [1, 2]);
        assert!([1u8, 2].iter().all(|w| part.data.iter().filter(|x| *x == w).count() == 140));
        let part = changed(&line(91), &line(90), true).map(|p| p.data.iter().filter(|x| **x == 90).count());
        assert_eq!(part, None, "a difference of a codec is none");
    }

    #[test]
    fn a_codec_may_be_a_little_off() {
        let mut after = page(100..110);
        after.data.iter_mut().for_each(|v| *v = v.saturating_sub(9));
        assert_eq!(changed(&page(100..110), &after, true), None);
        after.data[105 * WIDTH + 150] = 255;
        assert_eq!(changed(&page(100..110), &after, true).map(|p| p.height), Some(1 + 2 * GAP + BETWEEN));
    }
}
