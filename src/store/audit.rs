//! The audit log: who did what to which case, when. Details are numbers and words of closed lists, never a value of a record.
//!
//! Each entry's hash is HMAC-SHA256 over the hash before it and every field, with a key that only the key file opens. [`Store::audit_verify`]
//! finds an entry changed, added, moved or missing, a cut-off end, and a case whose state was changed beside the log.

use super::keys::{hex, hmac};
use super::{Result, Store, StoreError, now};
use crate::model::desk::Actor;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// Entries that are read at a time.
const BATCH: i64 = 2_000;

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    actor: String,
    case_id: String,
    action: String,
    detail: Map<String, Value>,
}

impl NewEntry {
    /// What `actor` does to a case; an empty id for what concerns none.
    pub fn new(actor: &Actor, case_id: &str, action: &str) -> NewEntry {
        NewEntry { actor: actor.name.clone(), case_id: case_id.into(), action: action.into(), detail: Map::new() }
    }
    /// Adds a detail. No value of a record may stand here.
    pub fn with(mut self, name: &str, value: impl Serialize) -> NewEntry {
        self.detail.insert(name.into(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
}

/// An entry of the log.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AuditEntry {
    /// Number from 1.
    pub seq: i64,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// User name, or `worker`.
    pub actor: String,
    /// Case, or empty.
    pub case_id: String,
    /// `state.approve`, `file.view`, `session.login` ...
    pub action: String,
    /// Further details, a JSON object.
    pub detail: String,
    /// Hash of the entry before.
    pub prev: String,
    /// Hash of this one.
    pub hash: String,
}

/// Which entries to list.
#[derive(Clone, Default, Debug)]
pub struct AuditFilter {
    /// Of this case only.
    pub case_id: Option<String>,
    /// Before this number; from the newest when 0.
    pub before: i64,
    /// So many.
    pub limit: i64,
}

/// Entries of views and downloads that wait to be written, each with who waits for it.
#[derive(Default)]
pub(super) struct Waiting {
    lists: std::sync::Mutex<Vec<(NewEntry, oneshot::Sender<bool>)>>,
    turn: tokio::sync::Mutex<()>,
}

/// What a check of the log found.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AuditVerdict {
    /// Entries that fit.
    pub entries: i64,
    /// Hash of the last one: kept elsewhere, it shows even a database put back to an earlier day.
    pub head: String,
    /// What does not fit.
    pub failures: Vec<String>,
}

impl Store {
    /// Writes an entry in a transaction of the caller's. Call it last: it holds the log's end until the transaction is over.
    pub(super) async fn append(&self, tx: &mut sqlx::Transaction<'static, sqlx::Any>, entry: &NewEntry) -> Result<()> {
        let lock = if self.postgres { " FOR UPDATE" } else { "" };
        let head = sqlx::query(AssertSqlSafe(format!("SELECT seq, hash FROM chain_head WHERE id = 1{lock}")))
            .fetch_one(&mut **tx)
            .await?;
        let (seq, prev): (i64, String) = (head.try_get::<i64, _>(0)? + 1, head.try_get(1)?);
        let mut e = AuditEntry {
            seq,
            at: now(),
            actor: entry.actor.clone(),
            case_id: entry.case_id.clone(),
            action: entry.action.clone(),
            detail: Value::Object(entry.detail.clone()).to_string(),
            prev,
            hash: String::new(),
        };
        e.hash = self.link(&e);
        sqlx::query(
            "INSERT INTO audit (seq, at, actor, case_id, action, detail, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(e.seq)
        .bind(e.at)
        .bind(e.actor)
        .bind(e.case_id)
        .bind(e.action)
        .bind(e.detail)
        .bind(e.prev)
        .bind(e.hash.clone())
        .execute(&mut **tx)
        .await?;
        sqlx::query("UPDATE chain_head SET seq = $1, hash = $2 WHERE id = 1").bind(seq).bind(e.hash).execute(&mut **tx).await?;
        Ok(())
    }

    /// Writes an entry by itself: a view, a download, a login.
    ///
    /// # Errors
    /// The database.
    pub async fn audit(&self, entry: NewEntry) -> Result<()> {
        let (tell, told) = oneshot::channel();
        if let Ok(mut waiting) = self.waiting.lists.lock() {
            waiting.push((entry, tell));
        }
        // Whoever is next writes down everything that has come meanwhile, so that many views at once are one wait for the disk.
        let turn = self.waiting.turn.lock().await;
        let list = self.waiting.lists.lock().map(|mut l| std::mem::take(&mut *l)).unwrap_or_default();
        if !list.is_empty() {
            let store = self.clone();
            // By itself: a browser that goes away takes nobody else's entry with it.
            let writing = tokio::spawn(async move {
                let done = store.append_all(list.iter().map(|(e, _)| e)).await;
                for (_, tell) in list {
                    let _ = tell.send(done.is_ok());
                }
                done
            });
            writing.await.unwrap_or_else(|_| Err(StoreError::Setup("a task has ended before its time".into())))?;
        }
        drop(turn);
        match told.await {
            Ok(true) => Ok(()),
            _ => Err(StoreError::Setup("the audit log cannot be written to".into())),
        }
    }

    async fn append_all(&self, entries: impl Iterator<Item = &NewEntry>) -> Result<()> {
        let mut tx = self.begin().await?;
        for e in entries {
            self.append(&mut tx, e).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn link(&self, e: &AuditEntry) -> String {
        let (seq, at) = (e.seq.to_be_bytes(), e.at.to_be_bytes());
        let parts: [&[u8]; 7] =
            [e.prev.as_bytes(), &seq, &at, e.actor.as_bytes(), e.case_id.as_bytes(), e.action.as_bytes(), e.detail.as_bytes()];
        hex(&hmac(&self.chain, &parts))
    }

    /// Entries, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn audit_list(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        let before = if filter.before > 0 { filter.before } else { i64::MAX };
        let limit = filter.limit.clamp(1, 10_000);
        let sql = "SELECT seq, at, actor, case_id, action, detail, prev, hash FROM audit WHERE seq < $1";
        let rows = match &filter.case_id {
            Some(id) => {
                sqlx::query(AssertSqlSafe(format!("{sql} AND case_id = $2 ORDER BY seq DESC LIMIT $3")))
                    .bind(before)
                    .bind(id.clone())
                    .bind(limit)
                    .fetch_all(&self.pool)
                    .await?
            }
            None => {
                sqlx::query(AssertSqlSafe(format!("{sql} ORDER BY seq DESC LIMIT $2")))
                    .bind(before)
                    .bind(limit)
                    .fetch_all(&self.pool)
                    .await?
            }
        };
        rows.iter().map(entry).collect()
    }

    /// True when an entry has this hash.
    ///
    /// # Errors
    /// The database.
    pub async fn audit_holds(&self, hash: &str) -> Result<bool> {
        let row = sqlx::query("SELECT seq FROM audit WHERE hash = $1")
            .bind(hash.trim().to_ascii_lowercase())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Checks the whole log.
    ///
    /// # Errors
    /// The database; what does not fit is in the verdict.
    pub async fn audit_verify(&self) -> Result<AuditVerdict> {
        let mut verdict = AuditVerdict::default();
        let mut states: HashMap<String, String> = HashMap::new();
        // States before entries: a case that moves meanwhile shows a newer entry, not a newer state.
        let cases = sqlx::query("SELECT id, no, state FROM cases").fetch_all(&self.pool).await?;
        let head = sqlx::query("SELECT seq, hash FROM chain_head WHERE id = 1").fetch_one(&self.pool).await?;
        let (last, head): (i64, String) = (head.try_get(0)?, head.try_get(1)?);
        let (mut seq, mut prev) = (0i64, String::new());
        'all: loop {
            let rows = sqlx::query(
                "SELECT seq, at, actor, case_id, action, detail, prev, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
            )
            .bind(seq)
            .bind(BATCH)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let e = entry(row)?;
                let fault = if e.seq != seq + 1 {
                    Some("is missing")
                } else if e.prev != prev {
                    Some("does not follow the one before")
                } else if self.link(&e) != e.hash {
                    Some("was changed")
                } else {
                    None
                };
                if let Some(fault) = fault {
                    verdict.failures.push(format!("entry {} {fault}", seq + 1));
                    break 'all;
                }
                if let Some(to) = serde_json::from_str::<Value>(&e.detail).ok().as_ref().and_then(|d| d["to"].as_str()) {
                    states.insert(e.case_id.clone(), to.to_string());
                }
                if e.seq == last && e.hash != head {
                    verdict.failures.push("the kept end of the log is another one".into());
                }
                (seq, prev) = (e.seq, e.hash);
                verdict.entries += 1;
            }
        }
        if verdict.failures.is_empty() && seq < last {
            verdict.failures.push(format!("entry {} is missing: the log was cut off", seq + 1));
        }
        if verdict.failures.is_empty() {
            self.beside_the_log(&cases, &states, &mut verdict).await?;
        }
        verdict.head = prev;
        Ok(verdict)
    }

    /// Cases whose state no entry explains. A case that has moved since the states were read is asked again.
    async fn beside_the_log(
        &self,
        cases: &[sqlx::any::AnyRow],
        states: &HashMap<String, String>,
        verdict: &mut AuditVerdict,
    ) -> Result<()> {
        for row in cases {
            let (id, no, state): (String, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if states.get(&id) == Some(&state) {
                continue;
            }
            let again = sqlx::query("SELECT state FROM cases WHERE id = $1").bind(id.clone()).fetch_optional(&self.pool).await?;
            let again: Option<String> = again.map(|r| r.try_get(0)).transpose()?;
            if again.is_some() && again.as_ref() == Some(&state) {
                verdict.failures.push(format!("case {no} stands where no entry has put it"));
            }
        }
        Ok(())
    }
}

fn entry(row: &sqlx::any::AnyRow) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.try_get(0)?,
        at: row.try_get(1)?,
        actor: row.try_get(2)?,
        case_id: row.try_get(3)?,
        action: row.try_get(4)?,
        detail: row.try_get(5)?,
        prev: row.try_get(6)?,
        hash: row.try_get(7)?,
    })
}
