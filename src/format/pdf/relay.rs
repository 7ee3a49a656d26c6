//! Lays lines anew in which something was taken out.
//!
//! A name betrays itself by the room it took: by the gap, by where the rest of the line begins, by the space between the words of a
//! justified line, by where a paragraph breaks. So nothing of such a line stays where it was. Words are set again with the widths of
//! their own glyphs, a label is as wide as its words, a line begins where lines with other words on the page begin (or ends, or is
//! centred, where they do), and a paragraph is broken anew. The result depends on what stays and on the labels alone.

use super::emit_text::label_width;
use super::page::PageModel;
use super::plan::{Label, Placed, Plan};
use crate::format::layout::{Line, PageText};
use std::collections::{BTreeMap, BTreeSet};

/// Edges within this many points are one edge.
const SAME_EDGE: f64 = 0.8;
/// A blank where none was drawn, in line heights.
const BLANK: f64 = 0.26;
/// Room between cells when they have to move, in line heights.
const CELL_ROOM: f64 = 1.2;
/// Lines are set narrower down to this rather than run off the page.
const MIN_SQUEEZE: f64 = 0.5;

/// One edit of a page's text.
#[derive(Clone, Debug)]
pub struct PageEdit {
    /// Byte range in the page's text.
    pub start: usize,
    pub end: usize,
    /// Words in its place.
    pub label: Option<String>,
}

/// What a line is made of, left to right.
enum Token {
    /// Glyphs that belong together: glyph, offset along the line and across it; and the width of all.
    Word {
        glyphs: Vec<(u32, f64, f64)>,
        width: f64,
    },
    Space(f64),
    Label {
        edit: usize,
        anchor: u32,
        width: f64,
        size: f64,
    },
    /// A hyphen at the end of a line that is broken anew.
    Soft(u32),
}

impl Token {
    fn width(&self) -> f64 {
        match self {
            Token::Word { width, .. } | Token::Space(width) | Token::Label { width, .. } => *width,
            Token::Soft(_) => 0.0,
        }
    }
}

/// Adds to `plan` what the edits ask for. Gives the box of each edit in page space, in their order.
pub fn relay(page: &PageModel, text: &PageText, edits: &[PageEdit], plan: &mut Plan) -> Vec<Option<[f32; 4]>> {
    let mut r = Relay { page, text, edits, plan, edit_of: BTreeMap::new(), drawn: BTreeSet::new() };
    let boxes = r.remove();
    let touched: Vec<bool> = text.lines.iter().map(|l| r.is_touched(l)).collect();
    let mut i = 0;
    while i < text.lines.len() {
        // A paragraph goes on as long as its lines wrap.
        let mut end = i + 1;
        while text.lines.get(end - 1).is_some_and(|l| l.wraps) && end < text.lines.len() {
            end += 1;
        }
        if touched.get(i..end).is_some_and(|t| t.contains(&true)) {
            if end - i > 1 {
                r.paragraph(i, end, &touched);
            } else {
                r.line(i, &touched);
            }
        }
        i = end;
    }
    boxes
}

struct Relay<'r, 'd> {
    page: &'r PageModel<'d>,
    text: &'r PageText,
    edits: &'r [PageEdit],
    plan: &'r mut Plan,
    edit_of: BTreeMap<u32, usize>,
    drawn: BTreeSet<usize>,
}

impl Relay<'_, '_> {
    /// Marks the glyphs of each edit.
    fn remove(&mut self) -> Vec<Option<[f32; 4]>> {
        let mut boxes = Vec::with_capacity(self.edits.len());
        for (n, e) in self.edits.iter().enumerate() {
            let mut glyphs: BTreeSet<u32> = self.text.pieces_in(e.start, e.end).collect();
            // Glyphs that stand for one text go together.
            for (a, b) in &self.page.groups {
                if glyphs.range(a..b).next().is_some() {
                    glyphs.extend(*a..*b);
                }
            }
            let mut bounds: Option<[f32; 4]> = None;
            for g in glyphs {
                if let Some(slot) = self.plan.removed.get_mut(g as usize) {
                    *slot = true;
                    self.edit_of.entry(g).or_insert(n);
                }
                if let Some(q) = self.page.glyphs.get(g as usize).map(|g| g.quad) {
                    let b = bounds.get_or_insert([f32::MAX, f32::MAX, f32::MIN, f32::MIN]);
                    for p in q {
                        *b = [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])];
                    }
                }
            }
            boxes.push(bounds);
        }
        boxes
    }

    /// What only the part of a line holds that nobody sees goes without a trace.
    fn is_touched(&self, line: &Line) -> bool {
        let seen = |g: &u32| self.page.glyphs.get(*g as usize).is_some_and(|g| !g.gone);
        line.cells.iter().flat_map(|c| &c.pieces).any(|g| self.edit_of.contains_key(g) && seen(g))
    }

    /// Tokens of one cell. Words are set with the widths of their glyphs alone.
    fn tokens(&mut self, line: &Line, cell: usize, em: f64) -> Vec<Token> {
        let (sin, cos) = f64::from(line.angle).sin_cos();
        let along = |p: [f32; 2]| f64::from(p[0]) * cos + f64::from(p[1]) * sin;
        let across = |p: [f32; 2]| f64::from(p[1]) * cos - f64::from(p[0]) * sin;
        let mut out: Vec<Token> = Vec::new();
        let (mut word, mut width): (Vec<(u32, f64, f64)>, f64) = (Vec::new(), 0.0);
        // The glyph before: pen and step along the line.
        let mut last: Option<(f64, f64, u32)> = None;
        let pieces = line.cells.get(cell).map(|c| c.pieces.clone()).unwrap_or_default();
        for g in pieces {
            let Some(glyph) = self.page.glyphs.get(g as usize) else { continue };
            let (pen, v) = (along(glyph.pen), across(glyph.pen));
            let step = f64::from(glyph.step[0]) * cos + f64::from(glyph.step[1]) * sin;
            if let Some(&edit) = self.edit_of.get(&g) {
                close(&mut word, &mut width, &mut out);
                if let Some((p, s, _)) = last
                    && pen - p - s > 0.15 * em
                    && !matches!(out.last(), Some(Token::Space(_) | Token::Label { .. }) | None)
                {
                    out.push(Token::Space(BLANK * em));
                }
                if self.drawn.insert(edit)
                    && let Some(label) = self.edits.get(edit).and_then(|e| e.label.as_ref())
                {
                    let size = em * 0.8;
                    out.push(Token::Label { edit, anchor: g, width: label_width(label, size), size });
                }
                last = Some((pen, step, g));
                continue;
            }
            match self.plan.removed.get_mut(g as usize) {
                Some(slot) if glyph.cut => *slot = false,
                Some(false) => {}
                _ => continue,
            }
            let blank =
                self.page.text(glyph).chars().all(char::is_whitespace) && !glyph.unreadable && glyph.text.0 != glyph.text.1;
            if blank {
                close(&mut word, &mut width, &mut out);
                // The glyph itself is not needed: the next word has a place of its own.
                if let Some(slot) = self.plan.removed.get_mut(g as usize) {
                    *slot = true;
                }
                if !matches!(out.last(), Some(Token::Space(_)) | None) {
                    out.push(Token::Space(step.clamp(0.2 * em, 0.4 * em)));
                }
                last = Some((pen, step, g));
                continue;
            }
            let before = last.map(|(p, s, _)| (pen - p, s));
            match before {
                Some((delta, s)) if delta - s > 0.17 * em && !matches!(out.last(), Some(Token::Space(_))) | !word.is_empty() => {
                    close(&mut word, &mut width, &mut out);
                    if !matches!(out.last(), Some(Token::Space(_)) | None) {
                        out.push(Token::Space(BLANK * em));
                    }
                }
                // Printed over the glyph before it (accents, false bold): keeps its place on it.
                Some((delta, s)) if !word.is_empty() && delta < 0.4 * s => {
                    let at = word.last().map_or(0.0, |w| w.1) + delta;
                    word.push((g, at, v));
                    width = width.max(at + step);
                    last = Some((pen, step, g));
                    continue;
                }
                _ => {}
            }
            word.push((g, width, v));
            width += step;
            last = Some((pen, step, g));
        }
        close(&mut word, &mut width, &mut out);
        while matches!(out.last(), Some(Token::Space(_))) {
            out.pop();
        }
        out
    }

    /// Sets tokens from `u` on; gives where they end.
    fn set(&mut self, tokens: &[Token], line: &Line, mut u: f64, squeeze: f64, bottom: f64) -> f64 {
        let (sin, cos) = f64::from(line.angle).sin_cos();
        let point = |u: f64, v: f64| [u * cos - v * sin, u * sin + v * cos];
        let shift = bottom - f64::from(line.bottom);
        for t in tokens {
            match t {
                Token::Word { glyphs, .. } => {
                    for (g, at, v) in glyphs {
                        // A word of a paragraph may come from another line: its height over its own base line stays.
                        let own = self.page.glyphs.get(*g as usize).map_or(0.0, |_| *v);
                        self.plan.placed.insert(*g, Placed { pen: point(u + at * squeeze, own + shift), squeeze });
                    }
                }
                Token::Label { edit, anchor, size, .. } => {
                    let text = self.edits.get(*edit).and_then(|e| e.label.clone()).unwrap_or_default();
                    let v = f64::from(line.bottom) + 0.22 * f64::from(line.height) + shift;
                    let label = Label { text, at: point(u, v), angle: f64::from(line.angle), size: *size, squeeze };
                    self.plan.labels.entry(*anchor).or_default().push(label);
                }
                Token::Soft(g) => {
                    if let Some(slot) = self.plan.removed.get_mut(*g as usize) {
                        *slot = true;
                    }
                }
                Token::Space(_) => {}
            }
            u += t.width() * squeeze;
        }
        u
    }

    /// A line of its own: each cell keeps the edge that other lines prove.
    fn line(&mut self, at: usize, touched: &[bool]) {
        let Some(line) = self.text.lines.get(at).cloned() else { return };
        let em = f64::from(line.height);
        let edges = self.edges(at, &line, touched);
        let limit = self.limit(&line);
        let mut end: Option<f64> = None;
        for (n, cell) in line.cells.iter().enumerate() {
            let tokens = self.tokens(&line, n, em);
            let width: f64 = tokens.iter().map(Token::width).sum();
            let (left, right) = (f64::from(cell.left), f64::from(cell.right));
            let after = end.map(|e| e + CELL_ROOM * em);
            let anchored = anchor(left, right, &edges, n == 0);
            let proved = !matches!(anchored, Anchor::None);
            let wanted = match anchored {
                Anchor::Left => left,
                Anchor::Right => right - width,
                Anchor::Centre => (left + right - width) / 2.0,
                Anchor::None => after.unwrap_or_else(|| edges.margin(left)),
            };
            // A cell that has its place gives it up only to words that reach into it.
            let free = end.is_none_or(|e| wanted > e + BLANK * em);
            let start = if proved && free { wanted } else { after.map_or(wanted, |a| wanted.max(a)) };
            let fits = ((limit - start) / width.max(1.0)).min(1.0);
            // A line that goes far beyond the page is cut off as it was.
            let cut = cell.pieces.iter().any(|g| self.page.glyphs.get(*g as usize).is_some_and(|g| g.cut));
            let squeeze = if cut && fits < MIN_SQUEEZE { 1.0 } else { fits.clamp(MIN_SQUEEZE, 1.0) };
            end = Some(self.set(&tokens, &line, start, squeeze, f64::from(line.bottom)));
        }
        self.band(&line);
    }

    /// Lines that wrap: broken anew.
    fn paragraph(&mut self, from: usize, to: usize, touched: &[bool]) {
        let lines: Vec<Line> = self.text.lines.get(from..to).unwrap_or_default().to_vec();
        let Some(first) = lines.first() else { return };
        let em = f64::from(first.height);
        let mut tokens: Vec<Token> = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            let mut more = self.tokens(line, 0, em);
            // Heights over the first line's base line.
            let drop = f64::from(line.bottom) - f64::from(first.bottom);
            for t in &mut more {
                if let Token::Word { glyphs, .. } = t {
                    glyphs.iter_mut().for_each(|g| g.2 -= drop);
                }
            }
            if n > 0 && !more.is_empty() && !tokens.is_empty() {
                match self.soft_end(tokens.last()) {
                    Some((g, step)) => {
                        if let Some(Token::Word { glyphs, width }) = tokens.last_mut() {
                            glyphs.pop();
                            *width -= step;
                        }
                        tokens.push(Token::Soft(g));
                    }
                    None if matches!(tokens.last(), Some(Token::Space(_))) => {}
                    None => tokens.push(Token::Space(BLANK * em)),
                }
            }
            tokens.append(&mut more);
        }
        let edges = self.edges(from, first, touched);
        let start = match anchor(f64::from(first.cells[0].left), f64::from(first.cells[0].right), &edges, true) {
            Anchor::Left | Anchor::Right | Anchor::Centre => f64::from(first.cells[0].left),
            Anchor::None => edges.margin(f64::from(first.cells[0].left)),
        };
        let hang = lines.get(1).and_then(|l| l.cells.first()).map_or(start, |c| f64::from(c.left));
        let widest = lines.iter().filter_map(|l| l.cells.first()).map(|c| f64::from(c.right)).fold(f64::MIN, f64::max);
        let right = self.right_edge(hang.min(start), widest, first, &edges);
        let mut squeeze = 1.0;
        let mut broken = break_lines(&tokens, start, hang, right, squeeze);
        while broken.len() > lines.len() && squeeze > 0.72 {
            squeeze -= 0.04;
            broken = break_lines(&tokens, start, hang, right, squeeze);
        }
        let leading = lines.get(1).map_or(1.2 * em, |l| f64::from(first.bottom - l.bottom));
        for (n, range) in broken.into_iter().enumerate() {
            let bottom = match lines.get(n) {
                Some(l) => f64::from(l.bottom),
                None => f64::from(first.bottom) - leading * n as f64,
            };
            let u = if n == 0 { start } else { hang };
            let slice = tokens.get(range).unwrap_or_default();
            self.set(slice, first, u, squeeze, bottom);
        }
        for line in &lines {
            self.band(line);
        }
    }

    /// The hyphen that ends a word broken at a line end: its glyph and width.
    fn soft_end(&self, last: Option<&Token>) -> Option<(u32, f64)> {
        let Some(Token::Word { glyphs, .. }) = last else { return None };
        let (g, _, _) = *glyphs.last()?;
        let hidden = self.text.map.iter().find(|m| m.piece == g).is_some_and(|m| m.start == m.end);
        let glyph = self.page.glyphs.get(g as usize)?;
        (hidden && self.page.text(glyph) == "-").then(|| (g, f64::from(glyph.step[0]).hypot(f64::from(glyph.step[1]))))
    }

    /// How far a line may go: the page, and the clip when that is more than the line's own.
    fn limit(&self, line: &Line) -> f64 {
        let area = self.page.area.map(f64::from);
        let (sin, cos) = f64::from(line.angle).sin_cos();
        let far = |b: [f64; 4]| {
            [[b[0], b[1]], [b[2], b[1]], [b[2], b[3]], [b[0], b[3]]]
                .iter()
                .map(|p| p[0] * cos + p[1] * sin)
                .fold(f64::MIN, f64::max)
        };
        let mut out = far(area) - 4.0;
        let first = line.cells.iter().flat_map(|c| &c.pieces).next().and_then(|g| self.page.glyphs.get(*g as usize));
        if let Some(show) = first.and_then(|g| self.page.shows.get(g.show as usize)) {
            let c = show.clip.map(f64::from);
            if c[3] - c[1] > 4.0 * f64::from(line.height) && c[2] - c[0] > 4.0 * f64::from(line.height) {
                out = out.min(far(c));
            }
        }
        out
    }

    /// Right edge of a paragraph, found without looking at where its own lines happen to break.
    fn right_edge(&self, left: f64, widest: f64, line: &Line, edges: &Edges) -> f64 {
        if let Some(e) = edges
            .rights
            .iter()
            .copied()
            .filter(|e| *e > widest - SAME_EDGE && *e < widest + 12.0 * f64::from(line.height))
            .reduce(f64::min)
        {
            return e;
        }
        let area = self.page.area.map(f64::from);
        let mirrored = area[2] - (left - area[0]);
        if line.angle.abs() < 0.01 && mirrored > widest - SAME_EDGE && widest - left > 0.6 * (mirrored - left) {
            return mirrored;
        }
        (widest / 12.0).ceil() * 12.0
    }

    /// Edges of the other lines of the page in the same direction, lines with equal words left out.
    fn edges(&self, at: usize, line: &Line, touched: &[bool]) -> Edges {
        let mut out = Edges::default();
        let own: Vec<(f64, f64)> = line.cells.iter().map(|c| (f64::from(c.left), f64::from(c.right))).collect();
        for (n, other) in self.text.lines.iter().enumerate() {
            if n == at || (other.angle - line.angle).abs() > 0.02 {
                continue;
            }
            let sound = !touched.get(n).copied().unwrap_or(false);
            for (i, c) in other.cells.iter().enumerate() {
                let (l, r) = (f64::from(c.left), f64::from(c.right));
                let same = own.iter().any(|(a, b)| (a - l).abs() < SAME_EDGE && ((b - a) - (r - l)).abs() < 1.0);
                let (first, tail) = (i == 0, i + 1 == other.cells.len());
                if sound && first {
                    out.least.push(l);
                }
                if same && !sound {
                    continue;
                }
                out.cells.push((l, r));
                if sound && tail {
                    out.rights.push(r);
                }
            }
        }
        // An edge of a paragraph is one that two lines share.
        let rights = out.rights.clone();
        out.rights.retain(|r| rights.iter().filter(|o| (*o - r).abs() < SAME_EDGE).count() > 1);
        let area = self.page.area.map(f64::from);
        out.centre = if line.angle.abs() < 0.01 { Some((area[0] + area[2]) / 2.0) } else { None };
        out
    }

    /// Drawings that follow the words of a changed line go: underlines, highlights, clips of its own.
    fn band(&mut self, line: &Line) {
        let h = line.height;
        let frame = crate::format::layout::Frame::new(line.angle);
        for cell in &line.cells {
            let (left, right) = (cell.left - 0.7 * h, cell.right + 0.7 * h);
            for m in &self.page.marks {
                let [a, b, c, d] = m.bounds;
                let [l, low, r, high] = frame.extent(&[[a, b], [c, b], [c, d], [a, d]]);
                let inside = low > line.bottom - 0.45 * h && high < line.bottom + 1.45 * h;
                if !inside || r < cell.left || l > cell.right {
                    continue;
                }
                if m.clips || l > left && r < right {
                    (m.ops.0..=m.ops.1).for_each(|op| {
                        self.plan.skipped.insert((m.stream, op));
                    });
                }
            }
            // In page space again, for links.
            let (sin, cos) = line.angle.sin_cos();
            let p = |u: f32, v: f32| [u * cos - v * sin, u * sin + v * cos];
            let (v0, v1) = (line.bottom, line.bottom + h);
            let corners = [p(cell.left, v0), p(cell.right, v0), p(cell.right, v1), p(cell.left, v1)];
            let b = corners.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, p| {
                [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
            });
            self.plan.bands.push(b);
        }
    }
}

fn close(word: &mut Vec<(u32, f64, f64)>, width: &mut f64, out: &mut Vec<Token>) {
    if !word.is_empty() {
        out.push(Token::Word { glyphs: std::mem::take(word), width: *width });
    }
    *width = 0.0;
}

/// Where other lines begin and end.
#[derive(Default)]
struct Edges {
    cells: Vec<(f64, f64)>,
    /// Where whole lines that nothing was taken out of begin.
    least: Vec<f64>,
    rights: Vec<f64>,
    /// Middle of the page.
    centre: Option<f64>,
}

impl Edges {
    /// Left margin of the page's text, or where the line is when there is no other text.
    fn margin(&self, own: f64) -> f64 {
        self.least.iter().copied().reduce(f64::min).unwrap_or(own)
    }
}

enum Anchor {
    Left,
    Right,
    Centre,
    None,
}

/// Which edge of a cell is proved by other cells.
fn anchor(left: f64, right: f64, edges: &Edges, first: bool) -> Anchor {
    let near = |a: f64, b: f64| (a - b).abs() < SAME_EDGE;
    let count = |f: &dyn Fn(&(f64, f64)) -> bool| edges.cells.iter().filter(|c| f(c)).count();
    let by_left = count(&|c| near(c.0, left));
    let by_right = count(&|c| near(c.1, right));
    let middle = (left + right) / 2.0;
    let by_centre = count(&|c| near((c.0 + c.1) / 2.0, middle)) + usize::from(edges.centre.is_some_and(|m| near(m, middle)));
    if by_left > 0 && by_left >= by_right {
        return Anchor::Left;
    }
    if by_right > 0 && by_right >= by_centre {
        return Anchor::Right;
    }
    if by_centre > 0 && first {
        return Anchor::Centre;
    }
    if by_right > 0 {
        return Anchor::Right;
    }
    // Nothing else on the page: where it begins is all there is.
    if edges.cells.is_empty() { Anchor::Left } else { Anchor::None }
}

/// Ranges of tokens by line. A space at a break is not set.
fn break_lines(tokens: &[Token], start: f64, hang: f64, right: f64, squeeze: f64) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut u = start;
    let mut last_space: Option<usize> = None;
    let mut i = 0;
    while i < tokens.len() {
        let w = tokens[i].width() * squeeze;
        if matches!(tokens[i], Token::Space(_)) {
            last_space = Some(i);
        } else if u + w > right + 0.5
            && let Some(s) = last_space.filter(|s| *s > from)
        {
            out.push(from..s);
            from = s + 1;
            u = hang + tokens[from..i].iter().map(|t| t.width() * squeeze).sum::<f64>();
            last_space = None;
        }
        u += w;
        i += 1;
    }
    out.push(from..tokens.len());
    out
}
