//! Under which name of a sign-in service an account signs in.
//!
//! An administrator writes down an e-mail address or the service's own word for the person (the subject). The first sign-in binds the account
//! to the subject: an address that the service later gives to somebody else opens nothing.

use super::{Account, NewEntry, Result, Store, StoreError};
use crate::model::desk::Actor;
use sqlx::Row;
use std::collections::HashMap;

/// Longest name of a service that is kept, bytes (OpenID Connect Core, section 2: a subject has at most 255).
const LONGEST: usize = 255;

impl Store {
    /// By account: the name under which it signs in, and whether it is bound to a person of the service.
    ///
    /// # Errors
    /// The database.
    pub async fn identities(&self) -> Result<HashMap<i64, (String, bool)>> {
        let rows = sqlx::query("SELECT account, word, subject FROM identities").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|r| {
                let bound = !r.try_get::<String, _>(2)?.is_empty();
                Ok((r.try_get(0)?, (r.try_get(1)?, bound)))
            })
            .collect()
    }

    /// Sets the name under which an account signs in; an empty one ends that. Whoever was bound to it is so no more.
    ///
    /// # Errors
    /// The name is none, or another account's.
    pub async fn set_identity(&self, account: i64, word: &str, actor: &Actor) -> Result<()> {
        let word = folded(word);
        if word.len() > LONGEST || word.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(StoreError::Refused("a name for single sign-on has no spaces and at most 255 characters".into()));
        }
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE counters SET value = value WHERE name = 'account'").execute(&mut *tx).await?;
        let taken = sqlx::query("SELECT account FROM identities WHERE word = $1 AND account <> $2")
            .bind(word.clone())
            .bind(account)
            .fetch_optional(&mut *tx)
            .await?;
        if taken.is_some() && !word.is_empty() {
            return Err(StoreError::Refused("another account signs in under this name".into()));
        }
        sqlx::query("DELETE FROM identities WHERE account = $1").bind(account).execute(&mut *tx).await?;
        if !word.is_empty() {
            sqlx::query("INSERT INTO identities (account, word, issuer, subject) VALUES ($1, $2, '', '')")
                .bind(account)
                .bind(word.clone())
                .execute(&mut *tx)
                .await?;
        }
        // Sessions that began under the old name end.
        sqlx::query("DELETE FROM sessions WHERE account = $1").bind(account).execute(&mut *tx).await?;
        let entry = NewEntry::new(actor, "", "account.sign_in").with("account", account).with("set", !word.is_empty());
        self.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The account of somebody whom a service vouches for: `email` only where the service has checked it. Binds it the first time.
    ///
    /// # Errors
    /// The database.
    pub async fn signed_in(&self, issuer: &str, subject: &str, email: Option<&str>) -> Result<Option<Account>> {
        let mut tx = self.begin().await?;
        let bound = sqlx::query("SELECT account FROM identities WHERE issuer = $1 AND subject = $2")
            .bind(issuer.to_string())
            .bind(subject.to_string())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = bound {
            let id: i64 = row.try_get(0)?;
            tx.commit().await?;
            return self.account(id).await.map(Some);
        }
        let mut found = None;
        for word in [Some(subject), email].into_iter().flatten().map(folded).filter(|w| !w.is_empty()) {
            // The subject first: it is the stronger word.
            let row = sqlx::query("SELECT account FROM identities WHERE word = $1 AND subject = ''")
                .bind(word)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(row) = row {
                found = Some(row.try_get::<i64, _>(0)?);
                break;
            }
        }
        let Some(id) = found else { return Ok(None) };
        sqlx::query("UPDATE identities SET issuer = $1, subject = $2 WHERE account = $3")
            .bind(issuer.to_string())
            .bind(subject.to_string())
            .bind(id)
            .execute(&mut *tx)
            .await?;
        self.append(&mut tx, &NewEntry::new(&Actor::worker(), "", "account.bind").with("account", id)).await?;
        tx.commit().await?;
        self.account(id).await.map(Some)
    }
}

/// As names are compared: small letters, which addresses are told apart by nowhere.
fn folded(word: &str) -> String {
    word.trim().to_lowercase()
}
