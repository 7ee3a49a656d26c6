//! With and without the weights of the names model.

use crate::run;
use std::process::Stdio;

const WHO: [&str; 6] =
    ["--patient", "patient.toml", "--purpose", "insurance-claim", "--recipient", "Cascadia Mutual Health Plan"];

struct Ended {
    code: i32,
    stderr: String,
    out: std::path::PathBuf,
}

/// Runs on the ward note with the model looked for in `models` only.
fn without(temp: &tempfile::TempDir, name: &str, more: &[&str]) -> Ended {
    let out = temp.path().join(name);
    let output = run::program()
        .current_dir(run::root().join("samples/notes"))
        .env("DISCLOSE_MODEL_DIR", temp.path().join("models"))
        .args(["process", "ward-note.txt"])
        .args(WHO)
        .args(more)
        .arg("--out")
        .arg(&out)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    Ended { code: output.status.code().unwrap_or(-1), stderr: String::from_utf8_lossy(&output.stderr).into_owned(), out }
}

#[test]
fn without_the_weights_every_narrative_goes_to_a_person_and_all_say_so() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let first = without(&temp, "first", &[]);
    assert_eq!(first.code, 3, "{}", first.stderr);
    assert_eq!(first.stderr.matches("DISCLOSE_MODEL_DIR").count(), 1, "{}", first.stderr);
    assert!(first.out.join("draft").is_dir() && !first.out.join("release").exists());
    let read = |path: &str| std::fs::read_to_string(first.out.join(path)).expect(path);
    assert!(read("draft/report/report.json").contains("names-model-missing"));
    let review: serde_json::Value = serde_json::from_str(&read("internal/review.json")).expect("JSON");
    assert!(review.to_string().contains("\"narrative\"") && review.to_string().contains("accept"), "{review}");

    // Once somebody has read them, it goes out.
    let rulings = temp.path().join("rulings.toml");
    std::fs::write(&rulings, "by = \"A. Clerk\"\n[rulings]\nR1 = \"accept\"\n").expect("writable");
    let again = without(&temp, "again", &["--decisions", &rulings.to_string_lossy()]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.out.join("release/report/report.json").is_file());
}

#[test]
fn weights_that_were_changed_are_not_used() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let models = temp.path().join("models/rampart-1.4.0");
    std::fs::create_dir_all(&models).expect("writable");
    std::fs::write(models.join("model_q4.onnx"), b"not these").expect("writable");
    std::fs::write(models.join("vocab.txt"), b"[PAD]").expect("writable");
    let text = "Left a voice mail for Brzozwiecki this morning about the forms.";
    std::fs::write(temp.path().join("note.txt"), text).expect("writable");
    let note = temp.path().join("note.txt");
    let ended = without(&temp, "out", &[&note.to_string_lossy()]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("SHA-256"), "{}", ended.stderr);
    let detect = run::program()
        .env("DISCLOSE_MODEL_DIR", temp.path().join("models"))
        .arg("detect")
        .stdin(std::fs::File::open(&note).expect("is there"))
        .output()
        .expect("the program starts");
    assert!(String::from_utf8_lossy(&detect.stderr).contains("SHA-256"));
    assert!(String::from_utf8_lossy(&detect.stdout).contains("model.failed"));
}

#[test]
fn with_the_weights_the_report_names_them() {
    if !run::has_model() {
        return;
    }
    let run = run::process(&run::root().join("samples/notes"), &["ward-note.txt"], &WHO);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = std::fs::read_to_string(run.delivered().join("report/report.json")).expect("the report");
    for text in [
        "Rampart 1.4.0",
        "National Design Studio",
        "CC BY 4.0",
        "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    ] {
        assert!(report.contains(text), "{text}");
    }
    let html = std::fs::read_to_string(run.delivered().join("report/report.html")).expect("the report");
    assert!(html.contains("National Design Studio"));
    let (_, out, err) = run::pipe(&["detect"], "Left a voice mail for Brzozwiecki this morning about the forms.");
    assert!(err.is_empty() && out.contains("\"rule\":\"model."), "{out}{err}");
}
