//! Text as tokens: words with their shape, numbers, single marks, line ends.

use super::fold::{folded, is_invisible};
use super::words::{NameLike, folded_like};
use std::cell::Cell;

/// Shape of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `Smith`, `McKay`, `O'Brien`, `Smith-Jones`.
    Cap,
    /// `SMITH`: two letters or more.
    Upper,
    /// A single capital: `J`.
    Initial,
    /// `smith`.
    Lower,
    /// Digits only.
    Number,
    /// Letters and digits: `4B`, `54F`.
    Mixed,
    /// One mark.
    Mark(char),
    /// One or more line ends, or a tab (table cells).
    Break,
}

/// One token with its byte range; a possessive `'s` is left out of the range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Its shape.
    pub shape: Shape,
    /// A possessive `'s` follows.
    pub possessive: bool,
    /// Length in bytes of the word without a number behind it: `Eduardo` of `Eduardo181`.
    low_len: u32,
    /// Place in the list of folded words, from 1; 0 for a word of ASCII, which is read from the lower-case text.
    folded: u32,
}

impl Token {
    /// One past the last byte with a possessive that follows; of a curly apostrophe the longest.
    fn whole_end(&self) -> usize {
        self.end + if self.possessive { 4 } else { 0 }
    }

    fn mark(start: usize, end: usize, shape: Shape) -> Token {
        Token { start, end, shape, possessive: false, low_len: (end - start) as u32, folded: 0 }
    }
}

/// Tokens of a line that are looked at; what is longer is no line that somebody wrote.
pub const MAX_LINE: usize = 400;

/// The tokens of a text.
pub struct Tokens<'a> {
    /// The text.
    pub text: &'a str,
    /// In order.
    pub list: Vec<Token>,
    /// The text with ASCII letters in lower case; offsets are the same.
    lower: String,
    /// Words with other letters, folded.
    folded: Vec<String>,
    /// How much each token looks like a name, once asked.
    likes: Vec<Cell<Option<NameLike>>>,
}

impl<'a> Tokens<'a> {
    /// Splits `text`.
    pub fn new(text: &'a str) -> Self {
        let mut list = Vec::with_capacity(text.len() / 4 + 4);
        let mut odd = Vec::new();
        let bytes = text.as_bytes();
        let mut start = 0usize;
        while let Some(&b) = bytes.get(start) {
            let next = match b {
                b'\n' | b'\r' | b'\t' => {
                    push_break(&mut list, start, start + 1);
                    start + 1
                }
                b' ' => start + 1,
                _ if b.is_ascii_alphanumeric() => word_end(text, start),
                _ => other(text, start, &mut list),
            };
            if next > start && !b.is_ascii_alphanumeric() {
                start = next;
                continue;
            }
            let end = if next > start { next } else { word_end(text, start) };
            let word = text.get(start..end).unwrap_or("");
            if let Some((after, whole)) = broken(text, start, end) {
                odd.push(whole);
                list.push(Token { folded: odd.len() as u32, ..Token::mark(start, after, Shape::Cap) });
                start = after;
                continue;
            }
            push_word(&mut list, &mut odd, start, word.trim_end_matches(is_invisible));
            start = end.max(start + 1);
        }
        let likes = vec![Cell::new(None); list.len()];
        Tokens { text, list, lower: text.to_ascii_lowercase(), folded: odd, likes }
    }

    /// Token `i`, if any.
    pub fn get(&self, i: usize) -> Option<&Token> {
        self.list.get(i)
    }

    /// Text of token `i`; empty past the end.
    pub fn word(&self, i: usize) -> &'a str {
        self.list.get(i).and_then(|t| self.text.get(t.start..t.end)).unwrap_or("")
    }

    /// Text of token `i` in lower case without accents; empty past the end.
    pub fn low(&self, i: usize) -> &str {
        let Some(t) = self.list.get(i) else { return "" };
        match t.folded {
            0 => self.lower.get(t.start..t.start + t.low_len as usize).unwrap_or(""),
            n => self.folded.get(n as usize - 1).map_or("", String::as_str),
        }
    }

    /// How much token `i` looks like a part of a name; a word past the end does not.
    pub fn like(&self, i: usize) -> NameLike {
        let Some(cell) = self.likes.get(i) else { return NameLike::Word };
        if let Some(like) = cell.get() {
            return like;
        }
        let like = folded_like(self.low(i));
        cell.set(Some(like));
        like
    }

    /// Shape of token `i`.
    pub fn shape(&self, i: usize) -> Option<Shape> {
        self.list.get(i).map(|t| t.shape)
    }

    /// True when token `i` is this mark.
    pub fn is(&self, i: usize, mark: char) -> bool {
        self.shape(i) == Some(Shape::Mark(mark))
    }

    /// True when token `i` begins a line (or there is none before it).
    pub fn begins_line(&self, i: usize) -> bool {
        i == 0 || self.shape(i - 1) == Some(Shape::Break)
    }

    /// First token of the line of token `i`; of a line without end that of a stretch before it.
    pub fn line_start(&self, i: usize) -> usize {
        let from = i.saturating_sub(MAX_LINE);
        (from..i).rev().find(|k| self.shape(*k) == Some(Shape::Break)).map_or(from, |k| k + 1)
    }

    /// True when a column begins at token `i`: a line, a cell, or two blanks before it.
    pub fn begins_column(&self, i: usize) -> bool {
        let gap = || self.get(i.wrapping_sub(1)).zip(self.get(i)).is_some_and(|(a, b)| b.start >= a.whole_end() + 2);
        self.begins_line(i) || self.is(i - 1, '|') || gap()
    }

    /// True when a column ends before token `i`.
    pub fn ends_column(&self, i: usize) -> bool {
        let gap = || self.get(i.wrapping_sub(1)).zip(self.get(i)).is_some_and(|(a, b)| b.start >= a.whole_end() + 2);
        self.ends_line(i) || self.is(i, '|') || gap()
    }

    /// True when token `i` is past the end or a line end.
    pub fn ends_line(&self, i: usize) -> bool {
        self.shape(i).is_none_or(|s| s == Shape::Break)
    }

    /// True for the `F` or `M` of a list beside a name, `Esposito, Carmela   F 61`: no initial.
    pub fn is_sex(&self, i: usize) -> bool {
        self.shape(i) == Some(Shape::Initial)
            && matches!(self.low(i), "f" | "m")
            && !self.is(i + 1, '.')
            && (self.begins_column(i) || self.shape(i + 1) == Some(Shape::Number) || self.is(i + 1, '?'))
    }

    /// Index of the first token that ends after byte `at`.
    pub fn index_at(&self, at: usize) -> usize {
        self.list.partition_point(|t| t.end <= at)
    }

    /// True when nothing but nothing stands between token `i` and the next: `SMITH,JOHN`, `J.`.
    pub fn touches_next(&self, i: usize) -> bool {
        matches!((self.get(i), self.get(i + 1)), (Some(a), Some(b)) if a.end == b.start)
    }

    /// `I` before a lower-case word: somebody speaks.
    pub fn is_pronoun(&self, i: usize) -> bool {
        self.word(i) == "I" && !self.is(i + 1, '.') && self.shape(i + 1) == Some(Shape::Lower)
    }

    /// True for a capitalised word, all capitals or an initial.
    pub fn is_capital(&self, i: usize) -> bool {
        matches!(self.shape(i), Some(Shape::Cap | Shape::Upper | Shape::Initial))
    }
}

/// End of the word that begins at byte `start`: letters and digits, marks on them, and joining marks between letters.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&b) = bytes.get(at) {
        if b.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        if b < 0x80 && b != b'\'' && b != b'-' && b != b'`' && !b.is_ascii_control() {
            return at;
        }
        let Some(d) = text.get(at..).and_then(|t| t.chars().next()) else { return at };
        let inside = d.is_alphanumeric() || is_invisible(d) || unicode_normalization::char::is_combining_mark(d);
        if at > start && !inside && !joins(text, at, d) {
            return at;
        }
        at += d.len_utf8();
    }
    at
}

/// A name broken by a hyphen at a line end, `Aber-` / `nathy`: the byte after it and the whole, folded.
fn broken(text: &str, start: usize, end: usize) -> Option<(usize, String)> {
    let rest = text.get(end..)?.strip_prefix('-')?;
    let line = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
    let next = line.trim_start_matches([' ', '\t']);
    let from = text.len() - next.len();
    let head = text.get(start..end).filter(|h| shape_of(h) == Shape::Cap)?;
    let after = word_end(text, from);
    let tail = text.get(from..after)?;
    let known = |w: &str| folded_like(w) == NameLike::Name || super::words::is_eponym(w);
    let plain = folded(&format!("{head}{tail}"));
    if shape_of(tail) == Shape::Cap {
        // `Mc-` / `Murray`, `Vasquez-` / `Thornbury`
        let hyphened = folded(&format!("{head}-{tail}"));
        let whole = if known(&plain) { plain } else { hyphened };
        return (known(&whole) || folded_like(&whole) == NameLike::Name).then_some((after, whole));
    }
    if shape_of(tail) != Shape::Lower {
        return None;
    }
    let low_head = folded(head);
    // `Propra-` / `nolol`, `Arkhi-` / `pov`: a word that the vocabulary holds whole, or one of whose head it knows nothing.
    let word = folded_like(&plain) == NameLike::Word && folded_like(&low_head) == NameLike::Unknown;
    let odd = folded_like(&plain) == NameLike::Unknown && folded_like(&low_head) >= NameLike::Unknown && head.len() >= 3;
    (known(&plain) || word || odd).then_some((after, plain))
}

/// A name in which a scanner has read letters as digits, `Mi1ler`, `0konkwo`, `Drozd0wski`: one that the lists know, or a word with a figure
/// between its letters as no code has them. With the word as it was: `1` may have been an `l` or an `i`.
fn misread(word: &str) -> Option<(Shape, String)> {
    let bytes = word.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if digits == 0 || digits > 2 || letters < 3 || !bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'\'')) {
        return None;
    }
    if !bytes.first().is_some_and(|c| c.is_ascii_uppercase() || matches!(c, b'0' | b'1' | b'5' | b'8')) {
        return None;
    }
    let read = |one: char| -> String {
        let letter = |b: &u8| match b {
            b'0' => 'o',
            b'1' => one,
            b'3' => 'e',
            b'4' => 'a',
            b'5' => 's',
            b'8' => 'b',
            b => b.to_ascii_lowercase() as char,
        };
        bytes.iter().map(letter).collect()
    };
    let (as_l, as_i) = (read('l'), read('i'));
    let upper = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
    let shape = if upper == letters && letters > 2 { Shape::Upper } else { Shape::Cap };
    let first_is_i = bytes.first() == Some(&b'1');
    for read in if first_is_i { [&as_i, &as_l] } else { [&as_l, &as_i] } {
        if folded_like(read) == NameLike::Name {
            return Some((shape, read.clone()));
        }
    }
    if !looks_misread(bytes, letters, digits, upper) {
        return None;
    }
    let known = [&as_l, &as_i].into_iter().find(|w| folded_like(w) != NameLike::Unknown);
    // `1tablet`: a figure before a word, unless with it the word is one.
    if known.is_none() && bytes.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((shape, known.unwrap_or(if first_is_i { &as_i } else { &as_l }).clone()))
}

/// Each figure stands between letters of one case (or opens the word), and there are letters enough: no code is written so.
fn looks_misread(bytes: &[u8], letters: usize, digits: usize, upper: usize) -> bool {
    let loud = upper == letters;
    if letters < if loud { 6 } else { 4 } || loud && digits > 1 {
        return false;
    }
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b' ');
    let letter = |b: u8| if loud { b.is_ascii_uppercase() } else { b.is_ascii_lowercase() };
    bytes.iter().enumerate().all(|(i, b)| match b {
        b'0' | b'1' | b'3' | b'4' | b'5' | b'8' => {
            let other = |b: u8| letter(b) || b.is_ascii_digit();
            let after = other(at(i + 1)) || i + 1 == bytes.len() && !loud;
            // The second letter of a word with a capital, `G1en`, and the first of a part, `Jean-R0bens`.
            let opens = i > 0 && at(i - 1).is_ascii_uppercase() && matches!(b, b'0' | b'1') && letter(at(i + 1));
            let first = i == 0 && matches!(b, b'0' | b'1') && letter(at(1)) && letter(at(2)) && !loud;
            first || i > 0 && (other(at(i - 1)) && after || opens)
        }
        b if b.is_ascii_digit() => false,
        b if b.is_ascii_uppercase() => loud || i == 0 || matches!(at(i - 1), b'-' | b'\''),
        _ => true,
    })
}

/// What begins at byte `start` and is no ASCII word, blank or line end: a mark is pushed, what shows nothing skipped. Gives the
/// byte after it, or `start` itself for a word of other letters.
fn other(text: &str, start: usize, list: &mut Vec<Token>) -> usize {
    let Some(c) = text.get(start..).and_then(|t| t.chars().next()) else { return text.len() };
    let next = start + c.len_utf8();
    if c.is_whitespace() || is_invisible(c) {
        return next;
    }
    if c.is_alphanumeric() {
        return start;
    }
    let mark = if parts_name(text, start, c) { ',' } else { plain_mark(c) };
    list.push(Token::mark(start, next, Shape::Mark(mark)));
    next
}

/// `ROE^JANE^Q`, `ROE*JANE`: what sets the parts of a name apart where messages were copied into a text (HL7 v2 data type XPN, X12 segment NM1).
fn parts_name(text: &str, at: usize, c: char) -> bool {
    let letter = |b: Option<&u8>| b.is_some_and(u8::is_ascii_uppercase);
    let bytes = text.as_bytes();
    matches!(c, '^' | '*') && at.checked_sub(1).is_some_and(|k| letter(bytes.get(k))) && letter(bytes.get(at + 1))
}

/// A mark inside a word that joins its parts: apostrophe or hyphen between letters.
fn joins(text: &str, at: usize, d: char) -> bool {
    let plain = plain_mark(d);
    if plain != '\'' && plain != '-' {
        return false;
    }
    text.get(at + d.len_utf8()..).and_then(|t| t.chars().next()).is_some_and(char::is_alphabetic)
        && text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(char::is_alphabetic)
}

fn plain_mark(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '`' | '\u{FF07}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{201C}' | '\u{201D}' => '"',
        c => c,
    }
}

fn push_break(list: &mut Vec<Token>, start: usize, end: usize) {
    if let Some(last) = list.last_mut()
        && last.shape == Shape::Break
    {
        last.end = end;
        return;
    }
    list.push(Token::mark(start, end, Shape::Break));
}

fn push_word(list: &mut Vec<Token>, odd: &mut Vec<String>, start: usize, word: &str) {
    let owner = word.ends_with(['s', 'S']);
    let stem = ["'s", "\u{2019}s", "'S", "\u{2019}S"]
        .iter()
        .filter(|_| owner)
        .find_map(|mark| word.strip_suffix(mark).filter(|s| !s.is_empty()));
    let possessive = stem.is_some();
    let word = stem.unwrap_or(word);
    let bare = numbered_name(word).unwrap_or(word);
    let mut token = Token { possessive, ..Token::mark(start, start + word.len(), shape_of(word)) };
    token.low_len = bare.len() as u32;
    if token.shape == Shape::Mixed
        && let Some((shape, read)) = misread(word)
    {
        token.shape = shape;
        odd.push(read);
        token.folded = odd.len() as u32;
        list.push(token);
        return;
    }
    if !bare.is_ascii() {
        odd.push(folded(bare));
        token.folded = odd.len() as u32;
    }
    list.push(token);
}

/// `Eduardo181` without its number: synthetic records number their names so.
pub fn numbered_name(word: &str) -> Option<&str> {
    if !word.as_bytes().last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - name.len();
    let capital = name.chars().next().is_some_and(char::is_uppercase);
    // Capitals inside only as in `McKay12`, `O'Neil7`; `HbA1` is no name.
    let lower = name.chars().filter(|c| c.is_lowercase()).count();
    let upper = name.chars().filter(|c| c.is_uppercase()).count();
    let letters = name.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-');
    let numbered = capital && letters && (1..=4).contains(&digits) && lower >= 2 && (upper == 1 || upper == 2 && lower >= 3);
    numbered.then_some(name)
}

fn shape_of(word: &str) -> Shape {
    let first = word.as_bytes().first().copied().unwrap_or(0);
    if word.len() > 1 && word.bytes().skip(1).all(|b| b.is_ascii_lowercase()) {
        if first.is_ascii_lowercase() {
            return Shape::Lower;
        }
        if first.is_ascii_uppercase() {
            return Shape::Cap;
        }
    }
    let (mut letters, mut upper, mut digits) = (0usize, 0usize, 0usize);
    for c in word.chars() {
        if c.is_ascii_digit() || c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            letters += 1;
            upper += usize::from(c.is_uppercase());
        }
    }
    if numbered_name(word).is_some() {
        return Shape::Cap;
    }
    if digits > 0 {
        return if letters == 0 { Shape::Number } else { Shape::Mixed };
    }
    let first_upper = word.chars().next().is_some_and(char::is_uppercase);
    let caseless = word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase());
    if letters == 1 && upper == 1 {
        return Shape::Initial;
    }
    if upper == letters && letters > 1 {
        return Shape::Upper;
    }
    // `al-Sayed`, `d'Angelo`: a particle glued to a capital.
    let glued = !first_upper && upper > 0 && word.chars().take(4).any(|c| !c.is_alphabetic());
    if first_upper || caseless || glued { Shape::Cap } else { Shape::Lower }
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_of_a_copied_name_are_set_apart_as_by_a_comma() {
        let t = super::Tokens::new("NK1|2|ROE^JANE^Q|DAUGHTER and 2*3, a*b");
        assert!(t.is(5, ',') && t.word(5) == "^" && t.is(7, ','));
        assert!((9..t.list.len()).all(|k| !t.is(k, ',') || t.word(k) == ","));
    }

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_shapes() {
        let t = Tokens::new("Dr. O'Brien-Smith's J 4B 54 mother\u{2019}s\nAL-SAYED al-Sayed");
        let shapes: Vec<Shape> = t.list.iter().map(|t| t.shape).collect();
        use Shape::*;
        assert_eq!(shapes, vec![Cap, Mark('.'), Cap, Initial, Mixed, Number, Lower, Break, Upper, Cap]);
        assert_eq!(t.word(2), "O'Brien-Smith");
        assert!(t.list[2].possessive && t.list[6].possessive);
        assert_eq!(t.word(6), "mother");
    }

    proptest! {
        #[test]
        fn tokens_are_slices_in_order(text in any::<String>()) {
            let t = Tokens::new(&text);
            let mut last = 0;
            for token in &t.list {
                prop_assert!(token.start >= last && token.end > token.start);
                prop_assert!(text.get(token.start..token.end).is_some());
                last = token.end;
            }
        }
    }
}
