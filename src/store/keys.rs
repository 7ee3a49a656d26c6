//! Keys and sealing.
//!
//! One master key lies in `desk.key` (64 hexadecimal digits, mode 600). Keys for one purpose each are derived from it by HMAC-SHA256 over
//! a label (a use of HMAC as a pseudo-random function, as in NIST SP 800-108). Each case has a random key of its own, kept in the database
//! sealed under the master's wrapping key: a rotation of the master re-wraps these few bytes and touches no blob, and a purge needs
//! only to forget them.
//!
//! Sealing is XChaCha20-Poly1305 with a random 24-byte nonce in front (collisions are out of reach for random nonces of that
//! length); the place where a value stands is authenticated with it, so that a sealed value moved to another row does not open.

use super::{Result, StoreError};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Bytes of a nonce.
const NONCE: usize = 24;

/// The keys of the desk.
pub struct Keys {
    wrapping: [u8; 32],
    /// Tells which master key is in use, without telling the key.
    pub(super) id: String,
}

/// The keys of one case.
#[derive(Clone)]
pub struct CaseKey {
    sealing: [u8; 32],
    naming: [u8; 32],
}

impl Keys {
    /// Reads the key file. It is made only when the database is new: a lost key file is not to be replaced by one that opens nothing.
    pub(super) fn load_or_create(path: &Path, fresh: bool) -> Result<Keys> {
        let shown = path.display();
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mode = std::fs::metadata(path)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(StoreError::Setup(format!("{shown}: others may read this key; run chmod 600 on it")));
                }
                let key = unhex(text.trim()).ok_or_else(|| StoreError::Setup(format!("{shown}: not a key file")))?;
                Ok(Keys::new(&key))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && fresh => Keys::create(path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(StoreError::Setup(format!(
                "{shown} is missing, and the database is not new; put the key file back from its backup"
            ))),
            Err(e) => Err(e.into()),
        }
    }

    fn new(master: &[u8; 32]) -> Keys {
        let id = hmac(master, &[b"disclose desk key id"]);
        Keys { wrapping: hmac(master, &[b"disclose desk wrapping"]), id: hex(id.get(..8).unwrap_or_default()) }
    }

    /// A new case key: itself, and sealed for the database.
    pub(super) fn new_case(&self, case: &str) -> Result<(CaseKey, Vec<u8>)> {
        let key: [u8; 32] = random()?;
        let wrapped = seal(&self.wrapping, &format!("case-key/{case}"), &key)?;
        Ok((CaseKey::new(&key), wrapped))
    }

    /// A case key from the database.
    pub(super) fn open_case(&self, case: &str, wrapped: &[u8]) -> Result<CaseKey> {
        Ok(CaseKey::new(&self.unwrap_key(&format!("case-key/{case}"), wrapped)?))
    }

    /// Wraps a key that belongs to no case.
    pub(super) fn wrap(&self, what: &str, key: &[u8]) -> Result<Vec<u8>> {
        seal(&self.wrapping, what, key)
    }

    /// Opens what [`Keys::wrap`] has made.
    pub(super) fn unwrap_key(&self, what: &str, wrapped: &[u8]) -> Result<[u8; 32]> {
        open(&self.wrapping, what, wrapped).and_then(|k| k.try_into().ok()).ok_or(StoreError::Sealed("a key"))
    }

    /// A new master key in `path`, which must not exist.
    pub(super) fn create(path: &Path) -> Result<Keys> {
        let key: [u8; 32] = random()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", hex(&key))?;
        file.sync_all()?;
        Ok(Keys::new(&key))
    }
}

impl CaseKey {
    pub(super) fn new(key: &[u8; 32]) -> CaseKey {
        CaseKey { sealing: hmac(key, &[b"disclose case sealing"]), naming: hmac(key, &[b"disclose case naming"]) }
    }

    /// Seals a value that stands at `place` (`table/column/id`).
    pub(super) fn seal(&self, place: &str, value: &[u8]) -> Result<Vec<u8>> {
        seal(&self.sealing, place, value)
    }

    /// Opens what [`CaseKey::seal`] has made at the same place.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.sealing, place, sealed)
    }

    /// The name of a blob: a keyed hash of its content, so that nobody can ask the folder whether it holds a known file.
    pub(super) fn blob_name(&self, sha256: &[u8]) -> String {
        hex(&hmac(&self.naming, &[sha256]))
    }

    /// The cipher of this case, for blobs.
    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.sealing))
    }
}

fn seal(key: &[u8; 32], place: &str, value: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = random()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: value, aad: place.as_bytes() })
        .map_err(|_| StoreError::Setup("a value is too long to be sealed".into()))?;
    Ok([&nonce[..], &sealed].concat())
}

fn open(key: &[u8; 32], place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: place.as_bytes() }).ok()
}

/// HMAC-SHA256 (RFC 2104) over the parts, each with its length in front, except a single part, which is taken as it is.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let mut inner = Sha256::new();
    inner.update(pad(0x36));
    for part in parts {
        if parts.len() > 1 {
            inner.update((part.len() as u64).to_be_bytes());
        }
        inner.update(part);
    }
    let mut outer = Sha256::new();
    outer.update(pad(0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

/// Random bytes of the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Setup(format!("no random numbers: {e}")))?;
    Ok(bytes)
}

/// `N` random bytes in hexadecimal: ids and tokens.
///
/// # Errors
/// The system has no random numbers.
pub fn random_hex<const N: usize>() -> Result<String> {
    Ok(hex(&random::<N>()?))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// From hexadecimal.
pub(super) fn unhex_bytes(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    unhex_bytes(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        // Test case 1, its 20-byte key filled up with zeros as the algorithm itself does.
        let mut key = [0u8; 32];
        key[..20].fill(0x0b);
        assert_eq!(hex(&hmac(&key, &[b"Hi There"])), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn a_sealed_value_opens_only_with_its_key_at_its_place_and_unchanged() {
        let keys = Keys::new(&[7; 32]);
        let (key, wrapped) = keys.new_case("c1").unwrap();
        let sealed = key.seal("cases/secret/c1", b"Roe").unwrap();
        assert!(!sealed.windows(3).any(|w| w == b"Roe"));
        let again = keys.open_case("c1", &wrapped).unwrap();
        assert_eq!(again.open("cases/secret/c1", &sealed).unwrap(), b"Roe");
        assert!(again.open("cases/secret/c2", &sealed).is_none());
        assert!(keys.open_case("c2", &wrapped).is_err());
        assert!(Keys::new(&[8; 32]).open_case("c1", &wrapped).is_err());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(again.open("cases/secret/c1", &changed).is_none(), "byte {i}");
        }
        assert!(again.open("cases/secret/c1", &sealed[..10]).is_none());
    }

    #[test]
    fn parts_cannot_be_moved_between_neighbours() {
        assert_ne!(hmac(&[1; 32], &[b"ab", b"c"]), hmac(&[1; 32], &[b"a", b"bc"]));
    }
}
