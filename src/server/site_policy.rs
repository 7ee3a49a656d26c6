//! Policies and labels of a site's own: checked as `disclose policy check` does, shown by their difference, put in force by whoever answers
//! for the settings.

use crate::model::desk::{Site, SitePolicy};
use crate::model::role::Role;
use crate::policy::{self, PURPOSES};
use crate::store::{StoreError, now};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Bytes of a policy of the site's own.
const LONGEST: usize = 200_000;

/// Purposes at the desk. Research has no person who asks for their record; it is run on the command line.
pub fn purposes() -> impl Iterator<Item = &'static str> {
    PURPOSES.iter().copied().filter(|p| !p.starts_with("research"))
}

/// A form's text as a file's: line ends of one sign.
pub fn text_of(sent: &str) -> String {
    let text = sent.replace("\r\n", "\n");
    if text.ends_with('\n') || text.is_empty() { text } else { text + "\n" }
}

/// Tells one text from another, so that what is put in force is what was looked at.
pub fn mark(purpose: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{purpose}\n{text}"));
    digest.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// What a policy would do in place of the preset, and of what is in force.
///
/// # Errors
/// File, line and the nearest valid word of what is wrong.
pub fn check(site: &Site, purpose: &str, text: &str) -> Result<Value, String> {
    if !purposes().any(|p| p == purpose) {
        return Err("choose a purpose".into());
    }
    if text.len() > LONGEST {
        return Err(format!("a policy has at most {} KB", LONGEST / 1000));
    }
    let words = |e: policy::PolicyError| e.to_string();
    if let Some(base) = policy::extends("policy", text).map_err(words)?
        && base != purpose
    {
        return Err(format!("policy: it extends the preset {base}, and is to hold for {purpose}"));
    }
    let new = policy::load_text(purpose, Some(("policy", text))).map_err(words)?;
    let preset = policy::load_text(purpose, None).map_err(words)?;
    let own = site.policies.get(purpose);
    let now = match own {
        Some(p) => policy::load_text(purpose, Some(("policy", &p.text))).ok(),
        None => None,
    };
    Ok(json!({
        "purpose": purpose, "name": new.name, "version": new.version, "sha256": new.sha256, "mark": mark(purpose, text), "text": text,
        "from_preset": policy::difference(&preset, &new),
        "from_now": now.map(|n| policy::difference(&n, &new)), "says": new.difference,
    }))
}

/// Puts a policy in force that was checked before; gives its SHA-256.
///
/// # Errors
/// It is none, or another text than the one whose difference was shown.
pub fn put(site: &mut Site, purpose: &str, text: &str, shown: &str, by: &str) -> Result<String, StoreError> {
    let checked = check(site, purpose, text).map_err(StoreError::Refused)?;
    if shown != mark(purpose, text) {
        return Err(StoreError::Refused("look at the difference before the policy is put in force".into()));
    }
    site.policies.insert(purpose.into(), SitePolicy { text: text.into(), by: by.into(), at: now() });
    Ok(checked["sha256"].as_str().unwrap_or_default().to_string())
}

/// What the form begins with: the policy in force, or one that says nothing yet.
pub fn draft(site: &Site, purpose: &str) -> String {
    match site.policies.get(purpose) {
        Some(p) => p.text.clone(),
        None => format!("name = \"{purpose}-site\"\nversion = \"1\"\nextends = \"{purpose}\"\ndifference = \"\"\n"),
    }
}

fn word(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

fn role(word: &str) -> Option<Role> {
    serde_json::from_value(json!(word)).ok()
}

/// Roles with the labels they may have, for the page.
pub fn labels(site: &Site) -> Vec<Value> {
    let label = |r: Role| format!("[{}]", r.label_words());
    Role::ALL
        .iter()
        .filter(|r| **r != Role::Patient)
        .map(|r| {
            let to = site.labels.get(r).copied();
            let choices: Vec<Value> = r
                .coarser()
                .iter()
                .map(|c| json!({"word": word(*c), "label": label(*c), "chosen": to == Some(*c)}))
                .collect();
            json!({"role": word(*r), "own": label(*r), "label": label(to.unwrap_or(*r)), "group": r.group().as_str(), "choices": choices})
        })
        .collect()
}

/// The labels of a form: `label.ROLE` with the role whose label its people get, empty for their own.
///
/// # Errors
/// A label that says what is not so.
pub fn labels_of(form: &[(String, String)]) -> Result<BTreeMap<Role, Role>, StoreError> {
    let mut out = BTreeMap::new();
    for (key, to) in form {
        let Some(of) = key.strip_prefix("label.") else { continue };
        let of = role(of).ok_or_else(|| StoreError::Refused("there is no such role".into()))?;
        if to.is_empty() {
            continue;
        }
        let to = role(to).ok_or_else(|| StoreError::Refused("there is no such role".into()))?;
        policy::check_label(of, to).map_err(StoreError::Refused)?;
        out.insert(of, to);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_put_in_force_only_as_it_was_shown() {
        let mut site = Site::default();
        let text = "name = \"county\"\nversion = \"2\"\nextends = \"litigation\"\n\n[groups.staff]\naction = \"keep\"\nreason = \"KEEP-STF\"\nbasis = \"county 12.3\"\n";
        for (purpose, bad, why) in [
            ("litigation", "nonsense", "policy:1"),
            (
                "litigation",
                "extends = \"litigation\"\nname = \"x\"\nversion = \"1\"\n[groups.staff]\nacton = \"keep\"\n",
                "did you mean \"action\"",
            ),
            ("employer", text, "extends the preset litigation"),
            ("research-safe-harbor", text, "choose a purpose"),
            ("", text, "choose a purpose"),
        ] {
            let error = check(&site, purpose, bad).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        let shown = check(&site, "litigation", text).unwrap();
        assert!(shown["from_preset"].as_str().unwrap().contains("staff: action"), "{shown}");
        assert!(shown["from_now"].is_null());
        let mark = shown["mark"].as_str().unwrap();
        assert!(put(&mut site, "litigation", &text.replace("keep", "mask"), mark, "otto").is_err(), "another text");
        assert!(put(&mut site, "patient", text, mark, "otto").is_err(), "another purpose");
        put(&mut site, "litigation", text, mark, "otto").unwrap();
        assert_eq!(draft(&site, "litigation"), text);
        let again = check(&site, "litigation", text).unwrap();
        assert!(again["from_now"].as_str().unwrap().ends_with("no difference\n"));
        assert!(
            check(&Site::default(), "patient", &text_of(&draft(&site, "patient"))).is_ok(),
            "what the form begins with can be used"
        );
    }

    #[test]
    fn labels_stay_in_the_vocabulary_and_say_nothing_untrue() {
        let of = |role: &str, to: &str| labels_of(&[(format!("label.{role}"), to.to_string())]);
        assert_eq!(of("donor", "other_patient").unwrap(), BTreeMap::from([(Role::Donor, Role::OtherPatient)]));
        assert!(of("donor", "").unwrap().is_empty());
        for (role, to) in [
            ("mother", "father"),
            ("mother", "patient"),
            ("relative", "mother"),
            ("nurse", "physician"),
            ("x", "staff"),
            ("staff", "x"),
            ("patient", "other_person"),
            ("organization", "staff"),
        ] {
            assert!(of(role, to).is_err(), "{role} as {to}");
        }
        // Whatever may be chosen is of the vocabulary, and no role is coarser than one that it is coarser than.
        for r in Role::ALL {
            for c in r.coarser() {
                assert!(c != r && !c.coarser().contains(r), "{r:?} {c:?}");
                assert!(c.coarser().iter().all(|d| r.coarser().contains(d)), "{r:?} {c:?}");
            }
        }
    }
}
