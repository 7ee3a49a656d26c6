//! Figures of the desk: how long cases take, what waits, what is overdue, what review finds.

use super::error::Fail;
use super::{App, listing, pages};
use crate::model::days;
use crate::model::desk::State as CaseState;
use crate::store::{Figure, NewEntry, Session, now};
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many days back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    days: i64,
}

/// Mean, median and 90th percentile (nearest rank) of some days; `Null` without any.
fn spread(mut list: Vec<i64>) -> Value {
    if list.is_empty() {
        return Value::Null;
    }
    list.sort_unstable();
    let n = list.len();
    let rank = |p: usize| list.get((n * p).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
    let middle = if n % 2 == 1 {
        list.get(n / 2).copied().unwrap_or(0) as f64
    } else {
        (list.get(n / 2 - 1).copied().unwrap_or(0) + list.get(n / 2).copied().unwrap_or(0)) as f64 / 2.0
    };
    let tenth = |v: f64| (v * 10.0).round() / 10.0;
    json!({"n": n, "mean": tenth(list.iter().sum::<i64>() as f64 / n as f64), "median": tenth(middle), "p90": rank(90), "most": list.last()})
}

fn percent(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { json!((part as f64 * 1000.0 / whole as f64).round() / 10.0) }
}

/// The figures as of `today` (a day number), of cases received on or after `since`.
pub fn figures(cases: &[Figure], today: i64, since: i64) -> Value {
    let received = |f: &Figure| days::number(&f.received);
    let recent: Vec<&Figure> = cases.iter().filter(|f| received(f).is_some_and(|r| r >= since)).collect();
    let turnaround: Vec<i64> = recent
        .iter()
        .filter(|f| f.released > 0)
        .filter_map(|f| Some((f.released.div_euclid(86_400_000) - received(f)?).max(0)))
        .collect();
    let open: Vec<&Figure> = cases.iter().filter(|f| !f.done).collect();
    let age = |f: &&&Figure| received(f).map(|r| (today - r).max(0));
    let pended: Vec<i64> = open.iter().filter(|f| f.state == CaseState::Pended.word()).filter_map(|f| age(&f)).collect();
    let waiting: Vec<i64> = open.iter().filter_map(|f| age(&f)).collect();
    let overdue = open.iter().filter(|f| days::number(&f.due).is_some_and(|d| d < today)).count() as i64;
    let in_review: Vec<&&Figure> = open.iter().filter(|f| f.state == CaseState::Review.word()).collect();
    let second = open.iter().filter(|f| matches!(f.state.as_str(), "second_approval" | "approved")).count();
    let sum = |of: fn(&Figure) -> i64| recent.iter().map(|f| of(f)).sum::<i64>();
    let (changes, overrides, pages, misfiles) =
        (sum(|f| f.measures.changes), sum(|f| f.measures.overrides), sum(|f| f.measures.pages), sum(|f| f.measures.misfiles));
    let mut by_state: BTreeMap<&str, i64> = BTreeMap::new();
    for f in cases.iter().filter(|f| !f.done) {
        *by_state.entry(f.state.as_str()).or_default() += 1;
    }
    let mut load: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for f in &in_review {
        let slot = load.entry(f.assignee).or_default();
        slot.0 += 1;
        slot.1 += f.open_items;
    }
    json!({
        "received": recent.len(), "released": turnaround.len(), "turnaround": spread(turnaround), "open": open.len(),
        "waiting": spread(waiting), "pended": spread(pended), "overdue": overdue, "overdue_percent": percent(overdue, open.len() as i64),
        "in_review": in_review.len(), "second": second, "open_items": in_review.iter().map(|f| f.open_items).sum::<i64>(),
        "changes": changes, "overrides": overrides, "override_percent": percent(overrides, changes), "pages": pages,
        "misfiles": misfiles,
        "by_state": by_state, "load": load.iter().map(|(a, (c, i))| json!({"account": a, "cases": c, "items": i})).collect::<Vec<_>>(),
    })
}

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Query(q): Query<Asked>,
) -> Result<Html<String>, Fail> {
    let back = if q.days == 0 { 90 } else { q.days.clamp(1, 3_660) };
    let today = now().div_euclid(86_400_000);
    let list = app.store.figures(&days::date(today - back)).await?;
    let mut body = figures(&list, today, today - back);
    let names = listing::names(&app.store.accounts().await?);
    for l in body["load"].as_array_mut().into_iter().flatten() {
        let name = l["account"].as_i64().and_then(|a| names.get(&a)).cloned();
        l["name"] = json!(name.unwrap_or_else(|| "nobody".into()));
    }
    let states: Vec<Value> = CaseState::ALL
        .iter()
        .filter(|s| !s.is_done())
        .map(|s| json!({"title": s.title(), "n": body["by_state"][s.word()].as_i64().unwrap_or(0)}))
        .collect();
    body["states"] = json!(states);
    body["days"] = json!(back);
    body["sent_back"] = json!(app.store.count_actions("state.send_back").await?);
    body["recalled"] = json!(app.store.count_actions("state.recall").await?);
    app.store.audit(NewEntry::new(&s.account.actor(), "", "dashboard.view")).await?;
    pages::page("dashboard.html", "Dashboard", "dashboard", &s, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Measures;

    #[test]
    fn the_figures_are_what_the_cases_say() {
        let day = |n: i64| days::date(20_000 + n);
        let case = |state: &str, received: i64, due: i64, released: Option<i64>, m: Measures| Figure {
            state: state.into(),
            received: day(received),
            due: day(due),
            done: released.is_some(),
            assignee: 7,
            open_items: if state == "review" { 3 } else { 0 },
            released: released.map_or(0, |r| (20_000 + r) * 86_400_000 + 5),
            measures: m,
        };
        let m = Measures { changes: 50, overrides: 1, pages: 10, misfiles: 1, items: 2 };
        let mut cases: Vec<Figure> = (1..=10).map(|n| case("released", 0, 30, Some(n), m)).collect();
        cases.push(case("review", 5, 8, None, m));
        cases.push(case("pended", 2, 30, None, Measures::default()));
        cases.push(case("released", -500, 0, Some(0), m));
        let f = figures(&cases, 20_010, 20_000);
        assert_eq!(f["turnaround"], json!({"n": 10, "mean": 5.5, "median": 5.5, "p90": 9, "most": 10}));
        assert_eq!((&f["overdue"], &f["overdue_percent"], &f["open"]), (&json!(1), &json!(50.0), &json!(2)));
        assert_eq!((&f["waiting"]["mean"], &f["pended"]["median"]), (&json!(6.5), &json!(8.0)));
        assert_eq!((&f["misfiles"], &f["override_percent"], &f["pages"]), (&json!(11), &json!(2.0), &json!(110)));
        assert_eq!(f["load"], json!([{"account": 7, "cases": 1, "items": 3}]));
        assert!(figures(&[], 1, 0)["turnaround"].is_null());
    }
}
