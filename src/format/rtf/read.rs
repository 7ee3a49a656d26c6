//! Tokens of RTF into pieces of text with their way back to the bytes.
//!
//! Every letter that stands anywhere in the file is read, also in groups that a word processor skips: an unknown group, hidden text,
//! a style's name, the substitute behind a Unicode character. What a group is only decides how its text is looked at.

use super::charset::{is_lead, of_code_page, of_font};
use super::destinations::{self, Holds};
use super::lex::{Kind, Lexer, Token};
use crate::format::text::push_char;
use crate::model::document::Class;
use crate::model::error::ReadError;
use crate::model::view::{Span, TextView, ViewBuilder};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::HashMap;

/// Groups inside each other. Word writes fewer than forty.
const MAX_DEPTH: usize = 1000;
/// A story is handed on in stretches of about this many bytes of text, cut at the end of a paragraph.
const STRETCH: usize = 48 << 10;

/// What one piece holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Text(Class, TextView<'static>),
    /// Decoded hexadecimal data with its media type, or why it cannot be decoded.
    Data(&'static str, Result<Vec<u8>, String>),
}

/// A stretch of the file that is read as one.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub span: Span,
    pub content: Content,
}

/// A file, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// In the order of their first byte.
    pub pieces: Vec<Piece>,
    /// Ends of control words that no space ends, ascending.
    pub bare: Vec<usize>,
}

/// A piece in the making.
struct Story {
    holds: Holds,
    class: Class,
    view: ViewBuilder,
    /// Length of what was put in front of the text.
    lead: usize,
    first: Option<usize>,
    last: usize,
    /// Hexadecimal digits, when it holds data.
    digits: Vec<u8>,
    media_type: &'static str,
    /// Ranges of the digits that no control word interrupts.
    runs: Vec<Span>,
    spoiled: bool,
}

#[derive(Clone, Copy)]
struct Group {
    story: usize,
    encoding: &'static Encoding,
    /// Letters that stand behind each `\u` for readers without Unicode.
    substitutes: u32,
    /// Nothing but `\*` has come yet.
    fresh: bool,
    star: bool,
}

/// A Unicode character whose substitutes are still to come.
struct Pending {
    text: String,
    start: usize,
    end: usize,
    left: u32,
    /// First half of a pair.
    high: Option<u16>,
}

struct Reader {
    stories: Vec<Story>,
    groups: Vec<Group>,
    done: Vec<Piece>,
    bare: Vec<usize>,
    fonts: HashMap<i32, &'static Encoding>,
    font: i32,
    default_font: i32,
    default_encoding: &'static Encoding,
    pending: Option<Pending>,
    /// First byte of a letter of two bytes, with its place.
    lead: Option<(u8, Span)>,
}

/// Reads a whole file.
pub(super) fn read(bytes: &[u8]) -> Result<Parsed, ReadError> {
    if !bytes.starts_with(b"{\\rtf") {
        return Err(ReadError::at("not RTF", bytes, 0));
    }
    let mut r = Reader {
        stories: vec![Story::new(Holds::Story)],
        groups: vec![Group { story: 0, encoding: WINDOWS_1252, substitutes: 1, fresh: false, star: false }],
        done: Vec::new(),
        bare: Vec::new(),
        fonts: HashMap::new(),
        font: 0,
        default_font: -1,
        default_encoding: WINDOWS_1252,
        pending: None,
        lead: None,
    };
    for token in Lexer::new(bytes) {
        if token.bare {
            r.bare.push(token.at.end);
        }
        r.token(&token, bytes)?;
    }
    r.flush();
    if r.groups.len() > 1 {
        return Err(ReadError::at("RTF that ends inside a group", bytes, bytes.len()));
    }
    for i in 0..r.stories.len() {
        r.finish(i);
    }
    r.done.sort_by_key(|p| (p.span.start, p.span.end));
    Ok(Parsed { pieces: r.done, bare: r.bare })
}

impl Story {
    fn new(holds: Holds) -> Self {
        let mut view = ViewBuilder::default();
        let (lead, class) = match holds {
            Holds::Value(lead, class) | Holds::Values(lead, class) => (lead, class),
            Holds::Date => ("", Class::Date),
            _ => ("", Class::Narrative),
        };
        view.separator(lead);
        Story {
            holds,
            class,
            view,
            lead: lead.len(),
            first: None,
            last: 0,
            digits: Vec::new(),
            media_type: "application/octet-stream",
            runs: Vec::new(),
            spoiled: false,
        }
    }

    fn is_data(&self) -> bool {
        matches!(self.holds, Holds::Picture | Holds::Data)
    }

    fn seen(&mut self, at: Span) {
        self.first.get_or_insert(at.start as usize);
        self.last = self.last.max(at.end as usize);
    }
}

impl Reader {
    fn top(&mut self) -> &mut Group {
        // The outermost group is never closed.
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn token(&mut self, t: &Token, bytes: &[u8]) -> Result<(), ReadError> {
        match t.kind {
            Kind::Break => return Ok(()),
            Kind::Open | Kind::Close => self.flush(),
            _ => {}
        }
        let span = Span::new(t.at.start, t.at.end);
        match t.kind {
            Kind::Open => {
                if self.groups.len() >= MAX_DEPTH {
                    return Err(ReadError::at("RTF groups nested too deep", bytes, t.at.start));
                }
                let mut g = *self.top();
                g.fresh = true;
                g.star = false;
                if let Holds::Values(..) = self.stories[g.story].holds {
                    g.story = self.begin(self.stories[g.story].holds);
                }
                self.groups.push(g);
            }
            Kind::Close => {
                if self.groups.len() > 1 {
                    self.groups.pop();
                }
            }
            Kind::Word(b"bin", Some(n)) if n > 0 => {
                return Err(ReadError::at("RTF with binary data", bytes, t.at.start));
            }
            Kind::Word(name, param) => self.word(name, param, span),
            Kind::Symbol(c) => self.symbol(c, span),
            Kind::Hex(byte) => {
                self.top().fresh = false;
                if !self.substitute(1, span) {
                    self.letters(&[byte], span, false);
                }
            }
            Kind::Text(text) => {
                self.top().fresh = false;
                let skipped = self.skip(text, t.at.start);
                let rest = text.get(skipped..).unwrap_or_default();
                if !rest.is_empty() {
                    self.letters(rest, Span::new(t.at.start + skipped, t.at.end), true);
                }
            }
            Kind::Break => {}
        }
        Ok(())
    }

    fn begin(&mut self, holds: Holds) -> usize {
        self.stories.push(Story::new(holds));
        self.stories.len() - 1
    }

    fn word(&mut self, name: &[u8], param: Option<i32>, span: Span) {
        let group = *self.top();
        let found = if group.fresh { destinations::of(name) } else { None };
        self.top().fresh = false;
        if group.fresh && (found.is_some() || group.star) {
            let holds = found.unwrap_or(Holds::Value("", Class::Unknown));
            if holds != Holds::Same {
                self.flush();
                let story = self.begin(holds);
                self.top().story = story;
            }
            return;
        }
        if self.stories[group.story].holds == Holds::Date
            && let Some(part) = param.and_then(|n| destinations::part_of_date(name, n))
        {
            self.flush();
            return self.put(&part, span);
        }
        match (name, param) {
            (b"u", Some(n)) => return self.unicode(n, span),
            // More substitutes than two for one character hide a text behind it; they are read as text then.
            (b"uc", Some(n)) => self.top().substitutes = u32::try_from(n).ok().filter(|n| *n <= 2).unwrap_or(0),
            (b"ansicpg", Some(n)) => self.set_default(of_code_page(n)),
            (b"mac", _) => self.set_default(of_code_page(10000)),
            (b"pc" | b"pca", _) => self.set_default(of_code_page(850)),
            (b"deff", Some(n)) => self.default_font = n,
            (b"fcharset", Some(n)) => {
                if let Some(e) = of_font(n) {
                    self.fonts.insert(self.font, e);
                }
            }
            (b"f", Some(n)) => {
                self.font = n;
                self.top().encoding = self.fonts.get(&n).copied().unwrap_or(self.default_encoding);
            }
            (b"plain", _) => {
                let font = self.default_font;
                self.top().encoding = self.fonts.get(&font).copied().unwrap_or(self.default_encoding);
            }
            (b"pngblip", _) => self.stories[group.story].media_type = "image/png",
            (b"jpegblip", _) => self.stories[group.story].media_type = "image/jpeg",
            _ => {}
        }
        if let Some(text) = destinations::text_of(name) {
            self.flush();
            self.put(text, span);
        } else if let Some(sign) = destinations::parts(name) {
            self.flush();
            self.part(sign);
        } else if self.stories[group.story].is_data() {
            self.stories[group.story].spoiled |= !self.stories[group.story].digits.is_empty();
        } else if self.substitute(1, span) {
            // A control word may stand for a substitute.
        }
    }

    fn set_default(&mut self, e: &'static Encoding) {
        self.default_encoding = e;
        self.top().encoding = e;
    }

    fn symbol(&mut self, c: u8, span: Span) {
        if c == b'*' && self.top().fresh {
            self.top().star = true;
            return;
        }
        self.top().fresh = false;
        let text = match c {
            b'~' => " ",
            b'_' => "-",
            b'\\' => "\\",
            b'{' => "{",
            b'}' => "}",
            _ => return,
        };
        if !self.substitute(1, span) {
            self.flush();
            self.put(text, span);
        }
    }

    /// `\uN`, a UTF-16 unit as a signed number.
    fn unicode(&mut self, n: i32, span: Span) {
        let high = self.pending.as_ref().and_then(|p| p.high.map(|h| (h, p.start)));
        let unit = (n & 0xffff) as u16;
        let left = self.top().substitutes;
        let mut start = span.start as usize;
        let mut text = String::new();
        let mut first = None;
        match high {
            Some((h, from)) if (0xdc00..0xe000).contains(&unit) => {
                start = from;
                self.pending = None;
                text.extend(char::decode_utf16([h, unit]).flatten());
            }
            _ => {
                self.flush();
                match char::from_u32(u32::from(unit)) {
                    Some(c) => text.push(c),
                    None => first = Some(unit),
                }
            }
        }
        self.pending = Some(Pending { text, start, end: span.end as usize, left, high: first });
        if left == 0 && first.is_none() {
            self.flush();
        }
    }

    /// Takes a token as a substitute of the character before it. False when none is due.
    fn substitute(&mut self, n: u32, at: Span) -> bool {
        let Some(p) = &mut self.pending else { return false };
        if p.left < n || p.end != at.start as usize {
            self.flush();
            return false;
        }
        p.left -= n;
        p.end = at.end as usize;
        if p.left == 0 && p.high.is_none() {
            self.flush();
        }
        true
    }

    /// How many bytes at the start of `text` are substitutes.
    fn skip(&mut self, text: &[u8], at: usize) -> usize {
        let mut n = 0;
        while n < text.len() && self.pending.as_ref().is_some_and(|p| p.left > 0) {
            if !self.substitute(1, Span::new(at + n, at + n + 1)) {
                break;
            }
            n += 1;
        }
        if n < text.len() {
            self.flush();
        }
        n
    }

    /// Puts a pending character or half of one into the text.
    fn flush(&mut self) {
        if let Some(p) = self.pending.take() {
            let span = Span::new(p.start, p.end);
            if p.text.is_empty() { self.put("\u{fffd}", span) } else { self.put(&p.text, span) }
        }
        if let Some((_, span)) = self.lead.take() {
            self.put("\u{fffd}", span);
        }
    }

    /// Decoded text that stands for the bytes of `raw`.
    fn put(&mut self, text: &str, raw: Span) {
        let story = self.top().story;
        let s = &mut self.stories[story];
        if s.is_data() {
            s.spoiled = true;
            s.runs.push(raw);
        } else {
            text.chars().for_each(|c| push_char(&mut s.view, c, raw));
        }
        s.seen(raw);
    }

    fn part(&mut self, sign: &str) {
        let story = self.top().story;
        let s = &mut self.stories[story];
        if !s.view.text().is_empty() && !s.view.text().ends_with("\n\n") {
            s.view.separator(sign);
        }
        if sign == "\n" && s.view.text().len() >= STRETCH {
            let next = Story::new(s.holds);
            let full = std::mem::replace(s, next);
            self.close(full);
        }
    }

    /// Bytes in the encoding of the group. `plain`: they stand in the file as they are.
    fn letters(&mut self, bytes: &[u8], span: Span, plain: bool) {
        let group = *self.top();
        if self.stories[group.story].is_data() {
            return self.hexadecimal(bytes, span, plain);
        }
        let mut from = 0;
        while from < bytes.len() {
            let at = |i: usize| if plain { span.start as usize + i } else { span.start as usize };
            let end = |i: usize| if plain { span.start as usize + i } else { span.end as usize };
            if let Some((lead, start)) = self.lead.take() {
                let raw = Span::new(start.start as usize, end(from + 1));
                let pair = [lead, bytes[from]];
                let (text, _) = group.encoding.decode_without_bom_handling(&pair);
                let text = text.into_owned();
                self.put(&text, raw);
                from += 1;
                continue;
            }
            let ascii = bytes[from..].iter().take_while(|b| b.is_ascii()).count();
            if ascii > 0 {
                let text = std::str::from_utf8(&bytes[from..from + ascii]).unwrap_or_default();
                let s = &mut self.stories[group.story];
                if plain {
                    s.view.same(text, at(from));
                } else {
                    text.chars().for_each(|c| push_char(&mut s.view, c, span));
                }
                s.seen(Span::new(at(from), end(from + ascii)));
                from += ascii;
                continue;
            }
            let raw = Span::new(at(from), end(from + 1));
            if is_lead(group.encoding, bytes[from]) {
                self.lead = Some((bytes[from], raw));
            } else {
                let (text, _) = group.encoding.decode_without_bom_handling(&bytes[from..=from]);
                let text = text.into_owned();
                self.put(&text, raw);
            }
            from += 1;
        }
    }

    fn hexadecimal(&mut self, bytes: &[u8], span: Span, plain: bool) {
        let story = self.top().story;
        let s = &mut self.stories[story];
        let ok = plain && bytes.iter().all(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace());
        if ok {
            s.digits.extend(bytes.iter().filter(|b| b.is_ascii_hexdigit()));
        }
        if ok && bytes.trim_ascii().is_empty() && s.digits.is_empty() {
            return;
        }
        s.spoiled |= !ok;
        s.runs.push(span);
        s.seen(span);
    }

    fn finish(&mut self, story: usize) {
        let empty = Story::new(Holds::Story);
        if let Some(s) = self.stories.get_mut(story) {
            let full = std::mem::replace(s, empty);
            self.close(full);
        }
    }

    fn close(&mut self, s: Story) {
        let Some(first) = s.first else { return };
        let span = Span::new(first, s.last);
        if s.is_data() {
            let bytes = match s.spoiled {
                true => Err("data that is not hexadecimal".to_string()),
                false => unhex(&s.digits),
            };
            self.done.push(Piece { span, content: Content::Data(s.media_type, bytes) });
            return;
        }
        let view = s.view.finish();
        // Only what is nothing but a date is one: its year comes first.
        let dated = || {
            view.text.get(..4).is_some_and(|y| y.bytes().all(|b| b.is_ascii_digit()))
                && view.text.bytes().all(|b| b.is_ascii_digit() || b"-T:".contains(&b))
        };
        let class = if s.class == Class::Date && !dated() { Class::Unknown } else { s.class };
        if view.text.get(s.lead..).unwrap_or_default().chars().any(char::is_alphanumeric) {
            self.done.push(Piece { span, content: Content::Text(class, view) });
        }
    }
}

fn unhex(digits: &[u8]) -> Result<Vec<u8>, String> {
    let value = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
    if digits.len() % 2 == 1 {
        return Err("hexadecimal data with half a byte".into());
    }
    Ok(digits.chunks_exact(2).map(|p| value(p[0]) * 16 + value(p[1])).collect())
}
