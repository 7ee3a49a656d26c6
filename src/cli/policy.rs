//! `disclose policy`: what a purpose does to whom, and how a site's own file differs from a preset.

use crate::model::error::RunError;
use crate::model::mention::Category;
use crate::model::policy::{Extent, GroupRule, Policy};
use crate::model::role::RoleGroup;
use crate::policy::{self, PURPOSES};
use clap::{Args, Subcommand};
use std::collections::BTreeSet;
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
        What::Diff { from, to } => diff(&load(from)?, &load(to)?),
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

/// What a group gets, by category, grouped by action.
fn actions(p: &Policy, group: RoleGroup) -> String {
    p.groups.get(&group).map_or_else(|| "no rule".into(), |rule| of_rule(p, rule))
}

fn extent(e: Extent) -> &'static str {
    if e == Extent::Whole { "row, turn or sentence" } else { e.as_str() }
}

fn of_rule(p: &Policy, rule: &GroupRule) -> String {
    let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
    // Dates and ages are taken out by the Safe Harbor method alone.
    let dated = |c: &&Category| p.safe_harbor.is_some() || !matches!(c, Category::Date | Category::Age);
    let all = Category::ALL.iter().filter(dated).chain(&[
        Category::Demographic,
        Category::Photo,
        Category::Signature,
        Category::Record,
    ]);
    for c in all {
        let action = rule.except.get(c).copied().unwrap_or(rule.action).as_str();
        match by.iter_mut().find(|(a, _)| *a == action) {
            Some((_, list)) => list.push(c.as_str()),
            None => by.push((action, vec![c.as_str()])),
        }
    }
    match &by[..] {
        [(action, _)] => format!("{action} everything"),
        _ => by.iter().map(|(a, list)| format!("{a} {}", list.join(", "))).collect::<Vec<_>>().join("; "),
    }
}

fn word(group: RoleGroup) -> String {
    serde_json::to_value(group).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
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
        let _ = writeln!(out, "  {:<14}{:<9}{}", word(*group), rule.reason, actions(p, *group));
        let _ = writeln!(out, "  {:<23}{}", "", rule.basis);
        if rule.extent != Extent::Identifiers {
            let _ = writeln!(
                out,
                "  {:<23}with the name goes the {} in which it stands, where that is certain",
                "",
                extent(rule.extent)
            );
        }
    }
    for (role, rule) in &p.roles {
        let _ = writeln!(out, "  {:<14}{:<9}{}", role.contract_name(), rule.reason, of_rule(p, rule));
        let _ = writeln!(out, "  {:<23}extent: {}", "", rule.extent.as_str());
    }
    let _ = writeln!(out, "  records about another patient: {}", p.other_patient_records.as_str());
    let _ = writeln!(out, "\nwhole records withheld");
    for w in &p.withhold {
        let _ = writeln!(out, "  {:<18}{:<6}{}", w.name, w.reason, w.basis);
    }
    let _ = writeln!(out, "\nspecial categories (found means suspected)");
    for s in &p.special {
        let _ = writeln!(out, "  {:<20}{:<11}{} ({})", s.id, switch(s.switch), s.title, s.citation);
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

fn switch(s: crate::model::policy::Switch) -> &'static str {
    use crate::model::policy::Switch;
    match s {
        Switch::Release => "release",
        Switch::Authorized => "authorized",
        Switch::Hold => "hold",
        Switch::Withhold => "withhold",
    }
}

/// One line for each difference.
fn diff(a: &Policy, b: &Policy) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {} -> {} {}", a.name, a.version, b.name, b.version);
    let before = out.len();
    let mut line = |what: &str, x: &str, y: &str| {
        if x != y {
            let _ = writeln!(out, "{what}:\n  - {x}\n  + {y}");
        }
    };
    line("title", &a.title, &b.title);
    line("default authority", &a.default_authority, &b.default_authority);
    line("scope", &a.scope, &b.scope);
    line("minimum necessary", &a.minimum_necessary, &b.minimum_necessary);
    line("records about another patient", a.other_patient_records.as_str(), b.other_patient_records.as_str());
    let groups: BTreeSet<RoleGroup> = a.groups.keys().chain(b.groups.keys()).copied().collect();
    for g in groups {
        line(&format!("{}: action", word(g)), &actions(a, g), &actions(b, g));
        let of = |p: &Policy| p.groups.get(&g).map(|r| (r.reason.clone(), r.basis.clone())).unwrap_or_default();
        let reach = |p: &Policy| p.groups.get(&g).map_or("", |r| r.extent.as_str());
        line(&format!("{}: extent", word(g)), reach(a), reach(b));
        line(&format!("{}: reason", word(g)), &of(a).0, &of(b).0);
        line(&format!("{}: basis", word(g)), &of(a).1, &of(b).1);
    }
    let roles: BTreeSet<_> = a.roles.keys().chain(b.roles.keys()).copied().collect();
    for r in roles {
        let of = |p: &Policy| {
            p.rule(r).map_or_else(String::new, |x| format!("{}; extent {}; {}", of_rule(p, x), x.extent.as_str(), x.basis))
        };
        line(&format!("role {}", r.contract_name()), &of(a), &of(b));
    }
    let forms = |p: &Policy| serde_json::to_string(&p.forms).unwrap_or_default();
    line("generalise", &forms(a), &forms(b));
    let method = |p: &Policy| if p.safe_harbor.is_some() { "safe-harbor" } else { "" };
    line("method", method(a), method(b));
    line("authorities", &a.authorities.join(", "), &b.authorities.join(", "));
    let site = |p: &Policy| serde_json::to_string(&p.site).unwrap_or_default();
    line("site", &site(a), &site(b));
    line("explained as", &a.difference, &b.difference);
    for (x, y) in a.special.iter().filter_map(|x| Some((x, b.special.iter().find(|y| y.id == x.id)?))) {
        line(&format!("special {}", x.id), switch(x.switch), switch(y.switch));
    }
    let names = |p: &Policy| p.withhold.iter().map(|w| w.name.clone()).collect::<Vec<_>>().join(", ");
    line("whole records withheld", &names(a), &names(b));
    line("notices", &a.notices.join(" | "), &b.notices.join(" | "));
    if out.len() == before {
        out.push_str("no difference\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_differs_from_itself_in_nothing_and_from_others_in_what_it_says() {
        let (l, e) = (load("litigation").unwrap(), load("employer").unwrap());
        assert!(diff(&l, &l).ends_with("no difference\n"));
        assert!(diff(&l, &e).contains("whole records withheld:\n  - \n  + family-history, genetic-tests"));
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
