//! Word lists: what is a name, what is a word, what is both.
//!
//! Each list is a text file; the build script makes one table of all words that says in which lists a word is: see
//! [`super::list_table`].

use super::fold::folded;
use super::list_table::{flag, look_up, mix, tail};
use super::word_tables::{ENDINGS, ENDINGS_LONG};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// All words of the lists, and what the lists say of each: made by the build script.
static SLOTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/list_slots.bin"));
static LISTED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/list_words.bin"));

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

/// A cheap hash for short words of lists that are ours: nobody chooses them to collide.
#[derive(Default, Clone, Copy)]
pub struct ShortHash(u64);

impl Hasher for ShortHash {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((eight, more)) = rest.split_first_chunk::<8>() {
            self.0 = mix(self.0, u64::from_le_bytes(*eight));
            rest = more;
        }
        if !rest.is_empty() {
            self.0 = mix(self.0, tail(rest) ^ (rest.len() as u64) << 56);
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.0 = mix(self.0, u64::from(n));
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

fn flags(word: &str) -> u16 {
    look_up(SLOTS, LISTED, word.as_bytes())
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

/// True for a clinical term of the lists: `bruria` only ends as some do.
pub fn is_term(word: &str) -> bool {
    has(word, flag::CLINICAL)
}

/// True for a state, country, large city, month or day.
pub fn is_place_or_month(word: &str) -> bool {
    has(word, flag::PLACE)
}

static ENDINGS_LIST: LazyLock<Vec<&str>> = LazyLock::new(|| ENDINGS.split(' ').collect());
static ENDINGS_LONG_LIST: LazyLock<Vec<&str>> = LazyLock::new(|| ENDINGS_LONG.split(' ').collect());

/// Endings of terms of medicine and of generic drug names (USAN stems). Names that share one (`Salome`, `Celine`) are in the
/// lists of names, which are asked first.
fn clinical_ending(word: &str) -> bool {
    // `Zemaitis`, a Lithuanian's name: no inflammation is written so.
    let of_names = word.ends_with("aitis");
    word.len() >= 6 && !of_names && ENDINGS_LIST.iter().any(|e| word.ends_with(e) && word.len() > e.len() + 1)
        || word.len() >= 9 && ENDINGS_LONG_LIST.iter().any(|e| word.ends_with(e))
}

/// True when the word or the base form it is built from is in the vocabulary.
pub fn is_word(word: &str) -> bool {
    if has(word, flag::WORD | flag::CLINICAL) {
        return true;
    }
    let known = |w: &str| w.len() >= 3 && has(w, flag::WORD | flag::WORD_NAME);
    for suffix in ["s", "es", "ed", "d", "ing", "ly", "er", "r", "ers", "rs", "'s"] {
        let Some(stem) = word.strip_suffix(suffix) else { continue };
        // `naveed` is no form of `nave`: a stem that ends in `e` takes `d`, `r`, `s`.
        if stem.ends_with('e') && matches!(suffix, "ed" | "er" | "es" | "ers") && !stem.ends_with("ee") {
            continue;
        }
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
    let known = parts.contains(&NameLike::Name);
    if parts.is_empty() || parts.contains(&NameLike::Word) {
        // `Obafemi-Strand`: the second name is a word; `Smith-related` is none, `Kaposi-like` neither.
        let last = low.rsplit('-').next().unwrap_or("");
        let bound =
            |w: &str| w.len() < 4 || w.ends_with("ed") || w.ends_with("ing") || is_running_word(w) || has(w, flag::CLINICAL);
        let double = known && parts.len() == 2 && parts.first() != Some(&NameLike::Word) && !bound(last) && last != "like";
        return if double { NameLike::WordName } else { NameLike::Word };
    }
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
    // A word that few ever read (`souk`, `kamala`) is, with a capital, somebody's name as likely as anything.
    let rare = f & !flag::WORD == flag::RARE && !clinical_ending(low);
    if !rare && (f & flag::PLACE != 0 || is_word(low) || clinical_ending(low)) {
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
    use super::super::list_table::LISTS;
    use super::super::word_tables::{BARE, RUNNING};
    use super::*;

    #[test]
    fn lists_are_sorted_and_every_word_is_found_with_its_lists() {
        let mut all: HashMap<String, u16> = HashMap::new();
        for (name, bits) in LISTS {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect/lists").join(name);
            let list = std::fs::read_to_string(path).unwrap();
            let lines: Vec<&str> = list.lines().skip_while(|l| l.starts_with('#')).collect();
            for pair in lines.windows(2) {
                assert!(pair[0] < pair[1], "{name}: {} before {}", pair[0], pair[1]);
            }
            for line in lines {
                *all.entry(line.to_string()).or_default() |= bits;
            }
        }
        for (list, bits) in [(RUNNING, flag::RUNNING), (BARE, flag::BARE)] {
            for word in list.split(' ').filter(|w| !w.is_empty()) {
                *all.entry(word.to_string()).or_default() |= bits;
            }
        }
        assert!(all.len() > 100_000, "{}", all.len());
        for (word, bits) in &all {
            assert_eq!(flags(word), *bits, "{word}");
            for other in [format!("{word}q"), word[..word.len() - word.chars().next_back().unwrap().len_utf8()].to_string()] {
                assert_eq!(flags(&other), all.get(&other).copied().unwrap_or(0), "{other}");
            }
        }
        assert_eq!(flags(&"x".repeat(1000)), 0);
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
            // They end as drugs and diseases do.
            ("Manvir", NameLike::Unknown),
            ("Anousone", NameLike::Unknown),
            ("Zemaitis", NameLike::Unknown),
            ("Lakshmipathy", NameLike::Unknown),
            ("Xelatasvir", NameLike::Word),
            ("Xelocavir", NameLike::Word),
            ("Hyperxanemia", NameLike::Word),
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
