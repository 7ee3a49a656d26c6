//! Checks of documents that were written anew: their input cannot be restored, so other things are proved.
//!
//! For a PDF a second reader draws input and output. A page on which nothing was edited must show the same glyphs at the same places. On
//! every other page no letter may stand that the input and the labels do not explain, and no more may be gone than what the ledger took
//! out.

use super::labels::is_known_label;
use super::output::Findings;
use super::pdf::{Parts, forget, parts};
use super::pdf_pages::{Ink, Pages};
use crate::model::edit::Rewrite;
use crate::model::memory::{self, Key, Keyed};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Glyphs of an untouched page may stand this far from where they stood, in points: numbers are written with four decimals.
const SAME_PLACE: f32 = 0.06;

/// Letters that one glyph stands for at most.
const LIGATURE: u64 = 3;

/// A PDF as it came and as it was written, opened once for all checks.
pub struct Opened {
    /// As it came.
    pub before: Result<Pages, String>,
    /// As it was written.
    pub after: Result<Arc<Parts>, String>,
    /// What the file that came in is, where things are kept between runs.
    key: Option<Key>,
}

impl Opened {
    /// Opens both; `None` for outputs that are no PDF.
    pub fn new(input: &[u8], output: &[u8], rewrite: &Rewrite) -> Option<Opened> {
        let pdf = output.starts_with(b"%PDF-");
        let key = || {
            let mut k = Keyed::default();
            k.part(b"page that came in");
            k.part(rewrite.password.as_bytes());
            k.part(input);
            k.key()
        };
        pdf.then(|| Opened {
            before: Pages::open(input, &rewrite.password),
            after: parts(output),
            key: memory::keeps().then(key),
        })
    }

    /// The key of a page (from 1) as it came in, where things are kept between runs.
    pub fn came(&self, no: u32) -> Option<Key> {
        self.key.as_ref().map(|k| memory::of(k, &no.to_string()))
    }
}

impl Drop for Opened {
    /// Nobody asks for this file again.
    fn drop(&mut self) {
        forget();
    }
}

/// Adds what was found in a document that was written anew to `findings`. `removed` are the texts that the ledger took out.
pub fn verify_rewritten(pdf: Option<&Opened>, rewrite: &Rewrite, removed: &[&str], findings: &mut Findings) {
    findings.label_count += rewrite.labels.len() as u64;
    let strange = rewrite.labels.iter().filter(|l| !is_known_label(l)).count();
    if strange > 0 {
        findings.labels.push(format!("{strange} labels outside the vocabulary"));
    }
    let Some(pdf) = pdf else { return };
    findings.shaped = true;
    let after = match &pdf.after {
        Ok(after) => after,
        Err(why) => return findings.faults.push(why.clone()),
    };
    match pdf.before.as_ref().map_err(Clone::clone).and_then(|before| compare(pdf, before, after, rewrite, removed)) {
        Ok(faults) => findings.faults.extend(faults),
        Err(_) => findings.faults.push("the input cannot be read by a second reader, so that nothing proves the output".into()),
    }
}

/// What one page said.
enum Page {
    /// It was not edited: what is wrong with it.
    Same(Option<&'static str>),
    /// It was edited: letters that came in.
    Edited(Letters),
}

/// Pages that came in are read one after the other and dropped; what was held as a bomb is not set off by looking at it again.
fn compare(pdf: &Opened, before: &Pages, after: &Parts, rewrite: &Rewrite, removed: &[&str]) -> Result<Vec<String>, String> {
    if before.pdf.pages().len() != after.pages.len() {
        return Ok(vec!["another number of pages than came in".into()]);
    }
    let mut skip = rewrite.withheld.clone();
    skip.extend(rewrite.reduced.iter().filter(|no| !rewrite.untouched.contains(no)));
    let said = |no: u32, ink: &Ink| {
        if rewrite.untouched.contains(&no) {
            let written = after.pages.get(no as usize - 1);
            return Page::Same(written.map_or(Some("it is missing"), |w| differ(ink, &w.ink)));
        }
        let mut came = Letters::default();
        came.ink(ink);
        Page::Edited(came)
    };
    let key = |no: u32| pdf.came(no).map(|k| memory::of(&k, "ink"));
    let numbers = (1u32..).take(after.pages.len());
    let known: Vec<Option<Arc<Ink>>> = numbers.map(|no| memory::recall(&key(no).filter(|_| !skip.contains(&no))?)).collect();
    skip.extend((1u32..).zip(&known).filter(|(_, k)| k.is_some()).map(|(no, _)| no));
    let read = before.each(&skip, &|no, seen| {
        let ink = Ink::of(&seen.glyphs);
        let page = said(no, &ink);
        if let Some(key) = key(no) {
            let size = ink.size() + 256;
            memory::put(key, Arc::new(ink), size);
        }
        page
    })?;
    let known = known.par_iter().enumerate().map(|(i, ink)| ink.as_ref().map(|ink| said(i as u32 + 1, ink)));
    let read = known.collect::<Vec<_>>().into_iter().zip(read).map(|(known, read)| known.or(read)).collect();
    Ok(judge(read, after, rewrite, removed))
}

fn judge(read: Vec<Option<Page>>, after: &Parts, rewrite: &Rewrite, removed: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut came, mut went) = (Letters::default(), Letters::default());
    let mut touched = false;
    for ((page, written), no) in read.into_iter().zip(&after.pages).zip(1u32..) {
        match page {
            None => {}
            Some(Page::Same(why)) => faults.extend(why.map(|why| format!("page {no}: {why}"))),
            Some(Page::Edited(letters)) => {
                touched = true;
                came.join(&letters);
                went.ink(&written.ink);
            }
        }
    }
    if !touched {
        return faults;
    }
    rewrite.labels.iter().for_each(|l| came.add(l));
    rewrite.signs.iter().for_each(|s| came.add(s));
    let mut taken = Letters::default();
    removed.iter().for_each(|r| taken.add(r));
    rewrite.doubled.iter().for_each(|d| taken.add(d));
    // What the reader made nothing of as it came it may be able to read as written: the new font says what each glyph is.
    let unread = came.unread.saturating_sub(went.unread) * LIGATURE;
    let more = went.beyond(&came).saturating_sub(unread);
    if more > 0 {
        faults.push(format!("{more} letters on the pages that nothing explains"));
    }
    // A ligature at the edge of a name goes with it.
    let lost = came.beyond(&went).saturating_sub(taken.count());
    if lost > removed.len() as u64 * 3 {
        faults.push(format!("{lost} letters are gone that no entry took out"));
    }
    faults
}

fn differ(a: &Ink, b: &Ink) -> Option<&'static str> {
    let (mut before, mut after) = (a.iter().peekable(), b.iter().peekable());
    while let (Some((at, x)), Some((now, y))) = (before.peek().copied(), after.peek().copied()) {
        let same = (at[0] - now[0]).abs() <= SAME_PLACE && (at[1] - now[1]).abs() <= SAME_PLACE;
        // How a sign is told in Unicode differs between a font's tables; what letters and figures read as does not.
        let read = |c: &char| c.is_alphanumeric();
        match same {
            true if x != y && x.is_read() && y.is_read() && !x.chars().filter(read).eq(y.chars().filter(read)) => {
                return Some("a glyph reads otherwise than it did");
            }
            // A blank that one of the two fonts says nothing about.
            false if !x.is_read() => drop(before.next()),
            false if !y.is_read() => drop(after.next()),
            false if a.len() == b.len() => return Some("a glyph stands elsewhere than it did"),
            false => return Some("another number of glyphs than came in"),
            true => {
                before.next();
                after.next();
            }
        }
    }
    let more = before.any(|(_, s)| s.is_read()) || after.any(|(_, s)| s.is_read());
    more.then_some("another number of glyphs than came in")
}

/// How often each letter and digit occurs.
#[derive(Default)]
struct Letters {
    of: BTreeMap<char, u64>,
    /// Glyphs that nobody can read.
    unread: u64,
}

impl Letters {
    fn add(&mut self, text: &str) {
        text.chars().for_each(|c| self.one(c));
    }

    fn one(&mut self, c: char) {
        if c.is_alphanumeric() {
            *self.of.entry(c).or_default() += 1;
        }
    }

    fn ink(&mut self, ink: &Ink) {
        for (_, sign) in ink.iter() {
            sign.chars().for_each(|c| self.one(c));
            self.unread += u64::from(!sign.is_read());
        }
    }

    fn join(&mut self, other: &Letters) {
        other.of.iter().for_each(|(c, n)| *self.of.entry(*c).or_default() += n);
        self.unread += other.unread;
    }

    fn count(&self) -> u64 {
        self.of.values().sum()
    }

    /// Letters here that are not there.
    fn beyond(&self, other: &Letters) -> u64 {
        self.of.iter().map(|(c, n)| n.saturating_sub(other.of.get(c).copied().unwrap_or(0))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::pdf::Reading;
    use super::super::pdf_pages::Shown;
    use super::*;

    fn glyphs(text: &str) -> Ink {
        let shown: Vec<Shown> = text
            .chars()
            .enumerate()
            .map(|(i, c)| Shown {
                text: c.to_string(),
                at: [i as f32 * 6.0, 100.0],
                size: 10.0,
                wide: 10.0,
                advance: None,
                starts: i == 0,
            })
            .collect();
        Ink::of(&shown)
    }

    fn faults(before: &str, after: &str, labels: &[&str], removed: &[&str], untouched: bool) -> Vec<String> {
        let rewrite = Rewrite {
            labels: labels.iter().map(|l| l.to_string()).collect(),
            untouched: if untouched { vec![1] } else { Vec::new() },
            ..Rewrite::default()
        };
        let (before, after) = (
            glyphs(before),
            Parts { pages: vec![Arc::new(Reading { ink: glyphs(after), ..Reading::default() })], ..Parts::default() },
        );
        let page = match untouched {
            true => Page::Same(differ(&before, &after.pages[0].ink)),
            false => {
                let mut letters = Letters::default();
                letters.ink(&before);
                Page::Edited(letters)
            }
        };
        judge(vec![Some(page)], &after, &rewrite, removed)
    }

    /// Small capitals, named `a.sc` as they came and told in Unicode as written.
    #[test]
    fn a_glyph_that_can_be_read_only_as_written_is_no_gain() {
        let unread = |n: usize| {
            let one = |i: usize| Shown {
                text: String::new(),
                at: [i as f32 * 6.0, 100.0],
                size: 9.0,
                wide: 9.0,
                advance: None,
                starts: i == 0,
            };
            Ink::of(&(0..n).map(one).collect::<Vec<_>>())
        };
        assert_eq!(differ(&unread(3), &glyphs("abc")), None);
        assert_eq!(differ(&unread(3), &glyphs("")), None, "blanks that only one font tells");
        assert!(differ(&unread(2), &glyphs("abc")).is_some(), "one more stands there");
        let mut came = Letters::default();
        came.ink(&unread(3));
        let page =
            |text: &str| Parts { pages: vec![Arc::new(Reading { ink: glyphs(text), ..Reading::default() })], ..Parts::default() };
        let judged = |came: Letters, text: &str| judge(vec![Some(Page::Edited(came))], &page(text), &Rewrite::default(), &[]);
        assert!(judged(came, "abc").is_empty());
        assert!(!judged(Letters::default(), "abc").is_empty());
    }

    #[test]
    fn what_the_ledger_explains_passes_and_nothing_else() {
        assert!(faults("seen by Ann Roe", "seen by [MOTHER]", &["[MOTHER]"], &["Ann Roe"], false).is_empty());
        assert!(!faults("seen by Ann Roe", "seen by Ann Roe Z", &[], &[], false).is_empty());
        assert!(!faults("stage four carcinoma, Ann", "[MOTHER]", &["[MOTHER]"], &["Ann"], false).is_empty());
        assert!(faults("seen", "seen", &[], &[], true).is_empty());
        assert!(!faults("seen", "sene", &[], &[], true).is_empty());
        assert!(!faults("seen", "see", &[], &[], true).is_empty());
    }
}
