//! Telling an organisation's display text from a person's.

use super::fold::words;

/// Words that only organisations, places and devices carry.
const WORDS: &str = "hospital hospitals clinic clinics lab labs laboratory laboratories llc llp inc incorporated corp corporation pllc plc
gmbh ltd limited center centre centers health healthcare pharmacy pharmacies department dept university college school medicine medical
associates group practice partners services service system systems network foundation institute insurance medicare medicaid
aetna cigna humana anthem bluecross blueshield kaiser veterans unit ward office suite radiology cardiology pediatrics oncology
pathology orthopedics surgery urgent emergency imaging diagnostics diagnostic ambulatory outpatient inpatient rehab rehabilitation
hospice nursing agency county state city community regional general memorial bank blood organization organisation company board
council committee trust ministry program programme registry exchange portal software device monitor analyzer gateway interface payer
plan plans facility facilities home homes village manor team division bureau primary care family wellness dental dentistry optometry
eye vision mental behavioral therapy physicians specialists surgeons doctors clinicians app application server ehr emr epic cerner
athenahealth meditech allscripts quest labcorp walgreens cvs rite";

/// Words of the list that are also surnames or given names: they count only beside another word of the list.
const AMBIGUOUS: &str =
    "bank board city county home homes office school state team trust village ward manor college center general group
family care plan plans blood eye vision rite quest emergency general primary doctors service service unit suite memorial kaiser
partners practice limited regional board gateway monitor epic";

/// Two-word organisation names whose words alone tell nothing.
const PHRASES: &[&[&str]] = &[
    &["blue", "cross"],
    &["red", "cross"],
    &["blue", "shield"],
    &["united", "healthcare"],
    &["mayo", "clinic"],
    &["public", "health"],
    &["health", "care"],
    &["family", "practice"],
    &["primary", "care"],
    &["urgent", "care"],
    &["nursing", "home"],
    &["department", "of"],
    &["care", "team"],
    &["emergency", "room"],
    &["general", "practice"],
];

/// True when a display text reads like an organisation, a place or a device rather than a person.
pub fn looks_like(text: &str) -> bool {
    let text: String = text.chars().take(256).collect();
    let ws = words(&text);
    if ws.is_empty() {
        return false;
    }
    let listed = |list: &str, w: &str| list.split_whitespace().any(|l| l == w);
    let sure = ws.iter().any(|w| w.len() > 2 && listed(WORDS, w) && !listed(AMBIGUOUS, w));
    let weak = ws.iter().filter(|w| listed(AMBIGUOUS, w)).count();
    let phrase = PHRASES.iter().any(|p| ws.windows(p.len()).any(|w| w.iter().map(String::as_str).eq(p.iter().copied())));
    let possessive_head = ws.first().is_some_and(|w| w == "the" || w == "dept");
    sure || phrase || weak >= 2 || possessive_head || (ws.len() == 1 && weak == 1)
}

/// True when a reference key points at something that is no person.
pub fn key_is_not_a_person(key: &str) -> bool {
    const TYPES: &[&str] = &[
        "Organization",
        "Location",
        "Device",
        "HealthcareService",
        "Endpoint",
        "InsurancePlan",
        "DeviceDefinition",
        "OrganizationAffiliation",
    ];
    let path = key.split(['?', '#']).next().unwrap_or("");
    path.split('/').any(|step| TYPES.contains(&step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_and_people() {
        for t in [
            "Salem General Hospital",
            "Roe Family Practice, LLC",
            "Quest Diagnostics",
            "Department of Radiology",
            "Blue Cross of Ohio",
            "University of Somewhere",
            "CVS Pharmacy #12",
            "Evergreen Health",
            "Northside Urgent Care",
            "THE LAB",
        ] {
            assert!(looks_like(t), "{t}");
        }
        for t in ["Jane Roe", "Dr. Banks", "Ward, Mary", "John Center", "Hall, Anna MD", "Grace Bank", "Will Trust", "", "Roe"] {
            assert!(!looks_like(t), "{t}");
        }
        assert!(key_is_not_a_person("https://x.example/fhir/Organization/1"));
        assert!(!key_is_not_a_person("Practitioner/1"));
    }
}
