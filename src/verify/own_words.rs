//! Words that the report itself uses, whoever is in the case.
//!
//! A clinician called Page, or a server that a text introduces as "Dr. FHIR", has a name that stands in every report: in a heading, a
//! media type, a rule. Single words of the program's own vocabulary are therefore not looked for in the report, where texts of the
//! export never get; in the records they are, and longer names, numbers and addresses are looked for everywhere.

use super::fold::fold_words;
use super::forbidden::ForbiddenValue;
use std::collections::BTreeSet;

/// Those of the single forbidden words that the program's own texts hold, folded.
pub fn own_words(forbidden: &[ForbiddenValue], texts: &[&str]) -> Vec<String> {
    let alone: BTreeSet<String> = forbidden.iter().flat_map(|v| &v.alone).map(|w| fold_words(w)).collect();
    if alone.is_empty() {
        return Vec::new();
    }
    let own: BTreeSet<String> =
        texts.iter().flat_map(|t| fold_words(t).split(' ').map(str::to_string).collect::<Vec<_>>()).collect();
    alone.into_iter().filter(|w| own.contains(w)).collect()
}

/// The forbidden values as a report is searched for them.
pub fn in_reports(forbidden: &[ForbiddenValue], own: &[String]) -> Vec<ForbiddenValue> {
    let mut out = forbidden.to_vec();
    for value in &mut out {
        value.alone.retain(|w| !own.contains(&fold_words(w)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mention::Category;
    use crate::model::person::Name;
    use crate::verify::output::verify_report;
    use crate::verify::searcher::Searcher;

    #[test]
    fn a_name_that_the_report_uses_itself_does_not_fail_it() {
        let name = |family: &str, given: &[&str]| Name {
            family: family.into(),
            given: given.iter().map(|g| g.to_string()).collect(),
            ..Name::default()
        };
        let forbidden = [
            ForbiddenValue::name(&name("Fhir", &[]), Some(1), "[CLINICIAN 1]", &|_| false),
            ForbiddenValue::name(&name("Quillfeather", &["Page"]), Some(2), "[MOTHER]", &|_| false),
        ];
        let own = own_words(&forbidden, &["<h1>Page 1</h1>", "application/fhir+json"]);
        assert_eq!(own, vec!["fhir", "page"]);
        let searcher = Searcher::new(&in_reports(&forbidden, &own), &[]);
        let leaks = |text: &str| verify_report(&searcher, "report/report.html", text.as_bytes()).leaks.len();
        assert_eq!(leaks("Page 1: fhir-json"), 0);
        assert!(leaks("Quillfeather") > 0 && leaks("Page Quillfeather") > 0);
        assert_eq!(forbidden[1].category, Category::Name);
    }
}
