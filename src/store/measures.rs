//! Numbers for the dashboard: what each run has found, when each case went out.

use super::{Result, Store};
use sqlx::{Any, Row, Transaction};

/// What a run amounts to, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Measures {
    /// Hits that were changed.
    pub changes: i64,
    /// Rulings by which a person has decided otherwise than the program.
    pub overrides: i64,
    /// Pages, where the export has pages.
    pub pages: i64,
    /// Documents of another patient that were held.
    pub misfiles: i64,
    /// Review items.
    pub items: i64,
}

/// A case for the dashboard: no name in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// State.
    pub state: String,
    /// When it came in, `YYYY-MM-DD`.
    pub received: String,
    /// By when to act, or empty.
    pub due: String,
    /// No clock runs any more.
    pub done: bool,
    /// Account, 0 for nobody.
    pub assignee: i64,
    /// Review items without ruling.
    pub open_items: i64,
    /// When it was first released, milliseconds since 1970 UTC; 0 for not.
    pub released: i64,
    /// Of the newest run.
    pub measures: Measures,
}

impl Store {
    pub(super) async fn set_measures(
        &self,
        tx: &mut Transaction<'static, Any>,
        case: &str,
        run: i64,
        m: &Measures,
    ) -> Result<()> {
        sqlx::query("DELETE FROM measures WHERE case_id = $1").bind(case.to_string()).execute(&mut **tx).await?;
        sqlx::query(
            "INSERT INTO measures (case_id, run, changes, overrides, pages, misfiles, items) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(case.to_string())
        .bind(run)
        .bind(m.changes)
        .bind(m.overrides)
        .bind(m.pages)
        .bind(m.misfiles)
        .bind(m.items)
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Every case that was received since a date or is not done.
    ///
    /// # Errors
    /// The database.
    pub async fn figures(&self, since: &str) -> Result<Vec<Figure>> {
        let sql = "SELECT c.state, c.received, c.due, c.done, c.assignee, c.open_items, \
                   COALESCE((SELECT MIN(r.at) FROM releases r WHERE r.case_id = c.id), 0), \
                   COALESCE(m.changes, 0), COALESCE(m.overrides, 0), COALESCE(m.pages, 0), COALESCE(m.misfiles, 0), COALESCE(m.items, 0) \
                   FROM cases c LEFT JOIN measures m ON m.case_id = c.id WHERE c.received >= $1 OR c.done = 0";
        let rows = sqlx::query(sql).bind(since.to_string()).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|r| {
                Ok(Figure {
                    state: r.try_get(0)?,
                    received: r.try_get(1)?,
                    due: r.try_get(2)?,
                    done: r.try_get::<i64, _>(3)? != 0,
                    assignee: r.try_get(4)?,
                    open_items: r.try_get(5)?,
                    released: r.try_get(6)?,
                    measures: Measures {
                        changes: r.try_get(7)?,
                        overrides: r.try_get(8)?,
                        pages: r.try_get(9)?,
                        misfiles: r.try_get(10)?,
                        items: r.try_get(11)?,
                    },
                })
            })
            .collect()
    }

    /// How many times each recall and each sending back happened, from the log.
    ///
    /// # Errors
    /// The database.
    pub async fn count_actions(&self, action: &str) -> Result<i64> {
        let row =
            sqlx::query("SELECT COUNT(*) FROM audit WHERE action = $1").bind(action.to_string()).fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    /// Views of the queue that an account has saved: name and query.
    ///
    /// # Errors
    /// The database.
    pub async fn views(&self, account: i64) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query("SELECT name, query FROM views WHERE account = $1 ORDER BY name")
            .bind(account)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|r| Ok((r.try_get(0)?, r.try_get(1)?))).collect()
    }

    /// Saves a view, or removes it when the query is empty.
    ///
    /// # Errors
    /// The database.
    pub async fn save_view(&self, account: i64, name: &str, query: &str) -> Result<()> {
        sqlx::query("DELETE FROM views WHERE account = $1 AND name = $2")
            .bind(account)
            .bind(name.to_string())
            .execute(&self.pool)
            .await?;
        if !query.is_empty() {
            sqlx::query("INSERT INTO views (account, name, query) VALUES ($1, $2, $3)")
                .bind(account)
                .bind(name.to_string())
                .bind(query.to_string())
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// Cases that are done, were last touched before `before` (milliseconds) and still hold their record: id and number.
    ///
    /// # Errors
    /// The database.
    pub async fn outlived(&self, before: i64) -> Result<Vec<(String, i64)>> {
        let rows = sqlx::query(
            "SELECT id, no FROM cases WHERE state IN ('closed', 'denied', 'cancelled') AND updated < $1 AND wrapped_key IS NOT NULL ORDER BY no LIMIT 1000",
        )
        .bind(before)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|r| Ok((r.try_get(0)?, r.try_get(1)?))).collect()
    }
}
