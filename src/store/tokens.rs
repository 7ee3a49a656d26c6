//! Tokens for programs. A token acts for its account, with no more than its scopes; the database keeps a hash of it.

use super::keys::hex;
use super::{Account, NewEntry, Result, Store, StoreError, now};
use crate::model::desk::Scope;
use sha2::{Digest, Sha256};
use sqlx::Row;

/// Longest life of a token, days.
pub const LONGEST_DAYS: i64 = 366;
/// Most tokens of an account that are in use.
const MOST: usize = 20;

/// A token, without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRow {
    /// Number.
    pub id: i64,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Milliseconds since 1970 UTC.
    pub created: i64,
    /// From when on it is refused.
    pub expires: i64,
    /// Last use, 0 for never; to the hour.
    pub used: i64,
    /// Taken back.
    pub revoked: bool,
}

impl Store {
    /// Makes a token; it is shown this once.
    ///
    /// # Errors
    /// No name, no scope, too many, or too long a life.
    pub async fn create_token(&self, account: &Account, name: &str, scopes: &[Scope], days: i64) -> Result<String> {
        if name.trim().is_empty() || name.len() > 80 || scopes.is_empty() {
            return Err(StoreError::Refused("a token needs a name and at least one scope".into()));
        }
        if !(1..=LONGEST_DAYS).contains(&days) {
            return Err(StoreError::Refused(format!("a token lives for 1 to {LONGEST_DAYS} days")));
        }
        if self.tokens(account.id).await?.iter().filter(|t| !t.revoked && t.expires > now()).count() >= MOST {
            return Err(StoreError::Refused("this account has too many tokens; take one back first".into()));
        }
        let token = format!("dsk_{}", super::random_hex::<32>()?);
        let words: Vec<&str> = scopes.iter().map(|s| s.word()).collect();
        let mut tx = self.begin().await?;
        let id: i64 = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'token' RETURNING value")
            .fetch_one(&mut *tx)
            .await?
            .try_get(0)?;
        sqlx::query("INSERT INTO tokens (id, account, name, hash, scopes, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(id)
            .bind(account.id)
            .bind(name.trim().to_string())
            .bind(digest(&token))
            .bind(words.join(" "))
            .bind(now())
            .bind(now() + days * 86_400_000)
            .execute(&mut *tx)
            .await?;
        let entry = NewEntry::new(&account.actor(), "", "token.create").with("token", id).with("scopes", words.join(" "));
        self.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Tokens of an account, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn tokens(&self, account: i64) -> Result<Vec<TokenRow>> {
        let sql = "SELECT id, name, scopes, created, expires, used, revoked FROM tokens WHERE account = $1 ORDER BY id DESC";
        let rows = sqlx::query(sql).bind(account).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|r| {
                let scopes: String = r.try_get(2)?;
                Ok(TokenRow {
                    id: r.try_get(0)?,
                    name: r.try_get(1)?,
                    scopes: scopes.split(' ').filter_map(Scope::parse).collect(),
                    created: r.try_get(3)?,
                    expires: r.try_get(4)?,
                    used: r.try_get(5)?,
                    revoked: r.try_get::<i64, _>(6)? != 0,
                })
            })
            .collect()
    }

    /// Whose token this is and what it may do, when it holds and its account may log in.
    ///
    /// # Errors
    /// The database.
    pub async fn token(&self, token: &str) -> Result<Option<(Account, Vec<Scope>)>> {
        let row = sqlx::query("SELECT id, account, scopes, expires, used, revoked FROM tokens WHERE hash = $1")
            .bind(digest(token))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, account, scopes): (i64, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (expires, used, revoked): (i64, i64, i64) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        let at = now();
        if revoked != 0 || expires <= at {
            return Ok(None);
        }
        if at - used > 3_600_000 {
            sqlx::query("UPDATE tokens SET used = $1 WHERE id = $2").bind(at).bind(id).execute(&self.pool).await?;
        }
        let account = self.account(account).await?;
        let scopes = scopes.split(' ').filter_map(Scope::parse).collect();
        Ok((!account.disabled).then_some((account, scopes)))
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// It is not one of the account's.
    pub async fn revoke_token(&self, account: &Account, id: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("UPDATE tokens SET revoked = 1 WHERE id = $1 AND account = $2")
            .bind(id)
            .bind(account.id)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Missing("token"));
        }
        self.append(&mut tx, &NewEntry::new(&account.actor(), "", "token.revoke").with("token", id)).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn digest(token: &str) -> String {
    hex(Sha256::digest(token.as_bytes()).as_slice())
}
