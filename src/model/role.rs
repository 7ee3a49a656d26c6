//! What a person is to the patient, and the label put in their place.
//!
//! The vocabulary is closed: a label may only be one of these words and a number, so that no text of the export can reach a label.

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($( $name:ident, $label:literal, $cli:literal, $group:ident, $doc:literal; )*) => {
        /// Relation of a person to the patient.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $( #[doc = $doc] $name, )* }

        impl Role {
            /// Every role, in order of declaration.
            pub const ALL: &'static [Role] = &[ $( Role::$name, )* ];
            /// The words of the label, without brackets and number: `MOTHER`.
            pub fn label_words(self) -> &'static str { match self { $( Role::$name => $label, )* } }
            /// The coarser name of the command line contract: `mother`, `physician`, `other_person`.
            pub fn contract_name(self) -> &'static str { match self { $( Role::$name => $cli, )* } }
            /// The group that policy presets speak of.
            pub fn group(self) -> RoleGroup { match self { $( Role::$name => RoleGroup::$group, )* } }
        }
    };
}

/// Groups of roles that a policy preset treats alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleGroup {
    /// The requester.
    Patient,
    /// Family by blood, marriage or household.
    Relative,
    /// Emergency contacts, guardians, guarantors, subscribers, agents, friends.
    Contact,
    /// Any other patient or research subject, donor, room-mate, newborn.
    OtherPatient,
    /// Whoever gives care in a professional capacity.
    Clinician,
    /// Clerks, transcriptionists, interpreters, users of the record system.
    Staff,
    /// Anybody whose relation is not known.
    OtherPerson,
    /// Not a person. Kept, except where its name is a person's.
    Organization,
}

impl RoleGroup {
    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            RoleGroup::Patient => "patient",
            RoleGroup::Relative => "relative",
            RoleGroup::Contact => "contact",
            RoleGroup::OtherPatient => "other_patient",
            RoleGroup::Clinician => "clinician",
            RoleGroup::Staff => "staff",
            RoleGroup::OtherPerson => "other_person",
            RoleGroup::Organization => "organization",
        }
    }
}

roles! {
    Patient, "PATIENT", "patient", Patient, "The requester.";
    Mother, "MOTHER", "mother", Relative, "Mother.";
    Father, "FATHER", "father", Relative, "Father.";
    Parent, "PARENT", "relative", Relative, "Mother or father, not told which.";
    Sister, "SISTER", "sibling", Relative, "Sister.";
    Brother, "BROTHER", "sibling", Relative, "Brother.";
    Sibling, "SIBLING", "sibling", Relative, "Brother or sister, twin.";
    Spouse, "SPOUSE", "spouse", Relative, "Husband or wife.";
    Partner, "PARTNER", "spouse", Relative, "Domestic or life partner, fiance, significant other.";
    Daughter, "DAUGHTER", "child", Relative, "Daughter.";
    Son, "SON", "child", Relative, "Son.";
    Child, "CHILD", "child", Relative, "Son or daughter, step-child, foster child.";
    Grandmother, "GRANDMOTHER", "relative", Relative, "Grandmother.";
    Grandfather, "GRANDFATHER", "relative", Relative, "Grandfather.";
    Grandparent, "GRANDPARENT", "relative", Relative, "Grandparent.";
    Grandchild, "GRANDCHILD", "relative", Relative, "Grandchild.";
    Aunt, "AUNT", "relative", Relative, "Aunt.";
    Uncle, "UNCLE", "relative", Relative, "Uncle.";
    Cousin, "COUSIN", "relative", Relative, "Cousin.";
    Niece, "NIECE", "relative", Relative, "Niece.";
    Nephew, "NEPHEW", "relative", Relative, "Nephew.";
    InLaw, "IN-LAW", "relative", Relative, "Relative by marriage.";
    Relative, "RELATIVE", "relative", Relative, "Family member of another or unknown degree.";
    Guardian, "GUARDIAN", "guardian", Contact, "Legal guardian, conservator, holder of a power of attorney.";
    HealthCareAgent, "HEALTH CARE AGENT", "guardian", Contact, "Health care proxy, surrogate, agent.";
    EmergencyContact, "EMERGENCY CONTACT", "emergency_contact", Contact, "Emergency contact.";
    NextOfKin, "NEXT OF KIN", "relative", Contact, "Next of kin whose degree is not told.";
    Caregiver, "CAREGIVER", "relative", Contact, "Unpaid caregiver.";
    Guarantor, "GUARANTOR", "guarantor", Contact, "Who answers for the bill.";
    Subscriber, "SUBSCRIBER", "guarantor", Contact, "Holder of the insurance policy.";
    Friend, "FRIEND", "other_person", Contact, "Friend, neighbour, room-mate at home.";
    Contact, "CONTACT", "other_person", Contact, "Contact person of another kind.";
    Employer, "EMPLOYER", "employer", Contact, "A person as employer or supervisor of the patient.";
    OtherPatient, "OTHER PATIENT", "other_patient", OtherPatient, "Another patient: room-mate on the ward, group member, chart neighbour.";
    Newborn, "NEWBORN", "other_patient", OtherPatient, "The newborn in its mother's record.";
    Donor, "DONOR", "other_patient", OtherPatient, "Organ, tissue, blood or gamete donor.";
    Physician, "PHYSICIAN", "physician", Clinician, "Medical doctor, osteopath, dentist, podiatrist.";
    Nurse, "NURSE", "nurse", Clinician, "Nurse of any grade, midwife.";
    NursePractitioner, "NURSE PRACTITIONER", "clinician", Clinician, "Advanced practice nurse.";
    PhysicianAssistant, "PHYSICIAN ASSISTANT", "clinician", Clinician, "Physician assistant.";
    Pharmacist, "PHARMACIST", "clinician", Clinician, "Pharmacist.";
    Therapist, "THERAPIST", "clinician", Clinician, "Physical, occupational, speech, respiratory therapist; counsellor.";
    Psychologist, "PSYCHOLOGIST", "clinician", Clinician, "Psychologist.";
    SocialWorker, "SOCIAL WORKER", "clinician", Clinician, "Social worker, case manager.";
    Dietitian, "DIETITIAN", "clinician", Clinician, "Dietitian.";
    Technician, "TECHNICIAN", "clinician", Clinician, "Technologist, technician, phlebotomist, medical assistant.";
    Clinician, "CLINICIAN", "clinician", Clinician, "Clinician of another or unknown kind.";
    Interpreter, "INTERPRETER", "clinician", Staff, "Interpreter, in person or by phone; a kind of clinician in the contract of `detect`.";
    Chaplain, "CHAPLAIN", "staff", Staff, "Chaplain.";
    Staff, "STAFF", "staff", Staff, "Clerk, transcriptionist, record-system user.";
    OtherPerson, "OTHER PERSON", "other_person", OtherPerson, "A person whose relation is not known.";
    Organization, "ORGANIZATION", "other_person", Organization, "Not a person.";
}

impl Role {
    /// True for a relation that a patient has one of in the usual case; the first is then labelled without a number.
    pub fn is_singular(self) -> bool {
        matches!(
            self,
            Role::Mother
                | Role::Father
                | Role::Spouse
                | Role::Partner
                | Role::Guardian
                | Role::HealthCareAgent
                | Role::EmergencyContact
                | Role::NextOfKin
                | Role::Guarantor
                | Role::Subscriber
                | Role::Newborn
                | Role::Donor
                | Role::Employer
        )
    }

    /// The label of the `n`th person (from 1) of this role: `[MOTHER]`, `[MOTHER 2]`, `[PHYSICIAN 1]`.
    pub fn label(self, n: u32) -> String {
        if n == 1 && self.is_singular() { format!("[{}]", self.label_words()) } else { format!("[{} {}]", self.label_words(), n) }
    }

    /// Coarser roles whose label tells nothing untrue about somebody of this one, the finest first. The vocabulary stays closed.
    pub fn coarser(self) -> &'static [Role] {
        use Role::*;
        match self {
            Patient | Organization | OtherPerson => &[],
            Mother | Father => &[Parent, Relative, OtherPerson],
            Sister | Brother => &[Sibling, Relative, OtherPerson],
            Daughter | Son => &[Child, Relative, OtherPerson],
            Grandmother | Grandfather => &[Grandparent, Relative, OtherPerson],
            _ => match self.group() {
                RoleGroup::Relative if self != Relative => &[Relative, OtherPerson],
                RoleGroup::Contact if self != Contact => &[Contact, OtherPerson],
                RoleGroup::OtherPatient if self != OtherPatient => &[OtherPatient, OtherPerson],
                RoleGroup::Clinician if self != Clinician => &[Clinician, OtherPerson],
                RoleGroup::Staff if self != Staff => &[Staff, OtherPerson],
                _ => &[OtherPerson],
            },
        }
    }

    /// How much a role tells: of two roles seen for one person the one with the higher rank is used for the label.
    /// A kin relation tells more than a function (emergency contact), a kind of clinician more than `clinician`.
    pub fn rank(self) -> u8 {
        match self {
            Role::Patient => 100,
            Role::Organization => 0,
            Role::OtherPerson => 1,
            Role::Contact => 5,
            Role::Staff => 6,
            Role::NextOfKin => 20,
            Role::EmergencyContact => 22,
            Role::Friend => 23,
            Role::Caregiver => 24,
            Role::Subscriber => 25,
            Role::Guarantor => 26,
            Role::Employer => 27,
            Role::HealthCareAgent => 28,
            Role::Guardian => 29,
            Role::Relative => 30,
            Role::Parent | Role::Sibling | Role::Child | Role::Grandparent | Role::InLaw => 40,
            Role::OtherPatient => 45,
            Role::Newborn | Role::Donor => 46,
            Role::Clinician => 10,
            r if r.group() == RoleGroup::Clinician => 12,
            r if r.group() == RoleGroup::Relative => 50,
            _ => 11,
        }
    }
}
