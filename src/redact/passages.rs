//! Passages of running text that a policy withholds as it withholds records: what stands under a heading, and sentences that say what a
//! relative has.
//!
//! An employer may not have family medical history (29 CFR 1635.3(b), (c); 1635.8): taking the coded family history out and leaving
//! "FAMILY HISTORY: mother breast cancer" in a note would be for nothing. Only where the words are plain: a sentence in which the
//! patient is spoken of, too, stays.

use super::extent::{kin_word, says_patient};
use crate::model::policy::WithholdRule;
use crate::model::view::Span;

/// Passages of `text` that `rules` withhold, each with the index of its rule, in order, not overlapping.
pub fn passages(text: &str, rules: &[WithholdRule]) -> Vec<(Span, usize)> {
    let mut out: Vec<(Span, usize)> = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        for heading in &rule.headings {
            for at in headings(text, heading) {
                out.push((Span::new(at, end_of_block(text, at + heading.len())), i));
            }
        }
        if rule.relatives {
            out.extend(of_relatives(text).into_iter().map(|s| (s, i)));
        }
        if rule.sentences && holds_word(text, &rule.words) {
            let told = sentences(text).into_iter().filter(|s| text.get(s.range()).is_some_and(|t| holds_word(t, &rule.words)));
            out.extend(told.map(|s| (s, i)));
        }
    }
    out.sort_by_key(|(s, _)| (s.start, std::cmp::Reverse(s.end)));
    let mut end = 0;
    out.retain(|(s, _)| {
        let free = s.start >= end && !s.is_empty();
        end = end.max(s.end);
        free
    });
    out
}

/// Places where a heading stands: at the head of a line or after a sentence, followed by a colon, a dash or the line's end.
fn headings(text: &str, heading: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let folded = text.to_ascii_lowercase();
    for (at, _) in folded.match_indices(heading) {
        let before = folded.get(..at).unwrap_or_default().trim_end_matches([' ', '\t', '#', '*', '-', '|', '_']);
        let begins = before.is_empty() || before.ends_with(['\n', '\r', '.', ';']);
        let own_line = before.is_empty() || before.ends_with(['\n', '\r']);
        let after = folded.get(at + heading.len()..).unwrap_or_default().trim_start_matches([' ', '\t', '*', '_']);
        let colon = after.starts_with(':') || after.starts_with(" - ") || after.starts_with("\u{2013}");
        let alone = own_line && (after.is_empty() || after.starts_with(['\n', '\r', '|']));
        let whole = folded.get(..at).and_then(|t| t.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
        if whole && (begins && colon || alone) {
            out.push(at);
        }
    }
    out
}

/// The end of what stands under a heading: the next heading, or a blank line after which no relative is spoken of.
fn end_of_block(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    // A heading within the line: `FH: mother CAD. SH: smoker.`
    let first_line = rest.find('\n').unwrap_or(rest.len());
    let line = rest.get(..first_line).unwrap_or_default();
    for (at, _) in line.match_indices(['.', ';']) {
        if line.get(at + 1..).is_some_and(|t| t.starts_with(' ') && is_heading(t.trim_start())) {
            return from + at + 1;
        }
    }
    let said = line.trim_matches([' ', ':', '-', '\t', '|', '*', '\r']);
    let mut at = first_line;
    let mut any = !said.is_empty();
    for next in rest.get(first_line..).unwrap_or_default().split_inclusive('\n').skip(1) {
        let start = at + 1;
        let blank = next.trim().is_empty();
        if blank && any || is_heading(next.trim_start()) {
            break;
        }
        any |= !blank;
        at = start + next.trim_end_matches('\n').len();
        if at >= rest.len() {
            break;
        }
    }
    let end = from + at.min(rest.len());
    from + text.get(from..end).unwrap_or_default().trim_end().len()
}

/// `SOCIAL HISTORY:`, `Medications`, `PLAN` at the head of a line; a relative (`Mother: CAD`) is none.
fn is_heading(line: &str) -> bool {
    let line = line.trim_start_matches(['#', '*', '|', ' ']);
    let head = line.split([':', '\n']).next().unwrap_or_default().trim_end();
    let words: Vec<&str> = head.split_whitespace().collect();
    if words.is_empty() || words.len() > 6 || head.len() > 48 || words.iter().any(|w| kin_word(w)) {
        return false;
    }
    let capitals = head.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !head.chars().any(char::is_lowercase);
    let colon = line.get(head.len()..).is_some_and(|t| t.trim_start().starts_with(':'));
    let begins = head.chars().next().is_some_and(char::is_uppercase);
    begins && (colon || capitals)
}

/// One of the words as whole words, in any case.
fn holds_word(text: &str, words: &[String]) -> bool {
    let text = text.to_ascii_lowercase();
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    words.iter().any(|w| {
        text.match_indices(w.as_str()).any(|(at, m)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + m.len()..).and_then(|t| t.chars().next());
            !joins(before) && !joins(after)
        })
    })
}

/// `Mother had breast cancer at 45.`, `Her father died of a stroke.`, and what is said of the same relative next: `Mother: Ada Roe, born
/// 1957. She has diabetes.`
fn of_relatives(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut kin = false;
    let mut end = 0;
    for s in sentences(text) {
        let said = text.get(s.range()).unwrap_or_default();
        // A blank line ends what was spoken of.
        kin &= text.get(end..s.start as usize).is_none_or(|gap| gap.matches('\n').count() <= 1);
        end = s.end as usize;
        let goes_on = kin && goes_on_about_them(said);
        if goes_on || tells_of_relative(said) {
            out.push(s);
        }
        kin = goes_on || is_about_relative(said);
    }
    out
}

/// Sentences and lines, without the blanks around them.
fn sentences(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut push = |start: usize, end: usize| {
        let raw = text.get(start..end).unwrap_or_default();
        let said = raw.trim_start();
        let from = start + raw.len() - said.len();
        if !said.is_empty() {
            out.push(Span::new(from, from + said.trim_end().len()));
        }
    };
    let bytes = text.as_bytes();
    for (i, b) in bytes.iter().enumerate() {
        let ends = match b {
            b'\n' | b';' => true,
            b'.' => bytes.get(i + 1).is_none_or(|n| n.is_ascii_whitespace()),
            _ => false,
        };
        if ends {
            push(start, if *b == b'\n' { i } else { i + 1 });
            start = i + 1;
        }
    }
    push(start, text.len());
    out
}

/// Words that may stand before the relative.
const BEFORE: [&str; 16] = [
    "her",
    "his",
    "their",
    "the",
    "my",
    "patient's",
    "patient\u{2019}s",
    "pt's",
    "maternal",
    "paternal",
    "both",
    "one",
    "a",
    "an",
    "older",
    "younger",
];
/// What makes it a statement of health.
const HAS: [&str; 16] = [
    "has",
    "have",
    "had",
    "with",
    "died",
    "dx",
    "diagnosed",
    "suffers",
    "suffered",
    "suffering",
    "passed",
    "deceased",
    "developed",
    "was",
    "were",
    "is",
];

/// Verbs with which a relative speaks or acts: what follows may be about the patient.
const SAYS: [&str; 28] = [
    "reports",
    "reported",
    "states",
    "stated",
    "says",
    "said",
    "notes",
    "noted",
    "denies",
    "denied",
    "asks",
    "asked",
    "called",
    "calls",
    "thinks",
    "feels",
    "worried",
    "concerned",
    "brought",
    "drove",
    "accompanied",
    "accompanies",
    "present",
    "bedside",
    "believes",
    "describes",
    "described",
    "requests",
];

/// Words of a sentence, in small letters, without what stands around them.
fn words_of(lower: &str) -> Vec<&str> {
    lower.split_whitespace().map(|w| w.trim_matches(|c: char| matches!(c, ',' | ':' | '(' | ')' | '-' | '.'))).collect()
}

/// A sentence that begins with a relative who neither speaks nor acts in it.
fn is_about_relative(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let words = words_of(&lower);
    let first = words.iter().find(|w| !BEFORE.contains(w) && !w.is_empty());
    sentence.len() <= 400
        && first.is_some_and(|w| kin_word(w))
        && !words.iter().any(|w| SAYS.contains(w))
        && !says_patient(&lower)
}

/// `She has diabetes, died at 66.` after a sentence about a relative.
fn goes_on_about_them(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let words = words_of(&lower);
    let pronoun = words.first().is_some_and(|w| matches!(*w, "she" | "he" | "they" | "who"));
    let verb = words.iter().skip(1).take(3).any(|w| HAS.contains(w));
    pronoun && verb && sentence.len() <= 400 && !says_patient(&lower) && super::extent::speaks_of_health(&lower)
}

fn tells_of_relative(sentence: &str) -> bool {
    if sentence.len() > 400 {
        return false;
    }
    let lower = sentence.to_lowercase();
    if lower.contains("family history of") || lower.contains("fh of") || lower.contains("family hx of") {
        return !says_patient(&lower.replace("patient has", "").replace("pt has", ""));
    }
    let words = words_of(&lower);
    let Some(kin) = words.iter().position(|w| !BEFORE.contains(w) && !w.is_empty()) else { return false };
    if !words.get(kin).is_some_and(|w| kin_word(w)) {
        return false;
    }
    let rest = words.get(kin + 1..).unwrap_or_default();
    let verb = rest.iter().take(3).any(|w| HAS.contains(w));
    verb && super::extent::speaks_of_health(&rest.join(" ")) && !says_patient(&rest.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let rule = WithholdRule {
            name: "family-history".into(),
            kinds: Vec::new(),
            codes: Vec::new(),
            words: vec!["brca1".into(), "genetic".into()],
            headings: vec!["family history".into(), "fh".into()],
            relatives: true,
            sentences: true,
            reason: "GEN".into(),
            basis: "29 CFR 1635.8".into(),
        };
        passages(text, &[rule]).into_iter().map(|(s, _)| text[s.range()].to_string()).collect()
    }

    #[test]
    fn what_stands_under_the_heading_goes_and_what_follows_stays() {
        let note = "PMH: asthma\nFAMILY HISTORY:\nMother: breast cancer at 45\nFather - CAD\n\nSOCIAL HISTORY: smoker\n";
        assert_eq!(of(note), ["FAMILY HISTORY:\nMother: breast cancer at 45\nFather - CAD"]);
        assert_eq!(of("PMH: HTN. FH: mother CAD. SH: smoker."), ["FH: mother CAD."]);
        assert_eq!(of("Family History: mother breast ca\nMedications: none"), ["Family History: mother breast ca"]);
        assert!(of("No relevant family history was asked for today").is_empty());
    }

    #[test]
    fn sentences_about_relatives_go_unless_they_speak_of_the_patient() {
        assert_eq!(
            of("Seen for asthma. Her mother had breast cancer at 45. Lungs clear."),
            ["Her mother had breast cancer at 45."]
        );
        assert_eq!(of("Father died of a stroke."), ["Father died of a stroke."]);
        for text in [
            "Mother reports that patient had a seizure.",
            "Wife at bedside; asks that we call her.",
            "Her mother drove her home.",
            "Patient has asthma.",
            "Sister was called about the wound of the patient.",
        ] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
        assert_eq!(
            of("Mother: Ada Roe, born 1957-06-02. She has diabetes, died at 66. Lungs clear."),
            ["She has diabetes, died at 66."]
        );
        for text in [
            "Mother reports poor sleep. She has asthma and uses an inhaler.",
            "Mother: Ada Roe.\n\nShe has diabetes.",
            "Mother: Ada Roe. She has diabetes, the patient says.",
            "Congenital heart disease. Genetically speaking, none.",
        ] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
        assert_eq!(of("Seen today. BRCA1 testing was negative; lungs clear."), ["BRCA1 testing was negative;"]);
        for odd in ["", ".", "\n", "fh", "family history", "\u{e9}FH:", "FH:\u{e9}"] {
            let _ = of(odd);
        }
    }
}
