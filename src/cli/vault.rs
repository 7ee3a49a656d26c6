//! `disclose vault`: what stands behind the labels, hashes and tokens of a case.

use crate::model::error::RunError;
use crate::pipeline::vault::{default_key_file, key_file, open_vault, passphrase_file, with_passphrase};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the command takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose vault show out --key vault.key
  disclose vault show out --find \"[MOTHER]\"
  disclose vault reveal out enc-8Jk...

A vault is there when the run had a key (--vault-key) or its policy needs one. It is for the custodian, never for the recipient.")]
pub struct VaultArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Print every replacement with what it stands for, one JSON object a line
    Show {
        /// OUT folder of disclose process
        out: PathBuf,
        /// Only those whose replacement or label holds this
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
        /// The custodian's key (default: ~/.config/disclose/vault.key)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// File with the passphrase that the run was given beside the key
        #[arg(long, value_name = "FILE")]
        passphrase: Option<PathBuf>,
    },
    /// Print what an encrypted token (enc-...) stands for
    Reveal {
        /// OUT folder of disclose process
        out: PathBuf,
        /// The token
        token: String,
        /// The custodian's key (default: ~/.config/disclose/vault.key)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// File with the passphrase that the run was given beside the key
        #[arg(long, value_name = "FILE")]
        passphrase: Option<PathBuf>,
    },
}

/// Runs the command; gives the exit code.
///
/// # Errors
/// There is no vault or no key, the key is another's, or the token is not one of this case.
pub fn run(args: &VaultArgs, to: &mut dyn Write) -> Result<i32, RunError> {
    match &args.what {
        What::Show { out, find, key, passphrase } => {
            let vault = open_vault(out, &existing(key.as_deref(), passphrase.as_deref())?)?;
            let wanted = |text: &str| find.as_deref().is_none_or(|f| text.contains(f));
            for m in vault.list.iter().filter(|m| wanted(&m.replacement) || find.is_some() && wanted(&m.label)) {
                let line = serde_json::to_string(m).map_err(|e| RunError::Internal(e.to_string()))?;
                writeln!(to, "{line}")?;
            }
        }
        What::Reveal { out, token, key, passphrase } => {
            let vault = open_vault(out, &existing(key.as_deref(), passphrase.as_deref())?)?;
            let (category, value) =
                vault.keys.reveal(token).ok_or_else(|| RunError::Input("not a token of this case, or of another key".into()))?;
            let line = serde_json::json!({ "category": category, "original": value });
            writeln!(to, "{line}")?;
        }
    }
    Ok(0)
}

/// The key of a file that must be there: a new key opens nothing.
fn existing(path: Option<&Path>, passphrase: Option<&Path>) -> Result<[u8; 32], RunError> {
    let path = path.map_or_else(default_key_file, |p| Ok(p.to_path_buf()))?;
    if !path.is_file() {
        return Err(RunError::Input(format!("{}: no such key file", path.display())));
    }
    let key = key_file(&path)?;
    match passphrase {
        Some(file) => with_passphrase(&key, &passphrase_file(file)?),
        None => Ok(key),
    }
}
