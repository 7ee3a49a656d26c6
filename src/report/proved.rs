//! Was the output of a change verified? For each file the answer of the checks on it.

use crate::model::case::Case;
use std::collections::HashSet;

/// Files with a failed check, and whether any check was made.
pub(super) struct Proved<'a> {
    /// Beginnings of failures, which name the file.
    failed: HashSet<&'a str>,
    /// A failure that names no file holds for all.
    all_failed: bool,
    checked: bool,
}

impl<'a> Proved<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        let files: HashSet<&str> = case.inputs.iter().map(|i| i.released_as.as_str()).collect();
        // Of the report and not of what it is about: it is made after the ledger is closed, and lets nothing out when it fails.
        let about_files = case.checks.iter().filter(|c| !c.passed && c.name != "report-clean");
        let failures = about_files.flat_map(|c| &c.failures);
        let mut out = Proved { failed: HashSet::new(), all_failed: false, checked: !case.checks.is_empty() };
        for failure in failures {
            let file = failure.split(": ").next().unwrap_or_default().split("!/").next().unwrap_or_default();
            match files.contains(file) {
                true => _ = out.failed.insert(file),
                false => out.all_failed = true,
            }
        }
        out
    }

    /// `yes`, `no`, or `not checked`.
    pub(super) fn of_file(&self, file: &str) -> &'static str {
        match () {
            () if !self.checked => "not checked",
            () if self.all_failed || self.failed.contains(file) => "no",
            () => "yes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::Check;

    #[test]
    fn a_failed_file_is_not_verified_and_a_failure_without_a_file_holds_for_all() {
        let mut case = crate::report::sample::case();
        assert_eq!(Proved::of(&case).of_file("patient.json"), "yes");
        let failed = |what: &str| Check { name: "x".into(), passed: false, examined: 1, failures: vec![what.into()] };
        case.checks = vec![failed("patient.json: differs")];
        assert_eq!(Proved::of(&case).of_file("patient.json"), "no");
        assert_eq!(Proved::of(&case).of_file("other.json"), "yes");
        case.checks = vec![failed("a link is broken")];
        assert_eq!(Proved::of(&case).of_file("patient.json"), "no");
        case.checks.clear();
        assert_eq!(Proved::of(&case).of_file("patient.json"), "not checked");
    }
}
