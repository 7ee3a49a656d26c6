//! Carries out the content streams of a page (ISO 32000-1, 8 and 9) and notes every glyph.

use super::font::Font;
use super::glyphs::Path;
use super::layers::Layers;
use super::lex::{Code, Op, Val, code, operations};
use super::obj;
use super::page::{FontUse, IDENTITY, ImageUse, Matrix, PageModel, StreamUse, map, mul};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::sync::Arc;

/// Forms inside forms.
const MAX_FORMS: u32 = 16;
/// Operations carried out for one page, those of forms counted each time.
const MAX_STEPS: u64 = 8_000_000;
/// Uses of streams on one page.
const MAX_STREAMS: usize = 20_000;
/// Saved graphics states.
const MAX_STATES: usize = 2_000;

/// What is shared by all pages: fonts and parsed forms by the address of their object.
pub struct Cache<'d> {
    pub doc: &'d Document,
    pub layers: Layers,
    fonts: HashMap<usize, Arc<FontUse<'d>>>,
    bad_fonts: HashMap<usize, String>,
    forms: HashMap<usize, Arc<Vec<Op>>>,
}

/// Address of an object, which stands for it while the document is borrowed.
pub fn address<T>(o: &T) -> usize {
    std::ptr::from_ref(o) as usize
}

impl<'d> Cache<'d> {
    /// An empty cache.
    pub fn new(doc: &'d Document) -> Self {
        Cache { doc, layers: Layers::read(doc), fonts: HashMap::new(), bad_fonts: HashMap::new(), forms: HashMap::new() }
    }

    /// A font by its dictionary.
    pub fn font(&mut self, dict: &'d Dictionary) -> Result<Arc<FontUse<'d>>, String> {
        let key = address(dict);
        if let Some(f) = self.fonts.get(&key) {
            return Ok(f.clone());
        }
        if let Some(why) = self.bad_fonts.get(&key) {
            return Err(why.clone());
        }
        match Font::load(self.doc, dict) {
            Ok(mut font) => {
                super::type3::read_procedures(self.doc, &mut font);
                let f = Arc::new(FontUse { key, dict, font });
                self.fonts.insert(key, f.clone());
                Ok(f)
            }
            Err(why) => {
                self.bad_fonts.insert(key, why.clone());
                Err(why)
            }
        }
    }

    fn form(&mut self, stream: &'d Stream) -> Result<Arc<Vec<Op>>, String> {
        let key = address(stream);
        if let Some(ops) = self.forms.get(&key) {
            return Ok(ops.clone());
        }
        let ops = Arc::new(operations(&obj::decoded(self.doc, stream)?)?);
        // Forms are often used on one page only; a bounded number is kept.
        if self.forms.len() > 500 {
            self.forms.clear();
        }
        self.forms.insert(key, ops.clone());
        Ok(ops)
    }
}

/// Part of the graphics state that matters for where things stand.
#[derive(Clone)]
pub(super) struct State {
    pub ctm: Matrix,
    pub clip: [f64; 4],
    pub font: Option<u32>,
    pub size: f64,
    pub spacing: [f64; 2],
    pub scale: f64,
    pub leading: f64,
    pub rise: f64,
    pub mode: i64,
}

/// Marked content that is open.
struct Open {
    hidden: bool,
    actual: Option<String>,
    first_glyph: u32,
}

/// Carries out the streams of one page.
pub struct Interpreter<'c, 'd> {
    cache: &'c mut Cache<'d>,
    pub page: PageModel<'d>,
    fonts: HashMap<usize, u32>,
    steps: u64,
    open_forms: Vec<usize>,
    /// Depth of marked content in layers that are switched off.
    pub(super) hidden: u32,
    /// Set when it was a font that stopped the reading: a drawing of the page may still be read.
    pub unreadable_font: bool,
}

impl<'c, 'd> Interpreter<'c, 'd> {
    /// For a page with this visible area (left, bottom, right, top).
    pub fn new(cache: &'c mut Cache<'d>, area: [f64; 4]) -> Self {
        let page = PageModel { area: area.map(|v| v as f32), ..PageModel::default() };
        Interpreter { cache, page, fonts: HashMap::new(), steps: 0, open_forms: Vec::new(), hidden: 0, unreadable_font: false }
    }

    fn start_state(&self, ctm: Matrix) -> State {
        let [l, b, r, t] = self.page.area.map(f64::from);
        State { ctm, clip: [l, b, r, t], font: None, size: 0.0, spacing: [0.0; 2], scale: 1.0, leading: 0.0, rise: 0.0, mode: 0 }
    }

    /// The page's own contents.
    ///
    /// # Errors
    /// What is not understood; then nothing of the page may be released.
    pub fn contents(&mut self, data: &[u8], resources: Option<&'d Dictionary>) -> Result<(), String> {
        let ops = Arc::new(operations(data)?);
        let at = self.add(ops, resources, None)?;
        self.page.roots.push((at, IDENTITY));
        let state = self.start_state(IDENTITY);
        let first = self.page.glyphs.len();
        self.run(at, state, 0)?;
        super::cut::mark(&mut self.page, first);
        Ok(())
    }

    /// The look of an annotation, drawn with `matrix` (which includes the form's own).
    ///
    /// # Errors
    /// As [`Self::contents`].
    pub fn appearance(&mut self, stream: &'d Stream, place: Matrix, inherited: Option<&'d Dictionary>) -> Result<(), String> {
        let form = obj::numbers::<6>(self.cache.doc, &stream.dict, b"Matrix").unwrap_or(IDENTITY);
        let state = self.start_state(mul(&form, &place));
        let first = self.page.glyphs.len();
        let at = self.enter(stream, state, inherited, 0)?;
        super::cut::mark(&mut self.page, first);
        self.page.roots.push((at, place));
        Ok(())
    }

    fn add(&mut self, ops: Arc<Vec<Op>>, resources: Option<&'d Dictionary>, form: Option<&'d Dictionary>) -> Result<u32, String> {
        if self.page.streams.len() >= MAX_STREAMS {
            return Err("a page with too many forms".into());
        }
        self.page.streams.push(StreamUse {
            ops,
            resources,
            form,
            children: HashMap::new(),
            shows: HashMap::new(),
            hidden: Vec::new(),
        });
        Ok(self.page.streams.len() as u32 - 1)
    }

    /// Draws a form whose matrix is in `state.ctm` already.
    fn enter(
        &mut self,
        stream: &'d Stream,
        mut state: State,
        inherited: Option<&'d Dictionary>,
        depth: u32,
    ) -> Result<u32, String> {
        let key = address(stream);
        if depth > MAX_FORMS || self.open_forms.contains(&key) {
            return Err("forms that draw each other".into());
        }
        let ops = self.cache.form(stream)?;
        let resources = obj::dict(self.cache.doc, &stream.dict, b"Resources").or(inherited);
        if let Some([a, b, c, d]) = obj::numbers::<4>(self.cache.doc, &stream.dict, b"BBox") {
            state.clip = meet(state.clip, bounds(&state.ctm, &[[a, b], [c, b], [c, d], [a, d]]));
        }
        let at = self.add(ops, resources, Some(&stream.dict))?;
        self.open_forms.push(key);
        let done = self.run(at, state, depth + 1);
        self.open_forms.pop();
        done.map(|()| at)
    }

    fn resource(&self, at: u32, kind: &[u8], name: &[u8]) -> Option<&'d Object> {
        let doc = self.cache.doc;
        let resources = self.page.streams.get(at as usize)?.resources?;
        obj::get(doc, obj::dict(doc, resources, kind)?, name)
    }

    fn run(&mut self, at: u32, mut s: State, depth: u32) -> Result<(), String> {
        let Some(ops) = self.page.streams.get(at as usize).map(|u| u.ops.clone()) else { return Ok(()) };
        let mut saved: Vec<State> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let (mut tm, mut tlm) = (IDENTITY, IDENTITY);
        let mut block = 0u32;
        let mut path = Path::default();
        let outer_hidden = self.hidden;
        for (i, op) in ops.iter().enumerate() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err("a page with too many operations".into());
            }
            let i = i as u32;
            match &op.code {
                c if *c == code("q") => {
                    if saved.len() >= MAX_STATES {
                        return Err("too many saved graphics states".into());
                    }
                    saved.push(s.clone());
                }
                c if *c == code("Q") => {
                    if let Some(old) = saved.pop() {
                        s = old;
                    }
                }
                c if *c == code("cm") => s.ctm = mul(&op.nums::<6>().ok_or_else(bad)?, &s.ctm),
                c if *c == code("BT") => {
                    (tm, tlm) = (IDENTITY, IDENTITY);
                    block = i;
                }
                c if *c == code("Tf") => self.set_font(at, op, &mut s)?,
                c if *c == code("gs") => self.ext_state(at, i, op, &mut s, depth)?,
                c if text_state(c) => set_text_state(op, &mut s)?,
                c if *c == code("Td") || *c == code("TD") => {
                    let [x, y] = op.nums::<2>().ok_or_else(bad)?;
                    if op.code == code("TD") {
                        s.leading = -y;
                    }
                    tlm = mul(&[1.0, 0.0, 0.0, 1.0, x, y], &tlm);
                    tm = tlm;
                }
                c if *c == code("Tm") => {
                    tlm = op.nums::<6>().ok_or_else(bad)?;
                    tm = tlm;
                }
                c if *c == code("T*") => {
                    tlm = mul(&[1.0, 0.0, 0.0, 1.0, 0.0, -s.leading], &tlm);
                    tm = tlm;
                }
                c if is_show(c) => {
                    if *c == code("\"") {
                        let [w, c] = [op.num(0), op.num(1)].map(|n| n.unwrap_or(0.0));
                        s.spacing = [c, w];
                    }
                    if *c == code("'") || *c == code("\"") {
                        tlm = mul(&[1.0, 0.0, 0.0, 1.0, 0.0, -s.leading], &tlm);
                        tm = tlm;
                    }
                    self.show(at, i, block, op, &s, &mut tm)?;
                }
                c if *c == code("Do") => self.draw(at, i, op, &s, depth)?,
                c if *c == code("BI") => self.inline_image(at, i, op, &s),
                c if *c == code("sh") => self.hide_if(at, i),
                c if *c == code("BMC") || *c == code("BDC") => open.push(self.begin(at, op)),
                c if *c == code("EMC") => {
                    if let Some(o) = open.pop() {
                        self.end(o);
                    }
                }
                c => self.path(at, i, c, op, &mut s, &mut path),
            }
        }
        self.hidden = outer_hidden;
        Ok(())
    }

    fn set_font(&mut self, at: u32, op: &Op, s: &mut State) -> Result<(), String> {
        let (Some(name), Some(size)) = (op.args.first().and_then(Val::name), op.num(1)) else { return Err(bad()) };
        s.size = size;
        s.font = None;
        let Some(Object::Dictionary(dict)) = self.resource(at, b"Font", name) else { return Ok(()) };
        s.font = Some(self.font_index(dict)?);
        Ok(())
    }

    fn font_index(&mut self, dict: &'d Dictionary) -> Result<u32, String> {
        if let Some(n) = self.fonts.get(&address(dict)) {
            return Ok(*n);
        }
        let loaded = self.cache.font(dict);
        self.unreadable_font |= loaded.is_err();
        let font = loaded?;
        self.page.fonts.push(font);
        let n = self.page.fonts.len() as u32 - 1;
        self.fonts.insert(address(dict), n);
        Ok(n)
    }

    fn ext_state(&mut self, at: u32, i: u32, op: &Op, s: &mut State, depth: u32) -> Result<(), String> {
        let Some(dict) = op.name().and_then(|n| self.resource(at, b"ExtGState", n)).and_then(obj::as_dict) else { return Ok(()) };
        let doc = self.cache.doc;
        if dict.has(b"Font") {
            self.unreadable_font = true;
            return Err("a font set by a graphics state".into());
        }
        if let Some(mask) = obj::dict(doc, dict, b"SMask")
            && let Some(group) = obj::stream(doc, mask, b"G")
        {
            let form = obj::numbers::<6>(doc, &group.dict, b"Matrix").unwrap_or(IDENTITY);
            let mut inner = self.start_state(mul(&form, &s.ctm));
            inner.clip = s.clip;
            let inherited = self.page.streams.get(at as usize).and_then(|u| u.resources);
            let child = self.enter(group, inner, inherited, depth)?;
            if let Some(u) = self.page.streams.get_mut(at as usize) {
                u.children.insert(i, child);
            }
        }
        Ok(())
    }

    fn draw(&mut self, at: u32, i: u32, op: &Op, s: &State, depth: u32) -> Result<(), String> {
        self.hide_if(at, i);
        let name = op.name().ok_or_else(bad)?;
        let doc = self.cache.doc;
        let Some(Object::Stream(stream)) = self.resource(at, b"XObject", name) else {
            // Nothing there to draw: the operation is left out.
            if let Some(u) = self.page.streams.get_mut(at as usize) {
                u.hidden.push(i);
            }
            return Ok(());
        };
        let off = stream.dict.get(b"OC").is_ok_and(|o| !self.cache.layers.visible(doc, o));
        match obj::name(doc, &stream.dict, b"Subtype") {
            Some(b"Form") => {
                let form = obj::numbers::<6>(doc, &stream.dict, b"Matrix").unwrap_or(IDENTITY);
                let inner = State { ctm: mul(&form, &s.ctm), ..s.clone() };
                let inherited = self.page.streams.get(at as usize).and_then(|u| u.resources);
                self.hidden += u32::from(off);
                let child = self.enter(stream, inner, inherited, depth);
                self.hidden -= u32::from(off);
                if let Some(u) = self.page.streams.get_mut(at as usize) {
                    u.children.insert(i, child?);
                }
            }
            Some(b"Image") => {
                let gone = self.hidden > 0 || off || !meets(bounds(&s.ctm, &UNIT), s.clip);
                if gone && let Some(u) = self.page.streams.get_mut(at as usize) {
                    u.hidden.push(i);
                }
                let n = |k: &[u8]| obj::num(doc, &stream.dict, k).unwrap_or(0.0).clamp(0.0, 1e6) as u32;
                let mask = matches!(obj::get(doc, &stream.dict, b"ImageMask"), Some(Object::Boolean(true)));
                let object = self.object_id(at, name);
                let pixels = (n(b"Width"), n(b"Height"));
                self.page.images.push(ImageUse { stream: at, op: i, object, matrix: s.ctm, gone, mask, pixels });
            }
            // A program for old printers: nothing of it is seen, and it is not written.
            Some(b"PS") => {
                if let Some(u) = self.page.streams.get_mut(at as usize) {
                    u.hidden.push(i);
                }
            }
            _ => return Err("an external object of an unknown kind".into()),
        }
        Ok(())
    }

    fn object_id(&self, at: u32, name: &[u8]) -> Option<ObjectId> {
        let resources = self.page.streams.get(at as usize)?.resources?;
        obj::reference(obj::dict(self.cache.doc, resources, b"XObject")?, name)
    }

    fn inline_image(&mut self, at: u32, i: u32, op: &Op, s: &State) {
        self.hide_if(at, i);
        let gone = self.hidden > 0 || !meets(bounds(&s.ctm, &UNIT), s.clip);
        if gone && let Some(u) = self.page.streams.get_mut(at as usize) {
            u.hidden.push(i);
        }
        let Some(Val::Dict(d)) = op.args.first() else { return };
        let get = |a: &[u8], b: &[u8]| d.iter().find(|(k, _)| k == a || k == b).map(|(_, v)| v);
        let n = |a: &[u8], b: &[u8]| get(a, b).and_then(Val::num).unwrap_or(0.0).clamp(0.0, 1e6) as u32;
        let mask = get(b"IM", b"ImageMask") == Some(&Val::Bool(true));
        let pixels = (n(b"W", b"Width"), n(b"H", b"Height"));
        self.page.images.push(ImageUse { stream: at, op: i, object: None, matrix: s.ctm, gone, mask, pixels });
    }

    pub(super) fn hide_if(&mut self, at: u32, i: u32) {
        if self.hidden > 0
            && let Some(u) = self.page.streams.get_mut(at as usize)
        {
            u.hidden.push(i);
        }
    }

    fn begin(&mut self, at: u32, op: &Op) -> Open {
        let first_glyph = self.page.glyphs.len() as u32;
        let mut out = Open { hidden: false, actual: None, first_glyph };
        if op.code != code("BDC") {
            return out;
        }
        let doc = self.cache.doc;
        match op.args.last() {
            Some(Val::Dict(d)) => {
                out.actual = d.iter().find(|(k, _)| k == b"ActualText").and_then(|(_, v)| match v {
                    Val::Str(s) => Some(obj::text(s)),
                    _ => None,
                });
            }
            Some(Val::Name(n)) => {
                let resources = self.page.streams.get(at as usize).and_then(|u| u.resources);
                let list = resources.and_then(|r| obj::dict(doc, r, b"Properties"));
                if op.args.first().and_then(Val::name) == Some(b"OC") {
                    out.hidden = list.and_then(|l| l.get(n).ok()).is_some_and(|o| !self.cache.layers.visible(doc, o));
                }
                let dict = list.and_then(|l| obj::dict(doc, l, n));
                out.actual = dict.and_then(|d| obj::string(doc, d, b"ActualText")).map(obj::text);
            }
            _ => {}
        }
        self.hidden += u32::from(out.hidden);
        out
    }

    fn end(&mut self, o: Open) {
        if o.hidden {
            self.hidden = self.hidden.saturating_sub(1);
        }
        let (Some(actual), end) = (o.actual, self.page.glyphs.len() as u32) else { return };
        let Some(list) = self.page.glyphs.get_mut(o.first_glyph as usize..end as usize) else { return };
        // Replacement text is believed only where the glyphs themselves cannot be read: what is drawn is what a person sees.
        if actual.trim().is_empty() || !list.iter().any(|g| g.unreadable) {
            return;
        }
        let start = self.page.chars.len() as u32;
        self.page.chars.push_str(&actual);
        for (n, g) in list.iter_mut().enumerate() {
            g.unreadable = false;
            g.text = if n == 0 { (start, start + actual.len() as u32) } else { (start, start) };
        }
        if let Some(g) =
            list.first().copied().zip(list.last().copied()).map(|(a, b)| [a.quad[0], b.quad[1], b.quad[2], a.quad[3]])
            && let Some(first) = list.first_mut()
        {
            first.quad = g;
        }
        self.page.groups.push((o.first_glyph, end));
    }
}

/// The unit square that an image fills.
pub const UNIT: [[f64; 2]; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];

pub(super) fn bad() -> String {
    "an operator with the wrong operands".into()
}

/// Operators that paint the path.
pub fn paints(c: &Code) -> bool {
    ["S", "s", "f", "F", "f*", "B", "B*", "b", "b*"].iter().any(|o| *c == code(o))
}

/// Operators that show text.
pub fn is_show(c: &Code) -> bool {
    ["Tj", "TJ", "'", "\""].iter().any(|o| *c == code(o))
}

fn text_state(c: &Code) -> bool {
    ["Tc", "Tw", "Tz", "TL", "Ts", "Tr"].iter().any(|o| *c == code(o))
}

fn set_text_state(op: &Op, s: &mut State) -> Result<(), String> {
    let [n] = op.nums::<1>().ok_or_else(bad)?;
    match op.code {
        c if c == code("Tc") => s.spacing[0] = n,
        c if c == code("Tw") => s.spacing[1] = n,
        c if c == code("Tz") => s.scale = n / 100.0,
        c if c == code("TL") => s.leading = n,
        c if c == code("Ts") => s.rise = n,
        _ => s.mode = n as i64,
    }
    Ok(())
}

/// Bounds of points in page space.
pub fn bounds(m: &Matrix, points: &[[f64; 2]]) -> [f64; 4] {
    points
        .iter()
        .map(|p| map(m, p[0], p[1]))
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, p| [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])])
}

pub(super) fn meet(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
}

/// True when the two share a point.
pub fn meets(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}
