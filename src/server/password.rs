//! Passwords: Argon2id with the parameters that OWASP's Password Storage Cheat Sheet names first (19 MiB, 2 passes, 1 lane).

use crate::store::random_hex;
use argon2::{Algorithm, Argon2, Params, Version};

const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// NIST SP 800-63B asks for 15 characters where a password is the only factor; it asks for no mixture of kinds of characters.
pub const SHORTEST: usize = 15;

/// Hash of a password, with what is needed to check it: `argon2id$memory$passes$salt$hash`.
///
/// # Errors
/// The password is too short or too long, or there are no random numbers.
pub fn hash(password: &str) -> Result<String, String> {
    if password.chars().count() < SHORTEST {
        return Err(format!("A password has at least {SHORTEST} characters. A few words in a row are easy to keep in mind."));
    }
    if password.len() > 1_000 {
        return Err("This password is too long.".into());
    }
    let salt = random_hex::<16>().map_err(|e| e.to_string())?;
    let hash = derive(password, &salt, MEMORY, PASSES)?;
    Ok(format!("argon2id${MEMORY}${PASSES}${salt}${hash}"))
}

/// True when the password is the one that was hashed.
pub fn fits(password: &str, stored: &str) -> bool {
    let parts: Vec<&str> = stored.split('$').collect();
    let ["argon2id", memory, passes, salt, hash] = parts[..] else { return false };
    let (Ok(memory), Ok(passes)) = (memory.parse(), passes.parse()) else { return false };
    let Ok(again) = derive(password, salt, memory, passes) else { return false };
    again.len() == hash.len() && again.bytes().zip(hash.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

/// A hash that no password has: a login with an unknown name takes as long as one with a wrong password.
pub fn nobody() -> String {
    format!("argon2id${MEMORY}${PASSES}${}${}", "0".repeat(32), "0".repeat(64))
}

fn derive(password: &str, salt: &str, memory: u32, passes: u32) -> Result<String, String> {
    let params = Params::new(memory, passes, 1, Some(32)).map_err(|e| e.to_string())?;
    let mut out = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt.as_bytes(), &mut out)
        .map_err(|e| e.to_string())?;
    Ok(out.iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let stored = hash("correct horse battery").unwrap();
        assert!(fits("correct horse battery", &stored) && !fits("correct horse batters", &stored));
        assert_ne!(hash("correct horse battery").unwrap(), stored, "salted");
        assert!(!stored.contains("horse"));
        assert!(hash("short").is_err() && !fits("", &nobody()) && !fits("x", "") && !fits("x", "argon2id$0$0$$"));
    }
}
