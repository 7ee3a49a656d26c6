//! Another patient, told by the place on the ward, a shared room, a paper that is theirs, or a line of a list of patients.

use super::evidence::place_end;
use super::identity::Own;
use super::scene::range;
use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;

/// A place on the ward, a shared room, an age in a list: another patient. Looks at the words before the title and after the name.
pub fn ward(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let other = Some(Role::OtherPatient);
    // `pt in chair 7 (Mr. X`, `in C2, Mrs. X`, `C2: X`
    let mut k = first;
    while k > 0 && first - k < 2 && matches!(t.shape(k - 1), Some(Shape::Mark('(' | ',' | ':' | '-'))) {
        k -= 1;
    }
    if k > 0 && k < first && is_place_number(t, k - 1) {
        let labelled = t.begins_line(k - 1) && t.is(k, ':');
        let word = k.checked_sub(2).map_or("", |j| t.low(j));
        if labelled || matches!(word, "in" | "chair" | "bed" | "room" | "rm" | "bay" | "subject" | "from" | "pod" | "station") {
            return other;
        }
    }
    // `Pt in 615 Pettibone`
    if first >= 2
        && t.shape(first - 1) == Some(Shape::Number)
        && matches!(t.low(first - 2), "in" | "room" | "rm" | "bed" | "chair" | "neighbor" | "pt")
    {
        return other;
    }
    let before = |words: &[&str]| {
        let n = words.len();
        first >= n && words.iter().enumerate().all(|(i, w)| t.low(first - n + i) == *w)
    };
    const SHARES: &[&[&str]] = &[
        &["next", "to"],
        &["mat", "w", "/"],
        &["mat", "with"],
        &["group", "with"],
        &["group", "w", "/"],
        &["bathroom", "with"],
        &["bathroom", "w", "/"],
        &["room", "with"],
        &["room", "w", "/"],
        &["table", "with"],
        &["confused", "with"],
        &["mixed", "up", "with"],
        &["eats", "with"],
        &["attached", "to"],
        &["sits", "with"],
        &["sat", "with"],
        &["tray", "of"],
        &["argument", "with"],
        &["altercation", "with"],
    ];
    const SHARED: &[&str] = &["share", "shares", "shared", "sharing"];
    const ROOMS: &[&str] = &["bay", "room", "bathroom", "suite", "cubicle", "table", "pod", "ward", "unit", "mat", "cabin"];
    let near = |words: &[&str]| (first.saturating_sub(7)..first).any(|k| words.contains(&t.low(k)));
    if before(&["with"]) && near(SHARED) && near(ROOMS) || before(&["next", "door"]) {
        return other;
    }
    let begins_with_share = SHARES.iter().any(|s| before(s));
    let titled = first < next && super::cues::title(t.low(first)).is_some();
    if begins_with_share && (titled || !t.is(first, '(')) {
        return other;
    }
    // `Chart of X`, `specimen labeled X`, `wristband: X`
    const PAPERS: &[&str] =
        &["chart", "record", "records", "results", "specimen", "sample", "label", "report", "wristband", "order", "orders"];
    let sent = (before(&["for"]) || before(&["to"]))
        && (first.saturating_sub(4)..first)
            .any(|j| matches!(t.low(j), "labeled" | "labelled" | "addressed" | "bill" | "mislabeled" | "intended" | "meant"));
    let paper = sent
        || (before(&["of"]) || before(&["for"])) && first >= 2 && PAPERS.contains(&t.low(first - 2))
        || first >= 1 && matches!(t.low(first - 1), "labeled" | "labelled" | "mislabeled")
        || k < first && t.is(k, ':') && k > 0 && matches!(t.low(k - 1), "wristband" | "armband" | "label");
    let opposite = t.low(next) == "across" || t.low(next) == "next" && t.low(next + 1) == "door";
    if paper || opposite {
        return other;
    }
    // `Mr. Abrams in 211`, `Ms. Gallo in bed 4`, `X (bed 4)`, `X from Tuesday group`
    let mut k = next + usize::from(t.is(next, '(') || t.is(next, ','));
    if matches!(t.low(k), "the" | "a")
        && matches!(t.low(k + 1), "man" | "woman" | "lady" | "gentleman" | "patient" | "pt" | "guy")
    {
        k += 2;
    }
    if place_end(t, k).is_some_and(|e| t.shape(e - 1) != Some(Shape::Lower))
        || t.low(k) == "in"
            && matches!(t.shape(k + 1), Some(Shape::Number))
            && t.word(k + 1).len() <= 4
            && t.word(k + 1).len() >= 2
    {
        return other;
    }
    if matches!(t.low(k), "from" | "in") && (k + 1..k + 4).any(|j| t.low(j) == "group") {
        return other;
    }
    // `Esposito, Carmela   F 61   L mastectomy`, `Nora Pemberton, 78, fractured wrist` at the head of a line.
    let heads = t.begins_line(first)
        || first > 0
            && (t.begins_column(first) && t.begins_line(first.saturating_sub(1))
                || t.is(first - 1, ':') && first >= 2 && t.begins_line(first - 2));
    let coded = first > 0 && t.begins_line(first - 1) && is_place_number(t, first - 1);
    let heads = heads || coded;
    let clock = first >= 3 && t.is(first - 2, ':') && t.begins_line(first - 3) && t.shape(first - 1) == Some(Shape::Number);
    if (heads || clock) && aged(t, k, next) {
        return other;
    }
    None
}

/// `F 61`, `61 F`, `61F`, `78,`, `54 yo` after a name.
fn aged(t: &Tokens, k: usize, next: usize) -> bool {
    let sex = |i: usize| matches!(t.low(i), "f" | "m" | "female" | "male");
    let years = |i: usize| t.shape(i) == Some(Shape::Number) && (1..=3).contains(&t.word(i).len());
    let mixed = t.shape(k) == Some(Shape::Mixed) && t.word(k).len() <= 4 && t.low(k).ends_with(['f', 'm']);
    sex(k) && (years(k + 1) || t.is(k + 1, '?'))
        || years(k) && (sex(k + 1) || matches!(t.low(k + 1), "yo" | "y" | "yr" | "year") || t.is(k + 1, ',') && k > next)
        || mixed
}

fn is_place_number(t: &Tokens, k: usize) -> bool {
    match t.shape(k) {
        // `G3P2` counts births.
        Some(Shape::Mixed) => t.word(k).len() <= 4 && !(t.low(k).starts_with('g') && t.low(k).contains('p')),
        Some(Shape::Number) => t.word(k).len() <= 3,
        _ => false,
    }
}

/// Lists of patients in which the patient has a line: `12B Harlow 62F hip` between `12A Finch 71M CHF` and `13A Lindgren 55F`.
pub struct Rows {
    /// The codes before the patient's name at the head of a line: what kinds of token.
    heads: Vec<Vec<Shape>>,
}

impl Rows {
    pub fn new(t: &Tokens, mentions: &[Mention], own: &Own) -> Rows {
        let found = mentions.iter().filter(|m| m.category == Category::Name && m.who == Who::Patient).map(|m| range(t, m).0);
        // The patient's family name that is a word, too, may not have been found yet.
        let named = (1..t.list.len()).filter(|k| t.is_capital(*k) && own.is_family(t.low(*k)));
        let heads = found.chain(named.take(64)).filter_map(|k| row_codes(t, k)).filter(|c| !c.is_empty());
        Rows { heads: heads.take(64).collect() }
    }

    /// Another patient, when the name stands in its line as the patient's does in theirs.
    pub fn other(&self, t: &Tokens, first: usize) -> Option<Role> {
        let codes = row_codes(t, first).filter(|c| !c.is_empty())?;
        let alike =
            |a: &Shape, b: &Shape| a == b || matches!((a, b), (Shape::Mixed, Shape::Number) | (Shape::Number, Shape::Mixed));
        let fits = |h: &Vec<Shape>| h.len() == codes.len() && h.iter().zip(&codes).all(|(a, b)| alike(a, b));
        self.heads.iter().any(fits).then_some(Role::OtherPatient)
    }
}

/// The numbers, marks and place words between the beginning of a line or sentence of a list and token `first`; `None` when anything else
/// stands there. A date is no place in a list.
fn row_codes(t: &Tokens, first: usize) -> Option<Vec<Shape>> {
    let mut out = Vec::new();
    for k in (first.saturating_sub(6)..first).rev() {
        match t.shape(k) {
            Some(Shape::Break) => break,
            Some(Shape::Mark('.' | ';'))
                if k + 1 < first && (t.shape(k - usize::from(k > 0)) == Some(Shape::Lower) || t.is(k, ';')) =>
            {
                break;
            }
            Some(s @ (Shape::Number | Shape::Mixed | Shape::Mark(':' | '-' | ')' | '#' | '|' | '.'))) => out.push(s),
            Some(_) if matches!(t.low(k), "bed" | "room" | "rm" | "or" | "chair" | "pod" | "bay" | "slot" | "seat") => {
                out.push(Shape::Lower)
            }
            _ => return None,
        }
    }
    out.reverse();
    Some(out)
}
