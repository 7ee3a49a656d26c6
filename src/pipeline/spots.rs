//! Text that a person has selected to be redacted at one place: known by the words around it, since a document is shown to people otherwise
//! than it is stored.

use super::documents::{Tree, format_for};
use super::number::{Counters, Numbered};
use super::rulings::Rulings;
use crate::intake::Kind;
use crate::model::desk::reason_words;
use crate::model::document::{Document, Field, Form};
use crate::model::layer::PageLayer;
use serde::Deserialize;

/// Characters of context that are tried, most first, where a document is shown in other pieces than it is stored in.
const CONTEXTS: [usize; 5] = [60, 40, 24, 12, 6];
/// Rule in the ledger.
const RULE: &str = "drawn.text";

/// A text at one place of a document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSpot {
    /// File as it came in; all documents inside of it and all its lines are looked through.
    pub path: String,
    /// Page from 1, of a PDF or scan; 0 for all of them.
    #[serde(default)]
    pub page: u32,
    /// The text.
    pub text: String,
    /// What stands right before it.
    #[serde(default)]
    pub before: String,
    /// What stands right after it.
    #[serde(default)]
    pub after: String,
    /// A word of [`crate::model::desk::OVERRIDE_REASONS`].
    #[serde(default)]
    pub reason: String,
}

/// A text with every run of blanks as one, and where each byte stood.
fn collapsed(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut at) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (i, c) in text.char_indices() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c == ' ' && out.ends_with(' ') {
            continue;
        }
        at.extend(std::iter::repeat_n(i, c.len_utf8()));
        out.push(c);
    }
    (out, at)
}

impl RawSpot {
    /// True when it can be in the document of this key.
    fn reaches(&self, key: &str) -> bool {
        key.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['>', '#', ':']))
    }

    /// Byte ranges of the text in a field, where the same stands around it.
    fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let needle: String = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if needle.is_empty() {
            return Vec::new();
        }
        let (flat, at) = collapsed(text);
        let (before, _) = collapsed(&self.before);
        let (after, _) = collapsed(&self.after);
        let found = flat.match_indices(&needle).filter(|(start, _)| {
            let end = start + needle.len();
            let (left, right) = (flat.get(..*start).unwrap_or_default(), flat.get(end..).unwrap_or_default());
            left.trim_end().ends_with(before.trim()) && right.trim_start().starts_with(after.trim())
        });
        found
            .filter_map(|(start, _)| {
                let last = start + needle.len() - 1;
                let from = *at.get(start)?;
                let to = *at.get(last)?;
                Some((from, to + text.get(to..)?.chars().next()?.len_utf8()))
            })
            .collect()
    }

    /// Fields of a document with the places in them.
    fn in_tree(&self, tree: &Tree) -> Vec<(u32, (u32, u32))> {
        let written = |f: &Form| {
            use Form::*;
            matches!(f, Plain | JsonString | JsonXhtml | XmlText | XmlAttr | XmlComment | Markup | Scanned)
        };
        let pages = pages_of(&tree.doc);
        let there = |f: &Field| self.page == 0 || pages.get(f.record as usize) == Some(&self.page);
        let fields = tree.doc.fields.iter().enumerate().filter(|(_, f)| written(&f.form) && there(f));
        fields
            .flat_map(|(i, f)| {
                let view = tree.format.view(tree.source(), &tree.doc, f);
                let places = self.places(&view.text);
                places.into_iter().map(move |(a, b)| (i as u32, (a as u32, b as u32)))
            })
            .collect()
    }
}

/// The page from 1 of each record; 0 for what stands on none. A scan of one page has no record for it.
fn pages_of(doc: &Document) -> Vec<u32> {
    let mut n = 0;
    let mut out: Vec<u32> = Vec::with_capacity(doc.records.len());
    for r in &doc.records {
        n += u32::from(r.kind == "page");
        out.push(if r.kind == "page" { n } else { 0 });
    }
    if n == 0 {
        out.fill(1);
    }
    out
}

/// Characters of context by which a place on a page is told from others, least first.
const ON_PAGE: [usize; 4] = [24, 60, 200, 1_000];

/// Makes spots of a range that was selected in one of the texts of a page: one for each line and cell, with how many places on the page read
/// the same. Empty when the range is none.
pub fn spots_on_page(layer: &PageLayer, field: usize, range: (usize, usize), page: u32, path: &str) -> Vec<(RawSpot, usize)> {
    let Some(text) = layer.texts.get(field) else { return Vec::new() };
    let Some(chosen) = text.get(range.0..range.1) else { return Vec::new() };
    let mut out = Vec::new();
    let mut at = range.0;
    for piece in chosen.split_inclusive(['\n', '\t']) {
        let (start, end) = (at + (piece.len() - piece.trim_start().len()), at + piece.trim_end().len());
        at += piece.len();
        let Some(word) = text.get(start..end).filter(|w| !w.is_empty()) else { continue };
        let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
        let made = |n: usize| RawSpot {
            path: path.into(),
            page,
            text: word.into(),
            before: tail(before, n),
            after: after.chars().take(n).collect(),
            reason: String::new(),
        };
        let counted = |n: usize| {
            let spot = made(n);
            // Hidden text says once more what a picture shows, and goes with it.
            let seen = |f: usize| f == field || layer.words.iter().any(|w| w.field as usize == f);
            let count =
                layer.texts.iter().enumerate().filter(|(f, _)| seen(*f)).map(|(_, t)| spot.places(t).len()).sum::<usize>();
            (spot, count)
        };
        out.extend(
            ON_PAGE.iter().map(|n| counted(*n)).find(|(_, c)| *c == 1).or_else(|| Some(counted(60)).filter(|(_, c)| *c > 0)),
        );
    }
    out
}

fn tail(t: &str, n: usize) -> String {
    t.chars().skip(t.chars().count().saturating_sub(n)).collect()
}

/// Makes a spot of a selection: as much of the words around it as the stored document has, too, and how often it then is there. `None` when
/// it cannot be told apart, or is nowhere in a text that can be changed.
pub fn spot(bytes: &[u8], kind: Kind, wanted: &RawSpot) -> Option<(RawSpot, usize)> {
    let format = format_for(kind).ok()?;
    let pieces: Vec<&[u8]> = if kind == Kind::Ndjson { bytes.split(|b| *b == b'\n').collect() } else { vec![bytes] };
    let read = |b: &[u8]| Tree::read(format, b.to_vec(), wanted.path.clone(), 0).ok();
    let trees: Vec<Tree> = pieces.into_iter().filter(|b| !b.trim_ascii().is_empty()).filter_map(read).collect();
    let both = CONTEXTS.iter().map(|n| (*n, *n));
    let one = CONTEXTS.iter().flat_map(|n| [(*n, 0), (0, *n)]);
    for (left, right) in both.chain(one).chain([(0, 0)]) {
        let spot =
            RawSpot { before: tail(&wanted.before, left), after: wanted.after.chars().take(right).collect(), ..wanted.clone() };
        let alone = spot.before.trim().is_empty() && spot.after.trim().is_empty();
        let mut count = 0;
        for t in &trees {
            t.each(&mut |t| count += spot.in_tree(t).len());
        }
        if count == 1 || (count > 0 && !alone) {
            return Some((spot, count));
        }
    }
    None
}

impl Numbered {
    /// Redacts what a person has selected in this document. Numbers of those that fit go to `fitted`.
    pub fn redact_spots(&mut self, counters: &mut Counters, rulings: &Rulings) {
        let key = self.tree.key.clone();
        for (number, spot) in rulings.overrides().spots().filter(|(_, s)| s.reaches(&key)) {
            let why = if spot.reason.is_empty() { "" } else { reason_words(&spot.reason) };
            for (field, range) in spot.in_tree(&self.tree) {
                // What other edits have taken there is gone already.
                for range in self.free(field, Some(range)) {
                    self.by_hand(field, false, range, "a text selected by a person", why, counters, rulings);
                    if let Some(e) = self.entries.last_mut() {
                        e.rule = RULE.into();
                    }
                }
                counters.fitted.insert(number);
            }
            self.drawn.push_str(&format!("{spot:?};"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot_of(before: &str, text: &str, after: &str) -> RawSpot {
        RawSpot { path: "n.txt".into(), text: text.into(), before: before.into(), after: after.into(), ..RawSpot::default() }
    }

    #[test]
    fn the_words_around_tell_one_place_from_another() {
        let note = "Seen with Bo  today.\nBo called\tlater; é Bo went.";
        let at = |s: &RawSpot| s.places(note).iter().map(|(a, b)| (*a, &note[*a..*b])).collect::<Vec<_>>();
        assert_eq!(at(&spot_of("Seen with ", "Bo", " today.")), [(10, "Bo")]);
        assert_eq!(at(&spot_of("", "Bo called", " later")), [(21, "Bo called")]);
        assert_eq!(at(&spot_of("", "Bo", "")).len(), 3);
        assert_eq!(at(&spot_of("", "Bo called later", "")), [(21, "Bo called\tlater")]);
        assert_eq!(at(&spot_of("é", "Bo", "went")).len(), 1);
        assert!(at(&spot_of("x", "Bo", "")).is_empty() && at(&spot_of("", " ", "")).is_empty());
    }

    #[test]
    fn a_place_on_a_page_is_told_by_what_stands_around_it() {
        let layer = PageLayer {
            texts: vec!["Bo saw Ana.\nBo saw\tBo Roe.\nBo saw Ana.\nEnd".into(), "Ana Bo".into()],
            ..PageLayer::default()
        };
        let at = |field: usize, a: usize, b: usize| {
            spots_on_page(&layer, field, (a, b), 2, "f.pdf").into_iter().map(|(s, n)| (s.text.clone(), n, s)).collect::<Vec<_>>()
        };
        for (start, text) in [(0, "Bo"), (12, "Bo"), (19, "Bo"), (27, "Bo")] {
            let made = at(0, start, start + 2);
            assert_eq!((made[0].0.as_str(), made[0].1, made[0].2.page), (text, 1, 2), "{start}");
            assert_eq!(made[0].2.places(&layer.texts[0]), [(start, start + 2)]);
            assert!(made[0].2.places(&layer.texts[1]).is_empty());
        }
        let lines: Vec<String> = at(0, 7, 21).into_iter().map(|s| s.0).collect();
        assert_eq!(lines, ["Ana.", "Bo saw", "Bo"], "each line and cell by itself");
        assert!(at(0, 11, 12).is_empty() && at(9, 0, 1).is_empty() && at(0, 5, 900).is_empty());
        let same = PageLayer { texts: vec!["x Bo y\n".repeat(400)], ..PageLayer::default() };
        let made = spots_on_page(&same, 0, (1402, 1404), 1, "f");
        assert!(made[0].1 > 1, "told how many read the same: {}", made[0].1);
    }

    #[test]
    fn context_gives_way_until_the_document_has_it_too() {
        let note = b"Seen with Bo today.\nBo called later.\nSeen with Bo today.\n";
        let made = |s: &RawSpot| spot(note, Kind::Text, s);
        let (s, n) = made(&spot_of("shown otherwise: ", "Bo", " called")).unwrap();
        assert_eq!((s.before.as_str(), n), ("", 1), "{s:?}");
        assert_eq!(made(&spot_of("Seen with ", "Bo", " today.")).unwrap().1, 2, "the same stands around both");
        assert!(made(&spot_of("never", "Bo", "such")).is_none(), "which of three is not known");
        assert!(made(&spot_of("", "Jane", "")).is_none());
        assert!(spot(b"%PDF-1.7", Kind::Pdf, &spot_of("", "Bo", "")).is_none());
    }
}
