//! The parts of a request TOML that say who asks, by when, what is at hand and what is in scope.

use super::identity_toml::{Res, check, date, opt, string, strings};
use crate::model::request::{Answer, Denial, Determination, Extension, Party, Relied, Reviewer, Scope};
use std::collections::BTreeMap;
use toml::{Table, Value};

const PARTY: &[&str] = &["name", "kind", "organization", "address"];
const KINDS: &[&str] = &["patient", "personal_representative", "attorney", "insurer", "employer", "provider", "court", "other"];
const CHANNELS: &[&str] = &["portal", "mail", "fax", "email", "phone", "in_person", "api", "other"];
const RELIED: &[&str] = &["exception", "rationale", "by"];
const EXTENSION: &[&str] = &["notice_sent", "reason", "until"];
const ANSWER: &[&str] = &["state", "by", "note", "evidence"];
const STATES: &[&str] = &["met", "not_met", "not_applicable"];
const SCOPE: &[&str] = &["types", "encounters", "documents", "conditions"];
const DETERMINATION: &[&str] = &["decision", "by", "basis"];
const DECISIONS: &[&str] = &["release", "withhold"];
const REVIEWER: &[&str] = &["name", "license"];
const DENIAL: &[&str] = &["code", "contact", "phone"];

/// The table under `key`, its keys checked.
fn table<'a>(of: &'a Table, key: &str, known: &[&str]) -> Res<Option<&'a Table>> {
    match of.get(key) {
        None => Ok(None),
        Some(Value::Table(t)) => {
            check(t, known, &format!(" in `{key}`"))?;
            Ok(Some(t))
        }
        Some(_) => Err(format!("`{key}` must be a table")),
    }
}

/// A word of a closed list; the error names all of them.
fn word(text: String, known: &[&str], place: &str) -> Res<String> {
    if known.contains(&text.as_str()) {
        return Ok(text);
    }
    let near = known
        .iter()
        .map(|k| (strsim::jaro_winkler(k, &text.to_lowercase()), k))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8)
        .map(|(_, k)| format!("; did you mean `{k}`?"));
    Err(format!("{place} must be one of {}{}", known.join(", "), near.unwrap_or_default()))
}

/// Who asks.
pub fn requester(of: &Table) -> Res<Party> {
    let Some(t) = table(of, "requester", PARTY)? else { return Ok(Party::default()) };
    let kind = match opt(t, "kind")? {
        Some(k) => word(k, KINDS, "`kind` of the requester")?,
        None => String::new(),
    };
    let text = |key: &str| opt(t, key).map(Option::unwrap_or_default);
    Ok(Party { name: text("name")?, kind, organization: text("organization")?, address: text("address")? })
}

/// How the request came.
pub fn channel(of: &Table) -> Res<Option<String>> {
    opt(of, "channel")?.map(|c| word(c, CHANNELS, "`channel`")).transpose()
}

/// The exception to information blocking that is relied on. Whether there is such a one is checked with the policy.
pub fn information_blocking(of: &Table) -> Res<Option<Relied>> {
    let Some(t) = table(of, "information_blocking", RELIED)? else { return Ok(None) };
    let must = |key: &str| opt(t, key)?.ok_or_else(|| format!("`{key}` is missing in `information_blocking`"));
    Ok(Some(Relied { exception: must("exception")?, rationale: must("rationale")?, by: must("by")? }))
}

/// The one extension.
pub fn extension(of: &Table) -> Res<Option<Extension>> {
    let Some(t) = table(of, "extension", EXTENSION)? else { return Ok(None) };
    let must = |v: Option<String>, key: &str| v.ok_or_else(|| format!("`{key}` is missing in `extension`"));
    Ok(Some(Extension {
        notice_sent: must(date(t, "notice_sent")?, "notice_sent")?,
        reason: must(opt(t, "reason")?, "reason")?,
        until: must(date(t, "until")?, "until")?,
    }))
}

/// Answers to a checklist: `description = true`, `expiration = "not_applicable"`, or a table with `state`, `by`, `note`, `evidence`.
pub fn checklist(of: &Table) -> Res<BTreeMap<String, Answer>> {
    let Some(value) = of.get("checklist") else { return Ok(BTreeMap::new()) };
    let Value::Table(t) = value else { return Err("`checklist` must be a table".into()) };
    let mut out = BTreeMap::new();
    for (item, v) in t {
        let place = format!("`{}` in `checklist`", item.chars().take(40).collect::<String>());
        let answer = match v {
            Value::Boolean(true) => Answer { state: "met".into(), ..Answer::default() },
            Value::Boolean(false) => Answer { state: "not_met".into(), ..Answer::default() },
            Value::String(s) => Answer { state: word(s.trim().into(), STATES, &place)?, ..Answer::default() },
            Value::Table(a) => {
                check(a, ANSWER, &format!(" in {place}"))?;
                let state = match a.get("state") {
                    Some(Value::Boolean(b)) => if *b { "met" } else { "not_met" }.to_string(),
                    Some(v) => word(string(v, "state")?, STATES, &place)?,
                    None => return Err(format!("{place} has no `state`")),
                };
                let text = |key: &str| opt(a, key).map(Option::unwrap_or_default);
                Answer { state, by: text("by")?, note: text("note")?, evidence: text("evidence")? }
            }
            _ => return Err(format!("{place} must be true, false, a word or a table")),
        };
        out.insert(item.clone(), answer);
    }
    Ok(out)
}

/// What is in scope.
pub fn scope(of: &Table) -> Res<Scope> {
    let Some(t) = table(of, "scope", SCOPE)? else { return Ok(Scope::default()) };
    Ok(Scope {
        types: strings(t, "types")?,
        encounters: strings(t, "encounters")?,
        documents: strings(t, "documents")?,
        conditions: strings(t, "conditions")?,
    })
}

/// Determinations about special categories, each a table under `[special.NAME]`.
pub fn special(of: &Table) -> Res<BTreeMap<String, Determination>> {
    let Some(value) = of.get("special") else { return Ok(BTreeMap::new()) };
    let Value::Table(t) = value else { return Err("`special` must be a table".into()) };
    let mut out = BTreeMap::new();
    for (category, v) in t {
        let place = format!("`special.{}`", category.chars().take(40).collect::<String>());
        let Value::Table(d) = v else { return Err(format!("{place} must be a table with decision, by and basis")) };
        check(d, DETERMINATION, &format!(" in {place}"))?;
        let must = |key: &str| opt(d, key)?.ok_or_else(|| format!("{place} has no `{key}`"));
        let decision = word(must("decision")?, DECISIONS, &format!("`decision` in {place}"))?;
        out.insert(category.clone(), Determination { decision, by: must("by")?, basis: must("basis")? });
    }
    Ok(out)
}

/// Who decides about a denial in part.
pub fn reviewer(of: &Table) -> Res<Option<Reviewer>> {
    let Some(t) = table(of, "reviewer", REVIEWER)? else { return Ok(None) };
    let must = |key: &str| opt(t, key)?.ok_or_else(|| format!("`{key}` is missing in `reviewer`"));
    Ok(Some(Reviewer { name: must("name")?, license: must("license")? }))
}

/// What the written denial must say.
pub fn denial(of: &Table) -> Res<Option<Denial>> {
    let Some(t) = table(of, "denial", DENIAL)? else { return Ok(None) };
    let text = |key: &str| opt(t, key).map(Option::unwrap_or_default);
    Ok(Some(Denial { code: text("code")?, contact: text("contact")?, phone: text("phone")? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn reads_answers_in_every_form() {
        let t = parse(
            "[checklist]\ndescription = true\npurpose = false\nrepresentative_authority = 'not_applicable'\n[checklist.expiration]\nstate = true\nby = 'C. Clerk'",
        );
        let c = checklist(&t).unwrap();
        assert_eq!(c["description"].state, "met");
        assert_eq!(c["purpose"].state, "not_met");
        assert_eq!(c["representative_authority"].state, "not_applicable");
        assert_eq!(c["expiration"].by, "C. Clerk");
        assert!(checklist(&parse("[checklist]\nx = 'perhaps'")).unwrap_err().contains("must be one of met"));
        assert!(checklist(&parse("[checklist.x]\nby='y'")).unwrap_err().contains("no `state`"));
    }

    #[test]
    fn a_determination_names_who_and_why() {
        let t = parse("[special.part2]\ndecision='release'\nby='P. Officer'\nbasis='consent of 2026-10-01'");
        assert_eq!(special(&t).unwrap()["part2"].by, "P. Officer");
        assert!(special(&parse("[special.part2]\ndecision='release'")).unwrap_err().contains("no `by`"));
        assert!(special(&parse("[special.part2]\ndecision='maybe'\nby='x'\nbasis='y'")).unwrap_err().contains("must be one of"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(scope(&parse("[scope]\nencounter=['1']")).unwrap_err().contains("`encounters`"));
        assert!(requester(&parse("[requester]\nkind='lawyer'")).unwrap_err().contains("attorney"));
        assert!(extension(&parse("[extension]\nreason='x'")).unwrap_err().contains("notice_sent"));
        assert!(channel(&parse("channel='letter'")).unwrap_err().contains("mail"));
        assert_eq!(channel(&parse("channel='fax'")).unwrap().as_deref(), Some("fax"));
        assert!(information_blocking(&parse("[information_blocking]\nexception='privacy'")).unwrap_err().contains("rationale"));
        assert!(reviewer(&parse("[reviewer]\nname='x'")).unwrap_err().contains("license"));
    }
}
