//! Are the records of a finished folder whole? Its ledger and its chain of custody are bound together line by line, and the report holds
//! the last hash; and is another run's release the same?

use crate::model::case::Check;
use crate::model::error::RunError;
use crate::report::{verify_chain, verify_custody};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Checks the ledger's and the custody's chains, that the report was made from that ledger, and that its release id is that of the files.
///
/// # Errors
/// The folder has no internal report.
pub fn chains(out: &Path) -> Result<Check, RunError> {
    let internal = out.join("internal");
    let report = json(&internal.join("report.json"))?;
    let mut failures = Vec::new();
    let mut examined = 0;
    match File::open(internal.join("ledger.jsonl")).map(|f| verify_chain(BufReader::new(f))) {
        Ok(Ok(summary)) => {
            examined += summary.entries;
            if let Err(why) = summary.is_that_of(&report) {
                failures.push(format!("ledger.jsonl: {why}"));
            }
        }
        Ok(Err(e)) => failures.push(e.to_string()),
        Err(e) => failures.push(format!("ledger.jsonl cannot be read: {e}")),
    }
    match std::fs::read(internal.join("custody.jsonl")).map(|bytes| verify_custody(&bytes)) {
        Ok(Ok(events)) => {
            examined += events.len() as u64;
            if serde_json::to_value(&events).ok().as_ref() != Some(&report["custody"]) {
                failures.push("custody.jsonl does not tell what the report tells".into());
            }
        }
        Ok(Err(e)) => failures.push(format!("custody.jsonl: {e}")),
        Err(e) => failures.push(format!("custody.jsonl cannot be read: {e}")),
    }
    if report["release_id"] != *release_id(&report["outputs"]) {
        failures.push("the release id is not that of the files listed".into());
    }
    Ok(Check { name: "chains".into(), passed: failures.is_empty(), examined, failures })
}

/// The release id as the report computes it: over path and digest of each file.
fn release_id(outputs: &Value) -> String {
    let mut hash = Sha256::new();
    for output in outputs.as_array().into_iter().flatten() {
        hash.update(output["path"].as_str().unwrap_or_default().as_bytes());
        hash.update([0]);
        hash.update(output["sha256"].as_str().unwrap_or_default().as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// Compares what goes out of two folders byte for byte, reports and manifest too.
///
/// # Errors
/// One of them holds neither release nor draft.
pub fn same_release(a: &Path, b: &Path) -> Result<Check, RunError> {
    let (first, second) = (delivered(a)?, delivered(b)?);
    let mut failures = Vec::new();
    if first.file_name() != second.file_name() {
        failures.push("one is a release, the other a draft".to_string());
    }
    let (files, others) = (digests(&first)?, digests(&second)?);
    for (path, digest) in &files {
        match others.get(path) {
            Some(other) if other == digest => {}
            Some(_) => failures.push(format!("{path} differs")),
            None => failures.push(format!("{path} is in the first only")),
        }
    }
    failures.extend(others.keys().filter(|p| !files.contains_key(*p)).map(|p| format!("{p} is in the second only")));
    Ok(Check { name: "same-bytes".into(), passed: failures.is_empty(), examined: files.len() as u64, failures })
}

fn delivered(out: &Path) -> Result<PathBuf, RunError> {
    let there = ["release", "draft"].map(|d| out.join(d)).into_iter().find(|d| d.is_dir());
    there.ok_or_else(|| {
        RunError::Input(format!("{} holds neither release nor draft: name the folder given to --out", out.display()))
    })
}

/// SHA-256 of every file below a folder.
fn digests(root: &Path) -> Result<BTreeMap<String, String>, RunError> {
    let (mut open, mut out) = (vec![root.to_path_buf()], BTreeMap::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
                continue;
            }
            let path = entry.path();
            let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let digest = Sha256::digest(std::fs::read(&path)?);
            out.insert(below, digest.iter().map(|b| format!("{b:02x}")).collect());
        }
    }
    Ok(out)
}

fn json(path: &Path) -> Result<Value, RunError> {
    let bytes = std::fs::read(path).map_err(|e| RunError::Input(format!("{}: cannot be read: {e}", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|e| RunError::Input(format!("{}: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_are_compared_file_by_file() {
        let dir = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("a/release/x.json", "1");
        put("b/release/x.json", "1");
        assert!(same_release(&dir.path().join("a"), &dir.path().join("b")).unwrap().passed);
        put("b/release/report/y.json", "2");
        put("b/release/x.json", "3");
        let check = same_release(&dir.path().join("a"), &dir.path().join("b")).unwrap();
        assert_eq!(check.failures, ["x.json differs", "report/y.json is in the second only"]);
        assert!(same_release(dir.path(), dir.path()).is_err());
    }
}
