//! The step from the old OUT to the new one.
//!
//! Linux can exchange two names at once (`renameat2` with `RENAME_EXCHANGE`), so there is no moment without a whole OUT. Where the
//! file system cannot, the old one is moved aside to `.NAME.old-XXXX` first; a run killed between the two steps is put right by the
//! next one, which moves it back.

use crate::model::error::RunError;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What stands at OUT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Absent,
    Empty,
    /// Written by an earlier run.
    Ours,
}

/// The only names at the top of an OUT.
const EDITIONS: [&str; 3] = ["release", "draft", "internal"];
/// One of these shows that a run wrote the folder.
const MARKS: [&str; 3] = ["internal/report.json", "release/manifest.json", "draft/manifest.json"];

/// OUT's folder and name.
pub(super) fn split(out: &Path) -> Result<(PathBuf, String), RunError> {
    let bad = || RunError::Input(format!("{}: cannot be used as --out; name a folder", out.display()));
    let name = out.file_name().and_then(|n| n.to_str()).ok_or_else(bad)?.to_owned();
    let parent = match out.parent() {
        Some(p) if p.as_os_str().is_empty() => PathBuf::from("."),
        Some(p) => p.to_owned(),
        None => return Err(bad()),
    };
    Ok((parent, name))
}

/// OUT without links and `..`, as far as it exists.
pub(super) fn real(out: &Path) -> Result<PathBuf, RunError> {
    if let Ok(p) = fs::canonicalize(out) {
        return Ok(p);
    }
    let absolute = std::path::absolute(out)?;
    let mut rest = Vec::new();
    let mut up = absolute.as_path();
    loop {
        if let Ok(p) = fs::canonicalize(up) {
            return Ok(rest.iter().rev().fold(p, |p: PathBuf, n| p.join(n)));
        }
        match (up.parent(), up.file_name()) {
            (Some(p), Some(n)) => {
                rest.push(n.to_owned());
                up = p;
            }
            _ => return Ok(absolute),
        }
    }
}

/// Says whether OUT may be replaced.
pub(super) fn state_of(out: &Path) -> Result<State, RunError> {
    let meta = match fs::symlink_metadata(out) {
        Ok(m) => m,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
        Err(e) => return Err(RunError::Input(format!("{}: cannot be opened ({e}); choose another --out", out.display()))),
    };
    if !meta.is_dir() {
        return Err(RunError::Input(format!("{}: is not a folder; choose another --out", out.display())));
    }
    let mut any = false;
    for entry in fs::read_dir(out)? {
        any = true;
        let name = entry?.file_name();
        if !EDITIONS.iter().any(|e| name == *e) {
            return Err(foreign(out));
        }
    }
    match any {
        false => Ok(State::Empty),
        true if MARKS.iter().any(|m| out.join(m).is_file()) => Ok(State::Ours),
        true => Err(foreign(out)),
    }
}

fn foreign(out: &Path) -> RunError {
    RunError::Input(format!("{}: holds files that no earlier run wrote; choose another --out, or move them away", out.display()))
}

/// Removes what killed runs have left beside OUT, and puts an old OUT back that was moved aside.
pub(super) fn clean_up(parent: &Path, name: &str, out: &Path) -> Result<(), RunError> {
    let (partial, old) = (format!(".{name}.partial-"), format!(".{name}.old-"));
    let mut aside = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let Some(n) = file_name.to_str() else { continue };
        let is_ours =
            |prefix: &str| n.strip_prefix(prefix).is_some_and(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if is_ours(&old) {
            aside.push(entry.path());
        } else if is_ours(&partial) {
            let lock = File::open(entry.path())?;
            if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
                return Err(RunError::Input(format!("{}: another run is writing to it; wait for it to end", out.display())));
            }
            fs::remove_dir_all(entry.path())?;
        }
    }
    aside.sort();
    for path in aside {
        if state_of(out)? == State::Absent {
            fs::rename(&path, out)?;
        } else {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Brings everything below `dir` to the disk.
pub(super) fn flush(dir: &Path) -> Result<(), RunError> {
    let handle = File::open(dir)?;
    if rustix::fs::syncfs(&handle).is_ok() {
        return Ok(());
    }
    for rel in super::files_below(dir)? {
        File::open(dir.join(rel))?.sync_all()?;
    }
    handle.sync_all()?;
    Ok(())
}

/// Puts the folder `new` at `out`. The old output, if any, ends up at `new`.
pub(super) fn put_in_place(new: &Path, out: &Path) -> Result<(), RunError> {
    put_with(new, out, |a, b| renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(io::Error::from))
}

fn put_with(new: &Path, out: &Path, exchange: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<(), RunError> {
    match state_of(out)? {
        // A folder takes the place of an empty one at once (rename(2)); when somebody fills it in between, this fails.
        State::Absent | State::Empty => fs::rename(new, out)?,
        State::Ours => {
            if exchange(new, out).is_err() {
                move_aside(new, out)?;
            }
        }
    }
    let (parent, _) = split(out)?;
    File::open(parent)?.sync_all()?;
    Ok(())
}

/// The two-step way for file systems that cannot exchange.
fn move_aside(new: &Path, out: &Path) -> Result<(), RunError> {
    let (parent, name) = split(out)?;
    let suffix = new.file_name().and_then(|n| n.to_str()).and_then(|n| n.rsplit_once('-')).map_or("000000", |(_, s)| s);
    let aside = parent.join(format!(".{name}.old-{suffix}"));
    fs::rename(out, &aside)?;
    if let Err(e) = fs::rename(new, out) {
        fs::rename(&aside, out)?;
        return Err(e.into());
    }
    fs::remove_dir_all(&aside)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(at: &Path, text: &str) {
        fs::create_dir_all(at.join("internal")).unwrap();
        fs::write(at.join("internal/report.json"), text).unwrap();
    }

    #[test]
    fn without_exchange_the_old_output_is_moved_aside_and_removed() {
        let d = tempfile::tempdir().unwrap();
        let (new, out) = (d.path().join(".OUT.partial-abc123"), d.path().join("OUT"));
        ours(&new, "new");
        ours(&out, "old");
        put_with(&new, &out, |_, _| Err(io::Error::other("not here"))).unwrap();
        assert_eq!(fs::read_to_string(out.join("internal/report.json")).unwrap(), "new");
        assert_eq!(fs::read_dir(d.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_run_killed_between_the_two_steps_is_put_right() {
        let d = tempfile::tempdir().unwrap();
        let out = d.path().join("OUT");
        ours(&d.path().join(".OUT.old-abc123"), "old");
        ours(&d.path().join(".OUT.partial-abc123"), "half");
        clean_up(d.path(), "OUT", &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("internal/report.json")).unwrap(), "old");
        // Killed after the second step: the new one stays, the old one goes.
        ours(&d.path().join(".OUT.old-abc123"), "older");
        clean_up(d.path(), "OUT", &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("internal/report.json")).unwrap(), "old");
        assert_eq!(fs::read_dir(d.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_second_step_moves_the_old_output_back() {
        let d = tempfile::tempdir().unwrap();
        let out = d.path().join("OUT");
        ours(&out, "old");
        assert!(put_with(&d.path().join(".OUT.partial-gone00"), &out, |_, _| Err(io::Error::other("no"))).is_err());
        assert_eq!(fs::read_to_string(out.join("internal/report.json")).unwrap(), "old");
    }
}
