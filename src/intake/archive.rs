//! Zips, opened without believing them.
//!
//! The `zip` crate reads the directory of an archive; the data are then inflated here under limits, and size and checksum compared
//! with what the directory says. A member that is hostile or damaged is held and the rest is processed. Only an archive that cannot
//! be understood as a whole, or that is too much as a whole, is refused as a whole.

use super::gather::Gather;
use super::limits::{Stop, is_bomb};
use super::names::{junk, safe_path, shown};
use super::source::{Bytes, Member, Method, Source, Window};
use super::{Dropped, HeldItem};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufReader, Read, Seek, SeekFrom};
use zip::ZipArchive;

/// What the directory says of one member.
struct Row {
    index: usize,
    /// Safe path, or what is wrong with it.
    path: Result<String, &'static str>,
    shown: String,
    size: u64,
    crc: u32,
    /// Why it is not even tried.
    refuse: Option<String>,
}

/// Office and e-book formats are zips too. `None` for an ordinary archive.
pub(super) fn office_kind(bytes: &Bytes) -> Option<&'static str> {
    let archive = ZipArchive::new(BufReader::new(bytes.window().ok()?)).ok()?;
    let names: HashSet<&[u8]> = archive.file_names_raw().collect();
    if names.contains(b"[Content_Types].xml".as_slice()) {
        let has = |dir: &[u8]| names.iter().any(|n| n.starts_with(dir));
        return Some(match () {
            _ if has(b"word/") => "docx",
            _ if has(b"xl/") => "xlsx",
            _ if has(b"ppt/") => "pptx",
            _ => "office document",
        });
    }
    if names.contains(b"mimetype".as_slice()) && names.contains(b"META-INF/manifest.xml".as_slice()) {
        return Some("opendocument");
    }
    if names.contains(b"META-INF/container.xml".as_slice()) {
        return Some("epub");
    }
    None
}

/// Opens an archive and takes in its members. `prefix` is the archive's own path, empty for an INPUT.
pub(super) fn take_archive(
    g: &mut Gather,
    bytes: &Bytes,
    prefix: &str,
    container: Option<usize>,
    depth: usize,
) -> Result<(), Stop> {
    if depth > g.limits.max_depth {
        return Err(Stop::refused(format_args!(
            "archives are nested more than {} deep (limit max_depth); unpack the outer ones and give the folder",
            g.limits.max_depth
        )));
    }
    let mut window = bytes.window().map_err(Stop::damaged)?;
    let archive_len = window.len();
    let declared = declared_entries(&mut window).map_err(Stop::damaged)?;
    { g.used }.add_entries(declared, &g.limits)?;
    let mut archive =
        ZipArchive::new(BufReader::new(window.clone())).map_err(|e| Stop::damaged(format_args!("not a readable zip ({e})")))?;
    let doubles = match archive.has_duplicate_names() {
        true => double_names(window, archive.central_directory_start()).map_err(Stop::damaged)?,
        false => HashSet::new(),
    };
    g.used.add_entries(archive.len() as u64, &g.limits)?;
    let rows = rows(&archive, &doubles)?;
    let clashes = clashes(&rows);
    let before = g.used.bytes;
    let mut junk_seen = BTreeSet::new();
    for row in &rows {
        let path = match &row.path {
            Ok(p) => join(prefix, p),
            Err(why) => {
                g.out.held.push(held(join(prefix, &row.shown), format!("refused: {why}"), row.size, container));
                continue;
            }
        };
        let inside = row.path.as_deref().unwrap_or_default();
        if let Some((root, why)) = junk(inside) {
            if junk_seen.insert(root.to_owned()) {
                g.out.dropped.push(Dropped { path: join(prefix, root), reason: why.into(), len: row.size, container });
            }
            continue;
        }
        if let Some(why) = &row.refuse {
            g.out.held.push(held(path, why.clone(), row.size, container));
            continue;
        }
        if clashes.contains(inside) {
            g.out.held.push(held(path, "refused: another member has the same name".into(), row.size, container));
            continue;
        }
        let source = match member(&mut archive, row.index, bytes) {
            Ok(s) => s,
            Err(Stop::Run(e)) => return Err(Stop::Run(e)),
            Err(Stop::Refused(why) | Stop::Damaged(why)) => {
                g.out.held.push(held(path, why, row.size, container));
                continue;
            }
        };
        g.take(source, path, container, depth, Some((row.size, row.crc)))?;
        let out = g.used.bytes.saturating_sub(before);
        if is_bomb(out, archive_len, &g.limits) {
            return Err(Stop::refused(format_args!(
                "it unpacks to more than {} times its size (limit max_ratio); unpack it and give the folder if it is genuine",
                g.limits.max_ratio
            )));
        }
    }
    Ok(())
}

fn join(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

fn held(path: String, what: String, len: u64, container: Option<usize>) -> HeldItem {
    HeldItem { path, what, sha256: String::new(), len, container }
}

/// Reads the directory's rows, folders left out.
fn rows<R: Read + Seek>(archive: &ZipArchive<R>, doubles: &HashSet<Vec<u8>>) -> Result<Vec<Row>, Stop> {
    let mut rows = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let e = archive.by_index_data(index).map_err(Stop::damaged)?;
        let raw = e.name_raw();
        let name = match std::str::from_utf8(raw) {
            Ok(n) => n.to_owned(),
            Err(_) => e.name().map(|n| n.into_owned()).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned()),
        };
        let mode = e.unix_mode().unwrap_or(0) & 0o170_000;
        let path = safe_path(&name);
        if e.is_dir() && e.size() == 0 && path.is_ok() {
            continue;
        }
        let refuse = if e.is_symlink() {
            Some("refused: a symbolic link".to_owned())
        } else if !matches!(mode, 0 | 0o100_000 | 0o040_000) {
            Some("refused: not a regular file".to_owned())
        } else if e.encrypted() {
            Some("encrypted zip member (give the export without a password)".to_owned())
        } else if doubles.contains(raw) {
            Some("refused: another member has the same name".to_owned())
        } else {
            None
        };
        rows.push(Row { index, path, shown: shown(&name), size: e.size(), crc: e.crc32(), refuse });
    }
    Ok(rows)
}

/// Paths that more than one member claims, or that are a file and a folder at once.
fn clashes(rows: &[Row]) -> HashSet<String> {
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for path in rows.iter().filter_map(|r| r.path.as_deref().ok()) {
        *count.entry(path).or_default() += 1;
    }
    let mut out: HashSet<String> = count.iter().filter(|(_, n)| **n > 1).map(|(p, _)| (*p).to_owned()).collect();
    for path in count.keys() {
        for (at, _) in path.match_indices('/') {
            if count.contains_key(&path[..at]) {
                out.insert(path[..at].to_owned());
            }
        }
    }
    out
}

/// Finds where a member's data are.
fn member<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize, bytes: &Bytes) -> Result<Source, Stop> {
    let m = archive.by_index_raw(index).map_err(Stop::damaged)?;
    let method = match m.compression() {
        zip::CompressionMethod::Stored => Method::Stored,
        zip::CompressionMethod::Deflated => Method::Deflated,
        _ => return Err(Stop::Damaged("zip member (its compression is not supported yet)".into())),
    };
    let data_start = m.data_start().ok_or_else(|| Stop::damaged("its data cannot be found"))?;
    Ok(Source { bytes: bytes.clone(), member: Some(Member { data_start, packed: m.compressed_size(), method }) })
}

/// How many entries the end record claims, read before any memory is given to them.
fn declared_entries(window: &mut Window) -> std::io::Result<u64> {
    const TAIL: u64 = (64 << 10) + 22 + 76;
    let len = window.len();
    window.seek(SeekFrom::Start(len.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    window.take(TAIL).read_to_end(&mut tail)?;
    let mut most = 0u64;
    for at in memchr::memmem::find_iter(&tail, b"PK\x05\x06") {
        if let Some(b) = tail.get(at + 10..at + 12) {
            let n = u16::from_le_bytes([b[0], b[1]]);
            most = most.max(if n == u16::MAX { 0 } else { n.into() });
        }
    }
    for at in memchr::memmem::find_iter(&tail, b"PK\x06\x06") {
        if let Some(b) = tail.get(at + 32..at + 40).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
            most = most.max(u64::from_le_bytes(b));
        }
    }
    // Each row of a directory takes at least 46 bytes, so a bigger claim is a lie that the reader will notice.
    Ok(most.min(len / 46 + 1))
}

/// Names that occur more than once in the central directory (the crate keeps the last of them only).
fn double_names(mut window: Window, start: u64) -> std::io::Result<HashSet<Vec<u8>>> {
    window.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::new(window);
    let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
    let mut head = [0u8; 46];
    while reader.read_exact(&mut head).is_ok() && head.starts_with(b"PK\x01\x02") {
        let size = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let mut name = vec![0u8; size(28).into()];
        reader.read_exact(&mut name)?;
        reader.seek_relative(i64::from(size(30)) + i64::from(size(32)))?;
        if !seen.insert(name.clone()) {
            twice.insert(name);
        }
    }
    Ok(twice)
}
