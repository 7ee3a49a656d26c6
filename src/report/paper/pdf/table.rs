//! Tables: widths by what stands in the columns, rows that break over pages, the header again on each of them.

use super::super::{Column, Table};
use super::face::Style;
use super::flow::{BAD, BOTTOM, Colour, Flow, INK, Kind, LINE, MARGIN, Op, Part, SOFT, TOP, WIDTH};

/// Size of text in tables.
const SIZE: f32 = 7.4;
/// From line to line.
const LEAD: f32 = 9.6;
/// Right of each column but the last.
const GAP: f32 = 7.0;
/// Rows that are looked at for the widths.
const SAMPLE: usize = 400;
/// Rows of one table that are printed. Nobody turns a hundred leaves of a list that the page, the spreadsheet and the ledger beside it
/// hold as well, and drawing and checking them would be most of the time of a small case.
const PRINTED: usize = 120;
/// Widest natural width of a column.
const WIDEST: f32 = 300.0;
/// A column narrower than this breaks words.
const NARROW: f32 = 96.0;
/// Letters of a word that is not broken while there is any other way; what is longer is a path, a digest or an address.
const ORDINARY: usize = 12;
/// Least width of a column in which longer ones are broken.
const BROKEN: f32 = 52.0;

impl Flow<'_> {
    /// A table.
    pub fn table(&mut self, parent: usize, table: &Table) {
        let node = self.node(parent, Kind::Table(table.about.clone()));
        let widths = self.widths(table);
        self.room(LEAD * 4.0);
        self.y += 3.0;
        let head = self.node(node, Kind::Head);
        let row = self.node(head, Kind::Row);
        let cells: Vec<usize> = table.columns.iter().map(|_| self.node(row, Kind::HeadCell)).collect();
        self.header(table, &widths, Some(&cells));
        let body = self.node(node, Kind::Rows);
        for values in table.rows.iter().take(PRINTED) {
            self.row(table, values, &widths, body);
        }
        self.y += 4.0;
        if table.rows.len() > PRINTED {
            let cut =
                format!("Printed here: the first {PRINTED} rows. The page and the files of this report beside it have more.");
            self.paragraph(parent, &cut, Style::Plain, 8.2, SOFT, 3.0);
        }
        if !table.note.is_empty() {
            self.paragraph(parent, &table.note, Style::Plain, 8.2, SOFT, 3.0);
        }
    }

    /// The header: once as itself, on further pages as an ornament.
    fn header(&mut self, table: &Table, widths: &[f32], cells: Option<&[usize]>) {
        let columns = table.columns.iter().zip(widths);
        let heads: Vec<Vec<String>> = columns.map(|(c, w)| self.faces.lines(Style::Bold, SIZE, &c.head, *w)).collect();
        let height = heads.iter().map(Vec::len).max().unwrap_or(1) as f32 * LEAD;
        let (mut x, top) = (MARGIN, self.y);
        for (i, lines) in heads.iter().enumerate() {
            let width = widths.get(i).copied().unwrap_or_default();
            let right = table.columns.get(i).is_some_and(|c| c.style == "num");
            let ops = self.cell_ops(lines, (x, top, width), Style::Bold, SOFT, right);
            self.put(cells.and_then(|c| c.get(i)).map_or(Part::Ornament, |n| Part::Node(*n)), ops);
            x += width + GAP;
        }
        self.y += height + 2.0;
        self.put(Part::Ornament, vec![Op::Fill { at: [MARGIN, self.y, WIDTH, 0.8], colour: SOFT }]);
        self.y += 2.5;
    }

    /// One row; what does not fit the page goes on on the next.
    fn row(&mut self, table: &Table, values: &[String], widths: &[f32], body: usize) {
        let node = self.node(body, Kind::Row);
        let mut left: Vec<(usize, Vec<String>)> = Vec::with_capacity(widths.len());
        for (column, width) in table.columns.iter().zip(widths) {
            let cell = self.node(node, Kind::Cell);
            let value = values.get(left.len()).map_or("", String::as_str);
            let lines = self.faces.lines(style(column), SIZE, value, *width);
            // An empty cell is there all the same, so that a reader counts the columns right.
            let empty = lines.iter().all(String::is_empty);
            left.push((cell, if empty { vec![" ".into()] } else { lines }));
        }
        loop {
            let lines = left.iter().map(|c| c.1.len()).max().unwrap_or(1).max(1);
            let fits = (((BOTTOM - self.y) / LEAD).max(0.0)) as usize;
            // A row that fits a page is not broken, and no line stands alone.
            let whole = ((BOTTOM - TOP) / LEAD) as usize - 4;
            if fits < lines.min(2) || (fits < lines && lines <= whole) {
                self.turn();
                self.header(table, widths, None);
                continue;
            }
            let take = lines.min(fits);
            let (mut x, top) = (MARGIN, self.y);
            for (i, (cell, all)) in left.iter_mut().enumerate() {
                let now: Vec<String> = all.drain(..take.min(all.len())).collect();
                let width = widths.get(i).copied().unwrap_or_default();
                let column = table.columns.get(i);
                let colour = column.map_or(INK, colour);
                let right = column.is_some_and(|c| c.style == "num");
                let ops = self.cell_ops(&now, (x, top, width), column.map_or(Style::Plain, style), colour, right);
                self.put(Part::Node(*cell), ops);
                x += width + GAP;
            }
            self.y += take as f32 * LEAD + 2.4;
            self.put(Part::Ornament, vec![Op::Fill { at: [MARGIN, self.y - 0.8, WIDTH, 0.4], colour: LINE }]);
            self.y += 1.2;
            if left.iter().all(|c| c.1.is_empty()) {
                return;
            }
        }
    }

    fn cell_ops(&self, lines: &[String], at: (f32, f32, f32), style: Style, colour: Colour, right: bool) -> Vec<Op> {
        let (x, top, width) = at;
        let op = |(i, text): (usize, &String)| {
            let indent = if right { (width - self.faces.width(style, SIZE, text)).max(0.0) } else { 0.0 };
            let y = top + i as f32 * LEAD + SIZE;
            Op::Text { x: x + indent, y, style, size: SIZE, colour, text: text.clone() }
        };
        lines.iter().enumerate().filter(|(_, t)| !t.is_empty()).map(op).collect()
    }

    /// Widths that sum up to the page's: each column gets its longest word, and of the rest what its texts ask for. Where that is too much,
    /// paths and digests are broken before ordinary words are.
    fn widths(&self, table: &Table) -> Vec<f32> {
        let room = WIDTH - GAP * table.columns.len().saturating_sub(1) as f32;
        let asked: Vec<[f32; 3]> = table.columns.iter().enumerate().map(|(i, c)| self.asked(table, i, c)).collect();
        let sum = |n: usize| asked.iter().filter_map(|a| a.get(n)).sum::<f32>();
        let share = |extra: f32, of: f32, part: f32| if of > 0.0 { extra * part / of } else { 0.0 };
        let [short, least, natural] = [sum(0), sum(1), sum(2)];
        let width = |[s, l, n]: &[f32; 3]| match room {
            room if natural <= room => n + share(room - natural, natural, *n),
            room if least <= room => l + share(room - least, natural - least, n - l),
            room if short <= room => s + share(room - short, natural - short, n - s),
            room => room * s / short,
        };
        asked.iter().map(width).collect()
    }

    /// Of a column: the width of its ordinary words, that of its longest word, and the natural one.
    fn asked(&self, table: &Table, index: usize, column: &Column) -> [f32; 3] {
        let (mut short, mut least, mut natural): (f32, f32, f32) = (14.0, 14.0, 14.0);
        let mut see = |style: Style, text: &str, whole: bool, broken: bool| {
            let text = self.faces.fit(style, text);
            for line in text.split('\n') {
                natural = natural.max(self.faces.width(style, SIZE, line).min(WIDEST));
                let most = if whole { NARROW * 1.3 } else { NARROW };
                for word in line.split(' ') {
                    let wide = self.faces.width(style, SIZE, word);
                    least = least.max(wide.min(most));
                    let ordinary = word.chars().count() <= ORDINARY && !broken;
                    short = short.max(if ordinary { wide } else { wide.min(BROKEN) });
                }
            }
        };
        see(Style::Bold, &column.head, true, false);
        for row in table.rows.iter().take(SAMPLE) {
            let text = row.get(index).map_or("", String::as_str);
            see(style(column), text, column.style == "label", matches!(column.style, "path" | "original"));
        }
        let least = least.max(short);
        [short + 0.5, least + 0.5, natural.max(least) + 0.5]
    }

    /// Terms with what holds: a table without lines.
    pub fn facts(&mut self, parent: usize, rows: &[(String, String)], size: f32) {
        const TERMS: f32 = 132.0;
        let node = self.node(parent, Kind::Table("Terms and what holds".into()));
        for (term, value) in rows {
            let row = self.node(node, Kind::Row);
            let (head, cell) = (self.node(row, Kind::Term), self.node(row, Kind::Cell));
            let terms = self.faces.lines(Style::Plain, size, term, TERMS - 8.0);
            let lead = size * 1.36;
            self.room(lead * terms.len().max(2) as f32);
            let (page, top) = (self.page(), self.y);
            let ops = terms.iter().enumerate().map(|(i, t)| Op::Text {
                x: MARGIN,
                y: top + i as f32 * lead + size * 1.02,
                style: Style::Plain,
                size,
                colour: SOFT,
                text: t.clone(),
            });
            let ops: Vec<Op> = ops.collect();
            self.put(Part::Node(head), ops);
            self.text_lines(cell, value, (Style::Plain, size, INK), (MARGIN + TERMS, WIDTH - TERMS));
            if page == self.page() {
                self.y = self.y.max(top + terms.len() as f32 * lead);
            }
            self.y += 1.5;
        }
        self.y += 3.0;
    }
}

fn style(column: &Column) -> Style {
    match column.style {
        "path" | "label" => Style::Mono,
        _ => Style::Plain,
    }
}

fn colour(column: &Column) -> Colour {
    if column.style == "original" { BAD } else { INK }
}
