//! Tables: a column whose head speaks of people holds people.
//!
//! `| Date | Seen by | With |` and `Name   Relation   Phone`: in the rows below every capitalised cell of such a column is a person,
//! also one whose name is a word of the language. Columns are told by strokes, tabs or two blanks.

use super::cues::{Pull, function, kin, role_phrase, title};
use super::discover::Find;
use super::evidence::credential_at;
use super::name_read::Read;
use super::slots;
use super::tokens::{Shape, Tokens};
use super::words::NameLike;
use crate::model::role::{Role, RoleGroup};

/// Longest head of a column, in tokens, and most rows below a head.
const MAX_HEAD: usize = 4;
const MAX_ROWS: usize = 200;

/// A cell: its tokens, and the bytes from the start of its line.
#[derive(Clone, Copy)]
struct Cell {
    from: usize,
    to: usize,
    start: usize,
    end: usize,
}

/// A column of people.
struct Column {
    at: usize,
    start: usize,
    end: usize,
    role: Option<Role>,
}

/// Adds the people of all tables.
pub fn find(t: &Tokens, out: &mut Vec<Find>) {
    let mut columns: Vec<Column> = Vec::new();
    let (mut stroked, mut rows) = (false, 0usize);
    let mut line = 0usize;
    while line < t.list.len() {
        let end = (line..t.list.len()).find(|k| is_line_end(t, *k)).unwrap_or(t.list.len());
        let blank = t.get(end).is_some_and(|b| t.text.get(b.start..b.end).is_some_and(|s| s.matches('\n').count() > 1));
        let cells = if end > line { cells(t, line, end) } else { Vec::new() };
        let strokes = (line..end).any(|k| t.is(k, '|'));
        if let Some(head) = head(t, &cells) {
            (columns, stroked, rows) = (head, strokes, 0);
        } else if !columns.is_empty() && strokes == stroked && rows < MAX_ROWS {
            rows += 1;
            for (at, cell) in cells.iter().enumerate() {
                if let Some(column) = columns.iter().find(|c| if stroked { c.at == at } else { under(c, cell) }) {
                    let role = column.role.or_else(|| row_role(t, &cells, at));
                    people(t, cell, role, out);
                }
            }
        }
        if columns.is_empty() && cells.len() > 1 {
            beside_role(t, &cells, out);
        }
        if blank || rows >= MAX_ROWS {
            columns.clear();
        }
        line = end + 1;
    }
}

fn is_line_end(t: &Tokens, k: usize) -> bool {
    t.get(k).is_some_and(|b| b.shape == Shape::Break && t.text.get(b.start..b.end).is_some_and(|s| s.contains(['\n', '\r'])))
}

fn under(c: &Column, cell: &Cell) -> bool {
    cell.start.abs_diff(c.start) <= 2 || cell.start < c.end && c.start < cell.end && cell.start.abs_diff(c.start) <= 6
}

/// The cells of a line; a line of one cell is no row.
fn cells(t: &Tokens, line: usize, end: usize) -> Vec<Cell> {
    let mut out: Vec<Cell> = Vec::new();
    let base = t.get(line).map_or(0, |x| t.text.get(..x.start).and_then(|s| s.rfind('\n')).map_or(0, |n| n + 1));
    let strokes = (line..end).any(|k| t.is(k, '|'));
    let mut from = line;
    for k in line..=end {
        let divider = k == end || t.is(k, '|') || t.shape(k) == Some(Shape::Break);
        let gap = !strokes && k > from && k < end && t.get(k - 1).zip(t.get(k)).is_some_and(|(a, b)| b.start >= a.end + 2);
        if !divider && !gap {
            continue;
        }
        if k > from
            && let (Some(a), Some(b)) = (t.get(from), t.get(k - 1))
        {
            out.push(Cell { from, to: k, start: a.start.saturating_sub(base), end: b.end.saturating_sub(base) });
        } else if strokes && k > line && k < end {
            out.push(Cell { from: k, to: k, start: 0, end: 0 });
        }
        from = if divider { k + 1 } else { k };
    }
    out
}

/// The columns of people when the cells are the head of a table: short, without figures, at least one of people and one of another
/// kind.
fn head(t: &Tokens, cells: &[Cell]) -> Option<Vec<Column>> {
    let filled: Vec<&Cell> = cells.iter().filter(|c| c.to > c.from).collect();
    let short = |c: &&Cell| {
        c.to - c.from <= MAX_HEAD
            && (c.from..c.to).all(|k| {
                matches!(t.shape(k), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Mark('/' | '.' | '#' | '(' | ')')))
            })
            && matches!(t.shape(c.from), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Mark('#')))
    };
    if filled.len() < 2 || !filled.iter().all(short) {
        return None;
    }
    let known = |c: &Cell| (c.from..c.to).any(|k| super::words::is_word(t.low(k)) || HEADS.contains(&t.low(k)));
    let others = filled.iter().filter(|c| of_people(t, c).is_none() && known(c)).count();
    let columns: Vec<Column> = cells
        .iter()
        .enumerate()
        .filter(|(_, c)| c.to > c.from)
        .filter_map(|(at, c)| of_people(t, c).map(|role| Column { at, start: c.start, end: c.end, role }))
        .collect();
    (!columns.is_empty() && others > 0 && filled.len() <= 3 * (others + columns.len()) / 2).then_some(columns)
}

/// Heads of columns that are no words of the language.
const HEADS: &[&str] =
    &["rel", "dob", "mrn", "ph", "tel", "dept", "hx", "dx", "appt", "loc", "rm", "pt", "id", "no", "acct", "ext", "proc", "tx"];

/// Whether the head of a column speaks of people, and what they are.
fn of_people(t: &Tokens, c: &Cell) -> Option<Option<Role>> {
    let low = |k: usize| t.low(k);
    let has = |w: &[&str]| (c.from..c.to).any(|k| w.contains(&low(k)));
    // `Name of drug`, `Phone`, `Relation to patient`, `Attending notified`.
    if has(&[
        "phone",
        "relation",
        "relationship",
        "rel",
        "drug",
        "test",
        "medication",
        "facility",
        "notes",
        "note",
        "date",
        "time",
        "type",
        "number",
        "address",
        "status",
        "clinic",
        "plan",
        "history",
        "initials",
        "age",
        "dose",
        "room",
        "bed",
        "reason",
        "code",
        "specialty",
        "instructions",
        "company",
        "file",
        "product",
        "brand",
        "generic",
        "location",
        "vaccine",
        "lot",
        "problem",
        "condition",
        "diagnosis",
        "procedure",
        "event",
        "visit",
        "comment",
        "comments",
        "id",
        "organization",
        "department",
        "hospital",
        "pharmacy",
        "insurance",
        "payer",
        "needs",
        "notified",
        "service",
        "services",
        "level",
        "call",
    ]) {
        return None;
    }
    let last = c.to - 1;
    let role = (c.from..c.to).find_map(|k| {
        kin(low(k)).or_else(|| function(t.word(k))).or_else(|| title(low(k)).flatten()).or_else(|| {
            role_phrase(|i| low(k + i))
                .filter(|(n, pull, role)| role.is_some() && *pull != Pull::Weak && k + n <= c.to)
                .and_then(|(_, _, r)| r)
        })
    });
    if role.is_some() {
        return Some(role);
    }
    match low(last) {
        "by" | "with" | "who" | "name" | "names" | "contact" | "person" | "staff" | "spoke" | "caller" | "author" | "visitor"
        | "visitors" | "member" | "relative" | "initiator" | "informant" | "surg" | "anes" | "present" | "attendees" | "to"
        | "from" => Some(match low(last) {
            "staff" | "author" => Some(Role::Clinician),
            "surg" | "anes" => Some(Role::Physician),
            _ => None,
        }),
        "provider" | "clinician" | "doctor" | "md" | "attending" | "resident" | "fellow" | "pcp" | "consultant" | "doc"
        | "intern" => Some(Some(Role::Physician)),
        "rn" | "lpn" | "cna" | "aide" | "charge" | "sitter" => Some(Some(Role::Nurse)),
        "patient" | "pt" | "client" | "participant" | "roommate" => Some(Some(Role::OtherPatient)),
        _ => None,
    }
}

/// What a cell says somebody is: `Daughter (DPOA)`, `Home health RN`, `Nephrology`; nothing else may stand in it.
fn cell_role(t: &Tokens, c: &Cell) -> Option<Role> {
    // A note in parentheses or after a stroke is left out.
    let to = (c.from..c.to).find(|k| t.is(*k, '(') || t.is(*k, '/') || t.low(*k) == "w").unwrap_or(c.to);
    if to == c.from || to - c.from > 4 || (c.from..to).any(|k| matches!(t.shape(k), Some(Shape::Number | Shape::Mark(',' | ':'))))
    {
        return None;
    }
    let mut last = None;
    for k in c.from..to {
        let in_law = t.low(k + 1) == "in" && t.low(k + 2) == "law";
        let told = kin(t.low(k))
            .map(|r| if in_law { Role::InLaw } else { r })
            .or_else(|| function(t.word(k)))
            .or_else(|| super::cues::field_phrase(|i| if k + i < to { t.low(k + i) } else { "" }).map(|f| f.1))
            .or_else(|| {
                role_phrase(|i| if k + i < to { t.low(k + i) } else { "" })
                    .filter(|(_, pull, _)| matches!(pull, Pull::Noun | Pull::Label))
                    .and_then(|(_, _, r)| r)
            });
        last = told.or(last);
    }
    // A field of medicine that no list of phrases has.
    let field = || (to == c.from + 1 && t.low(c.from).len() > 6 && t.low(c.from).ends_with("ology")).then_some(Role::Physician);
    last.or_else(field)
}

/// What another cell of the row says of whoever is named in cell `at`: the one nearest before it, else the next.
fn row_role(t: &Tokens, cells: &[Cell], at: usize) -> Option<Role> {
    let before = cells.get(..at).unwrap_or_default().iter().rev().find_map(|c| cell_role(t, c));
    before.or_else(|| cells.get(at + 1).and_then(|c| cell_role(t, c)))
}

/// A row of a table without a head that speaks of people: `| Cy | IHSS aide | end 2024-08 |`, `Son   Bjorn   555-0144`.
fn beside_role(t: &Tokens, cells: &[Cell], out: &mut Vec<Find>) {
    for (at, cell) in cells.iter().enumerate() {
        let short = cell.to > cell.from && cell.to - cell.from <= 6 && t.is_capital(cell.from);
        if !short || cell_role(t, cell).is_some() {
            continue;
        }
        let side = |k: Option<usize>| k.and_then(|k| cells.get(k)).and_then(|c| cell_role(t, c));
        let Some(role) = side(at.checked_sub(1)).or_else(|| side(Some(at + 1))) else { continue };
        let Some(read) = slots::read(t, cell.from, cell.to) else { continue };
        let n = read.next;
        let ends = n == cell.to || matches!(t.shape(n), Some(Shape::Mark(',' | '('))) || credential_at(t, n).is_some();
        if ends && (read.best == NameLike::Name || read.words > 1) {
            out.push(Find { read, rule: "cue.column", confidence: 0.6, role: Some(role) });
        }
    }
}

/// `KT`, `mt` alone in a cell of those who work here.
fn initials(t: &Tokens, k: usize, cell: &Cell, role: Option<Role>) -> Option<Read> {
    let works = role.is_some_and(|r| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
    let ends = k + 1 == cell.to || matches!(t.shape(k + 1), Some(Shape::Mark('/' | ',')));
    let name = super::crowd::initials(t, k, true).filter(|_| works && ends)?;
    let x = t.get(k)?;
    Some(Read { first: k, next: k + 1, start: x.start, end: x.end, name, best: NameLike::Unknown, words: 1, parts: 1 })
}

/// The people of one cell: `Precious, Zaiden`, `Low/Quick`, `Pell, R`.
fn people(t: &Tokens, cell: &Cell, role: Option<Role>, out: &mut Vec<Find>) {
    let mut k = cell.from;
    // `1. Ana Roe`, `Dr. Roe`
    while k < cell.to
        && (matches!(t.shape(k), Some(Shape::Number | Shape::Mark('.' | ')' | '-' | '('))) || title(t.low(k)).is_some())
    {
        k += 1;
    }
    // The foot of a page may stand below a column of people.
    if matches!(t.low(k), "page" | "pages" | "pg" | "sheet") && matches!(t.shape(k + 1), Some(Shape::Number)) {
        return;
    }
    for _ in 0..6 {
        if k >= cell.to {
            return;
        }
        // `Simone Roe, LCSW`
        if credential_at(t, k).is_some() && k > cell.from {
            k += 1;
            continue;
        }
        let sure = role.is_some() && t.shape(k) == Some(Shape::Upper) && t.word(k).len() > 3 && t.like(k) >= NameLike::Unknown;
        let upper = || super::lone::one(t, k).filter(|_| sure && (k + 1 == cell.to || t.is(k + 1, '(')));
        let Some(read) = slots::read(t, k, cell.to).or_else(|| initials(t, k, cell, role)).or_else(upper) else { return };
        k = read.next;
        let told = kin(t.low(k)).filter(|_| t.is(k.wrapping_sub(1), '('));
        out.push(Find { read, rule: "cue.column", confidence: 0.6, role: told.or(role) });
        // `Ana (sister)`, `Wu RN`
        while k < cell.to && !matches!(t.shape(k), Some(Shape::Mark(',' | '/' | '&' | ';' | '+'))) && t.low(k) != "and" {
            k += 1;
        }
        k += 1;
    }
}
