//! Draws what was laid out, and tells the library its structure.

use super::super::Paper;
use super::face::{Faces, Style};
use super::flow::{BAD, Colour, Kind, Laid, MARGIN, Node as Element, Op, PAGE, Part, SOFT, WIDTH};
use super::shape::{order_mark, turns};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder, PdfVersion};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::{BitsPerComponent, CustomImage, Image, ImageColorspace};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, ListNumbering, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use std::num::NonZeroU16;
use std::sync::Arc;

/// Draws all pages. `proved` has the library refuse what does not meet PDF/UA-1.
///
/// # Errors
/// The library refuses.
pub(super) fn draw(paper: &Paper, laid: &Laid, faces: &Faces, proved: bool) -> Result<Vec<u8>, String> {
    let builder = ConfigurationBuilder::new().with_version(PdfVersion::Pdf17);
    let builder = if proved { builder.with_accessibility_validator(Accessibility::UA1) } else { builder };
    let configuration = builder.finish().map_err(|e| format!("{e:?}"))?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut content: Vec<Vec<Node>> = laid.nodes.iter().map(|_| Vec::new()).collect();
    let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("page size")?;
    let total = laid.sheets.len();
    for (n, sheet) in laid.sheets.iter().enumerate() {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        edges(&mut surface, paper, n + 1, total, faces);
        for (part, ops) in &sheet.0 {
            let turned = |o: &Op| matches!(o, Op::Text { text, .. } if turns(text));
            if let Part::Node(node) = part
                && ops.iter().any(turned)
                && ops.iter().all(|o| matches!(o, Op::Text { .. }))
            {
                // What stands from right to left is told in the order in which it is read, a line at a time. It is said in the structure: programs
                // that take the text from the page put its glyphs in order themselves and would turn it round once more.
                for op in ops {
                    let Op::Text { text, .. } = op else { continue };
                    let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                    step(&mut surface, op, faces);
                    surface.end_tagged();
                    let said = text.trim_start_matches(order_mark).to_string();
                    let span = Tag::Span.with_actual_text(turned(op).then_some(said));
                    if let Some(list) = content.get_mut(*node) {
                        list.push(TagGroup::with_children(span, vec![id.into()]).into());
                    }
                }
                continue;
            }
            let tag = match part {
                Part::Node(_) if ops.iter().all(|o| matches!(o, Op::Text { .. })) => ContentTag::Span(SpanTag::empty()),
                Part::Node(_) => ContentTag::Other,
                Part::Ornament => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            };
            let id = surface.start_tagged(tag);
            ops.iter().for_each(|op| step(&mut surface, op, faces));
            surface.end_tagged();
            if let Part::Node(node) = part
                && let Some(list) = content.get_mut(*node)
            {
                list.push(id.into());
            }
        }
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tree(laid, &mut content));
    document.set_outline(outline(laid));
    document.set_metadata(metadata(paper));
    document.finish().map_err(|e| format!("{e:?}"))
}

fn metadata(paper: &Paper) -> Metadata {
    let title = match paper.edition.as_str() {
        "" => said(&paper.title, "Document"),
        edition => format!("{}, {edition}", paper.title),
    };
    Metadata::new().title(title).language("en-US".into()).creator("disclose".into())
}

/// What stands at the edges of each page.
fn edges(surface: &mut Surface, paper: &Paper, no: usize, total: usize, faces: &Faces) {
    let small = |text: &str, right: bool, y: f32, colour: Colour| {
        let text = faces.fit(Style::Plain, text).replace('\n', " ");
        let indent = if right { WIDTH - faces.width(Style::Plain, 7.5, &text) } else { 0.0 };
        Op::Text { x: MARGIN + indent, y, style: Style::Plain, size: 7.5, colour, text }
    };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)));
    if !paper.warning.is_empty() {
        step(surface, &small(&paper.warning, false, 34.0, BAD), faces);
    }
    surface.end_tagged();
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    step(surface, &small(&paper.foot, false, PAGE.1 - 32.0, SOFT), faces);
    step(surface, &small(&format!("Page {no} of {total}"), true, PAGE.1 - 32.0, SOFT), faces);
    surface.end_tagged();
}

fn paint(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.0, colour.1, colour.2).into(), opacity: NormalizedF32::ONE, rule: Default::default() }
}

fn step(surface: &mut Surface, op: &Op, faces: &Faces) {
    match op {
        Op::Text { x, y, style, size, colour, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(paint(*colour)));
            let mut left = *x;
            for run in faces.runs(*style, text).into_iter().filter(|r| !r.glyphs.is_empty()) {
                surface.draw_glyphs(Point::from_xy(left, *y), &run.glyphs, run.font, text, *size, false);
                left += run.width * size;
            }
        }
        Op::Fill { at, colour } => {
            surface.set_stroke(None);
            surface.set_fill(Some(paint(*colour)));
            path(surface, at);
        }
        Op::Outline { at, colour, width } => {
            surface.set_fill(None);
            let stroke =
                Stroke { paint: rgb::Color::new(colour.0, colour.1, colour.2).into(), width: *width, ..Stroke::default() };
            surface.set_stroke(Some(stroke));
            path(surface, at);
        }
        Op::Grey { at, size, pixels } => {
            let grey = Grey { pixels: pixels.clone(), size: *size };
            let (Ok(image), Some(on)) = (Image::from_custom(grey, true), Size::from_wh(at[2], at[3])) else { return };
            surface.push_transform(&Transform::from_translate(at[0], at[1]));
            surface.draw_image(image, on);
            surface.pop();
        }
    }
}

fn path(surface: &mut Surface, at: &[f32; 4]) {
    let Some(rect) = Rect::from_xywh(at[0], at[1], at[2].max(0.01), at[3].max(0.01)) else { return };
    let mut builder = PathBuilder::new();
    builder.push_rect(rect);
    if let Some(path) = builder.finish() {
        surface.draw_path(&path);
    }
}

/// Grey pixels as the library wants them.
#[derive(Clone, Hash)]
struct Grey {
    pixels: Arc<[u8]>,
    size: (u32, u32),
}

impl CustomImage for Grey {
    fn color_channel(&self) -> &[u8] {
        &self.pixels
    }
    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }
    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }
    fn size(&self) -> (u32, u32) {
        self.size
    }
    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }
    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Luma
    }
}

fn tree(laid: &Laid, content: &mut [Vec<Node>]) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some("en-US".into()));
    let roots = laid.nodes.first().map(|n| n.kids.clone()).unwrap_or_default();
    for kid in roots {
        if let Some(group) = group(kid, laid, content) {
            tree.push(group);
        }
    }
    tree
}

/// A text that a reader is told, never an empty one: the standard wants words.
fn said(text: &str, or: &str) -> String {
    if text.trim().is_empty() { or.into() } else { text.into() }
}

/// One element with all below it.
fn group(at: usize, laid: &Laid, content: &mut [Vec<Node>]) -> Option<Node> {
    let element: &Element = laid.nodes.get(at)?;
    let scope = TableHeaderScope::Column;
    let kind: TagKind = match &element.kind {
        Kind::Root | Kind::Section => Tag::Section.into(),
        Kind::Heading(level, text) => Tag::Hn(NonZeroU16::new(*level)?, Some(said(text, "Heading"))).into(),
        Kind::Paragraph => Tag::P.into(),
        Kind::List => Tag::L(ListNumbering::Disc).into(),
        Kind::Item => Tag::LI.into(),
        Kind::Bullet => Tag::Lbl.into(),
        Kind::Body => Tag::LBody.into(),
        Kind::Table(about) => Tag::Table.with_summary(Some(about.clone()).filter(|a| !a.is_empty())).into(),
        Kind::Head => Tag::THead.into(),
        Kind::Rows => Tag::TBody.into(),
        Kind::Row => Tag::TR.into(),
        Kind::HeadCell => Tag::TH(scope).into(),
        Kind::Term => Tag::TH(TableHeaderScope::Row).into(),
        Kind::Cell => Tag::TD.into(),
        Kind::Figure(about) => Tag::Figure(Some(said(about, "Figure"))).into(),
    };
    let mut children: Vec<Node> = content.get_mut(at).map(std::mem::take).unwrap_or_default();
    children.extend(element.kids.iter().filter_map(|k| group(*k, laid, content)));
    Some(TagGroup::with_children(kind, children).into())
}

/// Bookmarks: sections, and headings inside them.
fn outline(laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    let node = |m: &super::flow::Mark| {
        let to = XyzDestination::new(m.2, Point::from_xy(MARGIN, (m.3 - 6.0).max(0.0)));
        OutlineNode::new(said(&m.1, "Heading"), to)
    };
    let mut marks = laid.marks.iter().peekable();
    while let Some(m) = marks.next() {
        let mut one = node(m);
        if m.0 == 2 {
            while let Some(inner) = marks.next_if(|n| n.0 == 3) {
                one.push_child(node(inner));
            }
        }
        outline.push_child(one);
    }
    outline
}
