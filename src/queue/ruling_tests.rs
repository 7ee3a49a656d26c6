//! A ruling re-runs only what it touches, and the result is that of a run from the beginning, byte for byte.

use super::*;
use crate::model::desk::Site;
use crate::model::request::Request;
use crate::pipeline::{self, Silent};
use crate::store::{ByHand, CaseSecret, RulingRow};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file below a folder with its bytes, but for what tells the time or the folder.
fn everything(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut stack = vec![dir.to_path_buf()];
    while let Some(d) = stack.pop() {
        for e in std::fs::read_dir(&d).unwrap() {
            let path = e.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else {
                out.insert(path.strip_prefix(dir).unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    out
}

/// The case of the test: files of every kind that is written in a way of its own.
struct Bench {
    dir: tempfile::TempDir,
    request: Request,
    runs: std::cell::Cell<usize>,
}

impl Bench {
    fn new(files: &[&str]) -> Bench {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let patient = std::fs::read(root.join("reyes/patient.json")).unwrap();
        let request = Request {
            patient: crate::people::identity::read_identity(&patient, "patient").unwrap(),
            purpose: "litigation".into(),
            recipient: "Alder & Finch LLP".into(),
            authority: Some("authorization_164_508".into()),
            ..Request::default()
        };
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("in")).unwrap();
        for f in files {
            let from = root.join(f);
            std::fs::copy(&from, dir.path().join("in").join(from.file_name().unwrap())).unwrap();
        }
        Bench { dir, request, runs: std::cell::Cell::default() }
    }

    fn input(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    /// Everything that a run writes.
    fn run(&self, by_hand: &[ByHand], items: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        self.runs.set(self.runs.get() + 1);
        let out = self.dir.path().join(format!("out-{}", self.runs.get()));
        let secret = CaseSecret { request: self.request.clone(), by_hand: by_hand.to_vec(), ..CaseSecret::default() };
        let row = |(id, ruling): &(&str, &str)| {
            let row = RulingRow { seq: 1, item: id.to_string(), ruling: ruling.to_string(), account: 1, at: 0, undone: false };
            (id.to_string(), row)
        };
        let rulings = items.iter().map(row).collect();
        let mut opts = options(&secret, &Site::default(), &rulings, "Rita".into(), self.input(), out.clone()).unwrap();
        opts.made = "2026-11-26T00:00:00Z".into();
        pipeline::run(&opts, &Silent, &AtomicBool::new(false)).unwrap();
        let files = everything(&out);
        std::fs::remove_dir_all(out).unwrap();
        files
    }

    /// Steps in order without memory, then with it: each gives the same files.
    fn same(&self, steps: &[Step]) {
        let fresh: Vec<_> = steps.iter().map(|s| self.run(&s.by_hand, &s.items)).collect();
        let told = |f: &BTreeMap<String, Vec<u8>>| f.values().map(|b| format!("{:?}", b.len())).collect::<String>();
        assert!(
            fresh.windows(2).all(|w| w[0] != w[1]),
            "each step changes something: {:?}",
            fresh.iter().map(told).collect::<Vec<_>>()
        );
        pipeline::keep();
        // There, and by longer strides back.
        let there = 0..steps.len();
        for n in there.clone().chain(there.rev().step_by(4)) {
            let files = self.run(&steps[n].by_hand, &steps[n].items);
            assert_eq!(files.keys().collect::<Vec<_>>(), fresh[n].keys().collect::<Vec<_>>(), "step {n}");
            for (name, bytes) in &files {
                assert!(*bytes == fresh[n][name], "step {n}, {}: {name} differs", steps[n].what);
            }
        }
        pipeline::forget(Duration::ZERO);
    }
}

struct Step {
    what: &'static str,
    by_hand: Vec<ByHand>,
    items: Vec<(&'static str, &'static str)>,
}

fn boxed(path: &str, page: u32, area: [u32; 4]) -> ByHand {
    ByHand {
        what: "box".into(),
        path: path.into(),
        page,
        area,
        ruling: "mask".into(),
        reason: "other".into(),
        ..ByHand::default()
    }
}

/// The hit of this number in a file that has one, ruled on.
fn hit(report: &Value, file: &str, nth: usize, ruling: &str) -> ByHand {
    let here =
        |a: &&Value| a["file"] == file && a["category"] == "name" && a["decided_by"] == "machine" && a["action"] == "label";
    let all: Vec<&Value> = report["actions"].as_array().unwrap().iter().filter(here).collect();
    let a = all.get(nth).unwrap_or_else(|| panic!("{file} has {} hits", all.len()));
    ByHand {
        what: "hit".into(),
        path: file.into(),
        depth: a["place"].as_str().unwrap().matches(" > ").count(),
        offset: a["offset"].as_u64().unwrap(),
        length: a["length"].as_u64().unwrap(),
        original: a["original"].as_str().unwrap().into(),
        ruling: ruling.into(),
        reason: "other".into(),
        ..ByHand::default()
    }
}

#[test]
fn a_run_that_remembers_documents_writes_what_a_fresh_one_writes() {
    let bench = Bench::new(&["scans/lab.png", "scans/scanned.pdf", "notes/ward-note.txt"]);
    // Other boxes of the same number, on a scan and on a picture in a PDF.
    let step = |what, a: [u32; 4], b: [u32; 4]| Step {
        what,
        by_hand: vec![boxed("lab.png", 1, a), boxed("scanned.pdf", 1, b)],
        items: Vec::new(),
    };
    bench.same(&[
        step("boxes", [0, 0, 5_000, 2_000], [1_000, 1_000, 5_000, 2_000]),
        step("other boxes", [0, 3_000, 5_000, 5_000], [1_000, 2_500, 5_000, 3_000]),
    ]);
}

#[test]
fn a_ruling_of_any_kind_gives_what_a_run_from_the_beginning_gives() {
    let bench = Bench::new(&["reyes/portal-fhir.json", "reyes/ccda/summary.xml", "notes/ward-note.txt"]);
    let pages = text_pdf(6);
    std::fs::write(bench.input().join("record.pdf"), pages).unwrap();
    // Four questions: a file that nobody reads, the patient's middle name alone, a name in doubt, and what may be another patient's.
    let call =
        "Telephone note\nPatient: Marisol Reyes   DOB: 03/14/1984\n\nAna Reyes called about the dose. M. Reyes will call back.\n";
    let other = "From the kitchen table\nPatient: Marisa Reyes   DOB: 03/14/1984\n\nMarisa Reyes slept badly.\n";
    std::fs::write(bench.input().join("call.txt"), call).unwrap();
    std::fs::write(bench.input().join("other.txt"), other).unwrap();
    std::fs::write(bench.input().join("old.doc"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old word file").unwrap();
    let first = bench.run(&[], &[]);
    let report: Value = serde_json::from_slice(&first["internal/report.json"]).unwrap();
    let review: Value = serde_json::from_slice(&first["internal/review.json"]).unwrap();
    let person = report["people"].as_array().unwrap().iter().map(|p| p["label"].as_str().unwrap()).find(|l| l.contains("MOTHER"));
    let person = |ruling: &str| ByHand {
        what: "person".into(),
        label: person.unwrap().into(),
        ruling: ruling.into(),
        reason: "other".into(),
        ..ByHand::default()
    };
    let step = |what, by_hand: Vec<ByHand>| Step { what, by_hand, items: Vec::new() };
    let on = |file: &str, nth: usize, ruling: &str| hit(&report, file, nth, ruling);
    let page = ByHand { what: "page".into(), path: "record.pdf".into(), page: 4, reason: "other".into(), ..ByHand::default() };
    let text = ByHand {
        what: "text".into(),
        path: "record.pdf".into(),
        page: 3,
        original: "levothyroxine".into(),
        reason: "other".into(),
        ..ByHand::default()
    };
    let mut steps = vec![
        step("nothing ruled", Vec::new()),
        step("a hit in a PDF", vec![on("record.pdf", 3, "mask")]),
        step("another role, and another hit", vec![on("record.pdf", 3, "label:sister"), on("record.pdf", 8, "mask")]),
        step("the first taken back", vec![on("record.pdf", 8, "mask")]),
        step("a hit kept, and one in FHIR", vec![on("record.pdf", 8, "keep"), on("portal-fhir.json", 1, "mask")]),
        step(
            "hits in FHIR, C-CDA and a note",
            vec![on("portal-fhir.json", 1, "keep"), on("summary.xml", 1, "label:aunt"), on("ward-note.txt", 0, "mask")],
        ),
        step("a person, but for one of their hits", vec![person("mask"), on("record.pdf", 8, "keep")]),
        step("another role for a person", vec![person("label:aunt")]),
        step("a box", vec![boxed("record.pdf", 2, [500, 500, 9_000, 2_000])]),
        step("a page left out, and a text", vec![page, text]),
    ];
    let open: Vec<(String, String)> = review["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|i| Some((i["id"].as_str()?.to_string(), i["choices"].as_array()?.last()?.as_str()?.to_string())))
        .collect();
    assert_eq!(open.len(), 4, "{open:?}");
    // Lives as long as the test.
    let open: Vec<(&'static str, &'static str)> =
        open.into_iter().map(|(i, r)| (&*Box::leak(i.into_boxed_str()), &*Box::leak(r.into_boxed_str()))).collect();
    steps.push(Step { what: "an item", by_hand: Vec::new(), items: open[1..2].to_vec() });
    steps.push(Step { what: "every item", by_hand: vec![on("record.pdf", 3, "mask")], items: open });
    bench.same(&steps);
}

/// A PDF of pages of text that name people, and one in the middle that names nobody.
fn text_pdf(pages: usize) -> Vec<u8> {
    let mut objects = vec![(1, "<</Type/Catalog/Pages 2 0 R>>".to_string())];
    let kids: Vec<String> = (0..pages).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
    objects.push((2, format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.join(" "))));
    objects.push((3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".into()));
    for n in 0..pages {
        let mut lines = vec![format!("Visit {} of Marisol Ana Reyes, born 03/14/1984", n + 1)];
        if n != pages / 2 {
            lines.push("Seen with her mother Graciela Villalobos, who asked about the dose.".into());
            lines.push("Dr. Owen Graves reviewed the plan; Graves will call on Friday.".into());
        }
        lines.push(format!("TSH 2.{n} mIU/L, levothyroxine 75 mcg daily, no change in weight."));
        let shown: Vec<String> = lines.iter().map(|l| format!("({l}) Tj T*")).collect();
        let content = format!("BT /F1 10 Tf 50 750 Td 14 TL {} ET", shown.join(" "));
        let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents";
        objects.push((4 + 2 * n, format!("{page} {} 0 R>>", 5 + 2 * n)));
        objects.push((5 + 2 * n, format!("<</Length {}>>\nstream\n{content}\nendstream", content.len())));
    }
    let mut out = "%PDF-1.4\n".to_string();
    let mut places = vec![0; objects.len() + 1];
    for (no, body) in &objects {
        places[*no] = out.len();
        out += &format!("{no} 0 obj\n{body}\nendobj\n");
    }
    let start = out.len();
    out += &format!("xref\n0 {}\n0000000000 65535 f \n", places.len());
    places.iter().skip(1).for_each(|p| out += &format!("{p:010} 00000 n \n"));
    out += &format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", places.len());
    out.into_bytes()
}
