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
mod shape;
mod table;
mod world;

use super::Paper;

/// Renders a paper as a PDF.
///
/// # Errors
/// The library refuses what it was given: a defect, which the tests of this folder would show.
pub(in crate::report) fn pdf(paper: &Paper) -> Result<Vec<u8>, String> {
    let faces = face::Faces::load()?;
    let laid = flow::lay_out(paper, faces);
    // A text that the standard for accessible PDFs has no form for must not keep a report from being written.
    draw::draw(paper, &laid, faces, true).or_else(|_| draw::draw(paper, &laid, faces, false))
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::pdf;

    /// Texts of an export may hold anything; the library refuses glyphs without a letter and figures without words.
    #[test]
    fn any_text_gives_a_pdf_and_the_same_one_again() {
        let texts = [
            "",
            " ",
            "\u{0}\u{7}\u{1b}[31m",
            "\u{202e}\u{200b}\u{feff}",
            "\u{6f22}\u{1f600}\u{20bb7}\u{1d11e}e\u{301}",
            "a\r\nb\t\u{a0}c",
            "%PDF </svg>",
        ];
        let rows: Vec<Vec<String>> = texts.iter().map(|t| vec![t.to_string(), t.repeat(400), "1".into()]).collect();
        let bar = |t: &&str| Bar { label: (*t).into(), shares: vec![1.0, 0.0], said: (*t).into() };
        let fall = Fall { rows: vec![FallRow::default()], ..Fall::default() };
        let page = PagePicture {
            caption: texts[3].into(),
            width: 2,
            height: 3,
            grey: vec![0; 6],
            boxes: vec![[0.0, 0.0, 1.0, 2.0]],
            ..PagePicture::default()
        };
        let empty = PagePicture::default();
        let mut blocks = vec![
            table("", &["", "b|path", "n|num"], rows.clone()),
            table("nothing", &[], vec![vec![]]),
            Block::List { items: texts.iter().map(|t| t.to_string()).collect() },
            Block::Facts { rows: texts.iter().map(|t| (t.to_string(), t.to_string())).collect() },
            Block::Tiles { tiles: vec![(texts[4].into(), texts[2].into())] },
            Block::Tiles { tiles: vec![] },
            Block::Bars(Bars { about: String::new(), parts: vec![], rows: texts.iter().map(bar).collect() }),
            Block::Fall(fall),
            Block::Pages { pages: vec![page, empty] },
            Block::Quote { before: texts[2].into(), mention: texts[3].into(), after: texts[4].into() },
            Block::Lines { labels: vec![texts[0].into(), texts[4].into()] },
        ];
        blocks.extend(texts.iter().map(|t| text(*t)));
        blocks.extend(texts.iter().map(|t| heading(*t)));
        let paper = Paper {
            title: texts[3].into(),
            warning: texts[2].into(),
            foot: texts[4].into(),
            sections: vec![Section { id: "a".into(), title: texts[5].into(), short: "a".into(), blocks }],
            ..Paper::default()
        };
        let once = pdf(&paper).unwrap();
        assert!(once == pdf(&paper).unwrap());
        assert!(lopdf::Document::load_mem(&once).unwrap().get_pages().len() > 1);
        html(&paper).unwrap();
    }

    /// The standard for accessible PDFs asks that each glyph be some letter of the text; right-to-left lines also say theirs as it is read.
    #[test]
    fn other_scripts_meet_the_standard_for_accessible_pdfs() {
        let names = super::face::NAMES;
        let line = |n: &&str| vec![(*n).to_string(), format!("Mother: {n} (55), of {n}"), format!("{n} {n}")];
        let blocks = vec![
            table("names", &["Name", "In a line|label", "Twice|original"], names.iter().map(line).collect()),
            Block::Facts { rows: names.iter().map(|n| (n.to_string(), n.to_string())).collect() },
            Block::Bars(Bars {
                rows: names.iter().map(|n| Bar { label: n.to_string(), shares: vec![0.5], said: n.to_string() }).collect(),
                ..Bars::default()
            }),
        ];
        let paper = Paper {
            title: names.concat(),
            warning: names[3].into(),
            foot: names[4].into(),
            sections: vec![Section { id: "a".into(), title: names.join(", "), short: "a".into(), blocks }],
            ..Paper::default()
        };
        let faces = super::face::Faces::load().unwrap();
        let laid = super::flow::lay_out(&paper, faces);
        let proved = super::draw::draw(&paper, &laid, faces, true).unwrap();
        assert!(proved == pdf(&paper).unwrap(), "and the same bytes again");
        if let Ok(to) = std::env::var("DISCLOSE_TEST_PDF") {
            std::fs::write(to, &proved).unwrap();
        }
    }
}
