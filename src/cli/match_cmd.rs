//! `disclose match`: is this the patient? Prints one JSON verdict a line, with evidence and rules, and no value of either person.

use crate::model::error::RunError;
use crate::model::identity::{Counterfactual, Waterfall};
use crate::model::identity_policy::IdentityPolicy;
use crate::people::explained;
use crate::people::facts::Facts;
use crate::people::fhir_person;
use crate::people::json::Node;
use crate::people::matching::{Evidence, Outcome};
use crate::policy;
use clap::Args;
use rayon::prelude::*;
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Lines compared in one go; bounds memory.
const BATCH: usize = 4096;
/// Longest line or file of one person, bytes (a photograph included).
const MAX_PERSON: u64 = 32 << 20;
/// Longest line of a pairs file, bytes.
const MAX_LINE: u64 = 2 * MAX_PERSON;

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
    /// A policy file whose table [identity] changes weights, thresholds or rules
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// A verdict as printed. Keys are only ever added.
#[derive(Serialize)]
struct Line {
    verdict: Outcome,
    p_same: f64,
    p_kin: f64,
    p_stranger: f64,
    evidence: Vec<Evidence>,
    rules: Vec<&'static str>,
    /// One sentence that a clerk understands.
    sentence: String,
    /// "Patient or relative?" and "patient or stranger?", the deciding one first.
    waterfalls: Vec<Waterfall>,
    /// The nearest single changes that would turn the verdict.
    counterfactuals: Vec<Counterfactual>,
    /// Why nothing was compared; the verdict is then `review`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Line {
    fn of(policy: &IdentityPolicy, a: &Facts, b: &Facts, slot: &str, context: &str, steps: bool) -> Line {
        let (v, e) = explained(policy, a, b, slot, context, steps);
        Line {
            verdict: v.verdict,
            p_same: v.p_same,
            p_kin: v.p_kin,
            p_stranger: v.p_stranger,
            evidence: v.evidence,
            rules: v.rules,
            sentence: e.sentence,
            waterfalls: e.waterfalls,
            counterfactuals: e.counterfactuals,
            error: None,
        }
    }

    /// What stands for a line that cannot be read: a person must say.
    fn unread(why: String) -> Line {
        Line {
            verdict: Outcome::Review,
            p_same: 0.0,
            p_kin: 0.0,
            p_stranger: 0.0,
            evidence: Vec::new(),
            rules: Vec::new(),
            sentence: "A person must say: the line cannot be read.".to_string(),
            waterfalls: Vec::new(),
            counterfactuals: Vec::new(),
            error: Some(why),
        }
    }
}

/// Runs the command; verdicts go to `out`.
///
/// # Errors
/// [`RunError::Input`] for a file that is not a person in JSON, and after all verdicts when a line of a pairs file was not; it names
/// file and line, not their content.
pub fn run(args: &MatchArgs, out: &mut dyn Write) -> Result<(), RunError> {
    let policy = policy::identity(args.policy.as_deref()).map_err(|e| RunError::Input(e.to_string()))?;
    if let Some(pairs) = &args.pairs {
        return run_pairs(pairs, args, &policy, out);
    }
    let (Some(reference), Some(candidate)) = (&args.reference, &args.candidate) else {
        return Err(RunError::Input("give --reference and --candidate, or --pairs".into()));
    };
    let line = Line::of(&policy, &read_person(reference)?, &read_person(candidate)?, &args.slot, &args.context, true);
    let mut text = Vec::new();
    write_line(&line, &mut text)?;
    put(out, &text).map(|_| ())
}

fn write_line(line: &Line, to: &mut Vec<u8>) -> Result<(), RunError> {
    serde_json::to_writer(&mut *to, line).map_err(|e| RunError::Internal(e.to_string()))?;
    to.push(b'\n');
    Ok(())
}

/// Writes; false when nobody reads any more (`| head`).
fn put(out: &mut dyn Write, text: &[u8]) -> Result<bool, RunError> {
    match out.write_all(text) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => Ok(other.map(|_| true)?),
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
    let value = Node::parse(bytes).map_err(|e| format!("not valid JSON at line {} column {}", e.line(), e.column()))?;
    if !value.is_object() {
        return Err("not a JSON object; expected a Patient, RelatedPerson or Practitioner".into());
    }
    match value.get("resourceType").and_then(Node::as_str) {
        None | Some("Patient" | "RelatedPerson" | "Practitioner" | "Person" | "FamilyMemberHistory") => {
            Ok(fhir_person::facts(&value))
        }
        Some(other) if other.len() <= 40 && other.chars().all(char::is_alphabetic) => {
            Err(format!("this is resource type {other}, not a Patient, RelatedPerson or Practitioner"))
        }
        Some(_) => Err("unknown resourceType; expected a Patient, RelatedPerson or Practitioner".into()),
    }
}

fn pair(line: &[u8], args: &MatchArgs, policy: &IdentityPolicy) -> Result<Line, String> {
    let mut columns = line.splitn(4, |b| *b == b'\t');
    let (Some(a), Some(b)) = (columns.next(), columns.next()) else {
        return Err("expected two JSON persons and a tab between".into());
    };
    let mut text = |given: &str| match columns.next() {
        Some(c) => std::str::from_utf8(c).map(str::to_string).map_err(|_| "not UTF-8 text".to_string()),
        None => Ok(given.to_string()),
    };
    let (slot, context) = (text(&args.slot)?, text(&args.context)?);
    let side = |which: &str, what: String| format!("{which} person: {what}");
    let a = person(a).map_err(|e| side("first", e))?;
    let b = person(b).map_err(|e| side("second", e))?;
    Ok(Line::of(policy, &a, &b, &slot, &context, false))
}

/// Reads a line of at most [`MAX_LINE`] bytes without its end; what is longer is dropped. `None` at the end of the file, else the
/// line and whether it was too long.
fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<(Vec<u8>, bool)>> {
    let mut line = Vec::new();
    if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let long = line.last() != Some(&b'\n') && line.len() as u64 >= MAX_LINE;
    if long {
        line.clear();
        loop {
            let buffer = input.fill_buf()?;
            let (skip, done) = match memchr::memchr(b'\n', buffer) {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            input.consume(skip);
            if done {
                break;
            }
        }
    }
    while matches!(line.last(), Some(b'\r' | b'\n')) {
        line.pop();
    }
    Ok(Some((line, long)))
}

fn run_pairs(path: &Path, args: &MatchArgs, policy: &IdentityPolicy, out: &mut dyn Write) -> Result<(), RunError> {
    let mut input = BufReader::with_capacity(1 << 20, open(path)?);
    let (mut number, mut bad) = (0usize, 0usize);
    let mut first: Option<String> = None;
    let mut ended = false;
    while !ended {
        let mut lines: Vec<(usize, Vec<u8>, bool)> = Vec::with_capacity(BATCH);
        let mut bytes = 0u64;
        while lines.len() < BATCH && bytes < MAX_PERSON {
            let read = read_line(&mut input);
            let read = read.map_err(|e| RunError::Input(format!("{} line {}: {e}", path.display(), number + 1)))?;
            let Some((line, long)) = read else {
                ended = true;
                break;
            };
            number += 1;
            bytes += line.len() as u64;
            if long || !line.iter().all(u8::is_ascii_whitespace) {
                lines.push((number, line, long));
            }
        }
        type Done = Result<(Vec<u8>, Option<String>), RunError>;
        let work = |(n, line, long): &(usize, Vec<u8>, bool)| -> Done {
            let result = if *long { Err("longer than 64 MiB".to_string()) } else { pair(line, args, policy) };
            let mut text = Vec::with_capacity(2048);
            let (line, why) = match result {
                Ok(line) => (line, None),
                Err(what) => {
                    let why = format!("line {n}: {what}");
                    (Line::unread(why.clone()), Some(why))
                }
            };
            write_line(&line, &mut text)?;
            Ok((text, why))
        };
        let done: Vec<Done> = lines.par_iter().with_min_len(64).map(work).collect();
        for d in done {
            let (text, why) = d?;
            bad += usize::from(why.is_some());
            first = first.or(why);
            if !put(out, &text)? {
                return Ok(());
            }
        }
    }
    match first {
        None => Ok(()),
        Some(why) => Err(RunError::Input(format!(
            "{} {why}{}; its verdict is review, the other lines were compared",
            path.display(),
            if bad > 1 { format!(" (the first of {bad} lines that cannot be read)") } else { String::new() }
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::Value;

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

        assert!(lines[1]["sentence"].as_str().unwrap().starts_with("Third party: given name Hugo is not Orla"), "{}", lines[1]);
        assert_eq!(lines[1]["waterfalls"].as_array().unwrap().len(), 2);
        assert!(lines[1]["counterfactuals"][0]["change"].is_string());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_question_and_stops_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("p.tsv");
        let a = r#"{"resourceType":"Patient","name":[{"family":"Quillfeather","given":["Orla"]}],"birthDate":"1971-09-23"}"#;
        let mut bytes = format!("{a}\t{a}\tPatient\n{{\t{a}\n{a}\n").into_bytes();
        bytes.extend_from_slice(b"\xff\xfe\t{}\n");
        bytes.extend_from_slice(format!("{a}\t{a}\tPatient").as_bytes());
        std::fs::write(&file, bytes).unwrap();
        let mut out = Vec::new();
        let e = run(&args(&["--pairs", file.to_str().unwrap()]).unwrap(), &mut out).unwrap_err();
        assert!(e.to_string().contains("line 2: first person") && e.to_string().contains("3 lines") && e.exit_code() == 2, "{e}");
        let lines: Vec<Value> = String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let words: Vec<&str> = lines.iter().map(|l| l["verdict"].as_str().unwrap()).collect();
        assert_eq!(words, ["same", "review", "review", "review", "same"]);
        assert!(lines[3]["error"].as_str().unwrap().starts_with("line 4"));
    }
}
