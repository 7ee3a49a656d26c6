//! Names after a kin word or role noun, and the list that may follow: `daughters Amy and Beth`, `kids (Narek, 14; Lusine, 11)`.

use super::cues::{kin, title};
use super::discover::Find;
use super::evidence::{credential_at, place_end};
use super::kin_words::after_time;
use super::name_read::titled as after_title;
use super::name_read::{Read, Trust, forward};
use super::small_cues::nickname;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_eponym, is_given};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};

/// A name after a kin word or role noun: `sister Peggy`, `mother: Eve`, `husband, Bob,`, `sister named Ana`.
pub fn after_noun(t: &Tokens, from: usize, rule: &'static str, confidence: f32, role: Option<Role>, out: &mut Vec<Find>) {
    if t.get(from.wrapping_sub(1)).is_some_and(|x| x.possessive) && t.low(from) != "name" {
        return;
    }
    // `room-mate in bed B, Karen Wu`, `husband of 40 years, Clement`
    let noun = from.wrapping_sub(1);
    let from = after_time(t, from);
    let at = from + usize::from(t.is(from, '(') || t.is(from, ','));
    let house = || if role.is_some() { house_end(t, from) } else { None };
    let mut k = place_end(t, at).or_else(house).unwrap_or(from);
    let placed = k > from;
    let mut comma = placed;
    for _ in 0..5 {
        let low = t.low(k);
        let skip = match t.shape(k) {
            Some(Shape::Mark(m)) => {
                comma |= m == ',';
                matches!(m, ',' | ':' | '(' | '-' | '#' | '"') || placed && m == ')'
            }
            Some(Shape::Number) => t.is(k + 1, ':') || t.is(k.wrapping_sub(1), '#'),
            Some(Shape::Break) => t.get(k).is_some_and(|b| {
                let written = t.text.get(b.start..b.end).unwrap_or("");
                // `Her son` / `William`: the line is only wrapped.
                let wrapped = k == from
                    && written == "\n"
                    && t.shape(k.wrapping_sub(1)) == Some(Shape::Lower)
                    && t.like(k + 1) == NameLike::Name;
                written == "\t" || wrapped
            }),
            Some(_) => {
                // `a sister in Uppsala` is told where she lives.
                let law = low != "in" || t.low(k + 1) == "law" || matches!(t.shape(k + 1), Some(Shape::Number | Shape::Mixed));
                matches!(low, "is" | "was" | "named" | "name" | "called" | "who" | "in" | "law" | "today" | "tonight")
                    && law
                    && k < from + 4
            }
            None => false,
        };
        if !skip {
            break;
        }
        k += 1;
    }
    let titles = k;
    while title(t.low(k)).is_some() && k < from + 8 {
        k += 1 + usize::from(t.is(k + 1, '.'));
    }
    let read = if k > titles { after_title(t, k, Trust::Fair) } else { forward(t, k, Trust::Fair) };
    let small = t.shape(from.wrapping_sub(1)) == Some(Shape::Lower);
    let read = read.or_else(|| nickname(t, k).filter(|_| k == from && small)).or_else(|| set_apart(t, from, k));
    // `anesthesiologist was Finch`: a family name that is a word, too.
    let work = role.is_some_and(|r| r.group() == RoleGroup::Clinician) && k == from;
    let plain = matches!(t.shape(k + 1), Some(Shape::Lower | Shape::Mark(_)) | None);
    let Some(read) = read.or_else(|| super::small_cues::lone_word(t, k).filter(|_| work && plain)) else {
        return;
    };
    // After a comma or a mark a lone word must be a known name; an unknown word directly after a kin word may be one.
    let direct = k == from;
    let lone = read.words == 1;
    // `kids (Narek, 14`, `her daughter, Poppy, keeps`, `HIS WIFE, ATHENA, AND`: between marks after a kin word.
    let marked = comma || matches!(t.shape(k.wrapping_sub(1)), Some(Shape::Mark('(' | ':')));
    let closed = {
        let n = aged(t, read.next);
        n > read.next || matches!(t.shape(n), Some(Shape::Mark(',' | ')' | ';' | '('))) || t.low(n) == "and" && comma
    };
    let family = kin(t.low(from.wrapping_sub(1))).is_some();
    let fits = family && read.best >= NameLike::Unknown || is_given(t.low(k)) && (family || role.is_some());
    let set_off = marked && closed && fits && t.is_capital(k);
    // `Husband's name is Clement`
    let called = k > from
        && matches!(t.low(k - 1), "is" | "named" | "called")
        && (from..k).any(|i| matches!(t.low(i), "name" | "named" | "called"))
        && is_given(t.low(k));
    if lone && !direct && read.best < NameLike::Name && !set_off && !called {
        return;
    }
    // `Konrad (only son, Houston)`, `daughter, Bangor, works`: who it is stands before, and where behind.
    let named_before = noun >= 2
        && (1..4).any(|n| {
            noun.checked_sub(n).is_some_and(|p| {
                matches!(t.shape(p), Some(Shape::Mark('-' | '(' | ',')))
                    && p.checked_sub(1).is_some_and(|q| t.is_capital(q) && t.like(q) > NameLike::WordName)
            })
        });
    if lone && comma && !placed && named_before && super::words::is_place_or_month(t.low(k)) {
        return;
    }
    let sentence = t.begins_line(noun) || matches!(t.shape(noun.wrapping_sub(1)), Some(Shape::Mark('.' | ':' | ';' | '?' | '!')));
    if lone && direct && read.best == NameLike::Unknown && !sentence && t.shape(noun) != Some(Shape::Lower) {
        return;
    }
    let next = read.next;
    out.push(Find { read, rule, confidence, role });
    // `sister Nasrin, Austin, ok`: where she lives.
    let one = kin(t.low(noun)).is_some() && !t.low(noun).ends_with('s') && t.is(next, ',');
    if one && super::words::is_place_or_month(t.low(next + 1)) {
        return;
    }
    coordinated(t, next, rule, confidence, role.or_else(|| kin(t.low(noun))), out);
}

/// `school nurse at Keller Elementary, Mrs. Tuttle`: the token after the comma behind the house that begins at `k`.
fn house_end(t: &Tokens, k: usize) -> Option<usize> {
    if !matches!(t.low(k), "at" | "of" | "from" | "for" | "with") {
        return None;
    }
    let first = k + 1 + usize::from(t.low(k + 1) == "the");
    let part = |j: &usize| t.is_capital(*j) || *j > first && matches!(t.low(*j), "of" | "and" | "for" | "the" | "&");
    let next = (first..first + 7).take_while(part).last()? + 1;
    // `surgeon at Mayo Clinic, Rochester`: where it is.
    let whole = t.is_capital(next + 1)
        && !super::words::is_place_or_month(t.low(next + 1))
        && t.is_capital(next + 2)
        && t.like(next + 2) > NameLike::Word;
    (t.is(next, ',') && (whole || title(t.low(next + 1)).is_some() && t.is_capital(next + 1))).then_some(next + 1)
}

/// `her daughter, Poppy, keeps`, `HIS WIFE, ATHENA, AND`: a given name that is a word, too, between marks after a kin word.
fn set_apart(t: &Tokens, from: usize, k: usize) -> Option<Read> {
    let family = kin(t.low(from.wrapping_sub(1))).is_some() && k == from + 1 && (t.is(from, ',') || t.is(from, '('));
    let low = t.low(k);
    let closed = matches!(t.shape(k + 1), Some(Shape::Mark(',' | ')' | ';')));
    let word = super::words::is_running_word(low) || kin(low).is_some() || title(low).is_some();
    if !family || !closed || !t.is_capital(k) || !is_given(low) || word {
        return None;
    }
    super::lone::one(t, k)
}

/// `dictated by Quillon Marsh-Adair`: two capitalised words, the first of which is a word, too.
pub fn two_words(t: &Tokens, k: usize) -> Option<Read> {
    let (a, b) = (t.get(k)?, t.get(k + 1)?);
    let cap = |i: usize| {
        t.shape(i) == Some(Shape::Cap) && !super::words::is_clinical(t.low(i)) && !super::words::is_running_word(t.low(i))
    };
    let plain = cap(k) && cap(k + 1) && t.like(k + 1) >= NameLike::WordName && !t.is_capital(k + 2) && !is_eponym(t.low(k));
    let name = Name { given: vec![t.word(k).to_string()], family: t.word(k + 1).to_string(), ..Name::default() };
    plain.then(|| Read { first: k, next: k + 2, start: a.start, end: b.end, name, best: NameLike::WordName, words: 2, parts: 2 })
}

/// Further names after `,` or `and`: `daughters Amy and Beth`.
pub fn coordinated(t: &Tokens, mut next: usize, rule: &'static str, confidence: f32, role: Option<Role>, out: &mut Vec<Find>) {
    for _ in 0..6 {
        // `Meir (53, neg), Yael (38, untested)`, `Amari (6) and Zion`: an age or a word in parentheses between.
        if t.is(next, '(')
            && role.is_some_and(is_kin)
            && let Some(close) = (next + 1..next + 10).take_while(|k| !t.ends_line(*k)).find(|k| t.is(*k, ')'))
        {
            next = close + 1;
        }
        let mut k = aged(t, next);
        let mut joined = false;
        let from = k;
        while k < from + 2
            && (t.is(k, ',')
                || t.is(k, '&')
                || t.low(k) == "and"
                || (t.is(k, ';') || t.is(k, '/')) && role.is_some_and(is_kin)
                || t.low(k) == "to" && role == Some(Role::Clinician))
        {
            joined = true;
            k += 1;
        }
        // `Amari (6) and Zion`: an age or a word in parentheses between.
        if !joined
            && t.is(next, '(')
            && let Some(close) = (next + 1..next + 8).find(|k| t.is(*k, ')'))
        {
            next = close + 1;
            continue;
        }
        if !joined || credential_at(t, k).is_some() {
            return;
        }
        let titles = rule == "cue.title";
        // `kids (Narek, 14; the baby, Davit)`
        if role.is_some_and(is_kin) && matches!(t.low(k), "the" | "baby" | "little" | "newborn" | "twins") {
            let mut j = k;
            while j < k + 3 && (matches!(t.low(j), "the" | "baby" | "little" | "newborn" | "twins") || t.is(j, ',')) {
                j += 1;
            }
            k = j;
        }
        let listed = role.is_some_and(is_kin) && t.shape(k) == Some(Shape::Cap) && kin(t.low(k)).is_none();
        let ends = |n: usize| {
            let n = aged(t, n);
            t.ends_line(n)
                || matches!(t.shape(n), Some(Shape::Mark(',' | ')' | '.' | ';' | '&' | '(' | '/')))
                || t.is(n, '-') && !t.touches_next(n - 1)
                || t.low(n) == "and"
        };
        let read = forward(t, k, if titles || listed { Trust::Fair } else { Trust::Weak });
        // `Drs. Lind and Finch`
        let plural = titles && matches!(t.shape(k + 1), Some(Shape::Lower | Shape::Mark(_)) | None);
        let word = super::small_cues::lone_word(t, k).filter(|_| plural);
        if read.is_none()
            && let Some(read) = word
        {
            next = read.next;
            out.push(Find { read, rule, confidence: confidence - 0.1, role });
            continue;
        }
        let Some(read) = read.filter(|r| {
            r.best == NameLike::Name
                || titles && r.best == NameLike::Unknown
                || listed && r.best >= NameLike::Unknown && ends(r.next)
                || listed && r.best == NameLike::WordName && is_given(t.low(k)) && ends(r.next)
        }) else {
            return;
        };
        next = read.next;
        out.push(Find { read, rule, confidence: confidence - 0.1, role });
    }
}

/// The token after an age that begins at `k`, if one does: `14`, `, 11`, `(6)`, `6 mo`, `4yo`.
fn aged(t: &Tokens, k: usize) -> usize {
    let open = t.is(k, ',') || t.is(k, '(');
    let n = k + usize::from(open);
    let age = t.shape(n) == Some(Shape::Number) && t.word(n).len() <= 2
        || t.shape(n) == Some(Shape::Mixed) && t.word(n).len() <= 4 && t.word(n).starts_with(|c: char| c.is_ascii_digit());
    if !age {
        return k;
    }
    let unit =
        usize::from(matches!(t.low(n + 1), "yo" | "yrs" | "yr" | "y" | "mo" | "mos" | "months" | "wks" | "weeks" | "years"));
    n + 1 + unit + usize::from(t.is(k, '(') && t.is(n + 1 + unit, ')'))
}

fn is_kin(role: Role) -> bool {
    role.group() == RoleGroup::Relative
}
