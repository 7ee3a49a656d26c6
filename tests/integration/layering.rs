//! Dependencies point one way: a stage knows the model and itself, the model knows nobody.

use crate::run;
use std::path::Path;

const STAGES: &[&str] = &["intake", "format", "detect", "people", "policy", "redact", "verify", "report", "deliver"];

/// Names right after `crate::`, also inside `crate::{a, b::c}`, comments left out.
fn imports(source: &str) -> Vec<String> {
    let code: String = source.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let word = |s: &str| s.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut out = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            out.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut first = true;
        for (i, c) in group.char_indices() {
            if depth == 0 && first {
                out.push(word(&group[i..]));
                first = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => first = true,
                _ => {}
            }
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

fn forbidden(stage: &str, import: &str) -> bool {
    match stage {
        "model" => import != "model",
        "cli" => false,
        // The desk stands on top: rules know the model alone, the store knows the rules, workers know the pipeline, pages know all but
        // the command line.
        "workflow" => !["model", "workflow"].contains(&import),
        "store" => !["model", "workflow", "store"].contains(&import),
        "queue" => ["cli", "server"].contains(&import),
        "server" => import == "cli",
        _ => import != "model" && import != stage,
    }
}

#[test]
fn a_stage_never_imports_another() {
    let src = run::root().join("src");
    let mut wrong = Vec::new();
    for stage in STAGES.iter().chain(&["model", "workflow", "store", "queue", "server"]) {
        let found = run::files(&src.join(stage));
        assert!(!found.is_empty(), "src/{stage} is there");
        for (path, bytes) in found.iter().filter(|(p, _)| Path::new(p).extension().is_some_and(|e| e == "rs")) {
            let source = String::from_utf8_lossy(bytes);
            wrong.extend(
                imports(&source).iter().filter(|i| forbidden(stage, i)).map(|i| format!("src/{stage}/{path} imports {i}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_store_knows_sql() {
    let src = run::root().join("src");
    for (path, bytes) in run::files(&src).iter().filter(|(p, _)| p.ends_with(".rs") && !p.starts_with("store/")) {
        assert!(!String::from_utf8_lossy(bytes).contains("sqlx::"), "src/{path}");
    }
}

#[test]
fn no_file_is_unsafe() {
    for (path, bytes) in run::files(&run::root().join("src")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("unsafe {"), "src/{path}");
    }
}

#[test]
fn imports_are_found_in_groups() {
    let found = imports(
        "use crate::model::x;\nuse crate::{format::{a, b}, detect};\n// use crate::report::y;\nlet a = crate::policy::z();",
    );
    assert_eq!(found, ["model", "format", "detect", "policy"]);
    assert!(forbidden("detect", "format") && !forbidden("detect", "detect") && !forbidden("cli", "report"));
}
