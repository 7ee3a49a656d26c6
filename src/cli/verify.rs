//! `disclose verify OUT`: repeats the checks on a finished folder.

use crate::model::case::Check;
use crate::model::error::RunError;
use crate::pipeline::{chains, same_release};
use crate::verify::folder::verify_folder;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Exit code when a check failed.
const FAILED: i32 = 4;

/// Repeat the checks on a finished folder: exit 0 when all pass, 4 when one fails.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The folder given to --out.
    pub out: PathBuf,
    /// Another folder made from the same input, request, policy and decisions: what goes out must be the same, byte for byte.
    #[arg(long, value_name = "OUT")]
    pub same_as: Option<PathBuf>,
    /// Print the checks as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print nothing but failures.
    #[arg(long)]
    pub quiet: bool,
}

/// Runs the command and gives the exit code.
///
/// # Errors
/// [`RunError::Input`] when the folder is no result of `disclose process`.
pub fn run(args: &VerifyArgs) -> Result<i32, RunError> {
    let mut checks = verify_folder(&args.out)?;
    checks.push(chains(&args.out)?);
    if let Some(other) = &args.same_as {
        checks.push(same_release(&args.out, other)?);
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        let text = serde_json::to_string_pretty(&checks).map_err(|e| RunError::Internal(e.to_string()))?;
        writeln!(out, "{text}")?;
    } else {
        write!(out, "{}", lines(&checks, args.quiet))?;
    }
    Ok(if checks.iter().all(|c| c.passed) { 0 } else { FAILED })
}

fn lines(checks: &[Check], quiet: bool) -> String {
    let mut out = String::new();
    for c in checks.iter().filter(|c| !quiet || !c.passed) {
        out += &format!("{:<22} {:<6} {} looked at\n", c.name, if c.passed { "passed" } else { "FAILED" }, c.examined);
        for failure in &c.failures {
            out += &format!("    {failure}\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_listed_under_their_check() {
        let check =
            |name: &str, failures: Vec<String>| Check { name: name.into(), passed: failures.is_empty(), examined: 3, failures };
        let checks = [check("well-formed", vec![]), check("manifest", vec!["a is not as listed".into()])];
        assert_eq!(lines(&checks, true), "manifest               FAILED 3 looked at\n    a is not as listed\n");
        assert_eq!(lines(&checks, false).lines().count(), 3);
    }
}
