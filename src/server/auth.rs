//! First run, login, logout, change of password.

use super::error::Fail;
use super::tls::Caller;
use super::totp::{self, Second};
use super::{App, oidc, pages, password};
use crate::model::desk::{Actor, StaffRole};
use crate::store::{NewEntry, Session, now};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::json;
use std::net::SocketAddr;

const COOKIE: &str = "disclose_session";
/// Tries from one address in a minute.
const TRIES: u32 = 20;

/// The token in the cookie.
pub fn token(headers: &HeaderMap) -> Option<String> {
    named(headers, COOKIE)
}

/// A cookie.
pub fn named(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|h| h.to_str().ok());
    let mut pairs = cookies.flat_map(|c| c.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, v)| v.to_string())
}

/// The cookie of a session.
pub fn cookie(app: &App, token: &str, age: i64) -> String {
    let secure = if app.secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")
}

/// Where to begin.
pub async fn start(State(app): State<App>, headers: HeaderMap) -> Result<Redirect, Fail> {
    if app.store.no_accounts().await? {
        return Ok(Redirect::to("/setup"));
    }
    let session = match token(&headers) {
        Some(t) => app.store.session(&t, true).await?,
        None => None,
    };
    Ok(match session {
        None => Redirect::to("/login"),
        Some(s) if s.account.roles == [StaffRole::Admin] => Redirect::to("/accounts"),
        Some(_) => Redirect::to("/queue"),
    })
}

/// The form of the first run.
pub async fn setup_page(State(app): State<App>) -> Result<Response, Fail> {
    if !app.store.no_accounts().await? {
        return Ok(Redirect::to("/login").into_response());
    }
    Ok(Html(pages::plain("setup.html", json!({"error": "", "shortest": password::SHORTEST}))?).into_response())
}

/// The form of the first run, sent.
#[derive(Deserialize)]
pub struct SetupForm {
    name: String,
    #[serde(default)]
    shown: String,
    password: String,
    again: String,
}

/// Makes the first account.
pub async fn setup(State(app): State<App>, Form(form): Form<SetupForm>) -> Result<Response, Fail> {
    let say = |why: String| -> Result<Response, Fail> {
        let page = pages::plain("setup.html", json!({"error": why, "shortest": password::SHORTEST}))?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
    };
    if form.password != form.again {
        return say("The two passwords differ.".into());
    }
    let hash = match hashed(&app, form.password).await? {
        Ok(hash) => hash,
        Err(why) => return say(why),
    };
    let first = Actor { id: 0, name: form.name.clone(), roles: Default::default() };
    app.store.create_account(&form.name, &form.shown, &hash, &[StaffRole::Admin], &first, true).await?;
    let Some(account) = app.store.account_named(&form.name).await? else { return Ok(Redirect::to("/login").into_response()) };
    let token = app.store.begin_session(&account).await?;
    Ok(([(header::SET_COOKIE, cookie(&app, &token, 43_200))], Redirect::to("/accounts")).into_response())
}

/// The page of the login.
pub fn form(app: &App, error: &str, name: &str, want_code: bool) -> Result<String, Fail> {
    let service = app.oidc.as_ref().map_or("", |o| o.name());
    pages::plain("login.html", json!({"error": error, "name": name, "want_code": want_code, "service": service}))
}

/// Why the login is shown.
#[derive(Deserialize)]
pub struct LoginQuery {
    #[serde(default)]
    locked: String,
}

/// The login.
pub async fn login_page(State(app): State<App>, Query(q): Query<LoginQuery>) -> Result<Response, Fail> {
    if app.store.no_accounts().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let error = if q.locked.is_empty() { "" } else { "Please log in. A session locks after 15 minutes without use." };
    Ok(Html(form(&app, error, "", false)?).into_response())
}

/// The login, sent.
#[derive(Deserialize)]
pub struct LoginForm {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
}

/// Checks a password. Whoever is refused is not told what was wrong.
pub async fn login(
    State(app): State<App>,
    ConnectInfo(Caller(from)): ConnectInfo<Caller>,
    Form(form): Form<LoginForm>,
) -> Result<Response, Fail> {
    let say = |status: StatusCode, why: &str| -> Result<Response, Fail> {
        Ok((status, Html(self::form(&app, why, "", false)?)).into_response())
    };
    if !may_try(&app, from) {
        return say(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let account = app.store.account_named(form.name.trim()).await?;
    if account.as_ref().is_some_and(|a| a.blocked_until > now()) {
        return say(StatusCode::TOO_MANY_REQUESTS, "Too many wrong passwords. Wait, or ask an administrator for a new one.");
    }
    let stored = account.as_ref().map_or_else(password::nobody, |a| a.password.clone());
    let fits = checked(&app, form.password, stored).await?;
    match account {
        Some(a) if fits && !a.disabled => {
            match totp::check(&app, &a, &form.code).await? {
                Second::Fits => {}
                Second::Wanted => {
                    return Ok((StatusCode::UNAUTHORIZED, Html(self::form(&app, "", &a.name, true)?)).into_response());
                }
                Second::Wrong => {
                    app.store.login_failed(&a).await?;
                    let page = self::form(&app, "User name, password or code is wrong.", &a.name, true)?;
                    return Ok((StatusCode::UNAUTHORIZED, Html(page)).into_response());
                }
            }
            let token = app.store.begin_session(&a).await?;
            Ok(([(header::SET_COOKIE, cookie(&app, &token, 43_200))], Redirect::to("/")).into_response())
        }
        Some(a) => {
            app.store.login_failed(&a).await?;
            say(StatusCode::UNAUTHORIZED, "User name or password is wrong.")
        }
        None => {
            // The name that was tried may be a password in the wrong field: it is not written down.
            let nobody = Actor { id: 0, name: "-".into(), roles: Default::default() };
            app.store.audit(NewEntry::new(&nobody, "", "session.unknown")).await?;
            say(StatusCode::UNAUTHORIZED, "User name or password is wrong.")
        }
    }
}

pub fn may_try(app: &App, from: SocketAddr) -> bool {
    let Ok(mut tries) = app.tries.lock() else { return false };
    let minute = now() / 60_000;
    tries.retain(|_, (m, _)| *m == minute);
    let (_, n) = tries.entry(from.ip()).or_insert((minute, 0));
    *n += 1;
    *n <= TRIES
}

pub async fn checked(app: &App, password: String, stored: String) -> Result<bool, Fail> {
    let _one = app.hashing.acquire().await.map_err(|_| busy())?;
    tokio::task::spawn_blocking(move || password::fits(&password, &stored)).await.map_err(|_| busy())
}

/// Hash of a new password, or why it is none.
pub async fn hashed(app: &App, password: String) -> Result<Result<String, String>, Fail> {
    let _one = app.hashing.acquire().await.map_err(|_| busy())?;
    tokio::task::spawn_blocking(move || password::hash(&password)).await.map_err(|_| busy())
}

fn busy() -> Fail {
    Fail::new(StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment.")
}

/// Ends the session.
pub async fn logout(State(app): State<App>, Extension(s): Extension<Session>, headers: HeaderMap) -> Result<Response, Fail> {
    let mut said = None;
    if let Some(t) = token(&headers) {
        said = app.store.sign_in(&t).await?;
        app.store.end_session(&t, &s.account).await?;
    }
    // Who has signed in by a service signs out of it, too; else the next one at this machine is let in as them.
    let there = match said {
        Some(said) => oidc::end_address(&app, &headers, &said).await,
        None => None,
    };
    let mut response = match there {
        Some(address) => oidc::ending(&app, &address)?,
        None => Redirect::to("/login").into_response(),
    };
    let gone = cookie(&app, "", 0).parse().map_err(|_| Fail::bad("The session has ended."))?;
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// The form for a new password.
pub async fn password_page(Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    pages::page("password.html", "Password", "", &s, json!({"error": "", "shortest": password::SHORTEST}))
}

/// The form, sent.
#[derive(Deserialize)]
pub struct PasswordForm {
    old: String,
    password: String,
    again: String,
}

/// Changes the own password; every session of the account ends.
pub async fn password(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Fail> {
    let say = |why: &str| -> Result<Response, Fail> {
        let body = json!({"error": why, "shortest": password::SHORTEST});
        Ok((StatusCode::UNPROCESSABLE_ENTITY, pages::page("password.html", "Password", "", &s, body)?).into_response())
    };
    if !checked(&app, form.old, s.account.password.clone()).await? {
        app.store.login_failed(&s.account).await?;
        return say("The present password is wrong.");
    }
    if form.password != form.again {
        return say("The two passwords differ.");
    }
    match hashed(&app, form.password).await? {
        Err(why) => say(&why),
        Ok(hash) => {
            app.store.set_password(s.account.id, &hash, &s.account.actor()).await?;
            Ok(Redirect::to("/login").into_response())
        }
    }
}
