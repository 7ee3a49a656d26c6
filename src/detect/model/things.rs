//! What a stretch that looks like a name is when it is nobody's: a place, an organisation, a product, a finding, an animal.

use crate::detect::cues::{credential, title};
use crate::detect::name_read::is_particle;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{NameLike, is_eponym};

/// Words that end the name of an organisation or facility.
const ORGANISATIONS: &[&str] = &[
    "associates",
    "center",
    "centers",
    "centre",
    "church",
    "clinic",
    "clinics",
    "college",
    "company",
    "consulting",
    "corp",
    "corporation",
    "foundation",
    "group",
    "health",
    "healthcare",
    "hospital",
    "hospitals",
    "inc",
    "institute",
    "insurance",
    "lab",
    "laboratories",
    "laboratory",
    "labs",
    "llc",
    "llp",
    "ltd",
    "medical",
    "medicine",
    "memorial",
    "pharmaceuticals",
    "pharmacy",
    "practice",
    "rehab",
    "rehabilitation",
    "school",
    "services",
    "systems",
    "university",
    "hall",
    "building",
    "street",
    "avenue",
    "road",
    "boulevard",
    "county",
    "park",
    "airport",
];
/// Parts of a building that a unit is called by.
const WINGS: &[&str] = &["north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "central", "main"];
/// Facilities named after people that stand alone in notes.
const FACILITIES: &[&str] =
    &["brigham", "cedars", "geisinger", "hopkins", "hitchcock", "kettering", "mayo", "scripps", "sinai", "vanderbilt"];
/// Verbs after whose `from` or `to` a place stands.
const MOVES: &[&str] = &[
    "admitted",
    "arrived",
    "came",
    "discharged",
    "flew",
    "flown",
    "moved",
    "referred",
    "relocated",
    "returned",
    "transfer",
    "transferred",
    "travel",
    "traveled",
    "travelled",
    "trip",
];

/// An organisation, facility or place: `Lantana Consulting Group`, `at Hopkins`, `transferred from Brigham`, `lives in Camden`.
pub fn is_place(t: &Tokens, first: usize, next: usize) -> bool {
    // `at Kowalczyk's request`: somebody's.
    if t.get(next - 1).is_some_and(|x| x.possessive) {
        return false;
    }
    let mut k = next;
    while k < next + 4 && (t.is_capital(k) || matches!(t.low(k), "and" | "of") || t.is(k, '&') || t.is(k, ',')) {
        if ORGANISATIONS.contains(&t.low(k)) || k > first && t.is_capital(k) && is_school(t.low(k)) {
            return true;
        }
        k += 1;
    }
    let before = |n: usize| first.checked_sub(n).map_or("", |k| t.low(k));
    // `4 West`, `6 South`: a unit of a hospital by floor and wing.
    let numbered = before(1).len() <= 2 && !before(1).is_empty() && before(1).bytes().all(|b| b.is_ascii_digit());
    if numbered && next == first + 1 && WINGS.contains(&t.low(first)) {
        return true;
    }
    match before(1) {
        "at" | "in" | "near" => true,
        "from" | "to" if MOVES.contains(&before(2)) => true,
        "of" if ORGANISATIONS.contains(&before(2)) => true,
        "employer" => true,
        ":" if before(2) == "employer" => true,
        _ => (first..next).any(|i| FACILITIES.contains(&t.low(i))) && !t.is(first.wrapping_sub(1), '.'),
    }
}

/// `referred to Hallworth`, `came from Dubois`: a place or a person, as far as the words tell.
pub fn is_destination(t: &Tokens, first: usize) -> bool {
    let before = |n: usize| first.checked_sub(n).map_or("", |k| t.low(k));
    matches!(before(1), "from" | "to") && matches!(before(2), "referred" | "came" | "returned" | "transferred" | "transfer")
}

/// Words that end the name of a school.
fn is_school(low: &str) -> bool {
    matches!(low, "academy" | "elementary" | "preschool" | "kindergarten" | "prep" | "primary" | "charter")
}

/// Verbs and words before a product that is taken, given or worn.
const TAKEN: &[&str] = &[
    "continue",
    "continued",
    "continues",
    "decrease",
    "hold",
    "increase",
    "on",
    "prescribed",
    "refill",
    "refilled",
    "resume",
    "resumed",
    "start",
    "started",
    "starting",
    "stop",
    "stopped",
    "stopping",
    "take",
    "taken",
    "takes",
    "taking",
    "took",
    "tried",
    "trial",
    "using",
];
/// Labels before a value that is no person.
const LABELS: &[&str] = &[
    "allergies",
    "allergy",
    "brand",
    "device",
    "diagnosis",
    "drug",
    "dx",
    "ethnicity",
    "implant",
    "language",
    "languages",
    "manufacturer",
    "medication",
    "medications",
    "meds",
    "product",
    "race",
    "religion",
    "rx",
    "vaccine",
];
/// Results after a sign or test that is named after somebody.
const RESULTS: &[&str] = &[
    "abnormal",
    "absent",
    "decreased",
    "elevated",
    "equivocal",
    "high",
    "increased",
    "low",
    "neg",
    "negative",
    "normal",
    "pending",
    "pos",
    "positive",
    "present",
];
const PETS: &[&str] = &[
    "beagle",
    "cat",
    "chihuahua",
    "dog",
    "hamster",
    "horse",
    "kitten",
    "labrador",
    "parrot",
    "pet",
    "pets",
    "poodle",
    "puppy",
    "retriever",
    "spaniel",
    "terrier",
];

/// A product, finding, test, abbreviation or animal. `best` is how much its words look like names.
pub fn is_thing(t: &Tokens, first: usize, next: usize, best: NameLike) -> bool {
    let before = |n: usize| first.checked_sub(n).map_or("", |k| t.low(k));
    let lone = next - first == 1;
    let low = t.low(first);
    if lone && (credential(t.word(first)).is_some() || title(low).is_some()) || (first..next).all(|i| is_particle(t.low(i))) {
        return true;
    }
    // `Jackson-Pratt`, `Stevens-Johnson`.
    if lone && low.contains('-') && low.split('-').any(is_eponym) {
        return true;
    }
    // `A Hasson trocar`.
    if lone && matches!(before(1), "a" | "an") && matches!(t.shape(next), Some(Shape::Lower)) {
        return true;
    }
    let (after, then) = (t.low(next), t.low(next + 1));
    let result = RESULTS.contains(&after) || matches!(after, "is" | "was" | "were" | "are") && RESULTS.contains(&then);
    let theirs = matches!(before(1), "his" | "her" | "their" | "my" | "your" | "the");
    let taken = TAKEN.contains(&before(1)) || theirs && TAKEN.contains(&before(2));
    if result || best == NameLike::Unknown && taken {
        return true;
    }
    let labelled = first.checked_sub(1).is_some_and(|k| t.is(k, ':')) && LABELS.contains(&before(2));
    labelled || (1..=3).any(|n| PETS.contains(&before(n)))
}
