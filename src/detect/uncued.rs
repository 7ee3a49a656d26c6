//! Names without a cue: a given and a family name, `FAMILY, GIVEN`, an initial and a family name.

use super::cues::title;
use super::discover::Find;
use super::evidence::credential_at;
use super::name_read::plain as spoken_name;
use super::name_read::{Read, Trust, forward};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_eponym, is_given, is_surname, name_like};

/// Names without a cue: `Karen Wu`, `WU, KAREN`, `J. Tran`.
pub fn without_cue(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let after_capital = i > 0 && t.is_capital(i - 1) && t.like(i - 1) > NameLike::Unknown && t.shape(i) != Some(Shape::Initial);
    if after_capital {
        return;
    }
    if t.shape(i) == Some(Shape::Initial) {
        let dotted = t.is(i + 1, '.') && t.touches_next(i);
        let second = if t.shape(i + 2) == Some(Shape::Initial) { i + 2 + 1 + usize::from(t.is(i + 3, '.')) } else { i + 2 };
        let surname = matches!(t.shape(second), Some(Shape::Cap | Shape::Upper))
            && t.like(second) == NameLike::Name
            && is_surname(t.low(second));
        // `K. Ottaviani`: no list has it, but nothing else is written so, save bacteria.
        let letters = t.word(second).chars().count();
        let unlisted = t.shape(second) == Some(Shape::Cap)
            && t.like(second) == NameLike::Unknown
            && letters >= 4
            && !is_species(t.low(second))
            && (i == 0 || !(matches!(t.shape(i - 1), Some(Shape::Mark('.' | '/' | '-'))) && t.touches_next(i - 1)));
        let surname = surname || unlisted;
        let joined = t.get(i + 1).zip(t.get(i + 2)).is_some_and(|(a, b)| b.start - a.end <= 1);
        if dotted
            && joined
            && surname
            && !is_eponym(t.low(second))
            && let Some(read) = forward(t, i, if unlisted { Trust::Fair } else { Trust::Weak })
        {
            out.push(Find { read, rule: "list.initial-surname", confidence: 0.6, role: None });
        }
        return;
    }
    let Some(read) = forward(t, i, Trust::Weak) else { return };
    if read.words < 2 {
        return;
    }
    if t.list.get(read.first..read.next).is_some_and(|r| r.iter().any(|x| x.shape == Shape::Mark(','))) {
        let titled = i > 0 && (title(t.low(i - 1)).is_some() || i > 1 && t.is(i - 1, '.') && title(t.low(i - 2)).is_some());
        if titled {
            return;
        }
        // `Florence, Victoria, Georgia`: one of a list of names or places.
        let listed = t.is(i.wrapping_sub(1), ',') && i > 0
            || t.is(read.next, ',')
                && t.is_capital(read.next + 1)
                && t.like(read.next + 1) > NameLike::Word
                && credential_at(t, read.next + 1).is_none();
        if listed && t.shape(i) != Some(Shape::Upper) {
            if let Some(read) = spoken_name(t, i, Trust::Weak) {
                uncued_pair(t, i, read, out);
            }
            return;
        }
        out.push(Find { read, rule: "list.last-first", confidence: 0.7, role: None });
        return;
    }
    uncued_pair(t, i, read, out);
}

/// Second words of the names of microbes: `C. Diff`, `H. Pylori`.
fn is_species(low: &str) -> bool {
    matches!(low, "diff" | "pylori" | "coli" | "aureus" | "difficile" | "trachomatis" | "albicans" | "burgdorferi" | "marneffei")
        || ["ella", "occus", "coccus", "bacter", "monas", "myces"].iter().any(|e| low.ends_with(e) && low.len() > 7)
}

/// A given and a family name without a cue.
fn uncued_pair(t: &Tokens, i: usize, read: Read, out: &mut Vec<Find>) {
    if read.words < 2 {
        return;
    }
    let low = t.low(i);
    let last = read.name.family.rsplit(' ').next().unwrap_or("").to_string();
    let last_like = name_like(&last);
    // A given name that is also a word or a place needs a family name that is neither.
    let sure = last_like == NameLike::Name && is_surname(&super::fold::folded(&last));
    let given = is_given(low) && (t.like(i) == NameLike::Name || t.like(i) == NameLike::WordName && sure);
    let family_first = is_surname(low) && !given && is_given(&super::fold::folded(&last)) && last_like == NameLike::Name;
    let eponyms = read.name.family.split(' ').any(|w| is_eponym(&super::fold::folded(w))) && is_eponym(low);
    if eponyms {
        return;
    }
    if given && last_like >= NameLike::WordName && !is_generic_second(&last, t, &read) || family_first {
        out.push(Find { read, rule: "list.given-family", confidence: 0.6, role: None });
    }
}

/// In Title Case text a given name may be followed by any capitalised word; a word-name then is no evidence.
fn is_generic_second(last: &str, t: &Tokens, read: &Read) -> bool {
    name_like(last) == NameLike::WordName && t.is_capital(read.next) && t.like(read.next) == NameLike::Word
}
