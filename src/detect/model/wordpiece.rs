//! Text as the pieces that the model reads: the uncased BERT word pieces, with the bytes of the text that each stands for.
//!
//! Written out here, as every piece must point at bytes of the text as it came: letters are lower-cased, lose their accents and are
//! split at marks, and none of that may move an offset. The steps are those of `BertNormalizer`, `BertPreTokenizer` and `WordPiece`
//! in the model's `tokenizer.json` (clean text, Chinese characters apart, accents stripped, lower case).

use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Longer words are one unknown piece (`max_input_chars_per_word`).
const MAX_WORD: usize = 100;

/// One piece of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Number in the vocabulary.
    pub id: i32,
    /// First byte of the text it stands for.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The vocabulary.
pub struct WordPiece {
    /// Pieces that begin a word.
    heads: HashMap<Box<str>, i32>,
    /// Pieces inside a word, without `##`.
    tails: HashMap<Box<str>, i32>,
    /// Begins every text.
    pub cls: i32,
    /// Ends every text.
    pub sep: i32,
    unknown: i32,
}

/// A letter of the text after normalisation, with where it came from.
#[derive(Clone, Copy)]
struct Letter {
    c: char,
    start: usize,
    end: usize,
}

static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{P}$").ok());
static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{C}$").ok());
static ACCENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Mn}$").ok());

fn is(class: &LazyLock<Option<Regex>>, c: char) -> bool {
    let mut buffer = [0u8; 4];
    class.as_ref().is_some_and(|r| r.is_match(c.encode_utf8(&mut buffer)))
}

fn is_mark(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_punctuation() } else { is(&MARK, c) }
}

/// Characters that stand for a word each: the CJK blocks of the BERT normaliser.
fn is_ideograph(c: char) -> bool {
    matches!(c as u32,
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F | 0x2B740..=0x2B81F | 0x2B920..=0x2CEAF
        | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}

impl WordPiece {
    /// From `vocab.txt`: a piece a line, its number the line.
    ///
    /// # Errors
    /// When a piece that every text needs is not there.
    pub fn new(vocabulary: &str) -> Result<WordPiece, String> {
        let (mut heads, mut tails) = (HashMap::new(), HashMap::new());
        for (n, line) in vocabulary.lines().enumerate() {
            let id = i32::try_from(n).map_err(|_| "the vocabulary is too long".to_string())?;
            match line.strip_prefix("##") {
                Some(tail) if !tail.is_empty() => tails.insert(Box::from(tail), id),
                _ => heads.insert(Box::from(line), id),
            };
        }
        let need = |piece: &str| heads.get(piece).copied().ok_or_else(|| format!("the vocabulary lacks {piece}"));
        let (cls, sep, unknown) = (need("[CLS]")?, need("[SEP]")?, need("[UNK]")?);
        Ok(WordPiece { heads, tails, cls, sep, unknown })
    }

    /// The pieces of `text` in order, without the marks of beginning and end.
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut out = Vec::with_capacity(text.len() / 4 + 2);
        let mut word: Vec<Letter> = Vec::new();
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            if c.is_ascii() {
                match c {
                    ' ' | '\t' | '\n' | '\r' => self.close(&mut word, &mut out),
                    c if c.is_ascii_control() => {}
                    c if c.is_ascii_punctuation() => {
                        self.close(&mut word, &mut out);
                        word.push(Letter { c, start, end });
                        self.close(&mut word, &mut out);
                    }
                    c => word.push(Letter { c: c.to_ascii_lowercase(), start, end }),
                }
                continue;
            }
            if c.is_whitespace() {
                self.close(&mut word, &mut out);
            } else if c == '\u{FFFD}' || is(&OTHER, c) {
                // Shows nothing and is not there for the model.
            } else if is_ideograph(c) || is_mark(c) {
                self.close(&mut word, &mut out);
                word.extend([c].into_iter().nfd().filter(|d| !is(&ACCENT, *d)).map(|c| Letter { c, start, end }));
                self.close(&mut word, &mut out);
            } else {
                let plain = [c].into_iter().nfd().filter(|d| !is(&ACCENT, *d));
                word.extend(plain.flat_map(char::to_lowercase).map(|c| Letter { c, start, end }));
            }
        }
        self.close(&mut word, &mut out);
        out
    }

    /// Cuts a finished word into the longest pieces that the vocabulary has, from the left.
    fn close(&self, word: &mut Vec<Letter>, out: &mut Vec<Piece>) {
        let (Some(first), Some(last)) = (word.first(), word.last()) else { return };
        let whole = Piece { id: self.unknown, start: first.start, end: last.end };
        if word.len() > MAX_WORD {
            out.push(whole);
            word.clear();
            return;
        }
        let letters: String = word.iter().map(|l| l.c).collect();
        let cuts: Vec<usize> = letters.char_indices().map(|(i, _)| i).chain([letters.len()]).collect();
        let mark = out.len();
        let mut from = 0;
        while from < word.len() {
            let table = if from == 0 { &self.heads } else { &self.tails };
            let found = (from + 1..=word.len()).rev().find_map(|to| {
                let piece = letters.get(*cuts.get(from)?..*cuts.get(to)?)?;
                table.get(piece).map(|id| (*id, to))
            });
            let (Some((id, to)), Some(a)) = (found, word.get(from)) else {
                out.truncate(mark);
                out.push(whole);
                break;
            };
            let end = word.get(to - 1).map_or(a.end, |l| l.end);
            out.push(Piece { id, start: a.start, end });
            from = to;
        }
        word.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> WordPiece {
        WordPiece::new("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ndr\n.\nnun\n##ez\nse\n##en\n山\n'\ns\nwu").unwrap()
    }

    #[test]
    fn pieces_point_at_the_text_as_written() {
        let text = "Dr. N\u{fa}n\u{303}ez se\u{200b}en \u{5c71}Wu's Zz";
        let w = small();
        let got: Vec<(i32, &str)> = w.pieces(text).iter().map(|p| (p.id, &text[p.start..p.end])).collect();
        let want = vec![
            (5, "Dr"),
            (6, "."),
            (7, "N\u{fa}n"),
            (8, "ez"),
            (9, "se"),
            (10, "en"),
            (11, "\u{5c71}"),
            (14, "Wu"),
            (12, "'"),
            (13, "s"),
            (1, "Zz"),
        ];
        assert_eq!(got, want);
        assert!(WordPiece::new("a\nb").is_err());
    }

    proptest! {
        #[test]
        fn pieces_are_slices_in_order(text in any::<String>()) {
            let mut last = 0;
            for p in small().pieces(&text) {
                prop_assert!(p.end > p.start && text.get(p.start..p.end).is_some());
                prop_assert!(p.start >= last || p.end > last);
                last = p.end;
            }
        }
    }
}
