//! Repeats the checks on a finished folder: `disclose verify OUT`.
//!
//! Needs `OUT/internal`: `forbidden.json` (what was removed, defined here), `splices.jsonl` (see [`super::difference`]) and
//! `ledger.jsonl`. The input is not needed: it is restored from outputs and splices. Symbolic links are not followed, paths
//! that leave the folder are failures.

use super::decode::Exempt;
use super::difference::{SpliceCause, SpliceLine, SpliceRecord, sha256_hex};
use super::forbidden::ForbiddenValue;
use super::output::{Findings, OutputFile, PackageFacts, check, container_exempts, finish, verify_output, verify_report};
use super::own_words::in_reports;
use super::pictures::search_pictures;
use super::pixels::search_picture;
use super::searcher::Searcher;
use crate::model::case::Check;
use crate::model::error::RunError;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Component, Path, PathBuf};

/// Name of the file below `internal/`.
pub const FORBIDDEN_FILE: &str = "forbidden.json";
/// Name of the file below `internal/`: one [`SpliceLine`] a line. Every redacted document has one, without splices when nothing was
/// changed; a file of the package that has none is a report.
pub const SPLICES_FILE: &str = "splices.jsonl";
/// Files looked at in a folder; more is not one of ours.
const MAX_FILES: usize = 2_000_000;
/// Bytes of one member of a zip.
const MAX_MEMBER: u64 = 4 << 30;

/// `internal/forbidden.json`: everything the checks need besides outputs and splices.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct VerifyFacts {
    /// Format of this file: 1.
    pub version: u32,
    /// What was removed.
    pub forbidden: Vec<ForbiddenValue>,
    /// The patient's own values.
    pub patient_values: Vec<String>,
    /// Stretches kept on purpose, by output path (`outer.zip!/inner` for a member), in bytes of that file.
    pub exempt: BTreeMap<String, Vec<Exempt>>,
    /// Single words that are not looked for in the report, which uses them itself: [`super::own_words`].
    #[serde(default)]
    pub own_words: Vec<String>,
    /// Facts of the whole package.
    pub package: PackageFacts,
}

/// Checks a finished folder. Beside the checks of [`finish`] there is `manifest`: every file is listed with its true hash and size, and
/// no other file is there.
///
/// # Errors
/// [`RunError::Input`] when `out` is not a folder that `disclose process` made, or its internal files cannot be read.
pub fn verify_folder(out: &Path) -> Result<Vec<Check>, RunError> {
    let root = edition(out)?;
    let internal = out.join("internal");
    let facts: VerifyFacts = serde_json::from_slice(&read(&internal.join(FORBIDDEN_FILE))?).map_err(|e| {
        RunError::Input(format!("internal/{FORBIDDEN_FILE} is damaged at line {} column {}", e.line(), e.column()))
    })?;
    let splices = read_splices(&internal.join(SPLICES_FILE))?;
    let mut ledger_failures = Vec::new();
    let ledger = read_ledger(&internal.join("ledger.jsonl"), &mut ledger_failures);
    let searcher = Searcher::new(&facts.forbidden, &facts.patient_values);

    let mut names = Vec::new();
    walk(&root, &root, &mut names)?;
    let (listed, mut manifest_failures) = read_manifest(&root.join("manifest.json"))?;
    compare_names(&listed, &names, &mut manifest_failures);

    let results: Vec<Result<Checked, RunError>> =
        names.par_iter().map(|name| one_file(&root, name, &facts, &splices, &searcher, listed.get(name))).collect();
    let mut findings = Vec::new();
    for result in results {
        let (found, unlike) = result?;
        findings.extend(found);
        manifest_failures.extend(unlike);
    }
    let seen: HashSet<String> = findings.iter().map(|f| f.path.clone()).collect();
    let lost = splices.keys().filter(|file| !seen.contains(*file)).count();
    if lost > 0 {
        ledger_failures.push(format!("{lost} files with recorded changes are not in the folder"));
    }
    ledger_failures.extend(unexplained(&splices, &ledger));

    let mut checks = finish(findings, &facts.package);
    for c in checks.iter_mut().filter(|c| c.name == "difference-is-ledger") {
        let all = c.failures.drain(..).chain(ledger_failures.drain(..)).collect();
        *c = check("difference-is-ledger", c.examined, all);
    }
    checks.push(check("manifest", names.len() as u64, manifest_failures));
    Ok(checks)
}

/// `release/` or `draft/`, whichever is there.
fn edition(out: &Path) -> Result<PathBuf, RunError> {
    let there: Vec<PathBuf> = ["release", "draft"].iter().map(|d| out.join(d)).filter(|d| d.is_dir()).collect();
    match there.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(RunError::Input(format!("{} holds neither release nor draft: name the folder given to --out", out.display()))),
        _ => Err(RunError::Input(format!("{} holds both release and draft: it is not the result of one run", out.display()))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, RunError> {
    std::fs::read(path).map_err(|e| RunError::Input(format!("{} cannot be read: {e}", path.display())))
}

/// Regular files below `root`, with `/` between the parts, sorted.
fn walk(root: &Path, folder: &Path, names: &mut Vec<String>) -> Result<(), RunError> {
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|e| RunError::Input(format!("{} cannot be read: {e}", folder.display())))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else if let Ok(below) = path.strip_prefix(root) {
                let parts: Vec<String> = below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
                names.push(parts.join("/"));
            }
            if names.len() > MAX_FILES {
                return Err(RunError::Input("the folder holds more files than a run can make".into()));
            }
        }
    }
    names.sort();
    Ok(())
}

/// What the manifest says of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Listed {
    sha256: String,
    bytes: Option<u64>,
}

/// Rows `{path, sha256, bytes}` of the manifest: the list itself or a list in one of its members.
fn read_manifest(path: &Path) -> Result<(BTreeMap<String, Listed>, Vec<String>), RunError> {
    let value: Value = serde_json::from_slice(&read(path)?).map_err(|_| RunError::Input("manifest.json is damaged".into()))?;
    let is_list = |v: &&Value| v.as_array().is_some_and(|a| a.iter().all(|r| r.get("path").is_some()));
    let rows = match &value {
        Value::Array(rows) => Some(rows),
        Value::Object(members) => members.values().filter(is_list).find_map(Value::as_array),
        _ => None,
    };
    let mut listed = BTreeMap::new();
    let mut failures = Vec::new();
    for row in rows.ok_or_else(|| RunError::Input("manifest.json lists no files".into()))? {
        let Some(path) = row.get("path").and_then(Value::as_str) else { continue };
        if Path::new(path).components().any(|c| !matches!(c, Component::Normal(_))) {
            failures.push("a listed path leaves the folder".to_string());
            continue;
        }
        let sha256 = row.get("sha256").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if listed.insert(path.to_string(), Listed { sha256, bytes: row.get("bytes").and_then(Value::as_u64) }).is_some() {
            failures.push(format!("{path} is listed twice"));
        }
    }
    Ok((listed, failures))
}

fn compare_names(listed: &BTreeMap<String, Listed>, names: &[String], failures: &mut Vec<String>) {
    let there: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    failures.extend(listed.keys().filter(|l| !there.contains(l.as_str())).map(|l| format!("{l} is listed and not there")));
    let unlisted = names.iter().filter(|n| *n != "manifest.json" && !listed.contains_key(*n));
    failures.extend(unlisted.enumerate().map(|(i, _)| format!("a file that is not listed (number {})", i + 1)));
}

/// Reads the splice lines, chunks of one file joined.
fn read_splices(path: &Path) -> Result<Splices, RunError> {
    let file = std::fs::File::open(path).map_err(|e| RunError::Input(format!("{} cannot be read: {e}", path.display())))?;
    let mut out = Splices::new();
    let mut chunks: BTreeMap<String, u32> = BTreeMap::new();
    for (n, line) in BufReader::new(file).split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let damaged = || RunError::Input(format!("internal/{SPLICES_FILE} is damaged on line {}", n + 1));
        let line: SpliceLine = serde_json::from_slice(&line).map_err(|_| damaged())?;
        let next = chunks.entry(line.file.clone()).or_insert(0);
        // No hash: what was written anew cannot be restored.
        let sha256 = if line.rewritten { String::new() } else { line.input_sha256 };
        let slot = out.entry(line.file).or_insert_with(|| (sha256.clone(), Vec::new()));
        if line.chunk != *next || slot.0 != sha256 {
            return Err(damaged());
        }
        *next += 1;
        slot.1.extend(line.splices);
    }
    Ok(out)
}

/// Numbers of ledger entries, and whether each changes something.
fn read_ledger(path: &Path, failures: &mut Vec<String>) -> BTreeMap<u64, bool> {
    let mut out = BTreeMap::new();
    let Ok(file) = std::fs::File::open(path) else {
        failures.push("internal/ledger.jsonl cannot be read".into());
        return out;
    };
    for line in BufReader::new(file).split(b'\n').map_while(Result::ok).filter(|l| !l.trim_ascii().is_empty()) {
        let value: Value = serde_json::from_slice(&line).unwrap_or_default();
        let entry = value.get("entry").unwrap_or(&value);
        let Some(no) = entry.get("no").and_then(Value::as_u64) else { continue };
        let action =
            entry.pointer("/decision/action").or_else(|| entry.get("action")).and_then(Value::as_str).unwrap_or_default();
        out.insert(no, action != "keep");
    }
    out
}

/// Changes whose ledger entry is missing or says that nothing was changed.
fn unexplained(splices: &Splices, ledger: &BTreeMap<u64, bool>) -> Vec<String> {
    let mut out = Vec::new();
    for (file, (_, records)) in splices {
        let bad = records.iter().filter(|r| matches!(&r.cause, SpliceCause::Ledger(no) if ledger.get(no) != Some(&true))).count();
        if bad > 0 {
            out.push(format!("{file}: {bad} changes without an entry in the ledger"));
        }
    }
    out
}

/// Findings in one file, and where it differs from the manifest.
type Checked = (Vec<Findings>, Vec<String>);
/// By document: hash of the input, changes.
type Splices = BTreeMap<String, (String, Vec<SpliceRecord>)>;

/// Checks one file and, when it is a zip with recorded members, each of them. Also says where it differs from the manifest.
fn one_file(
    root: &Path,
    name: &str,
    facts: &VerifyFacts,
    splices: &Splices,
    searcher: &Searcher,
    listed: Option<&Listed>,
) -> Result<Checked, RunError> {
    let path = root.join(name);
    if !path.symlink_metadata()?.is_file() {
        return Ok((Vec::new(), vec![format!("{name} is not a regular file")]));
    }
    let bytes = read(&path)?;
    let mut unlike = Vec::new();
    if let Some(l) = listed
        && (l.sha256 != sha256_hex(&bytes) || l.bytes.is_some_and(|n| n != bytes.len() as u64))
    {
        unlike.push(format!("{name} is not as listed"));
    }
    let prefix = format!("{name}!/");
    let members: Vec<&String> = splices.range(prefix.clone()..).map(|(k, _)| k).take_while(|k| k.starts_with(&prefix)).collect();
    let mut findings = Vec::new();
    if !members.is_empty() {
        let mut read: Vec<(&str, Vec<u8>)> = Vec::new();
        for member in members {
            match member_bytes(&bytes, member.get(prefix.len()..).unwrap_or_default()) {
                Some(inner) => read.push((member, inner)),
                None => unlike.push(format!("{name} lacks a member that has recorded changes")),
            }
        }
        for (member, inner) in &read {
            findings.push(document(member, inner, facts, splices, searcher, &[]));
        }
        let kept: Vec<(&[u8], &[Exempt])> =
            read.iter().map(|(m, b)| (b.as_slice(), facts.exempt.get(*m).map_or(&[][..], Vec::as_slice))).collect();
        let exempt = container_exempts(&kept, bytes.len());
        findings.push(document(name, &bytes, facts, splices, searcher, &exempt));
    } else if splices.contains_key(name) {
        findings.push(document(name, &bytes, facts, splices, searcher, &[]));
    } else {
        let reports = in_reports(&facts.forbidden, &facts.own_words);
        findings.push(verify_report(&Searcher::new(&reports, &facts.patient_values), name, &bytes));
    }
    Ok((findings, unlike))
}

fn document(path: &str, bytes: &[u8], facts: &VerifyFacts, splices: &Splices, searcher: &Searcher, more: &[Exempt]) -> Findings {
    let recorded = splices.get(path);
    let mut exempt = facts.exempt.get(path).cloned().unwrap_or_default();
    exempt.extend_from_slice(more);
    let mut findings = verify_output(
        searcher,
        &OutputFile {
            path,
            bytes,
            base: 0,
            input_sha256: recorded.map(|r| r.0.as_str()).filter(|sha| !sha.is_empty()),
            splices: recorded.map_or(&[], |r| r.1.as_slice()),
            exempt: &exempt,
        },
    );
    search_picture(searcher, bytes, &exempt, true, &mut findings);
    search_pictures(searcher, bytes, &exempt, &mut findings);
    findings
}

/// A member of a zip; `outer!/inner` leads through nested ones.
fn member_bytes(zip: &[u8], path: &str) -> Option<Vec<u8>> {
    let mut bytes = zip.to_vec();
    for part in path.split("!/").take(8) {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut out = Vec::new();
        archive.by_name(part).ok()?.take(MAX_MEMBER).read_to_end(&mut out).ok()?;
        bytes = out;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::difference::records;
    use super::*;
    use crate::model::edit::{Cause, Splice, apply};
    use crate::model::mention::Category;
    use crate::model::view::Span;
    use std::io::Write;

    const INPUT: &[u8] = br#"{"resourceType":"Patient","contact":[{"name":{"text":"Jane Roe"}}]}"#;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut z = zip::ZipWriter::new(Cursor::new(Vec::new()));
        z.start_file("in/b.json", zip::write::SimpleFileOptions::default()).unwrap();
        z.write_all(bytes).unwrap();
        z.finish().unwrap().into_inner()
    }

    /// A finished folder with a plain file, a zip and a report.
    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        let at = INPUT.windows(8).position(|w| w == b"Jane Roe").unwrap();
        let splices = [Splice { input: Span::new(at, at + 8), with: b"[MOTHER]".to_vec(), cause: Cause::Ledger(0) }];
        let output = apply(INPUT, &splices);
        let records = records(INPUT, &splices, 0, 0, &|i| u64::from(i) + 1);
        let line = |file: &str| {
            serde_json::to_string(&SpliceLine {
                file: file.into(),
                chunk: 0,
                input_sha256: sha256_hex(INPUT),
                splices: records.clone(),
                rewritten: false,
            })
            .unwrap()
        };
        put("internal/splices.jsonl", format!("{}\n{}\n", line("a.json"), line("x.zip!/in/b.json")).as_bytes());
        put(
            "internal/ledger.jsonl",
            b"{\"no\":1,\"decision\":{\"action\":\"label\"}}\n{\"no\":2,\"decision\":{\"action\":\"keep\"}}\n",
        );
        let facts = VerifyFacts {
            version: 1,
            forbidden: vec![ForbiddenValue::new("Jane Roe", Category::Name, Some(1), "[MOTHER]")],
            package: PackageFacts { labels: vec![(1, "[MOTHER]".into())], ..PackageFacts::default() },
            ..VerifyFacts::default()
        };
        put("internal/forbidden.json", &serde_json::to_vec(&facts).unwrap());
        let files = [("a.json", output.clone()), ("x.zip", zipped(&output)), ("report/report.html", b"<p>[MOTHER]</p>".to_vec())];
        let rows: Vec<Value> = files
            .iter()
            .map(|(p, b)| serde_json::json!({"path": p, "sha256": sha256_hex(b), "bytes": b.len(), "media_type": "x"}))
            .collect();
        files.iter().for_each(|(p, b)| put(&format!("release/{p}"), b));
        put("release/manifest.json", &serde_json::to_vec(&serde_json::json!({"case": "c", "files": rows})).unwrap());
        dir
    }

    fn failed(dir: &Path) -> Vec<String> {
        verify_folder(dir).unwrap().into_iter().filter(|c| !c.passed).map(|c| c.name).collect()
    }

    #[test]
    fn a_good_folder_passes() {
        let dir = folder();
        let checks = verify_folder(dir.path()).unwrap();
        assert!(checks.iter().all(|c| c.passed), "{checks:?}");
        assert_eq!(checks.iter().find(|c| c.name == "difference-is-ledger").unwrap().examined, 2);
        assert_eq!(checks.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().last(), Some(&"manifest"));
    }

    #[test]
    fn a_changed_byte_a_strange_file_and_a_leak_are_seen() {
        let dir = folder();
        let path = dir.path().join("release/a.json");
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() = b' ';
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(failed(dir.path()), vec!["difference-is-ledger", "well-formed", "second-reader", "manifest"]);

        let dir = folder();
        std::fs::write(dir.path().join("release/report/extra.txt"), b"x").unwrap();
        assert_eq!(failed(dir.path()), vec!["manifest"]);

        let dir = folder();
        std::fs::write(dir.path().join("release/report/report.html"), b"<p>J<b>a</b>ne Roe</p>").unwrap();
        assert_eq!(failed(dir.path()), vec!["no-removed-value", "manifest"]);

        let dir = folder();
        std::fs::write(dir.path().join("release/x.zip"), zipped(INPUT)).unwrap();
        assert_eq!(failed(dir.path()), vec!["no-removed-value", "manifest"]);

        let dir = folder();
        std::fs::write(dir.path().join("internal/ledger.jsonl"), b"{\"no\":1,\"decision\":{\"action\":\"keep\"}}\n").unwrap();
        assert_eq!(failed(dir.path()), vec!["difference-is-ledger"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_paths_out_of_the_folder_are_not_followed() {
        let dir = folder();
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("release/l.txt")).unwrap();
        assert_eq!(failed(dir.path()), vec!["manifest"]);
        let dir = folder();
        std::fs::write(dir.path().join("release/manifest.json"), br#"[{"path":"../x","sha256":""}]"#).unwrap();
        assert_eq!(failed(dir.path()), vec!["manifest"]);
    }

    #[test]
    fn what_is_no_result_is_bad_input() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(verify_folder(dir.path()), Err(RunError::Input(_))));
    }
}
