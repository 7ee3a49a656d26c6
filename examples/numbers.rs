//! What `scripts/fit_numbers` fits the weights of numbers on: each number of the labelled notes of a folder with the evidence for everybody to
//! whom it may belong, and what the marks say. `cargo run --example numbers -- tests/corpus/notes/dev > FILE`.

// Reading the notes is shared with the measurement; not all of it is asked for here.
#[allow(dead_code)]
#[path = "../tests/corpus/gold.rs"]
mod gold;

use disclose::detect::numbers::trace::{NumberExample, numbers};
use gold::{Note, Subject};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(dir) = std::env::args().nth(1) else {
        eprintln!("usage: numbers FOLDER-OF-NOTES");
        return ExitCode::from(2);
    };
    match gold::folder(Path::new(&dir), "notes").and_then(|notes| notes.iter().try_for_each(print_numbers)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the numbers of a note, one JSON object a line.
///
/// # Errors
/// The note's identity is not valid.
fn print_numbers(note: &Note) -> Result<(), String> {
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    numbers(&note.text, &identity).iter().for_each(|e| number(note, e));
    Ok(())
}

/// Roles, person and category of the mark over a stretch.
fn mark(note: &Note, start: usize, end: usize) -> (Vec<String>, String, String) {
    let span = note.spans.iter().filter(|s| s.start < end && start < s.end).max_by_key(|s| s.end.min(end) - s.start.max(start));
    let Some(s) = span else { return (vec!["nothing".into()], String::new(), String::new()) };
    let roles = match &s.subject {
        Subject::Patient => vec!["patient".into()],
        Subject::Trap(_) => vec!["trap".into()],
        Subject::Any => vec!["any".into()],
        Subject::Other(roles) => roles.clone(),
    };
    (roles, s.person.clone().unwrap_or_default(), s.category.clone())
}

fn number(note: &Note, e: &NumberExample) {
    let (gold, person, category) = mark(note, e.start, e.end);
    let owners: Vec<_> = e
        .owners
        .iter()
        .map(|o| {
            let (gold, person, _) = if o.how == "name" { mark(note, o.bytes.0, o.bytes.1) } else { Default::default() };
            json!({ "how": o.how, "told": o.role, "gold": gold, "person": person, "evidence": o.evidence })
        })
        .collect();
    println!(
        "{}",
        json!({
            "note": note.name, "kind": "number", "start": e.start, "text": note.text.get(e.start..e.end), "rule": e.rule,
            "told": e.role, "own": e.own, "bare": e.bare, "gold": gold, "person": person, "category": category, "owners": owners,
        })
    );
}
