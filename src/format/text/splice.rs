//! Edits of text fields into splices; shared by plain text and HTML.

use crate::model::document::{Document, Field, Form};
use crate::model::edit::{Cause, Change, Edit, Splice, Written, apply};
use crate::model::error::WriteError;
use crate::model::view::{Span, TextView};

/// How a text or the bytes of an embedded document are put into the place of a field.
type Put<'a, T> = &'a dyn Fn(&Field, &T) -> Result<Vec<u8>, WriteError>;

/// What a format adds to the common way of writing.
pub(in crate::format) struct Writer<'a> {
    /// The source.
    pub bytes: &'a [u8],
    /// Text of a field.
    pub view: &'a dyn Fn(&Field) -> TextView<'a>,
    /// Bytes of a replacement as the place of a field wants them.
    pub encode: Put<'a, str>,
    /// New bytes of an embedded document.
    pub part: Put<'a, [u8]>,
    /// What stands for a document that is withheld.
    pub withheld: Vec<u8>,
}

impl Writer<'_> {
    pub(in crate::format) fn write(&self, doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
        let mut splices = Vec::new();
        let mut covered = Vec::new();
        if let Some(e) = edits.iter().find(|e| e.record && e.change == Change::Withhold) {
            let whole = Span::new(0, self.bytes.len());
            splices.push(Splice { input: whole, with: self.withheld.clone(), cause: Cause::Ledger(e.ledger) });
            covered = edits.iter().map(|x| x.ledger).filter(|l| *l != e.ledger).collect();
            return Ok(Written { bytes: apply(self.bytes, &splices), splices, covered, ..Written::default() });
        }
        let mut order: Vec<&Edit> = edits.iter().collect();
        order.sort_by_key(|e| (e.field, e.range.unwrap_or((0, u32::MAX))));
        let mut view: Option<(u32, TextView)> = None;
        for e in order {
            if e.record {
                return Err(WriteError("a text has no such record".into()));
            }
            let field = doc.fields.get(e.field as usize).ok_or_else(|| WriteError("edit of a field that is not there".into()))?;
            if view.as_ref().is_none_or(|(id, _)| *id != e.field) {
                view = Some((e.field, (self.view)(field)));
            }
            let Some((_, v)) = &view else { continue };
            self.one(e, field, v, &mut splices, &mut covered)?;
        }
        splices.sort_by_key(|s| (s.input.start, s.input.end));
        let splices = without_overlap(splices, &mut covered);
        Ok(Written { bytes: apply(self.bytes, &splices), splices, covered, ..Written::default() })
    }

    fn one(
        &self,
        e: &Edit,
        field: &Field,
        view: &TextView,
        out: &mut Vec<Splice>,
        covered: &mut Vec<u32>,
    ) -> Result<(), WriteError> {
        let text = match &e.change {
            Change::Label(t) | Change::Mask(t) | Change::Text(t) => t.as_str(),
            Change::Coarse(c) => c.words.as_str(),
            Change::Remove => "",
            Change::Part(bytes) => {
                let with = (self.part)(field, bytes)?;
                out.push(Splice { input: field.span, with, cause: Cause::Ledger(e.ledger) });
                return Ok(());
            }
            Change::Withhold | Change::InsertName(_) => return Err(WriteError("a text cannot carry out this change".into())),
        };
        let (start, end) = e.range.map_or((0, view.text.len()), |(s, e)| (s as usize, e as usize));
        if start > end || !view.text.is_char_boundary(start) || !view.text.is_char_boundary(end) {
            return Err(WriteError("edit of a range that is not in the text".into()));
        }
        // A whole field that is not flowing text goes with everything in it, what the view does not show included.
        let ranges = match e.range {
            None if field.form != Form::Markup => vec![field.span],
            _ => view.raw_ranges(start, end),
        };
        let Some((first, rest)) = ranges.split_first() else {
            covered.push(e.ledger);
            return Ok(());
        };
        let with = (self.encode)(field, text)?;
        out.push(Splice { input: *first, with, cause: Cause::Ledger(e.ledger) });
        for r in rest {
            out.push(Splice { input: *r, with: Vec::new(), cause: Cause::Ledger(e.ledger) });
        }
        Ok(())
    }
}

/// Two edits may touch one escape that stands for two characters: the first takes it whole.
fn without_overlap(sorted: Vec<Splice>, covered: &mut Vec<u32>) -> Vec<Splice> {
    let mut out: Vec<Splice> = Vec::with_capacity(sorted.len());
    for mut s in sorted {
        let end = out.last().map_or(0, |l| l.input.end);
        if s.input.start < end {
            if s.input.end <= end {
                if let Cause::Ledger(l) = s.cause {
                    covered.push(l);
                }
                continue;
            }
            s.input.start = end;
        }
        out.push(s);
    }
    out
}
