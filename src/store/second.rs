//! Second factors: the key of an account's authenticator, sealed, and the last step that was used, so that a code works once.

use super::{Account, NewEntry, Result, Store, StoreError};
use crate::model::desk::Actor;
use sqlx::Row;

/// An account's authenticator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authenticator {
    /// The shared key.
    pub key: Vec<u8>,
    /// True once its owner has shown that it works; before, no login asks for it.
    pub confirmed: bool,
    /// The last step whose code was used.
    pub step: i64,
}

impl Store {
    /// The authenticator of an account, if it has one.
    ///
    /// # Errors
    /// The database; the key does not open.
    pub async fn authenticator(&self, account: i64) -> Result<Option<Authenticator>> {
        let row = sqlx::query("SELECT sealed, confirmed, step FROM authenticators WHERE account = $1")
            .bind(account)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        let key = self.site_key().open(&format!("authenticators/{account}"), &sealed);
        let key = key.ok_or(StoreError::Sealed("an authenticator's key"))?;
        Ok(Some(Authenticator { key, confirmed: row.try_get::<i64, _>(1)? != 0, step: row.try_get(2)? }))
    }

    /// Sets a new key, not confirmed yet. One that is in use is not replaced: it is removed first.
    ///
    /// # Errors
    /// There is a confirmed one.
    pub async fn begin_authenticator(&self, account: i64, key: &[u8]) -> Result<()> {
        if self.authenticator(account).await?.is_some_and(|a| a.confirmed) {
            return Err(StoreError::Refused("this account has a second factor already".into()));
        }
        let sealed = self.site_key().seal(&format!("authenticators/{account}"), key)?;
        sqlx::query(
            "INSERT INTO authenticators (account, sealed, confirmed, step) VALUES ($1, $2, 0, 0) \
             ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, step = 0",
        )
        .bind(account)
        .bind(sealed)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Uses the code of a step: true once for each step, in order. `confirm` makes the authenticator the account's second factor.
    ///
    /// # Errors
    /// The database.
    pub async fn use_step(&self, account: &Account, step: i64, confirm: bool) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("UPDATE authenticators SET step = $1, confirmed = CASE WHEN $2 = 1 THEN 1 ELSE confirmed END WHERE account = $3 AND step < $4")
            .bind(step)
            .bind(i64::from(confirm))
            .bind(account.id)
            .bind(step)
            .execute(&mut *tx)
            .await?;
        let fits = done.rows_affected() == 1;
        if fits && confirm {
            self.append(&mut tx, &NewEntry::new(&account.actor(), "", "account.second_factor").with("on", true)).await?;
        }
        tx.commit().await?;
        Ok(fits)
    }

    /// Removes the second factor: by its owner, or by an administrator when the device is lost.
    ///
    /// # Errors
    /// The database.
    pub async fn remove_authenticator(&self, account: i64, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM authenticators WHERE account = $1").bind(account).execute(&mut *tx).await?;
        self.append(&mut tx, &NewEntry::new(actor, "", "account.second_factor").with("account", account).with("on", false))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
