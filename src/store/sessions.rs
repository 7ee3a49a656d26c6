//! Sessions. The database keeps a hash of the token, so that a copy of it opens none.

use super::keys::hex;
use super::{Account, NewEntry, Result, Store, now};
use sha2::{Digest, Sha256};
use sqlx::Row;

/// A session ends after so long, whatever happens, milliseconds.
pub const LONGEST: i64 = 12 * 3_600_000;
/// A session locks after so long without a request by its person, milliseconds.
pub const IDLE: i64 = 15 * 60_000;

/// A session with its account.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account as it is now.
    pub account: Account,
    /// What a form must send back.
    pub csrf: String,
}

impl Store {
    /// Begins a session; gives its token for the cookie.
    ///
    /// # Errors
    /// The database.
    pub async fn begin_session(&self, account: &Account) -> Result<String> {
        let (token, csrf) = (super::random_hex::<32>()?, super::random_hex::<16>()?);
        let at = now();
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE created < $1 OR seen < $2")
            .bind(at - LONGEST)
            .bind(at - IDLE)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO sessions (token, account, csrf, created, seen) VALUES ($1, $2, $3, $4, $5)")
            .bind(digest(&token))
            .bind(account.id)
            .bind(csrf)
            .bind(at)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        self.login_succeeded(&mut tx, account.id).await?;
        self.append(&mut tx, &NewEntry::new(&account.actor(), "", "session.login")).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The session of a token, when it runs and its account may log in. `touch` is false for what a page does by itself (its stream of
    /// progress): that does not put off the lock.
    ///
    /// # Errors
    /// The database.
    pub async fn session(&self, token: &str, touch: bool) -> Result<Option<Session>> {
        let at = now();
        let row = sqlx::query("SELECT account, csrf, created, seen FROM sessions WHERE token = $1")
            .bind(digest(token))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (account, csrf): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        let (created, seen): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        if at - created > LONGEST || at - seen > IDLE {
            return Ok(None);
        }
        // Once in half a minute is enough, and spares a write with every page.
        if touch && at - seen > 30_000 {
            sqlx::query("UPDATE sessions SET seen = $1 WHERE token = $2")
                .bind(at)
                .bind(digest(token))
                .execute(&self.pool)
                .await?;
        }
        let account = self.account(account).await?;
        Ok((!account.disabled).then_some(Session { account, csrf }))
    }

    /// Keeps what a sign-in service has said about the person of a session, sealed, for when the session is ended.
    ///
    /// # Errors
    /// The database.
    pub async fn keep_sign_in(&self, token: &str, said: &str) -> Result<()> {
        let sealed = self.site_key().seal(&format!("sign_ins/{}", digest(token)), said.as_bytes())?;
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM sign_ins WHERE created < $1").bind(now() - LONGEST).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO sign_ins (token, sealed, created) VALUES ($1, $2, $3)")
            .bind(digest(token))
            .bind(sealed)
            .bind(now())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What was kept for a session; `None` for one that was begun with a password.
    ///
    /// # Errors
    /// The database.
    pub async fn sign_in(&self, token: &str) -> Result<Option<String>> {
        let word = digest(token);
        let row =
            sqlx::query("SELECT sealed FROM sign_ins WHERE token = $1").bind(word.clone()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        let said = self.site_key().open(&format!("sign_ins/{word}"), &sealed);
        Ok(said.and_then(|s| String::from_utf8(s).ok()))
    }

    /// For tests: sessions as if so many milliseconds had passed without use.
    #[cfg(test)]
    pub async fn age_sessions(&self, by: i64) {
        sqlx::query("UPDATE sessions SET seen = seen - $1").bind(by).execute(&self.pool).await.unwrap();
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database.
    pub async fn end_session(&self, token: &str, account: &Account) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE token = $1").bind(digest(token)).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM sign_ins WHERE token = $1").bind(digest(token)).execute(&mut *tx).await?;
        self.append(&mut tx, &NewEntry::new(&account.actor(), "", "session.logout")).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn digest(token: &str) -> String {
    hex(Sha256::digest(token.as_bytes()).as_slice())
}
