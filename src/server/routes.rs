//! Every route with who may use it. The router and this table are the permission matrix: a route that is not here is refused to
//! everybody, and `docs/desk.md` prints it.

use super::{
    App, accounts, approval, assets, audit, auth, cases, documents, downloads, events, hits, intake, listing, review, uploads,
};
use crate::model::desk::StaffRole::{self, Admin, Auditor, Clerk, PrivacyOfficer, Reviewer};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// Who may use a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everybody, without a login.
    Public,
    /// Whoever holds one of these roles.
    Roles(&'static [StaffRole]),
}

const EVERYBODY: Access = Access::Roles(&[Clerk, Reviewer, PrivacyOfficer, Admin, Auditor]);
const READ: Access = Access::Roles(&[Clerk, Reviewer, PrivacyOfficer, Auditor]);
const DESK: Access = Access::Roles(&[Clerk, Reviewer, PrivacyOfficer]);
const SECOND: Access = Access::Roles(&[Reviewer, PrivacyOfficer]);
const OFFICER: Access = Access::Roles(&[PrivacyOfficer]);
const ADMIN: Access = Access::Roles(&[Admin]);
const LOG: Access = Access::Roles(&[PrivacyOfficer, Auditor]);
const PACKET: Access = Access::Roles(&[Reviewer, PrivacyOfficer, Auditor]);

/// Method, path, access.
pub const TABLE: &[(&str, &str, Access)] = &[
    ("GET", "/", Access::Public),
    ("GET", "/health", Access::Public),
    ("GET", "/assets/{name}", Access::Public),
    ("GET", "/setup", Access::Public),
    ("POST", "/setup", Access::Public),
    ("GET", "/login", Access::Public),
    ("POST", "/login", Access::Public),
    ("POST", "/logout", EVERYBODY),
    ("GET", "/password", EVERYBODY),
    ("POST", "/password", EVERYBODY),
    ("GET", "/queue", READ),
    ("POST", "/queue/assign", DESK),
    ("GET", "/cases/new", DESK),
    ("GET", "/cases/new/checklist", DESK),
    ("POST", "/cases", DESK),
    ("GET", "/cases/{id}", READ),
    ("POST", "/cases/{id}/files", DESK),
    ("POST", "/cases/{id}/checklist", DESK),
    ("POST", "/cases/{id}/move", DESK),
    ("POST", "/cases/{id}/note", DESK),
    ("POST", "/cases/{id}/handoff", DESK),
    ("GET", "/cases/{id}/events", READ),
    ("GET", "/cases/{id}/review", READ),
    ("POST", "/cases/{id}/rule", SECOND),
    ("POST", "/cases/{id}/undo", SECOND),
    ("POST", "/cases/{id}/words", SECOND),
    ("GET", "/cases/{id}/document", READ),
    ("GET", "/cases/{id}/raw", READ),
    ("GET", "/cases/{id}/picture", READ),
    ("GET", "/cases/{id}/hits", READ),
    ("POST", "/cases/{id}/hits", SECOND),
    ("POST", "/cases/{id}/hits/undo", SECOND),
    ("POST", "/cases/{id}/box", SECOND),
    ("GET", "/cases/{id}/approval", READ),
    ("POST", "/cases/{id}/release", SECOND),
    ("POST", "/cases/{id}/purge", OFFICER),
    ("GET", "/cases/{id}/report", READ),
    ("GET", "/cases/{id}/letter", READ),
    ("GET", "/cases/{id}/package", DESK),
    ("GET", "/cases/{id}/packet", PACKET),
    ("GET", "/accounts", ADMIN),
    ("POST", "/accounts", ADMIN),
    ("POST", "/accounts/{id}", ADMIN),
    ("GET", "/audit", LOG),
    ("POST", "/audit/verify", LOG),
];

/// Who may, or `None` for a route that is not served.
pub fn access(method: &str, path: &str) -> Option<Access> {
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE.iter().find(|(m, p, _)| *m == method && *p == path).map(|(_, _, a)| *a)
}

/// The router. Only uploads may be large; they are streamed.
pub(super) fn all() -> Router<App> {
    Router::new()
        .route("/cases/{id}/files", post(uploads::receive))
        .layer(DefaultBodyLimit::disable())
        .route("/", get(auth::start))
        .route("/health", get(assets::health))
        .route("/assets/{name}", get(assets::asset))
        .route("/setup", get(auth::setup_page).post(auth::setup))
        .route("/login", get(auth::login_page).post(auth::login))
        .route("/logout", post(auth::logout))
        .route("/password", get(auth::password_page).post(auth::password))
        .route("/queue", get(listing::queue))
        .route("/queue/assign", post(listing::assign))
        .route("/cases/new", get(intake::page))
        .route("/cases/new/checklist", get(intake::checklist))
        .route("/cases", post(intake::create))
        .route("/cases/{id}", get(cases::page))
        .route("/cases/{id}/checklist", post(cases::checklist))
        .route("/cases/{id}/move", post(cases::make_move))
        .route("/cases/{id}/note", post(cases::note))
        .route("/cases/{id}/handoff", post(cases::handoff))
        .route("/cases/{id}/events", get(events::events))
        .route("/cases/{id}/review", get(review::page))
        .route("/cases/{id}/rule", post(review::rule))
        .route("/cases/{id}/undo", post(review::undo))
        .route("/cases/{id}/words", post(review::words))
        .route("/cases/{id}/document", get(documents::document))
        .route("/cases/{id}/raw", get(documents::raw))
        .route("/cases/{id}/picture", get(documents::picture))
        .route("/cases/{id}/hits", get(hits::page).post(hits::rule))
        .route("/cases/{id}/hits/undo", post(hits::undo))
        .route("/cases/{id}/box", post(hits::draw))
        .route("/cases/{id}/approval", get(approval::page))
        .route("/cases/{id}/release", post(approval::release))
        .route("/cases/{id}/purge", post(cases::purge))
        .route("/cases/{id}/report", get(downloads::report))
        .route("/cases/{id}/letter", get(downloads::letter))
        .route("/cases/{id}/package", get(downloads::package))
        .route("/cases/{id}/packet", get(downloads::packet))
        .route("/accounts", get(accounts::page).post(accounts::create))
        .route("/accounts/{id}", post(accounts::change))
        .route("/audit", get(audit::page))
        .route("/audit/verify", post(audit::verify))
}
