//! Numbers of people who are not the patient: found, given to their owner, and the patient's own left alone.

use super::traps::patient;
use crate::detect::{Context, discover};
use crate::model::mention::{Category, Who};
use crate::model::role::{Role, RoleGroup};

fn numbers(text: &str) -> Vec<(String, Who)> {
    let found = discover(text, &Context::default(), &patient());
    found.into_iter().filter(|m| m.category != Category::Name).map(|m| (text[m.start..m.end].to_string(), m.who)).collect()
}

/// The group of the owner of the number that covers `value`; the patient's where nothing is found.
fn owner(text: &str, value: &str) -> Option<RoleGroup> {
    let at = text.find(value).expect("in the text");
    let found = discover(text, &Context::default(), &patient());
    let m = found.iter().find(|m| m.start <= at && at + value.len() <= m.end)?;
    match &m.who {
        Who::New(r) => Some(r.group()),
        Who::Patient => Some(RoleGroup::Patient),
        _ => None,
    }
}

#[test]
fn what_a_writer_calls_theirs_is_the_writers() {
    let text = "From: Karen Doyle\nTo: Clinic\n\nThis is Karen, Jane's sister. You can call Jane on 415-555-0181, or me at 415-555-0118.\n\
        Jane's claim is WC-2231-77. Mine from last year was WC-2213-77.\nKaren\n";
    for value in ["415-555-0118", "WC-2213-77"] {
        let who = owner(text, value);
        assert!(who.is_some() && who != Some(RoleGroup::Patient), "{value}: {who:?}");
    }
    assert!(matches!(owner(text, "WC-2231-77"), None | Some(RoleGroup::Patient)));
    let text = "Please call me on my cell 415-555-0118 about Jane.\n\nThanks,\nKaren Doyle\n";
    assert!(!matches!(owner(text, "415-555-0118"), None | Some(RoleGroup::Patient)));
    let mail = |said: &str| format!("From: Jane Smith\nTo: Clinic\n\nKaren says hi. {said} 415-555-0118.\nJane\n");
    assert_eq!(owner(&mail("Please call me at"), "415-555-0118"), Some(RoleGroup::Patient));
    // Whom the patient calls `my` is somebody else.
    for said in ["You can reach my lawyer at", "Please call my neighbor on", "It was paid by my boss, cell"] {
        assert_ne!(owner(&mail(said), "415-555-0118"), Some(RoleGroup::Patient), "{said}");
    }
}

#[test]
fn a_number_that_is_said_to_be_the_patients_is() {
    let text = "Mother Ruth Smith came. SSN 900-44-1862 (patient), the mother's SSN 900-44-1826.";
    assert_eq!(owner(text, "900-44-1862"), Some(RoleGroup::Patient), "{:?}", numbers(text));
    assert_eq!(owner(text, "900-44-1826"), Some(RoleGroup::Relative), "{:?}", numbers(text));
}

/// The physician of the line above had the number.
#[test]
fn sentences_behind_a_label_are_no_line_of_a_record() {
    let text = "Patient: Jane Smith\nAttending: Priya Raman, MD\nPager: 503-555-0111\nHPI: 45 yo woman who fell on the stairs of her house. \
        She lives alone; the landline is 503-555-0190.\n";
    assert_eq!(owner(text, "503-555-0111"), Some(RoleGroup::Clinician), "{:?}", numbers(text));
    assert_ne!(owner(text, "503-555-0190"), Some(RoleGroup::Clinician), "{:?}", numbers(text));
}

#[test]
fn numbers_belong_to_the_person_of_their_clause_or_row() {
    for (text, value, want) in [
        ("Husband Walter Smith (badge K-220471) drove her home.", "K-220471", RoleGroup::Relative),
        ("Brother Robert Smith, MRN 7718204, is seen here too.", "7718204", RoleGroup::Relative),
        ("Seen by Karen Wu, RN, lic RN 9440187.", "RN 9440187", RoleGroup::Clinician),
        ("Interpreter Selam Gebre, ID TG-1140, was in the room.", "TG-1140", RoleGroup::Staff),
        ("Subscriber: Walter Smith (husband), member ID YDH810552093, DOB 5/5/1970.", "5/5/1970", RoleGroup::Relative),
        ("Drawn for another patient, Lois Vang, MRN 5510-2296, in error.", "5510-2296", RoleGroup::OtherPatient),
    ] {
        assert_eq!(owner(text, value), Some(want), "{text}: {:?}", numbers(text));
    }
}

#[test]
fn a_number_is_masked_to_its_end() {
    for (text, value) in [
        ("Daughter Ann Roe, account ending in the file 0071-88341-F, pays the bills.", "0071-88341-F"),
        ("Wife Peggy Smith, policy TS00882-\n17799, has her own plan.", "TS00882-\n17799"),
    ] {
        let found = numbers(text);
        assert!(found.iter().any(|(t, who)| t == value && matches!(who, Who::New(_))), "{text}: {found:?}");
    }
}

#[test]
fn the_patients_own_numbers_and_results_stay() {
    for text in [
        "Jane Smith, MRN A-100234, DOB 5/31/1973, seen with her husband Walter.",
        "Husband Walter present. Creatinine 0.9, glucose 101, platelets 250000, BP 128/76 at 14:30.",
        "Karen Wu, RN gave heparin 5000 units at 0915; SpO2 96%, 98.6 F, 72 kg.",
        "Mother had breast cancer, ICD-10 C50.911, SNOMED 254837009.",
        "Brother Robert. Drug code NDC 0002-8215-01, CPT 99213, LOINC 2345-7.",
    ] {
        let touched: Vec<_> = numbers(text).into_iter().filter(|(_, who)| *who != Who::Patient).collect();
        assert!(touched.is_empty(), "{text}: {touched:?}");
    }
}

#[test]
fn another_record_number_than_the_patients_own_is_not_the_patients() {
    let text = "Jane Smith, MRN A-100234. Sticker of Lois Vang, MRN A-100432, was on the tube.";
    let found = numbers(text);
    assert!(found.iter().any(|(t, who)| t == "A-100432" && matches!(who, Who::New(r) if *r != Role::Patient)), "{found:?}");
    assert!(found.iter().all(|(t, who)| t != "A-100234" || *who == Who::Patient), "{found:?}");
}

#[test]
fn long_texts_of_numbers_take_time_by_their_length() {
    let row = "| Lois Vang | 5510-2296 | husband Walter 503-555-0177 | K-220471 |\n";
    let time = |rows: usize| {
        let text = row.repeat(rows);
        let begun = std::time::Instant::now();
        assert!(!discover(&text, &Context::default(), &patient()).is_empty());
        begun.elapsed().as_secs_f64()
    };
    let (few, many) = (time(200), time(1600));
    assert!(many < few * 40.0, "{few} s for 200 rows, {many} s for 1600");
}

#[test]
fn dates_of_dictation_are_nobodys_birth_date() {
    let text = "cc: Harold Wu, 18 Birch Lane\nDictated by: R. Venkataraman  D: 03/07/2024 T: 03/08/2024 rv/klm";
    let found = discover(text, &Context::default(), &patient());
    assert!(found.iter().all(|m| m.category != Category::DateOfBirth), "{found:?}");
}

#[test]
fn the_patients_own_birth_date_and_number_stay_in_other_ways_of_writing() {
    for text in [
        "Jane Smith   DOB: MAY 31,1973   seen",
        "Born May 31 as ever, turning fifty.",
        "Jane Smith, MRN A-100-\n234, seen with Walter Smith",
    ] {
        let touched: Vec<_> = numbers(text).into_iter().filter(|(_, who)| !matches!(who, Who::Patient | Who::Nobody)).collect();
        assert!(touched.is_empty(), "{text}: {touched:?}");
    }
}

#[test]
fn the_number_of_a_claim_is_the_patients_whoever_is_named_under_it() {
    let text =
        "Claim Summary\n-------------\nClaim Number: 45092188371620\nProvider: LEOPOLD BRIGHTWATER\nAmount Charged: $265.00\n";
    assert!(owner(text, "45092188371620").is_none_or(|g| g == RoleGroup::Patient), "{:?}", numbers(text));
    let found = discover(text, &Context::default(), &patient());
    assert!(found.iter().any(|m| text[m.start..m.end].contains("BRIGHTWATER")), "{found:?}");
}

#[test]
fn an_id_is_no_state() {
    for (text, number) in [
        ("Vietnamese interpreter Tran Van Duc (ID VI-2207) used.", "VI-2207"),
        ("Mandarin interpreter Liu Yang, ID 60418.", "60418"),
    ] {
        let found = discover(text, &Context::default(), &patient());
        let over = found.iter().filter(|m| m.category != Category::Name).map(|m| &text[m.start..m.end]).find(|s| *s != number);
        assert_eq!(over, None, "{text}");
    }
}
