//! Several people, and people by what they are called: families in the plural, nicknames in quotes, initials behind a label.

use super::cues::{is_eponym_head, kin, opens, title};
use super::discover::Find;
use super::name_read::Read;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, folded_like, is_clinical, is_given, is_place_or_month, is_running_word, is_surname, is_word};
use crate::model::person::Name;
use crate::model::role::Role;

/// All finds of this kind.
pub fn find(t: &Tokens, out: &mut Vec<Find>) {
    for i in 0..t.list.len() {
        match t.shape(i) {
            Some(Shape::Cap) => {
                family(t, i, out);
                alias(t, i, out);
            }
            Some(Shape::Lower | Shape::Upper) if matches!(t.low(i), "aka" | "nicknamed" | "dba") => {
                let k = i + 1 + usize::from(t.is(i + 1, '"'));
                let plain = t.shape(k) == Some(Shape::Cap) && !is_clinical(t.low(k)) && !is_running_word(t.low(k));
                if plain && t.like(k) != NameLike::Name {
                    let name = Name { given: vec![t.word(k).to_string()], ..Name::default() };
                    push(t, k, k + 1, name, "cue.alias", None, out);
                }
                if t.shape(i) == Some(Shape::Upper) {
                    done_by(t, i, out);
                }
            }
            Some(Shape::Mark('"')) => quoted(t, i, out),
            Some(Shape::Mark('(' | '[')) => bracketed(t, i, out),
            Some(Shape::Mark(':')) => labelled_initials(t, i, out),
            Some(Shape::Upper) => {
                done_by(t, i, out);
                pair(t, i, out);
            }
            _ => {}
        }
    }
}

fn push(t: &Tokens, first: usize, next: usize, name: Name, rule: &'static str, role: Option<Role>, out: &mut Vec<Find>) {
    let (Some(a), Some(b)) = (t.get(first), t.get(next - 1)) else { return };
    let read = Read { first, next, start: a.start, end: b.end, name, best: NameLike::Name, words: 1, parts: 1 };
    out.push(Find { read, rule, confidence: 0.6, role });
}

/// `the Petersons`, `the Abrams girls`, `both Okafors`: a family name in the plural.
fn family(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let Some(before) = i.checked_sub(1).filter(|_| matches!(t.low(i - 1), "the" | "both" | "these" | "all")) else { return };
    if t.is_capital(i + 1) || is_eponym_head(t.low(i + 1)) || t.get(i).is_some_and(|x| x.possessive) {
        return;
    }
    let low = t.low(i);
    let group = matches!(
        t.low(i + 1),
        "family" | "girls" | "boys" | "kids" | "children" | "twins" | "sisters" | "brothers" | "household" | "clan"
    );
    let singular = [low.strip_suffix("es"), low.strip_suffix('s')]
        .into_iter()
        .flatten()
        .any(|w| w.len() >= 3 && is_surname(w) && folded_like(w) == NameLike::Name);
    let plural = low.ends_with('s') && low.len() >= 5 && !is_clinical(low) && !is_place_or_month(low) && !is_running_word(low);
    let known = singular && !is_word(low) || t.like(i) == NameLike::Name && group;
    // `the Kasparians`: in no list; a people or a sect is in the vocabulary.
    let odd = t.like(i) == NameLike::Unknown
        && plural
        && low.len() >= 7
        && matches!(t.low(i + 1), "next" | "from" | "who" | "are" | "were" | "have" | "will" | "family" | "down" | "across" | "")
        || t.like(i) == NameLike::Unknown
            && plural
            && matches!(t.shape(i + 1), Some(Shape::Mark('.' | ',' | ')' | ';')))
            && low.len() >= 8;
    if (known && (plural || group) || odd) && t.shape(before).is_some() {
        push(t, i, i + 1, Name { family: t.word(i).to_string(), ..Name::default() }, "cue.family", None, out);
    }
}

/// `Skeeter (Ronald Skeete)`, `Junior (Moses Jr)`: a word with a capital that whole name in parentheses explains.
fn alias(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let plain =
        t.is(i + 1, '(') && is_given(t.low(i + 2)) && t.shape(i + 2) == Some(Shape::Cap) && t.like(i + 2) == NameLike::Name;
    let whole =
        matches!(t.shape(i + 3), Some(Shape::Cap | Shape::Initial)) && t.like(i + 3) != NameLike::Word || t.low(i + 3) == "jr";
    let close = (i + 4..i + 7).any(|k| t.is(k, ')'));
    if !plain || !whole || !close || is_clinical(t.low(i)) || is_running_word(t.low(i)) || t.is_capital(i.wrapping_sub(1)) {
        return;
    }
    if title(t.low(i)).is_some() || kin(t.low(i)).is_some() || opens(t.low(i)).is_some_and(|o| o.phrase) {
        return;
    }
    push(t, i, i + 1, Name { given: vec![t.word(i).to_string()], ..Name::default() }, "cue.alias", None, out);
}

/// `"Tex"`, `"Snake" Delgado`: what somebody is called. In quotes stand words of speech, too: only after a word that goes before
/// persons, or before a family name.
fn quoted(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let Some(close) = (i + 2..i + 4).find(|k| t.is(*k, '"')) else { return };
    if !(i + 1..close).all(|k| t.shape(k) == Some(Shape::Cap) || t.shape(k) == Some(Shape::Initial) || t.is(k, '.')) {
        return;
    }
    let words = || (i + 1..close).filter(|k| t.shape(*k) == Some(Shape::Cap));
    if words().any(|k| is_clinical(t.low(k)) || is_running_word(t.low(k)) || is_place_or_month(t.low(k))) || words().count() == 0
    {
        return;
    }
    let before = i.checked_sub(1).map_or("", |k| t.low(k));
    let who = before_person(t, i);
    let family = t.shape(close + 1) == Some(Shape::Cap) && t.like(close + 1) >= NameLike::Name && is_surname(t.low(close + 1));
    let known = words().any(|k| t.like(k) == NameLike::Name || t.like(k) == NameLike::WordName && is_given(t.low(k)));
    let nickname = known && matches!(before, "and" | "with" | "w" | "by" | "called" | "named" | "aka" | "as" | "," | "/");
    if !(who || family || nickname) {
        return;
    }
    let given = words().map(|k| t.word(k).to_string()).collect();
    let (next, surname) = if family { (close + 2, t.word(close + 1).to_string()) } else { (close, String::new()) };
    push(t, i + 1, next, Name { given, family: surname, ..Name::default() }, "cue.quoted", None, out);
}

/// True when a kin word, title or role noun stands right before token `i`.
fn before_person(t: &Tokens, i: usize) -> bool {
    let Some(j) = i.checked_sub(1) else { return false };
    let low = t.low(j);
    kin(low).is_some()
        || matches!(low, "sgt" | "named" | "called" | "nicknamed" | "aka")
        || (1..=3usize).any(|n| {
            (j + 1).checked_sub(n).is_some_and(|from| {
                super::cues::role_phrase(|k| t.low(from + k))
                    .is_some_and(|(len, pull, _)| len == n && pull == super::cues::Pull::Noun)
            })
        })
}

/// `(ejt)`, `[ksl]` at the end of a line or sentence: who wrote it.
fn bracketed(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let closed = t.is(i + 2, ')') || t.is(i + 2, ']');
    let last =
        t.ends_line(i + 3) || matches!(t.shape(i + 3), Some(Shape::Mark('.' | '*'))) && t.shape(i + 1) == Some(Shape::Lower);
    if !closed || !last || t.word(i + 1).len() > 3 {
        return;
    }
    if let Some(name) = initials(t, i + 1, true) {
        push(t, i + 1, i + 2, name, "cue.initials", Some(Role::Staff), out);
    }
}

/// `Tech: JDV`, `Transcriptionist: lkw`, `Entered by: mt`.
fn labelled_initials(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let Some(j) = i.checked_sub(1) else { return };
    let low = t.low(j);
    let labelled = matches!(
        low,
        "tech"
            | "technologist"
            | "transcriptionist"
            | "transcriber"
            | "typist"
            | "initials"
            | "scribe"
            | "nurse"
            | "rn"
            | "clerk"
            | "operator"
            | "prepared"
            | "verified"
            | "dict"
            | "trans"
            | "typed"
            | "signed"
            | "reviewed"
            | "author"
            | "sig"
            | "md"
            | "np"
            | "ma"
            | "aide"
            | "therapist"
            | "witness"
    ) || low == "by" && j > 0 && t.shape(j - 1) != Some(Shape::Number);
    if !labelled || !(t.ends_line(i + 2) || t.ends_column(i + 2) || matches!(t.shape(i + 2), Some(Shape::Mark(_)))) {
        return;
    }
    if let Some(name) = initials(t, i + 1, true) {
        push(t, i + 1, i + 2, name, "cue.initials", Some(if low == "by" { Role::Staff } else { Role::Clinician }), out);
    }
}

/// `checked by KM`: initials where somebody must stand who did it.
fn done_by(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let done = i >= 2
        && t.low(i - 1) == "by"
        && matches!(t.shape(i - 1), Some(Shape::Lower))
        && (t.low(i - 2).ends_with("ed") || matches!(t.low(i - 2), "drawn" | "given" | "taken" | "done" | "sent" | "read"));
    let plain = !t.is_capital(i + 1) && !t.is(i + 1, '-') && !matches!(t.shape(i + 1), Some(Shape::Number | Shape::Mixed));
    if done
        && plain
        && let Some(name) = initials(t, i, false)
    {
        push(t, i, i + 1, name, "cue.initials", Some(Role::Clinician), out);
    }
}

/// `TM / AO`, `KM/jt` as the last column of a line: who worked there.
fn pair(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    if !t.begins_column(i) || !t.is(i + 1, '/') || !t.ends_line(i + 3) || t.begins_line(i) {
        return;
    }
    if let (Some(a), Some(b)) = (initials(t, i, false), initials(t, i + 2, true)) {
        push(t, i, i + 1, a, "cue.initials", Some(Role::Clinician), out);
        push(t, i + 2, i + 3, b, "cue.initials", Some(Role::Clinician), out);
    }
}

/// Two or three letters that stand for nobody's word.
pub fn initials(t: &Tokens, k: usize, small: bool) -> Option<Name> {
    let (word, low) = (t.word(k), t.low(k));
    let fits = match t.shape(k)? {
        Shape::Upper => (2..=3).contains(&word.len()),
        Shape::Lower => small && (2..=4).contains(&word.len()) && !is_word(low),
        _ => false,
    };
    let told = kin(low).is_some() || opens(low).is_some() || super::cues::function(&low.to_uppercase()).is_some();
    let known =
        told || is_clinical(low) || is_running_word(low) || super::signature::is_abbreviation(low) || is_place_or_month(low);
    let credential = super::evidence::credential_at(t, k).is_some();
    (fits && !known && !credential && word.is_ascii()).then(|| Name { text: word.to_string(), ..Name::default() })
}
