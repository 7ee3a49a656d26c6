//! The custodian's signing key: 32 random bytes in hexadecimal, in a file that only its owner may read.

use super::{hex, unhex};
use crate::model::error::RunError;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

pub use ed25519_dalek::SigningKey;

/// The signing key of a file; a new one when there is none, created with mode 600.
///
/// # Errors
/// As [`secret`].
pub fn load_or_create(path: &Path) -> Result<SigningKey, RunError> {
    Ok(SigningKey::from_bytes(&secret(path, "signing key")?))
}

/// The 32 bytes of a key file; new ones when there is no such file, created with mode 600. `what` names the key in errors.
///
/// # Errors
/// The file cannot be read or written, others may read it, or it holds no key.
pub fn secret(path: &Path, what: &str) -> Result<[u8; 32], RunError> {
    let shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mode = std::fs::metadata(path)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(RunError::Input(format!("{shown}: others may read this {what}; run chmod 600 on it")));
            }
            unhex::<32>(&text).ok_or_else(|| RunError::Input(format!("{shown}: not a {what}")))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(path),
        Err(e) => Err(RunError::Input(format!("{shown}: cannot be read: {e}"))),
    }
}

fn create(path: &Path) -> Result<[u8; 32], RunError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| RunError::Internal(format!("no random numbers: {e}")))?;
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", hex(&bytes))?;
    file.sync_all()?;
    Ok(bytes)
}

/// The public half, hexadecimal: what an auditor is given by another way than the packet.
pub fn public_hex(key: &SigningKey) -> String {
    hex(key.verifying_key().as_bytes())
}
