//! Markup as one flowing text: what a person reads in a narrative block.
//!
//! Names are split over tags (`<content>Jane</content> Roe`), cells and lines; detection needs them in one string. Cells are parted
//! by ` | `, blocks and line breaks by a line end, inline tags by nothing. White space between blocks is dropped; a line break that
//! only wraps the source (followed by indentation) reads as a blank. All of it stands for no byte, so an edit leaves markup alone.

use super::encoding::{Encoding, of};
use super::text::{Mode, push};
use crate::model::view::{Span, TextView, ViewBuilder};

/// View of a range of well-formed markup. The encoding is found from the document's start.
pub fn view(bytes: &[u8], span: Span) -> TextView<'static> {
    flow(bytes, span, of(bytes), " | ", "\n", is_block)
}

/// View of a structured element (a name, an address): its parts parted by blanks.
pub fn parts(bytes: &[u8], span: Span) -> TextView<'static> {
    flow(bytes, span, of(bytes), " ", " ", |_| true)
}

fn flow(
    bytes: &[u8],
    span: Span,
    enc: Encoding,
    cell: &'static str,
    line: &'static str,
    block: fn(&[u8]) -> bool,
) -> TextView<'static> {
    let mut f = Flow { out: ViewBuilder::default(), enc, bytes, cell, line, want_line: false, cells: 0, blank: None, tags: 0 };
    let end = (span.end as usize).min(bytes.len());
    let mut at = span.start as usize;
    while at < end {
        let rest = bytes.get(at..end).unwrap_or(&[]);
        let text = memchr::memchr(b'<', rest).unwrap_or(rest.len());
        if text > 0 {
            f.text(at, at + text, Mode::Text);
            at += text;
            continue;
        }
        let skip = |tail: &[u8]| memchr::memmem::find(rest, tail).map_or(rest.len(), |p| p + tail.len());
        if rest.starts_with(b"<!--") {
            at += skip(b"-->");
        } else if rest.starts_with(b"<![CDATA[") {
            let len = skip(b"]]>");
            f.text(at + 9, (at + len).saturating_sub(3).max(at + 9), Mode::Verbatim);
            at += len;
        } else if rest.starts_with(b"<?") {
            at += skip(b"?>");
        } else {
            let len = tag_len(rest);
            f.tag(rest.get(1..len.saturating_sub(1)).unwrap_or(&[]), block);
            at += len;
        }
    }
    f.out.finish()
}

/// Length of a tag, quotes respected.
fn tag_len(rest: &[u8]) -> usize {
    let mut quote = 0u8;
    for (i, &b) in rest.iter().enumerate() {
        match b {
            b'"' | b'\'' if quote == 0 => quote = b,
            b if b == quote => quote = 0,
            b'>' if quote == 0 => return i + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Elements that begin and end a line: CDA narrative, and HTML that exporters put there.
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"text"
            | b"paragraph"
            | b"list"
            | b"item"
            | b"caption"
            | b"table"
            | b"thead"
            | b"tbody"
            | b"tfoot"
            | b"tr"
            | b"br"
            | b"footnote"
            | b"renderMultiMedia"
            | b"p"
            | b"div"
            | b"li"
            | b"ul"
            | b"ol"
            | b"dl"
            | b"dt"
            | b"dd"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"hr"
            | b"pre"
    )
}

struct Flow<'a> {
    out: ViewBuilder,
    enc: Encoding,
    bytes: &'a [u8],
    cell: &'static str,
    line: &'static str,
    /// A line end is due before the next text.
    want_line: bool,
    /// Cells closed since the last text or line end.
    cells: usize,
    /// White space that stands between the last text and whatever comes.
    blank: Option<Span>,
    /// Tags since the last text: 2 or more part two texts that no white space parts (`</content><content>`).
    tags: usize,
}

impl Flow<'_> {
    fn tag(&mut self, inside: &[u8], block: fn(&[u8]) -> bool) {
        let (closes, name) = match inside.strip_prefix(b"/") {
            Some(rest) => (true, rest),
            None => (false, inside),
        };
        let len = name.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(name.len());
        let name = name.get(..len).unwrap_or(&[]);
        let name = memchr::memrchr(b':', name).map_or(name, |c| name.get(c + 1..).unwrap_or(&[]));
        self.tags += 1;
        if matches!(name, b"td" | b"th") {
            self.blank = None;
            self.cells += usize::from(closes);
        } else if block(name) {
            self.blank = None;
            self.want_line = true;
            self.cells = 0;
        }
    }

    fn text(&mut self, start: usize, end: usize, mode: Mode) {
        let raw = self.bytes.get(start..end).unwrap_or(&[]);
        let Some(first) = raw.iter().position(|b| !b.is_ascii_whitespace()) else {
            if start < end {
                self.blank.get_or_insert(Span::new(start, end));
            }
            return;
        };
        let last = raw.iter().rposition(|b| !b.is_ascii_whitespace()).unwrap_or(first) + 1;
        if first > 0 {
            self.blank.get_or_insert(Span::new(start, start + first));
        }
        self.part();
        self.words(start + first, start + last, mode);
        self.blank = (last < raw.len()).then(|| Span::new(start + last, end));
        self.tags = 0;
    }

    /// Writes what parts the text before from the text to come.
    fn part(&mut self) {
        let blank = self.blank.take();
        let begun = !self.out.text().is_empty();
        if self.want_line && begun {
            self.out.separator(self.line);
        }
        for _ in 0..self.cells {
            self.out.separator(self.cell);
        }
        if begun && !self.want_line && self.cells == 0 {
            match blank {
                Some(span) if self.bytes.get(span.range()) == Some(b" ") => self.out.same(" ", span.start as usize),
                Some(span) => self.out.escaped(" ", span),
                None if self.tags >= 2 => self.out.separator(" "),
                None => {}
            }
        }
        self.want_line = false;
        self.cells = 0;
    }

    /// Appends text, white space with line ends in it reduced to one blank or line end.
    fn words(&mut self, start: usize, end: usize, mode: Mode) {
        let raw = self.bytes.get(start..end).unwrap_or(&[]);
        let (mut at, mut run) = (0, 0);
        while let Some(p) = raw.get(at..).and_then(|r| memchr::memchr2(b'\n', b'\r', r)) {
            let mut from = at + p;
            while from > run && matches!(raw.get(from - 1), Some(b' ' | b'\t')) {
                from -= 1;
            }
            let mut to = at + p;
            while raw.get(to).is_some_and(|b| b.is_ascii_whitespace()) {
                to += 1;
            }
            push(&mut self.out, self.bytes, Span::new(start + run, start + from), self.enc, mode);
            let gap = raw.get(from..to).unwrap_or(&[]);
            let lines = memchr::memchr_iter(b'\n', gap).count().max(memchr::memchr_iter(b'\r', gap).count());
            let wraps = lines == 1 && matches!(gap.last(), Some(b' ' | b'\t'));
            self.out.escaped(if wraps { " " } else { "\n" }, Span::new(start + from, start + to));
            at = to;
            run = to;
        }
        push(&mut self.out, self.bytes, Span::new(start + run, end), self.enc, mode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(markup: &str) -> String {
        view(markup.as_bytes(), Span::new(0, markup.len())).text.into_owned()
    }

    #[test]
    fn cells_lines_and_inline_tags() {
        let table = "<table>\n <tr><th>Name</th><th/><th>Role</th></tr>\n <tr><td>Ana <b>Lima</b></td><td></td><td>sister</td></tr></table>";
        assert_eq!(read(table), "Name | Role\nAna Lima |  | sister");
        assert_eq!(
            read("<paragraph>Seen by<br/>Dr. <content>Ana</content>\n   Lima</paragraph> <paragraph>x</paragraph>"),
            "Seen by\nDr. Ana Lima\nx"
        );
        assert_eq!(read("<content>A</content>na"), "Ana");
        assert_eq!(read("<content>Ana</content><content>Lima</content>"), "Ana Lima");
        assert_eq!(read("a<!-- x > y --><![CDATA[<b>&amp;]]>c"), "a<b>&amp;c");
        assert_eq!(read("one\ntwo\n   three\n\n  four"), "one\ntwo three\nfour");
    }

    #[test]
    fn positions_lead_back_to_the_bytes() {
        let raw = "<td>Jos&#233; <b>Lima</b></td>";
        let v = view(raw.as_bytes(), Span::new(0, raw.len()));
        assert_eq!(v.text, "José Lima");
        let spans = v.raw_ranges(0, v.text.len());
        let back: Vec<&str> = spans.iter().map(|s| &raw[s.range()]).collect();
        assert_eq!(back, ["Jos&#233; ", "Lima"]);
    }
}
