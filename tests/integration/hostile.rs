//! Files that are broken or meant to break the reader: alone they end the run with exit 2 and a line that says what is wrong and
//! where; in a package they are held for a person and the rest is processed. Nothing of the export is quoted, nothing crashes,
//! nothing takes long.

use crate::run::{self, Run};
use std::io::Write;
use std::time::Duration;

const SECRET: &str = "Quillfeather";
const LIMIT: Duration = Duration::from_secs(60);

fn args() -> Vec<String> {
    let patient = run::root().join("samples/reyes/patient.json");
    ["--patient", &patient.to_string_lossy(), "--purpose", "litigation", "--recipient", "X"].map(String::from).to_vec()
}

fn process(files: &[(&str, Vec<u8>)]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("writable");
    }
    let names: Vec<&str> = files.iter().map(|(n, _)| *n).collect();
    let args = args();
    run::process(folder.path(), &names, &args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn patient(name: &str) -> String {
    format!(r#"{{"resourceType":"Patient","name":[{{"family":"{name}","given":["Ida"]}}]}}"#)
}

fn ccda(targets: usize) -> String {
    let target = format!(
        "<recordTarget><patientRole><id root=\"2.999.7\"/><patient><name><given>Ida</given><family>{SECRET}</family></name></patient></patientRole></recordTarget>"
    );
    format!("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{}</ClinicalDocument>", target.repeat(targets))
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, data) in members {
        zip.start_file(*name, options).expect("a member");
        zip.write_all(data).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

/// Name, bytes, and whether it is so broken that no reader can go on.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let whole = patient(SECRET);
    let mut latin = whole.replace("Ida", "Id@").into_bytes();
    latin.iter_mut().filter(|b| **b == b'@').for_each(|b| *b = 0xe9);
    let deep = format!("{}\"{SECRET}\"{}", "{\"extension\":[".repeat(10_000), "]}".repeat(10_000));
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"{SECRET}\">{}]><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>&j;</title></ClinicalDocument>",
        ('b'..='j')
            .map(|c| format!("<!ENTITY {c} \"{}\">", format!("&{};", (c as u8 - 1) as char).repeat(10)))
            .collect::<String>()
    );
    let mut half: Vec<u8> =
        "\u{feff}".chars().chain(ccda(1).chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    half.extend([0x00, 0xd8]);
    let external = format!("<?xml version=\"1.0\"?><!DOCTYPE d SYSTEM \"file:///etc/hostname\">{}", ccda(1));
    let nested =
        format!("{}<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{}{SECRET}", "<?xml version=\"1.0\"?>", "<section>".repeat(10_000));
    vec![
        ("truncated.json", whole.as_bytes()[..whole.len() - 3].to_vec()),
        ("latin1.json", latin),
        ("double.json", whole.replacen('{', "{\"resourceType\":\"Observation\",", 1).into_bytes()),
        ("deep.json", deep.into_bytes()),
        ("brackets.json", vec![b'['; 4_000_000]),
        ("array.json", format!("[{whole}]").into_bytes()),
        ("numbers.json", b"[1, 2, 3]".to_vec()),
        ("nul.xml", vec![0; 4000]),
        ("half.xml", half),
        ("truncated.xml", ccda(1).as_bytes()[..150].to_vec()),
        ("laughs.xml", laughs.into_bytes()),
        ("external.xml", external.into_bytes()),
        ("nested.xml", nested.into_bytes()),
        ("cut.zip", zip_of(&[("a.json", whole.as_bytes())])[..60].to_vec()),
    ]
}

#[test]
fn alone_they_end_with_exit_2() {
    for (name, bytes) in broken() {
        let run = process(&[(name, bytes)]);
        assert_eq!(run.code, 2, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(name), "{name} is not named in {:?}", run.stderr);
        assert!(!run.stderr.contains(SECRET), "{name}: the error quotes the export");
        assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
        assert!(run.took < LIMIT, "{name} took {:?}", run.took);
        assert!(!run.out().join("release").exists() && !run.out().join("draft").exists(), "{name}");
    }
}

#[test]
fn an_error_says_where() {
    let text = "{\n  \"resourceType\": \"Patient\",\n  \"id\": ,\n}";
    let run = process(&[("where.json", text.into())]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("line 3") || run.stderr.contains("where.json:3"), "{}", run.stderr);
}

#[test]
fn in_a_package_they_are_held_and_the_rest_is_processed() {
    let good = std::fs::read(run::root().join("samples/reyes/portal-fhir.json")).expect("the sample");
    let mut files = vec![("good.json", good)];
    files.extend(broken().into_iter().filter(|(n, _)| *n != "cut.zip"));
    let run = process(&files);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    let records = run.records();
    assert!(records.iter().any(|(p, _)| p.ends_with("good.json")), "the readable file is in the draft");
    let all = crate::reading::all(&run.files());
    assert!(crate::reading::find(&all, SECRET).is_empty(), "nothing unread is passed through");
    let review = std::fs::read_to_string(run.out().join("internal/review.json")).expect("review.json");
    for (name, _) in files.iter().skip(1) {
        assert!(review.contains(name), "{name} is not among the review items");
    }
    assert!(run.took < LIMIT * 2, "{:?}", run.took);
}

/// R4 lets an observation go without a subject. In a package such a file could be anybody's; who works there is everybody's.
#[test]
fn a_file_that_is_nobodys_does_not_ride_on_the_patient_of_another() {
    let good = std::fs::read(run::root().join("samples/reyes/portal-fhir.json")).expect("the sample");
    let entry = |r: &str| format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{r}}}]}}"#).into_bytes();
    let orphan = r#"{"resourceType":"Observation","status":"final","code":{"text":"TSH"},"valueString":"seen beside the pond"}"#;
    let place = r#"{"resourceType":"Location","id":"l1","name":"Ward 7","description":"beside the lift"}"#;
    let run = process(&[("good.json", good), ("orphan.json", entry(orphan)), ("place.json", entry(place))]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let all = crate::reading::all(&run.files());
    assert!(crate::reading::find(&all, "beside the pond").is_empty());
    assert!(!crate::reading::find(&all, "beside the lift").is_empty());
    let review = std::fs::read_to_string(run.out().join("internal/review.json")).expect("review.json");
    assert!(review.contains("orphan.json") && !review.contains("place.json"));
}

#[test]
fn a_zip_bomb_and_a_climbing_path_are_refused() {
    let zeros = vec![b' '; 64 << 20];
    let inner = zip_of(&[("a.json", &zeros)]);
    let members: Vec<(String, &[u8])> = (0..16).map(|i| (format!("{i}.zip"), inner.as_slice())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (n.as_str(), *b)).collect();
    let bomb = zip_of(&members);
    assert!(bomb.len() < 2 << 20);
    let run = process(&[("bomb.zip", bomb)]);
    assert!(run.code == 2 || run.code == 3, "{} {}", run.code, run.stderr);
    assert!(run.took < LIMIT, "{:?}", run.took);

    let name = format!("disclose-climbed-{}.json", std::process::id());
    let climbing = zip_of(&[(&format!("../../../../../../../../tmp/{name}"), patient(SECRET).as_bytes())]);
    let run = process(&[("climb.zip", climbing)]);
    assert!(run.code == 2 || run.code == 3, "{} {}", run.code, run.stderr);
    assert!(!std::path::Path::new("/tmp").join(&name).exists(), "nothing is written outside the output folder");
}

#[test]
fn doubt_about_whose_record_it_is_never_ends_in_a_release() {
    let nobody = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"TSH"}}}]}"#;
    let cases =
        [("two.xml", ccda(2)), ("nobody.json", nobody.to_string()), ("empty.json", String::new()), ("none.json", "{}".into())];
    for (name, text) in cases {
        let run = process(&[(name, text.into_bytes())]);
        assert!(run.code == 2 || run.code == 3, "{name}: exit {} {}", run.code, run.stderr);
        assert!(!run.out().join("release").exists(), "{name}");
        assert!(!run.stderr.contains(SECRET), "{name}: {}", run.stderr);
    }
}

/// A document in UTF-16 is worked on like any other and comes out in UTF-16, mark and byte order kept.
#[test]
fn utf16_comes_out_as_it_came() {
    let text = std::fs::read_to_string(run::root().join("samples/reyes/ccda/summary.xml")).expect("the sample");
    let text = text.trim_start_matches('\u{feff}').replacen("encoding=\"UTF-8\"", "encoding=\"UTF-16\"", 1);
    let wide = |t: &str| format!("\u{feff}{t}").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let run = process(&[("summary.xml", wide(&text))]);
    assert!([0, 3].contains(&run.code), "{} {}", run.code, run.stderr);
    let records = run.records();
    let (_, bytes) = records.first().expect("a document");
    let units: Vec<u16> = bytes.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect();
    let out = String::from_utf16(&units).expect("UTF-16");
    assert_eq!(out.chars().next(), Some('\u{feff}'));
    assert!(out.contains("[") && !out.contains("José"), "others are gone");
    // What is the same in UTF-8 is the same here.
    let plain = process(&[("summary.xml", text.replacen("UTF-16", "UTF-8", 1).into_bytes())]);
    let (_, narrow) = plain.records().remove(0);
    let narrow = String::from_utf8(narrow).expect("UTF-8").replacen("encoding=\"UTF-8\"", "encoding=\"UTF-16\"", 1);
    assert_eq!(out.trim_start_matches('\u{feff}'), narrow);
    let (code, stdout, stderr) = run::pipe(&["verify", &run.out().to_string_lossy()], "");
    assert_eq!(code, 0, "{stdout}{stderr}");
}
