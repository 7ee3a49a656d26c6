//! `ledger.csv` of the recipient edition: one row for every change, safe to open in a spreadsheet.

use super::digest::Line;
use super::guard;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Column names. Offsets and lengths are left out: they would tell how long the removed text was.
const HEADER: &str = "no,file,place,category,role,label,action,reason,basis,rule,decided_by\r\n";

/// Writes the file row by row.
pub(super) struct Rows<'a> {
    out: &'a mut dyn Write,
    files: &'a guard::Files<'a>,
    line: String,
}

impl<'a> Rows<'a> {
    /// Begins with the header.
    pub fn new(out: &'a mut dyn Write, files: &'a guard::Files<'a>) -> io::Result<Self> {
        out.write_all(HEADER.as_bytes())?;
        Ok(Rows { out, files, line: String::new() })
    }

    /// Writes one entry.
    pub fn write(&mut self, entry: &Line) -> io::Result<()> {
        let place = guard::clean(&entry.place.path);
        let basis = guard::clean(guard::basis(&entry.decision.by, &entry.decision.basis));
        let cells = [
            self.files.show(&entry.place.file),
            &place,
            entry.category.as_str(),
            entry.role.map_or("", |r| r.contract_name()),
            entry.label.as_ref().and_then(|l| guard::label(&l.0)).or_else(|| guard::label(&entry.replacement)).unwrap_or_default(),
            entry.decision.action.as_str(),
            guard::reason(&entry.decision.reason),
            &basis,
            guard::rule(&entry.rule),
            guard::by(&entry.decision.by),
        ];
        self.line.clear();
        let _ = write!(self.line, "{}", entry.no);
        for cell in cells {
            self.line.push(',');
            field(&mut self.line, cell);
        }
        self.line.push_str("\r\n");
        self.out.write_all(self.line.as_bytes())
    }
}

/// A cell by RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn field(out: &mut String, text: &str) {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    if !formula && !text.bytes().any(|b| matches!(b, b'"' | b',' | b'\n' | b'\r' | b'\'' | b';')) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    for (i, piece) in text.split('"').enumerate() {
        if i > 0 {
            out.push_str("\"\"");
        }
        out.push_str(piece);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {

    #[test]
    fn formulas_are_text_and_quotes_are_doubled() {
        let field = |text: &str| {
            let mut out = String::new();
            super::field(&mut out, text);
            out
        };
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
