//! Settings of the site: policies, dictionary with a test box, labels, working days, retention, destinations.

use super::error::Fail;
use super::{App, pages, site_policy};
use crate::detect::{Context, Knowledge};
use crate::model::days;
use crate::model::desk::{Destination, Site, StaffRole, Word};
use crate::model::mention::Category;
use crate::model::policy::Policy;
use crate::model::request::Identity;
use crate::model::role::Role;
use crate::model::roster::Roster;
use crate::policy;
use crate::queue::words;
use crate::store::{NewEntry, Session, StoreError, now};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Words of a site's dictionary.
const MOST: usize = 5_000;
/// Characters of a trial.
const TRIAL: usize = 20_000;

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Query(q): Query<Asked>,
) -> Result<Html<String>, Fail> {
    let mut extra = Extra::default();
    if site_policy::purposes().any(|p| p == q.policy) {
        extra.draft = site_policy::draft(&app.store.site().await?, &q.policy);
        extra.purpose = q.policy;
    }
    shown(&app, &s, "", extra).await
}

/// A purpose whose policy is to be changed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    policy: String,
}

/// What was tried and is shown beside the settings.
#[derive(Default)]
struct Extra {
    trial: String,
    found: Value,
    purpose: String,
    draft: String,
    checked: Value,
    wrong: String,
}

fn policy_row(word: &str, p: &Policy) -> Value {
    let groups: Vec<Value> = ["clinician", "relative", "other_patient", "contact", "staff", "other_person"]
        .iter()
        .filter_map(|g| {
            let role = Role::ALL.iter().find(|r| r.group().as_str() == *g)?;
            let d = p.decide(*role, Category::Name);
            Some(json!({"group": g, "action": d.action.as_str(), "basis": d.basis}))
        })
        .collect();
    json!({"word": word, "name": p.name, "version": p.version, "sha256": p.sha256, "groups": groups})
}

/// A purpose with the policy in force, and how it differs from the preset.
fn in_force(site: &Site, purpose: &str) -> Option<Value> {
    let preset = policy::load(purpose, None).ok()?;
    let Some(own) = site.policies.get(purpose) else { return Some(policy_row(purpose, &preset)) };
    Some(match policy::load_text(purpose, Some(("policy", &own.text))) {
        Ok(p) => {
            let mut row = policy_row(purpose, &p);
            row["own"] = json!({"by": own.by, "at": pages::time(own.at), "difference": policy::difference(&preset, &p)});
            row
        }
        // A newer program may refuse what an older one took: cases of this purpose wait until somebody has looked.
        Err(e) => json!({"word": purpose, "name": "", "version": "", "sha256": "", "groups": [], "broken": e.to_string(),
            "own": {"by": own.by, "at": pages::time(own.at), "difference": ""}}),
    })
}

async fn shown(app: &App, s: &Session, error: &str, extra: Extra) -> Result<Html<String>, Fail> {
    let site = app.store.site().await?;
    // A dictionary names people.
    app.store.audit(NewEntry::new(&s.account.actor(), "", "settings.view").with("words", site.words.len())).await?;
    let policies: Vec<Value> = site_policy::purposes().filter_map(|w| in_force(&site, w)).collect();
    let roles: Vec<String> =
        Role::ALL.iter().filter(|r| **r != Role::Patient).map(|r| r.label_words().to_ascii_lowercase()).collect();
    let officer = s.account.roles.contains(&StaffRole::PrivacyOfficer);
    let mut due = Vec::new();
    if officer && site.retention_days > 0 {
        let before = now() - i64::from(site.retention_days) * 86_400_000;
        due = app.store.outlived(before).await?.into_iter().map(|(id, no)| json!({"id": id, "no": no})).collect();
    }
    let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let body = json!({
        "error": error, "site": site, "policies": policies, "roles": roles, "trial": extra.trial, "found": extra.found, "due": due,
        "purpose": extra.purpose, "draft": extra.draft, "checked": extra.checked, "wrong": extra.wrong,
        "purposes": site_policy::purposes().collect::<Vec<_>>(),
        "weekdays": weekdays.iter().enumerate().map(|(n, d)| json!({"n": n, "name": d, "closed": site.calendar.closed.contains(&(n as u8))}))
            .collect::<Vec<_>>(),
        "holidays": site.calendar.holidays.iter().cloned().collect::<Vec<_>>().join("\n"),
        "labels": site_policy::labels(&site),
    });
    pages::page("settings.html", "Settings", "settings", s, body)
}

/// What the dictionary finds in a text: each find with its place, and the text with marks.
fn trial(site: &Site, text: &str) -> Result<Value, String> {
    let dictionary = words(&site.words, &[]).map_err(|e| e.to_string())?;
    let knowledge = Knowledge::new(&Roster::default(), &Identity::default(), &dictionary);
    let found = knowledge.scan(text, &Context::default());
    let mut parts = Vec::new();
    let mut at = 0;
    let mut list: Vec<_> = found.iter().map(|m| (m.start, m.end, m.rule)).collect();
    list.sort_unstable();
    for (start, end, rule) in &list {
        if *start < at {
            continue;
        }
        parts.push(json!({"text": text.get(at..*start), "mark": false}));
        parts.push(json!({"text": text.get(*start..*end), "mark": true, "rule": rule}));
        at = *end;
    }
    parts.push(json!({"text": text.get(at..), "mark": false}));
    Ok(json!({"n": list.len(), "parts": parts}))
}

/// Changes one part of the settings, or tries the dictionary.
pub async fn change(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Fail> {
    let of = |k: &str| form.iter().find(|(n, _)| n == k).map(|(_, v)| v.trim().to_string()).unwrap_or_default();
    let what = of("what");
    let actor = s.account.actor();
    if what == "trial" {
        let text: String = of("text").chars().take(TRIAL).collect();
        let found = trial(&app.store.site().await?, &text).map_err(Fail::bad)?;
        return Ok(shown(&app, &s, "", Extra { trial: text, found, ..Extra::default() }).await?.into_response());
    }
    if what == "policy_check" {
        let (purpose, draft) = (of("purpose"), site_policy::text_of(&of("text")));
        let (checked, wrong) = match site_policy::check(&app.store.site().await?, &purpose, &draft) {
            Ok(checked) => (checked, String::new()),
            Err(wrong) => (Value::Null, wrong),
        };
        return Ok(shown(&app, &s, "", Extra { purpose, draft, checked, wrong, ..Extra::default() }).await?.into_response());
    }
    if what == "purge" {
        return purge(&app, &s, &form).await;
    }
    let mut entry = NewEntry::new(&actor, "", "settings.change").with("what", &what);
    if ["policy", "no_policy"].contains(&what.as_str()) {
        // A digest says which policy it was; the text stays with the settings, which are sealed.
        let digest = site_policy::mark(&of("purpose"), &site_policy::text_of(&of("text")));
        let purpose = of("purpose");
        entry = entry.with("purpose", purpose.get(..purpose.len().min(40)).unwrap_or_default());
        if what == "policy" {
            entry = entry.with("text", digest);
        }
    }
    let refused = |why: &str| StoreError::Refused(why.to_string());
    let by = s.account.name.clone();
    let done = app
        .store
        .change_site(entry, |site| {
            match what.as_str() {
                "word" => {
                    let text = of("text").split_whitespace().collect::<Vec<_>>().join(" ");
                    if !(2..=200).contains(&text.chars().count()) || site.words.len() >= MOST {
                        return Err(refused("a word of the dictionary has 2 to 200 characters, and there are at most 5,000"));
                    }
                    let role =
                        Role::ALL.iter().find(|r| r.label_words().eq_ignore_ascii_case(&of("role")) && **r != Role::Patient);
                    site.words.retain(|w| w.text != text);
                    site.words.push(Word {
                        text,
                        allow: of("kind") == "allow",
                        role: role.map(|r| r.label_words().to_ascii_lowercase()).unwrap_or_default(),
                        case_sensitive: of("case_sensitive") == "1",
                        inside_words: of("inside_words") == "1",
                        by: by.clone(),
                    });
                    site.words.sort_by(|a, b| a.text.cmp(&b.text));
                }
                "forget" => site.words.retain(|w| w.text != of("text")),
                "calendar" => {
                    let closed: BTreeSet<u8> = form
                        .iter()
                        .filter(|(k, _)| k == "closed")
                        .filter_map(|(_, v)| v.parse().ok())
                        .filter(|d| *d < 7)
                        .collect();
                    if closed.len() == 7 {
                        return Err(refused("one day of the week must be a working day"));
                    }
                    let holidays: BTreeSet<String> = of("holidays").split_whitespace().map(str::to_string).collect();
                    if let Some(bad) = holidays.iter().find(|d| days::number(d).is_none()) {
                        let shown: String = bad.chars().take(20).collect();
                        return Err(refused(&format!("{shown} is not a date; write YYYY-MM-DD, one on a line")));
                    }
                    (site.calendar.closed, site.calendar.holidays) = (closed, holidays);
                }
                "retention" => {
                    let days = of("days").parse().map_err(|_| refused("the retention is a number of days, 0 for never"))?;
                    if days > 36_600 {
                        return Err(refused("no retention is longer than a hundred years"));
                    }
                    site.retention_days = days;
                }
                "destination" => {
                    let (name, folder) = (of("name"), of("folder"));
                    let path = Path::new(&folder);
                    if name.is_empty() || name.len() > 60 || site.destinations.len() >= 50 {
                        return Err(refused("a destination needs a name of at most 60 characters"));
                    }
                    if !path.is_absolute() || folder.contains("..") || !path.is_dir() {
                        return Err(refused("the folder is given by its whole path and must be there"));
                    }
                    site.destinations.retain(|d| d.name != name);
                    site.destinations.push(Destination { name, folder });
                }
                "policy" => {
                    site_policy::put(site, &of("purpose"), &site_policy::text_of(&of("text")), &of("mark"), &by)?;
                }
                "no_policy" => {
                    site.policies
                        .remove(&of("purpose"))
                        .ok_or_else(|| refused("there is no policy of your own for this purpose"))?;
                }
                "labels" => site.labels = site_policy::labels_of(&form)?,
                "no_destination" => site.destinations.retain(|d| d.name != of("name")),
                _ => return Err(refused("there is no such setting")),
            }
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(StoreError::Refused(why)) => {
            let page = shown(&app, &s, &format!("Not changed: {why}."), Extra::default()).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e.into()),
    }
}

/// Destroys the records that have outlived the retention, those that were shown and still have.
async fn purge(app: &App, s: &Session, form: &[(String, String)]) -> Result<Response, Fail> {
    if !s.account.roles.contains(&StaffRole::PrivacyOfficer) {
        return Err(Fail::new(StatusCode::FORBIDDEN, "This is for: privacy officer."));
    }
    let site = app.store.site().await?;
    if site.retention_days == 0 {
        return Err(Fail::bad("No retention is set."));
    }
    let due: HashMap<String, i64> =
        app.store.outlived(now() - i64::from(site.retention_days) * 86_400_000).await?.into_iter().collect();
    for (_, id) in form.iter().filter(|(k, id)| k == "case" && due.contains_key(id)) {
        app.store.purge(id, &s.account.actor()).await?;
    }
    app.forget();
    Ok(Redirect::to("/settings").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_tried_with_its_flags() {
        let word = |text: &str, case_sensitive: bool, inside_words: bool| Word {
            text: text.into(),
            case_sensitive,
            inside_words,
            ..Word::default()
        };
        let site = Site {
            words: vec![word("Maple House", false, false), word("Bo", true, false), word("xyzzy", false, true)],
            ..Site::default()
        };
        let marks = |text: &str| -> Vec<String> {
            let t = trial(&site, text).unwrap();
            t["parts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p["mark"] == true)
                .map(|p| p["text"].as_str().unwrap().to_string())
                .collect()
        };
        assert_eq!(marks("Moved to maple house; Bo came, bo did not, nor Bora."), ["maple house", "Bo"]);
        assert_eq!(marks("preXYZZYpost"), ["XYZZY"]);
        let whole = trial(&site, "a Bo b").unwrap();
        let text: String = whole["parts"].as_array().unwrap().iter().filter_map(|p| p["text"].as_str()).collect();
        assert_eq!(text, "a Bo b");
    }
}
