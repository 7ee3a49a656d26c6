//! More than the name: the row, the turn or the sentence in which somebody else is named.
//!
//! A bed list, the record of a group session or a sentence about a room-mate says what the other patient has, and taking the name out leaves
//! that standing beside a bed number. How much goes with the name is a switch of the policy for each role. It is taken only where
//! it is certain that the patient is not spoken of in it: a fact of the patient's own must not be lost. Where that is not certain, what
//! identifies goes and a person is asked about the rest.

use crate::model::policy::Extent;
use crate::model::view::Span;

/// What a name stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unit {
    /// Its bytes in the text.
    pub span: Span,
    /// Row, turn or sentence.
    pub kind: Extent,
    /// True when nothing in it can be the patient's.
    pub certain: bool,
}

/// The unit around a mention that the switch asks for. `patient` are the spans in which the patient is named in this text.
pub fn unit(text: &str, start: usize, end: usize, extent: Extent, patient: &[(usize, usize)]) -> Option<Unit> {
    let wants = |kind: Extent| extent == kind || extent == Extent::Whole;
    let line = line_at(text, start);
    let named = |span: Span| patient.iter().any(|&(s, e)| s < span.end as usize && span.start as usize <= e.saturating_sub(1));
    if wants(Extent::Row) && is_row(text, line) {
        let row = text.get(line.range()).unwrap_or_default();
        let at = start - line.start as usize;
        // A list of people names each in one of its first columns. Elsewhere the row is about something else, and may be the patient's.
        let column = columns(row.get(..at).unwrap_or_default());
        let certain = column < 3 && !named(line) && !speaks_of_patient(row, Some((at, end - line.start as usize)), false);
        return Some(Unit { span: line, kind: Extent::Row, certain });
    }
    if wants(Extent::Turn)
        && let Some(span) = turn(text, start, end)
    {
        let said = text.get(span.range()).unwrap_or_default();
        // In a turn the speaker says "I"; the patient is whoever is named or spoken of as such.
        return Some(Unit { span, kind: Extent::Turn, certain: !named(span) && !says_patient(said) });
    }
    if wants(Extent::Sentence) {
        let span = sentence(text, start, end);
        let said = text.get(span.range()).unwrap_or_default();
        let at = (start - span.start as usize, end - span.start as usize);
        if said.len() <= (end - start) + 2 {
            return None;
        }
        let certain = is_subject(said, at.0) && !named(span) && !speaks_of_patient(said, Some(at), true);
        return Some(Unit { span, kind: Extent::Sentence, certain });
    }
    None
}

/// The line around a byte, without its end.
fn line_at(text: &str, at: usize) -> Span {
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |p| p + 1);
    let end = text.get(at..).and_then(|t| t.find('\n')).map_or(text.len(), |p| at + p);
    let trimmed = text.get(start..end).unwrap_or_default().trim_end_matches('\r').len();
    Span::new(start, start + trimmed)
}

/// Cells before this point of a row.
fn columns(before: &str) -> usize {
    cells(before).saturating_sub(1)
}

/// Number of cells of a line: parted by bars, tabs, two blanks or more, or semicolons and commas of a list of values.
fn cells(line: &str) -> usize {
    if line.contains(" | ") || line.contains('|') {
        return line.split('|').count();
    }
    if line.contains('\t') {
        return line.split('\t').count();
    }
    let mut n = 1;
    let mut blanks = 0;
    for c in line.trim_start().chars() {
        match c {
            ' ' => blanks += 1,
            _ => {
                n += usize::from(blanks >= 2);
                blanks = 0;
            }
        }
    }
    n
}

/// True for a row of a table or list: three cells or more, or two and a neighbour of as many.
fn is_row(text: &str, line: Span) -> bool {
    let row = text.get(line.range()).unwrap_or_default();
    let n = cells(row);
    if n < 2 {
        return false;
    }
    let before = text.get(..(line.start as usize).saturating_sub(1)).map(|t| t.rsplit('\n').next().unwrap_or_default());
    let after = text
        .get(line.end as usize..)
        .and_then(|t| t.trim_start_matches('\r').strip_prefix('\n'))
        .map(|t| t.split('\n').next().unwrap_or_default());
    let like = |other: Option<&str>| other.is_some_and(|l| cells(l) == n || cells(l) + 1 == n || cells(l) == n + 1);
    // Cells that a format marks need no neighbour; blanks that only look like columns do.
    let marked = row.contains(" | ") && n >= 3;
    marked
        || n >= 3 && (row.contains('|') || row.contains('\t'))
        || (like(before) && cells(before.unwrap_or_default()) > 1)
        || (like(after) && cells(after.unwrap_or_default()) > 1)
}

/// What a speaker says: from the name at the head of a line and a colon to the next line that begins so, or to a blank line.
fn turn(text: &str, start: usize, end: usize) -> Option<Span> {
    let line = line_at(text, start);
    let head = text.get(line.start as usize..start)?;
    if head.chars().any(char::is_alphanumeric) && !head.trim_end().ends_with(['-', '*', ')', '\u{2022}']) && !is_cue(head) {
        return None;
    }
    let rest = text.get(end..line.end as usize)?;
    let after = rest.trim_start_matches([' ', '*', '.']).strip_prefix(':').or_else(|| {
        // `Dana K. (peer): ...`
        let close = rest.trim_start().strip_prefix('(').and_then(|r| r.find(')').map(|p| &r[p + 1..]))?;
        close.trim_start().strip_prefix(':')
    })?;
    if after.trim().is_empty()
        && text.get(line.end as usize..)?.trim_start_matches('\r').trim_start_matches('\n').trim().is_empty()
    {
        return None;
    }
    let mut to = line.end as usize;
    // Somebody speaks on over the next lines where others speak, too. A name and a colon by themselves head their own line.
    if text.lines().filter(|l| begins_turn(l)).take(2).count() < 2 {
        return Some(Span::new(line.start as usize, to));
    }
    for next in text.get(line.end as usize..)?.split_inclusive('\n').skip(1) {
        if next.trim().is_empty() || begins_turn(next) {
            break;
        }
        let Some(line_end) = text.get(to..).and_then(|t| t.find('\n')) else { break };
        to += line_end + 1 + next.trim_end_matches(['\n', '\r']).len();
    }
    Some(Span::new(line.start as usize, to.min(text.len())))
}

/// `Dana K.:`, `THERAPIST:`: at most five words and a colon at the head of a line.
fn begins_turn(line: &str) -> bool {
    let Some((head, _)) = line.trim_start().split_once(':') else { return false };
    let words = head.split_whitespace().count();
    (1..=5).contains(&words) && head.chars().next().is_some_and(|c| c.is_uppercase() || c == '[' || c == '*')
}

/// The sentence around a span. A semicolon ends it, too: what follows is often about somebody else.
fn sentence(text: &str, start: usize, end: usize) -> Span {
    let line = line_at(text, start);
    let stops = |at: usize, c: char| {
        if matches!(c, '!' | '?' | ';') {
            return true;
        }
        if c != '.' {
            return false;
        }
        // `Dr.`, `J.` and `3.5` end no sentence.
        let after = text.get(at + 1..).unwrap_or_default();
        let word = text.get(..at).unwrap_or_default().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let short = word.chars().count() <= 2 && word.chars().all(char::is_alphabetic) || TITLES.contains(&word);
        after.starts_with([' ', '\n', '\r']) && !short || after.is_empty()
    };
    let before = text.get(line.start as usize..start).unwrap_or_default();
    let from = before
        .char_indices()
        .rev()
        .find(|&(i, c)| stops(line.start as usize + i, c))
        .map_or(line.start as usize, |(i, c)| line.start as usize + i + c.len_utf8());
    let from = from + text.get(from..start).map_or(0, |t| t.len() - t.trim_start().len());
    let tail = text.get(end..line.end as usize).unwrap_or_default();
    let to = tail.char_indices().find(|&(i, c)| stops(end + i, c)).map_or(line.end as usize, |(i, c)| end + i + c.len_utf8());
    Span::new(from, to)
}

const TITLES: [&str; 12] = ["Dr", "Mr", "Mrs", "Ms", "Jr", "Sr", "St", "Prof", "Rev", "No", "vs", "approx"];

/// Words before a name that say that somebody else is meant.
const CUES: [&str; 30] = [
    "roommate",
    "room-mate",
    "room",
    "mate",
    "bed",
    "neighbor",
    "neighbour",
    "another",
    "other",
    "fellow",
    "group",
    "member",
    "peer",
    "co-patient",
    "copatient",
    "patient",
    "resident",
    "client",
    "participant",
    "mr",
    "mrs",
    "ms",
    "miss",
    "the",
    "a",
    "adjacent",
    "next",
    "in",
    "donor",
    "who",
];

/// True when everything before the name only says that it is somebody else: "Her" would be the patient's.
fn is_cue(before: &str) -> bool {
    before.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|w| !w.is_empty()).all(|w| {
        let w = w.to_lowercase();
        CUES.contains(&w.as_str()) || w.chars().all(|c| c.is_ascii_digit()) || w.chars().count() == 1
    })
}

/// True when the named person is who the sentence is about: nothing but such words before the name.
fn is_subject(sentence: &str, at: usize) -> bool {
    is_cue(sentence.get(..at).unwrap_or_default())
}

/// Words by which the patient is meant.
const PATIENT: [&str; 12] = ["patient", "pt", "pts", "client", "resident", "veteran", "i", "me", "my", "we", "us", "our"];
/// Words by which the patient may be meant where somebody else is spoken of.
const PRONOUNS: [&str; 11] = ["she", "he", "her", "him", "his", "hers", "they", "them", "their", "herself", "himself"];
/// Words after which somebody else's facts become the patient's.
const TURNS: [&str; 34] = [
    "exposed",
    "exposure",
    "contact",
    "contacts",
    "shared",
    "shares",
    "while",
    "whereas",
    "but",
    "therefore",
    "hence",
    "mother",
    "father",
    "sister",
    "brother",
    "wife",
    "husband",
    "spouse",
    "son",
    "daughter",
    "both",
    "transmitted",
    "infected",
    "bit",
    "hit",
    "struck",
    "assaulted",
    "attacked",
    "pushed",
    "injured",
    "injuring",
    "prompting",
    "causing",
    "resulting",
];

/// Words for relatives.
const KIN: [&str; 16] = [
    "mother", "father", "sister", "brother", "wife", "husband", "spouse", "son", "daughter", "children", "child", "kids",
    "family", "parents", "baby", "partner",
];

/// Beginnings of words that say something of somebody's health.
const HEALTH: [&str; 124] = [
    "abort",
    "abus",
    "adhd",
    "aids",
    "alcohol",
    "alzheimer",
    "amput",
    "anemi",
    "angina",
    "anxi",
    "apnea",
    "arrhythm",
    "arrest",
    "asthma",
    "biops",
    "bipolar",
    "bleed",
    "bled",
    "burn",
    "c diff",
    "cancer",
    "carcin",
    "cardiac",
    "catheter",
    "chemo",
    "chf",
    "cirrh",
    "cocaine",
    "coma",
    "confus",
    "copd",
    "covid",
    "cut",
    "cyst",
    "death",
    "deliri",
    "delusion",
    "dement",
    "depress",
    "detox",
    "diabet",
    "diagnos",
    "dialysis",
    "diarrhea",
    "died",
    "disease",
    "disorder",
    "drank",
    "drink",
    "drunk",
    "epilep",
    "expired",
    "fainted",
    "fell",
    "fever",
    "flu",
    "fractur",
    "hallucinat",
    "hepat",
    "heroin",
    "hiv",
    "hypert",
    "hypog",
    "implant",
    "infect",
    "influenza",
    "inject",
    "injur",
    "insulin",
    "intrusive",
    "intubat",
    "iv drug",
    "leuk",
    "lymphom",
    "medicat",
    "meth",
    "migraine",
    "miscarr",
    "mrsa",
    "nausea",
    "ocd",
    "operat",
    "opioid",
    "overdos",
    "pain",
    "panic",
    "paraly",
    "paranoi",
    "pneumon",
    "precaution",
    "pregnan",
    "prescri",
    "psych",
    "ptsd",
    "rash",
    "relaps",
    "scabies",
    "schizo",
    "seiz",
    "self-harm",
    "sepsis",
    "septic",
    "sick",
    "smok",
    "sober",
    "stroke",
    "suicid",
    "surg",
    "symptom",
    "syphilis",
    "therap",
    "transfus",
    "transplant",
    "trauma",
    "treated",
    "tubercul",
    "tumor",
    "ulcer",
    "unconscious",
    "ventilat",
    "vomit",
    "withdraw",
    "wound",
    "shunt",
];
/// Endings of such words. Source: word forms of medicine and USAN stems.
const ENDINGS: [&str; 30] = [
    "itis",
    "osis",
    "emia",
    "pathy",
    "ectomy",
    "ostomy",
    "otomy",
    "plasty",
    "scopy",
    "algia",
    "uria",
    "plegia",
    "paresis",
    "megaly",
    "penia",
    "rrhage",
    "sclerosis",
    "pril",
    "sartan",
    "olol",
    "statin",
    "azole",
    "mycin",
    "cillin",
    "dipine",
    "azepam",
    "oxetine",
    "codone",
    "phobia",
    "oma",
];

/// True when a text says something of somebody's health.
pub fn speaks_of_health(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|w| {
        let w = w.to_lowercase();
        w.len() >= 2
            && (HEALTH.iter().any(|h| w.starts_with(h))
                || ENDINGS.iter().any(|e| w.len() > e.len() + 2 && w.ends_with(e))
                || w == "tb"
                || w == "gsw")
    })
}

/// True when a word of the text may be about the patient. `skip` is the name itself; the words before it say whose it is.
fn speaks_of_patient(text: &str, skip: Option<(usize, usize)>, strict: bool) -> bool {
    let (before, after) = match skip {
        Some((s, e)) => (text.get(..s).unwrap_or_default(), text.get(e..).unwrap_or_default()),
        None => ("", text),
    };
    let words = |t: &str| -> Vec<String> {
        t.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let foreign = |ws: &[String], i: usize| i > 0 && matches!(ws[i - 1].as_str(), "other" | "another" | "fellow" | "co" | "each");
    // `her son` after the name of somebody is that one's.
    let kin = |ws: &[String], i: usize| {
        let possessive = |w: &str| matches!(w, "her" | "his" | "their");
        let is = |i: usize| ws.get(i).is_some_and(|w| KIN.contains(&w.as_str()));
        possessive(&ws[i]) && is(i + 1) || is(i) && i > 0 && possessive(&ws[i - 1])
    };
    let hit = |ws: &[String]| {
        ws.iter().enumerate().any(|(i, w)| {
            let w = w.as_str();
            PATIENT.contains(&w) && !foreign(ws, i) || strict && !kin(ws, i) && (PRONOUNS.contains(&w) || TURNS.contains(&w))
        })
    };
    // Before the name "patient" is the name's own: "patient J. Roe in bed 2".
    let head = words(before);
    let own = strict && is_cue(before);
    !own && hit(&head) || hit(&words(after))
}

/// True for a word for a relative by blood, marriage or adoption.
pub fn kin_word(word: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.trim_end_matches("'s").trim_matches(|c: char| !c.is_alphabetic());
    let more = [
        "aunt",
        "uncle",
        "cousin",
        "grandmother",
        "grandfather",
        "grandparent",
        "niece",
        "nephew",
        "sibling",
        "siblings",
        "brothers",
        "sisters",
        "sons",
        "daughters",
        "mom",
        "dad",
        "aunts",
        "uncles",
        "cousins",
        "grandparents",
        "relatives",
        "parent",
    ];
    KIN.contains(&word) || more.contains(&word)
}

/// True when the text speaks of the patient as such.
pub fn says_patient(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| matches!(w.to_lowercase().as_str(), "patient" | "pt" | "client"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, name: &str, extent: Extent) -> Option<(String, Extent, bool)> {
        let at = text.find(name).unwrap();
        let patient: Vec<(usize, usize)> = text.match_indices("Jane Roe").map(|(i, m)| (i, i + m.len())).collect();
        unit(text, at, at + name.len(), extent, &patient).map(|u| (text[u.span.range()].to_string(), u.kind, u.certain))
    }

    #[test]
    fn rows_of_a_bed_list_go_whole() {
        let list = "Bed | Name | Diagnosis\n4A | Jane Roe | pneumonia\n4B | Omar Haddad | HIV, cellulitis\n";
        assert_eq!(
            of(list, "Omar Haddad", Extent::Whole).unwrap(),
            ("4B | Omar Haddad | HIV, cellulitis".into(), Extent::Row, true)
        );
        let text = "Bed 1   Omar Haddad   CHF\nBed 2   Jane Roe   COPD\n";
        assert_eq!(of(text, "Omar Haddad", Extent::Row).unwrap(), ("Bed 1   Omar Haddad   CHF".into(), Extent::Row, true));
        let both = "4B | Omar Haddad | moved from bed of Jane Roe | HIV";
        assert!(!of(both, "Omar Haddad", Extent::Whole).unwrap().2, "the patient is named in the row");
        let own = "2024-03-01 | Fall | patient fell over walker | Omar Haddad | hip fracture";
        assert!(!of(own, "Omar Haddad", Extent::Whole).unwrap().2, "a row about something else that names somebody");
        assert_eq!(of(list, "Omar Haddad", Extent::Identifiers), None);
        assert_eq!(of(list, "Omar Haddad", Extent::Turn), None);
    }

    #[test]
    fn turns_end_at_the_next_speaker() {
        let talk = "Therapist: How was the week?\nOmar H.: I drank again.\nMy liver is worse.\nJane Roe: I slept well.\n";
        let (said, kind, certain) = of(talk, "Omar H.", Extent::Whole).unwrap();
        assert_eq!((said.as_str(), kind, certain), ("Omar H.: I drank again.\nMy liver is worse.", Extent::Turn, true));
        let about = "Omar H.: Jane Roe told us that her seizures are back.\nJane Roe: Yes.\n";
        assert!(!of(about, "Omar H.", Extent::Whole).unwrap().2, "the turn speaks of the patient");
    }

    #[test]
    fn sentences_go_only_when_they_are_about_the_other_alone() {
        for (text, certain) in [
            ("Slept well. Roommate Omar Haddad has active tuberculosis. BP 120/80.", true),
            ("Mr. Haddad in bed B was intubated for sepsis. Lungs clear.", true),
            ("Fell over roommate Omar Haddad's walker and broke the left hip.", false),
            ("Roommate Omar Haddad has influenza, patient exposed on 3/4.", false),
            ("Omar Haddad hit her on the left eye.", false),
            ("Jane Roe argued with Omar Haddad about his drinking.", false),
            ("Her roommate Omar Haddad has MRSA and she is on contact precautions.", false),
            ("Omar Haddad has scabies and exposure was likely.", false),
        ] {
            let name = if text.contains("Omar Haddad") { "Omar Haddad" } else { "Haddad" };
            let got = of(text, name, Extent::Whole).unwrap();
            assert_eq!((got.1, got.2), (Extent::Sentence, certain), "{text}: {got:?}");
        }
        let (said, ..) =
            of("Slept well. Roommate Omar Haddad has active tuberculosis. BP 120/80.", "Omar Haddad", Extent::Sentence).unwrap();
        assert_eq!(said, "Roommate Omar Haddad has active tuberculosis.");
        let (said, ..) = of("Omar Haddad coughs; exposed to TB.", "Omar Haddad", Extent::Sentence).unwrap();
        assert_eq!(said, "Omar Haddad coughs;");
    }

    #[test]
    fn kin_of_the_other_are_the_others() {
        let text = "Group member Omar Haddad described panic after the birth of his son.";
        assert!(of(text, "Omar Haddad", Extent::Whole).unwrap().2);
        assert!(!of("Omar Haddad took her pain pills.", "Omar Haddad", Extent::Whole).unwrap().2);
    }

    #[test]
    fn health_is_told_from_the_rest() {
        for text in ["has active TB", "on metoprolol", "drank again", "bronchitis", "HIV, cellulitis", "died at 4 am"] {
            assert!(speaks_of_health(text), "{text}");
        }
        for text in [
            "was loud on the phone overnight",
            "asked whether she could bring her sister next week",
            "was asked to leave at 22:00",
        ] {
            assert!(!speaks_of_health(text), "{text}");
        }
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for text in ["X", "X:", "X:\n", "\u{e9}X\u{e9}", "a | X", "X\n\n", "X. ", "(X"] {
            let at = text.find('X').unwrap();
            let _ = unit(text, at, at + 1, Extent::Whole, &[]);
        }
    }
}
