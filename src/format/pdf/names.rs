//! Glyph names and what they read as.

use lopdf::{Dictionary, Document, Object};

/// What a glyph name means (Adobe Glyph List specification, section 2): `Aacute`, `uni00E9`, `u1F600`, `f_f_i`, `a.alt`.
pub fn text_of(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    if name == ".notdef" || name.is_empty() {
        return None;
    }
    let stem = name.split('.').next().unwrap_or(name);
    let out: String = stem.split('_').filter_map(part).collect();
    (!out.is_empty()).then_some(out)
}

fn part(name: &str) -> Option<String> {
    if let [b] = name.as_bytes()
        && b.is_ascii_alphabetic()
    {
        return Some(name.to_string());
    }
    let hex =
        |s: &str| (s.len() >= 4 && s.bytes().all(|b| b.is_ascii_hexdigit())).then(|| u32::from_str_radix(s, 16).ok()).flatten();
    if let Some(rest) = name.strip_prefix("uni")
        && rest.len() >= 4
        && rest.len() % 4 == 0
        && rest.bytes().all(|b| b.is_ascii_hexdigit())
    {
        let units: Vec<u16> =
            (0..rest.len() / 4).filter_map(|i| u16::from_str_radix(rest.get(i * 4..i * 4 + 4)?, 16).ok()).collect();
        return String::from_utf16(&units).ok();
    }
    if let Some(c) = name.strip_prefix('u').filter(|r| r.len() <= 6).and_then(hex).and_then(char::from_u32) {
        return Some(c.to_string());
    }
    listed(name)
}

/// Endings that say which form of a glyph it is.
const FORMS: &[&str] =
    &["oldstyle", "superior", "inferior", "numerator", "denominator", "fitted", "taboldstyle", "small", "swash"];

/// True for a glyph name that says which character it is, or a number; any other can be anybody's.
pub fn is_plain(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    if name == ".notdef" {
        return true;
    }
    let (stem, form) = name.split_once('.').unwrap_or((name, ""));
    let known = stem.split('_').all(|p| part(p).is_some());
    let letters = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = letters.len() < stem.len() && letters.len() <= 5 && letters.chars().all(|c| c.is_ascii_alphabetic());
    (known || number || stem.len() <= 2) && (form.len() <= 4 || FORMS.contains(&form))
}

/// The Adobe Glyph List as lopdf has it: asked through an encoding that has the name as its only difference.
fn listed(name: &str) -> Option<String> {
    match name {
        "nbspace" | "nonbreakingspace" => return Some("\u{a0}".into()),
        "sfthyphen" => return Some("-".into()),
        "ff" => return Some("ff".into()),
        "fi" => return Some("fi".into()),
        "fl" => return Some("fl".into()),
        "ffi" => return Some("ffi".into()),
        "ffl" => return Some("ffl".into()),
        _ => {}
    }
    let mut encoding = Dictionary::new();
    encoding.set("Type", Object::Name(b"Encoding".to_vec()));
    encoding.set("Differences", Object::Array(vec![Object::Integer(0), Object::Name(name.as_bytes().to_vec())]));
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", Object::Dictionary(encoding));
    let doc = Document::new();
    let text = font.get_font_encoding(&doc).ok()?.bytes_to_string(&[0]).ok()?;
    (!text.is_empty() && text != "\0").then_some(text)
}

/// The encoding in the clear part of a Type1 program: `dup 65 /A put`.
pub fn type1_encoding(data: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let clear = memchr::memmem::find(data, b"eexec").and_then(|p| data.get(..p)).unwrap_or(data);
    let Some(from) = memchr::memmem::find(clear, b"/Encoding") else { return Vec::new() };
    let mut words = clear.get(from..).unwrap_or_default().split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty());
    let mut out = Vec::new();
    while let Some(w) = words.next() {
        if w == b"dup" {
            let code = words.next().and_then(|w| std::str::from_utf8(w).ok()).and_then(|w| w.parse::<u32>().ok());
            // The name may stand right behind the number: `dup 65/A put`.
            let name = words.next().and_then(|w| w.strip_prefix(b"/"));
            if let (Some(code @ 0..=255), Some(name)) = (code, name) {
                out.push((code, name.to_vec()));
            }
        } else if w == b"def" && !out.is_empty() || w == b"readonly" && !out.is_empty() {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_kinds() {
        let t = |n: &str| text_of(n.as_bytes());
        assert_eq!(t("Aacute").as_deref(), Some("Á"));
        assert_eq!(t("hyphen").as_deref(), Some("-"));
        assert_eq!(t("space").as_deref(), Some(" "));
        assert_eq!(t("f_f_i").as_deref(), Some("ffi"));
        assert_eq!(t("uni00E90041").as_deref(), Some("éA"));
        assert_eq!(t("u1F600").as_deref(), Some("\u{1f600}"));
        assert_eq!(t("a.alt").as_deref(), Some("a"));
        assert_eq!((t("g42"), t(".notdef"), t("cid123")), (None, None, None));
    }

    #[test]
    fn a_glyph_named_like_a_person_is_not_plain() {
        for plain in ["A", "Aacute", "f_f_i", "uni00E9", "g42", "glyph7", "cid123", "a.sc", "one.oldstyle", ".notdef", "H1"] {
            assert!(is_plain(plain.as_bytes()), "{plain}");
        }
        for odd in ["Quixmore", "a_Quixmore", "a.Quixmore", "Quixmore.alt", "Quixmore7", "registered.Ann.Roe"] {
            assert!(!is_plain(odd.as_bytes()), "{odd}");
        }
    }

    #[test]
    fn encoding_of_a_type1_program() {
        let e = type1_encoding(b"%!PS\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 65 /J put\ndup 66 /a put\nreadonly def\ncurrentfile eexec");
        assert_eq!(e, vec![(65, b"J".to_vec()), (66, b"a".to_vec())]);
    }
}
