//! CFF font programs (Adobe Technical Note 5176): the built-in encoding, and a copy that holds only the glyphs still in use.
//!
//! The copy is put together anew: outlines of other glyphs become empty, their names and everything that names the font or its makers
//! is gone, glyph numbers stay.

use super::tables::{CFF_STRINGS, STANDARD};
use std::collections::{BTreeMap, BTreeSet};

/// Objects in one INDEX.
const MAX_COUNT: usize = 65_536;

struct Cff<'a> {
    top: Vec<(u16, &'a [u8])>,
    strings: Vec<&'a [u8]>,
    global: &'a [u8],
    glyphs: Vec<&'a [u8]>,
    /// SID or CID of each glyph.
    charset: Vec<u16>,
    data: &'a [u8],
    cid: bool,
}

fn be(d: &[u8], at: usize, n: usize) -> Option<usize> {
    d.get(at..at.checked_add(n)?).map(|b| b.iter().fold(0usize, |v, x| v << 8 | usize::from(*x)))
}

/// Objects of an INDEX and where it ends.
fn index(d: &[u8], at: usize) -> Option<(Vec<&[u8]>, usize)> {
    let count = be(d, at, 2)?;
    if count == 0 {
        return Some((Vec::new(), at + 2));
    }
    let size = be(d, at + 2, 1)?;
    if !(1..=4).contains(&size) || count > MAX_COUNT {
        return None;
    }
    let base = at + 3 + (count + 1) * size - 1;
    let offset = |i: usize| be(d, at + 3 + i * size, size).and_then(|o| base.checked_add(o));
    let mut out = Vec::with_capacity(count);
    for i in 0..count {
        out.push(d.get(offset(i)?..offset(i + 1)?)?);
    }
    Some((out, offset(count)?))
}

/// Operators of a DICT with their raw operands. Two byte operators are `0x0c00 + second`.
fn dict(d: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut out = Vec::new();
    let (mut at, mut start) = (0, 0);
    while let Some(&b) = d.get(at) {
        match b {
            0..=21 => {
                let (op, len) = if b == 12 { (0x0c00 | be(d, at + 1, 1)? as u16, 2) } else { (u16::from(b), 1) };
                out.push((op, d.get(start..at)?));
                at += len;
                start = at;
            }
            28 => at += 3,
            29 => at += 5,
            30 => {
                at += 1;
                while d.get(at).is_some_and(|b| b & 0xf != 0xf && b >> 4 != 0xf) {
                    at += 1;
                }
                at += 1;
            }
            247..=254 => at += 2,
            _ => at += 1,
        }
    }
    Some(out)
}

/// Integers of a DICT operand.
fn ints(raw: &[u8]) -> Vec<i64> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&b) = raw.get(at) {
        let two = i64::from(raw.get(at + 1).copied().unwrap_or(0));
        match b {
            32..=246 => out.push(i64::from(b) - 139),
            247..=250 => out.push((i64::from(b) - 247) * 256 + two + 108),
            251..=254 => out.push(-(i64::from(b) - 251) * 256 - two - 108),
            28 => out.push(be(raw, at + 1, 2).map_or(0, |v| i64::from(v as u16 as i16))),
            29 => out.push(be(raw, at + 1, 4).map_or(0, |v| i64::from(v as u32 as i32))),
            _ => out.push(0),
        }
        at += match b {
            28 => 3,
            29 => 5,
            247..=254 => 2,
            _ => 1,
        };
    }
    out
}

fn operand<'a>(d: &[(u16, &'a [u8])], op: u16) -> Option<&'a [u8]> {
    d.iter().find(|(o, _)| *o == op).map(|(_, raw)| *raw)
}

fn offset(d: &[(u16, &[u8])], op: u16) -> Option<usize> {
    operand(d, op).and_then(|raw| ints(raw).last().copied()).and_then(|v| usize::try_from(v).ok())
}

impl<'a> Cff<'a> {
    fn parse(data: &'a [u8]) -> Option<Cff<'a>> {
        let (_, at) = index(data, be(data, 2, 1)?)?;
        let (tops, at) = index(data, at)?;
        let (strings, at) = index(data, at)?;
        let (_, end) = index(data, at)?;
        let top = dict(tops.first()?)?;
        let (glyphs, _) = index(data, offset(&top, 17)?)?;
        let cid = operand(&top, 0x0c1e).is_some();
        let charset = charset(data, offset(&top, 15).unwrap_or(0), glyphs.len(), cid)?;
        Some(Cff { top, strings, global: data.get(at..end)?, glyphs, charset, data, cid })
    }

    fn string(&self, sid: u16) -> Vec<u8> {
        let sid = usize::from(sid);
        match sid.checked_sub(391) {
            None => CFF_STRINGS.split(' ').nth(sid).unwrap_or_default().as_bytes().to_vec(),
            Some(i) => self.strings.get(i).map(|s| s.to_vec()).unwrap_or_default(),
        }
    }
}

fn charset(data: &[u8], at: usize, glyphs: usize, cid: bool) -> Option<Vec<u16>> {
    let mut out: Vec<u16> = Vec::with_capacity(glyphs);
    if at <= 2 {
        // ISOAdobe is SID = glyph; the expert sets are of no use for text.
        return (at == 0 || cid).then(|| (0..glyphs.min(MAX_COUNT)).map(|g| g as u16).collect());
    }
    out.push(0);
    let format = be(data, at, 1)?;
    let mut p = at + 1;
    while out.len() < glyphs {
        let first = be(data, p, 2)? as u16;
        let left = match format {
            0 => 0,
            1 => be(data, p + 2, 1)?,
            2 => be(data, p + 2, 2)?,
            _ => return None,
        };
        p += 2 + format;
        for i in 0..=left {
            if out.len() < glyphs {
                out.push(first.wrapping_add(i as u16));
            }
        }
    }
    Some(out)
}

/// Code and glyph name of the built-in encoding; `None` when it is StandardEncoding or there is none.
pub fn encoding(data: &[u8]) -> Option<Vec<(u32, Vec<u8>)>> {
    let cff = Cff::parse(data)?;
    if cff.cid {
        return None;
    }
    let map = codes(&cff)?;
    Some(map.into_iter().filter_map(|(code, g)| cff.charset.get(usize::from(g)).map(|sid| (code, cff.string(*sid)))).collect())
}

/// Code to glyph of an encoding in the font.
fn codes(cff: &Cff) -> Option<BTreeMap<u32, u16>> {
    let at = offset(&cff.top, 16).filter(|o| *o > 1)?;
    let d = cff.data;
    let format = be(d, at, 1)?;
    let count = be(d, at + 1, 1)?;
    let mut out = BTreeMap::new();
    let mut end = at + 2;
    let mut glyph = 1u16;
    match format & 0x7f {
        0 => {
            for i in 0..count {
                out.insert(be(d, at + 2 + i, 1)? as u32, glyph);
                glyph += 1;
            }
            end += count;
        }
        1 => {
            for i in 0..count {
                let (first, left) = (be(d, at + 2 + i * 2, 1)?, be(d, at + 3 + i * 2, 1)?);
                for c in first..=first + left {
                    out.insert(c as u32 & 0xff, glyph);
                    glyph = glyph.saturating_add(1);
                }
            }
            end += count * 2;
        }
        _ => return None,
    }
    if format & 0x80 != 0 {
        for i in 0..be(d, end, 1)? {
            let (code, sid) = (be(d, end + 1 + i * 3, 1)?, be(d, end + 2 + i * 3, 2)? as u16);
            if let Some(g) = cff.charset.iter().position(|s| *s == sid) {
                out.insert(code as u32, g as u16);
            }
        }
    }
    Some(out)
}

/// Which glyphs are in use.
pub struct Used<'u> {
    /// By code of the built-in encoding.
    pub codes: &'u BTreeSet<u32>,
    /// By name (of an encoding in the font dictionary).
    pub names: &'u BTreeSet<Vec<u8>>,
    /// By what the name means.
    pub texts: &'u BTreeSet<String>,
    /// By CID, for a CID-keyed font; by glyph number for one that is not but is used so.
    pub cids: Option<&'u BTreeSet<u32>>,
}

/// A copy with the outlines of used glyphs only. `None` when the font is not understood.
pub fn pruned(data: &[u8], used: &Used) -> Option<(Vec<u8>, Renamed)> {
    let cff = Cff::parse(data)?;
    let own = if cff.cid { BTreeMap::new() } else { codes(&cff).unwrap_or_default() };
    let has_own = offset(&cff.top, 16).is_some_and(|o| o > 1);
    let mut keep: BTreeSet<u16> = BTreeSet::from([0]);
    for g in 0..cff.glyphs.len() as u32 {
        let id = cff.charset.get(g as usize).copied().unwrap_or(0);
        let wanted = match used.cids {
            Some(cids) if cff.cid => cids.contains(&u32::from(id)),
            Some(cids) => cids.contains(&g),
            None => {
                let name = cff.string(id);
                used.names.contains(&name) || super::names::text_of(&name).is_some_and(|t| used.texts.contains(&t))
            }
        };
        if wanted {
            keep.insert(g as u16);
        }
    }
    if used.cids.is_none() {
        keep.extend(own.iter().filter(|(c, _)| used.codes.contains(c)).map(|(_, g)| *g));
        if !has_own {
            let standard = |c: &u32| STANDARD.get(*c as usize).copied().and_then(|u| char::from_u32(u32::from(u)));
            for (g, sid) in cff.charset.iter().enumerate() {
                let text = super::names::text_of(&cff.string(*sid));
                if used.codes.iter().filter_map(standard).any(|c| text.as_deref().is_some_and(|t| t.chars().eq([c]))) {
                    keep.insert(g as u16);
                }
            }
        }
        accents(&cff, &mut keep);
    }
    let renamed: Renamed = keep
        .iter()
        .filter(|_| !cff.cid)
        .filter_map(|g| Some((*g, cff.string(*cff.charset.get(usize::from(*g))?))))
        .filter(|(_, name)| !super::names::is_plain(name))
        .map(|(g, name)| (name, format!("g{g}").into_bytes()))
        .collect();
    write(&cff, &keep, &own, has_own, &renamed).map(|out| (out, renamed))
}

/// Glyph names that say more than which character a glyph is, and what they are called now.
pub type Renamed = BTreeMap<Vec<u8>, Vec<u8>>;

/// `endchar` with four operands builds an accented letter of two glyphs named by StandardEncoding; rare, so both stay where one may be used.
fn accents(cff: &Cff, keep: &mut BTreeSet<u16>) {
    let short = |g: &u16| cff.glyphs.get(usize::from(*g)).is_some_and(|c| c.len() < 24 && c.last() == Some(&14) && c.len() > 4);
    let candidates: Vec<[u8; 2]> = keep
        .iter()
        .filter(|g| short(g))
        .filter_map(|g| {
            let n = ints(cff.glyphs.get(usize::from(*g))?.split_last()?.1);
            let [.., b, a] = n.as_slice() else { return None };
            Some([u8::try_from(*b).ok()?, u8::try_from(*a).ok()?])
        })
        .collect();
    for code in candidates.into_iter().flatten() {
        let want = STANDARD.get(usize::from(code)).and_then(|u| char::from_u32(u32::from(*u))).map(|c| c.to_string());
        for (g, sid) in cff.charset.iter().enumerate() {
            if want.is_some() && super::names::text_of(&cff.string(*sid)) == want {
                keep.insert(g as u16);
            }
        }
    }
}

fn write_index(items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = (items.len() as u16).to_be_bytes().to_vec();
    if items.is_empty() {
        return out;
    }
    out.push(4);
    let mut at = 1u32;
    out.extend(at.to_be_bytes());
    for i in items {
        at += i.len() as u32;
        out.extend(at.to_be_bytes());
    }
    items.iter().for_each(|i| out.extend_from_slice(i));
    out
}

/// An operator with integers of a fixed width, so that offsets can be filled in without moving anything.
fn wide(values: &[usize], op: u16) -> Vec<u8> {
    let mut out = Vec::new();
    for v in values {
        out.push(29);
        out.extend((*v as u32).to_be_bytes());
    }
    if op >= 0x0c00 {
        out.push(12);
    }
    out.push((op & 0xff) as u8);
    out
}

fn plain(raw: &[u8], op: u16) -> Vec<u8> {
    let mut out = raw.to_vec();
    if op >= 0x0c00 {
        out.push(12);
    }
    out.push((op & 0xff) as u8);
    out
}

/// A Private DICT with its subroutines behind it: bytes, and the length of the DICT alone.
fn private(data: &[u8], raw: &[u8]) -> Option<(Vec<u8>, usize)> {
    let n = ints(raw);
    let [size, at] = [usize::try_from(*n.first()?).ok()?, usize::try_from(*n.get(1)?).ok()?];
    let d = dict(data.get(at..at.checked_add(size)?)?)?;
    let mut out = Vec::new();
    for (op, raw) in d.iter().filter(|(op, _)| *op != 19) {
        out.extend(plain(raw, *op));
    }
    let Some(subrs) = offset(&d, 19) else {
        let len = out.len();
        return Some((out, len));
    };
    let (items, _) = index(data, at.checked_add(subrs)?)?;
    let len = out.len() + 6;
    out.extend(wide(&[len], 19));
    out.extend(write_index(&items.iter().map(|i| i.to_vec()).collect::<Vec<_>>()));
    Some((out, len))
}

fn write(cff: &Cff, keep: &BTreeSet<u16>, own: &BTreeMap<u32, u16>, has_own: bool, renamed: &Renamed) -> Option<Vec<u8>> {
    let glyphs: Vec<Vec<u8>> =
        cff.glyphs.iter().enumerate().map(|(g, c)| if keep.contains(&(g as u16)) { c.to_vec() } else { vec![14] }).collect();
    let mut charset = vec![0u8];
    let mut sids: BTreeSet<u16> = BTreeSet::new();
    for (g, id) in cff.charset.iter().enumerate().skip(1) {
        let id = if keep.contains(&(g as u16)) { *id } else { 0 };
        sids.insert(id);
        charset.extend(id.to_be_bytes());
    }
    let ros = operand(&cff.top, 0x0c1e);
    let ros_sids: BTreeSet<u16> = ros.map(|r| ints(r).iter().take(2).map(|v| *v as u16).collect()).unwrap_or_default();
    let named = |i: usize| {
        let sid = i as u16 + 391;
        ros_sids.contains(&sid)
            && cff.strings.get(i).is_some_and(|s| matches!(*s, b"Adobe" | b"Identity" | b"Japan1" | b"GB1" | b"CNS1" | b"Korea1"))
            || !cff.cid && sids.contains(&sid)
    };
    let called = |s: &[u8]| if cff.cid { s.to_vec() } else { renamed.get(s).cloned().unwrap_or_else(|| s.to_vec()) };
    let strings: Vec<Vec<u8>> =
        cff.strings.iter().enumerate().map(|(i, s)| if named(i) { called(s) } else { Vec::new() }).collect();
    let mut encoding = Vec::new();
    if has_own {
        // One code for each glyph in order, then supplements by name.
        let mut by_glyph: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        own.iter().filter(|(_, g)| keep.contains(g)).for_each(|(c, g)| by_glyph.entry(*g).or_default().push(*c));
        let last = by_glyph.keys().next_back().copied().unwrap_or(0).min(255);
        encoding.extend([0x80, last as u8]);
        encoding.extend((1..=last).map(|g| by_glyph.get(&g).and_then(|c| c.first()).copied().unwrap_or(0) as u8));
        let more: Vec<(u32, u16)> = by_glyph
            .iter()
            .flat_map(|(g, cs)| cs.iter().skip(usize::from(*g <= last)).map(move |c| (*c, *g)))
            .take(255)
            .collect();
        encoding.push(more.len() as u8);
        for (c, g) in more {
            encoding.push(c as u8);
            encoding.extend(cff.charset.get(usize::from(g))?.to_be_bytes());
        }
    }
    let fds: Vec<Vec<(u16, &[u8])>> = match offset(&cff.top, 0x0c24) {
        Some(at) => index(cff.data, at)?.0.into_iter().map(dict).collect::<Option<Vec<_>>>()?,
        None => Vec::new(),
    };
    let select = match offset(&cff.top, 0x0c25) {
        Some(at) => Some(fd_select(cff.data, at, cff.glyphs.len())?),
        None => None,
    };
    let privates: Vec<Option<(Vec<u8>, usize)>> =
        fds.iter().map(|d| operand(d, 18).and_then(|raw| private(cff.data, raw))).collect();
    let own_private = operand(&cff.top, 18).and_then(|raw| private(cff.data, raw));

    // Everything that leads somewhere has a fixed width, so the layout is known after one round with zeros.
    let build = |at: &Places| -> Vec<u8> {
        let mut top = Vec::new();
        if let Some(r) = ros {
            top.extend(plain(r, 0x0c1e));
        }
        // Bounding box, matrix, kinds and defaults of outlines; nothing that is a string or a number of the maker's.
        for (op, raw) in cff.top.iter().filter(|(op, _)| matches!(*op, 5 | 0x0c01..=0x0c08 | 0x0c22)) {
            top.extend(plain(raw, *op));
        }
        top.extend(wide(&[at.charset], 15));
        if has_own {
            top.extend(wide(&[at.encoding], 16));
        } else if let Some(raw) = operand(&cff.top, 16) {
            top.extend(plain(raw, 16));
        }
        top.extend(wide(&[at.glyphs], 17));
        if let Some((_, len)) = &own_private {
            top.extend(wide(&[*len, at.private], 18));
        }
        if select.is_some() {
            top.extend(wide(&[at.fds], 0x0c24));
            top.extend(wide(&[at.select], 0x0c25));
        }
        let mut out = vec![1, 0, 4, 4];
        out.extend(write_index(&[b"F".to_vec()]));
        out.extend(write_index(&[top]));
        out.extend(write_index(&strings));
        out.extend_from_slice(cff.global);
        out
    };
    let mut places = Places::default();
    let head = build(&places).len();
    places.charset = head;
    places.encoding = places.charset + charset.len();
    places.glyphs = places.encoding + encoding.len();
    let glyph_index = write_index(&glyphs);
    places.private = places.glyphs + glyph_index.len();
    places.select = places.private + own_private.as_ref().map_or(0, |p| p.0.len());
    places.fds = places.select + select.as_ref().map_or(0, Vec::len);
    let mut out = build(&places);
    out.extend(charset);
    out.extend(encoding);
    out.extend(glyph_index);
    out.extend(own_private.map(|p| p.0).unwrap_or_default());
    if let Some(s) = select {
        out.extend(s);
        let dicts = |base: usize| -> Vec<Vec<u8>> {
            let mut at = base;
            fds.iter()
                .zip(&privates)
                .map(|(d, p)| {
                    let mut one = Vec::new();
                    for (op, raw) in d.iter().filter(|(op, _)| *op == 0x0c07) {
                        one.extend(plain(raw, *op));
                    }
                    if let Some((bytes, len)) = p {
                        one.extend(wide(&[*len, at], 18));
                        at += bytes.len();
                    }
                    one
                })
                .collect()
        };
        let len = write_index(&dicts(0)).len();
        out.extend(write_index(&dicts(places.fds + len)));
        privates.iter().flatten().for_each(|p| out.extend_from_slice(&p.0));
    }
    Some(out)
}

#[derive(Default)]
struct Places {
    charset: usize,
    encoding: usize,
    glyphs: usize,
    private: usize,
    select: usize,
    fds: usize,
}

/// The table that says which font dictionary a glyph belongs to, written in its simplest form.
fn fd_select(d: &[u8], at: usize, glyphs: usize) -> Option<Vec<u8>> {
    let mut out = vec![0u8];
    match be(d, at, 1)? {
        0 => out.extend_from_slice(d.get(at + 1..at + 1 + glyphs)?),
        3 => {
            let ranges = be(d, at + 1, 2)?;
            for r in 0..ranges {
                let (first, fd, next) = (be(d, at + 3 + r * 3, 2)?, be(d, at + 5 + r * 3, 1)?, be(d, at + 6 + r * 3, 2)?);
                if next < first || next > glyphs {
                    return None;
                }
                out.extend(std::iter::repeat_n(fd as u8, next - first));
            }
        }
        _ => return None,
    }
    (out.len() == glyphs + 1).then_some(out)
}
