//! Words that are certain: a name of somebody other than the patient, and nothing else.

use super::Dictionary;
use super::fold::folded;
use super::known_values::Builder;
use super::variants::Kind;
use super::words::{NameLike, name_like};
use crate::model::person::PATIENT;
use crate::model::roster::{Person, Roster};
use std::collections::{HashMap, HashSet};

/// Marks the entries of single words that are somebody's name and nothing else, and gives them back by word.
pub fn mark_certain(b: &mut Builder, roster: &Roster, me: &Person, dictionary: &Dictionary) -> HashMap<String, usize> {
    let mut own: HashSet<String> = HashSet::new();
    let places = me.addresses.iter().flat_map(|a| a.lines.iter().chain([&a.city, &a.text]));
    for text in me.names.iter().flat_map(|n| n.given.iter().chain([&n.family, &n.text])).chain(places) {
        own.extend(folded(text).split([' ', '-', ',', '.']).map(str::to_string));
    }
    let mut spelled: HashMap<String, Vec<String>> = HashMap::new();
    for n in roster.persons.iter().skip(1).flat_map(|p| &p.names) {
        let parsed;
        let n = if n.given.is_empty() && n.family.is_empty() {
            parsed = super::split_text(&n.text);
            &parsed
        } else {
            n
        };
        for part in n.given.iter().chain([&n.family]) {
            for word in part.split([' ', '-']).chain([part.as_str()]) {
                let forms = spelled.entry(folded(word)).or_default();
                if !forms.iter().any(|f| f == word) {
                    forms.push(word.to_string());
                }
            }
        }
    }
    let mut out = HashMap::new();
    for (i, (entry, text)) in b.entries.iter_mut().zip(&b.texts).enumerate() {
        let names = entry.owners.iter().all(|o| o.0 != PATIENT && matches!(o.1, Kind::Family | Kind::Given | Kind::Middle));
        if entry.owners.is_empty()
            || !names
            || entry.needs_cue
            || own.contains(text)
            || dictionary.allows(text)
            || !is_only_name(text)
        {
            continue;
        }
        entry.certain = true;
        entry.spelled = spelled.get(text).cloned().unwrap_or_default();
        out.insert(text.clone(), i);
    }
    out
}

/// A word that nothing but a person is called by, as far as the lists know.
fn is_only_name(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 3 || word.contains([' ', '.', ',']) {
        return false;
    }
    let like = name_like(word);
    let known = like == NameLike::Name || like == NameLike::Unknown && letters >= 4;
    known && word.split('-').all(|w| !super::is_common(w) && !super::cues::is_eponym_head(w))
}

/// `application/pdf`: a word in it is a format.
pub fn is_media_type(text: &str) -> bool {
    const KINDS: &[&str] = &["application", "text", "image", "audio", "video", "multipart", "message", "font", "model"];
    text.split_once('/').is_some_and(|(kind, rest)| KINDS.contains(&kind) && !rest.contains('/') && !rest.contains(' '))
}
