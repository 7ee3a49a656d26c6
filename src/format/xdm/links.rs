//! Metadata follows the documents of its package: name, SHA-1 and size.

use super::people::values;
use crate::format::xml::encode::{Place, encode};
use crate::format::xml::splice::SpliceList;
use crate::format::xml::text::{Mode, string};
use crate::format::xml::{self, Tape};
use crate::model::edit::{Cause, Written};
use crate::model::error::ReadError;
use sha1::{Digest, Sha1};

/// What became of one document of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkUpdate {
    /// The document's path relative to its METADATA.XML, as the URI slot gives it.
    pub old_uri: String,
    /// Its path now; the same when it was not renamed.
    pub new_uri: String,
    /// SHA-1 of its bytes now, lower-case hexadecimal (the metadata's `hash`; ITI TF-3, 4.2.3.2.10).
    pub new_sha1_hex: String,
    /// Its size in bytes now.
    pub new_size: u64,
}

/// SHA-1 in lower-case hexadecimal.
pub fn sha1_hex(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Sets URI, hash and size of the document entries that name an `old_uri`. Entries of other documents, and slots that are missing,
/// stay as they are.
///
/// Errors: as reading the metadata.
pub fn rewrite_links(bytes: &[u8], map: &[LinkUpdate]) -> Result<Written, ReadError> {
    let tape = xml::parse(bytes)?;
    let mut list = SpliceList::default();
    let entries = (0..tape.nodes.len() as u32).filter(|&i| tape.is(i, b"ExtrinsicObject"));
    for entry in entries {
        let Some((value, uri)) = slot(&tape, entry, b"URI") else { continue };
        let Some(update) = map.iter().find(|u| same_path(&u.old_uri, &uri)) else { continue };
        if !same_path(&update.new_uri, &uri) {
            let new = encode(&update.new_uri, Place::Text, tape.encoding);
            list.put(tape.node(value).inner, new, Cause::Consequence("name of a document in the package"));
        }
        digest(&tape, entry, &update.new_sha1_hex, update.new_size, &mut list);
    }
    list.finish(bytes).map_err(|e| ReadError::new(e.0))
}

/// Sets hash and size of one entry, where it has them.
pub fn digest(tape: &Tape, entry: u32, sha1_hex: &str, size: u64, list: &mut SpliceList) {
    let cause = Cause::Consequence("size and hash of a document in the package");
    if let Some((value, old)) = slot(tape, entry, b"hash")
        && !old.eq_ignore_ascii_case(sha1_hex)
    {
        list.put(tape.node(value).inner, sha1_hex.as_bytes().to_vec(), cause);
    }
    if let Some((value, _)) = slot(tape, entry, b"size") {
        list.put(tape.node(value).inner, size.to_string().into_bytes(), cause);
    }
}

/// First value of a slot and its text.
fn slot(tape: &Tape, entry: u32, name: &[u8]) -> Option<(u32, String)> {
    let slot = tape.named(entry, b"Slot").find(|&s| tape.attr_raw(s, b"name") == name)?;
    let value = values(tape, slot).next()?;
    Some((value, string(tape.bytes, tape.node(value).inner, tape.encoding, Mode::Text).trim().to_string()))
}

/// The same path, whichever slashes, leading `./` and percent-encoded blanks.
fn same_path(a: &str, b: &str) -> bool {
    let plain = |p: &str| p.trim().replace('\\', "/").replace("%20", " ").trim_start_matches("./").to_string();
    plain(a) == plain(b)
}
