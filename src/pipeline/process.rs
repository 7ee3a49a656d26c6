//! Pass 2 over all items: decide in parallel, number in order, write and check in parallel, store in order.

use super::check::{Checker, Written};
use super::decide::{Decided, Whole, decide};
use super::documents::{Tree, format_for};
use super::facts::{Facts, add_kinds};
use super::kept::{self, Outcome};
use super::lines::{Line, Lines, MAX_LINE};
use super::links::{self, Digest, Digests};
use super::number::{Counters, MISFILE_BASIS, Numbered, gather, number, review_item};
use super::protected::Seen;
use super::rulings::Rulings;
use super::surveying::batches;
use super::views;
use super::write::{Finished, write};
use super::{Known, Progress, cancelled};
use crate::deliver::Staging;
use crate::format::xdm::sha1_hex;
use crate::intake::{Intake, Item, Kind, XmlRoot};
use crate::model::case::{InputRow, KindCount, PageView, WithheldRow};
use crate::model::decision::{Action, Decision};
use crate::model::document::Note;
use crate::model::error::RunError;
use crate::model::identity::{DocumentVerdict, PageVerdict};
use crate::model::ledger::{Entry, Place, ReviewItem};
use crate::model::role::RoleGroup;
use crate::redact::{Question, protected_question};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Folder of the staging area in which released files grow until the outcome names it.
pub const PACKAGE: &str = "package";

/// What pass 2 has gathered.
#[derive(Default)]
pub struct Totals {
    /// Rows of the inventory by item path.
    pub inputs: Vec<InputRow>,
    /// Left out as a whole.
    pub withheld: Vec<WithheldRow>,
    /// Review items.
    pub reviews: Vec<ReviewItem>,
    /// Whose each document says it is.
    pub documents: Vec<DocumentVerdict>,
    /// Notes of readers.
    pub notes: Vec<Note>,
    /// Entries by role group and action.
    pub by_role: BTreeMap<String, BTreeMap<String, u64>>,
    /// Entries by category and action.
    pub by_category: BTreeMap<String, BTreeMap<String, u64>>,
    /// Media types of written files by path.
    pub media: BTreeMap<String, String>,
    /// Digests of written files, where a package has metadata that names them.
    pub digests: Digests,
    /// Rows, turns and sentences in which somebody else is named: taken out as a whole, or asked about, by rule.
    pub extent: BTreeMap<String, BTreeMap<String, u64>>,
    /// Special categories and undated records seen.
    pub seen: Seen,
    /// Records by kind.
    pub kinds: BTreeMap<String, KindCount>,
    /// Pages of what goes out, small.
    pub pages: Vec<PageView>,
    /// Numbers.
    pub counters: Counters,
}

/// Everything pass 2 works with.
pub struct Work<'w> {
    /// What came in.
    pub intake: &'w Intake,
    /// What is known.
    pub known: &'w Known,
    /// Rulings.
    pub rulings: &'w Rulings,
    /// Paths as released.
    pub paths: &'w BTreeMap<String, String>,
    /// Items that could not be read, with why.
    pub unreadable: &'w HashMap<usize, String>,
    /// Where outputs grow.
    pub staging: &'w Staging,
    /// Documents kept from pass 1, by item.
    pub trees: Mutex<HashMap<usize, Tree>>,
    /// Documents as they were decided before, by item.
    pub before: &'w [Option<Decided>],
    /// Where documents go as they were decided, by item, when they are kept for the next run.
    pub decided: Option<Mutex<Vec<Option<Decided>>>>,
    /// Progress.
    pub progress: &'w dyn Progress,
    /// Set when the user wants to stop.
    pub stop: &'w AtomicBool,
}

/// Runs pass 2. Ledger entries go to `ledger` in order.
pub fn process_all(
    w: &Work,
    checker: &mut Checker,
    ledger: &mut dyn FnMut(&Entry) -> Result<(), RunError>,
    totals: &mut Totals,
) -> Result<(), RunError> {
    hold_unread(w, totals);
    for batch in batches(&w.intake.items) {
        if cancelled(w.stop) {
            return Err(RunError::Cancelled);
        }
        let batch: Vec<usize> = batch.into_iter().filter(|i| !w.unreadable.contains_key(i)).collect();
        match batch[..] {
            [] => {}
            [i] if w.intake.items[i].kind == Kind::Ndjson => lines(w, i, checker, ledger, totals)?,
            _ => documents(w, &batch, checker, ledger, totals)?,
        }
    }
    Ok(())
}

/// Everything that no format reads: a review item each, first, so that their numbers do not depend on what is in the rest.
fn hold_unread(w: &Work, totals: &mut Totals) {
    for (i, item) in w.intake.items.iter().enumerate() {
        let Some(why) = w.unreadable.get(&i) else { continue };
        let format = format_for(item.kind).map_or_else(str::to_string, |f| f.id().to_string());
        let kind = if format_for(item.kind).is_ok() { "unreadable" } else { "unsupported" };
        hold(w, kind, &item.path, &format, &item.sha256, item.len, why, totals);
    }
    for h in &w.intake.held {
        hold(w, "unsupported", &h.path, &h.what, &h.sha256, h.len, &h.what, totals);
    }
    for d in &w.intake.dropped {
        totals.inputs.push(InputRow {
            path: d.path.clone(),
            released_as: String::new(),
            format: "junk".into(),
            sha256: String::new(),
            bytes: d.len,
            state: "dropped".into(),
            reason: d.reason.clone(),
            ..InputRow::default()
        });
    }
}

#[allow(clippy::too_many_arguments)]
fn hold(w: &Work, kind: &'static str, path: &str, format: &str, sha256: &str, bytes: u64, why: &str, totals: &mut Totals) {
    let q = Question {
        kind,
        text: format!("This file was not processed: {why}. It is not released. Release the rest without it?"),
        excerpt: String::new(),
        choices: vec!["withhold".into()],
        label: None,
        group: None,
        ..Question::default()
    };
    let place = Place { file: w.paths.get(path).cloned().unwrap_or_default(), ..Place::default() };
    let item = review_item(&q, place.clone(), &mut totals.counters, w.rulings);
    let settled = item.ruling.is_some();
    totals.reviews.push(item);
    if settled {
        totals.withheld.push(WithheldRow {
            place,
            kind: format.to_string(),
            reason: "UNREADABLE".into(),
            basis: "not read, so not released".into(),
        });
    }
    totals.inputs.push(InputRow {
        path: path.to_string(),
        released_as: String::new(),
        format: format.to_string(),
        sha256: sha256.to_string(),
        bytes,
        state: if settled { "withheld" } else { "held" }.into(),
        reason: why.to_string(),
        ..InputRow::default()
    });
}

fn documents(
    w: &Work,
    batch: &[usize],
    checker: &mut Checker,
    ledger: &mut dyn FnMut(&Entry) -> Result<(), RunError>,
    totals: &mut Totals,
) -> Result<(), RunError> {
    let decided: Vec<Result<Decided, String>> = batch.par_iter().map(|&i| kept::decided(w, i)).collect();
    let mut ready: Vec<(usize, Numbered, usize)> = Vec::with_capacity(batch.len());
    let mut shown = totals.pages.len();
    for (&i, d) in batch.iter().zip(decided) {
        let item = &w.intake.items[i];
        let d = d.map_err(|why| RunError::Input(format!("{}: {why}", item.path)))?;
        totals.notes.extend(notes_of(&d));
        seen_in(&d, &mut totals.seen);
        about_in(&d, "", &mut totals.documents);
        let n = number(d, &mut totals.counters, w.rulings, w.known);
        let views = views::share(&n, shown);
        shown += views;
        ready.push((i, n, views));
    }
    let shared: &Checker = checker;
    let digests = &totals.digests;
    let done: Vec<(usize, Done)> = ready
        .into_par_iter()
        .map(|(i, n, views)| {
            let item = &w.intake.items[i];
            let file = w.paths.get(&item.path).cloned().unwrap_or_else(|| item.path.clone());
            // Of a file that was not packed the hash is known since intake.
            let sha256 = (!item.gz).then_some(item.sha256.as_str());
            (i, finish(n, &file, item.kind, sha256, shared, digests, views))
        })
        .collect();
    for (i, d) in done {
        let item = &w.intake.items[i];
        store(w, item, d, checker, ledger, totals)?;
        w.progress.done(item.content_len);
    }
    Ok(())
}

/// What became of one document. Lives for a moment in a batch, so its size does not matter.
#[allow(clippy::large_enum_variant)]
enum Done {
    /// Written and checked.
    Written {
        finished: Finished,
        checked: Written,
        records: u64,
        media: &'static str,
        format: &'static str,
        facts: Facts,
        views: Vec<PageView>,
    },
    /// Stays behind.
    Whole { whole: Whole, records: u64, format: &'static str, reviews: Vec<ReviewItem>, facts: Facts },
    /// The writer refused: a defect, which must not become an output.
    Failed(String),
    /// A document that is written anew, and could not be: a person must look.
    Held { why: String, format: &'static str, reviews: Vec<ReviewItem> },
}

fn finish(n: Numbered, file: &str, kind: Kind, sha256: Option<&str>, checker: &Checker, digests: &Digests, views: usize) -> Done {
    let records = n.tree.doc.records.len() as u64;
    let (media, format) = (n.tree.format.media_type(), n.tree.format.id());
    let facts = Facts::of(&n);
    if n.whole.is_some() {
        let placed = |mut r: ReviewItem| {
            r.place.file = file.to_string();
            r
        };
        let reviews = n.reviews.into_iter().map(|r| placed(r.1)).collect();
        return match n.whole {
            Some(whole) => Done::Whole { whole, records, format, reviews, facts },
            None => Done::Failed("unreachable".into()),
        };
    }
    let kept = kept::key(&n, file, kind, sha256, checker, views);
    if let Some(Outcome { finished, checked, views }) = kept.as_ref().and_then(kept::done) {
        return Done::Written { finished, checked, records, media, format, facts, views };
    }
    let path = n.tree.key.clone();
    let anew = n.tree.doc.text.is_some();
    let reviews: Vec<ReviewItem> = if anew { n.reviews.iter().map(|r| r.1.clone()).collect() } else { Vec::new() };
    match write(n, file, "") {
        Err(e) if anew => Done::Held { why: e.to_string(), format, reviews },
        Err(e) => Done::Failed(e.to_string()),
        Ok(mut finished) => {
            if kind == Kind::Xml(XmlRoot::Registry) {
                let edits = std::mem::take(&mut finished.splices);
                match links::follow(&finished.input, edits, &path, file, digests) {
                    Ok((bytes, splices)) => (finished.bytes, finished.splices) = (bytes, splices),
                    Err(why) => return Done::Failed(why),
                }
            }
            let checked = checker.document(file, sha256, &finished);
            finished.input = Vec::new();
            let views = views::of(file, &finished, views, checked.pages());
            if let Some(key) = &kept {
                kept::put(key, &Outcome { finished: finished.clone(), checked: checked.clone(), views: views.clone() });
            }
            Done::Written { finished, checked, records, media, format, facts, views }
        }
    }
}

fn store(
    w: &Work,
    item: &Item,
    done: Done,
    checker: &mut Checker,
    ledger: &mut dyn FnMut(&Entry) -> Result<(), RunError>,
    totals: &mut Totals,
) -> Result<(), RunError> {
    let file = w.paths.get(&item.path).cloned().unwrap_or_else(|| item.path.clone());
    let mut row = InputRow {
        path: item.path.clone(),
        released_as: file.clone(),
        format: String::new(),
        sha256: item.sha256.clone(),
        bytes: item.len,
        state: "processed".into(),
        reason: String::new(),
        ..InputRow::default()
    };
    match done {
        Done::Failed(why) => return Err(RunError::Internal(format!("{}: cannot be written: {why}", item.path))),
        Done::Held { why, format, reviews } => {
            gather(&mut totals.reviews, reviews);
            hold(w, "unreadable", &item.path, format, &item.sha256, item.len, &why, totals);
            return Ok(());
        }
        Done::Whole { whole, records, format, reviews, facts } => {
            row.records = records;
            facts.fill(&mut row);
            add_kinds(&mut totals.kinds, &facts.kinds);
            row.format = format.into();
            row.released_as = String::new();
            gather(&mut totals.reviews, reviews);
            whole_stays(w, &file, whole, &mut row, totals);
        }
        Done::Written { finished, checked, records, media, format, facts, views } => {
            row.records = records;
            facts.fill(&mut row);
            add_kinds(&mut totals.kinds, &facts.kinds);
            totals.pages.extend(views);
            row.format = format.into();
            row.changes = finished.entries.iter().filter(|e| e.changes()).count() as u64;
            let rel = format!("{PACKAGE}/{file}");
            if item.gz {
                w.staging.write_gz(&rel, &finished.bytes)?;
                totals.media.insert(file.clone(), "application/gzip".into());
            } else {
                w.staging.write(&rel, &finished.bytes)?;
                totals.media.insert(file.clone(), media.into());
            }
            if w.intake.items.iter().any(|i| i.kind == Kind::Xml(XmlRoot::Registry)) {
                let digest = Digest { file: file.clone(), sha1: sha1_hex(&finished.bytes), size: finished.bytes.len() as u64 };
                totals.digests.insert(item.path.clone(), digest);
            }
            checker.store(&file, checked)?;
            late_holds(w, &file, "", &finished.late, totals);
            for text in finished.rewritten.iter().flat_map(|r| &r.notes) {
                totals.notes.push(Note { kind: "left-out".into(), place: file.clone(), text: text.clone() });
            }
            account(finished.entries, finished.reviews, ledger, totals)?;
        }
    }
    totals.inputs.push(row);
    Ok(())
}

/// Embedded documents that turned out not to be writable.
fn late_holds(w: &Work, file: &str, line: &str, late: &[(String, String)], totals: &mut Totals) {
    for (path, why) in late {
        let q = Question {
            kind: "unsupported",
            text: format!("An attachment was not processed: {why}. It is left out. Release without it?"),
            excerpt: String::new(),
            choices: vec!["withhold".into()],
            label: None,
            group: None,
            ..Question::default()
        };
        let place = Place { file: file.to_string(), path: format!("{line}{path}"), ..Place::default() };
        let item = review_item(&q, place, &mut totals.counters, w.rulings);
        totals.reviews.push(item);
    }
}

fn whole_stays(w: &Work, file: &str, whole: Whole, row: &mut InputRow, totals: &mut Totals) {
    let place = Place { file: file.to_string(), ..Place::default() };
    match whole {
        Whole::Withheld(d) => {
            row.state = "withheld".into();
            row.reason = d.basis.clone();
            totals.withheld.push(WithheldRow { place, kind: row.format.clone(), reason: d.reason, basis: d.basis });
        }
        Whole::Held(d) => {
            let item = review_item(&protected_question(&d), place.clone(), &mut totals.counters, w.rulings);
            row.state = if item.ruling.is_some() { "withheld" } else { "held" }.into();
            row.reason = d.basis.clone();
            totals.reviews.push(item);
            totals.withheld.push(WithheldRow { place, kind: row.format.clone(), reason: d.reason, basis: d.basis });
        }
        Whole::Misfile(_) => {
            // The question was asked when the document was numbered.
            let settled = totals.reviews.last().is_some_and(|r| r.kind == "misfile" && r.ruling.is_some());
            row.state = if settled { "withheld" } else { "held" }.into();
            row.reason = "not about the patient, or not certainly so".into();
            totals.withheld.push(WithheldRow {
                place,
                kind: row.format.clone(),
                reason: crate::redact::WRONG_PATIENT.into(),
                basis: MISFILE_BASIS.into(),
            });
        }
    }
}

fn account(
    entries: Vec<Entry>,
    reviews: Vec<ReviewItem>,
    ledger: &mut dyn FnMut(&Entry) -> Result<(), RunError>,
    totals: &mut Totals,
) -> Result<(), RunError> {
    for e in &entries {
        let action = e.decision.action.as_str();
        count(&mut totals.by_role, e.role.map_or("none", |r| r.group().as_str()), action);
        count(&mut totals.by_category, e.category.as_str(), action);
        if let Some(unit) = e.rule.strip_prefix("extent.") {
            count(&mut totals.extent, unit, action);
        } else if e.role.is_some_and(|r| r.group() == RoleGroup::OtherPatient) && e.changes() {
            count(&mut totals.extent, "identifiers", action);
        }
        if e.decision.action == Action::Withhold && e.rule != "reference.withheld" {
            totals.withheld.push(WithheldRow {
                place: e.place.clone(),
                kind: e.category.as_str().into(),
                reason: e.decision.reason.clone(),
                basis: e.decision.basis.clone(),
            });
        }
        ledger(e)?;
    }
    gather(&mut totals.reviews, reviews);
    Ok(())
}

fn count(table: &mut BTreeMap<String, BTreeMap<String, u64>>, row: &str, column: &str) {
    match table.get_mut(row).and_then(|r| r.get_mut(column)) {
        Some(n) => *n += 1,
        None => *table.entry(row.into()).or_default().entry(column.into()).or_default() += 1,
    }
}

fn notes_of(d: &Decided) -> Vec<Note> {
    let mut out = d.tree.doc.notes.clone();
    for c in &d.children {
        if let super::decide::DecidedChild::Document(child) = c {
            out.extend(notes_of(child));
        }
    }
    out
}

fn seen_in(d: &Decided, seen: &mut Seen) {
    seen.add(&d.seen);
    for c in &d.children {
        if let super::decide::DecidedChild::Document(child) = c {
            seen_in(child, seen);
        }
    }
}

/// Documents listed with their verdict; beyond it only those that are not plainly the patient's.
const DOCUMENTS: usize = 5_000;

fn about_in(d: &Decided, line: &str, into: &mut Vec<DocumentVerdict>) {
    let quiet = matches!(d.about.verdict, PageVerdict::Match | PageVerdict::Nothing);
    // Of a stream of records those are listed that are not the patient's.
    if !(quiet && (!line.is_empty() || into.len() >= DOCUMENTS)) && into.len() < 2 * DOCUMENTS {
        let mut about = d.about.clone();
        about.document.push_str(line);
        into.push(about);
    }
    for c in &d.children {
        if let super::decide::DecidedChild::Document(child) = c {
            about_in(child, line, into);
        }
    }
}

/// NDJSON: each line a document, written to the stream as it is finished.
fn lines(
    w: &Work,
    i: usize,
    checker: &mut Checker,
    ledger: &mut dyn FnMut(&Entry) -> Result<(), RunError>,
    totals: &mut Totals,
) -> Result<(), RunError> {
    let item = &w.intake.items[i];
    let file = w.paths.get(&item.path).cloned().unwrap_or_else(|| item.path.clone());
    let rel = format!("{PACKAGE}/{file}");
    let mut out = if item.gz { w.staging.create_gz(&rel)? } else { w.staging.create(&rel)? };
    let mut reader = Lines::new(item.open()?, MAX_LINE);
    let (mut records, mut changes, mut facts) = (0u64, 0u64, Facts::default());
    loop {
        if cancelled(w.stop) {
            return Err(RunError::Cancelled);
        }
        let chunk = reader.chunk().map_err(|why| RunError::Input(format!("{}: {why}", item.path)))?;
        let Some(chunk) = chunk else { break };
        let size: u64 = chunk.iter().map(|l| (l.bytes.len() + l.after.len()) as u64).sum();
        let decided: Vec<(Line, Option<Result<Decided, String>>)> = chunk
            .into_par_iter()
            .map(|l| {
                let d = l.tree(&item.path).map(|t| t.map(|t| decide(t, w.known)));
                (l, d)
            })
            .collect();
        let mut ready = Vec::with_capacity(decided.len());
        for (line, d) in decided {
            let n = match d {
                None => None,
                Some(Err(why)) => return Err(RunError::Input(format!("{}: {why}", item.path))),
                Some(Ok(d)) => {
                    seen_in(&d, &mut totals.seen);
                    about_in(&d, &format!(" line {}", line.no), &mut totals.documents);
                    for note in notes_of(&d) {
                        if totals.notes.len() < 10_000 && !totals.notes.contains(&note) {
                            totals.notes.push(note);
                        }
                    }
                    Some(number(d, &mut totals.counters, w.rulings, w.known))
                }
            };
            ready.push((line, n));
        }
        let shared: &Checker = checker;
        let digests = &totals.digests;
        let done: Vec<(Line, Option<Done>)> = ready
            .into_par_iter()
            .map(|(line, n)| {
                let d = n.map(|n| finish(n, &file, Kind::Ndjson, None, shared, digests, 0));
                (line, d)
            })
            .collect();
        for (line, d) in done {
            let place = Place { file: file.clone(), path: format!("line {}", line.no), ..Place::default() };
            match d {
                None => {
                    out.write_all(&line.before)?;
                    out.write_all(&line.bytes)?;
                    out.write_all(&line.after)?;
                    checker.plain_line(&file, &line)?;
                }
                Some(Done::Held { why, .. } | Done::Failed(why)) => {
                    return Err(RunError::Internal(format!("{}: line {}: {why}", item.path, line.no)));
                }
                Some(Done::Whole { whole, reviews, facts: f, .. }) => {
                    facts.add(&f);
                    gather(&mut totals.reviews, reviews);
                    line_stays(w, whole, place, totals);
                    checker.dropped_line(&file, &line)?;
                }
                Some(Done::Written { mut finished, checked, records: r, facts: f, .. }) => {
                    facts.add(&f);
                    records += r;
                    for e in &mut finished.entries {
                        e.place.path = format!("line {} {}", line.no, e.place.path).trim_end().to_string();
                        changes += u64::from(e.changes());
                    }
                    for item in &mut finished.reviews {
                        item.place.path = format!("line {} {}", line.no, item.place.path).trim_end().to_string();
                    }
                    out.write_all(&line.before)?;
                    out.write_all(&finished.bytes)?;
                    out.write_all(&line.after)?;
                    late_holds(w, &file, &format!("line {} ", line.no), &finished.late, totals);
                    checker.store_line(&file, &line, finished.bytes.len() as u64, checked)?;
                    account(finished.entries, finished.reviews, ledger, totals)?;
                }
            }
        }
        w.progress.done(size);
    }
    out.finish()?;
    totals.media.insert(file.clone(), if item.gz { "application/gzip" } else { "application/fhir+ndjson" }.into());
    let mut row = InputRow {
        path: item.path.clone(),
        released_as: file,
        format: "fhir-ndjson".into(),
        sha256: item.sha256.clone(),
        bytes: item.len,
        state: "processed".into(),
        records,
        changes,
        ..InputRow::default()
    };
    facts.fill(&mut row);
    add_kinds(&mut totals.kinds, &facts.kinds);
    totals.inputs.push(row);
    Ok(())
}

fn line_stays(w: &Work, whole: Whole, place: Place, totals: &mut Totals) {
    let decision = match whole {
        Whole::Withheld(d) => d,
        Whole::Held(d) => {
            let item = review_item(&protected_question(&d), place.clone(), &mut totals.counters, w.rulings);
            totals.reviews.push(item);
            Decision { action: Action::Withhold, ..d }
        }
        // The question was asked when the line was numbered.
        Whole::Misfile(m) => {
            Decision { action: Action::Withhold, reason: crate::redact::WRONG_PATIENT.into(), basis: m.why, by: "machine".into() }
        }
    };
    totals.withheld.push(WithheldRow { place, kind: "resource".into(), reason: decision.reason, basis: decision.basis });
}
