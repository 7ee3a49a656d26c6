//! Opening a PDF and finding its pages.

use super::obj;
use super::page::{IDENTITY, Matrix, map, mul};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use std::collections::{BTreeMap, HashSet};
use std::sync::RwLock;

/// Pages of one document.
const MAX_PAGES: usize = 50_000;
/// Levels of the page tree.
const MAX_LEVELS: usize = 100;
/// Objects of one document.
const MAX_OBJECTS: usize = 2_000_000;
/// Annotations of one page.
const MAX_ANNOTATIONS: usize = 5_000;

/// Passwords given by the user, tried on every encrypted file.
static PASSWORDS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Adds a password to those that are tried on encrypted files.
pub fn add_password(password: &str) {
    if let Ok(mut list) = PASSWORDS.write() {
        list.push(password.to_string());
    }
}

/// Parses a file; with the password that opened it.
///
/// # Errors
/// Why it cannot be read, in words for a person.
pub fn load(bytes: &[u8]) -> Result<(Document, String), String> {
    let mut tries: Vec<Option<String>> = vec![None];
    tries.extend(PASSWORDS.read().map(|l| l.clone()).unwrap_or_default().into_iter().map(Some));
    let mut locked = false;
    for password in tries {
        let used = password.clone().unwrap_or_default();
        let options = LoadOptions { password, max_decompressed_size: Some(obj::MAX_STREAM), ..LoadOptions::default() };
        // The parser is not ours; should it panic on hostile bytes, this is one unreadable file and not the end of the run.
        let loaded = std::panic::catch_unwind(|| Document::load_mem_with_options(bytes, options));
        match loaded {
            Ok(Ok(doc)) if doc.is_encrypted() || doc.trailer.has(b"Encrypt") => locked = true,
            Ok(Ok(doc)) => {
                if doc.objects.len() > MAX_OBJECTS {
                    return Err("a PDF with too many objects".into());
                }
                return Ok((doc, used));
            }
            Ok(Err(lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_))) => locked = true,
            Ok(Err(_)) | Err(_) if locked => {}
            Ok(Err(_)) | Err(_) => return Err("a damaged PDF: its objects cannot be read".into()),
        }
    }
    Err("a PDF that opens with a password only; give it with --pdf-password".into())
}

/// One page with what it inherits.
#[derive(Clone, Debug)]
pub struct PageInfo {
    pub id: ObjectId,
    /// Visible area: left, bottom, right, top.
    pub area: [f64; 4],
    pub rotate: i64,
    pub user_unit: f64,
    /// Where the resources are: of the page or a node above it.
    pub resources: Option<ObjectId>,
    /// The page is a drawing of what it was; the looks of annotations are in it.
    pub drawn: bool,
}

/// Pages in order.
///
/// # Errors
/// No page tree, a cycle in it, or too many pages.
pub fn pages(doc: &Document) -> Result<Vec<PageInfo>, String> {
    let broken = || "a damaged PDF: it has no pages".to_string();
    let root = doc.catalog().ok().and_then(|c| obj::reference(c, b"Pages")).ok_or_else(broken)?;
    let mut out = Vec::new();
    let mut seen: HashSet<ObjectId> = HashSet::new();
    walk(doc, root, &Inherited::default(), 0, &mut seen, &mut out)?;
    if out.is_empty() {
        return Err(broken());
    }
    Ok(out)
}

#[derive(Clone, Default)]
struct Inherited {
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
    rotate: Option<i64>,
    resources: Option<ObjectId>,
}

fn walk(
    doc: &Document,
    id: ObjectId,
    above: &Inherited,
    level: usize,
    seen: &mut HashSet<ObjectId>,
    out: &mut Vec<PageInfo>,
) -> Result<(), String> {
    if level > MAX_LEVELS {
        return Err("a damaged PDF: its page tree is too deep".into());
    }
    if !seen.insert(id) {
        return Err("a damaged PDF: its page tree goes in a circle".into());
    }
    let Some(node) = doc.objects.get(&id).and_then(obj::as_dict) else { return Ok(()) };
    let mut here = above.clone();
    here.media = obj::numbers::<4>(doc, node, b"MediaBox").map(ordered).or(here.media);
    here.crop = obj::numbers::<4>(doc, node, b"CropBox").map(ordered).or(here.crop);
    here.rotate = obj::num(doc, node, b"Rotate").map(|r| r as i64).or(here.rotate);
    if node.has(b"Resources") {
        here.resources = Some(id);
    }
    if let Some(kids) = obj::array(doc, node, b"Kids") {
        for kid in kids {
            if let Object::Reference(kid) = kid {
                walk(doc, *kid, &here, level + 1, seen, out)?;
            }
            if out.len() > MAX_PAGES {
                return Err("a PDF with too many pages".into());
            }
        }
        return Ok(());
    }
    // US Letter where nothing is said, as readers do.
    let media = here.media.unwrap_or([0.0, 0.0, 612.0, 792.0]);
    let crop = here.crop.map_or(media, |c| [c[0].max(media[0]), c[1].max(media[1]), c[2].min(media[2]), c[3].min(media[3])]);
    let area = if crop[2] > crop[0] && crop[3] > crop[1] { crop } else { media };
    if area[2] <= area[0] || area[3] <= area[1] || area.iter().any(|v| v.abs() > 1e6) {
        return Err(format!("a damaged PDF: page {} has no size", out.len() + 1));
    }
    out.push(PageInfo {
        id,
        area,
        rotate: here.rotate.unwrap_or(0).rem_euclid(360),
        user_unit: obj::num(doc, node, b"UserUnit").filter(|u| *u > 0.0 && *u < 1000.0).unwrap_or(1.0),
        resources: here.resources,
        drawn: false,
    });
    Ok(())
}

fn ordered(b: [f64; 4]) -> [f64; 4] {
    [b[0].min(b[2]), b[1].min(b[3]), b[0].max(b[2]), b[1].max(b[3])]
}

/// The joined content of a page.
///
/// # Errors
/// A stream that cannot be decoded.
pub fn contents(doc: &Document, page: &Dictionary) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut add = |o: &Object| -> Result<(), String> {
        if let Some(Object::Stream(s)) = obj::resolve(doc, o) {
            out.extend(obj::decoded(doc, s)?);
            out.push(b'\n');
        }
        if out.len() > obj::MAX_STREAM {
            return Err("a page with too much content".into());
        }
        Ok(())
    };
    match page.get(b"Contents").ok().and_then(|o| obj::resolve(doc, o)) {
        Some(Object::Array(list)) => {
            for o in list {
                add(o)?;
            }
        }
        Some(Object::Stream(_)) => add(page.get(b"Contents").map_err(|e| e.to_string())?)?,
        _ => {}
    }
    Ok(out)
}

/// Annotations of a page.
pub fn annotations<'d>(doc: &'d Document, page: &'d Dictionary) -> Vec<&'d Dictionary> {
    let list = obj::array(doc, page, b"Annots").unwrap_or_default();
    list.iter().take(MAX_ANNOTATIONS).filter_map(|o| obj::resolve(doc, o)).filter_map(obj::as_dict).collect()
}

/// Rectangle of an annotation.
pub fn rect(doc: &Document, annotation: &Dictionary) -> Option<[f64; 4]> {
    obj::numbers::<4>(doc, annotation, b"Rect").map(ordered)
}

/// The normal look of an annotation, and where it is drawn (ISO 32000-1, 12.5.5, algorithm 8.1): the matrix that fits its box, turned by
/// its own matrix, into the rectangle.
pub fn appearance<'d>(doc: &'d Document, annotation: &'d Dictionary) -> Option<(&'d Stream, Matrix)> {
    let flags = obj::num(doc, annotation, b"F").unwrap_or(0.0) as i64;
    // Hidden, or not to be shown.
    if flags & 0x22 != 0 {
        return None;
    }
    let looks = obj::dict(doc, annotation, b"AP")?;
    let stream = match obj::get(doc, looks, b"N")? {
        Object::Stream(s) => s,
        Object::Dictionary(states) => {
            let state = obj::name(doc, annotation, b"AS").unwrap_or(b"Off");
            obj::stream(doc, states, state)?
        }
        _ => return None,
    };
    let [a, b, c, d] = obj::numbers::<4>(doc, &stream.dict, b"BBox").map(ordered)?;
    let m = obj::numbers::<6>(doc, &stream.dict, b"Matrix").unwrap_or(IDENTITY);
    let at = [[a, b], [c, b], [c, d], [a, d]].map(|p| map(&m, p[0], p[1]));
    let turned = at
        .iter()
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |t, p| [t[0].min(p[0]), t[1].min(p[1]), t[2].max(p[0]), t[3].max(p[1])]);
    let r = rect(doc, annotation)?;
    let (w, h) = (turned[2] - turned[0], turned[3] - turned[1]);
    if w.abs() < 1e-9 || h.abs() < 1e-9 {
        return None;
    }
    let (sx, sy) = ((r[2] - r[0]) / w, (r[3] - r[1]) / h);
    let fit = mul(&[sx, 0.0, 0.0, sy, 0.0, 0.0], &[1.0, 0.0, 0.0, 1.0, r[0] - turned[0] * sx, r[1] - turned[1] * sy]);
    Some((stream, fit))
}

/// Names and their destinations or files: a name tree flattened.
pub fn name_tree<'d>(doc: &'d Document, root: &'d Object) -> BTreeMap<Vec<u8>, &'d Object> {
    let mut out = BTreeMap::new();
    let mut open: Vec<(&Object, usize)> = vec![(root, 0)];
    let mut steps = 0;
    while let Some((o, level)) = open.pop() {
        steps += 1;
        if steps > 100_000 || level > 50 {
            break;
        }
        let Some(d) = obj::resolve(doc, o).and_then(obj::as_dict) else { continue };
        for pair in obj::array(doc, d, b"Names").unwrap_or_default().chunks_exact(2) {
            if let Some(Object::String(n, _)) = obj::resolve(doc, &pair[0]) {
                out.insert(n.clone(), &pair[1]);
            }
        }
        open.extend(obj::array(doc, d, b"Kids").unwrap_or_default().iter().map(|k| (k, level + 1)));
    }
    out
}
