//! Pixels and nothing behind them: data of a picture that go on after its last row are shown by no reader and can hold anything.

use super::lex::Val;
use super::obj;
use lopdf::{Dictionary, Document, Object, Stream};

/// Bytes that the samples of a picture without a codec take; `None` when its dictionary does not say.
pub fn bytes(doc: &Document, d: &Dictionary) -> Option<usize> {
    let n = |key: &[u8]| obj::num(doc, d, key).filter(|v| *v >= 1.0 && *v < 1e6).map(|v| v as usize);
    let stencil = matches!(obj::get(doc, d, b"ImageMask"), Some(Object::Boolean(true)));
    let parts = if stencil { 1 } else { channels(doc, d.get(b"ColorSpace").ok()?, 0)? };
    let bits = if stencil { 1 } else { n(b"BitsPerComponent").unwrap_or(8) };
    size(n(b"Width")?, n(b"Height")?, parts, bits)
}

fn size(width: usize, height: usize, parts: usize, bits: usize) -> Option<usize> {
    width.checked_mul(parts)?.checked_mul(bits)?.div_ceil(8).checked_mul(height)
}

/// Samples of one pixel in a colour space.
pub fn channels(doc: &Document, space: &Object, depth: u8) -> Option<usize> {
    let a = match obj::resolve(doc, space)? {
        Object::Name(n) => return named(n),
        Object::Array(a) if depth < 4 => a,
        _ => return None,
    };
    let Some(Object::Name(kind)) = a.first().and_then(|o| obj::resolve(doc, o)) else { return None };
    match (kind.as_slice(), a.get(1).and_then(|o| obj::resolve(doc, o))) {
        (b"Indexed" | b"I" | b"Separation" | b"CalGray", _) => Some(1),
        (b"CalRGB" | b"Lab", _) => Some(3),
        (b"ICCBased", Some(Object::Stream(s))) => {
            obj::num(doc, &s.dict, b"N").filter(|n| matches!(*n as i64, 1 | 3 | 4)).map(|n| n as usize)
        }
        (b"DeviceN", Some(Object::Array(names))) => Some(names.len()),
        (kind, None) => named(kind),
        _ => None,
    }
}

fn named(n: &[u8]) -> Option<usize> {
    match n {
        b"DeviceGray" | b"G" | b"CalGray" => Some(1),
        b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(3),
        b"DeviceCMYK" | b"CMYK" => Some(4),
        _ => None,
    }
}

/// Data of an inline image and the filters they are written with, as they stand in its dictionary: samples and no more, a JPEG without what it
/// says of itself, a fax packed anew. `parts` are the samples of a pixel. `None` for data that cannot be taken apart.
pub fn inline(dict: &[(Vec<u8>, Val)], data: &[u8], parts: Option<usize>) -> Option<(Vec<u8>, String)> {
    let get = |short: &[u8], long: &[u8]| dict.iter().find(|(k, _)| k == short || k == long).map(|(_, v)| v);
    let mut filters: Vec<Vec<u8>> = match get(b"F", b"Filter") {
        Some(Val::Name(n)) => vec![n.clone()],
        Some(Val::Arr(a)) => a.iter().filter_map(|v| v.name().map(<[u8]>::to_vec)).collect(),
        _ => Vec::new(),
    };
    let codec = filters.last().is_some_and(|f| matches!(f.as_slice(), b"DCT" | b"DCTDecode" | b"CCF" | b"CCITTFaxDecode"));
    let own = if codec { filters.pop() } else { None };
    let mut packed = Stream { dict: Dictionary::new(), content: data.to_vec(), allows_compression: false, start_position: None };
    packed.dict.set("Filter", Object::Array(filters.iter().cloned().map(Object::Name).collect()));
    if let Some(p) = get(b"DP", b"DecodeParms").filter(|_| own.is_none()) {
        packed.dict.set("DecodeParms", object(p, 0));
    }
    let mut plain = if filters.is_empty() { data.to_vec() } else { obj::decoded(&Document::new(), &packed).ok()? };
    match own.as_deref() {
        Some(b"DCT" | b"DCTDecode") => return Some((super::codecs::jpeg(&plain)?, "/F /DCT ".into())),
        Some(_) => return fax(get(b"W", b"Width")?, get(b"H", b"Height")?, get(b"DP", b"DecodeParms"), &plain),
        None => {}
    }
    let n = |v: Option<&Val>| v.and_then(Val::num).filter(|n| (1.0..1e6).contains(n)).map(|n| n as usize);
    let stencil = get(b"IM", b"ImageMask") == Some(&Val::Bool(true));
    let bits = if stencil { 1 } else { n(get(b"BPC", b"BitsPerComponent")).unwrap_or(8) };
    let parts = if stencil { Some(1) } else { parts };
    plain.truncate(size(n(get(b"W", b"Width"))?, n(get(b"H", b"Height"))?, parts?, bits)?);
    if plain.is_empty() {
        return None;
    }
    if filters.is_empty() {
        return Some((plain, String::new()));
    }
    Some((digits(&plain), "/F /AHx ".into()))
}

/// Readers look for the end of what is packed: digits cannot be taken for it.
fn digits(plain: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = plain.iter().flat_map(|b| format!("{b:02X}").into_bytes()).collect();
    digits.push(b'>');
    digits
}

/// A fax decoded and packed anew: where its rows end only a decoder knows, and what follows them can be anything.
fn fax(width: &Val, height: &Val, parms: Option<&Val>, plain: &[u8]) -> Option<(Vec<u8>, String)> {
    let mut d = Dictionary::new();
    d.set("Width", object(width, 0));
    d.set("Height", object(height, 0));
    d.set("DecodeParms", parms.map_or(Object::Null, |p| object(p, 0)));
    let (strip, width, height) = super::picture::fax_again(&Document::new(), &d, plain)?;
    Some((digits(&strip), format!("/F [/AHx /CCF] /DP [null <</K -1 /Columns {width} /Rows {height}>>] ")))
}

/// The palette of an inline image with the colours that it says it has.
pub fn palette(a: &[Val]) -> Option<Val> {
    let [Val::Name(kind), Val::Name(base), Val::Num(last), Val::Str(colours)] = a else { return None };
    let parts = named(base).filter(|_| matches!(kind.as_slice(), b"I" | b"Indexed"))?;
    let most = ((*last).clamp(0.0, 255.0) as usize + 1) * parts;
    let colours = colours.iter().take(most).copied().collect();
    Some(Val::Arr(vec![Val::Name(kind.clone()), Val::Name(base.clone()), Val::Num(*last), Val::Str(colours)]))
}

fn object(v: &Val, depth: u8) -> Object {
    match v {
        Val::Bool(b) => Object::Boolean(*b),
        Val::Num(n) => Object::Integer(*n as i64),
        Val::Name(n) => Object::Name(n.clone()),
        Val::Arr(a) if depth < 4 => Object::Array(a.iter().map(|v| object(v, depth + 1)).collect()),
        Val::Dict(d) if depth < 4 => {
            let mut out = Dictionary::new();
            d.iter().for_each(|(k, v)| out.set(k.clone(), object(v, depth + 1)));
            Object::Dictionary(out)
        }
        _ => Object::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lex::operations;
    use super::*;
    use crate::format::image::raster::{Depth, Raster};
    use crate::format::image::tiff_write::group4;

    fn taken(image: impl AsRef<[u8]>) -> Option<(Vec<u8>, String)> {
        let ops = operations(image.as_ref()).unwrap();
        let (Val::Dict(d), Val::Str(s)) = (&ops[0].args[0], &ops[0].args[1]) else { panic!("no image") };
        inline(d, s, Some(1))
    }

    #[test]
    fn what_stands_behind_the_samples_goes() {
        let hex = taken("BI /W 2 /H 2 /BPC 8 /CS /G /F /AHx ID 00ff00ff416E6E20526F65> EI");
        assert_eq!(hex, Some((b"00FF00FF>".to_vec(), "/F /AHx ".into())));
        assert_eq!(taken("BI /W 4 /H 1 /BPC 8 /CS /G ID abcdAnn Roe EI"), Some((b"abcd".to_vec(), String::new())));
        assert_eq!(taken("BI /W 8 /H 2 /IM true ID abAnn EI"), Some((b"ab".to_vec(), String::new())));
        assert_eq!(taken("BI /W 4 /H 1 /BPC 8 /CS /G /F /DCT ID no JPEG EI"), None);
        assert_eq!(taken("BI /W 4 /H 1 /BPC 8 /CS /G /F /Fl ID no zlib EI"), None);
    }

    #[test]
    fn a_fax_ends_with_its_last_row() {
        let mut bits = Raster::blank(32, 9, Depth::Bit);
        bits.data.iter_mut().skip(40).take(50).for_each(|p| *p = 0);
        let strip = group4(&bits).unwrap();
        let image =
            |dict: &str, strip: &[u8]| [format!("BI /H 9 /BPC 1 /CS /G {dict} ID ").as_bytes(), strip, b" Ann Roe EI"].concat();
        let packed = (digits(&strip), "/F [/AHx /CCF] /DP [null <</K -1 /Columns 32 /Rows 9>>] ".to_string());
        let whole = image("/W 32 /F /CCF /DP <</K -1 /Columns 32 /X (Ann Roe)>>", &strip);
        assert_eq!(taken(&whole), Some(packed.clone()));
        let hex = strip.iter().map(|b| format!("{b:02x}")).collect::<String>() + "00416E6E>";
        let twice = image("/W 32 /F [/AHx /CCF] /DP [null <</K -1 /Columns 32>>]", hex.as_bytes());
        assert_eq!(taken(&twice), Some(packed));
        assert_eq!(taken(image("/W 28 /F /CCF /DP <</K -1 /Columns 32>>", &strip)), None, "rows of another width");
        assert_eq!(taken(image("/W 32 /F /CCF /DP <</K -1 /Columns 32>>", b"Ann Roe")), None, "no fax");
    }

    #[test]
    fn palettes_hold_what_they_say() {
        let ops = operations(b"BI /W 1 /H 1 /BPC 8 /CS [/I /RGB 1 (abcdefAnn Roe)] ID a EI").unwrap();
        let Val::Dict(d) = &ops[0].args[0] else { panic!("no image") };
        let of = |key: &[u8]| d.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone()).unwrap();
        let Val::Arr(a) = of(b"CS") else { panic!("no palette") };
        let Some(Val::Arr(kept)) = palette(&a) else { panic!("not kept") };
        assert_eq!(kept[3], Val::Str(b"abcdef".to_vec()));
        assert_eq!(palette(&a[..2]), None);
    }

    #[test]
    fn samples_of_a_pixel() {
        let doc = Document::new();
        let name = |n: &str| Object::Name(n.as_bytes().to_vec());
        assert_eq!(channels(&doc, &name("DeviceCMYK"), 0), Some(4));
        assert_eq!(channels(&doc, &Object::Array(vec![name("Indexed"), name("DeviceRGB")]), 0), Some(1));
        let two = Object::Array(vec![name("DeviceN"), Object::Array(vec![name("A"), name("B")])]);
        assert_eq!(channels(&doc, &two, 0), Some(2));
        assert_eq!(channels(&doc, &name("Pattern"), 0), None);
        let mut d = Dictionary::new();
        [("Width", 9), ("Height", 3), ("BitsPerComponent", 1)].into_iter().for_each(|(k, v)| d.set(k, Object::Integer(v)));
        assert_eq!(bytes(&doc, &d), None, "no colour space");
        d.set("ColorSpace", name("DeviceGray"));
        assert_eq!(bytes(&doc, &d), Some(6));
    }
}
