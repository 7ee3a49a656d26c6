//! The command line contract: exit codes, options, the other commands.

use crate::run;

const REYES: [&str; 6] =
    ["--patient", "samples/reyes/patient.json", "--purpose", "litigation", "--recipient", "Alder & Finch LLP"];

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn help_names_every_command() {
    let (code, out, _) = run::pipe(&["--help"], "");
    assert_eq!(code, 0);
    for command in ["process", "detect", "match", "verify"] {
        assert!(out.contains(command), "{command} is missing in\n{out}");
        let (code, text, _) = run::pipe(&[command, "--help"], "");
        assert_eq!(code, 0);
        assert!(text.lines().count() > 3);
    }
    let (_, out, _) = run::pipe(&["process", "--help"], "");
    for option in
        words("--patient --purpose --recipient --out --request --authority --from --to --policy --dictionary --decisions")
            .into_iter()
            .chain(words("--keep-clinicians --jobs --quiet --json"))
    {
        assert!(out.contains(option), "{option} is missing in\n{out}");
    }
}

#[test]
fn bad_usage_is_exit_2_with_a_line_that_says_what_to_do() {
    let input = "samples/reyes/portal-fhir.json";
    let cases: Vec<(&str, Vec<&str>, &str)> = vec![
        ("no patient", vec!["--purpose", "litigation", "--recipient", "X"], "--patient"),
        ("no purpose", vec!["--patient", "samples/reyes/patient.json", "--recipient", "X"], "--purpose"),
        (
            "unknown purpose",
            vec!["--patient", "samples/reyes/patient.json", "--purpose", "gossip", "--recipient", "X"],
            "litigation",
        ),
        ("patient file missing", vec!["--patient", "nobody.json", "--purpose", "litigation", "--recipient", "X"], "nobody.json"),
        (
            "patient file is not a Patient",
            vec!["--patient", "samples/reyes/portal-fhir.json", "--purpose", "litigation", "--recipient", "X"],
            "Patient",
        ),
        (
            "patient file is no JSON",
            vec!["--patient", "samples/held/scan.txt", "--purpose", "litigation", "--recipient", "X"],
            "scan.txt",
        ),
        (
            "bad date",
            vec!["--patient", "samples/reyes/patient.json", "--purpose", "litigation", "--recipient", "X", "--from", "soon"],
            "--from",
        ),
    ];
    for (what, args, told) in cases {
        let run = run::process(&run::root(), &[input], &args);
        assert_eq!(run.code, 2, "{what}: {}", run.stderr);
        assert!(run.stderr.contains(told), "{what}: {told:?} is not in {:?}", run.stderr);
        assert!(!run.out().join("release").exists() && !run.out().join("draft").exists(), "{what}");
    }
    let run = run::process(&run::root(), &["samples/reyes/absent.json"], &REYES);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("absent.json"), "{}", run.stderr);
    let (code, _, _) = run::pipe(&["frobnicate"], "");
    assert_eq!(code, 2);
}

#[test]
fn an_export_about_somebody_else_is_exit_2_and_only_a_report() {
    let args = ["--patient", "samples/notes/patient.toml", "--purpose", "litigation", "--recipient", "Alder & Finch LLP"];
    let run = run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &args);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!run.out().join("release").exists() && !run.out().join("draft").exists());
    assert!(run.out().join("internal/report.html").is_file(), "a report says why");
    assert!(!run.stderr.contains("Reyes"), "an error line quotes nothing of the export: {}", run.stderr);
}

#[test]
fn two_runs_give_the_same_bytes() {
    let once = |jobs: &str| {
        let mut args = REYES.to_vec();
        args.extend(["--jobs", jobs]);
        run::process(&run::root(), &["samples/reyes/portal.zip"], &args)
    };
    let (a, b) = (once("1"), once("2"));
    let (left, right) = (run::files(&a.out()), run::files(&b.out()));
    assert!(!left.is_empty());
    let names = |f: &[(String, Vec<u8>)]| f.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    assert_eq!(names(&left), names(&right));
    for ((name, x), (_, y)) in left.iter().zip(&right) {
        assert!(x == y, "{name} differs between two runs");
    }
}

#[test]
fn verify_sees_one_changed_byte() {
    let run = run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &REYES);
    let out = run.out();
    let verify = || run::program().arg("verify").arg(&out).output().expect("the program starts").status.code();
    assert_eq!(verify(), Some(0));
    let (name, bytes) = run.records().into_iter().next().expect("a released file");
    let file = run.delivered().join(&name);
    let mut changed = bytes.clone();
    let at = bytes.windows(4).position(|w| w == b"1.50").expect("a result of the patient") + 3;
    changed[at] = b'1';
    std::fs::write(&file, &changed).expect("writable");
    assert_eq!(verify(), Some(4), "a changed value");
    std::fs::write(&file, &bytes).expect("writable");
    assert_eq!(verify(), Some(0), "the old bytes again");
    std::fs::remove_file(&file).expect("removable");
    assert_eq!(verify(), Some(4), "a missing file");
    let (code, _, err) = run::pipe(&["verify", "/nonexistent/folder"], "");
    assert!(code == 2 || code == 4, "{code} {err}");
}

#[test]
fn scope_and_clinicians_can_be_set() {
    if !run::has_model() {
        return;
    }
    let mut args = REYES.to_vec();
    args.push("--keep-clinicians");
    let kept = run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &args);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    let all = crate::reading::all(&kept.records());
    assert!(crate::reading::count(&all, "Owen Graves") > 0, "treating clinicians stay when asked");
    assert!(crate::reading::find(&all, "Graciela").is_empty(), "relatives still go");
}

#[test]
fn the_patient_gets_everything_unless_a_ground_is_given() {
    let args = ["--patient", "samples/notes/patient.toml", "--purpose", "patient", "--recipient", "Leonard Whitcombe"];
    let run = run::process(&run::root(), &["samples/notes/ward-note.txt", "samples/notes/blue-button.txt"], &args);
    assert!(run.code == 0 || run.code == 3, "{}", run.stderr);
    let all = crate::reading::all(&run.records());
    for text in ["Eleanor", "Fenwick Ballard, MD", "Roland"] {
        assert!(crate::reading::count(&all, text) > 0, "a mention of another person is no ground for denial: {text}");
    }
}

#[test]
fn a_purpose_that_does_not_exist_is_refused() {
    let args = ["--patient", "samples/notes/patient.toml", "--purpose", "research-safe-harbour", "--recipient", "X"];
    let run = run::process(&run::root(), &["samples/notes/ward-note.txt"], &args);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("did you mean \"research-safe-harbor\""), "{}", run.stderr);
}

#[test]
fn json_and_quiet_say_what_they_should() {
    if !run::has_model() {
        return;
    }
    let mut args = REYES.to_vec();
    args.push("--json");
    let run = run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &args);
    let value: serde_json::Value = serde_json::from_str(run.stdout.trim()).expect("--json prints one JSON value");
    assert!(value.is_object());
    args.pop();
    args.push("--quiet");
    let run = run::process(&run::root(), &["samples/reyes/portal-fhir.json"], &args);
    assert!(run.stdout.trim().is_empty() && run.stderr.trim().is_empty(), "{}{}", run.stdout, run.stderr);
}

#[test]
fn detect_prints_one_object_a_line_with_byte_offsets() {
    let text = "Mrs. Zoë Lindgren, the patient's mother, called from 206-555-0117.\nSigned: Arvid Halloran, MD\n";
    let (code, out, err) = run::pipe(&["detect", "--format", "jsonl"], text);
    assert_eq!(code, 0, "{err}");
    let mut found = Vec::new();
    for line in out.lines() {
        let v: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        for key in words("start end text category role action label confidence rule") {
            assert!(v.get(key).is_some(), "{key} is missing in {line}");
        }
        let (start, end) = (v["start"].as_u64().unwrap_or(0) as usize, v["end"].as_u64().unwrap_or(0) as usize);
        assert_eq!(text.get(start..end), v["text"].as_str(), "offsets are bytes");
        let field = |k: &str| v[k].as_str().unwrap_or_default().to_string();
        found.push((field("text"), field("category"), field("role")));
    }
    let has = |t: &str, c: &str, r: &str| {
        found.iter().any(|(text, cat, role)| text.contains(t) && cat == c && (r.is_empty() || role == r))
    };
    assert!(has("Lindgren", "name", "mother"), "{found:?}");
    assert!(has("555-0117", "phone", ""), "{found:?}");
    assert!(has("Halloran", "name", "physician"), "{found:?}");
}

#[test]
fn match_answers_with_verdict_and_evidence() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let person = |kind: &str, given: &str, born: &str| {
        format!(
            r#"{{"resourceType":"{kind}","name":[{{"family":"Lindgren","given":["{given}"]}}],"birthDate":"{born}","gender":"female"}}"#
        )
    };
    let (me, mother) = (person("Patient", "Zoë", "1984-03-14"), person("RelatedPerson", "Astrid", "1957-06-02"));
    let (a, b) = (temp.path().join("a.json"), temp.path().join("b.json"));
    std::fs::write(&a, &me).expect("writable");
    std::fs::write(&b, &mother).expect("writable");
    let (a, b) = (a.to_string_lossy().into_owned(), b.to_string_lossy().into_owned());
    let (code, out, err) = run::pipe(&["match", "--reference", &a, "--candidate", &b, "--slot", "Patient.contact"], "");
    assert_eq!(code, 0, "{err}");
    let v: serde_json::Value = serde_json::from_str(out.trim()).expect("JSON");
    assert_eq!(v["verdict"], "different", "{out}");
    for key in words("p_same p_kin p_stranger evidence rules") {
        assert!(v.get(key).is_some(), "{key} is missing in {out}");
    }
    let pairs = temp.path().join("pairs.tsv");
    std::fs::write(&pairs, format!("{me}\t{me}\n{me}\t{mother}\n")).expect("writable");
    let (code, out, err) = run::pipe(&["match", "--pairs", &pairs.to_string_lossy()], "");
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 2, "one verdict a line");
    assert!(out.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok_and(|v| v["verdict"].is_string())));
}
