//! Makes the table of the word lists, so that the program need not build it at each start: see `src/detect/list_table.rs`.

#[path = "src/detect/list_table.rs"]
#[allow(dead_code)]
mod list_table;
#[path = "src/detect/word_tables.rs"]
#[allow(dead_code)]
mod word_tables;

use list_table::{LISTS, SLOT, flag, hash, tag};
use std::collections::BTreeMap;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words: BTreeMap<String, u16> = BTreeMap::new();
    for (name, bits) in LISTS {
        let path = Path::new("src/detect/lists").join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        for word in std::fs::read_to_string(&path)?.lines().filter(|l| !l.starts_with('#')) {
            *words.entry(word.to_string()).or_default() |= bits;
        }
    }
    for (list, bits) in [(word_tables::RUNNING, flag::RUNNING), (word_tables::BARE, flag::BARE)] {
        for word in list.split(' ') {
            *words.entry(word.to_string()).or_default() |= bits;
        }
    }
    words.remove("");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/detect/list_table.rs");
    println!("cargo::rerun-if-changed=src/detect/word_tables.rs");

    // At most two of three slots are taken.
    let count = (words.len() * 3 / 2).next_power_of_two();
    let mut slots = vec![0u8; count * SLOT];
    let mut text = Vec::new();
    for (word, bits) in &words {
        let h = hash(word.as_bytes());
        let mut at = h as usize & (count - 1);
        while slots[at * SLOT + 6] != 0 {
            at = (at + 1) & (count - 1);
        }
        let slot = &mut slots[at * SLOT..(at + 1) * SLOT];
        slot[..4].copy_from_slice(&u32::try_from(text.len())?.to_le_bytes());
        slot[4..6].copy_from_slice(&bits.to_le_bytes());
        slot[6] = u8::try_from(word.len())?;
        slot[7] = tag(h);
        text.extend_from_slice(word.as_bytes());
    }
    commit();
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("list_slots.bin"), slots)?;
    std::fs::write(Path::new(&out).join("list_words.bin"), text)?;
    Ok(())
}

/// Tells the program from which commit it was built, for reports and evidence packets: `DISCLOSE_COMMIT` where it is set, else what git says
/// of the checkout. A debug build does not ask, so that a commit alone compiles nothing anew. Without git it stays unknown: the SHA-256 of
/// the program, which packets hold as well, is what identifies it.
fn commit() {
    println!("cargo::rerun-if-env-changed=DISCLOSE_COMMIT");
    if std::env::var_os("DISCLOSE_COMMIT").is_some() || std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    let git = |args: &[&str]| -> Option<String> {
        let said = std::process::Command::new("git").args(args).output().ok().filter(|o| o.status.success())?;
        Some(String::from_utf8(said.stdout).ok()?.trim().to_string()).filter(|t| !t.is_empty())
    };
    let Some(head) = git(&["rev-parse", "HEAD"]).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit())) else { return };
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|p| Path::new(p).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rustc-env=DISCLOSE_COMMIT={head}");
}
