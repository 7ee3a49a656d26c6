//! Fonts of the new document hold what is still shown and nothing else: widths, codes, texts and outlines of glyphs that are gone are
//! gone, and so are all names.

use super::cff;
use super::font::{Font, Kind, Program, standard_of};
use super::names::is_plain;
use super::obj;
use super::out::{Out, name};
use super::sfnt::Sfnt;
use lopdf::{Dictionary, Object, ObjectId, StringFormat};
use std::collections::BTreeSet;

/// Families that stay under their own name when their program is not in the file, so that a reader finds them.
const FAMILIES: &[&str] = &[
    "arial",
    "arialnarrow",
    "calibri",
    "cambria",
    "candara",
    "comicsansms",
    "consolas",
    "constantia",
    "corbel",
    "courier",
    "couriernew",
    "garamond",
    "georgia",
    "helvetica",
    "helveticaneue",
    "lucidaconsole",
    "lucidasans",
    "palatino",
    "segoeui",
    "symbol",
    "tahoma",
    "times",
    "timesnewroman",
    "timesnewromanps",
    "timesroman",
    "trebuchetms",
    "verdana",
    "wingdings",
    "zapfdingbats",
    "opensans",
    "roboto",
    "lato",
    "notosans",
    "dejavusans",
    "liberationsans",
    "liberationserif",
    "microsoftsansserif",
    "arialunicodems",
];

/// Writes every font that is in use.
///
/// # Errors
/// A font that cannot be written without what it would give away.
pub fn write<'d>(out: &mut Out<'d>) -> Result<(), String> {
    let mut n = 0;
    // Procedures of a Type3 font may bring in more.
    while let Some(key) = out.font_order.get(n).copied() {
        n += 1;
        let Some((id, dict, used)) = out.fonts.get(&key).map(|f| (f.id, f.dict, f.used.clone())) else { continue };
        let font = Font::load(out.src, dict)?;
        let one = One { dict, font, used, number: n };
        let new = match one.font.kind {
            Kind::Simple => one.simple(out)?,
            Kind::Cid => one.cid(out)?,
            Kind::Type3 => one.type3(out)?,
        };
        out.objects.insert(id, Object::Dictionary(new));
    }
    Ok(())
}

struct One<'d> {
    dict: &'d Dictionary,
    font: Font,
    /// Codes still shown.
    used: BTreeSet<u32>,
    number: usize,
}

impl<'d> One<'d> {
    fn own_name(&self) -> Object {
        name(&format!("AAAAAA+F{}", self.number))
    }

    fn simple(&self, out: &mut Out) -> Result<Dictionary, String> {
        let src = out.src;
        let subtype = obj::name(src, self.dict, b"Subtype").unwrap_or(b"Type1");
        let descriptor = obj::dict(src, self.dict, b"FontDescriptor");
        let base = String::from_utf8_lossy(obj::name(src, self.dict, b"BaseFont").unwrap_or_default()).into_owned();
        let program = Program::of(src, descriptor);
        let had_program = program.is_some();
        let mut renamed = cff::Renamed::new();
        let file = program.and_then(|p| self.program(out, p, &mut renamed));
        let mut d = Dictionary::new();
        d.set("Type", name("Font"));
        let kind = if subtype == b"TrueType" && (file.is_some() || !had_program) { "TrueType" } else { "Type1" };
        d.set("Subtype", name(kind));
        let font_name = match (&file, had_program) {
            (Some(_), _) => self.own_name(),
            (None, _) => name(&stand_in(&base, descriptor.map_or(0, |d| obj::num(src, d, b"Flags").unwrap_or(0.0) as u32))),
        };
        d.set("BaseFont", font_name.clone());
        if had_program && file.is_none() {
            out.notes.insert("a font that cannot be shown without what it would give away was replaced by a standard font");
        }
        self.encoding(out, &mut d, had_program && file.is_none(), &renamed);
        if obj::array(src, self.dict, b"Widths").is_some() {
            self.widths(&mut d, 1000.0);
        }
        if let Some(desc) = descriptor {
            let copy = self.descriptor(out, desc, font_name, file);
            d.set("FontDescriptor", Object::Reference(out.add(Object::Dictionary(copy))));
        }
        self.to_unicode(out, &mut d, 1);
        Ok(d)
    }

    /// Codes and names of what is used.
    fn encoding(&self, out: &Out, d: &mut Dictionary, replaced: bool, renamed: &cff::Renamed) {
        let src = out.src;
        let named = |n: &[u8]| matches!(n, b"WinAnsiEncoding" | b"MacRomanEncoding" | b"MacExpertEncoding" | b"StandardEncoding");
        let old = obj::get(src, self.dict, b"Encoding");
        if replaced {
            let mut list = Vec::new();
            for code in &self.used {
                list.push(Object::Integer(i64::from(*code)));
                list.push(match self.font.text(*code) {
                    Some("fi" | "\u{fb01}") => name("fi"),
                    Some("fl" | "\u{fb02}") => name("fl"),
                    Some(t) => t.chars().next().map_or(name(".notdef"), |c| name(&format!("uni{:04X}", u32::from(c)))),
                    // Another sign in its place would be a lie.
                    None => name(".notdef"),
                });
            }
            // Names every reader knows for what WinAnsi holds.
            let simple = self
                .used
                .iter()
                .all(|c| self.font.text(*c).and_then(|t| t.chars().next()).is_some_and(|ch| win_code(ch) == Some(*c)));
            if simple {
                d.set("Encoding", name("WinAnsiEncoding"));
                return;
            }
            let mut e = Dictionary::new();
            e.set("Type", name("Encoding"));
            e.set("BaseEncoding", name("WinAnsiEncoding"));
            e.set("Differences", Object::Array(list));
            d.set("Encoding", Object::Dictionary(e));
            return;
        }
        match old {
            Some(Object::Name(n)) if named(n) => d.set("Encoding", Object::Name(n.clone())),
            Some(Object::Dictionary(o)) => {
                let mut e = Dictionary::new();
                e.set("Type", name("Encoding"));
                if let Some(n) = obj::name(src, o, b"BaseEncoding").filter(|n| named(n)) {
                    e.set("BaseEncoding", Object::Name(n.to_vec()));
                }
                let mut list = Vec::new();
                let mut last: Option<u32> = None;
                for code in &self.used {
                    let Some(n) = self.font.names.get(code) else { continue };
                    if last != Some(code.wrapping_sub(1)) {
                        list.push(Object::Integer(i64::from(*code)));
                    }
                    let plain = || if is_plain(n) { n.clone() } else { format!("g{code}").into_bytes() };
                    list.push(Object::Name(renamed.get(n).cloned().unwrap_or_else(plain)));
                    last = Some(*code);
                }
                if !list.is_empty() {
                    e.set("Differences", Object::Array(list));
                }
                d.set("Encoding", Object::Dictionary(e));
            }
            _ => {}
        }
    }

    fn widths(&self, d: &mut Dictionary, unit: f32) {
        let (first, last) = (self.used.first().copied().unwrap_or(0), self.used.last().copied().unwrap_or(0));
        d.set("FirstChar", Object::Integer(i64::from(first)));
        d.set("LastChar", Object::Integer(i64::from(last)));
        let list =
            (first..=last).map(|c| if self.used.contains(&c) { round(self.font.width(c) * unit) } else { Object::Integer(0) });
        d.set("Widths", Object::Array(list.collect()));
    }

    /// The program with used glyphs only: key and stream.
    fn program(&self, out: &mut Out, program: Program, renamed: &mut cff::Renamed) -> Option<(&'static str, ObjectId)> {
        match program {
            Program::TrueType(data) => {
                let glyphs = self.true_type_glyphs(&data)?;
                let new = Sfnt::parse(&data)?.pruned(&glyphs)?;
                let mut d = Dictionary::new();
                d.set("Length1", Object::Integer(new.len() as i64));
                Some(("FontFile2", out.stream(d, new)))
            }
            Program::Cff(data) => {
                let names: BTreeSet<Vec<u8>> = self.used.iter().filter_map(|c| self.font.names.get(c).cloned()).collect();
                let texts: BTreeSet<String> = self.used.iter().filter_map(|c| self.font.text(*c).map(str::to_string)).collect();
                let used = cff::Used { codes: &self.used, names: &names, texts: &texts, cids: None };
                let (new, called) = cff::pruned(&data, &used)?;
                *renamed = called;
                let mut d = Dictionary::new();
                d.set("Subtype", name("Type1C"));
                Some(("FontFile3", out.stream(d, new)))
            }
            Program::Type1(data) => {
                let (new, called) = super::type1::pruned(&data, &self.used, &self.font)?;
                *renamed = called;
                let mut d = Dictionary::new();
                for (key, len) in ["Length1", "Length2", "Length3"].iter().zip(new.1) {
                    d.set(*key, Object::Integer(len as i64));
                }
                Some(("FontFile", out.stream(d, new.0)))
            }
        }
    }

    /// Glyphs that a code of a simple TrueType font may mean (ISO 32000-1, 9.6.6.4): readers do not agree, so all of them stay.
    fn true_type_glyphs(&self, data: &[u8]) -> Option<BTreeSet<u16>> {
        let font = Sfnt::parse(data)?;
        let maps = font.maps();
        let mut out = BTreeSet::new();
        for code in &self.used {
            let text = self.font.text(*code).and_then(|t| t.chars().next()).map(u32::from);
            for (platform, encoding, map) in &maps {
                match (platform, encoding) {
                    (3, 1) | (3, 10) | (0, _) => out.extend(text.and_then(|t| map.get(&t))),
                    (3, 0) => out.extend(map.get(&(0xf000 + code)).or_else(|| map.get(code))),
                    _ => out.extend(map.get(code)),
                }
                if *platform == 1 {
                    let mac = text.and_then(|t| super::tables::MAC.iter().position(|m| u32::from(*m) == t));
                    out.extend(mac.and_then(|m| map.get(&(m as u32))));
                }
            }
        }
        // A font without character maps is used by glyph number.
        if maps.is_empty() {
            out.extend(self.used.iter().map(|c| *c as u16));
        }
        Some(out)
    }

    fn descriptor(&self, out: &Out, old: &Dictionary, font_name: Object, file: Option<(&'static str, ObjectId)>) -> Dictionary {
        let mut d = Dictionary::new();
        d.set("Type", name("FontDescriptor"));
        d.set("FontName", font_name);
        let keys = [
            "Flags",
            "FontBBox",
            "ItalicAngle",
            "Ascent",
            "Descent",
            "CapHeight",
            "XHeight",
            "StemV",
            "StemH",
            "AvgWidth",
            "MaxWidth",
            "MissingWidth",
            "Leading",
        ];
        for key in keys {
            if let Some(v) = obj::get(out.src, old, key.as_bytes()) {
                d.set(key, out.numbers(v, 0));
            }
        }
        if let Some((key, id)) = file {
            d.set(key, Object::Reference(id));
        }
        d
    }

    fn to_unicode(&self, out: &mut Out, d: &mut Dictionary, bytes: usize) {
        let list: Vec<(u32, String)> = self.used.iter().filter_map(|c| self.font.text(*c).map(|t| (*c, t.to_string()))).collect();
        if list.is_empty() {
            return;
        }
        let body = mappings(&list, bytes, self.font.kind == Kind::Cid, &self.font.cmap.spaces);
        let id = out.stream(Dictionary::new(), body);
        d.set("ToUnicode", Object::Reference(id));
    }

    fn cid(&self, out: &mut Out) -> Result<Dictionary, String> {
        let src = out.src;
        let list = obj::array(src, self.dict, b"DescendantFonts").unwrap_or_default();
        let old = list
            .first()
            .and_then(|o| obj::resolve(src, o))
            .and_then(obj::as_dict)
            .ok_or("a composite font without a descendant")?;
        let descriptor = obj::dict(src, old, b"FontDescriptor");
        let cids: BTreeSet<u32> = self.used.iter().map(|c| self.font.cmap.cid(*c)).collect();
        let mut sub = Dictionary::new();
        sub.set("Type", name("Font"));
        let true_type = obj::name(src, old, b"Subtype") == Some(b"CIDFontType2");
        sub.set("Subtype", name(if true_type { "CIDFontType2" } else { "CIDFontType0" }));
        let mut info = Dictionary::new();
        let system = obj::dict(src, old, b"CIDSystemInfo");
        let ordering = system.and_then(|s| obj::string(src, s, b"Ordering")).unwrap_or(b"Identity");
        let known: &[&[u8]] = &[b"Identity", b"Japan1", b"GB1", b"CNS1", b"Korea1", b"KR"];
        let ordering = known.iter().find(|k| **k == ordering).copied().unwrap_or(b"Identity");
        info.set("Registry", Object::String(b"Adobe".to_vec(), StringFormat::Literal));
        info.set("Ordering", Object::String(ordering.to_vec(), StringFormat::Literal));
        info.set("Supplement", Object::Integer(system.and_then(|s| obj::num(src, s, b"Supplement")).unwrap_or(0.0) as i64));
        sub.set("CIDSystemInfo", Object::Dictionary(info));
        for key in [&b"DW"[..], b"DW2"] {
            if let Some(v) = obj::get(src, old, key) {
                sub.set(key, out.numbers(v, 0));
            }
        }
        let mut w = Vec::new();
        for code in &self.used {
            w.push(Object::Integer(i64::from(self.font.cmap.cid(*code))));
            w.push(Object::Array(vec![round(self.font.width(*code) * 1000.0)]));
        }
        sub.set("W", Object::Array(w));
        if self.font.vertical {
            let mut w2 = Vec::new();
            for code in &self.used {
                w2.push(Object::Integer(i64::from(self.font.cmap.cid(*code))));
                w2.push(Object::Array(self.font.vertical(*code).iter().map(|v| round(v * 1000.0)).collect()));
            }
            sub.set("W2", Object::Array(w2));
        }
        let map = obj::stream(src, old, b"CIDToGIDMap").map(|s| obj::decoded(src, s)).transpose()?;
        let glyph = |cid: u32| -> u16 {
            match &map {
                Some(m) => m.get(cid as usize * 2..cid as usize * 2 + 2).map_or(0, |b| u16::from(b[0]) << 8 | u16::from(b[1])),
                None => cid.min(0xffff) as u16,
            }
        };
        if let Some(m) = &map {
            let mut new = vec![0u8; m.len().min(131_072)];
            for cid in &cids {
                let at = *cid as usize * 2;
                if let (Some(to), Some(from)) = (new.get_mut(at..at + 2), m.get(at..at + 2)) {
                    to.copy_from_slice(from);
                }
            }
            sub.set("CIDToGIDMap", Object::Reference(out.stream(Dictionary::new(), new)));
        } else if true_type {
            sub.set("CIDToGIDMap", name("Identity"));
        }
        let file = match Program::of(src, descriptor) {
            None if descriptor.is_some_and(|d| d.has(b"FontFile") || d.has(b"FontFile2") || d.has(b"FontFile3")) => {
                return Err("a font program that cannot be decoded".into());
            }
            None => None,
            Some(Program::TrueType(data)) => {
                let glyphs: BTreeSet<u16> = cids.iter().map(|c| glyph(*c)).collect();
                let new = Sfnt::parse(&data).and_then(|f| f.pruned(&glyphs)).ok_or("a TrueType font that is not understood")?;
                let mut d = Dictionary::new();
                d.set("Length1", Object::Integer(new.len() as i64));
                Some(("FontFile2", out.stream(d, new)))
            }
            Some(Program::Cff(data)) => {
                let glyphs: BTreeSet<u32> =
                    if true_type { cids.iter().map(|c| u32::from(glyph(*c))).collect() } else { cids.clone() };
                let (new, _) = cff::pruned(
                    &data,
                    &cff::Used { codes: &BTreeSet::new(), names: &BTreeSet::new(), texts: &BTreeSet::new(), cids: Some(&glyphs) },
                )
                .ok_or("a CFF font that is not understood")?;
                let mut d = Dictionary::new();
                d.set("Subtype", name("CIDFontType0C"));
                Some(("FontFile3", out.stream(d, new)))
            }
            Some(Program::Type1(_)) => return Err("a composite font with a Type1 program".into()),
        };
        let base = String::from_utf8_lossy(obj::name(src, old, b"BaseFont").unwrap_or_default()).into_owned();
        let font_name = match file {
            Some(_) => self.own_name(),
            None => name(&stand_in(&base, 0)),
        };
        sub.set("BaseFont", font_name.clone());
        if let Some(desc) = descriptor {
            let copy = self.descriptor(out, desc, font_name.clone(), file);
            sub.set("FontDescriptor", Object::Reference(out.add(Object::Dictionary(copy))));
        }
        let mut d = Dictionary::new();
        d.set("Type", name("Font"));
        d.set("Subtype", name("Type0"));
        d.set("BaseFont", font_name);
        match obj::get(src, self.dict, b"Encoding") {
            Some(Object::Name(n)) => d.set("Encoding", Object::Name(n.clone())),
            _ => {
                let id = self.code_map(out);
                d.set("Encoding", Object::Reference(id));
            }
        }
        d.set("DescendantFonts", Object::Array(vec![Object::Reference(out.add(Object::Dictionary(sub)))]));
        self.to_unicode(out, &mut d, 2);
        Ok(d)
    }

    /// An embedded CMap with the codes in use.
    fn code_map(&self, out: &mut Out) -> ObjectId {
        let spaces = &self.font.cmap.spaces;
        let mut body =
            String::from("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /C def /CMapType 1 def\n");
        if self.font.vertical {
            body.push_str("/WMode 1 def\n");
        }
        body.push_str(&space_ranges(spaces));
        let list: Vec<u32> = self.used.iter().copied().collect();
        for chunk in list.chunks(100) {
            body.push_str(&format!("{} begincidchar\n", chunk.len()));
            for code in chunk {
                let len = code_len(spaces, *code, 2);
                body.push_str(&format!("<{:0w$X}> {}\n", code, self.font.cmap.cid(*code), w = len * 2));
            }
            body.push_str("endcidchar\n");
        }
        body.push_str("endcmap CMapName currentdict /CMap defineresource pop end end\n");
        let mut d = Dictionary::new();
        d.set("Type", name("CMap"));
        d.set("CMapName", name("C"));
        let mut info = Dictionary::new();
        info.set("Registry", Object::String(b"Adobe".to_vec(), StringFormat::Literal));
        info.set("Ordering", Object::String(b"Identity".to_vec(), StringFormat::Literal));
        info.set("Supplement", Object::Integer(0));
        d.set("CIDSystemInfo", Object::Dictionary(info));
        if self.font.vertical {
            d.set("WMode", Object::Integer(1));
        }
        out.stream(d, body.into_bytes())
    }

    fn type3(&self, out: &mut Out<'d>) -> Result<Dictionary, String> {
        let src = out.src;
        let resources = obj::dict(src, self.dict, b"Resources");
        let mut d = Dictionary::new();
        d.set("Type", name("Font"));
        d.set("Subtype", name("Type3"));
        for key in ["FontMatrix", "FontBBox"] {
            if let Some(v) = obj::get(src, self.dict, key.as_bytes()) {
                d.set(key, out.numbers(v, 0));
            }
        }
        let mut procs = Dictionary::new();
        let mut list = Vec::new();
        let mut merged = Dictionary::new();
        for code in &self.used {
            let Some(Object::Stream(s)) = self.font.procs.get(code).and_then(|id| src.objects.get(id)) else { continue };
            let data = obj::decoded(src, s)?;
            let (content, names) = super::pattern::glyph(out, &data, resources, &format!("g{code}"))?;
            for (kind, entries) in names.iter() {
                let Object::Dictionary(entries) = entries else { continue };
                if !merged.has(kind) {
                    merged.set(kind.clone(), Object::Dictionary(Dictionary::new()));
                }
                if let Ok(Object::Dictionary(all)) = merged.get_mut(kind) {
                    entries.iter().for_each(|(k, v)| all.set(k.clone(), v.clone()));
                }
            }
            let glyph = format!("g{code}");
            let id = out.stream(Dictionary::new(), content);
            procs.set(glyph.clone(), Object::Reference(id));
            list.push(Object::Integer(i64::from(*code)));
            list.push(name(&glyph));
        }
        let mut e = Dictionary::new();
        e.set("Type", name("Encoding"));
        e.set("Differences", Object::Array(list));
        d.set("Encoding", Object::Dictionary(e));
        d.set("CharProcs", Object::Dictionary(procs));
        d.set("Resources", Object::Dictionary(merged));
        let scale = self.font.matrix[0] as f32;
        self.widths(&mut d, if scale.abs() > 1e-9 { 1.0 / scale } else { 1.0 });
        self.to_unicode(out, &mut d, 1);
        Ok(d)
    }
}

fn round(v: f32) -> Object {
    let v = (v * 1000.0).round() / 1000.0;
    if v.fract() == 0.0 { Object::Integer(v as i64) } else { Object::Real(v) }
}

fn win_code(c: char) -> Option<u32> {
    super::tables::WIN.iter().position(|u| u32::from(*u) == u32::from(c)).map(|p| p as u32)
}

/// A name that says nothing but which standard font comes nearest; families that every system has keep theirs.
fn stand_in(base: &str, flags: u32) -> String {
    let plain = base.split_once('+').map_or(base, |(_, n)| n);
    let stem: String = plain.split([',', '-']).next().unwrap_or(plain).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let lower = stem.to_ascii_lowercase();
    let family = lower.strip_suffix("mt").unwrap_or(&lower);
    let bare = family.trim_end_matches("italic").trim_end_matches("bold").trim_end_matches("regular");
    if FAMILIES.contains(&bare) || standard_of(plain).is_some() && plain.len() < 24 {
        return plain.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ',' | '-')).collect();
    }
    let low = plain.to_ascii_lowercase();
    let bold = low.contains("bold") || flags & 0x40000 != 0;
    let slanted = low.contains("italic") || low.contains("oblique") || flags & 0x40 != 0;
    let (plain, b, i, bi) = if flags & 1 != 0 {
        ("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique")
    } else if flags & 2 != 0 {
        ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic")
    } else {
        ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique")
    };
    match (bold, slanted) {
        (false, false) => plain,
        (true, false) => b,
        (false, true) => i,
        (true, true) => bi,
    }
    .into()
}

fn code_len(spaces: &[(u8, u32, u32)], code: u32, default: usize) -> usize {
    spaces.iter().find(|(_, lo, hi)| (*lo..=*hi).contains(&code)).map_or(default, |s| usize::from(s.0))
}

fn space_ranges(spaces: &[(u8, u32, u32)]) -> String {
    let mut out = format!("{} begincodespacerange\n", spaces.len().min(100));
    for (n, lo, hi) in spaces.iter().take(100) {
        out.push_str(&format!("<{:0w$X}> <{:0w$X}>\n", lo, hi, w = usize::from(*n) * 2));
    }
    out.push_str("endcodespacerange\n");
    out
}

/// A ToUnicode CMap (ISO 32000-1, 9.10.3).
fn mappings(list: &[(u32, String)], bytes: usize, cid: bool, spaces: &[(u8, u32, u32)]) -> Vec<u8> {
    let mut body =
        String::from("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /U def /CMapType 2 def\n");
    if cid && !spaces.is_empty() {
        body.push_str(&space_ranges(spaces));
    } else {
        let top = if bytes == 1 { "FF" } else { "FFFF" };
        body.push_str(&format!("1 begincodespacerange\n<{}> <{top}>\nendcodespacerange\n", "0".repeat(bytes * 2)));
    }
    for chunk in list.chunks(100) {
        body.push_str(&format!("{} beginbfchar\n", chunk.len()));
        for (code, text) in chunk {
            let width = if cid { code_len(spaces, *code, bytes) } else { bytes } * 2;
            let hex: String = text.encode_utf16().map(|u| format!("{u:04X}")).collect();
            body.push_str(&format!("<{code:0width$X}> <{hex}>\n"));
        }
        body.push_str("endbfchar\n");
    }
    body.push_str("endcmap CMapName currentdict /CMap defineresource pop end end\n");
    body.into_bytes()
}
