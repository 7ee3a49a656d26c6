//! Accounts, for administrators.

use super::error::Fail;
use super::{App, auth, pages, password};
use crate::model::desk::StaffRole;
use crate::store::{Session, now};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde_json::{Value, json};

/// The page.
pub async fn page(State(app): State<App>, Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    shown(&app, &s, "").await
}

async fn shown(app: &App, s: &Session, error: &str) -> Result<Html<String>, Fail> {
    let identities = app.store.identities().await?;
    let rows: Vec<Value> = app
        .store
        .accounts()
        .await?
        .iter()
        .map(|a| {
            let (sign_in, bound) = identities.get(&a.id).cloned().unwrap_or_default();
            json!({"id": a.id, "sign_in": sign_in, "bound": bound, "name": a.name, "shown": a.shown, "disabled": a.disabled, "blocked": a.blocked_until > now(),
                "roles": StaffRole::ALL.iter().map(|r| json!({"word": r.word(), "title": r.title(), "has": a.roles.contains(r)}))
                    .collect::<Vec<_>>()})
        })
        .collect();
    let roles: Vec<Value> = StaffRole::ALL.iter().map(|r| json!({"word": r.word(), "title": r.title()})).collect();
    let service = app.oidc.as_ref().map_or("", |o| o.name());
    let body = json!({"accounts": rows, "service": service, "roles": roles, "error": error, "shortest": password::SHORTEST});
    pages::page("accounts.html", "Accounts", "accounts", s, body)
}

fn roles(form: &[(String, String)]) -> Vec<StaffRole> {
    form.iter().filter(|(k, _)| k == "role").filter_map(|(_, v)| StaffRole::parse(v)).collect()
}

fn of(form: &[(String, String)], key: &str) -> String {
    form.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone()).unwrap_or_default()
}

/// Makes an account.
pub async fn create(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Fail> {
    let made = match auth::hashed(&app, of(&form, "password")).await? {
        Ok(hash) => {
            let actor = s.account.actor();
            app.store.create_account(of(&form, "name").trim(), &of(&form, "shown"), &hash, &roles(&form), &actor, false).await
        }
        Err(why) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&app, &s, &why).await?).into_response()),
    };
    match made {
        Ok(_) => Ok(Redirect::to("/accounts").into_response()),
        Err(e) => {
            let fail = Fail::from(e);
            Ok((fail.status, shown(&app, &s, &fail.words).await?).into_response())
        }
    }
}

/// Changes roles, bars an account, sets a new password, or the name for single sign-on.
pub async fn change(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<i64>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Fail> {
    let actor = s.account.actor();
    let new = of(&form, "password");
    if !new.is_empty() {
        return match auth::hashed(&app, new).await? {
            Ok(hash) => {
                app.store.set_password(id, &hash, &actor).await?;
                Ok(Redirect::to("/accounts").into_response())
            }
            Err(why) => Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&app, &s, &why).await?).into_response()),
        };
    }
    if of(&form, "what") == "sign_in" {
        return match app.store.set_identity(id, &of(&form, "sign_in"), &actor).await {
            Ok(()) => Ok(Redirect::to("/accounts").into_response()),
            Err(e) => {
                let fail = Fail::from(e);
                Ok((fail.status, shown(&app, &s, &fail.words).await?).into_response())
            }
        };
    }
    let roles = roles(&form);
    if roles.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&app, &s, "Choose at least one role.").await?).into_response());
    }
    app.store.change_account(id, &roles, of(&form, "disabled") == "1", &actor).await?;
    Ok(Redirect::to("/accounts").into_response())
}
