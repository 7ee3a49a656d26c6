//! PDF/A: the copy of a document for archives says that it is one where it still keeps the rules, with its part and level.
//!
//! Sources: ISO 19005-1:2005, 19005-2:2011, 19005-3:2012 (clauses named at each rule). The metadata and the colours meant are written anew.

use super::icc;
use super::obj;
use super::out::{Out, name};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};
use sha2::{Digest, Sha256};

/// Metadata that are looked at.
const MAX_METADATA: usize = 16 << 20;
/// Objects inside each other.
const MAX_DEPTH: u8 = 24;

/// Why a claim is not made again, as a note of the report.
const LOST: &str = "the copy is an ordinary PDF and no PDF/A: it could not be written by those rules";

/// What a document says of itself.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Claim {
    /// 1 to 3.
    pub part: u8,
    /// `A`, `B` or `U`.
    pub level: char,
}

/// The claim in a document's metadata, if any.
pub fn claim(doc: &Document) -> Option<Claim> {
    let metadata = obj::stream(doc, doc.catalog().ok()?, b"Metadata")?;
    let data = obj::decoded(doc, metadata).ok().filter(|d| d.len() <= MAX_METADATA)?;
    // UTF-16 reads as ASCII without its zeros.
    let text: String = data.iter().filter(|b| b.is_ascii_graphic()).map(|b| char::from(*b)).collect();
    let value = |key: &str| {
        let at = text.find(key)? + key.len();
        text.get(at..)?.chars().take(3).find(char::is_ascii_alphanumeric)
    };
    let part = value("pdfaid:part")?.to_digit(10)? as u8;
    let level = value("pdfaid:conformance")?.to_ascii_uppercase();
    let known = matches!((part, level), (1, 'A' | 'B') | (2 | 3, 'A' | 'B' | 'U'));
    known.then_some(Claim { part, level })
}

/// Makes the claim again in the new document where it is true; `edited`: something on its pages was changed.
pub fn keep(out: &mut Out, root: &mut Dictionary, claim: Claim, title: Option<&str>, edited: bool) -> bool {
    let Some((intent, channels)) = intent(out) else { return lost(out) };
    associate(out, root, claim.part);
    let fine = out.objects.values().chain([&Object::Dictionary(root.clone())]).all(|o| allowed(out, o, claim.part, channels, 0));
    if !fine {
        return lost(out);
    }
    // Tags of what was taken out and put in are not those that somebody made with care.
    let level = match (claim.level, edited) {
        ('A', true) => {
            if claim.part == 1 {
                'B'
            } else {
                'U'
            }
        }
        (level, _) => level,
    };
    let mut d = Dictionary::new();
    d.set("Type", name("Metadata"));
    d.set("Subtype", name("XML"));
    let stream = Stream::new(d, metadata(claim.part, level, title).into_bytes()).with_compression(false);
    root.set("Metadata", Object::Reference(out.add(Object::Stream(stream))));
    root.set("OutputIntents", Object::Array(vec![Object::Reference(intent)]));
    true
}

fn lost(out: &mut Out) -> bool {
    out.notes.insert(LOST);
    false
}

/// The colours meant, with how many there are.
fn intent(out: &mut Out) -> Option<(ObjectId, i64)> {
    let src = out.src;
    let list = obj::array(src, src.catalog().ok()?, b"OutputIntents")?;
    let old = list
        .iter()
        .filter_map(|o| obj::resolve(src, o).and_then(obj::as_dict))
        .find(|d| obj::name(src, d, b"S") == Some(b"GTS_PDFA1"))?;
    let profile = obj::stream(src, old, b"DestOutputProfile")?;
    let channels = obj::num(src, &profile.dict, b"N").map(|n| n as i64).filter(|n| matches!(n, 1 | 3 | 4))?;
    let data = icc::plain(&obj::decoded(src, profile).ok()?)?;
    let mut d = Dictionary::new();
    d.set("N", Object::Integer(channels));
    let profile = out.stream(d, data);
    let text = |t: &str| Object::String(t.as_bytes().to_vec(), StringFormat::Literal);
    let mut d = Dictionary::new();
    d.set("Type", name("OutputIntent"));
    d.set("S", name("GTS_PDFA1"));
    d.set("OutputConditionIdentifier", text("Custom"));
    d.set("Info", text("Colours of the document"));
    d.set("DestOutputProfile", Object::Reference(profile));
    Some((out.add(Object::Dictionary(d)), channels))
}

/// Files inside belong to the document as a whole (part 3, 6.8).
fn associate(out: &mut Out, root: &mut Dictionary, part: u8) {
    if part != 3 {
        return;
    }
    let mut files = Vec::new();
    for (id, o) in &mut out.objects {
        let Object::Dictionary(d) = o else { continue };
        if d.get(b"Type").and_then(Object::as_name).is_ok_and(|n| n == b"Filespec") {
            d.set("AFRelationship", name("Unspecified"));
            files.push(Object::Reference(*id));
        }
    }
    if !files.is_empty() {
        root.set("AF", Object::Array(files));
    }
}

/// Whether an object keeps the rules that redaction can break.
fn allowed(out: &Out, o: &Object, part: u8, channels: i64, depth: u8) -> bool {
    let inner = |o: &Object| depth < MAX_DEPTH && allowed(out, o, part, channels, depth + 1);
    let d = match o {
        Object::Array(a) => return a.iter().all(inner),
        Object::Dictionary(d) => d,
        Object::Stream(s) => &s.dict,
        _ => return true,
    };
    let is = |key: &[u8], what: &[u8]| d.get(key).and_then(Object::as_name).is_ok_and(|n| n == what);
    let number = |key: &[u8]| d.get(key).ok().and_then(|o| o.as_float().ok());
    let font = is(b"Type", b"Font") && !is(b"Subtype", b"Type0") && !is(b"Subtype", b"Type3");
    // Every font is in the file (1: 6.3.4; 2 and 3: 6.2.11.4.1). Part 1 also wants lists of the glyphs of these kinds (6.3.5), which
    // are not written.
    let listed = part != 1 || is(b"Subtype", b"TrueType");
    if font && !(listed && embedded(out, d)) {
        return false;
    }
    // Transparency (1: 6.4).
    let clear = [&b"ca"[..], b"CA"].iter().any(|k| number(k).is_some_and(|v| v < 1.0))
        || is(b"S", b"Transparency")
        || d.has(b"SMask") && !is(b"SMask", b"None")
        || d.has(b"BM") && !is(b"BM", b"Normal") && !is(b"BM", b"Compatible");
    if part == 1 && (clear || is(b"Filter", b"JPXDecode")) {
        return false;
    }
    // 1: 6.1.10, 6.2.4; 2 and 3: 6.1.7.2, 6.2.8.
    if is(b"Filter", b"LZWDecode") || d.get(b"Interpolate").and_then(Object::as_bool).unwrap_or(false) {
        return false;
    }
    // Colours of devices are those of the profile (1: 6.2.3.3; 2 and 3: 6.2.4.3).
    let image = is(b"Subtype", b"Image");
    if image && (is(b"ColorSpace", b"DeviceRGB") && channels != 3 || is(b"ColorSpace", b"DeviceCMYK") && channels != 4) {
        return false;
    }
    // A note needs a look (2 and 3: 6.3.3), a file inside is for part 3 alone to allow without looking into it.
    if is(b"Type", b"Annot") && is(b"Subtype", b"Text") && part != 1 || d.has(b"EF") && part != 3 {
        return false;
    }
    d.iter().all(|(_, v)| inner(v))
}

fn embedded(out: &Out, font: &Dictionary) -> bool {
    let desc = match font.get(b"FontDescriptor") {
        Ok(Object::Reference(id)) => out.objects.get(id).and_then(obj::as_dict),
        Ok(Object::Dictionary(d)) => Some(d),
        _ => None,
    };
    desc.is_some_and(|d| d.has(b"FontFile") || d.has(b"FontFile2") || d.has(b"FontFile3"))
}

/// Metadata that name the part, the level and the title.
fn metadata(part: u8, level: char, title: Option<&str>) -> String {
    let escaped = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let title = title.map(|t| {
        let t: String = escaped(t).chars().filter(|c| !c.is_control()).collect();
        format!(
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title><rdf:Alt><rdf:li \
             xml:lang=\"x-default\">{t}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n"
        )
    });
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{level}</pdfaid:\
         conformance></rdf:Description>\n{}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>",
        title.unwrap_or_default()
    )
}

/// Puts an identifier into the trailer (1: 6.1.3): a digest of the file itself, which says nothing that the file does not.
pub fn identify(bytes: &mut Vec<u8>) {
    const TRAILER: &[u8] = b"trailer\n<<";
    let Some(at) = memchr::memmem::rfind(bytes, TRAILER) else { return };
    let digest = Sha256::digest(&*bytes);
    let hex: String = digest.iter().take(16).map(|b| format!("{b:02X}")).collect();
    let at = at + TRAILER.len();
    bytes.splice(at..at, format!("/ID[<{hex}><{hex}>]").into_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(metadata: &str) -> Option<Claim> {
        let mut doc = Document::new();
        let id = doc.add_object(Object::Stream(Stream::new(Dictionary::new(), metadata.as_bytes().to_vec())));
        let mut root = Dictionary::new();
        root.set("Type", name("Catalog"));
        root.set("Metadata", Object::Reference(id));
        let root = doc.add_object(Object::Dictionary(root));
        doc.trailer.set("Root", Object::Reference(root));
        claim(&doc)
    }

    #[test]
    fn claims_in_elements_and_attributes_are_read() {
        assert_eq!(with(&metadata(2, 'U', Some("A & B"))), Some(Claim { part: 2, level: 'U' }));
        assert_eq!(with("<x pdfaid:part=\"1\" pdfaid:conformance='b'/>"), Some(Claim { part: 1, level: 'B' }));
        assert_eq!(with("<x pdfaid:part=\"1\" pdfaid:conformance='U'/>"), None, "part 1 has no level U");
        assert_eq!(with("<x/>"), None);
    }

    #[test]
    fn an_identifier_stands_in_the_trailer() {
        let mut bytes = b"%PDF\ntrailer\n<</Size 1>>\nstartxref".to_vec();
        identify(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("trailer\n<</ID[<") && text.ends_with("/Size 1>>\nstartxref"), "{text}");
    }
}
