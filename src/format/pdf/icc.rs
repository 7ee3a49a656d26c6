//! Colour profiles without words: what a profile says about colours is kept, what it says about devices, makers and times is not.
//!
//! Source: ICC.1:2010 (header 7.2, tag table 7.3, types 10).

/// Tags that hold numbers.
const TAGS: &[&[u8; 4]] = &[
    b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"chrm", b"lumi", b"meas", b"gamt",
    b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"D2B0", b"D2B1", b"D2B2", b"B2D0", b"B2D1", b"B2D2", b"pre0", b"pre1",
    b"pre2",
];
/// Types that hold numbers.
const TYPES: &[&[u8; 4]] =
    &[b"XYZ ", b"curv", b"para", b"sf32", b"mft1", b"mft2", b"mAB ", b"mBA ", b"meas", b"chrm", b"mpet", b"uf32"];
/// Tags of one profile.
const MAX_TAGS: usize = 200;
/// Bytes of a new profile; tables may be shared by tags, and a profile that shares more than this is none.
const MAX: usize = 64 << 20;

fn u32_at(d: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(d.get(at..at + 4)?.try_into().ok()?))
}

/// A copy of a profile with tables of numbers only; `None` when it is no profile.
pub fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let mut head = data.get(..128).filter(|h| h.get(36..40) == Some(b"acsp"))?.to_vec();
    // Preferred program, time, platform, maker, model, creator, identifier of the profile.
    for (a, b) in [(4, 8), (24, 36), (40, 44), (48, 56), (80, 128)] {
        head.get_mut(a..b)?.fill(0);
    }
    // A date has to be one.
    head.get_mut(24..30)?.copy_from_slice(&[0x07, 0xd0, 0, 1, 0, 1]);
    let fourth = head.get(8).is_some_and(|v| *v >= 4);
    let mut tables: Vec<([u8; 4], &[u8])> = Vec::new();
    let mut size = 0usize;
    for i in 0..(u32_at(data, 128)? as usize).min(MAX_TAGS) {
        let at = 132 + i * 12;
        let tag: [u8; 4] = data.get(at..at + 4)?.try_into().ok()?;
        let (from, len) = (u32_at(data, at + 4)? as usize, u32_at(data, at + 8)? as usize);
        let Some(table) = from.checked_add(len).and_then(|end| data.get(from..end)) else { continue };
        let numbers = table.get(..4).is_some_and(|t| TYPES.iter().any(|known| t == *known));
        if numbers && TAGS.contains(&&tag) && !tables.iter().any(|t| t.0 == tag) {
            size = size.checked_add(table.len()).filter(|s| *s < MAX)?;
            tables.push((tag, table));
        }
    }
    let (name, rights) = (words("Colour profile", fourth, true), words("None", fourth, false));
    tables.push((*b"desc", &name));
    tables.push((*b"cprt", &rights));
    let mut body: Vec<u8> = Vec::new();
    let mut list = (tables.len() as u32).to_be_bytes().to_vec();
    let start = 132 + tables.len() * 12;
    for (tag, table) in &tables {
        list.extend(tag);
        list.extend(((start + body.len()) as u32).to_be_bytes());
        list.extend((table.len() as u32).to_be_bytes());
        body.extend_from_slice(table);
        while !body.len().is_multiple_of(4) {
            body.push(0);
        }
    }
    let mut out = head;
    out.extend(list);
    out.extend(body);
    let len = (out.len() as u32).to_be_bytes();
    out.get_mut(..4)?.copy_from_slice(&len);
    Some(out)
}

/// A text in the type its tag has in this version.
fn words(text: &str, fourth: bool, description: bool) -> Vec<u8> {
    let n = text.len() as u32;
    let mut out = Vec::new();
    if fourth {
        out.extend(b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS");
        out.extend((n * 2).to_be_bytes());
        out.extend(28u32.to_be_bytes());
        out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        return out;
    }
    out.extend(if description { b"desc\0\0\0\0" } else { b"text\0\0\0\0" });
    if description {
        out.extend((n + 1).to_be_bytes());
    }
    out.extend(text.as_bytes());
    out.push(0);
    if description {
        // No text in Unicode and none in a script code.
        out.extend([0u8; 4 + 4 + 2 + 1 + 67]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile of three primaries with words in every place for words.
    pub fn profile(word: &str) -> Vec<u8> {
        let mut head = vec![0u8; 128];
        head[8] = 2;
        head[12..16].copy_from_slice(b"mntr");
        head[16..20].copy_from_slice(b"RGB ");
        head[20..24].copy_from_slice(b"XYZ ");
        head[36..40].copy_from_slice(b"acsp");
        head[48..56].copy_from_slice(&word.as_bytes()[..8]);
        let text = [b"text\0\0\0\0", word.as_bytes(), b"\0"].concat();
        let xyz = [&b"XYZ \0\0\0\0"[..], &[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]].concat();
        let tags: [(&[u8; 4], &[u8]); 4] = [(b"desc", &text), (b"wtpt", &xyz), (b"cprt", &text), (b"rXYZ", &text)];
        let mut at = 132 + 12 * tags.len();
        let mut out = head;
        out.extend((tags.len() as u32).to_be_bytes());
        for (tag, data) in &tags {
            out.extend(*tag);
            out.extend((at as u32).to_be_bytes());
            out.extend((data.len() as u32).to_be_bytes());
            at += data.len();
        }
        tags.iter().for_each(|t| out.extend_from_slice(t.1));
        out
    }

    #[test]
    fn words_go_and_numbers_stay() {
        let new = plain(&profile("Quixmore")).unwrap();
        assert!(!String::from_utf8_lossy(&new).contains("Quixmore"));
        assert_eq!(u32_at(&new, 0), Some(new.len() as u32));
        assert!(new.windows(4).any(|w| w == b"wtpt") && !new.windows(4).any(|w| w == b"rXYZ"), "a number that is words is none");
        assert!(plain(&new).is_some_and(|again| again == new), "the copy is a profile");
        for cut in 0..new.len() {
            let _ = plain(&new[..cut]);
        }
        assert!(plain(b"no profile").is_none());
    }
}
