//! Where text stands on a page becomes the order in which a person reads it.
//!
//! A page is a heap of pieces: glyphs of a content stream, words of an OCR engine. [`page_text`] chains pieces that continue each other
//! into runs, sets runs side by side into lines, splits lines into cells at wide gaps, reads columns of prose one after the other and
//! tables row by row, and joins wrapped lines of a paragraph, so that a name across a line end reads as one. The result is one text with
//! a map back to the pieces, and the lines and cells with their geometry, which a writer needs to lay a line anew.
//!
//! Coordinates are the caller's page units with `y` growing upwards.

mod odd_lines;
mod order;
mod rows;
mod runs;
#[cfg(test)]
mod tests;
mod words;

pub use words::words;

/// Corners of a piece as the text stands: lower left, lower right, upper right, upper left. From the first to the second is the
/// direction of reading; for vertical writing that is downwards.
pub type Quad = [[f32; 2]; 4];

/// One glyph or word.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The caller's number for it.
    pub id: u32,
    /// What it reads; more than one character for a ligature or word.
    pub text: &'a str,
    /// Where it stands. The height is that of the font (descent to ascent), or of the line for OCR words.
    pub quad: Quad,
}

/// A stretch of the page's text and the piece it stands for. Ligatures and words are taken whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mapped {
    /// First byte in the text.
    pub start: u32,
    /// One past the last byte; equal to `start` for a piece that shows nothing (the hyphen of a word broken at a line end).
    pub end: u32,
    /// The piece.
    pub piece: u32,
}

/// Pieces between two wide gaps.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cell {
    /// Ids in reading order, printed twice ones included.
    pub pieces: Vec<u32>,
    /// Where it begins along the line, in the line's own frame.
    pub left: f32,
    /// Where it ends.
    pub right: f32,
}

/// Pieces on one base line, in one column.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Line {
    /// Direction of reading in radians against the page's x axis.
    pub angle: f32,
    /// Lower edge in the line's own frame: the page turned back by `angle`.
    pub bottom: f32,
    /// Height of its largest piece.
    pub height: f32,
    /// Left to right.
    pub cells: Vec<Cell>,
    /// True when the text goes on in the next line of the same paragraph.
    pub wraps: bool,
}

/// A page as text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageText {
    /// As a person reads it: lines end with `\n`, cells of a row are separated by a tab, words by a blank.
    pub text: String,
    /// In order of `start`.
    pub map: Vec<Mapped>,
    /// In reading order.
    pub lines: Vec<Line>,
}

impl PageText {
    /// Ids of all pieces that a range of the text touches, in order of the text.
    pub fn pieces_in(&self, start: usize, end: usize) -> impl Iterator<Item = u32> + '_ {
        let first = self.map.partition_point(|m| (m.end as usize) <= start);
        self.map
            .iter()
            .skip(first.saturating_sub(4))
            .take_while(move |m| (m.start as usize) < end)
            .filter(move |m| (m.end as usize) > start && m.end > m.start || m.start == m.end && (m.start as usize) > start)
            .map(|m| m.piece)
    }
}

/// Angle of reading, and the extent of a piece in the frame turned by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub cos: f32,
    pub sin: f32,
}

impl Frame {
    pub fn new(angle: f32) -> Frame {
        Frame { cos: angle.cos(), sin: angle.sin() }
    }

    /// Left, bottom, right, top in the turned frame.
    pub fn extent(&self, quad: &Quad) -> [f32; 4] {
        let mut out = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for p in quad {
            let u = p[0] * self.cos + p[1] * self.sin;
            let v = p[1] * self.cos - p[0] * self.sin;
            out = [out[0].min(u), out[1].min(v), out[2].max(u), out[3].max(v)];
        }
        out
    }
}

/// A straight line on the page, from one end to the other.
pub type Rule = [[f32; 2]; 2];

/// Puts the pieces of one page in reading order. Pieces without text and pieces with coordinates that are no numbers are left out.
pub fn page_text(pieces: &[Piece]) -> PageText {
    page_text_ruled(pieces, &[])
}

/// The same for a page on which lines are drawn: one that stands between two words of a row separates cells.
pub fn page_text_ruled(pieces: &[Piece], rules: &[Rule]) -> PageText {
    let mut out = PageText::default();
    for (angle, runs) in runs::by_angle(pieces) {
        let frame = Frame::new(angle);
        let upright: Vec<[f32; 3]> = rules
            .iter()
            .map(|[a, b]| frame.extent(&[*a, *b, *b, *a]))
            .filter(|[l, b, r, t]| r - l < 1.0 && t - b > 4.0)
            .map(|[l, b, r, t]| [(l + r) / 2.0, b, t])
            .collect();
        let rows = rows::rows(runs, &upright);
        let rows = order::order(rows);
        order::write(&rows, angle, &mut out);
    }
    out
}
