//! Every route with who may use it. The router and this table are the permission matrix: a route that is not here is refused to
//! everybody, and `docs/desk.md` prints it.

use super::{
    App, accounts, api, approval, assets, audit, auth, cases, dashboard, documents, downloads, events, handover, hits, intake,
    layers, listing, oidc, openapi, patients, review, settings, tokens, totp, uploads,
};
use crate::model::desk::Scope;
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
    /// A program with a token of this scope, of an account that holds one of these roles.
    Api(Scope, &'static [StaffRole]),
}

const READERS: &[StaffRole] = &[Clerk, Reviewer, PrivacyOfficer, Auditor];
const WORKERS: &[StaffRole] = &[Clerk, Reviewer, PrivacyOfficer];
const SECONDS: &[StaffRole] = &[Reviewer, PrivacyOfficer];
const EVERYBODY: Access = Access::Roles(&[Clerk, Reviewer, PrivacyOfficer, Admin, Auditor]);
const READ: Access = Access::Roles(READERS);
const DESK: Access = Access::Roles(WORKERS);
const SECOND: Access = Access::Roles(SECONDS);
const OFFICER: Access = Access::Roles(&[PrivacyOfficer]);
const ADMIN: Access = Access::Roles(&[Admin]);
const SETTINGS: Access = Access::Roles(&[PrivacyOfficer, Admin]);
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
    ("GET", "/oidc/start", Access::Public),
    ("GET", "/oidc/back", Access::Public),
    ("POST", "/oidc/code", Access::Public),
    ("POST", "/logout", EVERYBODY),
    ("GET", "/password", EVERYBODY),
    ("POST", "/password", EVERYBODY),
    ("GET", "/dashboard", READ),
    ("GET", "/patients/{id}", READ),
    ("GET", "/patients/{id}/accounting", READ),
    ("GET", "/settings", SETTINGS),
    ("POST", "/settings", SETTINGS),
    ("GET", "/queue", READ),
    ("POST", "/queue/views", READ),
    ("POST", "/queue/assign", DESK),
    ("POST", "/queue/again", DESK),
    ("GET", "/cases/new", DESK),
    ("GET", "/cases/new/checklist", DESK),
    ("POST", "/cases", DESK),
    ("GET", "/cases/{id}", READ),
    ("POST", "/cases/{id}/files", DESK),
    ("POST", "/cases/{id}/checklist", DESK),
    ("POST", "/cases/{id}/move", DESK),
    ("POST", "/cases/{id}/rules", SECOND),
    ("POST", "/cases/{id}/note", DESK),
    ("POST", "/cases/{id}/handoff", DESK),
    ("GET", "/cases/{id}/patient", READ),
    ("POST", "/cases/{id}/extend", DESK),
    ("GET", "/cases/{id}/write-letter", READ),
    ("POST", "/cases/{id}/deliver", SECOND),
    ("GET", "/cases/{id}/events", READ),
    ("GET", "/cases/{id}/review", READ),
    ("POST", "/cases/{id}/rule", SECOND),
    ("POST", "/cases/{id}/undo", SECOND),
    ("POST", "/cases/{id}/words", SECOND),
    ("GET", "/cases/{id}/document", READ),
    ("GET", "/cases/{id}/raw", READ),
    ("GET", "/cases/{id}/picture", READ),
    ("GET", "/cases/{id}/layer", READ),
    ("GET", "/cases/{id}/find", READ),
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
    ("GET", "/tokens", READ),
    ("POST", "/tokens", READ),
    ("POST", "/tokens/{id}", READ),
    ("GET", "/totp", EVERYBODY),
    ("POST", "/totp", EVERYBODY),
    ("POST", "/totp/remove", EVERYBODY),
    ("GET", "/api/v1/openapi.json", Access::Public),
    ("GET", "/api/v1/cases", Access::Api(Scope::CasesRead, READERS)),
    ("POST", "/api/v1/cases", Access::Api(Scope::CasesWrite, WORKERS)),
    ("GET", "/api/v1/cases/{id}", Access::Api(Scope::CasesRead, READERS)),
    ("POST", "/api/v1/cases/{id}/files", Access::Api(Scope::CasesWrite, WORKERS)),
    ("POST", "/api/v1/cases/{id}/moves", Access::Api(Scope::CasesWrite, WORKERS)),
    ("GET", "/api/v1/cases/{id}/items", Access::Api(Scope::CasesRead, READERS)),
    ("POST", "/api/v1/cases/{id}/rulings", Access::Api(Scope::ReviewWrite, SECONDS)),
    ("GET", "/api/v1/cases/{id}/package", Access::Api(Scope::ReleaseRead, WORKERS)),
    ("GET", "/api/v1/cases/{id}/packet", Access::Api(Scope::ReleaseRead, &[Reviewer, PrivacyOfficer, Auditor])),
    ("GET", "/api/v1/audit", Access::Api(Scope::AuditRead, &[PrivacyOfficer, Auditor])),
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
        .route("/api/v1/cases/{id}/files", post(api::file))
        .layer(DefaultBodyLimit::disable())
        .route("/", get(auth::start))
        .route("/health", get(assets::health))
        .route("/assets/{name}", get(assets::asset))
        .route("/setup", get(auth::setup_page).post(auth::setup))
        .route("/login", get(auth::login_page).post(auth::login))
        .route("/oidc/start", get(oidc::start))
        .route("/oidc/back", get(oidc::back))
        .route("/oidc/code", post(oidc::code))
        .route("/logout", post(auth::logout))
        .route("/password", get(auth::password_page).post(auth::password))
        .route("/dashboard", get(dashboard::page))
        .route("/patients/{id}", get(patients::page))
        .route("/patients/{id}/accounting", get(patients::accounting))
        .route("/settings", get(settings::page).post(settings::change))
        .route("/queue", get(listing::queue))
        .route("/queue/views", post(listing::save_view))
        .route("/queue/assign", post(listing::assign))
        .route("/queue/again", post(listing::again))
        .route("/cases/new", get(intake::page))
        .route("/cases/new/checklist", get(intake::checklist))
        .route("/cases", post(intake::create))
        .route("/cases/{id}", get(cases::page))
        .route("/cases/{id}/checklist", post(cases::checklist))
        .route("/cases/{id}/move", post(cases::make_move))
        .route("/cases/{id}/rules", post(cases::keep_in_spite))
        .route("/cases/{id}/note", post(cases::note))
        .route("/cases/{id}/handoff", post(cases::handoff))
        .route("/cases/{id}/patient", get(patients::of_case))
        .route("/cases/{id}/extend", post(handover::extend))
        .route("/cases/{id}/write-letter", get(handover::write_letter))
        .route("/cases/{id}/deliver", post(handover::deliver))
        .route("/cases/{id}/events", get(events::events))
        .route("/cases/{id}/review", get(review::page))
        .route("/cases/{id}/rule", post(review::rule))
        .route("/cases/{id}/undo", post(review::undo))
        .route("/cases/{id}/words", post(review::words))
        .route("/cases/{id}/document", get(documents::document))
        .route("/cases/{id}/raw", get(documents::raw))
        .route("/cases/{id}/picture", get(documents::picture))
        .route("/cases/{id}/layer", get(layers::layer))
        .route("/cases/{id}/find", get(layers::find))
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
        .route("/tokens", get(tokens::page).post(tokens::create))
        .route("/tokens/{id}", post(tokens::revoke))
        .route("/totp", get(totp::page).post(totp::confirm))
        .route("/totp/remove", post(totp::remove))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/cases", get(api::cases).post(api::create))
        .route("/api/v1/cases/{id}", get(api::case))
        .route("/api/v1/cases/{id}/moves", post(api::make_move))
        .route("/api/v1/cases/{id}/items", get(api::items))
        .route("/api/v1/cases/{id}/rulings", post(api::rule))
        .route("/api/v1/cases/{id}/package", get(api::package))
        .route("/api/v1/cases/{id}/packet", get(api::packet))
        .route("/api/v1/audit", get(api::audit))
        .route("/audit", get(audit::page))
        .route("/audit/verify", post(audit::verify))
}
