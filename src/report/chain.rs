//! The internal ledger on disk: one JSON object a line, chained by SHA-256, so that a line changed, lost or moved shows.
//!
//! Entries are noted as they are decided ([`entry_line`]) and bound together once the copy was checked ([`LedgerWriter`]), so that the chain
//! holds what became of each: behind the entry's own JSON stand `decided_at`, `method` (how the action was carried out) and `verified` (whether
//! the checks found the file whole in which it stands). Then follow `prev`, the hash of the line before (64 zeros for the first), and `hash`,
//! SHA-256 over `prev` followed by the line's JSON without the two. The last hash is the ledger's head; kept elsewhere (the internal
//! report holds it) it also shows a cut-off tail.

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
pub(super) const MAX_LINE: u64 = 64 << 20;

/// What a whole ledger amounts to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChainSummary {
    /// Lines.
    pub entries: u64,
    /// Hash of the last line, hexadecimal; 64 zeros for an empty ledger.
    pub head: String,
    /// Lines that say that they were verified.
    pub verified: u64,
    /// Lines that say that they were not. Lines of earlier versions say neither.
    pub unverified: u64,
}

impl ChainSummary {
    /// What the internal `report.json` says of its ledger and this one does not show, in words; an entry that was not verified is a fault
    /// where all checks of the report passed.
    ///
    /// # Errors
    /// The difference.
    pub fn is_that_of(&self, report: &serde_json::Value) -> Result<(), &'static str> {
        let counted = |name: &str| report[name].as_u64();
        if report["ledger_head"] != *self.head || counted("ledger_entries") != Some(self.entries) {
            return Err("the ledger is not the one that the report was made from");
        }
        let told = self.verified + self.unverified;
        if counted("ledger_verified").unwrap_or(0) != self.verified || (told != 0 && told != self.entries) {
            return Err("the ledger and the report disagree about what was verified");
        }
        let passed = report["checks"].as_array().is_some_and(|c| c.iter().all(|c| c["passed"] == true));
        if passed && self.unverified > 0 { Err("an entry of the ledger was not verified") } else { Ok(()) }
    }
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

/// An entry as one line of JSON, originals included, line end and all.
///
/// # Errors
/// The confidence is not a number, which JSON could not hold.
pub fn entry_line(entry: &Entry, line: &mut Vec<u8>) -> io::Result<()> {
    if !entry.confidence.is_finite() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "ledger entry without a confidence"));
    }
    line.clear();
    serde_json::to_writer(&mut *line, entry)?;
    line.push(b'\n');
    Ok(())
}

/// What became of an entry, beyond what was decided.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// When it was decided; nothing is written of what is no date or time.
    pub decided_at: &'a str,
    /// How its action was carried out, in fixed words.
    pub method: &'static str,
    /// True when the checks on the copy found the file whole in which it stands.
    pub verified: bool,
}

/// Binds `ledger.jsonl` together entry by entry; memory is that of one entry.
pub struct LedgerWriter<W: Write> {
    out: W,
    head: Hash,
    entries: u64,
    verified: u64,
    unverified: u64,
    line: Vec<u8>,
}

impl<W: Write> LedgerWriter<W> {
    /// A new ledger. Give a buffered writer.
    pub fn new(out: W) -> Self {
        LedgerWriter { out, head: START, entries: 0, verified: 0, unverified: 0, line: Vec::new() }
    }

    /// Adds a line of [`entry_line`] (with or without its line end) with what became of it.
    ///
    /// # Errors
    /// The writer fails, or the line is no JSON object.
    pub fn append(&mut self, entry: &[u8], closing: Closing) -> io::Result<()> {
        let open = entry.trim_ascii_end().strip_suffix(b"}").ok_or(io::ErrorKind::InvalidData)?;
        self.line.clear();
        self.line.extend_from_slice(open);
        let t = closing.decided_at;
        if !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':')) {
            write!(self.line, ",\"decided_at\":\"{t}\"")?;
        }
        write!(self.line, ",\"method\":\"{}\",\"verified\":{}}}", closing.method, closing.verified)?;
        let hash = chained(&self.head, &mut self.line);
        self.out.write_all(&self.line)?;
        self.head = hash;
        self.entries += 1;
        *(if closing.verified { &mut self.verified } else { &mut self.unverified }) += 1;
        Ok(())
    }

    /// Flushes and gives the writer back with the head of the chain.
    ///
    /// # Errors
    /// The writer fails.
    pub fn finish(mut self) -> io::Result<(W, ChainSummary)> {
        self.out.flush()?;
        let (verified, unverified) = (self.verified, self.unverified);
        Ok((self.out, ChainSummary { entries: self.entries, head: text(&self.head), verified, unverified }))
    }
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
    verified: u64,
    unverified: u64,
    line: Vec<u8>,
    stopped: bool,
}

impl<R: BufRead> LedgerReader<R> {
    /// A reader from the first line on.
    pub fn new(input: R) -> Self {
        LedgerReader { input, head: START, entries: 0, verified: 0, unverified: 0, line: Vec::new(), stopped: false }
    }

    /// Entries and head so far.
    pub fn summary(&self) -> ChainSummary {
        let (verified, unverified) = (self.verified, self.unverified);
        ChainSummary { entries: self.entries, head: text(&self.head), verified, unverified }
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
        // No entry of itself ends so: its last member is a text, whose quotes are escaped, or closes an object before.
        self.verified += u64::from(self.line.ends_with(b",\"verified\":true}"));
        self.unverified += u64::from(self.line.ends_with(b",\"verified\":false}"));
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
        let (mut writer, mut line) = (LedgerWriter::new(Vec::new()), Vec::new());
        for (e, verified) in sample::entries().iter().zip([true, false].into_iter().cycle()) {
            entry_line(e, &mut line).unwrap();
            writer.append(&line, Closing { decided_at: "2026-11-02T10:00:00Z", method: "masked", verified }).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn a_ledger_reads_back_as_written() {
        let (bytes, summary) = ledger();
        assert_eq!(verify_chain(&bytes[..]).unwrap(), summary);
        let back: Vec<Entry> = LedgerReader::new(&bytes[..]).collect::<Result<_, _>>().unwrap();
        assert_eq!(back, sample::entries());
        assert_eq!(verify_chain(&b""[..]).unwrap(), ChainSummary { entries: 0, head: text(&START), verified: 0, unverified: 0 });
        let first: serde_json::Value = serde_json::from_slice(bytes.split(|b| *b == b'\n').next().unwrap()).unwrap();
        assert_eq!(first["prev"], text(&START));
        assert_eq!(first["no"], 1);
        assert_eq!((&first["method"], &first["verified"]), (&"masked".into(), &true.into()));
        assert_eq!(first["decided_at"], "2026-11-02T10:00:00Z");
    }

    /// Ledgers of earlier versions say neither how nor whether it was checked.
    #[test]
    fn a_ledger_without_method_and_verified_still_proves_itself() {
        let (mut bytes, mut head) = (Vec::new(), START);
        for entry in sample::entries() {
            let mut line = serde_json::to_vec(&entry).unwrap();
            head = chained(&head, &mut line);
            bytes.extend_from_slice(&line);
        }
        let told = verify_chain(&bytes[..]).unwrap();
        let report =
            serde_json::json!({"ledger_head": text(&head), "ledger_entries": told.entries, "checks": [{"passed": true}]});
        assert_eq!((told.is_that_of(&report), told.verified, told.unverified), (Ok(()), 0, 0));
        let back: Vec<Entry> = LedgerReader::new(&bytes[..]).collect::<Result<_, _>>().unwrap();
        assert_eq!(back, sample::entries());
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
        assert!(entry_line(&entry, &mut Vec::new()).is_err());
        let closing = Closing { decided_at: "", method: "masked", verified: true };
        assert!(LedgerWriter::new(Vec::new()).append(b"[1]\n", closing).is_err());
    }

    #[test]
    fn a_reader_stops_at_the_first_error() {
        let (mut bytes, _) = ledger();
        bytes[5] ^= 1;
        assert_eq!(LedgerReader::new(&bytes[..]).count(), 1);
    }
}
