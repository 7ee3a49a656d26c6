//! Checks of documents that were written anew: their input cannot be restored, so other things are proved.
//!
//! For a PDF a second reader draws input and output. A page on which nothing was edited must show the same glyphs at the same places. On
//! every other page no letter may stand that the input and the labels do not explain, and no more may be gone than what the ledger took
//! out.

use super::labels::is_known_label;
use super::output::Findings;
use super::pdf::{Parts, Shown, parts, parts_without};
use crate::model::edit::Rewrite;
use std::collections::BTreeMap;

/// Glyphs of an untouched page may stand this far from where they stood, in points: numbers are written with four decimals.
const SAME_PLACE: f32 = 0.06;

/// Adds what was found in a document that was written anew to `findings`. `removed` are the texts that the ledger took out.
pub fn verify_rewritten(input: &[u8], output: &[u8], rewrite: &Rewrite, removed: &[&str], findings: &mut Findings) {
    findings.label_count += rewrite.labels.len() as u64;
    let strange = rewrite.labels.iter().filter(|l| !is_known_label(l)).count();
    if strange > 0 {
        findings.labels.push(format!("{strange} labels outside the vocabulary"));
    }
    if !output.starts_with(b"%PDF-") {
        return;
    }
    findings.shaped = true;
    match (parts_without(input, &rewrite.password, &rewrite.withheld), parts(output)) {
        (Ok(before), Ok(after)) => compare(&before, &after, rewrite, removed, &mut findings.faults),
        (_, Err(why)) => findings.faults.push(why),
        (Err(_), _) => {
            findings.faults.push("the input cannot be read by a second reader, so that nothing proves the output".into())
        }
    }
}

fn compare(before: &Parts, after: &Parts, rewrite: &Rewrite, removed: &[&str], faults: &mut Vec<String>) {
    if before.glyphs.len() != after.glyphs.len() {
        faults.push("another number of pages than came in".into());
        return;
    }
    let (mut came, mut went) = (Letters::default(), Letters::default());
    let mut touched = false;
    for (n, (a, b)) in before.glyphs.iter().zip(&after.glyphs).enumerate() {
        let no = n as u32 + 1;
        if rewrite.withheld.contains(&no) {
            continue;
        }
        if rewrite.untouched.contains(&no) {
            if let Some(why) = differ(a, b) {
                faults.push(format!("page {no}: {why}"));
            }
            continue;
        }
        if rewrite.reduced.contains(&no) {
            continue;
        }
        touched = true;
        a.iter().for_each(|g| came.add(&g.text));
        b.iter().for_each(|g| went.add(&g.text));
    }
    if !touched {
        return;
    }
    rewrite.labels.iter().for_each(|l| came.add(l));
    rewrite.signs.iter().for_each(|s| came.add(s));
    let mut taken = Letters::default();
    removed.iter().for_each(|r| taken.add(r));
    let more = went.beyond(&came);
    if more > 0 {
        faults.push(format!("{more} letters on the pages that nothing explains"));
    }
    // A ligature at the edge of a name goes with it.
    let lost = came.beyond(&went).saturating_sub(taken.count());
    if lost > removed.len() as u64 * 3 {
        faults.push(format!("{lost} letters are gone that no entry took out"));
    }
}

fn differ(a: &[Shown], b: &[Shown]) -> Option<&'static str> {
    let ink = |g: &&Shown| !g.text.trim().is_empty();
    let (a, b): (Vec<&Shown>, Vec<&Shown>) = (a.iter().filter(ink).collect(), b.iter().filter(ink).collect());
    if a.len() != b.len() {
        return Some("another number of glyphs than came in");
    }
    for (x, y) in a.iter().zip(&b) {
        // How a sign is told in Unicode differs between a font's tables; what letters and figures read as does not.
        let read = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        if x.text != y.text && read(&x.text) != read(&y.text) {
            return Some("a glyph reads otherwise than it did");
        }
        if (x.at[0] - y.at[0]).abs() > SAME_PLACE || (x.at[1] - y.at[1]).abs() > SAME_PLACE {
            return Some("a glyph stands elsewhere than it did");
        }
    }
    None
}

/// How often each letter and digit occurs.
#[derive(Default)]
struct Letters(BTreeMap<char, u64>);

impl Letters {
    fn add(&mut self, text: &str) {
        for c in text.chars().filter(|c| c.is_alphanumeric()) {
            *self.0.entry(c).or_default() += 1;
        }
    }

    fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Letters here that are not there.
    fn beyond(&self, other: &Letters) -> u64 {
        self.0.iter().map(|(c, n)| n.saturating_sub(other.0.get(c).copied().unwrap_or(0))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str) -> Vec<Shown> {
        text.chars()
            .enumerate()
            .map(|(i, c)| Shown { text: c.to_string(), at: [i as f32 * 6.0, 100.0], size: 10.0, wide: 10.0, starts: i == 0 })
            .collect()
    }

    fn faults(before: &str, after: &str, labels: &[&str], removed: &[&str], untouched: bool) -> Vec<String> {
        let page = |t: &str| Parts { glyphs: vec![glyphs(t)], ..Parts::default() };
        let rewrite = Rewrite {
            labels: labels.iter().map(|l| l.to_string()).collect(),
            untouched: if untouched { vec![1] } else { Vec::new() },
            ..Rewrite::default()
        };
        let mut out = Vec::new();
        compare(&page(before), &page(after), &rewrite, removed, &mut out);
        out
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
