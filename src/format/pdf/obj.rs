//! Reading the object model without trusting it.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// References that lead to references are followed this far.
const MAX_HOPS: usize = 16;
/// Decoded bytes of one content stream, font program or CMap.
pub const MAX_STREAM: usize = 64 << 20;

/// The object itself, references followed. `None` for a reference to nothing.
pub fn resolve<'a>(doc: &'a Document, mut object: &'a Object) -> Option<&'a Object> {
    for _ in 0..MAX_HOPS {
        match object {
            Object::Reference(id) => object = doc.objects.get(id)?,
            _ => return Some(object),
        }
    }
    None
}

/// Value of a key, references followed; `None` when absent or null.
pub fn get<'a>(doc: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    resolve(doc, dict.get(key).ok()?).filter(|o| !matches!(o, Object::Null))
}

/// A dictionary; a stream's dictionary for a stream.
pub fn as_dict(o: &Object) -> Option<&Dictionary> {
    match o {
        Object::Dictionary(d) => Some(d),
        Object::Stream(s) => Some(&s.dict),
        _ => None,
    }
}

/// Value of a key as a dictionary.
pub fn dict<'a>(doc: &'a Document, d: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    get(doc, d, key).and_then(as_dict)
}

/// Value of a key as an array.
pub fn array<'a>(doc: &'a Document, d: &'a Dictionary, key: &[u8]) -> Option<&'a [Object]> {
    match get(doc, d, key)? {
        Object::Array(a) => Some(a),
        _ => None,
    }
}

/// Value of a key as a stream.
pub fn stream<'a>(doc: &'a Document, d: &'a Dictionary, key: &[u8]) -> Option<&'a Stream> {
    match get(doc, d, key)? {
        Object::Stream(s) => Some(s),
        _ => None,
    }
}

/// A number, references followed.
pub fn number(doc: &Document, o: &Object) -> Option<f64> {
    match resolve(doc, o)? {
        Object::Integer(i) => Some(*i as f64),
        Object::Real(r) => Some(f64::from(*r)).filter(|r| r.is_finite()),
        _ => None,
    }
}

/// Value of a key as a number.
pub fn num(doc: &Document, d: &Dictionary, key: &[u8]) -> Option<f64> {
    number(doc, d.get(key).ok()?)
}

/// Value of a key as a name.
pub fn name<'a>(doc: &'a Document, d: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    match get(doc, d, key)? {
        Object::Name(n) => Some(n),
        _ => None,
    }
}

/// Value of a key as a string.
pub fn string<'a>(doc: &'a Document, d: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    match get(doc, d, key)? {
        Object::String(s, _) => Some(s),
        _ => None,
    }
}

/// The reference a key holds.
pub fn reference(d: &Dictionary, key: &[u8]) -> Option<ObjectId> {
    match d.get(key).ok()? {
        Object::Reference(id) => Some(*id),
        _ => None,
    }
}

/// `N` numbers of an array.
pub fn numbers<const N: usize>(doc: &Document, d: &Dictionary, key: &[u8]) -> Option<[f64; N]> {
    let a = array(doc, d, key)?;
    let mut out = [0.0; N];
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = number(doc, a.get(i)?)?;
    }
    Some(out)
}

/// Names of a stream's filters.
pub fn filters(doc: &Document, d: &Dictionary) -> Vec<Vec<u8>> {
    match get(doc, d, b"Filter") {
        Some(Object::Name(n)) => vec![n.clone()],
        Some(Object::Array(a)) => a
            .iter()
            .filter_map(|o| match resolve(doc, o) {
                Some(Object::Name(n)) => Some(n.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Decoded bytes of a stream that must be understood.
///
/// # Errors
/// A filter that is unknown, lies, or gives more than [`MAX_STREAM`].
pub fn decoded(doc: &Document, s: &Stream) -> Result<Vec<u8>, String> {
    let names = filters(doc, &s.dict);
    if names.is_empty() {
        return Ok(s.content.clone());
    }
    let fine = |n: &Vec<u8>| {
        matches!(
            n.as_slice(),
            b"FlateDecode"
                | b"Fl"
                | b"LZWDecode"
                | b"LZW"
                | b"ASCII85Decode"
                | b"A85"
                | b"ASCIIHexDecode"
                | b"AHx"
                | b"RunLengthDecode"
                | b"RL"
        )
    };
    if !names.iter().all(fine) {
        return Err("a stream with a filter that is not for text".into());
    }
    // The decoder looks at direct values only.
    let mut copy =
        Stream { dict: Dictionary::new(), content: s.content.clone(), allows_compression: false, start_position: None };
    let long = |n: &[u8]| -> Vec<u8> {
        match n {
            b"Fl" => b"FlateDecode".to_vec(),
            b"LZW" => b"LZWDecode".to_vec(),
            b"A85" => b"ASCII85Decode".to_vec(),
            b"AHx" => b"ASCIIHexDecode".to_vec(),
            b"RL" => b"RunLengthDecode".to_vec(),
            other => other.to_vec(),
        }
    };
    copy.dict.set("Filter", Object::Array(names.iter().map(|n| Object::Name(long(n))).collect()));
    if let Some(p) = get(doc, &s.dict, b"DecodeParms").or_else(|| get(doc, &s.dict, b"DP")) {
        copy.dict.set("DecodeParms", flat(doc, p, 0));
    }
    let out = copy.decompressed_content_with_limit(MAX_STREAM).map_err(|_| "a stream that cannot be decoded".to_string())?;
    if out.is_empty() && s.content.len() > 64 {
        return Err("a stream that cannot be decoded".into());
    }
    Ok(out)
}

/// A copy with references replaced by what they lead to, a few levels deep.
pub fn flat(doc: &Document, o: &Object, depth: u8) -> Object {
    if depth > 8 {
        return Object::Null;
    }
    match resolve(doc, o) {
        Some(Object::Array(a)) => Object::Array(a.iter().map(|x| flat(doc, x, depth + 1)).collect()),
        Some(Object::Dictionary(d)) => {
            let mut out = Dictionary::new();
            for (k, v) in d.iter() {
                out.set(k.clone(), flat(doc, v, depth + 1));
            }
            Object::Dictionary(out)
        }
        Some(Object::Stream(_)) | None => Object::Null,
        Some(other) => other.clone(),
    }
}

/// A text string of the document level: UTF-16 with mark, UTF-8 with mark, else PDFDocEncoding (ISO 32000-1, 7.9.2.2).
pub fn text(bytes: &[u8]) -> String {
    let utf16 = |b: &[u8], be: bool| {
        let units: Vec<u16> = b
            .chunks_exact(2)
            .map(|p| if be { u16::from_be_bytes([p[0], p[1]]) } else { u16::from_le_bytes([p[0], p[1]]) })
            .collect();
        let mut out = String::from_utf16_lossy(&units);
        // Language marks: escape, code, escape.
        while let (Some(a), true) = (out.find('\u{1b}'), out.matches('\u{1b}').count() > 1) {
            let Some(len) = out.get(a + 1..).and_then(|r| r.find('\u{1b}')) else { break };
            out.replace_range(a..a + len + 2, "");
        }
        out
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, true),
        [0xff, 0xfe, rest @ ..] => utf16(rest, false),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|b| doc_char(*b)).collect(),
    }
}

/// PDFDocEncoding (ISO 32000-1, annex D.3): Latin 1 but for two stretches.
fn doc_char(b: u8) -> char {
    const LOW: [char; 8] = ['\u{2d8}', '\u{2c7}', '\u{2c6}', '\u{2d9}', '\u{2dd}', '\u{2db}', '\u{2da}', '\u{2dc}'];
    const HIGH: [char; 32] = [
        '\u{2022}', '\u{2020}', '\u{2021}', '\u{2026}', '\u{2014}', '\u{2013}', '\u{192}', '\u{2044}', '\u{2039}', '\u{203a}',
        '\u{2212}', '\u{2030}', '\u{201e}', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{2122}', '\u{fb01}',
        '\u{fb02}', '\u{141}', '\u{152}', '\u{160}', '\u{178}', '\u{17d}', '\u{131}', '\u{142}', '\u{153}', '\u{161}', '\u{17e}',
        '\u{fffd}',
    ];
    match b {
        0x18..=0x1f => LOW.get(usize::from(b - 0x18)).copied().unwrap_or(' '),
        0x80..=0x9f => HIGH.get(usize::from(b - 0x80)).copied().unwrap_or(' '),
        0xa0 => '\u{20ac}',
        _ => char::from(b),
    }
}

/// A text string as this program writes it: ASCII as it is, everything else in UTF-16.
pub fn text_object(text: &str) -> Object {
    if text.is_ascii() {
        return Object::String(text.as_bytes().to_vec(), lopdf::StringFormat::Literal);
    }
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}
