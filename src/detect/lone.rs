//! Names of one word without a cue, by the weight of all that speaks for and against a person.
//!
//! Most names in notes stand alone and uncued: `Desiree stopped it`, `Kessler/Obi followed`, `will call Inez`. A word of the name
//! lists that is no word of the language, of medicine and no place is a person unless the words around speak against it. Every piece
//! of evidence has one weight, in one table.

use super::cues::{is_eponym_head, is_institution_head, kin, opens, title};
use super::discover::Find;
use super::evidence::{around, credential_at, is_language};
use super::identity::Own;
use super::name_read::{Read, Trust, forward, is_particle};
use super::speech::is_speech;
use super::things::is_thing_noun;
use super::tokens::{Shape, Tokens};
use super::weighed::doubt::is_spoken;
use super::words::{NameLike, is_bare_eponym, is_eponym, is_given, is_place_or_month, is_shared_eponym, is_usual, is_word};
use crate::model::person::Name;

/// Weights. What reaches [`ENOUGH`] is taken for a person.
mod weight {
    /// Many people bear it.
    pub const USUAL: i32 = 2;
    /// Few people bear it.
    pub const RARE: i32 = 1;
    /// Long and rare: nothing else is called so.
    pub const LONG: i32 = 1;
    /// A capital inside a sentence.
    pub const INSIDE: i32 = 1;
    /// A verb that people do follows.
    pub const SPEAKS: i32 = 2;
    /// Some other verb follows.
    pub const ACTS: i32 = 1;
    /// A possessive.
    pub const OWNS: i32 = 1;
    /// An initial beside it.
    pub const INITIAL: i32 = 1;
    /// A word that goes before persons: `to`, `with`, `w/`, `@`.
    pub const LEADS: i32 = 1;
    /// Another name joined by `/`, `,` or `and`.
    pub const COMPANY: i32 = 1;
    /// A word that is also a given name, written as a name.
    pub const WORD_NAME: i32 = 1;
    /// Words beside it say what the person is.
    pub const CUED: i32 = 2;
    /// It fills a cell or a column.
    pub const FILLS: i32 = 2;
    /// `the`, `a` before it.
    pub const DETERMINED: i32 = -2;
    /// A capitalised word of the language beside it: a title, a heading, an institution.
    pub const TITLE_CASE: i32 = -2;
    /// A number or dose right after it.
    pub const DOSED: i32 = -2;
    /// In the list of eponyms.
    pub const EPONYM: i32 = -2;
    /// Two or three capitals: an abbreviation.
    pub const SHORT_CAPITALS: i32 = -2;
    /// Small letters in a text that writes names with capitals.
    pub const SMALL: i32 = -2;
}

/// Sum that makes a person.
const ENOUGH: i32 = 3;

/// How a text writes names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// With a capital.
    Mixed,
    /// In small letters, as everything.
    Small,
    /// In capitals, as everything.
    Capitals,
}

/// How a text writes names.
pub fn style(t: &Tokens) -> Style {
    let (mut cap, mut upper, mut lower) = (0usize, 0usize, 0usize);
    for x in t.list.iter().take(4000) {
        match x.shape {
            Shape::Cap => cap += 1,
            Shape::Upper => upper += 1,
            Shape::Lower => lower += 1,
            _ => {}
        }
    }
    if upper > 2 * (cap + lower) {
        Style::Capitals
    } else if lower > 25 * (cap + 1) && lower > 12 * (cap + upper / 2 + 1) {
        Style::Small
    } else {
        Style::Mixed
    }
}

/// Adds every lone name that nothing has found yet.
pub fn find(t: &Tokens, own: &Own, out: &mut Vec<Find>) {
    let style = style(t);
    let mut taken: Vec<(usize, usize)> = out.iter().map(|f| (f.read.first, f.read.next)).collect();
    taken.sort_unstable();
    let mut at = 0;
    let mut i = 0;
    while i < t.list.len() {
        while taken.get(at).is_some_and(|x| x.1 <= i) {
            at += 1;
        }
        if let Some(x) = taken.get(at).filter(|x| x.0 <= i) {
            i = x.1;
            continue;
        }
        let Some(read) = candidate(t, i, style) else {
            i += 1;
            continue;
        };
        let next = read.next;
        if weigh(t, &read, style, own) >= ENOUGH {
            out.push(Find { read, rule: "list.lone", confidence: 0.55, role: None });
        }
        i = next;
    }
}

/// The name that stands at token `i` by the lists alone.
fn candidate(t: &Tokens, i: usize, style: Style) -> Option<Read> {
    let shape = t.shape(i)?;
    if is_language(t.low(i)) && is_spoken(t, i) {
        return None;
    }
    // `J Castillo`, `E Sommerfeld`; `A` and `I` are words.
    if shape == Shape::Initial {
        let surname = matches!(t.shape(i + 1), Some(Shape::Cap | Shape::Upper)) && t.like(i + 1) == NameLike::Name;
        let dotted =
            t.is(i + 1, '.') && matches!(t.shape(i + 2), Some(Shape::Cap | Shape::Upper)) && t.like(i + 2) == NameLike::Name;
        if dotted || surname && !matches!(t.low(i), "a" | "i") && t.word(i + 1).len() > 2 {
            return forward(t, i, Trust::Fair);
        }
        return None;
    }
    let written = match shape {
        Shape::Cap | Shape::Upper => true,
        Shape::Lower => t.word(i).len() >= 4 && is_usual(t.low(i)),
        _ => false,
    };
    // `w/ Grace`, `told Wade`: a given name that is also a word, with a capital inside a sentence.
    let worded = shape == Shape::Cap
        && style == Style::Mixed
        && t.like(i) == NameLike::WordName
        && is_given(t.low(i))
        && !is_place_or_month(t.low(i));
    let stroke = |k: usize, n: usize| t.is(k, '/') && t.is_capital(n) && t.like(n) == NameLike::Name;
    let paired =
        shape == Shape::Cap && t.like(i) == NameLike::WordName && (i > 1 && stroke(i - 1, i - 2) || stroke(i + 1, i + 2));
    if (worded || paired) && !t.is_capital(i + 1) && title(t.low(i)).is_none() && kin(t.low(i)).is_none() {
        return one(t, i);
    }
    // `Big Mike`
    if shape == Shape::Cap
        && matches!(t.low(i), "big" | "little" | "lil" | "old" | "crazy")
        && t.shape(i + 1) == Some(Shape::Cap)
        && is_given(t.low(i + 1))
    {
        let (mut read, start) = (one(t, i + 1)?, t.get(i)?.start);
        (read.first, read.start, read.parts) = (i, start, 2);
        return Some(read);
    }
    if style == Style::Small && shape == Shape::Lower && t.like(i) != NameLike::Name && small_word(t, i) {
        return one(t, i);
    }
    if !written || t.like(i) != NameLike::Name || title(t.low(i)).is_some() || kin(t.low(i)).is_some() || is_particle(t.low(i)) {
        return None;
    }
    if shape == Shape::Lower && !(is_usual(t.low(i)) && is_given(t.low(i)) || t.word(i).len() >= 5 && is_usual(t.low(i))) {
        return None;
    }
    let mut read = forward(t, i, Trust::Weak).filter(|r| r.first == i).or_else(|| one(t, i))?;
    // `Petra S.`, `Quigley M`, `jenn p`
    let (n, dotted) = (read.next, t.is(read.next + 1, '.') && t.touches_next(read.next));
    let small = style == Style::Small && t.shape(n) == Some(Shape::Lower) && t.word(n).len() == 1 && t.low(n) != "a";
    let more = t.is_capital(n + 1) || t.shape(n + 1) == Some(Shape::Number);
    if (t.shape(n) == Some(Shape::Initial) && !t.is_sex(n) && (dotted || !more) || small) && read.words == 1 {
        read.next = n + 1 + usize::from(dotted);
        read.end = t.get(read.next - 1)?.end;
        read.parts += 1;
    }
    Some(read)
}

/// `told by dawn`, `jo rn`, `venkat cell 650-555-0156`: what stands beside it makes a person of a word in a text of small letters.
fn small_word(t: &Tokens, i: usize) -> bool {
    let low = t.low(i);
    if super::words::is_running_word(low)
        || super::words::is_clinical(low)
        || kin(low).is_some()
        || title(low).is_some()
        || t.word(i).len() < 2
    {
        return false;
    }
    let before = i.checked_sub(1).map_or("", |k| t.low(k));
    let comma = usize::from(t.is(i + 1, ','));
    let credential =
        matches!(t.low(i + 1 + comma), "rn" | "np" | "lpn" | "cna" | "md" | "pharmd" | "lcsw" | "msw") && !t.is(i + 1, '.');
    let cell = matches!(t.low(i + 1), "cell" | "phone" | "ph" | "mobile" | "work" | "home" | "number")
        && matches!(
            t.shape(i + 2 + usize::from(t.is(i + 2, '#') || t.is(i + 2, ':'))),
            Some(Shape::Number) | Some(Shape::Mark('('))
        );
    let person = kin(before).is_some() && !t.get(i - 1).is_some_and(|x| x.possessive)
        || matches!(
            before,
            "per"
                | "dr"
                | "nurse"
                | "np"
                | "sw"
                | "neighbor"
                | "caregiver"
                | "roommate"
                | "friend"
                | "aide"
                | "interpreter"
                | "ex"
                | "bf"
                | "gf"
        );
    let bracketed = t.is(i.wrapping_sub(1), '(')
        && t.is(i + 1, ')')
        && i >= 2
        && (kin(t.low(i - 2)).is_some() || matches!(t.low(i - 2), "ex" | "friend" | "bf" | "gf"));
    let verb = matches!(
        low,
        "will"
            | "may"
            | "hope"
            | "mark"
            | "can"
            | "rich"
            | "grant"
            | "drew"
            | "pat"
            | "chase"
            | "star"
            | "gay"
            | "dear"
            | "happy"
    );
    if (person || bracketed) && !verb && low.len() >= 2 {
        let odd = t.like(i) == NameLike::Unknown && low.len() >= 5 && low.bytes().all(|b| b.is_ascii_alphabetic());
        if is_given(low) || odd || matches!(before, "dr" | "np") && super::words::is_word_name(low) {
            return true;
        }
    }
    let done = before == "by"
        && i >= 2
        && t.shape(i - 2) == Some(Shape::Lower)
        && (t.low(i - 2).ends_with("ed") || matches!(t.low(i - 2), "told" | "seen" | "given" | "taken" | "done"));
    let given = is_given(low) && t.like(i) >= NameLike::WordName;
    given && (credential || done || cell)
        || t.like(i) == NameLike::Unknown && low.len() >= 4 && (cell || credential && low.len() >= 4)
}

/// The word at token `i` as a whole name.
pub fn one(t: &Tokens, i: usize) -> Option<Read> {
    let token = t.get(i)?;
    let text = t.word(i).to_string();
    let name =
        if is_given(t.low(i)) { Name { given: vec![text], ..Name::default() } } else { Name { family: text, ..Name::default() } };
    Some(Read { first: i, next: i + 1, start: token.start, end: token.end, name, best: t.like(i), words: 1, parts: 1 })
}

/// The sum of what speaks for and against a person in words that nothing else has judged.
pub fn weight_of(t: &Tokens, read: &Read, own: &Own) -> i32 {
    weigh(t, read, style(t), own)
}

/// The sum of what speaks for and against a person.
fn weigh(t: &Tokens, read: &Read, style: Style, own: &Own) -> i32 {
    let (first, n) = (read.first, read.next);
    let head = (first..n).find(|k| t.like(*k) == NameLike::Name && t.shape(*k) != Some(Shape::Initial)).unwrap_or(first);
    let low = t.low(head);
    let shape = t.shape(head);
    let letters = low.chars().count();
    let name = t.like(head) == NameLike::Name;
    let mut sum = match (name, is_usual(low)) {
        (false, _) if style == Style::Small && shape == Some(Shape::Lower) && small_word(t, head) => 3,
        (false, _) if t.like(head) == NameLike::WordName => weight::WORD_NAME,
        (false, _) => 0,
        (true, true) => weight::USUAL,
        (true, false) => weight::RARE,
    };
    if name && !is_usual(low) && letters >= 6 {
        sum += weight::LONG;
    }
    if read.parts > 1 && read.words == 1 {
        sum += weight::INITIAL;
    }
    if read.words > 1 {
        sum += weight::COMPANY;
    }
    sum += before(t, first, style) + after(t, n, head);
    let e = around(t, first, n, own);
    if e.kin.is_some() || e.credential.is_some() || e.role.is_some() || e.field.is_some() {
        sum += weight::CUED;
    }
    if t.begins_column(first) && t.ends_column(n) {
        sum += weight::FILLS;
    }
    if t.get(n - 1).is_some_and(|x| x.possessive) {
        // `works at Queen's`: a place.
        let place = first > 0 && matches!(t.low(first - 1), "at" | "from" | "to") && t.shape(n) != Some(Shape::Lower);
        sum += if place { weight::TITLE_CASE } else { weight::OWNS };
    }
    if is_eponym(low) {
        sum += weight::EPONYM;
        // `Murphy neg`, `Exam: Homan's`: a sign alone.
        if is_bare_eponym(low)
            || matches!(t.low(n), "neg" | "negative" | "pos" | "positive" | "sign" | "test" | "+")
            || t.is(n, '+')
        {
            sum += weight::EPONYM;
        }
    }
    // `Wharton jelly`, `Macintosh 4`: many people bear the name, and a thing does.
    if is_shared_eponym(low) && (is_thing_noun(t, n) || t.shape(n) == Some(Shape::Number) && !t.ends_column(n)) {
        sum += weight::EPONYM;
    }
    match shape {
        Some(Shape::Upper) if letters <= 3 => sum += if style == Style::Capitals { -1 } else { weight::SHORT_CAPITALS },
        Some(Shape::Upper) if letters == 4 && style == Style::Mixed => sum -= 1,
        Some(Shape::Lower) if style != Style::Small => sum += weight::SMALL,
        _ => {}
    }
    sum
}

fn begins(t: &Tokens, i: usize) -> bool {
    t.begins_line(i) || matches!(t.shape(i - 1), Some(Shape::Mark('.' | ':' | '!' | '?' | '|' | '*' | '>' | '-' | '"')))
}

fn before(t: &Tokens, i: usize, style: Style) -> i32 {
    if begins(t, i) {
        return i32::from(i > 0 && matches!(t.shape(i - 1), Some(Shape::Mark(':' | '"' | '>')))) * weight::INSIDE;
    }
    let j = i - 1;
    let low = t.low(j);
    let mut sum = 0;
    match t.shape(j) {
        Some(Shape::Lower) => {
            if matches!(low, "the" | "a" | "an" | "this" | "each" | "no" | "any" | "in" | "of" | "at" | "on") {
                // `in`, `at`, `of` go before places and institutions.
                sum += if matches!(low, "of" | "on" | "in" | "at") {
                    i32::from(low == "on" || style == Style::Small || is_given(t.low(i)))
                } else {
                    weight::DETERMINED
                };
            } else {
                sum += weight::INSIDE;
            }
            if matches!(
                low,
                "to" | "with"
                    | "w"
                    | "from"
                    | "by"
                    | "per"
                    | "for"
                    | "and"
                    | "told"
                    | "call"
                    | "called"
                    | "ask"
                    | "asked"
                    | "via"
                    | "re"
                    | "thru"
                    | "through"
                    | "under"
                    | "sees"
                    | "saw"
                    | "fr"
                    | "cc"
                    | "attn"
                    | "named"
                    | "if"
                    | "that"
            ) {
                sum += weight::LEADS;
            }
        }
        Some(Shape::Mark('/' | '@' | '&')) => sum += weight::INSIDE + weight::LEADS,
        Some(Shape::Mark(',' | '(' | ';')) => {
            sum += weight::INSIDE;
            let company = j > 0 && t.is_capital(j - 1) && t.like(j - 1) == NameLike::Name;
            if company {
                sum += weight::COMPANY;
            }
        }
        Some(Shape::Cap) => {
            sum += if t.like(j) <= NameLike::WordName { weight::TITLE_CASE } else { 0 };
        }
        Some(Shape::Upper) => {
            // In capitals every word is one; beside `RN`, `PA`, `Tech` a name follows.
            sum += if style == Style::Capitals || opens(low).is_some() { weight::INSIDE } else { 0 };
        }
        // `362 Weimann Forge`: a street.
        Some(Shape::Number) if t.begins_line(j) && t.shape(i + 1) == Some(Shape::Cap) && credential_at(t, i + 1).is_none() => {
            sum += weight::TITLE_CASE;
        }
        Some(Shape::Number | Shape::Mixed) => sum += if t.is(i.wrapping_sub(2), ':') { 0 } else { weight::INSIDE },
        _ => {}
    }
    sum
}

fn after(t: &Tokens, n: usize, head: usize) -> i32 {
    let low = t.low(n);
    let mut sum = 0;
    match t.shape(n) {
        Some(Shape::Lower) => {
            if is_speech(low)
                || matches!(
                    low,
                    "gave"
                        | "took"
                        | "came"
                        | "went"
                        | "brought"
                        | "held"
                        | "saw"
                        | "ran"
                        | "drives"
                        | "works"
                        | "lives"
                        | "stopped"
                )
            {
                sum += weight::SPEAKS;
            } else if matches!(
                low,
                "will" | "would" | "was" | "is" | "has" | "had" | "can" | "did" | "does" | "may" | "could" | "should"
            ) || is_word(low) && (low.ends_with("ed") || low.ends_with('s') && !low.ends_with("ss")) && low.len() > 3
            {
                sum += weight::ACTS;
            }
            if is_eponym_head(low) && !is_institution_head(low) || is_thing_noun(t, n) {
                sum += weight::TITLE_CASE;
            }
            if matches!(
                low,
                "mg" | "mcg" | "ml" | "units" | "iu" | "po" | "iv" | "bid" | "tid" | "qd" | "daily" | "prn" | "tab" | "tabs"
            ) {
                sum += weight::DOSED;
            }
        }
        Some(Shape::Cap) => {
            let institution = is_institution_head(low) || is_eponym_head(low);
            if credential_at(t, n).is_none()
                && (institution || t.like(n) <= NameLike::WordName)
                && t.shape(head) != Some(Shape::Upper)
            {
                sum += weight::TITLE_CASE;
            }
        }
        Some(Shape::Upper) => {
            if credential_at(t, n).is_some() {
                sum += weight::SPEAKS;
            } else if t.shape(head) == Some(Shape::Upper) && is_eponym_head(low) {
                sum += weight::TITLE_CASE;
            }
        }
        Some(Shape::Mark('/' | '&')) if t.like(n + 1) == NameLike::Name && t.is_capital(n + 1) => sum += weight::COMPANY,
        Some(Shape::Mark('-')) if t.touches_next(n - 1) && t.touches_next(n) => sum += weight::TITLE_CASE,
        Some(Shape::Number)
            if t.is(n + 1, '.') && t.touches_next(n) && t.touches_next(n + 1) && t.shape(n + 2) == Some(Shape::Number)
                || matches!(t.low(n + 1), "mg" | "mcg" | "ml" | "units" | "mm" | "cm" | "fr" | "french") =>
        {
            sum += weight::DOSED;
        }
        _ => {}
    }
    sum
}
