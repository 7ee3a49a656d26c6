//! What reviewers have ruled. Nothing is overwritten: a new ruling stands after the old one, an undone one stays with its mark.

use super::{NewEntry, Result, Store, StoreError, now};
use crate::model::desk::{Actor, StaffRole, State};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use std::collections::BTreeMap;

/// One ruling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulingRow {
    /// Number in the case, from 1.
    pub seq: i64,
    /// Review item: `R1`.
    pub item: String,
    /// `keep`, `mask`, `label:mother` ...
    pub ruling: String,
    /// Who.
    pub account: i64,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// Taken back.
    pub undone: bool,
}

const CURRENT: &str = "SELECT seq, item, ruling, account, at, undone FROM rulings WHERE case_id = $1 AND undone = 0 ORDER BY seq";

impl Store {
    /// Rules on an item. Who rules has worked on the case.
    ///
    /// # Errors
    /// The case is not in review, `actor` is no reviewer, or there is no such item.
    pub async fn rule(&self, id: &str, item: &str, ruling: &str, actor: &Actor) -> Result<i64> {
        let mut tx = self.begin().await?;
        self.may_rule(&mut tx, id, actor).await?;
        let known = sqlx::query("SELECT item FROM items WHERE case_id = $1 AND item = $2")
            .bind(id.to_string())
            .bind(item.to_string())
            .fetch_optional(&mut *tx)
            .await?;
        if known.is_none() {
            return Err(StoreError::Missing("review item"));
        }
        let last =
            sqlx::query("SELECT MAX(seq) FROM rulings WHERE case_id = $1").bind(id.to_string()).fetch_one(&mut *tx).await?;
        let seq = last.try_get::<Option<i64>, _>(0)?.unwrap_or(0) + 1;
        sqlx::query("INSERT INTO rulings (case_id, seq, item, ruling, account, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.to_string())
            .bind(seq)
            .bind(item.to_string())
            .bind(ruling.to_string())
            .bind(actor.id)
            .bind(now())
            .execute(&mut *tx)
            .await?;
        self.has_worked(&mut tx, id, actor.id).await?;
        self.count_items(&mut tx, id).await?;
        self.append(&mut tx, &NewEntry::new(actor, id, "review.rule").with("item", item).with("ruling", ruling)).await?;
        tx.commit().await?;
        Ok(seq)
    }

    /// Takes the newest ruling back that still stands; answers its item.
    ///
    /// # Errors
    /// As [`Store::rule`]; there is none.
    pub async fn undo_ruling(&self, id: &str, actor: &Actor) -> Result<String> {
        let mut tx = self.begin().await?;
        self.may_rule(&mut tx, id, actor).await?;
        let rows = sqlx::query(CURRENT).bind(id.to_string()).fetch_all(&mut *tx).await?;
        let last = rows.last().map(row).transpose()?.ok_or_else(|| StoreError::Refused("there is no ruling to undo".into()))?;
        sqlx::query("UPDATE rulings SET undone = 1 WHERE case_id = $1 AND seq = $2")
            .bind(id.to_string())
            .bind(last.seq)
            .execute(&mut *tx)
            .await?;
        self.has_worked(&mut tx, id, actor.id).await?;
        self.count_items(&mut tx, id).await?;
        self.append(&mut tx, &NewEntry::new(actor, id, "review.undo").with("item", &last.item)).await?;
        tx.commit().await?;
        Ok(last.item)
    }

    /// Takes all rulings back: what they were about has changed.
    pub(super) async fn drop_rulings(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<u64> {
        let done = sqlx::query("UPDATE rulings SET undone = 1 WHERE case_id = $1 AND undone = 0")
            .bind(id.to_string())
            .execute(&mut **tx)
            .await?;
        Ok(done.rows_affected())
    }

    async fn may_rule(&self, tx: &mut Transaction<'static, Any>, id: &str, actor: &Actor) -> Result<()> {
        if !actor.any(&[StaffRole::Reviewer, StaffRole::PrivacyOfficer]) {
            return Err(StoreError::Refused("ruling is for: reviewer, privacy officer".into()));
        }
        let case = self.locked(tx, id).await?;
        if case.state != State::Review {
            return Err(StoreError::Refused(format!(
                "rulings are made in review; the case is {}",
                case.state.title().to_lowercase()
            )));
        }
        Ok(())
    }

    /// The ruling that stands for each item.
    pub(super) async fn current_rulings(
        &self,
        tx: &mut Transaction<'static, Any>,
        id: &str,
    ) -> Result<BTreeMap<String, RulingRow>> {
        let rows = sqlx::query(CURRENT).bind(id.to_string()).fetch_all(&mut **tx).await?;
        rows.iter().map(|r| row(r).map(|r| (r.item.clone(), r))).collect()
    }

    /// The ruling that stands for each item, and the newest number.
    ///
    /// # Errors
    /// The database.
    pub async fn rulings(&self, id: &str) -> Result<BTreeMap<String, RulingRow>> {
        let rows = sqlx::query(CURRENT).bind(id.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(|r| row(r).map(|r| (r.item.clone(), r))).collect()
    }
}

fn row(r: &AnyRow) -> Result<RulingRow> {
    Ok(RulingRow {
        seq: r.try_get(0)?,
        item: r.try_get(1)?,
        ruling: r.try_get(2)?,
        account: r.try_get(3)?,
        at: r.try_get(4)?,
        undone: r.try_get::<i64, _>(5)? != 0,
    })
}
