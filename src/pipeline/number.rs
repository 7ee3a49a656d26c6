//! Pass 2, the serial middle: numbers ledger entries and review items in document order, applies rulings, and turns proposals into edits.

use super::Known;
use super::candidates;
use super::decide::{Decided, DecidedChild, Misfile, UNREAD, Whole};
use super::documents::Tree;
use super::hits::Here;
use super::rulings::{Ruling, Rulings};
use crate::model::decision::{Action, Decision};
use crate::model::edit::{Change, Edit};
use crate::model::ledger::{Entry, Place, ReviewItem};
use crate::model::mention::Category;
use crate::model::view::Span;
use crate::redact::{Proposal, Question};
use std::collections::HashMap;

/// Kind of the question how much of a text goes with a name.
const EXTENT: &str = "extent";

/// Running numbers of a case.
#[derive(Default)]
pub struct Counters {
    /// Ledger entries so far.
    pub entries: u64,
    /// Review items so far, settled ones included.
    pub reviews: u64,
    /// Review items without a ruling.
    pub open: u64,
    /// Rulings on hits, boxes and pages that have found what they are about.
    pub fitted: std::collections::BTreeSet<usize>,
    /// Review items about a person of the case, by who it is: id and number. One question for all documents.
    asked: HashMap<String, (String, u64)>,
    /// Why boxes could not be carried out.
    pub undrawn: Vec<String>,
}

/// A document ready to be written.
pub struct Numbered {
    /// The document.
    pub tree: Tree,
    /// Edits; their `ledger` is an index into `entries`.
    pub edits: Vec<Edit>,
    /// Ledger entries; paths are filled in when written.
    pub entries: Vec<Entry>,
    /// For each entry the node that its path names.
    pub nodes: Vec<u32>,
    /// Review items with the entry they belong to.
    pub reviews: Vec<(Option<usize>, ReviewItem)>,
    /// Embedded documents with the field that holds them.
    pub children: Vec<(u32, Numbered)>,
    /// Set when the document as a whole stays behind.
    pub whole: Option<Whole>,
    /// Boxes and pages that a person has ruled on, in words.
    pub drawn: String,
    /// Entries that stay by a person's ruling.
    pub ruled_keep: Vec<usize>,
    /// Review items about a person, by stub: id and number.
    asked: HashMap<u32, (String, u64)>,
    /// The last stretch of a field that goes as a whole by a ruling.
    gone: Option<(u32, u32, u32)>,
}

/// Numbers one decided document.
pub fn number(decided: Decided, counters: &mut Counters, rulings: &Rulings, known: &Known) -> Numbered {
    let Decided { tree, proposals, children, whole, .. } = decided;
    let mut n = Numbered {
        tree,
        edits: Vec::with_capacity(proposals.len()),
        entries: Vec::with_capacity(proposals.len()),
        nodes: Vec::with_capacity(proposals.len()),
        reviews: Vec::new(),
        children: Vec::new(),
        whole,
        drawn: String::new(),
        ruled_keep: Vec::new(),
        asked: HashMap::new(),
        gone: None,
    };
    if let Some(Whole::Misfile(m)) = &n.whole {
        let m = m.clone();
        if n.misfile(None, &m, counters, rulings) {
            n.whole = None;
        } else {
            return n;
        }
    }
    for note in n.tree.doc.holds.clone() {
        let q = Question {
            kind: if note.kind == UNREAD { UNREAD } else { "unreadable" },
            text: note.text.clone(),
            excerpt: String::new(),
            choices: vec!["accept".into()],
            label: None,
            group: None,
            ..Question::default()
        };
        let place = Place { path: note.place.clone(), ..Place::default() };
        let item = review_item(&q, place, counters, rulings);
        n.reviews.push((None, item));
    }
    let key = n.tree.key.clone();
    let here = rulings.overrides().here(&key);
    for p in proposals {
        n.add(p, counters, rulings, known, here.as_ref());
    }
    if let Err(why) = n.draw(counters, rulings) {
        counters.undrawn.push(why);
    }
    n.redact_spots(counters, rulings);
    if n.whole.is_some() {
        return n;
    }
    let going = if children.is_empty() { Vec::new() } else { n.going() };
    for (i, child) in children.into_iter().enumerate() {
        let Some(field) = n.tree.doc.parts.get(i).map(|p| p.field) else { continue };
        // A photo of somebody else, an attachment in a record that stays behind: it goes with what holds it, read or not.
        let inner = n.tree.doc.fields.get(field as usize).map_or(Span::default(), |f| f.span);
        let at = going.partition_point(|s| s.start <= inner.start);
        if at.checked_sub(1).and_then(|i| going.get(i)).is_some_and(|s| inner.end <= s.end) {
            continue;
        }
        match child {
            DecidedChild::Held(what) => n.hold_part(field, &what, counters, rulings),
            DecidedChild::Document(d) => {
                if let Some(Whole::Withheld(decision)) = &d.whole {
                    let decision = decision.clone();
                    n.withhold_part(field, decision, counters);
                    continue;
                }
                let mut d = d;
                if let Some(Whole::Misfile(m)) = &d.whole {
                    let m = m.clone();
                    if !n.misfile(Some(field), &m, counters, rulings) {
                        continue;
                    }
                    d.whole = None;
                }
                let child = number(*d, counters, rulings, known);
                n.children.push((field, child));
            }
        }
    }
    n
}

impl Numbered {
    /// What goes as a whole, as disjoint spans in order.
    fn going(&self) -> Vec<Span> {
        let doc = &self.tree.doc;
        let mut spans: Vec<Span> = self
            .edits
            .iter()
            .filter_map(|e| match (&e.change, e.record) {
                (Change::Withhold, true) => doc.records.get(e.field as usize).map(|r| r.span),
                (Change::Remove | Change::Mask(_), false) if e.range.is_none() => {
                    doc.fields.get(e.field as usize).map(|f| f.span)
                }
                _ => None,
            })
            .collect();
        spans.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
        let mut out: Vec<Span> = Vec::new();
        for s in spans {
            match out.last_mut() {
                Some(last) if s.start < last.end => last.end = last.end.max(s.end),
                _ => out.push(s),
            }
        }
        out
    }

    fn add(&mut self, p: Proposal, counters: &mut Counters, rulings: &Rulings, known: &Known, here: Option<&Here>) {
        // What stands in a row, turn or sentence that a person has ruled out goes with it.
        if let (Some((field, start, end)), Some((from, to))) = (self.gone, p.range)
            && (p.field, p.record) == (field, false)
            && start <= from
            && to <= end
        {
            return;
        }
        let doc = &self.tree.doc;
        let (node, span) = if p.record {
            doc.records.get(p.field as usize).map_or((0, Default::default()), |r| (r.node, r.span))
        } else {
            doc.fields.get(p.field as usize).map_or((0, Default::default()), |f| (f.node, f.span))
        };
        let index = self.entries.len();
        counters.entries += 1;
        let mut entry = Entry {
            no: counters.entries,
            place: Place { offset: u64::from(span.start), len: span.len() as u64, ..Place::default() },
            category: p.category,
            role: p.role,
            label: p.label.clone(),
            decision: p.decision.clone(),
            rule: p.rule.clone(),
            confidence: p.confidence,
            replacement: String::new(),
            original: Some(p.original.clone()),
        };
        let mut change = p.change.clone();
        if let (Some(here), None) = (here, &p.question) {
            let (fitted, kept) = here.apply(self, &p, &mut entry, &mut change, rulings.by());
            counters.fitted.extend(fitted);
            if kept {
                self.ruled_keep.push(index);
            }
        }
        let named = p.category == Category::Name;
        if let Some(q) = &p.question {
            let stub = q.group.and_then(|g| self.tree.doc.stubs.get(g as usize));
            let who = candidates::person_key(q, stub, known);
            let here = q.group.and_then(|g| self.asked.get(&g)).cloned();
            let elsewhere = who.as_ref().and_then(|w| counters.asked.get(w)).cloned();
            let (id, n) = match here.or_else(|| elsewhere.clone()) {
                Some(asked) => {
                    self.asked.extend(q.group.map(|g| (g, asked.clone())));
                    self.reviews.push((Some(index), repeat(&asked.0)));
                    asked
                }
                None => {
                    let mut item = review_item(q, entry.place.clone(), counters, rulings);
                    candidates::fill(&mut item, stub, known);
                    let asked = (item.id.clone(), counters.reviews);
                    self.asked.extend(q.group.map(|g| (g, asked.clone())));
                    counters.asked.extend(who.map(|w| (w, asked.clone())));
                    self.reviews.push((Some(index), item));
                    asked
                }
            };
            match rulings.get(&id) {
                // A record that is left out as a whole stays out whatever is ruled: the texts in it were not searched for its release.
                Some(_) if p.record => entry.decision = ruled(Action::Withhold, rulings),
                None if p.record => {}
                // Nothing but the question stands here: what identifies has edits of its own.
                Some(Ruling::Keep) if q.kind == EXTENT => entry.decision = ruled(Action::Keep, rulings),
                Some(_) if q.kind == EXTENT => {
                    change = Some(Change::Mask("[REDACTED]".into()));
                    entry.decision = ruled(Action::Mask, rulings);
                    self.gone = p.range.map(|(start, end)| (p.field, start, end));
                }
                None if q.kind == EXTENT => {}
                Some(Ruling::Keep) => {
                    change = None;
                    entry.decision = ruled(Action::Keep, rulings);
                    self.ruled_keep.push(index);
                }
                Some(ruling @ Ruling::Label(role, _)) => {
                    let label = ruling.label().unwrap_or_default();
                    change = Some(if named { Change::Label(label.clone()) } else { Change::Mask(label.clone()) });
                    entry.role = Some(*role);
                    entry.label = Some(label);
                    entry.decision = ruled(if named { Action::Label } else { Action::Mask }, rulings);
                }
                Some(_) => {
                    change = Some(Change::Mask("[REDACTED]".into()));
                    entry.decision = ruled(Action::Mask, rulings);
                }
                None if named => change = Some(Change::Label(format!("[REVIEW {n}]"))),
                None => change = Some(Change::Mask(format!("[REVIEW {n}]"))),
            }
        }
        entry.replacement = match &change {
            Some(Change::Label(l) | Change::Mask(l) | Change::Text(l) | Change::InsertName(l)) => l.clone(),
            _ => String::new(),
        };
        if let Some(change) = change {
            self.edits.push(Edit { field: p.field, record: p.record, range: p.range, change, ledger: index as u32 });
        }
        self.entries.push(entry);
        self.nodes.push(node);
    }

    /// An embedded document that nobody can read: masked, and a person must say that it may stay out.
    fn hold_part(&mut self, field: u32, what: &str, counters: &mut Counters, rulings: &Rulings) {
        let q = Question {
            kind: "unsupported",
            text: format!("An attachment was not processed: {what}. It is left out. Release without it?"),
            excerpt: String::new(),
            choices: vec!["withhold".into()],
            label: None,
            group: None,
            ..Question::default()
        };
        let index = self.entries.len();
        let decision = Decision {
            action: Action::Withhold,
            reason: "UNREADABLE".into(),
            basis: "not read, so not released".into(),
            by: "machine".into(),
        };
        self.withhold_part(field, decision, counters);
        let item = review_item(&q, self.entries[index].place.clone(), counters, rulings);
        if item.ruling.is_some() {
            self.entries[index].decision.by = rulings.by().to_string();
        }
        self.reviews.push((Some(index), item));
    }

    /// A document about somebody else, this one or the one that `field` holds. True when a person has ruled that it is the patient's.
    fn misfile(&mut self, field: Option<u32>, m: &Misfile, counters: &mut Counters, rulings: &Rulings) -> bool {
        let q = Question {
            kind: "misfile",
            text: format!("{}. Is it the patient's? Else release the rest without it?", m.why),
            excerpt: m.header.clone(),
            choices: vec!["withhold".into(), "keep".into()],
            mention: m.header.clone(),
            ..Question::default()
        };
        let mut item = review_item(&q, Place::default(), counters, rulings);
        item.explained = m.explained.as_deref().cloned();
        let keep = rulings.get(&item.id) == Some(&Ruling::Keep);
        let settled = item.ruling.is_some();
        let index = field.filter(|_| !keep).map(|field| {
            let decision = Decision {
                action: Action::Withhold,
                reason: crate::redact::WRONG_PATIENT.into(),
                basis: MISFILE_BASIS.into(),
                by: if settled { rulings.by().to_string() } else { "machine".into() },
            };
            self.withhold_part(field, decision, counters);
            self.entries.len() - 1
        });
        self.reviews.push((index, item));
        keep
    }

    fn withhold_part(&mut self, field: u32, decision: Decision, counters: &mut Counters) {
        let Some(f) = self.tree.doc.fields.get(field as usize) else { return };
        counters.entries += 1;
        self.entries.push(Entry {
            no: counters.entries,
            place: Place { offset: u64::from(f.span.start), len: f.span.len() as u64, ..Place::default() },
            category: Category::Document,
            role: None,
            label: None,
            decision,
            rule: "document.withhold".into(),
            confidence: 1.0,
            replacement: String::new(),
            original: None,
        });
        self.nodes.push(f.node);
        let ledger = (self.entries.len() - 1) as u32;
        self.edits.push(Edit { field, record: false, range: None, change: Change::Mask("[WITHHELD]".into()), ledger });
    }
}

/// A numbered review item with its ruling, if there is one.
pub fn review_item(q: &Question, place: Place, counters: &mut Counters, rulings: &Rulings) -> ReviewItem {
    counters.reviews += 1;
    let id = format!("R{}", counters.reviews);
    let ruling = rulings.get(&id).map(|r| r.words());
    if ruling.is_none() {
        counters.open += 1;
    }
    ReviewItem {
        id,
        kind: q.kind.to_string(),
        place,
        question: q.text.clone(),
        excerpt: q.excerpt.clone(),
        before: q.before.clone(),
        mention: q.mention.clone(),
        after: q.after.clone(),
        choices: q.choices.clone(),
        effects: candidates::effects(q.kind, &q.choices),
        candidates: Vec::new(),
        explained: None,
        also: Vec::new(),
        ruling,
    }
}

/// Kind of an entry that only adds a place to a question asked before.
const REPEAT: &str = "repeat";

fn repeat(id: &str) -> ReviewItem {
    ReviewItem { id: id.to_string(), kind: REPEAT.to_string(), ..ReviewItem::default() }
}

/// Places of one person that a question lists.
const PLACES: usize = 100;

/// Adds review items to those of the case; further places of a person go to the question about them.
pub fn gather(into: &mut Vec<ReviewItem>, items: Vec<ReviewItem>) {
    for item in items {
        if item.kind != REPEAT {
            into.push(item);
            continue;
        }
        // The question is rarely far back: the last document asked it, or one before.
        if let Some(asked) = into.iter_mut().rev().find(|r| r.id == item.id)
            && asked.also.len() < PLACES
            && asked.place != item.place
            && !asked.also.contains(&item.place)
        {
            asked.also.push(item.place);
        }
    }
}

/// Why nothing of another patient goes out.
pub const MISFILE_BASIS: &str = "45 CFR 164.502(a): no permission to disclose another individual's protected health information";

fn ruled(action: Action, rulings: &Rulings) -> Decision {
    Decision { action, reason: "RULING".into(), basis: "a person's ruling on a review item".into(), by: rulings.by().to_string() }
}
