//! How a reader finds the way: bookmarks, where links lead, page numbers, the language.

use super::obj;
use super::out::{Out, name};
use super::read::{Held, What};
use super::write::{Sorted, edited, real};
use crate::model::edit::Rewrite;
use lopdf::{Dictionary, Object, ObjectId, StringFormat};
use std::collections::HashMap;

/// A place on a page, for a link or bookmark.
pub(super) fn destination(page: usize, top: Option<f64>, ids: &[ObjectId]) -> Object {
    let target = ids.get(page).map_or(Object::Null, |id| Object::Reference(*id));
    match top {
        Some(t) => Object::Array(vec![target, name("XYZ"), Object::Null, real(t.round()), Object::Null]),
        None => Object::Array(vec![target, name("Fit")]),
    }
}

/// The bookmarks again, flat list to tree.
pub(super) fn bookmarks(
    held: &Held,
    single: &HashMap<What, u32>,
    sorted: &Sorted,
    ids: &[ObjectId],
    out: &mut Out,
    rewrite: &mut Rewrite,
) -> Option<ObjectId> {
    if held.bookmarks.is_empty() {
        return None;
    }
    let root = out.reserve();
    let own: Vec<ObjectId> = held.bookmarks.iter().map(|_| out.reserve()).collect();
    let items = &held.bookmarks;
    // Parent of each item: the last one before it that is less deep.
    let mut parents: Vec<Option<usize>> = Vec::with_capacity(items.len());
    let mut stack: Vec<usize> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        while stack.last().is_some_and(|p| items.get(*p).is_none_or(|p| p.level >= item.level)) {
            stack.pop();
        }
        parents.push(stack.last().copied());
        stack.push(i);
    }
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (i, p) in parents.iter().enumerate() {
        children.entry(*p).or_default().push(i);
    }
    let at = |i: usize| own.get(i).map_or(Object::Null, |id| Object::Reference(*id));
    for (i, item) in items.iter().enumerate() {
        let mut d = Dictionary::new();
        let text = match single.get(&What::Bookmark(i)) {
            Some(f) => edited(&item.title, *f, &format!("bookmark {}", i + 1), sorted, rewrite),
            None => String::new(),
        };
        d.set("Title", obj::text_object(&text));
        d.set("Parent", parents.get(i).copied().flatten().map_or(Object::Reference(root), at));
        let siblings = parents.get(i).and_then(|p| children.get(p)).cloned().unwrap_or_default();
        let place = siblings.iter().position(|s| *s == i).unwrap_or(0);
        if let Some(prev) = place.checked_sub(1).and_then(|p| siblings.get(p)) {
            d.set("Prev", at(*prev));
        }
        if let Some(next) = siblings.get(place + 1) {
            d.set("Next", at(*next));
        }
        if let Some(inner) = children.get(&Some(i)) {
            d.set("First", inner.first().map_or(Object::Null, |c| at(*c)));
            d.set("Last", inner.last().map_or(Object::Null, |c| at(*c)));
            d.set("Count", Object::Integer(if item.open { inner.len() as i64 } else { -(inner.len() as i64) }));
        }
        if let Some(p) = item.page {
            d.set("Dest", destination(p, item.top, ids));
        }
        if let Some(id) = own.get(i) {
            out.objects.insert(*id, Object::Dictionary(d));
        }
    }
    let top = children.get(&None)?;
    let mut d = Dictionary::new();
    d.set("Type", name("Outlines"));
    d.set("First", top.first().map_or(Object::Null, |c| at(*c)));
    d.set("Last", top.last().map_or(Object::Null, |c| at(*c)));
    d.set("Count", Object::Integer(top.len() as i64));
    out.objects.insert(root, Object::Dictionary(d));
    Some(root)
}

/// A language tag, when it is one.
pub(super) fn language(held: &Held) -> Option<Object> {
    let catalog = held.doc.catalog().ok()?;
    let lang = obj::string(&held.doc, catalog, b"Lang")?;
    let fine = lang.len() <= 11
        && lang.len() >= 2
        && lang.split(|b| *b == b'-').all(|p| p.len() <= 4 && p.iter().all(u8::is_ascii_alphanumeric));
    let first = lang.split(|b| *b == b'-').next().map_or(0, <[u8]>::len);
    (fine && first <= 3).then(|| Object::String(lang.to_vec(), StringFormat::Literal))
}

/// Page numbers, without the words that may stand before them.
pub(super) fn page_labels(held: &Held) -> Option<Object> {
    let doc = &held.doc;
    let tree = obj::dict(doc, doc.catalog().ok()?, b"PageLabels")?;
    let nums = obj::array(doc, tree, b"Nums")?;
    let mut out = Vec::new();
    for pair in nums.chunks_exact(2).take(held.pages.len()) {
        let at = obj::number(doc, &pair[0])?;
        let d = obj::resolve(doc, &pair[1]).and_then(obj::as_dict)?;
        let mut copy = Dictionary::new();
        if let Some(s) = obj::name(doc, d, b"S").filter(|s| matches!(*s, b"D" | b"R" | b"r" | b"A" | b"a")) {
            copy.set("S", Object::Name(s.to_vec()));
        }
        if let Some(st) = obj::num(doc, d, b"St") {
            copy.set("St", Object::Integer(st as i64));
        }
        out.push(Object::Integer(at as i64));
        out.push(Object::Dictionary(copy));
    }
    let mut d = Dictionary::new();
    d.set("Nums", Object::Array(out));
    Some(Object::Dictionary(d))
}
