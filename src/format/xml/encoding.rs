//! Which bytes are which characters.
//!
//! Most exports are UTF-8. Single-byte code pages (ISO-8859-1, windows-1252) are handled without loss: a byte above 127 is one
//! character. UTF-16 and multi-byte code pages are refused with a reason, for then a byte range would not be a character range.

use crate::model::error::ReadError;
use encoding_rs::Encoding as Codec;

/// The encoding of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, or ASCII.
    Utf8,
    /// A code page in which every byte is one character and bytes below 128 are ASCII.
    Single(&'static Codec),
}

/// UTF-8 byte order mark.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Finds the encoding from byte order mark and XML declaration (XML 1.0, appendix F). The second value is the length of the mark.
///
/// Errors: UTF-16, UTF-32, EBCDIC or a multi-byte code page; the words say what to do.
pub fn detect(bytes: &[u8]) -> Result<(Encoding, usize), ReadError> {
    let wide = bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\xFE\xFF")
        || bytes.starts_with(b"<\0")
        || bytes.starts_with(b"\0<")
        || bytes.starts_with(b"\0\0");
    if wide {
        return Err(ReadError::at(
            "the document is UTF-16 or UTF-32, which cannot be edited in place; convert it to UTF-8",
            bytes,
            0,
        ));
    }
    if bytes.starts_with(b"\x4C\x6F\xA7\x94") {
        return Err(ReadError::at("the document is EBCDIC, which cannot be edited in place; convert it to UTF-8", bytes, 0));
    }
    if bytes.starts_with(BOM) {
        return Ok((Encoding::Utf8, BOM.len()));
    }
    let Some(label) = declared(bytes) else { return Ok((Encoding::Utf8, 0)) };
    if label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii") {
        return Ok((Encoding::Utf8, 0));
    }
    match Codec::for_label(label) {
        Some(c) if c == encoding_rs::UTF_8 => Ok((Encoding::Utf8, 0)),
        Some(c) if c.is_single_byte() && c.is_ascii_compatible() => Ok((Encoding::Single(c), 0)),
        // The bytes begin as ASCII does, so a declared UTF-16 is a wrong declaration: what the bytes are decides.
        Some(c) if c == encoding_rs::UTF_16LE || c == encoding_rs::UTF_16BE => Ok((Encoding::Utf8, 0)),
        _ => Err(ReadError::at("the declared encoding is not supported; convert the document to UTF-8", bytes, 0)),
    }
}

/// The encoding for a view: as [`detect`], UTF-8 when that refuses (a view never fails).
pub fn of(bytes: &[u8]) -> Encoding {
    detect(bytes).map_or(Encoding::Utf8, |(e, _)| e)
}

/// The label in the XML declaration, when there is one.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    if !bytes.starts_with(b"<?xml") {
        return None;
    }
    let decl = bytes.get(..bytes.len().min(1024))?;
    let decl = &decl[..memchr::memmem::find(decl, b"?>")?];
    let at = memchr::memmem::find(decl, b"encoding")? + b"encoding".len();
    let rest = decl.get(at..)?;
    let open = rest.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let quote = *rest.get(open)?;
    let value = rest.get(open + 1..)?;
    let end = value.iter().position(|&b| b == quote)?;
    value.get(..end)
}

/// The character that one byte of a code page stands for.
pub fn char_of(codec: &'static Codec, byte: u8) -> char {
    if byte < 128 {
        return byte as char;
    }
    let one = [byte];
    let (text, _) = codec.decode_without_bom_handling(&one);
    text.chars().next().unwrap_or('\u{FFFD}')
}
