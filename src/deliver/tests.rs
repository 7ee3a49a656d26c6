//! A whole delivery: what stands in OUT before, during and after.

use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

fn out() -> (tempfile::TempDir, PathBuf) {
    let d = tempfile::tempdir().unwrap();
    let out = d.path().join("OUT");
    (d, out)
}

fn names(dir: &Path) -> Vec<String> {
    let mut v: Vec<String> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    v.sort();
    v
}

fn deliver(out: &Path, text: &str) {
    let s = Staging::begin(out).unwrap();
    s.write("release/a.json", text.as_bytes()).unwrap();
    s.write("internal/report.json", b"{}").unwrap();
    s.manifest("release", &BTreeMap::new()).unwrap();
    s.commit().unwrap();
}

fn input_error<T>(r: Result<T, RunError>) -> String {
    match r {
        Err(RunError::Input(s)) => s,
        Err(e) => panic!("{e:?}"),
        Ok(_) => panic!("accepted"),
    }
}

#[test]
fn a_new_an_empty_and_an_earlier_output_are_replaced() {
    let (d, out) = out();
    deliver(&out, "one");
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "one");
    deliver(&out, "two");
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "two");
    assert_eq!(names(d.path()), ["OUT"], "nothing is left beside it");
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir(&out).unwrap();
    deliver(&out, "three");
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "three");
    // Folders above it are made.
    deliver(&d.path().join("x/y/OUT"), "four");
}

#[test]
fn files_of_others_are_never_touched() {
    let (d, out) = out();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.doc"), "years of work").unwrap();
    assert!(input_error(Staging::begin(&out)).contains("choose another --out"));
    fs::remove_file(out.join("thesis.doc")).unwrap();
    fs::create_dir(out.join("release")).unwrap();
    fs::write(out.join("release/app.exe"), "build").unwrap();
    assert!(input_error(Staging::begin(&out)).contains("choose another --out"), "a release folder of something else");
    fs::write(d.path().join("file"), "x").unwrap();
    assert!(input_error(Staging::begin(&d.path().join("file"))).contains("not a folder"));
    std::os::unix::fs::symlink(d.path(), d.path().join("link")).unwrap();
    assert!(input_error(Staging::begin(&d.path().join("link"))).contains("not a folder"));
    assert_eq!(names(d.path()), ["OUT", "file", "link"]);
    // Put there while the run was busy.
    let busy = d.path().join("BUSY");
    let s = Staging::begin(&busy).unwrap();
    s.write("release/a", b"a").unwrap();
    fs::create_dir(&busy).unwrap();
    fs::write(busy.join("mine"), "x").unwrap();
    input_error(s.commit());
    assert_eq!(names(&busy), ["mine"]);
}

#[test]
fn a_dropped_run_leaves_the_old_output_and_nothing_else() {
    let (d, out) = out();
    deliver(&out, "old");
    let s = Staging::begin(&out).unwrap();
    s.write("release/a.json", b"half").unwrap();
    drop(s);
    assert_eq!(names(d.path()), ["OUT"]);
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "old");
}

#[test]
fn a_killed_run_is_cleaned_up_by_the_next_and_a_living_one_is_not() {
    let (d, out) = out();
    deliver(&out, "old");
    let s = Staging::begin(&out).unwrap();
    s.write("release/a.json", b"half").unwrap();
    let half = s.dir().to_owned();
    assert!(input_error(Staging::begin(&out)).contains("another run"));
    assert!(half.is_dir());
    // A kill closes the lock and runs no destructor; the folder stays.
    let copy = d.path().join(".OUT.partial-dead01");
    fs::create_dir(&copy).unwrap();
    fs::write(copy.join("x"), "left over").unwrap();
    drop(s);
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "old");
    deliver(&out, "new");
    assert_eq!(names(d.path()), ["OUT"]);
    // A folder of somebody else with a like name stays.
    fs::create_dir(d.path().join(".OUT.partial-of-my-own")).unwrap();
    deliver(&out, "newer");
    assert_eq!(names(d.path()), [".OUT.partial-of-my-own", "OUT"]);
}

#[test]
fn unsafe_double_and_unfinished_files_are_refused() {
    let (d, out) = out();
    let s = Staging::begin(&out).unwrap();
    for bad in ["../x", "/x", "a/../../x", "a\\b", ""] {
        assert!(s.write(bad, b"x").is_err(), "{bad}");
    }
    s.write("release/a", b"x").unwrap();
    assert!(s.write("release/a", b"y").is_err(), "two outputs of one path");
    assert!(s.write("release/a/b", b"y").is_err(), "a file is no folder");
    let f = s.create("release/b").unwrap();
    drop(f);
    assert!(matches!(s.commit(), Err(RunError::Internal(_))));
    assert!(names(d.path()).is_empty());
}

/// Not a test of its own: the process that the next two tests start and end.
#[test]
fn child_process() {
    let (Some(out), Some(how)) = (std::env::var_os("DELIVER_TEST_OUT"), std::env::var("DELIVER_TEST_HOW").ok()) else { return };
    let s = Staging::begin(Path::new(&out)).unwrap();
    s.write("release/a.json", b"half").unwrap();
    if how == "abort" {
        std::process::abort();
    }
    let full = s.write("release/large.bin", &vec![7; 1 << 20]);
    assert!(matches!(&full, Err(RunError::Internal(w)) if w.contains("free some space")), "{full:?}");
    assert!(s.commit().is_err());
    println!("saw the full disk");
}

fn child(out: &Path, how: &str, before: &str) -> std::process::Output {
    let me = std::env::current_exe().unwrap();
    let line = format!("{before} exec \"$0\" --exact deliver::tests::child_process --nocapture");
    let mut c = std::process::Command::new("sh");
    c.arg("-c").arg(line).arg(me).env("DELIVER_TEST_OUT", out).env("DELIVER_TEST_HOW", how).env("RUST_BACKTRACE", "0");
    c.output().unwrap()
}

#[test]
fn a_killed_process_leaves_the_old_output_and_the_next_run_cleans_up() {
    let (d, out) = out();
    deliver(&out, "old");
    assert!(!child(&out, "abort", "ulimit -c 0;").status.success());
    assert_eq!(names(d.path()).len(), 2, "what the killed process has left");
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "old");
    deliver(&out, "new");
    assert_eq!(names(d.path()), ["OUT"]);
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "new");
}

#[test]
fn a_full_disk_is_an_error_and_leaves_the_old_output() {
    let (d, out) = out();
    deliver(&out, "old");
    // A limit on file size stands in for the disk: the write fails in the same place.
    let result = child(&out, "full", "trap '' XFSZ; ulimit -f 8;");
    assert!(String::from_utf8_lossy(&result.stdout).contains("saw the full disk"), "{result:?}");
    assert_eq!(fs::read_to_string(out.join("release/a.json")).unwrap(), "old");
    assert_eq!(names(d.path()), ["OUT"]);
}

#[test]
fn containers_are_packed_the_same_every_time() {
    let build = || {
        let (d, out) = out();
        let s = Staging::begin(&out).unwrap();
        s.write("release/p.zip/z.xml", b"<z/>").unwrap();
        s.write("release/p.zip/in.zip/deep/x.txt", &[b'x'; 5000]).unwrap();
        s.write("release/p.zip/a.xml", b"<a/>").unwrap();
        assert!(s.pack("release/p.zip/in.zip", &[]).unwrap());
        assert!(s.pack("release/p.zip", &["z.xml".into(), "not there".into()]).unwrap());
        assert!(!s.pack("release/none.zip", &[]).unwrap());
        s.write_gz("release/n.ndjson.gz", b"{}\n{}\n").unwrap();
        s.commit().unwrap();
        assert!(!out.join(".packing").exists());
        let zip = fs::read(out.join("release/p.zip")).unwrap();
        let gz = fs::read(out.join("release/n.ndjson.gz")).unwrap();
        drop(d);
        (zip, gz)
    };
    let (first, gz) = build();
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(build(), (first.clone(), gz.clone()), "no clock in it");
    assert_eq!(gz, gzip(b"{}\n{}\n"));
    assert_eq!(&gz[..10], b"\x1f\x8b\x08\0\0\0\0\0\0\xff");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(first)).unwrap();
    let listed: Vec<String> = (0..zip.len()).map(|i| zip.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(listed, ["z.xml", "a.xml", "in.zip"]);
    for i in 0..zip.len() {
        let f = zip.by_index(i).unwrap();
        assert!(f.extra_data().is_none_or(|x| x.is_empty()) && f.comment().is_empty());
    }
    let mut inner = Vec::new();
    zip.by_name("in.zip").unwrap().read_to_end(&mut inner).unwrap();
    let mut inner = zip::ZipArchive::new(std::io::Cursor::new(inner)).unwrap();
    let mut text = String::new();
    inner.by_name("deep/x.txt").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text.len(), 5000);
}

#[test]
fn the_manifest_lists_every_file_with_its_hash() {
    let (_d, out) = out();
    let s = Staging::begin(&out).unwrap();
    s.write("release/b/x.dat", b"abc").unwrap();
    s.write("release/a.json", b"{}").unwrap();
    s.write("internal/report.json", b"{}").unwrap();
    let media = BTreeMap::from([("b/x.dat".to_string(), "text/plain".to_string())]);
    let rows = s.manifest("release", &media).unwrap();
    s.commit().unwrap();
    let listed: Vec<(&str, u64, &str)> = rows.iter().map(|r| (r.path.as_str(), r.bytes, r.media_type.as_str())).collect();
    assert_eq!(listed, [("a.json", 2, "application/json"), ("b/x.dat", 3, "text/plain")]);
    assert_eq!(rows[1].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let text = fs::read_to_string(out.join("release/manifest.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["files"][0]["path"], "a.json");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(out.join("release/a.json")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn an_output_inside_an_input_or_the_other_way_round_is_refused() {
    let (d, _) = out();
    let input = d.path().join("in");
    fs::create_dir_all(input.join("sub")).unwrap();
    fs::write(input.join("a.xml"), "x").unwrap();
    let inputs = [input.clone()];
    for bad in [input.join("OUT"), input.join("sub/../new/OUT"), input.clone(), d.path().to_owned()] {
        assert!(input_error(check_apart(&bad, &inputs)).contains("choose another"), "{bad:?}");
    }
    check_apart(&d.path().join("OUT"), &inputs).unwrap();
    check_apart(&input.join("OUT"), &[input.join("a.xml")]).unwrap();
    std::os::unix::fs::symlink(&input, d.path().join("link")).unwrap();
    input_error(check_apart(&d.path().join("link/OUT"), &inputs));
}
