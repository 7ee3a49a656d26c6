//! Each place in which CDA hides somebody, on small documents.

use super::*;
use crate::model::person::StubKind;
use crate::model::role::Role;

const NAME: &str = "<name><given>Rosa</given><family>Quill</family></name>";
const FULL: &str = r#"<id root="1.2.3" extension="rquill"/><addr><city>Beeton</city></addr><telecom value="tel:555-0199"/>"#;

/// Reads a header part in which Rosa Quill stands, and checks kind, role and what is hers.
fn header(part: &str, kind: StubKind, role: Role, fields: &[Class]) {
    let xml = cda(part, "");
    let doc = read(&xml);
    let stub = person(&doc, "Quill");
    assert_eq!((stub.kind, stub.role), (kind, role), "{part}");
    let got: Vec<Class> = owned(&xml, &doc, "Quill").into_iter().map(|(c, _)| c).collect();
    assert_eq!(got, fields, "{part}");
}

use Class::{Address as A, Identifier as I, PersonName as N, Telecom as T};

#[test]
fn header_participants() {
    let all = &[I, A, T, N];
    let entity = |code: &str| format!("<assignedEntity>{FULL}{code}<assignedPerson>{NAME}</assignedPerson></assignedEntity>");
    header(
        &format!(
            "<author><time value='2020'/><assignedAuthor>{FULL}<assignedPerson>{NAME}</assignedPerson></assignedAuthor></author>"
        ),
        StubKind::Clinician,
        Role::Clinician,
        all,
    );
    header(&format!("<dataEnterer>{}</dataEnterer>", entity("")), StubKind::Clinician, Role::Staff, all);
    let nurse = r#"<code code="163W00000X" codeSystem="2.16.840.1.113883.6.101" displayName="Registered Nurse"/>"#;
    header(&format!("<informant>{}</informant>", entity(nurse)), StubKind::Clinician, Role::Nurse, all);
    header(
        &format!("<legalAuthenticator><time/><signatureCode code='S'/>{}</legalAuthenticator>", entity("")),
        StubKind::Clinician,
        Role::Clinician,
        all,
    );
    header(&format!("<authenticator>{}</authenticator>", entity("")), StubKind::Clinician, Role::Clinician, all);
    let pcp = r#"<functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88"/>"#;
    header(
        &format!(
            "<documentationOf><serviceEvent><performer typeCode='PRF'>{pcp}{}</performer></serviceEvent></documentationOf>",
            entity("")
        ),
        StubKind::Clinician,
        Role::Physician,
        all,
    );
    header(
        &format!(
            "<componentOf><encompassingEncounter><responsibleParty>{}</responsibleParty></encompassingEncounter></componentOf>",
            entity("")
        ),
        StubKind::Clinician,
        Role::Clinician,
        all,
    );
    header(
        &format!(
            "<componentOf><encompassingEncounter><encounterParticipant typeCode='ATND'>{}</encounterParticipant></encompassingEncounter></componentOf>",
            entity("")
        ),
        StubKind::Clinician,
        Role::Clinician,
        all,
    );
    header(
        &format!(
            "<informationRecipient><intendedRecipient>{FULL}<informationRecipient>{NAME}</informationRecipient></intendedRecipient></informationRecipient>"
        ),
        StubKind::Unknown,
        Role::OtherPerson,
        all,
    );
    let mother = r#"<code code="MTH" codeSystem="2.16.840.1.113883.5.111"/>"#;
    header(
        &format!(
            "<informant><relatedEntity classCode='PRS'>{mother}<relatedPerson>{NAME}</relatedPerson></relatedEntity></informant>"
        ),
        StubKind::Related,
        Role::Mother,
        &[N],
    );
    let associated = |class: &str, code: &str| {
        format!(
            "<participant typeCode='IND'><associatedEntity classCode='{class}'>{code}{FULL}<associatedPerson>{NAME}</associatedPerson></associatedEntity></participant>"
        )
    };
    header(&associated("ECON", ""), StubKind::Related, Role::EmergencyContact, all);
    header(&associated("ECON", mother), StubKind::Related, Role::Mother, all);
    header(&associated("NOK", ""), StubKind::Related, Role::NextOfKin, all);
    header(&associated("GUAR", ""), StubKind::Related, Role::Guarantor, all);
    header(&associated("POLHOLD", ""), StubKind::Related, Role::Subscriber, all);
    header(&associated("AGNT", ""), StubKind::Related, Role::HealthCareAgent, all);
    header(&associated("CAREGIVER", ""), StubKind::Related, Role::Caregiver, all);
    header(&associated("PRS", "<code code='X1' codeSystem='1.9' displayName='Brother'/>"), StubKind::Related, Role::Brother, all);
}

#[test]
fn titles_in_the_name_tell_the_kind_of_clinician() {
    let author = |tail: &str| {
        cda(
            &format!(
                "<author><time/><assignedAuthor><id root='1.2' extension='7'/><assignedPerson><name><given>Rosa</given><family>Quill</family>{tail}</name></assignedPerson></assignedAuthor></author>"
            ),
            "",
        )
    };
    for (tail, role) in [
        ("<suffix>MD</suffix>", Role::Physician),
        ("<suffix>PharmD, BCPS</suffix>", Role::Pharmacist),
        ("<prefix>Dr.</prefix>", Role::Physician),
        ("<suffix>Jr.</suffix>", Role::Clinician),
    ] {
        assert_eq!(person(&read(&author(tail)), "Quill").role, role, "{tail}");
    }
}

#[test]
fn the_patient_and_the_guardian() {
    let guardian = format!(
        "<guardian><code code='FTH' codeSystem='2.16.840.1.113883.5.111'/>{FULL}<guardianPerson>{NAME}</guardianPerson></guardian><birthplace><place><addr><city>Ceeville</city></addr></place></birthplace>"
    );
    let xml = cda("", "").replace("</patient>", &format!("{guardian}</patient>"));
    let doc = read(&xml);
    let patient = &doc.stubs[0];
    assert_eq!((patient.kind, patient.role, patient.slot.as_str()), (StubKind::Patient, Role::Patient, "recordTarget"));
    assert_eq!(patient.keys, ["urn:oid:2.16.840.1.113883.19.5|MRN77"]);
    assert_eq!((patient.birth_date.as_deref(), patient.sex.as_deref()), (Some("19700101"), Some("female")));
    assert_eq!(person(&doc, "Quill").role, Role::Father);
    let mine: Vec<Class> = owned(&xml, &doc, "Vale").into_iter().map(|(c, _)| c).collect();
    assert_eq!(mine, [I, A, T, N, Class::Demographic, Class::BirthDate, A]);
    assert_eq!(text(&xml, &doc, &doc.fields[find(&xml, &doc, Class::Title, "Olga") as usize]), "Clinic of Dr. Olga Perez");
    assert!(
        !doc.fields.iter().any(|f| !f.class.is_owned() && text(&xml, &doc, f).contains("Vale")),
        "the patient's own name is not scanned"
    );
}

#[test]
fn family_history_is_about_the_relative_but_stays_clinical() {
    let subject = r#"<subject><relatedSubject classCode="PRS"><code code="PRN" codeSystem="2.16.840.1.113883.5.111"/><addr><city>Dee</city></addr>
      <subject><sdtc:id root="1.2.3" extension="kin9"/><name>Rosa Quill</name><administrativeGenderCode code="F"/><birthTime value="1940"/>
      <sdtc:deceasedInd value="true"/><sdtc:deceasedTime value="2001"/></subject></relatedSubject></subject>"#;
    let value = r#"<component><observation classCode="OBS" moodCode="EVN"><code code="64572001" codeSystem="2.16.840.1.113883.6.96"/><effectiveTime value="1999"/>
      <value xsi:type="CD" code="56265001" codeSystem="2.16.840.1.113883.6.96" displayName="Heart disease"/></observation></component>"#;
    let body = section(
        "10157-6",
        "Mother Rosa Quill",
        &format!("<entry><organizer classCode='CLUSTER' moodCode='EVN'>{subject}{value}</organizer></entry>"),
    );
    let xml = cda("", &body);
    let doc = read(&xml);
    assert_eq!(person(&doc, "Rosa Quill").role, Role::Mother, "parent, female");
    let hers: Vec<Class> = owned(&xml, &doc, "Rosa Quill").into_iter().map(|(c, _)| c).collect();
    assert_eq!(hers, [A, I, N, Class::BirthDate, Class::BirthDate]);
    let record = doc.records.iter().find(|r| r.kind == "entry").unwrap();
    assert_eq!(doc.stubs[record.subject.unwrap() as usize].role, Role::Mother);
    assert_eq!((record.date.as_deref(), record.parent), (Some("1999"), Some(1)));
    assert_eq!(doc.records[1].codes, ["2.16.840.1.113883.6.1|10157-6"]);
}

#[test]
fn entry_level_people_products_and_payers() {
    let person_role = |class: &str, code: &str, name: &str| {
        format!(
            "<participantRole classCode='{class}'><id root='1.2' extension='4'/>{code}<playingEntity>{name}</playingEntity></participantRole>"
        )
    };
    let one = |part: &str| {
        let xml = cda("", &section("48768-6", "", &format!("<entry><act classCode='ACT' moodCode='EVN'>{part}</act></entry>")));
        (read(&xml), xml)
    };
    let code = |c: &str| format!("<code code='{c}' codeSystem='2.16.840.1.113883.5.111'/>");
    let role = |part: &str| person(&one(part).0, "Quill").role;
    assert_eq!(role(&format!("<participant typeCode='HLD'>{}</participant>", person_role("IND", "", NAME))), Role::Subscriber);
    assert_eq!(
        role(&format!("<participant typeCode='CST'>{}</participant>", person_role("AGNT", &code("MTH"), NAME))),
        Role::Mother
    );
    assert_eq!(role(&format!("<participant typeCode='VRF'>{}</participant>", person_role("", "", NAME))), Role::Clinician);
    assert_eq!(
        role(&format!(
            "<performer><assignedEntity><id root='1' extension='2'/>{}<assignedPerson>{NAME}</assignedPerson></assignedEntity></performer>",
            code("GUAR")
        )),
        Role::Guarantor
    );
    let cov = one(&format!("<participant typeCode='COV'>{}</participant>", person_role("PAT", &code("SELF"), NAME))).0;
    assert_eq!(person(&cov, "Quill").kind, StubKind::Patient);
    let dep = one(&format!("<participant typeCode='COV'>{}</participant>", person_role("PAT", &code("FAMDEP"), NAME))).0;
    assert_ne!(person(&dep, "Quill").kind, StubKind::Patient, "a named dependant is compared, not believed");
    let nameless = one(&format!("<participant typeCode='COV'><participantRole classCode='PAT'><id root='1.9' extension='M1'/>{}</participantRole></participant>", code("SELF"))).0;
    assert_eq!(nameless.stubs[1].refers.as_deref(), Some("urn:oid:2.16.840.1.113883.19.5|MRN77"));
    let payor = one(&format!(
        "<performer><assignedEntity><id root='1' extension='2'/>{}<telecom value='tel:555-0142'/><representedOrganization><name>Good Health</name></representedOrganization></assignedEntity></performer>",
        "<code code='PAYOR' codeSystem='2.16.840.1.113883.5.110'/>"
    ));
    assert_eq!(payor.0.stubs.len(), 1, "a payer is no person");
    find(&payor.1, &payor.0, Class::Url, "555-0142");
    find(&payor.1, &payor.0, Class::Title, "Good Health");
    let drug = one(
        "<participant typeCode='CSM'><participantRole classCode='MANU'><playingEntity classCode='MMAT'><name>Penicillin</name></playingEntity></participantRole></participant>",
    );
    assert_eq!(drug.0.stubs.len(), 1, "a product is no person");
    find(&drug.1, &drug.0, Class::Title, "Penicillin");
    let place = one(
        "<participant typeCode='LOC'><participantRole classCode='SDLOC'><addr><city>Eaton</city></addr><playingEntity classCode='PLC'><name>Ward 4</name></playingEntity></participantRole></participant>",
    );
    assert_eq!(place.0.stubs.len(), 1, "a place is no person");
    find(&place.1, &place.0, Class::Place, "Eaton");
}

#[test]
fn the_same_person_twice_is_one_stub() {
    let author =
        format!("<author><time/><assignedAuthor>{FULL}<assignedPerson>{NAME}</assignedPerson></assignedAuthor></author>");
    let doc = read(&cda(&author, &section("1-1", "", &format!("<entry><act>{author}</act></entry>"))));
    assert_eq!(doc.stubs.len(), 2);
    assert_eq!(doc.stubs[1].keys, ["urn:oid:1.2.3|rquill"]);
}

#[test]
fn texts_that_are_searched() {
    let entry = r##"<entry><observation classCode="OBS" moodCode="EVN"><id root="1.2" extension="JROE-1"/><code code="J-7" codeSystem="1.2.840.99" displayName="Seen by A"><originalText>Orig B</originalText></code>
      <text mediaType="text/plain">Plain C <reference value="file:///D.pdf"/></text><value xsi:type="ST">Value E</value></observation></entry>"##;
    let table = "<table><tr><td>Cell <content styleCode='Bold'>F</content></td><td>G</td></tr></table><linkHtml href='https://x.test/H'>I</linkHtml>";
    let header = r#"<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2" extension="ORG"/><name>Jay Clinic</name><telecom value="tel:555-0111"/><addr><streetAddressLine>K St</streetAddressLine></addr></representedCustodianOrganization></assignedCustodian></custodian>
      <author><time/><assignedAuthor><id nullFlavor="NI"/><assignedAuthoringDevice><manufacturerModelName>L</manufacturerModelName><softwareName>M user</softwareName></assignedAuthoringDevice></assignedAuthor></author><!-- by N --><x:odd xmlns:x="urn:x" who="O">P</x:odd>"#;
    let xml = cda(header, &section("1-1", table, entry));
    let doc = read(&xml);
    for (class, words) in [
        (Class::Id, "JROE-1"),
        (Class::Code, "J-7"),
        (Class::Title, "Seen by A"),
        (Class::Title, "Orig B"),
        (Class::Narrative, "Plain C"),
        (Class::Url, "D.pdf"),
        (Class::Narrative, "Value E"),
        (Class::Narrative, "Cell F | G"),
        (Class::Url, "https://x.test/H"),
        (Class::Title, "Jay Clinic"),
        (Class::Url, "555-0111"),
        (Class::Place, "K St"),
        (Class::Title, "L"),
        (Class::Title, "M user"),
        (Class::Comment, "by N"),
        (Class::Unknown, "O"),
        (Class::Unknown, "P"),
        (Class::Comment, "CDA.xsl"),
        (Class::Title, "Summary"),
    ] {
        find(&xml, &doc, class, words);
    }
    assert_eq!(
        doc.notes.iter().map(|n| (n.kind.as_str(), n.place.as_str())).collect::<Vec<_>>(),
        [("unknown-element", "/ClinicalDocument/odd")]
    );
    assert_eq!(doc.stubs.len(), 1);
}

#[test]
fn embedded_documents_are_decoded() {
    for told in [r#"mediaType="application/pdf" representation="B64""#, r#"mediaType='"application/pdf"' representation='B64'"#] {
        let media = format!(
            "<entry><observationMedia classCode='OBS' moodCode='EVN'><value xsi:type='ED' {told}>SGVs\nbG8=</value></observationMedia></entry>"
        );
        let doc = read(&cda("", &section("1-1", "", &media)));
        assert_eq!(
            (doc.parts[0].media_type.as_str(), doc.parts[0].bytes.as_deref()),
            ("application/pdf", Ok(b"Hello".as_slice()))
        );
    }
    let bad =
        "<entry><observationMedia><value mediaType='image/gif' representation='B64'>x...</value></observationMedia></entry>";
    assert!(read(&cda("", &section("1-1", "", bad))).parts[0].bytes.is_err());
    let body = cda("", "").replace(
        "<structuredBody></structuredBody>",
        "<nonXMLBody><text mediaType='text/plain'>Note by Dr. Quill</text></nonXMLBody>",
    );
    let doc = read(&body);
    find(&body, &doc, Class::Narrative, "Dr. Quill");
}

#[test]
fn a_person_put_out_of_use_by_a_comment_goes() {
    let comment = "<!-- <assignedPerson><name><given>Zelda</given><family>Quimby</family></name></assignedPerson> -->";
    let plain = "<!-- the patient's own note on Graves disease -->";
    let xml = cda(&format!("{comment}{plain}"), "");
    let doc = read(&xml);
    let class_of = |text: &str| {
        let at = xml.find(text).unwrap() as u32;
        doc.fields.iter().find(|f| f.span.start <= at && at < f.span.end).map(|f| f.class)
    };
    assert_eq!(class_of("Zelda"), Some(Class::Signature));
    assert_eq!(class_of("own note"), Some(Class::Comment));
}
