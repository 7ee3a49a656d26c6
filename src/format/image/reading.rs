//! A page that was read becomes fields: its text, and one field for each region that is no text.

use super::ocr::Area;
use super::page::{GUESS, PageRead};
use super::regions::{Looks, Region};
use crate::format::layout::words;
use crate::model::document::{Class, Document, Doubt, Field, FieldId, Form};
use crate::model::layer::PageWord;
use crate::model::view::{Span, TextView};

/// Stands in the text for what is no text.
const PICTURE: &str = "\u{fffc}";

/// The fields of one page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageFields {
    /// The text of the page.
    pub text: FieldId,
    /// One for each of [`PageRead::regions`].
    pub regions: Vec<FieldId>,
    /// Stands for the page as a whole, when so little could be read that a person must look.
    pub whole: Option<FieldId>,
}

/// Appends the fields and doubts of a page to a document that is written anew.
pub fn page_fields(page: &PageRead, node: u32, record: u32, doc: &mut Document) -> PageFields {
    let text = push(&page.text.text, Class::Narrative, node, record, doc);
    let mut out = PageFields { text, ..PageFields::default() };
    doc.read_words.0 += page.words.len() as u64;
    doc.read_words.1 += page.words.iter().map(|w| w.confidence.clamp(0.0, 100.0).round() as u64).sum::<u64>();
    for region in &page.regions {
        let says = region.says.as_deref().unwrap_or(PICTURE);
        let field = push(says, Class::Unknown, node, record, doc);
        out.regions.push(field);
        if page.illegible {
            continue;
        }
        let (kind, question) = match (region.looks, &region.says) {
            (Looks::Code, Some(_)) => {
                ("code", "A bar code or QR code holds something that is not known to be the patient's. May it stay?")
            }
            (Looks::Code, None) => {
                ("code", "A bar code or QR code could not be read; it may hold somebody's number. May it stay?")
            }
            (Looks::Photo, _) => ("picture", "A picture: does it show a face, an identity card or a name? May it stay?"),
            (Looks::Marks | Looks::Drawn, _) => (
                "marks",
                "Marks that were not read: handwriting, a stamp, a signature, a logo. Do they name anybody? May they stay?",
            ),
        };
        doc.doubts.push(Doubt { field, range: None, kind, question: question.into() });
    }
    if page.illegible {
        let field = push(PICTURE, Class::Unknown, node, record, doc);
        let question = "So little of this page could be read that it was masked as a whole. Does it name anybody? May it stay?";
        doc.doubts.push(Doubt { field, range: None, kind: "unreadable-page", question: question.into() });
        out.whole = Some(field);
        return out;
    }
    guesses(page, text, doc);
    out
}

/// The words of a page that was read. `placed` takes corners on the unit square of the page as it lies (from its left and from its bottom) to
/// where the page is shown.
pub fn page_words(page: &PageRead, field: u32, placed: impl Fn([(f32, f32); 4]) -> [f32; 4]) -> Vec<PageWord> {
    let place = |id: u32| {
        let a = page.words.get(id as usize)?.area;
        let unit = |x: i32, y: i32| page.laid.unit(x as f32, y as f32, page.size);
        Some(placed([unit(a.left, a.bottom), unit(a.right, a.bottom), unit(a.left, a.top), unit(a.right, a.top)]))
    };
    words(&page.text, field, place)
}

/// Adds a region that a person has drawn, `corners` on the unit square of the page as it lies; gives its field.
pub fn draw(page: &mut PageRead, fields: &mut PageFields, corners: [(f32, f32); 4], doc: &mut Document) -> Option<FieldId> {
    let at: Vec<(f32, f32)> = corners.iter().map(|(a, b)| page.laid.pixel(*a, *b, page.size)).collect();
    let low = |f: fn(&(f32, f32)) -> f32| at.iter().map(f).fold(f32::MAX, f32::min).floor() as i32;
    let high = |f: fn(&(f32, f32)) -> f32| at.iter().map(f).fold(f32::MIN, f32::max).ceil() as i32;
    let (w, h) = (page.size.0 as i32, page.size.1 as i32);
    let area = Area {
        left: low(|p| p.0).clamp(0, w),
        top: low(|p| p.1).clamp(0, h),
        right: high(|p| p.0).clamp(0, w),
        bottom: high(|p| p.1).clamp(0, h),
    };
    if area.width() < 2 || area.height() < 2 {
        return None;
    }
    let like = *doc.fields.get(fields.text as usize)?;
    page.regions.push(Region { area, looks: Looks::Drawn, says: None });
    let field = push(PICTURE, Class::Unknown, like.node, like.record, doc);
    fields.regions.push(field);
    Some(field)
}

fn push(text: &str, class: Class, node: u32, record: u32, doc: &mut Document) -> FieldId {
    let all = doc.text.get_or_insert_default();
    let start = all.len();
    all.push_str(text);
    let span = Span::new(start, all.len());
    // A line end between two fields, so that no search runs from one into the next.
    all.push('\n');
    doc.fields.push(Field { span, node, class, form: Form::Scanned, owner: None, record, hint: 0 });
    doc.fields.len() as FieldId - 1
}

/// Words that the engine guessed; neighbours are one question. Marks and short numbers name nobody.
fn guesses(page: &PageRead, field: FieldId, doc: &mut Document) {
    let unsure = |piece: u32| {
        page.words.get(piece as usize).is_some_and(|w| {
            let (letters, digits) = w
                .text
                .chars()
                .fold((0, 0), |(l, d), c| (l + usize::from(c.is_alphabetic()), d + usize::from(c.is_ascii_digit())));
            w.confidence < GUESS && (letters > 1 || digits > 4)
        })
    };
    let mut open: Option<(u32, u32, usize)> = None;
    for (i, m) in page.text.map.iter().enumerate().filter(|(_, m)| m.end > m.start) {
        if !unsure(m.piece) {
            continue;
        }
        match &mut open {
            Some((_, end, last)) if *last + 1 == i => (*end, *last) = (m.end, i),
            _ => {
                close(open.take(), field, doc);
                open = Some((m.start, m.end, i));
            }
        }
    }
    close(open, field, doc);
}

fn close(open: Option<(u32, u32, usize)>, field: FieldId, doc: &mut Document) {
    let Some((start, end, _)) = open else { return };
    doc.doubts.push(Doubt {
        field,
        range: Some((start, end)),
        kind: "unclear-text",
        question: "This could not be read with certainty. Does it name anybody? May it stay?".into(),
    });
}

/// The text of a field.
pub fn view(doc: &Document, field: &Field) -> TextView<'static> {
    let text = doc.text.as_deref().and_then(|t| t.get(field.span.range())).unwrap_or_default();
    let plain = TextView::plain(text, field.span.start as usize);
    TextView { text: text.to_string().into(), segs: plain.segs }
}
