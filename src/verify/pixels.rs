//! Pictures of pages: what an eye would still read in them, and whether anything changed that nobody named.
//!
//! The output file as it is to be released is given to the `tesseract` program, which decodes it with libraries of its own (libpng, libjpeg,
//! libtiff) and reads it; what it reads is searched like any other text. And every pixel is compared with the page that came in: outside of
//! the areas that the writer named nothing may differ, and words that moved must be the same pixels at their new place.

use super::decode::search_file;
use super::layer::Exempt;
use super::output::Findings;
use super::searcher::Searcher;
use crate::model::edit::PixelChange;
use crate::model::memory::{self, Keyed};
use crate::model::picture::Picture;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A file that takes longer is not released.
const TIME_LIMIT: Duration = Duration::from_secs(600);
/// Names another program in the place of `tesseract`, as for reading.
const PROGRAM_VARIABLE: &str = "DISCLOSE_TESSERACT";
/// A JPEG pixel may differ by this much where nothing was done: one more pass through the codec.
pub(super) const LOSSY: u8 = 48;
/// The mean difference of a JPEG outside of the touched areas.
const LOSSY_MEAN: f64 = 3.0;
/// A change reaches this far in a JPEG: two blocks of sixteen.
const LOSSY_REACH: i32 = 32;

/// True for the formats this looks at.
pub fn is_picture(bytes: &[u8]) -> bool {
    [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"II*\0", b"MM\0*"].iter().any(|m| bytes.starts_with(m))
}

/// Reads the pages of a picture again and searches the text. `turned`: some page does not lie upright.
pub fn search_picture(searcher: &Searcher, bytes: &[u8], exempt: &[Exempt], turned: bool, findings: &mut Findings) {
    if !is_picture(bytes) || searcher.is_empty() {
        return;
    }
    match read_again(bytes, turned) {
        Ok(text) => search_text(searcher, &text, exempt, findings),
        Err(why) => findings.faults.push(why),
    }
}

/// Searches text that was read from pixels.
pub fn search_text(searcher: &Searcher, text: &str, exempt: &[Exempt], findings: &mut Findings) {
    let spared: Vec<Exempt> =
        exempt.iter().filter(|e| e.value.is_some()).map(|e| Exempt { start: 0, end: text.len(), ..e.clone() }).collect();
    for mut leak in search_file("", text.as_bytes(), searcher, &spared) {
        leak.layer = "pixels read again".into();
        findings.leaks.push(leak);
    }
}

/// Reads a decoded picture.
///
/// # Errors
/// In words.
pub fn read_picture(picture: &Picture, turned: bool) -> Result<String, String> {
    read_pictures(&[picture], turned).pop().unwrap_or_else(|| Err("the picture could not be read again".into()))
}

/// Reads decoded pictures, in one run of the program; when it fails on one of them, each alone.
pub fn read_pictures(pictures: &[&Picture], turned: bool) -> Vec<Result<String, String>> {
    let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| "tesseract".into());
    let keys: Vec<_> =
        pictures.iter().map(|p| key(&program, turned, &[&[p.channels as u8], &p.width.to_le_bytes(), &p.data])).collect();
    let known = |key: &Option<memory::Key>| key.as_ref().and_then(memory::recall::<String>).map(|text| Ok((*text).clone()));
    let mut out: Vec<Option<Result<String, String>>> = keys.iter().map(known).collect();
    let open: Vec<&Picture> = pictures.iter().zip(&out).filter(|(_, o)| o.is_none()).map(|(p, _)| *p).collect();
    let mut texts = run(&program, &open, turned).into_iter();
    for (slot, key) in out.iter_mut().zip(keys).filter(|(slot, _)| slot.is_none()) {
        let text = texts.next();
        if let (Some(Ok(text)), Some(key)) = (&text, key) {
            memory::put(key, Arc::new(text.clone()), text.len() + 256);
        }
        *slot = text;
    }
    out.into_iter().map(|text| text.unwrap_or_else(|| Err("the picture could not be read again".into()))).collect()
}

fn run(program: &OsStr, pictures: &[&Picture], turned: bool) -> Vec<Result<String, String>> {
    if pictures.is_empty() {
        return Vec::new();
    }
    // The program ends the text of each page with a form feed.
    if let Ok(text) = engine(program, &tiff(pictures), turned) {
        let mut texts: Vec<&str> = text.split('\u{c}').collect();
        if texts.last().is_some_and(|t| t.trim().is_empty()) {
            texts.pop();
        }
        if texts.len() == pictures.len() {
            return texts.into_iter().map(|t| Ok(t.to_string())).collect();
        }
    }
    pictures.iter().map(|p| engine(program, &tiff(&[p]), turned)).collect()
}

/// An uncompressed TIFF of some pictures.
fn tiff(pictures: &[&Picture]) -> Vec<u8> {
    const ENTRIES: usize = 9;
    let mut out = vec![b'I', b'I', 42, 0, 8, 0, 0, 0];
    for (i, p) in pictures.iter().enumerate() {
        let pixels = out.len() + 2 + 12 * ENTRIES + 4 + 6;
        // Black and white take a bit each: the program takes its input byte by byte.
        let two = p.channels == 1
            && p.width > 0
            && p.data.chunks(4096).all(|some| some.iter().fold(true, |all, v| all & matches!(v, 0 | 255)));
        let eight = |eight: &[u8]| eight.iter().enumerate().map(|(n, v)| v & (128 >> n)).sum();
        let packed: Vec<u8> = match two {
            true => p.data.chunks(p.width).flat_map(|row| row.chunks(8).map(eight)).collect(),
            false => Vec::new(),
        };
        let data = if two { &packed } else { &p.data };
        let next = (pixels + data.len()).next_multiple_of(2);
        out.extend_from_slice(&(ENTRIES as u16).to_le_bytes());
        let bits = if p.channels == 3 { pixels - 6 } else { [8, 1][usize::from(two)] };
        // Tag, kind (3 is two bytes, 4 is four), how many, value.
        for (tag, kind, count, value) in [
            (256u16, 4u16, 1, p.width),
            (257, 4, 1, p.height),
            (258, 3, p.channels, bits),
            (259, 3, 1, 1),
            (262, 3, 1, if p.channels == 3 { 2 } else { 1 }),
            (273, 4, 1, pixels),
            (277, 3, 1, p.channels),
            (278, 4, 1, p.height),
            (279, 4, 1, data.len()),
        ] {
            out.extend_from_slice(&tag.to_le_bytes());
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(&(count as u32).to_le_bytes());
            out.extend_from_slice(&(value as u32).to_le_bytes());
        }
        let last = i + 1 == pictures.len();
        out.extend_from_slice(&if last { 0 } else { next as u32 }.to_le_bytes());
        out.extend_from_slice(&[8, 0, 8, 0, 8, 0]);
        out.extend_from_slice(data);
        out.resize(next, 0);
    }
    out
}

fn read_again(bytes: &[u8], turned: bool) -> Result<String, String> {
    let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| "tesseract".into());
    let key = key(&program, turned, &[bytes]);
    if let Some(text) = key.as_ref().and_then(memory::recall::<String>) {
        return Ok((*text).clone());
    }
    let text = engine(&program, bytes, turned)?;
    if let Some(key) = key {
        memory::put(key, Arc::new(text.clone()), text.len() + 256);
    }
    Ok(text)
}

/// The same pixels read the same: a ruling on one page need not have the others read again.
fn key(program: &OsStr, turned: bool, parts: &[&[u8]]) -> Option<memory::Key> {
    memory::keeps().then(|| {
        let mut k = Keyed::default();
        k.part(b"pixels");
        k.shown(&(turned, program));
        parts.iter().for_each(|p| k.part(p));
        k.key()
    })
}

fn engine(program: &OsStr, bytes: &[u8], turned: bool) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(["stdin", "stdout", "-l", "eng", "--psm", if turned { "1" } else { "3" }])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "the picture could not be read again: tesseract does not start".to_string())?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err("no pipes".into()) };
    let started = Instant::now();
    let text = std::thread::scope(|s| {
        s.spawn(move || {
            let _ = input.write_all(bytes);
        });
        let reader = s.spawn(move || {
            let mut text = Vec::new();
            output.take(256 << 20).read_to_end(&mut text).map(|_| text)
        });
        while matches!(child.try_wait(), Ok(None)) {
            if started.elapsed() > TIME_LIMIT {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        reader.join().ok().and_then(Result::ok)
    });
    match (child.try_wait(), text) {
        (Ok(Some(status)), Some(text)) if status.success() => Ok(String::from_utf8_lossy(&text).into_owned()),
        _ => Err("the picture could not be read again".into()),
    }
}

/// Compares a page with what came in. `change` is what the writer said it did; `None` for nothing.
///
/// # Errors
/// What differs that should not, in words.
pub fn compare(before: &Picture, after: &Picture, change: Option<&PixelChange>, lossy: bool) -> Result<(), String> {
    if (before.width, before.height, before.channels) != (after.width, after.height, after.channels) {
        return Err("the picture has another size or depth than it came with".into());
    }
    let level = change.map(|c| Level::new(c, before.width, before.height));
    let reach = if lossy { LOSSY_REACH } else { 0 };
    let (mut wrong, mut sum, mut n) = (0u64, 0u64, 0u64);
    let c = before.channels;
    let stride = before.width * c;
    for y in 0..before.height {
        let rows = y * stride..(y + 1) * stride;
        let (Some(old), Some(new)) = (before.data.get(rows.clone()), after.data.get(rows)) else {
            return Err("the picture ends early".into());
        };
        // Most rows are as they came.
        if old == new {
            n += before.width as u64;
            continue;
        }
        for (x, (a, b)) in old.chunks_exact(c).zip(new.chunks_exact(c)).enumerate() {
            if a == b {
                n += 1;
                continue;
            }
            if level.as_ref().is_some_and(|l| l.touched(x, y, reach)) {
                continue;
            }
            let differs = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
            n += 1;
            sum += u64::from(differs);
            if !lossy || differs > LOSSY {
                wrong += 1;
            }
        }
        // A picture that must be the same says so at its first row.
        if !lossy && wrong > 0 && level.is_none() {
            break;
        }
    }
    // Sharp edges of a strongly compressed picture may leave single pixels behind.
    let allowed = if lossy { n / 2_000 } else { 0 };
    if wrong > allowed || lossy && n > 0 && sum as f64 / n as f64 > LOSSY_MEAN {
        let all = if !lossy && level.is_none() { "at least " } else { "" };
        return Err(format!("{all}{wrong} pixels differ outside of what was redacted"));
    }
    match (level, lossy) {
        (Some(level), false) => level.moved_are_whole(before, after),
        _ => Ok(()),
    }
}

/// The way from a page to the page laid level, worked out from what the writer said and not with the writer's code.
struct Level<'a> {
    change: &'a PixelChange,
    width: i64,
    height: i64,
    turned_width: i64,
    room: i64,
}

impl<'a> Level<'a> {
    fn new(change: &'a PixelChange, width: usize, height: usize) -> Self {
        let (width, height) = (width as i64, height as i64);
        let (turned_width, turned_height) = if change.quarters % 2 == 1 { (height, width) } else { (width, height) };
        Level { change, width, height, turned_width, room: (i64::from(change.size.1) - turned_height) / 2 }
    }

    fn shift(&self, x: i64) -> i64 {
        i64::from((self.change.slope * (x as f32 - self.turned_width as f32 / 2.0)).round() as i32)
    }

    fn place(&self, x: usize, y: usize) -> (i64, i64) {
        let (x, y) = (x as i64, y as i64);
        let (tx, ty) = match self.change.quarters {
            1 => (self.height - 1 - y, x),
            2 => (self.width - 1 - x, self.height - 1 - y),
            3 => (y, self.width - 1 - x),
            _ => (x, y),
        };
        (tx, ty + self.shift(tx) + self.room)
    }

    fn touched(&self, x: usize, y: usize, reach: i32) -> bool {
        let (lx, ly) = self.place(x, y);
        self.change.touched.iter().any(|a| within(a, lx, ly, i64::from(reach)))
    }

    /// From the level page back to a pixel of the page.
    fn back(&self, lx: i64, ly: i64) -> Option<(usize, usize)> {
        let (tx, ty) = (lx, ly - self.shift(lx) - self.room);
        let (x, y) = match self.change.quarters {
            1 => (ty, self.height - 1 - tx),
            2 => (self.width - 1 - tx, self.height - 1 - ty),
            3 => (self.width - 1 - ty, tx),
            _ => (tx, ty),
        };
        (x >= 0 && y >= 0 && x < self.width && y < self.height).then_some((x as usize, y as usize))
    }

    /// Kept words that moved are the same at their new place, except under a box.
    fn moved_are_whole(&self, before: &Picture, after: &Picture) -> Result<(), String> {
        for (from, left) in &self.change.moved {
            for ly in i64::from(from[1])..i64::from(from[3]) {
                for dx in 0..i64::from(from[2] - from[0]) {
                    let to = i64::from(*left) + dx;
                    if self.change.boxes.iter().any(|b| within(b, to, ly, 0)) {
                        continue;
                    }
                    let (Some(a), Some(b)) = (self.back(i64::from(from[0]) + dx, ly), self.back(to, ly)) else { continue };
                    if before.pixel(a.0, a.1) != after.pixel(b.0, b.1) {
                        return Err("a kept word was not carried over whole".into());
                    }
                }
            }
        }
        Ok(())
    }
}

fn within(a: &[i32; 4], x: i64, y: i64, reach: i64) -> bool {
    let [l, t, r, b] = a.map(i64::from);
    x >= l - reach && x < r + reach && y >= t - reach && y < b + reach
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        Picture { width: 40, height: 30, channels: 1, data: (0..1200).map(|i| (i % 251) as u8).collect() }
    }

    #[test]
    fn only_named_pixels_may_differ() {
        let before = picture();
        for (quarters, size) in [(0, (40, 30)), (1, (30, 40)), (2, (40, 30)), (3, (30, 40))] {
            let mut change = PixelChange { page: 1, quarters, size, touched: vec![[4, 6, 9, 8]], ..PixelChange::default() };
            let level = Level::new(&change, 40, 30);
            let mut after = before.clone();
            for (x, y) in (4..9).flat_map(|x| (6..8).map(move |y| (x, y))) {
                let (px, py) = level.back(x, y).unwrap();
                assert_eq!(level.place(px, py), (x, y));
                after.data[py * 40 + px] = 0;
            }
            assert_eq!(compare(&before, &after, Some(&change), false), Ok(()));
            assert!(compare(&before, &after, None, false).is_err());
            change.touched[0][0] += 1;
            assert!(compare(&before, &after, Some(&change), false).is_err());
        }
    }

    #[test]
    fn moved_words_must_be_the_same_pixels() {
        let before = picture();
        let mut change = PixelChange { page: 1, size: (40, 30), touched: vec![[0, 5, 40, 8]], ..PixelChange::default() };
        change.moved.push(([20, 5, 25, 8], 3));
        let mut after = before.clone();
        for (dx, y) in (0..5).flat_map(|x| (5..8).map(move |y| (x, y))) {
            after.data[y * 40 + 3 + dx] = before.data[y * 40 + 20 + dx];
        }
        assert_eq!(compare(&before, &after, Some(&change), false), Ok(()));
        after.data[6 * 40 + 4] ^= 1;
        assert!(compare(&before, &after, Some(&change), false).is_err());
    }

    #[test]
    fn a_codec_may_be_a_little_off() {
        let before = picture();
        let mut after = before.clone();
        after.data.iter_mut().for_each(|v| *v = v.saturating_add(2));
        assert_eq!(compare(&before, &after, None, true), Ok(()));
        after.data.iter_mut().take(600).for_each(|v| *v = 0);
        assert!(compare(&before, &after, None, true).is_err());
        assert!(compare(&before, &Picture { width: 30, height: 40, ..before.clone() }, None, true).is_err());
    }
}
