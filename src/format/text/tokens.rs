//! A small HTML tokenizer that keeps byte ranges.
//!
//! It follows the tokenizer of the HTML Living Standard (section 13.2.5) where that decides what is text and what is not, and never
//! gives up: whatever cannot be a tag is text, and what a browser would throw away is a token of its own, so that every byte of the
//! input belongs to exactly one token and nothing can hide between them. Time is linear in the input.

use std::ops::Range;

/// What a token is. Ranges are offsets in the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Text with character references.
    Text,
    /// Text of `<title>` or `<textarea>`: no tags in it, but references.
    RcData,
    /// Text without references, inside a CDATA section.
    CData(Range<usize>),
    /// Content of `<script>`, `<style>` and their like.
    Raw,
    /// Inside a comment, declaration or processing instruction.
    Comment(Range<usize>),
    /// Start or end tag.
    Tag(Tag),
    /// A tag that the end of the input cuts off.
    Broken,
}

/// A tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    pub name: Range<usize>,
    pub end: bool,
    pub attrs: Vec<Attr>,
}

/// An attribute. Without a value the value range is `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Attr {
    pub name: Range<usize>,
    pub value: Option<Range<usize>>,
    pub quoted: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// Elements whose content is not markup, and whether references are decoded in it.
const OPAQUE: [(&[u8], bool); 8] = [
    (b"script", false),
    (b"style", false),
    (b"title", true),
    (b"textarea", true),
    (b"xmp", false),
    (b"iframe", false),
    (b"noembed", false),
    (b"noframes", false),
];

/// Goes through the input token by token.
pub(super) struct Lexer<'a> {
    s: &'a [u8],
    at: usize,
    /// Index in [`OPAQUE`] of the element that has just begun.
    opaque: Option<usize>,
    /// Elements of which no end tag follows any more.
    endless: [bool; OPAQUE.len()],
}

impl<'a> Lexer<'a> {
    pub(super) fn new(s: &'a [u8]) -> Self {
        Lexer { s, at: 0, opaque: None, endless: [false; OPAQUE.len()] }
    }

    fn seek(&self, what: &[u8], from: usize) -> Option<usize> {
        memchr::memmem::find(self.s.get(from..)?, what).map(|p| from + p)
    }

    /// Where the content of an opaque element ends.
    fn opaque_end(&mut self, which: usize) -> Option<usize> {
        if self.endless[which] {
            return None;
        }
        let name = OPAQUE[which].0;
        let mut from = self.at;
        while let Some(p) = self.seek(b"</", from) {
            let after = &self.s[p + 2..];
            let named = after.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
            if named && after.get(name.len()).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')) {
                return Some(p);
            }
            from = p + 2;
        }
        self.endless[which] = true;
        None
    }

    fn emit(&mut self, kind: Kind, end: usize) -> Option<Token> {
        let span = self.at..end;
        self.at = end;
        Some(Token { kind, span })
    }

    fn text(&mut self) -> Option<Token> {
        let next = memchr::memchr(b'<', &self.s[self.at + 1..]).map_or(self.s.len(), |p| self.at + 1 + p);
        self.emit(Kind::Text, next)
    }

    /// A token `open inner close`, or to the end of the input when it is never closed.
    fn enclosed(&mut self, open: usize, close: &[u8], kind: fn(Range<usize>) -> Kind) -> Option<Token> {
        let from = (self.at + open).min(self.s.len());
        let (inner, end) = self.seek(close, from).map_or((self.s.len(), self.s.len()), |p| (p, p + close.len()));
        self.emit(kind(from..inner), end)
    }

    fn comment(&mut self) -> Option<Token> {
        let from = self.at + 4;
        // `<!-->` and `<!--->` are whole comments.
        for short in [&b">"[..], b"->"] {
            if self.s[from..].starts_with(short) {
                return self.emit(Kind::Comment(from..from), from + short.len());
            }
        }
        let mut look = from;
        while let Some(p) = self.seek(b"--", look) {
            if self.s.get(p + 2) == Some(&b'>') {
                return self.emit(Kind::Comment(from..p), p + 3);
            }
            if self.s[p + 2..].starts_with(b"!>") {
                return self.emit(Kind::Comment(from..p), p + 4);
            }
            look = p + 1;
        }
        self.emit(Kind::Comment(from..self.s.len()), self.s.len())
    }

    fn tag(&mut self, from: usize, end: bool) -> Option<Token> {
        let s = self.s;
        let name_end =
            s[from..].iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')).map_or(s.len(), |p| from + p);
        let mut attrs = Vec::new();
        let mut p = name_end;
        loop {
            while s.get(p).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
                p += 1;
            }
            match s.get(p) {
                None => return self.emit(Kind::Broken, s.len()),
                Some(b'>') => break,
                Some(_) => {}
            }
            let name_from = p;
            p += 1;
            while s.get(p).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'=')) {
                p += 1;
            }
            let name = name_from..p;
            let mut q = p;
            while s.get(q).is_some_and(u8::is_ascii_whitespace) {
                q += 1;
            }
            if s.get(q) != Some(&b'=') {
                attrs.push(Attr { name, value: None, quoted: false });
                continue;
            }
            q += 1;
            while s.get(q).is_some_and(u8::is_ascii_whitespace) {
                q += 1;
            }
            match s.get(q) {
                Some(quote @ (b'"' | b'\'')) => {
                    let Some(len) = memchr::memchr(*quote, &s[q + 1..]) else { return self.emit(Kind::Broken, s.len()) };
                    attrs.push(Attr { name, value: Some(q + 1..q + 1 + len), quoted: true });
                    p = q + 2 + len;
                }
                _ => {
                    let from = q;
                    while s.get(q).is_some_and(|b| !b.is_ascii_whitespace() && *b != b'>') {
                        q += 1;
                    }
                    attrs.push(Attr { name, value: Some(from..q), quoted: false });
                    p = q;
                }
            }
        }
        let self_closed =
            s[name_end..p].last() == Some(&b'/') && attrs.last().and_then(|a| a.value.as_ref()).is_none_or(|v| v.end < p);
        if !end && !self_closed {
            self.opaque = OPAQUE.iter().position(|(n, _)| n.eq_ignore_ascii_case(&s[from..name_end]));
        }
        self.emit(Kind::Tag(Tag { name: from..name_end, end, attrs }), p + 1)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(which) = self.opaque.take()
            && let Some(end) = self.opaque_end(which)
            && end > self.at
        {
            return self.emit(if OPAQUE[which].1 { Kind::RcData } else { Kind::Raw }, end);
        }
        let rest = self.s.get(self.at..).filter(|r| !r.is_empty())?;
        match rest {
            [b'<', b'!', b'-', b'-', ..] => self.comment(),
            [b'<', b'!', ..] if rest.starts_with(b"<![CDATA[") => self.enclosed(9, b"]]>", Kind::CData),
            [b'<', b'!', ..] => self.enclosed(2, b">", Kind::Comment),
            [b'<', b'?', ..] => self.enclosed(2, b">", Kind::Comment),
            [b'<', b'/', b, ..] if b.is_ascii_alphabetic() => self.tag(self.at + 2, true),
            [b'<', b'/', b, ..] if *b != b'>' => self.enclosed(2, b">", Kind::Comment),
            [b'<', b, ..] if b.is_ascii_alphabetic() => self.tag(self.at + 1, false),
            _ => self.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(s: &str) -> Vec<String> {
        Lexer::new(s.as_bytes())
            .map(|t| {
                let k = match t.kind {
                    Kind::Text => "text",
                    Kind::RcData => "rcdata",
                    Kind::CData(_) => "cdata",
                    Kind::Raw => "raw",
                    Kind::Comment(_) => "comment",
                    Kind::Tag(_) => "tag",
                    Kind::Broken => "broken",
                };
                format!("{k}:{}", &s[t.span])
            })
            .collect()
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(kinds("a <b x='>'>c</b>"), ["text:a ", "tag:<b x='>'>", "text:c", "tag:</b>"]);
        assert_eq!(kinds("1 < 2 <3"), ["text:1 ", "text:< 2 ", "text:<3"]);
        assert_eq!(
            kinds("<script>if(a<b)</scriptx></SCRIPT >z"),
            ["tag:<script>", "raw:if(a<b)</scriptx>", "tag:</SCRIPT >", "text:z"]
        );
        assert_eq!(kinds("<title>A<b></title>"), ["tag:<title>", "rcdata:A<b>", "tag:</title>"]);
        assert_eq!(kinds("<script src='x'/>text<p>"), ["tag:<script src='x'/>", "text:text", "tag:<p>"]);
        assert_eq!(kinds("<script>never closed <p>"), ["tag:<script>", "text:never closed ", "tag:<p>"]);
        assert_eq!(
            kinds("<!-- a -- b --!>c<!-->d<!--->e<!-- f"),
            ["comment:<!-- a -- b --!>", "text:c", "comment:<!-->", "text:d", "comment:<!--->", "text:e", "comment:<!-- f"]
        );
        assert_eq!(kinds("<![CDATA[<p>]]>x"), ["cdata:<![CDATA[<p>]]>", "text:x"]);
        assert_eq!(kinds("<!DOCTYPE html><?php x?></ x>"), ["comment:<!DOCTYPE html>", "comment:<?php x?>", "comment:</ x>"]);
        assert_eq!(kinds("x<a href=\"never"), ["text:x", "broken:<a href=\"never"]);
    }

    #[test]
    fn attributes_have_ranges() {
        let s = "<a href=x/y title = \"J &amp; R\" checked data-a='' =odd>";
        let Some(Token { kind: Kind::Tag(t), .. }) = Lexer::new(s.as_bytes()).next() else { panic!() };
        let got: Vec<(&str, Option<&str>, bool)> =
            t.attrs.iter().map(|a| (&s[a.name.clone()], a.value.clone().map(|v| &s[v]), a.quoted)).collect();
        let want = [
            ("href", Some("x/y"), false),
            ("title", Some("J &amp; R"), true),
            ("checked", None, false),
            ("data-a", Some(""), true),
            ("=odd", None, false),
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn hostile_repetition_takes_linear_time() {
        for part in
            ["<script>", "<", "</", "<!--", "<a b='", "<title>", "--", "<![CDATA[", "<!", "</a", "<a ", "=\"", "<style></", "&"]
        {
            let s = part.repeat(200_000);
            assert!(Lexer::new(s.as_bytes()).count() > 0);
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_token(s in proptest::collection::vec(proptest::sample::select(b"<>/!-?='\" ab\x00\xffscript&;[]CDATA".to_vec()), 0..80)) {
            let mut at = 0;
            for t in Lexer::new(&s) {
                prop_assert_eq!(t.span.start, at);
                prop_assert!(t.span.end > at);
                at = t.span.end;
            }
            prop_assert_eq!(at, s.len());
        }
    }
}
