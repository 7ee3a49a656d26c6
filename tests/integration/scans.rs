//! Scans: what stays as it came, and what is held.

use crate::reading::{can_read_scans, pixels};
use crate::run::{self, Run};
use std::path::Path;

const ARGS: [&str; 6] = ["--patient", "../reyes/patient.json", "--purpose", "litigation", "--recipient", "Alder & Finch LLP"];

fn process(input: &str) -> Run {
    run::process(&run::root().join("samples/scans"), &[input], &ARGS)
}

fn output(run: &Run, name: &str) -> Vec<u8> {
    std::fs::read(run.delivered().join(name)).unwrap_or_default()
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

/// Values of a tag in every directory of a little-endian TIFF.
fn tag(tiff: &[u8], wanted: u16) -> Vec<u32> {
    let short = |at: usize| u16::from_le_bytes([tiff[at], tiff[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([tiff[at], tiff[at + 1], tiff[at + 2], tiff[at + 3]]);
    let (mut out, mut at) = (Vec::new(), long(4) as usize);
    while at != 0 {
        let n = usize::from(short(at));
        for e in (0..n).map(|i| at + 2 + 12 * i).filter(|e| short(*e) == wanted) {
            out.push(if short(e + 2) == 3 { u32::from(short(e + 8)) } else { long(e + 8) });
        }
        at = long(at + 2 + 12 * n) as usize;
    }
    out
}

#[test]
fn a_fax_stays_a_fax() {
    if !can_read_scans() {
        return;
    }
    let run = process("fax.tif");
    let fax = output(&run, "fax.tif");
    assert_eq!(tag(&fax, 258), [1, 1], "{}", run.stderr);
    assert_eq!(tag(&fax, 259), [4, 4]);
    assert_eq!((tag(&fax, 256), tag(&fax, 257)), (vec![1700, 1700], vec![2200, 2200]));
    assert!(tag(&fax, 270).is_empty() && tag(&fax, 315).is_empty());
}

#[test]
fn metadata_stay_behind() {
    if !can_read_scans() {
        return;
    }
    let jpeg = output(&process("intake.jpg"), "intake.jpg");
    assert!(jpeg.starts_with(b"\xff\xd8") && !has(&jpeg, b"Exif") && !has(&jpeg, b"\xff\xfe"));
    let png = output(&process("lab.png"), "lab.png");
    assert!(png.starts_with(b"\x89PNG") && ![&b"tEXt"[..], b"iTXt", b"zTXt", b"eXIf", b"tIME"].iter().any(|c| has(&png, c)));
}

#[test]
fn without_the_reader_a_scan_is_held() {
    let scans = run::root().join("samples/scans");
    let out = tempfile::tempdir().unwrap();
    let result = run::program()
        .current_dir(&scans)
        .env("DISCLOSE_TESSERACT", "/nonexistent/tesseract")
        .args(["process", "fax.tif", "../notes"].iter().chain(&ARGS))
        .arg("--out")
        .arg(out.path().join("o"))
        .output()
        .unwrap();
    assert_eq!(result.status.code(), Some(3), "{}", String::from_utf8_lossy(&result.stderr));
    let review = std::fs::read_to_string(out.path().join("o/internal/review.json")).unwrap();
    assert!(review.contains("install it"), "{review}");
    assert!(!Path::new(&out.path().join("o/draft/fax.tif")).exists());
}

#[test]
fn hostile_pictures_are_refused() {
    if !can_read_scans() {
        return;
    }
    let scans = run::root().join("samples/scans");
    let dir = tempfile::tempdir().unwrap();
    for (name, from, at) in [("a.tif", "fax.tif", 200), ("b.jpg", "intake.jpg", 900), ("c.png", "lab.png", 5_000)] {
        let mut bytes = std::fs::read(scans.join(from)).unwrap();
        bytes.truncate(at);
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let mut bomb = std::fs::read(scans.join("lab.png")).unwrap();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    std::fs::write(dir.path().join("d.png"), bomb).unwrap();
    let patient = run::root().join("samples/reyes/patient.json");
    for name in ["a.tif", "b.jpg", "c.png", "d.png"] {
        let result = run::program()
            .current_dir(dir.path())
            .args(["process", name, "--purpose", "litigation", "--recipient", "X", "--out", "o", "--patient"])
            .arg(&patient)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&result.stderr).into_owned();
        assert_eq!(result.status.code(), Some(2), "{name}: {words}");
        assert!(words.contains(name) && !words.contains("panicked"), "{words}");
    }
}

/// What an eye reads in the pictures of a PDF, and the text that programs find in it.
fn pdf_texts(bytes: &[u8]) -> (Vec<String>, String) {
    let doc = lopdf::Document::load_mem(bytes).unwrap();
    let mut seen = Vec::new();
    for object in doc.objects.values() {
        let lopdf::Object::Stream(s) = object else { continue };
        let number = |key: &[u8]| s.dict.get(key).and_then(|o| o.as_i64()).unwrap_or(0) as u32;
        match s.dict.get(b"Filter").and_then(|f| f.as_name()) {
            Ok(b"DCTDecode") => seen.extend(pixels(&s.content)),
            Ok(b"CCITTFaxDecode") => seen.extend(pixels(&fax::tiff::wrap(&s.content, number(b"Width"), number(b"Height")))),
            _ => {}
        }
    }
    let text: Vec<String> = (1..=doc.get_pages().len() as u32).map(|n| doc.extract_text(&[n]).unwrap_or_default()).collect();
    (seen, text.join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn pixels_and_text_layer_of_a_scanned_pdf() {
    if !can_read_scans() {
        return;
    }
    let before = std::fs::read(run::root().join("samples/scans/scanned.pdf")).unwrap();
    let (seen, text) = pdf_texts(&before);
    assert!(seen.len() == 2 && seen.iter().all(|t| t.contains("Graves")) && text.contains("Graves"), "{seen:?} {text}");
    let run = process("scanned.pdf");
    let (seen, text) = pdf_texts(&output(&run, "scanned.pdf"));
    assert_eq!(seen.len(), 2, "{}{}", run.stdout, run.stderr);
    for gone in ["Graciela", "Villalobos", "Graves", "Owen", "Mateo"] {
        assert!(!seen.iter().any(|t| t.contains(gone)), "{gone} is still seen: {seen:?}");
        assert!(!text.contains(gone), "{gone} is still in the text layer: {text}");
    }
    assert!(
        seen.iter().any(|t| t.contains("shortness of breath")) && seen.iter().any(|t| t.contains("Return visit")),
        "{seen:?}"
    );
    assert!(text.contains("shortness of breath") && text.contains("[PHYSICIAN"), "{text}");
}

/// A page of a fax as JBIG2: its group 4 data are a generic region coded in MMR (ITU-T T.88, 6.2.6), which real scanners write, too.
fn jbig2_pdf(tiff: &[u8]) -> Vec<u8> {
    let (width, height) = (tag(tiff, 256)[0], tag(tiff, 257)[0]);
    let (at, len) = (tag(tiff, 273)[0] as usize, tag(tiff, 279)[0] as usize);
    let segment = |number: u8, kind: u8, data: &[u8]| {
        [&[0, 0, 0, number, kind, 0, 1][..], &(data.len() as u32).to_be_bytes(), data].concat()
    };
    let page = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[0; 8], &[0, 0, 0]].concat();
    let comment = b"\x20\0\0\0Scanned for\0Dr. Owen Graves\0\0";
    let region = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[0; 8], &[0, 1], &tiff[at..at + len]].concat();
    let data = [segment(0, 48, &page), segment(1, 62, comment), segment(2, 38, &region), segment(3, 49, &[])].concat();
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut offsets = Vec::new();
    let mut add = |body: Vec<u8>| {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n", offsets.len()).into_bytes());
        out.extend(body);
        out.extend(b"\nendobj\n");
    };
    add(b"<</Type/Catalog/Pages 2 0 R>>".to_vec());
    add(b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec());
    add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>".to_vec());
    add(b"<</Length 30>>stream\nq 612 0 0 792 0 0 cm /I Do Q\nendstream".to_vec());
    let head = format!(
        "<</Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]/Filter/JBIG2Decode/Length {}>>stream\n",
        data.len()
    );
    add([head.as_bytes(), &data, b"\nendstream"].concat());
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).into_bytes());
    offsets.iter().for_each(|o| out.extend(format!("{o:010} 00000 n \n").into_bytes()));
    out.extend(format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n", offsets.len() + 1).into_bytes());
    out
}

#[test]
fn a_fax_in_jbig2_is_read_and_redacted() {
    if !can_read_scans() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let fax = std::fs::read(run::root().join("samples/scans/fax.tif")).unwrap();
    std::fs::write(dir.path().join("fax.pdf"), jbig2_pdf(&fax)).unwrap();
    std::fs::copy(run::root().join("samples/reyes/patient.json"), dir.path().join("patient.json")).unwrap();
    let args = ["--patient", "patient.json", "--purpose", "litigation", "--recipient", "X"];
    let run = run::process(dir.path(), &["fax.pdf"], &args);
    let out = output(&run, "fax.pdf");
    assert!(!out.is_empty(), "{}{}", run.stdout, run.stderr);
    let changed = run.ledger().iter().filter(|e| e["decision"]["action"] != "keep").count();
    assert!(changed > 2, "{:?}", run.ledger());
    let (seen, text) = pdf_texts(&out);
    let seen = seen.join(" ");
    assert!(!has(&out, b"Graves") && !text.contains("Graves") && !seen.contains("Graves"), "{text} {seen}");
    assert!(text.contains("[PHYSICIAN") && text.contains("Reyes"), "{text}");
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.out().join("internal/report.json")).unwrap()).unwrap();
    assert!(report["inputs"][0]["ocr_confidence"].as_u64().is_some_and(|c| c > 60), "{}", report["inputs"][0]);
}
