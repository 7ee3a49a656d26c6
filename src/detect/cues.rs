//! Words that say that a person is named next to them, and what that person is to the patient.

use super::words::ShortMap;
use crate::model::role::Role;
use std::sync::LazyLock;

/// Titles before a name and the role they tell; `None` tells only that it is a person.
const TITLES: &[(&[&str], Option<Role>)] = &[
    (&["dr", "drs", "doctor"], Some(Role::Physician)),
    (&["nurse"], Some(Role::Nurse)),
    (&["chaplain", "rev", "reverend", "pastor", "rabbi", "imam", "fr"], Some(Role::Chaplain)),
    (
        &[
            "mr",
            "mrs",
            "ms",
            "miss",
            "mx",
            "mssrs",
            "sr",
            "sra",
            "srta",
            "señor",
            "senor",
            "senora",
            "prof",
            "professor",
            "atty",
            "attorney",
            "officer",
            "detective",
            "judge",
            "sgt",
            "capt",
            "lt",
            "hon",
        ],
        None,
    ),
];

/// The role that a title tells; `Some(None)` for a title that tells only that it is a person.
pub fn title(low: &str) -> Option<Option<Role>> {
    CUES.get(low).and_then(|c| c.title)
}

/// `Mr` -> male, `Mrs`, `Ms`, `Miss` -> female.
pub fn title_sex(low: &str) -> Option<&'static str> {
    match low {
        "mr" | "sr" => Some("male"),
        "mrs" | "ms" | "miss" | "sra" | "srta" => Some("female"),
        _ => None,
    }
}

/// Credentials in the case in which they are written, the role they tell, and whether they are also words, states or units and
/// need a comma before them.
const CREDENTIALS: &[(&[&str], Role, bool)] = &[
    (&["MD", "MBBS", "MBChB", "FACP", "FACS", "FACC", "FACOG", "FAAP", "FAAFP", "DDS", "DMD", "DPM"], Role::Physician, false),
    (&["DO", "OD", "DC", "DVM"], Role::Physician, true),
    (&["RN", "LPN", "LVN", "BSN", "MSN", "CNM", "CRNA", "RNC", "CCRN", "CEN", "CNS", "RN-BC"], Role::Nurse, false),
    (
        &[
            "NP", "NP-C", "APRN", "ARNP", "FNP", "FNP-C", "FNP-BC", "ANP", "ANP-BC", "AGNP", "PNP", "CRNP", "DNP", "PMHNP",
            "PMHNP-BC", "ACNP", "WHNP",
        ],
        Role::NursePractitioner,
        false,
    ),
    (&["PA-C", "RPA-C", "PAC"], Role::PhysicianAssistant, false),
    (&["PA"], Role::PhysicianAssistant, true),
    (&["PharmD", "PHARMD", "RPh", "RPH", "BCPS", "CPhT"], Role::Pharmacist, false),
    (&["LCSW", "LMSW", "MSW", "LICSW", "LSW", "LCSW-C", "BSW"], Role::SocialWorker, false),
    (&["PhD", "PHD", "PsyD", "PSYD", "EdD", "LP", "ABPP"], Role::Psychologist, false),
    (
        &[
            "LMFT", "LPC", "LMHC", "LCPC", "LPCC", "DPT", "MPT", "OTR", "OTR/L", "OTD", "SLP", "CCC-SLP", "RRT", "CRT", "COTA",
            "PTA", "MFT", "LAc", "LMT", "CADC", "LADC",
        ],
        Role::Therapist,
        false,
    ),
    (&["PT", "OT", "RT"], Role::Therapist, true),
    (&["RD", "RDN", "LDN", "CDE", "CDCES"], Role::Dietitian, false),
    (&["CNA", "CMA", "RMA", "RDMS", "EMT", "EMT-P", "NREMT", "RVT", "CPT"], Role::Technician, false),
    (&["MA", "MS", "BS", "BA", "MPH", "MBA", "MHA", "AuD", "IBCLC", "Esq", "ESQ", "JD", "CCC-A"], Role::Clinician, true),
];

static BY_CREDENTIAL: LazyLock<ShortMap<(Role, bool)>> =
    LazyLock::new(|| CREDENTIALS.iter().flat_map(|(words, role, strict)| words.iter().map(|w| (*w, (*role, *strict)))).collect());

/// A credential after a name, compared without dots: its role, and whether it needs a comma before it.
pub fn credential(word: &str) -> Option<(Role, bool)> {
    if word.len() > 12 {
        return None;
    }
    if !word.contains('.') {
        return BY_CREDENTIAL.get(word).copied();
    }
    BY_CREDENTIAL.get(word.replace('.', "").as_str()).copied()
}

/// Kin words. Longer phrases are put together by the caller (`mother in law` -> in-law).
const KIN: &[(&[&str], Role)] = &[
    (&["mother", "mom", "mum", "mommy", "mama", "mami", "madre", "stepmother", "stepmom", "birthmother"], Role::Mother),
    (&["father", "dad", "daddy", "papa", "padre", "stepfather", "stepdad"], Role::Father),
    (&["parent", "parents"], Role::Parent),
    (&["sister", "stepsister", "half-sister", "sis", "hermana", "step-sister"], Role::Sister),
    (&["brother", "stepbrother", "half-brother", "bro", "hermano", "step-brother"], Role::Brother),
    (&["sibling", "siblings", "twin", "sisters", "brothers"], Role::Sibling),
    (&["husband", "wife", "spouse", "ex-husband", "ex-wife", "widow", "widower", "esposo", "esposa", "hubby"], Role::Spouse),
    (&["partner", "fiance", "fiancee", "boyfriend", "girlfriend"], Role::Partner),
    (&["daughter", "stepdaughter", "daughters", "hija", "step-daughter"], Role::Daughter),
    (&["son", "stepson", "sons", "hijo", "step-son"], Role::Son),
    (&["child", "children", "kid", "kids", "stepchild", "stepchildren"], Role::Child),
    (&["grandmother", "grandma", "granny", "nana", "abuela"], Role::Grandmother),
    (&["grandfather", "grandpa", "abuelo"], Role::Grandfather),
    (&["grandparent", "grandparents"], Role::Grandparent),
    (&["grandson", "granddaughter", "grandchild", "grandchildren"], Role::Grandchild),
    (&["aunt", "auntie", "tia"], Role::Aunt),
    (&["uncle", "tio"], Role::Uncle),
    (&["cousin", "cousins"], Role::Cousin),
    (&["niece"], Role::Niece),
    (&["nephew"], Role::Nephew),
    (
        &["mother-in-law", "father-in-law", "sister-in-law", "brother-in-law", "son-in-law", "daughter-in-law", "in-law"],
        Role::InLaw,
    ),
    (&["relative", "relatives"], Role::Relative),
];

/// The relation that a kin word tells.
pub fn kin(low: &str) -> Option<Role> {
    CUES.get(low).and_then(|c| c.kin)
}

/// What a word may open.
#[derive(Default)]
struct Cue {
    title: Option<Option<Role>>,
    kin: Option<Role>,
    phrases: Vec<&'static Phrase>,
}

static CUES: LazyLock<ShortMap<Cue>> = LazyLock::new(|| {
    let mut map: ShortMap<Cue> = ShortMap::default();
    for (words, role) in TITLES {
        for word in *words {
            map.entry(word).or_default().title = Some(*role);
        }
    }
    for (words, role) in KIN {
        for word in *words {
            map.entry(word).or_default().kin = Some(*role);
        }
    }
    for phrase in ROLE_PHRASES {
        if let Some(first) = phrase.0.first() {
            map.entry(first).or_default().phrases.push(phrase);
        }
    }
    map
});

/// What a word opens, if anything: a title, a kin word, a role phrase. One look where three are wanted.
pub fn opens(low: &str) -> Option<Opens> {
    CUES.get(low).map(|c| Opens { title: c.title.is_some(), kin: c.kin.is_some(), phrase: !c.phrases.is_empty() })
}

/// See [`opens`].
#[derive(Clone, Copy, Default)]
pub struct Opens {
    /// A title.
    pub title: bool,
    /// A kin word.
    pub kin: bool,
    /// The first word of a role phrase.
    pub phrase: bool,
}

/// The relation seen from the other end: in `mother of X` it is X's role.
pub fn inverse(role: Role) -> Role {
    match role {
        Role::Mother | Role::Father | Role::Parent => Role::Child,
        Role::Daughter | Role::Son | Role::Child => Role::Parent,
        Role::Sister | Role::Brother => Role::Sibling,
        Role::Spouse | Role::Partner | Role::Sibling => role,
        _ => Role::Relative,
    }
}

/// The relative of a relative: `mother's sister`, `husband's brother`.
pub fn kin_of_kin(of: Role, role: Role) -> Role {
    match (of, role) {
        (Role::Mother | Role::Father | Role::Parent, Role::Sister) => Role::Aunt,
        (Role::Mother | Role::Father | Role::Parent, Role::Brother) => Role::Uncle,
        (Role::Mother | Role::Father | Role::Parent, Role::Mother) => Role::Grandmother,
        (Role::Mother | Role::Father | Role::Parent, Role::Father) => Role::Grandfather,
        (Role::Sister | Role::Brother | Role::Sibling, Role::Daughter) => Role::Niece,
        (Role::Sister | Role::Brother | Role::Sibling, Role::Son) => Role::Nephew,
        (Role::Daughter | Role::Son | Role::Child, Role::Daughter | Role::Son | Role::Child) => Role::Grandchild,
        (
            Role::Daughter | Role::Son | Role::Child | Role::Sister | Role::Brother | Role::Sibling,
            Role::Spouse | Role::Partner,
        ) => Role::InLaw,
        (Role::Spouse | Role::Partner, Role::Mother | Role::Father | Role::Parent | Role::Sister | Role::Brother) => Role::InLaw,
        _ => Role::Relative,
    }
}

/// How strongly a role word says that a name follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pull {
    /// `emergency contact`, `roommate`: a name may follow directly or after `:`, `-`, `is`.
    Noun,
    /// `seen by`, `spoke with`: a name follows directly.
    Verb,
    /// `Attending:`, `Provider -`: only with a mark between, or as a title directly before a capitalised name.
    Label,
}

/// Phrases, longest first within a first word, and what stands in their place is to the patient. `None`: a person whose role
/// other words must tell.
pub const ROLE_PHRASES: &[(&[&str], Pull, Option<Role>)] = &[
    (&["emergency", "contact"], Pull::Noun, Some(Role::EmergencyContact)),
    (&["next", "of", "kin"], Pull::Noun, Some(Role::NextOfKin)),
    (&["nok"], Pull::Label, Some(Role::NextOfKin)),
    (&["power", "of", "attorney"], Pull::Noun, Some(Role::HealthCareAgent)),
    (&["health", "care", "proxy"], Pull::Noun, Some(Role::HealthCareAgent)),
    (&["healthcare", "proxy"], Pull::Noun, Some(Role::HealthCareAgent)),
    (&["health", "care", "agent"], Pull::Noun, Some(Role::HealthCareAgent)),
    (&["health", "care", "surrogate"], Pull::Noun, Some(Role::HealthCareAgent)),
    (&["hcp"], Pull::Label, Some(Role::HealthCareAgent)),
    (&["poa"], Pull::Label, Some(Role::HealthCareAgent)),
    (&["dpoa"], Pull::Label, Some(Role::HealthCareAgent)),
    (&["legal", "guardian"], Pull::Noun, Some(Role::Guardian)),
    (&["guardian"], Pull::Noun, Some(Role::Guardian)),
    (&["conservator"], Pull::Noun, Some(Role::Guardian)),
    (&["guarantor"], Pull::Noun, Some(Role::Guarantor)),
    (&["subscriber"], Pull::Noun, Some(Role::Subscriber)),
    (&["policy", "holder"], Pull::Noun, Some(Role::Subscriber)),
    (&["policyholder"], Pull::Noun, Some(Role::Subscriber)),
    (&["roommate"], Pull::Noun, Some(Role::OtherPatient)),
    (&["room-mate"], Pull::Noun, Some(Role::OtherPatient)),
    (&["room", "mate"], Pull::Noun, Some(Role::OtherPatient)),
    (&["other", "patient"], Pull::Noun, Some(Role::OtherPatient)),
    (&["another", "patient"], Pull::Noun, Some(Role::OtherPatient)),
    (&["fellow", "patient"], Pull::Noun, Some(Role::OtherPatient)),
    (&["peer"], Pull::Noun, Some(Role::OtherPatient)),
    (&["group", "member"], Pull::Noun, Some(Role::OtherPatient)),
    (&["donor"], Pull::Noun, Some(Role::Donor)),
    (&["newborn"], Pull::Noun, Some(Role::Newborn)),
    (&["interpreter"], Pull::Noun, Some(Role::Interpreter)),
    (&["translator"], Pull::Noun, Some(Role::Interpreter)),
    (&["chaplain"], Pull::Noun, Some(Role::Chaplain)),
    (&["friend"], Pull::Noun, Some(Role::Friend)),
    (&["neighbor"], Pull::Noun, Some(Role::Friend)),
    (&["neighbour"], Pull::Noun, Some(Role::Friend)),
    (&["housemate"], Pull::Noun, Some(Role::Friend)),
    (&["landlord"], Pull::Noun, Some(Role::OtherPerson)),
    (&["caregiver"], Pull::Noun, Some(Role::Caregiver)),
    (&["caretaker"], Pull::Noun, Some(Role::Caregiver)),
    (&["supervisor"], Pull::Noun, Some(Role::Employer)),
    (&["boss"], Pull::Noun, Some(Role::Employer)),
    (&["coworker"], Pull::Noun, Some(Role::OtherPerson)),
    (&["co-worker"], Pull::Noun, Some(Role::OtherPerson)),
    (&["employer"], Pull::Label, Some(Role::Employer)),
    (&["witness"], Pull::Noun, Some(Role::OtherPerson)),
    (&["witnessed", "by"], Pull::Verb, None),
    (&["lawyer"], Pull::Noun, Some(Role::OtherPerson)),
    (&["attorney"], Pull::Noun, Some(Role::OtherPerson)),
    (&["teacher"], Pull::Noun, Some(Role::OtherPerson)),
    (&["coach"], Pull::Noun, Some(Role::OtherPerson)),
    (&["victim"], Pull::Noun, Some(Role::OtherPerson)),
    (&["assailant"], Pull::Noun, Some(Role::OtherPerson)),
    (&["social", "worker"], Pull::Noun, Some(Role::SocialWorker)),
    (&["case", "manager"], Pull::Noun, Some(Role::SocialWorker)),
    (&["care", "manager"], Pull::Noun, Some(Role::SocialWorker)),
    (&["pharmacist"], Pull::Noun, Some(Role::Pharmacist)),
    (&["dietitian"], Pull::Noun, Some(Role::Dietitian)),
    (&["nutritionist"], Pull::Noun, Some(Role::Dietitian)),
    (&["psychologist"], Pull::Noun, Some(Role::Psychologist)),
    (&["physical", "therapist"], Pull::Noun, Some(Role::Therapist)),
    (&["occupational", "therapist"], Pull::Noun, Some(Role::Therapist)),
    (&["speech", "therapist"], Pull::Noun, Some(Role::Therapist)),
    (&["therapist"], Pull::Noun, Some(Role::Therapist)),
    (&["counselor"], Pull::Noun, Some(Role::Therapist)),
    (&["nurse", "practitioner"], Pull::Noun, Some(Role::NursePractitioner)),
    (&["physician", "assistant"], Pull::Noun, Some(Role::PhysicianAssistant)),
    (&["medical", "assistant"], Pull::Noun, Some(Role::Technician)),
    (&["technician"], Pull::Noun, Some(Role::Technician)),
    (&["technologist"], Pull::Noun, Some(Role::Technician)),
    (&["phlebotomist"], Pull::Noun, Some(Role::Technician)),
    (&["sonographer"], Pull::Noun, Some(Role::Technician)),
    (&["midwife"], Pull::Noun, Some(Role::Nurse)),
    (&["charge", "nurse"], Pull::Noun, Some(Role::Nurse)),
    (&["nurse"], Pull::Noun, Some(Role::Nurse)),
    (&["primary", "care", "physician"], Pull::Noun, Some(Role::Physician)),
    (&["primary", "care", "provider"], Pull::Noun, Some(Role::Physician)),
    (&["attending", "physician"], Pull::Noun, Some(Role::Physician)),
    (&["attending", "provider"], Pull::Noun, Some(Role::Physician)),
    (&["referring", "physician"], Pull::Noun, Some(Role::Physician)),
    (&["referring", "provider"], Pull::Noun, Some(Role::Physician)),
    (&["ordering", "provider"], Pull::Noun, Some(Role::Clinician)),
    (&["ordering", "physician"], Pull::Noun, Some(Role::Physician)),
    (&["consulting", "physician"], Pull::Noun, Some(Role::Physician)),
    (&["attending"], Pull::Label, Some(Role::Physician)),
    (&["pcp"], Pull::Label, Some(Role::Physician)),
    (&["surgeon"], Pull::Noun, Some(Role::Physician)),
    (&["assistant", "surgeon"], Pull::Noun, Some(Role::Physician)),
    (&["anesthesiologist"], Pull::Noun, Some(Role::Physician)),
    (&["anesthetist"], Pull::Noun, Some(Role::Nurse)),
    (&["cardiologist"], Pull::Noun, Some(Role::Physician)),
    (&["radiologist"], Pull::Noun, Some(Role::Physician)),
    (&["pathologist"], Pull::Noun, Some(Role::Physician)),
    (&["hospitalist"], Pull::Noun, Some(Role::Physician)),
    (&["psychiatrist"], Pull::Noun, Some(Role::Physician)),
    (&["physician"], Pull::Label, Some(Role::Physician)),
    (&["resident"], Pull::Label, Some(Role::Physician)),
    (&["consultant"], Pull::Label, Some(Role::Physician)),
    (&["dentist"], Pull::Noun, Some(Role::Physician)),
    (&["provider"], Pull::Label, Some(Role::Clinician)),
    (&["clinician"], Pull::Label, Some(Role::Clinician)),
    (&["author"], Pull::Label, Some(Role::Clinician)),
    (&["performer"], Pull::Label, Some(Role::Clinician)),
    (&["electronically", "signed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["digitally", "signed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["electronically", "authenticated", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["signed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["cosigned", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["co-signed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["dictated", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["authored", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["written", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["prescribed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["ordered", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["performed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["reviewed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["interpreted", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["read", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["administered", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["referred", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["referred", "to"], Pull::Verb, Some(Role::Clinician)),
    (&["evaluated", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["examined", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["treated", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["followed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["seen", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["verified", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["transcribed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["entered", "by"], Pull::Verb, Some(Role::Staff)),
    (&["recorded", "by"], Pull::Verb, Some(Role::Staff)),
    (&["scanned", "by"], Pull::Verb, Some(Role::Staff)),
    (&["scribed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["scribe"], Pull::Label, Some(Role::Staff)),
    (&["updated", "by"], Pull::Verb, Some(Role::Staff)),
    (&["created", "by"], Pull::Verb, Some(Role::Staff)),
    (&["authenticated", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["attested", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["approved", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["documented", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["charted", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["completed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["supervised", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["assessed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["managed", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["resulted", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["given", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["started", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["recommended", "by"], Pull::Verb, Some(Role::Clinician)),
    (&["dispensed", "by"], Pull::Verb, Some(Role::Pharmacist)),
    (&["collected", "by"], Pull::Verb, Some(Role::Technician)),
    (&["drawn", "by"], Pull::Verb, Some(Role::Technician)),
    (&["translated", "by"], Pull::Verb, Some(Role::Interpreter)),
    (&["typed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["opened", "by"], Pull::Verb, Some(Role::Staff)),
    (&["viewed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["accessed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["printed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["modified", "by"], Pull::Verb, Some(Role::Staff)),
    (&["edited", "by"], Pull::Verb, Some(Role::Staff)),
    (&["changed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["added", "by"], Pull::Verb, Some(Role::Staff)),
    (&["deleted", "by"], Pull::Verb, Some(Role::Staff)),
    (&["filed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["faxed", "by"], Pull::Verb, Some(Role::Staff)),
    (&["sent", "by"], Pull::Verb, Some(Role::Staff)),
    (&["received", "by"], Pull::Verb, Some(Role::Staff)),
    (&["released", "by"], Pull::Verb, Some(Role::Staff)),
    (&["requested", "by"], Pull::Verb, Some(Role::Staff)),
    (&["exported", "by"], Pull::Verb, Some(Role::Staff)),
    (&["generated", "by"], Pull::Verb, Some(Role::Staff)),
    (&["prepared", "by"], Pull::Verb, Some(Role::Staff)),
    (&["compiled", "by"], Pull::Verb, Some(Role::Staff)),
    (&["scheduled", "by"], Pull::Verb, Some(Role::Staff)),
    (&["registered", "by"], Pull::Verb, Some(Role::Staff)),
    (&["checked", "in", "by"], Pull::Verb, Some(Role::Staff)),
    (&["uploaded", "by"], Pull::Verb, Some(Role::Staff)),
    (&["submitted", "by"], Pull::Verb, Some(Role::Staff)),
    (&["escorted", "by"], Pull::Verb, None),
    (&["informant"], Pull::Label, None),
    (&["visitor"], Pull::Noun, None),
    (&["visitors"], Pull::Label, None),
    (&["emergency", "contacts"], Pull::Label, Some(Role::EmergencyContact)),
    (&["primary", "insured"], Pull::Label, Some(Role::Subscriber)),
    (&["insured"], Pull::Label, Some(Role::Subscriber)),
    (&["facilitator"], Pull::Label, Some(Role::Therapist)),
    (&["group", "leader"], Pull::Noun, Some(Role::Therapist)),
    (&["participant"], Pull::Noun, Some(Role::OtherPatient)),
    (&["bedmate"], Pull::Noun, Some(Role::OtherPatient)),
    (&["bunkmate"], Pull::Noun, Some(Role::OtherPatient)),
    (&["neighboring", "patient"], Pull::Noun, Some(Role::OtherPatient)),
    (&["accompanied", "by"], Pull::Verb, None),
    (&["brought", "in", "by"], Pull::Verb, None),
    (&["brought", "by"], Pull::Verb, None),
    (&["driven", "by"], Pull::Verb, None),
    (&["provided", "by"], Pull::Verb, None),
    (&["reported", "by"], Pull::Verb, None),
    (&["spoke", "with"], Pull::Verb, None),
    (&["spoke", "to"], Pull::Verb, None),
    (&["talked", "with"], Pull::Verb, None),
    (&["talked", "to"], Pull::Verb, None),
    (&["discussed", "with"], Pull::Verb, None),
    (&["met", "with"], Pull::Verb, None),
    (&["lives", "with"], Pull::Verb, None),
    (&["living", "with"], Pull::Verb, None),
    (&["consulted", "with"], Pull::Verb, None),
    (&["conferred", "with"], Pull::Verb, None),
    (&["d", "/", "w"], Pull::Verb, None),
    (&["c", "/", "o"], Pull::Verb, None),
    (&["attn"], Pull::Label, None),
    (&["cc"], Pull::Label, None),
    (&["contact", "person"], Pull::Noun, Some(Role::Contact)),
    (&["contact", "name"], Pull::Label, Some(Role::Contact)),
    (&["contact"], Pull::Label, Some(Role::Contact)),
    (&["name"], Pull::Label, None),
    (&["named"], Pull::Verb, None),
    (&["this", "is"], Pull::Verb, None),
    (&["per"], Pull::Verb, None),
];

/// The phrase that begins at a word, if any: its length in words, pull and role. Longest phrase wins.
pub fn role_phrase<'w>(word_at: impl Fn(usize) -> &'w str) -> Option<(usize, Pull, Option<Role>)> {
    let mut best: Option<(usize, Pull, Option<Role>)> = None;
    for (phrase, pull, role) in &CUES.get(word_at(0))?.phrases {
        let fits = phrase.iter().enumerate().skip(1).all(|(i, w)| word_at(i) == *w);
        if fits && best.is_none_or(|b| phrase.len() > b.0) {
            best = Some((phrase.len(), *pull, *role));
        }
    }
    best
}

type Phrase = (&'static [&'static str], Pull, Option<Role>);

/// Words after a name that make it the name of a disease, sign, score, device, place or institution.
pub fn is_eponym_head(low: &str) -> bool {
    matches!(
        low,
        "disease"
            | "diseases"
            | "syndrome"
            | "sign"
            | "signs"
            | "score"
            | "scores"
            | "scale"
            | "test"
            | "testing"
            | "criteria"
            | "index"
            | "classification"
            | "stage"
            | "grade"
            | "lymphoma"
            | "palsy"
            | "phenomenon"
            | "thyroiditis"
            | "esophagus"
            | "cyst"
            | "fracture"
            | "drain"
            | "drains"
            | "catheter"
            | "catheters"
            | "clamp"
            | "clamps"
            | "forceps"
            | "scissors"
            | "retractor"
            | "retractors"
            | "needle"
            | "procedure"
            | "operation"
            | "repair"
            | "maneuver"
            | "manoeuvre"
            | "position"
            | "tube"
            | "line"
            | "point"
            | "law"
            | "triad"
            | "reflex"
            | "ring"
            | "node"
            | "nodes"
            | "nodule"
            | "nodules"
            | "sarcoma"
            | "tumor"
            | "tumour"
            | "equation"
            | "formula"
            | "method"
            | "stain"
            | "agar"
            | "monitor"
            | "ultrasound"
            | "study"
            | "scan"
            | "inventory"
            | "questionnaire"
            | "assessment"
            | "hospital"
            | "clinic"
            | "center"
            | "centre"
            | "medical"
            | "health"
            | "healthcare"
            | "university"
            | "college"
            | "school"
            | "institute"
            | "foundation"
            | "memorial"
            | "pharmacy"
            | "laboratory"
            | "laboratories"
            | "county"
            | "building"
            | "tower"
            | "hall"
            | "house"
            | "church"
            | "street"
            | "st"
            | "avenue"
            | "ave"
            | "road"
            | "rd"
            | "boulevard"
            | "blvd"
            | "lane"
            | "ln"
            | "drive"
            | "court"
            | "ct"
            | "parkway"
            | "pkwy"
            | "highway"
            | "way"
            | "place"
            | "plaza"
            | "inc"
            | "llc"
            | "corp"
            | "bodies"
            | "body"
            | "cells"
            | "cell"
            | "antigen"
            | "factor"
            | "virus"
            | "fever"
            | "ulcer"
            | "hernia"
            | "duct"
            | "contracture"
            | "chorea"
            | "ataxia"
            | "dystrophy"
            | "neuroma"
            | "tendonitis"
            | "tenosynovitis"
            | "lung"
            | "ganglion"
            | "artery"
            | "pouch"
            | "incision"
            | "approach"
            | "technique"
            | "protocol"
            | "diet"
            | "exercise"
            | "exercises"
            | "wrap"
            | "boot"
            | "splint"
            | "frame"
            | "rod"
            | "pin"
            | "plate"
            | "nail"
            | "screw"
            | "valve"
            | "shunt"
            | "group"
            | "system"
            | "systems"
            | "park"
            | "beach"
            | "city"
            | "valley"
            | "springs"
            | "heights"
            | "hills"
            | "library"
            | "disorder"
            | "risk"
            | "degeneration"
            | "anemia"
            | "coma"
            | "spot"
            | "spots"
            | "lines"
            | "crisis"
            | "pressure"
            | "flow"
    )
}

/// Adjectives that stand between a possessive and a kin word, or before a kin word.
pub fn is_kin_adjective(low: &str) -> bool {
    matches!(
        low,
        "older"
            | "younger"
            | "elder"
            | "oldest"
            | "youngest"
            | "eldest"
            | "twin"
            | "maternal"
            | "paternal"
            | "biological"
            | "adoptive"
            | "foster"
            | "birth"
            | "late"
            | "former"
            | "ex"
            | "estranged"
            | "deceased"
            | "adult"
            | "teenage"
            | "half"
            | "step"
            | "great"
            | "first"
            | "second"
            | "identical"
            | "fraternal"
            | "only"
            | "middle"
            | "own"
            | "legal"
            | "primary"
            | "good"
            | "close"
    )
}

/// Words that stand for the patient as possessor: `her`, `the patient's`, `pt's`.
pub fn is_possessor(low: &str) -> bool {
    matches!(
        low,
        "her" | "his" | "their" | "my" | "patient" | "pt" | "the" | "a" | "an" | "patients" | "pts" | "our" | "your" | "client"
    )
}
