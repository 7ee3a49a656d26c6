//! Figures, bars, waterfalls and small pages, each one picture of the structure with what it shows in words.

use super::super::{Bars, Fall, PagePicture};
use super::face::Style;
use super::flow::{ACCENT, BAD, Colour, Flow, INK, KEPT, Kind, LINE, MARGIN, Op, Part, SOFT, WAIT, WIDTH};

/// Size of text in figures.
const SIZE: f32 = 8.0;

impl Flow<'_> {
    fn words(&self, x: f32, y: f32, right: bool, style: Style, colour: Colour, text: &str) -> Op {
        let text = self.faces.fit(style, text).replace('\n', " ");
        let indent = if right { self.faces.width(style, SIZE, &text) } else { 0.0 };
        Op::Text { x: x - indent, y, style, size: SIZE, colour, text }
    }

    /// Large figures side by side.
    pub fn tiles(&mut self, parent: usize, tiles: &[(String, String)]) {
        self.room(48.0);
        self.y += 4.0;
        let width = (WIDTH - 8.0 * tiles.len().saturating_sub(1) as f32) / tiles.len().max(1) as f32;
        let top = self.y;
        for (i, (figure, label)) in tiles.iter().enumerate() {
            let x = MARGIN + i as f32 * (width + 8.0);
            self.put(Part::Ornament, vec![Op::Outline { at: [x, top, width, 40.0], colour: LINE, width: 0.8 }]);
            let node = self.node(parent, Kind::Paragraph);
            let figure = self.faces.fit(Style::Bold, figure);
            let mut ops = vec![Op::Text {
                x: x + 8.0,
                y: top + 18.0,
                style: Style::Bold,
                size: 15.0,
                colour: INK,
                text: format!("{figure} "),
            }];
            let lines = self.faces.lines(Style::Plain, 7.0, label, width - 14.0);
            for (n, line) in lines.into_iter().take(2).enumerate() {
                let y = top + 28.0 + n as f32 * 8.4;
                ops.push(Op::Text { x: x + 8.0, y, style: Style::Plain, size: 7.0, colour: SOFT, text: format!("{line} ") });
            }
            self.put(Part::Node(node), ops);
        }
        self.y += 48.0;
    }

    /// Horizontal bars; a long plot goes on on the next page as a second picture.
    pub fn bars(&mut self, parent: usize, bars: &Bars) {
        const LEFT: f32 = 130.0;
        const PLOT: f32 = 290.0;
        const ROW: f32 = 15.0;
        let colours = [ACCENT, KEPT, WAIT, SOFT];
        for chunk in bars.rows.chunks(40) {
            self.room((chunk.len() as f32 + 1.0) * ROW + 4.0);
            let mut ops = Vec::new();
            if bars.parts.len() > 1 {
                for (i, part) in bars.parts.iter().enumerate() {
                    let x = MARGIN + LEFT + i as f32 * 92.0;
                    let colour = colours.get(i).copied().unwrap_or(SOFT);
                    ops.push(Op::Fill { at: [x, self.y + 3.0, 8.0, 8.0], colour });
                    ops.push(self.words(x + 12.0, self.y + 10.0, false, Style::Plain, SOFT, part));
                }
                self.y += ROW;
            }
            for row in chunk {
                ops.push(self.words(MARGIN + LEFT - 8.0, self.y + 10.5, true, Style::Plain, INK, &row.label));
                let mut x = MARGIN + LEFT;
                for (i, share) in row.shares.iter().enumerate() {
                    let w = *share as f32 * PLOT;
                    if w > 0.0 {
                        let colour = colours.get(i).copied().unwrap_or(SOFT);
                        ops.push(Op::Fill { at: [x, self.y + 2.0, w, 10.0], colour });
                    }
                    x += w;
                }
                ops.push(self.words(x + 6.0, self.y + 10.5, false, Style::Plain, SOFT, &row.said));
                self.y += ROW;
            }
            let node = self.node(parent, Kind::Figure(bars.about.clone()));
            self.put(Part::Node(node), ops);
            self.y += 5.0;
        }
    }

    /// A waterfall of evidence.
    pub fn fall(&mut self, parent: usize, fall: &Fall) {
        const LEFT: f32 = 170.0;
        const PLOT: f32 = 240.0;
        const ROW: f32 = 14.0;
        self.room((fall.rows.len() as f32 + 3.0) * ROW);
        let x = |share: f64| MARGIN + LEFT + share as f32 * PLOT;
        let mut ops = vec![self.words(MARGIN, self.y + 10.0, false, Style::Bold, INK, &fall.question)];
        self.y += ROW;
        let height = (fall.rows.len() as f32 + 1.0) * ROW;
        for (share, colour) in [(fall.zero, LINE), (fall.different, SOFT), (fall.same, SOFT)] {
            ops.push(Op::Fill { at: [x(share), self.y, 0.7, height], colour });
        }
        for row in &fall.rows {
            ops.push(self.words(MARGIN + LEFT - 8.0, self.y + 10.0, true, Style::Plain, INK, &row.label));
            let (from, to) = (x(row.from.min(row.to)), x(row.from.max(row.to)));
            let colour = if row.towards { ACCENT } else { BAD };
            ops.push(Op::Fill { at: [from, self.y + 2.0, (to - from).max(1.2), 9.0], colour });
            ops.push(self.words(x(1.0) + 8.0, self.y + 10.0, false, Style::Plain, SOFT, &row.bits));
            self.y += ROW;
        }
        ops.push(Op::Fill { at: [x(fall.total) - 3.0, self.y + 3.0, 6.0, 6.0], colour: INK });
        self.y += ROW;
        ops.push(self.words(MARGIN + LEFT, self.y + 8.0, false, Style::Plain, SOFT, &fall.said));
        self.y += ROW + 4.0;
        let node = self.node(parent, Kind::Figure(fall.about.clone()));
        self.put(Part::Node(node), ops);
    }

    /// Small pictures of pages in rows.
    pub fn pages(&mut self, parent: usize, pages: &[PagePicture]) {
        const ACROSS: usize = 5;
        const WIDE: f32 = (WIDTH - 4.0 * 10.0) / 5.0;
        for row in pages.chunks(ACROSS) {
            let tall = |p: &PagePicture| WIDE * p.height as f32 / p.width.max(1) as f32;
            let height = row.iter().map(tall).fold(0.0, f32::max).min(260.0);
            self.room(height + 26.0);
            let top = self.y;
            for (i, page) in row.iter().enumerate() {
                let x = MARGIN + i as f32 * (WIDE + 10.0);
                let h = tall(page).min(260.0);
                let w = h * page.width as f32 / page.height.max(1) as f32;
                let at = [x, top, w, h];
                let mut ops = Vec::new();
                if page.grey.len() == page.width as usize * page.height as usize && !page.grey.is_empty() {
                    ops.push(Op::Grey { at, size: (page.width, page.height), pixels: page.grey.as_slice().into() });
                }
                ops.push(Op::Outline { at, colour: SOFT, width: 0.5 });
                for b in &page.boxes {
                    let [l, t, r, bottom] = b.map(|v| v as f32);
                    let at = [x + l * w, top + t * h, (r - l) * w, (bottom - t) * h];
                    ops.push(Op::Outline { at, colour: BAD, width: 0.8 });
                }
                let node = self.node(parent, Kind::Figure(page.about.clone()));
                self.put(Part::Node(node), ops);
                let caption = self.node(parent, Kind::Paragraph);
                let lines = self.faces.lines(Style::Plain, 6.6, &page.caption, WIDE);
                let ops = lines.into_iter().take(2).enumerate().map(|(n, text)| Op::Text {
                    x,
                    y: top + height + 9.0 + n as f32 * 8.0,
                    style: Style::Plain,
                    size: 6.6,
                    colour: SOFT,
                    text: format!("{text} "),
                });
                let ops: Vec<Op> = ops.collect();
                self.put(Part::Node(caption), ops);
            }
            self.y = top + height + 28.0;
        }
    }
}
