//! The interface for programs, below `/api/v1`. A token in the header `Authorization: Bearer ...` acts for its account; cookies count for
//! nothing here, so that no page elsewhere can use it. [`super::openapi`] describes it.

use super::documents::json_of;
use super::error::Fail;
use super::listing::Rules;
use super::{App, cases as pages_of_cases, downloads, review, uploads};
use crate::model::desk::{Move, State as CaseState};
use crate::model::request::Request;
use crate::people::identity::{REQUEST, read_identity};
use crate::queue::enter;
use crate::store::{AuditFilter, CaseRow, Filter, NewEntry, Session, Sort};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Most rows of one answer.
const MOST: i64 = 200;

/// An error as JSON.
#[derive(Debug)]
pub struct Problem(Fail);

impl<T: Into<Fail>> From<T> for Problem {
    fn from(e: T) -> Problem {
        Problem(e.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json_answer(self.0.status, &json!({"error": self.0.words}))
    }
}

/// JSON with a status.
pub fn json_answer(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn ok(value: Value) -> Result<Response, Problem> {
    Ok(json_answer(StatusCode::OK, &value))
}

fn case_json(c: &CaseRow, rules: &mut Rules) -> Value {
    json!({
        "id": c.id, "number": c.no, "state": c.state.word(), "reason": c.reason, "authority": c.authority, "purpose": c.purpose,
        "requester_kind": c.requester_kind, "received": c.received, "due": c.due, "files": c.documents, "run": c.run,
        "outcome": c.outcome, "verified": c.verified, "open_items": c.open_items, "all_items": c.all_items,
        "unapplied_rulings": c.unapplied, "blocks": c.blocks, "purged": c.purged, "older_rules": rules.are_newer_than(c),
        "patient": c.who.patient, "birth_date": c.who.birth_date, "recipient": c.who.recipient,
    })
}

async fn one(app: &App, case: &CaseRow) -> Result<Value, Fail> {
    let site = app.store.site().await?;
    Ok(case_json(case, &mut Rules::of(&site)))
}

/// Which cases.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    state: String,
    search: String,
    limit: i64,
    offset: i64,
    before: i64,
}

/// Lists cases.
pub async fn cases(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Query(a): Query<Asked>,
) -> Result<Response, Problem> {
    let states = match a.state.as_str() {
        "" => Vec::new(),
        word => vec![CaseState::parse(word).ok_or_else(|| Fail::bad("There is no such state."))?],
    };
    let limit = if a.limit == 0 { 50 } else { a.limit.clamp(1, MOST) };
    let filter = Filter { states, search: a.search, sort: Sort::Number, offset: a.offset, limit, ..Filter::default() };
    let page = app.store.list(&filter).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), "", "api.cases").with("rows", page.cases.len())).await?;
    let site = app.store.site().await?;
    let mut rules = Rules::of(&site);
    ok(json!({"total": page.total, "cases": page.cases.iter().map(|c| case_json(c, &mut rules)).collect::<Vec<_>>()}))
}

fn request_of(body: &[u8]) -> Result<Request, String> {
    let mut value: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    let object = value.as_object_mut().ok_or("it is no JSON object")?;
    // A word that is not one is a slip, not to be passed over. No file of the caller's is at hand here.
    let known = || REQUEST.iter().filter(|k| **k != "patient_file").copied();
    if object.keys().any(|k| !known().any(|w| w == k)) {
        return Err(format!("it says something that is none of {}", known().collect::<Vec<_>>().join(", ")));
    }
    let patient = object.remove("patient").unwrap_or_default();
    let fhir = patient.get("resourceType").is_some();
    let identity = if fhir {
        read_identity(patient.to_string().as_bytes(), "patient").map_err(|e| e.to_string())?
    } else {
        serde_json::from_value(patient).map_err(|e| format!("patient: {e}"))?
    };
    let mut request: Request = serde_json::from_value(value).map_err(|e| e.to_string())?;
    request.patient = identity;
    Ok(request)
}

/// Takes a request in: the body is a request as `disclose process --request` reads it, in JSON.
pub async fn create(State(app): State<App>, Extension(s): Extension<Session>, body: Bytes) -> Result<Response, Problem> {
    let request = request_of(&body).map_err(|e| Fail::bad(format!("The body is not a request: {e}")))?;
    let case = enter(&app.store, request, 0, &s.account.actor()).await?;
    Ok(json_answer(StatusCode::CREATED, &one(&app, &case).await?))
}

/// One case.
pub async fn case(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Response, Problem> {
    let case = app.store.case(&id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "case.view").with("by", "api")).await?;
    let job = app.store.last_job(&id).await?;
    let mut out = one(&app, &case).await?;
    out["job"] = job.map_or(Value::Null, |j| json!({"state": j.state.word(), "stage": j.stage, "error": j.error}));
    ok(out)
}

/// Takes one file in; the body is the file.
pub async fn file(
    state: State<App>,
    session: Extension<Session>,
    path: Path<String>,
    query: Query<uploads::Asked>,
    body: Body,
) -> Result<Response, Problem> {
    Ok(uploads::receive(state, session, path, query, body).await?)
}

/// Makes a move: `{"move": "process", "reason": "fee", "note": "..."}`.
pub async fn make_move(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let sent: HashMap<String, String> =
        serde_json::from_slice(&body).map_err(|_| Fail::bad("The body is a JSON object of texts: move, reason, note."))?;
    let of = |k: &str| sent.get(k).map(String::as_str).unwrap_or_default();
    let name = Move::parse(of("move")).ok_or_else(|| Fail::bad("There is no such move."))?;
    // What binds a person's name to a result is done by a person at the desk.
    if matches!(name, Move::Submit | Move::Approve | Move::SendBack | Move::Release) {
        return Err(Fail::new(StatusCode::FORBIDDEN, "Submission, approval and release are made by a person at the desk.").into());
    }
    pages_of_cases::step(&app, &s, &id, name, of("reason"), of("note")).await?;
    ok(one(&app, &app.store.case(&id).await?).await?)
}

/// Review items with their rulings.
pub async fn items(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let case = app.store.case(&id).await?;
    if case.run == 0 {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no result yet.").into());
    }
    let mut review = json_of(&app, &id, case.run, "internal", "review.json").await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "review.view").with("by", "api")).await?;
    let rulings = app.store.rulings(&id).await?;
    for item in review["items"].as_array_mut().into_iter().flatten() {
        let ruled = item["id"].as_str().and_then(|n| rulings.get(n)).map(|r| r.ruling.clone());
        item["ruling"] = json!(ruled);
    }
    ok(json!({"run": case.run, "items": review["items"]}))
}

/// Rules on an item: `{"item": "R1", "ruling": "keep"}`.
pub async fn rule(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let sent: review::RuleForm =
        serde_json::from_slice(&body).map_err(|_| Fail::bad("The body is a JSON object: item, ruling."))?;
    review::ruled(&app, &s.account.actor(), &id, &sent).await?;
    ok(one(&app, &app.store.case(&id).await?).await?)
}

/// The package of a released case.
pub async fn package(state: State<App>, session: Extension<Session>, path: Path<String>) -> Result<Response, Problem> {
    Ok(downloads::package(state, session, path).await?)
}

/// Its evidence packet.
pub async fn packet(state: State<App>, session: Extension<Session>, path: Path<String>) -> Result<Response, Problem> {
    Ok(downloads::packet(state, session, path).await?)
}

/// Entries of the audit log, newest first.
pub async fn audit(State(app): State<App>, Query(a): Query<Asked>) -> Result<Response, Problem> {
    let limit = if a.limit == 0 { 100 } else { a.limit.clamp(1, 1_000) };
    let list = app.store.audit_list(&AuditFilter { case_id: None, before: a.before, limit }).await?;
    ok(json!({"entries": list}))
}

#[cfg(test)]
mod tests {
    use super::request_of;

    /// How a request came was refused here while the command line read it: the words had been listed twice.
    #[test]
    fn a_request_says_what_the_command_line_reads() {
        let body = |more: &str| {
            format!(
                r#"{{"patient":{{"names":[{{"family":"Roe","given":["Jane"]}}]}},"purpose":"litigation","recipient":"X","received":"2026-01-05"{more}}}"#
            )
        };
        let read = request_of(body(r#","channel":"fax","information_blocking":{"exception":"privacy"}"#).as_bytes()).unwrap();
        assert_eq!(read.channel.as_deref(), Some("fax"));
        assert_eq!(read.patient.names.len(), 1);
        assert!(request_of(body(r#","patient_file":"/etc/passwd""#).as_bytes()).is_err());
        assert!(request_of(body(r#","chanel":"fax""#).as_bytes()).unwrap_err().contains("channel"));
    }
}
