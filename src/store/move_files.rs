//! Moving the files of a desk from its folder into a bucket, or back.

use super::blobs::{Blobs, FOLDER};
use super::{BucketAddress, NewEntry, Result, Store, StoreError, blocking};
use crate::model::desk::Actor;
use sqlx::Row;
use std::path::Path;
use std::sync::Arc;

impl Store {
    /// Copies every file of the desk to the bucket, or from it into the data folder with `back`, then writes down that they lie there. What
    /// was copied stays where it was, for whoever moves them to remove. No server and no worker may run meanwhile. Gives the number of
    /// files, and where they lie now.
    ///
    /// # Errors
    /// They lie neither in the folder nor in this bucket; one cannot be copied: then they still lie where they were.
    pub async fn move_files(
        dir: &Path,
        database: Option<&str>,
        bucket: &BucketAddress,
        back: bool,
        actor: &Actor,
    ) -> Result<(usize, String)> {
        let (mut store, word) = Store::open_anyhow(dir, database, Some(bucket)).await?;
        let folder = Blobs::new(dir.join("blobs"), None)?;
        let far = store.blobs.clone();
        let (from, to) = if back { (far, Arc::new(folder)) } else { (Arc::new(folder), far) };
        if word == to.word {
            return Err(StoreError::Refused("the files lie there already".into()));
        }
        if word != from.word {
            let known = if word == FOLDER { "in the data folder" } else { "in another bucket" };
            return Err(StoreError::Refused(format!("the files of this desk lie {known}")));
        }
        let rows = sqlx::query("SELECT blob FROM files UNION SELECT r.blob FROM releases r JOIN cases c ON c.id = r.case_id WHERE c.wrapped_key IS NOT NULL")
            .fetch_all(&store.pool)
            .await?;
        let names: Vec<String> = rows.iter().map(|r| Ok(r.try_get(0)?)).collect::<Result<_>>()?;
        let (count, target) = (names.len(), to.clone());
        blocking(move || names.iter().try_for_each(|n| target.copy_from(&from, n))).await?;
        store.blobs = to;
        let mut tx = store.begin().await?;
        sqlx::query("UPDATE meta SET value = $1 WHERE name = 'files'").bind(store.blobs.word.clone()).execute(&mut *tx).await?;
        store.append(&mut tx, &NewEntry::new(actor, "", "files.move").with("files", count).with("to", &store.blobs.word)).await?;
        tx.commit().await?;
        let word = store.blobs.word.clone();
        store.close().await;
        Ok((count, word))
    }
}
