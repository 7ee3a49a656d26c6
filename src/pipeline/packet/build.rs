//! Building a packet from a finished OUT.

use super::{HEAD, SEAL, SEAL_LEN, SUMS, SigningKey, digest_of, hex, public_hex};
use crate::model::error::RunError;
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Somebody's signature in words: who did or approved what, and when. A person states it; the program never signs for one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// `processor`, `reviewer`, `privacy_officer`, `counsel`, `releaser`; `sender` (the statement says how it was sent), `recipient` (who
    /// acknowledged it).
    pub role: String,
    /// Name.
    pub name: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// What was stated.
    #[serde(default)]
    pub statement: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalFile {
    #[serde(default)]
    approval: Vec<Approval>,
}

/// Reads an approvals TOML: `[[approval]]` with role, name, date and statement.
///
/// # Errors
/// Not such a file; the words name the line.
pub fn approvals(text: &str, name: &str) -> Result<Vec<Approval>, RunError> {
    const ROLES: [&str; 7] = ["processor", "reviewer", "privacy_officer", "counsel", "releaser", "sender", "recipient"];
    let file: ApprovalFile = toml::from_str(text).map_err(|e| RunError::Input(format!("{name}: {}", e.message())))?;
    match file.approval.iter().find(|a| !ROLES.contains(&a.role.as_str())) {
        Some(a) => Err(RunError::Input(format!("{name}: unknown role \"{}\"; valid: {}", a.role, ROLES.join(", ")))),
        None => Ok(file.approval),
    }
}

/// Internal files that go into a packet. What proves differences (`splices.jsonl`) stays with the case: it holds every original byte.
const INTERNAL: [&str; 9] = [
    "request.json",
    "review.json",
    "report.json",
    "report.html",
    "report.pdf",
    "ledger.jsonl",
    "ledger.csv",
    "ledger.xlsx",
    "custody.jsonl",
];

/// Writes a packet of the finished folder `out` to `to` (a file opened by the caller). `made` is a UTC time for the head, as text.
///
/// # Errors
/// The folder is not a finished one, or a file cannot be read or written.
pub fn build(
    out: &Path,
    approvals: &[Approval],
    key: &SigningKey,
    made: &str,
    to: impl Read + Write + Seek,
) -> Result<(), RunError> {
    let internal = out.join("internal");
    let report: serde_json::Value = json(&internal.join("report.json"))?;
    let edition = if out.join("release/manifest.json").is_file() { "release" } else { "draft" };
    let manifest = out.join(edition).join("manifest.json");
    let mut zip = ZipWriter::new(to);
    let mut sums = String::new();
    let head = serde_json::json!({
        "format": "disclose-evidence-packet",
        "format_version": 1,
        "case_id": report["case_id"],
        "release_id": report["release_id"],
        "outcome": report["outcome"]["code"],
        "edition": edition,
        "made": made,
        "tool": {"name": "disclose", "version": env!("CARGO_PKG_VERSION"), "sha256": program_digest()},
    });
    add(&mut zip, &mut sums, HEAD, &mut pretty(&head)?.as_bytes())?;
    let request: serde_json::Value = json(&internal.join("request.json"))?;
    for (name, part) in parts(&report, &request) {
        add(&mut zip, &mut sums, name, &mut pretty(&part)?.as_bytes())?;
    }
    for name in INTERNAL {
        let path = internal.join(name);
        let mut file = File::open(&path).map_err(|e| RunError::Input(format!("{}: cannot be read: {e}", path.display())))?;
        add(&mut zip, &mut sums, name, &mut file)?;
    }
    add(&mut zip, &mut sums, "approvals.json", &mut pretty(&approvals)?.as_bytes())?;
    if manifest.is_file() {
        add(&mut zip, &mut sums, "manifest.json", &mut File::open(&manifest)?)?;
        add_folder(&mut zip, &mut sums, &out.join(edition).join("report"), "recipient", |_| true)?;
    }
    // A draft is certified by nobody; a folder of an earlier version may hold a certificate of one.
    let released = report["outcome"]["code"] == "released";
    let due = |name: &str| released || !name.starts_with("certificate.");
    add_folder(&mut zip, &mut sums, &internal.join("letters"), "letters", due)?;
    put(&mut zip, SUMS, sums.as_bytes())?;
    zip.set_comment("-".repeat(SEAL_LEN)).map_err(failed)?;
    let mut file = zip.finish().map_err(failed)?;
    let end = file.seek(SeekFrom::End(0))?;
    let start = end.saturating_sub(SEAL_LEN as u64);
    let digest = digest_of(&mut file, start)?;
    file.seek(SeekFrom::Start(start))?;
    writeln!(file, "{SEAL} {} {}", public_hex(key), hex(&key.sign(&digest).to_bytes()))?;
    file.flush()?;
    Ok(())
}

/// What an auditor looks for by name, taken from the internal report and request: checklists, policy, versions, inputs, verification.
fn parts(report: &serde_json::Value, request: &serde_json::Value) -> [(&'static str, serde_json::Value); 5] {
    let about = |kind: &str| {
        let notes = report["notes"].as_array().into_iter().flatten();
        let found = notes.filter(|n| n["kind"].as_str().is_some_and(|k| k.starts_with(kind)));
        found.map(|n| n["text"].clone()).collect::<Vec<_>>()
    };
    let inputs = report["inputs"].as_array().into_iter().flatten();
    let inputs: Vec<serde_json::Value> = inputs
        .map(|i| serde_json::json!({"path": i["path"], "sha256": i["sha256"], "bytes": i["bytes"], "state": i["state"]}))
        .collect();
    [
        ("checklist.json", report["readiness"].clone()),
        ("policy.json", request["policy"].clone()),
        (
            "versions.json",
            serde_json::json!({
                "made_by": report["tool"],
                "packed_by": {"version": env!("CARGO_PKG_VERSION"), "commit": option_env!("DISCLOSE_COMMIT"), "sha256": program_digest()},
                "rules": "rules, lists and presets are built into the program: its SHA-256 stands for them",
                "policy": {"name": request["policy"]["name"], "version": request["policy"]["version"], "sha256": request["policy"]["sha256"]},
                "names_model": about("names-model"),
                "ocr": about("ocr"),
            }),
        ),
        ("inputs.json", serde_json::json!({ "files": inputs })),
        ("verification.json", serde_json::json!({ "checks": report["checks"], "failed": report["failed_checks"] })),
    ]
}

/// Adds every file of a folder that `fits` by its name, in order of name; a folder that is not there has none.
fn add_folder(
    zip: &mut ZipWriter<impl Write + Seek>,
    sums: &mut String,
    folder: &Path,
    below: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<(), RunError> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.retain(|n| fits(n));
    names.sort();
    for name in names {
        add(zip, sums, &format!("{below}/{name}"), &mut File::open(folder.join(&name))?)?;
    }
    Ok(())
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600)
        .large_file(true)
}

fn put(zip: &mut ZipWriter<impl Write + Seek>, name: &str, bytes: &[u8]) -> Result<(), RunError> {
    zip.start_file(name, options()).map_err(failed)?;
    zip.write_all(bytes)?;
    Ok(())
}

/// Adds a member and its sum.
fn add(zip: &mut ZipWriter<impl Write + Seek>, sums: &mut String, name: &str, from: &mut dyn Read) -> Result<(), RunError> {
    zip.start_file(name, options()).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        let n = from.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..n).filter(|c| !c.is_empty()) else { break };
        hash.update(chunk);
        zip.write_all(chunk)?;
    }
    // The line form of the sha256sum program, so that it can check an unpacked packet.
    sums.push_str(&format!("{}  {name}\n", hex(&hash.finalize())));
    Ok(())
}

fn json(path: &Path) -> Result<serde_json::Value, RunError> {
    let bytes = std::fs::read(path).map_err(|_| {
        RunError::Input(format!("{}: no finished case here; give the OUT folder of disclose process", path.display()))
    })?;
    serde_json::from_slice(&bytes).map_err(|e| RunError::Input(format!("{}: {e}", path.display())))
}

fn pretty(value: &impl Serialize) -> Result<String, RunError> {
    serde_json::to_string_pretty(value).map(|s| s + "\n").map_err(|e| RunError::Internal(e.to_string()))
}

fn failed(e: zip::result::ZipError) -> RunError {
    RunError::Internal(format!("the packet cannot be written: {e}"))
}

/// SHA-256 of the running program: version, rules, lists and presets in one figure. Empty where the system does not tell.
fn program_digest() -> String {
    let read = std::env::current_exe().and_then(std::fs::read);
    read.map(|bytes| hex(&Sha256::digest(&bytes))).unwrap_or_default()
}
