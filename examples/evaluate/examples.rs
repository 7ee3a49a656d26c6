//! What `scripts/fit_weights` fits the weights on: each word and each person of a note with the evidence for it and what the marks say.

use crate::gold::{Note, Subject};
use disclose::detect::model::{Fitted, Names, Piece};
use disclose::detect::weighed::trace::{Example, examples};
use serde_json::json;

/// Heads of the names model, and where there are any changes of its encoder, each fitted without a part of the notes: `scripts/fit_head
/// --folds=K --into=DIR` and `scripts/fit_encoder` have written them. What is fitted on the head's word must not see a head that has seen
/// the note.
pub struct Heads {
    names: Vec<Names>,
    folds: std::collections::HashMap<String, usize>,
}

impl Heads {
    /// Reads them.
    ///
    /// # Errors
    /// A file is not there or not as it must be.
    pub fn read(dir: &std::path::Path) -> Result<Heads, String> {
        let told = |e: &dyn std::fmt::Display| format!("{}: {e}", dir.display());
        let folds = std::fs::read(dir.join("folds.json")).map_err(|e| told(&e))?;
        let folds: std::collections::HashMap<String, usize> = serde_json::from_slice(&folds).map_err(|e| told(&e))?;
        let last = folds.values().copied().max().unwrap_or(0);
        let names = (0..=last).map(|k| {
            let head = std::fs::read(dir.join(format!("{k}.bin"))).map_err(|e| told(&e))?;
            // Without one, the encoder that the head was fitted on is the unchanged one.
            let change = std::fs::read(dir.join(format!("{k}.change.bin"))).unwrap_or_default();
            Ok(Names::with(Fitted { head: Some(head), change: Some(change) }))
        });
        Ok(Heads { names: names.collect::<Result<_, String>>()?, folds })
    }

    /// The one that has not seen the note.
    pub fn of(&self, note: &Note) -> Option<&Names> {
        self.folds.get(&note.name).and_then(|k| self.names.get(*k))
    }
}

/// Prints the examples of a note, one JSON object a line.
///
/// # Errors
/// The note's identity is not valid.
pub fn print(names: &Names, note: &Note) -> Result<(), String> {
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    let roster = disclose::cli::detect::roster_of(&identity);
    let found = examples(names, &note.text, &identity, &roster);
    for (kind, all) in [("word", &found.words), ("person", &found.persons), ("mine", &found.mine)] {
        all.iter().for_each(|e| line(note, kind, e));
    }
    Ok(())
}

/// Writes what `scripts/fit_head` fits the head of the names model on: one JSON object a window to standard output, and the model's figures
/// of its pieces, two bytes each, to `into`. `names` must have the unchanged encoder, which `scripts/fit_encoder` begins with.
///
/// # Errors
/// The model is not there, or writing fails.
pub fn print_pieces(names: &Names, note: &Note, into: &mut impl std::io::Write) -> Result<(), String> {
    let ranges = disclose::detect::weighed::trace::stretches(&note.text);
    let texts: Vec<&str> = ranges.iter().map(|r| note.text.get(r.whole.clone()).unwrap_or("")).collect();
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    let mut failed = Ok(());
    names.pieces(&texts, &identity, &mut |text, pieces| {
        let Some(range) = ranges.get(text) else { return };
        let base = range.whole.start;
        let counted = |p: &Piece| range.core.contains(&(base + p.start));
        let of = |p: &Piece| if counted(p) { label(note, base + p.start, base + p.end) } else { SKIPPED };
        let labels: Vec<usize> = pieces.iter().map(of).collect();
        let starts: Vec<usize> = pieces.iter().map(|p| base + p.start).collect();
        let ids: Vec<i32> = pieces.iter().map(|p| p.id).collect();
        let signs: Vec<String> = pieces.iter().map(|p| p.signs.to_string()).collect();
        println!("{}", json!({ "note": note.name, "starts": starts, "labels": labels, "signs": signs, "ids": ids }));
        let bytes: Vec<u8> = pieces
            .iter()
            .flat_map(|p| p.known)
            .flat_map(|x| ((x.to_bits() >> 16) as u16 + (x.to_bits() >> 15 & 1) as u16).to_le_bytes())
            .collect();
        failed = into.write_all(&bytes).map_err(|e| e.to_string());
    })?;
    failed
}

/// Stands for a piece that is not counted.
const SKIPPED: usize = 99;

/// The class of a piece, as `src/detect/model/head.rs` numbers them.
fn label(note: &Note, start: usize, end: usize) -> usize {
    let Some(span) = note.spans.iter().find(|s| s.start < end && start < s.end) else { return 0 };
    let name = span.category == "name";
    match &span.subject {
        Subject::Trap(_) => 0,
        Subject::Any => SKIPPED,
        Subject::Patient => {
            if name {
                1
            } else {
                8
            }
        }
        Subject::Other(_) if !name => 7,
        Subject::Other(roles) => match roles.first().map_or("", String::as_str) {
            "mother" | "father" | "sibling" | "spouse" | "child" | "relative" => 2,
            "physician" | "nurse" | "clinician" => 3,
            "staff" => 4,
            "other_patient" => 5,
            _ => 6,
        },
    }
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
