//! Where a decoded stretch stands in the file, and which stretches the ledger kept on purpose.

use super::fold::fold_words;
use super::layers;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

/// A stretch of the output that the ledger kept on purpose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exempt {
    /// First byte in the output file.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Only this value is exempt there; needed for a stretch that holds more than the value, as an embedded document does, and for
    /// the file's own name, which is the stretch 0..0.
    /// `None`: whatever lies wholly inside the stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Where the bytes being searched come from.
#[derive(Clone, Default)]
pub(crate) struct Layer {
    /// Path of encodings so far.
    pub name: String,
    /// The stretch of the file that holds it, once an encoding lies between.
    pub outer: Option<Range<usize>>,
    /// Before that: the way back to the file, offset by offset.
    pub way: Option<Rc<layers::Way>>,
    /// Encodings so far.
    pub depth: u8,
}

impl Layer {
    fn joined(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_string() } else { format!("{} > {name}", self.name) }
    }

    /// Where a stretch of this layer stands in the file.
    pub fn locate(&self, at: Range<usize>) -> Range<usize> {
        match (&self.outer, &self.way) {
            (Some(outer), _) => outer.clone(),
            (None, Some(way)) => {
                let start = layers::way_back(way, at.start);
                start..(layers::way_back(way, at.end.saturating_sub(1)) + 1).max(start)
            }
            (None, None) => at,
        }
    }

    /// A layer inside the encoded stretch `at` of this one.
    pub fn inner(&self, name: &str, at: Range<usize>) -> Layer {
        Layer { name: self.joined(name), outer: Some(self.locate(at)), way: None, depth: self.depth + 1 }
    }

    /// A reading of this layer whose offsets can be led back to it.
    pub fn mapped(&self, name: &str, way: layers::Way) -> Layer {
        let way = match (&self.outer, &self.way) {
            (Some(_), _) => None,
            (None, None) => Some(Rc::new(way)),
            (None, Some(own)) => Some(Rc::new(way.iter().map(|w| (w.0, layers::way_back(own, w.1))).collect())),
        };
        Layer { name: self.joined(name), outer: self.outer.clone(), way, depth: self.depth + 1 }
    }
}

/// An exemption with the words and digits of its value, for layers where its place cannot be told.
pub(crate) struct Spared<'a> {
    exempt: &'a Exempt,
    words: HashSet<String>,
    digits: String,
}

impl<'a> Spared<'a> {
    /// Reads the value from the file where none is given.
    pub fn new(exempt: &'a Exempt, bytes: &[u8]) -> Self {
        let there = || {
            let raw = bytes.get(exempt.start..exempt.end.min(exempt.start.saturating_add(1 << 16))).unwrap_or_default();
            let text = layers::unescape(raw).unwrap_or_else(|| raw.to_vec());
            String::from_utf8_lossy(&layers::markup(&text).map_or(text, |m| m.flow)).into_owned()
        };
        let value = exempt.value.clone().unwrap_or_else(there);
        let words = fold_words(&value).split(' ').map(str::to_string).collect();
        Spared { exempt, words, digits: value.chars().filter(char::is_ascii_digit).collect() }
    }

    /// Whether a find is spared. `direct`: its place is known to the byte.
    pub fn covers(&self, at: &Range<usize>, direct: bool, found: &str) -> bool {
        let e = self.exempt;
        if e.value.is_none() && direct {
            return e.start <= at.start && at.end <= e.end;
        }
        let meets = (e.start < at.end && at.start < e.end) || (*at == (0..0) && e.end == 0);
        if !meets {
            return false;
        }
        let digits: String = found.chars().filter(char::is_ascii_digit).collect();
        let numeric = !digits.is_empty() && found.chars().all(|c| c.is_ascii_digit() || c == ' ');
        found.split([' ', '\u{1}']).filter(|w| !w.is_empty()).all(|w| self.words.contains(w))
            || (numeric && self.digits.contains(&digits))
    }
}
