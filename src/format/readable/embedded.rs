//! Documents inside of documents, read where they stand: the notes of a portal's export are mostly attachments.

use super::plain::lines;
use super::{Card, Readable, Row, cda, fields, texts};
use crate::format::ccda::Ccda;
use crate::format::image::{JPEG, PNG, TIFF};
use crate::format::pdf::{self, Pdf};
use crate::format::rtf::Rtf;
use crate::format::text::Html;
use crate::format::{Format, Score};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// No attachment longer than this is read here, characters.
const LONGEST: usize = 64 << 20;

/// The rows of an encoded document, or one row that says what it is.
pub(super) fn rows(encoded: &str, name: &str, path: &str, card: &mut Card) {
    let said = |what: &str| Row { name: name.into(), path: path.into(), text: format!("({what})"), technical: false };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let plain: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).take(LONGEST).collect();
    let Ok(bytes) = GeneralPurpose::new(&STANDARD, config).decode(plain) else {
        return card.push(said(&format!("attachment, {} characters", encoded.len())));
    };
    let is = |f: &dyn Format| f.sniff(bytes.get(..bytes.len().min(65_536)).unwrap_or_default(), "") >= Score::Likely;
    if [PNG, JPEG, TIFF].iter().any(|i| is(i)) {
        return card.push(said("a picture"));
    }
    let read = if is(&Pdf) {
        let pages = pdf::texts(&bytes).unwrap_or_default();
        texts(pages.iter().map(Vec::as_slice))
    } else if is(&Rtf) {
        fields(&Rtf, &bytes).unwrap_or_default()
    } else if is(&Ccda) {
        cda::document(&bytes).unwrap_or_default()
    } else if is(&Html) {
        return lines(&bytes, name, path, card);
    } else {
        match std::str::from_utf8(&bytes) {
            Ok(text) => super::plain::text(text),
            Err(_) => return card.push(said(&format!("attachment, {} bytes", bytes.len()))),
        }
    };
    push(read, name, path, card);
}

fn push(read: Readable, name: &str, path: &str, card: &mut Card) {
    let many = read.cards.len() > 1;
    for inner in read.cards {
        if many {
            card.push(Row { name: name.into(), path: path.into(), text: inner.title, technical: true });
        }
        for row in inner.rows {
            let named = if row.name.is_empty() { name.to_string() } else { format!("{name} {}", row.name) };
            card.push(Row { name: named, path: path.into(), text: row.text, technical: row.technical });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD as ENGINE;

    fn shown(bytes: &[u8]) -> Vec<String> {
        let mut card = Card::default();
        rows(&ENGINE.encode(bytes), "content data", "/content/0/attachment/data", &mut card);
        assert!(card.rows.iter().all(|r| r.path == "/content/0/attachment/data" && r.name.starts_with("content data")));
        card.rows.into_iter().map(|r| r.text).collect()
    }

    #[test]
    fn a_note_in_an_attachment_is_read_where_it_stands() {
        assert_eq!(shown(b"Seen with mother.\n\nDr. Roe"), ["Seen with mother.", "Dr. Roe"]);
        assert_eq!(
            shown(b"<!DOCTYPE html><html><body><p>Seen <b>today</b></p><script>x()</script></body></html>")[0],
            "Seen today"
        );
        assert!(shown(br"{\rtf1\ansi Seen by Dr. Roe.\par}").iter().any(|t| t.contains("Seen by Dr. Roe.")));
        let pdf = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/pdf/visit-summary.pdf")).unwrap();
        assert!(shown(&pdf).iter().any(|t| t.contains("Ms. Reyes is a 39-year-old")));
        assert_eq!(shown(b"\x89PNG\r\n\x1a\n"), ["(a picture)"]);
        assert_eq!(shown(b"\xff\xfe\x00\x80"), ["(attachment, 4 bytes)"]);
        let mut card = Card::default();
        rows("not base64 !", "data", "/x", &mut card);
        assert_eq!(card.rows[0].text, "(attachment, 12 characters)");
    }
}
