//! PDFs that are broken or meant to break the reader. Each ends in an error that names the file, in a page held for a person, or in a
//! readable document without the planted name; never in a crash, a hang, or bytes that nobody read.

use super::make::Maker;
use super::{decode, outputs, process_with};
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::{EncryptionState, EncryptionVersion, Permissions};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "Quixmore";
const LIMIT: Duration = Duration::from_secs(90);
const SEEN: &str = "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -20 Td (Seen by Dr. Alba Quixmore.) Tj 0 -20 Td (Hashimoto thyroiditis.) Tj ET\n";

/// What becomes of a file.
#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    /// Nobody can read it: exit 2 alone.
    Error,
    /// A page or a picture of it is for a person: a draft.
    Held,
    /// It is read in spite of everything.
    Read,
    /// Read or held, as the parser can.
    Either,
}

fn plain() -> Vec<u8> {
    Maker::default().finish(SEEN)
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut e = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    e.write_all(data).expect("packed");
    e.finish().expect("packed")
}

/// `n` times the same byte, packed without holding them all.
fn packed_run(byte: u8, n: usize) -> Vec<u8> {
    let mut e = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![byte; 1 << 20];
    let mut left = n;
    while left > 0 {
        let some = left.min(block.len());
        e.write_all(&block[..some]).expect("packed");
        left -= some;
    }
    e.finish().expect("packed")
}

/// A file of objects as they are, without a table of where they stand.
fn loose(objects: &[(usize, String)]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    for (n, body) in objects {
        out.extend(format!("{n} 0 obj\n{body}\nendobj\n").into_bytes());
    }
    out.extend(b"trailer\n<</Root 1 0 R>>\n%%EOF\n");
    out
}

fn with_picture(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut m = Maker::default();
    let image = m.stream(&format!("/Type/XObject/Subtype/Image{dict}"), data);
    m.resources = format!("/XObject<</Im {image} 0 R>>");
    m.finish(format!("{SEEN}q 400 0 0 400 72 100 cm /Im Do Q"))
}

fn locked(user: &str) -> Vec<u8> {
    let mut doc = lopdf::Document::load_mem(&plain()).expect("a PDF");
    doc.trailer
        .set("ID", vec![lopdf::Object::string_literal("0123456789abcdef"), lopdf::Object::string_literal("0123456789abcdef")]);
    let version = EncryptionVersion::V2 {
        document: &doc,
        owner_password: "owner",
        user_password: user,
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a key");
    doc.encrypt(&state).expect("encrypted");
    let mut out = Vec::new();
    doc.save_to(&mut out).expect("saved");
    out
}

/// Locked with AES, by a key of 128 or 256 bits.
fn locked_by_aes(user: &str, bits: u16) -> Vec<u8> {
    let mut doc = lopdf::Document::load_mem(&plain()).expect("a PDF");
    doc.trailer
        .set("ID", vec![lopdf::Object::string_literal("0123456789abcdef"), lopdf::Object::string_literal("0123456789abcdef")]);
    let filter: Arc<dyn CryptFilter> = if bits == 128 { Arc::new(Aes128CryptFilter) } else { Arc::new(Aes256CryptFilter) };
    let (crypt_filters, std) = (BTreeMap::from([(b"StdCF".to_vec(), filter)]), b"StdCF".to_vec());
    let version = match bits {
        128 => EncryptionVersion::V4 {
            document: &doc,
            encrypt_metadata: true,
            crypt_filters,
            stream_filter: std.clone(),
            string_filter: std,
            owner_password: "owner",
            user_password: user,
            permissions: Permissions::all(),
        },
        _ => EncryptionVersion::V5 {
            encrypt_metadata: true,
            crypt_filters,
            file_encryption_key: &[0x42; 32],
            stream_filter: std.clone(),
            string_filter: std,
            owner_password: "owner",
            user_password: user,
            permissions: Permissions::all(),
        },
    };
    let state = EncryptionState::try_from(version).expect("a key");
    doc.encrypt(&state).expect("encrypted");
    let mut out = Vec::new();
    doc.save_to(&mut out).expect("saved");
    out
}

/// A PDF behind other lines, its pages in digits: as text nobody would find the name in it.
fn behind(line: &str) -> Vec<u8> {
    let digits: String = SEEN.bytes().map(|b| format!("{b:02x}")).collect();
    [line.as_bytes().to_vec(), Maker::default().finish_with("/Filter/ASCIIHexDecode", digits + ">")].concat()
}

/// An object of a table of 1.4 and one in a stream that only the table's `XRefStm` knows.
fn hybrid() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_string(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>".into(),
        String::new(),
        format!("<</Length {}>>\nstream\n{SEEN}\nendstream", SEEN.len()),
        {
            let font = "4 0 <</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
            format!("<</Type/ObjStm/N 1/First 4/Length {}>>\nstream\n{font}\nendstream", font.len())
        },
        "<</Type/XRef/W[1 2 1]/Index[4 1]/Size 8/Root 1 0 R/Filter/ASCIIHexDecode/Length 9>>\nstream\n02000600>\nendstream"
            .into(),
    ];
    let mut out = "%PDF-1.5\n".to_string();
    let mut table = "0000000000 65535 f \n".to_string();
    let mut last = 0;
    for (o, n) in objects.iter().zip(1..) {
        last = out.len();
        if o.is_empty() {
            table.push_str("0000000000 65535 f \n");
            continue;
        }
        table.push_str(&format!("{last:010} 00000 n \n"));
        out.push_str(&format!("{n} 0 obj\n{o}\nendobj\n"));
    }
    let at = out.len();
    (out + &format!("xref\n0 8\n{table}trailer\n<</Size 8/Root 1 0 R/XRefStm {last}>>\nstartxref\n{at}\n%%EOF\n")).into_bytes()
}

fn structures() -> Vec<(&'static str, End, Vec<u8>)> {
    let whole = plain();
    let no_table = String::from_utf8_lossy(&whole).replace("startxref", "startxxxx");
    let wrong_table = {
        let mut b = whole.clone();
        let at = b.windows(6).position(|w| w == b"\nxref\n").expect("a table");
        b[at + 12..at + 100].iter_mut().filter(|b| b.is_ascii_digit()).for_each(|b| *b = b'7');
        b
    };
    let tree =
        |kids: &str| loose(&[(1, "<</Type/Catalog/Pages 2 0 R>>".into()), (2, format!("<</Type/Pages/Kids[{kids}]/Count 1>>"))]);
    let mut deep: Vec<(usize, String)> = vec![(1, "<</Type/Catalog/Pages 2 0 R>>".into())];
    deep.extend((2..4000).map(|i| (i, format!("<</Type/Pages/Kids[{} 0 R]/Count 1>>", i + 1))));
    deep.push((4000, format!("<</Type/Page/MediaBox[0 0 9 9]/Name({NAME})>>")));
    // One reader takes a spoilt page for one, the other does not.
    let two = String::from_utf8_lossy(&super::make::pages(&[&format!("Seen by Dr. {NAME}"), "Hashimoto"])).into_owned();
    let in_doubt = two.replacen("<</Type/Page/Parent", "<</Type/Page Parent", 1).into_bytes();
    let mut many = Maker::default();
    (0..100_000).for_each(|i| {
        many.add(format!("<</A {i}>>"));
    });
    let mut xfa = Maker::default();
    let form = xfa.stream("", format!("<xdp><name>{NAME}</name></xdp>"));
    xfa.catalog = format!("/AcroForm<</Fields[]/XFA {form} 0 R>>/NeedsRendering true");
    vec![
        ("nothing", End::Error, b"%PDF-1.7\n".to_vec()),
        ("cut", End::Either, whole[..whole.len() / 2].to_vec()),
        ("no-table", End::Either, no_table.into_bytes()),
        ("wrong-table", End::Either, wrong_table),
        ("no-pages", End::Error, tree("")),
        ("tree-in-a-circle", End::Error, tree("2 0 R")),
        ("deep-tree", End::Error, loose(&deep)),
        ("pages-in-doubt", End::Error, in_doubt),
        ("many-objects", End::Read, many.finish(SEEN)),
        ("only-a-form", End::Error, xfa.finish("BT /F1 12 Tf 72 700 Td (Please wait...) Tj ET")),
        ("locked", End::Error, locked("secret")),
        ("empty-password", End::Read, locked("")),
        ("locked-aes-128", End::Error, locked_by_aes("secret", 128)),
        ("locked-aes-256", End::Error, locked_by_aes("secret", 256)),
        ("empty-password-aes-128", End::Read, locked_by_aes("", 128)),
        ("empty-password-aes-256", End::Read, locked_by_aes("", 256)),
        ("behind-a-line", End::Read, behind("Scanned for the chart\n")),
        ("behind-many-lines", End::Read, behind(&"Scanned for the chart\n".repeat(300))),
        ("hybrid", End::Read, hybrid()),
    ]
}

fn contents() -> Vec<(&'static str, End, Vec<u8>)> {
    let stream = |dict: &str, data: &[u8]| Maker::default().finish_with(dict, data);
    let looped = {
        let mut m = Maker::default();
        let n = m.objects_next();
        m.stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {n} 0 R>>>>"), "/X Do");
        m.resources = format!("/XObject<</X {n} 0 R>>");
        m.finish(format!("{SEEN}/X Do"))
    };
    let billion = {
        let mut m = Maker::default();
        let mut inner = m.stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "0 0 9 9 re f");
        for _ in 0..12 {
            inner = m.stream(
                &format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {inner} 0 R>>>>"),
                "/X Do ".repeat(10),
            );
        }
        m.resources = format!("/XObject<</X {inner} 0 R>>");
        m.finish(format!("{SEEN}/X Do"))
    };
    let tiles = {
        let mut m = Maker::default();
        let n = m.objects_next();
        m.stream(
            &format!("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<</Pattern<</P {n} 0 R>>>>"),
            "/Pattern cs /P scn 0 0 9 9 re f",
        );
        m.resources = format!("/Pattern<</P {n} 0 R>>");
        m.finish(format!("{SEEN}/Pattern cs /P scn 0 0 9 9 re f"))
    };
    let font = |font: &str| {
        let mut m = Maker::default();
        let f = m.add(font);
        m.fonts = format!("/X {f} 0 R");
        m.finish(format!("{SEEN}BT /X 12 Tf 72 600 Td (Dr. Alba Quixmore wrote this) Tj ET"))
    };
    let garbage: Vec<u8> = (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let bad_program = {
        let mut m = Maker::default();
        let p = m.stream("/Length1 4000", &garbage);
        let f = m.add(format!("<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Odd/FirstChar 32/LastChar 126/Widths[{}]/FontDescriptor<</Type/FontDescriptor/FontName/ABCDEF+Odd/Flags 4/FontFile2 {p} 0 R>>>>", "500 ".repeat(95)));
        m.fonts = format!("/X {f} 0 R");
        m.finish(format!("{SEEN}BT /X 12 Tf 72 600 Td (Dr. Alba Quixmore wrote this) Tj ET"))
    };
    let nothing_there =
        Maker::default().finish(format!("{SEEN}BT /Gone 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET /Gone Do /Gone gs"));
    vec![
        ("bomb", End::Held, stream("/Filter/FlateDecode", &packed_run(b'q', 400 << 20))),
        ("bomb-in-a-bomb", End::Held, stream("/Filter[/FlateDecode/FlateDecode]", &packed(&packed_run(b' ', 400 << 20)))),
        ("lying-filter", End::Held, stream("/Filter/FlateDecode", SEEN.as_bytes())),
        ("unknown-filter", End::Held, stream("/Filter/Quixmore", SEEN.as_bytes())),
        (
            "half-packed",
            End::Either,
            stream("/Filter/FlateDecode", &{
                let p = packed(SEEN.repeat(9).as_bytes());
                p[..p.len() / 2].to_vec()
            }),
        ),
        ("form-in-itself", End::Held, looped),
        ("billion-forms", End::Held, billion),
        ("pattern-in-itself", End::Either, tiles),
        ("brackets", End::Held, Maker::default().finish("[".repeat(200_000))),
        ("states", End::Held, Maker::default().finish("q ".repeat(1_000_000))),
        (
            "far-away",
            End::Either,
            Maker::default().finish(format!("{SEEN}BT /F1 1e30 Tf 1e30 0 Td (Dr. Quixmore) Tj ET 1e38 0 0 1e38 0 0 cm")),
        ),
        ("no-font", End::Either, nothing_there),
        ("font-of-no-kind", End::Either, font("<</Type/Font/Subtype/Quixmore>>")),
        ("font-in-itself", End::Either, font("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[]>>")),
        ("font-program-of-noise", End::Either, bad_program),
    ]
}

fn pictures() -> Vec<(&'static str, End, Vec<u8>)> {
    let noise: Vec<u8> = (0..9000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let bits = packed_run(0xff, 20_000 * 2_500);
    let bytes = packed_run(0xff, 400 << 20);
    let small = packed_run(0xff, 300 * 300);
    vec![
        (
            "picture-20000-bits",
            End::Either,
            with_picture("/Width 20000/Height 20000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode", &bits),
        ),
        (
            "picture-20000-grey",
            End::Held,
            with_picture("/Width 20000/Height 20000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", &bytes),
        ),
        (
            "picture-20001",
            End::Held,
            with_picture("/Width 20001/Height 90/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode", &bits),
        ),
        (
            "picture-that-ends-early",
            End::Held,
            with_picture("/Width 3000/Height 3000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", &small),
        ),
        (
            "jpeg-of-noise",
            End::Held,
            with_picture("/Width 300/Height 300/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", &noise),
        ),
        ("jpx-of-noise", End::Held, with_picture("/Width 300/Height 300/Filter/JPXDecode", &noise)),
        (
            "jbig2-of-noise",
            End::Held,
            with_picture("/Width 300/Height 300/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode", &noise),
        ),
        ("huge-mask", End::Held, {
            let mut m = Maker::default();
            let mask = m.stream("/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", &bytes);
            let image = m.stream(&format!("/Type/XObject/Subtype/Image/Width 300/Height 300/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode/SMask {mask} 0 R"), &small);
            m.resources = format!("/XObject<</Im {image} 0 R>>");
            m.finish(format!("{SEEN}q 400 0 0 400 72 100 cm /Im Do Q"))
        }),
    ]
}

/// One file by itself: how it must end.
fn alone(name: &str, end: End, bytes: &[u8]) {
    let run = process_with(&[(name, bytes.to_vec())], &[]);
    let what = format!("{name}: exit {} after {:?}\n{}{}", run.code, run.took, run.stdout, run.stderr);
    assert!(run.took < LIMIT, "{what}");
    assert!(!run.stderr.contains("panicked") && !run.stdout.contains("panicked"), "{what}");
    assert!(!run.stderr.contains(NAME) && !run.stdout.contains(NAME), "{what}");
    match end {
        End::Error => assert_eq!(run.code, 2, "{what}"),
        End::Held => assert_eq!(run.code, 3, "{what}"),
        End::Read => assert!(run.code == 0 || run.code == 3, "{what}"),
        End::Either => assert!(matches!(run.code, 0 | 2 | 3), "{what}"),
    }
    if run.code == 2 {
        assert!(run.stderr.contains(name), "the file is named: {what}");
        assert!(!run.out().join("release").exists() && !run.out().join("draft").exists(), "{what}");
        return;
    }
    let out = outputs(&run);
    for (path, bytes) in &out {
        assert_eq!(decode::survivors(bytes, NAME), Vec::<String>::new(), "{path}: {what}");
    }
    if end == End::Read {
        assert_eq!(out.len(), 1, "{what}");
        assert!(decode::layers(&out[0].1).iter().any(|(_, t)| t.contains("Hashimoto")), "what is the patient's stays: {what}");
    }
    if end == End::Held {
        let review = std::fs::read_to_string(run.out().join("internal/review.json")).expect("review.json");
        assert!(review.contains(name), "{what}");
        assert!(review.contains("age 1"), "the page is named: {what}\n{review}");
    }
}

#[test]
fn broken_structures_end_well() {
    structures().iter().for_each(|(name, end, bytes)| alone(name, *end, bytes));
}

#[test]
fn broken_contents_end_well() {
    contents().iter().for_each(|(name, end, bytes)| alone(name, *end, bytes));
}

#[test]
fn broken_pictures_end_well() {
    pictures().iter().for_each(|(name, end, bytes)| alone(name, *end, bytes));
}

/// A browser shows one thing, a viewer of PDFs another: nobody can say what the second holds, so a person must.
#[test]
fn a_pdf_inside_of_other_markup_is_for_a_person() {
    let far = "Hashimoto ".repeat(400);
    let digits: String = SEEN.bytes().map(|b| format!("{b:02x}")).collect();
    let hidden = format!("%PDF-1.4\n5 0 obj\n<</Filter/AHx>>stream\n{digits}>\nendstream\nendobj\n");
    let json = |text: &str| {
        let text = text.replace('\n', "\\n");
        format!(
            r#"{{"resourceType":"Patient","name":[{{"family":"Reyes","given":["Maria"]}}],"birthDate":"1985-03-04","gender":"female","text":{{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>"}}}}"#
        )
    };
    let rtf = |text: &str| format!("{{\\rtf1\\ansi Patient: Maria Reyes {text}}}");
    let html = |text: &str| format!("<html><body><p>Patient: Maria Reyes</p><p>{text}</p></body></html>");
    for (name, plain, both) in [
        ("page.html", html(&far), html(&format!("{far}<!-- {hidden} -->"))),
        ("chart.json", json(&far), json(&format!("{far}{hidden}"))),
        ("note.rtf", rtf(&far), rtf(&format!("{far}{hidden}"))),
    ] {
        for (text, held) in [(plain, false), (both, true)] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            std::fs::write(folder.path().join("patient.toml"), super::PATIENT).expect("writable");
            std::fs::write(folder.path().join(name), text).expect("writable");
            let args = ["--patient", "patient.toml", "--purpose", "litigation", "--recipient", "X"];
            let run = crate::run::process(folder.path(), &[name], &args);
            assert!(run.code == 3 || run.code == 0, "{name}: {} {}{}", run.code, run.stdout, run.stderr);
            let review = std::fs::read_to_string(run.out().join("internal/review.json")).unwrap_or_default();
            assert_eq!(review.contains("parts of a PDF"), held, "{name}: {review}");
            assert!(!held || !run.out().join("release").exists(), "{name}: nothing is released unseen");
        }
    }
}

#[test]
fn a_password_that_is_given_opens_and_one_that_is_wrong_does_not() {
    let run = process_with(&[("locked", locked("secret"))], &["--pdf-password", "secret"]);
    assert!(run.code == 0 || run.code == 3, "{} {}{}", run.code, run.stdout, run.stderr);
    let out = outputs(&run);
    assert_eq!(out.len(), 1);
    assert!(decode::survivors(&out[0].1, NAME).is_empty());
    assert!(decode::layers(&out[0].1).iter().any(|(_, t)| t.contains("Hashimoto")), "it reads on, without a password");
    let report = std::fs::read_to_string(run.out().join("internal/report.json")).expect("the report");
    assert!(report.contains("encrypted"), "it is said");
    for folder in ["release", "draft", "internal"] {
        for (path, bytes) in crate::run::files(&run.out().join(folder)) {
            assert!(!String::from_utf8_lossy(&bytes).contains("\"secret\""), "{path} tells the password");
        }
    }
    let run = process_with(&[("locked", locked("secret"))], &["--pdf-password", "wrong"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("locked") && run.stderr.contains("--pdf-password"), "{}", run.stderr);
}

#[test]
fn beside_readable_files_they_are_held() {
    let mut files: Vec<(&str, Vec<u8>)> =
        structures().into_iter().filter(|(_, e, _)| *e == End::Error).map(|(n, _, b)| (n, b)).collect();
    let bad: Vec<&str> = files.iter().map(|(n, _)| *n).collect();
    files.push(("good", plain()));
    let run = process_with(&files, &[]);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    let out = outputs(&run);
    assert_eq!(out.len(), 1, "only the readable one is in the draft: {:?}", out.iter().map(|o| &o.0).collect::<Vec<_>>());
    assert!(decode::survivors(&out[0].1, NAME).is_empty());
    let review = std::fs::read_to_string(run.out().join("internal/review.json")).expect("review.json");
    bad.iter().for_each(|n| assert!(review.contains(n), "{n} is not among the review items"));
}
