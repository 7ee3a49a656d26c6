//! What goes out of the desk by other ways than a download: a delivery to a folder of the list, a letter, more time.

use super::error::Fail;
use super::{App, pages};
use crate::model::days;
use crate::model::request::Extension as MoreTime;
use crate::policy::authority_facts;
use crate::queue::weigh;
use crate::report::{find_template, letter, letter_kinds};
use crate::store::{Effect, NewEntry, Session, StoreError};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

/// Hands the package to a destination of the site's list, once for each release.
pub async fn deliver(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let name = form.get("to").map(String::as_str).unwrap_or_default();
    let site = app.store.site().await?;
    let to = site.destinations.iter().find(|d| d.name == name).cloned();
    let to = to.ok_or_else(|| Fail::bad("Choose a destination of the list."))?;
    let case = app.store.case(&id).await?;
    if !matches!(case.state.word(), "released" | "acknowledged" | "closed") {
        return Err(Fail::new(StatusCode::CONFLICT, "Only a released package is handed over, and none that was recalled."));
    }
    let release =
        app.store.releases(&id).await?.pop().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "Nothing was released yet."))?;
    let blobs = app.store.case_blobs(&id).await?;
    let actor = s.account.actor();
    app.store.begin_delivery(&id, release.run, &to.name, &actor).await?;
    let (store, blob, folder) = (app.store.clone(), release.blob.clone(), std::path::PathBuf::from(&to.folder));
    let file = format!("release-case-{}-run-{}.zip", case.no, release.run);
    let written = tokio::task::spawn_blocking(move || -> Result<(), StoreError> {
        // Grows under another name, so that nobody takes half of it.
        let part = folder.join(format!(".{file}.part"));
        let _ = std::fs::remove_file(&part);
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        io::copy(&mut store.read_blob(&blobs, &blob)?, &mut out)?;
        out.sync_all()?;
        std::fs::rename(&part, folder.join(&file))?;
        File::open(&folder)?.sync_all()?;
        Ok(())
    });
    if let Err(e) = written.await.map_err(|_| Fail::bad("The delivery failed.")).and_then(|r| r.map_err(Fail::from)) {
        app.store.undo_delivery(&id, release.run, &to.name, &actor).await?;
        return Err(Fail::new(StatusCode::BAD_GATEWAY, format!("The destination did not take the package. {}", e.words)));
    }
    app.store
        .audit(
            NewEntry::new(&actor, &id, "delivery.done")
                .with("run", release.run)
                .with("destination", &to.name)
                .with("sha256", &release.sha256),
        )
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}")))
}

/// Takes the one extension that the law allows, with its reason; the letter is then to be sent.
pub async fn extend(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let of = |k: &str| form.get(k).map(|v| v.trim().to_string()).unwrap_or_default();
    let (until, reason) = (of("until"), of("reason"));
    if days::number(&until).is_none() || reason.is_empty() {
        return Err(Fail::bad("Say until when, and why: the letter to the requester must say both."));
    }
    let mut request = app.store.secret(&id).await?.request;
    if request.extension.is_some() {
        return Err(Fail::new(StatusCode::CONFLICT, "The time was extended already; the law allows one extension."));
    }
    let more = MoreTime { notice_sent: pages::today(), reason, until: until.clone() };
    request.extension = Some(more.clone());
    weigh(&app.store.site().await?, &mut request).map_err(|e| Fail::bad(e.to_string()))?;
    let entry = NewEntry::new(&s.account.actor(), &id, "case.extend").with("until", &until);
    app.store
        .change_secret(&id, entry, Effect::Clock { due: until }, |secret| {
            if secret.request.extension.is_some() {
                return Err(StoreError::Refused("the time was extended already".into()));
            }
            secret.request.extension = Some(more);
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}#letters")))
}

/// What a letter needs of a case that has no result yet.
fn facts(case: &crate::store::CaseRow, request: &crate::model::request::Request, blocks: &Value) -> (Value, Value) {
    let title = authority_facts(&case.authority).map(|f| f.title).unwrap_or_default();
    let report = json!({
        "case_id": format!("case {}", case.no), "outcome": {"code": "released"},
        "request": {"patient": [case.who.patient], "birth_date": case.who.birth_date, "recipient": request.recipient,
            "recipient_address": request.recipient_address, "requester": {"name": request.requester.name}, "reference": request.reference,
            "purpose": request.purpose, "received": request.received, "due": case.due,
            "extended": request.extension.as_ref().map(|e| e.until.clone()), "authority": case.authority},
        "policy": {"authority_title": title}, "readiness": {"blocks": blocks}, "counts": {}, "outputs": [],
    });
    (report, json!({ "request": request }))
}

/// A letter about the case as it stands, as PDF; to be completed and signed by a person.
pub async fn write_letter(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(q): Query<HashMap<String, String>>,
) -> Result<Response, Fail> {
    let kind = q.get("kind").map(String::as_str).unwrap_or_default();
    if !letter_kinds().any(|(k, _)| k == kind) {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no such letter."));
    }
    let case = app.store.case(&id).await?;
    let mut request = app.store.secret(&id).await?.request;
    let readiness = weigh(&app.store.site().await?, &mut request).map_err(|e| Fail::bad(e.to_string()))?;
    let (report, asked) = facts(&case, &request, &json!(readiness.blocks));
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "download.letter").with("letter", kind)).await?;
    let template = find_template(kind, None).map_err(Fail::bad)?;
    let made = tokio::task::spawn_blocking(move || letter(&template, &report, &asked));
    let made = made.await.map_err(|_| Fail::bad("The letter cannot be made."))?.map_err(Fail::bad)?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"case-{}-{kind}.pdf\"", case.no)),
    ];
    Ok((headers, made.pdf).into_response())
}
