//! One pass over the entries of a run, however many: binds them into the ledger, and gathers what the reports show of them.

use super::chain::{ChainSummary, Closing, LedgerWriter, MAX_LINE};
use super::ledger_rows::method;
use super::proved::Proved;
use super::{Edition, guard};
use crate::model::case::Case;
use crate::model::ledger::Entry;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

/// Rows of the action table in HTML and JSON; all of them are in the ledger file beside it.
pub const TABLE_ROWS: usize = 2_000;

/// Kept on purpose: how often, whose, why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Kept {
    /// Role group, or `nobody`.
    pub group: String,
    /// Category.
    pub category: String,
    /// Reason code.
    pub reason: String,
    /// Basis.
    pub basis: String,
    /// Times.
    pub count: u64,
}

/// What one pass gathers. Memory is bounded by the table, not by the ledger.
pub(super) struct Digest {
    /// The first changing entries.
    pub rows: Vec<Entry>,
    /// All changing entries.
    pub changes: u64,
    /// Entries decided by a person.
    pub by_person: u64,
    /// Kept entries, grouped, for staff.
    kept_internal: Vec<Kept>,
    /// The same without a person's own words.
    kept_recipient: Vec<Kept>,
    /// Kept entries, counted.
    pub kept_total: u64,
    /// Entries and head of the chain.
    pub chain: ChainSummary,
}

impl Digest {
    /// Kept entries, grouped, as an edition shows them.
    pub fn kept(&self, edition: Edition) -> &[Kept] {
        match edition {
            Edition::Internal => &self.kept_internal,
            Edition::Recipient => &self.kept_recipient,
        }
    }
}

/// Group, category, reason, basis.
type KeptKey = (&'static str, &'static str, String, String);

#[derive(Default)]
struct Counter(BTreeMap<KeptKey, u64>);

impl Counter {
    /// Counts one more; entries of one kind follow each other, so a key is made once for many of them.
    fn add(&mut self, last: &mut Option<KeptKey>, group: &'static str, category: &'static str, reason: &str, basis: &str) {
        let same = last.as_ref().is_some_and(|k| k.0 == group && k.1 == category && k.2 == reason && k.3 == basis);
        if !same {
            *last = Some((group, category, reason.into(), basis.into()));
        }
        if let Some(key) = last {
            match self.0.get_mut(key) {
                Some(n) => *n += 1,
                None => _ = self.0.insert(key.clone(), 1),
            }
        }
    }

    fn finish(self) -> Vec<Kept> {
        let kept = |((group, category, reason, basis), count): (KeptKey, u64)| Kept {
            group: group.into(),
            category: category.into(),
            reason,
            basis,
            count,
        };
        self.0.into_iter().map(kept).collect()
    }
}

/// Reads all entries ([`super::entry_line`]), binds them into `ledger` with how each was carried out and whether it was verified, hands every
/// entry to `each`, and gathers what the reports show of it.
pub(super) fn digest(
    case: &Case,
    mut entries: impl BufRead,
    ledger: impl Write,
    each: &mut dyn FnMut(&Entry) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut ledger = LedgerWriter::new(ledger);
    let proved = Proved::of(case);
    let (mut rows, mut changes, mut by_person, mut kept_total) = (Vec::new(), 0, 0, 0);
    let (mut internal, mut recipient) = (Counter::default(), Counter::default());
    let (mut last_internal, mut last_recipient) = (None, None);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut entries).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an entry does not end"));
        }
        let entry: Entry =
            serde_json::from_slice(&line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not a ledger entry"))?;
        let whole = proved.of_file(&entry.place.file) == "yes";
        let decided_at = case.decided_at(&entry.decision.by);
        ledger.append(&line, Closing { decided_at, method: method(entry.decision.action), verified: whole })?;
        by_person += u64::from(entry.decision.by != "machine");
        each(&entry)?;
        if entry.changes() {
            changes += 1;
            if rows.len() < TABLE_ROWS {
                rows.push(entry);
            }
            continue;
        }
        kept_total += 1;
        let group = entry.role.map_or("nobody", |r| group_word(r.group()));
        let (category, reason) = (entry.category.as_str(), guard::reason(&entry.decision.reason));
        internal.add(&mut last_internal, group, category, reason, &entry.decision.basis);
        recipient.add(&mut last_recipient, group, category, reason, guard::basis(&entry.decision));
    }
    Ok(Digest {
        rows,
        changes,
        by_person,
        kept_internal: internal.finish(),
        kept_recipient: recipient.finish(),
        kept_total,
        chain: ledger.finish()?.1,
    })
}

/// The word of a role group in policies and reports.
pub(super) fn group_word(group: crate::model::role::RoleGroup) -> &'static str {
    group.as_str()
}
