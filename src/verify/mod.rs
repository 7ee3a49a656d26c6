//! Reads every output again, with other code than wrote it.

pub mod decode;
pub mod difference;
pub mod fhir_rules;
pub(crate) mod fold;
pub mod folder;
pub mod forbidden;
mod json_tokens;
pub mod labels;
mod layers;
pub mod output;
mod place;
pub mod references;
#[cfg(test)]
mod samples;
pub mod searcher;
pub mod second_reader;
pub mod wellformed;
