//! What people are to the patient, from what stands around and from what the text tells elsewhere.

use super::traps::patient;
use crate::detect::{Context, discover};
use crate::model::mention::{Category, Who};
use crate::model::role::{Role, RoleGroup};

/// The role of the last mention of `name`.
fn role(text: &str, name: &str) -> Option<Role> {
    let found = discover(text, &Context::default(), &patient());
    let m = found
        .iter()
        .rev()
        .find(|m| m.category == Category::Name && text.get(m.start..m.end).is_some_and(|s| s.contains(name)))?;
    match m.who {
        Who::New(r) => Some(r),
        Who::Patient => Some(Role::Patient),
        _ => None,
    }
}

fn check(table: &[(&str, &str, Role)]) {
    let bad: Vec<String> = table
        .iter()
        .filter_map(|(text, name, want)| {
            let got = role(text, name);
            (got != Some(*want)).then(|| format!("{text:?}: {name} is {got:?}, not {want:?}"))
        })
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_name_by_itself_takes_the_role_told_elsewhere() {
    check(&[
        ("Her brother, Rafael Salinas, refused. Call Rafael at home.", "Rafael", Role::Brother),
        ("Husband Hector drinks. Hector refuses help.", "Hector", Role::Spouse),
        ("Present: Karen Wu, RN. Wu charted it.", "Wu", Role::Nurse),
        ("Her sister Megan came. Megan, who is a nurse, asked about fluids.", "Megan", Role::Sister),
    ]);
}

#[test]
fn whose_relative_somebody_is() {
    check(&[
        ("Brother Eamon and his wife Fiona live nearby.", "Fiona", Role::InLaw),
        ("Son Neel lives at home with his wife Pooja. Pooja gives the pills.", "Pooja", Role::InLaw),
        ("Her aunt Shoshana had it; Shoshana's daughter Tali is well.", "Tali", Role::Cousin),
        ("Roommate Dot hit her; Dot's son Gene was told.", "Gene", Role::OtherPerson),
        ("Daughter Mabel has two kids, Jasper and Lila.", "Lila", Role::Grandchild),
        ("Seen by Dr. Tran and her sister Peggy Jones.", "Peggy", Role::Sister),
        ("Billy Roe is the son of William Price.", "Billy", Role::OtherPerson),
    ]);
}

#[test]
fn lists_tell_the_role_of_each() {
    check(&[
        ("Two boys, Calvin and Desmond.", "Desmond", Role::Son),
        ("Her children are Otis, Mabel and Rory.", "Rory", Role::Child),
        ("Siblings: Ari, 47, healthy; Miriam (ovarian 39).", "Miriam", Role::Sibling),
        ("FHx: B Eamon DM.", "Eamon", Role::Brother),
    ]);
}

#[test]
fn the_ward_tells_other_patients() {
    check(&[
        ("Ms. Smith eats with Mr. Tobias Crane.", "Crane", Role::OtherPatient),
        ("12A Lindgren 71M CHF\n12B Smith 62F hip\n13A Castellano 55F DKA", "Castellano", Role::OtherPatient),
        ("Letter addressed to Karen Castellano was mailed to Ms. Smith.", "Castellano", Role::OtherPatient),
        ("Mr. Castellano next door yells.", "Castellano", Role::OtherPatient),
    ]);
}

#[test]
fn desk_department_and_act_tell_those_who_work_in_care() {
    let care = |r: Option<Role>| r.is_some_and(|r| r.group() == RoleGroup::Clinician);
    for (text, name) in
        [("At noon Dwight drew the labs.", "Dwight"), ("From: Wren Hollister <whollister@clinic.example.org>", "Hollister")]
    {
        assert!(care(role(text, name)), "{text}: {:?}", role(text, name));
    }
    check(&[
        ("She says that Marguerite at the front desk rescheduled her.", "Marguerite", Role::Staff),
        ("She says that Marguerite from PT walked her.", "Marguerite", Role::Therapist),
        ("Order signed by Judge Marianne Volk.", "Volk", Role::OtherPerson),
        ("H. F. Begaye, M.D.\nHFB/TLM\n", "HFB", Role::Physician),
    ]);
}

#[test]
fn a_title_with_the_patients_name_is_the_patient_unless_a_relative_was_called_so() {
    check(&[
        ("Husband Walter Smith drove. Ms. Smith denies pain.", "Smith", Role::Patient),
        ("Ms. Smith has a husband, Walter. Mr. Smith smokes.", "Smith", Role::Spouse),
    ]);
}

#[test]
fn a_baby_in_the_chart_of_a_grown_patient_is_the_patients_child() {
    let text = "Rm 6 post partum day 2, baby Fiadh nursing well.";
    let found = discover(text, &Context::default(), &patient());
    let m = found.iter().find(|m| &text[m.start..m.end] == "Fiadh").expect("found");
    assert_eq!(m.who, Who::New(Role::Child), "{found:?}");
}

#[test]
fn a_credential_before_the_next_name_is_not_of_the_one_before() {
    let text = "Discussed with Dr. Holm, RN Perpetua and the team. Attending: Tupou     RN: Jorge";
    let found = discover(text, &Context::default(), &patient());
    let role = |name: &str| found.iter().find(|m| &text[m.start..m.end] == name).map(|m| m.who.clone());
    assert_eq!(role("Holm"), Some(Who::New(Role::Physician)), "{found:?}");
    assert_eq!(role("Tupou"), Some(Who::New(Role::Physician)), "{found:?}");
    assert_eq!(role("Perpetua"), Some(Who::New(Role::Nurse)), "{found:?}");
}

#[test]
fn kinds_of_people_told_by_more_words() {
    check(&[
        ("Foster parent Marjorie Vandenberg came.", "Vandenberg", Role::Guardian),
        ("The foster mother, Ann Lee, signed.", "Lee", Role::Guardian),
        ("The transport driver Virgil came.", "Virgil", Role::Staff),
        ("The patient in the door bed, Agnieszka, has been crying.", "Agnieszka", Role::OtherPatient),
        ("The school nurse at Keller Elementary, Mrs. Tuttle, has the plan.", "Tuttle", Role::Nurse),
        ("Vietnamese interpreter Tran Van Duc was used.", "Duc", Role::Interpreter),
        ("Drawn by phlebotomist Karen Wu.", "Wu", Role::Technician),
    ]);
    // The hand that signs with a user name is staff, whatever lists know.
    for text in ["Electronically signed: praghunathan 10/09/2026 14:12", "As above.\n\nmtran 11/12 0935\nAgree."] {
        let found = discover(text, &Context::default(), &patient());
        assert_eq!(found.first().map(|m| m.who.clone()), Some(Who::New(Role::Staff)), "{text}");
    }
    let none = ["BMP ok\ntrop 11/12 0.03", "signed consent 3/4"];
    none.iter().for_each(|text| assert!(discover(text, &Context::default(), &patient()).is_empty(), "{text}"));
}
