//! Sign-in by an OpenID Connect service: authorization code with PKCE (OpenID Connect Core 1.0; RFC 7636; RFC 9700). Off unless it is set.
//!
//! The service says who somebody is; what they may do the desk alone says. Nobody is given an account by signing in.

mod provider;
mod token;

pub use provider::OidcSettings;

use super::error::Fail;
use super::tls::Caller;
use super::totp::{self, Second};
use super::{App, auth, pages};
use crate::model::desk::Actor;
use crate::store::{Account, NewEntry, now, random_hex};
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use provider::Provider;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

const COOKIE: &str = "disclose_oidc";
/// A sign-in must end after so long, milliseconds.
const LONGEST: i64 = 10 * 60_000;
/// Sign-ins that are under way.
const MOST: usize = 10_000;

/// A sign-in that is under way.
struct Started {
    /// What the browser that began it holds.
    holder: String,
    nonce: String,
    verifier: String,
    back: String,
    at: i64,
}

/// The service, and who is on the way.
pub struct Oidc {
    provider: Arc<Provider>,
    started: Mutex<HashMap<String, Started>>,
    /// Who still owes a code: account, time and ID token, by what their browser holds.
    seconds: Mutex<HashMap<String, (i64, i64, String)>>,
}

impl Oidc {
    /// Makes no request yet.
    ///
    /// # Errors
    /// The system trusts no certificates.
    pub fn new(settings: OidcSettings) -> Result<Oidc, String> {
        Ok(Oidc { provider: Arc::new(Provider::new(settings)?), started: Mutex::default(), seconds: Mutex::default() })
    }

    /// Name on the login page.
    pub fn name(&self) -> &str {
        &self.provider.settings.name
    }
}

fn there(app: &App) -> Result<&Oidc, Fail> {
    app.oidc.as_ref().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "Single sign-on is not set up here."))
}

fn cookie(app: &App, holder: &str, age: i64) -> String {
    // Lax: the way back begins on a page of the service.
    let secure = if app.secure { "; Secure" } else { "" };
    format!("{COOKIE}={holder}; Path=/oidc; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

fn again(app: &App, status: StatusCode, why: &str) -> Result<Response, Fail> {
    Ok((status, [(header::SET_COOKIE, cookie(app, "", 0))], Html(auth::form(app, why, "", false)?)).into_response())
}

fn lost() -> Fail {
    Fail::new(StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment.")
}

/// Sends the browser to the service.
pub async fn start(
    State(app): State<App>,
    ConnectInfo(Caller(from)): ConnectInfo<Caller>,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    let oidc = there(&app)?;
    if !auth::may_try(&app, from) {
        return again(&app, StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let provider = oidc.provider.clone();
    let found = tokio::task::spawn_blocking(move || provider.found()).await.map_err(|_| lost())?;
    let found = match found {
        Ok(found) => found,
        Err(why) => {
            eprintln!("disclose: sign-in: {why}");
            return again(&app, StatusCode::BAD_GATEWAY, "The sign-in service does not answer as it should.");
        }
    };
    // The name was checked against the list of hosts.
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let back = format!("{}://{host}/oidc/back", if app.secure { "https" } else { "http" });
    let (state, holder) = (random_hex::<24>()?, random_hex::<24>()?);
    let (nonce, verifier) = (random_hex::<24>()?, random_hex::<32>()?);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let address = format!(
        "{}{}response_type=code&scope=openid%20email&client_id={}&redirect_uri={}&state={state}&nonce={nonce}&code_challenge={challenge}&code_challenge_method=S256",
        found.authorization,
        if found.authorization.contains('?') { '&' } else { '?' },
        pages::urlencoded(oidc.provider.client()),
        pages::urlencoded(&back),
    );
    let at = now();
    {
        let mut started = oidc.started.lock().map_err(|_| lost())?;
        started.retain(|_, s| at - s.at < LONGEST);
        if started.len() >= MOST {
            return Err(lost());
        }
        started.insert(state, Started { holder: holder.clone(), nonce, verifier, back, at });
    }
    Ok(([(header::SET_COOKIE, cookie(&app, &holder, LONGEST / 1000))], Redirect::to(&address)).into_response())
}

/// What the service sends the browser back with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Back {
    state: String,
    code: String,
    error: String,
    iss: Option<String>,
}

/// The way back.
pub async fn back(
    State(app): State<App>,
    ConnectInfo(Caller(from)): ConnectInfo<Caller>,
    headers: HeaderMap,
    Query(q): Query<Back>,
) -> Result<Response, Fail> {
    let oidc = there(&app)?;
    if !auth::may_try(&app, from) {
        return again(&app, StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let started = oidc.started.lock().map_err(|_| lost())?.remove(&q.state);
    let held = auth::named(&headers, COOKIE).unwrap_or_default();
    let Some(s) = started.filter(|s| now() - s.at < LONGEST && s.holder == held) else {
        return again(&app, StatusCode::UNPROCESSABLE_ENTITY, "This sign-in was not begun here, or took too long. Begin again.");
    };
    if !q.error.is_empty() || q.code.is_empty() {
        return again(&app, StatusCode::UNPROCESSABLE_ENTITY, "The sign-in service did not let you in.");
    }
    let provider = oidc.provider.clone();
    let asked = tokio::task::spawn_blocking(move || {
        // RFC 9207: an answer of another service is not taken for one of this.
        let says = provider.found()?.says_issuer;
        if q.iss.as_deref().is_some_and(|i| i != provider.issuer()) || (says && q.iss.is_none()) {
            return Err("the answer is of another service".to_string());
        }
        provider.person(&q.code, &s.verifier, &s.nonce, &s.back)
    });
    let (person, token) = match asked.await.map_err(|_| lost())? {
        Ok(found) => found,
        Err(why) => {
            eprintln!("disclose: sign-in: {why}");
            refused(&app, "unsound").await?;
            return again(&app, StatusCode::BAD_GATEWAY, "The sign-in service does not answer as it should.");
        }
    };
    let account = app.store.signed_in(oidc.provider.issuer(), &person.subject, person.email.as_deref()).await?;
    let Some(account) = account.filter(|a| !a.disabled) else {
        refused(&app, "no account").await?;
        let why = format!(
            "You are signed in, but no account here is yours. Ask an administrator; the sign-in service calls you {}.",
            person.subject
        );
        return again(&app, StatusCode::FORBIDDEN, &why);
    };
    if app.store.authenticator(account.id).await?.is_some_and(|a| a.confirmed) {
        let holder = random_hex::<24>()?;
        let at = now();
        let mut seconds = oidc.seconds.lock().map_err(|_| lost())?;
        seconds.retain(|_, (_, t, _)| at - *t < LONGEST);
        seconds.insert(holder.clone(), (account.id, at, token));
        let page = Html(pages::plain("code.html", json!({"error": ""}))?);
        return Ok(([(header::SET_COOKIE, cookie(&app, &holder, LONGEST / 1000))], page).into_response());
    }
    inside(&app, &account, &token).await
}

async fn refused(app: &App, why: &str) -> Result<(), Fail> {
    let nobody = Actor { id: 0, name: "-".into(), roles: Default::default() };
    app.store.audit(NewEntry::new(&nobody, "", "session.oidc_refused").with("why", why)).await?;
    Ok(())
}

/// Begins the session. The page goes on by itself: a cookie that is strict does not go with an address to which another site has sent the
/// browser.
async fn inside(app: &App, account: &Account, said: &str) -> Result<Response, Fail> {
    let token = app.store.begin_session(account).await?;
    app.store.keep_sign_in(&token, said).await?;
    app.store.audit(NewEntry::new(&account.actor(), "", "session.oidc")).await?;
    let mut response = Html(pages::plain("signed.html", json!({"shown": account.shown}))?).into_response();
    let headers = response.headers_mut();
    for cookie in [auth::cookie(app, &token, 43_200), cookie(app, "", 0)] {
        headers.append(header::SET_COOKIE, cookie.parse().map_err(|_| lost())?);
    }
    headers.insert(header::REFRESH, header::HeaderValue::from_static("0; url=/"));
    Ok(response)
}

/// An ID token longer than this is not sent back in an address.
const HINT: usize = 6_000;

/// Where the service's own session is ended, for a session that it has begun; `None` where it announces no such place, or is not reached.
pub async fn end_address(app: &App, headers: &HeaderMap, said: &str) -> Option<String> {
    let oidc = app.oidc.as_ref()?;
    let provider = oidc.provider.clone();
    let end = tokio::task::spawn_blocking(move || provider.found().ok()?.end.clone()).await.ok().flatten()?;
    let mut address =
        format!("{end}{}client_id={}", if end.contains('?') { '&' } else { '?' }, pages::urlencoded(oidc.provider.client()));
    if said.len() <= HINT {
        address += &format!("&id_token_hint={}", pages::urlencoded(said));
    }
    if oidc.provider.settings.comes_back {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok())?;
        let scheme = if app.secure { "https" } else { "http" };
        address += &format!("&post_logout_redirect_uri={}", pages::urlencoded(&format!("{scheme}://{host}/login")));
    }
    Some(address)
}

/// The page between: a form may send a browser to this desk alone, so that the page goes on by itself.
///
/// # Errors
/// The page cannot be made.
pub fn ending(app: &App, address: &str) -> Result<Response, Fail> {
    let name = app.oidc.as_ref().map(Oidc::name).unwrap_or_default();
    let mut response = Html(pages::plain("signed-out.html", json!({"name": name, "address": address}))?).into_response();
    let refresh = format!("0; url={address}").parse().map_err(|_| lost())?;
    response.headers_mut().insert(header::REFRESH, refresh);
    Ok(response)
}

/// A code of an authenticator, after the sign-in.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
}

/// Takes the code.
pub async fn code(
    State(app): State<App>,
    ConnectInfo(Caller(from)): ConnectInfo<Caller>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fail> {
    let oidc = there(&app)?;
    if !auth::may_try(&app, from) {
        return again(&app, StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
    }
    let held = auth::named(&headers, COOKIE).unwrap_or_default();
    let owed = oidc.seconds.lock().map_err(|_| lost())?.get(&held).cloned();
    let Some((id, _, said)) = owed.filter(|(_, at, _)| now() - at < LONGEST) else {
        return again(&app, StatusCode::UNPROCESSABLE_ENTITY, "This sign-in was not begun here, or took too long. Begin again.");
    };
    let account = app.store.account(id).await?;
    if account.disabled || account.blocked_until > now() {
        return again(&app, StatusCode::TOO_MANY_REQUESTS, "Too many wrong codes. Wait, or ask an administrator.");
    }
    match totp::check(&app, &account, &form.code).await? {
        Second::Fits => {
            oidc.seconds.lock().map_err(|_| lost())?.remove(&held);
            inside(&app, &account, &said).await
        }
        Second::Wanted | Second::Wrong => {
            app.store.login_failed(&account).await?;
            let page = pages::plain("code.html", json!({"error": "The code is wrong, or was used already."}))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}
