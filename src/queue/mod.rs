//! Workers: they claim jobs from the store, do them, and write the result down once.
//!
//! Any number of workers, in the server's own process or in others (`disclose worker`), share one queue. A job carries ids; what it needs
//! is read from the store when it runs. The stages of the pipeline are a function of their input, and outputs are named by their
//! content, so that a job done twice writes the same; the store lets only the newest claim of a job end it.

mod entry;
mod process;
mod release;
#[cfg(test)]
mod ruling_tests;
#[cfg(test)]
mod tests;
mod watch;
mod work;

pub use entry::{complete, enter};
pub use process::{options, policy_of, weigh, words};

pub use watch::watch;

use crate::model::desk::Actor;
use crate::pipeline;
use crate::store::{Job, JobKind, Store, StoreError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Documents that no run has used for so long are forgotten.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Claims after which a job is given up.
const DEATHS: i64 = 20;

/// Why a job did not end well.
enum Trouble {
    /// Another claim has it, or the program is ending: nothing is written.
    Lost,
    /// Trying again may help. The words are the program's own and name nothing of a case.
    Again(String),
    /// Trying again may help; what was said may name a file of the export, and goes to the case's notes.
    Retry(String),
    /// It will not help. `say` goes to the case's notes, which are sealed; the queue keeps only the kind.
    Fatal { kind: &'static str, say: String },
}

impl From<StoreError> for Trouble {
    fn from(e: StoreError) -> Trouble {
        match e {
            StoreError::Refused(why) => Trouble::Fatal { kind: "the case no longer allows it", say: why },
            other => Trouble::Again(other.to_string()),
        }
    }
}

/// Ends workers, and wakes them when there is something to do.
#[derive(Clone, Default)]
pub struct Bell {
    stop: Arc<AtomicBool>,
    rung: Arc<Notify>,
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.rung.notify_one();
    }
    /// Workers end; what they work on is left to others.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.rung.notify_waiters();
    }
    /// True once they are to end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Works until the bell says stop. Errors of the database are waited out.
pub async fn work(store: Store, name: String, bell: Bell) {
    pipeline::keep();
    while !bell.stopped() {
        match store.claim(&name).await {
            Ok(Some(job)) => one(&store, &job, &bell).await,
            Ok(None) => {
                pipeline::forget(REMEMBERED);
                pause(&bell, Duration::from_secs(1)).await;
            }
            Err(e) => {
                eprintln!("disclose: worker: {e}");
                pause(&bell, Duration::from_secs(5)).await;
            }
        }
    }
}

async fn pause(bell: &Bell, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = bell.rung.notified() => {}
    }
}

async fn one(store: &Store, job: &Job, bell: &Bell) {
    let result = match job.kind {
        // A job whose workers die of it, each time, must not go round for ever.
        _ if job.attempts > DEATHS => Err(Trouble::Fatal {
            kind: "the program ended each time it worked on this",
            say: "The program ended each time it worked on this case. Look at the export: it may need more memory than there is."
                .into(),
        }),
        JobKind::Process => process::process(store, job, bell).await,
        JobKind::Release => release::release(store, job, bell).await,
    };
    let written = match result {
        Ok(()) | Err(Trouble::Lost) => Ok(()),
        Err(Trouble::Again(why)) => store.fail(job, &why, false).await,
        Err(Trouble::Retry(say)) => {
            let noted = store.note(&job.case_id, &Actor::worker(), &format!("Processing failed: {say}")).await;
            noted.and(store.fail(job, "an internal error; see the note in the case", false).await)
        }
        Err(Trouble::Fatal { kind, say }) => {
            let noted = store.note(&job.case_id, &Actor::worker(), &say).await;
            noted.and(store.fail(job, kind, true).await)
        }
    };
    if let Err(e) = written {
        // The lease runs out, and the job is claimed again.
        eprintln!("disclose: worker: {e}");
    }
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map(|h| h.trim().replace(':', "-")).unwrap_or_default()
}

/// Name of a worker of this process.
pub fn worker_name(n: usize) -> String {
    format!("{}:{}:{n}", host(), std::process::id())
}

/// After a crash: claims of processes of this machine that are gone need not wait for the end of their lease, and what they left in clear
/// is removed. Where processes cannot be looked up the lease decides.
///
/// # Errors
/// The store, or the folder of workers.
pub async fn recover(store: &Store) -> Result<(), StoreError> {
    sweep(&store.work_dir()?)?;
    for name in store.busy_workers().await? {
        let mut parts = name.split(':');
        let (machine, process) = (parts.next().unwrap_or_default(), parts.next().and_then(|p| p.parse::<u32>().ok()));
        let Some(process) = process.filter(|_| machine == host() && !machine.is_empty()) else { continue };
        if Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{process}")).exists() {
            store.drop_claims(&name).await?;
        }
    }
    Ok(())
}

/// Removes what workers that were killed have left: records in clear. Folders of a living worker are locked and stay.
///
/// # Errors
/// The folder cannot be read.
pub fn sweep(work: &Path) -> std::io::Result<()> {
    work::sweep(work)
}
