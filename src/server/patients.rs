//! A patient's page: their cases, and the accounting of disclosures for six years (45 CFR 164.528).

use super::error::Fail;
use super::{App, listing, pages};
use crate::store::{Disclosure, NewEntry, Session, now};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::{Value, json};

/// From a case to its patient.
pub async fn of_case(State(app): State<App>, Path(id): Path<String>) -> Result<Redirect, Fail> {
    Ok(Redirect::to(&format!("/patients/{}", app.store.patient_of(&id).await?)))
}

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(word): Path<String>,
) -> Result<Html<String>, Fail> {
    let patient = app.store.patient(&word).await?;
    let names = listing::names(&app.store.accounts().await?);
    let site = app.store.site().await?;
    let mut rules = listing::Rules::of(&site);
    let mut cases = Vec::new();
    for id in &patient.cases {
        app.store.audit(NewEntry::new(&s.account.actor(), id, "patient.view")).await?;
        cases.push(listing::row_in(&app.store.case(id).await?, &names, &mut rules));
    }
    let who = cases.iter().find(|c| c["purged"] == false);
    let name = who.and_then(|c| c["patient"].as_str()).map(str::to_string);
    let name = name.or_else(|| patient.disclosures.last().map(|d| d.patient.clone())).unwrap_or_default();
    let born = who.map_or(Value::Null, |c| c["birth_date"].clone());
    let body = json!({"word": word, "name": name, "born": born, "cases": cases, "disclosures": patient.disclosures});
    pages::page("patient.html", "Patient", "queue", &s, body)
}

/// A value of a CSV file. What a spreadsheet would take for a formula gets a sign in front that makes it text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_string() };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The accounting as a file: the disclosures that belong into it, and those of which a person must determine it.
fn csv(list: &[Disclosure]) -> String {
    let mut out = String::from("\u{feff}date,recipient,address,description,purpose,authority,accountable,case,recalled\r\n");
    for d in list.iter().filter(|d| d.accountable != "no") {
        let no = d.no.to_string();
        let fields: [&str; 9] = [
            &d.date,
            &d.recipient,
            &d.recipient_address,
            &d.description,
            &d.purpose,
            &d.authority,
            &d.accountable,
            &no,
            if d.recalled { "yes" } else { "" },
        ];
        out.push_str(&fields.iter().map(|f| cell(f)).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    }
    out
}

/// The accounting for the patient.
pub async fn accounting(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(word): Path<String>,
) -> Result<Response, Fail> {
    let patient = app.store.patient(&word).await?;
    let actor = s.account.actor();
    let first = patient.cases.first().cloned().unwrap_or_default();
    app.store.audit(NewEntry::new(&actor, &first, "download.accounting").with("rows", patient.disclosures.len())).await?;
    let name = format!("accounting-{}.csv", pages::time(now()).get(..10).unwrap_or_default());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, csv(&patient.disclosures)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accounting_holds_what_it_must_and_no_formula() {
        let d = |recipient: &str, accountable: &str| Disclosure {
            date: "2026-11-26".into(),
            recipient: recipient.into(),
            accountable: accountable.into(),
            ..Disclosure::default()
        };
        let text = csv(&[d("County \"Court\"", "yes"), d("The patient", "no"), d("=HYPERLINK(1)", "open")]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].contains("\"County \"\"Court\"\"\"") && lines[2].contains("\"'=HYPERLINK(1)\""));
    }
}
