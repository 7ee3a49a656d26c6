//! What lists, spelling and the patient's identity say of each word, for the network that reads names: the language model itself sees small
//! letters only, no line ends, and nothing of whom the text is about.

use crate::detect::cues::{credential, function, is_eponym_head, is_institution_head, is_kin_adjective, kin, role_phrase, title};
use crate::detect::identity::Own;
use crate::detect::speech::is_speech;
use crate::detect::things::is_thing_noun;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{
    NameLike, is_clinical, is_eponym, is_given, is_place_or_month, is_running_word, is_shared_eponym, is_surname, is_usual,
    is_word,
};

/// How many signs there are. Their order is a part of the weights.
pub const SIGNS: usize = 48;

/// The signs of token `i` of a stretch of text about the patient `own`, one bit each.
pub fn signs(t: &Tokens, i: usize, own: &Own) -> u64 {
    let (low, word, shape) = (t.low(i), t.word(i), t.shape(i));
    let letters = word.chars().count();
    let is_text = matches!(shape, Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Mixed | Shape::Initial));
    let like = t.like(i);
    let before = i.checked_sub(1);
    let mark_before = |m: char| before.is_some_and(|k| t.is(k, m));
    let all: [bool; SIGNS] = [
        shape == Some(Shape::Cap),
        shape == Some(Shape::Upper),
        shape == Some(Shape::Lower),
        shape == Some(Shape::Initial),
        shape == Some(Shape::Mixed),
        shape == Some(Shape::Number),
        matches!(shape, Some(Shape::Mark(_))),
        is_text && like == NameLike::Name && is_usual(low),
        is_text && like == NameLike::Name,
        is_text && like == NameLike::WordName,
        is_text && like == NameLike::Unknown,
        is_text && like == NameLike::Word,
        is_text && is_given(low),
        is_text && is_surname(low),
        is_text && is_place_or_month(low),
        is_text && is_clinical(low),
        is_text && is_eponym(low),
        is_text && is_shared_eponym(low),
        is_text && is_word(low),
        is_text && is_running_word(low),
        kin(low).is_some(),
        is_kin_adjective(low),
        title(low).is_some(),
        credential(word).is_some(),
        role_phrase(|k| t.low(i + k)).is_some(),
        function(word).is_some(),
        is_institution_head(low),
        is_eponym_head(low),
        is_speech(low),
        is_text && is_thing_noun(t, i + 1),
        t.begins_line(i),
        t.ends_line(i + 1),
        t.begins_column(i),
        t.ends_column(i + 1),
        t.get(i).is_some_and(|x| x.possessive),
        letters == 1,
        letters == 2,
        letters == 3,
        letters >= 8,
        mark_before(':'),
        mark_before('('),
        mark_before(','),
        mark_before('/'),
        matches!(low, "patient" | "pt" | "pts" | "client" | "resident" | "veteran"),
        matches!(low, "she" | "he" | "her" | "his" | "him" | "my" | "their"),
        matches!(low, "mg" | "mcg" | "ml" | "units" | "tab" | "mm" | "cm"),
        is_text && letters >= 2 && own.is_family(low),
        is_text && letters >= 2 && own.is_given(low),
    ];
    all.iter().enumerate().fold(0, |bits, (k, is)| if *is { bits | 1 << k } else { bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_tell_spelling_and_place() {
        let t = Tokens::new("Mother: Ruth\nBP 120/80 Jane Smith");
        let own = Own::new(&crate::detect::tests::traps::patient());
        let of = |i: usize| signs(&t, i, &own);
        assert_ne!(of(0) & (1 << 20), 0, "kin");
        assert_ne!(of(2) & (1 << 12), 0, "given name");
        assert_ne!(of(2) & (1 << 39), 0, "after a colon");
        assert_ne!(of(2) & (1 << 31), 0, "ends its line");
        assert_eq!(of(99) & 1, 0);
        assert!(of(4) >> SIGNS == 0);
        let said = |word: &str| (0..t.list.len()).find(|i| t.word(*i) == word).map_or(0, |i| of(i) >> 46);
        assert_eq!([said("Smith"), said("Jane"), said("Ruth")], [1, 2, 0], "the patient's family and given name");
    }
}
