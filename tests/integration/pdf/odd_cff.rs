//! CFF font programs of kinds that are rare, put together by hand; the planted surname is spelled by their glyphs and stands in every place
//! for words (Adobe Technical Note 5176).

/// What is odd about a font.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Odd {
    /// Names, notice and an embedded PostScript program.
    Words,
    /// An encoding with a supplement.
    Supplement,
    /// Glyphs named like the person, and one more that is not used.
    GlyphNames,
    /// A font of character identifiers with a selector of dictionaries.
    Cid,
    /// Bytes behind the end, and a string that nobody uses.
    Leftovers,
    /// Counts that do not hold.
    Broken,
    /// Cut in the middle of its outlines.
    Cut,
}

const WORD: &str = "Quixmore";
/// Strings of the standard that the glyphs are named by: Q u i x m o r e.
const SIDS: [u16; 8] = [50, 86, 74, 89, 78, 80, 83, 70];

fn index(items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = (items.len() as u16).to_be_bytes().to_vec();
    if items.is_empty() {
        return out;
    }
    out.push(2);
    let mut at = 1u16;
    out.extend(at.to_be_bytes());
    for item in items {
        at += item.len() as u16;
        out.extend(at.to_be_bytes());
    }
    items.iter().for_each(|i| out.extend(i));
    out
}

/// A number in five bytes, so that offsets do not change the size of a dictionary.
fn number(n: usize) -> Vec<u8> {
    [&[29u8][..], &(n as u32).to_be_bytes()].concat()
}

fn entry(values: &[usize], op: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = values.iter().flat_map(|v| number(*v)).collect();
    out.extend(op);
    out
}

/// An outline: a bar of this height (at most 107).
fn bar(height: u8) -> Vec<u8> {
    let n = |v: i32| (v + 139) as u8;
    vec![n(50), n(0), 21, n(100), 6, n(i32::from(height)), 7, n(-100), 6, 14]
}

/// The program.
pub fn program(odd: Odd) -> Vec<u8> {
    let cid = odd == Odd::Cid;
    let named = odd == Odd::GlyphNames;
    let mut strings: Vec<Vec<u8>> = Vec::new();
    let mut sid = |text: &str| {
        strings.push(text.as_bytes().to_vec());
        391 + strings.len() - 1
    };
    let words = [sid(&format!("Notice of {WORD}")), sid(WORD), sid(&format!("%!PS /FSType 0 def % {WORD}"))];
    let ros = cid.then(|| [sid("Adobe"), sid("Identity")]);
    let glyph_names: Vec<usize> = if named { (0..8).map(|i| sid(&format!("{WORD}.{i}"))).collect() } else { Vec::new() };
    let spare = sid(&format!("{WORD}.alt"));
    let _ = sid(&format!("{WORD}, a string nobody uses"));
    let glyphs: Vec<Vec<u8>> = std::iter::once(vec![14]).chain((1..=9).map(|i| bar(40 + i * 5))).collect();
    let charset: Vec<u8> = std::iter::once(0u8)
        .chain((0..9usize).flat_map(|i| {
            let id = match (cid, i) {
                (true, i) => i as u16 + 1,
                (_, 8) => spare as u16,
                (_, i) if named => glyph_names[i] as u16,
                (_, i) => SIDS[i],
            };
            id.to_be_bytes()
        }))
        .collect();
    let mut encoding = vec![0u8, 9];
    encoding.extend(1..=9);
    if odd == Odd::Supplement {
        // The first letter has a second code by name.
        encoding[0] = 0x80;
        encoding.extend([1, 0x51]);
        encoding.extend(SIDS[0].to_be_bytes());
    }
    let private = [vec![139u8 + 100, 20], vec![139u8, 21]].concat();
    let head = vec![1u8, 0, 4, 2];
    let names = index(&[WORD.as_bytes().to_vec()]);
    let strings = index(&strings);
    let subroutines = index(&[]);
    let selector: Vec<u8> = vec![3, 0, 1, 0, 0, 0, 0, 10];
    // Offsets are known once the size of the dictionary is, which does not depend on them.
    let top = |at: &[usize; 6]| {
        let mut d = Vec::new();
        if let Some([a, b]) = ros {
            d.extend(entry(&[a, b, 0], &[12, 30]));
        }
        d.extend(entry(&[words[0]], &[1]));
        d.extend(entry(&[words[1]], &[2]));
        d.extend(entry(&[words[1]], &[3]));
        if odd == Odd::Words {
            d.extend(entry(&[words[2]], &[12, 21]));
        }
        d.extend(entry(&[at[0]], &[15]));
        d.extend(entry(&[at[2]], &[17]));
        if cid {
            d.extend(entry(&[at[4]], &[12, 37]));
            d.extend(entry(&[at[5]], &[12, 36]));
        } else {
            d.extend(entry(&[at[1]], &[16]));
            d.extend(entry(&[private.len(), at[3]], &[18]));
        }
        index(&[d])
    };
    let start = head.len() + names.len() + top(&[0; 6]).len() + strings.len() + subroutines.len();
    let charstrings = index(&glyphs);
    let mut at = [start; 6];
    at[1] = at[0] + charset.len();
    at[2] = at[1] + encoding.len();
    at[3] = at[2] + charstrings.len();
    at[4] = at[3] + private.len();
    at[5] = at[4] + selector.len();
    let font_dict = index(&[[entry(&[words[1]], &[12, 38]), entry(&[private.len(), at[3]], &[18])].concat()]);
    let mut out =
        [head, names, top(&at), strings, subroutines, charset, encoding, charstrings, private, selector, font_dict].concat();
    match odd {
        Odd::Leftovers => out.extend(format!("{WORD} behind the end").into_bytes()),
        Odd::Broken => out[at[2]..at[2] + 2].copy_from_slice(&[0x7f, 0xff]),
        Odd::Cut => out.truncate(at[2] + 30),
        _ => {}
    }
    out
}
