//! Writes the content streams of a page anew: every operation from its parsed form, resources under names of our own, edited text with
//! absolute positions. Nothing of the old bytes is copied, so nothing can hide in them.

use super::interpret::{address, is_show, paints};
use super::lex::{Code, Op, Val, code};
use super::obj;
use super::out::{Out, name};
use super::page::{Matrix, PageModel};
use super::plan::{Label, Plan};
use super::tags::MAX_CONTENT;
use super::tokens::{copied, number, plain, write_font};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::{BTreeSet, HashMap};

/// Writes the streams of one page.
pub struct Emitter<'e, 'd> {
    pub page: &'e PageModel<'d>,
    pub plan: &'e Plan,
    pub out: &'e mut Out<'d>,
    pub(super) touched: Vec<bool>,
    /// Begins the names of resources, where several streams share one dictionary.
    pub prefix: String,
    /// Numbers of marked content written for the page; `None` for a document without tags.
    pub tagged: Option<BTreeSet<u32>>,
}

/// Resources of the stream being written.
#[derive(Default)]
pub(super) struct Names {
    pub by_source: HashMap<(u8, usize), Vec<u8>>,
    pub fonts: Vec<(Vec<u8>, Object)>,
    pub objects: Vec<(Vec<u8>, Object)>,
    pub states: Vec<(Vec<u8>, Object)>,
    pub spaces: Vec<(Vec<u8>, Object)>,
    pub patterns: Vec<(Vec<u8>, Object)>,
    pub shadings: Vec<(Vec<u8>, Object)>,
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

/// Name and size of a font that was set.
type FontSet = Option<(Vec<u8>, f64)>;

/// Where the text of the stream stands.
#[derive(Default)]
pub(super) struct Now {
    /// Name and size of the font as last written.
    pub font: FontSet,
    /// Character and word spacing as last written.
    pub spacing: [f64; 2],
    /// True while positions of the open text object are absolute.
    pub absolute: bool,
    /// Boxes of labels drawn in the open text object.
    pub boxes: Vec<(Label, Matrix)>,
}

impl<'e, 'd> Emitter<'e, 'd> {
    /// For a page and its plan.
    pub fn new(page: &'e PageModel<'d>, plan: &'e Plan, out: &'e mut Out<'d>) -> Self {
        let touched = plan.touched_streams(page);
        Emitter { page, plan, out, touched, prefix: String::new(), tagged: None }
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
            place.iter().for_each(|v| copied(&mut content, *v));
            content.extend(b"cm /");
            content.extend(x);
            content.extend(b" Do Q\n");
        }
        Ok((content, names.dictionary()))
    }

    /// A form as used here; one object for all uses that need no change.
    pub(super) fn form(&mut self, at: u32) -> Result<ObjectId, String> {
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
        let touched = self.touched.get(at as usize).copied().unwrap_or(true);
        let mut saved: Vec<(FontSet, [f64; 2])> = Vec::new();
        let mut depth = 0usize;
        let mut in_text = false;
        // Whether each open marked content was written; only the page's own contents have tags.
        let tags = self.tagged.is_some() && self.page.roots.first().is_some_and(|r| r.0 == at);
        let mut marked: Vec<bool> = Vec::new();
        for (i, op) in ops.iter().enumerate() {
            let i = i as u32;
            if self.plan.skipped.contains(&(at, i)) {
                continue;
            }
            let hidden = u.hidden.contains(&i) || self.plan.pictures.contains(&(at, i));
            match &op.code {
                c if *c == code("q") => {
                    saved.push((now.font.clone(), now.spacing));
                    depth += 1;
                    out.extend(b"q\n");
                }
                c if *c == code("Q") => {
                    // One too many would undo the state around the page.
                    if depth > 0 {
                        depth -= 1;
                        (now.font, now.spacing) = saved.pop().unwrap_or_default();
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
                // The spacing of a justified line tells how long it was: each text gets its own, an edited one none.
                c if touched && (*c == code("Tc") || *c == code("Tw")) => {}
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
                c if tags && (*c == code("BDC") || *c == code("BMC")) => marked.push(self.begin(at, op, out)),
                c if tags && *c == code("EMC") => {
                    if marked.pop() == Some(true) {
                        out.extend(b"EMC\n");
                    }
                }
                c if is_marked(c) => {}
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
        for _ in marked.into_iter().filter(|w| *w) {
            out.extend(b"EMC\n");
        }
        for _ in 0..depth {
            out.extend(b"Q\n");
        }
        Ok(())
    }

    /// Begins marked content that a tag refers to, by its number alone. True when something was written.
    fn begin(&mut self, at: u32, op: &Op, out: &mut Vec<u8>) -> bool {
        let tag = op.args.first().and_then(Val::name).unwrap_or_default();
        if tag == b"Artifact" {
            out.extend(b"/Artifact BMC\n");
            return true;
        }
        let number = match op.args.last() {
            Some(Val::Dict(d)) => d.iter().find(|(k, _)| k == b"MCID").and_then(|(_, v)| v.num()),
            Some(Val::Name(n)) if op.args.len() > 1 => {
                let src = self.out.src;
                let d = self.resource(at, b"Properties", n).and_then(|o| obj::resolve(src, o)).and_then(obj::as_dict);
                d.and_then(|d| obj::num(src, d, b"MCID"))
            }
            _ => None,
        };
        let Some(n) = number.filter(|n| *n >= 0.0 && *n < MAX_CONTENT as f64).map(|n| n as u32) else { return false };
        if !self.tagged.as_mut().is_some_and(|t| t.insert(n)) {
            return false;
        }
        // What kind it is says the tree.
        out.extend(format!("/P <</MCID {n}>> BDC\n").into_bytes());
        true
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

    pub(super) fn resource(&self, at: u32, kind: &[u8], n: &[u8]) -> Option<&'d Object> {
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
}

fn moves(c: &Code) -> bool {
    ["Td", "TD", "T*", "Tm"].iter().any(|o| *c == code(o))
}

fn is_marked(c: &Code) -> bool {
    ["BMC", "BDC", "EMC", "MP", "DP", "BX", "EX", "d0", "d1"].iter().any(|o| *c == code(o))
}
