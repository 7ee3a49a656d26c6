//! Edits that are the same in every XML format: text in a view, comments, attributes, base64 content.

use super::encode::{Place, encode};
use super::splice::SpliceList;
use super::tape::{Kind, Tape};
use crate::model::edit::Cause;
use crate::model::view::{Span, TextView};

/// What kind of text stands at a span.
pub fn place_at(tape: &Tape, span: Span) -> Place {
    match tape.node(tape.node_at(span.start)).kind {
        Kind::Attr => Place::Attr,
        Kind::CData => Place::CData,
        Kind::Comment => Place::Comment,
        Kind::Pi => Place::Pi,
        _ => Place::Text,
    }
}

/// Replaces `from..to` of a view by words: they go where the first byte was, the rest of the range is deleted, markup between
/// stays. False when the range has no bytes.
pub fn text(tape: &Tape, view: &TextView, from: u32, to: u32, words: &str, cause: Cause, list: &mut SpliceList) -> bool {
    let spans = view.raw_ranges(from as usize, to as usize);
    for (i, span) in spans.iter().enumerate() {
        let place = place_at(tape, *span);
        // An empty replacement in a comment could join two hyphens: `encode` leaves a blank.
        let hidden = matches!(place, Place::Comment | Place::Pi);
        let with = if i == 0 || hidden { encode(if i == 0 { words } else { "" }, place, tape.encoding) } else { Vec::new() };
        list.put(*span, with, cause);
    }
    !spans.is_empty()
}

/// A span with the white space before it, so that an attribute goes without a trace.
pub fn with_blank_before(tape: &Tape, span: Span) -> Span {
    let before = tape.bytes.get(..span.start as usize).unwrap_or(&[]);
    let blanks = before.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    Span { start: span.start - blanks as u32, end: span.end }
}

/// A whole comment or processing instruction: words in its place, or nothing. An instruction cannot be a label and always goes.
pub fn comment(tape: &Tape, node: u32, words: &str, cause: Cause, list: &mut SpliceList) {
    let node = tape.node(node);
    if words.is_empty() || node.kind == Kind::Pi {
        list.put(node.span, Vec::new(), cause);
        return;
    }
    let inner = [b" ".as_slice(), &encode(words, Place::Comment, tape.encoding), b" "].concat();
    list.put(node.inner, inner, cause);
}
