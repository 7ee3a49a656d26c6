//! Puts the new document together: pages with their edits carried out, and of everything beside them only what is on a list.

use super::again;
use super::emit::Emitter;
use super::fonts_out;
use super::interpret::{Cache, UNIT, bounds};
use super::navigation::{bookmarks, destination, language, page_labels};
use super::obj;
use super::out::{Out, name};
use super::outline::Target;
use super::page::PageModel;
use super::pdfa;
use super::picture::{self, Picture, Redone};
use super::plan::Plan;
use super::read::{Held, What, interpret, pictures, text_of};
use super::relay::{PageEdit, relay};
use super::source::{PageInfo, annotations, rect};
use super::tags;
use crate::format::layout::PageText;
use crate::model::document::Document;
use crate::model::edit::{Change, Edit, Rewrite, Written};
use crate::model::error::WriteError;
use crate::model::memory;
use lopdf::{Dictionary, Object, ObjectId, StringFormat};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;
use std::vec::IntoIter;

/// Carries out edits.
pub fn write(doc: &Document, edits: &[Edit]) -> Result<Written, WriteError> {
    let held = doc.kept.get::<Held>().ok_or_else(|| WriteError("a PDF that was not read".into()))?;
    build(held, edits).map_err(WriteError)
}

/// Edits sorted by what they are about.
#[derive(Default)]
pub(super) struct Sorted<'e> {
    fields: HashMap<u32, Vec<&'e Edit>>,
    /// Pages left out by a decision, with the ledger entry; `None` for the document as a whole.
    withheld: BTreeMap<usize, u32>,
    whole: Option<u32>,
}

fn sorted(edits: &[Edit]) -> Sorted<'_> {
    let mut out = Sorted::default();
    for e in edits {
        match (e.record, e.field) {
            (true, 0) => out.whole = Some(e.ledger),
            (true, n) => {
                out.withheld.insert(n as usize - 1, e.ledger);
            }
            (false, f) => out.fields.entry(f).or_default().push(e),
        }
    }
    for list in out.fields.values_mut() {
        list.sort_by_key(|e| e.range.unwrap_or((0, u32::MAX)));
    }
    out
}

fn words(change: &Change) -> Option<String> {
    match change {
        Change::Label(t) | Change::Mask(t) | Change::Text(t) => Some(t.clone()).filter(|t| !t.is_empty()),
        _ => None,
    }
}

fn build(held: &Held, edits: &[Edit]) -> Result<Written, String> {
    let sorted = sorted(edits);
    let mut rewrite = Rewrite { password: held.password.clone(), ..Rewrite::default() };
    let mut out = Out::new(&held.doc);
    let (catalog, tree) = (out.reserve(), out.reserve());
    let ids: Vec<ObjectId> = held.pages.iter().map(|_| out.reserve()).collect();
    let mut by_page: HashMap<usize, [Option<u32>; 2]> = HashMap::new();
    let mut single: HashMap<What, u32> = HashMap::new();
    for (i, what) in held.what.iter().enumerate() {
        match what {
            What::Page(n) => by_page.entry(*n).or_default()[0] = Some(i as u32),
            What::Hidden(n) => by_page.entry(*n).or_default()[1] = Some(i as u32),
            other => {
                single.insert(*other, i as u32);
            }
        }
    }
    let mut redone = redone(held, &sorted);
    let mut cache = Cache::new(&held.doc);
    let mut tagged = tags::has(&held.doc).then(tags::Written::new);
    for (n, info) in held.pages.iter().enumerate() {
        let Some(id) = ids.get(n).copied() else { continue };
        let left_out = match (sorted.whole.or_else(|| sorted.withheld.get(&n).copied()), held.unread.get(n)) {
            (Some(ledger), _) => {
                rewrite.places.push((ledger, format!("page {}", n + 1)));
                Some("[WITHHELD]")
            }
            (None, Some(Some(_))) => Some("[PAGE NOT READ]"),
            _ => None,
        };
        if let Some(text) = left_out {
            rewrite.withheld.push(n as u32 + 1);
            let page = empty_page(&mut out, info, tree, text);
            out.objects.insert(id, Object::Dictionary(page));
            continue;
        }
        let fields = by_page.get(&n).copied().unwrap_or_default();
        let mut pictures = Vec::new();
        while let Some((p, done)) = redone.next_if(|(p, _)| p.page <= n) {
            if p.page == n {
                pictures.push((p, done.map_err(|e| format!("page {}: {e}", n + 1))?));
            }
        }
        let page = one_page(held, n, info, &fields, pictures, &sorted, &mut cache, &mut out, &mut rewrite, &mut tagged)
            .map_err(|e| format!("page {}: {e}", n + 1))?;
        let (mut dict, bands) = page;
        dict.set("Parent", Object::Reference(tree));
        let annots = annots(held, n, &bands, &single, &sorted, &ids, &mut out, &mut rewrite);
        if !annots.is_empty() {
            dict.set("Annots", Object::Array(annots));
        }
        out.objects.insert(id, Object::Dictionary(dict));
    }
    drop(cache);
    fonts_out::write(&mut out)?;
    out.write_label_font()?;
    let mut pages = Dictionary::new();
    pages.set("Type", name("Pages"));
    pages.set("Count", Object::Integer(ids.len() as i64));
    pages.set("Kids", Object::Array(ids.iter().map(|i| Object::Reference(*i)).collect()));
    out.objects.insert(tree, Object::Dictionary(pages));
    let mut root = Dictionary::new();
    root.set("Type", name("Catalog"));
    root.set("Pages", Object::Reference(tree));
    if let Some(outlines) = bookmarks(held, &single, &sorted, &ids, &mut out, &mut rewrite) {
        root.set("Outlines", Object::Reference(outlines));
    }
    if let Some(files) = files(held, &single, &sorted, &mut out, &mut rewrite)? {
        root.set("Names", Object::Dictionary(files));
    }
    if let Some(lang) = language(held) {
        root.set("Lang", lang);
    }
    if let Some(labels) = page_labels(held) {
        root.set("PageLabels", labels);
    }
    if let Some(written) = &tagged {
        let sources: Vec<ObjectId> = held.pages.iter().map(|p| p.id).collect();
        if let Some(id) = tags::write(&sources, &ids, written, &mut out) {
            let mut info = Dictionary::new();
            info.set("Marked", Object::Boolean(true));
            root.set("MarkInfo", Object::Dictionary(info));
            root.set("StructTreeRoot", Object::Reference(id));
        }
    }
    let title = single.get(&What::Title).and_then(|f| {
        let text =
            obj::dict(&held.doc, &held.doc.trailer, b"Info").and_then(|i| obj::string(&held.doc, i, b"Title")).map(obj::text)?;
        Some(edited(&text, *f, "title", &sorted, &mut rewrite))
    });
    let title = title.filter(|t| !t.trim().is_empty());
    let info = title.as_ref().map(|t| {
        let mut d = Dictionary::new();
        d.set("Title", obj::text_object(t));
        out.add(Object::Dictionary(d))
    });
    let archive = pdfa::claim(&held.doc).filter(|claim| {
        let edited = !(rewrite.labels.is_empty() && rewrite.withheld.is_empty() && rewrite.drawn.is_empty());
        pdfa::keep(&mut out, &mut root, *claim, title.as_deref(), edited)
    });
    out.objects.insert(catalog, Object::Dictionary(root));
    let notes: Vec<String> = out.notes.iter().map(|n| n.to_string()).collect();
    rewrite.notes.extend(notes);
    let mut bytes = save(std::mem::take(&mut out.objects), catalog, info, archive)?;
    if archive.is_some() {
        pdfa::identify(&mut bytes);
    }
    Ok(Written { bytes, rewritten: Some(rewrite), ..Written::default() })
}

/// What becomes of the pictures of all pages that are written, in the order of the pages.
fn redone<'h>(held: &'h Held, sorted: &Sorted) -> Peekable<IntoIter<(&'h Picture, Result<Redone, String>)>> {
    let written = |p: &&Picture| {
        sorted.whole.is_none() && !sorted.withheld.contains_key(&p.page) && !matches!(held.unread.get(p.page), Some(Some(_)))
    };
    let mut pictures: Vec<&Picture> = held.read.iter().filter(written).collect();
    pictures.sort_by_key(|p| p.page);
    let of = |f: u32| sorted.fields.get(&f).cloned().unwrap_or_default();
    let done: Vec<_> = pictures.into_par_iter().map(|p| (p, picture::redone(&held.doc, p, &of))).collect();
    done.into_iter().peekable()
}

/// A page with its edits, and the boxes of changed lines.
#[allow(clippy::too_many_arguments)]
fn one_page<'d>(
    held: &Held,
    n: usize,
    info: &PageInfo,
    fields: &[Option<u32>; 2],
    redone: Vec<(&Picture, Redone)>,
    sorted: &Sorted,
    cache: &mut Cache<'d>,
    out: &mut Out<'d>,
    rewrite: &mut Rewrite,
    tagged: &mut Option<tags::Written>,
) -> Result<(Dictionary, Vec<[f32; 4]>), String> {
    let lists = fields.map(|f| f.and_then(|f| sorted.fields.get(&f)));
    let keeps = memory::keeps() && tagged.is_none() && !info.drawn && !held.read.iter().any(|p| p.page == n);
    let asked = if keeps { again::asked(lists) } else { Vec::new() };
    if keeps && let Some(page) = held.written.get(n, &asked) {
        let edits: Vec<&Edit> = lists.iter().flatten().flat_map(|l| l.iter().copied()).collect();
        if let Some((content, resources, bands)) = page.again(n as u32 + 1, &edits, out, rewrite) {
            return Ok((put_together(info, content, resources, out), bands));
        }
    }
    let before = keeps.then(|| again::Before::of(out, rewrite));
    let model = interpret(cache, info)?;
    let mut plan = Plan::new(&model);
    if info.drawn {
        rewrite.drawn.push(n as u32 + 1);
    }
    let mut touched = false;
    let read: Vec<&Picture> = held.read.iter().filter(|p| p.page == n).collect();
    let anew = !read.is_empty();
    if anew {
        // What an engine once read says nothing about what is seen: the words of the picture take its place.
        for (removed, glyph) in plan.removed.iter_mut().zip(&model.glyphs) {
            *removed |= glyph.invisible;
        }
    }
    for (field, invisible) in fields.iter().zip([false, true]) {
        let Some(list) = field.and_then(|f| sorted.fields.get(&f)).filter(|l| !l.is_empty()) else { continue };
        if anew && invisible {
            rewrite.places.extend(list.iter().map(|e| (e.ledger, format!("page {}", n + 1))));
            continue;
        }
        touched = true;
        let text = text_of(&model, invisible);
        let len = text.text.len();
        let edits: Vec<PageEdit> = list
            .iter()
            .map(|e| {
                let (start, end) = e.range.map_or((0, len), |(s, e)| (s as usize, e as usize));
                PageEdit { start, end, label: words(&e.change) }
            })
            .collect();
        let boxes = relay(&model, &text, &edits, &mut plan);
        for e in &edits {
            rewrite.doubled.extend(doubled(&model, &text, e));
        }
        for ((e, page_edit), place) in list.iter().zip(&edits).zip(boxes) {
            rewrite.labels.extend(page_edit.label.clone());
            let place = match place {
                Some([l, b, r, t]) => format!("page {} [{l:.0} {b:.0} {r:.0} {t:.0}]", n + 1),
                None => format!("page {}", n + 1),
            };
            rewrite.places.push((e.ledger, place));
        }
    }
    let mut layer = Vec::new();
    if anew {
        layer = picture::put(redone, &mut plan, out, rewrite);
    }
    let reduced = anew || model.roots.len() > 1 || !model.groups.is_empty() || model.glyphs.iter().any(|g| g.gone);
    match (reduced, touched) {
        (true, _) => rewrite.reduced.push(n as u32 + 1),
        (false, false) => rewrite.untouched.push(n as u32 + 1),
        _ => {}
    }
    let unread: Vec<(u32, u32)> = pictures(&model).into_iter().filter(|key| !read.iter().any(|p| p.key == *key)).collect();
    plan.pictures.extend(unread.iter().copied());
    let mut emitter = Emitter::new(&model, &plan, out);
    emitter.tagged = tagged.as_ref().map(|_| Default::default());
    let (mut content, mut resources) = emitter.page()?;
    if let (Some(all), Some(own)) = (tagged.as_mut(), emitter.tagged) {
        all.insert(n, own);
    }
    if let Some(before) = before {
        let page = before.page(out, rewrite, asked, &content, &resources, &plan.bands);
        if let Some(page) = page.filter(|_| unread.is_empty()) {
            held.written.put(n, page);
        }
    }
    if !unread.is_empty() {
        frames(&model, &unread, &mut content, &mut resources, out, rewrite);
    }
    if !layer.is_empty() {
        content.extend(layer);
        label_font(&mut resources, out);
    }
    Ok((put_together(info, content, resources, out), plan.bands))
}

fn put_together(info: &PageInfo, content: Vec<u8>, resources: Dictionary, out: &mut Out) -> Dictionary {
    let mut page = frame(info);
    let id = out.stream(Dictionary::new(), content);
    page.set("Contents", Object::Reference(id));
    page.set("Resources", Object::Dictionary(resources));
    page
}

/// What glyphs of an edited stretch read as that the text has once and the page twice.
fn doubled(model: &PageModel, text: &PageText, edit: &PageEdit) -> Option<String> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    let mut out = String::new();
    for m in text.map.iter().filter(|m| m.end > m.start && (m.start as usize) < edit.end && (m.end as usize) > edit.start) {
        if ranges.contains(&(m.start, m.end)) {
            out.extend(model.glyphs.get(m.piece as usize).map(|g| model.text(g)));
        }
        ranges.push((m.start, m.end));
    }
    (!out.is_empty()).then_some(out)
}

/// Outlines where pictures were left out.
fn frames(
    model: &PageModel,
    unread: &[(u32, u32)],
    content: &mut Vec<u8>,
    resources: &mut Dictionary,
    out: &mut Out,
    rewrite: &mut Rewrite,
) {
    const SIGN: &str = "PICTURE NOT READ";
    content.extend(b"q 0.5 w [3 2] 0 d 0.5 G 0.4 g\n");
    for i in model.images.iter().filter(|i| unread.contains(&(i.stream, i.op))) {
        let b = bounds(&i.matrix, &UNIT);
        content.extend(format!("{:.2} {:.2} {:.2} {:.2} re S\n", b[0], b[1], b[2] - b[0], b[3] - b[1]).into_bytes());
        if b[2] - b[0] > 90.0 && b[3] - b[1] > 12.0 {
            let at = format!("BT /L1 7 Tf 0 Tr {:.2} {:.2} Td ({SIGN}) Tj ET\n", b[0] + 3.0, b[1] + 3.0);
            rewrite.signs.push(SIGN);
            out.label_codes(SIGN);
            content.extend(at.into_bytes());
        }
    }
    content.extend(b"Q\n");
    label_font(resources, out);
}

/// The font of labels among the resources of a page.
fn label_font(resources: &mut Dictionary, out: &mut Out) {
    let font = Object::Reference(out.label_font());
    match resources.get_mut(b"Font") {
        Ok(Object::Dictionary(fonts)) => fonts.set("L1", font),
        _ => {
            let mut fonts = Dictionary::new();
            fonts.set("L1", font);
            resources.set("Font", Object::Dictionary(fonts));
        }
    }
}

fn frame(info: &PageInfo) -> Dictionary {
    let mut page = Dictionary::new();
    page.set("Type", name("Page"));
    page.set("MediaBox", Object::Array(info.area.iter().map(|v| real(*v)).collect()));
    if info.rotate != 0 {
        page.set("Rotate", Object::Integer(info.rotate));
    }
    if info.user_unit != 1.0 {
        page.set("UserUnit", real(info.user_unit));
    }
    page
}

fn empty_page(out: &mut Out, info: &PageInfo, tree: ObjectId, text: &str) -> Dictionary {
    let mut page = frame(info);
    page.set("Parent", Object::Reference(tree));
    let [l, _, _, t] = info.area;
    out.label_codes(text);
    let content = format!("BT /L0 12 Tf {:.2} {:.2} Td ({text}) Tj ET", l + 36.0, t - 48.0);
    let id = out.stream(Dictionary::new(), content.into_bytes());
    page.set("Contents", Object::Reference(id));
    let mut fonts = Dictionary::new();
    fonts.set("L0", Object::Reference(out.label_font()));
    let mut resources = Dictionary::new();
    resources.set("Font", Object::Dictionary(fonts));
    page.set("Resources", Object::Dictionary(resources));
    page
}

pub(super) fn real(v: f64) -> Object {
    if v == v.trunc() { Object::Integer(v as i64) } else { Object::Real(v as f32) }
}

/// A text outside of pages with its edits carried out.
pub(super) fn edited(text: &str, field: u32, place: &str, sorted: &Sorted, rewrite: &mut Rewrite) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0usize;
    for e in sorted.fields.get(&field).into_iter().flatten() {
        let (start, end) = e.range.map_or((0, text.len()), |(s, e)| (s as usize, e as usize));
        rewrite.places.push((e.ledger, place.to_string()));
        let (start, end) = (start.max(at).min(text.len()), end.max(at).min(text.len()));
        out.push_str(text.get(at..start).unwrap_or_default());
        if let Some(w) = words(&e.change) {
            out.push_str(&w);
            rewrite.labels.push(w);
        }
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn is_edited(field: Option<&u32>, sorted: &Sorted) -> bool {
    field.and_then(|f| sorted.fields.get(f)).is_some_and(|l| !l.is_empty())
}

/// Links and notes of a page.
#[allow(clippy::too_many_arguments)]
fn annots(
    held: &Held,
    n: usize,
    bands: &[[f32; 4]],
    single: &HashMap<What, u32>,
    sorted: &Sorted,
    ids: &[ObjectId],
    out: &mut Out,
    rewrite: &mut Rewrite,
) -> Vec<Object> {
    let mut list = Vec::new();
    for (i, link) in held.links.iter().enumerate().filter(|(_, l)| l.page == n) {
        let field = single.get(&What::Link(i));
        let r = link.rect.map(|v| v as f32);
        // A link as wide as a name that is gone would tell how wide it was.
        let over = bands.iter().any(|b| b[0] <= r[2] && r[0] <= b[2] && b[1] < r[3] - 1.0 && r[1] + 1.0 < b[3]);
        for e in field.and_then(|f| sorted.fields.get(f)).into_iter().flatten() {
            rewrite.places.push((e.ledger, format!("page {} link", n + 1)));
        }
        if over || is_edited(field, sorted) {
            continue;
        }
        let mut d = Dictionary::new();
        d.set("Type", name("Annot"));
        d.set("Subtype", name("Link"));
        d.set("Rect", Object::Array(link.rect.iter().map(|v| real(*v)).collect()));
        d.set("Border", Object::Array(vec![0.into(), 0.into(), 0.into()]));
        // Printed and not hidden, as PDF/A wants it said.
        d.set("F", Object::Integer(4));
        match &link.to {
            Target::Uri(uri) => {
                let mut a = Dictionary::new();
                a.set("S", name("URI"));
                a.set("URI", Object::String(uri.bytes().filter(u8::is_ascii_graphic).collect(), StringFormat::Literal));
                d.set("A", Object::Dictionary(a));
            }
            Target::Page(p, top) => d.set("Dest", destination(*p, *top, ids)),
        }
        list.push(Object::Reference(out.add(Object::Dictionary(d))));
    }
    let Some(page) = held.pages.get(n).and_then(|p| held.doc.objects.get(&p.id)).and_then(obj::as_dict) else { return list };
    for (i, a) in annotations(&held.doc, page).into_iter().enumerate() {
        let Some(field) = single.get(&What::Note(n, i)) else { continue };
        let text = obj::string(&held.doc, a, b"Contents").map(obj::text).unwrap_or_default();
        let text = edited(&text, *field, &format!("page {} note", n + 1), sorted, rewrite);
        let Some(r) = rect(&held.doc, a) else { continue };
        let mut d = Dictionary::new();
        d.set("Type", name("Annot"));
        d.set("Subtype", name("Text"));
        // A sign of fixed size at the corner, whatever was marked.
        d.set("Rect", Object::Array([r[0], r[3] - 18.0, r[0] + 18.0, r[3]].iter().map(|v| real(v.round())).collect()));
        d.set("Contents", obj::text_object(&text));
        d.set("F", Object::Integer(4));
        list.push(Object::Reference(out.add(Object::Dictionary(d))));
    }
    list
}

/// Files inside the document, each as its own format wrote it, under names that say nothing.
fn files(
    held: &Held,
    single: &HashMap<What, u32>,
    sorted: &Sorted,
    out: &mut Out,
    rewrite: &mut Rewrite,
) -> Result<Option<Dictionary>, String> {
    let mut names = Vec::new();
    for (i, f) in held.files.iter().enumerate() {
        let list = single.get(&What::File(i)).and_then(|f| sorted.fields.get(f)).cloned().unwrap_or_default();
        let mut bytes: Option<Vec<u8>> = match held.doc.objects.get(&f.stream) {
            Some(Object::Stream(s)) => Some(obj::decoded(&held.doc, s)?),
            _ => None,
        };
        for e in list {
            if e.ledger != u32::MAX {
                rewrite.places.push((e.ledger, format!("attachment-{}", i + 1)));
            }
            bytes = match &e.change {
                Change::Part(b) => Some(b.clone()),
                _ => None,
            };
        }
        let Some(bytes) = bytes else { continue };
        let file = format!("attachment-{}.{}", i + 1, f.extension);
        let mut d = Dictionary::new();
        d.set("Type", name("EmbeddedFile"));
        if !f.media_type.is_empty() {
            d.set("Subtype", name(&f.media_type));
        }
        let id = out.stream(d, bytes);
        let mut ef = Dictionary::new();
        ef.set("F", Object::Reference(id));
        let mut spec = Dictionary::new();
        spec.set("Type", name("Filespec"));
        spec.set("F", obj::text_object(&file));
        spec.set("UF", obj::text_object(&file));
        spec.set("EF", Object::Dictionary(ef));
        names.push((file, out.add(Object::Dictionary(spec))));
    }
    if names.is_empty() {
        return Ok(None);
    }
    names.sort();
    let list = names.into_iter().flat_map(|(n, id)| [obj::text_object(&n), Object::Reference(id)]).collect();
    let mut tree = Dictionary::new();
    tree.set("Names", Object::Array(list));
    let mut d = Dictionary::new();
    d.set("EmbeddedFiles", Object::Dictionary(tree));
    Ok(Some(d))
}

/// One revision, objects in order of their numbers.
fn save(
    objects: BTreeMap<ObjectId, Object>,
    root: ObjectId,
    info: Option<ObjectId>,
    archive: Option<pdfa::Claim>,
) -> Result<Vec<u8>, String> {
    let first = archive.is_some_and(|c| c.part == 1);
    let mut doc = lopdf::Document::with_version(if first { "1.4" } else { "1.7" });
    if archive.is_some() {
        // Part 1 knows no other.
        doc.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
    }
    doc.max_id = objects.keys().map(|k| k.0).max().unwrap_or(0);
    doc.objects = objects;
    doc.trailer.set("Root", Object::Reference(root));
    if let Some(info) = info {
        doc.trailer.set("Info", Object::Reference(info));
    }
    let mut bytes = Vec::new();
    doc.save_to(&mut bytes).map_err(|_| "the new file cannot be written".to_string())?;
    Ok(bytes)
}
