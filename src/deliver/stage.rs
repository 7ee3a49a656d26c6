//! The folder in which a new OUT grows, beside the place where it will stand.
//!
//! It is called `.NAME.partial-XXXX` (NAME being OUT's name), lies on the same file system, and is locked by the process that fills
//! it, so that the next run can tell a killed one's leftovers from a running one's work. Only its owner may read it.

use super::pack::{gz_writer, zip_folder};
use super::{paths, swap};
use crate::model::case::OutputRow;
use crate::model::error::RunError;
use flate2::write::GzEncoder;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An output that is being built. Dropping it without [`Staging::commit`] removes every trace.
#[derive(Debug)]
pub struct Staging {
    out: PathBuf,
    dir: PathBuf,
    /// Holds the lock.
    lock: Option<File>,
    /// Files created and not finished.
    open: Arc<AtomicUsize>,
}

/// A file being written. Call [`OutFile::finish`]; a file dropped unfinished makes the commit fail.
#[derive(Debug)]
pub struct OutFile {
    to: Option<Sink>,
    open: Arc<AtomicUsize>,
}

#[derive(Debug)]
enum Sink {
    Plain(BufWriter<File>),
    Gz(Box<GzEncoder<BufWriter<File>>>),
}

impl OutFile {
    /// Writes what is buffered and closes the file.
    ///
    /// # Errors
    /// [`RunError::Internal`] when the disk is full or fails.
    pub fn finish(mut self) -> Result<(), RunError> {
        match self.to.take() {
            Some(Sink::Plain(mut w)) => w.flush().map_err(disk)?,
            Some(Sink::Gz(w)) => w.finish().and_then(|mut w| w.flush()).map_err(disk)?,
            None => {}
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Write for OutFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            Some(Sink::Plain(w)) => w.write(buf),
            Some(Sink::Gz(w)) => w.write(buf),
            None => Err(io::Error::other("already finished")),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Some(Sink::Plain(w)) => w.flush(),
            Some(Sink::Gz(w)) => w.flush(),
            None => Ok(()),
        }
    }
}

impl Staging {
    /// Begins a new OUT. Checks that the old one may be replaced, puts right what a killed run has left, and makes the staging folder.
    ///
    /// # Errors
    /// [`RunError::Input`] when OUT is a file or link, holds files of others, or another run is writing to it.
    pub fn begin(out: &Path) -> Result<Staging, RunError> {
        let (parent, name) = swap::split(out)?;
        fs::create_dir_all(&parent)
            .map_err(|e| RunError::Input(format!("{}: cannot be created ({e}); choose another --out", parent.display())))?;
        let out = parent.join(&name);
        swap::clean_up(&parent, &name, &out)?;
        swap::state_of(&out)?;
        let dir = tempfile::Builder::new()
            .prefix(&format!(".{name}.partial-"))
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map_err(|e| RunError::Input(format!("{}: cannot be written ({e}); choose another --out", parent.display())))?
            .keep();
        let mut staging = Staging { out, dir, lock: None, open: Arc::default() };
        let lock = File::open(&staging.dir)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from)?;
        staging.lock = Some(lock);
        Ok(staging)
    }

    /// The folder that grows, for a reader that checks what has been written.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Opens a new file at `rel`.
    ///
    /// # Errors
    /// [`RunError::Internal`] when the path is not safe, exists already, or the disk fails.
    pub fn create(&self, rel: &str) -> Result<OutFile, RunError> {
        Ok(self.opened(Sink::Plain(BufWriter::with_capacity(64 << 10, self.new_file(rel)?))))
    }

    /// As [`Staging::create`], packing what is written as gzip, the same for the same content.
    pub fn create_gz(&self, rel: &str) -> Result<OutFile, RunError> {
        let file = BufWriter::with_capacity(64 << 10, self.new_file(rel)?);
        Ok(self.opened(Sink::Gz(Box::new(gz_writer(file)))))
    }

    fn opened(&self, to: Sink) -> OutFile {
        self.open.fetch_add(1, Ordering::SeqCst);
        OutFile { to: Some(to), open: self.open.clone() }
    }

    fn new_file(&self, rel: &str) -> Result<File, RunError> {
        paths::check(rel)?;
        let path = self.dir.join(rel);
        if let Some(up) = path.parent() {
            make_folder(up)?;
        }
        create_file(&path)
    }

    /// Writes a whole file.
    pub fn write(&self, rel: &str, bytes: &[u8]) -> Result<(), RunError> {
        let mut f = self.create(rel)?;
        f.write_all(bytes).map_err(disk)?;
        f.finish()
    }

    /// Writes a whole file as gzip.
    pub fn write_gz(&self, rel: &str, bytes: &[u8]) -> Result<(), RunError> {
        let mut f = self.create_gz(rel)?;
        f.write_all(bytes).map_err(disk)?;
        f.finish()
    }

    /// Replaces the folder `rel` by a zip of it: write the members of a container below its path, then call this, innermost container
    /// first. `order` names members (relative to `rel`) that come first. Gives false when nothing was written below `rel`.
    ///
    /// # Errors
    /// [`RunError::Internal`] when the disk fails.
    pub fn pack(&self, rel: &str, order: &[String]) -> Result<bool, RunError> {
        paths::check(rel)?;
        let dir = self.dir.join(rel);
        if !dir.is_dir() {
            return Ok(false);
        }
        let temp = self.dir.join(".packing");
        let _ = fs::remove_file(&temp);
        zip_folder(&dir, &temp, order)?;
        fs::remove_dir_all(&dir)?;
        fs::rename(&temp, &dir)?;
        Ok(true)
    }

    /// Every file below the folder `edition`, by path, with hash and size. `media` gives media types by path where the caller knows
    /// them; else the extension decides. A `manifest.json` at the top is left out.
    pub fn list(&self, edition: &str, media: &BTreeMap<String, String>) -> Result<Vec<OutputRow>, RunError> {
        paths::check(edition)?;
        let root = self.dir.join(edition);
        if !root.is_dir() {
            return Ok(Vec::new());
        }
        let mut rows = Vec::new();
        for path in super::files_below(&root)? {
            if path == "manifest.json" {
                continue;
            }
            let (sha256, bytes) = hash_file(&root.join(&path))?;
            let media_type = media.get(&path).cloned().unwrap_or_else(|| paths::media_type(&path).into());
            rows.push(OutputRow { path, sha256, bytes, media_type });
        }
        Ok(rows)
    }

    /// Writes `manifest.json` into the folder `edition`: path, SHA-256, bytes and media type of every other file in it. Call it last.
    pub fn manifest(&self, edition: &str, media: &BTreeMap<String, String>) -> Result<Vec<OutputRow>, RunError> {
        let rows = self.list(edition, media)?;
        let mut text = serde_json::to_string_pretty(&serde_json::json!({ "version": 1, "files": rows }))
            .map_err(|e| RunError::Internal(e.to_string()))?;
        text.push('\n');
        self.write(&format!("{edition}/manifest.json"), text.as_bytes())?;
        Ok(rows)
    }

    /// Puts the new output in OUT's place. After an error, a full disk or a kill, OUT is what it was before or the new one whole.
    ///
    /// # Errors
    /// [`RunError::Input`] when somebody has put other files into OUT meanwhile; [`RunError::Internal`] when the disk fails.
    pub fn commit(mut self) -> Result<(), RunError> {
        if self.open.load(Ordering::SeqCst) != 0 {
            return Err(RunError::Internal("an output file was not finished; nothing was written".into()));
        }
        swap::flush(&self.dir)?;
        swap::put_in_place(&self.dir, &self.out)?;
        // What stands under the staging name now is the old output, or nothing: drop removes it.
        self.lock = None;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Says what to do about a disk that is full or fails.
pub(super) fn disk(e: io::Error) -> RunError {
    RunError::Internal(format!("the output cannot be written ({e}); free some space or choose another --out, and run again"))
}

/// Creates a file that nobody else may read and that did not exist.
pub(super) fn create_file(path: &Path) -> Result<File, RunError> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => RunError::Internal("two outputs have the same path; nothing was written".into()),
        _ => disk(e),
    })
}

fn make_folder(path: &Path) -> Result<(), RunError> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(RunError::from)
}

fn hash_file(path: &Path) -> Result<(String, u64), RunError> {
    let mut file = File::open(path)?;
    let (mut hash, mut len, mut buf) = (Sha256::new(), 0u64, vec![0u8; 64 << 10]);
    loop {
        let n = file.read(&mut buf)?;
        if n == 0 {
            break;
        }
        hash.update(&buf[..n]);
        len += n as u64;
    }
    Ok((hash.finalize().iter().map(|b| format!("{b:02x}")).collect(), len))
}
