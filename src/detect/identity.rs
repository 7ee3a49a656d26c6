//! The patient's own names and values, in the form in which text is compared with them.

use super::fold::folded;
use super::nicknames::compatible;
use crate::model::mention::Category;
use crate::model::person::Name;
use crate::model::request::Identity;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// How a name read from text stands to the patient's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// Family and given name agree.
    Full,
    /// One part alone, which agrees.
    Part,
    /// Something in it is not the patient's.
    No,
}

/// The patient's own values.
#[derive(Clone, Debug, Default)]
pub struct Own {
    families: Vec<String>,
    givens: Vec<String>,
    /// Of those the first of each name, and those behind it.
    firsts: Vec<String>,
    middles: Vec<String>,
    suffixes: Vec<String>,
    /// Nicknames that are full names.
    fulls: Vec<String>,
    /// `male` or `female` when told.
    pub sex: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Every usual way of writing it or a part of it, folded.
    born: HashSet<String>,
    /// The patient carries the title of a doctor.
    pub is_doctor: bool,
    phones: Vec<String>,
    emails: Vec<String>,
    ids: Vec<String>,
    /// How those are written, as [`form`] has it.
    forms: Vec<String>,
    /// Kinds of which a number is known.
    kinds: Vec<Category>,
    lines: Vec<String>,
    postal: Vec<String>,
}

/// The last ten digits of a phone number, or all of a shorter one.
pub fn phone_key(value: &str) -> String {
    let digits: String = as_figures(value).chars().filter(char::is_ascii_digit).collect();
    let cut = digits.len().saturating_sub(10);
    digits[cut..].to_string()
}

/// Letters that a scan took for figures beside figures, as figures: `O6/O3/1947`, `555-O185`.
fn as_figures(value: &str) -> std::borrow::Cow<'_, str> {
    let beside = |w: &str| w.bytes().any(|b| b.is_ascii_digit()) || w.len() <= 2;
    let odd = |c: char| matches!(c, 'O' | 'o' | 'l' | 'I');
    let mixed = value.contains(odd)
        && value.bytes().filter(u8::is_ascii_digit).count() >= 2
        && value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .all(|w| beside(w) && w.chars().all(|c| odd(c) || c.is_ascii_digit()));
    if !mixed {
        return value.into();
    }
    value
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            c => c,
        })
        .collect::<String>()
        .into()
}

/// The kind of number that a code of HL7 table 0203 (v2 identifier type) names.
fn kind(code: &str) -> Option<Category> {
    Some(match code {
        "MR" | "PI" | "PT" | "MRN" => Category::Mrn,
        "MB" | "MC" | "MA" | "SN" => Category::MemberId,
        "AN" | "VN" => Category::Account,
        "SS" => Category::Ssn,
        "DL" => Category::License,
        _ => return None,
    })
}

/// Letters and digits only, lower case.
pub fn id_key(value: &str) -> String {
    folded(value).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// How a number is written: figures as one, all else as it is.
fn form(value: &str) -> String {
    folded(value).chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect()
}

/// Family names as they are compared: the whole, and each part of a double name.
pub fn family_forms(family: &str) -> Vec<String> {
    let whole = folded(family);
    if whole.is_empty() {
        return Vec::new();
    }
    let mut out = vec![whole.clone(), whole.replace('-', " "), whole.replace(['-', '\'', ' '], "")];
    for part in whole.split(['-', ' ']) {
        if part.chars().count() > 2 && !super::name_read::is_particle(part) {
            out.push(part.to_string());
        }
    }
    out.sort();
    out.dedup();
    out
}

/// True for a name and what a scanner makes of it: `Smith`, `Srnith`; `Miller`, `Mi1ler`.
fn same_shape(own: &str, read: &str) -> bool {
    let near = own.len() >= 5 || read.bytes().any(|b| b.is_ascii_digit());
    near && read.len().abs_diff(own.len()) <= 2 && shape(own).eq(shape(read))
}

/// The letters of a word with what looks alike in print made one.
fn shape(word: &str) -> impl Iterator<Item = char> {
    let mut letters = word.chars().peekable();
    std::iter::from_fn(move || {
        let first = letters.next()?;
        let pair = match first {
            'r' => Some(('n', 'm')),
            'v' => Some(('v', 'w')),
            'c' => Some(('l', 'd')),
            _ => None,
        };
        if let Some((second, as_one)) = pair
            && letters.next_if_eq(&second).is_some()
        {
            return Some(as_one);
        }
        Some(match first {
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            c => c,
        })
    })
}

/// A number without the word for it in front: `MRN-448120` is read as `MRN 448120` too.
fn bare_number(key: &str) -> &str {
    let words = ["mrn", "pid", "mr", "id", "pt"];
    let rest = words.iter().find_map(|w| key.strip_prefix(w)).filter(|r| r.len() >= 5 && r.bytes().all(|b| b.is_ascii_digit()));
    rest.unwrap_or(key)
}

impl Own {
    /// Gathers the values of `identity`.
    pub fn new(identity: &Identity) -> Self {
        let mut own = Own { sex: identity.sex.clone(), birth_date: identity.birth_date.clone(), ..Own::default() };
        let iso = own.birth_date.as_deref().unwrap_or("");
        own.born = super::dates::variants(iso).into_iter().chain(super::dates::parts(iso)).collect();
        for name in identity.names.iter().chain(&identity.former_names) {
            own.add_name(name);
        }
        for nick in &identity.nicknames {
            let f = folded(nick);
            if f.contains(' ') {
                own.fulls.push(f);
            } else if !f.is_empty() {
                own.givens.push(f);
            }
        }
        for t in &identity.telecoms {
            if t.value.contains('@') {
                own.emails.push(folded(&t.value));
            } else {
                own.phones.push(phone_key(&t.value));
            }
        }
        own.phones.retain(|p| p.len() >= 7);
        own.ids = identity.identifiers.iter().map(|i| id_key(&i.value)).filter(|v| v.len() >= 3).collect();
        own.forms = identity.identifiers.iter().map(|i| form(&i.value)).collect();
        own.kinds = identity.identifiers.iter().filter_map(|i| kind(&i.kind)).collect();
        own.kinds.extend(own.birth_date.as_ref().map(|_| Category::DateOfBirth));
        own.kinds.extend((!own.phones.is_empty()).then_some(Category::Phone));
        own.kinds.extend((!identity.addresses.is_empty()).then_some(Category::Address));
        own.postal = identity.addresses.iter().map(|a| id_key(&a.postal_code)).filter(|p| p.len() >= 4).collect();
        own.lines = identity.addresses.iter().flat_map(|a| &a.lines).map(|l| street_key(l)).filter(|l| !l.is_empty()).collect();
        own
    }

    fn add_name(&mut self, name: &Name) {
        let parsed;
        let name = if name.family.is_empty() && name.given.is_empty() {
            parsed = split_text(&name.text);
            &parsed
        } else {
            name
        };
        self.families.extend(family_forms(&name.family));
        // `Keola Jr.` as some records hold it.
        let (after, given): (Vec<String>, Vec<String>) =
            name.given.iter().flat_map(|g| given_tokens(g)).partition(|w| super::name_read::is_generation(w));
        // `Soo-jin`, `Mary Ann`: one given name of two words.
        let first = name.given.first().map_or(0, |g| given_tokens(g).len());
        self.firsts.extend(given.iter().take(first).cloned());
        self.middles.extend(given.iter().skip(first).cloned());
        self.givens.extend(given);
        self.suffixes.extend(name.suffix.iter().map(|s| folded(s).replace('.', "")).chain(after));
        self.is_doctor |= name.prefix.iter().any(|p| folded(p).starts_with("dr"));
    }

    /// What the patient is called, in one line: texts are read alike for all who are called alike.
    pub fn called(&self) -> String {
        let parts = [&self.families, &self.givens, &self.fulls];
        parts.map(|names| names.join(",")).join(";")
    }

    /// True for the patient's initials in small letters: `jr` of Jane Roe.
    pub fn has_initials(&self, letters: &str) -> bool {
        let (mut all, two) = (letters.chars(), letters.chars().count());
        let (Some(g), Some(f)) = (all.next(), letters.chars().next_back()) else { return false };
        two >= 2 && self.given_begins(&g.to_string()) && self.family_begins(&f.to_string())
    }

    /// True when one of the patient's family names begins so.
    pub fn family_begins(&self, head: &str) -> bool {
        self.families.iter().any(|f| f.starts_with(head))
    }

    /// True when one of the patient's given names begins so.
    pub fn given_begins(&self, head: &str) -> bool {
        self.givens.iter().any(|g| g.starts_with(head))
    }

    /// The same for the names that they are called by, without further ones.
    pub fn first_begins(&self, head: &str) -> bool {
        self.givens.iter().any(|g| g.starts_with(head) && (self.firsts.contains(g) || !self.middles.contains(g)))
    }

    /// True when the family name is one of the patient's.
    pub fn is_family(&self, family: &str) -> bool {
        let f = folded(family);
        !f.is_empty()
            && self.families.iter().any(|own| *own == f || f.contains('-') && *own == f.replace('-', " ") || same_shape(own, &f))
    }

    /// True when a given name of the patient's is known.
    pub fn has_given(&self) -> bool {
        !self.givens.is_empty()
    }

    /// True when the given name may be one of the patient's. Of `Patrick S. Roe` that is no `Sean` or `Susan`: what begins with a middle
    /// initial is a middle name of the patient's behind the first one, and by itself somebody else's.
    pub fn is_given(&self, given: &str) -> bool {
        given_tokens(given).iter().any(|g| {
            let middle = |own: &String| spells_out(own, g) && !self.firsts.contains(own);
            self.givens.iter().any(|own| !middle(own) && (compatible(own, g) || same_shape(own, g)))
        })
    }

    /// True for a further given name that may be one of the patient's: `Sean` behind `Patrick` of Patrick S. Roe.
    pub fn is_further(&self, given: &str) -> bool {
        given_tokens(given).iter().any(|g| self.givens.iter().any(|own| compatible(own, g) || same_shape(own, g)))
    }

    /// True for the patient's family name, or none, with nothing but a middle name of theirs: `Robert Roe` of Patrick Robert Roe. Who bears it
    /// is the patient as often as the one whom they were named after.
    pub fn is_by_middle(&self, name: &Name) -> bool {
        let only = name.given.first().or(Some(&name.family).filter(|f| !self.is_family(f)));
        // `NGUYEN, THANH VAN` of Nguyen Van Thanh has both.
        let first = |g: &String| given_tokens(g).iter().any(|g| self.firsts.iter().any(|own| compatible(own, g)));
        !name.given.iter().any(first) && only.is_some_and(|g| given_tokens(g).first().is_some_and(|g| self.is_middle(g)))
    }

    /// True for a given name of the patient's that stands behind the first, and is none by which they would be called.
    pub fn is_middle(&self, word: &str) -> bool {
        let f = folded(word);
        self.middles.contains(&f) && !self.firsts.iter().any(|own| compatible(own, &f))
    }

    /// True for one of the patient's given names with a slip of the pen: two letters at most, in a name of five or more.
    pub fn is_nearly_given(&self, word: &str) -> bool {
        let near = |own: &String| own.chars().count() >= 5 && strsim::osa_distance(own, word) <= 2;
        self.givens.iter().any(near)
    }

    /// Compares a name read from text.
    pub fn fit(&self, name: &Name) -> Fit {
        let whole;
        let name = if name.family.contains('\n') || name.given.iter().any(|g| g.contains('\n')) {
            whole =
                Name { family: unbroken(&name.family), given: name.given.iter().map(|g| unbroken(g)).collect(), ..name.clone() };
            &whole
        } else {
            name
        };
        let display = folded(&name.display());
        if self.fulls.contains(&display) {
            return Fit::Full;
        }
        for s in name.suffix.iter().map(|s| folded(s).replace('.', "")) {
            let generation = super::name_read::is_generation(&s);
            let own_has = self.suffixes.iter().any(|o| super::name_read::is_generation(o));
            if generation && own_has && !self.suffixes.contains(&s) {
                return Fit::No;
            }
        }
        let family = !name.family.is_empty();
        let given = name.given.first();
        match (family, given) {
            (true, Some(g)) => {
                let family_fits = self.is_family(&name.family) || initial_fits(&name.family, &self.families);
                let given_fits = self.is_given(g);
                // `Jane Roe` read as given `Jane`, `Roe` family; order may be turned round in some languages.
                let turned = self.is_family(g) && self.is_given(&name.family);
                let all_own = name.given.iter().skip(1).all(|m| self.is_further(m) || self.is_family(m));
                if family_fits && given_fits && (all_own || self.givens.len() < 2) || turned { Fit::Full } else { Fit::No }
            }
            (true, None) => {
                if self.is_family(&name.family)
                    || self.is_given(&name.family) && name.family.chars().count() > 1
                    || self.is_short(&name.family)
                {
                    Fit::Part
                } else {
                    Fit::No
                }
            }
            (false, Some(g)) => {
                if g.chars().count() > 1 && (self.is_given(g) || self.is_family(g)) || self.is_short(g) {
                    Fit::Part
                } else {
                    Fit::No
                }
            }
            _ => Fit::No,
        }
    }

    /// True when a middle initial or name stands where the patient's known one is another.
    pub fn other_middle(&self, name: &Name) -> bool {
        let known = self.givens.len() > 1;
        known
            && name.given.len() > 1
            && name.given.iter().skip(1).any(|m| {
                let m = folded(m).trim_end_matches('.').to_string();
                !m.is_empty()
                    && !self.givens.iter().any(|g| g.starts_with(&m) || m.starts_with(g.as_str()))
                    && !self.is_family(&m)
            })
    }

    /// True when family and first given name are the patient's and only a further given name is not known: `Clayton James Abernathy`.
    pub fn fits_but_middle(&self, name: &Name) -> bool {
        name.given.len() > 1
            && name.given.first().is_some_and(|g| g.chars().count() > 1 && self.is_given(g))
            && self.is_family(&name.family)
            && !self.other_generation(name)
    }

    /// True for the beginning of one of the patient's given names: `Thad` of Thaddeus, `Jo` of Josefina.
    fn is_short(&self, word: &str) -> bool {
        let f = folded(word);
        f.len() >= 2 && self.givens.iter().any(|g| g.len() >= f.len() + 2 && g.starts_with(&f))
    }

    /// True when it is known whether the patient is a junior or senior.
    pub fn has_generation(&self) -> bool {
        self.suffixes.iter().any(|s| super::name_read::is_generation(s))
    }

    /// True when the patient is told from namesakes by another suffix than this.
    pub fn other_suffix(&self, suffix: &str) -> bool {
        self.suffixes.iter().any(|s| super::name_read::is_generation(s)) && !self.suffixes.iter().any(|s| s == suffix)
    }

    /// True when the first given name is one of the patient's as written, not a short form of it.
    pub fn is_exact_given(&self, name: &Name) -> bool {
        let first = name.given.first().and_then(|g| given_tokens(g).into_iter().next()).unwrap_or_default();
        first.chars().count() < 2 || self.givens.contains(&first)
    }

    /// True when the name carries a `Jr.` or `III` that the patient's does not.
    pub fn other_generation(&self, name: &Name) -> bool {
        let suffixes = name.suffix.iter().map(|s| folded(s).replace('.', ""));
        suffixes.filter(|s| super::name_read::is_generation(s)).any(|s| !self.suffixes.contains(&s))
    }

    /// True when a value of this kind beside the patient's name that is not the known one speaks against it being the patient.
    pub fn contradicts(&self, category: Category) -> bool {
        match category {
            Category::DateOfBirth => self.birth_date.is_some(),
            Category::Ssn => self.ids.iter().any(|i| i.len() == 9 && i.bytes().all(|b| b.is_ascii_digit())),
            _ => false,
        }
    }

    /// True when the patient is a child in the latest year that a text names; without one, when born in the last years.
    pub fn is_child(&self, latest: Option<u16>) -> bool {
        let born = self.birth_date.as_deref().and_then(|d| d.get(..4)).and_then(|y| y.parse::<u16>().ok());
        born.is_some_and(|b| latest.map_or(b >= 2010, |l| l >= b && l - b < 15))
    }

    /// True when a number of this kind is known to be the patient's.
    pub fn has_kind(&self, category: Category) -> bool {
        self.kinds.contains(&category)
    }

    /// True when no number of the patient's is known at all.
    pub fn is_bare(&self) -> bool {
        self.kinds.is_empty()
    }

    /// True when the number is the patient's.
    pub fn has_phone(&self, value: &str) -> bool {
        let key = phone_key(value);
        key.len() >= 7 && self.phones.contains(&key)
    }
    /// True when the e-mail address is the patient's.
    pub fn has_email(&self, value: &str) -> bool {
        self.emails.contains(&folded(value))
    }
    /// True when the identifier is the patient's.
    pub fn has_id(&self, value: &str) -> bool {
        let key = id_key(value);
        let seen = |k: &str| k.replace('o', "0").replace(['l', 'i'], "1");
        !key.is_empty()
            && self.ids.iter().any(|own| *own == key || seen(own) == seen(&key) || bare_number(own) == bare_number(&key))
    }
    /// True for a number written like one of the patient's that is another: `PSV-10424-8` beside `PSV-10424-1`.
    pub fn is_like_id(&self, value: &str) -> bool {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        digits >= 4 && value.len() >= 6 && self.forms.contains(&form(value)) && !self.has_id(value)
    }
    /// True when the text begins with one of the patient's street lines.
    pub fn has_address(&self, value: &str) -> bool {
        let f = street_key(value);
        !f.is_empty() && self.lines.iter().any(|l| f.starts_with(l.as_str()) || l.starts_with(f.as_str()))
    }
    /// True for the postal code of one of the patient's addresses, with or without what is added to it: `98991-1234`.
    pub fn is_postal(&self, value: &str) -> bool {
        let key = id_key(value);
        key.len() >= 4
            && self
                .postal
                .iter()
                .any(|own| *own == key || own.len() >= 5 && (own.starts_with(&key) || key.starts_with(own.as_str())))
    }
    /// True when the date, in any usual way of writing, is the patient's birth date or a part of it.
    pub fn is_birth_date(&self, written: &str) -> bool {
        !self.born.is_empty() && self.born.contains(&folded(&as_figures(written)))
    }
}

/// A street line in one way of writing: `12 Oak Street, Apt. 3` and `12 oak st apt 3`.
fn street_key(line: &str) -> String {
    let short = |w: &str| -> String {
        match w {
            "street" => "st",
            "avenue" | "av" => "ave",
            "road" => "rd",
            "drive" => "dr",
            "lane" => "ln",
            "boulevard" => "blvd",
            "court" => "ct",
            "place" => "pl",
            "circle" => "cir",
            "terrace" => "ter",
            "parkway" => "pkwy",
            "highway" => "hwy",
            "north" => "n",
            "south" => "s",
            "east" => "e",
            "west" => "w",
            "northwest" => "nw",
            "northeast" => "ne",
            "southwest" => "sw",
            "southeast" => "se",
            "apartment" | "unit" | "#" => "apt",
            "suite" => "ste",
            w => w,
        }
        .to_string()
    };
    let words: Vec<String> = folded(line).split([' ', ',', '.']).filter(|w| !w.is_empty()).map(short).collect();
    words.join(" ")
}

/// A word that a hyphen breaks at a line end, in one: `Fer-` / `reira`. A hyphen before a capital is the name's own.
fn unbroken(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find("-\n").or_else(|| rest.find("-\r\n")) {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("").trim_start();
        if rest.starts_with(char::is_uppercase) {
            out.push('-');
        }
    }
    out.push_str(rest);
    out
}

/// True for an initial and a whole word, which may begin with it: `s`, `susan`.
pub fn spells_out(initial: &str, word: &str) -> bool {
    initial.chars().nth(1).is_none() && word.chars().nth(1).is_some()
}

fn initial_fits(family: &str, own: &[String]) -> bool {
    let f = folded(family);
    f.chars().count() == 1 && own.iter().any(|o| o.starts_with(&f))
}

/// Words of a given name, folded, without dots.
pub fn given_tokens(given: &str) -> Vec<String> {
    folded(given).split([' ', '.', '-']).filter(|p| !p.is_empty()).map(str::to_string).collect()
}

/// Splits a display name: `Roe, Jane A` or `Dr. Jane A. Roe Jr., MD`.
///
/// The rows of a table name the same few persons over and over, so that each thread remembers what it has split lately.
pub fn split_text(text: &str) -> Name {
    const REMEMBERED: usize = 2048;
    thread_local! {
        static LATELY: RefCell<HashMap<Box<str>, Name>> = RefCell::default();
    }
    LATELY.with(|lately| {
        if let Some(name) = lately.borrow().get(text) {
            return name.clone();
        }
        let name = split(text);
        // Long texts are no names and would cost memory.
        if text.len() <= 80 {
            let mut lately = lately.borrow_mut();
            if lately.len() >= REMEMBERED {
                lately.clear();
            }
            lately.insert(text.into(), name.clone());
        }
        name
    })
}

fn split(text: &str) -> Name {
    let t = super::tokens::Tokens::new(text);
    let mut i = 0;
    while super::cues::title(t.low(i)).is_some() {
        i += 1 + usize::from(t.is(i + 1, '.'));
    }
    match super::name_read::forward(&t, i, super::name_read::Trust::Strong) {
        Some(read) => Name { text: text.to_string(), ..read.name },
        None => plain_split(text),
    }
}

fn plain_split(text: &str) -> Name {
    let clean: Vec<&str> = text.split_whitespace().map(|w| w.trim_matches(',')).filter(|w| !w.is_empty()).collect();
    match clean.as_slice() {
        [] => Name::default(),
        [only] => Name { text: text.to_string(), family: only.to_string(), ..Name::default() },
        [given @ .., family] => Name {
            text: text.to_string(),
            family: family.to_string(),
            given: given.iter().map(|g| g.to_string()).collect(),
            ..Name::default()
        },
    }
}
