//! Whose a name or number is: records of labelled lines, possessors, apposition, organisations, words that are certain.

use super::known::{person, scan};
use super::traps::patient;
use crate::detect::{Context, Dictionary, Knowledge, discover};
use crate::model::document::Class;
use crate::model::mention::{Category, Who};
use crate::model::role::Role;
use crate::model::roster::{Person, Roster};

fn found(text: &str) -> Vec<(String, Who)> {
    discover(text, &Context::default(), &patient()).into_iter().map(|m| (text[m.start..m.end].to_string(), m.who)).collect()
}

fn check(table: &[(&str, &[(&str, Who)])]) {
    let mut bad = Vec::new();
    for (text, want) in table {
        let want: Vec<(String, Who)> = want.iter().map(|(s, w)| (s.to_string(), w.clone())).collect();
        let got = found(text);
        if got != want {
            bad.push(format!("{text:?}\n   want {want:?}\n   got  {got:?}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn labelled_lines_tell_whose_they_are() {
    use Role::*;
    let new = Who::New;
    check(&[
        (
            "--- DEMOGRAPHICS ---\n\nFirst Name:   Jane\nLast Name:    Smith\nHome Phone Number: 503-555-0177\n\nEMERGENCY CONTACTS\nContact First Name: Walter\nContact Last Name:  Smith\nRelationship:   Spouse\nHome Phone Number: 503-555-0178\n",
            &[
                ("Jane", Who::Patient),
                ("Smith", Who::Patient),
                ("503-555-0177", Who::Patient),
                ("Walter", new(Spouse)),
                ("Smith", new(Spouse)),
                ("503-555-0178", new(Spouse)),
            ],
        ),
        (
            "FAMILY HEALTH HISTORY\n\nRelationship: Brother\nFirst Name: Robert\nLast Name: Smith\nRelationship: Aunt\nFirst Name: Ada\nLast Name: Wu\nHealth Issue: Asthma\n",
            &[("Robert", new(Brother)), ("Smith", new(Brother)), ("Ada", new(Aunt)), ("Wu", new(Aunt))],
        ),
        (
            "HEALTH INSURANCE\nCompany: Example Mutual\nPrimary Insured: Walter Smith\nID Number: QRS771190\n",
            &[("Walter Smith", new(Subscriber)), ("QRS771190", new(Subscriber))],
        ),
        ("HEALTH INSURANCE\nPrimary Insured: Jane Smith\nID Number: QRS771190\n", &[("Jane Smith", Who::Patient)]),
        ("LAB RESULTS\nLab Test: Hemoglobin\nPerformed By: karen.wu\n", &[("karen.wu", new(Clinician))]),
        ("Relationship: Stable\nLast Name Changed: No\nFirst Name Basis: Yes", &[]),
    ]);
}

#[test]
fn kin_of_others_and_names_in_apposition() {
    use Role::*;
    let new = Who::New;
    check(&[
        ("Her room-mate in bed B, Karen Wu, slept", &[("Karen Wu", new(OtherPatient))]),
        ("Roommate (bed 2): Karen Wu", &[("Karen Wu", new(OtherPatient))]),
        ("her mother's sister Ada Wu", &[("Ada Wu", new(Aunt))]),
        ("Mr. Tran's wife Ada called", &[("Tran", new(OtherPerson)), ("Ada", new(OtherPerson))]),
        ("this is Ada, Jane's mom, writing", &[("Ada", new(Mother)), ("Jane", Who::Patient)]),
        ("Xandrevon Maddox,\nanother participant, offered help", &[("Xandrevon Maddox", new(OtherPatient))]),
        ("Son Jane Smith Jr. drove", &[("Jane Smith Jr.", new(Son))]),
        ("chart also opened by April Wu", &[("April Wu", new(Staff))]),
        ("transcribed by kwu 05/20, entered by protocol", &[]),
        ("entered by kmaddox today", &[("kmaddox", new(Staff))]),
        ("dictated FB/rc  10/05/2024", &[("FB", new(Clinician)), ("rc", new(Staff))]),
    ]);
}

#[test]
fn people_after_a_cue_are_found_though_their_names_are_like_things() {
    use Role::*;
    let new = Who::New;
    check(&[
        // `-uria` ends terms.
        ("Her sister Bruria had surgery.", &[("Bruria", new(Sister))]),
        ("3 kids: Chebet 14, Jeptoo 11, Kibet 4.", &[("Chebet", new(Child)), ("Jeptoo", new(Child)), ("Kibet", new(Child))]),
        ("Brothers Meir (53, neg), Yoel (38, untested).", &[("Meir", new(Sibling)), ("Yoel", new(Sibling))]),
        // Nouns of things that are verbs or labels here.
        ("SW Desta saw the family.", &[("Desta", new(SocialWorker))]),
        ("RN Effie cell 701-555-0123", &[("Effie", new(Nurse)), ("701-555-0123", new(Nurse))]),
        ("CHARGE: Perpetua x5-0144", &[("Perpetua", new(Nurse)), ("x5-0144", new(Nurse))]),
        // Read by a scanner.
        ("Seen by Dr. Drozd0wski and Dr. W1nterbourne.", &[("Drozd0wski", new(Physician)), ("W1nterbourne", new(Physician))]),
        // Over the end of a line.
        (
            "The patient came today with her late husband's friend and husband Dimitris\nStavropoulakis and was well.",
            &[("Dimitris\nStavropoulakis", new(Spouse))],
        ),
        ("Gigli saw used, Wagner 2, Gail 3.1, T1DM, B12, HbA1c, O2sat, COVID19, KPOH5E", &[]),
    ]);
}

#[test]
fn the_patients_own_name_stays_behind_labels_and_honorifics() {
    check(&[
        ("Resident: Jane Smith     Rm 118B", &[("Jane Smith", Who::Patient)]),
        ("Jane Smith   PT-90217", &[("Jane Smith", Who::Patient)]),
        ("Name: Jane \"Janie\" Smith, here today", &[("Jane \"Janie\" Smith", Who::Patient)]),
        ("in the care of Ms. Smith.", &[("Smith", Who::Patient)]),
    ]);
}

#[test]
fn the_patients_first_name_after_with_is_the_patient() {
    let roster = Roster { persons: vec![person(0, Role::Patient, &["Jane", "Anne"], "Smith")] };
    let k = Knowledge::new(&roster, &patient(), &Dictionary::default());
    for (text, want) in [
        ("Follow-up with Jane in two weeks.", Who::Patient),
        ("RN Jane gave it", Who::New(Role::Nurse)),
        ("Discussed with daughter Jane", Who::New(Role::Daughter)),
    ] {
        assert_eq!(k.scan(text, &Context::default()).first().map(|m| m.who.clone()), Some(want), "{text}");
    }
}

#[test]
fn another_initial_with_the_patients_family_name_is_for_a_person_to_say() {
    let k = Knowledge::new(
        &Roster { persons: vec![person(0, Role::Patient, &["Jane", "Anne"], "Smith")] },
        &patient(),
        &Dictionary::default(),
    );
    for (text, want) in [
        ("Contact: E. Smith 555-0153", Some(("E. Smith", Who::New(Role::Contact)))),
        ("told that K. L. Smith today", Some(("K. L. Smith", Who::Ambiguous))),
        ("signed by K. L. Smith today", Some(("K. L. Smith", Who::New(Role::Clinician)))),
        ("LD1  Smith R      G1 40.2", Some(("Smith R", Who::Ambiguous))),
        ("husband E. Smith", Some(("E. Smith", Who::New(Role::Spouse)))),
        // The letter of the middle name: who is called so is somebody else as often as not.
        ("A. Smith called", Some(("A. Smith", Who::Ambiguous))),
        ("J. Smith called", None),
        ("I Smith", None),
    ] {
        let found = k.scan(text, &Context::default());
        let other = found.iter().find(|m| m.rule == "roster.other-initial").map(|m| (&text[m.start..m.end], m.who.clone()));
        assert_eq!(other, want, "{text}: {found:?}");
    }
}

#[test]
fn an_organisations_own_number_stays() {
    let table: &[(&str, Category, Who)] = &[
        ("RIVERSIDE COMMUNITY HOSPITAL\n400 Quarry Road\nTel (503) 555-0190\n", Category::Phone, Who::New(Role::Organization)),
        ("Pharmacy: Corner Drugs 503-555-0190", Category::Phone, Who::New(Role::Organization)),
        ("RIVERSIDE CLINIC\nAda Wu, MD\nTel 503-555-0190", Category::Phone, Who::New(Role::Physician)),
        ("Seen at the clinic. Her cell: 503-555-0190", Category::Phone, Who::Nobody),
        ("RIVERSIDE HOSPITAL\n\nPhone: 503-555-0190", Category::Phone, Who::Nobody),
    ];
    for (text, category, who) in table {
        let got = discover(text, &Context::default(), &patient());
        assert_eq!(got.iter().find(|m| m.category == *category).map(|m| &m.who), Some(who), "{text}: {got:?}");
    }
}

#[test]
fn versions_and_style_sheets_are_no_addresses() {
    check(&[
        ("see 1.3.6.1.4.1 and Build 4.1.1.18, section 4.2.2.1", &[]),
        ("<?xml-stylesheet href=\"https://portal.example/styles/CDA.xsl\"?>", &[]),
        ("login from 192.168.4.7.", &[("192.168.4.7", Who::Nobody)]),
        ("workstation 4.15.22.31 used", &[("4.15.22.31", Who::Nobody)]),
    ]);
}

fn certain() -> (Roster, Knowledge) {
    let persons: Vec<Person> = vec![
        person(0, Role::Patient, &["Jane", "Anne"], "Smith"),
        person(1, Role::Physician, &["Owen"], "Okonkwo-Graves"),
        person(2, Role::Nurse, &["Anne"], "Foley"),
        person(3, Role::Brother, &["Joaqu\u{ed}n"], "Smith"),
        person(4, Role::Spouse, &["Grant"], "Abernathy"),
        person(5, Role::Physician, &["Alan"], "Reaction"),
    ];
    let roster = Roster { persons };
    let k = Knowledge::new(&roster, &patient(), &Dictionary::default());
    (roster, k)
}

#[test]
fn certain_words_are_found_everywhere() {
    let (_, k) = certain();
    for word in ["Abernathy", "ABERNATHY", "Okonkwo", "Joaqu\u{ed}n", "joaquin"] {
        assert!(k.certain_alone(word), "{word}");
    }
    for word in ["Smith", "Anne", "Jane", "Graves", "Foley", "Grant", "Reaction", "Wu", "Grant Abernathy", ""] {
        assert!(!k.certain_alone(word), "{word}");
    }
    for text in [
        "seen by abernathy today",
        "ABERNATHY'S DISEASE",
        "Abernathy Street Clinic",
        "x_Abernathy_2",
        "(abernathy)",
        "Abernathy2 negative",
        "the Abernathy-Smythe sign",
    ] {
        let got = scan(&k, text, Class::Narrative);
        assert_eq!(got.len(), 1, "{text}: {got:?}");
        assert_eq!(scan(&k, text, Class::Title).len(), 1, "{text}");
    }
    for class in [Class::Code, Class::Id, Class::Url, Class::FileName] {
        assert_eq!(scan(&k, "x/Abernathy/1", class).len(), 1, "{class:?}");
        assert_eq!(scan(&k, "x-Joaqu\u{ed}n-1", class).len(), 1, "{class:?}");
        assert!(scan(&k, "application/joaquin", class).is_empty() && scan(&k, "urn:joaquin:1", class).is_empty(), "{class:?}");
    }
    assert!(scan(&k, "associated with a Reaction Observation", Class::Comment).is_empty());
}

#[test]
fn the_patients_first_name_alone_is_the_patient() {
    let (_, k) = certain();
    assert_eq!(scan(&k, "Hello Jane,", Class::Narrative), vec![("Jane".to_string(), Who::Patient)]);
    assert_eq!(scan(&k, "thank you for seeing Jane, who has", Class::Narrative), vec![("Jane".to_string(), Who::Patient)]);
    assert_eq!(scan(&k, "Her brother Joaqu\u{ed}n came", Class::Narrative), vec![("Joaqu\u{ed}n".to_string(), Who::Person(3))]);
    assert_eq!(scan(&k, "(503-555-0142)", Class::Narrative), vec![("503-555-0142".to_string(), Who::Patient)]);
    assert_eq!(scan(&k, "((503) 555-0142)", Class::Narrative), vec![("(503) 555-0142".to_string(), Who::Patient)]);
}

#[test]
fn a_relative_of_the_same_name_is_not_the_patient() {
    for text in [
        "The patient's mother, also named Jane Smith, died in 1999.",
        "Her mother, whose name is also Jane Smith, called.",
        "Her mother is named Jane Smith.",
    ] {
        let roster = Roster { persons: vec![person(0, Role::Patient, &["Jane"], "Smith")] };
        let known = Knowledge::new(&roster, &patient(), &Dictionary::default());
        let all = known.scan(text, &Context::default()).into_iter().chain(discover(text, &Context::default(), &patient()));
        for m in all.filter(|m| m.category == Category::Name) {
            assert_ne!(m.who, Who::Patient, "{text}");
        }
    }
}

#[test]
fn a_title_before_a_surname_that_is_a_word_or_a_disease_is_enough() {
    let others = |text: &str| -> Vec<String> { found(text).into_iter().filter(|f| f.1 != Who::Patient).map(|f| f.0).collect() };
    for (text, name) in [
        ("Hello, per Dr. Hashimoto your TPO is high.", "Hashimoto"),
        ("Dr Day called.", "Day"),
        ("I saw Dr Day (day hospitalist, yes) at noon.", "Day"),
        ("Mrs Love wants the priest.", "Love"),
    ] {
        assert!(others(text).contains(&name.to_string()), "{text}: {:?}", others(text));
    }
    for text in ["Dr Office visit on Monday.", "See Dr. Please note the dose.", "Mr Hospital bed arrived."] {
        assert_eq!(others(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_doctor_named_like_a_disease_stays_a_doctor() {
    let found = |text: &str| -> Vec<String> {
        discover(text, &Context::default(), &patient()).into_iter().map(|m| text[m.start..m.end].to_string()).collect()
    };
    assert_eq!(found("Dr. Owen Graves reviewed the plan; Graves will call on Friday."), ["Owen Graves", "Graves"]);
    assert_eq!(found("Dr. Owen Graves saw her. Discussed with Graves."), ["Owen Graves", "Graves"]);
    assert_eq!(found("Dr. Owen Graves saw her. Graves disease was excluded."), ["Owen Graves"]);
}

#[test]
fn the_patients_first_name_with_an_unlisted_family_name_is_somebody_else() {
    let roster = Roster::default();
    let k = Knowledge::new(&roster, &patient(), &Dictionary::default());
    let text = "Spoke with Jane Zborowskenko about the results.";
    let found = k.scan(text, &Context::default());
    assert_eq!(
        found.iter().map(|m| (&text[m.start..m.end], m.who != Who::Patient)).collect::<Vec<_>>(),
        [("Jane Zborowskenko", true)]
    );
    let text = "Jane Metoprolol 25 mg";
    assert!(k.scan(text, &Context::default()).iter().all(|m| m.who == Who::Patient));
}

/// The first find of [`Knowledge`] and the whole reading of `text` about Patrick `middle` Delaney.
fn of_delaney(middle: &str, text: &str) -> Vec<(String, Who)> {
    use crate::model::person::Name;
    use crate::model::request::Identity;
    let name = Name { family: "Delaney".into(), given: vec!["Patrick".into(), middle.into()], ..Name::default() };
    let id = Identity { names: vec![name], sex: Some("male".into()), ..Identity::default() };
    let roster = Roster { persons: vec![person(0, Role::Patient, &["Patrick", middle], "Delaney")] };
    let known = Knowledge::new(&roster, &id, &Dictionary::default()).scan(text, &Context::default());
    let all = crate::detect::merge(known, discover(text, &Context::default(), &id));
    all.into_iter().map(|m| (text[m.start..m.end].to_string(), m.who)).collect()
}

#[test]
fn a_middle_initial_is_no_given_name_of_relatives() {
    // A leak: whoever has the patient's family name and a given name with the letter of the middle initial was kept as the patient.
    for text in ["Seen with Susan Delaney today.", "They scheduled DELANEY,SEAN P, no relation.", "Samuel Delaney came by."] {
        assert!(of_delaney("S", text).iter().all(|(_, who)| *who != Who::Patient), "{text}: {:?}", of_delaney("S", text));
    }
    for text in ["Patrick Sean Delaney was seen.", "Patrick S. Delaney was seen.", "Delaney, P.S. slept."] {
        assert!(of_delaney("S", text).iter().all(|(_, who)| *who == Who::Patient), "{text}: {:?}", of_delaney("S", text));
    }
    assert_eq!(of_delaney("S", "S. Delaney signed"), [("S. Delaney".to_string(), Who::Ambiguous)]);
}

#[test]
fn a_middle_name_alone_and_another_generation_are_questions() {
    let one = |text: &str| of_delaney("Robert", text).first().map(|(s, who)| (s.clone(), who.clone()));
    for (text, name) in [
        ("Robert Delaney called about his son.", "Robert Delaney"),
        ("Robert called.", "Robert"),
        ("Patrick Delaney Sr. called.", "Patrick Delaney Sr."),
        ("Reglan made Patrick Sr. shake.", "Patrick Sr"),
    ] {
        let got = one(text);
        assert!(got.as_ref().is_some_and(|(s, who)| s.starts_with(name) && *who == Who::Ambiguous), "{text}: {got:?}");
    }
    for text in [
        "Patrick Robert Delaney slept.",
        "PATRICK ROBERT slept",
        "Patient goes by Robert. Robert slept well.",
        "Patient: Robert Delaney",
    ] {
        assert!(
            of_delaney("Robert", text).iter().all(|(_, who)| *who == Who::Patient),
            "{text}: {:?}",
            of_delaney("Robert", text)
        );
    }
}

#[test]
fn the_text_tells_which_generation_the_patient_is() {
    let text =
        "Pt: Patrick R. Delaney Jr.   MRN 7\nECGs of his father, Patrick Delaney Sr., were returned.\nPatrick Jr. was treated.";
    let of =
        |name: &str| of_delaney("Robert", text).into_iter().filter(|(s, _)| s == name).map(|(_, who)| who).collect::<Vec<_>>();
    assert_eq!(of("Patrick Jr."), [Who::Patient]);
    assert_eq!(of("Patrick R. Delaney Jr."), [Who::Patient]);
    assert_eq!(of("Patrick Delaney Sr."), [Who::New(Role::Father)]);
    // Another of the name, or the patient by what nobody told.
    assert_eq!(of_delaney("Robert", "Mr. Delaney (Leroy) offered it.")[0].1, Who::Ambiguous);
    // Without a label, a day or a number it may be anybody of the family.
    assert_eq!(of_delaney("Robert", "Patrick Delaney Jr. came with his son.")[0].1, Who::Ambiguous);
}

#[test]
fn what_the_patient_is_called_in_a_form_is_not_what_the_contact_is_called() {
    let own = |text: &str, name: &str| of_delaney("Robert", text).iter().any(|(s, who)| s == name && *who == Who::Patient);
    let form = "Name ........ DELANEY, PATRICK\nGoes by ....... Mai / May (English)\nMaiden ........ Nguyen\n";
    for name in ["Mai", "May", "Nguyen"] {
        assert!(own(form, name), "{name}");
    }
    assert!(own("Patient: Patrick Delaney\nAKA: Shawn Sloan, Shay", "Shay"));
    // A leak: the mother's family has the maiden name, too.
    let form = "Patient: Patrick Delaney\nMaiden name: Szanzer-Doyle\nSzanzer called, and Ms. Doyle.";
    assert!(own(form, "Szanzer-Doyle"));
    assert!(!own(form, "Szanzer") && !own(form, "Doyle"));
    // A leak: a field of the contact's own, and a line that goes on with a sentence about somebody else.
    assert!(!own("Name: Patrick Delaney\nEmergency contact: Maria Roe\nGoes by: Mimi", "Mimi"));
    assert!(!own("Her sister Ann Wu\ngoes by Mimi at home.", "Mimi"));
}

#[test]
fn a_title_shared_with_the_mother_is_the_patients_where_only_a_patient_does_so() {
    let who = |text: &str| {
        let all = found(text);
        all.iter().filter(|(s, _)| s == "Smith").map(|(_, who)| who.clone()).collect::<Vec<_>>()
    };
    let mother = "Hx from Ms. Smith, the patient's mother. ";
    assert_eq!(who(&format!("{mother}Ms. Smith woke at 0400 with pain."))[1], Who::Patient);
    assert_eq!(who(&format!("{mother}Ms. Smith was admitted to 4W."))[1], Who::Patient);
    assert_eq!(who(&format!("{mother}Ms. Smith can be reached at work."))[1], Who::New(Role::Mother));
}
