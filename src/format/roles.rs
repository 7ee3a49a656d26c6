//! What codes, credentials and words say about a person's role. Facts shared by the structured formats.
//!
//! Sources: HL7 v3 RoleCode and RoleClass, v2-0131 contact role, NUCC health care provider taxonomy, SNOMED CT family members, and the
//! usual American credentials.

use crate::model::role::Role;

/// Role of an HL7 v3 RoleCode / RoleClass / v2-0131 code, or a SNOMED CT family member.
pub fn role_of_code(code: &str) -> Option<Role> {
    Some(match code {
        "MTH" | "NMTH" | "ADOPTM" | "STPMTH" | "NMTHF" | "GESTM" | "MTHFOST" | "72705000" | "9846003" => Role::Mother,
        "FTH" | "NFTH" | "ADOPTF" | "STPFTH" | "NFTHF" | "FTHFOST" | "66839005" => Role::Father,
        "PRN" | "NPRN" | "STPPRN" | "ADOPTP" | "PRNFOST" | "PAR" | "40683002" => Role::Parent,
        "SIS" | "NSIS" | "HSIS" | "STPSIS" | "TWINSIS" | "FTWINSIS" | "ITWINSIS" | "27733009" => Role::Sister,
        "BRO" | "NBRO" | "HBRO" | "STPBRO" | "TWINBRO" | "FTWINBRO" | "ITWINBRO" | "70924004" => Role::Brother,
        "SIB" | "NSIB" | "HSIB" | "STPSIB" | "TWIN" | "FTWIN" | "ITWIN" | "375005" => Role::Sibling,
        "SPS" | "HUSB" | "WIFE" | "SPO" | "127848009" | "127849001" | "127850001" => Role::Spouse,
        "DOMPART" | "SIGOTHR" | "FMRSPS" => Role::Partner,
        "DAU" | "DAUC" | "DAUADOPT" | "DAUFOST" | "NDAU" | "STPDAU" | "DAUINLAW" | "66089001" => Role::Daughter,
        "SON" | "SONC" | "SONADOPT" | "SONFOST" | "NSON" | "STPSON" | "SONINLAW" | "65616008" => Role::Son,
        "CHILD" | "NCHILD" | "CHLDADOPT" | "CHLDFOST" | "STPCHLD" | "CHLDINLAW" | "CHD" | "67822003" => Role::Child,
        "GRMTH" | "MGRMTH" | "PGRMTH" | "GGRMTH" | "34871008" | "394859001" | "394858009" => Role::Grandmother,
        "GRFTH" | "MGRFTH" | "PGRFTH" | "GGRFTH" | "34871009" | "394857004" | "394856008" => Role::Grandfather,
        "GRPRN" | "MGRPRN" | "PGRPRN" | "GGRPRN" | "113163005" => Role::Grandparent,
        "GRNDCHILD" | "GRNDDAU" | "GRNDSON" => Role::Grandchild,
        "AUNT" | "MAUNT" | "PAUNT" | "25211005" => Role::Aunt,
        "UNCLE" | "MUNCLE" | "PUNCLE" | "38048003" => Role::Uncle,
        "COUSN" | "MCOUSN" | "PCOUSN" | "55538000" => Role::Cousin,
        "NIECE" | "34581001" => Role::Niece,
        "NEPHEW" | "83559000" => Role::Nephew,
        "INLAW" | "MTHINLAW" | "FTHINLAW" | "BROINLAW" | "SISINLAW" | "PRNINLAW" | "SIBINLAW" => Role::InLaw,
        "FAMMEMB" | "EXT" | "NIENEPH" | "DEP" | "FAMDEP" => Role::Relative,
        "FRND" | "NBOR" | "ROOM" => Role::Friend,
        "GUARD" | "GUADLTM" | "POWATT" | "SPOWATT" | "DPOWATT" | "RESPRSN" => Role::Guardian,
        "HPOWATT" | "AGNT" | "HCPROXY" | "CST" => Role::HealthCareAgent,
        "ECON" | "C" | "EP" => Role::EmergencyContact,
        "NOK" | "N" => Role::NextOfKin,
        "CAREGIVER" | "RESBEH" | "CAGNT" => Role::Caregiver,
        "GUAR" => Role::Guarantor,
        "POLHOLD" | "SUBSCR" | "HLD" => Role::Subscriber,
        "E" | "EMPLOYER" => Role::Employer,
        "DON" | "DONOR" => Role::Donor,
        "NBRN" | "BABY" => Role::Newborn,
        _ => return None,
    })
}

/// Role of a NUCC taxonomy code.
pub fn role_of_taxonomy(code: &str) -> Option<Role> {
    let shaped = code.len() == 10 && code.ends_with('X') && code.bytes().take(3).all(|b| b.is_ascii_digit());
    if !shaped {
        return None;
    }
    Some(match &code[..3] {
        "207" | "208" | "204" | "202" | "209" | "122" | "213" | "152" | "111" => Role::Physician,
        "163" | "164" => Role::Nurse,
        "363" if code.as_bytes()[3] == b'A' => Role::PhysicianAssistant,
        "363" | "364" => Role::NursePractitioner,
        "367" => Role::Nurse,
        "183" => Role::Pharmacist,
        "225" | "224" | "227" | "235" | "101" | "106" => Role::Therapist,
        "103" => Role::Psychologist,
        "104" => Role::SocialWorker,
        "133" | "132" => Role::Dietitian,
        "246" | "247" | "374" | "376" => Role::Technician,
        "171" => Role::Interpreter,
        _ => Role::Clinician,
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

fn credential(bare: &str) -> Option<Role> {
    let exact = match bare {
        "MD" | "DO" | "MBBS" | "FACP" | "FACS" | "FACC" | "DDS" | "DMD" | "DPM" | "OD" | "MBChB" | "DC" => Role::Physician,
        "RN" | "LPN" | "LVN" | "BSN" | "MSN" | "CNA" | "CNM" | "CRNA" | "CCRN" | "RNC" => Role::Nurse,
        "NP" | "APRN" | "FNP" | "ANP" | "PNP" | "DNP" | "ARNP" | "FNP-C" | "FNP-BC" | "CNP" | "PMHNP" | "AGNP" | "CNS" => {
            Role::NursePractitioner
        }
        "PA" | "PA-C" | "PAC" => Role::PhysicianAssistant,
        "RPh" | "PharmD" | "RPH" | "PHARMD" | "CPhT" => Role::Pharmacist,
        "PT" | "DPT" | "OT" | "OTR" | "OTR/L" | "SLP" | "CCC-SLP" | "RRT" | "LMFT" | "LPC" | "LMHC" | "LPCC" | "COTA" | "PTA"
        | "MFT" => Role::Therapist,
        "PsyD" | "PSYD" => Role::Psychologist,
        "LCSW" | "MSW" | "LMSW" | "LICSW" | "LSW" | "BSW" => Role::SocialWorker,
        "RDN" | "LDN" => Role::Dietitian,
        "MA" | "CMA" | "RMA" | "EMT" | "EMT-P" | "RT" => Role::Technician,
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

/// Role that words in a relation, question or title give: `Mother`, `emergency contact`, `maternal grandmother`.
pub fn role_of_words(text: &str) -> Option<Role> {
    const WORDS: &[(&str, Role)] = &[
        ("mother-in-law", Role::InLaw),
        ("father-in-law", Role::InLaw),
        ("in-law", Role::InLaw),
        ("grandmother", Role::Grandmother),
        ("grandfather", Role::Grandfather),
        ("grandparent", Role::Grandparent),
        ("grandchild", Role::Grandchild),
        ("grandson", Role::Grandchild),
        ("granddaughter", Role::Grandchild),
        ("maiden name", Role::Mother),
        ("mother", Role::Mother),
        ("mom", Role::Mother),
        ("father", Role::Father),
        ("dad", Role::Father),
        ("sister", Role::Sister),
        ("brother", Role::Brother),
        ("sibling", Role::Sibling),
        ("twin", Role::Sibling),
        ("husband", Role::Spouse),
        ("wife", Role::Spouse),
        ("spouse", Role::Spouse),
        ("domestic partner", Role::Partner),
        ("life partner", Role::Partner),
        ("partner", Role::Partner),
        ("fiance", Role::Partner),
        ("significant other", Role::Partner),
        ("daughter", Role::Daughter),
        ("son", Role::Son),
        ("child", Role::Child),
        ("aunt", Role::Aunt),
        ("uncle", Role::Uncle),
        ("cousin", Role::Cousin),
        ("niece", Role::Niece),
        ("nephew", Role::Nephew),
        ("parent", Role::Parent),
        ("guardian", Role::Guardian),
        ("conservator", Role::Guardian),
        ("power of attorney", Role::Guardian),
        ("health care agent", Role::HealthCareAgent),
        ("healthcare agent", Role::HealthCareAgent),
        ("health care proxy", Role::HealthCareAgent),
        ("healthcare proxy", Role::HealthCareAgent),
        ("surrogate", Role::HealthCareAgent),
        ("emergency contact", Role::EmergencyContact),
        ("emergency", Role::EmergencyContact),
        ("next of kin", Role::NextOfKin),
        ("next-of-kin", Role::NextOfKin),
        ("caregiver", Role::Caregiver),
        ("guarantor", Role::Guarantor),
        ("subscriber", Role::Subscriber),
        ("policy holder", Role::Subscriber),
        ("policyholder", Role::Subscriber),
        ("employer", Role::Employer),
        ("supervisor", Role::Employer),
        ("friend", Role::Friend),
        ("neighbor", Role::Friend),
        ("neighbour", Role::Friend),
        ("donor", Role::Donor),
        ("newborn", Role::Newborn),
        ("relative", Role::Relative),
        ("family", Role::Relative),
    ];
    let lower = text.to_lowercase();
    WORDS.iter().find(|(w, _)| contains_word(&lower, w)).map(|&(_, r)| r)
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(i, _)| {
        let before = text[..i].chars().next_back();
        let after = text[i + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
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
        assert_eq!(role_of_taxonomy("207QA0505X"), Some(Role::Physician));
        assert_eq!(role_of_taxonomy("12345"), None);
    }
}
