//! All checks on one output document, and their sum over a package.
//!
//! The pipeline calls [`verify_output`] on each document right after writing it (documents in parallel; nothing here depends on their
//! order), [`verify_report`] on each report file, and [`finish`] once. Real exports break rules and hold references that lead nowhere;
//! that is not our failure, so the input is restored from the output and its splices and judged by the same measure.

use super::decode::{Exempt, Leak, search_file};
use super::difference::{SpliceRecord, check_difference, restore};
use super::labels::{label_conflicts, written_labels};
use super::references::{RefFacts, newly_dangling};
use super::searcher::Searcher;
use super::second_reader::{newly_refused, opinion};
use super::wellformed::{Shape, faults, shape_of, worse};
use crate::model::case::Check;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Failures listed per check; the rest is counted.
const MAX_LISTED: usize = 200;

/// One output document.
#[derive(Clone, Copy)]
pub struct OutputFile<'a> {
    /// Path below `release/` or `draft/`; a member of a zip is `outer.zip!/inner/path`.
    pub path: &'a str,
    /// The bytes written: a whole file, or some whole lines of an NDJSON file.
    pub bytes: &'a [u8],
    /// Where `bytes` begin in the file; not 0 only for lines of an NDJSON file.
    pub base: u64,
    /// SHA-256 of the input document; `None` when the difference is checked elsewhere (line by line with [`super::difference::Undo`]).
    pub input_sha256: Option<&'a str>,
    /// What the writer changed, offsets counted from the start of `bytes`.
    pub splices: &'a [SpliceRecord],
    /// What the ledger kept on purpose, offsets counted from the start of `bytes`.
    pub exempt: &'a [Exempt],
}

/// What was found in one document.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    /// Path as in [`OutputFile`].
    pub path: String,
    /// Forbidden values.
    pub leaks: Vec<Leak>,
    /// Differences no ledger entry explains; `None` when not checked.
    pub difference: Option<Result<(), String>>,
    /// Rules newly broken.
    pub faults: Vec<String>,
    /// Whether the shape was one that is checked.
    pub shaped: bool,
    /// FHIR resources that the second reader has read.
    pub resources: u64,
    /// What the second reader newly refuses.
    pub refused: Vec<String>,
    /// References of the output.
    pub refs: RefFacts,
    /// References of the input.
    pub input_refs: RefFacts,
    /// Labels outside the vocabulary.
    pub labels: Vec<String>,
    /// Labels written.
    pub label_count: u64,
}

/// Checks one document in memory.
pub fn verify_output(searcher: &Searcher, file: &OutputFile) -> Findings {
    let text = plain_text(file.bytes);
    let shape = shape_of(&text);
    let mut leaks = search_file(file.path, file.bytes, searcher, file.exempt);
    for leak in &mut leaks {
        leak.offset = leak.offset.saturating_add(usize::try_from(file.base).unwrap_or(usize::MAX));
    }
    let (written, labels) = written_labels(file.bytes, file.splices);
    let difference = file.input_sha256.map(|sha| check_difference(file.bytes, file.splices, sha));
    // What is restored is only the input when the difference holds; otherwise every fault counts.
    let sound = !matches!(difference, Some(Err(_)));
    let untouched = sound && file.splices.is_empty();
    let input = if sound && !untouched { restore(file.bytes, file.splices) } else { None };
    let input = input.map(|i| {
        let wide = match plain_text(&i) {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        };
        wide.unwrap_or(i)
    });
    let refs = RefFacts::of(&text);
    let input_refs = if untouched { refs.clone() } else { input.as_deref().map(RefFacts::of).unwrap_or_default() };
    let broken = if untouched { Default::default() } else { faults(&text, shape) };
    let mut second = opinion(&text);
    if untouched {
        second.refused.clear();
    }
    let broken_before = input.as_deref().filter(|_| !broken.is_empty()).map(|i| faults(i, shape_of(i)));
    let second_before = input.as_deref().filter(|_| !second.refused.is_empty()).map(|i| opinion(i).refused).unwrap_or_default();
    Findings {
        path: file.path.to_string(),
        leaks,
        difference,
        faults: worse(&broken, broken_before.as_ref()),
        shaped: shape != Shape::Other,
        resources: second.resources,
        refused: newly_refused(&second.refused, &second_before),
        refs,
        input_refs,
        labels,
        label_count: written.len() as u64,
    }
}

/// A document in UTF-16 as UTF-8: what is checked of it is its text.
fn plain_text(bytes: &[u8]) -> Cow<'_, [u8]> {
    let encoding = match bytes {
        [0xff, 0xfe, 0, 0, ..] => return Cow::Borrowed(bytes),
        [0xff, 0xfe, ..] | [b'<' | b'{', 0, ..] => encoding_rs::UTF_16LE,
        [0xfe, 0xff, ..] | [0, b'<' | b'{', ..] => encoding_rs::UTF_16BE,
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
}

/// Checks a report file or any other file that is no redacted document: only that nothing forbidden is in it.
pub fn verify_report(searcher: &Searcher, path: &str, bytes: &[u8]) -> Findings {
    Findings { path: path.to_string(), leaks: search_file(path, bytes, searcher, &[]), ..Findings::default() }
}

/// What [`finish`] needs to know of the package as a whole.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct PackageFacts {
    /// Keys of withheld records and documents (`Record::keys`): references to them may lead nowhere.
    pub withheld: Vec<String>,
    /// Person and label of everybody in the roster but the patient and organisations: [`super::labels::labels_of`].
    pub labels: Vec<(u32, String)>,
}

/// Exemptions for a container (a zip) made of those of its members, each member with its bytes: inside an encoding a stretch can only
/// be told by its value.
pub fn container_exempts(members: &[(&[u8], &[Exempt])], container_len: usize) -> Vec<Exempt> {
    let values = members.iter().flat_map(|(bytes, exempt)| {
        exempt.iter().map(|e| {
            let there = || bytes.get(e.start..e.end).map(|b| String::from_utf8_lossy(b).into_owned());
            e.value.clone().or_else(there).unwrap_or_default()
        })
    });
    let mut out: Vec<Exempt> =
        values.filter(|v| !v.is_empty()).map(|v| Exempt { start: 0, end: container_len, value: Some(v) }).collect();
    out.sort_by(|a, b| a.value.cmp(&b.value));
    out.dedup();
    out
}

/// Sums up a package. The checks come in a fixed order, their failures in order of path.
pub fn finish(findings: Vec<Findings>, package: &PackageFacts) -> Vec<Check> {
    let mut findings = findings;
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    let each = |of: &dyn Fn(&Findings) -> Vec<String>| -> Vec<String> {
        findings
            .iter()
            .enumerate()
            .flat_map(|(i, f)| of(f).into_iter().map(move |w| (i, w)))
            .map(|(i, w)| place(&findings, i, &w))
            .collect()
    };
    let files = findings.len() as u64;
    let checks = vec![
        check("no-removed-value", files, each(&|f| f.leaks.iter().map(Leak::to_string).collect())),
        check(
            "difference-is-ledger",
            findings.iter().filter(|f| f.difference.is_some()).count() as u64,
            each(&|f| f.difference.iter().filter_map(|d| d.clone().err()).collect()),
        ),
        check("well-formed", findings.iter().filter(|f| f.shaped).count() as u64, each(&|f| f.faults.clone())),
        check("second-reader", findings.iter().map(|f| f.resources).sum(), each(&|f| f.refused.clone())),
    ];
    let mut label_failures = each(&|f| f.labels.clone());
    label_failures.extend(label_conflicts(&package.labels));
    let labels = findings.iter().map(|f| f.label_count).sum::<u64>() + package.labels.len() as u64;
    let mut refs = RefFacts::default();
    let mut input_refs = RefFacts::default();
    for f in findings {
        refs.merge(f.refs);
        input_refs.merge(f.input_refs);
    }
    refs.withhold(&package.withheld);
    let mut all = checks;
    all.push(check("references-whole", refs.examined, newly_dangling(&refs.dangling(), &input_refs.dangling())));
    all.push(check("labels-consistent", labels, label_failures));
    all
}

/// The path is left out when a forbidden value was found in it.
fn place(findings: &[Findings], index: usize, words: &str) -> String {
    match findings.get(index) {
        Some(f) if !f.leaks.iter().any(|l| l.layer.starts_with("file name")) => format!("{}: {words}", f.path),
        _ => format!("file {}: {words}", index + 1),
    }
}

/// One check of the report; a long list of failures is cut and says so.
pub(crate) fn check(name: &str, examined: u64, failures: Vec<String>) -> Check {
    let mut failures = failures;
    let passed = failures.is_empty();
    if failures.len() > MAX_LISTED {
        let more = failures.len() - MAX_LISTED;
        failures.truncate(MAX_LISTED);
        failures.push(format!("and {more} more"));
    }
    Check { name: name.into(), passed, examined, failures }
}

#[cfg(test)]
mod tests {
    use super::super::difference::{records, sha256_hex};
    use super::super::forbidden::ForbiddenValue;
    use super::*;
    use crate::model::edit::{Cause, Splice, apply};
    use crate::model::mention::Category;
    use crate::model::view::Span;

    const INPUT: &[u8] =
        br#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"note":[{"text":"with Jane Roe"}]}"#;

    fn run(with: &str, spoil: impl Fn(&mut Vec<u8>)) -> Vec<Check> {
        let at = INPUT.windows(8).position(|w| w == b"Jane Roe").unwrap();
        let splices = [Splice { input: Span::new(at, at + 8), with: with.into(), cause: Cause::Ledger(0) }];
        let mut output = apply(INPUT, &splices);
        spoil(&mut output);
        let records = records(INPUT, &splices, 0, 0, &|i| u64::from(i) + 1);
        let searcher = Searcher::new(&[ForbiddenValue::new("Jane Roe", Category::Name, Some(1), "[MOTHER]")], &[]);
        let sha = sha256_hex(INPUT);
        let file =
            OutputFile { path: "a.json", bytes: &output, base: 0, input_sha256: Some(&sha), splices: &records, exempt: &[] };
        let package = PackageFacts { labels: vec![(1, "[MOTHER]".into())], ..PackageFacts::default() };
        finish(vec![verify_output(&searcher, &file), verify_report(&searcher, "report/report.json", b"{}")], &package)
    }

    fn failed(checks: &[Check]) -> Vec<&str> {
        checks.iter().filter(|c| !c.passed).map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn a_good_output_passes_all() {
        let checks = run("[MOTHER]", |_| {});
        assert_eq!(failed(&checks), Vec::<&str>::new(), "{checks:?}");
        assert_eq!(checks.iter().map(|c| c.examined).collect::<Vec<_>>(), vec![2, 1, 1, 1, 0, 2]);
    }

    #[test]
    fn each_kind_of_fault_fails_its_check() {
        let replace = |from: &'static str, to: &'static str| {
            move |b: &mut Vec<u8>| *b = String::from_utf8(b.clone()).unwrap().replace(from, to).into_bytes()
        };
        assert_eq!(failed(&run("Roe, Jane", |_| {})), vec!["no-removed-value"]);
        assert_eq!(failed(&run("[MOTHER 1]", |_| {})), vec!["labels-consistent"]);
        assert_eq!(failed(&run("[MOTHER]", replace("\"final\"", "0.5"))), vec!["difference-is-ledger", "second-reader"]);
        assert_eq!(failed(&run("[MOTHER]", replace("\"x\"", "\" \""))), vec!["difference-is-ledger", "well-formed"]);
        assert!(failed(&run("\"", |_| {})).contains(&"well-formed"));
        let checks = run("Roe, Jane", |_| {});
        assert!(!format!("{checks:?}").to_lowercase().contains("jane"), "failures name places, not values");
    }
}
