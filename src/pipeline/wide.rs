//! Documents in UTF-16.
//!
//! The structured formats count bytes of UTF-8. A document in UTF-16 is therefore turned into UTF-8 when it is read, worked on, and every
//! difference turned back where it is written, so that what did not change comes out byte for byte as it came, mark and byte order
//! included. Text that does not survive the way there and back (half a surrogate pair) is refused.

use crate::model::edit::{Splice, apply};
use crate::model::error::{ReadError, WriteError};
use crate::model::view::Span;

/// How a document was stored before it was turned into UTF-8.
#[derive(Clone, Debug)]
pub struct Wide {
    big_endian: bool,
    /// The bytes as they came.
    pub input: Vec<u8>,
}

/// A document and how it was stored.
#[derive(Debug)]
pub enum Stored {
    /// Not UTF-16: the bytes as they are.
    Plain(Vec<u8>),
    /// UTF-16: the text as UTF-8.
    Wide(Vec<u8>, Wide),
}

/// Turns UTF-16 into UTF-8 and leaves everything else alone.
///
/// # Errors
/// An odd number of bytes, or half a surrogate pair.
pub fn narrow(bytes: Vec<u8>) -> Result<Stored, ReadError> {
    let Some(big_endian) = byte_order(&bytes) else { return Ok(Stored::Plain(bytes)) };
    let bad = |at: usize| ReadError { line: None, column: None, ..ReadError::at("not valid UTF-16", &bytes, at) };
    if bytes.len() % 2 == 1 {
        return Err(bad(bytes.len() - 1));
    }
    let units = bytes.chunks_exact(2).map(|p| unit(p, big_endian));
    let mut text = String::with_capacity(bytes.len() / 2 + bytes.len() / 8);
    let mut at = 0;
    for c in char::decode_utf16(units) {
        let c = c.map_err(|_| bad(at))?;
        at += 2 * c.len_utf16();
        text.push(c);
    }
    Ok(Stored::Wide(text.into_bytes(), Wide { big_endian, input: bytes }))
}

fn unit(pair: &[u8], big_endian: bool) -> u16 {
    match *pair {
        [a, b] if big_endian => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0,
    }
}

/// By mark, or by how a document begins (XML 1.0, appendix F: `<` is its first character; JSON: a brace or bracket).
fn byte_order(bytes: &[u8]) -> Option<bool> {
    match *bytes {
        // UTF-32 begins like UTF-16, and is none.
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        [b'<' | b'{' | b'[', 0, a, b, ..] if a != 0 || b != 0 => Some(false),
        [0, b'<' | b'{' | b'[', a, b, ..] if a != 0 || b != 0 => Some(true),
        _ => None,
    }
}

impl Wide {
    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        for u in text.encode_utf16() {
            out.extend(if self.big_endian { u.to_be_bytes() } else { u.to_le_bytes() });
        }
    }

    /// The differences in bytes of the document as it came, and the document with them.
    ///
    /// # Errors
    /// A difference that does not begin and end between characters, or is no text: a defect.
    pub fn write(&self, narrow: &[u8], splices: &[Splice]) -> Result<(Vec<u8>, Vec<Splice>), WriteError> {
        let defect = || WriteError("an edit of a UTF-16 document is not between characters".into());
        let text = std::str::from_utf8(narrow).map_err(|_| defect())?;
        let mut out = Vec::with_capacity(splices.len());
        let (mut at, mut wide) = (0usize, 0usize);
        // Offset of a character in UTF-16; offsets come in rising order.
        let mut place = |to: u32| {
            let between = text.get(at..to as usize).ok_or_else(defect)?;
            wide += 2 * between.chars().map(char::len_utf16).sum::<usize>();
            at = to as usize;
            Ok(wide)
        };
        for s in splices {
            let span = Span::new(place(s.input.start)?, place(s.input.end)?);
            let mut with = Vec::with_capacity(2 * s.with.len());
            self.encode(std::str::from_utf8(&s.with).map_err(|_| defect())?, &mut with);
            out.push(Splice { input: span, with, cause: s.cause });
        }
        Ok((apply(&self.input, &out), out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::edit::Cause;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn differences_are_made_in_the_bytes_as_they_came() {
        for (text, big) in [("\u{feff}<a>J\u{1f600}né</a>", false), ("<a>J\u{1f600}né</a>", true), ("{\"a\":\"é\"}", false)] {
            let input = utf16(text, big);
            let Stored::Wide(narrowed, wide) = narrow(input.clone()).unwrap() else { panic!("{text}") };
            assert_eq!(narrowed, text.as_bytes());
            assert_eq!(wide.write(&narrowed, &[]).unwrap(), (input, Vec::new()));
            let at = text.find('é').unwrap();
            let splice = Splice { input: Span::new(at, at + 2), with: "[Ü]".into(), cause: Cause::Ledger(0) };
            let (bytes, splices) = wide.write(&narrowed, &[splice]).unwrap();
            assert_eq!(bytes, utf16(&text.replace('é', "[Ü]"), big));
            assert_eq!(splices.len(), 1);
        }
        assert!(matches!(narrow(b"<a/>".to_vec()), Ok(Stored::Plain(_))));
        assert!(matches!(narrow(b"\xff\xfe\0\0<\0\0\0".to_vec()), Ok(Stored::Plain(_))), "UTF-32");
    }

    #[test]
    fn broken_utf16_is_refused_with_its_place() {
        let mut half = utf16("\u{feff}<a>", false);
        half.extend([0x00, 0xd8]);
        assert_eq!(narrow(half.clone()).unwrap_err().offset, Some(8));
        half.push(0);
        assert!(narrow(half).is_err());
    }
}
