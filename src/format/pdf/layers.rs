//! Layers (optional content, ISO 32000-1, 8.11): what is switched off is not on the page a person sees.

use super::obj;
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::HashSet;

/// Which layers are off in the default configuration.
#[derive(Default)]
pub struct Layers {
    off: HashSet<ObjectId>,
    on: HashSet<ObjectId>,
    base_off: bool,
}

impl Layers {
    /// Reads the catalog.
    pub fn read(doc: &Document) -> Layers {
        let mut out = Layers::default();
        let Some(config) =
            doc.catalog().ok().and_then(|c| obj::dict(doc, c, b"OCProperties")).and_then(|p| obj::dict(doc, p, b"D"))
        else {
            return out;
        };
        out.base_off = obj::name(doc, config, b"BaseState") == Some(b"OFF");
        let ids = |key: &[u8]| -> HashSet<ObjectId> {
            obj::array(doc, config, key).unwrap_or_default().iter().filter_map(|o| o.as_reference().ok()).collect()
        };
        out.off = ids(b"OFF");
        out.on = ids(b"ON");
        out
    }

    /// True when content of this layer (a reference to a group or a membership dictionary) is shown.
    pub fn visible(&self, doc: &Document, layer: &Object) -> bool {
        let Some(Object::Dictionary(dict)) = obj::resolve(doc, layer) else { return true };
        if obj::name(doc, dict, b"Type") == Some(b"OCMD") {
            return self.member(doc, dict);
        }
        layer.as_reference().map_or(true, |id| self.is_on(&id))
    }

    fn is_on(&self, id: &ObjectId) -> bool {
        if self.base_off { self.on.contains(id) } else { !self.off.contains(id) }
    }

    fn member(&self, doc: &Document, dict: &Dictionary) -> bool {
        // An expression is not evaluated: its content counts as shown, so that it is read.
        if dict.has(b"VE") {
            return true;
        }
        let groups: Vec<ObjectId> = match dict.get(b"OCGs") {
            Ok(Object::Reference(id)) => match obj::resolve(doc, &Object::Reference(*id)) {
                Some(Object::Array(a)) => a.iter().filter_map(|o| o.as_reference().ok()).collect(),
                _ => vec![*id],
            },
            Ok(Object::Array(a)) => a.iter().filter_map(|o| o.as_reference().ok()).collect(),
            _ => return true,
        };
        if groups.is_empty() {
            return true;
        }
        let mut states = groups.iter().map(|g| self.is_on(g));
        match obj::name(doc, dict, b"P") {
            Some(b"AllOn") => states.all(|on| on),
            Some(b"AnyOff") => states.any(|on| !on),
            Some(b"AllOff") => states.all(|on| !on),
            _ => states.any(|on| on),
        }
    }
}
