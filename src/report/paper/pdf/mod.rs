//! The PDF of a paper: US Letter, tagged for who cannot see it (PDF/UA-1, proved by the library on writing), with bookmarks, the header
//! of a table on each of its pages and "page x of y" at the foot.
//!
//! First everything is laid out (`flow.rs`, `table.rs`, `figure.rs`) into pages of drawing steps, each belonging to one element of the
//! document's structure; then the pages are drawn (`draw.rs`), when their number is known. No clock and no random number: the same paper
//! gives the same bytes.

mod draw;
mod face;
mod figure;
mod flow;
mod table;

use super::Paper;

/// Renders a paper as a PDF.
///
/// # Errors
/// The library refuses what it was given: a defect, which the tests of this folder would show.
pub(in crate::report) fn pdf(paper: &Paper) -> Result<Vec<u8>, String> {
    let faces = face::Faces::load()?;
    draw::draw(paper, &flow::lay_out(paper, &faces), &faces)
}
