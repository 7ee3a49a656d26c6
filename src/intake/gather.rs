//! The walk over INPUTs: folders, files, archives.

use super::archive::{office_kind, take_archive};
use super::limits::{Limits, MAX_PATH_LEVELS, Stop, Used};
use super::names::{disk_name, junk_component, safe_path, shown};
use super::place::Placed;
use super::scan::{Facts, scan};
use super::sniff::{Found, Kind};
use super::source::{Bytes, Source, Spool, scan_gz};
use super::{Container, Dropped, HeldItem, Intake, Item};
use crate::model::error::RunError;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is no text and of no known kind.
const UNKNOWN: &str = "unknown binary";

/// State of one [`gather`].
pub(super) struct Gather {
    pub limits: Limits,
    pub used: Used,
    pub spool: Spool,
    /// What the INPUT in hand has given so far.
    pub out: Intake,
}

/// Opens every INPUT and says what each file in it is. See the module for what happens to what.
///
/// # Errors
/// [`RunError::Input`] with one line that names the INPUT, what is wrong and what to do: it does not exist, is empty, is a link, is
/// an archive that cannot be read or is beyond a limit as a whole, or nothing in all INPUTs can be processed or held.
pub fn gather(inputs: &[PathBuf], limits: &Limits) -> Result<Intake, RunError> {
    if inputs.is_empty() {
        return Err(RunError::Input("no INPUT; name at least one file, folder or zip".into()));
    }
    let mut g = Gather { limits: *limits, used: Used::default(), spool: Spool::default(), out: Intake::default() };
    let mut placed = Placed::default();
    let mut seen = HashSet::new();
    for input in inputs {
        let real = std::fs::canonicalize(input).map_err(|e| cannot_open(input, &e))?;
        if !seen.insert(real) {
            continue; // given twice
        }
        take_input(&mut g, input, inputs.len() == 1)?;
        let out = std::mem::take(&mut g.out);
        placed.add(input, out);
    }
    let all = placed.finish();
    if all.items.is_empty() && all.held.is_empty() {
        let names: Vec<String> = inputs.iter().map(|p| p.display().to_string()).collect();
        return Err(RunError::Input(format!("{}: nothing in it to process; give the files of an export", names.join(", "))));
    }
    // Nothing but hostile, damaged or locked files, or bytes that are nothing known, ends the run.
    let bad = |h: &HeldItem| ["refused: ", "damaged: ", "encrypted", UNKNOWN].iter().any(|w| h.what.starts_with(w));
    if all.items.is_empty()
        && let Some(first) = all.held.first()
        && all.held.iter().all(bad)
    {
        let name = inputs.first().map(|p| p.display().to_string()).unwrap_or_default();
        return Err(RunError::Input(format!("{name}: {} ({})", first.what, first.path)));
    }
    Ok(all)
}

fn name_of(input: &Path) -> String {
    input.file_name().map(disk_name).unwrap_or_default()
}

fn cannot_open(input: &Path, e: &std::io::Error) -> RunError {
    match e.kind() {
        std::io::ErrorKind::NotFound => RunError::Input(format!("{}: not found; check the path", input.display())),
        _ => RunError::Input(format!("{}: cannot be opened ({e}); check its permissions", input.display())),
    }
}

fn whole(input: &Path, stop: Stop) -> RunError {
    match stop {
        Stop::Run(e) => e,
        Stop::Refused(why) | Stop::Damaged(why) => RunError::Input(format!("{}: {why}", input.display())),
    }
}

fn take_input(g: &mut Gather, input: &Path, alone: bool) -> Result<(), RunError> {
    let meta = std::fs::symlink_metadata(input).map_err(|e| cannot_open(input, &e))?;
    if meta.is_symlink() {
        return Err(RunError::Input(format!("{}: is a symbolic link; give the path it points to", input.display())));
    }
    if meta.is_dir() {
        return take_folder(g, input).map_err(|s| whole(input, s));
    }
    if !meta.is_file() {
        return Err(RunError::Input(format!("{}: is not a regular file; copy it to a file first", input.display())));
    }
    if meta.len() == 0 && !alone {
        g.hold(name_of(input), "damaged: an empty file".into(), 0, None);
        return Ok(());
    }
    if meta.len() == 0 {
        return Err(RunError::Input(format!("{}: is empty; export it again", input.display())));
    }
    g.used.add_entries(1, &g.limits).map_err(|s| whole(input, s))?;
    let bytes = Bytes::Disk(input.to_owned());
    let head = read_head(&bytes).map_err(|e| cannot_open(input, &e))?;
    if super::sniff::sniff(&head) == Found::Zip && office_kind(&bytes).is_none() {
        match take_archive(g, &bytes, "", None, 1) {
            // One of several inputs is held, like a member of a package; a limit of the whole run still ends it.
            Err(Stop::Refused(why) | Stop::Damaged(why)) if !alone => g.hold(name_of(input), why, meta.len(), None),
            done => done.map_err(|s| whole(input, s))?,
        }
    } else {
        let name = input.file_name().map(disk_name).unwrap_or_default();
        let name = safe_path(&name).map_err(|why| RunError::Input(format!("{}: {why}; rename it", input.display())))?;
        g.take(Source { bytes, member: None }, name, None, 0, None).map_err(|s| whole(input, s))?;
    }
    Ok(())
}

fn read_head(bytes: &Bytes) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut head = Vec::new();
    bytes.window()?.take(super::sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Walks a folder without recursion and without following links.
fn take_folder(g: &mut Gather, root: &Path) -> Result<(), Stop> {
    let mut todo: Vec<(PathBuf, String, usize)> = vec![(root.to_owned(), String::new(), 0)];
    while let Some((dir, rel, level)) = todo.pop() {
        let list = match std::fs::read_dir(&dir) {
            Ok(l) => l,
            Err(e) if level == 0 => return Err(Stop::damaged(format_args!("cannot be opened ({e}); check its permissions"))),
            Err(e) => {
                g.hold(rel, format!("damaged: folder cannot be opened ({e})"), 0, None);
                continue;
            }
        };
        let mut entries = Vec::new();
        for entry in list {
            g.used.add_entries(1, &g.limits)?;
            let entry = entry.map_err(|e| Stop::damaged(format_args!("cannot be listed ({e})")))?;
            entries.push((entry.file_name(), entry.path()));
        }
        entries.sort();
        for (name, path) in entries {
            let name = disk_name(&name);
            let rel = if rel.is_empty() { name.clone() } else { format!("{rel}/{name}") };
            let meta = match std::fs::symlink_metadata(&path) {
                Ok(m) => m,
                Err(e) => {
                    g.hold(rel, format!("damaged: cannot be opened ({e})"), 0, None);
                    continue;
                }
            };
            let is_cvs_file = meta.is_file() && name.eq_ignore_ascii_case("cvs");
            if let Some(why) = junk_component(&name).filter(|_| !is_cvs_file) {
                let len = if meta.is_file() { meta.len() } else { 0 };
                g.out.dropped.push(Dropped { path: rel, reason: why.into(), len, container: None });
            } else if meta.is_symlink() {
                g.hold(rel, "refused: a symbolic link".into(), 0, None);
            } else if meta.is_dir() && level + 1 >= MAX_PATH_LEVELS {
                g.hold(rel, "refused: its folders are nested more than 64 deep".into(), 0, None);
            } else if meta.is_dir() {
                todo.push((path, rel, level + 1));
            } else if !meta.is_file() {
                g.hold(rel, "refused: not a regular file".into(), 0, None);
            } else {
                match safe_path(&rel) {
                    Ok(safe) => g.take(Source { bytes: Bytes::Disk(path), member: None }, safe, None, 0, None)?,
                    Err(why) => g.hold(shown(&rel), format!("refused: {why}"), meta.len(), None),
                }
            }
        }
    }
    Ok(())
}

impl Gather {
    fn hold(&mut self, path: String, what: String, len: u64, container: Option<usize>) {
        self.out.held.push(HeldItem { path, what, sha256: String::new(), len, container });
    }

    /// Takes in one file: scans it, opens it when it is an archive, lists it as item or held. `declared` is what a zip directory says
    /// of size and checksum. Fails only with what ends the whole run or the archive around it.
    pub(super) fn take(
        &mut self,
        source: Source,
        path: String,
        container: Option<usize>,
        depth: usize,
        declared: Option<(u64, u32)>,
    ) -> Result<(), Stop> {
        let before = self.used;
        let size = declared.map_or(0, |d| d.0);
        let facts = match self.scan(&source, declared) {
            Ok(f) => f,
            Err(stop) => return self.give_up(stop, before, path, size, container),
        };
        match facts.found {
            Found::Document(kind) => self.item(source, path, container, facts.len, facts, kind, false),
            Found::Unsupported(word) => self.unsupported(path, word, &facts, container),
            Found::Junk(why) => {
                self.out.dropped.push(Dropped { path, reason: why.into(), len: facts.len, container });
            }
            Found::Gzip => {
                // The content counts, not the file around it.
                self.used.bytes = before.bytes;
                let inner = match scan_gz(&source, facts.len, &self.limits, &mut self.used) {
                    Ok(f) => f,
                    Err(stop) => return self.give_up(stop, before, path, facts.len, container),
                };
                match inner.found {
                    Found::Document(kind) => {
                        let content_len = inner.len;
                        self.item(source, path, container, content_len, facts, kind, true);
                    }
                    Found::Unsupported(word) => self.unsupported(path, &format!("gzip of {word}"), &facts, container),
                    Found::Zip | Found::Gzip | Found::Junk(_) => {
                        self.unsupported(path, "archive inside gzip", &facts, container);
                    }
                }
            }
            Found::Zip => return self.nested(source, path, container, depth, facts),
        }
        Ok(())
    }

    fn scan(&mut self, source: &Source, declared: Option<(u64, u32)>) -> Result<Facts, Stop> {
        let raw = source.raw().map_err(|e| Stop::damaged(format_args!("cannot be opened ({e})")))?;
        let facts = scan(raw, source.member.map(|m| m.packed), &self.limits, &mut self.used)?;
        if let Some((size, crc)) = declared
            && (size != facts.len || crc != facts.crc32)
        {
            return Err(Stop::damaged("its size or checksum is not what the archive says"));
        }
        Ok(facts)
    }

    /// Holds one bad member, or passes on what concerns more than it.
    fn give_up(&mut self, stop: Stop, before: Used, path: String, len: u64, container: Option<usize>) -> Result<(), Stop> {
        let total = self.used.bytes > self.limits.max_total_bytes;
        match stop {
            Stop::Run(e) => Err(Stop::Run(e)),
            Stop::Refused(why) if total => Err(Stop::Refused(why)),
            Stop::Refused(why) | Stop::Damaged(why) => {
                self.used.roll_back(before);
                self.hold(path, why, len, container);
                Ok(())
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn item(
        &mut self,
        source: Source,
        path: String,
        container: Option<usize>,
        content_len: u64,
        facts: Facts,
        kind: Kind,
        gz: bool,
    ) {
        self.out.items.push(Item { path, kind, gz, len: facts.len, content_len, sha256: facts.sha256, container, source });
    }

    fn unsupported(&mut self, path: String, word: &str, facts: &Facts, container: Option<usize>) {
        let what = match facts.binary_at.filter(|_| word == UNKNOWN) {
            Some(at) => format!("{word} (byte {at} is not text); export it again"),
            None => format!("{word} (not supported yet)"),
        };
        self.out.held.push(HeldItem { path, what, sha256: facts.sha256.clone(), len: facts.len, container });
    }

    /// Opens an archive found inside a folder or archive; when it is refused as a whole, nothing of it is kept but the held row.
    fn nested(&mut self, source: Source, path: String, container: Option<usize>, depth: usize, facts: Facts) -> Result<(), Stop> {
        let marks = (self.out.items.len(), self.out.containers.len(), self.out.dropped.len(), self.out.held.len());
        let (used, spool) = (self.used, self.spool.mark());
        match self.open_nested(&source, &path, container, depth, &facts) {
            Ok(()) => Ok(()),
            Err(Stop::Run(e)) => Err(Stop::Run(e)),
            Err(Stop::Refused(why) | Stop::Damaged(why)) => {
                self.out.items.truncate(marks.0);
                self.out.containers.truncate(marks.1);
                self.out.dropped.truncate(marks.2);
                self.out.held.truncate(marks.3);
                self.used.roll_back(used);
                self.spool.roll_back(spool);
                self.out.held.push(HeldItem { path, what: why, sha256: facts.sha256, len: facts.len, container });
                Ok(())
            }
        }
    }

    fn open_nested(
        &mut self,
        source: &Source,
        path: &str,
        container: Option<usize>,
        depth: usize,
        facts: &Facts,
    ) -> Result<(), Stop> {
        let bytes = match source.member {
            None => source.bytes.clone(),
            Some(_) => self.spool.add(source.raw().map_err(Stop::damaged)?, facts.len)?,
        };
        if let Some(word) = office_kind(&bytes) {
            self.unsupported(path.to_owned(), word, facts, container);
            return Ok(());
        }
        let id = self.out.containers.len();
        let row = Container { path: path.to_owned(), parent: container, len: facts.len, sha256: facts.sha256.clone() };
        self.out.containers.push(row);
        take_archive(self, &bytes, path, Some(id), depth + 1)
    }
}
