//! Hostile and awkward documents.

use super::encoding::Encoding;
use super::text::{Mode, view};
use super::*;
use proptest::prelude::*;

fn what(xml: &[u8]) -> String {
    parse(xml).expect_err("must be refused").to_string()
}

#[test]
fn ranges_of_every_kind_of_node() {
    let xml = b"\xEF\xBB\xBF<?xml version='1.0'?>\n<a:r xmlns:a='urn:x' b = 'c&amp;d'><e/>t<![CDATA[u]]><!--v--><?w x?></a:r>\n";
    let tape = parse(xml).unwrap();
    let kinds: Vec<Kind> = tape.nodes.iter().map(|n| n.kind).collect();
    use Kind::*;
    assert_eq!(kinds, [Element, Attr, Attr, Element, Text, CData, Comment, Pi]);
    let inner: Vec<&[u8]> = tape.nodes.iter().map(|n| tape.slice(n.inner)).collect();
    assert_eq!(inner[1..], [b"urn:x".as_slice(), b"c&amp;d", b"", b"t", b"u", b"v", b"w x"]);
    assert_eq!((tape.name(0), tape.prefix(0), tape.uri(0)), (b"r".as_slice(), b"a:".as_slice(), "urn:x"));
    assert!(tape.slice(tape.node(0).span).ends_with(b"</a:r>") && tape.node(0).next == 8);
    assert_eq!(tape.uri(3), "", "no default namespace");
}

#[test]
fn hostile_documents_are_refused_with_a_place() {
    for (xml, words) in [
        ("<a><b></a>", "does not match"),
        ("<a>", "cut off"),
        ("<a b='1", "closed"),
        ("<a b='1' b='2'/>", "twice"),
        ("<a b=1/>", "quotes"),
        ("<a b/>", "without a value"),
        ("<a>&nbsp;</a>", "entity"),
        ("<a>& b</a>", "&"),
        ("<a b='&x;'/>", "reference"),
        ("<a>&#0;</a>", "reference"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"),
        ("<a/><b/>", "second root"),
        ("<a/>tail", "outside"),
        ("plain", "outside"),
        ("", "no XML element"),
        ("<a>\u{1}</a>", "control character"),
    ] {
        let got = what(xml.as_bytes());
        assert!(got.contains(words) && (got.contains("line") || words == "no XML element"), "{xml}: {got}");
    }
    let deep = "<a>".repeat(100_000);
    assert!(what(deep.as_bytes()).contains("too deeply"));
    let wrong = what(b"<?xml version='1.0' encoding='UTF-8'?><a>\xE9</a>");
    assert!(wrong.contains("not UTF-8 as declared") && wrong.ends_with("at line 1 column 42"), "{wrong}");
    assert!(what(b"\xFF\xFE<\0a\0/\0>\0").contains("UTF-16"));
    assert!(what(b"<?xml version='1.0' encoding='Shift_JIS'?><a/>").contains("not supported"));
}

#[test]
fn code_pages_read_byte_by_byte() {
    let xml = b"<?xml version='1.0' encoding='windows-1252'?><a b='Jos\xE9'>Jos\xE9 \x80</a>";
    let tape = parse(xml).unwrap();
    assert!(matches!(tape.encoding, Encoding::Single(_)));
    let v = view(xml, tape.node(2).inner, tape.encoding, Mode::Text);
    assert_eq!(v.text, "José €");
    assert_eq!(
        v.raw_ranges(0, 5),
        vec![tape.node(2).inner].into_iter().map(|s| crate::model::view::Span { end: s.start + 4, ..s }).collect::<Vec<_>>()
    );
    assert_eq!(view(xml, tape.node(1).inner, tape.encoding, Mode::Attr).text, "José");
}

#[test]
fn paths_lead_there_and_back() {
    let xml = b"<!--1--><!--2--><r><a x='1'/><b/><a><!--c--><!--d-->t</a></r>";
    let tape = parse(xml).unwrap();
    let all: Vec<u32> = (0..tape.nodes.len() as u32).collect();
    let paths = path::locate(&tape, &all);
    assert_eq!(paths[4], "/r/a[1]/@x");
    assert_eq!(paths[8], "/r/a[2]/comment()[2]");
    for (i, p) in paths.iter().enumerate() {
        assert_eq!(path::find(&tape, p), Some(i as u32), "{p}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
        let _ = flow::view(&bytes, crate::model::view::Span::new(0, bytes.len()));
        let _ = xml_kind(&bytes);
    }

    #[test]
    fn encoded_text_reads_back(text in "[ -~éß€\n\t]{0,40}") {
        for (place, mode, open, close) in [
            (encode::Place::Text, Mode::Text, "<a>x", "</a>"),
            (encode::Place::Attr, Mode::Attr, "<a b='x", "'/>"),
            (encode::Place::Attr, Mode::Attr, "<a b=\"x", "\"/>"),
        ] {
            let raw = encode::encode(&text, place, Encoding::Utf8);
            let xml = [open.as_bytes(), &raw, close.as_bytes()].concat();
            let tape = parse(&xml).unwrap();
            prop_assert_eq!(&view(&xml, tape.node(1).inner, tape.encoding, mode).text[1..], text.as_str());
        }
    }

    #[test]
    fn no_text_breaks_out_of_a_comment(text in "[-<>!?a ]{0,12}") {
        let comment = encode::encode(&text, encode::Place::Comment, Encoding::Utf8);
        let xml = [b"<a><!--x-".as_slice(), &comment, b"-y--></a>"].concat();
        prop_assert_eq!(parse(&xml).unwrap().nodes.len(), 2);
        prop_assert!(!comment.windows(2).any(|w| w == b"--"));
    }
}
