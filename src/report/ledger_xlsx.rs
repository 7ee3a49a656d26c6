//! `ledger.xlsx`: the first rows of the ledger as a spreadsheet that can be filtered, the header frozen and repeated in print.
//!
//! Every cell is a text, never a formula. The file holds no clock: its properties carry a fixed date.

use super::Edition;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;

/// Rows of the sheet, as many as page and PDF have; `ledger.csv` has all. A row costs more time than all else that is done for a change.
const ROWS: u32 = 2_000;
/// Longest text of a cell, characters: what the format allows.
const LONGEST: usize = 32_000;

/// A sheet that grows.
pub(super) struct Sheet {
    sheet: Worksheet,
    columns: usize,
    next: u32,
    left_out: u64,
}

impl Sheet {
    /// A sheet with its header.
    pub fn new(edition: Edition, columns: &[&str]) -> Result<Self, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(if edition == Edition::Internal { "Ledger (staff only)" } else { "Ledger" })?;
        sheet.set_landscape();
        let bold = Format::new().set_bold();
        for (i, head) in (0u16..).zip(columns) {
            sheet.write_string_with_format(0, i, head.replace('_', " "), &bold)?;
            let width = match *head {
                "no" | "offset" | "length" | "confidence" | "verified" => 9.0,
                "file" | "place" | "basis" | "original" => 36.0,
                _ => 18.0,
            };
            sheet.set_column_width(i, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        Ok(Sheet { sheet, columns: columns.len(), next: 1, left_out: 0 })
    }

    /// Adds a row; beyond the last one it is only counted.
    pub fn row(&mut self, cells: &[Cow<'_, str>]) -> Result<(), XlsxError> {
        if self.next > ROWS {
            self.left_out += 1;
            return Ok(());
        }
        for (i, cell) in (0u16..).zip(cells).filter(|(_, c)| !c.is_empty()) {
            match cell.parse::<u32>() {
                Ok(n) if i == 0 => self.sheet.write_number(self.next, i, n)?,
                _ if cell.len() <= LONGEST => self.sheet.write_string(self.next, i, cell.as_ref())?,
                _ => self.sheet.write_string(self.next, i, cell.chars().take(LONGEST).collect::<String>())?,
            };
        }
        self.next += 1;
        Ok(())
    }

    /// The file's bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        if self.left_out > 0 {
            let said = format!("{} more rows are in ledger.csv", self.left_out);
            self.sheet.write_string(self.next, 1, said)?;
        }
        let last = u16::try_from(self.columns.saturating_sub(1)).unwrap_or(0);
        if self.next > 1 {
            self.sheet.autofilter(0, 0, self.next - 1, last)?;
        }
        let mut book = Workbook::new();
        // Not a time: the same ledger gives the same bytes.
        let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_title("Disclosure ledger").set_creation_datetime(&fixed));
        book.push_worksheet(self.sheet);
        book.save_to_buffer()
    }
}

/// What stands in every spreadsheet that the library writes: themes, styles, names of scripts.
pub fn spreadsheet_texts() -> String {
    let empty = Sheet::new(Edition::Recipient, &[]).and_then(Sheet::finish).unwrap_or_default();
    let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(empty)) else { return String::new() };
    let mut out = String::new();
    for i in 0..zip.len() {
        let Ok(mut member) = zip.by_index(i) else { continue };
        out.push_str(&String::from_utf8_lossy(member.name_raw()));
        out.push(' ');
        // The library writes UTF-8; a member that is none adds no word.
        let mut text = String::new();
        if std::io::Read::read_to_string(&mut member, &mut text).is_ok() {
            out.push_str(&text);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_give_the_same_bytes_and_no_formula() {
        let make = || {
            let mut sheet = Sheet::new(Edition::Recipient, &["no", "file"]).unwrap();
            sheet.row(&["1".into(), "=cmd|' /C calc'!A0".into()]).unwrap();
            sheet.finish().unwrap()
        };
        let bytes = make();
        assert!(bytes == make());
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut page = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut page).unwrap();
        assert!(!page.contains("<f>"), "{page}");
    }

    #[test]
    fn the_words_of_every_spreadsheet_are_told() {
        let texts = spreadsheet_texts();
        assert!(texts.contains("Calibri") && texts.contains("xl/workbook.xml"));
    }

    #[test]
    fn a_long_ledger_says_what_is_left_out() {
        let mut sheet = Sheet::new(Edition::Recipient, &["no"]).unwrap();
        sheet.next = ROWS;
        for _ in 0..3 {
            sheet.row(&["x".into()]).unwrap();
        }
        assert_eq!(sheet.left_out, 2);
        sheet.finish().unwrap();
    }
}
