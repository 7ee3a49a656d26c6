//! Policies in words: what a group gets, and how two policies differ.

use crate::model::filing::Filing;
use crate::model::mention::Category;
use crate::model::policy::{Extent, GroupRule, Policy, Switch};
use crate::model::role::{Role, RoleGroup};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a group gets, by category, grouped by action.
pub fn actions(p: &Policy, group: RoleGroup) -> String {
    p.groups.get(&group).map_or_else(|| "no rule".into(), |rule| of_rule(p, rule))
}

/// How much goes with a name.
pub fn extent_words(e: Extent) -> &'static str {
    if e == Extent::Whole { "row, turn or sentence" } else { e.as_str() }
}

/// What a rule does, by category, grouped by action.
pub fn of_rule(p: &Policy, rule: &GroupRule) -> String {
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

/// When identifiers are reduced for a court.
pub fn filing_words(f: &Filing) -> String {
    let when = if f.on { "always" } else { "when the request asks for it" };
    format!("{when} ({}; adult from {} years on)", f.title, f.adult_age)
}

/// The word of a group in policy files.
pub fn group_word(group: RoleGroup) -> String {
    serde_json::to_value(group).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

/// The word of a switch in policy files.
pub fn switch_word(s: Switch) -> &'static str {
    match s {
        Switch::Release => "release",
        Switch::Authorized => "authorized",
        Switch::Hold => "hold",
        Switch::Withhold => "withhold",
    }
}

/// One line for each difference, `no difference` where there is none.
pub fn difference(a: &Policy, b: &Policy) -> String {
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
        line(&format!("{}: action", group_word(g)), &actions(a, g), &actions(b, g));
        let of = |p: &Policy| p.groups.get(&g).map(|r| (r.reason.clone(), r.basis.clone())).unwrap_or_default();
        let reach = |p: &Policy| p.groups.get(&g).map_or("", |r| r.extent.as_str());
        line(&format!("{}: extent", group_word(g)), reach(a), reach(b));
        line(&format!("{}: reason", group_word(g)), &of(a).0, &of(b).0);
        line(&format!("{}: basis", group_word(g)), &of(a).1, &of(b).1);
    }
    let roles: BTreeSet<_> = a.roles.keys().chain(b.roles.keys()).copied().collect();
    for r in roles {
        let of = |p: &Policy| {
            p.rule(r).map_or_else(String::new, |x| format!("{}; extent {}; {}", of_rule(p, x), x.extent.as_str(), x.basis))
        };
        line(&format!("role {}", r.label_words().to_lowercase()), &of(a), &of(b));
    }
    let labels = |p: &Policy| {
        let one = |(r, to): (&Role, &Role)| format!("{} as {}", r.label_words().to_lowercase(), to.label_words().to_lowercase());
        p.labels.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    line("labels", &labels(a), &labels(b));
    let forms = |p: &Policy| serde_json::to_string(&p.forms).unwrap_or_default();
    line("generalise", &forms(a), &forms(b));
    let method = |p: &Policy| if p.safe_harbor.is_some() { "safe-harbor" } else { "" };
    line("method", method(a), method(b));
    let filing = |p: &Policy| p.filing.as_ref().map_or_else(|| "never".into(), filing_words);
    line("court filing", &filing(a), &filing(b));
    line("authorities", &a.authorities.join(", "), &b.authorities.join(", "));
    let site = |p: &Policy| serde_json::to_string(&p.site).unwrap_or_default();
    line("site", &site(a), &site(b));
    line("explained as", &a.difference, &b.difference);
    for (x, y) in a.special.iter().filter_map(|x| Some((x, b.special.iter().find(|y| y.id == x.id)?))) {
        line(&format!("special {}", x.id), switch_word(x.switch), switch_word(y.switch));
    }
    let names = |p: &Policy| p.withhold.iter().map(|w| w.name.clone()).collect::<Vec<_>>().join(", ");
    line("whole records withheld", &names(a), &names(b));
    line("notices", &a.notices.join(" | "), &b.notices.join(" | "));
    if out.len() == before {
        out.push_str("no difference\n");
    }
    out
}
