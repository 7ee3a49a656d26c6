//! What `scripts/fit_weights` fits the weights on: each word and each person of a note with the evidence for it and what the marks say.

use crate::gold::{Note, Subject};
use disclose::detect::model::Names;
use disclose::detect::weighed::trace::{Example, examples};
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
    Ok(())
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
