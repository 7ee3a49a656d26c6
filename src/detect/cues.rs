//! Words that say that a person is named next to them, and what that person is to the patient.

use super::cue_tables::{CREDENTIALS, EPONYM_HEADS, FUNCTIONS, INSTITUTION_HEADS, KIN, TITLES};
pub use super::phrase_tables::Pull;
use super::phrase_tables::ROLE_PHRASES;
use super::words::{ShortMap, ShortSet};
use crate::model::role::Role;
use std::sync::LazyLock;

/// The role that a title tells; `Some(None)` for a title that tells only that it is a person.
pub fn title(low: &str) -> Option<Option<Role>> {
    CUES.get(low).and_then(|c| c.title)
}

/// True for a title that is an abbreviation and may have a point after it.
pub fn is_abbreviation(low: &str) -> bool {
    matches!(
        low,
        "dr" | "drs"
            | "mr"
            | "mrs"
            | "ms"
            | "mx"
            | "rev"
            | "fr"
            | "prof"
            | "sr"
            | "sra"
            | "srta"
            | "atty"
            | "sgt"
            | "capt"
            | "lt"
            | "hon"
            | "mssrs"
            | "ofc"
            | "dep"
            | "det"
    )
}

/// `Mr` -> male, `Mrs`, `Ms`, `Miss` -> female.
pub fn title_sex(low: &str) -> Option<&'static str> {
    match low {
        "mr" | "sr" => Some("male"),
        "mrs" | "ms" | "miss" | "sra" | "srta" => Some("female"),
        _ => None,
    }
}

static BY_CREDENTIAL: LazyLock<ShortMap<(Role, bool)>> =
    LazyLock::new(|| CREDENTIALS.iter().flat_map(|(words, role, strict)| words.iter().map(|w| (*w, (*role, *strict)))).collect());

/// A credential after a name, compared without dots: its role, and whether it needs a comma before it.
pub fn credential(word: &str) -> Option<(Role, bool)> {
    if word.len() > 12 {
        return None;
    }
    if !word.contains('.') {
        // `LPC-A`, `LCSW-S`: a grade behind it.
        let graded = || {
            let (head, grade) = word.split_once('-')?;
            let short = grade.len() <= 3 && grade.bytes().all(|b| b.is_ascii_uppercase());
            BY_CREDENTIAL.get(head).filter(|_| short && head.len() >= 2).copied()
        };
        return BY_CREDENTIAL.get(word).copied().or_else(graded);
    }
    BY_CREDENTIAL.get(word.replace('.', "").as_str()).copied()
}

/// The relation that a kin word tells.
pub fn kin(low: &str) -> Option<Role> {
    CUES.get(low).and_then(|c| c.kin)
}

/// What a word may open.
#[derive(Default)]
struct Cue {
    title: Option<Option<Role>>,
    kin: Option<Role>,
    phrases: Vec<Phrase>,
}

struct Phrase {
    words: Vec<&'static str>,
    pull: Pull,
    role: Option<Role>,
}

static CUES: LazyLock<ShortMap<Cue>> = LazyLock::new(|| {
    let mut map: ShortMap<Cue> = ShortMap::default();
    for (words, role) in TITLES {
        for word in *words {
            map.entry(word).or_default().title = Some(*role);
        }
    }
    for (words, role) in KIN {
        for word in *words {
            map.entry(word).or_default().kin = Some(*role);
        }
    }
    for (phrases, pull, role) in ROLE_PHRASES {
        for phrase in phrases.split('|') {
            let words: Vec<&'static str> = phrase.split_whitespace().collect();
            if let Some(first) = words.first().copied() {
                map.entry(first).or_default().phrases.push(Phrase { words, pull: *pull, role: *role });
            }
        }
    }
    map
});

/// What a word opens, if anything: a title, a kin word, a role phrase. One look where three are wanted.
pub fn opens(low: &str) -> Option<Opens> {
    CUES.get(low).map(|c| Opens { title: c.title.is_some(), kin: c.kin.is_some(), phrase: !c.phrases.is_empty() })
}

/// See [`opens`].
#[derive(Clone, Copy, Default)]
pub struct Opens {
    /// A title.
    pub title: bool,
    /// A kin word.
    pub kin: bool,
    /// The first word of a role phrase.
    pub phrase: bool,
}

/// The relation seen from the other end: in `mother of X` it is X's role.
pub fn inverse(role: Role) -> Role {
    match role {
        Role::Mother | Role::Father | Role::Parent => Role::Child,
        Role::Daughter | Role::Son | Role::Child => Role::Parent,
        Role::Sister | Role::Brother => Role::Sibling,
        Role::Spouse | Role::Partner | Role::Sibling => role,
        _ => Role::Relative,
    }
}

/// The relative of a relative: `mother's sister`, `husband's brother`.
pub fn kin_of_kin(of: Role, role: Role) -> Role {
    let parent = |r: Role| matches!(r, Role::Mother | Role::Father | Role::Parent);
    let child = |r: Role| matches!(r, Role::Daughter | Role::Son | Role::Child);
    let sibling = |r: Role| matches!(r, Role::Sister | Role::Brother | Role::Sibling);
    let married = |r: Role| matches!(r, Role::Spouse | Role::Partner);
    match (of, role) {
        (o, r) if parent(o) && married(r) => Role::Parent,
        (o, Role::Son) if parent(o) => Role::Brother,
        (o, Role::Daughter) if parent(o) => Role::Sister,
        (o, r) if sibling(o) && (parent(r) || sibling(r)) => r,
        (o, r) if child(o) && parent(r) => Role::Spouse,
        (o, Role::Brother) if child(o) => Role::Son,
        (o, Role::Sister) if child(o) => Role::Daughter,
        (o, r) if married(o) && child(r) => r,
        (Role::Aunt | Role::Uncle, r) if child(r) => Role::Cousin,
        (Role::Mother | Role::Father | Role::Parent, Role::Sister) => Role::Aunt,
        (Role::Mother | Role::Father | Role::Parent, Role::Brother) => Role::Uncle,
        (Role::Mother | Role::Father | Role::Parent, Role::Mother) => Role::Grandmother,
        (Role::Mother | Role::Father | Role::Parent, Role::Father) => Role::Grandfather,
        (Role::Sister | Role::Brother | Role::Sibling, Role::Daughter) => Role::Niece,
        (Role::Sister | Role::Brother | Role::Sibling, Role::Son) => Role::Nephew,
        (Role::Daughter | Role::Son | Role::Child, Role::Daughter | Role::Son | Role::Child) => Role::Grandchild,
        (
            Role::Daughter | Role::Son | Role::Child | Role::Sister | Role::Brother | Role::Sibling,
            Role::Spouse | Role::Partner,
        ) => Role::InLaw,
        (Role::Spouse | Role::Partner, Role::Mother | Role::Father | Role::Parent | Role::Sister | Role::Brother) => Role::InLaw,
        _ => Role::Relative,
    }
}

/// The phrase that begins at a word, if any: its length in words, pull and role. Longest phrase wins. A field of work is none: it
/// only follows a name, see [`field_phrase`].
pub fn role_phrase<'w>(word_at: impl Fn(usize) -> &'w str) -> Option<(usize, Pull, Option<Role>)> {
    longest(word_at, |pull| pull != Pull::Field)
}

/// The phrase after a name and a mark that says what that person does: `Cardiology`, `charge nurse`, `attending`.
pub fn field_phrase<'w>(word_at: impl Fn(usize) -> &'w str) -> Option<(usize, Role)> {
    let (n, _, role) = longest(word_at, |pull| matches!(pull, Pull::Noun | Pull::Field | Pull::Label))?;
    role.map(|r| (n, r))
}

fn longest<'w>(word_at: impl Fn(usize) -> &'w str, takes: impl Fn(Pull) -> bool) -> Option<(usize, Pull, Option<Role>)> {
    let mut best: Option<(usize, Pull, Option<Role>)> = None;
    for Phrase { words, pull, role } in &CUES.get(word_at(0))?.phrases {
        if !takes(*pull) || best.is_some_and(|b| words.len() <= b.0) {
            continue;
        }
        if words.iter().enumerate().skip(1).all(|(i, w)| word_at(i) == *w) {
            best = Some((words.len(), *pull, *role));
        }
    }
    best
}

/// What an abbreviation before a name says that the person does: `RN Kayla`, `SW Brooks`. In capitals only.
pub fn function(word: &str) -> Option<Role> {
    BY_FUNCTION.get(word).copied()
}

static BY_FUNCTION: LazyLock<ShortMap<Role>> =
    LazyLock::new(|| FUNCTIONS.iter().flat_map(|(words, role)| words.iter().map(|w| (*w, *role))).collect());

/// Words after a name that make it the name of a disease, sign, score, device, place or institution.
pub fn is_eponym_head(low: &str) -> bool {
    HEADS.contains(low) || INSTITUTIONS.contains(low)
}

/// Words after a name that make it the name of a place or an institution.
pub fn is_institution_head(low: &str) -> bool {
    INSTITUTIONS.contains(low)
}

static HEADS: LazyLock<ShortSet> = LazyLock::new(|| EPONYM_HEADS.split_whitespace().collect());
static INSTITUTIONS: LazyLock<ShortSet> = LazyLock::new(|| INSTITUTION_HEADS.split_whitespace().collect());

/// Adjectives that stand between a possessive and a kin word, or before a kin word.
pub fn is_kin_adjective(low: &str) -> bool {
    matches!(
        low,
        "older"
            | "younger"
            | "elder"
            | "oldest"
            | "youngest"
            | "eldest"
            | "twin"
            | "maternal"
            | "paternal"
            | "biological"
            | "adoptive"
            | "foster"
            | "birth"
            | "late"
            | "former"
            | "ex"
            | "estranged"
            | "deceased"
            | "adult"
            | "teenage"
            | "half"
            | "step"
            | "great"
            | "first"
            | "second"
            | "identical"
            | "fraternal"
            | "only"
            | "middle"
            | "own"
            | "legal"
            | "primary"
            | "good"
            | "close"
    )
}

/// Words that stand for the patient as possessor: `her`, `the patient's`, `pt's`.
pub fn is_possessor(low: &str) -> bool {
    matches!(
        low,
        "her"
            | "his"
            | "their"
            | "my"
            | "patient"
            | "pt"
            | "the"
            | "a"
            | "an"
            | "patients"
            | "pts"
            | "our"
            | "your"
            | "client"
            | "recipient"
            | "resident"
            | "proband"
            | "veteran"
            | "vet"
            | "member"
            | "insured"
            | "baby"
            | "infant"
    )
}
