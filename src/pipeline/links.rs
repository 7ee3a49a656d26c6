//! XDM metadata names the documents of its package with size and hash; when those change, it follows.

use crate::format::xdm::{LinkUpdate, rewrite_links};
use crate::model::edit::{Cause, Splice, apply};
use std::collections::BTreeMap;

/// What became of each file of the case: path as it came, to path as released, SHA-1 and size. Only kept when a package has metadata.
pub type Digests = BTreeMap<String, Digest>;

/// A written file.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Path as released.
    pub file: String,
    /// SHA-1 in hexadecimal, as ebRIM wants it.
    pub sha1: String,
    /// Bytes.
    pub size: u64,
}

/// Puts URI, hash and size of the package's documents right. `path` is the metadata's own path as it came, `file` as released.
/// Splices of the edits and of the links are both against the same input; where they touch the same bytes the link wins.
pub fn follow(
    input: &[u8],
    edits: Vec<Splice>,
    path: &str,
    file: &str,
    digests: &Digests,
) -> Result<(Vec<u8>, Vec<Splice>), String> {
    let folder = |p: &str| p.rfind('/').map_or(String::new(), |s| p[..=s].to_string());
    let (old_base, new_base) = (folder(path), folder(file));
    let updates: Vec<LinkUpdate> = digests
        .iter()
        .filter_map(|(old, d)| {
            Some(LinkUpdate {
                old_uri: old.strip_prefix(&old_base)?.to_string(),
                new_uri: d.file.strip_prefix(&new_base).unwrap_or(&d.file).to_string(),
                new_sha1_hex: d.sha1.clone(),
                new_size: d.size,
            })
        })
        .collect();
    let links = rewrite_links(input, &updates).map_err(|e| e.to_string())?;
    let mut all: Vec<Splice> = links.splices;
    for s in &mut all {
        s.cause = Cause::Consequence("link, hash and size of a document of the package");
    }
    let clash = |s: &Splice| all.iter().any(|l| l.input.overlaps(&s.input) || (l.input == s.input));
    let kept: Vec<Splice> = edits.into_iter().filter(|s| !clash(s)).collect();
    all.extend(kept);
    all.sort_by_key(|s| (s.input.start, s.input.end));
    Ok((apply(input, &all), all))
}
