//! What is to happen to the glyphs and drawings of one page.

use super::page::PageModel;
use lopdf::ObjectId;
use std::collections::{HashMap, HashSet};

/// New place of a glyph that stays.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Pen in page space.
    pub pen: [f64; 2],
    /// Narrower by this factor along the line.
    pub squeeze: f64,
}

/// A label to draw.
#[derive(Clone, Debug)]
pub struct Label {
    /// The words.
    pub text: String,
    /// Lower left of its first letter's cell on the base line, in page space.
    pub at: [f64; 2],
    /// Direction of the line, in radians.
    pub angle: f64,
    /// Font size.
    pub size: f64,
    /// Narrower by this factor.
    pub squeeze: f64,
}

/// All changes of a page.
#[derive(Default)]
pub struct Plan {
    /// By glyph: taken out.
    pub removed: Vec<bool>,
    /// Glyphs that move.
    pub placed: HashMap<u32, Placed>,
    /// Labels by the glyph in whose place they are drawn.
    pub labels: HashMap<u32, Vec<Label>>,
    /// Operations that build or paint paths that go: stream and operation.
    pub skipped: HashSet<(u32, u32)>,
    /// Pictures in which pixels were overwritten: their new objects.
    pub replaced: HashMap<(u32, u32), ObjectId>,
    /// Pictures that are left out.
    pub pictures: HashSet<(u32, u32)>,
    /// Boxes of the changed lines in page space, for links and annotations over them.
    pub bands: Vec<[f32; 4]>,
}

impl Plan {
    /// Nothing but what is not on the page anyway.
    pub fn new(page: &PageModel) -> Plan {
        Plan { removed: page.glyphs.iter().map(|g| g.gone).collect(), ..Plan::default() }
    }

    /// True when a glyph stays where it is.
    pub fn untouched(&self, glyph: u32) -> bool {
        !self.removed.get(glyph as usize).copied().unwrap_or(false)
            && !self.placed.contains_key(&glyph)
            && !self.labels.contains_key(&glyph)
    }

    /// Streams that cannot be written as they are, those that draw them included.
    pub fn touched_streams(&self, page: &PageModel) -> Vec<bool> {
        let mut out = vec![false; page.streams.len()];
        for (g, glyph) in page.glyphs.iter().enumerate() {
            if !self.untouched(g as u32)
                && let Some(slot) = page.shows.get(glyph.show as usize).and_then(|s| out.get_mut(s.stream as usize))
            {
                *slot = true;
            }
        }
        for (stream, _) in self.skipped.iter().chain(&self.pictures).chain(self.replaced.keys()) {
            if let Some(slot) = out.get_mut(*stream as usize) {
                *slot = true;
            }
        }
        // Children come after their parents, so one backward pass is enough.
        for (i, u) in page.streams.iter().enumerate().rev() {
            let inner = u.children.values().any(|c| out.get(*c as usize).copied().unwrap_or(false));
            if let Some(slot) = out.get_mut(i) {
                *slot |= inner || !u.hidden.is_empty();
            }
        }
        out
    }
}
