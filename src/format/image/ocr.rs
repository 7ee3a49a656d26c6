//! Reads pixels with the `tesseract` program, as a child process.
//!
//! Not linked: its C library would bring its own build, and a crash of it would be ours. The page goes in by standard input and the
//! words come back by standard output, so nothing of it touches a disk.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A page that takes longer is held. A dense page of A4 at 300 dpi takes 3 seconds.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// Largest side that tesseract takes.
pub const MAX_SIDE: usize = 32_000;
/// Most bytes of an answer.
const MAX_ANSWER: u64 = 64 << 20;
/// Names another program in the place of `tesseract`; for tests and for installations outside the path.
pub const PROGRAM_VARIABLE: &str = "DISCLOSE_TESSERACT";

/// One word as it was read, in pixels of the page given.
#[derive(Clone, PartialEq, Debug)]
pub struct Word {
    /// What it reads.
    pub text: String,
    /// 0 to 100.
    pub confidence: f32,
    /// Left, top, right, bottom; right and bottom are outside.
    pub area: Area,
    /// Left, top, right, bottom of the line it stands in.
    pub line: Area,
}

/// A rectangle of pixels; right and bottom are outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Area {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// One past the last column.
    pub right: i32,
    /// One past the last row.
    pub bottom: i32,
}

impl Area {
    /// Columns.
    pub fn width(&self) -> i32 {
        self.right - self.left
    }
    /// Rows.
    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }
    /// True when both share a pixel.
    pub fn meets(&self, o: &Area) -> bool {
        self.left < o.right && o.left < self.right && self.top < o.bottom && o.top < self.bottom
    }
    /// The smallest area around both.
    pub fn and(&self, o: &Area) -> Area {
        Area {
            left: self.left.min(o.left),
            top: self.top.min(o.top),
            right: self.right.max(o.right),
            bottom: self.bottom.max(o.bottom),
        }
    }
    /// The same further right and down.
    pub fn moved(&self, x: i32, y: i32) -> Area {
        Area { left: self.left + x, top: self.top + y, right: self.right + x, bottom: self.bottom + y }
    }
    /// Grown by so many pixels on every side.
    pub fn grown(&self, x: i32, y: i32) -> Area {
        Area { left: self.left - x, top: self.top - y, right: self.right + x, bottom: self.bottom + y }
    }
}

/// The program with the first line of its version, once it was looked for.
static FOUND: OnceLock<Option<(PathBuf, String)>> = OnceLock::new();

/// Name and version of the program that has read scans; `None` while none was to be read, or where there is none.
pub fn version() -> Option<&'static str> {
    FOUND.get()?.as_ref().map(|(_, version)| version.as_str())
}

/// The program, or what to do when it is not there.
fn program() -> Result<&'static PathBuf, String> {
    let found = FOUND.get_or_init(|| {
        let name = std::env::var_os(PROGRAM_VARIABLE).map_or_else(|| PathBuf::from("tesseract"), PathBuf::from);
        let asked = Command::new(&name).arg("--version").stdin(Stdio::null()).output().ok().filter(|o| o.status.success())?;
        // Older versions write it to standard error.
        let told = [asked.stdout, asked.stderr].concat();
        let line: String = String::from_utf8_lossy(&told).lines().next().unwrap_or_default().chars().take(60).collect();
        Some((name, line))
    });
    found.as_ref().map(|(name, _)| name).ok_or_else(|| {
        "a scan, and the program that reads scans (tesseract) is not installed; install it (Debian: apt-get install tesseract-ocr, \
         macOS: brew install tesseract) and run this again"
            .into()
    })
}

/// True when scans can be read on this machine.
pub fn is_there() -> bool {
    program().is_ok()
}

/// A page as the engine gets it.
pub struct Sheet {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Brightness of each pixel.
    pub grey: Vec<u8>,
    /// Dots an inch.
    pub dpi: u32,
}

/// Reads one page of grey pixels. Words come in tesseract's order; the empty ones are left out.
///
/// # Errors
/// In words: the program is missing, failed or took too long.
pub fn read(sheet: &Sheet) -> Result<Vec<Word>, String> {
    let answer = ask(std::slice::from_ref(sheet))?;
    Ok(words(&answer).pop().unwrap_or_default())
}

/// Reads some pages in one run of the program, whose start takes as long as a quarter of a page. What one page does to the program must not
/// cost the others: when the run fails each is read alone.
pub fn read_some(sheets: &[Sheet]) -> Vec<Result<Vec<Word>, String>> {
    if sheets.len() > 1
        && let Ok(pages) = ask(sheets).map(|answer| words(&answer))
        && pages.len() == sheets.len()
    {
        return pages.into_iter().map(Ok).collect();
    }
    sheets.iter().map(read).collect()
}

/// The table of words of some pages.
fn ask(sheets: &[Sheet]) -> Result<String, String> {
    let mut child = Command::new(program()?)
        .args(["stdin", "stdout", "-l", "eng", "--psm", "3", "-c", "tessedit_create_tsv=1", "-c", "tessedit_create_txt=0"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "a scan that cannot be read: tesseract does not start".to_string())?;
    let answer = converse(&mut child, sheets);
    let ended = child.try_wait();
    if !matches!(ended, Ok(Some(s)) if s.success()) {
        let _ = child.kill();
        let _ = child.wait();
        return Err(answer.err().unwrap_or_else(|| "a scan that cannot be read: tesseract failed on it".into()));
    }
    answer
}

/// Writes the pages and reads the answer at the same time; ends with the time limit.
fn converse(child: &mut Child, sheets: &[Sheet]) -> Result<String, String> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err("no pipes".into()) };
    let (started, limit) = (Instant::now(), TIME_LIMIT * sheets.len() as u32);
    std::thread::scope(|s| {
        s.spawn(move || {
            let mut at = 8u32;
            // A program that ends early does not take the rest; its exit status says so.
            let _ = input.write_all(&[b'I', b'I', 42, 0, 8, 0, 0, 0]);
            for (i, sheet) in sheets.iter().enumerate() {
                let pixels = sheet.pixels();
                let head = directory(sheet, &pixels, &mut at, i + 1 == sheets.len());
                if input.write_all(&head).and_then(|()| input.write_all(&pixels)).is_err() {
                    return;
                }
            }
        });
        let reader = s.spawn(move || {
            let mut answer = Vec::new();
            output.take(MAX_ANSWER).read_to_end(&mut answer).map(|_| answer)
        });
        let mut wait = Duration::from_millis(2);
        while !matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            if started.elapsed() > limit {
                let _ = child.kill();
                return Err("a scan that takes too long to read".to_string());
            }
            std::thread::sleep(wait);
            wait = (wait * 2).min(Duration::from_millis(20));
        }
        match reader.join() {
            Ok(Ok(answer)) => Ok(String::from_utf8_lossy(&answer).into_owned()),
            _ => Err("a scan that cannot be read: no answer from tesseract".into()),
        }
    })
}

/// True when there is no grey. Some at a time, which the processor compares at once.
fn black_and_white(grey: &[u8]) -> bool {
    grey.chunks(4096).all(|some| some.iter().fold(true, |all, v| all & (v.wrapping_add(1) < 2)))
}

impl Sheet {
    /// The bytes of its pixels, eight to a byte where all are black or white: the engine takes them from its input one by one.
    fn pixels(&self) -> Cow<'_, [u8]> {
        if self.width == 0 || !black_and_white(&self.grey) {
            return Cow::Borrowed(&self.grey);
        }
        let eight = |p: &[u8]| p.iter().zip([128, 64, 32, 16, 8, 4, 2, 1]).map(|(v, bit)| v & bit).sum();
        Cow::Owned(self.grey.chunks_exact(self.width).flat_map(|row| row.chunks(8).map(eight)).collect())
    }
}

/// The directory of a page of an uncompressed TIFF, whose `pixels` follow it; `at` is where it begins and becomes where the next one does.
fn directory(sheet: &Sheet, pixels: &[u8], at: &mut u32, last: bool) -> Vec<u8> {
    const ENTRIES: u32 = 11;
    let (bits, bytes) = (if pixels.len() < sheet.grey.len() { 1 } else { 8 }, pixels.len() as u32);
    let pixels = *at + 2 + 12 * ENTRIES + 4 + 8;
    let (width, height) = (sheet.width as u32, sheet.height as u32);
    let dpi = sheet.dpi.clamp(70, 2400);
    *at = pixels + bytes;
    // A directory begins at an even place.
    let odd = *at % 2;
    let mut out = (ENTRIES as u16).to_le_bytes().to_vec();
    // Tag, kind (3 is two bytes, 4 is four, 5 is a ratio) and value.
    for (tag, kind, value) in [
        (256u16, 4u16, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, pixels + odd),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, bytes),
        (282, 5, pixels - 8),
        (283, 5, pixels - 8),
    ] {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&1u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    }
    *at += odd;
    out.extend_from_slice(&if last { 0 } else { *at }.to_le_bytes());
    out.extend_from_slice(&dpi.to_le_bytes());
    out.extend_from_slice(&1u32.to_le_bytes());
    out.resize(out.len() + odd as usize, 0);
    out
}

/// The words of each page, from the table of tesseract: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
pub fn words(table: &str) -> Vec<Vec<Word>> {
    let mut out: Vec<Vec<Word>> = Vec::new();
    let mut line = Area::default();
    for row in table.lines() {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |i: usize| cells.get(i).and_then(|c| c.trim().parse::<f32>().ok());
        let at = || Some((number(6)? as i32, number(7)? as i32, number(8)? as i32, number(9)? as i32));
        let Some((left, top, w, h)) = at() else { continue };
        let area = Area { left, top, right: left.saturating_add(w), bottom: top.saturating_add(h) };
        match number(0) {
            Some(1.0) => out.push(Vec::new()),
            Some(4.0) => line = area,
            Some(5.0) => {
                let text = cells.get(11).map_or("", |t| t.trim());
                let Some(confidence) = number(10).filter(|_| !text.is_empty()) else { continue };
                if let Some(page) = out.last_mut() {
                    page.push(Word { text: text.to_string(), confidence, area, line: line.and(&area) });
                }
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                     1\t1\t0\t0\t0\t0\t0\t0\t100\t50\t-1\t\n4\t1\t1\t1\t1\t0\t10\t8\t60\t12\t-1\t\n\
                     5\t1\t1\t1\t1\t1\t10\t10\t30\t8\t96.5\tJane\n5\t1\t1\t1\t1\t2\t45\t8\t25\t12\t12\tRoe\tx\n5\t1\t1\t1\t1\t3\t75\t8\t2\t2\t40\t \n";
        let w = &words(table)[0];
        assert_eq!(w.len(), 2);
        assert_eq!(w[0].text, "Jane");
        assert_eq!(w[0].area, Area { left: 10, top: 10, right: 40, bottom: 18 });
        assert_eq!(w[1].line, Area { left: 10, top: 8, right: 70, bottom: 20 });
        assert!(words("nonsense\n\t\t\n").is_empty());
    }

    #[test]
    fn pixels_of_black_and_white_are_packed() {
        let sheet = |grey: &[u8]| Sheet { width: 9, height: 2, grey: grey.to_vec(), dpi: 200 };
        let mut grey = [255; 18];
        (grey[0], grey[8], grey[16]) = (0, 0, 0);
        assert_eq!(sheet(&grey).pixels().as_ref(), [0b0111_1111, 0, 0b1111_1110, 128]);
        grey[3] = 128;
        assert_eq!(sheet(&grey).pixels().as_ref(), grey);
    }

    #[test]
    fn a_blank_page_has_no_words() {
        if !super::is_there() {
            eprintln!("skipped: tesseract is not installed");
            return;
        }
        let blank = |width| Sheet { width, height: 300, grey: vec![255; width * 300], dpi: 200 };
        assert_eq!(read(&blank(400)), Ok(Vec::new()));
        // An odd number of pixels: the next page begins at an even place all the same.
        let three = [blank(400), blank(401), blank(399)];
        assert_eq!(words(&ask(&three).expect("one run")), vec![Vec::new(); 3]);
        assert_eq!(read_some(&three), vec![Ok(Vec::new()); 3]);
    }
}
