//! Ordered changes: outer wins over inner, overlaps are a defect, everything that changed has its cause.

use crate::model::edit::{Cause, Splice, Written, apply};
use crate::model::error::WriteError;
use crate::model::view::Span;
use std::collections::BTreeSet;

/// Collects splices in any order.
#[derive(Default, Debug)]
pub struct SpliceList {
    list: Vec<Splice>,
    /// Ledger entries that asked for something that needs no bytes changed.
    idle: BTreeSet<u32>,
}

impl SpliceList {
    /// Replaces a range.
    pub fn put(&mut self, input: Span, with: Vec<u8>, cause: Cause) {
        self.list.push(Splice { input, with, cause });
    }
    /// Notes a ledger entry that changes nothing of its own.
    pub fn idle(&mut self, ledger: u32) {
        self.idle.insert(ledger);
    }
    /// Sorts, drops what an outer change covers, and applies the rest.
    ///
    /// Errors: two changes overlap without one holding the other; a range outside of the source.
    pub fn finish(mut self, bytes: &[u8]) -> Result<Written, WriteError> {
        self.list.sort_by(|a, b| a.input.start.cmp(&b.input.start).then(b.input.end.cmp(&a.input.end)));
        let mut kept: Vec<Splice> = Vec::with_capacity(self.list.len());
        let mut covered = self.idle;
        for s in self.list {
            if s.input.end as usize > bytes.len() || s.input.end < s.input.start {
                return Err(WriteError("a change lies outside of the document".into()));
            }
            if let Some(last) = kept.last() {
                if s.input.end <= last.input.end && s.input.start < last.input.end {
                    if let Cause::Ledger(l) = s.cause {
                        covered.insert(l);
                    }
                    continue;
                }
                if s.input.start < last.input.end {
                    return Err(WriteError(format!("two changes overlap at byte {}", s.input.start)));
                }
            }
            let same = bytes.get(s.input.range()) == Some(s.with.as_slice());
            match s.cause {
                Cause::Ledger(l) if same => {
                    covered.insert(l);
                }
                _ if same => {}
                _ => kept.push(s),
            }
        }
        for s in &kept {
            if let Cause::Ledger(l) = s.cause {
                covered.remove(&l);
            }
        }
        Ok(Written { bytes: apply(bytes, &kept), splices: kept, covered: covered.into_iter().collect(), ..Written::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_wins_and_overlap_is_refused() {
        let mut list = SpliceList::default();
        list.put(Span::new(2, 4), b"x".to_vec(), Cause::Ledger(1));
        list.put(Span::new(1, 6), b"OUT".to_vec(), Cause::Ledger(0));
        list.put(Span::new(6, 6), b"+".to_vec(), Cause::Ledger(2));
        let w = list.finish(b"abcdefgh").unwrap();
        assert_eq!(w.bytes, b"aOUT+gh");
        assert_eq!(w.covered, vec![1]);
        let mut list = SpliceList::default();
        list.put(Span::new(1, 4), Vec::new(), Cause::Ledger(0));
        list.put(Span::new(3, 6), Vec::new(), Cause::Ledger(1));
        assert!(list.finish(b"abcdefgh").is_err());
    }
}
