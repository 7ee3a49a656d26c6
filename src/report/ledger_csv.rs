//! `ledger.csv` of the recipient edition: one row for every change, safe to open in a spreadsheet.

use super::guard;
use crate::model::ledger::Entry;
use std::io::{self, Write};

/// Column names. Offsets and lengths are left out: they would tell how long the removed text was.
const HEADER: &str = "no,file,place,category,role,label,action,reason,basis,rule,decided_by\r\n";

/// Writes the header.
pub(super) fn header(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEADER.as_bytes())
}

/// Writes one entry.
pub(super) fn row(out: &mut dyn Write, entry: &Entry, files: &guard::Files) -> io::Result<()> {
    let place = guard::line(&entry.place.path);
    let basis = guard::line(guard::basis(&entry.decision));
    let cells = [
        files.show(&entry.place.file),
        &place,
        entry.category.as_str(),
        entry.role.map_or("", |r| r.contract_name()),
        entry.label.as_deref().and_then(guard::label).or_else(|| guard::label(&entry.replacement)).unwrap_or_default(),
        entry.decision.action.as_str(),
        guard::reason(&entry.decision.reason),
        &basis,
        guard::rule(&entry.rule),
        guard::by(&entry.decision),
    ];
    write!(out, "{}", entry.no)?;
    for cell in cells {
        out.write_all(b",")?;
        out.write_all(field(cell).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell by RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn field(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_string() };
    if text.contains(['"', ',', '\n', '\r', '\'', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text_and_quotes_are_doubled() {
        assert_eq!(field("plain"), "plain");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"x\""), "\"say \"\"x\"\"\"");
        for start in ["=", "+", "-", "@", " =", "\t"] {
            let cell = field(&format!("{start}cmd|' /C calc'!A0"));
            assert!(cell.starts_with("\"'"), "{cell}");
        }
        assert_eq!(field("line\nbreak"), "\"line\nbreak\"");
    }
}
