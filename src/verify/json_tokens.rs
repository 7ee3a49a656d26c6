//! A strict, iterative JSON tokenizer of its own: the second reader must not share code with the first.

/// Nesting beyond this is refused.
const MAX_DEPTH: usize = 4096;

/// One token. Strings are raw, without quotes, escapes not decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// A member name; the colon is consumed.
    Key(&'a [u8]),
    /// A string value.
    String(&'a [u8]),
    /// A number, `true` or `false`.
    Scalar,
    /// `null`
    Null,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Value,
    FirstKeyOrEnd,
    Key,
    CommaOrEnd,
    FirstItemOrEnd,
    Done,
}

/// Reads one JSON value token by token.
pub(crate) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<u8>,
    want: Want,
}

impl<'a> Tokens<'a> {
    /// Starts at the first byte; a byte order mark is skipped.
    pub fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Tokens { bytes, at, stack: Vec::new(), want: Want::Value }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// The next token and its offset; `None` after the value and trailing white space.
    ///
    /// # Errors
    /// The offset of the first byte that is not JSON.
    pub fn next(&mut self) -> Result<Option<(Token<'a>, usize)>, usize> {
        loop {
            self.skip_space();
            let at = self.at;
            let Some(b) = self.peek() else {
                return if self.want == Want::Done { Ok(None) } else { Err(at) };
            };
            match (self.want, b) {
                (Want::FirstKeyOrEnd | Want::CommaOrEnd, b'}') if self.stack.last() == Some(&b'{') => {
                    return self.close(Token::ObjectEnd);
                }
                (Want::FirstItemOrEnd | Want::CommaOrEnd, b']') if self.stack.last() == Some(&b'[') => {
                    return self.close(Token::ArrayEnd);
                }
                (Want::CommaOrEnd, b',') => {
                    self.at += 1;
                    self.want = if self.stack.last() == Some(&b'{') { Want::Key } else { Want::Value };
                }
                (Want::FirstKeyOrEnd | Want::Key, b'"') => {
                    let key = self.string()?;
                    self.skip_space();
                    if self.peek() != Some(b':') {
                        return Err(self.at);
                    }
                    self.at += 1;
                    self.want = Want::Value;
                    return Ok(Some((Token::Key(key), at)));
                }
                (Want::Value | Want::FirstItemOrEnd, _) => return self.value(b),
                _ => return Err(at),
            }
        }
    }

    fn close(&mut self, token: Token<'a>) -> Result<Option<(Token<'a>, usize)>, usize> {
        self.at += 1;
        self.stack.pop();
        self.after_value();
        Ok(Some((token, self.at - 1)))
    }

    fn after_value(&mut self) {
        self.want = if self.stack.is_empty() { Want::Done } else { Want::CommaOrEnd };
    }

    fn value(&mut self, b: u8) -> Result<Option<(Token<'a>, usize)>, usize> {
        let at = self.at;
        let token = match b {
            b'{' | b'[' => {
                if self.stack.len() >= MAX_DEPTH {
                    return Err(at);
                }
                self.at += 1;
                self.stack.push(b);
                self.want = if b == b'{' { Want::FirstKeyOrEnd } else { Want::FirstItemOrEnd };
                return Ok(Some((if b == b'{' { Token::ObjectStart } else { Token::ArrayStart }, at)));
            }
            b'"' => Token::String(self.string()?),
            b'n' => self.word(b"null", Token::Null)?,
            b't' => self.word(b"true", Token::Scalar)?,
            b'f' => self.word(b"false", Token::Scalar)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return Err(at),
        };
        self.after_value();
        Ok(Some((token, at)))
    }

    fn word(&mut self, word: &[u8], token: Token<'a>) -> Result<Token<'a>, usize> {
        if !self.bytes.get(self.at..).is_some_and(|r| r.starts_with(word)) {
            return Err(self.at);
        }
        self.at += word.len();
        Ok(token)
    }

    fn digits(&mut self) -> Result<(), usize> {
        let from = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == from { Err(from) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Token<'a>, usize> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Token::Scalar)
    }

    fn string(&mut self) -> Result<&'a [u8], usize> {
        let start = self.at + 1;
        let mut at = start;
        let mut high = false;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let mut seen = 0u8;
            let plain = rest.iter().position(|b| {
                seen |= b;
                STOP[usize::from(*b)]
            });
            high |= seen >= 0x80;
            let Some(step) = plain else { return Err(self.bytes.len()) };
            at += step;
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => match self.bytes.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u') if super::fold::hex4(self.bytes, at + 2).is_some() => at += 6,
                    _ => return Err(at),
                },
                _ => return Err(at),
            }
        }
        self.at = at + 1;
        let text = self.bytes.get(start..at).unwrap_or_default();
        if high && std::str::from_utf8(text).is_err() {
            return Err(start);
        }
        Ok(text)
    }
}

/// Bytes that end a run of plain letters in a string: quote, backslash, control characters.
static STOP: [bool; 256] = {
    let mut stop = [false; 256];
    let mut i = 0;
    while i < 0x20 {
        stop[i] = true;
        i += 1;
    }
    stop[b'"' as usize] = true;
    stop[b'\\' as usize] = true;
    stop
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ok(text: &[u8]) -> bool {
        let mut t = Tokens::new(text);
        loop {
            match t.next() {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    #[test]
    fn accepts_and_refuses_as_the_grammar_says() {
        for good in [r#"{"a":[1,-0.5e+3,true,null,"\u00e9\n"],"b":{}}"#, "[]", " 1 ", "\u{feff}{}"] {
            assert!(ok(good.as_bytes()), "{good}");
        }
        for bad in
            ["", "{", "{}}", "[1,]", r#"{"a"}"#, r#"{"a":1,}"#, "01", "1.", r#""\x""#, "\"\n\"", "[1 2]", "nul", "{1:2}", "[}"]
        {
            assert!(!ok(bad.as_bytes()), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde(text in r#"[\[\]{}",:0-9a-e\\ .u-]{0,24}"#) {
            prop_assert_eq!(ok(text.as_bytes()), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        }
    }
}
