//! Form fields that have a value but no look: readers draw it themselves, so the page must show it.

use super::obj;
use super::source::PageInfo;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// Fields above fields.
const MAX_PARENTS: usize = 10;
/// Characters of one value that are drawn.
const MAX_TEXT: usize = 20_000;

/// Gives each such field of a page a look made of its value.
pub fn draw_values(doc: &mut Document, pages: &[PageInfo]) {
    let mut todo: Vec<(Where, Dictionary, String)> = Vec::new();
    for page in pages {
        let Some(d) = doc.objects.get(&page.id).and_then(obj::as_dict) else { continue };
        let Ok(list) = d.get(b"Annots") else { continue };
        let holder = match list {
            Object::Reference(id) => Where::Array(*id),
            _ => Where::Page(page.id),
        };
        let Some(Object::Array(list)) = obj::resolve(doc, list) else { continue };
        for (i, o) in list.iter().enumerate().take(5000) {
            let Some(a) = obj::resolve(doc, o).and_then(obj::as_dict) else { continue };
            if obj::name(doc, a, b"Subtype") != Some(b"Widget") || obj::dict(doc, a, b"AP").is_some_and(|ap| ap.has(b"N")) {
                continue;
            }
            let kind = inherited(doc, a, b"FT");
            if !matches!(kind, Some(Object::Name(n)) if n == b"Tx" || n == b"Ch") {
                continue;
            }
            let text = match inherited(doc, a, b"V") {
                Some(Object::String(s, _)) => obj::text(s),
                Some(Object::Array(list)) => {
                    let words = list.iter().filter_map(|o| match obj::resolve(doc, o) {
                        Some(Object::String(s, _)) => Some(obj::text(s)),
                        _ => None,
                    });
                    words.collect::<Vec<_>>().join("\n")
                }
                Some(Object::Stream(s)) => obj::decoded(doc, s).map(|b| obj::text(&b)).unwrap_or_default(),
                _ => continue,
            };
            if !text.trim().is_empty() {
                let at = match o {
                    Object::Reference(id) => Where::Object(*id),
                    _ => Where::Item(Box::new(holder.clone()), i),
                };
                todo.push((at, a.clone(), text));
            }
        }
    }
    for (at, mut annotation, text) in todo {
        let Some(look) = look(doc, &annotation, &text) else { continue };
        let id = doc.add_object(Object::Stream(look));
        let mut looks = Dictionary::new();
        looks.set("N", Object::Reference(id));
        annotation.set("AP", Object::Dictionary(looks));
        put(doc, &at, annotation);
    }
}

/// Where an annotation is stored.
#[derive(Clone)]
enum Where {
    Object(ObjectId),
    /// In the list of a page, or in a list that is an object.
    Page(ObjectId),
    Array(ObjectId),
    Item(Box<Where>, usize),
}

fn put(doc: &mut Document, at: &Where, annotation: Dictionary) {
    match at {
        Where::Object(id) => {
            doc.objects.insert(*id, Object::Dictionary(annotation));
        }
        Where::Item(holder, i) => {
            let list = match holder.as_ref() {
                Where::Page(id) => match doc.objects.get_mut(id) {
                    Some(Object::Dictionary(d)) => d.get_mut(b"Annots").ok(),
                    _ => None,
                },
                Where::Array(id) => doc.objects.get_mut(id),
                _ => None,
            };
            if let Some(Object::Array(list)) = list
                && let Some(slot) = list.get_mut(*i)
            {
                *slot = Object::Dictionary(annotation);
            }
        }
        Where::Page(_) | Where::Array(_) => {}
    }
}

/// A value that a field may have from the fields above it.
fn inherited<'d>(doc: &'d Document, field: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    let mut at = field;
    for _ in 0..MAX_PARENTS {
        if let Some(v) = obj::get(doc, at, key) {
            return Some(v);
        }
        at = obj::dict(doc, at, b"Parent")?;
    }
    None
}

fn look(doc: &Document, annotation: &Dictionary, text: &str) -> Option<Stream> {
    let [a, b, c, d] = obj::numbers::<4>(doc, annotation, b"Rect")?;
    let (w, h) = ((c - a).abs(), (d - b).abs());
    let lines: Vec<&str> = text.split(['\r', '\n']).filter(|l| !l.is_empty()).collect();
    let size = if lines.len() > 1 { 10.0 } else { (h * 0.7).clamp(6.0, 11.0) };
    let mut content = format!("BT /F {size:.2} Tf 0 g {:.2} TL 2 {:.2} Td\n", size * 1.2, (h - size).max(2.0) / 2.0 + 1.0);
    if lines.len() > 1 {
        content = format!("BT /F {size:.2} Tf 0 g {:.2} TL 2 {:.2} Td\n", size * 1.2, h - size - 1.0);
    }
    for (i, line) in lines.iter().enumerate() {
        let codes: String = line.chars().take(MAX_TEXT).map(|c| format!("{:02X}", win(c))).collect();
        content.push_str(&format!("{}<{codes}> Tj\n", if i > 0 { "T* " } else { "" }));
    }
    content.push_str("ET");
    let mut font = Dictionary::new();
    for (k, v) in [("Type", "Font"), ("Subtype", "Type1"), ("BaseFont", "Helvetica"), ("Encoding", "WinAnsiEncoding")] {
        font.set(k, Object::Name(v.as_bytes().to_vec()));
    }
    let mut fonts = Dictionary::new();
    fonts.set("F", Object::Dictionary(font));
    let mut resources = Dictionary::new();
    resources.set("Font", Object::Dictionary(fonts));
    let mut dict = Dictionary::new();
    dict.set("Subtype", Object::Name(b"Form".to_vec()));
    dict.set("BBox", Object::Array(vec![0.into(), 0.into(), Object::Real(w as f32), Object::Real(h as f32)]));
    dict.set("Resources", Object::Dictionary(resources));
    Some(Stream::new(dict, content.into_bytes()))
}

fn win(c: char) -> u8 {
    let u = u32::from(c);
    super::tables::WIN.iter().position(|w| u32::from(*w) == u && u != 0).map_or(b'?', |p| p as u8)
}
