//! The tables. `BIGINT` for numbers and times (milliseconds since 1970 UTC), `TEXT` for words and dates (`YYYY-MM-DD`), sealed values as
//! bytes. One text for both databases; `{bytes}` is what they disagree about.

use super::blobs::FOLDER;
use super::keys::{hex, random, unhex_bytes};
use super::{Result, Store, StoreError};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;

/// The schema's number; a database of a higher one was written by a newer program.
const VERSION: i64 = 2;

const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS accounts (
        id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, shown TEXT NOT NULL, password TEXT NOT NULL, roles TEXT NOT NULL,
        disabled BIGINT NOT NULL DEFAULT 0, failures BIGINT NOT NULL DEFAULT 0, blocked_until BIGINT NOT NULL DEFAULT 0,
        created BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sessions (
        token TEXT PRIMARY KEY, account BIGINT NOT NULL, csrf TEXT NOT NULL, created BIGINT NOT NULL, seen BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS cases (
        id TEXT PRIMARY KEY, no BIGINT NOT NULL UNIQUE, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
        authority TEXT NOT NULL, purpose TEXT NOT NULL, requester_kind TEXT NOT NULL, received TEXT NOT NULL,
        due TEXT NOT NULL DEFAULT '', assignee BIGINT NOT NULL DEFAULT 0, priority BIGINT NOT NULL DEFAULT 0,
        documents BIGINT NOT NULL DEFAULT 0, run BIGINT NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '',
        verified BIGINT NOT NULL DEFAULT 0, open_items BIGINT NOT NULL DEFAULT 0, all_items BIGINT NOT NULL DEFAULT 0,
        unapplied BIGINT NOT NULL DEFAULT 0, blocks BIGINT NOT NULL DEFAULT 0, approver BIGINT NOT NULL DEFAULT 0,
        approved_run BIGINT NOT NULL DEFAULT 0, done BIGINT NOT NULL DEFAULT 0, created BIGINT NOT NULL, updated BIGINT NOT NULL,
        wrapped_key {bytes}, secret {bytes}, who {bytes}, made_under TEXT NOT NULL DEFAULT '', kept_under TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX IF NOT EXISTS cases_by_due ON cases (done, due, no)",
    "CREATE INDEX IF NOT EXISTS cases_in_order ON cases (done, (CASE WHEN due = '' THEN 1 ELSE 0 END), due, no)",
    "CREATE INDEX IF NOT EXISTS cases_by_state ON cases (state, due, no)",
    "CREATE INDEX IF NOT EXISTS cases_by_received ON cases (done, received, no)",
    "CREATE INDEX IF NOT EXISTS cases_by_assignee ON cases (assignee, done, due)",
    "CREATE TABLE IF NOT EXISTS worked (
        case_id TEXT NOT NULL, account BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (case_id, account))",
    "CREATE TABLE IF NOT EXISTS files (
        case_id TEXT NOT NULL, run BIGINT NOT NULL, area TEXT NOT NULL, id BIGINT NOT NULL, path {bytes} NOT NULL,
        blob TEXT NOT NULL, bytes BIGINT NOT NULL, added BIGINT NOT NULL, PRIMARY KEY (case_id, run, area, id))",
    "CREATE INDEX IF NOT EXISTS files_by_blob ON files (blob)",
    "CREATE TABLE IF NOT EXISTS rulings (
        case_id TEXT NOT NULL, seq BIGINT NOT NULL, item TEXT NOT NULL, ruling TEXT NOT NULL, account BIGINT NOT NULL,
        at BIGINT NOT NULL, undone BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (case_id, seq))",
    "CREATE TABLE IF NOT EXISTS items (
        case_id TEXT NOT NULL, item TEXT NOT NULL, ruling TEXT NOT NULL DEFAULT '', PRIMARY KEY (case_id, item))",
    "CREATE TABLE IF NOT EXISTS releases (
        case_id TEXT NOT NULL, run BIGINT NOT NULL, blob TEXT NOT NULL, sha256 TEXT NOT NULL, bytes BIGINT NOT NULL,
        account BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (case_id, run))",
    "CREATE TABLE IF NOT EXISTS jobs (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, case_id TEXT NOT NULL, account BIGINT NOT NULL, state TEXT NOT NULL,
        attempts BIGINT NOT NULL DEFAULT 0, run_at BIGINT NOT NULL, lease BIGINT NOT NULL DEFAULT 0, worker TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '', done BIGINT NOT NULL DEFAULT 0, total BIGINT NOT NULL DEFAULT 0,
        created BIGINT NOT NULL, ended BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS jobs_once ON jobs (kind, case_id) WHERE state = 'queued'",
    "CREATE INDEX IF NOT EXISTS jobs_due ON jobs (state, run_at)",
    "CREATE INDEX IF NOT EXISTS jobs_by_case ON jobs (case_id, created)",
    "CREATE TABLE IF NOT EXISTS audit (
        seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, case_id TEXT NOT NULL, action TEXT NOT NULL,
        detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS audit_by_case ON audit (case_id, seq)",
    "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value {bytes} NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tokens (
        id BIGINT PRIMARY KEY, account BIGINT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL,
        created BIGINT NOT NULL, expires BIGINT NOT NULL, used BIGINT NOT NULL DEFAULT 0, revoked BIGINT NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS authenticators (
        account BIGINT PRIMARY KEY, sealed {bytes} NOT NULL, confirmed BIGINT NOT NULL, step BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS identities (
        account BIGINT PRIMARY KEY, word TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, subject TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sign_ins (token TEXT PRIMARY KEY, sealed {bytes} NOT NULL, created BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS patients (case_id TEXT PRIMARY KEY, word TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS patients_by_word ON patients (word)",
    "CREATE TABLE IF NOT EXISTS disclosures (
        case_id TEXT NOT NULL, run BIGINT NOT NULL, word TEXT NOT NULL, at BIGINT NOT NULL, sealed {bytes} NOT NULL,
        recalled BIGINT NOT NULL, PRIMARY KEY (case_id, run))",
    "CREATE INDEX IF NOT EXISTS disclosures_by_word ON disclosures (word, at)",
    "CREATE TABLE IF NOT EXISTS deliveries (
        case_id TEXT NOT NULL, run BIGINT NOT NULL, destination TEXT NOT NULL, account BIGINT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (case_id, run, destination))",
    "CREATE TABLE IF NOT EXISTS measures (
        case_id TEXT PRIMARY KEY, run BIGINT NOT NULL, changes BIGINT NOT NULL, overrides BIGINT NOT NULL, pages BIGINT NOT NULL,
        misfiles BIGINT NOT NULL, items BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS views (account BIGINT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, PRIMARY KEY (account, name))",
    "CREATE INDEX IF NOT EXISTS audit_by_action ON audit (action)",
    "CREATE TABLE IF NOT EXISTS chain_head (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL, hash TEXT NOT NULL)",
];

/// What a database of the first version lacks. Which rules its results were made under is not known, so that they are taken for older ones.
const SECOND: &[&str] = &[
    "ALTER TABLE cases ADD COLUMN made_under TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cases ADD COLUMN kept_under TEXT NOT NULL DEFAULT ''",
    "UPDATE meta SET value = '2' WHERE name = 'version'",
];

impl Store {
    /// Makes what is missing; checks that key file and database belong together; gives the key of the audit chain, and where files lie.
    pub(super) async fn migrate(&self, fresh: bool) -> Result<([u8; 32], String)> {
        let mut tx = self.begin().await?;
        if self.postgres {
            // Several programs may start at once; PostgreSQL's IF NOT EXISTS is not safe against that by itself.
            sqlx::query("SELECT pg_advisory_xact_lock(7317)").execute(&mut *tx).await?;
        }
        let bytes = if self.postgres { "BYTEA" } else { "BLOB" };
        for table in TABLES {
            sqlx::query(AssertSqlSafe(table.replace("{bytes}", bytes))).execute(&mut *tx).await?;
        }
        for name in ["case", "account", "token"] {
            sqlx::query("INSERT INTO counters (name, value) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '') ON CONFLICT (id) DO NOTHING")
            .execute(&mut *tx)
            .await?;
        let chain = hex(&self.keys.wrap("audit-chain", &random::<32>()?)?);
        // A database that says nothing of it was made when there was the folder alone.
        let files = if fresh { self.blobs.word.clone() } else { FOLDER.to_string() };
        let new = [("version", VERSION.to_string()), ("key", self.keys.id.clone()), ("chain", chain), ("files", files)];
        for (name, value) in new {
            sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .bind(value)
                .execute(&mut *tx)
                .await?;
        }
        let stored: String =
            sqlx::query("SELECT value FROM meta WHERE name = 'version'").fetch_one(&mut *tx).await?.try_get(0)?;
        if stored == "1" {
            for change in SECOND {
                sqlx::query(*change).execute(&mut *tx).await?;
            }
        }
        let rows = sqlx::query("SELECT name, value FROM meta").fetch_all(&mut *tx).await?;
        tx.commit().await?;
        let mut meta = HashMap::new();
        for row in rows {
            meta.insert(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
        }
        if meta.get("key") != Some(&self.keys.id) {
            return Err(StoreError::Setup("desk.key is not the key of this database; put the right key file back".into()));
        }
        if meta.get("version").and_then(|v| v.parse::<i64>().ok()).is_none_or(|v| v > VERSION) {
            return Err(StoreError::Setup("the database was written by a newer version of this program".into()));
        }
        let chain = meta.get("chain").and_then(|c| unhex_bytes(c)).ok_or(StoreError::Sealed("the key of the audit log"))?;
        let files = meta.remove("files").unwrap_or_else(|| FOLDER.to_string());
        Ok((self.keys.unwrap_key("audit-chain", &chain)?, files))
    }
}
