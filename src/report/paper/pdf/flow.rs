//! Lays a paper out into pages.

use super::super::{Block, Paper};
use super::face::{Faces, Style};

/// US Letter, in points.
pub(super) const PAGE: (f32, f32) = (612.0, 792.0);
/// Left and right.
pub(super) const MARGIN: f32 = 54.0;
/// Where the text begins.
pub(super) const TOP: f32 = 58.0;
/// Where it ends.
pub(super) const BOTTOM: f32 = 792.0 - 56.0;
/// Width of the text.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;

/// Colours, as red, green, blue.
pub(super) type Colour = (u8, u8, u8);
/// Text.
pub(super) const INK: Colour = (0x1f, 0x2a, 0x33);
/// Lesser text.
pub(super) const SOFT: Colour = (0x4f, 0x5b, 0x66);
/// Thin lines.
pub(super) const LINE: Colour = (0xd0, 0xd7, 0xdd);
/// Bars, links.
pub(super) const ACCENT: Colour = (0x2c, 0x69, 0x75);
/// Second part of a bar.
pub(super) const KEPT: Colour = (0xbc, 0xd0, 0xd4);
/// What went well.
pub(super) const GOOD: Colour = (0x2f, 0x7d, 0x57);
/// What waits.
pub(super) const WAIT: Colour = (0x8a, 0x5a, 0x08);
/// What failed.
pub(super) const BAD: Colour = (0xa8, 0x37, 0x2c);

/// One drawing step.
pub(super) enum Op {
    /// One line of text, its baseline's beginning.
    Text { x: f32, y: f32, style: Style, size: f32, colour: Colour, text: String },
    /// A filled rectangle: left, top, width, height.
    Fill { at: [f32; 4], colour: Colour },
    /// The outline of one.
    Outline { at: [f32; 4], colour: Colour, width: f32 },
    /// A grey picture.
    Grey { at: [f32; 4], size: (u32, u32), pixels: std::sync::Arc<[u8]> },
}

/// To what a drawing step belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// An element of the structure.
    Node(usize),
    /// Lines and grounds that say nothing.
    Ornament,
}

/// What an element of the structure is.
pub(super) enum Kind {
    /// The document.
    Root,
    /// A section.
    Section,
    /// A heading of a level.
    Heading(u16, String),
    /// A paragraph.
    Paragraph,
    /// A list and its parts.
    List,
    /// See `List`.
    Item,
    /// See `List`.
    Bullet,
    /// See `List`.
    Body,
    /// A table and its parts, with a summary.
    Table(String),
    /// See `Table`.
    Head,
    /// See `Table`.
    Rows,
    /// See `Table`.
    Row,
    /// See `Table`.
    HeadCell,
    /// The first cell of a row of terms.
    Term,
    /// See `Table`.
    Cell,
    /// A picture, with what it shows.
    Figure(String),
}

/// An element with its children.
pub(super) struct Node {
    /// What it is.
    pub kind: Kind,
    /// Children, in order.
    pub kids: Vec<usize>,
}

/// A page: steps with what they belong to.
#[derive(Default)]
pub(super) struct Sheet(pub Vec<(Part, Vec<Op>)>);

/// A bookmark: level, text, page, height.
pub(super) struct Mark(pub u8, pub String, pub usize, pub f32);

/// A paper laid out.
pub(super) struct Laid {
    /// Pages.
    pub sheets: Vec<Sheet>,
    /// Structure; 0 is the root.
    pub nodes: Vec<Node>,
    /// Bookmarks.
    pub marks: Vec<Mark>,
}

/// The place where the next thing goes.
pub(super) struct Flow<'f> {
    /// Fonts.
    pub faces: &'f Faces,
    /// What was laid out so far.
    pub laid: Laid,
    /// Height on the last page.
    pub y: f32,
}

/// Lays everything out.
pub(super) fn lay_out(paper: &Paper, faces: &Faces) -> Laid {
    let laid = Laid { sheets: vec![Sheet::default()], nodes: vec![Node { kind: Kind::Root, kids: vec![] }], marks: vec![] };
    let mut flow = Flow { faces, laid, y: TOP };
    if !paper.edition.is_empty() {
        flow.paragraph(0, &paper.edition.to_uppercase(), Style::Bold, 8.0, ACCENT, 0.0);
    }
    flow.heading(0, 1, &paper.title, 18.0, 2.0);
    if !paper.lead.is_empty() {
        flow.paragraph(0, &paper.lead, Style::Plain, 9.5, SOFT, 2.0);
    }
    if let Some(b) = &paper.banner {
        flow.banner(&b.code, &b.title, &b.text);
    }
    for s in &paper.sections {
        let section = flow.node(0, Kind::Section);
        if !s.title.is_empty() {
            flow.room(64.0);
            flow.y += 12.0;
            flow.heading(section, 2, &s.title, 13.0, 0.0);
            flow.rule(2.0);
        }
        let size = if paper.letter { 10.5 } else { 9.0 };
        for (i, block) in s.blocks.iter().enumerate() {
            if let Block::Heading { .. } = block {
                flow.room(30.0 + s.blocks.get(i + 1).map_or(0.0, whole));
            }
            flow.block(section, block, size);
        }
    }
    flow.laid
}

/// Height of what is not broken over pages, so that its heading stays with it.
fn whole(block: &Block) -> f32 {
    match block {
        Block::Bars(bars) => (bars.rows.len().min(40) as f32 + 1.0) * 15.0,
        Block::Fall(fall) => (fall.rows.len() as f32 + 3.0) * 14.0,
        Block::Pages { .. } => 150.0,
        Block::Tiles { .. } => 50.0,
        _ => 0.0,
    }
}

impl Flow<'_> {
    /// A new element below `parent`.
    pub fn node(&mut self, parent: usize, kind: Kind) -> usize {
        let id = self.laid.nodes.len();
        self.laid.nodes.push(Node { kind, kids: Vec::new() });
        if let Some(p) = self.laid.nodes.get_mut(parent) {
            p.kids.push(id);
        }
        id
    }

    /// Index of the page that is being filled.
    pub fn page(&self) -> usize {
        self.laid.sheets.len().saturating_sub(1)
    }

    /// Adds steps to the page.
    pub fn put(&mut self, part: Part, ops: Vec<Op>) {
        if let Some(sheet) = self.laid.sheets.last_mut().filter(|_| !ops.is_empty()) {
            sheet.0.push((part, ops));
        }
    }

    /// Begins a new page.
    pub fn turn(&mut self) {
        self.laid.sheets.push(Sheet::default());
        self.y = TOP;
    }

    /// Begins a new page when less than `height` is left on this one.
    pub fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.turn();
        }
    }

    /// A thin line across.
    pub fn rule(&mut self, below: f32) {
        let at = [MARGIN, self.y, WIDTH, 0.6];
        self.put(Part::Ornament, vec![Op::Fill { at, colour: LINE }]);
        self.y += below + 2.0;
    }

    /// A heading, kept with what follows.
    pub fn heading(&mut self, parent: usize, level: u16, text: &str, size: f32, below: f32) {
        self.room(size * 1.3 + 40.0);
        let node = self.node(parent, Kind::Heading(level, text.to_string()));
        let (page, top) = (self.page(), self.y);
        self.laid.marks.push(Mark(level as u8, text.to_string(), page, top));
        self.text_lines(node, text, (Style::Bold, size, INK), (MARGIN, WIDTH));
        self.y += below;
    }

    /// A paragraph.
    pub fn paragraph(&mut self, parent: usize, text: &str, style: Style, size: f32, colour: Colour, below: f32) {
        let node = self.node(parent, Kind::Paragraph);
        self.text_lines(node, text, (style, size, colour), (MARGIN, WIDTH));
        self.y += below;
    }

    /// Lines of text in a column, over as many pages as they need.
    pub fn text_lines(&mut self, node: usize, text: &str, set: (Style, f32, Colour), column: (f32, f32)) {
        let (style, size, colour) = set;
        let lead = size * 1.36;
        for line in self.faces.lines(style, size, text, column.1) {
            self.room(lead);
            if !line.is_empty() {
                let y = self.y + size * 1.02;
                self.put(Part::Node(node), vec![Op::Text { x: column.0, y, style, size, colour, text: line }]);
            }
            self.y += lead;
        }
    }

    fn banner(&mut self, code: &str, title: &str, text: &str) {
        let colour = match code {
            "released" => GOOD,
            "review_needed" => WAIT,
            _ => BAD,
        };
        self.room(60.0);
        self.y += 8.0;
        let (page, top) = (self.page(), self.y);
        self.y += 5.0;
        let inner = (MARGIN + 14.0, WIDTH - 24.0);
        let node = self.node(0, Kind::Paragraph);
        self.text_lines(node, title, (Style::Bold, 13.0, colour), inner);
        let node = self.node(0, Kind::Paragraph);
        self.text_lines(node, text, (Style::Plain, 9.5, INK), inner);
        self.y += 5.0;
        if page == self.page() {
            self.put(Part::Ornament, vec![Op::Fill { at: [MARGIN, top, 4.0, self.y - top], colour }]);
        }
        self.y += 6.0;
    }

    fn block(&mut self, parent: usize, block: &Block, size: f32) {
        match block {
            Block::Heading { text } => {
                self.y += 6.0;
                self.heading(parent, 3, text, 10.0, 2.0);
            }
            Block::Text { text, tone } => {
                let (size, colour) = match *tone {
                    "soft" => (size - 0.8, SOFT),
                    "warn" => (size, BAD),
                    _ => (size, INK),
                };
                let paragraph = text.split("\n\n");
                for p in paragraph {
                    // A letter, set larger, wants more air.
                    let below = if size > 10.0 { 0.8 } else { 0.45 };
                    self.paragraph(parent, p, Style::Plain, size, colour, size * below);
                }
            }
            Block::List { items } => self.list(parent, items, size),
            Block::Facts { rows } => self.facts(parent, rows, size),
            Block::Table(t) => self.table(parent, t),
            Block::Tiles { tiles } => self.tiles(parent, tiles),
            Block::Bars(bars) => self.bars(parent, bars),
            Block::Fall(fall) => self.fall(parent, fall),
            Block::Pages { pages } => self.pages(parent, pages),
            Block::Quote { before, mention, after } => {
                let node = self.node(parent, Kind::Paragraph);
                let text = if mention.is_empty() { before.clone() } else { format!("{before}\u{bb}{mention}\u{ab}{after}") };
                self.text_lines(node, &text, (Style::Plain, size, INK), (MARGIN + 14.0, WIDTH - 28.0));
                self.y += 3.0;
            }
            Block::Lines { labels } => {
                for label in labels {
                    self.room(48.0);
                    self.y += 28.0;
                    self.put(Part::Ornament, vec![Op::Fill { at: [MARGIN, self.y, 250.0, 0.8], colour: INK }]);
                    self.y += 2.0;
                    self.paragraph(parent, label, Style::Plain, 8.5, SOFT, 0.0);
                }
            }
        }
    }

    fn list(&mut self, parent: usize, items: &[String], size: f32) {
        let list = self.node(parent, Kind::List);
        for item in items {
            let one = self.node(list, Kind::Item);
            let bullet = self.node(one, Kind::Bullet);
            let body = self.node(one, Kind::Body);
            self.room(size * 1.36);
            let y = self.y + size * 1.02;
            let dot = Op::Text { x: MARGIN + 4.0, y, style: Style::Plain, size, colour: SOFT, text: "\u{2022}".into() };
            self.put(Part::Node(bullet), vec![dot]);
            self.text_lines(body, item, (Style::Plain, size, INK), (MARGIN + 16.0, WIDTH - 16.0));
            self.y += 1.5;
        }
        self.y += 3.0;
    }
}
