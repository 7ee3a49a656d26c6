//! Files put together as few programs do it, all of which viewers open: pages packed in every filter, streams that lie about their length, circles in
//! what hangs on a page, turns and boxes that make no sense. And what no viewer should be made to open.

use super::attacks::{FOOT, HEAD, none_survive, page};
use super::hostile::{End, SEEN, alone, packed, with_picture};
use super::make::Maker;

/// The page with its contents packed.
fn filtered(dict: &str, data: Vec<u8>) -> Vec<u8> {
    Maker::default().finish_with(dict, data)
}

fn content() -> Vec<u8> {
    format!("{HEAD}\n{FOOT}").into_bytes()
}

/// Codes of nine bits: each byte by itself, the table cleared before it grows.
fn lzw(data: &[u8]) -> Vec<u8> {
    let mut codes = vec![256u32];
    for (i, b) in data.iter().enumerate() {
        if i % 200 == 199 {
            codes.push(256);
        }
        codes.push(u32::from(*b));
    }
    codes.push(257);
    let bits: Vec<u8> = codes.iter().flat_map(|c| (0..9).rev().map(move |k| (c >> k & 1) as u8)).collect();
    bits.chunks(8).map(|c| c.iter().enumerate().fold(0, |b, (i, bit)| b | bit << (7 - i))).collect()
}

fn base85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for c in data.chunks(4) {
        let mut four = [0u8; 4];
        four[..c.len()].copy_from_slice(c);
        let mut n = u32::from_be_bytes(four);
        let mut five = [0u8; 5];
        for d in five.iter_mut().rev() {
            *d = (n % 85) as u8 + b'!';
            n /= 85;
        }
        match five == *b"!!!!!" && c.len() == 4 {
            true => out.push(b'z'),
            false => out.extend(&five[..c.len() + 1]),
        }
    }
    out.extend(b"~>");
    out
}

fn run_lengths(data: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = data.chunks(128).flat_map(|c| [&[c.len() as u8 - 1][..], c].concat()).collect();
    out.push(128);
    out
}

fn filters() -> Vec<(&'static str, Vec<u8>)> {
    let plain = content();
    let mut rows = plain.clone();
    rows.resize(rows.len().div_ceil(10) * 10, b' ');
    let rows: Vec<u8> = rows.chunks(10).flat_map(|r| [&[0u8][..], r].concat()).collect();
    vec![
        ("lzw", filtered("/Filter/LZWDecode", lzw(&plain))),
        ("base85", filtered("/Filter/ASCII85Decode", base85(&plain))),
        ("run-lengths-and-more", filtered("/Filter/RunLengthDecode", [run_lengths(&plain), b"Quixmore".to_vec()].concat())),
        ("three-filters", filtered("/Filter[/ASCII85Decode/LZWDecode/FlateDecode]", base85(&lzw(&packed(&plain))))),
        ("predictor", filtered("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 10>>", packed(&rows))),
        ("packed-and-more", filtered("/Filter/FlateDecode", [packed(&plain), b"Quixmore".to_vec()].concat())),
    ]
}

/// The same page in which a text was put for another.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let file = String::from_utf8_lossy(&page(Maker::default(), "")).into_owned();
    assert!(file.contains(from), "{from}");
    file.replace(from, to).into_bytes()
}

fn structures() -> Vec<(&'static str, Vec<u8>)> {
    let length = format!("/Length {}>>", content().len());
    let with = |entries: &str| {
        let mut m = Maker::default();
        m.page = entries.into();
        page(m, "")
    };
    let circle = |catalog: &str, entries: &str, object: &str| {
        let mut m = Maker::default();
        let n = m.objects_next();
        let own = |t: &str| t.replace("SELF", &format!("{n} 0 R"));
        m.add(own(object));
        (m.catalog, m.page) = (own(catalog), own(entries));
        page(m, "")
    };
    let plain = String::from_utf8_lossy(&page(Maker::default(), "")).into_owned();
    let table = plain.rfind("xref\n0").expect("a table");
    let mut glyphs = Maker::default();
    let shape = glyphs.stream("", "600 0 0 0 500 700 d1 0 0 500 700 re f");
    let names: String = (32..127).map(|c| format!("/g{c} ")).collect();
    let procs: String = (32..127).map(|c| format!("/g{c} {shape} 0 R ")).collect();
    let reads = glyphs.stream("", "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00><ff> endcodespacerange 1 beginbfrange <20><7e><0020> endbfrange endcmap");
    let font = glyphs.add(format!("<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 32/LastChar 126/Widths[{}]/Encoding<</Differences[32 {names}]>>/CharProcs<<{procs}>>/ToUnicode {reads} 0 R/Name/Quixmore>>", "600 ".repeat(95)));
    glyphs.fonts = format!("/X {font} 0 R");
    vec![
        ("stream-longer-than-it-says", changed(&length, "/Length 10>>")),
        ("stream-shorter-than-it-says", changed(&length, "/Length 99999>>")),
        ("table-before-itself", changed("/Root ", &format!("/Prev {table}/Root "))),
        (
            "bookmark-in-itself",
            circle("/Outlines SELF", "", "<</Title(Quixmore)/Parent SELF/Next SELF/First SELF/Last SELF/Count 1>>"),
        ),
        (
            "field-in-itself",
            circle(
                "/AcroForm<</Fields[SELF]>>",
                "/Annots[SELF]",
                "<</Type/Annot/Subtype/Widget/FT/Tx/Parent SELF/Kids[SELF]/T(Quixmore)/V(Quixmore)/Rect[0 0 99 20]>>",
            ),
        ),
        ("boxes-the-wrong-way", with("/CropBox[700 800 900 900]/BleedBox[9 9 0 0]")),
        ("half-a-quarter-turn", with("/Rotate 45")),
        ("turned-back", with("/Rotate -90")),
        ("turned-more-than-once", with("/Rotate 450")),
        ("something-behind-the-end", [page(Maker::default(), ""), b"%Quixmore\nPK\x03\x04Quixmore".to_vec()].concat()),
        ("glyphs-that-are-drawn", page(glyphs, "BT /X 12 Tf 72 500 Td (Dr. Alba Quixmore) Tj ET")),
        ("over-and-over", page(Maker::default(), &"BT /F1 12 Tf 72 500 Td (Dr. Alba Quixmore) Tj ET ".repeat(300))),
    ]
}

#[test]
fn a_name_in_an_oddly_made_file_is_gone() {
    none_survive(&[filters(), structures()].concat());
}

#[test]
fn files_that_nobody_should_open_end_well() {
    let mut own = Maker::default();
    let n = own.objects_next();
    own.add(format!("<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/LastChar 97/Widths[600]/Encoding<</Differences[97/a]>>/CharProcs<</a {} 0 R>>/Resources<</Font<</X {n} 0 R>>>>>>", n + 1));
    own.stream("", "600 0 d0 BT /X 500 Tf (a) Tj ET");
    own.fonts = format!("/X {n} 0 R");
    let with = |entries: String| {
        let mut m = Maker::default();
        m.page = entries;
        m.finish(SEEN)
    };
    let fax = "/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000>>";
    // Readers show different pictures: none of them is the one that could be checked.
    let wider =
        "/Width 60/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 64>>";
    let jbig2 = "/Width 64/Height 32/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode";
    let segment = [&b"\0\0\0\0\x30\0\x01\0\0\0\x13\x7f\xff\xff\xff\x7f\xff\xff\xff"[..], &[0; 11], b"Quixmore"].concat();
    let copies = Maker::default().finish(SEEN);
    let copies = String::from_utf8_lossy(&copies).into_owned();
    let kid = copies.split("/Kids[").nth(1).and_then(|k| k.split(']').next()).expect("a page").to_string();
    let copies =
        copies.replace(&format!("/Count 1/Kids[{kid}]"), &format!("/Count 20000/Kids[{}]", format!("{kid} ").repeat(20_000)));
    for (name, end, bytes) in [
        ("glyph-in-itself", End::Either, own.finish(format!("{SEEN}BT /X 12 Tf 72 600 Td (a) Tj ET"))),
        ("arrays", End::Either, with(format!("/X{}{}", "[".repeat(20_000), "]".repeat(20_000)))),
        ("units", End::Either, with("/UserUnit 1e30".into())),
        ("one-page-20000-times", End::Either, copies.into_bytes()),
        ("contents-crypt", End::Held, Maker::default().finish_with("/Filter/Crypt/DecodeParms<</Name/Quixmore>>", SEEN)),
        ("fax-wider-than-its-picture", End::Held, with_picture(wider, &[0xff, 0x00, 0x10, 0x01])),
        ("fax-of-60000", End::Held, with_picture(fax, &[&[0xff; 20_000][..], b"Quixmore"].concat())),
        ("jbig2-of-two-billion", End::Held, with_picture(jbig2, &segment)),
    ] {
        alone(name, end, &bytes);
    }
}
