//! Things that bear a person's name: institutions, companies, brands; diseases, signs, instruments, streets; pets.

use super::cues::{is_eponym_head, is_institution_head, title};
use super::evidence::{Evidence, credential_at};
use super::name_read::Read;
use super::organisations::{heads_house, is_day, is_organisation, is_where, listed};
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, ShortSet, folded_like, is_bare_eponym, is_eponym, is_given, is_shared_eponym};
use std::sync::LazyLock;

/// True when what was read as a name is no person here.
pub fn is_thing(t: &Tokens, read: &Read, e: &Evidence) -> bool {
    let n = read.next;
    let after = t.low(n);
    let last = t.low(n.wrapping_sub(1));
    let possessive = t.get(n.wrapping_sub(1)).is_some_and(|x| x.possessive);
    let strong = e.titled || e.kin.is_some() || e.credential.is_some();
    let whole = read.words > 1 && is_given(t.low(read.first));
    if let Some(at) = listed(t, read.first, n)
        && (!strong || at < read.first)
    {
        return true;
    }
    if !t.ends_line(n) && !e.titled && credential_at(t, n).is_none() {
        let house = possessive && matches!(after, "house" | "office" | "clinic" | "group" | "place" | "number" | "phone");
        let small = t.shape(n) == Some(Shape::Lower);
        let house = house || goes_on(t, n) && !is_eponym(last) && !is_shared_eponym(last) && is_somebody(t, n - 1, e);
        // `Yianni HIGH risk`
        let level = after == "high" && t.shape(n) != Some(Shape::Cap);
        // In the next column, or with a number, it tells where somebody is: `Patel   Clinic 4`, `Okoye Ward 5`.
        let apart = t.begins_column(n) || is_part_of_house(after) && matches!(t.shape(n + 1), Some(Shape::Number | Shape::Mixed));
        if is_institution_head(after) && !house && !level && !apart && (!small || !whole && !strong) {
            return true;
        }
        if is_eponym_head(after) && after != "high" && !house && (is_eponym(last) || !whole && !strong) {
            return true;
        }
    }
    if is_organisation(t, read, strong)
        || !strong && (is_day(t, read) || !e.any() && e.role.is_none() && (is_where(t, read) || heads_house(t, read)))
    {
        return true;
    }
    // `from St. Martin Head Start`, `at Maison St. Rose`: saints give their names to places, and few people in notes are saints.
    let saint = |k: usize| matches!(t.low(k), "st" | "ste" | "saint" | "san" | "santa") && t.is_capital(k);
    let before = read.first.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
    // `Genevieve St. Clair`
    let called = before.and_then(|k| k.checked_sub(1)).is_some_and(|k| {
        let k = if t.shape(k) == Some(Shape::Break) { k.saturating_sub(1) } else { k };
        t.is_capital(k) && is_given(t.low(k))
    });
    if !strong && !called && (before.is_some_and(saint) || saint(read.first) && !is_given(t.low(read.first))) && !whole {
        return true;
    }
    // `(Marietta office)`: a town.
    if !strong
        && !possessive
        && matches!(after, "office" | "location" | "branch" | "campus" | "site" | "er" | "ed")
        && read.words == 1
    {
        return true;
    }
    // `Will need home oxygen`, `Hope to discharge`: a verb that opens a sentence without a subject.
    if read.words == 1 && !strong && is_bare_verb(t, read.first, n) {
        return true;
    }
    // `Ward 7`, `Ward | seven`
    if read.words == 1
        && !e.titled
        && matches!(last, "ward" | "wing")
        && is_numeral(t, n + usize::from(t.shape(n) == Some(Shape::Break)))
    {
        return true;
    }
    // `ligament of Berry`, `circle of Willis`
    if read.first >= 2 && t.low(read.first - 1) == "of" && is_anatomical(t.low(read.first - 2)) && !e.titled {
        return true;
    }
    // `12 Martin Luther King Dr`, `12 Karen Lane`.
    if t.shape(read.first.wrapping_sub(1)) == Some(Shape::Number) && read.first > 0 && is_street_end(t, n) {
        return true;
    }
    if title(after).is_some_and(|_| after == "dr") && !t.is_capital(n + 1 + usize::from(t.is(n + 1, '.'))) && !strong {
        return true;
    }
    // `Allis and Babcock clamps`, `Kiwi/Simpson forceps`: one of several with one head.
    if read.words == 1
        && !strong
        && (is_eponym(last) || is_shared_eponym(last))
        && (t.is(n, '/') || t.is(n, ',') || after == "and" || after == "or")
        && t.is_capital(n + 1)
        && t.shape(n + 2) == Some(Shape::Lower)
        && is_eponym_head(t.low(n + 2))
    {
        return true;
    }
    // `Hasson trocar`, `Leopold vtx`
    if read.words == 1 && !strong && (is_eponym(last) || is_shared_eponym(last)) && is_thing_noun(t, n) {
        return true;
    }
    // `Veress, Hasson`: one of a list of such things.
    if read.words == 1 && !strong && is_shared_eponym(last) && e.role.is_none() && beside_eponym(t, read.first, n) {
        return true;
    }
    // `lost job at Casey's.`, `drives for Ralph's`: a shop.
    if possessive
        && !strong
        && !whole
        && matches!(t.shape(n), None | Some(Shape::Mark(_) | Shape::Break))
        && at_work(t, read.first)
    {
        return true;
    }
    if !strong && (has_result(t, n) && !whole && !t.ends_line(n)) {
        return true;
    }
    // `Gail 3.1`, `Cooper ligaments`
    let decimal = t.shape(n) == Some(Shape::Number)
        && t.is(n + 1, '.')
        && t.touches_next(n)
        && t.touches_next(n + 1)
        && t.shape(n + 2) == Some(Shape::Number)
        // `Buddy 505.555.0186`
        && t.word(n).len() <= 2
        && !(t.is(n + 3, '.') && t.touches_next(n + 2) && t.shape(n + 4) == Some(Shape::Number));
    let plural =
        t.shape(n) == Some(Shape::Lower) && after.strip_suffix('s').is_some_and(|w| is_eponym_head(w) || is_anatomical(w));
    if read.words == 1
        && !strong
        && (decimal
            || t.is(n + 1, '%') && t.shape(n) == Some(Shape::Number)
            || plural && (is_eponym(last) || is_shared_eponym(last)))
    {
        return true;
    }
    // `Bear (dog)`
    if t.is(n, '(') && is_animal(t.low(n + 1))
        || t.is(n, ',') && matches!(t.low(n + 1), "the" | "her" | "his" | "their" | "our" | "my") && is_animal(t.low(n + 2))
    {
        return true;
    }
    // `lives on Chester Nez rd`
    if !e.titled && is_road(after) && t.shape(n.wrapping_sub(1)) != Some(Shape::Break) {
        return true;
    }
    // `Plummer-Vinson`, `Kayser-Fleischer`
    if read.words == 1 && !strong && last.contains('-') && last.split('-').all(|p| is_eponym(p) || is_shared_eponym(p)) {
        return true;
    }
    // `Wagner 2`, `Ballard 39.`, `Bristol 4`: a scale with its value. People with their age are called by a first name.
    let graded = read.words == 1
        && !strong
        && !is_given(last)
        && (is_eponym(last) || is_shared_eponym(last) || super::words::is_surname(last))
        && !possessive
        && t.shape(n) == Some(Shape::Number)
        && t.word(n).len() <= 2
        && !t.begins_column(n)
        && !t.begins_line(read.first)
        && (t.ends_line(n + 1)
            || matches!(t.shape(n + 1), Some(Shape::Mark('.' | ',' | ';')))
            // `Waddell 3/5`, `Aldrete 7   PACU`
            || (is_eponym(last) || is_shared_eponym(last))
                && (t.ends_column(n + 1) || t.is(n + 1, '/') && t.shape(n + 2) == Some(Shape::Number)))
        && e.role.is_none();
    if graded {
        return true;
    }
    // `Mortuary: Borthwick`, `Ins: Florida Blue`: a label of places and companies.
    if !strong && is_house_label(t, read.first) {
        return true;
    }
    // `Michael Ave`, `Rosa L Parks Ave`, `Peoria St,`: a street; `Marian Manor`, `Nora's House`: a house.
    let saint_or_street =
        |k: usize| matches!(t.low(k), "st" | "str") && t.is_capital(k) && !t.is_capital(k + 1 + usize::from(t.is(k + 1, '.')));
    if !e.titled
        && credential_at(t, n).is_none()
        && (is_road(last) && read.words > 1 || is_road(after) && t.is_capital(n) || saint_or_street(n))
    {
        return true;
    }
    if read.words > 1
        && !strong
        && is_institution_head(last)
        && !super::words::is_word_name(last)
        && matches!(t.shape(n.wrapping_sub(1)), Some(Shape::Cap | Shape::Upper))
    {
        return true;
    }
    let lone_eponym = read.words == 1 && is_eponym(last);
    if lone_eponym && !strong && !e.patient && e.role.is_none() && (!e.phrase || is_bare_eponym(last)) {
        return true;
    }
    is_pet(t, if e.titled { e.title_from } else { read.first })
}

/// A number, in figures or as a word.
fn is_numeral(t: &Tokens, k: usize) -> bool {
    t.shape(k) == Some(Shape::Number)
        || matches!(
            t.low(k),
            "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine" | "ten" | "eleven" | "twelve"
        )
}

/// The word at token `n` is a noun that things are called by, but here goes on after a person: `Gwyneth saw her`, `Effie cell 701-555-0123`,
/// `MacGillivray   bed 5W-11`.
fn goes_on(t: &Tokens, n: usize) -> bool {
    let figure = |k: usize| {
        let k = k + usize::from(t.is(k, '#') || t.is(k, ':') || t.is(k, '('));
        matches!(t.shape(k), Some(Shape::Number | Shape::Mixed))
    };
    match t.low(n) {
        "saw" => !t.ends_line(n + 1) && !matches!(t.shape(n + 1), Some(Shape::Mark('.' | ',' | ';' | ')'))),
        "lead" | "stand" => t.shape(n + 1) == Some(Shape::Lower) && !matches!(t.low(n + 1), "was" | "is" | "placed" | "in"),
        "cell" | "bed" | "pump" => figure(n + 1),
        _ => false,
    }
}

/// Parts of a hospital that are called after people, and also where people are.
fn is_part_of_house(low: &str) -> bool {
    matches!(low, "ward" | "unit" | "wing" | "building" | "tower" | "pavilion" | "campus")
}

/// A word of the lists of names, or one that the words around call somebody.
fn is_somebody(t: &Tokens, k: usize, e: &Evidence) -> bool {
    e.role.is_some() || t.like(k) == NameLike::Name || is_given(t.low(k)) && t.is_capital(k)
}

/// True when the label right before token `first` is that of a company or place.
fn is_house_label(t: &Tokens, first: usize) -> bool {
    let Some(colon) = first.checked_sub(1).filter(|k| t.is(*k, ':')) else { return false };
    let label = colon.checked_sub(1).map_or("", |k| t.low(k));
    let before = colon.checked_sub(2).map_or("", |k| t.low(k));
    matches!(
        label,
        "mortuary"
            | "ins"
            | "insurance"
            | "insurer"
            | "payer"
            | "agency"
            | "pharmacy"
            | "school"
            | "hospital"
            | "facility"
            | "clinic"
            | "daycare"
            | "dme"
            | "vendor"
            | "plan"
            | "carrier"
            | "lab"
            | "location"
            | "loc"
            | "snf"
            | "church"
            | "employer"
            | "site"
            | "brand"
            | "manufacturer"
            | "mfr"
            | "device"
            | "implant"
            | "town"
            | "city"
            | "county"
            | "country"
            | "state"
            | "language"
            | "religion"
            | "allergies"
            | "meds"
            | "medication"
            | "medications"
            | "drug"
            | "rx"
            | "dx"
            | "diet"
    ) || matches!((before, label), ("funeral", "home") | ("day", "care") | ("nursing", "home") | ("funeral", _))
}

/// `Will need`, `Hope to`, `May return`: verbs that are names too, as notes begin sentences with them.
fn is_bare_verb(t: &Tokens, first: usize, n: usize) -> bool {
    let low = t.low(n);
    if t.shape(n) != Some(Shape::Lower) {
        return false;
    }
    match t.low(first) {
        "will" | "may" | "can" => {
            let third = low.len() > 3 && low.ends_with('s') && !low.ends_with("ss") || low.len() > 3 && low.ends_with("ed");
            !third
                && !matches!(
                    low,
                    "is" | "was"
                        | "has"
                        | "had"
                        | "said"
                        | "did"
                        | "does"
                        | "who"
                        | "and"
                        | "came"
                        | "went"
                        | "will"
                        | "would"
                        | "told"
                        | "in"
                        | "at"
                        | "to"
                        | "for"
                )
        }
        "hope" | "grace" | "faith" | "joy" if matches!(t.shape(first.wrapping_sub(1)), Some(Shape::Mark('"'))) => true,
        "pat" | "bill" | "mark" | "chase" | "sue" if low == "on" => true,
        "hope" | "grant" | "trust" | "chance" => {
            low == "to"
                && (t.begins_line(first) || matches!(t.shape(first.wrapping_sub(1)), Some(Shape::Mark('.' | ',' | ';' | ':'))))
        }
        _ => false,
    }
}

/// True when the word at token `n` makes what stands right before it the name of a thing: a noun in small letters. What goes on with
/// a person is a verb, a word of grammar, a state, or a mark.
pub fn is_thing_noun(t: &Tokens, n: usize) -> bool {
    let Some(token) = t.get(n).filter(|x| x.shape == Shape::Lower) else { return false };
    let apart = t.get(n.wrapping_sub(1)).is_some_and(|b| token.start >= b.end + 2);
    let low = t.low(n);
    if apart || low.len() < 3 || folded_like(low) == NameLike::Name {
        return false;
    }
    let verb = low.len() > 4 && (low.ends_with("ed") || low.ends_with("ing"))
        || low.len() > 5 && low.ends_with("ly")
        || low.len() > 3 && low.ends_with('s') && !low.ends_with("ss") && !low.ends_with("us") && !low.ends_with("is");
    !verb && !GOES_ON.contains(low) && super::cues::opens(low).is_none()
}

/// Small words that go on after a person's name: words of grammar, irregular verbs, states.
static GOES_ON: LazyLock<ShortSet> = LazyLock::new(|| super::word_tables::GOES_ON.split_whitespace().collect());

/// True when the word before or after, joined by a comma, stroke or `and`, is an eponym that few people bear.
fn beside_eponym(t: &Tokens, first: usize, n: usize) -> bool {
    let joint = |k: usize| t.is(k, ',') || t.is(k, '/') || t.low(k) == "and";
    let thing = |k: usize| t.is_capital(k) && is_eponym(t.low(k)) && !t.get(k).is_some_and(|x| x.possessive);
    first >= 2 && joint(first - 1) && thing(first - 2) || joint(n) && thing(n + 1)
}

/// `works at`, `job at`, `drives for` before token `first`.
fn at_work(t: &Tokens, first: usize) -> bool {
    let Some(k) = first.checked_sub(2) else { return false };
    matches!(t.low(k + 1), "at" | "for" | "with" | "from")
        && matches!(
            t.low(k),
            "work"
                | "works"
                | "worked"
                | "working"
                | "job"
                | "drives"
                | "drove"
                | "driving"
                | "employed"
                | "shift"
                | "shifts"
                | "manager"
                | "cashier"
                | "cook"
                | "ate"
                | "eats"
                | "lunch"
                | "dinner"
                | "shops"
                | "shopping"
                | "bought"
                | "fired"
                | "hired"
        )
}

/// A result after a sign or test: `Ludington negative`, `Magill x1`, `Permcath n/a`.
fn has_result(t: &Tokens, n: usize) -> bool {
    let low = t.low(n);
    let verb = matches!(low, "is" | "was" | "were" | "are" | "sign" | "test");
    let result = if verb { t.low(n + 1) } else { low };
    matches!(
        result,
        "neg" | "negative" | "pos" | "positive" | "absent" | "intact" | "normal" | "abnormal" | "equivocal" | "nl" | "wnl"
    ) || low == "n" && t.is(n + 1, '/') && t.low(n + 2) == "a"
        // `Magill x1`; `Perpetua x5-0144` is a phone.
        || t.shape(n) == Some(Shape::Mixed)
            && low.len() <= 3
            && low.starts_with('x')
            && !(t.is(n + 1, '-') && t.shape(n + 2) == Some(Shape::Number))
        || t.is(n, '+') && !t.is_capital(n + 1)
}

/// Parts of the body and findings that are named `... of` somebody.
fn is_anatomical(low: &str) -> bool {
    matches!(
        low,
        "ligament"
            | "circle"
            | "node"
            | "nodes"
            | "islets"
            | "islet"
            | "loop"
            | "crypts"
            | "crypt"
            | "duct"
            | "ducts"
            | "sphincter"
            | "foramen"
            | "canal"
            | "fissure"
            | "tuft"
            | "tetralogy"
            | "angle"
            | "triangle"
            | "pouch"
            | "valve"
            | "valves"
            | "space"
            | "band"
            | "bands"
            | "bundle"
            | "organ"
            | "zone"
            | "point"
            | "ampulla"
            | "arcade"
            | "line"
            | "lines"
            | "muscle"
            | "rete"
            | "sign"
            | "law"
            | "test"
            | "maneuver"
            | "disease"
            | "syndrome"
            | "artery"
            | "vein"
            | "nerve"
            | "ganglion"
            | "fascia"
            | "membrane"
            | "gland"
            | "glands"
            | "hiatus"
            | "fossa"
            | "tubercle"
            | "spine"
            | "nucleus"
            | "aqueduct"
            | "cistern"
            | "sinus"
            | "sinuses"
            | "capsule"
            | "stain"
    )
}

/// The end of a street's name that is hardly anything else.
fn is_road(low: &str) -> bool {
    matches!(
        low,
        "rd" | "ave"
            | "blvd"
            | "pkwy"
            | "hwy"
            | "ln"
            | "road"
            | "avenue"
            | "street"
            | "highway"
            | "parkway"
            | "boulevard"
            | "lane"
            | "turnpike"
    )
}

fn is_street_end(t: &Tokens, n: usize) -> bool {
    matches!(
        t.low(n),
        "dr" | "st" | "ave" | "rd" | "ln" | "blvd" | "ct" | "way" | "pkwy" | "street" | "avenue" | "road" | "drive" | "lane"
    )
}

/// Animals that live with people.
fn is_animal(low: &str) -> bool {
    matches!(
        low,
        "dog"
            | "beagle"
            | "bird"
            | "bulldog"
            | "canary"
            | "cat"
            | "cats"
            | "chicken"
            | "chihuahua"
            | "cockatiel"
            | "collie"
            | "cow"
            | "dachshund"
            | "dachsund"
            | "doggy"
            | "dogs"
            | "donkey"
            | "doodle"
            | "ferret"
            | "fish"
            | "gerbil"
            | "goat"
            | "goldendoodle"
            | "goldfish"
            | "guinea"
            | "hamster"
            | "horse"
            | "horses"
            | "hound"
            | "husky"
            | "iguana"
            | "kitten"
            | "kittens"
            | "kitty"
            | "labradoodle"
            | "labrador"
            | "lizard"
            | "llama"
            | "maltese"
            | "mare"
            | "mule"
            | "mutt"
            | "parakeet"
            | "parrot"
            | "pet"
            | "pig"
            | "pigs"
            | "piglet"
            | "rabbits"
            | "pets"
            | "pony"
            | "poodle"
            | "pug"
            | "pup"
            | "puppies"
            | "puppy"
            | "rabbit"
            | "retriever"
            | "rooster"
            | "rottweiler"
            | "shepherd"
            | "shih"
            | "snake"
            | "spaniel"
            | "terrier"
            | "tortoise"
            | "turtle"
            | "yorkie"
    )
}

/// An animal's name: `her dog Max`, `cat named Luna`, `dogs, Max and Bella`.
pub fn is_pet(t: &Tokens, first: usize) -> bool {
    let mut k = first;
    for _ in 0..8 {
        let Some(j) = k.checked_sub(1) else { return false };
        let low = t.low(j);
        if is_animal(low) {
            return true;
        }
        // `dogs Max and Bella`, but not `her dog and Susan`.
        let joined = low == "and" && j > 0 && t.is_capital(j - 1);
        let between =
            joined || matches!(low, "named" | "called" | "is" | "," | "(" | ":" | "-" | "\"") || t.is_capital(j) && k < first;
        let list = t.is_capital(j) && (t.low(k) == "and" || t.is(k, ','));
        if !between && !list {
            return false;
        }
        k = j;
    }
    false
}
