//! Text of the new content streams: what is left of edited operations, and labels.

use super::emit::{Emitter, Names, Now};
use super::label_font;
use super::lex::{Op, Val, code};
use super::page::{Matrix, Show, inverse, mul};
use super::plan::Label;
use super::tokens::{matrix, number, plain, string, value, write_font};
use lopdf::Object;

/// A run goes on while the next glyph stands where the pen is, to this much (points).
const SAME_PLACE: f64 = 0.02;

impl Emitter<'_, '_> {
    pub(super) fn show(
        &mut self,
        at: u32,
        i: u32,
        op: &Op,
        names: &mut Names,
        now: &mut Now,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let page = self.page;
        let u = page.streams.get(at as usize).ok_or("a stream that is not there")?;
        let Some(show) = u.shows.get(&i).and_then(|s| page.shows.get(*s as usize)) else {
            return Err("text that was not read".into());
        };
        let font = page.fonts.get(show.font as usize).ok_or("a font that is not there")?;
        let glyphs = show.glyphs.0..show.glyphs.1;
        let entry = self.out.font(font.key, font.dict);
        for g in glyphs.clone() {
            let code = page.glyphs.get(g as usize).map(|g| g.code);
            if !self.plan.removed.get(g as usize).copied().unwrap_or(false) {
                entry.used.extend(code);
            }
        }
        let whole = glyphs.clone().all(|g| self.plan.untouched(g));
        if self.touched.get(at as usize).copied().unwrap_or(true) {
            set_spacing(if whole { show.spacing } else { [0.0; 2] }, now, out);
        } else if op.code == code("\"") {
            // The spacing stays set after the operation.
            now.spacing = [f64::NAN; 2];
            set_spacing(show.spacing, now, out);
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
        if whole {
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
        let scaled = show.scale != 1.0 || show.rise != 0.0;
        if scaled {
            out.extend(b"100 Tz 0 Ts\n");
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
        if scaled {
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
        string(out, &self.out.label_codes(&label.text));
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
    pub(super) fn boxes(&self, now: &mut Now, out: &mut Vec<u8>) {
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
}

/// Space on both sides of a label's words, in font sizes.
const PAD: f64 = 0.07;

/// Width of a label's box: it depends on the words and the size alone.
pub fn label_width(text: &str, size: f64) -> f64 {
    let units: f64 = text.chars().map(label_font::width).sum();
    (units / 1000.0 + 2.0 * PAD) * size
}

fn set_spacing(spacing: [f64; 2], now: &mut Now, out: &mut Vec<u8>) {
    for (i, op) in ["Tc\n", "Tw\n"].iter().enumerate() {
        if now.spacing[i] != spacing[i] {
            number(out, spacing[i]);
            out.extend(op.as_bytes());
        }
    }
    now.spacing = spacing;
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
