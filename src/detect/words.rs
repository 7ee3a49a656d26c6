//! Word lists: what is a name, what is a word, what is both.
//!
//! Each list is a text file with one lower-case entry a line, sorted; at first use one table of all words is built that says in
//! which lists a word is. Lines that begin with `#` say where a list comes from and under which licence.

use super::fold::folded;
use super::word_tables::{BARE, ENDINGS, RUNNING};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

static WORD_GIVEN: &str = include_str!("lists/word_given.txt");
static EPONYMS: &str = include_str!("lists/eponyms.txt");
static EPONYMS_SHARED: &str = include_str!("lists/eponyms_shared.txt");
static WORDS: &str = include_str!("lists/words.txt");
static WORD_NAMES: &str = include_str!("lists/word_names.txt");
static SURNAMES: &str = include_str!("lists/surnames.txt");
static GIVEN: &str = include_str!("lists/given.txt");
static CLINICAL: &str = include_str!("lists/clinical.txt");
static PLACES: &str = include_str!("lists/places.txt");
static GIVEN_WORLD: &str = include_str!("lists/given_world.txt");
static SURNAMES_WORLD: &str = include_str!("lists/surnames_world.txt");
static SURNAMES_TAIL: &str = include_str!("lists/surnames_tail.txt");
static GIVEN_MANY: &str = include_str!("lists/given_many.txt");
static SURNAMES_MANY: &str = include_str!("lists/surnames_many.txt");
static WORDS_MORE: &str = include_str!("lists/words_more.txt");
static DRUGS: &str = include_str!("lists/drugs.txt");

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

/// What the lists say of one word.
mod flag {
    pub const WORD: u16 = 1;
    pub const WORD_NAME: u16 = 2;
    pub const SURNAME: u16 = 4;
    pub const GIVEN: u16 = 8;
    pub const CLINICAL: u16 = 16;
    pub const PLACE: u16 = 32;
    pub const EPONYM: u16 = 64;
    pub const RUNNING: u16 = 128;
    pub const BARE: u16 = 256;
    pub const USUAL: u16 = 512;
    pub const SHARED: u16 = 1024;
}

/// A cheap hash for short words of lists that are ours: nobody chooses them to collide.
#[derive(Default, Clone, Copy)]
pub struct ShortHash(u64);

impl Hasher for ShortHash {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
    fn finish(&self) -> u64 {
        // The table takes its place from the high bits and its tag from the low ones.
        self.0 ^ (self.0 >> 29)
    }
}

/// A set of short words.
pub type ShortSet = HashSet<&'static str, BuildHasherDefault<ShortHash>>;

/// A map by short words.
pub type ShortMap<V> = HashMap<&'static str, V, BuildHasherDefault<ShortHash>>;

static FLAGS: LazyLock<ShortMap<u16>> = LazyLock::new(|| {
    let lists: [(&'static str, u16); 16] = [
        (WORDS, flag::WORD),
        (WORDS_MORE, flag::WORD),
        (DRUGS, flag::CLINICAL),
        (WORD_NAMES, flag::WORD_NAME),
        (SURNAMES, flag::SURNAME | flag::USUAL),
        (SURNAMES_WORLD, flag::SURNAME | flag::USUAL),
        (SURNAMES_TAIL, flag::SURNAME),
        (GIVEN, flag::GIVEN | flag::USUAL),
        (GIVEN_WORLD, flag::GIVEN | flag::USUAL),
        (SURNAMES_MANY, flag::SURNAME),
        (GIVEN_MANY, flag::GIVEN),
        (CLINICAL, flag::CLINICAL),
        (PLACES, flag::PLACE),
        (EPONYMS, flag::EPONYM),
        (WORD_GIVEN, flag::WORD_NAME | flag::GIVEN),
        (EPONYMS_SHARED, flag::SHARED),
    ];
    let mut map = ShortMap::with_capacity_and_hasher(180_000, Default::default());
    for (list, bit) in lists {
        for word in list.lines().filter(|l| !l.starts_with('#')) {
            *map.entry(word).or_default() |= bit;
        }
    }
    for (list, bit) in [(RUNNING, flag::RUNNING), (BARE, flag::BARE)] {
        for word in list.split(' ') {
            *map.entry(word).or_default() |= bit;
        }
    }
    map
});

fn flags(word: &str) -> u16 {
    FLAGS.get(word).copied().unwrap_or(0)
}

fn has(word: &str, bits: u16) -> bool {
    flags(word) & bits != 0
}

/// True for a given name, in lower case without accents.
pub fn is_given(word: &str) -> bool {
    listed(word, flag::GIVEN)
}

fn listed(word: &str, bit: u16) -> bool {
    let f = flags(word);
    word.len() >= 2 && (f & bit != 0 || f == 0 && misread(word).is_some_and(|w| has(&w, bit)))
}

/// True for a family name that is no English word.
pub fn is_surname(word: &str) -> bool {
    listed(word, flag::SURNAME)
}

/// True for a name that many people bear.
pub fn is_usual(word: &str) -> bool {
    has(word, flag::USUAL) || word.contains('-') && word.split('-').any(|w| has(w, flag::USUAL))
}

/// True for a word that is also a name.
pub fn is_word_name(word: &str) -> bool {
    has(word, flag::WORD_NAME)
}

/// True for a clinical term, drug, device or facility word.
pub fn is_clinical(word: &str) -> bool {
    has(word, flag::CLINICAL) || clinical_ending(word)
}

/// True for a state, country, large city, month or day.
pub fn is_place_or_month(word: &str) -> bool {
    has(word, flag::PLACE)
}

static ENDINGS_LIST: LazyLock<Vec<&str>> = LazyLock::new(|| ENDINGS.split(' ').collect());

/// Endings of terms of medicine and of generic drug names (USAN stems). Names that share one (`Salome`, `Celine`) are in the
/// lists of names, which are asked first.
fn clinical_ending(word: &str) -> bool {
    word.len() >= 6 && ENDINGS_LIST.iter().any(|e| word.ends_with(e) && word.len() > e.len() + 1)
}

/// True when the word or the base form it is built from is in the vocabulary.
pub fn is_word(word: &str) -> bool {
    if has(word, flag::WORD | flag::CLINICAL) {
        return true;
    }
    let known = |w: &str| w.len() >= 3 && has(w, flag::WORD | flag::WORD_NAME);
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
    folded_like(&folded(super::tokens::numbered_name(word).unwrap_or(word)))
}

/// Judges one word that is folded already.
pub fn folded_like(low: &str) -> NameLike {
    let low = low.trim_end_matches("'s");
    if low.contains('-') {
        return hyphenated(low);
    }
    single(low)
}

fn hyphenated(low: &str) -> NameLike {
    if has(low, flag::SURNAME | flag::GIVEN) {
        return NameLike::Name;
    }
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
    has(low, flag::RUNNING)
}

fn single(low: &str) -> NameLike {
    let f = flags(low);
    if f & flag::RUNNING != 0 || low.bytes().any(|c| c.is_ascii_digit()) {
        return NameLike::Word;
    }
    let name = low.len() >= 2 && f & (flag::SURNAME | flag::GIVEN) != 0;
    if f & flag::WORD_NAME != 0 || f & flag::PLACE != 0 && name {
        return NameLike::WordName;
    }
    if f & flag::CLINICAL != 0 {
        return NameLike::Word;
    }
    if name {
        return NameLike::Name;
    }
    if low.contains('\'') && is_surname(&low.replace('\'', "")) {
        return NameLike::Name;
    }
    if f & flag::PLACE != 0 || is_word(low) || clinical_ending(low) {
        return NameLike::Word;
    }
    if misread(low).is_some_and(|w| has(&w, flag::SURNAME | flag::GIVEN)) {
        return NameLike::Name;
    }
    NameLike::Unknown
}

/// The word as it was before a scanner read `m` as `rn`, `w` as `vv` or `d` as `cl`.
fn misread(low: &str) -> Option<String> {
    let (from, to) = [("rn", "m"), ("vv", "w"), ("cl", "d")].into_iter().find(|(from, _)| low.contains(from))?;
    Some(low.replacen(from, to, 1))
}

/// Names that stand in the name of a disease, sign, score, device, procedure or institution far more often than for a person
/// in the text: never a person without a title, credential, kin word or given name beside them.
pub fn is_eponym(word: &str) -> bool {
    has(word, flag::EPONYM)
}

/// Eponyms that many people bear, too: only with a thing's noun beside it such a word is one.
pub fn is_shared_eponym(word: &str) -> bool {
    has(word, flag::SHARED)
}

/// Names that stand for the thing even alone and without a possessive: `Foley in place`, `history of Crohn`.
pub fn is_bare_eponym(word: &str) -> bool {
    has(word, flag::BARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_found() {
        let all = [
            WORDS,
            WORDS_MORE,
            DRUGS,
            WORD_NAMES,
            SURNAMES,
            SURNAMES_MANY,
            SURNAMES_TAIL,
            GIVEN,
            GIVEN_MANY,
            CLINICAL,
            PLACES,
            GIVEN_WORLD,
            SURNAMES_WORLD,
        ];
        for list in all.into_iter().chain([EPONYMS, EPONYMS_SHARED, WORD_GIVEN]) {
            let lines: Vec<&str> = list.lines().skip_while(|l| l.starts_with('#')).collect();
            for pair in lines.windows(2) {
                assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
            }
            for line in lines {
                assert!(flags(line) != 0, "{line}");
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
