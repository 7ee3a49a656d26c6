//! Names in places where only a person can stand, so that the word itself need not look like a name: `RN Joy`, `Chase (my husband)`,
//! `Good (ortho)`, `Copies: Mercy, August`, `read by Sharp`.

use super::cues::{Pull, credential, field_phrase, is_eponym_head, is_institution_head, kin, opens, role_phrase, title};
use super::discover::Find;
use super::evidence::credential_at;
use super::name_read::{Read, Trust, forward};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, ShortSet, is_clinical, is_eponym, is_given, is_place_or_month, is_running_word, is_word_name};
use crate::model::person::Name;
use crate::model::role::Role;
use std::sync::LazyLock;

/// The name that begins at token `k` and ends before `limit`: as the lists read it, else one or two capitalised words that people
/// are called by.
pub fn read(t: &Tokens, k: usize, limit: usize) -> Option<Read> {
    if let Some(read) =
        forward(t, k, Trust::Fair).filter(|r| r.next <= limit && r.best >= NameLike::Unknown && t.is_capital(r.first))
    {
        return Some(read);
    }
    if !sure(t, k) {
        return None;
    }
    let mut next = k + 1;
    let mut family = Vec::new();
    while next < limit
        && next < k + 3
        && t.shape(next) == Some(Shape::Cap)
        && (may_be(t, next) || t.like(next) >= NameLike::Unknown)
    {
        family.push(t.word(next).to_string());
        next += 1;
    }
    // `Blessing A.`
    if next < limit && t.shape(next) == Some(Shape::Initial) {
        next += 1 + usize::from(t.is(next + 1, '.') && t.touches_next(next));
    }
    let (a, b) = (t.get(k)?, t.get(next - 1)?);
    let parts = next - k;
    let name = if family.is_empty() && !is_given(t.low(k)) {
        Name { family: t.word(k).to_string(), ..Name::default() }
    } else {
        Name { given: vec![t.word(k).to_string()], family: family.join(" "), ..Name::default() }
    };
    Some(Read { first: k, next, start: a.start, end: b.end, name, best: NameLike::WordName, words: 1 + family.len(), parts })
}

/// A capitalised word that people are called by and that is no term, title, place of the ward or credential.
pub fn may_be(t: &Tokens, k: usize) -> bool {
    let low = t.low(k);
    let called = is_word_name(low) || is_given(low) || t.like(k) >= NameLike::Unknown;
    let told =
        title(low).is_some() || kin(low).is_some() || opens(low).is_some_and(|o| o.phrase) || credential(t.word(k)).is_some();
    let thing = !is_given(low) && (is_clinical(low) || is_place_or_month(low));
    let word = is_running_word(low) || NEVER.contains(low) || SELDOM.contains(low);
    t.shape(k) == Some(Shape::Cap) && t.word(k).len() >= 2 && called && !told && !thing && !word
}

/// Words that lists of names hold and that stand in such places as words.
const NOT_CALLED: &str = "living self pending vacant float agency alive unknown deceased english spanish french held clear stable full \
     church hospice court police street wing ward hall house pain cane walker crutch chair visit today sample guest day days week weeks \
     minor monday tuesday wednesday thursday friday saturday gas flow vein blood diet fast bone head back hand foot key cost";

/// The same, but only in running text: in a list or table of people they are people.
const SELDOM_CALLED: &str = "north south east west dean law bank branch page field fields bill price case grant mark will may sharp short \
     long low high small strong good best early moody love rush stone ball cook power cross blue green gold white black brown gray grey \
     rice salt bean berry fall winter summer spring autumn sunday major wall quick brave wise sweet";

static NEVER: LazyLock<ShortSet> = LazyLock::new(|| NOT_CALLED.split_whitespace().collect());
static SELDOM: LazyLock<ShortSet> = LazyLock::new(|| SELDOM_CALLED.split_whitespace().collect());

/// A word that is a name where nothing but a name can stand.
fn sure(t: &Tokens, k: usize) -> bool {
    let low = t.low(k);
    may_be(t, k)
        || t.shape(k) == Some(Shape::Cap) && SELDOM.contains(low) && (is_word_name(low) || is_given(low)) && !is_clinical(low)
}

/// All finds of this kind.
pub fn find(t: &Tokens, out: &mut Vec<Find>) {
    for i in 0..t.list.len() {
        match t.shape(i) {
            Some(Shape::Mark('(')) => explained(t, i, out),
            Some(Shape::Mark(':')) => after_label(t, i, out),
            Some(Shape::Lower | Shape::Cap | Shape::Upper) => {
                by_whom(t, i, out);
                row_head(t, i, out);
            }
            _ => {}
        }
    }
}

fn push(t: &Tokens, k: usize, rule: &'static str, role: Option<Role>, out: &mut Vec<Find>) {
    let Some(read) = super::lone::one(t, k) else { return };
    out.push(Find { read, rule, confidence: 0.6, role });
}

/// `Chase (my husband)`, `Good (ortho)`, `Path (Darkwa)`.
fn explained(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let mut k = i + 1;
    while k < i + 3 && matches!(t.low(k), "my" | "her" | "his" | "their" | "our" | "pt" | "the") {
        k += 1;
    }
    while t.shape(k) == Some(Shape::Lower) && k < i + 3 && matches!(t.low(k), "rec" | "our" | "senior" | "new" | "lead" | "head")
    {
        k += 1;
    }
    let field = field_phrase(|n| t.low(k + n));
    let role = kin(t.low(k))
        .map(|r| (1, r))
        .or(field)
        .or_else(|| role_phrase(|n| t.low(k + n)).and_then(|(n, pull, r)| (pull == Pull::Noun).then_some(r?).map(|r| (n, r))));
    if let (Some(before), Some((n, role))) = (i.checked_sub(1), role)
        && (t.is(k + n, ')') || t.is(k + n, ','))
        && t.get(k).is_some_and(|x| !x.possessive)
        && sure(t, before)
        && !(before > 0 && t.is_capital(before - 1) && t.like(before - 1) > NameLike::Word)
    {
        push(t, before, "cue.apposition", Some(role), out);
    }
    // `Path (Darkwa)`
    let alone = t.is(i + 2, ')') && sure(t, i + 1);
    if alone && let Some(j) = i.checked_sub(1) {
        let field = (1..=3usize)
            .filter_map(|n| (j + 1).checked_sub(n).map(|f| (n, f)))
            .find_map(|(n, from)| field_phrase(|x| t.low(from + x)).filter(|f| f.0 == n).map(|f| f.1));
        let path = matches!(
            t.low(j),
            "path" | "ortho" | "nsgy" | "uro" | "vascular" | "hand" | "trauma" | "ed" | "er" | "onc" | "consult" | "team"
        )
        .then_some(Role::Physician);
        if let Some(role) = field.or(path) {
            push(t, i + 1, "cue.label", Some(role), out);
        }
    }
}

/// `Copies: Mercy, August`, `Charge: Candy`, `REQ: Long`: a list of names behind a label of people.
fn after_label(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let Some(j) = i.checked_sub(1) else { return };
    let low = t.low(j);
    // `Relationship: Brother  First Name: Beto`
    if low == "name"
        && j > 0
        && matches!(t.low(j - 1), "first" | "last" | "given" | "family" | "middle" | "maiden" | "nick" | "preferred")
    {
        let limit = (i + 1..i + 5).find(|n| t.ends_column(*n)).unwrap_or(i + 5);
        if t.is_capital(i + 1)
            && !matches!(t.low(i + 1), "none" | "unknown" | "na" | "n" | "not" | "same" | "declined" | "other")
            && let Some(read) =
                read(t, i + 1, limit).or_else(|| super::lone::one(t, i + 1).filter(|_| t.shape(i + 1) == Some(Shape::Cap)))
        {
            let line = t.line_start(i);
            let role = (line..j).rev().find_map(|k| kin(t.low(k)));
            out.push(Find { read, rule: "cue.label", confidence: 0.8, role });
        }
        return;
    }
    let role = match low {
        "charge" | "resource" | "float" | "circulator" | "scrub" => Some(Role::Nurse),
        "req" | "requested" | "referred" | "final" | "attending" | "surgeon" | "anesthesia" | "anes" | "resident" | "fellow"
        | "consultant" | "intern" | "provider" | "physician" | "pcp" | "gp" | "md" | "cons" => Some(Role::Physician),
        "tech" | "sitter" | "sitters" | "sonographer" | "technologist" | "aide" | "aides" | "cna" => Some(Role::Technician),
        "nurse" | "rn" | "lpn" => Some(Role::Nurse),
        "copies" | "cc" | "mtg" | "meeting" | "present" | "attendees" | "attended" | "visitors" | "participants" | "kids"
        | "children" | "contacts" | "support" | "supports" | "attn" | "members" => None,
        _ if t.shape(j) == Some(Shape::Mixed) && j > 0 && matches!(t.low(j - 1), "mtg" | "meeting") => None,
        _ => return,
    };
    let role = role.or_else(|| kin(low));
    let mut k = i + 1;
    for _ in 0..12 {
        while title(t.low(k)).is_some() || t.is(k, '.') {
            k += 1;
        }
        let limit = (k..k + 6).find(|n| t.ends_line(*n)).unwrap_or(k + 6);
        if !(t.is_capital(k) && (sure(t, k) || t.like(k) >= NameLike::Unknown)) {
            return;
        }
        let Some(read) = read(t, k, limit).or_else(|| super::lone::one(t, k)) else { return };
        let next = read.next;
        let ends = |n: usize| {
            t.ends_column(n)
                || t.ends_line(n)
                || matches!(t.shape(n), Some(Shape::Mark(',' | '/' | ';' | '&' | '.' | '(' | ')')))
                || t.low(n) == "and"
                || credential_at(t, n).is_some()
        };
        if !ends(next) || read.words > 3 {
            return;
        }
        out.push(Find { read, rule: "cue.label", confidence: 0.6, role });
        k = next;
        if t.is(k, '(') {
            let Some(close) = (k..k + 6).find(|n| t.is(*n, ')')) else { return };
            k = close + 1;
        }
        if !(matches!(t.shape(k), Some(Shape::Mark(',' | '/' | ';' | '&'))) || t.low(k) == "and") || t.ends_line(k + 1) {
            return;
        }
        k += 1 + usize::from(t.low(k + 1) == "and");
    }
}

/// `read by Good`, `Ref by Wise`, `asked Tilly to look`: a word of the language where a person's name must stand.
fn by_whom(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let low = t.low(i);
    let done = low == "by"
        && i > 0
        && (t.low(i - 1).ends_with("ed")
            || matches!(
                t.low(i - 1),
                "read" | "ref" | "seen" | "done" | "given" | "taken" | "drawn" | "sent" | "written" | "made" | "run"
            ));
    let told = t.shape(i) == Some(Shape::Lower)
        && matches!(low, "asked" | "told" | "paged" | "texted" | "emailed")
        && t.low(i + 2) == "to";
    let stroke = low == "d" && t.is(i + 1, '/') && t.low(i + 2) == "w";
    let k = if stroke { i + 3 } else { i + 1 };
    if !(done || told || stroke)
        || !sure(t, k)
        || t.is_capital(k + 1)
        || is_eponym(t.low(k))
        || is_eponym_head(t.low(k + 1))
        || is_institution_head(t.low(k))
    {
        return;
    }
    push(t, k, "cue.role", None, out);
}

/// `1. Pa Nhia   dtr 12`, `Zaiden        son      1/30/2010`: a cell of capitalised words before a cell that tells the relation.
fn row_head(t: &Tokens, i: usize, out: &mut Vec<Find>) {
    let related = kin(t.low(i)).is_some() && t.begins_column(i) && !t.begins_line(i) && !t.get(i).is_some_and(|x| x.possessive);
    if !related || t.shape(i) == Some(Shape::Cap) && t.is_capital(i + 1) && !t.ends_column(i + 1) {
        return;
    }
    let end = if t.shape(i - 1) == Some(Shape::Break) || t.is(i - 1, '|') { i - 1 } else { i };
    let mut first = end;
    while first > 0 && matches!(t.shape(first - 1), Some(Shape::Cap | Shape::Upper | Shape::Initial | Shape::Mark('.' | ','))) {
        first -= 1;
        if t.begins_column(first) {
            break;
        }
    }
    while first < end && matches!(t.shape(first), Some(Shape::Mark(_))) {
        first += 1;
    }
    if first == end || end - first > 6 {
        return;
    }
    let fits = |k: usize| match t.shape(k) {
        Some(Shape::Cap) => sure(t, k) || t.like(k) >= NameLike::WordName && !is_clinical(t.low(k)) || title(t.low(k)).is_some(),
        Some(Shape::Upper) => t.like(k) >= NameLike::WordName,
        _ => true,
    };
    if !(first..end).all(fits) || !(first..end).any(|k| matches!(t.shape(k), Some(Shape::Cap | Shape::Upper))) {
        return;
    }
    let (Some(a), Some(b)) = (t.get(first), t.get(end - 1)) else { return };
    let name = super::split_text(t.text.get(a.start..b.end).unwrap_or(""));
    let read =
        Read { first, next: end, start: a.start, end: b.end, name, best: NameLike::Name, words: end - first, parts: end - first };
    out.push(Find { read, rule: "cue.apposition", confidence: 0.8, role: None });
}
