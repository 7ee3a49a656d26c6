//! Names the place of a byte offset, without values: a JSON pointer, an XML path, a line. Only called when something was found.

use super::json_tokens::{Token, Tokens};

/// JSON pointers of the given ascending offsets. An offset in white space or punctuation gets the pointer around it.
pub(crate) fn json_places(bytes: &[u8], offsets: &[usize]) -> Vec<String> {
    let mut tokens = Tokens::new(bytes);
    // (in an array, index or safe key)
    let mut stack: Vec<(bool, usize, String)> = Vec::new();
    let mut out: Vec<String> = Vec::with_capacity(offsets.len());
    let mut current = String::new();
    loop {
        let next = tokens.next();
        let upto = match next {
            Ok(Some((_, at))) => at,
            _ => usize::MAX,
        };
        while out.len() < offsets.len() && offsets.get(out.len()).is_some_and(|o| *o < upto) {
            out.push(current.clone());
        }
        let Ok(Some((token, _))) = next else { return out };
        if out.len() >= offsets.len() {
            return out;
        }
        match token {
            Token::ObjectEnd | Token::ArrayEnd => {
                stack.pop();
            }
            Token::Key(k) => {
                if let Some(top) = stack.last_mut() {
                    top.2 = safe_word(k);
                }
            }
            _ => {
                if let Some(top) = stack.last_mut()
                    && top.0
                {
                    top.2 = top.1.to_string();
                    top.1 += 1;
                }
                if matches!(token, Token::ObjectStart | Token::ArrayStart) && stack.len() < 200 {
                    stack.push((token == Token::ArrayStart, 0, String::new()));
                } else if matches!(token, Token::ObjectStart | Token::ArrayStart) {
                    stack.push((token == Token::ArrayStart, 0, "...".into()));
                }
            }
        }
        current = stack.iter().filter(|s| !s.2.is_empty()).take(60).fold(String::new(), |p, s| p + "/" + &s.2);
    }
}

/// An element or member name if it looks like one; anything else could be a value.
fn safe_word(word: &[u8]) -> String {
    let plain = word.len() <= 48 && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-'));
    if plain { String::from_utf8_lossy(word).into_owned() } else { "?".into() }
}

/// XML element path of an offset, by a lenient scan: `/ClinicalDocument/component/section`.
pub(crate) fn xml_place(bytes: &[u8], offset: usize) -> String {
    let upto = bytes.get(..offset.min(bytes.len())).unwrap_or_default();
    let mut stack: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while let Some(p) = upto.get(at..).and_then(|r| memchr::memchr(b'<', r)) {
        at += p + 1;
        let rest = upto.get(at..).unwrap_or_default();
        let skip = |open: usize, end: &[u8]| memchr::memmem::find(rest, end).map_or(rest.len(), |e| e + end.len()).max(open);
        if rest.starts_with(b"!--") {
            at += skip(3, b"-->");
        } else if rest.starts_with(b"![CDATA[") {
            at += skip(8, b"]]>");
        } else if rest.starts_with(b"/") {
            stack.pop();
        } else if rest.first().is_some_and(u8::is_ascii_alphabetic) {
            let len = rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(rest.len());
            let closes = memchr::memchr(b'>', rest).and_then(|e| e.checked_sub(1)).and_then(|e| rest.get(e)) == Some(&b'/');
            if !closes && stack.len() < 200 {
                stack.push(rest.get(..len).unwrap_or_default());
            }
        }
    }
    stack.iter().fold(String::new(), |p, name| p + "/" + &safe_word(name))
}

/// `line 12` of an offset.
pub(crate) fn line_place(bytes: &[u8], offset: usize) -> String {
    format!("line {}", memchr::memchr_iter(b'\n', bytes.get(..offset.min(bytes.len())).unwrap_or_default()).count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_hold_no_values() {
        let t = br#"{"entry":[{"x":1},{"resource":{"note":[{"text":"Jane"}],"Jane Roe":"y"}}]}"#;
        let at = |s: &str| t.windows(s.len()).position(|w| w == s.as_bytes()).unwrap();
        let p = json_places(t, &[at("Jane"), at("\"y\"")]);
        assert_eq!(p, vec!["/entry/1/resource/note/0/text", "/entry/1/resource/?"]);
    }

    #[test]
    fn xml_and_lines() {
        let t = b"<a>\n<b x='1'/><c>\nJane</c></a>";
        assert_eq!(xml_place(t, 20), "/a/c");
        assert_eq!(line_place(t, 20), "line 3");
    }
}
