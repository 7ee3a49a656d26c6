//! PDFs: a name in every place that can hold one is gone, what is kept reads on, and nothing tells how long a name was.

mod attacks;
mod corners;
mod decode;
mod drawing;
mod geometry;
mod hostile;
pub mod make;
mod odd_cff;
mod odd_files;
mod pdfa;
mod places;
mod samples;

use crate::reading::{can_read_scans, pixels};
use crate::run::{self, Run};
use std::path::Path;

const PATIENT: &str = "birth_date = \"1985-03-04\"\nsex = \"female\"\n[[names]]\nfamily = \"Reyes\"\ngiven = [\"Maria\"]\n";

/// Processes files in one run.
fn process(files: &[(&str, Vec<u8>)]) -> Run {
    process_with(files, &[])
}

/// The same with more arguments. A single file is given by itself.
fn process_with(files: &[(&str, Vec<u8>)], more: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("patient.toml"), PATIENT).expect("writable");
    let export = folder.path().join("export");
    std::fs::create_dir(&export).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(export.join(format!("{name}.pdf")), bytes).expect("writable");
    }
    let single = files.first().filter(|_| files.len() == 1).map(|(name, _)| format!("export/{name}.pdf"));
    let mut args = vec!["--patient", "patient.toml", "--purpose", "litigation", "--recipient", "X"];
    args.extend(more);
    run::process(folder.path(), &[single.as_deref().unwrap_or("export")], &args)
}

fn outputs(run: &Run) -> Vec<(String, Vec<u8>)> {
    run.records().into_iter().filter(|(p, _)| Path::new(p).extension().is_some_and(|e| e == "pdf")).collect()
}

#[test]
fn a_name_in_every_place_is_gone() {
    let files = places::all();
    for (place, bytes) in &files {
        assert!(!decode::survivors(bytes, places::NAME).is_empty(), "{place}: the name is there to begin with");
    }
    let run = process(&files);
    assert_eq!(run.code, 3, "pages that cannot be read are held\n{}{}", run.stdout, run.stderr);
    let out = outputs(&run);
    let mut table = String::new();
    let mut bad = 0;
    for (place, _) in &files {
        let Some((_, bytes)) = out.iter().find(|(p, _)| p.contains(place)) else {
            table.push_str(&format!("{place:20} held\n"));
            continue;
        };
        let left = decode::survivors(bytes, places::NAME);
        bad += left.len();
        table
            .push_str(&format!("{place:20} {}\n", if left.is_empty() { "gone".into() } else { format!("SURVIVES in {left:?}") }));
        let kept = decode::layers(bytes).iter().any(|(_, t)| t.contains("Hashimoto") || t.contains("PAGE NOT READ"));
        assert!(kept, "{place}: what is the patient's stays\n{table}");
    }
    assert_eq!(bad, 0, "\n{table}");
    assert!(out.len() + 1 >= files.len(), "at most two files are held as a whole\n{table}");
    if std::env::var_os("SHOW").is_some() {
        println!("{table}");
    }
}

/// What is drawn and stored as pixels has no words to decode: pages and pictures of the output are read by an engine, as they are and with the
/// dark greys drawn out as somebody would who wonders what a marker covers.
#[test]
fn a_name_that_only_an_eye_can_find_is_gone() {
    if !can_read_scans() {
        return;
    }
    let files = places::seen();
    let run = process(&files);
    let out = outputs(&run);
    let mut table = String::new();
    let mut bad = 0;
    for (place, before) in &files {
        let bytes = out.iter().find(|(p, _)| p.contains(place)).map(|(_, b)| b);
        let Some(bytes) = bytes else {
            table.push_str(&format!("{place:26} held\n"));
            continue;
        };
        let (came, went) = (looks(before), looks(bytes));
        assert!(came.iter().any(|t| t.contains(places::NAME)), "{place}: the name can be found to begin with: {came:?}");
        let left = went.iter().any(|t| t.contains(places::NAME) || t.contains("uixm"))
            || !decode::survivors(bytes, places::NAME).is_empty();
        bad += usize::from(left);
        table.push_str(&format!("{place:26} {}\n", if left { "SURVIVES" } else { "gone" }));
        assert!(went.iter().any(|t| t.contains("Hashimoto")), "{place}: what is the patient's stays: {went:?}");
    }
    assert_eq!(bad, 0, "\n{table}{}{}", run.stdout, run.stderr);
    assert_eq!(out.len(), files.len(), "{table}");
    if std::env::var_os("SHOW").is_some() {
        println!("{table}");
    }
}

/// What an engine reads on the pages and in the JPEGs of a PDF.
fn looks(pdf: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    for page in drawing::pages(pdf, 200.0) {
        out.extend(pixels(&page.pgm()));
        out.extend(pixels(&page.stretched(0, 60).pgm()));
    }
    let doc = lopdf::Document::load_mem(pdf).expect("a PDF");
    for object in doc.objects.values() {
        let Ok(s) = object.as_stream() else { continue };
        if s.dict.get(b"Filter").and_then(lopdf::Object::as_name).is_ok_and(|n| n == b"DCTDecode") {
            out.extend(pixels(&s.content));
        }
    }
    out
}

#[test]
fn a_page_outside_of_the_dates_asked_for_is_replaced_by_a_slip_sheet() {
    let page = |date: &str, what: &str| format!("Patient: Maria Reyes\nDate of Service: {date}\n{what} noted");
    let (a, b) = (page("03/01/2020", "sprain"), page("03/01/2018", "rash"));
    let file = make::pages(&[&a, &b]);
    let run = process_with(&[("visits", file)], &["--from", "2020-01-01", "--to", "2020-12-31"]);
    assert!(run.delivered().is_dir(), "exit {}: {}", run.code, run.stderr);
    let (_, out) = outputs(&run).pop().expect("the PDF");
    let text: String = decode::layers(&out).into_iter().map(|l| l.1).collect();
    assert!(text.contains("sprain") && !text.contains("rash"), "{text}");
    assert!(text.contains("[WITHHELD]"), "a slip sheet stands in its place: {text}");
    let report = std::fs::read_to_string(run.out().join("internal/report.json")).expect("a report");
    assert!(report.contains("ID-SCOPE"), "it is listed");
}
