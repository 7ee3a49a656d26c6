//! The queue. A job is ids and words: what is to be done to which case for whom.
//!
//! A worker claims the oldest job that is due, for as long as its lease runs, and renews the lease while it works. A worker that dies
//! lets its lease run out, and another one claims the job. Each claim raises the number of attempts, and a result is written only by the
//! newest claim, in the same transaction that changes the case: work may be done twice, its result counts once.
//!
//! This is a table of the same store and no library of its own, because the result of a job and the change of its case must be one
//! transaction, on both databases.

use super::{Disclosure, Finished, NewEntry, Result, Store, StoreError, Stored, now};
use crate::model::desk::{Actor, Move, StaffRole};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};
use std::collections::BTreeSet;

/// How long a claim holds without renewal, milliseconds.
pub const LEASE: i64 = 60_000;
/// A job that failed so often is given up.
pub const ATTEMPTS: i64 = 4;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobKind {
    /// Run the pipeline over a case.
    Process,
    /// Pack an approved run and release it.
    Release,
}

impl JobKind {
    fn word(self) -> &'static str {
        match self {
            JobKind::Process => "process",
            JobKind::Release => "release",
        }
    }
}

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobState {
    /// Waits.
    Queued,
    /// A worker has it.
    Running,
    /// Done.
    Done,
    /// Given up.
    Failed,
}

impl JobState {
    fn parse(word: &str) -> JobState {
        match word {
            "queued" => JobState::Queued,
            "running" => JobState::Running,
            "done" => JobState::Done,
            _ => JobState::Failed,
        }
    }
    /// The word in the store.
    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
        }
    }
}

/// A job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Random id.
    pub id: String,
    /// What.
    pub kind: JobKind,
    /// Case.
    pub case_id: String,
    /// For whom.
    pub account: i64,
    /// How far.
    pub state: JobState,
    /// Claims so far; the number of this claim while it runs.
    pub attempts: i64,
    /// Why it failed last; no value of a record.
    pub error: String,
    /// Stage of the pipeline.
    pub stage: String,
    /// Bytes done in this stage.
    pub done: i64,
    /// Bytes of this stage, 0 when not known.
    pub total: i64,
}

const COLUMNS: &str = "id, kind, case_id, account, state, attempts, error, stage, done, total";

impl Store {
    /// Puts a job into the queue, unless the same one waits there already.
    pub(super) async fn enqueue(
        &self,
        tx: &mut Transaction<'static, Any>,
        kind: JobKind,
        case: &str,
        account: i64,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO jobs (id, kind, case_id, account, state, run_at, created) VALUES ($1, $2, $3, $4, 'queued', $5, $6) \
             ON CONFLICT DO NOTHING",
        )
        .bind(super::random_hex::<12>()?)
        .bind(kind.word())
        .bind(case.to_string())
        .bind(account)
        .bind(now())
        .bind(now())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Asks for the release of an approved case: checked now, so that the person hears why not, and once more when it happens.
    ///
    /// # Errors
    /// The rules do not allow it.
    pub async fn ask_release(&self, id: &str, actor: &Actor) -> Result<()> {
        let mut tx = self.begin().await?;
        let case = self.locked(&mut tx, id).await?;
        let rows = sqlx::query("SELECT account FROM worked WHERE case_id = $1").bind(id.to_string()).fetch_all(&mut *tx).await?;
        let worked: BTreeSet<i64> = rows.iter().map(|r| r.try_get(0)).collect::<std::result::Result<_, _>>()?;
        crate::workflow::step(&case.facts(worked, &self.site_in(&mut tx).await?), actor, Move::Release)
            .map_err(|r| StoreError::Refused(r.0))?;
        let waits = sqlx::query("SELECT id FROM jobs WHERE case_id = $1 AND kind = 'release' AND state IN ('queued', 'running')")
            .bind(id.to_string())
            .fetch_optional(&mut *tx)
            .await?;
        if waits.is_some() {
            return Err(StoreError::Refused("the package is being made already".into()));
        }
        self.enqueue(&mut tx, JobKind::Release, id, actor.id).await?;
        self.append(&mut tx, &NewEntry::new(actor, id, "release.ask").with("run", case.run)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Claims the oldest job that is due. A case is worked on by one claim at a time.
    ///
    /// # Errors
    /// The database.
    pub async fn claim(&self, worker: &str) -> Result<Option<Job>> {
        let skip = if self.postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease = $1, worker = $2, stage = '', done = 0, total = 0 \
             WHERE id = (SELECT j.id FROM jobs j WHERE ((j.state = 'queued' AND j.run_at <= $3) OR (j.state = 'running' AND j.lease < $4)) \
             AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.case_id = j.case_id AND r.id <> j.id AND r.state = 'running' AND r.lease >= $5) \
             ORDER BY j.run_at, j.created LIMIT 1{skip}) RETURNING {COLUMNS}"
        );
        let at = now();
        let mut tx = self.begin().await?;
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(at + LEASE)
            .bind(worker.to_string())
            .bind(at)
            .bind(at)
            .bind(at)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map(job).transpose()
    }

    /// Renews the lease and says how far the work is. False when the claim was lost: the work is to stop.
    ///
    /// # Errors
    /// The database.
    pub async fn renew(&self, job: &Job, stage: &str, done: i64, total: i64) -> Result<bool> {
        let changed = sqlx::query(
            "UPDATE jobs SET lease = $1, stage = $2, done = $3, total = $4 WHERE id = $5 AND attempts = $6 AND state = 'running'",
        )
        .bind(now() + LEASE)
        .bind(stage.to_string())
        .bind(done)
        .bind(total)
        .bind(job.id.clone())
        .bind(job.attempts)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Ends a processing job with its result. False when the claim was lost: nothing was written.
    ///
    /// # Errors
    /// The database; the case was moved on meanwhile.
    pub async fn finish_process(&self, job: &Job, result: &Finished, files: &[(String, String, Stored)]) -> Result<bool> {
        let key = self.case_key(&job.case_id).await?;
        let mut tx = self.begin().await?;
        if !self.ended(&mut tx, job, JobState::Done, "").await? {
            return Ok(false);
        }
        self.insert_outputs(&mut tx, &key, &job.case_id, result.run, files).await?;
        self.finish_run(&mut tx, &job.case_id, result).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends a release job: the package is handed over, once. False when the claim was lost.
    ///
    /// # Errors
    /// The rules no longer allow it.
    pub async fn finish_release(
        &self,
        job: &Job,
        actor: &Actor,
        package: &Stored,
        packet: &Stored,
        disclosure: &Disclosure,
    ) -> Result<bool> {
        let key = self.case_key(&job.case_id).await?;
        let mut tx = self.begin().await?;
        if !self.ended(&mut tx, job, JobState::Done, "").await? {
            return Ok(false);
        }
        let run = self.release(&mut tx, &job.case_id, actor, package).await?;
        self.account_for(&mut tx, &job.case_id, run, disclosure).await?;
        self.insert(&mut tx, &key, &job.case_id, run, "packet", 1, "evidence-packet.zip", packet).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A job failed: it is tried again later, or given up when `fatal` or tried too often. A processing job that is given up takes its
    /// case back to validation.
    ///
    /// # Errors
    /// The database.
    pub async fn fail(&self, job: &Job, error: &str, fatal: bool) -> Result<()> {
        let mut tx = self.begin().await?;
        let give_up = fatal || job.attempts >= ATTEMPTS;
        let held = if give_up {
            self.ended(&mut tx, job, JobState::Failed, error).await?
        } else {
            // 5 s, 25 s, 125 s.
            let wait = 5_000 * 5i64.pow(u32::try_from(job.attempts.clamp(1, 6) - 1).unwrap_or(0));
            let changed = sqlx::query(
                "UPDATE jobs SET state = 'queued', run_at = $1, lease = 0, error = $2 WHERE id = $3 AND attempts = $4 AND state = 'running'",
            )
            .bind(now() + wait)
            .bind(error.to_string())
            .bind(job.id.clone())
            .bind(job.attempts)
            .execute(&mut *tx)
            .await?;
            changed.rows_affected() == 1
        };
        if held && give_up && job.kind == JobKind::Process {
            // A case that was cancelled meanwhile stays where it is.
            let case = self.locked(&mut tx, &job.case_id).await?;
            if case.state == crate::model::desk::State::Processing {
                self.moved(&mut tx, &job.case_id, &Actor::worker(), Move::Fail, &super::MoveNote::default()).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Names of the workers that have a job.
    ///
    /// # Errors
    /// The database.
    pub async fn busy_workers(&self) -> Result<Vec<String>> {
        let rows = sqlx::query("SELECT DISTINCT worker FROM jobs WHERE state = 'running'").fetch_all(&self.pool).await?;
        rows.iter().map(|r| Ok(r.try_get(0)?)).collect()
    }

    /// Ends the lease of a worker that is known to be dead. Should it live after all, its result is refused.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_claims(&self, worker: &str) -> Result<()> {
        sqlx::query("UPDATE jobs SET lease = 0 WHERE worker = $1 AND state = 'running'")
            .bind(worker.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn ended(&self, tx: &mut Transaction<'static, Any>, job: &Job, state: JobState, error: &str) -> Result<bool> {
        let changed = sqlx::query(
            "UPDATE jobs SET state = $1, error = $2, ended = $3, lease = 0 WHERE id = $4 AND attempts = $5 AND state = 'running'",
        )
        .bind(state.word())
        .bind(error.to_string())
        .bind(now())
        .bind(job.id.clone())
        .bind(job.attempts)
        .execute(&mut **tx)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// The newest job of a case.
    ///
    /// # Errors
    /// The database.
    pub async fn last_job(&self, case: &str) -> Result<Option<Job>> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE case_id = $1 ORDER BY created DESC, id LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(case.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(job).transpose()
    }

    /// Who a job acts for, as the account is now.
    ///
    /// # Errors
    /// The database; the account is gone or may no longer.
    pub async fn job_actor(&self, job: &Job) -> Result<Actor> {
        let account = self.account(job.account).await?;
        if account.disabled {
            return Err(StoreError::Refused("the account that asked for this is disabled".into()));
        }
        let roles: BTreeSet<StaffRole> = account.roles.iter().copied().collect();
        Ok(Actor { id: account.id, name: account.name, roles })
    }
}

fn job(r: &AnyRow) -> Result<Job> {
    let (kind, state): (String, String) = (r.try_get(1)?, r.try_get(4)?);
    Ok(Job {
        id: r.try_get(0)?,
        kind: if kind == "release" { JobKind::Release } else { JobKind::Process },
        case_id: r.try_get(2)?,
        account: r.try_get(3)?,
        state: JobState::parse(&state),
        attempts: r.try_get(5)?,
        error: r.try_get(6)?,
        stage: r.try_get(7)?,
        done: r.try_get(8)?,
        total: r.try_get(9)?,
    })
}
