//! Embedded font programs that are damaged.
//!
//! Readers draw what is left of such a program each in its own way, so nobody can say what its letters look like, and a part of it cut out for
//! the copy would look otherwise than the whole.

use super::obj;
use flate2::{Decompress, FlushDecompress, Status};
use lopdf::{Dictionary, Document};

/// Most bytes of a program that are looked at.
const MOST: u64 = 64 << 20;

/// True when the program of a descriptor cannot be unpacked, or unpacks to something else than was packed (its check sum says so).
pub fn is_damaged(doc: &Document, descriptor: Option<&Dictionary>) -> bool {
    let file = |key: &&[u8]| descriptor.and_then(|d| obj::stream(doc, d, key));
    let Some(stream) = [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().find_map(file) else { return false };
    let filters = obj::filters(doc, &stream.dict);
    match filters.as_slice() {
        [one] if matches!(one.as_slice(), b"FlateDecode" | b"Fl") => !unpacks(&stream.content),
        _ => obj::decoded(doc, stream).is_err(),
    }
}

/// True when packed data are whole as far as they go: some programs leave out the check sum at the end.
fn unpacks(packed: &[u8]) -> bool {
    let mut inflate = Decompress::new(true);
    let mut room = vec![0; 32 << 10];
    loop {
        let rest = packed.get(inflate.total_in() as usize..).unwrap_or_default();
        let before = (inflate.total_in(), inflate.total_out());
        match inflate.decompress(rest, &mut room, FlushDecompress::None) {
            Err(_) => return false,
            Ok(Status::StreamEnd) => return true,
            Ok(_) if (inflate.total_in(), inflate.total_out()) == before || inflate.total_out() > MOST => return true,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Object, Stream};

    #[test]
    fn a_program_that_is_not_what_was_packed_is_damaged() {
        let program: Vec<u8> = (0..200_000u64).map(|i| ((i * i) >> 7) as u8).collect();
        let packed = super::super::out::deflate(&program);
        let damaged = |content: Vec<u8>| {
            let mut doc = Document::new();
            let mut dict = Dictionary::new();
            dict.set("Filter", Object::Name(b"FlateDecode".to_vec()));
            let id = doc.add_object(Object::Stream(Stream::new(dict, content)));
            let mut descriptor = Dictionary::new();
            descriptor.set("FontFile2", Object::Reference(id));
            is_damaged(&doc, Some(&descriptor))
        };
        assert!(!damaged(packed.clone()));
        let end = packed.len();
        assert!(!damaged(packed[..end - 4].to_vec()), "only the check sum is missing");
        assert!(!damaged([&packed[..], b"\n"].concat()));
        let mut other = packed.clone();
        other[end - 1] ^= 1;
        assert!(damaged(other), "another check sum");
        let mut cut = packed.clone();
        cut.drain(end / 2..end / 2 + 40);
        assert!(damaged(cut));
        assert!(!is_damaged(&Document::new(), None));
    }
}
