//! Writes the content streams of a page anew: every operation from its parsed form, resources under names of our own, edited text with
//! absolute positions. Nothing of the old bytes is copied, so nothing can hide in them.

use super::font::latin_width;
use super::interpret::{address, is_show, paints};
use super::lex::{Code, Op, Val, code};
use super::obj;
use super::out::{Out, name};
use super::page::{Matrix, PageModel, Show, inverse, mul};
use super::plan::{Label, Plan};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::HashMap;

/// A run goes on while the next glyph stands where the pen is, to this much (points).
const SAME_PLACE: f64 = 0.02;

/// Writes the streams of one page.
pub struct Emitter<'e, 'd> {
    pub page: &'e PageModel<'d>,
    pub plan: &'e Plan,
    pub out: &'e mut Out<'d>,
    touched: Vec<bool>,
    /// Begins the names of resources, where several streams share one dictionary.
    pub prefix: String,
}

/// Resources of the stream being written.
#[derive(Default)]
struct Names {
    by_source: HashMap<(u8, usize), Vec<u8>>,
    fonts: Vec<(Vec<u8>, Object)>,
    objects: Vec<(Vec<u8>, Object)>,
    states: Vec<(Vec<u8>, Object)>,
    spaces: Vec<(Vec<u8>, Object)>,
    patterns: Vec<(Vec<u8>, Object)>,
    shadings: Vec<(Vec<u8>, Object)>,
}

impl Names {
    fn dictionary(self) -> Dictionary {
        let mut out = Dictionary::new();
        let lists = [
            ("Font", self.fonts),
            ("XObject", self.objects),
            ("ExtGState", self.states),
            ("ColorSpace", self.spaces),
            ("Pattern", self.patterns),
            ("Shading", self.shadings),
        ];
        for (key, list) in lists {
            if !list.is_empty() {
                let mut d = Dictionary::new();
                list.into_iter().for_each(|(n, o)| d.set(n, o));
                out.set(key, Object::Dictionary(d));
            }
        }
        out
    }
}

/// Where the text of the stream stands.
#[derive(Default)]
struct Now {
    /// Name and size of the font as last written.
    font: Option<(Vec<u8>, f64)>,
    /// True while positions of the open text object are absolute.
    absolute: bool,
    /// Boxes of labels drawn in the open text object.
    boxes: Vec<(Label, Matrix)>,
}

impl<'e, 'd> Emitter<'e, 'd> {
    /// For a page and its plan.
    pub fn new(page: &'e PageModel<'d>, plan: &'e Plan, out: &'e mut Out<'d>) -> Self {
        let touched = plan.touched_streams(page);
        Emitter { page, plan, out, touched, prefix: String::new() }
    }

    /// The page: content and resources.
    ///
    /// # Errors
    /// What cannot be written.
    pub fn page(&mut self) -> Result<(Vec<u8>, Dictionary), String> {
        let mut names = Names::default();
        let mut content = Vec::new();
        for (n, (root, place)) in self.page.roots.clone().into_iter().enumerate() {
            if n == 0 {
                content.extend(b"q\n");
                self.stream(root, &mut names, &mut content)?;
                content.extend(b"Q\n");
                continue;
            }
            let id = self.form(root)?;
            let x = format!("A{n}").into_bytes();
            names.objects.push((x.clone(), Object::Reference(id)));
            content.extend(b"q ");
            place.iter().for_each(|v| number(&mut content, *v));
            content.extend(b"cm /");
            content.extend(x);
            content.extend(b" Do Q\n");
        }
        Ok((content, names.dictionary()))
    }

    /// A form as used here; one object for all uses that need no change.
    fn form(&mut self, at: u32) -> Result<ObjectId, String> {
        let u = self.page.streams.get(at as usize).ok_or("a form that is not there")?;
        let dict = u.form.ok_or("a form without a dictionary")?;
        let whole = !self.touched.get(at as usize).copied().unwrap_or(true);
        let key = (address(dict), u.resources.map_or(0, address));
        if whole && let Some(id) = self.out.forms.get(&key) {
            // Its glyphs are in use here, too; they were counted when it was written.
            return Ok(*id);
        }
        let mut names = Names::default();
        let mut content = Vec::new();
        self.stream(at, &mut names, &mut content)?;
        let src = self.out.src;
        let mut d = Dictionary::new();
        d.set("Type", name("XObject"));
        d.set("Subtype", name("Form"));
        for key in [&b"BBox"[..], b"Matrix"] {
            if let Some(v) = obj::get(src, dict, key) {
                d.set(key, self.out.numbers(v, 0));
            }
        }
        if let Some(g) = obj::dict(src, dict, b"Group") {
            let mut group = Dictionary::new();
            group.set("S", name("Transparency"));
            for key in [&b"I"[..], b"K"] {
                if let Some(v) = obj::get(src, g, key) {
                    group.set(key, self.out.numbers(v, 0));
                }
            }
            if let Some(cs) = g.get(b"CS").ok().and_then(|o| self.out.color_space(o, 0)) {
                group.set("CS", cs);
            }
            d.set("Group", Object::Dictionary(group));
        }
        d.set("Resources", Object::Dictionary(names.dictionary()));
        let id = self.out.stream(d, content);
        if whole {
            self.out.forms.insert(key, id);
        }
        Ok(id)
    }

    fn stream(&mut self, at: u32, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let u = self.page.streams.get(at as usize).ok_or("a stream that is not there")?;
        let ops = u.ops.clone();
        let absolute = self.absolute_blocks(at);
        let mut now = Now::default();
        let mut fonts: Vec<Option<(Vec<u8>, f64)>> = Vec::new();
        let mut depth = 0usize;
        let mut in_text = false;
        for (i, op) in ops.iter().enumerate() {
            let i = i as u32;
            if self.plan.skipped.contains(&(at, i)) {
                continue;
            }
            let hidden = u.hidden.contains(&i) || self.plan.pictures.contains(&(at, i));
            match &op.code {
                c if *c == code("q") => {
                    fonts.push(now.font.clone());
                    depth += 1;
                    out.extend(b"q\n");
                }
                c if *c == code("Q") => {
                    // One too many would undo the state around the page.
                    if depth > 0 {
                        depth -= 1;
                        now.font = fonts.pop().flatten();
                        out.extend(b"Q\n");
                    }
                }
                c if *c == code("BT") => {
                    now.absolute = absolute.contains(&i);
                    in_text = true;
                    out.extend(b"BT\n");
                }
                c if *c == code("ET") => {
                    if in_text {
                        out.extend(b"ET\n");
                        self.boxes(&mut now, out);
                    }
                    in_text = false;
                    now.absolute = false;
                }
                c if moves(c) && now.absolute => {
                    // The leading it sets outlives the text object.
                    if let (true, Some([_, y])) = (*c == code("TD"), op.nums::<2>()) {
                        number(out, -y);
                        out.extend(b"TL\n");
                    }
                }
                c if *c == code("Tf") => self.set_font(at, op, names, &mut now, out),
                c if is_show(c) => self.show(at, i, op, names, &mut now, out)?,
                c if *c == code("gs") => self.ext_state(at, i, op, names, out)?,
                c if *c == code("Do") => {
                    if !hidden {
                        self.draw(at, i, op, names, out)?;
                    }
                }
                c if *c == code("BI") => {
                    if !hidden {
                        self.inline_image(at, op, names, out);
                    }
                }
                c if *c == code("sh") => {
                    if !hidden {
                        self.shade(at, op, names, out);
                    }
                }
                c if paints(c) && hidden => out.extend(b"n\n"),
                c if *c == code("cs") || *c == code("CS") => self.space(at, op, names, out)?,
                c if *c == code("scn") || *c == code("SCN") => self.paint_color(at, op, names, out)?,
                c if marked(c) => {}
                c if *c == code("ri") => {
                    if let Some(n) = op.name().filter(|n| n.iter().all(u8::is_ascii_alphabetic) && n.len() < 22) {
                        out.push(b'/');
                        out.extend_from_slice(n);
                        out.extend(b" ri\n");
                    }
                }
                _ => plain(op, out),
            }
        }
        if in_text {
            out.extend(b"ET\n");
            self.boxes(&mut now, out);
        }
        for _ in 0..depth {
            out.extend(b"Q\n");
        }
        Ok(())
    }

    /// Text objects in which something changes: everything in them gets absolute positions.
    fn absolute_blocks(&self, at: u32) -> Vec<u32> {
        let mut out = Vec::new();
        if !self.touched.get(at as usize).copied().unwrap_or(false) {
            return out;
        }
        for show in self.page.shows.iter().filter(|s| s.stream == at) {
            if !out.contains(&show.block) && (show.glyphs.0..show.glyphs.1).any(|g| !self.plan.untouched(g)) {
                out.push(show.block);
            }
        }
        out
    }

    fn resource(&self, at: u32, kind: &[u8], n: &[u8]) -> Option<&'d Object> {
        let src = self.out.src;
        let resources = self.page.streams.get(at as usize)?.resources?;
        obj::dict(src, resources, kind)?.get(n).ok()
    }

    fn set_font(&mut self, at: u32, op: &Op, names: &mut Names, now: &mut Now, out: &mut Vec<u8>) {
        let (Some(n), Some(size)) = (op.args.first().and_then(Val::name), op.num(1)) else { return };
        let src = self.out.src;
        let Some(dict) = self.resource(at, b"Font", n).and_then(|o| obj::resolve(src, o)).and_then(obj::as_dict) else { return };
        let key = address(dict);
        let mapped = match names.by_source.get(&(0, key)) {
            Some(m) => m.clone(),
            None => {
                let m = format!("{}F{}", self.prefix, names.fonts.len() + 1).into_bytes();
                let id = self.out.font(key, dict).id;
                names.fonts.push((m.clone(), Object::Reference(id)));
                names.by_source.insert((0, key), m.clone());
                m
            }
        };
        write_font(&mapped, size, out);
        now.font = Some((mapped, size));
    }

    fn show(&mut self, at: u32, i: u32, op: &Op, names: &mut Names, now: &mut Now, out: &mut Vec<u8>) -> Result<(), String> {
        let page = self.page;
        let u = page.streams.get(at as usize).ok_or("a stream that is not there")?;
        let Some(show) = u.shows.get(&i).and_then(|s| page.shows.get(*s as usize)) else { return Err("text that was not read".into()) };
        let font = page.fonts.get(show.font as usize).ok_or("a font that is not there")?;
        let glyphs = show.glyphs.0..show.glyphs.1;
        let entry = self.out.font(font.key, font.dict);
        for g in glyphs.clone() {
            let code = page.glyphs.get(g as usize).map(|g| g.code);
            entry.seen.extend(code);
            if !self.plan.removed.get(g as usize).copied().unwrap_or(false) {
                entry.used.extend(code);
            }
        }
        if op.code == code("\"") {
            // The spacing stays set after the operation.
            number(out, show.spacing[1]);
            out.extend(b"Tw ");
            number(out, show.spacing[0]);
            out.extend(b"Tc\n");
        }
        if !now.absolute {
            match op.code {
                c if c == code("\"") => {
                    string(out, op.string().unwrap_or_default());
                    out.extend(b" '\n");
                }
                _ => plain(op, out),
            }
            return Ok(());
        }
        if glyphs.clone().all(|g| self.plan.untouched(g)) {
            matrix(out, &show.tm);
            out.extend(b"Tm ");
            match op.args.last() {
                Some(v @ Val::Arr(_)) => {
                    value(out, v);
                    out.extend(b" TJ\n");
                }
                _ => {
                    string(out, op.string().unwrap_or_default());
                    out.extend(b" Tj\n");
                }
            }
            return Ok(());
        }
        self.pieces(op, show, names, now, out)
    }

    /// What is left of an edited operation, and labels, each where the plan puts it.
    fn pieces(&mut self, op: &Op, show: &Show, names: &mut Names, now: &mut Now, out: &mut Vec<u8>) -> Result<(), String> {
        let bytes = joined(op);
        let Some(back) = inverse(&show.ctm) else { return Ok(()) };
        let unit = mul(&[show.scale, 0.0, 0.0, 1.0, 0.0, 0.0], &mul(&linear(&show.tm), &linear(&show.ctm)));
        let spaced = show.spacing != [0.0; 2] || show.scale != 1.0 || show.rise != 0.0;
        if spaced {
            out.extend(b"0 Tc 0 Tw 100 Tz 0 Ts\n");
        }
        let mut run: Vec<u8> = Vec::new();
        let mut start: Option<([f64; 2], f64)> = None;
        let mut pen = [0.0f64; 2];
        let flush = |run: &mut Vec<u8>, start: &mut Option<([f64; 2], f64)>, out: &mut Vec<u8>| {
            if let Some((at, squeeze)) = start.take()
                && !run.is_empty()
            {
                let m = mul(&[squeeze, 0.0, 0.0, 1.0, 0.0, 0.0], &unit);
                let m = mul(&[m[0], m[1], m[2], m[3], at[0], at[1]], &back);
                matrix(out, &m);
                out.extend(b"Tm ");
                string(out, run);
                out.extend(b" Tj\n");
            }
            run.clear();
        };
        for g in show.glyphs.0..show.glyphs.1 {
            if let Some(labels) = self.plan.labels.get(&g) {
                flush(&mut run, &mut start, out);
                for label in labels {
                    self.label(label, show, &back, names, now, out);
                }
            }
            if self.plan.removed.get(g as usize).copied().unwrap_or(false) {
                continue;
            }
            let Some(glyph) = self.page.glyphs.get(g as usize) else { continue };
            let placed = self.plan.placed.get(&g);
            let at = placed.map_or(glyph.pen.map(f64::from), |p| p.pen);
            let squeeze = placed.map_or(1.0, |p| p.squeeze);
            let goes_on = start.is_some_and(|(_, s)| (s - squeeze).abs() < 1e-6)
                && (at[0] - pen[0]).abs() < SAME_PLACE
                && (at[1] - pen[1]).abs() < SAME_PLACE;
            if !goes_on {
                flush(&mut run, &mut start, out);
                start = Some((at, squeeze));
                pen = at;
            }
            run.extend_from_slice(bytes.get(glyph.at as usize..glyph.at as usize + usize::from(glyph.len)).unwrap_or_default());
            pen = [pen[0] + f64::from(glyph.step[0]) * squeeze, pen[1] + f64::from(glyph.step[1]) * squeeze];
        }
        flush(&mut run, &mut start, out);
        if spaced {
            number(out, show.spacing[0]);
            out.extend(b"Tc ");
            number(out, show.spacing[1]);
            out.extend(b"Tw ");
            number(out, show.scale * 100.0);
            out.extend(b"Tz ");
            number(out, show.rise);
            out.extend(b"Ts\n");
        }
        Ok(())
    }

    fn label(&mut self, label: &Label, show: &Show, back: &Matrix, names: &mut Names, now: &mut Now, out: &mut Vec<u8>) {
        let f = match names.by_source.get(&(0, 0)) {
            Some(n) => n.clone(),
            None => {
                let n = b"L0".to_vec();
                names.fonts.push((n.clone(), Object::Reference(self.out.label_font())));
                names.by_source.insert((0, 0), n.clone());
                n
            }
        };
        let (sin, cos) = label.angle.sin_cos();
        let frame = [cos, sin, -sin, cos, label.at[0], label.at[1]];
        write_font(&f, label.size, out);
        let inked = matches!(show.mode, 1 | 2 | 5 | 6);
        if inked {
            out.extend(b"0 Tr\n");
        }
        let pad = PAD * label.size * label.squeeze;
        let m = mul(&mul(&[label.squeeze, 0.0, 0.0, 1.0, pad, 0.0], &frame), back);
        matrix(out, &m);
        out.extend(b"Tm ");
        string(out, &win_ansi(&label.text));
        out.extend(b" Tj\n");
        if inked {
            number(out, show.mode as f64);
            out.extend(b"Tr\n");
        }
        if let Some((n, size)) = &now.font {
            write_font(n, *size, out);
        }
        if show.mode != 3 && show.mode != 7 {
            now.boxes.push((label.clone(), mul(&frame, back)));
        }
    }

    /// Outlines round the labels of the text object that has just ended.
    fn boxes(&self, now: &mut Now, out: &mut Vec<u8>) {
        for (label, m) in now.boxes.drain(..) {
            out.extend(b"q ");
            matrix(out, &m);
            out.extend(b"cm 0.5 w [] 0 d 0.35 G ");
            for v in [0.0, -0.24 * label.size, label_width(&label.text, label.size) * label.squeeze, 1.08 * label.size] {
                number(out, v);
            }
            out.extend(b"re S Q\n");
        }
    }

    fn ext_state(&mut self, at: u32, i: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let src = self.out.src;
        let Some(n) = op.name() else { return Ok(()) };
        let Some(d) = self.resource(at, b"ExtGState", n).and_then(|o| obj::resolve(src, o)).and_then(obj::as_dict) else { return Ok(()) };
        let mut copy = Dictionary::new();
        let keys: &[&[u8]] = &[b"LW", b"LC", b"LJ", b"ML", b"D", b"OP", b"op", b"OPM", b"FL", b"SM", b"SA", b"CA", b"ca", b"AIS", b"TK"];
        for key in keys {
            if let Some(v) = obj::get(src, d, key) {
                copy.set(*key, self.out.numbers(v, 0));
            }
        }
        match obj::get(src, d, b"BM") {
            Some(Object::Name(n)) => copy.set("BM", blend(n)),
            Some(Object::Array(a)) => {
                let first = a.iter().find_map(|o| match obj::resolve(src, o) {
                    Some(Object::Name(n)) => Some(blend(n)),
                    _ => None,
                });
                copy.set("BM", first.unwrap_or_else(|| name("Normal")));
            }
            _ => {}
        }
        match obj::get(src, d, b"SMask") {
            Some(Object::Name(_)) => copy.set("SMask", name("None")),
            Some(Object::Dictionary(m)) => {
                let u = self.page.streams.get(at as usize).ok_or("a stream that is not there")?;
                let child = u.children.get(&i).copied().ok_or("a mask that was not read")?;
                let mut mask = Dictionary::new();
                mask.set("S", name(if obj::name(src, m, b"S") == Some(b"Alpha") { "Alpha" } else { "Luminosity" }));
                mask.set("G", Object::Reference(self.form(child)?));
                if let Some(bc) = obj::get(src, m, b"BC") {
                    mask.set("BC", self.out.numbers(bc, 0));
                }
                if let Some(tr) = m.get(b"TR").ok().and_then(|t| self.out.function(t, 0)) {
                    mask.set("TR", tr);
                }
                copy.set("SMask", Object::Dictionary(mask));
            }
            _ => {}
        }
        let simple = !copy.has(b"SMask");
        let known = names.by_source.get(&(2, address(d))).filter(|_| simple).cloned();
        let mapped = known.unwrap_or_else(|| {
            let m = format!("{}G{}", self.prefix, names.states.len() + 1).into_bytes();
            names.states.push((m.clone(), Object::Dictionary(copy)));
            names.by_source.insert((2, address(d)), m.clone());
            m
        });
        out.push(b'/');
        out.extend(mapped);
        out.extend(b" gs\n");
        Ok(())
    }

    fn draw(&mut self, at: u32, i: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let src = self.out.src;
        let n = op.name().unwrap_or_default();
        let Some(Object::Stream(s)) = self.resource(at, b"XObject", n).and_then(|o| obj::resolve(src, o)) else { return Ok(()) };
        let child = self.page.streams.get(at as usize).and_then(|u| u.children.get(&i)).copied();
        let id = match child {
            Some(child) => self.form(child)?,
            None => self.out.image(s, 0).ok_or("a picture that is not understood")?,
        };
        let key = (1, id.0 as usize);
        let mapped = names.by_source.get(&key).cloned().unwrap_or_else(|| {
            let m = format!("{}X{}", self.prefix, names.objects.len() + 1).into_bytes();
            names.objects.push((m.clone(), Object::Reference(id)));
            names.by_source.insert(key, m.clone());
            m
        });
        out.push(b'/');
        out.extend(mapped);
        out.extend(b" Do\n");
        Ok(())
    }

    fn inline_image(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) {
        let (Some(Val::Dict(d)), Some(Val::Str(data))) = (op.args.first(), op.args.get(1)) else { return };
        let known: &[(&[u8], &[u8])] = &[
            (b"W", b"Width"), (b"H", b"Height"), (b"BPC", b"BitsPerComponent"), (b"CS", b"ColorSpace"), (b"F", b"Filter"),
            (b"DP", b"DecodeParms"), (b"D", b"Decode"), (b"IM", b"ImageMask"), (b"I", b"Interpolate"),
        ];
        let mut head = Vec::new();
        for (short, long) in known {
            let Some((_, v)) = d.iter().find(|(k, _)| k == short || k == long) else { continue };
            let v = match v {
                Val::Name(n) if *short == b"CS" && !device(n) => match self.named_space(at, n, names) {
                    Some(mapped) => Val::Name(mapped),
                    None => return,
                },
                v => v.clone(),
            };
            head.push(b'/');
            head.extend_from_slice(short);
            head.push(b' ');
            value(&mut head, &v);
            head.push(b' ');
        }
        out.extend(b"BI ");
        out.extend(head);
        out.extend(b"ID ");
        out.extend_from_slice(data);
        out.extend(b"\nEI\n");
    }

    fn named_space(&mut self, at: u32, n: &[u8], names: &mut Names) -> Option<Vec<u8>> {
        let o = self.resource(at, b"ColorSpace", n)?;
        let key = (3, address(o));
        if let Some(m) = names.by_source.get(&key) {
            return Some(m.clone());
        }
        let copy = self.out.color_space(o, 0)?;
        let m = format!("{}C{}", self.prefix, names.spaces.len() + 1).into_bytes();
        names.spaces.push((m.clone(), copy));
        names.by_source.insert(key, m.clone());
        Some(m)
    }

    fn space(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let n = op.name().ok_or("a colour space without a name")?;
        let mapped = if device(n) { n.to_vec() } else { self.named_space(at, n, names).ok_or("a colour space that is not understood")? };
        out.push(b'/');
        out.extend(mapped);
        out.push(b' ');
        out.extend(trimmed(&op.code));
        out.push(b'\n');
        Ok(())
    }

    fn shade(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) {
        let Some(o) = op.name().and_then(|n| self.resource(at, b"Shading", n)) else { return };
        let Some(copy) = self.out.shading(o) else {
            self.out.notes.insert("a shading that is not understood was left out");
            return;
        };
        let m = format!("{}S{}", self.prefix, names.shadings.len() + 1).into_bytes();
        names.shadings.push((m.clone(), copy));
        out.push(b'/');
        out.extend(m);
        out.extend(b" sh\n");
    }

    fn paint_color(&mut self, at: u32, op: &Op, names: &mut Names, out: &mut Vec<u8>) -> Result<(), String> {
        let Some(n) = op.name() else {
            plain(op, out);
            return Ok(());
        };
        let Some(o) = self.resource(at, b"Pattern", n) else { return Ok(()) };
        let key = (4, address(o));
        let mapped = match names.by_source.get(&key) {
            Some(m) => m.clone(),
            None => {
                let Some(id) = super::pattern::pattern(self.out, o, self.page.streams.get(at as usize).and_then(|u| u.resources))? else {
                    return Ok(());
                };
                let m = format!("{}P{}", self.prefix, names.patterns.len() + 1).into_bytes();
                names.patterns.push((m.clone(), Object::Reference(id)));
                names.by_source.insert(key, m.clone());
                m
            }
        };
        for v in op.args.iter().filter(|v| matches!(v, Val::Num(_))) {
            value(out, v);
            out.push(b' ');
        }
        out.push(b'/');
        out.extend(mapped);
        out.push(b' ');
        out.extend(trimmed(&op.code));
        out.push(b'\n');
        Ok(())
    }
}

/// Space on both sides of a label's words, in font sizes.
const PAD: f64 = 0.22;

/// Width of a label's box: it depends on the words and the size alone.
pub fn label_width(text: &str, size: f64) -> f64 {
    let units: f64 = text.chars().map(|c| f64::from(latin_width(c, 0).unwrap_or(556))).sum();
    (units / 1000.0 + 2.0 * PAD) * size
}

fn win_ansi(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect()
}

fn moves(c: &Code) -> bool {
    ["Td", "TD", "T*", "Tm"].iter().any(|o| *c == code(o))
}

fn marked(c: &Code) -> bool {
    ["BMC", "BDC", "EMC", "MP", "DP", "BX", "EX", "d0", "d1"].iter().any(|o| *c == code(o))
}

fn device(n: &[u8]) -> bool {
    matches!(n, b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK" | b"Pattern" | b"G" | b"RGB" | b"CMYK")
}

fn blend(n: &[u8]) -> Object {
    const KNOWN: &[&str] = &[
        "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn", "HardLight", "SoftLight", "Difference",
        "Exclusion", "Hue", "Saturation", "Color", "Luminosity",
    ];
    name(KNOWN.iter().find(|k| k.as_bytes() == n).unwrap_or(&"Normal"))
}

fn linear(m: &Matrix) -> Matrix {
    [m[0], m[1], m[2], m[3], 0.0, 0.0]
}

/// All strings of an operation, one after the other.
fn joined(op: &Op) -> Vec<u8> {
    match op.args.last() {
        Some(Val::Str(s)) => s.clone(),
        Some(Val::Arr(a)) => a
            .iter()
            .filter_map(|v| match v {
                Val::Str(s) => Some(s.as_slice()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .concat(),
        _ => Vec::new(),
    }
}

fn trimmed(c: &Code) -> &[u8] {
    let end = c.iter().position(|b| *b == 0).unwrap_or(3);
    &c[..end]
}

fn write_font(n: &[u8], size: f64, out: &mut Vec<u8>) {
    out.push(b'/');
    out.extend_from_slice(n);
    out.push(b' ');
    number(out, size);
    out.extend(b"Tf\n");
}

/// An operation with its operands. Operands that are names or dictionaries have been dealt with before.
pub fn plain(op: &Op, out: &mut Vec<u8>) {
    for v in &op.args {
        value(out, v);
        out.push(b' ');
    }
    out.extend(trimmed(&op.code));
    out.push(b'\n');
}

fn matrix(out: &mut Vec<u8>, m: &Matrix) {
    m.iter().for_each(|v| number(out, *v));
}

/// A number and a blank.
pub fn number(out: &mut Vec<u8>, v: f64) {
    if !v.is_finite() {
        out.extend(b"0 ");
        return;
    }
    if v == v.trunc() && v.abs() < 1e15 {
        out.extend((v as i64).to_string().into_bytes());
        out.push(b' ');
        return;
    }
    let mut s = if v.abs() < 0.01 { format!("{v:.9}") } else { format!("{v:.4}") };
    while s.ends_with('0') {
        s.pop();
    }
    if s.ends_with('.') {
        s.pop();
    }
    if s == "-0" || s.is_empty() || s == "-" {
        s = "0".into();
    }
    out.extend(s.into_bytes());
    out.push(b' ');
}

fn string(out: &mut Vec<u8>, s: &[u8]) {
    if s.iter().all(|b| (32..127).contains(b)) {
        out.push(b'(');
        for b in s {
            if matches!(b, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(*b);
        }
        out.push(b')');
        return;
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'<');
    for b in s {
        out.extend([HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
    }
    out.push(b'>');
}

fn value(out: &mut Vec<u8>, v: &Val) {
    match v {
        Val::Null => out.extend(b"null"),
        Val::Bool(b) => out.extend(b.to_string().into_bytes()),
        Val::Num(n) => {
            number(out, *n);
            out.pop();
        }
        Val::Name(n) => {
            out.push(b'/');
            for b in n {
                if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'*') {
                    out.push(*b);
                } else {
                    out.extend(format!("#{b:02X}").into_bytes());
                }
            }
        }
        Val::Str(s) => string(out, s),
        Val::Arr(a) => {
            out.push(b'[');
            for (i, v) in a.iter().enumerate() {
                if i > 0 {
                    out.push(b' ');
                }
                value(out, v);
            }
            out.push(b']');
        }
        Val::Dict(d) => {
            out.extend(b"<<");
            for (k, v) in d {
                value(out, &Val::Name(k.clone()));
                out.push(b' ');
                value(out, v);
            }
            out.extend(b">>");
        }
    }
}
