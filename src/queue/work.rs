//! A worker's folder: a record in clear for as long as it is worked on, for its owner alone, and locked while the worker lives.

use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const PREFIX: &str = "job-";
const LOCK: &str = ".lock";

/// Removed when dropped; what a kill leaves is swept by the next start.
pub struct WorkDir {
    path: PathBuf,
    _lock: File,
}

impl WorkDir {
    /// A new folder in `base`.
    pub fn new(base: &Path, name: &str) -> std::io::Result<WorkDir> {
        let path = base.join(format!("{PREFIX}{name}"));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path.join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(WorkDir { path, _lock: lock })
    }

    /// A path in it.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path.join(path)
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes folders that nobody holds.
pub fn sweep(base: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(base)? {
        let path = entry?.path();
        let ours = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX));
        if !ours {
            continue;
        }
        let held = match File::open(path.join(LOCK)) {
            Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err(),
            Err(_) => false,
        };
        if !held {
            std::fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_dead_are_swept_and_those_of_the_living_are_not() {
        let base = tempfile::tempdir().unwrap();
        let living = WorkDir::new(base.path(), "a").unwrap();
        std::fs::create_dir_all(base.path().join("job-b/in")).unwrap();
        std::fs::write(base.path().join("job-b/in/x"), "clear").unwrap();
        std::fs::write(base.path().join("other"), "stays").unwrap();
        sweep(base.path()).unwrap();
        assert!(living.join("").is_dir() && !base.path().join("job-b").exists() && base.path().join("other").exists());
        drop(living);
        assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 1);
    }
}
