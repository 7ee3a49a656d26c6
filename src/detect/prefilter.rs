//! A first look at a text: can anything known be in it at all?
//!
//! Every name and value that is looked for begins with a word, and every number ends with four digits. Two small tables of bits,
//! one of the first letters of words and one of last digits, are asked in one pass over the bytes; nearly all codes and most short
//! texts are done with that.

/// The tables.
pub struct Prefilter {
    /// By the first two letters of words of two letters.
    two: Vec<u64>,
    /// By the first three letters of longer words.
    three: Vec<u64>,
    /// By the last four digits of numbers.
    tails: Vec<u64>,
    /// Something may begin inside a word: every text may hold it.
    always: bool,
}

const OTHER: u8 = 0;
const DIGIT: u8 = 1;
const LETTER: u8 = 2;

static KIND: [u8; 256] = {
    let mut t = [OTHER; 256];
    let mut i = 0;
    while i < 256 {
        t[i] = if (i as u8).is_ascii_digit() {
            DIGIT
        } else if (i as u8).is_ascii_alphabetic() {
            LETTER
        } else {
            OTHER
        };
        i += 1;
    }
    t
};

/// Five bits that are the same for a letter in both cases.
fn bits(b: u8) -> usize {
    (b & 0x1f) as usize
}

fn set(table: &mut [u64], at: usize) {
    if let Some(word) = table.get_mut(at >> 6) {
        *word |= 1 << (at & 63);
    }
}

fn get(table: &[u64], at: usize) -> bool {
    table.get(at >> 6).is_some_and(|word| word >> (at & 63) & 1 == 1)
}

impl Prefilter {
    /// From the words of which one is in every place, folded, and the last four digits of numbers. `anywhere` when something may
    /// begin inside a word.
    pub fn new<'a>(words: impl Iterator<Item = &'a str>, tails: impl Iterator<Item = &'a str>, anywhere: bool) -> Prefilter {
        let mut f = Prefilter { two: vec![0; 1 << 4], three: vec![0; 1 << 9], tails: vec![0; 10_000 / 64 + 1], always: anywhere };
        // Text of ASCII holds no other word.
        for word in words.filter(|w| w.is_ascii()) {
            match word.as_bytes() {
                [a, b] if KIND[*a as usize] != OTHER => set(&mut f.two, bits(*a) << 5 | bits(*b)),
                [a, b, c, ..] if KIND[*a as usize] != OTHER => set(&mut f.three, bits(*a) << 10 | bits(*b) << 5 | bits(*c)),
                _ => f.always = true,
            }
        }
        for tail in tails {
            match tail.parse::<usize>() {
                Ok(n) if tail.len() == 4 => set(&mut f.tails, n),
                _ => f.always = true,
            }
        }
        f
    }

    /// False when nothing known can be in this text. Only for ASCII.
    pub fn may_match(&self, text: &str) -> bool {
        if self.always {
            return true;
        }
        let bytes = text.as_bytes();
        let (mut before, mut row, mut last) = (OTHER, 0u32, 0usize);
        for (i, &b) in bytes.iter().enumerate() {
            let kind = KIND[b as usize];
            if kind == DIGIT {
                row += 1;
                last = (last * 10 + (b - b'0') as usize) % 10_000;
            } else if row > 0 {
                if row >= 4 && get(&self.tails, last) {
                    return true;
                }
                (row, last) = (0, 0);
            }
            if kind != before && kind != OTHER {
                let (b1, b2) = (bytes.get(i + 1).copied().unwrap_or(0), bytes.get(i + 2).copied().unwrap_or(0));
                if get(&self.three, bits(b) << 10 | bits(b1) << 5 | bits(b2)) || get(&self.two, bits(b) << 5 | bits(b1)) {
                    return true;
                }
            }
            before = kind;
        }
        row >= 4 && get(&self.tails, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_that_may_be_there() {
        let f = Prefilter::new(["tran", "ng", "o'neil", "700"].into_iter(), ["0142"].into_iter(), false);
        for text in ["Tran", "x TRAN", "2tran", "dr-ng", "NG,", "O'Neil", "at 700", "503-555-0142", "5550142x", "transit"] {
            assert!(f.may_match(text), "{text}");
        }
        for text in ["", "final", "http://loinc.org", "8302-2", "strange", "01423"] {
            assert!(!f.may_match(text), "{text}");
        }
        assert!(Prefilter::new(["(a)"].into_iter(), [].into_iter(), false).may_match("x"));
    }
}
