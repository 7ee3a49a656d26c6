//! Templates. Everything that is put into a page is escaped; nothing of an export is ever put in as markup.

use super::error::Fail;
use crate::model::days;
use crate::model::desk::StaffRole;
use crate::store::{Session, now};
use axum::http::StatusCode;
use axum::response::Html;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tera::{Context, Kwargs, State, Tera};

static TERA: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.autoescape_on(vec![".html"]);
    tera.register_filter("urlencode", |s: &str, _: Kwargs, _: &State| urlencoded(s));
    tera.register_filter("words", |s: &str, _: Kwargs, _: &State| s.replace(['_', '-'], " "));
    let pages = [
        ("base.html", include_str!("templates/base.html")),
        ("error.html", include_str!("templates/error.html")),
        ("setup.html", include_str!("templates/setup.html")),
        ("login.html", include_str!("templates/login.html")),
        ("code.html", include_str!("templates/code.html")),
        ("signed.html", include_str!("templates/signed.html")),
        ("signed-out.html", include_str!("templates/signed-out.html")),
        ("password.html", include_str!("templates/password.html")),
        ("queue.html", include_str!("templates/queue.html")),
        ("intake.html", include_str!("templates/intake.html")),
        ("checklist.html", include_str!("templates/checklist.html")),
        ("case.html", include_str!("templates/case.html")),
        ("review.html", include_str!("templates/review.html")),
        ("explained.html", include_str!("templates/explained.html")),
        ("document.html", include_str!("templates/document.html")),
        ("hits.html", include_str!("templates/hits.html")),
        ("approval.html", include_str!("templates/approval.html")),
        ("accounts.html", include_str!("templates/accounts.html")),
        ("dashboard.html", include_str!("templates/dashboard.html")),
        ("patient.html", include_str!("templates/patient.html")),
        ("settings.html", include_str!("templates/settings.html")),
        ("tokens.html", include_str!("templates/tokens.html")),
        ("totp.html", include_str!("templates/totp.html")),
        ("audit.html", include_str!("templates/audit.html")),
    ];
    let pages = pages.map(|(name, text)| (name, at_work(name).unwrap_or_else(|| text.to_string())));
    tera.add_raw_templates(pages).map_err(|e| format!("template: {e}"))?;
    Ok(tera)
});

/// In a debug build `DISCLOSE_PAGES` may name a folder from which pages, style and script are read instead, so that whoever works on them
/// need not compile. A release build has its own alone.
pub(super) fn at_work(name: &str) -> Option<String> {
    if !cfg!(debug_assertions) {
        return None;
    }
    std::fs::read_to_string(std::path::Path::new(&std::env::var_os("DISCLOSE_PAGES")?).join(name)).ok()
}

/// For a value in the query of an address (RFC 3986, 2.3).
pub(super) fn urlencoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

fn render(template: &str, values: Value) -> Result<String, Fail> {
    let broken = |e: String| {
        eprintln!("disclose: {e}");
        Fail::new(StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be made. The program's log says why.")
    };
    let tera = TERA.as_ref().map_err(|e| broken(e.clone()))?;
    let mut context = Context::new();
    if let Value::Object(map) = values {
        for (name, value) in map {
            context.insert(name, &value);
        }
    }
    tera.render(template, &context).map_err(|e| broken(format!("template {template}: {e:?}")))
}

/// A page without a session.
pub fn plain(template: &str, mut values: Value) -> Result<String, Fail> {
    values["title"] = json!("Records release desk");
    values["me"] = Value::Null;
    values["here"] = json!("");
    values["csrf"] = json!("");
    render(template, values)
}

/// A part of a page.
pub fn part(template: &str, values: Value) -> Result<Html<String>, Fail> {
    Ok(Html(render(template, values)?))
}

/// A page of somebody's. `here` names the place in the navigation.
pub fn page(template: &str, title: &str, here: &str, s: &Session, mut values: Value) -> Result<Html<String>, Fail> {
    let has = |r: StaffRole| s.account.roles.contains(&r);
    let desk = has(StaffRole::Clerk) || has(StaffRole::Reviewer) || has(StaffRole::PrivacyOfficer);
    values["title"] = json!(title);
    values["here"] = json!(here);
    values["csrf"] = json!(s.csrf);
    values["me"] = json!({
        "id": s.account.id,
        "name": s.account.name,
        "shown": s.account.shown,
        "roles": s.account.roles.iter().map(|r| r.title()).collect::<Vec<_>>().join(", "),
        "queue": desk || has(StaffRole::Auditor),
        "desk": desk,
        "second": has(StaffRole::Reviewer) || has(StaffRole::PrivacyOfficer),
        "officer": has(StaffRole::PrivacyOfficer),
        "admin": has(StaffRole::Admin),
        "settings": has(StaffRole::Admin) || has(StaffRole::PrivacyOfficer),
        "log": has(StaffRole::PrivacyOfficer) || has(StaffRole::Auditor),
    });
    Ok(Html(render(template, values)?))
}

/// The page of an error.
pub fn error(title: &str, words: &str) -> Option<String> {
    plain("error.html", json!({"heading": title, "words": words})).ok()
}

/// `2026-11-26 14:05` in UTC.
pub fn time(at: i64) -> String {
    let s = at.div_euclid(1000);
    let t = s.rem_euclid(86_400);
    format!("{} {:02}:{:02}", days::date(s.div_euclid(86_400)), t / 3600, t / 60 % 60)
}

/// Today, UTC.
pub fn today() -> String {
    days::date(now().div_euclid(86_400_000))
}

/// Days until a date; `None` without one.
pub fn days_left(due: &str) -> Option<i64> {
    Some(days::number(due)? - now().div_euclid(86_400_000))
}

/// A size for people.
pub fn size(bytes: i64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", (bytes + 512) / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}
