//! An IHE XDM package stays one: metadata that fits its documents, links that lead somewhere, no editor's leftovers.

use crate::run;
use sha1::Digest;
use std::collections::BTreeMap;
use std::io::Read;

fn members(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut out = BTreeMap::new();
    for i in 0..zip.len() {
        let mut member = zip.by_index(i).expect("a member");
        let mut data = Vec::new();
        member.read_to_end(&mut data).expect("readable");
        out.insert(member.name().expect("a name").into_owned(), data);
    }
    out
}

/// Values of the named slot in each document entry of the metadata, in order.
fn slot(metadata: &str, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\"");
    let value = |rest: &str| -> Option<String> {
        let at = rest.find("Value>")? + "Value>".len();
        Some(rest[at..].split('<').next()?.to_string())
    };
    metadata.split(&mark).skip(1).filter_map(value).collect()
}

#[test]
fn a_package_stays_a_package() {
    let folder = run::root().join("samples/xdm");
    let args = ["--patient", "../reyes/patient.json", "--purpose", "litigation", "--recipient", "Alder & Finch LLP"];
    let run = run::process(&folder, &["xdm.zip"], &args);
    let records = run.records();
    assert!(!records.is_empty(), "nothing came out (exit {}): {}", run.code, run.stderr);
    // A zip given as input may come out packed again or as a folder.
    let parts = match records.iter().find(|(p, _)| p.ends_with(".zip")) {
        Some((_, bytes)) => members(bytes),
        None => records.iter().map(|(p, b)| (p.trim_start_matches("xdm/").to_string(), b.clone())).collect(),
    };
    let names: Vec<&str> = parts.keys().map(String::as_str).collect();
    let wanted = [
        "IHE_XDM/SUBSET01/DOC0001.XML",
        "IHE_XDM/SUBSET01/DOC0002.TXT",
        "IHE_XDM/SUBSET01/METADATA.XML",
        "INDEX.HTM",
        "README.TXT",
    ];
    assert_eq!(names, wanted, "the same members, without the swap file");

    let metadata = String::from_utf8(parts["IHE_XDM/SUBSET01/METADATA.XML"].clone()).expect("UTF-8");
    let (uris, hashes, sizes) = (slot(&metadata, "URI"), slot(&metadata, "hash"), slot(&metadata, "size"));
    assert_eq!((uris.len(), hashes.len(), sizes.len()), (2, 2, 2));
    for ((uri, hash), size) in uris.iter().zip(&hashes).zip(&sizes) {
        let document = &parts[&format!("IHE_XDM/SUBSET01/{uri}")];
        assert_eq!(*size, document.len().to_string(), "size of {uri}");
        assert_eq!(hash.to_lowercase(), run::hex(&sha1::Sha1::digest(document)), "hash of {uri}");
    }

    let index = String::from_utf8(parts["INDEX.HTM"].clone()).expect("UTF-8");
    for link in index.split("href=\"").skip(1).filter_map(|r| r.split('"').next()) {
        assert!(parts.contains_key(link), "a link of INDEX.HTM leads nowhere");
    }
}
