//! Pages as they were written last time, for the next time the same document is written: a ruling changes a page or two.
//!
//! Kept with the document as it was read, so that fonts and objects are the same ones, and only where things are kept between runs. A page
//! is taken over when its edits are the same to the letter, and when writing it had no effect but text in fonts: what shares pictures, forms or
//! colours with other pages is written anew each time. What it adds to the document (fonts in use, codes shown, numbers of objects) it adds
//! again, in the same order, so that the file is the same to the byte.

use super::interpret::address;
use super::obj;
use super::out::Out;
use crate::model::edit::{Change, Edit, Rewrite};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

/// The pages of one document, each as it was written last.
#[derive(Default)]
pub struct Pages(Mutex<HashMap<usize, Arc<Page>>>);

/// A copy is another document: its objects lie elsewhere.
impl Clone for Pages {
    fn clone(&self) -> Self {
        Pages::default()
    }
}

/// What was asked of the page: which of its texts, where in it, what.
type Asked = Vec<(u8, Option<(u32, u32)>, Change)>;

/// What a font shows.
enum Shows {
    /// A font of the document.
    Font(ObjectId, BTreeSet<u32>),
    /// The font of labels.
    Labels(BTreeSet<u8>),
}

/// A page as it was written.
pub struct Page {
    asked: Asked,
    content: Vec<u8>,
    /// Names of its fonts in order.
    fonts: Vec<(Vec<u8>, Shows)>,
    resources: Dictionary,
    bands: Vec<[f32; 4]>,
    places: Vec<String>,
    labels: Vec<String>,
    doubled: Vec<String>,
    reduced: bool,
    untouched: bool,
}

/// What is asked of a page, by its texts.
pub fn asked(lists: [Option<&Vec<&Edit>>; 2]) -> Asked {
    let of = |(n, list): (u8, Option<&Vec<&Edit>>)| {
        list.into_iter().flatten().map(|e| (n, e.range, e.change.clone())).collect::<Vec<_>>()
    };
    (0u8..).zip(lists).flat_map(of).collect()
}

/// What the new document is before a page is written.
pub struct Before {
    objects: usize,
    shared: usize,
    used: HashMap<usize, BTreeSet<u32>>,
    codes: BTreeSet<u8>,
    counts: [usize; 6],
    fields: usize,
}

fn counts(r: &Rewrite) -> [usize; 6] {
    [r.places.len(), r.labels.len(), r.doubled.len(), r.reduced.len(), r.untouched.len(), r.drawn.len()]
}

/// Fields of `Rewrite` that no kept page may add to.
fn others(r: &Rewrite) -> usize {
    r.signs.len() + r.notes.len() + r.withheld.len() + r.pixels.len() + r.pictures as usize
}

impl Before {
    /// Sets aside what earlier pages show, so that it can be told what this one does.
    pub fn of(out: &mut Out, rewrite: &Rewrite) -> Before {
        Before {
            objects: out.objects.len(),
            shared: out.shared(),
            used: out.fonts.iter_mut().map(|(k, f)| (*k, std::mem::take(&mut f.used))).collect(),
            codes: std::mem::take(out.label_codes_used()),
            counts: counts(rewrite),
            fields: others(rewrite),
        }
    }

    /// Puts it back, and tells what the page has added. `None` for a page that is not kept.
    #[allow(clippy::too_many_arguments)]
    pub fn page(
        self,
        out: &mut Out,
        rewrite: &Rewrite,
        asked: Asked,
        content: &[u8],
        resources: &Dictionary,
        bands: &[[f32; 4]],
    ) -> Option<Page> {
        let by_id: HashMap<ObjectId, usize> = out.fonts.iter().map(|(k, f)| (f.id, *k)).collect();
        let label_font = out.label_font_id();
        let mut used = self.used;
        let mut shown: HashMap<usize, BTreeSet<u32>> = HashMap::new();
        for (key, font) in &mut out.fonts {
            let own = std::mem::take(&mut font.used);
            font.used = used.remove(key).unwrap_or_default();
            font.used.extend(&own);
            if !own.is_empty() {
                shown.insert(*key, own);
            }
        }
        let mut codes = std::mem::replace(out.label_codes_used(), self.codes);
        out.label_codes_used().extend(&codes);
        let alone = out.objects.len() == self.objects && out.shared() == self.shared && others(rewrite) == self.fields;
        let plain = resources.iter().all(|(k, v)| k == b"Font" || !refers(v));
        if !alone || !plain {
            return None;
        }
        let mut fonts = Vec::new();
        if let Ok(Object::Dictionary(named)) = resources.get(b"Font") {
            for (name, font) in named {
                let Object::Reference(id) = font else { return None };
                let shows = match by_id.get(id) {
                    Some(key) => {
                        let dict = out.fonts.get(key)?.dict;
                        let source = out.source_of(dict)?;
                        Shows::Font(source, shown.remove(key).unwrap_or_default())
                    }
                    None if label_font == Some(*id) => Shows::Labels(std::mem::take(&mut codes)),
                    None => return None,
                };
                fonts.push((name.clone(), shows));
            }
        }
        // Shown in a font that has no name here.
        if !shown.is_empty() || !codes.is_empty() {
            return None;
        }
        let [places, labels, doubled, reduced, untouched, drawn] = self.counts;
        if rewrite.drawn.len() != drawn {
            return None;
        }
        let mut rest = resources.clone();
        rest.remove(b"Font");
        Some(Page {
            asked,
            content: content.to_vec(),
            fonts,
            resources: rest,
            bands: bands.to_vec(),
            places: rewrite.places.iter().skip(places).map(|(_, p)| p.clone()).collect(),
            labels: rewrite.labels.iter().skip(labels).cloned().collect(),
            doubled: rewrite.doubled.iter().skip(doubled).cloned().collect(),
            reduced: rewrite.reduced.len() > reduced,
            untouched: rewrite.untouched.len() > untouched,
        })
    }
}

fn refers(o: &Object) -> bool {
    match o {
        Object::Reference(_) => true,
        Object::Array(a) => a.iter().any(refers),
        Object::Dictionary(d) => d.iter().any(|(_, v)| refers(v)),
        Object::Stream(_) => true,
        _ => false,
    }
}

impl Pages {
    /// The page as it was written with the same edits.
    pub fn get(&self, n: usize, asked: &Asked) -> Option<Arc<Page>> {
        let pages = self.0.lock().ok()?;
        pages.get(&n).filter(|p| p.asked == *asked).cloned()
    }

    /// Keeps a page as it was written.
    pub fn put(&self, n: usize, page: Page) {
        if let Ok(mut pages) = self.0.lock() {
            pages.insert(n, Arc::new(page));
        }
    }
}

impl Page {
    /// Writes it again: content, resources and the boxes of changed lines. `edits` are what was asked, in order. `None` when the document
    /// is another one after all; then nothing was done.
    pub fn again(
        &self,
        no: u32,
        edits: &[&Edit],
        out: &mut Out,
        rewrite: &mut Rewrite,
    ) -> Option<(Vec<u8>, Dictionary, Vec<[f32; 4]>)> {
        let src = out.src;
        let sources = self.fonts.iter().map(|(_, shows)| match shows {
            Shows::Font(id, _) => src.objects.get(id).and_then(obj::as_dict).map(Some),
            Shows::Labels(_) => Some(None),
        });
        let sources: Vec<Option<&Dictionary>> = sources.collect::<Option<_>>()?;
        if edits.len() != self.places.len() {
            return None;
        }
        let mut resources = Dictionary::new();
        if !self.fonts.is_empty() {
            let mut fonts = Dictionary::new();
            for ((name, shows), dict) in self.fonts.iter().zip(sources) {
                let id = match (shows, dict) {
                    (Shows::Font(_, used), Some(dict)) => {
                        let font = out.font(address(dict), dict);
                        font.used.extend(used);
                        font.id
                    }
                    (Shows::Labels(codes), _) => {
                        out.label_codes_used().extend(codes);
                        out.label_font()
                    }
                    (Shows::Font(..), None) => continue,
                };
                fonts.set(name.clone(), Object::Reference(id));
            }
            resources.set("Font", Object::Dictionary(fonts));
        }
        self.resources.iter().for_each(|(k, v)| resources.set(k.clone(), v.clone()));
        rewrite.places.extend(edits.iter().zip(&self.places).map(|(e, p)| (e.ledger, p.clone())));
        rewrite.labels.extend(self.labels.iter().cloned());
        rewrite.doubled.extend(self.doubled.iter().cloned());
        rewrite.reduced.extend(self.reduced.then_some(no));
        rewrite.untouched.extend(self.untouched.then_some(no));
        Some((self.content.clone(), resources, self.bands.clone()))
    }
}
