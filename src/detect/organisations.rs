//! Organisations, facilities, products and days that are written like somebody's name.

use super::cues::{credential, is_institution_head, kin, title};
use super::name_read::Read;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, ShortMap};
use std::sync::LazyLock;

/// Phrases by their first word.
type Phrases = ShortMap<Vec<Vec<&'static str>>>;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| phrases(include_str!("lists/things.txt")));
/// Lists that are evidence only: houses, towns, and eponyms that are somebody's name far more often.
static KINDS: LazyLock<[(&str, Phrases); 3]> = LazyLock::new(|| {
    [
        ("house", phrases(include_str!("lists/houses.txt"))),
        ("town", phrases(include_str!("lists/towns.txt"))),
        ("eponym-name", phrases(include_str!("lists/eponyms_names.txt"))),
    ]
});

fn phrases(list: &'static str) -> Phrases {
    let mut map = Phrases::default();
    for line in list.lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&'static str> = line.split(' ').collect();
        if let Some(first) = words.first().copied() {
            map.entry(first).or_default().push(words);
        }
    }
    map
}

/// Longest reach back of a phrase that may hold a name.
const REACH: usize = 3;
/// Tokens from the last partner of a firm back to the first.
const PARTNERS: usize = 7;

/// What stands over token `i` that many people are called, too, and of how many words: an insurer, maker, shop or hospital; a town.
pub fn kinds(t: &Tokens, i: usize) -> impl Iterator<Item = (&'static str, usize)> {
    KINDS.iter().filter_map(move |(kind, phrases)| {
        let over = |k: usize| {
            let all = phrases.get(t.low(k)).into_iter().flatten();
            all.map(|p| covers(t, k, p)).filter(|n| k + n > i).max()
        };
        let words = (i.saturating_sub(REACH)..=i).filter_map(over).max()?;
        Some((*kind, words))
    })
}

/// The token at which a listed thing begins that covers the first or last word of `first..next`.
pub fn listed(t: &Tokens, first: usize, next: usize) -> Option<usize> {
    (first.saturating_sub(REACH)..next).find(|k| {
        PHRASES.get(t.low(*k)).is_some_and(|phrases| {
            phrases.iter().any(|p| {
                let n = covers(t, *k, p);
                n > 0 && k + n > first
            })
        })
    })
}

/// How many tokens the phrase takes at token `k`; 0 when it does not stand there. A possessive is part of its word.
fn covers(t: &Tokens, k: usize, phrase: &[&str]) -> usize {
    let mut at = k;
    let mut words = phrase.iter().peekable();
    while let Some(word) = words.next() {
        if t.low(at) != *word {
            return 0;
        }
        if words.next_if(|w| **w == "'s").is_some() && !t.get(at).is_some_and(|x| x.possessive) {
            return 0;
        }
        at += 1;
    }
    at - k
}

/// True for a name that is a part of an organisation's: `Percy & Sons`, `Law Offices of Pratt`, `firm of Gill`. `strong`: a title, kin word or
/// credential stands beside it.
pub fn is_organisation(t: &Tokens, read: &Read, strong: bool) -> bool {
    let n = read.next;
    // `Percy & Sons Glazing`, `Baker and Sons`
    let joined = t.is(n, '&') || t.low(n) == "and" && t.is_capital(n + 1);
    if joined && matches!(t.low(n + 1), "sons" | "son" | "daughters" | "co" | "company" | "associates" | "partners" | "bros") {
        return true;
    }
    // `Lindqvist Dole PLLC`, `Rita Furtado Law Offices`
    let lawful = t.low(n) == "law" && matches!(t.low(n + 1), "office" | "offices" | "firm" | "group");
    let company = matches!(t.low(n), "pllc" | "llp" | "llc" | "inc" | "ltd" | "plc" | "gmbh");
    if !strong && (lawful || company) {
        return true;
    }
    // `the firm of Gill, Ives & Thorne`: back over the partners.
    let mut of = read.first.wrapping_sub(1);
    let partner = |k: usize| t.is(k, ',') || t.is(k, '&') || t.shape(k) == Some(Shape::Cap);
    if t.is(of, '&') || t.is(n, '&') || t.is(n, ',') && t.is(n + 2, '&') {
        while of < t.list.len() && read.first - of <= PARTNERS && partner(of) {
            of = of.wrapping_sub(1);
        }
    }
    if strong || t.low(of) != "of" {
        return false;
    }
    let head = of.checked_sub(1).map_or("", |k| t.low(k));
    let law = of >= 2 && t.low(of - 2) == "law" && matches!(head, "office" | "offices");
    law || matches!(head, "firm" | "university" | "college" | "diocese" | "archdiocese" | "port" | "isle" | "town" | "village")
}

/// `Linda Creed Breast Center`, `Harriet Boone Recovery Foundation`: plain words with capitals between the name and what ends the name of a house.
pub fn heads_house(t: &Tokens, read: &Read) -> bool {
    let mut k = read.next;
    while k < read.next + 3 && t.shape(k) == Some(Shape::Cap) && !t.begins_column(k) {
        let low = t.low(k);
        if k > read.next && (is_institution_head(low) || matches!(low, "nurses" | "therapy" | "services" | "group")) {
            return true;
        }
        if t.like(k) != NameLike::Word || credential(t.word(k)).is_some() || title(low).is_some() || kin(low).is_some() {
            return false;
        }
        k += 1;
    }
    false
}

/// `at Payne Whitney`, `discharged to Gaylord`: where somebody is, not who; `laughed at Nora` and `at Maria's` are people.
pub fn is_where(t: &Tokens, read: &Read) -> bool {
    let Some(k) = read.first.checked_sub(1) else { return false };
    let before = k.checked_sub(1).map_or("", |j| t.low(j));
    let owns = |i: usize| t.get(i).is_some_and(|x| x.possessive);
    if owns(read.next.wrapping_sub(1)) || t.low(read.next) == "and" && owns(read.next + 1) {
        return false;
    }
    match t.low(k) {
        "at" => {
            let felt =
                ["yell", "look", "laugh", "smil", "scream", "shout", "swear", "swore", "swung", "hit", "thr", "aim", "glar"];
            let toward =
                ["point", "wav", "star", "mad", "ang", "upset", "rag", "furious", "grin", "snap", "lung", "spit", "curs"];
            !felt.iter().chain(&toward).any(|w| before.starts_with(w)) && t.is_capital(read.first)
        }
        "to" | "from" => {
            matches!(before, "admitted" | "discharged" | "transported" | "flown" | "airlifted" | "dc" | "dcd" | "medevaced")
                && t.is_capital(read.first)
        }
        _ => false,
    }
}

/// `June 18`, `May 8;`: a day, and nobody of that age.
pub fn is_day(t: &Tokens, read: &Read) -> bool {
    let n = read.next;
    let month = read.words == 1
        && matches!(t.low(read.first), "april" | "may" | "june" | "august" | "march" | "january" | "jan" | "july" | "augustus");
    let day = t.shape(n) == Some(Shape::Number) && t.word(n).parse::<u8>().is_ok_and(|d| (1..=31).contains(&d));
    if !month || !day || t.begins_column(n) && !t.begins_line(read.first) {
        return false;
    }
    // `April 29 F`, `June 31 yo`
    let aged =
        matches!(t.low(n + 1), "f" | "m" | "y" | "yo" | "yrs" | "yr" | "years" | "year" | "female" | "male" | "woman" | "man");
    let range = t.is(n + 1, '/') || t.is(n + 1, '-') && t.shape(n + 2) == Some(Shape::Number);
    !aged && !range
}

#[cfg(test)]
mod tests {
    use super::{Tokens, kinds};
    use crate::detect::{Context, discover};
    use crate::model::mention::{Category, Who};
    use crate::model::request::Identity;
    use crate::model::role::Role;

    fn names(text: &str) -> Vec<&str> {
        let found = discover(text, &Context::default(), &Identity::default());
        let person = |m: &&crate::model::mention::Mention| m.category == Category::Name && m.who != Who::New(Role::Organization);
        found.iter().filter(person).map(|m| &text[m.start..m.end]).collect()
    }

    #[test]
    fn houses_and_towns_are_known_by_name() {
        let at = |text: &str, word: &str| {
            let t = Tokens::new(text);
            kinds(&t, t.index_at(text.find(word).unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(at("O2: Lincare came", "Lincare"), [("house", 1)]);
        assert_eq!(at("ride with Elara Caring, her niece", "Caring"), [("house", 2)]);
        assert_eq!(at("lab of King Soopers", "lab"), []);
        assert_eq!(at("from Fry's pharmacy", "Fry"), [("house", 1)]);
        assert_eq!(at("flew to Port of Spain", "Spain"), [("town", 3)]);
    }

    #[test]
    fn organisations_that_are_called_like_people_are_nobody() {
        for text in [
            "Home O2 from Lincare, dialysis at DaVita.",
            "Works for Percy & Sons Glazing.",
            "Copy to the Law Offices of Pratt.",
            "Copy to the Law Offices of Pratt, Bishop & Moon.",
            "For the father: the firm of Gill, Ives & Thorne.",
            "Counsel is Lindqvist Dole PLLC.",
            "Transfer from Sheppard Pratt on Monday.",
            "Admitted to the Kirkwood Wing.",
            "Brought in by Gunderson Ambulance.",
            "Seen at the John L. McClellan VAMC.",
            "Old films are at Payne Whitney.",
            "She was discharged to Gaylord.",
            "Mammogram done, Linda Creed Breast Center.",
            "18 Fr Blake drain placed.",
        ] {
            assert_eq!(names(text), Vec::<&str>::new(), "{text}");
        }
        // A person with a title or a ward's number is one all the same.
        assert_eq!(names("Dr. Kaiser will call."), ["Kaiser"]);
        assert_eq!(names("Law Offices of Pratt, Maria Diaz called."), ["Maria Diaz"]);
        assert_eq!(names("The firm of Gill & Ives, Maria Diaz called."), ["Maria Diaz"]);
        assert_eq!(names("He yelled at Nora."), ["Nora"]);
        assert_eq!(names("Spoke with nurse Okoye on Ward 5."), ["Okoye"]);
    }

    #[test]
    fn a_month_before_a_day_is_nobody() {
        assert_eq!(names("Labs drawn.\nJune 18   INR 3.8"), Vec::<&str>::new());
    }
}
