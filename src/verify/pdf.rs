//! A PDF taken apart by other code than wrote it.
//!
//! Objects come from hayro-syntax and page texts from hayro-interpret, neither of which the writer uses. What they give is searched for
//! removed values like any other layer: strings and names of every object, strings and names inside content streams, what can be read in
//! font programs, embedded files, the bytes between objects, and each page as a second reader reads it.

use super::glyph_names::without_glyph_names;
use super::page_key::page_keys;
use super::pdf_pages::{Ink, Pages, Seen, readings};
use crate::model::memory::{self, Key};
use hayro_syntax::object::{Dict, Name, Object, Stream};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

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

thread_local! {
    /// Several checks look at the same file one after the other; it is taken apart once.
    static LAST: RefCell<Option<([u8; 32], Arc<Parts>)>> = const { RefCell::new(None) };
}

/// What a PDF holds, as layers to search: name of the layer and its bytes.
#[derive(Default)]
pub struct Parts {
    /// The open file.
    pub file: Option<Pages>,
    /// Each page as the second reader reads it.
    pub pages: Vec<Arc<Reading>>,
    /// What each page is drawn from, where things are kept between runs.
    pub keys: Vec<Option<Key>>,
    /// Strings and names, one a line.
    pub strings: Vec<u8>,
    /// Whole files inside.
    pub files: Vec<Vec<u8>>,
    /// Bytes outside of objects' streams.
    pub between: Vec<u8>,
}

/// One page as the second reader reads it.
#[derive(Default)]
pub struct Reading {
    /// Its text.
    pub text: String,
    /// Its glyphs with ink.
    pub ink: Ink,
    /// Where something is drawn that may be letters: left, bottom, right, top.
    pub shapes: Vec<[f32; 4]>,
}

impl Reading {
    fn of(seen: Seen) -> Reading {
        Reading { text: readings(&seen.glyphs), ink: Ink::of(&seen.glyphs), shapes: seen.shapes }
    }

    fn size(&self) -> usize {
        self.text.len() + self.ink.size() + 16 * self.shapes.len() + 256
    }
}

/// Takes a PDF apart.
///
/// # Errors
/// What cannot be read; then it must not be released.
pub fn parts(bytes: &[u8]) -> Result<Arc<Parts>, String> {
    let key: [u8; 32] = Sha256::digest(bytes).into();
    let known = LAST.with_borrow(|l| l.as_ref().filter(|(k, _)| *k == key).map(|(_, p)| p.clone()));
    if let Some(parts) = known {
        return Ok(parts);
    }
    // The reader is not ours; a panic in it is an unreadable file.
    let taken = std::panic::catch_unwind(|| take_apart(bytes));
    let parts = Arc::new(taken.unwrap_or_else(|_| Err("the second reader gave up".into()))?);
    // A long document is not kept for a check that may not come.
    let small = bytes.len() < KEPT;
    LAST.with_borrow_mut(|l| *l = small.then(|| (key, parts.clone())));
    Ok(parts)
}

/// Lets go of the file that was kept for the next check.
pub fn forget() {
    LAST.with_borrow_mut(|l| *l = None);
}

fn take_apart(bytes: &[u8]) -> Result<Parts, String> {
    let pages = Pages::open(bytes, "")?;
    let mut out = Parts { between: without_streams(bytes), ..Parts::default() };
    let mut names: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut left = MAX_BYTES;
    for object in pages.pdf.objects() {
        walk(object, &mut out, &mut names, &mut left, 0)?;
    }
    for n in names {
        out.strings.extend(n);
        out.strings.push(b'\n');
    }
    out.keys = page_keys(&pages.pdf);
    let known: Vec<Option<Arc<Reading>>> = out.keys.iter().map(|k| memory::recall(&memory::of(k.as_ref()?, "reading"))).collect();
    let read_before: Vec<u32> = (1u32..).zip(&known).filter(|(_, k)| k.is_some()).map(|(no, _)| no).collect();
    let read = pages.each(&read_before, &|_, seen| Reading::of(seen))?;
    for ((known, read), key) in known.into_iter().zip(read).zip(&out.keys) {
        let page = match (known, read) {
            (Some(page), _) => page,
            (None, Some(read)) => {
                let page = Arc::new(read);
                if let Some(key) = key {
                    memory::put(memory::of(key, "reading"), page.clone(), page.size());
                }
                page
            }
            (None, None) => continue,
        };
        out.pages.push(page);
    }
    if out.pages.is_empty() {
        return Err("the second reader finds no page".into());
    }
    out.file = Some(pages);
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
        names.insert(without_glyph_names(n));
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
                out.extend(without_glyph_names(run));
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
