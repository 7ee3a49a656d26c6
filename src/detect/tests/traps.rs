//! Names by cue, without a roster.

use crate::detect::{Context, discover};
use crate::model::mention::{Category, Who};
use crate::model::person::Name;
use crate::model::request::Identity;
use crate::model::role::Role;
use proptest::prelude::*;

pub(in crate::detect) fn patient() -> Identity {
    Identity {
        names: vec![Name { family: "Smith".into(), given: vec!["Jane".into(), "Anne".into()], ..Name::default() }],
        former_names: vec![Name { family: "Kowalski".into(), given: vec!["Jane".into()], ..Name::default() }],
        birth_date: Some("1973-05-31".into()),
        sex: Some("female".into()),
        telecoms: vec![crate::model::person::Telecom { system: "phone".into(), value: "503-555-0142".into() }],
        identifiers: vec![crate::model::person::Identifier {
            system: String::new(),
            value: "A-100234".into(),
            kind: "MR".into(),
        }],
        ..Identity::default()
    }
}

fn names(text: &str) -> Vec<(String, Who)> {
    discover(text, &Context::default(), &patient())
        .into_iter()
        .filter(|m| m.category == Category::Name)
        .map(|m| (text[m.start..m.end].to_string(), m.who))
        .collect()
}

/// Every name in the table is found, with this role, and nothing else.
#[test]
fn names_by_cue() {
    use Role::*;
    let table: &[(&str, &[(&str, Role)])] = &[
        ("Seen by Dr. Karen Wu today.", &[("Karen Wu", Physician)]),
        // The first word is in the dictionary and in no list of names.
        ("Seen by Dr. Kafir Smith today.", &[("Kafir Smith", Physician)]),
        ("Her sister Peggy Jones called.", &[("Peggy Jones", Sister)]),
        ("mother: Eve Everywoman", &[("Eve Everywoman", Mother)]),
        ("Her husband, Bob, drove her.", &[("Bob", Spouse)]),
        ("Shares a room with roommate Karen Wu.", &[("Karen Wu", OtherPatient)]),
        ("Emergency contact: Luis Ortega", &[("Luis Ortega", EmergencyContact)]),
        ("Discussed via interpreter Luis Ortega.", &[("Luis Ortega", Interpreter)]),
        ("Attending: Garcia, Maria L.", &[("Garcia, Maria L.", Physician)]),
        ("PCP - Dr. Roe", &[("Roe", Physician)]),
        ("Electronically signed by Hoang Tran, MD on 5/1", &[("Hoang Tran", Physician)]),
        ("Bed 4B: Wu, Karen 54F pneumonia", &[("Wu, Karen", OtherPatient)]),
        ("Marcus T. shared that he relapsed.", &[("Marcus T.", OtherPerson)]),
        ("T.W. said he was angry", &[("T.W.", OtherPerson)]),
        ("Dear Mrs. Alvarez,\nyour results", &[("Alvarez", OtherPerson)]),
        ("Hi Dr. Roe,\nplease call", &[("Roe", Physician)]),
        ("vitals stable\n- Amy, RN", &[("Amy", Nurse)]),
        ("see you\nBest,\nlaura", &[("laura", OtherPerson)]),
        ("NEXT OF KIN\nName: LOPEZ,MARIA\nRelationship: SPOUSE", &[("LOPEZ,MARIA", Spouse)]),
        ("Reviewed with Ng MD.", &[("Ng", Physician)]),
        ("Will May, DO", &[("Will May", Physician)]),
        ("Grant Page, NP", &[("Grant Page", NursePractitioner)]),
        ("J. Tran will follow", &[("J. Tran", Clinician)]),
        ("Signed\nJKL/mtd", &[("JKL", Clinician), ("mtd", Staff)]),
        ("TRAN,HOANG reviewed", &[("TRAN,HOANG", Clinician)]),
        ("daughters Amy and Beth live near", &[("Amy", Daughter), ("Beth", Daughter)]),
        ("Seen by Dr. Maria de la Cruz.", &[("Maria de la Cruz", Physician)]),
        ("Mrs. van der Berg called", &[("van der Berg", OtherPerson)]),
        ("Her aunt Ana Lopez Garcia has lupus", &[("Ana Lopez Garcia", Aunt)]),
        ("His brother's friend; spoke with José Núñez-Ortega.", &[("José Núñez-Ortega", OtherPerson)]),
        ("Peggy Jones, her sister, agreed.", &[("Peggy Jones", Sister)]),
        ("Ravi Patel (son) at bedside", &[("Ravi Patel", Son)]),
        ("Drs. Roe and Diaz agreed", &[("Roe", Physician), ("Diaz", Physician)]),
        ("Mother of patient, Tran Thi Lan, at bedside", &[("Tran Thi Lan", Mother)]),
        ("her mother-in-law Ruth came", &[("Ruth", InLaw)]),
        ("Karen Wu, PharmD", &[("Karen Wu", Pharmacist)]),
        ("spoke with Mr. O'Brien", &[("O'Brien", OtherPerson)]),
        ("Dr. Wu's note", &[("Wu", Physician)]),
        ("LAST SEEN BY DR. SANCHEZ IN CLINIC", &[("SANCHEZ", Physician)]),
        ("dr. sanchez saw her", &[("sanchez", Physician)]),
        ("accompanied by her father, Tom Kowalczyk", &[("Tom Kowalczyk", Father)]),
        ("cc: Priya Sharma, MD", &[("Priya Sharma", Physician)]),
        ("Provider: SMYTHE,JOHN A", &[("SMYTHE,JOHN A", Clinician)]),
        ("Dr. Henry Seven, Dr. Uel B. Better", &[("Henry Seven", Physician), ("Uel B. Better", Physician)]),
        ("Dr. José Eduardo181 Jaimes535", &[("José Eduardo181 Jaimes535", Physician)]),
        ("Dr. Spencer878 McLaughlin530", &[("Spencer878 McLaughlin530", Physician)]),
        ("Mr. Eric van den broek", &[("Eric van den broek", OtherPerson)]),
        ("met with Karen\nWu yesterday", &[("Karen\nWu", OtherPerson)]),
    ];
    let mut bad = Vec::new();
    for (text, want) in table {
        let got = names(text);
        let want: Vec<(String, Who)> = want.iter().map(|(s, r)| (s.to_string(), Who::New(*r))).collect();
        // Whom no cue tells is weighed, and so short a text weighs little.
        let same = |(g, w): (&(String, Who), &(String, Who))| {
            g.0 == w.0 && (g.1 == w.1 || w.1 == Who::New(OtherPerson) && matches!(g.1, Who::New(_)))
        };
        if got.len() != want.len() || !got.iter().zip(&want).all(same) {
            bad.push(format!("{text:?}\n   want {want:?}\n   got  {got:?}"));
        }
    }
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), table.len(), bad.join("\n"));
}

/// Words of medicine, places and things named after people stay.
#[test]
fn words_that_are_nobody() {
    let table = [
        "Parkinson's disease, Wilson disease, Graves disease, Bell's palsy, Hodgkin lymphoma",
        "Hashimoto thyroiditis; Barrett's esophagus; Baker cyst; Alzheimer's dementia; Marfan syndrome; Horner's syndrome",
        "positive Murphy's sign, McBurney point tender, Brudzinski negative, Kernig negative",
        "Jackson-Pratt drain, Penrose drain, Bovie, Kelly clamp, Metzenbaum scissors, DeBakey forceps, Foley catheter",
        "Braden score 18, Apgar 8 and 9, Bishop score 6, Glasgow Coma Scale 15",
        "Taking Yasmin, Jardiance and Atenolol daily. Started Lantus.",
        "Admitted to Johns Hopkins Hospital and Brigham and Women's Hospital",
        "lives at 12 Martin Luther King Dr in town",
        "Follow up in April. Seen in Austin in May. Return June 3.",
        "Mother: Hypertension, Diabetes. Father: Deceased. Sister: Breast Cancer",
        "Mother Alive, Father Asthma, Brother None",
        "Her mother had Breast cancer. Family history of Stroke.",
        "Primary Care Provider: None",
        "Script sent. Page the resident. Insulin Pump in place.",
        "MS Contin 15 mg. MR angiogram. DO NOT resuscitate. PA view normal.",
        "Baltimore, MD 21201. Philadelphia, PA 19104",
        "Nurse Practitioner visit; Physician Assistant note; Medical Doctor",
        "Emergency Contact: Unknown\nNext of kin: None on file",
        "H. Pylori positive, C. Difficile negative, E. Coli, S. Aureus",
        "Her dog Max is well",
        "Dear Patient,\nHi there, Hello Team,",
        "Attending Physician: Internal Medicine\nProvider: Not specified",
        "Patient states pain is Mild. Will call. May return. Grant funded. Rose from chair. Mark the site.",
        "Vitamin D, Calcium Carbonate, Lisinopril 10 MG Oral Tablet",
        "Kaiser Permanente, Mayo Clinic, Massachusetts General Hospital",
        "Discussed with Patient. Seen by Cardiology. Referred to Orthopedics. Reviewed by Pharmacy",
        "HbA1c 7.2, HbA1 normal, Covid19 vaccine, Vitamin B12",
        "BP/hr stable\nPT/inr 2.1",
        "History of Crohn's disease and Hodgkin's",
    ];
    let mut bad = Vec::new();
    for text in table {
        let got = names(text);
        if !got.is_empty() {
            bad.push(format!("{text:?}: {got:?}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The last row of a table was taken for the initials of whoever wrote the note.
#[test]
fn a_test_with_its_figure_at_the_end_signs_nothing() {
    for test in ["TSH", "LDL", "ALT", "CRP", "HCT", "QXZ"] {
        for text in
            [format!("Value\n{test}\t4.1\n"), format!("Sodium    140\n{test}    4.1"), format!("Na | 140\n{test} | 4.1\n")]
        {
            let found = discover(&text, &Context::default(), &patient());
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }
    assert_eq!(names("Patient is stable today.\n\nKV\n").len(), 1);
    assert_eq!(names("Patient is stable today.\n\nKV\t06/12\n").len(), 1);
}

#[test]
fn shared_surname_goes_by_the_words_around() {
    let table: &[(&str, &[(&str, Who)])] = &[
        ("Ms. Smith was seen.", &[("Smith", Who::Patient)]),
        ("Mrs. Smith, the patient's mother, called.", &[("Smith", Who::New(Role::Mother))]),
        ("Mr. Smith called.", &[("Smith", Who::New(Role::Relative))]),
        ("Jane Smith is here. Jane Kowalski before.", &[("Jane Smith", Who::Patient), ("Jane Kowalski", Who::Patient)]),
        ("Ms. Smith came with her mother, Mrs. Smith.", &[("Smith", Who::Patient), ("Smith", Who::New(Role::Mother))]),
        ("Dr. Smith saw her.", &[("Smith", Who::New(Role::Physician))]),
        ("Her brother Robert Smith has asthma", &[("Robert Smith", Who::New(Role::Brother))]),
        ("Patient: SMITH,JANE A", &[("SMITH,JANE A", Who::Patient)]),
        ("Hi Jane,\nyour labs", &[("Jane", Who::Patient)]),
    ];
    for (text, want) in table {
        let want: Vec<(String, Who)> = want.iter().map(|(s, w)| (s.to_string(), w.clone())).collect();
        assert_eq!(names(text), want, "{text}");
    }
}

#[test]
fn identifiers_get_their_owner() {
    let table: &[(&str, Category, Who)] = &[
        ("Her phone is 503-555-0142.", Category::Phone, Who::Patient),
        ("MRN: A-100234", Category::Mrn, Who::Patient),
        ("MRN: B-777777", Category::Mrn, Who::Nobody),
        ("mother's phone 503-555-0199", Category::Phone, Who::New(Role::Mother)),
        ("Dr. Karen Wu can be reached at 503-555-0111", Category::Phone, Who::New(Role::Physician)),
        ("DOB 5/31/1973", Category::DateOfBirth, Who::Patient),
        ("sister Peggy Jones, DOB 6/1/1980", Category::DateOfBirth, Who::New(Role::Sister)),
    ];
    for (text, category, who) in table {
        let got = discover(text, &Context::default(), &patient());
        let found = got.iter().find(|m| m.category == *category);
        assert_eq!(found.map(|m| &m.who), Some(who), "{text}: {got:?}");
    }
}

fn valid(text: &str) {
    for ctx in [Context::default(), Context { section: "Group therapy note", ..Context::default() }] {
        let mut last = 0;
        for m in discover(text, &ctx, &patient()) {
            assert!(m.start >= last && m.end > m.start && text.get(m.start..m.end).is_some());
            assert!((0.0..=1.0).contains(&m.confidence));
            last = m.end;
        }
    }
}

/// Four times the text takes about four times as long, not sixteen.
#[test]
fn time_grows_with_length_only() {
    let units = [
        "Dr. ",
        "Karen, ",
        "A.",
        "mother of ",
        "Karen Wu ",
        "MD, ",
        "1-",
        "\u{200b}\u{202e}",
        "Dr. Wu 503-555-0199 ",
        "Seen by Hana Wu, MD\nHW/JT\nlogin: hwu\n",
    ];
    let time = |text: &str| {
        let begun = std::time::Instant::now();
        valid(text);
        begun.elapsed().as_secs_f64()
    };
    for unit in units {
        let (short, long) = (time(&unit.repeat(1_000)), time(&unit.repeat(4_000)));
        assert!(long < 2.0 || long < short * 11.0, "{unit:?}: {short} s, then {long} s");
    }
    valid("\0\0Dr.\0 Sm\0ith\0");
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        valid(&text);
    }

    #[test]
    fn any_mixture_is_read(parts in proptest::collection::vec(prop_oneof![
        Just("Dr."), Just("Karen"), Just("Wu"), Just(","), Just("mother"), Just("\n"), Just("MD"), Just("'s"), Just("\u{2019}"), Just("J."), Just("de la"),
        Just("Smith"), Just("\u{200b}"), Just("é"), Just("\u{5d0}\u{5d1}"), Just(":"), Just("("), Just("-"), Just("4B"), Just("54F"), Just("\""), Just(" "),
        Just("\0"), Just("503-555-0142"), Just("Best"), Just("dear"), Just("Jr."), Just("of"), Just("in law"), Just("\t"), Just("and"), Just("/")], 0..24),
        glue in prop_oneof![Just(" "), Just("")]) {
        valid(&parts.join(glue));
    }
}

#[test]
fn languages_and_departments_are_nobody() {
    for text in ["take 1tablet daily, 1capful, 0ther", "Dutch", "Language: Dutch", "Interpreter: Italian", "Seen in the ED today"]
    {
        let found = discover(text, &Context::default(), &patient());
        assert!(found.is_empty(), "{text}: {found:?}");
    }
    assert_eq!(discover("told Dutch Kowalski", &Context::default(), &patient()).len(), 1);
}

#[test]
fn where_a_relative_lives_is_not_the_relative() {
    for (text, place) in
        [("He has a sister in Uppsala, who is expecting.", "Uppsala"), ("Put down Konrad (only son, Houston) first.", "Houston")]
    {
        let found = discover(text, &Context::default(), &patient());
        assert!(found.iter().all(|m| &text[m.start..m.end] != place), "{text}: {found:?}");
    }
}

#[test]
fn cells_of_a_row_and_ways_of_coming_are_no_streets() {
    let addresses = |text: &str| {
        let found = discover(text, &Context::default(), &patient());
        found.iter().filter(|m| m.category == Category::Address).map(|m| text[m.start..m.end].to_string()).collect::<Vec<_>>()
    };
    for text in [
        "0730                              Foley\n                                 dr schlosser here",
        "Curosurf x1 via Miller 0 by J. Cheon.",
        "Arr 01:52 via Medic 7. Crew waits.",
        "Drained 500 via Foley, clear.",
    ] {
        assert_eq!(addresses(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(addresses("Mother lives in Turin, Via Garibaldi 12, fourth floor.").len(), 1);
    assert_eq!(addresses("Her aunt: 412 Maple Dr, Springfield, IL 62704").len(), 1);
}
