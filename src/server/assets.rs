//! Style, script and picture of the desk, in the binary.

use super::error::Fail;
use super::pages;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

/// The program's own files.
pub async fn asset(Path(name): Path<String>) -> Result<Response, Fail> {
    let (kind, text): (&str, &'static str) = match name.as_str() {
        "desk.css" => ("text/css; charset=utf-8", include_str!("assets/desk.css")),
        "desk.js" => ("text/javascript; charset=utf-8", include_str!("assets/desk.js")),
        "htmx.min.js" => ("text/javascript; charset=utf-8", include_str!("assets/htmx.min.js")),
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        "manifest.webmanifest" => ("application/manifest+json", include_str!("assets/manifest.webmanifest")),
        _ => return Err(Fail::new(StatusCode::NOT_FOUND, "There is no such file.")),
    };
    let text = pages::at_work(&format!("../assets/{name}")).map_or(Cow::Borrowed(text), Cow::Owned);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text.into_owned()).into_response())
}

/// For a supervisor: the process answers.
pub async fn health() -> &'static str {
    "ok\n"
}
