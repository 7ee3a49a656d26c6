//! HTML as flowing text and the places around it where text can stand.
//!
//! # For other formats
//! The narrative of a FHIR resource is XHTML inside a JSON string. Read it like this:
//!
//! ```text
//! let outer: TextView = ...;                         // the JSON string decoded, segments -> bytes of the file
//! for piece in pieces(outer.text.as_bytes()) {       // offsets in the decoded string
//!     let inner = piece_view(outer.text.as_bytes(), &piece);
//!     let view = through(&outer, &inner);            // text as a person reads it, segments -> bytes of the file
//! }
//! ```
//!
//! Field class is `piece.class`. To write a replacement: `escape(text, &piece)` for the place in the markup, then the escapes of the
//! JSON string on top. The first raw range of an edit takes the replacement, the others become empty: tags in between stay, so the
//! XHTML stays well-formed.

use super::charset::{Charset, Seen, push, push_char, seen};
use super::entities;
use super::lines::CHUNK_BYTES;
use super::tags::{Break, attr_class, break_of, is_known, is_odd_attr_name, is_xslt, local};
use super::tokens::{Attr, Kind, Lexer, Tag};
use crate::model::document::{Class, Form};
use crate::model::view::{Span, TextView, ViewBuilder};

/// A place in markup where text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its bytes: a stretch of markup for flowing text, the value between the quotes for an attribute, the inside of a comment.
    /// Stretches of flowing text contain the attributes of their tags.
    pub span: Span,
    /// What it holds.
    pub class: Class,
    /// [`Form::Markup`] flowing text, [`Form::XmlAttr`] attribute, [`Form::XmlComment`] comment, [`Form::Plain`] script, style or
    /// the inside of something that is no proper tag.
    pub form: Form,
    /// True for an attribute value without quotes.
    pub unquoted: bool,
}

/// All places of `html` where text stands, in order of their start. Flowing text is cut at block borders into stretches of about
/// [`CHUNK_BYTES`]; an ordinary narrative is one stretch. Linear in the input, never fails.
pub fn pieces(html: &[u8]) -> Vec<Piece> {
    let mut out = Vec::new();
    let (mut flow_from, mut has_text, mut pre) = (0usize, false, 0u32);
    let piece =
        |span: std::ops::Range<usize>, class, form| Piece { span: Span::new(span.start, span.end), class, form, unquoted: false };
    for token in Lexer::new(html) {
        match token.kind {
            Kind::Text | Kind::RcData | Kind::CData(_) => has_text = has_text || !html[token.span].trim_ascii().is_empty(),
            Kind::Raw => out.push(piece(token.span, Class::Unknown, Form::Plain)),
            Kind::Broken => out.push(piece(token.span, Class::Unknown, Form::Plain)),
            Kind::Comment(inner) => {
                if !html[inner.clone()].trim_ascii().is_empty() {
                    out.push(piece(inner, Class::Comment, Form::XmlComment));
                }
            }
            Kind::Tag(tag) => {
                let name = &html[tag.name.clone()];
                if name.eq_ignore_ascii_case(b"pre") {
                    pre = if tag.end { pre.saturating_sub(1) } else { pre + 1 };
                }
                let block = matches!(break_of(name), Break::Block | Break::Line);
                if block && pre == 0 && token.span.start - flow_from >= CHUNK_BYTES {
                    if has_text {
                        out.push(piece(flow_from..token.span.start, Class::Narrative, Form::Markup));
                    }
                    (flow_from, has_text) = (token.span.start, false);
                }
                tag_pieces(html, &tag, token.span, &mut out);
            }
        }
    }
    if has_text {
        out.push(piece(flow_from..html.len(), Class::Narrative, Form::Markup));
    }
    out.sort_by_key(|p| (p.span.start, std::cmp::Reverse(p.span.end)));
    out
}

/// The texts in one tag.
fn tag_pieces(html: &[u8], tag: &Tag, span: std::ops::Range<usize>, out: &mut Vec<Piece>) {
    let name = &html[tag.name.clone()];
    let odd = |a: &Attr| is_odd_attr_name(&html[a.name.clone()], a.value.is_some());
    let plain = |start: usize, end: usize| Piece {
        span: Span::new(start, end),
        class: Class::Unknown,
        form: Form::Plain,
        unquoted: false,
    };
    if !is_known(local(name)) && !is_xslt(name) {
        if !is_plain_name(name) || tag.attrs.iter().any(odd) {
            // "<jane@example.org>", "<Jane Roe>": a browser shows nothing, a text editor shows the name.
            out.push(plain(tag.name.start, span.end.saturating_sub(1).max(tag.name.start)));
            return;
        }
        out.push(plain(tag.name.start, tag.name.end));
    }
    // Odd attribute names that follow each other are read together: `<p Jane Roe>`.
    let mut run: Option<(usize, usize)> = None;
    for a in &tag.attrs {
        if odd(a) {
            run = Some((run.map_or(a.name.start, |r| r.0), a.name.end));
        }
        if !odd(a) || a.value.is_some() {
            out.extend(run.take().map(|(start, end)| plain(start, end)));
        }
        let Some(value) = a.value.clone() else { continue };
        if let Some(class) = attr_class(&html[a.name.clone()], &html[value.clone()]) {
            out.push(Piece { span: Span::new(value.start, value.end), class, form: Form::XmlAttr, unquoted: !a.quoted });
        }
    }
    out.extend(run.map(|(start, end)| plain(start, end)));
}

fn is_plain_name(name: &[u8]) -> bool {
    name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
}

/// Text of a piece as a person reads it, with its way back to the bytes of `html` (UTF-8).
pub fn piece_view(html: &[u8], piece: &Piece) -> TextView<'static> {
    view(html, piece.span, piece.form, Charset::Utf8)
}

pub(super) fn view(html: &[u8], span: Span, form: Form, charset: Charset) -> TextView<'static> {
    let Some(raw) = html.get(span.range()) else { return TextView::default() };
    let at = span.start as usize;
    match form {
        Form::Markup => flow(raw, at, charset),
        Form::XmlAttr => {
            let mut b = ViewBuilder::default();
            with_references(raw, |bytes, from, c| match c {
                None => push(&mut b, bytes, at + from, charset),
                Some(c) => push_char(&mut b, c, Span::new(at + from, at + from + bytes.len())),
            });
            b.finish()
        }
        _ => {
            let mut b = ViewBuilder::default();
            push(&mut b, raw, at, charset);
            b.finish()
        }
    }
}

/// Calls `f` for runs without a reference (`None`) and for each reference with its character.
fn with_references(raw: &[u8], mut f: impl FnMut(&[u8], usize, Option<char>)) {
    let mut from = 0;
    for amp in memchr::memchr_iter(b'&', raw) {
        if amp < from {
            continue;
        }
        if let Some((c, len)) = entities::decode(&raw[amp..]) {
            f(&raw[from..amp], from, None);
            f(&raw[amp..amp + len], amp, Some(c));
            from = amp + len;
        }
    }
    f(&raw[from..], from, None);
}

/// The flowing text: blanks folded, blocks on their own lines, table cells set off by tabs, tags inside a line gone.
fn flow(raw: &[u8], at: usize, charset: Charset) -> TextView<'static> {
    let mut out = Flow { b: ViewBuilder::default(), at, charset, pre: 0 };
    for token in Lexer::new(raw) {
        match token.kind {
            Kind::Text => out.text(&raw[token.span.clone()], token.span.start),
            Kind::RcData => out.text(&raw[token.span.clone()], token.span.start),
            Kind::CData(inner) => out.words(&raw[inner.clone()], inner.start),
            Kind::Raw | Kind::Comment(_) | Kind::Broken => {}
            Kind::Tag(tag) => {
                let name = &raw[tag.name.clone()];
                if name.eq_ignore_ascii_case(b"pre") || name.eq_ignore_ascii_case(b"textarea") {
                    out.pre = if tag.end { out.pre.saturating_sub(1) } else { out.pre + 1 };
                }
                match break_of(name) {
                    Break::Inline => {}
                    Break::Block => out.break_line(),
                    Break::Line => out.line_end(),
                    Break::Cell if !tag.end => out.cell(),
                    Break::Cell => {}
                }
            }
        }
    }
    out.b.finish()
}

struct Flow {
    b: ViewBuilder,
    at: usize,
    charset: Charset,
    pre: u32,
}

impl Flow {
    fn break_line(&mut self) {
        if !self.b.text().is_empty() && !self.b.text().ends_with('\n') {
            self.b.separator("\n");
        }
    }

    fn line_end(&mut self) {
        if !self.b.text().is_empty() && !self.b.text().ends_with("\n\n") {
            self.b.separator("\n");
        }
    }

    fn cell(&mut self) {
        if !self.b.text().is_empty() && !self.b.text().ends_with(['\n', '\t']) {
            self.b.separator("\t");
        }
    }

    /// A blank that stands for the bytes `raw`: shown when there is none yet.
    fn blank(&mut self, raw: Span) {
        if !self.b.text().is_empty() && !self.b.text().ends_with([' ', '\n', '\t']) {
            self.b.escaped(" ", raw);
        }
    }

    fn text(&mut self, raw: &[u8], from: usize) {
        let mut runs: Vec<(usize, usize, Option<char>)> = Vec::new();
        with_references(raw, |bytes, at, c| runs.push((at, bytes.len(), c)));
        for (start, len, c) in runs {
            match c {
                None => self.words(&raw[start..start + len], from + start),
                Some(c) => self.reference(c, Span::new(self.at + from + start, self.at + from + start + len)),
            }
        }
    }

    fn reference(&mut self, c: char, raw: Span) {
        match seen(c) {
            Seen::Itself if c.is_ascii_whitespace() && self.pre == 0 => self.blank(raw),
            Seen::Blank if self.pre == 0 => self.blank(raw),
            _ => push_char(&mut self.b, c, raw),
        }
    }

    /// Text without references.
    fn words(&mut self, raw: &[u8], from: usize) {
        let at = self.at + from;
        if self.pre > 0 {
            return push(&mut self.b, raw, at, self.charset);
        }
        let mut p = 0;
        while p < raw.len() {
            let blanks = raw[p..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            if blanks > 0 {
                let only_space = blanks == 1 && raw[p] == b' ';
                let span = Span::new(at + p, at + p + blanks);
                if only_space && !self.b.text().is_empty() && !self.b.text().ends_with([' ', '\n', '\t']) {
                    self.b.same(" ", at + p);
                } else {
                    self.blank(span);
                }
                p += blanks;
                continue;
            }
            let word = raw[p..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            push(&mut self.b, &raw[p..p + word], at + p, self.charset);
            p += word;
        }
    }
}

/// Puts two decodings together: `inner` is a view whose raw ranges are offsets in the text of `outer`. The result has the text of
/// `inner` and the raw ranges of `outer`.
pub fn through(outer: &TextView, inner: &TextView) -> TextView<'static> {
    let mut b = ViewBuilder::default();
    for (i, seg) in inner.segs.iter().enumerate() {
        let end = inner.segs.get(i + 1).map_or(inner.text.len(), |n| n.text as usize);
        let Some(text) = inner.text.get(seg.text as usize..end) else { continue };
        if seg.raw.is_empty() {
            b.separator(text);
        } else if seg.same {
            through_same(outer, seg.raw, text, &mut b);
        } else {
            let raws = outer.raw_ranges(seg.raw.start as usize, seg.raw.end as usize);
            match (raws.first(), raws.last()) {
                (Some(f), Some(l)) => b.escaped(text, Span { start: f.start, end: l.end }),
                _ => b.separator(text),
            }
        }
    }
    b.finish()
}

/// A run that reads as it is stored inside `outer`: cut where `outer` changes from plain bytes to an escape.
fn through_same(outer: &TextView, range: Span, text: &str, b: &mut ViewBuilder) {
    let (from, to) = (range.start as usize, range.end as usize);
    let first = outer.segs.partition_point(|s| (s.text as usize) <= from).saturating_sub(1);
    for (i, seg) in outer.segs.iter().enumerate().skip(first) {
        let start = (seg.text as usize).max(from);
        let end = outer.segs.get(i + 1).map_or(outer.text.len(), |n| n.text as usize).min(to);
        if seg.text as usize >= to {
            break;
        }
        let Some(part) = text.get(start - from..end.max(start) - from).filter(|p| !p.is_empty()) else { continue };
        if seg.raw.is_empty() {
            b.separator(part);
        } else if seg.same {
            b.same(part, seg.raw.start as usize + (start - seg.text as usize));
        } else {
            b.escaped(part, seg.raw);
        }
    }
}

/// A replacement text as the place of a piece wants it.
pub fn escape(text: &str, piece: &Piece) -> String {
    escape_for(text, piece.form, piece.unquoted)
}

pub(super) fn escape_for(text: &str, form: Form, unquoted: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match (form, c) {
            (Form::Markup | Form::XmlAttr, '&') => out.push_str("&amp;"),
            (Form::Markup | Form::XmlAttr, '<') => out.push_str("&lt;"),
            (Form::Markup | Form::XmlAttr, '>') => out.push_str("&gt;"),
            (Form::XmlAttr, '"') => out.push_str("&#34;"),
            (Form::XmlAttr, '\'') => out.push_str("&#39;"),
            // Without quotes a blank, `=` or back quote would end the value or change it.
            (Form::XmlAttr, ' ' | '\t' | '\n' | '\r' | '=' | '`') if unquoted => out.push_str(&format!("&#{};", c as u32)),
            // Nothing that could end a comment, a script or a tag.
            (Form::Plain | Form::XmlComment, '<' | '>' | '"' | '\'' | '`' | '\\') => out.push('_'),
            (Form::XmlComment, '-') if out.ends_with('-') => out.push_str(" -"),
            _ => out.push(c),
        }
    }
    if form == Form::XmlComment && out.ends_with('-') {
        out.push(' ');
    }
    if form == Form::XmlAttr && unquoted && out.is_empty() {
        // `href=` would take the next attribute for its value.
        out.push_str("&#32;");
    }
    out
}
