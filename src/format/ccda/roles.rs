//! Titles, and a relation made more exact by sex. Codes and words stand in [`crate::format::roles`].

use crate::model::role::Role;

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
    fn titles() {
        assert_eq!(title("M.D."), Some(Role::Physician));
        assert_eq!(title("Jr."), None);
    }
}
