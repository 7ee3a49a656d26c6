//! All the ways in which a person's known values are written, folded for search.

use super::fold::folded;
use super::identity::{family_forms, given_tokens, phone_key, split_text};
use super::nicknames;
use super::words::{NameLike, is_bare_eponym, name_like};
use crate::model::mention::Category;
use crate::model::person::{Address, Identifier, Name};
use crate::model::roster::Person;

/// How much a variant tells by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A family name alone.
    Family,
    /// A middle name alone.
    Middle,
    /// A given name alone.
    Given,
    /// A short form alone.
    Nick,
    /// An initial or initials with the family name.
    Initial,
    /// Given and family name.
    Full,
    /// A user name made from the name; for ids, URLs and e-mails only.
    Login,
    /// E-mail, identifier, address, birth date.
    Value(Category),
}

/// One folded text to look for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variant {
    /// The folded text.
    pub text: String,
    /// What it tells.
    pub kind: Kind,
    /// True when each word in it is also a word of the language, so that a person cue must stand beside it.
    pub needs_cue: bool,
    /// A word without blank that is in every place where the variant is; the quick search looks for these.
    pub anchor: String,
}

fn push(out: &mut Vec<Variant>, text: String, kind: Kind) {
    if text.len() < 2 {
        return;
    }
    let anchor = match kind {
        Kind::Value(_) => anchor_of_value(&text),
        _ => anchor_of_name(&text),
    };
    if anchor.is_empty() {
        return;
    }
    let needs_cue = matches!(kind, Kind::Family | Kind::Middle | Kind::Given | Kind::Nick) && text.split(' ').all(means_more);
    out.push(Variant { text, kind, needs_cue, anchor });
}

/// True for a word that is not only a name.
fn means_more(word: &str) -> bool {
    is_bare_eponym(word) || !matches!(name_like(word), NameLike::Name | NameLike::Unknown)
}

/// True when a name without a surname is made of words that mean something else, too (`Title Page`): in small letters it is nobody's.
pub fn is_of_words(name: &Name) -> bool {
    name.family.is_empty() && !name.given.is_empty() && name.given.iter().flat_map(|g| given_tokens(g)).all(|w| means_more(&w))
}

/// The longest word.
fn anchor_of_name(text: &str) -> String {
    text.split([' ', ',', '.']).max_by_key(|w| w.len()).unwrap_or("").to_string()
}

/// The longest word that is no street type.
fn anchor_of_value(text: &str) -> String {
    const COMMON: &[&str] = &[
        "street",
        "avenue",
        "road",
        "drive",
        "lane",
        "north",
        "south",
        "east",
        "west",
        "court",
        "boulevard",
        "suite",
        "apartment",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    text.split(' ').filter(|w| !COMMON.contains(w)).max_by_key(|w| w.len()).unwrap_or("").to_string()
}

/// Every variant of a person's names.
fn of_name(name: &Name, out: &mut Vec<Variant>) {
    let parsed;
    let name = if name.family.is_empty() && name.given.is_empty() {
        if folded(&name.text).is_empty() {
            return;
        }
        // One word alone tells as little as a family name, however it came.
        let whole = folded(&name.text);
        push(out, whole.clone(), if whole.contains([' ', ',', '^', '-']) { Kind::Full } else { Kind::Family });
        parsed = split_text(&name.text);
        &parsed
    } else {
        name
    };
    let family = folded(&name.family);
    let givens: Vec<String> = name.given.iter().flat_map(|g| given_tokens(g)).collect();
    if !name.text.is_empty() && folded(&name.text).contains(' ') {
        push(out, folded(&name.text), Kind::Full);
    }
    let families: Vec<String> = family_forms(&name.family).into_iter().filter(|f| f.len() >= 2).collect();
    for f in &families {
        // A part of a double name counts as the family name; a particle alone does not.
        push(out, f.clone(), Kind::Family);
    }
    let Some(first) = givens.first() else { return };
    let whole_given = folded(&name.given.join(" "));
    if first.chars().count() > 1 {
        push(out, first.clone(), Kind::Given);
    }
    for middle in givens.iter().skip(1).filter(|m| m.chars().count() > 2) {
        push(out, middle.clone(), Kind::Middle);
    }
    if family.is_empty() {
        // `Ann Marie` of whom no surname is known: both words together are the name wherever they stand.
        if whole_given.contains(' ') {
            push(out, whole_given, Kind::Full);
            if let Some(v) = out.last_mut() {
                v.needs_cue = v.text.split(' ').all(means_more);
            }
        }
        return;
    }
    let mut firsts: Vec<(String, Kind)> = vec![(first.clone(), Kind::Full), (whole_given.clone(), Kind::Full)];
    if let Some(middle) = givens.get(1) {
        firsts.push((middle.clone(), Kind::Full));
        if let Some(m) = middle.chars().next() {
            firsts.push((format!("{first} {m}"), Kind::Full));
            firsts.push((format!("{first} {m}."), Kind::Full));
        }
        firsts.push((format!("{first} {middle}"), Kind::Full));
        if let Some(f) = first.chars().next() {
            firsts.push((format!("{f}. {middle}"), Kind::Full));
            firsts.push((format!("{f} {middle}"), Kind::Full));
        }
    }
    for nick in nicknames::forms(first) {
        firsts.push((nick.to_string(), Kind::Full));
    }
    let initials: Vec<char> = givens.iter().filter_map(|g| g.chars().next()).collect();
    if let Some(f) = initials.first() {
        firsts.push((format!("{f}"), Kind::Initial));
        firsts.push((format!("{f}."), Kind::Initial));
        if let Some(m) = initials.get(1) {
            firsts.push((format!("{f}{m}"), Kind::Initial));
            firsts.push((format!("{f}. {m}."), Kind::Initial));
            firsts.push((format!("{f}.{m}."), Kind::Initial));
            firsts.push((format!("{f} {m}"), Kind::Initial));
        }
    }
    for (given, kind) in &firsts {
        for f in &families {
            push(out, format!("{given} {f}"), *kind);
            push(out, format!("{f}, {given}"), *kind);
            push(out, format!("{f},{given}"), *kind);
            if *kind == Kind::Full {
                push(out, format!("{f} {given}"), *kind);
                push(out, format!("{f}^{given}"), *kind);
                push(out, format!("{given}.{f}"), *kind);
            } else if given.ends_with('.') {
                push(out, format!("{given}{f}"), *kind);
            }
        }
    }
    for nick in nicknames::forms(first) {
        if nick.len() > 2 {
            push(out, nick.to_string(), Kind::Nick);
        }
    }
    logins(first, initials.first().copied(), &families, out);
}

/// `jsmith`, `smithj`, `john.smith`, `john_smith`, `johnsmith`.
fn logins(first: &str, initial: Option<char>, families: &[String], out: &mut Vec<Variant>) {
    let Some(initial) = initial else { return };
    for f in families {
        let f: String = f.chars().filter(|c| c.is_alphanumeric()).collect();
        if f.len() < 3 {
            continue;
        }
        for text in [
            format!("{initial}{f}"),
            format!("{f}{initial}"),
            format!("{first}.{f}"),
            format!("{first}_{f}"),
            format!("{first}-{f}"),
            format!("{f}-{first}"),
            format!("{f}_{first}"),
            format!("{f}.{first}"),
            format!("{first}{f}"),
            format!("{f}{first}"),
            format!("{first}+{f}"),
            format!("{first}%20{f}"),
            format!("{initial}.{f}"),
            format!("{initial}_{f}"),
        ] {
            if text.len() >= 5 {
                push(out, text, Kind::Login);
            }
        }
    }
}

/// Category of an identifier by type code and system.
pub fn id_category(id: &Identifier) -> Category {
    let system = id.system.to_lowercase();
    match id.kind.as_str() {
        "MR" | "PI" | "PT" | "MRT" => Category::Mrn,
        "SS" | "TAX" => Category::Ssn,
        "NPI" => Category::Npi,
        "DL" | "MD" | "LN" | "DEA" | "RN" | "DN" => Category::License,
        "MB" | "MC" | "SN" | "MA" | "NH" => Category::MemberId,
        "AN" | "BA" => Category::Account,
        _ if system.contains("us-npi") || system.ends_with("113883.4.6") => Category::Npi,
        _ if system.contains("us-ssn") || system.ends_with("113883.4.1") => Category::Ssn,
        _ => Category::OtherId,
    }
}

fn of_address(a: &Address, out: &mut Vec<Variant>) {
    for line in &a.lines {
        let l = folded(line);
        // A line without a number (`Attn`, `Apt B`) or too short is no evidence.
        if l.len() < 6 || !l.chars().any(|c| c.is_ascii_digit()) || !l.contains(' ') {
            continue;
        }
        push(out, l.clone(), Kind::Value(Category::Address));
        let city = folded(&a.city);
        if !city.is_empty() {
            push(out, format!("{l}, {city}"), Kind::Value(Category::Address));
            push(out, format!("{l} {city}"), Kind::Value(Category::Address));
            if !a.state.is_empty() {
                push(
                    out,
                    format!("{l}, {city}, {} {}", folded(&a.state), folded(&a.postal_code)).trim().to_string(),
                    Kind::Value(Category::Address),
                );
                push(
                    out,
                    format!("{l}, {city} {} {}", folded(&a.state), folded(&a.postal_code)).trim().to_string(),
                    Kind::Value(Category::Address),
                );
            }
        }
    }
    let whole = folded(&a.text);
    if whole.len() >= 8 && whole.chars().any(|c| c.is_ascii_digit()) {
        push(out, whole, Kind::Value(Category::Address));
    }
}

/// Everything about a person but digits that are written with free punctuation (see [`digits_of`]).
pub fn of_person(p: &Person) -> Vec<Variant> {
    let mut out = Vec::new();
    for name in &p.names {
        of_name(name, &mut out);
    }
    for t in &p.telecoms {
        if t.value.contains('@') {
            push(&mut out, folded(&t.value), Kind::Value(Category::Email));
        } else if t.system == "url" && t.value.len() >= 8 {
            push(&mut out, folded(&t.value), Kind::Value(Category::Url));
        }
    }
    for id in &p.identifiers {
        let v = folded(&id.value);
        if v.len() >= 5 && v.chars().any(|c| c.is_ascii_digit()) {
            push(&mut out, v, Kind::Value(id_category(id)));
        }
    }
    for a in &p.addresses {
        of_address(a, &mut out);
    }
    for d in &p.birth_dates {
        for v in super::dates::variants(d) {
            push(&mut out, v, Kind::Value(Category::DateOfBirth));
        }
    }
    out
}

/// Digit strings to be found with any punctuation between: the last ten digits of phones, nine-digit numbers.
pub fn digits_of(p: &Person) -> Vec<(String, Category)> {
    let mut out = Vec::new();
    for t in p.telecoms.iter().filter(|t| !t.value.contains('@') && t.system != "url") {
        let key = phone_key(&t.value);
        if key.len() >= 7 && key.bytes().any(|b| b != b'0') {
            out.push((key, if t.system == "fax" { Category::Fax } else { Category::Phone }));
        }
    }
    for id in &p.identifiers {
        let category = id_category(id);
        let plain: String = id.value.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
        if plain.len() == 9 && plain.bytes().all(|b| b.is_ascii_digit()) {
            out.push((plain, category));
        }
    }
    out
}
