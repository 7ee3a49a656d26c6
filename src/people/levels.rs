//! How well one fact of two persons agrees, in named levels. No weights here.

use super::facts::{Dob, Facts, Id, IdClass, Place};
use super::fold::one_slip;
use super::lexicon;
use super::name::{Folded, Placeholder, Token};

/// Agreement of given names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Given {
    /// Both known, different, and both are known names: two people or an error no slip explains.
    Conflict,
    /// Different, close in spelling, both known names (Robert, Roberta).
    NearOther,
    /// Different, at least one is not a known name.
    Unlike,
    /// One side has none.
    Missing,
    /// One side has an initial and it fits.
    Initial,
    /// First name of one is a middle name of the other.
    Middle,
    /// One slip apart and one of them is not a known name.
    Near,
    /// Short form or other spelling of the same name.
    Variant,
    /// Equal.
    Exact,
}

/// Agreement of family names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Family {
    /// Different.
    Conflict,
    /// One side has none.
    Missing,
    /// An initial that fits.
    Initial,
    /// A slip apart.
    Near,
    /// One part of a double surname.
    Part,
    /// Other transliteration or OCR reading.
    Variant,
    /// Equal.
    Exact,
}

/// Agreement of whole names: the best over all pairs of names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Names {
    /// Given names.
    pub given: Given,
    /// Family names.
    pub family: Family,
    /// Middle names or initials: `Some(true)` agree, `Some(false)` differ.
    pub middle: Option<bool>,
    /// Full middle names agree, not initials only.
    pub middle_full: bool,
    /// Given and family are exchanged.
    pub swapped: bool,
    /// The candidate's name is a former name of the reference.
    pub former: bool,
    /// Generations: `Some(true)` agree, `Some(false)` conflict; `None` when a side has none.
    pub generation: Option<bool>,
    /// A generation stands on one side only.
    pub generation_one_sided: bool,
    /// The name is one many people bear.
    pub frequent: bool,
    /// The candidate's name is a stand-in.
    pub candidate_placeholder: bool,
    /// The reference's name is a stand-in.
    pub reference_placeholder: bool,
    /// The candidate's name is a newborn's stand-in.
    pub newborn: bool,
}

fn given_words(a: &Token, b: &Token, same_line: impl Fn() -> bool) -> Given {
    if a.plain == b.plain {
        return Given::Exact;
    }
    if a.is_initial() || b.is_initial() {
        return if a.first() == b.first() { Given::Initial } else { Given::Unlike };
    }
    if same_line() {
        return Given::Variant;
    }
    if a.loose == b.loose || a.ocr == b.ocr {
        // Joan and Joann, Eric and Erik; but two known names stay two names.
        return if a.attested && b.attested { Given::NearOther } else { Given::Variant };
    }
    let both = a.known && b.known;
    let short = a.plain.len().min(b.plain.len());
    let slip = short >= 4 && one_slip(&a.plain, &b.plain);
    // Michael and Michelle, Christian and Christopher.
    let wide = a.plain.chars().zip(b.plain.chars()).take_while(|(x, y)| x == y).count() >= 4;
    let two = short >= 7 && strsim::osa_distance(&a.plain, &b.plain) <= 2;
    // A pen slips inside a word; Jayden and Kayden are two children, unless only one of the two is a name at all.
    let other_start = slip && a.first() != b.first() && a.known == b.known;
    match (slip || two, both) {
        (true, false) if other_start => Given::NearOther,
        (true, false) => Given::Near,
        (true, true) => Given::NearOther,
        (false, true) if wide => Given::NearOther,
        (false, true) => Given::Conflict,
        (false, false) => Given::Unlike,
    }
}

fn share(a: &[u16], b: &[u16]) -> bool {
    a.iter().any(|x| b.contains(x))
}

fn given(a: &Folded, b: &Folded, nicknames: &[String]) -> Given {
    let (Some(x), Some(y)) = (a.first_given(), b.first_given()) else {
        return Given::Missing;
    };
    let variants = |x: &Token, y: &Token| share(lexicon::variant_groups(&x.plain), lexicon::variant_groups(&y.plain));
    let first = given_words(x, y, || variants(x, y) || nicknames.contains(&y.plain));
    if first > Given::Initial {
        return first;
    }
    // Given names written together or apart: Mary Ann, Maryann.
    if a.given.len() != b.given.len() {
        let whole = |f: &Folded| f.given.iter().map(|t| t.plain.as_str()).collect::<String>();
        if whole(a) == whole(b) {
            return Given::Exact;
        }
    }
    // Goes by the middle name.
    let middle = |f: &Folded, t: &Token| {
        !t.is_initial() && f.given.iter().skip(1).any(|m| m.plain == t.plain || (!m.is_initial() && variants(m, t)))
    };
    if middle(a, y) || middle(b, x) {
        return Given::Middle;
    }
    first
}

fn family_words(a: &Token, b: &Token) -> Family {
    if a.plain == b.plain {
        return Family::Exact;
    }
    if a.is_initial() || b.is_initial() {
        return if a.first() == b.first() { Family::Initial } else { Family::Conflict };
    }
    if a.loose == b.loose || a.ocr == b.ocr || share(lexicon::surname_groups(&a.plain), lexicon::surname_groups(&b.plain)) {
        return Family::Variant;
    }
    let short = a.plain.len().min(b.plain.len());
    if (short >= 4 && one_slip(&a.plain, &b.plain)) || (short >= 8 && strsim::osa_distance(&a.plain, &b.plain) <= 2) {
        return Family::Near;
    }
    Family::Conflict
}

fn family(a: &Folded, b: &Folded) -> Family {
    let (Some(x), Some(y)) = (&a.family_whole, &b.family_whole) else {
        return Family::Missing;
    };
    let whole = family_words(x, y);
    if whole >= Family::Variant || (a.family.len() < 2 && b.family.len() < 2) {
        return whole;
    }
    let telling = |t: &&Token| !lexicon::is_particle(&t.plain) && !t.is_initial();
    let part =
        a.family.iter().filter(telling).any(|s| b.family.iter().filter(telling).any(|t| family_words(s, t) >= Family::Variant));
    if part { Family::Part } else { whole }
}

fn same_words(a: &Folded, b: &Folded) -> bool {
    let list = |f: &Folded| {
        let mut v: Vec<String> = f.given.iter().chain(&f.family).map(|t| t.loose.clone()).collect();
        v.sort();
        v
    };
    a.is_full() && b.is_full() && a.given.len() + a.family.len() == b.given.len() + b.family.len() && list(a) == list(b)
}

fn exchanged(a: &Folded, b: &Folded) -> bool {
    let cross =
        |a: &Folded, b: &Folded| match (a.first_given(), a.family_whole.as_ref(), b.first_given(), b.family_whole.as_ref()) {
            (Some(ag), Some(af), Some(bg), Some(bf)) => {
                !ag.is_initial() && !af.is_initial() && ag.loose == bf.loose && af.loose == bg.loose
            }
            _ => false,
        };
    cross(a, b) || same_words(a, b)
}

fn pair(a: &Folded, b: &Folded, nicknames: &[String]) -> Names {
    let mut given = given(a, b, nicknames);
    let mut family = family(a, b);
    let mut swapped = false;
    if (given < Given::Initial || family < Family::Initial) && exchanged(a, b) {
        (given, family, swapped) = (Given::Exact, Family::Exact, true);
    }
    // A bare word may be a given name: `Peggy`.
    if b.given.is_empty()
        && b.guessed
        && family == Family::Conflict
        && let (Some(g), Some(w)) = (a.first_given(), b.family_whole.as_ref())
        && given_words(g, w, || share(lexicon::variant_groups(&g.plain), lexicon::variant_groups(&w.plain))) >= Given::Variant
    {
        (given, family) = (Given::Exact, Family::Missing);
    }
    let middle = match (a.given.get(1), b.given.get(1)) {
        (Some(x), Some(y)) if given != Given::Middle && !swapped => Some(
            x.first() == y.first() && (x.is_initial() || y.is_initial() || x.plain == y.plain || one_slip(&x.plain, &y.plain)),
        ),
        _ => None,
    };
    // `Baby Girl A` and `Baby Girl B`.
    let letter = |f: &Folded| f.given.last().filter(|t| t.is_initial()).and_then(Token::first);
    let middle = match (a.placeholder, b.placeholder, letter(a), letter(b)) {
        (Some(Placeholder::Baby), Some(Placeholder::Baby), Some(x), Some(y)) => Some(x == y),
        _ => middle,
    };
    let middle_full = middle == Some(true)
        && a.given.get(1).is_some_and(|t| !t.is_initial())
        && b.given.get(1).is_some_and(|t| !t.is_initial());
    let generation = a.generation.zip(b.generation).map(|(x, y)| x == y);
    Names {
        given,
        family,
        middle,
        middle_full,
        swapped,
        former: false,
        generation,
        generation_one_sided: a.generation.is_some() != b.generation.is_some(),
        frequent: a.is_frequent() || b.is_frequent(),
        candidate_placeholder: false,
        reference_placeholder: false,
        newborn: false,
    }
}

/// Compares every name of the reference with every name of the candidate and gives the best pair.
pub fn names(reference: &Facts, candidate: &Facts) -> Names {
    let mut best: Option<Names> = None;
    let score = |n: &Names| (n.given as u8) * 2 + (n.family as u8) * 3 + u8::from(n.middle != Some(false));
    // A newborn's stand-in beside the real name says nothing about who has another real name.
    let real = |f: &Facts| f.names.iter().chain(&f.former).any(|n| n.placeholder.is_none());
    let both_real = real(reference) && real(candidate);
    for c in candidate.names.iter().chain(&candidate.former) {
        let current = reference.names.iter().map(|r| (r, false));
        for (r, former) in current.chain(reference.former.iter().map(|r| (r, true))) {
            let mut n = pair(r, c, &reference.nicknames);
            n.former = former;
            // Married names keep the given names: a former name may be told by its family name alone.
            if former && n.given == Given::Missing && n.family >= Family::Variant {
                n.given = reference.names.iter().map(|r| given(r, c, &reference.nicknames)).max().unwrap_or(Given::Missing);
            }
            let doe = |n: &Folded, f: &Facts, other: &Folded| n.is_doe() && (f.dob.is_some() || other.is_doe());
            let c_stand_in = c.placeholder.is_some() && !doe(c, candidate, r);
            let r_stand_in = r.placeholder.is_some() && !doe(r, reference, c);
            let equal_placeholder = r_stand_in && c_stand_in;
            let same_name = n.given == Given::Exact && n.family == Family::Exact;
            if both_real && (r_stand_in || c_stand_in) && !(same_name && n.middle != Some(false)) {
                continue;
            }
            if !same_name || equal_placeholder {
                n.candidate_placeholder = c_stand_in;
                n.newborn = c.placeholder == Some(Placeholder::Baby) && r.placeholder.is_none();
                n.reference_placeholder = r_stand_in;
            }
            if best.as_ref().is_none_or(|b| score(&n) > score(b)) {
                best = Some(n);
            }
        }
    }
    best.unwrap_or(Names {
        given: Given::Missing,
        family: Family::Missing,
        middle: None,
        middle_full: false,
        swapped: false,
        former: false,
        generation: None,
        generation_one_sided: false,
        frequent: false,
        candidate_placeholder: false,
        reference_placeholder: false,
        newborn: false,
    })
}

/// Agreement of birth dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Birth {
    /// Equal and complete.
    Exact,
    /// Day and month exchanged.
    Swapped,
    /// One digit differs, or two neighbouring digits are exchanged.
    Slip,
    /// As far as both are complete they agree.
    Partial,
    /// A side has none.
    Missing,
    /// Different.
    Conflict,
}

/// Compares birth dates.
pub fn birth(a: Option<&Dob>, b: Option<&Dob>) -> Birth {
    let (Some(a), Some(b)) = (a, b) else {
        return Birth::Missing;
    };
    if !a.is_full() || !b.is_full() {
        let months_known = a.month > 0 && b.month > 0;
        return if a.year == b.year && (!months_known || a.month == b.month) { Birth::Partial } else { Birth::Conflict };
    }
    if a == b {
        return Birth::Exact;
    }
    if a.year == b.year && a.month == b.day && a.day == b.month {
        return Birth::Swapped;
    }
    let text = |d: &Dob| {
        let mut out = [0u8; 8];
        let mut n = u32::from(d.year) * 10_000 + u32::from(d.month) * 100 + u32::from(d.day);
        for slot in out.iter_mut().rev() {
            *slot = (n % 10) as u8;
            n /= 10;
        }
        out
    };
    let (x, y) = (text(a), text(b));
    let mut differing = (0..8usize).filter(|i| x.get(*i) != y.get(*i));
    match (differing.next(), differing.next(), differing.next()) {
        (Some(_), None, _) => Birth::Slip,
        (Some(i), Some(j), None) if j == i + 1 && x.get(i) == y.get(j) && x.get(j) == y.get(i) => Birth::Slip,
        _ => Birth::Conflict,
    }
}

/// Agreement of addresses, phones, e-mails: the best pair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Home {
    /// Both told, nothing in common.
    Differs,
    /// Other state or postal region as well.
    Missing,
    /// Same postal code or town only.
    Area,
    /// Same dwelling.
    Same,
}

fn place(a: &Place, b: &Place) -> Home {
    let eq = |x: &str, y: &str| !x.is_empty() && x == y;
    let street = a.street.iter().any(|s| b.street.contains(s));
    let number = eq(&super::fold::ocr(&a.number), &super::fold::ocr(&b.number));
    let area =
        eq(&a.postal, &b.postal) || (eq(&a.city, &b.city) && (a.state == b.state || a.state.is_empty() || b.state.is_empty()));
    let area_open = (a.postal.is_empty() || b.postal.is_empty()) && (a.city.is_empty() || b.city.is_empty());
    let numberless = a.number.is_empty() && b.number.is_empty();
    if street && (number || numberless) && (area || area_open) {
        return Home::Same;
    }
    if area { Home::Area } else { Home::Differs }
}

/// Compares addresses.
pub fn home(a: &Facts, b: &Facts) -> Home {
    if a.places.is_empty() || b.places.is_empty() {
        return Home::Missing;
    }
    a.places.iter().flat_map(|x| b.places.iter().map(move |y| place(x, y))).max().unwrap_or(Home::Missing)
}

/// Agreement of identifiers, over all pairs of one assigner.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ids {
    /// A record or national number of one assigner is equal.
    pub equal: bool,
    /// A national number is equal.
    pub national_equal: bool,
    /// One slip apart.
    pub near: bool,
    /// A record number of one assigner differs.
    pub conflict: bool,
    /// National numbers differ.
    pub national_conflict: bool,
    /// Insurance member number is equal.
    pub member_equal: bool,
    /// Same policy, other member.
    pub member_other: bool,
    /// Provider number is equal.
    pub npi_equal: bool,
}

/// Compares identifiers.
pub fn ids(a: &Facts, b: &Facts) -> Ids {
    let mut out = Ids::default();
    for x in a.ids.iter().take(64) {
        let mut best: Option<u8> = None; // 0 differs, 1 near, 2 equal
        for y in b.ids.iter().take(64).filter(|y| x.same_assigner(y)) {
            let level = match () {
                () if x.value == y.value => 2,
                () if x.class == IdClass::Member && same_policy(x, y) => 0,
                () if x.value.len() >= 5 && one_slip(&x.value, &y.value) => 1,
                () => 0,
            };
            if x.class == IdClass::Member && level == 0 && same_policy(x, y) {
                out.member_other = true;
            }
            best = Some(best.map_or(level, |b| b.max(level)));
        }
        match (x.class, best) {
            (_, None) | (IdClass::Episode, Some(0 | 1)) | (IdClass::Member, Some(0 | 1)) => {}
            (IdClass::Member, Some(_)) => out.member_equal = true,
            (IdClass::Npi, Some(2)) => out.npi_equal = true,
            (IdClass::Npi, Some(_)) => out.conflict = true,
            (class, Some(2)) => {
                out.equal = true;
                out.national_equal |= class == IdClass::National;
            }
            (_, Some(1)) => out.near = true,
            (class, Some(_)) => {
                out.conflict = true;
                out.national_conflict |= class == IdClass::National;
            }
        }
    }
    out
}

/// Member numbers that differ in the last two digits only (dependant suffix).
fn same_policy(x: &Id, y: &Id) -> bool {
    let stem = |v: &str| v.char_indices().rev().nth(1).map(|(i, _)| v[..i].to_string());
    x.value.len() == y.value.len() && x.value.len() >= 6 && x.value != y.value && stem(&x.value) == stem(&y.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Facts { names: vec![Folded::of_text(text)], ..Facts::default() }
    }

    #[test]
    fn given_levels() {
        for (a, b, level) in [
            ("Robert Roe", "Roberta Roe", Given::NearOther),
            ("Michael Roe", "Michelle Roe", Given::NearOther),
            ("William Roe", "Bill Roe", Given::Variant),
            ("John Roe", "James Roe", Given::Conflict),
            ("John Roe", "Jphn Roe", Given::Near),
            ("J Roe", "John Roe", Given::Initial),
            ("Ana Luisa Roe", "Luisa Roe", Given::Middle),
            ("John Roe", "Roe", Given::Missing),
        ] {
            assert_eq!(names(&facts(a), &facts(b)).given, level, "{a} / {b}");
        }
    }

    #[test]
    fn family_levels_and_order() {
        assert_eq!(names(&facts("Ana Roe-Poe"), &facts("Ana Poe")).family, Family::Part);
        assert!(names(&facts("Van An Nguyen"), &facts("Nguyen Van An")).swapped);
        assert_eq!(names(&facts("Ana Müller"), &facts("Ana Mueller")).family, Family::Variant);
        assert_eq!(names(&facts("Ana Roe"), &facts("Ana Poe")).family, Family::Conflict);
    }

    #[test]
    fn birth_levels() {
        let d = |t| Dob::parse(t);
        let b = |x, y| birth(d(x).as_ref(), d(y).as_ref());
        assert_eq!(b("1980-04-12", "1980-12-04"), Birth::Swapped);
        assert_eq!(b("1980-04-12", "1981-04-12"), Birth::Slip);
        assert_eq!(b("1980-04-12", "1908-04-12"), Birth::Slip);
        assert_eq!(b("1980-04-12", "1980"), Birth::Partial);
        assert_eq!(b("1980-04-12", "1979"), Birth::Conflict);
        assert_eq!(b("1980-04-12", "1900-01-01"), Birth::Missing);
        assert_eq!(b("1980-04-12", "1952-01-30"), Birth::Conflict);
    }
}
