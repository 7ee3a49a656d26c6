//! `disclose serve`, `disclose worker`, and the desk's chores on the command line.

use crate::model::desk::Actor;
use crate::model::error::RunError;
use crate::queue::{self, Bell};
use crate::server::{Certificate, Listening, OidcSettings, Settings};
use crate::store::{BucketAddress, Store, StoreError};
use clap::{Args, Subcommand};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Exit code when a check failed.
const FAILED: i32 = 4;

/// Where the desk keeps its data.
#[derive(Args, Debug)]
pub struct Data {
    /// Data folder: database, encrypted files, keys (default: ~/.local/share/disclose)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl Data {
    fn dir(&self) -> Result<PathBuf, RunError> {
        if let Some(dir) = &self.data {
            return Ok(dir.clone());
        }
        let base = std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share")))
            .ok_or_else(|| RunError::Input("no home folder for the data; give --data DIR".into()))?;
        Ok(base.join("disclose"))
    }

    async fn store(&self) -> Result<Store, RunError> {
        let database = variable("DATABASE_URL");
        Store::open_with(&self.dir()?, database.as_deref(), bucket()?.as_ref()).await.map_err(failed)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// The store of files that the environment names.
fn bucket() -> Result<Option<BucketAddress>, RunError> {
    variable("BLOB_URL").map(|text| BucketAddress::parse(&text, variable)).transpose().map_err(failed)
}

fn failed(e: StoreError) -> RunError {
    match e {
        StoreError::Setup(why) | StoreError::Refused(why) | StoreError::Bucket(why) => RunError::Input(why),
        other => RunError::Internal(other.to_string()),
    }
}

/// What `serve` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose serve                         on this machine only, http://127.0.0.1:8620
  disclose serve --listen 0.0.0.0:8620 --host desk.example.org --behind-tls
  disclose serve --listen 0.0.0.0:8620 --host desk.example.org:8620 --tls-cert chain.pem --tls-key key.pem
  DATABASE_URL=postgres://desk@db/desk disclose serve --workers 0
  BLOB_URL=https://s3.example.org/records?region=eu-north-1 disclose serve

The data folder is made on the first run; see docs/desk.md for its backup.")]
pub struct ServeArgs {
    #[command(flatten)]
    data: Data,
    /// Address and port; anything but loopback must be asked for
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8620")]
    listen: SocketAddr,
    /// A further name under which the desk is reached, with its port where it is not the usual one; may be given more than once
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// A proxy in front speaks TLS: cookies are sent over TLS only
    #[arg(long)]
    behind_tls: bool,
    /// Certificate chain (PEM); with --tls-key the desk speaks TLS itself
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A folder to watch: a folder in it with a request.toml and the files of an export becomes a case
    #[arg(long, value_name = "DIR", requires = "watch_for")]
    watch: Option<PathBuf>,
    /// The account for which cases of the watched folder are entered
    #[arg(long, value_name = "NAME", requires = "watch")]
    watch_for: Option<String>,
    /// Cases that are worked on at the same time in this process; 0 leaves them to `disclose worker`
    #[arg(long, value_name = "N", default_value_t = 1)]
    workers: usize,
    /// Open the desk in the browser
    #[arg(long)]
    open: bool,
}

/// What `worker` takes.
#[derive(Args, Debug)]
pub struct WorkerArgs {
    #[command(flatten)]
    data: Data,
    /// Cases that are worked on at the same time
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: usize,
}

/// Chores of the desk.
#[derive(Args, Debug)]
pub struct DeskArgs {
    #[command(subcommand)]
    what: Chore,
}

#[derive(Subcommand, Debug)]
enum Chore {
    /// Make a new master key; no server and no worker may run
    RotateKey {
        #[command(flatten)]
        data: Data,
    },
    /// Copy all files into the bucket that BLOB_URL names, or back from it; no server and no worker may run
    MoveFiles {
        #[command(flatten)]
        data: Data,
        /// Where to
        #[arg(long, value_name = "PLACE", value_parser = ["bucket", "folder"])]
        to: String,
    },
}

fn runtime() -> Result<tokio::runtime::Runtime, RunError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(RunError::from)
}

/// Resolves on Ctrl-C or SIGTERM.
async fn interrupted() {
    let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

/// Runs the desk until it is interrupted.
///
/// # Errors
/// The data folder or the port cannot be used.
pub fn serve(args: &ServeArgs) -> Result<i32, RunError> {
    runtime()?.block_on(async {
        let store = args.data.store().await?;
        let database = store.database();
        let files = if store.files_lie() == "folder" { "" } else { ", files in a bucket" };
        let certificate =
            args.tls_cert.clone().zip(args.tls_key.clone()).map(|(chain, key)| Certificate { chain, key });
        let tls = certificate.is_some();
        let settings = Settings {
            listen: args.listen,
            hosts: args.host.clone(),
            secure: args.behind_tls,
            workers: args.workers,
            certificate,
            oidc: OidcSettings::from(variable).map_err(RunError::Input)?,
            watch: args.watch.clone().zip(args.watch_for.clone()),
        };
        let desk = Listening::bind(store, settings).await.map_err(|e| RunError::Input(format!("{}: {e}", args.listen)))?;
        let address = desk.address;
        let reach = if address.ip().is_loopback() { "this machine only" } else { "every machine that reaches this address" };
        let scheme = if tls { "https" } else { "http" };
        println!("disclose: {scheme}://{address} ({reach}), {database}{files}, {} workers", args.workers);
        if !address.ip().is_loopback() && !args.behind_tls && !tls {
            eprintln!("disclose: passwords and records go over the network unencrypted; put a proxy with TLS in front and say --behind-tls");
        }
        let _ = std::io::stdout().flush();
        if args.open {
            let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
            let _ = std::process::Command::new(opener).arg(format!("{scheme}://{address}")).spawn();
        }
        desk.run(interrupted()).await?;
        Ok(0)
    })
}

/// Works until it is interrupted.
///
/// # Errors
/// The data folder cannot be used.
pub fn worker(args: &WorkerArgs) -> Result<i32, RunError> {
    runtime()?.block_on(async {
        let store = args.data.store().await?;
        queue::recover(&store).await.map_err(failed)?;
        let bell = Bell::default();
        let tasks: Vec<_> = (0..args.jobs.max(1))
            .map(|n| tokio::spawn(queue::work(store.clone(), queue::worker_name(n), bell.clone())))
            .collect();
        interrupted().await;
        bell.stop();
        for t in tasks {
            let _ = t.await;
        }
        Ok(0)
    })
}

/// Checks the desk's whole audit log: exit 0 when every entry is in its place, 4 when not.
///
/// # Errors
/// The data folder cannot be used.
pub fn verify_log(data: &Data, head: Option<&str>, out: &mut dyn Write) -> Result<i32, RunError> {
    if !data.dir()?.is_dir() {
        return Err(RunError::Input(format!("{}: there is no desk here; give a packet or --data DIR", data.dir()?.display())));
    }
    runtime()?.block_on(async {
        let store = data.store().await?;
        let verdict = store.audit_verify().await.map_err(failed)?;
        for f in &verdict.failures {
            writeln!(out, "FAILED  {f}")?;
        }
        let known = match head {
            Some(h) => store.audit_holds(h).await.map_err(failed)?,
            None => true,
        };
        if !known {
            writeln!(
                out,
                "FAILED  the head that was written down is not in the log: it was put back to an earlier day or made anew"
            )?;
        }
        if verdict.failures.is_empty() && known {
            writeln!(out, "passed  {} entries\nhead    {}", verdict.entries, verdict.head)?;
            return Ok(0);
        }
        Ok(FAILED)
    })
}

fn console() -> Actor {
    Actor { id: 0, name: variable("USER").unwrap_or_else(|| "console".into()), roles: Default::default() }
}

/// Does a chore.
///
/// # Errors
/// The data folder cannot be used.
pub fn desk(args: &DeskArgs, out: &mut dyn Write) -> Result<i32, RunError> {
    runtime()?.block_on(async {
        match &args.what {
            Chore::RotateKey { data } => {
                let store = data.store().await?;
                store.rotate(&console()).await.map_err(failed)?;
                writeln!(out, "desk.key is new; keep a copy of it apart from the data, and destroy copies of the old one")?;
                Ok(0)
            }
            Chore::MoveFiles { data, to } => {
                let bucket = bucket()?.ok_or_else(|| RunError::Input("BLOB_URL names no bucket".into()))?;
                let (dir, database) = (data.dir()?, variable("DATABASE_URL"));
                let moved = Store::move_files(&dir, database.as_deref(), &bucket, to == "folder", &console()).await;
                let (count, _) = moved.map_err(failed)?;
                let (there, setting) = if to == "folder" { ("data folder", "without") } else { ("bucket", "with") };
                writeln!(out, "{count} files lie in the {there}; start the desk {setting} BLOB_URL, then remove the other copy")?;
                Ok(0)
            }
        }
    })
}
