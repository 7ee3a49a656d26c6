use super::*;
use crate::model::ledger::Entry;
use crate::report::LedgerWriter;
use std::io::Cursor;
use std::path::Path;

/// The smallest finished case.
fn case(dir: &Path) {
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
    ledger.append(&entry).unwrap();
    let (bytes, summary) = ledger.finish().unwrap();
    write("internal/ledger.jsonl", &String::from_utf8(bytes).unwrap());
    let report = serde_json::json!({
        "case_id": "case-1", "release_id": "r1", "outcome": {"code": "released", "title": "RELEASED"},
        "ledger_head": summary.head, "ledger_entries": summary.entries,
        "outputs": [{"path": "a.json", "sha256": "00", "bytes": 2}], "checks": [{"name": "well-formed", "passed": true, "examined": 1}],
    });
    write("internal/report.json", &report.to_string());
    write("internal/report.html", "<p>");
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
