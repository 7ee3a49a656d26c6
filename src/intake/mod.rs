//! Opens files, folders and packages with limits and says what each member is.
//!
//! Everything comes from somebody else's computer and may be hostile or just broken, and one broken member must not cost the patient
//! the rest. So each file ends in exactly one of four lists, and nothing is left out of all of them:
//!
//! | list | what |
//! |---|---|
//! | [`Intake::items`] | text of some kind, told by content ([`Kind`]); the formats read it |
//! | [`Intake::held`] | nobody here can read it (a scan, a Word file), or it is refused (leaves the package, is a link, is a bomb) or damaged; a person must look |
//! | [`Intake::dropped`] | junk of an operating system, editor or version control; never released |
//! | [`Intake::containers`] | archives inside a folder or archive, packed again at the same place |
//!
//! A zip given as INPUT is opened like a folder. Paths are relative, UTF-8 and use `/`; the path of a member of a container begins
//! with the container's own path (`inner.zip/a.xml`), so that paths are unique in an [`Intake`].

mod archive;
mod gather;
mod limits;
mod names;
mod place;
mod scan;
mod sniff;
mod source;
#[cfg(test)]
mod tests;

pub use gather::gather;
pub use limits::{Limits, RATIO_FLOOR};
pub use sniff::{HEAD_BYTES, ImageKind, Kind, XmlRoot};

use crate::model::error::RunError;
use std::io::{BufRead, Read};

/// One document.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it stands in the output; for a member of a container the container's path comes first.
    pub path: String,
    /// What it is, by content (of a `.gz`: by the content inside).
    pub kind: Kind,
    /// True when the bytes are a gzip around the document, and the output must be packed again.
    pub gz: bool,
    /// Bytes as they came (packed, for a gzip).
    pub len: u64,
    /// Bytes that [`Item::load`] and [`Item::open`] give.
    pub content_len: u64,
    /// SHA-256 of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// The archive it is in, an index into [`Intake::containers`].
    pub container: Option<usize>,
    source: source::Source,
}

/// An archive inside a folder or archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Container {
    /// Where it stands.
    pub path: String,
    /// The archive around it.
    pub parent: Option<usize>,
    /// Bytes as they came.
    pub len: u64,
    /// SHA-256 of the bytes as they came, hexadecimal.
    pub sha256: String,
}

/// Junk that is never released. A junk folder is one row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dropped {
    /// Where it stood.
    pub path: String,
    /// Why, in words.
    pub reason: String,
    /// Bytes of the file; of the first file for a junk folder in an archive, 0 for one on a disk.
    pub len: u64,
    /// The archive it was in.
    pub container: Option<usize>,
}

/// Something that a person must look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldItem {
    /// Where it stood. For a refused name a harmless form of it.
    pub path: String,
    /// `pdf (not supported yet)`, `refused: ...`, `damaged: ...`.
    pub what: String,
    /// SHA-256 of the bytes as they came, hexadecimal; empty when they were not read to their end.
    pub sha256: String,
    /// Bytes; as declared by the archive when they were not read.
    pub len: u64,
    /// The archive it is in.
    pub container: Option<usize>,
}

/// Everything that came in, each list sorted by path.
#[derive(Clone, Default, Debug)]
pub struct Intake {
    /// Documents to process.
    pub items: Vec<Item>,
    /// Archives to pack again.
    pub containers: Vec<Container>,
    /// Junk.
    pub dropped: Vec<Dropped>,
    /// For a person.
    pub held: Vec<HeldItem>,
}

/// What bytes in memory are (an attachment): a kind that a format may read, or the word for what nobody here can read.
///
/// # Errors
/// The word, for the report: `pdf`, `zip archive`.
pub fn kind_of(bytes: &[u8]) -> Result<Kind, &'static str> {
    match sniff::sniff(bytes) {
        sniff::Found::Document(kind) => Ok(kind),
        sniff::Found::Zip => Err("zip archive"),
        sniff::Found::Gzip => Err("gzip archive"),
        sniff::Found::Unsupported(what) | sniff::Found::Junk(what) => Err(what),
    }
}

impl Item {
    /// The whole document, unpacked. At most `max_member_bytes` of the limits it was gathered with.
    ///
    /// # Errors
    /// [`RunError::Input`] when the file is gone or no longer the one that was gathered.
    pub fn load(&self) -> Result<Vec<u8>, RunError> {
        let size = usize::try_from(self.content_len).map_err(|_| self.changed("is too large for this machine"))?;
        let reader = self.open()?;
        let mut out = Vec::new();
        out.try_reserve_exact(size + 1).map_err(|_| self.changed("does not fit in memory; split it"))?;
        reader.take(self.content_len + 1).read_to_end(&mut out).map_err(|e| self.changed(&e.to_string()))?;
        if out.len() != size {
            return Err(self.changed("changed while it was being read; run again"));
        }
        Ok(out)
    }

    /// The document as a stream, unpacked, for what is read line by line. A read fails at the end when the bytes are no longer those
    /// that were gathered, so use nothing of it before the end was reached.
    ///
    /// # Errors
    /// [`RunError::Input`] when the file cannot be opened any more.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send>, RunError> {
        self.source.content(self.gz, &self.sha256).map_err(|e| self.changed(&e.to_string()))
    }

    /// Its path inside its container, or its path when it is in none.
    pub fn member_path<'a>(&'a self, intake: &Intake) -> &'a str {
        self.container
            .and_then(|c| intake.containers.get(c))
            .and_then(|c| self.path.strip_prefix(c.path.as_str())?.strip_prefix('/'))
            .unwrap_or(&self.path)
    }

    fn changed(&self, why: &str) -> RunError {
        RunError::Input(format!("{}: {why}", self.path))
    }
}
