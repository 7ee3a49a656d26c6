//! Tags for screen readers (ISO 32000-1, 14.7 and 14.8): which text is a heading, a paragraph, the cell of a table.
//!
//! The tree is built anew: kinds of elements from the standard's list, the marked content that was written, spans and scopes of table
//! cells. Words in it (alternative and replacement texts, expansions, titles, ids, class names) are not carried over.

use super::obj;
use super::out::{Out, name};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Elements inside each other.
const MAX_DEPTH: u8 = 64;
/// Elements of one document.
const MAX_ELEMENTS: usize = 500_000;
/// Numbers of marked content on one page.
pub const MAX_CONTENT: i64 = 100_000;

/// Standard structure types (ISO 32000-1, 14.8.4; ISO 32000-2 adds the last line).
const KINDS: &[&str] = &[
    "Document",
    "Part",
    "Art",
    "Sect",
    "Div",
    "BlockQuote",
    "Caption",
    "TOC",
    "TOCI",
    "Index",
    "NonStruct",
    "P",
    "H",
    "H1",
    "H2",
    "H3",
    "H4",
    "H5",
    "H6",
    "L",
    "LI",
    "Lbl",
    "LBody",
    "Table",
    "TR",
    "TH",
    "TD",
    "THead",
    "TBody",
    "TFoot",
    "Span",
    "Quote",
    "Note",
    "Reference",
    "BibEntry",
    "Code",
    "Link",
    "Annot",
    "Ruby",
    "RB",
    "RT",
    "RP",
    "Warichu",
    "WT",
    "WP",
    "Figure",
    "Formula",
    "Form",
    "DocumentFragment",
    "Aside",
    "Title",
    "FENote",
    "Em",
    "Strong",
    "Sub",
];
/// Names that attributes of tables and lists may have as values.
const VALUES: &[&str] = &[
    "Row",
    "Column",
    "Both",
    "None",
    "Disc",
    "Circle",
    "Square",
    "Decimal",
    "UpperRoman",
    "LowerRoman",
    "UpperAlpha",
    "LowerAlpha",
    "Unordered",
    "Ordered",
];

/// True for documents with tags.
pub fn has(doc: &Document) -> bool {
    doc.catalog().is_ok_and(|c| obj::dict(doc, c, b"StructTreeRoot").is_some())
}

/// Numbers of the marked content that was written, by page.
pub type Written = BTreeMap<usize, BTreeSet<u32>>;

struct Builder<'o, 'd> {
    out: &'o mut Out<'d>,
    pages: HashMap<ObjectId, usize>,
    ids: &'o [ObjectId],
    written: &'o Written,
    roles: Option<&'d Dictionary>,
    seen: HashSet<ObjectId>,
    count: usize,
    parents: BTreeMap<usize, BTreeMap<u32, ObjectId>>,
}

/// Writes the tree; its root goes into the catalog. `sources` and `ids` are the pages as they came and as they are written.
pub fn write(sources: &[ObjectId], ids: &[ObjectId], written: &Written, out: &mut Out) -> Option<ObjectId> {
    let src = out.src;
    let root = obj::dict(src, src.catalog().ok()?, b"StructTreeRoot")?;
    let id = out.reserve();
    let pages = sources.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let roles = obj::dict(src, root, b"RoleMap");
    let mut b = Builder { out, pages, ids, written, roles, seen: HashSet::new(), count: 0, parents: BTreeMap::new() };
    let kids = b.kids(root, None, id, 0);
    let parents = std::mem::take(&mut b.parents);
    if kids.is_empty() {
        return None;
    }
    let mut numbers = Vec::new();
    for (key, (page, list)) in parents.iter().enumerate() {
        let last = list.keys().next_back().copied().unwrap_or(0);
        let row = (0..=last).map(|m| list.get(&m).map_or(Object::Null, |id| Object::Reference(*id))).collect();
        numbers.push(Object::Integer(key as i64));
        numbers.push(Object::Array(row));
        let page = ids.get(*page).and_then(|id| out.objects.get_mut(id)).and_then(|o| o.as_dict_mut().ok());
        if let Some(page) = page {
            page.set("StructParents", Object::Integer(key as i64));
        }
    }
    let mut tree = Dictionary::new();
    tree.set("Nums", Object::Array(numbers));
    let mut d = Dictionary::new();
    d.set("Type", name("StructTreeRoot"));
    d.set("K", Object::Array(kids));
    d.set("ParentTreeNextKey", Object::Integer(parents.len() as i64));
    d.set("ParentTree", Object::Reference(out.add(Object::Dictionary(tree))));
    out.objects.insert(id, Object::Dictionary(d));
    Some(id)
}

impl<'d> Builder<'_, 'd> {
    fn kids(&mut self, d: &'d Dictionary, page: Option<usize>, parent: ObjectId, depth: u8) -> Vec<Object> {
        let src = self.out.src;
        let list: Vec<&'d Object> = match d.get(b"K") {
            Ok(k) => match obj::resolve(src, k) {
                Some(Object::Array(a)) => a.iter().collect(),
                Some(_) => vec![k],
                None => Vec::new(),
            },
            Err(_) => Vec::new(),
        };
        list.into_iter().filter_map(|k| self.kid(k, page, parent, depth)).collect()
    }

    fn kid(&mut self, o: &'d Object, page: Option<usize>, parent: ObjectId, depth: u8) -> Option<Object> {
        let src = self.out.src;
        if let Some(Object::Integer(n)) = obj::resolve(src, o) {
            return self.content(*n, page, page, parent);
        }
        let d = obj::resolve(src, o).and_then(obj::as_dict)?;
        match obj::name(src, d, b"Type") {
            Some(b"MCR") if !d.has(b"Stm") => {
                let on = self.page_of(d).or(page);
                self.content(obj::num(src, d, b"MCID")? as i64, on, page, parent)
            }
            Some(b"MCR" | b"OBJR") => None,
            _ => self.element(o, d, page, parent, depth + 1),
        }
    }

    fn page_of(&self, d: &Dictionary) -> Option<usize> {
        obj::reference(d, b"Pg").and_then(|id| self.pages.get(&id)).copied()
    }

    /// Marked content, when it is in the new page.
    fn content(&mut self, n: i64, page: Option<usize>, of_element: Option<usize>, parent: ObjectId) -> Option<Object> {
        let (page, n) = (page?, u32::try_from(n).ok()?);
        if !self.written.get(&page)?.contains(&n) {
            return None;
        }
        let known = self.parents.entry(page).or_default().insert(n, parent);
        if known.is_some_and(|k| k != parent) {
            return None;
        }
        if Some(page) == of_element {
            return Some(Object::Integer(i64::from(n)));
        }
        let mut d = Dictionary::new();
        d.set("Type", name("MCR"));
        d.set("Pg", Object::Reference(*self.ids.get(page)?));
        d.set("MCID", Object::Integer(i64::from(n)));
        Some(Object::Dictionary(d))
    }

    fn element(&mut self, o: &Object, d: &'d Dictionary, page: Option<usize>, parent: ObjectId, depth: u8) -> Option<Object> {
        self.count += 1;
        let again = matches!(o, Object::Reference(id) if !self.seen.insert(*id));
        if again || depth > MAX_DEPTH || self.count > MAX_ELEMENTS {
            return None;
        }
        let src = self.out.src;
        let kind = self.kind(obj::name(src, d, b"S")?);
        let page = self.page_of(d).or(page);
        let id = self.out.reserve();
        let kids = self.kids(d, page, id, depth);
        // An empty cell is a place in its row.
        if kids.is_empty() && !matches!(kind, "TD" | "TH") {
            return None;
        }
        let mut e = Dictionary::new();
        e.set("Type", name("StructElem"));
        e.set("S", name(kind));
        e.set("P", Object::Reference(parent));
        if let Some(id) = page.and_then(|p| self.ids.get(p)) {
            e.set("Pg", Object::Reference(*id));
        }
        if !kids.is_empty() {
            e.set("K", Object::Array(kids));
        }
        if let Some(a) = self.attributes(d) {
            e.set("A", a);
        }
        self.out.objects.insert(id, Object::Dictionary(e));
        Some(Object::Reference(id))
    }

    /// The standard kind that a name stands for.
    fn kind(&self, n: &[u8]) -> &'static str {
        let mut n = n;
        for _ in 0..8 {
            if let Some(k) = KINDS.iter().find(|k| k.as_bytes() == n) {
                return k;
            }
            match self.roles.and_then(|r| obj::name(self.out.src, r, n)) {
                Some(next) => n = next,
                None => break,
            }
        }
        "NonStruct"
    }

    /// How far a cell reaches and what it heads, how a list is numbered. Places and sizes tell of texts that are gone.
    fn attributes(&self, d: &Dictionary) -> Option<Object> {
        let src = self.out.src;
        let list: Vec<&Object> = match obj::get(src, d, b"A")? {
            Object::Array(a) => a.iter().filter_map(|o| obj::resolve(src, o)).collect(),
            o => vec![o],
        };
        let mut out = Vec::new();
        for a in list.into_iter().filter_map(obj::as_dict) {
            let (owner, keys): (&str, &[&str]) = match obj::name(src, a, b"O") {
                Some(b"Table") => ("Table", &["RowSpan", "ColSpan", "Scope"]),
                Some(b"List") => ("List", &["ListNumbering"]),
                _ => continue,
            };
            let mut copy = Dictionary::new();
            for key in keys {
                match obj::get(src, a, key.as_bytes()) {
                    Some(Object::Integer(n)) if (0..10_000).contains(n) => copy.set(*key, Object::Integer(*n)),
                    Some(Object::Name(n)) => {
                        if let Some(v) = VALUES.iter().find(|v| v.as_bytes() == n.as_slice()) {
                            copy.set(*key, name(v));
                        }
                    }
                    _ => {}
                }
            }
            if !copy.is_empty() {
                copy.set("O", name(owner));
                out.push(Object::Dictionary(copy));
            }
        }
        (!out.is_empty()).then_some(Object::Array(out))
    }
}
