//! Bytes of RTF into tokens with their byte ranges (Rich Text Format Specification 1.9.1, "RTF Syntax").

use std::ops::Range;

/// What a token is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word`, `\word12`, with its delimiting space when it has one.
    Word(&'a [u8], Option<i32>),
    /// `\'e9`
    Hex(u8),
    /// `\~` and the like.
    Symbol(u8),
    /// Letters as they stand, without control characters of RTF.
    Text(&'a [u8]),
    /// A carriage return or line feed, which means nothing in RTF.
    Break,
}

/// A token and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    pub at: Range<usize>,
    /// A control word that no space ends: a letter, digit or blank put behind it would be read as part of it.
    pub bare: bool,
}

/// Reads token after token; whatever the bytes are, it ends after at most as many tokens as there are bytes.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Lexer { bytes, at: 0 }
    }

    fn token(&mut self, kind: Kind<'a>, end: usize, bare: bool) -> Option<Token<'a>> {
        let at = self.at..end;
        self.at = end;
        Some(Token { kind, at, bare })
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let start = self.at + 1;
        let Some(&first) = self.bytes.get(start) else { return self.token(Kind::Symbol(0), start, false) };
        match first {
            b'\'' => {
                let digit = |i: usize| self.bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
                match (digit(start + 1), digit(start + 2)) {
                    (Some(h), Some(l)) => self.token(Kind::Hex((h * 16 + l) as u8), start + 3, false),
                    _ => self.token(Kind::Symbol(first), start + 1, false),
                }
            }
            // A line end behind a backslash is a paragraph's end.
            b'\r' | b'\n' => self.token(Kind::Word(b"par", None), start + 1, false),
            b'a'..=b'z' | b'A'..=b'Z' => {
                let rest = self.bytes.get(start..).unwrap_or_default();
                let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                let mut end = start + letters;
                let negative = self.bytes.get(end) == Some(&b'-');
                let from = end + usize::from(negative);
                let digits = self.bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                let mut param = None;
                if digits > 0 {
                    end = from + digits;
                    let text = std::str::from_utf8(self.bytes.get(from..end).unwrap_or_default()).unwrap_or_default();
                    let value = text.parse::<i32>().unwrap_or(i32::MAX);
                    param = Some(if negative { -value } else { value });
                }
                let spaced = self.bytes.get(end) == Some(&b' ');
                let name = self.bytes.get(start..start + letters).unwrap_or_default();
                self.token(Kind::Word(name, param), end + usize::from(spaced), !spaced)
            }
            other => self.token(Kind::Symbol(other), start + 1, false),
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let end = self.at + 1;
        match rest.first()? {
            b'{' => self.token(Kind::Open, end, false),
            b'}' => self.token(Kind::Close, end, false),
            b'\r' | b'\n' => self.token(Kind::Break, end, false),
            b'\\' => self.control(),
            _ => {
                let len = rest.iter().position(|b| matches!(b, b'{' | b'}' | b'\\' | b'\r' | b'\n')).unwrap_or(rest.len());
                self.token(Kind::Text(rest.get(..len).unwrap_or_default()), self.at + len, false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_their_number_and_one_space() {
        let kinds: Vec<_> = Lexer::new(b"{\\b0  J\\'e9\\~\\u-12?\\par}").map(|t| (t.kind, t.at, t.bare)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Open, 0..1, false),
                (Kind::Word(b"b", Some(0)), 1..5, false),
                (Kind::Text(b" J"), 5..7, false),
                (Kind::Hex(0xe9), 7..11, false),
                (Kind::Symbol(b'~'), 11..13, false),
                (Kind::Word(b"u", Some(-12)), 13..18, true),
                (Kind::Text(b"?"), 18..19, false),
                (Kind::Word(b"par", None), 19..23, true),
                (Kind::Close, 23..24, false),
            ]
        );
    }

    #[test]
    fn odd_ends_are_tokens_too() {
        for bytes in [&b"\\"[..], b"\\'", b"\\'e", b"\\'zz", b"\\b-", b"\\b99999999999"] {
            let total: usize = Lexer::new(bytes).map(|t| t.at.len()).sum();
            assert_eq!(total, bytes.len());
        }
    }
}
