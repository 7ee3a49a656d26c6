//! Registration forms and face sheets: several labels with their values in a line, and more than one person on a page.

use super::traps::patient;
use crate::detect::{Context, discover};
use crate::model::mention::Who;

/// Who each of `values` is told to be in `form`; nothing of one that is not found.
fn told(form: &str, values: &[&str]) -> Vec<Option<Who>> {
    let found = discover(form, &Context::default(), &patient());
    let of = |v: &&str| found.iter().find(|m| form.get(m.start..m.end) == Some(v)).map(|m| m.who.clone());
    values.iter().map(of).collect()
}

fn patients(form: &str, values: &[&str]) {
    for (value, who) in values.iter().zip(told(form, values)) {
        assert_eq!(who, Some(Who::Patient), "{value} in {form}");
    }
}

fn others(form: &str, values: &[&str]) {
    for (value, who) in values.iter().zip(told(form, values)) {
        assert!(who.is_some() && who != Some(Who::Patient), "{value} in {form}: {who:?}");
    }
}

const REGISTRATION: &str = "PATIENT REGISTRATION\n\
    Name: Jane Smith    Maiden: Doyle    SSN: 900-12-3344\n\
    Address: 99 Other St, Salem OR 97301     Home: 503-555-0142   Cell: 503-555-0188\n\
    Employer: Example Mills (ret.)     Spouse: Walter     Religion: Lutheran\n\
    Emergency Contact 1: Melissa Harlan  Relationship: Daughter   Phone: 503-555-0177\n\
    Emergency Contact 2: Craig Harlan    Relationship: Son-in-law    Phone: 503-555-0123\n\
    Insurance: Medicare 1EG4-TE5-MK73\n\
    PCP: Beckwith, Thomas MD\n\
    Mother's maiden name: Kowalczyk\n";

#[test]
fn a_registration_form_is_the_patients_but_for_those_it_names() {
    patients(REGISTRATION, &["Jane Smith", "Doyle", "900-12-3344", "503-555-0142", "503-555-0188", "1EG4-TE5-MK73"]);
    others(
        REGISTRATION,
        &["Walter", "Melissa Harlan", "503-555-0177", "Craig Harlan", "503-555-0123", "Beckwith, Thomas", "Kowalczyk"],
    );
}

const FACE_SHEET: &str = "FACE SHEET\n\
    Patient: SMITH, JANE     MRN: 00482913     Acct: 7700231\n\
    Address: 77 Oak Ln, Salem, OR 97301\n\
    Phone: 503-555-0142\n\
    Employer: EXAMPLE MILLS   Occupation: Clerk\n\n\
    GUARANTOR\n\
    Name: SMITH, WALTER     Relation: Spouse     SSN: 900-45-6677\n\
    Address: SAME     Phone: 503-555-0111\n\n\
    INSURANCE\n\
    Primary: MEDICARE    Policy: 1EG4-TE5-MK73    Subscriber: SMITH, JANE\n\
    Secondary: AETNA     Policy: 1EG4-TE5-MK72    Subscriber: SMITH, WALTER   DOB: 07/04/1955\n\n\
    NEXT OF KIN: HARLAN, MELISSA (DAUGHTER)  503-555-0177\n";

#[test]
fn a_face_sheet_names_the_patient_the_guarantor_and_who_is_insured() {
    patients(FACE_SHEET, &["SMITH, JANE", "77 Oak Ln, Salem, OR 97301", "503-555-0142", "1EG4-TE5-MK73"]);
    others(
        FACE_SHEET,
        &["SMITH, WALTER", "900-45-6677", "503-555-0111", "1EG4-TE5-MK72", "07/04/1955", "HARLAN, MELISSA", "503-555-0177"],
    );
}

#[test]
fn the_number_of_a_contact_in_the_patients_own_lines_is_the_contacts() {
    others("Name: Jane Smith\nHome: 503-555-0142   Emergency: 503-555-0199\n", &["503-555-0199"]);
    others("Patient: Jane Smith\nEmergency phone: 503-555-0199   Cell: 503-555-0188\nSex: F\n", &["503-555-0199"]);
}

#[test]
fn a_maiden_name_is_whose_the_form_is() {
    patients("Patient Name: Jane Smith\nMaiden name: Doyle\n", &["Doyle"]);
    others("Patient Name: Jane Smith\nMother: Ada Roe   Maiden name: Doyle\n", &["Doyle"]);
    others("Spouse: Walter Smith\nMother's maiden name: Kowalczyk\n", &["Kowalczyk"]);
}

#[test]
fn people_in_a_row_are_told_apart() {
    let text = "Seen with Walter, Joanne and Mr. Petrakis. Her children are Anna, Peter and Ruth. MICHAEL'S NUMBER IS 4.";
    others(text, &["Walter", "Joanne", "Petrakis", "Anna", "Peter", "Ruth"]);
    assert_eq!(told(text, &["Walter, Joanne", "MICHAEL'S NUMBER"]), [None, None]);
}

#[test]
fn people_in_small_letters_and_by_what_they_log_in_with() {
    let found = |text: &str| {
        let all = discover(text, &Context::default(), &patient());
        all.iter().map(|m| text[m.start..m.end].to_string()).collect::<Vec<_>>()
    };
    for (text, want) in [
        ("joy achterhof md, ob intern", "joy achterhof"),
        ("d/w will may do (no relation), ok", "will may"),
        ("as above\nd. murphy-osei rn", "d. murphy-osei"),
        ("osullivan md / rjk rn", "rjk"),
        // What is a function of others in capitals is a given name.
        ("Seen by Pa Li, MD.", "Pa Li"),
        ("PCP   Karen Wu, MD", "Karen Wu"),
        ("phoned to the ward 0614 by xw4.", "xw4"),
        ("Dear Dr. Bishop, thank you", "Bishop"),
    ] {
        assert_eq!(found(text), [want], "{text}");
    }
    for text in
        ["ok with april, do: recheck", "per pt will do, np aware", "seen by pt, np, and rn", "has graves disease.\nslept.\n"]
    {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}
