//! Opening the database.

use super::{Result, StoreError};
use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Connection, Executor};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

/// Makes a folder that only its owner may enter.
pub(super) fn folder(dir: &Path) -> Result<()> {
    if !dir.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    if std::fs::metadata(dir)?.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Connects; the second value says whether it is PostgreSQL.
pub(super) async fn connect(dir: &Path, database: Option<&str>) -> Result<(AnyPool, bool)> {
    install_default_drivers();
    let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(20));
    let Some(url) = database.filter(|u| !u.is_empty()) else {
        let path = dir.join("desk.sqlite3");
        let text = path.to_str().ok_or_else(|| StoreError::Setup("the path of the data folder is not UTF-8".into()))?;
        // The driver takes an address; signs that mean something in one are written otherwise.
        let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23").replace(' ', "%20");
        let pool = options
            .max_connections(8)
            // When the disk is full SQLite ends a transaction by itself, and the driver goes on counting it: such a connection would refuse
            // every later one.
            .before_acquire(|c, _| Box::pin(async move { Ok(!c.is_in_transaction()) }))
            .after_connect(|c, _| {
                Box::pin(async move {
                    c.execute("PRAGMA busy_timeout = 20000").await?;
                    c.execute("PRAGMA journal_mode = WAL").await?;
                    c.execute("PRAGMA synchronous = FULL").await?;
                    c.execute("PRAGMA foreign_keys = ON").await?;
                    // What is deleted is overwritten: a purge is to leave nothing in free pages.
                    c.execute("PRAGMA secure_delete = ON").await?;
                    Ok(())
                })
            })
            .connect(&format!("sqlite://{escaped}?mode=rwc"))
            .await?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        return Ok((pool, false));
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(StoreError::Setup(
            "DATABASE_URL must begin with postgres://; without it SQLite in the data folder is used".into(),
        ));
    }
    let pool = options
        .max_connections(16)
        .before_acquire(|c, _| Box::pin(async move { Ok(c.ping().await.is_ok()) }))
        .connect(url)
        .await
        // The address may hold a password; the driver's own words do not repeat it.
        .map_err(StoreError::Database)?;
    Ok((pool, true))
}

/// True when no table was made yet.
pub(super) async fn is_empty(pool: &AnyPool) -> Result<bool> {
    Ok(sqlx::query("SELECT seq FROM chain_head").fetch_optional(pool).await.is_err())
}
