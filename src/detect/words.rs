//! Word lists: what is a name, what is a word, what is both.
//!
//! Each list is a text file with one lower-case entry a line, sorted, looked up by binary search in place: nothing is built at
//! start and nothing is held twice. Lines that begin with `#` say where a list comes from and under which licence.

use super::fold::folded;

static WORDS: &str = include_str!("lists/words.txt");
static WORD_NAMES: &str = include_str!("lists/word_names.txt");
static SURNAMES: &str = include_str!("lists/surnames.txt");
static GIVEN: &str = include_str!("lists/given.txt");
static CLINICAL: &str = include_str!("lists/clinical.txt");
static PLACES: &str = include_str!("lists/places.txt");
static GIVEN_WORLD: &str = include_str!("lists/given_world.txt");
static SURNAMES_WORLD: &str = include_str!("lists/surnames_world.txt");

/// How much a capitalised word looks like a part of a person's name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NameLike {
    /// A word of the language, of medicine or a place; nobody's name.
    Word,
    /// A word that is also somebody's name: `Page`, `May`, `Young`.
    WordName,
    /// In no list.
    Unknown,
    /// In a list of names and no word.
    Name,
}

/// Binary search in a sorted list of lines.
fn listed(list: &str, word: &str) -> bool {
    let bytes = list.as_bytes();
    let (mut lo, mut hi) = (0usize, bytes.len());
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        let start = memchr::memrchr(b'\n', &bytes[lo..mid]).map_or(lo, |p| lo + p + 1);
        let end = memchr::memchr(b'\n', &bytes[mid..hi]).map_or(hi, |p| mid + p);
        let line = &bytes[start..end.max(start)];
        match line.cmp(word.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => lo = end + 1,
            std::cmp::Ordering::Greater => hi = start,
        }
    }
    false
}

/// True for a given name, in lower case without accents.
pub fn is_given(word: &str) -> bool {
    word.len() >= 2 && (listed(GIVEN, word) || listed(GIVEN_WORLD, word))
}

/// True for a family name that is no English word.
pub fn is_surname(word: &str) -> bool {
    word.len() >= 2 && (listed(SURNAMES, word) || listed(SURNAMES_WORLD, word))
}

/// True for a word that is also a name.
pub fn is_word_name(word: &str) -> bool {
    listed(WORD_NAMES, word)
}

/// True for a clinical term, drug, device or facility word.
pub fn is_clinical(word: &str) -> bool {
    listed(CLINICAL, word) || clinical_ending(word)
}

/// True for a state, country, large city, month or day.
pub fn is_place_or_month(word: &str) -> bool {
    listed(PLACES, word)
}

/// Endings of terms of medicine and of generic drug names (USAN stems). Names that share one (`Salome`, `Celine`) are in the
/// lists of names, which are asked first.
fn clinical_ending(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "itis",
        "osis",
        "emia",
        "aemia",
        "pathy",
        "ectomy",
        "ostomy",
        "otomy",
        "plasty",
        "scopy",
        "graphy",
        "gram",
        "algia",
        "uria",
        "pnea",
        "plegia",
        "paresis",
        "megaly",
        "trophy",
        "lysis",
        "penia",
        "philia",
        "phobia",
        "rrhea",
        "rrhage",
        "sclerosis",
        "pril",
        "sartan",
        "olol",
        "statin",
        "azole",
        "mycin",
        "cillin",
        "dipine",
        "azepam",
        "zolam",
        "mab",
        "tinib",
        "gliptin",
        "gliflozin",
        "glutide",
        "oxacin",
        "cycline",
        "triptan",
        "setron",
        "prazole",
        "tidine",
        "parin",
        "xaban",
        "thiazide",
        "semide",
        "terol",
        "sone",
        "solone",
        "nide",
        "caine",
        "codone",
        "morphone",
        "fentanil",
        "barbital",
        "pramine",
        "oxetine",
        "triptyline",
        "azine",
        "apine",
        "idone",
        "vir",
        "vudine",
        "formin",
        "glitazone",
        "dronate",
        "fibrate",
        "platin",
        "rubicin",
        "taxel",
        "profen",
        "coxib",
        "grel",
        "toin",
        "gabalin",
        "bicin",
        "vaccine",
        "globulin",
        "ology",
        "iatry",
        "iatric",
        "ologist",
        "iatrist",
        "tropin",
        "kinase",
        "ase",
        "logical",
        "rrhoea",
        "oedema",
        "edema",
        "ation",
        "ment",
    ];
    word.len() >= 6 && ENDINGS.iter().any(|e| word.ends_with(e) && word.len() > e.len() + 1)
}

/// True when the word or the base form it is built from is in the vocabulary.
pub fn is_word(word: &str) -> bool {
    if listed(WORDS, word) || listed(CLINICAL, word) {
        return true;
    }
    let known = |w: &str| w.len() >= 3 && (listed(WORDS, w) || listed(WORD_NAMES, w));
    for suffix in ["s", "es", "ed", "d", "ing", "ly", "er", "r", "ers", "rs", "'s"] {
        let Some(stem) = word.strip_suffix(suffix) else { continue };
        if known(stem) {
            return true;
        }
        if suffix == "ing" && known(&format!("{stem}e")) {
            return true;
        }
        let twin = stem.len() >= 4 && stem.as_bytes().last() == stem.as_bytes().get(stem.len() - 2);
        if twin && (suffix == "ed" || suffix == "ing") && stem.is_char_boundary(stem.len() - 1) && known(&stem[..stem.len() - 1])
        {
            return true;
        }
    }
    ["ies", "ied"].iter().any(|s| word.strip_suffix(s).is_some_and(|stem| known(&format!("{stem}y"))))
}

/// Judges one word, as written. Hyphenated words are judged by their best part that is no plain word.
pub fn name_like(word: &str) -> NameLike {
    let low = folded(super::tokens::numbered_name(word).unwrap_or(word));
    let low = low.trim_end_matches("'s");
    if low.contains('-') {
        return hyphenated(low);
    }
    single(low)
}

fn hyphenated(low: &str) -> NameLike {
    let parts: Vec<NameLike> = low.split('-').filter(|p| !p.is_empty()).map(single).collect();
    if parts.is_empty() || parts.contains(&NameLike::Word) {
        return NameLike::Word;
    }
    let known = parts.contains(&NameLike::Name);
    if known { NameLike::Name } else { parts.into_iter().min().unwrap_or(NameLike::Word) }
}

/// Small words of running text, and nouns for persons, that are never a part of a name without a title directly before them,
/// although lists of names hold some (`In`, `See`, `Patient`).
pub fn is_running_word(low: &str) -> bool {
    matches!(
        low,
        "in" | "an"
            | "so"
            | "my"
            | "see"
            | "many"
            | "else"
            | "on"
            | "at"
            | "to"
            | "of"
            | "the"
            | "and"
            | "or"
            | "for"
            | "with"
            | "by"
            | "from"
            | "as"
            | "is"
            | "was"
            | "are"
            | "be"
            | "been"
            | "has"
            | "had"
            | "have"
            | "said"
            | "seen"
            | "if"
            | "no"
            | "not"
            | "do"
            | "does"
            | "did"
            | "but"
            | "than"
            | "then"
            | "out"
            | "up"
            | "new"
            | "old"
            | "all"
            | "any"
            | "more"
            | "most"
            | "less"
            | "good"
            | "well"
            | "here"
            | "there"
            | "patient"
            | "doctor"
            | "nurse"
            | "mother"
            | "father"
            | "brother"
            | "sister"
            | "son"
            | "child"
            | "family"
            | "man"
            | "woman"
            | "lady"
            | "boy"
            | "girl"
            | "baby"
            | "infant"
            | "friend"
            | "provider"
            | "physician"
            | "he"
            | "she"
            | "him"
            | "her"
            | "his"
            | "them"
            | "they"
            | "it"
            | "its"
            | "we"
            | "us"
            | "me"
            | "you"
            | "your"
            | "our"
            | "who"
            | "now"
            | "today"
            | "left"
            | "right"
            | "both"
            | "per"
            | "via"
            | "also"
            | "over"
            | "under"
            | "after"
            | "before"
            | "during"
            | "when"
            | "while"
            | "none"
            | "other"
            | "unknown"
            | "yes"
            | "na"
            | "am"
            | "pm"
            | "hospital"
            | "clinic"
            | "center"
            | "medical"
            | "home"
            | "office"
            | "service"
            | "services"
            | "care"
            | "health"
            | "day"
            | "date"
            | "time"
            | "name"
            | "last"
            | "first"
            | "middle"
            | "phone"
            | "fax"
            | "address"
            | "note"
            | "notes"
            | "staff"
            | "team"
            | "unit"
            | "ward"
            | "room"
            | "bed"
    )
}

fn single(low: &str) -> NameLike {
    if low.chars().any(|c| c.is_ascii_digit()) || is_running_word(low) {
        return NameLike::Word;
    }
    if is_word_name(low) || is_place_or_month(low) && (is_given(low) || is_surname(low)) {
        return NameLike::WordName;
    }
    if listed(CLINICAL, low) {
        return NameLike::Word;
    }
    if is_surname(low) || is_given(low) {
        return NameLike::Name;
    }
    let bare: String = low.chars().filter(|c| *c != '\'').collect();
    if bare != low && (is_surname(&bare)) {
        return NameLike::Name;
    }
    if is_place_or_month(low) || is_word(low) || clinical_ending(low) {
        return NameLike::Word;
    }
    NameLike::Unknown
}

/// Names that stand in the name of a disease, sign, score, device, procedure or institution far more often than for a person
/// in the text: never a person without a title, credential, kin word or given name beside them.
pub fn is_eponym(word: &str) -> bool {
    listed(include_str!("lists/eponyms.txt"), word)
}

/// Names that stand for the thing even alone and without a possessive: `Foley in place`, `history of Crohn`.
pub fn is_bare_eponym(word: &str) -> bool {
    matches!(
        word,
        "parkinson"
            | "parkinsons"
            | "alzheimer"
            | "alzheimers"
            | "crohn"
            | "crohns"
            | "hodgkin"
            | "hodgkins"
            | "hashimoto"
            | "hashimotos"
            | "graves"
            | "foley"
            | "apgar"
            | "braden"
            | "bovie"
            | "penrose"
            | "doppler"
            | "holter"
            | "mohs"
            | "glasgow"
            | "gleason"
            | "mallampati"
            | "marfan"
            | "horner"
            | "raynaud"
            | "raynauds"
            | "sjogren"
            | "sjogrens"
            | "barrett"
            | "barretts"
            | "addison"
            | "addisons"
            | "cushing"
            | "cushings"
            | "tourette"
            | "tourettes"
            | "hickman"
            | "yankauer"
            | "valsalva"
            | "romberg"
            | "babinski"
            | "kernig"
            | "brudzinski"
            | "mcburney"
            | "mcburneys"
            | "murphys"
            | "phalen"
            | "tinel"
            | "homans"
            | "wilsons"
            | "bells"
            | "kaposi"
            | "ewing"
            | "burkitt"
            | "heimlich"
            | "trendelenburg"
            | "metzenbaum"
            | "debakey"
            | "epworth"
            | "rorschach"
            | "wechsler"
            | "snellen"
            | "coombs"
            | "gram"
            | "wright"
            | "giemsa"
            | "pott"
            | "colles"
            | "baker"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_found() {
        let all = [WORDS, WORD_NAMES, SURNAMES, GIVEN, CLINICAL, PLACES, GIVEN_WORLD, SURNAMES_WORLD];
        for list in all.into_iter().chain([include_str!("lists/eponyms.txt")]) {
            let lines: Vec<&str> = list.lines().skip_while(|l| l.starts_with('#')).collect();
            for pair in lines.windows(2) {
                assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
            }
            for line in lines {
                assert!(listed(list, line), "{line}");
            }
        }
    }

    #[test]
    fn judges_words() {
        for (word, want) in [
            ("Garcia", NameLike::Name),
            ("Ng", NameLike::Name),
            ("Hypertension", NameLike::Word),
            ("Jardiance", NameLike::Word),
            ("Page", NameLike::WordName),
            ("May", NameLike::WordName),
            ("Wxtzorin", NameLike::Unknown),
            ("Smith-Garcia", NameLike::Name),
            ("O'Brien", NameLike::Name),
            ("Núñez", NameLike::Name),
            ("Patients", NameLike::Word),
            ("Mother", NameLike::Word),
            ("Diagnosed", NameLike::Word),
            ("Texas", NameLike::Word),
        ] {
            assert_eq!(name_like(word), want, "{word}");
        }
    }
}
