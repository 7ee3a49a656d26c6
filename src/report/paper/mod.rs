//! A report or letter as blocks, before anybody has said whether it becomes a page or a PDF.
//!
//! Both renderings are made from the same blocks (`html.rs` by a template, `pdf/` by a layout of its own), so that neither can show what
//! the other does not. Everything here is plain text: markup in a value stays text in both.

mod html;
mod pdf;

pub(super) use html::html;
pub(super) use pdf::pdf;

use serde::Serialize;

/// A whole document.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Paper {
    /// Title, also in the PDF's metadata.
    pub title: String,
    /// A word in small capitals above the title: `recipient edition`. Empty for none.
    pub edition: String,
    /// A warning at the top of the page and of every PDF page. Empty for none.
    pub warning: String,
    /// One sentence below the title.
    pub lead: String,
    /// How it ended.
    pub banner: Option<Banner>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Left half of each PDF page's last line.
    pub foot: String,
    /// True for a letter: no contents, wider lines.
    pub letter: bool,
}

/// The outcome in a coloured box.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Banner {
    /// Style word: `released`, `review_needed`, `verification_failed`, `wrong_patient`.
    pub code: String,
    /// In capitals.
    pub title: String,
    /// One sentence.
    pub text: String,
}

/// One section.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Section {
    /// Anchor.
    pub id: String,
    /// Heading with its number; empty in a letter.
    pub title: String,
    /// A short word for the contents line.
    pub short: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Block {
    /// A heading inside a section.
    Heading {
        /// Text.
        text: String,
    },
    /// A paragraph; line ends stay.
    Text {
        /// Text.
        text: String,
        /// ``, `soft`, `warn`.
        tone: &'static str,
    },
    /// A list.
    List {
        /// Items.
        items: Vec<String>,
    },
    /// Terms with what holds.
    Facts {
        /// Rows.
        rows: Vec<(String, String)>,
    },
    /// A table.
    Table(Table),
    /// Large figures side by side.
    Tiles {
        /// Figure and words.
        tiles: Vec<(String, String)>,
    },
    /// Horizontal bars.
    Bars(Bars),
    /// A waterfall of evidence.
    Fall(Fall),
    /// Small pictures of pages.
    Pages {
        /// The pages.
        pages: Vec<PagePicture>,
    },
    /// A sentence with what is asked about.
    Quote {
        /// Before it.
        before: String,
        /// Itself.
        mention: String,
        /// After it.
        after: String,
    },
    /// Lines for a hand: what is to be written there.
    Lines {
        /// Labels below the lines.
        labels: Vec<String>,
    },
}

/// A table whose header is repeated on every PDF page.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Table {
    /// What it is about, for who cannot see it.
    pub about: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows of cells; a line end in a cell stays one.
    pub rows: Vec<Vec<String>>,
    /// Said below it, as when rows are cut.
    pub note: String,
}

/// One column.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Column {
    /// Heading.
    pub head: String,
    /// ``, `num` (right), `path` (fixed width), `label`, `original`.
    pub style: &'static str,
}

/// Horizontal bars of parts.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Bars {
    /// What it shows, in a sentence with its figures.
    pub about: String,
    /// Names of the parts, first to last; one name for bars of one part.
    pub parts: Vec<String>,
    /// Rows.
    pub rows: Vec<Bar>,
}

/// One row of [`Bars`].
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Bar {
    /// Label at the left.
    pub label: String,
    /// Length of each part as a share of the plot, 0 to 1.
    pub shares: Vec<f64>,
    /// Figures at the right.
    pub said: String,
}

/// A waterfall: each fact moves the sum.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Fall {
    /// The question.
    pub question: String,
    /// All of it in words.
    pub about: String,
    /// Facts.
    pub rows: Vec<FallRow>,
    /// Places on the plot, as shares: zero, the sum, and the two marks.
    pub zero: f64,
    /// See `zero`.
    pub total: f64,
    /// See `zero`.
    pub different: f64,
    /// See `zero`.
    pub same: f64,
    /// Sum and verdict in words.
    pub said: String,
}

/// One fact of a [`Fall`].
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct FallRow {
    /// Which fact.
    pub label: String,
    /// Bits with sign.
    pub bits: String,
    /// Begin and end on the plot, as shares.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// Speaks for the patient?
    pub towards: bool,
}

/// A page, small.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct PagePicture {
    /// Below it: `scan.pdf, page 2`.
    pub caption: String,
    /// What it shows in words.
    pub about: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Grey values, row by row.
    #[serde(skip)]
    pub grey: Vec<u8>,
    /// Redactions: left, top, right, bottom as shares of the page.
    pub boxes: Vec<[f64; 4]>,
}

/// A paragraph without a tone.
pub(super) fn text(text: impl Into<String>) -> Block {
    Block::Text { text: text.into(), tone: "" }
}

/// A paragraph of lesser weight.
pub(super) fn soft(text: impl Into<String>) -> Block {
    Block::Text { text: text.into(), tone: "soft" }
}

/// A heading inside a section.
pub(super) fn heading(text: impl Into<String>) -> Block {
    Block::Heading { text: text.into() }
}

/// A table from heads with styles (`Head`, `Head|num`) and rows.
pub(super) fn table(about: &str, heads: &[&'static str], rows: Vec<Vec<String>>) -> Block {
    let column = |h: &&'static str| match h.split_once('|') {
        Some((head, style)) => Column { head: head.into(), style },
        None => Column { head: (*h).into(), style: "" },
    };
    Block::Table(Table { about: about.into(), columns: heads.iter().map(column).collect(), rows, note: String::new() })
}
