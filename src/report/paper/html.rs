//! The page: one template over the blocks, without script or external asset, made for reading and printing.

use super::{Block, Paper};
use base64::Engine;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tera::{Context, Tera};

static PAGES: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.autoescape_on(vec![".html"]);
    let pages = [("style.html", include_str!("style.html")), ("paper.html", include_str!("paper.html"))];
    tera.add_raw_templates(pages).map_err(|e| format!("page template: {e}"))?;
    Ok(tera)
});

/// Renders a paper as one HTML page.
///
/// # Errors
/// The built-in template does not fit: a defect, which the tests of this folder would show.
pub(in crate::report) fn html(paper: &Paper) -> Result<String, String> {
    let tera = PAGES.as_ref().map_err(Clone::clone)?;
    let mut value = serde_json::to_value(paper).map_err(|e| e.to_string())?;
    let mut figure = 0u32;
    for (s, section) in paper.sections.iter().enumerate() {
        for (b, block) in section.blocks.iter().enumerate() {
            let to = &mut value["sections"][s]["blocks"][b];
            figure += 1;
            to["figure"] = json!(figure);
            match block {
                Block::Pages { pages } => {
                    for (p, page) in pages.iter().enumerate() {
                        to["pages"][p]["source"] = json!(source(page.width, page.height, &page.grey));
                    }
                }
                Block::Bars(bars) => {
                    for (r, row) in bars.rows.iter().enumerate() {
                        let mut at = 0.0;
                        let parts: Vec<Value> = row
                            .shares
                            .iter()
                            .map(|share| {
                                let from = at;
                                at += share;
                                json!({ "x": px(from, 420.0), "w": px(*share, 420.0) })
                            })
                            .collect();
                        to["rows"][r]["drawn"] = json!(parts);
                        to["rows"][r]["end"] = json!(px(at, 420.0));
                    }
                }
                Block::Fall(fall) => {
                    for (r, row) in fall.rows.iter().enumerate() {
                        let (from, to_x) = (row.from.min(row.to), row.from.max(row.to));
                        to["rows"][r]["x"] = json!(px(from, 300.0));
                        to["rows"][r]["w"] = json!(px(to_x - from, 300.0).max(1.5));
                    }
                    for (name, at) in
                        [("zero", fall.zero), ("total", fall.total), ("different", fall.different), ("same", fall.same)]
                    {
                        to[format!("{name}_x")] = json!(px(at, 300.0));
                    }
                }
                _ => {}
            }
        }
    }
    let mut context = Context::new();
    context.insert("p", &value);
    tera.render("paper.html", &context).map_err(|e| format!("page template: {e}"))
}

/// A share in tenths of a pixel.
fn px(share: f64, of: f64) -> f64 {
    (share * of * 10.0).round() / 10.0
}

/// A picture inside of the page.
fn source(width: u32, height: u32, grey: &[u8]) -> String {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(grey));
    match written {
        Ok(()) => format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(&out)),
        Err(_) => String::new(),
    }
}
