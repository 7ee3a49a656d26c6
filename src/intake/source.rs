//! Where the bytes of an item are, and reading them again.
//!
//! Nothing is kept in memory between the passes. A file is opened again by path, a zip member is inflated again from its archive, and
//! a nested archive lies in one unnamed temporary file, which the system takes back even when the process is killed. Each reading is
//! checked against the hash of the first, so that a file changed in between stops the run instead of giving a mixed result.

use super::limits::{Limits, Stop, Used};
use super::scan::hex;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Raw bytes that can be read again and again.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    Disk(PathBuf),
    Spool { file: Arc<File>, start: u64, len: u64 },
}

/// How a zip member is stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// A member inside raw bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub data_start: u64,
    pub packed: u64,
    pub method: Method,
}

/// The bytes of one item as they came (a `.gz` still packed).
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub bytes: Bytes,
    pub member: Option<Member>,
}

impl Bytes {
    /// A window on the bytes that can seek.
    pub(super) fn window(&self) -> io::Result<Window> {
        match self {
            Bytes::Disk(path) => {
                let file = open_regular(path)?;
                let end = file.metadata()?.len();
                Ok(Window { file: Arc::new(file), start: 0, end, at: 0 })
            }
            Bytes::Spool { file, start, len } => Ok(Window { file: file.clone(), start: *start, end: start + len, at: *start }),
        }
    }
}

impl Source {
    /// Reads the bytes as they came.
    pub(super) fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut window = self.bytes.window()?;
        let Some(m) = self.member else { return Ok(Box::new(window)) };
        window.seek(SeekFrom::Start(m.data_start))?;
        let packed = BufReader::with_capacity(64 << 10, window.take(m.packed));
        Ok(match m.method {
            Method::Stored => Box::new(packed),
            Method::Deflated => Box::new(DeflateDecoder::new(packed)),
        })
    }

    /// Reads the content (unpacked when `gz`), failing at its end when the raw bytes are no longer those with `sha256`.
    pub(super) fn content(&self, gz: bool, sha256: &str) -> io::Result<Box<dyn BufRead + Send>> {
        let checked = Checked { inner: self.raw()?, hash: Some(Sha256::new()), want: sha256.to_owned() };
        Ok(if gz {
            let plain = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, checked));
            Box::new(BufReader::with_capacity(256 << 10, plain))
        } else {
            Box::new(BufReader::with_capacity(256 << 10, checked))
        })
    }
}

/// Opens a regular file without following a link and without waiting on a pipe.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    let fd = open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    let file = File::from(fd);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Part of a file with its own position, so that many can read one file at once.
#[derive(Clone, Debug)]
pub(super) struct Window {
    file: Arc<File>,
    start: u64,
    end: u64,
    at: u64,
}

impl Window {
    pub(super) fn len(&self) -> u64 {
        self.end - self.start
    }
}

impl Read for Window {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_sub(self.at);
        let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let n = self.file.read_at(&mut buf[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(n) => self.start.checked_add(n),
            SeekFrom::End(n) => self.end.checked_add_signed(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
        };
        match place {
            Some(p) if p >= self.start => {
                self.at = p;
                Ok(p - self.start)
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "seek before the beginning")),
        }
    }
}

/// Hashes what passes and compares at the end.
struct Checked {
    inner: Box<dyn Read + Send>,
    hash: Option<Sha256>,
    want: String,
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let n = self.inner.read(buf)?;
        if n > 0 {
            if let Some(h) = &mut self.hash {
                h.update(&buf[..n]);
            }
        } else if let Some(h) = self.hash.take()
            && hex(&h.finalize()) != self.want
        {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "changed while it was being read"));
        }
        Ok(n)
    }
}

/// One unnamed temporary file for all nested archives.
#[derive(Default)]
pub(super) struct Spool {
    file: Option<Arc<File>>,
    len: u64,
}

impl Spool {
    /// Copies `reader` in; at most `limit` bytes.
    pub(super) fn add(&mut self, mut reader: impl Read, limit: u64) -> Result<Bytes, Stop> {
        let file = match &self.file {
            Some(f) => f.clone(),
            None => {
                let f = Arc::new(tempfile::tempfile().map_err(|e| Stop::Run(e.into()))?);
                self.file = Some(f.clone());
                f
            }
        };
        let start = self.len;
        let mut out = &*file;
        out.seek(SeekFrom::Start(start)).map_err(|e| Stop::Run(e.into()))?;
        let mut buf = vec![0u8; 64 << 10];
        let mut len = 0u64;
        loop {
            let n = match reader.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) => return Err(Stop::damaged(e)),
            };
            len += n as u64;
            if len > limit {
                return Err(Stop::damaged("it changed while it was being read"));
            }
            out.write_all(&buf[..n]).map_err(|e| Stop::Run(e.into()))?;
        }
        self.len = start + len;
        Ok(Bytes::Spool { file, start, len })
    }

    /// Gives back the space after `len`, when an archive has been refused.
    pub(super) fn mark(&self) -> u64 {
        self.len
    }

    /// See [`Spool::mark`].
    pub(super) fn roll_back(&mut self, to: u64) {
        self.len = to;
    }
}

/// Scans the content of a `.gz`.
pub(super) fn scan_gz(source: &Source, packed: u64, limits: &Limits, used: &mut Used) -> Result<super::scan::Facts, Stop> {
    let raw = source.raw().map_err(Stop::damaged)?;
    super::scan::scan(MultiGzDecoder::new(BufReader::new(raw)), Some(packed), limits, used)
}
