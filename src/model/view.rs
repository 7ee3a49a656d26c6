//! A decoded text and the way back to the bytes it came from.
//!
//! A name in an export is rarely stored as it reads: `Jos\u00e9`, `Smith &amp; Sons`, `<b>Jane</b> <i>Roe</i>`.
//! Detection wants the reading, the writer wants the bytes. A [`TextView`] holds the reading as one string and a list of
//! [`Seg`]ments, each saying which bytes of the source a stretch of it stands for. Markup between two text nodes belongs to no
//! segment, so an edit that crosses it leaves the markup in place.

use std::borrow::Cow;

/// Byte range in a document's source, end exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `usize` offsets. Documents are limited to less than 4 GiB by intake, so the cast is safe there.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start: start as u32, end: end as u32 }
    }
    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
    /// True when the span holds no byte.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
    /// As a `Range<usize>` for slicing.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
    /// True when `other` lies wholly inside `self`.
    pub fn contains(&self, other: &Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
    /// True when the two share at least one byte.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// One stretch of a [`TextView`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seg {
    /// Offset in the view's text where the stretch begins; it ends where the next begins.
    pub text: u32,
    /// The bytes it stands for. An empty span is text that is not in the source (a separator between table cells).
    pub raw: Span,
    /// True when text and raw bytes are the same, byte for byte, so that a part of one is a part of the other.
    /// False for an escape or entity, which is edited whole or not at all.
    pub same: bool,
}

/// Decoded text with its map back to the source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextView<'a> {
    /// The text as a person reads it.
    pub text: Cow<'a, str>,
    /// Segments in order of `text`; the first starts at 0 unless the text is empty.
    pub segs: Vec<Seg>,
}

impl<'a> TextView<'a> {
    /// A view of bytes that read as they are stored.
    pub fn plain(text: &'a str, start: usize) -> Self {
        let segs = vec![Seg { text: 0, raw: Span::new(start, start + text.len()), same: true }];
        TextView { text: Cow::Borrowed(text), segs }
    }

    /// The source ranges that the text range `start..end` stands for, in order, neighbours merged. Empty when the range lies
    /// in separators only. An escape or entity that the range touches is included whole.
    pub fn raw_ranges(&self, start: usize, end: usize) -> Vec<Span> {
        let mut out: Vec<Span> = Vec::new();
        if start >= end {
            return out;
        }
        let first = self.segs.partition_point(|s| (s.text as usize) <= start).saturating_sub(1);
        for (i, seg) in self.segs.iter().enumerate().skip(first) {
            let seg_start = seg.text as usize;
            if seg_start >= end {
                break;
            }
            let seg_end = self.segs.get(i + 1).map_or(self.text.len(), |n| n.text as usize);
            if seg_end <= start || seg.raw.is_empty() {
                continue;
            }
            let raw = if seg.same {
                let from = seg.raw.start as usize + start.saturating_sub(seg_start);
                let to = seg.raw.start as usize + end.min(seg_end) - seg_start;
                Span::new(from, to)
            } else {
                seg.raw
            };
            match out.last_mut() {
                Some(last) if last.end == raw.start => last.end = raw.end,
                _ => out.push(raw),
            }
        }
        out
    }
}

/// Builds a [`TextView`] piece by piece, merging runs that continue each other.
#[derive(Default)]
pub struct ViewBuilder {
    text: String,
    segs: Vec<Seg>,
}

impl ViewBuilder {
    /// Appends text stored as it reads, at source offset `at`.
    pub fn same(&mut self, text: &str, at: usize) {
        if text.is_empty() {
            return;
        }
        let pos = self.text.len() as u32;
        self.text.push_str(text);
        if let Some(last) = self.segs.last_mut()
            && last.same
            && !last.raw.is_empty()
            && last.raw.end as usize == at
            && (last.raw.end - last.raw.start) == pos - last.text
        {
            last.raw.end += text.len() as u32;
            return;
        }
        self.segs.push(Seg { text: pos, raw: Span::new(at, at + text.len()), same: true });
    }

    /// Appends text that stands for the escape or entity at `raw`.
    pub fn escaped(&mut self, text: &str, raw: Span) {
        if text.is_empty() {
            return;
        }
        self.segs.push(Seg { text: self.text.len() as u32, raw, same: false });
        self.text.push_str(text);
    }

    /// Appends text that is not in the source: the blank between two table cells, the line end after a paragraph.
    pub fn separator(&mut self, text: &str) {
        self.escaped(text, Span::default());
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The finished view.
    pub fn finish(self) -> TextView<'static> {
        TextView { text: Cow::Owned(self.text), segs: self.segs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cross_markup_and_take_escapes_whole() {
        let mut b = ViewBuilder::default();
        b.same("Jane", 10); // <b>Jane</b>
        b.same(" ", 18);
        b.same("R", 22);
        b.escaped("é", Span::new(23, 29));
        b.same("e", 29);
        b.separator("\n");
        b.same("next", 40);
        let v = b.finish();
        assert_eq!(v.text, "Jane Rée\nnext");
        let at = v.text.find("Rée").unwrap();
        assert_eq!(v.raw_ranges(at, at + "Rée".len()), vec![Span::new(22, 30)]);
        assert_eq!(v.raw_ranges(0, at + 1), vec![Span::new(10, 14), Span::new(18, 19), Span::new(22, 23)]);
        assert!(v.raw_ranges(at + 4, at + 5).is_empty(), "a separator has no bytes");
        assert_eq!(v.raw_ranges(at + 6, at + 7), vec![Span::new(41, 42)]);
    }

    #[test]
    fn plain_view_maps_one_to_one() {
        let v = TextView::plain("hello", 100);
        assert_eq!(v.raw_ranges(1, 3), vec![Span::new(101, 103)]);
        assert!(v.raw_ranges(3, 3).is_empty());
    }
}
