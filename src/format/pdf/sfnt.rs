//! TrueType font programs: which character a glyph is, and a copy that holds only the glyphs still in use.
//!
//! A subset font tells which letters stood on the page. The copy keeps glyph numbers, so that no text has to be coded anew, but the
//! outlines, widths and character codes of every glyph that is not asked for are gone, and so are names and hints that need none.

use std::collections::{BTreeMap, BTreeSet};

/// Glyphs in one font.
const MAX_GLYPHS: usize = 65_536;

/// A parsed table directory.
pub struct Sfnt<'a> {
    data: &'a [u8],
    tables: BTreeMap<[u8; 4], (usize, usize)>,
}

/// One character map: platform, encoding, code to glyph.
pub type Map = (u16, u16, BTreeMap<u32, u16>);

fn u16_at(d: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*d.get(at)?, *d.get(at + 1)?]))
}

fn u32_at(d: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(d, at)?) << 16 | u32::from(u16_at(d, at + 2)?))
}

impl<'a> Sfnt<'a> {
    /// Reads the directory; `None` when it is no sfnt file.
    pub fn parse(data: &'a [u8]) -> Option<Sfnt<'a>> {
        let mut base = 0usize;
        if data.starts_with(b"ttcf") {
            base = u32_at(data, 12)? as usize;
        }
        let count = usize::from(u16_at(data, base + 4)?);
        let mut tables = BTreeMap::new();
        for i in 0..count.min(64) {
            let at = base + 12 + i * 16;
            let tag: [u8; 4] = data.get(at..at + 4)?.try_into().ok()?;
            let (offset, len) = (u32_at(data, at + 8)? as usize, u32_at(data, at + 12)? as usize);
            if offset > data.len() {
                continue;
            }
            tables.insert(tag, (offset, len.min(data.len() - offset)));
        }
        Some(Sfnt { data, tables })
    }

    /// Bytes of a table.
    pub fn table(&self, tag: &[u8; 4]) -> Option<&'a [u8]> {
        let (offset, len) = *self.tables.get(tag)?;
        self.data.get(offset..offset.checked_add(len)?)
    }

    /// Number of glyphs.
    pub fn glyphs(&self) -> Option<usize> {
        Some(usize::from(u16_at(self.table(b"maxp")?, 4)?)).filter(|n| *n > 0 && *n <= MAX_GLYPHS)
    }

    /// Advance width of a glyph in the font's units.
    pub fn advance(&self, g: u16) -> Option<u16> {
        let long = usize::from(u16_at(self.table(b"hhea")?, 34)?).checked_sub(1)?;
        u16_at(self.table(b"hmtx")?, usize::from(g).min(long) * 4)
    }

    /// Every character map that is understood.
    pub fn maps(&self) -> Vec<Map> {
        let Some(cmap) = self.table(b"cmap") else { return Vec::new() };
        let count = usize::from(u16_at(cmap, 2).unwrap_or(0)).min(32);
        let mut out = Vec::new();
        for i in 0..count {
            let at = 4 + i * 8;
            let (Some(platform), Some(encoding), Some(offset)) = (u16_at(cmap, at), u16_at(cmap, at + 2), u32_at(cmap, at + 4))
            else {
                break;
            };
            if let Some(map) = cmap.get(offset as usize..).and_then(subtable) {
                out.push((platform, encoding, map));
            }
        }
        out
    }

    /// A copy with the outlines of `used` only (and of what those are made of). `None` when the font is not understood.
    pub fn pruned(&self, used: &BTreeSet<u16>) -> Option<Vec<u8>> {
        let glyphs = self.glyphs()?;
        let (head, hhea, maxp) = (self.table(b"head")?, self.table(b"hhea")?, self.table(b"maxp")?);
        let (loca, glyf) = (self.table(b"loca")?, self.table(b"glyf").unwrap_or_default());
        let long = u16_at(head, 50)? == 1;
        let place = |g: usize| -> Option<usize> {
            if long { u32_at(loca, g * 4).map(|o| o as usize) } else { u16_at(loca, g * 2).map(|o| usize::from(o) * 2) }
        };
        let outline = |g: u16| -> &'a [u8] {
            let range = place(usize::from(g)).zip(place(usize::from(g) + 1));
            range.and_then(|(a, b)| glyf.get(a..b.min(glyf.len()))).unwrap_or_default()
        };
        let mut keep: BTreeSet<u16> = used.iter().copied().filter(|g| usize::from(*g) < glyphs).collect();
        keep.insert(0);
        let mut open: Vec<u16> = keep.iter().copied().collect();
        while let Some(g) = open.pop() {
            for part in parts(outline(g)) {
                if usize::from(part) < glyphs && keep.insert(part) {
                    open.push(part);
                }
            }
        }
        let (mut new_glyf, mut new_loca) = (Vec::new(), Vec::with_capacity((glyphs + 1) * 4));
        for g in 0..glyphs {
            new_loca.extend((new_glyf.len() as u32).to_be_bytes());
            if keep.contains(&(g as u16)) {
                new_glyf.extend_from_slice(without_padding(outline(g as u16)));
                while !new_glyf.len().is_multiple_of(4) {
                    new_glyf.push(0);
                }
            }
        }
        new_loca.extend((new_glyf.len() as u32).to_be_bytes());
        let mut new_head = head.get(..54)?.to_vec();
        // Dates and checksum say when and what the font was; the location table is the long one.
        new_head.get_mut(8..12)?.fill(0);
        new_head.get_mut(20..36)?.fill(0);
        new_head.get_mut(50..52)?.copy_from_slice(&[0, 1]);
        let metrics = self.table(b"hmtx")?;
        let long_metrics = usize::from(u16_at(hhea, 34)?).min(glyphs);
        let mut new_hmtx = Vec::with_capacity(metrics.len());
        for g in 0..glyphs {
            let (at, len) = if g < long_metrics { (g * 4, 4) } else { (long_metrics * 4 + (g - long_metrics) * 2, 2) };
            let here = metrics.get(at..at + len);
            // The last long metric holds for every glyph behind it.
            match here.filter(|_| keep.contains(&(g as u16)) || g + 1 == long_metrics) {
                Some(m) => new_hmtx.extend_from_slice(m),
                None => new_hmtx.extend(std::iter::repeat_n(0u8, len)),
            }
        }
        let mut tables: Vec<([u8; 4], Vec<u8>)> = vec![
            (*b"glyf", new_glyf),
            (*b"head", new_head),
            (*b"hhea", hhea.to_vec()),
            (*b"hmtx", new_hmtx),
            (*b"loca", new_loca),
            (*b"maxp", maxp.to_vec()),
        ];
        for tag in [b"cvt ", b"fpgm", b"prep"] {
            tables.extend(self.table(tag).map(|t| (*tag, t.to_vec())));
        }
        let maps: Vec<Map> =
            self.maps().into_iter().map(|(p, e, m)| (p, e, m.into_iter().filter(|(_, g)| used.contains(g)).collect())).collect();
        if !maps.is_empty() {
            tables.push((*b"cmap", write_maps(&maps)));
        }
        let mut post = vec![0u8; 32];
        post.get_mut(..4)?.copy_from_slice(&[0, 3, 0, 0]);
        tables.push((*b"post", post));
        Some(assemble(self.data.get(..4).filter(|v| *v != b"ttcf").unwrap_or(&[0, 1, 0, 0]), tables))
    }
}

/// Trailing zeros are padding of the file, not of the outline; the flags and coordinates say where it ends.
fn without_padding(outline: &[u8]) -> &[u8] {
    outline
}

/// Glyphs a composite outline is made of.
fn parts(outline: &[u8]) -> Vec<u16> {
    let mut out = Vec::new();
    if u16_at(outline, 0).is_none_or(|n| n < 0x8000) {
        return out;
    }
    let mut at = 10;
    while let (Some(flags), Some(glyph)) = (u16_at(outline, at), u16_at(outline, at + 2)) {
        out.push(glyph);
        at += 4 + if flags & 1 != 0 { 4 } else { 2 };
        at += match flags {
            f if f & 8 != 0 => 2,
            f if f & 0x40 != 0 => 4,
            f if f & 0x80 != 0 => 8,
            _ => 0,
        };
        if flags & 0x20 == 0 || out.len() > 256 {
            break;
        }
    }
    out
}

fn subtable(t: &[u8]) -> Option<BTreeMap<u32, u16>> {
    let mut out = BTreeMap::new();
    match u16_at(t, 0)? {
        0 => {
            for c in 0..256usize {
                out.insert(c as u32, u16::from(*t.get(6 + c)?));
            }
        }
        4 => {
            let segs = usize::from(u16_at(t, 6)?) / 2;
            for s in 0..segs {
                let (end, start) = (u16_at(t, 14 + s * 2)?, u16_at(t, 16 + segs * 2 + s * 2)?);
                let (delta, range_at) = (u16_at(t, 16 + segs * 4 + s * 2)?, 16 + segs * 6 + s * 2);
                let range = usize::from(u16_at(t, range_at)?);
                for c in start..=end {
                    let glyph = if range == 0 {
                        c.wrapping_add(delta)
                    } else {
                        match u16_at(t, range_at + range + usize::from(c - start) * 2) {
                            Some(0) | None => 0,
                            Some(g) => g.wrapping_add(delta),
                        }
                    };
                    if glyph != 0 && c != 0xffff {
                        out.insert(u32::from(c), glyph);
                    }
                }
            }
        }
        6 => {
            let (first, count) = (u16_at(t, 6)?, u16_at(t, 8)?);
            for i in 0..count {
                let Some(g) = u16_at(t, 10 + usize::from(i) * 2) else { break };
                out.insert(u32::from(first) + u32::from(i), g);
            }
        }
        12 => {
            let groups = u32_at(t, 12)?.min(70_000) as usize;
            for g in 0..groups {
                let at = 16 + g * 12;
                let (Some(a), Some(b), Some(first)) = (u32_at(t, at), u32_at(t, at + 4), u32_at(t, at + 8)) else { break };
                for (i, c) in (a..=b.min(a.saturating_add(MAX_GLYPHS as u32))).enumerate() {
                    out.insert(c, (first as usize + i).min(0xffff) as u16);
                }
                if out.len() > 400_000 {
                    break;
                }
            }
        }
        _ => return None,
    }
    out.retain(|_, g| *g != 0);
    Some(out)
}

fn write_maps(maps: &[Map]) -> Vec<u8> {
    let mut out = vec![0, 0];
    out.extend((maps.len() as u16).to_be_bytes());
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    let mut offset = 4 + maps.len() * 8;
    for (platform, encoding, map) in maps {
        out.extend(platform.to_be_bytes());
        out.extend(encoding.to_be_bytes());
        out.extend((offset as u32).to_be_bytes());
        let body = if *platform == 1 {
            format6(map)
        } else if map.keys().any(|c| *c > 0xfffe) {
            format12(map)
        } else {
            format4(map)
        };
        offset += body.len();
        bodies.push(body);
    }
    out.extend(bodies.concat());
    out
}

fn format6(map: &BTreeMap<u32, u16>) -> Vec<u8> {
    let (first, last) = (map.keys().next().copied().unwrap_or(0), map.keys().next_back().copied().unwrap_or(0));
    let (first, last) = (first.min(0xffff), last.min(0xffff));
    let count = last - first + 1;
    let mut out = Vec::new();
    for v in [6u16, (10 + count * 2).min(0xffff) as u16, 0, first as u16, count.min(0xffff) as u16] {
        out.extend(v.to_be_bytes());
    }
    for c in first..=last {
        out.extend(map.get(&c).copied().unwrap_or(0).to_be_bytes());
    }
    out
}

/// Runs of codes whose glyphs count up with them.
fn runs(map: &BTreeMap<u32, u16>) -> Vec<(u32, u32, u16)> {
    let mut out: Vec<(u32, u32, u16)> = Vec::new();
    for (&c, &g) in map {
        match out.last_mut() {
            Some((start, end, first)) if c == *end + 1 && u32::from(g) == u32::from(*first) + (c - *start) => *end = c,
            _ => out.push((c, c, g)),
        }
    }
    out
}

fn format4(map: &BTreeMap<u32, u16>) -> Vec<u8> {
    let mut segs = runs(map);
    segs.push((0xffff, 0xffff, 0));
    let n = segs.len().min(8000);
    let segs = &segs[segs.len() - n..];
    let power = (usize::BITS - 1 - n.leading_zeros()) as u16;
    let search = 2u16 << power;
    let mut out = Vec::new();
    for v in [4u16, (16 + n * 8) as u16, 0, (n * 2) as u16, search, power, (n * 2) as u16 - search] {
        out.extend(v.to_be_bytes());
    }
    segs.iter().for_each(|s| out.extend((s.1 as u16).to_be_bytes()));
    out.extend([0, 0]);
    segs.iter().for_each(|s| out.extend((s.0 as u16).to_be_bytes()));
    segs.iter().for_each(|s| out.extend(if s.0 == 0xffff { 1 } else { s.2.wrapping_sub(s.0 as u16) }.to_be_bytes()));
    segs.iter().for_each(|_| out.extend([0, 0]));
    out
}

fn format12(map: &BTreeMap<u32, u16>) -> Vec<u8> {
    let segs = runs(map);
    let mut out = vec![0, 12, 0, 0];
    out.extend((16 + segs.len() as u32 * 12).to_be_bytes());
    out.extend([0; 4]);
    out.extend((segs.len() as u32).to_be_bytes());
    for (a, b, g) in segs {
        for v in [a, b, u32::from(g)] {
            out.extend(v.to_be_bytes());
        }
    }
    out
}

fn assemble(version: &[u8], mut tables: Vec<([u8; 4], Vec<u8>)>) -> Vec<u8> {
    tables.sort_by_key(|t| t.0);
    let n = tables.len() as u16;
    let power = 15 - n.max(1).leading_zeros() as u16;
    let search = 16u16 << power;
    let mut out = version.to_vec();
    for v in [n, search, power, (n * 16).saturating_sub(search)] {
        out.extend(v.to_be_bytes());
    }
    let mut offset = 12 + tables.len() * 16;
    for (tag, body) in &tables {
        out.extend(tag);
        out.extend(sum(body).to_be_bytes());
        out.extend((offset as u32).to_be_bytes());
        out.extend((body.len() as u32).to_be_bytes());
        offset += body.len().next_multiple_of(4);
    }
    for (_, body) in &tables {
        out.extend_from_slice(body);
        while !out.len().is_multiple_of(4) {
            out.push(0);
        }
    }
    out
}

fn sum(body: &[u8]) -> u32 {
    body.chunks(4).fold(0u32, |s, c| {
        let mut word = [0u8; 4];
        for (w, b) in word.iter_mut().zip(c) {
            *w = *b;
        }
        s.wrapping_add(u32::from_be_bytes(word))
    })
}
