//! A line of text as glyphs in the order in which they stand on the paper: right-to-left runs turned round, letters joined and stacked as
//! their script wants it.

use super::face::{Faces, Style};
use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use std::ops::Range;
use unicode_bidi::BidiInfo;

/// Glyphs of one font, left to right.
pub(super) struct Run {
    /// The font.
    pub font: Font,
    /// The glyphs, each with the part of the line that it writes.
    pub glyphs: Vec<KrillaGlyph>,
    /// Width of all in parts of the size.
    pub width: f32,
}

/// May a text hold letters that are written from right to left, or marks that say so?
pub(super) fn turns(text: &str) -> bool {
    let right = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    !text.is_ascii() && text.chars().any(right)
}

/// Is the first letter with a direction one that is written from right to left?
pub(super) fn begins_right(text: &str) -> bool {
    BidiInfo::new(text, None).paragraphs.first().is_some_and(|p| p.level.is_rtl())
}

/// Marks of direction: they order what stands beside them (Unicode Standard Annex 9) and are not drawn.
pub(super) fn order_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// Parts of a line in the order of the paper, and whether each runs from right to left.
fn parts(text: &str) -> Vec<(Range<usize>, bool)> {
    if !turns(text) {
        return vec![(0..text.len(), false)];
    }
    let info = BidiInfo::new(text, None);
    let mut out = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        out.extend(runs.into_iter().map(|r| {
            let right = levels.get(r.start).is_some_and(|l| l.is_rtl());
            (r, right)
        }));
    }
    out
}

/// The glyphs of a fitted line.
pub(super) fn runs(faces: &Faces, style: Style, text: &str) -> Vec<Run> {
    let mut out = Vec::new();
    for (part, right) in parts(text) {
        let mut pieces = pieces(faces, style, text, part);
        if right {
            pieces.reverse();
        }
        let run = |(at, face): (Range<usize>, usize)| {
            let words = text.get(at.clone())?;
            if right || faces.shaped(face) {
                shaped(faces, face, words, at.start, right)
            } else {
                plain(faces, face, words, at.start)
            }
        };
        out.extend(pieces.into_iter().filter_map(run));
    }
    out
}

/// Pieces of one face each.
fn pieces(faces: &Faces, style: Style, text: &str, part: Range<usize>) -> Vec<(Range<usize>, usize)> {
    let mut out: Vec<(Range<usize>, usize)> = Vec::new();
    let mut broken = true;
    for (at, c) in text.get(part.clone()).unwrap_or_default().char_indices() {
        let here = part.start + at..part.start + at + c.len_utf8();
        if order_mark(c) {
            broken = true;
            continue;
        }
        let before = out.last().filter(|_| !broken).map(|o| o.1);
        let Some(face) = faces.place(style, c, before) else { continue };
        match out.last_mut() {
            Some(last) if last.1 == face && !broken => last.0.end = here.end,
            _ => out.push((here, face)),
        }
        broken = false;
    }
    out
}

/// One glyph a letter.
fn plain(faces: &Faces, face: usize, words: &str, from: usize) -> Option<Run> {
    let mut run = Run { font: faces.font(face)?, glyphs: Vec::with_capacity(words.len()), width: 0.0 };
    for (at, c) in words.char_indices() {
        let Some((id, advance)) = faces.glyph_of(face, c) else { continue };
        let text = from + at..from + at + c.len_utf8();
        run.glyphs.push(KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, text, None));
        run.width += advance;
    }
    Some(run)
}

/// Glyphs joined and placed by the font's own rules.
fn shaped(faces: &Faces, face: usize, words: &str, from: usize, right: bool) -> Option<Run> {
    let (font, shaper) = (faces.font(face)?, faces.shaper(face)?);
    let mut buffer = Buffer::new();
    buffer.push_str(words);
    buffer.set_direction(if right { Direction::RightToLeft } else { Direction::LeftToRight });
    buffer.guess_segment_properties();
    harfrust::shape(&ShaperFont::new(shaper), &mut buffer, ShapeOptions::new()).ok()?;
    let (infos, places) = (buffer.glyph_infos(), buffer.glyph_positions());
    let mut starts: Vec<usize> = infos.iter().map(|i| i.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let size = f32::from(shaper.units_per_em()).max(1.0);
    let share = |units: i32| units as f32 / size;
    let mut run = Run { font, glyphs: Vec::with_capacity(infos.len()), width: 0.0 };
    for (info, place) in infos.iter().zip(places) {
        let start = info.cluster as usize;
        let end = starts.get(starts.partition_point(|s| *s <= start)).copied().unwrap_or(words.len());
        let advance = share(place.x_advance);
        run.width += advance;
        run.glyphs.push(KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            advance,
            share(place.x_offset),
            share(place.y_offset),
            share(place.y_advance),
            from + start..from + end,
            None,
        ));
    }
    Some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str) -> Vec<(u32, Range<usize>)> {
        let faces = Faces::load().unwrap();
        let glyph = |g: &KrillaGlyph| (krilla::text::Glyph::glyph_id(g).to_u32(), krilla::text::Glyph::text_range(g));
        runs(faces, Style::Plain, text).iter().flat_map(|r| r.glyphs.iter().map(glyph).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn right_to_left_text_stands_from_right_to_left_and_numbers_in_it_do_not() {
        // "Dvora (12) Levi" in Hebrew inside of an English line.
        let text = "Mother: \u{5d3}\u{5d1}\u{5d5}\u{5e8}\u{5d4} (12) \u{5dc}\u{5d5}\u{5d9}, daughter";
        let order: String = glyphs(text).iter().map(|g| text.get(g.1.clone()).unwrap()).collect();
        assert_eq!(order, "Mother: \u{5d9}\u{5d5}\u{5dc} )12( \u{5d4}\u{5e8}\u{5d5}\u{5d1}\u{5d3}, daughter");
        // What opens in the text opens on the paper, from the right.
        let faces = Faces::load().unwrap();
        let bracket = |c: char| faces.glyph_of(Style::Plain as usize, c).unwrap().0;
        let at = glyphs(text);
        let found = |c: char| at.iter().find(|g| text.get(g.1.clone()).unwrap().starts_with(c)).unwrap().0;
        assert_eq!((found('('), found(')')), (bracket(')'), bracket('(')));
    }

    #[test]
    fn arabic_letters_are_joined_and_indic_ones_stacked() {
        let faces = Faces::load().unwrap();
        let face = |c: char| faces.place(Style::Plain, c, None).unwrap();
        // Muhammad: no letter inside has the form that it has by itself.
        let name = "\u{645}\u{62d}\u{645}\u{62f}";
        let alone: Vec<u32> = name.chars().map(|c| faces.glyph_of(face(c), c).unwrap().0).collect();
        assert!(glyphs(name).iter().all(|g| !alone.contains(&g.0)));
        // ksha: three letters, fewer glyphs.
        assert!(glyphs("\u{915}\u{94d}\u{937}").len() < 3);
        // Thai: the tone mark takes no room.
        assert!(
            (faces.width(Style::Plain, 10.0, "\u{e17}\u{e35}\u{e48}") - faces.width(Style::Plain, 10.0, "\u{e17}")).abs() < 0.01
        );
    }
}
