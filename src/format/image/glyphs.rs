//! The letters of labels: a bitmap font of five by seven dots, drawn for this program, so that no font file and no rasteriser is needed.

use super::ocr::Area;
use super::raster::Raster;

/// Dots across a letter with the blank after it.
pub const ADVANCE: i32 = 6;
/// Dots down.
pub const HEIGHT: i32 = 7;

/// Seven rows of five dots, the leftmost in bit 4.
#[rustfmt::skip]
fn dots(c: char) -> [u8; 7] {
    match c.to_ascii_uppercase() {
        ' ' => [0; 7],
        'A' => [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        'B' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110],
        'C' => [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110],
        'D' => [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110],
        'E' => [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
        'F' => [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000],
        'G' => [0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01111],
        'H' => [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        'I' => [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        'J' => [0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100],
        'K' => [0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001],
        'L' => [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
        'M' => [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001],
        'N' => [0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001],
        'O' => [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'P' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
        'Q' => [0b01110, 0b10001, 0b10001, 0b10001, 0b10101, 0b10010, 0b01101],
        'R' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
        'S' => [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
        'T' => [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
        'U' => [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'V' => [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100],
        'W' => [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001],
        'X' => [0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001],
        'Y' => [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100],
        'Z' => [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b11111],
        '0' => [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        '1' => [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        '2' => [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        '3' => [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
        '4' => [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        '6' => [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        '7' => [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        '8' => [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        '9' => [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        '[' => [0b01110, 0b01000, 0b01000, 0b01000, 0b01000, 0b01000, 0b01110],
        ']' => [0b01110, 0b00010, 0b00010, 0b00010, 0b00010, 0b00010, 0b01110],
        '-' | '\u{2013}' => [0, 0, 0, 0b11111, 0, 0, 0],
        '.' => [0, 0, 0, 0, 0, 0b01100, 0b01100],
        ',' => [0, 0, 0, 0, 0b01100, 0b00100, 0b01000],
        ':' => [0, 0b01100, 0b01100, 0, 0b01100, 0b01100, 0],
        '/' => [0b00001, 0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b10000],
        '(' => [0b00010, 0b00100, 0b01000, 0b01000, 0b01000, 0b00100, 0b00010],
        ')' => [0b01000, 0b00100, 0b00010, 0b00010, 0b00010, 0b00100, 0b01000],
        '#' => [0b01010, 0b01010, 0b11111, 0b01010, 0b11111, 0b01010, 0b01010],
        '+' => [0, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0],
        '@' => [0b01110, 0b10001, 0b10111, 0b10101, 0b10111, 0b10000, 0b01110],
        '_' => [0, 0, 0, 0, 0, 0, 0b11111],
        '\'' => [0b00100, 0b00100, 0b01000, 0, 0, 0, 0],
        _ => [0b11111, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11111],
    }
}

/// Pixels across of a label with a dot's blank at both ends.
pub fn width(text: &str, dot: i32) -> i32 {
    (text.chars().count() as i32 * ADVANCE + 3) * dot
}

/// Fills an area with black and writes a label in white in its middle; what does not fit is not written.
pub fn boxed(page: &mut Raster, area: Area, text: &str, dot: (i32, i32)) {
    fill(page, area, [0; 3]);
    let (dx, dy) = dot;
    let across = text.chars().count() as i32 * ADVANCE * dx - dx;
    if across > area.width() || HEIGHT * dy > area.height() {
        return;
    }
    let left = area.left + (area.width() - across) / 2;
    let top = area.top + (area.height() - HEIGHT * dy) / 2;
    for (i, c) in text.chars().enumerate() {
        for (y, row) in dots(c).iter().enumerate() {
            for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
                let l = left + (i as i32 * ADVANCE + x) * dx;
                let t = top + y as i32 * dy;
                fill(page, Area { left: l, top: t, right: l + dx, bottom: t + dy }, [255; 3]);
            }
        }
    }
}

/// Fills an area.
pub fn fill(page: &mut Raster, area: Area, colour: [u8; 3]) {
    let clip = |v: i32, most: usize| (v.max(0) as usize).min(most);
    let (l, r) = (clip(area.left, page.width), clip(area.right, page.width));
    for y in clip(area.top, page.height)..clip(area.bottom, page.height) {
        for x in l..r {
            page.set(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::raster::Depth;
    use super::*;

    #[test]
    fn labels_are_white_on_black_and_inside_their_box() {
        let mut page = Raster::blank(200, 40, Depth::Bit);
        let area = Area { left: 10, top: 5, right: 10 + width("[MOTHER]", 2), bottom: 30 };
        boxed(&mut page, area, "[MOTHER]", (2, 2));
        let dark = page.data.iter().filter(|v| **v == 0).count() as i32;
        let all = area.width() * area.height();
        assert!(dark < all && dark > all / 2);
        assert_eq!(page.pixel(9, 10), [255; 3]);
        assert_eq!(page.pixel(area.right as usize, 10), [255; 3]);
        assert_eq!(page.pixel(11, 6), [0; 3]);
    }

    #[test]
    fn letters_of_the_vocabulary_are_all_there_and_all_different() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789[]-";
        let mut seen: Vec<[u8; 7]> = letters.chars().map(dots).collect();
        seen.push(dots('\u{1}'));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), letters.len() + 1);
    }
}
