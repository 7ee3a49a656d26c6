//! A new master key.
//!
//! `desk.key.new` is written first, then everything that the old key wraps is wrapped anew in one transaction, then the new file takes the
//! old one's place. Whatever instant a crash picks, one of the two files fits the database, and the next start finds out which.

use super::keys::{Keys, hex, unhex_bytes};
use super::{NewEntry, Result, Store, StoreError};
use crate::model::desk::Actor;
use sqlx::AnyPool;
use sqlx::Row;
use std::path::Path;

const NEW: &str = "desk.key.new";

/// Ends a rotation that a crash has interrupted.
pub(super) async fn finish(dir: &Path, pool: &AnyPool, fresh: bool) -> Result<()> {
    let new = dir.join(NEW);
    if fresh || !new.is_file() {
        return Ok(());
    }
    let want: String = sqlx::query("SELECT value FROM meta WHERE name = 'key'").fetch_one(pool).await?.try_get(0)?;
    if Keys::load_or_create(&new, false)?.id == want {
        std::fs::rename(&new, dir.join("desk.key"))?;
    } else {
        std::fs::remove_file(&new)?;
    }
    Ok(())
}

impl Store {
    /// Makes a new master key and wraps every case key with it. No server or worker may run meanwhile: they hold the old one.
    ///
    /// # Errors
    /// A key does not open, or a file cannot be written; then the old key stays.
    pub async fn rotate(self, actor: &Actor) -> Result<()> {
        let new = self.dir.join(NEW);
        let keys = Keys::create(&new)?;
        let mut tx = self.begin().await?;
        let rows = sqlx::query("SELECT id, wrapped_key FROM cases WHERE wrapped_key IS NOT NULL").fetch_all(&mut *tx).await?;
        let count = rows.len();
        for row in rows {
            let (id, wrapped): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            let place = format!("case-key/{id}");
            let again = keys.wrap(&place, &self.keys.unwrap_key(&place, &wrapped)?)?;
            sqlx::query("UPDATE cases SET wrapped_key = $1 WHERE id = $2").bind(again).bind(id).execute(&mut *tx).await?;
        }
        let chain: String = sqlx::query("SELECT value FROM meta WHERE name = 'chain'").fetch_one(&mut *tx).await?.try_get(0)?;
        let chain = unhex_bytes(&chain).ok_or(StoreError::Sealed("the key of the audit log"))?;
        let chain = hex(&keys.wrap("audit-chain", &self.keys.unwrap_key("audit-chain", &chain)?)?);
        for (name, value) in [("chain", chain), ("key", keys.id.clone())] {
            sqlx::query("UPDATE meta SET value = $1 WHERE name = $2").bind(value).bind(name).execute(&mut *tx).await?;
        }
        self.append(&mut tx, &NewEntry::new(actor, "", "key.rotate").with("cases", count)).await?;
        tx.commit().await?;
        std::fs::rename(&new, self.dir.join("desk.key"))?;
        std::fs::File::open(&self.dir)?.sync_all()?;
        self.close().await;
        Ok(())
    }
}
