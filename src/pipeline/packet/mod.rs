//! The evidence packet: one zip that lets a stranger reconstruct a disclosure from request to released bytes, without the program that
//! made it and without the network.
//!
//! It holds the internal record of a case (so it is for the custodian and an auditor, never for the recipient), the manifest of what
//! went out, and `SHA256SUMS` over every member. The zip's comment, its last bytes, is an Ed25519 signature (RFC 8032) by the custodian's
//! key over the SHA-256 of every byte before it, so that no byte of the packet can change unseen. [`check`] proves a packet, [`answers`]
//! reads it to an auditor.

mod answers;
mod build;
mod check;
mod key;

pub use answers::answers;
pub use build::{Approval, approvals, build};
pub use check::{Verdict, check};
pub use key::{SigningKey, load_or_create, public_hex, secret};

use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom};

/// Member with the sums of all others.
const SUMS: &str = "SHA256SUMS";
/// First word of the comment that holds the signature; then the public key and the signature, hexadecimal.
const SEAL: &str = "disclose-ed25519";
/// Length of the whole comment.
const SEAL_LEN: usize = SEAL.len() + 1 + 64 + 1 + 128 + 1;
/// First member: what the packet is.
const HEAD: &str = "packet.json";
/// Largest member that is read into memory: a ledger is streamed, everything else is small.
const MAX_MEMBER: u64 = 1 << 30;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.trim();
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut out = [0u8; N];
    for (i, b) in out.iter_mut().enumerate() {
        *b = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

/// SHA-256 of the first `len` bytes.
fn digest_of(from: &mut (impl Read + Seek), len: u64) -> io::Result<[u8; 32]> {
    from.seek(SeekFrom::Start(0))?;
    let mut from = from.take(len);
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        let n = from.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..n).filter(|c| !c.is_empty()) else { break };
        hash.update(chunk);
    }
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests;
