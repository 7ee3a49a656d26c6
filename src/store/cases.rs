//! Cases: what is sealed, what the database may read, and making one.

use super::keys::CaseKey;
use super::{NewEntry, Result, Store, StoreError, now};
use crate::model::desk::{Actor, Facts, Site, State};
use crate::model::request::Request;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};
use std::collections::BTreeSet;

/// What a case keeps sealed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseSecret {
    /// The request with the patient's identity.
    pub request: Request,
    /// Notes of the staff, oldest first.
    pub notes: Vec<Note>,
    /// Words that this case's reviewers want found, or left alone.
    pub words: Vec<SiteWord>,
    /// What reviewers have ruled on single hits, persons, boxes and pages, oldest first.
    pub by_hand: Vec<ByHand>,
}

/// A note of the staff.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// User name.
    pub by: String,
    /// Text.
    pub text: String,
}

/// A word of the case's own dictionary.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteWord {
    /// The text.
    pub text: String,
    /// True: never found. False: always found.
    pub allow: bool,
    /// Whose it is, a label word, when found.
    pub role: String,
    /// Who asked for it.
    pub by: String,
}

/// A reviewer's ruling on what the program has decided by itself. `pipeline` knows the places by the same words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ByHand {
    /// `hit`, `person`, `box`, `page`, `text`; `accept` is a hit that was looked at and stays as it is.
    pub what: String,
    /// File as it came in; of a line file with the number of the line.
    pub path: String,
    /// Documents inside of it are 1, 2 ...
    pub depth: usize,
    /// Byte offset there.
    pub offset: u64,
    /// Byte length there.
    pub length: u64,
    /// What stood there.
    pub original: String,
    /// Of a text that was selected, what stands right before it.
    pub before: String,
    /// What stands right after it.
    pub after: String,
    /// Label of the person.
    pub label: String,
    /// Page from 1.
    pub page: u32,
    /// Left, top, right, bottom in ten-thousandths of the page.
    pub area: [u32; 4],
    /// `keep`, `mask`, `label:mother` ...
    pub ruling: String,
    /// A word of [`crate::model::desk::OVERRIDE_REASONS`].
    pub reason: String,
    /// User name.
    pub by: String,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
}

impl ByHand {
    /// True for another ruling on the same thing.
    pub fn same_place(&self, o: &ByHand) -> bool {
        let hit = |w: &str| matches!(w, "hit" | "accept");
        match self.what.as_str() {
            "person" => o.what == "person" && self.label == o.label,
            "hit" | "accept" => {
                let place = |b: &ByHand| (b.path.clone(), b.depth, b.offset, b.length, b.original.clone());
                hit(&o.what) && place(self) == place(o)
            }
            "text" => {
                let place = |b: &ByHand| (b.path.clone(), b.page, b.original.clone(), b.before.clone(), b.after.clone());
                o.what == "text" && place(self) == place(o)
            }
            _ => self.what == o.what && (&self.path, self.page, self.area) == (&o.path, o.page, o.area),
        }
    }
}

/// What the queue shows of a case's people; sealed by itself, so that a list does not open every request.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    /// The patient.
    pub patient: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Who receives.
    pub recipient: String,
}

impl Who {
    /// Of a request.
    pub fn of(request: &Request) -> Who {
        let name = request.patient.names.first();
        Who {
            patient: name
                .map(|n| {
                    let given = n.given.join(" ");
                    if n.family.is_empty() { given } else { format!("{}, {given}", n.family) }
                })
                .unwrap_or_default(),
            birth_date: request.patient.birth_date.clone().unwrap_or_default(),
            recipient: request.recipient.clone(),
        }
    }
}

/// What a change of the sealed part touches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Notes: no result depends on them.
    Nothing,
    /// The case's words.
    Words,
    /// A ruling on a hit, person, box or page by this account: numbers of review items stay, the result is outdated.
    ByHand(i64),
    /// Looked at by this account: no result depends on it.
    Seen(i64),
    /// The clock alone: the date by which to act.
    Clock {
        /// By when.
        due: String,
    },
    /// The request; its clock and what it lacks were weighed anew.
    Request {
        /// By when to act, or empty.
        due: String,
        /// What is lacking.
        blocks: i64,
    },
}

/// A case to be made.
pub struct NewCase {
    /// The request.
    pub request: Request,
    /// When it came in, `YYYY-MM-DD`.
    pub received: String,
    /// By when to act, or empty.
    pub due: String,
    /// What the request still lacks.
    pub blocks: i64,
    /// Priority; higher is first.
    pub priority: i64,
}

/// A case.
#[derive(Clone, PartialEq, Debug)]
pub struct CaseRow {
    /// Random id, in addresses.
    pub id: String,
    /// Number, for people.
    pub no: i64,
    /// State.
    pub state: State,
    /// Why it is pended, a word of [`crate::model::desk::PEND_REASONS`]; else empty.
    pub reason: String,
    /// By what right.
    pub authority: String,
    /// Purpose.
    pub purpose: String,
    /// Kind of requester.
    pub requester_kind: String,
    /// `YYYY-MM-DD`.
    pub received: String,
    /// `YYYY-MM-DD` or empty.
    pub due: String,
    /// Account, 0 for nobody.
    pub assignee: i64,
    /// Priority.
    pub priority: i64,
    /// Files taken in.
    pub documents: i64,
    /// Newest finished run.
    pub run: i64,
    /// How it ended.
    pub outcome: String,
    /// Every check passed.
    pub verified: bool,
    /// Review items without ruling.
    pub open_items: i64,
    /// All review items.
    pub all_items: i64,
    /// Rulings that the newest run does not hold.
    pub unapplied: i64,
    /// What the request lacks.
    pub blocks: i64,
    /// Account, 0 for nobody.
    pub approver: i64,
    /// Run that was approved.
    pub approved_run: i64,
    /// Milliseconds since 1970 UTC.
    pub created: i64,
    /// Milliseconds since 1970 UTC.
    pub updated: i64,
    /// People; empty once purged.
    pub who: Who,
    /// True once its keys were destroyed.
    pub purged: bool,
    /// Under which rules of the site the newest run was made ([`Site::rules`]); empty before the first, and where nobody knows.
    pub made_under: String,
    /// Rules in spite of which somebody has kept the newest run as it is.
    pub kept_under: String,
}

/// Columns of a [`CaseRow`], in the order in which [`Store::case_row`] reads them.
pub(super) const COLUMNS: &str = "id, no, state, reason, authority, purpose, requester_kind, received, due, assignee, priority, documents, \
     run, outcome, verified, open_items, all_items, unapplied, blocks, approver, approved_run, created, updated, wrapped_key, who, made_under, kept_under";

impl CaseRow {
    /// True when the newest run was made under other rules than `now` ([`Site::rules`] of this purpose), and nobody has kept it in spite of
    /// them. Of a case that is done nothing is asked any more.
    pub fn is_older_than(&self, now: &str) -> bool {
        self.run > 0 && !self.state.is_done() && !self.purged && self.made_under != now && self.kept_under != now
    }

    /// As the rules take it. `worked` comes from [`Store::worked`].
    pub fn facts(&self, worked: BTreeSet<i64>, site: &Site) -> Facts {
        Facts {
            state: self.state,
            run: self.run,
            documents: self.documents,
            outcome: self.outcome.clone(),
            verified: self.verified,
            open_items: self.open_items,
            unapplied: self.unapplied,
            blocks: self.blocks,
            older_rules: self.is_older_than(&site.rules(&self.purpose)),
            worked,
            approver: (self.approver != 0).then_some(self.approver),
            approved_run: self.approved_run,
        }
    }
}

impl Store {
    /// Makes a case in the state `received`.
    ///
    /// # Errors
    /// The database.
    pub async fn create_case(&self, new: NewCase, actor: &Actor) -> Result<CaseRow> {
        let id = super::random_hex::<12>()?;
        let (key, wrapped) = self.keys.new_case(&id)?;
        let who = seal_json(&key, "who", &id, &Who::of(&new.request))?;
        let kind = if new.request.requester.kind.is_empty() { "other" } else { &new.request.requester.kind }.to_string();
        let authority = new.request.authority.clone().unwrap_or_default();
        let purpose = new.request.purpose.clone();
        let request = new.request.clone();
        let secret = CaseSecret { request: new.request, ..CaseSecret::default() };
        let secret = seal_json(&key, "secret", &id, &secret)?;
        let mut tx = self.begin().await?;
        let no: i64 = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'case' RETURNING value")
            .fetch_one(&mut *tx)
            .await?
            .try_get(0)?;
        let at = now();
        sqlx::query(
            "INSERT INTO cases (id, no, state, authority, purpose, requester_kind, received, due, priority, blocks, created, updated, \
             wrapped_key, secret, who) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(id.clone())
        .bind(no)
        .bind(State::Received.word())
        .bind(authority)
        .bind(purpose)
        .bind(kind)
        .bind(new.received)
        .bind(new.due)
        .bind(new.priority)
        .bind(new.blocks)
        .bind(at)
        .bind(at)
        .bind(wrapped)
        .bind(secret)
        .bind(who.clone())
        .execute(&mut *tx)
        .await?;
        self.set_patient(&mut tx, &id, &request).await?;
        let entry = NewEntry::new(actor, &id, "case.create").with("no", no).with("to", State::Received.word());
        self.append(&mut tx, &entry).await?;
        tx.commit().await?;
        self.note_names(&id, &who, &Who::of(&request));
        self.case(&id).await
    }

    /// A case by id.
    ///
    /// # Errors
    /// There is none; the database.
    pub async fn case(&self, id: &str) -> Result<CaseRow> {
        let sql = format!("SELECT {COLUMNS} FROM cases WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&self.pool).await?;
        self.case_row(&row.ok_or(StoreError::Missing("case"))?)
    }

    /// Everybody who has worked on a case's result.
    ///
    /// # Errors
    /// The database.
    pub async fn worked(&self, id: &str) -> Result<BTreeSet<i64>> {
        let rows =
            sqlx::query("SELECT account FROM worked WHERE case_id = $1").bind(id.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(|r| Ok(r.try_get(0)?)).collect()
    }

    /// The sealed part of a case.
    ///
    /// # Errors
    /// There is none, or it does not open.
    pub async fn secret(&self, id: &str) -> Result<CaseSecret> {
        let key = self.case_key(id).await?;
        let row = sqlx::query("SELECT secret FROM cases WHERE id = $1").bind(id.to_string()).fetch_optional(&self.pool).await?;
        let sealed: Vec<u8> = row.ok_or(StoreError::Missing("case"))?.try_get(0)?;
        open_json(&key, "secret", id, &sealed)
    }

    /// Changes the sealed part of a case. `change` gets it as it is and may refuse; what it leaves is written with `entry`. Whatever the
    /// result depends on is changed only before it is approved, and makes the result outdated: it must be run again.
    ///
    /// # Errors
    /// There is none, it does not open, or `change` refuses.
    pub async fn change_secret(
        &self,
        id: &str,
        entry: NewEntry,
        effect: Effect,
        change: impl FnOnce(&mut CaseSecret) -> Result<()> + Send,
    ) -> Result<()> {
        let key = self.case_key(id).await?;
        let mut tx = self.begin().await?;
        let case = self.locked(&mut tx, id).await?;
        let open = match effect {
            Effect::Nothing => true,
            Effect::Clock { .. } => !case.state.is_done(),
            Effect::ByHand(_) | Effect::Seen(_) => matches!(case.state, State::Validating | State::Review),
            _ => matches!(case.state, State::Received | State::Logged | State::Validating | State::Pended | State::Review),
        };
        if !open {
            let state = case.state.title().to_lowercase();
            return Err(StoreError::Refused(format!("this cannot be changed while the case is {state}")));
        }
        let row = sqlx::query("SELECT secret FROM cases WHERE id = $1").bind(id.to_string()).fetch_one(&mut *tx).await?;
        let sealed: Vec<u8> = row.try_get(0)?;
        let mut secret: CaseSecret = open_json(&key, "secret", id, &sealed)?;
        change(&mut secret)?;
        if matches!(effect, Effect::Request { .. }) {
            secret.by_hand.clear();
        }
        let sealed = seal_json(&key, "secret", id, &secret)?;
        sqlx::query("UPDATE cases SET secret = $1, updated = $2 WHERE id = $3")
            .bind(sealed)
            .bind(now())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        if let Effect::Request { due, blocks } = &effect {
            self.set_patient(&mut tx, id, &secret.request).await?;
            let who = seal_json(&key, "who", id, &Who::of(&secret.request))?;
            sqlx::query("UPDATE cases SET who = $1, due = $2, blocks = $3, authority = $4, purpose = $5 WHERE id = $6")
                .bind(who)
                .bind(due.clone())
                .bind(*blocks)
                .bind(secret.request.authority.clone().unwrap_or_default())
                .bind(secret.request.purpose.clone())
                .bind(id.to_string())
                .execute(&mut *tx)
                .await?;
        }
        match effect {
            Effect::Nothing => {}
            Effect::Clock { due } => {
                sqlx::query("UPDATE cases SET due = $1 WHERE id = $2").bind(due).bind(id.to_string()).execute(&mut *tx).await?;
            }
            Effect::Seen(account) => self.has_worked(&mut tx, id, account).await?,
            Effect::ByHand(account) => {
                self.has_worked(&mut tx, id, account).await?;
                sqlx::query("UPDATE cases SET verified = 0, outcome = '' WHERE id = $1")
                    .bind(id.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
            _ => self.outdate(&mut tx, id).await?,
        }
        self.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a note.
    ///
    /// # Errors
    /// The case is unknown or purged.
    pub async fn note(&self, id: &str, actor: &Actor, text: &str) -> Result<()> {
        let note = Note { at: now(), by: actor.name.clone(), text: text.chars().take(4_000).collect() };
        self.change_secret(id, NewEntry::new(actor, id, "case.note"), Effect::Nothing, |secret| {
            secret.notes.push(note);
            Ok(())
        })
        .await
    }

    /// The newest result was made from something else than what the case now holds: it is no longer good for a release, and rulings on its
    /// items may be about other things than items of the same name in the next one, as those on persons may be about somebody else.
    pub(super) async fn outdate(&self, tx: &mut Transaction<'static, Any>, id: &str) -> Result<()> {
        self.ask_anew(tx, id).await?;
        self.count_items(tx, id).await?;
        sqlx::query("UPDATE cases SET verified = 0, outcome = '' WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
        Ok(())
    }

    /// Gives cases to somebody (0: to nobody).
    ///
    /// # Errors
    /// The database.
    pub async fn assign(&self, ids: &[String], account: i64, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        for id in ids {
            let done = sqlx::query("UPDATE cases SET assignee = $1, updated = $2 WHERE id = $3")
                .bind(account)
                .bind(now())
                .bind(id.clone())
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 1 {
                self.append(&mut tx, &NewEntry::new(actor, id, "case.assign").with("account", account)).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Destroys a case's key, its sealed values and its files. The row, its dates and its audit log stay.
    ///
    /// # Errors
    /// The case is not done; the database; a file cannot be removed (then a second purge goes on).
    pub async fn purge(&self, id: &str, actor: &Actor) -> Result<()> {
        let case = self.case(id).await?;
        if !matches!(case.state, State::Closed | State::Cancelled | State::Denied) {
            return Err(StoreError::Refused("only a closed, denied or cancelled case is purged".into()));
        }
        let rows = sqlx::query("SELECT blob FROM files WHERE case_id = $1 UNION SELECT blob FROM releases WHERE case_id = $1")
            .bind(id.to_string())
            .fetch_all(&self.pool)
            .await?;
        let blobs: Vec<String> = rows.iter().map(|r| Ok(r.try_get(0)?)).collect::<Result<_>>()?;
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE cases SET wrapped_key = NULL, secret = NULL, who = NULL, updated = $1 WHERE id = $2")
            .bind(now())
            .bind(id.to_string())
            .execute(&mut *tx)
            .await?;
        self.append(&mut tx, &NewEntry::new(actor, id, "case.purge").with("files", blobs.len())).await?;
        tx.commit().await?;
        if let Ok(mut opened) = self.opened.write() {
            opened.remove(id);
        }
        if let Ok(mut searched) = self.searched.write() {
            searched.remove(id);
        }
        let store = self.blobs.clone();
        super::blocking(move || blobs.iter().try_for_each(|b| store.remove(b))).await?;
        sqlx::query("DELETE FROM files WHERE case_id = $1").bind(id.to_string()).execute(&self.pool).await?;
        Ok(())
    }

    /// The key of a case.
    pub(super) async fn case_key(&self, id: &str) -> Result<CaseKey> {
        if let Some(key) = self.opened.read().ok().and_then(|o| o.get(id).cloned()) {
            return Ok(key);
        }
        let row =
            sqlx::query("SELECT wrapped_key FROM cases WHERE id = $1").bind(id.to_string()).fetch_optional(&self.pool).await?;
        let wrapped: Option<Vec<u8>> = row.ok_or(StoreError::Missing("case"))?.try_get(0)?;
        self.keep_key(id, &wrapped.ok_or(StoreError::Missing("the record of this case (it was purged)"))?)
    }

    pub(super) fn keep_key(&self, id: &str, wrapped: &[u8]) -> Result<CaseKey> {
        if let Some(key) = self.opened.read().ok().and_then(|o| o.get(id).cloned()) {
            return Ok(key);
        }
        let key = self.keys.open_case(id, wrapped)?;
        if let Ok(mut opened) = self.opened.write() {
            // Bounded, whatever the database holds.
            if opened.len() > 50_000 {
                opened.clear();
            }
            opened.insert(id.to_string(), key.clone());
        }
        Ok(key)
    }

    /// Reads a row of [`COLUMNS`].
    pub(super) fn case_row(&self, r: &AnyRow) -> Result<CaseRow> {
        let state: String = r.try_get(2)?;
        let id: String = r.try_get(0)?;
        let wrapped: Option<Vec<u8>> = r.try_get(23)?;
        let sealed: Option<Vec<u8>> = r.try_get(24)?;
        let who = match (&wrapped, sealed) {
            (Some(w), Some(s)) => open_json(&self.keep_key(&id, w)?, "who", &id, &s)?,
            _ => Who::default(),
        };
        Ok(CaseRow {
            no: r.try_get(1)?,
            state: State::parse(&state).ok_or(StoreError::Missing("state of a case"))?,
            reason: r.try_get(3)?,
            authority: r.try_get(4)?,
            purpose: r.try_get(5)?,
            requester_kind: r.try_get(6)?,
            received: r.try_get(7)?,
            due: r.try_get(8)?,
            assignee: r.try_get(9)?,
            priority: r.try_get(10)?,
            documents: r.try_get(11)?,
            run: r.try_get(12)?,
            outcome: r.try_get(13)?,
            verified: r.try_get::<i64, _>(14)? != 0,
            open_items: r.try_get(15)?,
            all_items: r.try_get(16)?,
            unapplied: r.try_get(17)?,
            blocks: r.try_get(18)?,
            approver: r.try_get(19)?,
            approved_run: r.try_get(20)?,
            created: r.try_get(21)?,
            updated: r.try_get(22)?,
            purged: wrapped.is_none(),
            made_under: r.try_get(25)?,
            kept_under: r.try_get(26)?,
            who,
            id,
        })
    }
}

pub(super) fn seal_json(key: &CaseKey, column: &str, id: &str, value: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(value).map_err(|e| StoreError::Setup(e.to_string()))?;
    key.seal(&format!("cases/{column}/{id}"), &json)
}

pub(super) fn open_json<T: for<'d> Deserialize<'d>>(key: &CaseKey, column: &str, id: &str, sealed: &[u8]) -> Result<T> {
    let json = key.open(&format!("cases/{column}/{id}"), sealed).ok_or(StoreError::Sealed("a case"))?;
    serde_json::from_slice(&json).map_err(|_| StoreError::Sealed("a case"))
}
