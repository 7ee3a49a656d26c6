//! `disclose audit`: the evidence packet of a case.

use super::serve::{Data, verify_log};
use crate::model::error::RunError;
use crate::pipeline::packet::{answers, approvals, build, check, load_or_create, public_hex};
use clap::{Args, Subcommand};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What the command takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose audit pack out --packet case.zip --approvals approvals.toml
  disclose audit verify case.zip
  disclose audit show case.zip
  disclose audit verify --data DIR       the audit log of the desk

The packet holds the internal record with originals: it is for the custodian and an auditor, never for the recipient.")]
pub struct AuditArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Make the signed evidence packet of a finished case
    Pack {
        /// OUT folder of disclose process
        out: PathBuf,
        /// Packet to write
        #[arg(long, value_name = "FILE")]
        packet: PathBuf,
        /// Who did and approved what ([[approval]] with role, name, date, statement)
        #[arg(long, value_name = "FILE")]
        approvals: Option<PathBuf>,
        /// Signing key; created on first use (default: ~/.config/disclose/signing.key)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Prove a packet offline (signature, digests, ledger chain), or, without a packet, the desk's audit log; exit 4 when a check fails
    Verify {
        /// Packet
        packet: Option<PathBuf>,
        #[command(flatten)]
        data: Data,
        /// Head of the desk's log (hexadecimal) that was written down earlier and must still be in it
        #[arg(long, value_name = "HEX", conflicts_with = "packet")]
        head: Option<String>,
        /// Public key (hexadecimal) that must have signed
        #[arg(long, value_name = "HEX")]
        signer: Option<String>,
    },
    /// Answer an auditor's questions from a packet
    Show {
        /// Packet
        packet: PathBuf,
    },
}

/// Runs the command; gives the exit code.
///
/// # Errors
/// A file is missing or is not what it should be.
pub fn run(args: &AuditArgs, out: &mut dyn Write) -> Result<i32, RunError> {
    match &args.what {
        What::Pack { out: case, packet, approvals: file, key } => {
            let list = match file {
                Some(f) => approvals(&std::fs::read_to_string(f).map_err(|e| unreadable(f, e))?, &f.display().to_string())?,
                None => Vec::new(),
            };
            let key = load_or_create(&key.clone().map_or_else(default_key, Ok)?)?;
            let part = packet.with_extension("partial");
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&part)?;
            let made = build(case, &list, &key, &super::clock::now(), file).and_then(|()| Ok(std::fs::rename(&part, packet)?));
            if made.is_err() {
                let _ = std::fs::remove_file(&part);
            }
            made?;
            writeln!(out, "{}: signed by {}", packet.display(), public_hex(&key))?;
            Ok(0)
        }
        What::Verify { packet: None, data, head, .. } => verify_log(data, head.as_deref(), out),
        What::Verify { packet: Some(packet), signer, .. } => {
            let verdict = check(open(packet)?, signer.as_deref())?;
            for (name, result) in &verdict.checks {
                match result {
                    Ok(()) => writeln!(out, "passed  {name}")?,
                    Err(why) => writeln!(out, "FAILED  {name}: {why}")?,
                }
            }
            writeln!(out, "signed by {}", verdict.public_key)?;
            Ok(if verdict.passed() { 0 } else { 4 })
        }
        What::Show { packet } => {
            out.write_all(answers(open(packet)?)?.as_bytes())?;
            Ok(0)
        }
    }
}

fn open(path: &Path) -> Result<File, RunError> {
    File::open(path).map_err(|e| unreadable(path, e))
}

fn unreadable(path: &Path, e: std::io::Error) -> RunError {
    RunError::Input(format!("{}: cannot be read: {e}", path.display()))
}

fn default_key() -> Result<PathBuf, RunError> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".config")))
        .ok_or_else(|| RunError::Input("no home folder for the signing key; give --key FILE".into()))?;
    Ok(base.join("disclose/signing.key"))
}
