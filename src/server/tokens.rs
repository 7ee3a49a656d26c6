//! The own tokens for programs.

use super::error::Fail;
use super::{App, pages};
use crate::model::desk::Scope;
use crate::store::{LONGEST_DAYS, Session, StoreError, now};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde_json::{Value, json};

/// The page.
pub async fn page(State(app): State<App>, Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    shown(&app, &s, "", "").await
}

async fn shown(app: &App, s: &Session, new: &str, error: &str) -> Result<Html<String>, Fail> {
    let rows: Vec<Value> = app
        .store
        .tokens(s.account.id)
        .await?
        .iter()
        .map(|t| {
            let state = if t.revoked {
                "taken back"
            } else if t.expires <= now() {
                "expired"
            } else {
                "in use"
            };
            json!({"id": t.id, "name": t.name, "scopes": t.scopes.iter().map(|s| s.word()).collect::<Vec<_>>().join(", "), "state": state,
                "created": pages::time(t.created), "expires": pages::time(t.expires),
                "used": if t.used > 0 { pages::time(t.used) } else { "never".into() }})
        })
        .collect();
    let scopes: Vec<Value> = Scope::ALL.iter().map(|s| json!({"word": s.word(), "title": s.title()})).collect();
    let body = json!({"tokens": rows, "scopes": scopes, "new": new, "error": error, "longest": LONGEST_DAYS});
    pages::page("tokens.html", "API tokens", "", s, body)
}

/// Makes a token and shows it, this once.
pub async fn create(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Fail> {
    let of = |k: &str| form.iter().find(|(n, _)| n == k).map(|(_, v)| v.as_str()).unwrap_or_default();
    let scopes: Vec<Scope> = form.iter().filter(|(k, _)| k == "scope").filter_map(|(_, v)| Scope::parse(v)).collect();
    match app.store.create_token(&s.account, of("name"), &scopes, of("days").parse().unwrap_or(0)).await {
        Ok(token) => Ok(shown(&app, &s, &token, "").await?.into_response()),
        Err(StoreError::Refused(why)) => {
            let page = shown(&app, &s, "", &format!("Not made: {why}.")).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(e) => Err(e.into()),
    }
}

/// Takes a token back.
pub async fn revoke(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<i64>) -> Result<Redirect, Fail> {
    app.store.revoke_token(&s.account, id).await?;
    Ok(Redirect::to("/tokens"))
}
