//! Puts finished bytes where they belong: staging, packages, manifest, the atomic swap.
//!
//! ```text
//! let staging = Staging::begin(out)?;              // .OUT.partial-XXXXXX beside OUT
//! staging.write("release/a.json", &bytes)?;        // or create / create_gz, then finish
//! staging.write("release/in.zip/b.xml", &bytes)?;  // members of a container below its path ...
//! staging.pack("release/in.zip", &[])?;            // ... then the folder becomes the zip
//! staging.manifest("release", &media_types)?;
//! staging.commit()?;                               // OUT is now the new one, at once
//! ```
//!
//! Until the commit nothing of OUT is touched. A staging that is dropped (an error, a cancelled run) leaves nothing behind; one whose
//! process was killed is removed by the next [`Staging::begin`] with the same OUT.

mod pack;
mod paths;
mod stage;
mod swap;
#[cfg(test)]
mod tests;

pub use pack::gzip;
pub use stage::{OutFile, Staging};

use crate::model::error::RunError;
use std::path::Path;

/// Checks that OUT and no INPUT lie inside one another: an INPUT inside OUT would be removed with the old output, and an OUT inside an
/// INPUT folder would be taken in by the next run.
///
/// # Errors
/// [`RunError::Input`] that names both.
pub fn check_apart(out: &Path, inputs: &[std::path::PathBuf]) -> Result<(), RunError> {
    let out_real = swap::real(out)?;
    for input in inputs {
        let Ok(input_real) = std::fs::canonicalize(input) else { continue };
        if input_real.starts_with(&out_real) || (input_real.is_dir() && out_real.starts_with(&input_real)) {
            return Err(RunError::Input(format!(
                "--out {} and INPUT {} lie inside one another; choose another --out",
                out.display(),
                input.display()
            )));
        }
    }
    Ok(())
}

/// Relative paths, with `/`, of all files below `root`, sorted.
fn files_below(root: &Path) -> Result<Vec<String>, RunError> {
    let mut out = Vec::new();
    let mut todo = vec![(root.to_owned(), String::new())];
    while let Some((dir, rel)) = todo.pop() {
        for entry in std::fs::read_dir(&dir)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| RunError::Internal("an output path is not UTF-8".into()))?;
            let path = if rel.is_empty() { name.to_owned() } else { format!("{rel}/{name}") };
            if entry.file_type()?.is_dir() {
                todo.push((entry.path(), path));
            } else {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}
