//! Fonts as a reader needs them: which codes a string holds, what each reads as, how far it moves the pen.

use super::cmap::CMap;
use super::font_file;
use super::names;
use super::obj;
use super::sfnt::Sfnt;
use super::tables;
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// What kind of font.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Type1, MMType1, TrueType: one byte codes.
    Simple,
    /// Type0: codes by CMap.
    Cid,
    /// Type3: glyphs are content streams.
    Type3,
}

/// A font.
#[derive(Debug)]
pub struct Font {
    pub kind: Kind,
    pub vertical: bool,
    /// Codes of a [`Kind::Cid`] font.
    pub cmap: CMap,
    /// Text of each code that has one.
    text: HashMap<u32, Box<str>>,
    /// Widths in text space units (1 is the font size); by code, for [`Kind::Cid`] by CID.
    widths: HashMap<u32, f32>,
    default_width: f32,
    /// Vertical: advance, and the place of the pen above and left of the origin, by CID.
    vertical_widths: HashMap<u32, [f32; 3]>,
    vertical_default: [f32; 2],
    /// Glyph space to text space, of a [`Kind::Type3`] font.
    pub matrix: [f64; 6],
    /// Procedures of a [`Kind::Type3`] font by code.
    pub procs: HashMap<u32, ObjectId>,
    /// Resources of a [`Kind::Type3`] font.
    pub resources: Option<Dictionary>,
    /// Glyph names by code, as far as an encoding tells them.
    pub names: HashMap<u32, Vec<u8>>,
    /// Codes that are said to read as another letter than the one they show.
    lies: HashSet<u32>,
    /// What codes show is known for certain: glyphs are chosen by their names, or the program has a map of characters.
    shows_letters: bool,
    /// True for fonts of signs and ornaments, whose glyphs need no text.
    pub ornaments: bool,
}

/// One code of a string.
#[derive(Clone, Copy, Debug)]
pub struct Coded {
    pub code: u32,
    /// First byte in the string.
    pub at: usize,
    /// Bytes.
    pub len: usize,
}

impl Font {
    /// Reads a font dictionary.
    ///
    /// # Errors
    /// Why nobody can read text in this font.
    pub fn load(doc: &Document, dict: &Dictionary) -> Result<Font, String> {
        let subtype = obj::name(doc, dict, b"Subtype").unwrap_or_default();
        let base = String::from_utf8_lossy(obj::name(doc, dict, b"BaseFont").unwrap_or_default()).into_owned();
        let below = obj::array(doc, dict, b"DescendantFonts").and_then(|a| a.first()).and_then(|o| obj::resolve(doc, o));
        let of = below.and_then(obj::as_dict).unwrap_or(dict);
        if font_file::is_damaged(doc, obj::dict(doc, of, b"FontDescriptor")) {
            return Err("a font whose program is damaged".into());
        }
        let mut f = Font {
            kind: Kind::Simple,
            vertical: false,
            cmap: CMap::default(),
            text: HashMap::new(),
            widths: HashMap::new(),
            default_width: 0.0,
            vertical_widths: HashMap::new(),
            vertical_default: [0.88, -1.0],
            matrix: [0.001, 0.0, 0.0, 0.001, 0.0, 0.0],
            procs: HashMap::new(),
            resources: None,
            names: HashMap::new(),
            lies: HashSet::new(),
            shows_letters: false,
            ornaments: is_ornamental(&base),
        };
        match subtype {
            b"Type0" => f.load_cid(doc, dict)?,
            b"Type3" => f.load_type3(doc, dict)?,
            b"Type1" | b"MMType1" | b"TrueType" => f.load_simple(doc, dict, &base, subtype == b"TrueType")?,
            _ => return Err("a font of an unknown kind".into()),
        }
        if let Some(s) = obj::stream(doc, dict, b"ToUnicode") {
            let map = CMap::parse(&obj::decoded(doc, s)?)?;
            for (code, text) in map.text {
                if f.text.get(&code).is_some_and(|shown| f.shows_letters && differ(shown, &text)) {
                    f.lies.insert(code);
                }
                if is_readable(&text) {
                    f.text.insert(code, text);
                }
            }
        }
        Ok(f)
    }

    /// The codes of a string.
    pub fn codes<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = Coded> + 'b {
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = bytes.get(at..).filter(|r| !r.is_empty())?;
            let (code, len) = match self.kind {
                Kind::Cid => self.cmap.next_code(rest),
                _ => (u32::from(rest[0]), 1),
            };
            let c = Coded { code, at, len };
            at += len;
            Some(c)
        })
    }

    /// What a code reads as.
    pub fn text(&self, code: u32) -> Option<&str> {
        match self.text.get(&code) {
            Some(t) => Some(t),
            None if self.ornaments => Some("\u{2022}"),
            None => None,
        }
    }

    /// True for a code that shows one letter, by the name of its glyph, and is said to be another.
    pub fn lies(&self, code: u32) -> bool {
        self.lies.contains(&code)
    }

    /// Changes what a code reads as.
    pub fn set_text(&mut self, code: u32, text: Option<String>) {
        match text {
            Some(t) => self.text.insert(code, t.into()),
            None => self.text.remove(&code),
        };
    }

    /// Horizontal advance of a code in text space for font size 1.
    pub fn width(&self, code: u32) -> f32 {
        let key = if self.kind == Kind::Cid { self.cmap.cid(code) } else { code };
        self.widths.get(&key).copied().unwrap_or(self.default_width)
    }

    /// Vertical advance, and the pen's place relative to the glyph's origin, for font size 1.
    pub fn vertical(&self, code: u32) -> [f32; 3] {
        let cid = self.cmap.cid(code);
        let plain = || [self.vertical_default[1], self.width(code) / 2.0, self.vertical_default[0]];
        self.vertical_widths.get(&cid).copied().unwrap_or_else(plain)
    }

    fn load_simple(&mut self, doc: &Document, dict: &Dictionary, base: &str, true_type: bool) -> Result<(), String> {
        let descriptor = obj::dict(doc, dict, b"FontDescriptor");
        let standard = standard_of(base);
        let first = obj::num(doc, dict, b"FirstChar").unwrap_or(0.0).clamp(0.0, 255.0) as u32;
        match obj::array(doc, dict, b"Widths") {
            Some(list) => {
                self.default_width = descriptor.and_then(|d| obj::num(doc, d, b"MissingWidth")).unwrap_or(0.0) as f32 / 1000.0;
                for (i, w) in list.iter().take(256).enumerate() {
                    self.widths.insert(first + i as u32, obj::number(doc, w).unwrap_or(0.0) as f32 / 1000.0);
                }
            }
            None => self.default_width = -1.0,
        }
        let flags = descriptor.and_then(|d| obj::num(doc, d, b"Flags")).unwrap_or(0.0) as u32;
        let encoding = obj::get(doc, dict, b"Encoding");
        let program = Program::of(doc, descriptor);
        let symbol = standard == Some(Standard::Symbol);
        let zapf = standard == Some(Standard::Zapf);
        let named = match encoding {
            Some(Object::Name(n)) => base_table(n),
            Some(o) => obj::as_dict(o).and_then(|d| obj::name(doc, d, b"BaseEncoding")).and_then(base_table),
            None => None,
        };
        let has_dict = matches!(encoding, Some(Object::Dictionary(_)));
        self.shows_letters = match &program {
            Some(Program::TrueType(data)) => {
                flags & 4 == 0 && Sfnt::parse(data).is_some_and(|f| f.maps().iter().any(|m| (m.0, m.1) == (3, 1)))
            }
            _ => !symbol && !zapf && !self.ornaments,
        };
        let table = match named {
            Some(t) => Some(t),
            None if symbol => Some(&tables::SYMBOL),
            None if zapf => Some(&tables::ZAPF),
            // A font program with an encoding of its own (ISO 32000-1, 9.6.6.1).
            None if program.is_some() && (encoding.is_none() || has_dict && flags & 4 != 0) => None,
            None => Some(&tables::STANDARD),
        };
        match table {
            Some(t) => {
                for (code, u) in t.iter().enumerate().filter(|(_, u)| **u != 0) {
                    if let Some(c) = char::from_u32(u32::from(*u)) {
                        self.text.insert(code as u32, c.to_string().into());
                    }
                }
            }
            None => self.built_in(program.as_ref(), true_type, flags),
        }
        if let Some(d) = encoding.and_then(obj::as_dict)
            && let Some(list) = obj::array(doc, d, b"Differences")
        {
            self.differences(doc, list);
        }
        if self.default_width < 0.0 {
            self.standard_widths(standard.unwrap_or(Standard::Latin(0)));
        }
        Ok(())
    }

    /// Differences to an encoding: from a code on, names of glyphs.
    fn differences(&mut self, doc: &Document, list: &[Object]) {
        let mut code = 0u32;
        for o in list.iter().take(4096) {
            match obj::resolve(doc, o) {
                Some(Object::Integer(n)) => code = (*n).clamp(0, 255) as u32,
                Some(Object::Name(n)) => {
                    match names::text_of(n) {
                        Some(t) => self.text.insert(code, t.into()),
                        None => self.text.remove(&code),
                    };
                    self.names.insert(code, n.clone());
                    code += 1;
                }
                _ => {}
            }
        }
    }

    /// The encoding that the font program itself has.
    fn built_in(&mut self, program: Option<&Program>, true_type: bool, flags: u32) {
        match program {
            Some(Program::TrueType(data)) => {
                let Some(font) = Sfnt::parse(data) else { return };
                let maps = font.maps();
                let find = |p: u16, e: u16| maps.iter().find(|m| m.0 == p && m.1 == e).map(|m| &m.2);
                let unicode = find(3, 10).or_else(|| find(3, 1)).or_else(|| maps.iter().find(|m| m.0 == 0).map(|m| &m.2));
                let reverse: HashMap<u16, u32> = unicode.into_iter().flatten().map(|(c, g)| (*g, *c)).collect();
                for code in 0..256u32 {
                    let symbolic = find(3, 0).and_then(|m| m.get(&(0xf000 + code)).or_else(|| m.get(&code)));
                    let glyph = symbolic.or_else(|| find(1, 0).and_then(|m| m.get(&code)));
                    let by_glyph = glyph.and_then(|g| reverse.get(g)).and_then(|c| char::from_u32(*c));
                    // Without a way from glyph to character the code is taken for what it is in MacRoman or WinAnsi.
                    let by_code = glyph.filter(|_| flags & 4 == 0 || !reverse.is_empty()).and_then(|_| {
                        let t = if symbolic.is_some() { &tables::WIN } else { &tables::MAC };
                        t.get(code as usize).filter(|u| **u != 0).and_then(|u| char::from_u32(u32::from(*u)))
                    });
                    if let Some(c) = by_glyph.or(by_code).filter(|c| !is_private(*c)) {
                        self.text.insert(code, c.to_string().into());
                    }
                }
                if maps.is_empty() && true_type && flags & 4 == 0 {
                    self.add_table(&tables::WIN);
                }
            }
            Some(Program::Type1(data)) => {
                for (code, name) in names::type1_encoding(data) {
                    if let Some(t) = names::text_of(&name) {
                        self.text.insert(code, t.into());
                    }
                    self.names.insert(code, name);
                }
                if self.names.is_empty() {
                    self.add_table(&tables::STANDARD);
                }
            }
            Some(Program::Cff(data)) => match super::cff::encoding(data) {
                Some(list) => {
                    for (code, name) in list {
                        if let Some(t) = names::text_of(&name) {
                            self.text.insert(code, t.into());
                        }
                        self.names.insert(code, name);
                    }
                }
                None => self.add_table(&tables::STANDARD),
            },
            None => self.add_table(&tables::STANDARD),
        }
    }

    fn add_table(&mut self, table: &[u16; 256]) {
        for (code, u) in table.iter().enumerate().filter(|(_, u)| **u != 0) {
            self.text.extend(char::from_u32(u32::from(*u)).map(|c| (code as u32, Box::from(c.to_string()))));
        }
    }

    fn standard_widths(&mut self, standard: Standard) {
        self.default_width = 0.5;
        for code in 0..256u32 {
            let w = match standard {
                Standard::Symbol => tables::SYMBOL_WIDTHS.get(code as usize).copied(),
                Standard::Zapf => tables::ZAPF_WIDTHS.get(code as usize).copied(),
                Standard::Courier => Some(600),
                Standard::Latin(n) => self.text.get(&code).and_then(|t| t.chars().next()).and_then(|c| latin_width(c, n)),
            };
            self.widths.extend(w.map(|w| (code, f32::from(w) / 1000.0)));
        }
    }

    fn load_cid(&mut self, doc: &Document, dict: &Dictionary) -> Result<(), String> {
        self.kind = Kind::Cid;
        let list = obj::array(doc, dict, b"DescendantFonts").unwrap_or_default();
        let font = list.first().and_then(|o| obj::resolve(doc, o)).and_then(obj::as_dict);
        let Some(font) = font else { return Err("a composite font without a descendant".into()) };
        match obj::get(doc, dict, b"Encoding") {
            Some(Object::Name(n)) => self.cmap = predefined(n)?,
            Some(Object::Stream(s)) => {
                let mut map = CMap::parse(&obj::decoded(doc, s)?)?;
                map.vertical |= obj::num(doc, &s.dict, b"WMode") == Some(1.0);
                let uses = map.uses.clone().or_else(|| obj::name(doc, &s.dict, b"UseCMap").map(<[u8]>::to_vec));
                if let Some(n) = uses {
                    let base = predefined(&n)?;
                    map.cids.splice(0..0, base.cids);
                    map.spaces.extend(base.spaces);
                }
                self.cmap = map;
            }
            _ => return Err("a composite font without an encoding".into()),
        }
        if self.cmap.spaces.is_empty() {
            self.cmap.spaces.push((2, 0, 0xffff));
        }
        self.vertical = self.cmap.vertical;
        self.default_width = obj::num(doc, font, b"DW").unwrap_or(1000.0) as f32 / 1000.0;
        if let Some(w) = obj::array(doc, font, b"W") {
            self.cid_widths(doc, w);
        }
        if let Some([v, w]) = obj::numbers::<2>(doc, font, b"DW2") {
            self.vertical_default = [v as f32 / 1000.0, w as f32 / 1000.0];
        }
        if let Some(w) = obj::array(doc, font, b"W2") {
            self.cid_vertical(doc, w);
        }
        self.cid_text(doc, dict, font);
        Ok(())
    }

    /// `c [w1 w2 ...]` and `first last w` (ISO 32000-1, 9.7.4.3).
    fn cid_widths(&mut self, doc: &Document, list: &[Object]) {
        let mut i = 0;
        while let Some(first) = list.get(i).and_then(|o| obj::number(doc, o)) {
            let first = first.clamp(0.0, 65535.0) as u32;
            match list.get(i + 1).and_then(|o| obj::resolve(doc, o)) {
                Some(Object::Array(ws)) => {
                    for (k, w) in ws.iter().take(65536).enumerate() {
                        self.widths.insert(first + k as u32, obj::number(doc, w).unwrap_or(0.0) as f32 / 1000.0);
                    }
                    i += 2;
                }
                Some(last) => {
                    let last = obj::number(doc, last).unwrap_or(0.0).clamp(0.0, 65535.0) as u32;
                    let w = list.get(i + 2).and_then(|o| obj::number(doc, o)).unwrap_or(0.0) as f32 / 1000.0;
                    for cid in first..=last {
                        self.widths.insert(cid, w);
                    }
                    i += 3;
                }
                None => break,
            }
        }
    }

    fn cid_vertical(&mut self, doc: &Document, list: &[Object]) {
        let n = |o: Option<&Object>| o.and_then(|o| obj::number(doc, o)).unwrap_or(0.0) as f32 / 1000.0;
        let mut i = 0;
        while let Some(first) = list.get(i).and_then(|o| obj::number(doc, o)) {
            let first = first.clamp(0.0, 65535.0) as u32;
            match list.get(i + 1).and_then(|o| obj::resolve(doc, o)) {
                Some(Object::Array(ws)) => {
                    for (k, w) in ws.chunks(3).take(65536).enumerate() {
                        self.vertical_widths.insert(first + k as u32, [n(w.first()), n(w.get(1)), n(w.get(2))]);
                    }
                    i += 2;
                }
                Some(last) => {
                    let last = obj::number(doc, last).unwrap_or(0.0).clamp(0.0, 65535.0) as u32;
                    let v = [n(list.get(i + 2)), n(list.get(i + 3)), n(list.get(i + 4))];
                    for cid in first..=last {
                        self.vertical_widths.insert(cid, v);
                    }
                    i += 5;
                }
                None => break,
            }
        }
    }

    /// Text of codes where no ToUnicode tells it: by a CMap of Unicode codes, else through the font program.
    fn cid_text(&mut self, doc: &Document, dict: &Dictionary, font: &Dictionary) {
        if let Some(Object::Name(n)) = obj::get(doc, dict, b"Encoding")
            && (n.windows(4).any(|w| w == b"UCS2") || n.windows(5).any(|w| w == b"UTF16"))
        {
            for code in 0x20..0xd800u32 {
                self.text.extend(char::from_u32(code).map(|c| (code, Box::from(c.to_string()))));
            }
            return;
        }
        let identity = matches!(self.cmap.cids.as_slice(), [(0, 0xffff, 0)]);
        let Some(Program::TrueType(data)) = Program::of(doc, obj::dict(doc, font, b"FontDescriptor")) else { return };
        let Some(sfnt) = Sfnt::parse(&data).filter(|_| identity) else { return };
        self.shows_letters = true;
        let to_glyph = obj::stream(doc, font, b"CIDToGIDMap").and_then(|s| obj::decoded(doc, s).ok());
        let mut by_glyph: HashMap<u16, u32> = HashMap::new();
        for (platform, encoding, map) in sfnt.maps() {
            if platform == 0 || platform == 3 && (encoding == 1 || encoding == 10) {
                for (c, g) in map {
                    by_glyph.entry(g).or_insert(c);
                }
            }
        }
        let cids = to_glyph.as_ref().map_or(sfnt.glyphs().unwrap_or(0), |m| m.len() / 2).min(65536);
        for cid in 0..cids {
            let glyph = match &to_glyph {
                Some(m) => m.get(cid * 2..cid * 2 + 2).map_or(0, |b| u16::from(b[0]) << 8 | u16::from(b[1])),
                None => cid as u16,
            };
            let c = by_glyph.get(&glyph).and_then(|c| char::from_u32(*c)).filter(|c| !is_private(*c));
            self.text.extend(c.map(|c| (cid as u32, Box::from(c.to_string()))));
        }
    }

    fn load_type3(&mut self, doc: &Document, dict: &Dictionary) -> Result<(), String> {
        self.kind = Kind::Type3;
        self.matrix = obj::numbers::<6>(doc, dict, b"FontMatrix").unwrap_or(self.matrix);
        self.resources = obj::dict(doc, dict, b"Resources").cloned();
        let scale = self.matrix[0] as f32;
        let first = obj::num(doc, dict, b"FirstChar").unwrap_or(0.0).clamp(0.0, 255.0) as u32;
        for (i, w) in obj::array(doc, dict, b"Widths").unwrap_or_default().iter().take(256).enumerate() {
            self.widths.insert(first + i as u32, obj::number(doc, w).unwrap_or(0.0) as f32 * scale);
        }
        let encoding = obj::get(doc, dict, b"Encoding").and_then(obj::as_dict);
        if let Some(list) = encoding.and_then(|d| obj::array(doc, d, b"Differences")) {
            self.differences(doc, list);
        }
        let Some(procs) = obj::dict(doc, dict, b"CharProcs") else { return Err("a Type3 font without glyphs".into()) };
        for (code, name) in &self.names {
            self.procs.extend(obj::reference(procs, name).map(|id| (*code, id)));
        }
        Ok(())
    }
}

/// An embedded font program, decoded.
pub enum Program {
    TrueType(Vec<u8>),
    Cff(Vec<u8>),
    Type1(Vec<u8>),
}

impl Program {
    /// The program of a descriptor.
    pub fn of(doc: &Document, descriptor: Option<&Dictionary>) -> Option<Program> {
        let d = descriptor?;
        if let Some(s) = obj::stream(doc, d, b"FontFile2") {
            return obj::decoded(doc, s).ok().map(Program::TrueType);
        }
        if let Some(s) = obj::stream(doc, d, b"FontFile3") {
            let data = obj::decoded(doc, s).ok()?;
            if data.starts_with(b"OTTO") || data.starts_with(&[0, 1, 0, 0]) || data.starts_with(b"true") {
                let cff = Sfnt::parse(&data).and_then(|f| f.table(b"CFF ").map(<[u8]>::to_vec));
                return Some(cff.map_or(Program::TrueType(data), Program::Cff));
            }
            return Some(Program::Cff(data));
        }
        obj::stream(doc, d, b"FontFile").and_then(|s| obj::decoded(doc, s).ok()).map(Program::Type1)
    }
}

/// One of the 14 fonts every reader has, or which of them stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standard {
    /// Column of [`tables::LATIN`].
    Latin(usize),
    Courier,
    Symbol,
    Zapf,
}

/// Which of the standard fonts a name means.
pub fn standard_of(base: &str) -> Option<Standard> {
    let name = base.split_once('+').map_or(base, |(_, n)| n).to_ascii_lowercase();
    let bold = name.contains("bold");
    let slanted = name.contains("italic") || name.contains("oblique");
    Some(if name.starts_with("symbol") {
        Standard::Symbol
    } else if name.contains("dingbats") {
        Standard::Zapf
    } else if name.contains("courier") {
        Standard::Courier
    } else if name.contains("times") {
        Standard::Latin(match (bold, slanted) {
            (false, false) => 2,
            (true, false) => 3,
            (false, true) => 4,
            (true, true) => 5,
        })
    } else if name.contains("helvetica") || name.contains("arial") {
        Standard::Latin(usize::from(bold))
    } else {
        return None;
    })
}

/// Width of a character in a column of [`tables::LATIN`], in thousandths.
pub fn latin_width(c: char, column: usize) -> Option<u16> {
    let c = u16::try_from(u32::from(c)).ok()?;
    let at = tables::LATIN.binary_search_by_key(&c, |r| r.0).ok()?;
    tables::LATIN.get(at)?.1.get(column).copied()
}

/// True when a glyph shows an ASCII letter or digit and is said to read as something without it.
fn differ(shown: &str, said: &str) -> bool {
    let mut one = shown.chars();
    let (Some(c), None) = (one.next().filter(char::is_ascii_alphanumeric), one.next()) else { return false };
    !said.nfkd().any(|s| s.eq_ignore_ascii_case(&c))
}

fn base_table(name: &[u8]) -> Option<&'static [u16; 256]> {
    match name {
        b"WinAnsiEncoding" => Some(&tables::WIN),
        b"MacRomanEncoding" => Some(&tables::MAC),
        b"StandardEncoding" => Some(&tables::STANDARD),
        _ => None,
    }
}

fn predefined(name: &[u8]) -> Result<CMap, String> {
    let vertical = name.ends_with(b"-V");
    if matches!(name, b"Identity-H" | b"Identity-V")
        || name.windows(4).any(|w| w == b"UCS2")
        || name.windows(5).any(|w| w == b"UTF16")
    {
        return Ok(CMap::identity(vertical));
    }
    Err("a composite font with an encoding for East Asian text".into())
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}') || u32::from(c) >= 0xf0000
}

fn is_readable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(is_private)
}

fn is_ornamental(base: &str) -> bool {
    let name = base.to_ascii_lowercase();
    ["wingdings", "webdings", "dingbats", "symbol", "fontawesome", "icon", "barcode", "code128", "code39", "mt extra"]
        .iter()
        .any(|w| name.contains(w))
        && !name.contains("segoe ui symbol")
}
