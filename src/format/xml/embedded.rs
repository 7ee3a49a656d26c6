//! Base64 in XML.

use super::tape::{self, Kind, Tape};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding as exporters like it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// Character data of the element's direct texts (base64 has no escapes).
pub fn content(tape: &Tape, element: u32) -> Vec<u8> {
    let texts = tape.children(element).filter(|&c| matches!(tape.node(c).kind, Kind::Text | Kind::CData));
    texts.flat_map(|c| tape.slice(tape.node(c).inner).iter().copied()).collect()
}

/// Decodes the base64 content of an element; the error says why not.
pub fn decode(tape: &Tape, element: u32) -> Result<Vec<u8>, String> {
    if tape.node(element).has(tape::CHILDREN) {
        return Err("the embedded document has markup in its base64".into());
    }
    let raw: Vec<u8> = content(tape, element).into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
    LENIENT.decode(&raw).map_err(|_| "the embedded document is not valid base64".into())
}

/// Base64 with padding, without line ends.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}
