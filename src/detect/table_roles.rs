//! Tables with a header line: what the head of a column tells of those named in it.

use super::tokens::{MAX_LINE, Shape, Tokens};
use super::words::NameLike;
use crate::model::role::Role;

/// Tables with a header line: what a column holds.
pub struct Table {
    headers: Vec<Header>,
}

/// A header line.
struct Header {
    /// First token.
    line: usize,
    /// First byte within the line and role of each column.
    columns: Vec<(usize, Option<Role>)>,
    /// Columns are set apart by bars or tabs, not by blanks.
    ruled: bool,
}

impl Table {
    pub fn new(t: &Tokens) -> Table {
        let mut headers = Vec::new();
        let mut line = 0usize;
        while line < t.list.len() {
            let end = (line..t.list.len()).find(|k| is_line_end(t, *k)).unwrap_or(t.list.len());
            if end > line && end - line <= 40 && t.is_capital(line) | t.is(line, '|') {
                let cells = cells(t, line, end);
                let roles: Vec<(usize, Option<Role>)> = cells.iter().map(|c| (c.2, column_role(t, c.0, c.1))).collect();
                let words = cells.iter().all(|c| c.1 - c.0 <= 4 && (c.0..c.1).all(|k| t.shape(k) != Some(Shape::Number)));
                if cells.len() >= 2 && words && roles.iter().any(|r| r.1.is_some()) && (line..end).all(|k| !t.is(k, ':')) {
                    let ruled = t.is(line, '|') || (line..end).any(|k| t.is(k, '|') || t.shape(k) == Some(Shape::Break));
                    headers.push(Header { line, columns: roles, ruled });
                }
            }
            line = end + 1;
        }
        Table { headers }
    }

    /// The role of the column in which token `k` stands.
    pub fn role(&self, t: &Tokens, k: usize) -> Option<Role> {
        let Header { columns, ruled, .. } =
            self.headers.get(self.headers.partition_point(|h| h.line < k).checked_sub(1)?).filter(|h| k - h.line < 800)?;
        let from = k.saturating_sub(MAX_LINE);
        let line = (from..k).rev().find(|j| is_line_end(t, *j)).map_or(from, |j| j + 1);
        let end = (k..t.list.len().min(k + MAX_LINE)).find(|j| is_line_end(t, *j)).unwrap_or(t.list.len().min(k + MAX_LINE));
        let row = cells(t, line, end);
        if row.len() < 2 {
            return None;
        }
        let at = row.iter().position(|c| c.0 <= k && k < c.1)?;
        if *ruled {
            return (row.len() == columns.len()).then(|| columns.get(at).and_then(|c| c.1)).flatten();
        }
        let offset = row.get(at)?.2;
        // Set with blanks: the column that begins nearest.
        columns.iter().min_by_key(|c| c.0.abs_diff(offset)).filter(|c| c.0.abs_diff(offset) <= 3).and_then(|c| c.1)
    }
}

pub fn is_line_end(t: &Tokens, k: usize) -> bool {
    t.get(k).is_some_and(|b| b.shape == Shape::Break && t.text.get(b.start..b.end).is_some_and(|s| s.contains('\n')))
}

/// The cells of a line: first token, token after the last, byte of the first within the line.
fn cells(t: &Tokens, line: usize, end: usize) -> Vec<(usize, usize, usize)> {
    let base = t.get(line).map_or(0, |x| x.start);
    let base = t.text.get(..base).and_then(|s| s.rfind('\n')).map_or(0, |i| i + 1);
    let mut out: Vec<(usize, usize, usize)> = Vec::new();
    for k in line..end {
        let Some(x) = t.get(k) else { break };
        if t.is(k, '|') || x.shape == Shape::Break {
            continue;
        }
        let joined = out.last().is_some_and(|c| c.1 == k) && !(k > line && t.begins_column(k));
        match out.last_mut() {
            Some(c) if joined => c.1 = k + 1,
            _ => out.push((k, k + 1, x.start - base)),
        }
    }
    out
}

/// The role of those whom a column with this head names.
fn column_role(t: &Tokens, from: usize, to: usize) -> Option<Role> {
    let has = |words: &[&str]| (from..to).any(|k| words.contains(&t.low(k)));
    if (from..to).any(|k| t.like(k) == NameLike::Name && !has(&["nurse", "provider", "contact"])) {
        return None;
    }
    if has(&["patient", "pt", "resident", "client", "member"]) && !has(&["id", "mrn", "dob"]) {
        return Some(Role::OtherPatient);
    }
    if has(&["surgeon", "physician", "attending", "md", "doctor", "pcp", "anesthesiologist", "resident"]) {
        return Some(Role::Physician);
    }
    if has(&["nurse", "rn", "nursing"]) {
        return Some(Role::Nurse);
    }
    if has(&[
        "provider",
        "clinician",
        "prescriber",
        "author",
        "ordering",
        "ordered",
        "signed",
        "verified",
        "given",
        "administered",
        "performed",
        "seen",
        "staff",
    ]) {
        return Some(Role::Clinician);
    }
    if has(&["pharmacist"]) {
        return Some(Role::Pharmacist);
    }
    if has(&["therapist"]) {
        return Some(Role::Therapist);
    }
    if has(&["tech", "technician", "collector", "phlebotomist", "collected", "drawn"]) {
        return Some(Role::Technician);
    }
    if has(&["interpreter"]) {
        return Some(Role::Interpreter);
    }
    if has(&["user", "entered", "scribe", "clerk", "registrar"]) {
        return Some(Role::Staff);
    }
    if has(&["emergency"]) && has(&["contact", "contacts"]) {
        return Some(Role::EmergencyContact);
    }
    if has(&["relative", "family"]) {
        return Some(Role::Relative);
    }
    None
}
