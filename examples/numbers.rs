//! What `scripts/fit_numbers` fits the weights of numbers on: each number of the labelled notes of a folder with the evidence for everybody to
//! whom it may belong, and what the marks say. `cargo run --example numbers -- tests/corpus/notes/dev > FILE`; with a folder of heads of the
//! names model behind it, as `evaluate --heads` takes it, with what the one says that has not seen the note.

// Reading the notes is shared with the measurement; not all of it is asked for here.
#[allow(dead_code)]
#[path = "../tests/corpus/gold.rs"]
mod gold;

#[allow(dead_code)]
#[path = "evaluate/examples.rs"]
mod examples;

use disclose::detect::model::Names;
use disclose::detect::numbers::trace::{NumberExample, numbers};
use gold::{Note, Subject};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(dir) = args.next() else {
        eprintln!("usage: numbers FOLDER-OF-NOTES [FOLDER-OF-HEADS]");
        return ExitCode::from(2);
    };
    match print(Path::new(&dir), args.next().as_deref().map(Path::new)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn print(dir: &Path, heads: Option<&Path>) -> Result<(), String> {
    let heads = heads.map(examples::Heads::read).transpose()?;
    for note in gold::folder(dir, "notes")? {
        let names = heads.as_ref().map(|h| h.of(&note).ok_or_else(|| format!("{}: in no fold", note.name))).transpose()?;
        print_numbers(names, &note)?;
    }
    Ok(())
}

/// Prints the numbers of a note, one JSON object a line.
///
/// # Errors
/// The note's identity is not valid.
fn print_numbers(names: Option<&Names>, note: &Note) -> Result<(), String> {
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    numbers(names, &note.text, &identity).iter().for_each(|e| number(note, e));
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
            "told": e.role, "own": e.own, "bare": e.bare, "model": e.model, "gold": gold, "person": person, "category": category, "owners": owners,
        })
    );
}
