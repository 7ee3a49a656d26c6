//! What the words around a name say about whose it is.

use super::cues::{
    Pull, credential, field_phrase, function, inverse, is_abbreviation, is_kin_adjective, is_possessor, kin, kin_of_kin,
    role_phrase, title, title_sex,
};
use super::identity::Own;
use super::kin_words::{Possessor, before_time, is_patient_word, is_priest, kin_ending_at, possessive_name, possessor};
use super::tokens::{Shape, Tokens};
use super::words::ShortSet;
use crate::model::role::{Role, RoleGroup};
use std::sync::LazyLock;

/// Cues beside a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Evidence {
    /// A title stands before it.
    pub titled: bool,
    /// Role that the title tells.
    pub title_role: Option<Role>,
    /// Sex that the title tells.
    pub sex: Option<&'static str>,
    /// Role by a credential after it.
    pub credential: Option<Role>,
    /// Kin relation to the patient.
    pub kin: Option<Role>,
    /// Role by a role phrase.
    pub role: Option<Role>,
    /// What the person does, told after the name: `Tom Reilly - Physical Therapy`. Says nothing about whether it is the patient.
    pub field: Option<Role>,
    /// A role phrase without role (`spoke with`) stands before it.
    pub phrase: bool,
    /// The words call the person the patient: `patient Jane Roe`, `Name: `.
    pub patient: bool,
    /// First token of the title, or of the name when there is none.
    pub title_from: usize,
}

impl Evidence {
    /// The most telling role, if any.
    pub fn best_role(&self) -> Option<Role> {
        if self.kin.is_some() {
            return self.kin;
        }
        let professional = match (self.credential, self.title_role, self.role) {
            // Whoever signs with a credential is what the credential says.
            (Some(c), _, Some(r)) if r.group() == RoleGroup::Clinician || r.group() == RoleGroup::Staff => {
                Some(if c == Role::Clinician { r } else { c })
            }
            (Some(c), _, None) => Some(c),
            (_, Some(t), Some(r)) if r.group() == RoleGroup::Clinician => Some(if r == Role::Clinician { t } else { r }),
            (_, t, r) => r.or(t),
        };
        match professional.or(self.credential) {
            None | Some(Role::Clinician) if self.field.is_some() => self.field,
            told => told,
        }
    }

    /// True when any cue says that this is a person.
    pub fn any(&self) -> bool {
        self.titled || self.credential.is_some() || self.kin.is_some() || self.role.is_some() || self.phrase || self.patient
    }
}

/// Looks around the tokens `first..next`. `own` tells whose mother `Marisol's mother` is.
pub fn around(t: &Tokens, first: usize, next: usize, own: &Own) -> Evidence {
    let mut e = Evidence { title_from: first, ..Evidence::default() };
    before(t, first, own, &mut e);
    after(t, first, next, own, &mut e);
    e
}

fn before(t: &Tokens, first: usize, own: &Own, e: &mut Evidence) {
    let mut k = first;
    // Titles, nearest first: `Mrs. Dr.`
    for _ in 0..4 {
        if k == 0 {
            break;
        }
        let j = if t.is(k - 1, '.') && k >= 2 { k - 2 } else { k - 1 };
        let low = t.low(j);
        let Some(role) = title(low) else { break };
        if j + 2 == k && !is_abbreviation(low) {
            break;
        }
        let written = t.is_capital(j) || t.is(j + 1, '.') || matches!(low, "dr" | "mrs" | "mr" | "ms");
        let gauge = low == "fr" && j > 0 && t.shape(j - 1) == Some(Shape::Number);
        if !written || gauge || j + 2 < k {
            break;
        }
        e.titled = true;
        e.title_role = e.title_role.or(role);
        e.sex = e.sex.or(title_sex(low));
        e.title_from = j;
        k = j;
    }
    // `Name: ROE, JANE   MRN: 1`: the head of a paper about this person.
    if first >= 2 && t.is(first - 1, ':') && t.low(first - 2) == "name" && t.begins_line(first - 2) {
        let end = (first..first + 24).find(|i| t.get(*i).is_none_or(|x| x.shape == Shape::Break)).unwrap_or(first + 24);
        if (first..end + 4).any(|i| matches!(t.low(i), "mrn" | "dob" | "sex" | "age")) {
            e.patient = true;
            return;
        }
    }
    // `Mr. and Mrs. Smith`, `Drs. Roe and Smith`: the title before `and` counts for the second.
    let mut named = false;
    for _ in 0..5 {
        let Some(j) = k.checked_sub(1) else { return };
        let low = t.low(j);
        let skip = match t.shape(j) {
            Some(Shape::Mark(m)) => matches!(m, ',' | ':' | '(' | '-' | '"' | '#' | '['),
            Some(Shape::Number) => true,
            Some(Shape::Break) => {
                let wrapped = j >= 1
                    && t.shape(j - 1) == Some(Shape::Lower)
                    && kin(t.low(j - 1)).is_some()
                    && t.text.get(t.list[j].start..t.list[j].end) == Some("\n");
                k >= 2 && (wrapped || t.is(j.wrapping_sub(1), ':') || t.text.get(t.list[j].start..t.list[j].end) == Some("\t"))
            }
            Some(_) => {
                matches!(low, "is" | "was" | "named" | "name" | "called" | "who" | "whose" | "also" | "are" | "being")
                    || is_language(low) && t.is(k, ',')
            }
            None => false,
        };
        if !skip {
            break;
        }
        named |= matches!(low, "name" | "named");
        k = j;
    }
    k = before_time(t, before_place(t, k));
    let Some(j) = k.checked_sub(1) else { return };
    // `PT THIBODEAUX, O`
    if t.low(j) == "pt" && t.begins_column(j) && (own.is_family(t.low(first)) || own.is_given(t.low(first))) {
        e.patient = true;
        return;
    }
    if let Some(role) = function_at(t, j) {
        e.phrase = true;
        e.role = e.role.or(Some(role));
        return;
    }
    if let Some(role) = kin_ending_at(t, j, named) {
        if role == Role::Father && is_priest(t, j) {
            e.phrase = true;
            e.role = Some(Role::Chaplain);
            return;
        }
        // `your partner, Dr. Mulcahy`: of a practice.
        if role == Role::Partner && e.title_role == Some(Role::Physician) {
            e.phrase = true;
            return;
        }
        match possessor(t, j, own) {
            Possessor::Patient => e.kin = Some(role),
            Possessor::Kin(of) => e.kin = Some(kin_of_kin(of, role)),
            Possessor::Other => {
                e.phrase = true;
                e.role = Some(Role::OtherPerson);
            }
        }
        return;
    }
    let low = t.low(j);
    // `Pt2 Heather Voss`
    if low.strip_prefix("pt").is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit())) {
        e.phrase = true;
        e.role = Some(Role::OtherPatient);
        return;
    }
    // `Surgery (Kessler)`, `Onc: Engstrom`
    if k < first && matches!(t.shape(k), Some(Shape::Mark('(' | ':' | '-'))) {
        e.field = (1..=3usize)
            .filter_map(|n| (j + 1).checked_sub(n).map(|f| (n, f)))
            .find_map(|(n, from)| field_phrase(|i| t.low(from + i)).filter(|f| f.0 == n).map(|f| f.1));
    }
    // `mother of Nadia`: seen from the other end.
    if low == "of"
        && k == first
        && j >= 1
        && let Some(role) = kin(t.low(j - 1))
    {
        e.kin = Some(inverse(role));
        return;
    }
    if (low == "patient" || low == "pt") && j >= 2 {
        // `mother of patient, Ana Roe`; `mother of the patient, Ana Roe`.
        let of = if t.low(j - 1) == "the" && j >= 3 { j - 2 } else { j - 1 };
        if t.low(of) == "of"
            && let Some(role) = of.checked_sub(1).and_then(|m| kin(t.low(m)))
        {
            e.kin = Some(role);
            return;
        }
    }
    if (low == "patient" || low == "pt") && !t.list[j].possessive && !is_other(t.low(j.wrapping_sub(1))) {
        e.patient = true;
        return;
    }
    // `Gurpreet Dhaliwal-Ross MD:` above the line: the credential is theirs.
    if k < first && j > 0 && credential_at(t, j).is_some() && t.is_capital(j - 1) && t.like(j - 1) > super::words::NameLike::Word
    {
        return;
    }
    // The longest phrase tells: `nurse manager` is no `manager`.
    for len in (1..=4usize).rev() {
        let Some(from) = (j + 1).checked_sub(len) else { continue };
        let Some((n, pull, role)) = role_phrase(|i| t.low(from + i)) else { continue };
        if n != len || pull == Pull::Weak {
            continue;
        }
        let direct = k == e.title_from;
        let marked = !direct;
        if pull == Pull::Verb && marked && !t.is(k, ':') && !t.is(k, ',') {
            continue;
        }
        if pull == Pull::Label && direct && e.title_from == first {
            continue;
        }
        e.phrase = true;
        e.role = e.role.or(role);
    }
}

/// Languages that are nobody's name as a rule, as interpreters are asked for: those of ISO 639 most spoken in the world and in the United States
/// (Census Bureau, language spoken at home).
const LANGUAGES: &str = "akan albanian amharic arabic armenian asl bengali bosnian burmese cantonese cebuano chinese chuukese creole croatian \
    czech danish dari dutch english farsi fijian filipino finnish french fukienese german greek gujarati haitian hausa hawaiian \
    hebrew hindi hmong hungarian igbo ilocano indonesian italian japanese javanese kannada khmer kinyarwanda kirundi korean \
    kurdish lao latvian lingala lithuanian malay malayalam mandarin marathi marshallese mongolian navajo nepali norwegian \
    oromo pashto persian polish portuguese punjabi quechua rohingya romanian russian samoan serbian sinhala slovak somali \
    spanish swahili swedish tagalog taiwanese tamil telugu thai tibetan tigrinya toishanese tongan turkish ukrainian urdu \
    uzbek vietnamese welsh wolof xhosa yiddish yoruba zulu";

/// `Interpreter: Vietnamese, Hung`.
pub fn is_language(low: &str) -> bool {
    static ALL: LazyLock<ShortSet> = LazyLock::new(|| LANGUAGES.split_whitespace().collect());
    ALL.contains(low)
}

/// The token after a place in the ward that begins at `k`: `in bed B`, `from room 12`, `(bed 2)`, `in the next bed`.
pub fn place_end(t: &Tokens, k: usize) -> Option<usize> {
    let mut i = k;
    if matches!(t.low(i), "in" | "from" | "at" | "on") {
        i += 1;
    }
    while i < k + 4 && matches!(t.low(i), "the" | "next" | "other" | "adjacent" | "neighboring" | "same") {
        i += 1;
    }
    let told = i > k;
    if !matches!(t.low(i), "bed" | "room" | "rm" | "bay" | "cubicle" | "ward" | "unit") {
        return None;
    }
    i += 1 + usize::from(t.is(i + 1, '#'));
    let numbered = match t.shape(i) {
        Some(Shape::Initial) => !t.is(i + 1, '.'),
        Some(Shape::Number | Shape::Mixed) => true,
        _ => false,
    };
    (numbered || told).then_some(i + usize::from(numbered))
}

/// The first token of a place in the ward that ends at `k` (marks between left out), else `k`.
fn before_place(t: &Tokens, k: usize) -> usize {
    let ends = |m: usize| {
        let end = place_end(t, m)?;
        (end <= k && k - end <= 2 && (end..k).all(|x| matches!(t.shape(x), Some(Shape::Mark(',' | ':' | '-' | ')')))))
            .then_some(m)
    };
    let Some(m) = (k.saturating_sub(8)..k).find_map(ends) else { return k };
    if m > 0 && matches!(t.shape(m - 1), Some(Shape::Mark('(' | ','))) { m - 1 } else { m }
}

fn is_other(low: &str) -> bool {
    matches!(low, "other" | "another" | "fellow")
}

fn after(t: &Tokens, first: usize, next: usize, own: &Own, e: &mut Evidence) {
    let mut k = next;
    // Credentials: `Wu, RN`, `Wu MD, PhD`, `Wu (RN)`.
    let mut comma = false;
    for _ in 0..6 {
        if t.is(k, ',') || t.is(k, '(') || t.is(k, '|') {
            comma = true;
            k += 1;
            continue;
        }
        let Some((role, strict, len)) = credential_at(t, k) else { break };
        // `Tom Reilly PT.`, `Rita Gomez MS,`: a whole name and an end after it.
        let closed = next > first + 1 && (t.ends_line(k + len) || matches!(t.shape(k + len), Some(Shape::Mark(_))));
        if strict && !comma && !closed && e.credential.is_none() {
            break;
        }
        // `Dr. Holm, RN Perpetua`, `Attending: Tupou     RN: Jorge`: it begins what is said of the next.
        let next_named = t.is_capital(k + len) && !t.begins_column(k + len) && t.like(k + len) > super::words::NameLike::WordName;
        if (comma || t.begins_column(k)) && (next_named && credential_at(t, k + len).is_none() || t.is(k + len, ':')) {
            break;
        }
        if e.credential.is_none() || e.credential == Some(Role::Clinician) {
            e.credential = Some(role);
        }
        k += len;
    }
    if e.kin.is_some() {
        return;
    }
    let mut k = next;
    if t.get(next.wrapping_sub(1)).is_some_and(|n| n.possessive) {
        return;
    }
    // The next column of a table set with blanks.
    let mut joined = !t.ends_line(next) && t.ends_column(next);
    // `Sally, Dr. Gray's nurse`: whose is told, and it is not the patient.
    let mut others = false;
    // `Megan, who is a nurse`: what somebody does for a living tells nothing of this care.
    let mut living = false;
    for _ in 0..9 {
        let low = t.low(k);
        living |= matches!(low, "a" | "an") && matches!(t.low(k.wrapping_sub(1)), "is" | "was" | "as");
        let whose = joined && possessive_name(t, k).is_some_and(|p| !own.is_given(t.low(p)) && !own.is_family(t.low(p)));
        if whose {
            others = true;
            k = possessive_name(t, k).map_or(k, |p| p + 1);
            continue;
        }
        let skip = match t.shape(k) {
            Some(Shape::Mark(m)) => matches!(m, ',' | '(' | '-' | '[' | '/' | '|'),
            Some(Shape::Break) => t.get(k).is_some_and(|b| {
                let written = t.text.get(b.start..b.end).unwrap_or("");
                // A line may be broken after the comma.
                written == "\t"
                    || joined && k == next + 1 && t.is(next, ',') && written == "\n" && t.shape(k + 1) == Some(Shape::Lower)
            }),
            Some(Shape::Lower | Shape::Cap | Shape::Upper) if joined => {
                is_possessor(low)
                    || t.get(k).is_some_and(|x| x.possessive) && (own.is_given(low) || own.is_family(low))
                    || is_kin_adjective(low)
                    || matches!(
                        low,
                        "is" | "was" | "who" | "as" | "relationship" | "relation" | "another" | "fellow" | "one" | "of"
                    )
            }
            // Only a mark or `is` ties what follows to the name: not `Page the nurse`.
            Some(Shape::Lower) => matches!(low, "is" | "was" | "who" | "as"),
            _ => false,
        };
        if !skip {
            break;
        }
        joined = true;
        k += 1;
    }
    if !joined {
        return;
    }
    let low = t.low(k);
    // `Jane Roe is a 39-year-old`: the subject of the note.
    let number = (k..k + 2).find(|i| matches!(t.shape(*i), Some(Shape::Number | Shape::Mixed)));
    if let Some(i) = number.filter(|_| matches!(t.low(k.wrapping_sub(1)), "is" | "was") && low != "in") {
        let unit = i + 1 + usize::from(t.is(i + 1, '-'));
        let old = t.low(unit).starts_with("year") || matches!(t.low(unit), "yo" | "y" | "yr" | "yrs") || t.low(i).ends_with("yo");
        e.patient |= old && e.role.is_none() && !e.titled | e.sex.is_some();
        return;
    }
    if let Some(role) = kin(low) {
        let in_law = t.low(k + 1) == "in" && t.low(k + 2) == "law";
        let end = if in_law { k + 3 } else { k + 1 };
        // `Billy is the son of William`: not the patient's.
        let of = t.low(end) == "of"
            && (end + 1..end + 4).any(|i| t.is_capital(i) && t.like(i) > super::words::NameLike::Word)
            && !(end + 1..end + 4).any(|i| is_patient_word(t, i, own));
        if of {
            e.phrase = true;
            return;
        }
        if others {
            e.role = e.role.or(Some(Role::OtherPerson));
            return;
        }
        // `taught Alejandra, her mother and her boyfriend`: the patient and others.
        let listed = t.low(end) == "and" && t.is(next, ',') && own.is_given(t.low(next.wrapping_sub(1))) && !t.ends_line(end + 1);
        if listed {
            return;
        }
        // `Karen, her son Bob`: the kin word belongs to the next name.
        let belongs_to_next = t.is_capital(end) && !t.is(end, '.') && t.like(end) > super::words::NameLike::Word;
        if !belongs_to_next && !t.list[k].possessive {
            e.kin = Some(if in_law { Role::InLaw } else { role });
        }
        return;
    }
    if let Some((n, Pull::Noun, role)) = role_phrase(|i| t.low(k + i))
        && !t.is_capital(k + n)
        && e.role.is_none()
    {
        let works = role.is_some_and(|r| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
        // `Ms. Harlow is his donor`: somebody else is the recipient.
        let donates = role == Some(Role::Donor) && matches!(t.low(k.wrapping_sub(1)), "his" | "her" | "their");
        if living && works || donates {
            e.phrase = true;
        } else {
            e.role = role;
        }
        return;
    }
    let abbreviated = function(t.word(k)).filter(|_| !t.is_capital(k + 1));
    e.field = field_phrase(|i| t.low(k + i)).filter(|(n, _)| !t.is_capital(k + n)).map(|f| f.1).or(abbreviated);
}

/// An abbreviation of what somebody does, in capitals, directly before a name: `RN Kayla`, `SW Brooks`.
pub fn function_at(t: &Tokens, j: usize) -> Option<Role> {
    let role = function(t.word(j))?;
    // `Dr. Holm, RN Perpetua`
    let names_next = t.is_capital(j + 1) && !t.begins_column(j + 1) && t.like(j + 1) == super::words::NameLike::Name;
    // `Karen Wu RN, Beth Lang`: it belongs to the name before; `PT Jane Smith`: the patient.
    let belongs = j > 0
        && !t.begins_column(j)
        && (t.is_capital(j - 1) && t.like(j - 1) > super::words::NameLike::Word
            || t.is(j - 1, ',') && j > 1 && t.is_capital(j - 2) && !names_next);
    (!belongs).then_some(role)
}

/// The credential at token `k`, with dots inside allowed: `MD`, `M.D.`, `Ph.D.`; its role, strictness and length in tokens.
pub fn credential_at(t: &Tokens, k: usize) -> Option<(Role, bool, usize)> {
    let shape = t.shape(k)?;
    if !matches!(shape, Shape::Cap | Shape::Upper | Shape::Initial) {
        return None;
    }
    if let Some((role, strict)) = credential(t.word(k)) {
        // `PT-90217`: a number.
        if t.is(k + 1, '-') && t.touches_next(k) && t.touches_next(k + 1) && t.shape(k + 2) == Some(Shape::Number) {
            return None;
        }
        let slash = t.is(k + 1, '/') && t.shape(k + 2) == Some(Shape::Initial);
        return Some((role, strict, if slash { 3 } else { 1 }));
    }
    if !(t.is(k + 1, '.') && t.touches_next(k)) {
        return None;
    }
    let mut word = String::new();
    let mut i = k;
    while i < k + 8 && t.is_capital(i) && t.is(i + 1, '.') && t.touches_next(i) && t.word(i).len() <= 3 {
        word.push_str(t.word(i));
        i += 2;
        if !t.touches_next(i - 1) {
            break;
        }
    }
    if word.is_empty() {
        return None;
    }
    // The last part may stand without a dot: `Ph.D`.
    if t.is_capital(i) && t.touches_next(i - 1) && t.word(i).len() <= 3 {
        word.push_str(t.word(i));
        i += 1;
    }
    let (role, _) = credential(&word)?;
    Some((role, false, i - k))
}

/// Role that the section of a document gives to people named in it.
pub fn section_role(section: &str) -> Option<Role> {
    let low = section.to_lowercase();
    let has = |w: &str| low.contains(w);
    if has("family history") || has("10157-6") {
        return Some(Role::Relative);
    }
    if has("care team") || has("85847-2") || has("provider") {
        return Some(Role::Clinician);
    }
    if has("emergency contact") {
        return Some(Role::EmergencyContact);
    }
    if has("next of kin") {
        return Some(Role::NextOfKin);
    }
    if has("group") && (has("therapy") || has("session") || has("note")) {
        return Some(Role::OtherPatient);
    }
    None
}
