//! Type1 font programs (Adobe Type 1 Font Format): a copy that holds only the glyphs still in use.
//!
//! The encrypted part is opened, the outlines of other glyphs are left out, and the clear part is written anew without the names,
//! notices and comments of its makers.

use super::cff::Renamed;
use super::font::Font;
use super::names::{is_plain, text_of, type1_encoding};
use super::tables::STANDARD;
use std::collections::BTreeSet;

/// Program and the lengths of its three parts.
pub type Pruned = (Vec<u8>, [usize; 3]);

/// A copy with used glyphs only, and glyph names that were changed: one that does not say which character it is can be anybody's. `None`
/// when the program is not understood.
pub fn pruned(data: &[u8], used: &BTreeSet<u32>, font: &Font) -> Option<(Pruned, Renamed)> {
    let data = without_segments(data);
    let at = memchr::memmem::find(&data, b"eexec")?;
    let clear = data.get(..at)?;
    let mut from = at + 5;
    while matches!(data.get(from), Some(b' ' | b'\r' | b'\n' | b'\t')) {
        from += 1;
    }
    let body = data.get(from..)?;
    let hex = body.get(..4)?.iter().all(u8::is_ascii_hexdigit);
    let cipher: Vec<u8> = if hex {
        let digits: Vec<u8> = body.iter().filter_map(|b| (*b as char).to_digit(16)).map(|d| d as u8).collect();
        digits.chunks_exact(2).map(|p| p[0] << 4 | p[1]).collect()
    } else {
        body.to_vec()
    };
    let plain = decrypt(&cipher);
    let plain = plain.get(4..)?;
    let own = type1_encoding(clear);
    let mut keep: BTreeSet<Vec<u8>> = BTreeSet::from([b".notdef".to_vec()]);
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for code in used {
        keep.extend(font.names.get(code).cloned());
        keep.extend(own.iter().find(|(c, _)| c == code).map(|(_, n)| n.clone()));
        texts.extend(font.text(*code).map(str::to_string));
    }
    let wanted = |name: &[u8]| keep.contains(name) || text_of(name).is_some_and(|t| texts.contains(&t));
    let (private, renamed) = outlines(plain, &wanted)?;
    let head = clear_part(clear, &own, used, &renamed);
    let mut out = head.clone();
    let mut padded = vec![b'\0'; 4];
    padded.extend(private);
    let secret = encrypt(&padded);
    let lengths = [head.len(), secret.len(), 0];
    out.extend(secret);
    Some(((out, lengths), renamed))
}

/// PFB files have six byte headers between their parts.
fn without_segments(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&[0x80, kind @ 1..=2, a, b, c, d]) = data.get(at..at + 6) {
        let _ = kind;
        let len = u32::from_le_bytes([a, b, c, d]) as usize;
        let Some(part) = data.get(at + 6..at.saturating_add(6).saturating_add(len)) else { break };
        out.extend_from_slice(part);
        at += 6 + len;
    }
    if out.is_empty() { data.to_vec() } else { out }
}

fn decrypt(cipher: &[u8]) -> Vec<u8> {
    opened(cipher, 55665)
}

fn opened(cipher: &[u8], key: u16) -> Vec<u8> {
    let mut r = key;
    cipher
        .iter()
        .map(|c| {
            let p = c ^ (r >> 8) as u8;
            r = (u16::from(*c).wrapping_add(r)).wrapping_mul(52845).wrapping_add(22719);
            p
        })
        .collect()
}

fn encrypt(plain: &[u8]) -> Vec<u8> {
    closed(plain, 55665)
}

fn closed(plain: &[u8], key: u16) -> Vec<u8> {
    let mut r = key;
    plain
        .iter()
        .map(|p| {
            let c = p ^ (r >> 8) as u8;
            r = (u16::from(c).wrapping_add(r)).wrapping_mul(52845).wrapping_add(22719);
            c
        })
        .collect()
}

/// The private part with only some of its outlines: `/name length RD bytes ND` inside `/CharStrings`.
fn outlines(plain: &[u8], wanted: &dyn Fn(&[u8]) -> bool) -> Option<(Vec<u8>, Renamed)> {
    let start = memchr::memmem::rfind(plain, b"/CharStrings")?;
    let mut entries: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = Vec::new();
    let begin = start + memchr::memmem::find(plain.get(start..)?, b"begin")? + 5;
    let mut at = begin;
    let word = |at: &mut usize| -> Option<Vec<u8>> {
        while plain.get(*at).is_some_and(u8::is_ascii_whitespace) {
            *at += 1;
        }
        let from = *at;
        while plain.get(*at).is_some_and(|b| !b.is_ascii_whitespace()) && (*at == from || plain.get(*at) != Some(&b'/')) {
            *at += 1;
        }
        (*at > from).then(|| plain.get(from..*at).map(<[u8]>::to_vec)).flatten()
    };
    let mut read = Vec::new();
    loop {
        let w = word(&mut at)?;
        if w == b"end" {
            break;
        }
        let Some(name) = w.strip_prefix(b"/") else { continue };
        let len: usize = std::str::from_utf8(&word(&mut at)?).ok()?.parse().ok()?;
        read = word(&mut at)?;
        let bytes = plain.get(at + 1..at.checked_add(1)?.checked_add(len)?)?;
        at += 1 + len;
        // `ND` or `|-` or `noaccess def`.
        let mut after = word(&mut at)?;
        if after == b"noaccess" {
            after = [after, b" ".to_vec(), word(&mut at)?].concat();
        }
        entries.push((name.to_vec(), bytes.to_vec(), after));
        if entries.len() > 65_536 {
            return None;
        }
    }
    // Accented letters are put together of two others, which are shown with them.
    let parts: Vec<String> = entries.iter().filter(|e| wanted(&e.0)).flat_map(|e| accents(&e.1, skipped(plain))).collect();
    entries.retain(|e| wanted(&e.0) || text_of(&e.0).is_some_and(|t| parts.contains(&t)));
    let mut renamed = Renamed::new();
    let taken: BTreeSet<&[u8]> = entries.iter().map(|e| e.0.as_slice()).collect();
    let mut free = (1u32..).map(|n| format!("g{n}").into_bytes()).filter(|n| !taken.contains(n.as_slice()));
    for name in entries.iter().map(|e| &e.0).filter(|n| !is_plain(n)) {
        renamed.insert(name.clone(), free.next()?);
    }
    let mut out = plain.get(..start)?.to_vec();
    out.extend(format!("/CharStrings {} dict dup begin\n", entries.len().max(1)).into_bytes());
    for (name, bytes, after) in &entries {
        out.push(b'/');
        out.extend_from_slice(renamed.get(name).unwrap_or(name));
        out.extend(format!(" {} ", bytes.len()).into_bytes());
        out.extend_from_slice(&read);
        out.push(b' ');
        out.extend_from_slice(bytes);
        out.push(b' ');
        out.extend_from_slice(after);
        out.push(b'\n');
    }
    out.extend(b"end\nend\nreadonly put\nnoaccess put\ndup/FontName get exch definefont pop\nmark currentfile closefile\n");
    Some((out, renamed))
}

/// Bytes before each outline's first operation.
fn skipped(plain: &[u8]) -> usize {
    let digits = memchr::memmem::find(plain, b"/lenIV").and_then(|p| plain.get(p + 6..)).unwrap_or_default();
    let digits: String =
        digits.trim_ascii_start().iter().take(2).map(|b| char::from(*b)).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(4)
}

/// The two letters that `seac` puts an accented letter together of, as they read in StandardEncoding (Adobe Type 1 Font Format, 6.4).
fn accents(outline: &[u8], skip: usize) -> Vec<String> {
    let plain = opened(outline, 4330);
    let (mut at, mut stack) = (skip, Vec::<i64>::new());
    while let Some(&b) = plain.get(at) {
        let byte = |i: usize| i64::from(plain.get(at + i).copied().unwrap_or(0));
        let (value, len) = match b {
            32..=246 => (Some(i64::from(b) - 139), 1),
            247..=250 => (Some((i64::from(b) - 247) * 256 + byte(1) + 108), 2),
            251..=254 => (Some(-(i64::from(b) - 251) * 256 - byte(1) - 108), 2),
            255 => (Some(i64::from((byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4)) as i32)), 5),
            12 if byte(1) == 6 => {
                let codes = stack.iter().rev().take(2).filter_map(|c| STANDARD.get(usize::try_from(*c).ok()?));
                return codes.filter_map(|u| char::from_u32(u32::from(*u))).map(|c| c.to_string()).collect();
            }
            12 => (None, 2),
            _ => (None, 1),
        };
        match value {
            Some(v) => stack.push(v),
            None => stack.clear(),
        }
        at += len;
    }
    Vec::new()
}

/// The clear part: what a reader needs, and the codes in use.
fn clear_part(clear: &[u8], own: &[(u32, Vec<u8>)], used: &BTreeSet<u32>, renamed: &Renamed) -> Vec<u8> {
    let bracket = |key: &[u8]| -> Option<String> {
        let at = memchr::memmem::find(clear, key)? + key.len();
        let rest = clear.get(at..)?;
        let open = rest.iter().position(|b| matches!(b, b'[' | b'{'))?;
        let close = rest.iter().position(|b| matches!(b, b']' | b'}'))?;
        let inner = rest.get(open + 1..close)?;
        inner
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'.' | b'-' | b'e' | b'E' | b'+'))
            .then(|| String::from_utf8_lossy(inner).into_owned())
    };
    let matrix = bracket(b"/FontMatrix").unwrap_or_else(|| "0.001 0 0 0.001 0 0".into());
    let bounds = bracket(b"/FontBBox").unwrap_or_else(|| "0 0 0 0".into());
    let mut out = format!(
        "%!PS-AdobeFont-1.0: F\n11 dict begin\n/FontType 1 def\n/FontMatrix [{matrix}] readonly def\n/FontName /F def\n/FontBBox {{{bounds}}} readonly def\n/PaintType 0 def\n"
    );
    if own.is_empty() {
        out.push_str("/Encoding StandardEncoding def\n");
    } else {
        out.push_str("/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n");
        for (code, name) in own.iter().filter(|(c, _)| used.contains(c)) {
            // An odd name without an outline shows nothing, whatever it is called.
            let name = renamed.get(name).or_else(|| is_plain(name).then_some(name));
            let name = name.map_or(&b".notdef"[..], Vec::as_slice);
            out.push_str(&format!("dup {code} /{} put\n", String::from_utf8_lossy(name)));
        }
        out.push_str("readonly def\n");
    }
    out.push_str("currentdict end\ncurrentfile eexec\n");
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A private part with outlines of these names; `aacute` is put together of `a` and `acute`.
    fn private(names: &[&str]) -> Vec<u8> {
        let mut out =
            format!("dup /Private 8 dict dup begin /lenIV 4 def\n2 index /CharStrings {} dict dup begin\n", names.len());
        let mut bytes = Vec::new();
        for name in names {
            // 0 50 60 97 194 seac, or endchar.
            let body: &[u8] = if *name == "aacute" { &[139, 189, 199, 236, 247, 86, 12, 6] } else { &[14] };
            let cipher = closed(&[&[1u8, 2, 3, 4], body].concat(), 4330);
            bytes.extend(std::mem::take(&mut out).into_bytes());
            bytes.extend(format!("/{name} {} RD ", cipher.len()).into_bytes());
            bytes.extend(cipher);
            bytes.extend(b" ND\n");
        }
        bytes.extend(b"end\nend\nreadonly put\n");
        bytes
    }

    fn kept(names: &[&'static str], used: &[&str]) -> (Vec<bool>, Renamed) {
        let wanted = |n: &[u8]| used.iter().any(|u| u.as_bytes() == n);
        let (out, renamed) = outlines(&private(names), &wanted).unwrap();
        let stands = |n: &str| memchr::memmem::find(&out, format!("/{n} ").as_bytes()).is_some();
        (names.iter().map(|n| stands(n)).collect(), renamed)
    }

    #[test]
    fn parts_of_an_accented_letter_stay_with_it() {
        let names = [".notdef", "a", "acute", "aacute", "b"];
        assert_eq!(kept(&names, &[".notdef", "aacute"]).0, [true, true, true, true, false]);
        assert_eq!(kept(&names, &[".notdef", "b"]).0, [true, false, false, false, true]);
    }

    #[test]
    fn a_glyph_named_like_a_person_is_called_otherwise() {
        let (stands, renamed) = kept(&["a", "Quixmore", "g1"], &["a", "Quixmore", "g1"]);
        assert_eq!(stands, [true, false, true]);
        assert_eq!(renamed.get(b"Quixmore".as_slice()).map(Vec::as_slice), Some(b"g2".as_slice()));
    }
}
