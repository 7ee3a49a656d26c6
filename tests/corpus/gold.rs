//! Reads the labelled notes of `tests/corpus/notes`. Uses nothing of the library, so that the set stands on its own.
//!
//! A note is a text file: an identity TOML between two lines `+++` (who the patient is), then the note with marks in it:
//!
//! ```text
//! {mother#m1|Anna Smith}            a name (the usual category) of the mother; `m1` is the same person all through the note
//! {sibling/emergency_contact:phone|555-0101}   a category; several roles where more than one answer is right, the main one first
//! {patient:mrn|448812}              the patient's own: must stay
//! {trap:eponym|Parkinson}           looks like a name and is none: must stay
//! {any|206-555-0100}                may go or stay, is not counted
//! ```
//!
//! Roles and categories are the words of the command line contract. `\{`, `\}` and `\|` stand for themselves. The kind of a note
//! is its file name without the number: `portal-thread-2.txt`.

use std::path::{Path, PathBuf};

/// Whose a marked text is, and so what must happen to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The patient: stays.
    Patient,
    /// Somebody else: goes. Roles that are right, the main one first.
    Other(Vec<String>),
    /// Not a person: stays. The word is the kind of trap.
    Trap(String),
    /// Not counted.
    Any,
}

/// One marked text.
#[derive(Clone, Debug)]
pub struct Span {
    /// Byte offset in the note's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Whose.
    pub subject: Subject,
    /// The same for all mentions of one person of a note.
    pub person: Option<String>,
    /// Category of the command line contract.
    pub category: String,
}

/// One note.
#[derive(Clone, Debug)]
pub struct Note {
    /// `dev/admission-1`.
    pub name: String,
    /// `admission`.
    pub kind: String,
    /// Identity TOML of the patient.
    pub identity: String,
    /// The note without marks.
    pub text: String,
    /// Marks in order.
    pub spans: Vec<Span>,
}

/// Roles that a third party may have.
pub const ROLES: &[&str] = &[
    "mother",
    "father",
    "sibling",
    "spouse",
    "child",
    "relative",
    "guardian",
    "emergency_contact",
    "guarantor",
    "other_patient",
    "physician",
    "nurse",
    "clinician",
    "staff",
    "employer",
    "other_person",
];

/// Categories of a mark.
pub const CATEGORIES: &[&str] = &[
    "name",
    "phone",
    "fax",
    "email",
    "address",
    "date_of_birth",
    "ssn",
    "mrn",
    "member_id",
    "account",
    "npi",
    "license",
    "vehicle",
    "device",
    "url",
    "ip",
    "other_id",
];

/// Kinds of trap; each must be in both splits.
pub const TRAPS: &[&str] =
    &["eponym", "sign", "instrument", "drug", "facility", "street", "month", "place", "word", "pet", "organisation"];

/// All notes of one split (`dev`, `test`), by name.
///
/// # Errors
/// The file and what is wrong with it.
pub fn split(root: &Path, split: &str) -> Result<Vec<Note>, String> {
    folder(&root.join("tests/corpus/notes").join(split), split)
}

/// All notes of a folder, by name; `split` goes before each name.
///
/// # Errors
/// The file and what is wrong with it.
pub fn folder(dir: &Path, split: &str) -> Result<Vec<Note>, String> {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "txt")).collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
            note(&format!("{split}/{stem}"), &text).map_err(|e| format!("{split}/{stem}: {e}"))
        })
        .collect()
}

/// Reads one note.
///
/// # Errors
/// What is wrong, with the line.
pub fn note(name: &str, file: &str) -> Result<Note, String> {
    let rest = file.strip_prefix("+++\n").ok_or("does not begin with +++")?;
    let (identity, body) = rest.split_once("\n+++\n").ok_or("the identity has no end")?;
    let mut out = Note {
        name: name.to_string(),
        kind: name.rsplit('/').next().unwrap_or(name).trim_end_matches(|c: char| c == '-' || c.is_ascii_digit()).to_string(),
        identity: identity.to_string(),
        text: String::with_capacity(body.len()),
        spans: Vec::new(),
    };
    let mut open: Option<(usize, Span)> = None;
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        let line = || body[..at].matches('\n').count() + identity.matches('\n').count() + 4;
        let step = c.len_utf8();
        match c {
            '\\' if body[at + 1..].starts_with(['{', '}', '|']) => {
                out.text.push_str(&body[at + 1..at + 2]);
                at += 2;
                continue;
            }
            '{' => {
                if open.is_some() {
                    return Err(format!("a mark inside a mark, line {}", line()));
                }
                let Some(bar) = body[at..].find('|') else { return Err(format!("a mark without |, line {}", line())) };
                let span = head(&body[at + 1..at + bar], out.text.len()).map_err(|e| format!("{e}, line {}", line()))?;
                open = Some((at, span));
                at += bar + 1;
                continue;
            }
            '}' => {
                let Some((_, mut span)) = open.take() else { return Err(format!("a stray }}, line {}", line())) };
                span.end = out.text.len();
                let text = &out.text[span.start..span.end];
                if text.trim().is_empty() || text.trim() != text {
                    return Err(format!("a mark that is empty or has blanks at its ends, line {}", line()));
                }
                out.spans.push(span);
            }
            _ => out.text.push(c),
        }
        at += step;
    }
    match open {
        Some((at, _)) => Err(format!("a mark without end, line {}", body[..at].matches('\n').count() + 1)),
        None => Ok(out),
    }
}

/// `role/role#person:category`.
fn head(text: &str, start: usize) -> Result<Span, String> {
    let (who, kind) = text.split_once(':').map_or((text, None), |(w, k)| (w, Some(k)));
    let (roles, person) = who.split_once('#').map_or((who, None), |(r, p)| (r, Some(p.to_string())));
    let mut category = kind.unwrap_or("name").to_string();
    let subject = match roles {
        "patient" => Subject::Patient,
        "any" => Subject::Any,
        "trap" => {
            let kind = std::mem::replace(&mut category, "name".into());
            if !TRAPS.contains(&kind.as_str()) {
                return Err(format!("unknown kind of trap {kind}"));
            }
            Subject::Trap(kind)
        }
        _ => {
            let roles: Vec<String> = roles.split('/').map(str::to_string).collect();
            if let Some(bad) = roles.iter().find(|r| !ROLES.contains(&r.as_str())) {
                return Err(format!("unknown role {bad}"));
            }
            Subject::Other(roles)
        }
    };
    if !CATEGORIES.contains(&category.as_str()) {
        return Err(format!("unknown category {category}"));
    }
    Ok(Span { start, end: start, subject, person, category })
}
