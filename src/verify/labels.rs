//! Only labels of the closed vocabulary stand where the run wrote, and each stands for one person.

use super::difference::SpliceRecord;
use crate::model::mention::Category;
use crate::model::role::Role;
use crate::model::roster::Person;
use std::collections::{BTreeMap, BTreeSet};

/// Words in brackets that are written besides role labels.
const OTHER_WORDS: &[&str] = &["WITHHELD", "MASKED", "REMOVED", "REDACTED"];

/// True for a role label with its right numbering, alone or with the kind of datum that it stands for (`[MOTHER PHONE]`), for such a
/// kind alone (`[PHONE]`), `[REVIEW n]`, `[WITHHELD]` and the other words in [`OTHER_WORDS`].
pub fn is_known_label(label: &str) -> bool {
    if is_coarse(label) || is_filed(label) {
        return true;
    }
    if let Some(open) = label.strip_suffix(']').and_then(without_token) {
        return is_known_label(&format!("{open}]"));
    }
    let Some(inner) = label.strip_prefix('[').and_then(|l| l.strip_suffix(']')) else { return false };
    if OTHER_WORDS.contains(&inner) {
        return true;
    }
    // The words of one kind can end with those of another: `[IP ADDRESS]`.
    let of_kind = |kind: &str| {
        inner
            .strip_suffix(kind)
            .is_some_and(|p| p.is_empty() || p.ends_with(' ') && is_known_label(&format!("[{}]", p.trim_end())))
    };
    if Category::ALL.iter().any(|c| of_kind(c.label_words())) {
        return true;
    }
    if Role::ALL.iter().any(|r| r.label_words() == inner) {
        return true;
    }
    let (words, number) = match inner.rsplit_once(' ') {
        Some((words, n)) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => match n.parse::<u32>() {
            Ok(n) if n > 0 => (words, n),
            _ => return false,
        },
        _ => (inner, 1),
    };
    if words == "REVIEW" {
        return inner != "REVIEW";
    }
    Role::ALL
        .iter()
        .any(|r| r.label_words() == words && (r.label(number) == label || (*r == Role::Patient && inner == "PATIENT")))
}

/// What stands for a date or an age made coarser: `1958`, `1950-1959`, `60-69`, `90+`, `90 or older`.
fn is_coarse(text: &str) -> bool {
    let number = |t: &str, len: usize| t.len() == len && t.bytes().all(|b| b.is_ascii_digit());
    let range = |a: &str, b: &str| number(a, 4) && number(b, 4) || number(a, 2) && number(b, 2) || number(a, 1) && number(b, 1);
    number(text, 4) || text.split_once('-').is_some_and(|(a, b)| range(a, b)) || matches!(text, "90+" | "90 or older" | "90")
}

/// What stands for a number or a minor's name in a court paper: `XXX-XX-5678`, `XXXX4411`, `J.Q.D.`
fn is_filed(text: &str) -> bool {
    let four = |t: &str| t.len() == 4 && t.bytes().all(|b| b.is_ascii_alphanumeric());
    let initials = |t: &str| {
        let parts: Vec<Vec<char>> = t.split_inclusive('.').map(|p| p.chars().collect()).collect();
        let one = |p: &Vec<char>| matches!(p[..], [c, '.'] if c.is_alphabetic() && !c.is_lowercase());
        !parts.is_empty() && parts.len() <= 10 && parts.iter().all(one)
    };
    text.strip_prefix("XXX-XX-").or_else(|| text.strip_prefix("XXXX")).is_some_and(four) || initials(text)
}

/// `[MOTHER PHONE` of `[MOTHER PHONE hash-3fa1c04be2d97a10`.
fn without_token(open: &str) -> Option<&str> {
    let (rest, token) = open.rsplit_once(' ')?;
    let hash = token.strip_prefix("hash-").is_some_and(|t| t.len() == 16 && t.bytes().all(|b| b.is_ascii_hexdigit()));
    let sealed = token
        .strip_prefix("enc-")
        .is_some_and(|t| t.len() > 20 && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    (hash || sealed).then_some(rest)
}

/// Tokens that look like labels: capital words in brackets.
fn label_tokens(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('[').filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(']')?;
        let inner = rest.get(1..end)?;
        let looks = inner.len() <= 40
            && inner.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
            && inner.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'-'))
            && inner.bytes().take(3).all(|b| b.is_ascii_uppercase() || b == b'-');
        looks.then(|| rest.get(..=end)).flatten()
    })
}

/// Labels that the run wrote into one output, and how many of them are none of ours. What stood in the original of the same change
/// was only copied.
pub fn written_labels(output: &[u8], splices: &[SpliceRecord]) -> (BTreeSet<String>, Vec<String>) {
    let mut known = BTreeSet::new();
    let mut failures = Vec::new();
    for s in splices {
        let (Ok(start), Ok(len)) = (usize::try_from(s.out_start), usize::try_from(s.out_len)) else { continue };
        let bytes = output.get(start..start.saturating_add(len)).unwrap_or_default();
        let with = String::from_utf8_lossy(bytes);
        for token in label_tokens(&with) {
            if known.contains(token) {
                continue;
            }
            let written_before = || s.original.bytes().is_some_and(|o| memchr::memmem::find(&o, token.as_bytes()).is_some());
            if is_known_label(token) {
                known.insert(token.to_string());
            } else if !written_before() {
                failures.push(format!("a label outside the vocabulary at byte {start}"));
            }
        }
    }
    (known, failures)
}

/// Labels given to two persons, or outside the vocabulary.
pub fn label_conflicts(people: &[(u32, String)]) -> Vec<String> {
    let mut by_label: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let mut failures = Vec::new();
    for (id, label) in people.iter().filter(|p| !p.1.is_empty()) {
        by_label.entry(label).or_default().insert(*id);
        if !is_known_label(label) {
            failures.push(format!("the label of person {id} is not in the vocabulary"));
        }
    }
    for (label, ids) in by_label.iter().filter(|(_, ids)| ids.len() > 1) {
        failures.push(format!("{label} stands for {} persons", ids.len()));
    }
    failures
}

/// Number and label of each person of a roster, for [`label_conflicts`].
pub fn labels_of(people: &[Person]) -> Vec<(u32, String)> {
    people.iter().map(|p| (p.id, p.label.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::difference::{Original, SpliceCause};
    use super::*;

    #[test]
    fn coarse_values_and_tokens_are_ours_and_nothing_else_is() {
        for known in [
            "1958",
            "1950-1959",
            "60-69",
            "90+",
            "90 or older",
            "XXX-XX-5678",
            "XXXX4411",
            "J.Q.D.",
            "[MOTHER PHONE hash-3fa1c04be2d97a10]",
            "[PHYSICIAN 2 hash-3fa1c04be2d97a10]",
        ] {
            assert!(is_known_label(known), "{known}");
        }
        for strange in [
            "19580304",
            "03/04/1958",
            "Jane",
            "[JANE hash-3fa1c04be2d97a10]",
            "[MOTHER hash-jane]",
            "[MOTHER enc-short]",
            "100-200",
        ] {
            assert!(!is_known_label(strange), "{strange}");
        }
    }

    #[test]
    fn the_vocabulary_is_closed() {
        for good in [
            "[MOTHER]",
            "[PHYSICIAN]",
            "[PHYSICIAN 2 PHONE]",
            "[PHONE]",
            "[MOTHER 2]",
            "[PHYSICIAN 1]",
            "[IN-LAW 1]",
            "[HEALTH CARE AGENT]",
            "[REVIEW 3]",
            "[WITHHELD]",
            "[PATIENT]",
        ] {
            assert!(is_known_label(good), "{good}");
        }
        for bad in ["[MOTHER 1]", "[PHYSICIAN 0]", "[JANE]", "[REVIEW]", "MOTHER", "[Mother]", "[PHYSICIAN 01]", "[REVIEW x]"] {
            assert!(!is_known_label(bad), "{bad}");
        }
        for words in Category::ALL.iter().map(|c| c.label_words()) {
            assert!(is_known_label(&format!("[{words}]")) && is_known_label(&format!("[MOTHER {words}]")), "{words}");
        }
        for role in Role::ALL.iter().filter(|r| **r != Role::Patient) {
            assert!(is_known_label(&role.label(1)) && is_known_label(&role.label(12)), "{role:?}");
        }
    }

    #[test]
    fn what_the_run_wrote_is_looked_at() {
        let out = b"[NOTE] said [MOTHER] and [ROE 1] and [IV FLUID]";
        let record = |start, len, original: &str| SpliceRecord {
            in_start: 0,
            in_len: 0,
            out_start: start,
            out_len: len,
            original: Original::Text(original.into()),
            cause: SpliceCause::Ledger(1),
        };
        let (known, failures) =
            written_labels(out, &[record(12, 8, "Jane"), record(25, 7, "Jane"), record(37, 10, "x [IV FLUID]")]);
        assert_eq!(known, BTreeSet::from(["[MOTHER]".to_string()]));
        assert_eq!(failures.len(), 1);
    }

    #[test]
    fn one_label_one_person() {
        let people = [(1, "[MOTHER]".to_string()), (2, "[MOTHER]".into()), (3, "[NURSE 1]".into()), (4, String::new())];
        assert_eq!(label_conflicts(&people), vec!["[MOTHER] stands for 2 persons"]);
    }
}
