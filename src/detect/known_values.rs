//! The texts that stand for somebody known, and whom each may stand for.

use super::identity::phone_key;
use super::variants::Kind;
use crate::model::mention::{Category, Who};
use crate::model::person::{PATIENT, PersonId};
use std::collections::HashMap;

/// Whom one folded text may stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Person and what the text is of them; the patient is [`PATIENT`](crate::model::person::PATIENT).
    pub owners: Vec<(PersonId, Kind)>,
    /// All its words are also words of the language.
    pub needs_cue: bool,
    /// Index into the dictionary.
    pub dictionary: Option<usize>,
    /// A word that stands for somebody else wherever it stands: no cue is asked for and nothing vetoes it.
    pub certain: bool,
    /// How the word is written in the names of its owners, for codes and addresses, where case tells.
    pub spelled: Vec<String>,
}

/// Gathers the texts to look for, each once.
#[derive(Default)]
pub(super) struct Builder {
    index: HashMap<String, usize>,
    /// What each text may stand for.
    pub entries: Vec<Entry>,
    /// The folded texts.
    pub texts: Vec<String>,
    /// The rarest part of each text, looked for first.
    pub anchors: Vec<String>,
}

impl Builder {
    /// Adds an owner of a text.
    pub fn add(
        &mut self,
        text: String,
        anchor: String,
        owner: Option<(PersonId, Kind)>,
        needs_cue: bool,
        dictionary: Option<usize>,
    ) {
        let i = match self.index.get(&text) {
            Some(i) => *i,
            None => {
                self.index.insert(text.clone(), self.entries.len());
                self.entries.push(Entry { needs_cue, ..Entry::default() });
                self.texts.push(text);
                self.anchors.push(anchor);
                self.entries.len() - 1
            }
        };
        if let Some(entry) = self.entries.get_mut(i) {
            entry.dictionary = entry.dictionary.or(dictionary);
            entry.needs_cue &= needs_cue;
            if let Some(owner) = owner
                && !entry.owners.contains(&owner)
            {
                entry.owners.push(owner);
            }
        }
    }
}

/// Owner of a value that needs no words around: one person, or undecided when the patient has it too.
pub fn value_owner(ids: &[PersonId]) -> Who {
    let mut others = ids.iter().filter(|i| **i != PATIENT);
    match (ids.contains(&PATIENT), others.next()) {
        (true, None) => Who::Patient,
        (true, Some(_)) => Who::Ambiguous,
        (false, Some(id)) => Who::Person(*id),
        (false, None) => Who::Nobody,
    }
}

/// The longest known number that begins at byte `from`: figures of it, byte behind it, whose it is.
#[allow(clippy::type_complexity)]
pub fn number_at<'d>(
    digits_of: &'d HashMap<String, Vec<(PersonId, Category)>>,
    bytes: &[u8],
    from: usize,
) -> Option<(usize, usize, &'d [(PersonId, Category)])> {
    let mut digits = String::new();
    let (mut i, mut gap, mut best) = (from, 0usize, None);
    while i < bytes.len() && digits.len() < 12 {
        let b = bytes[i];
        if b.is_ascii_digit() {
            digits.push(b as char);
            gap = 0;
            let closes = bytes.get(i + 1).is_none_or(|n| !n.is_ascii_digit());
            if closes && digits.len() >= 7 {
                let key = if digits.len() == 11 && digits.starts_with('1') { phone_key(&digits) } else { digits.clone() };
                if let Some(owners) = digits_of.get(&key) {
                    best = Some((key.len(), i + 1, owners.as_slice()));
                }
            }
        } else if matches!(b, b'-' | b'.' | b' ' | b'(' | b')' | b'/' | b'+') && gap < 3 {
            gap += 1;
        } else {
            break;
        }
        i += 1;
    }
    best
}
