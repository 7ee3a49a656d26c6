//! What is known of a number in a word, as the names of evidence have it.

use super::place::Between;

/// Whether a pronoun is of a sex, in a word.
pub fn agrees(said: Option<&str>, sex: Option<&str>) -> &'static str {
    match (said, sex) {
        (None, _) => "none",
        (_, None) => "unknown",
        (a, b) if a == b => "same",
        _ => "other",
    }
}

/// A share in steps that are as fine as what it tells.
pub fn step(share: f32) -> u8 {
    [0.02, 0.06, 0.15, 0.3, 0.5, 0.7, 0.85, 0.94, 0.98].iter().take_while(|x| share >= **x).count() as u8
}

/// How two places are set apart, in a word.
pub fn apart(b: &Between) -> &'static str {
    match b {
        Between { blanks: 1.., .. } => "blank",
        Between { lines: 3.., .. } => "lines",
        Between { lines: 2, .. } => "line2",
        Between { lines: 1, stops: 0, .. } => "line",
        Between { lines: 1, .. } => "stop+line",
        Between { stops: 2.., .. } => "stops",
        Between { stops: 1, .. } => "stop",
        Between { semis: 1.., .. } => "semi",
        Between { closed: 1.., commas: 0, .. } => "closed",
        Between { closed: 1.., .. } => "closed+",
        Between { cells: 1.., .. } => "cell",
        Between { open: 1.., commas: 0, .. } => "open",
        Between { open: 1.., .. } => "open+",
        Between { commas: 0, tokens: 0..=4, .. } => "beside",
        Between { commas: 0, .. } => "phrase",
        Between { commas: 1, .. } => "comma",
        _ => "commas",
    }
}

/// The form of a number: `AA-9999`, and with runs made one `A-9`.
pub fn shapes(text: &str) -> (String, String) {
    let (mut fine, mut coarse) = (String::new(), String::new());
    for c in text.chars().take(20) {
        let x = match c {
            c if c.is_ascii_digit() => '9',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'a',
            '\n' => ' ',
            c => c,
        };
        fine.push(x);
        if !coarse.ends_with(x) {
            coarse.push(x);
        }
    }
    (fine, coarse)
}
