//! The new document: objects numbered from one, nothing in it that nobody asked for.

use super::interpret::address;
use super::label_font;
use super::obj;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Copied arrays, functions and colour spaces inside each other.
const MAX_DEPTH: u8 = 16;

/// A font of the new document.
pub struct FontOut<'d> {
    pub id: ObjectId,
    pub dict: &'d Dictionary,
    /// Codes that are still shown.
    pub used: BTreeSet<u32>,
}

/// The document being built.
pub struct Out<'d> {
    pub src: &'d Document,
    pub objects: BTreeMap<ObjectId, Object>,
    next: u32,
    pub fonts: HashMap<usize, FontOut<'d>>,
    /// Order in which fonts came, so that the result does not depend on addresses.
    pub font_order: Vec<usize>,
    memo: HashMap<usize, ObjectId>,
    label_font: Option<ObjectId>,
    /// Codes shown in the font of labels.
    label_codes: BTreeSet<u8>,
    /// Forms written without change: address and inherited resources.
    pub forms: HashMap<(usize, usize), ObjectId>,
    pub notes: BTreeSet<&'static str>,
    /// Patterns being written.
    pub depth: u8,
    /// Objects by the address of their dictionary, once somebody asks.
    sources: Option<HashMap<usize, ObjectId>>,
}

impl<'d> Out<'d> {
    /// An empty document that copies from `src`.
    pub fn new(src: &'d Document) -> Self {
        Out {
            src,
            objects: BTreeMap::new(),
            next: 1,
            fonts: HashMap::new(),
            font_order: Vec::new(),
            memo: HashMap::new(),
            label_font: None,
            label_codes: BTreeSet::new(),
            forms: HashMap::new(),
            notes: BTreeSet::new(),
            depth: 0,
            sources: None,
        }
    }

    /// A number for an object that comes later.
    pub fn reserve(&mut self) -> ObjectId {
        let id = (self.next, 0);
        self.next += 1;
        id
    }

    /// Adds an object.
    pub fn add(&mut self, object: Object) -> ObjectId {
        let id = self.reserve();
        self.objects.insert(id, object);
        id
    }

    /// Adds a stream, packed.
    pub fn stream(&mut self, dict: Dictionary, content: Vec<u8>) -> ObjectId {
        self.add(Object::Stream(packed(dict, content)))
    }

    /// The font a dictionary becomes.
    pub fn font(&mut self, key: usize, dict: &'d Dictionary) -> &mut FontOut<'d> {
        if !self.fonts.contains_key(&key) {
            let id = self.reserve();
            self.font_order.push(key);
            self.fonts.insert(key, FontOut { id, dict, used: BTreeSet::new() });
        }
        self.fonts.entry(key).or_insert_with(|| FontOut { id: (0, 0), dict, used: BTreeSet::new() })
    }

    /// The font in which labels are drawn.
    pub fn label_font(&mut self) -> ObjectId {
        match self.label_font {
            Some(id) => id,
            None => {
                let id = self.reserve();
                self.label_font = Some(id);
                id
            }
        }
    }

    /// Its number, once it is in use.
    pub fn label_font_id(&self) -> Option<ObjectId> {
        self.label_font
    }

    /// Codes shown in the font of labels.
    pub fn label_codes_used(&mut self) -> &mut BTreeSet<u8> {
        &mut self.label_codes
    }

    /// How much of what pages share was written so far.
    pub fn shared(&self) -> usize {
        self.memo.len() + self.forms.len() + self.notes.len()
    }

    /// The object of the source that a dictionary is, where it is one by itself.
    pub fn source_of(&mut self, dict: &'d Dictionary) -> Option<ObjectId> {
        let src = self.src;
        let all = || src.objects.iter().filter_map(|(id, o)| Some((address(obj::as_dict(o)?), *id))).collect();
        self.sources.get_or_insert_with(all).get(&address(dict)).copied()
    }

    /// A text in codes of that font, which are remembered.
    pub fn label_codes(&mut self, text: &str) -> Vec<u8> {
        let codes = label_font::codes(text);
        self.label_codes.extend(&codes);
        codes
    }

    /// Writes the font of labels, where it is in use.
    ///
    /// # Errors
    /// See [`label_font::write`].
    pub fn write_label_font(&mut self) -> Result<(), String> {
        let Some(id) = self.label_font else { return Ok(()) };
        let used = std::mem::take(&mut self.label_codes);
        label_font::write(self, id, &used)
    }

    /// A colour space; `None` when it is not understood.
    pub fn color_space(&mut self, o: &'d Object, depth: u8) -> Option<Object> {
        if depth > MAX_DEPTH {
            return None;
        }
        let o = obj::resolve(self.src, o)?;
        let a = match o {
            Object::Name(n) => {
                let known: &[&[u8]] =
                    &[b"DeviceGray", b"DeviceRGB", b"DeviceCMYK", b"Pattern", b"G", b"RGB", b"CMYK", b"CalRGB", b"CalGray"];
                return known.contains(&n.as_slice()).then(|| o.clone());
            }
            Object::Array(a) => a,
            _ => return None,
        };
        let Some(Object::Name(kind)) = a.first().and_then(|o| obj::resolve(self.src, o)) else { return None };
        let at = |i: usize| a.get(i);
        let mut out = vec![Object::Name(kind.clone())];
        match kind.as_slice() {
            b"ICCBased" => {
                let Object::Stream(s) = obj::resolve(self.src, at(1)?)? else { return None };
                let Some(id) = self.once(address(s), |out| out.icc(s, depth)) else {
                    // What is no profile says at least how many colours it has.
                    return Some(name(match obj::num(self.src, &s.dict, b"N")? as i64 {
                        1 => "DeviceGray",
                        3 => "DeviceRGB",
                        4 => "DeviceCMYK",
                        _ => return None,
                    }));
                };
                out.push(Object::Reference(id));
            }
            b"CalGray" | b"CalRGB" | b"Lab" => {
                let d = obj::as_dict(obj::resolve(self.src, at(1)?)?)?;
                let mut copy = Dictionary::new();
                for key in [&b"WhitePoint"[..], b"BlackPoint", b"Gamma", b"Matrix", b"Range"] {
                    if let Some(v) = obj::get(self.src, d, key) {
                        copy.set(key, self.numbers(v, depth));
                    }
                }
                out.push(Object::Dictionary(copy));
            }
            b"Indexed" | b"I" => {
                out.push(self.color_space(at(1)?, depth + 1)?);
                out.push(self.numbers(at(2)?, depth));
                out.push(match obj::resolve(self.src, at(3)?)? {
                    Object::String(s, _) => {
                        Object::String(s.iter().take(1024).copied().collect(), lopdf::StringFormat::Hexadecimal)
                    }
                    Object::Stream(s) => {
                        let data = obj::decoded(self.src, s).ok()?;
                        Object::String(data.into_iter().take(1024).collect(), lopdf::StringFormat::Hexadecimal)
                    }
                    _ => return None,
                });
            }
            b"Separation" => {
                out.push(colorant(obj::resolve(self.src, at(1)?)?));
                out.push(self.color_space(at(2)?, depth + 1)?);
                out.push(self.function(at(3)?, depth + 1)?);
            }
            b"DeviceN" => {
                let Object::Array(names) = obj::resolve(self.src, at(1)?)? else { return None };
                let names: Vec<Object> = names
                    .iter()
                    .enumerate()
                    .map(|(i, o)| match obj::resolve(self.src, o).map(colorant) {
                        Some(Object::Name(n)) if n == b"Spot" => Object::Name(format!("Spot{}", i + 1).into_bytes()),
                        Some(o) => o,
                        None => Object::Null,
                    })
                    .collect();
                out.push(Object::Array(names));
                out.push(self.color_space(at(2)?, depth + 1)?);
                out.push(self.function(at(3)?, depth + 1)?);
            }
            b"Pattern" => {
                if let Some(base) = at(1) {
                    out.push(self.color_space(base, depth + 1)?);
                }
            }
            _ => return None,
        }
        Some(Object::Array(out))
    }

    fn icc(&mut self, s: &'d Stream, depth: u8) -> Option<ObjectId> {
        let mut d = Dictionary::new();
        let n = obj::num(self.src, &s.dict, b"N")?;
        d.set("N", Object::Integer(n as i64));
        if let Some(alternate) = s.dict.get(b"Alternate").ok().and_then(|a| self.color_space(a, depth + 1)) {
            d.set("Alternate", alternate);
        }
        let data = obj::decoded(self.src, s).ok()?;
        Some(self.stream(d, super::icc::plain(&data)?))
    }

    /// A function of any type.
    pub fn function(&mut self, o: &'d Object, depth: u8) -> Option<Object> {
        if depth > MAX_DEPTH {
            return None;
        }
        let o = obj::resolve(self.src, o)?;
        if let Object::Array(list) = o {
            return list.iter().take(64).map(|f| self.function(f, depth + 1)).collect::<Option<Vec<_>>>().map(Object::Array);
        }
        if let Object::Name(n) = o {
            return (n == b"Identity" || n == b"Default").then(|| o.clone());
        }
        let d = obj::as_dict(o)?;
        let id = self.once(address(d), |out| {
            let mut copy = Dictionary::new();
            let keys: &[&[u8]] = &[
                b"FunctionType",
                b"Domain",
                b"Range",
                b"Size",
                b"BitsPerSample",
                b"Order",
                b"Encode",
                b"Decode",
                b"C0",
                b"C1",
                b"N",
                b"Bounds",
            ];
            for key in keys {
                if let Some(v) = obj::get(out.src, d, key) {
                    copy.set(*key, out.numbers(v, depth));
                }
            }
            if let Some(list) = obj::array(out.src, d, b"Functions") {
                let inner = list.iter().take(4096).map(|f| out.function(f, depth + 1)).collect::<Option<Vec<_>>>()?;
                copy.set("Functions", Object::Array(inner));
            }
            Some(match o {
                Object::Stream(s) => {
                    let mut data = obj::decoded(out.src, s).ok()?;
                    if obj::num(out.src, d, b"FunctionType") == Some(4.0) {
                        data = without_comments(&data);
                    }
                    out.stream(copy, data)
                }
                _ => out.add(Object::Dictionary(copy)),
            })
        })?;
        Some(Object::Reference(id))
    }

    /// A shading; `None` when it is not understood.
    pub fn shading(&mut self, o: &'d Object) -> Option<Object> {
        let o = obj::resolve(self.src, o)?;
        let d = obj::as_dict(o)?;
        let id = self.once(address(d), |out| {
            let mut copy = Dictionary::new();
            let keys: &[&[u8]] = &[
                b"ShadingType",
                b"Background",
                b"BBox",
                b"AntiAlias",
                b"Coords",
                b"Domain",
                b"Extend",
                b"Matrix",
                b"BitsPerCoordinate",
                b"BitsPerComponent",
                b"BitsPerFlag",
                b"Decode",
                b"VerticesPerRow",
            ];
            for key in keys {
                if let Some(v) = obj::get(out.src, d, key) {
                    copy.set(*key, out.numbers(v, 0));
                }
            }
            copy.set("ColorSpace", out.color_space(d.get(b"ColorSpace").ok()?, 1)?);
            if let Ok(f) = d.get(b"Function") {
                copy.set("Function", out.function(f, 1)?);
            }
            Some(match o {
                Object::Stream(s) => {
                    let data = obj::decoded(out.src, s).ok()?;
                    out.stream(copy, data)
                }
                _ => out.add(Object::Dictionary(copy)),
            })
        })?;
        Some(Object::Reference(id))
    }

    /// Numbers, booleans and arrays of them; everything else is nothing.
    pub fn numbers(&self, o: &Object, depth: u8) -> Object {
        match obj::resolve(self.src, o) {
            Some(n @ (Object::Integer(_) | Object::Real(_) | Object::Boolean(_))) => n.clone(),
            Some(Object::Array(a)) if depth < MAX_DEPTH => Object::Array(a.iter().map(|v| self.numbers(v, depth + 1)).collect()),
            _ => Object::Null,
        }
    }

    /// Makes an object once for each source address.
    pub fn once(&mut self, address: usize, make: impl FnOnce(&mut Self) -> Option<ObjectId>) -> Option<ObjectId> {
        if let Some(id) = self.memo.get(&address) {
            return Some(*id);
        }
        let id = make(self)?;
        self.memo.insert(address, id);
        Some(id)
    }

    /// An image, its metadata left behind.
    pub fn image(&mut self, s: &'d Stream, depth: u8) -> Option<ObjectId> {
        if depth > 3 {
            return None;
        }
        self.once(address(s), |out| {
            let (src, d) = (out.src, &s.dict);
            let mut copy = Dictionary::new();
            copy.set("Type", name("XObject"));
            copy.set("Subtype", name("Image"));
            let keys: &[&[u8]] =
                &[b"Width", b"Height", b"BitsPerComponent", b"ImageMask", b"Decode", b"Interpolate", b"SMaskInData", b"Matte"];
            for key in keys {
                if let Some(v) = obj::get(src, d, key) {
                    copy.set(*key, out.numbers(v, 0));
                }
            }
            if let Ok(cs) = d.get(b"ColorSpace") {
                copy.set("ColorSpace", out.color_space(cs, 0)?);
            }
            match obj::get(src, d, b"Mask") {
                Some(Object::Stream(m)) => copy.set("Mask", Object::Reference(out.image(m, depth + 1)?)),
                Some(a @ Object::Array(_)) => copy.set("Mask", out.numbers(a, 0)),
                _ => {}
            }
            if let Some(m) = obj::stream(src, d, b"SMask") {
                copy.set("SMask", Object::Reference(out.image(m, depth + 1)?));
            }
            let (filters, data) = out.image_data(s)?;
            if let Some((filter, parms)) = filters {
                copy.set("Filter", filter);
                if let Some(p) = parms {
                    copy.set("DecodeParms", p);
                }
            }
            Some(out.stream(copy, data))
        })
    }

    /// Filter, its parameters and the data; packing that is not the image's own codec is taken off.
    #[allow(clippy::type_complexity)]
    fn image_data(&mut self, s: &'d Stream) -> Option<(Option<(Object, Option<Object>)>, Vec<u8>)> {
        let names = obj::filters(self.src, &s.dict);
        let codec = names.last().cloned().unwrap_or_default();
        let codec_parms = || -> Option<&'d Dictionary> {
            match obj::get(self.src, &s.dict, b"DecodeParms").or_else(|| obj::get(self.src, &s.dict, b"DP"))? {
                Object::Array(a) => a.last().and_then(|o| obj::resolve(self.src, o)).and_then(obj::as_dict),
                o => obj::as_dict(o),
            }
        };
        let own: &[&[u8]] = &[b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"];
        if !own.contains(&codec.as_slice()) {
            let mut data = obj::decoded(self.src, s).ok()?;
            data.truncate(super::surplus::bytes(self.src, &s.dict)?);
            return Some((None, data));
        }
        let mut data = s.content.clone();
        if names.len() > 1 {
            let mut outer = Stream { dict: Dictionary::new(), content: data, allows_compression: false, start_position: None };
            let first = names.split_last().map(|(_, f)| f.to_vec()).unwrap_or_default();
            outer.dict.set("Filter", Object::Array(first.into_iter().map(Object::Name).collect()));
            data = obj::decoded(self.src, &outer).ok()?;
        }
        let mut parms = Dictionary::new();
        let (filter, data) = match codec.as_slice() {
            b"DCTDecode" | b"DCT" => {
                if let Some(v) = codec_parms().and_then(|p| obj::get(self.src, p, b"ColorTransform")) {
                    parms.set("ColorTransform", self.numbers(v, 0));
                }
                ("DCTDecode", super::codecs::jpeg(&data)?)
            }
            b"JPXDecode" => ("JPXDecode", super::codecs::jpx(&data)?),
            b"JBIG2Decode" => {
                if let Some(g) = codec_parms().and_then(|p| obj::stream(self.src, p, b"JBIG2Globals")) {
                    let globals = super::codecs::jbig2(&obj::decoded(self.src, g).ok()?)?;
                    let id = self.once(address(g), |out| Some(out.stream(Dictionary::new(), globals)))?;
                    parms.set("JBIG2Globals", Object::Reference(id));
                }
                ("JBIG2Decode", super::codecs::jbig2(&data)?)
            }
            _ => {
                let (strip, width, height) = super::picture::fax_again(self.src, &s.dict, &data)?;
                parms.set("K", Object::Integer(-1));
                parms.set("Columns", Object::Integer(width));
                parms.set("Rows", Object::Integer(height));
                ("CCITTFaxDecode", strip)
            }
        };
        let parms = (!parms.is_empty()).then_some(Object::Dictionary(parms));
        Some((Some((name(filter), parms)), data))
    }
}

/// A name object.
pub fn name(n: &str) -> Object {
    Object::Name(n.as_bytes().to_vec())
}

fn colorant(o: &Object) -> Object {
    const KNOWN: &[&[u8]] =
        &[b"All", b"None", b"Black", b"Cyan", b"Magenta", b"Yellow", b"Red", b"Green", b"Blue", b"Gray", b"White"];
    match o {
        Object::Name(n) if KNOWN.contains(&n.as_slice()) => o.clone(),
        _ => name("Spot"),
    }
}

/// A PostScript calculator without its comments.
fn without_comments(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut comment = false;
    for b in data {
        comment = (comment || *b == b'%') && *b != b'\n' && *b != b'\r';
        if !comment {
            out.push(*b);
        }
    }
    out
}

/// A stream, packed when it is not yet.
pub fn packed(mut dict: Dictionary, content: Vec<u8>) -> Stream {
    dict.remove(b"Length");
    let mut s = Stream::new(dict, content);
    if s.content.len() > 64 && !s.dict.has(b"Filter") {
        let packed = deflate(&s.content);
        s.dict.set("Filter", Object::Name(b"FlateDecode".to_vec()));
        s.set_content(packed);
    }
    s
}

/// Packed for FlateDecode.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut e = flate2::write::ZlibEncoder::new(Vec::with_capacity(data.len() / 3), flate2::Compression::new(5));
    // Writing to memory does not fail.
    let _ = e.write_all(data);
    e.finish().unwrap_or_default()
}
