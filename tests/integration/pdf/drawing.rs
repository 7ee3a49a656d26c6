//! Words as an eye sees them: letters drawn as paths, pages as pixels.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};

/// Grey pixels.
pub struct Grey {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

#[derive(Default)]
struct Pen {
    out: String,
    at: (f32, f32),
    move_by: (f32, f32),
}

impl Pen {
    fn point(&self, x: f32, y: f32) -> String {
        format!("{:.2} {:.2} ", x + self.move_by.0, y + self.move_by.1)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.out += &format!("{}m ", self.point(x, y));
        self.at = (x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.out += &format!("{}l ", self.point(x, y));
        self.at = (x, y);
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let third = |a: f32, c: f32| a + (c - a) * 2.0 / 3.0;
        let (a, b) = (self.at, (x, y));
        self.curve_to(third(a.0, cx), third(a.1, cy), third(b.0, cx), third(b.1, cy), x, y);
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.out += &format!("{}{}{}c ", self.point(ax, ay), self.point(bx, by), self.point(x, y));
        self.at = (x, y);
    }
    fn close(&mut self) {
        self.out += "h ";
    }
}

/// Path operations that draw a line of text; nothing in them is text.
pub fn outlines(text: &str, x: f32, y: f32, size: f32) -> String {
    let font = FontRef::new(include_bytes!("../../../fonts/NotoSans-Regular.ttf")).expect("a font");
    let (map, glyphs) = (font.charmap(), font.outline_glyphs());
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let mut pen = Pen { move_by: (x, y), ..Pen::default() };
    for c in text.chars() {
        let id = map.map(c).unwrap_or_default();
        if let Some(glyph) = glyphs.get(id) {
            glyph.draw(DrawSettings::unhinted(Size::new(size), LocationRef::default()), &mut pen).expect("an outline");
        }
        pen.move_by.0 += metrics.advance_width(id).unwrap_or(0.0);
    }
    pen.out + "f\n"
}

/// The width of a line drawn by [`outlines`].
pub fn wide(text: &str, size: f32) -> f32 {
    let font = FontRef::new(include_bytes!("../../../fonts/NotoSans-Regular.ttf")).expect("a font");
    let (map, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
    text.chars().map(|c| metrics.advance_width(map.map(c).unwrap_or_default()).unwrap_or(0.0)).sum()
}

/// Each page of a PDF, drawn.
pub fn pages(pdf: &[u8], dpi: f32) -> Vec<Grey> {
    let pdf = Pdf::new(pdf.to_vec()).unwrap_or_else(|_| panic!("a PDF"));
    let scale = dpi / 72.0;
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: hayro::vello_cpu::color::palette::css::WHITE };
    let draw = |page| {
        let map =
            hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
        let luma = |p: &[u8]| ((u32::from(p[0]) * 3 + u32::from(p[1]) * 6 + u32::from(p[2])) / 10) as u8;
        let data = map.data_as_u8_slice().chunks_exact(4).map(luma).collect();
        Grey { width: map.width().into(), height: map.height().into(), data }
    };
    pdf.pages().iter().map(draw).collect()
}

impl Grey {
    /// As a JPEG.
    pub fn jpeg(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let e = jpeg_encoder::Encoder::new(&mut out, 90);
        e.encode(&self.data, self.width as u16, self.height as u16, jpeg_encoder::ColorType::Luma).expect("a JPEG");
        out
    }

    /// As a portable greymap, which tesseract reads.
    pub fn pgm(&self) -> Vec<u8> {
        let mut out = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        out.extend_from_slice(&self.data);
        out
    }

    /// With the greys from `low` to `high` drawn out over the whole range, as somebody would who looks for what a marker covers.
    pub fn stretched(&self, low: u8, high: u8) -> Grey {
        let span = f32::from(high.saturating_sub(low).max(1));
        let data = self.data.iter().map(|v| (f32::from(v.saturating_sub(low)) / span * 255.0).min(255.0) as u8).collect();
        Grey { width: self.width, height: self.height, data }
    }

    /// Lays a marker over a rectangle (pixels): it lets through `share` of the light and adds none.
    pub fn mark(&mut self, [l, t, r, b]: [usize; 4], share: f32) {
        for y in t..b.min(self.height) {
            for v in &mut self.data[y * self.width + l..y * self.width + r.min(self.width)] {
                *v = (f32::from(*v) * share) as u8;
            }
        }
    }
}
