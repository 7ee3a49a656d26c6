//! Corners of the format that no reader shows: every kind of annotation, keys of pictures and forms, what stands behind the last pixel.

use super::attacks::{none_survive, page};
use super::make::Maker;

const IMAGE: &str = "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray";

fn annotations() -> Vec<u8> {
    let kinds = "Screen Movie Sound 3D RichMedia Watermark Stamp Caret Ink Polygon PolyLine Line FreeText TrapNet PrinterMark Projection Highlight Quixmore";
    let one = |kind: &str| {
        format!(
            "<</Type/Annot/Subtype/{kind}/Rect[10 10 60 30]/Contents(Quixmore)/T(Quixmore)/NM(Quixmore)/Subj(Quixmore)/DS(font:Quixmore)/DA(/Quixmore 1 Tf)/Name/Quixmore/RC(<p>Quixmore</p>)/AS/Quixmore/IT/Quixmore/Lang(Quixmore)/Measure<</R(Quixmore)>>/Movie<</F(Quixmore)>>/QuadPoints[10 30 60 30 10 10 60 10]/InkList[[1 1 2 2]]/Vertices[1 1 2 2 3 3]/L[1 1 2 2]/BE<</S/Quixmore>>/ExData<</Subtype/Quixmore>>>>"
        )
    };
    let mut m = Maker::default();
    m.page = format!("/Annots[{}]", kinds.split(' ').map(one).collect::<String>());
    page(m, "")
}

fn pictures_and_forms() -> Vec<u8> {
    let mut m = Maker::default();
    let note = m.stream("", "Quixmore");
    let fm = m.stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Name/Quixmore/LastModified(Quixmore)/PieceInfo<</Quixmore<</Private(Quixmore)>>>>/Ref<</F(Quixmore)/Page(Quixmore)>>/OPI<</2.0<</F(Quixmore)>>>>/Metadata {note} 0 R/Measure<</R(Quixmore)>>"), "%Quixmore\n0 0 1 1 re f");
    let ps = m.stream(&format!("/Type/XObject/Subtype/PS/Level1 {note} 0 R"), "(Quixmore) show");
    let im = m.stream(&format!("{IMAGE}/Name/Quixmore/ID(Quixmore)/OPI<</1.3<</F(Quixmore)/Comments(Quixmore)>>>>/Alternates[<</Image {note} 0 R>>]/Metadata {note} 0 R"), "abcd");
    m.resources = format!("/XObject<</Quixmore {fm} 0 R/P {ps} 0 R/I {im} 0 R>>");
    page(m, "/Quixmore Do /P Do q 9 0 0 9 72 400 cm /I Do Q")
}

/// Data that go on after the last pixel, in each way that a picture can be stored without a codec of its own, and as a fax.
fn behind_the_pixels() -> Vec<u8> {
    let mut m = Maker::default();
    let plain = m.stream(IMAGE, "abcdQuixmore and more");
    let veil = m.stream(IMAGE, "abcdDr. Alba Quixmore");
    let veiled = m.stream(&format!("{IMAGE}/SMask {veil} 0 R"), "abcd");
    let stencil = m.stream("/Type/XObject/Subtype/Image/Width 8/Height 2/ImageMask true", "abDr. Alba Quixmore");
    let few = m.stream(
        "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1<000000ffffff>]",
        "\0\u{1}\0\u{1}Dr. Alba Quixmore",
    );
    // Eight white rows, the end of the block, and more.
    let mut fax = vec![0xff, 0x00, 0x10, 0x01];
    fax.extend(b"seen by Dr. Alba Quixmore");
    let fax = m.stream("/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 8/Rows 8/Quixmore(Quixmore)>>", fax);
    // Its rows are wider than the picture, and what is no fax at all.
    let narrow = m.stream("/Type/XObject/Subtype/Image/Width 5/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 8>>", [&[0xff, 0x00, 0x10, 0x01][..], b" Dr. Alba Quixmore"].concat());
    let none = m.stream("/Type/XObject/Subtype/Image/Width 5/Height 8/BitsPerComponent 1/ImageMask true/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 900>>", "Dr. Alba Quixmore");
    m.resources =
        format!("/XObject<</A {plain} 0 R/B {veiled} 0 R/C {stencil} 0 R/D {few} 0 R/E {fax} 0 R/F {narrow} 0 R/G {none} 0 R>>");
    let hex = "61626364 51756978 6D6F7265 20616E64 206D6F7265>";
    page(
        m,
        &format!(
            "q 9 0 0 9 72 400 cm /A Do /B Do /C Do /D Do /E Do /F Do /G Do BI /W 8 /H 8 /BPC 1 /CS /G /F [/AHx /CCF] /DP [null <</K -1 /Columns 8>>] ID FF001001 {hex} EI BI /W 8 /H 2 /IM true /F /CCF /DP <</K 0 /Columns 8 /Quixmore (Quixmore)>> ID Quixmore and more EI BI /W 2 /H 2 /BPC 8 /CS /G ID abcdQuixmore and more EI BI /W 2 /H 2 /BPC 8 /CS /G /F /AHx ID {hex} EI BI /W 1 /H 1 /BPC 8 /CS [/I /RGB 0 (abcQuixmore and more)] ID a EI Q"
        ),
    )
}

fn form_fields() -> Vec<u8> {
    let field = |kind: &str, more: &str| {
        format!(
            "<</Type/Annot/Subtype/Widget/FT/{kind}/T(Quixmore)/TU(Quixmore)/TM(Quixmore)/DA(/Helv 10 Tf)/Rect[100 100 300 130]/AA<</F<</S/JavaScript/JS(Quixmore)>>>>{more}>>"
        )
    };
    let fields = [
        field("Tx", "/V(Quixmore)/DV(Quixmore)"),
        field("Ch", "/V(Quixmore)/Opt[[(Quixmore)(Quixmore)]]"),
        field("Btn", "/MK<</CA(Quixmore)/RC(Quixmore)/AC(Quixmore)>>"),
        field(
            "Sig",
            "/V<</Type/Sig/Name(Quixmore)/Reason(Quixmore)/Location(Quixmore)/ContactInfo(Quixmore)/Contents(Quixmore)/Prop_Build<</App<</Name/Quixmore>>>>>>",
        ),
    ];
    let mut m = Maker::default();
    let xfa = m.stream("", "<a>Quixmore</a>");
    let list: String = fields.iter().map(|f| format!("{} 0 R ", m.add(f))).collect();
    m.page = format!("/Annots[{list}]");
    m.catalog = format!("/AcroForm<</Fields[{list}]/XFA[(Quixmore){xfa} 0 R]/DA(/Quixmore 1 Tf)/SigFlags 3>>");
    page(m, "")
}

fn chains() -> Vec<u8> {
    let mut m = Maker::default();
    let item = m.objects_next();
    m.add(format!("<</Title(Quixmore)/Parent {} 0 R/A<</S/Launch/F(Quixmore)/Next<</S/URI/URI(https://example.org/Quixmore)/Next<</S/GoToR/F(Quixmore)/D(Quixmore)>>>>>>>>", item + 1));
    let outlines = m.add(format!("<</Type/Outlines/First {item} 0 R/Last {item} 0 R/Count 1>>"));
    m.catalog = format!(
        "/Outlines {outlines} 0 R/OutputIntents[<</S/GTS_PDFX/OutputConditionIdentifier(Quixmore)/Info(Quixmore)/RegistryName(Quixmore)>>]/DPartRoot<</DPartRootNode<</DPM<</Name(Quixmore)>>>>>>/Quixmore(x)"
    );
    m.page = "/PresSteps<</Type/NavNode/NA<</S/JavaScript/JS(Quixmore)>>>>/TemplateInstantiated/Quixmore/DPart<</DPM<</A(Quixmore)>>>>/Quixmore(x)".into();
    m.trailer = "/Quixmore(Quixmore)/Info<</Quixmore(Quixmore)/Trapped/Quixmore>>".into();
    page(m, "BX EX /Quixmore MP /Quixmore <</Quixmore(Quixmore)>> DP")
}

fn fonts() -> Vec<u8> {
    let mut m = Maker::default();
    let note = m.stream("", "Quixmore");
    let map = m.stream("/UseCMap/Quixmore", "%Quixmore\n/CIDInit /ProcSet findresource begin begincmap /CMapName /Quixmore def /CIDSystemInfo <</Registry(Quixmore)/Ordering(Quixmore)/Supplement 0>> def 1 begincodespacerange <00><ff> endcodespacerange endcmap");
    let f = m.add(format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Name/Quixmore/Encoding/WinAnsiEncoding/ToUnicode {map} 0 R/FontDescriptor<</Type/FontDescriptor/FontName/Helvetica/Flags 32/FontFamily(Quixmore)/CharSet(/Quixmore)/Style<</Panose(Quixmore)>>/Lang/Quixmore/FD<</Quixmore<<>>>>/ItalicAngle 0/Ascent 700/Descent -200/CapHeight 700/StemV 80/FontBBox[0 0 1 1]/Metadata {note} 0 R>>>>"));
    m.fonts = format!("/Quixmore {f} 0 R");
    page(m, "BT /Quixmore 12 Tf 72 600 Td (Kept words) Tj ET")
}

#[test]
fn a_name_in_a_corner_of_the_format_is_gone() {
    none_survive(&[
        ("annotations-of-all-kinds", annotations()),
        ("keys-of-pictures-and-forms", pictures_and_forms()),
        ("behind-the-pixels", behind_the_pixels()),
        ("fields-and-signatures", form_fields()),
        ("chains-of-actions", chains()),
        ("keys-of-fonts", fonts()),
    ]);
}
