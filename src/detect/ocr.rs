//! Names that an OCR engine misread.
//!
//! `Mariso1`, `Ostrarider`, `GuadalupeReyes`, `Wen dell`: the search for known names goes by whole words and would pass them by. For text that
//! was read from pixels the words that nearly are a known name are put right before it is searched, with a way back to where they stand.
//! A stranger's name is never made into the patient's by more than a confusion of shapes, since that would hide the stranger.

use super::fold::folded;
use super::is_common;
use std::collections::{HashMap, HashSet};

/// Shorter words are too easily something else.
const MIN_WORD: usize = 3;
/// From this length on a third party's name is recognised with one letter wrong in any way, from twice this length with two.
const NEAR: usize = 5;

/// Words of known names, by their shape.
#[derive(Clone, Debug, Default)]
pub struct KnownWords {
    exact: HashSet<String>,
    by_shape: HashMap<String, String>,
    /// Words of third parties with their length in letters.
    others: Vec<(String, String)>,
}

/// A text with misread names put right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repaired {
    /// The text.
    pub text: String,
    /// Stretches that differ: in the new text, and in the text as read.
    changes: Vec<((usize, usize), (usize, usize))>,
}

impl Repaired {
    /// Where a stretch of the new text stands in the text as read; a word put right is taken whole.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        (self.edge(start, true), self.edge(end, false))
    }

    fn edge(&self, at: usize, first: bool) -> usize {
        let mut shift = 0isize;
        for (new, old) in &self.changes {
            let inside = if first { new.0 <= at && at < new.1 } else { new.0 < at && at <= new.1 };
            if inside {
                return if first { old.0 } else { old.1 };
            }
            if new.1 <= at {
                shift = old.1 as isize - new.1 as isize;
            }
        }
        (at as isize + shift).max(0) as usize
    }
}

/// The shape of a word: letters that an engine takes for each other are one.
fn shape(word: &str) -> String {
    let letters: String = folded(word)
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '|' | '!' | 'i' | 'j' => 'l',
            '5' => 's',
            '8' => 'b',
            '6' | '9' => 'g',
            '2' => 'z',
            '4' => 'a',
            c => c,
        })
        .collect();
    let mut out = letters;
    for (pair, one) in [("rn", "m"), ("vv", "w"), ("cl", "d"), ("rl", "n")] {
        out = out.replace(pair, one);
    }
    out
}

impl KnownWords {
    /// From the names of the patient and of everybody else, as written.
    pub fn new<'n>(own: impl Iterator<Item = &'n str>, others: impl Iterator<Item = &'n str>) -> KnownWords {
        let mut out = KnownWords::default();
        let parts = |name: &'n str| name.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= MIN_WORD);
        for w in own.flat_map(parts) {
            out.add(w);
        }
        let known: HashSet<String> = out.exact.clone();
        for w in others.flat_map(parts) {
            out.add(w);
            let low = folded(w);
            if w.chars().count() >= NEAR && !known.contains(&low) {
                out.others.push((low, w.to_string()));
            }
        }
        out.others.sort();
        out.others.dedup();
        out
    }

    fn add(&mut self, word: &str) {
        self.exact.insert(folded(word));
        self.by_shape.entry(shape(word)).or_insert_with(|| word.to_string());
    }

    /// The text with misread names put right; `None` when there are none.
    pub fn repaired(&self, text: &str) -> Option<Repaired> {
        if self.exact.is_empty() {
            return None;
        }
        let words = words(text);
        let mut found: Vec<((usize, usize), String)> = Vec::new();
        let mut skip = 0;
        for (i, &(start, end)) in words.iter().enumerate() {
            if start < skip {
                continue;
            }
            let Some(word) = text.get(start..end) else { continue };
            // The dot of a title, read with a speck above or below it.
            if matches!(word, "Mr" | "Ms" | "Mrs" | "Dr")
                && text.get(end..end + 2).is_some_and(|p| matches!(p, ": " | "; " | ", "))
            {
                found.push(((end, end + 1), ".".into()));
                continue;
            }
            if let Some(right) = self.right(word) {
                found.push(((start, end), right));
                continue;
            }
            // A word torn in two.
            let Some(&(_, next)) = words.get(i + 1) else { continue };
            let gap = text.get(end..words[i + 1].0).unwrap_or("x");
            let both = format!("{word}{}", text.get(words[i + 1].0..next).unwrap_or_default());
            let capital = word.chars().next().is_some_and(|c| !c.is_lowercase());
            let torn = gap == " " && capital && !self.known(word) && both.chars().count() >= NEAR;
            if torn && let Some(right) = self.by_shape.get(&shape(&both)) {
                found.push(((start, next), like(right, word)));
                skip = next;
            }
        }
        if found.is_empty() {
            return None;
        }
        let mut out = Repaired { text: String::with_capacity(text.len() + 16), changes: Vec::new() };
        let mut at = 0;
        for ((start, end), right) in found {
            out.text.push_str(text.get(at..start)?);
            let new = out.text.len();
            out.text.push_str(&right);
            out.changes.push(((new, out.text.len()), (start, end)));
            at = end;
        }
        out.text.push_str(text.get(at..)?);
        Some(out)
    }

    fn known(&self, word: &str) -> bool {
        self.exact.contains(&folded(word))
    }

    fn right(&self, word: &str) -> Option<String> {
        let n = word.chars().count();
        if n < MIN_WORD || self.known(word) || !word.chars().any(char::is_alphabetic) {
            return None;
        }
        let odd = word.chars().any(|c| !c.is_alphabetic());
        if !odd && is_common(word) {
            return None;
        }
        let form = shape(word);
        if let Some(right) = self.by_shape.get(&form) {
            return Some(like(right, word));
        }
        // Two names without the blank between them.
        if n >= 2 * NEAR - 2 {
            for (cut, _) in word.char_indices().skip(MIN_WORD) {
                let (a, b) = word.split_at(cut);
                if b.chars().count() >= MIN_WORD
                    && let (Some(a), Some(b)) = (self.by_shape.get(&shape(a)), self.by_shape.get(&shape(b)))
                {
                    return Some(format!("{} {}", like(a, word), like(b, word)));
                }
            }
        }
        let first = word.chars().next()?;
        if n < NEAR || first.is_lowercase() {
            return None;
        }
        let low = folded(word);
        let (_, right) = self.others.iter().find(|(known, _)| {
            let len = known.chars().count();
            let most = if len >= 2 * NEAR { 2 } else { 1 };
            len.abs_diff(n) <= most && strsim::osa_distance(known, &low) <= most
        })?;
        Some(like(right, word))
    }
}

/// A name written as the word is: in capitals or not.
fn like(name: &str, word: &str) -> String {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count() * 2 > word.chars().filter(|c| c.is_alphabetic()).count();
    if capitals && word.chars().count() > 2 { name.to_uppercase() } else { name.to_string() }
}

/// Stretches of letters, digits and what an engine takes for letters.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut open: Option<usize> = None;
    for (i, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        let inside = c.is_alphanumeric() || matches!(c, '|' | '!') && i < text.len();
        match (open, inside) {
            (None, true) => open = Some(i),
            (Some(start), false) => {
                out.push((start, i));
                open = None;
            }
            _ => {}
        }
    }
    // Marks at the end of a word are marks.
    out.into_iter()
        .filter_map(|(s, e)| {
            let w = text.get(s..e)?;
            let kept = w.trim_end_matches(['|', '!']).len();
            let lead = w.len() - w.trim_start_matches(['|', '!']).len();
            (kept > lead).then_some((s + lead, s + kept))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownWords {
        KnownWords::new(["Marisol Reyes"].into_iter(), ["Guadalupe Reyes", "Wendell Ostrander", "Arnold Cline"].into_iter())
    }

    #[test]
    fn confusions_of_shape_are_put_right() {
        for (read, right) in [
            ("seen with Mariso1 Reyes", "seen with Marisol Reyes"),
            ("by Wende11 Ostrarider, MD", "by Wendell Ostrander, MD"),
            ("Dr. Amold C1ine", "Dr. Arnold Cline"),
            ("mother GuadalupeReyes came", "mother Guadalupe Reyes came"),
            ("mother Guada lupe Reyes", "mother Guadalupe Reyes"),
            ("Dr. 0STRANDER", "Dr. OSTRANDER"),
            ("Dr. Ostrahder", "Dr. Ostrander"),
            ("Ms: Reyes and Dr, Cline", "Ms. Reyes and Dr. Cline"),
        ] {
            let r = known().repaired(read).unwrap_or_else(|| panic!("{read}"));
            assert_eq!(r.text, right);
        }
    }

    #[test]
    fn a_stranger_is_not_made_into_the_patient() {
        for text in ["seen by Keyes", "Marisa Reyes", "Marisol Reyes", "a clear decline of 10 mg", "the brand new line"] {
            assert_eq!(known().repaired(text), None, "{text}");
        }
    }

    #[test]
    fn the_way_back_leads_to_what_was_read() {
        let read = "Mariso1 and GuadalupeReyes, Wen dell Ostrander";
        let r = known().repaired(read).unwrap();
        for (name, was) in [
            ("Marisol", "Mariso1"),
            ("Guadalupe", "GuadalupeReyes"),
            ("Reyes", "GuadalupeReyes"),
            ("Wendell Ostrander", "Wen dell Ostrander"),
        ] {
            let at = r.text.rfind(name).unwrap();
            let (s, e) = r.original(at, at + name.len());
            assert_eq!(&read[s..e], was, "{name}");
        }
        let at = r.text.find("and").unwrap();
        assert_eq!(r.original(at, at + 3), (8, 11));
    }
}
