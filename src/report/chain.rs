//! The internal ledger on disk: one JSON object a line, chained by SHA-256, so that a line changed, lost or moved shows.
//!
//! A line is the entry's own JSON with two fields more at its end: `prev`, the hash of the line before (64 zeros for the first), and
//! `hash`, SHA-256 over `prev` followed by the entry's JSON without the two. The last hash is the ledger's head; kept elsewhere (the
//! internal report holds it) it also shows a cut-off tail.

use crate::model::case::Event;
use crate::model::ledger::Entry;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, BufRead, Read, Write};

/// SHA-256 in hexadecimal.
type Hash = [u8; 64];
/// `prev` of the first line.
const START: Hash = [b'0'; 64];
/// Length of `,"prev":"` + 64 + `","hash":"` + 64 + `"}`.
const TAIL: usize = 9 + 64 + 10 + 64 + 2;
/// No line of a ledger is longer: an entry's original is one field of an export, and an attachment is never quoted.
const MAX_LINE: u64 = 64 << 20;

/// What a whole ledger amounts to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChainSummary {
    /// Lines.
    pub entries: u64,
    /// Hash of the last line, hexadecimal; 64 zeros for an empty ledger.
    pub head: String,
}

/// A ledger whose chain does not hold, or that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChainError {
    /// Line from 1.
    pub line: u64,
    /// What is wrong, without values.
    pub what: String,
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ledger line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for ChainError {}

impl From<ChainError> for io::Error {
    fn from(e: ChainError) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, e)
    }
}

/// Writes `ledger.jsonl` entry by entry; memory is that of one entry.
pub struct LedgerWriter<W: Write> {
    out: W,
    head: Hash,
    entries: u64,
    line: Vec<u8>,
    made: String,
    ruled: String,
}

impl<W: Write> LedgerWriter<W> {
    /// A new ledger. Give a buffered writer.
    pub fn new(out: W) -> Self {
        LedgerWriter { out, head: START, entries: 0, line: Vec::new(), made: String::new(), ruled: String::new() }
    }

    /// With the times of decisions: when the run was made, and the day of a person's rulings where their file tells one. Each line then has a
    /// field `decided_at` behind its entry. What is no date or time is left out.
    pub fn at(mut self, made: &str, ruled: Option<&str>) -> Self {
        self.made = stamp(made);
        self.ruled = ruled.map_or_else(|| self.made.clone(), stamp);
        self
    }

    /// Adds an entry, originals included.
    ///
    /// # Errors
    /// The writer fails, or the confidence is not a number, which JSON could not hold.
    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        if !entry.confidence.is_finite() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "ledger entry without a confidence"));
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, entry)?;
        let stamp = if entry.decision.by == "machine" { &self.made } else { &self.ruled };
        if !stamp.is_empty() {
            self.line.pop(); // the closing brace
            self.line.extend_from_slice(stamp.as_bytes());
        }
        let hash = chained(&self.head, &mut self.line);
        self.out.write_all(&self.line)?;
        self.head = hash;
        self.entries += 1;
        Ok(())
    }

    /// Flushes and gives the writer back with the head of the chain.
    ///
    /// # Errors
    /// The writer fails.
    pub fn finish(mut self) -> io::Result<(W, ChainSummary)> {
        self.out.flush()?;
        Ok((self.out, ChainSummary { entries: self.entries, head: text(&self.head) }))
    }
}

/// The end of a line that holds a time.
fn stamp(t: &str) -> String {
    let fine = !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':'));
    if fine { format!(",\"decided_at\":\"{t}\"}}") } else { String::new() }
}

fn link(prev: &Hash, json: &[u8]) -> Hash {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hash = Sha256::new();
    hash.update(prev);
    hash.update(json);
    let mut out = START;
    for (pair, byte) in out.chunks_exact_mut(2).zip(hash.finalize()) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out
}

/// Adds to an entry's JSON the hash of the line before and its own, and ends the line. Gives its own.
fn chained(head: &Hash, line: &mut Vec<u8>) -> Hash {
    let hash = link(head, line);
    line.pop(); // the closing brace
    for part in [&b",\"prev\":\""[..], head, b"\",\"hash\":\"", &hash, b"\"}\n"] {
        line.extend_from_slice(part);
    }
    hash
}

fn text(hash: &Hash) -> String {
    String::from_utf8_lossy(hash).into_owned()
}

/// The events of a case as lines of `custody.jsonl`, chained as the ledger is.
///
/// # Errors
/// An event cannot be written as JSON.
pub(super) fn custody_lines(events: &[Event]) -> io::Result<Vec<u8>> {
    let (mut out, mut head) = (Vec::new(), START);
    for event in events {
        let mut line = serde_json::to_vec(event)?;
        head = chained(&head, &mut line);
        out.extend_from_slice(&line);
    }
    Ok(out)
}

/// Checks the chain of `custody.jsonl` and gives its events.
///
/// # Errors
/// The first line that does not fit.
pub fn verify_custody(bytes: &[u8]) -> Result<Vec<Event>, ChainError> {
    let mut lines = LedgerReader::new(bytes);
    let mut out = Vec::new();
    while lines.step()? {
        let event = serde_json::from_slice(&lines.line).map_err(|_| lines.error("is not an event"))?;
        out.push(event);
    }
    Ok(out)
}

/// Reads a ledger back, checking the chain line by line. After the last entry [`LedgerReader::summary`] holds the head.
pub struct LedgerReader<R: BufRead> {
    input: R,
    head: Hash,
    entries: u64,
    line: Vec<u8>,
    stopped: bool,
}

impl<R: BufRead> LedgerReader<R> {
    /// A reader from the first line on.
    pub fn new(input: R) -> Self {
        LedgerReader { input, head: START, entries: 0, line: Vec::new(), stopped: false }
    }

    /// Entries and head so far.
    pub fn summary(&self) -> ChainSummary {
        ChainSummary { entries: self.entries, head: text(&self.head) }
    }

    fn error(&self, what: impl Into<String>) -> ChainError {
        ChainError { line: self.entries + 1, what: what.into() }
    }

    /// Reads one line and checks it; leaves the entry's own JSON in `self.line`. False at the end.
    fn step(&mut self) -> Result<bool, ChainError> {
        self.line.clear();
        let read = (&mut self.input).take(MAX_LINE).read_until(b'\n', &mut self.line);
        match read {
            Err(e) => return Err(self.error(format!("cannot be read: {e}"))),
            Ok(0) => return Ok(false),
            Ok(_) if self.line.pop() != Some(b'\n') => return Err(self.error("does not end: the ledger is cut off or too long")),
            Ok(_) => {}
        }
        let cut = self.line.len().saturating_sub(TAIL);
        let tail = self.line.get(cut..).unwrap_or_default();
        let fields = tail
            .strip_prefix(b",\"prev\":\"")
            .and_then(|t| t.strip_suffix(b"\"}"))
            .and_then(|t| Some((t.first_chunk::<64>()?, t.last_chunk::<64>()?, t.get(64..t.len().checked_sub(64)?)?)));
        let Some((prev, hash, b"\",\"hash\":\"")) = fields else {
            return Err(self.error("carries no chain"));
        };
        if *prev != self.head {
            return Err(self.error("does not follow the line before: a line is missing, added or moved"));
        }
        let hash = *hash;
        self.line.truncate(cut);
        self.line.push(b'}');
        if link(&self.head, &self.line) != hash {
            return Err(self.error("was changed"));
        }
        self.head = hash;
        self.entries += 1;
        Ok(true)
    }

    /// The next entry's own JSON, its place in the chain checked; `None` at the end and after an error.
    pub(super) fn next_json(&mut self) -> Option<Result<&str, ChainError>> {
        if self.stopped {
            return None;
        }
        let step = self.step();
        self.stopped = !matches!(step, Ok(true));
        match step {
            Ok(false) => None,
            Ok(true) => Some(std::str::from_utf8(&self.line).map_err(|_| self.no_entry())),
            Err(e) => Some(Err(e)),
        }
    }

    /// The line read last is not what it must be.
    pub(super) fn no_entry(&self) -> ChainError {
        ChainError { line: self.entries, what: "is not a ledger entry".into() }
    }
}

impl<R: BufRead> Iterator for LedgerReader<R> {
    type Item = Result<Entry, ChainError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match self.next_json()? {
            Ok(json) => serde_json::from_str(json).map_err(|_| self.no_entry()),
            Err(e) => Err(e),
        };
        self.stopped |= item.is_err();
        Some(item)
    }
}

/// Checks the chain of a whole ledger.
///
/// # Errors
/// The first line that does not fit. A tail cut off at a line end shows only against a head kept elsewhere.
pub fn verify_chain(reader: impl BufRead) -> Result<ChainSummary, ChainError> {
    let mut ledger = LedgerReader::new(reader);
    while ledger.step()? {}
    Ok(ledger.summary())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn ledger() -> (Vec<u8>, ChainSummary) {
        let mut writer = LedgerWriter::new(Vec::new());
        sample::entries().iter().for_each(|e| writer.append(e).unwrap());
        writer.finish().unwrap()
    }

    #[test]
    fn a_ledger_reads_back_as_written() {
        let (bytes, summary) = ledger();
        assert_eq!(verify_chain(&bytes[..]).unwrap(), summary);
        let back: Vec<Entry> = LedgerReader::new(&bytes[..]).collect::<Result<_, _>>().unwrap();
        assert_eq!(back, sample::entries());
        assert_eq!(verify_chain(&b""[..]).unwrap(), ChainSummary { entries: 0, head: text(&START) });
        let first: serde_json::Value = serde_json::from_slice(bytes.split(|b| *b == b'\n').next().unwrap()).unwrap();
        assert_eq!(first["prev"], text(&START));
        assert_eq!(first["no"], 1);
    }

    #[test]
    fn custody_reads_back_and_every_changed_byte_shows() {
        let events = sample::case().custody;
        let two = [events.clone(), events].concat();
        let bytes = custody_lines(&two).unwrap();
        assert_eq!(verify_custody(&bytes).unwrap(), two);
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            assert!(verify_custody(&changed).is_err(), "byte {i} changed unseen");
        }
    }

    #[test]
    fn every_tampering_shows() {
        let (bytes, summary) = ledger();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
        for (i, byte) in bytes.iter().enumerate() {
            let mut changed = bytes.clone();
            changed[i] = byte ^ 1;
            assert!(verify_chain(&changed[..]).is_err(), "byte {i} changed unseen");
        }
        for drop in 0..lines.len() - 1 {
            let rest: Vec<u8> = lines.iter().enumerate().filter(|(i, _)| *i != drop).flat_map(|(_, l)| l.to_vec()).collect();
            assert_eq!(verify_chain(&rest[..]).unwrap_err().line, drop as u64 + 1);
        }
        let swapped: Vec<u8> = [lines[1], lines[0]].concat();
        assert!(verify_chain(&swapped[..]).is_err());
        let short: Vec<u8> = lines[..lines.len() - 1].concat();
        assert_ne!(verify_chain(&short[..]).unwrap().head, summary.head, "a cut tail shows by its head");
        assert!(verify_chain(&bytes[..bytes.len() - 1]).is_err());
        assert!(verify_chain(&b"{}\n"[..]).is_err());
        assert!(verify_chain(&[0xff, 0xfe, b'\n'][..]).is_err());
    }

    #[test]
    fn an_entry_that_could_not_be_read_back_is_refused() {
        let mut entry = sample::entries().remove(0);
        entry.confidence = f32::NAN;
        assert!(LedgerWriter::new(Vec::new()).append(&entry).is_err());
    }

    #[test]
    fn a_reader_stops_at_the_first_error() {
        let (mut bytes, _) = ledger();
        bytes[5] ^= 1;
        assert_eq!(LedgerReader::new(&bytes[..]).count(), 1);
    }
}
