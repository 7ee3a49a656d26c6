//! One pass over a ledger of any length: what the reports show of it.

use super::chain::{ChainSummary, LedgerReader};
use super::{Edition, guard};
use crate::model::ledger::Entry;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, BufRead};

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
    /// Kept entries, grouped.
    pub kept: Vec<Kept>,
    /// Kept entries, counted.
    pub kept_total: u64,
    /// Entries and head of the chain.
    pub chain: ChainSummary,
}

/// Reads the whole ledger, hands every changing entry to `each`, and gathers the rest.
pub(super) fn digest(
    ledger: impl BufRead,
    edition: Edition,
    each: &mut dyn FnMut(&Entry) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut reader = LedgerReader::new(ledger);
    let mut out = Digest { rows: Vec::new(), changes: 0, by_person: 0, kept: Vec::new(), kept_total: 0, chain: reader.summary() };
    let mut kept: BTreeMap<(String, &str, String, String), u64> = BTreeMap::new();
    for entry in &mut reader {
        let entry = entry?;
        out.by_person += u64::from(entry.decision.by != "machine");
        if entry.changes() {
            each(&entry)?;
            out.changes += 1;
            if out.rows.len() < TABLE_ROWS {
                out.rows.push(entry);
            }
            continue;
        }
        out.kept_total += 1;
        let basis = match edition {
            Edition::Internal => entry.decision.basis.as_str(),
            Edition::Recipient => guard::basis(&entry.decision),
        };
        let group = entry.role.map_or("nobody", |r| group_word(r.group()));
        let reason = guard::reason(&entry.decision.reason);
        *kept.entry((group.into(), entry.category.as_str(), reason.into(), basis.into())).or_default() += 1;
    }
    out.kept = kept
        .into_iter()
        .map(|((group, category, reason, basis), count)| Kept { group, category: category.into(), reason, basis, count })
        .collect();
    out.chain = reader.summary();
    Ok(out)
}

/// The word of a role group in policies and reports.
pub(super) fn group_word(group: crate::model::role::RoleGroup) -> &'static str {
    use crate::model::role::RoleGroup::*;
    match group {
        Patient => "patient",
        Relative => "relative",
        Contact => "contact",
        OtherPatient => "other_patient",
        Clinician => "clinician",
        Staff => "staff",
        OtherPerson => "other_person",
        Organization => "organization",
    }
}
