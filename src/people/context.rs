//! What the sentence around a name says about whose name it is.
//!
//! In narrative the words around a name outrank the name itself: "her sister Peggy Jones" is not the patient, however well the
//! name fits. Cues are looked for near the name only; a sentence may well speak of the patient *and* of her sister.

use super::cue_words::{BY_VERBS, CLINICAL, CLINICIAN_BEFORE, DICTATION, EPONYM_AFTER, LINKS, OTHERS, SUBJECT_VERBS};
use super::facts::{Dob, Facts, Sex};
use super::fold::fold;
use super::kin;
use super::lexicon;
use super::name::{Folded, Title};
use crate::model::role::Role;

/// Cues found around one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cues {
    /// A kin word governs the name: this relation.
    pub kin: Option<Role>,
    /// The name is another patient's: room-mate, donor, neighbour on the ward.
    pub other_patient: bool,
    /// The name is a clinician's: title, credential, verb of signing.
    pub clinician: bool,
    /// Initials of a typist or dictating clinician.
    pub dictation: bool,
    /// The name is part of a disease, sign or instrument.
    pub eponym: bool,
    /// The name is the subject of a clinical sentence about the patient.
    pub subject: bool,
    /// The sentence calls this person the patient.
    pub called_patient: bool,
    /// Age told for the name, years.
    pub age: Option<u16>,
    /// Year of the note as told in the sentence.
    pub note_date: Option<Dob>,
    /// The sentence says that the patient is a clinician.
    pub patient_is_clinician: bool,
    /// The sentence names a relative whose name the fragment fits too.
    pub kin_fits: bool,
    /// `Mr.` or `Mrs.` before the name.
    pub honorific: Option<Sex>,
}

/// One word of the context, with what follows it.
struct Word {
    /// Folded, letters and digits.
    text: String,
    /// Starts with a capital in the source.
    capital: bool,
    /// Ends a sentence or clause: `.`, `;`, `:`.
    stop: bool,
    /// Ends in `'s`.
    possessive: bool,
    /// A comma or bracket follows or precedes.
    comma: bool,
    /// As it stood.
    raw: String,
}

fn split(context: &str) -> Vec<Word> {
    context
        .split_whitespace()
        .take(400)
        .flat_map(|w| {
            // `JS/mt`, `Smith,John` are two words.
            let mut pieces = Vec::new();
            let mut start = 0;
            for (i, c) in w.char_indices() {
                if matches!(c, '/' | ',' | ';' | ':' | '(' | ')') && i + 1 < w.len() && i > start {
                    pieces.push(&w[start..i + c.len_utf8()]);
                    start = i + c.len_utf8();
                }
            }
            pieces.push(&w[start..]);
            pieces
        })
        .filter_map(|raw| {
            let folded = fold(raw);
            let possessive = folded.trim_end_matches(|c: char| !c.is_alphanumeric()).ends_with("'s");
            let core = folded.trim_matches(|c: char| !c.is_alphanumeric());
            let core = if possessive { core.trim_end_matches("'s") } else { core };
            let text: String = core.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
            if text.is_empty() {
                return None;
            }
            let initial = text.chars().count() == 1 || matches!(text.as_str(), "mr" | "mrs" | "ms" | "dr" | "jr" | "sr" | "st");
            let stop = raw.ends_with([';', ':']) || (raw.ends_with('.') && !initial && !raw.trim_end_matches('.').contains('.'));
            Some(Word {
                capital: raw.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase),
                comma: raw.contains([',', '(', ')']),
                stop,
                possessive,
                text,
                raw: raw.to_string(),
            })
        })
        .collect()
}

/// Reads the sentence around a candidate name.
pub fn read(context: &str, candidate: &Facts, reference: &Facts) -> Cues {
    let mut cues = Cues::default();
    let Some(name) = candidate.names.first() else {
        return cues;
    };
    cues.honorific = match name.title {
        Title::Male => Some(Sex::Male),
        Title::Female => Some(Sex::Female),
        _ => None,
    };
    cues.clinician = name.credential || name.title == Title::Doctor;
    if context.trim().is_empty() {
        return cues;
    }
    let ws = split(context);
    cues.note_date = ws.iter().filter(|w| w.text.len() == 10).find_map(|w| Dob::parse(&w.text));
    let says = |list: &[&str]| ws.iter().any(|w| list.contains(&w.text.as_str()));
    cues.patient_is_clinician = patient_works_in_care(&ws);
    cues.kin_fits = names_a_fitting_relative(&ws, name);
    if !name.is_full() && says(DICTATION) && name.given.iter().chain(&name.family).all(|t| t.is_initial()) {
        cues.dictation = true;
    }
    let Some((from, to)) = find(&ws, name) else {
        return cues;
    };
    let before = &ws[..from];
    let after = ws.get(to..).unwrap_or(&[]);
    let name_words = ws.get(from..to).unwrap_or(&[]);
    let possessive = name_words.last().is_some_and(|w| w.possessive);
    let name_stops = name_words.last().is_some_and(|w| w.stop);
    // `JS/mt`: a trailer of initials around a slash.
    if name_words.iter().any(|w| w.raw.ends_with('/')) && name.given.iter().chain(&name.family).all(|t| t.is_initial()) {
        cues.dictation = true;
    }
    look_before(&mut cues, before);
    if !name_stops {
        look_after(&mut cues, after, name, possessive, reference);
    }
    cues
}

/// Finds the name's words in the context: the last stretch in which each word of the name, in any order, stands.
fn find(ws: &[Word], name: &Folded) -> Option<(usize, usize)> {
    let want: Vec<&str> = name.given.iter().chain(&name.family).map(|t| t.plain.as_str()).collect();
    let n = want.len();
    if n == 0 {
        return None;
    }
    let is = |w: &Word| {
        w.capital && w.text.split('-').any(|p| want.contains(&p.trim_end_matches('.')))
            || want.contains(&w.text.as_str())
            // `Crohn's` given as the name
            || (w.possessive && want.iter().any(|x| x.strip_suffix('s') == Some(w.text.as_str())))
    };
    for from in 0..ws.len() {
        let stretch = ws.get(from..(from + n).min(ws.len())).unwrap_or(&[]);
        if stretch.len() == n && stretch.iter().all(is) {
            return Some((from, from + n));
        }
    }
    // Initials written together (`J.S.`, `JS`).
    let joined: String = want.concat();
    let all_initials = want.iter().all(|w| w.chars().count() == 1);
    ws.iter().position(|w| all_initials && w.capital && w.text == joined).map(|i| (i, i + 1))
}

fn look_before(cues: &mut Cues, before: &[Word]) {
    // Walk back over link words to the word that governs the name.
    let mut steps = 0;
    for w in before.iter().rev() {
        let text = w.text.as_str();
        if w.stop && !w.raw.ends_with(':') && !matches!(text, "dr" | "mr" | "mrs" | "ms") {
            break;
        }
        if lexicon::MALE_TITLES.contains(&text) {
            cues.honorific = Some(Sex::Male);
        } else if lexicon::FEMALE_TITLES.contains(&text) {
            cues.honorific = Some(Sex::Female);
        }
        if let Some(role) = kin::word_role(text).filter(|_| !w.possessive) {
            cues.kin = Some(role);
            return;
        }
        if OTHERS.contains(&text) {
            cues.other_patient = true;
            return;
        }
        if CLINICIAN_BEFORE.contains(&text) || text == "per" || (text == "with" && cues.honorific.is_none() && conferred(before))
        {
            cues.clinician = true;
            return;
        }
        if text == "by" {
            cues.clinician |= before.iter().rev().take(6).any(|b| BY_VERBS.contains(&b.text.as_str()));
            return;
        }
        if matches!(text, "patient" | "pt") && !w.possessive {
            cues.called_patient = true;
            return;
        }
        let numeric = text.chars().all(|c| c.is_ascii_digit());
        if !LINKS.contains(&text) && !numeric {
            return;
        }
        steps += 1;
        if steps > 3 {
            return;
        }
    }
}

/// Colleagues discuss and confer; one speaks with anybody.
fn conferred(before: &[Word]) -> bool {
    before.iter().rev().take(4).any(|w| matches!(w.text.as_str(), "discussed" | "conferred" | "consulted" | "reviewed"))
}

fn look_after(cues: &mut Cues, after: &[Word], name: &Folded, possessive: bool, reference: &Facts) {
    let near: Vec<&str> = after.iter().take(14).map(|w| w.text.as_str()).collect();
    let first = near.first().copied().unwrap_or("");
    // `Wei Li RN`, `John Smith, MD`
    if let Some(w) = after.first()
        && lexicon::is_credential(&w.text)
        && w.raw.chars().filter(|c| c.is_uppercase()).count() > 1
    {
        cues.clinician = true;
    }
    if name.given.is_empty() && cues.honorific.is_none() && !cues.clinician && EPONYM_AFTER.contains(&first) {
        cues.eponym = true;
        return;
    }
    // Apposition: `Mr. Smith, the patient's father,` and `John Smith (father)`.
    if !possessive {
        for (i, w) in after.iter().take(5).enumerate() {
            if kin::word_role(&w.text).is_some_and(|_| !w.possessive) {
                // Not in `John Smith is here with his sister`.
                let between = after.get(..i).unwrap_or(&[]);
                let apposed = between.iter().all(|b| {
                    matches!(
                        b.text.as_str(),
                        "his" | "her" | "the" | "patient" | "pt" | "their" | "a" | "is" | "identical" | "twin" | "s" | "who"
                    )
                });
                if apposed {
                    cues.kin = kin::word_role(&w.text);
                }
                break;
            }
            if OTHERS.contains(&w.text.as_str()) && i <= 2 {
                cues.other_patient = true;
            }
        }
        if near.windows(2).take(5).any(|w| w[0] == "in" && w[1] == "bed")
            && near.iter().take(4).any(|w| *w == "bed")
            && first == "in"
        {
            cues.other_patient |= cues.honorific.is_none() && name.given.iter().all(|g| g.is_initial());
        }
    }
    // `is a 45 yo`, `, 27`, `27-year-old`
    for (i, w) in near.iter().enumerate().take(6) {
        let (num, rest) = w.split_once('-').unwrap_or((w, ""));
        let digits: String = num.chars().take_while(char::is_ascii_digit).collect();
        let unit = num.get(digits.len()..).unwrap_or("");
        let next = near.get(i + 1).copied().unwrap_or("");
        let is_age = rest.starts_with("year")
            || unit.starts_with('y')
            || matches!(next, "yo" | "y" | "year" | "years" | "yr" | "yrs" | "year-old");
        if is_age && let Ok(age) = digits.parse::<u16>() {
            cues.age = Some(age);
            break;
        }
    }
    // `Jane Roe, who presents with`
    let (first, near) = match near.split_first() {
        Some((&"who", rest)) => (rest.first().copied().unwrap_or(""), rest),
        _ => (first, near.as_slice()),
    };
    let aux = matches!(first, "has" | "had" | "is" | "was" | "will" | "also" | "currently" | "then");
    let predicate = SUBJECT_VERBS.contains(&first)
        || (matches!(first, "was" | "is" | "also" | "then" | "has" | "been")
            && near.iter().skip(1).take(3).any(|w| SUBJECT_VERBS.contains(w)))
        || (aux && near.iter().skip(1).take(6).any(|w| CLINICAL.contains(w) || sounds_clinical(w)));
    cues.subject = predicate && !possessive;
    if matches!(first, "patient" | "pt") && after.first().is_some_and(|w| w.comma) {
        cues.called_patient = true;
    }
    // The other sex in the same sentence: `Mrs. Smith reports he ...` speaks of somebody else.
    let clause: Vec<&str> = after.iter().take_while(|w| !w.stop).take(12).map(|w| w.text.as_str()).collect();
    let said = matches!(first, "reports" | "denies" | "reported");
    let pronoun = clause.iter().find_map(|w| match *w {
        "he" | "him" | "his" => Some(Sex::Male),
        "she" | "her" | "hers" => Some(Sex::Female),
        _ => None,
    });
    if said && pronoun.is_some() && reference.sex.is_some() && (cues.honorific.is_none() || pronoun != cues.honorific) {
        cues.subject = false;
    }
}

/// Words of illness and surgery by their ending.
fn sounds_clinical(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "itis",
        "emia",
        "oma",
        "omas",
        "osis",
        "opathy",
        "algia",
        "uria",
        "pnea",
        "plegia",
        "ectomy",
        "plasty",
        "scopy",
        "otomy",
        "ostomy",
        "rrhea",
        "phasia",
        "trophy",
        "sclerosis",
        "stenosis",
    ];
    ENDINGS.iter().any(|e| word.len() > e.len() + 2 && word.ends_with(e))
}

/// `patient works as RN`, `patient is a nurse`.
fn patient_works_in_care(ws: &[Word]) -> bool {
    let own = ws.windows(2).any(|w| matches!(w[0].text.as_str(), "her" | "his" | "their") && w[1].text == "own");
    let works = ws.iter().enumerate().any(|(i, w)| {
        matches!(w.text.as_str(), "patient" | "pt" | "self")
            && ws
                .iter()
                .skip(i + 1)
                .take(3)
                .any(|v| matches!(v.text.as_str(), "works" | "is" | "employed" | "worked" | "practices"))
            && ws
                .iter()
                .skip(i + 1)
                .take(8)
                .any(|v| CLINICIAN_BEFORE.contains(&v.text.as_str()) || lexicon::is_credential(&v.text) || v.text == "staff")
    });
    own || works
}

/// True when the sentence names a relative (kin word and name) whose name the fragment fits.
fn names_a_fitting_relative(ws: &[Word], name: &Folded) -> bool {
    let Some(family) = name.family_whole.as_ref() else {
        return false;
    };
    ws.iter().enumerate().any(|(i, w)| {
        if kin::word_role(&w.text).is_none() {
            return false;
        }
        let named: Vec<&str> = ws.iter().skip(i + 1).take_while(|v| v.capital).take(4).map(|v| v.text.as_str()).collect();
        let (Some(given), true) = (named.first(), named.len() > 1) else {
            return false;
        };
        let family_fits = named.iter().skip(1).any(|n| *n == family.plain)
            || (family.is_initial() && named.iter().any(|n| n.starts_with(&family.plain)));
        let given_fits = name.first_given().is_none_or(|g| g.plain == *given || (g.is_initial() && given.starts_with(&g.plain)));
        family_fits && given_fits
    })
}

/// Age in whole years on `at`, give or take what unknown months leave open: lowest and highest.
pub fn age_range(dob: &Dob, at: &Dob) -> (i32, i32) {
    let years = i32::from(at.year) - i32::from(dob.year);
    if dob.month == 0 || at.month == 0 {
        return (years - 1, years);
    }
    let had = (at.month, at.day) >= (dob.month, dob.day);
    let age = if had { years } else { years - 1 };
    (age, age)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cues(text: &str, context: &str) -> Cues {
        let candidate = Facts { names: vec![Folded::of_text(text)], ..Facts::default() };
        let reference = Facts { names: vec![Folded::of_text("John Roe")], sex: Some(Sex::Male), ..Facts::default() };
        read(context, &candidate, &reference)
    }

    #[test]
    fn kin_words_govern_only_their_own_name() {
        assert_eq!(cues("Ada Roe", "her sister Ada Roe drove").kin, Some(Role::Sister));
        assert_eq!(cues("Mr. Roe", "Mr. Roe, the patient's father, agrees").kin, Some(Role::Father));
        assert_eq!(cues("John Roe", "cousin, also named John Roe, is well").kin, Some(Role::Cousin));
        assert_eq!(cues("John Roe", "John Roe is here with his sister").kin, None);
        assert_eq!(cues("John Roe", "the brother of John Roe").kin, None);
        assert_eq!(cues("Mr. Roe", "Mr. Roe's sister denies this").kin, None);
    }

    #[test]
    fn other_cues() {
        assert!(cues("Roe", "Roe syndrome was ruled out").eponym);
        assert!(!cues("Mr. Roe", "Mr. Roe has Roe syndrome").eponym);
        assert!(cues("Mr. Roe", "Mr. Roe has Roe syndrome").subject);
        assert!(cues("Ada Roe", "electronically signed by Ada Roe").clinician);
        assert!(cues("Ada Roe", "Ada Roe, RN at bedside").clinician);
        assert!(cues("JR", "dictated: JR/mt").dictation);
        assert!(cues("John R.", "living donor #12, John R., 30").other_patient);
        assert_eq!(cues("Mr. Roe", "Mr. Roe is a 45 yo man").age, Some(45));
        assert_eq!(cues("Mr. Roe", "Mr. Roe, a 45-year-old man").age, Some(45));
        assert!(cues("Roe", "Mr. Roe denies pain").honorific == Some(Sex::Male));
    }
}
