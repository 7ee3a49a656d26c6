//! `disclose match`: is this the patient? Prints one JSON verdict a line, with evidence and rules, and no value of either person.

use crate::model::error::RunError;
use crate::people::facts::Facts;
use crate::people::fhir_person;
use crate::people::matching::{Verdict, compare};
use clap::Args;
use rayon::prelude::*;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Lines compared in one go; bounds memory.
const BATCH: usize = 4096;
/// Longest line or file of one person, bytes (a photograph included).
const MAX_PERSON: u64 = 32 << 20;

/// Arguments of `disclose match`.
#[derive(Args, Clone, Debug)]
pub struct MatchArgs {
    /// The patient: FHIR Patient JSON
    #[arg(long, value_name = "FILE", required_unless_present = "pairs", requires = "candidate")]
    pub reference: Option<PathBuf>,
    /// Whom to compare: FHIR Patient, RelatedPerson or Practitioner JSON
    #[arg(long, value_name = "FILE", requires = "reference")]
    pub candidate: Option<PathBuf>,
    /// Where the candidate stands: a FHIR element path or C-CDA name; none for a mention in text
    #[arg(long, default_value = "")]
    pub slot: String,
    /// The sentence around a mention
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub context: String,
    /// Tab-separated file: reference JSON, candidate JSON, and optionally slot and context
    #[arg(long, value_name = "FILE.tsv", conflicts_with_all = ["reference", "candidate"])]
    pub pairs: Option<PathBuf>,
}

/// Runs the command; verdicts go to `out`.
///
/// # Errors
/// [`RunError::Input`] for a file or line that is not a person in JSON; it names file and line, not their content.
pub fn run(args: &MatchArgs, out: &mut dyn Write) -> Result<(), RunError> {
    if let Some(pairs) = &args.pairs {
        return run_pairs(pairs, args, out);
    }
    let (Some(reference), Some(candidate)) = (&args.reference, &args.candidate) else {
        return Err(RunError::Input("give --reference and --candidate, or --pairs".into()));
    };
    let verdict = compare(&read_person(reference)?, &read_person(candidate)?, &args.slot, &args.context);
    print(&verdict, out)
}

fn print(verdict: &Verdict, out: &mut dyn Write) -> Result<(), RunError> {
    let line = serde_json::to_string(verdict).map_err(|e| RunError::Internal(e.to_string()))?;
    match writeln!(out, "{line}") {
        // The reader has seen enough (`| head`).
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn open(path: &Path) -> Result<File, RunError> {
    File::open(path).map_err(|e| RunError::Input(format!("{} cannot be read: {e}", path.display())))
}

fn read_person(path: &Path) -> Result<Facts, RunError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(MAX_PERSON + 1).read_to_end(&mut bytes);
    read.map_err(|e| RunError::Input(format!("{} cannot be read: {e}", path.display())))?;
    if bytes.len() as u64 > MAX_PERSON {
        return Err(RunError::Input(format!("{}: larger than 32 MiB; give one person", path.display())));
    }
    person(&bytes).map_err(|what| RunError::Input(format!("{}: {what}", path.display())))
}

/// A person in FHIR-like JSON, or what is wrong in words without values.
fn person(bytes: &[u8]) -> Result<Facts, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|e| format!("not valid JSON at line {} column {}", e.line(), e.column()))?;
    if !value.is_object() {
        return Err("not a JSON object; expected a Patient, RelatedPerson or Practitioner".into());
    }
    match value.get("resourceType").and_then(Value::as_str) {
        None | Some("Patient" | "RelatedPerson" | "Practitioner" | "Person" | "FamilyMemberHistory") => {
            Ok(fhir_person::facts(&value))
        }
        Some(other) if other.len() <= 40 && other.chars().all(char::is_alphabetic) => {
            Err(format!("this is resource type {other}, not a Patient, RelatedPerson or Practitioner"))
        }
        Some(_) => Err("unknown resourceType; expected a Patient, RelatedPerson or Practitioner".into()),
    }
}

fn pair(line: &str, args: &MatchArgs) -> Result<Verdict, String> {
    let mut columns = line.splitn(4, '\t');
    let (Some(a), Some(b)) = (columns.next(), columns.next()) else {
        return Err("expected two JSON persons and a tab between".into());
    };
    let slot = columns.next().unwrap_or(&args.slot);
    let context = columns.next().unwrap_or(&args.context);
    Ok(compare(&person(a.as_bytes())?, &person(b.as_bytes())?, slot, context))
}

fn run_pairs(path: &Path, args: &MatchArgs, out: &mut dyn Write) -> Result<(), RunError> {
    let mut input = BufReader::with_capacity(1 << 20, open(path)?);
    let mut number = 0usize;
    loop {
        let mut lines: Vec<(usize, String)> = Vec::with_capacity(BATCH);
        let mut bytes = 0u64;
        while lines.len() < BATCH && bytes < MAX_PERSON {
            let mut line = String::new();
            let read = (&mut input).take(2 * MAX_PERSON).read_line(&mut line);
            let n = read.map_err(|e| RunError::Input(format!("{} line {}: {e}", path.display(), number + 1)))?;
            if n == 0 {
                break;
            }
            number += 1;
            bytes += n as u64;
            let line = line.trim_end_matches(['\r', '\n']).to_string();
            if !line.trim().is_empty() {
                lines.push((number, line));
            } else if lines.is_empty() && bytes >= MAX_PERSON {
                break;
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let verdicts: Vec<(usize, Result<Verdict, String>)> = lines.par_iter().map(|(n, l)| (*n, pair(l, args))).collect();
        for (n, verdict) in verdicts {
            let verdict = verdict.map_err(|what| RunError::Input(format!("{} line {n}: {what}", path.display())))?;
            print(&verdict, out)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: MatchArgs,
    }

    fn args(list: &[&str]) -> Result<MatchArgs, clap::Error> {
        Cli::try_parse_from(["match"].iter().chain(list)).map(|c| c.args)
    }

    #[test]
    fn arguments_come_in_one_of_two_forms() {
        assert!(args(&["--reference", "a", "--candidate", "b", "--slot", "Patient"]).is_ok());
        assert!(args(&["--pairs", "p.tsv"]).is_ok());
        assert!(args(&["--reference", "a"]).is_err());
        assert!(args(&[]).is_err());
        assert!(args(&["--pairs", "p", "--reference", "a", "--candidate", "b"]).is_err());
    }

    #[test]
    fn pairs_give_one_verdict_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("p.tsv");
        let a = r#"{"resourceType":"Patient","name":[{"family":"Quillfeather","given":["Orla"]}],"birthDate":"1971-09-23"}"#;
        let b = a.replace("Orla", "Hugo");
        std::fs::write(&file, format!("{a}\t{a}\tPatient\n\n{a}\t{b}\tRelatedPerson\r\n")).unwrap();
        let mut out = Vec::new();
        run(&args(&["--pairs", file.to_str().unwrap()]).unwrap(), &mut out).unwrap();
        let lines: Vec<Value> = String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["verdict"], "same");
        assert_eq!(lines[1]["verdict"], "different");
        assert!(lines[0]["evidence"][0]["bits"].is_number() && lines[0]["rules"].is_array());

        std::fs::write(&file, format!("{a}\t{a}\n{{\t{a}\n")).unwrap();
        let e = run(&args(&["--pairs", file.to_str().unwrap()]).unwrap(), &mut Vec::new()).unwrap_err();
        assert!(e.to_string().contains("line 2") && e.exit_code() == 2, "{e}");
    }
}
