//! Words of kinship and of slots: what the place in which somebody stands says about them.

use super::fold::words;
use crate::model::role::Role;

/// Relation words, folded, most telling first where one contains another.
const RELATIONS: &[(&str, Role)] = &[
    ("grandmother", Role::Grandmother),
    ("grandma", Role::Grandmother),
    ("grandfather", Role::Grandfather),
    ("grandpa", Role::Grandfather),
    ("grandparent", Role::Grandparent),
    ("granddaughter", Role::Grandchild),
    ("grandson", Role::Grandchild),
    ("grandchild", Role::Grandchild),
    ("mother", Role::Mother),
    ("mom", Role::Mother),
    ("mum", Role::Mother),
    ("mama", Role::Mother),
    ("mommy", Role::Mother),
    ("mummy", Role::Mother),
    ("godmother", Role::Relative),
    ("godfather", Role::Relative),
    ("granny", Role::Grandmother),
    ("nana", Role::Grandmother),
    ("grandmom", Role::Grandmother),
    ("stepmother", Role::Mother),
    ("father", Role::Father),
    ("dad", Role::Father),
    ("daddy", Role::Father),
    ("papa", Role::Father),
    ("stepfather", Role::Father),
    ("parent", Role::Parent),
    ("parents", Role::Parent),
    ("sister", Role::Sister),
    ("triplet", Role::Sibling),
    ("stepsister", Role::Sister),
    ("brother", Role::Brother),
    ("stepbrother", Role::Brother),
    ("sibling", Role::Sibling),
    ("twin", Role::Sibling),
    ("wife", Role::Spouse),
    ("husband", Role::Spouse),
    ("hubby", Role::Spouse),
    ("spouse", Role::Spouse),
    ("widow", Role::Spouse),
    ("widower", Role::Spouse),
    ("fiance", Role::Partner),
    ("fiancee", Role::Partner),
    ("boyfriend", Role::Partner),
    ("girlfriend", Role::Partner),
    ("partner", Role::Partner),
    ("daughter", Role::Daughter),
    ("stepdaughter", Role::Daughter),
    ("son", Role::Son),
    ("stepson", Role::Son),
    ("child", Role::Child),
    ("aunt", Role::Aunt),
    ("uncle", Role::Uncle),
    ("cousin", Role::Cousin),
    ("niece", Role::Niece),
    ("nephew", Role::Nephew),
    ("relative", Role::Relative),
    ("kin", Role::NextOfKin),
    ("caregiver", Role::Caregiver),
    ("caretaker", Role::Caregiver),
    ("guardian", Role::Guardian),
    ("friend", Role::Friend),
    ("neighbor", Role::Friend),
    ("neighbour", Role::Friend),
    ("guarantor", Role::Guarantor),
    ("subscriber", Role::Subscriber),
    ("proxy", Role::HealthCareAgent),
    ("agent", Role::HealthCareAgent),
    ("employer", Role::Employer),
    ("emergency", Role::EmergencyContact),
];

/// HL7 v3 RoleCode and v2-0131 codes for relations (v3-RoleCode, v2-0131).
const CODES: &[(&str, Role)] = &[
    ("mth", Role::Mother),
    ("nmth", Role::Mother),
    ("fth", Role::Father),
    ("nfth", Role::Father),
    ("prn", Role::Parent),
    ("sis", Role::Sister),
    ("nsis", Role::Sister),
    ("bro", Role::Brother),
    ("nbro", Role::Brother),
    ("sib", Role::Sibling),
    ("twin", Role::Sibling),
    ("twinbro", Role::Brother),
    ("ftwinbro", Role::Brother),
    ("twinsis", Role::Sister),
    ("ftwinsis", Role::Sister),
    ("wife", Role::Spouse),
    ("husb", Role::Spouse),
    ("sps", Role::Spouse),
    ("dompart", Role::Partner),
    ("sigoth", Role::Partner),
    ("dau", Role::Daughter),
    ("dauc", Role::Daughter),
    ("sonc", Role::Son),
    ("child", Role::Child),
    ("grmth", Role::Grandmother),
    ("grfth", Role::Grandfather),
    ("grprn", Role::Grandparent),
    ("aunt", Role::Aunt),
    ("uncle", Role::Uncle),
    ("cousn", Role::Cousin),
    ("nephew", Role::Nephew),
    ("niece", Role::Niece),
    ("inlaw", Role::InLaw),
    ("fammemb", Role::Relative),
    ("frnd", Role::Friend),
    ("nbor", Role::Friend),
    ("roommate", Role::Friend),
    ("guard", Role::Guardian),
    ("ecp", Role::EmergencyContact),
    ("econ", Role::EmergencyContact),
    ("c", Role::EmergencyContact),
    ("nok", Role::NextOfKin),
    ("n", Role::NextOfKin),
    ("e", Role::Employer),
    ("guar", Role::Guarantor),
];

/// The role that a relation in words or as a code gives; `None` when it tells nothing. `self` is the patient.
pub fn relation_role(relation: &str) -> Option<Role> {
    let ws = words(relation);
    if let [one] = ws.as_slice() {
        if matches!(one.as_str(), "self" | "oneself" | "onesel" | "same") {
            return Some(Role::Patient);
        }
        if let Some((_, r)) = CODES.iter().find(|(c, _)| c == one) {
            return Some(*r);
        }
    }
    if ws.windows(2).any(|w| w == ["in", "law"]) || ws.iter().any(|w| w == "inlaw") {
        return Some(Role::InLaw);
    }
    let best = ws.iter().filter_map(|w| word_role(w)).max_by_key(|r| r.rank());
    best.or_else(|| ws.iter().any(|w| w == "self").then_some(Role::Patient))
}

/// The role that a single word gives.
pub fn word_role(word: &str) -> Option<Role> {
    if let Some((head, tail)) = word.rsplit_once('-') {
        // `mother-in-law`, `ex-wife`, `half-brother`, `great-grandmother`
        if head.ends_with("-in") && tail == "law" || head.ends_with("-in") && tail == "laws" {
            return Some(Role::InLaw);
        }
        let compound =
            matches!(head, "ex" | "step" | "half" | "foster" | "god" | "grand" | "great" | "co" | "twin" | "great-great");
        return if compound { word_role(tail) } else { None };
    }
    RELATIONS.iter().find(|(w, _)| *w == word).map(|(_, r)| *r)
}

/// What a slot says about who can stand in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum SlotClass {
    /// The subject of a record.
    Patient,
    /// A relative by definition.
    Kin,
    /// Contact, informant, guardian: usually somebody else, sometimes the patient.
    Contact,
    /// Guarantor, subscriber, payee: somebody else or the patient.
    Financial,
    /// A place for whoever did or recorded something.
    Performer,
    /// A clinician by definition.
    Clinician,
    /// A mention in text.
    Mention,
}

impl SlotClass {
    /// Reads a FHIR element path or C-CDA element name. Only its last telling step counts; an empty slot is a mention.
    pub fn of(slot: &str) -> SlotClass {
        let low = slot.trim().to_lowercase();
        if low.is_empty() {
            return SlotClass::Mention;
        }
        let last = low.rsplit(['.', '/', ' ', '>']).next().unwrap_or(&low);
        if matches!(
            last,
            "patient" | "subject" | "recordtarget" | "beneficiary" | "entity" | "patientrole" | "sourcepatientinfo" | "cov"
        ) {
            return SlotClass::Patient;
        }
        if matches!(last, "narrative" | "mention" | "text" | "note" | "div") {
            return SlotClass::Mention;
        }
        let has = |words: &[&str]| words.iter().any(|w| low.contains(w));
        if has(&["relatedperson", "familymemberhistory", "relatedsubject", "familymember", "genealogy"]) {
            return SlotClass::Kin;
        }
        if has(&["guarantor", "subscriber", "policyholder", "payee", "payor", "payer", "holder", "coveredparty", "insured"]) {
            return SlotClass::Financial;
        }
        if has(&[
            "contact",
            "informant",
            "guardian",
            "emergency",
            "nextofkin",
            "proxy",
            "caregiver",
            "participant1",
            "grantee",
            "grantor",
        ]) {
            return SlotClass::Contact;
        }
        if has(&["practitioner", "generalpractitioner", "attend", "legalauthenticator"]) {
            return SlotClass::Clinician;
        }
        if has(&[
            "performer",
            "author",
            "participant",
            "recorder",
            "asserter",
            "requester",
            "authenticator",
            "actor",
            "sender",
            "recipient",
            "enterer",
            "provider",
            "careteam",
            "encounterparticipant",
            "responsible",
            "source",
            "individual",
            "verifier",
            "witness",
            "transcriber",
            "dataenterer",
            "agent",
            "who",
            "owner",
            "interpreter",
            "manager",
            "enteredby",
            "collector",
            "receiver",
        ]) {
            return SlotClass::Performer;
        }
        if has(&["patient", "subject", "recordtarget", "beneficiary", "candidate", "individual", "pid"]) {
            return SlotClass::Patient;
        }
        SlotClass::Mention
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_by_their_last_telling_step() {
        for (slot, class) in [
            ("Patient", SlotClass::Patient),
            ("recordTarget", SlotClass::Patient),
            ("Observation.subject", SlotClass::Patient),
            ("Coverage.beneficiary", SlotClass::Patient),
            ("participant.COV", SlotClass::Patient),
            ("Claim.patient", SlotClass::Patient),
            ("Patient.contact", SlotClass::Contact),
            ("informant", SlotClass::Contact),
            ("Account.guarantor", SlotClass::Financial),
            ("Coverage.subscriber", SlotClass::Financial),
            ("RelatedPerson", SlotClass::Kin),
            ("RelatedPerson.patient", SlotClass::Patient),
            ("CareTeam.subject", SlotClass::Patient),
            ("FamilyMemberHistory", SlotClass::Kin),
            ("Patient.generalPractitioner", SlotClass::Clinician),
            ("Practitioner", SlotClass::Clinician),
            ("Observation.performer", SlotClass::Performer),
            ("Encounter.participant", SlotClass::Performer),
            ("", SlotClass::Mention),
        ] {
            assert_eq!(SlotClass::of(slot), class, "{slot}");
        }
    }

    #[test]
    fn relations_in_words_and_codes() {
        for (text, role) in [
            ("twin brother", Role::Brother),
            ("MTH", Role::Mother),
            ("her sister", Role::Sister),
            ("mother-in-law", Role::InLaw),
            ("emergency contact (wife)", Role::Spouse),
            ("self", Role::Patient),
            ("paternal aunt", Role::Aunt),
        ] {
            assert_eq!(relation_role(text), Some(role), "{text}");
        }
        assert_eq!(relation_role(""), None);
        assert_eq!(relation_role("blue"), None);
    }
}
