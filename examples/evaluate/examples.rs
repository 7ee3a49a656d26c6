//! What `scripts/fit_weights` fits the weights on: each word, person and number of a note with the evidence for it and what the marks say.

use crate::gold::{Note, Subject};
use disclose::detect::model::Names;
use disclose::detect::weighed::trace::{Example, NumberExample, examples, numbers};
use serde_json::json;

/// Prints the examples of a note, one JSON object a line.
///
/// # Errors
/// The note's identity is not valid.
pub fn print(note: &Note) -> Result<(), String> {
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    let roster = disclose::cli::detect::roster_of(&identity);
    let (words, persons) = examples(&Names::shared(), &note.text, &identity, &roster);
    words.iter().for_each(|e| line(note, "word", e));
    persons.iter().for_each(|e| line(note, "person", e));
    print_numbers(note)
}

/// Prints the numbers of a note alone, one JSON object a line: quick, for the names model is not asked.
///
/// # Errors
/// The note's identity is not valid.
pub fn print_numbers(note: &Note) -> Result<(), String> {
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

fn line(note: &Note, kind: &str, e: &Example) {
    let span =
        note.spans.iter().filter(|s| s.start < e.end && e.start < s.end).max_by_key(|s| s.end.min(e.end) - s.start.max(e.start));
    let (gold, category) = match span.map(|s| (&s.subject, s.category.as_str())) {
        None => (vec!["nothing".to_string()], ""),
        Some((Subject::Patient, c)) => (vec!["patient".into()], c),
        Some((Subject::Trap(_), c)) => (vec!["trap".into()], c),
        Some((Subject::Any, c)) => (vec!["any".into()], c),
        Some((Subject::Other(roles), c)) => (roles.clone(), c),
    };
    println!(
        "{}",
        json!({
            "note": note.name, "kind": kind, "start": e.start, "text": note.text.get(e.start..e.end), "found": e.found,
            "told": e.role, "gold": gold, "category": category, "evidence": e.evidence,
        })
    );
}
