//! What is on each page: as text where two readers agree about it, as a drawing that is read like a scan where they do not.

use super::excerpt::draw_picture;
use super::interpret::{Cache, UNIT, bounds};
use super::out::{deflate, name};
use super::page::{ImageUse, Mark, PageModel, map};
use super::picture;
use super::read::{interpret, is_drawn, pictures, text_of};
use super::second;
use super::source::PageInfo;
use crate::format::image::jpeg;
use crate::format::image::ocr;
use crate::format::image::raster::{Depth, Raster};
use crate::model::pages as progress;
use hayro::hayro_interpret::InterpreterCache;
use hayro::hayro_syntax::Pdf;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use rayon::prelude::*;

/// Segments of paths as tall as letters, from which on a page may show text that is no text.
const OUTLINES: u32 = 150;
/// Words read in a drawing where no text stands, from which on the page is one of drawn text.
const DRAWN_WORDS: usize = 2;
/// Packed colour drawings larger than this are kept as JPEG.
const LARGE: usize = 3 << 20;

/// What one page holds.
#[derive(Default)]
pub struct Looked {
    /// Visible text.
    pub seen: String,
    /// Text drawn without ink.
    pub hidden: Option<String>,
    /// Pictures that may hold words.
    pub pictured: u32,
    /// Those of them that can be read.
    pub uses: Vec<(ImageUse, ObjectId)>,
    /// Why the page was drawn, when it was.
    pub drawn: Option<String>,
}

enum Look {
    Read(Looked),
    Draw(String),
    Left(String),
}

/// Each page as it was looked at, or why it is left out.
pub type Looks = Vec<Result<Looked, String>>;

/// Looks at every page, in parallel; pages that cannot be believed are replaced by a drawing in `doc`.
///
/// # Errors
/// A document in which two readers find another number of pages.
pub fn all(doc: &mut Document, pages: &mut [PageInfo], bytes: &[u8], password: &str) -> Result<Looks, String> {
    let numbers: Vec<usize> = (0..pages.len()).collect();
    some(doc, pages, &numbers, bytes, password)
}

/// The same for the pages of these numbers, in their order.
///
/// # Errors
/// As [`all`].
pub fn some(
    doc: &mut Document,
    pages: &mut [PageInfo],
    numbers: &[usize],
    bytes: &[u8],
    password: &str,
) -> Result<Looks, String> {
    let second = second::open(bytes, password);
    if second.as_ref().is_some_and(|pdf| second::pages(pdf) != Some(pages.len())) {
        return Err("a damaged PDF: two readers do not find the same number of pages in it".into());
    }
    // Fonts and forms are read once for each stretch of pages.
    let stretch = numbers.len().div_ceil(rayon::current_num_threads().max(1) * 2).clamp(8, 64);
    let looks: Vec<Look> = {
        let (doc, pages) = (&*doc, &*pages);
        numbers.par_chunks(stretch).flat_map_iter(|some| looked(doc, pages, some, second.as_ref())).collect()
    };
    drop(second);
    // Place in the answer, page, why.
    let mut todo: Vec<(usize, usize, String)> = Vec::new();
    let mut out: Vec<Result<Looked, String>> = Vec::with_capacity(looks.len());
    for (i, (look, n)) in looks.into_iter().zip(numbers).enumerate() {
        out.push(match look {
            Look::Read(l) => Ok(l),
            Look::Left(why) => Err(why),
            Look::Draw(why) => {
                todo.push((i, *n, why.clone()));
                Err(why)
            }
        });
    }
    if todo.is_empty() || !ocr::is_there() {
        return Ok(out);
    }
    let drawings: Vec<(usize, usize, String, Option<Stream>)> = todo
        .into_par_iter()
        .map(|(i, n, why)| {
            let drawing = pages.get(n).and_then(|info| second::draw(doc, info, &|a| is_drawn(doc, a)).ok()).map(|r| packed(&r));
            (i, n, why, drawing)
        })
        .collect();
    for (i, n, why, drawing) in drawings {
        let (Some(drawing), Some(info)) = (drawing, pages.get_mut(n)) else { continue };
        replace(doc, info, drawing);
        let looked = match looked(doc, std::slice::from_ref(info), &[0], None).pop() {
            Some(Look::Read(l)) => Ok(Looked { drawn: Some(why), ..l }),
            Some(Look::Draw(why) | Look::Left(why)) => Err(why),
            None => continue,
        };
        if let Some(slot) = out.get_mut(i) {
            *slot = looked;
        }
    }
    Ok(out)
}

fn looked(doc: &Document, pages: &[PageInfo], some: &[usize], second: Option<&Pdf>) -> Vec<Look> {
    let mut cache = Cache::new(doc);
    let mut theirs = InterpreterCache::new();
    let mut out = Vec::with_capacity(some.len());
    progress::expect(some.len());
    for (n, info) in some.iter().filter_map(|n| Some((*n, pages.get(*n)?))) {
        progress::done();
        let page = match interpret(&mut cache, info) {
            Ok(page) => page,
            Err(e) if e.draw => {
                out.push(Look::Draw(e.why));
                continue;
            }
            Err(e) => {
                out.push(Look::Left(e.why));
                continue;
            }
        };
        if !info.drawn
            && let Some(why) = doubt(doc, info, n, &page, second, &mut theirs)
        {
            out.push(Look::Draw(why.into()));
            continue;
        }
        let hidden = page.glyphs.iter().any(|g| g.invisible && !g.gone).then(|| text_of(&page, true).text);
        out.push(Look::Read(Looked {
            seen: text_of(&page, false).text,
            hidden,
            pictured: pictures(&page).len() as u32,
            uses: picture::candidates(&page),
            drawn: None,
        }));
    }
    out
}

/// Why a page that was read is not believed.
fn doubt<'p>(
    doc: &Document,
    info: &PageInfo,
    n: usize,
    page: &PageModel,
    second: Option<&'p Pdf>,
    cache: &mut InterpreterCache<'p>,
) -> Option<&'static str> {
    // A file that the second reader cannot open at all is not verified either; that is said there.
    if let Some(pdf) = second {
        match second::letters(pdf, n, cache) {
            Some(letters) if second::agrees(page, &letters) => {}
            Some(_) => return Some("two readers do not agree about the text on it"),
            None => {
                *cache = InterpreterCache::new();
                return Some("a second reader cannot read it");
            }
        }
    }
    (outlines(page) >= OUTLINES && ocr::is_there() && shows_more(doc, info, page))
        .then_some("words on it are drawn as lines and not written as text")
}

/// Segments of paths about as tall as letters or lines of text.
fn outlines(page: &PageModel) -> u32 {
    let tall = |m: &&Mark| {
        let (w, h) = (m.bounds[2] - m.bounds[0], m.bounds[3] - m.bounds[1]);
        !m.clips && (3.0..60.0).contains(&h) && w > 0.5
    };
    page.marks.iter().filter(tall).map(|m| m.ops.1.saturating_sub(m.ops.0)).filter(|n| *n >= 5).sum()
}

/// True when an engine reads words on a drawing of the page where its text has none.
fn shows_more(doc: &Document, info: &PageInfo, page: &PageModel) -> bool {
    let Ok(raster) = second::draw(doc, info, &|a| is_drawn(doc, a)) else { return true };
    let sheet = ocr::Sheet { width: raster.width, height: raster.height, grey: raster.grey(), dpi: 300 };
    let Ok(words) = ocr::read(&sheet) else { return true };
    let m = second::upright(info);
    let unit = |x: i32, y: i32| map(&m, f64::from(x) / raster.width as f64, 1.0 - f64::from(y) / raster.height as f64);
    let images: Vec<[f64; 4]> = page.images.iter().map(|i| bounds(&i.matrix, &UNIT)).collect();
    let sure = |w: &&ocr::Word| w.confidence >= 60.0 && w.text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let more = words.iter().filter(sure).filter(|w| {
        let (a, b) = (unit(w.area.left, w.area.top), unit(w.area.right, w.area.bottom));
        let [l, r] = [a[0].min(b[0]), a[0].max(b[0])];
        let [low, high] = [a[1].min(b[1]), a[1].max(b[1])];
        let (x, y) = ((l + r) / 2.0, (low + high) / 2.0);
        let pictured = images.iter().any(|i| i[0] <= x && x <= i[2] && i[1] <= y && y <= i[3]);
        let written = page.glyphs.iter().filter(|g| !g.gone && !g.invisible).any(|g| {
            let xs = g.quad.map(|p| f64::from(p[0]));
            let ys = g.quad.map(|p| f64::from(p[1]));
            let fold = |v: [f64; 4]| v.iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
            let ((x0, x1), (y0, y1)) = (fold(xs), fold(ys));
            x0 < r && l < x1 && y0 < y && y < y1
        });
        !pictured && !written
    });
    more.count() >= DRAWN_WORDS
}

/// A drawing as a picture object.
fn packed(raster: &Raster) -> Stream {
    let mut d = Dictionary::new();
    d.set("Type", name("XObject"));
    d.set("Subtype", name("Image"));
    d.set("Width", Object::Integer(raster.width as i64));
    d.set("Height", Object::Integer(raster.height as i64));
    d.set("BitsPerComponent", Object::Integer(8));
    d.set("ColorSpace", name(if raster.depth == Depth::Rgb { "DeviceRGB" } else { "DeviceGray" }));
    let mut data = deflate(&raster.data);
    let mut filter = "FlateDecode";
    if raster.depth == Depth::Rgb
        && data.len() > LARGE
        && let Ok(jpeg) = jpeg::encode(raster, &jpeg::Made { sampling: (1, 1), orientation: 1, ..jpeg::Made::default() })
    {
        (data, filter) = (jpeg, "DCTDecode");
    }
    d.set("Filter", name(filter));
    Stream::new(d, data)
}

/// Puts a drawing in the place of everything a page draws.
fn replace(doc: &mut Document, info: &mut PageInfo, drawing: Stream) {
    let picture = doc.add_object(Object::Stream(drawing));
    let content = doc.add_object(Object::Stream(Stream::new(Dictionary::new(), draw_picture(&second::upright(info)))));
    let Some(page) = doc.objects.get_mut(&info.id).and_then(|o| o.as_dict_mut().ok()) else { return };
    let mut objects = Dictionary::new();
    objects.set("P", Object::Reference(picture));
    let mut resources = Dictionary::new();
    resources.set("XObject", Object::Dictionary(objects));
    page.set("Contents", Object::Reference(content));
    page.set("Resources", Object::Dictionary(resources));
    info.resources = Some(info.id);
    info.drawn = true;
}
