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
        let start = if m.rule == "owned.town" {
            street_before(t, first, &named).or_else(|| house_before(t, first, &named))
        } else {
            None
        };
        let start = flat_before(t, start.unwrap_or(first), &named).or(start);
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
    let mut best = (at > from).then_some(at);
    for _ in 0..PARTS {
        let Some((next, closed)) = part_behind(t, at, named) else { break };
        if closed {
            best = Some(next);
        }
        at = next;
    }
    best
}

/// Most parts behind a street: `, Naenae, Lower Hutt 5011`.
const PARTS: usize = 3;

/// `, Lower Hutt 5011`, `, Dover, DE 19901`, `, third floor` at token `at`: one past it, and whether an address may end there.
fn part_behind(t: &Tokens, at: usize, named: &dyn Fn(usize) -> bool) -> Option<(usize, bool)> {
    let word = |k: usize| t.is_capital(k) && !named(k) && t.word(k).chars().count() >= 3 && credential(t.word(k)).is_none();
    if !t.is(at, ',') {
        return None;
    }
    // `5512 S. Woodlawn, third floor`, `211 Marshall, 2nd fl`
    if matches!(t.low(at + 2), "floor" | "fl" | "flr")
        && (t.low(at + 1).ends_with('d') || t.low(at + 1).ends_with("st") || t.low(at + 1).ends_with("th"))
    {
        return Some((at + 3, true));
    }
    if !word(at + 1) {
        return None;
    }
    let mut n = at + 2;
    while n < at + 4 && word(n) && !is_state(t, n) && t.get(n - 1).zip(t.get(n)).is_some_and(|(a, b)| b.start == a.end + 1) {
        n += 1;
    }
    // A town ends with its line, a mark, its state or code.
    let mut end = n;
    let comma = usize::from(t.is(n, ',') && is_state(t, n + 1));
    if is_state(t, n + comma) {
        end = n + comma + 1;
        // `Detroit, Mich.`
        end += usize::from(t.is(end, '.') && t.touches_next(end - 1) && t.ends_column(end + 1));
    }
    end = code(t, end, end > n).unwrap_or(end);
    // What somebody does or did goes on behind a person: `12 Oak St, Grace (niece)`.
    let related = t.is(n, '(') || t.is(n, ':');
    let known = is_place_or_month(t.low(at + 1)) && t.like(at + 1) <= NameLike::Word || end > n;
    let closed = !related && (known || t.ends_column(end) || matches!(t.shape(end), Some(Shape::Mark(_))));
    Some((end, closed))
}

/// `NJ`, `QLD`, `Mich`.
fn is_state(t: &Tokens, k: usize) -> bool {
    let short =
        t.shape(k) == Some(Shape::Upper) && (t.word(k).len() == 2 || matches!(t.word(k), "NSW" | "VIC" | "QLD" | "TAS" | "ACT"));
    short
        || t.shape(k) == Some(Shape::Cap)
            && matches!(
                t.low(k),
                "ala"
                    | "ariz"
                    | "calif"
                    | "colo"
                    | "conn"
                    | "fla"
                    | "ill"
                    | "ind"
                    | "kan"
                    | "mass"
                    | "mich"
                    | "minn"
                    | "miss"
                    | "mont"
                    | "neb"
                    | "nev"
                    | "okla"
                    | "ore"
                    | "penn"
                    | "tenn"
                    | "tex"
                    | "wash"
                    | "wis"
                    | "wyo"
                    | "ont"
                    | "que"
            )
}

/// A postal code at token `k`: `07302`, `5011`, `SE5 8JA`, `N17`, `K7L 3N6`. Four figures that may be a year are one only behind a state.
fn code(t: &Tokens, k: usize, behind_state: bool) -> Option<usize> {
    let beside = |a: usize, b: usize| t.get(a).zip(t.get(b)).is_some_and(|(a, b)| b.start == a.end + 1);
    let word = t.word(k);
    if k == 0 || !beside(k - 1, k) {
        return None;
    }
    match t.shape(k)? {
        Shape::Number => {
            let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
            let long = matches!(word.len(), 4..=6) && (behind_state || !year);
            let plus = long && t.is(k + 1, '-') && t.word(k + 2).len() == 4 && t.shape(k + 2) == Some(Shape::Number);
            long.then_some(if plus { k + 3 } else { k + 1 })
        }
        Shape::Mixed if (2..=4).contains(&word.len()) && word.starts_with(|c: char| c.is_ascii_uppercase()) => {
            let inner = t.word(k + 1);
            let both = beside(k, k + 1)
                && inner.len() == 3
                && inner.bytes().any(|b| b.is_ascii_digit())
                && inner.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            let outward =
                word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) && word.bytes().last()?.is_ascii_digit();
            if both {
                Some(k + 2)
            } else {
                (outward && (t.ends_column(k + 1) || matches!(t.shape(k + 1), Some(Shape::Mark(_))))).then_some(k + 1)
            }
        }
        _ => None,
    }
}

/// `Flat 9, 41 Camberwell Grove`, `Unit 2/40 Grace St`, `1st floor, 14 Kennedy Pl`: the first token of what stands before the house at `first`.
fn flat_before(t: &Tokens, first: usize, named: &dyn Fn(usize) -> bool) -> Option<usize> {
    let mut k = first.checked_sub(1).filter(|k| t.is(*k, ',') || t.is(*k, '/'))?.checked_sub(1)?;
    if named(k) || t.ends_line(k + 1) {
        return None;
    }
    let ordinal = |w: &str| {
        matches!(w, "first" | "second" | "third" | "fourth" | "ground" | "top")
            || w.len() == 3 && w.starts_with(|c: char| c.is_ascii_digit())
    };
    if matches!(t.low(k), "floor" | "fl" | "flr") && k > 0 && ordinal(t.low(k - 1)) {
        return Some(k - 1);
    }
    let short = t.word(k).len() <= 4 && matches!(t.shape(k), Some(Shape::Number | Shape::Mixed | Shape::Initial));
    if !short {
        return None;
    }
    k = k.checked_sub(1)?;
    while k > 0 && (t.is(k, '#') || t.is(k, '.')) {
        k -= 1;
    }
    let kind = matches!(
        t.low(k),
        "flat"
            | "apt"
            | "apartment"
            | "unit"
            | "lot"
            | "room"
            | "rm"
            | "suite"
            | "ste"
            | "no"
            | "number"
            | "house"
            | "trailer"
            | "trlr"
            | "space"
            | "spc"
            | "floor"
            | "level"
            | "block"
            | "blk"
            | "bldg"
            | "building"
            | "plot"
            | "shop"
            | "u"
            | "piso"
    );
    (kind && !named(k)).then_some(k)
}

/// `lives at Bryn Awel, Heol Fawr, Tregaron SY25 6ZZ`: houses that have a name have no number. From `at`, `of`, `address:` or the beginning of
/// a line on.
fn house_before(t: &Tokens, first: usize, named: &dyn Fn(usize) -> bool) -> Option<usize> {
    let mut k = first.checked_sub(1).filter(|k| t.is(*k, ','))?;
    let (mut start, mut words, mut parts) = (None, 0, 1);
    while k > 0 {
        k -= 1;
        if t.is(k, ',') && words > 0 && parts < PARTS && !t.ends_line(k + 1) {
            (words, parts) = (0, parts + 1);
        } else if matches!(t.shape(k), Some(Shape::Cap | Shape::Upper)) && words < 3 && !named(k) {
            (start, words) = (Some(k), words + 1);
        } else if matches!(t.low(k), "y" | "yr" | "the" | "of" | "na" | "on" | "upon" | "by" | "le")
            && words > 0
            && t.is_capital(k.wrapping_sub(1))
        {
            words += 1;
        } else {
            break;
        }
    }
    let start = start?;
    let before = start.checked_sub(1);
    let told = before.is_none_or(|b| {
        matches!(t.shape(b), Some(Shape::Break))
            || matches!(t.low(b), "at" | "of" | "address" | "addr" | "lives")
            || t.is(b, ':') && b > 0 && matches!(t.low(b - 1), "address" | "addr" | "home" | "residence" | "lives")
    });
    (told && words > 0).then_some(start)
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
        assert_eq!(
            address("Residence ... Flat 9, 41 Camberwell Grove, London SE5 8JA\n"),
            "Flat 9, 41 Camberwell Grove, London SE5 8JA"
        );
        assert_eq!(address("Folasade, of Flat 9, 22 Mafeking Road, London N17.\n"), "Flat 9, 22 Mafeking Road, London N17");
        assert_eq!(address("of 14B Rata Street, Naenae, Lower Hutt 5011, phone"), "14B Rata Street, Naenae, Lower Hutt 5011");
        assert_eq!(address("stays at 7b Rata Street"), "7b Rata Street");
        assert_eq!(address("wife Hinemoa, 27A Puriri St, Kawerau 3127; 07 555"), "27A Puriri St, Kawerau 3127");
        assert_eq!(address("lives at Flat 2, 61 Harbour Rd, Salthill, Galway\n"), "Flat 2, 61 Harbour Rd, Salthill, Galway");
        assert_eq!(address("at 8820 Dexter Ave, Detroit, Mich., with"), "8820 Dexter Ave, Detroit, Mich");
        assert_eq!(address("Ishara, Unit 2/40 Grace St, Coorparoo QLD 4151.\n"), "Unit 2/40 Grace St, Coorparoo QLD 4151");
        assert_eq!(address("Worknesh, 1st floor, 14 Kennedy Pl NE; deacon"), "1st floor, 14 Kennedy Pl NE");
        assert_eq!(address("WITH THEM AT UNIT 4, 90 RUSSELL CAVE ROAD, LEXINGTON.\n"), "UNIT 4, 90 RUSSELL CAVE ROAD, LEXINGTON");
        assert_eq!(
            address("Dewi Evans at Fferm Bryn Hope, Llanuwchllyn, Gwynedd LL23 7UB is"),
            "Fferm Bryn Hope, Llanuwchllyn, Gwynedd LL23 7UB"
        );
        assert_eq!(
            address("Gwilym, of Ty Gwyn, Heol Fawr, Tregaron SY25 6ZZ, is no kin"),
            "Ty Gwyn, Heol Fawr, Tregaron SY25 6ZZ"
        );
        assert_eq!(address("Walked to 12 Oak Street, Monday 2024"), "12 Oak Street");
        // What goes on as a sentence is no town.
        assert_eq!(address("moved to 12 Oak St, Grace came along"), "12 Oak St");
    }
}
