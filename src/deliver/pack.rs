//! Archives that are the same for the same content: fixed time, no extra fields, no comments, order as told.

use crate::model::error::RunError;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Deflate level of what is packed again; 6 is the default of every tool.
const LEVEL: u32 = 6;

/// Zips every file below `dir` to `to`: first those of `order` (paths relative to `dir`), then the others by path.
pub(super) fn zip_folder(dir: &Path, to: &Path, order: &[String]) -> Result<(), RunError> {
    let all: BTreeSet<String> = super::files_below(dir)?.into_iter().collect();
    let mut given = BTreeSet::new();
    let first: Vec<&String> = order.iter().filter(|p| all.contains(*p) && given.insert(p.as_str())).collect();
    let rest = all.iter().filter(|p| !given.contains(p.as_str()));
    let out = super::stage::create_file(to)?;
    let mut zip = ZipWriter::new(BufWriter::new(out));
    let failed = |e: zip::result::ZipError| RunError::Internal(format!("cannot pack an archive: {e}"));
    for rel in first.into_iter().chain(rest) {
        let path = dir.join(rel);
        let mut file = BufReader::new(File::open(&path)?);
        let large = std::fs::metadata(&path)?.len() >= u64::from(u32::MAX);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(i64::from(LEVEL)))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(large);
        zip.start_file(rel.as_str(), options).map_err(failed)?;
        std::io::copy(&mut file, &mut zip).map_err(super::stage::disk)?;
    }
    let mut out = zip.finish().map_err(failed)?;
    out.flush().map_err(super::stage::disk)?;
    Ok(())
}

/// A gzip writer without time, name or system in its header.
pub(super) fn gz_writer<W: Write>(out: W) -> flate2::write::GzEncoder<W> {
    flate2::GzBuilder::new().mtime(0).operating_system(255).write(out, flate2::Compression::new(LEVEL))
}

/// Packs bytes as gzip; the same bytes give the same gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut w = gz_writer(Vec::with_capacity(bytes.len() / 4 + 64));
    // Writing to memory does not fail.
    let _ = w.write_all(bytes);
    w.finish().unwrap_or_default()
}
