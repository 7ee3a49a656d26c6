//! NDJSON in chunks of lines, each line a document of its own.

use super::documents::Tree;
use crate::format::fhir::FhirJson;
use std::io::BufRead;

/// Lines of one chunk together are about this large.
const CHUNK_BYTES: usize = 4 << 20;

/// Longest line accepted: one resource, with its attachments.
pub const MAX_LINE: usize = 256 << 20;

/// One line as it came.
pub struct Line {
    /// Number from 1.
    pub no: u64,
    /// Content without a byte order mark and the line end.
    pub bytes: Vec<u8>,
    /// A byte order mark before it.
    pub before: Vec<u8>,
    /// The line end: `\n`, `\r\n` or nothing.
    pub after: Vec<u8>,
}

impl Line {
    /// Reads the line. `None` for a blank one.
    pub fn tree(&self, path: &str) -> Option<Result<Tree, String>> {
        if self.bytes.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let key = format!("{path}:{}", self.no);
        Some(Tree::read(&FhirJson, self.bytes.clone(), key, 0).map_err(|e| format!("line {}: {}", self.no, e.what)))
    }
}

/// Reads chunks of lines.
pub struct Lines {
    from: Box<dyn BufRead + Send>,
    no: u64,
    max_line: usize,
}

impl Lines {
    /// From a stream; a line longer than `max_line` is refused.
    pub fn new(from: Box<dyn BufRead + Send>, max_line: usize) -> Self {
        Lines { from, no: 0, max_line }
    }

    /// The next lines, or `None` at the end.
    ///
    /// # Errors
    /// The stream fails or a line is too long; in words.
    pub fn chunk(&mut self) -> Result<Option<Vec<Line>>, String> {
        let mut out = Vec::new();
        let mut size = 0usize;
        while size < CHUNK_BYTES {
            let mut raw = Vec::new();
            let limit = self.max_line as u64 + 1;
            let n = std::io::Read::take(&mut self.from, limit).read_until(b'\n', &mut raw).map_err(|e| e.to_string())?;
            if n == 0 {
                break;
            }
            self.no += 1;
            if raw.len() > self.max_line {
                return Err(format!("line {} is longer than {} bytes", self.no, self.max_line));
            }
            size += raw.len();
            let mut after = Vec::new();
            if raw.ends_with(b"\r\n") {
                after = raw.split_off(raw.len() - 2);
            } else if raw.ends_with(b"\n") {
                after = raw.split_off(raw.len() - 1);
            }
            let mut before = Vec::new();
            if self.no == 1 && raw.starts_with(&[0xEF, 0xBB, 0xBF]) {
                let rest = raw.split_off(3);
                before = std::mem::replace(&mut raw, rest);
            }
            out.push(Line { no: self.no, bytes: raw, before, after });
        }
        Ok((!out.is_empty()).then_some(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_to_the_byte() {
        let text = b"\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"b\":2}\n{\"c\":3}";
        let mut l = Lines::new(Box::new(std::io::Cursor::new(text.to_vec())), 100);
        let chunk = l.chunk().unwrap().unwrap();
        assert_eq!(chunk.len(), 4);
        let back: Vec<u8> = chunk.iter().flat_map(|l| [&l.before[..], &l.bytes, &l.after].concat()).collect();
        assert_eq!(back, text);
        assert!(l.chunk().unwrap().is_none());
        let mut l = Lines::new(Box::new(std::io::Cursor::new(text.to_vec())), 5);
        assert!(l.chunk().is_err());
    }
}
