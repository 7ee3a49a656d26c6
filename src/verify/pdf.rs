//! A PDF taken apart by other code than wrote it.
//!
//! Objects come from hayro-syntax and page texts from hayro-interpret, neither of which the writer uses. What they give is searched for
//! removed values like any other layer: strings and names of every object, strings and names inside content streams, what can be read in
//! font programs, embedded files, the bytes between objects, and each page as a second reader reads it.

use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings,
    SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Name, Object, Stream};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// Objects inside each other.
const MAX_DEPTH: u8 = 24;
/// Files up to this size are kept taken apart for the next check.
const KEPT: usize = 32 << 20;
/// Decoded bytes of all streams together.
const MAX_BYTES: usize = 1 << 30;

/// Names of the format itself and of common font families, which a surname can equal.
const WORDS: &[&str] = &[
    "Type",
    "Page",
    "Pages",
    "Font",
    "Name",
    "Names",
    "First",
    "Last",
    "Next",
    "Prev",
    "Parent",
    "Kids",
    "Count",
    "Title",
    "Rect",
    "Link",
    "Text",
    "Border",
    "Dest",
    "Root",
    "Info",
    "Size",
    "Length",
    "Filter",
    "Lang",
    "Group",
    "Form",
    "Image",
    "Width",
    "Height",
    "Mask",
    "Pattern",
    "Shading",
    "Matrix",
    "Function",
    "Domain",
    "Range",
    "Order",
    "Bounds",
    "Coords",
    "Extend",
    "Background",
    "Normal",
    "Screen",
    "Hue",
    "Color",
    "Black",
    "White",
    "Gray",
    "Green",
    "Red",
    "Blue",
    "Cyan",
    "Magenta",
    "Yellow",
    "Arial",
    "Georgia",
    "Times",
    "Courier",
    "Cambria",
    "Candara",
    "Garamond",
    "Calibri",
    "Lato",
    "Symbol",
    "Roman",
    "Bold",
    "Italic",
    "Oblique",
    "New",
    "Fit",
    "Alpha",
    "Separation",
    "Indexed",
    "Lab",
    "Flags",
    "Ascent",
    "Descent",
    "Leading",
    "Rows",
    "Columns",
    "All",
    "None",
    "Spot",
    "Dw",
    "Bars",
    "Rotate",
    "Contents",
    "Annots",
    "Resources",
    "Widths",
    "Encoding",
    "Differences",
    "Registry",
    "Ordering",
    "Supplement",
    "Identity",
    "Adobe",
    "Japan",
    "Korea",
    "Verdana",
    "Tahoma",
    "Palatino",
    "Roboto",
    "Helvetica",
    "Outlines",
    "Document",
    "Part",
    "Art",
    "Sect",
    "Div",
    "Caption",
    "Index",
    "Span",
    "Quote",
    "Note",
    "Reference",
    "Code",
    "Table",
    "Figure",
    "Formula",
    "Aside",
    "Strong",
    "Em",
    "Sub",
    "Row",
    "Column",
    "Both",
    "Decimal",
    "Disc",
    "Circle",
    "Square",
    "Ordered",
    "List",
    "Scope",
    "Ruby",
    "Annot",
    "Marked",
];

/// What a PDF holds, as layers to search: name of the layer and its bytes.
#[derive(Default)]
pub struct Parts {
    /// Text of each page in the second reader's reading.
    pub pages: Vec<String>,
    /// Strings and names, one a line.
    pub strings: Vec<u8>,
    /// Whole files inside.
    pub files: Vec<Vec<u8>>,
    /// Bytes outside of objects' streams.
    pub between: Vec<u8>,
    /// Glyphs of each page, unreadable ones included.
    pub glyphs: Vec<Vec<Shown>>,
    /// Paths drawn on each page: left, bottom, right, top and the number of segments.
    pub shapes: Vec<Vec<([f32; 4], u32)>>,
}

/// One glyph as the second reader draws it.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// What it reads as; empty when nobody can say.
    pub text: String,
    /// Where, in points from the lower left of the page.
    pub at: [f32; 2],
    /// Font size in points.
    pub size: f32,
    /// Font size along the line, which narrowed or widened text has another of.
    pub wide: f32,
    /// First of a run.
    pub starts: bool,
}

/// Takes a PDF apart.
///
/// # Errors
/// What cannot be read; then it must not be released.
pub fn parts(bytes: &[u8]) -> Result<Arc<Parts>, String> {
    thread_local! {
        /// Several checks look at the same file one after the other; it is taken apart once.
        static LAST: RefCell<Option<([u8; 32], Arc<Parts>)>> = const { RefCell::new(None) };
    }
    let key: [u8; 32] = Sha256::digest(bytes).into();
    let known = LAST.with_borrow(|l| l.as_ref().filter(|(k, _)| *k == key).map(|(_, p)| p.clone()));
    if let Some(parts) = known {
        return Ok(parts);
    }
    let parts = Arc::new(parts_without(bytes, "", &[])?);
    // A long document is not kept for a check that may not come.
    let small = bytes.len() < KEPT;
    LAST.with_borrow_mut(|l| *l = small.then(|| (key, parts.clone())));
    Ok(parts)
}

/// The same without drawing some pages (from 1): what was held as a bomb must not be set off by looking at it again.
///
/// # Errors
/// As [`parts`].
pub fn parts_without(bytes: &[u8], password: &str, skip: &[u32]) -> Result<Parts, String> {
    // The reader is not ours; a panic in it is an unreadable file.
    std::panic::catch_unwind(|| take_apart(bytes, password, skip)).unwrap_or_else(|_| Err("the second reader gave up".into()))
}

fn take_apart(bytes: &[u8], password: &str, skip: &[u32]) -> Result<Parts, String> {
    let pdf = Pdf::new_with_password(bytes.to_vec(), password).map_err(|_| "the second reader cannot open it".to_string())?;
    let mut out = Parts { between: without_streams(bytes), ..Parts::default() };
    let mut names: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut left = MAX_BYTES;
    for object in pdf.objects() {
        walk(object, &mut out, &mut names, &mut left, 0)?;
    }
    for n in names {
        out.strings.extend(n);
        out.strings.push(b'\n');
    }
    let cache = InterpreterCache::new();
    for (page, no) in pdf.pages().iter().zip(1u32..) {
        if skip.contains(&no) {
            out.pages.push(String::new());
            out.glyphs.push(Vec::new());
            out.shapes.push(Vec::new());
            continue;
        }
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, Rect::new(-1e6, -1e6, 1e6, 1e6), &cache, pdf.xref(), settings);
        let mut reader = Reader::default();
        interpret_page(page, &mut context, &mut reader);
        out.pages.push(readings(&reader.glyphs));
        reader.glyphs.shrink_to_fit();
        out.glyphs.push(reader.glyphs);
        out.shapes.push(reader.shapes);
    }
    if out.pages.is_empty() {
        return Err("the second reader finds no page".into());
    }
    Ok(out)
}

fn walk<'a>(o: Object<'a>, out: &mut Parts, names: &mut BTreeSet<Vec<u8>>, left: &mut usize, depth: u8) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("objects nested too deep".into());
    }
    match o {
        Object::String(s) => string(s.as_bytes(), &mut out.strings),
        Object::Name(n) => name(&n, names),
        Object::Array(a) => {
            for item in a.raw_iter() {
                if let hayro_syntax::object::MaybeRef::NotRef(o) = item {
                    walk(o, out, names, left, depth + 1)?;
                }
            }
        }
        Object::Dict(d) => dict(&d, out, names, left, depth)?,
        Object::Stream(s) => {
            dict(s.dict(), out, names, left, depth)?;
            stream(&s, out, names, left)?;
        }
        _ => {}
    }
    Ok(())
}

fn dict<'a>(d: &Dict<'a>, out: &mut Parts, names: &mut BTreeSet<Vec<u8>>, left: &mut usize, depth: u8) -> Result<(), String> {
    for (key, value) in d.entries() {
        name(&key, names);
        if let hayro_syntax::object::MaybeRef::NotRef(o) = value {
            walk(o, out, names, left, depth + 1)?;
        }
    }
    Ok(())
}

fn name(n: &Name, names: &mut BTreeSet<Vec<u8>>) {
    let plain = std::str::from_utf8(n).is_ok_and(|n| WORDS.contains(&n) || n.split(['-', ',']).all(|w| WORDS.contains(&w)));
    if !plain {
        names.insert(n.to_vec());
    }
}

/// A string as it is, and as UTF-16 where it says so.
fn string(s: &[u8], out: &mut Vec<u8>) {
    let decoded = match s {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        _ => s.iter().map(|b| char::from(*b)).collect(),
    };
    out.extend(decoded.into_bytes());
    out.push(b'\n');
}

fn stream<'a>(s: &Stream<'a>, out: &mut Parts, names: &mut BTreeSet<Vec<u8>>, left: &mut usize) -> Result<(), String> {
    let d = s.dict();
    let is = |key: &str, value: &[u8]| d.get::<Name<'_>>(key).is_some_and(|n| &*n == value);
    if is("Subtype", b"Image") {
        // Pixels are looked at by other checks; what a codec carries besides them is read as far as it is text.
        runs(&s.raw_data(), &mut out.strings);
        return Ok(());
    }
    let data = s.decoded().map_err(|_| "a stream that cannot be decoded".to_string())?;
    *left = left.checked_sub(data.len()).ok_or("too large to be searched")?;
    if is("Type", b"EmbeddedFile") || is("Type", b"Metadata") || data.trim_ascii_start().starts_with(b"<?xml") {
        out.files.push(data.into_owned());
        return Ok(());
    }
    if d.contains_key("Length1")
        || is("Subtype", b"Type1C")
        || is("Subtype", b"CIDFontType0C")
        || is("Subtype", b"OpenType")
        || d.contains_key("N")
    {
        runs(&data, &mut out.strings);
        return Ok(());
    }
    tokens(&data, &mut out.strings, names);
    Ok(())
}

/// Stretches of at least eight characters that are mostly letters: words in binary data.
fn runs(data: &[u8], out: &mut Vec<u8>) {
    let mut add = |dense: &[u8]| {
        for run in dense.split(|b| !(32..127).contains(b)) {
            let letters = run.iter().filter(|b| b.is_ascii_alphabetic() || **b == b' ').count();
            if run.len() >= 8 && letters * 4 >= run.len() * 3 {
                out.extend_from_slice(run);
                out.push(b'\n');
            }
        }
    };
    add(data);
    // UTF-16 reads as ASCII once its zeros are gone.
    let dense: Vec<u8> = data.iter().copied().filter(|b| *b != 0).collect();
    add(&dense);
}

/// Strings of a content stream, each text object on a line of its own, and its names.
fn tokens(data: &[u8], out: &mut Vec<u8>, names: &mut BTreeSet<Vec<u8>>) {
    let mut at = 0usize;
    while let Some(&b) = data.get(at) {
        match b {
            b'(' => {
                let (mut depth, mut s) = (1u32, Vec::new());
                at += 1;
                while let Some(&c) = data.get(at) {
                    at += 1;
                    match c {
                        b'\\' => {
                            s.extend(data.get(at));
                            at += 1;
                            continue;
                        }
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    s.push(c);
                }
                out.extend(s.iter().map(|b| char::from(*b)).collect::<String>().into_bytes());
                continue;
            }
            b'<' if data.get(at + 1) != Some(&b'<') => {
                let end = data.get(at..).and_then(|d| memchr::memchr(b'>', d)).map_or(data.len(), |p| at + p);
                let digits: Vec<u8> = data
                    .get(at + 1..end)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|b| (*b as char).to_digit(16))
                    .map(|d| d as u8)
                    .collect();
                let bytes: Vec<u8> =
                    digits.chunks(2).map(|p| p[0] << 4 | p.get(1).copied().unwrap_or(0)).filter(|b| *b != 0).collect();
                out.extend(bytes.iter().map(|b| char::from(*b)).collect::<String>().into_bytes());
                at = end;
            }
            b'/' => {
                let rest = data.get(at + 1..).unwrap_or_default();
                let len = rest
                    .iter()
                    .position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'#' | b'_' | b'-' | b'.' | b'+' | b','))
                    .unwrap_or(rest.len());
                let n = unescaped(rest.get(..len).unwrap_or_default());
                if std::str::from_utf8(&n).is_ok_and(|n| !WORDS.contains(&n)) && names.len() < 100_000 {
                    names.insert(n);
                }
                at += len;
            }
            b'E' if data.get(at + 1) == Some(&b'T') => out.push(b'\n'),
            b'%' => {
                let end = data.get(at..).and_then(|d| memchr::memchr2(b'\n', b'\r', d)).map_or(data.len(), |p| at + p);
                out.extend_from_slice(data.get(at..end).unwrap_or_default());
                out.push(b'\n');
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    out.push(b'\n');
}

/// `#xx` in a name.
fn unescaped(n: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(n.len());
    let mut at = 0;
    while let Some(&b) = n.get(at) {
        let hex = |i: usize| n.get(at + i).and_then(|b| (*b as char).to_digit(16));
        match (b, hex(1), hex(2)) {
            (b'#', Some(h), Some(l)) => {
                out.push((h * 16 + l) as u8);
                at += 3;
            }
            _ => {
                out.push(b);
                at += 1;
            }
        }
    }
    out
}

/// The file without the data of streams and without names: comments, what stands between objects and behind the end.
fn without_streams(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0usize;
    while let Some(p) = bytes.get(at..).and_then(|b| memchr::memmem::find(b, b"stream")) {
        let begin = at + p + 6;
        out.extend_from_slice(bytes.get(at..at + p).unwrap_or_default());
        let end = bytes.get(begin..).and_then(|b| memchr::memmem::find(b, b"endstream")).map_or(bytes.len(), |p| begin + p);
        out.push(b'\n');
        at = (end + 9).min(bytes.len());
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    // Names were read as names.
    let mut plain = Vec::with_capacity(out.len());
    let mut in_name = false;
    for b in out {
        if b == b'/' {
            in_name = true;
        } else if in_name && !(b.is_ascii_alphanumeric() || matches!(b, b'#' | b'_' | b'-' | b'.' | b'+' | b',')) {
            in_name = false;
        }
        plain.push(if in_name { b' ' } else { b });
    }
    let words: &[&[u8]] = &[b"endobj", b"obj", b"xref", b"trailer", b"startxref", b"true", b"false", b"null", b"R"];
    let kept: Vec<&[u8]> = plain.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty() && !words.contains(w)).collect();
    kept.join(&b' ')
}

/// A page as text, in three ways of telling where a word ends: by gaps between runs, by wide gaps only, by every gap. The reader does not
/// say how wide a glyph is; a name must not slip through because of that.
fn readings(glyphs: &[Shown]) -> String {
    let mut out = String::with_capacity(glyphs.len() * 4);
    for way in 0..3 {
        let mut last: Option<&Shown> = None;
        for g in glyphs {
            if let Some(b) = last {
                let em = b.wide.max(0.1);
                let tall = b.size.max(0.1);
                let (dx, dy) = (g.at[0] - b.at[0], g.at[1] - b.at[1]);
                let (along, across) = if dy.abs() > dx.abs() * 4.0 && b.text != " " { (dy.abs(), dx) } else { (dx, dy) };
                let gap = along - b.text.chars().map(guess).sum::<f32>() * em;
                let blank = match way {
                    0 => g.starts && gap > 0.15 * em,
                    1 => along > 1.1 * em,
                    _ => gap > 0.2 * em,
                };
                if across.abs() > 0.5 * tall || along < -0.5 * em {
                    out.push('\n');
                } else if blank {
                    out.push(' ');
                }
            }
            out.push_str(&g.text);
            last = Some(g);
        }
        out.push_str("\n\n");
    }
    out
}

/// About how wide a character is, in font sizes.
fn guess(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | ' '
        | '-' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' => 0.85,
        c if c.is_uppercase() => 0.68,
        _ => 0.54,
    }
}

/// Collects text as a page is drawn.
#[derive(Default)]
struct Reader {
    glyphs: Vec<Shown>,
    shapes: Vec<([f32; 4], u32)>,
}

/// Paths of one page that are noted.
const MAX_SHAPES: usize = 200_000;

impl Device<'_> for Reader {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, _: &DrawMode) {
        let b = props.transform.transform_rect_bbox(path.control_box());
        if self.shapes.len() < MAX_SHAPES {
            self.shapes.push(([b.x0, b.y0, b.x1, b.y1].map(|v| v as f32), path.elements().len() as u32));
        }
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        let mut starts = true;
        for glyph in run.glyphs() {
            let m = props.transform * glyph.transform();
            let at = m * Point::ZERO;
            let c = m.as_coeffs();
            // Glyph space is a thousandth of the font size.
            let size = (c[2].hypot(c[3]) * 1000.0).max(0.1);
            let wide = (c[0].hypot(c[1]) * 1000.0).max(0.1);
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(s)) => s,
                None => String::new(),
            };
            // A ligature reads as the letters it is made of, whichever way a font's tables put it.
            let text = if text.is_ascii() { text } else { text.nfkc().collect() };
            self.glyphs.push(Shown { text, at: [at.x as f32, at.y as f32], size: size as f32, wide: wide as f32, starts });
            starts = false;
        }
    }
}
