//! Headers of other patients that come near the requester's, and the requester's own with slips of the pen.

use super::about::PageJudge;
use super::facts::Facts;
use crate::model::identity::PageVerdict;
use crate::model::identity_policy::IdentityPolicy;
use crate::model::person::{Identifier, Name};
use crate::model::request::Identity;
use crate::model::roster::Roster;

fn judge(name: &str, birth: &str) -> PageJudge {
    let identity = Identity {
        names: vec![Name { text: name.into(), ..Name::default() }],
        birth_date: Some(birth.into()),
        identifiers: vec![Identifier { system: "urn:oid:1.2".into(), value: "00448812".into(), kind: "MR".into() }],
        ..Identity::default()
    };
    PageJudge::new(IdentityPolicy::built_in(), Facts::of_identity(&identity))
}

fn verdict(j: &PageJudge, text: &str) -> PageVerdict {
    j.about(text, &Roster::default()).verdict
}

#[test]
fn other_patients_are_never_taken_for_the_requester() {
    for (name, birth, text) in [
        // Twins, of one birth date and family name.
        ("Orla Quillfeather", "1971-09-23", "Patient: Quillfeather, Otto  DOB: 09/23/1971"),
        ("Orla Quillfeather", "1971-09-23", "Patient: Orlo Quillfeather  DOB: 09/23/1971  MRN: 551200"),
        ("Maria Elena Ruiz", "1990-02-11", "Patient: Ruiz, Maria Isabel  DOB: 02/11/1990"),
        // Father and son of one name.
        ("Leonard Roe Sr.", "1948-08-08", "Patient: Leonard Roe Jr.  DOB: 03/02/1975"),
        ("Leonard Roe Jr.", "1975-03-02", "Patient: Roe, Leonard Sr.  DOB: 08/08/1948  MRN: 99120"),
        ("Leonard Roe", "1975-03-02", "Patient: Leonard Roe  DOB: 08/08/1948"),
        // One name, another birth date; spouse; stranger with one thing equal.
        ("Karen Wu", "1960-01-02", "Patient Name: Karen Wu\nDate of Birth: 07/19/1988\nMRN: 771203"),
        ("Karen Wu", "1960-01-02", "Patient Name: Kevin Wu\nDate of Birth: 05/06/1958"),
        ("Karen Wu", "1960-01-02", "Patient: Doe, John DOB: 01/02/1960"),
        ("Karen Wu", "1960-01-02", "RE: Karen Castellano, DOB 01/02/1961"),
    ] {
        let got = verdict(&judge(name, birth), text);
        assert!(matches!(got, PageVerdict::Conflict | PageVerdict::Doubt), "{name} {birth} / {text}: {got:?}");
    }
}

#[test]
fn slips_of_the_pen_in_the_requesters_own_header_hold_nothing() {
    for (name, birth, text) in [
        ("Orla Quillfeather", "1971-09-23", "Patient: Quilfeather, Orla  DOB: 09/23/1971"),
        ("Orla Quillfeather", "1971-09-23", "Patient: QUILLFEATHER,ORLA M  DOB: 9/23/71"),
        ("Orla Quillfeather", "1971-09-23", "Patient: Quillfeather, Orla  DOB: 23-Sep-1971  MRN: 448812"),
        ("Orla Quillfeather", "1971-09-23", "Patient: Quillfeahter, Orla  DOB: 09/23/1971  MRN: 00448812"),
        ("Robert Smith", "1955-06-07", "Patient: Smith, Bob  DOB: 06/07/1955  MRN: 448812"),
        ("José García Nuñez", "1980-12-01", "Patient: GARCIA NUNEZ, JOSE  DOB: 12/01/1980"),
        ("Nguyễn Thị Mai", "1948-01-01", "Patient: Nguyen Thi Mai  DOB: 01/01/1948"),
        ("Anne-Marie O'Neill", "1966-04-05", "Patient: ONEILL, ANNE MARIE  DOB: 04/05/1966"),
    ] {
        let got = verdict(&judge(name, birth), text);
        assert!(matches!(got, PageVerdict::Match | PageVerdict::Nothing), "{name} {birth} / {text}: {got:?}");
    }
}
