//! The roster: who is joined with whom, and that order does not matter.

use super::decide::SubjectCheck;
use super::roster::{RosterBuilder, check_subject};
use crate::model::person::{Identifier, Name, PersonStub, StubKind};
use crate::model::request::{Identity, KnownRelative};
use crate::model::role::Role;
use crate::model::roster::{Resolution, Roster};
use proptest::prelude::*;

fn name(text: &str) -> Name {
    Name { text: text.into(), ..Name::default() }
}

fn full(given: &str, family: &str) -> Name {
    Name { given: given.split(' ').map(str::to_string).collect(), family: family.into(), ..Name::default() }
}

fn stub(slot: &str, kind: StubKind, role: Role, shown: &str) -> PersonStub {
    let mut s = PersonStub::new(slot, kind, role);
    if !shown.is_empty() {
        s.names.push(name(shown));
    }
    s
}

fn key(mut s: PersonStub, k: &str) -> PersonStub {
    s.keys.push(k.into());
    s
}

fn refer(mut s: PersonStub, k: &str) -> PersonStub {
    s.refers = Some(k.into());
    s
}

fn born(mut s: PersonStub, d: &str) -> PersonStub {
    s.birth_date = Some(d.into());
    s
}

fn npi(mut s: PersonStub, v: &str) -> PersonStub {
    s.identifiers.push(Identifier { system: "http://hl7.org/fhir/sid/us-npi".into(), value: v.into(), kind: String::new() });
    s
}

fn identity() -> Identity {
    Identity {
        names: vec![full("Orla Mae", "Quillfeather")],
        former_names: vec![full("Orla", "Vantongeren")],
        birth_date: Some("1971-09-23".into()),
        sex: Some("female".into()),
        identifiers: vec![Identifier { system: "urn:oid:1.9.9".into(), value: "448812".into(), kind: "MR".into() }],
        keys: vec!["Patient/own".into()],
        ..Identity::default()
    }
}

fn own_patient() -> PersonStub {
    let mut s = key(born(PersonStub::new("Patient", StubKind::Patient, Role::Patient), "1971-09-23"), "Patient/own");
    s.names.push(full("Orla", "Quillfeather"));
    s.identifiers = identity().identifiers;
    s
}

fn clinician(shown: &str) -> PersonStub {
    stub("Practitioner", StubKind::Clinician, Role::Physician, shown)
}

/// A case with everything in it.
fn everybody() -> Vec<PersonStub> {
    vec![
        own_patient(),
        refer(stub("Observation.subject", StubKind::Patient, Role::Patient, ""), "Patient/own"),
        refer(stub("Observation.subject", StubKind::Patient, Role::Patient, "Orla Quillfeather"), "Patient/own"),
        key(npi(clinician("Ines Abernathy-Wu, MD"), "1999999984"), "Practitioner/1"),
        npi(clinician("ABERNATHY-WU, INES"), "1999999984"),
        refer(stub("Encounter.participant", StubKind::Unknown, Role::OtherPerson, "Ines Abernathy-Wu"), "Practitioner/1"),
        stub("author", StubKind::Clinician, Role::Clinician, "Dr. Abernathy-Wu"),
        key(npi(clinician("Tobias Renner"), "1000000012"), "Practitioner/2"),
        key(npi(clinician("Tobias Renner"), "1000000020"), "Practitioner/3"),
        stub("author", StubKind::Clinician, Role::Clinician, "Tobias Renner"),
        stub("Patient.contact", StubKind::Related, Role::Mother, "Hedda Quillfeather"),
        stub("RelatedPerson", StubKind::Related, Role::EmergencyContact, "Hedda Quillfeather"),
        stub("FamilyMemberHistory", StubKind::Related, Role::Mother, ""),
        stub("Observation.performer", StubKind::Unknown, Role::OtherPerson, "Northside General Hospital"),
        stub("Patient.contact", StubKind::Related, Role::EmergencyContact, "Orla Quillfeather"),
        key(born(stub("Patient", StubKind::Patient, Role::Patient, "Baby Girl Quillfeather"), "2001-02-03"), "Patient/baby"),
        refer(stub("Immunization.patient", StubKind::Patient, Role::Patient, ""), "Patient/baby"),
        stub("Observation.subject", StubKind::Patient, Role::Patient, "Quillfeather, Orla"),
        stub("Observation.subject", StubKind::Patient, Role::Patient, "Basil Ekwueme"),
    ]
}

fn build(stubs: &[PersonStub]) -> (Roster, Vec<String>) {
    let mut b = RosterBuilder::new(&identity());
    for s in stubs {
        b.observe("doc", s);
    }
    let (roster, resolver, _) = b.finish();
    let answers = stubs
        .iter()
        .map(|s| match resolver.resolve("doc", s) {
            Resolution::Person(p) => roster.get(p).map(|p| p.label.clone()).unwrap_or_default(),
            Resolution::Ambiguous(_) => "?".to_string(),
            Resolution::NotAPerson => "-".to_string(),
        })
        .collect();
    (roster, answers)
}

#[test]
fn everybody_finds_their_place() {
    let (roster, answers) = build(&everybody());
    let want = [
        "[PATIENT]",
        "[PATIENT]",
        "[PATIENT]",
        "[PHYSICIAN 1]",
        "[PHYSICIAN 1]",
        "[PHYSICIAN 1]",
        "[PHYSICIAN 1]",
        "[PHYSICIAN 2]",
        "[PHYSICIAN 3]",
        "[CLINICIAN 1]",
        "[MOTHER]",
        "[MOTHER]",
        "[MOTHER]",
        "-",
        "?",
        "[NEWBORN]",
        "[NEWBORN]",
        "[PATIENT]",
        "[OTHER PATIENT 1]",
    ];
    assert_eq!(answers, want);
    assert_eq!(roster.persons.len(), 8);
    assert_eq!(roster.patient().unwrap().role, Role::Patient);
}

#[test]
fn keys_resolve_in_every_spelling() {
    let mut b = RosterBuilder::new(&identity());
    everybody().iter().for_each(|s| b.observe("doc", s));
    let (_, resolver, questions) = b.finish();
    assert_eq!(resolver.resolve_key("https://ehr.example/fhir/Patient/own/_history/3"), Some(0));
    assert_eq!(resolver.resolve_key("Practitioner/1"), Some(1));
    assert_eq!(resolver.resolve_key("Practitioner/none"), None);
    assert_eq!(questions.len(), 1);
    assert!(questions.iter().all(|q| !q.why.contains("Quill")));
    assert_eq!(resolver.resolve_name(Role::OtherPerson, &name("Tobias Renner")), None, "two of that name");
    assert_eq!(resolver.resolve_name(Role::OtherPerson, &name("Hedda Quillfeather")), Some(Resolution::Person(5)));
    assert_eq!(resolver.resolve_name(Role::OtherPerson, &name("Orla Vantongeren")), Some(Resolution::Person(0)));
    assert!(matches!(resolver.resolve_name(Role::OtherPerson, &name("Quillfeather")), Some(Resolution::Ambiguous(_))));
    assert_eq!(resolver.resolve_name(Role::Sister, &name("Quillfeather")), None);
}

#[test]
fn contained_keys_belong_to_their_document() {
    let mut b = RosterBuilder::new(&identity());
    let contained = |n: &str| key(clinician(n), "#p");
    let pointer = refer(stub("Observation.performer", StubKind::Unknown, Role::OtherPerson, "shown"), "#p");
    b.observe("a", &pointer);
    b.observe("a", &contained("Ines Abernathy"));
    b.observe("b", &contained("Tobias Renner"));
    b.observe("b", &pointer);
    let (roster, r, _) = b.finish();
    assert_eq!(r.resolve("a", &pointer), Resolution::Person(1));
    assert_eq!(r.resolve("b", &pointer), Resolution::Person(2));
    assert_eq!(roster.persons.len(), 3);
}

#[test]
fn memory_follows_people_not_stubs() {
    let mut b = RosterBuilder::new(&identity());
    for i in 0..20_000 {
        let doc = format!("line {i}");
        b.observe(&doc, &key(clinician("Ines Abernathy"), "#p"));
        b.observe(&doc, &refer(stub("Observation.performer", StubKind::Unknown, Role::OtherPerson, ""), "#p"));
    }
    assert_eq!(b.entries.len(), 1);
}

#[test]
fn two_people_behind_one_key_are_not_joined() {
    let other = {
        let mut s = key(born(PersonStub::new("Patient", StubKind::Patient, Role::Patient), "1990-01-05"), "Patient/own");
        s.names.push(full("Basil", "Ekwueme"));
        s
    };
    let pointer = refer(stub("Observation.subject", StubKind::Patient, Role::Patient, ""), "Patient/own");
    let (_, answers) = build(&[own_patient(), other, pointer]);
    assert_eq!(answers[0], "[PATIENT]");
    assert_eq!(answers[1], "[OTHER PATIENT 1]");
    assert_ne!(answers[2], "[OTHER PATIENT 1]");
}

#[test]
fn a_pointer_to_the_patient_with_another_name_is_asked_about() {
    let odd = refer(stub("Coverage.subscriber", StubKind::Unknown, Role::Subscriber, "Basil Ekwueme"), "Patient/own");
    assert_eq!(build(&[own_patient(), odd]).1[1], "?");
}

#[test]
fn relatives_of_the_identity_are_known_and_numbered_last() {
    let mut id = identity();
    for n in ["Petra Quillfeather", "Zoya Quillfeather"] {
        id.relatives.push(KnownRelative { name: name(n), relation: "sister".into(), birth_date: None });
    }
    let mut b = RosterBuilder::new(&id);
    b.observe("d", &own_patient());
    b.observe_mention(Role::Relative, &name("Zoya Quillfeather"));
    let (roster, r, _) = b.finish();
    let label = |n: &str| match r.resolve_name(Role::OtherPerson, &name(n)) {
        Some(Resolution::Person(p)) => roster.get(p).unwrap().label.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(label("Zoya Quillfeather"), "[SISTER 1]");
    assert_eq!(label("Petra Quillfeather"), "[SISTER 2]");
}

#[test]
fn a_relative_of_the_patients_name_makes_the_bare_name_doubtful() {
    let mut id = identity();
    id.relatives.push(KnownRelative { name: name("Orla Quillfeather"), relation: "aunt".into(), birth_date: None });
    id.relatives.push(KnownRelative { name: name("Orla Mae Quillfeather"), relation: "self".into(), birth_date: None });
    let mut b = RosterBuilder::new(&id);
    b.observe("d", &own_patient());
    let (roster, r, _) = b.finish();
    assert_eq!(roster.persons.len(), 2, "a contact that is the patient is no relative");
    assert!(matches!(r.resolve_name(Role::OtherPerson, &name("Orla Quillfeather")), Some(Resolution::Ambiguous(_))));
    assert_eq!(r.resolve_name(Role::Aunt, &name("Orla Quillfeather")), Some(Resolution::Person(1)));
}

#[test]
fn subjects_are_checked() {
    let check = |stubs: &[PersonStub]| {
        let mut b = RosterBuilder::new(&identity());
        stubs.iter().for_each(|s| b.observe("d", s));
        check_subject(&b)
    };
    assert_eq!(check(&everybody()), SubjectCheck::Match);
    assert_eq!(check(&[clinician("A B")]), SubjectCheck::NoPatient);
    let other = born(stub("recordTarget", StubKind::Patient, Role::Patient, "Basil Ekwueme"), "1990-01-05");
    let SubjectCheck::WrongPatient { why } = check(std::slice::from_ref(&other)) else { panic!("not wrong") };
    assert!(why.contains("birth date") && !why.contains("1990") && !why.contains("Basil"), "{why}");
    let maybe = stub("recordTarget", StubKind::Patient, Role::Patient, "Orla Quillfeather");
    assert!(matches!(check(&[maybe]), SubjectCheck::Doubt { .. }));
    let pointer = |k: &str| refer(stub("Observation.subject", StubKind::Patient, Role::Patient, ""), k);
    assert_eq!(check(&[pointer("Patient/own")]), SubjectCheck::Match);
    assert!(matches!(check(&[pointer("Patient/x")]), SubjectCheck::Doubt { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn order_does_not_matter(order in Just((0..everybody().len()).collect::<Vec<_>>()).prop_shuffle()) {
        let all = everybody();
        let partition = |order: &[usize]| {
            let shuffled: Vec<PersonStub> = order.iter().map(|i| all[*i].clone()).collect();
            let (roster, answers) = build(&shuffled);
            let mut by_stub: Vec<(usize, String, Role)> = order.iter().zip(&answers).map(|(i, a)| {
                let role = roster.persons.iter().find(|p| p.label == *a).map_or(Role::Organization, |p| p.role);
                (*i, a.clone(), role)
            }).collect();
            by_stub.sort_by_key(|x| x.0);
            // Numbers follow the order; who stands with whom and in what role does not.
            let mut same = Vec::new();
            for a in &by_stub {
                for b in &by_stub {
                    same.push((a.0, b.0, a.1 == b.1, a.2));
                }
            }
            same
        };
        let straight: Vec<usize> = (0..all.len()).collect();
        prop_assert_eq!(partition(&order), partition(&straight));
    }

    #[test]
    fn no_stub_breaks_the_roster(texts in proptest::collection::vec(("\\PC{0,24}", "\\PC{0,12}", 0usize..5, any::<bool>()), 0..24)) {
        let kinds = [StubKind::Patient, StubKind::Related, StubKind::Clinician, StubKind::Unknown, StubKind::Organization];
        let mut b = RosterBuilder::new(&identity());
        let stubs: Vec<PersonStub> = texts.iter().map(|(t, k, kind, r)| {
            let mut s = stub(k, kinds[*kind], Role::ALL[t.len() % Role::ALL.len()], t);
            s.birth_date = Some(k.clone());
            if *r { s.refers = Some(k.clone()) } else { s.keys.push(k.clone()) }
            s
        }).collect();
        stubs.iter().for_each(|s| b.observe("d", s));
        let _ = check_subject(&b);
        let (roster, resolver, _) = b.finish();
        for s in &stubs {
            if let Resolution::Person(p) = resolver.resolve("d", s) {
                prop_assert!(roster.get(p).is_some());
            }
        }
    }
}

/// Labels of mentions after the stubs, each mention with the role the text gives.
fn labels(stubs: &[PersonStub], mentions: &[(Role, Name)]) -> Vec<String> {
    let mut b = RosterBuilder::new(&identity());
    stubs.iter().for_each(|s| b.observe("d", s));
    mentions.iter().for_each(|(r, n)| b.observe_mention(*r, n));
    let (roster, resolver, _) = b.finish();
    let shown = |r: Resolution| match r {
        Resolution::Person(p) => roster.get(p).map(|p| p.label.clone()).unwrap_or_default(),
        Resolution::Ambiguous(_) => "?".into(),
        Resolution::NotAPerson => "-".into(),
    };
    let structural = stubs.iter().map(|s| shown(resolver.resolve("d", s)));
    let text = mentions.iter().map(|(r, n)| resolver.resolve_name(*r, n).map_or("none".into(), &shown));
    structural.chain(text).collect()
}

fn given(g: &str) -> Name {
    Name { given: vec![g.into()], ..Name::default() }
}

fn surname(title: &str, f: &str) -> Name {
    Name { prefix: vec![title.into()], family: f.into(), ..Name::default() }
}

fn related(role: Role, shown: &str) -> PersonStub {
    stub("RelatedPerson", StubKind::Related, role, shown)
}

#[test]
fn a_given_name_joins_the_relative_it_can_be() {
    let stubs = [own_patient(), related(Role::Spouse, "Konrad Abel"), related(Role::EmergencyContact, "Thilda Moser")];
    let mentions = [
        (Role::Spouse, given("Konrad")),
        (Role::Sister, given("Thilda")),
        (Role::Brother, given("Konrad")),
        (Role::Sister, Name { family: "Thilda".into(), ..Name::default() }),
    ];
    let want = ["[PATIENT]", "[SPOUSE]", "[SISTER 1]", "[SPOUSE]", "[SISTER 1]", "[BROTHER 1]", "[SISTER 1]"];
    assert_eq!(labels(&stubs, &mentions), want);
}

#[test]
fn a_given_name_that_fits_two_stays_alone() {
    let stubs = [related(Role::Sister, "Thilda Moser"), related(Role::Sister, "Thilde Moser-Kurz")];
    let two_sisters =
        [related(Role::Daughter, "Ada Moser"), related(Role::Guardian, "Ada Kurz"), related(Role::Guardian, "Ada Lenz")];
    assert_eq!(labels(&two_sisters, &[(Role::Relative, given("Ada"))])[3], "[DAUGHTER 1]", "kin before function");
    assert_eq!(labels(&two_sisters[1..], &[(Role::Aunt, given("Ada"))])[2], "[AUNT 1]");
    assert_eq!(labels(&stubs, &[(Role::Daughter, given("Thilda"))])[2], "[DAUGHTER 1]");
}

#[test]
fn two_relations_do_not_both_become_one_person() {
    let got = labels(&[related(Role::OtherPerson, "Ada Moser")], &[(Role::Sister, given("Ada")), (Role::Daughter, given("Ada"))]);
    assert_ne!(got[1], got[2]);
    let got = labels(&[], &[(Role::Contact, given("Ada")), (Role::Spouse, given("Ada"))]);
    assert_eq!(got, ["[SPOUSE]", "[SPOUSE]"]);
}

#[test]
fn a_title_and_a_surname_join_whom_they_can_be() {
    let stubs =
        [related(Role::Spouse, "Edda Quillfeather"), related(Role::Son, "Otto Quillfeather"), clinician("Rita Moser, MD")];
    let roommate = (Role::OtherPatient, name("Gustav Moser"));
    let mentions = [roommate, (Role::Spouse, surname("Mrs.", "Quillfeather")), (Role::OtherPerson, surname("Mr.", "Moser"))];
    let got = labels(&stubs, &mentions);
    assert_eq!(got[4], "[SPOUSE]");
    assert_eq!(got[5], "[OTHER PATIENT 1]", "not the doctor of that name");
}

#[test]
fn the_mothers_maiden_name_is_the_mothers() {
    let maiden = |n: &str| stub("Extension.maidenName", StubKind::Related, Role::Mother, n);
    for n in ["Hedda Vantongeren", "Vantongeren"] {
        let mut b = RosterBuilder::new(&identity());
        b.observe("d", &related(Role::Mother, "Hedda Quillfeather"));
        b.observe("d", &maiden(n));
        let (roster, r, _) = b.finish();
        assert_eq!(r.resolve("d", &maiden(n)), Resolution::Person(1), "{n}");
        assert_eq!(roster.persons.len(), 2, "{n}");
        assert_eq!(roster.persons[1].names.len(), 2, "both names are searched for");
    }
    let got = labels(&[related(Role::Mother, "Hedda Quillfeather"), maiden("Zoya Vantongeren")], &[]);
    assert_ne!(got[0], got[1]);
}

#[test]
fn the_patient_in_a_third_partys_place_is_the_patient() {
    let covered = born(stub("participant.COV", StubKind::Unknown, Role::Relative, "Orla Quillfeather"), "1971-09-23");
    let holder = stub("participant.HLD", StubKind::Related, Role::Subscriber, "Orla Quillfeather");
    let mut elsewhere = stub("Account.guarantor", StubKind::Related, Role::Guarantor, "Orla Quillfeather");
    elsewhere.telecoms.push(crate::model::person::Telecom { system: "phone".into(), value: "202-555-0199".into() });
    let father = stub("participant.HLD", StubKind::Related, Role::Father, "Orla Quillfeather");
    let doctor = clinician("Orla Quillfeather, MD");
    let got = labels(&[own_patient(), covered, holder, elsewhere, father, doctor], &[]);
    assert_eq!(got[..3], ["[PATIENT]", "[PATIENT]", "[PATIENT]"]);
    assert_eq!(got[3], "?", "a phone that is not the patient's");
    assert_ne!(got[4], "[PATIENT]");
    assert_ne!(got[5], "[PATIENT]");
}

#[test]
fn a_twin_is_another_person_and_the_brother() {
    let mut id = identity();
    id.names = vec![full("Juno", "Quillfeather"), full("Babygirl A", "Quillfeather")];
    let newborn = |given: &str, number: &str| {
        let mut s = born(PersonStub::new("Patient", StubKind::Patient, Role::Patient), "1971-09-23");
        s.names.push(full(given, "Quillfeather"));
        s.identifiers.push(Identifier { system: "urn:oid:1.9.9".into(), value: number.into(), kind: "MR".into() });
        key(s, &format!("Patient/{number}"))
    };
    let twin = newborn("Caspar", "448913");
    let unnamed = newborn("Babygirl B", "448977");
    let mut b = RosterBuilder::new(&id);
    b.observe("d", &newborn("Juno", "448812"));
    b.observe("d", &twin);
    b.observe("d", &unnamed);
    b.observe_mention(Role::Brother, &given("Caspar"));
    let (roster, r, _) = b.finish();
    assert_eq!(r.resolve("d", &twin), Resolution::Person(1));
    assert_eq!(roster.persons[1].label, "[BROTHER 1]");
    assert_eq!(r.resolve_name(Role::Brother, &given("Caspar")), Some(Resolution::Person(1)));
    assert!(matches!(r.resolve("d", &unnamed), Resolution::Person(p) if p > 0), "another stand-in and another number");
}

#[test]
fn a_guarantor_in_a_performers_place_is_the_relative_with_that_phone() {
    let phone = |mut s: PersonStub| {
        s.telecoms.push(crate::model::person::Telecom { system: "phone".into(), value: "+1 202-555-0144".into() });
        s
    };
    let performer = stub("performer", StubKind::Clinician, Role::Clinician, "Anselm Quillfeather");
    let brother = phone(related(Role::Brother, "Anselm Quillfeather"));
    let got = labels(&[brother.clone(), phone(performer.clone())], &[(Role::Brother, given("Anselm"))]);
    assert_eq!(got, ["[BROTHER 1]", "[BROTHER 1]", "[BROTHER 1]"]);
    assert_eq!(labels(&[brother, performer], &[])[1], "[CLINICIAN 1]", "the name alone does not say so");
}

#[test]
fn a_husband_and_a_son_of_one_name_are_two() {
    let got = labels(
        &[related(Role::Spouse, "Otto Abel"), related(Role::Son, "Otto Abel"), related(Role::NextOfKin, "Otto Abel")],
        &[],
    );
    assert_ne!(got[0], got[1]);
}

#[test]
fn a_doubtful_record_with_a_relatives_full_name_is_the_relatives() {
    // A payer lists the husband under the patient's birth date.
    let covered = born(stub("participant.COV", StubKind::Patient, Role::Patient, "Konrad Quillfeather"), "1971-09-23");
    assert_eq!(labels(&[own_patient(), covered.clone()], &[])[1], "?");
    assert_eq!(labels(&[own_patient(), related(Role::Spouse, "Konrad Quillfeather"), covered], &[])[2], "[SPOUSE]");
}

#[test]
fn a_doctor_by_the_given_name_joins_unless_it_is_a_surname() {
    let stubs = [clinician("Patricia Moser, MD"), clinician("Anna Thomas, MD"), clinician("Thomas Lenz, MD")];
    let mentions = [(Role::Physician, surname("Dr.", "Patricia")), (Role::Physician, surname("Dr.", "Thomas"))];
    assert_eq!(labels(&stubs, &mentions)[3..], ["[PHYSICIAN 1]", "[PHYSICIAN 2]"]);
}

#[test]
fn a_shared_number_does_not_join_other_surnames() {
    let nurse = npi(stub("author", StubKind::Clinician, Role::Nurse, ""), "1999999984");
    let nurse =
        PersonStub { names: vec![Name { given: vec!["Nurse".into()], family: "Nachtigall".into(), ..Name::default() }], ..nurse };
    let got = labels(&[npi(clinician("Patricia Moser, MD"), "1999999984"), nurse], &[]);
    assert_eq!(got, ["[PHYSICIAN 1]", "[NURSE 1]"]);
}

#[test]
fn many_of_one_name_take_linear_time() {
    let started = std::time::Instant::now();
    let mut b = RosterBuilder::new(&identity());
    for i in 0..20_000u32 {
        let family: String = format!("{:05}", i / 250).bytes().map(|d| char::from(b'a' + d - b'0')).collect();
        b.observe(
            "d",
            &key(
                born(related(Role::OtherPerson, &format!("Ada {family}")), &format!("{}-01-01", 1900 + i % 100)),
                &format!("RelatedPerson/{i}"),
            ),
        );
        b.observe_mention(Role::Sister, &surname("Mrs.", &family));
    }
    b.observe_mention(Role::Sister, &given("Ada"));
    let (roster, ..) = b.finish();
    assert!(roster.persons.len() > 1000);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
