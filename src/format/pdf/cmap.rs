//! CMaps: which codes a string holds, which character and which glyph each is (ISO 32000-1, 9.7.5 and 9.10.3).

use super::lex::name;
use std::collections::HashMap;

/// Codes in one map.
const MAX_ENTRIES: usize = 300_000;

/// A parsed CMap. Codes are one to four bytes, big end first.
#[derive(Clone, Debug, Default)]
pub struct CMap {
    /// Length in bytes, lowest and highest code.
    pub spaces: Vec<(u8, u32, u32)>,
    /// Code to text.
    pub text: HashMap<u32, Box<str>>,
    /// Code range to first CID.
    pub cids: Vec<(u32, u32, u32)>,
    /// Vertical writing.
    pub vertical: bool,
    /// Another CMap this one builds on.
    pub uses: Option<Vec<u8>>,
}

enum Tok<'a> {
    Hex(Vec<u8>),
    Name(Vec<u8>),
    Int(i64),
    Open,
    Close,
    Word(&'a [u8]),
}

impl CMap {
    /// Two byte codes that are CIDs.
    pub fn identity(vertical: bool) -> CMap {
        CMap { spaces: vec![(2, 0, 0xffff)], cids: vec![(0, 0xffff, 0)], vertical, ..CMap::default() }
    }

    /// Reads a CMap program. What is no mapping is passed over: the rest of the language sets up the reader's own dictionaries.
    ///
    /// # Errors
    /// Too many mappings.
    pub fn parse(data: &[u8]) -> Result<CMap, String> {
        let mut out = CMap::default();
        let mut toks = Tokens { data, at: 0 };
        let mut stack: Vec<Tok> = Vec::new();
        while let Some(t) = toks.next() {
            let Tok::Word(word) = t else {
                if stack.len() < 100_000 {
                    stack.push(t);
                }
                continue;
            };
            match word {
                b"endcodespacerange" => {
                    for p in pairs(&stack) {
                        out.spaces.push((p.0.len().min(4) as u8, int(p.0), int(p.1)));
                    }
                }
                b"endbfchar" => out.bfchar(&stack),
                b"endbfrange" => out.bfrange(&stack)?,
                b"endcidchar" => {
                    let mut it = stack.iter();
                    while let (Some(Tok::Hex(c)), Some(Tok::Int(cid))) = (it.next(), it.next()) {
                        out.cids.push((int(c), int(c), (*cid).clamp(0, 0xffff) as u32));
                    }
                }
                b"endcidrange" => {
                    let mut it = stack.iter();
                    while let (Some(Tok::Hex(a)), Some(Tok::Hex(b)), Some(Tok::Int(cid))) = (it.next(), it.next(), it.next()) {
                        out.cids.push((int(a), int(b), (*cid).clamp(0, 0xffff) as u32));
                    }
                }
                b"usecmap" => {
                    if let Some(Tok::Name(n)) = stack.last() {
                        out.uses = Some(n.clone());
                    }
                }
                b"def" => {
                    if let [.., Tok::Name(n), Tok::Int(v)] = stack.as_slice()
                        && n == b"WMode"
                    {
                        out.vertical = *v == 1;
                    }
                }
                _ => {}
            }
            if out.text.len() > MAX_ENTRIES || out.cids.len() > MAX_ENTRIES || out.spaces.len() > 4096 {
                return Err("a CMap with too many mappings".into());
            }
            stack.clear();
        }
        Ok(out)
    }

    fn bfchar(&mut self, stack: &[Tok]) {
        for (code, to) in pairs(stack) {
            self.text.insert(int(code), utf16(to).into());
        }
    }

    fn bfrange(&mut self, stack: &[Tok]) -> Result<(), String> {
        let mut it = stack.iter();
        while let (Some(Tok::Hex(a)), Some(Tok::Hex(b))) = (it.next(), it.next()) {
            let (from, to) = (int(a), int(b));
            if to.saturating_sub(from) as usize > MAX_ENTRIES {
                return Err("a CMap with too many mappings".into());
            }
            match it.next() {
                Some(Tok::Hex(first)) => {
                    for (i, code) in (from..=to).enumerate() {
                        let mut dest = first.clone();
                        let mut carry = i as u32;
                        for b in dest.iter_mut().rev().take(2) {
                            let sum = u32::from(*b) + carry;
                            *b = (sum & 0xff) as u8;
                            carry = sum >> 8;
                        }
                        self.text.insert(code, utf16(&dest).into());
                    }
                }
                Some(Tok::Open) => {
                    let mut code = from;
                    loop {
                        match it.next() {
                            Some(Tok::Hex(dest)) if code <= to => {
                                self.text.insert(code, utf16(dest).into());
                                code = code.saturating_add(1);
                            }
                            Some(Tok::Close) | None => break,
                            _ => {}
                        }
                    }
                }
                _ => break,
            }
            if self.text.len() > MAX_ENTRIES {
                return Err("a CMap with too many mappings".into());
            }
        }
        Ok(())
    }

    /// Next code of a string: code and its length in bytes. At least one byte is taken.
    pub fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0u32;
        for (i, b) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(*b);
            let len = i + 1;
            if self.spaces.iter().any(|&(n, lo, hi)| usize::from(n) == len && in_space(code, lo, hi, len)) {
                return (code, len);
            }
        }
        // No range holds it: as long as the shortest code (ISO 32000-1, 9.7.6.3).
        let least = self.spaces.iter().map(|s| usize::from(s.0)).min().unwrap_or(2).clamp(1, bytes.len().max(1));
        (bytes.iter().take(least).fold(0, |c, b| c << 8 | u32::from(*b)), least)
    }

    /// CID of a code.
    pub fn cid(&self, code: u32) -> u32 {
        self.cids
            .iter()
            .rev()
            .find(|(lo, hi, _)| (*lo..=*hi).contains(&code))
            .map_or(0, |(lo, _, cid)| cid.saturating_add(code - lo))
    }
}

/// Each byte of a code lies in the range of its place.
fn in_space(code: u32, lo: u32, hi: u32, len: usize) -> bool {
    (0..len).all(|i| {
        let byte = |v: u32| v >> (8 * i) & 0xff;
        (byte(lo)..=byte(hi)).contains(&byte(code))
    })
}

fn pairs<'t>(stack: &'t [Tok]) -> impl Iterator<Item = (&'t [u8], &'t [u8])> {
    stack.chunks_exact(2).filter_map(|p| match p {
        [Tok::Hex(a), Tok::Hex(b)] => Some((a.as_slice(), b.as_slice())),
        _ => None,
    })
}

fn int(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |c, b| c << 8 | u32::from(*b))
}

fn utf16(bytes: &[u8]) -> String {
    // An odd number of bytes lacks the zero before its first letter (`<540068>`, as LuaTeX once wrote `Th`).
    let (first, rest) = bytes.split_at(bytes.len() % 2);
    let units: Vec<u16> =
        first.iter().map(|b| u16::from(*b)).chain(rest.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]))).collect();
    String::from_utf16_lossy(&units).replace('\0', "")
}

struct Tokens<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Tok<'a>> {
        loop {
            let b = *self.data.get(self.at)?;
            match b {
                0 | 9 | 10 | 12 | 13 | 32 => self.at += 1,
                b'%' => {
                    while self.data.get(self.at).is_some_and(|b| *b != b'\n' && *b != b'\r') {
                        self.at += 1;
                    }
                }
                b'<' if self.data.get(self.at + 1) == Some(&b'<') => self.at += 2,
                b'>' => self.at += 1,
                b'<' => return Some(Tok::Hex(self.hex())),
                b'[' => {
                    self.at += 1;
                    return Some(Tok::Open);
                }
                b']' => {
                    self.at += 1;
                    return Some(Tok::Close);
                }
                b'(' => self.literal(),
                b')' | b'{' | b'}' => self.at += 1,
                b'/' => {
                    self.at += 1;
                    return Some(Tok::Name(name(self.word())));
                }
                _ => {
                    let word = self.word();
                    if word.is_empty() {
                        self.at += 1;
                        continue;
                    }
                    let int = std::str::from_utf8(word).ok().and_then(|w| w.parse::<i64>().ok());
                    return Some(int.map_or(Tok::Word(word), Tok::Int));
                }
            }
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let start = self.at;
        let ends =
            |b: &u8| matches!(b, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%');
        while self.data.get(self.at).is_some_and(|b| !ends(b)) {
            self.at += 1;
        }
        self.data.get(start..self.at).unwrap_or_default()
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut digits: Vec<u8> = Vec::new();
        while let Some(b) = self.data.get(self.at) {
            self.at += 1;
            if *b == b'>' {
                break;
            }
            digits.extend((*b as char).to_digit(16).map(|d| d as u8));
        }
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        digits.chunks_exact(2).map(|p| p[0] << 4 | p[1]).collect()
    }

    fn literal(&mut self) {
        let mut depth = 0u32;
        while let Some(b) = self.data.get(self.at) {
            self.at += 1;
            match b {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lists_and_ligatures() {
        let c = CMap::parse(
            b"/WMode 1 def 2 begincodespacerange <00> <80> <8140> <9ffc> endcodespacerange\n\
              1 beginbfchar <0C> <006600660069> endbfchar 2 beginbfrange <0041> <0043> <0061> <50> <51> [<0058> <D83DDE00>] endbfrange\n\
              1 begincidrange <20> <7e> 1 endcidrange 1 begincidchar <8140> 633 endcidchar",
        )
        .unwrap();
        assert!(c.vertical);
        assert_eq!(&*c.text[&0x0c], "ffi");
        assert_eq!((&*c.text[&0x43], &*c.text[&0x51]), ("c", "\u{1f600}"));
        assert_eq!(c.next_code(b"\x41\x81\x40"), (0x41, 1));
        assert_eq!(c.next_code(b"\x81\x40"), (0x8140, 2));
        assert_eq!((c.cid(0x22), c.cid(0x8140)), (3, 633));
        assert_eq!(CMap::identity(false).next_code(&[1]), (1, 1));
    }

    #[test]
    fn a_text_of_an_odd_number_of_bytes_lacks_a_zero() {
        let c = CMap::parse(b"3 beginbfchar <01> <540068> <02> <41> <03> <> endbfchar").unwrap();
        assert_eq!((&*c.text[&1], &*c.text[&2], &*c.text[&3]), ("Th", "A", ""));
    }

    #[test]
    fn broken_maps_do_no_harm() {
        for bad in [&b"beginbfrange <00> <ffffffff> <0041> endbfrange"[..], b"<", b"(", b"1 beginbfchar <41 endbfchar", b"\\("] {
            let _ = CMap::parse(bad);
        }
    }
}
