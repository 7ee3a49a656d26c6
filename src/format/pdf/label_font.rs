//! The font of labels: Noto Sans (SIL Open Font License 1.1), embedded with the glyphs that labels need and no others, so that a label
//! looks the same everywhere and a PDF/A stays one.

use super::out::{Out, name};
use super::sfnt::Sfnt;
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::BTreeSet;
use std::sync::OnceLock;

static PROGRAM: &[u8] = include_bytes!("../../../fonts/NotoSans-Regular.ttf");
/// Printable ASCII, which is all that labels are written in.
const FIRST: u8 = b' ';
const LAST: u8 = b'~';
/// The font's units are thousandths of its size; these are its own figures: box, ascent, descent, height of capitals.
const BOX: [i64; 4] = [-621, -389, 2800, 1067];
const ASCENT: i64 = 1069;
const DESCENT: i64 = -293;
const CAPITALS: i64 = 714;

/// Glyph and width of each character from `FIRST` to `LAST`.
fn glyphs() -> &'static [(u16, u16)] {
    static GLYPHS: OnceLock<Vec<(u16, u16)>> = OnceLock::new();
    GLYPHS.get_or_init(|| {
        let font = Sfnt::parse(PROGRAM);
        let map = font.iter().flat_map(Sfnt::maps).find(|m| (m.0, m.1) == (3, 1)).map(|m| m.2).unwrap_or_default();
        let width = |g: u16| font.as_ref().and_then(|f| f.advance(g)).unwrap_or(600);
        (FIRST..=LAST).map(|c| map.get(&u32::from(c)).copied().unwrap_or(0)).map(|g| (g, width(g))).collect()
    })
}

/// Width of a character in thousandths of the font size.
pub fn width(c: char) -> f64 {
    let at = u8::try_from(c).ok().and_then(|c| c.checked_sub(FIRST));
    f64::from(at.and_then(|i| glyphs().get(usize::from(i))).map_or(600, |g| g.1))
}

/// Codes of a text; what the font of labels does not have is a question mark.
pub fn codes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).ok().filter(|c| (FIRST..=LAST).contains(c)).unwrap_or(b'?')).collect()
}

/// Writes the font with the glyphs of these codes.
///
/// # Errors
/// The built-in font is damaged.
pub fn write(out: &mut Out, id: ObjectId, used: &BTreeSet<u8>) -> Result<(), String> {
    let of = |c: u8| glyphs().get(usize::from(c.wrapping_sub(FIRST))).copied().unwrap_or_default();
    let wanted: BTreeSet<u16> = used.iter().map(|c| of(*c).0).collect();
    let program = Sfnt::parse(PROGRAM).and_then(|f| f.pruned(&wanted)).ok_or("the font of labels cannot be read")?;
    let mut d = Dictionary::new();
    d.set("Length1", Object::Integer(program.len() as i64));
    let file = out.stream(d, program);
    let mut desc = Dictionary::new();
    desc.set("Type", name("FontDescriptor"));
    desc.set("FontName", name("AAAAAA+NotoSans"));
    desc.set("Flags", Object::Integer(32));
    desc.set("FontBBox", Object::Array(BOX.map(Object::Integer).to_vec()));
    desc.set("ItalicAngle", Object::Integer(0));
    desc.set("Ascent", Object::Integer(ASCENT));
    desc.set("Descent", Object::Integer(DESCENT));
    desc.set("CapHeight", Object::Integer(CAPITALS));
    desc.set("StemV", Object::Integer(80));
    desc.set("FontFile2", Object::Reference(file));
    let mut d = Dictionary::new();
    d.set("Type", name("Font"));
    d.set("Subtype", name("TrueType"));
    d.set("BaseFont", name("AAAAAA+NotoSans"));
    d.set("Encoding", name("WinAnsiEncoding"));
    let (first, last) = (used.first().copied().unwrap_or(FIRST), used.last().copied().unwrap_or(FIRST));
    d.set("FirstChar", Object::Integer(i64::from(first)));
    d.set("LastChar", Object::Integer(i64::from(last)));
    let width = |c: u8| if used.contains(&c) { i64::from(of(c).1) } else { 0 };
    d.set("Widths", Object::Array((first..=last).map(|c| Object::Integer(width(c))).collect()));
    d.set("FontDescriptor", Object::Reference(out.add(Object::Dictionary(desc))));
    out.objects.insert(id, Object::Dictionary(d));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_labels_are_written_in() {
        assert!(glyphs().iter().all(|g| g.0 != 0 && g.1 > 0), "every printable character has a glyph and a width");
        assert_eq!(glyphs().len(), 95);
        assert!(width('W') > width('i'));
        assert_eq!(codes("[MÈRE]"), b"[M?RE]");
    }

    #[test]
    fn only_the_glyphs_of_labels_are_embedded() {
        let doc = lopdf::Document::new();
        let mut out = Out::new(&doc);
        let id = out.label_font();
        out.label_codes("[MOTHER]");
        out.write_label_font().unwrap();
        let font = out.objects.get(&id).and_then(|o| o.as_dict().ok()).unwrap();
        assert_eq!(font.get(b"FirstChar").unwrap().as_i64().unwrap(), i64::from(b'E'));
        let program = out
            .objects
            .values()
            .find_map(|o| o.as_stream().ok().filter(|s| s.dict.has(b"Length1")))
            .and_then(|s| s.decompressed_content().ok())
            .unwrap();
        let sfnt = Sfnt::parse(&program).unwrap();
        let codes: BTreeSet<u32> = sfnt.maps().into_iter().flat_map(|m| m.2.into_keys()).collect();
        assert_eq!(codes, "[MOTHER]".chars().map(u32::from).collect());
        assert!(program.len() < 20_000, "{}", program.len());
    }
}
