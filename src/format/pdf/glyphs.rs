//! Glyphs and paths as operators draw them.

use super::font::{Font, Kind};
use super::interpret::{Interpreter, State, bad, bounds, meet, meets, paints};
use super::lex::{Code, Op, Val, code};
use super::page::{Glyph, IDENTITY, Mark, Matrix, Show, map, mul};

/// Glyphs on one page.
const MAX_GLYPHS: usize = 600_000;

impl Interpreter<'_, '_> {
    pub(super) fn show(&mut self, at: u32, i: u32, block: u32, op: &Op, s: &State, tm: &mut Matrix) -> Result<(), String> {
        let first = self.page.glyphs.len() as u32;
        let show = self.page.shows.len() as u32;
        let before = *tm;
        let Some(font_index) = s.font else {
            self.unreadable_font = true;
            return Err("text in a font that is not there".into());
        };
        let Some(font) = self.page.fonts.get(font_index as usize).cloned() else { return Err(bad()) };
        let single;
        let parts: &[Val] = match op.args.last() {
            Some(Val::Arr(a)) => a,
            Some(v @ Val::Str(_)) => {
                single = [v.clone()];
                &single
            }
            _ => return Err(bad()),
        };
        let mut base = 0u32;
        for part in parts {
            match part {
                Val::Num(n) => {
                    let d = -n / 1000.0 * s.size;
                    let (x, y) = if font.font.vertical { (0.0, d) } else { (d * s.scale, 0.0) };
                    *tm = mul(&[1.0, 0.0, 0.0, 1.0, x, y], tm);
                }
                Val::Str(bytes) => {
                    self.glyphs(show, base, bytes, &font.font, s, tm)?;
                    base += bytes.len() as u32;
                }
                _ => return Err(bad()),
            }
        }
        let last = self.page.glyphs.len() as u32;
        self.page.shows.push(Show {
            stream: at,
            block,
            glyphs: (first, last),
            font: font_index,
            spacing: s.spacing,
            scale: s.scale,
            rise: s.rise,
            mode: s.mode,
            tm: before,
            ctm: s.ctm,
            clip: s.clip.map(|v| v as f32),
        });
        if let Some(u) = self.page.streams.get_mut(at as usize) {
            u.shows.insert(i, show);
        }
        Ok(())
    }

    fn glyphs(&mut self, show: u32, base: u32, bytes: &[u8], font: &Font, s: &State, tm: &mut Matrix) -> Result<(), String> {
        for c in font.codes(bytes) {
            if self.page.glyphs.len() >= MAX_GLYPHS {
                return Err("a page with too many glyphs".into());
            }
            let trm = mul(&mul(&[s.size * s.scale, 0.0, 0.0, s.size, 0.0, s.rise], tm), &s.ctm);
            let w = f64::from(font.width(c.code));
            let space = if c.len == 1 && c.code == 32 { s.spacing[1] } else { 0.0 };
            let (quad, step, advance) = if font.vertical {
                let [w1, vx, _] = font.vertical(c.code).map(f64::from);
                // Reading goes down: the lower left corner in reading direction is above and to the left.
                let (left, right) = (-vx, w - vx);
                let (top, bottom) = (0.0, w1);
                let q = [[left, top], [left, bottom], [right, bottom], [right, top]].map(|[x, y]| map(&trm, x, y));
                (q, (0.0, w1), (0.0, w1 * s.size + s.spacing[0] + space))
            } else {
                // A blank reaches as far as it moves the pen: justified lines stretch it.
                let blank = font.text(c.code).is_some_and(|t| t.chars().all(char::is_whitespace));
                let reach = if blank && s.size != 0.0 { w + (s.spacing[0] + space) / s.size } else { w };
                let (low, high) = if font.kind == Kind::Type3 { (-0.2, 0.8) } else { (-0.22, 0.78) };
                let q = [[0.0, low], [reach, low], [reach, high], [0.0, high]].map(|[x, y]| map(&trm, x, y));
                (q, (w, 0.0), ((w * s.size + s.spacing[0] + space) * s.scale, 0.0))
            };
            let pen = map(&trm, 0.0, 0.0);
            let to = map(&trm, step.0, step.1);
            let text = font.text(c.code);
            let start = self.page.chars.len() as u32;
            let shown = text.unwrap_or_default();
            self.page.chars.push_str(shown);
            let sound = quad.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e7);
            let det = trm[0] * trm[3] - trm[1] * trm[2];
            let nowhere = self.hidden > 0 || !sound || det.abs() < 1e-9;
            let outside = !nowhere && !touches(&quad, s.clip);
            let gone = nowhere || outside;
            self.page.glyphs.push(Glyph {
                show,
                code: c.code,
                at: base + c.at as u32,
                len: c.len as u8,
                text: (start, self.page.chars.len() as u32),
                pen: pen.map(|v| v as f32),
                step: [(to[0] - pen[0]) as f32, (to[1] - pen[1]) as f32],
                quad: quad.map(|p| p.map(|v| v as f32)),
                gone,
                cut: outside,
                invisible: s.mode == 3 || s.mode == 7,
                unreadable: text.is_none() && w.abs() > 1e-4,
            });
            self.page.lies += u32::from(!gone && font.lies(c.code));
            *tm = mul(&[1.0, 0.0, 0.0, 1.0, advance.0, advance.1], tm);
        }
        Ok(())
    }

    pub(super) fn path(&mut self, at: u32, i: u32, c: &Code, op: &Op, s: &mut State, path: &mut Path) {
        let n = |k: usize| op.num(k).unwrap_or(0.0);
        let ctm = s.ctm;
        let mut point = |x: f64, y: f64| path.point(i, map(&ctm, x, y));
        match *c {
            c if c == code("m") || c == code("l") => point(n(0), n(1)),
            c if c == code("c") => (0..3).for_each(|k| point(n(k * 2), n(k * 2 + 1))),
            c if c == code("v") || c == code("y") => (0..2).for_each(|k| point(n(k * 2), n(k * 2 + 1))),
            c if c == code("re") => {
                let (x, y, w, h) = (n(0), n(1), n(2), n(3));
                [[x, y], [x + w, y], [x + w, y + h], [x, y + h]].iter().for_each(|p| point(p[0], p[1]));
            }
            c if c == code("W") || c == code("W*") => path.clips = true,
            c if paints(&c) || c == code("n") => {
                if paints(&c) {
                    self.hide_if(at, i);
                }
                if let Some(first) = path.first {
                    let b = path.bounds;
                    if path.clips {
                        s.clip = meet(s.clip, b);
                    }
                    if self.page.marks.len() < 400_000 {
                        self.page.marks.push(Mark {
                            stream: at,
                            ops: (first, i),
                            bounds: b.map(|v| v as f32),
                            clips: path.clips,
                        });
                    }
                }
                *path = Path::default();
            }
            _ => {}
        }
    }
}

pub(super) struct Path {
    first: Option<u32>,
    bounds: [f64; 4],
    clips: bool,
}

impl Default for Path {
    fn default() -> Self {
        Path { first: None, bounds: [f64::MAX, f64::MAX, f64::MIN, f64::MIN], clips: false }
    }
}

impl Path {
    fn point(&mut self, op: u32, p: [f64; 2]) {
        self.first.get_or_insert(op);
        let b = self.bounds;
        self.bounds = [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])];
    }
}

fn touches(quad: &[[f64; 2]; 4], clip: [f64; 4]) -> bool {
    let b = bounds(&IDENTITY, quad);
    meets(b, clip) && clip[0] <= clip[2] && clip[1] <= clip[3]
}
