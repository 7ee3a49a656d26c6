//! The ledger as a table: the cells of a row in each edition, as CSV (`ledger.csv`) and as a spreadsheet (`ledger.xlsx`).
//!
//! The recipient's table has a row for every change and no offset or length: they would tell how long the removed text was. The
//! custodian's has every decision, kept ones too, with what stood there. Both are safe to open in a spreadsheet.

use super::Edition;
use super::guard::{self, Files};
use super::ledger_xlsx::Sheet;
use super::proved::Proved;
use crate::model::case::Case;
use crate::model::decision::Action;
use crate::model::ledger::Entry;
use std::borrow::Cow;
use std::io::{self, Write};

/// Columns of the recipient's table.
const RECIPIENT: &[&str] = &[
    "no",
    "file",
    "place",
    "category",
    "role",
    "label",
    "action",
    "reason",
    "basis",
    "rule",
    "decided_by",
    "method",
    "verified",
];
/// Columns of the custodian's table.
const INTERNAL: &[&str] = &[
    "no",
    "file",
    "place",
    "offset",
    "length",
    "category",
    "role",
    "label",
    "action",
    "method",
    "reason",
    "basis",
    "rule",
    "confidence",
    "decided_by",
    "decided_at",
    "verified",
    "replacement",
    "original",
];

/// How an action was carried out, in words.
pub(super) fn method(action: Action) -> &'static str {
    match action {
        Action::Keep => "left as it is",
        Action::Label => "replaced by the role label",
        Action::Mask => "masked",
        Action::Remove => "taken out",
        Action::Hash => "replaced by a keyed digest",
        Action::Encrypt => "replaced by a token of the custodian's key",
        Action::Generalise => "made coarser",
        Action::Rewrite => "rewritten without identity",
        Action::Withhold => "left out as a whole",
        Action::Review => "masked until a person decides",
    }
}

/// Both files of one edition, written row by row.
pub(super) struct Rows<'a> {
    edition: Edition,
    csv: Box<dyn Write>,
    sheet: Sheet,
    files: Files<'a>,
    proved: Proved<'a>,
    case: &'a Case,
    line: String,
}

impl<'a> Rows<'a> {
    /// Begins with the header.
    pub fn new(edition: Edition, case: &'a Case, csv: Box<dyn Write>) -> io::Result<Self> {
        let columns = if edition == Edition::Internal { INTERNAL } else { RECIPIENT };
        let mut csv = csv;
        csv.write_all(columns.join(",").as_bytes())?;
        csv.write_all(b"\r\n")?;
        let sheet = Sheet::new(edition, columns)?;
        let (files, proved) = (Files::of(case), Proved::of(case));
        Ok(Rows { edition, csv, sheet, files, proved, case, line: String::new() })
    }

    /// Writes one entry, when this edition lists it.
    pub fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let cells = match self.edition {
            Edition::Internal => self.internal(entry),
            Edition::Recipient if entry.changes() => self.recipient(entry),
            Edition::Recipient => return Ok(()),
        };
        self.line.clear();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.line.push(',');
            }
            field(&mut self.line, cell);
        }
        self.line.push_str("\r\n");
        self.sheet.row(&cells)?;
        self.csv.write_all(self.line.as_bytes())
    }

    fn recipient<'e>(&self, e: &'e Entry) -> Vec<Cow<'e, str>> {
        let label = e.label.as_deref().and_then(guard::label).or_else(|| guard::label(&e.replacement)).unwrap_or_default();
        vec![
            e.no.to_string().into(),
            self.files.show(&e.place.file).into(),
            guard::clean(&e.place.path),
            e.category.as_str().into(),
            e.role.map_or("", |r| r.contract_name()).into(),
            label.into(),
            e.decision.action.as_str().into(),
            guard::reason(&e.decision.reason).into(),
            guard::clean(guard::basis(&e.decision)),
            guard::rule(&e.rule).into(),
            guard::by(&e.decision).into(),
            method(e.decision.action).into(),
            self.proved.of_file(&e.place.file).into(),
        ]
    }

    fn internal<'e>(&self, e: &'e Entry) -> Vec<Cow<'e, str>>
    where
        'a: 'e,
    {
        vec![
            e.no.to_string().into(),
            (&*e.place.file).into(),
            (&*e.place.path).into(),
            e.place.offset.to_string().into(),
            e.place.len.to_string().into(),
            e.category.as_str().into(),
            e.role.map_or("", |r| r.contract_name()).into(),
            e.label.as_deref().unwrap_or_default().into(),
            e.decision.action.as_str().into(),
            method(e.decision.action).into(),
            (&*e.decision.reason).into(),
            (&*e.decision.basis).into(),
            (&*e.rule).into(),
            format!("{:.3}", e.confidence).into(),
            (&*e.decision.by).into(),
            self.case.decided_at(&e.decision.by).into(),
            self.proved.of_file(&e.place.file).into(),
            (&*e.replacement).into(),
            e.original.as_deref().unwrap_or_default().into(),
        ]
    }

    /// Ends the CSV; gives the bytes of the spreadsheet.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        self.csv.flush()?;
        self.sheet.finish()
    }
}

/// A cell by RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn field(out: &mut String, text: &str) {
    // Most cells begin with a letter or a figure and need not be asked.
    let word = text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric);
    let formula = !word && (text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']));
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
