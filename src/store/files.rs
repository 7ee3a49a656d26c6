//! Files of a case: what came in, and what each run has made.

use super::blobs::BlobReader;
use super::keys::CaseKey;
use super::{NewEntry, Result, Store, StoreError, Stored, now};
use crate::model::desk::{Actor, State};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use std::io::Read;

/// One file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRow {
    /// Number in its area.
    pub id: i64,
    /// Run; 0 for what came in.
    pub run: i64,
    /// `input`, `release`, `draft`, `internal`, `failed`, `packet`.
    pub area: String,
    /// Path below the area.
    pub path: String,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Blob.
    pub blob: String,
    /// Size in bytes.
    pub bytes: i64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    path: String,
    sha256: String,
}

impl Store {
    /// Encrypts a file into the folder of blobs. It belongs to nothing until a row names it. Blocks: not for an async thread.
    ///
    /// # Errors
    /// The case is unknown; reading or writing fails; more than `limit` bytes.
    pub fn put_blob(&self, key: &CaseBlobs, from: &mut dyn Read, limit: u64) -> Result<Stored> {
        self.blobs.put(&key.0, from, limit)
    }

    /// [`Store::put_blob`] of a file; what lies there already is not written again. Blocks.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn put_file(&self, key: &CaseBlobs, file: &mut std::fs::File) -> Result<Stored> {
        self.blobs.put_file(&key.0, file)
    }

    /// What [`Store::put_blob`] and [`Store::read_blob`] need of a case.
    ///
    /// # Errors
    /// The case is unknown or purged.
    pub async fn case_blobs(&self, id: &str) -> Result<CaseBlobs> {
        Ok(CaseBlobs(self.case_key(id).await?))
    }

    /// [`Store::read_blob`], from where nothing may block.
    ///
    /// # Errors
    /// It is missing or was changed.
    pub async fn open_blob(&self, key: &CaseBlobs, name: &str) -> Result<BlobReader> {
        let (store, key, name) = (self.clone(), key.clone(), name.to_string());
        super::blocking(move || store.read_blob(&key, &name)).await
    }

    /// Opens a blob for reading. Blocks.
    ///
    /// # Errors
    /// It is missing or was changed.
    pub fn read_blob(&self, key: &CaseBlobs, name: &str) -> Result<BlobReader> {
        self.blobs.open(&key.0, name)
    }

    /// Takes a file in. The same path twice gets a number, so that nothing is lost. Rulings that were made no longer hold.
    ///
    /// # Errors
    /// The case takes no files in its state; the database.
    pub async fn add_input(&self, id: &str, path: &str, stored: &Stored, actor: &Actor) -> Result<FileRow> {
        let key = self.case_key(id).await?;
        let here = self.files(id, 0, "input").await?;
        let mut tx = self.begin().await?;
        let case = self.locked(&mut tx, id).await?;
        let open = matches!(case.state, State::Received | State::Logged | State::Validating | State::Pended | State::Review);
        if !open {
            return Err(StoreError::Refused(format!(
                "no files are taken in while the case is {}",
                case.state.title().to_lowercase()
            )));
        }
        if let Some(same) = here.iter().find(|f| f.blob == stored.name && f.path == path) {
            return Ok(same.clone());
        }
        let last = sqlx::query("SELECT MAX(id) FROM files WHERE case_id = $1 AND run = 0 AND area = 'input'")
            .bind(id.to_string())
            .fetch_one(&mut *tx)
            .await?;
        let number = last.try_get::<Option<i64>, _>(0)?.unwrap_or(0) + 1;
        let path = if here.iter().any(|f| f.path == path) { numbered(path, number) } else { path.to_string() };
        let file = self.insert(&mut tx, &key, id, 0, "input", number, &path, stored).await?;
        sqlx::query("UPDATE cases SET documents = documents + 1, updated = $1 WHERE id = $2")
            .bind(now())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        self.outdate(&mut tx, id).await?;
        self.append(&mut tx, &NewEntry::new(actor, id, "file.add").with("file", number).with("bytes", stored.bytes)).await?;
        tx.commit().await?;
        Ok(file)
    }

    /// Writes down the files of a run.
    pub(super) async fn insert_outputs(
        &self,
        tx: &mut Transaction<'static, Any>,
        key: &CaseKey,
        id: &str,
        run: i64,
        files: &[(String, String, Stored)],
    ) -> Result<()> {
        sqlx::query("DELETE FROM files WHERE case_id = $1 AND run = $2")
            .bind(id.to_string())
            .bind(run)
            .execute(&mut **tx)
            .await?;
        for (i, (area, path, stored)) in files.iter().enumerate() {
            self.insert(tx, key, id, run, area, i as i64 + 1, path, stored).await?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) async fn insert(
        &self,
        tx: &mut Transaction<'static, Any>,
        key: &CaseKey,
        id: &str,
        run: i64,
        area: &str,
        number: i64,
        path: &str,
        stored: &Stored,
    ) -> Result<FileRow> {
        let sealed = Sealed { path: path.to_string(), sha256: stored.sha256.clone() };
        let json = serde_json::to_vec(&sealed).map_err(|e| StoreError::Setup(e.to_string()))?;
        let bytes = i64::try_from(stored.bytes).unwrap_or(i64::MAX);
        sqlx::query(
            "INSERT INTO files (case_id, run, area, id, path, blob, bytes, added) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id.to_string())
        .bind(run)
        .bind(area.to_string())
        .bind(number)
        .bind(key.seal(&place(id, run, area, number), &json)?)
        .bind(stored.name.clone())
        .bind(bytes)
        .bind(now())
        .execute(&mut **tx)
        .await?;
        Ok(FileRow {
            id: number,
            run,
            area: area.to_string(),
            path: path.to_string(),
            sha256: stored.sha256.clone(),
            blob: stored.name.clone(),
            bytes,
        })
    }

    /// Files of an area of a run, in order.
    ///
    /// # Errors
    /// The case is unknown or purged.
    pub async fn files(&self, id: &str, run: i64, area: &str) -> Result<Vec<FileRow>> {
        let key = self.case_key(id).await?;
        let rows = sqlx::query(
            "SELECT id, run, area, path, blob, bytes FROM files WHERE case_id = $1 AND run = $2 AND area = $3 ORDER BY id",
        )
        .bind(id.to_string())
        .bind(run)
        .bind(area.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|r| row(r, &key, id)).collect()
    }

    /// One file of an area by its path.
    ///
    /// # Errors
    /// There is none.
    pub async fn file(&self, id: &str, run: i64, area: &str, path: &str) -> Result<FileRow> {
        let all = self.files(id, run, area).await?;
        all.into_iter().find(|f| f.path == path).ok_or(StoreError::Missing("file"))
    }
}

/// What reads and writes the blobs of one case.
#[derive(Clone)]
pub struct CaseBlobs(pub(super) CaseKey);

fn place(case: &str, run: i64, area: &str, id: i64) -> String {
    format!("files/path/{case}/{run}/{area}/{id}")
}

fn numbered(path: &str, number: i64) -> String {
    let (dir, name) = path.rsplit_once('/').map_or(("", path), |(d, n)| (d, n));
    let name = match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => format!("{stem}-{number}.{ext}"),
        _ => format!("{name}-{number}"),
    };
    if dir.is_empty() { name } else { format!("{dir}/{name}") }
}

fn row(r: &AnyRow, key: &CaseKey, case: &str) -> Result<FileRow> {
    let (id, run, area): (i64, i64, String) = (r.try_get(0)?, r.try_get(1)?, r.try_get(2)?);
    let sealed: Vec<u8> = r.try_get(3)?;
    let json = key.open(&place(case, run, &area, id), &sealed).ok_or(StoreError::Sealed("a file's name"))?;
    let open: Sealed = serde_json::from_slice(&json).map_err(|_| StoreError::Sealed("a file's name"))?;
    Ok(FileRow { id, run, area, path: open.path, sha256: open.sha256, blob: r.try_get(4)?, bytes: r.try_get(5)? })
}
