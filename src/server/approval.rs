//! The second person: what was decided, by whom, and the yes or no.

use super::documents::json_of;
use super::error::Fail;
use super::listing::Rules;
use super::{App, difference, listing, pages};
use crate::model::desk::{Move, reason_words};
use crate::store::{NewEntry, Session};
use crate::workflow;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(q): Query<HashMap<String, String>>,
) -> Result<Html<String>, Fail> {
    let case = app.store.case(&id).await?;
    if case.run == 0 {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no result yet."));
    }
    let actor = s.account.actor();
    let names = listing::names(&app.store.accounts().await?);
    let report = json_of(&app, &id, case.run, "internal", "report.json").await?;
    let review = json_of(&app, &id, case.run, "internal", "review.json").await?;
    let rulings = app.store.rulings(&id).await?;
    let worked = app.store.worked(&id).await?;
    let site = app.store.site().await?;
    let facts = case.facts(worked.clone(), &site);
    app.store.audit(NewEntry::new(&actor, &id, "approval.view").with("run", case.run)).await?;
    let rows: Vec<Value> = review["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|i| {
            let r = i["id"].as_str().and_then(|n| rulings.get(n));
            json!({"id": i["id"], "question": i["question"], "mention": i["mention"].as_str().unwrap_or_default(),
                "ruling": r.map(|r| r.ruling.clone()).unwrap_or_default(),
                "by": r.and_then(|r| names.get(&r.account)).cloned().unwrap_or_default(),
                "at": r.map(|r| pages::time(r.at)).unwrap_or_default()})
        })
        .collect();
    let why = |m: Move| workflow::step(&facts, &actor, m).err().map(|r| r.0).unwrap_or_default();
    let with = q.get("with").and_then(|w| w.parse().ok()).unwrap_or(0);
    let difference = difference::of_case(&app, &case, with).await?;
    let secret = app.store.secret(&id).await?;
    let by_hand: Vec<Value> = secret
        .by_hand
        .iter()
        .filter(|b| b.what != "accept")
        .map(|b| {
            json!({"what": b.what, "length": b.length, "label": b.label, "original": b.original, "path": b.path, "page": b.page, "ruling": b.ruling,
            "reason": reason_words(&b.reason), "by": b.by, "at": pages::time(b.at)})
        })
        .collect();
    let body = json!({
        "difference": difference, "by_hand": by_hand,
        "c": listing::row(&case, &names, &mut Rules::of(&site)), "report": {"counts": report["counts"], "checks": report["checks"], "outcome": report["outcome"],
            "withheld": report["withheld"], "people": report["people"], "outputs": report["outputs"]},
        "rulings": rows, "worked": worked.iter().filter_map(|a| names.get(a)).collect::<Vec<_>>(),
        "can_approve": why(Move::Approve).is_empty(), "why_not": why(Move::Approve),
        "can_send_back": why(Move::SendBack).is_empty(), "can_release": why(Move::Release).is_empty(), "why_no_release": why(Move::Release),
    });
    pages::page("approval.html", &format!("Second approval of case {}", case.no), "queue", &s, body)
}

/// Asks for the release.
pub async fn release(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Redirect, Fail> {
    app.store.ask_release(&id, &s.account.actor()).await?;
    app.bell.ring();
    Ok(Redirect::to(&format!("/cases/{id}")))
}
