//! More ways to keep a name in a PDF, made to slip past a redactor rather than met by chance; and words of the patient's that must come through.

use super::make::{Maker, pages, utf16, wide};
use super::places::NAME;
use super::{decode, outputs, process};
use std::io::Write;

pub const HEAD: &str = "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -20 Td (Seen by Dr. Alba Quixmore.) Tj 0 -20 Td (Hashimoto thyroiditis.) Tj ET\n";
/// Words in an ordinary line below everything else.
pub const FOOT: &str = "BT /F1 12 Tf 72 60 Td (Levothyroxine 75 mcg daily) Tj ET\n";

pub fn page(m: Maker, more: &str) -> Vec<u8> {
    m.finish(format!("{HEAD}{more}\n{FOOT}"))
}

fn line(at: f32, text: &str) -> String {
    format!("BT /F1 12 Tf 72 {at} Td ({text}) Tj ET\n")
}

/// Each letter by itself at a place and an angle.
fn letters(text: &str, place: impl Fn(usize) -> (f32, f32, f32)) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        let (x, y, angle) = place(i);
        let (s, k) = angle.sin_cos();
        out += &format!("BT /F1 12 Tf {k:.4} {s:.4} {:.4} {k:.4} {x:.2} {y:.2} Tm ({c}) Tj ET\n", -s);
    }
    out
}

/// A font whose ASCII codes read as other characters.
fn reads_as(m: &mut Maker, base: &str, of: impl Fn(char) -> String) -> usize {
    let list: String = (' '..='~').map(|c| format!("<{:02X}> <{}> ", u32::from(c), wide(&of(c)))).collect();
    let map = m.stream(
        "",
        format!("begincmap 1 begincodespacerange <00> <FF> endcodespacerange 95 beginbfchar {list}endbfchar endcmap"),
    );
    m.add(format!("<</Type/Font/Subtype/Type1/BaseFont/{base}/Encoding/WinAnsiEncoding/ToUnicode {map} 0 R>>"))
}

fn with_font(base: &str, of: impl Fn(char) -> String, more: &str) -> Vec<u8> {
    let mut m = Maker::default();
    let f = reads_as(&mut m, base, of);
    m.fonts = format!("/X {f} 0 R");
    page(m, more)
}

fn form(m: &mut Maker, content: &str, more: &str) -> usize {
    let font = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    m.stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 612 792]{more}/Resources<</Font<</F1 {font} 0 R>>>>"), content)
}

/// Text laid out in ways that hide a word from a reader who goes by the order of operations.
fn layouts() -> Vec<(&'static str, Vec<u8>)> {
    let new = Maker::default;
    let mut out = Vec::new();
    let n = NAME.len() as f32;
    out.push((
        "circle",
        page(
            new(),
            &letters(&format!("Dr. Alba {NAME}"), |i| {
                let a = 2.6 - i as f32 * 0.15;
                (300.0 + 90.0 * a.cos(), 400.0 + 90.0 * a.sin(), a - std::f32::consts::FRAC_PI_2)
            }),
        ),
    ));
    out.push(("stacked", page(new(), &letters(NAME, |i| (300.0, 600.0 - 14.0 * i as f32, 0.0)))));
    out.push((
        "scattered-order",
        page(new(), &{
            let step = 8.0;
            let mut all: Vec<(usize, char)> = format!("Dr. Alba {NAME}").chars().enumerate().collect();
            all.sort_by_key(|(i, _)| (i * 7) % 17);
            all.iter()
                .map(|(i, c)| format!("BT /F1 12 Tf {:.1} 600 Td ({c}) Tj ET\n", 72.0 + step * *i as f32))
                .collect::<String>()
        }),
    ));
    out.push(("spaced-letters", page(new(), "BT /F1 12 Tf 6 Tc 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    out.push(("letters-with-blanks", page(new(), &line(600.0, "Dr. Alba Q u i x m o r e"))));
    out.push((
        "two-streams-of-letters",
        page(new(), "BT /F1 12 Tf 72 600 Td (Dr. Alba Quix) Tj ET BT /F1 12 Tf 1 0 0 1 146 600 Tm (more) Tj ET"),
    ));
    out.push(("flipped", page(new(), "q 1 0 0 -1 0 792 cm BT /F1 12 Tf 1 0 0 -1 72 200 Tm (Dr. Alba Quixmore) Tj ET Q")));
    out.push(("negative-size", page(new(), "q 1 0 0 -1 0 792 cm BT /F1 -12 Tf -1 0 0 1 72 200 Tm (Dr. Alba Quixmore) Tj ET Q")));
    out.push(("mirrored", page(new(), "BT /F1 12 Tf -1 0 0 1 300 600 Tm (Dr. Alba Quixmore) Tj ET")));
    out.push(("tiny", page(new(), "BT /F1 0.4 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    out.push(("size-nothing", page(new(), "BT /F1 0 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    out.push(("narrow", page(new(), "BT /F1 12 Tf 1 Tz 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    out.push(("raised", page(new(), "BT /F1 12 Tf 72 600 Td (Dr. Alba Quix) Tj 4 Ts (more) Tj ET")));
    out.push(("two-sizes", page(new(), "BT /F1 14 Tf 72 600 Td (Dr. Alba Q) Tj /F1 9 Tf (UIXMORE) Tj ET")));
    out.push(("clip-mode", page(new(), "q BT 7 Tr /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET 72 590 300 30 re f Q")));
    out.push(("outlined", page(new(), "BT 1 Tr /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    out.push((
        "twice-as-shadow",
        page(
            new(),
            "0.8 g BT /F1 12 Tf 73 599 Td (Dr. Alba Quixmore) Tj ET 0 g BT /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET",
        ),
    ));
    out.push(("overprinted", page(new(), &format!("{}{}", line(600.0, "Dr. Alba Quixmore"), line(600.0, "XXXXXXXXXXXXXXXX")))));
    out.push(("hyphen", page(new(), "BT /F1 12 Tf 16 TL 72 600 Td (Then she was seen for her thyroid by Dr. Alba Quix-) Tj T* (more, who renewed the levothyroxine for a year.) Tj ET")));
    out.push(("wrapped", page(new(), "BT /F1 12 Tf 16 TL 72 600 Td (Then she was seen for her thyroid by Dr. Alba) Tj T* (Quixmore, who renewed the levothyroxine for a year.) Tj ET")));
    out.push((
        "columns",
        page(new(), &{
            let left = ["Notes of the visit", "were written by Dr.", "Alba Quixmore after", "the patient had left."];
            let right = ["Orders: TSH, free T4", "in six weeks, signed", "by Alba Quixmore and", "sent to the lab."];
            (0..4usize)
                .map(|i| {
                    format!(
                        "BT /F1 12 Tf 1 0 0 1 72 {y} Tm ({}) Tj 1 0 0 1 320 {y} Tm ({}) Tj ET\n",
                        left[i],
                        right[i],
                        y = 600 - 16 * i
                    )
                })
                .collect::<String>()
        }),
    ));
    out.push((
        "cells",
        page(new(), &{
            let rows = [["Provider", "First", "Last"], ["Endocrinology", "Alba", "Quixmore"], ["Laboratory", "Alba", "QUIXMORE"]];
            rows.iter()
                .zip(0..)
                .map(|(r, i)| {
                    format!(
                        "BT /F1 12 Tf 1 0 0 1 72 {y} Tm ({}) Tj 1 0 0 1 220 {y} Tm ({}) Tj 1 0 0 1 380 {y} Tm ({}) Tj ET\n",
                        r[0],
                        r[1],
                        r[2],
                        y = 600 - 20 * i
                    )
                })
                .collect::<String>()
        }),
    ));
    let mut m = new();
    m.page = "/Rotate 90/UserUnit 2".into();
    out.push(("page-turned", page(m, &line(600.0, "Dr. Alba Quixmore"))));
    let _ = n;
    out
}

/// Fonts that say something else than they show, or say it in another alphabet.
fn fonts() -> Vec<(&'static str, Vec<u8>)> {
    let show = "BT /X 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET";
    let plane = |c: char, upper: u32, lower: u32| match c {
        'A'..='Z' => char::from_u32(upper + u32::from(c) - 65),
        'a'..='z' => char::from_u32(lower + u32::from(c) - 97),
        c => Some(c),
    };
    let mut out = vec![
        // Mathematical bold, full width, letters with a soft hyphen or a joiner behind each.
        ("surrogates", with_font("Helvetica", |c| plane(c, 0x1d400, 0x1d41a).into_iter().collect(), show)),
        ("full-width", with_font("Helvetica", |c| plane(c, 0xff21, 0xff41).into_iter().collect(), show)),
        ("soft-hyphens", with_font("Helvetica", |c| format!("{c}\u{ad}"), show)),
        ("joiners", with_font("Helvetica", |c| format!("{c}\u{200d}"), show)),
        (
            "look-alikes",
            with_font(
                "Helvetica",
                |c| match c {
                    'o' => "\u{43e}".into(),
                    'e' => "\u{435}".into(),
                    'x' => "\u{445}".into(),
                    c => c.to_string(),
                },
                show,
            ),
        ),
        // What is shown is the name; what is said is something else.
        (
            "lying-to-unicode",
            with_font(
                "Helvetica",
                |c| match c {
                    'a'..='z' => char::from_u32(97 + (u32::from(c) - 97 + 13) % 26).unwrap_or('x').to_string(),
                    'A'..='Z' => char::from_u32(65 + (u32::from(c) - 65 + 13) % 26).unwrap_or('X').to_string(),
                    c => c.to_string(),
                },
                show,
            ),
        ),
        ("said-to-be-blank", with_font("Helvetica", |_| " ".into(), show)),
    ];
    let mut m = Maker::default();
    let f = m.add("<</Type/Font/Subtype/Type1/BaseFont/Quixmore-Bold/Encoding<</Differences[65/Quixmore 66/Quixmore.alt]>>/FontDescriptor<</Type/FontDescriptor/FontName/Quixmore-Bold/FontFamily(Quixmore)/FontStretch/Quixmore/Flags 32>>>>");
    m.fonts = format!("/Quixmore {f} 0 R");
    out.push(("font-of-that-name", page(m, "BT /Quixmore 12 Tf 72 600 Td (Kept words) Tj (A) Tj ET")));
    let mut m = Maker::default();
    let g = m.stream("", "600 0 0 0 500 700 d1 0 0 500 700 re f");
    let f = m.add(format!("<</Type/Font/Subtype/Type3/Name/Quixmore/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 65/Widths[600]/Encoding<</Differences[65/Quixmore]>>/CharProcs<</Quixmore {g} 0 R>>/Resources<<>>>>"));
    m.fonts = format!("/T {f} 0 R");
    out.push(("type3-glyph-name", page(m, "BT /T 12 Tf 72 600 Td (A) Tj ET")));
    let mut m = Maker::default();
    let map = m.stream("/Type/CMap/CMapName/Quixmore/CIDSystemInfo<</Registry(Quixmore)/Ordering(Quixmore)/Supplement 0>>", "%!PS-Adobe-3.0 Resource-CMap\n%%Title: (Quixmore)\n/CIDSystemInfo <</Registry (Quixmore)/Ordering (Quixmore)>> def /CMapName /Quixmore def begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 begincidrange <0020> <007E> 1 endcidrange endcmap");
    let uni = m.stream(
        "",
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0020> <007E> <0020> endbfrange endcmap",
    );
    let sub = m.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/Quixmore/CIDSystemInfo<</Registry(Quixmore)/Ordering(Quixmore)/Supplement 0>>/DW 500/FontDescriptor<</Type/FontDescriptor/FontName/Quixmore/Flags 32/Style<</Panose(Quixmore0000)>>>>>>");
    let f = m.add(format!(
        "<</Type/Font/Subtype/Type0/BaseFont/Quixmore/Encoding {map} 0 R/DescendantFonts[{sub} 0 R]/ToUnicode {uni} 0 R>>"
    ));
    m.fonts = format!("/C {f} 0 R");
    out.push(("composite-of-that-name", page(m, &format!("BT /C 12 Tf 72 600 Td <{}> Tj ET", wide("Kept words")))));
    let mut m = Maker::default();
    let f = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    m.resources = format!("/ExtGState<</G<</Font[{f} 0 R 12]>>>>");
    out.push(("font-by-state", page(m, "BT /G gs 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    // Marks over letters as glyphs of their own; the surname as such is not in question here.
    let mut m = Maker::default();
    let f = reads_as(&mut m, "Helvetica", |c| if c == '~' { "\u{308}".into() } else { c.to_string() });
    m.fonts = format!("/X {f} 0 R");
    out.push(("combining", page(m, "BT /X 12 Tf 72 600 Td (Dr. Alba Quixmo~re) Tj ET")));
    out
}

/// Objects beside and below what a page shows.
fn objects() -> Vec<(&'static str, Vec<u8>)> {
    let new = Maker::default;
    let mut out = Vec::new();

    let mut m = new();
    let f = form(
        &mut m,
        "BT /F1 12 Tf 72 560 Td (Dr. Alba Quixmore) Tj ET",
        "/OC 9999 0 R/Group<</S/Transparency>>/PieceInfo<</A<</Private(Quixmore)>>>>/Ref<</F(Quixmore.pdf)/Page 0>>/OPI<</F(Quixmore)>>",
    );
    m.resources = format!("/XObject<</A {f} 0 R>>");
    out.push(("form-with-more", page(m, "/A Do")));

    let mut m = new();
    let f = form(&mut m, "BT /F1 12 Tf 72 560 Td (Dr. Alba Quixmore) Tj ET", "/Group<</S/Transparency/CS/DeviceGray>>");
    m.resources = format!("/ExtGState<</S<</SMask<</S/Luminosity/G {f} 0 R/BC[0]>>>>>>");
    out.push(("soft-mask", page(m, "q /S gs 0 g 60 540 300 60 re f Q")));

    let mut m = new();
    let ps = m.stream("/Type/XObject/Subtype/PS", "(Quixmore) show");
    m.resources = format!("/XObject<</P {ps} 0 R>>");
    out.push(("postscript", page(m, "/P Do")));

    let mut m = new();
    let on = form(&mut m, "BT /F1 12 Tf 2 5 Td (Dr. Alba Quixmore) Tj ET", "");
    let off = form(&mut m, "BT /F1 12 Tf 2 5 Td (Quixmore, off) Tj ET", "");
    m.page = format!(
        "/Annots[<</Type/Annot/Subtype/Stamp/Name/Quixmore/Rect[72 500 300 520]/AS/Quixmore/AP<</N<</Quixmore {on} 0 R/Off {off} 0 R>>>>/A<</S/Launch/F(Quixmore.exe)/Next<</S/SubmitForm/F(https://example.org/Quixmore)>>>>>><</Type/Annot/Subtype/Screen/T(Quixmore)/Rect[0 0 9 9]/A<</S/Rendition/R<</N(Quixmore)>>>>>><</Type/Annot/Subtype/Ink/Rect[0 0 9 9]/Subj(Quixmore)/IRT<</Contents(Quixmore)>>>><</Type/Annot/Subtype/Highlight/Rect[72 700 300 720]/QuadPoints[72 720 300 720 72 700 300 700]/Contents(Ask Alba Quixmore)>>]"
    );
    out.push(("annotation-states", page(m, "")));

    let mut m = new();
    m.catalog = "/Extensions<</Quixmore<</BaseVersion/1.7>>>>/Legal<</Attestation(Quixmore)>>/Requirements[<</S/Quixmore>>]/Collection<</Schema<</Quixmore<</N(Quixmore)>>>>>>/Perms<<>>/DSS<</VRI<</Quixmore<<>>>>>>/Threads[<</I<</Title(Quixmore)/Author(Quixmore)>>>>]/SpiderInfo<</V 1.0/C[(Quixmore)]>>/URI<</Base(https://example.org/Quixmore/)>>/Lang(Quixmore)/ViewerPreferences<</Quixmore true>>/Names<</Pages<</Names[(Quixmore)[0/Fit]]>>/Templates<</Names[(Quixmore) 1 0 R]>>/IDS<</Names[(Quixmore) 1 0 R]>>/URLS<</Names[(Quixmore) 1 0 R]>>/AP<</Names[(Quixmore) 1 0 R]>>/Renditions<</Names[(Quixmore) 1 0 R]>>>>".into();
    m.page = "/SeparationInfo<</DeviceColorant(Quixmore)>>/VP[<</Name(Quixmore)/BBox[0 0 9 9]>>]/Trans<</S/Quixmore>>/ID(Quixmore)/Tabs/Quixmore/LastModified(Quixmore)/BoxColorInfo<</Quixmore 1>>".into();
    out.push(("catalog-and-page", page(m, "")));

    let mut m = new();
    let root = m.add("<</Type/StructTreeRoot/RoleMap<</Quixmore/P>>/ClassMap<</Quixmore<</O/Quixmore/Summary(Quixmore)>>>>/IDTree<</Names[(Quixmore) 1 0 R]>>/K<</Type/StructElem/S/Quixmore/ID(Quixmore)/C/Quixmore/Lang(Quixmore)/A<</O/Table/Summary(Quixmore)/Headers[(Quixmore)]>>/K 0>>>>");
    m.catalog = format!("/MarkInfo<</Marked true/UserProperties true>>/StructTreeRoot {root} 0 R");
    out.push((
        "structure-names",
        page(
            m,
            "/Quixmore <</MCID 0/Lang(Quixmore)/Quixmore[(Quixmore)[/Quixmore]]>> BDC BT /F1 12 Tf 72 600 Td (Words) Tj ET EMC",
        ),
    ));

    let mut m = new();
    let layer =
        m.add("<</Type/OCG/Name(Quixmore)/Usage<</CreatorInfo<</Creator(Quixmore)>>/User<</Type/Ind/Name(Quixmore)>>>>>>");
    let member = m.add(format!("<</Type/OCMD/OCGs[{layer} 0 R]/P/AllOff>>"));
    m.resources = format!("/Properties<</Q {layer} 0 R/M {member} 0 R>>");
    m.catalog = format!(
        "/OCProperties<</OCGs[{layer} 0 R]/D<</BaseState/ON/ON[{layer} 0 R]/Order[(Quixmore)[{layer} 0 R]]>>/Configs[<</Name(Quixmore)/Creator(Quixmore)>>]>>"
    );
    out.push(("layers-and-membership", page(m, "/OC /Q BDC BT /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET EMC /OC /M BDC BT /F1 12 Tf 72 580 Td (Dr. Alba Quixmore) Tj ET EMC")));

    let mut m = new();
    let inner = pages(&["Patient: Maria Reyes\nSeen by Dr. Alba Quixmore\nGlucose 92 mg/dL"]);
    let file = m.stream("/Type/EmbeddedFile/Subtype/application#2Fpdf/Params<</CheckSum(Quixmore)>>", &inner);
    let spec = m.add(format!(
        "<</Type/Filespec/F(quixmore.pdf)/UF{}/Desc(Quixmore)/EF<</F {file} 0 R/UF {file} 0 R>>>>",
        utf16("Quixmore.pdf")
    ));
    m.catalog = format!("/Names<</EmbeddedFiles<</Kids[<</Limits[(Quixmore)(Quixmore)]/Names[(Quixmore){spec} 0 R]>>]>>>>");
    out.push(("pdf-in-pdf", page(m, "")));

    let mut m = new();
    let mut jbig2 = vec![0, 0, 0, 0, 62, 0, 0, 0, 0, 0, 20, 0x20, 0, 0, 0];
    jbig2.extend(b"Comment\0Quixmore");
    let im = m.stream(
        "/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode",
        &jbig2,
    );
    m.resources = format!("/XObject<</Im {im} 0 R>>");
    out.push(("jbig2-comment", page(m, "q 9 0 0 9 72 400 cm /Im Do Q")));

    let mut m = new();
    let colours = "/CS[/Indexed/DeviceRGB 3<5075 69786D 6F7265 000000>]";
    m.resources = format!(
        "/ColorSpace<<{colours}/N[/DeviceN[/Quixmore/Black]/DeviceCMYK<</FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1 0 1]>>/DeviceN<</Subtype/DeviceN/Colorants<</Quixmore[/Separation/Quixmore/DeviceGray<</FunctionType 2/N 1/Domain[0 1]>>]>>>>]>>/ExtGState<</H<</HT<</HalftoneType 1/Frequency 60/Angle 45/SpotFunction/Quixmore/HalftoneName(Quixmore)>>/TR/Quixmore>>>>"
    );
    out.push(("colours-and-halftones", page(m, "q /H gs Q q /CS cs 1 sc 9 9 9 9 re f Q")));

    let mut m = new();
    m.stream("", "<</Type/ObjStm>> (Alba Quixmore)");
    m.add("[(Quixmore) /Quixmore <5175 6978 6D6F 7265>]");
    let mut whole = page(m, "");
    let second = String::from_utf8_lossy(&whole).into_owned();
    // A second revision in which the page is the same, and the name is left in the first.
    let xref = second.rfind("startxref\n").and_then(|p| second[p + 10..].lines().next()?.parse::<usize>().ok()).expect("a place");
    let body = format!("\n% Quixmore\n1 0 obj\n(Quixmore again)\nendobj\ntrailer\n<</Prev {xref}/Size 1/Root 99 0 R>>\n");
    whole.extend(body.into_bytes());
    out.push(("revisions", whole));

    let mut doc = lopdf::Document::load_mem(&page(new(), &line(600.0, "Dr. Alba Quixmore"))).expect("a PDF");
    doc.add_object(lopdf::Object::string_literal("Quixmore, packed and unused"));
    let mut bytes = Vec::new();
    doc.save_with_options(&mut bytes, lopdf::SaveOptions::builder().use_object_streams(true).use_xref_streams(true).build())
        .expect("saved");
    out.push(("object-streams", bytes));

    let mut split = new();
    let f = form(&mut split, "BT /F1 12 Tf 0 0 Td (more is on call) Tj ET", "");
    split.resources = format!("/XObject<</A {f} 0 R>>");
    out.push(("half-in-a-form", page(split, "BT /F1 12 Tf 72 600 Td (Dr. Alba Quix) Tj ET q 1 0 0 1 146 600 cm /A Do Q")));

    let mut m = new();
    m.page = "/Annots[<</Type/Annot/Subtype/Widget/FT/Ch/T(who)/V(Alba Quixmore)/Opt[[(q)(Alba Quixmore)]]/Rect[72 480 300 500]>><</Type/Annot/Subtype/Widget/FT/Btn/T(b)/MK<</CA(Quixmore)/AC(Quixmore)>>/Rect[72 440 300 460]>><</Type/Annot/Subtype/Widget/FT/Tx/T(rich)/RV(<p>Quixmore</p>)/V(Seen by Alba Quixmore)/Rect[72 400 300 420]>>]".into();
    m.catalog = "/AcroForm<</Fields[]/DA(/Helv 0 Tf)/DR<</Font<</Quixmore<</Type/Font>>>>>>/CO[]>>".into();
    out.push(("choices-and-captions", page(m, "")));
    out
}

/// The name as plain text in files around: packed with filters in a row.
fn packed() -> Vec<(&'static str, Vec<u8>)> {
    let text = format!("{HEAD}{}{FOOT}", line(600.0, "Dr. Alba Quixmore"));
    let mut e = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    e.write_all(text.as_bytes()).expect("packed");
    let zipped = e.finish().expect("packed");
    let hex: String = zipped.iter().map(|b| format!("{b:02x}")).collect::<String>() + ">";
    vec![("filters-in-a-row", Maker::default().finish_with("/Filter[/ASCIIHexDecode/FlateDecode]", hex))]
}

#[test]
fn a_name_that_hides_on_purpose_is_gone() {
    none_survive(&[layouts(), fonts(), objects(), packed()].concat());
}

/// Runs all files at once: the name is in none of the outputs, the patient's words are in all of them.
pub fn none_survive(files: &[(&str, Vec<u8>)]) {
    let run = process(files);
    let out = outputs(&run);
    if let Some(folder) = std::env::var_os("KEEP") {
        for (p, bytes) in
            files.iter().map(|(p, b)| (format!("in-{p}.pdf"), b)).chain(out.iter().map(|(p, b)| (p.replace('/', "_"), b)))
        {
            std::fs::write(std::path::Path::new(&folder).join(p), bytes).expect("writable");
        }
    }
    let (mut table, mut bad) = (String::new(), 0);
    for (place, _) in files {
        let Some((_, bytes)) = out.iter().find(|(p, _)| p.contains(&format!("{place}."))) else {
            table.push_str(&format!("{place:24} held\n"));
            bad += 1;
            continue;
        };
        let left = decode::survivors(bytes, NAME);
        let layers = decode::layers(bytes);
        let tight: String = layers.iter().map(|(_, t)| t.split_whitespace().collect::<String>()).collect();
        let lost: Vec<&str> =
            ["MariaReyes", "Hashimoto", "Levothyroxine75"].into_iter().filter(|w| !tight.contains(*w)).collect();
        let drawn = tight.contains("PAGENOTREAD") || layers.iter().any(|(_, t)| t.contains("/Im")) && !lost.is_empty();
        let fine = left.is_empty() && (lost.is_empty() || drawn);
        bad += usize::from(!fine);
        table.push_str(&format!(
            "{place:24} {} {}\n",
            if left.is_empty() { "gone".into() } else { format!("SURVIVES in {left:?}") },
            if drawn { "drawn".into() } else { format!("lost {lost:?}") }
        ));
    }
    assert_eq!(bad, 0, "\n{table}{}{}", run.stdout, run.stderr);
    if std::env::var_os("SHOW").is_some() {
        println!("{table}");
    }
}
