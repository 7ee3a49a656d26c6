//! The vault: what stands behind the labels, hashes and tokens of a case, encrypted, for the custodian alone.
//!
//! It lies in `internal/vault.bin` and nowhere else. The custodian's key is 32 random bytes in a file of mode 600; each case gets keys of
//! its own from it, so that two cases cannot be joined by their hashes and tokens, while one case has one hash and one token for one
//! value. Everything is sealed with ChaCha20-Poly1305 (RFC 8439). The nonce is a keyed digest (HMAC-SHA256) of what is sealed: equal contents
//! give equal bytes, so that a run can be repeated byte for byte, and different contents never share a nonce but by a collision of 96 bits.

use super::packet::secret;
use crate::model::decision::Action;
use crate::model::error::RunError;
use crate::model::ledger::Entry;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the vault below `internal/`.
pub const VAULT_FILE: &str = "vault.bin";
/// First words of the file; the case follows, then a line end, the nonce and the sealed contents.
const MAGIC: &str = "disclose-vault 1 ";
const NONCE: usize = 12;
/// A vault larger than this is none.
const MAX_VAULT: u64 = 1 << 32;

/// Keys of one case.
pub struct Keys {
    hash: [u8; 32],
    token: [u8; 32],
    vault: [u8; 32],
    nonce: [u8; 32],
    /// Key for stand-ins of ids.
    pub ids: [u8; 32],
}

fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // Any length of key is taken, so this cannot fail.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    for p in parts {
        mac.update(&(p.len() as u64).to_be_bytes());
        mac.update(p);
    }
    mac.finalize().into_bytes().into()
}

impl Keys {
    /// Keys of a case from the custodian's key.
    pub fn new(master: &[u8; 32], case: &str) -> Self {
        let of = |what: &str| hmac(master, &[what.as_bytes(), case.as_bytes()]);
        Keys { hash: of("hash"), token: of("token"), vault: of("vault"), nonce: of("nonce"), ids: of("ids") }
    }

    /// `hash-…` (64 bits) or `enc-…` for a value.
    pub fn token(&self, action: Action, value: &str) -> String {
        if action == Action::Encrypt {
            return match self.seal(&self.token, value.as_bytes(), b"token") {
                Ok(sealed) => format!("enc-{}", URL_SAFE_NO_PAD.encode(sealed)),
                Err(_) => "[MASKED]".into(),
            };
        }
        let digest = hmac(&self.hash, &[value.as_bytes()]);
        let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!("hash-{hex}")
    }

    /// Category and value behind a token; `None` when it was not made with this key for this case.
    pub fn reveal(&self, token: &str) -> Option<(String, String)> {
        let sealed = URL_SAFE_NO_PAD.decode(token.trim().strip_prefix("enc-")?).ok()?;
        let text = String::from_utf8(open(&self.token, &sealed, b"token")?).ok()?;
        let (category, value) = text.split_once('\u{1f}')?;
        Some((category.to_string(), value.to_string()))
    }

    fn seal(&self, key: &[u8; 32], plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, RunError> {
        let digest = hmac(&self.nonce, &[aad, plain]);
        let mut nonce = [0u8; NONCE];
        nonce.copy_from_slice(&digest[..NONCE]);
        let sealed = cipher(key)
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
            .map_err(|_| RunError::Internal("the vault cannot be sealed".into()))?;
        Ok([&nonce[..], &sealed].concat())
    }
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    <ChaCha20Poly1305 as chacha20poly1305::KeyInit>::new(&(*key).into())
}

fn open(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    cipher(key).decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad }).ok()
}

/// What was put in place of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mapping {
    /// What stands there now.
    pub replacement: String,
    /// What stood there.
    pub original: String,
    /// Category.
    pub category: String,
    /// `label`, `hash`, `encrypt`, `generalise` ...
    pub method: String,
    /// Label of the person; empty when not known.
    pub label: String,
}

/// The vault being filled.
pub struct Vault {
    keys: Arc<Keys>,
    seen: HashSet<Mapping>,
    list: Vec<Mapping>,
}

impl Vault {
    /// An empty vault.
    pub fn new(keys: Arc<Keys>) -> Self {
        Vault { keys, seen: HashSet::new(), list: Vec::new() }
    }

    /// Notes what a ledger entry replaced, once.
    pub fn add(&mut self, e: &Entry) {
        let Some(original) = e.original.as_deref().filter(|o| !o.is_empty() && e.changes()) else { return };
        if e.replacement.is_empty() {
            return;
        }
        let m = Mapping {
            replacement: e.replacement.clone(),
            original: original.to_string(),
            category: e.category.as_str().into(),
            method: e.decision.action.as_str().into(),
            label: e.label.clone().unwrap_or_default(),
        };
        if self.seen.insert(m.clone()) {
            self.list.push(m);
        }
    }

    /// The file.
    ///
    /// # Errors
    /// It cannot be sealed.
    pub fn seal(&self, case: &str) -> Result<Vec<u8>, RunError> {
        let head = format!("{MAGIC}{case}\n");
        let plain = serde_json::to_vec(&self.list).map_err(|e| RunError::Internal(e.to_string()))?;
        let sealed = self.keys.seal(&self.keys.vault, &plain, head.as_bytes())?;
        Ok([head.as_bytes(), &sealed].concat())
    }
}

/// An opened vault.
pub struct Opened {
    /// The case.
    pub case: String,
    /// Mappings in order of the ledger.
    pub list: Vec<Mapping>,
    /// The case's keys.
    pub keys: Keys,
}

/// Opens the vault of a finished folder with the custodian's key.
///
/// # Errors
/// There is no vault, it is damaged, or the key is another.
pub fn open_vault(out: &Path, master: &[u8; 32]) -> Result<Opened, RunError> {
    let path = out.join("internal").join(VAULT_FILE);
    let shown = path.display();
    let size = std::fs::metadata(&path).map_err(|e| RunError::Input(format!("{shown}: no vault: {e}")))?.len();
    if size > MAX_VAULT {
        return Err(RunError::Input(format!("{shown}: too large for a vault")));
    }
    let bytes = std::fs::read(&path).map_err(|e| RunError::Input(format!("{shown}: cannot be read: {e}")))?;
    let no_vault = || RunError::Input(format!("{shown}: not a vault"));
    let end = memchr::memchr(b'\n', bytes.get(..200.min(bytes.len())).unwrap_or_default()).ok_or_else(no_vault)?;
    let (head, sealed) = bytes.split_at(end + 1);
    let case = std::str::from_utf8(head).ok().and_then(|h| h.strip_prefix(MAGIC)).ok_or_else(no_vault)?.trim_end().to_string();
    let keys = Keys::new(master, &case);
    let plain = open(&keys.vault, sealed, head)
        .ok_or_else(|| RunError::Input(format!("{shown}: does not open with this key, or was changed")))?;
    let list = serde_json::from_slice(&plain).map_err(|_| no_vault())?;
    Ok(Opened { case, list, keys })
}

/// The custodian's key in a file; created on first use.
///
/// # Errors
/// The file cannot be read or written, others may read it, or it holds no key.
pub fn key_file(path: &Path) -> Result<[u8; 32], RunError> {
    secret(path, "vault key")
}

/// The key together with a passphrase that is kept elsewhere: neither opens anything without the other. Argon2id with the parameters that
/// OWASP's Password Storage Cheat Sheet names first (19 MiB, 2 passes, 1 lane), salted with a digest of the key.
///
/// # Errors
/// The passphrase is empty or longer than a thousand bytes.
pub fn with_passphrase(key: &[u8; 32], passphrase: &str) -> Result<[u8; 32], RunError> {
    if passphrase.trim().is_empty() || passphrase.len() > 1_000 {
        return Err(RunError::Input("the passphrase of the vault key is empty or longer than 1,000 bytes".into()));
    }
    let salt = hmac(key, &[b"passphrase"]);
    let fault = |e: argon2::Error| RunError::Internal(format!("the passphrase cannot be used: {e}"));
    let params = argon2::Params::new(19 * 1024, 2, 1, Some(32)).map_err(fault)?;
    let mut phrase = [0u8; 32];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, &mut phrase)
        .map_err(fault)?;
    Ok(hmac(key, &[&phrase]))
}

/// The passphrase in the first line of a file that nobody else may read.
///
/// # Errors
/// The file cannot be read, or others may read it.
pub fn passphrase_file(path: &Path) -> Result<String, RunError> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let failed = |e: std::io::Error| RunError::Input(format!("{shown}: cannot be read: {e}"));
    if std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(RunError::Input(format!("{shown}: others may read this passphrase; run chmod 600 on it")));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Ok(text.lines().next().unwrap_or_default().to_string())
}

/// `~/.config/disclose/vault.key`.
///
/// # Errors
/// There is no home folder.
pub fn default_key_file() -> Result<PathBuf, RunError> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".config")))
        .ok_or_else(|| RunError::Input("no home folder for the vault key; give --vault-key FILE".into()))?;
    Ok(base.join("disclose/vault.key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_one_for_one_value_in_one_case_and_open_again() {
        let (a, b) = (Keys::new(&[7; 32], "case-1"), Keys::new(&[7; 32], "case-2"));
        let value = "phone\u{1f}5035550142";
        for action in [Action::Hash, Action::Encrypt] {
            assert_eq!(a.token(action, value), a.token(action, value));
            assert_ne!(a.token(action, value), b.token(action, value), "two cases are not joined");
            assert_ne!(a.token(action, value), a.token(action, "phone\u{1f}5035550143"));
            assert!(!a.token(action, value).contains("5550142"));
        }
        let token = a.token(Action::Encrypt, value);
        assert_eq!(a.reveal(&token).unwrap(), ("phone".into(), "5035550142".into()));
        assert_eq!(b.reveal(&token), None);
        assert_eq!(a.reveal(&format!("{token}A")), None);
        for odd in ["", "enc-", "enc-AA", "hash-00", "enc-\u{e9}"] {
            assert_eq!(a.reveal(odd), None, "{odd}");
        }
    }

    #[test]
    fn key_and_passphrase_open_only_together() {
        let key = [7; 32];
        let both = with_passphrase(&key, "correct horse battery").unwrap();
        assert_eq!(both, with_passphrase(&key, "correct horse battery").unwrap());
        assert_ne!(both, key);
        assert_ne!(both, with_passphrase(&key, "correct horse batters").unwrap());
        assert_ne!(both, with_passphrase(&[8; 32], "correct horse battery").unwrap());
        assert!(with_passphrase(&key, " ").is_err());
    }

    #[test]
    fn a_vault_opens_with_its_key_only_and_shows_every_change_of_a_byte() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("internal")).unwrap();
        let mut v = Vault::new(Arc::new(Keys::new(&[1; 32], "case-1")));
        v.list.push(Mapping {
            replacement: "[MOTHER]".into(),
            original: "Mary Roe".into(),
            category: "name".into(),
            method: "label".into(),
            label: "[MOTHER]".into(),
        });
        let bytes = v.seal("case-1").unwrap();
        assert_eq!(bytes, v.seal("case-1").unwrap(), "a run can be repeated");
        assert!(memchr::memmem::find(&bytes, b"Mary").is_none());
        let path = dir.path().join("internal").join(VAULT_FILE);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(open_vault(dir.path(), &[1; 32]).unwrap().list, v.list);
        assert!(open_vault(dir.path(), &[2; 32]).is_err());
        for i in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[i] ^= 1;
            std::fs::write(&path, &broken).unwrap();
            assert!(open_vault(dir.path(), &[1; 32]).is_err(), "byte {i}");
        }
    }
}
