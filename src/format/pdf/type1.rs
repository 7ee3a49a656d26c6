//! Type1 font programs (Adobe Type 1 Font Format): a copy that holds only the glyphs still in use.
//!
//! The encrypted part is opened, the outlines of other glyphs are left out, and the clear part is written anew without the names,
//! notices and comments of its makers.

use super::font::Font;
use super::names::{is_plain, text_of, type1_encoding};
use std::collections::BTreeSet;

/// Program and the lengths of its three parts.
pub type Pruned = (Vec<u8>, [usize; 3]);

/// A copy with used glyphs only. `None` when the program is not understood.
pub fn pruned(data: &[u8], used: &BTreeSet<u32>, font: &Font) -> Option<Pruned> {
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
    if !keep.iter().all(|n| is_plain(n)) {
        return None;
    }
    let private = outlines(plain, &|name: &[u8]| keep.contains(name) || text_of(name).is_some_and(|t| texts.contains(&t)))?;
    let head = clear_part(clear, &own, used);
    let mut out = head.clone();
    let mut padded = vec![b'\0'; 4];
    padded.extend(private);
    let secret = encrypt(&padded);
    let lengths = [head.len(), secret.len(), 0];
    out.extend(secret);
    Some((out, lengths))
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
    let mut r: u16 = 55665;
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
    let mut r: u16 = 55665;
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
fn outlines(plain: &[u8], wanted: &dyn Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
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
        if wanted(name) {
            entries.push((name.to_vec(), bytes.to_vec(), after));
        }
        if entries.len() > 65_536 {
            return None;
        }
    }
    let mut out = plain.get(..start)?.to_vec();
    out.extend(format!("/CharStrings {} dict dup begin\n", entries.len().max(1)).into_bytes());
    for (name, bytes, after) in &entries {
        out.push(b'/');
        out.extend_from_slice(name);
        out.extend(format!(" {} ", bytes.len()).into_bytes());
        out.extend_from_slice(&read);
        out.push(b' ');
        out.extend_from_slice(bytes);
        out.push(b' ');
        out.extend_from_slice(after);
        out.push(b'\n');
    }
    out.extend(b"end\nend\nreadonly put\nnoaccess put\ndup/FontName get exch definefont pop\nmark currentfile closefile\n");
    Some(out)
}

/// The clear part: what a reader needs, and the codes in use.
fn clear_part(clear: &[u8], own: &[(u32, Vec<u8>)], used: &BTreeSet<u32>) -> Vec<u8> {
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
            out.push_str(&format!("dup {code} /{} put\n", String::from_utf8_lossy(name)));
        }
        out.push_str("readonly def\n");
    }
    out.push_str("currentdict end\ncurrentfile eexec\n");
    out.into_bytes()
}
