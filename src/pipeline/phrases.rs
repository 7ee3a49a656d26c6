//! Words in running text by which a record is suspected to be specially protected.
//!
//! Looked for in every category: what is released without more ado is counted and gets its notice all the same. A text is first searched for the
//! first words of the phrases, in its bytes, which costs little; only where one stands is it read as a person reads it, with white
//! space, line ends and markup reduced to blanks, so that a phrase broken over two lines is one.

use crate::model::policy::Policy;
use aho_corasick::{AhoCorasick, MatchKind};

/// The phrases of a policy.
#[derive(Default)]
pub struct Phrases {
    first: Option<AhoCorasick>,
    whole: Option<AhoCorasick>,
    /// Category of each phrase, and whether a denial before it counts.
    of: Vec<(String, bool)>,
}

/// Words before a phrase that say that it is not so, or of somebody else.
const NOT: [&str; 28] = [
    "no",
    "not",
    "denies",
    "denied",
    "denying",
    "negative",
    "without",
    "never",
    "none",
    "mother",
    "father",
    "sister",
    "brother",
    "parent",
    "parents",
    "grandmother",
    "grandfather",
    "aunt",
    "uncle",
    "cousin",
    "husband",
    "wife",
    "partner",
    "son",
    "daughter",
    "family",
    "fh",
    "absence",
];
/// How far before a phrase such a word counts.
const NEAR: usize = 10;

impl Phrases {
    /// Phrases of two words and more, and single words that a category lists for running text: a single word of a title (`psychiatric`)
    /// says nothing about the record.
    pub fn new(policy: &Policy) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut of = Vec::new();
        for rule in &policy.special {
            let phrases = rule.words.iter().filter(|w| w.contains([' ', '-'])).chain(&rule.text_words);
            for w in phrases {
                words.push(w.clone());
                of.push((rule.id.clone(), rule.negatable));
            }
        }
        if words.is_empty() {
            return Phrases::default();
        }
        let build = |list: Vec<String>| {
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(list).ok()
        };
        let mut heads: Vec<String> = words.iter().filter_map(|w| w.split([' ', '-', '.']).next().map(str::to_string)).collect();
        heads.sort();
        heads.dedup();
        Phrases { first: build(heads), whole: build(words), of }
    }

    /// True when no category is looked for.
    pub fn is_empty(&self) -> bool {
        self.whole.is_none()
    }

    /// True when a text of these bytes may hold a phrase.
    pub fn may_hold(&self, raw: &[u8]) -> bool {
        self.first.as_ref().is_some_and(|f| f.is_match(raw))
    }

    /// Categories whose phrases stand in a text as whole words.
    pub fn find<'p>(&'p self, text: &str) -> Vec<&'p str> {
        let Some(search) = &self.whole else { return Vec::new() };
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let b = flat.as_bytes();
        let joins = |i: Option<&u8>| i.is_some_and(|c| c.is_ascii_alphanumeric());
        let mut out: Vec<&str> = Vec::new();
        for m in search.find_iter(&flat) {
            if joins(m.start().checked_sub(1).and_then(|i| b.get(i))) || joins(b.get(m.end())) {
                continue;
            }
            let Some((id, negatable)) = self.of.get(m.pattern().as_usize()) else { continue };
            let denied =
                *negatable && is_denied(flat.get(..m.start()).unwrap_or_default(), flat.get(m.end()..).unwrap_or_default());
            if !denied && !out.contains(&id.as_str()) {
                out.push(id);
            }
        }
        out
    }
}

/// `denies alcohol abuse`, `mother with bipolar disorder`, `psychiatric history: none`.
fn is_denied(before: &str, after: &str) -> bool {
    let clause = before.rsplit(['.', ';', ':', '!', '?']).next().unwrap_or_default();
    let words = clause.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let near = words.rev().take(NEAR).any(|w| NOT.contains(&w.to_lowercase().as_str()));
    let head: String = after.trim_start().chars().take(24).collect::<String>().to_lowercase();
    let answered = ["none", "negative", "denied", "denies", "no ", "no.", "no,"];
    let told = head.trim_start_matches(|c: char| c.is_alphabetic() || c == ' ').strip_prefix(':').map(str::trim_start);
    near || told.is_some_and(|t| answered.iter().any(|a| t.starts_with(a) || t == a.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Phrases {
        Phrases::new(&crate::policy::load("litigation", None).unwrap())
    }

    #[test]
    fn phrases_are_found_as_whole_words_over_line_ends() {
        let p = phrases();
        assert_eq!(p.find("This PSYCHOTHERAPY NOTE is kept apart"), ["psychotherapy_notes"]);
        assert_eq!(p.find("protected by 42 CFR\n   Part 2 and"), ["part2"]);
        assert!(p.may_hold(b"... 42 CFR\\nPart 2") && !p.may_hold(b"Lungs clear."));
        assert!(p.find("postpsychotherapy notebook").is_empty());
        assert!(p.find("psychiatric history: none").is_empty());
    }

    #[test]
    fn every_category_is_found_in_realistic_notes() {
        let p = phrases();
        for (text, want) in [
            ("PMH: HTN, alcohol use disorder in early remission.", "sud"),
            ("On suboxone 8 mg daily since 2021.", "sud"),
            ("Pt is HIV+, CD4 510, on Biktarvy.", "hiv"),
            ("A/P: 1. Major depressive disorder, recurrent.", "mental_health"),
            ("Admitted after a suicide attempt in March.", "mental_health"),
            ("BRCA2 carrier; surveillance MRI.", "genetic"),
            ("G2P1, one medication abortion 2019.", "reproductive"),
            ("Confidential teen visit. Do not release to parent.", "minor"),
            ("Records of this opioid treatment program are protected.", "part2"),
            ("The neighbor told us in confidence that he drinks.", "promise"),
            ("Memo prepared at the request of counsel.", "legal"),
        ] {
            assert_eq!(p.find(text).first(), Some(&want), "{text}: {:?}", p.find(text));
        }
        for text in [
            "Denies alcohol abuse or drug abuse.",
            "No history of substance abuse, suicidal ideation or suicide attempt.",
            "FH: mother with bipolar disorder and alcohol dependence.",
            "Uses hearing aid; hives after penicillin.",
            "Spontaneous rupture; the process of healing.",
            "Suicidal ideation: denied.",
            "Medicare Part 2 of the form. Consents: signed.",
            "Detailed neurologic exam normal.",
        ] {
            assert!(p.find(text).is_empty(), "{text}: {:?}", p.find(text));
        }
    }
}
