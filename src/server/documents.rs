//! A document, as it came beside as it goes out: readable text, and pictures of scans. Nothing of an export is ever sent as a page of its
//! own: texts are escaped into ours, pictures are decoded here and written anew as PNG.

use super::error::Fail;
use super::{App, layers, pages};
use crate::format::image::{self, png, raster};
use crate::format::pdf::{self, preview};
use crate::format::readable::{self, Readable, Syntax, align};
use crate::format::rtf::Rtf;
use crate::intake::{self, Kind, XmlRoot};
use crate::model::desk::{OVERRIDE_REASONS, StaffRole, State as CaseState};
use crate::pipeline::{RawSpot, counterpart, inside, spot};
use crate::store::{CaseRow, FileRow, NewEntry, Session};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{Cursor, Read};
use std::sync::Arc;

/// No document that is shown is larger, bytes.
const LARGEST: u64 = 256 << 20;
/// Cards of one answer; the next ones are fetched as they are needed.
const CARDS: usize = 40;

/// Which document, and where in it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// Number of the document in the report's list of inputs, from 1.
    pub doc: usize,
    /// First card; negative for the card of `at`.
    from: i64,
    /// Element path to begin at.
    at: String,
    /// What to mark.
    mark: String,
    /// Page of a scan, from 1.
    pub page: usize,
    /// `original` or `redacted`.
    pub side: String,
    /// Pixels across that a picture is wanted in.
    width: usize,
    /// What to look for.
    pub q: String,
    /// Which of the documents inside of it: `>2`.
    pub part: String,
}

/// A JSON file of a run.
pub async fn json_of(app: &App, id: &str, run: i64, area: &str, name: &str) -> Result<Value, Fail> {
    let file = app.store.file(id, run, area, name).await?;
    let bytes = bytes_of(app, id, &file).await?;
    serde_json::from_slice(&bytes)
        .map_err(|_| Fail::new(StatusCode::INTERNAL_SERVER_ERROR, "A stored file is not what it should be."))
}

/// The whole of a stored file.
pub async fn bytes_of(app: &App, id: &str, file: &FileRow) -> Result<Vec<u8>, Fail> {
    let blobs = app.store.case_blobs(id).await?;
    let (store, blob) = (app.store.clone(), file.blob.clone());
    let read = tokio::task::spawn_blocking(move || {
        let mut out = Vec::new();
        store.read_blob(&blobs, &blob)?.take(LARGEST).read_to_end(&mut out)?;
        Ok::<_, crate::store::StoreError>(out)
    });
    Ok(read.await.map_err(|_| Fail::bad("The file cannot be read."))??)
}

/// The documents of the newest run: number, names, state.
pub async fn list(app: &App, case: &CaseRow) -> Result<Vec<Value>, Fail> {
    let report = json_of(app, &case.id, case.run, "internal", "report.json").await?;
    Ok(report["inputs"].as_array().cloned().unwrap_or_default())
}

/// A member of a stored file: the file itself, or, where the path goes on, what stands there in a zip.
fn member(bytes: Vec<u8>, path: &str) -> Option<Vec<u8>> {
    if path.is_empty() {
        return Some(bytes);
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = (0..zip.len()).filter_map(|i| zip.by_index(i).ok()?.name().ok().map(|n| n.into_owned())).collect();
    let name = names.iter().find(|n| *n == path).or_else(|| {
        // A zip inside: the longest name that the path goes through.
        names.iter().filter(|n| path.strip_prefix(n.as_str()).is_some_and(|r| r.starts_with('/'))).max_by_key(|n| n.len())
    })?;
    let rest = path.strip_prefix(name.as_str())?.trim_start_matches('/').to_string();
    let mut out = Vec::new();
    zip.by_name(name).ok()?.take(LARGEST).read_to_end(&mut out).ok()?;
    member(out, &rest)
}

/// Finds a document by its path among stored files.
async fn find(app: &App, id: &str, files: &[FileRow], path: &str) -> Result<Option<Vec<u8>>, Fail> {
    if let Some(f) = files.iter().find(|f| f.path == path) {
        return Ok(Some(bytes_of(app, id, f).await?));
    }
    let through = files.iter().find(|f| path.strip_prefix(f.path.as_str()).is_some_and(|r| r.starts_with('/')));
    // A single zip is opened like a folder, so that its name is not part of the path.
    let (file, rest) = match (through, files) {
        (Some(f), _) => (f, path.get(f.path.len() + 1..).unwrap_or_default().to_string()),
        (None, [only]) => (only, path.to_string()),
        _ => return Ok(None),
    };
    let bytes = bytes_of(app, id, file).await?;
    Ok(tokio::task::spawn_blocking(move || member(bytes, &rest)).await.unwrap_or(None))
}

/// Both sides of a document.
pub struct Sides {
    /// As it came.
    pub name: String,
    /// As it goes out.
    pub file: String,
    state: String,
    reason: String,
    /// Its bytes.
    pub original: Option<Vec<u8>>,
    /// Its bytes as they go out.
    pub redacted: Option<Vec<u8>>,
}

/// Reads both sides of a document by its number, or of a document with pages inside of it.
pub async fn sides(app: &App, case: &CaseRow, doc: usize, part: &str) -> Result<Sides, Fail> {
    let whole = side_by_side(app, case, doc).await?;
    if part.is_empty() {
        return Ok(whole);
    }
    let part = part.to_string();
    let taken = tokio::task::spawn_blocking(move || {
        let all = |bytes: Option<&Vec<u8>>| bytes.and_then(|b| Some(inside(b, kind(b)?))).unwrap_or_default();
        let (first, second) = (all(whole.original.as_ref()), all(whole.redacted.as_ref()));
        let redacted = counterpart(&first, &second, &part).map(|p| p.bytes.clone());
        let original = first.into_iter().find(|p| p.suffix == part)?.bytes;
        Some(Sides { name: format!("{}{part}", whole.name), original: Some(original), redacted, ..whole })
    });
    taken.await.ok().flatten().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "There is no such document."))
}

async fn side_by_side(app: &App, case: &CaseRow, doc: usize) -> Result<Sides, Fail> {
    let list = list(app, case).await?;
    let row = list.get(doc.saturating_sub(1)).ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "There is no such document."))?;
    let text = |k: &str| row[k].as_str().unwrap_or_default().to_string();
    let inputs = app.store.files(&case.id, 0, "input").await?;
    let original = find(app, &case.id, &inputs, &text("path")).await?;
    let mut redacted = None;
    for area in ["release", "draft"] {
        let outputs = app.store.files(&case.id, case.run, area).await?;
        let released = text("file");
        if redacted.is_none() && !released.is_empty() && !outputs.is_empty() {
            redacted = find(app, &case.id, &outputs, &released).await?;
        }
    }
    Ok(Sides { name: text("path"), file: text("file"), state: text("state"), reason: text("reason"), original, redacted })
}

/// Path of a document, and a text in it with as much of what stands around it as its file has, too.
pub async fn place_of(
    app: &App,
    case: &CaseRow,
    doc: usize,
    part: &str,
    mut wanted: RawSpot,
) -> Result<(String, Option<(RawSpot, usize)>), Fail> {
    let Sides { name, original, .. } = sides(app, case, doc, part).await?;
    wanted.path.clone_from(&name);
    let found = tokio::task::spawn_blocking(move || {
        let bytes = original?;
        spot(&bytes, kind(&bytes)?, &wanted)
    });
    Ok((name, found.await.map_err(|_| Fail::bad("This document cannot be read."))?))
}

/// What a document is, by its content.
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    intake::kind_of(bytes).ok()
}

/// What can be shown of one side: text, and the sizes of its pages, where it has any.
fn read(bytes: &[u8]) -> (Readable, Vec<(f32, f32)>) {
    let text = |s: Syntax| (readable::readable(bytes, s).unwrap_or_default(), Vec::new());
    match kind(bytes) {
        Some(Kind::Json) => text(Syntax::Json),
        Some(Kind::Ndjson) => text(Syntax::Lines),
        Some(Kind::Xml(XmlRoot::Stylesheet) | Kind::Html) => text(Syntax::Html),
        Some(Kind::Xml(_)) => text(Syntax::Xml),
        Some(Kind::Rtf) => (readable::fields(&Rtf, bytes).unwrap_or_default(), Vec::new()),
        Some(Kind::Text) => text(Syntax::Text),
        Some(Kind::Pdf) => {
            let sizes = preview::sizes(bytes);
            // Pictures are read when somebody looks at their page: that takes seconds for each.
            let texts = pdf::texts(bytes).unwrap_or_default();
            (readable::texts(texts.iter().map(Vec::as_slice)), sizes)
        }
        Some(Kind::Image(_)) => (Readable::default(), image::sizes(bytes)),
        None => (Readable::default(), Vec::new()),
    }
}

/// A document ready to be shown.
pub struct Shown {
    name: String,
    state: String,
    reason: String,
    left: bool,
    right: bool,
    has_text: bool,
    pages: Vec<(f32, f32)>,
    changes: usize,
    /// Documents with pages inside of it: what tells them, where they stand, and whether they are PDFs.
    inside: Vec<(String, String, bool)>,
    /// Card by card.
    pub pairs: Vec<readable::Pair>,
}

impl Shown {
    /// Size of each page as it is shown; empty for a document without pages.
    pub fn pages(&self) -> &[(f32, f32)] {
        &self.pages
    }
}

/// Documents that were shown last: case, run, number.
pub type Lately = std::collections::VecDeque<((String, i64, usize, String), std::time::Instant, Arc<Shown>)>;

/// So many, for so long: whoever reads on in a document need not wait for it again.
const LATELY: usize = 12;
const MINUTES: std::time::Duration = std::time::Duration::from_secs(600);

/// Reads both sides of a document and lays them beside each other.
pub async fn prepared(app: &App, case: &CaseRow, doc: usize, part: &str) -> Result<Arc<Shown>, Fail> {
    let key = (case.id.clone(), case.run, doc, part.to_string());
    if let Ok(mut lately) = app.lately.lock() {
        lately.retain(|(_, at, _)| at.elapsed() < MINUTES);
        // A purged case has no record, whatever is remembered.
        if let Some((_, _, shown)) = lately.iter().find(|(k, ..)| *k == key).filter(|_| !case.purged) {
            return Ok(shown.clone());
        }
    }
    let Sides { name, state, reason, original, redacted, .. } = sides(app, case, doc, part).await?;
    let made = tokio::task::spawn_blocking(move || {
        let has_text = original.as_deref().is_some_and(|b| !matches!(kind(b), Some(Kind::Pdf | Kind::Image(_)) | None));
        let (left, right) = std::thread::scope(|s| {
            let other = s.spawn(|| redacted.as_deref().map(read).unwrap_or_default());
            (original.as_deref().map(read).unwrap_or_default(), other.join().unwrap_or_default())
        });
        let pairs = align(&left.0, &right.0);
        Shown {
            name,
            state,
            reason,
            left: original.is_some(),
            right: redacted.is_some(),
            has_text,
            pages: if left.1.len() >= right.1.len() { left.1 } else { right.1 },
            inside: original
                .as_deref()
                .and_then(|b| Some(inside(b, kind(b).filter(|k| *k != Kind::Pdf)?)))
                .unwrap_or_default()
                .into_iter()
                .map(|i| (i.suffix, i.place, i.kind == Kind::Pdf))
                .collect(),
            changes: pairs.iter().map(|p| p.changes).sum(),
            pairs,
        }
    });
    let shown = Arc::new(made.await.map_err(|_| Fail::bad("This document cannot be shown."))?);
    if let Ok(mut lately) = app.lately.lock() {
        lately.push_back((key, std::time::Instant::now(), shown.clone()));
        while lately.len() > LATELY {
            lately.pop_front();
        }
    }
    Ok(shown)
}

/// A part of a page: the document side by side.
pub async fn document(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fail> {
    let case = app.store.case(&id).await?;
    if asked.from <= 0 {
        let entry = NewEntry::new(&s.account.actor(), &id, "document.view").with("file", asked.doc).with("run", case.run);
        app.store.audit(entry.with("area", "both")).await?;
    }
    let shown = prepared(&app, &case, asked.doc, &asked.part).await?;
    let here = shown.pairs.iter().position(|p| lies_in(&asked.at, &p.path)).unwrap_or(0);
    // A little of what stands before, so that the place has its surroundings.
    let first = if asked.from < 0 { here.saturating_sub(1) } else { usize::try_from(asked.from).unwrap_or(0) };
    let mut found = asked.from > 0 && asked.at.is_empty() && asked.q.is_empty();
    let cards: Vec<Value> =
        shown.pairs.iter().skip(first).take(CARDS).map(|p| card(p, &asked.at, &asked.mark, &mut found)).collect();
    let mut body = json!({
        "cards": cards, "first": first, "next": first + CARDS, "total": shown.pairs.len(), "changes": shown.changes,
        "has_left": shown.left, "has_right": shown.right, "pages": shown.pages.iter().enumerate().map(|(n, (w, h))| json!({"no": n + 1, "width": 1000, "height": (1000.0 * h / w.max(1.0)).round()}))
            .collect::<Vec<_>>(), "widths": WIDTHS,
    });
    let has_text = shown.has_text;
    body["name"] = json!(shown.name);
    body["state"] = json!(shown.state);
    body["reason"] = json!(shown.reason);
    body["doc"] = json!(asked.doc);
    body["case_id"] = json!(id);
    body["run"] = json!(case.run);
    body["mark"] = json!(asked.mark);
    body["more"] = json!(body["next"].as_u64() < body["total"].as_u64());
    body["part"] = json!(asked.from > 0 && asked.q.is_empty());
    body["item_mark"] = json!(if asked.at.is_empty() { "" } else { &asked.mark });
    body["item_at"] = json!(asked.at);
    body["raw"] = json!(has_text);
    body["may_draw"] = json!(
        matches!(case.state, CaseState::Review | CaseState::Validating)
            && s.account.actor().any(&[StaffRole::Reviewer, StaffRole::PrivacyOfficer])
    );
    body["part_of"] = json!(asked.part);
    body["inside"] = json!(
        shown
            .inside
            .iter()
            .map(|(suffix, place, pdf)| json!({"part": suffix, "place": place, "what": if *pdf { "PDF" } else { "Picture" }}))
            .collect::<Vec<_>>()
    );
    body["csrf"] = json!(s.csrf);
    body["reasons"] = json!(OVERRIDE_REASONS);
    pages::part("document.html", body)
}

/// True when the path of a place lies in an element.
fn lies_in(place: &str, element: &str) -> bool {
    !element.is_empty() && place.strip_prefix(element).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[', ' ']))
}

/// A card for the template. The first row that holds what is to be marked is where to look; `found` says that there was one already.
fn card(p: &readable::Pair, at: &str, mark: &str, found: &mut bool) -> Value {
    let segments = |list: &[readable::Segment]| -> Vec<Value> {
        list.iter()
            .map(|s| {
                let turn = match s.turn {
                    readable::Turn::Same => "same",
                    readable::Turn::Cut => "cut",
                    readable::Turn::New => "new",
                };
                json!({"turn": turn, "text": s.text})
            })
            .collect()
    };
    let rows: Vec<Value> = p
        .rows
        .iter()
        .map(|r| {
            let text: String = r.left.iter().map(|s| s.text.as_str()).collect();
            let marked = !mark.is_empty() && layers::holds(&text, mark);
            let here = marked && !*found && (at.is_empty() || lies_in(at, &r.path) || lies_in(at, &p.path));
            *found |= here;
            json!({"name": r.name, "technical": r.technical && (!r.changed || p.gone), "changed": r.changed, "here": here,
                "left": segments(&r.left), "right": segments(&r.right)})
        })
        .collect();
    json!({"title": p.title, "gone": p.gone, "changes": p.changes, "rows": rows})
}

/// The side asked for, as the audit log names it.
fn side_of(asked: &Asked) -> &'static str {
    if asked.side == "original" { "original" } else { "redacted" }
}

/// The case and the bytes of the side asked for.
async fn one_side(app: &App, id: &str, asked: &Asked) -> Result<(CaseRow, Vec<u8>), Fail> {
    let case = app.store.case(id).await?;
    let sides = sides(app, &case, asked.doc, &asked.part).await?;
    let bytes = if side_of(asked) == "original" { sides.original } else { sides.redacted };
    let bytes = bytes.ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "There is no such document or page."))?;
    Ok((case, bytes))
}

/// Bytes of a raw view; more is told in words.
const RAW: usize = 2 << 20;

/// One side of a document as it is stored, as plain text and never as anything a browser would carry out.
pub async fn raw(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let (case, bytes) = one_side(&app, &id, &asked).await?;
    let entry = NewEntry::new(&s.account.actor(), &id, "document.raw").with("file", asked.doc).with("run", case.run);
    app.store.audit(entry.with("side", side_of(&asked))).await?;
    let mut text = match kind(&bytes) {
        // Compact JSON is laid out; everything else stays as it is.
        Some(Kind::Json) if bytes.len() <= RAW => serde_json::from_slice::<Value>(&bytes)
            .ok()
            .and_then(|v| serde_json::to_string_pretty(&v).ok())
            .unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()),
        Some(Kind::Pdf | Kind::Image(_)) | None => {
            return Err(Fail::new(StatusCode::NOT_FOUND, "This document has no text of its own; look at its pages."));
        }
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    };
    if text.len() > RAW {
        let end = (0..=RAW).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n... cut here; the rest is not shown");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// Pixels across of the pictures that a browser may choose from: for half a window and a whole one, and screens with fine pixels.
const WIDTHS: [usize; 5] = [700, 1_000, 1_400, 2_000, 2_800];

/// A page as PNG.
pub async fn picture(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let (_, bytes) = one_side(&app, &id, &asked).await?;
    let entry = NewEntry::new(&s.account.actor(), &id, "document.picture").with("file", asked.doc).with("page", asked.page);
    app.store.audit(entry.with("side", side_of(&asked))).await?;
    let png = tokio::task::spawn_blocking(move || {
        let number = asked.page.saturating_sub(1);
        let width = WIDTHS.into_iter().find(|w| *w >= asked.width.max(WIDTHS[1])).unwrap_or(WIDTHS[4]);
        let width = if asked.width == WIDTHS[0] { WIDTHS[0] } else { width };
        let page = match kind(&bytes)? {
            Kind::Pdf => preview::page(&bytes, number, width)?,
            _ => {
                let (p, _) = image::pictures(&bytes).nth(number)?.ok()?;
                let depth = if p.channels == 3 { raster::Depth::Rgb } else { raster::Depth::Grey };
                raster::Raster::new(p.width, p.height, depth, p.data).ok()?.narrowed(width)
            }
        };
        png::encode(&page, None).ok()
    });
    let png = png.await.ok().flatten().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "This page cannot be shown."))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
