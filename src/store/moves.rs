//! Transitions: facts, decision, change, job and audit entry in one transaction.

use super::cases::COLUMNS;
use super::{CaseRow, JobKind, Measures, NewEntry, Result, Store, StoreError, now};
use crate::model::desk::{Actor, Move, PEND_REASONS, State};
use crate::workflow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};
use std::collections::BTreeSet;

/// What is said with a move.
#[derive(Clone, Default, Debug)]
pub struct MoveNote {
    /// A word of [`PEND_REASONS`]; for `pend` only.
    pub reason: String,
}

/// What a finished run amounts to.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Number of the run.
    pub run: i64,
    /// How it ended.
    pub outcome: String,
    /// Every check passed.
    pub verified: bool,
    /// Review items with the ruling that the run holds, empty for none.
    pub items: Vec<(String, String)>,
    /// The newest ruling that the run has seen.
    pub seen: i64,
    /// What the request lacks.
    pub blocks: i64,
    /// Numbers for the dashboard.
    pub measures: Measures,
    /// Rules of the site under which it was made.
    pub under: String,
    /// Made under other rules than the run before: items and persons may have other numbers, and rulings on them are asked for anew.
    pub anew: bool,
}

impl Store {
    /// Makes a move, if the rules allow it to `actor`. `release` and `finish` have their own ways ([`Store::release`],
    /// [`Store::finish_run`]): they need what only a worker has.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with the reason; the database.
    pub async fn make_move(&self, id: &str, actor: &Actor, name: Move, note: &MoveNote) -> Result<State> {
        if matches!(name, Move::Release | Move::Finish) {
            return Err(StoreError::Refused("this move is made by a worker".into()));
        }
        if name == Move::Pend && !PEND_REASONS.iter().any(|(w, _)| *w == note.reason) {
            return Err(StoreError::Refused("choose a reason for pending".into()));
        }
        let mut tx = self.begin().await?;
        let (to, _) = self.moved(&mut tx, id, actor, name, note).await?;
        if name == Move::Process {
            self.enqueue(&mut tx, JobKind::Process, id, actor.id).await?;
        }
        tx.commit().await?;
        Ok(to)
    }

    /// A move inside a transaction, all but its jobs. The case's row is locked from here on.
    pub(super) async fn moved(
        &self,
        tx: &mut Transaction<'static, Any>,
        id: &str,
        actor: &Actor,
        name: Move,
        note: &MoveNote,
    ) -> Result<(State, CaseRow)> {
        let case = self.locked(tx, id).await?;
        let rows = sqlx::query("SELECT account FROM worked WHERE case_id = $1").bind(id.to_string()).fetch_all(&mut **tx).await?;
        let worked: BTreeSet<i64> = rows.iter().map(|r| r.try_get(0)).collect::<std::result::Result<_, _>>()?;
        let to =
            workflow::step(&case.facts(worked, &self.site_in(tx).await?), actor, name).map_err(|r| StoreError::Refused(r.0))?;
        let (approver, approved_run) = match name {
            Move::Approve => (actor.id, case.run),
            Move::Process | Move::SendBack => (0, 0),
            _ => (case.approver, case.approved_run),
        };
        if matches!(name, Move::Process | Move::Submit) {
            self.has_worked(tx, id, actor.id).await?;
        }
        sqlx::query(
            "UPDATE cases SET state = $1, reason = $2, approver = $3, approved_run = $4, done = $5, updated = $6 WHERE id = $7",
        )
        .bind(to.word())
        .bind(if name == Move::Pend { note.reason.clone() } else { String::new() })
        .bind(approver)
        .bind(approved_run)
        .bind(i64::from(to.is_done()))
        .bind(now())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
        if name == Move::Recall {
            self.recall_disclosures(tx, id).await?;
        }
        let mut entry = NewEntry::new(actor, id, &format!("state.{}", name.word()))
            .with("from", case.state.word())
            .with("to", to.word())
            .with("run", case.run);
        if name == Move::Pend {
            entry = entry.with("reason", &note.reason);
        }
        self.append(tx, &entry).await?;
        Ok((to, case))
    }

    /// A case's row, locked until the transaction ends.
    pub(super) async fn locked(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<CaseRow> {
        let lock = if self.postgres { " FOR UPDATE" } else { "" };
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM cases WHERE id = $1{lock}")))
            .bind(id.to_string())
            .fetch_optional(&mut **tx)
            .await?;
        self.case_row(&row.ok_or(StoreError::Missing("case"))?)
    }

    /// Notes that somebody has worked on the result and so cannot approve it.
    pub(super) async fn has_worked(&self, tx: &mut Transaction<'static, Any>, id: &str, account: i64) -> Result<()> {
        sqlx::query("INSERT INTO worked (case_id, account, at) VALUES ($1, $2, $3) ON CONFLICT (case_id, account) DO NOTHING")
            .bind(id.to_string())
            .bind(account)
            .bind(now())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Writes down a finished run: the items, the counts, and the way back to review.
    pub(super) async fn finish_run(&self, tx: &mut Transaction<'static, Any>, id: &str, f: &Finished) -> Result<()> {
        self.moved(tx, id, &Actor::worker(), Move::Finish, &MoveNote::default()).await?;
        sqlx::query("DELETE FROM items WHERE case_id = $1").bind(id.to_string()).execute(&mut **tx).await?;
        for (item, ruling) in &f.items {
            sqlx::query("INSERT INTO items (case_id, item, ruling) VALUES ($1, $2, $3)")
                .bind(id.to_string())
                .bind(item.clone())
                .bind(ruling.clone())
                .execute(&mut **tx)
                .await?;
        }
        if f.anew {
            self.ask_anew(tx, id).await?;
            self.append(tx, &NewEntry::new(&Actor::worker(), id, "rules.newer").with("run", f.run).with("now", &f.under)).await?;
        }
        sqlx::query(
            "UPDATE cases SET run = $1, outcome = $2, verified = $3, blocks = $4, made_under = $5, kept_under = '' WHERE id = $6",
        )
        .bind(f.run)
        .bind(f.outcome.clone())
        .bind(i64::from(f.verified))
        .bind(f.blocks)
        .bind(f.under.clone())
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
        self.set_measures(tx, id, f.run, &f.measures).await?;
        self.count_items(tx, id).await
    }

    /// Counts items and rulings again.
    pub(super) async fn count_items(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<()> {
        let items =
            sqlx::query("SELECT item, ruling FROM items WHERE case_id = $1").bind(id.to_string()).fetch_all(&mut **tx).await?;
        let current = self.current_rulings(tx, id).await?;
        let (mut open, mut unapplied) = (0i64, 0i64);
        for row in &items {
            let (item, held): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let now = current.get(&item).map(|r| r.ruling.as_str()).unwrap_or_default();
            open += i64::from(now.is_empty());
            unapplied += i64::from(now != held);
        }
        sqlx::query("UPDATE cases SET open_items = $1, all_items = $2, unapplied = $3, updated = $4 WHERE id = $5")
            .bind(open)
            .bind(i64::try_from(items.len()).unwrap_or(i64::MAX))
            .bind(unapplied)
            .bind(now())
            .bind(id.to_string())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}
