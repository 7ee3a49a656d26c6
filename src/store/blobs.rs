//! Files, encrypted, named by what they hold.
//!
//! A blob is a head (`DSCB1`, 19 random bytes) and chunks of 1 MiB, each sealed with XChaCha20-Poly1305; a nonce is the 19 bytes, the
//! number of the chunk and a mark for the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that
//! chunks cannot be changed, moved, repeated or cut off. A blob is written beside its place and renamed into it once it is on the
//! disk, or sent to the bucket that takes the folder's place; writing the same content twice is harmless.

use super::bucket::{Bucket, BucketAddress};
use super::keys::{CaseKey, hex, random};
use super::{Result, StoreError};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 5] = b"DSCB1";
const PREFIX: usize = 19;
const CHUNK: usize = 1 << 20;
const TAG: usize = 16;
/// Chunks of one blob: a file of 1 TiB.
const MAX_CHUNKS: u32 = 1 << 20;
/// What [`Blobs::word`] says of the folder.
pub(super) const FOLDER: &str = "folder";

/// The blobs of the desk.
pub struct Blobs {
    /// Their folder; of a bucket, where they lie until they are sent.
    dir: PathBuf,
    /// Where they lie, when not in the folder.
    bucket: Option<Bucket>,
    /// Tells where they lie.
    pub(super) word: String,
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Name of the blob.
    pub name: String,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Size of the content in bytes.
    pub bytes: u64,
}

fn nonce(prefix: &[u8; PREFIX], number: u32, last: bool) -> XNonce {
    let mut n = [0u8; 24];
    n[..PREFIX].copy_from_slice(prefix);
    n[PREFIX..23].copy_from_slice(&number.to_be_bytes());
    n[23] = u8::from(last);
    XNonce::from(n)
}

impl Blobs {
    /// In the folder `dir`, or in a bucket; then the folder holds what is on its way.
    ///
    /// # Errors
    /// The folder cannot be made; the system trusts no certificates.
    pub(super) fn new(dir: PathBuf, bucket: Option<&BucketAddress>) -> Result<Blobs> {
        super::db::folder(&dir)?;
        let word = bucket.map_or_else(|| FOLDER.to_string(), BucketAddress::word);
        Ok(Blobs { dir, bucket: bucket.map(Bucket::new).transpose()?, word })
    }

    /// Finds out whether blobs can be written. Blocks.
    ///
    /// # Errors
    /// They cannot.
    pub(super) fn try_out(&self) -> Result<()> {
        self.bucket.as_ref().map_or(Ok(()), Bucket::try_out)
    }

    /// Path of a blob below the folder, or in the bucket.
    fn place_of(name: &str) -> Result<String> {
        let good = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
        if !good {
            return Err(StoreError::Missing("file"));
        }
        Ok(format!("{}/{name}", name.get(..2).unwrap_or("00")))
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        Ok(self.dir.join(Self::place_of(name)?))
    }

    /// A new file beside the blobs, and its path.
    fn part(&self) -> Result<(PathBuf, File)> {
        let path = self.dir.join(format!(".part-{}", super::random_hex::<12>()?));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok((path, file))
    }

    /// Encrypts everything that `from` gives, at most `limit` bytes of it.
    ///
    /// # Errors
    /// Reading or writing fails; there is more than `limit`.
    pub(super) fn put(&self, key: &CaseKey, from: &mut dyn Read, limit: u64) -> Result<Stored> {
        let (part, out) = self.part()?;
        let result = self.write(key, from, limit, out, &part);
        if result.is_err() || self.bucket.is_some() {
            let _ = std::fs::remove_file(&part);
        }
        result
    }

    /// As [`Blobs::put`], of a file: what lies there already is not written again.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub(super) fn put_file(&self, key: &CaseKey, file: &mut File) -> Result<Stored> {
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0u64, vec![0u8; 1 << 16]);
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            bytes += n as u64;
            hash.update(buffer.get(..n).unwrap_or_default());
        }
        let sha256 = hash.finalize();
        let name = key.blob_name(sha256.as_slice());
        // A key that may not list is told "forbidden" in place of "not there": then it is written.
        if matches!(self.size(&name), Ok(Some(size)) if size == sealed_size(bytes)) {
            return Ok(Stored { name, sha256: hex(sha256.as_slice()), bytes });
        }
        file.seek(SeekFrom::Start(0))?;
        self.put(key, file, u64::MAX)
    }

    fn write(&self, key: &CaseKey, from: &mut dyn Read, limit: u64, mut out: File, part: &Path) -> Result<Stored> {
        let cipher = key.cipher();
        let prefix: [u8; PREFIX] = random()?;
        out.write_all(MAGIC)?;
        out.write_all(&prefix)?;
        let mut hash = Sha256::new();
        let mut bytes = 0u64;
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut next = Vec::with_capacity(CHUNK);
        fill(from, &mut chunk)?;
        for number in 0..MAX_CHUNKS {
            // One chunk ahead: the last one is marked.
            fill(from, &mut next)?;
            bytes += chunk.len() as u64;
            if bytes > limit {
                return Err(StoreError::Refused(format!("the file is larger than {} MiB", limit >> 20)));
            }
            hash.update(&chunk);
            let sealed = cipher
                .encrypt(&nonce(&prefix, number, next.is_empty()), Payload { msg: &chunk, aad: MAGIC })
                .map_err(|_| StoreError::Setup("a chunk cannot be sealed".into()))?;
            out.write_all(&sealed)?;
            if next.is_empty() {
                return self.place(key, out, part, hash.finalize().as_slice(), bytes);
            }
            std::mem::swap(&mut chunk, &mut next);
        }
        Err(StoreError::Refused("the file is too large".into()))
    }

    fn place(&self, key: &CaseKey, out: File, part: &Path, sha256: &[u8], bytes: u64) -> Result<Stored> {
        let name = key.blob_name(sha256);
        self.keep(&name, out, part)?;
        Ok(Stored { name, sha256: hex(sha256), bytes })
    }

    /// Moves what was written into its place.
    fn keep(&self, name: &str, out: File, part: &Path) -> Result<()> {
        if let Some(bucket) = &self.bucket {
            drop(out);
            return bucket.keep(&Self::place_of(name)?, part);
        }
        let path = self.path(name)?;
        out.sync_all()?;
        if let Some(dir) = path.parent() {
            super::db::folder(dir)?;
        }
        std::fs::rename(part, &path)?;
        if let Some(dir) = path.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(())
    }

    /// A blob as it lies there, sealed.
    fn sealed(&self, name: &str) -> Result<Box<dyn Read + Send>> {
        match &self.bucket {
            Some(bucket) => bucket.open(&Self::place_of(name)?),
            None => Ok(Box::new(File::open(self.path(name)?).map_err(|_| StoreError::Missing("file"))?)),
        }
    }

    /// Size of a blob as it lies there, if it is there. Blocks.
    ///
    /// # Errors
    /// The bucket is not reached.
    pub(super) fn size(&self, name: &str) -> Result<Option<u64>> {
        match &self.bucket {
            Some(bucket) => bucket.size(&Self::place_of(name)?),
            None => Ok(std::fs::metadata(self.path(name)?).ok().map(|m| m.len())),
        }
    }

    /// Copies a blob, sealed as it is, from another place, unless it is here already. Blocks.
    ///
    /// # Errors
    /// It is not there; reading or writing fails; what has arrived is not as long as what was sent.
    pub(super) fn copy_from(&self, other: &Blobs, name: &str) -> Result<()> {
        let size = other.size(name)?.ok_or(StoreError::Missing("file"))?;
        if matches!(self.size(name), Ok(Some(here)) if here == size) {
            return Ok(());
        }
        let (part, mut out) = self.part()?;
        let copied = std::io::copy(&mut other.sealed(name)?, &mut out).map_err(StoreError::Io);
        let kept = copied.and_then(|n| {
            if n == size { self.keep(name, out, &part) } else { Err(StoreError::Refused("a file arrived cut off".into())) }
        });
        if kept.is_err() || self.bucket.is_some() {
            let _ = std::fs::remove_file(&part);
        }
        kept?;
        if self.size(name)? == Some(size) { Ok(()) } else { Err(StoreError::Refused("a file arrived cut off".into())) }
    }

    /// Opens a blob for reading.
    ///
    /// # Errors
    /// There is none of that name, or it is not a blob.
    pub(super) fn open(&self, key: &CaseKey, name: &str) -> Result<BlobReader> {
        let mut file = BufReader::with_capacity(1 << 16, self.sealed(name)?);
        let mut magic = [0u8; 5];
        let mut prefix = [0u8; PREFIX];
        let head = file.read_exact(&mut magic).and_then(|()| file.read_exact(&mut prefix));
        if head.is_err() || magic != *MAGIC {
            return Err(StoreError::Sealed("a file"));
        }
        let mut reader = BlobReader {
            file,
            cipher: key.cipher(),
            prefix,
            number: 0,
            ahead: Vec::new(),
            chunk: Vec::new(),
            at: 0,
            ended: false,
        };
        fill(&mut reader.file, &mut reader.ahead).map_err(StoreError::Io)?;
        Ok(reader)
    }

    /// Removes a blob; one that is gone already is no error. Blocks.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        if let Some(bucket) = &self.bucket {
            return bucket.remove(&Self::place_of(name)?);
        }
        match std::fs::remove_file(self.path(name)?) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
            _ => Ok(()),
        }
    }
}

/// Size of a blob whose content has so many bytes.
fn sealed_size(bytes: u64) -> u64 {
    let chunks = bytes.div_ceil(CHUNK as u64).max(1);
    (MAGIC.len() + PREFIX) as u64 + bytes + chunks * TAG as u64
}

/// Reads until the buffer holds a chunk (with room for its tag when sealed) or nothing more comes.
fn fill(from: &mut (impl Read + ?Sized), into: &mut Vec<u8>) -> std::io::Result<()> {
    fill_to(from, into, CHUNK)
}

fn fill_to(from: &mut (impl Read + ?Sized), into: &mut Vec<u8>, size: usize) -> std::io::Result<()> {
    into.clear();
    from.take(size as u64).read_to_end(into)?;
    Ok(())
}

/// Reads a blob in clear.
pub struct BlobReader {
    file: BufReader<Box<dyn Read + Send>>,
    cipher: XChaCha20Poly1305,
    prefix: [u8; PREFIX],
    number: u32,
    ahead: Vec<u8>,
    chunk: Vec<u8>,
    at: usize,
    ended: bool,
}

impl BlobReader {
    fn next_chunk(&mut self) -> std::io::Result<()> {
        let broken = || std::io::Error::new(std::io::ErrorKind::InvalidData, "a stored file was changed or cut off");
        let mut sealed = std::mem::take(&mut self.ahead);
        // The first read ahead was of CHUNK bytes; a sealed chunk has a tag more.
        let missing = (CHUNK + TAG).saturating_sub(sealed.len());
        (&mut self.file).take(missing as u64).read_to_end(&mut sealed)?;
        fill(&mut self.file, &mut self.ahead)?;
        let last = self.ahead.is_empty();
        self.chunk = self
            .cipher
            .decrypt(&nonce(&self.prefix, self.number, last), Payload { msg: &sealed, aad: MAGIC })
            .map_err(|_| broken())?;
        self.at = 0;
        self.ended = last;
        self.number = self.number.checked_add(1).ok_or_else(broken)?;
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.chunk.len() {
            if self.ended {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let n = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::Keys;
    use super::*;

    /// Runs `test` on the folder, and on a bucket where there is one.
    fn everywhere(test: impl Fn(&Blobs, &CaseKey, &Keys)) {
        let run = |bucket: Option<&BucketAddress>| {
            let dir = tempfile::tempdir().unwrap();
            let keys = Keys::load_or_create(&dir.path().join("k"), true).unwrap();
            let blobs = Blobs::new(dir.path().join("blobs"), bucket).unwrap();
            blobs.try_out().unwrap();
            test(&blobs, &keys.new_case("c").unwrap().0, &keys);
            let left = std::fs::read_dir(&blobs.dir).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count();
            assert_eq!(left, 0, "nothing is left on its way");
        };
        run(None);
        match super::super::tests::bucket() {
            // Parts as small as stores take them.
            Some(b) => run(Some(&b.in_parts_of(5 << 20))),
            None => eprintln!("skipped on a bucket: DISCLOSE_TEST_S3 names none"),
        }
    }

    fn raw(b: &Blobs, name: &str) -> Vec<u8> {
        let mut out = Vec::new();
        b.sealed(name).unwrap().read_to_end(&mut out).unwrap();
        out
    }

    fn overwrite(b: &Blobs, name: &str, bytes: &[u8]) {
        let (part, mut out) = b.part().unwrap();
        out.write_all(bytes).unwrap();
        b.keep(name, out, &part).unwrap();
        let _ = std::fs::remove_file(&part);
    }

    fn read(b: &Blobs, key: &CaseKey, name: &str) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        b.open(key, name).map_err(|e| std::io::Error::other(e.to_string()))?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn content_of_every_length_comes_back() {
        everywhere(|blobs, key, _| {
            for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + TAG, 2 * CHUNK, 6 * CHUNK + 17] {
                let content: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
                let stored = blobs.put(key, &mut &content[..], u64::MAX).unwrap();
                assert_eq!(stored.bytes, len as u64);
                assert!(read(blobs, key, &stored.name).unwrap() == content, "{len}");
                if len < 2 * CHUNK {
                    let again = blobs.put(key, &mut &content[..], u64::MAX).unwrap();
                    assert_eq!(again, stored, "the same content has the same name");
                }
                assert_eq!(blobs.size(&stored.name).unwrap(), Some(sealed_size(len as u64)), "{len}");
                blobs.remove(&stored.name).unwrap();
                blobs.remove(&stored.name).unwrap();
                assert_eq!(blobs.size(&stored.name).unwrap(), None);
                assert!(matches!(blobs.open(key, &stored.name), Err(StoreError::Missing(_))));
            }
        });
    }

    #[test]
    fn what_lies_there_already_is_not_written_again_unless_it_was_cut_off() {
        everywhere(|blobs, key, _| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[7; 3 * TAG]).unwrap();
            let put = |mut f: &File| {
                f.seek(SeekFrom::Start(0)).unwrap();
                blobs.put_file(key, &mut f.try_clone().unwrap()).unwrap()
            };
            let stored = put(&file);
            let sealed = raw(blobs, &stored.name);
            assert_eq!(put(&file), stored);
            assert_eq!(raw(blobs, &stored.name), sealed, "sealed anew it would be other bytes");
            overwrite(blobs, &stored.name, &sealed[..30]);
            assert_eq!(put(&file), stored);
            assert_eq!(read(blobs, key, &stored.name).unwrap(), [7; 3 * TAG]);
        });
    }

    #[test]
    fn a_changed_cut_or_foreign_blob_does_not_open() {
        everywhere(|blobs, key, keys| {
            let content = vec![b'x'; 2 * CHUNK + 5];
            let stored = blobs.put(key, &mut &content[..], u64::MAX).unwrap();
            let whole = raw(blobs, &stored.name);
            assert!(!whole.windows(8).any(|w| w == b"xxxxxxxx"), "nothing lies in clear");
            for cut in [0, 10, 24, 24 + CHUNK + TAG, whole.len() - 1] {
                overwrite(blobs, &stored.name, &whole[..cut]);
                assert!(read(blobs, key, &stored.name).is_err(), "cut at {cut}");
            }
            for i in [0, 7, 30, CHUNK + 60, whole.len() - 1] {
                let mut changed = whole.clone();
                changed[i] ^= 1;
                overwrite(blobs, &stored.name, &changed);
                assert!(read(blobs, key, &stored.name).is_err(), "byte {i}");
            }
            let (first, second) = (24..24 + CHUNK + TAG, 24 + CHUNK + TAG..24 + 2 * (CHUNK + TAG));
            let moved = [&whole[..24], &whole[second], &whole[first], &whole[24 + 2 * (CHUNK + TAG)..]].concat();
            overwrite(blobs, &stored.name, &moved);
            assert!(read(blobs, key, &stored.name).is_err(), "chunks in another order");
            overwrite(blobs, &stored.name, &whole);
            assert!(read(blobs, key, &stored.name).is_ok());
            let other = keys.new_case("c").unwrap().0;
            assert!(read(blobs, &other, &stored.name).is_err());
            for name in ["../../etc/passwd", "", "AB", &"z".repeat(64)] {
                assert!(blobs.open(key, name).is_err());
            }
        });
    }

    #[test]
    fn a_file_beyond_the_limit_leaves_nothing_behind() {
        everywhere(|blobs, key, _| {
            assert!(matches!(blobs.put(key, &mut &vec![0; 100][..], 99), Err(StoreError::Refused(_))));
            assert_eq!(std::fs::read_dir(&blobs.dir).unwrap().count(), 0);
        });
    }

    #[test]
    fn a_bucket_with_a_wrong_key_is_seen_at_the_start() {
        let Some(good) = super::super::tests::bucket_text() else { return };
        let (head, rest) = good.split_once('@').unwrap();
        let wrong = format!("{}x@{rest}", head);
        let dir = tempfile::tempdir().unwrap();
        let address = BucketAddress::parse(&wrong, |_| None).unwrap();
        let why = Blobs::new(dir.path().join("b"), Some(&address)).unwrap().try_out().unwrap_err().to_string();
        assert!(why.contains("SignatureDoesNotMatch") && !why.contains(head), "{why}");
    }
}
