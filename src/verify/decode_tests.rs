//! Values planted in every layer, and what must not be found.

use super::decode::*;
use super::forbidden::ForbiddenValue;
use super::searcher::Searcher;
use crate::model::mention::Category;
use crate::model::person::Name;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use std::io::Cursor;
use std::io::Write;

fn searcher() -> Searcher {
    let mut name = ForbiddenValue::new("Jane Roe", Category::Name, Some(1), "[MOTHER]");
    name.alone = vec!["Jane".into(), "Roe".into()];
    let phone = ForbiddenValue::new("(555) 123-4567", Category::Phone, Some(1), "[MOTHER]");
    let mail = ForbiddenValue::new("jane.roe@example.org", Category::Email, Some(1), "[MOTHER]");
    let street = ForbiddenValue::new("12 North Oak Street, Springfield", Category::Address, Some(1), "[MOTHER]");
    Searcher::new(&[name, phone, mail, street], &["Adam Poe".into()])
}

fn found(name: &str, bytes: &[u8]) -> Vec<Leak> {
    search_file(name, bytes, &searcher(), &[])
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut z = zip::ZipWriter::new(Cursor::new(Vec::new()));
    z.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    z.write_all(bytes).unwrap();
    z.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut g = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    g.write_all(bytes).unwrap();
    g.finish().unwrap()
}

fn json(text: &str) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({"entry": [{"note": text}]})).unwrap()
}

#[test]
fn finds_what_is_planted_in_every_layer() {
    let b64 = |b: &[u8]| STANDARD.encode(b);
    let filler = "-".repeat(40);
    let inner = zipped("a/note.xml", b"<n><v>J<b>a</b>ne &#x52;oe</v></n>");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("plain text", b"seen with Jane Roe today".to_vec()),
        ("case and accents", "JÁNE\u{a0}RÖE".as_bytes().to_vec()),
        ("json escape", br#"{"a":"J\u0061ne Roe"}"#.to_vec()),
        ("json in json", json(r#"{"x":"J\u0061ne \u0052oe"}"#)),
        ("char reference", b"<a>&#x4a;&#97;ne &#82;oe</a>".to_vec()),
        ("cdata", b"<a><![CDATA[Jane Roe]]></a>".to_vec()),
        ("comment", b"<a><!-- Jane Roe --></a>".to_vec()),
        ("attribute", b"<a b='J&#97;ne Roe'/>".to_vec()),
        ("instruction", b"<?pi Jane Roe?><a/>".to_vec()),
        ("split tags", b"<p><b>Jane</b> <i>Roe</i></p>".to_vec()),
        ("tag in a word", b"<p>J<b>a</b>ne R<i>o</i>e</p>".to_vec()),
        ("structured name", b"<name><given>Jane</given><family>Roe</family></name>".to_vec()),
        ("xhtml in json", json("<div><b>Jane</b>&nbsp;R&#111;e</div>")),
        ("escaped xhtml in json", br#"{"div":"\u003cb\u003eJ\u0026#97;ne\u003c/b\u003e Roe"}"#.to_vec()),
        ("escaped html in xml", b"<t>&lt;b&gt;Jane&lt;/b&gt; &amp;#82;oe</t>".to_vec()),
        ("percent in url", json("http://x.example/q?name=J%61ne%20R%6fe")),
        ("plus in url", json("http://x.example/q?name=Jane+Roe")),
        ("base64 in json", json(&b64(format!("{filler} Jane Roe {filler}").as_bytes()))),
        ("data uri", json(&format!("data:text/plain;base64,{}", b64(b"it was Jane Roe who called")))),
        ("base64 in text", format!("see {} there", b64(b"it was Jane Roe who called")).into_bytes()),
        ("base64 url path", json(&format!("https://x.example/f/{}", b64(b"it was Jane Roe who called")))),
        (
            "wrapped base64 in xml",
            format!(
                "<t>\n{}\n</t>",
                b64(format!("{filler}{filler}Jane Roe").as_bytes())
                    .as_bytes()
                    .chunks(76)
                    .map(|c| String::from_utf8_lossy(c).into_owned())
                    .collect::<Vec<_>>()
                    .join("\n")
            )
            .into_bytes(),
        ),
        ("xml in zip in base64 in json", json(&b64(&inner))),
        ("zip", inner.clone()),
        ("zip in zip", zipped("b.zip", &inner)),
        ("zip member name", zipped("roe_jane.txt", b"nothing")),
        ("gzip", gzipped(b"{\"a\":\"Jane Roe\"}")),
        ("gzip in base64 in json", json(&b64(&gzipped(b"it was Jane Roe who called")))),
        ("utf-16", "\u{feff}<a>Jane Roe</a>".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        (
            "utf-16 in binary",
            [b"\x01\x02\x03\x04\x05 ".to_vec(), "Jane Roe".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        ),
        ("phone", b"call 555.123.4567 now".to_vec()),
        ("phone in json", json("tel:+1-555-123-4567")),
        ("e-mail", json("mailto:Jane.Roe%40example.org")),
        ("address", b"<streetAddressLine>12 N. Oak St.</streetAddressLine>".to_vec()),
        ("surname alone", b"Mrs. Roe's daughter".to_vec()),
        ("quoted printable", b"it was J=61ne=20R=6Fe".to_vec()),
        ("zero width", "Ja\u{200b}ne\u{ad} Roe".as_bytes().to_vec()),
    ];
    for (what, bytes) in &cases {
        assert!(!found("x.dat", bytes).is_empty(), "{what}: {}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(found("docs/Roe%2C_Jane.json", b"{}").len(), 1, "file name");
}

#[test]
fn nothing_is_found_where_nothing_is() {
    for text in [
        "Adam Poe, born 1961",
        "janet roebuck",
        "5551234568",
        "<a>Ja</a><c>ne</c>",
        "12 North Elm Street",
        "{\"a\":\"J\\u0061net\"}",
    ] {
        assert_eq!(found("a.txt", text.as_bytes()), vec![], "{text}");
    }
}

#[test]
fn the_patients_own_surname_is_no_leak() {
    let mut v = ForbiddenValue::new("Jane Roe", Category::Name, Some(1), "[MOTHER]");
    v.alone = vec!["Jane".into(), "Roe".into()];
    let s = Searcher::new(&[v], &["Adam Roe".into()]);
    assert!(search_file("Roe.json", &json("Adam Roe. Mr. Roe was seen."), &s, &[]).is_empty());
    assert_eq!(search_file("x.json", &json("Jane was there"), &s, &[]).len(), 1);
}

#[test]
fn the_place_is_named_without_values() {
    let leaks = found("x.json", &json("so <b>Jane</b> said"));
    assert!(leaks.iter().any(|l| l.layer == "json string /entry/0/note"), "{leaks:?}");
    let xml = found("x.xml", b"<a>\n<b>J<i>an</i>e</b></a>");
    assert_eq!(xml.len(), 1);
    assert!(!format!("{}", xml[0]).to_lowercase().contains("jane"));
    let bytes = br#"{"a":"x J\u0061ne y"}"#;
    let l = &found("x.json", bytes)[0];
    assert_eq!(&bytes[l.offset..l.offset + l.len], br"J\u0061ne");
}

#[test]
fn names_of_the_standard_are_no_names_of_people() {
    let mut v = ForbiddenValue::new("Quentin Page", Category::Name, Some(1), "[NURSE 1]");
    v.alone = vec!["Page".into()];
    let s = Searcher::new(&[v], &[]);
    for text in [r#"{"page": 1}"#, "<page>x</page>", "<a page='1'/>"] {
        assert_eq!(search_file("x", text.as_bytes(), &s, &[]), vec![], "{text}");
    }
    for text in [r#"{"Page": 1}"#, "<a>page</a>", "<a x='page'/>", r#"{"a":"page"}"#] {
        assert_eq!(search_file("x", text.as_bytes(), &s, &[]).len(), 1, "{text}");
    }
}

#[test]
fn kept_stretches_are_exempt() {
    let bytes = json("by Jane here and Jane there");
    let first = bytes.windows(4).position(|w| w == b"Jane").unwrap();
    let spare = Exempt { start: first, end: first + 4, value: None };
    assert_eq!(search_file("x.json", &bytes, &searcher(), &[spare]).len(), 1);
    let b64 = json(&STANDARD.encode("it was Jane who called, not Mrs. Roe"));
    let whole = |v: &str| Exempt { start: 0, end: b64.len(), value: Some(v.into()) };
    assert_eq!(search_file("x.json", &b64, &searcher(), &[whole("Jane"), whole("Roe")]).len(), 0);
    assert_eq!(search_file("x.json", &b64, &searcher(), &[whole("Adam")]).len(), 1);
    assert_eq!(search_file("jane.json", b"{}", &searcher(), &[Exempt { start: 0, end: 0, value: Some("Jane".into()) }]).len(), 0);
}

#[test]
fn kept_stretches_in_markup_are_exempt_in_place_only() {
    let xml = b"<a><n>Dr. <b>Jane</b> Roe</n><m x='1'>J&#97;ne <i>Roe</i></m></a>";
    let at = |s: &str| xml.windows(s.len()).position(|w| w == s.as_bytes()).unwrap();
    let spare = Exempt { start: at("Dr."), end: at("</n>"), value: None };
    let leaks = search_file("x.xml", xml, &searcher(), std::slice::from_ref(&spare));
    assert!(!leaks.is_empty() && leaks.iter().all(|l| l.offset > at("</n>")), "{leaks:?}");
    let both = [spare, Exempt { start: at("J&#97;"), end: at("</m>"), value: None }];
    assert_eq!(search_file("x.xml", xml, &searcher(), &both), vec![]);
    let div = json("<div>Seen by Dr. <b>Jane</b> Roe</div>");
    let at = |s: &str| div.windows(s.len()).position(|w| w == s.as_bytes()).unwrap();
    let spare = Exempt { start: at("Dr."), end: at(" Roe<") + 4, value: None };
    assert_eq!(search_file("x.json", &div, &searcher(), &[spare]), vec![]);
}

#[test]
fn large_files_are_searched_across_blocks() {
    let mut text = "x, y. ".repeat(BLOCK / 6 - 1);
    text.push_str("Jane Roe ");
    text.push_str(&"Roebuck ".repeat(BLOCK / 8));
    let leaks = found("a.txt", text.as_bytes());
    assert!(leaks.iter().all(|l| text.get(l.offset..l.offset + l.len).is_some_and(|t| !t.contains("buck"))), "{leaks:?}");
    assert_eq!(leaks.len(), 3, "{leaks:?}");
}

#[test]
fn a_bomb_is_refused_not_read() {
    let mut data = gzipped(&vec![b' '; 30 << 20]);
    for _ in 0..2 {
        data = gzipped(&data.repeat(30));
    }
    let leaks = found("b.gz", &data);
    assert!(leaks.iter().any(|l| l.category == Category::Document), "{leaks:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn hostile_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = found("x", &bytes);
    }

    #[test]
    fn hostile_text_does_no_harm(text in r#"[<>&#;x%=\\u"{}\[\]a-fA-F0-9/+ \n-]{0,300}"#) {
        let _ = found(&text, text.as_bytes());
    }

    #[test]
    fn a_name_in_any_text_is_found(before in "[^\\p{L}\\p{M}0-9]{0,40}", after in "[^\\p{L}\\p{M}0-9]{0,40}") {
        let text = format!("{before} Jane {after}");
        let bytes = serde_json::to_vec(&serde_json::json!({"a": text})).unwrap();
        prop_assert!(!found("x", &bytes).is_empty());
    }
}

#[test]
fn letters_that_a_coded_picture_spells_by_chance_are_nobodys() {
    use base64::Engine;
    let name = |family: &str| {
        let n = Name { family: family.into(), ..Name::default() };
        ForbiddenValue::name(&n, Some(1), "[PHYSICIAN 1]", &|_| false)
    };
    let searcher = Searcher::new(&[name("Lin")], &[]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(kind);
        png.extend(data);
        png.extend([0; 4]);
    };
    chunk(b"IHDR", &[0; 13]);
    chunk(b"IDAT", b"\x01\x02 Lin \x03");
    chunk(b"IEND", b"");
    let found = |bytes: &[u8]| search_file("release/a.png", bytes, &searcher, &[]).len();
    assert_eq!(found(&png), 0);
    let text = png.windows(4).position(|w| w == b"IDAT").unwrap();
    let mut told = png.clone();
    told[text..text + 4].copy_from_slice(b"tEXt");
    assert_eq!(found(&told), 1, "a text chunk is read");
    let data: Vec<u8> = (0..3000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut coded = base64::engine::general_purpose::STANDARD.encode(data).into_bytes();
    coded[1500..1505].copy_from_slice(b"+Lin/");
    let page = [b"<img src=\"data:application/x;base64,".as_slice(), &coded, b"\">"].concat();
    assert_eq!(found(&page), 0);
    assert_eq!(found(b"<p>seen by Lin</p>"), 1);
}
