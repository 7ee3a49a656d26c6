//! Pictures on the pages of a PDF: scans, and pictures in pages of text.
//!
//! The pixels of a picture are read like those of a picture file, whatever text layer lies over it: such a layer says what some engine once
//! read and may leave out a name. So on a page with a picture that was read, the old invisible text goes and a new one holds the words that
//! stay. A picture in which something goes is decoded, overwritten and packed again in a like codec; one in which nothing goes is
//! copied.

use super::interpret::{UNIT, bounds};
use super::label_font;
use super::obj;
use super::out::{self, Out, name};
use super::page::{ImageUse, Matrix, PageModel, map};
use super::plan::Plan;
use super::read::pictures;
use super::second;
use crate::format::image::batch;
use crate::format::image::mask::Done;
use crate::format::image::ocr::Area;
use crate::format::image::page::PageRead;
use crate::format::image::raster::{Depth, Raster, check_size};
use crate::format::image::tiff_unpack::{Fax, fax_rows};
use crate::format::image::{Orders, PageFields, jpeg, order_of, png, redact_page, say, tiff_write};
use crate::model::edit::{Edit, Rewrite};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::sync::Arc;

/// One use of a picture that was read.
#[derive(Clone)]
pub struct Picture {
    /// Page, from 0.
    pub page: usize,
    /// Content stream and operation that draw it.
    pub key: (u32, u32),
    /// The picture.
    pub object: ObjectId,
    /// Unit square to page space.
    pub matrix: Matrix,
    /// As read.
    pub read: Arc<PageRead>,
    /// The fields it became.
    pub fields: PageFields,
}

/// Pictures of a page that are to be read: all but those inside of the page's own program.
pub fn candidates(page: &PageModel) -> Vec<(ImageUse, ObjectId)> {
    let wanted = pictures(page);
    page.images.iter().filter(|i| wanted.contains(&(i.stream, i.op))).filter_map(|i| i.object.map(|id| (*i, id))).collect()
}

/// Reads pictures, each object once, in parallel. `uses` are object and matrix of every use.
pub fn read_all(doc: &Document, uses: &[(ObjectId, Matrix)]) -> HashMap<ObjectId, Result<Arc<PageRead>, String>> {
    let mut first: HashMap<ObjectId, Matrix> = HashMap::new();
    let mut order = Vec::new();
    for (id, matrix) in uses {
        first.entry(*id).or_insert_with(|| {
            order.push(*id);
            *matrix
        });
    }
    let decoded = |n: usize| {
        let found = order.get(n).and_then(|id| Some((*id, doc.objects.get(id)?, first.get(id)?)));
        let Some((id, Object::Stream(s), m)) = found else { return Err("a picture that is not there".into()) };
        decode(doc, id, s).map(|(raster, _)| (Some(dpi(&raster, m)), raster))
    };
    let read = batch::read_all(order.len(), &decoded);
    order.iter().copied().zip(read).map(|(id, r)| (id, r.map(Arc::new))).collect()
}

fn dpi(raster: &Raster, m: &Matrix) -> (f32, f32) {
    let per_inch = |pixels: usize, points: f64| (pixels as f64 / (points / 72.0).max(0.01)) as f32;
    (per_inch(raster.width, m[0].hypot(m[1])), per_inch(raster.height, m[2].hypot(m[3])))
}

/// How a picture was packed.
enum Packed {
    Jpeg(Box<jpeg::Made>),
    /// Only where to paint: ink is what is painted.
    Stencil,
    /// Colours as stored, and how solid each pixel is.
    Masked(Box<(Raster, Vec<u8>)>),
    Other,
}

/// A picture as it is seen on white paper, by our own decoders, or by the second reader's where those do not know the codec, the colours
/// or the mask.
fn decode(doc: &Document, id: ObjectId, s: &Stream) -> Result<(Raster, Packed), String> {
    let masked = s.dict.has(b"SMask") || s.dict.has(b"Mask") || s.dict.has(b"SMaskInData");
    let stencil = matches!(obj::get(doc, &s.dict, b"ImageMask"), Some(Object::Boolean(true)));
    let own = if masked { Err(Own::Strange(String::new())) } else { decode_own(doc, s, stencil) };
    let why = match own {
        Ok(done) => return Ok(done),
        // Other decoders make something up where data are missing; then nobody can say what stood there.
        Err(Own::Broken(why)) => return Err(why),
        Err(Own::Strange(why)) => why,
    };
    let (raster, solid) = second::decode(doc, id).map_err(|e| if why.is_empty() { e } else { why })?;
    match solid {
        _ if stencil => Ok((raster, Packed::Stencil)),
        Some(solid) if solid.iter().any(|v| *v < 255) => {
            let flat = flattened(&raster, &solid);
            Ok((flat, Packed::Masked(Box::new((raster, solid)))))
        }
        _ => Ok((raster, Packed::Other)),
    }
}

/// The picture over paper: white, or black where its ink is so light that nobody would see it on white.
fn flattened(raster: &Raster, solid: &[u8]) -> Raster {
    let grey = raster.grey();
    let (sum, n) =
        grey.iter().zip(solid).filter(|(_, a)| **a > 127).fold((0u64, 0u64), |(s, n), (g, _)| (s + u64::from(*g), n + 1));
    let paper: u16 = if n > 0 && sum / n > 215 { 0 } else { 255 };
    let c = raster.depth.bytes();
    let mut out = raster.clone();
    for (pixel, a) in out.data.chunks_exact_mut(c).zip(solid) {
        let a = u16::from(*a);
        pixel.iter_mut().for_each(|v| *v = ((u16::from(*v) * a + paper * (255 - a)) / 255) as u8);
    }
    out
}

/// True when pixels that nobody sees are not all alike: something may be written there.
fn hides(raster: &Raster, solid: &[u8]) -> bool {
    let c = raster.depth.bytes();
    let mut unseen = raster.data.chunks_exact(c).zip(solid).filter(|(_, a)| **a == 0).map(|(p, _)| p);
    unseen.next().is_some_and(|first| unseen.any(|p| p != first))
}

/// Why our own decoders do not decode a picture.
enum Own {
    /// They do not know its codec or its colours.
    Strange(String),
    /// It is damaged.
    Broken(String),
}

impl From<String> for Own {
    fn from(why: String) -> Own {
        Own::Broken(why)
    }
}

impl From<&str> for Own {
    fn from(why: &str) -> Own {
        Own::Broken(why.into())
    }
}

fn decode_own(doc: &Document, s: &Stream, stencil: bool) -> Result<(Raster, Packed), Own> {
    let d = &s.dict;
    let n = |key: &[u8]| obj::num(doc, d, key).filter(|v| *v >= 1.0 && *v < 1e6).map(|v| v as usize);
    let (w, h) = n(b"Width").zip(n(b"Height")).ok_or("a picture without a size")?;
    check_size(w as u64, h as u64, 3)?;
    let filters = obj::filters(doc, d);
    let codec = filters.last().cloned().unwrap_or_default();
    let data = match codec.as_slice() {
        b"DCTDecode" | b"DCT" | b"CCITTFaxDecode" | b"CCF" => outer(doc, s, &filters)?,
        b"JPXDecode" | b"JBIG2Decode" => {
            return Err(Own::Strange("a picture in JPEG 2000 or JBIG2 that cannot be decoded".into()));
        }
        _ => obj::decoded(doc, s)?,
    };
    let inverted = obj::array(doc, d, b"Decode").and_then(|a| a.first()).and_then(|o| obj::number(doc, o)) == Some(1.0);
    let other = if stencil { Packed::Stencil } else { Packed::Other };
    match codec.as_slice() {
        b"DCTDecode" | b"DCT" => {
            // Colours that are not what the JPEG itself says are not ours to turn into others.
            if let Some(cs) = d.get(b"ColorSpace").ok().and_then(|o| obj::resolve(doc, o))
                && space_of(doc, cs).map_err(Own::Strange)?.1.is_some()
            {
                return Err(Own::Strange("a JPEG picture with a palette".into()));
            }
            let (raster, made) = jpeg::decode_plain(&data)?;
            if (raster.width, raster.height) != (w, h) || inverted {
                return Err(Own::Strange("a JPEG picture of another size or sense than the PDF says".into()));
            }
            Ok((raster, Packed::Jpeg(Box::new(made))))
        }
        b"CCITTFaxDecode" | b"CCF" => Ok((fax(doc, d, &data, w, h, inverted)?, other)),
        _ => Ok((plain(doc, d, &data, (w, h), inverted, stencil)?, other)),
    }
}

/// The data with every packing but the picture's own codec taken off.
fn outer(doc: &Document, s: &Stream, filters: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let Some((_, first)) = filters.split_last().filter(|(_, f)| !f.is_empty()) else { return Ok(s.content.clone()) };
    let mut stream =
        Stream { dict: Dictionary::new(), content: s.content.clone(), allows_compression: false, start_position: None };
    stream.dict.set("Filter", Object::Array(first.iter().cloned().map(Object::Name).collect()));
    obj::decoded(doc, &stream)
}

fn fax(doc: &Document, d: &Dictionary, data: &[u8], w: usize, h: usize, inverted: bool) -> Result<Raster, String> {
    let parms = match obj::get(doc, d, b"DecodeParms").or_else(|| obj::get(doc, d, b"DP")) {
        Some(Object::Array(a)) => a.last().and_then(|o| obj::resolve(doc, o)).and_then(obj::as_dict),
        Some(o) => obj::as_dict(o),
        None => None,
    };
    let num = |key: &[u8], otherwise: f64| parms.and_then(|p| obj::num(doc, p, key)).unwrap_or(otherwise);
    let yes = |key: &[u8]| matches!(parms.and_then(|p| obj::get(doc, p, key)), Some(Object::Boolean(true)));
    // Readers do not agree about rows of another width than the picture's, not even where only the last byte of a row goes beyond it.
    let row = w.div_ceil(8);
    if num(b"Columns", 1728.0) != w as f64 {
        return Err("a fax picture of another width than the PDF says".into());
    }
    let k = num(b"K", 0.0);
    let kind = if k < 0.0 {
        Fax::Group4
    } else if k > 0.0 {
        Fax::Group3Rows
    } else {
        Fax::Group3
    };
    let bits = fax_rows(data, w as u32, h as u32, kind, yes(b"EndOfLine"), yes(b"EncodedByteAlign"))?;
    // A black run is 0 unless BlackIs1 says otherwise, and 0 is black unless Decode says otherwise.
    let black_is_dark = yes(b"BlackIs1") == inverted;
    let [run, other] = if black_is_dark { [0, 255] } else { [255, 0] };
    // The pixels of each byte.
    let eight: Vec<[u8; 8]> =
        (0..=255u8).map(|b| std::array::from_fn(|x| if b >> (7 - x) & 1 == 1 { run } else { other })).collect();
    let mut out = Vec::with_capacity(w * h + 8);
    for y in 0..h {
        for b in bits.get(y * row..(y + 1) * row).unwrap_or_default() {
            out.extend_from_slice(&eight[usize::from(*b)]);
        }
        // What is missing is paper or ink as a byte of naught; what is beyond the width goes.
        out.resize(out.len().max(y * w + w), other);
        out.truncate((y + 1) * w);
    }
    Raster::new(w, h, Depth::Bit, out)
}

/// A fax picture packed anew, with its width and height: what stands behind its last row is not part of it.
pub fn fax_again(doc: &Document, d: &Dictionary, data: &[u8]) -> Option<(Vec<u8>, i64, i64)> {
    let n = |key: &[u8]| obj::num(doc, d, key).filter(|v| *v >= 1.0 && *v < 1e6).map(|v| v as usize);
    let (w, h) = (n(b"Width")?, n(b"Height")?);
    check_size(w as u64, h as u64, 3).ok()?;
    let raster = fax(doc, d, data, w, h, false).ok()?;
    Some((tiff_write::group4(&raster)?, w as i64, h as i64))
}

/// Samples without a codec.
fn plain(
    doc: &Document,
    d: &Dictionary,
    data: &[u8],
    (w, h): (usize, usize),
    inverted: bool,
    stencil: bool,
) -> Result<Raster, Own> {
    let bits = if stencil { 1 } else { obj::num(doc, d, b"BitsPerComponent").unwrap_or(8.0) as usize };
    let (channels, palette) = if stencil {
        (1, None)
    } else {
        let space = d.get(b"ColorSpace").ok().and_then(|o| obj::resolve(doc, o)).ok_or("a picture without a colour space")?;
        space_of(doc, space).map_err(Own::Strange)?
    };
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return Err(Own::Strange("a picture of an unusual depth".into()));
    }
    let row = (w * channels * bits).div_ceil(8);
    if data.len() < row * h {
        return Err("a picture that ends early".into());
    }
    let most = (1u32 << bits) - 1;
    let sample = |y: usize, i: usize| -> u32 {
        let bit = i * bits;
        let byte = data.get(y * row + bit / 8).copied().unwrap_or(0);
        u32::from(byte >> (8 - bits - bit % 8)) & most
    };
    let turned = |v: u32| if inverted { most - v } else { v };
    let depth = match (channels, &palette, bits) {
        (1, None, 1) => Depth::Bit,
        (1, None, _) => Depth::Grey,
        _ => Depth::Rgb,
    };
    let mut out = Vec::with_capacity(w * h * depth.bytes());
    for y in 0..h {
        for x in 0..w {
            match &palette {
                Some(p) => {
                    let at = sample(y, x) as usize * 3;
                    out.extend_from_slice(p.get(at..at + 3).unwrap_or(&[255; 3]));
                }
                None => out.extend((0..channels).map(|c| (turned(sample(y, x * channels + c)) * 255 / most) as u8)),
            }
        }
    }
    Ok(Raster::new(w, h, depth, out)?)
}

/// Samples of a pixel, and the colours of a palette.
fn space_of(doc: &Document, space: &Object) -> Result<(usize, Option<Vec<u8>>), String> {
    let unknown = || "a picture in a colour space that is not supported".to_string();
    let simple = |n: &[u8]| match n {
        b"DeviceGray" | b"G" | b"CalGray" => Some(1),
        b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(3),
        _ => None,
    };
    let a = match space {
        Object::Name(n) => return simple(n).map(|c| (c, None)).ok_or_else(unknown),
        Object::Array(a) => a,
        _ => return Err(unknown()),
    };
    let at = |i: usize| a.get(i).and_then(|o| obj::resolve(doc, o));
    match at(0) {
        Some(Object::Name(n)) if n == b"ICCBased" => match at(1).and_then(obj::as_dict).and_then(|p| obj::num(doc, p, b"N")) {
            Some(1.0) => Ok((1, None)),
            Some(3.0) => Ok((3, None)),
            _ => Err(unknown()),
        },
        Some(Object::Name(n)) if n == b"Indexed" || n == b"I" => {
            let (channels, none) = at(1).ok_or_else(unknown).and_then(|base| space_of(doc, base))?;
            let table = match at(3) {
                Some(Object::String(s, _)) => s.clone(),
                Some(Object::Stream(s)) => obj::decoded(doc, s)?,
                _ => return Err(unknown()),
            };
            if none.is_some() {
                return Err(unknown());
            }
            let colours = if channels == 3 { table } else { table.iter().flat_map(|v| [*v; 3]).collect() };
            Ok((1, Some(colours)))
        }
        Some(Object::Name(n)) => simple(n).map(|c| (c, None)).ok_or_else(unknown),
        _ => Err(unknown()),
    }
}

/// A picture packed, with how solid it is where it has a mask.
type Made = (Stream, Option<Stream>);

/// A masked picture with what was changed in it, and nothing where it is not seen.
fn encode_masked(raster: &Raster, (stored, solid): &(Raster, Vec<u8>)) -> Result<Made, String> {
    let (c, was) = (stored.depth.bytes(), flattened(stored, solid));
    let (mut colours, mut mask) = (stored.clone(), solid.clone());
    let pixels = raster.data.chunks_exact(c).zip(was.data.chunks_exact(c)).zip(colours.data.chunks_exact_mut(c));
    for (((new, old), to), a) in pixels.zip(mask.iter_mut()) {
        if new != old {
            to.copy_from_slice(new);
            *a = 255;
        } else if *a == 0 {
            to.fill(255);
        }
    }
    let grey = Raster { width: raster.width, height: raster.height, depth: Depth::Grey, data: mask };
    Ok((encode(&colours, &Packed::Other)?.0, Some(encode(&grey, &Packed::Other)?.0)))
}

fn encode(raster: &Raster, packed: &Packed) -> Result<Made, String> {
    if let Packed::Masked(m) = packed {
        return encode_masked(raster, m);
    }
    let mut d = Dictionary::new();
    d.set("Type", name("XObject"));
    d.set("Subtype", name("Image"));
    d.set("Width", Object::Integer(raster.width as i64));
    d.set("Height", Object::Integer(raster.height as i64));
    if matches!(packed, Packed::Stencil) {
        d.set("ImageMask", Object::Boolean(true));
    } else {
        d.set("ColorSpace", name(if raster.depth == Depth::Rgb { "DeviceRGB" } else { "DeviceGray" }));
    }
    d.set("BitsPerComponent", Object::Integer(if raster.depth == Depth::Bit { 1 } else { 8 }));
    let data = match (packed, raster.depth) {
        (_, Depth::Bit) => match tiff_write::group4(raster) {
            Some(strip) => {
                d.set("Filter", name("CCITTFaxDecode"));
                let mut p = Dictionary::new();
                p.set("K", Object::Integer(-1));
                p.set("Columns", Object::Integer(raster.width as i64));
                p.set("Rows", Object::Integer(raster.height as i64));
                d.set("DecodeParms", Object::Dictionary(p));
                strip
            }
            None => png::packed(raster),
        },
        (Packed::Jpeg(made), _) => {
            d.set("Filter", name("DCTDecode"));
            jpeg::encode(raster, made)?
        }
        _ => raster.data.clone(),
    };
    Ok((out::packed(d, data), None))
}

/// A picture as it is written.
pub struct Redone {
    orders: Orders,
    done: Option<Done>,
    /// Where it is not the picture that came.
    made: Option<Made>,
}

/// What becomes of a picture. `edits` gives the edits of a field.
///
/// # Errors
/// When a picture that was decoded once cannot be decoded again.
pub fn redone<'e>(doc: &Document, p: &Picture, edits: &dyn Fn(u32) -> Vec<&'e Edit>) -> Result<Redone, String> {
    let fields = p.fields.regions.iter().chain(&p.fields.whole).chain(std::iter::once(&p.fields.text));
    let own: Vec<&Edit> = fields.flat_map(|f| edits(*f)).collect();
    let orders = order_of(&p.read, &p.fields, own.into_iter());
    let mut out = Redone { orders, done: None, made: None };
    let stream = match doc.objects.get(&p.object) {
        Some(Object::Stream(s)) => Some(s),
        _ => None,
    };
    let masked = stream.is_some_and(|s| s.dict.has(b"SMask") || s.dict.has(b"Mask") || s.dict.has(b"SMaskInData"));
    let changes = !out.orders.cuts.is_empty() || !out.orders.blocks.is_empty();
    if !changes && !masked {
        return Ok(out);
    }
    let (raster, packed) = decode(doc, p.object, stream.ok_or("a picture that is not there")?)?;
    let hiding = matches!(&packed, Packed::Masked(m) if hides(&m.0, &m.1));
    let (raster, what) = redact_page(raster, &p.read, &out.orders);
    if changes || hiding {
        out.made = Some(encode(&raster, &packed)?);
    }
    out.done = what;
    Ok(out)
}

/// Puts the pictures of a page in their places and gives the operators of its new invisible text.
pub fn put(list: Vec<(&Picture, Redone)>, plan: &mut Plan, out: &mut Out, rewrite: &mut Rewrite) -> Vec<u8> {
    let mut layer = Vec::new();
    for (p, Redone { orders, done, made }) in list {
        if let Some((mut picture, mask)) = made {
            if let Some(mask) = mask {
                picture.dict.set("SMask", Object::Reference(out.add(Object::Stream(mask))));
            }
            plan.replaced.insert(p.key, out.add(Object::Stream(picture)));
        }
        let no = p.page as u32 + 1;
        let mut said = Rewrite::default();
        say(no, &orders, &p.read, done.as_ref(), &mut said);
        let place = {
            let b = bounds(&p.matrix, &UNIT);
            format!("page {no} picture [{:.0} {:.0} {:.0} {:.0}]", b[0], b[1], b[2], b[3])
        };
        rewrite.places.extend(orders.cuts.iter().map(|c| (c.ledger, place.clone())));
        rewrite.places.extend(orders.blocks.iter().map(|b| (b.ledger, place.clone())));
        rewrite.labels.extend(said.labels);
        rewrite.notes.extend(said.notes);
        rewrite.pixels.extend(said.pixels);
        rewrite.pictures += 1;
        text_layer(p, &orders, done.as_ref(), out, &mut layer);
    }
    layer
}

/// Words that stay, where they stand now, and labels; drawn without ink.
fn text_layer(p: &Picture, orders: &Orders, done: Option<&Done>, new: &mut Out, out: &mut Vec<u8>) {
    let gone = |i: u32| orders.cuts.iter().any(|c| c.words.contains(&i));
    let covered = |a: &Area| orders.blocks.iter().any(|b| b.area.meets(a));
    let mut words: Vec<(String, Area)> = Vec::new();
    for (i, w) in p.read.words.iter().zip(0u32..).map(|(w, i)| (i, w)) {
        let moved = done.and_then(|d| d.places.iter().find(|(id, _)| *id == i)).map(|(_, a)| *a);
        let area = moved.unwrap_or(w.area);
        if !gone(i) && !covered(&w.area) {
            words.push((w.text.clone(), area));
        }
    }
    for (ledger, area) in done.iter().flat_map(|d| &d.boxes) {
        let label = orders.cuts.iter().find(|c| c.ledger == *ledger).map(|c| &c.label);
        let label = label.or_else(|| orders.blocks.iter().find(|b| b.ledger == *ledger).map(|b| &b.label));
        words.extend(label.filter(|l| !l.is_empty()).map(|l| (l.clone(), *area)));
    }
    if words.is_empty() {
        return;
    }
    // In the order of reading, for programs that take text as it comes.
    let row = (p.read.capital * 1.5).max(1.0);
    words.sort_by_key(|(_, a)| ((a.bottom as f32 / row).round() as i32, a.left));
    out.extend(b"q BT /L1 1 Tf 3 Tr\n");
    for (text, area) in words {
        show(p, &new.label_codes(&format!("{text} ")), &area, out);
    }
    out.extend(b"ET Q\n");
}

/// One word, as wide and as tall as it stands.
fn show(p: &Picture, coded: &[u8], area: &Area, out: &mut Vec<u8>) {
    let at = |x: i32, y: i32| {
        let (ux, uy) = p.read.laid.unit(x as f32, y as f32, p.read.size);
        map(&p.matrix, f64::from(ux), f64::from(uy))
    };
    let (o, r, t) = (at(area.left, area.bottom), at(area.right, area.bottom), at(area.left, area.top));
    // The blank at the end separates words and takes no room.
    let word = coded.split_last().map_or(coded, |(_, w)| w);
    let n = word.iter().map(|c| label_font::width(char::from(*c)) / 1000.0).sum::<f64>().max(0.2);
    let m = [(r[0] - o[0]) / n, (r[1] - o[1]) / n, t[0] - o[0], t[1] - o[1], o[0], o[1]];
    if m.iter().any(|v| !v.is_finite()) {
        return;
    }
    out.extend(format!("{:.4} {:.4} {:.4} {:.4} {:.3} {:.3} Tm (", m[0], m[1], m[2], m[3], m[4], m[5]).into_bytes());
    for b in coded {
        if matches!(b, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(*b);
    }
    out.extend(b") Tj\n");
}
