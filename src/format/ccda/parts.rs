//! Embedded documents: base64 in `nonXMLBody/text`, `observationMedia/value` and any other ED.

use super::values::attr;
use crate::format::xml::{Tape, embedded, tape};
use crate::model::document::{FieldId, Part};

/// The declared media type, quotes around it dropped (`mediaType='"application/pdf"'` occurs).
pub fn media_type(tape: &Tape, element: u32) -> String {
    attr(tape, element, b"mediaType").trim_matches(['"', '\'', ' ']).to_ascii_lowercase()
}

/// Does the element hold base64? Declared so, or of a binary media type with a content that can only be base64.
pub fn is_embedded(tape: &Tape, element: u32) -> bool {
    let n = tape.node(element);
    if !n.has(tape::TEXT) {
        return false;
    }
    let told = attr(tape, element, b"representation");
    if told.trim_matches(['"', '\'']).eq_ignore_ascii_case("B64") {
        return true;
    }
    if tape.attr(element, b"mediaType").is_none() {
        return false;
    }
    let media = media_type(tape, element);
    let binary = !media.is_empty() && !media.starts_with("text/") && !media.contains("xml");
    binary && looks_encoded(&embedded::content(tape, element))
}

/// Only letters of the alphabet, enough of them, and no words.
fn looks_encoded(raw: &[u8]) -> bool {
    let plain = raw.iter().all(|b| b.is_ascii_alphanumeric() || b"+/= \r\n\t".contains(b));
    plain
        && raw.iter().filter(|b| !b.is_ascii_whitespace()).count() >= 64
        && !raw.windows(2).any(|w| w[0] == b' ' && w[1].is_ascii_lowercase())
}

/// Decodes the content as part `number` (from 1) of its document.
pub fn decode(tape: &Tape, element: u32, field: FieldId, number: usize) -> Part {
    let bytes = if tape.attr(element, b"compression").is_some() {
        Err("the embedded document is compressed, which is not supported".to_string())
    } else {
        embedded::decode(tape, element)
    };
    Part { field, media_type: media_type(tape, element), name: format!("attachment-{number}"), bytes }
}
