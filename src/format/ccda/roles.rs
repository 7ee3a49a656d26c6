//! A relation made more exact by sex. Codes, words and titles stand in [`crate::format::roles`].

use crate::model::role::Role;

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
