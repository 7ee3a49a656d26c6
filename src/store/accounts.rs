//! Accounts of the staff. Passwords arrive here hashed.

use super::{NewEntry, Result, Store, StoreError, now};
use crate::model::desk::{Actor, StaffRole};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// Wrong passwords after which an account waits.
const FREE_TRIES: i64 = 5;
/// The longest wait, milliseconds.
const LONGEST: i64 = 15 * 60_000;

/// An account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Number.
    pub id: i64,
    /// Name for the login.
    pub name: String,
    /// Name on pages and in packets.
    pub shown: String,
    /// Hash of the password.
    pub password: String,
    /// Roles.
    pub roles: Vec<StaffRole>,
    /// May not log in.
    pub disabled: bool,
    /// No login before this time, milliseconds since 1970 UTC.
    pub blocked_until: i64,
}

impl Account {
    /// As the rules take it.
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, name: self.name.clone(), roles: self.roles.iter().copied().collect() }
    }
}

const COLUMNS: &str = "id, name, shown, password, roles, disabled, blocked_until";

impl Store {
    /// True when nobody has an account yet.
    ///
    /// # Errors
    /// The database.
    pub async fn no_accounts(&self) -> Result<bool> {
        Ok(sqlx::query("SELECT id FROM accounts LIMIT 1").fetch_optional(&self.pool).await?.is_none())
    }

    /// Makes an account. With `first` only when there is none at all.
    ///
    /// # Errors
    /// The name is taken or not a name; there is one already.
    pub async fn create_account(
        &self,
        name: &str,
        shown: &str,
        password: &str,
        roles: &[StaffRole],
        actor: &Actor,
        first: bool,
    ) -> Result<i64> {
        let good = (2..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@".contains(&b));
        if !good || name == "worker" {
            return Err(StoreError::Refused("a user name has 2 to 40 letters, digits, dots, dashes or underscores".into()));
        }
        if roles.is_empty() {
            return Err(StoreError::Refused("choose at least one role".into()));
        }
        let mut tx = self.begin().await?;
        // Locks the counter's row, so that two first runs cannot both see no account.
        let id: i64 = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'account' RETURNING value")
            .fetch_one(&mut *tx)
            .await?
            .try_get(0)?;
        if first && sqlx::query("SELECT id FROM accounts LIMIT 1").fetch_optional(&mut *tx).await?.is_some() {
            return Err(StoreError::Refused("the first account was made already".into()));
        }
        let taken =
            sqlx::query("SELECT id FROM accounts WHERE name = $1").bind(name.to_string()).fetch_optional(&mut *tx).await?;
        if taken.is_some() {
            return Err(StoreError::Refused("this user name is taken".into()));
        }
        sqlx::query("INSERT INTO accounts (id, name, shown, password, roles, created) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(name.to_string())
            .bind(if shown.trim().is_empty() { name.to_string() } else { shown.trim().to_string() })
            .bind(password.to_string())
            .bind(words(roles))
            .bind(now())
            .execute(&mut *tx)
            .await?;
        self.append(&mut tx, &NewEntry::new(actor, "", "account.create").with("account", name).with("roles", words(roles)))
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes roles, and whether the account may log in. Its sessions end.
    ///
    /// # Errors
    /// There would be no administrator left.
    pub async fn change_account(&self, id: i64, roles: &[StaffRole], disabled: bool, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        // As above: changes of accounts one after another.
        sqlx::query("UPDATE counters SET value = value WHERE name = 'account'").execute(&mut *tx).await?;
        sqlx::query("UPDATE accounts SET roles = $1, disabled = $2 WHERE id = $3")
            .bind(words(roles))
            .bind(i64::from(disabled))
            .bind(id)
            .execute(&mut *tx)
            .await?;
        let rows = sqlx::query("SELECT roles FROM accounts WHERE disabled = 0").fetch_all(&mut *tx).await?;
        let mut admins = 0;
        for row in rows {
            let roles: String = row.try_get(0)?;
            admins += i64::from(roles.split(' ').any(|r| r == StaffRole::Admin.word()));
        }
        if admins == 0 {
            return Err(StoreError::Refused("one administrator must stay".into()));
        }
        sqlx::query("DELETE FROM sessions WHERE account = $1").bind(id).execute(&mut *tx).await?;
        let entry = NewEntry::new(actor, "", "account.change").with("account", id).with("roles", words(roles));
        self.append(&mut tx, &entry.with("disabled", disabled)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets a password's hash. Other sessions of the account end.
    ///
    /// # Errors
    /// The database.
    pub async fn set_password(&self, id: i64, password: &str, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE accounts SET password = $1, failures = 0, blocked_until = 0 WHERE id = $2")
            .bind(password.to_string())
            .bind(id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE account = $1").bind(id).execute(&mut *tx).await?;
        self.append(&mut tx, &NewEntry::new(actor, "", "account.password").with("account", id)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A wrong password: after a few, each doubles the wait.
    ///
    /// # Errors
    /// The database.
    pub async fn login_failed(&self, account: &Account) -> Result<()> {
        let mut tx = self.begin().await?;
        let failures: i64 = sqlx::query("UPDATE accounts SET failures = failures + 1 WHERE id = $1 RETURNING failures")
            .bind(account.id)
            .fetch_one(&mut *tx)
            .await?
            .try_get(0)?;
        if failures >= FREE_TRIES {
            let wait = (1_000i64 << (failures - FREE_TRIES).clamp(0, 20)).min(LONGEST);
            sqlx::query("UPDATE accounts SET blocked_until = $1 WHERE id = $2")
                .bind(now() + wait)
                .bind(account.id)
                .execute(&mut *tx)
                .await?;
        }
        self.append(&mut tx, &NewEntry::new(&account.actor(), "", "session.refused").with("failures", failures)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The right password: the count begins anew.
    pub(super) async fn login_succeeded(&self, tx: &mut sqlx::Transaction<'static, sqlx::Any>, id: i64) -> Result<()> {
        sqlx::query("UPDATE accounts SET failures = 0, blocked_until = 0 WHERE id = $1").bind(id).execute(&mut **tx).await?;
        Ok(())
    }

    /// An account by number.
    ///
    /// # Errors
    /// There is none.
    pub async fn account(&self, id: i64) -> Result<Account> {
        let sql = format!("SELECT {COLUMNS} FROM accounts WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        account(&row.ok_or(StoreError::Missing("account"))?)
    }

    /// An account by name.
    ///
    /// # Errors
    /// The database.
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>> {
        let sql = format!("SELECT {COLUMNS} FROM accounts WHERE name = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(name.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }

    /// All accounts by name.
    ///
    /// # Errors
    /// The database.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows =
            sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM accounts ORDER BY name"))).fetch_all(&self.pool).await?;
        rows.iter().map(account).collect()
    }
}

fn words(roles: &[StaffRole]) -> String {
    roles.iter().map(|r| r.word()).collect::<Vec<_>>().join(" ")
}

fn account(r: &AnyRow) -> Result<Account> {
    let roles: String = r.try_get(4)?;
    Ok(Account {
        id: r.try_get(0)?,
        name: r.try_get(1)?,
        shown: r.try_get(2)?,
        password: r.try_get(3)?,
        roles: roles.split(' ').filter_map(StaffRole::parse).collect(),
        disabled: r.try_get::<i64, _>(5)? != 0,
        blocked_until: r.try_get(6)?,
    })
}
