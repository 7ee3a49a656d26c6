//! One suite that every format passes.
//!
//! Writing no edits gives the input bytes; a field's text is found where its locator says; fields come in order of their start; an
//! edited span is gone after reading again and everything else is still there; splices account for every difference; cut or changed
//! bytes are an error or a document, never a panic.

use super::ccda::Ccda;
use super::fhir::FhirJson;
use super::rtf::Rtf;
use super::text::{Html, PlainText};
use super::xdm::XdmMetadata;
use super::{Format, Source};
use crate::model::document::{Document, Form};
use crate::model::edit::{Change, Edit, apply};
use proptest::prelude::*;

const FHIR: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"https://x.example/Patient/1","resource":
{"resourceType":"Patient","id":"1","name":[{"family":"Roe","given":["Jané"]}],"contact":[{"name":{"text":"Ann Roe"},"telecom":[{"value":"555-0100"}]}],
"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p title=\"of Ann\">Jane <b>Roe</b> &amp; Ann</p></div>"}}},
{"resource":{"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"Patient/1","display":"Jane Roe"},
"author":[{"reference":"Practitioner/p9","display":"Dr. Bo Lin"}],"content":[{"attachment":{"contentType":"text/plain","data":"SGVsbG8gQW5u"}}]}}]}"#;

const CDA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc"><!-- by Ann --><id root="1.2.3" extension="d1"/><title>Note of Bo Lin</title>
<recordTarget><patientRole><id root="1.2.4" extension="900"/><addr><city>Salem</city></addr><patient><name><given>Jane</given><family>Roe</family></name></patient></patientRole></recordTarget>
<author><time value="2020"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="1234567893"/><telecom value="tel:555-0100"/><assignedPerson><name><given>Bo</given><family>Lin</family></name></assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section><code code="10157-6" codeSystem="2.16.840.1.113883.6.1"/><title>History</title><text><table><tbody><tr><td>Mother</td><td><content ID="m1">Ann</content> Roe &amp; co</td></tr></tbody></table></text></section></component></structuredBody></component></ClinicalDocument>"#;

const TEXT: &str = "Ward note\r\nSeen by Dr. Bo Lin.\n\nMother Ann Roe, 555-0100, called.\n";

const HTML: &str = "<!DOCTYPE html><html><head><title>Note</title><!-- Ann --></head><body><p class=x>J<b>an</b>e &amp; Ann&nbsp;Roe</p><a href='tel:5550100'>call</a></body></html>";

const RTF: &str =
    "{\\rtf1\\ansi{\\info{\\author Ann}}\\pard J\\b a\\b0 ne & Ann\\~Roe\\par {\\*\\docvar{k}{Ann Roe}}\\u233?t\\'e9\\cell\\row}";

const XDM: &str = r#"<rim:SubmitObjectsRequest xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><rim:RegistryObjectList><rim:ExtrinsicObject id="Document01" mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"><rim:Slot name="authorPerson"><rim:ValueList><rim:Value>42^Lin^Bo^^^Dr^MD^^&amp;1.2.3&amp;ISO</rim:Value></rim:ValueList></rim:Slot><rim:Slot name="URI"><rim:ValueList><rim:Value>DOC0001.XML</rim:Value></rim:ValueList></rim:Slot><rim:Slot name="sourcePatientInfo"><rim:ValueList><rim:Value>PID-5|Roe^Jane</rim:Value></rim:ValueList></rim:Slot><rim:Name><rim:LocalizedString value="Note of Ann"/></rim:Name></rim:ExtrinsicObject></rim:RegistryObjectList></rim:SubmitObjectsRequest>"#;

fn formats() -> Vec<(&'static dyn Format, &'static str)> {
    vec![(&FhirJson, FHIR), (&Ccda, CDA), (&PlainText, TEXT), (&Html, HTML), (&XdmMetadata, XDM), (&Rtf, RTF)]
}

fn source(bytes: &[u8]) -> Source<'_> {
    Source { bytes, name: "t" }
}

/// All texts of a document, in order.
fn texts(f: &dyn Format, bytes: &[u8], doc: &Document) -> Vec<String> {
    doc.fields.iter().map(|x| f.view(source(bytes), doc, x).text.into_owned()).collect()
}

fn is_text(form: Form) -> bool {
    !matches!(form, Form::JsonNode | Form::XmlNode)
}

#[test]
fn writing_nothing_changes_nothing() {
    for (f, text) in formats() {
        let doc = f.read(source(text.as_bytes())).unwrap_or_else(|e| panic!("{}: {e}", f.id()));
        assert!(!doc.fields.is_empty(), "{}", f.id());
        let w = f.write(source(text.as_bytes()), &doc, &[]).unwrap();
        assert_eq!(w.bytes, text.as_bytes(), "{}", f.id());
        assert!(w.splices.is_empty());
    }
}

#[test]
fn fields_are_in_order_and_inside_the_source() {
    for (f, text) in formats() {
        let doc = f.read(source(text.as_bytes())).unwrap();
        for pair in doc.fields.windows(2) {
            assert!(pair[0].span.start <= pair[1].span.start, "{}", f.id());
        }
        assert!(doc.fields.iter().all(|x| x.span.end as usize <= text.len() && x.span.start <= x.span.end), "{}", f.id());
        assert!(doc.parts.iter().all(|p| (p.field as usize) < doc.fields.len()), "{}", f.id());
        let nodes: Vec<u32> = doc.fields.iter().map(|x| x.node).collect();
        assert_eq!(f.locate(source(text.as_bytes()), &doc, &nodes).len(), nodes.len(), "{}", f.id());
    }
}

#[test]
fn an_edited_span_is_gone_and_the_rest_is_there() {
    for (f, text) in formats() {
        let bytes = text.as_bytes();
        let doc = f.read(source(bytes)).unwrap();
        for (i, field) in doc.fields.iter().enumerate().filter(|(_, x)| is_text(x.form)) {
            let view = f.view(source(bytes), &doc, field);
            let Some(at) = view.text.find("Ann") else { continue };
            let edit = Edit {
                field: i as u32,
                record: false,
                range: Some((at as u32, at as u32 + 3)),
                change: Change::Label("[MOTHER]".into()),
                ledger: 0,
            };
            let w = f.write(source(bytes), &doc, &[edit]).unwrap();
            assert_eq!(apply(bytes, &w.splices), w.bytes, "{}: splices are the difference", f.id());
            let again = f.read(source(&w.bytes)).unwrap_or_else(|e| panic!("{} after an edit: {e}", f.id()));
            let (before, after) = (texts(f, bytes, &doc).join("\n"), texts(f, &w.bytes, &again).join("\n"));
            let count = |t: &str| t.matches("Ann").count();
            assert!(count(&after) < count(&before), "{}: {after}", f.id());
            assert!(after.contains("MOTHER"), "{}: {after}", f.id());
            assert!(after.contains("Roe") && before.contains("Roe"), "{}", f.id());
        }
    }
}

#[test]
fn every_truncation_is_an_error_or_a_document() {
    for (f, text) in formats() {
        for end in 0..text.len() {
            let cut = &text.as_bytes()[..end];
            if let Ok(doc) = f.read(source(cut)) {
                let w = f.write(source(cut), &doc, &[]).unwrap();
                assert_eq!(w.bytes, cut, "{} cut at {end}", f.id());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(which in 0usize..6, flips in prop::collection::vec((0usize..4000, any::<u8>()), 1..6)) {
        let (f, text) = formats()[which];
        let mut bytes = text.as_bytes().to_vec();
        for (at, b) in flips {
            let n = bytes.len();
            bytes[at % n] = b;
        }
        if let Ok(doc) = f.read(source(&bytes)) {
            prop_assert_eq!(f.write(source(&bytes), &doc, &[]).unwrap().bytes, bytes.clone());
            let _ = texts(f, &bytes, &doc);
        }
    }

    #[test]
    fn random_edits_keep_the_document_readable(which in 0usize..6, picks in prop::collection::vec((any::<u16>(), any::<u16>(), 0u8..5), 1..8)) {
        let (f, text) = formats()[which];
        let bytes = text.as_bytes();
        let doc = f.read(source(bytes)).unwrap();
        let mut used = std::collections::BTreeSet::new();
        let mut edits = Vec::new();
        for (pick, at, kind) in picks {
            let i = pick as usize % doc.fields.len();
            if !used.insert(i) {
                continue;
            }
            let field = &doc.fields[i];
            let change = match kind {
                0 => Change::Label("[PHYSICIAN 2]".into()),
                1 => Change::Mask("[REVIEW 3]".into()),
                2 => Change::Text("physician-2".into()),
                _ => Change::Remove,
            };
            let range = if is_text(field.form) && kind != 4 {
                let view = f.view(source(bytes), &doc, field);
                let n = view.text.chars().count();
                if n == 0 {
                    continue;
                }
                let from = at as usize % n;
                let byte = |k: usize| view.text.char_indices().nth(k).map_or(view.text.len(), |c| c.0) as u32;
                Some((byte(from), byte((from + 4).min(n))))
            } else {
                None
            };
            edits.push(Edit { field: i as u32, record: false, range, change, ledger: edits.len() as u32 });
        }
        // Overlapping fields are edited one at a time, as the planner does.
        edits.sort_by_key(|e| (doc.fields[e.field as usize].span.start, std::cmp::Reverse(doc.fields[e.field as usize].span.end)));
        let mut end = 0;
        edits.retain(|e| {
            let s = doc.fields[e.field as usize].span;
            let free = s.start >= end;
            if free {
                end = s.end;
            }
            free
        });
        if let Ok(w) = f.write(source(bytes), &doc, &edits) {
            prop_assert_eq!(apply(bytes, &w.splices), w.bytes.clone());
            prop_assert!(f.read(source(&w.bytes)).is_ok(), "{} not readable after {:?}:\n{}", f.id(), edits, String::from_utf8_lossy(&w.bytes));
        }
    }
}
