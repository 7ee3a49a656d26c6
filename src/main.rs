//! The `disclose` program: parses the command line and maps errors to exit codes.

use clap::{Parser, Subcommand};
use disclose::cli::{audit, detect, letter, match_cmd, policy, process, serve, vault, verify};
use disclose::detect::model::Names;
use disclose::model::error::RunError;
use disclose::people::identity::read_identity;
use std::path::PathBuf;
use std::process::ExitCode;

/// Millions of short strings are made and dropped for an export: the system's allocator takes a sixth of the time, this one a third of
/// that, and threads do not wait for each other in it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Redacts a patient's portal export for a recipient: keeps what is the patient's, turns everybody else into role labels, and checks
/// the result.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Redact an export and write the bundle with its report
    Process(Box<process::ProcessArgs>),
    /// Show what is found in a text: one JSON object a line
    Detect(DetectArgs),
    /// Compare a person with the patient: same, different, or for a person to review
    Match(match_cmd::MatchArgs),
    /// Make, prove and read the evidence packet of a case
    Audit(audit::AuditArgs),
    /// Run the records-release desk in the browser
    Serve(serve::ServeArgs),
    /// Work on cases of the desk in a process of its own
    Worker(serve::WorkerArgs),
    /// Chores of the desk: change the master key
    Desk(serve::DeskArgs),
    /// Write a letter about a finished case, from a template
    Letter(letter::LetterArgs),
    /// List, show, check and compare policies
    Policy(policy::PolicyArgs),
    /// Open the vault of a case: what stands behind labels, hashes and tokens. For the custodian
    Vault(vault::VaultArgs),
    /// Repeat the checks on a finished folder
    Verify(verify::VerifyArgs),
}

/// What `detect` takes.
#[derive(clap::Args)]
#[command(after_help = "Example:
  echo \"Mrs. Roe, the patient's mother, called Dr. Ito.\" | disclose detect --patient patient.json")]
struct DetectArgs {
    /// Identity of the patient, so that their own names are told from others
    #[arg(long, value_name = "FILE")]
    patient: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = ["jsonl"])]
    format: String,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let result = match cli.command {
        Command::Process(args) => process::run(*args),
        Command::Detect(args) => run_detect(&args),
        Command::Match(args) => match_cmd::run(&args, &mut std::io::stdout().lock()).map(|()| 0),
        Command::Audit(args) => audit::run(&args, &mut std::io::stdout().lock()),
        Command::Serve(args) => serve::serve(&args),
        Command::Worker(args) => serve::worker(&args),
        Command::Desk(args) => serve::desk(&args, &mut std::io::stdout().lock()),
        Command::Letter(args) => letter::run(&args, &mut std::io::stdout().lock()),
        Command::Policy(args) => policy::run(&args, &mut std::io::stdout().lock()),
        Command::Vault(args) => vault::run(&args, &mut std::io::stdout().lock()),
        Command::Verify(args) => verify::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(e) => {
            eprintln!("disclose: {e}");
            ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(1))
        }
    }
}

fn run_detect(args: &DetectArgs) -> Result<i32, RunError> {
    let identity = match &args.patient {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|e| RunError::Input(format!("{}: cannot be read: {e}", path.display())))?;
            Some(read_identity(&bytes, &path.display().to_string())?)
        }
        None => None,
    };
    let names = Names::shared();
    // Standard output by itself writes line by line.
    let mut out = std::io::BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
    detect::run(&mut std::io::stdin().lock(), identity, &mut out).map_err(|e| RunError::Internal(e.to_string()))?;
    if let Some(why) = names.missing() {
        eprintln!("disclose: {why}. Names that only the model finds are not shown.");
    }
    Ok(0)
}
