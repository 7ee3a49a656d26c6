//! A PDF/A stays one where it can: the claim, the colours, embedded fonts, an identifier, and no claim where a rule is broken.

use super::make::Maker;
use super::{decode, outputs, process};
use lopdf::{Dictionary, Document, Object};

const LINES: &str =
    "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -20 Td (Seen by Dr. Alba Quixmore.) Tj 0 -20 Td (Hashimoto.) Tj ET\n";

/// A profile that is one as far as its header and its table say; the name stands where words do.
fn profile() -> Vec<u8> {
    let mut out = vec![0u8; 128];
    out[8] = 2;
    out[12..24].copy_from_slice(b"mntrRGB XYZ ");
    out[36..40].copy_from_slice(b"acsp");
    let text = b"text\0\0\0\0Profile of Alba Quixmore\0";
    let white = [&b"XYZ \0\0\0\0"[..], &[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]].concat();
    let start = 132 + 24;
    out.extend(2u32.to_be_bytes());
    for (tag, at, len) in [(b"desc", start, text.len()), (b"wtpt", start + text.len(), white.len())] {
        out.extend(tag);
        out.extend((at as u32).to_be_bytes());
        out.extend((len as u32).to_be_bytes());
    }
    out.extend(text);
    out.extend(white);
    out
}

/// A file that says it is a PDF/A of this part and level; its one font is in it.
fn archive(part: u8, level: &str, more: &str, set: impl Fn(&mut Maker)) -> Vec<u8> {
    let mut m = Maker::default();
    m.bare = true;
    let xmp = m.stream(
        "/Type/Metadata/Subtype/XML",
        format!(
            "<?xpacket begin=''?><x:xmpmeta><rdf:Description pdfaid:part=\"{part}\" pdfaid:conformance=\"{level}\"/>\
             <dc:creator>Alba Quixmore</dc:creator></x:xmpmeta><?xpacket end='w'?>"
        ),
    );
    let icc = m.stream("/N 3", profile());
    m.catalog = format!(
        "/Metadata {xmp} 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(Quixmore)/Info(Quixmore)/DestOutputProfile {icc} 0 R>>]"
    );
    let font = include_bytes!("../../../fonts/NotoSans-Regular.ttf");
    let file = m.stream(&format!("/Length1 {}", font.len()), font);
    let desc = m.add(format!("<</Type/FontDescriptor/FontName/ABCDEF+NotoSans/Flags 32/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 1069/Descent -293/CapHeight 714/StemV 80/FontFile2 {file} 0 R>>"));
    let widths = "600 ".repeat(95);
    let f = m.add(format!("<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+NotoSans/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 126/Widths[{widths}]/FontDescriptor {desc} 0 R>>"));
    m.fonts = format!("/F1 {f} 0 R");
    m.trailer = "/ID[(0123456789abcdef)(0123456789abcdef)]".into();
    set(&mut m);
    m.finish(format!("{LINES}{more}"))
}

/// Rules of ISO 19005 that can be looked at without a validator, as one list of what is broken.
fn broken(bytes: &[u8], part: u8) -> Vec<String> {
    let doc = Document::load_mem(bytes).expect("a PDF");
    let mut out = Vec::new();
    let mut must = |fine: bool, what: &str| {
        if !fine {
            out.push(what.to_string());
        }
    };
    must(bytes.get(..8).is_some_and(|h| h.starts_with(b"%PDF-1.")), "header");
    let second = bytes.split(|b| *b == b'\n').nth(1).unwrap_or_default();
    must(second.first() == Some(&b'%') && second.iter().skip(1).take(4).filter(|b| **b > 127).count() == 4, "binary comment");
    let ids = doc.trailer.get(b"ID").and_then(Object::as_array).map(Vec::len).unwrap_or(0);
    must(ids == 2, "identifier in the trailer");
    must(!doc.trailer.has(b"Encrypt"), "encryption");
    let root = doc.catalog().expect("a catalog");
    for key in [&b"OpenAction"[..], b"AA", b"AcroForm", b"OCProperties"] {
        must(!root.has(key), "an entry of the catalog");
    }
    let deref = |o: &Object| doc.dereference(o).map(|r| r.1.clone()).unwrap_or(Object::Null);
    let metadata = root.get(b"Metadata").map(deref).unwrap_or(Object::Null);
    let metadata = metadata.as_stream().map(|s| (s.dict.has(b"Filter"), String::from_utf8_lossy(&s.content).into_owned()));
    let (packed, xmp) = metadata.unwrap_or((true, String::new()));
    must(!packed && xmp.contains(&format!("<pdfaid:part>{part}<")), "metadata");
    let intents = root.get(b"OutputIntents").map(deref).ok().and_then(|o| o.as_array().cloned().ok()).unwrap_or_default();
    must(intents.len() == 1, "colours");
    for o in doc.objects.values() {
        let d: &Dictionary = match o {
            Object::Dictionary(d) => d,
            Object::Stream(s) => {
                must(!s.dict.get(b"Filter").and_then(Object::as_name).is_ok_and(|n| n == b"LZWDecode"), "LZW");
                &s.dict
            }
            _ => continue,
        };
        let is = |key: &[u8], v: &[u8]| d.get(key).and_then(Object::as_name).is_ok_and(|n| n == v);
        if is(b"Type", b"Font") && !is(b"Subtype", b"Type0") && !is(b"Subtype", b"Type3") {
            let desc = d.get(b"FontDescriptor").map(deref).unwrap_or(Object::Null);
            let file = desc.as_dict().is_ok_and(|d| d.has(b"FontFile") || d.has(b"FontFile2") || d.has(b"FontFile3"));
            must(file, "a font that is not embedded");
        }
        must(part != 1 || !d.has(b"SMask") && !is(b"S", b"Transparency"), "transparency");
        must(!is(b"S", b"JavaScript") && !is(b"S", b"Launch"), "an action");
        if is(b"Type", b"Annot") {
            let flags = d.get(b"F").and_then(Object::as_i64).unwrap_or(0);
            must(flags & 4 != 0 && flags & 0x23 == 0, "an annotation that is not printed");
        }
    }
    out
}

#[test]
fn a_pdfa_stays_one_and_says_so() {
    let link = |m: &mut Maker| {
        m.page = "/Annots[<</Type/Annot/Subtype/Link/F 4/Rect[72 400 200 420]/A<</S/URI/URI(https://example.org/x)>>>>]".into()
    };
    let title = |m: &mut Maker| {
        let info = m.add("<</Title(Visit <1> & more)>>");
        m.trailer += &format!("/Info {info} 0 R");
    };
    let files = [
        ("one-b", archive(1, "B", "", |_| {})),
        ("two-u", archive(2, "U", "", link)),
        ("three-b", archive(3, "B", "", title)),
        ("two-a", archive(2, "A", "", |_| {})),
    ];
    let run = process(&files);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let out = outputs(&run);
    for (name, part, level) in [("one-b", 1, "B"), ("two-u", 2, "U"), ("three-b", 3, "B"), ("two-a", 2, "U")] {
        let (_, bytes) = out.iter().find(|(p, _)| p.contains(name)).expect("an output");
        assert_eq!(broken(bytes, part), Vec::<String>::new(), "{name}");
        let text = String::from_utf8_lossy(bytes);
        assert!(text.contains(&format!("<pdfaid:conformance>{level}<")), "{name}");
        assert_eq!(decode::survivors(bytes, "Quixmore"), Vec::<String>::new(), "{name}");
        assert!(decode::layers(bytes).iter().any(|(_, t)| t.contains("[PHYSICIAN")), "{name}: labelled");
    }
    let titled = &out.iter().find(|(p, _)| p.contains("three-b")).expect("an output").1;
    assert!(String::from_utf8_lossy(titled).contains("Visit &lt;1&gt; &amp; more"), "the title stands in both places");
}

#[test]
fn no_claim_is_made_that_does_not_hold() {
    let clear = |m: &mut Maker| m.resources = "/ExtGState<</G<</ca .5>>>>".into();
    let loose = |m: &mut Maker| {
        let f = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
        m.fonts += &format!("/F2 {f} 0 R");
    };
    let files = [
        ("clear", archive(1, "B", "/G gs 0 0 9 9 re f", clear)),
        ("loose", archive(2, "B", "BT /F2 12 Tf 72 500 Td (Kept) Tj ET", loose)),
        ("no-colours", archive(2, "B", "", |m| m.catalog = m.catalog.replace("GTS_PDFA1", "GTS_PDFX"))),
    ];
    let run = process(&files);
    let out = outputs(&run);
    assert_eq!(out.len(), files.len(), "{}{}", run.stdout, run.stderr);
    for (name, bytes) in &out {
        assert!(!String::from_utf8_lossy(bytes).contains("pdfaid"), "{name}");
    }
    let report = std::fs::read_to_string(run.out().join("internal/report.json")).expect("a report");
    assert!(report.contains("no PDF/A"), "the report says so");
}
