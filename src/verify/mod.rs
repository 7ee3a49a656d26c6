//! Reads every output again, with other code than wrote it.
//!
//! A tool that only trusts its own writer proves nothing. Nothing here uses `format/`: strings, markup, encodings and containers are
//! taken apart by separate code, so that a mistake in reading a document is not repeated in checking it.
//!
//! How the pipeline uses it:
//! 1. [`Searcher::new`](searcher::Searcher::new) with a [`ForbiddenValue`](forbidden::ForbiddenValue) for each name, number and address of
//!    each person whom policy redacts, and the patient's own values.
//! 2. For each document written: [`records`](difference::records) of the writer's splices, then
//!    [`verify_output`](output::verify_output). Lines of an NDJSON file go through [`Undo`](difference::Undo) and, some at a time,
//!    through `verify_output` without a hash. Stretches that the ledger keeps on purpose become [`Exempt`](layer::Exempt) by
//!    [`output_range`](difference::output_range).
//! 3. For each report file: [`verify_report`](output::verify_report).
//! 4. [`finish`](output::finish) gives the checks for the report; all passed or exit code 4.
//! 5. `internal/forbidden.json` ([`VerifyFacts`](folder::VerifyFacts)) and `internal/splices.jsonl`
//!    ([`SpliceLine`](difference::SpliceLine)) let [`verify_folder`](folder::verify_folder) repeat all of it later.

mod changed;
pub mod decode;
#[cfg(test)]
mod decode_tests;
pub mod difference;
pub mod drawn;
mod element_rules;
mod element_table;
pub mod fhir_rules;
pub(crate) mod fold;
pub mod folder;
pub mod forbidden;
mod glyph_names;
mod json_tokens;
mod kind;
pub mod labels;
pub mod layer;
mod layers;
pub mod output;
pub mod own_words;
pub mod page_key;
pub mod pdf;
pub mod pdf_pages;
pub mod pictures;
pub mod pixels;
mod place;
pub mod references;
pub mod rewritten;
mod rtf;
#[cfg(test)]
mod samples;
pub mod searcher;
pub mod second_reader;
mod surroundings;
pub mod wellformed;
