//! Bookmarks, destinations, links and files of the document level.

use super::obj;
use super::source::{annotations, name_tree, rect};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Bookmarks of one document.
const MAX_ITEMS: usize = 20_000;
/// Levels of bookmarks.
const MAX_LEVELS: u32 = 32;

/// A bookmark.
#[derive(Clone, Debug)]
pub struct Item {
    pub title: String,
    pub level: u32,
    /// Page from 0.
    pub page: Option<usize>,
    /// Height on that page, when told.
    pub top: Option<f64>,
    pub open: bool,
}

/// A file inside the document.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its stream.
    pub stream: ObjectId,
    /// Media type as declared.
    pub media_type: String,
    /// The end of its name: `pdf`, `xml`; at most five letters.
    pub extension: String,
}

/// A link of a page.
#[derive(Clone, Debug)]
pub struct Link {
    pub page: usize,
    pub rect: [f64; 4],
    pub to: Target,
}

/// Where a link leads.
#[derive(Clone, Debug)]
pub enum Target {
    Uri(String),
    Page(usize, Option<f64>),
}

/// Resolves destinations.
pub struct Destinations<'d> {
    doc: &'d Document,
    named: BTreeMap<Vec<u8>, &'d Object>,
    old: Option<&'d Dictionary>,
    pages: HashMap<ObjectId, usize>,
}

impl<'d> Destinations<'d> {
    /// Reads the names of the catalog. `pages` are the ids of the pages in order.
    pub fn new(doc: &'d Document, pages: &[ObjectId]) -> Self {
        let catalog = doc.catalog().ok();
        let names = catalog.and_then(|c| obj::dict(doc, c, b"Names"));
        let named = names.and_then(|n| n.get(b"Dests").ok()).map(|r| name_tree(doc, r)).unwrap_or_default();
        let old = catalog.and_then(|c| obj::dict(doc, c, b"Dests"));
        Destinations { doc, named, old, pages: pages.iter().enumerate().map(|(i, p)| (*p, i)).collect() }
    }

    fn page(&self, o: &Object) -> Option<(usize, Option<f64>)> {
        let mut o = obj::resolve(self.doc, o)?;
        for _ in 0..3 {
            o = match o {
                Object::String(n, _) => obj::resolve(self.doc, self.named.get(n)?)?,
                Object::Name(n) => obj::get(self.doc, self.old?, n)?,
                Object::Dictionary(d) => obj::get(self.doc, d, b"D")?,
                _ => break,
            };
        }
        let Object::Array(a) = o else { return None };
        let page = match a.first()? {
            Object::Reference(id) => *self.pages.get(id)?,
            Object::Integer(n) => usize::try_from(*n).ok().filter(|n| *n < self.pages.len())?,
            _ => return None,
        };
        let kind = a.get(1).and_then(|o| obj::resolve(self.doc, o));
        let top = match kind {
            Some(Object::Name(n)) if n == b"XYZ" => a.get(3).and_then(|o| obj::number(self.doc, o)),
            Some(Object::Name(n)) if n == b"FitH" || n == b"FitBH" => a.get(2).and_then(|o| obj::number(self.doc, o)),
            _ => None,
        };
        Some((page, top))
    }

    /// Target of a dictionary with `Dest` or an action `A`.
    pub fn of(&self, d: &Dictionary) -> Option<Target> {
        if let Ok(dest) = d.get(b"Dest")
            && let Some((p, top)) = self.page(dest)
        {
            return Some(Target::Page(p, top));
        }
        let action = obj::dict(self.doc, d, b"A")?;
        match obj::name(self.doc, action, b"S")? {
            b"GoTo" => self.page(action.get(b"D").ok()?).map(|(p, top)| Target::Page(p, top)),
            b"URI" => obj::string(self.doc, action, b"URI").map(|u| Target::Uri(String::from_utf8_lossy(u).into_owned())),
            _ => None,
        }
    }
}

/// Bookmarks in order.
pub fn items(doc: &Document, dests: &Destinations) -> Vec<Item> {
    let mut out = Vec::new();
    let Some(root) = doc.catalog().ok().and_then(|c| obj::dict(doc, c, b"Outlines")) else { return out };
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut open: Vec<(Option<ObjectId>, u32)> = vec![(obj::reference(root, b"First"), 0)];
    while let Some((id, level)) = open.pop() {
        let Some(id) = id.filter(|id| seen.insert(*id)) else { continue };
        let Some(d) = doc.objects.get(&id).and_then(obj::as_dict) else { continue };
        let title = obj::string(doc, d, b"Title").map(obj::text).unwrap_or_default();
        let (page, top) = match dests.of(d) {
            Some(Target::Page(p, top)) => (Some(p), top),
            _ => (None, None),
        };
        out.push(Item { title, level, page, top, open: obj::num(doc, d, b"Count").unwrap_or(0.0) > 0.0 });
        if out.len() > MAX_ITEMS {
            break;
        }
        open.push((obj::reference(d, b"Next"), level));
        if level < MAX_LEVELS {
            open.push((obj::reference(d, b"First"), level + 1));
        }
    }
    out
}

/// Links of one page.
pub fn links(doc: &Document, page: &Dictionary, number: usize, dests: &Destinations) -> Vec<Link> {
    annotations(doc, page)
        .into_iter()
        .filter(|a| obj::name(doc, a, b"Subtype") == Some(b"Link"))
        .filter_map(|a| Some(Link { page: number, rect: rect(doc, a)?, to: dests.of(a)? }))
        .collect()
}

/// Files inside the document: of the catalog, of annotations, associated with anything that leads to one.
pub fn attached(doc: &Document, pages: &[ObjectId]) -> Vec<Attached> {
    let mut specs: Vec<&Dictionary> = Vec::new();
    let catalog = doc.catalog().ok();
    if let Some(root) = catalog.and_then(|c| obj::dict(doc, c, b"Names")).and_then(|n| n.get(b"EmbeddedFiles").ok()) {
        specs.extend(name_tree(doc, root).into_values().filter_map(|o| obj::resolve(doc, o)).filter_map(obj::as_dict));
    }
    if let Some(list) = catalog.and_then(|c| obj::array(doc, c, b"AF")) {
        specs.extend(list.iter().filter_map(|o| obj::resolve(doc, o)).filter_map(obj::as_dict));
    }
    for id in pages {
        let Some(page) = doc.objects.get(id).and_then(obj::as_dict) else { continue };
        for a in annotations(doc, page).into_iter().filter(|a| obj::name(doc, a, b"Subtype") == Some(b"FileAttachment")) {
            specs.extend(obj::dict(doc, a, b"FS"));
        }
        let list = obj::array(doc, page, b"AF").unwrap_or_default();
        specs.extend(list.iter().filter_map(|o| obj::resolve(doc, o)).filter_map(obj::as_dict));
    }
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for spec in specs.into_iter().take(1000) {
        let Some(files) = obj::dict(doc, spec, b"EF") else { continue };
        let Some(id) = obj::reference(files, b"UF").or_else(|| obj::reference(files, b"F")).filter(|id| seen.insert(*id)) else {
            continue;
        };
        let Some(Object::Stream(s)) = doc.objects.get(&id) else { continue };
        let media = obj::name(doc, &s.dict, b"Subtype").map(|n| String::from_utf8_lossy(n).into_owned()).unwrap_or_default();
        let file = obj::string(doc, spec, b"UF").or_else(|| obj::string(doc, spec, b"F")).map(obj::text).unwrap_or_default();
        let extension = file.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
        let known = [
            "pdf", "xml", "json", "txt", "html", "htm", "csv", "png", "jpg", "jpeg", "tif", "tiff", "zip", "doc", "docx", "rtf",
            "xsl",
        ];
        out.push(Attached {
            stream: id,
            media_type: if media.contains('/') && media.len() < 60 && media.is_ascii() { media } else { String::new() },
            extension: known.iter().find(|k| **k == extension).unwrap_or(&"bin").to_string(),
        });
    }
    out
}
