//! Whose is it? Every document, and every text in it, is asked whether it is about the requester.
//!
//! Structure answers for FHIR and C-CDA (their subject); a plain text, a web page, a letter or message answers by its header lines. A
//! text of another patient is held whole; a record of the patient's that carries such a text stays behind as a record.

use super::Known;
use super::decide::{Misfile, Whole};
use super::documents::Tree;
use super::survey::can_be_withheld;
use crate::model::decision::{Action, Decision};
use crate::model::identity::{DocumentVerdict, PageVerdict};
use crate::model::person::{PATIENT, StubKind};
use crate::model::roster::Resolution;
use crate::people::about::About;

/// Longest header line shown, characters.
const HEADER: usize = 160;

/// What the texts of one document claim.
#[derive(Default)]
pub struct Pages {
    /// Fields whose header is not the patient's, with the record each stands in.
    foreign: Vec<(u32, About, String, Option<Box<crate::model::identity::Explained>>)>,
    /// A header that is the patient's was read.
    own: bool,
}

/// Reads the header lines of every text.
pub fn read(tree: &Tree, known: &Known) -> Pages {
    let mut out = Pages::default();
    let judge = known.resolver.judge();
    for field in &tree.doc.fields {
        if !field.class.is_free_text() || field.owner.is_some() {
            continue;
        }
        if field.span.len() < 12 {
            continue;
        }
        let view = tree.format.view(tree.source(), &tree.doc, field);
        let text = view.text.as_ref();
        let about = judge.about(text, &known.roster);
        match about.verdict {
            PageVerdict::Nothing => {}
            PageVerdict::Match => out.own = true,
            PageVerdict::Doubt | PageVerdict::Conflict => {
                let claim = about.claim.as_ref();
                let header = claim.map_or(String::new(), |c| line_of(text, c.start, c.end));
                let explained = claim.map(|c| Box::new(judge.explain(c)));
                out.foreign.push((field.record, about, header, explained));
            }
        }
    }
    out
}

/// The line, or lines, of a header.
fn line_of(text: &str, start: usize, end: usize) -> String {
    let from = text.get(..start).and_then(|b| b.rfind(['\n', '\r'])).map_or(0, |i| i + 1);
    let to = text.get(end..).and_then(|a| a.find(['\n', '\r'])).map_or(text.len(), |i| end + i);
    text.get(from..to).unwrap_or_default().trim().chars().take(HEADER).collect()
}

impl Pages {
    /// A document of texts alone that names another patient.
    pub fn whole(&self, tree: &Tree) -> Option<Whole> {
        let texts = tree.doc.stubs.iter().all(|s| s.kind != StubKind::Patient);
        let root_only = |r: u32| r == 0 || tree.doc.records.get(r as usize).is_none_or(|r| !can_be_withheld(&r.kind));
        let (_, about, header, explained) =
            self.foreign.iter().filter(|(r, ..)| texts || root_only(*r)).max_by_key(|(_, a, ..)| a.verdict)?;
        Some(Whole::Misfile(Misfile { why: why(about), header: header.clone(), explained: explained.clone() }))
    }
}

fn why(about: &About) -> String {
    match about.verdict {
        PageVerdict::Conflict => format!("A page header names another patient ({}); the document is held as misfiled", about.why),
        _ => format!("A page header may be another patient's ({}); the document is held", about.why),
    }
}

/// Records of this document that carry another patient's text, or whose subject cannot be told to be the requester, stay behind.
pub fn withhold_records(pages: &Pages, tree: &Tree, who: &[Resolution], withheld: &mut [Option<Decision>], known: &Known) {
    let hold = |slot: &mut Option<Decision>, basis: String| {
        if slot.is_none() {
            *slot = Some(Decision {
                action: Action::Review,
                reason: crate::redact::WRONG_PATIENT.into(),
                basis,
                by: "machine".into(),
            });
        }
    };
    let structured = tree.doc.stubs.iter().any(|s| s.kind == StubKind::Patient);
    for (record, about, ..) in &pages.foreign {
        let fits = tree.doc.records.get(*record as usize).is_some_and(|r| can_be_withheld(&r.kind));
        if structured
            && fits
            && let Some(slot) = withheld.get_mut(*record as usize)
        {
            hold(slot, why(about));
        }
    }
    if !known.resolver.own_record_shown() {
        return;
    }
    for (record, slot) in tree.doc.records.iter().zip(withheld.iter_mut()) {
        let subject = record.subject.and_then(|s| who.get(s as usize));
        let patient = record.subject.and_then(|s| tree.doc.stubs.get(s as usize)).is_some_and(|s| s.kind == StubKind::Patient);
        if patient
            && can_be_withheld(&record.kind)
            && let Some(Resolution::Ambiguous(why)) = subject
        {
            hold(slot, format!("A record whose subject may be another patient: {why}"));
        }
    }
}

/// The verdict on the whole document, for the report.
pub fn verdict(pages: &Pages, tree: &Tree, who: &[Resolution], whole: Option<&Whole>) -> DocumentVerdict {
    let said = |verdict, why: &str, header: &str| DocumentVerdict {
        document: tree.key.clone(),
        verdict,
        why: why.to_string(),
        header: header.to_string(),
    };
    if let Some(Whole::Misfile(m)) = whole {
        let worst = pages.foreign.iter().map(|(_, a, ..)| a.verdict).max();
        let doubt = m.why.contains("not certain") || worst == Some(PageVerdict::Doubt);
        return said(if doubt { PageVerdict::Doubt } else { PageVerdict::Conflict }, &m.why, &m.header);
    }
    if let Some((_, about, header, _)) = pages.foreign.iter().max_by_key(|(_, a, ..)| a.verdict) {
        return said(about.verdict, &why(about), header);
    }
    // The patient's own element outweighs pointers, which may lead anywhere.
    let subjects: Vec<&Resolution> =
        tree.doc.stubs.iter().zip(who).filter(|(s, _)| s.kind == StubKind::Patient).map(|(_, w)| w).collect();
    if subjects.iter().any(|w| matches!(w, Resolution::Person(PATIENT))) {
        return said(PageVerdict::Match, "its subject is the patient", "");
    }
    if subjects.iter().any(|w| matches!(w, Resolution::Ambiguous(_))) {
        return said(PageVerdict::Doubt, "its subject may be another patient", "");
    }
    if !subjects.is_empty() {
        return said(PageVerdict::Conflict, "its subject is another patient", "");
    }
    if pages.own {
        return said(PageVerdict::Match, "a page header is the patient's", "");
    }
    said(PageVerdict::Nothing, "it does not say whose it is", "")
}
