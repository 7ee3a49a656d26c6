//! Addresses to their ends: the town behind a street, the street before a town.

use super::cues::credential;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_place_or_month};
use crate::model::mention::{Category, Mention};

/// Lengthens the addresses of `found` over what goes on with them in their line. `names` are the people, who are no towns; both are
/// sorted.
pub fn lengthen(t: &Tokens, names: &[Mention], found: &mut [Mention]) {
    for i in 0..found.len() {
        let Some(m) = found.get(i).filter(|m| m.category == Category::Address) else { continue };
        let limit = found.get(i + 1).map_or(t.text.len(), |n| n.start);
        let floor = i.checked_sub(1).and_then(|k| found.get(k)).map_or(0, |b| b.end);
        let named = |k: usize| {
            let Some(x) = t.get(k) else { return true };
            let at = names.partition_point(|n| n.end <= x.start);
            let person = |n: &&Mention| n.start < x.end && !is_uncued(n.rule);
            x.end > limit || x.start < floor || names.get(at).filter(person).is_some()
        };
        let first = t.index_at(m.start);
        let next = t.list.partition_point(|x| x.start < m.end);
        let start = if m.rule == "owned.town" { street_before(t, first, &named) } else { None };
        let end = town_behind(t, next, &named);
        let start = start.and_then(|k| t.get(k)).map_or(m.start, |x| x.start);
        let end = end.and_then(|k| t.get(k.checked_sub(1)?)).map_or(m.end, |x| x.end);
        if let Some(m) = found.get_mut(i) {
            (m.start, m.end) = (start, end);
        }
    }
}

/// Rules that take a word for a name because lists hold it: behind a street's comma it is a town, `12 Linda Ln, Edison`.
fn is_uncued(rule: &str) -> bool {
    matches!(rule, "list.lone" | "list.staff-like" | "list.given-family" | "text.again")
}

/// `, Teaneck`, `, rear, Girard`, `, Fall River MA 02721` from token `k`: one past its last token.
fn town_behind(t: &Tokens, k: usize, named: &dyn Fn(usize) -> bool) -> Option<usize> {
    let mut at = k;
    // `7 Bogle St., Fall River`
    if t.is(at, '.') && t.touches_next(at) && t.is(at + 1, ',') {
        at += 1;
    }
    let from = at;
    // `1440 burns st apt 2, detroit.` in a text of small letters.
    let small = t.shape(at + 1) == Some(Shape::Lower)
        && t.word(at + 1).len() >= 4
        && (t.like(at + 1) > NameLike::Word || is_place_or_month(t.low(at + 1)))
        && (t.ends_line(at + 2) || t.is(at + 2, '.') || t.is(at + 2, ')') || t.is(at + 2, ';'));
    if t.is(at, ',') && small && street_is_small(t, k) {
        return Some(at + 2);
    }
    if t.is(at, ',') && matches!(t.low(at + 1), "rear" | "upstairs" | "downstairs" | "front" | "back") {
        at += 2;
    }
    let word = |k: usize| t.is_capital(k) && !named(k) && t.word(k).chars().count() >= 3 && credential(t.word(k)).is_none();
    if !t.is(at, ',') || !word(at + 1) {
        return (at > from).then_some(at);
    }
    let mut n = at + 2;
    while n < at + 4 && word(n) && t.get(n - 1).zip(t.get(n)).is_some_and(|(a, b)| b.start == a.end + 1) {
        n += 1;
    }
    // A town ends with its line, a mark, its state or code.
    let state = |k: usize| t.shape(k) == Some(Shape::Upper) && t.word(k).len() == 2;
    let zip = |k: usize| t.shape(k) == Some(Shape::Number) && t.word(k).len() == 5;
    let mut end = n;
    let comma = usize::from(t.is(n, ',') && state(n + 1));
    if state(n + comma) {
        end = n + comma + 1;
    }
    if zip(end) {
        end += 1;
    }
    // What somebody does or did goes on behind a person: `12 Oak St, Grace (niece)`.
    let related = t.is(n, '(') || t.is(n, ':');
    let closed = !related && (t.ends_column(end) || matches!(t.shape(end), Some(Shape::Mark(_))));
    if closed { Some(end) } else { (at > from).then_some(at) }
}

/// True when the words before token `k` are in small letters, as all of their text is.
fn street_is_small(t: &Tokens, k: usize) -> bool {
    (k.saturating_sub(5)..k).filter(|i| t.shape(*i) == Some(Shape::Lower)).count() >= 2
        && !(k.saturating_sub(5)..k).any(|i| t.shape(i) == Some(Shape::Cap))
}

/// The number of a house before a town at token `first`: `3 Fern Walk, Decatur GA 30033`.
fn street_before(t: &Tokens, first: usize, named: &dyn Fn(usize) -> bool) -> Option<usize> {
    let comma = first.checked_sub(1).filter(|k| t.is(*k, ','))?;
    let mut k = comma;
    let mut words = 0;
    while k > 0 && words < 6 {
        k -= 1;
        match t.shape(k) {
            Some(Shape::Cap | Shape::Upper | Shape::Initial) if !named(k) => words += 1,
            Some(Shape::Lower) if matches!(t.low(k), "of" | "mi" | "apt" | "unit") => words += 1,
            Some(Shape::Mark('.' | '#' | ',')) if k + 1 < comma => {}
            Some(Shape::Number | Shape::Mixed) if t.word(k).len() <= 6 && !named(k) && words > 0 => {
                // The number of a flat goes before the number of the house.
                let flat = k > 0
                    && (t.is(k - 1, '#') || matches!(t.low(k - 1), "apt" | "unit" | "lot" | "ste" | "hwy" | "box" | "route"));
                if !flat {
                    return Some(k);
                }
            }
            Some(Shape::Number | Shape::Mixed) if words == 0 && t.word(k).len() <= 5 => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::patterns;

    fn address(text: &str) -> String {
        let t = Tokens::new(text);
        let mut found = patterns::find(text);
        lengthen(&t, &[], &mut found);
        let m = found.iter().find(|m| m.category == Category::Address).expect("an address");
        text[m.start..m.end].to_string()
    }

    #[test]
    fn a_street_takes_its_town_and_a_town_its_street() {
        assert_eq!(address("Witness: Al Roe, 81 Orchard Terrace, Teaneck; born"), "81 Orchard Terrace, Teaneck");
        assert_eq!(address("at 1440 Plum Street, rear, Girard) is"), "1440 Plum Street, rear, Girard");
        assert_eq!(address("her addr 3 Fern Walk, Decatur GA 30033. Then"), "3 Fern Walk, Decatur GA 30033");
        assert_eq!(address("Agent: Tomas, of 7 Bogle St., Fall River   phone"), "7 Bogle St., Fall River");
        assert_eq!(address("her addr 5512 w oklahoma ave apt 3, milwaukee\n"), "5512 w oklahoma ave apt 3, milwaukee");
        assert_eq!(address("Deliver to 1190 County Rd 17, Wahoo NE 68066, ask"), "1190 County Rd 17, Wahoo NE 68066");
        assert_eq!(address("Home with Vivek at 27 Linda Ln, Edison; phone"), "27 Linda Ln, Edison");
        assert_eq!(address("lives at 12 Oak St, Apt 2, Salem OR 97301 with"), "12 Oak St, Apt 2, Salem OR 97301");
        // What goes on as a sentence is no town.
        assert_eq!(address("moved to 12 Oak St, Grace came along"), "12 Oak St");
    }
}
