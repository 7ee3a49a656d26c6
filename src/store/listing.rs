//! The queue's list: filter and order by the database's indexes; a search in names opens the few bytes it needs of each case.

use super::cases::{COLUMNS, open_json};
use super::{CaseRow, Result, Store, Who};
use crate::model::desk::State;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use std::sync::Arc;

/// No search looks at more cases.
const SEARCHED: i64 = 50_000;
/// Names that are opened at a time when nobody waits for them.
const PIECE: i64 = 100;

/// By what to order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// By when to act; those without a date last.
    #[default]
    Due,
    /// Newest first.
    Received,
    /// Number.
    Number,
    /// State.
    State,
    /// Open items.
    Open,
    /// Priority.
    Priority,
}

impl Sort {
    /// From the word in an address.
    pub fn parse(word: &str) -> Sort {
        match word {
            "received" => Sort::Received,
            "no" => Sort::Number,
            "state" => Sort::State,
            "open" => Sort::Open,
            "priority" => Sort::Priority,
            _ => Sort::Due,
        }
    }

    fn columns(self, down: bool) -> String {
        let d = if down { "DESC" } else { "ASC" };
        match self {
            Sort::Due => format!("CASE WHEN due = '' THEN 1 ELSE 0 END, due {d}, no {d}"),
            Sort::Received => format!("received {d}, no {d}"),
            Sort::Number => format!("no {d}"),
            Sort::State => format!("state {d}, due, no"),
            Sort::Open => format!("open_items {d}, no"),
            Sort::Priority => format!("priority {d}, due, no"),
        }
    }
}

/// Which cases to list.
#[derive(Clone, Default, Debug)]
pub struct Filter {
    /// Of these states; of all when empty.
    pub states: Vec<State>,
    /// Only those that are not done.
    pub open_only: bool,
    /// Of this account; 0 is nobody's.
    pub assignee: Option<i64>,
    /// Of this authority.
    pub authority: String,
    /// Due before this date.
    pub due_before: String,
    /// Only those whose result was made under other rules than these, by purpose ([`crate::model::desk::Site::rules`]).
    pub older_than: Vec<(String, String)>,
    /// Words of patient, recipient or case number.
    pub search: String,
    /// Order.
    pub sort: Sort,
    /// The other way round.
    pub down: bool,
    /// First row.
    pub offset: i64,
    /// Rows.
    pub limit: i64,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Rows.
    pub cases: Vec<CaseRow>,
    /// How many there are in all.
    pub total: i64,
}

impl Store {
    /// Lists cases.
    ///
    /// # Errors
    /// The database; a row that does not open.
    pub async fn list(&self, f: &Filter) -> Result<Page> {
        let mut wheres = vec!["1 = 1".to_string()];
        let mut binds: Vec<String> = Vec::new();
        if f.open_only {
            wheres.push("done = 0".into());
        }
        if !f.states.is_empty() {
            // Words of a closed list, not input.
            let words: Vec<String> = f.states.iter().map(|s| format!("'{}'", s.word())).collect();
            wheres.push(format!("state IN ({})", words.join(", ")));
        }
        if let Some(a) = f.assignee {
            wheres.push(format!("assignee = {a}"));
        }
        for (column, op, value) in [("authority", "=", &f.authority), ("due", "<", &f.due_before)] {
            if !value.is_empty() {
                binds.push(value.clone());
                wheres.push(format!("{column} {op} ${} AND {column} <> ''", binds.len()));
            }
        }
        if !f.older_than.is_empty() {
            let mut held = Vec::new();
            for (purpose, rules) in &f.older_than {
                binds.extend([purpose.clone(), rules.clone()]);
                let (p, r) = (binds.len() - 1, binds.len());
                held.push(format!("(purpose = ${p} AND (made_under = ${r} OR kept_under = ${r}))"));
            }
            wheres.push(format!("run > 0 AND done = 0 AND wrapped_key IS NOT NULL AND NOT ({})", held.join(" OR ")));
        }
        let wheres = wheres.join(" AND ");
        let order = f.sort.columns(f.down);
        let limit = f.limit.clamp(1, 500);
        let offset = f.offset.max(0);
        let words: Vec<String> = f.search.split_whitespace().take(8).map(folded).collect();
        if !words.is_empty() {
            let sql = format!("SELECT id, no, wrapped_key, who FROM cases WHERE {wheres} ORDER BY {order} LIMIT {SEARCHED}");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for b in binds {
                query = query.bind(b);
            }
            let rows = query.fetch_all(&self.pool).await?;
            let mut found = Page::default();
            for row in &rows {
                let id: String = row.try_get(0)?;
                if matches(row.try_get(1)?, &self.names_of(&id, row)?, &words) {
                    if found.total >= offset && (found.cases.len() as i64) < limit {
                        found.cases.push(self.case(&id).await?);
                    }
                    found.total += 1;
                }
            }
            return Ok(found);
        }
        let count = format!("SELECT COUNT(*) FROM cases WHERE {wheres}");
        let rows = format!("SELECT {COLUMNS} FROM cases WHERE {wheres} ORDER BY {order} LIMIT {limit} OFFSET {offset}");
        let (mut count, mut query) = (sqlx::query(AssertSqlSafe(count)), sqlx::query(AssertSqlSafe(rows)));
        for b in binds {
            count = count.bind(b.clone());
            query = query.bind(b);
        }
        let total = count.fetch_one(&self.pool).await?.try_get(0)?;
        let rows = query.fetch_all(&self.pool).await?;
        Ok(Page { cases: rows.iter().map(|r| self.case_row(r)).collect::<Result<_>>()?, total })
    }

    /// Patient, birth date and recipient of a case, folded for comparison; opened once as long as they stay what they are.
    fn names_of(&self, id: &str, row: &AnyRow) -> Result<Arc<str>> {
        let (wrapped, sealed): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.try_get(2)?, row.try_get(3)?);
        let (Some(wrapped), Some(sealed)) = (wrapped, sealed) else { return Ok(Arc::from("")) };
        let mark = mark_of(&sealed);
        if let Some((m, text)) = self.searched.read().ok().and_then(|s| s.get(id).cloned())
            && m == mark
        {
            return Ok(text);
        }
        let who: Who = open_json(&self.keep_key(id, &wrapped)?, "who", id, &sealed)?;
        Ok(self.note_names(id, &sealed, &who))
    }

    /// Notes the names of a case for the search, folded for comparison.
    pub(super) fn note_names(&self, id: &str, sealed: &[u8], who: &Who) -> Arc<str> {
        let text: Arc<str> = Arc::from(folded(&format!("{} {} {}", who.patient, who.birth_date, who.recipient)));
        if let Ok(mut searched) = self.searched.write() {
            if searched.len() as i64 > SEARCHED {
                searched.clear();
            }
            searched.insert(id.to_string(), (mark_of(sealed), text.clone()));
        }
        text
    }

    /// Opens the names of the newest cases, so that the first search need not. Others have their turn in between.
    ///
    /// # Errors
    /// The database; a name that does not open.
    pub async fn open_names(&self) -> Result<()> {
        let newest = sqlx::query("SELECT MAX(no) FROM cases").fetch_one(&self.pool).await?;
        let mut below = newest.try_get::<Option<i64>, _>(0)?.unwrap_or(0) + 1;
        for _ in 0..SEARCHED / PIECE {
            let sql = format!(
                "SELECT id, no, wrapped_key, who FROM cases WHERE no < {below} AND wrapped_key IS NOT NULL ORDER BY no DESC LIMIT {PIECE}"
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
            for row in &rows {
                self.names_of(&row.try_get::<String, _>(0)?, row)?;
                below = below.min(row.try_get(1)?);
            }
            if (rows.len() as i64) < PIECE {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// How many cases stand where.
    ///
    /// # Errors
    /// The database.
    pub async fn counts(&self) -> Result<Vec<(State, i64)>> {
        let rows = sqlx::query("SELECT state, COUNT(*) FROM cases GROUP BY state").fetch_all(&self.pool).await?;
        let mut out = Vec::new();
        for row in rows {
            let (state, n): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            out.extend(State::parse(&state).map(|s| (s, n)));
        }
        Ok(out)
    }
}

/// The seal is random: other names have other bytes.
fn mark_of(sealed: &[u8]) -> u64 {
    sealed.iter().take(24).fold(0u64, |h, b| h.rotate_left(8) ^ u64::from(*b))
}

/// Lower case without accents, so that `jose` finds José.
fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

fn matches(no: i64, text: &str, words: &[String]) -> bool {
    let no = no.to_string();
    words.iter().all(|w| text.contains(w.as_str()) || w.trim_start_matches(['#', '0']) == no)
}
