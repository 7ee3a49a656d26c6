//! When and where a resource was recorded, how it is labelled, and why it was done: what scope and special categories go by.

use super::walk::Walker;
use crate::format::json::Kind;

/// Elements that date a resource by one moment, the clinical ones before the clerical ones (FHIR R4 W5 `when.done`, `when.recorded`).
const MOMENTS: [&str; 24] = [
    "effectiveDateTime",
    "effectiveInstant",
    "performedDateTime",
    "occurrenceDateTime",
    "onsetDateTime",
    "servicedDate",
    "started",
    "start",
    "whenHandedOver",
    "whenPrepared",
    "authoredOn",
    "sent",
    "received",
    "collectedDateTime",
    "occurredDateTime",
    "date",
    "authored",
    "dateTime",
    "issued",
    "recordedDate",
    "recorded",
    "created",
    "dateAsserted",
    "assertedDate",
];
/// Elements that date it by a period.
const PERIODS: [&str; 10] = [
    "effectivePeriod",
    "performedPeriod",
    "occurrencePeriod",
    "onsetPeriod",
    "servicedPeriod",
    "billablePeriod",
    "period",
    "collectedPeriod",
    "executionPeriod",
    "abatementPeriod",
];
/// Resources that hold from their onset until an abatement is told.
const LASTING: [&str; 2] = ["Condition", "AllergyIntolerance"];

impl Walker<'_> {
    /// Fills in dates, labels, encounter and reasons of a record.
    pub(super) fn circumstances(&mut self, node: u32, record: u32) {
        let (mut moment, mut period) = (None::<(usize, u32)>, None::<(usize, u32)>);
        let (mut labels, mut reasons) = (Vec::new(), Vec::new());
        let (mut encounter, mut abated) = (None, None);
        for (k, v) in self.tape.members(node) {
            let key = self.tape.str_raw(self.src, k);
            match key {
                "meta" => {
                    if let Some(list) = self.tape.get(self.src, v, "security") {
                        self.each(list, |w, c| {
                            let code = w.tape.get_str(w.src, c, "code").unwrap_or_default();
                            let system = w.tape.get_str(w.src, c, "system").unwrap_or_default();
                            labels.push(format!("{system}|{code}"));
                        });
                    }
                }
                "securityLabel" => self.each(v, |w, n| w.codings(n, |s, c, _| labels.push(format!("{s}|{c}")))),
                "encounter" | "context" => {
                    let plain = self.tape.get_str(self.src, v, "reference").map(|r| r.into_owned());
                    // DocumentReference.context.encounter, and its period.
                    let inner = self.tape.get(self.src, v, "encounter").and_then(|e| {
                        let mut found = None;
                        self.each(e, |w, n| {
                            found = found.take().or_else(|| w.tape.get_str(w.src, n, "reference").map(|r| r.into_owned()));
                        });
                        found
                    });
                    encounter = encounter.or(plain).or(inner);
                    if period.is_none()
                        && let Some(p) = self.tape.get(self.src, v, "period")
                    {
                        period = Some((PERIODS.len(), p));
                    }
                }
                "reasonCode" => self.each(v, |w, n| w.codings(n, |s, c, _| reasons.push(format!("{s}|{c}")))),
                "abatementDateTime" | "abatementPeriod" | "abatementString" | "abatementAge" | "abatementRange" => {
                    abated = Some(v)
                }
                _ => {
                    let at = |list: &[&str]| list.iter().position(|n| *n == key);
                    if let Some(rank) = at(&MOMENTS).filter(|_| self.tape.node(v).kind == Kind::String)
                        && moment.is_none_or(|(r, _)| rank < r)
                    {
                        moment = Some((rank, v));
                    }
                    if let Some(rank) = at(&PERIODS)
                        && period.is_none_or(|(r, _)| rank < r)
                    {
                        period = Some((rank, v));
                    }
                }
            }
        }
        let text = |n: u32| self.tape.string(self.src, n).map(|t| t.into_owned());
        let bound = |p: u32, key: &str| self.tape.get_str(self.src, p, key).map(|t| t.into_owned());
        let (mut date, mut end, mut open) = (None, None, false);
        if let Some((_, p)) = period {
            date = bound(p, "start");
            end = bound(p, "end");
            open = date.is_some() && end.is_none();
            if date.is_none() {
                date = end.take();
            }
        }
        let clinical = moment.filter(|(rank, _)| period.is_none() || *rank < 5).and_then(|(_, v)| text(v));
        if let Some(m) = clinical {
            (date, end, open) = (Some(m), None, false);
        } else if date.is_none() {
            date = moment.and_then(|(_, v)| text(v));
        }
        let rec = &mut self.doc.records[record as usize];
        if LASTING.contains(&rec.kind.as_str()) && date.is_some() {
            end = abated.and_then(|v| text(v).or_else(|| bound(v, "end")));
            open = abated.is_none();
        }
        rec.labels = labels;
        rec.reasons = reasons;
        rec.encounter = encounter;
        (rec.date, rec.end, rec.open) = (date, end, open);
    }
}
