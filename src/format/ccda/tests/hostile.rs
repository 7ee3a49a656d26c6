//! Hostile input errors, never panics.

use super::super::Ccda;
use super::{cda, section};
use crate::format::{Format, Source};
use proptest::prelude::*;

fn small() -> String {
    let body = section(
        "10157-6",
        "<table><tr><td ID='r1'>Ana</td></tr></table><!-- c -->",
        r##"<entry><observation><text><reference value="#r1"/></text><value xsi:type="ST">x &amp; y</value></observation></entry>"##,
    );
    cda(
        "<author><time/><assignedAuthor><id root='1.2' extension='9'/><assignedPerson><name>A B</name></assignedPerson></assignedAuthor></author>",
        &body,
    )
}

fn try_all(bytes: &[u8]) {
    let source = Source { bytes, name: "x" };
    let Ok(doc) = Ccda.read(source) else { return };
    for f in &doc.fields {
        let view = Ccda.view(source, &doc, f);
        view.raw_ranges(0, view.text.len());
    }
    let nodes: Vec<u32> = doc.fields.iter().map(|f| f.node).collect();
    assert_eq!(Ccda.locate(source, &doc, &nodes).len(), nodes.len());
    assert_eq!(Ccda.write(source, &doc, &[]).unwrap().bytes, bytes);
}

#[test]
fn every_truncation_is_an_error() {
    let whole = small();
    let end = whole.trim_end().len();
    for len in 0..end {
        assert!(Ccda.read(Source { bytes: &whole.as_bytes()[..len], name: "x" }).is_err(), "cut at {len}");
    }
    try_all(whole.as_bytes());
}

#[test]
fn whose_document_it_is_must_be_told_once() {
    let one = cda("", "");
    let target = &one[one.find("<recordTarget>").unwrap()..one.find("</recordTarget>").unwrap() + "</recordTarget>".len()];
    let two = one.replacen(target, &format!("{target}{target}"), 1);
    let none = one.replacen(target, "", 1);
    let error = |xml: &str| Ccda.read(super::source(xml)).unwrap_err().to_string();
    assert!(error(&two).starts_with("two recordTargets: "), "{}", error(&two));
    assert!(error(&none).contains("no recordTarget"));
    assert!(error("<section xmlns='urn:hl7-org:v3'/>").contains("not ClinicalDocument"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn flipped_bytes_never_panic(at in 0usize..4000, bit in 0u8..8, at2 in 0usize..4000, byte in any::<u8>()) {
        let mut bytes = small().into_bytes();
        let n = bytes.len();
        bytes[at % n] ^= 1 << bit;
        try_all(&bytes);
        bytes[at2 % n] = byte;
        try_all(&bytes);
    }

    #[test]
    fn cut_out_stretches_never_panic(from in 0usize..4000, len in 0usize..200) {
        let mut bytes = small().into_bytes();
        let from = from % bytes.len();
        bytes.drain(from..(from + len).min(bytes.len()));
        try_all(&bytes);
    }
}
