//! Text and HTML: lines.

use super::{Card, Readable, Row};
use crate::format::text::markup::{piece_view, pieces};

pub(super) fn text(text: &str) -> Readable {
    let mut card = Card { title: "Text".into(), ..Card::default() };
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        card.push(Row { path: format!("line {}", i + 1), text: line.to_string(), ..Row::default() });
    }
    Readable { cards: vec![card] }
}

pub(super) fn html(bytes: &[u8]) -> Readable {
    let mut card = Card { title: "Page".into(), ..Card::default() };
    lines(bytes, "", "", &mut card);
    Readable { cards: vec![card] }
}

/// The lines of markup as rows of one path.
pub(super) fn lines(html: &[u8], name: &str, path: &str, card: &mut Card) {
    for piece in pieces(html) {
        let view = piece_view(html, &piece);
        for line in view.text.lines().filter(|l| !l.trim().is_empty()) {
            card.push(Row { name: name.into(), path: path.into(), text: line.trim().to_string(), technical: false });
        }
    }
}
