//! Names told by a word of work, by somebody's possession, or by nothing but their letters.

use super::after_noun::coordinated;
use super::cues::{credential, kin, opens, title};
use super::discover::Find;
use super::name_read::{Read, Trust, forward};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_eponym, is_given, is_running_word, is_surname};
use crate::model::role::Role;

/// `her paralegal Omar will call`: somebody's something, then a first name.
pub fn described(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let owner = matches!(t.low(i), "her" | "his" | "their" | "my" | "our" | "your") || t.get(i).is_some_and(|x| x.possessive);
    let k = i + 2;
    let noun = t.shape(i + 1) == Some(Shape::Lower) && opens(t.low(i + 1)).is_none();
    let first = t.shape(k) == Some(Shape::Cap) && t.like(k) == NameLike::Name && is_given(t.low(k));
    if !owner || !noun || !first || is_eponym(t.low(k)) {
        return;
    }
    if let Some(read) = forward(t, k, Trust::Weak) {
        out.push(Find { read, rule: "cue.described", confidence: 0.65, role: None });
    }
}

/// `RN Kayla`, `SW Brooks`, `OT: Hana Suzuki`.
pub fn functional(t: &Tokens, i: usize, role: Role, out: &mut Vec<Find>) {
    let k = i + 1 + usize::from(t.is(i + 1, ':') || t.is(i + 1, '-'));
    let sure = matches!(
        t.word(i),
        "OT" | "RD"
            | "CM"
            | "EMT"
            | "PTA"
            | "ST"
            | "RN"
            | "MD"
            | "PCP"
            | "GP"
            | "SHO"
            | "SpR"
            | "StR"
            | "F1"
            | "F2"
            | "WOCN"
            | "EVS"
            | "PT"
            | "RT"
            | "RPh"
            | "PharmD"
            | "RNCM"
            | "MHT"
            | "MA"
            | "Chap"
            | "DON"
            | "CHR"
            | "CDE"
            | "Physio"
            | "HCA"
            | "LPN"
            | "LVN"
            | "NP"
            | "SW"
            | "CNA"
            | "HHA"
            | "HA"
            | "PCG"
            | "SN"
            | "VN"
            | "LCSW"
            | "SLP"
            | "MSW"
            | "PCT"
            | "LC"
            | "Asst"
            | "Hyg"
            | "Tech"
    );
    let sure = sure || t.word(i).len() >= 3 && t.shape(i) == Some(Shape::Upper) && t.like(k) == NameLike::Unknown;
    let plain = matches!(t.shape(k + 1), Some(Shape::Lower | Shape::Mark(_)) | None) || t.ends_column(k + 1);
    let unknown = sure && plain && t.shape(k) == Some(Shape::Cap);
    let known = |r: &Read| {
        t.is_capital(r.first)
            && (r.best == NameLike::Name || sure && r.best == NameLike::WordName || unknown && r.best == NameLike::Unknown)
    };
    let read = forward(t, k, if unknown { Trust::Fair } else { Trust::Weak })
        .or_else(|| lone_word(t, k).filter(|_| sure || t.word(i) == "PA"));
    let Some(read) = read.filter(known) else { return };
    let after = read.next;
    out.push(Find { read, rule: "cue.function", confidence: 0.85, role: Some(role) });
    coordinated(t, after, "cue.function", 0.8, Some(role), out);
}

/// `oadeyemi`, `dpruitt` anywhere: an initial and a family name in one word that is no word.
pub fn user_name(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let word = t.low(i);
    if t.shape(i) != Some(Shape::Lower) || word.len() < 7 || !word.is_ascii() {
        return;
    }
    let Some(rest) = word.get(1..).filter(|r| super::words::is_usual(r) && is_surname(r) && t.like(i) == NameLike::Unknown)
    else {
        return;
    };
    let Some(token) = t.get(i) else { return };
    let name = crate::model::person::Name { given: vec![word[..1].to_string()], family: rest.to_string(), ..Default::default() };
    let read = Read { first: i, next: i + 1, start: token.start, end: token.end, name, best: NameLike::Name, words: 2, parts: 2 };
    out.push(Find { read, rule: "cue.login", confidence: 0.6, role: Some(Role::Staff) });
}

/// A lone capitalised word that is also a name, with running text after it: `SW Brooks to follow`.
pub fn lone_word(t: &Tokens, k: usize) -> Option<Read> {
    let low = t.low(k);
    let plain = t.shape(k) == Some(Shape::Cap) && t.like(k) == NameLike::WordName && !super::words::is_place_or_month(low);
    if !plain || t.is_capital(k + 1) {
        return None;
    }
    let token = t.get(k)?;
    let name = crate::model::person::Name { family: t.word(k).to_string(), ..Default::default() };
    Some(Read { first: k, next: k + 1, start: token.start, end: token.end, name, best: NameLike::WordName, words: 1, parts: 1 })
}

/// A given and a family name in small letters, both nothing else: `spoke to karen wu`.
pub fn lower_pair(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let known = |k: usize| t.shape(k) == Some(Shape::Lower) && t.like(k) == NameLike::Name && t.word(k).len() >= 2;
    if t.shape(i) != Some(Shape::Lower) || t.shape(i + 1) != Some(Shape::Lower) {
        return;
    }
    let (a, b) = (t.low(i), t.low(i + 1));
    if !is_given(a) || !is_surname(b) || !known(i) || !known(i + 1) || is_eponym(a) || is_eponym(b) || a.len() + b.len() < 7 {
        return;
    }
    let Some(read) = forward(t, i, Trust::Strong).filter(|r| r.words > 1) else { return };
    out.push(Find { read, rule: "list.lower-case", confidence: 0.6, role: None });
}

/// What a credential in small letters at token `k` says that somebody is. Only those that are hardly anything else behind a name.
pub fn small_credential(t: &Tokens, k: usize) -> Option<Role> {
    const SMALL: &[&str] = &[
        "md", "do", "dds", "dpm", "rn", "lpn", "lvn", "np", "fnp", "pa", "lcsw", "msw", "pharmd", "rph", "dpt", "pt", "ot", "slp",
    ];
    let low = t.low(k);
    if t.shape(k) != Some(Shape::Lower) || !SMALL.contains(&low) {
        return None;
    }
    credential(&low.to_uppercase()).map(|(role, _)| role)
}

/// `joy achterhof md, ob intern`, `d/w will may do (no relation)`: two words in small letters before a credential in small letters.
pub fn lower_signed(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let small = |k: usize| t.shape(k) == Some(Shape::Lower);
    // `d. murphy-osei rn`
    let initial =
        t.word(i).len() == 1 && t.is(i + 1, '.') && t.touches_next(i) && t.word(i).starts_with(|c: char| c.is_lowercase());
    let last = i + 1 + usize::from(initial);
    if !small(i) && !initial || !small(last) {
        return;
    }
    let k = last + 1 + usize::from(t.is(last + 1, ','));
    let Some(role) = small_credential(t, k) else { return };
    let (a, b) = (t.low(i), t.low(last));
    let given = initial || is_given(a) || t.like(i) == NameLike::Unknown && a.len() >= 4;
    // Behind a given name and before a credential a word of the language is a family name, too.
    let family = t.like(last) > NameLike::Word || b == "may" || is_given(a) && b.len() >= 4 && !super::words::is_clinical(b);
    let begins = t.begins_line(i)
        || i.checked_sub(1).is_some_and(|p| {
            matches!(t.shape(p), Some(Shape::Mark('/' | ',' | '(' | ':' | '-' | '.')))
                || matches!(t.low(p), "with" | "by" | "per" | "dr" | "w")
        });
    let closed = t.ends_line(k + 1) || matches!(t.shape(k + 1), Some(Shape::Mark(_)));
    let word = is_running_word(b) && b != "may" || kin(a).is_some() || title(a).is_some();
    if !given || !family || !begins || !closed || word {
        return;
    }
    let (Some(s), Some(e)) = (t.get(i), t.get(last)) else { return };
    let name = crate::model::person::Name { given: vec![a.to_string()], family: b.to_string(), ..Default::default() };
    let read = Read { first: i, next: last + 1, start: s.start, end: e.end, name, best: NameLike::WordName, words: 2, parts: 2 };
    out.push(Find { read, rule: "cue.credential", confidence: 0.85, role: Some(role) });
}

/// `his cousin Peanut`: a word with a capital after a relation in small letters.
pub fn nickname(t: &Tokens, k: usize) -> Option<Read> {
    let low = t.low(k);
    let plain = t.shape(k) == Some(Shape::Cap)
        && (!t.is_capital(k + 1) || t.shape(k + 1) == Some(Shape::Initial) && !t.is_capital(k + 2))
        && !super::words::is_term(low)
        && !super::words::is_running_word(low);
    let place = super::words::is_place_or_month(low) || title(low).is_some() || kin(low).is_some();
    if !plain || place {
        return None;
    }
    let token = t.get(k)?;
    // `AA sponsor Dutch K.`
    let short = t.shape(k + 1) == Some(Shape::Initial);
    let dot = usize::from(short && t.is(k + 2, '.') && t.touches_next(k + 1));
    let next = k + 1 + usize::from(short) + dot;
    let name = crate::model::person::Name { given: vec![t.word(k).to_string()], ..Default::default() };
    let end = t.get(next - 1).map_or(token.end, |x| x.end);
    Some(Read {
        first: k,
        next,
        start: token.start,
        end,
        name,
        best: NameLike::WordName,
        words: 1,
        parts: 1 + usize::from(short),
    })
}
