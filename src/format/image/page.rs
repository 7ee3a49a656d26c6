//! One page read: which way it lies, what it says and where, and what nobody could read.

use super::ocr::{self, Area, Sheet, Word};
use super::raster::{Depth, Raster, Turn, luma, threshold};
use super::regions::{self, Region};
use super::straight::{self, Laid};
use crate::format::layout::{PageText, Piece, page_text};

/// The reader likes letters of this resolution.
const WANTED_DPI: f32 = 300.0;
/// Resolutions between these are given to the reader as they are.
const GOOD_DPI: std::ops::Range<f32> = 180.0..420.0;
/// A page read worse than this on average may lie upside down.
const UPRIGHT: f32 = 70.0;
/// Words below this confidence are guesses.
pub const GUESS: f32 = 50.0;

/// A page after reading. All places are pixels of the level page.
#[derive(Clone, PartialEq, Debug)]
pub struct PageRead {
    /// How the page was laid level.
    pub laid: Laid,
    /// Size of the level page.
    pub size: (usize, usize),
    /// Dots an inch of the level page.
    pub dpi: (f32, f32),
    /// Colour of the paper.
    pub paper: [u8; 3],
    /// Words; the pieces of `text` are indices into it.
    pub words: Vec<Word>,
    /// In reading order.
    pub text: PageText,
    /// What shows ink and was not read.
    pub regions: Vec<Region>,
    /// Height of capital letters of most of the text, in pixels.
    pub capital: f32,
    /// Set when so little of the page could be read that it is for a person as a whole.
    pub illegible: bool,
}

/// Reads a page.
///
/// # Errors
/// In words: the program that reads is missing, failed or took too long.
pub fn read(page: &Raster, dpi: Option<(f32, f32)>) -> Result<PageRead, String> {
    let mut one = read_some(&[(page, dpi)]);
    one.pop().unwrap_or_else(|| Err("a scan that was not read".into()))
}

/// Reads some pages together, which is quicker than one after the other. Errors are as those of [`read`].
pub fn read_some(pages: &[(&Raster, Option<(f32, f32)>)]) -> Vec<Result<PageRead, String>> {
    let looked: Vec<Looked> = pages.iter().map(|(page, dpi)| Looked::at(page, *dpi)).collect();
    let (trials, sheets): (Vec<Trial>, Vec<Sheet>) =
        pages.iter().zip(&looked).map(|((page, _), l)| Trial::new(page, l, l.first())).unzip();
    let answers = ocr::read_some(&sheets);
    drop(sheets);
    let mut out = Vec::with_capacity(pages.len());
    for (((page, _), looked), (trial, words)) in pages.iter().zip(&looked).zip(trials.into_iter().zip(answers)) {
        let read = words.and_then(|words| best(page, looked, trial.read(words)));
        out.push(read.map(|attempt| attempt.finish(looked.dpi, looked.paper)));
    }
    out
}

/// What is seen of a page before it is read.
struct Looked {
    dpi: (f32, f32),
    paper: [u8; 3],
    across: straight::Lines,
    down: straight::Lines,
}

impl Looked {
    fn at(page: &Raster, dpi: Option<(f32, f32)>) -> Looked {
        let grey = page.grey();
        let (across, down) = straight::lines(page, &grey);
        Looked { dpi: resolution(page, dpi), paper: paper(page, &grey), across, down }
    }

    /// True when its lines run up or down.
    fn lying(&self) -> bool {
        self.down.clear > 1.5 * self.across.clear && self.down.clear > 1.0
    }

    fn along(&self, lying: bool) -> Laid {
        match lying {
            true => Laid { turn: Turn::Right, slope: self.down.slope },
            false => Laid { turn: Turn::None, slope: self.across.slope },
        }
    }

    /// The way that is tried first.
    fn first(&self) -> Laid {
        self.along(self.lying())
    }
}

/// The best of all ways to lay a page, the first of which was tried.
fn best(page: &Raster, looked: &Looked, first: Attempt) -> Result<Attempt, String> {
    let (mut best, laid) = (first, looked.first());
    if best.sure() {
        return Ok(best);
    }
    let attempt = |laid: Laid| {
        let (trial, sheet) = Trial::new(page, looked, laid);
        ocr::read(&sheet).map(|words| trial.read(words))
    };
    best = better(best, attempt(Laid { turn: laid.turn.then(Turn::Half), slope: laid.slope })?);
    let (across, down) = (looked.across.clear, looked.down.clear);
    let near = across + down > 0.0 && (down.min(across) > 0.5 * down.max(across));
    if !best.sure() && (near || best.sideways()) {
        let other = looked.along(!looked.lying());
        best = better(best, attempt(other)?);
        if !best.sure() {
            best = better(best, attempt(Laid { turn: other.turn.then(Turn::Half), ..other })?);
        }
    }
    Ok(best)
}

/// Words of one way to lay the page.
struct Attempt {
    laid: Laid,
    level: Raster,
    words: Vec<Word>,
}

impl Attempt {
    /// The engine also reads text that runs up or down; then the page does not lie level.
    fn sideways(&self) -> bool {
        let long = self.words.iter().filter(|w| letters(&w.text) >= 3);
        let (mut up, mut all) = (0, 0);
        for w in long {
            all += 1;
            up += usize::from(w.area.height() > w.area.width());
        }
        up * 2 > all
    }

    fn score(&self) -> f32 {
        if self.sideways() {
            return 0.0;
        }
        self.words.iter().filter(|w| w.confidence >= GUESS).map(|w| letters(&w.text) as f32 * w.confidence / 100.0).sum()
    }

    fn sure(&self) -> bool {
        let all: f32 = self.words.iter().map(|w| letters(&w.text) as f32).sum();
        let weighted: f32 = self.words.iter().map(|w| letters(&w.text) as f32 * w.confidence).sum();
        all >= 8.0 && weighted / all >= UPRIGHT && !self.sideways()
    }

    fn finish(self, dpi: (f32, f32), paper: [u8; 3]) -> PageRead {
        let dpi = turned_dpi(dpi, self.laid.turn);
        let capital = capital_height(&self.words).unwrap_or(dpi.1 * 0.11);
        let grey = self.level.grey();
        let regions = regions::find(&self.level, &grey, &self.words, dpi, capital);
        let (sure, guessed) = self
            .words
            .iter()
            .filter(|w| letters(&w.text) > 1)
            .fold((0, 0), |(s, g), w| if w.confidence >= GUESS { (s + 1, g) } else { (s, g + 1) });
        let inked = !regions.is_empty() || guessed > 0;
        let illegible = inked && (sure < 3 || guessed * 3 > sure * 2);
        PageRead {
            laid: self.laid,
            size: (self.level.width, self.level.height),
            dpi,
            paper,
            text: reading(&self.words),
            words: self.words,
            regions,
            capital,
            illegible,
        }
    }
}

fn better(a: Attempt, b: Attempt) -> Attempt {
    if b.score() > a.score() * 1.2 { b } else { a }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn turned_dpi((x, y): (f32, f32), turn: Turn) -> (f32, f32) {
    if matches!(turn, Turn::Left | Turn::Right) { (y, x) } else { (x, y) }
}

/// Words in reading order, lines and cells.
fn reading(words: &[Word]) -> PageText {
    let pieces: Vec<Piece> = words
        .iter()
        .enumerate()
        .map(|(i, w)| {
            let (l, r) = (w.area.left as f32, w.area.right as f32);
            let (t, b) = (-(w.line.top as f32), -(w.line.bottom as f32));
            Piece { id: i as u32, text: &w.text, quad: [[l, b], [r, b], [r, t], [l, t]] }
        })
        .collect();
    page_text(&pieces)
}

/// The resolution told, when the page would then be of a size that paper has; else that of a letter page.
fn resolution(page: &Raster, told: Option<(f32, f32)>) -> (f32, f32) {
    let (w, h) = (page.width as f32, page.height as f32);
    let paper = |(x, y): &(f32, f32)| {
        let (a, b) = (w / x, h / y);
        a.min(b) > 1.5 && a.max(b) < 30.0 && (0.2..5.0).contains(&(x / y)) && x.max(*y) < 2_500.0
    };
    told.filter(paper).unwrap_or_else(|| {
        let d = (w.min(h) / 8.5).clamp(60.0, 1_200.0);
        (d, d)
    })
}

/// The most usual light colour.
fn paper(page: &Raster, grey: &[u8]) -> [u8; 3] {
    if page.depth == Depth::Bit {
        return [255; 3];
    }
    let t = threshold(grey);
    let step = (grey.len() / 200_000).max(1);
    let mut by = [[0u32; 256]; 3];
    for i in (0..grey.len()).step_by(step).filter(|i| grey[*i] > t) {
        for (c, v) in page.pixel(i % page.width, i / page.width).iter().enumerate() {
            by[c][*v as usize] += 1;
        }
    }
    // The middle value of each channel, which noise does not move.
    by.map(|count| {
        let half = count.iter().sum::<u32>() / 2;
        let mut sum = 0;
        count
            .iter()
            .position(|n| {
                sum += n;
                sum > half
            })
            .unwrap_or(255) as u8
    })
}

/// A page laid one way, about to be read.
struct Trial {
    laid: Laid,
    level: Raster,
    dpi: (f32, f32),
    /// How much larger the engine sees it.
    scale: (f32, f32),
    /// Where what the engine sees begins, in its pixels.
    from: (i32, i32),
}

impl Trial {
    fn new(page: &Raster, looked: &Looked, laid: Laid) -> (Trial, Sheet) {
        let level = laid.level(page.clone(), looked.paper);
        let dpi = turned_dpi(looked.dpi, laid.turn);
        let (sx, sy, told) = scale(&level, dpi);
        let grey = level.grey();
        let (mut width, mut height, mut scale, mut seen) = (level.width, level.height, (1.0, 1.0), grey);
        if sx != 1.0 || sy != 1.0 {
            width = (level.width as f32 * sx).round().max(1.0) as usize;
            height = (level.height as f32 * sy).round().max(1.0) as usize;
            seen = resample(&seen, level.width, level.height, width, height);
            scale = (width as f32 / level.width as f32, height as f32 / level.height as f32);
        }
        let mut sheet = Sheet { width, height, grey: seen, dpi: told };
        if scale == (1.0, 1.0) && level.depth == Depth::Bit {
            without_specks(&mut sheet);
        }
        let from = trim(&mut sheet, luma(looked.paper));
        (Trial { laid, level, dpi, scale, from }, sheet)
    }

    fn read(self, mut words: Vec<Word>) -> Attempt {
        let (sx, sy) = self.scale;
        for word in &mut words {
            for area in [&mut word.area, &mut word.line] {
                let moved = area.moved(self.from.0, self.from.1);
                *area = if self.scale == (1.0, 1.0) { moved } else { unscaled(moved, sx, sy) };
            }
        }
        let (w, h) = (self.level.width as i32, self.level.height as i32);
        words.retain(|x| x.area.width() < w * 9 / 10 || letters(&x.text) > 1);
        let usual = capital_height(&words).unwrap_or(self.dpi.1 * 0.11);
        for word in &mut words {
            let a = &mut word.area;
            *a = Area {
                left: a.left.clamp(0, w),
                top: a.top.clamp(0, h),
                right: a.right.clamp(0, w),
                bottom: a.bottom.clamp(0, h),
            };
            // A rule or picture taken into a line makes it taller than its letters.
            if word.line.height() as f32 > 3.0 * usual.max(word.area.height() as f32) {
                word.line = word.area;
            }
        }
        Attempt { laid: self.laid, level: self.level, words }
    }
}

/// Dark pixels that touch no others than these are dust. The dot of an `i` in the smallest print has four at 200 dots an inch.
const SPECK: usize = 3;

/// Leaves out dust, each speck of which the engine would look at as if it were a letter.
fn without_specks(sheet: &mut Sheet) {
    let w = sheet.width;
    let mut specks = Vec::new();
    let mut at = 0;
    while let Some(dark) = sheet.grey.get(at..).and_then(|rest| rest.iter().position(|v| *v == 0)) {
        at += dark;
        let here = sheet.grey.get(at..).unwrap_or_default();
        let run = here.iter().position(|v| *v != 0).unwrap_or(here.len()).min(w - at % w);
        // What is so long is none; most of a letter is seen so.
        if run <= SPECK && is_speck(sheet, at) {
            specks.extend(at..at + run);
        }
        at += run;
    }
    for at in specks {
        sheet.grey[at] = 255;
    }
}

/// True when the dark pixel is one of a few that touch no others.
fn is_speck(sheet: &Sheet, at: usize) -> bool {
    let (w, h) = (sheet.width, sheet.height);
    let mut found = [at; SPECK + 1];
    let (mut n, mut next) = (1, 0);
    while next < n && n <= SPECK {
        let (x, y) = (found[next] % w, found[next] / w);
        next += 1;
        for ny in y.saturating_sub(1)..(y + 2).min(h) {
            for beside in ny * w + x.saturating_sub(1)..ny * w + (x + 2).min(w) {
                if n <= SPECK && sheet.grey.get(beside) == Some(&0) && found.get(..n).is_some_and(|f| !f.contains(&beside)) {
                    found[n] = beside;
                    n += 1;
                }
            }
        }
    }
    n <= SPECK
}

/// A pixel that differs by less from the paper is no ink.
const FAINT: u8 = 24;
/// Empty paper that is left around what stands on a page, as a share of an inch.
const MARGIN: f32 = 0.3;

/// Takes empty paper at the edges away, which the engine would search for text; gives the place of what is left.
fn trim(sheet: &mut Sheet, paper: u8) -> (i32, i32) {
    let (w, h) = (sheet.width, sheet.height);
    let ink = |v: &u8| v.abs_diff(paper) >= FAINT;
    let (mut top, mut bottom, mut left, mut right) = (h, 0, w, 0);
    for (y, row) in sheet.grey.chunks_exact(w.max(1)).enumerate() {
        // Most rows are empty, which is seen of all pixels at once.
        if !row.iter().fold(false, |any, v| any | ink(v)) {
            continue;
        }
        let Some(first) = row.iter().position(ink) else { continue };
        top = top.min(y);
        bottom = y + 1;
        left = left.min(first);
        // Only what lies further right than all before.
        let rest = row.get(right..).unwrap_or_default();
        right += rest.iter().rposition(ink).map_or(0, |x| x + 1);
    }
    if top >= bottom || left >= right {
        return (0, 0);
    }
    let margin = (sheet.dpi as f32 * MARGIN) as usize;
    let (top, left) = (top.saturating_sub(margin), left.saturating_sub(margin));
    let (bottom, right) = ((bottom + margin).min(h), (right + margin).min(w));
    if (bottom - top) * (right - left) == w * h {
        return (0, 0);
    }
    let mut kept = Vec::with_capacity((bottom - top) * (right - left));
    let rows = sheet.grey.chunks_exact(w).take(bottom).skip(top);
    rows.for_each(|row| kept.extend_from_slice(row.get(left..right).unwrap_or_default()));
    sheet.grey = kept;
    (sheet.width, sheet.height) = (right - left, bottom - top);
    (left as i32, top as i32)
}

fn unscaled(a: Area, sx: f32, sy: f32) -> Area {
    let down = |v: i32, s: f32| (v as f32 / s).floor() as i32;
    let up = |v: i32, s: f32| (v as f32 / s).ceil() as i32;
    Area { left: down(a.left, sx), top: down(a.top, sy), right: up(a.right, sx), bottom: up(a.bottom, sy) }
}

/// How much larger the reader sees the page, and the resolution it is told.
fn scale(level: &Raster, (x, y): (f32, f32)) -> (f32, f32, u32) {
    let even = (x / y - 1.0).abs() < 0.1;
    let most = x.max(y);
    let wanted = if GOOD_DPI.contains(&most) {
        most
    } else if most < GOOD_DPI.start {
        most * (WANTED_DPI / most).round().clamp(2.0, 4.0)
    } else {
        WANTED_DPI
    };
    let (mut sx, mut sy) = if even { (wanted / most, wanted / most) } else { (wanted / x, wanted / y) };
    let side = (level.width as f32 * sx).max(level.height as f32 * sy);
    if side > ocr::MAX_SIDE as f32 {
        let less = ocr::MAX_SIDE as f32 / side;
        (sx, sy) = (sx * less, sy * less);
    }
    (sx, sy, wanted.round() as u32)
}

/// Another size: mean of the pixels covered when smaller, straight between neighbours when larger.
pub fn resample(grey: &[u8], w: usize, h: usize, to_w: usize, to_h: usize) -> Vec<u8> {
    let across = weights(w, to_w);
    let down = weights(h, to_h);
    let mut middle = vec![0u8; to_w * h];
    for y in 0..h {
        let row = grey.get(y * w..(y + 1) * w).unwrap_or_default();
        for (x, (from, ws)) in across.iter().enumerate() {
            let sum: u32 = ws.iter().zip(row.get(*from..).unwrap_or_default()).map(|(k, v)| k * u32::from(*v)).sum();
            middle[y * to_w + x] = (sum >> 12).min(255) as u8;
        }
    }
    let mut out = vec![0u8; to_w * to_h];
    for (y, (from, ws)) in down.iter().enumerate() {
        for x in 0..to_w {
            let sum: u32 = ws
                .iter()
                .enumerate()
                .map(|(i, k)| k * u32::from(middle.get((from + i) * to_w + x).copied().unwrap_or(255)))
                .sum();
            out[y * to_w + x] = (sum >> 12).min(255) as u8;
        }
    }
    out
}

/// For each new pixel the first old one and the weights of it and its neighbours, in 4096ths.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<u32>)> {
    let ratio = from as f64 / to.max(1) as f64;
    let reach = ratio.max(1.0);
    (0..to)
        .map(|i| {
            let middle = (i as f64 + 0.5) * ratio - 0.5;
            let first = ((middle - reach).ceil().max(0.0)) as usize;
            let last = ((middle + reach).floor() as usize).min(from.saturating_sub(1));
            let raw: Vec<f64> = (first..=last.max(first)).map(|j| (1.0 - (j as f64 - middle).abs() / reach).max(0.0)).collect();
            let sum: f64 = raw.iter().sum::<f64>().max(1e-9);
            let mut ws: Vec<u32> = raw.iter().map(|v| (v / sum * 4096.0).round() as u32).collect();
            let off = 4096i64 - ws.iter().map(|v| i64::from(*v)).sum::<i64>();
            if let Some(most) = ws.iter_mut().max() {
                *most = (i64::from(*most) + off).max(0) as u32;
            }
            (first, ws)
        })
        .collect()
}

/// True for a letter that goes below the base line.
pub fn goes_below(c: char) -> bool {
    matches!(
        c,
        'g' | 'j' | 'p' | 'q' | 'y' | 'Q' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '|' | '$' | '@' | '_' | 'ç'
    )
}

/// True for a letter as tall as a capital.
pub fn is_tall(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, 'b' | 'd' | 'f' | 'h' | 'k' | 'l')
}

/// Height of the capitals of most words.
fn capital_height(words: &[Word]) -> Option<f32> {
    let mut heights: Vec<i32> = words
        .iter()
        .filter(|w| w.confidence >= GUESS && w.text.chars().any(is_tall) && !w.text.chars().any(goes_below))
        .map(|w| w.area.height())
        .filter(|h| *h > 3)
        .collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).map(|h| *h as f32)
}

/// Brightness of a colour, for choosing between paper and ink.
pub fn is_dark(colour: [u8; 3]) -> bool {
    luma(colour) < 128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sizes_keep_what_is_seen() {
        let grey: Vec<u8> = (0..64 * 64).map(|i| if (i % 64) / 16 % 2 == 0 { 0 } else { 255 }).collect();
        let large = resample(&grey, 64, 64, 128, 128);
        assert_eq!(large[64 * 128 + 8], 0);
        assert_eq!(large[64 * 128 + 48], 255);
        let small = resample(&grey, 64, 64, 32, 20);
        assert_eq!(small.len(), 640);
        assert_eq!((small[32 * 10 + 3], small[32 * 10 + 12]), (0, 255));
        assert_eq!(resample(&grey, 64, 64, 64, 64), grey);
    }

    #[test]
    fn dust_and_empty_edges_are_not_read() {
        let mut sheet = Sheet { width: 400, height: 300, grey: vec![255; 400 * 300], dpi: 100 };
        let ink = |sheet: &mut Sheet, x: usize, y: usize| sheet.grey[y * 400 + x] = 0;
        // Three pixels that touch at corners, at the edge of the sheet; four in a square; five in a row.
        for (x, y) in [
            (399, 0),
            (398, 1),
            (399, 2),
            (200, 100),
            (201, 100),
            (200, 101),
            (201, 101),
            (250, 120),
            (251, 120),
            (252, 120),
            (253, 120),
            (254, 120),
        ] {
            ink(&mut sheet, x, y);
        }
        without_specks(&mut sheet);
        assert_eq!(sheet.grey.iter().filter(|v| **v == 0).count(), 9);
        assert_eq!(trim(&mut sheet, 255), (170, 70));
        assert_eq!((sheet.width, sheet.height, sheet.grey.len()), (255 + 30 - 170, 121 + 30 - 70, 115 * 81));
        assert_eq!(sheet.grey.iter().position(|v| *v == 0), Some(30 * 115 + 30));
        let mut blank = Sheet { width: 4, height: 4, grey: vec![255; 16], dpi: 100 };
        assert_eq!((trim(&mut blank, 255), blank.width), ((0, 0), 4));
    }

    #[test]
    fn resolution_that_no_paper_has_is_not_believed() {
        let page = Raster::blank(1700, 2200, Depth::Bit);
        assert_eq!(resolution(&page, Some((200.0, 200.0))), (200.0, 200.0));
        assert_eq!(resolution(&page, Some((1.0, 1.0))), (200.0, 200.0));
        assert_eq!(resolution(&page, None), (200.0, 200.0));
        let fax = Raster::blank(1728, 1078, Depth::Bit);
        assert_eq!(resolution(&fax, Some((204.0, 98.0))), (204.0, 98.0));
        assert_eq!(scale(&fax, (204.0, 98.0)).1, 204.0 / 98.0);
    }
}
