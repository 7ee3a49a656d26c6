//! What a comma parts. People in a row: `Kyle, Ashley, and Devon shared`, `her children Anna, Peter and Ruth`. The comma parts two people there and no
//! family name from a given one.

use super::cues::{credential, kin, title};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given, is_surname};

/// True when the words around the comma at `comma` are the given names of two people of a row: a third follows, after another comma or
/// behind `and`, or one stands before.
pub fn parts_people(t: &Tokens, comma: usize) -> bool {
    let Some(first) = comma.checked_sub(1) else { return false };
    let second = comma + 1;
    let begins = is_one(t, first) || is_word(t, first) && !is_surname(t.low(first)) && !t.begins_line(first);
    if !t.is(comma, ',') || t.touches_next(comma) || !begins || !is_word(t, second) {
        return false;
    }
    // `Lee, Karen and Dr. Wu` at the begin of a line is written as lists of patients are.
    if is_surname(t.low(first)) && t.begins_line(first) {
        return false;
    }
    let next = second + 1;
    let closing = next + usize::from(t.is(next, ','));
    if matches!(t.low(closing), "and" | "or") || t.is(closing, '&') {
        return is_word(t, closing + 1) || title(t.low(closing + 1)).is_some();
    }
    let third = closing > next && is_one(t, second) && is_one(t, closing) && !is_word(t, closing + 1);
    let before = first >= 2 && t.is(first - 1, ',') && is_one(t, first - 2) && is_one(t, second) && !is_word(t, next);
    third || before
}

/// A word before the comma that opens or ends a letter: `Thx, Craig`.
pub fn is_greeting(low: &str) -> bool {
    matches!(
        low,
        "thx"
            | "tx"
            | "ty"
            | "tnx"
            | "cheers"
            | "rgds"
            | "regards"
            | "thanks"
            | "hi"
            | "hey"
            | "hello"
            | "dear"
            | "gracias"
            | "saludos"
    )
}

/// True when token `i` stands in a row of a family's people, `her children are Anna, Peter and Ruth`.
pub fn is_of_kin(t: &Tokens, i: usize) -> bool {
    let mut first = i;
    // Back to the head of the row.
    while let Some(before) = first.checked_sub(1) {
        let joined = matches!(t.low(before), "and" | "or") || t.is(before, '&') || t.is(before, ',');
        let comma = usize::from(joined && !t.is(before, ',') && before.checked_sub(1).is_some_and(|k| t.is(k, ',')));
        match before.checked_sub(1 + comma) {
            Some(item) if joined && is_word(t, item) && i - item < MOST => first = item,
            _ => break,
        }
    }
    let row = first < i || t.is(i + 1, ',') && is_word(t, i + 2) || t.low(i + 1) == "and" && is_word(t, i + 2);
    let skipped = |k: usize| {
        matches!(t.low(k), "are" | "were" | "named" | "called" | "include" | "including") || t.is(k, ':') || t.is(k, ',')
    };
    let head = (first.saturating_sub(3)..first).rev().find(|k| !skipped(*k));
    row && head.is_some_and(|k| kin(t.low(k)).is_some() && (t.low(k).ends_with('s') || t.low(k) == "children"))
}

/// Tokens of a row, at most.
const MOST: usize = 24;

/// A capitalised given name.
fn is_one(t: &Tokens, i: usize) -> bool {
    is_word(t, i) && is_given(t.low(i)) && t.like(i) >= NameLike::WordName
}

/// A capitalised word that may be a name.
fn is_word(t: &Tokens, i: usize) -> bool {
    t.shape(i) == Some(Shape::Cap) && t.like(i) > NameLike::Word && credential(t.word(i)).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> Vec<bool> {
        let t = Tokens::new(text);
        (0..t.list.len()).filter(|i| t.is(*i, ',')).map(|i| parts_people(&t, i)).collect()
    }

    #[test]
    fn given_names_in_a_row_are_people() {
        assert_eq!(parted("She went with Walter, Joanne and Mr. Petrakis."), [true]);
        assert_eq!(parted("Group members Kyle, Ashley, and Devon shared."), [true, false]);
        assert_eq!(parted("Attended by Marcus, Denise, Paul."), [true, true]);
        assert_eq!(parted("Her children are Anna, Peter & Ruth."), [true]);
    }

    #[test]
    fn a_row_of_kin_is_told_by_what_heads_it() {
        let of_kin = |text: &str, word: &str| {
            let t = Tokens::new(text);
            is_of_kin(&t, (0..t.list.len()).find(|i| t.word(*i) == word).expect("there"))
        };
        assert!(of_kin("Her children are Anna, Peter and Ruth.", "Ruth"));
        assert!(of_kin("Her sisters Ruth and Anna came.", "Ruth"));
        assert!(!of_kin("Her sister Anna and Ruth came.", "Ruth"));
        assert!(!of_kin("Walter, Joanne and Ruth came.", "Ruth"));
        assert!(!of_kin("The children came. Ruth slept.", "Ruth"));
    }

    #[test]
    fn a_family_name_before_a_given_one_is_one_person() {
        assert_eq!(parted("Seen: Whitaker, Eleanor and her son."), [false]);
        assert_eq!(parted("Lee, Karen and Dr. Wu saw her."), [false]);
        assert_eq!(parted("Reviewed with Thomas, Mary."), [false]);
        assert_eq!(parted("Ordered by Roe, Karen, RN."), [false, false]);
        assert_eq!(parted("WU,KAREN and Kim"), [false]);
    }
}
