//! Error texts for misspelt words: the nearest valid one, and all of them when none is near.

use super::PolicyError;

/// Jaro-Winkler similarity from which a word counts as a slip of the pen of another. `litigaton` is 0.98 from `litigation`;
/// unrelated words of the vocabulary stay below 0.75.
const NEAR: f64 = 0.8;

/// `; did you mean "litigation"?` when a candidate is near, else `; valid: ...`.
pub(super) fn hint(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates) {
        Some(best) => format!("; did you mean \"{best}\"? (valid: {})", candidates.join(", ")),
        None => format!("; valid: {}", candidates.join(", ")),
    }
}

/// The candidate most like `word`, when any is near enough. In a short word two letters that changed places are a slip, too.
pub(super) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = short(word).to_lowercase().replace([' ', '_'], "-");
    let score = |c: &str| strsim::jaro_winkler(&word, &c.replace('_', "-"));
    let slip = |c: &str| word.len() > 2 && strsim::osa_distance(&word, &c.replace('_', "-")) == 1;
    let score = |c: &str| if slip(c) { score(c).max(NEAR) } else { score(c) };
    candidates.iter().map(|c| (score(c), *c)).filter(|(s, _)| *s >= NEAR).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, c)| c)
}

/// A word for an error text: at most 40 characters, control characters blanked.
pub(super) fn short(word: &str) -> String {
    word.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Line from 1 of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> u32 {
    let upto = text.as_bytes().get(..offset.min(text.len())).unwrap_or_default();
    memchr::memchr_iter(b'\n', upto).count() as u32 + 1
}

/// A TOML or serde error with its line; an unknown word gets the nearest valid one.
pub(super) fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> PolicyError {
    let line = error.span().map(|s| line_of(text, s.start));
    let message = error.message();
    let unknown = ["unknown field", "unknown variant"].iter().any(|p| message.starts_with(p));
    if !unknown {
        return PolicyError::at(file, line, message);
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((word, candidates)) = quoted.split_first() else { return PolicyError::at(file, line, message) };
    // The span of an unknown key may be that of its table: the line where the word itself stands helps more.
    let line = error.span().and_then(|s| find_word(text, s.start, word)).or(line);
    PolicyError::at(file, line, format!("unknown word \"{}\"{}", short(word), hint(word, candidates)))
}

/// Line of the first standing of `word` as a whole word at or after `from`, else anywhere.
fn find_word(text: &str, from: usize, word: &str) -> Option<u32> {
    let hit = |start: usize| {
        let tail = text.get(start..)?;
        tail.match_indices(word)
            .find(|(at, _)| {
                let before = tail[..*at].chars().next_back();
                let after = tail[at + word.len()..].chars().next();
                let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                !before.is_some_and(joins) && !after.is_some_and(joins)
            })
            .map(|(at, _)| line_of(text, start + at))
    };
    if word.is_empty() {
        return None;
    }
    hit(from).or_else(|| hit(0))
}
