//! Starts the program and finds what it wrote.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One finished run and its output folder, deleted when dropped.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
    folder: tempfile::TempDir,
}

impl Run {
    /// `OUT`.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
    /// `OUT/release`, or `OUT/draft` when there is no release.
    pub fn delivered(&self) -> PathBuf {
        let release = self.out().join("release");
        if release.is_dir() { release } else { self.out().join("draft") }
    }
    /// Files a recipient would get, by path below the delivered folder, in order.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        files(&self.delivered())
    }
    /// The same without the report and the manifest: what came from the export.
    pub fn records(&self) -> Vec<(String, Vec<u8>)> {
        self.files().into_iter().filter(|(p, _)| !p.starts_with("report/") && p != "manifest.json").collect()
    }
    /// The ledger with originals.
    pub fn ledger(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.out().join("internal/ledger.jsonl")).unwrap_or_default();
        text.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).expect("a ledger line is JSON")).collect()
    }
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Real data that is not part of the repository, or `None` where it is absent.
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("DISCLOSE_SHARED").map(PathBuf::from);
    let found = named.unwrap_or_else(|| root().join("../shared"));
    found.join("data/samples").is_dir().then_some(found)
}

/// True when the names model is installed (scripts/setup). Without it nothing with free text is released, so that tests of a release
/// say "skipped"; in continuous integration it must be there.
pub fn has_model() -> bool {
    let (_, _, stderr) = pipe(&["detect"], "");
    let has = stderr.is_empty();
    assert!(has || std::env::var("CI").is_ok_and(|v| v != "true") || std::env::var_os("CI").is_none(), "{stderr}");
    if !has {
        eprintln!("skipped: {}", stderr.trim());
    }
    has
}

/// The program.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_disclose"))
}

/// Runs `disclose process INPUT... ARGS --out TEMP/out` in `folder`.
pub fn process(folder: &Path, inputs: &[&str], args: &[&str]) -> Run {
    process_at(folder, inputs, args, 1_795_000_000)
}

/// As [`process`], at another time: seconds since 1970.
pub fn process_at(folder: &Path, inputs: &[&str], args: &[&str], time: u64) -> Run {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let out = temp.path().join("out");
    let begin = Instant::now();
    let output = program()
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", time.to_string())
        .arg("process")
        .args(inputs)
        .args(args)
        .arg("--out")
        .arg(&out)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    fitting(&out);
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: begin.elapsed(),
        folder: temp,
    }
}

/// Every report that any test produces fits the published schema.
fn fitting(out: &Path) {
    for folder in ["internal", "release/report", "draft/report"] {
        let Ok(text) = std::fs::read_to_string(out.join(folder).join("report.json")) else { continue };
        let report: serde_json::Value = serde_json::from_str(&text).expect("a report is JSON");
        assert_eq!(crate::schema::report_misfit(&report), None, "{folder}/report.json does not fit docs/report.schema.json");
    }
}

/// Runs `disclose ARGS` with `input` on its standard input.
pub fn pipe(args: &[&str], input: &str) -> (i32, String, String) {
    use std::io::Write;
    let mut child = program()
        .current_dir(root())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = input.to_string();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    let read = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (output.status.code().unwrap_or(-1), read(&output.stdout), read(&output.stderr))
}

/// All files below a folder by path, in order. A single file is listed by its name.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(base: &Path, at: &Path, out: &mut Vec<(String, Vec<u8>)>) {
        let Ok(entries) = std::fs::read_dir(at) else { return };
        for path in entries.flatten().map(|e| e.path()) {
            if path.is_dir() {
                walk(base, &path, out);
            } else {
                let name = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                out.push((name, std::fs::read(&path).unwrap_or_default()));
            }
        }
    }
    let mut out = Vec::new();
    if folder.is_file() {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        out.push((name, std::fs::read(folder).unwrap_or_default()));
    }
    walk(folder, folder, &mut out);
    out.sort();
    out
}

/// The rows of `manifest.json`: path, hash, bytes. Accepts a list or an object that holds one.
pub fn manifest(folder: &Path) -> Vec<(String, String, u64)> {
    let text = std::fs::read_to_string(folder.join("manifest.json")).expect("manifest.json is there");
    let value: serde_json::Value = serde_json::from_str(&text).expect("manifest.json is JSON");
    let rows = match &value {
        serde_json::Value::Array(rows) => rows.clone(),
        serde_json::Value::Object(map) => map.values().find_map(|v| v.as_array().cloned()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let word = |row: &serde_json::Value, key: &str| row.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_string();
    rows.iter()
        .map(|r| (word(r, "path"), word(r, "sha256"), r.get("bytes").and_then(|b| b.as_u64()).unwrap_or_default()))
        .collect()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}
