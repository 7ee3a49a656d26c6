//! `disclose process`: the main job.

use crate::cli::progress::Bar;
use crate::detect::Dictionary;
use crate::detect::model::Names;
use crate::intake::Limits;
use crate::model::case::{Case, Outcome};
use crate::model::error::RunError;
use crate::model::request::Request;
use crate::people::identity::{read_identity, read_request};
use crate::pipeline::{self, Options, Rulings, vault};
use crate::{policy, report};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the command takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose process portal.zip --patient patient.json --purpose litigation --recipient \"Alder & Finch LLP\" --out out
  disclose process export/ summary.xml --request request.toml --out out
  disclose process portal.zip --request request.toml --decisions rulings.toml --out out

Exit codes: 0 released (OUT/release), 3 review needed (OUT/draft), 4 verification failed (neither), 2 bad usage or input, 1 internal.")]
pub struct ProcessArgs {
    /// Files, folders or zips: FHIR R4 JSON (Bundle, single resource, NDJSON), C-CDA XML, PDF, text, HTML, XDM
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Identity of the patient who asks: a FHIR R4 Patient (JSON) or an identity TOML
    #[arg(long, value_name = "FILE")]
    pub patient: Option<PathBuf>,
    /// litigation | insurance-claim | prior-authorization | employer | patient | provider | research-safe-harbor
    #[arg(long, value_name = "PRESET")]
    pub purpose: Option<String>,
    /// Who receives the disclosure
    #[arg(long, value_name = "NAME")]
    pub recipient: Option<String>,
    /// Folder for the result: release/ or draft/, and internal/
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Everything about the request in one file; options given here win
    #[arg(long, value_name = "FILE")]
    pub request: Option<PathBuf>,
    /// By what right, e.g. authorization_164_508
    #[arg(long, value_name = "WORD")]
    pub authority: Option<String>,
    /// First date in scope (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last date in scope (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// A policy of your own, whole or as differences to a preset
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Words that must be found or left alone (TOML)
    #[arg(long, value_name = "FILE")]
    pub dictionary: Option<PathBuf>,
    /// A person's rulings on the review items of an earlier run over the same input (TOML)
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Folder with letter templates of your own, named as disclose letter lists them (cover.txt ...)
    #[arg(long, value_name = "DIR")]
    pub letters: Option<PathBuf>,
    /// Password of encrypted PDFs; may be given more than once
    #[arg(long, value_name = "PASSWORD")]
    pub pdf_password: Vec<String>,
    /// Keep the names of treating clinicians
    #[arg(long)]
    pub keep_clinicians: bool,
    /// The copy is to be filed with a federal court: reduce the patient's own identifiers by Fed. R. Civ. P. 5.2(a) (SSN, taxpayer and
    /// financial account numbers to the last four digits, the birth date to its year, a minor's name to initials)
    #[arg(long)]
    pub court_filing: bool,
    /// The custodian's key for hashes, tokens and stand-ins; created on first use (default, where the policy needs one:
    /// ~/.config/disclose/vault.key). With a key OUT/internal gets an encrypted vault of what was replaced
    #[arg(long, value_name = "FILE")]
    pub vault_key: Option<PathBuf>,
    /// File whose first line is a passphrase that is needed beside the custodian's key (mode 600)
    #[arg(long, value_name = "FILE")]
    pub vault_passphrase: Option<PathBuf>,
    /// Workers; one for each core when not given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub jobs: usize,
    /// Print nothing but errors
    #[arg(long)]
    pub quiet: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Runs the command; gives the exit code.
///
/// # Errors
/// [`RunError`] with its exit code.
pub fn run(args: ProcessArgs) -> Result<i32, RunError> {
    let options = options(&args)?;
    args.pdf_password.iter().for_each(|p| crate::format::pdf::add_password(p));
    let said = options.names.missing().is_some();
    if let Some(why) = options.names.missing() {
        eprintln!("disclose: {why}. Narratives are read without the names model, and each goes to a person.");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let bar = Bar::new(args.quiet || args.json);
    let case = until_interrupted(&stop, || pipeline::run(&options, &bar, &stop))?;
    bar.clear();
    if let (false, Some(why)) = (said, options.names.missing()) {
        eprintln!("disclose: {why}. Narratives were read without the names model, and each goes to a person.");
    }
    print(&case, &args);
    Ok(match case.outcome {
        Outcome::Released => 0,
        Outcome::ReviewNeeded => 3,
        Outcome::VerificationFailed => 4,
        Outcome::WrongPatient => 2,
    })
}

fn print(case: &Case, args: &ProcessArgs) {
    if args.json {
        println!("{}", report::summary_json(case));
    } else if !args.quiet {
        println!("{}", report::summary(case).trim_end());
        println!("Report: {}", args.out.join("internal/report.html").display());
    }
}

/// Runs `work` while an interrupt (Ctrl-C, SIGTERM) sets `stop`, so that a cancelled run cleans up after itself.
fn until_interrupted<T>(stop: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let Ok(runtime) = runtime else { return work() };
    let flag = stop.clone();
    runtime.spawn(async move {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        flag.store(true, Ordering::Relaxed);
    });
    let result = work();
    runtime.shutdown_background();
    result
}

fn options(args: &ProcessArgs) -> Result<Options, RunError> {
    let mut request = match &args.request {
        Some(path) => request_file(path)?,
        None => Request::default(),
    };
    if let Some(path) = &args.patient {
        request.patient = read_identity(&read(path)?, &shown(path))?;
    }
    if request.patient.names.is_empty() && request.patient.identifiers.is_empty() {
        return Err(RunError::Input(
            "--patient FILE is missing: a FHIR R4 Patient or an identity TOML of the person who asks".into(),
        ));
    }
    set(&mut request.purpose, &args.purpose);
    set(&mut request.recipient, &args.recipient);
    for (value, name) in [(&request.purpose, "--purpose"), (&request.recipient, "--recipient")] {
        if value.trim().is_empty() {
            return Err(RunError::Input(format!("{name} is missing; see disclose process --help")));
        }
    }
    if args.authority.is_some() {
        request.authority.clone_from(&args.authority);
    }
    if let Some(word) = &request.authority {
        policy::authority(word).map_err(|e| RunError::Input(from_where(args, args.authority.is_some(), "--authority", &e)))?;
    }
    for (value, into, name) in [(&args.from, &mut request.from, "--from"), (&args.to, &mut request.to, "--to")] {
        if let Some(date) = value {
            *into = Some(date.clone());
        }
        if into.as_deref().is_some_and(|d| !is_date(d)) {
            let key = name.trim_start_matches('-');
            let what = format!("`{key}`: not a date; write YYYY-MM-DD");
            return Err(RunError::Input(from_where(args, value.is_some(), name, &what)));
        }
    }
    request.keep_clinicians |= args.keep_clinicians;
    request.court_filing |= args.court_filing;
    let preset = policy::load(&request.purpose, args.policy.as_deref()).map_err(|e| match args.policy {
        // It names the file and the line itself.
        Some(_) => RunError::Input(e.to_string()),
        None => RunError::Input(from_where(args, args.purpose.is_some(), "--purpose", &e)),
    })?;
    let policy = policy::with_request(preset, &request);
    let readiness =
        policy::readiness(&policy, &request).map_err(|e| RunError::Input(located(args.request.as_deref(), &e.to_string())))?;
    let dictionary = match &args.dictionary {
        Some(path) => Dictionary::from_toml(&text(path)?).map_err(|e| RunError::Input(format!("{}: {e}", shown(path))))?,
        None => Dictionary::default(),
    };
    let rulings = match &args.decisions {
        Some(path) => Rulings::read(&text(path)?, &shown(path))?,
        None => Rulings::default(),
    };
    let vault = match (&args.vault_key, &args.vault_passphrase) {
        (None, None) if !policy.needs_key() => None,
        (given, phrase) => {
            let key = vault::key_file(&given.clone().map_or_else(vault::default_key_file, Ok)?)?;
            let together = phrase.as_deref().map(|p| vault::with_passphrase(&key, &vault::passphrase_file(p)?)).transpose()?;
            Some(together.unwrap_or(key))
        }
    };
    Ok(Options {
        inputs: args.inputs.clone(),
        request,
        policy,
        readiness,
        dictionary,
        rulings,
        out: args.out.clone(),
        limits: Limits::default(),
        jobs: args.jobs,
        names: Names::shared(),
        vault,
        letters: args.letters.clone(),
        made: super::clock::now(),
    })
}

fn request_file(path: &Path) -> Result<Request, RunError> {
    read_request(&read(path)?, &shown(path))
}

/// An error about a value with where it was said: the option, or file and line of the request.
fn from_where(args: &ProcessArgs, option: bool, name: &str, error: &impl std::fmt::Display) -> String {
    match &args.request {
        Some(file) if !option => located(Some(file), &error.to_string()),
        _ => format!("{name}: {error}"),
    }
}

/// An error about a request with the file and the line where the word that it names stands.
fn located(file: Option<&Path>, error: &str) -> String {
    let Some(path) = file else { return format!("request: {error}") };
    let word = error.split(['"', '`']).nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let key = word.rsplit('.').next().unwrap_or_default();
    let line = text.lines().position(|l| !key.is_empty() && !l.trim_start().starts_with('#') && l.contains(key));
    match line {
        Some(i) => format!("{}:{}: {error}", path.display(), i + 1),
        None => format!("{}: {error}", path.display()),
    }
}

fn set(into: &mut String, value: &Option<String>) {
    if let Some(v) = value {
        into.clone_from(v);
    }
}

fn is_date(text: &str) -> bool {
    let b = text.as_bytes();
    let number = |r: std::ops::Range<usize>| text.get(r).and_then(|t| t.parse::<u32>().ok());
    b.len() == 10
        && b[4] == b'-'
        && b[7] == b'-'
        && number(0..4).is_some()
        && number(5..7).is_some_and(|m| (1..=12).contains(&m))
        && number(8..10).is_some_and(|d| (1..=31).contains(&d))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn read(path: &Path) -> Result<Vec<u8>, RunError> {
    std::fs::read(path).map_err(|e| RunError::Input(format!("{}: cannot be read: {e}", path.display())))
}

fn text(path: &Path) -> Result<String, RunError> {
    String::from_utf8(read(path)?).map_err(|_| RunError::Input(format!("{}: not UTF-8 text", path.display())))
}
