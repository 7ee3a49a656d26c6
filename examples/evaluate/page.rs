//! The tables, and `docs/quality.md` around them.

use crate::GATES;
use crate::identity::Cases;
use crate::score::{Count, Score};
use std::collections::BTreeMap;
use std::fmt::Write;

/// `98.53% (201/204; 95.8-99.5)`.
fn cell(count: Count) -> String {
    if count.all == 0 {
        return "-".into();
    }
    let (low, high) = count.bounds();
    format!("{:.2}% ({}/{}; {:.1}-{:.1})", 100.0 * count.share(), count.hit, count.all, 100.0 * low, 100.0 * high)
}

fn row(out: &mut String, what: &str, splits: &[(&str, Score); 2], of: impl Fn(&Score) -> Count) {
    let _ = writeln!(out, "| {what} | {} | {} |", cell(of(&splits[0].1)), cell(of(&splits[1].1)));
}

fn by(out: &mut String, title: &str, splits: &[(&str, Score); 2], of: impl Fn(&Score) -> &BTreeMap<String, Count>) {
    let _ = write!(out, "\n| {title} | dev | test |\n|---|---|---|\n");
    let mut keys: Vec<&String> = splits.iter().flat_map(|(_, s)| of(s).keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        row(out, key, splits, |s| of(s).get(key).copied().unwrap_or_default());
    }
}

/// One figure of a split.
type Figure = fn(&Score) -> Count;

/// The main figures of one set of notes.
pub fn one(s: &Score) -> String {
    let mut out = format!(
        "{} notes, {} words, {} spans of third parties, {} of the patient, {} traps\n",
        s.notes, s.words, s.recall.all, s.own.all, s.traps.all
    );
    for g in GATES {
        let mark = if g.holds(s) { "" } else { "   below the gate" };
        let _ = writeln!(out, "{:<44} {}{mark}", g.what, cell((g.of)(s)));
    }
    let more: [(&str, Figure); 5] = [
        ("patient's own lost", |s| s.own_lost),
        ("other words touched", |s| s.other),
        ("role accuracy, names", |s| s.role_names),
        ("role accuracy, identifiers", |s| s.role_identifiers),
        ("persons with one label", |s| s.one_label),
    ];
    for (what, of) in more {
        let _ = writeln!(out, "{what:<44} {}", cell(of(s)));
    }
    out
}

/// All tables, in Markdown.
pub fn tables(splits: &[(&str, Score); 2], cases: &Cases) -> String {
    let mut out = String::new();
    for (name, s) in splits {
        let _ = writeln!(
            out,
            "- {name}: {} notes of {} kinds, {} words, {} spans of third parties, {} of the patient, {} traps",
            s.notes,
            s.kinds.len(),
            s.words,
            s.recall.all,
            s.own.all,
            s.traps.all
        );
    }
    let _ = write!(out, "\n| figure | gate | dev | test |\n|---|---|---|---|\n");
    for g in GATES {
        let bound = format!("{} {}%", if g.least { "at least" } else { "at most" }, 100.0 * g.bound);
        let _ = writeln!(out, "| {} | {bound} | {} | {} |", g.what, cell((g.of)(&splits[0].1)), cell((g.of)(&splits[1].1)));
    }
    let more: [(&str, Figure); 6] = [
        ("patient's own lost (neither kept nor put to a person)", |s| s.own_lost),
        ("other words touched", |s| s.other),
        ("role accuracy, names", |s| s.role_names),
        ("role accuracy, identifiers", |s| s.role_identifiers),
        ("persons with one label", |s| s.one_label),
        ("labels that stand for one person", |s| s.one_person),
    ];
    for (what, of) in more {
        let _ = writeln!(out, "| {what} | | {} | {} |", cell(of(&splits[0].1)), cell(of(&splits[1].1)));
    }
    let _ = writeln!(
        out,
        "\nOther words touched per 1,000: dev {:.2}, test {:.2}.",
        1000.0 * splits[0].1.other.share(),
        if splits[1].1.other.all == 0 { 0.0 } else { 1000.0 * splits[1].1.other.share() }
    );
    by(&mut out, "span recall by role", splits, |s| &s.by_role);
    by(&mut out, "span recall by category", splits, |s| &s.by_category);
    by(&mut out, "span recall by kind of note", splits, |s| &s.by_kind);
    by(&mut out, "traps touched by kind", splits, |s| &s.by_trap);
    let _ = write!(out, "\n| identity cases (`tests/corpus/identity.tsv`) | |\n|---|---|\n");
    for (what, count) in [
        ("agreement (gate: at least 90%)", cases.agree),
        ("false same", cases.false_same),
        ("false different", cases.false_different),
        ("put to a person", cases.review),
    ] {
        let _ = writeln!(out, "| {what} | {} |", cell(count));
    }
    let _ = writeln!(out, "| dangerous (gate: none) | {} |", cases.dangerous);
    out
}

/// Where the test split stands, and where it is weakest, in words.
fn standing(splits: &[(&str, Score); 2], cases: &Cases) -> String {
    let mut out = String::from("## Where we stand\n");
    for (name, score) in splits {
        let below: Vec<&str> = GATES.iter().filter(|g| !g.holds(score)).map(|g| g.what).collect();
        let word =
            if below.is_empty() { "passes the gate".into() } else { format!("is below the gate in: {}", below.join("; ")) };
        let _ = writeln!(out, "- The {name} split {word}.");
    }
    let _ =
        writeln!(out, "- Identity cases: {} dangerous verdicts, agreement {:.1}%.", cases.dangerous, 100.0 * cases.agree.share());
    let maps =
        [("roles", &splits[1].1.by_role), ("categories", &splits[1].1.by_category), ("kinds of note", &splits[1].1.by_kind)];
    out.push_str("\n## Weak spots\nLowest span recall on the test split, of those with at least eight spans:\n");
    for (what, map) in maps {
        let mut list: Vec<(&String, &Count)> = map.iter().filter(|(_, c)| c.all >= 8 && c.hit < c.all).collect();
        list.sort_by(|a, b| a.1.share().total_cmp(&b.1.share()));
        let words: Vec<String> = list.iter().take(5).map(|(k, c)| format!("{k} {:.0}%", 100.0 * c.share())).collect();
        let words = if words.is_empty() { "none".into() } else { words.join(", ") };
        let _ = writeln!(out, "- {what}: {words}");
    }
    out
}

/// The tables up to the one by role.
pub fn short(tables: &str) -> &str {
    tables.split("\n| span recall by role").next().unwrap_or(tables)
}

/// The page.
pub fn page(tables: &str, splits: &[(&str, Score); 2], cases: &Cases) -> String {
    format!("{HEAD}\n{}\n## Figures\n{tables}\n{TAIL}", standing(splits, cases))
}

const HEAD: &str = "# How well names, numbers and persons are found

Written by `scripts/evaluate`; do not edit by hand.

The set is `tests/corpus/notes/`: invented notes of many kinds, written for this purpose and marked by hand with whose each name and
number is. One part of them (`dev/`) may be looked at while rules are made; the other (`test/`) has other names, wording and layout,
and rules are not tuned on it. The test split also holds notes only about who is who (`attribution`). Each note is given to `disclose detect` with the identity of its patient. The form of the marks is
described in `tests/corpus/gold.rs`.

A cell is: share (count/all; 95% bounds, Wilson's, or the rule of three where none or all hold).

- **Span recall**: a third party's name or number counts as caught when every letter and digit of it is covered by a find that is not
  kept. A find that is put to a person (`review`) counts: it is masked until somebody decides.
- **Patient's own kept**: nothing of the patient's name or number is touched, not even for review.
- **Traps**: eponyms, drugs, places and other words that look like names; touched at all is a failure.
- **Role accuracy**: of caught spans that are not put to a person, those whose role is right; a coarser right role (`relative` for a
  sibling, `clinician` for a nurse) is accepted.
- **Persons with one label**: of the persons named more than once in a note, those all of whose mentions have the same label.
- **Review load**: finds put to a person, of all finds that are not kept.
";

const TAIL: &str = "## What the figures do not say
- The notes are invented, by few hands. Real notes are longer, have more ballast and more repetition, and names that nobody
  thought of; published results on real notes are lower than on invented ones for every system.
- One note at a time is shown to the detector. In an export the other files name most people, which helps; here only the identity
  of the patient is known.
- The bounds treat spans as independent. Spans of one note are not, so the true intervals are wider.
- All weights, and the names model's head and change, are fitted on the dev split: its figures are better than those of notes by anybody else.
- The identity cases are also tests of the comparator, which has been tuned on them: full agreement there is a floor, not a forecast.
- Addresses count as caught although a state stays; organisations' own numbers are not counted.
";
