//! Hits: everything the program has changed, with evidence and confidence, to be looked at and ruled otherwise.

use super::documents::json_of;
use super::error::Fail;
use super::listing::Rules;
use super::{App, listing, pages};
use crate::model::desk::{Move, OVERRIDE_REASONS, StaffRole, State as CaseState, reason_words};
use crate::model::role::Role;
use crate::pipeline::{RawSpot, Rulings};
use crate::store::{ByHand, Effect, NewEntry, Session, StoreError, now};
use crate::workflow;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Hits of one page of the list.
const ROWS: usize = 100;
/// What the program is less sure of is shown first when asked for.
const DOUBT: f64 = 0.8;

/// Which hits.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    label: String,
    doc: usize,
    show: String,
    page: usize,
}

/// A hit's place as `ByHand` says it.
fn place(action: &Value, inputs: &[Value]) -> ByHand {
    let text = |k: &str| action[k].as_str().unwrap_or_default().to_string();
    let (file, at) = (text("file"), text("place"));
    let input = inputs.iter().find(|i| i["file"] == file.as_str()).and_then(|i| i["path"].as_str()).unwrap_or(&file);
    let line = at.strip_prefix("line ").and_then(|r| r.split(' ').next()).and_then(|n| n.parse::<u64>().ok());
    let lines = inputs.iter().any(|i| i["file"] == file.as_str() && i["format"] == "fhir-ndjson");
    ByHand {
        what: "hit".into(),
        path: line.filter(|_| lines).map_or_else(|| input.to_string(), |n| format!("{input}:{n}")),
        depth: at.matches(" > ").count(),
        offset: action["offset"].as_u64().unwrap_or(0),
        length: action["length"].as_u64().unwrap_or(0),
        original: text("original"),
        label: text("label"),
        ..ByHand::default()
    }
}

fn ruling_on<'b>(list: &'b [ByHand], at: &ByHand) -> Option<&'b ByHand> {
    list.iter().rev().find(|b| b.same_place(at))
}

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(q): Query<Asked>,
) -> Result<Html<String>, Fail> {
    let case = app.store.case(&id).await?;
    if case.run == 0 {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no result yet."));
    }
    let report = json_of(&app, &id, case.run, "internal", "report.json").await?;
    let actor = s.account.actor();
    app.store.audit(NewEntry::new(&actor, &id, "review.hits").with("run", case.run)).await?;
    let secret = app.store.secret(&id).await?;
    let none = Vec::new();
    let inputs = report["inputs"].as_array().unwrap_or(&none);
    let all = report["actions"].as_array().unwrap_or(&none);
    let places: Vec<ByHand> = all.iter().map(|a| place(a, inputs)).collect();
    let seen = |at: &ByHand| ruling_on(&secret.by_hand, at).is_some();
    let reviewed = places.iter().filter(|p| seen(p)).count();
    let file = q.doc.checked_sub(1).and_then(|n| inputs.get(n)).and_then(|i| i["file"].as_str()).unwrap_or_default();
    let wanted = |a: &Value, at: &ByHand| {
        let sure = a["confidence"].as_f64().unwrap_or(1.0) >= DOUBT;
        (q.label.is_empty() || a["label"] == q.label.as_str())
            && (file.is_empty() || a["file"] == file)
            && match q.show.as_str() {
                "open" => !seen(at),
                "doubt" => !sure,
                "ruled" => seen(at),
                _ => true,
            }
    };
    let mut chosen: Vec<(&Value, &ByHand)> = all.iter().zip(&places).filter(|(a, p)| wanted(a, p)).collect();
    if q.show == "doubt" {
        let sure = |a: &Value| a["confidence"].as_f64().unwrap_or(1.0);
        chosen.sort_by(|a, b| sure(a.0).total_cmp(&sure(b.0)));
    }
    let total = chosen.len();
    let rows: Vec<Value> =
        chosen.iter().skip(q.page * ROWS).take(ROWS).map(|(a, p)| row(a, p, &secret.by_hand, inputs)).collect();
    let compared = report["identity"].as_array().unwrap_or(&none);
    let mut people = report["people"].as_array().cloned().unwrap_or_default();
    for p in &mut people {
        let on = secret.by_hand.iter().rev().find(|b| b.what == "person" && p["label"] == b.label.as_str());
        p["ruling"] = json!(on.map(|b| b.ruling.clone()).unwrap_or_default());
        p["explained"] = compared.iter().find(|c| c["label"] == p["label"]).map_or(Value::Null, |c| c["explained"].clone());
        p["hits"] = json!(all.iter().filter(|a| a["label"] == p["label"]).count());
    }
    let mut rows = rows;
    for r in &mut rows {
        let of = |p: &Value| p["label"] == r["label"] && !p["explained"].is_null();
        r["person"] = json!(people.iter().position(of).map_or(0, |n| n + 1));
    }
    let facts = app.store.facts(&case).await?;
    let may = matches!(case.state, CaseState::Review | CaseState::Validating)
        && actor.any(&[StaffRole::Reviewer, StaffRole::PrivacyOfficer]);
    let by_hand: Vec<Value> = secret
        .by_hand
        .iter()
        .enumerate()
        .filter(|(_, b)| b.what != "accept")
        .map(|(n, b)| {
            json!({"n": n, "what": b.what, "length": b.length, "path": b.path, "page": b.page, "original": b.original, "label": b.label, "ruling": b.ruling,
                "reason": reason_words(&b.reason), "by": b.by, "at": pages::time(b.at)})
        })
        .collect();
    let names = listing::names(&app.store.accounts().await?);
    let roles = Role::ALL.iter().filter(|r| **r != Role::Patient).map(|r| r.label_words().to_ascii_lowercase());
    let body = json!({
        "c": listing::row(&case, &names, &mut Rules::of(&app.store.site().await?)), "people": people, "label": q.label, "doc": q.doc, "show": q.show, "total": total,
        "all": all.len(), "reviewed": reviewed, "rows": rows, "page": q.page, "more": (q.page + 1) * ROWS < total,
        "next": q.page + 1, "previous": q.page.wrapping_sub(1), "may": may, "by_hand": by_hand, "words": secret.words,
        "reasons": OVERRIDE_REASONS, "roles": roles.collect::<Vec<_>>(), "stale": case.outcome.is_empty(),
        "can_process": workflow::step(&facts, &actor, Move::Process).is_ok(),
        "documents": inputs.iter().enumerate().map(|(n, i)| json!({"no": n + 1, "path": i["path"]})).collect::<Vec<_>>(),
    });
    pages::page("hits.html", &format!("Hits of case {}", case.no), "queue", &s, body)
}

fn row(a: &Value, at: &ByHand, by_hand: &[ByHand], inputs: &[Value]) -> Value {
    let mut out = a.clone();
    for key in [
        "original",
        "replacement",
        "label",
        "role",
        "rule",
        "place",
        "file",
        "basis",
        "reason",
        "action",
        "category",
        "decided_by",
    ] {
        if out.get(key).is_none_or(Value::is_null) {
            out[key] = json!("");
        }
    }
    let ruling = ruling_on(by_hand, at);
    out["ruled"] =
        json!(ruling.map(|b| if b.what == "accept" { "accepted".to_string() } else { b.ruling.clone() }).unwrap_or_default());
    out["doc"] = json!(inputs.iter().position(|i| i["file"] == a["file"]).map_or(0, |n| n + 1));
    let sure = a["confidence"].as_f64().unwrap_or(0.0);
    out["percent"] = json!((sure * 100.0).round() as i64);
    out["fixed"] = json!(matches!(a["action"].as_str(), Some("withhold" | "rewrite" | "review")));
    out
}

/// A ruling on hits.
pub async fn rule(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Redirect, Fail> {
    let of = |k: &str| form.iter().find(|(n, _)| n == k).map(|(_, v)| v.as_str()).unwrap_or_default();
    let case = app.store.case(&id).await?;
    let report = json_of(&app, &id, case.run, "internal", "report.json").await?;
    let none = Vec::new();
    let inputs = report["inputs"].as_array().unwrap_or(&none);
    let actions = report["actions"].as_array().unwrap_or(&none);
    let (ruling, reason) = (of("ruling"), of("reason"));
    let accept = ruling == "accept";
    let mut new: Vec<ByHand> = Vec::new();
    let label = of("label");
    if !label.is_empty() {
        let of_person = || actions.iter().filter(|a| a["label"] == label);
        if of_person().next().is_none() {
            return Err(Fail::new(StatusCode::NOT_FOUND, "There is no such person."));
        }
        if accept {
            new.extend(of_person().map(|a| place(a, inputs)));
        } else {
            new.push(ByHand { what: "person".into(), label: label.into(), ..ByHand::default() });
        }
    }
    for (_, no) in form.iter().filter(|(k, _)| k == "no") {
        let number = no.parse::<u64>().ok();
        let a = actions.iter().find(|a| number.is_some() && a["no"].as_u64() == number);
        let a = a.ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "There is no such hit."))?;
        if !accept && matches!(a["action"].as_str(), Some("withhold" | "rewrite" | "review")) {
            return Err(Fail::bad("This hit cannot be ruled here: it is settled as a review item, or follows from others."));
        }
        new.push(place(a, inputs));
    }
    if new.is_empty() {
        return Err(Fail::bad("Choose at least one hit or a person."));
    }
    let (word, reason) = if accept { (String::new(), String::new()) } else { checked(ruling, reason)? };
    for b in &mut new {
        if accept {
            b.what = "accept".into();
        }
        (b.ruling, b.reason, b.by, b.at) = (word.clone(), reason.clone(), s.account.name.clone(), now());
    }
    add(&app, &s, &id, new, if accept { "review.accept" } else { "review.hit" }, &word, &reason).await?;
    let back = of("back");
    let query = if back.starts_with('?') && back.len() < 500 { back } else { "" };
    Ok(Redirect::to(&format!("/cases/{id}/hits{query}")))
}

/// The ruling as the pipeline writes it, with its reason, which an override needs.
fn checked(ruling: &str, reason: &str) -> Result<(String, String), Fail> {
    if !OVERRIDE_REASONS.iter().any(|(w, _)| *w == reason) {
        return Err(Fail::bad("Choose a reason: who decides otherwise than the program says why."));
    }
    let file = toml::to_string(&HashMap::from([("R", ruling)])).map_err(|_| Fail::bad("This is no ruling."))?;
    let read = Rulings::read(&format!("by = \"x\"\n[rulings]\n{file}"), "ruling").map_err(|_| Fail::bad("This is no ruling."))?;
    let word = read.get("R").map(|r| r.words()).unwrap_or_default();
    if word == "keep" || word == "mask" || word.starts_with("label:") {
        return Ok((word, reason.to_string()));
    }
    Err(Fail::bad("A hit is kept, redacted, or given another label."))
}

async fn add(app: &App, s: &Session, id: &str, new: Vec<ByHand>, action: &str, ruling: &str, reason: &str) -> Result<(), Fail> {
    let actor = s.account.actor();
    let entry = NewEntry::new(&actor, id, action).with("count", new.len()).with("ruling", ruling).with("reason", reason);
    let effect = if action == "review.accept" { Effect::Seen(actor.id) } else { Effect::ByHand(actor.id) };
    let change = move |secret: &mut crate::store::CaseSecret| {
        for b in new {
            // What somebody has ruled is not silently accepted away.
            let ruled = secret.by_hand.iter().any(|o| o.same_place(&b) && o.what == "hit");
            if b.what == "accept" && ruled {
                continue;
            }
            secret.by_hand.retain(|o| !o.same_place(&b));
            secret.by_hand.push(b);
        }
        if secret.by_hand.len() > 50_000 {
            return Err(StoreError::Refused("there are too many rulings in this case".into()));
        }
        Ok(())
    };
    app.store.change_secret(id, entry, effect, change).await?;
    Ok(())
}

/// Which ruling to take back; the newest when none is named.
#[derive(Deserialize)]
pub struct UndoForm {
    #[serde(default)]
    n: Option<usize>,
}

/// Takes a ruling back.
pub async fn undo(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<UndoForm>,
) -> Result<Redirect, Fail> {
    let actor = s.account.actor();
    let entry = NewEntry::new(&actor, &id, "review.hit_undo");
    app.store
        .change_secret(&id, entry, Effect::ByHand(actor.id), |secret| {
            let at = form.n.unwrap_or(secret.by_hand.len().wrapping_sub(1));
            if at >= secret.by_hand.len() {
                return Err(StoreError::Refused("there is no ruling to take back".into()));
            }
            secret.by_hand.remove(at);
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}/hits")))
}

/// A box on a page, in parts of the page; without an area the page is left out.
#[derive(Deserialize)]
pub struct BoxForm {
    doc: usize,
    page: u32,
    #[serde(default)]
    left: f64,
    #[serde(default)]
    top: f64,
    #[serde(default)]
    right: f64,
    #[serde(default)]
    bottom: f64,
    what: String,
    reason: String,
    /// Which of the documents inside of that one.
    #[serde(default)]
    part: String,
}

/// Draws a box on a page of a PDF or scan, or leaves the page out.
pub async fn draw(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<BoxForm>,
) -> Result<Redirect, Fail> {
    let case = app.store.case(&id).await?;
    let list = super::documents::list(&app, &case).await?;
    let row = form.doc.checked_sub(1).and_then(|n| list.get(n));
    let row = row.ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "There is no such document."))?;
    if form.part.is_empty() && !matches!(row["format"].as_str(), Some("pdf" | "png" | "jpeg" | "tiff")) {
        return Err(Fail::bad("A box can be drawn on the pages of PDFs and scans only."));
    }
    // Another one than those there are is none, and fits nothing.
    let sides = super::documents::sides(&app, &case, form.doc, &form.part).await?;
    let (_, reason) = checked("mask", &form.reason)?;
    let part = |v: f64| (v.clamp(0.0, 1.0) * 10_000.0).round() as u32;
    let area = [part(form.left), part(form.top), part(form.right), part(form.bottom)];
    let whole = form.what == "page";
    if form.page == 0 || (!whole && (area[0] >= area[2] || area[1] >= area[3])) {
        return Err(Fail::bad("Draw the box from one corner to the other."));
    }
    let new = ByHand {
        what: if whole { "page" } else { "box" }.into(),
        path: sides.name,
        page: form.page,
        area: if whole { [0; 4] } else { area },
        ruling: "mask".into(),
        reason: reason.clone(),
        by: s.account.name.clone(),
        at: now(),
        ..ByHand::default()
    };
    let action = if whole { "review.page" } else { "review.box" };
    add(&app, &s, &id, vec![new], action, "mask", &reason).await?;
    Ok(Redirect::to(&format!("/cases/{id}/review?doc={}&part={}&page={}", form.doc, pages::urlencoded(&form.part), form.page)))
}

/// Has a text redacted where it was selected.
pub async fn redact_text(
    app: &App,
    s: &Session,
    id: &str,
    path: &str,
    spots: Vec<(RawSpot, usize)>,
    reason: &str,
) -> Result<(), Fail> {
    let reason = if reason.is_empty() { "third_party" } else { reason };
    let (_, reason) = checked("mask", reason)?;
    let made = |(spot, count): (RawSpot, usize)| ByHand {
        what: "text".into(),
        path: path.into(),
        page: spot.page,
        original: spot.text,
        before: spot.before,
        after: spot.after,
        // How many places read the same, and go together.
        length: count as u64,
        ruling: "mask".into(),
        reason: reason.clone(),
        by: s.account.name.clone(),
        at: now(),
        ..ByHand::default()
    };
    add(app, s, id, spots.into_iter().map(made).collect(), "review.text", "mask", &reason).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_known_by_its_place_in_what_came_in() {
        let inputs = [
            json!({"path": "in/a.ndjson", "file": "a.ndjson", "format": "fhir-ndjson"}),
            json!({"path": "b.txt", "file": "b.txt", "format": "text"}),
        ];
        let a = json!({"file": "a.ndjson", "place": "line 3 /note/0/text", "offset": 9, "length": 4, "original": "Jane"});
        assert_eq!(place(&a, &inputs).path, "in/a.ndjson:3");
        let b = json!({"file": "b.txt", "place": "line 3", "offset": 9, "length": 4, "original": "Jane"});
        let b = place(&b, &inputs);
        assert_eq!((b.path.as_str(), b.depth), ("b.txt", 0));
        let c = ByHand { ruling: "keep".into(), ..b.clone() };
        assert!(ruling_on(std::slice::from_ref(&c), &b).is_some());
        assert!(checked("keep", "").is_err() && checked("withhold", "other").is_err() && checked("label:aunt", "other").is_ok());
    }
}
