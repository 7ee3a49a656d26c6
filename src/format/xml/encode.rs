//! Text to bytes for a place in a document.

use super::encoding::Encoding;

/// Where text is put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Between tags.
    Text,
    /// Between the quotes of an attribute.
    Attr,
    /// In a CDATA section.
    CData,
    /// Between `<!--` and `-->`.
    Comment,
    /// Between `<?` and `?>`.
    Pi,
}

/// Encodes text so that it reads back the same (in a comment or instruction: as nearly as XML allows). Characters that XML 1.0
/// forbids are dropped.
pub fn encode(text: &str, place: Place, encoding: Encoding) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    let escapes = matches!(place, Place::Text | Place::Attr);
    for c in text.chars() {
        match c {
            '&' if escapes => out.push_str("&amp;"),
            '<' if escapes => out.push_str("&lt;"),
            '>' if escapes => out.push_str("&gt;"),
            '"' if place == Place::Attr => out.push_str("&quot;"),
            '\'' if place == Place::Attr => out.push_str("&apos;"),
            '\n' | '\t' if place == Place::Attr => out.push_str(&format!("&#{};", c as u32)),
            '\r' if escapes => out.push_str("&#13;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if (c as u32) < 32 || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c if c.is_ascii() || encoding == Encoding::Utf8 => out.push(c),
            // A code page is written in ASCII only: references where they are possible.
            c if escapes => out.push_str(&format!("&#{};", c as u32)),
            _ => out.push('?'),
        }
    }
    let out = match place {
        Place::CData => out.replace("]]>", "]]]]><![CDATA[>"),
        Place::Comment => pad(dashes(out), '-'),
        Place::Pi => pad(out.replace("?>", "? >"), '?'),
        _ => out,
    };
    out.into_bytes()
}

/// Two hyphens never stand together in a comment.
fn dashes(mut text: String) -> String {
    while text.contains("--") {
        text = text.replace("--", "- -");
    }
    text
}

/// What is put into a comment or instruction must not join its neighbours into a delimiter; nothing at all would.
fn pad(text: String, delimiter: char) -> String {
    if text.is_empty() {
        return " ".into();
    }
    let head = if text.starts_with(delimiter) || (delimiter == '?' && text.starts_with('>')) { " " } else { "" };
    let tail = if text.ends_with(delimiter) { " " } else { "" };
    format!("{head}{text}{tail}")
}

/// Percent-encodes what RFC 3986 does not allow in a URI, so that a label in a link keeps the attribute's type.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// Letters, digits and underscores of a label: valid inside an `xs:ID` and an `xs:token` without blanks.
pub fn name_token(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("_")
}
