//! Encoded data in text: mail attachments, embedded fonts and pictures. Nobody can read a name in base64, so a document with a block
//! of it goes to a person.

use super::lines::line_numbers;
use crate::model::document::Note;
use crate::model::view::Span;

/// A single run of this many base64 letters is data (a SHA-512 in hexadecimal has 128, a signed web token some hundred).
const LONG_RUN: usize = 800;
/// A line of base64 in MIME has 76 letters (RFC 2045, section 6.8), in PEM 64 (RFC 7468, section 2).
const LINE_RUN: usize = 60;
/// So many such lines in a row are data.
const LINES: usize = 6;

/// One hold for each block of encoded data inside `places`, those inside `known` (embedded documents that are read) left out.
pub(super) fn holds(bytes: &[u8], places: &[Span], known: &[Span]) -> Vec<Note> {
    let mut found: Vec<usize> = Vec::new();
    let mut done = 0usize;
    for place in places {
        let range = (place.start as usize).max(done)..place.end as usize;
        let Some(raw) = bytes.get(range.clone()) else { continue };
        done = range.end.max(done);
        for at in blocks(raw) {
            let at = range.start + at;
            if !known.iter().any(|k| k.range().contains(&at)) && !is_font(&bytes[..at]) {
                found.push(at);
            }
        }
    }
    let lines = line_numbers(bytes, &found);
    let note = |line: u32| Note {
        kind: "encoded-data".into(),
        place: format!("line {line}"),
        text: "a block of encoded data (base64) that cannot be read here".into(),
    };
    lines.into_iter().map(note).collect()
}

/// A hold where parts of a PDF stand in a text: some readers find them wherever they begin, and their streams are packed.
pub fn pdf(bytes: &[u8]) -> Option<Note> {
    let at = memchr::memmem::find(bytes, b"endstream").filter(|_| memchr::memmem::find(bytes, b"endobj").is_some())?;
    let line = line_numbers(bytes, &[at]).first().copied().unwrap_or(1);
    let text = "parts of a PDF in a document of another kind, whose contents cannot be read here";
    Some(Note { kind: "encoded-data".into(), place: format!("line {line}"), text: text.into() })
}

/// Fonts show no text of their own.
fn is_font(before: &[u8]) -> bool {
    let tail = before[before.len().saturating_sub(80)..].to_ascii_lowercase();
    let Some(p) = memchr::memmem::rfind(&tail, b"data:") else { return false };
    tail.ends_with(b"base64,") && memchr::memmem::find(&tail[p..], b"font").is_some()
}

/// Starts of blocks.
fn blocks(raw: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let (mut rows, mut rows_at) = (0usize, 0usize);
    let mut at = 0usize;
    for line in raw.split_inclusive(|b| *b == b'\n') {
        let text = line.trim_ascii();
        if text.len() >= LINE_RUN && text.iter().all(|b| is_letter(*b)) && is_mixed(text) {
            if rows == 0 {
                rows_at = at;
            }
            rows += 1;
            if rows == LINES {
                out.push(rows_at);
            }
        } else {
            rows = 0;
        }
        if rows < LINES && line.len() >= LONG_RUN {
            out.extend(long_runs(line).map(|p| at + p));
        }
        at += line.len();
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn long_runs(line: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0;
    line.split(|b| !is_letter(*b)).filter_map(move |run| {
        let start = at;
        at += run.len() + 1;
        (run.len() >= LONG_RUN && is_mixed(run)).then_some(start)
    })
}

fn is_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Rows of dashes, one repeated letter or a long number are not data.
fn is_mixed(run: &[u8]) -> bool {
    let (mut upper, mut lower, mut digit) = (0usize, 0usize, 0usize);
    for b in run.iter().take(400) {
        upper += usize::from(b.is_ascii_uppercase());
        lower += usize::from(b.is_ascii_lowercase());
        digit += usize::from(b.is_ascii_digit());
    }
    upper > 5 && lower > 5 && upper + lower + digit > run.len().min(400) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;

    fn count(text: &str) -> usize {
        holds(text.as_bytes(), &[Span::new(0, text.len())], &[]).len()
    }

    #[test]
    fn parts_of_a_pdf_are_for_a_person() {
        let far = [&b"word\n".repeat(20_000)[..], b"1 0 obj\n<</Filter/AHx>>stream\n416E6E>\nendstream\nendobj\n"].concat();
        assert_eq!(pdf(&far).map(|n| n.place), Some("line 20004".into()));
        assert_eq!(pdf(b"The endstream of the river; 3 objects, no endo."), None);
    }

    #[test]
    fn blocks_of_base64_are_found_and_other_long_lines_are_not() {
        let data: Vec<u8> = (0..1200u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let one = base64::engine::general_purpose::STANDARD.encode(&data);
        assert_eq!(count(&format!("OBX|1|ED|x||^{one}||")), 1);
        let lines: String = one.as_bytes().chunks(76).map(|c| format!("{}\r\n", String::from_utf8_lossy(c))).collect();
        assert_eq!(count(&format!("Photo:\n{lines}\nend\n\n{lines}")), 2);
        assert_eq!(count(&format!("src: url(data:font/woff2;base64,{one})")), 0);
        assert_eq!(count(&format!("src: url(data:image/png;base64,{one})")), 1);
        assert_eq!(count(&"-".repeat(2000)), 0);
        assert_eq!(count(&"Some words of prose. ".repeat(500)), 0);
        assert_eq!(count(&"0123456789".repeat(200)), 0);
        assert_eq!(count(&format!("{}\n", "a".repeat(70)).repeat(20)), 0);
    }
}
