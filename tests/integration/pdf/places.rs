//! One name planted in every place where a PDF can hold one.

use super::drawing;
use super::make::{Maker, utf16, wide};
use super::odd_cff::{Odd, program};

/// The planted surname; it occurs nowhere else.
pub const NAME: &str = "Quixmore";

const HEAD: &str = "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -20 Td (Seen by Dr. Alba Quixmore.) Tj 0 -20 Td (Hashimoto thyroiditis.) Tj ET\n";

/// What a page shows: patient, name in plain sight, and `more`.
fn with(more: &str) -> String {
    format!("{HEAD}{more}")
}

fn text(m: Maker, more: &str) -> Vec<u8> {
    m.finish(with(more))
}

/// A composite font whose codes are Unicode values: its object number, with the CMap `encoding` (a name or a reference).
fn composite(m: &mut Maker, encoding: &str) -> usize {
    let map = m.stream(
        "",
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0020> <007E> <0020> endbfrange endcmap",
    );
    let sub = m.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/Arial/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/FontDescriptor<</Type/FontDescriptor/FontName/Arial/Flags 32>>>>");
    m.add(format!(
        "<</Type/Font/Subtype/Type0/BaseFont/Arial/Encoding {encoding}/DescendantFonts[{sub} 0 R]/ToUnicode {map} 0 R>>"
    ))
}

fn form(m: &mut Maker, content: &str, resources: &str) -> usize {
    let font = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    m.stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 {font} 0 R>>{resources}>>"), content)
}

/// Place (by the number of its point and a word) and file.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let new = Maker::default;
    let mut out: Vec<(&'static str, Vec<u8>)> = Vec::new();

    out.push(("01-kerned", text(new(), "BT /F1 12 Tf 72 600 Td [(Dr. Al) -20 (ba Qu) 35 (ix) -10 (more today)] TJ ET")));
    out.push(("01-hex", text(new(), "BT /F1 12 Tf 72 600 Td <44722E20416C626120517569786D6F7265> Tj ET")));
    out.push(("01-quotes", text(new(), "BT /F1 12 Tf 14 TL 72 600 Td (Dr. Alba Quixmore) ' 1 0 (Alba Quixmore again) \" ET")));
    out.push((
        "01-letters",
        text(
            new(),
            &format!(
                "BT /F1 12 Tf 72 600 Td {} ET",
                "Dr. Alba Quixmore".chars().map(|c| format!("({c}) Tj ")).collect::<String>()
            ),
        ),
    ));
    out.push((
        "02-two-in-one",
        text(new(), "BT /F1 12 Tf 72 600 Td [(Dr. Alba Quixmore and) -300 (Dr. Alba Quixmore, both kept words)] TJ ET"),
    ));

    let mut m = new();
    let inner = form(&mut m, "BT /F1 12 Tf 72 560 Td (Signed Alba Quixmore) Tj ET", "");
    let outer = form(&mut m, "q 1 0 0 1 0 -20 cm /I Do Q /I Do", &format!("/XObject<</I {inner} 0 R>>"));
    m.resources = format!("/XObject<</A {outer} 0 R/B {inner} 0 R>>");
    out.push(("03-forms", text(m, "q /A Do Q q 1 0 0 1 0 -60 cm /B Do Q")));

    let mut m = new();
    let font = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    let tile = m.stream(&format!("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 200 40]/XStep 200/YStep 40/Resources<</Font<</F1 {font} 0 R>>>>"), "BT /F1 10 Tf 5 5 Td (Alba Quixmore) Tj ET");
    m.resources = format!("/Pattern<</P {tile} 0 R>>");
    out.push(("04-pattern", text(m, "/Pattern cs /P scn 72 400 400 100 re f")));

    let mut m = new();
    let helv = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    let glyph = m.stream("", "1000 0 d0 BT /H 1000 Tf (Quixmore) Tj ET");
    let type3 = m.add(format!("<</Type/Font/Subtype/Type3/FontBBox[0 0 4000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 65/Widths[4000]/Encoding<</Type/Encoding/Differences[65/x]>>/CharProcs<</x {glyph} 0 R>>/Resources<</Font<</H {helv} 0 R>>>>>>"));
    m.fonts = format!("/T {type3} 0 R");
    out.push(("05-type3", text(m, "BT /F1 12 Tf 72 600 Td (Dr. Alba ) Tj /T 12 Tf (A) Tj ET")));

    let mut m = new();
    let f = composite(&mut m, "/Identity-H");
    m.fonts = format!("/C {f} 0 R");
    out.push(("06-composite", text(m, &format!("BT /C 12 Tf 72 600 Td <{}> Tj ET", wide("Dr. Alba Quixmore, seen")))));
    let mut m = new();
    let map = m.stream(
        "/Type/CMap/CMapName/X",
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 begincidrange <0020> <007E> 1 endcidrange endcmap",
    );
    let f = composite(&mut m, &format!("{map} 0 R"));
    m.fonts = format!("/C {f} 0 R");
    out.push(("06-own-cmap", text(m, &format!("BT /C 12 Tf 72 600 Td <{}> Tj ET", wide("Dr. Alba Quixmore, seen")))));
    let mut m = new();
    let f = composite(&mut m, "/Identity-V");
    m.fonts = format!("/C {f} 0 R");
    out.push(("06-vertical", text(m, &format!("BT /C 12 Tf 300 600 Td <{}> Tj ET", wide("Dr. Alba Quixmore")))));

    let mut m = new();
    let map = m.stream(
        "",
        format!(
            "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <{}> endbfchar endcmap",
            wide("Quixmo")
        ),
    );
    let f = m.add(format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode {map} 0 R>>"));
    m.fonts = format!("/L {f} 0 R");
    out.push((
        "07-ligature",
        text(m, "BT /L 12 Tf 72 600 Td (Dr. Blba Are) Tj ET BT /F1 12 Tf 72 580 Td (Dr. Alba ) Tj /L 12 Tf (Are) Tj ET"),
    ));

    out.push(("08-turned", text(new(), "BT /F1 12 Tf 0 1 -1 0 300 300 Tm (Dr. Alba Quixmore) Tj .7 .7 -.7 .7 200 200 Tm (Dr. Alba Quixmore) Tj 1 0 .3 1 72 500 Tm (Dr. Alba Quixmore) Tj ET")));
    out.push(("09-invisible", text(new(), "BT 3 Tr /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET")));
    let mut m = new();
    let f = form(&mut m, "BT 3 Tr /F1 12 Tf 72 560 Td (Dr. Alba Quixmore) Tj ET", "");
    m.resources = format!("/XObject<</A {f} 0 R>>");
    out.push(("09-invisible-form", text(m, "/A Do")));

    out.push(("10-off-page", text(new(), "BT /F1 12 Tf 900 900 Td (Dr. Alba Quixmore) Tj ET")));
    let mut m = new();
    m.page = "/CropBox[0 300 612 792]".into();
    out.push(("10-crop-box", text(m, "BT /F1 12 Tf 72 100 Td (Dr. Alba Quixmore) Tj ET")));
    out.push(("10-clipped", text(new(), "q 0 0 10 10 re W n BT /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET Q")));
    out.push(("10-white", text(new(), "1 g BT /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET")));

    let mut m = new();
    let layer = m.add("<</Type/OCG/Name(Notes of Quixmore)>>");
    m.resources = format!("/Properties<</Q {layer} 0 R>>");
    m.catalog = format!("/OCProperties<</OCGs[{layer} 0 R]/D<</OFF[{layer} 0 R]/Name(Quixmore)>>>>");
    out.push(("11-layer", text(m, "/OC /Q BDC BT /F1 12 Tf 72 600 Td (Dr. Alba Quixmore) Tj ET EMC")));

    let mut m = new();
    m.resources = format!("/Properties<</M <</ActualText{}/Alt(Quixmore)/E(Quixmore)>>>>", utf16("Alba Quixmore"));
    out.push(("12-actual-text", text(m, "/Span <</ActualText (Alba Quixmore)/Alt(Quixmore)/E(Quixmore)>> BDC BT /F1 12 Tf 72 600 Td (AQ) Tj ET EMC /Span /M BDC BT /F1 12 Tf 72 580 Td (AQ) Tj ET EMC")));

    let mut m = new();
    let root = m.add(format!(
        "<</Type/StructTreeRoot/K<</Type/StructElem/S/P/T(Quixmore)/Alt{}/ActualText(Alba Quixmore)/E(Quixmore)/K 0>>>>",
        utf16("Alba Quixmore")
    ));
    m.catalog = format!("/MarkInfo<</Marked true>>/StructTreeRoot {root} 0 R");
    out.push(("13-structure", text(m, "/P <</MCID 0>> BDC BT /F1 12 Tf 72 600 Td (Words) Tj ET EMC")));

    let mut m = new();
    let look = form(&mut m, "BT /F1 12 Tf 0 5 Td (Alba Quixmore) Tj ET", "");
    let other = form(&mut m, "BT /F1 12 Tf 0 5 Td (Quixmore down) Tj ET", "");
    m.page = format!(
        "/Annots[<</Type/Annot/Subtype/Text/Rect[300 300 320 320]/Contents(Called Dr. Alba Quixmore)/T(Quixmore)/RC(<p>Quixmore</p>)/NM(Quixmore)/Subj(Quixmore)>><</Type/Annot/Subtype/Popup/Rect[0 0 9 9]/Contents(Quixmore)>><</Type/Annot/Subtype/FreeText/Rect[72 500 300 520]/Contents(Alba Quixmore)/DA(/Quixmore 12 Tf)/AP<</N {look} 0 R/D {other} 0 R/R {other} 0 R>>>>]"
    );
    out.push(("14-annotations", text(m, "")));

    let mut m = new();
    m.page = "/Annots[<</Type/Annot/Subtype/Redact/Rect[72 715 300 735]/OverlayText(Quixmore)/Contents(Quixmore)>>]".into();
    out.push(("15-redact", text(m, "")));

    let mut m = new();
    let look = form(&mut m, "/Tx BMC BT /F1 12 Tf 2 5 Td (Alba Quixmore) Tj ET EMC", "");
    let field = m.add(format!("<</Type/Annot/Subtype/Widget/FT/Tx/T(doctor.Quixmore)/TU(Dr. Quixmore)/V(Alba Quixmore)/DV(Quixmore)/Opt[(Quixmore)]/Rect[72 480 300 500]/AP<</N {look} 0 R>>>>"));
    let bare = m.add(format!("<</Type/Annot/Subtype/Widget/FT/Tx/T(b)/V{}/Rect[72 440 300 460]>>", utf16("Dr. Alba Quixmore")));
    let xfa = m.stream("", "<xdp><name>Quixmore</name></xdp>");
    m.page = format!("/Annots[{field} 0 R {bare} 0 R]");
    m.catalog = format!("/AcroForm<</Fields[{field} 0 R {bare} 0 R]/DA(/Helv 0 Tf)/XFA[(template) {xfa} 0 R]>>");
    out.push(("16-form", text(m, "")));

    let mut m = new();
    m.page = "/Annots[<</Type/Annot/Subtype/Link/Rect[72 400 200 420]/A<</S/URI/URI(https://example.org/staff/alba-quixmore)>>>><</Type/Annot/Subtype/Link/Rect[72 380 200 395]/Dest(Quixmore)>>]".into();
    m.catalog =
        "/Names<</Dests<</Names[(Quixmore)[0/Fit]]>>>>/PageLabels<</Nums[0<</S/D/P(Quixmore-)>>]>>/Dests<</Quixmore[0/Fit]>>"
            .into();
    out.push(("17-links", text(m, "")));

    let mut m = new();
    let item = m.objects_next() + 1;
    let root = m.add(format!("<</Type/Outlines/First {item} 0 R/Last {item} 0 R/Count 1>>"));
    m.add(format!("<</Title{}/Parent {root} 0 R/Dest[0/Fit]>>", utf16("Letter of Dr. Alba Quixmore")));
    m.catalog = format!("/Outlines {root} 0 R");
    out.push(("18-outlines", text(m, "")));

    let mut m = new();
    let xmp = m.stream("/Type/Metadata/Subtype/XML", "<?xpacket?><x:xmpmeta><dc:creator>Alba Quixmore</dc:creator></x:xmpmeta>");
    let info = m.add(format!(
        "<</Author(Alba Quixmore)/Title{}/Subject(Quixmore)/Keywords(Quixmore)/Creator(Quixmore)/Custom(Quixmore)>>",
        utf16("Note of Dr. Alba Quixmore")
    ));
    let image = m.stream(&format!("/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Metadata {xmp} 0 R/Name/Quixmore/OPI<</A(Quixmore)>>"), [0, 255, 255, 0]);
    m.trailer = format!("/Info {info} 0 R");
    m.catalog = format!("/Metadata {xmp} 0 R/PieceInfo<</App<</Private(Quixmore)>>>>");
    m.page = format!("/Metadata {xmp} 0 R/PieceInfo<</App<</Private(Quixmore)>>>>");
    m.resources = format!("/XObject<</Im {image} 0 R>>");
    out.push(("19-metadata", text(m, "q 10 0 0 10 72 400 cm /Im Do Q")));

    let mut m = new();
    let file = m.stream("/Type/EmbeddedFile/Subtype/text#2Fplain", "Patient Maria Reyes was seen by Dr. Alba Quixmore.\n");
    let spec = m.add(format!("<</Type/Filespec/F(quixmore.txt)/UF(quixmore.txt)/Desc(of Quixmore)/EF<</F {file} 0 R>>>>"));
    m.catalog = format!("/Names<</EmbeddedFiles<</Names[(Quixmore){spec} 0 R]>>>>/AF[{spec} 0 R]");
    m.page = format!("/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS {spec} 0 R/Contents(Quixmore file)>>]");
    out.push(("20-embedded", text(m, "")));

    let mut m = new();
    m.catalog = "/OpenAction<</S/JavaScript/JS(app.alert('Quixmore'))>>/AA<</WC<</S/JavaScript/JS(Quixmore)>>>>/Names<</JavaScript<</Names[(Quixmore)<</S/JavaScript/JS(Quixmore)>>]>>>>".into();
    m.page = "/AA<</O<</S/JavaScript/JS(Quixmore)>>>>".into();
    out.push(("21-scripts", text(m, "")));

    let mut m = new();
    let mut jpeg = b"\xff\xd8\xff\xe1\0\x12Exif\0\0Quixmore\xff\xfe\0\x0aQuixmore".to_vec();
    jpeg.extend(b"\xff\xdb\0\x03\x01\xff\xda\0\x03\x01\x01\xff\xd9Quixmore");
    let image =
        m.stream("/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode", &jpeg);
    m.resources = format!("/XObject<</Im {image} 0 R>>");
    out.push(("22-exif", text(m, "q 10 0 0 10 72 400 cm /Im Do Q BI /W 1 /H 1 /BPC 8 /CS /G /Quixmore (Quixmore) ID x EI")));

    let mut m = new();
    let thumb = m.stream("/Width 8/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "Quixmore");
    m.page = format!("/Thumb {thumb} 0 R");
    out.push(("24-thumbnail", text(m, "")));

    let mut m = new();
    m.add("(Quixmore, an object nobody refers to)");
    m.stream("", "BT (Alba Quixmore) Tj ET");
    m.after = b"% Quixmore was here\nQuixmore\n".to_vec();
    let mut file = text(m, "% a comment of Quixmore\n");
    let old = file.clone();
    file.splice(10..10, b"% Quixmore\n".iter().copied());
    out.push(("25-leftovers", old));

    let mut m = new();
    let map = m.stream(
        "",
        format!(
            "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 8 beginbfchar {} endbfchar endcmap",
            "Quixmore".bytes().enumerate().map(|(i, b)| format!("<{:02X}> <{:04X}> ", i + 1, b)).collect::<String>()
        ),
    );
    let f = m.add(format!("<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Quixmore/FirstChar 1/LastChar 8/Widths[700 550 220 500 830 550 330 550]/Encoding<</Type/Encoding/Differences[1/Q/u/i/x/m/o/r/e]>>/ToUnicode {map} 0 R/FontDescriptor<</Type/FontDescriptor/FontName/ABCDEF+Quixmore/FontFamily(Quixmore)/CharSet(/Q/u/i/x/m/o/r/e)/Flags 32>>>>"));
    m.fonts = format!("/S {f} 0 R");
    out.push(("26-subset", text(m, "BT /F1 12 Tf 72 600 Td (Dr. Alba ) Tj /S 12 Tf <0102030405060708> Tj ET")));

    for (name, odd) in [
        ("27-cff-words", Odd::Words),
        ("27-cff-supplement", Odd::Supplement),
        ("27-cff-glyph-names", Odd::GlyphNames),
        ("27-cff-identifiers", Odd::Cid),
        ("27-cff-leftovers", Odd::Leftovers),
        ("27-cff-broken", Odd::Broken),
        ("27-cff-cut", Odd::Cut),
    ] {
        out.push((name, odd_cff(odd)));
    }

    let mut m = new();
    let f = m.add("<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 81/LastChar 81/Widths[9]/Encoding<</Differences[81/g1/g2/g3/g4]>>/CharProcs<</g1 99 0 R>>>>");
    m.fonts = format!("/N {f} 0 R");
    out.push(("29-no-unicode", text(m, "BT /N 12 Tf 72 600 Td (QRSQRSQRS) Tj ET")));

    let mut m = new();
    let sig = m.add("<</Type/Sig/Filter/Adobe.PPKLite/Name(Alba Quixmore)/Reason(Quixmore)/ContactInfo(Quixmore)/Location(Quixmore)/ByteRange[0 1 2 3]/Contents<517569786D6F7265>>>");
    let field = m.add(format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Quixmore)/V {sig} 0 R/Rect[0 0 0 0]>>"));
    let f = form(&mut m, "0 0 m", "");
    m.page = format!("/Annots[{field} 0 R]");
    m.catalog = format!("/AcroForm<</SigFlags 3/Fields[{field} 0 R]>>");
    m.trailer = "/ID[(Quixmore)(Quixmore)]".into();
    m.resources = format!(
        "/XObject<</Quixmore {f} 0 R>>/ColorSpace<</Quixmore[/Separation/Quixmore/DeviceGray<</FunctionType 2/Domain[0 1]/N 1>>]>>/ExtGState<</Quixmore<</LW 1/Name(Quixmore)>>>>"
    );
    out.push(("30-names", text(m, "/Quixmore gs /Quixmore Do /Quixmore cs 1 scn /Quixmore BMC EMC /Quixmore MP")));

    out.push(("32-operator", text(new(), "(Alba Quixmore) Zz")));
    out
}

/// Text in a CFF font that spells the name.
fn odd_cff(odd: Odd) -> Vec<u8> {
    let mut m = Maker::default();
    let codes = if odd == Odd::Cid { "00" } else { "" };
    let spelled: String = (1..=8).map(|i| format!("{codes}{i:02X}")).collect();
    let maps: String = NAME.bytes().enumerate().map(|(i, b)| format!("<{codes}{:02X}> <{b:04X}> ", i + 1)).collect();
    let (low, high) = if odd == Odd::Cid { ("0000", "FFFF") } else { ("00", "FF") };
    let map = m.stream(
        "",
        format!("begincmap 1 begincodespacerange <{low}> <{high}> endcodespacerange 8 beginbfchar {maps}endbfchar endcmap"),
    );
    let kind = if odd == Odd::Cid { "CIDFontType0C" } else { "Type1C" };
    let file = m.stream(&format!("/Subtype/{kind}"), program(odd));
    let desc = m.add(format!("<</Type/FontDescriptor/FontName/ABCDEF+Quixmore/FontFamily(Quixmore)/Flags 4/FontBBox[0 0 200 200]/FontFile3 {file} 0 R>>"));
    let font = if odd == Odd::Cid {
        let sub = m.add(format!("<</Type/Font/Subtype/CIDFontType0/BaseFont/ABCDEF+Quixmore/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600/FontDescriptor {desc} 0 R>>"));
        m.add(format!("<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Quixmore/Encoding/Identity-H/DescendantFonts[{sub} 0 R]/ToUnicode {map} 0 R>>"))
    } else {
        let names = match odd {
            Odd::GlyphNames => {
                "/Encoding<</Type/Encoding/Differences[1/Quixmore.0/Quixmore.1/Quixmore.2/Quixmore.3/Quixmore.4/Quixmore.5/Quixmore.6/Quixmore.7]>>"
            }
            _ => "",
        };
        m.add(format!("<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Quixmore/FirstChar 1/LastChar 8/Widths[600 600 600 600 600 600 600 600]{names}/ToUnicode {map} 0 R/FontDescriptor {desc} 0 R>>"))
    };
    m.fonts = format!("/S {font} 0 R");
    text(m, &format!("BT /F1 12 Tf 72 600 Td (Dr. Alba ) Tj /S 12 Tf <{spelled}> Tj ET"))
}

/// A page of pixels: the words of [`HEAD`] and, between kept lines, the name.
fn pixels() -> drawing::Grey {
    let lines = ["Patient: Maria Reyes", "Seen by Dr. Alba Quixmore today.", "Hashimoto thyroiditis, continue as before."];
    let drawn: String =
        lines.iter().zip(0u8..).map(|(l, i)| drawing::outlines(l, 72.0, 700.0 - 40.0 * f32::from(i), 16.0)).collect();
    drawing::pages(&Maker::default().finish(drawn), 200.0).remove(0)
}

/// A page that shows a JPEG, and `more` over it.
fn scanned(image: &drawing::Grey, more: &str) -> Vec<u8> {
    let mut m = Maker::default();
    let dict = format!(
        "/Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode",
        image.width, image.height
    );
    let id = m.stream(&dict, image.jpeg());
    m.resources = format!("/XObject<</Im {id} 0 R>>/ExtGState<</G<</ca .5>>>>");
    m.finish(format!("q 612 0 0 792 0 0 cm /Im Do Q {more}"))
}

/// Where the name stands in [`pixels`], in points: left, bottom, right, top.
fn covered() -> [f32; 4] {
    let left = 72.0 + drawing::wide("Seen by Dr. Alba ", 16.0);
    [left - 2.0, 654.0, left + drawing::wide(NAME, 16.0) + 2.0, 674.0]
}

/// Names that only an eye can find: the places of points 23 and 31, and pixels as such (22).
pub fn seen() -> Vec<(&'static str, Vec<u8>)> {
    let [l, b, r, t] = covered();
    let rect = format!("{l} {b} {} {} re f", r - l, t - b);
    let dot = |v: f32| (v * 200.0 / 72.0) as usize;
    let area = [dot(l), dot(792.0 - t), dot(r), dot(792.0 - b)];
    let marked = |share: f32| {
        let mut page = pixels();
        page.mark(area, share);
        page
    };
    vec![
        ("22-pixels", scanned(&pixels(), "")),
        ("23-jpeg-under-a-box", scanned(&pixels(), &format!("0 g {rect}"))),
        ("23-jpeg-under-paper", scanned(&pixels(), &format!("1 g {rect}"))),
        ("23-outlines", text(Maker::default(), &drawing::outlines("Seen by Dr. Alba Quixmore today.", 72.0, 600.0, 14.0))),
        ("31-marker-over-a-scan", scanned(&pixels(), &format!("/G gs 0 g {rect}"))),
        ("31-marker-scanned", scanned(&marked(0.6), "")),
        ("31-dark-marker-scanned", scanned(&marked(0.18), "")),
    ]
}
