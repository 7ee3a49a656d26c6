//! Checks of documents that were written anew: their input cannot be restored, so other things are proved.

use super::labels::is_known_label;
use super::output::Findings;
use crate::model::edit::Rewrite;

/// Adds what was found in a document that was written anew to `findings`.
pub fn verify_rewritten(_input: &[u8], _output: &[u8], rewrite: &Rewrite, findings: &mut Findings) {
    findings.label_count += rewrite.labels.len() as u64;
    let strange = rewrite.labels.iter().filter(|l| !is_known_label(l)).count();
    if strange > 0 {
        findings.labels.push(format!("{strange} labels outside the vocabulary"));
    }
}
