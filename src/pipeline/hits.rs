//! A person's rulings on what the program has decided by itself: on one hit, or on everything of one person.
//!
//! ```toml
//! [[hit]]
//! path = "notes/visit.txt"     # the file as it came in
//! depth = 0                    # documents inside of it are 1, 2 ...
//! offset = 120                 # as the ledger counts
//! length = 5
//! original = "Maple"
//! ruling = "keep"              # keep | mask | label:ROLE
//! reason = "not_a_person"
//!
//! [[person]]
//! label = "[NURSE 1]"
//! ruling = "mask"
//! reason = "third_party"
//!
//! [[box]]
//! path = "scans/page.png"
//! page = 1
//! area = [1200, 500, 4000, 900]  # left, top, right, bottom in ten-thousandths of the page as it is shown
//!
//! [[page]]
//! path = "scans/fax.tif"
//! page = 2                       # stays out as a whole
//! ```
//!
//! A hit is known by its place and by what stood there, so that a ruling made for another input fits nothing; a ruling that fits nothing
//! ends the run.

use super::number::{Counters, Numbered};
use super::rulings::{Ruling, Rulings};
use super::spots::RawSpot;
use crate::model::decision::{Action, Decision};
use crate::model::desk::{OVERRIDE_REASONS, reason_words};
use crate::model::edit::{Change, Edit};
use crate::model::error::RunError;
use crate::model::ledger::{Entry, Place};
use crate::model::mention::Category;
use crate::redact::Proposal;
use serde::Deserialize;

/// A ruling on one hit.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawHit {
    path: String,
    #[serde(default)]
    depth: usize,
    offset: u64,
    length: u64,
    original: String,
    ruling: String,
    #[serde(default)]
    reason: String,
}

/// A ruling on one person.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPerson {
    label: String,
    ruling: String,
    #[serde(default)]
    reason: String,
}

/// A box drawn on a page, or a page that stays out when it has no area.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawBox {
    path: String,
    page: u32,
    #[serde(default)]
    area: Option<[u32; 4]>,
    #[serde(default)]
    reason: String,
}

/// One ruling of either kind.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Override {
    ruling: Ruling,
    reason: String,
}

/// All rulings on hits and persons.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    hits: Vec<(RawHit, Override)>,
    persons: Vec<(String, Override)>,
    boxes: Vec<RawBox>,
    spots: Vec<RawSpot>,
}

/// What a document's ledger entries are compared with.
pub struct Here<'r> {
    overrides: &'r Overrides,
    hits: Vec<usize>,
}

impl Overrides {
    /// Checks what a decisions file says.
    ///
    /// # Errors
    /// One line with file and reason.
    pub fn read(
        hits: Vec<RawHit>,
        persons: Vec<RawPerson>,
        boxes: Vec<RawBox>,
        spots: Vec<RawSpot>,
        name: &str,
    ) -> Result<Overrides, RunError> {
        let of = |ruling: &str, reason: &str| {
            let read = Ruling::parse(ruling).filter(|r| matches!(r, Ruling::Keep | Ruling::Mask | Ruling::Label(..)));
            let ruling = read.ok_or_else(|| {
                RunError::Input(format!(
                    "{name}: a ruling on a hit or person is one of keep, mask, label:ROLE (such as label:mother)"
                ))
            })?;
            if !reason.is_empty() && !OVERRIDE_REASONS.iter().any(|(w, _)| *w == reason) {
                let known: Vec<&str> = OVERRIDE_REASONS.iter().map(|(w, _)| *w).collect();
                return Err(RunError::Input(format!("{name}: the reason of a ruling is one of {}", known.join(", "))));
            }
            Ok(Override { ruling, reason: reason.to_string() })
        };
        let mut out = Overrides::default();
        for b in &boxes {
            let good = |[l, t, r, b]: [u32; 4]| l < r && t < b && r <= 10_000 && b <= 10_000;
            if b.page == 0 || b.area.is_some_and(|a| !good(a)) {
                return Err(RunError::Input(format!(
                    "{name}: a box has a page from 1 and an area of left, top, right, bottom in ten-thousandths"
                )));
            }
            of("mask", &b.reason)?;
        }
        out.boxes = boxes;
        for s in &spots {
            if s.text.trim().is_empty() {
                return Err(RunError::Input(format!("{name}: a text to be redacted at one place is empty")));
            }
            of("mask", &s.reason)?;
        }
        out.spots = spots;
        for h in hits {
            let o = of(&h.ruling, &h.reason)?;
            out.hits.push((h, o));
        }
        for p in persons {
            let o = of(&p.ruling, &p.reason)?;
            out.persons.push((p.label, o));
        }
        Ok(out)
    }

    /// How many rulings on hits, boxes, pages and texts there are: each must fit something.
    pub fn count(&self) -> usize {
        self.hits.len() + self.boxes.len() + self.spots.len()
    }

    /// Texts that were selected, with their number.
    pub fn spots(&self) -> impl Iterator<Item = (usize, &RawSpot)> {
        let first = self.hits.len() + self.boxes.len();
        self.spots.iter().enumerate().map(move |(i, s)| (first + i, s))
    }

    /// Boxes and pages of a document, with their number.
    pub fn boxes<'o>(&'o self, key: &'o str) -> impl Iterator<Item = (usize, &'o RawBox)> {
        let first = self.hits.len();
        self.boxes.iter().enumerate().filter(move |(_, b)| b.path == key).map(move |(i, b)| (first + i, b))
    }

    /// Those that may be about this document; `None` when none can be.
    pub fn here(&self, key: &str) -> Option<Here<'_>> {
        let fits = |h: &RawHit| {
            let rest = key.strip_prefix(h.path.as_str())?;
            (rest.is_empty() || rest.starts_with(['>', '#'])).then(|| rest.matches('>').count() == h.depth)
        };
        let hits: Vec<usize> = self.hits.iter().enumerate().filter(|(_, (h, _))| fits(h) == Some(true)).map(|(i, _)| i).collect();
        (!hits.is_empty() || !self.persons.is_empty()).then_some(Here { overrides: self, hits })
    }
}

impl Here<'_> {
    /// Applies what fits to an entry that no question is about. Gives the number of the ruling on this very hit, when there is one.
    pub fn apply(
        &self,
        n: &Numbered,
        p: &Proposal,
        entry: &mut Entry,
        change: &mut Option<Change>,
        by: &str,
    ) -> (Option<usize>, bool) {
        if p.record {
            return (None, false);
        }
        let place = if self.hits.is_empty() { None } else { exact(n, p) };
        let hit = place.and_then(|(offset, length)| {
            let same = |h: &RawHit| h.offset == offset && h.length == length && h.original == p.original;
            self.hits.iter().copied().find(|i| self.overrides.hits.get(*i).is_some_and(|(h, _)| same(h)))
        });
        let on_hit = hit.and_then(|i| self.overrides.hits.get(i)).map(|(_, o)| o);
        let label = p.label.as_deref();
        let on_person = || self.overrides.persons.iter().rev().find(|(l, _)| Some(l.as_str()) == label).map(|(_, o)| o);
        let Some(o) = on_hit.or_else(on_person) else { return (None, false) };
        let kept = carry_out(o, p, entry, change, by);
        if let Some((offset, length)) = place.or_else(|| exact(n, p)).filter(|_| kept) {
            (entry.place.offset, entry.place.len) = (offset, length);
        }
        (hit, kept)
    }
}

/// Where the hit stands, as the ledger will say it.
fn exact(n: &Numbered, p: &Proposal) -> Option<(u64, u64)> {
    let field = n.tree.doc.fields.get(p.field as usize)?;
    let Some((start, end)) = p.range else { return Some((u64::from(field.span.start), field.span.len() as u64)) };
    let view = n.tree.format.view(n.tree.source(), &n.tree.doc, field);
    let ranges = view.raw_ranges(start as usize, end as usize);
    let (first, last) = (ranges.first()?, ranges.last()?);
    Some((u64::from(first.start), u64::from(last.end - first.start)))
}

/// True when the ruling keeps what stands there.
fn carry_out(o: &Override, p: &Proposal, entry: &mut Entry, change: &mut Option<Change>, by: &str) -> bool {
    // Ids that were rewritten stay so: the same id stands at other places, too.
    if !matches!(change, None | Some(Change::Label(_) | Change::Mask(_) | Change::Remove | Change::Coarse(_))) {
        return false;
    }
    let named = p.category == Category::Name;
    let action = match &o.ruling {
        Ruling::Keep => {
            *change = None;
            Action::Keep
        }
        Ruling::Label(role, _) => {
            let label = o.ruling.label().unwrap_or_default();
            // What was taken out whole stays out; only whose it is changes.
            if !matches!(change, Some(Change::Remove)) {
                *change = Some(if named { Change::Label(label.clone()) } else { Change::Mask(label.clone()) });
            }
            entry.role = Some(*role);
            entry.label = Some(label);
            match (&change, named) {
                (Some(Change::Remove), _) => Action::Remove,
                (_, true) => Action::Label,
                _ => Action::Mask,
            }
        }
        _ => {
            *change = Some(Change::Mask("[REDACTED]".into()));
            Action::Mask
        }
    };
    let why = if o.reason.is_empty() { String::new() } else { format!(": {}", reason_words(&o.reason).to_lowercase()) };
    entry.decision =
        Decision { action, reason: "RULING".into(), basis: format!("a person's ruling on a hit{why}"), by: by.to_string() };
    action == Action::Keep
}

impl Numbered {
    /// Carries out boxes and pages that a person has drawn or left out. Numbers of those that fit go to `fitted`.
    ///
    /// # Errors
    /// Why a box reaches nothing, in words.
    pub fn draw(&mut self, counters: &mut Counters, rulings: &Rulings) -> Result<(), String> {
        let key = self.tree.key.clone();
        for (number, b) in rulings.overrides().boxes(&key) {
            let page = b.page as usize - 1;
            let why = if b.reason.is_empty() { "" } else { reason_words(&b.reason) };
            let said = |why: String| format!("page {}: {why}", b.page);
            match b.area {
                Some(area) => {
                    let area = area.map(|v| v as f32 / 10_000.0);
                    for (field, range) in self.tree.format.draw(&mut self.tree.doc, page, area).map_err(said)? {
                        for range in self.free(field, range) {
                            self.by_hand(field, false, range, "a box drawn by a person", why, counters, rulings);
                        }
                    }
                }
                None => {
                    let pages = self.tree.doc.records.iter().enumerate().filter(|(_, r)| r.kind == "page");
                    let (index, _) = pages.into_iter().nth(page).ok_or_else(|| said("it cannot be left out by itself".into()))?;
                    self.by_hand(index as u32, true, None, "a page left out by a person", why, counters, rulings);
                }
            }
            self.drawn.push_str(&format!("{b:?};"));
            counters.fitted.insert(number);
        }
        Ok(())
    }

    /// What of a range no edit has taken already.
    pub(super) fn free(&self, field: u32, range: Option<(u32, u32)>) -> Vec<Option<(u32, u32)>> {
        let mut taken: Vec<(u32, u32)> = Vec::new();
        for e in self.edits.iter().filter(|e| !e.record && e.field == field) {
            match e.range {
                None => return Vec::new(),
                Some(r) => taken.push(r),
            }
        }
        let Some((mut start, end)) = range else { return vec![None] };
        taken.sort_unstable();
        let mut out = Vec::new();
        for (from, to) in taken {
            if from > start && from < end {
                out.push(Some((start, from)));
            }
            if from < end {
                start = start.max(to);
            }
        }
        if start < end {
            out.push(Some((start, end)));
        }
        out
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn by_hand(
        &mut self,
        field: u32,
        record: bool,
        range: Option<(u32, u32)>,
        what: &str,
        why: &str,
        counters: &mut Counters,
        rulings: &Rulings,
    ) {
        let doc = &self.tree.doc;
        let at = if record {
            doc.records.get(field as usize).map(|r| (r.node, r.span))
        } else {
            doc.fields.get(field as usize).map(|f| (f.node, f.span))
        };
        let (node, span) = at.unwrap_or_default();
        let original = range.and_then(|(start, end)| {
            let view = doc.fields.get(field as usize).map(|f| self.tree.format.view(self.tree.source(), doc, f))?;
            view.text.get(start as usize..end as usize).map(str::to_string)
        });
        counters.entries += 1;
        let action = if record { Action::Withhold } else { Action::Mask };
        let basis = if why.is_empty() { what.to_string() } else { format!("{what}: {}", why.to_lowercase()) };
        self.entries.push(Entry {
            no: counters.entries,
            place: Place { offset: u64::from(span.start), len: span.len() as u64, ..Place::default() },
            category: if record { Category::Document } else { Category::OtherId },
            role: None,
            label: None,
            decision: Decision { action, reason: "RULING".into(), basis, by: rulings.by().to_string() },
            rule: if record { "drawn.page" } else { "drawn.box" }.into(),
            confidence: 1.0,
            replacement: if record { String::new() } else { "[REDACTED]".into() },
            original,
        });
        self.nodes.push(node);
        let ledger = (self.entries.len() - 1) as u32;
        let change = if record { Change::Withhold } else { Change::Mask("[REDACTED]".into()) };
        self.edits.push(Edit { field, record, range, change, ledger });
    }
}
