//! Releases: each approved run is handed over once.

use super::{MoveNote, NewEntry, Result, Store, Stored};
use crate::model::desk::{Actor, Move};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

/// One release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseRow {
    /// Run.
    pub run: i64,
    /// Blob of the package.
    pub blob: String,
    /// SHA-256 of the package, hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: i64,
    /// Who released.
    pub account: i64,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
}

impl Store {
    /// Hands over the package of the approved run in a transaction of the job's. A second time for the same run is refused: by the rules,
    /// since the state is another one, and by the key of the table.
    pub(super) async fn release(
        &self,
        tx: &mut Transaction<'static, Any>,
        id: &str,
        actor: &Actor,
        package: &Stored,
    ) -> Result<i64> {
        let (_, case) = self.moved(tx, id, actor, Move::Release, &MoveNote::default()).await?;
        sqlx::query("INSERT INTO releases (case_id, run, blob, sha256, bytes, account, at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(id.to_string())
            .bind(case.run)
            .bind(package.name.clone())
            .bind(package.sha256.clone())
            .bind(i64::try_from(package.bytes).unwrap_or(i64::MAX))
            .bind(actor.id)
            .bind(super::now())
            .execute(&mut **tx)
            .await?;
        let entry = NewEntry::new(actor, id, "release.package").with("run", case.run).with("sha256", &package.sha256);
        self.append(tx, &entry.with("bytes", package.bytes)).await?;
        Ok(case.run)
    }

    /// Releases of a case, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn releases(&self, id: &str) -> Result<Vec<ReleaseRow>> {
        let rows = sqlx::query("SELECT run, blob, sha256, bytes, account, at FROM releases WHERE case_id = $1 ORDER BY run")
            .bind(id.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(row).collect()
    }
}

fn row(r: &AnyRow) -> Result<ReleaseRow> {
    Ok(ReleaseRow {
        run: r.try_get(0)?,
        blob: r.try_get(1)?,
        sha256: r.try_get(2)?,
        bytes: r.try_get(3)?,
        account: r.try_get(4)?,
        at: r.try_get(5)?,
    })
}
