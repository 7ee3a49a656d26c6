//! The words of a page with the place of each, for a person to select.

use super::PageText;
use crate::model::layer::PageWord;

/// Words of a text. `place` tells where a piece stands: left, top, right, bottom, top smaller than bottom. A word that goes on in the next
/// line is two.
pub fn words(text: &PageText, field: u32, place: impl Fn(u32) -> Option<[f32; 4]>) -> Vec<PageWord> {
    let mut out: Vec<PageWord> = Vec::new();
    let mut open = false;
    for m in text.map.iter().filter(|m| m.end > m.start) {
        let piece = text.text.get(m.start as usize..m.end as usize).unwrap_or_default();
        let Some(area) = place(m.piece).filter(|_| !piece.trim().is_empty()) else {
            open = false;
            continue;
        };
        let [l, t, r, b] = area;
        if let Some(w) = out.last_mut().filter(|w| open && m.start <= w.end) {
            let apart = t.max(w.area[1]) - b.min(w.area[3]);
            // Side by side, or printed over each other; turned text is as tall as it is long.
            if apart < (b - t) * 0.5 || r > w.area[0] && l < w.area[2] {
                w.end = w.end.max(m.end);
                w.area = [w.area[0].min(l), w.area[1].min(t), w.area[2].max(r), w.area[3].max(b)];
                open = !piece.ends_with(char::is_whitespace);
                continue;
            }
        }
        out.push(PageWord { field, start: m.start, end: m.end, area });
        open = !piece.ends_with(char::is_whitespace);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Piece, page_text};
    use super::*;

    #[test]
    fn letters_become_words_where_they_stand() {
        let line = |text: &'static str, y: f32, at: f32| {
            text.char_indices().map(move |(i, _)| {
                let x = at + 6.0 * i as f32;
                (&text[i..=i], [[x, y], [x + 6.0, y], [x + 6.0, y + 10.0], [x, y + 10.0]])
            })
        };
        let glyphs: Vec<_> = line("Bo saw", 700.0, 50.0).chain(line("Ana", 680.0, 50.0)).collect();
        let pieces: Vec<Piece> = glyphs.iter().enumerate().map(|(i, (t, q))| Piece { id: i as u32, text: t, quad: *q }).collect();
        let text = page_text(&pieces);
        let place = |p: u32| glyphs.get(p as usize).map(|(_, q)| [q[0][0], 800.0 - q[2][1], q[1][0], 800.0 - q[0][1]]);
        let found = words(&text, 3, place);
        let shown: Vec<_> = found.iter().map(|w| &text.text[w.start as usize..w.end as usize]).collect();
        assert_eq!(shown, ["Bo", "saw", "Ana"]);
        assert_eq!((found[0].area, found[0].field), ([50.0, 90.0, 62.0, 100.0], 3));
        assert_eq!(found[2].area, [50.0, 110.0, 68.0, 120.0]);
    }
}
