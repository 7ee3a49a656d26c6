//! The text that lies over the picture of a page: what is selected on it, found in it, and marked.

use super::App;
use super::documents::{Asked, Sides, json_of, kind, prepared, sides};
use super::error::Fail;
use crate::format::{image, pdf};
use crate::intake::Kind;
use crate::model::layer::PageLayer;
use crate::store::{CaseRow, NewEntry, Session};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Texts of pages by content, case and page: a scan takes seconds to read, and is the same after a ruling.
pub type Cache = VecDeque<((Key, usize), Instant, Arc<PageLayer>)>;

type Key = [u8; 32];

/// So many pages, for so long.
const PAGES: usize = 600;
const MINUTES: Duration = Duration::from_secs(900);
/// Places of a search that are told.
const FOUND: usize = 500;

fn key(case: &CaseRow, bytes: &[u8], scans: bool) -> Key {
    let mut h = Sha256::new();
    h.update(case.id.as_bytes());
    h.update([u8::from(scans)]);
    h.update(bytes);
    h.finalize().into()
}

/// Pages (from 0) of a document, those that are not remembered read now. `scans` has pictures read, too.
async fn read(app: &App, case: &CaseRow, bytes: Vec<u8>, numbers: Vec<usize>, scans: bool) -> Vec<(usize, Arc<PageLayer>)> {
    let key = key(case, &bytes, scans);
    let mut known = Vec::new();
    if let Ok(mut cache) = app.layers.lock() {
        cache.retain(|(_, at, _)| at.elapsed() < MINUTES);
        known.extend(cache.iter().filter(|((k, n), ..)| *k == key && numbers.contains(n)).map(|((_, n), _, l)| (*n, l.clone())));
    }
    let missing: Vec<usize> = numbers.into_iter().filter(|n| !known.iter().any(|(k, _)| k == n)).collect();
    if !missing.is_empty() {
        let Ok(_turn) = app.reading.acquire().await else { return known };
        let made = tokio::task::spawn_blocking(move || pages(&bytes, &missing, scans)).await.unwrap_or_default();
        for (n, layer) in made {
            let layer = Arc::new(layer);
            if let Ok(mut cache) = app.layers.lock() {
                cache.push_back(((key, n), Instant::now(), layer.clone()));
                while cache.len() > PAGES {
                    cache.pop_front();
                }
            }
            known.push((n, layer));
        }
    }
    known.sort_by_key(|(n, _)| *n);
    known
}

fn pages(bytes: &[u8], numbers: &[usize], scans: bool) -> Vec<(usize, PageLayer)> {
    match kind(bytes) {
        Some(Kind::Pdf) => numbers.iter().copied().zip(pdf::layers(bytes, numbers, scans).unwrap_or_default()).collect(),
        Some(Kind::Image(_)) if scans => numbers.iter().filter_map(|n| Some((*n, image::layer(bytes, *n).ok()?))).collect(),
        _ => Vec::new(),
    }
}

fn missing() -> Fail {
    Fail::new(StatusCode::NOT_FOUND, "There is no such document or page.")
}

/// A page (from 1) of a document as it came, with its path.
pub async fn original(app: &App, case: &CaseRow, doc: usize, part: &str, page: usize) -> Result<(String, Arc<PageLayer>), Fail> {
    let Sides { name, original, .. } = sides(app, case, doc, part).await?;
    let number = page.checked_sub(1).ok_or_else(missing)?;
    let layers = read(app, case, original.ok_or_else(missing)?, vec![number], true).await;
    let (_, layer) = layers.into_iter().next().ok_or_else(missing)?;
    Ok((name, layer))
}

/// Byte ranges of a text in which something was changed. The ledger counts in the text of the whole document: how far that is from the text
/// of this page is told by the changes themselves, which must all fit.
fn changed(text: &str, actions: &[&Value]) -> Vec<(usize, usize)> {
    let all: Vec<(i64, &str)> =
        actions.iter().filter_map(|a| Some((a["offset"].as_i64()?, a["original"].as_str().filter(|o| !o.is_empty())?))).collect();
    let fits = |shift: i64| {
        let range = |(offset, original): &(i64, &str)| {
            let start = usize::try_from(offset - shift).ok()?;
            let end = start + original.len();
            (text.get(start..end) == Some(original)).then_some((start, end))
        };
        all.iter().filter_map(range).collect::<Vec<_>>()
    };
    let mut best = Vec::new();
    // Any of the first few may be of another text of the page; those of this one agree.
    for (offset, original) in all.iter().take(8) {
        for (at, _) in text.match_indices(original).take(200) {
            let found = fits(offset - at as i64);
            if found.len() > best.len() {
                best = found;
            }
        }
    }
    best
}

/// Byte ranges of a text in which a replacement stands.
fn replaced(text: &str, actions: &[&Value]) -> Vec<(usize, usize)> {
    let mut labels: Vec<&str> = actions.iter().filter_map(|a| a["replacement"].as_str()).filter(|r| r.len() > 2).collect();
    labels.sort_unstable();
    labels.dedup();
    labels.into_iter().flat_map(|l| text.match_indices(l).map(move |(i, l)| (i, i + l.len()))).collect()
}

/// The text of a page (from 1) with the place of each word, those marked in which something was changed.
pub async fn layer(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let Sides { file, original, redacted, .. } = sides(&app, &case, asked.doc, &asked.part).await?;
    let first = asked.side == "original";
    let bytes = if first { original } else { redacted }.ok_or_else(missing)?;
    let number = asked.page.checked_sub(1).ok_or_else(missing)?;
    let entry = NewEntry::new(&s.account.actor(), &id, "document.text").with("file", asked.doc).with("page", asked.page);
    app.store.audit(entry.with("side", if first { "original" } else { "redacted" })).await?;
    let layers = read(&app, &case, bytes, vec![number], first).await;
    let layer = layers.into_iter().next().map(|(_, l)| l).unwrap_or_default();
    let report = json_of(&app, &id, case.run, "internal", "report.json").await?;
    let place = format!("page {}", asked.page);
    // Of a document inside of another one: what follows where it stands.
    let here = |at: &str| {
        let at = if asked.part.is_empty() { at } else { at.rsplit_once(" > ").map_or("-", |(_, at)| at) };
        // A scan of one page has no page in its places.
        at.is_empty() || at == place || at.strip_prefix(&place).is_some_and(|r| r.starts_with(' '))
    };
    let actions: Vec<&Value> = report["actions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|a| a["file"] == file.as_str() && here(a["place"].as_str().unwrap_or_default()) && a["action"] != "keep")
        .collect();
    let marked: Vec<Vec<(usize, usize)>> =
        layer.texts.iter().map(|t| if first { changed(t, &actions) } else { replaced(t, &actions) }).collect();
    let ascii: Vec<bool> = layer.texts.iter().map(|t| t.is_ascii()).collect();
    let words: Vec<Value> = layer
        .words
        .iter()
        .map(|w| {
            let (field, start, end) = (w.field as usize, w.start as usize, w.end as usize);
            let at = |b: usize| if ascii.get(field) == Some(&true) { b } else { layer.utf16(field, b) };
            let hit = marked.get(field).is_some_and(|m| m.iter().any(|(s, e)| *s < end && start < *e));
            let [l, t, r, b] = w.area.map(|v| (v.clamp(-1.0, 2.0) * 10_000.0).round() as i64);
            json!([field, at(start), at(end), l, t, r, b, u8::from(hit)])
        })
        .collect();
    answer(&json!({"texts": layer.texts, "words": words, "pictured": layer.pictured}))
}

fn answer(value: &Value) -> Result<Response, Fail> {
    Ok(([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response())
}

/// True when a text holds another, whatever the capitals and blanks.
pub fn holds(text: &str, wanted: &str) -> bool {
    !places(text, &folded(wanted)).is_empty()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Byte ranges of a text in which a folded one stands.
fn places(text: &str, wanted: &str) -> Vec<(usize, usize)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let (mut flat, mut at) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (i, c) in text.char_indices() {
        if c.is_whitespace() {
            if !flat.ends_with(' ') {
                flat.push(' ');
                at.push((i, i + c.len_utf8()));
            }
            continue;
        }
        for low in c.to_lowercase() {
            flat.push(low);
            at.extend(std::iter::repeat_n((i, i + c.len_utf8()), low.len_utf8()));
        }
    }
    flat.match_indices(wanted).filter_map(|(i, w)| Some((at.get(i)?.0, at.get(i + w.len() - 1)?.1))).collect()
}

/// Where a text stands in a document: pages with places, or cards.
pub async fn find(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let wanted = folded(&asked.q.chars().take(200).collect::<String>());
    // What was looked for may be a name, and is not written down.
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "document.find").with("file", asked.doc)).await?;
    let shown = prepared(&app, &case, asked.doc, &asked.part).await?;
    let Sides { original, .. } = sides(&app, &case, asked.doc, &asked.part).await?;
    let mut found = Vec::new();
    if shown.pages().is_empty() {
        for (n, pair) in shown.pairs.iter().enumerate() {
            let text = |list: &[crate::format::readable::Segment]| list.iter().map(|s| s.text.as_str()).collect::<String>();
            let count: usize = pair.rows.iter().map(|r| places(&text(&r.left), &wanted).len()).sum();
            found.extend((count > 0).then(|| json!({"card": n, "count": count})));
        }
    } else if let Some(bytes) = original {
        let numbers = (0..shown.pages().len()).collect();
        for (n, layer) in read(&app, &case, bytes, numbers, true).await {
            for (field, text) in layer.texts.iter().enumerate() {
                // What stands in a text without places cannot be pointed at.
                let pointed = |s: usize, e: usize| {
                    layer.words.iter().any(|w| w.field as usize == field && (w.start as usize) < e && s < w.end as usize)
                };
                for (start, end) in places(text, &wanted).into_iter().filter(|(s, e)| pointed(*s, *e)) {
                    let at = |b: usize| layer.utf16(field, b);
                    found.push(json!({"page": n + 1, "field": field, "from": at(start), "to": at(end)}));
                }
            }
        }
    }
    let total = found.len();
    found.truncate(FOUND);
    answer(&json!({"total": total, "found": found}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_found_on_its_page_by_how_the_changes_lie() {
        let text = "Bo saw Ana. Bo left. Dr. Roe came, Bo too.";
        let action = |offset: u64, original: &str| json!({"offset": offset, "original": original});
        // The page begins at 1,000 of the document: the second Bo and Roe were changed, the others stay.
        let (a, b, c) = (action(1_012, "Bo"), action(1_025, "Roe"), action(40, "Nobody"));
        assert_eq!(changed(text, &[&c, &a, &b]), [(12, 14), (25, 28)]);
        assert!(changed(text, &[&c]).is_empty() && changed("", &[&a]).is_empty());
        let r = json!({"replacement": "[NURSE 1]"});
        assert_eq!(replaced("by [NURSE 1] and [NURSE 1]", &[&r, &r]), [(3, 12), (17, 26)]);
    }

    #[test]
    fn a_search_minds_neither_capitals_nor_line_ends() {
        let at =
            |text: &str, q: &str| places(text, &folded(q)).into_iter().map(|(s, e)| text[s..e].to_string()).collect::<Vec<_>>();
        assert_eq!(at("Graciela\nVillalobos and GRACIELA  villalobos", "graciela villalobos").len(), 2);
        assert_eq!(at("Él, él", "ÉL"), ["Él", "él"]);
        assert_eq!(at("İstanbul", "stan"), ["stan"]);
        assert!(at("x", "").is_empty() && at("", "x").is_empty());
        assert!(holds("Item 3: Dr. Owen", "dr. owen") && !holds("a", "b"));
    }
}
