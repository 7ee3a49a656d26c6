//! Finds mentions in text: identifiers, names by cue, values already known from the roster.
//!
//! Three layers look at every text, each for what the others cannot see. [`Knowledge::scan`] finds what the case already knows
//! (the user's dictionary, every name, number and address of the roster, in all the ways they are written). [`discover`] knows
//! nobody and goes by cue: titles, credentials, kin words, roles, labelled lines, patterns with check digits. A model of names
//! is a third layer of the same shape (`fn(&str, &Context) -> Vec<Mention>`) and is put between the two in [`merge`].
//!
//! A word that is also a word of the language or of medicine needs a person cue beside it: to black out a diagnosis is as bad
//! as to let a name through.

mod address_ends;
mod after_noun;
mod apposition;
mod at_work;
mod author;
mod beside;
mod cast;
mod cast_index;
mod certain;
pub mod check_digits;
mod columns;
mod coref;
mod crowd;
mod cue_tables;
mod cues;
mod dates;
pub mod dictionary;
mod discover;
mod evidence;
pub mod fold;
mod form_names;
mod generation;
mod id_rules;
mod identity;
mod kin_owner;
mod kin_words;
mod knowledge;
mod known_person;
mod known_values;
mod labels;
// Some is for the build script.
#[allow(dead_code)]
mod list_table;
mod listing;
mod lone;
mod misfile;
pub mod model;
mod name_read;
mod near;
mod nicknames;
pub mod numbers;
pub mod ocr;
mod organisations;
mod overlap;
mod own_names;
mod owner;
pub mod patterns;
mod phrase_tables;
mod prefilter;
mod records;
mod safe_harbor;
mod scene;
mod search;
mod service_date;
mod short_forms;
mod signature;
mod slots;
mod small_cues;
mod speech;
mod table_roles;
#[cfg(test)]
mod tests;
mod things;
mod tokens;
mod triggers;
mod uncued;
mod variants;
mod ward;
pub mod weighed;
mod whose;
mod with_initials;
// Some are for the build script.
#[allow(dead_code)]
mod word_tables;
pub mod words;

pub use cast_index::Index as PeopleIndex;
pub use dictionary::Dictionary;
pub use discover::discover;
use discover::{discover_unweighed, own_of};
pub use identity::split_text;
pub use knowledge::Knowledge;
pub use overlap::merge;
pub use safe_harbor::SafeHarbor;
pub use service_date::service_dates;
pub use variants::is_of_words;
pub use with_initials::lengthen as with_initials;

use crate::model::document::Class;
use crate::model::role::Role;

/// What is known about a text before it is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context<'a> {
    /// What the field holds. In codes, ids and URLs only known values are looked for.
    pub class: Class,
    /// True when the record around is about the patient (and not, say, a relative's history).
    pub subject_is_patient: bool,
    /// Title or code of the section or record the text stands in; empty when none.
    pub section: &'a str,
    /// What structure says about people named here: the author of a note, the relation of a family member.
    pub kin_hint: Option<Role>,
}

impl Default for Context<'_> {
    fn default() -> Self {
        Context { class: Class::Narrative, subject_is_patient: true, section: "", kin_hint: None }
    }
}

/// True for a word that also means something else than a person: a word of the language or of medicine, an eponym, a place or month.
/// Standing alone such a word proves nothing.
pub fn is_common(word: &str) -> bool {
    let word = fold::folded(word);
    let word = word.trim();
    words::is_word(word)
        || words::is_clinical(word)
        || words::is_eponym(word)
        || words::is_place_or_month(word)
        || words::is_word_name(word)
}

/// True when two folded words may be one given name: equal, a nickname, or the beginning of it.
pub fn same_given(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    a == b || short.len() >= 3 && long.len() >= short.len() + 2 && long.starts_with(short) || nicknames::compatible(a, b)
}

/// True when two roles told of one name can be of one person.
pub fn same_role(a: Role, b: Role) -> bool {
    cast::agree(a, b)
}

/// The role that a single relation word tells, in lower case: `mother`, `wife`.
pub fn relation_role(word: &str) -> Option<Role> {
    cues::kin(word)
}
