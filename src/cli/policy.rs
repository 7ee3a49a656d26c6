//! `disclose policy`: what a purpose does to whom, and how a site's own file differs from a preset.

use crate::model::error::RunError;
use crate::model::policy::{Extent, Policy};
use crate::policy::{self, PURPOSES, actions, difference, extent_words, filing_words, group_word, of_rule, switch_word};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the command takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  disclose policy list
  disclose policy show litigation
  disclose policy check site.toml
  disclose policy diff litigation site.toml")]
pub struct PolicyArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Every preset with version, digest and title
    List,
    /// Everything that a preset or policy file says, as it takes effect
    Show {
        /// A purpose or a policy file
        policy: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say whether a policy file can be carried out
    Check {
        /// The file
        file: PathBuf,
    },
    /// What the second says otherwise than the first
    Diff {
        /// A purpose or a policy file
        from: String,
        /// A purpose or a policy file
        to: String,
    },
}

/// Runs the command; gives the exit code: 0, or 2 when a policy cannot be carried out.
///
/// # Errors
/// [`RunError::Input`] with file, line and the nearest valid word.
pub fn run(args: &PolicyArgs, out: &mut dyn std::io::Write) -> Result<i32, RunError> {
    let text = match &args.what {
        What::List => list()?,
        What::Show { policy, json: true } => {
            let p = load(policy)?;
            serde_json::to_string_pretty(&p).map_err(|e| RunError::Internal(e.to_string()))? + "\n"
        }
        What::Show { policy, json: false } => show(&load(policy)?),
        What::Check { file } => {
            let p = load_file(file)?;
            let why = match p.difference.as_str() {
                "" => String::new(),
                d => format!("differs from its preset: {d}\n"),
            };
            format!("{}: \"{}\" version {} can be carried out\nsha256 {}\n{why}", file.display(), p.name, p.version, p.sha256)
        }
        What::Diff { from, to } => difference(&load(from)?, &load(to)?),
    };
    out.write_all(text.as_bytes()).map_err(RunError::from)?;
    Ok(0)
}

fn load(word: &str) -> Result<Policy, RunError> {
    if PURPOSES.contains(&word) {
        return policy::load(word, None).map_err(|e| RunError::Input(e.to_string()));
    }
    if Path::new(word).is_file() || word.ends_with(".toml") {
        return load_file(Path::new(word));
    }
    // The error names the nearest purpose.
    policy::load(word, None).map_err(|e| RunError::Input(format!("{e}, or a policy file")))
}

fn load_file(file: &Path) -> Result<Policy, RunError> {
    policy::load(PURPOSES[0], Some(file)).map_err(|e| RunError::Input(e.to_string()))
}

fn list() -> Result<String, RunError> {
    let mut out = String::new();
    for purpose in PURPOSES {
        let _ = match policy::load(purpose, None) {
            Ok(p) => writeln!(out, "{purpose:<22}{:<9}{}  {}", p.version, p.sha256.get(..12).unwrap_or_default(), p.title),
            Err(e) => writeln!(out, "{purpose:<22}{e}"),
        };
    }
    Ok(out)
}

fn show(p: &Policy) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {}: {}\nsha256 {}\n", p.name, p.version, p.title, p.sha256);
    let a = &p.authority;
    let _ = writeln!(out, "authority     {}: {}", a.word, a.title);
    let _ = writeln!(out, "scope         {}", p.scope);
    let _ = writeln!(out, "              {}", p.minimum_necessary);
    let _ = writeln!(out, "accounting    {} ({})", a.accountable, a.accountable_citation);
    let clock = match a.clock.kind.as_str() {
        "access" => format!("{} days from receipt, one extension of {}", a.clock.days, a.clock.extension_days),
        other => other.replace('_', " "),
    };
    let _ = writeln!(out, "clock         {clock} ({})", a.clock.citation);
    let _ = writeln!(out, "\nchecklist: {}", a.checklist_title);
    for item in &a.checklist {
        let _ = writeln!(out, "  {:<26}{} ({})", item.id, item.text, item.citation);
    }
    let _ = writeln!(out, "\nwho gets what");
    for (group, rule) in &p.groups {
        let _ = writeln!(out, "  {:<14}{:<9}{}", group_word(*group), rule.reason, actions(p, *group));
        let _ = writeln!(out, "  {:<23}{}", "", rule.basis);
        if rule.extent != Extent::Identifiers {
            let _ = writeln!(
                out,
                "  {:<23}with the name goes the {} in which it stands, where that is certain",
                "",
                extent_words(rule.extent)
            );
        }
    }
    for (role, rule) in &p.roles {
        let _ = writeln!(out, "  {:<14}{:<9}{}", role.label_words().to_lowercase(), rule.reason, of_rule(p, rule));
        let _ = writeln!(out, "  {:<23}extent: {}", "", rule.extent.as_str());
    }
    for (role, to) in &p.labels {
        let _ = writeln!(out, "  label of {:<14}that of {}", role.label_words().to_lowercase(), to.label_words().to_lowercase());
    }
    let _ = writeln!(out, "  records about another patient: {}", p.other_patient_records.as_str());
    if let Some(f) = &p.filing {
        let _ = writeln!(out, "  reduced for filing with a court: {}", filing_words(f));
    }
    let _ = writeln!(out, "\nwhole records withheld");
    for w in &p.withhold {
        let _ = writeln!(out, "  {:<18}{:<6}{}", w.name, w.reason, w.basis);
    }
    let _ = writeln!(out, "\nspecial categories (found means suspected)");
    for s in &p.special {
        let _ = writeln!(out, "  {:<20}{:<11}{} ({})", s.id, switch_word(s.switch), s.title, s.citation);
    }
    let _ = writeln!(out, "\nnotices");
    for n in &p.notices {
        let _ = writeln!(out, "  - {n}");
    }
    for n in &p.travelling {
        let _ = writeln!(out, "  - {} ({}, as of {}): {}", n.title, n.source, n.as_of, n.text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_differs_from_itself_in_nothing_and_from_others_in_what_it_says() {
        let (l, e) = (load("litigation").unwrap(), load("employer").unwrap());
        assert!(difference(&l, &l).ends_with("no difference\n"));
        assert!(difference(&l, &e).contains("whole records withheld:\n  - \n  + family-history, genetic-tests"));
        assert!(load("litigaton").unwrap_err().to_string().contains("did you mean \"litigation\""));
    }

    #[test]
    fn show_tells_checklist_groups_and_special_categories() {
        let text = show(&load("insurance-claim").unwrap());
        for word in ["request_identified", "TP-FAM", "part2", "payer due", "accounting    no"] {
            assert!(text.contains(word), "{word}");
        }
    }
}
