//! Glyphs that are drawings: one of them may show a whole name.

use super::font::{Font, Kind};
use super::lex::{Op, Val, code, operations};
use super::obj;
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;

/// Procedures that use fonts whose procedures use fonts.
const MAX_DEPTH: u8 = 4;

/// Reads the procedures of a Type3 font: a glyph whose procedure shows text reads as that text; one that draws a picture or cannot be
/// understood reads as nothing.
pub fn read_procedures(doc: &Document, font: &mut Font) {
    inner(doc, font, 0);
}

fn inner(doc: &Document, font: &mut Font, depth: u8) {
    if font.kind != Kind::Type3 {
        return;
    }
    let procs = font.procs.clone();
    for (code, id) in procs {
        let found = match doc.objects.get(&id) {
            Some(Object::Stream(s)) => {
                obj::decoded(doc, s).and_then(|d| operations(&d)).and_then(|ops| shown(doc, font.resources.as_ref(), &ops, depth))
            }
            _ => Err("no procedure".into()),
        };
        match found {
            Ok(text) if text.is_empty() => {}
            Ok(text) => font.set_text(code, Some(text)),
            Err(_) => font.set_text(code, None),
        }
    }
}

/// Text that a procedure shows.
fn shown(doc: &Document, resources: Option<&Dictionary>, ops: &[Op], depth: u8) -> Result<String, String> {
    let mut out = String::new();
    let mut fonts: HashMap<Vec<u8>, Font> = HashMap::new();
    let mut current: Option<Vec<u8>> = None;
    for op in ops {
        if op.code == code("Do") {
            return Err("a picture in a glyph".into());
        }
        if op.code == code("Tf") {
            let name = op.args.first().and_then(Val::name).unwrap_or_default().to_vec();
            if !fonts.contains_key(&name) {
                let dict = resources.and_then(|r| obj::dict(doc, r, b"Font")).and_then(|f| obj::dict(doc, f, &name));
                let mut font = Font::load(doc, dict.ok_or("a font that is not there")?)?;
                if depth >= MAX_DEPTH {
                    return Err("glyphs that draw each other".into());
                }
                inner(doc, &mut font, depth + 1);
                fonts.insert(name.clone(), font);
            }
            current = Some(name);
        }
        if super::interpret::is_show(&op.code) {
            let font = current.as_ref().and_then(|n| fonts.get(n)).ok_or("text without a font")?;
            let mut add = |bytes: &[u8]| -> Result<(), String> {
                for c in font.codes(bytes) {
                    out.push_str(font.text(c.code).ok_or("text that cannot be read")?);
                }
                Ok(())
            };
            match op.args.last() {
                Some(Val::Str(s)) => add(s)?,
                Some(Val::Arr(a)) => {
                    for v in a {
                        if let Val::Str(s) = v {
                            add(s)?;
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Ok(out)
}
