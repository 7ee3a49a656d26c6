//! Whole intakes: hostile packages, limits, order.

use super::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const XML: &[u8] = b"<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>";
const JSON: &[u8] = b"{\"resourceType\":\"Patient\"}";

/// One member of a hand-made zip, with everything a liar can set.
struct M<'a> {
    name: &'a [u8],
    data: Vec<u8>,
    deflate: bool,
    size: Option<u32>,
    packed: Option<u32>,
    crc: Option<u32>,
    flags: u16,
    mode: u32,
    method: Option<u16>,
}

fn m<'a>(name: &'a str, data: &[u8]) -> M<'a> {
    M {
        name: name.as_bytes(),
        data: data.to_vec(),
        deflate: true,
        size: None,
        packed: None,
        crc: None,
        flags: 0x800,
        mode: 0o100_644,
        method: None,
    }
}

/// Builds a zip byte by byte, so that it may lie.
fn zip(members: &[M]) -> Vec<u8> {
    let (mut out, mut dir) = (Vec::new(), Vec::new());
    for m in members {
        let mut crc = flate2::Crc::new();
        crc.update(&m.data);
        let body = if m.deflate {
            let mut e = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            e.write_all(&m.data).unwrap();
            e.finish().unwrap()
        } else {
            m.data.clone()
        };
        let mut fields = Vec::new();
        fields.extend(20u16.to_le_bytes());
        fields.extend(m.flags.to_le_bytes());
        fields.extend(m.method.unwrap_or(if m.deflate { 8 } else { 0 }).to_le_bytes());
        fields.extend([0, 0, 0x21, 0x54]);
        fields.extend(m.crc.unwrap_or(crc.sum()).to_le_bytes());
        fields.extend(m.packed.unwrap_or(body.len() as u32).to_le_bytes());
        fields.extend(m.size.unwrap_or(m.data.len() as u32).to_le_bytes());
        fields.extend((m.name.len() as u16).to_le_bytes());
        fields.extend(0u16.to_le_bytes());
        let at = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(m.name);
        out.extend(body);
        dir.extend(b"PK\x01\x02");
        dir.extend([20, 3]);
        dir.extend(&fields);
        dir.extend([0; 6]);
        dir.extend((m.mode << 16).to_le_bytes());
        dir.extend(at.to_le_bytes());
        dir.extend(m.name);
    }
    let start = out.len() as u32;
    out.extend(&dir);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((members.len() as u16).to_le_bytes());
    out.extend((members.len() as u16).to_le_bytes());
    out.extend((dir.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn put(d: &Path, rel: &str, bytes: &[u8]) -> PathBuf {
    let p = d.join(rel);
    fs::create_dir_all(p.parent().unwrap()).unwrap();
    fs::write(&p, bytes).unwrap();
    p
}

fn run(inputs: &[PathBuf]) -> Result<Intake, RunError> {
    gather(inputs, &Limits::default())
}

fn paths(i: &Intake) -> Vec<&str> {
    i.items.iter().map(|x| x.path.as_str()).collect()
}

fn input_error(r: Result<Intake, RunError>) -> String {
    match r {
        Err(RunError::Input(s)) => {
            assert!(!s.contains('\n'), "one line: {s}");
            s
        }
        other => panic!("{other:?}"),
    }
}

/// What happens to `bad` beside a good file in a zip, and alone.
fn beside_and_alone(bad: M, word: &str) {
    let d = dir();
    let alone = put(d.path(), "alone.zip", &zip(&[M { name: bad.name, data: bad.data.clone(), ..bad }]));
    let both = put(d.path(), "both.zip", &zip(&[m("good.xml", XML), bad]));
    let got = run(&[both]).unwrap();
    assert_eq!(paths(&got), ["good.xml"]);
    assert_eq!(got.held.len(), 1, "{:?}", got.held);
    assert!(got.held[0].what.contains(word), "{:?} lacks {word}", got.held[0]);
    assert!(!got.held[0].path.contains("..") && !got.held[0].path.starts_with('/'), "{:?}", got.held[0]);
    assert_eq!(got.items[0].load().unwrap(), XML);
    let text = input_error(run(&[alone]));
    assert!(text.contains("alone.zip") && text.contains(word), "{text}");
}

#[test]
fn a_name_that_leaves_the_package_is_refused() {
    beside_and_alone(m("../../evil.xml", XML), "outside the package");
    beside_and_alone(m("a/../../evil.xml", XML), "outside the package");
    beside_and_alone(m("..\\evil.xml", XML), "outside the package");
    beside_and_alone(m("/etc/evil.xml", XML), "absolute");
    beside_and_alone(m("C:\\evil.xml", XML), "drive letter");
    beside_and_alone(m("a\nb.xml", XML), "control");
}

#[test]
fn links_and_devices_in_a_zip_are_refused() {
    beside_and_alone(M { mode: 0o120_777, ..m("link", b"/etc/passwd") }, "symbolic link");
    beside_and_alone(M { mode: 0o010_644, ..m("pipe", b"") }, "regular");
}

#[test]
fn a_bomb_is_stopped_while_it_unpacks() {
    beside_and_alone(m("bomb.txt", &vec![b' '; 12 << 20]), "max_ratio");
    // It says that it is small.
    beside_and_alone(M { size: Some(10), ..m("bomb.txt", &vec![b' '; 12 << 20]) }, "max_ratio");
}

#[test]
fn lies_about_sizes_and_checksums_are_damage() {
    beside_and_alone(M { size: Some(1), ..m("a.txt", b"hello there") }, "damaged");
    beside_and_alone(M { crc: Some(7), ..m("a.txt", b"hello there") }, "damaged");
    beside_and_alone(M { packed: Some(5), ..m("a.txt", &[b'x'; 500]) }, "damaged");
    beside_and_alone(M { packed: Some(50_000_000), deflate: false, ..m("a.txt", b"hello there") }, "damaged");
}

#[test]
fn members_of_one_name_are_all_refused() {
    let d = dir();
    for (a, b) in [("x.xml", "x.xml"), ("x.xml", "./x.xml"), ("d/x.xml", "d\\x.xml")] {
        let p =
            put(d.path(), "t.zip", &zip(&[m(a, XML), m("good.xml", XML), m(b, b"<ClinicalDocument>other</ClinicalDocument>")]));
        let got = run(&[p]).unwrap();
        assert_eq!(paths(&got), ["good.xml"], "{a} {b}");
        assert!(got.held.iter().all(|h| h.what.contains("same name")) && !got.held.is_empty());
    }
    // A file where another member needs a folder.
    let p = put(d.path(), "t.zip", &zip(&[m("x", XML), m("x/y.xml", XML)]));
    let got = run(&[p]).unwrap();
    assert_eq!(paths(&got), ["x/y.xml"]);
    assert_eq!(got.held[0].path, "x");
    let alone = put(d.path(), "u.zip", &zip(&[m("x.xml", XML), m("x.xml", JSON)]));
    assert!(input_error(run(&[alone])).contains("same name"));
}

#[test]
fn encrypted_and_strangely_packed_members_are_held() {
    let d = dir();
    let locked = M { flags: 0x801, ..m("secret.xml", XML) };
    let odd = M { method: Some(12), ..m("odd.xml", XML) };
    let p = put(d.path(), "t.zip", &zip(&[m("good.xml", XML), locked, odd]));
    let got = run(&[p]).unwrap();
    assert_eq!(paths(&got), ["good.xml"]);
    assert!(got.held.iter().any(|h| h.path == "secret.xml" && h.what.starts_with("encrypted")));
    assert!(got.held.iter().any(|h| h.path == "odd.xml" && h.what.contains("not supported")));
}

#[test]
fn a_nested_archive_beyond_a_limit_is_held_and_the_rest_processed() {
    let d = dir();
    let mut inner = zip(&[m("x.xml", XML)]);
    for _ in 0..6 {
        inner = zip(&[m("in.zip", &inner)]);
    }
    put(d.path(), "f/deep.zip", &inner);
    put(d.path(), "f/ok.xml", XML);
    let got = run(&[d.path().join("f")]).unwrap();
    assert_eq!(paths(&got), ["ok.xml"]);
    assert!(got.held[0].what.contains("max_depth"), "{:?}", got.held);

    let many: Vec<String> = (0..50).map(|i| format!("{i}.xml")).collect();
    let many = zip(&many.iter().map(|n| m(n, XML)).collect::<Vec<_>>());
    put(d.path(), "g/many.zip", &many);
    put(d.path(), "g/ok.xml", XML);
    let few = Limits { max_entries: 20, ..Limits::default() };
    let got = gather(&[d.path().join("g")], &few).unwrap();
    assert_eq!((paths(&got), got.containers.len()), (vec!["ok.xml"], 0));
    assert!(got.held[0].path == "many.zip" && got.held[0].what.contains("max_entries"));

    let small = Limits { max_total_bytes: (many.len() + 500) as u64, ..Limits::default() };
    let got = gather(&[d.path().join("g")], &small).unwrap();
    assert_eq!(paths(&got), ["ok.xml"]);
    assert!(got.held[0].what.contains("max_total_bytes"));
}

#[test]
fn a_whole_input_beyond_a_limit_stops_the_run() {
    let d = dir();
    for i in 0..5 {
        put(d.path(), &format!("f/{i}.xml"), XML);
    }
    let f = d.path().join("f");
    let e = |l: Limits| input_error(gather(std::slice::from_ref(&f), &l));
    assert!(e(Limits { max_entries: 3, ..Limits::default() }).contains("max_entries"));
    assert!(e(Limits { max_total_bytes: 60, ..Limits::default() }).contains("max_total_bytes"));
    let one = put(d.path(), "one.txt", &[b'a'; 100]);
    let l = Limits { max_member_bytes: 50, ..Limits::default() };
    assert!(input_error(gather(&[one], &l)).contains("max_member_bytes"));
    let z = put(d.path(), "z.zip", &zip(&[m("a.xml", XML), m("b.xml", XML)]));
    assert!(input_error(gather(&[z], &Limits { max_entries: 2, ..Limits::default() })).contains("max_entries"));
}

#[test]
fn many_members_sharing_the_same_bytes_are_stopped_by_the_archive_ratio() {
    // Each member alone is below the ratio; the directory points 60 times at the same data.
    let d = dir();
    let noise: Vec<u8> = (0..(1u32 << 20))
        .map(|i| if i % 3 == 0 { (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x3f | 0x20 } else { b'a' })
        .collect();
    let one = zip(&[m("a00", &noise)]);
    let start = memchr::memmem::find(&one, b"PK\x01\x02").unwrap();
    let row = one[start..one.len() - 22].to_vec();
    let mut all = one[..start].to_vec();
    for i in 0..99 {
        let mut r = row.clone();
        r[46..49].copy_from_slice(format!("a{i:02}").as_bytes());
        all.extend(r);
    }
    let dir_len = (all.len() - start) as u32;
    all.extend(b"PK\x05\x06\0\0\0\0\x63\0\x63\0");
    all.extend(dir_len.to_le_bytes());
    all.extend((start as u32).to_le_bytes());
    all.extend([0, 0]);
    let p = put(d.path(), "t.zip", &all);
    let limits = Limits { max_ratio: 20, ..Limits::default() };
    assert!(input_error(gather(&[p], &limits)).contains("max_ratio"));
}

#[test]
fn an_end_record_that_claims_millions_of_members_is_refused_at_once() {
    let d = dir();
    let mut z = zip(&[m("a.xml", XML)]);
    let end = z.len() - 22;
    z[end + 8..end + 12].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff]);
    let p = put(d.path(), "t.zip", &z);
    input_error(run(&[p]));
    let p = put(d.path(), "u.zip", &zip(&[m("a.xml", XML)])[..60]);
    assert!(input_error(run(&[p])).contains("damaged"));
}

#[test]
fn links_and_pipes_on_disk_are_not_followed() {
    let d = dir();
    put(d.path(), "f/ok.xml", XML);
    let secret = put(d.path(), "secret/x.xml", XML);
    std::os::unix::fs::symlink(&secret, d.path().join("f/link.xml")).unwrap();
    std::os::unix::fs::symlink(d.path().join("secret"), d.path().join("f/linkdir")).unwrap();
    std::os::unix::fs::symlink(d.path().join("f"), d.path().join("f/loop")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, d.path().join("f/pipe"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let got = run(&[d.path().join("f")]).unwrap();
    assert_eq!(paths(&got), ["ok.xml"]);
    assert_eq!(got.held.len(), 4);
    let link = d.path().join("l");
    std::os::unix::fs::symlink(d.path().join("f"), &link).unwrap();
    assert!(input_error(run(&[link])).contains("symbolic link"));
    assert!(input_error(run(&[d.path().join("f/pipe")])).contains("regular"));
}

#[test]
fn missing_and_empty_inputs_say_so() {
    let d = dir();
    assert!(input_error(run(&[])).contains("no INPUT"));
    assert!(input_error(run(&[d.path().join("nope")])).contains("not found"));
    let e = put(d.path(), "e.xml", b"");
    assert!(input_error(run(&[e])).contains("empty"));
    fs::create_dir(d.path().join("void")).unwrap();
    assert!(input_error(run(&[d.path().join("void")])).contains("nothing in it"));
    let z = put(d.path(), "z.zip", &zip(&[]));
    assert!(input_error(run(&[z])).contains("nothing in it"));
    let j = put(d.path(), "j/.DS_Store", b"x");
    assert!(input_error(run(&[j.parent().unwrap().to_owned()])).contains("nothing in it"));
}

#[test]
fn kinds_of_a_package_by_content() {
    let d = dir();
    let f = d.path().join("f");
    put(&f, "IHE_XDM/S/DOC.txt", XML);
    put(&f, "IHE_XDM/S/bundle.xml", JSON);
    put(&f, "IHE_XDM/S/CDA.xsl", b"<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>");
    put(&f, "a.css", b"body { color: red }");
    put(&f, "bulk.ndjson", b"{\"resourceType\":\"A\"}\n{\"resourceType\":\"B\"}\n");
    put(&f, "scan.xml", b"%PDF-1.4 ...");
    put(&f, "__MACOSX/._x", b"x");
    put(&f, ".git/objects/aa/bb", b"x");
    put(&f, "x.swp", b"x");
    put(&f, "y.dat", b"b0VIM 8.2\0\0\0jane");
    put(&f, "empty.txt", b"");
    put(&f, "report.docx", &zip(&[m("[Content_Types].xml", b"<Types/>"), m("word/document.xml", b"<w/>")]));
    let got = run(&[f]).unwrap();
    let kinds: Vec<(&str, Kind)> = got.items.iter().map(|i| (i.path.as_str(), i.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("IHE_XDM/S/CDA.xsl", Kind::Xml(XmlRoot::Stylesheet)),
            ("IHE_XDM/S/DOC.txt", Kind::Xml(XmlRoot::Cda)),
            ("IHE_XDM/S/bundle.xml", Kind::Json),
            ("a.css", Kind::Text),
            ("bulk.ndjson", Kind::Ndjson),
            ("empty.txt", Kind::Text),
            ("scan.xml", Kind::Pdf),
        ]
    );
    let dropped: Vec<&str> = got.dropped.iter().map(|x| x.path.as_str()).collect();
    assert_eq!(dropped, [".git", "__MACOSX", "x.swp", "y.dat"]);
    let held: Vec<(&str, &str)> = got.held.iter().map(|h| (h.path.as_str(), h.what.as_str())).collect();
    assert_eq!(held, [("report.docx", "docx (not supported yet)")]);
    assert_eq!(got.held[0].sha256.len(), 64);
    assert!(got.containers.is_empty());
}

#[test]
fn zips_in_folders_and_zips_become_containers() {
    let d = dir();
    let inner = zip(&[m("b/x.json", JSON), m("__MACOSX/._x", b"j")]);
    let outer = zip(&[m("IN.ZIP", &inner), m("a.xml", XML), M { deflate: false, ..m("s.txt", b"stored") }]);
    put(d.path(), "f/pack.zip", &outer);
    put(d.path(), "f/z.xml", XML);
    let got = run(&[d.path().join("f")]).unwrap();
    assert_eq!(paths(&got), ["pack.zip/IN.ZIP/b/x.json", "pack.zip/a.xml", "pack.zip/s.txt", "z.xml"]);
    let c: Vec<(&str, Option<usize>)> = got.containers.iter().map(|c| (c.path.as_str(), c.parent)).collect();
    assert_eq!(c, [("pack.zip", None), ("pack.zip/IN.ZIP", Some(0))]);
    assert_eq!(got.items[0].container, Some(1));
    assert_eq!(got.items[0].member_path(&got), "b/x.json");
    assert_eq!(got.items[0].load().unwrap(), JSON);
    assert_eq!(got.items[0].load().unwrap(), JSON, "and again");
    assert_eq!(got.items[2].load().unwrap(), b"stored");
    assert_eq!(got.dropped[0].path, "pack.zip/IN.ZIP/__MACOSX");

    // The same zip as INPUT is opened like a folder.
    let got = run(&[d.path().join("f/pack.zip")]).unwrap();
    assert_eq!(paths(&got), ["IN.ZIP/b/x.json", "a.xml", "s.txt"]);
    assert_eq!(got.containers[0].path, "IN.ZIP");
}

#[test]
fn gzip_is_looked_into_and_read_as_a_stream() {
    let gz = |b: &[u8]| {
        let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        e.write_all(b).unwrap();
        e.finish().unwrap()
    };
    let d = dir();
    // Two gzip members, as `cat a.gz b.gz` makes them.
    let mut two = gz(b"{\"resourceType\":\"A\"}\n");
    two.extend(gz(b"{\"resourceType\":\"B\"}\n"));
    put(d.path(), "f/bulk.ndjson.gz", &two);
    put(d.path(), "f/cut.gz", &two[..two.len() - 9]);
    put(d.path(), "f/gif.gz", &gz(b"GIF89a"));
    put(d.path(), "f/bomb.gz", &gz(&vec![b' '; 16 << 20]));
    put(d.path(), "f/z.gz", &gz(&zip(&[m("a", b"b")])));
    let got = run(&[d.path().join("f")]).unwrap();
    assert_eq!(paths(&got), ["bulk.ndjson.gz"]);
    let item = &got.items[0];
    assert_eq!((item.kind, item.gz, item.len, item.content_len), (Kind::Ndjson, true, two.len() as u64, 42));
    let lines: Vec<String> = item.open().unwrap().lines().map(|l| l.unwrap()).collect();
    assert_eq!(lines, ["{\"resourceType\":\"A\"}", "{\"resourceType\":\"B\"}"]);
    assert_eq!(item.load().unwrap().len(), 42);
    let held: Vec<&str> = got.held.iter().map(|h| h.what.split(' ').next().unwrap()).collect();
    assert_eq!(held, ["refused:", "damaged:", "gzip", "archive"], "{:?}", got.held);
}

#[test]
fn a_file_that_changes_between_readings_stops_the_run() {
    let d = dir();
    let p = put(d.path(), "a.xml", XML);
    let got = run(std::slice::from_ref(&p)).unwrap();
    let mut other = XML.to_vec();
    other[20] ^= 1;
    fs::write(&p, &other).unwrap();
    assert!(matches!(got.items[0].load(), Err(RunError::Input(w)) if w.contains("changed")));
    fs::write(&p, b"<a/>").unwrap();
    assert!(got.items[0].load().is_err());
    fs::remove_file(&p).unwrap();
    assert!(got.items[0].load().is_err());
}

#[test]
fn inputs_that_claim_one_path_are_kept_apart() {
    let d = dir();
    put(d.path(), "one/x.json", JSON);
    put(d.path(), "one/only.json", JSON);
    put(d.path(), "two/x.json", JSON);
    put(d.path(), "two/link.json", JSON);
    let file = put(d.path(), "three/x.json", JSON);
    let list = [d.path().join("one"), d.path().join("two"), file.clone(), file];
    let got = run(&list).unwrap();
    assert_eq!(paths(&got), ["only.json", "two/link.json", "two/x.json", "x.json", "x/x.json"]);
    let again = run(&list).unwrap();
    assert_eq!(paths(&again), paths(&got));
}

#[test]
fn containers_of_several_inputs_keep_their_members() {
    let d = dir();
    put(d.path(), "b/p.zip", &zip(&[m("x.xml", XML)]));
    put(d.path(), "a/p.zip", &zip(&[m("y.xml", XML)]));
    let got = run(&[d.path().join("b"), d.path().join("a")]).unwrap();
    for i in &got.items {
        let c = &got.containers[i.container.unwrap()];
        assert!(i.path.starts_with(&format!("{}/", c.path)), "{} in {}", i.path, c.path);
    }
    assert_eq!(paths(&got), ["a/p.zip/y.xml", "p.zip/x.xml"]);
}

#[test]
fn names_that_are_not_utf8_are_read() {
    use std::os::unix::ffi::OsStrExt;
    let d = dir();
    fs::create_dir(d.path().join("f")).unwrap();
    fs::write(d.path().join("f").join(std::ffi::OsStr::from_bytes(b"caf\xe9.xml")), XML).unwrap();
    let got = run(&[d.path().join("f")]).unwrap();
    assert_eq!(paths(&got), ["café.xml"]);
    let z = put(d.path(), "z.zip", &zip(&[M { name: b"caf\x82.xml", flags: 0, ..m("", XML) }]));
    assert_eq!(paths(&run(&[z]).unwrap()), ["café.xml"]);
}

#[test]
fn broken_archives_never_panic() {
    let whole = zip(&[m("a/b.xml", XML), m("in.zip", &zip(&[m("c.json", JSON)])), m("d.txt", &[b'z'; 3000])]);
    let d = dir();
    put(d.path(), "f/ok.xml", XML);
    for i in 0..whole.len() {
        let mut bad = whole.clone();
        bad[i] ^= 0xff;
        put(d.path(), "f/bad.zip", &bad);
        let got = run(&[d.path().join("f")]).unwrap();
        assert!(got.items.iter().any(|x| x.path == "ok.xml"));
        for item in &got.items {
            item.load().unwrap();
        }
        put(d.path(), "f/bad.zip", &whole[..i]);
        run(&[d.path().join("f")]).unwrap();
    }
}

#[test]
fn real_packages_are_taken_in_whole() {
    let Some(root) = shared() else { return };
    let got = run(&[root.join("data/samples")]).unwrap();
    assert!(got.items.len() > 10, "{}", got.items.len());
    assert!(got.items.iter().any(|i| i.kind == Kind::Xml(XmlRoot::Cda)));
    assert!(got.items.iter().any(|i| i.kind == Kind::Json));
    for i in &got.items {
        assert_eq!(i.load().unwrap().len() as u64, i.content_len, "{}", i.path);
    }
}

fn shared() -> Option<PathBuf> {
    let at = match std::env::var_os("DISCLOSE_SHARED") {
        Some(p) => PathBuf::from(p),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    };
    at.join("data/samples").is_dir().then_some(at)
}
