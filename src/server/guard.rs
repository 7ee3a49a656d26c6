//! What every request must pass.

use super::api::json_answer;
use super::error::Fail;
use super::routes::{Access, access};
use super::tls::Caller;
use super::{App, auth};
use crate::model::desk::{Scope, StaffRole};
use crate::store::Session;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

/// No form is larger.
const FORM: usize = 2 << 20;

/// Scripts, styles and pictures come from here alone; nothing is framed; nothing else is loaded.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
     manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// For every answer, also those of unknown paths: the host must be known, and the headers say what a browser may do.
pub async fn outer(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let mut response = if app.hosts.contains(&host) {
        next.run(request).await
    } else {
        // Against rebinding of names: a foreign page that has its name pointed here is not answered.
        (StatusCode::MISDIRECTED_REQUEST, "This name is not on the list of hosts; start with --host NAME to add it.\n")
            .into_response()
    };
    let set = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    let headers = response.headers_mut();
    set(headers, header::CONTENT_SECURITY_POLICY, CSP);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if app.secure {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Known route, session, role, and a token against forged requests.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|p| p.as_str().to_string()).unwrap_or_default();
    let method = request.method().clone();
    let Some(allowed) = access(method.as_str(), &path) else {
        return Fail::new(StatusCode::NOT_FOUND, "There is no such page.").into_response();
    };
    if let Access::Api(scope, roles) = allowed {
        return program(&app, request, next, scope, roles).await;
    }
    let writes = !matches!(method, Method::GET | Method::HEAD);
    if writes && !same_origin(&app, request.headers()) {
        return Fail::new(StatusCode::FORBIDDEN, "This request did not come from a page of the desk.").into_response();
    }
    let Access::Roles(roles) = allowed else { return next.run(request).await };
    // A page's own stream must not keep a session awake that nobody sits at.
    let touch = !path.ends_with("/events");
    let session = match auth::token(request.headers()) {
        Some(token) => app.store.session(&token, touch).await,
        None => Ok(None),
    };
    let session = match session {
        Ok(Some(s)) => s,
        Ok(None) => return to_login(&method, request.headers()),
        Err(e) => return Fail::from(e).into_response(),
    };
    let held = &session.account.roles;
    if !held.iter().any(|r| roles.contains(r)) {
        let names: Vec<&str> = roles.iter().map(|r| StaffRole::title(*r)).collect();
        return Fail::new(StatusCode::FORBIDDEN, format!("This is for: {}.", names.join(", ").to_lowercase())).into_response();
    }
    if writes {
        request = match checked(request, &session.csrf).await {
            Ok(r) => r,
            Err(f) => return f.into_response(),
        };
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// A program: its token says whose it is and what it may do. A cookie counts for nothing, so no page elsewhere can use it.
async fn program(app: &App, mut request: Request, next: Next, scope: Scope, roles: &[StaffRole]) -> Response {
    let refuse = |status: StatusCode, words: &str| json_answer(status, &serde_json::json!({ "error": words }));
    let header = request.headers().get(header::AUTHORIZATION).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let token = header.strip_prefix("Bearer ").map(str::trim).filter(|t| !t.is_empty());
    let from = request.extensions().get::<ConnectInfo<Caller>>().map(|c| c.0.0);
    let found = match token {
        Some(t) => app.store.token(t).await,
        None => Ok(None),
    };
    let (account, scopes) = match found {
        Ok(Some(f)) => f,
        Ok(None) => {
            // Guessing is limited like logins; a token that fits is not.
            if from.is_some_and(|f| !auth::may_try(app, f)) {
                return refuse(StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute.");
            }
            let mut response = refuse(StatusCode::UNAUTHORIZED, "Send a token: Authorization: Bearer ...");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
        Err(e) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, &Fail::from(e).words),
    };
    if !scopes.contains(&scope) {
        return refuse(StatusCode::FORBIDDEN, &format!("This token lacks the scope {}.", scope.word()));
    }
    if !account.roles.iter().any(|r| roles.contains(r)) {
        return refuse(StatusCode::FORBIDDEN, "The token's account may not do this.");
    }
    request.extensions_mut().insert(Session { account, csrf: String::new() });
    let response = next.run(request).await;
    if response.status().is_success() || response.headers().get(header::CONTENT_TYPE).is_some_and(|c| c == "application/json") {
        return response;
    }
    // An error that a page's handler has made.
    refuse(response.status(), "This was not done. Look at the case at the desk.")
}

fn to_login(method: &Method, headers: &HeaderMap) -> Response {
    if headers.contains_key("hx-request") {
        // The whole page goes to the login, not the part that was asked for.
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", "/login")]).into_response();
    }
    if *method == Method::GET {
        return Redirect::to("/login?locked=1").into_response();
    }
    Fail::new(StatusCode::UNAUTHORIZED, "The session has ended. Log in again; nothing was changed.").into_response()
}

/// Browsers say where a request comes from.
fn same_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site"))
        && site != "same-origin"
    {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = origin.split_once("://").map_or("", |(_, h)| h).to_ascii_lowercase();
    app.hosts.contains(&host)
}

/// The token of the session, in a header or in the form. A form is read here and handed on.
async fn checked(request: Request, csrf: &str) -> Result<Request, Fail> {
    let refused = || Fail::new(StatusCode::FORBIDDEN, "The form is out of date. Load the page again.");
    if let Some(sent) = request.headers().get("x-csrf").and_then(|h| h.to_str().ok()) {
        return if same(sent, csrf) { Ok(request) } else { Err(refused()) };
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(refused());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, FORM).await.map_err(|_| Fail::new(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large."))?;
    // The token is hexadecimal, so that it stands in a form as it is.
    let sent = bytes.split(|b| *b == b'&').find_map(|pair| pair.strip_prefix(b"csrf=")).unwrap_or_default();
    if !same(std::str::from_utf8(sent).unwrap_or_default(), csrf) {
        return Err(refused());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}
