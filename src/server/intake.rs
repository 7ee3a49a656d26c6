//! Taking a request in.

use super::error::Fail;
use super::{App, listing, pages};
use crate::model::days;
use crate::model::desk::Site;
use crate::model::person::{Address, Name, Telecom};
use crate::model::policy::AuthorityFacts;
use crate::model::request::{Answer, Identity, Party, Request};
use crate::people::identity::{read_identity, split_identifier};
use crate::policy::{PURPOSES, PolicyError, authority_facts};
use crate::queue::{enter, policy_of};
use crate::store::{Session, StoreError};
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Kinds of requesters (model::request::Party).
const KINDS: &[&str] = &["patient", "personal_representative", "attorney", "insurer", "employer", "provider", "court", "other"];

/// What the form begins with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    authority: String,
    purpose: String,
}

/// The items of an authority's checklist with their answers, for the template.
pub fn items(facts: &AuthorityFacts, answers: &BTreeMap<String, Answer>) -> Value {
    let list: Vec<Value> = facts
        .checklist
        .iter()
        .map(|i| {
            let a = answers.get(&i.id).cloned().unwrap_or_default();
            let state = if a.state.is_empty() { "open".to_string() } else { a.state };
            json!({"id": i.id, "text": i.text, "citation": i.citation, "when": i.when, "state": state, "by": a.by, "note": a.note})
        })
        .collect();
    json!({
        "checklist": list, "checklist_title": facts.checklist_title, "authority_title": facts.title, "scope": facts.scope,
        "clock_kind": facts.clock.kind, "clock_days": facts.clock.days, "clock_citation": facts.clock.citation,
        "applies": facts.applies, "applies_citation": facts.citation,
    })
}

/// What an authority asks for, with what the site's policy for the purpose says otherwise.
fn asked_for(site: &Site, purpose: &str, authority: &str) -> Result<AuthorityFacts, Fail> {
    let refused = |e: PolicyError| Fail::bad(e.to_string());
    let facts = authority_facts(authority).map_err(refused)?;
    if !PURPOSES.contains(&purpose) {
        return Ok(facts);
    }
    let request = Request { purpose: purpose.into(), authority: Some(authority.into()), ..Request::default() };
    Ok(policy_of(site, &request).map_err(refused)?.authority)
}

/// The form.
pub async fn page(State(app): State<App>, Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    form(&app.store.site().await?, &s, &HashMap::new(), "")
}

fn form(site: &Site, s: &Session, sent: &HashMap<String, String>, error: &str) -> Result<Html<String>, Fail> {
    let of = |k: &str| sent.get(k).cloned().unwrap_or_default();
    let authority = if of("authority").is_empty() { "authorization_164_508".to_string() } else { of("authority") };
    let purpose =
        if of("purpose").is_empty() { PURPOSES.first().copied().unwrap_or_default().to_string() } else { of("purpose") };
    let mut body = items(&asked_for(site, &purpose, &authority)?, &answers(sent, ""));
    let fields = [
        "family",
        "given",
        "birth_date",
        "sex",
        "identifier",
        "former",
        "street",
        "city",
        "region",
        "postal_code",
        "phone",
        "patient_json",
        "purpose",
        "recipient",
        "recipient_address",
        "requester_name",
        "requester_kind",
        "requester_organization",
        "reference",
        "received",
        "due",
        "from",
        "to",
        "priority",
    ];
    let mut values: serde_json::Map<String, Value> = fields.iter().map(|f| (f.to_string(), json!(of(f)))).collect();
    if of("received").is_empty() {
        values.insert("received".into(), json!(pages::today()));
    }
    body["v"] = Value::Object(values);
    body["authority"] = json!(authority);
    body["error"] = json!(error);
    body["keep_clinicians"] = json!(sent.contains_key("keep_clinicians"));
    body["court_filing"] = json!(sent.contains_key("court_filing"));
    // Research has no person who asks for their record; it is run on the command line.
    let purposes: Vec<&str> = PURPOSES.iter().copied().filter(|p| !p.starts_with("research")).collect();
    body["purposes"] = json!(purposes);
    body["authorities"] = json!(listing::authorities());
    body["kinds"] = json!(KINDS);
    pages::page("intake.html", "New request", "new", s, body)
}

/// The checklist of another authority, for the form.
pub async fn checklist(State(app): State<App>, Query(a): Query<Asked>) -> Result<Html<String>, Fail> {
    let facts = asked_for(&app.store.site().await?, &a.purpose, &a.authority)?;
    pages::part("checklist.html", items(&facts, &BTreeMap::new()))
}

/// Answers of a form: `check.ITEM` and `note.ITEM`.
pub fn answers(sent: &HashMap<String, String>, by: &str) -> BTreeMap<String, Answer> {
    let mut out = BTreeMap::new();
    for (key, state) in sent {
        let Some(item) = key.strip_prefix("check.") else { continue };
        let known = ["met", "not_met", "not_applicable"].contains(&state.as_str());
        let note = sent.get(&format!("note.{item}")).map(|n| n.trim().to_string()).unwrap_or_default();
        let answer = Answer {
            state: if known { state.clone() } else { "open".into() },
            by: if known { by.to_string() } else { String::new() },
            note,
            evidence: String::new(),
        };
        out.insert(item.to_string(), answer);
    }
    out
}

fn some(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

fn identity(of: &dyn Fn(&str) -> String) -> Result<Identity, String> {
    let pasted = of("patient_json");
    if !pasted.trim().is_empty() {
        return read_identity(pasted.as_bytes(), "Patient").map_err(|e| e.to_string());
    }
    let (family, given) = (of("family").trim().to_string(), of("given"));
    if family.is_empty() || given.trim().is_empty() {
        return Err("Give the patient's family and given names, or a FHIR Patient.".into());
    }
    let given: Vec<String> = given.split_whitespace().map(str::to_string).collect();
    let name = Name { family, given: given.clone(), ..Name::default() };
    let mut out = Identity { names: vec![name], birth_date: some(of("birth_date")), sex: some(of("sex")), ..Identity::default() };
    if out.birth_date.as_deref().is_none_or(|d| days::number(d).is_none()) {
        return Err("Give the patient's date of birth: without it nobody of the same name can be told apart.".into());
    }
    for former in of("former").split(';').filter_map(|f| some(f.into())) {
        out.former_names.push(Name { family: former, given: given.clone(), ..Name::default() });
    }
    for text in of("identifier").split([';', '\n']).filter_map(|i| some(i.into())) {
        out.identifiers.push(split_identifier(&text));
    }
    if let Some(street) = some(of("street")) {
        out.addresses.push(Address {
            lines: vec![street],
            city: of("city").trim().into(),
            state: of("region").trim().into(),
            postal_code: of("postal_code").trim().into(),
            ..Address::default()
        });
    }
    if let Some(value) = some(of("phone")) {
        out.telecoms.push(Telecom { system: "phone".into(), value });
    }
    Ok(out)
}

fn request(sent: &HashMap<String, String>, by: &str) -> Result<Request, String> {
    let of = |k: &str| sent.get(k).cloned().unwrap_or_default();
    let patient = identity(&of)?;
    if of("recipient").trim().is_empty() {
        return Err("Say who receives the disclosure.".into());
    }
    let received = of("received");
    if days::number(&received).is_none() {
        return Err("Say when the request came in.".into());
    }
    for (field, words) in [("due", "The due date"), ("from", "The first day in scope"), ("to", "The last day in scope")] {
        if some(of(field)).is_some_and(|d| days::number(&d).is_none()) {
            return Err(format!("{words} is not a date."));
        }
    }
    Ok(Request {
        patient,
        purpose: of("purpose"),
        recipient: of("recipient").trim().to_string(),
        authority: some(of("authority")),
        from: some(of("from")),
        to: some(of("to")),
        keep_clinicians: sent.contains_key("keep_clinicians"),
        court_filing: sent.contains_key("court_filing"),
        requester: Party {
            name: of("requester_name").trim().into(),
            kind: if KINDS.contains(&of("requester_kind").as_str()) { of("requester_kind") } else { "other".into() },
            organization: of("requester_organization").trim().into(),
            address: String::new(),
        },
        recipient_address: some(of("recipient_address")),
        reference: some(of("reference")),
        received: Some(received),
        due: some(of("due")),
        checklist: answers(sent, by),
        ..Request::default()
    })
}

/// Makes the case and enters it.
pub async fn create(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(sent): Form<HashMap<String, String>>,
) -> Result<Response, Fail> {
    let request = match request(&sent, &s.account.shown) {
        Ok(r) => r,
        Err(why) => {
            return Ok(
                (axum::http::StatusCode::UNPROCESSABLE_ENTITY, form(&app.store.site().await?, &s, &sent, &why)?).into_response()
            );
        }
    };
    let priority = i64::from(sent.get("priority").is_some_and(|p| p == "high"));
    let case = match enter(&app.store, request, priority, &s.account.actor()).await {
        Ok(case) => case,
        Err(StoreError::Refused(why)) => {
            return Ok(
                (axum::http::StatusCode::UNPROCESSABLE_ENTITY, form(&app.store.site().await?, &s, &sent, &why)?).into_response()
            );
        }
        Err(e) => return Err(e.into()),
    };
    Ok(Redirect::to(&format!("/cases/{}", case.id)).into_response())
}
