//! A person's rulings on single hits, on everything of one person, and boxes drawn on pages.

use crate::run::{self, Run};
use serde_json::Value;
use std::path::Path;

fn process(folder: &Path, inputs: &[&str], decisions: &str) -> Run {
    let mut args = vec!["--patient", "reyes/patient.json", "--purpose", "litigation", "--recipient", "Harrow & Finch", "--quiet"];
    let file = folder.join("decisions.toml");
    let path = file.to_string_lossy().into_owned();
    if !decisions.is_empty() {
        std::fs::write(&file, format!("by = \"Rita Reviewer\"\n{decisions}")).expect("written");
        args.extend(["--decisions", &path]);
    }
    run::process(&run::root().join("samples"), inputs, &args)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text")
}

fn hit(path: &str, e: &Value, ruling: &str) -> String {
    format!(
        "[[hit]]\npath = \"{path}\"\noffset = {}\nlength = {}\noriginal = {}\nruling = \"{ruling}\"\nreason = \"other\"\n",
        e["place"]["offset"],
        e["place"]["len"],
        quoted(e["original"].as_str().expect("original"))
    )
}

fn text_of(run: &Run, name: &str) -> String {
    let files = run.files();
    let (_, bytes) = files.iter().find(|(p, _)| p == name).unwrap_or_else(|| panic!("{name}; {}", run.stderr));
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_hit_is_kept_or_given_another_role_and_everything_else_stays_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let before = process(dir.path(), &["reyes/portal-fhir.json"], "");
    let ledger = before.ledger();
    let named = |e: &&Value| {
        e["category"] == "name"
            && e["decision"]["action"] == "label"
            && e["original"].as_str().is_some_and(|o| !o.starts_with('{'))
    };
    let first = ledger.iter().find(named).expect("a name in a text");
    let other = ledger.iter().filter(named).find(|e| e["label"] != first["label"]).expect("another person's");
    let rulings = hit("portal-fhir.json", first, "keep") + &hit("portal-fhir.json", other, "label:aunt");
    let after = process(dir.path(), &["reyes/portal-fhir.json"], &rulings);
    assert!(after.code == 0 || after.code == 3, "{} {}", after.code, after.stderr);
    let now = after.ledger();
    assert_eq!(now.len(), ledger.len());
    let at = |list: &[Value], e: &Value| list.iter().find(|x| x["no"] == e["no"]).cloned().expect("the entry");
    let kept = at(&now, first);
    assert_eq!(kept["decision"]["action"], "keep");
    assert_eq!(kept["decision"]["by"], "Rita Reviewer");
    assert_eq!(kept["place"], first["place"]);
    assert_eq!(at(&now, other)["replacement"], "[AUNT]");
    let changed = ledger.iter().filter(|e| at(&now, e)["replacement"] != e["replacement"]).count();
    assert_eq!(changed, 2, "nothing else changed");
    assert!(text_of(&after, "portal-fhir.json").contains("[AUNT]"));
    // The same ruling for something that does not stand there fits nothing, and says so.
    let moved = rulings.replace("length = ", "length = 1");
    let wrong = process(dir.path(), &["reyes/portal-fhir.json"], &moved);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("fit nothing"), "{}", wrong.stderr);
    let nonsense = process(dir.path(), &["reyes/portal-fhir.json"], &rulings.replace("\"keep\"", "\"withhold\""));
    assert_eq!(nonsense.code, 2);
}

#[test]
fn everything_of_a_person_is_redacted_or_relabelled() {
    let dir = tempfile::tempdir().expect("a folder");
    let before = process(dir.path(), &["reyes/portal-fhir.json"], "");
    let label =
        before.ledger().iter().find(|e| e["role"] == "mother").expect("a mother")["label"].as_str().expect("label").to_string();
    let person =
        |ruling: &str| format!("[[person]]\nlabel = {}\nruling = \"{ruling}\"\nreason = \"wrong_role\"\n", quoted(&label));
    let aunt = process(dir.path(), &["reyes/portal-fhir.json"], &person("label:aunt"));
    assert!(aunt.code == 0 || aunt.code == 3, "{}", aunt.stderr);
    let text = text_of(&aunt, "portal-fhir.json");
    assert!(text.contains("[AUNT]") && !text.contains(&label), "no label of the old role is left");
    let masked = process(dir.path(), &["reyes/portal-fhir.json"], &person("mask"));
    assert!(masked.code == 0 || masked.code == 3, "{}", masked.stderr);
    let of_her = |e: &&Value| e["label"] == label.as_str() && e["category"] == "name";
    assert!(
        masked
            .ledger()
            .iter()
            .filter(of_her)
            .all(|e| e["replacement"] == "[REDACTED]" || ["remove", "rewrite"].iter().any(|a| e["decision"]["action"] == *a))
    );
}

#[test]
fn boxes_reach_pixels_and_text_and_a_page_stays_out() {
    let dir = tempfile::tempdir().expect("a folder");
    // The upper fifth of a scan, and of a page of text.
    for (input, name) in
        [("scans/lab.png", "lab.png"), ("pdf/visit-summary.pdf", "visit-summary.pdf"), ("scans/scanned.pdf", "scanned.pdf")]
    {
        let before = process(dir.path(), &["reyes/portal-fhir.json", input], "");
        let boxed = format!("[[box]]\npath = \"{name}\"\npage = 1\narea = [0, 0, 10000, 2500]\nreason = \"third_party\"\n");
        let after = process(dir.path(), &["reyes/portal-fhir.json", input], &boxed);
        assert!(after.code == 0 || after.code == 3, "{name}: {} {}", after.code, after.stderr);
        let drawn: Vec<Value> = after.ledger().into_iter().filter(|e| e["rule"] == "drawn.box").collect();
        assert!(!drawn.is_empty(), "{name}");
        assert!(
            drawn
                .iter()
                .all(|e| e["decision"]["by"] == "Rita Reviewer"
                    && e["place"]["path"].as_str().is_some_and(|p| p.contains("page 1"))),
            "{name}: {drawn:?}"
        );
        let bytes = |r: &Run| r.files().into_iter().find(|(p, _)| p == name).map(|(_, b)| b);
        assert!(bytes(&before).is_some() && bytes(&before) != bytes(&after), "{name}");
    }
    let out = process(
        dir.path(),
        &["reyes/portal-fhir.json", "pdf/visit-summary.pdf"],
        "[[page]]\npath = \"visit-summary.pdf\"\npage = 2\n",
    );
    assert!(out.code == 0 || out.code == 3, "{}", out.stderr);
    assert!(out.ledger().iter().any(|e| e["rule"] == "drawn.page" && e["decision"]["action"] == "withhold"));
    for bad in [
        "[[box]]\npath = \"visit-summary.pdf\"\npage = 99\narea = [0, 0, 5000, 5000]\n",
        "[[box]]\npath = \"portal-fhir.json\"\npage = 1\narea = [0, 0, 5000, 5000]\n",
        "[[box]]\npath = \"visit-summary.pdf\"\npage = 1\narea = [5000, 0, 0, 5000]\n",
        "[[box]]\npath = \"nothing.pdf\"\npage = 1\narea = [0, 0, 5000, 5000]\n",
    ] {
        let run = process(dir.path(), &["reyes/portal-fhir.json", "pdf/visit-summary.pdf"], bad);
        assert_eq!(run.code, 2, "{bad}: {}", run.stderr);
    }
}

#[test]
fn a_text_is_redacted_where_it_was_selected_and_nowhere_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let note = dir.path().join("note.txt");
    std::fs::write(
        &note,
        "Patient: Marisol Ana Reyes, DOB 03/14/1984.\nShe likes the lake house.\nHe built  the lake\nhouse himself.\n",
    )
    .expect("written");
    let inputs = ["reyes/portal-fhir.json", note.to_str().expect("a path")];
    let before = process(dir.path(), &inputs, "");
    let spot = |before: &str, after: &str| {
        format!(
            "[[text]]\npath = \"note.txt\"\ntext = \"the lake house\"\nbefore = {}\nafter = {}\nreason = \"third_party\"\n",
            quoted(before),
            quoted(after)
        )
    };
    let after = process(dir.path(), &inputs, &spot("He built ", " himself."));
    assert_eq!(after.code, before.code, "{}", after.stderr);
    let text = text_of(&after, "note.txt");
    assert!(text.contains("She likes the lake house.") && text.contains("He built  [REDACTED] himself."), "{text}");
    let lines: Vec<Value> = after.ledger().into_iter().filter(|e| e["rule"] == "drawn.text").collect();
    assert!(lines.len() == 1 && lines[0]["decision"]["by"] == "Rita Reviewer", "{lines:?}");
    assert_eq!(text_of(&after, "portal-fhir.json"), text_of(&before, "portal-fhir.json"), "nothing else changed");
    let both = process(dir.path(), &inputs, &spot("", ""));
    assert_eq!(text_of(&both, "note.txt").matches("[REDACTED]").count(), 2);
    // Where an edit stands already, the rest of the selection goes.
    let over = "[[text]]\npath = \"portal-fhir.json\"\ntext = \"nothing of the kind\"\n";
    for bad in [spot("She built ", ""), over.into(), spot("", "").replace("the lake house", " ")] {
        let run = process(dir.path(), &inputs, &bad);
        assert_eq!(run.code, 2, "{bad}: {}", run.stderr);
    }
}

#[test]
fn a_text_is_redacted_on_one_page_of_a_pdf_and_in_a_scan() {
    let dir = tempfile::tempdir().expect("a folder");
    let spot = |path: &str, page: u32, text: &str| {
        format!("[[text]]\npath = \"{path}\"\npage = {page}\ntext = \"{text}\"\nreason = \"third_party\"\n")
    };
    let inputs = ["reyes/portal-fhir.json", "pdf/visit-summary.pdf", "scans/lab.png"];
    // The clinic heads both pages.
    let rulings = spot("visit-summary.pdf", 2, "Endocrine Clinic") + &spot("lab.png", 1, "Sodium 139");
    let after = process(dir.path(), &inputs, &rulings);
    assert!(after.code == 0 || after.code == 3, "{} {}", after.code, after.stderr);
    let drawn: Vec<Value> = after.ledger().into_iter().filter(|e| e["rule"] == "drawn.text").collect();
    let of = |e: &Value, k: &str| e[k].as_str().unwrap_or_default().replace('\t', " ");
    let at: Vec<(String, String)> =
        drawn.iter().map(|e| (of(&e["place"], "path").chars().take(6).collect(), of(e, "original"))).collect();
    let wanted = [("page 1", "Sodium 139"), ("page 2", "Endocrine Clinic")];
    assert!(at.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(wanted), "{drawn:?}");
    let files = after.files();
    let (_, pdf) = files.iter().find(|(p, _)| p == "visit-summary.pdf").expect("the PDF");
    let layers = disclose::format::pdf::layers(pdf, &[0, 1], false).expect("pages");
    assert!(layers[0].texts[0].contains("Endocrine Clinic"), "the first page keeps it");
    assert!(!layers[1].texts[0].contains("Endocrine") && layers[1].texts[0].contains("Fairhaven"), "{}", layers[1].texts[0]);
    let (_, scan) = files.iter().find(|(p, _)| p == "lab.png").expect("the scan");
    let read = disclose::format::image::layer(scan, 0).expect("a page");
    assert!(!read.texts[0].contains("Sodium") && read.texts[0].contains("Creatinine"), "{}", read.texts[0]);
    let nowhere = process(dir.path(), &inputs, &spot("visit-summary.pdf", 1, "Free T4"));
    assert_eq!(nowhere.code, 2, "it stands on the other page: {}", nowhere.stderr);
}

#[test]
fn a_selection_that_holds_a_name_leaves_nothing_of_either() {
    let dir = tempfile::tempdir().expect("a folder");
    let before = process(dir.path(), &["reyes/portal-fhir.json"], "");
    let source = std::fs::read_to_string(run::root().join("samples/reyes/portal-fhir.json")).expect("the sample");
    let of_text = |e: &Value| {
        e["category"] == "name"
            && e["decision"]["action"] == "label"
            && e["original"].as_str().is_some_and(|o| o.contains(' ') && !o.starts_with('{'))
    };
    let entry = before.ledger().into_iter().find(|e| of_text(e)).expect("a name in a text");
    let name = entry["original"].as_str().expect("text").to_string();
    let (offset, len) =
        (entry["place"]["offset"].as_u64().expect("n") as usize, entry["place"]["len"].as_u64().expect("n") as usize);
    // The end of the name and the two words behind it.
    let last = name.rsplit(' ').next().expect("a word");
    let behind: String = source[offset + len..].chars().take_while(|c| *c != '"' && *c != '<' && *c != '\\').take(12).collect();
    let selected = format!("{last}{behind}");
    let ruling = format!("[[text]]\npath = \"portal-fhir.json\"\ntext = {}\n", quoted(selected.trim()));
    let after = process(dir.path(), &["reyes/portal-fhir.json"], &ruling);
    assert!(after.code == 0 || after.code == 3, "{}", after.stderr);
    let text = text_of(&after, "portal-fhir.json");
    assert!(!text.contains(&name) && !text.contains(selected.trim()), "{selected}");
}
