//! Review: what a person must settle, one item after another.

use super::documents::{json_of, list};
use super::error::Fail;
use super::listing::Rules;
use super::{App, listing, pages};
use crate::model::desk::{Actor, Move, OVERRIDE_REASONS, State as CaseState};
use crate::model::role::Role;
use crate::pipeline::{RawSpot, Rulings, spots_on_page};
use crate::store::{CaseRow, Effect, MoveNote, NewEntry, RulingRow, Session, SiteWord};
use crate::workflow;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Which item, or which document, to show.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    item: String,
    doc: usize,
    page: usize,
    at: String,
    mark: String,
    part: String,
}

/// A choice as a button: word, title, what it would do.
fn choice(word: &str, effects: &Value) -> Value {
    let effect = effects
        .as_array()
        .and_then(|l| l.iter().find(|e| e["choice"] == word))
        .and_then(|e| e["effect"].as_str())
        .unwrap_or_default();
    let title = match word {
        "keep" => "Keep".to_string(),
        "mask" => "Redact".into(),
        "withhold" => "Leave the document out".into(),
        "accept" => "Noted".into(),
        other => format!("[{}]", other.trim_start_matches("label:").to_uppercase()),
    };
    json!({"word": word, "title": title, "effect": effect})
}

fn with_defaults(item: &Value, ruling: Option<&RulingRow>, names: &HashMap<i64, String>) -> Value {
    let mut out = item.clone();
    for key in ["before", "mention", "after", "excerpt", "question", "kind"] {
        if out.get(key).is_none() {
            out[key] = json!("");
        }
    }
    for key in ["candidates", "also", "choices"] {
        if out.get(key).is_none() {
            out[key] = json!([]);
        }
    }
    if out.get("explained").is_none() {
        out["explained"] = Value::Null;
    }
    let words: Vec<String> =
        item["choices"].as_array().into_iter().flatten().filter_map(|c| c.as_str().map(str::to_string)).collect();
    out["buttons"] = words.iter().take(9).map(|w| choice(w, &item["effects"])).collect();
    out["roles"] = if words.iter().any(|w| w.starts_with("label:")) {
        let labels = Role::ALL.iter().filter(|r| **r != Role::Patient).map(|r| r.label_words().to_ascii_lowercase());
        json!(labels.collect::<Vec<_>>())
    } else {
        json!([])
    };
    out["ruled"] = json!(ruling.map(|r| r.ruling.clone()).unwrap_or_default());
    out["ruled_by"] = json!(ruling.and_then(|r| names.get(&r.account)).cloned().unwrap_or_default());
    out["ruled_at"] = json!(ruling.map(|r| pages::time(r.at)).unwrap_or_default());
    out
}

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fail> {
    let case = app.store.case(&id).await?;
    if case.run == 0 {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no result to review yet. Start processing first."));
    }
    let review = json_of(&app, &id, case.run, "internal", "review.json").await?;
    let documents = list(&app, &case).await?;
    let rulings = app.store.rulings(&id).await?;
    let names = listing::names(&app.store.accounts().await?);
    let items: Vec<Value> = review["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|i| with_defaults(i, i["id"].as_str().and_then(|n| rulings.get(n)), &names))
        .collect();
    let open = |i: &&Value| i["ruled"].as_str().unwrap_or_default().is_empty();
    let wanted = items.iter().position(|i| i["id"] == asked.item.as_str());
    let at = wanted.or_else(|| items.iter().position(|i| open(&i))).unwrap_or(0);
    let item = items.get(at).cloned().unwrap_or(Value::Null);
    // The document of the item, by its name as released or as it came.
    let file = item["place"]["file"].as_str().unwrap_or_default();
    let of_item = documents.iter().position(|d| d["file"] == file || d["path"] == file).map(|n| n + 1);
    let doc = if asked.doc > 0 { asked.doc } else { of_item.unwrap_or(1) };
    let next_open = items.iter().skip(at + 1).chain(items.iter().take(at)).find(open).and_then(|i| i["id"].as_str());
    let neighbour = |n: Option<usize>| n.and_then(|n| items.get(n)).and_then(|i| i["id"].as_str()).unwrap_or_default();
    let actor = s.account.actor();
    app.store.audit(NewEntry::new(&actor, &id, "review.view").with("item", item["id"].as_str().unwrap_or_default())).await?;
    let may = case.state == CaseState::Review
        && actor.any(&[crate::model::desk::StaffRole::Reviewer, crate::model::desk::StaffRole::PrivacyOfficer]);
    let facts = app.store.facts(&case).await?;
    let body = json!({
        "c": listing::row(&case, &names, &mut Rules::of(&app.store.site().await?)), "item": item, "at": at + 1, "count": items.len(),
        "items": items.iter().map(|i| json!({"id": i["id"], "kind": i["kind"], "ruled": i["ruled"], "mention": i["mention"],
            "question": i["question"], "here": i["id"] == item["id"]})).collect::<Vec<_>>(),
        "next_open": next_open.unwrap_or_default(), "previous": neighbour(at.checked_sub(1)), "next": neighbour(Some(at + 1)),
        "documents": documents.iter().enumerate().map(|(n, d)| json!({"no": n + 1, "path": d["path"], "state": d["state"],
            "changes": d["changes"], "here": n + 1 == doc})).collect::<Vec<_>>(),
        "doc": doc, "page": asked.page, "part": asked.part, "hit_at": asked.at, "hit_mark": asked.mark, "item_doc": asked.doc == 0 || Some(asked.doc) == of_item,
        "may": may, "can_undo": may && !rulings.is_empty(),
        "can_submit": workflow::step(&facts, &actor, Move::Submit).is_ok(),
        "can_process": workflow::step(&facts, &actor, Move::Process).is_ok(),
        "first": asked.doc > 0, "reasons": OVERRIDE_REASONS,
        "stale": case.outcome.is_empty() && case.run > 0,
    });
    pages::page("review.html", &format!("Review of case {}", case.no), "queue", &s, body)
}

/// A ruling.
#[derive(Deserialize)]
pub struct RuleForm {
    item: String,
    ruling: String,
}

/// The ruling as the pipeline writes it, when the item offers it.
fn normal(ruling: &str, choices: &[String]) -> Result<String, Fail> {
    let file = toml::to_string(&BTreeMap::from([("R", ruling)])).map_err(|_| Fail::bad("This is no ruling."))?;
    let read = Rulings::read(&format!("by = \"x\"\n[rulings]\n{file}"), "ruling").map_err(|_| Fail::bad("This is no ruling."))?;
    let ruling = read.get("R").ok_or_else(|| Fail::bad("This is no ruling."))?;
    if !ruling.fits(choices) {
        return Err(Fail::bad("This item cannot be ruled so."));
    }
    Ok(ruling.words())
}

/// Rules on an item, and goes on to the next open one. With the last ruling the case is run again.
pub async fn rule(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<RuleForm>,
) -> Result<Redirect, Fail> {
    let actor = s.account.actor();
    match ruled(&app, &actor, &id, &form).await? {
        Some(next) => Ok(Redirect::to(&format!("/cases/{id}/review?item={next}"))),
        None => Ok(Redirect::to(&format!("/cases/{id}"))),
    }
}

/// Rules on an item; gives the next open one. With the last one the case is run again.
pub async fn ruled(app: &App, actor: &Actor, id: &str, form: &RuleForm) -> Result<Option<String>, Fail> {
    let case = app.store.case(id).await?;
    let review = json_of(app, id, case.run, "internal", "review.json").await?;
    let items = review["items"].as_array().cloned().unwrap_or_default();
    let at = items.iter().position(|i| i["id"] == form.item.as_str());
    let Some((at, item)) = at.and_then(|n| items.get(n).map(|i| (n, i))) else {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no such review item."));
    };
    let choices: Vec<String> =
        item["choices"].as_array().into_iter().flatten().filter_map(|c| c.as_str().map(str::to_string)).collect();
    let ruling = normal(&form.ruling, &choices)?;
    app.store.rule(id, &form.item, &ruling, actor).await?;
    let rulings = app.store.rulings(id).await?;
    let open = |i: &&Value| i["id"].as_str().is_some_and(|n| !rulings.contains_key(n));
    if let Some(next) = items.iter().skip(at + 1).chain(items.iter().take(at)).find(open) {
        return Ok(Some(next["id"].as_str().unwrap_or_default().to_string()));
    }
    again(app, id, actor).await?;
    Ok(None)
}

/// Runs the case again with every ruling, when the rules allow it.
async fn again(app: &App, id: &str, actor: &Actor) -> Result<(), Fail> {
    let case: CaseRow = app.store.case(id).await?;
    if case.open_items == 0 && case.unapplied > 0 {
        app.store.make_move(id, actor, Move::Process, &MoveNote::default()).await?;
        app.bell.ring();
    }
    Ok(())
}

/// Takes the newest ruling back and shows its item.
pub async fn undo(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Redirect, Fail> {
    let item = app.store.undo_ruling(&id, &s.account.actor()).await?;
    Ok(Redirect::to(&format!("/cases/{id}/review?item={item}")))
}

/// A word of the case's own.
#[derive(Deserialize)]
pub struct WordForm {
    text: String,
    what: String,
    #[serde(default)]
    role: String,
    /// Number of the document in which the text was selected, 0 for none.
    #[serde(default)]
    doc: usize,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    reason: String,
    /// Which of the documents inside of that one.
    #[serde(default)]
    part: String,
    /// Page from 1 on which it was selected, 0 for none.
    #[serde(default)]
    page: u32,
    /// Which of the texts of the page, and where in it, in UTF-16 units.
    #[serde(default)]
    field: usize,
    #[serde(default)]
    from: usize,
    #[serde(default)]
    to: usize,
}

/// Has the text redacted that was selected on a page of a PDF or scan.
async fn on_page(app: &App, s: &Session, id: &str, form: &WordForm) -> Result<Redirect, Fail> {
    let case = app.store.case(id).await?;
    let (path, layer) = super::layers::original(app, &case, form.doc, &form.part, form.page as usize).await?;
    let range = layer.bytes_of(form.field, form.from, form.to);
    let spots = range.map(|r| spots_on_page(&layer, form.field, r, form.page, &path)).unwrap_or_default();
    if spots.is_empty() {
        return Err(Fail::bad("There is no such text on this page. Load it again and select the text, or draw a box."));
    }
    super::hits::redact_text(app, s, id, &path, spots, &form.reason).await?;
    Ok(Redirect::to(&format!("/cases/{id}/review?doc={}&part={}&page={}", form.doc, pages::urlencoded(&form.part), form.page)))
}

/// Has a text redacted at one place. As with hits, the case is run again when the reviewer says so.
async fn here(app: &App, s: &Session, id: &str, text: String, form: &WordForm) -> Result<Redirect, Fail> {
    let case = app.store.case(id).await?;
    let near = |t: &str| t.chars().take(200).collect::<String>();
    let wanted = RawSpot { text, before: near(&form.before), after: near(&form.after), ..RawSpot::default() };
    let (path, found) = super::documents::place_of(app, &case, form.doc, &form.part, wanted).await?;
    let Some((spot, count)) = found else {
        return Err(Fail::bad(
            "This text cannot be told apart at its place: select it in the document below, within one line, or redact it everywhere. \
             On pages of PDFs and scans select it on the page itself, or draw a box.",
        ));
    };
    super::hits::redact_text(app, s, id, &path, vec![(spot, count)], &form.reason).await?;
    Ok(Redirect::to(&format!("/cases/{id}/review?doc={}&part={}", form.doc, pages::urlencoded(&form.part))))
}

/// Has a text found everywhere in this case, or left alone.
pub async fn words(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Form(form): Form<WordForm>,
) -> Result<Redirect, Fail> {
    if form.what == "here" && form.page > 0 {
        return on_page(&app, &s, &id, &form).await;
    }
    let text = form.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() < 2 || text.chars().count() > 200 {
        return Err(Fail::bad("Select or type the text: two to two hundred characters."));
    }
    if form.what == "here" {
        return here(&app, &s, &id, text, &form).await;
    }
    let role = Role::ALL.iter().find(|r| r.label_words().eq_ignore_ascii_case(form.role.trim()) && **r != Role::Patient);
    let word = SiteWord {
        text,
        allow: form.what == "allow",
        role: role.map(|r| r.label_words().to_ascii_lowercase()).unwrap_or_default(),
        by: s.account.name.clone(),
    };
    let actor = s.account.actor();
    let entry = NewEntry::new(&actor, &id, "case.words").with("allow", word.allow);
    app.store
        .change_secret(&id, entry, Effect::Words, |secret| {
            secret.words.retain(|w| w.text != word.text);
            secret.words.push(word);
            Ok(())
        })
        .await?;
    app.store.make_move(&id, &actor, Move::Process, &MoveNote::default()).await?;
    app.bell.ring();
    Ok(Redirect::to(&format!("/cases/{id}")))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_ruling_must_be_one_and_be_offered() {
        let choices = ["keep".to_string(), "label:mother".to_string()];
        assert_eq!(normal("keep", &choices).unwrap(), "keep");
        assert_eq!(normal("label:Sister 2", &choices).unwrap(), "label:sister 2");
        for bad in ["mask", "x", "", "label:nobody", "keep\"\nR2 = \"keep"] {
            assert!(normal(bad, &choices).is_err(), "{bad}");
        }
    }
}
