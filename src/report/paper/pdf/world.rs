//! The fonts for other scripts than Latin, Greek and Cyrillic: which letters each is asked for.
//!
//! They are built in like the others, so that a PDF does not depend on what the machine has installed: a font of the system would give
//! other bytes, and another page, on another machine. `scripts/cut_fonts` makes them anew from pinned originals.

use std::ops::RangeInclusive;

/// One font.
pub(super) struct Other {
    /// The file.
    pub bytes: &'static [u8],
    /// Is it packed (gzip)? The large ones are, and few reports open them.
    pub packed: bool,
    /// Must letters be joined, stacked or placed together? Else each letter is one glyph after the other.
    pub shaped: bool,
    /// Blocks of Unicode that it is asked for. The font says itself which letters of them it has.
    pub blocks: &'static [RangeInclusive<char>],
}

macro_rules! font {
    ($name:literal, $shaped:literal, $($from:literal $to:literal),+) => {
        Other {
            bytes: include_bytes!(concat!("../../../../fonts/world/", $name, ".ttf")),
            packed: false,
            shaped: $shaped,
            blocks: &[$($from..=$to),+],
        }
    };
}

macro_rules! packed {
    ($name:literal, $($from:literal $to:literal),+) => {
        Other {
            bytes: include_bytes!(concat!("../../../../fonts/world/", $name, ".gz")),
            packed: true,
            shaped: false,
            blocks: &[$($from..=$to),+],
        }
    };
}

/// All of them; the first that has a letter writes it.
pub(super) static OTHERS: [Other; 27] = [
    font!("NotoSansHebrew-Regular", true, '\u{590}' '\u{5ff}', '\u{fb1d}' '\u{fb4f}'),
    font!("NotoSansArabic-Regular", true, '\u{600}' '\u{6ff}', '\u{750}' '\u{77f}', '\u{8a0}' '\u{8ff}', '\u{fdf2}' '\u{fdfd}'),
    font!("NotoSansDevanagari-Regular", true, '\u{900}' '\u{97f}', '\u{a830}' '\u{a839}'),
    font!("NotoSansBengali-Regular", true, '\u{980}' '\u{9ff}'),
    font!("NotoSansGurmukhi-Regular", true, '\u{a00}' '\u{a7f}'),
    font!("NotoSansGujarati-Regular", true, '\u{a80}' '\u{aff}'),
    font!("NotoSansOriya-Regular", true, '\u{b00}' '\u{b7f}'),
    font!("NotoSansTamil-Regular", true, '\u{b80}' '\u{bff}'),
    font!("NotoSansTelugu-Regular", true, '\u{c00}' '\u{c7f}'),
    font!("NotoSansKannada-Regular", true, '\u{c80}' '\u{cff}'),
    font!("NotoSansMalayalam-Regular", true, '\u{d00}' '\u{d7f}'),
    font!("NotoSansSinhala-Regular", true, '\u{d80}' '\u{dff}'),
    font!("NotoSansThai-Regular", true, '\u{e00}' '\u{e7f}'),
    font!("NotoSansLao-Regular", true, '\u{e80}' '\u{eff}'),
    font!("NotoSansMyanmar-Regular", true, '\u{1000}' '\u{109f}'),
    font!("NotoSansKhmer-Regular", true, '\u{1780}' '\u{17ff}'),
    font!("NotoSansGeorgian-Regular", false, '\u{10a0}' '\u{10ff}', '\u{1c90}' '\u{1cbf}', '\u{2d00}' '\u{2d2f}'),
    font!("NotoSansEthiopic-Regular", false, '\u{1200}' '\u{139f}'),
    font!("NotoSansCherokee-Regular", false, '\u{13a0}' '\u{13ff}', '\u{ab70}' '\u{abbf}'),
    font!("NotoSansArmenian-Regular", false, '\u{530}' '\u{58f}', '\u{fb13}' '\u{fb17}'),
    font!("NotoSansSymbols-Regular", false, '\u{2190}' '\u{23ff}', '\u{2460}' '\u{24ff}', '\u{2600}' '\u{27bf}'),
    font!("NotoSansSymbols2-Regular", false, '\u{2190}' '\u{23ff}', '\u{25a0}' '\u{27bf}'),
    font!("NotoSansMath-Regular", false, '\u{2190}' '\u{22ff}'),
    packed!(
        "DroidSansFallback.ttf",
        '\u{2e80}' '\u{2fdf}',
        '\u{3000}' '\u{33ff}',
        '\u{4e00}' '\u{9fff}',
        '\u{ac00}' '\u{d7a3}',
        '\u{f900}' '\u{faff}',
        '\u{fe30}' '\u{fe4f}',
        '\u{ff00}' '\u{ffef}'
    ),
    packed!("NotoSansCJK-ExtensionA.otf", '\u{3400}' '\u{4dbf}', '\u{9fa6}' '\u{9fff}'),
    packed!("NotoSansCJK-ExtensionB.otf", '\u{20000}' '\u{323af}'),
    packed!("NotoEmoji-Regular.ttf", '\u{203c}' '\u{2bff}', '\u{3030}' '\u{303d}', '\u{3297}' '\u{3299}', '\u{1f000}' '\u{1faff}'),
];

/// Fonts that are asked for a letter, by place in [`OTHERS`].
pub(super) fn asked(c: char) -> impl Iterator<Item = usize> {
    OTHERS.iter().enumerate().filter(move |(_, o)| o.blocks.iter().any(|b| b.contains(&c))).map(|(i, _)| i)
}
