use super::*;
use crate::model::ledger::Entry;
use crate::report::{Closing, LedgerWriter, entry_line};
use std::io::Cursor;
use std::path::Path;

/// The smallest finished case.
fn case(dir: &Path) {
    case_with(dir, true);
}

fn case_with(dir: &Path, verified: bool) {
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let mut ledger = LedgerWriter::new(Vec::new());
    let entry: Entry = serde_json::from_str(
        r#"{"no":1,"place":{"file":"a.json","path":"/name","offset":1,"len":2},"category":"name","role":"mother","label":"[MOTHER]",
            "decision":{"action":"label","reason":"TP-FAM","basis":"b","by":"machine"},"rule":"structure","confidence":1.0,"replacement":"[MOTHER]"}"#,
    )
    .unwrap();
    let mut line = Vec::new();
    entry_line(&entry, &mut line).unwrap();
    ledger.append(&line, Closing { decided_at: "2026-01-01", method: "replaced by the role label", verified }).unwrap();
    let (bytes, summary) = ledger.finish().unwrap();
    write("internal/ledger.jsonl", &String::from_utf8(bytes).unwrap());
    let report = serde_json::json!({
        "case_id": "case-1", "release_id": "r1", "outcome": {"code": "released", "title": "RELEASED"},
        "custody": [], "notes": [{"kind": "ocr", "text": "scans were read by tesseract 5"}], "readiness": {"checklist_given": false},
        "inputs": [{"path": "a.json", "sha256": "11", "bytes": 2, "state": "processed"}],
        "ledger_head": summary.head, "ledger_entries": summary.entries, "ledger_verified": summary.verified,
        "outputs": [{"path": "a.json", "sha256": "00", "bytes": 2}], "checks": [{"name": "well-formed", "passed": true, "examined": 1}],
    });
    write("internal/report.json", &report.to_string());
    for name in ["report.html", "report.pdf", "ledger.csv", "ledger.xlsx", "letters/cover.html"] {
        write(&format!("internal/{name}"), "<p>");
    }
    write("internal/custody.jsonl", "");
    write("internal/request.json", r#"{"request":{"recipient":"R"},"policy":{"name":"litigation"}}"#);
    write("internal/review.json", r#"{"items":[]}"#);
    write("release/manifest.json", r#"{"version":1,"files":[{"path":"a.json","sha256":"00","bytes":2}]}"#);
    for name in ["report.json", "report.html", "ledger.csv"] {
        write(&format!("release/report/{name}"), "{}");
    }
}

fn packet() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    case(dir.path());
    let key = SigningKey::from_bytes(&[7; 32]);
    let list = approvals(
        "[[approval]]\nrole='processor'\nname='A'\ndate='2026-01-01'\n[[approval]]\nrole='releaser'\nname='B'\ndate='2026-01-02'",
        "approvals.toml",
    )
    .unwrap();
    let mut out = Cursor::new(Vec::new());
    build(dir.path(), &list, &key, "2026-01-02T00:00:00Z", &mut out).unwrap();
    out.into_inner()
}

#[test]
fn a_packet_proves_itself_and_answers() {
    let bytes = packet();
    let verdict = check(Cursor::new(&bytes), Some(&public_hex(&SigningKey::from_bytes(&[7; 32])))).unwrap();
    assert!(verdict.passed(), "{verdict:?}");
    let other = check(Cursor::new(&bytes), Some(&public_hex(&SigningKey::from_bytes(&[8; 32])))).unwrap();
    assert!(!other.passed());
    let text = answers(Cursor::new(&bytes)).unwrap();
    assert!(text.contains("Processor and releaser are two people.") && text.contains("well-formed: passed"), "{text}");
}

#[test]
fn it_holds_what_an_auditor_looks_for() {
    let zip = zip::ZipArchive::new(Cursor::new(packet())).unwrap();
    let names: Vec<String> = zip.file_names().map(|n| n.unwrap().into_owned()).collect();
    for part in [
        "packet.json",
        "request.json",
        "checklist.json",
        "policy.json",
        "versions.json",
        "inputs.json",
        "verification.json",
        "ledger.jsonl",
        "custody.jsonl",
        "approvals.json",
        "review.json",
        "report.json",
        "report.pdf",
        "manifest.json",
        "recipient/report.json",
        "letters/cover.html",
        "SHA256SUMS",
    ] {
        assert!(names.iter().any(|n| n == part), "{part} is missing: {names:?}");
    }
    let text = answers(Cursor::new(packet())).unwrap();
    assert!(text.contains("scans were read by tesseract 5"), "{text}");
}

/// One byte of each member changed: in its name, its packed bytes, its sum.
#[test]
fn a_changed_byte_in_any_member_fails() {
    let bytes = packet();
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let places: Vec<(String, u64, u64)> = (0..zip.len())
        .map(|i| {
            let file = zip.by_index_raw(i).unwrap();
            (file.name().unwrap().into_owned(), file.data_start().unwrap(), file.compressed_size())
        })
        .collect();
    assert!(places.len() > 15);
    for (name, start, len) in places {
        for at in [start - 1, start, start + len / 2, start + len - 1] {
            let mut bad = bytes.clone();
            bad[at as usize] ^= 1;
            assert!(!check(Cursor::new(&bad), None).is_ok_and(|v| v.passed()), "{name}, byte {at}");
        }
    }
}

/// Somebody without the key who makes all sums anew is found out by the signature alone.
#[test]
fn a_packet_made_anew_without_the_key_fails() {
    let dir = tempfile::tempdir().unwrap();
    case(dir.path());
    std::fs::write(dir.path().join("internal/review.json"), r#"{"items":[{"id":"R1"}]}"#).unwrap();
    let mut forged = Cursor::new(Vec::new());
    build(dir.path(), &[], &SigningKey::from_bytes(&[9; 32]), "2026-01-02T00:00:00Z", &mut forged).unwrap();
    let real = public_hex(&SigningKey::from_bytes(&[7; 32]));
    assert!(!check(forged, Some(&real)).unwrap().passed());
}

#[test]
fn any_changed_byte_fails() {
    let bytes = packet();
    for at in (0..bytes.len()).step_by(11).chain(bytes.len() - SEAL_LEN..bytes.len()) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x20;
        assert!(!check(Cursor::new(&bad), None).is_ok_and(|v| v.passed()), "byte {at}");
    }
    assert!(!check(Cursor::new(&bytes[..bytes.len() - 1]), None).is_ok_and(|v| v.passed()));
    let longer = [&bytes[..], b" "].concat();
    assert!(!check(Cursor::new(&longer), None).is_ok_and(|v| v.passed()));
}

/// A packet whose ledger has an entry that no check proved does not pass, whatever else it says.
#[test]
fn every_entry_must_be_verified() {
    let dir = tempfile::tempdir().unwrap();
    case_with(dir.path(), false);
    let mut out = Cursor::new(Vec::new());
    build(dir.path(), &[], &SigningKey::from_bytes(&[7; 32]), "2026-01-02T00:00:00Z", &mut out).unwrap();
    let verdict = check(Cursor::new(out.into_inner()), None).unwrap();
    let failed: Vec<&str> = verdict.checks.iter().filter(|c| c.1.is_err()).map(|c| c.0).collect();
    assert_eq!(failed, ["ledger"], "{verdict:?}");
}

#[test]
fn a_draft_is_packed_without_a_certificate() {
    let names = |code: &str| -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        case(dir.path());
        std::fs::write(dir.path().join("internal/letters/certificate.html"), "<p>").unwrap();
        let path = dir.path().join("internal/report.json");
        let mut report: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        report["outcome"]["code"] = code.into();
        std::fs::write(&path, report.to_string()).unwrap();
        let mut out = Cursor::new(Vec::new());
        build(dir.path(), &[], &SigningKey::from_bytes(&[7; 32]), "2026-01-02T00:00:00Z", &mut out).unwrap();
        assert!(check(Cursor::new(out.get_ref()), None).unwrap().passed());
        zip::ZipArchive::new(out).unwrap().file_names().map(|n| n.unwrap().into_owned()).collect()
    };
    assert!(names("released").iter().any(|n| n == "letters/certificate.html"));
    let draft = names("review_needed");
    assert!(draft.iter().any(|n| n == "letters/cover.html") && !draft.iter().any(|n| n.contains("certificate")), "{draft:?}");
}

#[test]
fn keys_are_private_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/key");
    let first = load_or_create(&path).unwrap();
    assert_eq!(public_hex(&first), public_hex(&load_or_create(&path).unwrap()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(load_or_create(&path).is_err());
    std::fs::write(&path, "nonsense").unwrap();
    assert!(load_or_create(&path).is_err());
}

#[test]
fn approvals_name_known_roles() {
    assert!(approvals("[[approval]]\nrole='boss'\nname='A'\ndate='d'", "f").unwrap_err().to_string().contains("processor"));
}
