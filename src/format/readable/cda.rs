//! C-CDA and other XML: a card for the header's participants and for each section.

use super::{Card, Readable, Row, embedded};
use crate::format::xml::parse::parse;
use crate::format::xml::tape::{Kind, Tape};
use crate::format::xml::text::{Mode, string};
use crate::format::xml::{flow, path};
use crate::model::error::ReadError;

/// Attributes that only machines read.
const TECHNICAL: &[&[u8]] = &[
    b"codeSystem",
    b"codeSystemName",
    b"root",
    b"classCode",
    b"moodCode",
    b"typeCode",
    b"nullFlavor",
    b"type",
    b"schemaLocation",
    b"ID",
    b"determinerCode",
    b"contextControlCode",
    b"inversionInd",
    b"contextConductionInd",
    b"styleCode",
    b"use",
    b"code",
];

pub(super) fn document(bytes: &[u8]) -> Result<Readable, ReadError> {
    let tape = parse(bytes)?;
    let mut cards = Vec::new();
    let mut header = Card { title: "Header".into(), ..Card::default() };
    for child in tape.elements(tape.root) {
        if tape.is(child, b"component") {
            continue;
        }
        // A participant of the header is a card of its own; single facts stand together.
        if tape.elements(child).next().is_none() {
            leaves(&tape, child, &name(&tape, child), &mut header);
            continue;
        }
        let mut card = Card { title: title_case(&name(&tape, child)), path: at(&tape, child), rows: Vec::new() };
        leaves(&tape, child, "", &mut card);
        cards.push(card);
    }
    leaves_of_attributes(&tape, tape.root, "document", &mut header);
    cards.insert(0, header);
    for component in tape.named(tape.root, b"component") {
        sections(&tape, component, &mut cards);
    }
    Ok(Readable { cards })
}

/// Every section below an element, in order, each without those inside it.
fn sections(tape: &Tape, element: u32, cards: &mut Vec<Card>) {
    let mut found = false;
    let end = tape.node(element).next;
    let mut i = element + 1;
    while i < end {
        let n = tape.node(i);
        if n.kind == Kind::Element && tape.is(i, b"section") {
            found = true;
            let title = tape.child(i, b"title").map(|t| flow::view(tape.bytes, tape.node(t).inner).text.trim().to_string());
            let mut card = Card {
                title: title.filter(|t| !t.is_empty()).unwrap_or_else(|| "Section".into()),
                path: at(tape, i),
                rows: Vec::new(),
            };
            section(tape, i, &mut card);
            cards.push(card);
        }
        i += 1;
    }
    if !found {
        let mut card = Card { title: "Body".into(), path: at(tape, element), rows: Vec::new() };
        leaves(tape, element, "", &mut card);
        cards.push(card);
    }
}

fn section(tape: &Tape, section: u32, card: &mut Card) {
    for child in tape.elements(section) {
        if tape.is(child, b"text") && !is_encoded(tape, child) {
            let path = at(tape, child);
            for line in flow::view(tape.bytes, tape.node(child).inner).text.lines().filter(|l| !l.trim().is_empty()) {
                card.push(Row { path: path.clone(), text: line.trim().to_string(), ..Row::default() });
            }
        } else if tape.is(child, b"component") && tape.child(child, b"section").is_some() {
            // A section inside a section has a card of its own.
        } else {
            leaves(tape, child, &name(tape, child), card);
        }
    }
}

/// Texts and attributes of an element and all below it. The depth is bounded by the parser's.
fn leaves(tape: &Tape, element: u32, named: &str, card: &mut Card) {
    leaves_of_attributes(tape, element, named, card);
    if ["name", "addr"].iter().any(|n| tape.is(element, n.as_bytes())) && tape.elements(element).next().is_some() {
        let text = flow::parts(tape.bytes, tape.node(element).inner).text.trim().to_string();
        return card.push(Row { name: named.into(), path: at(tape, element), text, technical: false });
    }
    let mut children = tape.elements(element).peekable();
    if children.peek().is_none() {
        let text = string(tape.bytes, tape.node(element).inner, tape.encoding, Mode::Text);
        if is_encoded(tape, element) {
            embedded::rows(&text, named, &at(tape, element), card);
        } else if !text.trim().is_empty() {
            card.push(Row { name: named.into(), path: at(tape, element), text: text.trim().to_string(), technical: false });
        }
        return;
    }
    let direct = tape.children(element).filter(|c| tape.node(*c).kind == Kind::Text);
    for text in direct.map(|c| string(tape.bytes, tape.node(c).span, tape.encoding, Mode::Text)) {
        if !text.trim().is_empty() {
            card.push(Row { name: named.into(), path: at(tape, element), text: text.trim().to_string(), technical: false });
        }
    }
    for child in children {
        // The last two names are enough to know what it is.
        let last = named.rsplit(' ').next().unwrap_or_default();
        leaves(tape, child, format!("{last} {}", name(tape, child)).trim(), card);
    }
}

/// A document as base64 (`nonXMLBody/text`, `observationMedia/value`).
fn is_encoded(tape: &Tape, element: u32) -> bool {
    tape.attr(element, b"representation")
        .is_some_and(|a| string(tape.bytes, tape.node(a).inner, tape.encoding, Mode::Attr).trim() == "B64")
}

fn leaves_of_attributes(tape: &Tape, element: u32, named: &str, card: &mut Card) {
    let unit = tape.attr(element, b"unit").map(|a| string(tape.bytes, tape.node(a).inner, tape.encoding, Mode::Attr));
    for attr in tape.attrs(element) {
        let key = tape.name(attr);
        if key == b"unit" || key.starts_with(b"xmlns") {
            continue;
        }
        let mut text = string(tape.bytes, tape.node(attr).inner, tape.encoding, Mode::Attr);
        if key == b"value"
            && let Some(u) = &unit
        {
            text = format!("{text} {u}");
        }
        let shown = match key {
            b"value" | b"displayName" | b"extension" => named.to_string(),
            _ => format!("{named} {}", String::from_utf8_lossy(key)),
        };
        let technical = TECHNICAL.contains(&key);
        card.push(Row { name: shown.trim().into(), path: at(tape, element), text, technical });
    }
}

fn name(tape: &Tape, element: u32) -> String {
    let raw = String::from_utf8_lossy(tape.name(element)).into_owned();
    let mut out = String::new();
    for c in raw.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn title_case(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

fn at(tape: &Tape, node: u32) -> String {
    path::locate(tape, &[node]).pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_as_sections() {
        let xml = br#"<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary</title><author><assignedAuthor><id root="1.2" extension="77"/>
            <assignedPerson><name><given>Owen</given><family>Graves</family></name></assignedPerson></assignedAuthor></author>
            <component><structuredBody><component><section><title>Results</title><text><paragraph>Glucose <content>5.4</content></paragraph>
            <table><tr><td>Na</td><td>140</td></tr></table></text><entry><observation><value value="5.4" unit="mmol/L"/></observation></entry>
            <component><section><title>Inner</title><text>seen</text></section></component></section></component></structuredBody></component>
            </ClinicalDocument>"#;
        let r = document(xml).unwrap();
        let titles: Vec<&str> = r.cards.iter().map(|c| c.title.as_str()).collect();
        assert_eq!(titles, ["Header", "Author", "Results", "Inner"]);
        let texts = |n: usize| r.cards[n].rows.iter().map(|r| r.text.as_str()).collect::<Vec<_>>();
        assert!(texts(1).contains(&"Owen Graves") && texts(1).contains(&"77"));
        assert!(texts(2).contains(&"Glucose 5.4") && texts(2).contains(&"Na | 140") && texts(2).contains(&"5.4 mmol/L"));
        assert!(!texts(2).contains(&"seen") && texts(3).contains(&"seen"));
        assert!(document(b"<a>").is_err());
    }
}
