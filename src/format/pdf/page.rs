//! What a page holds, glyph by glyph, with the way back to the operators that drew it.

use super::font::Font;
use super::lex::Op;
use lopdf::{Dictionary, ObjectId};
use std::collections::HashMap;
use std::sync::Arc;

/// A matrix as PDF writes it: `[a b c d e f]`.
pub type Matrix = [f64; 6];

/// `a` then `b`.
pub fn mul(a: &Matrix, b: &Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// A point through a matrix.
pub fn map(m: &Matrix, x: f64, y: f64) -> [f64; 2] {
    [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]]
}

/// The way back; `None` for a matrix that makes everything a line.
pub fn inverse(m: &Matrix) -> Option<Matrix> {
    let det = m[0] * m[3] - m[1] * m[2];
    if det.abs() < 1e-12 || !det.is_finite() {
        return None;
    }
    let (a, b, c, d) = (m[3] / det, -m[1] / det, -m[2] / det, m[0] / det);
    Some([a, b, c, d, -(m[4] * a + m[5] * c), -(m[4] * b + m[5] * d)])
}

/// The matrix that changes nothing.
pub const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// A font in use on a page.
pub struct FontUse<'d> {
    /// Stands for the font in the whole document.
    pub key: usize,
    /// Its dictionary.
    pub dict: &'d Dictionary,
    /// As read.
    pub font: Font,
}

/// One glyph as drawn. Page space is the default user space of the page, in points.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    /// Index into [`PageModel::shows`].
    pub show: u32,
    pub code: u32,
    /// Bytes in the joined strings of its operation.
    pub at: u32,
    pub len: u8,
    /// Range in [`PageModel::chars`]; empty when nothing reads it.
    pub text: (u32, u32),
    /// Where the pen stood.
    pub pen: [f32; 2],
    /// How far the font moves the pen, without any spacing.
    pub step: [f32; 2],
    /// Corners; see [`crate::format::layout::Quad`].
    pub quad: [[f32; 2]; 4],
    /// Not on the visible page: outside of it, clipped away, in a layer that is switched off. Never written.
    pub gone: bool,
    /// Gone, but the line of a visible glyph goes on with it beyond the edge of the page or of a clip; see [`super::cut`].
    pub cut: bool,
    /// Drawn without ink (an OCR layer).
    pub invisible: bool,
    /// Nobody can say what it reads as.
    pub unreadable: bool,
}

/// One text-showing operation as carried out.
#[derive(Clone, Debug)]
pub struct Show {
    /// Index into [`PageModel::streams`].
    pub stream: u32,
    /// Index of the `BT` before it.
    pub block: u32,
    /// Its glyphs.
    pub glyphs: (u32, u32),
    /// Index into [`PageModel::fonts`].
    pub font: u32,
    /// Character and word spacing, horizontal scale (1 is none), rise, rendering mode.
    pub spacing: [f64; 2],
    pub scale: f64,
    pub rise: f64,
    pub mode: i64,
    /// Text matrix before the operation.
    pub tm: Matrix,
    /// User space to page space.
    pub ctm: Matrix,
    /// Right edge (or whatever is there) of the clip in page space.
    pub clip: [f32; 4],
}

/// A path that was painted or clipped with.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub stream: u32,
    /// First operation that builds it, and the one that ends it.
    pub ops: (u32, u32),
    /// Left, bottom, right, top in page space.
    pub bounds: [f32; 4],
    pub clips: bool,
}

/// An image as drawn.
#[derive(Clone, Copy, Debug)]
pub struct ImageUse {
    pub stream: u32,
    pub op: u32,
    /// The object; `None` for an inline image.
    pub object: Option<ObjectId>,
    /// Unit square to page space.
    pub matrix: Matrix,
    /// In a layer that is switched off, or off the page.
    pub gone: bool,
    /// Only a stencil for a colour.
    pub mask: bool,
    /// Size in pixels.
    pub pixels: (u32, u32),
}

/// One use of a content stream.
pub struct StreamUse<'d> {
    pub ops: Arc<Vec<Op>>,
    pub resources: Option<&'d Dictionary>,
    /// Dictionary of the form; `None` for the page itself.
    pub form: Option<&'d Dictionary>,
    /// Streams that operations of this one draw (`Do` of a form, `gs` with a soft mask).
    pub children: HashMap<u32, u32>,
    /// Show of each operation that is one.
    pub shows: HashMap<u32, u32>,
    /// Painting operations in layers that are switched off.
    pub hidden: Vec<u32>,
}

/// A page as drawn.
#[derive(Default)]
pub struct PageModel<'d> {
    /// Visible glyphs that are said to read as another letter than the one they show.
    pub lies: u32,
    pub streams: Vec<StreamUse<'d>>,
    /// Streams that are the page: its contents, then the looks of annotations, each with the matrix it is drawn with.
    pub roots: Vec<(u32, Matrix)>,
    pub shows: Vec<Show>,
    pub glyphs: Vec<Glyph>,
    /// Texts of the glyphs.
    pub chars: String,
    pub fonts: Vec<Arc<FontUse<'d>>>,
    pub marks: Vec<Mark>,
    pub images: Vec<ImageUse>,
    /// Glyphs that stand for one text told by ActualText: first and one past the last. They go together.
    pub groups: Vec<(u32, u32)>,
    /// Visible page: left, bottom, right, top.
    pub area: [f32; 4],
}

impl PageModel<'_> {
    /// Text of a glyph.
    pub fn text(&self, g: &Glyph) -> &str {
        self.chars.get(g.text.0 as usize..g.text.1 as usize).unwrap_or_default()
    }
}
