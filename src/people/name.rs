//! A name taken apart and folded, ready for comparison and joining.

use super::fold::{fold, loose, ocr, words};
use super::lexicon;
use super::organisation;
use crate::model::person::Name;
use crate::model::role::Role;

/// One folded word of a name with its comparison forms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Folded.
    pub plain: String,
    /// Spelling-insensitive form.
    pub loose: String,
    /// Form in which OCR confusions are equal.
    pub ocr: String,
    /// True for a given name that is frequent.
    pub attested: bool,
    /// True for a given name that is known to exist.
    pub known: bool,
}

impl Token {
    /// A token of a folded word.
    pub fn new(plain: String) -> Self {
        let attested = lexicon::is_attested(&plain);
        let known = attested || lexicon::is_known_given(&plain);
        Token { loose: loose(&plain), ocr: ocr(&plain), attested, known, plain }
    }
    /// True for a single letter.
    pub fn is_initial(&self) -> bool {
        self.plain.chars().count() == 1
    }
    /// First letter.
    pub fn first(&self) -> Option<char> {
        self.plain.chars().next()
    }
}

/// Generation after a name. Jr and II are told apart from Sr, III, IV; Jr and II may be the same person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Generation {
    /// Senior, I.
    First,
    /// Junior, II, 2nd.
    Second,
    /// III, 3rd.
    Third,
    /// IV, 4th and later.
    Later,
}

fn generation(word: &str) -> Option<Generation> {
    Some(match word {
        "sr" | "senior" | "1st" => Generation::First,
        "jr" | "junior" | "ii" | "2nd" => Generation::Second,
        "iii" | "3rd" => Generation::Third,
        "iv" | "4th" | "5th" => Generation::Later,
        _ => return None,
    })
}

/// What a title before the name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Title {
    /// No title, or one that tells nothing.
    #[default]
    None,
    /// `Mr.`
    Male,
    /// `Mrs.`, `Ms.`, `Miss`.
    Female,
    /// `Dr.`, `Prof.`
    Doctor,
}

/// Why a name is no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placeholder {
    /// `Baby Boy Smith`: a newborn; the family name is the mother's.
    Baby,
    /// `Unknown Male`, `Trauma Zulu`, `John Doe`.
    Unknown,
}

/// A name in folded parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Folded {
    /// Given names in order, middle names included; empty when not known.
    pub given: Vec<Token>,
    /// Words of the family name, particles included.
    pub family: Vec<Token>,
    /// All words of the family name as one, for `Al-Hassan` and `Alhassan`.
    pub family_whole: Option<Token>,
    /// Generation.
    pub generation: Option<Generation>,
    /// Title.
    pub title: Title,
    /// A professional's credential stands after the name.
    pub credential: bool,
    /// What the credential or title says somebody is.
    pub profession: Option<Role>,
    /// Set when it is a stand-in.
    pub placeholder: Option<Placeholder>,
    /// True when given and family were told apart by order only, not by the source.
    pub guessed: bool,
}

/// Titles that are found among given names and are never one.
const TYPED_TITLES: &[&str] = &["dr", "doctor", "mr", "mrs", "ms", "nurse", "prof"];

/// Two-letter surnames that in capitals look like initials.
const SHORT_SURNAMES: &[&str] = &[
    "li", "wu", "ng", "ho", "le", "lu", "ma", "xu", "yu", "he", "hu", "vu", "vo", "do", "oh", "im", "su", "fu", "gu", "an", "ha",
    "bo", "lo",
];

impl Folded {
    /// Takes a name apart. Structured parts win over the text.
    pub fn of(name: &Name) -> Folded {
        let mut out = Folded::default();
        for p in &name.prefix {
            out.read_title(p);
        }
        for s in &name.suffix {
            for w in suffix_words(s) {
                // `I` after a name is a generation only where the source says that it is a suffix.
                if w == "i" {
                    out.generation = Some(Generation::First);
                    continue;
                }
                out.read_suffix(&w);
            }
        }
        if name.family.trim().is_empty() && name.given.iter().all(|g| g.trim().is_empty()) {
            out.read_text(&name.text);
        } else {
            let mut family = words(&name.family);
            // A generation that was typed into the family field.
            while family.len() > 1 && family.last().is_some_and(|w| generation(w).is_some() || w == "md") {
                if let Some(w) = family.pop() {
                    out.read_suffix(&w);
                }
            }
            let mut given = name.given.iter().flat_map(|g| words(g)).collect::<Vec<_>>();
            // A title that was typed into the given names.
            while given.first().is_some_and(|w| TYPED_TITLES.contains(&w.as_str())) && given.len() + family.len() > 1 {
                let w = given.remove(0);
                out.read_title(&w);
            }
            let mut kept = Vec::with_capacity(given.len());
            for (i, g) in given.into_iter().enumerate() {
                if i > 0 && generation(&g).is_some() {
                    out.read_suffix(&g);
                } else {
                    kept.push(g);
                }
            }
            out.set(kept, family);
        }
        out.find_placeholder();
        out
    }

    /// Takes a display text apart.
    pub fn of_text(text: &str) -> Folded {
        Folded::of(&Name { text: text.to_string(), ..Name::default() })
    }

    fn set(&mut self, given: Vec<String>, family: Vec<String>) {
        self.given = given.into_iter().take(8).map(Token::new).collect();
        self.family = family.into_iter().take(8).map(Token::new).collect();
        self.family_whole = match self.family.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            many => Some(Token::new(many.iter().map(|t| t.plain.as_str()).collect())),
        };
    }

    fn read_title(&mut self, text: &str) -> bool {
        let mut any = false;
        for w in words(text) {
            let title = if lexicon::MALE_TITLES.contains(&w.as_str()) {
                Title::Male
            } else if lexicon::FEMALE_TITLES.contains(&w.as_str()) {
                Title::Female
            } else if lexicon::DOCTOR_TITLES.contains(&w.as_str()) {
                Title::Doctor
            } else if lexicon::OTHER_TITLES.contains(&w.as_str()) {
                Title::None
            } else {
                continue;
            };
            any = true;
            self.credential |= w == "nurse";
            if self.title == Title::None {
                self.title = title;
            }
        }
        any
    }

    fn read_suffix(&mut self, word: &str) -> bool {
        if let Some(g) = generation(word) {
            self.generation = Some(g);
            return true;
        }
        if lexicon::is_credential(word) {
            self.credential = true;
            self.profession = self.profession.or_else(|| lexicon::profession(word));
            return true;
        }
        false
    }

    fn read_text(&mut self, text: &str) {
        let text: String = text.chars().take(256).collect();
        let text = text.split('(').next().unwrap_or("").trim().to_string();
        if let Some((a, b)) = initials(&text) {
            self.set(vec![a], vec![b]);
            return;
        }
        let mut parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        let head = parts.next().unwrap_or("");
        let mut tail: Vec<&str> = parts.collect();
        // Trailing `, MD` and `, Jr.` are suffixes; what remains after the first comma are given names.
        tail.retain(|p| {
            let ws = suffix_words(p);
            let all = !ws.is_empty() && ws.iter().all(|w| generation(w).is_some() || is_credential_in(w, p));
            if all {
                for w in &ws {
                    self.read_suffix(w);
                }
            }
            !all
        });
        let mut first = self.strip(head);
        // `Ann Roe MD, Endocrinology`, `Ann Roe, Salem Hospital`: what follows a whole name is where they work.
        let whole = first.len() > 1;
        let given_like = |p: &str| words(p).first().is_some_and(|w| lexicon::is_attested(w));
        tail.retain(|p| !(whole && (is_workplace(p) || self.credential && !given_like(p))));
        if let Some(given) = tail.first() {
            let mut first = first.concat();
            let mut given = self.strip(given).concat();
            // `Smith Jr, John`
            first.retain(|w| !(generation(w).is_some() && self.read_suffix(w)));
            given.retain(|w| !(generation(w).is_some() && self.read_suffix(w)));
            self.set(given, first);
            return;
        }
        self.guessed = true;
        let n = first.len();
        if n == 0 {
            return;
        }
        let mut cut = n - 1;
        while cut > 1 && first.get(cut - 1).is_some_and(|w| w.concat().len() > 1 && lexicon::is_particle(&w.concat())) {
            cut -= 1;
        }
        let family = first.split_off(cut.min(n));
        self.set(first.concat(), family.concat());
    }

    /// Words of a text, hyphenated ones together, without titles in front and credentials behind.
    fn strip(&mut self, text: &str) -> Vec<Vec<String>> {
        let raw: Vec<&str> = text.split_whitespace().collect();
        let mut from = 0;
        while let Some(w) = raw.get(from) {
            let bare = w.trim_end_matches('.');
            // `Do Ng` and `Ma Li` are names: a title is only one when something follows.
            if from + 1 < raw.len() && self.read_title(bare) {
                from += 1;
            } else {
                break;
            }
        }
        let mut to = raw.len();
        while to > from + 1 {
            let Some(w) = raw.get(to - 1) else { break };
            let ws = suffix_words(w);
            let written_as_credential = w.chars().filter(|c| c.is_uppercase()).count() > 1 || w.contains('.');
            let hit =
                !ws.is_empty() && ws.iter().all(|x| generation(x).is_some() || (written_as_credential && is_credential_in(x, w)));
            if !hit {
                break;
            }
            // In an all-capitals name of two words the last may be a surname (`KIM DO`).
            let capitals = text.chars().all(|c| !c.is_lowercase());
            if capitals
                && to - from == 2
                && !ws.iter().all(|x| generation(x).is_some() || matches!(x.as_str(), "md" | "rn" | "np" | "phd"))
            {
                break;
            }
            for x in &ws {
                self.read_suffix(x);
            }
            to -= 1;
        }
        raw.get(from..to).unwrap_or(&[]).iter().map(|w| words(w)).filter(|w| !w.is_empty()).collect()
    }

    fn find_placeholder(&mut self) {
        let all = || self.given.iter().chain(&self.family);
        let joined: String = self.given.iter().map(|t| t.plain.as_str()).collect();
        let baby_words = self.given.iter().any(|t| lexicon::is_baby_word(&t.plain))
            || matches!(
                joined.as_str(),
                "boy" | "girl" | "twina" | "twinb" | "boya" | "boyb" | "girla" | "girlb" | "male" | "female"
            )
            || (self.given.is_empty() && self.family.first().is_some_and(|t| lexicon::is_baby_word(&t.plain)));
        if baby_words {
            self.placeholder = Some(Placeholder::Baby);
        } else if all()
            .any(|t| lexicon::is_unknown_word(&t.plain) && (t.plain != "na" || all().all(|t| lexicon::is_unknown_word(&t.plain))))
            || (self.family.iter().any(|t| t.plain == "doe")
                && matches!(joined.as_str(), "john" | "jane" | "j" | "unknown" | "johnathon_doe" | ""))
        {
            self.placeholder = Some(Placeholder::Unknown);
        }
    }

    /// `John Doe`: a stand-in where nothing else is known, and a name like others where a birth date stands with it.
    pub fn is_doe(&self) -> bool {
        self.placeholder == Some(Placeholder::Unknown)
            && self.family.iter().any(|t| t.plain == "doe")
            && self.given.first().is_some_and(|g| matches!(g.plain.as_str(), "john" | "jane"))
    }
    /// First given name.
    pub fn first_given(&self) -> Option<&Token> {
        self.given.first()
    }
    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.family.is_empty()
    }
    /// True when there is a given name of more than a letter and a family name of more than a letter.
    pub fn is_full(&self) -> bool {
        self.first_given().is_some_and(|g| !g.is_initial()) && self.family_whole.as_ref().is_some_and(|f| !f.is_initial())
    }
    /// Initials of the middle names.
    pub fn middle_initial(&self) -> Option<char> {
        self.given.get(1).and_then(Token::first)
    }
    /// Key under which the same full name is found again: first given name and family name.
    pub fn key(&self) -> Option<String> {
        let given = self.first_given()?;
        let family = self.family_whole.as_ref()?;
        Some(format!("{}|{}", given.plain, family.plain))
    }
    /// True when many unrelated people have this name.
    pub fn is_frequent(&self) -> bool {
        let crowded = self.family.iter().any(|t| lexicon::is_crowded_surname(&t.plain));
        let given_frequent = self.given.iter().any(|t| t.attested);
        let given_crowded = self.given.iter().any(|t| lexicon::is_crowded_surname(&t.plain)) && self.guessed;
        crowded || given_crowded || (given_frequent && self.family.iter().any(|t| lexicon::is_frequent_surname(&t.plain)))
    }
}

/// A specialty, ward or organisation.
fn is_workplace(text: &str) -> bool {
    const ENDINGS: &[&str] = &["ology", "iatry", "iatrics", "surgery", "medicine", "anesthesia", "orthopedics"];
    organisation::looks_like(text) || words(text).iter().any(|w| ENDINGS.iter().any(|e| w.len() > e.len() + 1 && w.ends_with(e)))
}

/// Words of a suffix: dots are dropped (`M.D.`), other signs split.
fn suffix_words(text: &str) -> Vec<String> {
    let undotted: String = fold(text).chars().filter(|c| *c != '.').collect();
    undotted.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_string).collect()
}

/// A credential, unless it is written like a name (`Do`, `Ma`).
fn is_credential_in(word: &str, raw: &str) -> bool {
    lexicon::is_credential(word)
        && (word.len() > 3
            || raw.chars().filter(|c| c.is_uppercase()).count() > 1
            || raw.contains('.')
            || raw.len() > 3
            || word == "md"
            || word == "rn")
}

/// `J.S.`, `J. S.`, `JS`: given and family initial.
fn initials(text: &str) -> Option<(String, String)> {
    if text.len() > 8 {
        return None;
    }
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    if !(2..=3).contains(&letters.len()) || !letters.iter().all(|c| c.is_uppercase()) {
        return None;
    }
    let dotted = text.chars().any(|c| c == '.') && text.split(['.', ' ']).all(|p| p.chars().count() <= 1);
    let together = text.chars().all(char::is_alphabetic) && !SHORT_SURNAMES.contains(&text.to_lowercase().as_str());
    if !dotted && !together {
        return None;
    }
    let one = |c: Option<&char>| c.map(|c| fold(&c.to_string())).filter(|s| !s.is_empty());
    Some((one(letters.first())?, one(letters.last())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let f = Folded::of_text(text);
        let join = |t: &[Token]| t.iter().map(|t| t.plain.clone()).collect::<Vec<_>>().join(" ");
        (join(&f.given), join(&f.family))
    }

    #[test]
    fn takes_display_texts_apart() {
        for (text, given, family) in [
            ("John A. Roe", "john a", "roe"),
            ("ROE, JOHN A", "john a", "roe"),
            ("Roe,John", "john", "roe"),
            ("Dr. Jane Roe, MD", "jane", "roe"),
            ("Jane Roe RN", "jane", "roe"),
            ("Roe, Jane, M.D.", "jane", "roe"),
            ("Mr. Roe", "", "roe"),
            ("Ana de la Cruz", "ana", "de la cruz"),
            ("J. Roe", "j", "roe"),
            ("J.R.", "j", "r"),
            ("KIM DO", "kim", "do"),
            ("Minh Do, DO", "minh", "do"),
            ("Roe Jr., John", "john", "roe"),
            ("Jane Roe MD, Endocrinology", "jane", "roe"),
            ("Jane Roe, Salem Hospital", "jane", "roe"),
            ("Roe MD, Jane", "jane", "roe"),
            ("de la Cruz, Ana", "ana", "de la cruz"),
            ("", "", ""),
            (", .", "", ""),
        ] {
            assert_eq!(parts(text), (given.to_string(), family.to_string()), "{text}");
        }
    }

    #[test]
    fn suffix_title_credential_placeholder() {
        let f = Folded::of_text("Dr. John Roe Jr., MD");
        assert_eq!((f.generation, f.title, f.credential), (Some(Generation::Second), Title::Doctor, true));
        let baby = Folded::of(&Name { family: "Roe".into(), given: vec!["Baby Boy".into()], ..Name::default() });
        assert_eq!(baby.placeholder, Some(Placeholder::Baby));
        assert_eq!(Folded::of_text("Unknown Male").placeholder, Some(Placeholder::Unknown));
        assert_eq!(Folded::of_text("Jane Roe").placeholder, None);
    }
}
