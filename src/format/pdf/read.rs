//! A PDF as fields: the text of each page, and what stands beside the pages.

use super::again;
use super::interpret::{Cache, Interpreter, UNIT, bounds};
use super::lex::UNKNOWN_OPERATOR;
use super::look;
use super::obj;
use super::outline::{Attached, Destinations, Item, Link, Target, attached, items, links};
use super::page::{ImageUse, PageModel};
use super::picture::{self, Picture};
use super::source::{self, PageInfo};
use super::subject;
use crate::format::image::page::PageRead;
use crate::format::image::{PageFields, page_fields};
use crate::format::layout::{PageText, Piece, Rule, page_text_ruled};
use crate::model::document::{Class, Document, Field, Form, Kept, Note, Part, Record};
use crate::model::error::ReadError;
use crate::model::view::Span;
use lopdf::{Dictionary, ObjectId};

/// What a field of a PDF is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// Visible text of a page (from 0).
    Page(usize),
    /// Text of a page that is drawn without ink.
    Hidden(usize),
    /// Text or a region of a picture on a page.
    Picture(usize),
    /// Words of a note on a page: its index among the page's annotations.
    Note(usize, usize),
    /// Title of a bookmark, by its index.
    Bookmark(usize),
    /// Address of a link, by its index.
    Link(usize),
    /// Title of the document.
    Title,
    /// A file inside the document, by its index.
    File(usize),
}

/// Marks the node of a record that is a page.
pub const PAGE_NODE: u32 = 1 << 31;

/// What is kept between reading and writing.
#[derive(Clone)]
pub struct Held {
    pub doc: lopdf::Document,
    pub pages: Vec<PageInfo>,
    /// Why a page was not read, by page.
    pub unread: Vec<Option<String>>,
    /// Pictures nobody has read, by page.
    pub pictures: Vec<u32>,
    /// Pictures that were read.
    pub read: Vec<Picture>,
    pub what: Vec<What>,
    pub bookmarks: Vec<Item>,
    pub links: Vec<Link>,
    pub files: Vec<Attached>,
    /// What opened the file; empty when nothing was asked.
    pub password: String,
    /// Pages as they were written last.
    pub written: again::Pages,
}

/// Carries out one page.
///
/// # Errors
/// Why nobody can say what is on it.
pub fn interpret<'d>(cache: &mut Cache<'d>, info: &PageInfo) -> Result<PageModel<'d>, Refused> {
    let doc = cache.doc;
    let left = |why: String| Refused { why, draw: false };
    let Some(page) = doc.objects.get(&info.id).and_then(obj::as_dict) else {
        return Err(left("the page is not there".into()));
    };
    let resources =
        info.resources.and_then(|id| doc.objects.get(&id)).and_then(obj::as_dict).and_then(|d| obj::dict(doc, d, b"Resources"));
    let data = source::contents(doc, page).map_err(left)?;
    let mut i = Interpreter::new(cache, info.area);
    let mut done = i.contents(&data, resources);
    for a in source::annotations(doc, page) {
        if info.drawn || done.is_err() {
            break;
        }
        if is_drawn(doc, a)
            && let Some((stream, place)) = source::appearance(doc, a)
        {
            done = i.appearance(stream, place, resources);
        }
    }
    if let Err(why) = done {
        let draw = i.unreadable_font || why.starts_with(UNKNOWN_OPERATOR);
        return Err(Refused { why, draw });
    }
    let page = i.page;
    unreadable(&page).map_err(|why| Refused { why, draw: true })?;
    Ok(page)
}

/// A page that cannot be read as text.
pub struct Refused {
    /// In words.
    pub why: String,
    /// It can be drawn all the same; else drawing it may be as bad as reading it.
    pub draw: bool,
}

impl From<Refused> for String {
    fn from(r: Refused) -> String {
        r.why
    }
}

/// Annotations whose look becomes part of the page.
pub fn is_drawn(doc: &lopdf::Document, a: &Dictionary) -> bool {
    let layers = a.get(b"OC").is_ok();
    !layers
        && !matches!(
            obj::name(doc, a, b"Subtype"),
            Some(
                b"Link"
                    | b"Popup"
                    | b"Redact"
                    | b"Text"
                    | b"FileAttachment"
                    | b"Sound"
                    | b"Movie"
                    | b"Screen"
                    | b"RichMedia"
                    | b"3D"
            )
        )
}

/// Letters that are not what they are said to be, from which on a page is not believed; one may be a slip of the program that made it.
const LIES: u32 = 3;

/// Text that nobody can read makes a page unreadable; a lone sign in a font of signs does not.
fn unreadable(page: &PageModel) -> Result<(), String> {
    if page.lies >= LIES {
        return Err("its text is said to read otherwise than its font shows".into());
    }
    let seen: Vec<bool> = page.glyphs.iter().filter(|g| !g.gone).map(|g| g.unreadable).collect();
    let bad = seen.iter().filter(|u| **u).count();
    let in_a_row = seen.windows(3).any(|w| w.iter().all(|u| *u));
    if bad > 0 && (in_a_row || bad * 20 > seen.len()) {
        return Err("its text is in a font that does not say which letters it shows".into());
    }
    Ok(())
}

/// The readable text of a page; pieces are glyph numbers.
pub fn text_of(page: &PageModel, invisible: bool) -> PageText {
    let is_cut = page.glyphs.iter().any(|g| g.cut);
    let quads = if is_cut { super::cut::quads(page) } else { Vec::new() };
    let pieces: Vec<Piece> = page
        .glyphs
        .iter()
        .enumerate()
        .filter(|(_, g)| (!g.gone || g.cut) && g.invisible == invisible)
        .map(|(i, g)| Piece { id: i as u32, text: page.text(g), quad: quads.get(i).copied().unwrap_or(g.quad) })
        .collect();
    page_text_ruled(&pieces, &rules(page))
}

/// Straight lines on a page: thin paths, and the edges of boxes.
fn rules(page: &PageModel) -> Vec<Rule> {
    let mut out = Vec::new();
    for m in page.marks.iter().filter(|m| !m.clips && m.ops.1 - m.ops.0 <= 7) {
        let [l, b, r, t] = m.bounds;
        if (r - l).max(t - b) < 5.0 || out.len() > MAX_RULES {
            continue;
        }
        if r - l < 2.5 || t - b < 2.5 {
            let (x, y) = ((l + r) / 2.0, (b + t) / 2.0);
            out.push(if r - l < t - b { [[x, b], [x, t]] } else { [[l, y], [r, y]] });
        } else {
            out.extend([[[l, b], [l, t]], [[r, b], [r, t]], [[l, b], [r, b]], [[l, t], [r, t]]]);
        }
    }
    out
}

/// Lines of one page that are looked at.
const MAX_RULES: usize = 20_000;

/// Pictures that may hold words: more than a line, a dot or a stencil.
pub fn pictures(page: &PageModel) -> Vec<(u32, u32)> {
    page.images
        .iter()
        .filter(|i| {
            let b = bounds(&i.matrix, &UNIT);
            let (w, h) = (b[2] - b[0], b[3] - b[1]);
            !i.gone && i.pixels.0 >= 24 && i.pixels.1 >= 7 && w > 16.0 && h > 6.0
        })
        .map(|i| (i.stream, i.op))
        .collect()
}

/// Reads a PDF.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let (mut doc, password) = source::load(bytes).map_err(ReadError::new)?;
    let mut pages = source::pages(&doc).map_err(ReadError::new)?;
    only_a_form(&doc)?;
    super::forms::draw_values(&mut doc, &pages);
    let looks = look::all(&mut doc, &mut pages, bytes, &password).map_err(ReadError::new)?;
    let mut b = Builder { out: Document::default(), text: String::new(), what: Vec::new() };
    b.out.records.push(Record { kind: "pdf".into(), ..Record::default() });
    let mut held = Held {
        pages,
        unread: Vec::new(),
        pictures: Vec::new(),
        read: Vec::new(),
        what: Vec::new(),
        bookmarks: Vec::new(),
        links: Vec::new(),
        files: Vec::new(),
        password,
        written: again::Pages::default(),
        doc,
    };
    let ids: Vec<_> = held.pages.iter().map(|p| p.id).collect();
    let dests = Destinations::new(&held.doc, &ids);
    let mut uses: Vec<(usize, u32, ImageUse, ObjectId)> = Vec::new();
    let mut last: Option<(u32, (u32, u32))> = None;
    for ((n, info), look) in held.pages.iter().enumerate().zip(looks) {
        let mut subject = None;
        let record = b.out.records.len() as u32;
        let start = b.text.len();
        let mut pictured = 0;
        match look {
            Ok(page) => {
                held.unread.push(None);
                subject = b.subject(&page.seen, &mut last);
                b.field(&page.seen, Class::Narrative, What::Page(n), record);
                if let Some(hidden) = &page.hidden {
                    b.field(hidden, Class::Narrative, What::Hidden(n), record);
                }
                pictured = page.pictured;
                uses.extend(page.uses.into_iter().map(|(i, id)| (n, record, i, id)));
                if let Some(why) = page.drawn {
                    let text = format!("page {} was drawn and read like a scan: {why}", n + 1);
                    b.note("pdf-drawn-page", &text);
                }
            }
            Err(why) => {
                b.hold(n, &format!("Page {} of this PDF was not read: {why}. The page is left out. Release without it?", n + 1));
                held.unread.push(Some(why));
            }
        }
        held.pictures.push(pictured);
        let page = held.doc.objects.get(&info.id).and_then(obj::as_dict);
        for (i, a) in page.map(|p| source::annotations(&held.doc, p)).unwrap_or_default().into_iter().enumerate() {
            match obj::name(&held.doc, a, b"Subtype") {
                Some(b"Redact") => {
                    b.hold(
                        n,
                        &format!(
                            "Page {} has redaction marks that were never carried out. Is what stands below them to be released?",
                            n + 1
                        ),
                    );
                }
                Some(b"Link" | b"Widget" | b"Popup" | b"FreeText") | None => {}
                Some(_) => {
                    let words = obj::string(&held.doc, a, b"Contents").map(obj::text).unwrap_or_default();
                    if !words.trim().is_empty() {
                        b.field(&words, Class::Narrative, What::Note(n, i), record);
                    }
                }
            }
        }
        if let Some(page) = page {
            for link in links(&held.doc, page, n, &dests) {
                if let Target::Uri(uri) = &link.to {
                    b.field(uri, Class::Url, What::Link(held.links.len()), record);
                }
                held.links.push(link);
            }
        }
        let span = Span::new(start, b.text.len());
        b.out.records.push(Record {
            span,
            node: PAGE_NODE | n as u32,
            kind: "page".into(),
            subject,
            parent: Some(0),
            ..Record::default()
        });
    }
    let (read, why) = read_pictures(&uses, &held.doc, &mut b);
    for p in &read {
        if let Some(n) = held.pictures.get_mut(p.page) {
            *n = n.saturating_sub(1);
        }
    }
    held.read = read;
    pictures_held(&held, why.as_deref(), &mut b);
    patterns_held(&held.doc, &mut b);
    held.bookmarks = items(&held.doc, &dests);
    for (i, item) in held.bookmarks.iter().enumerate() {
        b.field(&item.title, Class::Title, What::Bookmark(i), 0);
    }
    if let Some(title) = info_title(&held.doc) {
        b.field(&title, Class::Title, What::Title, 0);
    }
    held.files = attached(&held.doc, &ids);
    for (i, f) in held.files.iter().enumerate() {
        let field = b.field("", Class::Attachment, What::File(i), 0);
        let bytes = match held.doc.objects.get(&f.stream) {
            Some(lopdf::Object::Stream(s)) => obj::decoded(&held.doc, s),
            _ => Err("a file that is not there".into()),
        };
        b.out.parts.push(Part { field, media_type: f.media_type.clone(), name: format!("attachment-{}", i + 1), bytes });
    }
    said(&held, &mut b);
    let whole = Span::new(0, b.text.len());
    if let Some(r) = b.out.records.first_mut() {
        r.span = whole;
    }
    held.what = b.what;
    b.out.text = Some(b.text);
    b.out.kept = Kept::new(held);
    Ok(b.out)
}

struct Builder {
    out: Document,
    text: String,
    what: Vec<What>,
}

impl Builder {
    fn field(&mut self, text: &str, class: Class, what: What, record: u32) -> u32 {
        let start = self.text.len();
        self.text.push_str(text);
        let id = self.out.fields.len() as u32;
        self.what.push(what);
        self.out.fields.push(Field {
            span: Span::new(start, self.text.len()),
            node: id,
            class,
            form: Form::Plain,
            owner: None,
            record,
            hint: 0,
        });
        id
    }

    /// The fields of a picture, with the doubts about it.
    fn picture(&mut self, read: &PageRead, page: usize, record: u32) -> PageFields {
        self.out.text = Some(std::mem::take(&mut self.text));
        let first = self.out.fields.len();
        let fields = page_fields(read, 0, record, &mut self.out);
        self.text = self.out.text.take().unwrap_or_default();
        for (i, f) in self.out.fields.iter_mut().enumerate().skip(first) {
            f.node = i as u32;
            self.what.push(What::Picture(page));
        }
        fields
    }

    /// Whose page it is; a page that goes on with a document is whose that is.
    fn subject(&mut self, text: &str, last: &mut Option<(u32, (u32, u32))>) -> Option<u32> {
        let number = subject::page_of(text);
        let found = subject::subject(text).map(|stub| match self.out.stubs.iter().position(|s| *s == stub) {
            Some(known) => known as u32,
            None => {
                self.out.stubs.push(stub);
                self.out.stubs.len() as u32 - 1
            }
        });
        let goes_on = match (&last, number) {
            (Some((stub, (page, of))), Some((now, all))) if now == page + 1 && all == *of => Some(*stub),
            _ => None,
        };
        let is = found.or(goes_on);
        *last = is.zip(number);
        is
    }

    fn hold(&mut self, page: usize, text: &str) {
        self.out.holds.push(Note { kind: "pdf-page".into(), place: format!("page {}", page + 1), text: text.into() });
    }

    fn note(&mut self, kind: &str, text: &str) {
        self.out.notes.push(Note { kind: kind.into(), place: String::new(), text: text.into() });
    }
}

/// A form of the XFA kind has no pages, only a program that draws them.
fn only_a_form(doc: &lopdf::Document) -> Result<(), ReadError> {
    let Some(catalog) = doc.catalog().ok() else { return Ok(()) };
    let Some(form) = obj::dict(doc, catalog, b"AcroForm") else { return Ok(()) };
    if !form.has(b"XFA") {
        return Ok(());
    }
    let empty = obj::array(doc, form, b"Fields").is_none_or(<[_]>::is_empty);
    let drawn = matches!(obj::get(doc, catalog, b"NeedsRendering"), Some(lopdf::Object::Boolean(true)));
    if empty || drawn {
        return Err(ReadError::new("a PDF that is only a program for a form (XFA); print it to a PDF first"));
    }
    Ok(())
}

/// Reads the pictures of all pages and makes fields of them; with the first reason why one was not read.
fn read_pictures(
    uses: &[(usize, u32, ImageUse, ObjectId)],
    doc: &lopdf::Document,
    b: &mut Builder,
) -> (Vec<Picture>, Option<String>) {
    let list: Vec<_> = uses.iter().map(|(_, _, i, id)| (*id, i.matrix)).collect();
    let done = picture::read_all(doc, &list);
    let (mut out, mut why) = (Vec::new(), None);
    for (page, record, i, object) in uses {
        match done.get(object) {
            Some(Ok(read)) => {
                let fields = b.picture(read, *page, *record);
                let key = (i.stream, i.op);
                out.push(Picture { page: *page, key, object: *object, matrix: i.matrix, read: read.clone(), fields });
            }
            Some(Err(e)) => why = why.or_else(|| Some(e.clone())),
            None => {}
        }
    }
    (out, why)
}

fn pictures_held(held: &Held, why: Option<&str>, b: &mut Builder) {
    let pages: Vec<String> =
        held.pictures.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, _)| (i + 1).to_string()).collect();
    if pages.is_empty() {
        return;
    }
    let total: u32 = held.pictures.iter().sum();
    let shown = if pages.len() > 20 { format!("{} pages", pages.len()) } else { format!("page {}", pages.join(", ")) };
    let why = why.map(|w| format!(" ({w})")).unwrap_or_default();
    let text = format!("{total} pictures on {shown} of this PDF were not read{why}. They are left out. Release without them?");
    b.out.holds.push(Note { kind: "pdf-picture".into(), place: String::new(), text });
}

/// Pictures and text in what is drawn over and over to fill an area.
fn patterns_held(doc: &lopdf::Document, b: &mut Builder) {
    let n = super::pattern::unread(doc);
    if n > 0 {
        let text = format!(
            "{n} fill pattern(s) of this PDF hold pictures or text, which were not read. They are left out. Release without them?"
        );
        b.out.holds.push(Note { kind: "pdf-picture".into(), place: String::new(), text });
    }
}

fn info_title(doc: &lopdf::Document) -> Option<String> {
    let info = obj::dict(doc, &doc.trailer, b"Info")?;
    obj::string(doc, info, b"Title").map(obj::text).filter(|t| !t.trim().is_empty())
}

/// What the report says about things that do not come along.
fn said(held: &Held, b: &mut Builder) {
    let doc = &held.doc;
    if doc.was_encrypted() || doc.encryption_state.is_some() {
        let how =
            if held.password.is_empty() { "opened without a password" } else { "was opened with a password that was given" };
        b.note("pdf-encryption", &format!("the PDF was encrypted and {how}; the copy is not encrypted"));
    }
    let Ok(catalog) = doc.catalog() else { return };
    let form = obj::dict(doc, catalog, b"AcroForm");
    let signed = catalog.has(b"Perms")
        || form.is_some_and(|f| obj::num(doc, f, b"SigFlags").unwrap_or(0.0) as i64 & 1 != 0)
        || doc.objects.values().filter_map(obj::as_dict).any(|d| d.has(b"ByteRange") && d.has(b"Contents"));
    if signed {
        b.note("signature-void", "the PDF was signed; a signature cannot stay valid over a redacted copy, so it was removed");
    }
    if form.is_some() {
        b.note("pdf-form", "form fields became part of the page and can no longer be filled in");
    }
    let script = |d: &Dictionary| d.has(b"JS") || obj::name(doc, d, b"S") == Some(b"JavaScript");
    if catalog.has(b"OpenAction") || catalog.has(b"AA") || doc.objects.values().filter_map(obj::as_dict).any(script) {
        b.note("pdf-script", "scripts and actions were left out");
    }
    if catalog.has(b"OCProperties") {
        b.note("pdf-layers", "layers that were switched off were left out; the others became part of the page");
    }
    if catalog.has(b"StructTreeRoot") {
        b.note("pdf-tags", "tags for screen readers were built anew; alternative and replacement texts in them were left out");
    }
}
