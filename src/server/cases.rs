//! The page of one case, and what is done there.

use super::error::Fail;
use super::{App, intake, listing, pages};
use crate::model::desk::{Move, PEND_REASONS, RULES_REASONS, StaffRole, State as Stands};
use crate::policy::authority_facts;
use crate::queue::{policy_of, weigh};
use crate::report::letter_kinds;
use crate::store::{AuditEntry, AuditFilter, Effect, JobState, MoveNote, NewEntry, Session, StoreError};
use crate::workflow;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use axum::{Extension, Form};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Html<String>, Fail> {
    let case = app.store.case(&id).await?;
    let actor = s.account.actor();
    let accounts = app.store.accounts().await?;
    let names = listing::names(&accounts);
    let facts = app.store.facts(&case).await?;
    // Moves with a form of their own, or made by a worker, are not buttons of the list.
    let moves: Vec<Value> = workflow::allowed(&facts, &actor)
        .into_iter()
        .filter(|m| !matches!(m, Move::Release | Move::Pend | Move::Finish | Move::Fail | Move::Approve | Move::SendBack))
        .map(|m| json!({"word": m.word(), "title": m.title(), "danger": matches!(m, Move::Deny | Move::Cancel | Move::Recall)}))
        .collect();
    let why_not: Vec<String> = [Move::Process, Move::Submit]
        .into_iter()
        .filter(|m| workflow::RULES.iter().any(|r| r.name == *m && r.from.contains(&case.state)))
        .filter_map(|m| workflow::step(&facts, &actor, m).err().map(|r| format!("{}: {}", m.title(), r.0)))
        .collect();
    let log = app.store.audit_list(&AuditFilter { case_id: Some(id.clone()), before: 0, limit: 2_000 }).await?;
    let job = app.store.last_job(&id).await?;
    let releases: Vec<Value> = app
        .store
        .releases(&id)
        .await?
        .iter()
        .map(|r| json!({"run": r.run, "sha256": r.sha256, "size": pages::size(r.bytes), "at": pages::time(r.at), "by": names.get(&r.account)}))
        .collect();
    let site = app.store.site().await?;
    let deliveries: Vec<Value> = app
        .store
        .deliveries(&id)
        .await?
        .iter()
        .map(|d| json!({"run": d.run, "destination": d.destination, "at": pages::time(d.at), "by": names.get(&d.account)}))
        .collect();
    let mut body = json!({
        "deliveries": deliveries, "destinations": site.destinations.iter().map(|d| d.name.clone()).collect::<Vec<_>>(),
        "can_extend": false, "extension": Value::Null,
        "kinds": letter_kinds().map(|(k, t)| json!({"kind": k, "title": t})).collect::<Vec<_>>(),
        "c": listing::row_in(&case, &names, &mut listing::Rules::of(&site)), "moves": moves, "why_not": why_not, "releases": releases,
        "people": accounts.iter().filter(|x| !x.disabled && x.id != s.account.id).filter(|x| x.actor().any(&[StaffRole::Clerk, StaffRole::Reviewer, StaffRole::PrivacyOfficer]))
            .map(|x| json!({"id": x.id, "shown": x.shown})).collect::<Vec<_>>(),
        "can_pend": workflow::step(&facts, &actor, Move::Pend).is_ok(), "pend_reasons": PEND_REASONS,
        "rules_reasons": RULES_REASONS, "can_keep": matches!(case.state, Stands::Review | Stands::SecondApproval)
            && actor.any(&[StaffRole::Reviewer, StaffRole::PrivacyOfficer]),
        "can_add": actor.any(&[StaffRole::Clerk, StaffRole::Reviewer, StaffRole::PrivacyOfficer]) && !case.purged
            && matches!(case.state.word(), "received" | "logged" | "validating" | "pended" | "review"),
        "can_purge": actor.any(&[StaffRole::PrivacyOfficer]) && matches!(case.state.word(), "closed" | "cancelled" | "denied"),
        "timeline": timeline(&log, &names),
        "busy": job.as_ref().is_some_and(|j| matches!(j.state, JobState::Queued | JobState::Running)),
        "job_error": job.as_ref().filter(|j| j.state == JobState::Failed).map(|j| j.error.clone()).unwrap_or_default(),
        "has_packet": case.state.word() != "approved" && !releases.is_empty(),
        "letters": [], "files": [], "request": Value::Null, "notes": [], "checks": [], "checklist": [], "blocks": [],
    });
    if !case.purged {
        open_part(&app, &s, &id, case.run, &mut body).await?;
    }
    pages::page("case.html", &format!("Case {}", case.no), "queue", &s, body)
}

/// What is sealed: shown, and so entered in the log.
async fn open_part(app: &App, s: &Session, id: &str, run: i64, body: &mut Value) -> Result<(), Fail> {
    let secret = app.store.secret(id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), id, "case.view")).await?;
    let files = app.store.files(id, 0, "input").await?;
    body["files"] = files
        .iter()
        .map(|f| json!({"path": f.path, "size": pages::size(f.bytes), "sha256": f.sha256}))
        .collect::<Vec<_>>()
        .into();
    let mut request = secret.request.clone();
    let site = app.store.site().await?;
    let readiness = weigh(&site, &mut request).map_err(|e| Fail::bad(e.to_string()))?;
    body["blocks"] = json!(readiness.blocks);
    body["clock"] = json!(readiness.clock);
    body["extension"] = json!(request.extension);
    let desk = s.account.actor().any(&[StaffRole::Clerk, StaffRole::Reviewer, StaffRole::PrivacyOfficer]);
    body["can_extend"] = json!(desk && readiness.clock.kind == "access" && request.extension.is_none());
    let accountable = authority_facts(request.authority.as_deref().unwrap_or_default());
    body["accountable"] = json!(accountable.as_ref().map(|f| f.accountable.clone()).unwrap_or_default());
    body["accountable_citation"] = json!(accountable.map(|f| f.accountable_citation).unwrap_or_default());
    let policy = policy_of(&site, &request).map_err(|e| Fail::bad(e.to_string()))?;
    let checklist = intake::items(&policy.authority, &request.checklist);
    for key in ["checklist", "checklist_title", "authority_title", "scope", "applies", "applies_citation"] {
        body[key] = checklist[key].clone();
    }
    let p = &request.patient;
    let shown = |n: &crate::model::person::Name| format!("{} {}", n.given.join(" "), n.family).trim().to_string();
    body["request"] = json!({
        "names": p.names.iter().map(shown).collect::<Vec<_>>(), "former": p.former_names.iter().map(shown).collect::<Vec<_>>(),
        "identifiers": p.identifiers.iter().map(|i| i.value.clone()).collect::<Vec<_>>(),
        "requester": request.requester, "recipient_address": request.recipient_address, "reference": request.reference,
        "from": request.from, "to": request.to, "keep_clinicians": request.keep_clinicians, "court_filing": request.court_filing,
    });
    body["notes"] = secret.notes.iter().rev().map(|n| json!({"at": pages::time(n.at), "by": n.by, "text": n.text})).collect();
    if run > 0 {
        let report = super::documents::json_of(app, id, run, "internal", "report.json").await?;
        body["checks"] = report["checks"].clone();
        body["counts"] = report["counts"].clone();
        let files = app.store.files(id, run, "internal").await?;
        let letters = files.iter().filter_map(|f| f.path.strip_prefix("letters/")).filter(|n| !n.contains('/'));
        body["letters"] = letters.map(|n| json!(n)).collect();
    }
    Ok(())
}

/// Rows of the timeline on a case's page.
const ROWS: usize = 200;

/// The log of a case, newest first; what somebody has looked at one after the other is one row. Each view by itself stands in the log.
fn timeline(log: &[AuditEntry], names: &HashMap<i64, String>) -> Vec<Value> {
    let looked = |e: &Value| {
        let action = e["action"].as_str().unwrap_or_default();
        matches!(action, "document.picture" | "document.text" | "document.find" | "document.view" | "review.view" | "review.hits")
    };
    let mut out: Vec<Value> = Vec::new();
    for e in log {
        let mut e = event(e, names);
        if let Some(last) = out.last_mut().filter(|l| looked(l) && looked(&e) && l["actor"] == e["actor"]) {
            last["times"] = json!(last["times"].as_i64().unwrap_or(1) + 1);
            last["words"] = json!("looked through the documents");
            continue;
        }
        if out.len() == ROWS {
            break;
        }
        e["times"] = json!(1);
        out.push(e);
    }
    out
}

/// An entry of the log in words.
pub fn event(e: &AuditEntry, _names: &HashMap<i64, String>) -> Value {
    let detail: Value = serde_json::from_str(&e.detail).unwrap_or(Value::Null);
    let words = match e.action.as_str() {
        "case.create" => "took the request in".to_string(),
        "case.view" => "opened the case".into(),
        "case.note" => "wrote a note".into(),
        "case.assign" => "assigned the case".into(),
        "case.checklist" => "answered the checklist".into(),
        "case.words" => "changed the case's words; the result must be run again".into(),
        "case.purge" => "destroyed keys and files".into(),
        "file.add" => format!("added file {} ({})", detail["file"], pages::size(detail["bytes"].as_i64().unwrap_or(0))),
        "document.view" => format!("viewed document {} ({})", detail["file"], detail["area"].as_str().unwrap_or_default()),
        "document.raw" => {
            format!("viewed document {} as it is stored ({})", detail["file"], detail["side"].as_str().unwrap_or_default())
        }
        "review.view" => "opened the review".into(),
        "review.hits" => "viewed the list of hits".into(),
        "review.accept" => format!("accepted {} hits", detail["count"]),
        "review.hit" => format!(
            "ruled {} on {} hit or person ({})",
            detail["ruling"].as_str().unwrap_or_default(),
            detail["count"],
            crate::model::desk::reason_words(detail["reason"].as_str().unwrap_or_default()).to_lowercase()
        ),
        "review.hit_undo" => "took a ruling on a hit back".into(),
        "review.text" => format!("had a selected text redacted where it stands ({})", detail["count"]),
        "document.text" => {
            format!("viewed the text of page {} of document {}", detail["page"], detail["file"])
        }
        "document.find" => format!("looked for a text in document {}", detail["file"]),
        "rules.keep" => format!("kept run {} in spite of newer rules of the site", detail["run"]),
        "rules.newer" => "found newer rules of the site: rulings are asked for anew".into(),
        "review.box" => "drew a box on a page".into(),
        "review.page" => "left a page out".into(),
        "review.rule" => {
            format!("ruled {}: {}", detail["item"].as_str().unwrap_or_default(), detail["ruling"].as_str().unwrap_or_default())
        }
        "review.undo" => format!("took the ruling on {} back", detail["item"].as_str().unwrap_or_default()),
        "release.ask" => "asked for the release".into(),
        "release.package" => {
            format!("released the package {}", &detail["sha256"].as_str().unwrap_or_default().get(..12).unwrap_or(""))
        }
        "download.package" => "downloaded the package".into(),
        "download.accounting" => "downloaded the accounting of disclosures".into(),
        "patient.view" => "opened the patient's page".into(),
        "delivery.begin" => format!("hands the package to {}", detail["destination"].as_str().unwrap_or_default()),
        "delivery.done" => format!("handed the package to {}", detail["destination"].as_str().unwrap_or_default()),
        "delivery.failed" => format!("could not hand the package to {}", detail["destination"].as_str().unwrap_or_default()),
        "case.extend" => format!("extended the time until {}", detail["until"].as_str().unwrap_or_default()),
        "download.packet" => "downloaded the evidence packet".into(),
        "download.letter" => format!("downloaded the letter {}", detail["letter"].as_str().unwrap_or_default()),
        "document.picture" => format!(
            "viewed page {} of document {} ({})",
            detail["page"],
            detail["file"],
            detail["side"].as_str().unwrap_or_default()
        ),
        "approval.view" => "opened the second approval".into(),
        "download.report" => "opened the internal report".into(),
        other => match (detail["from"].as_str(), detail["to"].as_str()) {
            (Some(from), Some(to)) => format!("{} → {}", from.replace('_', " "), to.replace('_', " ")),
            _ => other.replace('.', " "),
        },
    };
    json!({"seq": e.seq, "at": pages::time(e.at), "actor": e.actor, "action": e.action, "words": words, "case_id": e.case_id,
        "detail": e.detail, "step": e.action.starts_with("state.")})
}

/// Makes a move.
pub async fn make_move(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let of = |k: &str| form.get(k).cloned().unwrap_or_default();
    let name = Move::parse(&of("move")).ok_or_else(|| Fail::bad("There is no such step."))?;
    step(&app, &s, &id, name, &of("reason"), &of("note")).await?;
    let to = if name == Move::Submit { format!("/cases/{id}/approval") } else { format!("/cases/{id}") };
    Ok(Redirect::to(&to))
}

/// Makes a move with its reason and words.
pub async fn step(app: &App, s: &Session, id: &str, name: Move, reason: &str, note: &str) -> Result<(), Fail> {
    if matches!(name, Move::Deny | Move::Cancel | Move::Recall | Move::SendBack) && note.trim().is_empty() {
        return Err(Fail::bad(format!("Say why: \"{}\" needs a reason in words.", name.title())));
    }
    // The words come first: a step without its reason would be worse than a reason without its step.
    if !note.trim().is_empty() {
        app.store.note(id, &s.account.actor(), &format!("{}: {}", name.title(), note.trim())).await?;
    }
    app.store.make_move(id, &s.account.actor(), name, &MoveNote { reason: reason.to_string() }).await?;
    app.bell.ring();
    Ok(())
}

/// Answers the checklist.
pub async fn checklist(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let before = app.store.secret(&id).await?;
    let mut request = before.request.clone();
    for (item, mut answer) in intake::answers(&form, &s.account.shown) {
        // Who has answered stays with what they have answered.
        if let Some(old) = request.checklist.get(&item).filter(|o| o.state == answer.state && o.note == answer.note) {
            answer.by.clone_from(&old.by);
        }
        request.checklist.insert(item, answer);
    }
    let readiness = weigh(&app.store.site().await?, &mut request).map_err(|e| Fail::bad(e.to_string()))?;
    let clock = &readiness.clock;
    let due = if clock.extended.is_empty() { clock.due.clone() } else { clock.extended.clone() };
    let effect = Effect::Request { due, blocks: i64::try_from(readiness.blocks.len()).unwrap_or(i64::MAX) };
    let entry = NewEntry::new(&s.account.actor(), &id, "case.checklist").with("open", readiness.blocks.len());
    app.store
        .change_secret(&id, entry, effect, move |secret| {
            if secret.request != before.request {
                return Err(StoreError::Refused("somebody has changed the request meanwhile; look at it again".into()));
            }
            secret.request = request;
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}#checklist")))
}

/// Writes a note.
pub async fn note(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let text = form.get("text").map(|t| t.trim()).unwrap_or_default();
    if !text.is_empty() {
        app.store.note(&id, &s.account.actor(), text).await?;
    }
    Ok(Redirect::to(&format!("/cases/{id}#notes")))
}

/// Hands the case to a colleague, with words for them.
pub async fn handoff(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let to = form.get("to").and_then(|v| v.parse::<i64>().ok()).ok_or_else(|| Fail::bad("Choose a colleague."))?;
    let account = app.store.account(to).await?;
    let may = account.actor().any(&[StaffRole::Clerk, StaffRole::Reviewer, StaffRole::PrivacyOfficer]);
    if account.disabled || !may {
        return Err(Fail::bad("This person does not work on cases."));
    }
    let words = form.get("text").map(|t| t.trim()).unwrap_or_default();
    let actor = s.account.actor();
    app.store.note(&id, &actor, &format!("Handed to {}. {words}", account.shown)).await?;
    app.store.assign(std::slice::from_ref(&id), to, &actor).await?;
    Ok(Redirect::to(&format!("/cases/{id}#notes")))
}

/// Why a result that was made under older rules stays as it is.
#[derive(serde::Deserialize)]
pub struct KeepForm {
    reason: String,
    #[serde(default)]
    text: String,
}

/// Keeps a result that was made under older rules of the site as it is.
pub async fn keep_in_spite(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<KeepForm>,
) -> Result<Redirect, Fail> {
    let actor = s.account.actor();
    let text = form.text.trim();
    if form.reason == "other" && text.is_empty() {
        return Err(Fail::bad("Say why in a few words."));
    }
    app.store.keep_in_spite(&id, &actor, &form.reason).await?;
    let why = RULES_REASONS.iter().find(|(w, _)| *w == form.reason).map_or("", |(_, t)| t);
    let run = app.store.case(&id).await?.run;
    let words = format!("Run {run} is kept although the rules of the site have changed since: {why}. {text}");
    app.store.note(&id, &actor, words.trim()).await?;
    Ok(Redirect::to(&format!("/cases/{id}")))
}

/// Destroys keys and files.
pub async fn purge(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Redirect, Fail> {
    app.store.purge(&id, &s.account.actor()).await?;
    app.forget();
    Ok(Redirect::to(&format!("/cases/{id}")))
}
