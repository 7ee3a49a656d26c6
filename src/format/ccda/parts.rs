//! Embedded documents: base64 in `nonXMLBody/text`, `observationMedia/value` and any other ED.

use super::values::attr;
use crate::format::xml::{Kind, Tape, tape};
use crate::model::document::{FieldId, Part};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding as exporters like it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

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
    binary && looks_encoded(&content(tape, element))
}

/// Only letters of the alphabet, enough of them, and no words.
fn looks_encoded(raw: &[u8]) -> bool {
    let plain = raw.iter().all(|b| b.is_ascii_alphanumeric() || b"+/= \r\n\t".contains(b));
    plain
        && raw.iter().filter(|b| !b.is_ascii_whitespace()).count() >= 64
        && !raw.windows(2).any(|w| w[0] == b' ' && w[1].is_ascii_lowercase())
}

/// Character data of the element's direct texts (base64 has no escapes).
fn content(tape: &Tape, element: u32) -> Vec<u8> {
    let texts = tape.children(element).filter(|&c| matches!(tape.node(c).kind, Kind::Text | Kind::CData));
    texts.flat_map(|c| tape.slice(tape.node(c).inner).iter().copied()).collect()
}

/// Decodes the content as part `number` (from 1) of its document.
pub fn decode(tape: &Tape, element: u32, field: FieldId, number: usize) -> Part {
    let raw: Vec<u8> = content(tape, element).into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = if tape.attr(element, b"compression").is_some() {
        Err("the embedded document is compressed, which is not supported".to_string())
    } else if tape.node(element).has(tape::CHILDREN) {
        Err("the embedded document has markup in its base64".to_string())
    } else {
        LENIENT.decode(&raw).map_err(|_| "the embedded document is not valid base64".to_string())
    };
    Part { field, media_type: media_type(tape, element), name: format!("attachment-{number}"), bytes }
}

/// Base64 with padding, without line ends.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}
