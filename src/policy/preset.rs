//! Reading a preset or a policy file and checking that it can be carried out.

use super::raw::{Method, RawCourt, RawGroup, RawPolicy};
use super::words::{hint, line_of, short, toml_error};
use super::{PolicyError, authority, special};
use crate::model::decision::Action;
use crate::model::filing::{Filing, FilingUse};
use crate::model::identity_policy::IdentityPolicy;
use crate::model::mention::Category;
use crate::model::policy::{Clock, Extent, GroupRule, Notice, Policy, SafeHarbor, Site};
use crate::model::role::{Role, RoleGroup};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The words that `--purpose` takes.
pub const PURPOSES: &[&str] =
    &["litigation", "insurance-claim", "prior-authorization", "employer", "patient", "provider", "research-safe-harbor"];

/// A policy file larger than this is a mistake.
const MAX_FILE: u64 = 1 << 20;

const GROUPS: &[(RoleGroup, &str)] = &[
    (RoleGroup::Patient, "patient"),
    (RoleGroup::Relative, "relative"),
    (RoleGroup::Contact, "contact"),
    (RoleGroup::OtherPatient, "other_patient"),
    (RoleGroup::Clinician, "clinician"),
    (RoleGroup::Staff, "staff"),
    (RoleGroup::OtherPerson, "other_person"),
    (RoleGroup::Organization, "organization"),
];

fn embedded(purpose: &str) -> Option<&'static str> {
    Some(match purpose {
        "litigation" => include_str!("../../policies/litigation.toml"),
        "insurance-claim" => include_str!("../../policies/insurance-claim.toml"),
        "prior-authorization" => include_str!("../../policies/prior-authorization.toml"),
        "employer" => include_str!("../../policies/employer.toml"),
        "patient" => include_str!("../../policies/patient.toml"),
        "provider" => include_str!("../../policies/provider.toml"),
        "research-safe-harbor" => include_str!("../../policies/research-safe-harbor.toml"),
        _ => return None,
    })
}

/// The policy for a purpose: the embedded preset, or `override_file` in its place. A file is a whole policy, or names a preset in
/// `extends` and says only what differs. `sha256` of the result is over the file's bytes, followed by those of the preset it extends.
///
/// # Errors
/// An unknown or unavailable purpose; a file that cannot be read, has an unknown word, lacks a group, or asks for something that
/// cannot be carried out (anything but `keep` for the patient).
pub fn load(purpose: &str, override_file: Option<&Path>) -> Result<Policy, PolicyError> {
    let Some(path) = override_file else { return load_text(purpose, None) };
    let file = path.display().to_string();
    let text = read_file(path).map_err(|what| PolicyError::at(&file, None, what))?;
    load_text(purpose, Some((&file, &text)))
}

/// As [`load`], with the name and the text of the file.
///
/// # Errors
/// As there.
pub fn load_text(purpose: &str, own: Option<(&str, &str)>) -> Result<Policy, PolicyError> {
    let Some(preset) = embedded(purpose) else {
        let what = format!("unknown purpose \"{}\"{}", short(purpose), hint(purpose, PURPOSES));
        return Err(PolicyError::new(what));
    };
    let preset_name = format!("preset {purpose}");
    let preset_raw = parse(&preset_name, preset)?;
    if let Some(why) = preset_raw.unavailable {
        return Err(PolicyError::new(format!("purpose \"{purpose}\" is not available in this version: {why}")));
    }
    let Some((file, text)) = own else {
        return finish(&preset_name, preset, preset_raw, &[preset]);
    };
    if text.len() as u64 > MAX_FILE {
        return Err(PolicyError::at(file, None, format!("the policy file is larger than {MAX_FILE} bytes")));
    }
    let raw = parse(file, text)?;
    let Some(base) = raw.extends.clone() else {
        return finish(file, text, raw, &[text]);
    };
    let line = line_with(text, "extends");
    let Some(base_text) = embedded(&base) else {
        let what = format!("extends an unknown preset \"{}\"{}", short(&base), hint(&base, PURPOSES));
        return Err(PolicyError::at(file, line, what));
    };
    let base_raw = parse(&format!("preset {base}"), base_text)?;
    let raw = raw.over(base_raw);
    if let Some(why) = &raw.unavailable {
        return Err(PolicyError::at(file, line, format!("preset \"{base}\" is not available in this version: {why}")));
    }
    finish(file, text, raw, &[text, base_text])
}

fn read_file(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|e| format!("cannot open the policy file: {e}"))?;
    let mut text = String::new();
    let read = file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|e| format!("cannot read the policy file: {e}"))?;
    if read as u64 > MAX_FILE {
        return Err(format!("the policy file is larger than {MAX_FILE} bytes"));
    }
    Ok(text)
}

/// The preset that the text of a file extends, when it says so.
///
/// # Errors
/// The text is no policy file.
pub fn extends(file: &str, text: &str) -> Result<Option<String>, PolicyError> {
    Ok(parse(file, text)?.extends)
}

fn parse(file: &str, text: &str) -> Result<RawPolicy, PolicyError> {
    toml::from_str(text).map_err(|e| toml_error(file, text, &e))
}

/// Line of the first line that begins with `start`.
fn line_with(text: &str, start: &str) -> Option<u32> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with(start) {
            return Some(line_of(text, at));
        }
        at += line.len();
    }
    None
}

/// Checks a complete raw policy and turns it into the model's.
fn finish(file: &str, text: &str, raw: RawPolicy, hashed: &[&str]) -> Result<Policy, PolicyError> {
    let missing = |key: &str| PolicyError::at(file, None, format!("\"{key}\" is missing"));
    let other_patient_records = raw.other_patient_records.ok_or_else(|| missing("other_patient_records"))?;
    if !matches!(other_patient_records, Action::Label | Action::Withhold | Action::Review) {
        let what = "\"other_patient_records\" must be label, withhold or review";
        return Err(PolicyError::at(file, line_with(text, "other_patient_records"), what));
    }
    let default_authority = raw.default_authority.clone().ok_or_else(|| missing("default_authority"))?;
    let authority =
        authority(&default_authority).map_err(|e| PolicyError::at(file, line_with(text, "default_authority"), e.what))?;
    let mut groups = BTreeMap::new();
    for (group, word) in GROUPS {
        let header = line_with(text, &format!("[groups.{word}"));
        let rule = resolve(*group, &raw.groups).and_then(|rule| check(*group, rule, raw.method.is_some()));
        let mut rule = rule.map_err(|what| PolicyError::at(file, header, format!("group \"{word}\": {what}")))?;
        if *group == RoleGroup::OtherPatient {
            rule.except.entry(Category::Record).or_insert(other_patient_records);
            rule.except.entry(Category::Document).or_insert(other_patient_records);
        }
        groups.insert(*group, rule);
    }
    let safe_harbor = safe_harbor(file, text, &raw)?;
    let filing = filing(file, text, &raw)?;
    let roles = roles(file, text, &raw, &groups, safe_harbor.is_some())?;
    for (role, to) in &raw.labels {
        check_label(*role, *to).map_err(|what| PolicyError::at(file, line_with(text, "[labels"), what))?;
    }
    let withhold = raw.withhold.clone().unwrap_or_default();
    let identity = identity_of(file, text, raw.identity.as_ref())?;
    let mut hash = Sha256::new();
    hashed.iter().for_each(|t| hash.update(t.as_bytes()));
    let site = site(file, text, &raw)?;
    let authorities = raw.authorities.unwrap_or_default();
    if let Some(unknown) = authorities.iter().find(|a| super::authority(a).is_err()) {
        let what =
            format!("\"authorities\": unknown authority \"{}\"{}", short(unknown), hint(unknown, &super::authority_words()));
        return Err(PolicyError::at(file, line_with(text, "authorities"), what));
    }
    if !authorities.is_empty() && !authorities.contains(&default_authority) {
        let what = "\"default_authority\" is not one of \"authorities\": they contradict each other";
        return Err(PolicyError::at(file, line_with(text, "authorities"), what));
    }
    let mut policy = Policy {
        name: raw.name.ok_or_else(|| missing("name"))?,
        version: raw.version.ok_or_else(|| missing("version"))?,
        sha256: hash.finalize().iter().map(|b| format!("{b:02x}")).collect(),
        title: raw.title.ok_or_else(|| missing("title"))?,
        minimum_necessary: authority.minimum_necessary(),
        scope: format!("{} {}", authority.scope, raw.scope.ok_or_else(|| missing("scope"))?),
        groups,
        withhold: withhold.into_iter().map(Into::into).collect(),
        other_patient_records,
        notices: raw.notices.unwrap_or_default(),
        identity,
        authority: super::authority_facts(&default_authority)?,
        travelling: super::travelling(&default_authority),
        roles,
        labels: raw.labels.clone(),
        forms: raw.generalise.unwrap_or_default(),
        safe_harbor,
        filing,
        difference: raw.difference.unwrap_or_default(),
        special: special::rules(&raw.special).map_err(|what| PolicyError::at(file, line_with(text, "[special"), what))?,
        default_authority,
        authorities,
        bounded: raw.bounded.unwrap_or_default(),
        site,
    };
    super::request_rules::apply_site(&mut policy);
    Ok(policy)
}

/// Days that the law allows for acting on a request for access, and once more for an extension (45 CFR 164.524(b)(2)(i), (iii)).
const ACCESS_DAYS: u32 = 30;

/// A site's own days, checklists and texts, their names checked.
fn site(file: &str, text: &str, raw: &RawPolicy) -> Result<Site, PolicyError> {
    let words = super::authority_words();
    if let Some(unknown) = raw.checklists.keys().find(|k| !words.contains(&k.as_str())) {
        let what = format!("checklist of an unknown authority \"{}\"{}", short(unknown), hint(unknown, &words));
        return Err(PolicyError::at(file, line_with(text, &format!("[[checklists.{unknown}")), what));
    }
    let notices = super::authority::notice_words();
    if let Some(unknown) = raw.texts.keys().find(|k| !notices.contains(&k.as_str())) {
        let what = format!("text of an unknown notice \"{}\"{}", short(unknown), hint(unknown, &notices));
        return Err(PolicyError::at(file, line_with(text, &format!("[texts.{unknown}")), what));
    }
    let clock = raw.access_clock.as_ref();
    // A state may give less time; more than the federal rule no site can give itself.
    if clock.is_some_and(|c| c.days == 0 || c.days > ACCESS_DAYS || c.extension_days > ACCESS_DAYS) {
        let what = "\"access_clock\": days must be 1 to 30, extension_days 0 to 30 (45 CFR 164.524(b)(2))";
        return Err(PolicyError::at(file, line_with(text, "access_clock").or_else(|| line_with(text, "[access_clock")), what));
    }
    Ok(Site {
        access_clock: clock.map(|c| Clock {
            kind: "access".into(),
            days: c.days,
            extension_days: c.extension_days,
            citation: c.citation.clone(),
        }),
        require_checklist: raw.require_checklist.unwrap_or(false),
        checklists: raw.checklists.clone(),
        texts: raw
            .texts
            .iter()
            .map(|(id, t)| {
                let t = t.clone();
                (id.clone(), Notice { id: id.clone(), title: t.title, text: t.text, source: t.source, as_of: t.as_of })
            })
            .collect(),
    })
}

/// The numbers of the comparison, with what the file changes.
fn identity_of(file: &str, text: &str, table: Option<&toml::Table>) -> Result<Arc<IdentityPolicy>, PolicyError> {
    match table {
        None => Ok(IdentityPolicy::built_in()),
        Some(t) => IdentityPolicy::over_built_in(t)
            .map(Arc::new)
            .map_err(|what| PolicyError::at(file, line_with(text, "[identity"), format!("identity: {what}"))),
    }
}

/// The numbers of the comparison with the patient: the built-in ones, changed by the table `[identity]` of a policy file.
///
/// # Errors
/// A file that cannot be read or is no policy file; a word or number in the table that cannot be used.
pub fn identity(policy_file: Option<&Path>) -> Result<Arc<IdentityPolicy>, PolicyError> {
    let Some(path) = policy_file else { return Ok(IdentityPolicy::built_in()) };
    let file = path.display().to_string();
    let text = read_file(path).map_err(|what| PolicyError::at(&file, None, what))?;
    let raw = parse(&file, &text)?;
    identity_of(&file, &text, raw.identity.as_ref())
}

/// A group's rule with `like` carried out, one step deep.
fn resolve(group: RoleGroup, all: &BTreeMap<RoleGroup, RawGroup>) -> Result<GroupRule, String> {
    let own = all.get(&group).ok_or("no rule; every group needs one, so that nobody is forgotten")?;
    let empty = RawGroup::default();
    let base = match own.like {
        None => &empty,
        Some(like) => all.get(&like).filter(|b| b.like.is_none()).ok_or("\"like\" must name a group that stands for itself")?,
    };
    let pick = |a: &Option<String>, b: &Option<String>, key: &str| {
        a.clone().or_else(|| b.clone()).filter(|v| !v.trim().is_empty()).ok_or(format!("\"{key}\" is missing"))
    };
    Ok(GroupRule {
        action: own.action.or(base.action).ok_or("\"action\" is missing")?,
        except: own.except.clone().or_else(|| base.except.clone()).unwrap_or_default(),
        reason: pick(&own.reason, &base.reason, "reason")?,
        basis: pick(&own.basis, &base.basis, "basis")?,
        extent: own.extent.or(base.extent).unwrap_or_default(),
    })
}

/// Checks that people of one role may get the label of another: a coarser one, so that a label never says what is not so.
///
/// # Errors
/// The label would; the valid ones are named.
pub fn check_label(role: Role, to: Role) -> Result<(), String> {
    if role.coarser().contains(&to) {
        return Ok(());
    }
    let words = |r: &Role| serde_json::to_value(r).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
    let valid: Vec<String> = role.coarser().iter().map(words).collect();
    let valid = if valid.is_empty() { "none".into() } else { valid.join(", ") };
    Err(format!("the label of \"{}\" cannot be that of \"{}\"; valid: {valid}", words(&role), words(&to)))
}

/// The rules of single roles: what a role does not say is its group's, or that of the group named by `like`.
fn roles(
    file: &str,
    text: &str,
    raw: &RawPolicy,
    groups: &BTreeMap<RoleGroup, GroupRule>,
    safe_harbor: bool,
) -> Result<BTreeMap<Role, GroupRule>, PolicyError> {
    let mut out = BTreeMap::new();
    for (role, own) in &raw.roles {
        let word = serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
        let err =
            |what: String| PolicyError::at(file, line_with(text, &format!("[roles.{word}")), format!("role \"{word}\": {what}"));
        if role.group() == RoleGroup::Patient && !safe_harbor {
            return Err(err("the patient's own data can only be kept".into()));
        }
        let Some(base) = groups.get(&own.like.unwrap_or(role.group())) else {
            return Err(err("\"like\" must name a group".into()));
        };
        let mut except = base.except.clone();
        except.extend(own.except.iter().flatten().map(|(c, a)| (*c, *a)));
        let rule = GroupRule {
            action: own.action.unwrap_or(base.action),
            except,
            reason: own.reason.clone().unwrap_or_else(|| base.reason.clone()),
            basis: own.basis.clone().unwrap_or_else(|| base.basis.clone()),
            extent: own.extent.unwrap_or(base.extent),
        };
        out.insert(*role, check(role.group(), rule, safe_harbor).map_err(err)?);
    }
    Ok(out)
}

/// The method of `policies/safe_harbor.toml` with a site's list, when the policy asks for it.
fn safe_harbor(file: &str, text: &str, raw: &RawPolicy) -> Result<Option<SafeHarbor>, PolicyError> {
    let own = raw.safe_harbor.as_ref();
    if raw.method != Some(Method::SafeHarbor) {
        return match own {
            None => Ok(None),
            Some(_) => {
                let what = "[safe_harbor] has no meaning without method = \"safe-harbor\"";
                Err(PolicyError::at(file, line_with(text, "[safe_harbor"), what))
            }
        };
    }
    let mut out: SafeHarbor = toml::from_str(include_str!("../../policies/safe_harbor.toml"))
        .map_err(|e| toml_error("policies/safe_harbor.toml", include_str!("../../policies/safe_harbor.toml"), &e))?;
    if let Some(own) = own {
        if own.small_areas.iter().any(|a| a.len() != 3 || !a.bytes().all(|b| b.is_ascii_digit())) {
            let what = "\"small_areas\" are the first three digits of ZIP codes, such as \"036\"";
            return Err(PolicyError::at(file, line_with(text, "small_areas"), what));
        }
        out.small_areas = Arc::new(own.small_areas.clone());
        out.source.clone_from(&own.source);
        out.as_of.clone_from(&own.as_of);
    }
    let kept = raw.groups.get(&RoleGroup::Patient).and_then(|g| g.action).is_none_or(|a| a == Action::Keep);
    if kept {
        let what = "method \"safe-harbor\" and [groups.patient] action = \"keep\" contradict each other";
        return Err(PolicyError::at(file, line_with(text, "method").or_else(|| line_with(text, "[groups.patient")), what));
    }
    Ok(Some(out))
}

/// What a rule may not ask for.
/// The rule for court papers of `policies/court_filing.toml`, where the policy allows it or always wants it.
fn filing(file: &str, text: &str, raw: &RawPolicy) -> Result<Option<Filing>, PolicyError> {
    const BUILT_IN: &str = include_str!("../../policies/court_filing.toml");
    let Some(own) = raw.court_filing.filter(|f| f.used != FilingUse::Never) else { return Ok(None) };
    let at = |what: &str| PolicyError::at(file, line_with(text, "[court_filing"), what);
    if raw.method.is_some() {
        return Err(at("[court_filing] and method = \"safe-harbor\" contradict each other: the method leaves nothing to reduce"));
    }
    if own.adult_age.is_some_and(|a| !(14..=25).contains(&a)) {
        return Err(at("[court_filing]: adult_age must be 14 to 25"));
    }
    let built_in: RawCourt = toml::from_str(BUILT_IN).map_err(|e| toml_error("policies/court_filing.toml", BUILT_IN, &e))?;
    Ok(Some(Filing {
        on: own.used == FilingUse::Always,
        title: built_in.title,
        reason: built_in.reason,
        as_of: built_in.as_of,
        adult_age: own.adult_age.unwrap_or(built_in.adult_age),
        statement: built_in.statement,
        bases: built_in.bases,
        subject: None,
    }))
}

fn check(group: RoleGroup, rule: GroupRule, safe_harbor: bool) -> Result<GroupRule, String> {
    if !is_reason_code(&rule.reason) {
        return Err("\"reason\" must be a code of 1 to 16 capitals, digits and hyphens, such as TP-FAM".into());
    }
    let keeps = |a: Action| a == Action::Keep;
    if group == RoleGroup::Patient && !safe_harbor && !(keeps(rule.action) && rule.except.values().all(|a| keeps(*a))) {
        return Err("the patient's own data can only be kept; another thing is the method \"safe-harbor\"".into());
    }
    let own = matches!(group, RoleGroup::Patient | RoleGroup::Organization);
    if rule.extent != Extent::Identifiers && own {
        return Err("\"extent\" can only be identifiers: what stands around the name is the patient's".into());
    }
    if rule.extent != Extent::Identifiers && keeps(rule.action) {
        return Err(format!("\"extent\" is {} but \"action\" is keep: they contradict each other", rule.extent.as_str()));
    }
    if matches!(rule.action, Action::Withhold | Action::Rewrite | Action::Generalise) {
        return Err(format!(
            "\"action\" cannot be {}; valid: keep, label, mask, remove, hash, encrypt, review",
            rule.action.as_str()
        ));
    }
    for (category, action) in &rule.except {
        let whole = matches!(category, Category::Record | Category::Document);
        let fits = match action {
            Action::Keep | Action::Label | Action::Review => true,
            Action::Mask | Action::Remove => !whole,
            Action::Hash | Action::Encrypt => {
                !whole
                    && !matches!(
                        category,
                        Category::Photo | Category::Signature | Category::Demographic | Category::Date | Category::Age
                    )
            }
            Action::Generalise => {
                matches!(category, Category::DateOfBirth | Category::Address | Category::Date | Category::Age)
            }
            Action::Withhold => whole,
            Action::Rewrite => false,
        };
        if !fits {
            return Err(format!("\"{}\" cannot be {}", category.as_str(), action.as_str()));
        }
    }
    Ok(rule)
}

/// `TP-FAM`: 1 to 16 of A to Z, 0 to 9 and hyphen.
fn is_reason_code(code: &str) -> bool {
    (1..=16).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}
