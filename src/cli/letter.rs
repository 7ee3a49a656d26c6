//! `disclose letter`: letters about a finished case, from templates that a site can change.

use crate::model::error::RunError;
use crate::report::{find_template, letter, letter_kinds};
use clap::Args;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the command takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose letter                                       lists the letters
  disclose letter extension out --to extension.pdf
  disclose letter cover --template > letters/cover.txt  the template, to change it
  disclose letter cover out --letters letters --to cover.html

A letter leaves lines for a hand: nothing is signed. It names the patient, and a partial denial its ground.")]
pub struct LetterArgs {
    /// Which letter; all are listed when none is given
    pub kind: Option<String>,
    /// OUT folder of disclose process
    pub case: Option<PathBuf>,
    /// File to write, .pdf or .html
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Folder with templates of your own
    #[arg(long, value_name = "DIR")]
    pub letters: Option<PathBuf>,
    /// Print the template instead of a letter
    #[arg(long)]
    pub template: bool,
}

/// Runs the command; gives the exit code.
///
/// # Errors
/// No such letter or case; the template does not parse; the file cannot be written.
pub fn run(args: &LetterArgs, out: &mut dyn Write) -> Result<i32, RunError> {
    let Some(kind) = &args.kind else {
        for (kind, what) in letter_kinds() {
            writeln!(out, "{kind:<16} {what}")?;
        }
        return Ok(0);
    };
    let template = find_template(kind, args.letters.as_deref()).map_err(RunError::Input)?;
    if args.template {
        out.write_all(template.as_bytes())?;
        return Ok(0);
    }
    let (Some(case), Some(to)) = (&args.case, &args.to) else {
        return Err(RunError::Input("name the OUT folder of the case and --to FILE; see disclose letter --help".into()));
    };
    let (report, request) = (json(&case.join("internal/report.json"))?, json(&case.join("internal/request.json"))?);
    let made = letter(&template, &report, &request).map_err(RunError::Input)?;
    let bytes = match to.extension().and_then(|e| e.to_str()) {
        Some("pdf") => made.pdf,
        Some("html" | "htm") => made.html.into_bytes(),
        _ => return Err(RunError::Input(format!("{}: a letter is written as .pdf or .html", to.display()))),
    };
    std::fs::write(to, bytes).map_err(|e| RunError::Input(format!("{}: cannot be written: {e}", to.display())))?;
    writeln!(out, "{}: to be read, completed and signed by a person", to.display())?;
    Ok(0)
}

fn json(path: &Path) -> Result<Value, RunError> {
    let bytes = std::fs::read(path).map_err(|_| {
        RunError::Input(format!("{}: no finished case here; give the OUT folder of disclose process", path.display()))
    })?;
    serde_json::from_slice(&bytes).map_err(|e| RunError::Input(format!("{}: {e}", path.display())))
}
