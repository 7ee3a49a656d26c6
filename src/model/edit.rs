//! What a format writer is asked to do, and what it did.

use super::document::FieldId;
use super::view::Span;

/// What to put in place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A role or review label. In a text it replaces the span; for a whole element the format finds the valid form.
    Label(String),
    /// The format's own sign for masked data. In a text it behaves like [`Change::Label`] with the given words.
    Mask(String),
    /// Take the element out; the format masks instead where its rules want something there. In a text: delete.
    Remove,
    /// Put this text in place of the span (rewritten ids, URLs, hashes, a year in place of a date). Where the format cannot hold such a
    /// text it masks.
    Text(String),
    /// Keep of an address what this names; the format finds the valid form. In a text it behaves like [`Change::Mask`].
    Coarse(Coarse),
    /// New bytes for an embedded document; the format encodes them.
    Part(Vec<u8>),
    /// Withhold the record whose index is in `Edit::field` (see [`Edit::record`]).
    Withhold,
    /// An element of the record is missing that must carry a label: the format inserts it (a contact without a name).
    InsertName(String),
}

/// What stays of an address.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coarse {
    /// What a text gets, where no part of the address can be told.
    pub words: String,
    /// First three digits of postal codes that are shared by too few people to stay: `000` is put there. `None` when no digit stays.
    pub small_areas: Option<std::sync::Arc<std::collections::BTreeSet<String>>>,
}

impl Coarse {
    /// What stays of a postal code: three digits, `000` for an area of few people, nothing for what is no ZIP code.
    /// Source: 45 CFR 164.514(b)(2)(i)(B).
    pub fn postal_code(&self, code: &str) -> Option<String> {
        let small = self.small_areas.as_ref()?;
        let digits: String = code.trim().chars().take_while(char::is_ascii_digit).collect();
        let ends = code.trim().get(digits.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        if !ends || !matches!(digits.len(), 5 | 9) {
            return None;
        }
        let three = digits.get(..3)?;
        Some(if small.contains(three) { "000".into() } else { three.to_string() })
    }
}

/// One instruction. Edits handed to a writer never overlap, except that an edit of a whole element may cover edits inside it:
/// the outer one wins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// Which field; or which record when `record` is set.
    pub field: FieldId,
    /// True when `field` is an index into `Document::records`.
    pub record: bool,
    /// Byte range in the field's view text; `None` for the whole field.
    pub range: Option<(u32, u32)>,
    /// What to do.
    pub change: Change,
    /// Index of the ledger entry that this carries out.
    pub ledger: u32,
}

/// Why a writer changed bytes that no edit named.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cause {
    /// Carries out the ledger entry with this index.
    Ledger(u32),
    /// A consequence that the format's rules demand, in words: `security label REDACTED`, `size and hash of attachment`.
    Consequence(&'static str),
}

/// One stretch of bytes replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// Bytes of the input.
    pub input: Span,
    /// What stands there in the output.
    pub with: Vec<u8>,
    /// Why.
    pub cause: Cause,
}

/// Output of a writer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Written {
    /// The new document.
    pub bytes: Vec<u8>,
    /// Every difference to the input, in order, not overlapping: applying them to the input gives `bytes`.
    pub splices: Vec<Splice>,
    /// Ledger entries that were covered by an outer edit and so need no splice of their own.
    pub covered: Vec<u32>,
    /// Set by a format that is written anew: then `splices` is empty, and other checks prove what was done.
    pub rewritten: Option<Rewrite>,
}

/// What a format that is written anew says of its output.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rewrite {
    /// Place of each ledger entry carried out, by its index: `page 3 [72 690 140 702]`, in points or pixels, without values.
    pub places: Vec<(u32, String)>,
    /// Labels drawn.
    pub labels: Vec<String>,
    /// Pages from 1 on which nothing was edited: what a second reader finds there must not have changed.
    pub untouched: Vec<u32>,
    /// Pages from 1 of which something was left out that nobody sees (off the page, clipped away, in a layer that is switched off), or
    /// to which something was added from elsewhere (form fields): a second reader may find other glyphs there than came in.
    pub reduced: Vec<u32>,
    /// What glyphs read as that stood over others with the same text (false bold, shadows) and went with them.
    pub doubled: Vec<String>,
    /// Pages from 1 left out as a whole.
    pub withheld: Vec<u32>,
    /// Words that the writer put on pages beside labels: where a picture is missing.
    pub signs: Vec<&'static str>,
    /// Pages from 1 that could not be read as text: they were drawn, and the drawing was read and written in their place.
    pub drawn: Vec<u32>,
    /// What opened the input, for a second reader; empty for an input that opens without.
    pub password: String,
    /// Things done that nobody asked for: `signature removed`, `JavaScript left out`; no values.
    pub notes: Vec<String>,
    /// Pictures inside of the document that were read.
    pub pictures: u32,
    /// Pictures of pages in which pixels were changed, and where: everything else in them is as it was.
    pub pixels: Vec<PixelChange>,
}

/// Which pixels of one page changed. Areas are left, top, right, bottom in pixels of the page laid level: turned clockwise by `quarters`
/// quarters, then each column moved down by `slope` for each pixel it stands right of the middle, on a sheet of `size` with the same room
/// above and below.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PixelChange {
    /// Page from 1, counted in the input.
    pub page: u32,
    /// Quarters clockwise.
    pub quarters: u8,
    /// Rows down for each column to the right.
    pub slope: f32,
    /// Width and height of the level page.
    pub size: (u32, u32),
    /// Nothing outside of these changed.
    pub touched: Vec<[i32; 4]>,
    /// Areas that stand in the same rows at another column now, by its left edge.
    pub moved: Vec<([i32; 4], i32)>,
    /// Label boxes.
    pub boxes: Vec<[i32; 4]>,
}

/// Applies ordered, non-overlapping splices to `input`.
pub fn apply(input: &[u8], splices: &[Splice]) -> Vec<u8> {
    let grow: usize = splices.iter().map(|s| s.with.len()).sum();
    let mut out = Vec::with_capacity(input.len() + grow);
    let mut at = 0usize;
    for s in splices {
        let start = (s.input.start as usize).clamp(at, input.len());
        out.extend_from_slice(&input[at..start]);
        out.extend_from_slice(&s.with);
        at = (s.input.end as usize).clamp(start, input.len());
    }
    out.extend_from_slice(&input[at..]);
    out
}
