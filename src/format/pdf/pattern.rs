//! Patterns. A tile is a small content stream of its own; text in one is no text of the page, so it is left out.

use super::emit::Emitter;
use super::interpret::{Cache, Interpreter, address};
use super::obj;
use super::out::{Out, name};
use super::page::PageModel;
use super::plan::Plan;
use super::tokens::plain;
use lopdf::{Dictionary, Document, Object, ObjectId};

/// Patterns in patterns.
const MAX_DEPTH: u8 = 6;

/// A pattern of the new document; `None` when there is none to copy.
///
/// # Errors
/// A tile that is not understood.
pub fn pattern<'d>(out: &mut Out<'d>, o: &'d Object, inherited: Option<&'d Dictionary>) -> Result<Option<ObjectId>, String> {
    let src = out.src;
    let Some(object) = obj::resolve(src, o) else { return Ok(None) };
    let Some(d) = obj::as_dict(object) else { return Ok(None) };
    let key = address(d);
    if let Some(id) = out.once(key, |_| None) {
        return Ok(Some(id));
    }
    let mut copy = Dictionary::new();
    copy.set("Type", name("Pattern"));
    let keys: &[&[u8]] = &[b"PatternType", b"PaintType", b"TilingType", b"BBox", b"XStep", b"YStep", b"Matrix"];
    for key in keys {
        if let Some(v) = obj::get(src, d, key) {
            copy.set(*key, out.numbers(v, 0));
        }
    }
    // A tile may be painted with a pattern of its own; not without end.
    if out.depth >= MAX_DEPTH {
        return Err("patterns that draw each other".into());
    }
    let id = match object {
        Object::Stream(s) => {
            let data = obj::decoded(src, s)?;
            let resources = obj::dict(src, d, b"Resources").or(inherited);
            out.depth += 1;
            let done = tile(out, &data, resources);
            out.depth -= 1;
            let (content, names) = done?;
            copy.set("Resources", Object::Dictionary(names));
            out.stream(copy, content)
        }
        _ => {
            let shading = d.get(b"Shading").map_err(|_| "a pattern without a shading")?;
            let Some(shading) = out.shading(shading) else { return Err("a shading that is not understood".into()) };
            copy.set("Shading", shading);
            out.add(Object::Dictionary(copy))
        }
    };
    out.once(key, |_| Some(id));
    Ok(Some(id))
}

/// How many patterns hold pictures or text, which are not read and do not come along. A pattern that is not understood does not come along
/// either.
pub fn unread(doc: &Document) -> usize {
    let tiles = doc.objects.values().filter_map(|o| match o {
        Object::Stream(s) if obj::num(doc, &s.dict, b"PatternType") == Some(1.0) => Some(s),
        _ => None,
    });
    let says = |s: &lopdf::Stream| {
        let mut cache = Cache::new(doc);
        let mut i = Interpreter::new(&mut cache, [-FAR, -FAR, FAR, FAR]);
        let read = obj::decoded(doc, s).and_then(|data| i.contents(&data, obj::dict(doc, &s.dict, b"Resources")));
        read.is_err() || i.page.images.iter().any(|i| !i.mask) || i.page.glyphs.iter().any(|g| !g.gone)
    };
    // Of more patterns than these nobody says anything.
    let (asked, rest): (Vec<_>, Vec<_>) = tiles.enumerate().partition(|(n, _)| *n < MAX_ASKED);
    asked.into_iter().filter(|(_, s)| says(s)).count() + rest.len()
}

/// Patterns of one file that are looked into before anything is written.
const MAX_ASKED: usize = 500;
/// As far as a pattern reaches, and farther.
const FAR: f64 = 1e6;

/// A small content stream without its text.
fn tile<'d>(out: &mut Out<'d>, data: &[u8], resources: Option<&'d Dictionary>) -> Result<(Vec<u8>, Dictionary), String> {
    let mut cache = Cache::new(out.src);
    let mut i = Interpreter::new(&mut cache, [-FAR, -FAR, FAR, FAR]);
    i.contents(data, resources)?;
    let page: PageModel = i.page;
    if page.images.iter().any(|i| !i.mask) {
        out.notes.insert("pictures in patterns were left out");
    }
    let mut plan = Plan::new(&page);
    if page.glyphs.iter().any(|g| !g.gone) {
        out.notes.insert("text in patterns was left out");
    }
    plan.removed.iter_mut().for_each(|r| *r = true);
    plan.pictures.extend(page.images.iter().map(|i| (i.stream, i.op)));
    Emitter::new(&page, &plan, out).page()
}

/// The procedure of a Type3 glyph. Its text is the glyph's own text, which was searched with the page; names of resources begin with
/// `prefix`.
///
/// # Errors
/// A procedure that is not understood.
pub fn glyph<'d>(
    out: &mut Out<'d>,
    data: &[u8],
    resources: Option<&'d Dictionary>,
    prefix: &str,
) -> Result<(Vec<u8>, Dictionary), String> {
    let mut cache = Cache::new(out.src);
    let mut i = Interpreter::new(&mut cache, [-FAR, -FAR, FAR, FAR]);
    i.contents(data, resources)?;
    let page: PageModel = i.page;
    let plan = Plan::new(&page);
    // The width operator comes first of all (ISO 32000-1, 9.6.5).
    let mut content = Vec::new();
    let width = ["d0", "d1"].map(super::lex::code);
    if let Some(op) = page.streams.first().and_then(|u| u.ops.iter().find(|o| width.contains(&o.code))) {
        plain(op, &mut content);
    }
    let mut emitter = Emitter::new(&page, &plan, out);
    emitter.prefix = prefix.to_string();
    let (body, names) = emitter.page()?;
    content.extend(body);
    Ok((content, names))
}
