//! Metadata of our own and the public samples.

use super::people::values;
use super::*;
use crate::model::document::Form;
use crate::model::edit::{Change, apply};
use crate::model::person::StubKind;
use crate::model::role::Role;
use proptest::prelude::*;

fn slot(name: &str, list: &[&str]) -> String {
    let values: String = list.iter().map(|v| format!("<r:Value>{v}</r:Value>")).collect();
    format!("<r:Slot name=\"{name}\"><r:ValueList>{values}</r:ValueList></r:Slot>")
}

fn metadata() -> String {
    let entry = [
        slot("URI", &["DOC/Vale_Nora.xml"]),
        slot("hash", &["aa"]),
        slot("size", &["4"]),
        slot("sourcePatientId", &["77^^^&amp;1.2.9&amp;ISO"]),
        slot(
            "sourcePatientInfo",
            &[
                "PID-3|77^^^&amp;1.2.9&amp;ISO",
                "PID-5|Vale^Nora^^^",
                "PID-6|Holm^Ida",
                "PID-7|19700101",
                "PID-8|F",
                "PID-11|1 Elm Row^^Ayton^^01234",
            ],
        ),
        slot("legalAuthenticator", &["9^Quill^Rosa^^^Dr^MD^^&amp;1.2.3&amp;ISO"]),
    ]
    .concat();
    let author = [
        slot("authorPerson", &["rq^Quill^Rosa^^^^^^&amp;1.2.3&amp;ISO"]),
        slot("authorInstitution", &["Jay Clinic"]),
        slot("authorRole", &["Registered Nurse"]),
        slot("authorTelecommunication", &["^^Internet^rosa@jay.test"]),
    ]
    .concat();
    let recipient = slot("intendedRecipient", &["Kay Practice^^^^^&amp;1.5&amp;ISO|^Orr^Max|^^Internet^max@kay.test"]);
    format!(
        r#"<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><r:RegistryObjectList>
<r:ExtrinsicObject id="Document01" mimeType="text/xml">{entry}<r:Name><r:LocalizedString value="Op note by Dr. Quill"/></r:Name><r:Description><r:LocalizedString value="Seen with Ida"/></r:Description>
<r:Classification id="c1">{author}</r:Classification>
<r:ExternalIdentifier id="e1" identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427" value="77^^^&amp;1.2.9&amp;ISO"/></r:ExtrinsicObject>
<r:RegistryPackage id="s1">{recipient}<!-- to Max --></r:RegistryPackage></r:RegistryObjectList>
<x:Document xmlns:x="urn:ihe:iti:xds-b:2007" id="Document01">SGVsbG8=</x:Document></l:SubmitObjectsRequest>"#
    )
}

fn source(xml: &str) -> Source<'_> {
    Source { bytes: xml.as_bytes(), name: "METADATA.XML" }
}

#[test]
fn people_and_fields() {
    let xml = metadata();
    assert_eq!(XdmMetadata.sniff(xml.as_bytes(), ""), Score::Sure);
    let doc = XdmMetadata.read(source(&xml)).unwrap();
    let find = |family: &str| doc.stubs.iter().find(|s| s.names.iter().any(|n| n.family == family)).unwrap();
    let patient = &doc.stubs[0];
    assert_eq!(
        (patient.kind, patient.names[0].display().as_str(), patient.identifiers.len()),
        (StubKind::Patient, "Nora Vale", 1)
    );
    assert_eq!(
        (patient.birth_date.as_deref(), patient.sex.as_deref(), patient.keys[0].as_str()),
        (Some("19700101"), Some("female"), "urn:oid:1.2.9|77")
    );
    assert_eq!(find("Holm").role, Role::Mother);
    assert_eq!(find("Orr").telecoms[0].value, "max@kay.test");
    let authors: Vec<Role> = doc.stubs.iter().filter(|s| s.slot == "authorPerson").map(|s| s.role).collect();
    assert_eq!(authors, [Role::Nurse]);
    assert_eq!(doc.stubs.iter().find(|s| s.slot == "legalAuthenticator").unwrap().role, Role::Physician);
    assert_eq!(doc.parts[0].bytes.as_deref(), Ok(b"Hello".as_slice()));
    assert_eq!(doc.parts[0].media_type, "text/xml");
    let has = |class: Class, text: &str| {
        doc.fields.iter().any(|f| f.class == class && XdmMetadata.view(source(&xml), &doc, f).text == text)
    };
    assert!(
        has(Class::FileName, "DOC/Vale_Nora.xml")
            && has(Class::Title, "Op note by Dr. Quill")
            && has(Class::Narrative, "Seen with Ida")
    );
    assert!(has(Class::Title, "Kay Practice^^^^^&1.5&ISO") && has(Class::Comment, " to Max "));
}

/// A value put out of use inside a slot was met after the values around it, and so taken for a part of them and left.
#[test]
fn a_comment_inside_a_slot_stands_in_its_place() {
    let xml = metadata().replacen("<r:ValueList>", "<r:ValueList><!-- <r:Value>|jo@old.test^Quist^Jo^^^Dr</r:Value> -->", 1);
    assert!(xml.contains("Quist"), "{xml}");
    let doc = XdmMetadata.read(source(&xml)).unwrap();
    assert!(doc.fields.is_sorted_by_key(|f| (f.span.start, std::cmp::Reverse(f.span.end))));
    let hidden = doc.fields.iter().find(|f| f.form == Form::XmlComment && xml[f.span.range()].contains("Quist"));
    assert_eq!(hidden.map(|f| f.class), Some(Class::Signature));
}

#[test]
fn persons_become_labels_in_their_component() {
    let xml = metadata();
    let doc = XdmMetadata.read(source(&xml)).unwrap();
    let edits: Vec<Edit> = (0..doc.fields.len() as u32)
        .filter(|&i| doc.fields[i as usize].owner.is_some_and(|o| o > 0))
        .map(|i| {
            let name = doc.fields[i as usize].class == Class::PersonName;
            let change = if name { Change::Label("[PHYSICIAN 1]".into()) } else { Change::Mask("x".into()) };
            Edit { field: i, record: false, range: None, change, ledger: i }
        })
        .collect();
    let written = XdmMetadata.write(source(&xml), &doc, &edits).unwrap();
    let out = String::from_utf8(written.bytes.clone()).unwrap();
    assert_eq!(apply(xml.as_bytes(), &written.splices), written.bytes);
    assert!(XdmMetadata.read(source(&out)).is_ok());
    for gone in ["rq^", "Rosa", "rosa@", "Orr", "max@", "Holm"] {
        assert!(!out.contains(gone), "{gone}\n{out}");
    }
    for kept in [
        "<r:Value>^[PHYSICIAN 1]^^^^^^^&amp;1.2.3&amp;ISO</r:Value>",
        "|^[PHYSICIAN 1]^|",
        "PID-5|Vale^Nora",
        "PID-6|[PHYSICIAN 1]<",
    ] {
        assert!(out.contains(kept), "{kept}\n{out}");
    }
}

#[test]
fn links_and_digests_follow_the_documents() {
    let xml = metadata();
    let update = LinkUpdate {
        old_uri: "./DOC\\Vale_Nora.xml".into(),
        new_uri: "DOC/a&b.xml".into(),
        new_sha1_hex: "ff".into(),
        new_size: 99,
    };
    let out = String::from_utf8(rewrite_links(xml.as_bytes(), &[update]).unwrap().bytes).unwrap();
    assert!(
        out.contains("<r:Value>DOC/a&amp;b.xml</r:Value>")
            && out.contains("<r:Value>ff</r:Value>")
            && out.contains("<r:Value>99</r:Value>")
    );
    assert_eq!(rewrite_links(xml.as_bytes(), &[]).unwrap().bytes, xml.as_bytes());
    let doc = XdmMetadata.read(source(&xml)).unwrap();
    let edit = Edit { field: doc.parts[0].field, record: false, range: None, change: Change::Part(b"Bye".to_vec()), ledger: 0 };
    let out = String::from_utf8(XdmMetadata.write(source(&xml), &doc, &[edit]).unwrap().bytes).unwrap();
    assert!(
        out.contains(">Qnll</x:Document>") && out.contains("<r:Value>3</r:Value>") && out.contains(&links::sha1_hex(b"Bye")),
        "{out}"
    );
}

#[test]
fn samples_write_back_unchanged() {
    let shared = std::env::var("DISCLOSE_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into());
    let Ok(bytes) = std::fs::read(format!("{shared}/data/samples/xdm/direct-javari-xdr/request.xml")) else { return };
    let source = Source { bytes: &bytes, name: "" };
    let doc = XdmMetadata.read(source).unwrap();
    assert_eq!(XdmMetadata.write(source, &doc, &[]).unwrap().bytes, bytes);
    assert!(doc.parts[0].bytes.is_ok() && doc.stubs.len() >= 3);
    let tape = xml::parse(&bytes).unwrap();
    let nodes: Vec<u32> = doc.fields.iter().map(|f| f.node).collect();
    for (f, place) in doc.fields.iter().zip(XdmMetadata.locate(source, &doc, &nodes)) {
        assert_eq!(xml::path::find(&tape, &place), Some(f.node), "{place}");
    }
    assert_eq!(values(&tape, 0).count(), 0);
}

proptest! {
    #[test]
    fn flipped_bytes_never_panic(at in 0usize..4000, bit in 0u8..8, cut in 0usize..4000) {
        let mut bytes = metadata().into_bytes();
        let n = bytes.len();
        bytes[at % n] ^= 1 << bit;
        for len in [n, cut % n] {
            let source = Source { bytes: &bytes[..len], name: "" };
            if let Ok(doc) = XdmMetadata.read(source) {
                for f in &doc.fields {
                    XdmMetadata.view(source, &doc, f);
                }
            }
            let _ = rewrite_links(&bytes[..len], &[]);
        }
    }
}
