use super::*;
use crate::model::edit::Change;
use proptest::prelude::*;

const NOTE: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset238 Times;}}\r\n\
{\\info{\\title Visit}{\\author Lorna Pettibone}{\\operator lpettibone}}{\\header Salem Clinic\\par}\r\n\
\\pard\\f0\\fs20 Seen with {\\b mo}ther \\b Ann\\b0  R\\'f6e\\par\\'c9mile Roe called.\\u8217?\\par\r\n\
{\\footnote Typed by Ann}{\\*\\unknown Ann Roe}\\trowd Name\\cell Ann\\cell\\row\r\n\
{\\f1 Mikol\\'b3aj}{\\field{\\*\\fldinst HYPERLINK \"mailto:ann@example.org\"}{\\fldrslt Ann}}\r\n\
{\\pict\\pngblip 89504e47\r\n0d0a1a0a}}";

fn source(bytes: &[u8]) -> Source<'_> {
    Source { bytes, name: "n.rtf" }
}

fn texts(bytes: &[u8]) -> Vec<String> {
    let doc = Rtf.read(source(bytes)).unwrap();
    doc.fields.iter().map(|f| Rtf.view(source(bytes), &doc, f).text.into_owned()).collect()
}

fn all(bytes: &[u8]) -> String {
    texts(bytes).join("\n")
}

/// Every place of `find` replaced.
fn replaced(bytes: &[u8], find: &str, with: &str) -> String {
    let doc = Rtf.read(source(bytes)).unwrap();
    let mut edits = Vec::new();
    for (i, f) in doc.fields.iter().enumerate() {
        let v = Rtf.view(source(bytes), &doc, f);
        for (at, _) in v.text.match_indices(find) {
            let change = if with.is_empty() { Change::Remove } else { Change::Label(with.into()) };
            let range = Some((at as u32, (at + find.len()) as u32));
            edits.push(Edit { field: i as u32, record: false, range, change, ledger: edits.len() as u32 });
        }
    }
    let w = Rtf.write(source(bytes), &doc, &edits).unwrap();
    assert_eq!(apply(bytes, &w.splices), w.bytes);
    String::from_utf8(w.bytes).unwrap()
}

#[test]
fn text_reads_as_on_the_page() {
    let t = all(NOTE.as_bytes());
    assert!(t.contains("Seen with mother Ann Röe\nÉmile Roe called.\u{2019}\n"), "{t}");
    assert!(t.contains("Name\tAnn\t\n"), "{t}");
    assert!(t.contains("Author: Lorna Pettibone") && t.contains("Author: lpettibone"), "{t}");
    assert!(t.contains("Mikolłaj"), "a font's code page: {t}");
    assert!(t.contains("mailto:ann@example.org") && t.contains("Typed by Ann") && t.contains("Salem Clinic"), "{t}");
    let doc = Rtf.read(source(NOTE.as_bytes())).unwrap();
    assert_eq!(doc.parts.len(), 1);
    assert_eq!((doc.parts[0].media_type.as_str(), &doc.parts[0].bytes), ("image/png", &Ok(b"\x89PNG\r\n\x1a\n".to_vec())));
}

#[test]
fn a_name_goes_from_every_place_and_the_rest_stays() {
    let out = replaced(NOTE.as_bytes(), "Ann", "[MOTHER]");
    assert!(!out.contains("Ann"), "{out}");
    assert!(out.contains("\\b [MOTHER]\\b0  R\\'f6e\\par") && out.contains("{\\*\\unknown [MOTHER] Roe}"), "{out}");
    assert_eq!(all(out.as_bytes()).matches("[MOTHER]").count(), 5);
}

#[test]
fn a_control_word_does_not_swallow_what_comes_behind_it() {
    let gone = replaced(NOTE.as_bytes(), "Émile", "");
    assert!(all(gone.as_bytes()).contains("\n Roe called."), "{gone}");
    let word = replaced(NOTE.as_bytes(), "Émile", "kin");
    assert!(all(word.as_bytes()).contains("\nkin Roe called."), "{word}");
}

#[test]
fn unicode_and_wide_letters_are_edited_whole() {
    let rtf = b"{\\rtf1\\ansi\\ansicpg936 \\uc1 Ng\\u244\\'f4 \\u-10179?\\u-8704? \\'b3\\'c2\\'ce\\'b0 x}";
    assert_eq!(all(rtf), "Ngô \u{1f600} 陈伟 x");
    assert_eq!(all(replaced(rtf, "陈伟", "[SON]").as_bytes()), "Ngô \u{1f600} [SON] x");
    assert_eq!(all(replaced(rtf, "Ngô", "[SON]").as_bytes()), "[SON] \u{1f600} 陈伟 x");
    assert_eq!(all(replaced(rtf, "x", "é{}").as_bytes()), "Ngô \u{1f600} 陈伟 é{}");
}

#[test]
fn text_behind_a_character_is_read() {
    let rtf = b"{\\rtf1\\ansi {\\uc8\\u8217 Ann Roe called}}";
    assert!(all(rtf).contains("Ann Roe"));
}

#[test]
fn broken_files_are_errors() {
    for bytes in [&b"{\\rtf1 {"[..], b"{\\rtf1 {\\b x}", b"rtf", b"{\\rtf1\\bin12 xx}"] {
        assert!(Rtf.read(source(bytes)).is_err());
    }
    let deep = [b"{\\rtf1".as_slice(), &b"{".repeat(5000)].concat();
    assert!(Rtf.read(source(&deep)).is_err());
    let odd = b"{\\rtf1{\\pict abc}{\\pict Ann Roe}}";
    let doc = Rtf.read(source(odd)).unwrap();
    assert!(doc.parts.iter().all(|p| p.bytes.is_err()) && doc.parts.len() == 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_error_or_a_document(rest in "[{}\\\\a-zA-Z0-9'?* \n\u{e9}]{0,200}") {
        let bytes = format!("{{\\rtf1{rest}}}").into_bytes();
        if let Ok(doc) = Rtf.read(source(&bytes)) {
            prop_assert_eq!(Rtf.write(source(&bytes), &doc, &[]).unwrap().bytes, bytes.clone());
            for (i, f) in doc.fields.iter().enumerate() {
                let v = Rtf.view(source(&bytes), &doc, f);
                let end = v.text.len();
                if end > 0 {
                    let e = Edit { field: i as u32, record: false, range: Some((0, end as u32)), change: Change::Label("[SON]".into()), ledger: 0 };
                    Rtf.write(source(&bytes), &doc, &[e]).unwrap();
                }
            }
        }
    }
}

/// Word writes when a file was made, in control words; the year is what may stay of it.
#[test]
fn dates_of_a_file_are_dates_and_become_years() {
    let file: &[u8] =
        b"{\\rtf1{\\info{\\title Visit}{\\creatim\\yr2024\\mo3\\dy5\\hr10\\min7}{\\revtim\\yr2024\\mo11\\dy30}}Seen.}";
    let doc = Rtf.read(source(file)).unwrap();
    let dates: Vec<usize> = (0..doc.fields.len()).filter(|i| doc.fields[*i].class == Class::Date).collect();
    let view = |i: &usize| Rtf.view(source(file), &doc, &doc.fields[*i]).text.into_owned();
    assert_eq!(dates.iter().map(view).collect::<Vec<_>>(), ["2024-03-05T10:07", "2024-11-30"]);
    let edit = |i: &usize| Edit { field: *i as u32, record: false, range: None, change: Change::Text("2024".into()), ledger: 0 };
    let out = Rtf.write(source(file), &doc, &dates.iter().map(edit).collect::<Vec<_>>()).unwrap().bytes;
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out, "{\\rtf1{\\info{\\title Visit}{\\creatim\\yr2024}{\\revtim\\yr2024}}Seen.}");
    // What stands there besides is read as ever.
    let odd = b"{\\rtf1{\\info{\\creatim\\yr2024 Jane Roe}}Seen.}";
    let doc = Rtf.read(source(odd)).unwrap();
    assert!(doc.fields.iter().all(|f| f.class != Class::Date));
    assert!(all(odd).contains("Jane Roe"));
}
