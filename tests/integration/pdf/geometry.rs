//! Names of different length give the same file, byte for byte, however the line was laid out.

use super::make::Maker;
use super::{outputs, process};

/// Width of a text in Helvetica at size 12, by its Adobe metrics for the letters used here.
fn width(text: &str) -> f32 {
    let unit = |c: char| match c {
        'i' | 'j' | 'l' => 222,
        ' ' | '.' | ',' | 't' | 'f' | ':' => 278,
        'r' => 333,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 500,
        'm' | 'M' => 833,
        'w' | 'D' | 'R' | 'C' | 'N' | 'H' | 'U' => 722,
        'E' | 'B' | 'P' | 'S' | 'V' | 'X' | 'Y' | 'K' | 'A' => 667,
        'F' | 'T' | 'Z' => 611,
        'G' | 'O' | 'Q' => 778,
        'I' => 278,
        'J' => 500,
        'L' => 556,
        'W' => 944,
        _ => 556,
    };
    text.chars().map(|c| unit(c) as f32).sum::<f32>() * 0.012
}

fn page(lines: &str) -> Vec<u8> {
    let head = "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -20 Td (Plan: thyroid panel in six weeks, continue levothyroxine.) Tj ET\n\
                BT /F1 12 Tf 440 700 Td (Riverside Clinic) Tj 12.34 -14 Td (Riverside, WA) Tj ET\n";
    Maker::default().finish(format!("{head}{lines}"))
}

/// The same pages with one name and another.
fn files(name: &str) -> Vec<(&'static str, Vec<u8>)> {
    let dr = format!("Dr. {name}");
    let w = width(&dr);
    let tail = 72.0 + width("Seen by ") + w;
    let mut out = Vec::new();
    out.push(("left", page(&format!("BT /F1 12 Tf 72 600 Td (Seen by {dr} on Monday.) Tj ET"))));
    out.push((
        "pieces",
        page(&format!("BT /F1 12 Tf 72 600 Td (Seen by ) Tj ({dr}) Tj ( on Monday.) Tj 0 -20 Td (Next line) Tj ET")),
    ));
    out.push((
        "placed",
        page(&format!("BT /F1 12 Tf 1 0 0 1 72 600 Tm (Seen by {dr}) Tj 1 0 0 1 {tail:.3} 600 Tm ( on Monday.) Tj ET")),
    ));
    out.push(("moved", page(&format!("BT /F1 12 Tf 72 600 Td (Seen by {dr}) Tj {:.3} 0 Td ( on Monday.) Tj ET", tail - 72.0))));
    out.push(("kerned", page(&format!("BT /F1 12 Tf 72 600 Td [(Seen by {dr}) -15 ( on ) 20 (Monday.)] TJ ET"))));
    let line = format!("Signed by {dr}");
    out.push((
        "right",
        page(&format!(
            "BT /F1 12 Tf 1 0 0 1 {:.3} 600 Tm ({line}) Tj 1 0 0 1 {:.3} 580 Tm (the tenth of June) Tj ET",
            540.0 - width(&line),
            540.0 - width("the tenth of June")
        )),
    ));
    out.push((
        "centred",
        page(&format!(
            "BT /F1 12 Tf 1 0 0 1 {:.3} 600 Tm ({line}) Tj 1 0 0 1 {:.3} 580 Tm (the tenth of June) Tj ET",
            306.0 - width(&line) / 2.0,
            306.0 - width("the tenth of June") / 2.0
        )),
    ));
    let words = format!("Seen by {dr} for the thyroid on Monday");
    let spaces = words.matches(' ').count() as f32;
    out.push((
        "justified",
        page(&format!("BT /F1 12 Tf {:.4} Tw 1 0 0 1 72 600 Tm ({words}) Tj ET", (468.0 - width(&words)) / spaces)),
    ));
    out.push((
        "underlined",
        page(&format!(
            "BT /F1 12 Tf 72 600 Td (Seen by {dr} on Monday.) Tj ET 72 598 {w:.3} .7 re f {:.3} 597.5 m {tail:.3} 597.5 l S",
            72.0 + width("Seen by ")
        )),
    ));
    out.push((
        "highlighted",
        page(&format!(
            "1 1 0 rg {:.3} 597 {w:.3} 14 re f 0 g BT /F1 12 Tf 72 600 Td (Seen by {dr} on Monday.) Tj ET",
            72.0 + width("Seen by ")
        )),
    ));
    out.push((
        "clipped",
        page(&format!("q 72 597 {:.3} 14 re W n BT /F1 12 Tf 72 600 Td (Seen by {dr}) Tj ET Q", width("Seen by ") + w)),
    ));
    out.push(("cells", page(&format!("BT /F1 12 Tf 1 0 0 1 72 600 Tm (Doctor) Tj 1 0 0 1 200 600 Tm ({dr}) Tj 1 0 0 1 440 600 Tm (on call) Tj 1 0 0 1 72 580 Tm (Ward) Tj 1 0 0 1 200 580 Tm (seven) Tj 1 0 0 1 440 580 Tm (open) Tj ET"))));
    out.push((
        "number-column",
        page(&format!(
            "BT /F1 12 Tf 1 0 0 1 {:.3} 600 Tm ({dr}) Tj 1 0 0 1 {:.3} 580 Tm (Closed) Tj 1 0 0 1 {:.3} 560 Tm (Eleven) Tj ET",
            300.0 - w,
            300.0 - width("Closed"),
            300.0 - width("Eleven")
        )),
    ));
    out.push(("turned", page(&format!("BT /F1 12 Tf 0 1 -1 0 300 200 Tm (Seen by {dr} on Monday.) Tj ET"))));
    out.push(("scaled", page(&format!("q .5 0 0 .5 0 0 cm BT /F1 24 Tf 90 Tz 144 1200 Td (Seen by {dr} on Monday.) Tj ET Q"))));
    out.push(("invisible", page(&format!("BT 3 Tr /F1 12 Tf 72 600 Td (Seen by {dr} on Monday.) Tj ET"))));
    let mut m = Maker::default();
    m.page = format!(
        "/Annots[<</Type/Annot/Subtype/Link/Rect[{:.3} 597 {tail:.3} 611]/A<</S/URI/URI(https://example.org/x)>>>>]",
        72.0 + width("Seen by ")
    );
    let seen = format!(
        "BT /F1 12 Tf 72 740 Td (Patient: Maria Reyes) Tj 0 -40 Td (Kept words) Tj ET BT /F1 12 Tf 72 600 Td (Seen by {dr} on Monday.) Tj ET"
    );
    for (what, entries) in [
        ("quarter-turn", "/Rotate 90"),
        ("half-turn", "/Rotate 180"),
        ("turned-and-cut", "/Rotate 270/CropBox[50 500 500 792]"),
        ("cut", "/CropBox[0 500 612 792]"),
        ("large-units", "/UserUnit 4.0"),
    ] {
        let mut page = Maker::default();
        page.page = entries.into();
        out.push((what, page.finish(&seen)));
    }
    // The name, or what stands behind it, runs over the edge of the page or of a clip.
    let begin = 540.0 - width("Seen by Dr. ");
    let tail = "Patient Maria Reyes has asthma and comes again in May.";
    for (what, line) in [
        ("over-the-edge", format!("BT /F1 12 Tf {begin:.3} 600 Td (Seen by {dr} today. {tail}) Tj ET")),
        (
            "over-a-clip",
            format!("q 72 590 240 30 re W n BT /F1 12 Tf 80 600 Td (Digitally signed by {dr} today, {tail}) Tj ET Q"),
        ),
        ("letter-by-letter", {
            let letters = format!("Seen by {dr} today. {tail} ").repeat(40);
            let shown: String = letters.chars().map(|c| format!("({c}) Tj ")).collect();
            format!("BT /F1 12 Tf 72 600 Td {shown} ET")
        }),
    ] {
        out.push((what, page(&line)));
    }
    let mut nested = Maker::default();
    let font = nested.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 612 792]";
    let mut inner = nested.stream(&format!("{form}/Resources<</Font<</F1 {font} 0 R>>>>"), &seen);
    for _ in 0..6 {
        let dict = format!("{form}/Matrix[.98 0 0 .98 2 2]/Resources<</XObject<</X {inner} 0 R>>>>");
        inner = nested.stream(&dict, "q /X Do Q");
    }
    nested.resources = format!("/XObject<</X {inner} 0 R>>");
    out.push(("nested", nested.finish("/X Do")));
    out.push(("linked", m.finish(&seen)));
    out
}

#[test]
fn names_of_different_length_give_the_same_bytes() {
    let short = process(&files("Bo Lin"));
    let long = process(&files("Wilhelmina Featherstonehaugh"));
    assert_eq!((short.code, long.code), (0, 0), "{}{}{}{}", short.stdout, short.stderr, long.stdout, long.stderr);
    let (a, b) = (outputs(&short), outputs(&long));
    assert_eq!(a.len(), files("x").len());
    let unlike: Vec<&str> = a.iter().zip(&b).filter(|(x, y)| x != y).map(|(x, _)| x.0.as_str()).collect();
    if let Some(folder) = std::env::var_os("KEEP") {
        for (which, list) in [("a", &a), ("b", &b)] {
            for (p, bytes) in list {
                std::fs::write(std::path::Path::new(&folder).join(format!("{which}-{}", p.replace('/', "_"))), bytes)
                    .expect("writable");
            }
        }
    }
    assert!(unlike.is_empty(), "{unlike:?}");
}
