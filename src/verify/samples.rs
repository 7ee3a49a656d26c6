//! The checks on real exports, where they are at hand.

use super::difference::{Original, SpliceCause, SpliceRecord, sha256_hex};
use super::forbidden::ForbiddenValue;
use super::output::{OutputFile, PackageFacts, finish, verify_output};
use super::searcher::Searcher;
use super::second_reader::opinion;
use crate::model::mention::Category;
use std::path::{Path, PathBuf};

fn samples() -> Vec<PathBuf> {
    let shared =
        std::env::var("DISCLOSE_SHARED").map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let mut open = vec![shared.join("data/samples")];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        match std::fs::read_dir(&path) {
            Ok(entries) => open.extend(entries.flatten().map(|e| e.path())),
            // The largest take long without optimisation and are of the same makers as the others.
            Err(_) if path.metadata().is_ok_and(|m| m.is_file() && m.len() < 1_000_000) => files.push(path),
            Err(_) => {}
        }
    }
    files.sort();
    files
}

/// An export that is released as it came passes every check, whatever rules it breaks by itself.
#[test]
fn untouched_exports_pass() {
    let searcher = Searcher::new(&[ForbiddenValue::new("Qwxane Zzyxroe", Category::Name, Some(1), "[MOTHER]")], &[]);
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        let sha = sha256_hex(&bytes);
        // A change of nothing, so that the input is restored and compared.
        let original = Original::Text(String::new());
        let nothing =
            [SpliceRecord { in_start: 0, in_len: 0, out_start: 0, out_len: 0, original, cause: SpliceCause::Ledger(1) }];
        let file =
            OutputFile { path: "in/file", bytes: &bytes, base: 0, input_sha256: Some(&sha), splices: &nothing, exempt: &[] };
        let checks = finish(vec![verify_output(&searcher, &file)], &PackageFacts::default());
        assert!(checks.iter().all(|c| c.passed), "{}: {checks:?}", path.display());
    }
}

/// A family name of the structured part is found in each export that holds one.
#[test]
fn names_that_are_there_are_found() {
    let mut looked = 0;
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let json = text.split("\"family\"").nth(1).and_then(|r| r.split('"').nth(1));
        let Some(family) = json.or_else(|| text.split("<family>").nth(1).and_then(|r| r.split('<').next())) else { continue };
        if family.chars().filter(|c| c.is_alphabetic()).count() < 3 || family.contains(['\\', '&']) {
            continue;
        }
        let mut value = ForbiddenValue::new(family, Category::Name, Some(1), "[MOTHER]");
        value.alone = vec![family.to_string()];
        let leaks = super::decode::search_file("in/file", &bytes, &Searcher::new(&[value], &[]), &[]);
        assert!(!leaks.is_empty(), "{}", path.display());
        looked += 1;
    }
    assert!(looked > 20 || samples().is_empty(), "{looked}");
}

/// How much of the real FHIR the second reader accepts: the comparison with the input is needed, and it is not idle.
#[test]
fn the_second_reader_reads_most_real_files() {
    let (mut read, mut all) = (0, 0);
    for path in samples().iter().filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let bytes = std::fs::read(path).unwrap();
        all += 1;
        let start = std::time::Instant::now();
        let failed = opinion(&bytes).refused;
        read += usize::from(failed.is_empty());
        if std::env::var_os("DISCLOSE_SHOW").is_some() {
            println!("{} {} bytes {:?} {failed:?}", path.display(), bytes.len(), start.elapsed());
        }
    }
    assert!(read * 2 >= all, "{read} of {all}");
}
