//! The PDFs of `samples/pdf`: a visit summary, and a compilation of several documents one of which is another patient's.

use super::{decode, outputs};
use crate::run::{self, Run};

const ARGS: [&str; 6] = ["--patient", "../reyes/patient.json", "--purpose", "litigation", "--recipient", "Alder & Finch LLP"];

fn process(name: &str) -> Run {
    run::process(&run::root().join("samples/pdf"), &[name], &ARGS)
}

/// Text of each page as another library finds it. It does not see blanks that are only a distance, so none counts.
fn pages(pdf: &[u8]) -> Vec<String> {
    let doc = lopdf::Document::load_mem(pdf).expect("a PDF");
    (1..=doc.get_pages().len() as u32).map(|n| tight(&doc.extract_text(&[n]).expect("text"))).collect()
}

fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}

fn in_order(text: &str, words: &[&str]) {
    let mut at = 0;
    for w in words.iter().map(|w| tight(w)) {
        let found = text[at..].find(&w);
        assert!(found.is_some(), "{w:?} is not there, or not in its place: {text}");
        at += found.unwrap_or(0) + w.len();
    }
}

fn verified(run: &Run) {
    let again = run::program().arg("verify").arg(run.out()).output().expect("the program starts");
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
}

#[test]
fn a_visit_summary_reads_on_without_the_others() {
    if !run::has_model() {
        return;
    }
    let run = process("visit-summary.pdf");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let out = outputs(&run);
    for name in ["Okonkwo", "Graciela", "Ernesto", "Graves, MD", "Owen", "Baptiste", "555-01"] {
        assert_eq!(decode::survivors(&out[0].1, name), Vec::<String>::new(), "{name}");
    }
    let text = pages(&out[0].1);
    in_order(
        &text[0],
        &[
            "Marisol Ana Reyes",
            "90417733",
            "Hashimoto",
            "[PHYSICIAN 1]",
            "[MOTHER]",
            "Graves disease",
            "Murphy",
            "[FATHER]",
            "Parkinson",
            "Levothyroxine 75 mcg",
            "Endocrinologist",
            "Primary",
            "[SOCIAL WORKER 1]",
            "Therapist",
            "16:42",
        ],
    );
    assert!(text[0].contains("Page1of2") && text[0].contains("[SOCIALWORKER1],LCSW"), "{}", text[0]);
    in_order(&text[1], &["Marisol Ana Reyes", "TSH", "1.50 mIU/L", "0.40 - 4.50", "[PHYSICIAN 2]", "Repeat TSH in 8 weeks."]);
    verified(&run);
}

#[test]
fn a_page_of_another_patient_stays_behind() {
    if !run::has_model() {
        return;
    }
    let run = process("compilation.pdf");
    let out = outputs(&run);
    assert_eq!(out.len(), 1, "{}{}", run.stdout, run.stderr);
    for name in ["Pinkney", "Yolanda", "77120455", "188 mg/dL", "09/08/1991"] {
        assert_eq!(decode::survivors(&out[0].1, name), Vec::<String>::new(), "{name}");
        for (path, bytes) in run.files() {
            assert!(!String::from_utf8_lossy(&bytes).contains(name), "{name} in {path}");
        }
    }
    let text = pages(&out[0].1);
    assert_eq!(text.len(), 5, "the page has its place");
    assert_eq!(text[3], "[WITHHELD]");
    in_order(&text[2], &["Marisol Ana Reyes", "Glucose", "92 mg/dL"]);
    in_order(&text[4], &["Marisol Ana Reyes", "[SPOUSE]", "[BROTHER", "Ferrous sulfate 325 mg"]);
    let withheld = run.ledger().iter().any(|e| e.to_string().contains("page 4"));
    assert!(withheld, "the ledger says which page");
    verified(&run);
}
