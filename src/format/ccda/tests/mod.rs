//! What the shared conformance rules ask, on public samples and on small documents of our own.

mod corpus;
mod hostile;
mod places;
mod writing;

use super::Ccda;
use crate::format::{Format, Source};
use crate::model::document::{Class, Document, Field};
use crate::model::edit::{Change, Edit, Written};
use crate::model::person::PersonStub;

/// A document with the given header parts and body.
pub fn cda(header: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="2.16.840.1.113883.19" extension="DOC1"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary</title>
<effectiveTime value="20200102"/>
<recordTarget><patientRole><id root="2.16.840.1.113883.19.5" extension="MRN77" assigningAuthorityName="Clinic of Dr. Olga Perez"/>
<addr use="HP"><streetAddressLine>1 Elm Row</streetAddressLine><city>Ayton</city><postalCode>01234</postalCode></addr>
<telecom use="HP" value="tel:+1-555-0100"/>
<patient><name><given>Nora</given><family>Vale</family></name><administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
<birthTime value="19700101"/></patient></patientRole></recordTarget>
{header}
<component><structuredBody>{body}</structuredBody></component>
</ClinicalDocument>"#
    )
}

/// A section around entries or a text.
pub fn section(code: &str, text: &str, rest: &str) -> String {
    let code = format!(r#"<code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>"#);
    format!("<component><section>{code}<title>Part</title><text>{text}</text>{rest}</section></component>")
}

pub fn source(xml: &str) -> Source<'_> {
    Source { bytes: xml.as_bytes(), name: "a.xml" }
}

pub fn read(xml: &str) -> Document {
    Ccda.read(source(xml)).unwrap_or_else(|e| panic!("{e}\n{xml}"))
}

pub fn text(xml: &str, doc: &Document, field: &Field) -> String {
    Ccda.view(source(xml), doc, field).text.into_owned()
}

/// The stub with this family name or name text.
pub fn person<'d>(doc: &'d Document, name: &str) -> &'d PersonStub {
    let hit = |s: &&PersonStub| s.names.iter().any(|n| n.family == name || n.text == name);
    doc.stubs.iter().find(hit).unwrap_or_else(|| panic!("no stub {name}: {:#?}", doc.stubs))
}

/// Classes and texts of the fields owned by the stub with this name.
pub fn owned(xml: &str, doc: &Document, name: &str) -> Vec<(Class, String)> {
    let stub = person(doc, name);
    let id = doc.stubs.iter().position(|s| s == stub).map(|i| i as u32);
    doc.fields.iter().filter(|f| f.owner == id).map(|f| (f.class, text(xml, doc, f))).collect()
}

/// Index of the first field that a test asks for.
pub fn find(xml: &str, doc: &Document, class: Class, contains: &str) -> u32 {
    let hit = |f: &Field| f.class == class && text(xml, doc, f).contains(contains);
    doc.fields.iter().position(hit).unwrap_or_else(|| panic!("no {class:?} with {contains}")) as u32
}

pub fn edit(field: u32, range: Option<(u32, u32)>, change: Change) -> Edit {
    Edit { field, record: false, range, change, ledger: field }
}

/// Writes and checks what holds for every write: it reads again, and the splices are the whole difference.
pub fn write(xml: &str, doc: &Document, edits: &[Edit]) -> (String, Written) {
    let written = Ccda.write(source(xml), doc, edits).unwrap();
    assert_eq!(crate::model::edit::apply(xml.as_bytes(), &written.splices), written.bytes);
    let out = String::from_utf8(written.bytes.clone()).unwrap();
    Ccda.read(source(&out)).unwrap_or_else(|e| panic!("{e}\n{out}"));
    (out, written)
}
