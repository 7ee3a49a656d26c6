//! What the inventory says of a document: its pages, its dates, its kinds of records, what could not be read with certainty.

use super::number::Numbered;
use crate::model::case::{InputRow, KindCount};
use crate::model::document::Form;
use crate::model::edit::Change;
use std::collections::{BTreeMap, HashSet};

/// Facts of one document and those inside it.
#[derive(Default, Clone, Debug)]
pub struct Facts {
    pages: u64,
    first: String,
    last: String,
    unclear: u64,
    /// Words read in pixels and the sum of confidence in them.
    read: (u64, u64),
    /// Bytes of free text that was read in pixels, and of other free text.
    texts: (u64, u64),
    /// Records by kind.
    pub kinds: BTreeMap<String, KindCount>,
}

impl Facts {
    /// Reads a document that is about to be written.
    pub fn of(n: &Numbered) -> Facts {
        let mut out = Facts { unclear: n.tree.doc.doubts.len() as u64, read: n.tree.doc.read_words, ..Facts::default() };
        for f in n.tree.doc.fields.iter().filter(|f| f.class.is_free_text()) {
            let sum = if f.form == Form::Scanned { &mut out.texts.0 } else { &mut out.texts.1 };
            *sum += f.span.len() as u64;
        }
        let gone = |e: &&crate::model::edit::Edit| e.record && e.change == Change::Withhold;
        let mut withheld: HashSet<u32> = n.edits.iter().filter(gone).map(|e| e.field).collect();
        for (i, record) in (0u32..).zip(&n.tree.doc.records) {
            // A record stands after the one around it.
            if n.whole.is_some() || record.parent.is_some_and(|p| p != i && withheld.contains(&p)) {
                withheld.insert(i);
            }
            for date in record.date.iter().chain(&record.end).filter_map(|d| day(d)) {
                out.dated(&date);
            }
            if record.kind == "page" {
                out.pages += 1;
            } else if !record.kind.is_empty() {
                let count = out.kinds.entry(record.kind.clone()).or_default();
                count.received += 1;
                count.withheld += u64::from(withheld.contains(&i));
            }
        }
        // A picture of one page has no record of it.
        if n.tree.doc.text.is_some() && out.pages == 0 {
            out.pages = 1;
        }
        n.children.iter().for_each(|(_, child)| out.add(&Facts::of(child)));
        out
    }

    fn dated(&mut self, day: &str) {
        if self.first.is_empty() || *day < *self.first {
            self.first = day.to_string();
        }
        if *day > *self.last {
            self.last = day.to_string();
        }
    }

    /// Adds what another document has.
    pub fn add(&mut self, other: &Facts) {
        self.pages += other.pages;
        self.unclear += other.unclear;
        self.read = (self.read.0 + other.read.0, self.read.1 + other.read.1);
        self.texts = (self.texts.0 + other.texts.0, self.texts.1 + other.texts.1);
        [&other.first, &other.last].into_iter().filter(|d| !d.is_empty()).for_each(|d| self.dated(d));
        add_kinds(&mut self.kinds, &other.kinds);
    }

    /// Fills the row of the inventory.
    pub fn fill(&self, row: &mut InputRow) {
        row.pages = self.pages;
        row.first_date.clone_from(&self.first);
        row.last_date.clone_from(&self.last);
        row.unclear = self.unclear;
        // The hidden text that a scanner has laid below a page says the same once more; a letterhead is a few words.
        row.scanned = self.texts.0 > 0 && self.texts.0 * 2 >= self.texts.1;
        let (words, sum) = self.read;
        row.ocr_confidence = (sum + words / 2).checked_div(words).and_then(|mean| u32::try_from(mean).ok());
    }
}

/// Adds counts of records.
pub fn add_kinds(into: &mut BTreeMap<String, KindCount>, from: &BTreeMap<String, KindCount>) {
    for (kind, n) in from {
        let count = into.entry(kind.clone()).or_default();
        count.received += n.received;
        count.withheld += n.withheld;
    }
}

/// `2024-01-02` of `2024-01-02T08:00:00Z` or `20240102080000`; a year or month stays one. Years from 1850 on only: what is earlier is a
/// placeholder.
fn day(written: &str) -> Option<String> {
    let written = written.trim();
    let digits = |r: std::ops::Range<usize>| written.get(r).filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
    let year = digits(0..4)?;
    if !("1850"..="2150").contains(&year) {
        return None;
    }
    let dashed = written.as_bytes().get(4) == Some(&b'-');
    let (month, day) = if dashed { (digits(5..7), digits(8..10)) } else { (digits(4..6), digits(6..8)) };
    Some(match (month, day) {
        (Some(m), Some(d)) => format!("{year}-{m}-{d}"),
        (Some(m), None) => format!("{year}-{m}"),
        _ => year.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn dates_of_both_standards_read_as_days() {
        assert_eq!(day("2024-01-02T08:00:00Z").as_deref(), Some("2024-01-02"));
        assert_eq!(day("20240102080000+0000").as_deref(), Some("2024-01-02"));
        assert_eq!(day("2024").as_deref(), Some("2024"));
        assert_eq!(day("2024-05").as_deref(), Some("2024-05"));
        assert_eq!(day("0001-01-01"), None);
        assert_eq!(day("about 2020"), None);
    }
}
