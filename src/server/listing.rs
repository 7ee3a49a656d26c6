//! The queue.

use super::error::Fail;
use super::{App, calendar, pages, site_policy};
use crate::model::days;
use crate::model::desk::{Move, PEND_REASONS, Site, State};
use crate::policy::{authority_facts, authority_words};
use crate::store::{Account, CaseRow, Filter, MoveNote, NewEntry, Session, Sort, StoreError, now};
use axum::extract::{Query, State as With};
use axum::response::{Html, Redirect};
use axum::{Extension, Form};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

const ROWS: i64 = 50;

/// What the address asks for.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    view: String,
    q: String,
    sort: String,
    dir: String,
    page: i64,
    authority: String,
}

const VIEWS: &[(&str, &str)] = &[
    ("open", "Open"),
    ("mine", "Mine"),
    ("review", "In review"),
    ("second", "Second approval"),
    ("pended", "Pended"),
    ("overdue", "Overdue"),
    ("older", "Older rules"),
    ("done", "Done"),
    ("all", "All"),
];

fn filter(a: &Asked, me: i64, site: &Site) -> Filter {
    let mut f = Filter {
        authority: a.authority.clone(),
        search: a.q.chars().take(200).collect(),
        sort: Sort::parse(&a.sort),
        down: a.dir == "desc",
        offset: a.page.clamp(0, 100_000) * ROWS,
        limit: ROWS,
        ..Filter::default()
    };
    match a.view.as_str() {
        "mine" => (f.open_only, f.assignee) = (true, Some(me)),
        "review" => f.states = vec![State::Review],
        "second" => f.states = vec![State::SecondApproval, State::Approved],
        "pended" => f.states = vec![State::Pended],
        "overdue" => (f.open_only, f.due_before) = (true, pages::today()),
        "older" => f.older_than = site_policy::purposes().map(|p| (p.to_string(), site.rules(p))).collect(),
        "done" => f.states = State::ALL.iter().copied().filter(|s| s.is_done()).collect(),
        "all" => {}
        _ => f.open_only = true,
    }
    f
}

/// How a due date is shown: class and words.
pub fn due(case: &CaseRow) -> (&'static str, String) {
    if case.state.is_done() {
        return ("done", String::new());
    }
    match pages::days_left(&case.due) {
        None => ("none", "no date".into()),
        Some(d) if d < 0 => ("over", if d == -1 { "1 day over".into() } else { format!("{} days over", -d) }),
        Some(0) => ("soon", "today".into()),
        Some(1) => ("soon", "1 day left".into()),
        Some(d) => (if d <= 5 { "soon" } else { "well" }, format!("{d} days left")),
    }
}

/// The rules of the site by purpose, each digest made once.
pub struct Rules<'s> {
    site: &'s Site,
    known: HashMap<String, String>,
}

impl<'s> Rules<'s> {
    /// Those that hold now.
    pub fn of(site: &'s Site) -> Rules<'s> {
        Rules { site, known: HashMap::new() }
    }

    /// True when the case's result was made under others, and nobody has kept it in spite of these.
    pub fn are_newer_than(&mut self, case: &CaseRow) -> bool {
        let site = self.site;
        let now = self.known.entry(case.purpose.clone()).or_insert_with(|| site.rules(&case.purpose));
        case.is_older_than(now)
    }
}

/// A case for a template, with the working days that are left.
pub fn row_in(case: &CaseRow, names: &HashMap<i64, String>, rules: &mut Rules) -> Value {
    let mut out = row(case, names, rules);
    let c = &rules.site.calendar;
    if let Some(due) = days::number(&case.due).filter(|_| !case.state.is_done()) {
        let today = now().div_euclid(86_400_000);
        let by = calendar::on_or_before(c, due);
        out["working"] = json!(calendar::between(c, today, by));
        if by != due {
            out["act_by"] = json!(days::date(by));
        }
    }
    out
}

/// A case for a template.
pub fn row(case: &CaseRow, names: &HashMap<i64, String>, rules: &mut Rules) -> Value {
    let (class, left) = due(case);
    let authority = authority_facts(&case.authority).map(|f| f.title).unwrap_or_else(|_| case.authority.clone());
    json!({
        "id": case.id, "no": case.no, "state": case.state.word(), "state_title": case.state.title(),
        "reason": PEND_REASONS.iter().find(|(w, _)| *w == case.reason).map_or("", |(_, t)| t),
        "patient": case.who.patient, "birth_date": case.who.birth_date, "recipient": case.who.recipient,
        "authority": authority, "purpose": case.purpose, "requester_kind": case.requester_kind,
        "received": case.received, "due": case.due, "due_class": class, "left": left,
        "assignee": names.get(&case.assignee).cloned().unwrap_or_default(), "assignee_id": case.assignee,
        "documents": case.documents, "open_items": case.open_items, "all_items": case.all_items,
        "settled": case.all_items - case.open_items, "unapplied": case.unapplied, "run": case.run, "outcome": case.outcome,
        "verified": case.verified, "blocks": case.blocks, "approver": names.get(&case.approver).cloned().unwrap_or_default(),
        "purged": case.purged, "priority": case.priority, "working": -1, "act_by": "",
        "older": rules.are_newer_than(case), "kept": !case.kept_under.is_empty() && !case.state.is_done(),
    })
}

/// Names of accounts by number.
pub fn names(accounts: &[Account]) -> HashMap<i64, String> {
    accounts.iter().map(|a| (a.id, a.shown.clone())).collect()
}

/// The queue's page.
pub async fn queue(With(app): With<App>, Extension(s): Extension<Session>, Query(a): Query<Asked>) -> Result<Html<String>, Fail> {
    let accounts = app.store.accounts().await?;
    let site = app.store.site().await?;
    let found = app.store.list(&filter(&a, s.account.id, &site)).await?;
    // Whose names stand on the page, by the numbers of their cases.
    let shown: Vec<String> = found.cases.iter().filter(|c| !c.purged).map(|c| c.no.to_string()).collect();
    app.store.audit(NewEntry::new(&s.account.actor(), "", "queue.view").with("cases", shown.join(" "))).await?;
    let by_state: HashMap<State, i64> = app.store.counts().await?.into_iter().collect();
    let names = names(&accounts);
    let view = if a.view.is_empty() { "open" } else { &a.view };
    let open: i64 = by_state.iter().filter(|(s, _)| !s.is_done()).map(|(_, n)| n).sum();
    let of = |states: &[State]| states.iter().map(|s| by_state.get(s).copied().unwrap_or(0)).sum::<i64>();
    let views: Vec<Value> = VIEWS
        .iter()
        .map(|(word, title)| {
            let count = match *word {
                "open" => open,
                "review" => of(&[State::Review]),
                "second" => of(&[State::SecondApproval, State::Approved]),
                "pended" => of(&[State::Pended]),
                _ => -1,
            };
            json!({"word": word, "title": title, "count": count, "here": *word == view})
        })
        .collect();
    let sorts = [("no", "Case"), ("state", "Status"), ("received", "Received"), ("due", "Due"), ("open", "Open items")];
    let sort = if a.sort.is_empty() { "due" } else { &a.sort };
    let sorts: HashMap<&str, Value> = sorts
        .into_iter()
        .map(|(word, title)| {
            let here = word == sort;
            let dir = if here && a.dir != "desc" { "desc" } else { "asc" };
            let aria = match (here, a.dir == "desc") {
                (true, true) => "descending",
                (true, false) => "ascending",
                _ => "none",
            };
            (word, json!({"title": title, "dir": dir, "aria": aria}))
        })
        .collect();
    let saved: Vec<Value> =
        app.store.views(s.account.id).await?.into_iter().map(|(name, query)| json!({"name": name, "query": query})).collect();
    let mut rules = Rules::of(&site);
    let pages_of = ((found.total + ROWS - 1) / ROWS).max(1);
    let body = json!({
        "cases": found.cases.iter().map(|c| row_in(c, &names, &mut rules)).collect::<Vec<_>>(), "saved": saved,
        "total": found.total, "views": views, "view": view, "q": a.q, "sort": sort, "dir": a.dir, "authority": a.authority,
        "sorts": sorts, "page": a.page, "pages": pages_of, "previous": a.page - 1, "next": a.page + 1,
        "first_row": if found.total == 0 { 0 } else { a.page * ROWS + 1 }, "last_row": a.page * ROWS + found.cases.len() as i64,
        "people": accounts.iter().filter(|x| !x.disabled).map(|x| json!({"id": x.id, "shown": x.shown})).collect::<Vec<_>>(),
        "authorities": authorities(),
    });
    pages::page("queue.html", "Queue", "queue", &s, body)
}

/// Saves the present view under a name, or forgets one.
pub async fn save_view(
    With(app): With<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Redirect, Fail> {
    let of = |k: &str| form.get(k).map(|v| v.trim()).unwrap_or_default();
    let name: String = of("name").chars().take(40).collect();
    if name.is_empty() {
        return Err(Fail::bad("Give the view a name."));
    }
    if of("forget") == "1" {
        app.store.save_view(s.account.id, &name, "").await?;
        return Ok(Redirect::to("/queue"));
    }
    if app.store.views(s.account.id).await?.len() >= 30 {
        return Err(Fail::bad("There are thirty views already; forget one first."));
    }
    let query = ["view", "q", "authority", "sort", "dir"]
        .iter()
        .filter(|k| !of(k).is_empty())
        .map(|k| format!("{k}={}", pages::urlencoded(&of(k).chars().take(200).collect::<String>())))
        .collect::<Vec<_>>()
        .join("&");
    let query = if query.is_empty() { "view=open".to_string() } else { query };
    app.store.save_view(s.account.id, &name, &query).await?;
    Ok(Redirect::to(&format!("/queue?{query}")))
}

/// Authorities for a list of choices.
pub fn authorities() -> Vec<Value> {
    authority_words().into_iter().filter_map(|w| authority_facts(w).ok().map(|f| json!({"word": w, "title": f.title}))).collect()
}

/// Runs the chosen cases again. Those that cannot be are told with their reason, and the others are run all the same.
pub async fn again(
    With(app): With<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Redirect, Fail> {
    let ids: Vec<&String> = form.iter().filter(|(k, _)| k == "case").map(|(_, v)| v).take(500).collect();
    if ids.is_empty() {
        return Err(Fail::bad("Choose at least one case."));
    }
    let (mut started, mut not) = (0, Vec::new());
    for id in &ids {
        match app.store.make_move(id, &s.account.actor(), Move::Process, &MoveNote::default()).await {
            Ok(_) => started += 1,
            Err(StoreError::Refused(why)) => not.push(format!("case {}: {why}", app.store.case(id).await?.no)),
            Err(e) => return Err(e.into()),
        }
    }
    app.bell.ring();
    if !not.is_empty() {
        return Err(Fail::bad(format!("{started} of {} are run again. Not: {}.", ids.len(), not.join("; "))));
    }
    Ok(Redirect::to("/queue"))
}

/// Gives the chosen cases to somebody.
pub async fn assign(
    With(app): With<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Redirect, Fail> {
    let ids: Vec<String> = form.iter().filter(|(k, _)| k == "case").map(|(_, v)| v.clone()).take(500).collect();
    let to = form.iter().find(|(k, _)| k == "to").and_then(|(_, v)| v.parse::<i64>().ok());
    let to = to.ok_or_else(|| Fail::bad("Choose whom to assign the cases to."))?;
    if ids.is_empty() {
        return Err(Fail::bad("Choose at least one case."));
    }
    if to != 0 {
        app.store.account(to).await?;
    }
    app.store.assign(&ids, to, &s.account.actor()).await?;
    Ok(Redirect::to("/queue"))
}
