//! Proves that the byte difference between input and output is the ledger and nothing else.
//!
//! A writer records each stretch it replaced, with the bytes that stood there. Undoing the records on the output must give bytes
//! whose SHA-256 is the one intake computed. The records are kept in `internal/splices.jsonl`, so that the proof can be repeated
//! on a finished folder without the input.
//!
//! What stands in place of a replaced stretch is not proved here: the search for removed values and the labels check look at that, and
//! the manifest's hash fixes it.

use crate::model::edit::{Cause, Splice};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Why a stretch was replaced.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpliceCause {
    /// Number (`Entry::no`, from 1) of the ledger entry.
    Ledger(u64),
    /// A consequence that the format's rules demand, in words.
    Consequence(String),
}

/// The bytes that stood in the input: as text where they are UTF-8, else in base64.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Base64(String),
}

impl Original {
    /// Keeps bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Original::Text(text.to_string()),
            Err(_) => Original::Base64(STANDARD.encode(bytes)),
        }
    }

    /// The bytes again; `None` when the base64 is damaged.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Original::Text(text) => Some(text.as_bytes().to_vec()),
            Original::Base64(code) => STANDARD.decode(code).ok(),
        }
    }
}

/// One stretch replaced. Offsets and lengths in bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpliceRecord {
    /// Where it stood in the input.
    pub in_start: u64,
    /// How long it was there.
    pub in_len: u64,
    /// Where its replacement stands in the output.
    pub out_start: u64,
    /// How long that is.
    pub out_len: u64,
    /// What stood there. Internal edition only.
    pub original: Original,
    /// Why.
    pub cause: SpliceCause,
}

/// One line of `internal/splices.jsonl`. A file too large for one line has several chunks; their records follow each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpliceLine {
    /// Path below `release/` or `draft/`; a member of a zip is `outer.zip!/inner/path`.
    pub file: String,
    /// 0, 1, 2 ... within the file.
    pub chunk: u32,
    /// SHA-256 of the whole input document, hexadecimal; the same in each chunk.
    pub input_sha256: String,
    /// Records in ascending order, offsets counted from the start of the file.
    pub splices: Vec<SpliceRecord>,
    /// True for a document that was written anew (PDF, image), whose input cannot be restored from the output.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rewritten: bool,
}

/// Records of a writer's splices. `base_in` and `base_out` are where this piece (a line of an NDJSON file; 0 for a whole file) begins
/// in the input and output; `number` gives the ledger number of a ledger index.
pub fn records(input: &[u8], splices: &[Splice], base_in: u64, base_out: u64, number: &dyn Fn(u32) -> u64) -> Vec<SpliceRecord> {
    let mut shift = 0i64;
    splices
        .iter()
        .map(|s| {
            let start = u64::from(s.input.start);
            let len = s.input.len() as u64;
            let out_start = base_out.saturating_add(start).saturating_add_signed(shift);
            shift += s.with.len() as i64 - len as i64;
            let original = Original::from_bytes(input.get(s.input.range()).unwrap_or_default());
            let cause = match s.cause {
                Cause::Ledger(i) => SpliceCause::Ledger(number(i)),
                Cause::Consequence(words) => SpliceCause::Consequence(words.to_string()),
            };
            SpliceRecord { in_start: base_in + start, in_len: len, out_start, out_len: s.with.len() as u64, original, cause }
        })
        .collect()
}

/// The output range of an input range that no splice touches, for [`super::decode::Exempt`]. `None` when a splice overlaps it.
pub fn output_range(splices: &[SpliceRecord], in_start: u64, in_len: u64) -> Option<(u64, u64)> {
    let mut shift = 0i64;
    for s in splices {
        if s.in_start >= in_start + in_len {
            break;
        }
        if s.in_start + s.in_len > in_start {
            return None;
        }
        shift += s.out_len as i64 - s.in_len as i64;
    }
    let start = in_start.saturating_add_signed(shift);
    Some((start, start + in_len))
}

/// Undoes splices on an output that is fed piece by piece and hashes what comes out.
#[derive(Default)]
pub struct Undo {
    hash: Sha256,
    fed: u64,
    input: u64,
}

impl Undo {
    /// Takes the next piece of the output with the records whose replacements lie wholly in it, offsets counted from the start of the
    /// file. A piece may be one line of an NDJSON file or the whole file.
    ///
    /// # Errors
    /// When records are out of order, overlap, lie outside the piece or do not fit together. The words hold no values.
    pub fn feed(&mut self, piece: &[u8], splices: &[SpliceRecord]) -> Result<(), String> {
        let base = self.fed;
        let mut at = 0usize;
        for (i, s) in splices.iter().enumerate() {
            let start = s.out_start.checked_sub(base).and_then(|p| usize::try_from(p).ok());
            let kept = start.and_then(|start| piece.get(at..start)).ok_or_else(|| format!("change {} is out of order", i + 1))?;
            self.hash.update(kept);
            self.input += kept.len() as u64;
            let original = s.original.bytes().filter(|o| o.len() as u64 == s.in_len);
            let original = original.ok_or_else(|| format!("the original of change {} is damaged", i + 1))?;
            if self.input != s.in_start {
                return Err(format!("change {} does not fit its place in the input", i + 1));
            }
            self.hash.update(&original);
            self.input += s.in_len;
            let end =
                start.and_then(|start| start.checked_add(usize::try_from(s.out_len).ok()?)).filter(|end| *end <= piece.len());
            at = end.ok_or_else(|| format!("change {} lies outside the output", i + 1))?;
        }
        let rest = piece.get(at..).unwrap_or_default();
        self.hash.update(rest);
        self.input += rest.len() as u64;
        self.fed += piece.len() as u64;
        Ok(())
    }

    /// SHA-256 of the restored input, hexadecimal.
    pub fn finish(self) -> String {
        self.hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Undoes all splices on a whole output and compares with the input's hash.
///
/// # Errors
/// What does not fit, without values.
pub fn check_difference(output: &[u8], splices: &[SpliceRecord], input_sha256: &str) -> Result<(), String> {
    let mut undo = Undo::default();
    undo.feed(output, splices)?;
    match undo.finish().eq_ignore_ascii_case(input_sha256) {
        true => Ok(()),
        false => Err("undoing the recorded changes does not give the input: a byte differs that no ledger entry explains".into()),
    }
}

/// The input again, from an output and its splices. `None` when they do not fit together.
pub fn restore(output: &[u8], splices: &[SpliceRecord]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(output.len());
    let mut at = 0usize;
    for s in splices {
        let start = usize::try_from(s.out_start).ok()?;
        out.extend_from_slice(output.get(at..start)?);
        out.extend_from_slice(&s.original.bytes()?);
        at = start.checked_add(usize::try_from(s.out_len).ok()?)?;
    }
    out.extend_from_slice(output.get(at..)?);
    Some(out)
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edit::apply;
    use crate::model::view::Span;
    use proptest::prelude::*;

    fn splice(start: usize, end: usize, with: &str) -> Splice {
        Splice { input: Span::new(start, end), with: with.into(), cause: Cause::Ledger(0) }
    }

    #[test]
    fn a_true_difference_passes_and_one_changed_byte_fails() {
        let input = b"by Jane Roe on 2020-01-02, caf\xe9";
        let splices = [splice(3, 11, "[MOTHER]"), splice(15, 15, "!"), splice(30, 31, "")];
        let output = apply(input, &splices);
        let records = records(input, &splices, 0, 0, &|i| u64::from(i) + 1);
        let sha = sha256_hex(input);
        assert_eq!(check_difference(&output, &records, &sha), Ok(()));
        assert_eq!(restore(&output, &records).as_deref(), Some(&input[..]));
        assert!(matches!(records[2].original, Original::Base64(_)));
        for at in (0..output.len()).filter(|at| !(3..11).contains(at) && *at != 15) {
            let mut changed = output.clone();
            changed[at] ^= 1;
            assert!(check_difference(&changed, &records, &sha).is_err(), "byte {at}");
        }
        let text = serde_json::to_string(&records).unwrap();
        assert_eq!(serde_json::from_str::<Vec<SpliceRecord>>(&text).unwrap(), records);
    }

    #[test]
    fn lines_are_undone_one_by_one() {
        let lines: [&[u8]; 3] = [b"{\"a\":\"Jane\"}\n", b"{}\n", b"{\"b\":\"Roe\"}\n"];
        let edits = [vec![splice(6, 10, "[MOTHER]")], vec![], vec![splice(6, 9, "X")]];
        let mut undo = Undo::default();
        let (mut base_in, mut base_out) = (0u64, 0u64);
        for (line, edits) in lines.iter().zip(&edits) {
            let out = apply(line, edits);
            undo.feed(&out, &records(line, edits, base_in, base_out, &|_| 1)).unwrap();
            base_in += line.len() as u64;
            base_out += out.len() as u64;
        }
        assert_eq!(undo.finish(), sha256_hex(&lines.concat()));
    }

    #[test]
    fn an_untouched_range_is_found_again() {
        let input = b"0123456789";
        let r = records(input, &[splice(2, 4, "abcde")], 0, 0, &|_| 1);
        assert_eq!(output_range(&r, 6, 2), Some((9, 11)));
        assert_eq!(output_range(&r, 0, 2), Some((0, 2)));
        assert_eq!(output_range(&r, 3, 2), None);
    }

    proptest! {
        #[test]
        fn damaged_records_are_refused_without_harm(
            out in proptest::collection::vec(any::<u8>(), 0..40),
            raw in proptest::collection::vec((any::<u64>(), 0u64..50, 0u64..60, 0u64..60), 0..5),
        ) {
            let splices: Vec<SpliceRecord> = raw.iter().map(|(a, b, c, d)| SpliceRecord {
                in_start: a % 64, in_len: *b, out_start: *c, out_len: *d,
                original: Original::Base64("AAAA!".into()), cause: SpliceCause::Ledger(1),
            }).collect();
            let result = check_difference(&out, &splices, "00");
            prop_assert!(result.is_err());
            let _ = restore(&out, &splices);
        }
    }
}
