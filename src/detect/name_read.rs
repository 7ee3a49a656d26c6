//! Reads a person's name at a place where a cue says that one may stand.

use super::cues::{credential, is_eponym_head, is_institution_head, kin, role_phrase, title};
use super::evidence::credential_at;
use super::listing::{is_greeting, parts_people};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_eponym, is_given, is_surname};
use crate::model::person::Name;

/// How much the cue beside the name tells, and so how much the name itself must show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trust {
    /// `spoke with`, no cue at all: the words must be known names.
    Weak,
    /// A kin word or role before it.
    Fair,
    /// A title, a label with a colon, a signature line.
    Strong,
}

/// A name read from tokens.
#[derive(Clone, PartialEq, Debug)]
pub struct Read {
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub next: usize,
    /// Byte range.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The name in parts; a lone part is in `family` or `given` by what the lists say.
    pub name: Name,
    /// The best judgement of its parts.
    pub best: NameLike,
    /// Number of parts that are words (not initials, not particles).
    pub words: usize,
    /// Number of parts.
    pub parts: usize,
}

const MAX_PARTS: usize = 6;

/// Particles inside family names, in lower case.
pub fn is_particle(low: &str) -> bool {
    matches!(
        low,
        "de" | "la"
            | "las"
            | "los"
            | "del"
            | "della"
            | "di"
            | "da"
            | "das"
            | "do"
            | "dos"
            | "du"
            | "le"
            | "van"
            | "der"
            | "den"
            | "ter"
            | "ten"
            | "von"
            | "zu"
            | "zur"
            | "al"
            | "el"
            | "bin"
            | "ap"
            | "ibn"
            | "bint"
            | "ben"
            | "abu"
            | "y"
            | "e"
            | "st"
            | "san"
            | "santa"
            | "mac"
            | "mc"
    )
}

/// Frequent family names that are words too and hardly ever stand after a given name as such.
const USUAL_SURNAMES: &str = "smith brown king wright hill baker carter parker cook bell cooper cox ward foster fisher palmer porter mason \
     hunter turner walker bishop carpenter brooks woods rivers stone fox wolf reed marsh banks ross hughes myers \
     hayes";

fn is_usual_surname(low: &str) -> bool {
    USUAL_SURNAMES.split(' ').any(|n| n == low)
}

/// A number, age, date or the end of the row at token `k`.
fn ends_row(t: &Tokens, k: usize) -> bool {
    t.ends_line(k)
        || matches!(t.shape(k), Some(Shape::Number | Shape::Mixed | Shape::Initial))
        || matches!(t.low(k), "dob" | "mrn" | "(" | "age")
}

/// `Jr`, `III`.
pub fn is_generation(low: &str) -> bool {
    matches!(low, "jr" | "sr" | "ii" | "iii" | "iv")
}

/// Reads a name that begins at token `i`.
pub fn forward(t: &Tokens, i: usize, trust: Trust) -> Option<Read> {
    comma_name(t, i, trust).or_else(|| plain(t, i, trust))
}

/// True for `KEE`, `PA` where a row of capitals shows that it is a name and no credential.
fn capitals_row(t: &Tokens, g: usize) -> bool {
    t.shape(g) == Some(Shape::Upper)
        && t.shape(g + 1) == Some(Shape::Upper)
        && t.like(g + 1) > NameLike::Word
        && credential(t.word(g + 1)).is_none()
}

/// Reads a name after a title, where a comma ends it: `Dr. Wu, Ana Roe`; only `DR. WU,KAREN` goes on.
pub fn titled(t: &Tokens, i: usize, trust: Trust) -> Option<Read> {
    let glued = t.is(i + 1, ',') && t.touches_next(i) && t.touches_next(i + 1) && t.shape(i) == Some(Shape::Upper);
    if glued { forward(t, i, trust) } else { plain(t, i, trust) }
}

/// Reads a name after any titles at token `i`: `Dr. Karen Wu`, `Karen Wu`.
pub fn after_titles(t: &Tokens, i: usize, trust: Trust) -> Option<Read> {
    let mut k = i;
    for _ in 0..3 {
        if title(t.low(k)).is_none() || t.ends_line(k + 1) {
            break;
        }
        k += 1 + usize::from(t.is(k + 1, '.'));
    }
    if k > i { titled(t, k, trust.max(Trust::Fair)) } else { forward(t, k, trust) }
}

/// Reads a name in the order in which it is spoken.
pub fn plain(t: &Tokens, i: usize, trust: Trust) -> Option<Read> {
    let mut parts: Vec<usize> = Vec::new();
    let mut best = NameLike::Word;
    let (mut at, mut end, mut words) = (i, i, 0usize);
    while parts.len() < MAX_PARTS {
        // `MICHAEL'S NUMBER`, and `Eunice Pettibone     Rm 118B`: another column.
        let owns = parts.last().and_then(|k| t.get(*k)).is_some_and(|x| x.possessive);
        if owns || words >= 2 && far(t, at) || words > 0 && is_room(t, at) {
            break;
        }
        let Some(step) = part(t, at, &parts, trust, words) else { break };
        if step.word {
            words += 1;
            best = best.max(t.like(step.at));
        }
        for k in at..step.next {
            if matches!(t.shape(k), Some(Shape::Cap | Shape::Upper | Shape::Initial | Shape::Lower)) {
                parts.push(k);
            }
        }
        at = step.next;
        end = step.next;
    }
    if words == 0 || parts.is_empty() {
        return None;
    }
    finish(t, i, end, &parts, best, words)
}

/// Three blanks or more before token `at`.
fn far(t: &Tokens, at: usize) -> bool {
    t.get(at.wrapping_sub(1)).zip(t.get(at)).is_some_and(|(a, b)| b.start >= a.end + 3 + if a.possessive { 2 } else { 0 })
}

/// `Rm 12B`, `Bed 4`.
fn is_room(t: &Tokens, at: usize) -> bool {
    matches!(t.low(at), "rm" | "room" | "bed" | "unit" | "apt" | "ward" | "bay")
        && matches!(t.shape(at + 1 + usize::from(t.is(at + 1, '#'))), Some(Shape::Number | Shape::Mixed | Shape::Initial))
}

struct Step {
    at: usize,
    next: usize,
    word: bool,
}

/// One part of a name at token `at`, given the parts before it.
fn part(t: &Tokens, at: usize, before: &[usize], trust: Trust, words: usize) -> Option<Step> {
    let shape = t.shape(at)?;
    let low = t.low(at);
    match shape {
        Shape::Mark('"') | Shape::Mark('(') if !before.is_empty() => {
            let close = if t.is(at, '"') { '"' } else { ')' };
            let quoted = close == '"' && super::words::is_running_word(t.low(at + 1));
            let inner = matches!(t.shape(at + 1), Some(Shape::Cap))
                && (is_given(t.low(at + 1)) || close == '"' && !quoted)
                && t.is(at + 2, close);
            (inner && t.is_capital(at + 3) && t.like(at + 3) > NameLike::Word).then_some(Step {
                at: at + 1,
                next: at + 3,
                word: true,
            })
        }
        Shape::Initial if words > 0 && t.is_sex(at) => None,
        Shape::Initial => {
            let dot = t.is(at + 1, '.') && t.touches_next(at);
            let next = at + 1 + usize::from(dot);
            // An initial alone is no name: more must follow or stand before it.
            let follows = matches!(t.shape(next), Some(Shape::Cap | Shape::Initial | Shape::Upper));
            (dot || follows || words > 0 && !t.touches_next(at)).then_some(Step { at, next, word: false })
        }
        Shape::Break => line_break(t, at, before, trust),
        // `Butch Holloway` after a kin word: a nickname that is a word, and a family name.
        Shape::Cap
            if trust >= Trust::Fair
                && before.is_empty()
                && t.like(at) == NameLike::Word
                && t.shape(at + 1) == Some(Shape::Cap)
                && t.like(at + 1) == NameLike::Name
                && is_surname(t.low(at + 1))
                && t.shape(at.wrapping_sub(1)) == Some(Shape::Lower)
                && !super::words::is_clinical(low)
                && !super::words::is_running_word(low)
                && title(low).is_none()
                && kin(low).is_none() =>
        {
            Some(Step { at: at + 1, next: at + 2, word: true })
        }
        Shape::Cap | Shape::Upper | Shape::Lower => {
            if is_particle(low) && (words > 0 || trust > Trust::Weak || shape != Shape::Lower) {
                let mut k = at + 1 + usize::from(low == "st" && t.is(at + 1, '.'));
                while k < at + 4 && is_particle(t.low(k)) {
                    k += 1;
                }
                if matches!(t.shape(k), Some(Shape::Cap | Shape::Upper)) && t.like(k) > NameLike::Word {
                    return Some(Step { at: k, next: k + 1, word: true });
                }
                // `Eric van den broek`
                let dutch = matches!(low, "van" | "von" | "den" | "der") && words > 0;
                if dutch && t.shape(k) == Some(Shape::Lower) && t.like(k) >= NameLike::Unknown && t.word(k).len() >= 4 {
                    return Some(Step { at: k, next: k + 1, word: true });
                }
            }
            if !before.is_empty() && is_generation(low) {
                return None;
            }
            word_part(t, at, shape, low, before, trust, words).then_some(Step { at, next: at + 1, word: true })
        }
        _ => None,
    }
}

/// True when the line that ends at token `at` is full and the next begins as running text: both are of one paragraph.
fn wrapped(t: &Tokens, at: usize) -> bool {
    let Some(end) = t.get(at) else { return false };
    let width = |byte: usize| byte - t.text.get(..byte).and_then(|s| s.rfind('\n')).map_or(0, |n| n + 1);
    let from = end.start.saturating_sub(400);
    let from = (from..end.start).find(|k| t.text.is_char_boundary(*k)).unwrap_or(end.start);
    let widest = t.text.get(from..end.start).map_or(0, |s| s.lines().map(str::len).max().unwrap_or(0));
    let here = width(end.start);
    let next = t.get(at + 1).map_or(0, |x| x.end - x.start);
    here >= 30 && here + next.max(15) + 1 >= widest.min(100) && runs_on(t, at)
}

/// True when the line behind token `at` goes on as running text.
fn runs_on(t: &Tokens, at: usize) -> bool {
    (at + 2..at + 5).any(|k| matches!(t.shape(k), Some(Shape::Lower | Shape::Mark(',' | '.')))) && !t.ends_line(at + 2)
}

/// A name broken over a line: `Karen` / `Wu`. Only a given name before and a family name after, with one line end between.
fn line_break(t: &Tokens, at: usize, before: &[usize], trust: Trust) -> Option<Step> {
    let token = t.get(at)?;
    let one_line = t.text.get(token.start..token.end).is_some_and(|s| s == "\n" || s == "\r\n");
    let only = before.last()?;
    let initials = before.iter().all(|k| t.shape(*k) == Some(Shape::Initial));
    let next = at + 1;
    // `her late husband, Kostas` / `Papanikolaou, on Easter`: the sentence goes on with a capital that is no word.
    let joined = wrapped(t, at) || trust >= Trust::Fair && runs_on(t, at);
    let family = is_surname(t.low(next)) && !is_given(t.low(next)) || joined && t.like(next) >= NameLike::Unknown;
    let given = t.shape(*only) == Some(Shape::Cap)
        && before.len() == 1
        && (is_given(t.low(*only)) || trust >= Trust::Fair && t.like(*only) >= NameLike::Unknown);
    let fits = one_line
        && t.shape(next) == Some(Shape::Cap)
        && family
        && (given || initials && joined)
        && (!t.begins_line(*before.first()?) || credential(t.word(at + 2 + usize::from(t.is(at + 2, ',')))).is_some());
    fits.then_some(Step { at: at + 1, next: at + 2, word: true })
}

/// `PCP   Grant Page`, `ANES MAC ALLISTER`: what somebody does, in capitals. `Na Li` and `MA JUN` are names.
fn is_function(t: &Tokens, at: usize) -> bool {
    let loud = t.shape(at) == Some(Shape::Upper) && (t.word(at).len() >= 3 || t.shape(at + 1) == Some(Shape::Cap));
    loud && super::cues::function(t.word(at)).is_some()
}

fn word_part(t: &Tokens, at: usize, shape: Shape, low: &str, before: &[usize], trust: Trust, words: usize) -> bool {
    let word = t.word(at);
    if title(low).is_some() && !before.is_empty() || credential(word).is_some() && !before.is_empty() || kin(low).is_some() {
        return false;
    }
    let like = t.like(at);
    // `Consuelo R. Hospitalist paged`
    let role = like == NameLike::Unknown && role_phrase(|k| if k == 0 { low } else { "" }).is_some_and(|r| r.2.is_some());
    if role && !before.is_empty() {
        return false;
    }
    // `PCP   Grant Page, MD`, `ANES MAC ALLISTER`
    let work = credential(word).is_some() || title(low).is_some() || is_function(t, at);
    if before.is_empty() && work && like != NameLike::Name {
        return false;
    }
    if shape == Shape::Lower {
        // Lower-case names only after a cue, and only known ones.
        let first = trust == Trust::Strong || is_given(low) || is_surname(low) && trust == Trust::Fair;
        return trust >= Trust::Fair
            && (like == NameLike::Name || !before.is_empty() && is_usual_surname(low))
            && !(before.is_empty() && is_eponym(low))
            && if before.is_empty() { first } else { before.iter().all(|b| matches!(t.shape(*b), Some(Shape::Lower))) };
    }
    if shape == Shape::Upper {
        let first_upper = before.first().is_none_or(|b| matches!(t.shape(*b), Some(Shape::Upper | Shape::Initial)));
        if word.len() <= 4 && like <= NameLike::Unknown && before.is_empty() && trust < Trust::Strong {
            return false;
        }
        if !first_upper && like != NameLike::Name {
            return false;
        }
    }
    // `Dr. Henry Seven`: after a title and a given name any capitalised word is the family name.
    if like == NameLike::Word && trust == Trust::Strong && words == 1 && shape == Shape::Cap {
        let given = before
            .first()
            .is_some_and(|b| is_given(t.low(*b)) && t.like(*b) == NameLike::Name || t.shape(*b) == Some(Shape::Initial));
        let head = is_institution_head(low) || matches!(low, "disease" | "syndrome" | "sign" | "test" | "score" | "scale");
        return given && !super::words::is_running_word(low) && !head && !super::words::is_clinical(low);
    }
    // `DR ALLIS NICU`
    let heads = is_eponym_head(low) && like <= NameLike::WordName || is_institution_head(low) && like == NameLike::Unknown;
    if words == 0 {
        return match trust {
            Trust::Strong => {
                like > NameLike::Word
                    || titled_word(t, at, shape, low)
                    || word.chars().count() <= 3 && shape == Shape::Cap && super::words::is_surname(low)
            }
            Trust::Fair => {
                like >= NameLike::Unknown && !known_acronym(shape, like) || like == NameLike::WordName && is_given(low)
            }
            Trust::Weak => like == NameLike::Name || like == NameLike::WordName && is_given(low),
        };
    }
    like > NameLike::Word && !heads
}

/// `Dr. Summer Quill`, `Dr. Kafir Smith`: right after a title, a capitalised word with a name behind it is a given name, though it is in
/// the dictionary.
fn titled_word(t: &Tokens, at: usize, shape: Shape, low: &str) -> bool {
    let dot = usize::from(at > 0 && t.is(at - 1, '.'));
    let titled = at > dot && title(t.low(at - 1 - dot)).is_some();
    titled
        && shape == Shape::Cap
        && t.shape(at + 1) == Some(Shape::Cap)
        && t.like(at + 1) >= NameLike::Unknown
        && !super::words::is_clinical(low)
        && !super::words::is_running_word(low)
        && !is_institution_head(low)
        && !is_institution_head(t.low(at + 1))
}

fn known_acronym(shape: Shape, like: NameLike) -> bool {
    shape == Shape::Upper && like == NameLike::Unknown
}

/// `Wu, Karen`, `WU,KAREN A`, `de la Cruz, Maria`.
fn comma_name(t: &Tokens, i: usize, trust: Trust) -> Option<Read> {
    let mut k = i;
    while k < i + 3 && is_particle(t.low(k)) && !t.is(k + 1, ',') {
        k += 1;
    }
    let family_ok = |j: usize| matches!(t.shape(j), Some(Shape::Cap | Shape::Upper)) && t.like(j) > NameLike::Word;
    if is_greeting(t.low(k)) || !family_ok(k) || credential(t.word(k)).is_some() && t.like(k) != NameLike::Name {
        return None;
    }
    k += 1;
    if family_ok(k) && !t.is(k, ',') {
        k += 1;
    }
    let mut comma = k;
    if is_generation(t.low(comma)) {
        comma += 1;
    }
    if !t.is(comma, ',') {
        return None;
    }
    let g = comma + 1;
    let low = t.low(g);
    // `Ernesto Reyes, Parkinson disease`: the first is a whole name as spoken.
    let spoken = k == i + 2
        && is_given(t.low(i))
        && (!is_given(low) || trust < Trust::Strong && !is_given(t.low(i + 1)) && !t.begins_column(i));
    if spoken || is_eponym_head(t.low(g + 1)) {
        return None;
    }
    let upper = t.shape(i) == Some(Shape::Upper);
    let given_ok = match t.shape(g)? {
        // `Roe, M.D.` and `Dr. Roe, I feel fine`
        Shape::Initial if credential_at(t, g).is_some() || t.is_pronoun(g) => false,
        Shape::Initial => trust >= Trust::Fair || upper && t.touches_next(comma) || t.ends_column(g + 1) && !upper,
        Shape::Cap | Shape::Upper
            if credential(t.word(g)).is_some() && !(trust == Trust::Strong && capitals_row(t, g))
                || kin(low).is_some()
                || title(low).is_some() =>
        {
            false
        }
        Shape::Upper if !upper && trust == Trust::Weak => false,
        Shape::Cap | Shape::Upper => {
            let like = t.like(g);
            let same_case = upper == (t.shape(g) == Some(Shape::Upper));
            let ended =
                matches!(t.shape(g + 1), Some(Shape::Initial | Shape::Break) | None) || t.is(g + 1, ',') || t.is(g + 1, '(');
            is_given(low) && like != NameLike::Word
                || trust == Trust::Strong && like >= NameLike::WordName && same_case
                || trust == Trust::Fair && like >= NameLike::Unknown && same_case && ended
                || upper && same_case && like >= NameLike::WordName
        }
        _ => false,
    };
    // `Graciela, Marisol's mom`: the second is the first's kin, not the first's given name.
    let of_kin = t.get(g).is_some_and(|x| x.possessive) && kin(t.low(g + 1)).is_some();
    // `Denise, Marisol and Ana`: a given name that is nobody's family name heads a list of people.
    let heads_list = trust == Trust::Weak && k == i + 1 && is_given(t.low(i)) && !is_surname(t.low(i));
    if !given_ok || of_kin || heads_list || k == i + 1 && parts_people(t, comma) {
        return None;
    }
    // `Wu, Ana Roe`: two people in a list, not a family and two given names.
    if trust < Trust::Strong
        && matches!(t.shape(g + 1), Some(Shape::Cap | Shape::Upper))
        && is_surname(t.low(g + 1))
        && !is_given(t.low(g + 1))
        && t.like(g + 1) == NameLike::Name
        && credential(t.word(g + 1)).is_none()
    {
        return None;
    }
    let family_known = (i..k).any(|j| t.like(j) == NameLike::Name);
    let given_known = is_given(low) && t.like(g) == NameLike::Name;
    let capitals = upper && t.shape(g) == Some(Shape::Upper);
    // In capitals one known part is enough: `VILLASENOR, ARACELI`, `PHAM, DUNG`.
    let columned = t.begins_column(i) && family_known && !upper;
    let sure = family_known && given_known
        || columned && t.shape(g) == Some(Shape::Initial) && t.ends_column(g + 1)
        || columned && t.begins_line(i) && t.like(g) >= NameLike::Unknown && ends_row(t, g + 1)
        || capitals && (family_known && t.like(g) > NameLike::Word || given_known)
        || given_known && (i..k).all(|j| t.like(j) >= NameLike::Unknown) && ends_row(t, g + 1)
        || upper && t.touches_next(k - 1) && t.touches_next(comma) && family_known;
    if trust == Trust::Weak && !sure {
        return None;
    }
    let mut end = g + 1;
    let mut given = vec![t.word(g).to_string()];
    if t.shape(g) == Some(Shape::Initial) && t.is(end, '.') && t.touches_next(g) {
        end += 1;
    }
    let mut suffix = Vec::new();
    for _ in 0..2 {
        if is_generation(t.low(end)) && t.is_capital(end) {
            suffix.push(t.word(end).to_string());
            end += 1 + usize::from(t.is(end + 1, '.') && t.touches_next(end));
            break;
        }
        let more = match t.shape(end) {
            Some(Shape::Initial) => !t.is_sex(end),
            Some(Shape::Cap | Shape::Upper) => {
                let known = is_given(t.low(end)) && t.like(end) != NameLike::Word;
                // `XIONG, PA HOUA`: the cell ends.
                let filled =
                    capitals && t.shape(end) == Some(Shape::Upper) && t.like(end) >= NameLike::Unknown && t.ends_column(end + 1);
                (known || filled) && credential(t.word(end)).is_none()
            }
            _ => false,
        };
        if !more {
            break;
        }
        given.push(t.word(end).to_string());
        let dot = t.shape(end) == Some(Shape::Initial) && t.is(end + 1, '.') && t.touches_next(end);
        end += 1 + usize::from(dot);
    }
    let (first, last) = (t.get(i)?, t.get(end - 1)?);
    let family = t.text.get(first.start..t.get(k - 1)?.end)?.to_string();
    let best = (i..end).map(|j| t.like(j)).max().unwrap_or(NameLike::Word);
    let name = Name { family, given, suffix, ..Name::default() };
    Some(Read { first: i, next: end, start: first.start, end: last.end, name, best, words: 2, parts: 2 })
}

fn finish(t: &Tokens, first: usize, mut next: usize, parts: &[usize], best: NameLike, words: usize) -> Option<Read> {
    let mut suffix = Vec::new();
    let gen_at = if t.is(next, ',') { next + 1 } else { next };
    // `Mr. Roe, Sr. de la Cruz`: a title of the next.
    let dotted = gen_at + 1 + usize::from(t.is(gen_at + 1, '.'));
    let of_next = t.low(gen_at) == "sr"
        && gen_at > next
        && (t.is_capital(dotted) && t.like(dotted) > NameLike::Word || is_particle(t.low(dotted)));
    if is_generation(t.low(gen_at)) && t.is_capital(gen_at) && !of_next {
        suffix.push(t.word(gen_at).to_string());
        next = gen_at + 1;
        if t.is(next, '.') && t.touches_next(gen_at) {
            next += 1;
        }
    }
    let start = t.get(first)?.start;
    let end = t.get(next - 1)?.end;
    let mut name = split_parts(t, parts);
    name.suffix = suffix;
    Some(Read { first, next, start, end, name, best, words, parts: parts.len() })
}

/// Given and family parts. Leading parts that are given names and initials are given; the rest is the family name; a lone word
/// is a given name only when it is one and no family name.
fn split_parts(t: &Tokens, parts: &[usize]) -> Name {
    let text = |k: &usize| t.word(*k).to_string();
    if let [only] = parts {
        let low = t.low(*only);
        return if is_given(low) && !is_surname(low) || is_given(low) && t.like(*only) == NameLike::WordName {
            Name { given: vec![text(only)], ..Name::default() }
        } else {
            Name { family: text(only), ..Name::default() }
        };
    }
    let mut cut = 1;
    while cut + 1 < parts.len() {
        let k = parts[cut];
        let low = t.low(k);
        let quoted = matches!(t.shape(k.wrapping_sub(1)), Some(Shape::Mark('"' | '('))) && k > 0;
        let given_like = quoted || t.shape(k) == Some(Shape::Initial) || is_given(low) && !is_surname(low) && !is_particle(low);
        if !given_like {
            break;
        }
        cut += 1;
    }
    // An initial at the very end stands for a family name: `Marcus T.`
    let family: Vec<String> = parts[cut..].iter().map(text).collect();
    Name { given: parts[..cut].iter().map(text).collect(), family: family.join(" "), ..Name::default() }
}

/// Reads the name that ends just before token `end` (a credential): `Karen A. Wu`, `Wu, Karen`, `Ng`.
pub fn backward(t: &Tokens, end: usize, trust: Trust) -> Option<Read> {
    let mut first = end;
    let mut k = end;
    let mut commas = 0;
    while k > 0 && end - k < 9 {
        let j = k - 1;
        let take = match t.shape(j) {
            Some(Shape::Cap | Shape::Upper) => {
                let low = t.low(j);
                let work = is_function(t, j) && t.like(j) != NameLike::Name;
                title(low).is_none() && kin(low).is_none() && !work && t.like(j) > NameLike::Word
                    || j + 1 < end && is_particle(low)
            }
            Some(Shape::Initial) => true,
            Some(Shape::Mark('.')) => j > 0 && t.shape(j - 1) == Some(Shape::Initial) && t.touches_next(j - 1),
            Some(Shape::Mark(',')) => {
                commas += 1;
                commas == 1 && j > 0 && first < end && comma_name(t, j - 1, Trust::Fair).is_some_and(|r| r.next == end)
            }
            Some(Shape::Lower) => j + 1 < end && is_particle(t.low(j)) && first == j + 1,
            // `Karen` / `Wu, RN`
            Some(Shape::Break) => {
                j > 0 && first == j + 1 && t.shape(j - 1) == Some(Shape::Cap) && line_break(t, j, &[j - 1], Trust::Weak).is_some()
            }
            _ => false,
        };
        if !take {
            break;
        }
        first = j;
        k = j;
    }
    // The longest reading that ends exactly here.
    (first..end).find_map(|i| forward(t, i, trust).filter(|r| r.next == end))
}
