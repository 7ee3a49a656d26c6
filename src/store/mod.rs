//! What the desk keeps: cases, files, rulings, jobs, accounts, and the audit log. The only place that knows SQL.
//!
//! Two databases, one set of statements: SQLite in the data folder (WAL, `synchronous = FULL`) where nothing else is configured, and
//! PostgreSQL where `DATABASE_URL` names one. The same tests run on both. Files lie beside it as encrypted blobs named by their
//! content.
//!
//! Everything that could name a patient is sealed with a key of its case ([`keys`]); numbers, states, dates and clocks stay readable, so
//! that the database can sort and count them. Destroying the case's key destroys its record, whatever copies of the database exist, as
//! long as the copies of the master key do not outlive it in a backup of the same age.
//!
//! A transition of a case and its entry in the audit log are one transaction. The log is a chain of keyed hashes: without the key file
//! nobody can write an entry that fits.

mod accounts;
mod audit;
mod blobs;
mod bucket;
mod cases;
mod db;
mod disclosures;
mod files;
mod identities;
mod jobs;
mod keys;
mod listing;
mod measures;
mod move_files;
mod moves;
mod older;
#[cfg(test)]
mod older_tests;
mod releases;
mod rotate;
mod rulings;
mod schema;
mod second;
mod sessions;
mod sign;
mod site;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
pub mod web;

pub use accounts::Account;
pub use audit::{AuditEntry, AuditFilter, AuditVerdict, NewEntry};
pub use blobs::{BlobReader, Stored};
pub use bucket::BucketAddress;
pub use cases::{ByHand, CaseRow, CaseSecret, Effect, NewCase, Note, SiteWord, Who};
pub use disclosures::{Delivery, Disclosure, Patient, SIX_YEARS};
pub use files::{CaseBlobs, FileRow};
pub use jobs::{Job, JobKind, JobState};
pub use keys::{Keys, random_hex};
pub use listing::{Filter, Page, Sort};
pub use measures::{Figure, Measures};
pub use moves::{Finished, MoveNote};
pub use releases::ReleaseRow;
pub use rulings::RulingRow;
pub use second::Authenticator;
pub use sessions::Session;
pub use tokens::{LONGEST_DAYS, TokenRow};

use keys::CaseKey;
use sqlx::AnyPool;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use thiserror::Error;

/// What can go wrong in the store. Never holds a value of a record.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database answers with an error.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A file cannot be read or written.
    #[error("data folder: {0}")]
    Io(#[from] std::io::Error),
    /// Something sealed does not open: wrong key file, or changed.
    #[error("{0} cannot be opened: the key file does not fit, or it was changed")]
    Sealed(&'static str),
    /// There is no such thing.
    #[error("{0} not found")]
    Missing(&'static str),
    /// It may not be done; the words say why.
    #[error("{0}")]
    Refused(String),
    /// The store of files is not reached, or refuses.
    #[error("{0}")]
    Bucket(String),
    /// A setting or a file of the data folder is not usable.
    #[error("{0}")]
    Setup(String),
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// By case: a mark of its sealed names, and the names folded.
type Searched = HashMap<String, (u64, Arc<str>)>;

/// Everything the desk keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    postgres: bool,
    keys: Arc<Keys>,
    chain: [u8; 32],
    blobs: Arc<blobs::Blobs>,
    dir: PathBuf,
    opened: Arc<RwLock<HashMap<String, CaseKey>>>,
    /// What a search compares, by case: a digest of the sealed names, and the names folded.
    searched: Arc<RwLock<Searched>>,
    waiting: Arc<audit::Waiting>,
}

impl Store {
    /// Opens the data folder `dir`, making it, its key file and its tables where they are missing. `database` is a `postgres://` address;
    /// SQLite in the folder otherwise.
    ///
    /// # Errors
    /// Folder, key file or database cannot be used; the key file does not fit the database.
    pub async fn open(dir: &Path, database: Option<&str>) -> Result<Store> {
        Store::open_with(dir, database, None).await
    }

    /// As [`Store::open`], with the blobs in a bucket.
    ///
    /// # Errors
    /// As there; the bucket cannot be written to; the files of this desk lie elsewhere.
    pub async fn open_with(dir: &Path, database: Option<&str>, bucket: Option<&BucketAddress>) -> Result<Store> {
        let (store, word) = Store::open_anyhow(dir, database, bucket).await?;
        if word != store.blobs.word {
            let (there, here) = (place_words(&word), place_words(&store.blobs.word));
            return Err(StoreError::Setup(format!(
                "the files of this desk lie in {there}, and not in {here} as the settings say; change BLOB_URL, or move them with disclose desk move-files"
            )));
        }
        Ok(store)
    }

    /// Opens without asking whether the files lie where the settings say. The second value tells where they lie.
    async fn open_anyhow(dir: &Path, database: Option<&str>, bucket: Option<&BucketAddress>) -> Result<(Store, String)> {
        db::folder(dir)?;
        let (pool, postgres) = db::connect(dir, database).await?;
        let fresh = db::is_empty(&pool).await?;
        rotate::finish(dir, &pool, fresh).await?;
        let keys = Keys::load_or_create(&dir.join("desk.key"), fresh)?;
        let blobs = blobs::Blobs::new(dir.join("blobs"), bucket)?;
        let blobs = blocking(move || blobs.try_out().map(|()| blobs)).await?;
        let mut store = Store {
            pool,
            postgres,
            blobs: Arc::new(blobs),
            keys: Arc::new(keys),
            chain: [0; 32],
            dir: dir.to_path_buf(),
            opened: Arc::default(),
            searched: Arc::default(),
            waiting: Arc::default(),
        };
        let word;
        (store.chain, word) = store.migrate(fresh).await?;
        Ok((store, word))
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A folder for a worker's temporary files. It holds records in clear while a case is worked on.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn work_dir(&self) -> Result<PathBuf> {
        let dir = self.dir.join("work");
        db::folder(&dir)?;
        Ok(dir)
    }

    /// Which database is used: `sqlite` or `postgres`.
    pub fn database(&self) -> &'static str {
        if self.postgres { "postgres" } else { "sqlite" }
    }

    /// A write transaction. SQLite takes its write lock at once, so that a read in it is not outdated when it writes.
    async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>> {
        Ok(if self.postgres { self.pool.begin().await? } else { self.pool.begin_with("BEGIN IMMEDIATE").await? })
    }

    /// Where files lie: `folder`, or the host, bucket and folder of a store that speaks like S3.
    pub fn files_lie(&self) -> &str {
        &self.blobs.word
    }

    /// Waits until all connections are closed.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn place_words(word: &str) -> String {
    if word == blobs::FOLDER { "the data folder".into() } else { word.replacen("s3 ", "the bucket ", 1) }
}

/// Does on a thread of its own what waits for disk or network.
async fn blocking<T: Send + 'static>(task: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(task).await.unwrap_or_else(|_| Err(StoreError::Setup("a task has ended before its time".into())))
}

/// Now, milliseconds since 1970 UTC.
pub fn now() -> i64 {
    let d = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    d.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}
