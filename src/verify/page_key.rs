//! What a page of a PDF is drawn from, as a key: pages of the same key read and look the same to the second reader, in whichever file they are.
//!
//! Everything that the page's dictionary leads to is taken in: content, resources, fonts, appearances, and what it inherits. Objects count by
//! what they hold and not by their number, so that a page keeps its key when another one changes.

use crate::model::memory::{self, Key, Keyed};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, ObjRef, Object};
use hayro_syntax::page::Page;
use hayro_syntax::xref::XRef;
use std::collections::HashMap;

/// Objects inside each other.
const MAX_DEPTH: u8 = 48;
/// Pages above a page.
const MAX_PARENTS: usize = 32;
/// What a page can inherit (ISO 32000-2, table 31).
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What leads from a page or annotation to other places and is not drawn.
const LEADS: [&[u8]; 12] =
    [b"Parent", b"StructParents", b"StructParent", b"B", b"PieceInfo", b"P", b"Popup", b"Dest", b"A", b"AA", b"IRT", b"Thumb"];

/// The key of each page. `None` where what belongs to a page goes in a circle or is nested too deep, in files with layers, whose state is told
/// elsewhere, and where nothing is kept between runs.
pub fn page_keys(pdf: &Pdf) -> Vec<Option<Key>> {
    let pages = pdf.pages();
    if !memory::keeps() || pdf.xref().has_optional_content_groups() {
        return vec![None; pages.len()];
    }
    let mut walk = Walk { xref: pdf.xref(), known: HashMap::new() };
    pages.iter().map(|p| walk.page(p)).collect()
}

struct Walk<'a> {
    xref: &'a XRef,
    /// Keys of objects; `None` for those under way and those that have none.
    known: HashMap<ObjRef, Option<Key>>,
}

impl<'a> Walk<'a> {
    fn page(&mut self, page: &Page<'a>) -> Option<Key> {
        let mut k = Keyed::default();
        self.dict(page.raw(), &mut k, &|name| name != b"Annots" && !LEADS.contains(&name), 0)?;
        let annotations = page.raw().get::<Array<'a>>(b"Annots");
        for annotation in annotations.iter().flat_map(|a| a.iter::<Dict<'a>>()) {
            k.part(b"annotation");
            self.dict(&annotation, &mut k, &|name| !LEADS.contains(&name), 0)?;
        }
        let mut above = page.raw().get::<Dict<'a>>(b"Parent");
        for _ in 0..MAX_PARENTS {
            let Some(parent) = above else { return Some(k.key()) };
            k.part(b"above");
            self.dict(&parent, &mut k, &|name| INHERITED.contains(&name), 0)?;
            above = parent.get::<Dict<'a>>(b"Parent");
        }
        None
    }

    fn dict(&mut self, d: &Dict<'a>, k: &mut Keyed, takes: &dyn Fn(&[u8]) -> bool, depth: u8) -> Option<()> {
        k.part(b"<<");
        for (name, value) in d.entries() {
            if takes(&name) {
                k.part(&name);
                self.value(value, k, depth)?;
            }
        }
        k.part(b">>");
        Some(())
    }

    fn value(&mut self, value: MaybeRef<Object<'a>>, k: &mut Keyed, depth: u8) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let r = match value {
            MaybeRef::NotRef(o) => return self.object(&o, k, depth),
            MaybeRef::Ref(r) => r,
        };
        let key = match self.known.get(&r) {
            Some(known) => *known,
            None => {
                self.known.insert(r, None);
                let mut inner = Keyed::default();
                let done = match self.xref.get::<Object<'a>>(r.into()) {
                    Some(o) => self.object(&o, &mut inner, depth + 1),
                    None => {
                        inner.part(b"nothing");
                        Some(())
                    }
                };
                let key = done.map(|()| inner.key());
                self.known.insert(r, key);
                key
            }
        };
        k.part(&key?);
        Some(())
    }

    fn object(&mut self, o: &Object<'a>, k: &mut Keyed, depth: u8) -> Option<()> {
        match o {
            Object::Null(_) => k.part(b"null"),
            Object::Boolean(b) => k.part(if *b { b"true" } else { b"false" }),
            Object::Number(n) => {
                k.part(b"number");
                k.part(&n.as_f64().to_bits().to_be_bytes());
            }
            Object::String(s) => {
                k.part(b"string");
                k.part(s.as_bytes());
            }
            Object::Name(n) => {
                k.part(b"name");
                k.part(n);
            }
            Object::Array(a) => {
                k.part(b"[");
                for item in a.raw_iter() {
                    self.value(item, k, depth + 1)?;
                }
                k.part(b"]");
            }
            Object::Dict(d) => self.dict(d, k, &|_| true, depth + 1)?,
            Object::Stream(s) => {
                self.dict(s.dict(), k, &|_| true, depth + 1)?;
                k.part(b"stream");
                k.part(&s.raw_data());
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pages with a font they share, and what stands on them; `first` is the number of the first object of a page.
    fn pdf(texts: [&str; 2], font: &str, first: usize, more: &str) -> Pdf {
        let mut objects = vec![
            (1, "<</Type/Catalog/Pages 2 0 R>>".to_string()),
            (2, format!("<</Type/Pages/Count 2/Kids[{first} 0 R {} 0 R]/Resources<</Font<</F1 3 0 R>>>>>>", first + 2)),
            (3, format!("<</Type/Font/Subtype/Type1/BaseFont/{font}{more}>>")),
        ];
        for (i, text) in texts.iter().enumerate() {
            let at = first + 2 * i;
            let content = format!("BT /F1 10 Tf 50 700 Td ({text}) Tj ET");
            objects.push((at, format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {} 0 R>>", at + 1)));
            objects.push((at + 1, format!("<</Length {}>>\nstream\n{content}\nendstream", content.len())));
        }
        let mut out = "%PDF-1.4\n".to_string();
        for (no, body) in objects {
            out += &format!("{no} 0 obj\n{body}\nendobj\n");
        }
        out += "trailer\n<</Size 20/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
        Pdf::new(out.into_bytes()).unwrap()
    }

    #[test]
    fn a_page_keeps_its_key_until_something_of_its_own_changes() {
        memory::keep();
        let keys = |texts, font, first, more| page_keys(&pdf(texts, font, first, more));
        let plain = keys(["one", "two"], "Helvetica", 4, "");
        assert!(plain.iter().all(Option::is_some) && plain[0] != plain[1]);
        assert_eq!(keys(["one", "two"], "Helvetica", 9, ""), plain, "numbers of objects say nothing");
        let other = keys(["one", "2"], "Helvetica", 4, "");
        assert!(other[0] == plain[0] && other[1] != plain[1]);
        let font = keys(["one", "two"], "Courier", 4, "");
        assert!(font[0] != plain[0] && font[1] != plain[1], "what is inherited counts");
        assert_eq!(keys(["one", "two"], "Helvetica", 4, "/X 3 0 R"), [None, None], "what goes in a circle has no key");
    }
}
