//! The audit log, for auditors and privacy officers.

use super::error::Fail;
use super::{App, cases, pages};
use crate::store::{AuditFilter, NewEntry, Session};
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

const ROWS: i64 = 200;

/// From where to list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    before: i64,
}

/// The newest entries.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Query(a): Query<Asked>,
) -> Result<Html<String>, Fail> {
    shown(&app, &s, a.before, Value::Null).await
}

async fn shown(app: &App, s: &Session, before: i64, verdict: Value) -> Result<Html<String>, Fail> {
    let list = app.store.audit_list(&AuditFilter { case_id: None, before, limit: ROWS }).await?;
    let none = HashMap::new();
    let rows: Vec<Value> = list.iter().map(|e| cases::event(e, &none)).collect();
    let next = list.last().map_or(0, |e| e.seq);
    let body = json!({"rows": rows, "next": if list.len() as i64 == ROWS { next } else { 0 }, "verdict": verdict});
    pages::page("audit.html", "Audit log", "audit", s, body)
}

/// Checks the whole chain.
pub async fn verify(State(app): State<App>, Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    let v = app.store.audit_verify().await?;
    app.store.audit(NewEntry::new(&s.account.actor(), "", "audit.verify").with("passed", v.failures.is_empty())).await?;
    shown(&app, &s, 0, json!({"entries": v.entries, "head": v.head, "failures": v.failures})).await
}
