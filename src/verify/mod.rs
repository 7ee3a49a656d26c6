//! Reads every output again, with other code than wrote it.

pub mod decode;
pub(crate) mod fold;
pub mod forbidden;
mod json_tokens;
mod layers;
mod place;
pub mod searcher;
