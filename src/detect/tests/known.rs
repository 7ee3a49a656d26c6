//! What the roster knows.

use super::traps::patient;
use crate::detect::{Context, Dictionary, Knowledge, merge};
use crate::model::document::Class;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::{Address, Identifier, Name, Telecom};
use crate::model::role::Role;
use crate::model::roster::{Person, Roster};
use proptest::prelude::*;

pub(super) fn person(id: u32, role: Role, given: &[&str], family: &str) -> Person {
    Person {
        id,
        role,
        label: role.label(1),
        names: vec![Name { family: family.into(), given: given.iter().map(|g| g.to_string()).collect(), ..Name::default() }],
        birth_dates: vec![],
        sex: None,
        telecoms: vec![],
        addresses: vec![],
        identifiers: vec![],
        keys: vec![],
        slots: vec![],
    }
}

fn roster() -> Roster {
    let mut mother = person(1, Role::Mother, &["Ruth"], "Smith");
    mother.telecoms.push(Telecom { system: "phone".into(), value: "tel:+1(503)555-0142".into() });
    mother.birth_dates.push("1950-02-03".into());
    let mut doctor = person(2, Role::Physician, &["Hoang", "Van"], "Tran");
    doctor.telecoms.push(Telecom { system: "phone".into(), value: "(503) 555-0111".into() });
    doctor.telecoms.push(Telecom { system: "email".into(), value: "htran@clinic.example".into() });
    doctor.identifiers.push(Identifier {
        system: "http://hl7.org/fhir/sid/us-npi".into(),
        value: "1234567893".into(),
        kind: "NPI".into(),
    });
    doctor.addresses.push(Address { lines: vec!["700 Clinic Way".into()], city: "Salem".into(), ..Address::default() });
    let page = person(3, Role::NursePractitioner, &["Grant"], "Page");
    let double = person(4, Role::Physician, &["Maria"], "García-López");
    let eponym = person(5, Role::Physician, &["Alan"], "Parkinson");
    let short = person(6, Role::Nurse, &["Li"], "Ng");
    let bob = person(7, Role::Brother, &["Robert"], "Smith");
    Roster {
        persons: vec![person(0, Role::Patient, &["Jane", "Anne"], "Smith"), mother, doctor, page, double, eponym, short, bob],
    }
}

static KNOWN: std::sync::LazyLock<Knowledge> = std::sync::LazyLock::new(knowledge);

fn knowledge() -> Knowledge {
    Knowledge::new(&roster(), &patient(), &Dictionary::default())
}

pub(super) fn scan(k: &Knowledge, text: &str, class: Class) -> Vec<(String, Who)> {
    let ctx = Context { class, ..Context::default() };
    k.scan(text, &ctx).into_iter().map(|m| (text[m.start..m.end].to_string(), m.who)).collect()
}

#[test]
fn known_values_in_all_their_writings() {
    use Who::*;
    let k = knowledge();
    let table: &[(&str, &[(&str, Who)])] = &[
        ("seen by Hoang Van Tran", &[("Hoang Van Tran", Person(2))]),
        ("TRAN, HOANG V. signed", &[("TRAN, HOANG V.", Person(2))]),
        ("tran,hoang", &[("tran,hoang", Person(2))]),
        ("plan per J. Doe and H. Tran", &[("H. Tran", Person(2))]),
        ("Discussed with Tran.", &[("Tran", Person(2))]),
        ("call 503.555.0111 or +1 503 555 0111", &[("503.555.0111", Person(2)), ("+1 503 555 0111", Person(2))]),
        ("NPI 1234567893", &[("1234567893", Person(2))]),
        ("write HTRAN@clinic.example", &[("HTRAN@clinic.example", Person(2))]),
        ("at 700 Clinic  Way, Salem", &[("700 Clinic  Way, Salem", Person(2))]),
        ("mother born Feb 3, 1950", &[("Feb 3, 1950", Person(1))]),
        ("Page the nurse on call. New page.", &[]),
        ("Grant Page, NP saw her; Ms. Page agreed", &[("Grant Page", Person(3)), ("Page", Person(3))]),
        ("Maria Garcia Lopez and Dr. Garcia", &[("Maria Garcia Lopez", Person(4)), ("Garcia", Person(4))]),
        ("MARIA GARC\u{cd}A-L\u{d3}PEZ", &[("MARIA GARC\u{cd}A-L\u{d3}PEZ", Person(4))]),
        ("Parkinson's disease, Parkinson disease", &[]),
        ("Dr. Parkinson called", &[("Parkinson", Person(5))]),
        ("nothing during morning standing", &[]),
        ("Li Ng, RN; Ng RN", &[("Li Ng", Person(6)), ("Ng", Person(6))]),
        ("Bob Smith came", &[("Bob Smith", Person(7))]),
        ("Ruth said", &[("Ruth", Person(1))]),
        ("Jane Smith and Jane", &[("Jane Smith", Patient), ("Jane", Patient)]),
        ("Mrs. Smith, the patient's mother, called", &[("Smith", Person(1))]),
        ("Ms. Smith reports pain", &[("Smith", Patient)]),
        ("Mr. Smith called", &[("Smith", Person(7))]),
        ("her brother Smith", &[("Smith", Person(7))]),
        ("Smith was there", &[("Smith", Ambiguous)]),
        ("Walter Smith called", &[("Walter Smith", New(Role::Relative))]),
        ("home phone 503-555-0142", &[("503-555-0142", Patient)]),
        ("her mother at 503-555-0142", &[("503-555-0142", Person(1))]),
    ];
    let mut bad = Vec::new();
    for (text, want) in table {
        let want: Vec<(String, Who)> = want.iter().map(|(s, w)| (s.to_string(), w.clone())).collect();
        let got = scan(&k, text, Class::Narrative);
        if got != want {
            bad.push(format!("{text:?}\n   want {want:?}\n   got  {got:?}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn given_names_without_a_surname_are_one_name() {
    let persons = vec![
        person(0, Role::Patient, &["Jane", "Anne"], "Smith"),
        person(1, Role::Relative, &["Title", "Page"], ""),
        person(2, Role::Sister, &["Zelda", "Marie"], ""),
    ];
    let k = Knowledge::new(&Roster { persons }, &patient(), &Dictionary::default());
    let found = |text: &str| scan(&k, text, Class::Narrative);
    assert_eq!(found("The Title Page means the title page itself."), vec![("Title Page".into(), Who::Person(1))]);
    assert_eq!(found("then zelda marie called"), vec![("zelda marie".into(), Who::Person(2))]);
}

#[test]
fn ids_and_urls_hold_known_values_only() {
    let k = knowledge();
    assert_eq!(scan(&k, "https://x.example/Practitioner/hoang.tran?npi=1234567893", Class::Url).len(), 2);
    assert_eq!(scan(&k, "practitioner-htran-1", Class::Id), vec![("htran".to_string(), Who::Person(2))]);
    assert!(scan(&k, "http://loinc.org 8302-2 Dr. Nobody", Class::Code).is_empty());
    assert_eq!(scan(&k, "Tran_Hoang_2020.pdf", Class::FileName)[0].1, Who::Person(2));
}

#[test]
fn dictionary_is_first_and_allow_list_holds() {
    let toml = "allow = [\"Tran\"]\n[[entry]]\ntext = \"Maple House\"\nrole = \"employer\"\n[[entry]]\ntext = \"Bo\"\ncase_sensitive = true\n";
    let d = Dictionary::from_toml(toml).unwrap();
    let k = Knowledge::new(&roster(), &patient(), &d);
    let got = scan(&k, "maple  house and Bo, not bo or bot; Discussed with Tran", Class::Narrative);
    assert_eq!(
        got,
        vec![("maple  house".to_string(), Who::New(Role::Employer)), ("Bo".to_string(), Who::New(Role::OtherPerson))]
    );
    let k = Knowledge::new(&Roster::default(), &Default::default(), &d);
    assert_eq!(scan(&k, "Maple House", Class::Code).len(), 1);
    assert!(
        Knowledge::new(&Roster::default(), &Default::default(), &Dictionary::default())
            .scan("Jane", &Context::default())
            .is_empty()
    );
}

#[test]
fn layers_merge_to_the_known_person() {
    let k = knowledge();
    let text = "Seen by Dr. Tran and her sister Peggy Jones.";
    let ctx = Context::default();
    let all: Vec<Mention> = merge(k.scan(text, &ctx), crate::detect::discover(text, &ctx, &patient()));
    let who: Vec<&Who> = all.iter().map(|m| &m.who).collect();
    assert_eq!(who, vec![&Who::Person(2), &Who::New(Role::Sister)]);
    assert!(all.iter().all(|m| m.category == Category::Name && m.name.is_some()));
}

fn valid(k: &Knowledge, text: &str) {
    for class in [Class::Narrative, Class::Code, Class::Url] {
        let mut last = 0;
        for m in k.scan(text, &Context { class, ..Context::default() }) {
            assert!(m.start >= last && m.end > m.start && text.get(m.start..m.end).is_some());
            last = m.end;
        }
    }
}

#[test]
fn hostile_texts_end() {
    let k = knowledge();
    // A short name at every edge of a searched stretch is no word of its own.
    for n in 150..240 {
        let text = format!("{}MORNING {} Tran", "x".repeat(3), "y".repeat(n));
        assert_eq!(k.scan(&text, &Context::default()).len(), 1, "{n}");
    }
    valid(&k, &"Smith ".repeat(5_000));
    valid(&k, &"Jane Smith, ".repeat(5_000));
    valid(&k, &"503-555-".repeat(10_000));
    valid(&k, &format!("{}Tran", "\u{200b}".repeat(50_000)));
    valid(&k, "T\u{200b}r\u{ad}a\0n");
    assert_eq!(scan(&k, "Dr. T\u{200b}r\u{ad}a\0n", Class::Narrative).len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_scanned(text in any::<String>(), at in 0usize..64) {
        let k = &*KNOWN;
        valid(k, &text);
        let mut mixed = text.clone();
        let at = (0..=at.min(mixed.len())).rev().find(|i| mixed.is_char_boundary(*i)).unwrap_or(0);
        mixed.insert_str(at, " Dr. Smith 503-555-0142 Tran,Hoang\u{301} ");
        valid(k, &mixed);
    }
}

/// A given name in no list before the patient's surname is not the patient's; the patient's own, written with a slip, is.
#[test]
fn an_unlisted_given_name_before_the_patients_surname_is_somebody_else() {
    let patient_only = Roster { persons: vec![person(0, Role::Patient, &["Adaeze", "Ruth"], "Okonkwo")] };
    let mut identity = patient();
    identity.names = patient_only.persons[0].names.clone();
    identity.identifiers = vec![Identifier { value: "MRN-448120".into(), ..Identifier::default() }];
    let k = Knowledge::new(&patient_only, &identity, &Dictionary::default());
    let who = |text: &str| scan(&k, text, Class::Narrative).pop();
    for text in ["Father | Obiora Okonkwo | d. 58", "Obiora Okonkwo called back"] {
        let found = who(text);
        assert!(found.as_ref().is_some_and(|(t, w)| t == "Obiora Okonkwo" && *w != Who::Patient), "{found:?}");
    }
    for text in ["Adeaze Okonkwo called", "Patient Okonkwo is stable", "Informed Okonkwo of the result"] {
        let found = who(text);
        assert!(found.as_ref().is_some_and(|(_, w)| *w == Who::Patient), "{text}: {found:?}");
    }
    let own = crate::detect::identity::Own::new(&identity);
    assert!(own.has_id("448120") && own.has_id("MRN 448120") && !own.has_id("448121"));
}
