//! What the check of the output would object to, found before anything is written.
//!
//! The search goes by how names are written and by what stands around them; the check by bare words, whatever marks, blanks or capitals are
//! between them. So the check can see a name where the search saw none, `(V) Bits` or `CS TUG`, and a case would end as failed of which a
//! person could have said what is meant. Here the words of the check are looked for in each text as it came. What is written like the name
//! becomes the person's; about the rest a person is asked. The check itself stays as strict as it is and knows nothing of this.

use crate::detect;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::{PATIENT, PersonId};
use crate::verify::fold::{Escapes, Folded, HARD, fold, fold_words};
use crate::verify::forbidden::ForbiddenValue;
use crate::verify::searcher::{Hit, Searcher};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Letters of a word that is looked for in pieces; shorter ones are pieces of words by chance.
const MIN_TORN: usize = 5;
/// Pieces a word falls into at most.
const MAX_PIECES: usize = 24;
/// Blanks between two pieces at most.
const MAX_BLANKS: usize = 2;

/// The words of the check, for the search.
pub struct SecondLook {
    searcher: Searcher,
    persons: Vec<Option<PersonId>>,
    torn: HashMap<Box<[u8]>, Option<PersonId>>,
    heads: HashSet<Box<[u8]>>,
}

impl SecondLook {
    /// From what the check will look for.
    pub fn new(forbidden: &[ForbiddenValue], own: &[String]) -> SecondLook {
        let own_words: HashSet<String> =
            own.iter().flat_map(|v| fold_words(v).split(' ').map(str::to_string).collect::<Vec<_>>()).collect();
        let mut torn: HashMap<Box<[u8]>, Option<PersonId>> = HashMap::new();
        let mut heads: HashSet<Box<[u8]>> = HashSet::new();
        for (value, word) in forbidden.iter().flat_map(|f| f.alone.iter().map(move |w| (f, fold_words(w)))) {
            if word.contains(' ') || word.chars().count() < MIN_TORN || own_words.contains(&word) {
                continue;
            }
            for (at, _) in word.char_indices().skip(1) {
                heads.extend(word.get(..at).map(|h| h.as_bytes().into()));
            }
            torn.entry(word.into_bytes().into()).or_insert(value.person);
        }
        SecondLook { searcher: Searcher::new(forbidden, own), persons: forbidden.iter().map(|f| f.person).collect(), torn, heads }
    }

    /// Adds what the check would find in this text and `found` does not cover.
    pub fn add(&self, text: &str, found: &mut Vec<Mention>) {
        if self.searcher.is_empty() {
            return;
        }
        let folded = fold(text.as_bytes(), Escapes::None);
        let mut more: Vec<Mention> = Vec::new();
        self.searcher.find(&folded, &mut |hit| more.extend(self.as_written(text, &folded, hit)));
        self.pieces(text, &folded, &mut more);
        // The longest first; what is somebody else's already stays so.
        more.sort_by_key(|m| (std::cmp::Reverse(m.end - m.start), m.start));
        for mut m in more {
            let (start, end) = (m.start, m.end);
            let touched = |f: &Mention| f.start < end && start < f.end;
            if found.iter().any(|f| touched(f) && !matches!(f.who, Who::Patient | Who::Nobody)) {
                continue;
            }
            // Where the patient's own values go, too, what was found of them stays as it was found.
            if m.who == Who::Patient && found.iter().any(touched) {
                continue;
            }
            // What one of the patient's names runs into is for a person to tell.
            if found.iter().any(|f| touched(f) && f.who == Who::Patient) {
                m.who = Who::Ambiguous;
            }
            found.retain(|f| !touched(f));
            found.push(m);
        }
        found.sort_by_key(|m| (m.start, m.end));
    }

    /// A find of the check as a mention.
    fn as_written(&self, text: &str, folded: &Folded, hit: Hit) -> Option<Mention> {
        let at = raw(text, folded, hit.start..hit.end)?;
        let written = text.get(at.clone())?;
        let (category, _) = self.searcher.value(hit.value);
        let person = self.persons.get(hit.value as usize).copied().flatten();
        let name = category == Category::Name;
        let sure = !name || person == Some(PATIENT) || is_written_as_name(written);
        Some(mention(at, category, person.filter(|_| sure), "check.other-spelling"))
    }

    /// Words of names torn apart by blanks: `W ATSON`, `CS TUG`.
    fn pieces(&self, text: &str, folded: &Folded, out: &mut Vec<Mention>) {
        if self.torn.is_empty() {
            return;
        }
        let word = |i: usize| {
            let start = *folded.words.get(i)? as usize;
            let rest = folded.text.get(start..)?;
            let len = rest.iter().position(|b| *b == b' ' || *b == HARD).unwrap_or(rest.len());
            Some(start..start + len)
        };
        let mut joined: Vec<u8> = Vec::new();
        for first in 0..folded.words.len() {
            let Some(head) = word(first) else { continue };
            joined.clear();
            joined.extend(folded.text.get(head.clone()).unwrap_or_default());
            let mut next = first;
            while self.heads.contains(joined.as_slice()) && next - first < MAX_PIECES {
                next += 1;
                let Some(piece) = word(next) else { break };
                joined.extend(folded.text.get(piece.clone()).unwrap_or_default());
                let Some(person) = self.torn.get(joined.as_slice()) else { continue };
                if let Some(at) = raw(text, folded, head.start..piece.end)
                    && let Some(sure) = is_torn_name(text, &at)
                {
                    out.push(mention(at, Category::Name, person.filter(|_| sure), "check.torn"));
                }
            }
        }
    }
}

fn mention(at: Range<usize>, category: Category, person: Option<PersonId>, rule: &'static str) -> Mention {
    let who = match person {
        Some(PATIENT) => Who::Patient,
        Some(p) => Who::Person(p),
        None => Who::Ambiguous,
    };
    Mention { weighed: false, start: at.start, end: at.end, category, who, rule, confidence: 0.7, name: None }
}

/// Where a stretch of folded text stands, on char boundaries.
fn raw(text: &str, folded: &Folded, at: Range<usize>) -> Option<Range<usize>> {
    let (start, end) = folded.raw_range(text.as_bytes(), Escapes::None, at.start, at.end);
    (start < end && text.is_char_boundary(start) && text.is_char_boundary(end)).then_some(start..end)
}

fn words(written: &str) -> impl Iterator<Item = &str> {
    written.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
}

/// Each word begins with a capital and none is a mere initial: so nobody writes ordinary words by chance.
fn is_written_as_name(written: &str) -> bool {
    words(written).all(|w| w.chars().nth(1).is_some() && w.chars().next().is_some_and(char::is_uppercase))
        && !words(written).all(detect::is_common)
}

/// A word in pieces is a name when it begins with a capital and nothing but blanks is between the pieces; `Some(true)`: surely. Words of
/// the language (`For rest`, `A very`) are what they say, and a question where each has a capital (`CS TUG`).
fn is_torn_name(text: &str, at: &Range<usize>) -> Option<bool> {
    let written = text.get(at.clone())?;
    let blanks = written.split(|c: char| !c.is_whitespace()).all(|b| b.chars().count() <= MAX_BLANKS && !b.contains('\n'));
    let plain = written.chars().all(|c| c.is_alphanumeric() || c.is_whitespace());
    let inside = text.get(..at.start).and_then(|t| t.chars().next_back()).is_some_and(|c| matches!(c, '\'' | '\u{2019}' | '-'));
    let capital = |w: &str| w.chars().next().is_some_and(char::is_uppercase);
    if !blanks || !plain || inside || !capital(written) {
        return None;
    }
    let ordinary = words(written).all(|w| detect::is_common(w) || matches!(w, "A" | "I"));
    match ordinary {
        true => words(written).all(capital).then_some(false),
        false => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::person::Name;

    fn look() -> SecondLook {
        let name = |given: &str, family: &str| Name { given: vec![given.into()], family: family.into(), ..Name::default() };
        let of = |n: &Name, id: u32| ForbiddenValue::name(n, Some(id), "[CLINICIAN 1]", &detect::is_common);
        let bits = ForbiddenValue::new("v bits", Category::Name, Some(3), "[CLINICIAN 3]");
        let phone = ForbiddenValue::new("(555) 555-0142", Category::Phone, Some(1), "[CLINICIAN 1]");
        let values = [of(&name("Dante", "Cstug"), 1), of(&name("Ann", "Forrest"), 2), bits, phone];
        SecondLook::new(&values, &["Maria Reyes".into()])
    }

    fn added(text: &str) -> Vec<(String, Who)> {
        let mut found = Vec::new();
        look().add(text, &mut found);
        found.into_iter().map(|m| (text[m.start..m.end].to_string(), m.who)).collect()
    }

    /// A manual's `CS TUG` was read as `CSTUG` on one page and in two words on another.
    #[test]
    fn a_name_that_blanks_tear_apart_is_found() {
        for (text, who) in [
            ("Seen by (CS TUG) today", Who::Ambiguous),
            ("Seen by CS  TUG today", Who::Ambiguous),
            ("by C S T U G,", Who::Person(1)),
            ("Cst ug signed", Who::Person(1)),
        ] {
            let found = added(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].1, who, "{text}");
            assert_eq!(found[0].0.replace(' ', "").to_lowercase(), "cstug", "{text}");
        }
        for text in ["the cs tug", "CS\nTUG", "CS-TUG", "For rest and sleep", "asked for rest", "CS TUGS", "XCS TUG"] {
            assert!(added(text).is_empty(), "{text}: {:?}", added(text));
        }
    }

    /// `Valid-value (V) bits`, where somebody is known as V Bits: the check reads no marks.
    #[test]
    fn a_name_with_marks_in_it_is_asked_about() {
        assert_eq!(added("Valid-value (V) bits"), [("V) bits".to_string(), Who::Ambiguous)]);
        assert_eq!(added("seen by Dante (Cstug)"), [("Dante (Cstug".to_string(), Who::Person(1))]);
    }

    /// Under a policy that reduces the patient's own identifiers each birth date became a question.
    #[test]
    fn the_patients_own_values_are_no_question() {
        let date = ForbiddenValue::new("1984-03-14", Category::DateOfBirth, Some(PATIENT), "[PATIENT]");
        let look = SecondLook::new(&[date], &[]);
        let text = "DOB: 03/14/1984, born March 14, 1984";
        let found_before = mention(5..15, Category::Date, Some(PATIENT), "patterns.date");
        let mut found = vec![found_before.clone()];
        look.add(text, &mut found);
        assert!(found.iter().all(|m| m.who == Who::Patient) && found.len() == 2 && found[0] == found_before, "{found:?}");
    }

    #[test]
    fn what_was_found_stays_as_it_was() {
        let text = "Dante Cstug, call 555-555-0142, Maria Reyes";
        let at = |w: &str| text.find(w).map(|s| s..s + w.len()).unwrap();
        let mut found = vec![
            mention(at("Dante Cstug"), Category::Name, Some(7), "roster.full-name"),
            mention(at("555-555-0142"), Category::Phone, Some(7), "roster.number"),
        ];
        look().add(text, &mut found);
        assert!(found.len() == 2 && found.iter().all(|m| m.who == Who::Person(7)), "{found:?}");
    }
}
