//! Entering a request, from whichever side it comes: page, interface for programs, watched folder.

use super::{policy_of, weigh};
use crate::model::days;
use crate::model::desk::{Actor, Move};
use crate::model::request::Request;
use crate::policy::{PURPOSES, authority_facts};
use crate::store::{CaseRow, MoveNote, NewCase, Store, StoreError};

/// What a request must say before it can be a case.
///
/// # Errors
/// What it lacks, in words.
pub fn complete(request: &Request) -> Result<(), String> {
    let p = &request.patient;
    if !p.names.iter().any(|n| !n.family.is_empty() && !n.given.is_empty()) {
        return Err("Give the patient's family and given names, or a FHIR Patient.".into());
    }
    if p.birth_date.as_deref().is_none_or(|d| days::number(d).is_none()) {
        return Err("Give the patient's date of birth: without it nobody of the same name can be told apart.".into());
    }
    if request.recipient.trim().is_empty() {
        return Err("Say who receives the disclosure.".into());
    }
    // Research has no person who asks for their record; it is run on the command line.
    if !PURPOSES.contains(&request.purpose.as_str()) || request.purpose.starts_with("research") {
        return Err("Choose the purpose.".into());
    }
    if request.received.as_deref().is_none_or(|d| days::number(d).is_none()) {
        return Err("Say when the request came in.".into());
    }
    for (date, words) in
        [(&request.due, "The due date"), (&request.from, "The first day in scope"), (&request.to, "The last day in scope")]
    {
        if date.as_deref().is_some_and(|d| days::number(d).is_none()) {
            return Err(format!("{words} is not a date."));
        }
    }
    Ok(())
}

/// Makes a case of a request, logs it, and gives it to `actor`.
///
/// # Errors
/// The request lacks something or contradicts its policy; the database.
pub async fn enter(store: &Store, mut request: Request, priority: i64, actor: &Actor) -> Result<CaseRow, StoreError> {
    let refused = |why: String| StoreError::Refused(why.trim_end_matches('.').to_string());
    complete(&request).map_err(refused)?;
    // Items of another authority's list are left away.
    authority_facts(request.authority.as_deref().unwrap_or_default()).map_err(|e| refused(e.to_string()))?;
    let site = store.site().await?;
    let known = policy_of(&site, &request).map_err(|e| refused(e.to_string()))?.authority;
    request.checklist.retain(|k, _| known.checklist.iter().any(|i| i.id == *k));
    let readiness = weigh(&site, &mut request).map_err(|e| refused(e.to_string()))?;
    let clock = &readiness.clock;
    let due = if clock.extended.is_empty() { &clock.due } else { &clock.extended };
    let new = NewCase {
        received: request.received.clone().unwrap_or_default(),
        due: due.clone(),
        blocks: i64::try_from(readiness.blocks.len()).unwrap_or(i64::MAX),
        priority,
        request,
    };
    let case = store.create_case(new, actor).await?;
    store.make_move(&case.id, actor, Move::Log, &MoveNote::default()).await?;
    store.assign(std::slice::from_ref(&case.id), actor.id, actor).await?;
    store.case(&case.id).await
}
