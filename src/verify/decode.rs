//! Searches every decoded layer of an output file.
//!
//! A removed name can survive as it reads, or behind an escape, an entity, a percent sign, a tag in its middle, in an attribute or
//! comment, in base64 in a string, in a member of a zip in that base64, in a file name. This module peels all of these off each
//! other, with limits on depth and on the bytes produced; what the limits keep it from reading is reported as a failure too, since
//! nothing that was not read may be released.

use super::fold::{Escapes, Folded, fold};
use super::kind::{Kind, compressed, pictures_words};
pub use super::layer::Exempt;
use super::layer::{Layer, Spared};
use super::layers;
use super::place::{json_places, line_place, xml_place};
use super::searcher::{Hit, Searcher};
use super::surroundings::{has_layers, in_encoded_data, in_technical_word, is_json, is_syntax, line_around, safe_start, within};
use crate::model::mention::Category;
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Read};
use std::ops::Range;

/// Layers inside each other; base64 in JSON in zip in base64 in JSON is five.
const MAX_DEPTH: u8 = 8;
/// Decoded bytes allowed for one file: this much and [`BUDGET_FACTOR`] times its size.
const BUDGET_BASE: usize = 64 << 20;
/// See [`BUDGET_BASE`]; deflate reaches 1000, honest documents stay below 100.
const BUDGET_FACTOR: usize = 100;
/// At most this much is decoded whatever the size.
const BUDGET_MAX: usize = 4 << 30;
/// Finds listed per file.
const MAX_LEAKS: usize = 500;
/// Block of a large file folded at a time.
pub(crate) const BLOCK: usize = 4 << 20;

/// One forbidden value found, or one part that could not be searched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Leak {
    /// Which layer and where, without values: `/entry/3/resource/text/div > markup text`.
    pub layer: String,
    /// Byte offset in the file; of the outermost string for what was found inside an encoding.
    pub offset: usize,
    /// Bytes there.
    pub len: usize,
    /// What kind of value. [`Category::Document`] for a part that could not be searched.
    pub category: Category,
    /// Label of the person, or what could not be searched.
    pub label: String,
}

impl std::fmt::Display for Leak {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} of {} at byte {} ({})", self.category.as_str(), self.label, self.offset, self.layer)
    }
}

struct Scan<'a> {
    searcher: &'a Searcher,
    exempt: Vec<Spared<'a>>,
    leaks: Vec<Leak>,
    budget: usize,
}

/// Searches a file and its name. `path_name` is the path below `release/` or `draft/`. Finds come in order of offset.
pub fn search_file(path_name: &str, bytes: &[u8], searcher: &Searcher, exempt: &[Exempt]) -> Vec<Leak> {
    let budget = bytes.len().saturating_mul(BUDGET_FACTOR).saturating_add(BUDGET_BASE).min(BUDGET_MAX);
    if searcher.is_empty() {
        return Vec::new();
    }
    let exempt = exempt.iter().map(|e| Spared::new(e, bytes)).collect();
    let mut scan = Scan { searcher, exempt, leaks: Vec::new(), budget };
    scan.text(path_name.as_bytes(), &Layer { name: "file name".into(), outer: Some(0..0), ..Layer::default() }, true);
    scan.bytes(bytes, &Layer::default());
    let mut leaks = scan.leaks;
    leaks.sort_by(|a, b| (a.offset, a.len, &a.label, &a.layer).cmp(&(b.offset, b.len, &b.label, &b.layer)));
    leaks.dedup_by(|b, a| (a.offset, a.len, &a.label, a.category) == (b.offset, b.len, &b.label, b.category));
    name_places(bytes, &mut leaks);
    leaks
}

/// Puts the place in the file in front of each layer.
fn name_places(bytes: &[u8], leaks: &mut [Leak]) {
    if leaks.iter().all(|l| l.layer == "file name" || l.layer.starts_with("file name >")) {
        return;
    }
    let kind = Kind::of(bytes);
    let offsets: Vec<usize> = leaks.iter().map(|l| l.offset).collect();
    let pointers = if kind == Kind::Json { json_places(bytes, &offsets) } else { Vec::new() };
    for (i, leak) in leaks.iter_mut().enumerate() {
        if leak.layer.starts_with("file name") {
            continue;
        }
        let place = match (kind, pointers.get(i)) {
            (Kind::Json, Some(p)) if !p.is_empty() => format!("json string {p}"),
            (Kind::Markup, _) => xml_place(bytes, leak.offset),
            (Kind::Zip | Kind::Gzip | Kind::Utf16 | Kind::Pdf, _) => String::new(),
            _ => line_place(bytes, leak.offset),
        };
        leak.layer = match (place.is_empty(), leak.layer.is_empty()) {
            (true, _) => std::mem::take(&mut leak.layer),
            (false, true) => place,
            (false, false) => format!("{place} > {}", leak.layer),
        };
    }
}

impl Scan<'_> {
    fn spend(&mut self, bytes: usize, layer: &Layer) -> bool {
        if bytes > self.budget || layer.depth > MAX_DEPTH {
            self.unsearched("too deep or too large to be searched", layer);
            return false;
        }
        self.budget -= bytes;
        true
    }

    fn unsearched(&mut self, what: &str, layer: &Layer) {
        let at = layer.outer.clone().unwrap_or(0..0);
        let leak =
            Leak { layer: layer.name.clone(), offset: at.start, len: at.len(), category: Category::Document, label: what.into() };
        if self.leaks.len() < MAX_LEAKS && !self.leaks.contains(&leak) {
            self.leaks.push(leak);
        }
    }

    /// Any bytes: told apart by content.
    fn bytes(&mut self, bytes: &[u8], layer: &Layer) {
        match Kind::of(bytes) {
            Kind::Zip => self.zip(bytes, layer),
            Kind::Gzip | Kind::Zlib => self.inflated(bytes, layer),
            Kind::Utf16 => self.utf16(bytes, layer),
            Kind::Json => self.json(bytes, layer),
            Kind::Pdf => self.pdf(bytes, layer),
            Kind::Rtf => self.rtf(bytes, layer),
            Kind::Markup | Kind::Text => self.text(bytes, layer, true),
            Kind::Binary => self.binary(bytes, layer),
        }
    }

    fn binary(&mut self, bytes: &[u8], layer: &Layer) {
        if let Some(ranges) = pictures_words(bytes) {
            for r in ranges {
                self.stretch(bytes, r, layer);
            }
            return;
        }
        self.plain(bytes, Escapes::None, layer);
        if bytes.contains(&0) && self.spend(bytes.len(), layer) {
            // UTF-16 text inside a binary format reads as ASCII once its zero bytes are gone.
            let dense: Vec<u8> = bytes.iter().copied().filter(|b| *b != 0).collect();
            self.plain(&dense, Escapes::None, &layer.inner("without zero bytes", 0..bytes.len()));
        }
    }

    /// Searches a stretch of a binary file as it is.
    fn stretch(&mut self, bytes: &[u8], range: Range<usize>, layer: &Layer) {
        let piece = bytes.get(range.clone()).unwrap_or_default();
        self.plain(piece, Escapes::None, &layer.mapped("", vec![(0, range.start)]));
    }

    /// Folds and searches bytes as they are, in overlapping blocks.
    fn plain(&mut self, bytes: &[u8], escapes: Escapes, layer: &Layer) {
        let overlap = self.searcher.longest() * 8 + 256;
        let mut from = 0usize;
        while from < bytes.len() {
            let end = (from + BLOCK).min(bytes.len());
            let to = if end < bytes.len() { safe_start(bytes, end).max(from + 1) } else { end };
            let start = safe_start(bytes, from.saturating_sub(overlap));
            let block = bytes.get(start..to).unwrap_or_default();
            let folded = fold(block, escapes);
            let mut hits: Vec<Hit> = Vec::new();
            self.searcher.find(&folded, &mut |h| {
                if hits.len() < 100_000 {
                    hits.push(h);
                }
            });
            for hit in hits {
                self.hit(block, start, escapes, &folded, hit, layer);
            }
            from = to;
        }
    }

    fn hit(&mut self, block: &[u8], start: usize, escapes: Escapes, folded: &Folded, hit: Hit, layer: &Layer) {
        if self.leaks.len() >= MAX_LEAKS {
            return;
        }
        let (s, e) = folded.raw_range(block, escapes, hit.start, hit.end);
        if layer.outer.is_none() && layer.way.is_none() && is_syntax(block, s..e) || in_encoded_data(block, s..e) {
            return;
        }
        let at = layer.locate(start + s..start + e);
        let found = String::from_utf8_lossy(folded.text.get(hit.start..hit.end).unwrap_or_default());
        // One word that is a name, all in small letters inside a longer technical word (`application/jose`), names nobody.
        if self.searcher.value(hit.value).0 == Category::Name && !found.contains(' ') && in_technical_word(block, start, &at) {
            return;
        }
        if self.exempt.iter().any(|x| x.covers(&at, layer.outer.is_none(), &found)) {
            return;
        }
        let (category, label) = self.searcher.value(hit.value);
        let leak = Leak { layer: layer.name.clone(), offset: at.start, len: at.len(), category, label: label.to_string() };
        if !self.leaks.contains(&leak) {
            self.leaks.push(leak);
        }
    }

    /// JSON or JSON lines: one pass over the bytes with escapes decoded, then every string that holds another layer.
    fn json(&mut self, bytes: &[u8], layer: &Layer) {
        if layer.depth > 0 && !is_json(bytes) {
            return self.text(bytes, layer, true);
        }
        self.plain(bytes, Escapes::Json, layer);
        // A sign of another layer is rare; the string around each is read in full.
        let mut done: Vec<Range<usize>> = Vec::new();
        for sign in memchr::memchr3_iter(b'<', b'&', b'\\', bytes) {
            let plain_escape = matches!(bytes.get(sign + 1), Some(b'n' | b'r' | b't' | b'"'));
            if bytes.get(sign) != Some(&b'\\') || !plain_escape {
                self.json_string(bytes, sign, &mut done, layer);
            }
        }
        let by_signs = done.len();
        let mut encoded: Vec<Range<usize>> = Vec::new();
        for sign in memchr::memchr2_iter(b'%', b'=', bytes) {
            let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
            if hex(sign + 1) && hex(sign + 2) && !within(&done, sign) {
                self.json_string(bytes, sign, &mut encoded, layer);
            }
        }
        done.truncate(by_signs);
        for run in layers::base64_runs(bytes) {
            if within(&done, run.start) || within(&encoded, run.start) {
                continue;
            }
            // Lines of base64 with escaped line ends between them belong together.
            if run.len() >= 40 && bytes.get(run.end) == Some(&b'\\') {
                self.json_string(bytes, run.start, &mut encoded, layer);
                continue;
            }
            self.base64(bytes.get(run.clone()).unwrap_or_default(), run, layer);
        }
    }

    /// Reads the string around `at` in full, unless one of `done`, the last of which is the nearest, holds it already. In a broken
    /// file the stretch between two quotes may be no string; it is read all the same.
    fn json_string(&mut self, bytes: &[u8], at: usize, done: &mut Vec<Range<usize>>, layer: &Layer) {
        let floor = done.last().map_or(0, |d| d.end);
        if at < floor {
            return;
        }
        let mut start = at;
        while let Some(quote) = bytes.get(floor..start).and_then(|b| memchr::memrchr(b'"', b)).map(|p| floor + p) {
            let slashes = bytes.get(floor..quote).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count();
            start = quote;
            if slashes % 2 == 0 {
                start = quote + 1;
                break;
            }
        }
        if bytes.get(start.wrapping_sub(1)) != Some(&b'"') {
            start = floor;
        }
        let mut end = start;
        while let Some(&b) = bytes.get(end).filter(|b| **b != b'"') {
            end += if b == b'\\' { 2 } else { 1 };
        }
        let range = start..end.clamp(at + 1, bytes.len().max(at + 1));
        done.push(range.clone());
        let raw = bytes.get(range.clone()).unwrap_or_default();
        let decoded = layers::unescape(raw);
        let text = decoded.as_deref().unwrap_or(raw);
        if has_layers(text) && self.spend(text.len(), layer) {
            let inner = Layer { name: layer.name.clone(), ..layer.inner("", range) };
            self.text(text, &inner, false);
        }
    }

    /// Text with whatever encodings it holds. `itself`: search it as it reads, too (not needed when a caller did).
    fn text(&mut self, bytes: &[u8], layer: &Layer, itself: bool) {
        if itself {
            self.plain(bytes, Escapes::None, layer);
        }
        if !has_layers(bytes) {
            return;
        }
        if let Some(m) = layers::markup(bytes)
            && (m.flow != bytes)
            && self.spend(m.flow.len() + m.tight.len() + m.rest.len(), layer)
        {
            self.text(&m.flow, &layer.mapped("markup text", m.flow_map), true);
            if !m.tight.is_empty() {
                self.plain(&m.tight, Escapes::None, &layer.mapped("markup text", m.tight_map));
            }
            if !m.rest.is_empty() {
                self.text(&m.rest, &layer.mapped("attributes and comments", m.rest_map), true);
            }
        }
        let mut done = 0usize;
        for sign in memchr::memchr3_iter(b'%', b'=', b'\\', bytes) {
            let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
            let escape =
                bytes.get(sign) == Some(&b'\\') && bytes.get(sign + 1).is_some_and(|b| matches!(b, b'u' | b'/' | b'"' | b'\\'));
            if sign < done || !(escape || (hex(sign + 1) && hex(sign + 2))) {
                continue;
            }
            let line = line_around(bytes, sign, done);
            done = line.end;
            let piece = bytes.get(line.clone()).unwrap_or_default();
            for (name, decoded) in [("percent-decoded", layers::percent(piece)), ("unescaped", layers::unescape(piece))] {
                if let Some(d) = decoded.filter(|d| d != piece)
                    && self.spend(d.len(), layer)
                {
                    self.text(&d, &layer.inner(name, line.clone()), true);
                }
            }
        }
        for run in layers::base64_runs(bytes) {
            let piece = bytes.get(run.clone()).unwrap_or_default();
            self.base64(piece, run, layer);
        }
    }

    fn base64(&mut self, run: &[u8], at: Range<usize>, layer: &Layer) {
        // A token at the end of a path (`/files/SmFuZSBSb2U...`) is not aligned with the run.
        let tail = memchr::memrchr(b'/', run).filter(|p| run.len() < 4096 && p % 4 != 3 && run.len() - p > layers::MIN_BASE64);
        for piece in [Some(run), tail.and_then(|p| run.get(p + 1..))].into_iter().flatten() {
            let Some(decoded) = layers::base64(piece).filter(|d| layers::worth_reading(d)) else { continue };
            let inner = layer.inner("base64", at.clone());
            if self.spend(decoded.len(), &inner) {
                self.bytes(&decoded, &inner);
            }
        }
    }

    fn utf16(&mut self, bytes: &[u8], layer: &Layer) {
        let big = match bytes {
            [0xfe, 0xff, ..] => true,
            [0xff, 0xfe, ..] => false,
            _ => bytes.first() == Some(&0),
        };
        let encoding = if big { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
        let inner = layer.inner("utf-16", 0..bytes.len());
        self.plain(bytes, Escapes::None, layer);
        if self.spend(bytes.len(), &inner) {
            let (text, _) = encoding.decode_with_bom_removal(bytes);
            match Kind::of(text.as_bytes()) {
                Kind::Json => self.json(text.as_bytes(), &inner),
                _ => self.text(text.as_bytes(), &inner, true),
            }
        }
    }

    /// A PDF: everything in it that can be read, as other code than the writer's reads it.
    fn pdf(&mut self, bytes: &[u8], layer: &Layer) {
        let all = 0..bytes.len();
        let parts = match super::pdf::parts(bytes) {
            Ok(parts) => parts,
            Err(why) => return self.unsearched(&why, layer),
        };
        for (i, text) in parts.pages.iter().map(|p| &p.text).enumerate() {
            self.plain(text.as_bytes(), Escapes::None, &layer.inner(&format!("page {}", i + 1), all.clone()));
        }
        let objects = layer.inner("pdf objects", all.clone());
        self.plain(&parts.strings, Escapes::None, &objects);
        // Each string by itself: codes of glyphs look like markup that begins in one and ends in another.
        for line in parts.strings.split(|b| *b == b'\n').filter(|l| has_layers(l)) {
            self.text(line, &objects, false);
        }
        self.plain(&parts.between, Escapes::None, &layer.inner("pdf between objects", all.clone()));
        for file in &parts.files {
            let inner = layer.inner("pdf file", all.clone());
            if self.spend(file.len(), &inner) {
                self.bytes(file, &inner);
            }
        }
    }

    /// RTF: its letters without control words, in each way that they can be read, and the data in it.
    fn rtf(&mut self, bytes: &[u8], layer: &Layer) {
        self.text(bytes, layer, true);
        let read = super::rtf::read(bytes);
        for (text, way) in read.texts {
            if self.spend(text.len(), layer) {
                self.text(&text, &layer.mapped("rtf text", way), true);
            }
        }
        for (data, at) in read.data {
            let inner = layer.inner("rtf data", at);
            if self.spend(data.len(), &inner) {
                self.bytes(&data, &inner);
            }
        }
    }

    fn inflated(&mut self, bytes: &[u8], layer: &Layer) {
        let inner = layer.inner("gzip", 0..bytes.len());
        self.plain(bytes, Escapes::None, layer);
        let (out, over) = layers::inflate(bytes, self.budget);
        if over {
            self.unsearched("too large to be searched", &inner);
        }
        if !out.is_empty() && self.spend(out.len(), &inner) {
            self.bytes(&out, &inner);
        }
    }

    fn zip(&mut self, bytes: &[u8], layer: &Layer) {
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
            self.plain(bytes, Escapes::None, layer);
            self.unsearched("a damaged zip", layer);
            return;
        };
        // Names, comments and extra fields stand in the raw bytes; stored members too. In compressed bytes three letters that spell a
        // name are chance; they are searched inflated.
        let mut from = 0usize;
        for packed in compressed(&mut archive, bytes.len()) {
            self.stretch(bytes, from..packed.start.max(from), layer);
            from = packed.end.max(from);
        }
        self.stretch(bytes, from..bytes.len(), layer);
        self.text(archive.comment(), &layer.inner("zip comment", 0..bytes.len()), true);
        for i in 0..archive.len() {
            let inner = layer.inner(&format!("zip member {}", i + 1), 0..bytes.len());
            let Ok(member) = archive.by_index(i) else {
                self.unsearched("a zip member that cannot be opened", &inner);
                continue;
            };
            let name = member.name_raw().to_vec();
            let mut out = Vec::new();
            let limit = self.budget as u64 + 1;
            let read = member.take(limit).read_to_end(&mut out);
            self.text(&name, &layer.inner("zip member name", 0..bytes.len()), true);
            if read.is_err() {
                self.unsearched("a zip member that cannot be read", &inner);
            }
            if self.spend(out.len(), &inner) {
                self.bytes(&out, &inner);
            }
        }
    }
}
