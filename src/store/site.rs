//! What the site has set for all its cases: dictionary, calendar, retention, destinations. Sealed like a case, since a dictionary names
//! people; the key follows from the log's, so that a new master key leaves it alone.

use super::keys::{CaseKey, hmac};
use super::{NewEntry, Result, Store, StoreError};
use crate::model::desk::Site;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

const SITE: &str = "SELECT value FROM settings WHERE name = 'site'";

impl Store {
    /// The key of what belongs to no case.
    pub(super) fn site_key(&self) -> CaseKey {
        CaseKey::new(&hmac(&self.chain, &[b"disclose desk site"]))
    }

    /// A keyed hash by which the same patient is known again in other cases, without the patient's name.
    pub(super) fn patient_word(&self, text: &str) -> String {
        let key = hmac(&self.chain, &[b"disclose desk patients"]);
        super::keys::hex(hmac(&key, &[text.as_bytes()]).get(..16).unwrap_or_default())
    }

    /// The settings; as they come where nothing was set.
    ///
    /// # Errors
    /// The database; they do not open.
    pub async fn site(&self) -> Result<Site> {
        self.opened_site(sqlx::query(SITE).fetch_optional(&self.pool).await?)
    }

    /// The settings as a transaction sees them.
    pub(super) async fn site_in(&self, tx: &mut Transaction<'static, Any>) -> Result<Site> {
        self.opened_site(sqlx::query(SITE).fetch_optional(&mut **tx).await?)
    }

    fn opened_site(&self, row: Option<AnyRow>) -> Result<Site> {
        let Some(row) = row else { return Ok(Site::default()) };
        let sealed: Vec<u8> = row.try_get(0)?;
        let json = self.site_key().open("settings/site", &sealed).ok_or(StoreError::Sealed("the settings"))?;
        serde_json::from_slice(&json).map_err(|_| StoreError::Sealed("the settings"))
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// The database; they do not open; `change` refuses.
    pub async fn change_site(&self, entry: NewEntry, change: impl FnOnce(&mut Site) -> Result<()>) -> Result<()> {
        let mut site = self.site().await?;
        change(&mut site)?;
        let json = serde_json::to_vec(&site).map_err(|e| StoreError::Setup(e.to_string()))?;
        let sealed = self.site_key().seal("settings/site", &json)?;
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ('site', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        self.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}
