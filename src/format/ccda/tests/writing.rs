//! How edits come out.

use super::*;
use crate::model::edit::Cause;

fn author(name: &str) -> String {
    format!(
        r#"<author><time value="2020"/><assignedAuthor><id root="1.2.3" extension="rquill"/><addr use="WP"><city>Bee</city></addr><telecom use="WP" value="tel:555-0199"/><assignedPerson>{name}</assignedPerson></assignedAuthor></author>"#
    )
}

fn change_all(xml: &str, change: impl Fn(Class) -> Change) -> String {
    let doc = read(xml);
    let edits: Vec<Edit> = (0..doc.fields.len() as u32)
        .filter(|&i| doc.fields[i as usize].owner.is_some_and(|o| o > 0))
        .map(|i| edit(i, None, change(doc.fields[i as usize].class)))
        .collect();
    write(xml, &doc, &edits).0
}

#[test]
fn a_person_becomes_a_label_and_masks() {
    let label = |c| if c == Class::PersonName { Change::Label("[PHYSICIAN 1]".into()) } else { Change::Mask("x".into()) };
    let out = change_all(
        &cda(&author("<name use=\"L\"><given>Rosa</given><!-- x --><family>Quill</family><suffix>MD</suffix></name>"), ""),
        label,
    );
    for want in [
        r#"<name use="L"><given nullFlavor="MSK"/><family>[PHYSICIAN 1]</family></name>"#,
        r#"<id nullFlavor="MSK"/>"#,
        r#"<addr use="WP" nullFlavor="MSK"/>"#,
        r#"<telecom use="WP" nullFlavor="MSK"/>"#,
        "<given>Nora</given><family>Vale</family>",
    ] {
        assert!(out.contains(want), "{want}\n{out}");
    }
    assert!(!out.contains("Quill") && !out.contains("rquill") && !out.contains("555-0199"));
    let plain = change_all(&cda(&author("<name>Rosa Quill, MD</name>"), ""), label);
    assert!(plain.contains("<name>[PHYSICIAN 1]</name>"));
    let prefixed = cda(&author("<v:name xmlns:v='urn:hl7-org:v3'><v:given>R</v:given><v:family>Q</v:family></v:name>"), "");
    assert!(change_all(&prefixed, label).contains("<v:given nullFlavor=\"MSK\"/><v:family>[PHYSICIAN 1]</v:family></v:name>"));
    let removed = change_all(&cda(&author("<name>Rosa Quill</name>"), ""), |_| Change::Remove);
    assert!(removed.contains("<assignedPerson><name nullFlavor=\"MSK\"/></assignedPerson>"));
}

#[test]
fn names_split_over_tags_and_escapes_are_replaced_once() {
    let xml = cda(
        "",
        &section(
            "1-1",
            "<paragraph>Seen with <content>Ros&#225;</content> <content ID='c1'>Quill</content>, her sister &amp; friend</paragraph>",
            "",
        ),
    );
    let doc = read(&xml);
    let at = find(&xml, &doc, Class::Narrative, "Rosá Quill");
    let view = text(&xml, &doc, &doc.fields[at as usize]);
    let from = view.find("Rosá").unwrap() as u32;
    let (out, _) =
        write(&xml, &doc, &[edit(at, Some((from, from + "Rosá Quill".len() as u32)), Change::Label("[SISTER 1]".into()))]);
    assert!(out.contains("<content>[SISTER 1]</content><content ID='c1'></content>, her sister &amp; friend"), "{out}");
}

#[test]
fn text_in_attributes_comments_and_cdata() {
    let body = section(
        "1-1",
        "<linkHtml href='https://x.test/a/Quill/b'>x</linkHtml><content ID='Quill1'>y</content><![CDATA[by Quill]]>",
        r##"<entry><act><code code="QUILL7" codeSystem="9.9" displayName="Op by Quill"/><text><reference value="#Quill1"/></text></act></entry>"##,
    );
    let xml = cda("<!-- by Quill- -->", &body);
    let doc = read(&xml);
    let mut edits = Vec::new();
    for (i, f) in doc.fields.iter().enumerate() {
        let view = text(&xml, &doc, f);
        let Some(from) = view.to_lowercase().find("quill") else { continue };
        edits.push(edit(i as u32, Some((from as u32, from as u32 + 5)), Change::Label("[PHYSICIAN 1]".into())));
    }
    assert_eq!(edits.len(), 7);
    let (out, _) = write(&xml, &doc, &edits);
    for want in [
        "href='https://x.test/a/%5BPHYSICIAN%201%5D/b'",
        "ID='PHYSICIAN_11'",
        "value=\"#PHYSICIAN_11\"",
        "<![CDATA[by [PHYSICIAN 1]]]>",
        "code=\"[PHYSICIAN_1]7\"",
        "displayName=\"Op by [PHYSICIAN 1]\"",
        "<!-- by [PHYSICIAN 1]- -->",
    ] {
        assert!(out.contains(want), "{want}\n{out}");
    }
    let comment = find(&xml, &doc, Class::Comment, "Quill");
    let (out, _) = write(&xml, &doc, &[edit(comment, None, Change::Label("a--b-".into()))]);
    assert!(out.contains("<!-- a- -b-  -->"), "{out}");
    let (out, _) = write(&xml, &doc, &[edit(comment, None, Change::Remove)]);
    assert!(!out.contains("<!--"));
}

#[test]
fn an_organisations_phone_is_masked_as_a_whole_and_empty_attributes_go() {
    let header = "<custodian><assignedCustodian><representedCustodianOrganization><id root='1' extension='Q7'/><telecom use='WP' value='tel:555-0142'/></representedCustodianOrganization></assignedCustodian></custodian>";
    let xml = cda(header, "");
    let doc = read(&xml);
    let phone = find(&xml, &doc, Class::Url, "555-0142");
    let id = find(&xml, &doc, Class::Id, "Q7");
    let (out, _) =
        write(&xml, &doc, &[edit(phone, Some((4, 12)), Change::Label("[NURSE 1]".into())), edit(id, None, Change::Remove)]);
    assert!(out.contains("<id root='1'/><telecom use='WP' nullFlavor=\"MSK\"/>"), "{out}");
}

#[test]
fn sections_and_entries_are_withheld() {
    let subject = "<subject><relatedSubject classCode='PRS'><code code='MTH'/><subject><name>Rosa</name></subject></relatedSubject></subject>";
    let entries = format!(
        "<entry><organizer>{subject}<reference><externalDocument><text><reference value='#r1'/></text></externalDocument></reference></organizer></entry><entry><act><text>stays</text></act></entry>"
    );
    let table = "<table><tbody><tr ID='r1'><td>Rosa, mother</td></tr><tr><td>other</td></tr></tbody></table>";
    let xml = cda("", &section("10157-6", table, &entries));
    let doc = read(&xml);
    let withhold = |r: u32| Edit { field: r, record: true, range: None, change: Change::Withhold, ledger: 9 };
    let narrative = find(&xml, &doc, Class::Narrative, "Rosa");
    let inner = edit(narrative, Some((0, 4)), Change::Label("[MOTHER]".into()));
    let (out, written) = write(&xml, &doc, &[withhold(1), inner]);
    assert!(out.contains("<section nullFlavor=\"MSK\"><code code=\"10157-6\""), "{out}");
    assert!(out.contains("<title>Part</title><text><paragraph>[WITHHELD]</paragraph></text></section>"), "{out}");
    assert_eq!(written.covered, [narrative]);
    assert!(written.splices.iter().all(|s| s.cause == Cause::Ledger(9)));
    let (out, _) = write(&xml, &doc, &[withhold(2)]);
    assert!(
        !out.contains("Rosa")
            && out.contains("<tr ID='r1'><td>[WITHHELD]</td></tr><tr><td>other</td></tr>")
            && out.contains("stays"),
        "{out}"
    );
    assert!(Ccda.write(source(&xml), &doc, &[withhold(0)]).is_err());
}

#[test]
fn parts_signatures_and_missing_names() {
    let media = "<entry><observationMedia><value mediaType='application/pdf' representation='B64' integrityCheck='abc='>SGVsbG8=</value></observationMedia></entry>";
    let header = r#"<legalAuthenticator><time/><signatureCode code="S"/><sdtc:signatureText mediaType="text/xml">AAAA</sdtc:signatureText><assignedEntity><id root="1" extension="2"/></assignedEntity></legalAuthenticator>
      <participant typeCode="IND"><associatedEntity classCode="ECON"><telecom value="tel:555-0177"/><scopingOrganization><name>S</name></scopingOrganization></associatedEntity></participant>"#;
    let xml = cda(header, &section("1-1", "", media));
    let doc = read(&xml);
    let at = |c: Class| doc.fields.iter().position(|f| f.class == c).unwrap() as u32;
    let part = edit(at(Class::Attachment), None, Change::Part(b"Bye".to_vec()));
    let signature = edit(at(Class::Signature), None, Change::Remove);
    let econ = doc.stubs.iter().position(|s| s.slot == "participant.IND").map(|i| i as u32);
    let phone = doc.fields.iter().position(|f| f.owner == econ).unwrap() as u32;
    let name = edit(phone, None, Change::InsertName("[EMERGENCY CONTACT]".into()));
    let (out, written) = write(&xml, &doc, &[part, signature, name]);
    assert!(out.contains("<value mediaType='application/pdf' representation='B64'>Qnll</value>"), "{out}");
    assert!(written.splices.iter().any(|s| matches!(s.cause, Cause::Consequence(_))));
    assert!(!out.contains("signatureText"));
    assert!(out.contains("<telecom value=\"tel:555-0177\"/><associatedPerson><name>[EMERGENCY CONTACT]</name></associatedPerson><scopingOrganization>"), "{out}");
    let (out, _) = write(&xml, &doc, &[edit(at(Class::Attachment), None, Change::Mask(String::new()))]);
    assert!(out.contains("<value mediaType='application/pdf' nullFlavor=\"MSK\"/>"));
}

#[test]
fn code_pages_are_written_in_their_own_bytes() {
    let xml = cda("", &section("1-1", "Ros\u{e1} Quill", "")).replace("UTF-8", "ISO-8859-1");
    let bytes: Vec<u8> = xml.chars().map(|c| c as u32 as u8).collect();
    let source = Source { bytes: &bytes, name: "x" };
    let doc = Ccda.read(source).unwrap();
    let at = doc.fields.iter().position(|f| f.class == Class::Narrative).unwrap();
    assert_eq!(Ccda.view(source, &doc, &doc.fields[at]).text, "Ros\u{e1} Quill");
    let edits = [edit(at as u32, Some((0, 5)), Change::Text("Zo\u{eb}".into()))];
    let out = Ccda.write(source, &doc, &edits).unwrap().bytes;
    assert!(memchr::memmem::find(&out, b"<text>Zo&#235; Quill</text>").is_some());
}
