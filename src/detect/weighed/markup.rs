//! Words that programs write where people would: values of codes in the narrative that servers generate, strains, names of fields.

use crate::detect::tokens::{Shape, Tokens};
use crate::detect::words::{is_clinical, is_given, is_word};

/// True for a word that a program wrote as a code's value, a strain of a vaccine, a field or a document type: nobody.
pub fn is_code(t: &Tokens, i: usize) -> bool {
    is_display(t, i) || is_strain(t, i) || is_field(t.word(i)) || is_public_identifier(t, i)
}

/// `code 'nl' = 'Dutch', given as 'Dutch'`, `Getrouwd (Details : {...` as FHIR servers generate them (FHIR R4, narrative of the published
/// examples).
fn is_display(t: &Tokens, i: usize) -> bool {
    let Some(before) = i.checked_sub(1) else { return false };
    let quoted = t.is(before, '\'')
        && (t.low(before.wrapping_sub(1)) == "as" && t.low(before.wrapping_sub(2)) == "given"
            || t.is(before.wrapping_sub(1), '=') && t.is(before.wrapping_sub(2), '\''));
    quoted || t.is(i + 1, '(') && t.low(i + 2) == "details" && t.is(i + 3, ':')
}

/// `A-Victoria-361-2011`, `B/Brisbane/60/2008`: a strain of influenza by where and when it was found (WHO nomenclature of 1980).
fn is_strain(t: &Tokens, i: usize) -> bool {
    let joint = |k: usize| t.is(k, '-') || t.is(k, '/');
    let kind = |w: &str| matches!(w, "a" | "b");
    // The letter may hang on the place as one word.
    let one = t.low(i).split_once(['-', '/']).is_some_and(|(letter, place)| kind(letter) && !place.is_empty());
    let two = i >= 2 && joint(i - 1) && kind(t.low(i - 2));
    (one || two) && joint(i + 1) && t.word(i + 2).starts_with(|c: char| c.is_ascii_digit())
}

/// `LabCategory`: words of the language run together, none of them a name.
fn is_field(word: &str) -> bool {
    let mut humps: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, c) in word.char_indices().skip(1) {
        if c.is_uppercase() && word.get(..at).is_some_and(|w| w.ends_with(char::is_lowercase)) {
            humps.extend(word.get(from..at));
            from = at;
        }
    }
    humps.extend(word.get(from..));
    let plain = |w: &&str| {
        let low = w.to_lowercase();
        low.len() >= 3 && (is_word(&low) || is_clinical(&low)) && !is_given(&low)
    };
    humps.len() > 1 && humps.iter().all(plain)
}

/// `-//W3C//DTD HTML 4.01//EN`: the last part is a language.
fn is_public_identifier(t: &Tokens, i: usize) -> bool {
    i >= 2 && t.is(i - 1, '/') && t.is(i - 2, '/') && t.word(i).len() == 2 && t.shape(i) == Some(Shape::Upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, word: &str) -> bool {
        let t = Tokens::new(text);
        is_code(&t, t.index_at(text.find(word).unwrap()))
    }

    #[test]
    fn what_programs_write_is_nobody() {
        assert!(told("code 'nl' = 'Dutch (Region=Netherlands)'", "Dutch"));
        assert!(told("(Details : x), given as 'Dutch'})", "Dutch"));
        assert!(told("maritalStatus: Getrouwd (Details : {x})", "Getrouwd"));
        assert!(told("virus vaccine, B-Brisbane-60-2008-like virus", "Brisbane"));
        assert!(told("only one, LabCategory.", "LabCategory"));
        assert!(told("-//W3C//DTD HTML 4.01//EN", "EN"));
        for (text, word) in [
            ("her 'Dutch'", "Dutch"),
            ("A-Victoria called", "Victoria"),
            ("JoAnn and MaryAnn", "MaryAnn"),
            ("McBride", "McBride"),
        ] {
            assert!(!told(text, word), "{text}");
        }
    }
}
