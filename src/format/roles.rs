//! What codes, credentials and words say about a person's role. Facts shared by the structured formats.
//!
//! Sources: HL7 v3 RoleCode and RoleClass, v2-0131 contact role, NUCC health care provider taxonomy, SNOMED CT family members, and the
//! usual American credentials.

use crate::model::role::Role;

/// Personal relation of a RoleCode, RoleClass or SNOMED CT code. `Role::Patient` for SELF.
pub fn relation(code: &str) -> Option<Role> {
    Some(match code {
        "SELF" | "ONESELF" => Role::Patient,
        "MTH" | "NMTH" | "STPMTH" | "MTHFOST" | "ADOPTM" | "GESTM" | "NMTHF" | "72705000" => Role::Mother,
        "FTH" | "NFTH" | "STPFTH" | "FTHFOST" | "ADOPTF" | "NFTHF" | "66839005" => Role::Father,
        "PRN" | "NPRN" | "STPPRN" | "PRNFOST" | "ADOPTP" | "40683002" => Role::Parent,
        "SIS" | "NSIS" | "HSIS" | "STPSIS" | "TWINSIS" | "FTWINSIS" | "ITWINSIS" | "27733009" => Role::Sister,
        "BRO" | "NBRO" | "HBRO" | "STPBRO" | "TWINBRO" | "FTWINBRO" | "ITWINBRO" | "70924004" => Role::Brother,
        "SIB" | "NSIB" | "HSIB" | "STPSIB" | "TWIN" | "FTWIN" | "ITWIN" | "375005" => Role::Sibling,
        "SPS" | "SPO" | "HUSB" | "WIFE" | "FMRSPS" | "127848009" | "127849001" | "127850001" => Role::Spouse,
        "DOMPART" | "SIGOTHR" => Role::Partner,
        "DAU" | "DAUC" | "NDAU" | "STPDAU" | "DAUADOPT" | "DAUFOST" | "66089001" => Role::Daughter,
        "SON" | "SONC" | "NSON" | "STPSON" | "SONADOPT" | "SONFOST" | "65616008" => Role::Son,
        "CHILD" | "NCHILD" | "STPCHLD" | "CHLDADOPT" | "CHLDFOST" | "CHD" | "67822003" => Role::Child,
        "GRMTH" | "MGRMTH" | "PGRMTH" | "GGRMTH" | "113157001" | "394859001" | "394858009" => Role::Grandmother,
        "GRFTH" | "MGRFTH" | "PGRFTH" | "GGRFTH" | "34871008" | "394857004" | "394856008" => Role::Grandfather,
        "GRPRN" | "MGRPRN" | "PGRPRN" | "GGRPRN" => Role::Grandparent,
        "GRNDCHILD" | "GRNDDAU" | "GRNDSON" => Role::Grandchild,
        "AUNT" | "MAUNT" | "PAUNT" | "25211005" => Role::Aunt,
        "UNCLE" | "MUNCLE" | "PUNCLE" | "38048003" => Role::Uncle,
        "COUSN" | "MCOUSN" | "PCOUSN" | "55538000" => Role::Cousin,
        "NIECE" | "34581001" => Role::Niece,
        "NEPHEW" | "83559000" => Role::Nephew,
        "INLAW" | "MTHINLAW" | "FTHINLAW" | "PRNINLAW" | "SISINLAW" | "BROINLAW" | "SIBINLAW" | "DAUINLAW" | "SONINLAW"
        | "CHLDINLAW" => Role::InLaw,
        "FAMMEMB" | "EXT" | "NIENEPH" | "DEP" | "MGGRMTH" | "MGGRFTH" | "PGGRMTH" | "PGGRFTH" | "MGGRPRN" | "PGGRPRN" | "PRS"
        | "FAMDEP" | "DEPEN" | "STUD" | "HANDIC" => Role::Relative,
        "GUARD" | "RESPRSN" | "GUADLTM" | "SGUARD" | "POWATT" | "DPOWATT" | "SPOWATT" => Role::Guardian,
        "HPOWATT" | "AGNT" | "HCPROXY" | "CST" | "CAGNT" => Role::HealthCareAgent,
        "ECON" => Role::EmergencyContact,
        "NOK" => Role::NextOfKin,
        "CAREGIVER" | "RESBEH" | "133932002" => Role::Caregiver,
        "GUAR" => Role::Guarantor,
        "POLHOLD" | "SUBSCR" | "HLD" => Role::Subscriber,
        "FRND" | "NBOR" | "ROOM" | "113163005" => Role::Friend,
        "CON" => Role::Contact,
        "EMP" | "EMPLOYER" => Role::Employer,
        "DON" | "DONOR" => Role::Donor,
        "NBRN" | "BABY" => Role::Newborn,
        _ => return None,
    })
}

/// Role of an HL7 v3 RoleCode, RoleClass or v2-0131 contact role, or of a SNOMED CT person; `None` for the patient.
pub fn role_of_code(code: &str) -> Option<Role> {
    match code {
        "C" | "EP" => Some(Role::EmergencyContact),
        "N" => Some(Role::NextOfKin),
        "E" => Some(Role::Employer),
        "PAR" => Some(Role::Parent),
        code => relation(code).filter(|r| *r != Role::Patient),
    }
}

/// Kind of clinician of a code: NUCC taxonomy by its prefix, ParticipationFunction and a few SNOMED CT occupations.
pub fn clinician(code: &str) -> Option<Role> {
    let starts = |list: &[&str]| list.iter().any(|p| code.starts_with(p));
    let nucc = code.len() == 10 && code.ends_with('X') && code.bytes().take(3).all(|b| b.is_ascii_digit());
    if nucc {
        return Some(match () {
            _ if starts(&["207", "208", "202", "204", "1223", "122", "213", "390"]) => Role::Physician,
            _ if starts(&["163", "164", "367A", "176B"]) => Role::Nurse,
            _ if starts(&["363L", "364", "3675"]) => Role::NursePractitioner,
            _ if starts(&["363A"]) => Role::PhysicianAssistant,
            _ if starts(&["1835", "183"]) => Role::Pharmacist,
            _ if starts(&["103"]) => Role::Psychologist,
            _ if starts(&["1041", "104", "171M", "251B"]) => Role::SocialWorker,
            _ if starts(&["225", "227", "2278", "2279", "235", "101Y", "106H", "221"]) => Role::Therapist,
            _ if starts(&["133", "136"]) => Role::Dietitian,
            _ if starts(&["246", "247", "126", "374", "376", "372", "146", "183700000X"]) => Role::Technician,
            _ if starts(&["171R"]) => Role::Interpreter,
            _ => Role::Clinician,
        });
    }
    Some(match code {
        "PCP" | "ATTPHYS" | "ADMPHYS" | "DISPHYS" | "RNDPHYS" | "PRISURG" | "FASST" | "ANEST" | "_PCP" => Role::Physician,
        "SNRS" | "NASST" | "SASST" | "MDWF" | "ANRS" => Role::Nurse,
        "309343006" | "59058001" | "158965000" | "405279007" | "62247001" | "17561000" | "304292004" | "446050000" => {
            Role::Physician
        }
        "106292003" | "224535009" | "224571005" | "309453006" => Role::Nurse,
        "46255001" => Role::Pharmacist,
        "40127002" => Role::Dietitian,
        "106328005" => Role::SocialWorker,
        _ => return None,
    })
}

/// Role that a credential or title in or beside a name gives: `MD`, `RN`, `Dr.`, `PharmD`.
pub fn role_of_credential(text: &str) -> Option<Role> {
    let mut found: Option<Role> = None;
    for token in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '(' | ')')) {
        let bare: String = token.chars().filter(|c| *c != '.').collect();
        if let Some(role) = credential(&bare)
            && found.is_none_or(|f| role.rank() > f.rank() || f == Role::Clinician)
        {
            found = Some(role);
        }
    }
    found
}

/// The same for a name's own prefix or suffix, which holds nothing else: there small letters are titles, too (`r.n.`, `Md`).
pub fn role_of_title(text: &str) -> Option<Role> {
    let upper = text.to_uppercase();
    role_of_credential(text).or_else(|| role_of_credential(&upper)).or_else(|| {
        // Two letters that mean much else in running text.
        match upper.trim().replace('.', "").as_str() {
            "RD" => Some(Role::Dietitian),
            "LP" => Some(Role::Psychologist),
            _ => None,
        }
    })
}

fn credential(bare: &str) -> Option<Role> {
    let exact = match bare {
        "MD" | "DO" | "MBBS" | "MBCHB" | "FACP" | "FACS" | "FACC" | "DDS" | "DMD" | "DPM" | "OD" | "MBChB" | "DC" => {
            Role::Physician
        }
        "RN" | "LPN" | "LVN" | "BSN" | "MSN" | "CNA" | "CNM" | "CRNA" | "CCRN" | "RNC" | "RN-BC" => Role::Nurse,
        "NP" | "APRN" | "FNP" | "ANP" | "PNP" | "DNP" | "ARNP" | "FNP-C" | "FNP-BC" | "CNP" | "PMHNP" | "AGNP" | "CNS"
        | "CRNP" | "NP-C" => Role::NursePractitioner,
        "PA" | "PA-C" | "PAC" => Role::PhysicianAssistant,
        "RPh" | "PharmD" | "RPH" | "PHARMD" | "CPhT" | "CPHT" | "BCPS" => Role::Pharmacist,
        "PT" | "DPT" | "OT" | "OTR" | "OTR/L" | "SLP" | "CCC-SLP" | "RRT" | "LMFT" | "LPC" | "LMHC" | "LPCC" | "COTA" | "PTA"
        | "MFT" | "OTRL" | "CRT" => Role::Therapist,
        "PsyD" | "PSYD" => Role::Psychologist,
        "LCSW" | "MSW" | "LMSW" | "LICSW" | "LSW" | "BSW" => Role::SocialWorker,
        "RDN" | "LDN" | "CDE" => Role::Dietitian,
        "MA" | "CMA" | "RMA" | "EMT" | "EMT-P" | "RT" | "RTR" | "RDMS" => Role::Technician,
        "PhD" | "EdD" => Role::Clinician,
        _ => {
            return match bare.to_ascii_lowercase().as_str() {
                "dr" | "doctor" | "physician" | "surgeon" => Some(Role::Physician),
                "nurse" => Some(Role::Nurse),
                "prof" => Some(Role::Clinician),
                _ => None,
            };
        }
    };
    Some(exact)
}

/// Personal relation that a display name or original text tells, by whole words.
pub fn relation_words(text: &str) -> Option<Role> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let has = |w: &str| words.contains(&w);
    let pair = |a: &str, b: &str| words.windows(2).any(|p| p == [a, b]);
    if pair("in", "law") {
        return Some(Role::InLaw);
    }
    let table: &[(&str, Role)] = &[
        ("self", Role::Patient),
        ("oneself", Role::Patient),
        ("grandmother", Role::Grandmother),
        ("grandfather", Role::Grandfather),
        ("grandparent", Role::Grandparent),
        ("grandchild", Role::Grandchild),
        ("grandson", Role::Grandchild),
        ("granddaughter", Role::Grandchild),
        ("newborn", Role::Newborn),
        ("neonate", Role::Newborn),
        ("fetus", Role::Newborn),
        ("donor", Role::Donor),
        ("stepmother", Role::Mother),
        ("stepfather", Role::Father),
        ("stepsister", Role::Sister),
        ("stepbrother", Role::Brother),
        ("mother", Role::Mother),
        ("maiden", Role::Mother),
        ("mom", Role::Mother),
        ("father", Role::Father),
        ("dad", Role::Father),
        ("parent", Role::Parent),
        ("sister", Role::Sister),
        ("brother", Role::Brother),
        ("sibling", Role::Sibling),
        ("twin", Role::Sibling),
        ("husband", Role::Spouse),
        ("wife", Role::Spouse),
        ("spouse", Role::Spouse),
        ("partner", Role::Partner),
        ("fiance", Role::Partner),
        ("significant", Role::Partner),
        ("stepdaughter", Role::Daughter),
        ("stepson", Role::Son),
        ("daughter", Role::Daughter),
        ("son", Role::Son),
        ("stepchild", Role::Child),
        ("child", Role::Child),
        ("aunt", Role::Aunt),
        ("uncle", Role::Uncle),
        ("cousin", Role::Cousin),
        ("niece", Role::Niece),
        ("nephew", Role::Nephew),
        ("guardian", Role::Guardian),
        ("conservator", Role::Guardian),
        ("attorney", Role::Guardian),
        ("proxy", Role::HealthCareAgent),
        ("surrogate", Role::HealthCareAgent),
        ("agent", Role::HealthCareAgent),
        ("emergency", Role::EmergencyContact),
        ("kin", Role::NextOfKin),
        ("caregiver", Role::Caregiver),
        ("guarantor", Role::Guarantor),
        ("subscriber", Role::Subscriber),
        ("policyholder", Role::Subscriber),
        ("friend", Role::Friend),
        ("neighbor", Role::Friend),
        ("neighbour", Role::Friend),
        ("roommate", Role::Friend),
        ("employer", Role::Employer),
        ("supervisor", Role::Employer),
        ("relative", Role::Relative),
        ("family", Role::Relative),
    ];
    // "family medicine", "family nurse practitioner" and the like are professions.
    if clinician_words(&text).is_some() {
        return None;
    }
    table.iter().find(|(w, _)| has(w)).map(|(_, r)| *r)
}

/// Role that words in a relation, question or title give: `Mother`, `emergency contact`; `None` for the patient.
pub fn role_of_words(text: &str) -> Option<Role> {
    relation_words(text).filter(|r| *r != Role::Patient)
}

/// Kind of clinician that a display name tells.
pub fn clinician_words(text: &str) -> Option<Role> {
    let text = text.to_lowercase();
    let has = |w: &str| text.contains(w);
    Some(match () {
        _ if has("nurse practitioner") || has("nurse anesthetist") || has("advanced practice") => Role::NursePractitioner,
        _ if has("physician assistant") => Role::PhysicianAssistant,
        _ if has("medical assistant") || has("technician") || has("technologist") || has("phlebotom") => Role::Technician,
        _ if has("nurse") || has("midwife") || has("nursing") => Role::Nurse,
        _ if has("pharmac") => Role::Pharmacist,
        _ if has("psychologist") => Role::Psychologist,
        _ if has("social worker") || has("case manager") || has("care coordinator") => Role::SocialWorker,
        _ if has("therapist") || has("counselor") || has("counsellor") || has("pathologist, speech") => Role::Therapist,
        _ if has("dietitian") || has("dietician") || has("nutritionist") => Role::Dietitian,
        _ if has("interpreter") => Role::Interpreter,
        _ if has("chaplain") => Role::Chaplain,
        _ if has("physician") || has("doctor") || has("surgeon") || has("surgery") || has("dentist") || has("podiatrist") => {
            Role::Physician
        }
        _ if has("ologist") || has("iatrist") || has("internal medicine") || has("family medicine") || has("primary care") => {
            Role::Physician
        }
        _ if has("practitioner") || has("provider") || has("clinician") => Role::Clinician,
        _ => return None,
    })
}

/// The name in a text that shows one person: what stands before it as a place or occupation is cut off (`Front Desk: Ann Roe`,
/// `Pharmacist Ann Roe`). `None` when every word is of an occupation, specialty or room: `Physician Family Medicine, MD`, `Room 4`.
pub fn shown_name(text: &str) -> Option<&str> {
    let text = match text.rsplit_once(": ") {
        Some((head, rest)) if !head.is_empty() && !rest.trim().is_empty() => rest.trim(),
        _ => text.trim(),
    };
    let mut rest = text;
    while let Some(word) = rest.split_whitespace().next() {
        if !says_no_name(word) {
            return Some(rest);
        }
        let after = rest.get(word.len()..).unwrap_or("").trim_start();
        // `Nurse, Amy` is a list's way to write a surname first.
        if word.ends_with(',') && after.split_whitespace().any(|w| !says_no_name(w)) {
            return Some(rest);
        }
        rest = after;
    }
    None
}

/// Words of occupations, specialties and places that stand where a name is expected.
fn says_no_name(word: &str) -> bool {
    let bare: String = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    const WORDS: &[&str] = &[
        "physician",
        "nurse",
        "pharmacist",
        "therapist",
        "technician",
        "technologist",
        "phlebotomist",
        "practitioner",
        "registered",
        "licensed",
        "clinician",
        "provider",
        "doctor",
        "medical",
        "medicine",
        "internal",
        "general",
        "practice",
        "surgery",
        "pediatrics",
        "cardiology",
        "radiology",
        "oncology",
        "dermatology",
        "neurology",
        "psychiatry",
        "urology",
        "obstetrics",
        "gynecology",
        "ob/gyn",
        "anesthesiology",
        "orthopedics",
        "ophthalmology",
        "pathology",
        "emergency",
        "department",
        "front",
        "desk",
        "room",
        "exam",
        "scheduler",
        "receptionist",
        "unknown",
        "attending",
        "resident",
        "staff",
        "primary",
        "care",
        "specialist",
        "assistant",
        "counselor",
        "dietitian",
        "psychologist",
        "surgeon",
        "anesthesiologist",
        "radiologist",
        "cardiologist",
        "dermatologist",
        "pediatrician",
        "hospitalist",
        "interpreter",
        "coordinator",
        "social",
        "worker",
        "family",
        "generic",
        "historical",
        "external",
        "system",
        "and",
        "of",
        "the",
        "for",
        "md",
        "do",
        "rn",
        "np",
        "pa",
        "pa-c",
        "dnp",
        "pharmd",
        "lpn",
    ];
    bare.is_empty() || bare.bytes().all(|b| b.is_ascii_digit()) || WORDS.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_words_and_codes() {
        assert_eq!(role_of_credential("Amy Chen, M.D."), Some(Role::Physician));
        assert_eq!(role_of_credential("Dr. Ann Ito PhD"), Some(Role::Physician));
        assert_eq!(role_of_credential("J. Wood RN"), Some(Role::Nurse));
        assert_eq!(role_of_credential("Will Do"), None);
        assert_eq!(role_of_words("Name of your mother-in-law"), Some(Role::InLaw));
        assert_eq!(role_of_words("Maternal Grandmother"), Some(Role::Grandmother));
        assert_eq!(role_of_words("personal"), None, "son inside personal is not a son");
        assert_eq!(role_of_code("NMTH"), Some(Role::Mother));
        assert_eq!(relation_words("Natural daughter"), Some(Role::Daughter));
        assert_eq!(relation_words("Family Medicine Physician"), None);
        assert_eq!(clinician("207QA0505X"), Some(Role::Physician));
        assert_eq!(clinician("363LF0000X"), Some(Role::NursePractitioner));
        assert_eq!(clinician("163W00000X"), Some(Role::Nurse));
        assert_eq!(clinician("12345"), None);
        assert_eq!(clinician_words("Registered Nurse"), Some(Role::Nurse));
    }

    #[test]
    fn texts_that_show_a_name() {
        assert_eq!(shown_name("Front Desk: Ann Roe"), Some("Ann Roe"));
        assert_eq!(shown_name("Pharmacist Ann Roe"), Some("Ann Roe"));
        assert_eq!(shown_name("Roe, Ann MD"), Some("Roe, Ann MD"));
        assert_eq!(shown_name("Nurse, Amy"), Some("Nurse, Amy"));
        for none in ["Physician Family Medicine, MD", "Room 4", "Registered Nurse", " "] {
            assert_eq!(shown_name(none), None, "{none}");
        }
    }
}
