//! A page or a picture as a document of its own, for a renderer that must see nothing else.
//!
//! What is copied is weighed first: a renderer that is not ours is not given more than this program would take on itself.

use super::obj;
use super::out::name;
use super::page::Matrix;
use super::source::{self, PageInfo};
use crate::format::image::raster::check_size;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::BTreeMap;

/// Objects inside each other.
const MAX_DEPTH: u8 = 32;
/// Objects of one page.
const MAX_OBJECTS: usize = 50_000;
/// Decoded bytes of all streams but pictures.
const MAX_DECODED: usize = 256 << 20;

/// What an annotation needs to be drawn; its other keys lead to other pages and to what is not drawn.
const DRAWN: &[&[u8]] = &[b"Type", b"Subtype", b"Rect", b"AP", b"AS", b"F"];

struct Copy<'d> {
    src: &'d Document,
    objects: BTreeMap<ObjectId, Object>,
    open: Vec<ObjectId>,
    decoded: usize,
}

impl<'d> Copy<'d> {
    fn new(src: &'d Document) -> Self {
        Copy { src, objects: BTreeMap::new(), open: Vec::new(), decoded: 0 }
    }

    /// A copy of a value; what it refers to comes along.
    fn value(&mut self, o: &Object, depth: u8) -> Object {
        match o {
            _ if depth > MAX_DEPTH => Object::Null,
            Object::Reference(id) => {
                if !self.objects.contains_key(id) {
                    self.objects.insert(*id, Object::Null);
                    self.open.push(*id);
                }
                Object::Reference(*id)
            }
            Object::Array(a) => Object::Array(a.iter().map(|v| self.value(v, depth + 1)).collect()),
            Object::Dictionary(d) => Object::Dictionary(self.dictionary(d, depth)),
            Object::Stream(s) => {
                let dict = self.dictionary(&s.dict, depth);
                Object::Stream(Stream { dict, content: s.content.clone(), allows_compression: false, start_position: None })
            }
            other => other.clone(),
        }
    }

    fn dictionary(&mut self, d: &Dictionary, depth: u8) -> Dictionary {
        let mut out = Dictionary::new();
        for (k, v) in d.iter() {
            out.set(k.clone(), self.value(v, depth + 1));
        }
        out
    }

    /// Copies everything that was referred to.
    fn follow(&mut self) -> Result<(), String> {
        let src = self.src;
        while let Some(id) = self.open.pop() {
            let Some(o) = src.objects.get(&id) else { continue };
            if self.objects.len() > MAX_OBJECTS {
                return Err("a page with too many objects".into());
            }
            // Another page is no part of this one.
            if obj::as_dict(o).is_some_and(|d| matches!(obj::name(src, d, b"Type"), Some(b"Page" | b"Pages" | b"Catalog"))) {
                continue;
            }
            if let Object::Stream(s) = o {
                self.weigh(s)?;
            }
            let copy = self.value(o, 0);
            self.objects.insert(id, copy);
        }
        Ok(())
    }

    fn weigh(&mut self, s: &Stream) -> Result<(), String> {
        if obj::name(self.src, &s.dict, b"Subtype") == Some(b"Image") {
            let n = |key: &[u8]| obj::num(self.src, &s.dict, key).filter(|v| *v >= 1.0 && *v < 1e6).map(|v| v as u64);
            let (w, h) = n(b"Width").zip(n(b"Height")).ok_or("a picture without a size")?;
            return check_size(w, h, 4);
        }
        let own: &[&[u8]] = &[b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"];
        if obj::filters(self.src, &s.dict).iter().any(|f| own.contains(&f.as_slice())) {
            return Ok(());
        }
        self.decoded += obj::decoded(self.src, s)?.len();
        if self.decoded > MAX_DECODED {
            return Err("a page with too much content".into());
        }
        Ok(())
    }

    fn finish(mut self, page: Dictionary, layers: Option<Object>) -> Result<Vec<u8>, String> {
        let page = self.dictionary(&page, 0);
        let layers = layers.map(|l| self.value(&l, 0));
        self.follow()?;
        let last = self.objects.keys().map(|k| k.0).max().unwrap_or(0);
        let (root, tree, leaf) = ((last + 1, 0), (last + 2, 0), (last + 3, 0));
        let mut page = page;
        page.set("Type", name("Page"));
        page.set("Parent", Object::Reference(tree));
        let mut pages = Dictionary::new();
        pages.set("Type", name("Pages"));
        pages.set("Count", Object::Integer(1));
        pages.set("Kids", Object::Array(vec![Object::Reference(leaf)]));
        let mut catalog = Dictionary::new();
        catalog.set("Type", name("Catalog"));
        catalog.set("Pages", Object::Reference(tree));
        if let Some(l) = layers {
            catalog.set("OCProperties", l);
        }
        let mut doc = Document::with_version("1.7");
        self.objects.insert(root, Object::Dictionary(catalog));
        self.objects.insert(tree, Object::Dictionary(pages));
        self.objects.insert(leaf, Object::Dictionary(page));
        doc.max_id = last + 3;
        doc.objects = self.objects;
        doc.trailer.set("Root", Object::Reference(root));
        let mut bytes = Vec::new();
        doc.save_to(&mut bytes).map_err(|_| "a page that cannot be taken out".to_string())?;
        Ok(bytes)
    }
}

fn numbers(list: &[f64]) -> Object {
    Object::Array(list.iter().map(|v| Object::Real(*v as f32)).collect())
}

/// One page with what is drawn on it.
///
/// # Errors
/// When it is too much to be drawn.
pub fn page(doc: &Document, info: &PageInfo, drawn: &dyn Fn(&Dictionary) -> bool) -> Result<Vec<u8>, String> {
    let source = doc.objects.get(&info.id).and_then(obj::as_dict).ok_or("the page is not there")?;
    let mut page = Dictionary::new();
    page.set("MediaBox", numbers(&info.area));
    page.set("Rotate", Object::Integer(info.rotate));
    let resources = info.resources.and_then(|id| doc.objects.get(&id)).and_then(obj::as_dict);
    if let Some(r) = resources.and_then(|d| d.get(b"Resources").ok()) {
        page.set("Resources", r.clone());
    }
    if let Ok(c) = source.get(b"Contents") {
        page.set("Contents", c.clone());
    }
    if let Ok(g) = source.get(b"Group") {
        page.set("Group", g.clone());
    }
    let looks: Vec<Object> = source::annotations(doc, source)
        .into_iter()
        .filter(|a| drawn(a) && source::appearance(doc, a).is_some())
        .map(|a| {
            let mut look = Dictionary::new();
            a.iter().filter(|(k, _)| DRAWN.contains(&k.as_slice())).for_each(|(k, v)| look.set(k.clone(), v.clone()));
            Object::Dictionary(look)
        })
        .collect();
    if !looks.is_empty() {
        page.set("Annots", Object::Array(looks));
    }
    let layers = doc.catalog().ok().and_then(|c| c.get(b"OCProperties").ok()).cloned();
    Copy::new(doc).finish(page, layers)
}

/// A page with nothing but one picture that fills it, of one point a pixel.
///
/// # Errors
/// When it is too much to be decoded.
pub fn picture(doc: &Document, id: ObjectId, (w, h): (usize, usize)) -> Result<Vec<u8>, String> {
    let mut page = Dictionary::new();
    page.set("MediaBox", numbers(&[0.0, 0.0, w as f64, h as f64]));
    let mut objects = Dictionary::new();
    objects.set("P", Object::Reference(id));
    let mut resources = Dictionary::new();
    resources.set("XObject", Object::Dictionary(objects));
    page.set("Resources", Object::Dictionary(resources));
    let mut copy = Copy::new(doc);
    let last = doc.objects.keys().map(|k| k.0).max().unwrap_or(0);
    let content = (last + 1, 0);
    copy.objects
        .insert(content, Object::Stream(Stream::new(Dictionary::new(), draw_picture(&[w as f64, 0.0, 0.0, h as f64, 0.0, 0.0]))));
    page.set("Contents", Object::Reference(content));
    copy.finish(page, None)
}

/// The content of a page that is a picture under the name `P`.
pub fn draw_picture(m: &Matrix) -> Vec<u8> {
    format!("q {:.4} {:.4} {:.4} {:.4} {:.4} {:.4} cm /P Do Q\n", m[0], m[1], m[2], m[3], m[4], m[5]).into_bytes()
}
