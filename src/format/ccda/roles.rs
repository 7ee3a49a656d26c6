//! What codes, suffixes and words say about a person's relation to the patient.
//!
//! Sources: HL7 v3 RoleCode (2.16.840.1.113883.5.111), RoleClass (5.110), ParticipationFunction (5.88), NUCC provider taxonomy
//! (2.16.840.1.113883.6.101), SNOMED CT persons. Words are the fallback where exporters use local codes with a display name.

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
        "SPS" | "HUSB" | "WIFE" | "FMRSPS" | "127848009" | "127849001" | "127850001" => Role::Spouse,
        "DOMPART" | "SIGOTHR" => Role::Partner,
        "DAU" | "DAUC" | "NDAU" | "STPDAU" | "DAUADOPT" | "DAUFOST" | "66089001" => Role::Daughter,
        "SON" | "SONC" | "NSON" | "STPSON" | "SONADOPT" | "SONFOST" | "65616008" => Role::Son,
        "CHILD" | "NCHILD" | "STPCHLD" | "CHLDADOPT" | "CHLDFOST" | "67822003" => Role::Child,
        "GRMTH" | "MGRMTH" | "PGRMTH" => Role::Grandmother,
        "GRFTH" | "MGRFTH" | "PGRFTH" => Role::Grandfather,
        "GRPRN" | "MGRPRN" | "PGRPRN" => Role::Grandparent,
        "GRNDCHILD" | "GRNDDAU" | "GRNDSON" => Role::Grandchild,
        "AUNT" | "MAUNT" | "PAUNT" => Role::Aunt,
        "UNCLE" | "MUNCLE" | "PUNCLE" => Role::Uncle,
        "COUSN" | "MCOUSN" | "PCOUSN" => Role::Cousin,
        "NIECE" => Role::Niece,
        "NEPHEW" => Role::Nephew,
        "INLAW" | "MTHINLAW" | "FTHINLAW" | "PRNINLAW" | "SISINLAW" | "BROINLAW" | "SIBINLAW" | "DAUINLAW" | "SONINLAW"
        | "CHLDINLAW" => Role::InLaw,
        "FAMMEMB" | "EXT" | "NIENEPH" | "GGRPRN" | "GGRMTH" | "GGRFTH" | "MGGRMTH" | "MGGRFTH" | "PGGRMTH" | "PGGRFTH"
        | "MGGRPRN" | "PGGRPRN" | "PRS" | "FAMDEP" | "DEPEN" | "STUD" | "HANDIC" => Role::Relative,
        "GUARD" | "GUADLTM" | "SGUARD" | "POWATT" | "DPOWATT" | "SPOWATT" => Role::Guardian,
        "HPOWATT" | "AGNT" | "RESPRSN" => Role::HealthCareAgent,
        "ECON" => Role::EmergencyContact,
        "NOK" => Role::NextOfKin,
        "CAREGIVER" | "133932002" => Role::Caregiver,
        "GUAR" => Role::Guarantor,
        "POLHOLD" | "SUBSCR" | "HLD" => Role::Subscriber,
        "FRND" | "NBOR" | "ROOM" | "113163005" => Role::Friend,
        "CON" => Role::Contact,
        "EMP" | "EMPLOYER" => Role::Employer,
        _ => return None,
    })
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
        ("relative", Role::Relative),
        ("family", Role::Relative),
    ];
    // "family medicine", "family nurse practitioner" and the like are professions.
    if clinician_words(&text).is_some() {
        return None;
    }
    table.iter().find(|(w, _)| has(w)).map(|(_, r)| *r)
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

/// Kind of clinician that a name's suffix or prefix tells (`MD`, `R.N.`, `PharmD`, `Dr.`).
pub fn title(word: &str) -> Option<Role> {
    let plain: String = word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>().to_uppercase();
    Some(match plain.as_str() {
        "MD" | "DO" | "DDS" | "DMD" | "DPM" | "MBBS" | "MBCHB" | "FACP" | "FACS" | "DR" | "DOCTOR" | "PHYSICIAN" => {
            Role::Physician
        }
        "RN" | "LPN" | "LVN" | "BSN" | "MSN" | "CNM" | "RN-BC" | "CNS" => Role::Nurse,
        "NP" | "APRN" | "FNP" | "FNP-C" | "FNP-BC" | "NP-C" | "CRNA" | "DNP" | "CNP" | "ARNP" | "CRNP" | "ANP" | "PNP" => {
            Role::NursePractitioner
        }
        "PA" | "PA-C" | "PAC" => Role::PhysicianAssistant,
        "PHARMD" | "RPH" | "BCPS" => Role::Pharmacist,
        "PT" | "DPT" | "OT" | "OTR" | "OTRL" | "SLP" | "CCC-SLP" | "RRT" | "LMFT" | "LPC" | "LMHC" | "CRT" => Role::Therapist,
        "PSYD" | "LP" => Role::Psychologist,
        "LCSW" | "MSW" | "LICSW" | "LMSW" | "LSW" => Role::SocialWorker,
        "RD" | "RDN" | "LDN" | "CDE" => Role::Dietitian,
        "CMA" | "RMA" | "CNA" | "EMT" | "RTR" | "CPHT" | "RDMS" => Role::Technician,
        _ => return None,
    })
}

/// A relation made more exact by the person's sex (`F`, `M` or the FHIR words).
pub fn with_sex(role: Role, sex: Option<&str>) -> Role {
    let female = match sex {
        Some("female") => true,
        Some("male") => false,
        _ => return role,
    };
    match (role, female) {
        (Role::Parent, true) => Role::Mother,
        (Role::Parent, false) => Role::Father,
        (Role::Sibling, true) => Role::Sister,
        (Role::Sibling, false) => Role::Brother,
        (Role::Child, true) => Role::Daughter,
        (Role::Child, false) => Role::Son,
        (Role::Grandparent, true) => Role::Grandmother,
        (Role::Grandparent, false) => Role::Grandfather,
        (role, _) => role,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_words_and_titles() {
        assert_eq!(relation("NMTH"), Some(Role::Mother));
        assert_eq!(relation_words("Mother-in-law"), Some(Role::InLaw));
        assert_eq!(relation_words("Natural daughter"), Some(Role::Daughter));
        assert_eq!(relation_words("Family Medicine Physician"), None);
        assert_eq!(clinician("207QA0505X"), Some(Role::Physician));
        assert_eq!(clinician("363LF0000X"), Some(Role::NursePractitioner));
        assert_eq!(clinician("163W00000X"), Some(Role::Nurse));
        assert_eq!(clinician_words("Registered Nurse"), Some(Role::Nurse));
        assert_eq!(title("M.D."), Some(Role::Physician));
        assert_eq!(title("Jr."), None);
    }
}
