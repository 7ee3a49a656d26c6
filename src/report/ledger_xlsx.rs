//! `ledger.xlsx`: the rows of the ledger as a spreadsheet that can be filtered, the header frozen and repeated in print.
//!
//! Every cell is a text, never a formula. The file is written as it grows (Office Open XML, ECMA-376 part 1: SpreadsheetML with texts in
//! their cells), holds no clock, and is the same for the same rows.

use super::Edition;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Rows of the sheet; `ledger.csv` has all. More than this nobody looks through by hand, while packing, unpacking and searching a sheet of
/// fifty thousand rows takes longer than all else about the document they come from.
const ROWS: u32 = 5_000;
/// Longest text of a cell, characters: what the format allows is 32,767.
const LONGEST: usize = 32_000;
/// Bytes of the sheet that are gathered before they are packed.
const CHUNK: usize = 64 << 10;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const LINKS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 0 is plain, style 1 bold.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;

/// A sheet that grows.
pub(super) struct Sheet {
    zip: ZipWriter<io::Cursor<Vec<u8>>>,
    name: &'static str,
    columns: Vec<String>,
    next: u32,
    left_out: u64,
    text: String,
}

impl Sheet {
    /// A sheet with its header.
    ///
    /// # Errors
    /// The packed file cannot be begun.
    pub fn new(edition: Edition, columns: &[&str]) -> io::Result<Self> {
        let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", options())?;
        let name = if edition == Edition::Internal { "Ledger (staff only)" } else { "Ledger" };
        let letters: Vec<String> = (0..columns.len().max(1)).map(letter).collect();
        let mut sheet = Sheet { zip, name, columns: letters, next: 1, left_out: 0, text: String::new() };
        sheet.text.push_str(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView workbookViewId=\"0\"><pane \
             ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>",
        );
        if !columns.is_empty() {
            sheet.text.push_str("<cols>");
            for (i, head) in columns.iter().enumerate() {
                let width = match *head {
                    "no" | "offset" | "length" | "confidence" | "verified" => 9,
                    "file" | "place" | "basis" | "original" => 36,
                    _ => 18,
                };
                let no = i + 1;
                // Writing to a string does not fail.
                let _ = write!(sheet.text, "<col min=\"{no}\" max=\"{no}\" width=\"{width}\" customWidth=\"1\"/>");
            }
            sheet.text.push_str("</cols>");
        }
        sheet.text.push_str("<sheetData>");
        let heads: Vec<Cow<str>> = columns.iter().map(|h| h.replace('_', " ").into()).collect();
        sheet.cells(&heads, " s=\"1\"");
        Ok(sheet)
    }

    /// Adds a row; beyond the last one it is only counted.
    ///
    /// # Errors
    /// The packed file cannot be written.
    pub fn row(&mut self, cells: &[Cow<'_, str>]) -> io::Result<()> {
        if self.next > ROWS {
            self.left_out += 1;
            return Ok(());
        }
        self.cells(cells, "");
        if self.text.len() >= CHUNK {
            self.zip.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn cells(&mut self, cells: &[Cow<'_, str>], style: &str) {
        let no = self.next;
        let out = &mut self.text;
        let _ = write!(out, "<row r=\"{no}\">");
        for (i, (cell, column)) in cells.iter().zip(&self.columns).enumerate().filter(|(_, (c, _))| !c.is_empty()) {
            match cell.parse::<u32>() {
                Ok(n) if i == 0 => _ = write!(out, "<c r=\"{column}{no}\"{style}><v>{n}</v></c>"),
                _ => {
                    let _ = write!(out, "<c r=\"{column}{no}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                    escaped(cell, out);
                    out.push_str("</t></is></c>");
                }
            }
        }
        out.push_str("</row>");
        self.next += 1;
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// The packed file cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let last = (self.next - 1).max(1);
        if self.left_out > 0 {
            let said = format!("{} more rows are in ledger.csv", self.left_out);
            self.cells(&["".into(), said.into()], "");
        }
        let end = self.columns.last().map_or("A", String::as_str);
        let range = format!("A1:{end}{last}");
        let _ = write!(self.text, "</sheetData><autoFilter ref=\"{range}\"/><pageSetup orientation=\"landscape\"/></worksheet>");
        self.zip.write_all(self.text.as_bytes())?;
        let name = self.name;
        let fixed: String = range
            .split(':')
            .map(|c| {
                format!(
                    "${}${}",
                    c.trim_end_matches(|x: char| x.is_ascii_digit()),
                    c.trim_start_matches(|x: char| x.is_ascii_alphabetic())
                )
            })
            .collect::<Vec<_>>()
            .join(":");
        let book = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<workbook \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"{name}\" sheetId=\"1\" \
             r:id=\"rId1\"/></sheets><definedNames><definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"0\" \
             hidden=\"1\">'{name}'!{fixed}</definedName><definedName name=\"_xlnm.Print_Titles\" \
             localSheetId=\"0\">'{name}'!$1:$1</definedName></definedNames></workbook>"
        );
        let parts = [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", book.as_str()),
            ("xl/_rels/workbook.xml.rels", LINKS),
            ("xl/styles.xml", STYLES),
        ];
        for (path, text) in parts {
            self.zip.start_file(path, options())?;
            self.zip.write_all(text.as_bytes())?;
        }
        Ok(self.zip.finish()?.into_inner())
    }
}

/// Packed fast, with no clock.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(zip::DateTime::default())
}

/// `A`, `B`, ... `Z`, `AA`: the name of a column.
fn letter(column: usize) -> String {
    let (mut n, mut out) = (column + 1, String::new());
    while n > 0 {
        out.insert(0, char::from(b'A' + ((n - 1) % 26) as u8));
        n = (n - 1) / 26;
    }
    out
}

/// A text as XML has it; what no cell can hold becomes a blank.
fn escaped(text: &str, out: &mut String) {
    let text = match text.char_indices().nth(LONGEST).filter(|_| text.len() > LONGEST) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    };
    if text.bytes().all(|b| b >= b' ' && !matches!(b, b'&' | b'<' | b'>' | b'_') && b < 0x80) {
        return out.push_str(text);
    }
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // `_x0041_` would be read as a character by its number.
            '_' if text.get(at + 1..).is_some_and(|t| t.starts_with(['x', 'X'])) => out.push_str("_x005F_"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
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
        assert!(!page.contains("<f>") && page.contains("=cmd|"), "{page}");
    }

    #[test]
    fn cells_hold_what_xml_can() {
        let mut sheet = Sheet::new(Edition::Internal, &["no", "original"]).unwrap();
        sheet.row(&["7".into(), "a < b & \u{1}_x0041_ \u{e9}".into()]).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(sheet.finish().unwrap())).unwrap();
        let mut page = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut page).unwrap();
        assert!(page.contains("<c r=\"A2\"><v>7</v></c>"), "{page}");
        assert!(page.contains("a &lt; b &amp;  _x005F_x0041_ \u{e9}"), "{page}");
        assert_eq!((letter(0), letter(25), letter(26), letter(701)), ("A".into(), "Z".into(), "AA".into(), "ZZ".into()));
        for i in 0..zip.len() {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut zip.by_index(i).unwrap(), &mut text).unwrap();
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        }
    }

    #[test]
    fn the_words_of_every_spreadsheet_are_told() {
        let texts = spreadsheet_texts();
        assert!(texts.contains("Calibri") && texts.contains("xl/workbook.xml"));
    }

    #[test]
    fn a_ledger_of_thousands_of_rows_is_whole() {
        let mut sheet = Sheet::new(Edition::Recipient, &["no", "file"]).unwrap();
        (0..4_500).for_each(|i| sheet.row(&[i.to_string().into(), "visit.pdf".into()]).unwrap());
        assert_eq!((sheet.left_out, sheet.next), (0, 4_502));
        sheet.finish().unwrap();
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
